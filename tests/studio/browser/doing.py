"""What users do on the page, and what its tests wait for: states, never times."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.cli.command import spawn

EDITOR = ".cm-content"


def write(page: Page, text: str) -> None:
    """Type a rule in place of the one in the editor, as pasting does; it is checked when this returns."""
    page.locator(EDITOR).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")  # no list of completions over what is clicked next
    checked(page)


def checked(page: Page) -> None:
    """Wait until the rule that stands in the editor was found to be valid."""
    expect(page.locator(".status[aria-busy=false] .is-valid")).to_be_visible()


def rule(page: Page) -> str:
    """The rule as it is kept: the text of the editor without what is painted on it."""
    lines = page.locator(f"{EDITOR} .cm-line").evaluate_all(
        """lines => lines.map(line => {
             const copy = line.cloneNode(true);
             copy.querySelectorAll("[aria-hidden]").forEach(one => one.remove());
             return copy.textContent;
           })"""
    )
    return "\n".join(lines)


def records_page(page: Page) -> None:
    """Go to the records."""
    page.get_by_role("link", name="Records", exact=True).click()
    expect(page.locator(".records")).to_be_visible()


def open_data(page: Page, file: Path) -> None:
    """Open a file of records, and wait until it is read."""
    with another_file(page):
        page.set_input_files("#data-file", file)


@contextmanager
def another_file(page: Page) -> Iterator[None]:
    """Something opens a file; at the end it is read, and is what the page shows."""
    before = page.locator(".records").get_attribute("data-data")
    yield
    shown = page.locator(f".records[data-data]:not([data-data='{before}'])")
    expect(shown).to_have_attribute("data-state", re.compile("waiting|counting|current|failed"))


def counted(page: Page) -> None:
    """Wait until the counts are of the rule in the editor."""
    expect(page.locator(".records")).to_have_attribute("data-state", "current")


def counts(page: Page) -> dict[str, int]:
    """The counts that the page shows, under the names that `eval --count` gives them."""
    counted(page)
    found = {one.get_attribute("data-count"): _number(one) for one in page.locator("[data-count]").all()}
    names = {"records": "all", "yes": "yes", "no": "no", "null": "null", "errors": "error"}
    return {name: found[word] for name, word in names.items()}


def _number(one: Locator) -> int:
    return int(one.inner_text().replace(",", ""))


def counted_by_command(text: str, *data: str | Path) -> dict[str, int]:
    """What `targetexpr eval --count` counts."""
    done = spawn("eval", text, "--data", *map(str, data), "--count", "--output", "json")
    return done.data  # type: ignore[no-any-return]


def conditions_by_command(text: str, data: Path) -> list[dict[str, Any]]:
    """What `targetexpr backtest` says of each condition."""
    done = spawn("backtest", text, "--data", str(data), "--output", "json")
    return done.data["conditions"]  # type: ignore[no-any-return]


def explained_by_command(text: str, record: object) -> dict[str, Any]:
    """The tree of `targetexpr explain`."""
    done = spawn("explain", text, "--data", json.dumps(record), "--output", "json")
    found = json.loads(done.out)
    return found[0]["explanation"] if isinstance(found, list) else found["explanation"]  # type: ignore[no-any-return]


def rows(page: Page) -> Locator:
    """The records of the page that is shown."""
    return page.locator(".list tbody tr")


def explain(page: Page, record: str) -> None:
    """Click the record that has this in its row."""
    rows(page).filter(has_text=record).first.click()
    expect(page.locator(".explain .outcomes")).to_be_visible()
