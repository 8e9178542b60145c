"""Rules as a whole: the promises of `compile` and `Rule`, order of evaluation, size, threads, hostile input."""

from __future__ import annotations

import ast
import builtins
import copy
import pickle
import threading
from collections import ChainMap, UserDict, defaultdict
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, localcontext
from pathlib import Path
from types import FunctionType, MappingProxyType

import pytest
from tests.growth import assert_linear
from tests.sampling import sampled

from targetexpr import DataError, ExpressionError, Limits, Rule, Schema, compile, from_json, parse, to_json  # noqa: A004
from targetexpr.rule import MOST_CACHED, _cached
from targetexpr.running.codegen import fast as codegen


def context(**txn: object) -> dict[str, object]:
    return {"currentTxn": txn}


# ---- compile ---------------------------------------------------------------------------------------------------------


def test_errors_are_told_all_at_once() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile("currentTxn.valu>500&&currentTx.value>1")
    assert [d.code for d in caught.value.diagnostics] == ["unknown-attribute", "unknown-profile"]
    with pytest.raises(ExpressionError):
        compile("currentTxn.value>")
    with pytest.raises(ExpressionError):
        compile("currentTxn.value")  # a number is no condition
    assert compile("currentTxn.value", expect=None).evaluate(context(value=5)) == 5


def test_wrong_options_are_told() -> None:
    with pytest.raises(ValueError, match="no time zone 'Mars/Base'"):
        compile("true", timezone="Mars/Base")
    with pytest.raises(ValueError, match="on_error"):
        compile("true", on_error="ignore")  # type: ignore[arg-type]


def test_the_same_text_is_compiled_once() -> None:
    schema = Schema.bundled().extend(extended_fields={"currentTxn": {"gift": "boolean"}})
    assert compile("currentTxn.value>500") is compile("currentTxn.value>500")
    assert compile("currentTxn.value>500", schema) is compile("currentTxn.value>500", schema)
    assert compile("currentTxn.value>500") is not compile("currentTxn.value>500", schema)
    assert compile("currentTxn.value>500") is not compile("currentTxn.value>500", timezone="Asia/Kolkata")
    assert compile("currentTxn.value>500") is not compile("currentTxn.value>500", on_error="null")
    assert compile("currentTxn.value>500") is not compile("currentTxn.value>500", event="TransactionAdd")
    assert _cached.cache_info().maxsize == MOST_CACHED


def test_a_tree_can_be_compiled() -> None:
    for tree in (parse("1 < 2 && currentTxn.value > 500"), from_json(to_json(parse("1<2&&currentTxn.value>500")))):
        rule = compile(tree)
        assert rule.text == "1<2&&currentTxn.value>500"
        assert rule.matches(context(value=501))
        assert rule.explain(context(value=1)).operands[1].text == "currentTxn.value>500"


def test_what_a_rule_tells_about_itself() -> None:
    rule = compile('currentTxn.basketSum("brand","Puma")>currentTxn.value', event="TransactionAdd")
    assert rule.text == 'currentTxn.basketSum("brand","Puma")>currentTxn.value'
    assert [str(read) for read in rule.reads] == ["currentTxn.basketSum(brand, Puma)", "currentTxn.value"]
    assert rule.to_json() == to_json(rule.checked)
    assert (rule.event, rule.timezone, rule.on_error) == ("TransactionAdd", "UTC", "raise")
    assert rule.schema == Schema.bundled()
    assert rule.expr == parse(rule.text)
    assert repr(rule) == f"<Rule: {rule.text}>"


def test_rules_are_immutable() -> None:
    rule = compile("currentTxn.value>500")
    for name in ("matches", "timezone", "text", "anything"):
        with pytest.raises(AttributeError):
            setattr(rule, name, None)
        with pytest.raises(AttributeError):
            delattr(rule, name)


def test_rules_can_be_pickled_and_copied() -> None:
    schema = Schema.bundled().extend(extended_fields={"currentTxn": {"gift": "boolean"}})
    rule = compile("currentTxn.extField_gift", schema, timezone="Asia/Kolkata", on_error="null", event="TransactionAdd")
    for twin in (pickle.loads(pickle.dumps(rule)), copy.copy(rule), copy.deepcopy(rule)):
        assert isinstance(twin, Rule)
        assert (twin.text, twin.schema, twin.timezone) == (rule.text, rule.schema, rule.timezone)
        assert (twin.on_error, twin.event) == ("null", "TransactionAdd")
        assert twin.matches({"currentTxn": {"extField_gift": "true"}})
    error = pickle.loads(pickle.dumps(DataError("currentTxn.value", "x", "number")))
    assert str(error) == 'currentTxn.value is "x", which is not a number'


# ---- errors and order ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "data", "path"),
    [
        ("currentTxn.value>500", {}, "currentTxn"),
        ("currentTxn.value>500", {"currentTxn": None}, "currentTxn"),
        ("currentTxn.value>500", {"currentTxn": [1]}, "currentTxn"),
        ("currentTxn.value>500", None, "currentTxn"),
        ("currentTxn.value>500", context(value=True), "currentTxn.value"),
        ("currentTxn.value>500", context(value=float("nan")), "currentTxn.value"),
        ("currentTxn.value<500", context(value=float("nan")), "currentTxn.value"),
        ("currentTxn.value>500", context(value=float("inf")), "currentTxn.value"),
        ("currentTxn.value<500", context(value=float("-inf")), "currentTxn.value"),
        ("currentTxn.value!=500", context(value=float("nan")), "currentTxn.value"),
        ("currentTxn.value>500", context(value=10**1000), "currentTxn.value"),
        ("currentTxn.value<500", context(value=-(10**1000)), "currentTxn.value"),
        # left to right, the first one reached
        ("currentTxn.value>currentTxn.discount", context(value="x", discount="y"), "currentTxn.value"),
        ("currentTxn.value>currentTxn.discount", context(value=None, discount="y"), "currentTxn.discount"),
        ("1>currentTxn.discount+currentTxn.value", context(value="x", discount="y"), "currentTxn.discount"),
        ('currentTxn.basketSum("brand",currentCustomer.slabName)>1', {}, "currentTxn"),
        ('currentTxn.basketSum("brand",currentCustomer.slabName)>1', context(lineItems=5), "currentCustomer"),
        ("currentCustomer.email.contains(currentTxn.number)", {"currentCustomer": {}}, "currentTxn"),
    ],
)
def test_the_first_misfit_reached_raises(text: str, data: object, path: str) -> None:
    for way in (compile(text).matches, compile(text).evaluate):
        with pytest.raises(DataError) as caught:
            way(data)  # type: ignore[arg-type]
        assert caught.value.path == path
        assert caught.value.__context__ is None, "what went on before is no business of the reader"


def test_what_is_not_reached_is_not_bound() -> None:
    rule = compile("currentTxn.value>500&&currentTxn.discount>1")
    assert rule.evaluate(context(value=1, discount="x")) is False
    assert compile("currentTxn.value>1||currentCustomer.isLoyal").evaluate(context(value=5)) is True


def test_errors_name_path_value_and_what_is_expected() -> None:
    with pytest.raises(DataError) as caught:
        compile("currentTxn.date.year>2000").matches(context(date="soon"))
    error = caught.value
    assert (error.path, error.value, error.expected) == ("currentTxn.date", "soon", "date")
    assert str(error) == 'currentTxn.date is "soon", which is not a date'

    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError

    with pytest.raises(DataError, match="a Hostile"):
        compile("currentTxn.value>1").matches(context(value=Hostile()))
    with pytest.raises(DataError, match="an int of more than 1000 digits"):
        compile("currentTxn.value>1").matches(context(value=10**5000))


def test_dicts_that_answer_for_missing_keys_do_so() -> None:
    assert compile("currentTxn.value==7").matches({"currentTxn": defaultdict(lambda: 7)})
    assert compile("currentTxn.value==7").evaluate({"currentTxn": defaultdict(lambda: "7")}) is True


def test_any_mapping_is_a_context() -> None:
    rule = compile("currentTxn.value>500||currentCustomer.isLoyal")
    for make in (dict, MappingProxyType, UserDict, ChainMap):
        assert rule.matches(make({"currentTxn": {"value": 501}})) is True
        assert rule.evaluate(make({"currentTxn": {}, "currentCustomer": {}})) is None
    with pytest.raises(DataError, match="not a profile"):
        rule.matches({"currentTxn": MappingProxyType({"value": 501})})


def test_the_decimal_context_of_the_caller_does_not_matter() -> None:
    rule = compile("currentTxn.value/3+currentTxn.discount", expect=None)
    data = context(value=Decimal(1), discount=Decimal("1." + "1" * 60))
    expected = Decimal("1." + "4" * 34 + "1" * 26)
    assert rule.evaluate(data) == expected
    with localcontext(Context(prec=2, Emax=5, Emin=-5, traps=[Inexact])):
        assert rule.evaluate(data) == expected
        assert compile("currentTxn.value*1.23456789==1.23456789").matches(data)


# ---- size, threads, hostility ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "term",
    sampled(
        ['currentTxn.basketIncludes("sku_code","c{}")', 'currentLineItem.code=="c{}"', "currentTxn.value=={}"], keep=1
    ),
)
def test_ten_thousand_terms(term: str) -> None:
    rule = compile("||".join(term.format(number) for number in range(10_000)))
    last = {
        "currentLineItem": {"code": "c9999"},
        "currentTxn": {"value": 9999, "lineItems": [{"attributes": {"sku_code": "c9999"}}]},
    }
    none = {"currentLineItem": {}, "currentTxn": {}}
    assert rule.matches(last) is True
    assert rule.evaluate(none) is None
    assert rule.explain(last).verdict is True
    assert len(rule.explain(none).operands) == 10_000


def test_compiling_and_evaluating_long_lists_is_linear() -> None:
    def using(terms: int) -> Callable[[], None]:
        # different terms, so that nothing is folded into one look-up
        text = "||".join(f'currentTxn.basketIncludes("a{n}","c{n}")' for n in range(terms))

        def use() -> None:
            _cached.cache_clear()
            rule = compile(text)
            rule.matches(context(lineItems=[]))
            rule.evaluate(context())

        return use

    assert_linear(using, 1_000, most=20)


@pytest.mark.parametrize("depth", [10, 63, 64, 65, 200, 2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_deep_trees(depth: int) -> None:
    limits = Limits(nesting=10**6, text=10**8, nodes=10**7)
    chain = compile("+".join(["currentTxn.value"] * depth) + f">{depth}", limits=limits)
    assert chain.matches(context(value=1.5))
    assert not chain.matches(context(value=1))
    assert chain.evaluate(context()) is None
    negations = compile("!" * depth + "currentCustomer.isLoyal", limits=limits)
    assert negations.matches({"currentCustomer": {"isLoyal": depth % 2 == 0}})
    assert negations.explain({"currentCustomer": {"isLoyal": depth % 2 == 0}}).to_json().startswith("{")
    branches = compile("true?(" * (depth // 2) + "true" + "):false" * (depth // 2), limits=limits)
    assert branches.matches({})


def test_threads_share_rules_and_the_compiler() -> None:
    texts = [f"currentTxn.value>{n}&&currentTxn.discount*2<{n}.5" for n in range(60)]
    expected = {text: [n < v and 2 * v < n + 0.5 for v in range(60)] for n, text in enumerate(texts)}
    data = [context(value=v, discount=v) for v in range(60)]
    wrong: list[str] = []

    def work(offset: int) -> None:
        for text in texts[offset:] + texts[:offset]:
            rule = compile(text)
            if [rule.matches(one) for one in data] != expected[text] or rule.evaluate(context()) is not None:
                wrong.append(text)

    _cached.cache_clear()
    threads = [threading.Thread(target=work, args=(offset * 7,)) for offset in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


HOSTILE = [
    '\\");import os;os.abort();(\\"',
    "__import__('os').abort()",
    "{context}",
    "%s%n",
    "v0",
    "bail_out",
    "\\u0000",
    "'''",
    "\\\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_the_input_are_constants_of_the_code_only(text: str) -> None:
    schema = Schema.bundled().extend(
        profiles={"__builtins__": {"attributes": {"v0": "string", "exec": "string", "__class__": "real"}}}
    )
    rule = compile(
        f'__builtins__.v0=="{text}"||__builtins__.exec.contains("{text}")||__builtins__.__class__>1'
        f'||currentTxn.basketIncludes("{text}","{text}")||currentCustomer.customFieldValueIncludes("{text}","x")',
        schema,
    )
    code = rule.matches.__code__  # type: ignore[attr-defined]
    names = {*code.co_names, *code.co_varnames}
    fixed = {"context", "not_clean", "Exception", "type", "dict", "str", "int", "float"}
    assert names <= {*rule.matches.__globals__, *fixed, *_ours()}  # type: ignore[attr-defined]
    assert "not_clean" not in {*rule.matches.__globals__, *vars(builtins)}  # type: ignore[attr-defined]
    assert not names & {"__builtins__", "exec", "__class__", "__import__", "os"}
    assert text in ("v0", "not_clean") or not any(text in name for name in names)
    meant = compile(f'currentTxn.number=="{text}"').expr.children()[1].value  # type: ignore[union-attr]
    data = {"__builtins__": {"v0": meant}, "currentTxn": {}, "currentCustomer": {}}
    assert rule.matches(data) is True
    data = {"__builtins__": {"v0": "x", "exec": f"<{meant}>"}, "currentTxn": {}, "currentCustomer": {}}
    assert rule.matches(data) is True


def _ours() -> set[str]:
    return {f"{letter}{number}" for letter in "vh" for number in range(200)}


def test_code_is_made_of_syntax_nodes_and_fixed_text() -> None:
    """The modules that generate code hand text to `compile` or `exec` in one place, whose pieces are fixed."""
    folder = Path(codegen.__file__).parent.parent
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval"):
                found.append(path.name)
    assert found == ["baskets.py"]


def test_clean_data_stays_on_the_fast_path() -> None:
    """The figures of the benchmarks are those of clean data: it must not fall back without need."""
    rules = [
        "currentTxn.value>500",
        'currentTxn.value>=100&&(currentCustomer.slabName=="Gold"||currentTxn.value>=300)',
        "currentTxn.discount<=(((currentTxn.value+currentTxn.discount)*40)/100)",
        'currentTxn.basketSumIf("QUANTITY","GREATER_THAN_EQUALS_TO","3")>100',
        "currentTxn.value%100<10||currentCustomer.slabNumber!=3",
        'currentTxn.date.isWeekend()||currentCustomer.email.matches("^a")||currentTxn.basketSize>5',
    ]
    items = [{"qty": 3, "amount": 20.5, "attributes": {"brand": "Puma"}}]
    data = {
        "currentTxn": {"value": 33.5, "discount": 1.1, "date": "2025-05-27", "lineItems": items},
        "currentCustomer": {"slabName": "Silver", "slabNumber": 3, "email": "b"},
    }
    for text in rules:
        rule = compile(text)
        quick = rule.matches
        assert isinstance(quick, FunctionType)

        def never(_context: object) -> bool:
            raise AssertionError("fell back")

        watched = FunctionType(quick.__code__, {**quick.__globals__, "slow": never})
        assert watched(data) is rule.matches(data)  # type: ignore[arg-type]


def test_the_cache_of_rules_is_bounded_by_size() -> None:
    """A thousand long rules are not kept: four million characters are the most."""
    _cached.cache_clear()
    for index in range(3):
        compile(f'currentTxn.number=="{"x" * 50_000}{index}"')
    assert _cached.cache_info().currsize == 0
    assert compile("currentTxn.value>17") is compile("currentTxn.value>17")
