"""How a terminal shows a page of the guide: no marks, paragraphs filled, tables in columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from targetexpr.base.width import text_width

_WIDEST = 100  # columns of a line of prose
_FENCE = "```"


def plain(markdown: str, width: int) -> str:
    """A page as a terminal of so many columns shows it: no marks, paragraphs filled, tables in columns.

    >>> print(plain("# Dates\\n\\nA *date* is `null` or\\na day.\\n\\n```json\\n{}\\n```\\n", 40))
    DATES
    <BLANKLINE>
    A date is null or a day.
    <BLANKLINE>
        {}
    """
    width = max(20, min(width, _WIDEST))
    return "\n\n".join(filled for block in _blocks(markdown) if (filled := _shown(block, width)))


def _blocks(markdown: str) -> Iterator[list[str]]:
    """The parts between blank lines; a fence is one part whatever is in it."""
    block: list[str] = []
    fenced = False
    for line in markdown.splitlines():
        if line.startswith(_FENCE):
            fenced = not fenced
        if line.strip() or fenced:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _shown(block: Sequence[str], width: int) -> str:
    first = block[0]
    if first.startswith(_FENCE):
        return "\n".join(f"    {line}".rstrip() for line in block[1:-1])
    if first.startswith("# "):
        return "\n".join(_fill(_bare(first[2:]).upper(), width))
    if first.startswith("#"):
        title = _fill(_bare(first.lstrip("# ")), width)
        line = "=" if first.startswith("## ") else "-"
        return "\n".join((*title, line * max(map(text_width, title))))
    if first.startswith("|"):
        return _table([_cells(line) for line in block if not re.fullmatch(r"[|: -]+", line)], width)
    if _ITEM.match(first):
        return "\n".join(line for item in _items(block) for line in _item_lines(item, width))
    return "\n".join(_fill(_bare(" ".join(line.strip() for line in block)), width))


_ITEM = re.compile(r"(?:[-*]|\d+\.) ")


def _items(block: Sequence[str]) -> Iterator[str]:
    """The items of a list, each on one line."""
    item = ""
    for line in block:
        if _ITEM.match(line) and item:
            yield item
            item = ""
        item = f"{item} {line.strip()}" if item else line
    yield item


def _item_lines(item: str, width: int) -> Iterator[str]:
    mark, _, text = item.partition(" ")
    indent = len(mark) + 1
    for at, line in enumerate(_fill(_bare(text), width - indent)):
        yield f"{mark} {line}" if not at else " " * indent + line


def _bare(text: str) -> str:
    """Without the marks of code, emphasis and links."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"(?<!\w)\*{1,2}(\S(?:[^*]*\S)?)\*{1,2}(?!\w)", r"\1", text).replace("`", "")


def _cells(row: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", row.strip().strip("|"))
    return [_bare(cell.strip().replace("\\|", "|")) for cell in cells]


_GAP = 2  # columns between two columns of a table


def _table(rows: Sequence[Sequence[str]], width: int) -> str:
    """In columns, cells that are too wide in several lines; one cell under another where that does not fit."""
    columns = list(zip(*rows, strict=False))
    widest = [max(map(text_width, column)) for column in columns]
    least = [max((text_width(word) for cell in column for word in cell.split()), default=0) for column in columns]
    room = width - _GAP * (len(columns) - 1)
    if sum(least) > room:
        return "\n".join(line for row in rows[1:] for line in _entry(row, width))
    widths = _shared(widest, least, room)
    line = ["-" * max(map(text_width, _fill(cell, width))) for cell, width in zip(rows[0], widths, strict=False)]
    return "\n".join(line for row in (rows[0], line, *rows[1:]) for line in _row(row, widths))


def _shared(widest: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The width of each column: all that it wants if that fits, else a share of what is left over its longest word."""
    wanted = sum(widest) - sum(least)
    left = room - sum(least)
    if wanted <= left:
        return list(widest)
    return [some + (most - some) * left // wanted for most, some in zip(widest, least, strict=True)]


def _row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [_fill(cell, width) for cell, width in zip(row, widths, strict=False)]
    for at in range(max(map(len, cells))):
        parts = [cell[at] if at < len(cell) else "" for cell in cells]
        padded = (part + " " * (width - text_width(part) + _GAP) for part, width in zip(parts, widths, strict=False))
        yield "".join(padded).rstrip()


def _entry(row: Sequence[str], width: int) -> Iterator[str]:
    yield from _fill(row[0], width)
    for cell in row[1:]:
        yield from (f"    {line}" for line in _fill(cell, width - 4))


def _fill(text: str, width: int) -> list[str]:
    """Words in lines of so many columns; a word that is longer has a line of its own."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and text_width(line) + 1 + text_width(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines or [""]
