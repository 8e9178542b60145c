"""Diagnostics for people (the source line with a caret under the place) and for programs (plain dicts)."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TextIO

from targetexpr.base.diagnostics import Diagnostic, Fix
from targetexpr.base.source import Source, Span
from targetexpr.base.width import text_width
from targetexpr.base.wrapping import shortened, wrapped

WINDOW = 100
"""Columns of a source line that are shown; a longer line is cut round the place."""

TAB = 4
LONGEST_MESSAGE = 1_000
"""Characters of a message that are shown: names in it may have any length."""

LINES = 4
"""Source lines shown for a span of several lines; the middle of a longer one is left out."""

_COLORS = {"error": "31", "warning": "33", "help": "36", "bold": "1", "dim": "2"}


def wants_color(stream: TextIO) -> bool:
    """Colour only on a terminal, never when NO_COLOR is set or the terminal is dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def render(
    diagnostics: Iterable[Diagnostic],
    source: Source,
    *,
    color: bool = False,
    note: Callable[[Diagnostic], str] | None = None,
    width: int | None = None,
    fold: bool = False,
) -> str:
    """Diagnostics as text, one block each, with a blank line between them. `note` is put behind the place of each.

    Lines of the source are cut round the place to fit `width` columns, WINDOW unless given; `fold` breaks sentences
    between words to fit as well.

    >>> from targetexpr import diagnose
    >>> print(render(diagnose("a=1"), Source("a=1")))
    error[single-equals]: `=` does not compare; use `==`.
      --> 1:2
        |
      1 | a=1
        |  ^
      fix: Write `==`: a==1
    """
    page = _Page(source=source, color=color, width=width, fold=fold and width is not None)
    return "\n\n".join(page.block(one, note(one) if note is not None else "") for one in diagnostics)


def _bounded(message: str) -> str:
    """A sentence with a name of a million characters in it, as one that can be read."""
    return shortened(message, LONGEST_MESSAGE) if len(message) > LONGEST_MESSAGE else message


def _paint(text: str, name: str, color: bool) -> str:
    return f"\x1b[{_COLORS[name]}m{text}\x1b[0m" if color else text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What diagnostics are written on."""

    source: Source
    color: bool
    width: int | None  # columns; None where lines may have any length
    fold: bool  # whether sentences are broken between words

    def block(self, diagnostic: Diagnostic, note: str) -> str:
        """All that is said of one diagnostic."""
        head = f"{diagnostic.severity}[{diagnostic.code}]"
        lines = self._said(head, diagnostic.severity, visible_line(_bounded(diagnostic.message)), "", bold=True)
        lines.append(f"  --> {place(diagnostic, self.source)}{visible_line(note)}")
        if diagnostic.span.start >= 0:
            lines += _excerpt(diagnostic.span, self.source, diagnostic.severity, self.color, self.width)
        if diagnostic.hint:
            lines += self._said("hint", "help", visible_line(diagnostic.hint), "  ")
        return "\n".join(lines + self._fixes(diagnostic))

    def _fixes(self, diagnostic: Diagnostic) -> list[str]:
        """The safe fix, and what there is to choose from."""
        lines: list[str] = []
        if diagnostic.fix is not None:
            lines += self._fix("fix", diagnostic.fix)
        choices = [fix for fix in diagnostic.fixes if fix.applicability == "choice"]
        if len(choices) == 1:
            lines += self._fix("possible fix", choices[0])
        elif choices:
            lines.append(f"  {_paint('choose one', 'help', self.color)}:")
            for choice in choices:
                title, made = _fix_line(choice, self.source)
                lines += self._two(f"    {title}", f"    {title}", made)
        return lines

    def _fix(self, name: str, fix: Fix) -> list[str]:
        title, made = _fix_line(fix, self.source)
        return self._two(f"  {name}: {title}", f"  {_paint(name, 'help', self.color)}: {title}", made)

    def _two(self, plain: str, painted: str, made: str) -> list[str]:
        """What a fix does and what its line becomes: beside it, on a line of its own, or not where it is too long."""
        beside = f"{plain}: {made}" if made else plain
        if not self.fold or self.width is None or text_width(beside) <= self.width:
            return [f"{painted}: {made}" if made else painted]
        under = f"      {made}"
        return [f"{painted}:", under] if made and text_width(under) <= self.width else [painted]

    def _said(self, head: str, paint: str, text: str, indent: str, *, bold: bool = False) -> list[str]:
        """A sentence behind its head."""
        said = [f": {text}"]
        if self.fold and self.width is not None:
            gap = " " * text_width(f"{indent}{head}: ")
            rest = "    " if bold else gap
            lines = wrapped(f"{head}: {text}", self.width, first=indent, rest=rest)
            said = [lines[0][len(indent) + len(head) :], *lines[1:]]
        painted = [_paint(line, "bold", self.color) if bold else line for line in said]
        return [f"{indent}{_paint(head, paint, self.color)}{painted[0]}", *painted[1:]]


def place(diagnostic: Diagnostic, source: Source) -> str:
    """Where, for people: `rules.txt:1:14`, with the JSON pointer where there is one."""
    parts = [visible_line(source.name)] if source.name else []
    if diagnostic.span.start >= 0:
        line, column = source.position(diagnostic.span.start)
        parts.append(f"{line}:{column}")
    where = ":".join(parts)
    if diagnostic.pointer is not None:
        where = f"{where} at {visible_line(diagnostic.pointer) or 'the top'}".strip()
    return where


def _excerpt(span: Span, source: Source, severity: str, color: bool, width: int | None) -> list[str]:
    first = source.position(span.start).line
    last = source.position(max(span.start, span.end - 1)).line
    numbers = list(range(first, last + 1))
    shown: list[int | None] = list(numbers)
    if len(numbers) > LINES:
        shown = [*numbers[: LINES - 1], None, numbers[-1]]
    gutter = max(3, len(str(last)) + 2)
    room = WINDOW if width is None else max(width - gutter - 3, 24)
    part = room if width is None else room - 2 * len(_MORE)
    rows = [f"{'':{gutter}} |"]
    for number in shown:
        if number is None:
            rows.append(f"{'...':>{gutter}} |")
            continue
        text, marks = _line(span, source, number, room, part)
        rows.append(f"{number:>{gutter}} | {text}".rstrip())
        rows.append(f"{'':{gutter}} | {_paint(marks, severity, color)}".rstrip())
    return rows


_LONG_WORD = 24
_WORD_REST = re.compile(rf"\w{{2,{_LONG_WORD}}}+(?!\w)")
_WORD_BEGUN = re.compile(rf"(?<!\w)\w{{2,{_LONG_WORD}}}$")
_MORE = "... "
"""Where a line was cut."""


def _line(span: Span, source: Source, number: int, room: int, part: int) -> tuple[str, str]:
    """A source line as it is shown, and the carets under the part of the span that lies on it.

    A line of more than `room` columns is cut to `part` of them.
    """
    line = source.line_span(number)
    start, end = max(span.start, line.start), min(span.end, line.end)
    if end <= start:
        end = start + 1  # an empty span, and one at the end of a line, still points somewhere
    left, right = _window(source.text, Span(start, end), line, room, part)
    end = max(min(end, right), start + 1)
    cells: list[str] = []
    marks: list[str] = []
    column = 0
    for offset in range(left, max(right, start + 1)):
        char = source.text[offset] if offset < right else " "
        shown = _shown(char, column)
        width = text_width(shown)
        cells.append(shown)
        marks.append(("^" if start <= offset < end else " ") * width)
        column += width
    lead = _MORE if left > line.start else ""
    trail = f" {_MORE.rstrip()}" if right < line.end else ""
    return (lead + "".join(cells) + trail).rstrip(), " " * len(lead) + "".join(marks).rstrip()


def _window(text: str, span: Span, line: Span, room: int, part: int) -> tuple[int, int]:
    """Which part of a long line to show: all of it, or so many columns of it with the place inside."""
    if _fits(text, line.start, line.end, room) == line.end:
        return line.start, line.end
    left = _fits_before(text, span.start, line.start, part // 3)
    right = _fits(text, left, line.end, part)
    if right == line.end:
        left = _fits_before(text, right, line.start, part)
    # Words stay whole, those of a usual length.
    if left > line.start and (rest := _WORD_REST.match(text, left - 1, span.start)) is not None:
        left = rest.end()
    behind = text[max(right - _LONG_WORD, span.end) : right + 1] if right < line.end else ""
    if (begun := _WORD_BEGUN.search(behind)) is not None:
        right -= len(begun[0]) - 1
    return left, right


def _fits(text: str, start: int, end: int, room: int) -> int:
    """Where a part of a text ends that takes at most so many columns."""
    used = 0
    for offset in range(start, end):
        used += text_width(_shown(text[offset], used))
        if used > room:
            return offset
    return end


def _fits_before(text: str, end: int, start: int, room: int) -> int:
    """Where a part of a text begins that takes at most so many columns up to its end."""
    used = 0
    for offset in range(end - 1, start - 1, -1):
        used += text_width(_shown(text[offset], 0))
        if used > room:
            return offset + 1
    return start


def _shown(char: str, column: int) -> str:
    if char == "\t":
        return " " * (TAB - column % TAB)
    if char.isprintable() or unicodedata.combining(char):
        return char
    return f"<{ord(char):04X}>"


def _fix_line(fix: Fix, source: Source) -> tuple[str, str]:
    """What the fix does, and what its line becomes where that is short enough to show; else an empty text."""
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    title = visible_line(fix.title)
    if not edits:
        return title, ""
    first = source.line_span(source.position(edits[0].span.start).line)
    last = source.line_span(source.position(edits[-1].span.end).line)
    if first != last or first.end - first.start > WINDOW:
        return title, ""
    parts: list[str] = []
    done = first.start
    for edit in edits:
        parts += [source.text[done : edit.span.start], edit.text]
        done = edit.span.end
    parts.append(source.text[done : first.end])
    return title, visible_line("".join(parts)).strip()


def visible_line(text: str) -> str:
    """A text with what a terminal would act on, or could not show, spelled out."""
    return "".join(_shown(char, 0) for char in text)


def as_dict(diagnostic: Diagnostic, source: Source | None = None) -> dict[str, object]:
    """A diagnostic as plain data for JSON: spans are half-open offsets in code points, lines and columns from 1.

    `fix` is the safe fix, `fixes` are all of them with their applicability; what there is none of is left out.
    """
    out: dict[str, object] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
    }
    if diagnostic.number is not None:
        out["number"] = diagnostic.number
    if diagnostic.hint:
        out["hint"] = diagnostic.hint
    if diagnostic.pointer is not None:
        out["pointer"] = diagnostic.pointer
    if diagnostic.span.start >= 0:
        out["span"] = {"start": diagnostic.span.start, "end": diagnostic.span.end}
        if source is not None:
            for name, offset in (("start", diagnostic.span.start), ("end", diagnostic.span.end)):
                line, column = source.position(offset)
                out[name] = {"line": line, "column": column}
    if diagnostic.fix is not None:
        out["fix"] = {"title": diagnostic.fix.title, "edits": _edits_as_data(diagnostic.fix)}
    if diagnostic.fixes:
        out["fixes"] = [
            {"title": fix.title, "applicability": fix.applicability, "edits": _edits_as_data(fix)}
            for fix in diagnostic.fixes
        ]
    return out


def _edits_as_data(fix: Fix) -> list[dict[str, object]]:
    return [{"start": edit.span.start, "end": edit.span.end, "text": edit.text} for edit in fix.edits]
