"""Ten times the size takes at most thirteen times as long, or is refused: rules, JSON, schema files and patterns."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time

import pytest

from targetexpr import ExpressionError, Schema, SchemaError, from_json
from targetexpr import compile as compile_rule
from targetexpr.front import Environment, analyze
from tests.growth import ratio

MOST = 13
TRIES = 48

Shape = Callable[[int], str]

V = "currentTxn.value"
C = "currentCustomer.slabName"
ITEM = 'currentLineItem.doesItemMatch("sku_code","{}")'


def many(part: str, joined: str = "||") -> Shape:
    """The part n times, its number in place of `{}`."""
    return lambda n: joined.join(part.replace("{}", str(index)) for index in range(n))


def chain(operator: str, operand: str = "a") -> Shape:
    return lambda n: f"{operand}{operator}" * n + operand


def around(before: str, inside: str, behind: str) -> Shape:
    return lambda n: before * n + inside + behind * n


def then(shape: Shape, before: str = "", behind: str = "") -> Shape:
    return lambda n: before + shape(n) + behind


EQUALS = many(f"{V}=={{}}")

RULES: dict[str, Shape] = {
    # valid
    "or": EQUALS,
    "and": many(f"{V}!={{}}", "&&"),
    "or of and": many(f"({V}>{{}}&&{C}=='x')".replace("'", '"')),
    "and of or": many(f"({V}>{{}}||{C}=='x')".replace("'", '"'), "&&"),
    "items": many(ITEM),
    "spaces": then(lambda n: " " * 20 * n, V, ">5"),
    "blank lines": then(lambda n: "\n\t" * 20 * n, V, ">5"),
    "spread list": many(f"{V} == {{}}", "\n  || "),
    "strings": many(f'{C}=="name {{}}"'),
    "long string": lambda n: f'{C}=="{"x" * 100 * n}"',
    "escapes": lambda n: f'{C}=="' + "\\n" * 50 * n + '"',
    "long number": lambda n: f"{V}>{'9' * 100 * n}",
    "long fraction": lambda n: f"{V}>0.{'1' * 100 * n}",
    "zeros": lambda n: f"{V}>{'0' * 100 * n}1",
    "negated": many(f"!({V}>{{}})"),
    "signed": many(f"{V}>-{{}}"),
    "products": many(f"{V}*{{}}>5"),
    "differences": many(f"{V}-{{}}>5", "&&"),
    "calls": many("currentCustomer.slabName.isNotNull()"),
    "conditionals": many(f"({V}>{{}}?true:false)"),
    "wide characters": many(f'{C}=="é😀{{}}"'),
    "patterns": many(f'{C}.matches("^ab+$")'),
    # mixed, and lists that differ in one place
    "mixed logic": lambda n: f"{V}>1&&" * n + f"{V}>2||{V}>3",
    "same term": lambda n: "||".join([f"{V}>5"] * n),
    "bounds": many(f"{V}>{{}}", "&&"),
    # nested
    "parentheses": around("(", f"{V}>5", ")"),
    "nots": around("!", "true", ""),
    "nots in parentheses": around("!(", "true", ")"),
    "signs": around("-", V, ">5"),
    "right nested": around("(a||", "b", ")"),
    "left nested": around("(", "a", "||b)"),
    "nested calls": around("a.b(", "c", ")"),
    "nested conditionals": around("(a?", "b", ":c)"),
    "unclosed": around("(", f"{V}>5", ""),
    "unopened": around("", f"{V}>5", ")"),
    # chains
    "==": chain("=="),
    "!=": chain("!="),
    "<": chain("<"),
    ">=": chain(">="),
    "== of attributes": chain("==", V),
    "< of numbers": chain("<", "1"),
    "< and >": lambda n: "a<b>" * n + "c",
    "== after or": lambda n: "x||" + "a==" * n + "a",
    "== in parentheses": lambda n: "(" + "a==" * n + "a)",
    "chained ranges": many("1<a<{}", "&&"),
    "+": chain("+", V),
    "-": chain("-", V),
    "*": chain("*", V),
    "/": chain("/", V),
    "%": chain("%", V),
    "dots": lambda n: V + ".a" * n,
    "calls on calls": lambda n: V + ".a()" * n,
    "?": lambda n: "a?b:" * n + "c",
    "arrows": chain("=>"),
    "implications": chain("->"),
    # broken
    "missing operand": chain("||", ""),
    "missing operators": chain(" ", V),
    "single equals": many(f"{V}={{}}"),
    "single and": many(f"{V}>{{}}", "&"),
    "words": many(f"{V}>{{}}", " and "),
    "words in capitals": many(f"{V}>{{}}", " OR "),
    "typographic quotes": many(f"{C}==“n{{}}”"),
    "single quotes": many(f"{C}=='n{{}}'"),
    "unclosed string": lambda n: f'{C}=="' + "x" * 50 * n,
    "quotes": lambda n: '"' * 10 * n,
    "comments": many(f"{V}>{{}} // why", "||\n"),
    "block comments": many(f"/* {{}} */{V}>5"),
    "hashes": lambda n: f"{V}>5 " + "#" * 10 * n,
    "commas": lambda n: f"f({','.join(['a'] * n)})",
    "in list": lambda n: f"{V} in ({','.join(str(index) for index in range(n))})",
    "in brackets": lambda n: f"{V} in [{','.join(str(index) for index in range(n))}]",
    "between": many(f"{V} between {{}} and 9"),
    "brackets": lambda n: "[" * 10 * n,
    "braces": lambda n: "{" * 10 * n,
    "semicolons": many(f"{V}>{{}}", ";"),
    "backslashes": lambda n: "\\" * 10 * n,
    "unknown characters": lambda n: "§" * 10 * n,
    "zero width": lambda n: f"{V}>5" + "\u200b" * 10 * n,
    "junk": lambda n: ")(&&||!=" * n,
    "exponents": many(f"{V}>1e{{}}"),
    "dates": many(f"{V}>2024-01-{{}}"),
    "long word": lambda n: "a" * 100 * n,
    "digits": lambda n: f"{V}>" + "1." * n,
    # unknown names, wrong types
    "unknown profiles": many("curentTxn{}.value>5"),
    "unknown attributes": many("currentTxn.valu{}>5"),
    "unknown methods": many("currentCustomer.isLoyl{}()"),
    "bare names": many("valu{}>5"),
    "one unknown name": many("currentTxn.valu>{}"),
    "wrong types": many(f"{C}>{{}}"),
    "wrong arguments": many('currentLineItem.doesItemMatch("sku_code",{})'),
    "bad patterns": many(f'{C}.matches("({{}}")'),
}

LITERAL = '{"arity":"literal","value":"true","type":"boolean:primitive"}'
NAME = '{"arity":"name","value":"a"}'


def nested(before: str, inside: str, behind: str) -> Shape:
    return lambda n: before * n + inside + behind * n


OPENED = '{"arity":"binary_operation","value":"||","operands":[' + NAME + ","
PLUS = '{"arity":"binary_operation","value":"+","operands":[' + NAME + ","

DOCUMENTS: dict[str, Shape] = {
    "or": nested(OPENED, NAME, "]}"),
    "or with blanks": nested(OPENED.replace(",", " ,\n "), NAME, "] }"),
    "plus": nested(PLUS, NAME, "]}"),
    "not": nested('{"arity":"unary_operation","value":"!","operands":[', NAME, "]}"),
    "unknown arity": nested('{"arity":"group","operands":[', NAME, "]}"),
    "arrays": nested("[", "", "]"),
    "unclosed arrays": nested("[", "", ""),
    "unclosed objects": nested('{"arity":', "", ""),
    "unclosed or": nested(OPENED, NAME, ""),
    "unknown members": lambda n: NAME[:-1] + "".join(f',"k{index}":1' for index in range(n)) + "}",
    "one member often": lambda n: NAME[:-1] + ',"value":"a"' * n + "}",
    "long string": lambda n: '{"arity":"name","value":"' + "a" * 100 * n + '"}',
    "escapes": lambda n: '{"arity":"literal","type":"string:primitive","value":"' + "\\u0041" * 20 * n + '"}',
    "many operands": lambda n: OPENED[:-1] + f",{NAME}" * n + "]}",
    "blanks": lambda n: " \n" * 50 * n + LITERAL,
    "long number": lambda n: '{"arity":' + "1" * 100 * n + "}",
}

SCHEMAS: dict[str, Shape] = {
    "attributes": then(many('a{}="boolean"', "\n"), "[profiles.currentTxn.attributes]\n"),
    "tables": many('[profiles.currentTxn.attributes.a{}]\ntype="boolean"', "\n"),
    "events": many('[events.a{}]\ndoc="x"', "\n"),
    "values": then(many('"v{}"', ","), "[profiles.currentTxn.attributes]\na={values=[", "]}"),
    "same value": then(lambda n: ",".join(['"v"'] * n), "[profiles.currentTxn.attributes]\na={values=[", "]}"),
    "unknown keys": then(many("key{}=1", "\n"), "[profiles.currentTxn]\n"),
    "unknown keys in JSON": then(many('"key{}":1', ","), '{"profiles":{"currentTxn":{', "}}}"),
    "invalid names": many('[profiles."a b{}"]\ndoc="x"', "\n"),
    "unknown profiles": many('[events.a{}]\nprofiles=["curentTx"]', "\n"),
    "long number": lambda n: '{"version":' + "1" * 100 * n + "}",
    "parameters": then(
        many('{name="p{}"}', ","), '[profiles.currentTxn.methods]\nm={result="boolean",parameters=[', "]}"
    ),
}

PATTERNS: dict[str, Shape] = {
    "letters": lambda n: "a" * 10 * n,
    "groups": lambda n: "(a|b)" * n,
    "nested groups": nested("(", "a", ")"),
    "repeated groups": nested("(", "a", ")*"),
    "stars": lambda n: "a*" * n,
    "classes": lambda n: "[^a]" * n,
    "unicode classes": lambda n: "\\\\pL" * n,
    "alternatives": many("s{}", "|"),
    "counts": lambda n: "a{9}" * n,
    "braces": lambda n: "{" * n,
    "brackets": lambda n: "[" * n,
}


def _check(text: str) -> object:
    found = analyze(text).diagnostics
    return found if any(one.is_error for one in found) else compile_rule(text)


def _decode(text: str) -> object:
    try:
        return from_json(text)
    except ExpressionError as error:
        return str(error)


def _load(text: str) -> object:
    try:
        return Schema.load(text)
    except SchemaError as error:
        return str(error)


def _search(pattern: str) -> object:
    try:
        rule = compile_rule(f'{C}.matches("{pattern}")')
    except ExpressionError as error:
        return str(error)
    return rule.matches({"currentCustomer": {"slabName": "ab" * 100}})


LARGER = dict.fromkeys(("chained ranges", "words", "words in capitals"), 600) | dict.fromkeys(
    ("patterns", "calls on calls"), 200
)
"""Sizes from which on these grow evenly: repairs have a budget, and what is small takes a shorter way."""

CASES = [
    pytest.param(work, shape, size, id=f"{kind}: {name}")
    for kind, work, shapes, least in (
        ("rule", _check, RULES, 60),
        ("JSON", _decode, DOCUMENTS, 600),
        ("schema", _load, SCHEMAS, 60),
        ("pattern", _search, PATTERNS, 60),
    )
    for name, shape in shapes.items()
    for size in (LARGER.get(name, least),)
]


def growth(work: Callable[[str], object], shape: Shape, size: int) -> float:
    """Processor time for ten times the size over that for the size: the best of several, which take turns.

    Every run has a text of its own, as what is known from before is not worked out again.
    """
    small = large = float("inf")
    gc.collect()
    gc.disable()
    try:
        for turn in range(TRIES):
            for again in range(3):
                small = min(small, _seconds(work, shape(size) + " " * (3 * turn + again)))
            large = min(large, _seconds(work, shape(10 * size) + " " * turn))
            if large <= MOST * small:
                break
    finally:
        gc.enable()
    return large / small


def _seconds(work: Callable[[str], object], text: str) -> float:
    start = process_time()
    work(text)
    return process_time() - start


@pytest.mark.parametrize(("work", "shape", "size"), CASES)
def test_time_grows_with_size(work: Callable[[str], object], shape: Shape, size: int) -> None:
    work(shape(3))  # what is loaded on demand is loaded
    assert growth(work, shape, size) <= MOST


@pytest.mark.slow
@pytest.mark.parametrize(("work", "shape", "size"), CASES)
def test_time_grows_with_size_when_it_is_large(work: Callable[[str], object], shape: Shape, size: int) -> None:
    work(shape(3))
    assert growth(work, shape, 10 * size) <= MOST


def test_there_are_as_many_shapes_as_were_asked_for() -> None:
    assert len(RULES) >= 80
    assert len(DOCUMENTS) >= 16


def test_a_thousand_unknown_names_beside_five_thousand_known_ones() -> None:
    """Each unknown name is compared with those that are known only as long as somebody will read the suggestions."""

    def knowing(names: int) -> Environment:
        declared = "".join(f'attributeName{index}="boolean"\n' for index in range(names))
        return Environment(schema=Schema.load(f"[profiles.currentTxn.attributes]\n{declared}"))

    rule = "||".join(f"currentTxn.atributeNam{index}x" for index in range(1_000))
    few_known, many_known = knowing(50), knowing(5_000)
    found = analyze(rule, many_known).diagnostics
    assert found[-1].code == "too-many-problems"
    part = rule[: rule.index("||currentTxn.atributeNam300x")]
    # A hundred times the names: without a bound some thirty times as long.
    assert ratio(lambda: analyze(part, few_known), lambda: analyze(part, many_known), MOST) <= MOST
    few = analyze(rule[: rule.index("||currentTxn.atributeNam9x")], many_known).diagnostics
    assert all("Did you mean" in (one.hint or "") for one in few)


def test_a_chain_of_160_kilobytes_is_refused_at_once() -> None:
    small, large = "a==" * 5_300 + "a", "a==" * 53_000 + "a"
    assert [one.code for one in analyze(large).diagnostics][:1] == ["chained-comparison"]
    assert ratio(lambda: analyze(small), lambda: analyze(large), 25) <= 25, "what grows with the square takes 100"


def test_a_search_takes_no_longer_for_groups() -> None:
    rule = compile_rule(f'{C}.matches("{"(a|b)" * 3_000}")')
    started = process_time()
    rule.matches({"currentCustomer": {"slabName": "ab" * 2_000}})
    assert process_time() - started < 2
