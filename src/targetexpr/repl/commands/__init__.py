"""The commands of the REPL: one table that dispatch, help and completion read."""

from __future__ import annotations

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.repl.commands.command import Command
from targetexpr.repl.commands.data import DATA
from targetexpr.repl.commands.help import ABOUT
from targetexpr.repl.commands.rules import RULES
from targetexpr.repl.commands.saving import KEEP
from targetexpr.repl.session import Session

__all__ = ["COMMANDS", "Command", "command_of", "run_command"]

COMMANDS: dict[str, Command] = {command.name: command for command in (*RULES, *DATA, *KEEP, *ABOUT)}

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
    raise InputError(f"there is no command `:{word if len(word) <= 40 else word[:37] + '...'}`; {hint}")


def run_command(session: Session, line: str) -> None:
    """Runs a line that begins with a colon. Raises InputError for what cannot be done."""
    word, *argument = line[1:].split(maxsplit=1) or [""]
    command_of(word).run(session, argument[0].strip() if argument else "")
