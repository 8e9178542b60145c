"""Which members of records an evaluation reads, and as what: the columns of data that is staged for SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from targetexpr.lang.schema.model import EXTENDED
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.columns import Reads
from targetexpr.targets.progress.contribution import TargetEvaluator
from targetexpr.targets.scale.measures import names_of
from targetexpr.targets.scale.not_sql import NotSql

Kind: TypeAlias = Literal["text", "number", "boolean", "instant", "list", "lines"]
"""What a column holds. list: of ids; lines: whether there are line items, as an empty list."""

ROW = "#row"
"""The column with the number of a row, by which its record is read again."""

ASIDE = "#aside"
"""The column that says of a row that columns do not hold all that is read of it."""

HEAD: Mapping[str, Kind] = {"id": "text", "customerId": "text", "type": "text", "date": "instant"}

_KINDS: Mapping[str, Kind] = {"string": "text", "number": "number", "boolean": "boolean", "date": "instant"}
_BILLS = ("currentTxn", "returnBill")


def staged_members(evaluators: tuple[TargetEvaluator, ...], reads: Reads) -> dict[str, Kind]:
    """The members by their names in rules: `currentTxn.value`. Raises NotSql for what has no column of its own."""
    found: dict[str, Kind] = dict(HEAD)
    for name, kind in _members(evaluators, reads):
        if found.setdefault(name, kind) != kind:
            raise NotSql([f"`{name}` is read as values of several kinds."])
    return found


def _members(evaluators: tuple[TargetEvaluator, ...], reads: Reads) -> Iterator[tuple[str, Kind]]:
    yield "returnOf", "text"
    yield "points.alternateCurrencyIdentifier", "text"
    for profile in _BILLS:
        yield f"{profile}.value", "number"
        yield f"{profile}.lineItems", "lines"
    for read in reads.reads:
        name = f"{read.profile}.{read.name}"
        kind = _KINDS.get(reads.kinds.get(name, ""))
        if read.arguments is not None or kind is None:
            raise NotSql([f"What is read of `{name}` is in no column of its own."])
        yield name, kind
    for evaluator in evaluators:
        target = evaluator.target
        if target.stores:
            yield "storeId", "text"
        if target.zones:
            yield "zoneIds", "list"
        if target.concepts:
            yield "conceptIds", "list"
        for profile in _BILLS:
            for name in names_of(target, profile):
                yield name, "text" if target.counts_field else "number"


def computing(reads: Reads, schema: Schema) -> set[str]:
    """The profiles of which something is read that line items say where the data does not."""
    found = set()
    for read in reads.reads:
        attribute = schema.profiles[read.profile].attribute(read.name)
        if attribute is not None and attribute.computed is not None:
            found.add(read.profile)
    return found


def extended(members: Mapping[str, Kind]) -> set[str]:
    """The profiles of which extended fields are read."""
    return {profile for profile, _, name in (one.partition(".") for one in members) if name.startswith(EXTENDED)}
