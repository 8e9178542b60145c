"""The seed's request of a streak group, changed in one place or another, and the diagnostics of what comes out."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from targetexpr.targets import validate

PAYLOADS = Path(__file__).parent.parent / "data" / "payloads"
SEED = json.loads((PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8"))

PLATFORM = {300004, 310008, 310033, 310069, 310092, 310094, 310132, 310133, 310146, 310147}
"""The numbers a create call is documented to answer with."""


def body(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SEED), **changes}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    made: Any = body()
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    found: dict[str, Any] = made
    return found


def errors(made: Any, **options: Any) -> list[Any]:
    return [each for each in validate(made, **options) if each.severity == "error"]


def at(found: list[Any], pointer: str) -> Any:
    here = [each for each in found if each.pointer == pointer]
    assert here, f"nothing at {pointer}: {[(each.pointer, each.code) for each in found]}"
    for each in here:
        assert each.code
        assert not each.message[0].islower()
        assert len(each.message) > 10
    return here[0]
