"""The JSON Schema of plans: the one place that says which keys a plan has, and what each means."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def plan_schema() -> dict[str, Any]:
    """The schema, for editors and for the guide.

    >>> sorted(plan_schema()["$defs"])
    ['period', 'target', 'unified']
    """
    path = Path(__file__).with_name("plan.schema.json")
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def plan_keys(part: str | None = None) -> tuple[str, ...]:
    """The keys of a plan, or of a part of it: `period`, `target` or `unified`.

    >>> plan_keys("unified")
    ('combination', 'total', 'at-least')
    """
    schema = plan_schema()
    return tuple((schema if part is None else schema["$defs"][part])["properties"])
