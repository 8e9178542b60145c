"""JSON pointers (RFC 6901): `/data/targets/0/expression`, where in a JSON document a value lies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys of objects and indices of lists, from the document down to a value."""


def escape(key: str | int) -> str:
    """One step of a pointer.

    >>> escape("a/b~c"), escape(0)
    ('a~1b~0c', '0')
    """
    return str(key).replace("~", "~0").replace("/", "~1")


def join(keys: Iterable[str | int], base: str = "") -> str:
    """The pointer of a path of keys and indices, below `base`; the empty string is the whole document.

    >>> join(["targets", 0, "a/b"]), join(["name"], "/targets/0"), join([])
    ('/targets/0/a~1b', '/targets/0/name', '')
    """
    return base + "".join(["/" + escape(key) for key in keys])


def split(pointer: str) -> list[str]:
    """The keys of a pointer, an index as its digits.

    >>> split("/targets/0/a~1b"), split("")
    (['targets', '0', 'a/b'], [])
    """
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
