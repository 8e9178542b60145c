"""`targetexpr schema`: what an expression can name; one entry with its overloads and an example."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.cli.exits import YES
from targetexpr.cli.inputs import add_output, json_text
from targetexpr.cli.schemas import add_schema, load

if TYPE_CHECKING:
    from targetexpr.lang.functions import Function
    from targetexpr.lang.schema.model import Attribute, Method, Profile, Schema

DESCRIPTION = """\
List what an expression can name: the profiles, what is in one of them, or a single entry with its overloads, its
meaning and an example. The methods of values are under text, number, date and condition."""
EXAMPLES = """\
  targetexpr schema
  targetexpr schema currentTxn
  targetexpr schema currentTxn.basketSum
  targetexpr schema date.daysDiff
  targetexpr schema --search points"""

KINDS = {"text": "string", "number": "number", "date": "date", "condition": "boolean"}
"""What the methods of values are listed under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the list: what is written, what it comes out as, what it means."""

    owner: str  # "currentTxn", or "date" for methods of dates
    name: str
    signature: str  # "" for attributes
    type: str
    doc: str
    item: Attribute | Method | Function

    @property
    def label(self) -> str:
        """`currentTxn.basketSum(inventoryAttribute, attributeValue)`."""
        return f"{self.owner}.{self.name}{self.signature}"


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="PROFILE[.NAME]", help="a profile, or an entry of one")
    parser.add_argument("--search", metavar="WORD", help="everything whose name or meaning has the word in it")
    parser.add_argument("--events", action="store_true", help="list the events and the profiles they offer")
    parser.add_argument("--json-schema", action="store_true", help="print the JSON Schema of schema files")
    add_schema(parser)
    add_output(parser)


def run(options: Namespace) -> int:
    """List, search or show."""
    if options.json_schema:
        from targetexpr.lang.schema.validate import file_schema

        print(json_text(file_schema()))
        return YES
    schema = load(options)
    if options.events:
        print(events(schema, options.output))
    elif options.search is not None:
        print(search(schema, options.search, options.name, options.output))
    else:
        print(listing(schema, options.name, options.output))
    return YES


def listing(schema: Schema, name: str | None, output: str = "text") -> str:
    """The profiles, what is in one, or one entry. Raises InputError for what does not exist."""
    if name is None:
        return _profiles(schema, output)
    return _entry(schema, name, output) if "." in name else _members(schema, name, output)


# ---- what there is -------------------------------------------------------------------------------------------------


def _entries(schema: Schema, owner: str) -> list[Entry]:
    if owner in KINDS:
        from targetexpr.lang.functions import KIND_METHODS

        methods = KIND_METHODS[KINDS[owner]]  # type: ignore[index]
        return [_of_function(owner, function, function) for function in methods.values()]
    profile = _profile(schema, owner)
    found = [_of_attribute(attribute) for attribute in (*profile.attributes.values(), *profile.patterns)]
    return found + [_of_function(owner, method.function, method) for method in profile.methods.values()]


def _of_attribute(attribute: Attribute) -> Entry:
    return Entry(
        owner=attribute.profile,
        name=attribute.name,
        signature="",
        type=attribute.type.head,
        doc=attribute.doc,
        item=attribute,
    )


def _of_function(owner: str, function: Function, item: Method | Function) -> Entry:
    signature = function.overloads[0].signature
    return Entry(
        owner=owner,
        name=item.name,
        signature=signature,
        type=function.result.head,
        doc=function.doc,
        item=item,
    )


def _profile(schema: Schema, name: str) -> Profile:
    profile = schema.profiles.get(name)
    if profile is None:
        from targetexpr.checking.names import like_profile

        close = like_profile(schema, name)
        hint = f"did you mean {' or '.join(close)}?" if close else "`targetexpr schema` lists them"
        raise InputError(f"there is no profile {name!r}; {hint}")
    return profile


# ---- lists ---------------------------------------------------------------------------------------------------------


def _profiles(schema: Schema, output: str) -> str:
    if output == "json":
        return json_text({"profiles": [_profile_data(schema, profile) for profile in schema.profiles.values()]})
    rows = [(p.name, f"{len(p.attributes) + len(p.methods)} entries", p.doc) for p in schema.profiles.values()]
    return _table(rows) + "\n\nMethods of values: " + ", ".join(KINDS)


def _profile_data(schema: Schema, profile: Profile) -> dict[str, object]:
    out: dict[str, object] = {"name": profile.name, "type": profile.type, "doc": profile.doc}
    if profile.choice:
        out["choice"] = profile.choice
    out["events"] = list(schema.offering(profile.name))
    return out


def _members(schema: Schema, owner: str, output: str) -> str:
    entries = _entries(schema, owner)
    if output == "json":
        head = {} if owner in KINDS else _profile_data(schema, _profile(schema, owner))
        return json_text({**head, "entries": [_entry_data(entry) for entry in entries]})
    lines: list[str] = []
    if owner not in KINDS:
        profile = _profile(schema, owner)
        lines.append(f"{profile.name}: {profile.doc}")
        lines += [f"  ({profile.choice})"] if profile.choice else []
        lines += [f"  offered by {', '.join(schema.offering(owner)) or 'no event'}", ""]
    lines.append(_table([(entry.name + entry.signature, entry.type, entry.doc) for entry in entries]))
    return "\n".join(lines)


def search(schema: Schema, word: str, owner: str | None = None, output: str = "text") -> str:
    """Everything that has a word in its name or meaning."""
    owners = [owner] if owner is not None else [*schema.profiles, *KINDS]
    found = [entry for name in owners for entry in _entries(schema, name) if _fits(entry, word.lower())]
    if output == "json":
        return json_text({"entries": [_entry_data(entry) for entry in found]})
    if not found:
        return f"nothing has {word!r} in its name or meaning"
    return _table([(entry.label, entry.type, entry.doc) for entry in found])


def _fits(entry: Entry, word: str) -> bool:
    return word in f"{entry.owner}.{entry.name}".lower() or word in entry.doc.lower()


def events(schema: Schema, output: str = "text") -> str:
    """The events and the profiles they offer."""
    if output == "json":
        data = [
            {"name": event.name, "doc": event.doc, "profiles": sorted(_offered(schema, event.name))}
            for event in schema.events.values()
        ]
        return json_text({"events": data})
    lines: list[str] = []
    for event in schema.events.values():
        lines += [f"{event.name}: {event.doc}", f"  {', '.join(sorted(_offered(schema, event.name)))}"]
    return "\n".join(lines)


def _offered(schema: Schema, event: str) -> Iterator[str]:
    return (profile for profile in schema.profiles if schema.offers(schema.events[event], profile))


def _table(rows: list[tuple[str, str, str]]) -> str:
    """Rows in columns as wide as they need be; a long first column gets a line of its own."""
    first = min(max((len(row[0]) for row in rows), default=0), 44)
    second = max((len(row[1]) for row in rows), default=0)
    lines: list[str] = []
    for name, kind, doc in rows:
        if len(name) > first:
            lines.append(name)
            name = ""
        lines.append(f"{name:<{first}}  {kind:<{second}}  {doc}".rstrip())
    return "\n".join(lines)


# ---- one entry -----------------------------------------------------------------------------------------------------


def _entry(schema: Schema, name: str, output: str) -> str:
    owner, _, member = name.partition(".")
    entries = _entries(schema, owner)
    found = next((entry for entry in entries if entry.name == member), None)
    if found is None:
        from targetexpr.checking.names import close_names

        close = close_names(member, [entry.name for entry in entries])
        hint = f"did you mean {' or '.join(close)}?" if close else f"`targetexpr schema {owner}` lists what there is"
        raise InputError(f"{owner} has no {member!r}; {hint}")
    return json_text(_entry_data(found)) if output == "json" else _shown(schema, found)


def _shown(schema: Schema, entry: Entry) -> str:
    lines = [f"{entry.owner}.{entry.name}{signature} -> {entry.type}" for signature in _signatures(entry)]
    lines.append(f"  {entry.doc}")
    choice = _choice(entry)
    lines += [f"  Choice: {choice}"] if choice else []
    lines += [f"  Values of {name}: {', '.join(values)}" for name, values in _values(entry).items()]
    only = _only_events(entry)
    lines += [f"  Only in {', '.join(only)}"] if only else []
    lines.append(f"  Example: {_example(schema, entry)}")
    return "\n".join(lines)


def _entry_data(entry: Entry) -> dict[str, object]:
    out: dict[str, object] = {"name": f"{entry.owner}.{entry.name}", "type": entry.type, "doc": entry.doc}
    function = _function(entry)
    if function is not None:
        out["overloads"] = [
            [
                {"name": p.name, "type": p.type, **({"values": list(p.values)} if p.values else {})}
                for p in overload.parameters
                if p.role != "ignored"
            ]
            for overload in function.overloads
        ]
    elif _values(entry):
        out["values"] = list(_values(entry)[entry.name])
    for key, value in (("choice", _choice(entry)), ("events", _only_events(entry))):
        if value:
            out[key] = value
    return out


def _function(entry: Entry) -> Function | None:
    from targetexpr.lang.functions import Function
    from targetexpr.lang.schema.model import Method

    if isinstance(entry.item, Method):
        return entry.item.function
    return entry.item if isinstance(entry.item, Function) else None


def _signatures(entry: Entry) -> list[str]:
    function = _function(entry)
    if function is None:
        return [""]
    return [overload.signature for overload in function.overloads]


def _choice(entry: Entry) -> str | None:
    function = _function(entry)
    own = entry.item.choice
    return own if own is not None or function is None else function.choice


def _values(entry: Entry) -> Mapping[str, tuple[str, ...]]:
    from targetexpr.lang.schema.model import Attribute

    function = _function(entry)
    if function is not None:
        return {p.name: p.values for p in function.overloads[0].parameters if p.values}
    if isinstance(entry.item, Attribute) and entry.item.values:
        return {entry.name: entry.item.values}
    return {}


def _only_events(entry: Entry) -> list[str]:
    from targetexpr.lang.functions import Function

    return [] if isinstance(entry.item, Function) else list(entry.item.events or ())


_SAMPLES = {
    "boolean": "",
    "number": ">100",
    "real": ">100",
    "integer": ">=2",
    "string": '=="Gold"',
    "date": ".isWeekend()",
}


def _example(schema: Schema, entry: Entry) -> str:
    """An expression with the entry in it that checks without error."""
    function = _function(entry)
    if function is not None and function.examples:
        text = function.examples[0].expression
        profile = text.partition(".")[0]
        return text.replace(f"{profile}.", f"{entry.owner}.", 1) if entry.owner in schema.profiles else text
    name = entry.name.replace("*", "region") if entry.name != "*" else "minutes"
    call = ""
    if function is not None:
        call = f"({','.join(_sample_argument(p.type.kind, p.values) for p in function.overloads[0].parameters)})"
    values = _values(entry).get(entry.name)
    compared = f'=="{values[0]}"' if values and function is None else _SAMPLES[entry.type]
    return f"{entry.owner}.{name}{call}{compared}"


def _sample_argument(kind: str, values: tuple[str, ...]) -> str:
    return f'"{values[0]}"' if values else {"number": "30", "date": "currentTxn.date"}.get(kind, '"Gold"')
