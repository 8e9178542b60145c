"""Plans of groups as TOML or options give them, made into builders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.kinds import PHRASES
from targetexpr.base.pointers import join
from targetexpr.base.source import Source, Span
from targetexpr.base.suggestions import suggest
from targetexpr.base.tomltext import TomlError, read_toml, toml_spans
from targetexpr.base.units import unit_of
from targetexpr.targets.authoring.builder import Amount, GroupBuilder
from targetexpr.targets.authoring.plan_schema import plan_keys
from targetexpr.targets.model.enums import FrequencyType, TargetType

Kind = TypeVar("Kind")


class PlanError(ValueError):
    """An invalid plan. `diagnostics` says what is wrong, with the pointer in the plan, and its span in a text."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return " ".join([one.message for one in self.diagnostics])

    def in_text(self, text: str) -> PlanError:
        """The same with the spans that the pointers have in the plan's text.

        >>> text = 'nam = "x"'
        >>> try:
        ...     builder_of(read_plan(text))
        ... except PlanError as error:
        ...     print(error.in_text(text).diagnostics[0].span.cut(text))
        nam
        """
        spans = {join(path): found for path, found in toml_spans(text).by_path.items()}
        return PlanError([_located(one, spans) for one in self.diagnostics])


def _located(diagnostic: Diagnostic, spans: Mapping[str, tuple[Span, Span]]) -> Diagnostic:
    """At the value, or the name that is wrong; what is missing, at the table that it is missing from."""
    found = spans.get(diagnostic.pointer or "")
    if found is None or diagnostic.span.start >= 0:
        return diagnostic
    key, value = found
    return replace(diagnostic, span=key if diagnostic.code == "unknown-member" else value)


class _At(NamedTuple):
    """A table of the plan: what messages call it, and its pointer."""

    phrase: str  # "target 1"
    pointer: str  # "/targets/0"

    def of(self, name: str) -> str:
        """The pointer of a member."""
        return join([name], self.pointer)


_WHOLE = _At("the plan", "")


def _invalid(pointer: str, message: str, code: str = "invalid-plan") -> PlanError:
    sentence = message[:1].upper() + message[1:] + ("" if message.endswith("?") else ".")
    return PlanError([Diagnostic(code=code, severity="error", message=sentence, pointer=pointer)])


def read_plan(text: str) -> dict[str, object]:
    """The plan in a TOML text. Raises PlanError."""
    try:
        return read_toml(text, parse_float=Decimal)
    except TomlError as error:
        line, column = Source(text).position(error.span.start)
        message = f"Not valid TOML: {error.reason} (line {line}, column {column})."
        raise PlanError([replace(error.diagnostic, message=message)]) from None


def builder_of(plan: Mapping[str, object]) -> GroupBuilder:
    """The builder of a plan, whose keys `plan.schema.json` describes. Raises PlanError.

    >>> plan = {"name": "Weekly", "start": "2024-01-01", "every": "weekly", "cycles": 2,
    ...         "targets": [{"name": "Spend", "measure": "SALES", "value": 500}]}
    >>> builder_of(plan).build().total_periods
    2
    """
    known(plan, plan_keys(), _WHOLE)
    with _at(""):
        return _built(plan)


@contextmanager
def _at(pointer: str) -> Iterator[None]:
    """What the builder refuses is about an entry of the plan."""
    try:
        yield
    except PlanError:
        raise
    except ValueError as error:
        raise _invalid(pointer, f"invalid plan: {error}") from None


def _built(plan: Mapping[str, object]) -> GroupBuilder:
    builder = GroupBuilder(_string(plan, "name", _WHOLE))
    if "description" in plan:
        builder = builder.describe(_string(plan, "description", _WHOLE))
    builder = _cycles(builder, plan)
    for number, target in enumerate(_tables(plan, "targets"), 1):
        builder = _target(builder, target, _At(f"target {number}", join(["targets", number - 1])))
    if "levels" in plan:
        names = _list(plan["level-names"], str, "level-names") if "level-names" in plan else None
        continuous = _one(plan.get("continuous", True), bool, "continuous")
        with _at("/level-names" if names is not None else "/levels"):
            builder = builder.levels(*_list(plan["levels"], int, "levels"), continuous=continuous, names=names)
    if "unified" in plan:
        builder = _unified(builder, _table(plan, "unified"))
    if _one(plan.get("capping", False), bool, "capping"):
        builder = builder.capped()
    return builder.set(_table(plan, "group"))


def _cycles(builder: GroupBuilder, plan: Mapping[str, object]) -> GroupBuilder:
    periods = _tables(plan, "periods")
    if periods and "cycles" in plan:
        raise _invalid("/periods", "the plan has both `cycles` and `[[periods]]`; give one of them")
    for number, period in enumerate(periods, 1):
        where = _At(f"period {number}", join(["periods", number - 1]))
        known(period, plan_keys("period"), where)
        described = _optional(period, "description", where)
        name = _optional(period, "name", where)
        with _at(where.pointer):
            first, last = _day(period, "start", where), _day(period, "end", where)
            builder = builder.period(first, last, name, description=described)
    if "cycles" not in plan:
        return builder
    count, every = _one(plan["cycles"], int, "cycles"), _string(plan, "every", _WHOLE)
    with _at("/every"):
        FrequencyType.read(unit_of(every) or every)
    with _at("/cycles"):
        return builder.cycles(
            count,
            every,
            start=_day(plan, "start", _WHOLE) if "start" in plan else None,
            times=_one(plan.get("times", 1), int, "times"),
            window=_optional(plan, "window", _WHOLE),
        )


def _target(builder: GroupBuilder, target: Mapping[str, object], where: _At) -> GroupBuilder:
    known(target, plan_keys("target"), where)
    if "value" not in target:
        raise _invalid(where.pointer, f"{where.phrase} needs a `value`")
    rule = target.get("rule", True)
    if not isinstance(rule, str | bool):
        raise _invalid(where.of("rule"), f"the `rule` of {where.phrase} must be a string")
    name, measure = _string(target, "name", where), _string(target, "measure", where)
    with _at(where.of("measure")):
        TargetType.read(measure)
    with _at(where.pointer):
        return builder.target(
            name,
            measure,
            value=_amounts(target["value"], where),
            rule=rule,
            of=_optional(target, "of", where),
            event=_optional(target, "event", where),
            field=_optional(target, "field", where),
            function=_optional(target, "function", where) or "SUM",
            stores=_list(target.get("stores", []), int, "stores", where),
            zones=_list(target.get("zones", []), int, "zones", where),
            concepts=_list(target.get("concepts", []), int, "concepts", where),
            enrolment=_optional(target, "enrolment", where) or "TRANSACTION",
            members=_table(target, "members", where),
        )


def _amounts(value: object, where: _At) -> Amount | list[Amount]:
    if isinstance(value, list):
        return [_amount(item, where) for item in value]
    return _amount(value, where)


def _amount(value: object, where: _At) -> Amount:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        message = f"the `value` of {where.phrase} must be a number, or a list with one for each cycle"
        raise _invalid(where.of("value"), message)
    return value


def _unified(builder: GroupBuilder, table: Mapping[str, object]) -> GroupBuilder:
    where = _At("[unified]", "/unified")
    known(table, plan_keys("unified"), where)
    with _at("/unified"):
        return builder.unified(
            _optional(table, "combination", where) or "ALL",
            total=_amount(table["total"], where) if "total" in table else None,
            at_least=_one(table["at-least"], int, "at-least", where) if "at-least" in table else None,
        )


def known(table: Mapping[str, object], names: Sequence[str], where: _At) -> None:
    """Refuse unknown names, all of them at once: a misspelled one must not be ignored."""
    found: list[Diagnostic] = []
    for name in table:
        if name not in names:
            close = suggest(name, names)
            hint = f"did you mean `{close[0]}`?" if close else f"expected {', '.join(names)}"
            message = f"unknown `{name}` in {where.phrase}; {hint}"
            found += _invalid(where.of(name), message, "unknown-member").diagnostics
    if found:
        raise PlanError(found)


def _string(table: Mapping[str, object], name: str, where: _At) -> str:
    if name not in table:
        raise _invalid(where.pointer, f"{where.phrase} needs `{name}`")
    return _one(table[name], str, name, where)


def _optional(table: Mapping[str, object], name: str, where: _At) -> str | None:
    return _string(table, name, where) if name in table else None


def _one(value: object, kind: type[Kind], name: str, where: _At = _WHOLE) -> Kind:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        expected: dict[type, str] = {str: PHRASES["string"], int: "an integer", bool: PHRASES["boolean"]}
        raise _invalid(where.of(name), f"`{name}` must be {expected[kind]}, not {value!r}")
    return value


def _list(value: object, kind: type[Kind], name: str, where: _At = _WHOLE) -> list[Kind]:
    if not isinstance(value, list):
        raise _invalid(where.of(name), f"`{name}` must be a list")
    return [_one(item, kind, name, where) for item in value]


def _day(table: Mapping[str, object], name: str, where: _At) -> date | str:
    value = table.get(name)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str | date):
        return value
    raise _invalid(where.pointer, f"{where.phrase} needs `{name}`, a date like 2024-01-31")


def _table(table: Mapping[str, object], name: str, where: _At = _WHOLE) -> dict[str, object]:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise _invalid(where.of(name), f"`{name}` must be a table")
    return value


def _tables(table: Mapping[str, object], name: str) -> list[dict[str, object]]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _invalid(f"/{name}", f"`{name}` must be a list of tables: [[{name}]]")
    return value
