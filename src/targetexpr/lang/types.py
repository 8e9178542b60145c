"""Types: an ancestry written most specific first, and what fits where."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["boolean", "number", "string", "date", "object", "function"]
"""What the rules of the language go by: all numbers are one kind, all profiles are one."""


class Type(str):
    """An ancestry such as `real:object:primitive`: a real, which is an object, which is primitive.

    It is the very text that expressionJson carries, so a type can stand wherever a string can.

    >>> REAL.fits(Type("object:primitive")), NUMBER.fits(REAL)
    (True, False)
    >>> REAL.kind, NUMBER.kind, REAL.head
    ('number', 'number', 'real')
    """

    __slots__ = ()

    def fits(self, asked: str) -> bool:
        """Whether this type or one of its ancestors is `asked`."""
        return self == asked or self.endswith(":" + asked)

    @property
    def head(self) -> str:
        """The most specific name: `real`."""
        return self.partition(":")[0]

    @property
    def kind(self) -> Kind:
        """The kind of value: the first ancestor that names one, else an object."""
        return kind_of(self)


@lru_cache(maxsize=4096)
def kind_of(type_: str) -> Kind:
    """The kind of a type, found along its ancestry from the most general end (a name may hold any text).

    >>> kind_of("EEnum__InvAttr:enum:string:object:primitive")
    'string'
    """
    for base, kind in _BASES:
        if type_ == base or type_.endswith(":" + base):
            return kind
    return "object"


BOOLEAN = Type("boolean:primitive")
NUMBER = Type("number:primitive")  # number literals and what is computed from them alone
REAL = Type("real:object:primitive")
INTEGER = Type("integer:number:primitive")  # as the platform's own editor writes it
STRING = Type("string:object:primitive")
DATE = Type("date:object:primitive")
FUNCTION = Type("anonymous:function:primitive")  # the name of a method
EVENT = Type("event:object:primitive")  # currentEvent when the event is not known
INVENTORY_ATTRIBUTE = Type("EEnum__InvAttr:enum:string:object:primitive")
OLDER_INTEGER = Type("integer:object:primitive")  # how this library wrote integers before; read as well

_BASES: tuple[tuple[str, Kind], ...] = (
    (STRING, "string"),
    (REAL, "number"),
    (NUMBER, "number"),
    (OLDER_INTEGER, "number"),
    (BOOLEAN, "boolean"),
    (DATE, "date"),
    ("function:primitive", "function"),
)

NAMED_TYPES: dict[str, Type] = {
    "boolean": BOOLEAN,
    "date": DATE,
    "integer": INTEGER,
    "number": NUMBER,
    "real": REAL,
    "string": STRING,
}
"""How a schema file names the types of values."""


@lru_cache(maxsize=1024)
def inventory_value(attribute: str) -> Type:
    """The type of a value of the inventory attribute `attribute`: it depends on that attribute's name.

    >>> inventory_value("sku_code")
    'EEnum__InvAttr__EDepEnum__InvAttrVal__sku_code:string:object:primitive'
    """
    return dependent_enum("EEnum__InvAttr__EDepEnum__InvAttrVal", attribute)


@lru_cache(maxsize=1024)
def dependent_enum(prefix: str, name: str) -> Type:
    """The type of a value that depends on the name given before it.

    A name with a colon would read as an ancestry of its own; values that depend on it are plain strings.

    >>> dependent_enum("EEnum__TxCustomField__EDepEnum__TxCustomFieldVal", "gift")
    'EEnum__TxCustomField__EDepEnum__TxCustomFieldVal__gift:string:object:primitive'
    """
    return STRING if ":" in name else Type(f"{prefix}__{name}:string:object:primitive")


@lru_cache(maxsize=1024)
def profile_type(profile: str) -> Type:
    """The type of a profile by our rule: its name without `current`, starting small.

    The twelve profiles of the platform's own editor have types of their own, `tx` and `tx.item` among them; the
    schema names them.

    >>> profile_type("currentUserGroup"), profile_type("returnBill")
    ('userGroup:object:primitive', 'returnBill:object:primitive')
    """
    bare = profile[len("current") :] if profile.startswith("current") and len(profile) > len("current") else profile
    return Type(f"{bare[0].lower()}{bare[1:]}:object:primitive")


@lru_cache(maxsize=1024)
def event_type(event: str) -> Type:
    """The type of currentEvent in a known event, by our rule; the schema names those that are known otherwise.

    >>> event_type("TargetCompleted")
    'customer.targetCompletedEvent:object:primitive'
    """
    return Type(f"customer.{event[0].lower()}{event[1:]}Event:object:primitive")
