"""Our own requests: rows of conditions, the palette, the reading, the JSON of a rule, and the choice of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from targetexpr.front import check, to_json
from tests.cli.command import PATIENCE
from tests.lsp.client import Client, Refused, edited, place

URI = "untitled:rows.rule"
RULE = 'currentCustomer.firstname=="🎉"&&(currentTxn.value>=500||currentTxn.date.isWeekend()==false)'


@pytest.fixture
def rule(client: Client) -> Any:
    client.open(URI, RULE)
    yield client
    client.close(URI)


def ask(client: Client, name: str, **more: object) -> Any:
    return client.ask(f"targetexpr/{name}", {"textDocument": {"uri": URI}, **more})


def test_the_rows_of_a_rule_and_where_they_stand(rule: Client) -> None:
    found = ask(rule, "conditions")
    root = found["root"]
    assert found["version"] == 1
    assert (root["kind"], root["mode"], root["path"], root["negated"]) == ("group", "all", [], False)
    first, inner = root["items"]
    assert first["span"] == {"start": place(RULE, 0), "end": place(RULE, RULE.index("&&"))}
    assert (first["subject"], first["operator"], first["values"][0]["written"]) == (
        "currentCustomer.firstname",
        "==",
        "🎉",
    )
    assert first["reading"] == 'the first name of the customer is "🎉"'
    assert inner["mode"] == "any"
    value, weekend = inner["items"]
    assert value["path"] == [1, 0]
    assert value["span"] == {"start": place(RULE, RULE.index("currentTxn")), "end": place(RULE, RULE.index("||"))}
    assert (value["operator"], value["operatorLabel"], value["type"]) == (">=", "is at least", "real")
    assert (weekend["operator"], weekend["operatorLabel"], weekend["negated"]) == (
        "!isWeekend",
        "is not on the weekend",
        True,
    )
    assert {"string", "number", "date"} <= set(found["operators"])
    assert {one["id"] for one in found["operators"][first["operators"]]} >= {"==", "!=", "contains", "!contains"}


def test_nothing_is_told_of_a_text_that_is_no_rule(client: Client) -> None:
    client.open(URI, "currentTxn.value=")
    for name in ("conditions", "reading", "expressionJson"):
        assert ask(client, name) is None
    client.change(URI, "currentTxn.valu>5")
    assert ask(client, "expressionJson") is None  # a rule, but one with an error
    assert ask(client, "conditions")["root"]["items"][0]["subject"] == "currentTxn.valu"
    client.close(URI)
    assert ask(client, "conditions") is None  # not open


def test_a_rule_inside_a_document(client: Client) -> None:
    text = json.dumps({"targets": [{"expression": "true"}, {"expression": 'currentCustomer.name=="Z\\u00e9"'}]})
    uri = "untitled:body.json"
    client.open(uri, text, "json")
    at = text.index("currentCustomer")
    params = {"textDocument": {"uri": uri}, "position": place(text, at)}
    (row,) = client.ask("targetexpr/conditions", params)["root"]["items"]
    assert row["span"]["start"] == place(text, at)
    assert row["span"]["end"] == place(text, text.rindex('"'))
    assert client.ask("targetexpr/reading", params)["text"] == 'The name of the customer is "Zé".'
    assert client.ask("targetexpr/reading", {"textDocument": {"uri": uri}})["text"] == "Always."
    client.close(uri)


def test_the_reading_and_both_layouts(rule: Client) -> None:
    assert ask(rule, "reading") == {
        "text": "All of these hold:\n"
        '- the first name of the customer is "🎉"\n'
        "- at least one of these holds:\n"
        "  - the value of the transaction is at least 500\n"
        "  - the date of the transaction is not on the weekend",
        "type": "boolean",
    }
    checked = check(RULE)
    assert ask(rule, "expressionJson") == {"compact": to_json(checked), "editor": to_json(checked, "editor")}


def test_the_palette_is_of_the_event(rule: Client) -> None:
    everything = ask(rule, "catalogue")
    names = {profile["name"]: profile for profile in everything["profiles"]}
    value = next(one for one in names["currentTxn"]["attributes"] if one["path"] == "currentTxn.value")
    assert (value["label"], value["type"], value["insert"]) == ("Value", "real", "currentTxn.value")
    method = next(one for one in names["currentTxn"]["methods"] if one["name"] == "basketSum")
    assert method["insert"] == 'currentTxn.basketSum("","")'
    assert method["signature"] == "(inventoryAttribute, attributeValue)"
    assert {one["receiver"] for one in everything["functions"]} == {"string", "number", "date", "boolean"}
    assert "currentProduct" in names
    rule.tell("workspace/didChangeConfiguration", {"settings": {"targetexpr": {"event": "TransactionAdd"}}})
    assert "currentProduct" not in {one["name"] for one in ask(rule, "catalogue")["profiles"]}
    found = ask(rule, "catalogue", query="gross amount")
    assert [one["path"] for profile in found["profiles"] for one in profile["attributes"]] == ["currentTxn.grossAmount"]
    rule.tell("workspace/didChangeConfiguration", {"settings": {"targetexpr": {"event": None}}})
    assert "currentProduct" in {one["name"] for one in ask(rule, "catalogue")["profiles"]}


def test_a_row_is_edited_in_place(rule: Client) -> None:
    edit = {"what": "value", "path": [0], "place": 0, "typed": "Zé 🎈"}
    answer = ask(rule, "editConditions", version=1, edit=edit)
    assert answer["version"] == 1
    assert edited(RULE, answer["edits"]) == RULE.replace("🎉", "Zé 🎈")
    assert [one["range"]["start"] for one in answer["edits"]] == [place(RULE, RULE.index("🎉"))]
    moved = ask(rule, "editConditions", edit={"what": "move", "path": [1, 0], "to": [], "index": 0})
    assert edited(RULE, moved["edits"]) == (
        'currentTxn.value>=500&&currentCustomer.firstname=="🎉"&&currentTxn.date.isWeekend()==false'
    )


@pytest.mark.parametrize(
    "edit",
    [
        {"what": "operator", "path": [1, 0], "operator": "<"},
        {"what": "subject", "path": [1, 0], "subject": "currentTxn.discount"},
        {"what": "text", "path": [0], "text": "true"},
        {"what": "add", "path": [], "index": 1, "subject": "currentTxn.date", "today": "2025-05-27"},
        {"what": "addGroup", "path": [], "mode": "any", "subject": "currentTxn.notes", "second": {"text": "true"}},
        {"what": "remove", "path": [0]},
        {"what": "mode", "path": [], "mode": "any"},
        {"what": "negate", "path": [1]},
        {"what": "wrap", "path": [0], "mode": "any", "subject": "currentCustomer.isLoyal"},
        {"what": "unwrap", "path": [1]},
    ],
    ids=lambda edit: str(edit["what"]),
)
def test_each_edit_makes_a_rule(rule: Client, edit: dict[str, object]) -> None:
    answer = ask(rule, "editConditions", edit=edit)
    becomes = edited(RULE, answer["edits"])
    assert becomes != RULE
    assert check(becomes).ok


def test_the_values_of_a_list_are_edited(client: Client) -> None:
    text = 'currentLineItem.code=="a"||currentLineItem.code=="b"'
    client.open(URI, text)
    found = ask(client, "conditions")["root"]["list"]
    assert (found["operator"], found["operatorLabel"], found["written"]) == ("in", "is one of", ["a", "b"])
    answer = ask(client, "editConditions", edit={"what": "list", "path": [], "typed": ["b", "c"]})
    assert edited(text, answer["edits"]) == 'currentLineItem.code=="b"||currentLineItem.code=="c"'
    client.close(URI)


def test_an_edit_that_cannot_be_made_says_why(rule: Client) -> None:
    wrong = {"what": "value", "path": [1, 0], "place": 0, "typed": "many"}
    assert ask(rule, "editConditions", edit=wrong) == {
        "error": "“many” is not a number; write digits, such as 500 or 12.5."
    }
    assert "changed meanwhile" in ask(rule, "editConditions", version=7, edit=wrong)["error"]
    for edit in (None, {}, {"what": "value"}, {"what": "explode", "path": []}, {"what": "remove", "path": ["0"]}):
        with pytest.raises(Refused) as refused:
            ask(rule, "editConditions", edit=edit)
        assert refused.value.code == -32602


def test_an_edit_of_a_rule_in_a_document_is_one_of_the_document(client: Client) -> None:
    text = json.dumps({"expression": 'currentCustomer.name=="Ann"'})
    uri = "untitled:edited.json"
    client.open(uri, text, "json")
    edit = {"what": "value", "path": [0], "place": 0, "typed": 'a "b"'}
    answer = client.ask("targetexpr/editConditions", {"textDocument": {"uri": uri}, "edit": edit})
    assert json.loads(edited(text, answer["edits"])) == {"expression": r'currentCustomer.name=="a \"b\""'}
    client.close(uri)


def test_an_event_is_chosen_and_open_documents_are_checked_again(client: Client) -> None:
    def choose(settings: object) -> None:
        client.tell("workspace/didChangeConfiguration", {"settings": settings})

    uri = "untitled:event.rule"
    client.open(uri, 'currentProduct.code=="1"')
    assert client.diagnostics(uri) == []
    choose({"targetexpr": {"event": "TransactionAdd"}})
    assert [one["code"] for one in client.diagnostics(uri)] == ["profile-not-offered"]
    choose({"targetexpr": {"event": "Scan"}})
    assert client.diagnostics(uri) == []
    choose({"targetexpr": {"event": None}})
    for nothing in (None, [], "x", {"other": 1}, {"targetexpr": None}):
        choose(nothing)
    client.close(uri)


def test_only_schemas_that_the_server_was_given_can_be_chosen(client: Client) -> None:
    client.tell("workspace/didChangeConfiguration", {"settings": {"targetexpr": {"schema": "/etc/passwd"}}})
    while (told := client.told.get(timeout=PATIENCE))["method"] != "window/showMessage":
        pass
    assert told["params"]["message"] == "targetexpr: unknown schema '/etc/passwd'"


@pytest.mark.parametrize(
    "params",
    [None, [], {}, {"textDocument": 5}, {"textDocument": {"uri": 5}}, {"textDocument": {"uri": URI}, "position": 3}],
)
def test_parameters_that_are_none_are_refused(client: Client, params: object) -> None:
    with pytest.raises(Refused) as refused:
        client.ask("targetexpr/conditions", params)
    assert refused.value.code == -32602
