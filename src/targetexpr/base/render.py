"""Diagnostics for people (the source line with a caret under the place) and for programs (plain dicts)."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable
from typing import TextIO

from targetexpr.base.diagnostics import Diagnostic, Fix
from targetexpr.base.source import Source, Span
from targetexpr.base.width import text_width

WINDOW = 100
"""Columns of a source line that are shown; a longer line is cut round the place."""

TAB = 4
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
) -> str:
    """Diagnostics as text, one block each, with a blank line between them. `note` is put behind the place of each.

    >>> from targetexpr import diagnose
    >>> print(render(diagnose("a=1"), Source("a=1")))
    error[single-equals]: `=` does not compare; use `==`.
      --> 1:2
        |
      1 | a=1
        |  ^
      fix: Write `==`: a==1
    """
    return "\n\n".join(_block(one, source, color, note(one) if note is not None else "") for one in diagnostics)


def _paint(text: str, name: str, color: bool) -> str:
    return f"\x1b[{_COLORS[name]}m{text}\x1b[0m" if color else text


def _block(diagnostic: Diagnostic, source: Source, color: bool, note: str) -> str:
    head = _paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity, color)
    lines = [
        f"{head}{_paint(': ' + visible_line(diagnostic.message), 'bold', color)}",
        f"  --> {place(diagnostic, source)}{note}",
    ]
    if diagnostic.span.start >= 0:
        lines += _excerpt(diagnostic.span, source, diagnostic.severity, color)
    if diagnostic.hint:
        lines.append(f"  {_paint('hint', 'help', color)}: {visible_line(diagnostic.hint)}")
    lines += _fix_lines(diagnostic, source, color)
    return "\n".join(lines)


def _fix_lines(diagnostic: Diagnostic, source: Source, color: bool) -> list[str]:
    """The safe fix, and what there is to choose from."""
    lines: list[str] = []
    if diagnostic.fix is not None:
        lines.append(f"  {_paint('fix', 'help', color)}: {_fix_line(diagnostic.fix, source)}")
    choices = [_fix_line(fix, source) for fix in diagnostic.fixes if fix.applicability == "choice"]
    if len(choices) == 1:
        lines.append(f"  {_paint('possible fix', 'help', color)}: {choices[0]}")
    elif choices:
        lines.append(f"  {_paint('choose one', 'help', color)}:")
        lines += [f"    {choice}" for choice in choices]
    return lines


def place(diagnostic: Diagnostic, source: Source) -> str:
    """Where, for people: `rules.txt:1:14`, with the JSON pointer where there is one."""
    parts = [source.name] if source.name else []
    if diagnostic.span.start >= 0:
        line, column = source.position(diagnostic.span.start)
        parts.append(f"{line}:{column}")
    where = ":".join(parts)
    if diagnostic.pointer is not None:
        where = f"{where} at {visible_line(diagnostic.pointer) or 'the top'}".strip()
    return where


def _excerpt(span: Span, source: Source, severity: str, color: bool) -> list[str]:
    first = source.position(span.start).line
    last = source.position(max(span.start, span.end - 1)).line
    numbers = list(range(first, last + 1))
    shown: list[int | None] = list(numbers)
    if len(numbers) > LINES:
        shown = [*numbers[: LINES - 1], None, numbers[-1]]
    gutter = max(3, len(str(last)) + 2)
    rows = [f"{'':{gutter}} |"]
    for number in shown:
        if number is None:
            rows.append(f"{'...':>{gutter}} |")
            continue
        text, marks = _line(span, source, number)
        rows.append(f"{number:>{gutter}} | {text}".rstrip())
        rows.append(f"{'':{gutter}} | {_paint(marks, severity, color)}".rstrip())
    return rows


def _line(span: Span, source: Source, number: int) -> tuple[str, str]:
    """A source line as it is shown, and the carets under the part of the span that lies on it."""
    line = source.line_span(number)
    start, end = max(span.start, line.start), min(span.end, line.end)
    if end <= start:
        end = start + 1  # an empty span, and one at the end of a line, still points somewhere
    left, right = _window(Span(start, end), line)
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
    lead = "... " if left > line.start else ""
    trail = " ..." if right < line.end else ""
    return (lead + "".join(cells) + trail).rstrip(), " " * len(lead) + "".join(marks).rstrip()


def _window(span: Span, line: Span) -> tuple[int, int]:
    """Which part of a long line to show: all of it, or WINDOW characters with the place inside."""
    if line.end - line.start <= WINDOW:
        return line.start, line.end
    left = max(line.start, min(span.start - WINDOW // 3, line.end - WINDOW))
    return left, min(line.end, left + WINDOW)


def _shown(char: str, column: int) -> str:
    if char == "\t":
        return " " * (TAB - column % TAB)
    if char.isprintable() or unicodedata.combining(char):
        return char
    return f"<{ord(char):04X}>"


def _fix_line(fix: Fix, source: Source) -> str:
    """What the fix does and what its line becomes, where that is short enough to show."""
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    if not edits:
        return fix.title
    first = source.line_span(source.position(edits[0].span.start).line)
    last = source.line_span(source.position(edits[-1].span.end).line)
    if first != last or first.end - first.start > WINDOW:
        return fix.title
    parts: list[str] = []
    done = first.start
    for edit in edits:
        parts += [source.text[done : edit.span.start], edit.text]
        done = edit.span.end
    parts.append(source.text[done : first.end])
    return f"{fix.title}: {visible_line(''.join(parts)).strip()}"


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
