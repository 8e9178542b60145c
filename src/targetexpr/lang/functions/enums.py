"""The enums that string arguments belong to, by what the argument is for and what the method is called on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from targetexpr.lang.functions.model import Role
from targetexpr.lang.types import INVENTORY_ATTRIBUTE, Type


class Enum(NamedTuple):
    """A named enum, and how the enums of the values that depend on it begin."""

    name: Type  # of the first argument
    values: str  # the second argument's enum is this and the value of the first


def _enum(name: str, values: str) -> Enum:
    return Enum(Type(f"{name}:enum:string:object:primitive"), f"{name}__EDepEnum__{values}")


_INVENTORY = Enum(INVENTORY_ATTRIBUTE, "EEnum__InvAttr__EDepEnum__InvAttrVal")

_BY_RECEIVER: Mapping[tuple[Role, str], Enum] = {
    ("custom-field", "customer"): _enum("EEnum__CustomerCustomField", "CustomerCustomFieldVal"),
    ("custom-field", "tx"): _enum("EEnum__TxCustomField", "TxCustomFieldVal"),
    ("cluster", "customer"): _enum("EEnum__CustomerCluster", "CustomerClusterVal"),
    ("registration-entity", "customer"): _enum(
        "EEnum__CustomerRegistrationOrgEntity", "CustomerRegistrationOrgEntityVal"
    ),
    ("profile-source", "customer"): _enum("EEnum__ECustomerProfileSourceType", "ECustomerProfileSourceAccountId"),
}
"""Names as the platform's own editor writes them. It knows none for other profiles: there, arguments are strings."""

VALUE_OF: Mapping[Role, Role] = {
    "inventory-value": "inventory-attribute",
    "custom-value": "custom-field",
    "cluster-value": "cluster",
    "registration-code": "registration-entity",
    "profile-account": "profile-source",
}
"""The role of a value, and that of the argument right before it, on which it depends."""


def enum_of(role: Role, receiver: Type) -> Enum | None:
    """The enum that an argument belongs to; None where it is a plain string.

    >>> enum_of("cluster", Type("customer:object:primitive")).name
    'EEnum__CustomerCluster:enum:string:object:primitive'
    >>> enum_of("custom-field", Type("card:object:primitive")) is None
    True
    """
    if role == "inventory-attribute":
        return _INVENTORY
    return _BY_RECEIVER.get((role, receiver.head))
