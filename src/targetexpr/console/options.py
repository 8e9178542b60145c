"""Every option of the command line, declared once: one name, one meaning, the same in all commands that take it."""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentError, ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from targetexpr.console.values import amounts, counted, day, ids, levels, reading, unit

if TYPE_CHECKING:
    from argparse import _ActionsContainer


class Option(NamedTuple):
    """What an option is called, what it means, and what it takes.

    No dataclass: every call of the command reads this table, and the module of dataclasses takes longer to load.
    """

    name: str  # "--data"
    help: str
    short: str | None = None  # "-d"
    metavar: str | None = None  # "FILE"; None for a switch, and where few `choices` say what it takes
    choices: tuple[str, ...] = ()  # all that any command takes; a command may take fewer of them
    default: str | None = None
    repeats: bool = False  # may be given several times; its values gather
    several: bool = False  # and takes several values at once
    switch: bool = False  # takes no value
    on: bool = False  # what a switch is unless given
    sets: tuple[str, bool] | None = None  # what a switch sets, where it is not named so: ("strict", False)
    read: Callable[[str], object] | None = None  # what makes a value of a text; ArgumentTypeError says what it wants

    @property
    def field(self) -> str:
        """Where the parsed command line has it.

        >>> OPTIONS["--on-error"].field
        'on_error'
        """
        return self.sets[0] if self.sets is not None else self.name.removeprefix("--").replace("-", "_")


_TABLE = (
    # --- where input comes from, and how it is read
    Option(
        name="--file",
        short="-f",
        metavar="FILE",
        repeats=True,
        help="read the input from a file, - from standard input; may be given several times where several are taken",
    ),
    Option(
        name="--data",
        short="-d",
        metavar="DATA",
        repeats=True,
        several=True,
        help="the records: files of JSON, CSV, Excel, Parquet or Arrow, patterns or folders of them, - for standard "
        "input, or JSON itself; may be given several times",
    ),
    Option(
        name="--columns",
        metavar="FILE",
        help="a map of the columns of tables, as `targetexpr data map` writes it: which column is what in a record",
    ),
    Option(
        name="--read",
        metavar="NAME=VALUE",
        repeats=True,
        read=reading,
        help="how tables are written, where it is not found out: delimiter=; decimal=comma encoding=cp1252 header=no "
        "dates=day-first sheet=NAME; may be given several times",
    ),
    Option(
        name="--rules",
        metavar="FILE",
        help="rules under their names: a file as the REPL's :save writes it (its default: targetexpr-rules.toml); to "
        "evaluate, rule files, requests and folders of them as well",
    ),
    Option(
        name="--profile",
        metavar="NAME",
        help="records are plain dicts of this profile, as transactions with currentTxn; without it each record is a "
        'dict of profiles, such as {"currentTxn":{"value":500}}',
    ),
    Option(
        name="--timezone",
        metavar="ZONE",
        default="UTC",
        help="the clock that days and hours are read by: Asia/Kolkata, +05:30 (default: UTC)",
    ),
    Option(
        name="--on-error",
        choices=("report", "stop", "null"),
        default="report",
        help="what to do with a value of the wrong type: report it and go on (default), stop, or read it as null; "
        "records that cannot be read are reported, and end the run with stop",
    ),
    Option(
        name="--schema",
        metavar="FILE",
        help="a TOML or JSON file with fields, methods, profiles and events of your own",
    ),
    Option(name="--event", metavar="NAME", help="the event the rule is for, as TransactionAdd"),
    Option(
        name="--expect",
        choices=("boolean", "number", "string", "date", "any"),
        default="boolean",
        metavar="TYPE",
        help="what the rules must come out as: boolean (default), number, string, date or any",
    ),
    # --- what is printed
    Option(
        name="--output",
        metavar="FORMAT",
        choices=("text", "json", "csv", "jsonl", "parquet", "xlsx", "sarif", "junit"),
        default="text",
        help="text for people (default), json, sarif and junit for programs; csv, jsonl, parquet and xlsx are tables, "
        "of records with their own columns (default with --to: as its name ends)",
    ),
    Option(
        name="--to",
        metavar="FILE",
        help="write the output to a file, which is replaced when all is written; it ends as .csv, .jsonl, .parquet, "
        ".xlsx, .json or .txt, or --output says what to write",
    ),
    Option(
        name="--only",
        choices=("yes", "no", "null", "error"),
        help="print or write only the records of this verdict; error: those that cannot be read or evaluated",
    ),
    Option(
        name="--style",
        choices=("compact", "readable", "editor"),
        default="compact",
        help="the layout of what is printed: compact has no white space (default), readable is text with blanks and "
        "lines, editor is the rule editor's JSON",
    ),
    Option(name="--count", switch=True, help="print only how many records say yes, no and null"),
    Option(
        name="--table",
        choices=("progress", "contributions", "levels", "streaks", "unified", "grants", "reported"),
        metavar="NAME",
        help="a table instead of the summary: progress, contributions, levels (csv: the default), streaks, unified, "
        "grants or reported",
    ),
    Option(name="--untyped", switch=True, help="only the types of literals; nothing is checked"),
    # --- trying on past data
    Option(
        name="--by",
        metavar="WHAT",
        help="groups: month (of the record's date), store (its storeId), a member of the records, or a field as "
        "currentCustomer.slabName",
    ),
    Option(name="--sample", metavar="N", read=counted(0, 1_000), help="print N records of each outcome"),
    Option(name="--seed", metavar="N", read=counted(0), help="draw other samples; the same number, the same ones"),
    # --- SQL
    Option(
        name="--dialect", choices=("duckdb", "spark"), default="duckdb", help="whose SQL is written (default: duckdb)"
    ),
    Option(name="--from", metavar="TABLE", default="bills", help="the table to read (default: bills)"),
    Option(
        name="--type",
        metavar="NAME=TYPE",
        repeats=True,
        help="what a column holds if not what the rule declares, as currentTxn.points=decimal(4); int, float, text, "
        "boolean, instant, naive and day are types; may be given several times",
    ),
    Option(
        name="--decimals",
        metavar="N",
        default="2",
        read=counted(0, 12),
        help="decimals that numbers have at most; the proof query looks (default: 2)",
    ),
    Option(
        name="--no-config",
        switch=True,
        help="read no settings of the project, neither of targetexpr.toml nor of pyproject.toml (`targetexpr help "
        "editors` shows them)",
    ),
    Option(name="--script", switch=True, help="a program for spark-submit instead of the queries alone"),
    # --- checking and formatting
    Option(name="--strict", switch=True, on=True, help="unknown names are errors (the default)"),
    Option(
        name="--no-strict",
        switch=True,
        on=True,
        sets=("strict", False),
        help="unknown names are warnings, and have no type",
    ),
    Option(name="--on", metavar="CODE", repeats=True, help="switch a warning on, by its code"),
    Option(name="--off", metavar="CODE", repeats=True, help="switch a warning off, by its code"),
    Option(
        name="--set",
        switch=True,
        help="also say how many of the rules never hold together, follow from others, or are the same",
    ),
    Option(name="--pairs", switch=True, help="with --set: list those pairs, each with its proof"),
    Option(name="--cost", switch=True, help="also say how many steps each rule takes at most for one record, and why"),
    Option(
        name="--cost-limit",
        metavar="STEPS",
        read=counted(1),
        help="a rule that can take more steps for one record is an error (help limits says what a step is)",
    ),
    Option(name="--no-lint", switch=True, help="only errors, and warnings about names and values"),
    Option(name="--fix", switch=True, help="apply the safe fixes first"),
    Option(name="--check", switch=True, help="print nothing; exit 1 when the rule would change"),
    Option(name="--in-place", short="-i", switch=True, help="write the result back to the file"),
    # --- the schema command
    Option(name="--search", metavar="WORD", help="everything whose name or meaning has the word in it"),
    Option(name="--events", switch=True, help="list the events and the profiles they offer"),
    Option(name="--json-schema", switch=True, help="print the JSON Schema of schema files"),
    Option(name="--records", switch=True, help="print the JSON Schema of records, the data of rules"),
    Option(name="--plans", switch=True, help="print the JSON Schema of plans, which `target new` makes groups of"),
    # --- making a group
    Option(name="--name", metavar="NAME", help="the name of the group"),
    Option(name="--description", metavar="TEXT", help="what the group is for"),
    Option(name="--start", metavar="DATE", read=day, help="the first day of the first cycle, as 2024-01-31"),
    Option(
        name="--every",
        metavar="UNIT",
        read=unit,
        help="daily, weekly, monthly, quarterly, half-yearly, yearly or custom cycles; week, month, ... will do",
    ),
    Option(name="--times", metavar="N", read=counted(1), help="units in a cycle (default: 1)"),
    Option(name="--cycles", metavar="N", read=counted(1), help="how many cycles there are"),
    Option(name="--window", metavar="NAME", help="fixed_calendar_window, cyclic_window, period_agnostic_window"),
    *(
        Option(
            name=f"--{name}",
            metavar="VALUE",
            read=amounts,
            help=f"a target of {name.replace('-', ' ')}: a value, or one a cycle",
        )
        for name in ("spend", "gross-spend", "bills", "visits", "units")
    ),
    Option(name="--rule", metavar="RULE", help="which records count (default: true, all of them)"),
    Option(name="--line-items", switch=True, help="look at line items instead of whole bills"),
    Option(
        name="--store",
        metavar="ID,ID,...",
        repeats=True,
        read=ids,
        help="count only in these stores; may be given again",
    ),
    Option(name="--levels", metavar="N,N,...", read=levels, help="streak levels: cycles that each takes"),
    Option(name="--non-continuous", switch=True, help="cycles need not be in a row"),
    Option(name="--taken", metavar="NAME", repeats=True, help="a name that another group has"),
    # --- simulating
    Option(name="--customer", metavar="ID", help="explain one customer, period by period and record by record"),
    Option(
        name="--now",
        metavar="DATE",
        read=day,
        help="evaluate as of then, as 2024-01-31 or 2024-01-31T18:00Z (default: the date of the latest record)",
    ),
    Option(
        name="--returns",
        choices=("IGNORE", "SAME_PERIOD", "NEXT_PERIOD"),
        read=str.upper,
        metavar="HOW",
        help="what returns lower: SAME_PERIOD, NEXT_PERIOD or nothing with IGNORE (default: the period of the bill "
        "while it runs, and else the next one)",
    ),
    Option(
        name="--enrolment",
        metavar="FILE",
        help="JSON: who takes part, a list of ids or a dict of them with their values",
    ),
    Option(
        name="--engine",
        choices=("auto", "python", "sql", "spark", "partitions"),
        default="auto",
        metavar="HOW",
        help="what evaluates: python (all records in memory), sql (statements over Parquet, CSV and JSON Lines), "
        "spark (the same statements on a local Spark, over Parquet), partitions (by customer on disk, a process per "
        "core); auto, the default, is sql where that is exact, else partitions, and python for up to 20,000 records",
    ),
    Option(
        name="--memory",
        metavar="SIZE",
        help="the most memory that the database of sql and partitions takes, or the process of spark, as 8GiB or "
        "500MB; it goes to disk beyond",
    ),
    Option(
        name="--state",
        metavar="FILE",
        help="add the records to this file, which is begun where there is none: the answers are those of all that it "
        "holds; for what the engine sql serves",
    ),
    # --- the REPL
    Option(name="--vi", switch=True, help="vi keys instead of those of Emacs"),
    # --- the language server
    Option(
        name="--tcp",
        metavar="PORT",
        read=counted(0, 65535),
        help="wait for one client on this port of this machine instead, to debug; 0 takes a free one and prints it",
    ),
    # --- the conformance kit
    Option(name="--run", metavar="COMMAND", help="the implementation to ask, as 'node mine.mjs'; no shell is involved"),
    Option(name="--answer", switch=True, help="answer requests from standard input: this project's own implementation"),
    Option(name="--list", switch=True, help="list the topics; with --only, or as JSON, the ids of the questions"),
    Option(name="--folder", switch=True, help="print the folder of the kit's files: the cases and their JSON Schemas"),
    Option(
        name="--topic",
        metavar="NAME",
        repeats=True,
        help="ask only this topic, as syntax/strings, or all of one kind, as syntax; may be given several times",
    ),
    Option(
        name="--id",
        metavar="PATTERN",
        repeats=True,
        help="ask only questions with this in their id, as '#parse'; * stands for anything; may be given several times",
    ),
    Option(
        name="--seconds",
        metavar="N",
        default="10",
        read=counted(1, 3600),
        help="how long a request may take before the implementation is ended and started again (default: 10)",
    ),
    # --- the studio
    Option(name="--no-browser", switch=True, help="only print the address; open no browser"),
    # --- the server
    Option(name="--host", metavar="ADDRESS", default="127.0.0.1", help="where to listen (default: 127.0.0.1)"),
    Option(
        name="--port",
        metavar="N",
        default="8310",
        read=counted(0, 65535),
        help="0 takes a free one and prints it (default: 8310; of the studio 8320, or the next free one)",
    ),
    Option(
        name="--database",
        metavar="FILE",
        default="targetexpr-sandbox.sqlite3",
        help="the SQLite file where everything is kept; :memory: forgets it at the end (default: "
        "targetexpr-sandbox.sqlite3)",
    ),
    Option(
        name="--user",
        metavar="NAME:PASSWORD",
        help="who may ask; the variable TARGETEXPR_SERVE_USER is more discreet",
    ),
    Option(name="--no-auth", switch=True, help="answer everybody on this machine; loopback only"),
    Option(
        name="--certfile",
        metavar="FILE",
        help="answer over TLS, https: the certificate in PEM, with its chain; anywhere but on this machine passwords "
        "are readable without it",
    ),
    Option(
        name="--keyfile", metavar="FILE", help="the key of the certificate in PEM, if it is not in the --certfile too"
    ),
    Option(
        name="--log",
        choices=("json", "text", "none"),
        default="json",
        help="a line on standard error per request (default: json)",
    ),
    Option(
        name="--max-body",
        metavar="BYTES",
        read=counted(1, 1 << 40),
        help="the largest request but records (default: 1 MiB)",
    ),
    Option(
        name="--max-records",
        metavar="BYTES",
        read=counted(1, 1 << 40),
        help="the largest request of records (default: 32 MiB)",
    ),
    Option(
        name="--deadline",
        metavar="SECONDS",
        default="30",
        read=counted(1, 86_400),
        help="how long the evaluation of a request may take; then it is stopped and answered with 503 (default: 30)",
    ),
    Option(
        name="--header-timeout",
        metavar="SECONDS",
        default="10",
        read=counted(1, 3600),
        help="how long the head of a request may take (default: 10)",
    ),
    Option(
        name="--max-connections",
        metavar="N",
        default="500",
        read=counted(1, 100_000),
        help="connections in all; fewer where the limit of open files is low (default: 500)",
    ),
    Option(
        name="--max-per-address",
        metavar="N",
        default="250",
        read=counted(1, 100_000),
        help="connections from one address; three quarters of all at most (default: 250)",
    ),
    Option(
        name="--limit-concurrency",
        metavar="N",
        default="300",
        read=counted(1, 100_000),
        help="requests that are answered at once; more are refused with 503 (default: 300)",
    ),
)

OPTIONS: dict[str, Option] = {option.name: option for option in _TABLE}
"""The options by name. The commands' parsers are made of them, and so is their documentation."""


def add(parser: _ActionsContainer, *names: str, choices: Sequence[str] = (), required: bool = False) -> None:
    """Declares options of the table; `choices` are those of its values that this command takes.

    >>> parser = ArgumentParser()
    >>> add(parser, "--event", "--count")
    >>> add(parser, "--output", choices=("text", "json"))
    >>> options = parser.parse_args(["--output", "json", "--count"])
    >>> options.output, options.count, options.event
    ('json', True, None)
    """
    for name in names:
        option = OPTIONS[name]
        flags = (option.name,) if option.short is None else (option.short, option.name)
        if option.switch:
            value = option.sets is None or option.sets[1]
            parser.add_argument(
                *flags, dest=option.field, action=_Switch, nargs=0, const=value, default=option.on, help=option.help
            )
            continue
        taken = [choice for choice in option.choices if choice in choices] if choices else list(option.choices)
        parser.add_argument(
            *flags,
            dest=option.field,
            action=_Gather if option.repeats else _Once,
            nargs="+" if option.several else None,
            metavar=option.metavar,
            choices=taken or None,
            type=option.read or str,
            default=[] if option.repeats else option.default,
            required=required,
            help=option.help,
        )


def add_renamed(parser: ArgumentParser, old: str, new: str) -> None:
    """An old name of an option that means something else in another command: it is refused by its new name."""
    parser.add_argument(old, action=_Renamed, nargs=0, const=new, help=SUPPRESS, default=SUPPRESS)


class _Renamed(Action):
    """Says what an option is called now."""

    def __call__(self, _: ArgumentParser, __: Namespace, ___: object, option_string: str | None = None) -> None:
        raise ArgumentError(None, f"{option_string} is `{self.const}` now")


class _Switch(Action):
    """A switch, and that it was given: what is not may be said by a project's settings."""

    def __call__(self, _: ArgumentParser, namespace: Namespace, __: object, ___: str | None = None) -> None:
        vars(namespace).setdefault("_given", {})[self.dest] = self.const
        setattr(namespace, self.dest, self.const)


class _Once(Action):
    """One value. A second one is refused: which of them is meant cannot be told, and none is dropped in silence."""

    def __call__(
        self, _: ArgumentParser, namespace: Namespace, values: object, option_string: str | None = None
    ) -> None:
        given: dict[str, object] = vars(namespace).setdefault("_given", {})
        if self.dest in given:
            first = given[self.dest]
            raise ArgumentError(None, f"{option_string} takes one value and is given twice: {first!r} and {values!r}")
        given[self.dest] = values
        setattr(namespace, self.dest, values)


class _Gather(Action):
    """Values that gather. What stands behind the first value of an occurrence might be meant for the command."""

    def __call__(
        self, _: ArgumentParser, namespace: Namespace, values: object, option_string: str | None = None
    ) -> None:
        assert option_string is not None  # none of the table's options is positional
        more = values if isinstance(values, list) else [values]
        there: list[object] = getattr(namespace, self.dest)
        if self.nargs == "+":
            behind: list[int] = vars(namespace).setdefault("_behind", [])
            behind += range(len(there) + 1, len(there) + len(more))
        setattr(namespace, self.dest, [*there, *more])
