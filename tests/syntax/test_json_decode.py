"""expressionJson byte for byte: the platform's own samples, and what a decoder must not let pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from targetexpr import ExpressionError, from_json, parse, to_json, to_text
from targetexpr.lang import nodes
from targetexpr.lang.walk import preorder
from targetexpr.syntax.json_decoder import decode
from tests import corpus
from tests.strategies import examples, holds, trees
from tests.trees import flat

DATA = Path(__file__).parents[1] / "data"


def _samples() -> list[dict[str, Any]]:
    seed = json.loads((DATA / "seed_rule.json").read_text(encoding="utf-8"))
    return [*corpus.samples(), {**seed, "is_error": False}, *_payload_pairs()]


def _payload_pairs() -> list[dict[str, Any]]:
    found = []
    for path in sorted((DATA / "payloads").glob("*.json")):
        waiting: list[Any] = [json.loads(path.read_text(encoding="utf-8"))]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                if "expressionJson" in value:
                    pair = {key: value[key] for key in ("expression", "expressionJson")}
                    found.append({**pair, "is_error": False})
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
    assert found
    return found


GOOD = [sample for sample in _samples() if not sample["is_error"]]
BAD = [sample for sample in _samples() if sample["is_error"]]


def sample_types(document: str) -> list[str | None]:
    """The types of a sample in preorder: a member's name is left out, for it is no node of the tree."""
    types: list[str | None] = []

    def walk(node: dict[str, Any]) -> None:
        types.append(node.get("type"))
        operands = node.get("operands", [])
        member = {"object_dereference": 1, "method_call": 1, "function_call": 0}.get(node["arity"])
        for index, operand in enumerate(operands):
            if index != member:
                walk(operand)

    walk(json.loads(document))
    return types


def _layout(document: str) -> str:
    return "editor" if document.startswith("\n") else "compact"


def _untyped(document: str) -> str:
    """The sample in its own layout with no types but those of literals, each that of its plain kind."""

    def strip(node: dict[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in node.items() if key != "type"}
        if node["arity"] == "literal":
            kind = node["type"].split(":")
            plain = "string:object:primitive" if "string" in kind else node["type"]
            kept["type"] = plain
        if "operands" in node:
            kept["operands"] = [strip(operand) for operand in node["operands"]]
        return kept

    value = strip(json.loads(document))
    if _layout(document) == "compact":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "\n" + json.dumps(value, ensure_ascii=False, indent=2, separators=(",", ":"))


def _text(sample: dict[str, Any]) -> str:
    text = sample["expression"]
    assert isinstance(text, str)
    return text


good = pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample["expression"])
bad = pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample["expression"][:20])


@good
def test_sample_comes_out_byte_for_byte_with_its_types(sample: dict[str, Any]) -> None:
    document = sample["expressionJson"]
    made = to_json(parse(_text(sample)), _layout(document), types=sample_types(document))
    assert made == document


@good
def test_sample_without_types_keeps_those_of_literals(sample: dict[str, Any]) -> None:
    document = sample["expressionJson"]
    assert to_json(parse(_text(sample)), _layout(document)) == _untyped(document)


@good
def test_sample_means_its_text(sample: dict[str, Any]) -> None:
    tree = from_json(sample["expressionJson"])
    assert tree == parse(_text(sample))
    assert to_text(tree) == _text(sample)
    assert from_json(_untyped(sample["expressionJson"])) == tree


@good
def test_decoding_keeps_the_types(sample: dict[str, Any]) -> None:
    decoded = decode(sample["expressionJson"])
    assert list(decoded.types) == sample_types(sample["expressionJson"])
    assert to_json(decoded.tree, _layout(sample["expressionJson"]), types=decoded.types) == sample["expressionJson"]


@bad
def test_error_sample_is_an_error_both_ways(sample: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError):
        parse(_text(sample))
    with pytest.raises(ExpressionError, match="could not understand") as caught:
        from_json(sample["expressionJson"])
    assert caught.value.diagnostics[0].pointer == ""


def test_types_must_be_as_many_as_nodes() -> None:
    with pytest.raises(ValueError, match=r".+"):
        to_json(parse("a>5"), types=["boolean:primitive"])
    with pytest.raises(ValueError, match=r".+"):
        to_json(parse("a>5"), types=["boolean:primitive"] * 4)


def test_types_of_members_and_methods_are_derived() -> None:
    tree = parse("a.b.m(c)&&f(d)")
    types = ["T1", "T2", "T3", "T4", "T5", "T6", "T7"]
    assert len(list(preorder(tree))) == len(types)
    name = '{"arity":"name","value":"%s","type":"%s"}'
    function = "anonymous:function:primitive"
    member = name % ("a", "T4") + "," + name % ("b", "T3")
    dereference = f'{{"arity":"object_dereference","type":"T3","operands":[{member}]}}'
    operands = f"{dereference},{name % ('m', function)},{name % ('c', 'T5')}"
    method = f'{{"arity":"method_call","type":"T2","operands":[{operands}]}}'
    call = f'{{"arity":"function_call","type":"T6","operands":[{name % ("f", function)},{name % ("d", "T7")}]}}'
    expected = f'{{"arity":"binary_operation","value":"&&","type":"T1","operands":[{method},{call}]}}'
    assert to_json(tree, types=types) == expected


def test_inner_nodes_of_a_list_have_the_type_of_the_list() -> None:
    made = json.loads(to_json(parse("a&&b&&c"), types=["boolean:primitive", None, None, None]))
    assert made["type"] == made["operands"][1]["type"] == "boolean:primitive"
    assert "type" not in made["operands"][0]


def test_literals_without_a_given_type_have_that_of_their_kind() -> None:
    made = json.loads(to_json(parse('f(1,"x",true)'), types=[None, None, None, "boolean:primitive"]))
    assert [operand.get("type") for operand in made["operands"]] == [
        None,
        "number:primitive",
        "string:object:primitive",
        "boolean:primitive",
    ]


def test_decoded_nodes_have_no_span_in_a_text() -> None:
    for node in preorder(from_json(to_json(parse("a.b(1)>2&&c")))):
        assert node.span == nodes.NO_SPAN


def test_several_errors_are_reported_at_once_in_order() -> None:
    document = (
        '{"arity":"binary_operation","value":">","operands":'
        '[{"arity":"name","value":"1"},{"arity":"literal","value":"x","type":"number:primitive"}]}'
    )
    with pytest.raises(ExpressionError) as caught:
        from_json(document)
    assert [item.pointer for item in caught.value.diagnostics] == ["/operands/0/value", "/operands/1/value"]


@examples
def test_decoding_knows_where_every_node_stands(examples: int) -> None:
    def law(tree: nodes.Expr) -> None:
        document = to_json(tree)
        decoded = decode(document)
        for index, _ in enumerate(preorder(decoded.tree)):
            place: Any = json.loads(document)
            for step in decoded.pointer(index).split("/")[1:]:
                place = place[int(step)] if isinstance(place, list) else place[step]
            assert json.loads(decoded.spans[index].cut(document)) == place
            assert decoded.types[index] == place.get("type")

    holds(law, examples, trees(10))


def test_spans_of_json_errors_point_into_the_document() -> None:
    document = '{"arity":"unary_operation","value":"!","operands":[{"arity":"name","value":"no name"}]}'
    with pytest.raises(ExpressionError) as caught:
        from_json(document)
    (found,) = caught.value.diagnostics
    assert found.span.cut(document) == '"no name"'


def test_bytes_and_other_things_are_refused_as_types() -> None:
    for wrong in (b"{}", None, {"arity": "name", "value": "a"}, 5):
        with pytest.raises((TypeError, ExpressionError)):
            from_json(wrong)  # type: ignore[arg-type]


def test_escapes_in_output() -> None:
    raw = "".join(chr(code) for code in range(0x20) if chr(code) not in "\r\n") + "\x7f\x80\u2028é😀/<>&'"
    tree = nodes.StringLiteral(raw=raw)
    made = to_json(tree)
    assert json.loads(made)["value"] == raw
    assert "\x7f\x80\u2028é😀/<>&'" in made
    assert all(ord(char) >= 0x20 for char in made)
    assert flat(from_json(made)) == flat(tree)
