"""Commands about records: loading, looking at, editing, counting and finding them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from time import monotonic

from targetexpr.base.errors import InputError
from targetexpr.base.nouns import counted
from targetexpr.checking.names import like_profile
from targetexpr.console.data_shape import DataNotes
from targetexpr.console.files import read_file
from targetexpr.console.outcomes import Counts, Failure, outcome_of
from targetexpr.records.dialect import Dialect
from targetexpr.records.lint import RecordLint
from targetexpr.records.map_file import read_map
from targetexpr.records.shape import profile_of_flat
from targetexpr.records.table_options import TableOptions
from targetexpr.repl import records as sources
from targetexpr.repl.commands.command import Command, file_name, no_argument, whole_number
from targetexpr.repl.fields import attribute_at, changed, parse_path, parse_value, removed, shown, split_field
from targetexpr.repl.finding import OUTCOMES, matching
from targetexpr.repl.records import edited
from targetexpr.repl.session import Session
from targetexpr.running.coercion import Value, time_zone

_GROUP = "Records"
_MAP = ".toml"
_MOST_LOOKED_AT = 1_000  # records, when they are loaded


def _load(session: Session, argument: str) -> None:
    path, profile = _path_and_profile(session, argument)
    if profile is not None and profile.endswith(_MAP):
        load(session, [path], None, _tables(session, None, profile))
    else:
        load(session, [path], profile)


def _tables(session: Session, profile: str | None, map_name: str | None = None) -> TableOptions:
    """How tables are read: their text as the schema declares the fields, for rules come and go."""
    found = None
    if map_name is not None:
        source = read_file(map_name)
        found = read_map(source.text, source.name or map_name)
    return TableOptions(
        schema=session.schema,
        profile=profile if found is None else found.profile,
        columns={} if found is None else found.columns,
        dialect=Dialect() if found is None else found.dialect,
        constants={} if found is None else found.constants,
        needed=False,
        keep="read",  # for what is in no field, and to write records as they were
    )


def load(session: Session, paths: Sequence[str], profile: str | None, tables: TableOptions | None = None) -> None:
    """Reads the records of files, one after the other; `tables` say how tables are read. Raises InputError."""
    if profile is not None and profile not in session.schema.profiles:
        close = like_profile(session.schema, profile)
        hint = f"did you mean {' or '.join(close)}?" if close else "`:schema` lists them"
        raise InputError(f"unknown profile {profile!r}; {hint}")
    tables = replace(tables or _tables(session, profile), tell=session.console.write)
    records = sources.load_all(paths, profile, lambda: tables)
    path = records.name
    session.change(f"load {path}", records=records, number=1, edits={})
    session.console.write(f"{counted(len(records), 'record')} from {path}; this is the first")
    if not _hint_at_profile(session, path, profile):
        _warn(session, profile)
    _evaluate(session)


def _path_and_profile(session: Session, argument: str) -> tuple[str, str | None]:
    """`FILE` or `FILE PROFILE`; a file name may have blanks in it."""
    if not argument:
        raise InputError("`:load` takes a file of records, as in `:load records.jsonl`")
    whole = file_name(argument)
    path, _, last = argument.rpartition(" ")
    path = file_name(path.strip())
    known = last in session.schema.profiles or last.startswith("current") or os.path.exists(path)
    return (path, last) if path and known and not os.path.exists(whole) else (whole, None)


def _hint_at_profile(session: Session, path: str, profile: str | None) -> bool:
    """Says that records lack their profile, where they seem to; whether they do."""
    context = session.record(1).context
    if profile is not None or not context:
        return False
    profiles = dict.fromkeys((*_read_profiles(session), "currentTxn", *session.schema.profiles))
    meant = profile_of_flat(context, [name for name in profiles if name in session.schema.profiles], session.schema)
    if meant is None:
        return False
    session.console.write(f"Its records name no profile. If they are plain dicts of {meant}: `:load {path} {meant}`.")
    return True


def _read_profiles(session: Session) -> list[str]:
    """The profiles that the current rule reads."""
    checked = session.analysis().checked if session.state.rule else None
    return [read.profile for read in checked.reads] if checked is not None else []


def _warn(session: Session, profile: str | None) -> None:
    """What nobody reads in the records that are loaded, of the first ones where there are many."""
    records = session.records()
    lint = RecordLint(session.schema, event=session.state.event, profile=profile)
    for record in islice(records, _MOST_LOOKED_AT):
        lint.look(record)
    if lint.warnings and len(records) > _MOST_LOOKED_AT:
        session.console.write(f"In the first {_MOST_LOOKED_AT:,} records (`:count` looks at all):")
    for warning in lint.warnings:
        session.console.write(warning.text)


def _evaluate(session: Session) -> None:
    """The verdict for the current record, where there is a valid rule."""
    if session.state.rule and session.analysis().ok:
        session.verdict()


def _record(session: Session, argument: str) -> None:
    if not argument:
        record = session.record()
        session.console.write(f"{session.where()} of {session.records().name_of(session.state.number)}, {record.place}")
        session.console.write(record.reason if record.context is None else shown(record.context, 2))
        return
    _go(session, whole_number(session, argument, "record"))


def _next(session: Session, argument: str) -> None:
    no_argument(argument, "next")
    records = session.records()
    if session.state.number >= len(records):
        raise InputError(f"this is the last record of {records.name}; `:record 1` goes to the first")
    _go(session, session.state.number + 1)


def _go(session: Session, number: int) -> None:
    session.record(number)  # a file that is gone leaves us where we are
    session.change(f"go to record {number}", number=number)
    if session.state.rule and session.analysis().ok:
        session.verdict()
    else:
        session.console.write(session.where())


class Tally(Counts):
    """What came out so far, shown now and then."""

    def __init__(self, session: Session, total: int) -> None:
        super().__init__()
        self.session = session
        self.total = total
        self._next = monotonic() + 0.3

    def add(self, outcome: Value | Failure) -> None:
        """Counts one outcome."""
        super().add(outcome)
        if not self.done % 256 and monotonic() >= self._next:
            self._next = monotonic() + 0.1
            self.session.console.progress(f"{self.done:,} of {self.total:,} records, Ctrl-C stops")


def _count(session: Session, argument: str) -> None:
    no_argument(argument, "count")
    rule, records = session.compiled(), session.records()
    tally = Tally(session, len(records))
    edits = session.state.edits
    profile = records.profile if isinstance(records, sources.Lines) else None
    notes = DataNotes(rule.reads, session.schema, event=session.state.event, profile=profile)
    searching = True
    try:
        for number, record in enumerate(records, 1):
            record = edited(record, edits, number)
            tally.add(outcome_of(rule, record))
            notes.look(record)
            searching = searching and notes.search(record)
    except KeyboardInterrupt:
        session.console.write(f"stopped: {tally}, of {len(records):,}")
        return
    note = f" ({len(edits)} edited)" if edits else ""
    session.console.write(f"{tally}{note}")
    if tally.bad:
        session.console.write("`:find error` goes to the first that could not be evaluated.")
    for sentence in notes.sentences(some_null=bool(tally.null), warnings=len(records) > _MOST_LOOKED_AT):
        session.console.write(sentence)


def _find_record(session: Session, argument: str) -> None:
    """The next record that comes out so, or that fulfils a condition."""
    if not argument:
        raise InputError("`:find` takes yes, no, null, error, or a condition such as `:find currentTxn.value>500`")
    records, here, edits = session.records(), session.state.number, session.state.edits
    wanted = argument.lower()
    by_outcome = wanted in OUTCOMES or wanted == "error"
    what = f"comes out as {argument}" if by_outcome else f"fulfils {argument}"
    tally = Tally(session, len(records))
    fits = matching(session, argument, tally.add)
    first: int | None = None
    try:
        for number, record in enumerate(records, 1):
            if fits(edited(record, edits, number)):
                if number > here:
                    _found(session, number, argument, wrapped=False)
                    return
                first = number if first is None else first
    except KeyboardInterrupt:
        session.console.write(f"stopped after {tally.done:,} records")
        return
    if first is None:
        raise InputError(f"no record {what}" + (f": {tally}" if by_outcome else f"; there are {len(records):,}"))
    if first == here:
        session.console.write(f"this one is the only record that {what}")
    else:
        _found(session, first, argument, wrapped=True)


def _found(session: Session, number: int, wanted: str, *, wrapped: bool) -> None:
    session.change(f"find {wanted}", number=number)
    if wrapped:
        session.console.write("past the end, on from the first record")
    record = session.record()
    if record.context is None:
        session.console.write(f"{session.where()}, {record.place}: {record.reason}")
    elif wanted.lower() in OUTCOMES or wanted.lower() == "error":
        session.verdict()
    else:
        session.console.write(session.where())
        _evaluate(session)


def _set(session: Session, argument: str) -> None:
    name, text = split_field(argument)
    if not name or not text:
        raise InputError("`:set` takes a field and a value, as in `:set currentTxn.value 620`")
    path = parse_path(name)
    attribute = attribute_at(path, session.schema, session.state.event)
    value = parse_value(text, attribute, time_zone(session.timezone))
    if len(path) == 1 and not isinstance(value, dict | None):
        raise InputError(f"{name} is a profile: its value is an object, as in `:set {name} {{}}`")
    after, before = changed(_context(session), path, value)
    _keep_edit(session, f"set {name}", after)
    session.console.write(f"{name}: {shown(before)} -> {shown(value)}")
    if attribute is not None and attribute.values and value not in (*attribute.values, None):
        session.console.write(f"The documented values are {', '.join(attribute.values)}.")
    _evaluate(session)


def _unset(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("`:unset` takes a field, as in `:unset currentTxn.value`")
    after = removed(_context(session), parse_path(argument))
    _keep_edit(session, f"unset {argument}", after)
    _evaluate(session)


def _context(session: Session) -> dict[str, object]:
    """The current record's data; an empty record is made when there is none."""
    if session.state.records is None:
        return {}
    record = session.record()
    if record.context is None:
        raise InputError(f"{session.where()} cannot be read: {record.reason}")
    return record.context


def _keep_edit(session: Session, what: str, context: dict[str, object]) -> None:
    if session.state.records is None:
        session.change(what, records=sources.scratch(), number=1, edits={1: context})
        return
    session.change(what, edits={**session.state.edits, session.state.number: context})


DATA = (
    Command(
        name="load",
        arguments="FILE [PROFILE|MAP.toml]",
        doc="read records: JSON, CSV, Excel, Parquet or Arrow; a folder or a pattern",
        more="With a profile, records are plain dicts of it: `:load bills.jsonl currentTxn`. With a map of columns, as "
        "`targetexpr data map` writes it, a table's columns are what it says: `:load bills.csv map.toml`.",
        example=":load records.jsonl",
        group=_GROUP,
        run=_load,
        completes="file",
    ),
    Command(
        name="record",
        arguments="[N]",
        doc="go to record N; without a number, show this one",
        example=":record 2",
        group=_GROUP,
        run=_record,
    ),
    Command(name="next", doc="go to the next record", group=_GROUP, run=_next),
    Command(name="count", doc="how many records the rule rewards; Ctrl-C stops", group=_GROUP, run=_count),
    Command(
        name="find",
        arguments="yes|no|null|error|CONDITION",
        doc="go to the next record that comes out so, or fulfils a condition",
        more="A condition is any rule, or a field or column of the data compared with a value, as in "
        '`:find currentCustomer.id == "304"`, `:find storeId 7`, `:find "Bill No" B-17`. The rule stays what it is.',
        example=":find no",
        group=_GROUP,
        run=_find_record,
        completes="rule",
        words=("yes", "no", "null", "error"),
    ),
    Command(
        name="set",
        arguments="NAME VALUE",
        doc="change a field of the record, or begin a record of your own",
        more="As in `:set currentTxn.value 620`, `:set currentCustomer.slabName Gold`, "
        '`:set currentTxn.lineItems[0] {"qty":2,"rate":50}`; null is a value too. The file stays as it is.',
        example=":set currentTxn.value 620",
        group=_GROUP,
        run=_set,
        completes="field",
    ),
    Command(
        name="unset",
        arguments="NAME",
        doc="take a field out of the record",
        example=":unset currentTxn.value",
        group=_GROUP,
        run=_unset,
        completes="field",
    ),
)
