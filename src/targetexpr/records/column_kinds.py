"""What a column of values of any kind becomes in a format that has types: the narrowest type that keeps them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Literal, TypeAlias

from targetexpr.records.own_columns import cell_text

Kind: TypeAlias = Literal["null", "boolean", "int", "float", "decimal", "instant", "naive", "day", "nested", "text"]

_MOST_EXACT = 2**53  # whole numbers that a float keeps
_MOST_INT = 2**63
_MOST_DIGITS = 38  # of a decimal of 128 bits


class ColumnKind:
    """The kind of a column, found value by value. What does not go together is text, so that nothing is changed.

    >>> column = ColumnKind()
    >>> column.add([1, 2.5, None]); column.kind
    'float'
    >>> column.add(["a lot"]); column.kind
    'text'
    """

    def __init__(self) -> None:
        self.kind: Kind = "null"
        self.nested: Any = None  # the type of Arrow of lists and objects
        self._largest = 0
        self._whole = 0  # digits before the point
        self._scale = 0

    def add(self, values: Iterable[object]) -> None:
        """Takes values into account."""
        if self.kind == "text":
            return
        inside: list[object] = []
        for value in values:
            kind = self._of(value)
            if kind == "nested":
                inside.append(value)
            if kind != "null" and kind != self.kind:
                self.kind = self._both(kind)
        if inside and self.kind == "nested":
            self._nest(inside)

    def _of(self, value: object) -> Kind:
        match value:
            case None:
                return "null"
            case bool():
                return "boolean"
            case int():
                self._largest = max(self._largest, abs(value))
                return "int" if -_MOST_INT <= value < _MOST_INT else "text"
            case float():
                return "float" if value == value else "null"
            case Decimal():
                if not value.is_finite():
                    return "text"
                _, digits, exponent = value.as_tuple()
                assert isinstance(exponent, int)
                self._scale = max(self._scale, -exponent)
                self._whole = max(self._whole, len(digits) + exponent)
                return "decimal"
            case datetime():
                return "naive" if value.tzinfo is None else "instant"
            case date():
                return "day"
            case list() | dict():
                return "nested"
        return "text"

    def _both(self, kind: Kind) -> Kind:
        if self.kind in ("null", kind):
            return kind
        kinds = {self.kind, kind}
        if kinds == {"int", "float"}:
            return "float"
        return "decimal" if kinds == {"int", "decimal"} else "text"

    def _nest(self, values: list[object]) -> None:
        pa = import_module("pyarrow")

        try:
            found = pa.array(values).type
            if self.nested is not None:
                schemas = [pa.schema([("x", one)]) for one in (self.nested, found)]
                found = pa.unify_schemas(schemas, promote_options="default").field("x").type
            self.kind = "text" if "struct<>" in str(found) else self.kind  # which Parquet does not have
            self.nested = found
        except (pa.ArrowException, ValueError, TypeError, OverflowError):
            self.kind = "text"

    def exact(self) -> Kind:
        """The kind, once all values are known: text where a number would lose digits."""
        if self.kind == "float" and self._largest > _MOST_EXACT:
            return "text"
        whole = max(self._whole, len(str(self._largest)), 0)
        if self.kind == "decimal" and whole + self._scale > _MOST_DIGITS:
            return "text"
        return self.kind

    def arrow(self) -> Any:
        """The type of Arrow, once all values are known."""
        pa = import_module("pyarrow")

        match self.exact():
            case "null":
                return pa.string()
            case "boolean":
                return pa.bool_()
            case "int":
                return pa.int64()
            case "float":
                return pa.float64()
            case "decimal":
                return pa.decimal128(_MOST_DIGITS, self._scale)
            case "instant":
                return pa.timestamp("us", tz="UTC")
            case "naive":
                return pa.timestamp("us")
            case "day":
                return pa.date32()
            case "nested":
                return self.nested
            case _:
                return pa.string()

    def array(self, values: Sequence[object]) -> Any:
        """Values of the column as an array of Arrow."""
        pa = import_module("pyarrow")

        type_ = self.arrow()
        match self.exact():
            case "text":
                return pa.array([None if value is None else cell_text(value) for value in values], type=type_)
            case "float":  # whole numbers among them
                values = [float(value) if isinstance(value, int) else value for value in values]
        return pa.array([None if value != value else value for value in values], type=type_)
