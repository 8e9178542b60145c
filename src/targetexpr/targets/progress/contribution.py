"""Whether a record contributes to a target, and how much: scope, rule, measure; and what a return takes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, assert_never, cast

from targetexpr.running.coercion import DataError, Number, PathPart, path_text
from targetexpr.running.context import ContextReader, get
from targetexpr.running.meanings.items import amount, gross, quantity
from targetexpr.targets.model.enums import TargetEntity, TargetType
from targetexpr.targets.progress.exact import EXACT, ONE, ZERO
from targetexpr.targets.progress.goods import Line
from targetexpr.targets.progress.plan import EvaluationError, TargetPlan

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema
    from targetexpr.running.explaining.explanation import Explanation

_Profile: TypeAlias = dict[object, object]
_Path: TypeAlias = tuple[PathPart, ...]
Measure: TypeAlias = Callable[[Mapping[str, object], str], "Number | None"]
"""From a record, and the profile of its bill (`currentTxn`, or `returnBill`), to the figure; None without one."""

Lines: TypeAlias = tuple[tuple[str | None, Decimal], ...]
"""The lines of a bill that pass: code and figure of each."""


class TargetEvaluator:
    """Decides on one target's records. Compiling the rule raises ExpressionError when it is broken."""

    def __init__(self, target: TargetPlan, schema: Schema | None, reader: ContextReader, timezone: str) -> None:
        from targetexpr.rule import compile as compile_rule

        self.target = target
        self.reader = reader
        self.rule = compile_rule(target.rule, schema, event=target.event, timezone=timezone)
        self.matches = self.rule.matches
        self.filtered = target.filtered
        self._values: dict[float, Decimal] = {}
        self.measure = _measure(target, reader, self.stated_value)
        self.line_measure = _line_measure(target, reader) if target.entity is TargetEntity.LINEITEM else None

    def contribution(self, record: dict[str, object]) -> tuple[Decimal, Lines | None] | None:
        """What a record of the right type brings, None when it does not count. Raises DataError."""
        return None if self.filtered and not self.in_scope(record) else self.measured(record)

    def measured(self, record: dict[str, object]) -> tuple[Decimal, Lines | None] | None:
        """The same of a record from one of the listed places."""
        if self.line_measure is not None:
            return self._from_lines(record)
        if not self.matches(record):
            return None
        found = self.measure(record, "currentTxn")
        return None if found is None else (Decimal(found), None)

    def explain(self, context: dict[str, object]) -> Explanation:
        """Why the rule comes out as it does."""
        return self.rule.explain(context)

    def lines(self, record: Mapping[str, object]) -> list[_Profile]:
        """The line items of a bill."""
        return [line for line, _ in self._lines(record, "currentTxn")]

    def in_scope(self, record: Mapping[str, object]) -> bool:
        """Whether the record comes from one of the listed places."""
        target = self.target
        store = record.get("storeId")
        if store is not None and target.stores and self.reader.string(store, "storeId") in target.stores:
            return True
        for name, wanted in (("zoneIds", target.zones), ("conceptIds", target.concepts)):
            if wanted:
                for place, one in enumerate(self.reader.sequence(record.get(name), name) or ()):
                    if self.reader.string(one, name, place) in wanted:
                        return True
        return False

    def _from_lines(self, record: dict[str, object]) -> tuple[Decimal, Lines | None] | None:
        passing = []
        for line, path in self._lines(record, "currentTxn"):
            try:
                passes = self.matches({**record, "currentLineItem": line})
            except DataError as error:
                raise _of_line(error, path) from None
            if passes:
                measured = self._measure_line(line, path)
                if measured is not None:
                    passing.append((self._code(line, path), Decimal(measured)))
        if not passing:
            return None
        return ONE if self._once else _sum(measured for _, measured in passing), tuple(passing)

    @property
    def _once(self) -> bool:
        """Bills and days are counted, however many of their lines pass."""
        return self.target.type in (TargetType.COUNT, TargetType.VISIT)

    def _measure_line(self, line: _Profile, path: _Path) -> Number | None:
        assert self.line_measure is not None
        return self.line_measure(line, path)

    def _lines(self, record: Mapping[str, object], name: str) -> list[tuple[_Profile, _Path]]:
        return line_items(self.reader, self.reader.profile(record, name) or {}, name) or []

    # ---- returns -----------------------------------------------------------------------------------------------------

    def returned(self, record: dict[str, object], lines: Lines | None) -> Decimal | None:
        """The figure that a return states of the measure, None when it states none. Raises DataError.

        For targets on line items a returned line counts when a line of the bill with its code did; None when the
        return lists no lines, one without a code, or one without a measured.
        """
        if self.line_measure is None:
            measured = self.measure(record, "returnBill")
            return None if measured is None else not_negative(measured, ("returnBill",))
        stated = self._lines(record, "returnBill")
        if not stated:
            return None
        codes = {code for code, _ in lines or () if code is not None}
        amounts: list[Decimal] = []
        for line, path in stated:
            code = self._code(line, path)
            if code is None:
                return None
            if code in codes:
                measured = self._measure_line(line, path)
                if measured is None:
                    return None
                amounts.append(not_negative(measured, path))
        return _sum(amounts)

    def stated_value(self, record: Mapping[str, object], name: str) -> Decimal | None:
        """The value that a bill or a return states; None without one."""
        bill = record.get(name)
        raw = bill.get("value") if type(bill) is dict else None
        if type(raw) is not float:
            return self._stated(record, name)
        known = self._values.get(raw)
        if known is None:
            known = self._stated(record, name)
            if known:  # not a zero: its two signs are one key
                if len(self._values) >= MOST_VALUES:
                    self._values.clear()
                self._values[raw] = known
        return known

    def _stated(self, record: Mapping[str, object], name: str) -> Decimal | None:
        profile = self.reader.profile(record, name)
        stated = None if profile is None else self.reader.number(get(profile, "value"), name, "value")
        return None if stated is None else Decimal(stated)

    def goods(self, record: dict[str, object], name: str) -> list[Line]:
        """Code, quantity and amount of the lines of a bill or of a return."""
        bill = record.get(name)
        if type(bill) is dict and bill.get("lineItems") is None:
            return []
        found: list[Line] = []
        for line, path in self._lines(record, name):
            measures = [measure(self.reader, line, path) for measure in (quantity, amount)]
            mine, worth = (None if one is None else Decimal(one) for one in measures)
            found.append((self._code(line, path), mine, worth))
        return found

    def _code(self, line: _Profile, path: _Path) -> str | None:
        return self.reader.string(get(line, "code"), *path, "code")


MOST_VALUES = 1 << 16
"""How many values of bills are kept, made decimals: prices repeat, and one decimal serves all bills that have it."""


def line_items(reader: ContextReader, bill: _Profile, name: str) -> list[tuple[_Profile, _Path]] | None:
    """The line items of a bill or return with their paths; None when it lists none. Raises DataError."""
    items = reader.items(get(bill, "lineItems"), name, "lineItems")
    if items is None:
        return None
    return [(cast("_Profile", item), (name, "lineItems", index)) for index, item in enumerate(items)]


def _of_line(error: DataError, path: _Path) -> DataError:
    """What does not fit in the current line, named by where that line stands on its bill."""
    profile, dot, rest = error.path.partition(".")
    if profile != "currentLineItem":
        return error
    return DataError(path_text(path) + dot + rest, error.value, error.expected)


def not_negative(measured: Number, path: _Path) -> Decimal:
    """What is taken back, which is stated as a positive figure."""
    if measured < 0:
        message = "a figure of 0 or more (what is returned is stated without a sign)"
        raise DataError(path_text(path), measured, message)
    return Decimal(measured)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    found = ZERO
    for measured in amounts:
        found = EXACT.add(found, measured)
    return found


def _measure(target: TargetPlan, reader: ContextReader, stated_value: Measure) -> Measure:
    kind = target.type
    match kind:
        case TargetType.SALES:
            return stated_value
        case TargetType.COUNT | TargetType.VISIT:
            return lambda _record, _name: 1
        case TargetType.GROSS_SALES:
            return lambda record, name: _gross(reader, _bill(reader, record, name), name)
        case TargetType.QUANTITY:
            return lambda record, name: _quantity(reader, _bill(reader, record, name), name)
        case TargetType.EXTENDED_FIELD:
            return lambda record, name: _field(target, reader, _bill(reader, record, name), (name,))
        case TargetType.EVENT_ATTRIBUTE:
            return lambda record, _name: _attribute(target, reader, record)
        case TargetType.REGULAR_POINTS | TargetType.REGULAR:
            return lambda record, _name: _points(target, reader, record, ("regular",))
        case TargetType.PROMOTIONAL_POINTS | TargetType.PROMOTIONAL:
            return lambda record, _name: _points(target, reader, record, ("promotional",))
        case TargetType.ALL_POINTS | TargetType.ALL:
            return lambda record, _name: _points(target, reader, record, ("regular", "promotional"))
        case _:
            assert_never(kind)


def _bill(reader: ContextReader, record: Mapping[str, object], name: str) -> _Profile:
    return reader.profile(record, name) or {}


def _gross(reader: ContextReader, bill: _Profile, name: str) -> Number | None:
    value = reader.number(get(bill, "value"), name, "value")
    discount = reader.number(get(bill, "discount"), name, "discount")
    return None if value is None else EXACT.add(Decimal(value), Decimal(discount or 0))


def _quantity(reader: ContextReader, bill: _Profile, name: str) -> Number | None:
    total = reader.number(get(bill, "totalQty"), name, "totalQty")
    if total is not None:
        return total
    lines = line_items(reader, bill, name)
    if lines is None or (not lines and name == "returnBill"):
        return None  # a return that lists no lines says nothing of them
    amounts: list[Decimal] = []
    for line, path in lines:
        measured = quantity(reader, line, path)
        if measured is None:
            return None
        amounts.append(Decimal(measured))
    return _sum(amounts)


def _field(target: TargetPlan, reader: ContextReader, holder: _Profile, path: _Path) -> Number | None:
    key = target.field if target.field.startswith("extField_") else f"extField_{target.field}"
    raw = reader.raw(holder, str(path[0]), key)
    if target.counts_field:
        return None if raw is None else 1
    return reader.number(raw, *path, key)


def _attribute(target: TargetPlan, reader: ContextReader, record: Mapping[str, object]) -> Number | None:
    raw = get(reader.profile(record, "currentEvent") or {}, target.field)
    if target.counts_field:
        return None if raw is None else 1
    return reader.number(raw, "currentEvent", target.field)


def _points(
    target: TargetPlan, reader: ContextReader, record: Mapping[str, object], names: tuple[str, ...]
) -> Number | None:
    points = reader.dictionary(record.get("points"), "points") or {}
    currency = reader.string(get(points, "alternateCurrencyIdentifier"), "points", "alternateCurrencyIdentifier")
    if currency is not None and currency != target.field:
        return None  # points that say which currency they are count for no other
    found = [reader.number(get(points, name), "points", name) for name in names]
    known = [Decimal(one) for one in found if one is not None]
    return _sum(known) if known else None


def _line_measure(target: TargetPlan, reader: ContextReader) -> Callable[[_Profile, _Path], Number | None]:
    def exact(
        measured: Callable[[ContextReader, _Profile, _Path], Number | None],
    ) -> Callable[[_Profile, _Path], Number | None]:
        return lambda line, path: measured(reader, line, path)

    match target.type:
        case TargetType.SALES:
            return exact(amount)
        case TargetType.GROSS_SALES:
            return exact(gross)
        case TargetType.QUANTITY:
            return exact(quantity)
        case TargetType.EXTENDED_FIELD:
            return lambda line, path: _field(target, reader, line, path)
        case TargetType.COUNT | TargetType.VISIT:
            return lambda _line, _path: 1
        case _:
            message = f"The platform does not count {target.type} for LINEITEM, as {target.name!r} does."
            raise EvaluationError("entity-type-pair", "/targets", message)
