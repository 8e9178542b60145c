"""How the columns of a table become profiles: which column holds what a rule reads, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from targetexpr.base.suggestions import suggest
from targetexpr.lang.schema.model import EXTENDED
from targetexpr.running.coercion import text_of
from targetexpr.running.program import (
    CallBasket,
    CallProfile,
    LookUp,
    Program,
    ReadAttribute,
)
from targetexpr.tables.columns import Column, ColumnType
from targetexpr.tables.errors import MissingColumns, TableError
from targetexpr.tables.lowering import looked_up_name

ColumnNames: TypeAlias = Mapping[str, str | Sequence[str]] | str | Path
"""What columns are in a rule, by their own names: `{"amount": "currentTxn.value"}`; or the path of a TOML file.

Such a file has a table `[columns]`, as `targetexpr data map` writes it, and may name the profile of all other columns.
"""

_MIXED = ColumnType(kind="mixed")


def read_names(columns: ColumnNames | None, profile: str | None) -> tuple[dict[str, tuple[str, ...]], str | None]:
    """A map of columns as names by column, and the profile of columns that are not in it.

    >>> read_names({"amount": "currentTxn.value"}, None)
    ({'amount': ('currentTxn.value',)}, None)
    """
    if columns is None:
        return {}, profile
    if isinstance(columns, str | Path):
        from targetexpr.records.map_file import read_map

        found = read_map(Path(columns).read_text(encoding="utf-8"), str(columns))
        return {name: tuple(names) for name, names in found.columns.items()}, profile or found.profile
    return {name: (names,) if isinstance(names, str) else tuple(names) for name, names in columns.items()}, profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileMap:
    """Where the columns of a table stand in the profiles of a rule.

    In this order: what `columns` says (a column's name to the name in the rule: `{"amount": "currentTxn.value"}`); a
    column named as in the rule, `currentTxn.value`; a field of a struct column, `currentTxn`; and with a `profile` a
    column of the bare name, `value`. What a method gives is a column named as the rule's reads print it.
    """

    types: Mapping[str, ColumnType]
    columns: Mapping[str, tuple[str, ...]]
    profile: str | None = None

    def __post_init__(self) -> None:
        unknown = sorted(set(self.columns) - set(self.types))
        if unknown:
            close = suggest(unknown[0], self.types)
            hint = f"; close: {', '.join(f'`{one}`' for one in close)}" if close else ""
            raise TableError(f"The table has no column `{unknown[0]}`, which `columns` names{hint}.")

    def named(self, name: str) -> Column | None:
        """The column of a name in the rule, without facts."""
        profile, _, rest = name.partition(".")
        found = self._found(profile, rest)
        if not rest.startswith(EXTENDED):
            return found
        fields = self._found(profile, "extendedFields")
        within = (
            None if fields is None or fields.kind not in ("struct", "map") else fields.within(rest[len(EXTENDED) :])
        )
        if found is None or within is None:
            return found or within
        return Column(path=found.path, type=_MIXED)  # whichever of the two a row has

    def _found(self, profile: str, rest: str) -> Column | None:
        name = f"{profile}.{rest}"
        for column, meant in self.columns.items():
            if name in meant:
                return Column(path=(column,), type=self.types[column])
        if name in self.types:
            return Column(path=(name,), type=self.types[name])
        struct = self.types.get(profile)
        if struct is not None and rest in struct.fields:
            return Column(path=(profile, rest), type=struct.fields[rest])
        if profile == self.profile and rest in self.types:
            return Column(path=(rest,), type=self.types[rest])
        return None

    def absent(self, profile: str, names: Iterable[str]) -> Column | None:
        """The struct column of a profile that may be missing in some rows; None where columns of their own hold it."""
        type_ = self.types.get(profile)
        if type_ is None or type_.kind != "struct":
            return None
        paths = [column.path for name in names if (column := self.named(name)) and name.startswith(f"{profile}.")]
        within = all(len(path) > 1 and path[0] == profile for path in paths)
        return Column(path=(profile,), type=type_) if within else None

    def check(self, program: Program) -> None:
        """Raises MissingColumns when the table lacks what a rule reads."""
        missing = [names[0] for names in needed(program) if all(self.named(name) is None for name in names)]
        if missing:
            raise MissingColumns((name, self._close(name)) for name in dict.fromkeys(missing))

    def _close(self, name: str) -> list[str]:
        profile, _, rest = name.partition(".")
        struct = self.types.get(profile)
        if struct is not None and (inner := suggest(rest, struct.fields)):
            return [f"{profile}.{one}" for one in inner]
        return suggest(name, self.types) or suggest(rest, self.types)


def needed(program: Program) -> list[tuple[str, ...]]:
    """The columns that a rule needs, by their names; of several names one is enough, the first is the usual one."""
    found: dict[tuple[str, ...], None] = {}
    for index, operation in program.operations.items():
        match operation:
            case ReadAttribute(profile=profile, name=name, computed=None):
                found[(f"{profile}.{name}",)] = None
            case ReadAttribute(profile=profile, name=name):
                found[(f"{profile}.{name}", f"{profile}.lineItems")] = None
            case CallBasket(profile=profile):
                found[(f"{profile}.lineItems",)] = None
            case CallProfile(profile=profile, meaning=meaning):
                found[(f"{profile}.{map_name(meaning)}",)] = None
            case LookUp():
                looked_up = looked_up_name(program, index)
                if looked_up is not None:
                    found[(looked_up,)] = None
    return list(found)


def places(program: Program) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The profile and the steps below it of each name that `needed` gives."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for names in needed(program):
        for name in names:
            profile, _, rest = name.partition(".")
            found[name] = profile, (rest,)
    for index, operation in program.operations.items():
        if isinstance(operation, LookUp) and (name_ := looked_up_name(program, index)) is not None:
            arguments = [text_of(program.constants[operand]) for operand in program.operands[index]]
            found[name_] = operation.profile, (operation.name, *arguments)
    return found


def map_name(meaning: str) -> str:
    """The map of a profile that a method looks into."""
    if meaning.startswith("cluster"):
        return "clusters"
    return "customFields" if meaning.startswith("customField") else "attributes"
