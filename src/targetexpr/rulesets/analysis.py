"""What the rules of a set have to do with each other: which never hold together, which follow, which are the same.

Everything that is claimed is proven from single expressions: two rules demand values of one expression that exclude
each other, or every condition of a rule follows from conditions of another. What cannot be seen that way is not
claimed. A claim speaks of data that fits: where a rule meets a value that does not, it says nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal, TypeAlias, assert_never

from targetexpr.lang.nodes import Expr, Unary
from targetexpr.rulesets.domains import (
    BooleanDomain,
    Domain,
    Search,
    StringDomain,
    Subject,
    is_empty,
    of_all,
)
from targetexpr.rulesets.facts import Facts, Need, Needs, NeedsAll, NeedsAny, facts
from targetexpr.rulesets.fields import bitmap
from targetexpr.rulesets.relations import Relation, relation
from targetexpr.running.meanings import VALUE_MEANINGS
from targetexpr.running.program import Program

Kind: TypeAlias = Literal["never-together", "follows", "same"]

_MOST_TRIED = 50  # values of a list that are tried on a search
_MOST_SHOWN = 3  # conditions in one sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something proven of two rules.

    `never-together`: they are never both true. `follows`: `second` is true wherever `first` is. `same`: they are
    alike but for the order of their conditions and the way they are spelled.
    """

    kind: Kind
    first: Hashable
    second: Hashable
    reason: str  # "`currentTxn.value>500` and `currentTxn.value<100` exclude each other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """A rule that is never true, whatever the data."""

    id: Hashable
    reason: str


class SetAnalysis:
    """The relations in a set: counted at once, pairs one by one when they are asked for.

    Made by `RuleSet.analyze()`.

    >>> from targetexpr import RuleSet
    >>> found = RuleSet({"big": "currentTxn.value>500", "small": "currentTxn.value<100"}).analyze()
    >>> [claim.reason for claim in found.claims("never-together")]
    ['`currentTxn.value>500` and `currentTxn.value<100` exclude each other']
    """

    def __init__(self, rules: Sequence[tuple[Hashable, Program]], zone: tzinfo) -> None:
        self._ids = [id_ for id_, _ in rules]
        self._programs = [program for _, program in rules]
        self._zone = zone
        self._facts = _with_more(rules, zone)
        possible = [place for place, one in enumerate(self._facts) if one.impossible is None]
        self._possible = bitmap(possible)
        self._relations = _relations(self._facts, possible)
        self._memory: dict[tuple[str, Subject, Domain], int] = {}
        self._twins = _twins(self._facts, possible)
        self._excluded = [self._excluding(place) for place in range(len(rules))]
        self._exclude_alternatives()
        self._following = [self._followed_by(place) for place in range(len(rules))]

    # ---- counts

    @property
    def impossible(self) -> tuple[Impossible, ...]:
        """The rules that are never true; they take no part in the pairs."""
        return tuple(
            Impossible(id=self._ids[place], reason=self._never(place, one.impossible))
            for place, one in enumerate(self._facts)
            if one.impossible is not None
        )

    def count(self, kind: Kind) -> int:
        """How many pairs there are of a kind; for `follows`, ordered pairs of rules that are not the same."""
        match kind:
            case "never-together":
                return sum(bits.bit_count() for bits in self._excluded) // 2
            case "follows":
                return sum(
                    (bits & ~self._twins.get(place, 0)).bit_count() for place, bits in enumerate(self._following)
                )
            case "same":
                return sum(bits.bit_count() - 1 for bits in self._twins.values()) // 2
            case _:
                assert_never(kind)

    def claims(self, kind: Kind) -> Iterator[Claim]:
        """The pairs of a kind, each with its proof in words, in the order of the set."""
        for place in range(len(self._ids)):
            match kind:
                case "never-together":
                    for other in _places(self._excluded[place] >> place << place):
                        yield self._claim(kind, place, other, self._exclusion(place, other))
                case "follows":
                    for other in _places(self._following[place] & ~self._twins.get(place, 0)):
                        yield self._claim(kind, other, place, self._consequence(other, place))
                case "same":
                    for other in _places(self._twins.get(place, 0) >> (place + 1) << (place + 1)):
                        yield self._claim(kind, place, other, "they have the same conditions")
                case _:
                    assert_never(kind)

    def _claim(self, kind: Kind, first: int, second: int, reason: str) -> Claim:
        return Claim(kind=kind, first=self._ids[first], second=self._ids[second], reason=reason)

    # ---- which rules

    def _excluding(self, place: int) -> int:
        """The rules that are never true together with one."""
        if self._facts[place].impossible is not None:
            return 0
        found = 0
        for subject, domain in self._facts[place].known.items():
            found |= self._asked("excluding", subject, domain)
        return found & self._possible & ~(1 << place)

    def _exclude_alternatives(self) -> None:
        """Adds the pairs of which one rule has alternatives, each excluded by the other rule."""
        for place, one in enumerate(self._facts):
            if one.impossible is None and any(isinstance(part, NeedsAny) for part in _parts(one.need)):
                more = self._defeating(one.need) & self._possible & ~(1 << place) & ~self._excluded[place]
                for other in _places(more):
                    self._excluded[place] |= 1 << other
                    self._excluded[other] |= 1 << place

    def _defeating(self, need: Need) -> int:
        """The rules that are never true where a need is met."""
        match need:
            case Needs(subject=subject, domain=domain):
                return self._asked("excluding", subject, domain)
            case NeedsAll(parts=parts):
                found = 0
                for part in parts:
                    found |= self._defeating(part)
                return found
            case NeedsAny(parts=parts, whole=whole):
                found = -1
                for part in parts:
                    found &= self._defeating(part)
                return found | self._defeating(whole)
            case _:
                assert_never(need)

    def _followed_by(self, place: int) -> int:
        """The rules from which one follows."""
        if self._facts[place].impossible is not None:
            return 0
        return self._meeting(self._facts[place].need) & self._possible & ~(1 << place)

    def _meeting(self, need: Need) -> int:
        """The rules that meet a need wherever they are true."""
        match need:
            case Needs(subject=subject, domain=domain):
                return self._asked("within", subject, domain)
            case NeedsAll(parts=parts):
                found = self._possible
                for part in parts:
                    found &= self._meeting(part)
                return found
            case NeedsAny(parts=parts, whole=whole):
                found = self._meeting(whole)
                for part in parts:
                    found |= self._meeting(part)
                return found
            case _:
                assert_never(need)

    def _asked(self, question: Literal["excluding", "within"], subject: Subject, domain: Domain) -> int:
        relation = self._relations.get(subject)
        if relation is None:
            return 0
        key = (question, subject, domain)
        found = self._memory.get(key)
        if found is None:
            ask = relation.excluding if question == "excluding" else relation.within
            found = self._memory[key] = ask(domain)
        return found

    # ---- in words

    def _never(self, place: int, subject: Subject | None) -> str:
        conditions = self._conditions(place, subject)
        if len(conditions) == 1:
            return f"`{conditions[0]}` is never true"
        return f"{_listed(conditions)} exclude each other"

    def _exclusion(self, first: int, second: int) -> str:
        known, other = self._facts[first].known, self._facts[second].known
        for subject, domain in known.items():
            if subject in other and is_empty(of_all((domain, other[subject]))):
                mine, theirs = self._conditions(first, subject), self._conditions(second, subject)
                return f"{_listed(mine)} and {_listed(theirs)} exclude each other"
        for rule, against in ((first, second), (second, first)):
            for part in _parts(self._facts[rule].need):
                if isinstance(part, NeedsAny) and self._defeating(part) >> against & 1:
                    return f"no alternative of `{_cut(self._text(rule, part.whole))}` goes with the other's conditions"
        raise AssertionError("two rules that are said to exclude each other, and do not")

    def _consequence(self, first: int, second: int) -> str:
        """Why the second follows from the first: the conditions that are not simply there."""
        reasons: list[str] = []
        for part in _parts(self._facts[second].need):
            leaf = self._met(first, part)
            mine = self._conditions(first, leaf.subject)
            theirs = self._text(second, leaf)
            if theirs not in mine:
                reasons.append(f"`{theirs}` follows from {_listed(mine)}")
        if not reasons:
            return "all its conditions are among those of the other"
        more = len(reasons) - _MOST_SHOWN
        return ", ".join(reasons[:_MOST_SHOWN]) + (f", and {more} more" if more > 0 else "")

    def _met(self, place: int, need: Need) -> Needs:
        """The part of a need that a rule is seen to meet."""
        known = self._facts[place].known
        match need:
            case Needs():
                return need
            case NeedsAll(parts=parts):
                return self._met(place, parts[0])
            case NeedsAny(parts=parts, whole=whole):
                for part in (*parts, whole):
                    if self._meeting(part) >> place & 1:
                        return self._met(place, part)
                assert whole.subject in known
                return whole
            case _:
                assert_never(need)

    def _conditions(self, place: int, subject: Subject | None) -> list[str]:
        """The conditions of a rule about one expression, as text."""
        found = [self._text(place, leaf) for leaf in _leaves(self._facts[place].need) if leaf.subject == subject]
        if found:
            return list(dict.fromkeys(found))
        derived = self._facts[place].sources.get(subject) if subject is not None else None
        return self._conditions(place, derived) if derived is not None else [self._whole(place)]

    def _text(self, place: int, leaf: Needs) -> str:
        from targetexpr.syntax.printer import to_text

        node: Expr = self._programs[place].nodes[leaf.index]
        return to_text(Unary(operator="!", operand=node) if leaf.negated else node)

    def _whole(self, place: int) -> str:
        from targetexpr.syntax.printer import to_text

        return to_text(self._programs[place].nodes[0])


def _listed(conditions: Sequence[str]) -> str:
    shown = " with ".join(f"`{_cut(one)}`" for one in conditions[:_MOST_SHOWN])
    return shown if len(conditions) <= _MOST_SHOWN else f"{shown} and {len(conditions) - _MOST_SHOWN} more"


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


def _parts(need: Need) -> Iterator[Need]:
    """The conditions that are joined with `&&`."""
    if isinstance(need, NeedsAll):
        for part in need.parts:
            yield from _parts(part)
    else:
        yield need


def _leaves(need: Need) -> Iterator[Needs]:
    match need:
        case Needs():
            yield need
        case NeedsAll(parts=parts):
            for part in parts:
                yield from _leaves(part)
        case NeedsAny(whole=whole):
            yield whole
        case _:
            assert_never(need)


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _relations(all_facts: Sequence[Facts], possible: Sequence[int]) -> dict[Subject, Relation]:
    entries: dict[Subject, list[tuple[int, Domain]]] = {}
    for place in possible:
        for subject, domain in all_facts[place].known.items():
            entries.setdefault(subject, []).append((place, domain))
    return {subject: relation(found) for subject, found in entries.items()}


def _twins(all_facts: Sequence[Facts], possible: Sequence[int]) -> dict[int, int]:
    """By rule, all rules with its canonical text, itself among them."""
    by_key: dict[str, list[int]] = {}
    for place in possible:
        by_key.setdefault(all_facts[place].key, []).append(place)
    found: dict[int, int] = {}
    for places in by_key.values():
        together = bitmap(places)
        for place in places:
            found[place] = together
    return found


# ---- what follows from a value being there, or being one of a few


def _with_more(rules: Sequence[tuple[Hashable, Program]], zone: tzinfo) -> list[Facts]:
    """The facts of each rule, with what its domains say of other expressions of the set."""
    found = [facts(program, zone) for _, program in rules]
    asked = {subject for one in found for subject in one.known}
    searches: dict[str, dict[Subject, Search]] = {}
    for one in found:
        for subject, (receiver, search) in one.searches.items():
            searches.setdefault(receiver, {})[subject] = search
    return [_more(one, asked, searches, zone) if one.impossible is None else one for one in found]


def _more(one: Facts, asked: set[Subject], searches: Mapping[str, Mapping[Subject, Search]], zone: tzinfo) -> Facts:
    known = dict(one.known)
    sources = dict(one.sources)

    def learn(subject: Subject, domain: Domain, source: Subject) -> None:
        known[subject] = of_all((known[subject], domain)) if subject in known else domain
        sources.setdefault(subject, source)

    for source, domain in one.known.items():
        if source in one.searches and domain == BooleanDomain(values=frozenset((True,))):
            receiver, search = one.searches[source]  # where something is found, something is there
            filled = True if search.method == "contains" and search.argument else None
        else:
            receiver, filled = source.name, _is_filled(domain)
        for name, truth in ((f"{receiver}.isNull()", False), (f"{receiver}.exists()", filled)):
            subject = Subject("", name, "boolean")
            if truth is not None and subject in asked:
                learn(subject, BooleanDomain(values=frozenset((truth,))), source)
        if isinstance(domain, StringDomain) and not domain.excluded and len(domain.values) <= _MOST_TRIED:
            for subject, search in searches.get(source.name, {}).items():
                meaning = VALUE_MEANINGS[search.method]
                outcomes = frozenset(bool(meaning(zone, value, search.argument)) for value in domain.values)
                if len(outcomes) == 1:
                    learn(subject, BooleanDomain(values=outcomes), source)
    impossible = next((subject for subject, domain in known.items() if is_empty(domain)), None)
    return replace(one, known=known, sources=sources, impossible=impossible)


def _is_filled(domain: Domain) -> bool | None:
    """Whether a value of a domain is certainly more than an empty string; None where that is open."""
    if isinstance(domain, StringDomain):
        return True if ("" in domain.values) is domain.excluded else None
    return None
