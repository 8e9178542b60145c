"""The change of rows that a client asks for, out of the parameters of `targetexpr/editConditions`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import get_args

from targetexpr.ide.condition_changes import (
    Add,
    AddGroup,
    Change,
    Move,
    Negate,
    NewRow,
    Remove,
    SetList,
    SetMode,
    SetOperator,
    SetSubject,
    SetText,
    SetValue,
    Unwrap,
    Wrap,
)
from targetexpr.ide.condition_parts import Mode
from targetexpr.ide.condition_values import ValueKind
from targetexpr.lsp.parameters import as_object, invalid


def change_of(params: object) -> tuple[Change, date | None]:
    """The change, and the date that new conditions begin with. Raises JsonRpcInvalidParams for what is no change.

    >>> change_of({"what": "move", "path": [1], "to": [], "index": 0})
    (Move(path=(1,), to=(), index=0), None)
    """
    edit = as_object(params, "edit")
    return _change(_Members(edit)), _today(edit.get("today"))


def _change(edit: _Members) -> Change:
    path = edit.path("path")
    match edit.get("what"):
        case "value":
            return SetValue(path=path, place=edit.number("place"), typed=edit.text("typed"), kind=edit.kind())
        case "operator":
            return SetOperator(path=path, operator=edit.text("operator"))
        case "subject":
            return SetSubject(path=path, subject=edit.text("subject"))
        case "text":
            return SetText(path=path, text=edit.text("text"))
        case "list":
            return SetList(path=path, typed=edit.texts("typed"))
        case "add":
            mode = edit.mode() if edit.get("mode") is not None else None
            return Add(path=path, new=edit.new_row(), index=edit.place(), mode=mode)
        case "addGroup":
            second = edit.get("second")
            other = edit if second is None else _Members(as_object(second, "second"))
            return AddGroup(
                path=path, mode=edit.mode(), first=edit.new_row(), second=other.new_row(), index=edit.place()
            )
        case "remove":
            return Remove(path=path)
        case "move":
            return Move(path=path, to=edit.path("to"), index=edit.number("index"))
        case "mode":
            return SetMode(path=path, mode=edit.mode())
        case "negate":
            return Negate(path=path)
        case "wrap":
            return Wrap(path=path, mode=edit.mode(), new=edit.new_row())
        case "unwrap":
            return Unwrap(path=path)
        case other:
            raise invalid(f"`edit.what` is no change of rows: {other!r}")


class _Members:
    """The members of an edit, each of its type."""

    def __init__(self, members: Mapping[str, object]) -> None:
        self._members = members

    def get(self, name: str) -> object:
        """A member, None where it is left out."""
        return self._members.get(name)

    def text(self, name: str) -> str:
        """A string."""
        value = self.get(name)
        if not isinstance(value, str):
            raise invalid(f"`edit.{name}` is a string")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """An array of strings."""
        value = self.get(name)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise invalid(f"`edit.{name}` is an array of strings")
        return tuple(value)

    def number(self, name: str) -> int:
        """A whole number from 0."""
        value = self.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise invalid(f"`edit.{name}` is a whole number")
        return value

    def place(self) -> int | None:
        """The index among the items of a group, None for the end."""
        return None if self.get("index") is None else self.number("index")

    def path(self, name: str) -> tuple[int, ...]:
        """A path through `items`."""
        value = self.get(name)
        if not isinstance(value, list) or not all(type(one) is int and one >= 0 for one in value):
            raise invalid(f"`edit.{name}` is an array of indexes")
        return tuple(value)

    def mode(self) -> Mode:
        """All or any."""
        match self.get("mode"):
            case "all":
                return "all"
            case "any":
                return "any"
            case _:
                raise invalid('`edit.mode` is "all" or "any"')

    def kind(self) -> ValueKind | None:
        """The kind of what is typed, None where it is left out."""
        value = self.get("kind")
        known: dict[object, ValueKind] = {kind: kind for kind in get_args(ValueKind)}
        if value is not None and value not in known:
            raise invalid("`edit.kind` is a kind of value")
        return known.get(value)

    def new_row(self) -> NewRow:
        """The subject or the text of a new row."""
        given = {name: self.text(name) for name in ("subject", "text") if self.get(name) is not None}
        return NewRow(**given)


def _today(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise invalid("`edit.today` is a date, such as 2025-05-27") from None
