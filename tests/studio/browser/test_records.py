"""The records page: what it counts, lists and exports is what the command says of the same file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import polars
import pytest
from playwright.sync_api import Page, Route, expect

from tests.studio.browser.conftest import Watch
from tests.studio.browser.doing import (
    another_file,
    checked,
    conditions_by_command,
    counted,
    counted_by_command,
    counts,
    open_data,
    records_page,
    rows,
    write,
)
from tests.studio.processes import studio

pytestmark = pytest.mark.browser

RULE = 'currentTxn.value>500&&(currentCustomer.slabName=="Gold"||currentTxn.value>=900)'
RULES = (
    RULE,
    'currentCustomer.slabName=="😀"||currentTxn.value<100',
    '!(currentTxn.value>200)||currentCustomer.slabName=="gold"',
    "currentTxn.value>currentTxn.discount",
)
TIERS = ("Gold", "Silver", "gold", "😀")


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JSON Lines: of all outcomes, and two lines that cannot be read."""
    records: list[object] = [
        {
            "billNumber": f"B-{1000 + n}",
            "currentTxn": {"value": 37 * n % 1000},
            "currentCustomer": {"slabName": TIERS[n % 4]},
        }
        for n in range(120)
    ]
    records += [{"currentTxn": {"value": None}}, {"currentTxn": {"value": "a lot"}}]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    lines.insert(7, '{"currentTxn":')
    lines.append("[}")
    file = tmp_path_factory.mktemp("records") / "bills.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def table() -> polars.DataFrame:
    """A table with headings that propose themselves, and one that does not."""
    return polars.DataFrame(
        {
            "currentTxn.value": [37 * n % 1000 for n in range(40)],
            "Stufe": [TIERS[n % 2] for n in range(40)],
            "Kassenbon": [f"K-{n}" for n in range(40)],
        }
    )


def test_the_counts_are_those_of_the_command(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    for text in RULES:
        write(page, text)
        expected = counted_by_command(text, bills)
        assert counts(page) == expected
        for word in ("yes", "no", "null"):
            button = page.locator(f".tally.{word}")
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            expect(rows(page).filter(has=page.locator(f".badge:not(.{word})"))).to_have_count(0)
            expect(rows(page)).to_have_count(min(expected[word], 50))
            button.click()
            expect(page.locator(".tally").first).to_have_attribute("aria-pressed", "true")


def test_counts_stand_below_the_rule_on_every_page(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    made = counts(page)
    page.get_by_role("link", name="Rule", exact=True).click()
    expect(page.locator(".in-short")).to_contain_text(f"{made['yes']} of {made['records']} records")
    write(page, "true")
    expect(page.locator(".in-short")).to_contain_text(f"{counted_by_command('true', bills)['yes']} of")


def test_an_older_question_is_given_up(page: Page, bills: Path) -> None:
    """The answer to the rule as it was does not come after that to the rule as it is."""
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    counted(page)
    held: list[Route] = []
    page.route(
        "**/api/count",
        lambda route: held.append(route) if "discount" in str(route.request.post_data) else route.continue_(),
    )
    with page.expect_request("**/api/count"):
        write(page, "currentTxn.discount>5")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/api/count")):
        write(page, "currentTxn.value>5")
    assert counts(page) == counted_by_command("currentTxn.value>5", bills)


def test_while_the_rule_has_errors_the_counts_say_of_what_they_are(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    before = counts(page)
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.insert_text("&&")
    expect(page.locator(".records")).to_contain_text("before it had errors")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    checked(page)
    assert counts(page) == before


def test_pages_hold_every_record_once(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    expected = counts(page)["no"]
    page.locator(".tally.no").click()
    expect(page.locator(".tally.no")).to_have_attribute("aria-pressed", "true")
    expect(rows(page).filter(has=page.locator(".badge:not(.no)"))).to_have_count(0)
    seen: list[str] = []
    turn = page.get_by_role("button", name=re.compile("Next"))
    for number in range(1, 9):
        expect(page.get_by_label("Pages of records")).to_contain_text(f"Page {number}")
        seen += [str(one.get_attribute("id")) for one in rows(page).locator("th button").all()]
        if turn.is_disabled():
            break
        turn.click()
    assert len(seen) == len(set(seen)) == expected
    page.get_by_role("button", name=re.compile("Previous")).click()
    expect(page.get_by_label("Pages of records")).to_contain_text(f"Page {number - 1}")


def test_one_bill_is_found(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    counted(page)
    page.get_by_role("searchbox").fill("B-1042")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("B-1042")
    page.get_by_role("searchbox").fill("no such bill")
    expect(page.locator(".nothing")).to_contain_text("No record with “no such bill”.")


def test_lines_that_cannot_be_read_are_listed(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    page.get_by_text("2 lines could not be read").click()
    listed = page.locator(".unread li")
    expect(listed).to_have_count(2)
    expect(listed.first).to_contain_text("line 8")
    expect(listed.last).to_contain_text("line 124")
    expect(listed.last).to_contain_text("Not valid JSON")


def test_why_not_over_all_is_what_backtest_says(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    counted(page)
    expected = conditions_by_command(RULE, bills)
    listed = page.locator(".why li")
    expect(listed).to_have_count(len(expected))
    for line, one in zip(listed.all(), expected, strict=True):
        expect(line.locator("code")).to_have_text(one["text"])
        expect(line.locator("[data-only]")).to_have_text(str(one["only"]))
        expect(line).to_contain_text(f"{one['rejects']} in all")
    expect(page.locator(".why svg")).to_be_visible()
    second = listed.nth(1).get_by_role("button")
    second.hover()
    expect(page.locator(".x-pointed").first).to_be_visible()
    assert "".join(page.locator(".x-pointed").all_inner_texts()) == expected[1]["text"]
    page.mouse.move(0, 0)
    expect(page.locator(".x-pointed")).to_have_count(0)
    second.focus()
    expect(page.locator(".x-pointed").first).to_be_visible()
    second.click()
    assert page.evaluate("() => getSelection().toString()") == expected[1]["text"]


def test_sending_is_cancelled(page: Page, bills: Path) -> None:
    records_page(page)
    page.route("**/api/data?*", lambda _: None)  # never arrives
    page.set_input_files("#data-file", bills)
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("Opening bills.jsonl was cancelled.")
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_reading_is_cancelled(page: Page, bills: Path) -> None:
    records_page(page)

    def half(route: Route) -> None:
        if route.request.method == "DELETE":
            route.continue_()
            return
        about = {"id": route.request.url.rpartition("/")[2], "name": bills.name, "format": "json", "size": 2000}
        known = {"records": None, "errors": None, "message": None, "profile": None, "found": [], "counting": None}
        route.fulfill(json={**about, **known, "state": "reading", "read": 1000, "total": 2000})

    page.route(re.compile(r"/api/data/\w+$"), half)
    page.set_input_files("#data-file", bills)
    expect(page.locator(".progress")).to_contain_text("Reading bills.jsonl")
    expect(page.locator(".progress")).to_contain_text("1.0 KB of 2.0 KB")
    with page.expect_request(lambda request: request.method == "DELETE"):
        page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("Opening bills.jsonl was cancelled.")
    page.unroute_all(behavior="wait")


def test_a_column_is_mapped_and_remembered_by_its_heading(
    page: Page, watch: Watch, table: polars.DataFrame, tmp_path: Path
) -> None:
    rule = 'currentTxn.value>=500&&currentCustomer.slabName=="Gold"'
    gold = sum(tier == "Gold" and value >= 500 for value, tier, _ in table.iter_rows())
    file = tmp_path / "month.csv"
    table.write_csv(file)
    write(page, rule)
    records_page(page)
    open_data(page, file)
    assert counts(page)["yes"] == 0
    page.get_by_text(re.compile(r"Columns: \d of 3 used")).click()
    box = page.get_by_label("Stufe in the record")
    expect(page.locator(".mapping tbody tr", has_text="Stufe")).to_contain_text("Gold")
    watch.expect("422")
    box.fill("customer.tier")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("customer.tier is no place in a record")
    box.fill("currentCustomer.slabName")
    box.press("Enter")
    expect(page.locator("[data-count=yes]")).to_have_text(str(gold))
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Close month.csv").click()
    page.reload()
    expect(page.locator(".records")).to_be_visible()
    open_data(page, file)
    expect(page.locator("[data-count=yes]")).to_have_text(str(gold))
    expect(page.locator(".mapping summary")).to_contain_text("1 as you chose before")
    page.get_by_text(re.compile(r"Columns: \d of 3 used")).click()
    page.get_by_role("button", name="Do not use Stufe").click()
    expect(page.locator("[data-count=yes]")).to_have_text("0")


def test_tables_of_every_format_open(page: Page, table: polars.DataFrame, tmp_path: Path) -> None:
    write(page, "currentTxn.value>=500")
    records_page(page)
    writers: dict[str, Callable[[Path], object]] = {
        "bills.csv": table.write_csv,
        "bills.parquet": table.write_parquet,
        "bills.xlsx": table.write_excel,
        "bills.ndjson": lambda file: file.write_text(
            "".join(json.dumps({"currentTxn": {"value": value}}) + "\n" for value in table["currentTxn.value"])
        ),
    }
    for name, write_file in writers.items():
        file = tmp_path / name
        write_file(file)
        open_data(page, file)
        expect(page.locator("[data-count=yes]")).to_have_text(str(int((table["currentTxn.value"] >= 500).sum())))
        assert counts(page) == counted_by_command("currentTxn.value>=500", file)


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_the_filtered_records_are_exported(page: Page, bills: Path, tmp_path: Path, form: str) -> None:
    write(page, RULE)
    records_page(page)
    open_data(page, bills)
    expected = counts(page)["yes"]
    page.locator(".tally.yes").click()
    page.get_by_label("Format of the export").select_option(form)
    with page.expect_download() as started:
        page.get_by_role("button", name="Export yes").click()
    assert started.value.suggested_filename.endswith(f".{form}")
    file = tmp_path / f"out.{form}"
    started.value.save_as(file)
    read = {"csv": polars.read_csv, "xlsx": polars.read_excel, "parquet": polars.read_parquet}[form]
    assert read(file).height == expected


def test_the_page_says_what_to_install(page: Page) -> None:
    def without_tables(route: Route) -> None:
        answer = route.fetch()
        missing = "CSV, Excel and Parquet need more packages: pip install 'targetexpr[tables]'"
        route.fulfill(response=answer, json={**answer.json(), "files": [], "tables": False, "missing": missing})

    page.route("**/api/session", without_tables)
    page.reload()
    records_page(page)
    expect(page.locator(".zone")).to_contain_text("pip install 'targetexpr[tables]'")


def test_a_file_is_dropped(page: Page, bills: Path) -> None:
    write(page, RULE)
    records_page(page)
    with another_file(page):
        drop(page, bills)
    assert counts(page) == counted_by_command(RULE, bills)


def drop(page: Page, file: Path) -> None:
    """Drop a file on the page."""
    transfer = page.evaluate_handle(
        """([text, name]) => {
             const transfer = new DataTransfer();
             transfer.items.add(new File([text], name));
             return transfer;
           }""",
        [file.read_text(encoding="utf-8"), file.name],
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.locator(".drop-here")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.locator(".drop-here")).to_have_count(0)


def test_without_a_rule_the_records_are_shown_as_they_are(page: Page, bills: Path) -> None:
    records_page(page)
    open_data(page, bills)
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    expect(page.locator(".records")).to_contain_text("Write a rule above")
    expect(rows(page)).to_have_count(50)
    expect(rows(page).first).to_contain_text("B-1000")
    expect(page.locator(".list .badge")).to_have_count(0)


def test_records_that_name_no_profile_are_read_as_the_one_proposed(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl"
    file.write_text("".join(json.dumps({"value": value, "discount": 1}) + "\n" for value in (100, 600, 700)))
    write(page, "currentTxn.value>500")
    records_page(page)
    open_data(page, file)
    page.get_by_role("button", name="Read as currentTxn").click()
    expect(page.locator("[data-count=yes]")).to_have_text("2")
    expect(page.get_by_role("combobox", name="Each record is a")).to_have_value("currentTxn")


def test_numbers_that_can_be_read_in_two_ways_are_asked_about(page: Page, watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "amounts.csv"
    file.write_text("currentTxn.value;note\n1,200;a\n2,500;b\n")
    write(page, "currentTxn.value>5")
    records_page(page)
    watch.expect("422")
    open_data(page, file)
    page.get_by_role("button", name="1.200,50").click()
    expect(page.locator("[data-count=yes]")).to_have_text("0")


def test_what_no_column_holds_is_named(page: Page, table: polars.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "bills.csv"
    table.write_csv(file)
    write(page, "currentTxn.value>5||currentTxn.discount>1")
    records_page(page)
    open_data(page, file)
    expect(page.locator(".hint-line")).to_have_text("No column holds currentTxn.discount; read as null.")


def test_closing_at_once_leaves_nothing_behind(
    page: Page, bills: Path, table: polars.DataFrame, tmp_path: Path
) -> None:
    """No question about a file is on its way when it is closed: the browser would complain of the refusal."""
    other = tmp_path / "bills.csv"
    table.write_csv(other)
    write(page, RULE)
    records_page(page)
    close = page.locator(".opened").get_by_role("button", name=re.compile("^Close "))
    for _ in range(4):
        for file in (bills, other):
            with another_file(page):
                page.set_input_files("#data-file", file)
        for _ in range(2):
            page.locator(".tally").first.click()
            page.locator(".tally.no").click()
            before = page.locator(".records").get_attribute("data-data")
            close.click()
            expect(page.locator(f".records[data-data='{before}']")).to_have_count(0)
            page.wait_for_function("() => document.querySelector('.tally') || document.querySelector('.zone')")


def test_blanks_at_the_ends_of_a_value_are_seen(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "blanks.jsonl"
    file.write_text('{"currentCustomer": {"slabName": " Gold  "}}\n')
    write(page, 'currentCustomer.slabName=="Gold"')
    records_page(page)
    open_data(page, file)
    expect(rows(page).locator(".blank")).to_have_count(2)
    expect(rows(page).locator(".blank").last).to_have_attribute("title", "2 blanks")


def test_files_of_the_command_line_are_open_at_the_start(new_page: Callable[..., Page], bills: Path) -> None:
    with studio(str(bills)) as started:
        page = new_page()
        page.goto(started.address)
        records_page(page)
        write(page, RULE)
        expect(page.locator(".opened")).to_contain_text(bills.name)
        expect(page.locator("[data-count=yes]")).to_be_visible()
        assert counts(page) == counted_by_command(RULE, bills)
        page.close()
