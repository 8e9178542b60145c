"""A diagnostic is a value: code, severity, span, message, hint, fixes and tags. Rendering is elsewhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from targetexpr.base.source import NO_SPAN, Span

Severity = Literal["error", "warning"]

Applicability = Literal["safe", "choice"]
"""Safe: what the author means, so that one key may apply it. Choice: one of several meanings; the author decides."""

Tag = Literal["incomplete", "prefix", "name-prefix"]
"""What an editor needs to know while a text is typed.

incomplete: something is open or still to come; any rule is like that until its last key.
prefix: wrong as it stands, but the beginning of something valid where the text ends with it (`=` of `==`).
name-prefix: the same of a name, which completion can go on with.
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what `span` covers by `text`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that a program can make: what it does, in words, and the edits that do it (all or none)."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One diagnostic about one place.

    `span` counts code points of the text that was read: rule text, or the JSON document that was decoded; it is
    NO_SPAN where there is no text. For JSON, `pointer` names the place as an RFC 6901 JSON pointer as well.
    """

    code: str  # "curly-quote"
    severity: Severity
    span: Span = NO_SPAN
    message: str  # "This is a typographic quote; strings are written with straight double quotes."
    hint: str | None = None  # what to do next, one sentence
    fixes: tuple[Fix, ...] = ()  # several where the author has to choose
    tags: frozenset[Tag] = frozenset()
    pointer: str | None = None  # "/operands/0/value"
    number: int | None = None  # 310008, the platform's error number where it documents one

    @property
    def fix(self) -> Fix | None:
        """The fix to apply without asking: the first safe one."""
        return next((fix for fix in self.fixes if fix.applicability == "safe"), None)

    @property
    def is_error(self) -> bool:
        """Errors mean there is no tree (or no typed tree); warnings leave it usable."""
        return self.severity == "error"

    def __str__(self) -> str:
        """One line: `error[single-equals] at offset 14: …`; the hint follows the message."""
        label = self.code if self.number is None else f"{self.code} {self.number}"
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.severity}[{label}]{_position(self)}: {self.message}{hint}"


def _position(diagnostic: Diagnostic) -> str:
    """The pointer where there is one, since offsets in a long JSON document say little."""
    if diagnostic.pointer is not None:
        return f" at {diagnostic.pointer or 'the top'}"
    return f" at offset {diagnostic.span.start}" if diagnostic.span.start >= 0 else ""


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
        more = len(self.diagnostics) - 1
        rest = f" (and {more} more)" if more else ""
        return f"{first.message} [{first.code}{_position(first)}]{rest}"

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
        message=f"{len(cut) + dropped} more diagnostics follow; only the first {len(kept)} are shown.",
        hint="Fix these and check again.",
    )
    return [*kept, last]


def apply_fixes(text: str, diagnostics: Iterable[Diagnostic]) -> str:
    """`text` with the safe fixes of `diagnostics` applied, each wholly or not at all.

    What needs a decision is left to the author. A fix that overlaps an earlier one (in the order of the text) is
    left out; read the result again to get it.

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
