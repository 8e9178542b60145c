"""Slips in structure: runs the grammar over mended tokens and, where it is stuck, finds what the author meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.lang.operators import BINARY, LOGICAL
from targetexpr.syntax.grammar import END, tables
from targetexpr.syntax.parens import beside_or, close_one, is_call, unclosed
from targetexpr.syntax.sentences import compose, mistakes, say
from targetexpr.syntax.slips import Repaired, visible

BUDGET = 2_000_000
"""Tokens that recovery may look at, all rounds together: each repair reads the rule again from its start."""


class Tok(NamedTuple):
    """A token of the mended text."""

    kind: str
    text: str
    start: int
    end: int


ENDS_OPERAND = frozenset(("NAME", "NUMBER", "STRING", "BOOLEAN", "RPAR"))
STARTS_OPERAND = frozenset(("NAME", "NUMBER", "STRING", "BOOLEAN", "LPAR", "NOT", "SIGN"))
ENDS_COMPARISON = frozenset(("COMPARE", "AND", "OR", "QMARK", "COLON", "COMMA", "RPAR"))
LITERAL = frozenset(("NUMBER", "STRING", "BOOLEAN"))


@cache
def _finder() -> re.Pattern[str]:
    # A string that is never closed is one piece: tried again at each quote in it, it would cost the square.
    return re.compile(tables().lexer + r'|(?P<UNCLOSED>"[^\r\n]*)|(?P<UNKNOWN>.)', re.DOTALL)


def tokens_of(text: str) -> list[Tok]:
    """The tokens of a text, blanks left out, the end marked."""
    found = [Tok(str(m.lastgroup), m.group(), *m.span()) for m in _finder().finditer(text) if m.lastgroup != "BLANK"]
    return [*found, Tok(END, "", len(text), len(text))]


class Stuck(NamedTuple):
    """Where the grammar does not go on: the token, what could stand there, and what is on the stack."""

    place: int  # which token
    state: int
    expected: frozenset[str]
    starts: tuple[int, ...]  # for each symbol on the stack, its first token

    @property
    def wants_operand(self) -> bool:
        """Whether a value is missing here, rather than something that joins two."""
        return "NUMBER" in self.expected

    @property
    def complete(self) -> bool:
        """Whether what stands before is whole, so that an operator could follow."""
        return not self.wants_operand and self.expected != {"NAME"}


def run(tokens: list[Tok]) -> Stuck | None:
    """Follow the grammar; None when the tokens are a rule."""
    table = tables()
    states, starts = [table.start], [0]
    for index, token in enumerate(tokens):
        while True:
            action = table.actions[states[-1]].get(token.kind)
            if action is None:
                return Stuck(index, states[-1], frozenset(table.actions[states[-1]]), tuple(starts[1:]))
            if action >= 0:
                states.append(action)
                starts.append(index)
                break
            left, length, _ = table.rules[~action]
            first = starts[-length]
            del states[-length:], starts[-length:]
            states.append(table.gotos[left][states[-1]])
            starts.append(first)
            if token.kind == END and states[-1] == table.accept:
                return None
    raise AssertionError("the end of the text is a token of its own")


@dataclass(frozen=True, slots=True)
class Repair:
    """A slip that is understood: what is said, and the tokens as they were meant (None: no telling)."""

    finding: Diagnostic
    tokens: list[Tok] | None


class Scene:
    """A place where the grammar is stuck, with what stands round it, for the functions that know one slip each."""

    def __init__(self, tokens: list[Tok], stuck: Stuck, mended: Repaired) -> None:
        self.tokens = tokens
        self.stuck = stuck
        self.place = stuck.place
        self.mended = mended
        # An edit would stand in the middle of what another one writes: it has to wait until that one is made.
        self.blurred = False
        self.token = tokens[stuck.place]
        self.before = tokens[stuck.place - 1] if stuck.place else None
        self.open = unclosed(tokens[: stuck.place])

    def span(self, first: Tok, last: Tok | None = None) -> Span:
        return self.mended.span(first.start, (last or first).end)

    def replace(self, at: int, count: int, *new: Tok) -> list[Tok]:
        return [*self.tokens[:at], *new, *self.tokens[at + count :]]

    def edit(self, first: Tok, last: Tok, text: str) -> Edit:
        """Write `text` in the place of some tokens."""
        self.blurred = self.blurred or self.mended.inside(first.start) or self.mended.inside(last.end)
        return Edit(self.span(first, last), text)

    def insertion(self, after: Tok, text: str) -> Edit:
        """Write `text` behind a token."""
        self.blurred = self.blurred or self.mended.inside(after.end)
        at = self.mended.end(after.end)
        return Edit(Span(at, at), text)

    def before_token(self, token: Tok, text: str) -> Edit:
        """Write `text` before a token."""
        self.blurred = self.blurred or self.mended.inside(token.start)
        at = self.mended.start(token.start)
        return Edit(Span(at, at), text)

    @property
    def in_call(self) -> bool:
        return bool(self.open) and is_call(self.tokens, self.open[-1])


def _operator_kind(symbol: str) -> str:
    return next(token.kind for token in tokens_of(symbol))


def word_operator(scene: Scene) -> Repair | None:
    """`a and b`, `not a`, `a equals b`."""
    words: dict[str, str] = mistakes()["words"]
    token, before = scene.token, scene.before
    if before is None or not scene.stuck.complete or token.kind not in STARTS_OPERAND | {"NAME"}:
        return None
    at = scene.place
    if token.kind == "NAME" and before.kind in ENDS_OPERAND:
        if token.text.lower() == "is" and (test := _null_test(scene)) is not None:
            return test
        write = words.get(token.text.lower())
        if write is not None and (write in BINARY or write in LOGICAL):
            return _write_operator(scene, at, write)
    standing = scene.tokens[at - 2] if at > 1 else None
    is_not = before.kind == "NAME" and words.get(before.text.lower()) == "!" and token.kind in STARTS_OPERAND
    if is_not and (standing is None or standing.kind not in ENDS_OPERAND | {"DOT"}):
        return _negation(scene)
    return None


def _null_test(scene: Scene) -> Repair | None:
    """`a is null`, `a is not null`, which other languages have for `a.isNull()` and `a.isNotNull()`."""
    tests: dict[str, str] = mistakes()["null_tests"]
    for length in (3, 2):
        words = scene.tokens[scene.place : scene.place + length]
        write = tests.get(" ".join(token.text.lower() for token in words))
        if write is not None and scene.before is not None:
            first, last = words[0], words[-1]
            text = f".{write}()"
            scene.blurred = scene.blurred or scene.mended.inside(scene.before.end) or scene.mended.inside(last.end)
            edit = Edit(scene.mended.span(scene.before.end, last.end), text)
            said = " ".join(token.text for token in words)
            finding = say("word-operator", scene.span(first, last), edits=(edit,), text=said, write=text)
            return Repair(finding, scene.replace(scene.place, length, *tokens_of(text)[:-1]))
    return None


def _negation(scene: Scene) -> Repair:
    """`not a>5` negates the comparison, while `!a>5` would negate a: it gets parentheses."""
    at = scene.place - 1
    end = _end_of_comparison(scene.tokens, scene.place)
    if not any(token.kind == "COMPARE" for token in scene.tokens[scene.place : end]):
        return _write_operator(scene, at, "!")
    word, first, last = scene.tokens[at], scene.tokens[at + 1], scene.tokens[end - 1]
    scene.blurred = scene.blurred or scene.mended.inside(first.start)
    opening = Edit(scene.mended.span(word.start, first.start), "!(")
    edits = (opening, scene.insertion(last, ")"))
    finding = say("word-operator", scene.span(word), edits=edits, text=word.text, write="!(...)")
    opened = (Tok("NOT", "!", word.start, word.start), Tok("LPAR", "(", word.start, word.end))
    inside = scene.tokens[at + 1 : end]
    closed = Tok("RPAR", ")", last.end, last.end)
    return Repair(finding, scene.replace(at, end - at, *opened, *inside, closed))


def _end_of_comparison(tokens: list[Tok], at: int) -> int:
    """The first token behind a comparison, or behind what stands in its place."""
    end = _end_of_operand(tokens, at)
    while tokens[end].kind == "COMPARE":
        end = _end_of_operand(tokens, end + 1)
    return end


def _write_operator(scene: Scene, at: int, write: str) -> Repair:
    token = scene.tokens[at]
    span = scene.span(token)
    finding = say("word-operator", span, edits=(scene.edit(token, token, write),), text=token.text, write=write)
    return Repair(finding, scene.replace(at, 1, Tok(_operator_kind(write), write, token.start, token.end)))


def chained_comparison(scene: Scene) -> Repair | None:
    """`a<b<c`, `a>5==true`; the whole chain is one slip."""
    if scene.token.kind != "COMPARE" or len(scene.stuck.starts) < 3 or not scene.stuck.complete:
        return None
    left, operator, middle = scene.stuck.starts[-3:]
    if scene.tokens[operator].kind != "COMPARE":
        return None
    operands, operators = [(left, operator), (middle, scene.place)], [operator, scene.place]
    while scene.tokens[operators[-1]].kind == "COMPARE":
        end = _end_of_operand(scene.tokens, operators[-1] + 1)
        operands.append((operators[-1] + 1, end))
        operators.append(end)
    operators.pop()
    signs = {scene.tokens[at].text for at in operators}
    words = {"first": _cut(scene, left, scene.place), "operator": scene.token.text}
    if signs <= {"<", "<="} or signs <= {">", ">="}:
        return _range(scene, operands, operators, words)
    words["write"] = "parentheses round the first comparison"
    return _nested(scene, operands, words)


def _end_of_operand(tokens: list[Tok], at: int) -> int:
    """The first token behind an operand of a comparison."""
    depth = 0
    while True:
        kind = tokens[at].kind
        if kind == END or (depth == 0 and kind in ENDS_COMPARISON):
            return at
        depth += {"LPAR": 1, "RPAR": -1}.get(kind, 0)
        at += 1


def _range(scene: Scene, operands: list[tuple[int, int]], operators: list[int], words: dict[str, str]) -> Repair:
    """`a<b<c` means `a<b&&b<c` to whoever writes it; beside an `||` in parentheses, to leave no mix behind."""
    first, last = operands[0][0], operands[-1][1]
    edits: list[Edit] = []
    new: list[Tok] = list(scene.tokens[first : operators[1]])
    for (start, end), operator, stop in zip(operands[1:], operators[1:], [*operators[2:], last], strict=False):
        text = f"&&{_cut(scene, start, end)}"
        edits.append(scene.insertion(scene.tokens[operator - 1], text))
        words.setdefault("write", f"`{text}`")
        # The copied tokens stand nowhere in the text: they are placed where they are inserted.
        at = scene.tokens[operator - 1].end
        new.append(Tok("AND", "&&", at, at))
        new += [token._replace(start=at, end=at) for token in scene.tokens[start:end]]
        new += scene.tokens[operator:stop]
    if beside_or(scene.tokens, first, last) and last > operators[-1] + 1:
        opened, closed = scene.tokens[first], scene.tokens[last - 1]
        edits = [scene.before_token(opened, "("), *edits, scene.insertion(closed, ")")]
        new = [Tok("LPAR", "(", opened.start, opened.start), *new, Tok("RPAR", ")", closed.end, closed.end)]
    span = scene.span(scene.token)
    finding = compose("chained-comparison", span, words, edits=tuple(edits), hint_key="hint_range")
    return Repair(finding, scene.replace(first, last - first, *new))


def _nested(scene: Scene, operands: list[tuple[int, int]], words: dict[str, str]) -> Repair:
    """`a>5==true` with its first comparison in parentheses; of a longer chain each in those of the next."""
    first = operands[0][0]
    opened = scene.tokens[first]
    edits: list[Edit] = []
    tokens = list(scene.tokens)
    for _, end in reversed(operands[1:-1]):
        closed = scene.tokens[end - 1]
        edits = [scene.before_token(opened, "("), *edits, scene.insertion(closed, ")")]
        tokens.insert(end, Tok("RPAR", ")", closed.end, closed.end))
    for _ in operands[1:-1]:
        tokens.insert(first, Tok("LPAR", "(", opened.start, opened.start))
    finding = compose("chained-comparison", scene.span(scene.token), words, edits=tuple(edits))
    return Repair(finding, tokens)


def _cut(scene: Scene, first: int, end: int) -> str:
    """The mended text of some tokens, blanks between them kept to one at most."""
    parts: list[str] = []
    for before, token in zip([None, *scene.tokens[first:end]], scene.tokens[first:end], strict=False):
        if before is not None and before.end < token.start:
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts)


def extra_paren(scene: Scene) -> Repair | None:
    """A `)` with no `(` before it."""
    if scene.token.kind != "RPAR" or scene.open or not scene.stuck.complete:
        return None
    span = scene.span(scene.token)
    return Repair(
        say("extra-paren", span, edits=(scene.edit(scene.token, scene.token, ""),)), scene.replace(scene.place, 1)
    )


def missing_paren(scene: Scene) -> Repair | None:
    """The end of the text, or a place that only makes sense after a `)`."""
    if scene.token.kind != END or not scene.stuck.complete or not scene.open:
        return None
    at = close_one(scene.tokens, scene.open)
    before = scene.tokens[at - 1]
    where = "at the end" if at == scene.place else f"before {scene.tokens[at].text}"
    edit = scene.insertion(before, ")")
    finding = say("missing-paren", scene.span(scene.tokens[scene.open[-1]]), edits=(edit,), where=where)
    return Repair(finding, scene.replace(at, 0, Tok("RPAR", ")", before.end, before.end)))


def colon_for_comma(scene: Scene) -> Repair | None:
    """`f("a":"b")`."""
    if scene.token.kind != "COLON" or not scene.in_call or not scene.stuck.complete:
        return None
    span = scene.span(scene.token)
    comma = Tok("COMMA", ",", scene.token.start, scene.token.end)
    edit = scene.edit(scene.token, scene.token, ",")
    return Repair(say("colon-for-comma", span, edits=(edit,)), scene.replace(scene.place, 1, comma))


def missing_comma(scene: Scene) -> Repair | None:
    """`f("a" "b")`."""
    before = scene.before
    if before is None or not scene.in_call or scene.token.kind not in LITERAL or before.kind not in LITERAL:
        return None
    edit = scene.insertion(before, ",")
    comma = Tok("COMMA", ",", before.end, before.end)
    span = scene.span(before, scene.token)
    return Repair(say("missing-comma", span, edits=(edit,)), scene.replace(scene.place, 0, comma))


def digit_grouping(scene: Scene) -> Repair | None:
    """`1,000`."""
    at = scene.place
    if scene.token.kind != "COMMA" or scene.in_call or scene.before is None or scene.before.kind != "NUMBER":
        return None
    end = at
    while scene.tokens[end].kind == "COMMA" and re.fullmatch(r"[0-9]{3}(\.[0-9]*)?", scene.tokens[end + 1].text):
        end += 2
    group = scene.tokens[at - 1 : end]
    if end == at or any(a.end != b.start for a, b in pairwise(group)):
        return None
    text = "".join(token.text for token in group)
    write = text.replace(",", "")
    span = scene.span(group[0], group[-1])
    finding = say("digit-grouping", span, edits=(scene.edit(group[0], group[-1], write),), text=text, write=write)
    return Repair(finding, scene.replace(at - 1, len(group), Tok("NUMBER", write, group[0].start, group[-1].end)))


def missing_dot(scene: Scene) -> Repair | None:
    """`currentTxn value`."""
    before, token = scene.before, scene.token
    if (
        before is None
        or token.kind != "NAME"
        or before.kind != "NAME"
        or before.text not in mistakes()["profiles"]["names"]
    ):
        return None
    if scene.place > 1 and scene.tokens[scene.place - 2].kind == "DOT":
        return None
    span = scene.span(before, token)
    gap = scene.mended.span(before.end, token.start)
    scene.blurred = scene.blurred or scene.mended.inside(before.end) or scene.mended.inside(token.start)
    write = f"{before.text}.{token.text}"
    finding = say("missing-dot", span, edits=(Edit(gap, "."),), profile=before.text, name=token.text, write=write)
    return Repair(finding, scene.replace(scene.place, 0, Tok("DOT", ".", before.end, token.start)))


def double_dot(scene: Scene) -> Repair | None:
    """`a..b`."""
    if scene.token.kind != "DOT" or scene.before is None or scene.before.kind != "DOT":
        return None
    span = scene.span(scene.token)
    return Repair(
        say("double-dot", span, edits=(scene.edit(scene.token, scene.token, ""),)), scene.replace(scene.place, 1)
    )


def repeated_operator(scene: Scene) -> Repair | None:
    """`a && && b`."""
    token, before = scene.token, scene.before
    if token.kind not in ("AND", "OR", "COMPARE") or before is None or before.text != token.text:
        return None
    span = scene.span(before, token)
    gap = Edit(scene.mended.span(before.end, token.end), "")
    scene.blurred = scene.blurred or scene.mended.inside(before.end) or scene.mended.inside(token.end)
    text = f"{before.text} {token.text}"
    finding = say("repeated-operator", span, edits=(gap,), text=text, write=token.text)
    return Repair(finding, scene.replace(scene.place, 1))


def not_callable(scene: Scene) -> Repair | None:
    """`(a.b)(c)`, `5(c)`: only names are called; `(a>1)(b>2)` lacks an operator instead."""
    before = scene.before
    if scene.token.kind != "LPAR" or before is None or before.kind not in ENDS_OPERAND:
        return None
    first = scene.place - 1
    if before.kind == "RPAR":
        depth = 0
        while True:
            depth += {"RPAR": 1, "LPAR": -1}.get(scene.tokens[first].kind, 0)
            if depth == 0:
                break
            first -= 1
        inside = scene.tokens[first + 1 : scene.place - 1]
        if is_call(scene.tokens, first) or not all(token.kind in ("NAME", "DOT", "LPAR", "RPAR") for token in inside):
            return None
    what = _cut(scene, first, scene.place)
    return Repair(say("not-callable", scene.span(scene.tokens[first], before), before=_short(what)), None)


REPAIRS: tuple[Callable[[Scene], Repair | None], ...] = (
    chained_comparison,
    extra_paren,
    missing_paren,
    colon_for_comma,
    missing_comma,
    missing_dot,
    word_operator,
    digit_grouping,
    double_dot,
    repeated_operator,
    not_callable,
)


def by_example(scene: Scene) -> Diagnostic:
    """What is said where no repair is known: by the example in whose situation the parser is, else plainly."""
    signature = (scene.stuck.state, scene.token.kind)
    code = _situations().get(signature, "")
    if not code and scene.token.kind == END:
        code = "unexpected-end"
    elif not code:
        code = "missing-operand" if scene.stuck.wants_operand else "syntax"
    token = scene.token
    place = scene.span(token) if token.text or scene.before is None else _end_of(scene, scene.before)
    if code == "missing-operator" and scene.before is not None:
        place = scene.span(scene.before, token)
    return say(
        code,
        place,
        text=_short(visible(token.text)) if token.text else "the end",
        before=_short(scene.before.text) if scene.before is not None else "its beginning",
        needed=_needed(scene.stuck),
    )


def _end_of(scene: Scene, before: Tok) -> Span:
    """The end of a text is told at its last token: carets need something to point at."""
    return scene.span(before)


def _needed(stuck: Stuck) -> str:
    if stuck.wants_operand:
        return 'A value is needed here: an attribute like currentTxn.value, a number, a "string" or a parenthesis.'
    if stuck.expected == {"NAME"}:
        return "The name of an attribute or method is needed here."
    if stuck.expected == {"COLON"}:
        return "A : and the other result are needed here."
    return "An operator is needed here, such as && or ==, or the end of the rule."


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


@cache
def _situations() -> dict[tuple[int, str], str]:
    """For each example the state the parser is in and the token it gets there."""
    situations: dict[tuple[int, str], str] = {}
    for example in mistakes()["example"]:
        for text in example["texts"]:
            stuck = run(tokens := tokens_of(text))
            if stuck is not None:
                situations.setdefault((stuck.state, tokens[stuck.place].kind), example["code"])
    return situations


def recover(tokens: list[Tok], mended: Repaired) -> list[Diagnostic]:
    """Every slip in structure, up to the first that no repair is known for."""
    findings: list[Diagnostic] = []
    spent = 0
    while True:
        stuck = run(tokens)
        if stuck is None:
            return findings
        spent += len(tokens)
        scene = Scene(tokens, stuck, mended)
        repair = next((found for known in REPAIRS if (found := known(scene)) is not None), None)
        if repair is None:
            return [*findings, by_example(scene)]
        findings.append(replace(repair.finding, fix=None) if scene.blurred else repair.finding)
        if repair.tokens is None or spent > BUDGET:
            return findings
        tokens = repair.tokens
