"""The set-ups that the guide shows for editors are well-formed, and the settings are ones that are read."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

import targetexpr
from targetexpr.console.configuration import read_configuration
from targetexpr.guide.pages import page

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


def test_the_extension_starts_the_command() -> None:
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    assert package["contributes"]["configuration"]["properties"]["targetexpr.command"]["default"] == [
        "targetexpr",
        "lsp",
    ]
    assert (EXTENSION / package["main"]).is_file()
    (settings,) = [json.loads(text) for kind, text in FENCES if kind == "jsonc"]
    assert settings["editor.codeActionsOnSave"] == {"source.fixAll.targetexpr": "explicit"}
