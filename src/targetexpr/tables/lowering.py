"""The one walk from a program to columns: truths, strings, tests of raw values; numbers, dates and items are below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, cast

from targetexpr.lang.nodes import Binary, Conditional, Logical, Unary
from targetexpr.running.coercion import text_of
from targetexpr.running.program import (
    CallBasket,
    CallProfile,
    CallValue,
    LookUp,
    Program,
    ReadAttribute,
    TestRaw,
)
from targetexpr.tables.columns import Column
from targetexpr.tables.items import Items
from targetexpr.tables.polynomials import E
from targetexpr.tables.vocabulary import Comparison

DEEPEST = 200
"""Trees deeper than this are not walked: the walk is a depth of calls, and so is what engines do with the result."""

LARGEST = 1_000_000
"""Nodes of what is written for an engine, about; the same part may have to be written several times."""

_DATE_TESTS = frozenset(("isWeekday", "isWeekend", "isAfter", "isBefore", "isHourBetween", "isTimeBetween"))

_Group: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered(Generic[E]):
    """A program over the columns of a table."""

    verdict: E  # true, false or null
    doubt: E | None  # whether a row is left to the rule itself
    suspicion: E | None  # whether a row was decided by grids that were only seen in a sample
    assumed: tuple[Column, ...]  # the columns of which grid and bound were seen in a sample
    leaned: tuple[Column, ...]  # those whose grid all rows go by
    shared: Mapping[str, E]  # columns to be made first


class Lowering(Items[E]):
    """One program in one engine's words."""

    def rule(self) -> Lowered[E]:
        """The verdict of every row. Raises NotLowerable."""
        program, words = self.program, self.words
        if program.kinds[0] != "boolean":
            raise self.refusal("it is no condition", 0)
        if program.depth > DEEPEST:
            raise self.refusal(f"it is nested more than {DEEPEST} levels deep", 0)
        if _written_size(program) > LARGEST:
            raise self.refusal("written for columns it is too large", 0)
        verdict = self.boolean(0)
        return Lowered(
            verdict=verdict,
            doubt=words.any([words.known(doubt) for doubt in self.doubts]) if self.doubts else None,
            suspicion=words.any([words.known(one) for one in self.suspicions]) if self.suspicions else None,
            assumed=tuple(self.assumed.values()),
            leaned=tuple(self.assumed[key] for key in sorted(self.leaned)),
            shared=words.definitions(),
        )

    # ---- truths

    def boolean(self, index: int) -> E:
        """A node as a truth."""
        program, words = self.program, self.words
        operands = program.operands[index]
        if index in program.constants:
            return words.truth(program.constants[index] is True)
        match program.nodes[index]:
            case Logical(operator=operator):
                terms = self._terms(operands, disjunction=operator == "||")
                return words.any(terms) if operator == "||" else words.all(terms)
            case Unary():
                return words.negation(self.boolean(operands[0]))
            case Binary(operator=operator):
                return self._comparison(cast("Comparison", operator), *operands)
            case Conditional():
                condition, then, otherwise = operands
                return words.choose(self.boolean(condition), self.boolean(then), self.boolean(otherwise))
        match program.operations.get(index):
            case ReadAttribute() | LookUp():
                return words.boolean(self._cell(index))
            case TestRaw(meaning=meaning):
                return self._raw_test(meaning, operands[0])
            case CallBasket() as call:
                return self.basket_test(index, call)
            case CallProfile(profile=profile, meaning=meaning):
                return self.profile_test(index, profile, meaning)
            case CallValue(meaning="contains"):
                return words.contains(self.string(operands[0]), self.string(operands[1]))
            case CallValue(meaning="matches"):
                pattern = self.constant_text(operands[1], "a pattern must be a literal")
                return words.matches(self.string(operands[0]), pattern, in_item=False)
            case CallValue(meaning=meaning) if meaning in _DATE_TESTS:
                return self.date_test(index, meaning, operands)
        raise self.refusal("this condition has no form in columns", index)

    def _comparison(self, operator: Comparison, left: int, right: int) -> E:
        match self.program.kinds[left]:
            case "number":
                return self.compare_numbers(operator, self.number(left), self.number(right))
            case "boolean":
                return self.words.compare(operator, self.boolean(left), self.boolean(right))
            case "string":
                return self.words.compare(operator, self.string(left), self.string(right))
            case "date":
                return self.words.compare(operator, self.instant(left), self.instant(right))
            case kind:
                raise AssertionError(f"a comparison of kind {kind}")

    def _terms(self, operands: tuple[int, ...], *, disjunction: bool) -> list[E]:
        """The terms; those that look for one literal each in the same place, as lists of product codes do, as one."""
        words = self.words
        groups: dict[_Group, list[int]] = {}
        for operand in operands:
            groups.setdefault(looks_in(self.program, operand, disjunction=disjunction) or (str(operand),), []).append(
                operand
            )
        terms: list[E] = []
        for group, members in groups.items():
            if len(members) == 1:
                terms.append(self.boolean(members[0]))
                continue
            values = [cast("str", self.program.constants[self.program.operands[member][1]]) for member in members]
            call = self.program.operations.get(members[0])
            if isinstance(call, CallBasket):
                terms.append(self.any_of(tuple(members), call, group[-1], values))
            else:
                found = words.one_of(self.string(self.program.operands[members[0]][0]), values)
                terms.append(found if disjunction else words.negation(found))
        return terms

    # ---- strings and cells

    def string(self, index: int) -> E:
        """A node as a string."""
        program, words = self.program, self.words
        constant, operands = program.constants.get(index), program.operands[index]
        if isinstance(constant, str):
            return words.text(constant)
        match program.operations.get(index):
            case ReadAttribute() | LookUp():
                return words.string(self._cell(index))
        match program.nodes[index]:
            case Conditional():
                condition, then, otherwise = operands
                return words.choose(self.boolean(condition), self.string(then), self.string(otherwise))
            case Binary(operator="+"):
                return words.join(self.string(operands[0]), self.string(operands[1]))
        raise self.refusal("this string has no form in columns", index)

    def _cell(self, index: int) -> Column:
        """The column of an attribute, or of a method that the data holds."""
        operation = self.program.operations[index]
        if isinstance(operation, ReadAttribute):
            return self.column(f"{operation.profile}.{operation.name}", index)
        return self.looked_up(index)

    def looked_up(self, index: int) -> Column:
        """The column of a method that the data holds, named as a rule's reads print it."""
        name = looked_up_name(self.program, index)
        if name is None:
            raise self.refusal("a method that is read from the data needs literal arguments", index)
        return self.column(name, index)

    # ---- tests of raw values

    def _raw_test(self, meaning: str, index: int) -> E:
        """Whether the data holds something, whatever it is."""
        words = self.words
        column = self._raw_cell(index)
        if meaning in ("isValid", "isValidDate"):
            return self._is_date(index, column)
        if column is not None:
            missing = words.is_missing(column)
            text = words.string(column) if column.kind == "text" else None
        else:
            value = self._value(index)
            missing = words.is_null(value)
            text = value if self.program.kinds[index] == "string" else None
        match meaning:
            case "isNull":
                return missing
            case "isNotNull":
                return words.negation(missing)
        if text is not None:
            missing = words.any([missing, words.known(words.compare("==", text, words.text("")))])
        return words.negation(missing) if meaning == "exists" else missing

    def _raw_cell(self, index: int) -> Column | None:
        operation = self.program.operations.get(index)
        if isinstance(operation, LookUp) or (isinstance(operation, ReadAttribute) and operation.computed is None):
            return self._cell(index)
        return None

    def _is_date(self, index: int, column: Column | None) -> E:
        """Whether the raw value is a date."""
        if column is not None:
            return self.words.negation(self.words.is_null(self.instants_of(column, clock=False)))
        if self.program.kinds[index] != "date":
            raise self.refusal("whether a computed value is a date", index)
        return self.words.negation(self.words.is_null(self.instant(index)))

    def _value(self, index: int) -> E:
        match self.program.kinds[index]:
            case "boolean":
                return self.boolean(index)
            case "string":
                return self.string(index)
            case "date":
                return self.instant(index)
            case _:
                return self.double(self.number(index)).expression


def _written_size(program: Program) -> int:
    """About how many nodes an engine gets: conditions stand twice, and numbers that are compared several times."""
    sizes = [1] * len(program.nodes)
    for index in range(len(program.nodes) - 1, -1, -1):
        operands = program.operands[index]
        total = sum(sizes[operand] for operand in operands)
        match program.nodes[index]:
            case Conditional():
                total += sizes[operands[0]]
            case Binary(operator=operator) if program.kinds[operands[0]] == "number" and operator not in (
                "+",
                "-",
                "*",
            ):
                total *= 4
        sizes[index] = min(total + 1, LARGEST + 1)
    return sizes[0]


def looked_up_name(program: Program, index: int) -> str | None:
    """The name of the column for a method that the data holds; None where an argument is no literal."""
    operation = program.operations[index]
    assert isinstance(operation, LookUp)
    arguments = [program.constants.get(operand) for operand in program.operands[index]]
    if None in arguments:
        return None
    return f"{operation.profile}.{operation.name}({', '.join(text_of(argument) for argument in arguments)})"


def looks_in(program: Program, index: int, *, disjunction: bool) -> tuple[str, ...] | None:
    """Where a term looks for a literal string: a column, or an attribute of the line items."""
    node, operation, operands = program.nodes[index], program.operations.get(index), program.operands[index]
    if isinstance(node, Binary) and node.operator == ("==" if disjunction else "!="):
        read = program.operations.get(operands[0])
        if isinstance(read, ReadAttribute) and isinstance(program.constants.get(operands[1]), str):
            return "attribute", read.profile, read.name
    if isinstance(operation, CallBasket) and operation.shape.selection == "Equals":
        name, value = (program.constants.get(operand) for operand in operands)
        wanted = "Includes" if disjunction else "Excludes"
        if isinstance(name, str) and isinstance(value, str) and operation.shape.aggregate == wanted:
            return "items", operation.profile, name
    return None
