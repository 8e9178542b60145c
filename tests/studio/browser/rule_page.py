"""The rule in the page: writing it, and reading what the page says of it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def editor(page: Page) -> Locator:
    """What is typed in."""
    return page.get_by_role("textbox", name="Rule", exact=True)


def write(page: Page, text: str) -> None:
    """Pastes another rule over the one that is there, and waits for it to be checked."""
    editor(page).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    paste(page, text)
    expect_text(page, text)
    expect_checked(page)


def paste(page: Page, text: str) -> None:
    """Pastes at the cursor. Nothing is offered then, as it is while keys are typed."""
    editor(page).evaluate(
        """(place, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          place.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def type_rule(page: Page, text: str) -> None:
    """Types another rule, key by key."""
    editor(page).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def text_of(page: Page) -> str:
    """The rule as it stands."""
    return "\n".join(page.locator(".cm-content .cm-line").all_text_contents())


def expect_text(page: Page, text: str) -> None:
    """The editor has this rule."""
    if not text:
        expect(page.locator(".cm-placeholder")).to_be_visible()
        return
    expect(page.locator(".cm-content .cm-line")).to_have_text(text.split("\n"))


def verdict(page: Page) -> Locator:
    """What stands below the rule: its type, or what is wrong."""
    return page.get_by_role("status", name="Verdict on the rule")


def expect_checked(page: Page) -> None:
    """What the page says is about the text that it shows."""
    expect(page.locator(".status[aria-busy=false]")).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
