"""Names as people read them: `numberOfTxns` is the number of transactions."""

from __future__ import annotations

import re
from functools import lru_cache

from targetexpr.lang.schema.model import EXTENDED

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_WRITTEN_OUT = {
    "aggr": "aggregate",
    "avg": "average",
    "curr": "current",
    "disc": "discount",
    "firstname": "first name",
    "lastname": "last name",
    "prev": "previous",
    "qty": "quantity",
    "reg": "registration",
    "txn": "transaction",
    "txns": "transactions",
    "ug": "user group",
    "id": "ID",
    "sku": "SKU",
    "ios": "iOS",
}
"""Abbreviations of the platform's names, and what they stand for."""


@lru_cache(maxsize=8192)
def words(name: str) -> str:
    """A name as words.

    >>> words("numberOfTxns"), words("extField_home_city"), words("externalId")
    ('number of transactions', 'home city', 'external ID')
    """
    bare = name[len(EXTENDED) :] if name.startswith(EXTENDED) and len(name) > len(EXTENDED) else name
    found = [_WRITTEN_OUT.get(word.lower(), word.lower()) for word in _WORD.findall(bare)]
    return " ".join(found) or name


@lru_cache(maxsize=1024)
def profile_words(name: str) -> str:
    """What a profile is called: its name without `current`.

    >>> profile_words("currentTxn"), profile_words("groupPrimaryCustomer")
    ('transaction', 'group primary customer')
    """
    return words(name[len("current") :] if name.startswith("current") and len(name) > len("current") else name)


def label(name: str) -> str:
    """A name as the label of a field.

    >>> label("slabName")
    'Slab name'
    """
    said = words(name)
    return said[:1].upper() + said[1:]
