"""A rule of lint: what it says, why that matters, whether it is on, and the function that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.messages import Message
from targetexpr.checking.lint.tree import Tree

Find: TypeAlias = Callable[[Tree], Iterator[Diagnostic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A function that finds, with all that is to be known about it."""

    find: Find
    messages: tuple[Message, ...]
    reason: str  # why it matters, one sentence
    codes: frozenset[str]  # what it is switched by: those of its messages
    on: bool = True  # unless a schema or a call switches it


def rule(*messages: Message, reason: str, on: bool = True) -> Callable[[Find], Rule]:
    """Declares the function below it as a rule.

    >>> ODD = warning("odd", "This is odd.")
    >>> @rule(ODD, reason="Even is better.", on=False)
    ... def odd_things(tree):
    ...     yield ODD.at(tree.nodes[0].span)
    >>> sorted(odd_things.codes), odd_things.on
    (['odd'], False)
    """
    codes = frozenset(message.code for message in messages)
    return lambda find: Rule(find=find, messages=messages, reason=reason, codes=codes, on=on)


def warning(code: str, text: str, hint: str | None = None, fix: str | None = None) -> Message:
    """A message of lint; all of them are warnings."""
    return Message(code=code, text=text, hint=hint, fix=fix, severity="warning")
