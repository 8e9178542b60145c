"""What a rule read of a record: each attribute and each method of a profile with its value, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from targetexpr.base.source import Span
from targetexpr.running.coercion import Value, plain
from targetexpr.running.explaining.recording import Trace
from targetexpr.running.explaining.wording import shown, shown_raw
from targetexpr.running.program import CallBasket, CallProfile, LookUp, ReadAttribute


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRead:
    """Something that a rule reads, and its value."""

    path: str  # "currentTxn.value"; of a method, as it is written
    spans: tuple[Span, ...]  # every place in the rule where it is read
    value: Value  # None for null, and for what does not fit
    text: str  # "320", "missing"
    error: str | None = None  # why the value does not fit


def values_read(trace: Trace, source: str, spans: Callable[[int], Span]) -> list[ValueRead]:
    """All that a rule reads, in the order of its text, also what was not needed for the verdict.

    `spans` says where a node stands in `source`, the text of the rule.
    """
    found: dict[str, ValueRead] = {}
    for index, operation in sorted(trace.program.operations.items()):
        match operation:
            case ReadAttribute():
                path = f"{operation.profile}.{operation.name}"
            case CallProfile() | CallBasket() | LookUp():
                path = " ".join(spans(index).cut(source).split())
            case _:
                continue
        known = found.get(path)
        places = (*(() if known is None else known.spans), spans(index))
        if known is None:
            value, text, error = _value(trace, index)
            found[path] = ValueRead(path=path, spans=places, value=value, text=text, error=error)
        else:
            found[path] = ValueRead(path=path, spans=places, value=known.value, text=known.text, error=known.error)
    return list(found.values())


def _value(trace: Trace, index: int) -> tuple[Value, str, str | None]:
    zone = trace.reader.zone
    if index not in trace.values and index not in trace.failed:
        trace.run(index)
    error = trace.failed.get(index)
    if error is not None:
        return None, "missing" if error.value is None else shown_raw(error.value, zone), str(error)
    value = trace.values.get(index)
    return plain(value, zone), shown(value, zone), None
