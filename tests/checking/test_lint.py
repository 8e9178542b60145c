"""Lint: every rule can be switched, fixes mend without changing the meaning, and quiet rules stay quiet."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from targetexpr import Schema, apply_fixes, check, lint, parse
from targetexpr.checking.lint import CHECKER_WARNINGS, CODES, RULES, enabled_codes
from targetexpr.lang.schema.bundled import file_schema

V = "currentTxn.value"
L = "currentCustomer.isLoyal"
N = "currentCustomer.name"

TABLE = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
ROWS = [case for case in TABLE["case"] if case.get("lint") and not case.get("own_schema")]
FINDS = {code: case["text"] for case in reversed(ROWS) for code, *_ in case["found"]}
FINDS["mixed-logic"] = f"{V}>5||{L}&&{V}<3"
"""A text for each code."""


def codes(text: str, **options: list[str]) -> set[str]:
    return {diagnostic.code for diagnostic in lint(text, **options)}  # type: ignore[arg-type]


def test_every_rule_has_its_example() -> None:
    assert set(FINDS) == frozenset[str]().union(*(rule.codes for rule in RULES)) | {"mixed-logic"}
    assert len({rule.find for rule in RULES}) == len(RULES) >= 13
    assert all(rule.reason.endswith(".") and rule.find.__doc__ for rule in RULES)
    assert all(reason.endswith(".") for reason in CHECKER_WARNINGS.values())


@pytest.mark.parametrize(("code", "text"), FINDS.items())
def test_rules_can_be_switched_off_and_on(code: str, text: str) -> None:
    assert (code in codes(text)) == (code in enabled_codes(Schema.bundled()))
    assert code in codes(text, on=[code])
    assert code not in codes(text, off=[code])
    quiet = Schema.bundled().extend(lint={"off": [code]})
    assert code not in {diagnostic.code for diagnostic in lint(text, quiet)}
    assert code in {diagnostic.code for diagnostic in lint(text, quiet, on=[code])}
    assert code in {diagnostic.code for diagnostic in lint(text, quiet.extend(lint={"on": [code]}))}


def test_codes_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no lint rule 'speling'"):
        lint("true", off=["speling"])


def test_the_schema_file_knows_the_codes() -> None:
    assert set(file_schema()["$defs"]["codes"]["items"]["enum"]) == CODES


QUIET = [
    "true",
    f"{V}>500",
    f"{V}>5&&{V}<10",
    f"{V}>=5&&{V}<=5",
    f"{V}<5||{V}>10",
    f"{V}>5&&({V}>6||{L})",
    f'{N}=="a"||{N}=="b"',
    f'{N}!="a"&&{N}!="b"',
    f"{V}!=5&&{V}>4",
    f"{V}!=5&&{V}>=5",
    f'{N}.contains("a")&&{N}.contains("b")',
    f"{L}&&{V}>5",
    f"{L}==false",
    "currentTxn.date.day()==3",
    "currentTxn.date.month()>=12",
    "currentTxn.date.dateDiff(currentCustomer.joinDate)<=0",
    'currentTxn.value.interval("100,200")==3',
    f'{N}.matches("^Sm")',
    f'{N}.matches("^.*Smith")',
    f'{N}.matches("Smith.*$")',
    rf'{N}.matches("a\\.*")',
    rf'{N}.matches("\\Q.*")',
    f'{N}.matches("")',
    'currentEvent.currentLoyaltyType.matches("^LOYALTY$")||currentEvent.currentLoyaltyType=="NON_LOYALTY"',
    'currentTxn.basketIncludesRegex("brand","Puma")',
    'currentTxn.basketSumIf("DISCOUNT","NOT_EQUALS_TO","0")==0',
]


@pytest.mark.parametrize("text", QUIET)
def test_nothing_is_said_about(text: str) -> None:
    assert check(text).diagnostics == ()
    assert [diagnostic.code for diagnostic in lint(text) if diagnostic.code != "plain-regex" or "Smith" in text] == []


RELATIONS = [
    ("&&", ">5", ">6", "implied", 0),
    ("&&", ">6", ">5", "implied", 1),
    ("&&", ">=5", ">5", "implied", 0),
    ("&&", ">5", ">=5", "implied", 1),
    ("&&", "<5", "<6", "implied", 1),
    ("&&", "==5", ">4", "implied", 1),
    ("&&", ">4", "==5", "implied", 0),
    ("&&", "!=3", "==5", "implied", 0),
    ("&&", "!=3", ">5", "implied", 0),
    ("&&", ">5", "!=5", "implied", 1),
    ("&&", ">5", "<5", "contradiction", 1),
    ("&&", ">=5", "<5", "contradiction", 1),
    ("&&", "==5", "==6", "contradiction", 1),
    ("&&", "==5", "!=5", "contradiction", 1),
    ("&&", "==5", ">5", "contradiction", 1),
    ("||", ">5", ">6", "implied", 1),
    ("||", ">6", ">5", "implied", 0),
    ("||", "==7", ">5", "implied", 0),
    ("||", ">5", "==7", "implied", 1),
    ("||", "!=5", "==6", "implied", 1),
    ("||", "!=5", ">6", "implied", 1),
    ("||", ">5", "<=5", "always-true", 1),
    ("||", ">5", "<7", "always-true", 1),
    ("||", "!=5", "==5", "always-true", 1),
    ("||", "!=5", "!=6", "always-true", 1),
    ("||", "!=5", ">4", "always-true", 1),
]


@pytest.mark.parametrize(("operator", "first", "second", "code", "blamed"), RELATIONS)
def test_bounds_on_one_value(operator: str, first: str, second: str, code: str, blamed: int) -> None:
    text = f"{V}{first}{operator}{V}{second}"
    (diagnostic,) = lint(text)
    assert diagnostic.code == code
    assert diagnostic.span.cut(text) == f"{V}{(first, second)[blamed]}"


@pytest.mark.parametrize(("operator", "first", "second", "code", "blamed"), RELATIONS)
def test_what_bounds_are_said_to_be_is_true(operator: str, first: str, second: str, code: str, blamed: int) -> None:
    """Tried out on values round the bounds."""
    both = []
    for tenths in range(0, 100, 5):
        one, other = (eval(f"{tenths / 10}{bound}") for bound in (first, second))
        both.append((one, other, (one and other) if operator == "&&" else (one or other)))
    if code == "contradiction":
        assert not any(whole for _, _, whole in both)
    elif code == "always-true":
        assert all(whole for _, _, whole in both)
    else:
        assert all(whole == (one, other)[1 - blamed] for one, other, whole in both)


FIXES = [
    (f"!!({V}>5||{L})&&{L}", f"({V}>5||{L})&&{L}"),
    (f"!!({V}>5)==true", f"({V}>5)==true"),
    (f"({L}==false)==false", L),
    (f"!({L}!=true)||{V}>5", f"{L}||{V}>5"),
    (f"({V}>5)&&({V}>5)", f"{V}>5"),
    (f"{L}&&{V}>5&&{L}", f"{L}&&{V}>5"),
    (f"({V}>5||{L})==true", f"{V}>5||{L}"),
    (f"!(({V}>5||{L})==true)", f"!(({V}>5||{L}))"),
    (f'!{N}.matches("^Smith$")', f'!({N}=="Smith")'),
    (f'{N}.matches("^Smith$")&&{L}', f'{N}=="Smith"&&{L}'),
    (rf'{N}.matches(".*\\d.*")', rf'{N}.matches("\\d")'),
    ("currentUserGroup.createdDate . year==2024", "currentUserGroup.createdDate . year()==2024"),
]


@pytest.mark.parametrize(("text", "wanted"), FIXES)
def test_fixes_write_what_is_meant(text: str, wanted: str) -> None:
    diagnostic = next(one for one in lint(text, off=["editor-cannot"]) if one.fix is not None)
    mended = apply_fixes(text, [diagnostic])
    assert mended == wanted
    parse(mended)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"!{L}", f"{L}==false"),
        (f"!({V}>5&&{L})&&{L}", f"({V}>5&&{L})==false&&{L}"),
        (f"{V}>-5", f"{V}>(0-5)"),
        (f"{V}>+5", f"{V}>5"),
    ],
)
def test_what_the_editor_cannot_has_a_spelling_it_takes(text: str, wanted: str) -> None:
    (diagnostic,) = lint(text)
    assert diagnostic.code == "editor-cannot"
    assert apply_fixes(text, [diagnostic]) == wanted
    assert lint(wanted) == []


def test_what_the_editor_cannot_is_told_where_there_is_no_other_spelling() -> None:
    assert [(one.code, one.fixes) for one in lint(f"{L}?true:{V}>5")] == [("editor-cannot", ())]
    assert codes('currentCustomer.slabNumber.interval("1,2")==1') == {"editor-cannot"}
    assert codes(f'{V}.interval("1,2")==1') == set()


def test_rules_with_errors_are_left_to_the_checker() -> None:
    assert lint(f"{V}>500&&{V}<100&&currentTxn.valu>5") == []


def test_long_lists_get_findings_without_a_rewrite() -> None:
    text = "||".join([f"{V}=={i}" for i in range(300)] + [f"{V}==7"])
    (diagnostic,) = lint(text)
    assert (diagnostic.code, diagnostic.fix) == ("duplicate-term", None)
