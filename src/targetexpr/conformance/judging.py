"""Whether an answer is what must come back; where it is not, in what they differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from targetexpr.conformance.trees import same_tree

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SHOWN = 300


def difference(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    """Why an answer does not hold, as a sentence; None where it does.

    >>> difference({"tree": "(> a 5)"}, {"tree": "(> a 5)"})
    >>> difference({"tree": "(> a 5)"}, {"tree": "(< a 5)"})
    'tree: expected "(> a 5)", got "(< a 5)"'
    >>> difference({"error": {}}, {"tree": "a"})
    'expected an error, got {"tree": "a"}'
    """
    if "error" in expected:
        return _error(expected["error"], answer)
    if "error" in answer:
        return f"expected {shown(expected)}, got the error {shown(answer['error'])}"
    for member, wanted in expected.items():
        said = _CHECKS.get(member, _same)(member, wanted, answer)
        if said is not None:
            return said
    return None


def _error(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    if "error" not in answer:
        return f"expected an error, got {shown(answer)}"
    given = answer["error"]
    if not isinstance(given, dict):
        return f"error: expected an object, got {shown(given)}"
    for member, wanted in expected.items():
        if given.get(member) != wanted:
            return f"error: expected the {member} {shown(wanted)}, got {shown(given.get(member))}"
    return None


def _same(member: str, wanted: Any, answer: Mapping[str, Any]) -> str | None:
    given = answer.get(member)
    return None if equal(wanted, given) else f"{member}: expected {shown(wanted)}, got {shown(given)}"


def _tree(member: str, wanted: str, answer: Mapping[str, Any]) -> str | None:
    given = answer.get(member)
    if isinstance(given, str) and same_tree(wanted, given):
        return None
    return f"tree: expected {shown(wanted)}, got {shown(given)}"


def _value(member: str, wanted: Any, answer: Mapping[str, Any]) -> str | None:
    if "value" not in answer:
        return f"expected the value {shown(wanted)}, got {shown(answer)}"
    given = answer["value"]
    if isinstance(wanted, dict) and isinstance(given, dict) and wanted.keys() == given.keys():
        ((kind, one),) = wanted.items()
        other = given[kind]
        if kind == "number" and isinstance(other, str) and _NUMBER.fullmatch(other) and Decimal(one) == Decimal(other):
            return None
        if kind == "date" and isinstance(other, str) and _instant(one) == _instant(other):
            return None
    return _same(member, wanted, answer)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else found


def _found(answer: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The diagnostics of an answer; None where they are not as the protocol has them."""
    given = answer.get("diagnostics")
    if not isinstance(given, list) or not all(isinstance(one, dict) and "severity" in one for one in given):
        return None
    return given


def _malformed(answer: Mapping[str, Any]) -> str:
    return f"expected diagnostics, each with its code, severity, start and end, got {shown(answer)}"


def _ok(_: str, wanted: bool, answer: Mapping[str, Any]) -> str | None:
    found = _found(answer)
    if found is None:
        return _malformed(answer)
    errors = [one.get("code") for one in found if one["severity"] == "error"]
    if wanted == (not errors):
        return None
    return f"expected no error, got {shown(errors)}" if wanted else "expected an error, got none"


def _diagnostics(member: str, wanted: list[Any], answer: Mapping[str, Any]) -> str | None:
    found = _found(answer)
    if found is None:
        return _malformed(answer)
    if member == "errors":
        found = [one for one in found if one["severity"] == "error"]
    given = [[one.get("code"), one.get("start"), one.get("end")] for one in found]
    return None if given == [list(one) for one in wanted] else f"{member}: expected {shown(wanted)}, got {shown(given)}"


def _codes(_: str, wanted: list[str], answer: Mapping[str, Any]) -> str | None:
    found = _found(answer)
    if found is None:
        return _malformed(answer)
    given = sorted({str(one.get("code")) for one in found})
    return None if given == wanted else f"codes: expected {shown(wanted)}, got {shown(given)}"


def _progress(_: str, wanted: Any, answer: Mapping[str, Any]) -> str | None:
    if "progress" not in answer:
        return f"expected progress, got {shown(answer)}"
    return _within(wanted, answer["progress"], "progress")


def _within(wanted: object, given: object, where: str) -> str | None:
    """Members of objects that are wanted, and lists whole."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        for member, one in wanted.items():
            if member not in given:
                return f"{where}: expected the member {shown(member)}, got {shown(sorted(given))}"
            said = _within(one, given[member], f"{where}/{member}")
            if said is not None:
                return said
        return None
    if isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        for place, (one, other) in enumerate(zip(wanted, given, strict=True)):
            said = _within(one, other, f"{where}/{place}")
            if said is not None:
                return said
        return None
    return None if equal(wanted, given) else f"{where}: expected {shown(wanted)}, got {shown(given)}"


_CHECKS: dict[str, Callable[[str, Any, Mapping[str, Any]], str | None]] = {
    "tree": _tree,
    "value": _value,
    "ok": _ok,
    "diagnostics": _diagnostics,
    "errors": _diagnostics,
    "codes": _codes,
    "progress": _progress,
}


def equal(one: object, other: object) -> bool:
    """Whether two values of JSON are the same; `true` is not 1.

    >>> equal([1, {"a": None}], [1, {"a": None}]), equal(True, 1)
    (True, False)
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def shown(value: object) -> str:
    """A value on a line, a long one cut in the middle."""
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    half = _SHOWN // 2
    return text if len(text) <= _SHOWN else f"{text[:half]} … {text[-half:]}"
