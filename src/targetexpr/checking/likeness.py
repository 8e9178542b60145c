"""Whether a close name is surely the one meant: a slip of the pen, never the opposite and never another figure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from targetexpr.base.suggestions import edit_distance

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NEGATIVE = re.compile(r"(?:is|has|does|are|can)?(?:not|nt|non|no|un|in|im|dis|never|without)")
_OPPOSITES = (
    *("in ex", "include exclude", "before after", "min max", "minimum maximum", "first last", "previous current"),
    *("gross net", "less greater", "less more", "lower upper", "start end", "least most", "weekday weekend", "from to"),
    *("any all", "yes no", "true false", "issue redeem", "earn burn", "active inactive", "brand category"),
    *(
        "sum qty",
        "sum count",
        "qty count",
        "primary secondary",
        "on off",
        "enable disable",
        "add remove",
        "valid invalid",
    ),
)
_OTHERS: dict[str, set[str]] = {}
for _pair in _OPPOSITES:
    _left, _right = _pair.split()
    _OTHERS.setdefault(_left, set()).add(_right)
    _OTHERS.setdefault(_right, set()).add(_left)
_TURNING = frozenset(_OTHERS) | {"not", "no", "non", "nt", "isnt", "isnot", "never", "without", "average", "avg"}


def words(name: str) -> list[str]:
    """The words that a name is made of, in lower case and singular.

    >>> words("basketSumRegexBrandGross"), words("NOT_EQUALS"), words("numberOfVisits")
    (['basket', 'sum', 'regex', 'brand', 'gross'], ['not', 'equal'], ['number', 'of', 'visit'])
    """
    return [_singular(found.lower()) for found in _WORD.findall(name)]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word


def is_slip(written: str, name: str, vocabulary: Collection[str]) -> bool:
    """Whether one name is no more than a slip of the pen away from the other.

    `vocabulary` are the words that names are made of: a word that means something of its own is no slip of another.

    >>> is_slip("isLoyel", "isLoyal", ()), is_slip("isNotLoyal", "isLoyal", ())
    (True, False)
    >>> is_slip("slabDate", "slabName", ("date", "name"))
    False
    """
    left, right = written.lower(), name.lower()
    if left == right:
        return True
    most = 1 if len(left) < 5 else 2
    if edit_distance(left, right, most) > most:
        return False
    if abs(len(left) - len(right)) > 1 and not right.startswith(left):  # "otname" may be "notname"
        return False
    if _negative(left) != _negative(right):
        return False
    has, wants = Counter(words(written)), Counter(words(name))
    gone, come = has - wants, wants - has
    if any(word in vocabulary or word in _TURNING for word in gone) or (come and not gone):
        return False
    return not any(_nearer_to_opposite(one, word) for one in gone for word in come)


def _negative(lower: str) -> bool:
    """Whether a name begins with a negation, as `isNotNull`, `unlocked` and, harmlessly, `inventory` do."""
    return _NEGATIVE.match(lower) is not None


def _nearer_to_opposite(written: str, word: str) -> bool:
    """Whether a mistyped word may as well be the opposite of the word that it is taken for."""
    own = edit_distance(written, word, len(written))
    return any(edit_distance(written, other, own) <= own for other in _OTHERS.get(word, ()))
