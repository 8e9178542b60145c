"""`targetexpr verify`: compare every expression of a payload with its JSON."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import assert_never

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.jsontext import JsonError, read_json
from targetexpr.base.nouns import counted
from targetexpr.base.render import visible_line
from targetexpr.base.source import Input
from targetexpr.cli.inputs import (
    add_output,
    diagnostics_as_data,
    documents,
    print_json,
    region_diagnostics_as_data,
    show,
)
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.options import add
from targetexpr.documents.compare import AGREEING, Comparison, compare, find_pairs

DESCRIPTION = """\
Walk a JSON document (a request, a response, a list of them) and compare every expression with its expressionJson;
also exp with expJSON, and criteriaDsl with criteriaDslJson. Tells where they stand, both as text, and what differs."""
EXAMPLES = """\
  targetexpr verify response.json
  targetexpr verify --output json request.json response.json
  curl -s ... | targetexpr verify -"""

NEEDLESS = "same but for arguments of a method that takes none"


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("payload", nargs="*", metavar="PAYLOAD.json", help="the documents; - reads standard input")
    add(parser, "--file")
    add_output(parser)


def run(options: Namespace) -> int:
    """Compare every pair of every document; the worst exit status of all."""
    results = [_one(source, options.output == "json") for source in documents(options, options.payload)]
    if options.output == "json":
        data = [data for _, data in results]
        print_json(data[0] if len(data) == 1 else data)
    return max(status for status, _ in results)


def _one(source: Input, quiet: bool) -> tuple[int, dict[str, object]]:
    try:
        document = read_json(source.text)
    except JsonError as problem:
        diagnostics = [problem.diagnostic]
        if not quiet:
            show(diagnostics, source)
        return BAD_INPUT, {
            "ok": False,
            "source": source.name,
            "diagnostics": diagnostics_as_data(diagnostics, source),
        }
    compared = [compare(pair) for pair in find_pairs(document, source.text)]
    wrong = [result for result in compared if result.verdict not in AGREEING]
    status = YES
    if wrong:
        status = BAD_INPUT if any(result.verdict == "broken" for result in wrong) else NO
    if not quiet:
        _tell(source, compared, wrong)
    return status, {"ok": not wrong, "source": source.name, "pairs": [_data(result, source) for result in compared]}


def _tell(source: Input, compared: Sequence[Comparison], wrong: Sequence[Comparison]) -> None:
    name = source.name or "the document"
    for result in compared:
        if result.verdict != "same" or result.needless_arguments or result.type_diagnostics:
            print(_block(result, name), file=sys.stderr)
    if not compared:
        print(f"{name}: no expression with its JSON was found; nothing was compared", file=sys.stderr)
    else:
        pairs = counted(len(compared), "pair")
        repaired = sum(result.verdict == "same after repair" for result in compared)
        after = f", {repaired:,} after repair" if repaired else ""
        print(f"{name}: {pairs}, " + ("all agree" if not wrong else f"{len(wrong):,} of them wrong") + after)


def _block(result: Comparison, name: str) -> str:
    lines = [f"{name} at {visible_line(result.pair.text.pointer or '')}: {_head(result)}"]
    lines.append(f"  text: {visible_line(result.text if result.text is not None else result.pair.text.text)}")
    if result.json_text is not None:
        lines.append(f"  JSON: {visible_line(result.json_text)}   (at {visible_line(result.pair.json.pointer or '')})")
    if result.first is not None and result.first != (result.text, result.json_text):
        first, other = map(visible_line, result.first)
        lines.append(f"  first difference: {first} in the text, {other} in the JSON")
    if result.one_level:
        lines.append("  they agree when && and || are read on one level; parentheses in the text would settle it")
    lines += [f"  text: {_diagnostic(diagnostic)}" for diagnostic in result.text_diagnostics]
    if result.json_diagnostics or result.type_diagnostics:
        lines.append(f"  JSON, at {visible_line(result.pair.json.pointer or '')}:")
        told = (*result.json_diagnostics, *result.type_diagnostics)
        lines += [f"    {_diagnostic(diagnostic)}" for diagnostic in told]
    return "\n".join(lines)


def _head(result: Comparison) -> str:
    match result.verdict:
        case "same":
            return NEEDLESS if result.needless_arguments else "same, but for types in the JSON"
        case "same after repair":
            return "same after repair; the JSON is that of the text with its parentheses repaired"
        case "differs":
            return "differs from its JSON"
        case "broken":
            return "cannot be read"
        case _:
            assert_never(result.verdict)


def _diagnostic(diagnostic: Diagnostic) -> str:
    where = (
        f"at {visible_line(diagnostic.pointer) or 'the top'}"
        if diagnostic.pointer is not None
        else f"at offset {diagnostic.span.start}"
    )
    return f"{diagnostic.severity}[{diagnostic.code}] {where}: {visible_line(diagnostic.message)}"


def _data(result: Comparison, source: Input) -> dict[str, object]:
    pair = result.pair
    out: dict[str, object] = {
        "verdict": result.verdict,
        "pointer": pair.text.pointer,
        "jsonPointer": pair.json.pointer,
        "expression": result.text if result.text is not None else pair.text.text,
        "expressionOfJson": result.json_text,
    }
    if result.needless_arguments:
        out["note"] = NEEDLESS
    if result.first is not None:
        out["difference"] = {"expression": result.first[0], "json": result.first[1]}
        out["agreeOnOneLevel"] = result.one_level
    if result.type_diagnostics:
        out["typeDiagnostics"] = region_diagnostics_as_data(result.type_diagnostics, pair.json, source)
    if result.text_diagnostics or result.json_diagnostics:
        out["diagnostics"] = region_diagnostics_as_data(result.text_diagnostics, pair.text, source)
        out["jsonDiagnostics"] = region_diagnostics_as_data(result.json_diagnostics, pair.json, source)
    return out
