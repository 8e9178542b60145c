"""What an explanation says about one condition, in words for a business reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from targetexpr.base.source import Span
from targetexpr.lang.functions import Basket
from targetexpr.lang.functions.baskets import SPELLINGS
from targetexpr.lang.nodes import Binary, Unary
from targetexpr.lang.operators import COMPARISONS
from targetexpr.running.coercion import Value, plain, shown_value, text_of
from targetexpr.running.context import ContextReader, get
from targetexpr.running.explaining.recording import Trace, role_of
from targetexpr.running.meanings.items import inventory_attribute
from targetexpr.running.program import (
    CallBasket,
    CallProfile,
    CallValue,
    LookUp,
    Operation,
    ReadAttribute,
    TestRaw,
)

_LONGEST = 80
_MOST_SEEN = 5
_AGGREGATES = {"Sum": "amount", "Qty": "quantity", "Count": "number"}
_CONDITIONS = {
    "GREATER_THAN": "more than",
    "LESS_THAN": "less than",
    "LESS_THAN_EQUALS_TO": "at most",
    "GREATER_THAN_EQUALS_TO": "at least",
    "EQUALS_TO": "exactly",
    "NOT_EQUALS_TO": "not",
}

# What a test says when it is true, and when it is false; what must be for it to become so.
_TESTS: dict[str, tuple[str, str, str, str]] = {
    "exists": ("is filled", "is missing or empty", "be filled", "be missing or empty"),
    "notExists": ("is missing or empty", "is filled", "be missing or empty", "be filled"),
    "isEmpty": ("is missing or empty", "is filled", "be missing or empty", "be filled"),
    "isNull": ("is missing", "was passed", "be missing", "be passed"),
    "isNotNull": ("was passed", "is missing", "be passed", "be missing"),
    "isValid": ("is a date", "is no date", "be a date", "not be a date"),
    "isValidDate": ("is a date", "is no date", "be a date", "not be a date"),
    "isWeekday": ("a weekday", "no weekday", "be a weekday", "be on the weekend"),
    "isWeekend": ("on the weekend", "not on the weekend", "be on the weekend", "be a weekday"),
    "contains": ("contains {}", "does not contain {}", "contain {}", "not contain {}"),
    "matches": ("matches {}", "does not match {}", "match {}", "not match {}"),
    "isAfter": ("after {}", "not after {}", "be after {}", "be no later than {}"),
    "isBefore": ("before {}", "not before {}", "be before {}", "be no earlier than {}"),
    "isHourBetween": ("between {}", "not between {}", "be between {}", "be outside {}"),
    "isTimeBetween": ("between {}", "not between {}", "be between {}", "be outside {}"),
    "customFieldValueIncludes": ("includes {}", "does not include {}", "include {}", "not include {}"),
    "customFieldValueExcludes": ("does not include {}", "includes {}", "not include {}", "include {}"),
    "customFieldValueExists": ("is filled", "is missing or empty", "be filled", "be missing or empty"),
    "clusterValueIncludes": ("includes {}", "does not include {}", "include {}", "not include {}"),
    "clusterValueExcludes": ("does not include {}", "includes {}", "not include {}", "include {}"),
    "doesItemMatch": ("is {}", "is not {}", "be {}", "not be {}"),
    "doesBrandRegexMatch": ("matches {}", "does not match {}", "match {}", "not match {}"),
    "doesCategoryRegexMatch": ("matches {}", "does not match {}", "match {}", "not match {}"),
}


class Phrasing:
    """Sentences about the nodes of one recorded evaluation."""

    def __init__(self, trace: Trace, source: str, spans: Sequence[Span] | None) -> None:
        self.trace = trace
        self.program = trace.program
        self.source = source
        self.spans = spans

    def span(self, place: int) -> Span:
        """Where a sub-expression stands in the rule's text."""
        return self.program.nodes[place].span if self.spans is None else self.spans[place]

    def snippet(self, place: int, *, cut: bool = False) -> str:
        """A sub-expression as it is written."""
        text = " ".join(self.span(place).cut(self.source).split())
        return text if not cut or len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."

    def sentence(self, place: int) -> str:
        """What was found, and what is needed: `currentTxn.value is 320, needs more than 500`."""
        value = self.trace.values.get(place)
        node = self.program.nodes[place]
        if place in self.program.constants:
            return f"it is written as always {text_of(value)}"
        if isinstance(node, Binary) and node.operator in COMPARISONS:
            asked = self._asked(place)
            return self._compared(place, node.operator) if asked is None else self._answered(place, *asked)
        return self._tested(place, value)

    def must(self, place: int, wanted: bool) -> str | None:
        """What has to be for a condition to be `wanted`: `currentTxn.value must be more than 500`; None: it cannot."""
        node = self.program.nodes[place]
        if not self._reads_data(place):
            return None
        if isinstance(node, Binary) and node.operator in COMPARISONS:
            asked = self._asked(place)
            if asked is not None:
                return self.must(asked[0], wanted is asked[1])
            return self._must_compare(place, node.operator, wanted)
        subject, (_, _, positive, negative), arguments = self._test(place)
        return f"{subject} must {(positive if wanted else negative).format(arguments)}"

    def _reads_data(self, place: int) -> bool:
        waiting = [place]
        while waiting:
            at = waiting.pop()
            if not isinstance(self.program.operations.get(at), CallValue | TestRaw | None):
                return True
            waiting.extend(self.program.operands[at])
        return False

    # ---- comparisons

    def _asked(self, place: int) -> tuple[int, bool] | None:
        """The test and the answer asked for, when `test()==false` and the like say no more than that."""
        node = self.program.nodes[place]
        left, right = self.program.operands[place]
        answer = self.program.constants.get(right)
        if not isinstance(node, Binary) or not isinstance(answer, bool) or role_of(self.program, left) != "condition":
            return None
        return left, answer is (node.operator == "==")

    def _answered(self, place: int, test: int, wanted: bool) -> str:
        said = self.sentence(test)
        if wanted or self.trace.values.get(place) is not False:
            return said
        must = self.must(test, wanted)
        return said if must is None else f"{said}; it{must.removeprefix(self._test(test)[0])}"

    def _subject(self, place: int) -> str:
        """What a condition is about, in words where the text is too technical."""
        operation = self.program.operations.get(place)
        operands = self.program.operands[place]
        if isinstance(operation, CallBasket) and operation.shape.aggregate in _AGGREGATES:
            what = "gross value" if operation.shape.gross else _AGGREGATES[operation.shape.aggregate]
            return f"the {what} of items in {operation.profile} {self._items(operation.shape, operands)}"
        if isinstance(operation, CallValue) and operation.meaning == "dateDiff" and len(operands) == 2:
            return f"the days between {self.snippet(operands[0])} and {self.snippet(operands[1])}"
        return self.snippet(place, cut=True)

    def _items(self, shape: Basket, operands: tuple[int, ...]) -> str:
        """Which items a member of the basket family means."""
        parts = [self._value_or_snippet(operand) for operand in operands]
        bare = [part.strip('"') for part in parts]
        if shape.selection == "If":
            word = _CONDITIONS.get(SPELLINGS.get(bare[1], bare[1]), bare[1])
            return f"whose {bare[0].lower()} is {word} {bare[2]}"
        name = shape.attribute or bare[0]
        if shape.selection == "Regex":
            return f"whose {name} matches the pattern {parts[-1]}"
        return f"with {name} {parts[-1]}"

    def _sides(self, place: int, operator: str) -> tuple[int, str, int]:
        left, right = self.program.operands[place]
        if left in self.program.constants and right not in self.program.constants:
            return right, COMPARISONS[operator].mirrored, left
        return left, operator, right

    def _compared(self, place: int, operator: str) -> str:
        subject, operator, other = self._sides(place, operator)
        needs = self._needs(subject, operator, other)
        found = self._is(subject)
        if self.trace.values.get(place) is True:
            return found if operator == "==" else f"{found}, as needed: {needs}"
        if self.trace.values.get(subject) is not None and self.trace.values.get(other) is None:
            return f"{found}, but {self._is(other)}"
        return f"{found}, needs {needs}"

    def _must_compare(self, place: int, operator: str, wanted: bool) -> str:
        subject, operator, other = self._sides(place, operator)
        if not wanted:
            operator = COMPARISONS[operator].negated
        return f"{self._subject(subject)} must be {self._needs(subject, operator, other)}"

    def _needs(self, subject: int, operator: str, other: int) -> str:
        comparison = COMPARISONS[operator]
        phrase = comparison.date_phrase if self.program.kinds[subject] == "date" else comparison.phrase
        return phrase.format(self._other_side(other))

    def _other_side(self, place: int) -> str:
        if self._is_literal(place):
            return self.shown(self.trace.values.get(place, self.program.constants.get(place)))
        subject = self._subject(place)
        value = self.trace.values.get(place)
        return subject if value is None else f"{subject} (which is {self.shown(value)})"

    def _is_literal(self, place: int) -> bool:
        while isinstance(self.program.nodes[place], Unary):
            place = self.program.operands[place][0]
        return place in self.program.constants

    def _is(self, place: int) -> str:
        """`currentTxn.value is 320`, with the fields behind a computed value."""
        value = self.trace.values.get(place)
        if value is None:
            return self._missing(place)
        return f"{self._subject(place)} is {self.shown(value)}{self._behind(place)}"

    def _missing(self, place: int) -> str:
        snippet = self._subject(place)
        if isinstance(self.program.operations.get(place), ReadAttribute):
            return f"{snippet} is missing"
        fields = [at for at in self._fields(place) if self.trace.values.get(at, False) is None]
        if fields and fields != [place]:
            return f"{snippet} has no value, because {self.snippet(fields[0])} is missing"
        if isinstance(self.program.operations.get(place), CallBasket):
            return f"{snippet} has no value, because line items or their fields are missing"
        return f"{snippet} has no value"

    def _fields(self, place: int) -> list[int]:
        """The attributes that a value is made of, in the order of the text."""
        found: list[int] = []
        waiting = [place]
        while waiting and len(found) < 4:
            at = waiting.pop()
            if isinstance(self.program.operations.get(at), ReadAttribute):
                found.append(at)
            waiting.extend(reversed(self.program.operands[at]))
        return found

    def _behind(self, place: int) -> str:
        if isinstance(self.program.operations.get(place), ReadAttribute):
            return ""
        shown: dict[str, str] = {}
        for at in self._fields(place):
            if at in self.trace.values:
                shown.setdefault(self.snippet(at), self.shown(self.trace.values[at]))
        return f" ({', '.join(f'{name} is {value}' for name, value in shown.items())})" if shown else ""

    # ---- tests

    def _tested(self, place: int, value: Value) -> str:
        subject, (positive, negative, _, _), arguments = self._test(place)
        operation = self.program.operations.get(place)
        if value is None:
            return self._unknown(place, subject)
        phrase = (positive if value else negative).format(arguments)
        if isinstance(operation, ReadAttribute):
            return f"{subject} is true" if value else f"{subject} is false, needs true"
        if isinstance(operation, CallValue):
            receiver = self.trace.values.get(self.program.operands[place][0])
            found = f"{subject} is {self.shown(receiver)}"
            joint = ", " if operation.meaning.startswith("is") else ", which "
            return f"{found}{joint}{phrase}"
        if isinstance(operation, TestRaw):
            raw = self.trace.raws.get(self.program.operands[place][0])
            if raw is not None and raw != "" and not phrase.startswith("is missing"):
                return f"{subject} is {self.shown(cast('Value', raw))}" + (
                    "" if phrase == "was passed" else f", it {phrase}"
                )
        return f"{subject} {phrase}{self._seen(operation, place)}"

    def _seen(self, operation: Operation | None, place: int) -> str:
        """What the data holds where a test of a profile looked: ` (it is "40-90")`."""
        reader = ContextReader(self.trace.reader.zone, lenient=True)
        if not isinstance(operation, CallProfile | CallBasket):
            return ""
        profile = reader.profile(self.trace.context, operation.profile)
        first = self.trace.values.get(self.program.operands[place][0])
        if profile is None or not isinstance(first, str):
            return ""
        if isinstance(operation, CallBasket):
            return self._seen_items(reader, profile, operation.shape.attribute or first)
        meaning = operation.meaning
        if meaning.startswith(("customField", "cluster")):
            key = "clusters" if meaning.startswith("cluster") else "customFields"
            raw = get(reader.dictionary(get(profile, key)) or {}, first)
        else:
            name = first if meaning == "doesItemMatch" else "brand" if "Brand" in meaning else "category"
            raw = inventory_attribute(reader, profile, (), name)
        if meaning == "customFieldValueExists":
            return ""
        return f" (it is {self._raw(raw)})" if raw is not None else " (it is missing)"

    def _seen_items(self, reader: ContextReader, profile: dict[object, object], name: str) -> str:
        items = reader.items(get(profile, "lineItems")) or ()
        if not items:
            return " (there are no items)"
        texts = [inventory_attribute(reader, item, (), name) for item in items if isinstance(item, dict)]
        found = list(dict.fromkeys(text for text in texts if text is not None))
        if not found:
            return f" (no item has a {name})"
        more = ", ..." if len(found) > _MOST_SEEN else ""
        return f" (their {name} is {', '.join(self.shown(text) for text in found[:_MOST_SEEN])}{more})"

    def _raw(self, raw: object) -> str:
        if isinstance(raw, list | tuple):
            more = ", ..." if len(raw) > _MOST_SEEN else ""
            return f"{', '.join(self._raw(one) for one in raw[:_MOST_SEEN])}{more}" if raw else "an empty list"
        return self.shown(raw) if isinstance(raw, str) else shown_value(raw)

    def _unknown(self, place: int, subject: str) -> str:
        operation = self.program.operations.get(place)
        if isinstance(operation, ReadAttribute):
            return f"{subject} is missing"
        operands = self.program.operands[place]
        missing = [at for at in operands if at in self.trace.values and self.trace.values[at] is None]
        if missing:
            return self._is(missing[0])
        match operation:
            case CallBasket():
                return f"{self.snippet(place, cut=True)} has no value, because the line items are missing"
            case CallProfile(profile=profile, meaning=meaning):
                key = "clusters" if meaning.startswith("cluster") else "customFields"
                return f"{profile}.{key} is missing"
            case _:
                return f"{self.snippet(place, cut=True)} has no value in the data"

    def _test(self, place: int) -> tuple[str, tuple[str, str, str, str], str]:
        """What a condition is about, how it is put, and what it is put against."""
        operation = self.program.operations.get(place)
        operands = self.program.operands[place]
        plain_truth = ("is true", "is false", "be true", "be false")
        match operation:
            case TestRaw(meaning=meaning):
                return self.snippet(operands[0], cut=True), _TESTS[meaning], ""
            case CallValue(meaning=meaning) if meaning in _TESTS:
                return self.snippet(operands[0], cut=True), _TESTS[meaning], self._arguments(meaning, operands[1:])
            case CallProfile(profile=profile, meaning=meaning):
                return self._profile_test(profile, meaning, operands)
            case CallBasket(profile=profile, shape=shape) if shape.aggregate in ("Includes", "Excludes"):
                return self._basket_test(profile, shape, operands)
            case LookUp():
                return self.snippet(place, cut=True), plain_truth, ""
            case _:
                return self.snippet(place, cut=True), plain_truth, ""

    def _arguments(self, meaning: str, operands: tuple[int, ...]) -> str:
        parts = [self._value_or_snippet(operand) for operand in operands]
        if meaning in ("isAfter", "isBefore") and all(operand in self.program.constants for operand in operands):
            numbers = [int(part) for part in parts]
            day = f"{numbers[2]} {_MONTHS[numbers[1] - 1]} {numbers[0]}"
            clock = ":".join(f"{n:02}" for n in numbers[3:]) if any(numbers[3:]) else ""
            return f"{day} {clock}".strip()
        if meaning == "isHourBetween":
            return f"{parts[0]}:00 and {parts[1]}:00"
        if meaning == "isTimeBetween":
            return f"{parts[0]}:{parts[1]:0>2} and {parts[2]}:{parts[3]:0>2}"
        if meaning == "matches":
            return f"the pattern {parts[0]}"
        return ", ".join(parts)

    def _value_or_snippet(self, place: int) -> str:
        value = self.trace.values.get(place, self.program.constants.get(place))
        return self.snippet(place, cut=True) if value is None else self.shown(value)

    def _profile_test(
        self, profile: str, meaning: str, operands: tuple[int, ...]
    ) -> tuple[str, tuple[str, str, str, str], str]:
        parts = [self._value_or_snippet(operand) for operand in operands]
        phrases = _TESTS[meaning]
        if meaning.startswith("customField"):
            return f"custom field {parts[0]} of {profile}", phrases, parts[-1]
        if meaning.startswith("cluster"):
            return f"cluster {parts[0]} of {profile}", phrases, parts[-1]
        if meaning == "doesItemMatch":
            return f"attribute {parts[0]} of {profile}", phrases, parts[-1]
        what = "brand" if "Brand" in meaning else "category"
        return f"{what} of {profile}", phrases, f"the pattern {parts[-1]}"

    def _basket_test(
        self, profile: str, shape: Basket, operands: tuple[int, ...]
    ) -> tuple[str, tuple[str, str, str, str], str]:
        has = f"an item {self._items(shape, operands)}"
        none = f"no item {self._items(shape, operands)}"
        phrases = (f"has {has}", f"has {none}", f"have {has}", f"have {none}")
        if shape.aggregate == "Excludes":
            phrases = (phrases[1], phrases[0], phrases[3], phrases[2])
        escaped = tuple(phrase.replace("{", "{{").replace("}", "}}") for phrase in phrases)
        return profile, cast("tuple[str, str, str, str]", escaped), ""

    # ---- values

    def shown(self, value: Value) -> str:
        """A value in a sentence: texts in quotes, dates as 27 May 2025 10:00 on the local clock."""
        if isinstance(value, str):
            return f'"{value}"' if len(value) <= _LONGEST else f'"{value[: _LONGEST - 3]}..."'
        if isinstance(value, datetime):
            local = cast("datetime", plain(value, self.trace.reader.zone))
            day = f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
            clock = f"{local:%H:%M}" if not local.second else f"{local:%H:%M:%S}"
            return day if clock == "00:00" else f"{day} {clock}"
        if isinstance(value, bool | int | Decimal):
            text = text_of(value)
            return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
        return "missing" if value is None else repr(value)[:_LONGEST]


_MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June")
_MONTHS += ("July", "August", "September", "October", "November", "December")
