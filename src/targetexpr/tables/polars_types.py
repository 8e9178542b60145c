"""The types of polars as types of columns, and narrow floats and maps as what rules can read."""

from __future__ import annotations

import polars as pl

from targetexpr.tables.columns import ColumnType

_FLOATS = (pl.Float32, pl.Float64)
_WIDE = ("UInt64", "Int128", "UInt128")  # by name: not all versions have all of them
MIXED = ColumnType(kind="mixed")


def column_type(dtype: pl.DataType) -> ColumnType:
    """What a column of a type holds. A list of structs named key and value is a map."""
    if isinstance(dtype, _FLOATS):
        return ColumnType(kind="float", narrow=isinstance(dtype, pl.Float32))
    if dtype.is_integer():
        return ColumnType(kind="int", wide=type(dtype).__name__ in _WIDE)
    if isinstance(dtype, pl.Decimal):
        return ColumnType(kind="decimal", scale=dtype.scale)
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return ColumnType(kind="text")
    if isinstance(dtype, pl.Boolean):
        return ColumnType(kind="boolean")
    if isinstance(dtype, pl.Datetime):
        return ColumnType(kind="naive" if dtype.time_zone is None else "instant")
    if isinstance(dtype, pl.Date):
        return ColumnType(kind="day")
    if isinstance(dtype, pl.Null):
        return ColumnType(kind="null")
    if isinstance(dtype, pl.Struct):
        return ColumnType(kind="struct", fields={one.name: column_type(_made(one.dtype)) for one in dtype.fields})
    if isinstance(dtype, pl.List):
        return _list_type(_made(dtype.inner))
    return MIXED


def _list_type(inner: pl.DataType) -> ColumnType:
    item = column_type(inner)
    is_map = list(item.fields) == ["key", "value"] and item.fields["key"].kind == "text"
    return ColumnType(kind="map", item=item.fields["value"]) if is_map else ColumnType(kind="list", item=item)


def _made(dtype: object) -> pl.DataType:
    """A type given by its class stands for the type without parameters."""
    if isinstance(dtype, pl.DataType):
        return dtype
    assert isinstance(dtype, type)
    made = dtype()
    assert isinstance(made, pl.DataType)
    return made


def prepared(frame: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    """Floats of 32 bits as the doubles next to their own shortest decimals, maps as lists; nested ones too."""
    changed = []
    for name, dtype in schema.items():
        text, double = _with(dtype, pl.String()), _with(dtype, pl.Float64())
        if text != double:
            changed.append(pl.col(name).cast(text).cast(double))
        elif double != dtype:
            changed.append(pl.col(name).cast(double))
    return frame.with_columns(changed) if changed else frame


def _with(dtype: pl.DataType, float_: pl.DataType) -> pl.DataType:
    """A type with another one in the place of narrow floats, and lists of keys and values in that of maps."""
    if isinstance(dtype, pl.Float32):
        return float_
    if isinstance(dtype, pl.List):
        return pl.List(_with(_made(dtype.inner), float_))
    if isinstance(dtype, pl.Struct):
        return pl.Struct({one.name: _with(_made(one.dtype), float_) for one in dtype.fields})
    if type(dtype).__name__ == "Map":  # which older versions do not have
        key, value = (_made(getattr(dtype, name)) for name in ("key", "value"))
        return pl.List(pl.Struct({"key": _with(key, float_), "value": _with(value, float_)}))
    return dtype
