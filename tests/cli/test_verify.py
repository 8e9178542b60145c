"""`verify`: payloads that agree, payloads that were altered, and documents that are hardly payloads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import DATA, FALSE, TRUE, Call
from tests.sampling import sizes

PAYLOADS = sorted((DATA / "payloads").glob("*.json"))
STREAK = DATA / "payloads" / "create-streak-group.response.json"


def pairs(document: Any) -> int:
    """How many objects of a payload have an expression and its JSON, counted without the library."""
    if isinstance(document, dict):
        own = isinstance(document.get("expression"), str) and isinstance(document.get("expressionJson"), str)
        return own + sum(map(pairs, document.values()))
    return sum(map(pairs, document)) if isinstance(document, list) else 0


def name_node(name: str) -> str:
    return json.dumps({"arity": "name", "value": name})


def logical(operator: str, left: str, right: str) -> str:
    return json.dumps(
        {"arity": "binary_operation", "value": operator, "operands": [json.loads(left), json.loads(right)]}
    )


@pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.name)
def test_documented_payloads_agree(file: Path, call: Call) -> None:
    done = call("verify", str(file))
    assert done.status == 0
    count = pairs(json.loads(file.read_text(encoding="utf-8")))
    if count:
        words = "1 pair" if count == 1 else f"{count} pairs"
        assert (done.out, done.err) == (f"{file}: {words}, all agree\n", "")
    else:
        assert done.out == ""
        assert "nothing was compared" in done.err
    data = call("verify", "--output", "json", str(file)).data
    assert data["ok"] is True
    assert data["source"] == str(file)
    assert [pair["verdict"] for pair in data["pairs"]] == ["same"] * count


def test_all_payloads_at_once(call: Call) -> None:
    done = call("verify", *map(str, PAYLOADS))
    assert done.status == 0
    data = call("verify", "--output", "json", *map(str, PAYLOADS)).data
    assert [item["source"] for item in data] == list(map(str, PAYLOADS))


def test_stale_pair_is_named(call: Call, tmp_path: Path) -> None:
    document = json.loads(STREAK.read_text(encoding="utf-8"))
    members: list[str] = []

    def spoil(value: Any, path: str) -> None:
        if isinstance(value, dict):
            if "expression" in value:
                members.append(path)
                if len(members) == 2:
                    value["expression"] = "currentTxn.value>501"
            for key, member in value.items():
                spoil(member, f"{path}/{key}")
        elif isinstance(value, list):
            for place, member in enumerate(value):
                spoil(member, f"{path}/{place}")

    spoil(document, "")
    file = tmp_path / "altered.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    done = call("verify", str(file))
    assert done.status == 1
    assert done.err == (
        f"{file} at {members[1]}/expression: differs from its JSON\n"
        "  text: currentTxn.value>501\n"
        f"  JSON: currentTxn.value>500   (at {members[1]}/expressionJson)\n"
        "  first difference: 501 in the text, 500 in the JSON\n"
    )
    assert done.out == f"{file}: 2 pairs, 1 of them wrong\n"
    data = call("verify", "--output", "json", str(file)).data
    assert data["ok"] is False
    first, second = data["pairs"]
    assert (first["verdict"], second["verdict"]) == ("same", "differs")
    assert second["pointer"] == members[1] + "/expression"
    assert second["jsonPointer"] == members[1] + "/expressionJson"
    assert second["expression"] == "currentTxn.value>501"
    assert second["expressionOfJson"] == "currentTxn.value>500"
    assert second["difference"] == {"expression": "501", "json": "500"}
    assert second["agreeOnOneLevel"] is False


@pytest.mark.parametrize(
    ("text_key", "json_key"),
    [
        ("expression", "expressionJson"),
        ("exp", "expJSON"),
        ("criteriaDsl", "criteriaDslJson"),
    ],
)
@pytest.mark.parametrize("text", ["true", True, " ( true ) "])
def test_families_of_keys(text_key: str, json_key: str, text: object, call: Call) -> None:
    same = call("verify", stdin=json.dumps({"a": [{text_key: text, json_key: TRUE}]}))
    assert (same.status, same.out) == (0, "<stdin>: 1 pair, all agree\n")
    differs = call("verify", stdin=json.dumps({"a": [{text_key: text, json_key: FALSE}]}))
    assert differs.status == 1
    assert f"<stdin> at /a/0/{text_key}: differs" in differs.err
    assert f"(at /a/0/{json_key})" in differs.err
    assert "  text: true\n  JSON: false " in differs.err


def test_json_false_is_the_rule_false(call: Call) -> None:
    assert call("verify", stdin=json.dumps({"expression": False, "expressionJson": FALSE})).status == 0
    assert call("verify", stdin=json.dumps({"expression": False, "expressionJson": TRUE})).status == 1


def test_json_given_as_an_object(call: Call) -> None:
    done = call("verify", stdin='{"expression":"true","expressionJson":' + TRUE + "}")
    assert (done.status, done.out) == (0, "<stdin>: 1 pair, all agree\n")


def test_families_do_not_mix(call: Call) -> None:
    document = {"criteriaDsl": "true", "expressionJson": FALSE}
    done = call("verify", stdin=json.dumps(document))
    assert done.status == 0
    assert "nothing was compared" in done.err


def test_two_families_in_one_object(call: Call) -> None:
    document = {"expression": "true", "expressionJson": TRUE, "criteriaDsl": "false", "criteriaDslJson": TRUE}
    done = call("verify", "--output", "json", stdin=json.dumps(document))
    assert done.status == 1
    assert [pair["verdict"] for pair in done.data["pairs"]] == ["same", "differs"]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("a&&b||c", logical("&&", name_node("a"), logical("||", name_node("b"), name_node("c")))),
        ("a||b&&c", logical("||", name_node("a"), logical("&&", name_node("b"), name_node("c")))),
    ],
)
def test_agreement_on_one_level(text: str, document: str, call: Call) -> None:
    done = call("verify", stdin=json.dumps({"expression": text, "expressionJson": document}))
    data = call("verify", "--output", "json", stdin=json.dumps({"expression": text, "expressionJson": document})).data
    if text == "a&&b||c":
        assert done.status == 1
        assert "one level" in done.err
        assert data["pairs"][0]["agreeOnOneLevel"] is True
    else:
        assert done.status == 0, "both readings are the same here"


def test_no_agreement_on_one_level(call: Call) -> None:
    document = logical("&&", name_node("a"), logical("||", name_node("b"), name_node("d")))
    done = call("verify", stdin=json.dumps({"expression": "a&&b||c", "expressionJson": document}))
    assert done.status == 1
    assert "one level" not in done.err


@pytest.mark.parametrize(
    ("text", "document", "told"),
    [
        ("a=1", TRUE, "single-equals"),
        ("", TRUE, "empty-expression"),
        ("true", "", "json-syntax"),
        ("true", '{"arity":"name","value":"a-b"}', "/value"),
        ("true", '{"arity":"nonsense"}', "unknown-arity"),
        ("true", TRUE + " ", None),
        ("true", TRUE + "x", "trailing-text"),
    ],
)
def test_halves_that_cannot_be_read(text: str, document: str, told: str | None, call: Call) -> None:
    done = call("verify", stdin=json.dumps({"expression": text, "expressionJson": document}))
    if told is None:
        assert done.status == 0
    else:
        assert done.status == 2
        assert "cannot be read" in done.err
        assert told in done.err
        data = call("verify", "--output", "json", stdin=json.dumps({"expression": text, "expressionJson": document}))
        assert data.status == 2
        assert data.data["pairs"][0]["verdict"] == "broken"


def test_worst_status_wins(call: Call, tmp_path: Path) -> None:
    good, stale, broken = tmp_path / "good.json", tmp_path / "stale.json", tmp_path / "broken.json"
    good.write_text(json.dumps({"expression": "true", "expressionJson": TRUE}))
    stale.write_text(json.dumps({"expression": "true", "expressionJson": FALSE}))
    broken.write_text("{")
    assert call("verify", str(good)).status == 0
    assert call("verify", str(good), str(stale)).status == 1
    assert call("verify", str(stale), str(good)).status == 1
    assert call("verify", str(broken), str(stale), str(good)).status == 2
    assert call("verify", str(good), "-f", str(stale), "-f", str(broken)).status == 2


@pytest.mark.parametrize(
    ("document", "place", "word"),
    [
        ("", "1:1 at the top", "expected a value, found the end"),
        ("{", "1:2 at the top", "found the end"),
        ('{"a":[1,2', "1:10 at /a/2", "found the end"),
        ('{"a":[1,]}', "1:9 at /a/1", "']'"),
        ('{"a":1,}', "1:8", "'}'"),
        ("{'a':1}", "1:2", '"\'"'),
        ('{"a" 1}', "1:6 at /a", "colon"),
        ('{"a":1 "b":2}', "1:8", "comma"),
        ("[1]\n[2]", "2:1 at the top", "unexpected text after the end"),
        ('{"a":1,\n"a":2}', "2:1 at /a", "duplicate key"),
        ('["\\q"]', "1:3 at /0", "escape"),
        ('["a\tb"]', "1:4 at /0", "control"),
        ("[NaN]", "1:2 at /0", "NaN"),
        ("[-Infinity]", "1:2 at /0", "-"),
        ("[01]", "1:3", "1"),
        ("[.5]", "1:2 at /0", ".5"),
        ("[1.]", "1:3", "."),
        ("[+1]", "1:2 at /0", "+1"),
        ('{"x/y~z":{"": nul}}', "1:15 at /x~1y~0z", "nul"),
        ("<html></html>", "1:1 at the top", "<"),
        ("[1] // note", "1:5", "unexpected text after the end"),
    ],
)
def test_documents_that_are_no_json(document: str, place: str, word: str, call: Call) -> None:
    done = call("verify", stdin=document)
    assert (done.status, done.out) == (2, "")
    assert f"--> <stdin>:{place}" in done.err
    assert word in done.err.splitlines()[0]
    data = call("verify", "--output", "json", stdin=document)
    assert data.status == 2
    assert data.data["ok"] is False


@pytest.mark.parametrize("document", ["[]", "{}", "null", "1", '"text"', "true", "[[[[]]]]", '{"expression":"true"}'])
def test_documents_without_pairs(document: str, call: Call) -> None:
    done = call("verify", stdin=document)
    assert (done.status, done.out) == (0, "")
    assert "nothing was compared" in done.err
    assert call("verify", "--output", "json", stdin=document).data["pairs"] == []


@pytest.mark.parametrize("partner", [{"expression": None, "expressionJson": TRUE}, {"exp": "true", "expJSON": None}])
def test_null_makes_no_pair(partner: dict[str, object], call: Call) -> None:
    """The platform's responses leave members null."""
    assert call("verify", stdin=json.dumps(partner)).status == 0


def test_nested_lists(call: Call) -> None:
    pair = {"expression": "true", "expressionJson": FALSE}
    done = call("verify", stdin=json.dumps([[], [[pair], {"x": [[pair]]}], pair]))
    assert done.status == 1
    places = [line.split(" ")[2].removesuffix(":") for line in done.err.splitlines() if line.startswith("<stdin> at")]
    assert places == ["/1/0/0/expression", "/1/1/x/0/0/expression", "/2/expression"]
    assert done.out == "<stdin>: 3 pairs, 3 of them wrong\n"


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_deep_documents(depth: int, call: Call) -> None:
    pair = json.dumps({"expression": "true", "expressionJson": FALSE})
    done = call("verify", stdin="[" * depth + pair + "]" * depth)
    assert done.status == 1
    assert done.err.startswith("<stdin> at " + "/0" * depth + "/expression: differs")
    objects = call("verify", stdin='{"a":' * depth + pair + "}" * depth)
    assert objects.status == 1
    assert objects.err.startswith("<stdin> at " + "/a" * depth + "/expression: differs")
    assert call("verify", stdin="[" * depth).status == 2


def test_pair_inside_a_pair(call: Call) -> None:
    """An object that is an expressionJson is walked as well, and does not upset the walk."""
    inner = {"expression": "true", "expressionJson": FALSE}
    done = call(
        "verify", "--output", "json", stdin=json.dumps({"expression": "a", "more": inner, "expressionJson": TRUE})
    )
    assert [pair["pointer"] for pair in done.data["pairs"]] == ["/expression", "/more/expression"]


@pytest.mark.parametrize("terms", sizes(2_000, 10_000))
def test_long_list(call: Call, terms: int) -> None:
    text = "||".join(f'a.b("{place}")' for place in range(terms))
    document = call("json", text).out.strip()
    done = call("verify", stdin=json.dumps({"expression": text, "expressionJson": document}))
    assert (done.status, done.out) == (0, "<stdin>: 1 pair, all agree\n")
    stale = text.replace(f'"{terms - 1}"', '"99999"')
    done = call("verify", stdin=json.dumps({"expression": stale, "expressionJson": document}))
    assert done.status == 1
    assert f'  first difference: "99999" in the text, "{terms - 1}" in the JSON\n' in done.err


def test_layout_and_key_order_do_not_matter(call: Call) -> None:
    document = '\n{\n  "type":"boolean:primitive",\n  "value":"true",\n  "arity":"literal"\n}'
    assert call("verify", stdin=json.dumps({"expressionJson": document, "expression": "(true)"})).status == 0


def test_non_ascii_keys_and_texts(call: Call) -> None:
    document = json.dumps({"目标": {"expression": 'a=="漢"', "expressionJson": TRUE}}, ensure_ascii=False)
    done = call("verify", stdin=document)
    assert done.status == 1
    assert done.err.startswith('<stdin> at /目标/expression: differs from its JSON\n  text: a=="漢"\n')


def test_places_of_what_is_broken_are_those_of_the_rule_and_of_the_document(call: Call) -> None:
    document = json.dumps({"data": [{"expression": 'a=="\\u00e9"&&b=1', "expressionJson": TRUE + "x"}]}, indent=1)
    (pair,) = call("verify", "--output", "json", stdin=document).data["pairs"]
    (found,) = pair["diagnostics"]
    span = found["documentSpan"]
    assert document[span["start"] : span["end"]] == "="
    assert found["documentStart"] == {"line": 4, "column": document.splitlines()[3].index("b=1") + 2}
    assert 'a=="\\u00e9"&&b=1'[found["span"]["start"]] == "="
    (edit,) = found["documentFixes"][0]["edits"]
    repaired = json.loads(document[: edit["start"]] + edit["text"] + document[edit["end"] :])
    assert repaired["data"][0]["expression"] == 'a=="\\u00e9"&&b==1'
    (inside,) = pair["jsonDiagnostics"]
    assert document[inside["documentSpan"]["start"]] == "x"


# ---- what the platform's own editor stores (reported: B7, B8) -----------------------------------------------

VALUE = json.dumps(
    {
        "arity": "binary_operation",
        "value": ">",
        "operands": [json.loads(name_node("a")), {"arity": "literal", "value": "5", "type": "number:primitive"}],
    }
)
NULL_TEST = json.dumps(
    {"arity": "method_call", "operands": [json.loads(name_node("a")), json.loads(name_node("isNotNull"))]}
)


@pytest.mark.parametrize("text", ["(a>5", "a>5)", "((a>5)", "(a)>5)", "(((a>5))", "((a>5"])
def test_loose_parentheses_are_the_same_after_repair(text: str, call: Call) -> None:
    document = json.dumps({"data": [{"expression": text, "expressionJson": VALUE}]})
    done = call("verify", stdin=document)
    assert (done.status, done.out) == (0, "<stdin>: 1 pair, all agree, 1 after repair\n")
    assert done.err.startswith("<stdin> at /data/0/expression: same after repair")
    (pair,) = call("verify", "--output", "json", stdin=document).data["pairs"]
    assert pair["verdict"] == "same after repair"
    checked = call("check", "--no-strict", stdin=document)
    assert checked.status == 0
    assert "warning[" in checked.err
    assert "error[" not in checked.err


@pytest.mark.parametrize("text", ["(a>6", "a=5)", "(a>5]", "(b>5"])
def test_other_slips_beside_sound_json_stay_errors(text: str, call: Call) -> None:
    document = json.dumps({"expression": text, "expressionJson": VALUE})
    assert call("verify", stdin=document).status == 2
    assert call("check", "--no-strict", stdin=document).status == 2


@pytest.mark.parametrize("text", ['a.isNotNull("")', 'a.isNotNull("x","y")', "a.isNotNull(a.day(1))"])
def test_arguments_of_a_method_that_takes_none_do_not_count(text: str, call: Call) -> None:
    document = json.dumps({"expression": text, "expressionJson": NULL_TEST})
    done = call("verify", stdin=document)
    assert (done.status, done.out) == (0, "<stdin>: 1 pair, all agree\n")
    assert "at /expression: same but for arguments of a method that takes none\n" in done.err
    (pair,) = call("verify", "--output", "json", stdin=document).data["pairs"]
    assert (pair["verdict"], pair["note"]) == ("same", "same but for arguments of a method that takes none")


@pytest.mark.parametrize("text", ['a.isNull("")', 'b.isNotNull("")', 'a.contains("")', '!a.isNotNull("")'])
def test_other_differences_beside_such_arguments_are_told(text: str, call: Call) -> None:
    done = call("verify", stdin=json.dumps({"expression": text, "expressionJson": NULL_TEST}))
    assert done.status == 1
    assert "differs from its JSON" in done.err


@pytest.mark.parametrize(
    "document",
    [
        '{"arity":"missing"}',
        '{"arity":"group","operands":[{"arity":"name","value":"a"},{"arity":"missing"}]}',
        '{"arity":"unary_operation","value":"!","operands":[{"arity":"missing"}]}',
    ],
)
def test_missing_means_that_the_platform_could_not_understand(document: str, call: Call) -> None:
    done = call("verify", stdin=json.dumps({"expression": "a>5", "expressionJson": document}))
    assert done.status == 2
    assert "the platform could not understand the text" in done.err


@pytest.mark.parametrize(
    ("written", "stored", "told"),
    [
        ("integer:number:primitive", "integer:object:primitive", "is an older spelling of"),
        ("date:object:primitive", "string:object:primitive", "the schema says"),
        ("boolean:primitive", "real:object:primitive", "the schema says"),
    ],
)
def test_types_that_differ_are_told_and_the_pair_agrees(written: str, stored: str, told: str, call: Call) -> None:
    rule = "currentTxn.date.dayOfMonth()==5"
    document = call("json", "--event", "TransactionAdd", rule).out.strip().replace(written, stored)
    body = json.dumps({"targetEntity": "TRANSACTION", "expression": rule, "expressionJson": document})
    for command in (("verify",), ("target", "verify", "-")):
        done = call(*command, stdin=body)
        assert (done.status, done.out) == (0, "<stdin>: 1 pair, all agree\n")
        assert done.err.startswith("<stdin> at /expression: same, but for types in the JSON\n")
        assert "warning[type-differs] at /" in done.err
        assert told in done.err
    (pair,) = call("verify", "--output", "json", stdin=body).data["pairs"]
    assert pair["verdict"] == "same"
    assert {one["code"] for one in pair["typeDiagnostics"]} == {"type-differs"}
