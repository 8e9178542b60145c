"""Records are fed: one, a JSON array, or JSON Lines; all of a call are kept, or none.

Numbers become floats where these stand for exactly the digits that were written, and exact decimals elsewhere, as
everywhere in evaluation. What is kept is the text of each record, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.errors import InputError
from targetexpr.base.pointers import join
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.lint import RecordLint
from targetexpr.records.reader import records_in
from targetexpr.records.record import Record
from targetexpr.running.coercion import DataError, time_zone
from targetexpr.running.context import ContextReader, get
from targetexpr.serve import sandbox_settings
from targetexpr.serve.errors import Refusal, error, invalid_input, refusal, warning
from targetexpr.serve.ids import user_id
from targetexpr.serve.records import microseconds
from targetexpr.serve.rows import Rows
from targetexpr.serve.store import Store
from targetexpr.targets.model.events import RETURN_BILL
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import date_text
from targetexpr.targets.progress.record import Head, read_head

LONGEST_ID = 200
"""Characters of a record's id."""

_MAX_LISTED = 100  # errors that one answer lists; more are counted
_MAX_COUNTED = 10_000  # a body of nothing but errors is not read to the end


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedResult:
    """What came of a call: how much was kept, what evaluation will set aside, and whether answers list that."""

    data: dict[str, JsonValue]
    warnings: tuple[Diagnostic, ...]
    list_warnings: bool


@dataclass(frozen=True, slots=True)
class _Accepted:
    """The records of a call as they are kept, and what to warn of."""

    records: list[tuple[Head, str]]
    warnings: list[Diagnostic]


def feed(store: Store, body: bytes, *, lines: bool) -> FeedResult:
    """Keeps the records of a call. Raises Refusal with every line that is wrong, and keeps none of them then.

    A wrong line is an error in the test data, and half of it fed would be half of a story: fix it and send it again.
    """
    with store.read() as rows:
        timezone = sandbox_settings.load(rows).timezone
    while True:
        accepted = _accept(_submitted(body, lines), timezone)
        with store.write() as rows:
            settings = sandbox_settings.load(rows)
            if settings.timezone == timezone:
                data, differing = _keep(rows, accepted.records, date_text(settings.now))
                warnings = (*accepted.warnings, *differing[:_MAX_LISTED])
                return FeedResult(data=data, warnings=warnings, list_warnings=settings.warnings)
        timezone = settings.timezone  # changed in between: dates without an offset mean something else now


def _submitted(body: bytes, lines: bool) -> Iterator[Record]:
    try:
        yield from records_in(BytesIO(body), only_lines=lines, texts=True)
    except InputError:
        return  # the body is empty, which is refused as an empty array is


def _accept(records: Iterable[Record], timezone: str) -> _Accepted:
    """The records of a call. Raises Refusal with everything that is wrong."""
    reader = ContextReader(time_zone(timezone))
    lint = RecordLint(Schema.bundled())
    accepted = _Accepted([], [])
    errors: list[Diagnostic] = []
    unlisted = 0
    for record in records:
        try:
            head = _head(reader, record)
        except Refusal as refused:
            if len(errors) < _MAX_LISTED:
                errors += refused.errors
                accepted.records.clear()  # nothing will be kept
            elif (unlisted := unlisted + 1) >= _MAX_COUNTED:
                break
        else:
            if not errors:
                accepted.records.append((head, record.text))
                lint.look(record)
                if len(accepted.warnings) < _MAX_LISTED:
                    accepted.warnings.extend(_warnings(reader, record))
    if errors:
        raise Refusal(errors + _unlisted_errors(unlisted))
    if not accepted.records:
        raise invalid_input("no-records", "There is no record in the body.", "")
    accepted.warnings.extend(one.diagnostic(_pointer(one.first)) for one in lint.warnings)
    return accepted


def _unlisted_errors(count: int) -> list[Diagnostic]:
    if not count:
        return []
    rest = ", and what comes then was not looked at" if count >= _MAX_COUNTED else ""
    return [error("too-many-problems", f"There are {count:,} more problems{rest}.")]


# ---- one record


def _head(reader: ContextReader, record: Record) -> Head:
    """What every record needs. Raises Refusal with the line and what is wrong there."""
    if record.problem is not None:
        raise _refused(record, record.problem.code, record.problem.message)
    context = record.context
    assert context is not None
    try:
        head = read_head(reader, context)
        microseconds(head.at)
    except DataError as failure:
        raise _refused(record, "record-member", str(failure), failure.path) from None
    except OverflowError:
        raise _refused(record, "record-member", "The date falls out of the calendar.", "date") from None
    if len(head.id) > LONGEST_ID:
        raise _refused(record, "record-member", f"An id has up to {LONGEST_ID} characters.", "id")
    raw = context["customerId"]
    try:
        user_id(raw if isinstance(raw, int) else head.customer)
    except Refusal as refused:
        raise _refused(record, "user-id", refused.errors[0].message, "customerId") from None
    return head


def _refused(record: Record, code: str, message: str, member: str | None = None) -> Refusal:
    pointer = None if member is None else _pointer(record, member)
    return refusal(code, f"{_name(record)}: {message}", pointer=pointer)


def _warnings(reader: ContextReader, record: Record) -> Iterator[Diagnostic]:
    """What would count nothing, silently: invalid numbers, returns of nothing. It is kept."""
    context = record.context
    assert context is not None  # it has a head
    if context["type"] == RETURN_BILL and context.get("returnOf") is None:
        message = f"{_name(record)}: return without a bill; evaluation will set it aside."
        yield warning("return-of-nothing", message, pointer=_pointer(record, "returnOf"))
    for name in ("currentTxn", "returnBill"):
        if context.get(name) is None:
            continue
        try:
            profile = reader.profile(context, name) or {}
            for figure in _FIGURES:
                reader.number(get(profile, figure), name, figure)
        except DataError as failure:
            message = f"{_name(record)}: {failure}; evaluation will set it aside."
            yield warning("record-value", message, pointer=_pointer(record, *failure.path.split(".")))


_FIGURES = ("value", "discount", "totalQty")


def _name(record: Record) -> str:
    """What a record is called: by its place in an array, or by its line."""
    return f"record {record.line if record.item is None else record.item}"


def _pointer(record: Record, *members: str) -> str:
    """The pointer of a record's member in the body; lines have none of their own."""
    return join(members, "" if record.item is None else join([record.item - 1]))


# ---- all records of a call


def _keep(rows: Rows, records: Sequence[tuple[Head, str]], fed: str) -> tuple[dict[str, JsonValue], list[Diagnostic]]:
    """Keeps the records; how many, and a warning for each that differs from an earlier one with its id."""
    duplicates, warnings = 0, list[Diagnostic]()
    for head, text in records:
        if not rows.add_record(head.id, head.customer, microseconds(head.at), fed, text):
            duplicates += 1
            if not rows.has_body(head.id, text):
                warnings.append(_differs(head.id))
    rows.add_users({head.customer for head, _ in records})
    return {"accepted": len(records), "duplicates": duplicates}, warnings


def _differs(id: str) -> Diagnostic:
    message = f"There is another record with the id {id[:100]!r}; the earlier of them counts, whosever it is."
    return warning("record-differs", message, hint="A record that is sent again is the same to the letter.")
