"""Requests of the sandbox as the sources write them, answered in this process."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from targetexpr.serve.app import create_app

_PREPARED = (
    'PUT /sandbox/clock {"now": "2024-01-10T09:00:00Z"}\n'
    'PUT /sandbox/settings {"warnings": true}\n'
    "POST /v3/targetGroups "
)


def answers(text: str, group: str) -> str:
    """What the last request is refused with, or warned of, a line each; a `group` is there before the first.

    A line is `METHOD PATH BODY`; lines `Name: value` before it are its headers.
    """
    return asyncio.run(_answers(f"{_PREPARED}{' '.join(group[group.index('{') :].split())}\n{text.strip(chr(10))}"))


async def _answers(text: str) -> str:
    app = create_app()
    answer: Any = None
    headers: dict[str, str] = {}
    try:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            lines = text.splitlines()
            for line in lines:
                head, _, rest = line.partition(" ")
                if head.endswith(":"):
                    headers[head[:-1]] = rest
                    continue
                path, _, body = rest.partition(" ")
                sent = {"Content-Type": "application/json", **headers} if body or head in ("POST", "PUT") else headers
                response = await client.request(head, path, content=body.encode(), headers=sent)
                assert line is lines[-1] or response.status_code < 300, f"{line}: {response.text}"
                answer, headers = response.json(), {}
    finally:
        app.state.store.close()
    return "\n".join(_told(answer, "error") + _told(answer, "warning"))


def _told(answer: Any, severity: str) -> list[str]:
    listed = answer.get(f"{severity}s") if isinstance(answer, dict) else None
    return [f"{severity}[{_label(one)}]: {one.get('detail', one['message'])}" for one in listed or ()]


def _label(one: Any) -> str:
    return str(one["reason"]) if one["code"] is None else f"{one['reason']} {one['code']}"
