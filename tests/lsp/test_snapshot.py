"""Versions of a document share what is known of the rules that stayed."""

from __future__ import annotations

import gc

import pytest
from lsprotocol import types as lsp

from targetexpr.front import Environment
from targetexpr.lsp import actions, completion, hints, layout, outline, tokens
from targetexpr.lsp.diagnostics import as_protocol, diagnostics
from targetexpr.lsp.snapshot import Snapshot

ENVIRONMENT = Environment()
PLACE = lsp.Position(0, 14)
WHOLE = lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
ABLE = actions.Abilities(versioned=True, resolves=True)


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


ASKED = {
    "diagnostics": lambda one: as_protocol(one, diagnostics(one)),
    "symbols": outline.symbols,
    "tokens": tokens.semantic_tokens,
    "formatting": layout.formatted,
    "selection": lambda one: outline.selection_ranges(one, [PLACE]),
    "hover": lambda one: hints.hover(one, PLACE, lsp.MarkupKind.Markdown),
    "signature": lambda one: hints.signature_help(one, PLACE),
    "completion": lambda one: completion.completion(
        one, PLACE, completion.Abilities(snippets=True, insert_replace=True)
    ),
    "actions": lambda one: actions.code_actions(one, WHOLE, lsp.CodeActionContext([]), ABLE),
    "fix all": lambda one: actions.resolved(one, lsp.CodeAction("all"), ABLE),
}


def living() -> int:
    return sum(type(one) is Snapshot for one in gc.get_objects())


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("text", ["currentTxn.value>5&&(currentTxn.valu>6||true)", "currentTxn.value=>5 and true"])
def test_a_version_goes_when_it_is_let_go(asked: str, text: str) -> None:
    """Without a collection: one of all objects stops the server for long, and a large version would stay till then."""
    ASKED[asked](version(text))  # what is made once for all
    gc.collect()
    gc.disable()
    try:
        snapshot = version(text)
        ASKED[asked](snapshot)
        assert living() == 1
        del snapshot
        assert living() == 0
    finally:
        gc.enable()
