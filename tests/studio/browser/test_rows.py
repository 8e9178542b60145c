"""Rows of conditions beneath the rule: a change of a row changes its part of the text alone, and the text the rows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.browser.rule_page import editor, expect_checked, expect_text, paste, type_rule, verdict, write

pytestmark = pytest.mark.browser

TWO = 'currentTxn.value  >  500&&currentCustomer.slabName=="Gold"'
"""Blanks that nobody else would write: they stay where nothing is changed."""


def row(page: Page, path: str) -> Locator:
    """The row, or group, at a path."""
    return page.locator(f'[data-path="{path}"]')


def pick(page: Page, words: str) -> None:
    """Searches the list that is open, and takes what is found first."""
    page.get_by_role("combobox", name="Search attributes").fill(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_rows_say_what_the_text_says(page: Page) -> None:
    write(page, 'currentTxn.value>500&&(currentCustomer.slabName=="Gold"||currentTxn.date.isWeekend())')
    expect(row(page, "0").get_by_role("button", name="currentTxn.value")).to_be_visible()
    expect(row(page, "0").get_by_label("Operator")).to_have_value(">")
    expect(row(page, "0").get_by_label("Value of")).to_have_value("500")
    expect(row(page, "1").get_by_role("radio", name="any of")).to_be_checked()
    expect(row(page, "1.0").get_by_label("Value of")).to_have_value("Gold")
    expect(row(page, "1.1").get_by_label("Operator")).to_have_value("isWeekend")


def test_a_value_that_is_typed_changes_that_value(page: Page) -> None:
    write(page, TWO)
    box = row(page, "0").get_by_label("Value of")
    box.fill("750.5")
    box.press("Enter")
    expect_text(page, 'currentTxn.value  >  750.5&&currentCustomer.slabName=="Gold"')
    box = row(page, "1").get_by_label("Value of")
    box.fill('a "quoted" 😀 \\ value')
    box.press("Tab")  # leaving the box takes what is in it
    expect_text(page, 'currentTxn.value  >  750.5&&currentCustomer.slabName=="a \\"quoted\\" 😀 \\\\ value"')
    expect(row(page, "1").get_by_label("Value of")).to_have_value('a "quoted" 😀 \\ value')


def test_a_value_behind_astral_characters(page: Page) -> None:
    write(page, 'currentCustomer.slabName=="😀🏽"&&currentTxn.value>5')
    box = row(page, "1").get_by_label("Value of")
    box.fill("6")
    box.press("Enter")
    expect_text(page, 'currentCustomer.slabName=="😀🏽"&&currentTxn.value>6')


def test_what_was_typed_is_put_back_by_escape(page: Page) -> None:
    write(page, TWO)
    box = row(page, "0").get_by_label("Value of")
    box.fill("1")
    box.press("Escape")
    expect(box).to_have_value("500")
    box.press("Tab")
    expect_text(page, TWO)


def test_the_operator_is_chosen_by_type_methods_included(page: Page) -> None:
    write(page, TWO)
    row(page, "0").get_by_label("Operator").select_option("<=")
    expect_text(page, 'currentTxn.value  <=  500&&currentCustomer.slabName=="Gold"')
    operators = row(page, "1").get_by_label("Operator")
    operators.select_option("!=")
    expect_text(page, 'currentTxn.value  <=  500&&currentCustomer.slabName!="Gold"')
    operators.select_option("contains")
    expect(page.locator(".cm-content")).to_contain_text('currentCustomer.slabName.contains("Gold")')
    expect(verdict(page)).to_contain_text("Valid")


def test_another_attribute_is_picked_with_search(page: Page) -> None:
    write(page, TWO)
    row(page, "0").get_by_role("button", name="currentTxn.value").click()
    search = page.get_by_role("combobox", name="Search attributes")
    expect(search).to_be_focused()
    search.fill("discount of the bill")
    chosen = page.get_by_role("dialog").get_by_role("option", selected=True)
    expect(chosen).to_contain_text("real")
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("discount", re.IGNORECASE))
    search.fill("discount")
    option = page.get_by_role("group", name="currentTxn").get_by_role("option", name=re.compile(r"^discount\s*real"))
    option.click()
    expect_text(page, 'currentTxn.discount  >  500&&currentCustomer.slabName=="Gold"')
    expect(row(page, "0").get_by_role("button", name="currentTxn.discount")).to_be_focused()


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


def test_dates_and_flags_have_boxes_of_their_own(page: Page) -> None:
    write(page, "currentTxn.date.isAfter(2024,1,31)&&currentCustomer.isLoyal")
    box = row(page, "0").locator("input[type=date]")
    expect(box).to_have_value("2024-01-31")
    box.fill("2024-02-29")
    box.press("Enter")
    expect_text(page, "currentTxn.date.isAfter(2024,2,29)&&currentCustomer.isLoyal")
    row(page, "0").get_by_role("checkbox", name="with a time").click()
    expect_text(page, "currentTxn.date.isAfter(2024,2,29,0,0,0)&&currentCustomer.isLoyal")
    expect(row(page, "0").locator("input[type=datetime-local]")).to_have_value("2024-02-29T00:00")
    row(page, "0").get_by_role("checkbox", name="with a time").click()
    expect_text(page, "currentTxn.date.isAfter(2024,2,29)&&currentCustomer.isLoyal")
    row(page, "1").get_by_label("Operator").select_option("is false")
    expect(page.locator(".cm-content")).to_contain_text("currentCustomer.isLoyal==false")


def test_values_that_are_known_are_chosen(page: Page) -> None:
    write(page, 'currentEvent.currentLoyaltyType=="LOYALTY"')
    box = row(page, "0").get_by_label("Value of")
    box.select_option("NON_LOYALTY")
    expect_text(page, 'currentEvent.currentLoyaltyType=="NON_LOYALTY"')
    box.select_option("other…")
    box = row(page, "0").get_by_role("combobox", name="Value of")
    expect(box).to_be_focused()
    box.fill("unknown")
    box.press("Enter")
    expect_text(page, 'currentEvent.currentLoyaltyType=="unknown"')


def test_one_of_several_values_is_one_row(page: Page) -> None:
    write(page, 'currentCustomer.slabName=="Gold"||currentCustomer.slabName=="Silver"')
    one = page.locator(".chips")
    expect(one).to_contain_text("GoldSilver")
    box = page.get_by_label("Another value of currentCustomer.slabName")
    box.fill("Bronze")
    box.press("Enter")
    expect_text(
        page, 'currentCustomer.slabName=="Gold"||currentCustomer.slabName=="Silver"||currentCustomer.slabName=="Bronze"'
    )
    page.get_by_role("button", name="Remove Gold").click()
    expect_text(page, 'currentCustomer.slabName=="Silver"||currentCustomer.slabName=="Bronze"')


def test_conditions_are_added_removed_and_nested(page: Page) -> None:
    write(page, TWO)
    page.get_by_role("button", name="Add a condition").click()
    pick(page, "isLoyal")
    expect_text(page, TWO + "&&currentCustomer.isLoyal")
    expect(row(page, "2").get_by_role("button", name="isLoyal")).to_be_focused()
    row(page, "2").get_by_role("button", name="Nest").click()
    pick(page, "currentTxn.discount")
    expect(row(page, "2").get_by_role("radio", name="any of")).to_be_checked()
    expect(page.locator(".cm-content")).to_contain_text("&&(currentCustomer.isLoyal||currentTxn.discount")
    row(page, "2").get_by_role("button", name="Ungroup").click()
    expect(row(page, "3")).to_be_visible()
    row(page, "3").get_by_role("button", name="Remove").click()
    expect(row(page, "3")).to_have_count(0)
    row(page, "2").get_by_role("button", name="Remove").click()
    expect_text(page, TWO)


def test_all_any_and_not(page: Page) -> None:
    write(page, TWO)
    page.get_by_role("radio", name="any of").click()
    expect_text(page, 'currentTxn.value  >  500||currentCustomer.slabName=="Gold"')
    page.get_by_role("button", name="not", exact=True).click()
    expect_text(page, '(currentTxn.value  >  500||currentCustomer.slabName=="Gold")==false')
    expect(page.get_by_role("button", name="not", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="not", exact=True).click()
    expect_text(page, '(currentTxn.value  >  500||currentCustomer.slabName=="Gold")')


def test_rows_are_reordered_by_buttons_keys_and_hand(page: Page) -> None:
    write(page, TWO)
    turned = 'currentCustomer.slabName=="Gold"&&currentTxn.value  >  500'
    row(page, "1").get_by_role("button", name="Move up").click()
    expect_text(page, turned)
    subject = row(page, "0").get_by_role("button", name="currentCustomer.slabName")
    expect(subject).to_be_focused()
    subject.press("Alt+ArrowDown")
    expect_text(page, TWO)
    expect(row(page, "1").get_by_role("button", name="currentCustomer.slabName")).to_be_focused()
    expect_checked(page)
    row(page, "1").locator(".handle").drag_to(row(page, "0"), target_position={"x": 30, "y": 3})
    expect_text(page, turned)


def test_there_is_one_history_for_text_and_rows(page: Page) -> None:
    write(page, TWO)
    box = row(page, "0").get_by_label("Value of")
    box.fill("750")
    box.press("Enter")
    expect_text(page, TWO.replace("500", "750"))
    editor(page).press("End")
    paste(page, "&&currentCustomer.isLoyal")
    expect_text(page, TWO.replace("500", "750") + "&&currentCustomer.isLoyal")
    row(page, "2").get_by_role("button", name="Remove").click()
    expect_text(page, TWO.replace("500", "750"))
    box.press("ControlOrMeta+z")  # from the rows
    expect_text(page, TWO.replace("500", "750") + "&&currentCustomer.isLoyal")
    editor(page).press("ControlOrMeta+z")  # from the editor
    expect_text(page, TWO.replace("500", "750"))
    page.get_by_role("button", name="Undo", exact=True).click()
    expect_text(page, TWO)
    expect(box).to_have_value("500")
    page.get_by_role("button", name="Redo", exact=True).click()
    expect_text(page, TWO.replace("500", "750"))


def test_what_no_row_can_say_is_edited_as_text(page: Page) -> None:
    write(page, "currentTxn.value>5&&(currentTxn.value>9?true:currentCustomer.isLoyal)")
    box = row(page, "1").get_by_label("Condition as text")
    box.fill("currentTxn.discount>1")
    box.press("Enter")
    expect(row(page, "1").get_by_role("button", name="currentTxn.discount")).to_be_visible()


def test_an_empty_rule_begins_with_a_row(page: Page) -> None:
    write(page, "")
    page.get_by_role("button", name="Add the first condition").click()
    pick(page, "isLoyal")
    expect_text(page, "currentCustomer.isLoyal")


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


def test_a_rule_from_nothing_by_the_keyboard_alone(page: Page) -> None:
    write(page, "")
    page.get_by_role("tab", name="Conditions").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Search attributes")).to_be_focused()
    page.keyboard.type("isLoyal")
    page.keyboard.press("Enter")
    expect_text(page, "currentCustomer.isLoyal")
    expect(row(page, "0").get_by_role("button", name="isLoyal")).to_be_focused()
    page.keyboard.press("Tab")
    expect(row(page, "0").get_by_label("Operator")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect_text(page, "currentCustomer.isLoyal==false")
