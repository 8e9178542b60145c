"""Many rules, one record: which of them it fulfils, without asking each."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.front import DEFAULT_ENVIRONMENT, Environment, OnError
from targetexpr.lang.schema.schema import Schema
from targetexpr.rule import Context, Rule, compile_in
from targetexpr.rulesets.constraints import Requirements, requirements
from targetexpr.rulesets.index import Index
from targetexpr.running.coercion import DataError, time_zone

if TYPE_CHECKING:
    from targetexpr.rulesets.analysis import SetAnalysis
    from targetexpr.rulesets.on_table import SetVerdicts
    from targetexpr.running.explaining.explanation import Explanation

RuleId: TypeAlias = Hashable
"""What a rule is called in its set: anything that can be a key of a dict."""

Rules: TypeAlias = "Iterable[str | Rule | tuple[RuleId, str | Rule]] | Mapping[RuleId, str | Rule]"
"""Rules as texts or compiled, called by their place (0, 1, …) or by the id that stands before them."""

_FEWEST = 64
"""So many rules are added to an index before it is thought of as outgrown."""

_FEW_BITS = 24


class RuleMatches(NamedTuple):
    """What a rule set says of one context."""

    ids: tuple[RuleId, ...]
    """The rules that are true, in the order of the set."""
    errors: tuple[tuple[RuleId, DataError], ...]
    """The rules that met a value which does not fit, each with its error; none with `on_error="null"`."""


class RuleSetError(ValueError):
    """Rules of a set that do not compile, all of them.

    `errors` has each with its id.

    >>> try:
    ...     RuleSet({"big": "currentTxn.value>", "gold": "true"})
    ... except RuleSetError as error:
    ...     print(error)
    1 of 2 rules is not valid: 'big': The rule ends too early, after `>`.
    """

    def __init__(self, errors: tuple[tuple[RuleId, ExpressionError], ...], count: int) -> None:
        super().__init__(errors, count)
        self.errors = errors
        self.count = count

    def __str__(self) -> str:
        id_, error = self.errors[0]
        first = f"{id_!r}: {error.diagnostics[0].message}"
        if len(self.errors) == 1:
            return f"1 of {self.count} rules is not valid: {first}"
        return f"{len(self.errors)} of {self.count} rules are not valid; the first: {first}"


@dataclass(frozen=True, slots=True)
class _State:
    """Rules by position, and their index. Lists only grow, behind what readers look at."""

    ids: list[RuleId]
    rules: list[Rule]
    positions: dict[RuleId, int]
    index: Index
    built: int  # how many rules the index was laid out for


class RuleSet:
    """Rules that are asked together: `matches(context)` gives the ids of those that are true.

    The answer is what asking each rule gives, errors included, in the same order; most rules are never asked, since an
    index of what they need of single fields rules them out. All have one schema, event, time zone and `on_error`:
    those given here or, where none is given and the rules are compiled, those of the first rule.

    Safe to share between threads, also while rules are added and removed; picklable (rules are compiled anew).
    The index of ten thousand rules with three to eight terms takes 3 to 4 MB beside the rules, and one to two seconds
    to build, a fifth of the time that compiling them takes; adding one rule takes less than a millisecond.

    Raises RuleSetError with every rule that does not compile, and ValueError for an id that occurs twice or a rule
    compiled for something else.

    >>> rules = RuleSet({"big": "currentTxn.value>500", "gold": 'currentCustomer.slabName=="Gold"'})
    >>> rules.matches({"currentTxn": {"value": 600}, "currentCustomer": {"slabName": "Silver"}}).ids
    ('big',)
    """

    def __init__(
        self,
        rules: Rules = (),
        *,
        schema: Schema | None = None,
        event: str | None = None,
        timezone: str = "UTC",
        on_error: OnError = "raise",
        limits: Limits | None = None,
    ) -> None:
        given = _with_ids(rules)
        environment = Environment(
            schema=schema, event=event, timezone=timezone, on_error=on_error, limits=limits or DEFAULT_LIMITS
        )
        first = next((rule for _, rule in given if isinstance(rule, Rule)), None)
        if first is not None and environment == DEFAULT_ENVIRONMENT:
            environment = first._environment
        self._environment = environment
        self._zone = time_zone(environment.timezone)
        self._writing = Lock()
        self._state = self._laid_out(self._compiled(given))

    # ---- asking

    def matches(self, context: Context) -> RuleMatches:
        """The rules that are true for a context, and the errors met on the way."""
        state = self._state
        rules, ids = state.rules, state.ids
        found: list[RuleId] = []
        errors: list[tuple[RuleId, DataError]] = []
        for position in _positions(state.index.possible(context)):
            try:
                if rules[position].matches(context):
                    found.append(ids[position])
            except DataError as error:
                errors.append((ids[position], error))
        return RuleMatches(tuple(found), tuple(errors))

    def explain(self, context: Context, id: RuleId) -> Explanation:
        """Why one rule comes out as it does. Raises KeyError for an id that is not in the set."""
        return self[id].explain(context)

    def on(
        self,
        frame: object,
        columns: Mapping[str, str] | None = None,
        profile: str | None = None,
        rows: bool = False,
    ) -> SetVerdicts:
        """The verdicts of all rules over a table, as `Rule.on` takes it; their counts are found in one pass.

        Values that do not fit read null. Raises MissingColumns, and NotLowerable for a rule that has no exact form in
        columns; with `rows=True` such a rule runs row by row.

        >>> import polars
        >>> rules = RuleSet({"big": "currentTxn.value>500", "some": "currentTxn.value>0"})
        >>> rules.on(polars.DataFrame({"currentTxn.value": [620.0, 20.0, None]})).counts()["big"]
        {True: 1, False: 1, None: 1}
        """
        from targetexpr.rulesets.on_table import SetVerdicts
        from targetexpr.tables.on import Table

        return SetVerdicts(self.items(), Table(frame, columns, profile), rows=rows)

    def analyze(self) -> SetAnalysis:
        """What its rules have to do with each other: which never hold together, which follow, which are the same."""
        from targetexpr.rulesets.analysis import SetAnalysis

        return SetAnalysis([(id_, rule._program) for id_, rule in self.items()], self._zone)

    def __getitem__(self, id: RuleId) -> Rule:
        state = self._state
        return state.rules[state.positions[id]]

    def __contains__(self, id: object) -> bool:
        return id in self._state.positions

    def __len__(self) -> int:
        return len(self._state.positions)

    def __iter__(self) -> Iterator[RuleId]:
        """The ids, in the order of the set."""
        return iter(self._state.positions)

    def items(self) -> list[tuple[RuleId, Rule]]:
        """Ids and rules, in the order of the set."""
        state = self._state
        return [(id_, state.rules[position]) for id_, position in state.positions.items()]

    # ---- changing

    def add(self, id: RuleId, rule: str | Rule) -> None:
        """One more rule, behind the others. Raises RuleSetError, and ValueError for an id that is there."""
        self.update([(id, rule)])

    def update(self, rules: Rules) -> None:
        """More rules, behind the others; all of them, or none when one is not valid."""
        given = self._compiled(_with_ids(rules))
        with self._writing:
            state = self._state
            for id_, _ in given:
                if id_ in state.positions:
                    raise ValueError(f"a rule {id_!r} is in the set already; remove it first")
            if len(state.rules) + len(given) > 2 * max(state.built, _FEWEST):
                self._state = self._laid_out([*self.items(), *given])
                return
            positions = dict(state.positions)  # a new one, since others may be going through the old one
            for id_, rule in given:
                position = positions[id_] = len(state.rules)
                state.rules.append(rule)
                state.ids.append(id_)
                state.index.add(position, self._requirements(rule))
            self._state = replace(state, positions=positions)

    def remove(self, id: RuleId) -> None:
        """Takes a rule out. Raises KeyError for an id that is not in the set."""
        with self._writing:
            state = self._state
            positions = dict(state.positions)
            state.index.remove(positions.pop(id))
            self._state = replace(state, positions=positions)
            if len(state.rules) > 2 * max(len(positions), _FEWEST):
                self._state = self._laid_out(self.items())

    # ---- how it is made

    def _compiled(self, given: list[tuple[RuleId, str | Rule]]) -> list[tuple[RuleId, Rule]]:
        found: list[tuple[RuleId, Rule]] = []
        errors: list[tuple[RuleId, ExpressionError]] = []
        for id_, rule in given:
            if isinstance(rule, Rule):
                self._refuse_other(id_, rule)
                found.append((id_, rule))
                continue
            try:
                found.append((id_, compile_in(rule, self._environment)))
            except ExpressionError as error:
                errors.append((id_, error))
        if errors:
            raise RuleSetError(tuple(errors), len(given))
        return found

    def _refuse_other(self, id_: RuleId, rule: Rule) -> None:
        mine, other = self._environment, rule._environment
        for name in ("schema", "event", "timezone", "on_error"):
            if getattr(mine, name) != getattr(other, name):
                raise ValueError(
                    f"rule {id_!r} is compiled for another {name}: all rules of a set have one schema, event, "
                    "time zone and on_error"
                )

    def _requirements(self, rule: Rule) -> Requirements:
        return requirements(rule._program, lenient=self._environment.on_error == "null")

    def _laid_out(self, rules: list[tuple[RuleId, Rule]]) -> _State:
        lenient = self._environment.on_error == "null"
        index = Index([self._requirements(rule) for _, rule in rules], self._zone, lenient=lenient)
        return _State(
            [id_ for id_, _ in rules],
            [rule for _, rule in rules],
            {id_: position for position, (id_, _) in enumerate(rules)},
            index,
            len(rules),
        )

    def __reduce__(self) -> tuple[object, ...]:
        # What was generated cannot be pickled; it is made anew.
        return _restored, (tuple((id_, rule.text) for id_, rule in self.items()), self._environment)

    def __repr__(self) -> str:
        return f"<RuleSet: {len(self)} rules>"


def _restored(rules: tuple[tuple[RuleId, str], ...], environment: Environment) -> RuleSet:
    return RuleSet(
        rules,
        schema=environment.schema,
        event=environment.event,
        timezone=environment.timezone,
        on_error=environment.on_error,
        limits=environment.limits,
    )


def _with_ids(rules: Rules) -> list[tuple[RuleId, str | Rule]]:
    """Rules with their ids. Raises ValueError for one that occurs twice, TypeError for what is no rule."""
    found: list[tuple[RuleId, str | Rule]] = []
    for place, given in enumerate(rules.items() if isinstance(rules, Mapping) else _listed(rules)):
        id_, rule = given if isinstance(given, tuple) and len(given) == 2 else (place, given)
        if not isinstance(rule, str | Rule):
            raise TypeError(f"a rule is a text, a Rule, or a pair of an id and one of them, not {type(rule).__name__}")
        found.append((id_, rule))
    seen: set[RuleId] = set()
    for id_, _ in found:
        if id_ in seen:
            raise ValueError(f"two rules are called {id_!r}")
        seen.add(id_)
    return found


def _listed(rules: Iterable[str | Rule | tuple[RuleId, str | Rule]]) -> Iterable[object]:
    if isinstance(rules, str | Rule):
        raise TypeError("a rule set takes several rules: put a single one into a list")
    return rules


def _positions(bits: int) -> Iterable[int]:
    """The places of the bits that are set, in ascending order."""
    if not bits:
        return ()
    found: list[int] = []
    if bits.bit_count() < _FEW_BITS:
        while bits:
            lowest = bits & -bits
            found.append(lowest.bit_length() - 1)
            bits ^= lowest
        return found
    digits = bin(bits)[:1:-1]
    place = digits.find("1")
    while place >= 0:
        found.append(place)
        place = digits.find("1", place + 1)
    return found
