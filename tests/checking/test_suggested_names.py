"""A law: what one key writes never turns a name into its opposite, nor into another figure of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from targetexpr.base.diagnostics import apply_fixes
from targetexpr.checking.names import is_sure
from targetexpr.front import analyze
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import Kind
from tests.strategies import examples, holds

SCHEMA = Schema.bundled()
OF_PROFILES = [
    (profile.name, name, name in profile.methods)
    for profile in SCHEMA.profiles.values()
    for name in dict.fromkeys((*profile.attributes, *profile.methods))
]
VALUES: dict[str, Kind] = {
    "currentCustomer.email": "string",
    "currentTxn.value": "number",
    "currentCustomer.joinDate": "date",
    "currentCustomer.isLoyal": "boolean",
}
OF_VALUES = [(value, name, True) for value, kind in VALUES.items() for name in KIND_METHODS[kind]]
PLACES = OF_PROFILES + OF_VALUES
NAMES = sorted({name for _, name, _ in PLACES})
OTHER_NAMES = {
    (other, name)
    for profile in SCHEMA.profiles.values()
    for name, member in (*profile.attributes.items(), *profile.methods.items())
    for other in member.suggest_for
}

SWAPS = ("Includes Excludes", "Before After", "Min Max", "Sum Qty", "Sum Count", "Qty Count", "Brand Category")
SWAPS += ("current previous", "current initial", "Current Previous", "first last", "Weekday Weekend", "Month Week")
MARKS = {word for pair in SWAPS for word in pair.lower().split()} | {"not", "gross", "initial", "non"}


def marks(name: str) -> list[str]:
    """The words of a name that decide which figure it is, and whether it is the opposite."""
    return sorted(word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name) if word.lower() in MARKS)


def turned(name: str) -> Iterator[str]:
    """The name with another meaning."""
    capital = name[0].upper() + name[1:]
    yield from (f"not{capital}", f"isNot{capital}", f"non{capital}", f"gross{capital}", f"{name}Gross", f"min{capital}")
    yield from (f"initial{capital}", f"previous{capital}", f"{name}Before", f"{name}Excludes")
    if name.startswith("is"):
        yield from (f"isNot{name[2:]}", f"not{name[2:]}", f"isnot{name[2:].lower()}", f"isNt{name[2:]}")
    yield from (name.replace(one, "") for one in ("Gross", "Not", "not", "Regex", "initial") if one in name)
    for pair in SWAPS:
        left, right = pair.split()
        yield from (name.replace(a, b) for a, b in ((left, right), (right, left)) if a in name)


def written(place: str, name: str, called: bool) -> str | None:
    """What the one-key fixes of a name make of it, if they make anything."""
    text = f"{place}.{name}()" if called else f"{place}.{name}"
    found = [one for one in analyze(text).check_diagnostics if one.code in ("unknown-attribute", "unknown-method")]
    fixed = apply_fixes(text, found)
    return fixed[len(place) + 1 :].removesuffix("()") if fixed != text else None


def test_no_name_of_the_schema_is_written_as_another() -> None:
    """All pairs: a name that means something somewhere is no slip of the pen of another."""
    wrong = [
        (name, other)
        for name in NAMES
        for other in NAMES
        if name.lower() != other.lower() and (name, other) not in OTHER_NAMES and is_sure(SCHEMA, name, [other])
    ]
    assert wrong == []


def test_a_turned_name_is_never_written_by_one_key() -> None:
    once = {name: (place, name, called) for place, name, called in PLACES}  # many profiles share their names
    others = {
        (place, other, called)
        for place, name, called in once.values()
        for other in turned(name)
        if other and marks(other) != marks(name)
    }
    made = [(place, other, written(place, other, called)) for place, other, called in sorted(others)[::4]]
    assert len(made) > 500
    assert [one for one in made if one[2] is not None and marks(one[2]) != marks(one[1])] == []


def mistyped(name: str, at: int, letter: str, how: int) -> str:
    """The name with one slip of the pen: a letter too few, too many, wrong, or two swapped."""
    at %= len(name)
    before, here, behind = name[:at], name[at], name[at + 1 :]
    return (
        before + behind,
        before + letter + here + behind,
        before + letter + behind,
        before + behind[:1] + here + behind[1:],
    )[how]


SLIPS = st.tuples(st.integers(0, 40), st.sampled_from("aeinostxz"), st.integers(0, 3))


@examples
def test_a_slip_of_the_pen_is_written_as_the_name_it_was(examples: int) -> None:
    """Of a name of the place: it or nothing. Of a name with another meaning: nothing that means something else."""

    def law(where: tuple[str, str, bool], variant: int, slip: tuple[int, str, int]) -> None:
        place, name, called = where
        others = [other for other in turned(name) if other and marks(other) != marks(name)]
        for one in (name, others[variant % len(others)]):
            fixed = written(place, mistyped(one, *slip), called)
            assert fixed is None or marks(fixed) == marks(one)

    holds(law, examples, st.sampled_from(PLACES), st.integers(0, 40), SLIPS)


def test_slips_are_mostly_written_right_by_one_key() -> None:
    """Else the laws above would hold of suggestions that nobody gets."""
    made = [
        (name, written(place, name[:-2] + name[-1], called)) for place, name, called in OF_PROFILES if len(name) > 5
    ]
    assert sum(fixed == name for name, fixed in made) > len(made) * 0.7


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("currentCustomer.email.isNotEmpty()", ["currentCustomer.email.exists()", "!currentCustomer.email.isEmpty()"]),
        (
            'currentCustomer.email.isNotEmpty("")',
            ['currentCustomer.email.exists("")', '!currentCustomer.email.isEmpty("")'],
        ),
        ('currentCustomer.email.doesNotContain("a")', ['!currentCustomer.email.contains("a")']),
        ('currentCustomer.email.notMatches("a")', ['!currentCustomer.email.matches("a")']),
        ("currentCustomer.joinDate.isNotWeekend()", ["!currentCustomer.joinDate.isWeekend()"]),
        ("currentCustomer.joinDate.isNotAfter(2024,1,1)", ["!currentCustomer.joinDate.isAfter(2024,1,1)"]),
        ("currentCustomer.isNotLoyal", ["!currentCustomer.isLoyal"]),
        ("currentCustomer.isnotLoyal&&true", ["!currentCustomer.isLoyal&&true"]),
        ('currentCustomer.notIncludesLabelRegex("a")', ['!currentCustomer.includesLabelRegex("a")']),
        (
            'currentTxn.basketExcludesRegexBrand("a")',
            ['currentTxn.basketIncludesRegexBrand("a")'],
        ),
    ],
)
def test_an_opposite_is_a_choice(text: str, offered: list[str]) -> None:
    (diagnostic,) = analyze(text).check_diagnostics
    assert diagnostic.fix is None
    made = []
    for fix in diagnostic.fixes:
        assert fix.applicability == "choice"
        made.append(apply_fixes(text, [replace(diagnostic, fixes=(replace(fix, applicability="safe"),))]))
    assert made == offered
    assert all(not any(one.is_error for one in analyze(text).check_diagnostics) for text in made)


@pytest.mark.parametrize(
    ("broken", "wanted"),
    [
        ("currentTxn.valu{}>5", "Did you mean `value`?"),
        ("currentCustomer.isLoyl{}()", "Did you mean `isLoyal`?"),
        ("curentTxn{}.value>5", "Did you mean `currentTxn`?"),
        ('currentTxn.basketSumIf("AMOUN{}","GREATER_THAN","5")>1', "Did you mean `AMOUNT`?"),
    ],
)
def test_the_first_errors_get_the_suggestions(broken: str, wanted: str) -> None:
    """What all errors of a rule may cost is spent on those that are read: the ones at the beginning."""
    first = broken.replace("{}", "")
    text = "&&".join([first, *(broken.replace("{}", "xq" * (number % 3) + str(number)) for number in range(2_000))])
    found = analyze(text).diagnostics
    assert len(found) > 50
    hints = [one.hint or "" for one in found if one.span.start < len(first)]
    assert any(wanted in hint for hint in hints), found[0]
