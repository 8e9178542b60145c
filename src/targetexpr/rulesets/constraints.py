"""What must hold of single fields for a rule to be true, and what the rule reads before it has looked at them.

A rule is skipped when a term of its outermost `&&` cannot be true. Two things make that exact, errors included:

- A constraint belongs to a term such that a valid value outside its domain makes the term *false* (not just "not
  true"), which ends the evaluation of the `&&` there.
- Data that does not fit raises an error where it is read. So a rule is skipped only where everything that it reads up
  to there is valid; what can be told of that is named in `watched`, and where it cannot be told, the terms from there
  on give no constraints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from targetexpr.lang.nodes import Binary, Logical, Unary
from targetexpr.lang.operators import COMPARISONS
from targetexpr.lang.types import Kind
from targetexpr.rulesets.domains import (
    BooleanDomain,
    Domain,
    ItemsDomain,
    Search,
    SearchDomain,
    StringDomain,
    Subject,
    compared,
    of_all,
    of_any,
)
from targetexpr.running.program import (
    CallBasket,
    CallProfile,
    CallValue,
    LookUp,
    Program,
    ReadAttribute,
    TestRaw,
    signed_literal,
)

DEEPEST = 64
"""Rules that are nested deeper than this give no constraints; they are always asked themselves."""

Constraints: TypeAlias = Mapping[Subject, tuple[Domain, ...]]
"""By subject, the domains in each of which its value must lie (for line items several)."""


class Watched(NamedTuple):
    """Something that a rule reads and that does not fit some data: an attribute, or the line items of a profile."""

    profile: str
    name: str
    kind: Kind | None  # None: the line items


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What a rule set knows of one rule."""

    constraints: Constraints
    watched: frozenset[Watched]  # what must be valid for the constraints to say anything
    complete: bool  # nothing else that the rule reads can raise, so a null ends it as surely as a false


def requirements(program: Program, *, lenient: bool) -> Requirements:
    """What must hold for a program to be true. Lenient: data that does not fit reads as null and never raises."""
    if program.depth > DEEPEST or program.kinds[0] != "boolean":
        return Requirements(constraints={}, watched=frozenset(), complete=False)
    gathered: dict[Subject, list[Domain]] = {}
    watched: set[Watched] = set()
    complete = True
    for term in terms(program):
        reads = set(_reads(program, term, lenient=lenient))
        if None in reads:
            complete = False
            break
        watched.update(read for read in reads if read is not None)
        for subject, domains in _constraints(program, term, negated=False).items():
            gathered.setdefault(subject, []).extend(domains)
    constraints = {
        subject: (of_all(domains),) if subject.can_intersect else tuple(domains)
        for subject, domains in gathered.items()
    }
    return Requirements(constraints=constraints, watched=frozenset(watched), complete=complete)


def terms(program: Program) -> tuple[int, ...]:
    """The indices of the terms of the outermost `&&`, inner ones taken apart as well."""
    found: list[int] = []
    waiting = [0]
    while waiting:
        index = waiting.pop()
        node = program.nodes[index]
        if isinstance(node, Logical) and node.operator == "&&":
            waiting.extend(reversed(program.operands[index]))
        else:
            found.append(index)
    return tuple(found)


def _reads(program: Program, start: int, *, lenient: bool) -> Iterator[Watched | None]:
    """What evaluating a node may read that can raise; None for what nobody can tell of beforehand."""
    waiting = [start]
    while waiting:
        index = waiting.pop()
        waiting.extend(program.operands[index])
        match program.operations.get(index):
            case LookUp():
                yield None  # a callable of the data may raise anything
            case _ if lenient:
                pass
            case CallProfile():
                yield None
            case CallBasket(profile=profile):
                yield Watched(profile, "lineItems", None)
            case ReadAttribute(profile=profile, name=name, computed=computed):
                yield Watched(profile, name, program.kinds[index])
                if computed is not None:
                    yield Watched(profile, "lineItems", None)
            case TestRaw() | CallValue() | None:
                pass


def _constraints(program: Program, index: int, *, negated: bool) -> Constraints:
    """What must hold for a node to be true (negated: to be false)."""
    node = program.nodes[index]
    match node:
        case Logical(operator=operator):
            parts = [_constraints(program, operand, negated=negated) for operand in program.operands[index]]
            return _of_every_term(parts) if (operator == "&&") is not negated else _of_some_term(parts)
        case Unary(operator="!"):
            return _constraints(program, program.operands[index][0], negated=not negated)
        case Binary(operator=operator) if operator in COMPARISONS:
            return _compared(program, index, operator, negated=negated)
        case _:
            return _bare(program, index, negated=negated)


def _of_every_term(parts: list[Constraints]) -> Constraints:
    gathered: dict[Subject, list[Domain]] = {}
    for part in parts:
        for subject, domains in part.items():
            gathered.setdefault(subject, []).extend(domains)
    return {
        subject: (of_all(domains),) if subject.can_intersect else tuple(domains)
        for subject, domains in gathered.items()
    }


def _of_some_term(parts: list[Constraints]) -> Constraints:
    common = [subject for subject in parts[0] if all(subject in part for part in parts[1:])]
    return {subject: (of_any([part[subject][0] for part in parts]),) for subject in common}


def _bare(program: Program, index: int, *, negated: bool) -> Constraints:
    """A boolean attribute, or `basketIncludes`, as it stands."""
    match program.operations.get(index):
        case ReadAttribute(profile=profile, name=name, computed=None) if program.kinds[index] == "boolean":
            return {Subject(profile, name, "boolean"): (BooleanDomain(values=frozenset((not negated,))),)}
        case CallValue(meaning="contains" | "matches" as method) if not negated:
            receiver, argument = program.operands[index]
            read, literal = program.operations.get(receiver), program.constants.get(argument)
            if isinstance(read, ReadAttribute) and isinstance(literal, str) and program.kinds[receiver] == "string":
                domain = SearchDomain(values=frozenset((Search(method, literal),)))
                return {Subject(read.profile, read.name, "search"): (domain,)}
            return {}
        case CallBasket(profile=profile, shape=shape) if shape.selection == "Equals":
            if (shape.aggregate == "Includes") is negated or shape.aggregate not in ("Includes", "Excludes"):
                return {}
            first, second = (program.constants.get(operand) for operand in program.operands[index])
            if isinstance(first, str) and isinstance(second, str):
                return {Subject(profile, first, "items"): (ItemsDomain(values=frozenset((second,))),)}
            return {}
        case _:
            return {}


def _compared(program: Program, index: int, operator: str, *, negated: bool) -> Constraints:
    left, right = program.operands[index]
    if negated:
        operator = COMPARISONS[operator].negated
    for one, other, symbol in ((left, right, operator), (right, left, COMPARISONS[operator].mirrored)):
        truth = program.constants.get(other)
        if isinstance(truth, bool) and symbol in ("==", "!="):
            return _constraints(program, one, negated=truth is not (symbol == "=="))
        read = program.operations.get(one)
        if not isinstance(read, ReadAttribute) or read.computed is not None:
            continue
        if program.kinds[one] == "number":
            bound = signed_literal(program, other)
            if bound is not None:
                return {Subject(read.profile, read.name, "number"): (compared(symbol, bound),)}
        elif isinstance(truth, str) and program.kinds[one] == "string" and symbol in ("==", "!="):
            domain = StringDomain(values=frozenset((truth,)), excluded=symbol == "!=")
            return {Subject(read.profile, read.name, "string"): (domain,)}
    return {}
