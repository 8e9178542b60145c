"""Records are fed: one, a JSON array, or JSON Lines; all of a call are kept, or none.

Numbers become floats where these stand for exactly the digits that were written, and exact decimals elsewhere, as
everywhere in evaluation. What is kept is the text of each record, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import NamedTuple

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.decoder import decode_known
from targetexpr.records.reader import records_in
from targetexpr.records.record import Record
from targetexpr.running.coercion import DataError, time_zone
from targetexpr.running.context import ContextReader, get
from targetexpr.serve import clock
from targetexpr.serve.errors import Problem, Refusal
from targetexpr.serve.reading import misfit, user_id
from targetexpr.serve.rows import RecordRow, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.model.events import RETURN_BILL, TRANSACTION_ADD
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import date_text
from targetexpr.targets.progress.record import Head, read_head

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_TOLD = 100
"""Problems that one answer lists; more are counted."""

LONGEST_ID = 200
"""Characters of a record's id."""

MOST_COUNTED = 10_000
"""How many more are counted: a body of nothing but mistakes is not read to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What came of a call: how much was kept, what evaluation will set aside, and whether answers list that."""

    data: dict[str, JsonValue]
    warnings: tuple[Problem, ...]
    told: bool


def feed(store: Store, body: bytes, *, lines: bool) -> Fed:
    """Keeps the records of a call. Raises Refusal with every line that is wrong, and keeps none of them then.

    A wrong line is a mistake in the test data, and half of it fed would be half of a story: mend it and send it again.
    """
    with store.read() as rows:
        timezone = clock.load(rows).timezone
    while True:
        ready, doubts = _ready(_given(body, lines), timezone)
        with store.write() as rows:
            settings = clock.load(rows)
            if settings.timezone == timezone:
                data, others = _keep(rows, ready, date_text(settings.now))
                return Fed(data=data, warnings=tuple(doubts + others[:MOST_TOLD]), told=settings.warnings)
        timezone = settings.timezone  # changed in between: dates without an offset mean something else now


def _given(body: bytes, lines: bool) -> Iterator[Record]:
    try:
        yield from records_in(BytesIO(body), only_lines=lines, texts=True)
    except InputError:
        return  # the body is empty: that there is no record is told where an empty array is told of


def _ready(records: Iterable[Record], timezone: str) -> tuple[list[tuple[Head, str]], list[Problem]]:
    """The records as they are kept, and what to warn of. Raises Refusal with everything that is wrong."""
    reader = ContextReader(time_zone(timezone))
    rejected: list[Problem] = []
    doubts: list[Problem] = []
    ready: list[tuple[Head, str]] = []
    more = 0
    for record in records:
        try:
            head = _head(reader, record)
        except Refusal as refusal:
            if len(rejected) < MOST_TOLD:
                rejected += refusal.problems
                ready.clear()  # nothing will be kept
            elif (more := more + 1) >= MOST_COUNTED:
                break
        else:
            if not rejected:
                ready.append((head, record.text))
                if len(doubts) < MOST_TOLD:
                    doubts += _doubts(reader, record)
    if rejected:
        raise Refusal(rejected + _more(more))
    if not ready:
        raise misfit("no-records", "There is no record in the body.", "")
    return ready, doubts


@cache
def _types() -> Mapping[str, str]:
    """The types that records are known to have, by what they are in any case."""
    names = (*Schema.bundled().events, TRANSACTION_ADD, RETURN_BILL, "PointsIssued")
    return {name.casefold(): name for name in names}


_FIGURES = ("value", "discount", "totalQty")


def _doubts(reader: ContextReader, record: Record) -> Iterator[Problem]:
    """What would count nothing, silently: figures that are none, slips in the type, returns of nothing. It is kept."""
    values = record.context
    assert values is not None  # it has a head
    where = _pointer(record)
    kind = str(values["type"])
    meant = _types().get(kind.casefold(), kind)
    if kind != meant:
        said = f"{_name(record)}: a record of the type {kind!r} is an event of that name, and no {meant}."
        yield Problem(message=said, reason="record-type", pointer=f"{where}/type", hint=f"Did you mean {meant}?")
    if kind == RETURN_BILL and values.get("returnOf") is None:
        said = f"{_name(record)}: the return does not say of which bill; evaluation will set it aside."
        yield Problem(message=said, reason="return-of-nothing", pointer=f"{where}/returnOf")
    for name in ("currentTxn", "returnBill"):
        if values.get(name) is None:
            continue
        try:
            profile = reader.profile(values, name) or {}
            for figure in _FIGURES:
                reader.number(get(profile, figure), name, figure)
        except DataError as error:
            place = f"{where}/{error.path.replace('.', '/')}"
            said = f"{_name(record)}: {error}; evaluation will set it aside."
            yield Problem(message=said, reason="record-value", pointer=place)


def _keep(rows: Rows, ready: Sequence[tuple[Head, str]], fed: str) -> tuple[dict[str, JsonValue], list[Problem]]:
    """Keeps the records; what there is to say of it, and a warning for each that is another under an id in use."""
    duplicates, others = 0, list[Problem]()
    for head, text in ready:
        if not rows.add_record(head.id, head.customer, microseconds(head.at), fed, text):
            duplicates += 1
            if not rows.has_body(head.id, text):
                others.append(_other(head.id))
    rows.add_users({head.customer for head, _ in ready})
    return {"accepted": len(ready), "duplicates": duplicates}, others


def _other(id: str) -> Problem:
    said = f"There is another record with the id {id[:100]!r}; the earlier of them counts, whosever it is."
    return Problem(message=said, reason="record-differs", hint="A record that is sent again is the same to the letter.")


def _more(count: int) -> list[Problem]:
    """How many problems are not listed."""
    if not count:
        return []
    said = f"There are {count} more problems."
    if count >= MOST_COUNTED:
        said = f"There are {count:,} more problems, and what comes then was not looked at."
    return [Problem(message=said, reason="too-many-problems")]


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    gone = moment - EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


def _head(reader: ContextReader, record: Record) -> Head:
    """What every record needs. Raises Refusal with the line and what is wrong there."""
    if record.problem is not None:
        raise _rejected(record, record.problem.code, record.problem.message)
    values = record.context
    assert values is not None
    try:
        head = read_head(reader, values)
        microseconds(head.at)
    except DataError as error:
        raise _rejected(record, "record-member", str(error), f"/{error.path}") from None
    except OverflowError:
        raise _rejected(record, "record-member", "The date falls out of the calendar.", "/date") from None
    if len(head.id) > LONGEST_ID:
        raise _rejected(record, "record-member", f"An id has up to {LONGEST_ID} characters.", "/id")
    raw = values["customerId"]
    try:
        user_id(raw if isinstance(raw, int) else head.customer)
    except Refusal as refusal:
        detail = refusal.problems[0].detail or ""
        raise _rejected(record, "user-id", detail, "/customerId") from None
    return head


def _rejected(record: Record, reason: str, said: str, pointer: str | None = None) -> Refusal:
    place = None if pointer is None else _pointer(record) + pointer
    return Refusal([Problem(message=f"{_name(record)}: {said}", reason=reason, pointer=place)])


def _name(record: Record) -> str:
    """What a record is called: by its place in an array, or by its line."""
    return f"record {record.line if record.item is None else record.item}"


def _pointer(record: Record) -> str:
    """The pointer of a record in the body; lines have none."""
    return "" if record.item is None else f"/{record.item - 1}"


class Kept(NamedTuple):
    """A kept record for evaluation."""

    head: Head
    values: Mapping[str, object]


def kept_of(rows: Iterable[RecordRow], timezone: str) -> Iterator[Kept]:
    """Kept records, each read once however many groups look at it. Their heads were in order when they were fed."""
    reader = ContextReader(time_zone(timezone))
    for one in rows:
        values = decode_known(one.body)
        yield Kept(read_head(reader, values), values)
