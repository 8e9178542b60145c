"""`targetexpr eval --rules`: which of many rules each record fulfils."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections import Counter
from contextlib import nullcontext
from typing import TYPE_CHECKING

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.errors import InputError
from targetexpr.base.nouns import counted
from targetexpr.cli.outcome_output import ROW_FORMATS, check_only, rows_of_call
from targetexpr.cli.records import Progress, json_place, place, records
from targetexpr.cli.rule_files import NamedRule, named_rules
from targetexpr.console.configuration import settle
from targetexpr.console.data_shape import DataNotes, check_profile
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.schemas import load
from targetexpr.front import Environment
from targetexpr.records.record import Record

if TYPE_CHECKING:
    from targetexpr.checking.result import Read
    from targetexpr.console.row_output import RowOutput
    from targetexpr.front import OnError
    from targetexpr.records.table_options import Keep
    from targetexpr.rulesets.ruleset import RuleMatches, RuleSet


def evaluate_set(options: Namespace) -> int:
    """Evaluate every record against every rule. Status 0: each fulfils a rule; 1: some fulfil none; 2: errors."""
    if options.input is not None or options.file:
        raise InputError("expected a rule or --rules, not both")
    check_only(options)
    if options.only == "null":
        raise InputError("with --rules a record fulfils a rule or none: --only takes yes, no or error")
    named = named_rules(options.rules)
    settle(options, options.rules)
    rules = _compiled(named, options)
    reads = [read for _, rule in rules.items() for read in rule.reads]
    notes = DataNotes(dict.fromkeys(reads), load(options), event=options.event, profile=options.profile)
    tally = _Tally(named, options)
    keep: Keep = "" if options.output not in ROW_FORMATS else "written" if options.output == "csv" else "read"
    checked = [rule.checked for _, rule in rules.items()]

    def lacks(table: str, missing: list[Read]) -> None:
        tally.lacks(
            table, {id_: lost for id_, rule in rules.items() if (lost := [*filter(rule.reads.__contains__, missing)])}
        )

    every = records(options, checked, needed=bool(reads), keep=keep, lacks=lacks)
    with rows_of_call(options, "rules") if keep else nullcontext() as rows:
        try:
            for source, record in every:
                notes.look(record, source)
                notes.search(record)
                flat = notes.note(record)
                if flat:
                    tally.report(place(source, record), flat)
                matches = rules.matches(record.context) if record.context is not None else None
                tally.add(source, record, matches, rows, silent=flat is not None)
                if options.on_error == "stop" and (matches is None or matches.errors):
                    break
        except KeyboardInterrupt:
            tally.interrupted()
            raise
    tally.finish()
    for sentence in notes.sentences(some_null=bool(tally.without)):
        print(sentence, file=sys.stderr)
    return BAD_INPUT if tally.bad or tally.failed else NO if tally.without else YES


def _compiled(named: list[NamedRule], options: Namespace) -> RuleSet:
    """The rules as a set, or what is wrong with them on standard error and InputError."""
    from targetexpr.rule import compile_in
    from targetexpr.rulesets.ruleset import RuleSet

    schema = load(options)
    check_profile(options.profile, schema)
    on_error: OnError = "null" if options.on_error == "null" else "raise"
    environment = Environment(schema=schema, event=options.event, timezone=options.timezone, on_error=on_error)
    found, invalid = [], 0
    for rule in named:
        try:
            found.append((rule.name, compile_in(rule.text, environment)))
        except ExpressionError as error:
            rule.show(error)
            invalid += 1
        except ValueError as error:
            raise InputError(str(error)) from None
    if invalid:
        which = "1 rule is" if invalid == 1 else f"{invalid:,} rules are"
        raise InputError(f"{which} invalid; nothing was evaluated")
    return RuleSet(found)


class _Tally:
    """What came out so far. A rule that meets data which does not fit is told at its first record, then counted."""

    def __init__(self, named: list[NamedRule], options: Namespace) -> None:
        self.records = self.without = self.bad = 0
        self.partly = 0  # records for which some rule could not be evaluated
        self.yes: Counter[object] = Counter({rule.name: 0 for rule in named})
        self.failed: Counter[object] = Counter()
        self._count_only = options.count
        self._as_json = options.output == "json"
        self._only: str | None = options.only
        self._progress = Progress()
        self._lacking: set[object] = set()  # rules that read what the table does not have

    def lacks(self, table: str, missing: dict[object, list[Read]]) -> None:
        """Rules that read what a table has no column for: they fail, and the others go on."""
        for id_, reads in missing.items():
            names = ", ".join(f"`{read}`" for read in reads)
            self.report(table, f"rule {id_}: no column holds {names}, so it is not evaluated")
            self.failed[id_] += 1
        self._lacking = set(missing)

    def report(self, where: str, text: str) -> None:
        self._progress.clear()
        print(f"{where}: {text}", file=sys.stderr)

    def add(
        self,
        source: str | None,
        record: Record,
        matches: RuleMatches | None,
        rows: RowOutput | None,
        *,
        silent: bool,
    ) -> None:
        """Counts one record and prints what it fulfils."""
        self.records += 1
        self._progress.tick(self.records)
        if matches is not None and self._lacking:
            matches = matches._replace(
                ids=tuple(id_ for id_ in matches.ids if id_ not in self._lacking),
                errors=tuple(one for one in matches.errors if one[0] not in self._lacking),
            )
        if matches is None:
            self.bad += 1
            self.report(place(source, record), record.reason)
        else:
            self.without += not matches.ids
            self.partly += bool(matches.errors)
            self.yes.update(matches.ids)
            for id_, error in matches.errors:
                self.failed[id_] += 1
                if self.failed[id_] == 1 and not silent:
                    self.report(place(source, record), f"rule {id_}: {error}")
        if rows is not None:
            rows.see(source, record)
        if not self._count_only and self._only in (None, _verdict(matches)):
            if rows is not None:
                rows.write(source, record, *_cells(record, matches))
            else:
                print(self._line(source, record, matches))

    def interrupted(self) -> None:
        """Reports how far it came until Ctrl-C was pressed."""
        self._progress.clear()
        print(f"interrupted; until then: {counted(self.records, 'record')}", file=sys.stderr)

    def _line(self, source: str | None, record: Record, matches: RuleMatches | None) -> str:
        if not self._as_json:
            which = "" if self._only is None else f"{place(source, record)}: "
            if matches is None:
                return f"{which}error"
            failed = f" (error in {', '.join(str(id_) for id_, _ in matches.errors)})" if matches.errors else ""
            return which + (", ".join(map(str, matches.ids)) or "none") + failed
        said: dict[str, object] = {"error": record.reason}
        if matches is not None:
            said = {"rules": list(matches.ids)}
            if matches.errors:
                said["errors"] = {str(id_): str(error) for id_, error in matches.errors}
        return f"{json_place(source, record)}, {json.dumps(said, ensure_ascii=False)[1:]}"

    def finish(self) -> None:
        """Prints the counts, and how often rules could not be evaluated."""
        self._progress.clear()
        if self._count_only:
            print(self._counts())
        for id_, times in self.failed.items():
            if times > 1:
                print(f"rule {id_} could not be evaluated for {times:,} records", file=sys.stderr)
        if self.bad and self.records > 1:
            print(f"{self.bad:,} of {self.records:,} records could not be read", file=sys.stderr)

    def _counts(self) -> str:
        if self._as_json:
            total = {"records": self.records, "none": self.without, "errors": self.bad + self.partly}
            return json.dumps({**total, "rules": dict(self.yes)}, ensure_ascii=False)
        width = max(len(f"{count:,}") for count in (*self.yes.values(), self.records))
        lines = [f"{count:>{width},}  {id_}" for id_, count in self.yes.items()]
        records = "record" if self.records == 1 else "records"
        errors = f", {self.bad + self.partly:,} with errors" if self.bad + self.partly else ""
        return "\n".join([*lines, f"{self.records:>{width},}  {records}, {self.without:,} without a rule{errors}"])


def _verdict(matches: RuleMatches | None) -> str:
    """Whether a record fulfils a rule, as a word."""
    if matches is None or (matches.errors and not matches.ids):
        return "error"
    return "yes" if matches.ids else "no"


def _cells(record: Record, matches: RuleMatches | None) -> tuple[str | None, str | None]:
    """The names of the rules that a record fulfils, and what is wrong with it."""
    if matches is None:
        return None, record.reason
    errors = [f"rule {id_}: {error}" for id_, error in matches.errors]
    return ", ".join(map(str, matches.ids)) or None, "; ".join(errors) or None
