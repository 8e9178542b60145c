"""What is committed as the page: that it is whole, small, and loads nothing from elsewhere."""

from __future__ import annotations

import gzip
import json
import re

from starlette.testclient import TestClient

from targetexpr.studio.static_files import FOLDER
from tests.cli.command import ROOT

WEB = ROOT / "src" / "targetexpr" / "studio" / "web"
MOST_COMPRESSED = 300_000  # bytes


def parts() -> list[str]:
    """What the page asks for, in its HTML and in its scripts."""
    html = (FOLDER / "index.html").read_text(encoding="utf-8")
    found = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    assert found, "the page has a script and a style sheet"
    for script in FOLDER.glob("*.js"):
        found += re.findall(r'import\("\./([^"]+)"\)', script.read_text(encoding="utf-8"))
    return found


def test_the_whole_page_is_small() -> None:
    compressed = {
        path.name: len(gzip.compress(path.read_bytes())) for path in FOLDER.iterdir() if path.suffix != ".txt"
    }
    assert sum(compressed.values()) <= MOST_COMPRESSED, compressed


def test_the_page_has_all_its_parts(page: TestClient) -> None:
    page.headers.pop("authorization")
    kinds = {
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "txt": "text/plain; charset=utf-8",
    }
    for name in [*parts(), "licences.txt"]:
        answer = page.get(f"/static/{name}")
        assert (answer.status_code, answer.content) == (200, (FOLDER / name).read_bytes())
        assert answer.headers["content-type"] == kinds[name.rpartition(".")[2]]
    assert {path.name for path in FOLDER.iterdir()} <= {*parts(), *chunks(), "licences.txt", "index.html"}


def chunks() -> set[str]:
    """The parts of scripts that others import."""
    scripts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")]
    return {name for text in scripts for name in re.findall(r'from"\./([^"]+\.js)"', text)}


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!/static/|data:)', html)
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html), "the page's own rules forbid scripts within it"
    for sheet in FOLDER.glob("*.css"):
        assert not re.findall(r"url\(\s*[\"']?(?!data:)", sheet.read_text(encoding="utf-8"))
    for script in FOLDER.glob("*.js"):
        assert not re.findall(r"\b(?:eval|new Function)\(", script.read_text(encoding="utf-8"))


def test_licences_of_all_that_is_bundled_stand_beside_it() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    entries = (FOLDER / "licences.txt").read_text(encoding="utf-8").partition("\n\n")[2].split(f"\n{'-' * 100}\n\n")
    found = set()
    for entry in entries:
        head, _, licence = entry.partition("\n\n")
        named = re.fullmatch(r"(\S+) (\S+) \((.+)\)", head)
        assert named is not None, head
        package = lock[f"node_modules/{named[1]}"]
        assert (package["version"], package["license"]) == (named[2], named[3])
        assert "Copyright" in licence
        found.add(named[1])
    assert {"preact", "@preact/signals", "@codemirror/view", "@codemirror/lsp-client"} <= found


def test_the_lock_names_no_hosts() -> None:
    lock = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert not re.findall(r".*://.*", lock), "npm writes `funding` and `resolved`; remove them"
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/'), "each package is known by its hash"
