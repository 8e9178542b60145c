"""Completion in the editor: rules by the language service, commands by their table, files and names behind commands."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.completion import Completion as EditorCompletion
from prompt_toolkit.document import Document as EditorDocument

from targetexpr.base.errors import InputError
from targetexpr.base.width import text_width
from targetexpr.base.wrapping import shortened
from targetexpr.ide.completion import Completion, complete, members
from targetexpr.ide.cursor import Elsewhere, InString, place_at
from targetexpr.ide.document import Document
from targetexpr.repl.commands import COMMANDS, Command
from targetexpr.repl.highlight import rule_start
from targetexpr.repl.session import Session

MOST = 200
"""Completions of one menu."""

_MENU_GAPS = 5  # columns of a menu beside its words

_WORD = re.compile(r"\S*")
_NAME = re.compile(r"\w*")
_FILE = re.compile(r"[^/\s]*")
"""How far a word goes on behind the cursor."""


class Typed(NamedTuple):
    """A word being typed behind a command: what stands before the cursor, and all that stands behind it."""

    before: str
    after: str


class WholeWord(EditorCompletion):
    """A completion that replaces characters behind the cursor as well, `tail` of them: the editor knows none such."""

    def __init__(self, text: str, back: int, tail: int, *, label: str, meta: str = "") -> None:
        super().__init__(text, -back, display=label, display_meta=meta)
        self.tail = tail

    def shown_in(self, columns: int, meta_columns: int) -> WholeWord:
        """The same, with a label and an explanation that fit."""
        label, meta = shortened(self.display_text, columns), shortened(self.display_meta_text, meta_columns)
        return WholeWord(self.text, -self.start_position, self.tail, label=label, meta=meta)


class WholeWordBuffer(Buffer):
    """A buffer in which a completion takes the place of the whole word, not only of what stands before the cursor."""

    def go_to_completion(self, index: int | None) -> None:
        """Writes a completion of the menu, or what was typed when `index` is None."""
        super().go_to_completion(index)
        state = self.complete_state
        chosen = None if state is None else state.current_completion
        if isinstance(chosen, WholeWord) and chosen.tail:
            at = self.cursor_position
            self.document = EditorDocument(self.text[:at] + self.text[at + chosen.tail :], at)
            self.complete_state = state  # changing the text has unset it

    def start_completion(
        self,
        select_first: bool = False,
        select_last: bool = False,
        insert_common_part: bool = False,
        complete_event: CompleteEvent | None = None,
    ) -> None:
        """Opens the menu. In the middle of a word there is no common part to insert: its first entry is taken."""
        if insert_common_part and re.match(r"\w", self.text[self.cursor_position :]):
            insert_common_part, select_first = False, True
        super().start_completion(select_first, select_last, insert_common_part, complete_event)


class RuleCompleter(Completer):
    """What can be written where the cursor is."""

    def __init__(self, session: Session, typed: Callable[[str], Document]) -> None:
        """`typed` gives the rule of a text, which other parts of the editor ask about as well."""
        self._session = session
        self._typed = typed

    def get_completions(self, document: EditorDocument, complete_event: CompleteEvent) -> Iterable[EditorCompletion]:
        """The completions as the editor shows them. Unasked, only where something is begun already."""
        found = self._found(document.text, document.cursor_position, asked=complete_event.completion_requested)
        return _in_columns(list(found)[:MOST], get_app().output.get_size().columns)

    def _found(self, text: str, at: int, *, asked: bool) -> Iterable[WholeWord]:
        start = rule_start(text)
        if not text.lstrip().startswith(":"):
            return self._in_rule(text, at, asked=asked)
        if at <= start:
            return _commands(Typed(text[:at].lstrip()[1:], text[at:]))
        words = text.lstrip()[1:].split()
        command = COMMANDS.get(words[0]) if words else None
        if command is None:
            return ()
        argument = Typed(text[start:at].lstrip(), text[at:])
        if command.completes == "rule":
            options = _beginning(argument, command.words) if " " not in argument.before else []
            return [*options, *self._in_rule(text[start:], at - start, asked=asked)]
        return _arguments(self._session, command, argument)

    def _in_rule(self, text: str, at: int, *, asked: bool) -> Iterable[WholeWord]:
        document = self._typed(text)
        place = place_at(document, at)
        if isinstance(place, Elsewhere):
            return ()
        begun = isinstance(place, InString) or place.prefix or text[at - 1 : at] == "."
        if not asked and not begun:
            return ()
        found = complete(document, at)
        if len(found) == 1 and found[0].replace.cut(text) == found[0].text:
            return ()  # it is written already
        return [_whole_word(one, at) for one in found[:MOST]]


def _in_columns(found: Sequence[WholeWord], columns: int) -> list[WholeWord]:
    """Completions as a menu of so many columns shows them: labels take half of it at most, and no word is cut."""
    widest = min(max((text_width(one.display_text) for one in found), default=0), columns // 2)
    room = columns - widest - _MENU_GAPS
    return [one.shown_in(widest, room) for one in found]


def _whole_word(found: Completion, at: int) -> WholeWord:
    meta = "  ".join(part for part in (found.detail, found.doc) if part)
    return WholeWord(found.text, at - found.replace.start, found.replace.end - at, label=found.label, meta=meta)


def _option(typed: Typed, text: str, doc: str = "", *, label: str = "", until: re.Pattern[str] = _WORD) -> WholeWord:
    tail = until.match(typed.after)
    return WholeWord(text, len(typed.before), 0 if tail is None else tail.end(), label=label or text, meta=doc)


def _beginning(typed: Typed, words: Iterable[str]) -> list[WholeWord]:
    return [_option(typed, word) for word in words if word.startswith(typed.before)]


def _commands(typed: Typed, gap: str = " ") -> list[WholeWord]:
    """Commands that begin so, with the gap before what they take."""
    gap = "" if re.match(r"\S*\s", typed.after) else gap
    return [
        _option(typed, command.name + gap * bool(command.arguments), command.doc, label=command.usage)
        for command in COMMANDS.values()
        if command.name.startswith(typed.before)
    ]


def _arguments(session: Session, command: Command, argument: Typed) -> Iterable[WholeWord]:
    match command.completes:
        case "command":
            return _commands(Typed(argument.before.lstrip(":"), argument.after), gap="")
        case "words":
            return _beginning(argument, command.words)
        case "event":
            events = session.schema.events.values()
            return [_option(argument, one.name, one.doc) for one in events if one.name.startswith(argument.before)]
        case "saved":
            return _saved(session, argument)
        case "schema":
            return _fields(session, argument, methods=True)
        case "field":
            return _fields(session, argument, methods=False) if " " not in argument.before else ()
        case "file":
            return _files(argument)
        case _:
            return ()


def _saved(session: Session, typed: Typed) -> list[WholeWord]:
    try:
        rules = session.book.all()
    except InputError:
        return []  # the command itself says what is wrong with the file
    return [_option(typed, name, rule.expression) for name, rule in rules.items() if name.startswith(typed.before)]


def _fields(session: Session, typed: Typed, *, methods: bool) -> list[WholeWord]:
    owner, dot, prefix = typed.before.partition(".")
    if not dot:
        profiles = session.schema.profiles.values()
        return [_option(typed, p.name, p.doc, until=_NAME) for p in profiles if p.name.startswith(owner)]
    profile = session.schema.profiles.get(owner)
    if profile is None:
        return []
    found = {one.name: one for one in members(profile, session.schema, session.state.event)}
    known = [name for name in found if name.startswith(prefix) and (methods or name not in profile.methods)]
    return [_option(Typed(prefix, typed.after), name, until=_NAME) for name in known]


def _files(typed: Typed) -> Iterator[WholeWord]:
    folder, name = os.path.split(typed.before)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
    except OSError:
        return  # there is no such folder, so nothing to complete
    for entry in entries:
        if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith(".")):
            yield _option(Typed(name, typed.after), entry.name + ("/" if entry.is_dir() else ""), until=_FILE)
