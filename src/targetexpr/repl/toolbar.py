"""The lines under the prompt: what is wrong, or which argument is being typed; the types of all and of what is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from targetexpr.base.wrapping import shortened
from targetexpr.ide.diagnostics import diagnostic_at, is_name_begun, is_pending
from targetexpr.ide.document import Document
from targetexpr.repl.commands import COMMANDS
from targetexpr.repl.highlight import rule_start
from targetexpr.repl.live import AT_ONCE
from targetexpr.repl.session import Session, as_command

if TYPE_CHECKING:
    from targetexpr.ide.hover import Hover
    from targetexpr.ide.signature_help import SignatureHelp

# The first prompt comes before the first key: what only keys need is imported by them.

_LONGEST = 40  # characters of the part of the rule that is told of


def toolbar(
    session: Session, document: Document, known: Document, text: str, at: int, width: int
) -> StyleAndTextTuples:
    """Two lines, cut to the width of the screen, about a text whose rule is `document`.

    `known` is the newest document that is analyzed: the same one, or one before, which speaks while that is awaited.
    """
    if text.lstrip().startswith(":") and not _holds_rule(text):
        return _cut(_command(text), width)
    here = at - rule_start(text)
    if not document.text.strip():
        return [*_cut([("class:bar.quiet", _at_rest(session, None))], width), ("", "\n"), *_cut(_state(session), width)]
    from targetexpr.ide.signature_help import signature_help

    errors = [one for one in known.analysis.diagnostics if one.is_error and not is_pending(known, one)]
    signature = None if errors else signature_help(document, here)
    first = _trouble(session, known, here) if signature is None else _signature(signature)
    second = [*_key(known, here), *_types(document, known, here), *_state(session)]
    return [*_cut(first, width), ("", "\n"), *_cut(second, width)]


def _holds_rule(text: str) -> bool:
    words = text.lstrip()[1:].split(maxsplit=1)
    return len(words) == 2 and words[0] in COMMANDS and COMMANDS[words[0]].completes == "rule"


def _command(text: str) -> StyleAndTextTuples:
    words = text.lstrip()[1:].split()
    command = COMMANDS.get(words[0]) if words else None
    if command is None:
        return [("class:bar.quiet", "a command; Tab shows them, :help explains them")]
    return [("class:bar.here", command.usage), ("class:bar.quiet", f"  {command.doc}")]


def _trouble(session: Session, known: Document, at: int) -> StyleAndTextTuples:
    diagnostic = diagnostic_at(known, at)
    if diagnostic is None:
        return [("class:bar.quiet", _at_rest(session, known))]
    if is_name_begun(known, diagnostic):
        return [("class:bar.quiet", "a name is begun here; Tab shows how it can go on")]
    style = "class:bar.quiet" if is_pending(known, diagnostic) else f"class:bar.{diagnostic.severity}"
    hint = f" {as_command(diagnostic.hint)}" if diagnostic.hint and diagnostic.fix is None else ""
    return [(style, f"{diagnostic.message}{hint}")]


def _key(known: Document, at: int) -> StyleAndTextTuples:
    """The key that fixes what is told, and how much more there is."""
    from targetexpr.ide.code_actions import safely_fixable

    diagnostic = diagnostic_at(known, at)
    if diagnostic is None or is_pending(known, diagnostic):
        return []
    count, fixable = len(known.analysis.diagnostics), safely_fixable(known)
    total: StyleAndTextTuples = [("class:bar.quiet", f"({count} diagnostics)  ")] if count > 1 else []
    if not fixable:
        return total
    if diagnostic.fix is None or diagnostic not in fixable:
        title = f"fixes {len(fixable)} of them"
    else:
        title = diagnostic.fix.title + (f", and fixes {len(fixable) - 1} more" if len(fixable) > 1 else "")
    return [("class:bar.key", "F2"), ("", f" {title}  "), *total]


def _at_rest(session: Session, known: Document | None) -> str:
    """What to say when nothing is wrong: what Enter will do, or how to begin."""
    if known is None or known.analysis.checked is None:
        return "type a rule, or :help"
    if session.state.records is None:
        return "Enter checks it; with `:load FILE`, or `:set NAME VALUE`, it is evaluated too"
    return f"Enter evaluates it for {session.where()}"


def _signature(help_: SignatureHelp) -> StyleAndTextTuples:
    label, active = help_.active_signature.label, help_.active_parameter
    if active is None:
        shown: StyleAndTextTuples = [("", label)]
    else:
        start, end = active.span
        shown = [("", label[:start]), ("class:bar.here", label[start:end]), ("", label[end:])]
    return [*shown, ("class:bar.quiet", f"  {help_.doc}")]


def _types(document: Document, known: Document, at: int) -> StyleAndTextTuples:
    """The type of a valid rule, and what the cursor is on."""
    from targetexpr.ide.hover import hover, hover_by_itself

    analyzed = known is document
    checked = document.analysis.checked if analyzed else None
    shown: StyleAndTextTuples = []
    if checked is not None and checked.type is not None:
        shown.append(("class:bar.type", checked.type.head))
    # Where the analysis is not there, or of a long broken rule, whose repair would have to be checked at each key.
    by_itself = not analyzed or (checked is None and len(document.text) > AT_ONCE)
    here = hover_by_itself(document, at) if by_itself else hover(document, at)
    if here is not None and not (here.whole and checked is not None):
        shown += [("class:bar.quiet", "  here: " if shown else "here: "), ("", _described(here))]
    return shown


def _described(here: Hover) -> str:
    code = " ".join(here.code.split())
    code = code if len(code) <= _LONGEST else code[: _LONGEST - 3] + "..."
    return f"{code}  {here.type}" + (f"  {here.doc}" if here.doc else "")


def _state(session: Session) -> StyleAndTextTuples:
    """The event and the record, where there are any."""
    where = session.where() if session.state.records is not None else ""
    state = ", ".join(part for part in (session.state.event or "", where) if part)
    return [("class:bar.quiet", f"  [{state}]")] if state else []


def _cut(fragments: StyleAndTextTuples, width: int) -> StyleAndTextTuples:
    """One line of less than `width` columns; some characters take two."""
    made: StyleAndTextTuples = []
    left = max(width - 1, 1)
    for fragment in fragments:
        text = fragment[1].replace("\n", " ")
        columns = get_cwidth(text)
        if columns > left:
            made.append((fragment[0], shortened(text, left)))
            break
        made.append((fragment[0], text))
        left -= columns
    return made
