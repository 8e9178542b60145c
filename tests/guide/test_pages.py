"""The pages of the guide: those made from declarations are current, links resolve, and nothing is on no page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import targetexpr
import targetexpr.targets
from targetexpr import Schema
from targetexpr.cli.main import COMMANDS
from targetexpr.console.options import OPTIONS
from targetexpr.guide.pages import codes, page, topics
from targetexpr.lang.functions import all_functions
from targetexpr.repl.commands import COMMANDS as REPL_COMMANDS
from targetexpr.targets.authoring.plan_schema import plan_keys
from tests.guide.generate import REFERENCE
from tests.guide.sources import GUIDE

README = GUIDE.parents[2] / "README.md"
PAGES = [README, *sorted(GUIDE.rglob("*.md"))]


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_a_page_of_reference_is_made_from_the_declarations(name: str) -> None:
    assert page(name) == REFERENCE[name](), "run `python -m tests.guide.generate`"


# ---- links -----------------------------------------------------------------------------------------------------------


def links(text: str) -> Iterable[str]:
    """Where the links of a page lead; what stands in fences and backticks is no link."""
    without = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    without = re.sub(r"`[^`\n]*`", "", without)
    return re.findall(r"\]\(([^)\s]+)\)", without)


def anchors(text: str) -> set[str]:
    """What the headings of a page are called in a link, as GitHub makes it."""
    titles = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.name))
def test_every_link_resolves(path: Path) -> None:
    for link in links(path.read_text(encoding="utf-8")):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


# ---- coverage --------------------------------------------------------------------------------------------------------


def shown(*names: str) -> set[str]:
    """What stands in backticks on pages: whole, and word by word."""
    text = "\n".join(page(name) for name in names)
    return {word for code in re.findall(r"`([^`\n]+)`", text) for word in (code, *re.split(r"[^\w:-]+", code))}


def test_every_public_name_is_on_a_page() -> None:
    names = shown("python")
    assert {*targetexpr.__all__, *targetexpr.targets.__all__} - names == set()


def test_every_command_and_option_is_on_a_page() -> None:
    names = shown("commands")
    assert {f"targetexpr {name}" for name in COMMANDS} - names == set()
    assert OPTIONS.keys() - names == set()
    assert {f":{command.name}" for command in REPL_COMMANDS.values()} - names == set()


def test_every_function_attribute_and_event_is_on_a_page() -> None:
    schema = Schema.bundled()
    assert {one.name for one in all_functions()} - shown("functions") == set()
    names = shown("attributes")
    assert {*schema.profiles, *schema.events} - names == set()
    for profile in schema.profiles.values():
        assert {*profile.attributes, *profile.methods} - names == set()


def test_every_code_is_listed() -> None:
    listed = set(re.findall(r"\]\(codes/([a-z0-9-]+)\.md\)", page("codes")))
    assert listed == set(codes())


def test_every_key_of_a_plan_is_on_the_page_of_target_groups() -> None:
    keys = {key for part in (None, "period", "target", "unified") for key in plan_keys(part)}
    assert keys - shown("target-groups") == set()


@pytest.mark.parametrize("name", sorted(topics()))
def test_a_page_begins_with_what_it_is_about(name: str) -> None:
    first, second, third = page(name).splitlines()[:3]
    assert first.startswith("# ")
    assert ": " in first, "the name of the topic, and what it is about"
    assert second == ""
    assert third
