"""What can be done to a rule at the press of a key: fixes of diagnostics, all of them at once, and its layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from targetexpr.base.diagnostics import Applicability, Diagnostic, Edit, apply_fixes
from targetexpr.base.source import Span
from targetexpr.ide.document import Document

if TYPE_CHECKING:
    from targetexpr.syntax.printer import TextStyle

ActionKind: TypeAlias = Literal["quick-fix", "fix-all", "restyle"]

_ROUNDS = 10  # of fixing: a fix may bring another error to light


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAction:
    """One change that is offered: what it does, in words, and the edits that do it (all or none)."""

    title: str
    kind: ActionKind
    edits: tuple[Edit, ...]
    applicability: Applicability = "safe"
    fixes: tuple[Diagnostic, ...] = ()  # the diagnostics that it is about


def code_actions(document: Document, start: int, end: int | None = None) -> list[CodeAction]:
    """What is offered for an offset, or for a range of them: the fixes of the diagnostics there first.

    >>> for action in code_actions(Document("currentTxn.value=500 and currentTxn.value<900"), 16):
    ...     print(action.kind, action.title)
    quick-fix Write `==`
    fix-all Apply all safe fixes
    """
    start = document.clamped(start)
    end = start if end is None else max(start, document.clamped(end))
    here = [one for one in document.analysis.diagnostics if one.span.start <= end and start <= one.span.end]
    found = [
        CodeAction(
            title=fix.title, kind="quick-fix", edits=fix.edits, applicability=fix.applicability, fixes=(diagnostic,)
        )
        for diagnostic in here
        for fix in diagnostic.fixes
    ]
    fixable = safely_fixable(document)
    if len(fixable) > 1:
        after = fix_all(document)
        edit = _difference(document.text, after)
        found.append(CodeAction(title="Apply all safe fixes", kind="fix-all", edits=(edit,), fixes=tuple(fixable)))
    return found + restyles(document)


def safely_fixable(document: Document) -> list[Diagnostic]:
    """The diagnostics that `fix_all` fixes first: errors where there are any with a safe fix, else warnings."""
    analysis = document.analysis
    offered = [diagnostic for diagnostic in analysis.diagnostics if diagnostic.fix is not None]
    return [diagnostic for diagnostic in offered if diagnostic.is_error] or (offered if analysis.ok else [])


def fix_all(document: Document) -> str:
    """The text with its safe fixes applied, and nothing that its author was not told of.

    A broken text is fixed until it is a rule, since one error may hide another; what is found then, in its names or its
    logic, is shown first and fixed by the next call.

    >>> fix_all(Document("currentTxn.value=>500 and currentCustomer.slabName=“Gold”"))
    'currentTxn.value>=500 && currentCustomer.slabName=="Gold"'
    >>> fix_all(Document("currentTxn.value>5 and currentTxn.value=6"))
    'currentTxn.value>5 && currentTxn.value==6'
    """
    for _ in range(_ROUNDS):
        after = Document(apply_fixes(document.text, safely_fixable(document)), document.environment)
        if after.text == document.text or document.analysis.checked is not None or after.analysis.checked is not None:
            return after.text
        document = after
    return document.text


_STYLES: tuple[tuple[TextStyle, str], ...] = (
    ("compact", "Write it without blanks"),
    ("readable", "Write it with blanks and lines"),
)


def restyles(document: Document) -> list[CodeAction]:
    """The layouts that the rule does not have yet; none for a broken one."""
    from targetexpr.syntax.printer import to_text

    checked = document.analysis.checked
    if checked is None:
        return []
    written = [(title, to_text(checked.expr, style)) for style, title in _STYLES]
    return [
        CodeAction(title=title, kind="restyle", edits=(Edit(Span(0, len(document.text)), text),))
        for title, text in written
        if text != document.text
    ]


def _difference(before: str, after: str) -> Edit:
    """The shortest edit that makes one text of another."""
    most = min(len(before), len(after))
    same = next((at for at in range(most) if before[at] != after[at]), most)
    behind = next((at for at in range(most - same) if before[-1 - at] != after[-1 - at]), most - same)
    return Edit(Span(same, len(before) - behind), after[same : len(after) - behind])
