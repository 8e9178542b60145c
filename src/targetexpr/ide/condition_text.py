"""The structure of a rule as edits of its text: parts put in, taken out, joined, negated; all else stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from targetexpr.base.diagnostics import Edit
from targetexpr.base.source import Span
from targetexpr.ide.condition_parts import OPERATOR_OF, Mode, Part, Places, negation
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
)
from targetexpr.syntax.lexer import Token

NEGATED = "==false"
"""How a condition is turned round: the platform's editor does not take `!`."""


@dataclass(frozen=True, slots=True)
class Joint:
    """The blanks around the operator between two parts of a group."""

    before: str
    behind: str

    def written(self, mode: Mode) -> str:
        """The operator of a mode with them."""
        return f"{self.before}{OPERATOR_OF[mode]}{self.behind}"


class RuleText:
    """The text of a rule and its parts."""

    def __init__(self, text: str, whole: Part, places: Places) -> None:
        self.text = text
        self.whole = whole
        self.places = places

    # ---- looking up

    def written(self, part: Part) -> str:
        """A part as it is written, in parentheses of its own where it needs them among others."""
        text = part.outer.cut(self.text)
        return f"({text})" if self.is_loose(part) else text

    @staticmethod
    def is_loose(part: Part) -> bool:
        """Whether a part has to have parentheses among others, and has none."""
        return isinstance(part.whole, Logical | Conditional) and part.outer == part.whole.span

    @staticmethod
    def has_parentheses(part: Part) -> bool:
        """Whether a part has parentheses around all of it."""
        return part.outer != part.whole.span

    def gap(self, group: Part, index: int) -> Sequence[Token]:
        """The tokens between a part of a group and the next: the operator, and parentheses that mean nothing."""
        return self.places.gap(group.parts[index].outer.end, group.parts[index + 1].outer.start)

    def operator(self, group: Part, index: int) -> Token:
        """The operator between a part of a group and the next."""
        return next(token for token in self.gap(group, index) if token.kind in ("AND", "OR"))

    def joint(self, group: Part) -> Joint:
        """How the parts of a group are joined; a group of one as any other group of the rule."""
        holder = group if len(group.parts) > 1 else self._any_group()
        if holder is None:
            blank = " " if self._is_spaced() else ""
            return Joint(blank, blank)
        operator = self.operator(holder, 0)
        tokens = self.places.tokens
        at = tokens.index(operator)
        before, behind = tokens[at - 1], tokens[at + 1]
        return Joint(self.text[before.end : operator.start], self.text[operator.end : behind.start])

    def _is_spaced(self) -> bool:
        """Whether there are blanks around comparisons."""
        found = (token for token in self.places.tokens if token.kind == "COMPARE")
        return any(self.text[token.end : token.end + 1].isspace() for token in found)

    def _any_group(self) -> Part | None:
        waiting = [self.whole]
        while waiting:
            part = waiting.pop()
            if len(part.parts) > 1:
                return part
            waiting.extend(part.parts)
        return None

    # ---- putting in

    def inserted(self, group: Part, index: int, text: str, mode: Mode | None) -> tuple[Edit, ...]:
        """A part is put into a group, before the one at an index. `mode` says how a group of one goes on."""
        joint = self.joint(group)
        if group.is_single:
            return self._beside(group, index, text, joint.written(mode or "all"))
        assert group.mode is not None
        operator = joint.written(group.mode)
        if index:
            end = group.parts[index - 1].outer.end
            return (Edit(Span(end, end), operator + text),)
        start = group.parts[0].outer.start
        return (Edit(Span(start, start), text + operator),)

    def _beside(self, group: Part, index: int, text: str, operator: str) -> tuple[Edit, ...]:
        """A second part of a group of one; what a negation is of gets parentheses."""
        (part,) = group.parts
        start, end = part.outer
        is_bare = group.node is group.whole
        opened = "(" if self.is_loose(part) or not is_bare else ""
        closed = ")" if opened else ""
        if not is_bare:  # all of it is what is negated
            inside = f"{operator}{text})" if index else ")"
            first = "(" if index else f"({text}{operator}"
            return Edit(Span(start, start), first), Edit(Span(end, end), inside)
        if index:
            edits = [Edit(Span(end, end), f"{closed}{operator}{text}")]
            return tuple([Edit(Span(start, start), opened), *edits] if opened else edits)
        edits = [Edit(Span(start, start), f"{text}{operator}{opened}")]
        return tuple([*edits, Edit(Span(end, end), closed)] if closed else edits)

    # ---- taking out

    def removed(self, group: Part, index: int) -> tuple[Edit, ...]:
        """A part of a group of several is taken out, with one operator beside it."""
        out = [self.cut(group, index)]
        if len(group.parts) == 2:
            left = group.parts[1 - index]
            if self.has_parentheses(group) and group.node is group.whole and not self.is_loose(left):
                out += self.without_parentheses(group)
        return tuple(out)

    def cut(self, group: Part, index: int) -> Edit:
        """A part of a group of several and the operator beside it, taken out; what is around them stays."""
        part = group.parts[index]
        if index and not self._has_parentheses_between(group, index - 1):
            return Edit(Span(group.parts[index - 1].outer.end, part.outer.end), "")
        operator = self.operator(group, index)
        behind = self.places.tokens[self.places.tokens.index(operator) + 1]
        return Edit(Span(part.outer.start, behind.start), "")

    def _has_parentheses_between(self, group: Part, index: int) -> bool:
        return len(self.gap(group, index)) > 1

    @staticmethod
    def without_parentheses(part: Part) -> tuple[Edit, ...]:
        """The parentheses around all of a part, taken off."""
        start, end = part.whole.span
        return Edit(Span(part.outer.start, start), ""), Edit(Span(end, part.outer.end), "")

    # ---- parentheses and operators

    @staticmethod
    def in_parentheses(part: Part) -> tuple[Edit, ...]:
        """A part gets parentheses."""
        start, end = part.outer
        return Edit(Span(start, start), "("), Edit(Span(end, end), ")")

    def joined_by(self, group: Part, mode: Mode) -> tuple[Edit, ...]:
        """The operators of a group are those of a mode; groups in it that would run together get parentheses."""
        edits: list[Edit] = []
        for index, part in enumerate(group.parts):
            if self.is_loose(part):
                edits += self.in_parentheses(part)
            if index + 1 < len(group.parts):
                operator = self.operator(group, index)
                edits.append(Edit(Span(operator.start, operator.end), OPERATOR_OF[mode]))
        return tuple(edits)

    # ---- negation

    def negated(self, part: Part) -> tuple[Edit, ...]:
        """A part that is not negated is turned round."""
        node = part.whole
        if isinstance(node, BooleanLiteral):
            return (Edit(node.span, "false" if node.value else "true"),)
        answer = _answer(node)
        if answer is not None:  # `a==true`
            return (Edit(answer.span, "false" if answer.value else "true"),)
        start, end = part.outer
        if part.outer != node.span or isinstance(node, MethodCall | Dereference | Name | FunctionCall):
            return (Edit(Span(end, end), NEGATED),)
        return Edit(Span(start, start), "("), Edit(Span(end, end), f"){NEGATED}")

    def without_negation(self, part: Part) -> tuple[Edit, ...]:
        """The negation of a part is taken off."""
        node = part.whole
        while (found := negation(node)) is not None and not found[1]:
            node = found[0]
        assert found is not None
        inner = found[0]
        start, end = self.places.outer(inner)
        # Its own parentheses go as well, unless something else would take part of it.
        if node is part.whole and not isinstance(inner, Logical | Conditional):
            start, end = inner.start, inner.end
        return Edit(Span(node.start, start), ""), Edit(Span(end, node.end), "")


def _answer(node: Expr) -> BooleanLiteral | None:
    """The literal of `a==true` and the like."""
    if not isinstance(node, Binary) or negation(node) is None:
        return None
    literal = node.right if isinstance(node.right, BooleanLiteral) else node.left
    return literal if isinstance(literal, BooleanLiteral) else None
