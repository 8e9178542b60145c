"""What expressions mean, from tables written by hand after the specification; interpreter and generated code alike."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.corpus import evaluations

from targetexpr import DataError, Rule, compile  # noqa: A004
from targetexpr.conformance.cases import EvaluationCase
from targetexpr.front import OnError
from targetexpr.lang.functions import all_functions
from targetexpr.running.coercion import BINDERS, InvalidValue, plain, time_zone
from targetexpr.running.interpreter import interpret
from targetexpr.running.meanings import PROFILE_MEANINGS, RAW_MEANINGS, VALUE_MEANINGS

TABLES = Path(__file__).parent / "meaning"


def table(name: str) -> dict[str, list[list[object]]]:
    return tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))


def meant(value: object) -> object:
    """What a cell of a table stands for."""
    if isinstance(value, list):
        return [meant(one) for one in value]
    if isinstance(value, dict):
        return {key: meant(one) for key, one in value.items() if one != "@absent"}
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    special: dict[str, object] = {
        "@null": None,
        "@nan": float("nan"),
        "@inf": float("inf"),
        "@list": [],
        "@dict": {},
        "@bytes": b"5",
    }
    if value in special:
        return special[value]
    if value.startswith("@digits "):
        return 10 ** (int(value.removeprefix("@digits ")) - 1)
    return Decimal(value.removeprefix("@D"))


def ways(rule: Rule, context: object) -> list[object]:
    """What every evaluator says: a value, or the path of an error."""
    found: list[object] = []
    for way in (
        lambda: plain(interpret(rule._program, context, rule._reader), rule._reader.zone),
        lambda: rule.evaluate(context),  # type: ignore[arg-type]
    ):
        try:
            found.append(way())
        except DataError as error:
            found.append({"error": error.path})
    return found


def holds(text: str, context: object, expected: object, **options: str) -> None:
    rule = compile(text, expect=None, **options)  # type: ignore[arg-type]
    expected = None if expected == "null" else meant(expected)
    for found in ways(rule, context):
        assert found == expected, text
        assert isinstance(found, bool) == isinstance(expected, bool), text
    if not isinstance(expected, dict):
        assert rule.matches(context) is (expected is True)  # type: ignore[arg-type]


def told(case: EvaluationCase) -> object:
    """What a case comes out as, as `holds` takes it."""
    if case.error is not None:
        return {"error": case.error}
    if isinstance(case.value, dict):
        return Decimal(case.value["number"])
    return "null" if case.value is None else case.value


def cases(topic: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", evaluations(topic), ids=lambda case: f"{case.id}: {case.text}")


@cases("logic")
def test_logic_is_kleenes(case: EvaluationCase) -> None:
    holds(case.text, case.context, told(case))


@cases("numbers")
def test_numbers_are_exact(case: EvaluationCase) -> None:
    holds(case.text, case.context, told(case))
    data = case.context["currentTxn"]
    if isinstance(data["value"], int | float):  # the same, by way of a schema's integers
        customer = {"currentCustomer": {"slabNumber": data["value"], "currentPoints": data["discount"]}}
        text = case.text.replace("currentTxn.value", "currentCustomer.slabNumber")
        holds(text.replace("currentTxn.discount", "currentCustomer.currentPoints"), customer, told(case))


def test_decimals_of_python_are_exact() -> None:
    holds("currentTxn.value==500.1", {"currentTxn": {"value": Decimal("500.1")}}, True)
    data = {"value": 123456789012345678901234567890, "discount": Decimal("0.5")}
    total = Decimal("123456789012345678901234567890.5")
    holds("currentTxn.value+currentTxn.discount", {"currentTxn": data}, total)


@pytest.mark.parametrize("kind", ["number", "string", "boolean", "date"])
def test_what_fits_a_kind(kind: str) -> None:
    for raw, expected in table("binding")[kind]:
        given = meant(raw)
        try:
            bound = BINDERS[kind](given, ZoneInfo("Asia/Kolkata"))  # type: ignore[index]
        except InvalidValue:
            assert expected == "misfit", raw
            continue
        if isinstance(bound, datetime):
            assert bound.isoformat() == expected, raw
            continue
        wanted = None if expected == "null" else meant(expected)
        assert bound == wanted, raw
        assert isinstance(bound, bool) == isinstance(wanted, bool), raw


def test_dates_of_every_python_type() -> None:
    zone = time_zone("America/New_York")
    second = datetime(2025, 11, 2, 1, 30, tzinfo=zone, fold=1)
    assert BINDERS["date"](second, zone) == datetime(2025, 11, 2, 6, 30, tzinfo=UTC)
    naive = datetime(2025, 11, 2, 1, 30, fold=1)  # naive: the first of the two, whatever its fold
    assert BINDERS["date"](naive, zone) == datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    assert BINDERS["date"](date(2025, 1, 1), zone) == datetime(2025, 1, 1, 5, tzinfo=UTC)
    with pytest.raises(InvalidValue):  # midnight there is in the year 10000 in UTC
        BINDERS["date"](datetime(9999, 12, 31, 23), zone)


@cases("strings")
def test_strings(case: EvaluationCase) -> None:
    holds(case.text, case.context, told(case))


@pytest.mark.parametrize("test", ["exists", "notExists", "isEmpty", "isNull", "isNotNull", "isValidDate"])
@pytest.mark.parametrize("context", [{}, {"currentCustomer": None}, {"currentCustomer": 5}, None, []])
def test_null_tests_never_raise(test: str, context: object) -> None:
    rule = compile(f"currentCustomer.email.{test}()")
    assert ways(rule, context) == [test in ("notExists", "isEmpty", "isNull")] * 2


@cases("dates")
def test_dates(case: EvaluationCase) -> None:
    holds(case.text, case.context, told(case), timezone=case.timezone)


@cases("baskets")
def test_baskets(case: EvaluationCase) -> None:
    holds(case.text, case.context, told(case))


@cases("fields")
def test_fields_and_lookups(case: EvaluationCase) -> None:
    holds(case.text, case.context, told(case))


@pytest.mark.parametrize(
    ("expression", "context", "result"),
    [(e.expression, e.context, e.result) for function in all_functions() for e in function.examples],
)
def test_examples_of_the_declarations(expression: str, context: object, result: object) -> None:
    holds(expression, context, "null" if result is None else result)


def test_every_declaration_has_one_meaning_and_every_meaning_a_declaration() -> None:
    declared = {function.meaning for function in all_functions()} - {"basket"}
    registered = [*VALUE_MEANINGS, *RAW_MEANINGS, *PROFILE_MEANINGS]
    assert sorted(registered) == sorted(declared)


def test_every_computed_function_has_examples() -> None:
    assert [function.name for function in all_functions() if not function.examples] == []


def test_callables_get_the_arguments() -> None:
    seen: list[object] = []

    def answer(*arguments: object) -> int:
        seen.append(arguments)
        return 7

    rule = compile('currentCustomer.trackerValueCurrentEvent("a","b")', expect=None)
    assert rule.evaluate({"currentCustomer": {"trackerValueCurrentEvent": answer}}) == 7
    rule = compile("currentCustomer.pointsRedeemedInPastDays(30)", expect=None)
    assert rule.evaluate({"currentCustomer": {"pointsRedeemedInPastDays": answer}}) == 7
    assert seen == [("a", "b"), (30,)]


def test_an_error_of_a_callable_is_its_own() -> None:
    def broken(_name: str) -> bool:
        raise LookupError("no connection")

    rule = compile('currentCustomer.isStreakAchieved("a")')
    with pytest.raises(LookupError, match="no connection"):
        rule.matches({"currentCustomer": {"isStreakAchieved": broken}})


class OwnError(Exception):
    """An error that nobody here knows."""


class Raising(dict[str, object]):
    """A profile that fetches its fields, and cannot."""

    def __missing__(self, name: str) -> object:
        raise OwnError(name)


class Remote:
    """A context that fetches its profiles, and cannot."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getitem__(self, name: str) -> object:
        raise self.error


class Unknowable:
    """A value that cannot even be looked at."""

    def __eq__(self, other: object) -> bool:
        raise OwnError("==")

    def __hash__(self) -> int:
        raise OwnError("hash")

    def __str__(self) -> str:
        raise OwnError("str")

    def __bool__(self) -> bool:
        raise OwnError("bool")


def _raising(*_arguments: object) -> object:
    raise OwnError("no connection")


CALLS: dict[str, Callable[[Rule, object], object]] = {
    "matches": lambda rule, context: rule.matches(context),  # type: ignore[arg-type]
    "evaluate": lambda rule, context: rule.evaluate(context),  # type: ignore[arg-type]
    "explain": lambda rule, context: rule.explain(context),  # type: ignore[arg-type]
    "count": lambda rule, context: rule.count([context]),  # type: ignore[list-item]
    "select": lambda rule, context: rule.select([context]),  # type: ignore[list-item]
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("on_error", ["raise", "null"])
@pytest.mark.parametrize(
    "context",
    [
        {"currentCustomer": {"trackerValueCurrentEvent": _raising}},
        {"currentCustomer": Raising()},
        Remote(OwnError("no profile")),
    ],
    ids=["callable", "profile", "context"],
)
def test_what_code_in_the_data_raises_comes_out_as_it_is(name: str, on_error: OnError, context: object) -> None:
    rule = compile('currentCustomer.trackerValueCurrentEvent("a","b")>5', on_error=on_error)
    with pytest.raises(OwnError):
        CALLS[name](rule, context)


@pytest.mark.parametrize("error", [KeyError("x"), IndexError("x"), TypeError("x")])
def test_what_says_that_a_profile_is_not_there_is_understood(error: Exception) -> None:
    text = "currentTxn.value>5"
    with pytest.raises(DataError, match="currentTxn is missing"):
        compile(text).evaluate(Remote(error))  # type: ignore[arg-type]
    assert compile(text, on_error="null").evaluate(Remote(error)) is None  # type: ignore[arg-type]
    assert compile(text).explain(Remote(error)).state == "undecided"  # type: ignore[arg-type]


def test_what_says_that_a_field_is_not_there_is_understood() -> None:
    class Empty(dict[str, object]):
        def __missing__(self, name: str) -> object:
            raise KeyError(name)

    assert compile("currentTxn.value>5").evaluate({"currentTxn": Empty()}) is None


@pytest.mark.parametrize("text", ["currentTxn.value>5", 'currentCustomer.slabName=="Gold"', "currentCustomer.isLoyal"])
def test_a_value_that_cannot_be_looked_at_does_not_fit(text: str) -> None:
    context: dict[str, object] = {
        "currentTxn": {"value": Unknowable()},
        "currentCustomer": {"slabName": Unknowable(), "isLoyal": Unknowable()},
    }
    with pytest.raises(DataError):
        compile(text).evaluate(context)
    assert compile(text, on_error="null").evaluate(context) is None


def test_misfits_read_null_when_asked() -> None:
    rule = compile("currentTxn.value>500||currentCustomer.isLoyal", on_error="null")
    assert rule.evaluate({"currentTxn": {"value": "a lot"}, "currentCustomer": {"isLoyal": True}}) is True
    assert rule.evaluate({"currentTxn": {"value": "a lot"}}) is None
    assert rule.evaluate({}) is None


def test_results_are_never_floats() -> None:
    context = {"currentTxn": {"value": 0.5, "date": "2025-05-27T10:00"}}
    found = compile("currentTxn.value*4", expect=None).evaluate(context)
    assert type(found) is int
    assert found == 2
    found = compile("currentTxn.value/2", expect=None).evaluate(context)
    assert type(found) is Decimal
    assert str(found) == "0.25"
    local = compile("currentTxn.date", expect=None, timezone="Asia/Kolkata").evaluate(context)
    assert isinstance(local, datetime)
    assert local.isoformat() == "2025-05-27T10:00:00+05:30"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [("Ann", "Lee", "AnnLee"), ("Ann", "", "Ann"), ("Ann", None, None), (None, "Lee", None), (5, "Lee", "5Lee")],
)
def test_strings_are_joined_and_null_stays_null(first: object, last: object, expected: str | None) -> None:
    context = {"currentCustomer": {"firstname": first, "lastname": last}}
    holds("currentCustomer.firstname+currentCustomer.lastname", context, "null" if expected is None else expected)
    verdict = "null" if expected is None else expected == "AnnLee"
    holds('currentCustomer.firstname+currentCustomer.lastname=="AnnLee"', context, verdict)


def test_extended_fields_are_joined_beside_a_string_and_added_beside_each_other() -> None:
    fields = {"currentTxn": {"extField_a": "4", "extField_b": "5"}}
    holds('currentTxn.extField_a+"x"', fields, "4x")
    holds("currentTxn.extField_a+currentTxn.extField_b", fields, 9)
