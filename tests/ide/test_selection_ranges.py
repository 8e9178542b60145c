"""How a selection grows: each step within the next one."""

from __future__ import annotations

import pytest

from targetexpr.ide.document import Document
from targetexpr.ide.selection_ranges import selection_ranges


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            'currentTxn.value>500&&currentCustomer.slabName=="Go¦ld"',
            [
                "Gold",
                '"Gold"',
                'currentCustomer.slabName=="Gold"',
                'currentTxn.value>500&&currentCustomer.slabName=="Gold"',
            ],
        ),
        (
            "true||(currentTxn.va¦lue>5 && false)",
            [
                "value",
                "currentTxn.value",
                "currentTxn.value>5",
                "currentTxn.value>5 && false",
                "(currentTxn.value>5 && false)",
                "true||(currentTxn.value>5 && false)",
            ],
        ),
        (
            'currentTxn.basketSum("a",1¦2) > 5 ',
            [
                "12",
                '"a",12',
                '("a",12)',
                'currentTxn.basketSum("a",12)',
                'currentTxn.basketSum("a",12) > 5',
                'currentTxn.basketSum("a",12) > 5 ',
            ],
        ),
        (
            "currentTxn.va¦lue=>500 and true",
            ["value", "currentTxn.value", "currentTxn.value=>500", "currentTxn.value=>500 and true"],
        ),
        ("(a b¦", ["b", "(a b"]),
        ("¦", [""]),
    ],
)  # fmt: skip
def test_a_selection_grows(text: str, wanted: list[str]) -> None:
    at = text.index("¦")
    text = text.replace("¦", "")
    assert [span.cut(text) for span in selection_ranges(Document(text), at)] == wanted
