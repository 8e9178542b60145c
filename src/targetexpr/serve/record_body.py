"""The JSON schema of a record as a body: what every record needs, and the shape of what evaluation reads."""

from __future__ import annotations

from targetexpr.records.schema import record_schema
from targetexpr.serve.feeding import LONGEST_ID
from targetexpr.serve.ids import USER_SCHEMA
from targetexpr.serve.json_schemas import STRING, JsonSchema, ref

PREFIX = "Record."
"""What the names of its parts begin with among the document's components."""

_OTHERWISE = {"description": "Anything else is kept, and evaluation sets it aside; there is a warning where it can."}


def record_body() -> JsonSchema:
    """The schema, with those of its parts as `$defs`; made from the same declarations as `schema --records`.

    Whatever lies in the profiles is accepted, so that a test can feed what a till might send: each member has the shape
    that is read, or any other.

    >>> made = record_body()
    >>> made["required"], sorted(made["properties"])[:3]
    (['id', 'customerId', 'type', 'date'], ['conceptIds', 'currentCard', 'currentCustomer'])
    """
    made = record_schema(head=True, refs=ref(PREFIX)["$ref"])
    head: dict[str, JsonSchema] = {
        "id": {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}]},
        "customerId": USER_SCHEMA,
        "type": STRING | {"examples": ["TransactionAdd", "ReturnBill", "PointsIssued"], "minLength": 1},
        "date": {
            "anyOf": [
                STRING | {"examples": ["2023-11-17T07:04:44.000Z"]},
                {"type": "integer", "description": "Milliseconds since 1970."},
            ]
        },
    }
    members = {name: {"anyOf": [shape, _OTHERWISE]} for name, shape in made["properties"].items() if name not in head}
    return {
        "type": "object",
        "description": made["description"],
        "properties": {**head, **members},
        "required": made["required"],
        "$defs": {PREFIX + name: shape for name, shape in made["$defs"].items()},
    }
