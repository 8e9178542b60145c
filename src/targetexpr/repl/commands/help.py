"""Commands about the session: the schema, the event and the clock, undoing, leaving; and how help is written."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.base.wrapping import fitted
from targetexpr.repl.commands.command import Command, no_argument
from targetexpr.repl.session import Session, Stop, as_command

GROUP = "The session"
_WIDEST = 40  # columns of a command and what it takes; a longer one gets a line of its own
_NARROW = 50  # columns; a narrower screen has no room for two columns of words
_KEYS = (
    "Keys: Tab completes, F2 fixes what is underlined, Ctrl-R searches what was typed before, Alt-Enter begins a new "
    "line, Ctrl-X Ctrl-E opens an editor, Ctrl-C drops the line, Ctrl-D leaves."
)
NONE = "none"


def at_length(command: Command, width: int | None) -> str:
    """Everything that help says of one command."""
    lines = [command.usage, f"  {command.doc}"]
    lines += [f"  {command.more}"] if command.more else []
    lines += [f"  Example: {command.example}"] if command.example else []
    return _page(lines, width)


def _page(lines: Sequence[str], width: int | None) -> str:
    text = "\n".join(lines)
    return text if width is None else fitted(text, width)


def overview(commands: Sequence[Command], columns: int | None) -> str:
    """What help says of everything: each command on a line, by group, and the keys."""
    lines = ["Type a rule: it is checked, and evaluated for the record when one is loaded.", ""]
    width = min(max(len(command.usage) for command in commands), _WIDEST if columns is None else columns // 2)
    group = ""
    for command in commands:
        if command.group != group:
            group = command.group
            lines.append(group)
        usage = command.usage
        if columns is not None and columns < _NARROW:
            lines += [f"  {usage}", f"    {command.doc}"]
            continue
        if len(usage) > width:
            lines.append(f"  {usage}")
            usage = ""
        lines.append(f"  {usage:<{width}}  {command.doc}")
    lines += ["", _KEYS, "Commands may be cut short: `:expl` is `:explain`. `:help COMMAND` tells more."]
    return _page(lines, columns)


def _schema(session: Session, argument: str) -> None:
    from targetexpr.ide import catalogue, catalogue_text

    schema = session.schema
    known = not argument or "." in argument or argument in schema.profiles or argument in catalogue.KINDS
    try:
        if known:
            text = catalogue_text.listing(schema, argument or None)
        else:
            text = catalogue_text.found(catalogue.search(schema, argument), argument)
    except InputError as problem:
        raise InputError(as_command(str(problem))) from None
    session.console.page(_page([text], session.console.columns))


def _event(session: Session, argument: str) -> None:
    if not argument:
        session.console.write(f"the event is {session.state.event or NONE}")
        session.console.write("there are " + ", ".join(session.schema.events))
        return
    event = None if argument == NONE else argument
    if event is not None and session.schema.event(event) is None:
        close = suggest(event, (*session.schema.events, *session.schema.aliases))
        if close or not event.isidentifier():
            hint = f"did you mean {' or '.join(close)}?" if close else "an event is one word"
            raise InputError(f"unknown event {event!r}; {hint}")
        session.console.write(f"{event} is not declared; it is treated as a behavioural event")
    session.change(f"event {argument}", event=event)
    session.console.write(f"the event is {event or NONE}")
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
    session.console.write(f"the clock of rules is {session.timezone}")


def _keys(session: Session, argument: str) -> None:
    if argument and argument not in ("emacs", "vi"):
        raise InputError(f"`:keys` takes emacs or vi, not {argument!r}")
    session.keys = "vi" if argument == "vi" else "emacs" if argument else session.keys
    session.console.write(f"the keys are those of {session.keys}")


def _undo(session: Session, argument: str) -> None:
    no_argument(argument, "undo")
    session.console.write(f"undone: {session.undo()}")
    state = session.state
    if state.rule:
        session.console.write(state.rule)


def _quit(_session: Session, argument: str) -> None:
    no_argument(argument, "quit")
    raise Stop


SESSION = (
    Command(
        name="schema",
        arguments="[NAME|WORD]",
        doc="what a rule can name: profiles, one of them, one entry, or a search",
        more="`:schema`, `:schema currentTxn`, `:schema currentTxn.basketSum`, `:schema points`.",
        example=":schema currentTxn.basketSum",
        group=GROUP,
        run=_schema,
        completes="schema",
    ),
    Command(
        name="event",
        arguments=f"[NAME|{NONE}]",
        doc="which event the rule is for: what it does not offer is an error",
        example=":event TransactionAdd",
        group=GROUP,
        run=_event,
        completes="event",
    ),
    Command(
        name="timezone",
        arguments="[ZONE]",
        doc="the clock of rules: Asia/Kolkata, +05:30",
        example=":timezone Asia/Kolkata",
        group=GROUP,
        run=_timezone,
    ),
    Command(
        name="keys",
        arguments="[emacs|vi]",
        doc="whose keys the editor has",
        example=":keys vi",
        group=GROUP,
        run=_keys,
        completes="words",
        words=("emacs", "vi"),
    ),
    Command(
        name="undo", doc="take the last change back: rule, record, field, event, saved rule", group=GROUP, run=_undo
    ),
    Command(name="quit", doc="leave (Ctrl-D)", group=GROUP, run=_quit),
)
