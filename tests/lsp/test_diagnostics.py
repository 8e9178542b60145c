"""Diagnostics as an editor gets them: in every language and encoding the ones that the command line reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Call
from tests.lsp.checked import of_command, of_server
from tests.lsp.client import WIDTHS, Client, place

WRONG = "currentTxn.valu>5"
TEXTS = {
    "a.rule": f'currentCustomer.slabName=="😀"\n&&{WRONG}',
    "b.targetexpr": 'currentCustomer.slabName=="a\u2028b\x0c\x85"\r\n&&currentTxn.valu>5\r||a=1',
    "c.rules": f"{WRONG}\n\n# no rule\ncurrentTxn.value=6\r\n\tcurrentTxn.value>5 && currentTxn.value<2\n",
    "d.txt": "currentTxn.value>5\ncurrentTxn.valeu>6\n",
    "e.txt": "currentTxn.value>5\n  && currentTxn.valeu>6\n",
    "f.json": '{"note": "é😀", "criteriaDsl": "currentCustomer.slabName==\\"\\u00e9\\"&&currentTxn.valu>5"}',
    "g.json": '{"expression": "currentTxn.valu>5", "expressionJson": {"arity": ',
    "h.json": '[\n "currentTxn.value=5",\n "(currentTxn.value>5"\n]',
    "i.json": '{"name": "Weekly", "trackingType": "STREAKS", "targets": [{"expression": "currentTxn.valu>5"}]}',
    "j.json": '{"version": 1, "dependencies": {"left-pad": "*"}}',
    "k.toml": "[[targets]]\nname = 'é'\nmeasure = 'SALES'\nvalue = 5\nrule = '''\ncurrentTxn.valu>5'''\n",
    "l.toml": '[rules.gold]\nexpression = "currentTxn.valu>5"\nbroken = ',
    "m.py": "from targetexpr import compile\nx = 'é😀'; r = compile('currentTxn'\n  \".valu>5\")\n",
    "n.rule": "",
    "o.rule": '{"expression": "currentTxn.valu>5"}',
    "p.rule": "\ufeffcurrentTxn.valu>5",
    "q.json": '\ufeff{"expression": "currentTxn.valu>5"}',
}


@pytest.mark.parametrize("encoding", WIDTHS)
def test_the_server_says_what_the_command_says(encoding: str, call: Call, tmp_path: Path) -> None:
    with Client() as client:
        client.start(encoding)
        assert client.capabilities["positionEncoding"] == encoding
        for name, text in TEXTS.items():
            uri = f"file:///{name}"
            client.open(uri, text)
            found = client.published(uri)["diagnostics"]
            expected = of_command(call, tmp_path, name, text, encoding)
            if text.startswith("\ufeff"):  # the command reads files without it, and an editor's text has it
                width = 1 if encoding != "utf-8" else 3
                expected = [(*one[:3], (0, one[3][1] + width, 0, one[3][3] + width)) for one in expected]
            assert of_server(found) == expected, name
        assert client.stop() == 0


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("a.rule", ["unknown-attribute"]),
        ("f.json", ["unknown-attribute"]),
        ("j.json", []),
        ("k.toml", ["unknown-attribute"]),
        ("m.py", ["unknown-attribute"]),
    ],
)
def test_what_is_wrong_is_found_where_it_stands(client: Client, name: str, codes: list[str]) -> None:
    text = TEXTS[name]
    client.open(f"file:///one/{name}", text)
    found = client.published(f"file:///one/{name}")["diagnostics"]
    assert [one["code"] for one in found] == codes
    for one in found:
        start = text.index("valu>")
        assert one["range"] == {"start": place(text, start), "end": place(text, start + 4)}
        assert one["source"] == "targetexpr"
        assert one["severity"] == 1


def test_findings_of_a_group_stand_on_their_member(client: Client) -> None:
    text = '{"name": "Weekly", "trackingType": "STREAKS", "periods": [], "targets": []}'
    client.open("file:///group.json", text)
    found = {one["code"]: one for one in client.published("file:///group.json")["diagnostics"]}
    assert {"no-periods", "streaks-missing", "no-targets"} <= found.keys()
    start = text.index("[]")
    assert found["no-periods"]["range"] == {"start": place(text, start), "end": place(text, start + 2)}
    assert found["no-periods"]["severity"] == 2
    assert found["streaks-missing"]["data"]["pointer"] == "/streaks"


def test_the_language_tells_what_a_name_does_not(client: Client) -> None:
    body = '{"expression": "currentTxn.valu>5"}'
    for uri, text, language in (
        ("untitled:Untitled-1", body, "json"),
        ("file:///plan", "[[targets]]\nrule = 'currentTxn.valu>5'", "toml"),
        ("file:///script", "compile('currentTxn.valu>5')", "python"),
        ("file:///list", "true\ncurrentTxn.valu>5", "targetexpr-rules"),
        ("file:///rule", "currentTxn.valu>5", "targetexpr"),
    ):
        client.open(uri, text, language)
        (one,) = client.published(uri)["diagnostics"]
        start = text.index("valu>")
        assert one["range"] == {"start": place(text, start), "end": place(text, start + 4)}


def test_tags_and_related_places(client: Client) -> None:
    text = "!(!(currentTxn.value>5))"
    client.open("file:///tags.rule", text)
    found = {one["code"]: one for one in client.published("file:///tags.rule")["diagnostics"]}
    assert found["double-negation"]["tags"] == [1]
    json = '{\\"arity\\":\\"literal\\",\\"value\\":\\"true\\",\\"type\\":\\"boolean:primitive\\"}'
    text = f'{{"targetType": "SALES", "expression": "currentTxn.value>5", "expressionJson": "{json}"}}'
    client.open("file:///pair.json", text)
    found = {one["code"]: one for one in client.published("file:///pair.json")["diagnostics"]}
    (related,) = found["expression-json-differs"]["relatedInformation"]
    start = text.index('"currentTxn')
    assert related["location"]["range"]["start"] == place(text, start)


def test_pulled_diagnostics_are_those_that_are_pushed(client: Client) -> None:
    uri = "file:///pull.rule"
    client.open(uri, WRONG)
    pushed = client.diagnostics(uri)
    report = client.about("diagnostic", uri)
    assert (report["kind"], report["items"]) == ("full", pushed)
    again = client.about("diagnostic", uri, previousResultId=report["resultId"])
    assert again == {"kind": "unchanged", "resultId": report["resultId"]}
    client.change(uri, "currentTxn.value>5")
    changed = client.about("diagnostic", uri, previousResultId=report["resultId"])
    assert (changed["kind"], changed["items"]) == ("full", [])


def test_who_pulls_is_told_nothing_twice() -> None:
    with Client() as client:
        client.start("utf-16", textDocument={"diagnostic": {}})
        client.open("file:///a.rule", WRONG)
        report = client.about("diagnostic", "file:///a.rule")
        assert [one["code"] for one in report["items"]] == ["unknown-attribute"]
        assert client.stop() == 0
        told = [client.told.get() for _ in range(client.told.qsize())]
        assert [one for one in told if one["method"] == "textDocument/publishDiagnostics"] == []


def test_a_closed_document_has_no_diagnostics(client: Client) -> None:
    uri = "file:///closed.rule"
    client.open(uri, WRONG)
    assert client.diagnostics(uri)
    client.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert client.published(uri)["diagnostics"] == []
    assert client.at("completion", uri, 0, 0) is None
