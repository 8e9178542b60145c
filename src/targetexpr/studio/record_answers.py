"""What the page is told of records: one page of them, one explained, all of an outcome as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from targetexpr.backtesting.result import Outcome
from targetexpr.backtesting.totals import value_at
from targetexpr.base.positions import LineIndex
from targetexpr.base.source import Span
from targetexpr.console.outcomes import Failure, outcome_of
from targetexpr.console.row_output import row_output
from targetexpr.records.columns import place_of
from targetexpr.records.own_columns import json_text, own_row
from targetexpr.records.record import Record
from targetexpr.records.shape import record_shape
from targetexpr.records.writing import RowFormat
from targetexpr.rule import Rule
from targetexpr.running.context import ContextReader
from targetexpr.running.explaining.near_misses import near_misses
from targetexpr.running.explaining.recording import Trace
from targetexpr.running.explaining.values_read import values_read
from targetexpr.studio.questions import Questions
from targetexpr.studio.readings import OUTCOMES, Reading

Check: TypeAlias = Callable[[], None]
"""Asked now and then while something is worked on; raises where nobody waits for it any more."""

_STEP = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which records are wanted: those of an outcome, and those with a text in their own columns."""

    outcome: Outcome | None = None
    search: str = ""


def marks_of(questions: Questions, rule: Rule | None, chosen: Chosen, check: Check) -> bytes | None:
    """A byte for each record, 1 for those that are wanted; None for all."""
    marks = questions.matching(chosen.search, check) if chosen.search.strip() else None
    if rule is None or chosen.outcome is None:
        return marks
    code = OUTCOMES.index(chosen.outcome)
    of_outcome = questions.verdicts(rule, check).translate(bytes(at == code for at in range(256)))
    if marks is None:
        return of_outcome
    both = int.from_bytes(marks, "big") & int.from_bytes(of_outcome, "big")
    return both.to_bytes(len(marks), "big")


# ---- a page


def page(
    questions: Questions, rule: Rule | None, any_rule: Rule, chosen: Chosen, after: int, size: int, check: Check
) -> dict[str, object]:
    """Some of the wanted records, from the number `after` on; without a rule, `any_rule` reads them."""
    marks = marks_of(questions, rule, chosen, check)
    reading = questions.reading(any_rule if rule is None else rule)
    numbers = list(_numbers(marks, len(questions.records), after, size + 1))
    columns = [] if rule is None else [str(read) for read in rule.reads if read.arguments is None]
    verdicts = None if rule is None else questions.verdicts(rule, check)
    rows = []
    own: dict[str, None] = {}
    for number in numbers[:size]:
        record = reading.record(number)
        row = _row(reading, record, columns)
        own.update(dict.fromkeys(row["own"]))  # type: ignore[call-overload]
        outcome = None if verdicts is None else OUTCOMES[verdicts[number]]
        error = _error(reading.rule, record) if outcome == "error" or record.context is None else None
        rows.append({"number": number, "place": record.place, "outcome": outcome, **row, "error": error})
    return {
        "columns": columns,
        "own": list(own),
        "rows": rows,
        "total": len(questions.records) if marks is None else marks.count(1),
        "next": numbers[size] if len(numbers) > size else None,
    }


def _numbers(marks: bytes | None, count: int, after: int, most: int) -> Iterator[int]:
    """The numbers of the next records that are wanted."""
    if marks is None:
        yield from range(after, min(count, after + most))
        return
    at = marks.find(1, after)
    while at >= 0 and most:
        yield at
        at, most = marks.find(1, at + 1), most - 1


def _row(reading: Reading, record: Record, columns: Sequence[str]) -> dict[str, object]:
    """What the rule reads of a record, and the other members that are its own."""
    if record.context is None:
        return {"own": {} if record.row is None else dict(record.row), "values": {}}
    reader = ContextReader(reading.rule._reader.zone, lenient=True)
    values = {name: value_at(reader, record.context, name) for name in columns}
    hidden = reading.headings_of(columns)
    own = {heading: value for heading, value in own_row(record).items() if heading not in hidden}
    return {"own": own, "values": values}


def _error(rule: Rule, record: Record) -> str | None:
    outcome = outcome_of(rule, record)
    return outcome.text if isinstance(outcome, Failure) else None


# ---- one record


def changed(context: Mapping[str, object], changes: Mapping[str, object], rule: Rule) -> dict[str, object]:
    """A record with other values at some paths. Raises InputError for what is no place in a record."""
    made = dict(context)
    shape = record_shape(rule.schema)
    for path, value in changes.items():
        *steps, last = place_of(path, shape)
        inside = made
        for step in steps:
            held = inside.get(step)
            inside[step] = inner = dict(held) if isinstance(held, dict) else {}
            inside = inner
        inside[last] = value
    return made


def explained(rule: Rule, context: Mapping[str, object], changes: Mapping[str, object]) -> str:
    """Why a rule comes out as it does for a record, as JSON. Spans count units of UTF-16."""
    context = changed(context, changes, rule)
    units = LineIndex(rule.text, "utf-16").units
    explanation = rule.explain(context)
    trace = Trace(rule._program, context, rule._reader)
    trace.run(0)

    def span(index: int) -> Span:
        return rule._program.nodes[index].span

    def place(found: Span) -> list[int]:
        return [units(found.start), units(found.end)]

    outcome = "error" if explanation.state == "undecided" else _word(explanation.value)
    reads = [
        {
            "path": one.path,
            "spans": [place(found) for found in one.spans],
            "value": one.value,
            "text": one.text,
            "error": one.error,
        }
        for one in values_read(trace, rule.text, span)
    ]
    near = [
        {
            "path": one.path,
            "value": one.value,
            "wanted": one.wanted,
            "kind": one.kind,
            "span": place(one.span),
            "message": one.message,
        }
        for one in near_misses(trace, span)
    ]
    parts = {
        "outcome": json_text(outcome),
        "tree": explanation.to_json(units),
        "change": json_text(explanation.change),
        "reads": json_text(reads),
        "near": json_text(near),
        "record": json_text(context),
        "paths": json_text(list(_paths(context, rule))),
        "changed": json_text(list(changes)),
    }
    return "{" + ", ".join(f'"{name}": {text}' for name, text in parts.items()) + "}"


def _word(value: object) -> Outcome:
    return "yes" if value is True else "no" if value is False else "null"


def _paths(context: Mapping[str, object], rule: Rule) -> Iterator[dict[str, str]]:
    """Which members of a record a rule can name: their paths, and JSON pointers to where they stand."""
    for profile, held in context.items():
        declared = rule.schema.profiles.get(profile)
        if declared is None or not isinstance(held, dict):
            continue
        for name, value in held.items():
            if name == "extendedFields" and isinstance(value, dict):
                for field in value:
                    yield {"path": f"{profile}.extField_{field}", "pointer": _pointer(profile, name, field)}
            elif declared.attribute(name) is not None:
                yield {"path": f"{profile}.{name}", "pointer": _pointer(profile, name)}


def _pointer(*steps: object) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


# ---- a file


def export(questions: Questions, rule: Rule, chosen: Chosen, path: str, format: RowFormat, check: Check) -> list[str]:
    """Writes the wanted records with what came out of each, as `eval --output` does; what is to be told of them."""
    marks = marks_of(questions, rule, chosen, check)
    reading = questions.reading(rule)
    verdicts = questions.verdicts(rule, check)
    more = ("verdict",) if chosen.outcome in ("yes", "no", "null") else ("verdict", "error")
    told: list[str] = []
    with row_output(path, format, more, told.append) as rows:
        rows.see(None, reading.record(0))
        found = reading.records("written" if format == "csv" else "read", marks)
        for done, (number, record) in enumerate(found):
            if not done % _STEP:
                questions.check()
                check()
            outcome = OUTCOMES[verdicts[number]]
            rows.write(None, record, outcome, _error(rule, record) if outcome == "error" else None)
    return told
