"""Diagnostics as an editor gets them: in every language and encoding the ones that the command line reports."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.cli.command import Call
from tests.lsp.checked import of_command, of_server
from tests.lsp.client import Client, place

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
    "l2.toml": '[rules."é"]\nexpression = """currentTxn.valu>5"""',
    "m.py": "from targetexpr import compile\nx = 'é😀'; r = compile('currentTxn'\n  \".valu>5\")\n",
    "n.rule": "",
    "o.rule": '{"expression": "currentTxn.valu>5"}',
    "p.rule": "\ufeffcurrentTxn.valu>5",
    "q.json": '\ufeff{"expression": "currentTxn.valu>5"}',
}


def test_the_server_says_what_the_command_says(able: tuple[Client, str], call: Call, tmp_path: Path) -> None:
    client, encoding = able
    for name, text in TEXTS.items():
        uri = f"file:///said/{name}"
        client.open(uri, text)
        found = client.published(uri)["diagnostics"]
        expected = of_command(call, tmp_path, name, text, encoding)
        if text.startswith("\ufeff"):  # the command reads files without it, and an editor's text has it
            width = 1 if encoding != "utf-8" else 3
            expected = [(*one[:3], (0, one[3][1] + width, 0, one[3][3] + width)) for one in expected]
        assert of_server(found) == expected, name


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("a.rule", ["unknown-attribute"]),
        ("f.json", ["unknown-attribute"]),
        ("j.json", []),
        ("l2.toml", ["unknown-attribute"]),
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


PLAN = """\
name = "Wéekly"
start = 2024-01-01
every = "week"
cycles = 3
levels = [2, 9]

[[targets]]
name = "Spend"
measure = "SALES"
value = [5, 6]
rule = 'currentTxn.valu>5'
"""


@pytest.mark.parametrize(
    ("code", "word", "before", "after"),
    [
        ("level-unreachable", "9", "", ""),
        ("too-few-values", "[5, 6]", "", ""),
        ("unknown-attribute", "valu>", "", ""),
        ("no-targets", 'name = "W"', PLAN, 'name = "W"\ncycles = 1\nevery = "week"\nstart = 2024-01-01\n'),
        ("unknown-member", "valeu", "value =", "valeu ="),
        ("invalid-plan", '"SALE"', '"SALES"', '"SALE"'),
        ("invalid-plan", '"weakly"', '"week"', '"weakly"'),
    ],
)
def test_findings_of_a_plan_stand_on_their_entry(client: Client, code: str, word: str, before: str, after: str) -> None:
    text = PLAN.replace(before, after) if before else PLAN
    uri = f"file:///plans/{code}{len(text)}.toml"
    client.open(uri, text)
    found = [one for one in client.published(uri)["diagnostics"] if one["code"] == code]
    start = text.index(word)
    width = len(word.rstrip(">"))
    assert [one["range"] for one in found] == [{"start": place(text, start), "end": place(text, start + width)}]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('shelf = { type = "strng" }', '"strng"'),
        ('shelf = { typ = "string" }', "typ"),
        ("shelf = 5", "5"),
    ],
)
def test_findings_of_a_schema_stand_on_their_lines(client: Client, line: str, word: str, ending: str) -> None:
    text = f'# é 😀\n[profiles.currentTxn.attributes]\nx = "string"\n{line}\n'.replace("\n", ending)
    uri = f"file:///schemas/{len(line)}{len(ending)}.toml"
    client.open(uri, text)
    found = [one["range"] for one in client.published(uri)["diagnostics"]]
    start = text.index(word)
    assert found
    assert found[0] == {"start": place(text, start), "end": place(text, start + len(word))}


def test_other_toml_is_no_plan(client: Client) -> None:
    for number, text in enumerate(('[project]\nname = "x"\n', '[profiles.currentTxn.attributes]\nx = "string"\n')):
        client.open(f"file:///other{number}.toml", text)
        assert client.published(f"file:///other{number}.toml")["diagnostics"] == []


def test_the_language_tells_what_a_name_does_not(client: Client) -> None:
    body = '{"expression": "currentTxn.valu>5"}'
    for uri, text, language in (
        ("untitled:Untitled-1", body, "json"),
        ("file:///plan", "[rules.a]\nexpression = 'currentTxn.valu>5'", "toml"),
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


def test_a_code_links_to_its_page(client: Client) -> None:
    client.open("file:///page.json", '{"name": "W", "trackingType": "STREAKS", "targets": [{"expression": "a=1"}]}')
    found = client.published("file:///page.json")["diagnostics"]
    assert {"single-equals", "streaks-missing"} <= {one["code"] for one in found}
    for one in found:
        address = urlsplit(one["codeDescription"]["href"])
        assert address.scheme == "file"
        text = Path(unquote(address.path)).read_text(encoding="utf-8")
        assert one["code"] in text.partition("\n")[0]


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


@pytest.mark.parametrize("name", ["a.json", "a.toml"])
def test_an_error_at_a_line_break_covers_the_whole_of_it(client: Client, name: str) -> None:
    text = {"a.json": '{"t\r\nx": 1}', "a.toml": "[[targ\r\nets]]"}[name]
    client.open(f"file:///break/{name}", text)
    one = client.published(f"file:///break/{name}")["diagnostics"][0]
    start = text.index("\r")
    assert one["range"] == {"start": place(text, start), "end": {"line": 1, "character": 0}}


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
