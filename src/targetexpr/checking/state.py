"""What the parts of the checker share while they work on one tree."""

from __future__ import annotations

from dataclasses import replace

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.checking.result import Read, Target
from targetexpr.lang.nodes import (
    BooleanLiteral,
    Dereference,
    Expr,
    FunctionCall,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
)
from targetexpr.lang.schema.model import Event
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import BOOLEAN, DATE, REAL, STRING, Kind, Type

TYPE_OF_KIND: dict[Kind, Type] = {"boolean": BOOLEAN, "number": REAL, "string": STRING, "date": DATE}
"""What a field without a declared type becomes where a value of the kind is expected."""

MOST_COMPARED = 100_000
"""Known names that all unknown ones of a rule are compared with to suggest one, together."""


class State:
    """One run over one tree. Nodes are known by their place in preorder: parents before, children after."""

    __slots__ = (
        "asked",
        "assumed",
        "branches",
        "event",
        "event_name",
        "flexible",
        "order",
        "profiles",
        "reads",
        "reported",
        "reported_once",
        "schema",
        "strict",
        "suggestible",
        "targets",
        "types",
        "without",
    )

    def __init__(self, schema: Schema, event: Event | None, strict: bool, *, unsuggested: int = 0) -> None:
        """The first `unsuggested` unknown names that are met, which are the last of the text, get no suggestions."""
        self.schema = schema
        self.profiles = schema.profiles
        self.event = event
        self.event_name = event.name if event is not None else None
        self.strict = strict
        self.order: list[Expr] = []
        self.types: list[Type | None] = []
        self.targets: dict[int, Target] = {}
        self.reads: list[Read] = []
        self.reported: list[tuple[int, bool, Diagnostic]] = []  # place, whether the name after the dot, diagnostic
        self.reported_once: dict[tuple[str, ...], tuple[int, bool, Diagnostic]] = {}  # at the first place only
        self.flexible: set[int] = set()  # undeclared fields whose type is still open
        self.branches: dict[int, tuple[int, int]] = {}  # flexible conditionals and their two results
        self.suggestible = MOST_COMPARED  # names that unknown ones may still be compared with
        self.asked: list[int] = []  # how many names each unknown one would be compared with
        self.without = unsuggested
        self.assumed: dict[int, str] = {}  # names that are a profile's but for letter case

    def report(self, place: int, diagnostic: Diagnostic, *, member: bool = False) -> None:
        """Keep a diagnostic; `member` when it is about the name after the dot."""
        self.reported.append((place, member, diagnostic))

    def unknown(self, place: int, diagnostic: Diagnostic, *, member: bool = False) -> None:
        """Keep a diagnostic about a name that is not known: a warning where names need not be."""
        self.report(place, diagnostic if self.strict else replace(diagnostic, severity="warning"), member=member)

    def suggests(self, names: int) -> bool:
        """Whether an unknown name is still compared with that many known ones: each costs time, and so many errors
        are not read anyway."""
        self.asked.append(names)
        if len(self.asked) <= self.without:
            return False
        self.suggestible -= names
        return self.suggestible >= 0

    def unsuggested(self) -> int:
        """How many of the unknown names that were met go without suggestions, so that the last ones get theirs."""
        left = MOST_COMPARED
        for place in range(len(self.asked) - 1, -1, -1):
            left -= self.asked[place]
            if left < 0:
                return place + 1
        return 0

    def settle(self, place: int, type_: Type) -> None:
        """Give a flexible node the type that is asked for, and the branches of a conditional below it, too."""
        waiting = [place]
        while waiting:
            at = waiting.pop()
            if at in self.flexible:
                self.flexible.discard(at)
                self.types[at] = type_
                waiting.extend(self.branches.get(at, ()))

    def what(self, place: int) -> str:
        """How a sentence names a node: as it is written when it is short, else by its nature."""
        return describe(self.order[place])


def describe(node: Expr) -> str:
    """A node in a sentence: `currentTxn.value`, "Gold", or just "this part"."""
    match node:
        case NumberLiteral():
            return f"`{node.value}`" if len(node.value) <= 30 else "the number"
        case StringLiteral():
            return f'"{node.raw}"' if len(node.raw) <= 30 else f'"{node.raw[:27]}..."'
        case BooleanLiteral():
            return "`true`" if node.value else "`false`"
        case FunctionCall():
            return f"`{node.name}(...)`"
        case Name() | Dereference() | MethodCall():
            return _path(node)
        case _:
            return "this part"


def _path(node: Expr) -> str:
    parts: list[str] = []
    while len(parts) < 6:
        match node:
            case Name():
                parts.append(node.name)
                return f"`{'.'.join(reversed(parts))}`"
            case Dereference():
                parts.append(node.name)
                node = node.operand
            case MethodCall():
                parts.append(f"{node.name}({'...' if node.arguments else ''})")
                node = node.operand
            case _:
                break
    return f"`...{'.'.join(reversed(parts))}`"
