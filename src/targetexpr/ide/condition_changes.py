"""What can be done to the rows of a rule: each change by the path of the row or group that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.ide.condition_parts import Mode
from targetexpr.ide.condition_values import ValueKind

Path: TypeAlias = tuple[int, ...]


class ConditionError(InputError):
    """A change that cannot be made: the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A condition that is not there yet: about a subject, or as it is written."""

    subject: str = ""  # "currentTxn.value", "currentTxn.basketSum"
    text: str = ""  # "currentTxn.value>500"; comes before the subject


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValue:
    """Something else was typed into a box."""

    path: Path
    place: int
    typed: str
    kind: ValueKind | None = None  # of what is typed, None for what the box holds


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOperator:
    """Something else is said of the subject."""

    path: Path
    operator: str  # an id: ">=", "contains", "!contains"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSubject:
    """The same is said of something else, as far as it can be."""

    path: Path
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetText:
    """A row is written anew."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetList:
    """A group that is a list has other values."""

    path: Path
    typed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """A row is added to a group, at the end where no index is given."""

    path: Path
    new: NewRow
    index: int | None = None
    mode: Mode | None = None  # how a group of one and the new row hold together


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGroup:
    """A group of two rows is added to a group."""

    path: Path
    mode: Mode
    first: NewRow
    second: NewRow
    index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """A row or a group is taken out."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A row or a group goes to another place; the index counts with it still where it was."""

    path: Path
    to: Path  # the group
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """All of a group must hold, or any."""

    path: Path
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate:
    """A row or a group is turned round: it holds where it did not."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrap:
    """A row or a group becomes the first of a new group, beside a new row."""

    path: Path
    mode: Mode
    new: NewRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrap:
    """The rows of a group become rows of the group around it."""

    path: Path


Change: TypeAlias = (
    SetValue
    | SetOperator
    | SetSubject
    | SetText
    | SetList
    | Add
    | AddGroup
    | Remove
    | Move
    | SetMode
    | Negate
    | Wrap
    | Unwrap
)
