"""Writes the pages of the guide that are generated: `python -m tests.guide.generate`. A test compares them."""

from __future__ import annotations

from pathlib import Path

from tests.guide import code_pages, reference_pages
from tests.guide.sources import GUIDE

REFERENCE = {
    "attributes": reference_pages.attributes,
    "commands": reference_pages.commands,
    "functions": reference_pages.functions,
    "python": reference_pages.library,
}
"""Pages that are made from the declarations."""


def pages() -> dict[Path, str]:
    """Every generated page, by its file."""
    made = {GUIDE / "codes" / f"{name}.md": text for name, text in code_pages.pages().items()}
    made |= {GUIDE / f"{name}.md": make() for name, make in REFERENCE.items()}
    return made | {GUIDE / "codes.md": code_pages.index()}


def stale() -> list[Path]:
    """Pages of codes that there are no more."""
    return sorted(set((GUIDE / "codes").glob("*.md")) - pages().keys())


if __name__ == "__main__":
    for path in stale():
        path.unlink()
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
