"""One record explained on the rule: the paint and the panel are the tree of `targetexpr explain`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.studio.browser.doing import (
    checked,
    counted,
    explain,
    explained_by_command,
    open_data,
    records_page,
    rule,
    write,
)

pytestmark = pytest.mark.browser

RULE = '!currentCustomer.isLoyal||currentTxn.value>500&&(currentCustomer.slabName=="Gold"||currentTxn.value>=900)'
ASTRAL = 'currentCustomer.slabName=="😀𝒳"||currentTxn.value>500&&currentCustomer.slabName=="Gold"'
RECORDS: list[dict[str, Any]] = [
    {"currentTxn": {"number": "B-1", "value": 148}, "currentCustomer": {"slabName": "Gold", "isLoyal": True}},
    {"currentTxn": {"number": "B-2", "value": 950}, "currentCustomer": {"slabName": " gold", "isLoyal": True}},
    {"currentTxn": {"number": "B-3", "value": 650}, "currentCustomer": {"slabName": "Göld", "isLoyal": True}},
    {"currentTxn": {"number": "B-4", "value": None}, "currentCustomer": {"slabName": "Gold", "isLoyal": True}},
    {"currentTxn": {"number": "B-5", "value": "a lot"}, "currentCustomer": {"slabName": "Gold", "isLoyal": True}},
    {"currentTxn": {"number": "B-6", "value": 700}, "currentCustomer": {"slabName": "gold", "isLoyal": True}},
    {"currentTxn": {"number": "B-7", "value": 12345678901234567890}, "currentCustomer": {"slabName": "😀𝒳"}},
]


@pytest.fixture
def shown(page: Page, tmp_path: Path) -> Page:
    """The records page with the records open and counted."""
    file = tmp_path / "bills.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in RECORDS), encoding="utf-8")
    write(page, RULE)
    records_page(page)
    open_data(page, file)
    counted(page)
    return page


def conditions(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The conditions of a tree with their outcomes, as the command names them."""
    if tree["state"] == "not needed":
        yield tree["text"], "skipped"
    elif tree["role"] == "condition":
        word = "error" if tree["state"] == "undecided" else {True: "yes", False: "no", None: "null"}[tree["value"]]
        yield tree["text"], word
    else:
        for operand in tree["operands"]:
            yield from conditions(operand)


def painted(page: Page) -> list[tuple[str, str]]:
    """What is painted on the rule: the text under each colour, without pills and signs, in order."""
    found = page.locator(".cm-content").evaluate(
        """content => {
             const names = ["yes", "no", "null", "error", "skipped"];
             const out = [];
             for (const one of content.querySelectorAll(names.map(name => `.x-${name}`).join())) {
               const copy = one.cloneNode(true);
               copy.querySelectorAll("[aria-hidden]").forEach(inner => inner.remove());
               out.push([copy.textContent, names.find(name => one.classList.contains(`x-${name}`))]);
             }
             return out;
           }"""
    )
    return [(text, word) for text, word in found]


@pytest.mark.parametrize("text", [RULE, ASTRAL], ids=["rule", "astral"])
def test_what_is_painted_is_the_tree(shown: Page, text: str) -> None:
    write(shown, text)
    counted(shown)
    for record in RECORDS:
        number = record["currentTxn"]["number"]
        explain(shown, number)
        tree = explained_by_command(text, record)
        expected = list(conditions(tree))
        listed = shown.locator(".conditions li")
        expect(listed.locator("code")).to_have_text([text for text, _ in expected])
        for line, (_, word) in zip(listed.all(), expected, strict=True):
            expect(line).to_have_class(re.compile(rf"\b{word}\b"))
        assert painted(shown) == expected
        if tree.get("change"):
            expect(shown.locator(".change")).to_have_text(tree["change"])
        shown.keyboard.press("Escape")
        expect(shown.locator(".explain")).to_have_count(0)
        expect(shown.locator(".x-value")).to_have_count(0)


def test_values_are_pills_behind_what_read_them(shown: Page) -> None:
    write(shown, ASTRAL)
    counted(shown)
    explain(shown, "B-6")
    texts = shown.locator(".cm-line").inner_text()
    assert 'currentCustomer.slabName"gold"=="😀𝒳"' in texts.replace("✗", "").replace("✓", "")
    assert "currentTxn.value700>500" in texts.replace("✗", "").replace("✓", "")
    assert rule(shown) == ASTRAL


def test_numbers_keep_their_digits(shown: Page) -> None:
    write(shown, "currentTxn.value<500")
    counted(shown)
    expect(shown.locator(".list")).to_contain_text("12345678901234567890")
    explain(shown, "12345678901234567890")
    expect(shown.locator(".x-value")).to_have_text("12345678901234567890")
    expect(shown.get_by_label("currentTxn.value", exact=True)).to_have_value("12345678901234567890")


def test_a_value_is_changed_and_the_verdict_turns(shown: Page) -> None:
    explain(shown, "B-1")
    verdict = shown.locator(".outcomes")
    expect(verdict).to_have_text(re.compile("no$"))
    box = shown.get_by_label("currentTxn.value", exact=True)
    box.fill("501")
    box.press("Enter")
    expect(verdict.locator(".badge").last).to_have_class(re.compile("yes"))
    expect(verdict).to_contain_text("was")
    expect(shown.locator(".cm-content .x-value", has_text="501").first).to_be_visible()
    box.fill("")
    box.press("Tab")
    expect(verdict.locator(".badge").last).to_have_class(re.compile("null"))
    shown.get_by_role("button", name="Reset currentTxn.value").click()
    expect(verdict.locator(".badge")).to_have_count(1)
    expect(verdict.locator(".badge")).to_have_class(re.compile("no"))
    shown.get_by_label("currentCustomer.isLoyal", exact=True).select_option("false")
    expect(verdict.locator(".badge").last).to_have_class(re.compile("yes"))
    shown.get_by_role("button", name="Reset all").click()
    expect(box).to_have_value("148")
    expect(verdict.locator(".badge")).to_have_class(re.compile("no"))


def test_escape_gives_up_what_is_typed_before_it_leaves_the_record(shown: Page) -> None:
    explain(shown, "B-1")
    box = shown.get_by_label("currentTxn.value", exact=True)
    box.fill("9")
    box.press("Escape")
    expect(box).to_have_value("148")
    expect(shown.locator(".outcomes .badge")).to_have_count(1)
    box.press("Escape")
    expect(shown.locator(".explain")).to_have_count(0)


@pytest.mark.parametrize(
    ("number", "kind"),
    [("B-6", "upper and lower case"), ("B-2", "blanks"), ("B-3", "accents")],
    ids=["case", "blanks", "accents"],
)
def test_near_misses_are_named_and_tried(shown: Page, number: str, kind: str) -> None:
    write(shown, 'currentTxn.value>500&&currentCustomer.slabName=="Gold"')
    counted(shown)
    explain(shown, number)
    near = shown.locator(".near li")
    expect(near).to_have_count(1)
    expect(near).to_contain_text(kind)
    near.get_by_role("button", name=re.compile("^Try")).click()
    expect(shown.locator(".outcomes .badge").last).to_have_class(re.compile("yes"))
    expect(shown.get_by_label("currentCustomer.slabName", exact=True)).to_have_value("Gold")
    expect(near).to_have_count(0)


def test_a_click_on_a_value_inserts_its_path(shown: Page) -> None:
    explain(shown, "B-1")
    shown.locator(".cm-content").click()
    shown.keyboard.press("ControlOrMeta+End")
    shown.keyboard.insert_text("&&")
    shown.get_by_role("button", name="Insert currentCustomer.isLoyal in the rule").click()
    checked(shown)
    assert rule(shown) == f"{RULE}&&currentCustomer.isLoyal"
    expect(shown.locator(".cm-content")).to_be_focused()


def test_the_explanation_follows_the_rule(shown: Page) -> None:
    explain(shown, "B-1")
    write(shown, "currentTxn.value>100")
    expect(shown.locator(".outcomes .badge")).to_have_class(re.compile("yes"))
    expect(shown.locator(".cm-content .x-yes").first).to_be_visible()
    assert painted(shown) == [("currentTxn.value>100", "yes")]


def test_pointing_at_a_condition_outlines_it_in_the_rule(shown: Page) -> None:
    write(shown, ASTRAL)
    counted(shown)
    explain(shown, "B-1")
    shown.locator(".conditions li").nth(1).hover()
    expect(shown.locator(".x-pointed").first).to_be_visible()
    shown.mouse.move(0, 0)
    expect(shown.locator(".x-pointed")).to_have_count(0)
