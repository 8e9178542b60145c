"""Records are fed: one, a JSON array, or JSON Lines; all of a call are kept, or none.

Numbers become floats where these stand for exactly the digits that were written, and exact decimals elsewhere, as
everywhere in evaluation. What is kept is the text of each record, so nothing is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from targetexpr.lang.schema.schema import Schema
from targetexpr.running.coercion import DataError, time_zone
from targetexpr.running.context import ContextReader, get
from targetexpr.serve import clock
from targetexpr.serve.errors import Problem, Refusal
from targetexpr.serve.reading import misfit, text_of, user_id
from targetexpr.serve.record_json import DECODER
from targetexpr.serve.rows import RecordRow, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.model.json_values import DEEPEST, JsonValue
from targetexpr.targets.model.scalars import date_text
from targetexpr.targets.progress.record import BILL, RETURN, Head, read_head

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_TOLD = 100
"""Problems that one answer lists; more are counted."""

LONGEST_ID = 200
"""Characters of a record's id."""

MOST_COUNTED = 10_000
"""How many more are counted: a body of nothing but mistakes is not read to the end."""

_BLANK = re.compile(r"[ \t\r\n]*").match
_BRACKETS = re.compile(r"[\[\]{}]|\"(?:[^\"\\]|\\.)*\"")


@dataclass(frozen=True, slots=True)
class Given:
    """One record of a call: its line or place from 1, its text, what it says or what is wrong with it."""

    place: int
    text: str
    value: object = None
    problem: tuple[str, str] | None = None  # reason, sentence
    where: str = ""  # its pointer in the body; lines have none


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
    text = text_of(body)
    with store.read() as rows:
        timezone = clock.load(rows).timezone
    while True:
        ready, doubts = _ready(_each(text, lines), timezone)
        with store.write() as rows:
            settings = clock.load(rows)
            if settings.timezone == timezone:
                data, others = _keep(rows, ready, date_text(settings.now))
                return Fed(data=data, warnings=tuple(doubts + others[:MOST_TOLD]), told=settings.warnings)
        timezone = settings.timezone  # changed in between: dates without an offset mean something else now


def _ready(given: Iterable[Given], timezone: str) -> tuple[list[tuple[Head, str]], list[Problem]]:
    """The records as they are kept, and what to warn of. Raises Refusal with everything that is wrong."""
    reader = ContextReader(time_zone(timezone))
    rejected: list[Problem] = []
    doubts: list[Problem] = []
    ready: list[tuple[Head, str]] = []
    more = 0
    for one in given:
        try:
            head = _head(reader, one)
        except Refusal as refusal:
            if len(rejected) < MOST_TOLD:
                rejected += refusal.problems
                ready.clear()  # nothing will be kept
            elif (more := more + 1) >= MOST_COUNTED:
                break
        else:
            if not rejected:
                ready.append((head, one.text))
                if len(doubts) < MOST_TOLD:
                    doubts += _doubts(reader, one)
    if rejected:
        raise Refusal(rejected + _more(more))
    if not ready:
        raise misfit("no-records", "There is no record in the body.", "")
    return ready, doubts


@cache
def _types() -> Mapping[str, str]:
    """The types that records are known to have, by what they are in any case."""
    names = (*Schema.bundled().events, BILL, RETURN, "PointsIssued")
    return {name.casefold(): name for name in names}


_FIGURES = ("value", "discount", "totalQty")


def _doubts(reader: ContextReader, given: Given) -> Iterator[Problem]:
    """What would count nothing, silently: figures that are none, slips in the type, returns of nothing. It is kept."""
    assert isinstance(given.value, dict)  # or it were no record
    kind = given.value["type"]
    meant = _types().get(kind.casefold(), kind)
    if kind != meant:
        said = f"record {given.place}: a record of the type {kind!r} is an event of that name, and no {meant}."
        yield Problem(message=said, reason="record-type", pointer=f"{given.where}/type", hint=f"Did you mean {meant}?")
    if kind == RETURN and given.value.get("returnOf") is None:
        said = f"record {given.place}: the return does not say of which bill; evaluation will set it aside."
        yield Problem(message=said, reason="return-of-nothing", pointer=f"{given.where}/returnOf")
    for name in ("currentTxn", "returnBill"):
        if given.value.get(name) is None:
            continue
        try:
            profile = reader.profile(given.value, name) or {}
            for figure in _FIGURES:
                reader.number(get(profile, figure), name, figure)
        except DataError as error:
            place = f"{given.where}/{error.path.replace('.', '/')}"
            said = f"record {given.place}: {error}; evaluation will set it aside."
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


def _head(reader: ContextReader, given: Given) -> Head:
    """What every record needs. Raises Refusal with the line and what is wrong there."""
    if given.problem is not None:
        raise _rejected(given, *given.problem)
    if not isinstance(given.value, dict):
        raise _rejected(given, "not-a-record", "A record is an object.")
    try:
        head = read_head(reader, given.value)
        microseconds(head.at)
    except DataError as error:
        raise _rejected(given, "record-member", str(error), f"/{error.path}") from None
    except OverflowError:
        raise _rejected(given, "record-member", "The date falls out of the calendar.", "/date") from None
    if len(head.id) > LONGEST_ID:
        raise _rejected(given, "record-member", f"An id has up to {LONGEST_ID} characters.", "/id")
    raw = given.value["customerId"]
    try:
        user_id(raw if isinstance(raw, int) else head.customer)
    except Refusal as refusal:
        detail = refusal.problems[0].detail or ""
        raise _rejected(given, "user-id", detail, "/customerId") from None
    return head


def _rejected(given: Given, reason: str, said: str, pointer: str | None = None) -> Refusal:
    place = None if pointer is None else given.where + pointer
    return Refusal([Problem(message=f"record {given.place}: {said}", reason=reason, pointer=place)])


def _each(text: str, lines: bool) -> Iterator[Given]:
    """The records of a body: the items of an array, the lines of JSON Lines, or a single object."""
    start = _BLANK(text).end()  # type: ignore[union-attr]
    if start == len(text):
        return
    if text[start] == "[":
        yield from _items(text, start + 1)
        return
    whole = _parsed(text.strip(), 1)
    if not lines and (whole.problem is None or "\n" not in text.strip()):
        yield whole
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _parsed(line.strip(), number)


def _items(text: str, at: int) -> Iterator[Given]:
    """The items of an array with the text of each. What is no JSON ends it, for nothing is sure from there on."""
    place = 0
    at = _BLANK(text, at).end()  # type: ignore[union-attr]
    if text.startswith("]", at):
        at += 1
    else:
        while True:
            place += 1
            try:
                value, end = DECODER.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                yield Given(place, "", None, ("json-syntax", _said(error)))
                return
            yield _checked(Given(place, text[at:end], value, where=f"/{place - 1}"))
            at = _BLANK(text, end).end()  # type: ignore[union-attr]
            if text.startswith("]", at):
                at += 1
                break
            if not text.startswith(",", at):
                yield Given(place, "", None, ("json-syntax", "This is no JSON: a comma or ] is missing behind it."))
                return
            at = _BLANK(text, at + 1).end()  # type: ignore[union-attr]
    if text[at:].strip():
        yield Given(place, "", None, ("trailing-text", "There is something behind the end of the array."))


def _parsed(text: str, place: int) -> Given:
    try:
        return _checked(Given(place, text, DECODER.decode(text)))
    except (ValueError, RecursionError) as error:
        return Given(place, text, None, ("json-syntax", _said(error)))


def _said(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "It is nested too deeply."
    if isinstance(error, json.JSONDecodeError):
        return f"This is no JSON: {error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})."
    return f"This is no JSON: {error}."


def _checked(given: Given) -> Given:
    """Refuses what could be read and neither stored nor evaluated: nested beyond reason, half characters."""
    if given.text.count("[") + given.text.count("{") > DEEPEST and _depth(given.text) > DEEPEST:
        problem = ("too-deep", f"It is nested more than {DEEPEST} levels deep.")
    elif "\\u" in given.text and _has_lone_surrogate(given.value):
        problem = ("lone-surrogate", "A text holds half of a surrogate pair, which is no character.")
    else:
        return given
    return replace(given, value=None, problem=problem)


def _depth(text: str) -> int:
    deepest = depth = 0
    for found in _BRACKETS.finditer(text):
        if found[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in "]}":
            depth -= 1
    return deepest


def _has_lone_surrogate(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return True
    return False


class Kept(NamedTuple):
    """A kept record for evaluation."""

    head: Head
    values: Mapping[str, object]


def kept_of(rows: Iterable[RecordRow], timezone: str) -> Iterator[Kept]:
    """Kept records, each read once however many groups look at it. Their heads were in order when they were fed."""
    reader = ContextReader(time_zone(timezone))
    for one in rows:
        values = DECODER.decode(one.body)
        yield Kept(read_head(reader, values), values)
