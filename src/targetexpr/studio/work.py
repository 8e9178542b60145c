"""The work that survives closing the page: one JSON file in the user's state folder, replaced as a whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

from targetexpr.base.replacing import replace_file

MOST_WORK = 1_000_000  # bytes


class WorkError(Exception):
    """The work cannot be kept or read; the text says where, why, and what becomes of it."""


class Work:
    """The rule, its event and schema, and what columns mean. What is in it is the page's business."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "work.json"

    def read(self) -> dict[str, object]:
        """What was kept last; nothing at first. Raises WorkError for a file that somebody else spoiled: it is moved."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror or error if isinstance(error, OSError) else "it is not UTF-8 text"
            return self._moved(str(reason))
        try:
            kept = json.loads(text)
        except (ValueError, RecursionError) as error:
            return self._moved(f"it is not valid JSON: {error}")
        return kept if isinstance(kept, dict) else self._moved("it is not a JSON object")

    def keep(self, kept: dict[str, object]) -> None:
        """Keeps this instead of what was there. Raises WorkError where it cannot be written."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(str(self._path), json.dumps(kept))
        except OSError as error:
            raise WorkError(
                f"Your work cannot be kept in {self._path}: {error.strerror or error}. It is lost when the page is "
                "closed; copy the rule, or free the folder and change something."
            ) from None

    def _moved(self, reason: str) -> dict[str, object]:
        aside = self._path.with_name("work-unreadable.json")
        try:
            os.replace(self._path, aside)
        except OSError as error:
            raise WorkError(
                f"The saved work in {self._path} cannot be read: {reason}. It cannot be moved either: "
                f"{error.strerror or error}."
            ) from None
        raise WorkError(f"The saved work cannot be read: {reason}. The page begins empty; the file is now {aside}.")
