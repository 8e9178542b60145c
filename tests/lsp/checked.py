"""What the command line says of a text, in the protocol's places: what the server must say as well."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.cli.command import Call
from tests.lsp.client import place

Told = tuple[str, int, str, tuple[int, ...]]
"""Code, severity, message and place of a diagnostic."""

_SEVERITIES = {"error": 1, "warning": 2}


def of_command(call: Call, folder: Path, name: str, text: str, encoding: str = "utf-16") -> list[Told]:
    """What `check` says of a file, and `target check` of the bodies in it, each thing once."""
    file = folder / name
    file.write_bytes(text.encode("utf-8"))
    text = text.removeprefix("\ufeff")
    done = call("check", "--output", "json", "-f", str(file))
    results = done.data["results"] if done.out else []
    found = {_told(one, text, encoding) for result in results for one in result["diagnostics"]}
    if name.endswith(".json") or _is_plan(name, text):
        done = call("target", "check", "--output", "json", "-f", str(file))
        bodies = done.data["results"]
        if name.endswith(".toml") or any(body["kind"] is not None for body in bodies):
            found |= {_told(one, text, encoding) for body in bodies for one in body["diagnostics"]}
    return sorted(found)


def _is_plan(name: str, text: str) -> bool:
    """Whether a TOML text is a plan, by what the guide says of plans."""
    if not name.endswith(".toml"):
        return False
    try:
        return not tomllib.loads(text).keys().isdisjoint(("targets", "cycles", "levels"))
    except ValueError:
        return False


def _told(one: dict[str, Any], text: str, encoding: str) -> Told:
    span = one.get("documentSpan", one.get("span", {"start": 0, "end": 0}))
    hint = f"\n{one['hint']}" if one.get("hint") else ""
    where = (*place(text, span["start"], encoding).values(), *place(text, span["end"], encoding).values())
    return one["code"], _SEVERITIES[one["severity"]], one["message"] + hint, where


def of_server(diagnostics: list[dict[str, Any]]) -> list[Told]:
    """What the server says."""
    return sorted(
        {
            (
                one["code"],
                one["severity"],
                one["message"],
                (*one["range"]["start"].values(), *one["range"]["end"].values()),
            )
            for one in diagnostics
        }
    )
