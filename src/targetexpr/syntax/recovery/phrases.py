"""Phrases of SQL, program text and English after a value: `between`, `in (…)`, `like`, `starts with`, `at least`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.base.diagnostics import Edit
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import ENDS_COMPARISON, ENDS_OPERAND, LITERAL, Token, tokenize
from targetexpr.syntax.messages import diagnostic, mistakes
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, cut, short
from targetexpr.syntax.recovery.parentheses import beside_or
from targetexpr.syntax.recovery.word_operators import write_operator

_LONGEST_VALUE = 40
"""Tokens of a value that may be copied: values within values would double at each level."""

_LONGEST_LIST = 300_000
"""Characters that a list may be written out to: each of its items takes the value along."""

_SHOWN = 120
"""Characters of what a fix writes that its title shows."""

_JOINTS = frozenset(("AND", "OR", "QMARK", "COLON", "COMMA"))
_INVERSE = {"==": "!=", "!=": "==", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}


class _Phrase(NamedTuple):
    """Such a phrase: the value before it begins at `first`; it stands from `start`, and `behind` it the rest."""

    means: str  # "between", "in-list", "like", …, or the operator that it stands for
    first: int
    start: int
    behind: int
    negated: bool


_Looseness: TypeAlias = Literal["call", "comparison", "and", "or"]


class _Written(NamedTuple):
    """What is written behind the value, up to before the token at `end`."""

    text: str
    end: int
    loose: _Looseness  # what it is as an operand: how much it needs parentheses
    wraps: bool = False  # whether the value itself needs them


def phrase(context: RecoveryContext) -> Repair | None:
    """`a between 1 and 5`, `a is not in ("x","y")`, `a like "x%"`, `a does not contain "x"`, `a is at least 5`."""
    if context.before is None or context.before.kind not in ENDS_OPERAND or not context.failure.complete:
        return None
    found = _longest_phrase(context.tokens, context.index)
    if found is None:
        return None
    if found.means in _INVERSE:
        write = _INVERSE[found.means] if found.negated else found.means
        return write_operator(context, found.start, write, last=found.behind - 1)
    first, last = context.tokens[found.start], context.tokens[found.behind - 1]
    code = found.means if found.means in ("between", "in-list") else "like"
    text = short(" ".join(token.text for token in context.tokens[found.start : found.behind]))
    made = None
    if found.start - found.first <= _LONGEST_VALUE:
        made = {"between": _between, "in-list": _in_list}.get(found.means, _searched)(context, found)
    if made is None:
        hint = _hint(found)
        return Repair(diagnostic(code, context.span(first, last), hint_key=hint, text=text, write=""), None)
    return _repair(context, found, code, text, made)


def _longest_phrase(tokens: list[Token], at: int) -> _Phrase | None:
    """The longest phrase that begins there, `is` and `not` before it included."""
    words = [token.text.lower() if token.kind == "NAME" else "" for token in tokens[at : at + 8]]
    skipped = words[0] in ("is", "are", "was", "does", "do")
    negated = words[skipped] == "not"
    begin = skipped + negated
    known, longest = _phrases()
    for length in range(min(longest, len(words) - begin), 0, -1):
        means = known.get(" ".join(words[begin : begin + length]))
        if means is not None:
            return _Phrase(means, start_of_operand(tokens, at), at, at + begin + length, negated)
    return None


@cache
def _phrases() -> tuple[dict[str, str], int]:
    known: dict[str, str] = mistakes()["phrases"]
    return known, max(len(words.split()) for words in known)


def _repair(context: RecoveryContext, found: _Phrase, code: str, text: str, made: _Written) -> Repair:
    """The repair that writes what is `made` behind the value, and parentheses where they are needed."""
    first, last, value_end = context.tokens[found.first], context.tokens[made.end - 1], context.tokens[found.start - 1]
    opening, closing = ("(", "") if made.wraps else ("", "")
    written = (")" if made.wraps else "") + made.text
    if _needs_parentheses(context.tokens, found.first, made):
        opening, closing = "(" + opening, ")"
    context.overlaps(value_end.end, last.end)
    edits: tuple[Edit, ...] = (Edit(context.repaired.span(value_end.end, last.end), written + closing),)
    if opening:
        edits = (context.before_token(first, opening), *edits)
    new = [
        *_placed(opening, first.start),
        *context.tokens[found.first : found.start],
        *_placed(written + closing, value_end.end),
    ]
    write = short(f"{opening}{cut(context, found.first, found.start)}{written}{closing}", _SHOWN)
    span = context.span(context.tokens[found.start], context.tokens[found.behind - 1])
    reported = diagnostic(code, span, edits=edits, hint_key=_hint(found), text=text, write=write)
    return Repair(reported, context.replace(found.first, made.end - found.first, *new))


def _hint(found: _Phrase) -> str:
    return "hint_not" if found.negated else "hint"


def _needs_parentheses(tokens: list[Token], first: int, made: _Written) -> bool:
    if made.loose in ("call", "or"):
        return made.loose == "or"
    before = tokens[first - 1].kind if first else ""
    if before in ("NOT", "COMPARE") or tokens[made.end].kind == "COMPARE":
        return True
    return made.loose == "and" and beside_or(tokens, first, made.end)


def _placed(text: str, at: int) -> list[Token]:
    """Tokens that stand nowhere in the text, placed where they are inserted."""
    return [token._replace(start=at, end=at) for token in tokenize(text)[:-1]] if text else []


# ---- ranges and lists ----------------------------------------------------------------------------------------------


def _between(context: RecoveryContext, found: _Phrase) -> _Written | None:
    """`between 1 and 5` has both ends in it, as SQL reads it; `between (1, 5)` as well."""
    tokens, begin = context.tokens, found.behind
    enclosed = tokens[begin].kind == "LPAR" and _closing(tokens, begin)
    if enclosed and (joint := end_of_operand(tokens, begin + 1)) < enclosed:
        begin += 1
    else:
        enclosed, joint = 0, end_of_operand(tokens, begin)
    joins = tokens[joint].kind == "AND" or tokens[joint].text.lower() in ("and", "to")
    if joint == begin or not (joins or (enclosed and tokens[joint].kind == "COMMA")):
        return None
    end = end_of_operand(tokens, joint + 1)
    if end == joint + 1 or (enclosed and end != enclosed):
        return None
    value = cut(context, found.first, found.start)
    least, most = cut(context, begin, joint), cut(context, joint + 1, end)
    if found.negated:
        return _Written(f"<{least}||{value}>{most}", end + bool(enclosed), "or")
    return _Written(f">={least}&&{value}<={most}", end + bool(enclosed), "and")


def _in_list(context: RecoveryContext, found: _Phrase) -> _Written | None:
    """`in ("x","y")`: one of them, compared one by one."""
    tokens, at = context.tokens, found.behind
    if tokens[at].kind != "LPAR":
        return None
    value = cut(context, found.first, found.start)
    items: list[str] = []
    length = 0
    while at == found.behind or tokens[at].kind != "RPAR":
        end = end_of_operand(tokens, at + 1)
        if end == at + 1 or not (tokens[end].kind in ("COMMA", "RPAR", "OR") or tokens[end].text.lower() == "or"):
            return None
        items.append(cut(context, at + 1, end))
        if ".." in items[-1]:  # a range of another language
            return None
        length += len(value) + len(items[-1]) + len("||==")
        if length > _LONGEST_LIST:
            return None
        at = end
    compares, joins = ("!=", "&&") if found.negated else ("==", "||")
    first, *rest = items
    text = f"{compares}{first}" + "".join(f"{joins}{value}{compares}{item}" for item in rest)
    return _Written(text, at + 1, "comparison" if not rest else "and" if found.negated else "or")


def _closing(tokens: list[Token], opened: int) -> int:
    """The `)` of a `(`; 0 where there is none."""
    depth = 0
    for at in range(opened, len(tokens)):
        depth += {"LPAR": 1, "RPAR": -1}.get(tokens[at].kind, 0)
        if depth == 0:
            return at
    return 0


# ---- searches in strings -------------------------------------------------------------------------------------------


def _searched(context: RecoveryContext, found: _Phrase) -> _Written | None:
    """`like "Go%"`, `contains "x"`, `starts with "x"` as methods."""
    tokens, at = context.tokens, found.behind
    enclosed = tokens[at].kind == "LPAR" and tokens[at + 1].kind == "STRING" and tokens[at + 2].kind == "RPAR"
    string, end = tokens[at + enclosed], at + (3 if enclosed else 1)
    if string.kind == "NAME" and found.means == "contains":  # what another attribute holds
        end = end_of_operand(tokens, at)
        call: str | None = f".contains({cut(context, at, end)})"
    elif string.kind != "STRING":
        return None
    else:
        raw = string.text[1:-1]
        call = f'.{found.means}("{raw}")' if found.means in ("contains", "matches") else _pattern(found.means, raw)
    if call is None:
        return None
    if not call.startswith("."):  # without wildcards it is a comparison
        return _Written(("!=" if found.negated else "==") + call, end, "comparison")
    value = tokens[found.first : found.start]
    wraps = value[-1].kind == "NUMBER" or any(kind in ("SIGN", "SCALE") for kind in _outside(value))
    return _Written(call + "==false" * found.negated, end, "comparison" if found.negated else "call", wraps)


def _outside(tokens: list[Token]) -> Iterator[str]:
    """The kinds of the tokens outside parentheses."""
    depth = 0
    for token in tokens:
        depth -= token.kind == "RPAR"
        if depth == 0:
            yield token.kind
        depth += token.kind == "LPAR"


_PARTS = re.compile(r'\\(?P<escaped>[%_])|(?P<wild>[%_])|(?P<plain>[^\\"])')


def _pattern(means: str, raw: str) -> str | None:
    """The method that a pattern of SQL, or the beginning or end of a string, is asked for with; else the string."""
    if means in ("starts", "ends"):
        pattern = "".join(_literal(char) for char in raw)
        anchored = f"^{pattern}" if means == "starts" else f"{pattern}$"
        return f'.matches("{anchored}")' if raw and "\\" not in raw else None
    parts = list(_PARTS.finditer(raw))
    if sum(len(part.group()) for part in parts) != len(raw) or not raw.strip("%"):
        return None
    wild = [part.group("wild") for part in parts]
    plain = "".join(part.group("escaped") or part.group("plain") or "" for part in parts)
    before, behind = wild[0] == "%", wild[-1] == "%"
    inner = parts[before : len(parts) - behind]
    if means == "like" and not any(wild):
        return f'"{plain}"'
    if means == "like" and before and behind and not any(part.group("wild") for part in inner):
        return f'.contains("{plain}")'
    pattern = "".join(
        {"%": ".*", "_": "."}.get(part.group("wild") or "") or _literal(part.group("escaped") or part.group("plain"))
        for part in inner
    )
    flags = "(?i)" if means == "ilike" else ""
    return f'.matches("{flags}{"" if before else "^"}{pattern}{"" if behind else "$"}")'


def _literal(char: str) -> str:
    """A character that a pattern takes for itself."""
    if char == "^":
        return r"\^"
    return f"[{char}]" if char in ".$|?*+(){}[" else char


# ---- operands ------------------------------------------------------------------------------------------------------


def start_of_operand(tokens: list[Token], at: int, *, comparison: bool = False) -> int:
    """The first token of the operand, or of the whole comparison, that ends before a token."""
    depth = 0
    for position in range(at - 1, -1, -1):
        kind = tokens[position].kind
        if kind == "LPAR" and depth == 0:
            return position + 1
        depth += {"RPAR": 1, "LPAR": -1}.get(kind, 0)
        if depth == 0 and (kind in _JOINTS or (kind in ("NOT", "COMPARE") and not comparison)):
            return position + 1
        follows = tokens[position + 1].kind
        if depth == 0 and position + 1 < at and kind in ENDS_OPERAND and (follows == "NAME" or follows in LITERAL):
            return position + 1
    return 0


def end_of_operand(tokens: list[Token], at: int, *, comparison: bool = False) -> int:
    """The first token behind an operand, or behind a comparison: what joins it, or a word with nothing between."""
    depth = 0
    for position in range(at, len(tokens)):
        kind = tokens[position].kind
        ends = kind in ENDS_COMPARISON and not (comparison and kind == "COMPARE")
        if kind == END or (depth == 0 and ends):
            return position
        if depth == 0 and position > at and tokens[position - 1].kind in ENDS_OPERAND and kind == "NAME":
            return position
        depth += {"LPAR": 1, "RPAR": -1}.get(kind, 0)
    return len(tokens) - 1
