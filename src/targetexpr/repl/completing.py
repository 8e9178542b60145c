"""Completion in the editor: rules by the schema, commands by their table, files and names behind commands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from targetexpr.base.errors import InputError
from targetexpr.ide.completion import Offer, members, offers
from targetexpr.ide.cursor import InString, place_at
from targetexpr.repl.commands import COMMANDS, Command
from targetexpr.repl.highlight import rule_start
from targetexpr.repl.session import Session

MOST = 200
"""Offers of one menu."""


class RuleCompleter(Completer):
    """What can be written where the cursor is."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """The offers as the editor shows them. Unasked, only where something is begun already."""
        text, at = document.text, document.cursor_position
        for offer in list(self._offers(text, at, asked=complete_event.completion_requested))[:MOST]:
            yield Completion(offer.text, -offer.back, display=offer.label, display_meta=offer.meta)

    def _offers(self, text: str, at: int, *, asked: bool) -> Iterable[Offer]:
        session = self._session
        start = rule_start(text)
        if not text.lstrip().startswith(":"):
            return self._in_rule(text, at, asked=asked)
        if at <= start:
            return _commands(text[:at].lstrip()[1:])
        command = COMMANDS.get(text.lstrip()[1:].split()[0]) if text.lstrip()[1:].split() else None
        if command is None:
            return ()
        argument = text[start:at].lstrip()
        if command.completes == "rule":
            begun = text[:at].endswith(argument) and " " not in argument
            words = [_word(argument, word) for word in command.words if begun and word.startswith(argument)]
            return [*words, *self._in_rule(text[start:], at - start, asked=asked)]
        return _arguments(session, command, argument)

    def _in_rule(self, text: str, at: int, *, asked: bool) -> Iterable[Offer]:
        session = self._session
        place = place_at(text, at, session.schema, session.state.event)
        begun = isinstance(place, InString) or bool(getattr(place, "prefix", "")) or text[at - 1 : at] == "."
        if not asked and not begun:
            return ()
        found = offers(place, session.schema, session.state.event)
        if len(found) == 1 and found[0].back and text[max(at - found[0].back, 0) : at] == found[0].text:
            return ()  # it is written already
        return found


def _word(prefix: str, text: str, doc: str = "") -> Offer:
    return Offer(text=text, back=len(prefix), label=text, doc=doc)


def _commands(prefix: str, gap: str = " ") -> list[Offer]:
    """Commands that begin so, with the gap before what they take."""
    return [
        Offer(text=command.name + gap * bool(command.arguments), back=len(prefix), label=command.usage, doc=command.doc)
        for command in COMMANDS.values()
        if command.name.startswith(prefix)
    ]


def _arguments(session: Session, command: Command, argument: str) -> Iterable[Offer]:
    match command.completes:
        case "command":
            return _commands(argument.lstrip(":"), gap="")
        case "words":
            return [_word(argument, word) for word in command.words if word.startswith(argument)]
        case "event":
            events = session.schema.events.values()
            return [_word(argument, event.name, event.doc) for event in events if event.name.startswith(argument)]
        case "saved":
            return _saved(session, argument)
        case "schema":
            return _fields(session, argument, methods=True)
        case "field":
            return _fields(session, argument, methods=False) if " " not in argument else ()
        case "file":
            return _files(argument)
        case _:
            return ()


def _saved(session: Session, prefix: str) -> list[Offer]:
    try:
        rules = session.book.all()
    except InputError:
        return []  # the command itself says what is wrong with the file
    return [_word(prefix, name, rule.expression) for name, rule in rules.items() if name.startswith(prefix)]


def _fields(session: Session, argument: str, *, methods: bool) -> list[Offer]:
    owner, dot, prefix = argument.partition(".")
    if not dot:
        return [_word(owner, p.name, p.doc) for p in session.schema.profiles.values() if p.name.startswith(owner)]
    profile = session.schema.profiles.get(owner)
    if profile is None:
        return []
    found = {one.name: one for one in members(profile, session.schema, session.state.event)}
    wanted = [name for name in found if name.startswith(prefix) and (methods or name not in profile.methods)]
    return [_word(prefix, name) for name in wanted]


def _files(prefix: str) -> Iterator[Offer]:
    folder, name = os.path.split(prefix)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
    except OSError:
        return  # there is no such folder, so nothing to offer
    for entry in entries:
        if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith(".")):
            yield _word(name, entry.name + ("/" if entry.is_dir() else ""))
