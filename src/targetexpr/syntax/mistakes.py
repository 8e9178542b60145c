"""What an author meant: the findings on a text, from limits through slips in characters to slips in structure."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from targetexpr.base.diagnostics import Diagnostic, Edit, Severity, capped
from targetexpr.base.limits import Limits
from targetexpr.base.source import Span
from targetexpr.lang.nodes import is_name
from targetexpr.lang.walk import size
from targetexpr.syntax.mixes import mixed_logic
from targetexpr.syntax.parser import Mix, Parsed, SyntaxProblem, read
from targetexpr.syntax.recovery import recover
from targetexpr.syntax.scene import ENDS_OPERAND, Tok, tokens_of
from targetexpr.syntax.sentences import mistakes, say
from targetexpr.syntax.slips import Repaired, mend

ENDS_TERM = frozenset(("AND", "OR", "COMPARE", "SIGN", "SCALE", "QMARK", "COLON", "COMMA"))


def find(text: str, limits: Limits) -> list[Diagnostic]:
    """Every finding on a text, in its order: one error on a limit, or the slips, or warnings on a whole rule."""
    if len(text) > limits.text:
        whole = Span(limits.text, len(text))
        return [say("too-long", whole, most=f"{limits.text:,}", what="The rule")]
    try:
        parsed = read(text)
    except SyntaxProblem:
        findings = _errors(text, limits)
    else:
        findings = _past_limits(text, parsed, limits) or _warnings(text, parsed.mixes)
    return capped(findings, limits.diagnostics)


def _past_limits(text: str, parsed: Parsed, limits: Limits) -> list[Diagnostic]:
    span = parsed.tree.span
    if parsed.depth > limits.nesting:
        return _too_deep(text, limits) or [say("nesting-limit", span, most=limits.nesting)]
    if len(text) > limits.nodes and size(parsed.tree) > limits.nodes:
        return [say("too-many-nodes", span, most=f"{limits.nodes:,}")]
    return []


def _too_deep(text: str, limits: Limits) -> list[Diagnostic]:
    """The opening parenthesis or sign that goes past the limit, whether or not the text is a rule."""
    tokens = tokens_of(text)
    opened: list[int] = []  # for each open parenthesis, the signs that stand right before it
    signs = 0
    level = 1  # of a leaf that would stand here
    before = ""
    for token, after in pairwise(tokens):
        if token.kind == "NOT" or (token.kind == "SIGN" and before not in ENDS_OPERAND):
            signs += 1
            level += 1
        elif token.kind == "LPAR":
            opened.append(signs)
            signs = 0
            level += after.kind != "RPAR"
        elif token.kind == "RPAR" and opened:
            level -= signs + (before != "LPAR")
            signs = opened.pop()
        elif token.kind in ENDS_TERM:
            level -= signs
            signs = 0
        if level > limits.nesting:
            return [say("nesting-limit", Span(token.start, token.end), most=limits.nesting)]
        before = token.kind
    return []


def _errors(text: str, limits: Limits) -> list[Diagnostic]:
    deep = _too_deep(text, limits)
    if deep:
        return deep
    mended = mend(text)
    findings = list(mended.findings)
    if not mended.hopeless:
        tokens, suspicious = _suspicious(tokens_of(mended.text), mended, "error")
        findings += suspicious
        findings += recover(tokens, mended)
    return findings


def _warnings(text: str, mixes: list[Mix]) -> list[Diagnostic]:
    untouched = Repaired(text, [], [], hopeless=False)
    findings: list[Diagnostic] = []
    if _may_be_suspicious(text):
        _, findings = _suspicious(tokens_of(text), untouched, "warning")
    return [*findings, *(mixed_logic(mix) for mix in mixes)]


def _may_be_suspicious(text: str) -> bool:
    return _suspect().search(text) is not None


@cache
def _suspect() -> re.Pattern[str]:
    """A quick look that most rules pass: only what it finds is looked at token by token."""
    profiles = "|".join(mistakes()["profiles"]["names"])
    return re.compile(rf"\b(?:{profiles})[A-Za-z0-9_]{{2,}}\s*(?![\s.A-Za-z0-9_])|\.\s*is\s*\.|\b[nN][oO][tT]\s*\(")


def _suspicious(tokens: list[Tok], mended: Repaired, severity: Severity) -> tuple[list[Tok], list[Diagnostic]]:
    """Slips that leave something the grammar accepts: a profile run together with its attribute, a split method."""
    profiles: list[str] = sorted(mistakes()["profiles"]["names"], key=len, reverse=True)
    methods: list[str] = mistakes()["profiles"]["is_methods"]
    out: list[Tok] = []
    findings: list[Diagnostic] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        before = out[-1].kind if out else ""
        after = tokens[index + 1].kind if index + 1 < len(tokens) else ""
        if token.kind == "NAME" and before != "DOT":
            profile = next((name for name in profiles if token.text.startswith(name)), None)
            if profile is not None and after != "DOT" and _is_attribute(profile, token.text[len(profile) :]):
                finding, made = _run_together(token, profile, mended, severity)
                findings.append(finding)
                out += made
                index += 1
                continue
            negates = after == "LPAR" and tokens[index + 2].kind != "RPAR"
            if token.text.lower() == "not" and negates and before not in ENDS_OPERAND:
                span = mended.span(token.start, token.end)
                edits = (Edit(span, "!"),)
                findings.append(say("word-operator", span, severity=severity, edits=edits, text=token.text, write="!"))
                out.append(Tok("NOT", "!", token.start, token.end))
                index += 1
                continue
        if token.kind == "NAME" and token.text == "is" and before == "DOT" and after == "DOT":
            rest = tokens[index + 2]
            if rest.kind == "NAME" and "is" + rest.text in methods:
                dot = tokens[index + 1]
                span = mended.span(token.start, rest.end)
                edits = (Edit(mended.span(dot.start, dot.end), ""),)
                findings.append(say("stray-dot", span, severity=severity, edits=edits, write="is" + rest.text))
                out.append(Tok("NAME", "is" + rest.text, token.start, rest.end))
                index += 3
                continue
        out.append(token)
        index += 1
    return out, findings


def _is_attribute(profile: str, rest: str) -> bool:
    """Whether what follows a profile's name can be an attribute.

    One letter more is rather a misspelt profile, and a profile of one word (`program`) may begin another word.
    """
    begins = rest[:1].isupper() or (rest[:1].islower() and not profile.islower())
    return len(rest) > 1 and begins and is_name(rest[:1].lower() + rest[1:])


def _run_together(token: Tok, profile: str, mended: Repaired, severity: Severity) -> tuple[Diagnostic, list[Tok]]:
    """`currentLineItemqty`: the attribute begins in lower case, as all documented ones do."""
    cut = token.start + len(profile)
    rest = token.text[len(profile) :]
    name = rest[:1].lower() + rest[1:]
    edit = Edit(mended.span(cut, cut + 1), "." + name[:1])
    finding = say(
        "missing-dot",
        mended.span(token.start, token.end),
        severity=severity,
        edits=(edit,),
        profile=profile,
        name=name,
        write=f"{profile}.{name}",
    )
    made = [
        Tok("NAME", profile, token.start, cut),
        Tok("DOT", ".", cut, cut),
        Tok("NAME", name, cut, token.end),
    ]
    return finding, made
