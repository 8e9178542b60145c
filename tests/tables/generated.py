"""Generated tables for `rules.toml` and the rules of `tests.running.generated`: clean ones, as bills are, and nasty."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

import polars as pl

_T = TypeVar("_T")

ROUND = [0.0, 1.0, 10.0, 99.99, 100.0, 100.01, 300.0, 299.99, 500.0, 500.01, 499.99, 1000.0, 4999.99, 40.0, 33.33]
SMALL = [0.01, 0.1, 0.2, 0.3, 0.6]
ODD = [
    *(1e23, 1e22, 9007199254740992.0, 1e15, 1e15 + 1, 5e-324, 1e308, 0.1 + 0.2, 2.9999999999999996),
    *(100.00000000000001, 299.99999999999994, 1 / 3, 2 / 3, -0.0, 1e-7, 123456.1234567),
    *(math.nan, math.inf, -math.inf),
]
WHOLE = [0, 0, 1, 1, 2, 3, -3, 7, 999, 1000, 1001, 100, 500, 40]
LARGE = [2**53 + 1, 2**53, 2**62, -(2**62) - 1, 2**63 - 1, -(2**63)]
INSTANTS = [
    datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]
    for parts in [
        *[(2024, 3, 10, 6, 59, 59, 999999), (2024, 3, 10, 7), (2024, 11, 3, 5, 30), (2024, 11, 3, 6, 30)],
        *[(2024, 2, 29), (2024, 2, 28, 23, 59, 59), (2025, 2, 28), (2025, 3, 1), (2024, 1, 7), (2024, 1, 6, 18, 30)],
        *[(2023, 12, 31, 20), (2024, 12, 31, 23, 59, 59, 999999), (2011, 12, 30, 9), (2018, 11, 4, 3)],
        *[(1970, 1, 1), (1969, 12, 31, 23, 59, 59)],
    ]
]
FAR = [datetime(1, 1, 1, 12, tzinfo=UTC), datetime(1850, 6, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)]
NAMES = [
    *["John", "Jon", "jon", "john", "Johnny", "Jane", "Bob", "J", "oJohn", " John", "JOhn", "Gold", "a", "x y"],
    *["ann@shop.com", "", "naïve", "o\n", "a\n", "5", "2025-02-28", "٣", "K", "\u212a", "a\u0085b", "a\u2028b"],
    *["x..y..z", "aaaab", "a\nb", "<a>", 'say "hi"', "it's", "\\d", "%a_"],
]
EMAILS = ["a@x.com", "b@x.COM", "c@xcom", "ann@shop.com", "e", "@.com", "", "Gold", "a"]
BRANDS = ["Puma", "Nike", "Pure", "Gold", "puma", ""]

_ATTRIBUTES = pl.Struct({"brand": pl.String, "category": pl.String})
_ITEM = pl.Struct(
    {
        **dict.fromkeys(("qty", "rate", "value", "discount", "amount"), pl.Float64),
        "code": pl.String,
        "attributes": _ATTRIBUTES,
    }
)
_TIME = pl.Datetime("us", "UTC")
SCHEMA: dict[str, object] = {
    "currentTxn.value": pl.Float64,
    "currentTxn.discount": pl.Float64,
    "currentTxn.points": pl.Decimal(18, 4),
    "currentTxn.number": pl.String,
    "currentTxn.extField_channel": pl.String,
    "currentTxn.date": _TIME,
    "currentTxn.lineItems": pl.List(_ITEM),
    "currentCustomer.currentPoints": pl.Int64,
    "currentCustomer.slabNumber": pl.Int64,
    "currentCustomer.numberOfTxns": pl.Int64,
    "currentCustomer.email": pl.String,
    "currentCustomer.firstname": pl.String,
    "currentCustomer.slabName": pl.String,
    "currentCustomer.joinDate": _TIME,
    "currentCustomer.slabExpiryDate": _TIME,
    "currentCustomer.isLoyal": pl.Boolean,
    "currentCustomer.isControl": pl.Boolean,
    "currentCustomer.hasInstoreProfile": pl.Boolean,
    "currentCustomer.customFields": pl.Struct({"city": pl.String, "gender": pl.String, "hobbies": pl.List(pl.String)}),
    "currentCustomer.clusters": pl.Struct({"seg": pl.List(pl.String)}),
    "currentLineItem.qty": pl.Float64,
    "currentLineItem.code": pl.String,
    "currentLineItem.attributes": _ATTRIBUTES,
}


class Bills:
    """Rows for those columns."""

    def __init__(self, random: Random, *, clean: bool) -> None:
        self.random = random
        self.clean = clean

    def frame(self, rows: int) -> pl.DataFrame:
        return pl.DataFrame([self.row() for _ in range(rows)], schema=SCHEMA)  # type: ignore[arg-type]

    def maybe(self, make: Callable[[], _T], missing: float = 0.06) -> _T | None:
        return None if self.random.random() < missing else make()

    def one(self, values: list[_T], missing: float = 0.06) -> _T | None:
        return self.maybe(lambda: self.random.choice(values), missing)

    def money(self) -> float:
        r = self.random
        kind = r.random()
        if not self.clean and kind < 0.15:
            return r.choice(ODD)
        if kind < 0.35:
            return r.choice([*ROUND, *SMALL])
        if kind < 0.4:
            return -round(r.uniform(0, 500), 2)
        return round(r.lognormvariate(6, 1.1), 2)

    def whole(self) -> int:
        r = self.random
        if not self.clean and r.random() < 0.05:
            return r.choice(LARGE)
        return r.choice(WHOLE) if r.random() < 0.5 else r.randint(0, 5000)

    def instant(self) -> datetime:
        r = self.random
        if not self.clean and r.random() < 0.02:
            return r.choice(FAR)
        if r.random() < 0.4:
            return r.choice(INSTANTS)
        within = timedelta(seconds=r.randint(-30_000_000, 40_000_000), microseconds=r.choice([0, 0, 1, 999999]))
        return datetime(2024, 1, 1, tzinfo=UTC) + within

    def attributes(self) -> dict[str, object]:
        return {"brand": self.one(BRANDS, 0.1), "category": self.one(BRANDS, 0.1)}

    def item(self) -> dict[str, object] | None:
        r = self.random
        if not self.clean and r.random() < 0.03:
            return None
        money = [0.1, 0.2, 0.3, 50.0, 33.33, 33.34, 100.0]
        return {
            "qty": self.one([0.0, 1.0, 2.0, 3.0, 2.5, *([] if self.clean else ODD)], 0.08),
            "rate": self.one([0.1, 0.2, 9.99, 10.0, 25.5, 100.0], 0.08),
            "value": self.one([*money, *([] if self.clean else ODD[-6:])], 0.3),
            "discount": self.one([0.0, 0.0, 0.1, 5.0], 0.15),
            "amount": self.one([*money, -5.0], 0.3),
            "code": self.one(["a", "Gold", "5"]),
            "attributes": self.maybe(self.attributes, 0.08),
        }

    def row(self) -> dict[str, object]:
        r = self.random
        value, discount = self.maybe(self.money), self.maybe(self.money)
        if value is not None and 0 < value < 1e6 and r.random() < 0.35:
            value, discount = self.tie(value)
        flag = [True, False]
        first = self.maybe(self.instant)
        near = first is not None and datetime(2000, 1, 1, tzinfo=UTC) < first and r.random() < 0.5
        second = first + timedelta(hours=r.randint(-30, 30)) if near and first is not None else self.maybe(self.instant)
        points = [0, 1, 5, 250, 9999, 30000, 1000000, 5001]
        return {
            "currentTxn.value": value,
            "currentTxn.discount": discount,
            "currentTxn.points": self.maybe(lambda: Decimal(r.choice(points)) / 10000),
            "currentTxn.number": self.one(NAMES),
            "currentTxn.extField_channel": self.one(NAMES),
            "currentTxn.date": first,
            "currentTxn.lineItems": self.maybe(lambda: [self.item() for _ in range(r.choice([0, 1, 1, 2, 3, 5]))]),
            "currentCustomer.currentPoints": self.maybe(self.whole),
            "currentCustomer.slabNumber": self.maybe(lambda: r.randint(0, 4)),
            "currentCustomer.numberOfTxns": self.maybe(self.whole),
            "currentCustomer.email": self.one(EMAILS),
            "currentCustomer.firstname": self.one(NAMES),
            "currentCustomer.slabName": self.one(["Gold", "gold", "Silver", "", "a"]),
            "currentCustomer.joinDate": second,
            "currentCustomer.slabExpiryDate": self.maybe(self.instant),
            "currentCustomer.isLoyal": self.one(flag, 0.2),
            "currentCustomer.isControl": self.one(flag, 0.2),
            "currentCustomer.hasInstoreProfile": self.one(flag, 0.2),
            "currentCustomer.customFields": self.maybe(self.custom_fields, 0.1),
            "currentCustomer.clusters": self.maybe(lambda: {"seg": self.texts(["Gold", "a", "Silver", ""])}, 0.1),
            "currentLineItem.qty": self.one([0.0, 1.0, 2.0, 3.0, 2.99, 29.0]),
            "currentLineItem.code": self.one(["a", "Gold", "5"]),
            "currentLineItem.attributes": self.maybe(self.attributes, 0.08),
        }

    def tie(self, value: float) -> tuple[float, float]:
        """Value and discount with 3d = 2v, or a cent beside it."""
        cents = round(value * 100) // 3 * 3
        discount = Decimal(cents * 2 // 3) / 100
        if self.random.random() < 0.4:
            discount += self.random.choice([Decimal("0.01"), Decimal("-0.01")])
        return float(Decimal(cents) / 100), float(discount)

    def texts(self, values: list[str]) -> list[str | None] | None:
        return self.maybe(lambda: [self.one(values, 0.1) for _ in range(self.random.randint(0, 3))], 0.2)

    def custom_fields(self) -> dict[str, object]:
        return {
            "city": self.one(["Gold", "a", "", "5"], 0.2),
            "gender": self.one(["Male", "Female"], 0.2),
            "hobbies": self.texts(["golf", "chess", "a"]),
        }


def contexts(frame: pl.DataFrame) -> list[dict[str, dict[str, object]]]:
    """The rows as contexts, NaN as the null that it is in a table."""
    names = [name.split(".", 1) for name in frame.columns]
    profiles = dict.fromkeys(profile for profile, _ in names)
    found = []
    for row in frame.iter_rows():
        context: dict[str, dict[str, object]] = {profile: {} for profile in profiles}
        for (profile, name), value in zip(names, row, strict=True):
            context[profile][name] = _without_nan(value)
        found.append(context)
    return found


def _without_nan(value: object) -> object:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    return value
