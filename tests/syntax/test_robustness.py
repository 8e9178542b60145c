"""Any text and any JSON gives a tree or an ExpressionError, in bounded time; fixes make nothing worse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from targetexpr import ExpressionError, Limits, apply_fixes, diagnose, from_json, parse, to_json, to_text
from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.lang.nodes import Expr
from targetexpr.lang.walk import preorder
from tests import corpus
from tests.growth import assert_linear
from tests.sampling import sizes
from tests.second_reader import NotAnExpression, read
from tests.strategies import any_texts, examples, holds, json_texts, mutated, soups
from tests.trees import flat

_ROOMY = Limits(nesting=100_000, nodes=1_000_000)
_GRAMMAR_WORDS = re.compile(
    r"\b(?:BOOLEAN|NAME|NUMBER|STRING|OR|AND|COMPARE|SIGN|SCALE|NOT|BLANK|LPAR|RPAR|QMARK|COLON|COMMA|DOT|BANG)\b"
    r"|__|Token|\$END|[Ll]ark|Traceback|Unexpected[A-Z]"
)


def _tree(text: str, limits: Limits = DEFAULT_LIMITS) -> Expr | None:
    """The tree, None where the text is refused in the right way."""
    try:
        return parse(text, limits=limits)
    except ExpressionError as error:
        refused = error
    assert any(found.is_error for found in refused.diagnostics)
    assert str(refused)
    return None


@examples
def test_any_text_gives_a_tree_or_our_error_and_the_second_reader_agrees(examples: int) -> None:
    def law(text: str) -> None:
        found = diagnose(text)
        tree = _tree(text)
        errors = {item.code for item in found if item.is_error}
        assert bool(errors) == (tree is None)
        if errors == {"nesting-limit"}:  # the second reader knows no limits
            tree = _tree(text, _ROOMY)
        if tree is not None:
            second = read(text)
            assert flat(tree) == second.flat()
            assert [tuple(node.span) for node in preorder(tree)] == second.spans()
        else:
            with pytest.raises(NotAnExpression):
                read(text)

    holds(law, examples, any_texts())


@examples
def test_diagnostics_of_any_text_are_well_formed(examples: int) -> None:
    def law(text: str) -> None:
        found = diagnose(text)
        assert [item.span.start for item in found] == sorted(item.span.start for item in found)
        for item in found:
            assert 0 <= item.span.start <= item.span.end <= len(text)
            for sentence in (item.message, item.hint or ""):
                words = _GRAMMAR_WORDS.findall(sentence)
                assert all(word in text for word in words), sentence
            if item.fix is not None:
                for edit in item.fix.edits:
                    assert 0 <= edit.span.start <= edit.span.end <= len(text)

    holds(law, examples, any_texts())


@examples
def test_fixing_comes_to_an_end(examples: int) -> None:
    """Fixes are made again and again; soon there is nothing left to fix, or nothing that a fix would change."""

    def law(text: str) -> None:
        for _ in range(25):
            after = apply_fixes(text, diagnose(text))
            if after == text:
                return
            text = after
        pytest.fail(f"still changing after 25 rounds: {text!r}")

    holds(law, examples, any_texts())


@examples
def test_each_fix_removes_its_own_diagnostic(examples: int) -> None:
    """A fix applied alone changes the text, and what it mends is not reported again at the same place."""

    def law(text: str) -> None:
        for item in diagnose(text):
            if item.fix is None or not item.is_error:
                continue
            after = apply_fixes(text, [item])
            assert after != text
            again = [(new.code, *new.span) for new in diagnose(after) if new.fix is not None]
            same = (item.code, *item.span)
            assert same not in again or after[item.span.start :] != text[item.span.start :]

    holds(law, examples, mutated() | soups())


@examples
def test_where_every_error_has_a_fix_the_fixes_give_an_expression(examples: int) -> None:
    """Halves of characters in strings are left out: they show only once the quotes are right.

    So are limits: a parenthesis that is put in is a level more.
    """

    def law(text: str) -> None:
        if "\\u" in text or any("\ud800" <= char <= "\udfff" for char in text) or re.search(r"[0-9]\s*\)\s*\.", text):
            return
        for _ in range(12):
            errors = [item for item in diagnose(text, limits=_ROOMY) if item.is_error]
            if not errors:
                parse(text, limits=_ROOMY)
                return
            if any(item.fix is None for item in errors):
                return
            before, text = text, apply_fixes(text, errors)
            left = [item for item in diagnose(text, limits=_ROOMY) if item.is_error]
            assert all(item.fix is not None for item in left), f"{before!r} became {text!r}"

    holds(law, examples, mutated() | soups())


@examples
def test_fixes_of_a_warning_keep_the_tree(examples: int) -> None:
    """A mix in parentheses is the same tree; a warning's fix never breaks what could be read."""

    def law(text: str) -> None:
        try:
            tree = parse(text)
        except ExpressionError:
            return
        for item in diagnose(text):
            if item.fix is not None:
                parse(apply_fixes(text, [item]), limits=_ROOMY)
        found = [item for item in diagnose(text) if item.code == "mixed-logic"]
        for item in found:
            assert item.fix is not None
            assert parse(apply_fixes(text, [item])) == tree
        fixed = apply_fixes(text, found)
        assert parse(fixed) == tree
        assert "mixed-logic" not in [item.code for item in diagnose(fixed)]
        assert read(fixed, one_level=True).flat() == flat(tree)

    holds(law, examples, mutated() | soups())


@examples
def test_any_json_gives_a_tree_or_our_error(examples: int) -> None:
    def law(text: str) -> None:
        try:
            tree = from_json(text)
        except ExpressionError as error:
            refused = error
        else:
            assert from_json(to_json(tree)) == tree
            assert parse(to_text(tree), limits=_ROOMY) == tree
            return
        assert str(refused)
        for item in refused.diagnostics:
            assert item.pointer is not None
            assert item.pointer == "" or item.pointer.startswith("/")
            assert 0 <= item.span.start <= item.span.end <= len(text)

    holds(law, examples, json_texts())


@pytest.mark.parametrize(
    "mark", ["(", "!", "-", "a.", "f(", "a?", "a?b:", "a&&(", "(a||", ")", "“", "‘", "'", '"', "&", "|", "="]
)
@pytest.mark.parametrize("times", sizes(1_000, 10_000))
def test_long_rows_of_one_mark(mark: str, times: int) -> None:
    text = mark * times
    found = diagnose(text)
    assert any(item.is_error for item in found)
    assert len(found) <= 100
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize("times", sizes(10_000, 100_000))
@pytest.mark.parametrize("mark", ["(", "!", "a.b("])
def test_hundred_thousand_openings_are_too_deep(mark: str, times: int) -> None:
    text = mark * times
    assert [item.code for item in diagnose(text)] == ["nesting-limit"]
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert [item.code for item in caught.value.diagnostics] == ["nesting-limit"]


@pytest.mark.parametrize("closing", ["", "a", "a" + ")" * 100_000])
def test_too_deep_whatever_follows(closing: str) -> None:
    assert [item.code for item in diagnose("(" * 100_000 + closing)] == ["nesting-limit"]


@pytest.mark.parametrize("times", sizes(5_000, 50_000))
def test_long_chains_are_too_deep(times: int) -> None:
    for text in ("a" + ".b" * times, "a" + "+a" * times, "a" + "*a" * times, "a" + ".b()" * times):
        assert [item.code for item in diagnose(text)] == ["nesting-limit"]


def test_raised_limits_are_honoured() -> None:
    deep = "(" * 5000 + "a" + ")" * 5000
    assert flat(parse(deep, limits=Limits(nesting=6000))) == [("name", "a", 0)]
    bangs = parse("!" * 5000 + "a", limits=Limits(nesting=6000))
    assert len(flat(bangs)) == 5001
    dots = parse("a" + ".b" * 5000, limits=Limits(nesting=6000))
    for tree in (bangs, dots):
        assert parse(to_text(tree), limits=Limits(nesting=6000)) == tree
        assert to_text(tree, style="readable") == to_text(tree)
        assert from_json(to_json(tree), limits=Limits(nesting=6000)) == tree
    short = parse("a" + ".b" * 1000, limits=Limits(nesting=6000))
    assert from_json(to_json(short, style="editor"), limits=Limits(nesting=6000)) == short


def test_deep_right_nesting_under_raised_limits() -> None:
    roomy = Limits(nesting=20_000, text=100_000_000)
    text = "a?b:(" * 2000 + "c" + ")" * 2000
    tree = parse(text, limits=roomy)
    assert parse(to_text(tree), limits=roomy) == tree
    mixed = "a&&(b||(" * 2000 + "c" + "))" * 2000
    tree = parse(mixed, limits=roomy)
    assert parse(to_text(tree), limits=roomy) == tree
    assert parse(to_text(tree, style="readable"), limits=roomy) == tree
    assert from_json(to_json(tree), limits=roomy) == tree


def test_diagnostics_are_capped_and_the_rest_is_counted() -> None:
    text = "&&".join(["a==“x”"] * 500)
    found = diagnose(text)
    assert len(found) == 100
    assert found[-1].code == "too-many-problems"
    found = diagnose(text, limits=Limits(diagnostics=5))
    assert len(found) == 5


def test_many_slips_are_all_fixed() -> None:
    text = "||".join(["a==“x”"] * 500)
    for _ in range(20):
        text = apply_fixes(text, diagnose(text))
    assert text == "||".join(['a=="x"'] * 500)


def test_diagnose_never_raises_on_the_corpus_backwards() -> None:
    for text in corpus.texts():
        diagnose(text[::-1])
        diagnose(text.swapcase())
        diagnose(text * 3)


def test_error_can_be_pickled_and_printed() -> None:
    import pickle

    with pytest.raises(ExpressionError) as caught:
        parse("a==“x”")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.diagnostics == caught.value.diagnostics
    assert str(again) == str(caught.value)


_HOSTILE = {
    "quote-then-parentheses": ('"', ")", ""),
    "quote-then-parentheses-then-text": ('"', ")", "x"),
    "quote-then-blanks": ('"', " ", "x"),
    "comparison-then-parentheses": ('a=="b', ")", "x"),
    "closed-string-of-parentheses": ('"', ")", '""'),
    "escaped-quotes": ("", '\\"', ""),
    "backslashes": ("", "\\", ""),
    "string-of-backslashes": ('"', "\\", ""),
    "curly-and-single": ("", "“a‘b", ""),
    "open-single-quotes": ("", "a='b&&", ""),
    "html-quotes": ("", "&quot;a", ""),
    "open-parentheses-over-a-mix": ("(" * 150, "a||b&&", "c"),
    "open-calls-over-a-mix": ("f(" * 150, "a||b&&", "c"),
    "words": ("", "a and ", ""),
    "names": ("", "a ", ""),
    "colons": ("f(", '"a":', ""),
    "commas": ("f(", '"a" ', ")"),
    "groups-of-digits": ("", "1,000,", ""),
    "comparisons": ("", "a<b", ""),
    "ranges": ("", "a<b<c||", "d"),
    "run-together": ("", "currentTxnvalue||", "a"),
    "split-methods": ("", "a.is.NotNull()||", "a"),
    "extra-parentheses": ("", "a)||", "a"),
    "mixes": ("", "a&&b||", "c"),
    "semicolons": ("", "; ", ""),
    "points": ("", ". ", ""),
    "lines": ("", 'a=="x\n&&', ""),
}


@pytest.mark.parametrize("size", sizes(200, 800))
@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_texts_take_no_more_than_linear_time(name: str, size: int) -> None:
    before, middle, after = _HOSTILE[name]

    def fixing(times: int) -> Callable[[], object]:
        text = before + middle * times + after
        return lambda: apply_fixes(text, diagnose(text))

    assert_linear(fixing, size)
