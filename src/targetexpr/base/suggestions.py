"""Did you mean: the known names close to a mistyped one, and none when nothing is close."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Known names within the threshold, nearest first, ties in alphabetical order.

    The distance counts insertions, deletions, replacements and swaps of neighbours; a difference in letter case
    alone counts as one. The threshold is 40 % of the length, at least one, so `zzz` suggests nothing.

    >>> suggest("emai", ["email", "mobile", "name"])
    ['email']
    >>> suggest("zzz", ["email", "mobile", "name"])
    []
    """
    threshold = max(1, int(len(word) * 0.4))
    found: list[tuple[int, str]] = []
    for name in known:
        distance = edit_distance(word, name, threshold)
        if distance <= threshold:
            found.append((distance, name))
    return [name for _, name in sorted(found)[:most]]


def edit_distance(left: str, right: str, most: int) -> int:
    """Distance between two words, or `most + 1` when it is larger than `most`."""
    if left == right:
        return 0
    a, b = left.lower(), right.lower()
    if a == b:
        return 1
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        current = [i]
        for j, other in enumerate(b, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, row = row, current
    return row[-1]
