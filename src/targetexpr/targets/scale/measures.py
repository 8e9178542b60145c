"""What targets measure, as columns: the figures that records bring and returns state, as whole steps of one grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from targetexpr.tables.columns import Column
from targetexpr.tables.mapping import ProfileMap
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.targets.model.enums import TargetType
from targetexpr.targets.progress.plan import TargetPlan

Kind: TypeAlias = Literal["once", "sum", "any", "present", "nothing"]
"""How columns make a figure.

once: 1; sum: the first column, to which others are added where they are there; any: the sum of those that are there,
of which one must be; present: 1 where the column holds anything; nothing: the table has no column for it.
"""

LARGEST = 2.0**62
"""Whole numbers of steps below this fit 64 bits, their sums of two too."""

MOST_SCALE = 9
"""Digits after the point of the finest grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure of a record, by its columns (with facts, once they are known)."""

    kind: Kind
    columns: tuple[Column, ...] = ()
    profile: str | None = None  # that must be there for it to be read
    currency: tuple[Column, str] | None = None  # what else the record may say, and the only one that counts

    @property
    def numbers(self) -> tuple[Column, ...]:
        """The columns that are read as numbers."""
        return self.columns if self.kind in ("sum", "any") else ()


def names_of(target: TargetPlan, profile: str) -> tuple[str, ...]:
    """The names of the members that a figure is made of, in a bill or a return; the first is the one it needs."""
    match target.type:
        case TargetType.SALES:
            return (f"{profile}.value",)
        case TargetType.COUNT | TargetType.VISIT:
            return ()
        case TargetType.GROSS_SALES:
            return f"{profile}.value", f"{profile}.discount"
        case TargetType.QUANTITY:
            return (f"{profile}.totalQty",)
        case TargetType.EXTENDED_FIELD:
            key = target.field if target.field.startswith("extField_") else f"extField_{target.field}"
            return (f"{profile}.{key}",)
        case TargetType.EVENT_ATTRIBUTE:
            return (f"currentEvent.{target.field}",)
        case TargetType.REGULAR_POINTS | TargetType.REGULAR:
            return ("points.regular",)
        case TargetType.PROMOTIONAL_POINTS | TargetType.PROMOTIONAL:
            return ("points.promotional",)
        case TargetType.ALL_POINTS | TargetType.ALL:
            return "points.regular", "points.promotional"
        case _:
            assert_never(target.type)


def measure_of(target: TargetPlan, profile: str, table: ProfileMap) -> Measure:
    """The figure of a target in bills (`currentTxn`) or returns (`returnBill`), without facts."""
    names = names_of(target, profile)
    if not names:
        return Measure(kind="once")
    found = [table.named(name) for name in names]
    columns = tuple(column for column in found if column is not None)
    points = names[0].startswith("points.")
    owner = None if points else names[0].partition(".")[0]
    if not columns or (found[0] is None and not points):
        return Measure(kind="nothing", profile=owner)
    if points:
        said = table.named("points.alternateCurrencyIdentifier")
        return Measure(kind="any", columns=columns, currency=None if said is None else (said, target.field))
    return Measure(kind="present" if target.counts_field else "sum", columns=columns, profile=owner)


# ---- as SQL


def scale_of(column: Column) -> int | None:
    """On which grid a column is, in digits after the point; None where it is on none that is known."""
    match column.kind:
        case "decimal":
            return column.type.scale
        case "float" | "text":
            return column.number.scale
        case _:
            return 0


def steps(words: SqlVocabulary, column: Column, scale: int) -> str:
    """A number as whole steps of 10^-scale; null where it is missing."""
    mine = scale_of(column)
    assert mine is not None
    match column.kind:
        case "int" | "decimal":
            whole = words.integer(column)
        case "float" | "text":
            whole = words.rounded(words.double(column), mine)
        case _:
            return "CAST(NULL AS BIGINT)"
    return whole if mine == scale else f"({whole} * {words.whole(10 ** (scale - mine))})"


def figure(words: SqlVocabulary, measure: Measure, scale: int) -> str:
    """A figure as whole steps; null where a record has none."""
    one = words.whole(10**scale)
    match measure.kind:
        case "once":
            return one
        case "nothing":
            return "CAST(NULL AS BIGINT)"
        case "present":
            return f"(CASE WHEN NOT {words.is_missing(measure.columns[0])} THEN {one} END)"
    parts = [steps(words, column, scale) for column in measure.columns]
    zero = words.whole(0)
    if measure.kind == "sum":
        first, *others = parts
        found = " + ".join([first, *(f"coalesce({other}, {zero})" for other in others)])
    elif len(parts) == 1:
        (found,) = parts
    else:
        total = " + ".join(f"coalesce({part}, {zero})" for part in parts)
        found = f"CASE WHEN coalesce({', '.join(parts)}) IS NOT NULL THEN {total} END"
    if measure.currency is not None:
        column, currency = measure.currency
        said = words.string(column)
        found = f"CASE WHEN {said} IS NULL OR {said} = {words.text(currency)} THEN {found} END"
    return f"({found})"


def invalid(words: SqlVocabulary, column: Column) -> str | None:
    """Whether a value is no number, or one that columns cannot hold; None where none is."""
    if column.kind in ("int", "decimal", "null"):
        return None
    if column.kind not in ("float", "text"):
        return words.negation(words.is_missing(column))
    facts = column.number
    tests = []
    if not facts.finite:
        tests.append(f"(NOT {words.is_missing(column)} AND {words.double(column)} IS NULL)")
    if column.kind == "text" and facts.long:
        tests.append(words.is_long(column))
    return words.any(tests) if tests else None
