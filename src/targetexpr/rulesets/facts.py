"""What is known when a rule is true, and what it takes to be true: domains of single expressions.

Here an expression is anything with a value (an attribute, a sum, a method), by its canonical text. Errors play no part:
it is said what holds wherever a rule *is* true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, TypeAlias, cast

from targetexpr.lang.nodes import Binary, BooleanLiteral, Logical, Unary
from targetexpr.lang.operators import COMPARISONS
from targetexpr.rulesets.canonical import canonical
from targetexpr.rulesets.constraints import DEEPEST
from targetexpr.rulesets.domains import (
    BooleanDomain,
    Domain,
    Search,
    StringDomain,
    Subject,
    compared,
    is_empty,
    of_all,
    of_any,
)
from targetexpr.running.coercion import Number
from targetexpr.running.meanings.dates import moment_of
from targetexpr.running.program import CallValue, Program, signed_literal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """An expression must lie in a domain: true exactly where it does."""

    subject: Subject
    domain: Domain
    index: int = 0  # of the node that says so
    negated: bool = False  # that the node is false says so


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAll:
    """Every part must be true."""

    parts: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAny:
    """One part must be true. `whole` says the same of the disjunction as one expression."""

    parts: tuple[Need, ...]
    whole: Needs


Need: TypeAlias = Needs | NeedsAll | NeedsAny
"""What it takes for a node to be true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One rule, as the analysis sees it."""

    key: str  # its canonical text
    need: Need
    known: Mapping[Subject, Domain]  # what holds when it is true
    impossible: Subject | None  # an expression for which nothing is left: the rule is never true
    searches: Mapping[Subject, tuple[str, Search]]  # `contains` and `matches`: of which expression, and for what
    sources: Mapping[Subject, Subject] = field(default_factory=dict)  # of what was concluded, from which


def facts(program: Program, zone: tzinfo) -> Facts:
    """The facts of a rule. Rules nested too deeply are known by their text alone."""
    if program.depth > DEEPEST or program.kinds[0] != "boolean":
        whole = Needs(subject=Subject("", repr(program.nodes[0]), "boolean"), domain=_is(True))
        return Facts(
            key=whole.subject.name, need=whole, known={whole.subject: whole.domain}, impossible=None, searches={}
        )
    need = _need(program, 0, zone, negated=False)
    known = _known(need)
    impossible = next((subject for subject, domain in known.items() if is_empty(domain)), None)
    return Facts(key=canonical(program, 0), need=need, known=known, impossible=impossible, searches=_searches(program))


def _searches(program: Program) -> dict[Subject, tuple[str, Search]]:
    found: dict[Subject, tuple[str, Search]] = {}
    for index, operation in program.operations.items():
        if isinstance(operation, CallValue) and operation.meaning in ("contains", "matches"):
            receiver, argument = program.operands[index]
            literal = program.constants.get(argument)
            if isinstance(literal, str):
                method: Literal["contains", "matches"] = "contains" if operation.meaning == "contains" else "matches"
                subject = Subject("", canonical(program, index), "boolean")
                found[subject] = canonical(program, receiver), Search(method, literal)
    return found


def _need(program: Program, index: int, zone: tzinfo, *, negated: bool) -> Need:
    node = program.nodes[index]
    match node:
        case Logical(operator=operator):
            parts = tuple(_need(program, operand, zone, negated=negated) for operand in program.operands[index])
            if (operator == "&&") is not negated:
                return NeedsAll(parts=parts)
            single = _of_one_subject(parts, index, negated=negated)
            if single is not None:
                return single
            return NeedsAny(parts=parts, whole=_opaque(program, index, negated=negated))
        case Unary(operator="!"):
            return _need(program, program.operands[index][0], zone, negated=not negated)
        case Binary(operator=operator) if operator in COMPARISONS:
            return _comparison(program, index, operator, zone, negated=negated)
        case BooleanLiteral(value=value):
            return NeedsAll(parts=()) if value is not negated else Needs(subject=_NEVER, domain=_is(), index=index)
    operation = program.operations.get(index)
    if isinstance(operation, CallValue) and operation.meaning in ("isAfter", "isBefore"):
        moment = _instant(program, program.operands[index][1:], zone)
        if moment is not None:
            symbol = ">" if operation.meaning == "isAfter" else "<"
            symbol = COMPARISONS[symbol].negated if negated else symbol
            subject = Subject("", f"{canonical(program, program.operands[index][0])} instant", "number")
            return Needs(subject=subject, domain=compared(symbol, moment), index=index, negated=negated)
    return _opaque(program, index, negated=negated)


_NEVER = Subject("", "false", "boolean")


def _is(*truths: bool) -> BooleanDomain:
    return BooleanDomain(values=frozenset(truths))


def _opaque(program: Program, index: int, *, negated: bool) -> Needs:
    """A boolean that is known by its text alone."""
    key = canonical(program, index, negated=negated)
    denied = key.startswith("!")
    subject = Subject("", key[1:] if denied else key, "boolean")
    return Needs(subject=subject, domain=_is(not denied), index=index, negated=negated)


def _comparison(program: Program, index: int, operator: str, zone: tzinfo, *, negated: bool) -> Need:
    left, right = program.operands[index]
    for one, other in ((left, right), (right, left)):
        truth = program.constants.get(other)
        if isinstance(truth, bool) and operator in ("==", "!="):
            return _need(program, one, zone, negated=(truth is not (operator == "==")) is not negated)
    subject, domain = _compared(program, left, right, COMPARISONS[operator].negated if negated else operator)
    return Needs(subject=subject, domain=domain, index=index, negated=negated)


def _compared(program: Program, left: int, right: int, operator: str) -> tuple[Subject, Domain]:
    kind = program.kinds[left]
    for one, other, symbol in ((left, right, operator), (right, left, COMPARISONS[operator].mirrored)):
        if kind == "number":
            bound = signed_literal(program, other)
            if bound is not None:
                return _subject(program, one, "number"), compared(symbol, bound)
        literal = program.constants.get(other)
        if kind == "string" and isinstance(literal, str):
            domain = StringDomain(values=frozenset((literal,)), excluded=symbol == "!=")
            return _subject(program, one, "string"), domain
    # Two expressions: what is known is the sign of their difference.
    first, second = canonical(program, left), canonical(program, right)
    if second < first:
        first, second, operator = second, first, COMPARISONS[operator].mirrored
    return Subject("", f"{first} against {second}", "number"), compared(operator, 0)


def _subject(program: Program, index: int, kind: Literal["number", "string"]) -> Subject:
    return Subject("", canonical(program, index), kind)


def _instant(program: Program, arguments: tuple[int, ...], zone: tzinfo) -> int | None:
    """The instant that `isAfter` and `isBefore` name by literals, in microseconds; None when they name none."""
    numbers = [signed_literal(program, argument) for argument in arguments]
    moment = None if None in numbers else moment_of(zone, tuple(cast("list[Number]", numbers)))
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def _of_one_subject(parts: tuple[Need, ...], index: int, *, negated: bool) -> Needs | None:
    """A disjunction whose parts are all about one expression, as one domain of it."""
    first = parts[0]
    if not isinstance(first, Needs):
        return None
    domains: list[Domain] = []
    for part in parts:
        if not isinstance(part, Needs) or part.subject != first.subject:
            return None
        domains.append(part.domain)
    return Needs(subject=first.subject, domain=of_any(domains), index=index, negated=negated)


def _known(need: Need) -> dict[Subject, Domain]:
    """What holds of single expressions when a need is met."""
    match need:
        case Needs(subject=subject, domain=domain):
            return {subject: domain}
        case NeedsAll(parts=parts):
            gathered: dict[Subject, list[Domain]] = {}
            for part in parts:
                for subject, domain in _known(part).items():
                    gathered.setdefault(subject, []).append(domain)
            return {subject: of_all(domains) for subject, domains in gathered.items()}
        case NeedsAny(parts=parts, whole=whole):
            known = [_known(part) for part in parts]
            common = [subject for subject in known[0] if all(subject in other for other in known[1:])]
            found = {subject: of_any([one[subject] for one in known]) for subject in common}
            return {whole.subject: whole.domain, **found}
