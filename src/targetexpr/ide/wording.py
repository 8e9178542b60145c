"""Parts of a rule in plain English: what a value is called, and what a condition says.

How a method is worded stands in its declaration (`lang/functions`), and how a comparison is, in the operator table.
"""

from __future__ import annotations

import re
from datetime import datetime

from targetexpr.base.dates import date_phrase
from targetexpr.checking.arguments import text_of
from targetexpr.checking.result import Call, Checked
from targetexpr.ide.condition_operators import comparison_words, predicate, turned
from targetexpr.ide.condition_parts import negation
from targetexpr.ide.condition_values import number_text
from targetexpr.ide.labels import profile_words, words
from targetexpr.lang.literals import date_fields
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
from targetexpr.lang.operators import COMPARISONS
from targetexpr.lang.schema.model import EXTENDED
from targetexpr.lang.types import BOOLEAN
from targetexpr.running.explaining.wording import cut, item_condition

_DEEPEST = 40  # of a part that is put into words; what is deeper is shown as it is written

_ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


class Wording:
    """Puts the parts of one checked rule into words."""

    def __init__(self, text: str, checked: Checked) -> None:
        self._text = text
        self._checked = checked

    # ---- conditions

    def says(self, node: Expr, *, negated: bool = False, depth: int = 0) -> str:
        """What a condition says: `the value of the transaction is at least 500`."""
        if depth > _DEEPEST:
            return self._not(self._written(node), negated)
        turned = negation(node)
        if turned is not None:
            return self.says(turned[0], negated=negated is not turned[1], depth=depth + 1)
        match node:
            case Binary(operator=operator, left=left, right=right) if operator in COMPARISONS:
                return self._compared(operator, left, right, negated, depth)
            case MethodCall() | Dereference():
                return self._tested(node, negated, depth)
            case Logical(operator=operator, terms=terms):
                joint = " and " if operator == "&&" else " or "
                return self._not(f"({joint.join(self.says(term, depth=depth + 1) for term in terms)})", negated)
            case Conditional():
                return self._not(self._chosen(node, depth), negated)
            case BooleanLiteral(value=truth):
                return "always" if truth is not negated else "never"
            case _:
                return self._not(self._written(node), negated)

    @staticmethod
    def _not(said: str, negated: bool) -> str:
        return f"not {said}" if negated else said

    def _compared(self, operator: str, left: Expr, right: Expr, negated: bool, depth: int) -> str:
        if text_of(left) is not None and text_of(right) is None:
            operator, left, right = COMPARISONS[operator].mirrored, right, left
        type_ = self._checked.type_of(left)
        if type_ == BOOLEAN:
            same = (operator == "==") is not negated
            sides = self.says(left, depth=depth + 1), self.says(right, depth=depth + 1)
            return f"{'both or neither' if same else 'only one'} of these: {sides[0]}; {sides[1]}"
        is_date = type_ is not None and type_.kind == "date"
        said = comparison_words(operator, self.names(right, depth=depth + 1), is_date=is_date)
        return agreeing(self.names(left, depth=depth + 1), turned(said) if negated else said)

    def _tested(self, node: MethodCall | Dereference, negated: bool, depth: int) -> str:
        target = self._checked.target_of(node)
        call = target if isinstance(target, Call) else None
        phrase = call.function.phrase if call is not None and isinstance(node, MethodCall) else None
        if call is not None and phrase is not None and isinstance(node, MethodCall):
            said = self._filled(predicate(phrase, holds=not negated), node, depth)
            return agreeing(self._filled(phrase.subject, node, depth), said)
        if call is not None and isinstance(node, MethodCall) and call.function.words is not None:
            return self._in_words(call.function.words, node, negated, depth)
        return self._true(node, negated, depth)

    def _in_words(self, template: str, node: MethodCall, negated: bool, depth: int) -> str:
        """A method of a schema by the words that are declared for it; arguments that they leave out come behind."""
        about, _, said = template.rpartition("{profile}")
        said = turned(said.strip()) if negated else said.strip()
        holes = [f"{{{place}}}" for place in range(len(node.arguments))]
        more = [hole for hole in holes if hole not in template]
        return self._filled(" ".join([f"{about}{{profile}}", said, *more]), node, depth)

    def _true(self, node: MethodCall | Dereference, negated: bool, depth: int) -> str:
        """An attribute that is a condition, or a test without words of its own: by its name."""
        verb, _, rest = words(node.name).partition(" ")
        about, given = self._owner(node.operand, depth), self._given(node, depth)
        if verb == "is" and rest:
            return f"{about} is {'not ' if negated else ''}{rest}{given}"
        if verb == "has" and rest:
            return f"{about} {'does not have' if negated else 'has'} {rest}{given}"
        return f"{self.names(node, depth=depth)} is {'false' if negated else 'true'}"

    def _chosen(self, node: Conditional, depth: int) -> str:
        condition = self.says(node.condition, depth=depth + 1)
        one, other = (self._either(part, depth + 1) for part in (node.then, node.otherwise))
        return f"if {condition}: {one}; otherwise: {other}"

    def _either(self, node: Expr, depth: int) -> str:
        is_condition = self._checked.type_of(node) == BOOLEAN
        return self.says(node, depth=depth) if is_condition else self.names(node, depth=depth)

    # ---- values

    def names(self, node: Expr, *, depth: int = 0) -> str:
        """What a value is called: `the value of the transaction`, `500`, `the days between … and …`."""
        number = number_text(node)
        if number is not None:
            return number
        if depth > _DEEPEST:
            return self._written(node)
        match node:
            case StringLiteral():
                return f'"{cut(node.value)}"'
            case BooleanLiteral(value=truth):
                return "true" if truth else "false"
            case Name(name=name):
                return f"the {profile_words(name)}"
            case Dereference() | MethodCall():
                return self._member(node, depth)
            case Binary(operator=operator, left=left, right=right):
                return self._computed(operator, left, right, depth)
            case Unary(operator=operator) if operator != "!":
                said = self.names(node.operand, depth=depth + 1)
                return said if operator == "+" else f"minus {said}"
            case Conditional():
                return f"({self._chosen(node, depth)})"
            case FunctionCall(name=name):
                return f"{words(name)}{self._given(node, depth)}"
            case Logical() | Unary() | NumberLiteral():
                return f"whether {self.says(node, depth=depth + 1)}"

    def _computed(self, operator: str, left: Expr, right: Expr, depth: int) -> str:
        if operator in COMPARISONS:
            return f"whether {self._compared(operator, left, right, False, depth)}"
        first, second = (
            f"({self.names(side, depth=depth + 1)})"
            if isinstance(side, Binary) and number_text(side) is None
            else self.names(side, depth=depth + 1)
            for side in (left, right)
        )
        if operator == "%":
            return f"the remainder of {first} by {second}"
        return f"{first} {_ARITHMETIC[operator]} {second}"

    def _member(self, node: Dereference | MethodCall, depth: int) -> str:
        target = self._checked.target_of(node)
        if isinstance(target, Call):
            noun = target.overload.noun or target.overload.subject or target.function.words
            if noun is not None:
                return self._filled(noun, node, depth)
            if target.function.phrase is not None:
                return f"whether {self._tested(node, False, depth)}"
        extended = "extended field " if node.name.startswith(EXTENDED) else ""
        given = self._given(node, depth)
        return f"the {extended}{words(node.name)} of {self._owner(node.operand, depth)}{given}"

    def _owner(self, node: Expr, depth: int) -> str:
        return self.names(node, depth=depth + 1)

    def _given(self, node: Expr, depth: int) -> str:
        """The arguments of a call that has no words for them."""
        arguments = node.arguments if isinstance(node, MethodCall | FunctionCall) else ()
        said = [self.names(argument, depth=depth + 1) for argument in arguments]
        return f" for {' and '.join(said)}" if said else ""

    # ---- phrases of declarations

    def _filled(self, template: str, node: Dereference | MethodCall, depth: int) -> str:
        """A phrase with the names and arguments of a call in it; see `TestPhrase`."""
        arguments = node.arguments if isinstance(node, MethodCall) else ()
        parts = [self.names(argument, depth=depth + 1) for argument in arguments]
        bare = [
            one.value if isinstance(one, StringLiteral) else part for one, part in zip(arguments, parts, strict=True)
        ]
        owner = self._owner(node.operand, depth)
        named = {"receiver": owner, "profile": owner}
        if bare:
            named["argument"], named["name"] = parts[0], _day(bare[0])
        if "{moment}" in template:
            named["moment"] = _moment(arguments, parts)
        if "{condition}" in template:
            named["condition"] = item_condition(*bare)
        return template.format(*parts, *("…",) * 10, **named)  # the words of a schema may ask for more

    def _written(self, node: Expr) -> str:
        return f"`{cut(' '.join(node.span.cut(self._text).split()))}`"


_ENDS_NOUN = re.compile(r" (?:of|for|in|per|between|from|with|whose|redeemed|elapsed|availed|today|to) ")

_OF_SEVERAL = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "contains": "contain",
    "matches": "match",
    "includes": "include",
}


def agreeing(subject: str, said: str) -> str:
    """A subject and what is said of it, with a verb that goes with one thing or with several.

    >>> agreeing("the current points of the customer", "is more than 5")
    'the current points of the customer are more than 5'
    >>> agreeing("the number of visits of the customer", "is 5")
    'the number of visits of the customer is 5'
    """
    noun = _ENDS_NOUN.split(f"{subject} ", maxsplit=1)[0].rstrip()
    verb, _, rest = said.partition(" ")
    several = subject.startswith("the ") and noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    return f"{subject} {_OF_SEVERAL.get(verb, verb) if several else verb} {rest}".rstrip()


def _day(text: str) -> str:
    """A date in a string as people write it; any other string as it is."""
    fields = date_fields(text)
    return text if fields is None or fields.offset is not None else date_phrase(datetime(*fields[:6]))


def _moment(arguments: tuple[Expr, ...], parts: list[str]) -> str:
    numbers = [int(one.value) for one in arguments if isinstance(one, NumberLiteral) and one.value.isdecimal()]
    if len(numbers) == len(arguments):
        year, month, day, hour, minute, second = (*numbers, 0, 0, 0)[:6]
        try:
            return date_phrase(datetime(year, month, day, hour, minute, second))
        except (ValueError, OverflowError):  # no such date, which a diagnostic tells
            pass
    return ", ".join(parts)
