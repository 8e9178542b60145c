"""Generated code for many contexts: the fast code of a rule within a loop, so that no context costs a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import FunctionType
from typing import NamedTuple, cast

from targetexpr.running.codegen import python_ast as py
from targetexpr.running.codegen.exact import Exact
from targetexpr.running.codegen.fast import DEEPEST, Context, Emitter, compiled_function
from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program


class Loops(NamedTuple):
    """What a rule says about many contexts, each as one function without a call for each of them."""

    count: Callable[[Iterable[Context]], int]  # how many the rule is true for
    select: Callable[[Iterable[Context]], list[Context]]  # those that it is true for


def generate_loops(program: Program, reader: ContextReader) -> Loops:
    """The loops of a program: those of `matches`, written into one function each."""
    slowly = Exact(program, reader).value

    def slow(context: Context) -> bool:
        return slowly(context) is True

    made: list[FunctionType] = []
    for shape in (py.counting, py.selecting):
        emitter = Emitter(program, reader, thorough=True)
        fast = program.kinds[0] == "boolean" and program.depth <= DEEPEST
        value = emitter.boolean(0) if fast else py.call("slow", py.name("context"))
        code = compiled_function(shape("context", value, py.call("slow", py.name("context"))))
        made.append(FunctionType(code, {**emitter.names, "slow": slow}))
    count, select = made
    return Loops(
        cast("Callable[[Iterable[Context]], int]", count), cast("Callable[[Iterable[Context]], list[Context]]", select)
    )
