"""The lines under the prompt: what is wrong, or which argument is being typed; the types of all and of what is here."""

from __future__ import annotations

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from targetexpr.checking.result import Call, Checked
from targetexpr.ide.cursor import call_at, chain_at, value_of_chain
from targetexpr.ide.document import Analysis
from targetexpr.lang.nodes import Dereference, Expr, MethodCall, Name
from targetexpr.lang.schema.model import Attribute
from targetexpr.repl.commands import COMMANDS
from targetexpr.repl.highlight import rule_start
from targetexpr.repl.session import Session, as_command


def toolbar(
    session: Session, analysis: Analysis | None, before: Analysis, text: str, at: int, width: int
) -> StyleAndTextTuples:
    """Two lines, cut to the width of the screen. While the analysis is awaited, the one before speaks."""
    if text.lstrip().startswith(":") and not _holds_rule(text):
        return _cut(_command(text), width)
    start = rule_start(text)
    rule, here = text[start:], at - start
    known = analysis or before
    wrong = any(diagnostic.is_error and not known.pending(diagnostic) for diagnostic in known.diagnostics)
    signature = [] if wrong else _signature(session, rule, here)
    first = signature or _trouble(session, known, here)
    second = [*_repair(known, here), *_types(session, analysis, rule, here)]
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


def _trouble(session: Session, analysis: Analysis, at: int) -> StyleAndTextTuples:
    diagnostic = analysis.diagnostic_at(at)
    if diagnostic is None:
        return [("class:bar.quiet", _resting(session, analysis))]
    if analysis.half_a_name(diagnostic):
        return [("class:bar.quiet", "a name is begun here; Tab shows how it can go on")]
    style = "class:bar.quiet" if analysis.pending(diagnostic) else f"class:bar.{diagnostic.severity}"
    hint = f" {as_command(diagnostic.hint)}" if diagnostic.hint and diagnostic.fix is None else ""
    return [(style, f"{diagnostic.message}{hint}")]


def _repair(analysis: Analysis, at: int) -> StyleAndTextTuples:
    """The key that mends what is told, and how much more there is."""
    diagnostic = analysis.diagnostic_at(at)
    if diagnostic is None or analysis.pending(diagnostic):
        return []
    count, fixable = len(analysis.diagnostics), analysis.fixable
    total: StyleAndTextTuples = [("class:bar.quiet", f"({count} diagnostics)  ")] if count > 1 else []
    if not fixable:
        return total
    if diagnostic.fix is None or diagnostic not in analysis.fixable_diagnostics:
        title = f"mends {fixable} of them"
    else:
        title = diagnostic.fix.title + (f", and mends {fixable - 1} more" if fixable > 1 else "")
    return [("class:bar.key", "F2"), ("", f" {title}  "), *total]


def _resting(session: Session, analysis: Analysis) -> str:
    """What to say when nothing is wrong: what Enter will do, or how to begin."""
    if analysis.checked is None:
        return "type a rule, or :help"
    if session.state.records is None:
        return "Enter checks it; with `:load FILE`, or `:set NAME VALUE`, it is evaluated too"
    return f"Enter evaluates it for {session.where()}"


def _signature(session: Session, rule: str, at: int) -> StyleAndTextTuples:
    call = call_at(rule, at, session.schema, session.state.event)
    if call is None:
        return []
    said: StyleAndTextTuples = [("", f"{call.function.name}(")]
    fitting = [o for o in call.function.overloads if len(o.parameters) > call.index]
    overload = (fitting or [call.function.overloads[-1]])[0]
    parameters = [p for p in overload.parameters if p.role != "ignored"]
    for place, parameter in enumerate(parameters):
        said.append(("", ", " if place else ""))
        optional = place >= overload.required
        name = f"[{parameter.name}]" if optional else parameter.name
        said.append(("class:bar.here" if place == call.index else "", f"{name}: {parameter.type.kind}"))
    said += [("", f") -> {overload.result.head}"), ("class:bar.quiet", f"  {call.function.doc}")]
    return said


def _types(session: Session, analysis: Analysis | None, rule: str, at: int) -> StyleAndTextTuples:
    said: StyleAndTextTuples = []
    checked = None if analysis is None else analysis.checked
    if checked is not None and checked.type is not None:
        said += [("class:bar.type", checked.type.head)]
    here = _here(session, checked, analysis, rule, at)
    if here:
        said += [("class:bar.quiet", "  here: " if said else "here: "), ("", here)]
    where = session.where() if session.state.records is not None else ""
    event = session.state.event or ""
    state = ", ".join(part for part in (event, where) if part)
    if state:
        said += [("class:bar.quiet", f"  [{state}]")]
    return said


def _here(session: Session, checked: Checked | None, analysis: Analysis | None, rule: str, at: int) -> str:
    """What the cursor is on, its type, and what it means."""
    if checked is not None and analysis is not None:
        node = analysis.node_at(at)
        return "" if node is None or node is checked.expr else _described(checked, node, rule)
    chain = chain_at(rule, at)
    alone = None if chain is None else value_of_chain(chain, session.schema, session.state.event)
    return "" if alone is None or chain is None else _described(alone, alone.expr, chain)


def _described(checked: Checked, node: Expr, rule: str) -> str:
    type_ = checked.type_of(node)
    if type_ is None:
        return ""  # there is a mistake in it, which is told above
    target = checked.target_of(node) if isinstance(node, Dereference | MethodCall) else None
    doc = ""
    if isinstance(target, Attribute):
        doc = target.doc
    elif isinstance(target, Call):
        doc = target.function.doc
    elif isinstance(node, Name):
        profile = checked.schema.profiles.get(node.name)
        doc = "" if profile is None else profile.doc
    text = " ".join(node.span.cut(rule).split())
    text = text if len(text) <= 40 else text[:37] + "..."
    return f"{text}  {type_.head}" + (f"  {doc}" if doc else "")


def _cut(fragments: StyleAndTextTuples, width: int) -> StyleAndTextTuples:
    """One line of less than `width` columns; some characters take two."""
    made: StyleAndTextTuples = []
    left = max(width - 1, 1)
    for fragment in fragments:
        text = fragment[1].replace("\n", " ")
        columns = get_cwidth(text)
        if columns > left:
            while text and get_cwidth(text) > left - 1:
                text = text[: min(len(text) - 1, left)]
            made.append((fragment[0], text + "…" if left else ""))
            break
        made.append((fragment[0], text))
        left -= columns
    return made
