"""Settings of a project in the server: told when wrong, overruled by options, read again when they change."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import PATIENCE
from tests.lsp.client import Client

FIELD = '[profiles.currentTxn.attributes]\nshelf = { type = "string", doc = "Where it stood." }\n'
RULE = 'currentTxn.shelf=="top"'


def codes(client: Client, uri: str) -> list[str]:
    return [one["code"] for one in client.published(uri)["diagnostics"]]


def test_a_changed_schema_checks_open_documents_again(tmp_path: Path) -> None:
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    uri = (tmp_path / "a.rule").as_uri()
    with Client() as client:
        client.start("utf-16", **watching)
        registered = client.told.get(timeout=PATIENCE)
        assert registered["method"] == "client/registerCapability"
        client.send({"id": registered["id"], "result": None})
        client.open(uri, RULE)
        assert codes(client, uri) == ["unknown-attribute"]
        (tmp_path / "mine.toml").write_text(FIELD)
        (tmp_path / "targetexpr.toml").write_text('schema = "mine.toml"\n')
        client.tell("workspace/didChangeWatchedFiles", {"changes": []})
        assert codes(client, uri) == []
        (tmp_path / "mine.toml").write_text(FIELD.replace("shelf", "shelfNumber"))
        client.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
        assert codes(client, uri) == ["unknown-attribute"]
        assert client.stop() == 0


def test_a_wrong_file_is_told_once_and_the_rest_works(tmp_path: Path) -> None:
    (tmp_path / "targetexpr.toml").write_text('schema = "none.toml"\n')
    with Client() as client:
        client.start("utf-16")
        for name in ("a.rule", "b.rule"):
            client.open((tmp_path / name).as_uri(), "currentTxn.valu>5")
        shown = client.told.get(timeout=PATIENCE)
        assert shown["method"] == "window/showMessage"
        assert "cannot read" in shown["params"]["message"]
        assert codes(client, (tmp_path / "b.rule").as_uri()) == ["unknown-attribute"]
        assert client.stop() == 0
        left = [client.told.get() for _ in range(client.told.qsize())]
        assert [one for one in left if one["method"] == "window/showMessage"] == []


def test_options_come_first(tmp_path: Path) -> None:
    (tmp_path / "targetexpr.toml").write_text('schema = "mine.toml"\n')
    (tmp_path / "mine.toml").write_text(FIELD)
    uri = (tmp_path / "a.rule").as_uri()
    with Client("--no-config") as client:
        client.start("utf-16").open(uri, RULE)
        assert codes(client, uri) == ["unknown-attribute"]
        assert client.stop() == 0
