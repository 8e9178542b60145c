"""Commands about the current rule: its JSON, text, tree and types, what is wrong with it, why it holds or not."""

from __future__ import annotations

from typing import cast

from targetexpr.base.errors import InputError
from targetexpr.checking.result import Checked
from targetexpr.repl.commands.command import Command, option_and_rule, take_rule, whole_number
from targetexpr.repl.session import INVALID, Session

_GROUP = "The rule"


def _valid(session: Session) -> Checked:
    """The current rule, which has no errors. Shows them and raises InputError when it has."""
    analysis = session.analysis()
    if analysis.checked is None or not analysis.checked.ok:
        session.show(analysis.diagnostics)
        raise InputError(INVALID)
    return analysis.checked


def _json(session: Session, argument: str) -> None:
    from targetexpr.front import to_json
    from targetexpr.syntax.json_encoder import JsonStyle

    style, rule = option_and_rule(argument, ("compact", "editor"))
    with session.looking_at(rule):
        session.console.write(to_json(_valid(session), cast("JsonStyle", style)))


def _text(session: Session, argument: str) -> None:
    from targetexpr.syntax.printer import TextStyle, to_text

    style, rule = option_and_rule(argument, ("readable", "compact"))
    with session.looking_at(rule):
        session.console.write(to_text(_valid(session).expr, cast("TextStyle", style)))


def _reading(session: Session, argument: str) -> None:
    from targetexpr.ide.document import Document
    from targetexpr.ide.reading import reading

    with session.looking_at(argument):
        analysis = session.analysis()
        found = None if analysis.checked is None else reading(Document(analysis.text, analysis.environment))
        if found is None:
            _valid(session)
        else:
            session.console.write(found.text)


def _tree(session: Session, argument: str) -> None:
    from targetexpr.repl.tree import drawn

    with session.looking_at(argument):
        checked = session.analysis().checked
        if checked is None:
            _valid(session)
        else:
            session.console.write(drawn(checked))


def _type(session: Session, argument: str) -> None:
    with session.looking_at(argument):
        checked = _valid(session)
    session.console.write(checked.type or "of unknown type")
    reads = dict.fromkeys(str(read) for read in checked.reads)
    if reads:
        session.console.write("reads " + ", ".join(reads))


def _lint(session: Session, argument: str) -> None:
    take_rule(session, argument)
    analysis = session.analysis()
    if not analysis.diagnostics:
        session.console.write("nothing is wrong with it")
    session.show(analysis.diagnostics)
    if not analysis.ok:
        raise InputError("the rule is invalid")


def _fix(session: Session, argument: str) -> None:
    from targetexpr.ide.code_actions import fix_all

    take_rule(session, argument)
    document = session.document()
    after = fix_all(document)
    if after == document.text:
        diagnostics = document.analysis.diagnostics
        session.show(diagnostics)
        raise InputError("no fix is offered; change the rule itself" if diagnostics else "there is nothing to fix")
    session.change("the fix", rule=after)
    session.console.write(after)
    session.answer()


def _explain(session: Session, argument: str) -> None:
    with session.looking_at(argument):
        _explained(session, session.state.number)


def _why(session: Session, argument: str) -> None:
    number = whole_number(session, argument, "why") if argument else session.state.number
    _explained(session, number)


def _explained(session: Session, number: int) -> None:
    rule = session.compiled()
    record = session.record(number)
    if record.context is None:
        raise InputError(f"{session.where(number)} cannot be read: {record.reason}")
    session.console.write(f"{session.where(number)}: {rule.explain(record.context).to_text()}")


RULES = (
    Command(
        name="json",
        arguments="[compact|editor] [RULE]",
        doc="the rule as expressionJson, with its types",
        example=":json editor currentTxn.value>500",
        group=_GROUP,
        run=_json,
        completes="rule",
        words=("compact", "editor"),
    ),
    Command(
        name="text",
        arguments="[readable|compact] [RULE]",
        doc="the rule as canonical text",
        example=":text compact currentTxn.value > 500",
        group=_GROUP,
        run=_text,
        completes="rule",
        words=("readable", "compact"),
    ),
    Command(
        name="reading",
        arguments="[RULE]",
        doc="the rule in plain English, a line for each condition",
        example=':reading currentTxn.value>500&&currentCustomer.slabName=="Gold"',
        group=_GROUP,
        run=_reading,
        completes="rule",
    ),
    Command(
        name="tree",
        arguments="[RULE]",
        doc="the rule as a tree, with types",
        example=':tree currentTxn.value>500&&currentCustomer.slabName=="Gold"',
        group=_GROUP,
        run=_tree,
        completes="rule",
    ),
    Command(
        name="type",
        arguments="[RULE]",
        doc="what the rule comes out as, and what it reads",
        more="Any expression will do.",
        example=":type currentTxn.date.month()",
        group=_GROUP,
        run=_type,
        completes="rule",
    ),
    Command(
        name="lint",
        arguments="[RULE]",
        doc="everything that is wrong with the rule, or seldom meant",
        example=':lint currentCustomer.email.matches("shop.*")',
        group=_GROUP,
        run=_lint,
        completes="rule",
    ),
    Command(
        name="fix",
        arguments="[RULE]",
        doc="apply the offered fixes (F2 while typing)",
        example=":fix currentTxn.value=>500",
        group=_GROUP,
        run=_fix,
        completes="rule",
    ),
    Command(
        name="explain",
        arguments="[RULE]",
        doc="why the rule holds or not for the record, condition by condition",
        more="`*` marks what decided, `-` what was not looked at.",
        example=":explain currentTxn.value>500",
        group=_GROUP,
        run=_explain,
        completes="rule",
    ),
    Command(
        name="why",
        arguments="N",
        doc="the same for record N, without going there",
        example=":why 2",
        group=_GROUP,
        run=_why,
    ),
)
