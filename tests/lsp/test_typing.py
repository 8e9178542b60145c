"""The server while documents change: never behind the editor, never waiting, never wrong about the text."""

from __future__ import annotations

import logging
import random
from pathlib import Path

import pytest

from targetexpr.lsp.environments import Given
from targetexpr.lsp.protocol import ContentModified
from targetexpr.lsp.server import RuleServer
from tests.cli.command import Call
from tests.lsp.checked import of_command, of_server
from tests.lsp.client import Client, Refused, place

BIG = "&&".join(f"currentTxn.value>{number}" for number in range(10_000))
LARGE = "&&".join(f"currentTxn.value>{number}" for number in range(2_000))  # enough to be worked on in a thread


def test_a_request_that_is_cancelled_is_refused(client: Client) -> None:
    uri = "file:///cancelled.rule"
    client.open(uri, LARGE)
    with client.together():
        request = client.request("textDocument/codeAction", _all_actions(uri))
        client.tell("$/cancelRequest", {"id": request})
    with pytest.raises(Refused) as refused:
        client.answer(request)
    assert refused.value.code == -32800
    client.tell("$/cancelRequest", {"id": 4711})
    client.tell("$/cancelRequest", {"id": request})
    assert client.at("hover", uri, 0, 14)["contents"]["value"].startswith("currentTxn.value : real")
    client.close(uri)


def _all_actions(uri: str) -> dict[str, object]:
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    return {"textDocument": {"uri": uri}, "range": whole, "context": {"diagnostics": []}}


def test_others_do_not_wait_for_a_large_document(client: Client) -> None:
    small, big = "file:///beside.rule", "file:///big.rule"
    client.open(small, "currentTxn.value>5")
    client.diagnostics(small)
    client.at("completion", small, 0, 11)
    place = {"textDocument": {"uri": small}, "position": {"line": 0, "character": 11}}
    with client.together():
        client.open(big, BIG)
        requests = [client.request("textDocument/completion", place) for _ in range(10)]
    assert all(client.answer(request)["items"] for request in requests)
    assert client.diagnostics(big)
    told = len(client.came) - client.came[::-1].index("textDocument/publishDiagnostics") - 1
    assert max(map(client.came.index, requests)) < told, "all are answered before the large document is"
    client.close(big)


def test_what_is_told_is_about_the_text_that_is_shown(client: Client) -> None:
    uri = "file:///shown.rule"
    client.open(uri, LARGE + "&&currentTxn.valu>5")
    with client.together():
        answer = client.request("textDocument/semanticTokens/full", {"textDocument": {"uri": uri}})
        client.change(uri, LARGE + "&&a=1")
        client.change(uri, "currentTxn.valu>5")
    with pytest.raises(Refused) as refused:
        client.answer(answer)
    assert refused.value.code == -32801, "the content was modified"
    assert [one["code"] for one in client.diagnostics(uri)] == ["unknown-attribute"]


def test_that_a_text_has_changed_meanwhile_is_no_news_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    RuleServer("0", Given())
    for error in (ContentModified(), ValueError("a fault")):
        try:
            raise error
        except Exception:
            logging.getLogger("pygls.protocol.json_rpc").exception("Exception of %s", type(error).__name__)
    assert caplog.messages == ["Exception of ValueError"]


def test_changes_of_parts_are_understood(client: Client) -> None:
    uri = "file:///parts.rule"
    text = '"😀\u2028"==currentTxn.value\n&&true'
    client.open(uri, text)
    client.versions[uri] = 2
    start = text.index("value")
    change = {
        "range": {"start": place(text, start), "end": place(text, start + len("value\n&&"))},
        "text": "number&&",
    }
    document = {"uri": uri, "version": 2}
    client.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    assert "unknown-attribute" not in {one["code"] for one in client.diagnostics(uri)}
    found = client.at("hover", uri, 0, place(text, start + 3)["character"])
    assert found["contents"]["value"].startswith("currentTxn.number : string")


PIECES = (
    "currentTxn.value", "currentTxn.valu", ">5", "&&", "||", "(", ")", '"', "\\", "😀", "\u2028", "\n", "\r\n", "=",
    '{"expression": "', '"}', "[", "]", ",", "rule = '", "'", "[[targets]]\n", "compile(", "#", '\\"', "\\u00e9", "é",
    "true", " ", "\t", "\x0c", "\x85", "currentCustomer.slabName==", "null", ":", '"targets"', "{", "}", "1",
)  # fmt: skip
STARTS = {
    "a.rule": 'currentTxn.value>5&&currentCustomer.slabName=="Gold"',
    "b.rules": "currentTxn.value>5\ntrue\n",
    "c.json": '{"name": "x", "targets": [{"expression": "currentTxn.value>5"}]}',
    "d.toml": "[[targets]]\nname = 'x'\nrule = 'currentTxn.value>5'\n",
    "e.py": "from targetexpr import compile\nrule = compile('currentTxn.value>5')\n",
}


def edits(text: str, chance: random.Random) -> str:
    """A text after an edit as people make them: something typed, taken away or pasted over."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((0, 0, 0, 1, 1, 5, 20)))
    return text[:start] + chance.choice((*PIECES, "", "")) + text[end:]


def follow(client: Client, call: Call, folder: Path, sequences: int, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(sequences):
        name = chance.choice(list(STARTS))
        uri, text = f"file:///{number}/{name}", STARTS[name]
        client.open(uri, text)
        for _ in range(chance.randrange(1, 8)):
            text = edits(text, chance)
            client.change(uri, text)
            if chance.random() < 0.3:
                at = place(text, chance.randrange(len(text) + 1))
                method = chance.choice(("completion", "hover", "signatureHelp"))
                client.at(method, uri, *at.values())
                client.actions(uri, at, at)
                client.about(chance.choice(("semanticTokens/full", "documentSymbol")), uri)
                client.about("selectionRange", uri, positions=[at])
                client.about("formatting", uri, options={"tabSize": 4, "insertSpaces": True})
        found = of_server(client.diagnostics(uri))
        assert found == of_command(call, folder, name, text), (seed, number, name, text)
        client.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert client.stop() == 0
    told = [client.told.get() for _ in range(client.told.qsize())]
    assert [one for one in told if one["method"] != "textDocument/publishDiagnostics"] == []


def test_random_edits(call: Call, tmp_path: Path) -> None:
    with Client() as client:
        follow(client.start("utf-16"), call, tmp_path, 40, 1)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_many_random_edits(call: Call, tmp_path: Path) -> None:
    with Client() as client:
        follow(client.start("utf-16"), call, tmp_path, 10_000, 2)
