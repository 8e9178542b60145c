"""What an editor can ask of a rule, wherever it stands: completion, hover, signatures, changes, colours, outline."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from tests.lsp.client import Client, edited, place


def opened(client: Client, name: str, marked: str) -> tuple[str, str, int]:
    """A document without its mark `▮`, open, and where the mark was."""
    offset = marked.index("▮")
    text = marked.replace("▮", "")
    uri = f"file:///features/{name}"
    client.open(uri, text)
    client.published(uri)
    return uri, text, offset


def ask(client: Client, method: str, uri: str, text: str, offset: int, encoding: str) -> Any:
    return client.at(method, uri, *place(text, offset, encoding).values())


PLACES = {
    "a.rule": 'currentCustomer.slabName=="😀"&&currentTxn.gr▮Amount>5',
    "b.rules": "true\ncurrentTxn.gr▮Amount>5",
    "c.json": '{"é": "😀", "expression": "currentCustomer.slabName==\\"😀\\"&&currentTxn.gr▮Amount>5"}',
    "c2.json": '{"é": "😀", "expression": "currentCustomer.slabName==\\"😀\\"&&currentTxn.gr▮Amount',
    "c3.json": '{"é": "😀",\n "expression": "currentTxn.gr▮Amount\n}',
    "d.json": '{"expression": "currentTxn.gr▮Amount", "x": [{',
    "e.toml": 'x = \'😀\'\n[[targets]]\nrule = """\ncurrentTxn.gr▮Amount>5"""',
    "f.py": "x = '😀'; compile('currentTxn.gr▮Amount>5')",
}


@pytest.mark.parametrize("name", PLACES)
def test_completion_replaces_the_word_or_what_is_typed_of_it(able: tuple[Client, str], name: str) -> None:
    client, encoding = able
    uri, text, offset = opened(client, name, PLACES[name])
    items = ask(client, "completion", uri, text, offset, encoding)["items"]
    (one,) = [item for item in items if item["label"] == "grossAmount"]
    start = text.index("grAmount")
    assert one["textEdit"] == {
        "newText": "grossAmount",
        "insert": {"start": place(text, start, encoding), "end": place(text, offset, encoding)},
        "replace": {"start": place(text, start, encoding), "end": place(text, start + 8, encoding)},
    }
    assert one["detail"] == "real"
    assert one["documentation"].startswith("Gross amount of the bill.")


@pytest.mark.parametrize(
    ("name", "text", "snippet"),
    [
        ("s.rule", "currentTxn.basketSum▮", 'basketSum("${1:inventoryAttribute}","${2:attributeValue}")$0'),
        (
            "s.json",
            '{"expression": "currentTxn.basketSum▮"}',
            'basketSum(\\\\"${1:inventoryAttribute}\\\\",\\\\"${2:attributeValue}\\\\")$0',
        ),
    ],
)
def test_a_call_is_a_snippet_escaped_for_its_string(
    able: tuple[Client, str], name: str, text: str, snippet: str
) -> None:
    client, encoding = able
    uri, text, offset = opened(client, name, text)
    items = ask(client, "completion", uri, text, offset, encoding)["items"]
    one = next(item for item in items if item["label"].startswith("basketSum("))
    assert (one["textEdit"]["newText"], one["insertTextFormat"]) == (snippet, 2)


def test_a_client_without_snippets_gets_none(client: Client) -> None:
    uri, text, offset = opened(client, "plain.rule", "currentTxn.basketSum▮")
    items = ask(client, "completion", uri, text, offset, "utf-16")["items"]
    one = next(item for item in items if item["label"].startswith("basketSum("))
    assert one["textEdit"]["newText"] == "basketSum("
    assert "insertTextFormat" not in one


@pytest.mark.parametrize("name", PLACES)
def test_hover_tells_type_and_meaning(able: tuple[Client, str], name: str) -> None:
    client, encoding = able
    marked = PLACES[name].replace("gr▮Amount", "gross▮Amount")
    uri, text, offset = opened(client, f"hover-{name}", marked)
    found = ask(client, "hover", uri, text, offset, encoding)
    assert found["contents"]["kind"] == "markdown"
    assert found["contents"]["value"].startswith("```\ncurrentTxn.grossAmount : real\n```\n\nGross amount of the bill")
    start = text.index("currentTxn")
    assert found["range"] == {
        "start": place(text, start, encoding),
        "end": place(text, start + len("currentTxn.grossAmount"), encoding),
    }


def test_nothing_is_known_outside_of_rules(able: tuple[Client, str]) -> None:
    client, encoding = able
    uri, text, offset = opened(client, "outside.json", '{"na▮me": "currentTxn", "expression": "true"}')
    assert ask(client, "hover", uri, text, offset, encoding) is None
    assert ask(client, "completion", uri, text, offset, encoding)["items"] == []
    assert ask(client, "signatureHelp", uri, text, offset, encoding) is None


def test_signature_help_marks_the_argument(able: tuple[Client, str]) -> None:
    client, encoding = able
    uri, text, offset = opened(client, "sig.json", '{"expression": "currentTxn.basketSum(\\"😀\\",▮"}')
    found = ask(client, "signatureHelp", uri, text, offset, encoding)
    assert found["activeParameter"] == 1
    signature = found["signatures"][found["activeSignature"]]
    assert signature["label"] == "basketSum(inventoryAttribute: string, attributeValue: string) -> real"
    assert [one["label"] for one in signature["parameters"]][1] == "attributeValue: string"


FIXES = {
    "a.rule": ("currentCustomer.slabName==“Göld”&&currentTxn.value=>5", lambda text: text),
    "b.json": (
        '{"expression": "currentCustomer.slabName==“Göld”&&currentTxn.value=>5"}',
        lambda text: json.loads(text)["expression"],
    ),
    "c.toml": (
        "[[targets]]\nrule = 'currentCustomer.slabName==“Göld”&&currentTxn.value=>5'\n",
        lambda text: tomllib.loads(text)["targets"][0]["rule"],
    ),
    "d.py": (
        "compile('currentCustomer.slabName==“Göld”&&currentTxn.value=>5')",
        lambda text: eval(text, {"compile": lambda rule: rule}),
    ),
}
FIXED = 'currentCustomer.slabName=="Göld"&&currentTxn.value>=5'


@pytest.mark.parametrize("name", FIXES)
def test_all_safe_fixes_are_resolved_when_they_are_chosen(able: tuple[Client, str], name: str) -> None:
    client, encoding = able
    text, read = FIXES[name]
    uri, text, _ = opened(client, f"fix-{name}", f"▮{text}")
    start, end = place(text, 0, encoding), place(text, len(text), encoding)
    (action,) = client.actions(uri, start, end, "source.fixAll")
    assert action["kind"] == "source.fixAll.targetexpr"
    assert "edit" not in action
    (change,) = client.ask("codeAction/resolve", action)["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert read(edited(text, change["edits"], encoding)) == FIXED
    client.change(uri, text + "\n")
    assert "edit" not in client.ask("codeAction/resolve", action), "it was offered for another text"


@pytest.mark.parametrize("name", FIXES)
def test_a_quick_fix_is_about_its_diagnostic(able: tuple[Client, str], name: str) -> None:
    client, encoding = able
    text, read = FIXES[name]
    uri = f"file:///quick-{name}"
    client.open(uri, text)
    found = client.diagnostics(uri)
    (wrong,) = [
        one
        for one in found
        if text[text.index("=>") :].startswith("=>")
        and one["range"]["start"] == place(text, text.index("=>"), encoding)
    ]
    actions = client.actions(uri, wrong["range"]["start"], wrong["range"]["start"], "quickfix", diagnostics=found)
    (fix,) = [one for one in actions if one["diagnostics"] == [wrong]]
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
    (change,) = fix["edit"]["documentChanges"]
    assert change["textDocument"]["version"] == 1
    assert ">=5" in read(edited(text, change["edits"], encoding))


def test_a_client_that_can_do_little_gets_whole_actions(client: Client) -> None:
    uri, text, _ = opened(client, "little.rule", "▮currentTxn.value=>5")
    actions = client.actions(uri, place(text, 0), place(text, len(text)))
    assert {one["kind"] for one in actions} == {"quickfix", "source.fixAll.targetexpr"}
    for action in actions:
        assert edited(text, action["edit"]["changes"][uri]) == "currentTxn.value>=5"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.rule", "currentTxn.value > 5", "currentTxn.value>5\n"),
        ("b.rules", "a > 5\n\n# no rule\nb > \nc > 6", "a>5\n\n# no rule\nb > \nc>6"),
        ("c.json", '{"expression": "a == \\"\\u00e9\\"",\n "x": 1}', '{"expression": "a==\\"\\u00e9\\"",\n "x": 1}'),
        ("d.toml", "[[targets]]\nrule = 'a > 5' # why", "[[targets]]\nrule = 'a>5' # why"),
        ("e.py", "compile('a > '\n  '5')", "compile('a>'\n  '5')"),
        ("f.rule", "currentTxn.value >", "currentTxn.value >"),
    ],
)
def test_formatting_touches_rules_alone(able: tuple[Client, str], name: str, text: str, expected: str) -> None:
    client, encoding = able
    uri, text, _ = opened(client, f"format-{name}", f"▮{text}")
    edits = client.about("formatting", uri, options={"tabSize": 4, "insertSpaces": True})
    assert edited(text, edits, encoding) == expected


def test_a_rule_is_written_compact_or_readable(able: tuple[Client, str]) -> None:
    client, encoding = able
    uri, text, _ = opened(client, "style.json", '▮{"expression": "a>5 && b>6"}')
    at = place(text, text.index("b>6"), encoding)
    actions = client.actions(uri, at, at, "refactor.rewrite")
    made = [json.loads(edited(text, one["edit"]["documentChanges"][0]["edits"], encoding)) for one in actions]
    assert made[0] == {"expression": "a>5&&b>6"}
    assert [one["expression"].split() for one in made[1:]] == [["a", ">", "5", "&&", "b", ">", "6"]]


@pytest.mark.parametrize("name", PLACES)
def test_tokens_are_those_of_the_rules(able: tuple[Client, str], name: str) -> None:
    client, encoding = able
    uri, text, _ = opened(client, f"tokens-{name}", PLACES[name])
    data = client.about("semanticTokens/full", uri)["data"]
    legend = client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"]
    found, line, column = {}, 0, 0
    for at in range(0, len(data), 5):
        line, column = line + data[at], data[at + 1] + (0 if data[at] else column)
        found[line, column, data[at + 2]] = legend[data[at + 3]]
    for word, kind in (("currentTxn", "variable"), ("grAmount", "property")):
        start = text.index(word)
        assert found[(*place(text, start, encoding).values(), len(word))] == kind


def test_symbols_are_rules_with_their_conditions(able: tuple[Client, str]) -> None:
    client, encoding = able
    uri, text, _ = opened(client, "symbols.json", '▮{"é": 1, "expression": "a>5&&(b>6||c>7)"}')
    (rule,) = client.about("documentSymbol", uri)
    assert (rule["name"], rule["detail"]) == ("/expression", "a>5&&(b>6||c>7)")
    (whole,) = rule["children"]
    assert [one["name"] for one in whole["children"]] == ["a>5", "any of 2"]
    start = text.index("a>5")
    assert whole["children"][0]["range"]["start"] == place(text, start, encoding)


def test_selections_grow_to_the_whole_document(able: tuple[Client, str]) -> None:
    client, encoding = able
    uri, text, offset = opened(client, "select.json", '{"expression": "currentTxn.val▮ue>5&&true"}')
    (grown,) = client.about("selectionRange", uri, positions=[place(text, offset, encoding)])
    seen: Any = grown
    texts = []
    while seen is not None:
        start, end = seen["range"]["start"]["character"], seen["range"]["end"]["character"]
        texts.append(text[start:end])
        seen = seen.get("parent")
    assert texts[:3] == ["value", "currentTxn.value", "currentTxn.value>5"]
    assert texts[-2:] == ['"currentTxn.value>5&&true"', text]


def test_deep_rules_have_a_shallow_outline(client: Client) -> None:
    text = "(" * 150 + "currentTxn.value>5" + ")" * 150
    uri, text, _ = opened(client, "deep.rule", f"▮{text}")
    (grown,) = client.about("selectionRange", uri, positions=[place(text, 155)])
    depth = 0
    while grown is not None:
        depth, grown = depth + 1, grown.get("parent")
    assert 10 < depth <= 45
    assert client.about("documentSymbol", uri)
