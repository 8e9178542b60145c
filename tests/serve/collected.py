"""The collected payloads: where each belongs, and what must be there before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from tests.serve.conftest import Client, milestone

GROUPS = "/v3/targetGroups"
MISFIT = 300004
NAME = "is-valid-name.request.json"
GONE = object()
"""In place of a value: the member is taken out."""


class Use(NamedTuple):
    """Where a payload belongs: what must be there before, the path, and the status of success."""

    path: str
    status: int
    before: Callable[[Client], object] = lambda _: None


def bare(client: Client) -> None:
    """A group of one period that has no targets yet."""
    client.made(milestone("Bare", periods=milestone()["periods"][:1], targets=None))


def unified(client: Client, members: int = 2, **more: Any) -> None:
    """A group of two periods whose targets belong together."""
    target = milestone()["targets"][0] | {"defaultValues": [{"defaultValue": 100}] * 2}
    targets = [target | {"name": f"member {place}"} for place in range(members)]
    group = milestone("Unified", trackingType="UNIFIED", combinationType="ALL", targets=targets)
    client.made(group | {"periods": group["periods"][:2]} | more)


USES = {
    "create-streak-group.request.json": Use(GROUPS, 201),
    "create-behavioural-visit-group.request.json": Use(GROUPS, 201),
    "create-targets-extended-field.request.json": Use(f"{GROUPS}/1/targets", 200, bare),
    "is-valid-name.request.json": Use(f"{GROUPS}/isValidName", 200),
}
OTHERS = {
    "create-streak-group.response.json",
    "create-targets-extended-field.response.json",
    "error-310145.response.json",
    "get-group.response.json",
    "is-valid-name.response.json",
    "update-unified-targets.request.json",
}

Wanted = list[tuple[int | None, str, str]]
"""Number, reason and pointer of every error."""


def assert_clear(answer: httpx.Response) -> None:
    assert "Traceback" not in answer.text
    assert all(one["message"] for one in answer.json()["errors"])
