"""The set-ups that the guide shows for editors are well-formed, and the settings are ones that are read."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

import targetexpr
from targetexpr.console.configuration import read_configuration
from targetexpr.front import Environment
from targetexpr.guide.pages import page
from targetexpr.lsp.environments import Given
from targetexpr.lsp.features import add_features
from targetexpr.lsp.server import RuleServer
from targetexpr.lsp.snapshot import Snapshot

FENCES = re.findall(r"^```(\w+)\n(.*?)^```$", page("editors"), re.MULTILINE | re.DOTALL)
TOML = [text for kind, text in FENCES if kind == "toml"]
EXTENSION = Path(targetexpr.__file__).parent / "lsp" / "vscode"


def test_the_settings_are_read(tmp_path: Path) -> None:
    file = tmp_path / "targetexpr.toml"
    file.write_text(TOML[0], encoding="utf-8")
    found = read_configuration(str(file))
    assert found is not None
    assert found.schema == str(tmp_path / "schema.toml")
    assert (found.event, found.timezone, found.strict) == ("TransactionAdd", "Asia/Kolkata", True)
    assert (found.on, found.off) == ({"spelling"}, {"useless-wildcard"})


@pytest.mark.parametrize("text", TOML[1:], ids=lambda text: text[:30])
def test_toml_is_toml(text: str) -> None:
    assert tomllib.loads(text)


def test_each_editor_starts_the_command() -> None:
    texts = {kind: text for kind, text in FENCES if kind in ("lua", "elisp")}
    assert "cmd = { 'targetexpr', 'lsp' }" in texts["lua"]
    assert '("targetexpr" "lsp")' in texts["elisp"]
    for text in texts.values():
        bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'(?=[ ,\]}])', "", text)
        for opened, closed in ("()", "{}", "[]"):
            assert bare.count(opened) == bare.count(closed), text


def test_the_extension_and_the_server_know_the_same_languages() -> None:
    """Of each language that the extension serves, the server finds the rules; each file ending leads to its own."""
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    (listed,) = re.findall(r"^const LANGUAGES = (\[.*\]);$", (EXTENSION / package["main"]).read_text("utf-8"), re.M)
    served = json.loads(listed)
    declared = {one["id"]: one["extensions"] for one in package["contributes"]["languages"]}
    texts = {
        "json": '{"expression": "true"}',
        "toml": '[rules.a]\nexpression = "true"',
        "python": 'compile("true")',
        "targetexpr": "true",
        "targetexpr-rules": "false\ntrue",
    }
    assert set(served) == texts.keys()
    for language, text in texts.items():
        for uri in ("untitled:Untitled-1", *(f"file:///a{ending}" for ending in declared.get(language, ()))):
            found = Snapshot(uri, text, language=language, environment=Environment()).content.regions
            assert found[-1].text == "true", (uri, language)
            assert len(found) == text.count("\n") + 1 or language == "toml"
    started = {one.removeprefix("onLanguage:") for one in package["activationEvents"]}
    assert started | declared.keys() == set(served), "VS Code starts it for declared languages by itself"
    setup = next(text for kind, text in FENCES if kind == "lua")
    assert set(re.findall(r"'([\w-]+)'", re.findall(r"filetypes = {(.*)}", setup)[0])) == set(served)


def test_the_extension_has_no_commands_and_is_packed_with_its_version() -> None:
    """The server declares no commands: an action is made of edits alone, in every editor."""
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    assert "commands" not in package["contributes"]
    server = RuleServer("1", Given())
    add_features(server)
    assert not server.protocol.fm.commands
    (packed,) = [text for kind, text in FENCES if kind == "bash"]
    assert f"{package['name']}-{package['version']}.vsix" in packed
    assert package["version"] == targetexpr.__version__
    assert "npm run package" in packed
    assert package["scripts"]["package"].startswith("vsce package")


def test_the_extension_starts_the_command() -> None:
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    assert package["contributes"]["configuration"]["properties"]["targetexpr.command"]["default"] == [
        "targetexpr",
        "lsp",
    ]
    assert (EXTENSION / package["main"]).is_file()
    (settings,) = [json.loads(text) for kind, text in FENCES if kind == "jsonc"]
    assert settings["editor.codeActionsOnSave"] == {"source.fixAll.targetexpr": "explicit"}
