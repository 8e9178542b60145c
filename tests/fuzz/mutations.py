"""Inputs that are nearly right: bytes, words and parts of JSON of a seed are changed, from a fixed random state."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

WORDS = [
    *(b"currentTxn.value", b"currentCustomer.slabName", b"currentLineItem", b"true", b"false", b"null", b"NaN"),
    *(b"&&", b"||", b"==", b"!=", b">=", b"=", b"!", b"?", b":", b"(", b")", b"[", b"]", b"{", b"}", b",", b".", b";"),
    *(
        b'"',
        b"'",
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"\\pL",
        b"\xe2\x80\x9c",
        b"\xf0\x9f\x98\x80",
        b"\xed\xa0\x80",
        b"\xff",
    ),
    *(
        b"\x00",
        b"\x1b[35m",
        b"\xe2\x80\xae",
        b"\xe2\x80\x8b",
        b"\xef\xbb\xbf",
        b"\n",
        b"\r\n",
        b"\t",
        b" ",
        b"//",
        b"#",
    ),
    *(b"0", b"-1", b"1e999", b"9" * 40, b"0.1", b"1" * 400, b"1e-400", b"00", b"0x1F", b"1_000", b"-0", b"Infinity"),
    *(b"2024-02-30", b"0001-01-01T00:00:00-23:59", b"9999-12-31T23:59:59.999999+14:00", b"24:00"),
    *(
        b".matches(",
        b"(?i)",
        b"{1000}",
        b"*+",
        b"(?P<n>",
        b"[^",
        b"\\b",
        b".*",
        b"@",
        b"$",
        b"%",
        b"/",
        b"*",
        b"+",
        b"-",
    ),
    *(b'"arity"', b'"value"', b'"type"', b'"operands"', b"name", b"literal", b"string:primitive", b"<", b">"),
]
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 1e308, -1e-320, 10**30, float("nan"), float("inf"), float("-inf")),
    *("", "x", "\x00", "\x1b[35m", "\ud800", "é" * 50, "2024-01-01", "9999-12-31T23:59:59+14:00", "1e400", " 5 ", "-0"),
    *("currentTxn.value>5", "a &&", "STREAKS", "DAILY", "TransactionAdd", "9" * 30, [], {}, [[]], [None], {"": None}),
    *([1, "1", True], {"name": {"name": []}}, [{}] * 3),
]
LONGEST = 4_000


def mutated(seeds: list[bytes], chance: random.Random) -> bytes:
    """A seed with one to six changes."""
    made = chance.choice(seeds)
    if made[:1] in (b"{", b"[") and chance.random() < 0.6:
        made = _in_json(made, chance)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 6))):
        made = chance.choice(_CHANGES)(made, seeds, chance)
    return made[:LONGEST] if len(made) > 20 * LONGEST else made


def _in_json(data: bytes, chance: random.Random) -> bytes:
    try:
        value = json.loads(data)
    except ValueError:
        return data
    for _ in range(chance.choice((1, 1, 2, 4))):
        _change(value, chance)
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _change(value: Any, chance: random.Random) -> None:
    """Changes one member somewhere inside."""
    holder, depth = value, 0
    while isinstance(holder, dict | list) and holder and depth < 12:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        key = chance.choice(list(keys))
        inside = holder[key]
        if not isinstance(inside, dict | list) or not inside or chance.random() < 0.15:
            break
        holder, depth = inside, depth + 1
    else:
        return
    what = chance.random()
    if what < 0.6:
        holder[key] = deepcopy(chance.choice(VALUES))
    elif what < 0.75:
        del holder[key]
    elif what < 0.9 and isinstance(holder, dict):
        holder[chance.choice(["", "name", "value", "type", "\x00", "id", "targets", f"{key}x"])] = holder.pop(key)
    elif isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), deepcopy(holder[key]))
    else:
        holder[key] = [holder[key]] * chance.choice((0, 1, 3))


def _spot(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 1, 2, 5, 20, 100)))


def _cut(data: bytes, _seeds: list[bytes], chance: random.Random) -> bytes:
    start, end = _spot(data, chance)
    return data[:start] + data[end:]


def _put(data: bytes, _seeds: list[bytes], chance: random.Random) -> bytes:
    start, _ = _spot(data, chance)
    return data[:start] + chance.choice(WORDS) + data[start:]


def _replace(data: bytes, _seeds: list[bytes], chance: random.Random) -> bytes:
    start, end = _spot(data, chance)
    return data[:start] + chance.choice(WORDS) + data[end:]


def _flip(data: bytes, _seeds: list[bytes], chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _repeat(data: bytes, _seeds: list[bytes], chance: random.Random) -> bytes:
    start, end = _spot(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 5, 30)) + data[end:]


def _swap(data: bytes, _seeds: list[bytes], chance: random.Random) -> bytes:
    start, end = _spot(data, chance)
    return data[:start] + data[start:end][::-1] + data[end:]


def _splice(data: bytes, seeds: list[bytes], chance: random.Random) -> bytes:
    other = chance.choice(seeds)
    return data[: _spot(data, chance)[0]] + other[_spot(other, chance)[0] :]


_CHANGES: list[Callable[[bytes, list[bytes], random.Random], bytes]] = [
    *(_cut, _put, _put, _replace, _replace, _flip, _repeat, _swap, _splice)
]
