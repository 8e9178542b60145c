"""Watching an evaluation: the interpreter's walk with the value of every node it comes to.

Recording is a decoration over the reference interpreter. Nothing of it is there when a rule is only evaluated.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, TypeAlias

from targetexpr.lang.nodes import Conditional, Logical, Unary
from targetexpr.running.coercion import DataError, Value
from targetexpr.running.context import ContextReader
from targetexpr.running.interpreter import Interpreter, Steps
from targetexpr.running.program import Program

Role: TypeAlias = Literal["all", "any", "not", "choice", "condition", "value"]
"""What a node is for in an explanation."""


def role_of(program: Program, index: int) -> Role:
    """The role of a node."""
    match program.nodes[index]:
        case Logical(operator="&&"):
            return "all"
        case Logical():
            return "any"
        case Unary(operator="!"):
            return "not"
        case Conditional():
            return "choice"
        case _:
            return "condition" if program.kinds[index] == "boolean" else "value"


class Trace(Interpreter):
    """An evaluation that keeps the value of every node it comes to."""

    def __init__(self, program: Program, context: object, reader: ContextReader) -> None:
        super().__init__(program, context, reader)
        self.values: dict[int, Value] = {}
        self.raws: dict[int, object] = {}
        self.failed: dict[int, DataError] = {}
        self.open: list[int] = []  # nodes begun and not ended, innermost last

    def run(self, start: int) -> None:
        """Evaluates from `start`; an invalid value is kept with the node that found it, and ends the evaluation."""
        self.open = []
        try:
            self.value_of(start)
        except DataError as error:
            self.failed[self.open[-1]] = error

    def steps(self, index: int) -> Steps:
        self.open.append(index)
        value = yield from super().steps(index)
        self.open.pop()
        self.values[index] = value
        return value

    def raw(self, index: int) -> Generator[int, Value, object]:
        found = yield from super().raw(index)
        self.raws[index] = found
        return found
