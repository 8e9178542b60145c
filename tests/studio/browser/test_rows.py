"""Rows of conditions beneath the rule: a change of a row changes its part of the text alone, and the text the rows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.browser.rule_page import editor, expect_text, type_rule, write

pytestmark = pytest.mark.browser

TWO = 'currentTxn.value  >  500&&currentCustomer.slabName=="Gold"'
"""Blanks that nobody else would write: they stay where nothing is changed."""


def row(page: Page, path: str) -> Locator:
    """The row, or group, at a path."""
    return page.locator(f'[data-path="{path}"]')


def test_rows_say_what_the_text_says(page: Page) -> None:
    write(page, 'currentTxn.value>500&&(currentCustomer.slabName=="Gold"||currentTxn.date.isWeekend())')
    expect(row(page, "0").get_by_role("button", name="currentTxn.value")).to_be_visible()
    expect(row(page, "0").get_by_label("Operator")).to_have_value(">")
    expect(row(page, "0").get_by_label("Value of")).to_have_value("500")
    expect(row(page, "1").get_by_role("radio", name="any of")).to_be_checked()
    expect(row(page, "1.0").get_by_label("Value of")).to_have_value("Gold")
    expect(row(page, "1.1").get_by_label("Operator")).to_have_value("isWeekend")


def test_a_picker_is_left_by_escape_with_the_focus_where_it_was(page: Page) -> None:
    write(page, TWO)
    subject = row(page, "0").get_by_role("button", name="currentTxn.value")
    subject.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("option", selected=True)).to_contain_text(
        "value"
    )  # what stands there now
    page.keyboard.press("Escape")
    expect(subject).to_be_focused()
    expect_text(page, TWO)


def test_rows_of_a_broken_text_cannot_be_changed(page: Page) -> None:
    write(page, TWO)
    type_rule(page, "currentTxn.value>>")
    expect(page.get_by_text("These rows are of the last text that could be read")).to_be_visible()
    expect(page.locator(".rows")).to_have_attribute("inert", "")
    write(page, TWO)
    expect(page.locator(".rows:not([inert])")).to_be_visible()


def test_the_palette_is_searched_and_inserts_at_the_cursor(page: Page) -> None:
    write(page, "currentTxn.value>5&&")
    palette = page.get_by_role("region", name="Palette")
    search = palette.get_by_role("searchbox")
    search.fill("enrolled in the loyalty")  # what it means is found as well
    search.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("button", name="isLoyal").first).to_be_focused()
    palette.get_by_role("button", name="isLoyal").first.click()
    expect_text(page, "currentTxn.value>5&&currentCustomer.isLoyal")
    expect(editor(page)).to_be_focused()
    search.fill("no such thing at all")
    expect(palette).to_contain_text("No match")
    search.fill("")
    expect(palette.get_by_text("currentTxn", exact=True)).to_be_visible()


def test_the_rule_as_json_in_both_styles(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, "currentCustomer.isLoyal")
    page.get_by_role("tab", name="JSON").click()
    shown = page.get_by_label("expressionJson of the rule")
    expect(shown).to_contain_text('{"arity":"object_dereference"')
    page.get_by_role("radio", name="Editor").check()
    expect(shown).to_contain_text('"arity":"object_dereference",\n  "type"')
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("JSON copied")).to_be_visible()
    assert '"isLoyal"' in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("tab", name="JSON").press("ArrowLeft")
    expect(page.get_by_role("tab", name="Conditions")).to_be_focused()
    expect(row(page, "0")).to_be_visible()


def test_the_rule_in_plain_english(page: Page) -> None:
    write(page, 'currentTxn.value>=500&&currentCustomer.slabName=="Gold"')
    words = page.get_by_role("region", name="In plain English")
    expect(words.locator("p")).to_have_text(
        [
            "All of these hold:",
            "the value of the transaction is at least 500",
            'the slab name of the customer is "Gold"',
        ]
    )
