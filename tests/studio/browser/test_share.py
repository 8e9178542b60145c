"""Sharing by one file, and work that survives: in another studio, over a reload, in another window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.studio.browser.doing import checked, counted, counts, explain, open_data, records_page, rule, write
from tests.studio.browser.test_records import drop
from tests.studio.processes import studio

pytestmark = pytest.mark.browser

RULE = 'currentTxn.value>500&&currentCustomer.slabName=="😀"'
RECORD = {"currentTxn": {"number": "B-1", "value": 620.50}, "currentCustomer": {"slabName": "gold"}}


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    file = tmp_path / "bills.jsonl"
    file.write_text(json.dumps(RECORD) + "\n", encoding="utf-8")
    return file


def share(page: Page, file: Path) -> dict[str, Any]:
    """Save what is shared, and read it."""
    with page.expect_download() as started:
        page.get_by_role("button", name="Share").click()
    started.value.save_as(file)
    return json.loads(file.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_what_is_shared_opens_in_another_studio(
    page: Page, new_page: Callable[..., Page], bills: Path, tmp_path: Path
) -> None:
    write(page, RULE)
    page.get_by_role("combobox", name="Event").select_option("TransactionAdd")
    records_page(page)
    open_data(page, bills)
    counted(page)
    explain(page, "B-1")
    file = tmp_path / "rule.targetexpr.json"
    shared = share(page, file)
    assert (shared["rule"], shared["event"], shared["record"]) == (RULE, "TransactionAdd", RECORD)
    with studio() as second:
        other = new_page()
        other.goto(second.address)
        expect(other.locator(".cm-content")).to_be_visible()
        other.set_input_files("#any-file", file)
        expect(other.locator(".explain")).to_contain_text("Shared record")
        assert rule(other) == RULE
        expect(other.get_by_role("combobox", name="Event")).to_have_value("TransactionAdd")
        expect(other.locator(".outcomes .badge")).to_have_text("✗ no")
        box = other.get_by_label("currentCustomer.slabName", exact=True)
        box.fill("😀")
        box.press("Enter")
        expect(other.locator(".outcomes .badge").last).to_have_text("✓ yes")
        other.reload()
        expect(other.locator(".cm-content")).to_contain_text("currentTxn")
        assert rule(other) == RULE
        checked(other)  # its socket is open, and closes without a complaint
        other.close()


def test_a_shared_file_is_dropped_and_undone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "shared.json"
    file.write_text(json.dumps({"kind": "targetexpr-studio", "version": 1, "rule": RULE}), encoding="utf-8")
    write(page, "currentTxn.value>1")
    drop(page, file)
    expect(page.locator(".notices")).to_contain_text("Undo brings your rule back")
    assert rule(page) == RULE
    page.get_by_role("button", name="Undo").click()
    assert rule(page) == "currentTxn.value>1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"kind": "targetexpr-studio", "version": 2, "rule": "true"}, "newer studio"),
        ({"kind": "targetexpr-studio", "version": 1}, "rule must be a string"),
        ({"kind": "targetexpr-studio", "version": 1, "rule": "true", "event": 7}, "event must be a string or null"),
        ({"kind": "targetexpr-studio", "version": 1, "rule": "true", "schema": "mine"}, "schema must be"),
        ({"kind": "targetexpr-studio", "version": 1, "rule": "true", "mapping": {"A": 1}}, "mapping must be"),
        ({"kind": "targetexpr-studio", "version": 1, "rule": "true", "record": [1]}, "record must be"),
    ],
    ids=["version", "rule", "event", "schema", "mapping", "record"],
)
def test_a_shared_file_with_something_wrong_changes_nothing(
    page: Page, tmp_path: Path, content: object, said: str
) -> None:
    write(page, RULE)
    file = tmp_path / "shared.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    page.set_input_files("#any-file", file)
    expect(page.locator(".notices")).to_contain_text(said)
    assert rule(page) == RULE


def test_a_schema_that_is_not_open_here_is_named(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "shared.json"
    about = {"id": "file", "name": "Shoes"}
    file.write_text(json.dumps({"kind": "targetexpr-studio", "version": 1, "rule": "true", "schema": about}))
    page.set_input_files("#any-file", file)
    expect(page.locator(".notices")).to_contain_text("“Shoes”")


def test_work_survives_a_reload_and_another_start(new_page: Callable[..., Page], bills: Path, tmp_path: Path) -> None:
    with studio(state=tmp_path / "state") as first:
        page = new_page()
        page.goto(first.address)
        write(page, RULE)
        records_page(page)
        open_data(page, bills)
        before = counts(page)
        page.reload()
        assert counts(page) == before  # the data is still open
        assert rule(page) == RULE
        page.close()
    with studio(state=tmp_path / "state") as second:
        page = new_page()
        page.goto(second.address)
        expect(page.locator(".cm-content")).to_contain_text("slabName")
        assert rule(page) == RULE
        checked(page)
        page.close()


def test_what_a_record_says_is_text(page: Page, tmp_path: Path) -> None:
    """A value that looks like HTML is shown as it is written, everywhere."""
    evil = "<img src=x onerror=\"document.title='ran'\"><b>bold</b>"
    file = tmp_path / "evil.jsonl"
    file.write_text(json.dumps({"currentTxn": {"number": evil, "value": 1}, evil: evil}) + "\n", encoding="utf-8")
    write(page, 'currentTxn.number=="x"')
    records_page(page)
    open_data(page, file)
    counted(page)
    explain(page, "bold")
    expect(page.locator(".cm-content .x-value")).to_contain_text("<b>bold</b>")
    assert page.locator("#app img[src], #app b:text-is('bold')").count() == 0
    assert "ran" not in page.title()
