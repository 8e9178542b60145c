"""The page for everybody: by keyboard alone, in light and dark, narrow and wide; axe-core finds nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cli.command import ROOT
from tests.studio.browser.doing import (
    EDITOR,
    another_file,
    checked,
    counted,
    counted_by_command,
    counts,
    explain,
    open_data,
    records_page,
    write,
)
from tests.studio.processes import Process

pytestmark = pytest.mark.browser

AXE = ROOT / "src" / "targetexpr" / "studio" / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULE = '!currentCustomer.isLoyal||currentTxn.value>500&&(currentCustomer.slabName=="Gold"||currentTxn.discount>3)'


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """Records of all outcomes, two of them near misses, and a line that cannot be read."""
    tiers, values = ("Gold", "gold", " Gold", None), (100, 700, None, "a lot")
    records = [
        {
            "billNumber": f"B-{n}",
            "currentTxn": {"value": values[n % 4]},
            "currentCustomer": {"slabName": tiers[n // 4 % 4], "isLoyal": True},
        }
        for n in range(64)
    ]
    file = tmp_path / "bills.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records) + "[}\n", encoding="utf-8")
    return file


def violations(page: Page) -> list[str]:
    """What axe-core finds in light, and in the colours of dark: the rule that is violated and where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = []
    for scheme, only in (("light", None), ("dark", ["color-contrast"])):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += page.evaluate(
            """async only => {
                 const options = {resultTypes: ["violations"], ...(only && {runOnly: only})};
                 return (await axe.run(document, options)).violations;
               }""",
            only,
        )
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("width", [1280, 420])
def test_axe_finds_nothing(
    new_page: Callable[..., Page], running: Process, bills: Path, tmp_path: Path, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.goto(running.address)
    if width == 1280:
        write_invalid(page)
        assert violations(page) == []
    write(page, RULE)
    assert violations(page) == []
    records_page(page)
    close = page.locator(".opened").get_by_role("button", name=re.compile("^Close "))
    while page.locator(".zone").count() == 0:
        with page.expect_response(lambda answer: answer.request.method == "DELETE"):
            close.click()
    assert violations(page) == []
    open_data(page, bills)
    counted(page)
    expect(page.locator(".why svg")).to_be_visible()
    page.locator(".unread summary").click()
    explain(page, "B-5")
    expect(page.locator(".near li")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Try")).click()
    expect(page.get_by_role("button", name="Reset all")).to_be_visible()
    page.locator(".tally.null").click()
    assert violations(page) == []
    page.locator(".tally.error").click()
    explain(page, "B-3")
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    table = tmp_path / "bills.csv"
    table.write_text("currentTxn.value,Stufe\n700,Gold\n", encoding="utf-8")
    open_data(page, table)
    counted(page)
    page.locator(".mapping summary").click()
    expect(page.locator(".mapping table")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def write_invalid(page: Page) -> None:
    """A rule with an error, so that its message is shown."""
    page.locator(EDITOR).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("currentTxn.valu>5")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Verdict on the rule")).to_contain_text("1 error")


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until the thing of this name has the focus: whoever uses no mouse gets there."""
    for _ in range(80):
        page.keyboard.press(key)
        focused = page.evaluate(
            """() => {
                 const one = document.activeElement;
                 if (one.href?.endsWith("#rule")) return ""; // the link of the same name
                 return one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
               }"""
        )
        if focused and focused.strip() == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_keyboard_alone_suffices(page: Page, bills: Path) -> None:
    page.on("filechooser", lambda _: None)  # from now on they are caught
    expect(page.locator(EDITOR)).to_be_visible()
    tab_to(page, "Rule")  # the editor
    expect(page.locator(EDITOR)).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(RULE)
    page.keyboard.press("Escape")
    checked(page)
    tab_to(page, "Records", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".records")).to_be_visible()
    name = "open a file…" if page.locator(".zone").count() else "Open another…"
    tab_to(page, name)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    with another_file(page):
        chooser.value.set_files(bills)
    assert counts(page) == counted_by_command(RULE, bills)
    page.locator(".tally.no").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tally.no")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".list .badge:not(.no)")).to_have_count(0)
    rows = page.locator(".list tbody th button")
    tab_to(page, str(rows.first.get_attribute("aria-label")))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#explain-title")).to_be_focused()
    tab_to(page, "currentTxn.value")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("900")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reset all")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".explain")).to_have_count(0)
    expect(rows.nth(1)).to_be_focused()


def test_dark_and_light_follow_the_system_and_the_choice(new_page: Callable[..., Page], running: Process) -> None:
    page = new_page(color_scheme="dark")
    page.goto(running.address)
    background = "() => getComputedStyle(document.body).backgroundColor"
    expect(page.locator(EDITOR)).to_be_visible()
    dark = page.evaluate(background)
    page.get_by_label("light", exact=True).check()
    light = page.evaluate(background)
    assert dark != light
    page.reload()
    expect(page.locator(EDITOR)).to_be_visible()
    assert page.evaluate(background) == light
    page.get_by_label("auto", exact=True).check()
    assert page.evaluate(background) == dark
