"""The values that are known for an argument: those that are documented, and those that a schema declares."""

from __future__ import annotations

from targetexpr.lang.functions import Parameter
from targetexpr.lang.schema.model import Profile
from targetexpr.lang.schema.schema import Schema


def choices(parameter: Parameter, before: str | None, profile: Profile | None, schema: Schema) -> tuple[str, ...]:
    """The known values of an argument; one that depends on the string before it has those of that name.

    >>> from targetexpr.lang.functions.baskets import BASKET_FUNCTIONS
    >>> schema = Schema.bundled().extend(inventory_attributes={"brand": ["Puma", "Nike"]})
    >>> name, value = BASKET_FUNCTIONS[0].overloads[0].parameters
    >>> choices(name, None, None, schema), choices(value, "brand", None, schema)
    (('brand',), ('Puma', 'Nike'))
    """
    if parameter.values:
        return parameter.values
    fields = {} if profile is None else profile.custom_fields
    clusters = {} if profile is None else profile.clusters
    named = {"inventory-attribute": schema.inventory, "custom-field": fields, "cluster": clusters}
    if parameter.role in named:
        return tuple(named[parameter.role])
    holder = {"inventory-value": schema.inventory, "custom-value": fields, "cluster-value": clusters}
    values = holder.get(parameter.role)
    return () if values is None or before is None else tuple(values.get(before, ()))
