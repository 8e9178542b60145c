"""The JSON Schema of a record, made from the declarations: what it can hold, and what its values are read as."""

from __future__ import annotations

from typing import Any, Final, assert_never

from targetexpr.checking.names import close_names
from targetexpr.lang.literals import DATE_PATTERN, NUMBER_PATTERN
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.shape import HEAD, Member, Shape, ValueKind, record_shape

JsonSchema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_VALUES: dict[str, JsonSchema] = {
    "string": {
        "type": ["string", "integer", "null"],
        "description": "A string; a whole number is read as its digits. Null is the same as no member.",
    },
    "number": {
        "type": ["number", "string", "null"],
        "pattern": f"^{NUMBER_PATTERN}$",
        "description": "An exact number, in quotes too; any number of decimals, no blanks, no thousands separators.",
    },
    "boolean": {"enum": [True, False, "true", "false", None], "description": "True or false, in quotes too."},
    "date": {
        "type": ["string", "integer", "null"],
        "pattern": f"^{DATE_PATTERN}$",
        "description": "`2024-01-31`, `2024-01-31T10:00:00`, with `Z` or `+05:30` behind it; or milliseconds since "
        "1970. Without an offset it is local to the time zone of the evaluation; without a time it is midnight.",
        "examples": ["2024-01-31T10:00:00Z"],
    },
    "scalar": {
        "type": ["string", "number", "boolean", "null"],
        "description": "A value of any type; the rule says which it needs.",
    },
    "id": {"type": ["string", "integer", "null"], "description": "An id: a string, or a whole number."},
    "result": {
        "type": ["object", "array", "null"],
        "items": {"type": "string"},
        "description": "What a method answers: results by its arguments, one object in the other; or the list of "
        "arguments for which it is true.",
    },
}


def record_schema(
    schema: Schema | None = None, *, event: str | None = None, head: bool = False, refs: str = "#/$defs/"
) -> JsonSchema:
    """The JSON Schema (draft 2020-12) of a record: a context for a rule, or a record for target groups.

    `schema` has the profiles and fields, the bundled ones when it is left out. `event` leaves the profiles and
    attributes that this event offers. `head` requires the members without which target groups cannot count a record:
    id, customerId, type and date. `refs` is what references begin with, for a document that has its schemas
    elsewhere; then `$defs` of the result go there. Members that nobody reads are allowed.

    Raises ValueError for an event that the schema does not have.

    >>> made = record_schema(head=True)
    >>> made["required"], made["$defs"]["currentTxn"]["properties"]["value"]["$ref"]
    (['id', 'customerId', 'type', 'date'], '#/$defs/number')
    """
    schema = Schema.bundled() if schema is None else schema
    offered = None if event is None else schema.event(event)
    if event is not None and offered is None:
        close = close_names(event, (*schema.events, *schema.aliases))
        said = f"did you mean {' or '.join(close)}?" if close else f"expected one of {', '.join(schema.events)}"
        raise ValueError(f"unknown event {event!r}; {said}")
    shape = record_shape(schema, None if offered is None else offered.name)
    made = _Definitions(refs)
    body = made.object(shape)
    if offered is not None:
        left_out = {name for name in schema.profiles if not schema.has_profile(offered, name)}
        body["properties"] = {name: one for name, one in body["properties"].items() if name not in left_out}
        made.drop(left_out)
    return {
        "$schema": DIALECT,
        "title": "Record",
        "description": "A record: profiles with their fields, for a rule to be evaluated on; target groups need to "
        "know besides which record it is, whose, of what type and when.",
        **body,
        "type": "object",
        **({"required": list(HEAD)} if head else {}),
        "$defs": made.definitions,
    }


class _Definitions:
    """The schemas that others refer to by name."""

    def __init__(self, refs: str) -> None:
        self._refs = refs
        self.definitions: dict[str, JsonSchema] = {name: dict(one) for name, one in _VALUES.items()}

    def object(self, shape: Shape) -> JsonSchema:
        """The schema of an object; those inside it become definitions."""
        made: JsonSchema = {"type": ["object", "null"] if shape.nullable else "object"}
        if shape.members:
            made["properties"] = {name: self._member(member) for name, member in shape.members.items()}
        patterns = {f"^{start}": self._member(member) for start, member in shape.families.items() if start}
        if patterns:
            made["patternProperties"] = patterns
        if "" in shape.families:
            made["additionalProperties"] = self._member(shape.families[""])
        return made

    def drop(self, names: set[str]) -> None:
        """Leaves definitions out again."""
        for name in names:
            self.definitions.pop(name, None)

    def _member(self, member: Member) -> JsonSchema:
        kinds = [self._kind(kind, member) for kind in member.kinds]
        made: JsonSchema = dict(kinds[0]) if len(kinds) == 1 else {"anyOf": kinds}
        if member.doc:
            made["description"] = member.doc
        if member.values:
            made["examples"] = list(member.values)
        return made

    def _kind(self, kind: ValueKind, member: Member) -> JsonSchema:
        match kind:
            case "string" | "number" | "boolean" | "date" | "scalar" | "id" | "result":
                return {"$ref": self._refs + kind}
            case "object":
                return {} if member.inside is None else self._named(member.inside)
            case "list":
                inside = member.inside
                items = {"$ref": self._refs + "scalar"} if inside is None else self._named(inside)
                return {"type": ["array", "null"], "items": items}
            case _:
                assert_never(kind)

    def _named(self, shape: Shape) -> JsonSchema:
        """A reference to an object's schema."""
        if shape.name not in self.definitions:
            self.definitions[shape.name] = {}  # it has its place before what is inside it
            about = {"description": shape.doc} if shape.doc else {}
            self.definitions[shape.name] = {**about, **self.object(shape)}
        return {"$ref": self._refs + shape.name}
