"""`targetexpr schema`: what an expression can name; one entry with its overloads and an example."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.cli.inputs import add_output, json_text
from targetexpr.console.configuration import settle
from targetexpr.console.exits import YES
from targetexpr.console.options import add
from targetexpr.console.schemas import add_event, add_schema, load

if TYPE_CHECKING:
    from targetexpr.ide.catalogue import Entry
    from targetexpr.lang.schema.model import Profile
    from targetexpr.lang.schema.schema import Schema

DESCRIPTION = """\
List what an expression can name: the profiles, what is in one of them, or a single entry with its overloads, its
meaning and an example. The methods of values are under string, number, date and boolean."""
EXAMPLES = """\
  targetexpr schema
  targetexpr schema currentTxn
  targetexpr schema currentTxn.basketSum
  targetexpr schema date.daysDiff
  targetexpr schema --search points
  targetexpr schema --records --event TransactionAdd > record.schema.json"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="PROFILE[.NAME]", help="a profile, or an entry of one")
    add(parser, "--search", "--events", "--json-schema", "--records", "--plans")
    add_schema(parser)
    add_event(parser)
    add_output(parser)


def run(options: Namespace) -> int:
    """List, search or show."""
    if options.json_schema:
        from targetexpr.lang.schema.bundled import file_schema

        print(json_text(file_schema()))
        return YES
    if options.plans:
        from targetexpr.targets.authoring.plan_schema import plan_schema

        print(json_text(plan_schema()))
        return YES
    if options.event is not None and not options.records:
        raise InputError("--event goes with --records: what records of that event hold (--events lists the events)")
    settle(options)
    schema = load(options)
    if options.records:
        print(json_text(_record_schema(schema, options.event)))
        return YES
    print(json_text(_data(schema, options)) if options.output == "json" else _text(schema, options))
    return YES


def _record_schema(schema: Schema, event: str | None) -> dict[str, object]:
    from targetexpr.records.schema import record_schema

    try:
        return record_schema(schema, event=event)
    except ValueError as error:
        raise InputError(str(error)) from None


def _text(schema: Schema, options: Namespace) -> str:
    from targetexpr.ide import catalogue, catalogue_text

    if options.events:
        return catalogue_text.events(schema)
    if options.search is not None:
        return catalogue_text.found(catalogue.search(schema, options.search, options.name), options.search)
    return catalogue_text.listing(schema, options.name)


def _data(schema: Schema, options: Namespace) -> dict[str, object]:
    from targetexpr.ide.catalogue import KINDS, entries, named, offered_profiles, profile_of, search

    name: str | None = options.name
    if options.events:
        return {
            "events": [
                {"name": event.name, "doc": event.doc, "profiles": offered_profiles(schema, event.name)}
                for event in schema.events.values()
            ]
        }
    if options.search is not None:
        return {"entries": [_entry(one) for one in search(schema, options.search, name)]}
    if name is None:
        return {"profiles": [_profile(schema, profile) for profile in schema.profiles.values()]}
    if "." in name:
        found = [_entry(one) for one in named(schema, name)]
        return found[0] if len(found) == 1 else {"entries": found}
    head = {} if name in KINDS else _profile(schema, profile_of(schema, name))
    return {**head, "entries": [_entry(one) for one in entries(schema, name)]}


def _profile(schema: Schema, profile: Profile) -> dict[str, object]:
    out: dict[str, object] = {"name": profile.name, "type": profile.type, "doc": profile.doc}
    if profile.choice:
        out["choice"] = profile.choice
    out["events"] = list(schema.offering(profile.name))
    return out


def _entry(entry: Entry) -> dict[str, object]:
    out: dict[str, object] = {"name": f"{entry.owner}.{entry.name}", "type": entry.type, "doc": entry.doc}
    if entry.function is not None:
        out["overloads"] = [
            [
                {"name": p.name, "type": p.type, **({"values": list(p.values)} if p.values else {})}
                for p in overload.parameters
                if p.role != "ignored"
            ]
            for overload in entry.function.overloads
        ]
    elif entry.values:
        out["values"] = list(entry.values[entry.name])
    for key, value in (("choice", entry.choice), ("events", list(entry.events))):
        if value:
            out[key] = value
    return out
