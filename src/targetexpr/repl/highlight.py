"""Colours and underlines for the text being typed, from the real lexer; and the matching parenthesis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.ide.document import Document as Rule
from targetexpr.ide.document import matching_brackets, tokens
from targetexpr.ide.semantic_tokens import SemanticKind, semantic_tokens

STYLE = Style.from_dict(
    {
        "rule.profile": "ansicyan",
        "rule.member": "ansiblue",
        "rule.method": "ansimagenta",
        "rule.number": "ansiyellow",
        "rule.string": "ansigreen",
        "rule.boolean": "ansiyellow",
        "rule.operator": "bold",
        "rule.unknown": "ansired",
        "rule.command": "bold",
        "rule.error": "underline ansired",
        "rule.warning": "underline ansiyellow",
        "rule.match": "reverse bold",
        "prompt": "bold",
        "bottom-toolbar": "noreverse",
        "bar.error": "ansired",
        "bar.warning": "ansiyellow",
        "bar.quiet": "ansibrightblack",
        "bar.type": "ansicyan",
        "bar.key": "reverse",
        "bar.here": "bold",
    }
)

_STYLES: dict[SemanticKind, str] = {
    "profile": "class:rule.profile",
    "attribute": "class:rule.member",
    "method": "class:rule.method",
    "function": "class:rule.method",
    "number": "class:rule.number",
    "string": "class:rule.string",
    "boolean": "class:rule.boolean",
    "operator": "class:rule.operator",
    "punctuation": "",
    "unknown": "class:rule.unknown",
}


def rule_start(text: str) -> int:
    """Where the rule begins in what is typed: at once, or behind the word of a command."""
    if not text.lstrip().startswith(":"):
        return 0
    at = text.index(":")
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


class RuleLexer(Lexer):
    """Styles the text; what is wrong is underlined, once the diagnostics for this very text are known."""

    def __init__(
        self,
        typed: Callable[[str], Rule],
        diagnostics: Callable[[str], Sequence[Diagnostic]],
        version: Callable[[], int],
    ) -> None:
        """`typed` gives the rule of a text, `diagnostics` what to underline; `version` changes when they do."""
        self._typed = typed
        self._diagnostics = diagnostics
        self._version = version

    def invalidation_hash(self) -> int:
        """Changes when the diagnostics do."""
        return self._version()

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """The styled lines of a document."""
        text = document.text
        start = rule_start(text)
        rule = self._typed(text[start:] if start else text)
        lines = _lines(text, _styles(text, start, rule, self._diagnostics(text)))
        return lambda number: lines[number] if number < len(lines) else []


def _styles(text: str, start: int, rule: Rule, diagnostics: Sequence[Diagnostic]) -> list[tuple[int, int, str]]:
    """The whole text in runs of one style: start, end, style. A long rule is styled anew at every key."""
    runs: list[tuple[int, int, str]] = [(0, start, "class:rule.command")] if start else []
    at = start
    for first, end, kind in semantic_tokens(rule):
        if at < start + first:
            runs.append((at, start + first, ""))
        at = start + end
        runs.append((start + first, at, _STYLES[kind]))
    if at < len(text):
        runs.append((at, len(text), ""))
    for diagnostic in sorted(diagnostics, key=lambda one: one.is_error):
        first = max(diagnostic.span.start, 0)
        runs = _marked(runs, first, max(diagnostic.span.end, first + 1), f" class:rule.{diagnostic.severity}")
    return runs


def _marked(runs: list[tuple[int, int, str]], first: int, end: int, mark: str) -> list[tuple[int, int, str]]:
    """The runs with a style added to one part of the text."""
    made: list[tuple[int, int, str]] = []
    for run in runs:
        left, right, style = run
        if right <= first or left >= end:
            made.append(run)
            continue
        for start, stop, added in ((left, first, ""), (max(left, first), min(right, end), mark), (end, right, "")):
            if start < stop:
                made.append((start, stop, style + added))
    return made


def _lines(text: str, runs: list[tuple[int, int, str]]) -> list[StyleAndTextTuples]:
    """The styled text in lines."""
    lines: list[StyleAndTextTuples] = [[]]
    for start, end, style in runs:
        parts = text[start:end].split("\n")
        for place, part in enumerate(parts):
            if place:
                lines.append([])
            if part:
                lines[-1].append((style, part))
    return lines


class MatchingParenthesis(Processor):
    """Shows which parenthesis goes with the one at the cursor; those in strings do not count."""

    def __init__(self) -> None:
        self._known: tuple[str, int, tuple[int, int] | None] = ("", -1, None)

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Styles the two places on the line that they stand on."""
        document = transformation_input.document
        fragments = transformation_input.fragments
        pair = self._pair(document.text, document.cursor_position)
        if pair is None:
            return Transformation(fragments)
        for offset in pair:
            row, column = document.translate_index_to_position(offset)
            if row == transformation_input.lineno:
                fragments = _restyled(fragments, transformation_input.source_to_display(column))
        return Transformation(fragments)

    def _pair(self, text: str, at: int) -> tuple[int, int] | None:
        if self._known[:2] != (text, at):
            near = text[max(at - 1, 0) : at + 1]
            pair = matching_brackets(tokens(text), at) if "(" in near or ")" in near else None
            self._known = (text, at, pair)
        return self._known[2]


def _restyled(fragments: StyleAndTextTuples, column: int) -> StyleAndTextTuples:
    made: StyleAndTextTuples = []
    at = 0
    for fragment in fragments:
        style, text = fragment[0], fragment[1]
        if at <= column < at + len(text):
            cut = column - at
            if cut:
                made.append((style, text[:cut]))
            made.append((f"{style} class:rule.match", text[cut]))
            if cut + 1 < len(text):
                made.append((style, text[cut + 1 :]))
        else:
            made.append(fragment)
        at += len(text)
    return made
