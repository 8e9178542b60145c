"""Every message, exactly: text → code, span and rendered lines; and no message without a row."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

from targetexpr import Schema, from_json, parse, to_json, to_text
from targetexpr.base.diagnostics import Diagnostic, Fix, apply_fixes
from targetexpr.base.messages import Message
from targetexpr.base.render import render
from targetexpr.base.source import Source
from targetexpr.checking import lint as lint_package
from targetexpr.checking import messages, stated_types
from targetexpr.checking.checker import check_tree
from targetexpr.checking.lint import CODES, lint
from targetexpr.checking.messages import arguments, functions, members, operators, wording
from targetexpr.checking.regexes import REASONS
from targetexpr.checking.stated_types import compare_types

TABLE = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = TABLE["case"]
OWN = Schema.load(TABLE["schema"])


def diagnostics(case: dict[str, Any]) -> list[Diagnostic]:
    checked = check_tree(
        parse(case["text"]),
        OWN if case.get("own_schema") else Schema.bundled(),
        event=case.get("event"),
        expect=case.get("expect", "boolean"),
        strict=case.get("strict", True),
    )
    if not case.get("lint"):
        return list(checked.diagnostics)
    return lint(checked, write=to_text, on=[code for code, *_ in case["found"]])  # some are off by default


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:60])
def test_said_exactly(case: dict[str, Any]) -> None:
    found = diagnostics(case)
    assert [[item.code, *item.span] for item in found] == case["found"]
    assert render(found, Source(case["text"])) + "\n" == case["rendered"]


FIXABLE = [(case, item, fix) for case in CASES for item in diagnostics(case) for fix in item.fixes]


@pytest.mark.parametrize(("case", "item", "fix"), FIXABLE, ids=lambda value: str(getattr(value, "title", ""))[:40])
def test_each_fix_settles_what_it_is_offered_for(case: dict[str, Any], item: Diagnostic, fix: Fix) -> None:
    """Whichever of several choices is made, and the one that is safe; one that stands alone is safe unless told."""
    assert (fix.applicability == "safe") == (len(item.fixes) == 1 and not case.get("opposite"))
    made = apply_fixes(case["text"], [replace(item, fixes=(replace(fix, applicability="safe"),))])
    left = [(one.code, one.message) for one in diagnostics({**case, "text": made})]
    assert (item.code, item.message) not in left
    if fix.applicability == "choice":
        assert apply_fixes(case["text"], [item]) == case["text"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:60])
def test_one_mistake_is_one_finding(case: dict[str, Any]) -> None:
    """Each row but those that say otherwise makes one mistake."""
    assert len(case["found"]) == case.get("mistakes", 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:60])
def test_findings_of_trees_without_text_offer_no_fix(case: dict[str, Any]) -> None:
    """A tree that came from JSON has no text to mend."""
    tree = from_json(to_json(parse(case["text"])))
    schema = OWN if case.get("own_schema") else None
    options = {"event": case.get("event"), "expect": case.get("expect", "boolean"), "strict": case.get("strict", True)}
    checked = check_tree(tree, schema, **options)
    for diagnostic in (*checked.diagnostics, *lint(checked, write=to_text)):
        assert diagnostic.span.start < 0
        assert diagnostic.fixes == ()


def _modules() -> list[ModuleType]:
    """Those that hold messages: the checker's, those of lint, and of types that came with JSON."""
    found = [stated_types]
    for package in (messages, lint_package):
        found += [import_module(f"{package.__name__}.{one.name}") for one in iter_modules(package.__path__)]
    return found


MESSAGES = {
    f"{module.__name__}.{name}": value
    for module in _modules()
    for name, value in vars(module).items()
    if isinstance(value, Message)
}


def test_no_message_without_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[int] = set()
    at = Message.at

    def noted(message: Message, *given: Any, **values: Any) -> Diagnostic:
        reached.add(id(message))
        return at(message, *given, **values)

    monkeypatch.setattr(Message, "at", noted)
    for case in CASES:
        diagnostics(case)
    checked = check_tree(parse("currentTxn.value>5"))
    compare_types(checked, ["x"] * 4, [None] * 4, str, [checked.expr.span] * 4, 1)
    older = check_tree(parse("currentCustomer.slabNumber>5"))
    stated = ["boolean:primitive", "integer:object:primitive", None, None]
    compare_types(older, stated, [None] * 4, str, [older.expr.span] * 4, 1)
    assert len(MESSAGES) > 60
    assert [name for name, message in MESSAGES.items() if id(message) not in reached] == []


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_messages_are_sentences(message: Message) -> None:
    assert message.text.endswith((".", ".)"))
    assert message.text[0] in '`{"' or message.text[0].isupper()
    assert message.hint is None or message.hint.endswith((".", "?"))
    assert message.fix is None or (message.fix[0].isupper() and not message.fix.endswith("."))


def test_every_switch_has_its_message() -> None:
    warnings = {message.code for message in MESSAGES.values() if message.severity == "warning"}
    assert warnings == CODES - {"mixed-logic"}, "the parser says it of a text"


def _lines(code: CodeType) -> Iterator[int]:
    """The lines of a function's body; its first is where it is defined."""
    yield from {line for _, _, line in code.co_lines() if line is not None and line != code.co_firstlineno}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines(constant)


def _body_lines(module: ModuleType) -> set[int]:
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    code = compile(source, module.__file__, "exec")
    return {line for part in code.co_consts if isinstance(part, CodeType) for line in _lines(part)}


@pytest.mark.parametrize(
    "module", [members, functions, operators, arguments, wording], ids=lambda module: module.__name__
)
def test_no_sentence_without_a_row(module: ModuleType) -> None:
    reached: set[int] = set()

    def trace(frame: FrameType, _event: str, _argument: object) -> Any:
        if frame.f_code.co_filename != module.__file__:
            return None
        reached.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for case in CASES:
            diagnostics(case)
        for text in ("currentTxn.valu>5", "currentCustomer.isNotLoyal"):
            checked = check_tree(from_json(to_json(parse(text))))
            assert checked.diagnostics[0].fixes == ()
    finally:
        sys.settrace(before)
    assert sorted(_body_lines(module) - reached) == []


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_against_a_pattern_is_shown(reason: str) -> None:
    before, _, behind = REASONS[reason].partition("{part}")  # type: ignore[index]
    assert any(
        max(before, behind, key=len) in case["rendered"]
        for case in CASES
        if case["found"] and case["found"][0][0] == "bad-regex"
    )
