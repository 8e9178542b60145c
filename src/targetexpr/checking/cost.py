"""What a rule can cost for one record: an upper bound of the steps of its evaluation, before there is any data.

A step is one node of the rule evaluated, one value of the record read, or ten characters looked at. Costs add up over
the tree, so a rule costs more than each of its parts. Nothing is known of the data but how large it may be (`Sizes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.messages import Message
from targetexpr.checking.result import Call, Checked, Target
from targetexpr.lang.functions import BASKET_SHAPES, CONTEXT
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    Expr,
    FunctionCall,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.types import kind_of

CHARACTERS_A_STEP = 10
PATTERN_A_STEP = 4
"""Characters of a pattern that are tried at ten characters of text in one step."""

READ = 3
"""An attribute: its profile, the value there, and the value as one of its kind."""

ITEM = 8
"""Of a line item: that it is one, the attribute or amount that selects it, and what is added up."""

TOO_COSTLY = Message(
    code="too-costly",
    text="The rule can cost {steps} steps for one record, and at most {most} are allowed.",
    hint="Loops over line items, lists and patterns cost most: `targetexpr check --cost` shows how much.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large data is taken to be. The bound holds for records that are no larger."""

    line_items: int = 100
    """Line items of a bill."""
    entries: int = 100
    """Entries of a list or table in a record: the values of a custom field, the results of a looked-up method."""
    characters: int = 200
    """Characters of a string."""


DEFAULT_SIZES = Sizes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """At most how many steps one evaluation takes, and what they are spent on."""

    nodes: int = 0
    """Nodes, each evaluated once, and what they read."""
    loops: int = 0
    """Line items and entries of lists."""
    strings: int = 0
    """Characters that are compared and searched."""
    patterns: int = 0
    """Characters in which regular expressions are searched for."""

    @property
    def steps(self) -> int:
        """All of them.

        >>> Cost(nodes=3, loops=800).steps
        803
        """
        return self.nodes + self.loops + self.strings + self.patterns

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            nodes=self.nodes + other.nodes,
            loops=self.loops + other.loops,
            strings=self.strings + other.strings,
            patterns=self.patterns + other.patterns,
        )

    def by_name(self) -> dict[str, int]:
        """For programs."""
        return {
            "steps": self.steps,
            "nodes": self.nodes,
            "loops": self.loops,
            "strings": self.strings,
            "patterns": self.patterns,
        }

    def __str__(self) -> str:
        parts = [(self.nodes, "nodes"), (self.loops, "loops"), (self.strings, "strings"), (self.patterns, "patterns")]
        spent = ", ".join(f"{name} {count:,}" for count, name in parts if count)
        return f"at most {self.steps:,} step{'s' * (self.steps != 1)} ({spent})"


def estimate(checked: Checked, sizes: Sizes = DEFAULT_SIZES) -> Cost:
    """The cost of a checked rule. Of a choice (`?:`) the branch that costs more counts.

    >>> from targetexpr import check
    >>> print(estimate(check("currentTxn.value>500")))
    at most 6 steps (nodes 6)
    >>> print(estimate(check('currentTxn.basketIncludes("brand","Puma")')))
    at most 1,106 steps (nodes 6, loops 1,000, strings 100)
    """
    return _Estimator(checked, sizes).whole()


def too_costly(checked: Checked, most: int) -> Checked:
    """The same, with an error when it costs more than `most` steps for data of the default sizes."""
    steps = estimate(checked).steps
    if steps <= most:
        return checked
    found: Diagnostic = TOO_COSTLY.at(checked.expr.span, steps=f"{steps:,}", most=f"{most:,}")
    return replace(checked, diagnostics=(*checked.diagnostics, found))


_Known = tuple[Cost, int]
"""What a node costs with all below it, and the characters of its value where that is a string."""


class _Estimator:
    """One walk over the tree, operands first."""

    def __init__(self, checked: Checked, sizes: Sizes) -> None:
        self._checked = checked
        self._sizes = sizes

    def whole(self) -> Cost:
        order: list[Expr] = []
        waiting = [self._checked.expr]
        while waiting:
            node = waiting.pop()
            order.append(node)
            waiting += node.children()[::-1]
        done: list[_Known] = []  # of finished nodes; the leftmost operand of the next one is on top
        for place in range(len(order) - 1, -1, -1):
            node = order[place]
            count = len(node.children())
            operands = done[: -count - 1 : -1] if count else []
            if count:
                del done[-count:]
            done.append((self._cost(place, node, operands), self._characters(place, node, operands)))
        return done[0][0]

    def _cost(self, place: int, node: Expr, operands: Sequence[_Known]) -> Cost:
        below = _sum([cost for cost, _ in operands])
        match node:
            case Name():
                return Cost()
            case NumberLiteral() | StringLiteral() | BooleanLiteral() | Unary() | Logical() | FunctionCall():
                return below + Cost(nodes=1)
            case Conditional():
                condition, then, otherwise = (cost for cost, _ in operands)
                return condition + max(then, otherwise, key=lambda cost: cost.steps) + Cost(nodes=1)
            case Binary():
                compared = min(characters for _, characters in operands)
                return below + Cost(nodes=1, strings=_steps(compared))
            case Dereference() | MethodCall():
                return below + self._member(self._checked.targets.get(place), node, operands)
            case _:
                assert_never(node)

    def _member(self, target: Target | None, node: Dereference | MethodCall, operands: Sequence[_Known]) -> Cost:
        sizes = self._sizes
        if not isinstance(target, Call):
            computed = target is not None and target.computed is not None
            return Cost(nodes=1 + READ, loops=(1 + ITEM) * sizes.line_items * computed)
        function = target.function
        given = node.arguments if isinstance(node, MethodCall) else ()
        argument = max([characters for _, characters in operands[1:]], default=0)
        roles = [parameter.role for parameter in target.overload.parameters]
        patterns = [one for one, role in zip(given, roles, strict=False) if role == "regex"]
        pattern = sum([len(one.value) for one in patterns if isinstance(one, StringLiteral)])
        if function.meaning == CONTEXT:
            looked_at = sizes.entries * (2 + _steps(min(argument, sizes.characters)))
            return Cost(nodes=1 + READ + len(given), loops=looked_at)
        if function.name in BASKET_SHAPES:
            items = sizes.line_items
            # A condition (`...If`) compares numbers, but strings may stand in the data for those as well.
            each = min(argument, sizes.characters)
            return Cost(
                nodes=1 + READ,
                loops=items * (1 + 1 + ITEM),
                strings=0 if pattern else items * _steps(each),
                patterns=items * _search(sizes.characters, pattern),
            )
        if function.reads in ("customFields", "clusters"):
            return Cost(nodes=1 + 2 * READ, loops=sizes.entries * (1 + _steps(min(argument, sizes.characters))))
        receiver = operands[0][1]
        text = receiver or sizes.characters  # of a profile: the attribute that is looked into
        if pattern or "regex" in roles:
            return Cost(nodes=1 + 2 * READ, patterns=_search(text, pattern))
        return Cost(nodes=1 + 2 * READ, strings=_steps(receiver + argument))

    def _characters(self, place: int, node: Expr, operands: Sequence[_Known]) -> int:
        """At most how long a value is; 0 of what is no string."""
        if isinstance(node, StringLiteral):
            return len(node.value)
        type_ = self._checked.types[place]
        if type_ is not None and kind_of(type_) != "string":
            return 0
        if isinstance(node, Name):
            return 0
        if isinstance(node, Conditional):
            return max(characters for _, characters in operands[1:])
        if isinstance(node, Binary):
            return sum(characters for _, characters in operands)
        return self._sizes.characters


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(
        nodes=sum([cost.nodes for cost in costs]),
        loops=sum([cost.loops for cost in costs]),
        strings=sum([cost.strings for cost in costs]),
        patterns=sum([cost.patterns for cost in costs]),
    )


def _steps(characters: int) -> int:
    return -(-characters // CHARACTERS_A_STEP)


def _search(characters: int, pattern: int) -> int:
    """Steps of searching for a pattern; 0 where there is none."""
    return max(_steps(characters), 1) * -(-pattern // PATTERN_A_STEP)
