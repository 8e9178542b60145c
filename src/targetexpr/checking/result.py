"""What checking gives: types, targets, reads and diagnostics, beside the tree and never in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.lang.functions import Function, Overload
from targetexpr.lang.nodes import Expr
from targetexpr.lang.schema.model import Attribute
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import Type


class Read(NamedTuple):
    """Something an expression depends on: an attribute, or a method with its arguments.

    An argument is the text of a literal, None when it is computed; `arguments` is None for attributes.
    """

    profile: str  # "currentTxn"
    name: str  # "basketSum"
    arguments: tuple[str | None, ...] | None = None  # ("brand", "Puma")

    def __str__(self) -> str:
        if self.arguments is None:
            return f"{self.profile}.{self.name}"
        return f"{self.profile}.{self.name}({', '.join('...' if a is None else a for a in self.arguments)})"


class Call(NamedTuple):
    """What a method call, or a date part written without parentheses, was found to be."""

    function: Function
    overload: Overload


Target: TypeAlias = Attribute | Call
"""What a name after a dot was found to be. An attribute written as a call, `isLoyal()`, is an attribute."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """A tree with what is known about it. `types` goes with its nodes in preorder.

    A node without a type is one with a mistake, or with a name below it that the schema does not have.
    """

    expr: Expr
    types: tuple[Type | None, ...]
    targets: dict[int, Target] = field(repr=False)  # by place in preorder
    reads: tuple[Read, ...]
    diagnostics: tuple[Diagnostic, ...]
    schema: Schema = field(repr=False)
    event: str | None = None
    _places: dict[int, int] = field(default_factory=dict, init=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether there is no error (warnings are allowed)."""
        return not any(diagnostic.is_error for diagnostic in self.diagnostics)

    @property
    def type(self) -> Type | None:
        """The type of the whole expression."""
        return self.types[0]

    def type_of(self, node: Expr) -> Type | None:
        """The type of a node of the tree, found by identity (a node used in several places: of the last one)."""
        return self.types[self._place(node)]

    def target_of(self, node: Expr) -> Target | None:
        """What the name in a method call or dereference is; None for other nodes and for names that are not known."""
        return self.targets.get(self._place(node))

    def _place(self, node: Expr) -> int:
        if not self._places:
            from targetexpr.lang.walk import preorder

            self._places.update((id(found), place) for place, found in enumerate(preorder(self.expr)))
        try:
            return self._places[id(node)]
        except KeyError:
            raise KeyError("not a node of the checked tree (nodes are found by identity)") from None
