"""JSON pointers as RFC 6901 has them: the examples of its fifth section, and there and back for any keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetexpr.base.pointers import escape, join, split

RFC_6901 = [
    ("", []),
    ("/foo", ["foo"]),
    ("/foo/0", ["foo", 0]),
    ("/", [""]),
    ("/a~1b", ["a/b"]),
    ("/c%d", ["c%d"]),
    ("/e^f", ["e^f"]),
    ("/g|h", ["g|h"]),
    ("/i\\j", ["i\\j"]),
    ('/k"l', ['k"l']),
    ("/ ", [" "]),
    ("/m~0n", ["m~n"]),
]


@pytest.mark.parametrize(("pointer", "keys"), RFC_6901)
def test_the_examples_of_the_standard(pointer: str, keys: list[str | int]) -> None:
    assert join(keys) == pointer
    assert split(pointer) == [str(key) for key in keys]


def test_an_escape_is_not_undone_twice() -> None:
    assert escape("~1") == "~01"
    assert split("/~01") == ["~1"]


@given(st.lists(st.text()), st.lists(st.text()))
def test_keys_come_back_and_pointers_continue(keys: list[str], below: list[str]) -> None:
    assert split(join(keys)) == keys
    assert split(join(below, join(keys))) == keys + below
