"""The outline of a rule: its conditions, and how `&&`, `||`, `!` and `? :` put them together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from targetexpr.base.source import Span
from targetexpr.ide.document import Document
from targetexpr.lang.nodes import Conditional, Expr, Logical, Unary

SymbolKind: TypeAlias = Literal["all", "any", "not", "choice", "condition"]

_LONGEST = 80  # characters of a condition's text


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One condition, or a group of them."""

    name: str  # "currentTxn.value>500", "all of 3"
    kind: SymbolKind
    span: Span
    children: tuple[Symbol, ...] = ()


def document_symbols(document: Document) -> list[Symbol]:
    """The outline of a text, of its repair where it is broken; nothing where neither is known.

    >>> (rule,) = document_symbols(Document("currentTxn.value>500&&(currentTxn.discount==0||currentTxn.value>900)"))
    >>> rule.name, [child.name for child in rule.children]
    ('all of 2', ['currentTxn.value>500', 'any of 2'])
    """
    checked = document.checked
    if checked is None:
        return []
    # Not recursive: a rule may be nested as deeply as the limits let it. Each node waits for the symbols of its parts.
    done: list[Symbol] = []
    waiting: list[tuple[Expr, bool]] = [(checked.expr, False)]
    while waiting:
        node, ready = waiting.pop()
        parts = _parts(node)
        if ready or not parts:
            children = tuple(done[len(done) - len(parts) :])
            del done[len(done) - len(parts) :]
            done.append(replace(_symbol(document, node), children=children))
        else:
            waiting.append((node, True))
            waiting.extend((part, False) for part in reversed(parts))
    return done


def _parts(node: Expr) -> tuple[Expr, ...]:
    """The conditions that a node puts together; none for one that is a condition itself."""
    match node:
        case Logical() | Conditional():
            return node.children()
        case Unary(operator="!"):
            return (node.operand,)
        case _:
            return ()


def _symbol(document: Document, node: Expr) -> Symbol:
    span = Span(node.start, node.end)
    match node:
        case Logical(operator="&&"):
            return Symbol(name=f"all of {len(node.terms)}", kind="all", span=span)
        case Logical():
            return Symbol(name=f"any of {len(node.terms)}", kind="any", span=span)
        case Conditional():
            return Symbol(name="if, then, else", kind="choice", span=span)
        case Unary(operator="!"):
            return Symbol(name="not", kind="not", span=span)
        case _:
            text = " ".join(span.cut(document.text).split())
            name = text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
            return Symbol(name=name, kind="condition", span=span)
