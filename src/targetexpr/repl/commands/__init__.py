"""The commands of the REPL, one table that dispatch, help and completion read; and what is done with a line."""

from __future__ import annotations

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.repl.commands.command import Command
from targetexpr.repl.commands.data import DATA
from targetexpr.repl.commands.help import GROUP, SESSION, at_length, overview
from targetexpr.repl.commands.rules import RULES
from targetexpr.repl.commands.saving import KEEP
from targetexpr.repl.session import Session

__all__ = ["COMMANDS", "Command", "command_of", "run_command", "submit"]


def _help(session: Session, argument: str) -> None:
    named = argument.lstrip(":")
    width = session.console.columns
    text = at_length(command_of(named), width) if argument else overview(tuple(COMMANDS.values()), width)
    session.console.page(text)


HELP = Command(
    name="help",
    arguments="[COMMAND]",
    doc="what there is; one command at length",
    example=":help set",
    group=GROUP,
    run=_help,
    completes="command",
)

COMMANDS: dict[str, Command] = {command.name: command for command in (*RULES, *DATA, *KEEP, HELP, *SESSION)}

_SHORT = {"q": "quit", "exit": "quit", "h": "help", "?": "help"}


def command_of(word: str) -> Command:
    """The command of a name, or of the beginning of one where only one has it. Raises InputError."""
    word = _SHORT.get(word, word)
    if word in COMMANDS:
        return COMMANDS[word]
    begun = [name for name in COMMANDS if word and name.startswith(word)]
    if len(begun) == 1:
        return COMMANDS[begun[0]]
    close = begun or suggest(word, COMMANDS)
    hint = f"did you mean {' or '.join(f'`:{name}`' for name in close[:4])}?" if close else "`:help` lists them"
    raise InputError(f"unknown command `:{word if len(word) <= 40 else word[:37] + '...'}`; {hint}")


def run_command(session: Session, line: str) -> None:
    """Runs a line that begins with a colon. Raises InputError for what cannot be done."""
    word, *argument = line[1:].split(maxsplit=1) or [""]
    command_of(word).run(session, argument[0].strip() if argument else "")


def submit(session: Session, text: str) -> bool:
    """Does what a line says, a command when it begins with a colon, else a rule; whether it could be done.

    Raises Stop at the end of the session.
    """
    text = text.strip()
    if not text:
        return True
    try:
        if text.startswith(":"):
            run_command(session, text)
            return True
        good = session.take_rule(text)
    except InputError as problem:
        session.console.write_error(str(problem))
        return False
    if not good:
        _hint_at_colon(session, text)
    return good


def _hint_at_colon(session: Session, text: str) -> None:
    """Says that a command begins with a colon where a word of one was typed for a rule."""
    word = text.split(maxsplit=1)[0].removesuffix("()")
    word = "quit" if word in ("exit", "bye") else word
    if word in COMMANDS:
        session.console.write_error(f"Commands begin with a colon: `:{word}`.")
