"""Commands that keep rules: saved ones by name, and targets in group files."""

from __future__ import annotations

import os
import re

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.repl.commands.command import Command, file_name, no_argument
from targetexpr.repl.commands.writing import export_records, names_rows
from targetexpr.repl.session import Opened, Session
from targetexpr.repl.storage import Saved

_GROUP = "Keeping"


def _save(session: Session, argument: str) -> None:
    name = argument or session.state.name or ""
    if not name:
        raise InputError("`:save` takes a name, as in `:save big-spender`")
    if not name.isprintable() or len(name) > 200:
        raise InputError("a name is printable and has at most 200 characters")
    rule = session.rule_text()
    before = session.book.all().get(name)
    written = session.book.put(name, Saved(expression=rule, event=session.state.event))
    session.change(f"save {name}", undo=lambda: session.book.take_back(written), name=name)
    session.console.write(f"{'replaced' if before is not None else 'saved'} {name} in {session.book.path}")
    if before is not None and before.expression != rule:
        session.console.write(f"It was: {before.expression}")
    analysis = session.analysis()
    if not analysis.ok:
        session.console.write("It is not valid yet; `:lint` says what is wrong.")
    elif analysis.checked is not None and not session.is_condition(analysis.checked):
        session.console.write("This is not a condition yet: a rule comes out as true or false.")


def _rules(session: Session, argument: str) -> None:
    no_argument(argument, "rules")
    rules = session.book.all()
    if not rules:
        session.console.write(f"no rules are saved in {session.book.path} yet; `:save NAME` saves one")
    for name, rule in rules.items():
        mark = "*" if name == session.state.name else " "
        text = rule.expression if len(rule.expression) <= 100 else rule.expression[:97] + "..."
        event = f"  ({rule.event})" if rule.event is not None else ""
        session.console.write(f"{mark} {name}: {' '.join(text.split())}{event}")


def _saved(session: Session, name: str) -> Saved:
    rules = session.book.all()
    if name not in rules:
        close = suggest(name, rules)
        hint = f"did you mean {close[0]}?" if close else "`:rules` lists them"
        raise InputError(f"no rule {name!r} is saved in {session.book.path}; {hint}")
    return rules[name]


def _use(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("`:use` takes the name of a saved rule; `:rules` lists them")
    rule = _saved(session, argument)
    before = session.state.event
    session.change(f"use {argument}", rule=rule.expression, name=argument, event=rule.event)
    session.console.write(rule.expression)
    if rule.event != before:
        session.console.write(f"event {rule.event}" if rule.event is not None else "no event, as when it was saved")
    session.answer()


def _delete(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("`:delete` takes the name of a saved rule; `:rules` lists them")
    _saved(session, argument)
    written = session.book.put(argument, None)
    session.change(f"delete {argument}", undo=lambda: session.book.take_back(written))
    session.console.write(f"deleted {argument}; `:undo` brings it back")


def _open(session: Session, argument: str) -> None:
    from targetexpr.repl.exporting import targets_of

    if not argument:
        raise InputError("`:open` takes the file of a target group, as in `:open group.json`")
    path, wanted = _path_and_target(argument)
    targets = targets_of(path)
    chosen = targets[0]
    if wanted:
        named = [one for one in targets if wanted in (one.name, str(one.place + 1))]
        if not named:
            names = ", ".join(one.name for one in targets)
            raise InputError(f"{path} has no target {wanted!r}; there are {names}")
        chosen = named[0]
    session.change(
        f"open {path}",
        rule=chosen.rule,
        name=chosen.name,
        event=chosen.event,
        opened=Opened(path=os.path.abspath(path), place=chosen.place, name=chosen.own_name),
    )
    for one in targets if len(targets) > 1 else ():
        session.console.write(f"{'*' if one is chosen else ' '} {one.place + 1} {one.name}: {one.rule}")
    event = f", event {chosen.event}" if chosen.event is not None else ""
    session.console.write(f"the target {chosen.name} of {path}{event}; `:export {path}` writes its rule back")
    if not chosen.rule.strip():
        session.console.write("Its expression is empty; type the rule that it is to have.")
        return
    session.console.write(chosen.rule)
    session.answer()


def _path_and_target(argument: str) -> tuple[str, str]:
    """`FILE [TARGET]`, both of which may have blanks: the longest beginning that is a file is the file."""
    for at in (len(argument), *(at for at in range(len(argument) - 1, 0, -1) if argument[at] == " ")):
        path = file_name(argument[:at].strip())
        if os.path.exists(path):
            return path, argument[at:].strip()
    return file_name(argument), ""


def _export(session: Session, argument: str) -> None:
    from targetexpr.repl.exporting import diagnostics, export, take_back

    rows = _ROWS.match(argument)
    if rows is not None and names_rows(file_name(rows[1])):
        export_records(session, file_name(rows[1]), (rows[2] or "yes").strip())
        return
    path, values = _path_and_values(argument)
    analysis = session.analysis()
    if not analysis.ok:
        session.show(analysis.diagnostics)
        raise InputError("the rule is invalid, nothing was written; fix it first")
    assert analysis.checked is not None  # it is valid
    opened = session.state.opened
    mine = opened is not None and opened.path == os.path.abspath(path)
    place = opened.place if opened is not None and mine else None
    exported = export(
        analysis.checked,
        path,
        name=session.state.name or "rule",
        place=place,
        values=values,
        opened=opened.name if opened is not None and mine else None,
    )
    session.change(f"export {path}", undo=lambda: take_back(path, exported))
    session.console.write(f"wrote {exported.what}, with expression and expressionJson")
    for line in diagnostics(path):
        session.console.write(line)
    if exported.before is None and not values:
        session.console.write(f"Give it a value for each period: `:export {path} 500`, or `defaultValues` in the file.")


def _path_and_values(argument: str) -> tuple[str, list[str]]:
    """`FILE [VALUE ...]`; a file name may have blanks in it."""
    found = re.fullmatch(r"(.+?)((?:\s+\d+(?:\.\d*)?)*)", argument)
    if found is None:
        raise InputError("`:export` takes a file, as in `:export target.json 500`")
    path, values = file_name(found[1]), found[2].split()
    begun, _, rest = path.partition(".json ")
    if rest and not os.path.exists(path):
        raise InputError(f"{rest!r} is not a value; behind {begun}.json there are numbers, such as 500 or 99.50")
    return path, values


_ROWS = re.compile(r'("[^"]+"|.+?\.(?:csv|tsv|jsonl|ndjson|parquet|xlsx))(?:\s+(.+))?$', re.DOTALL | re.IGNORECASE)
"""A file of records, and which of them are written."""


KEEP = (
    Command(
        name="save",
        arguments="NAME",
        doc="keep the rule under a name",
        example=":save big-spender",
        group=_GROUP,
        run=_save,
        completes="saved",
    ),
    Command(name="rules", doc="the saved rules", group=_GROUP, run=_rules),
    Command(
        name="use",
        arguments="NAME",
        doc="bring a saved rule back",
        example=":use big-spender",
        group=_GROUP,
        run=_use,
        completes="saved",
    ),
    Command(
        name="delete",
        arguments="NAME",
        doc="take a saved rule out",
        example=":delete big-spender",
        group=_GROUP,
        run=_delete,
        completes="saved",
    ),
    Command(
        name="open",
        arguments="GROUP.json [TARGET]",
        doc="take the rule of a target out of a group's file",
        more="TARGET is its name or number; the first one unless given. `:export` writes the rule back to its place.",
        example=":open group.json",
        group=_GROUP,
        run=_open,
        completes="file",
    ),
    Command(
        name="export",
        arguments="FILE [VALUE ...]",
        doc="write a target, or the records that the rule rewards",
        more="A file that holds a group gets the rule at its target, and keeps everything else. A new file gets a "
        "target, with the values given, one for each period, with expression and expressionJson. A name that ends as "
        ".csv, .tsv, .jsonl, .parquet or .xlsx gets the records with a yes, or others: `:export no.csv no`, "
        "`:export gold.xlsx currentCustomer.slabName Gold`.",
        example=":export target.json 500",
        group=_GROUP,
        run=_export,
        completes="file",
    ),
)
