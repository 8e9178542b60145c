"""The page at /docs: every operation, readable without a network, a script or an asset from elsewhere.

Swagger UI would be fetched from the net, or be a megabyte and a half of script in the package, for a page that is
read once.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from targetexpr.serve.response_headers import policy_of_page

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{background:#f4f4f4;padding:.75rem;overflow:auto;border-radius:4px}
details{border:1px solid #d5d5d5;border-radius:4px;margin:.5rem 0;padding:.5rem .75rem}summary{cursor:pointer}
b.m{display:inline-block;min-width:4.5rem;font-family:ui-monospace,monospace}table{border-collapse:collapse}
td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}h3{margin:.75rem 0 .25rem;font-size:1rem}
@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#16181a}pre{background:#23262a}a{color:#8ab4f8}
details{border-color:#44484d}}
"""

POLICY_OF_PAGE = policy_of_page(_STYLE)


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    operations = [
        _operation(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()
    ]
    schemas = [
        _details(f'<span id="{escape(name)}"><code>{escape(name)}</code></span>', _schema(shape))
        for name, shape in sorted(document["components"]["schemas"].items())
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])} "
        'The same as a document for programs: <a href="openapi.json">openapi.json</a>.</p>'
        f"<h2>Operations</h2>{''.join(operations)}<h2>Schemas</h2>{''.join(schemas)}</html>"
    )


def _operation(path: str, method: str, one: dict[str, Any]) -> str:
    title = f'<b class="m">{method.upper()}</b> <code>{escape(path)}</code> {escape(one["summary"])}'
    parts = [f"<p>{escape(one.get('description', ''))}</p>"]
    if one.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{escape(each['name'])}</code></td><td>{each['in']}</td>"
            f"<td>{escape(_kind(each['schema']))}</td><td>{escape(each.get('description', ''))}</td></tr>"
            for each in one["parameters"]
        )
        parts.append(f"<h3>Parameters</h3><table>{rows}</table>")
    for kind, content in one.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<h3>Body, {escape(kind)}</h3>{_schema(content['schema'])}")
        if "example" in content:
            parts.append(f"<h3>For example</h3>{_written(content['example'])}")
    rows = "".join(
        f"<tr><td><code>{escape(code)}</code></td><td>{escape(answer['description'])}</td><td>{_links(answer)}</td></tr>"
        for code, answer in sorted(one["responses"].items())
    )
    parts.append(f"<h3>Answers</h3><table>{rows}</table>")
    return _details(title, "".join(parts))


def _details(title: str, inner: str) -> str:
    return f"<details><summary>{title}</summary>{inner}</details>"


def _kind(schema: dict[str, Any]) -> str:
    return str(schema.get("type", "any")) + (f", {schema['default']} unless given" if "default" in schema else "")


def _links(value: object) -> str:
    """Links to every schema that is named somewhere in a value."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("$ref"), str):
                found.append(one["$ref"].rsplit("/", 1)[-1])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return ", ".join(f'<a href="#{escape(name)}"><code>{escape(name)}</code></a>' for name in dict.fromkeys(found))


def _schema(shape: dict[str, Any]) -> str:
    links = _links(shape)
    return (f"<p>{links}</p>" if links else "") + _written(shape)


def _written(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
