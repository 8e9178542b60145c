"""What an explanation says about one condition, in words for a business reader.

How a method is worded stands in its declaration (`lang/functions`), and how a comparison is, in the operator table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from targetexpr.base.dates import date_phrase
from targetexpr.base.source import Span
from targetexpr.checking.result import Call
from targetexpr.lang.functions import TestPhrase
from targetexpr.lang.nodes import Binary, Unary
from targetexpr.lang.operators import COMPARISONS
from targetexpr.running.coercion import Value, text_of
from targetexpr.running.context import ContextReader
from targetexpr.running.explaining.found import found
from targetexpr.running.explaining.recording import Trace, role_of
from targetexpr.running.explaining.wording import cut as cut_text
from targetexpr.running.explaining.wording import item_condition, shown, shown_raw
from targetexpr.running.program import CallBasket, CallProfile, CallValue, ReadAttribute, TestRaw

_TRUTH = TestPhrase(holds="is true", fails="is false", must="be true", must_not="be false", joint=None)


class Phrasing:
    """Sentences about the nodes of one recorded evaluation."""

    def __init__(self, trace: Trace, source: str, spans: Sequence[Span] | None) -> None:
        self.trace = trace
        self.program = trace.program
        self.source = source
        self.spans = spans

    def span(self, index: int) -> Span:
        """Where a sub-expression stands in the rule's text."""
        return self.program.nodes[index].span if self.spans is None else self.spans[index]

    def snippet(self, index: int, *, cut: bool = False) -> str:
        """A sub-expression as it is written."""
        text = " ".join(self.span(index).cut(self.source).split())
        return cut_text(text) if cut else text

    def sentence(self, index: int) -> str:
        """What was found, and what is needed: `currentTxn.value is 320, needs more than 500`."""
        value = self.trace.values.get(index)
        node = self.program.nodes[index]
        if index in self.program.constants:
            return f"it is written as always {text_of(value)}"
        if isinstance(node, Binary) and node.operator in COMPARISONS:
            asked = self._asked(index)
            return self._compared(index, node.operator) if asked is None else self._answered(index, *asked)
        return self._unknown(index) if value is None else self._tested(index, value is True)

    def must(self, index: int, outcome: bool) -> str | None:
        """What it takes for a condition to come out so: `currentTxn.value must be more than 500`; None: it cannot."""
        node = self.program.nodes[index]
        if not self._reads_data(index):
            return None
        if isinstance(node, Binary) and node.operator in COMPARISONS:
            asked = self._asked(index)
            if asked is not None:
                return self.must(asked[0], outcome is asked[1])
            return self._must_compare(index, node.operator, outcome)
        subject, phrase = self._test(index)
        return f"{subject} must {self._filled(phrase.must if outcome else phrase.must_not, index)}"

    def _reads_data(self, index: int) -> bool:
        waiting = [index]
        while waiting:
            at = waiting.pop()
            if not isinstance(self.program.operations.get(at), CallValue | TestRaw | None):
                return True
            waiting.extend(self.program.operands[at])
        return False

    # ---- comparisons

    def _asked(self, index: int) -> tuple[int, bool] | None:
        """The test and the answer asked for, when `test()==false` and the like say no more than that."""
        node = self.program.nodes[index]
        left, right = self.program.operands[index]
        answer = self.program.constants.get(right)
        if not isinstance(node, Binary) or not isinstance(answer, bool) or role_of(self.program, left) != "condition":
            return None
        return left, answer is (node.operator == "==")

    def _answered(self, index: int, test: int, outcome: bool) -> str:
        said = self.sentence(test)
        if outcome or self.trace.values.get(index) is not False:
            return said
        must = self.must(test, outcome)
        return said if must is None else f"{said}; it{must.removeprefix(self._test(test)[0])}"

    def _subject(self, index: int) -> str:
        """What a condition is about, in words where the text is too technical."""
        call = self._call(index)
        template = call.overload.subject if call is not None else None
        return self._filled(template, index) if template is not None else self.snippet(index, cut=True)

    def _sides(self, index: int, operator: str) -> tuple[int, str, int]:
        left, right = self.program.operands[index]
        if left in self.program.constants and right not in self.program.constants:
            return right, COMPARISONS[operator].mirrored, left
        return left, operator, right

    def _compared(self, index: int, operator: str) -> str:
        subject, operator, other = self._sides(index, operator)
        needs = self._needs(subject, operator, other)
        found = self._is(subject)
        if self.trace.values.get(index) is True:
            return found if operator == "==" else f"{found}, as needed: {needs}"
        if self.trace.values.get(subject) is not None and self.trace.values.get(other) is None:
            return f"{found}, but {self._is(other)}"
        return f"{found}, needs {needs}"

    def _must_compare(self, index: int, operator: str, outcome: bool) -> str:
        subject, operator, other = self._sides(index, operator)
        if not outcome:
            operator = COMPARISONS[operator].negated
        return f"{self._subject(subject)} must be {self._needs(subject, operator, other)}"

    def _needs(self, subject: int, operator: str, other: int) -> str:
        comparison = COMPARISONS[operator]
        phrase = comparison.date_phrase if self.program.kinds[subject] == "date" else comparison.phrase
        return phrase.format(self._other_side(other))

    def _other_side(self, index: int) -> str:
        if self._is_literal(index):
            return self._shown(self.trace.values.get(index, self.program.constants.get(index)))
        subject = self._subject(index)
        value = self.trace.values.get(index)
        return subject if value is None else f"{subject} (which is {self._shown(value)})"

    def _is_literal(self, index: int) -> bool:
        while isinstance(self.program.nodes[index], Unary):
            index = self.program.operands[index][0]
        return index in self.program.constants

    def _is(self, index: int) -> str:
        """`currentTxn.value is 320`, with the fields behind a computed value."""
        value = self.trace.values.get(index)
        if value is None:
            return self._missing(index)
        return f"{self._subject(index)} is {self._shown(value)}{self._behind(index)}"

    def _missing(self, index: int) -> str:
        snippet = self._subject(index)
        if isinstance(self.program.operations.get(index), ReadAttribute):
            return f"{snippet} is missing"
        fields = [at for at in self._fields(index) if self.trace.values.get(at, False) is None]
        if fields and fields != [index]:
            return f"{snippet} has no value, because {self.snippet(fields[0])} is missing"
        if isinstance(self.program.operations.get(index), CallBasket):
            return f"{snippet} has no value, because line items or their fields are missing"
        return f"{snippet} has no value"

    def _fields(self, index: int) -> list[int]:
        """The attributes that a value is made of, in the order of the text."""
        found: list[int] = []
        waiting = [index]
        while waiting and len(found) < 4:
            at = waiting.pop()
            if isinstance(self.program.operations.get(at), ReadAttribute):
                found.append(at)
            waiting.extend(reversed(self.program.operands[at]))
        return found

    def _behind(self, index: int) -> str:
        if isinstance(self.program.operations.get(index), ReadAttribute):
            return ""
        shown: dict[str, str] = {}
        for at in self._fields(index):
            if at in self.trace.values:
                shown.setdefault(self.snippet(at), self._shown(self.trace.values[at]))
        return f" ({', '.join(f'{name} is {value}' for name, value in shown.items())})" if shown else ""

    # ---- tests

    def _call(self, index: int) -> Call | None:
        target = self.program.checked.targets.get(index)
        return target if isinstance(target, Call) else None

    def _test(self, index: int) -> tuple[str, TestPhrase]:
        """What a condition is about, and its phrase."""
        call = self._call(index)
        phrase = call.function.phrase if call is not None else None
        if phrase is None:
            return self.snippet(index, cut=True), _TRUTH
        return self._filled(phrase.subject, index), phrase

    def _filled(self, template: str, index: int) -> str:
        """A phrase of a declaration with the names and arguments of a call in it; see `TestPhrase`."""
        if "{" not in template:
            return template
        operation, operands = self.program.operations.get(index), self.program.operands[index]
        is_value = isinstance(operation, CallValue | TestRaw)
        if template == "{receiver}":
            return self.snippet(operands[0], cut=True)
        arguments = operands[1:] if is_value else operands
        parts = [self._value_or_snippet(argument) for argument in arguments]
        named: dict[str, str] = {}
        if is_value:
            if "{receiver}" in template:
                named["receiver"] = self.snippet(operands[0], cut=True)
            if "{argument}" in template:
                named["argument"] = self.snippet(arguments[0])
            if "{moment}" in template:
                named["moment"] = self._moment(arguments, parts)
        elif isinstance(operation, CallProfile | CallBasket):
            bare = [part.strip('"') for part in parts]
            named["profile"], named["name"] = operation.profile, bare[0]
            if "{condition}" in template:
                named["condition"] = item_condition(*bare)
        return template.format(*parts, **named)

    def _moment(self, arguments: tuple[int, ...], parts: list[str]) -> str:
        if any(argument not in self.program.constants for argument in arguments):
            return ", ".join(parts)
        year, month, day, hour, minute, second = (*map(int, parts), 0, 0, 0)[:6]
        return date_phrase(datetime(year, month, day, hour, minute, second))

    def _value_or_snippet(self, index: int) -> str:
        value = self.trace.values.get(index, self.program.constants.get(index))
        return self.snippet(index, cut=True) if value is None else self._shown(value)

    def _shown(self, value: Value) -> str:
        return shown(value, self.trace.reader.zone)

    def _tested(self, index: int, holds: bool) -> str:
        subject, phrase = self._test(index)
        said = self._filled(phrase.holds if holds else phrase.fails, index)
        operands = self.program.operands[index]
        match self.program.operations.get(index):
            case ReadAttribute():
                return f"{subject} {said}" if holds else f"{subject} {said}, needs true"
            case CallValue():
                return f"{subject} is {self._shown(self.trace.values.get(operands[0]))}{phrase.joint}{said}"
            case TestRaw():
                raw = self.trace.raws.get(operands[0])
                if raw is None or (isinstance(raw, str) and not raw):
                    return f"{subject} {said}"
                held = f"{subject} is {shown_raw(raw, self.trace.reader.zone)}"
                return held if phrase.joint is None else f"{held}{phrase.joint}{said}"
            case CallProfile(profile=profile) | CallBasket(profile=profile):
                call = self._call(index)
                if call is not None and call.function.reads is not None and "{" in phrase.holds:
                    first = self.trace.values.get(operands[0])
                    return f"{subject} {said}{found(self.trace, profile, call.function, first)}"
        return f"{subject} {said}"

    def _unknown(self, index: int) -> str:
        """A test that is null."""
        operation, operands = self.program.operations.get(index), self.program.operands[index]
        if isinstance(operation, ReadAttribute):
            return f"{self.snippet(index, cut=True)} is missing"
        missing = [at for at in operands if at in self.trace.values and self.trace.values[at] is None]
        if missing:
            return self._is(missing[0])
        call = self._call(index)
        if isinstance(operation, CallBasket):
            return f"{self.snippet(index, cut=True)} has no value, because the line items are missing"
        if isinstance(operation, CallProfile) and call is not None and call.function.reads is not None:
            lenient = ContextReader(self.trace.reader.zone, lenient=True)
            known = lenient.profile(self.trace.context, operation.profile) is not None
            return f"{operation.profile}{f'.{call.function.reads}' if known else ''} is missing"
        return f"{self.snippet(index, cut=True)} has no value in the data"
