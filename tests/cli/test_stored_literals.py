"""B7: literals as the platform's editor stores them, through every command that reads expressionJson."""

from __future__ import annotations

import json
from typing import Any

import pytest

from targetexpr import ExpressionError, from_json, parse, to_json
from tests.cli.command import Call
from tests.targets.seed_request import body

READ = [
    ('currentCustomer.slabName=="Mother\'s Day"', r"Mother\'s Day", "string:object:primitive"),
    ("currentCustomer.slabName==\"it's 'new'\"", r"it\'s \'new\'", "string:object:primitive"),
    ('currentCustomer.slabName=="a\tb"', "a\tb", "string:object:primitive"),
    ('currentCustomer.slabName=="a\x00b"', "a\\\x00b", "string:object:primitive"),
    ('currentCustomer.slabName=="a\x1fb"', "a\x1fb", "string:object:primitive"),
    ("currentTxn.value==0.0000001", "1e-7", "number:primitive"),
    ("currentTxn.value==1000000000000000000000", "1e+21", "number:primitive"),
    ("currentTxn.value==150", "1.5E2", "number:primitive"),
]
"""A text, and the value of its literal as it stands between the quotes of the JSON."""


def stored(text: str, value: str, type_: str) -> str:
    """The expressionJson of a comparison with the literal."""
    left = to_json(parse(text.partition("==")[0]))
    literal = f'{{"arity":"literal","value":"{value}","type":"{type_}"}}'
    return f'{{"arity":"binary_operation","value":"==","operands":[{left},{literal}]}}'


def pair(text: str, json_text: str) -> str:
    return json.dumps({"expression": text, "expressionJson": json_text})


def group(text: str, json_text: str) -> str:
    made: dict[str, Any] = body(totalPeriods=2)
    made["targets"][0].update(expression=text, expressionJson=json_text)
    return json.dumps(made)


@pytest.mark.parametrize(("text", "value", "type_"), READ)
def test_what_the_editor_stores_is_read(text: str, value: str, type_: str, call: Call) -> None:
    document = stored(text, value, type_)
    tree = from_json(document)
    assert tree == parse(text)
    assert json.loads(to_json(tree))["operands"][1]["arity"] == "literal"  # what is written is valid JSON
    assert call("verify", stdin=pair(text, document)).status == 0
    checked = call("check", "-", stdin=pair(text, document))
    assert (checked.status, checked.err) == (0, "")
    assert call("target", "check", "-", stdin=group(text, document)).status == 0
    assert call("target", "verify", "-", stdin=group(text, document)).status == 0


@pytest.mark.parametrize(
    ("json_text", "code"),
    [
        ('{"arity":"missing"}', "unparsed-group"),
        ('{"arity":"unary_operation","value":"!","operands":[{"arity":"missing"}]}', "unparsed-group"),
        ('{"arity":"literal","value":"-1","type":"number:primitive"}', "invalid-number"),
        ('{"arity":"literal","value":"1e1001","type":"number:primitive"}', "invalid-number"),
        ('{"arity":"literal","value":"1e","type":"number:primitive"}', "invalid-number"),
        ('{"arity":"literal","value":"\\q","type":"string:object:primitive"}', "json-syntax"),
    ],
)
def test_what_is_an_error_is_one_everywhere(json_text: str, code: str, call: Call) -> None:
    with pytest.raises(ExpressionError) as raised:
        from_json(json_text)
    assert [one.code for one in raised.value.diagnostics] == [code]
    for command, document in (
        (("verify",), pair("true", json_text)),
        (("check", "-"), pair("true", json_text)),
        (("target", "check", "-"), group("true", json_text)),
    ):
        done = call(*command, stdin=document)
        assert done.status != 0, command
        assert code in done.err, command
