"""Explaining: the interpreter's walk, watched; and the tree of what it saw.

Recording is a decoration over the reference interpreter. Nothing of it is there when a rule is only evaluated.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from targetexpr.base.source import Span
from targetexpr.lang.nodes import Conditional, Logical, Unary
from targetexpr.running.coercion import DataError, Value, plain
from targetexpr.running.context import ContextReader
from targetexpr.running.interpreter import Interpreter, Steps
from targetexpr.running.program import Program

if TYPE_CHECKING:
    from targetexpr.running.explaining.phrases import Phrasing

State: TypeAlias = Literal["evaluated", "not needed", "undecided"]
Role: TypeAlias = Literal["all", "any", "not", "choice", "condition", "value"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What became of one sub-expression, and of those it is made of.

    The whole reads as text (`to_text()`), as JSON (`to_json()`), and as one sentence about what would have to change
    (`change`). Explanations are made by `Rule.explain`.
    """

    text: str  # "currentTxn.value>500"
    span: Span  # where it stands in the rule's text
    role: Role
    state: State  # "not needed": other sides decided; "undecided": data did not fit
    value: Value = None  # None as well when it is null, or was not evaluated
    error: str | None = None  # what did not fit, when this is where it was found
    decided_by: tuple[int, ...] = ()  # places among `operands` of those that decided
    sentence: str | None = None  # "currentTxn.value is 320, needs more than 500", for conditions
    operands: tuple[Explanation, ...] = field(default=(), repr=False)
    change: str = ""  # what would have to change for the whole rule to hold; on the whole only

    @property
    def verdict(self) -> bool:
        """Whether it is true."""
        return self.value is True

    def to_text(self) -> str:
        """For people: the rule, then every condition with the values it read, the deciding ones marked."""
        from targetexpr.running.explaining.explanation import as_text

        return as_text(self)

    def to_json(self) -> str:
        """For programs: the tree as JSON."""
        from targetexpr.running.explaining.explanation import as_json

        return as_json(self)

    def __str__(self) -> str:
        return self.to_text()


class Trace(Interpreter):
    """An evaluation that keeps the value of every node it comes to."""

    def __init__(self, program: Program, context: object, reader: ContextReader) -> None:
        super().__init__(program, context, reader)
        self.values: dict[int, Value] = {}
        self.raws: dict[int, object] = {}
        self.failed: dict[int, DataError] = {}
        self.open: list[int] = []  # nodes begun and not ended, innermost last

    def run(self, start: int) -> None:
        """Evaluates from `start`; a misfit is kept with the node that found it, and ends the evaluation."""
        self.open = []
        try:
            self.value_of(start)
        except DataError as error:
            self.failed[self.open[-1]] = error

    def steps(self, place: int) -> Steps:
        self.open.append(place)
        value = yield from super().steps(place)
        self.open.pop()
        self.values[place] = value
        return value

    def raw(self, place: int) -> Generator[int, Value, object]:
        found = yield from super().raw(place)
        self.raws[place] = found
        return found


def explain(program: Program, context: object, reader: ContextReader, source: str) -> Explanation:
    """The explanation of a rule for one context. `source` is the text that the spans of the tree point into."""
    from targetexpr.running.explaining.changes import change
    from targetexpr.running.explaining.phrases import Phrasing

    record = Trace(program, context, reader)
    record.run(0)
    needed = frozenset((*record.values, *record.raws, *record.open))
    for place in range(1, len(program.nodes)):
        if place not in record.values and place not in record.failed and _worth_a_look(program, place):
            record.run(place)  # what was not needed is evaluated for the sentence about changes only
    words = Phrasing(record, source)
    done: dict[int, Explanation] = {}
    for place in range(len(program.nodes) - 1, -1, -1):
        operands = tuple(done.pop(operand) for operand in program.operands[place])
        done[place] = _explained(words, place, operands, place in needed, change(words) if place == 0 else "")
    return done[0]


def _worth_a_look(program: Program, place: int) -> bool:
    return program.kinds[place] == "boolean"


def _explained(
    words: Phrasing, place: int, operands: tuple[Explanation, ...], needed: bool, change: str
) -> Explanation:
    record = words.record
    role = role_of(record.program, place)
    raw_only = needed and place in record.raws and place not in record.values
    evaluated = needed and place in record.values
    state: State = "evaluated" if evaluated else "undecided" if needed else "not needed"
    error = record.failed.get(place)
    value = record.values.get(place) if evaluated else None
    if raw_only:
        state, value = "evaluated", _presentable(record.raws[place])
    return Explanation(
        text=words.snippet(place),
        span=record.program.nodes[place].span,
        role=role,
        state=state,
        value=plain(value, record.reader.zone),
        error=str(error) if error is not None and needed else None,
        decided_by=_deciding(record, place, role) if evaluated else (),
        sentence=words.sentence(place) if role == "condition" and evaluated else None,
        operands=operands,
        change=change,
    )


def _presentable(raw: object) -> Value:
    return raw if isinstance(raw, bool | int | str) else None if raw is None else repr(raw)


def role_of(program: Program, place: int) -> Role:
    """What a node is for in an explanation."""
    match program.nodes[place]:
        case Logical(operator="&&"):
            return "all"
        case Logical():
            return "any"
        case Unary(operator="!"):
            return "not"
        case Conditional():
            return "choice"
        case _:
            return "condition" if program.kinds[place] == "boolean" else "value"


def _deciding(record: Trace, place: int, role: Role) -> tuple[int, ...]:
    """Which operands made the value what it is: one that stopped the list, or all that had to be looked at."""
    operands = record.program.operands[place]
    values = [record.values.get(operand) for operand in operands]
    value = record.values[place]
    if role in ("all", "any"):
        if value is (role == "any"):
            return (values.index(value),)
        return tuple(at for at, one in enumerate(values) if one is value)
    if role == "choice":
        return (0,) if values[0] is None else (0, 1 if values[0] else 2)
    return tuple(range(len(operands)))


__all__ = ["Explanation", "Trace", "explain", "role_of"]
