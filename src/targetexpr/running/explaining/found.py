"""What the data holds where a method of a profile looked: ` (it is "40-90")`."""

from __future__ import annotations

from targetexpr.lang.functions import Function
from targetexpr.running.context import ContextReader, get
from targetexpr.running.explaining.recording import Trace
from targetexpr.running.explaining.wording import listed, shown, shown_raw
from targetexpr.running.meanings.items import inventory_attribute


def found(trace: Trace, profile_name: str, function: Function, first: object) -> str:
    """A remark on the entry that a function looks for; `first` is the value of the first argument."""
    reader = ContextReader(trace.reader.zone, lenient=True)
    profile = reader.profile(trace.context, profile_name)
    if profile is None or not isinstance(first, str):
        return ""
    name = function.entry or first
    match function.reads:
        case "lineItems":
            return _in_items(reader, profile, name)
        case "attributes":
            raw: object = inventory_attribute(reader, profile, (), name)
        case None:
            return ""
        case key:
            raw = get(reader.dictionary(get(profile, key)) or {}, name)
    return f" (it is {shown_raw(raw, reader.zone)})" if raw is not None else " (it is missing)"


def _in_items(reader: ContextReader, profile: dict[object, object], name: str) -> str:
    items = reader.items(get(profile, "lineItems")) or ()
    if not items:
        return " (there are no items)"
    texts = [inventory_attribute(reader, item, (), name) for item in items if isinstance(item, dict)]
    held = list(dict.fromkeys(text for text in texts if text is not None))
    if not held:
        return f" (no item has a {name})"
    return f" (their {name} is {listed([shown(text, reader.zone) for text in held])})"
