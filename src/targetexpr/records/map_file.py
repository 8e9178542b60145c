"""The map of columns as a TOML file: which column is what, and how the table is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from targetexpr.base.errors import InputError
from targetexpr.base.source import Source
from targetexpr.base.tomltext import TomlError, read_toml
from targetexpr.records.columns import ColumnMap
from targetexpr.records.dialect import Dialect, delimiter_name, dialect_of
from targetexpr.records.proposals import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFile:
    """What a map says."""

    columns: ColumnMap
    profile: str | None
    dialect: Dialect
    constants: Mapping[str, object] = field(default_factory=dict)  # what each record has besides


def read_map(text: str, name: str) -> MapFile:
    """The map in a TOML text. Raises InputError with the place of what is wrong.

    >>> found = read_map('[columns]\\namount = "currentTxn.value"\\n[read]\\ndelimiter = ";"\\n', "map.toml")
    >>> found.columns, found.dialect.delimiter
    ({'amount': ('currentTxn.value',)}, ';')
    """
    try:
        data = read_toml(text)
    except TomlError as error:
        at = Source(text).position(error.span.start)
        raise InputError(f"{name}, line {at.line}, column {at.column}: {error}") from None
    unknown = [key for key in data if key not in ("columns", "read", "profile", "constants")]
    if unknown:
        raise InputError(f"{name}: unknown key `{unknown[0]}`; a map has columns, constants, read and profile")
    columns, read, constants = (data.get(key, {}) for key in ("columns", "read", "constants"))
    profile = data.get("profile")
    tables = isinstance(columns, dict) and isinstance(read, dict) and isinstance(constants, dict)
    if not tables or not isinstance(profile, str | None):
        raise InputError(f"{name}: expected the tables [columns], [constants] and [read], and a profile as a string")
    named = {str(heading): _names(names, str(heading), name) for heading, names in columns.items()}
    return MapFile(columns=named, profile=profile, dialect=dialect_of(read, f"{name}, [read]"), constants=constants)


def _names(names: object, heading: str, name: str) -> tuple[str, ...]:
    listed = names if isinstance(names, list) else [names]
    if not all(isinstance(one, str) and one for one in listed):
        raise InputError(f'{name}: `{heading}` is no name of a record, such as "currentTxn.value", and no list of them')
    return tuple(listed)


def map_text(proposals: Sequence[Proposal], dialect: Dialect, source: str, first: Sequence[str]) -> str:
    """A map as TOML, with the first cell of each column beside it; columns that are nothing are comments.

    >>> print(map_text([Proposal(heading="amount", names=("currentTxn.value",)), Proposal(heading="till", names=())],
    ...                Dialect(delimiter=";"), "bills.csv", ["620,50", "3"]))
    # Which column of bills.csv is what in a record; `targetexpr schema` lists the fields.
    [columns]
    amount = "currentTxn.value"  # 620,50
    # till = ""  # 3
    <BLANKLINE>
    # What all records have, for target groups.
    # [constants]
    # type = "TransactionAdd"
    <BLANKLINE>
    # How it is written.
    [read]
    delimiter = "semicolon"
    """
    lines = [f"# Which column of {source} is what in a record; `targetexpr schema` lists the fields.", "[columns]"]
    for proposal, cell in zip(proposals, first, strict=True):
        names = [_quoted(name) for name in proposal.names]
        value = '""' if not names else names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        shown = " ".join(cell.split())
        beside = f"  # {shown[:40]}" if shown.isprintable() and shown else ""
        lines.append(f"{'' if names else '# '}{_key(proposal.heading)} = {value}{beside}")
    if not any("type" in proposal.names for proposal in proposals):
        lines += ["", "# What all records have, for target groups.", "# [constants]", '# type = "TransactionAdd"']
    given = {one.name: getattr(dialect, one.name) for one in fields(Dialect)}
    if given["delimiter"] is not None:
        given["delimiter"] = delimiter_name(given["delimiter"])
    said = [
        f"{name} = {value if isinstance(value, int) else _quoted(value)}"
        for name, value in given.items()
        if value is not None
    ]
    return "\n".join([*lines, *(["", "# How it is written.", "[read]", *said] if said else [])])


def _key(heading: str) -> str:
    plain = heading.isascii() and heading.replace("_", "").replace("-", "").isalnum()
    return heading if plain else _quoted(heading)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
