"""Mistakes that the grammar accepts: a profile run together with its attribute, a split method, `not(`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from targetexpr.base.diagnostics import Diagnostic, Edit, Severity
from targetexpr.base.source import Span
from targetexpr.lang.nodes import is_name
from targetexpr.syntax.lexer import ENDS_OPERAND, Token
from targetexpr.syntax.messages import diagnostic_of, mistakes

if TYPE_CHECKING:
    from targetexpr.syntax.recovery.characters import RepairedText


def may_be_suspicious(text: str) -> bool:
    """A quick look that most rules pass: only what it finds is looked at token by token."""
    return _suspect().search(text) is not None


@cache
def _suspect() -> re.Pattern[str]:
    profiles = "|".join(mistakes()["profiles"]["names"])
    return re.compile(rf"\b(?:{profiles})[A-Za-z0-9_]{{2,}}\s*(?![\s.A-Za-z0-9_])|\.\s*is\s*\.|\b[nN][oO][tT]\s*\(")


class SuspiciousTokens:
    """Goes over the tokens once: `tokens` as they were meant, `diagnostics` on the first `most`, `dropped` the rest."""

    def __init__(self, tokens: list[Token], repaired: RepairedText, severity: Severity, most: int) -> None:
        self.repaired = repaired
        self.severity = severity
        self.most = most
        self.diagnostics: list[Diagnostic] = []
        self.dropped = 0
        self.tokens: list[Token] = []
        self._profiles: list[str] = sorted(mistakes()["profiles"]["names"], key=len, reverse=True)
        self._methods: frozenset[str] = frozenset(mistakes()["profiles"]["is_methods"])
        index = 0
        while index < len(tokens):
            index += self.token(tokens, index)

    def token(self, tokens: list[Token], index: int) -> int:
        """Look at one token; how many were read."""
        token = tokens[index]
        if token.kind == "NAME":
            before = self.tokens[-1].kind if self.tokens else ""
            after = tokens[index + 1].kind
            if before == "DOT":
                if token.text == "is" and after == "DOT" and self.split_method(token, *tokens[index + 1 : index + 3]):
                    return 3
            elif after != "DOT" and self.run_together(token):
                return 1
            elif token.text.lower() == "not" and before not in ENDS_OPERAND and _opens_group(tokens, index + 1):
                return self.negation(token)
        self.tokens.append(token)
        return 1

    def report(self, code: str, span: Span, edit: Edit, **words: str) -> None:
        if len(self.diagnostics) < self.most:
            self.diagnostics.append(diagnostic_of(code, span, words, severity=self.severity, edits=(edit,)))
        else:
            self.dropped += 1

    def negation(self, token: Token) -> int:
        """`not(a)`."""
        span = self.repaired.span(token.start, token.end)
        self.report("word-operator", span, Edit(span, "!"), text=token.text, write="!")
        self.tokens.append(Token("NOT", "!", token.start, token.end))
        return 1

    def split_method(self, token: Token, dot: Token, rest: Token) -> bool:
        """`email.is.NotNull()`."""
        write = "is" + rest.text
        if rest.kind != "NAME" or write not in self._methods:
            return False
        edit = Edit(self.repaired.span(dot.start, dot.end), "")
        self.report("stray-dot", self.repaired.span(token.start, rest.end), edit, write=write)
        self.tokens.append(Token("NAME", write, token.start, rest.end))
        return True

    def run_together(self, token: Token) -> bool:
        """`currentLineItemqty`: the attribute begins in lower case, as all documented ones do."""
        profile = next((name for name in self._profiles if token.text.startswith(name)), None)
        if profile is None or not _is_attribute(profile, token.text[len(profile) :]):
            return False
        cut = token.start + len(profile)
        rest = token.text[len(profile) :]
        name = rest[:1].lower() + rest[1:]
        edit = Edit(self.repaired.span(cut, cut + 1), "." + name[:1])
        span = self.repaired.span(token.start, token.end)
        self.report("missing-dot", span, edit, profile=profile, name=name, write=f"{profile}.{name}")
        self.tokens += [
            Token("NAME", profile, token.start, cut),
            Token("DOT", ".", cut, cut),
            Token("NAME", name, cut, token.end),
        ]
        return True


def _opens_group(tokens: list[Token], index: int) -> bool:
    """Whether a `(` with something in it stands there."""
    return tokens[index].kind == "LPAR" and tokens[index + 1].kind != "RPAR"


def _is_attribute(profile: str, rest: str) -> bool:
    """Whether what follows a profile's name can be an attribute.

    One letter more is rather a misspelt profile, and a profile of one word (`program`) may begin another word.
    """
    begins = rest[:1].isupper() or (rest[:1].islower() and not profile.islower())
    return len(rest) > 1 and begins and is_name(rest[:1].lower() + rest[1:])
