"""Has Lark turn the grammar into parse tables. Run `python -m targetexpr.syntax.generate_tables` after changing it."""

from __future__ import annotations

from binascii import crc32
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from pprint import pformat
from typing import TYPE_CHECKING

from targetexpr.syntax.grammar import Tables, grammar_text

if TYPE_CHECKING:
    from lark import Lark


def build_lark(text: str, *, strict: bool = False) -> Lark:
    """Lark's own parser for the grammar; `strict` refuses every conflict and ambiguity (needs `interegular`)."""
    from lark import Lark

    return Lark(text, parser="lalr", start="expression", strict=strict)


def make(text: str) -> Tables:
    """The tables of a grammar given as text."""
    from lark.parsers.lalr_analysis import Shift

    lark = build_lark(text)
    table = lark.parser.parser._parse_table
    rules: list[tuple[str, int, str]] = []
    number: dict[object, int] = {}
    for rule in lark.rules:
        number[rule] = len(rules)
        left = str(getattr(rule.origin, "name", rule.origin))
        if len(rule.expansion) == 1 and rule.alias is None and rule.options.expand1:
            node = ""
        else:
            node = rule.alias or ("more" if left.startswith("_") else left)
        rules.append((left, len(rule.expansion), node))
    order = _numbering(table.states, table.start_states["expression"], Shift)
    actions: list[dict[str, int]] = [{} for _ in order]
    gotos: dict[str, dict[int, int]] = {}
    lefts = {left for left, _, _ in rules}
    for old, state in order.items():
        for symbol, (action, argument) in sorted(table.states[old].items(), key=lambda move: move[0]):
            if symbol in lefts:
                gotos.setdefault(symbol, {})[state] = order[argument]
            elif action is Shift:
                actions[state][symbol] = order[argument]
            else:
                actions[state][symbol] = ~number[argument]
    return Tables(
        grammar=crc32(text.encode("utf-8")),
        lexer=_lexer(lark),
        start=order[table.start_states["expression"]],
        accept=order[table.end_states["expression"]],
        rules=tuple(rules),
        actions=tuple(actions),
        gotos=gotos,
        jumps=_jumps(rules, actions, gotos),
    )


def _numbering(states: Mapping[int, Mapping[str, tuple[object, int]]], start: int, shift: object) -> dict[int, int]:
    """States in the order in which a walk from the start meets them: the same file each time it is made."""
    order = {start: 0}
    waiting = deque([start])
    while waiting:
        for _, (action, target) in sorted(states[waiting.popleft()].items(), key=lambda move: move[0]):
            if action is shift and target not in order:
                order[target] = len(order)
                waiting.append(target)
    return order


def _lexer(lark: Lark) -> str:
    """One pattern for all tokens: the higher priority first, then the longer text, as Lark's own lexer has it."""
    ordered = sorted(lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    return "|".join(f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in ordered)


def _jumps(
    rules: list[tuple[str, int, str]], actions: list[dict[str, int]], gotos: Mapping[str, Mapping[int, int]]
) -> dict[str, dict[int, dict[str, int]]]:
    """Follow chains of pass-through reductions once and for all: they are most of what an expression grammar does."""
    jumps: dict[str, dict[int, dict[str, int]]] = {}
    for left, targets in gotos.items():
        for below, target in targets.items():
            known = jumps.setdefault(left, {}).setdefault(below, {})
            for token in actions[target]:
                state = target
                while (action := actions[state].get(token)) is not None and action < 0 and rules[~action][2] == "":
                    state = gotos[rules[~action][0]][below]
                known[token] = state
    return jumps


def main() -> None:
    """Write `tables.py`."""
    target = Path(__file__).with_name("tables.py")
    made = make(grammar_text().decode("utf-8"))
    values = {
        "GRAMMAR: int": made.grammar,
        "LEXER: str": made.lexer,
        "START: int": made.start,
        "ACCEPT: int": made.accept,
        "RULES: tuple[tuple[str, int, str], ...]": made.rules,
        "ACTIONS: tuple[dict[str, int], ...]": made.actions,
        "GOTOS: dict[str, dict[int, int]]": made.gotos,
        "JUMPS: dict[str, dict[int, dict[str, int]]]": made.jumps,
    }
    lines = [
        '"""Parse tables made by `python -m targetexpr.syntax.generate_tables`; not edited by hand."""',
        "",
    ]
    lines += [f"{name} = {pformat(value, width=180, compact=True)}" for name, value in values.items()]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
