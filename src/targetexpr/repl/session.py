"""A session: the rule, the record, the event, and the answers. Knows no terminal, and none of the commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.errors import InputError
from targetexpr.base.render import render
from targetexpr.base.source import Source
from targetexpr.base.wrapping import shortened
from targetexpr.checking.result import Checked
from targetexpr.console.outcomes import word
from targetexpr.front import Analysis, Environment
from targetexpr.ide.document import Document
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.record import Record
from targetexpr.repl.records import Records, edited
from targetexpr.repl.storage import RuleBook
from targetexpr.rule import Rule
from targetexpr.rule import compile as compile_rule

MOST_UNDONE = 200
"""Steps that `:undo` can take back."""

_LONGEST_SHOWN = 4_000  # characters of a rule that is shown unasked

INVALID = "the rule is invalid; fix it first (`:fix` where a fix is offered)"
"""What is answered where only a valid rule will do."""


class Console(Protocol):
    """Where answers go."""

    color: bool

    def write(self, text: str) -> None:
        """An answer."""

    def page(self, text: str) -> None:
        """A long answer, to be read page by page on a terminal."""

    @property
    def columns(self) -> int | None:
        """How wide answers may be; None where nobody minds."""

    def write_error(self, text: str) -> None:
        """What could not be done, and why."""

    def progress(self, text: str) -> None:
        """How far something long is, on a terminal; the next thing said takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The target of a group file that the rule came from."""

    path: str
    place: int  # among the group's targets, from 0
    name: str | None = None  # of the target; a group that was changed meanwhile has it elsewhere, perhaps


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that a line can change, so that `:undo` can bring back what was."""

    rule: str = ""  # its text, valid or not
    name: str | None = None  # what it is saved under
    opened: Opened | None = None
    event: str | None = None
    records: Records | None = None
    number: int = 0  # of the record, from 1; 0 without records
    edits: Mapping[int, dict[str, object]] = field(default_factory=dict)  # by number of the record


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was done, how it was before, and what else takes it back."""

    what: str  # "set currentTxn.value"
    before: State
    undo: Callable[[], None] | None = None


class Stop(Exception):
    """The session is to end."""


class Session:
    """One session: what a line of it can change and ask for. `commands.submit` takes the lines."""

    def __init__(
        self,
        console: Console,
        schema: Schema,
        book: RuleBook,
        *,
        event: str | None = None,
        timezone: str = "UTC",
    ) -> None:
        self.console = console
        self.schema = schema
        self.book = book
        self.timezone = timezone
        self.state = State(event=event)
        self.keys: Literal["emacs", "vi"] = "emacs"
        self.steps: list[Step] = []

    # ---- what is done with a rule ------------------------------------------------------------------------------------

    def take_rule(self, text: str) -> bool:
        """A rule is typed: it becomes the current one, is checked, and is evaluated when there is a record."""
        self.change("the rule", rule=text, name=None)
        return self.answer()

    def answer(self) -> bool:
        """What there is to say about the current rule: diagnostics, or the verdict for the record, or type and text."""
        document = self.document()
        analysis = document.analysis
        if not analysis.ok:
            self.show(analysis.diagnostics)
            self._offer_fixes(document)
            return False
        if self.state.records is None:
            self._summary(analysis)
            self.show(analysis.diagnostics)
            return True
        self.show(analysis.diagnostics)
        return self.verdict()

    def _offer_fixes(self, document: Document) -> None:
        """How the safe fixes of some of all diagnostics are applied."""
        from targetexpr.ide.code_actions import safely_fixable

        count, fixable = len(document.analysis.diagnostics), len(safely_fixable(document))
        if fixable:
            what = "it" if count == 1 else "all of these" if fixable == count else f"{fixable} of these"
            self.console.write_error(f"`:fix` fixes {what} (F2 while typing).")

    def _summary(self, analysis: Analysis) -> None:
        from targetexpr.syntax.printer import to_text

        checked = analysis.checked
        assert checked is not None  # the rule is valid
        kind = checked.type.head if checked.type is not None else "of unknown type"
        text = to_text(checked.expr, "readable")
        if len(text) > _LONGEST_SHOWN and self.console.columns is not None:
            text = shortened(text, _LONGEST_SHOWN)
        self.console.write(f"{kind}  {text}" if "\n" not in text else f"{kind}\n{text}")
        if not self.is_condition(checked):
            self.console.write("This is not a condition yet: a rule comes out as true or false.")

    def is_condition(self, checked: Checked) -> bool:
        """Whether a rule comes out as true or false, as far as that is known."""
        from targetexpr.lang.types import BOOLEAN

        return checked.type is None or checked.type.fits(BOOLEAN)

    def verdict(self) -> bool:
        """Evaluates the current rule for the record: yes, no or null, and what would have to change."""
        rule = self.compiled()
        record = self.record()
        where = self.where()
        if record.context is None:
            raise InputError(f"{where} cannot be read: {record.reason}")
        explanation = rule.explain(record.context)
        if explanation.state == "undecided":
            raise InputError(f"{where}: {explanation.to_text().splitlines()[0]} {_invalid_value(rule, record.context)}")
        self.console.write(f"{word(explanation.value)}  ({where})")
        if explanation.value is not True and explanation.change:
            self.console.write(explanation.change)
        return True

    # ---- what there is -----------------------------------------------------------------------------------------------

    @property
    def environment(self) -> Environment:
        """What rules are checked in: any value is let through, so that parts of a rule can be tried."""
        return Environment(schema=self.schema, event=self.state.event, timezone=self.timezone, expect=None)

    def document(self) -> Document:
        """The current rule in its environment. Raises InputError when there is none."""
        return Document(self.rule_text(), self.environment)

    def analysis(self) -> Analysis:
        """Everything the compiler says of the current rule. Raises InputError when there is none."""
        return self.document().analysis

    def rule_text(self) -> str:
        """The text of the current rule. Raises InputError when there is none."""
        if not self.state.rule:
            raise InputError("there is no rule yet: type one, or bring one back with `:use NAME`")
        return self.state.rule

    def compiled(self) -> Rule:
        """The current rule, ready to be evaluated. Its diagnostics are shown when it is invalid."""
        text = self.rule_text()
        try:
            return compile_rule(text, self.schema, event=self.state.event, timezone=self.timezone, expect=None)
        except ExpressionError as error:
            self.show(error.diagnostics)
            raise InputError(INVALID) from None

    def records(self) -> Records:
        """The records. Raises InputError when there are none."""
        if self.state.records is None:
            raise InputError("there are no records: `:load FILE` reads some, `:set currentTxn.value 620` makes one")
        return self.state.records

    def record(self, number: int | None = None) -> Record:
        """A record as it was edited; the current one unless a number is given."""
        number = self.state.number if number is None else number
        records = self.records()
        if not 1 <= number <= len(records):
            raise InputError(f"there is no record {number:,}; {records.name} has {len(records):,}")
        return edited(records.record(number), self.state.edits, number)

    def where(self, number: int | None = None) -> str:
        """Which record: `record 2 of 40, edited`."""
        number = self.state.number if number is None else number
        records = self.records()
        return f"record {number:,} of {len(records):,}" + (", edited" if number in self.state.edits else "")

    # ---- changing and showing ----------------------------------------------------------------------------------------

    def change(self, what: str, *, undo: Callable[[], None] | None = None, **changes: object) -> None:
        """Changes the state so that it can be undone."""
        after = replace(self.state, **changes)  # type: ignore[arg-type]
        same_edits = after.edits is self.state.edits  # 1 and true are equal, and yet not the same
        if same_edits and after == self.state and undo is None:
            return
        self.steps.append(Step(what=what, before=self.state, undo=undo))
        del self.steps[:-MOST_UNDONE]
        self.state = after

    def undo(self) -> str:
        """Takes the last change back; what it was."""
        if not self.steps:
            raise InputError("there is nothing to undo")
        step = self.steps[-1]
        if step.undo is not None:
            step.undo()
        self.steps.pop()
        self.state = step.before
        return step.what

    @contextmanager
    def looking_at(self, rule: str) -> Iterator[None]:
        """For as long as it lasts another rule is the current one, which stays what it was; unless it is empty."""
        before = self.state
        if rule:
            self.state = replace(before, rule=rule, name=None, opened=None)
        try:
            yield
        finally:
            self.state = before

    def show(self, diagnostics: tuple[Diagnostic, ...], rule: str | None = None) -> None:
        """Diagnostics about a rule, the current one unless given, with the line and a mark under the place."""
        if diagnostics:
            source = Source(self.state.rule if rule is None else rule)
            width = self.console.columns
            text = render(diagnostics, source, color=self.console.color, width=width, fold=width is not None)
            text = as_command(text)
            if any(diagnostic.is_error for diagnostic in diagnostics):
                self.console.write_error(text)
            else:
                self.console.write(text)


def as_command(text: str) -> str:
    """Advice to call the schema command, as advice to type it here.

    >>> as_command("`targetexpr schema currentTxn` lists what there is.")
    '`:schema currentTxn` lists what there is.'
    """
    return text.replace("`targetexpr schema", "`:schema")


def _invalid_value(rule: Rule, context: Mapping[str, object]) -> str:
    from targetexpr.running.coercion import DataError

    try:
        rule.evaluate(context)
    except DataError as error:
        return f"{error}."
    return ""
