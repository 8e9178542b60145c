"""Wrong characters: quotes, escapes, single signs, invisible ones, found and repaired before the text is parsed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.lang.nodes import is_raw_string, lone_surrogate
from targetexpr.syntax.automaton import tables
from targetexpr.syntax.messages import diagnostic_of, mistakes


class RepairedText:
    """A text with the mistakes repaired that can be, and the way back from its offsets to those of the original."""

    def __init__(
        self, original: str, edits: list[Edit], diagnostics: list[Diagnostic], *, unrepairable: bool, dropped: int = 0
    ) -> None:
        self.original = original
        self.diagnostics = diagnostics
        self.dropped = dropped  # how many mistakes have no diagnostic of their own
        self.unrepairable = unrepairable  # something stands there that no repair is known for
        self.text = ""
        self._starts: list[int] = []  # of each edit in the repaired text
        self._ends: list[int] = []
        self._edits = edits
        parts: list[str] = []
        length = done = 0
        for edit in edits:
            parts += [original[done : edit.span.start], edit.text]
            length += edit.span.start - done
            self._starts.append(length)
            length += len(edit.text)
            self._ends.append(length)
            done = edit.span.end
        parts.append(original[done:])
        self.text = "".join(parts)

    def start(self, offset: int) -> int:
        """Where what starts at `offset` of the repaired text starts in the original."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0:
            return offset
        inside = offset < self._ends[at]
        return self._edits[at].span.start if inside else self._edits[at].span.end + offset - self._ends[at]

    def end(self, offset: int) -> int:
        """Where what ends at `offset` of the repaired text ends in the original."""
        at = bisect_left(self._starts, offset) - 1
        if at < 0:
            return offset
        inside = offset < self._ends[at]
        return self._edits[at].span.end if inside else self._edits[at].span.end + offset - self._ends[at]

    def inside(self, offset: int) -> bool:
        """Whether an offset of the repaired text lies within what a repair wrote: the original has no such offset."""
        at = bisect_left(self._starts, offset) - 1
        return at >= 0 and offset < self._ends[at]

    def span(self, start: int, end: int) -> Span:
        """The original's span for one of the repaired text."""
        first, last = self.start(start), self.end(end)
        return Span(first, max(first, last))


class _Quotes(NamedTuple):
    """A way to quote that is none of ours: what opens, what closes, and the diagnostic."""

    opens: re.Pattern[str]
    closes: re.Pattern[str]
    code: str
    write: str


@cache
def _quotes() -> tuple[_Quotes, ...]:
    double = r"[“”„‟«»″＂]"
    return (
        _Quotes(re.compile(double), re.compile(double[:-1] + '"]'), "curly-quote", '"'),
        _Quotes(re.compile("[‘’‚‛]"), re.compile("[‘’‚‛']"), "curly-quote", '"'),
        _Quotes(re.compile("['`´]"), re.compile("['`´’]"), "single-quote", '"'),
        _Quotes(re.compile("&quot;|&#34;"), re.compile("&quot;|&#34;"), "html-escape", '"'),
        _Quotes(re.compile("&apos;|&#39;"), re.compile("&apos;|&#39;"), "html-escape", '"'),
        _Quotes(re.compile(r"\\+\""), re.compile(r"\\+\""), "escaped-quote", '"'),
    )


@cache
def _wrong() -> tuple[re.Pattern[str], tuple[dict[str, str], ...]]:
    """What is wrong where it stands, as one pattern: group q0, q1, … a quote, s0, s1, … a replacement."""
    replacements = tuple(mistakes()["replacement"])
    quotes = [f"(?P<q{n}>{quote.opens.pattern})" for n, quote in enumerate(_quotes())]
    others = [f"(?P<s{n}>{replacement['pattern']})" for n, replacement in enumerate(replacements)]
    return re.compile("|".join((*quotes, *others))), replacements


@cache
def _token() -> re.Pattern[str]:
    return re.compile(tables().lexer)


_LINE = re.compile(r"[^\r\n]*")
_QUOTE_OR_ESCAPE = re.compile(r'\\.|"')
_CURLY_END = re.compile(r"[“”„‟«»″＂](?=[ \t]*(?:[,)&|=!<>]|\Z))")
_SWALLOWED = re.compile(r"(?:&&|\|\|)[ \t]*[A-Za-z_(!]")
_OPERATOR = re.compile(r"&&|\|\||[=!<>]=|[<>]")
_BEHIND_STRING = re.compile(r"[ \t]*(?:[,)&|=!<>+*/%?:-]|[\r\n]|\Z)")
CLOSERS_TRIED = 20
"""How many quotes may be looked at for the one that closes a string."""

_LIST = re.compile(r"(?<![\w.])(?:in|between|of)\s*\Z", re.IGNORECASE)
_LIST_WORDS = 20  # characters before a bracket in which such a word is looked for

_DOUBLED = re.compile(r'""(?=[^\s")&|,=!<>?:+*/%.-])[^"\r\n]*""(?!")(?=[ \t]*(?:[,)&|=!<>?:.]|[\r\n]|\Z))')

_NOTHING = re.compile(r"[ \t)]*(?:[\r\n]|\Z)")
_SAME = re.compile(r"(.)\1*", re.DOTALL)
_SUFFIX = re.compile(r"(?<![\w.])[0-9]+(?:\.[0-9]+)?[ \t]?(?:[kKmM]|[lL]akhs?|[cC]rores?)\b(?!\s*[.(])")
_DOTS = re.compile(r"\.\.\.?[….]*\s*\Z")
_EXPONENT = re.compile(r"[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+(?![A-Za-z0-9_])")


def repair_characters(text: str, most: int) -> RepairedText:
    """Find the mistakes in characters, wherever they stand, and repair those that a repair is known for.

    Of more than `most` the rest is repaired and counted without a diagnostic of its own.
    """
    return _Repairer(text, most).repaired()


class _Repairer:
    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self.most = most
        self.dropped = 0
        self.at = 0
        self.open = 0  # parentheses
        self.lists: list[str] = []  # what closes the lists that are open
        self.edits: list[Edit] = []
        self.diagnostics: list[Diagnostic] = []
        self.unrepairable = False
        self.line_end = -1
        self.quotes = 0  # straight quotes from here to the end of the line

    def repaired(self) -> RepairedText:
        wrong, replacements = _wrong()
        token, quotes = _token(), _quotes()
        while self.at < len(self.text):
            if (found := wrong.match(self.text, self.at)) is not None:
                kind, number = str(found.lastgroup)[0], int(str(found.lastgroup)[1:])
                if kind == "q":
                    self.odd_string(quotes[number])
                else:
                    self.replacement(found, replacements[number])
            elif self.text[self.at] == '"':
                if not (self.text.startswith('""', self.at) and self.doubled()):
                    self.string(token)
            else:
                self.other(token)
        return RepairedText(
            self.text, self.edits, self.diagnostics, unrepairable=self.unrepairable, dropped=self.dropped
        )

    def report(self, code: str, span: Span, *edits: Edit, **values: str) -> None:
        if len(self.diagnostics) < self.most:
            self.diagnostics.append(diagnostic_of(code, span, values, edits=edits))
        else:
            self.dropped += 1
        self.edits.extend(edits)
        self.unrepairable = self.unrepairable or not edits

    def replacement(self, found: re.Match[str], known: dict[str, str]) -> None:
        span = Span(*found.span())
        text, write = found.group(), known["write"]
        if "{" in write:
            write = write.format_map(found.groupdict())
        self.report(known["code"], span, Edit(span, write), text=visible(text), write=write)
        self.open += write.count("(") - write.count(")")
        self.at = span.end

    def other(self, token: re.Pattern[str]) -> None:
        digit = self.text[self.at] in "0123456789"
        exponent = _EXPONENT.match(self.text, self.at) if digit else None
        if exponent is not None:
            self.report("exponent", Span(*exponent.span()), text=exponent.group())
            self.at = exponent.end()
            return
        suffix = _SUFFIX.match(self.text, self.at) if digit else None
        if suffix is not None:
            self.report("number-suffix", Span(*suffix.span()), text=suffix.group())
            self.at = suffix.end()
            return
        found = token.match(self.text, self.at)
        if found is None and self.list_bracket():
            return
        if found is None:
            run = _SAME.match(self.text, self.at)
            assert run is not None
            self.report("unexpected-character", Span(*run.span()), text=visible(self.text[self.at]))
            self.at = run.end()
            return
        self.open += {"LPAR": 1, "RPAR": -1}.get(str(found.lastgroup), 0)
        self.at = found.end()
        if digit and _DOTS.match(self.text, self.at - 1):  # the first dot of three is no part of the number before them
            self.at -= 1

    def list_bracket(self) -> bool:
        """`in [1,2]`, `in {1,2}`: the brackets of a list, which parentheses stand for until the list is written out."""
        char, span = self.text[self.at], Span(self.at, self.at + 1)
        if char in "[{" and _LIST.search(self.text, max(self.at - _LIST_WORDS, 0), self.at):
            self.lists.append("]" if char == "[" else "}")
        elif self.lists and char == self.lists[-1]:
            self.lists.pop()
        else:
            return False
        write = "(" if char in "[{" else ")"
        self.report("list-bracket", span, Edit(span, write), text=char, write=write)
        self.open += 1 if write == "(" else -1
        self.at = span.end
        return True

    # Strings. On a line with an odd number of straight quotes one is missing, and a string that seems whole may have
    # swallowed an operator and run up to the opening quote of the next one.

    def doubled(self) -> bool:
        """`""Gold""`, a string as a CSV file writes it."""
        found = _DOUBLED.match(self.text, self.at)
        if found is None:
            return False
        self.count_quotes()
        opening, closing = Span(self.at, self.at + 2), Span(found.end() - 2, found.end())
        self.report("doubled-quote", Span(*found.span()), Edit(opening, '"'), Edit(closing, '"'))
        self.quotes -= 4
        self.at = found.end()
        return True

    def count_quotes(self) -> None:
        if self.at <= self.line_end:
            return
        line = _LINE.match(self.text, self.at)
        self.line_end = line.end() if line is not None else self.at
        self.quotes = sum(
            found.group() == '"' for found in _QUOTE_OR_ESCAPE.finditer(self.text, self.at, self.line_end)
        )

    def string(self, token: re.Pattern[str]) -> None:
        self.count_quotes()
        start = self.at
        found = token.match(self.text, start)
        whole = found is not None
        if not whole and _NOTHING.match(self.text, start + 1):
            span = Span(start, start + 1)
            self.report("stray-quote", span, Edit(span, ""))
            self.at = span.end
            self.quotes -= 1
            return
        if self.quotes % 2:
            limit = found.end() - 1 if found is not None else self.line_end
            curly = _CURLY_END.search(self.text, start + 1, limit)
            if curly is not None:
                span = Span(*curly.span())
                self.report("curly-quote", span, Edit(span, '"'), text=curly.group())
                self.at = span.end
                self.quotes -= 1
                return
            swallowed = _swallowed(self.text, start + 1, limit) if whole else None
            if swallowed is not None or not whole:
                self.unclosed(start, swallowed)
                return
        if found is None:
            self.unclosed(start, None)
            return
        self.quotes -= 2
        self.at = found.end()
        if not is_raw_string(found.group()[1:-1]):
            self.report("lone-surrogate", Span(start, self.at))

    def unclosed(self, start: int, end: int | None) -> None:
        """A string without its closing quote: it belongs before the parentheses and operators that follow the words."""
        if end is None:
            found = _OPERATOR.search(self.text, start + 1, self.line_end)
            end = found.start() if found is not None else self.line_end
        while end > start + 1 and self.text[end - 1] in " \t":
            end -= 1
        # As many closing parentheses as are open stand outside; more of them belong to the string.
        outside = max(self.open, 0)
        while outside and end > start + 1 and self.text[end - 1] == ")":
            outside -= 1
            end -= 1
        self.report("unclosed-string", Span(start, max(end, start + 1)), Edit(Span(end, end), '"'))
        self.quotes -= 1
        self.at = end

    def closing(self, quotes: _Quotes, start: int) -> re.Match[str] | None:
        """The quote that closes a string: the first with an end of operand behind it (`'it's'`), else the first."""
        first = None
        for count, found in enumerate(quotes.closes.finditer(self.text, start, self.line_end)):
            first = first or found
            if _BEHIND_STRING.match(self.text, found.end()):
                return found
            if count == CLOSERS_TRIED:
                break
        return first

    def odd_string(self, quotes: _Quotes) -> None:
        """A string between quotes of another kind, or a straight string that only begins with one."""
        self.count_quotes()
        opening = quotes.opens.match(self.text, self.at)
        assert opening is not None
        start = opening.end()
        closing = self.closing(quotes, start)
        opened = Span(*opening.span())
        edits = [Edit(opened, quotes.write)]
        if closing is None:
            self.report(quotes.code, opened, *edits, text=visible(opening.group()), write=quotes.write)
            self.at = start
            self.unclosed(opened.start, None)
            # The opening quote is repaired already; the string is told as unclosed from there.
            return
        inside = self.text[start : closing.start()]
        edits += [
            Edit(Span(start + found.start(), start + found.start()), "\\")
            for found in _QUOTE_OR_ESCAPE.finditer(inside)
            if found.group() == '"'
        ]
        straight = closing.group() == '"'
        if not straight:
            edits.append(Edit(Span(*closing.span()), quotes.write))
        else:
            self.quotes -= 1
        if ("\\u" in inside and lone_surrogate(inside)) or any("\ud800" <= char <= "\udfff" for char in inside):
            self.report("lone-surrogate", Span(opened.start, closing.end()))
        span = opened if straight else Span(opened.start, closing.end())
        self.report(quotes.code, span, *edits, text=visible(opening.group()), write=quotes.write)
        self.at = closing.end()


def _swallowed(text: str, start: int, end: int) -> int | None:
    """Where a string that holds an operator, or ends with a comma before a word, should have ended."""
    found = _SWALLOWED.search(text, start, end)
    if found is not None:
        return found.start()
    return end - 1 if text[end - 1 : end] == "," and text[end + 1 : end + 2].isalnum() else None


def visible(text: str) -> str:
    """A piece of text as a message shows it: what cannot be seen is named by its code point."""
    if text.isprintable() and text.strip():
        return text
    return " ".join(f"U+{ord(char):04X}" for char in text[:8])
