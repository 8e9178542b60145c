"""A diagnostic is a value: code, severity, place, message, hint and, where possible, a fix. Rendering is elsewhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from targetexpr.base.source import Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what `span` covers by `text`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair that a machine can make: what it does, in words, and the edits that do it (all or none)."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One diagnostic about one place.

    `span` counts code points of the text that was read: rule text, or the JSON document that was decoded. For
    JSON, `pointer` names the place as an RFC 6901 JSON pointer as well.
    """

    code: str  # "curly-quote"
    severity: Severity
    span: Span
    message: str  # "This is a typographic quote; strings are written with straight double quotes."
    hint: str | None = None  # what to do next, one sentence
    fix: Fix | None = None
    pointer: str | None = None  # "/operands/0/value"

    @property
    def is_error(self) -> bool:
        """Errors mean there is no tree (or no typed tree); warnings leave it usable."""
        return self.severity == "error"


class ExpressionError(ValueError):
    """A text or JSON document that is no expression. `diagnostics` holds every diagnostic, at least one an error.

    >>> from targetexpr import parse
    >>> try:
    ...     parse("currentTxn.value>")
    ... except ExpressionError as error:
    ...     print(error.diagnostics[0].code)
    unexpected-end
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], source: str | None = None) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.source = source
        super().__init__(self.diagnostics, source)

    def __str__(self) -> str:
        first = next((d for d in self.diagnostics if d.is_error), self.diagnostics[0])
        where = f" at {first.pointer or 'the top'}" if first.pointer is not None else f" at offset {first.span.start}"
        more = len(self.diagnostics) - 1
        rest = f" (and {more} more)" if more else ""
        return f"{first.message} [{first.code}{where}]{rest}"

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[tuple[Diagnostic, ...], str | None]]:
        return type(self), (self.diagnostics, self.source)


def capped(diagnostics: Iterable[Diagnostic], most: int, dropped: int = 0) -> list[Diagnostic]:
    """Sorted by place, errors first where places are equal, and cut to `most` with a last word on the rest."""
    ordered = sorted(diagnostics, key=lambda d: (d.span.start, not d.is_error, d.span.end, d.code))
    if len(ordered) + dropped <= most:
        return ordered
    kept = ordered[: max(most - 1, 0)]
    cut = ordered[len(kept) :]
    severity: Severity = "error" if any(d.is_error for d in cut) else "warning"
    last = Diagnostic(
        code="too-many-problems",
        severity=severity,
        span=cut[0].span,
        pointer=cut[0].pointer,
        message=f"There are {len(cut) + dropped} more problems from here on; only the first {len(kept)} are shown.",
        hint="Mend the ones above and check again.",
    )
    return [*kept, last]


def apply_fixes(text: str, diagnostics: Iterable[Diagnostic]) -> str:
    """`text` with the fixes of `diagnostics` made, each wholly or not at all.

    A fix that overlaps an earlier one (in the order of the text) is left out; read the result again to get it.

    >>> from targetexpr import diagnose
    >>> broken = "currentCustomer.slabName==“Gold”"
    >>> apply_fixes(broken, diagnose(broken))
    'currentCustomer.slabName=="Gold"'
    """
    chosen = _Chosen()
    made: set[tuple[str, Span, tuple[Edit, ...]]] = set()
    for diagnostic in sorted(diagnostics, key=lambda d: (d.span.start, d.span.end)):
        fix = diagnostic.fix
        if fix is None or (diagnostic.code, diagnostic.span, fix.edits) in made:
            continue
        if not any(chosen.touches(edit) for edit in fix.edits):
            made.add((diagnostic.code, diagnostic.span, fix.edits))
            chosen.add(fix.edits)
    parts: list[str] = []
    done = 0
    for edit in sorted(chosen.edits, key=lambda edit: edit.span):
        parts.append(text[done : edit.span.start])
        parts.append(edit.text)
        done = edit.span.end
    parts.append(text[done:])
    return "".join(parts)


class _Chosen:
    """Edits that go together: no two of them touch the same characters, insertions at one place keep their order."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self._starts: list[int] = []  # of what is replaced, in order; the ends stand beside
        self._ends: list[int] = []
        self._inserted: list[int] = []

    def touches(self, edit: Edit) -> bool:
        """Whether the edit shares characters with one chosen before. Two insertions never clash."""
        start, end = edit.span
        at = bisect_left(self._starts, end)
        if at and self._ends[at - 1] > start and (start < end or self._starts[at - 1] < start):
            return True
        between = bisect_right(self._inserted, start)
        return between < len(self._inserted) and self._inserted[between] < end

    def add(self, edits: Iterable[Edit]) -> None:
        """Take the edits of one fix."""
        for edit in edits:
            self.edits.append(edit)
            start, end = edit.span
            if start == end:
                insort(self._inserted, start)
            else:
                at = bisect_left(self._starts, start)
                self._starts.insert(at, start)
                self._ends.insert(at, end)
