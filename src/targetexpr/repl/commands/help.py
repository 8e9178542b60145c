"""Commands about the session: help, the schema, the event and the clock, undoing, leaving."""

from __future__ import annotations

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.repl.commands.command import Command, no_argument
from targetexpr.repl.session import Session, Stop, as_command

_GROUP = "The session"
NONE = "none"


def _help(session: Session, argument: str) -> None:
    from targetexpr.repl.commands import COMMANDS, command_of

    if argument:
        command = command_of(argument.lstrip(":"))
        lines = [command.usage, f"  {command.doc}"]
        lines += [f"  {command.more}"] if command.more else []
        lines += [f"  Example: {command.example}"] if command.example else []
        session.console.say("\n".join(lines))
        return
    lines = ["Type a rule: it is checked, and evaluated for the record when one is loaded.", ""]
    width = max(len(command.usage) for command in COMMANDS.values())
    group = ""
    for command in COMMANDS.values():
        if command.group != group:
            group = command.group
            lines.append(group)
        lines.append(f"  {command.usage:<{width}}  {command.doc}")
    lines += ["", "Keys: Tab completes, F2 mends what is underlined, Ctrl-R searches what was typed before,"]
    lines += ["Alt-Enter begins a new line, Ctrl-X Ctrl-E opens an editor, Ctrl-C drops the line, Ctrl-D leaves."]
    lines += ["Commands may be cut short: `:expl` is `:explain`. `:help COMMAND` tells more."]
    session.console.say("\n".join(lines))


def _schema(session: Session, argument: str) -> None:
    from targetexpr.ide import catalogue, catalogue_text

    schema = session.schema
    known = not argument or "." in argument or argument in schema.profiles or argument in catalogue.KINDS
    try:
        if known:
            session.console.say(catalogue_text.listing(schema, argument or None))
        else:
            session.console.say(catalogue_text.found(catalogue.search(schema, argument), argument))
    except InputError as problem:
        raise InputError(as_command(str(problem))) from None


def _event(session: Session, argument: str) -> None:
    if not argument:
        session.console.say(f"the event is {session.state.event or NONE}")
        session.console.say("there are " + ", ".join(session.schema.events))
        return
    event = None if argument == NONE else argument
    if event is not None and session.schema.event(event) is None:
        close = suggest(event, (*session.schema.events, *session.schema.aliases))
        if close or not event.isidentifier():
            hint = f"did you mean {' or '.join(close)}?" if close else "an event is one word"
            raise InputError(f"there is no event {event!r}; {hint}")
        session.console.say(f"{event} is declared nowhere; it is taken for a behavioural event")
    session.change(f"event {argument}", event=event)
    session.console.say(f"the event is {event or NONE}")
    if session.state.rule:
        session.answer()


def _timezone(session: Session, argument: str) -> None:
    from targetexpr.running.coercion import time_zone

    if argument:
        try:
            time_zone(argument)
        except ValueError as error:
            raise InputError(str(error)) from None
        before = session.timezone
        session.timezone = argument

        def back() -> None:
            session.timezone = before

        session.change(f"timezone {argument}", undo=back)
    session.console.say(f"the clock of rules is {session.timezone}")


def _keys(session: Session, argument: str) -> None:
    if argument and argument not in ("emacs", "vi"):
        raise InputError(f"`:keys` takes emacs or vi, not {argument!r}")
    session.keys = "vi" if argument == "vi" else "emacs" if argument else session.keys
    session.console.say(f"the keys are those of {session.keys}")


def _undo(session: Session, argument: str) -> None:
    no_argument(argument, "undo")
    session.console.say(f"undone: {session.undo()}")
    state = session.state
    if state.rule:
        session.console.say(state.rule)


def _quit(_session: Session, argument: str) -> None:
    no_argument(argument, "quit")
    raise Stop


ABOUT = (
    Command(
        name="help",
        arguments="[COMMAND]",
        doc="what there is; one command at length",
        example=":help set",
        group=_GROUP,
        run=_help,
        completes="command",
    ),
    Command(
        name="schema",
        arguments="[NAME|WORD]",
        doc="what a rule can name: profiles, one of them, one entry, or a search",
        more="`:schema`, `:schema currentTxn`, `:schema currentTxn.basketSum`, `:schema points`.",
        example=":schema currentTxn.basketSum",
        group=_GROUP,
        run=_schema,
        completes="schema",
    ),
    Command(
        name="event",
        arguments=f"[NAME|{NONE}]",
        doc="which event the rule is for: what it does not offer is an error",
        example=":event TransactionAdd",
        group=_GROUP,
        run=_event,
        completes="event",
    ),
    Command(
        name="timezone",
        arguments="[ZONE]",
        doc="the clock of rules: Asia/Kolkata, +05:30",
        example=":timezone Asia/Kolkata",
        group=_GROUP,
        run=_timezone,
    ),
    Command(
        name="keys",
        arguments="[emacs|vi]",
        doc="whose keys the editor has",
        example=":keys vi",
        group=_GROUP,
        run=_keys,
        completes="words",
        words=("emacs", "vi"),
    ),
    Command(
        name="undo", doc="take the last change back: rule, record, field, event, saved rule", group=_GROUP, run=_undo
    ),
    Command(name="quit", doc="leave (Ctrl-D)", group=_GROUP, run=_quit),
)
