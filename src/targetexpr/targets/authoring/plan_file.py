"""Plans of groups as TOML or options give them, made into builders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from targetexpr.base.kinds import PHRASES
from targetexpr.base.source import Source
from targetexpr.base.suggestions import suggest
from targetexpr.base.tomltext import TomlError, read_toml
from targetexpr.targets.authoring.builder import Amount, GroupBuilder

Kind = TypeVar("Kind")


class PlanError(ValueError):
    """An invalid plan: what is wrong, and where in it."""


_PLAN = (
    "name",
    "description",
    "start",
    "every",
    "times",
    "cycles",
    "window",
    "levels",
    "level-names",
    "continuous",
    "unified",
    "capping",
    "periods",
    "targets",
    "group",
)
_TARGET = (
    "name",
    "measure",
    "value",
    "rule",
    "of",
    "event",
    "field",
    "function",
    "stores",
    "zones",
    "concepts",
    "enrolment",
    "members",
)


def read_plan(text: str) -> dict[str, object]:
    """The plan in a TOML text. Raises PlanError."""
    try:
        return read_toml(text, parse_float=Decimal)
    except TomlError as error:
        line, column = Source(text).position(error.span.start)
        raise PlanError(f"Not valid TOML: {error.reason} (line {line}, column {column})") from None


def builder_of(plan: Mapping[str, object]) -> GroupBuilder:
    """The builder of a plan.

    Members: `name`, `description`, `start`, `every` and `times` and `cycles` (or `[[periods]]` with `start`, `end`,
    `name`, `description`), `window`, `levels`, `level-names`, `continuous`, `capping`, `[unified]` with
    `combination`, `total`, `at-least`, `[group]` for other members by their wire names, and `[[targets]]` with
    `name`, `measure`, `value`, `rule`, `of`, `event`, `field`, `function`, `stores`, `zones`, `concepts`,
    `enrolment`, `members`. Raises PlanError.

    >>> plan = {"name": "Weekly", "start": "2024-01-01", "every": "weekly", "cycles": 2,
    ...         "targets": [{"name": "Spend", "measure": "SALES", "value": 500}]}
    >>> builder_of(plan).build().total_periods
    2
    """
    known(plan, _PLAN, "the plan")
    try:
        return _built(plan)
    except PlanError:
        raise
    except ValueError as error:
        raise PlanError(f"invalid plan: {error}") from None


def _built(plan: Mapping[str, object]) -> GroupBuilder:
    builder = GroupBuilder(_string(plan, "name", "the plan"))
    if "description" in plan:
        builder = builder.describe(_string(plan, "description", "the plan"))
    builder = _cycles(builder, plan)
    for number, target in enumerate(_tables(plan, "targets"), 1):
        builder = _target(builder, target, f"target {number}")
    if "levels" in plan:
        names = _list(plan["level-names"], str, "level-names") if "level-names" in plan else None
        continuous = _one(plan.get("continuous", True), bool, "continuous")
        builder = builder.levels(*_list(plan["levels"], int, "levels"), continuous=continuous, names=names)
    if "unified" in plan:
        builder = _unified(builder, _table(plan, "unified"))
    if _one(plan.get("capping", False), bool, "capping"):
        builder = builder.capped()
    return builder.set(_table(plan, "group"))


def _cycles(builder: GroupBuilder, plan: Mapping[str, object]) -> GroupBuilder:
    periods = _tables(plan, "periods")
    if periods and "cycles" in plan:
        raise PlanError("the plan has both `cycles` and `[[periods]]`; give one of them")
    for number, period in enumerate(periods, 1):
        where = f"period {number}"
        known(period, ("start", "end", "name", "description"), where)
        described = _optional(period, "description", where)
        name = _optional(period, "name", where)
        builder = builder.period(_day(period, "start", where), _day(period, "end", where), name, description=described)
    if "cycles" in plan:
        return builder.cycles(
            _one(plan["cycles"], int, "cycles"),
            _string(plan, "every", "the plan"),
            start=_day(plan, "start", "the plan") if "start" in plan else None,
            times=_one(plan.get("times", 1), int, "times"),
            window=_optional(plan, "window", "the plan"),
        )
    return builder


def _target(builder: GroupBuilder, target: Mapping[str, object], where: str) -> GroupBuilder:
    known(target, _TARGET, where)
    if "value" not in target:
        raise PlanError(f"{where} needs a `value`")
    rule = target.get("rule", True)
    if not isinstance(rule, str | bool):
        raise PlanError(f"the `rule` of {where} must be a string")
    return builder.target(
        _string(target, "name", where),
        _string(target, "measure", where),
        value=_amounts(target["value"], where),
        rule=rule,
        of=_optional(target, "of", where),
        event=_optional(target, "event", where),
        field=_optional(target, "field", where),
        function=_optional(target, "function", where) or "SUM",
        stores=_list(target.get("stores", []), int, "stores"),
        zones=_list(target.get("zones", []), int, "zones"),
        concepts=_list(target.get("concepts", []), int, "concepts"),
        enrolment=_optional(target, "enrolment", where) or "TRANSACTION",
        members=_table(target, "members"),
    )


def _amounts(value: object, where: str) -> Amount | list[Amount]:
    if isinstance(value, list):
        return [_amount(item, where) for item in value]
    return _amount(value, where)


def _amount(value: object, where: str) -> Amount:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise PlanError(f"the `value` of {where} must be a number, or a list with one for each cycle")
    return value


def _unified(builder: GroupBuilder, table: Mapping[str, object]) -> GroupBuilder:
    known(table, ("combination", "total", "at-least"), "[unified]")
    return builder.unified(
        _optional(table, "combination", "[unified]") or "ALL",
        total=_amount(table["total"], "[unified]") if "total" in table else None,
        at_least=_one(table["at-least"], int, "at-least") if "at-least" in table else None,
    )


def known(table: Mapping[str, object], names: Sequence[str], where: str) -> None:
    """Refuse unknown names: a misspelled one must not be ignored."""
    for name in table:
        if name not in names:
            close = suggest(name, names)
            hint = f"did you mean `{close[0]}`?" if close else f"expected {', '.join(names)}"
            raise PlanError(f"unknown `{name}` in {where}; {hint}")


def _string(table: Mapping[str, object], name: str, where: str) -> str:
    if name not in table:
        raise PlanError(f"{where} needs `{name}`")
    return _one(table[name], str, name)


def _optional(table: Mapping[str, object], name: str, where: str) -> str | None:
    return _string(table, name, where) if name in table else None


def _one(value: object, kind: type[Kind], name: str) -> Kind:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        expected: dict[type, str] = {str: PHRASES["string"], int: "an integer", bool: PHRASES["boolean"]}
        raise PlanError(f"`{name}` must be {expected[kind]}, not {value!r}")
    return value


def _list(value: object, kind: type[Kind], name: str) -> list[Kind]:
    if not isinstance(value, list):
        raise PlanError(f"`{name}` must be a list")
    return [_one(item, kind, name) for item in value]


def _day(table: Mapping[str, object], name: str, where: str) -> date | str:
    value = table.get(name)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str | date):
        return value
    raise PlanError(f"{where} needs `{name}`, a date like 2024-01-31")


def _table(table: Mapping[str, object], name: str) -> dict[str, object]:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise PlanError(f"`{name}` must be a table")
    return value


def _tables(table: Mapping[str, object], name: str) -> list[dict[str, object]]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise PlanError(f"`{name}` must be a list of tables: [[{name}]]")
    return value
