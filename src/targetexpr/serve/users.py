"""The users that the sandbox knows."""

from __future__ import annotations

from collections.abc import Iterable

from targetexpr.serve.errors import refusal
from targetexpr.serve.rows import Rows
from targetexpr.serve.store import Store
from targetexpr.targets.model.error_numbers import INVALID_USER


def add(store: Store, ids: Iterable[str]) -> int:
    """Makes users known; how many are new."""
    with store.write() as rows:
        return rows.add_users(ids)


def check_known(rows: Rows, user: str, pointer: str | None = None) -> None:
    """Refuses a user that nothing made known; `pointer` is where the body names the user."""
    if not rows.has_user(user):
        hint = "A user is known by a record, an enrolment, or POST /sandbox/users."
        raise refusal("no-user", f"There is no user {user}.", number=INVALID_USER, pointer=pointer, hint=hint)
