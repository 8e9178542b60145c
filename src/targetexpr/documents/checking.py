"""What is wrong with the rules of a document: what `check` reports and an editor shows, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.lazy import Lazy
from targetexpr.documents.checked import Checked, check_analysis
from targetexpr.documents.compare import repaired_pairs
from targetexpr.documents.document import Document
from targetexpr.documents.region import Region
from targetexpr.front import Analysis, Environment, analyze, check_json, enabled

Analyze: TypeAlias = Callable[[str, Environment], Analysis]
"""What reads and checks a text: `analyze`, or what remembers its results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRegion:
    """A rule of a document, and what is said of it."""

    region: Region
    checked: Checked

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The diagnostics in terms of the document."""
        return list(map(self.region.in_document, self.checked.diagnostics))


def check_regions(
    document: Document, environment: Environment, *, lint: bool = True, analyze: Analyze = analyze
) -> Iterator[CheckedRegion]:
    """What is wrong with each rule of a document, in its order. Never raises.

    A rule is for the environment's event, else for the one that the document says. A text with loose parentheses
    beside JSON of the repaired text is a rule with warnings: the platform's own editor stores both.

    >>> from targetexpr.documents.document import open_document
    >>> (found,) = check_regions(open_document('{"expression": "currentTxn.value=5"}'), Environment())
    >>> found.checked.is_readable, [(one.code, one.span, one.pointer) for one in found.diagnostics]
    (False, [('single-equals', Span(start=32, end=33), '/expression')])
    """
    stored = Lazy(lambda: repaired_pairs(document.text))
    for region in document.regions:
        if region.is_open:  # that is an error of the document; of the rest nobody knows how it goes on
            continue
        inside = environment_of(region, environment)
        if region.kind == "expressionJson":
            yield CheckedRegion(region=region, checked=_expression_json(region.text, inside))
            continue
        analysis = analyze(region.text, inside)
        checked = check_analysis(analysis, lint=lint)
        if not checked.is_readable and region.has_pointer and region.span in stored.get():
            checked = _repaired(analysis)
        yield CheckedRegion(region=region, checked=checked)


def environment_of(region: Region, environment: Environment) -> Environment:
    """The environment of a rule in a document, with the event that the document says where none is given."""
    return environment if environment.event is not None else replace(environment, event=region.event)


def _repaired(analysis: Analysis) -> Checked:
    """The same of a text that is to be read as its repair."""
    checked = analysis.checked_repaired
    more = () if checked is None else enabled(checked.diagnostics, checked.schema, analysis.environment)
    found = [*(replace(one, severity="warning") for one in analysis.parsed.errors), *more]
    return Checked(diagnostics=found, is_readable=True, ok=not any(one.is_error for one in more))


def _expression_json(text: str, environment: Environment) -> Checked:
    """The same of an expressionJson: it has no text to lint, and its rule mostly stands beside it."""
    try:
        checked = check_json(
            text,
            environment.schema,
            event=environment.event,
            expect=environment.expect,
            strict=environment.strict,
        )
    except ExpressionError as error:
        return Checked(diagnostics=error.diagnostics, is_readable=False, ok=False)
    found = enabled(checked.diagnostics, checked.schema, environment)
    return Checked(diagnostics=found, is_readable=True, ok=checked.ok)
