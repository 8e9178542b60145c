"""Which column is what, proposed from the headings: the names of a schema, the others that people write, and slips."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from targetexpr.checking.likeness import is_slip
from targetexpr.checking.names import named_profiles
from targetexpr.checking.result import Read
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.shape import record_shape

_OWN: dict[str, tuple[str, ...]] = {
    "id": ("id", "recordid", "billid", "transactionid", "txnid", "orderid", "invoiceid", "receiptid", "billnumber",
           "billno", "transactionnumber", "txnnumber", "invoicenumber", "invoiceno", "receiptnumber", "receiptno"),
    "customerId": ("customerid", "customer", "custid", "customerno", "customernumber", "memberid", "memberno", "userid",
                   "cardnumber", "loyaltyid"),
    "type": ("type", "eventtype", "recordtype", "transactiontype", "txntype", "event"),
    "date": ("date", "datetime", "timestamp", "time", "when", "billdate", "transactiondate", "txndate", "purchasedate",
             "invoicedate", "orderdate", "eventdate", "createdat"),
    "storeId": ("storeid", "store", "storecode", "storeno", "storenumber", "shopid", "shop", "branch", "branchid",
                "outlet", "outletid"),
    "returnOf": ("returnof", "originalbill", "originalid", "originalbillid", "originaltransaction", "returnedbill"),
    "points.regular": ("points", "pointsissued", "regularpoints"),
    "points.promotional": ("promotionalpoints", "bonuspoints"),
}  # fmt: skip
"""The names that people give to the members of a record, without blanks and in lower case."""

FIRST_PROFILES = ("currentTxn", "currentCustomer", "currentStore")
"""The profiles that data is most often of."""

_ALSO = {"id": "currentTxn.number", "date": "currentTxn.date", "storeId": "currentStore.code"}
"""Fields of profiles that hold the same as a member of a record, where the heading is a name for both."""


_Fields: TypeAlias = Sequence[tuple[str, str]]
"""Fields as profile and name, those that are likelier first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a column may be."""

    heading: str
    names: tuple[str, ...]  # ("currentTxn.value",); empty where nothing fits


def propose(headings: Sequence[str], schema: Schema, reads: Iterable[Read] = ()) -> list[Proposal]:
    """What each column may be; a name is proposed once, for the column that fits it best.

    What `reads` reads goes before other fields.

    >>> for one in propose(["bill_no", "Amount", "Tier", "till"], Schema.bundled()):
    ...     print(one.heading, *one.names)
    bill_no id currentTxn.number
    Amount currentTxn.value
    Tier currentCustomer.slabName
    till
    """
    wanted = [(read.profile, read.name) for read in reads if read.arguments is None]
    usual = list(_fields(schema, FIRST_PROFILES, wanted))
    others = list(_fields(schema, schema.profiles, ()))
    taken: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    searches: tuple[Callable[[str], Iterator[str]], ...] = (
        lambda heading: _exact(heading, schema, usual),
        lambda heading: _synonyms(heading, schema, usual),
        lambda heading: _exact(heading, schema, others),
        lambda heading: _synonyms(heading, schema, others),
        lambda heading: _slips(heading, schema, usual),
    )
    for search in searches:
        for heading in headings:
            if heading in found:
                continue
            name = next((name for name in search(heading) if name not in taken), None)
            if name is not None:
                also = _same_elsewhere(heading, name, schema)
                found[heading] = (name, *(one for one in also if one not in taken))
                taken.update(found[heading])
    return [Proposal(heading=heading, names=found.get(heading, ())) for heading in headings]


def _same_elsewhere(heading: str, name: str, schema: Schema) -> Iterator[str]:
    """Fields of profiles that hold the same as a member of a record: `date` is also currentTxn.date."""
    also = _ALSO.get(name)
    if also is None or (name == "id" and not _bare(heading).endswith(("number", "no"))):
        return
    profile, _, field = also.partition(".")
    if profile in schema.profiles and field in schema.profiles[profile].attributes:
        yield also


def _exact(heading: str, schema: Schema, fields: _Fields) -> Iterator[str]:
    """Names as in records, in full or bare, letter case and separators aside."""
    shape = record_shape(schema)
    start, dot, rest = heading.partition(".")
    if dot and start in shape.members:
        inside = shape.members[start].inside
        if inside is not None and inside.member(rest) is not None:
            yield heading
            return
    if heading in shape.members and shape.members[heading].inside is not None:
        yield heading
        return
    bare = _bare(heading)
    yield from (name for name, others in _OWN.items() if bare == others[0])
    for profile, name in fields:
        if _bare(name) == bare:
            yield f"{profile}.{name}"


def _synonyms(heading: str, schema: Schema, fields: _Fields) -> Iterator[str]:
    """Other names that people write, also behind the name of a profile: `customer email`, `txn_amount`."""
    bare = _bare(heading)
    yield from (name for name, others in _OWN.items() if bare in others)
    for profile, name in fields:
        declared = schema.profiles[profile].attribute(name)
        if declared is not None and bare in map(_bare, declared.suggest_for):
            yield f"{profile}.{name}"
    first, *rest = re.split(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])", heading)
    if not rest:
        return
    for profile in named_profiles(schema, first):
        behind = _bare("".join(rest))
        for name, attribute in schema.profiles[profile].attributes.items():
            if behind in (_bare(name), *map(_bare, attribute.suggest_for)):
                yield f"{profile}.{name}"


def _slips(heading: str, schema: Schema, fields: _Fields) -> Iterator[str]:
    """Names but for a slip of the pen."""
    bare = _bare(heading)
    if len(bare) < 4:
        return
    yield from (name for name, others in _OWN.items() if any(is_slip(bare, other, ()) for other in others[:1]))
    for profile, name in fields:
        attribute = schema.profiles[profile].attribute(name)
        others = () if attribute is None else attribute.suggest_for
        if any(is_slip(bare, _bare(one), ()) for one in (name, *others)):
            yield f"{profile}.{name}"


def _fields(schema: Schema, profiles: Iterable[str], first: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    yield from first
    for profile in profiles:
        if profile in schema.profiles:
            yield from ((profile, name) for name in schema.profiles[profile].attributes)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())
