"""A message as data: what a diagnostic of one code says, what to do about it, and what its fix is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from targetexpr.base.diagnostics import Diagnostic, Edit, Fix, Severity, Tag
from targetexpr.base.source import NO_SPAN, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said of one thing that can be wrong. `text` and `fix` have {braces} for what differs from case to case.

    >>> odd = Message(code="odd", text="`{name}` is odd.", hint="Use an even one.", fix="Remove `{name}`")
    >>> diagnostic = odd.at(Span(0, 2), edits=[Edit(Span(0, 2), "")], name="a1")
    >>> diagnostic.message, diagnostic.hint, diagnostic.fix.title
    ('`a1` is odd.', 'Use an even one.', 'Remove `a1`')
    """

    code: str  # "unknown-attribute"
    text: str  # "`{profile}` has no attribute `{name}`."
    hint: str | None = None  # what to do next, where it is always the same
    fix: str | None = None  # "Remove the quotes", the title of the fix that `edits` make
    severity: Severity = "error"
    tags: frozenset[Tag] = frozenset()
    number: int | None = None  # 310008, the platform's error number where it documents one

    def at(
        self,
        span: Span = NO_SPAN,
        *,
        hint: str | None = None,
        edits: Iterable[Edit] = (),
        fixes: Iterable[Fix] = (),
        pointer: str | None = None,
        **values: object,
    ) -> Diagnostic:
        """The diagnostic: a `hint` given here goes before the message's own, `fixes` stand behind the message's own.

        Edits of a tree without text (spans below zero) make no fix.
        """
        own = tuple(edits)
        if self.fix is not None and own and all(edit.span.start >= 0 for edit in own):
            fixes = (Fix(self.fix.format(**values), own), *fixes)
        return Diagnostic(
            code=self.code,
            severity=self.severity,
            span=span,
            message=self.text.format(**values),
            hint=hint if hint is not None else self.hint,
            fixes=tuple(fixes),
            tags=self.tags,
            pointer=pointer,
            number=self.number,
        )
