"""`targetexpr check --set`: what the rules of a call have to do with each other."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.cli.inputs import lines_of
from targetexpr.console.exits import YES
from targetexpr.front import Environment

if TYPE_CHECKING:
    from targetexpr.documents.region import Region
    from targetexpr.rule import Rule
    from targetexpr.rulesets.analysis import Claim, Kind, SetAnalysis


class CheckedRule(Protocol):
    """What is needed of the result of checking a rule."""

    @property
    def source(self) -> Input: ...
    @property
    def status(self) -> int: ...
    @property
    def environment(self) -> Environment: ...
    @property
    def region(self) -> Region | None: ...


_KINDS: tuple[Kind, ...] = ("never-together", "follows", "same")


def refuse_sarif(output: str) -> None:
    """SARIF is about places, and pairs have two."""
    if output == "sarif":
        raise InputError("--set has no SARIF: give --output text or json")


def tell(results: Sequence[CheckedRule], *, pairs: bool) -> None:
    """Prints what is known of the set."""
    count, analysis = _analysis(results)
    print(_summary(count, analysis))
    for one in analysis.impossible:
        print(f"  {one.id} is never true: {one.reason}")
    if pairs:
        for claim in _claims(analysis):
            print(f"  {_sentence(claim)}")


def add_to(data: dict[str, object], results: Sequence[CheckedRule], *, pairs: bool) -> dict[str, object]:
    """The same for programs, as the member `set`."""
    count, analysis = _analysis(results)
    found: dict[str, object] = {
        "rules": count,
        "neverTrue": [{"rule": one.id, "reason": one.reason} for one in analysis.impossible],
        "counts": {kind: analysis.count(kind) for kind in _KINDS},
    }
    if pairs:
        found["pairs"] = [
            {"kind": claim.kind, "first": claim.first, "second": claim.second, "reason": claim.reason}
            for claim in _claims(analysis)
        ]
    return {**data, "set": found}


def _analysis(results: Sequence[CheckedRule]) -> tuple[int, SetAnalysis]:
    """How many rules there are, and what is known of them: of those that are valid and conditions."""
    from targetexpr.rule import compile_in
    from targetexpr.rulesets.ruleset import RuleSet

    rules: dict[str, Rule] = {}
    for number, result in enumerate(results, 1):
        region = result.region
        if result.status == YES and (region is None or region.kind == "rule"):
            text = result.source.text if region is None else region.text
            rules[_name(result, number, rules)] = compile_in(text.strip("\r\n"), result.environment)
    return len(rules), RuleSet(rules).analyze()


def _name(result: CheckedRule, number: int, taken: Container[str]) -> str:
    """What a rule is called: its file with the line or pointer; without a file its place among the arguments."""
    source, region = result.source, result.region
    if source.name is None:
        name = f"rule {number}"
    elif region is None:
        name = os.path.basename(source.name)
    elif region.pointer:
        name = f"{os.path.basename(source.name)}{region.pointer}"
    else:
        name = f"{os.path.basename(source.name)}:{lines_of(source).position(region.span.start).line}"
    return f"{name} ({number})" if name in taken else name


def _claims(analysis: SetAnalysis) -> Iterator[Claim]:
    for kind in _KINDS:
        yield from analysis.claims(kind)


def _sentence(claim: Claim) -> str:
    match claim.kind:
        case "never-together":
            said = f"{claim.first} and {claim.second} never hold together"
        case "follows":
            said = f"{claim.second} holds wherever {claim.first} does"
        case _:
            said = f"{claim.first} and {claim.second} are the same"
    return f"{said}: {claim.reason}"


def _summary(count: int, analysis: SetAnalysis) -> str:
    """`set of 4 rules: 2 pairs never together, no pair where one follows from the other, 1 pair the same`."""
    apart, follow, same = (analysis.count(kind) for kind in _KINDS)
    never = len(analysis.impossible)
    parts = [
        f"{_pairs(apart)} never together",
        f"{_pairs(follow)} where one follows from the other",
        f"{_pairs(same)} the same",
    ]
    if never:
        parts.append(f"{never:,} {'rule' if never == 1 else 'rules'} never true")
    return f"set of {count:,} {'rule' if count == 1 else 'rules'}: {', '.join(parts)}"


def _pairs(count: int) -> str:
    return "no pair" if not count else "1 pair" if count == 1 else f"{count:,} pairs"
