"""Versions of a document share what is known of the rules that stayed."""

from __future__ import annotations

from targetexpr.front import Environment
from targetexpr.lsp.diagnostics import diagnostics
from targetexpr.lsp.snapshot import Snapshot

ENVIRONMENT = Environment()


def version(text: str, before: Snapshot | None = None) -> Snapshot:
    return Snapshot("file:///a.rules", text, environment=ENVIRONMENT, before=before)


def test_a_rule_that_stays_is_analyzed_once() -> None:
    first = version("currentTxn.value>5\ntrue")
    assert diagnostics(first) == []
    skipped = version("currentTxn.value>5\nfals", first)  # the next key comes before it is looked at
    last = version("currentTxn.value>5\nfalse", skipped)
    kept, changed = last.content.regions
    assert last.document_of(kept) is first.document_of(first.content.regions[0])
    assert last.document_of(changed) is not first.document_of(first.content.regions[1])


def test_rules_of_older_versions_are_forgotten() -> None:
    first = version("currentTxn.value>5")
    diagnostics(first)
    second = version("true", first)
    diagnostics(second)
    third = version("currentTxn.value>5", second)
    assert third.document_of(third.content.regions[0]) is not first.document_of(first.content.regions[0])
