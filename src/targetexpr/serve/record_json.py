"""The JSON of records: floats where these stand for exactly the digits that were written, exact decimals elsewhere."""

from __future__ import annotations

import json
from decimal import Decimal

MOST_DIGITS = 40


def _float(text: str) -> float | Decimal:
    short = float(text)
    if repr(short) == text:
        return short
    exact = Decimal(text) if len(text) <= 2 * MOST_DIGITS else None
    if exact is None or (exact and abs(exact.adjusted()) > MOST_DIGITS):
        raise ValueError(f"{text[:60]} is out of range")
    return short if Decimal(repr(short)) == exact else exact


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS + 1:
        raise ValueError(f"{text[:60]} is out of range")
    return int(text)


def _constant(text: str) -> object:
    raise ValueError(f"{text} is no number in JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the member {twice!r} stands there twice")
    return made


DECODER = json.JSONDecoder(parse_float=_float, parse_int=_int, parse_constant=_constant, object_pairs_hook=_once)
