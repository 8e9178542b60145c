"""Did you mean: the known names close to a mistyped one, and none when nothing is close."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 200
"""Characters of a word that names are compared with; a longer one is no mistyped name."""


def suggest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Known names within the threshold, nearest first, ties in alphabetical order.

    The distance counts insertions, deletions, replacements and swaps of neighbours; a difference in letter case
    alone counts as one. The threshold is 40 % of the length, at least one, so `zzz` suggests nothing.

    >>> suggest("emai", ["email", "mobile", "name"])
    ['email']
    >>> suggest("zzz", ["email", "mobile", "name"])
    []
    """
    if len(word) > LONGEST:
        return []
    threshold = max(1, int(len(word) * 0.4))
    found: list[tuple[int, str]] = []
    mask = _letters(word.lower())
    for name in known:
        # Each different letter that a name lacks is an edit of its own: what is far off is told by that.
        if abs(len(name) - len(word)) > threshold or (mask & ~_letters_of(name)).bit_count() > threshold:
            continue
        distance = edit_distance(word, name, threshold)
        if distance <= threshold:
            insort(found, (distance, name))
            if len(found) > most:
                found.pop()
            if len(found) == most:
                threshold = found[-1][0]  # what is further off is not among the nearest
    return [name for _, name in found]


def edit_distance(left: str, right: str, most: int) -> int:
    """Distance between two words, or `most + 1` when it is larger than `most`."""
    if left == right:
        return 0
    a, b = left.lower(), right.lower()
    if a == b:
        return 1
    if abs(len(a) - len(b)) > most:
        return most + 1
    if not a or not b:
        return len(a) + len(b)
    return min(_distance(a, b), most + 1)


def _distance(a: str, b: str) -> int:
    """The distance of two words that are not empty, a column of its table at a time, as the bits of integers.

    The table of distances has steps of at most one between neighbours, so two bits a cell are enough (Hyyrö, "A
    bit-vector algorithm for computing Levenshtein and Damerau edit distances", 2003).
    """
    places = _places(a)
    full = (1 << len(a)) - 1
    last = 1 << (len(a) - 1)
    higher, lower, same, before = full, 0, 0, 0  # down a column: steps up, steps down; unchanged diagonals
    distance = len(a)
    for char in b:
        here = places.get(char, 0)
        swapped = ((~same & here) << 1) & before
        same = ((((here & higher) + higher) ^ higher) | here | lower | swapped) & full
        up = lower | (~(same | higher) & full)
        down = same & higher
        if up & last:
            distance += 1
        elif down & last:
            distance -= 1
        up = (up << 1) | 1
        higher = ((down << 1) | ~(same | up)) & full
        lower = up & same & full
        before = here
    return distance


@lru_cache(maxsize=64)
def _places(word: str) -> dict[str, int]:
    """Where each character of a word stands, as bits."""
    places: dict[str, int] = {}
    for index, char in enumerate(word):
        places[char] = places.get(char, 0) | 1 << index
    return places


def _letters(lower: str) -> int:
    """The characters of a word as bits, some of them sharing one."""
    bits = 0
    for char in lower:
        bits |= 1 << (ord(char) & 127)
    return bits


@lru_cache(maxsize=16_384)
def _letters_of(name: str) -> int:
    return _letters(name.lower())
