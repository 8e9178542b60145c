"""Explaining a rule: what an evaluation saw, node by node, put into an `Explanation`."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.base.source import Span
from targetexpr.running.coercion import Value, plain
from targetexpr.running.context import ContextReader
from targetexpr.running.explaining.changes import change
from targetexpr.running.explaining.explanation import Explanation, State
from targetexpr.running.explaining.phrases import Phrasing
from targetexpr.running.explaining.recording import Role, Trace, role_of
from targetexpr.running.program import Program


def explain(
    program: Program, context: object, reader: ContextReader, source: str, spans: Sequence[Span] | None = None
) -> Explanation:
    """The explanation of a rule for one context. `source` is its text.

    `spans` tells where the nodes stand there, in preorder; without it they stand where their own spans say.
    """
    trace = Trace(program, context, reader)
    trace.run(0)
    needed = frozenset((*trace.values, *trace.raws, *trace.open))
    for index in range(1, len(program.nodes)):
        if index not in trace.values and index not in trace.failed and _worth_a_look(program, index):
            trace.run(index)  # what was not needed is evaluated for the sentence about changes only
    phrasing = Phrasing(trace, source, spans)
    done: dict[int, Explanation] = {}
    for index in range(len(program.nodes) - 1, -1, -1):
        operands = tuple(done.pop(operand) for operand in program.operands[index])
        done[index] = _explained(phrasing, index, operands, index in needed, change(phrasing) if index == 0 else "")
    return done[0]


def _worth_a_look(program: Program, index: int) -> bool:
    return program.kinds[index] == "boolean"


def _explained(
    phrasing: Phrasing, index: int, operands: tuple[Explanation, ...], needed: bool, change: str
) -> Explanation:
    trace = phrasing.trace
    role = role_of(trace.program, index)
    raw_only = needed and index in trace.raws and index not in trace.values
    evaluated = needed and index in trace.values
    state: State = "evaluated" if evaluated else "undecided" if needed else "not needed"
    error = trace.failed.get(index)
    value = trace.values.get(index) if evaluated else None
    if raw_only:
        state, value = "evaluated", _presentable(trace.raws[index])
    return Explanation(
        text=phrasing.snippet(index),
        span=phrasing.span(index),
        role=role,
        state=state,
        value=plain(value, trace.reader.zone),
        error=str(error) if error is not None and needed else None,
        decided_by=_deciding(trace, index, role) if evaluated else (),
        sentence=phrasing.sentence(index) if role == "condition" and evaluated else None,
        operands=operands,
        change=change,
    )


def _presentable(raw: object) -> Value:
    return raw if isinstance(raw, bool | int | str) else None if raw is None else repr(raw)


def _deciding(trace: Trace, index: int, role: Role) -> tuple[int, ...]:
    """Which operands made the value what it is: one that stopped the list, or all that had to be looked at."""
    operands = trace.program.operands[index]
    values = [trace.values.get(operand) for operand in operands]
    value = trace.values[index]
    if role in ("all", "any"):
        if value is (role == "any"):
            return (values.index(value),)
        return tuple(at for at, one in enumerate(values) if one is value)
    if role == "choice":
        return (0,) if values[0] is None else (0, 1 if values[0] else 2)
    return tuple(range(len(operands)))
