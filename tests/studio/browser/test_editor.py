"""The editor of the rule: colours, diagnostics with their fixes, completion, hover, signatures, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.studio.browser.conftest import Watch
from tests.studio.browser.rule_page import editor, expect_checked, expect_text, paste, type_rule, verdict, write
from tests.studio.processes import Process, studio

pytestmark = pytest.mark.browser


def test_the_token_leaves_the_address(page: Page, running: Process) -> None:
    expect(editor(page)).to_be_visible()
    assert page.url == f"{running.origin}/"


def test_words_have_colours_by_what_they_are(page: Page) -> None:
    write(page, 'currentTxn.value>5&&currentCustomer.slabName=="Gold"')
    expect(page.locator(".tok-variable")).to_have_text(["currentTxn", "currentCustomer"])
    expect(page.locator(".tok-property")).to_have_text(["value", "slabName"])
    expect(page.locator(".tok-string")).to_have_text('"Gold"')
    expect(page.locator(".tok-number")).to_have_text("5")


def test_the_event_says_which_profiles_there_are(page: Page) -> None:
    write(page, "currentTxn.value>5")
    expect(verdict(page)).to_contain_text("Valid")
    page.get_by_label("Event").select_option("CustomerRegistration")
    expect(page.locator(".cm-lintRange-error")).to_have_text("currentTxn")
    page.get_by_label("Event").select_option("any event")
    expect(verdict(page)).to_contain_text("Valid")


def test_the_line_below_says_what_the_rule_is(page: Page) -> None:
    write(page, "currentTxn.value>5")
    expect(verdict(page)).to_have_text("Validboolean")
    write(page, "currentTxn.valu>5&&currentTxn.discoun>1")
    expect(verdict(page)).to_have_text("2 errors")
    write(page, "currentTxn.value>5&&currentTxn.value>5")
    expect(verdict(page)).to_have_text("Validboolean1 warning")
    write(page, "")
    expect(verdict(page)).to_have_text("No rule yet")


def test_the_schema_can_be_chosen(new_page: Callable[..., Page], tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"profiles": {"currentTxn": {"attributes": {"stamps": {"type": "real"}}}}}))
    with studio("--schema", str(file)) as started:
        page = new_page()
        page.goto(started.address)
        write(page, "currentTxn.stamps>5")
        expect(verdict(page)).to_contain_text("Valid")
        page.get_by_label("Schema").select_option("The platform's schema")
        expect(page.locator(".cm-lintRange-error")).to_have_text("stamps")
        page.reload()  # the choice is kept
        expect(page.locator(".cm-lintRange-error")).to_have_text("stamps")
        page.get_by_label("Schema").select_option("The schema of this start")
        expect(verdict(page)).to_contain_text("Valid")
        page.close()


def test_what_is_wrong_is_underlined_and_its_fix_is_a_button(page: Page) -> None:
    write(page, 'currentCustomer.slabName=="😀🏽"&&currentTxn.valu>5')
    mark = page.locator(".cm-lintRange-error")
    expect(mark).to_have_text("valu")
    mark.hover()
    page.locator(".cm-tooltip").get_by_role("button", name="Write value").click()
    expect_text(page, 'currentCustomer.slabName=="😀🏽"&&currentTxn.value>5')
    expect(mark).to_have_count(0)
    expect(verdict(page)).to_contain_text("Valid")


def test_problems_are_listed_with_their_fixes(page: Page) -> None:
    write(page, "currentTxn.valu>5")
    problems = page.get_by_role("list", name="Problems of the rule")
    problems.get_by_role("button", name="has no attribute").click()
    expect(editor(page)).to_be_focused()
    paste(page, "discoun")  # what is wrong was selected
    expect_text(page, "currentTxn.discoun>5")
    problems.get_by_role("button", name="Write discount").click()
    expect_text(page, "currentTxn.discount>5")
    expect(problems).to_have_count(0)


def test_all_is_fixed_at_once_and_taken_back_at_once(page: Page) -> None:
    wrong = "currentTxn.value>5 and currentTxn.discount=>1"
    write(page, wrong)
    page.get_by_role("button", name="Fix all").click()
    expect_text(page, "currentTxn.value>5 && currentTxn.discount>=1")
    editor(page).press("ControlOrMeta+z")
    expect_text(page, wrong)


def test_the_fix_at_the_cursor_by_the_keyboard(page: Page) -> None:
    write(page, "currentTxn.valu>5")
    editor(page).press("F8")
    editor(page).press("ControlOrMeta+.")
    expect_text(page, "currentTxn.value>5")


def test_members_are_offered_with_their_types_and_meaning(page: Page) -> None:
    type_rule(page, "currentTxn.basketSu")
    menu = page.get_by_role("listbox")
    first = menu.get_by_role("option").first
    expect(first).to_contain_text("basketSum(inventoryAttribute, attributeValue)")
    expect(first).to_contain_text("real")
    expect(page.locator(".cm-completionInfo")).to_contain_text("Sum of the amounts")
    page.keyboard.press("Enter")
    expect_text(page, 'currentTxn.basketSum("inventoryAttribute","attributeValue")')


def test_tab_takes_what_is_offered_and_else_leaves_the_editor(page: Page) -> None:
    type_rule(page, "currentTxn.discou")
    expect(page.get_by_role("option", name="discount real", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect_text(page, "currentTxn.discount")
    page.keyboard.press("Tab")
    expect(editor(page)).not_to_be_focused()


def test_hover_tells_type_and_meaning(page: Page) -> None:
    write(page, "currentTxn.value>5")
    page.locator(".tok-property").hover()
    expect(page.locator(".cm-tooltip-hover")).to_contain_text("currentTxn.value : real")


def test_the_keyboard_asks_for_type_and_meaning_as_well(page: Page) -> None:
    write(page, "currentTxn.value>5")
    editor(page).press("Home")
    editor(page).press("F1")
    tip = page.locator(".cm-tooltip-hover")
    expect(tip).to_contain_text("currentTxn")
    editor(page).press("Escape")
    expect(tip).to_have_count(0)


def test_a_call_shows_what_it_takes(page: Page) -> None:
    type_rule(page, "currentTxn.basketSum(")
    hint = page.locator(".cm-lsp-signature-tooltip")
    expect(hint).to_contain_text("inventoryAttribute")
    expect(hint.locator(".cm-lsp-active-parameter")).to_contain_text("inventoryAttribute")
    page.keyboard.type('"brand",')
    expect(hint.locator(".cm-lsp-active-parameter")).to_contain_text("attributeValue")


def test_documentation_is_shown_to_the_letter(new_page: Callable[..., Page], tmp_path: Path) -> None:
    evil = '<img src="data:," onerror="window.ran=1"><b>bold</b> *text* [link](javascript:window.ran=1)'
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"profiles": {"currentTxn": {"attributes": {"points": {"type": "real", "doc": evil}}}}}))
    with studio("--schema", str(file)) as started:
        page = new_page()
        page.goto(started.address)
        write(page, "currentTxn.points>5")
        page.locator(".tok-property").hover()
        tip = page.locator(".cm-tooltip-hover")
        expect(tip).to_contain_text('<img src="data:," onerror="window.ran=1"><b>bold</b> *text* [link](javascript:')
        assert tip.locator("img, b, a").count() == 0
        type_rule(page, "currentTxn.poin")
        info = page.locator(".cm-completionInfo")
        expect(info).to_contain_text("<b>bold</b>")
        assert info.locator("img, b, a").count() == 0
        assert page.evaluate("() => window.ran === undefined")
        page.close()


def test_layout_and_copying(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, "currentTxn.value>5&&currentTxn.discount==0")
    page.get_by_role("button", name="Lay out").click()
    expect_text(page, "currentTxn.value > 5 && currentTxn.discount == 0")
    page.get_by_role("button", name="Copy the rule").click()
    expect(page.get_by_text("Rule copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "currentTxn.value > 5 && currentTxn.discount == 0"


def test_work_survives_reload_and_closing(new_page: Callable[..., Page], tmp_path: Path) -> None:
    with studio(state=tmp_path) as started:
        page = new_page()
        page.goto(started.address)
        write(page, 'currentCustomer.slabName=="😀"')
        page.get_by_label("Event").select_option("TransactionAdd")
        page.reload()  # at once: what is not written yet is written on the way out
        expect_text(page, 'currentCustomer.slabName=="😀"')
        expect(page.get_by_label("Event")).to_have_value("TransactionAdd")
        page.close()
    with studio(state=tmp_path) as started:
        page = new_page()
        page.goto(started.address)
        expect_text(page, 'currentCustomer.slabName=="😀"')
        expect(page.get_by_label("Event")).to_have_value("TransactionAdd")
        expect_checked(page)
        page.close()


def test_a_studio_that_stopped_is_told_and_found_again(
    new_page: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    watch.expect("ERR_CONNECTION_REFUSED")
    watch.expect("WebSocket connection")
    watch.expect("401")  # of the attempts to connect with the token of before
    page = new_page()
    with studio(state=tmp_path) as started:
        page.goto(started.address)
        write(page, "currentTxn.value>5")
    expect(page.get_by_role("alert")).to_contain_text("The studio has stopped")
    editor(page).press("End")
    page.keyboard.type("0")
    expect_text(page, "currentTxn.value>50")
    with studio(state=tmp_path, port=started.port) as again:
        page.goto(again.address)  # the same place with another token
        expect(page.get_by_role("alert")).to_have_count(0)
        write(page, "currentTxn.valu>5")
        expect(page.locator(".cm-lintRange-error")).to_have_text("valu")
        page.close()


def test_a_connection_that_breaks_is_made_again(new_page: Callable[..., Page], running: Process) -> None:
    page = new_page()
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/lsp", connect)
    page.goto(running.address)
    write(page, "currentTxn.value>5")
    sockets[0].close()
    write(page, "currentTxn.valu>5")
    expect(page.locator(".cm-lintRange-error")).to_have_text("valu")
    expect(page.locator(".tok-number")).to_have_text("5")
    assert len(sockets) > 1


def test_without_the_token_the_page_says_what_to_do(
    new_page: Callable[..., Page], watch: Watch, running: Process
) -> None:
    watch.expect("401")
    page = new_page()
    page.goto(running.origin)
    expect(page.get_by_role("alert")).to_contain_text("open the address that the terminal shows")


def test_dark_and_light_follow_the_system_or_the_switch(new_page: Callable[..., Page], running: Process) -> None:
    page = new_page(color_scheme="dark")
    page.goto(running.address)
    background = "() => getComputedStyle(document.body).backgroundColor"
    expect(editor(page)).to_be_visible()
    dark = page.evaluate(background)
    page.get_by_role("radio", name="light").check()
    light = page.evaluate(background)
    assert light != dark
    page.reload()
    expect(page.get_by_role("radio", name="light")).to_be_checked()
    assert page.evaluate(background) == light
    page.get_by_role("radio", name="auto").check()
    assert page.evaluate(background) == dark


def test_a_narrow_window_has_no_width_to_scroll(new_page: Callable[..., Page], running: Process) -> None:
    page = new_page(viewport={"width": 420, "height": 800})
    page.goto(running.address)
    write(page, 'currentTxn.basketSumRegexCategoryGross("department","(shoes|socks|sandals|sneakers)")>1000')
    assert page.evaluate("() => document.documentElement.scrollWidth") == 420
