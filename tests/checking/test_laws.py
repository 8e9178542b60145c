"""Laws on generated trees: checking never raises, never depends on layout, and only ever rejects."""

from __future__ import annotations

from hypothesis import strategies as st

from targetexpr import Expr, check, check_json, lint, parse, to_json, to_text
from targetexpr.checking.checker import check_tree
from targetexpr.checking.lint import lint as lint_tree
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.walk import size
from tests.strategies import examples, holds, trees

SCHEMA = Schema.bundled()
PROFILES = sorted(SCHEMA.profiles)
MEMBERS = sorted({name for p in SCHEMA.profiles.values() for name in (*p.attributes, *p.methods)} | {"extField_x"})
METHODS = sorted({name for methods in KIND_METHODS.values() for name in methods})
TEXTS = [
    "",
    "Gold",
    "LOYALTY",
    "^a.*$",
    "(",
    "100,200",
    "5",
    "2025-01-31",
    "brand",
    "AMOUNT",
    "EQUAL_TO",
    r"\\d",
    "SMS",
]


def likely() -> st.SearchStrategy[Expr]:
    """Trees of names that exist, mostly put together wrongly."""
    profiles = st.builds(lambda name: Name(name=name), st.sampled_from([*PROFILES, "currentTxm"]))
    leaves: st.SearchStrategy[Expr] = st.one_of(
        st.builds(lambda p, name: Dereference(operand=p, name=name), profiles, st.sampled_from(MEMBERS)),
        st.sampled_from(["0", "1", "3", "13", "24", "2025", "2.5"]).map(lambda value: NumberLiteral(value=value)),
        st.sampled_from(TEXTS).map(lambda raw: StringLiteral(raw=raw)),
        st.booleans().map(lambda value: BooleanLiteral(value=value)),
        profiles,
    )

    def grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        arguments = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(
            st.builds(
                lambda o, n, a: MethodCall(operand=o, name=n, arguments=a), inner, st.sampled_from(METHODS), arguments
            ),
            st.builds(
                lambda o, n, a: MethodCall(operand=o, name=n, arguments=a),
                profiles,
                st.sampled_from(MEMBERS),
                arguments,
            ),
            st.builds(lambda o, n: Dereference(operand=o, name=n), inner, st.sampled_from(["year", "day", "isNull"])),
            st.builds(lambda s, o: Unary(operator=s, operand=o), st.sampled_from(["!", "-"]), inner),
            st.builds(
                lambda s, a, b: Binary(operator=s, left=a, right=b),
                st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]),
                inner,
                inner,
            ),
            st.builds(
                lambda s, t: Logical(operator=s, terms=tuple(t)),
                st.sampled_from(["&&", "||"]),
                st.lists(inner, min_size=2, max_size=4),
            ),
            st.builds(lambda c, a, b: Conditional(condition=c, then=a, otherwise=b), inner, inner, inner),
        )

    return st.recursive(leaves, grown, max_leaves=12)


EVENTS = st.sampled_from([None, *SCHEMA.events, "ReturnBill", "GymVisit", "TransactonAdd", "no event"])


@examples
def test_checking_never_raises_and_types_every_node_or_says_why(examples: int) -> None:
    def law(tree: Expr, event: str | None, strict: bool) -> None:
        checked = check_tree(tree, event=event, strict=strict, expect=None)
        assert len(checked.types) == size(tree)
        told = [diagnostic for diagnostic in checked.diagnostics if diagnostic.code != "undeclared-event"]
        if None in checked.types:
            assert told
        lint_tree(checked, write=to_text)

    holds(law, examples, st.one_of(likely(), trees()), EVENTS, st.booleans())


@examples
def test_what_is_checked_is_the_tree_not_its_layout(examples: int) -> None:
    def law(tree: Expr, event: str | None) -> None:
        checked = check_tree(tree, event=event)
        for style in ("compact", "readable"):
            again = check(to_text(tree, style), event=event)  # type: ignore[arg-type]
            assert (again.types, again.reads) == (checked.types, checked.reads)
            assert sorted(f.code for f in again.diagnostics) == sorted(f.code for f in checked.diagnostics)

    holds(law, examples, likely(), EVENTS)


@examples
def test_json_says_the_same_as_text(examples: int) -> None:
    def law(tree: Expr, event: str | None) -> None:
        checked = check_tree(tree, event=event, strict=False)
        again = check_json(to_json(checked), event=event, strict=False)
        assert again.types == checked.types
        assert "type-differs" not in {diagnostic.code for diagnostic in again.diagnostics}
        assert sorted(f.message for f in again.diagnostics) == sorted(f.message for f in checked.diagnostics)

    holds(law, examples, likely(), EVENTS)


@examples
def test_findings_lie_inside_the_text(examples: int) -> None:
    def law(tree: Expr) -> None:
        text = to_text(tree)
        checked = check(text)
        for diagnostic in (*checked.diagnostics, *lint(text)):
            assert 0 <= diagnostic.span.start < diagnostic.span.end <= len(text)
            for fix in diagnostic.fixes:
                for edit in fix.edits:
                    assert 0 <= edit.span.start <= edit.span.end <= len(text)

    holds(law, examples, likely())


@examples
def test_lenient_checking_turns_errors_about_names_into_warnings_and_nothing_else(examples: int) -> None:
    names = {
        "unknown-profile",
        "unknown-attribute",
        "unknown-method",
        "unknown-function",
        "unknown-name",
        "missing-dot",
    }
    names.add("unknown-event")

    def law(tree: Expr, event: str | None) -> None:
        strict, lenient = (check_tree(tree, event=event, strict=flag) for flag in (True, False))
        assert strict.types == lenient.types
        ones, others = (sorted(c.diagnostics, key=lambda f: (f.message, f.code)) for c in (strict, lenient))
        assert [f.message for f in ones] == [f.message for f in others]
        for one, other in zip(ones, others, strict=True):
            assert other.is_error == (one.is_error and one.code not in names)

    holds(law, examples, likely(), EVENTS)


def test_generated_trees_are_sometimes_in_order() -> None:
    """Else the laws above would say little."""
    found: list[bool] = []
    holds(lambda tree: found.append(check_tree(tree, expect=None).ok), 150, likely())
    assert any(found)
    assert not all(found)
    assert parse("true") == BooleanLiteral(value=True)
