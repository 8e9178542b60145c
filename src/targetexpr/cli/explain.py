"""`targetexpr explain`: why a rule holds or not, with the values it read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from itertools import chain, islice

from targetexpr.cli.evaluate import Tally, add_rule, compiled, data_notes
from targetexpr.cli.inputs import add_output
from targetexpr.cli.records import json_place, place, records
from targetexpr.console.outcomes import Failure

DESCRIPTION = """\
Explain for every record of the data why a rule holds or does not: each condition with the value it read, which side
decided (*), what was not evaluated (-), and what would have to change. The exit status is that of eval."""
EXAMPLES = """\
  targetexpr explain 'currentTxn.value>500' --data '{"currentTxn":{"value":320}}'
  targetexpr explain -f rule.txt --data contexts.jsonl --output json"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_rule(parser)
    add_output(parser)


def run(options: Namespace) -> int:
    """Explain every record."""
    rule = compiled(options)
    tally = Tally()
    notes = data_notes(options, rule)
    every = records(options, [rule.checked], needed=bool(rule.reads))
    beginning = list(islice(every, 2))  # a lone record needs no label
    labelled = len(beginning) > 1
    for source, record in chain(beginning, every):
        if record.context is None:
            tally.add(Failure(record.reason))
            tally.report(place(source, record), record.reason)
            if options.on_error == "stop":
                break
            continue
        explanation = rule.explain(record.context)
        failed = explanation.state == "undecided"
        outcome = Failure("") if failed else explanation.value
        tally.add(outcome)
        notes.look(record, source)
        notes.search(record)
        tally.note(notes, source, record, outcome)
        if options.output == "json":
            print(f'{json_place(source, record)}, "explanation": {explanation.to_json()}}}')
        else:
            head = f"{place(source, record)}: " if labelled else ""
            print(f"{chr(10) if tally.done > 1 else ''}{head}{explanation.to_text()}")
        if failed and options.on_error == "stop":
            break
    tally.tell(notes)
    return tally.status()
