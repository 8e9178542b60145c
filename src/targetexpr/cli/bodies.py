"""`targetexpr target check`, `show` and `diff`: every body that the target group calls send or answer."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.errors import InputError
from targetexpr.base.nouns import counted
from targetexpr.base.render import as_dict
from targetexpr.base.source import Input
from targetexpr.cli.inputs import documents, lines_of, print_json
from targetexpr.console.configuration import Settings
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.files import read_file
from targetexpr.console.schemas import load

if TYPE_CHECKING:
    from targetexpr.targets.model.bodies import Body, BodyKind
    from targetexpr.targets.model.json_values import JsonValue
    from targetexpr.targets.reports.difference import Difference
    from targetexpr.targets.validation.bodies import CheckedBody


def check(options: Namespace) -> int:
    """Report what is wrong with every body of every file, and with plans of groups; the worst exit status of all."""
    from targetexpr.targets.authoring.plan_check import check_plan
    from targetexpr.targets.authoring.plan_file import PlanError
    from targetexpr.targets.model.bodies import BodyKind
    from targetexpr.targets.model.envelope import PayloadError
    from targetexpr.targets.validation.bodies import CheckedBody
    from targetexpr.targets.validation.validate import check_document

    settings = Settings(options)
    results: list[tuple[Input, list[CheckedBody]]] = []
    for source in documents(options, options.body):
        schema = settings.made(source, load)
        try:
            if (source.name or "").lower().endswith(".toml"):
                diagnostics = check_plan(source.text, schema=schema, taken_names=options.taken)
                found = [CheckedBody(kind=BodyKind.GROUP, pointer="", diagnostics=diagnostics)]
            else:
                found = check_document(source.text, schema=schema, taken_names=options.taken)
        except (PayloadError, PlanError) as error:
            found = [CheckedBody(kind=None, pointer="", diagnostics=list(error.diagnostics))]
        results.append((source, found))
    status = max(_status(found) for _, found in results)
    match options.output:
        case "json":
            data = [_data(source, body) for source, found in results for body in found]
            print_json({"ok": status == YES, "results": data})
        case "sarif":
            from targetexpr.cli.sarif import sarif

            print_json(sarif([(source, _diagnostics(found)) for source, found in results]))
        case _:
            for source, found in results:
                tell(_diagnostics(found), source)
                if _status(found) != BAD_INPUT:
                    print(f"{source.name}: {_summary(found)}")
    return status


def _status(found: Sequence[CheckedBody]) -> int:
    """2 for a file in which nothing is known, 1 for errors, else 0."""
    if all(body.kind is None for body in found):
        return BAD_INPUT
    return NO if any(diagnostic.is_error for diagnostic in _diagnostics(found)) else YES


def _diagnostics(found: Sequence[CheckedBody]) -> list[Diagnostic]:
    return [diagnostic for body in found for diagnostic in body.diagnostics]


def _data(source: Input, body: CheckedBody) -> dict[str, object]:
    """One body's result; every diagnostic has `number` and `hint`, null where there is none."""
    out: dict[str, object] = {"source": source.name}
    if body.pointer:
        out["pointer"] = body.pointer
    out["kind"] = None if body.kind is None else body.kind.value
    out["ok"] = not any(diagnostic.is_error for diagnostic in body.diagnostics)
    lines = lines_of(source)
    out["diagnostics"] = [{"number": None, "hint": None, **as_dict(one, lines)} for one in body.diagnostics]
    return out


def _summary(found: Sequence[CheckedBody]) -> str:
    """`1 error`, and of what is not one group, what it is: `2 periods, no errors (checked without their group)`."""
    from targetexpr.targets.model.bodies import BodyKind, phrase_of_kinds

    kinds = [body.kind for body in found if body.kind is not None]
    if kinds == [BodyKind.GROUP]:
        return count(_diagnostics(found))
    notes = list(dict.fromkeys(note for kind in kinds if (note := _note(kind))))
    beside = f" ({'; '.join(notes)})" if notes else ""
    return f"{phrase_of_kinds(kinds)}, {count(_diagnostics(found))}{beside}"


def _note(kind: BodyKind) -> str:
    """What cannot be said of a body that stands alone."""
    from targetexpr.targets.model.bodies import BodyKind as Kind

    match kind:
        case Kind.TARGET | Kind.PERIOD | Kind.STREAK | Kind.UNIFIED_UPDATE:
            return "checked without the group"
        case Kind.SUB_TARGET:
            return "checked without the target"
        case Kind.NAME_CHECK | Kind.ENROLMENT:
            return "which names, customers and periods there are, only the platform knows"
        case Kind.USER_PROGRESS | Kind.TRACKED_EVENT:
            return "its members are checked; there is no rule in it, and nothing to send"
        case Kind.NAME_ANSWER | Kind.CUSTOMER | Kind.REFUSAL | Kind.EMPTY:
            return "there is nothing in it to check"
        case _:
            return ""


def count(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or `no errors`."""
    errors = sum(diagnostic.is_error for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    words = [counted(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number]
    return ", ".join(words) or "no errors"


def tell(diagnostics: Sequence[Diagnostic], source: Input | None = None) -> None:
    """A line each, on standard error: with file, line and column where the body was read from a text."""
    for diagnostic in diagnostics:
        where = "" if source is None else f"{source.name}: "
        if source is not None and diagnostic.span.start >= 0:
            line, column = lines_of(source).position(diagnostic.span.start)
            where = f"{source.name}:{line}:{column}: "
        print(f"{where}{diagnostic}", file=sys.stderr)


def show(options: Namespace) -> int:
    """The bodies of each file as text; what cannot be read among others is told, and is an input that is invalid."""
    from targetexpr.targets.model.envelope import PayloadError, open_document
    from targetexpr.targets.reports.bodies import what_is_shown

    parts: list[str] = []
    status = YES
    for source in documents(options, options.body):
        try:
            document = open_document(source.text)
            text, errors = what_is_shown(document.value)
            if errors and not text:
                raise PayloadError(errors)
        except PayloadError as error:
            raise InputError(f"{source.name}: {error}") from None
        if errors:
            tell([document.located(error) for error in errors], source)
            status = BAD_INPUT
        parts.append(text)
    print("\n\n".join(parts))
    return status


def diff(options: Namespace) -> int:
    """What differs between two files: nothing is 0, something 1."""
    from targetexpr.targets.model.bodies import bodies_in, phrase_of_kinds
    from targetexpr.targets.model.envelope import PayloadError, read_document
    from targetexpr.targets.reports.difference import differences

    read: list[list[Body]] = []
    for name in (options.first, options.second):
        source = read_file(name)
        try:
            found, unknown = bodies_in(read_document(source.text))
            if unknown:
                raise PayloadError(unknown)
        except PayloadError as error:
            raise InputError(f"{source.name}: {error}") from None
        read.append(found)
    what = [phrase_of_kinds([body.kind for body in bodies]) for bodies in read]
    kinds = [list(dict.fromkeys(body.kind.value for body in bodies)) for bodies in read]
    if kinds[0] != kinds[1]:
        held = f"{options.first} holds {what[0]}, {options.second} holds {what[1]}"
        message = f"{held}; bodies of different kinds are not compared"
        if options.output == "json":
            print_json({"ok": False, "kinds": kinds, "differences": None})
        else:
            print(message)
        return NO
    try:
        found_differences = differences(read[0], read[1])
    except PayloadError as error:
        raise InputError(str(error)) from None
    if options.output == "json":
        print(_json_of(kinds, found_differences))
    else:
        for one in found_differences:
            print(_difference(one, options.first, options.second))
        print(f"{what[1]}: {counted(len(found_differences), 'difference', none='no')}")
    return NO if found_differences else YES


def _difference(one: Difference, first: str, second: str) -> str:
    at = one.pointer or "the top"
    match one.change:
        case "added":
            return f"{at}: only in {second}: {_short(one.after)}"
        case "removed":
            return f"{at}: only in {first}: {_short(one.before)}"
        case _:
            return f"{at}: {_short(one.before)} in {first}, {_short(one.after)} in {second}"


def _short(value: JsonValue) -> str:
    """A value on a line, a long one by its name."""
    from targetexpr.base.render import visible_line
    from targetexpr.targets.model.json_values import write_json

    if isinstance(value, dict) and isinstance(name := value.get("name", value.get("refCode")), str):
        value = name
    text = visible_line(write_json(value, indent=None))
    return text if len(text) <= 60 else text[:59] + "…"


def _json_of(kinds: Sequence[Sequence[str]], found: Sequence[Difference]) -> str:
    from targetexpr.targets.model.json_values import write_json

    listed: list[JsonValue] = [
        {"pointer": one.pointer, "change": one.change, "before": one.before, "after": one.after} for one in found
    ]
    return write_json({"ok": not found, "kinds": [list(one) for one in kinds], "differences": listed})
