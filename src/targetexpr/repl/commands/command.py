"""What a command of the REPL is, and how its argument is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.repl.session import Session

Completes: TypeAlias = Literal["nothing", "rule", "file", "saved", "schema", "event", "command", "field", "words"]
"""What can be completed behind a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. Help, completion and dispatch all read this."""

    name: str  # "json"
    arguments: str = ""  # "[compact|editor] [RULE]", as help shows them
    doc: str  # one line
    more: str = ""  # what else help says
    example: str = ""  # ":json editor currentTxn.value>500"; tests type every one
    group: str  # what help lists it under
    run: Callable[[Session, str], None]
    completes: Completes = "nothing"
    words: tuple[str, ...] = ()  # what its first argument can be

    @property
    def usage(self) -> str:
        """`:json [compact|editor] [RULE]`."""
        return f":{self.name} {self.arguments}".rstrip()


def option_and_rule(argument: str, options: tuple[str, ...]) -> tuple[str, str]:
    """The option an argument begins with, the first one by default, and the rule behind it.

    >>> option_and_rule("editor true", ("compact", "editor")), option_and_rule("true", ("compact", "editor"))
    (('editor', 'true'), ('compact', 'true'))
    """
    word, *rest = argument.split(maxsplit=1) or [""]
    return (word, rest[0] if rest else "") if word in options else (options[0], argument)


def take_rule(session: Session, rule: str) -> None:
    """A rule given with a command becomes the current one."""
    if rule:
        session.change("the rule", rule=rule, name=None)


def file_name(text: str) -> str:
    """The file that is meant: quotes that a shell would take off are taken off, `~` is the home folder."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and not os.path.exists(text):
        text = text[1:-1]
    return os.path.expanduser(text)


def whole_number(session: Session, argument: str, command: str) -> int:
    """A number of a record. Raises InputError, which says what is needed."""
    if not argument.isdecimal() or len(argument) > 18:
        raise InputError(f"`:{command}` takes the number of a record, as in `:{command} 3`; not {argument!r}")
    number = int(argument)
    session.record(number)
    return number


def no_argument(argument: str, name: str) -> None:
    """Refuses what a command has no use for."""
    if argument:
        raise InputError(f"`:{name}` takes no argument, unexpected {argument!r}")
