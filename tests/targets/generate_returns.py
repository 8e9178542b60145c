"""What generated returns state: one thing and no other, nothing at all, and pieces of lines; see `generate.py`."""

from __future__ import annotations

import random
from typing import Any


def bare_return(rng: random.Random, bill: dict[str, Any], number: float) -> dict[str, Any]:
    """A return that states one thing and no other, or nothing at all."""
    lines = bill.get("lineItems") or []
    some = [part_of(rng, each) for each in lines[: rng.randint(1, 3)]]
    whole = [dict(each) for each in lines]
    kinds: list[dict[str, Any]] = [
        {},
        {"lineItems": []},
        {"value": None},
        {"value": bill["value"]},
        {"value": round(number * rng.choice([0, 0.3, 0.5, 1.5]), 2)},
        {"lineItems": some},
        {"lineItems": whole},
        {"lineItems": [{key: each[key] for key in ("code", "qty") if key in each} for each in whole]},
        {"lineItems": [{key: each[key] for key in ("code", "amount") if key in each} for each in whole]},
        {"lineItems": [{key: each[key] for key in each if key != "code"} for each in whole]},
        {"totalQty": rng.choice([0, 1, 2])},
        {"discount": 1},
        {"extField_tax_amount": rng.choice([0, 2, "1.5", "much"])},
        {"extendedFields": {"tax_amount": 2}},
        {"value": -1},
    ]
    return rng.choice(kinds)


def part_of(rng: random.Random, line: dict[str, Any]) -> dict[str, Any]:
    """A returned line: the whole of it, or one piece of several."""
    if rng.random() < 0.6 or line.get("qty") not in (2, 3, 4):
        return line
    made = {key: each for key, each in line.items() if key in ("code", "rate")}
    return {**made, "qty": 1, **({"amount": 4} if rng.random() < 0.5 else {})}
