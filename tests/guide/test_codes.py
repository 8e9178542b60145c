"""Every code and error number has a page, made from one source; what its examples show is what happens."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.messages import Message
from targetexpr.checking.lint import CODES, RULES
from targetexpr.checking.messages import arguments, functions, members, operators
from targetexpr.guide.pages import code_page_path, codes
from targetexpr.rulesets import analysis
from targetexpr.syntax.messages import mistakes
from targetexpr.targets.model.error_numbers import ERROR_NUMBERS
from targetexpr.targets.progress.results import REASONS
from tests.guide import code_pages, generate
from tests.guide.sources import GUIDE, STATE, Entry, entries, lint_reason

PACKAGE = GUIDE.parent


SHOWN = [entry for entry in entries() if entry.kind != STATE]


@pytest.mark.parametrize("entry", SHOWN, ids=lambda entry: f"{entry.code}-{entry.kind}")
def test_the_wrong_example_gives_the_code_and_the_right_one_nothing(entry: Entry) -> None:
    assert entry.wrong is not None
    assert entry.right is not None
    assert entry.code in code_pages.outcome(entry.wrong).codes
    assert code_pages.outcome(entry.right).codes == frozenset()


@pytest.mark.parametrize("code", sorted(code_pages.by_code()))
def test_the_page_of_a_code_is_made_from_its_source(code: str) -> None:
    path = code_page_path(code)
    assert path is not None
    made = code_pages.code_page(code, code_pages.by_code()[code])
    assert path.read_text(encoding="utf-8") == made, "run `python -m tests.guide.generate`"


def test_the_index_and_the_pages_of_numbers_are_made_from_their_sources() -> None:
    assert (GUIDE / "codes.md").read_text(encoding="utf-8") == code_pages.index(), generate.__doc__
    for number, entry in ERROR_NUMBERS.items():
        path = code_page_path(str(number))
        assert path is not None
        assert path.read_text(encoding="utf-8") == code_pages.number_page(entry), generate.__doc__


def test_no_page_is_left_of_a_code_that_is_gone() -> None:
    assert codes() == sorted({*code_pages.by_code(), *map(str, ERROR_NUMBERS)})


# ---- none is missing -------------------------------------------------------------------------------------------------


def test_every_declared_code_has_a_page() -> None:
    declared = {*mistakes()["diagnostic"], *CODES, *REASONS, *analysis.Kind.__args__}
    declared |= {message.code for rule in RULES for message in rule.messages}
    for module in (arguments, functions, members, operators):
        declared |= {one.code for one in vars(module).values() if isinstance(one, Message)}
    declared |= {code for entry in ERROR_NUMBERS.values() for code in entry.codes}
    declared |= set(map(str, ERROR_NUMBERS))
    assert declared - set(codes()) == set()


NO_CODES = {
    # encodings, names of options, keys and kinds of other things than diagnostics
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"),
    *("half-year", "half-years", "semi-annual", "semi-annually"),  # units of time
    *("day-first", "month-first", "yyyy-mm-dd"),  # ways to read and write dates
    *("level-names", "at-least", "gross-spend", "sub-target"),  # of plans, options and kinds of bodies
    *("quick-fix", "fix-all", "name-prefix", "targetexpr-rules"),  # of editors
    *("c-c", "bottom-toolbar"),  # of terminals
    "targetexpr-sandbox",  # a user
    *("start-date", "end-date", "target-on", "require-periods"),  # parameters of a query
    *("cache-control", "content-type", "content-length", "if-none-match", "www-authenticate"),  # headers
    *("referrer-policy", "x-frame-options", "x-content-type-options", "content-security-policy"),
    *("cross-origin-opener-policy", "cross-origin-resource-policy", "sec-websocket-protocol", "same-origin"),
    *("no-store", "no-cache", "no-referrer"),  # what they say
    "websockets-sansio",  # a protocol of uvicorn
}
"""Words with a hyphen that are no codes. A new one is put here, or gets a page."""

ELSEWHERE = {
    # Kinds of regular expressions' mistakes: reasons within the message of `bad-regex`.
    "checking/regexes.py",
    # Roles of parameters.
    *("lang/functions/enums.py", "lang/functions/model.py", "lang/functions/baskets.py"),
    *("lang/functions/dates.py", "lang/functions/fields.py", "checking/arguments.py"),
    *("checking/lint/constants.py", "running/meanings/dates.py"),
    *("ide/choices.py", "ide/condition_defaults.py", "ide/condition_rows.py"),
    *("ide/condition_typing.py", "ide/condition_values.py"),
}
"""Files whose words with a hyphen are no codes, but for those of warnings, which are declared."""


@cache
def written_codes() -> dict[str, str]:
    """Strings of the source that look like codes, with a file in which each stands."""
    found: dict[str, str] = {}
    for path, text in sorted(_texts().items()):
        name = str(path.relative_to(PACKAGE))
        if name not in ELSEWHERE:
            found |= dict.fromkeys(_words(text), name)
    return {code: name for code, name in found.items() if code not in NO_CODES}


@cache
def _texts() -> dict[Path, str]:
    """The source, but for the generated tables."""
    return {
        path: path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "syntax" or path.name != "tables.py"
    }


def _words(text: str) -> Iterator[str]:
    if re.search(r"""(["'])[a-z]+(-[a-z0-9]+)+\1""", text) is None:
        return  # most files; taking one apart takes longer
    for node in ast.walk(ast.parse(text)):
        word = node.value if isinstance(node, ast.Constant) else None
        if isinstance(word, str) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", word):
            yield word


def test_every_word_of_the_source_that_looks_like_a_code_has_a_page() -> None:
    known = set(codes())
    assert {code: name for code, name in written_codes().items() if code not in known} == {}


NAMES_OF = {f"{kind}-name-taken" for kind in ("group", "target", "level", "period")}
"""Codes that are made of the kind of thing whose name is taken."""


def test_every_page_is_about_a_code_that_is_given() -> None:
    numbers = set(map(str, ERROR_NUMBERS))
    left = set(codes()) - numbers - NAMES_OF - mistakes()["diagnostic"].keys()
    assert {code for code in left if not any(f'"{code}"' in text for text in _texts().values())} == set()


def test_why_a_warning_matters_is_said_by_its_rule_alone() -> None:
    for entry in entries():
        if lint_reason(entry.code) is not None:
            assert entry.why == lint_reason(entry.code), "leave `why` out of the source"


@pytest.mark.parametrize("code", ["../data", "a/b", "", "CODES", ".", "curly-quote.md"])
def test_what_is_no_code_has_no_page(code: str) -> None:
    assert code_page_path(code) is None


def test_a_diagnostic_leads_to_its_page() -> None:
    found = Diagnostic(code="curly-quote", severity="error", message="")
    path = code_page_path(found.code)
    assert path is not None
    assert path.is_absolute()
    assert path.as_uri().endswith("/guide/codes/curly-quote.md")
