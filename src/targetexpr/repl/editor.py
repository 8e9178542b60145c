"""The REPL on a terminal: prompt_toolkit's editor with our lexer, completion, toolbar and keys."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application, get_app, get_app_session
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import Condition, completion_is_selected, emacs_mode, has_completions, has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.visible import harmless, visible
from targetexpr.base.wrapping import fitted
from targetexpr.console.exits import YES
from targetexpr.console.screen import clear_line, paint, show_progress
from targetexpr.console.state_folder import state_folder
from targetexpr.console.terminal import columns
from targetexpr.ide.document import Document, open_brackets
from targetexpr.repl.commands import submit
from targetexpr.repl.completing import RuleCompleter, WholeWordBuffer
from targetexpr.repl.highlight import STYLE, MatchingParenthesis, RuleLexer, rule_start
from targetexpr.repl.interrupts import Interrupts
from targetexpr.repl.lines import pieces
from targetexpr.repl.live import Live
from targetexpr.repl.pager import run_pager
from targetexpr.repl.session import Session, Stop
from targetexpr.repl.storage import Draft, left_behind
from targetexpr.repl.toolbar import toolbar
from targetexpr.repl.typeahead import TypeAhead

WELCOME = "targetexpr: type a rule, or :help. Tab completes, Ctrl-D leaves."
_MENU_ROWS = 8  # kept free for completion
_PAGER_ROWS, _PAGER_COLUMNS = 8, 40  # a smaller screen has no room to page in
LONGEST = 20_000
"""Characters that are edited here. The screen is drawn anew at every key, and what is longer would hold keys up."""

_KEEP_AFTER = 0.3  # seconds without a key until the text being typed is written down


class ScreenConsole:
    """Answers on the terminal."""

    def __init__(self, *, color: bool) -> None:
        self.color = color
        self._transient = False

    def write(self, text: str) -> None:
        """Prints an answer."""
        self._clear()
        paint(text, sys.stdout, color=self.color)

    def page(self, text: str) -> None:
        """Shows an answer that is longer than the screen in the user's pager, where there is one."""
        size = self._size()
        fits = text.count("\n") + 2 < size.lines
        tiny = size.lines < _PAGER_ROWS or size.columns < _PAGER_COLUMNS
        if fits or tiny or not run_pager(visible(text, color=self.color) + "\n"):
            self.write(text)

    @property
    def columns(self) -> int | None:
        """Of the terminal as it is now, whatever COLUMNS was when it began."""
        return self._size().columns or columns()

    def _size(self) -> os.terminal_size:
        try:
            return os.get_terminal_size(1)
        except OSError:
            return os.terminal_size((0, 0))

    def write_error(self, text: str) -> None:
        """Prints what could not be done; on a terminal that is an answer as well."""
        self.write(text)

    def progress(self, text: str) -> None:
        """Shows how far it is, on a line that the next answer takes."""
        self._clear()
        self._transient = True  # before it is shown: Ctrl-C may come at once
        show_progress(text, sys.stdout)

    def _clear(self) -> None:
        if self._transient:
            clear_line(sys.stdout)
            self._transient = False


class KeptHistory(FileHistory):
    """History in a file. One that cannot be written is told once, and history goes on without it."""

    def __init__(self, path: Path, console: ScreenConsole) -> None:
        super().__init__(str(path))
        self._console = console
        self._told = False

    def load_history_strings(self) -> Iterable[str]:
        """What was typed before, newest first."""
        try:
            return [one for one in super().load_history_strings() if len(one) <= LONGEST]
        except OSError as error:
            self._tell("read", error)
            return []

    def store_string(self, string: str) -> None:
        """Writes one entry down."""
        try:
            super().store_string(string)
        except OSError as error:
            self._tell("keep", error)

    def _tell(self, what: str, error: OSError) -> None:
        if not self._told:
            self._told = True
            self._console.write_error(f"\ncannot {what} the history: {error.strerror or error}")


class Editor:
    """One terminal session."""

    def __init__(self, session: Session, console: ScreenConsole) -> None:
        self.session = session
        self.console = console
        self.note = ""
        folder, self.draft, self.found = _folder(console)
        self.history: History = InMemoryHistory() if folder is None else KeptHistory(folder / "history", console)
        self.live = Live(lambda: session.environment, self._repaint)
        self.prompt: PromptSession[str] = PromptSession(
            output=_output(),
            history=self.history,
            lexer=RuleLexer(self.live.typed, self._diagnostics, lambda: self.live.version),
            completer=RuleCompleter(session, self.live.typed),
            complete_while_typing=True,
            complete_style=CompleteStyle.COLUMN,
            multiline=True,
            prompt_continuation=". ",
            bottom_toolbar=self._toolbar,
            input_processors=[MatchingParenthesis()],
            key_bindings=self._keys(),
            style=STYLE,
            include_default_pygments_style=False,
            enable_open_in_editor=True,
            enable_suspend=True,
            tempfile_suffix=".txt",
        )
        self.prompt.default_buffer.__class__ = WholeWordBuffer  # the editor makes a plain one, whatever it is given
        self.prompt.app.before_render += self._make_room
        self.prompt.default_buffer.on_text_changed += self._typed

    # ---- what the editor asks ----------------------------------------------------------------------------------------

    def _make_room(self, app: Application[str]) -> None:
        """Keeps lines free for the menu, where the screen has them: the line itself and the toolbar come first."""
        rows = app.output.get_size().rows
        self.prompt.reserve_space_for_menu = max(0, min(_MENU_ROWS, rows - 4))

    def _repaint(self) -> None:
        self.prompt.app.invalidate()

    def _rule(self, text: str) -> str:
        """The part of what is typed that is a rule; a command is none."""
        start = rule_start(text)
        return text[start:] if start else text

    def _diagnostics(self, text: str) -> Sequence[Diagnostic]:
        """What is to be underlined; the rule behind a command is looked at by the toolbar alone."""
        return () if rule_start(text) else self.live.diagnostics(text)

    def _toolbar(self) -> StyleAndTextTuples:
        buffer = self.prompt.default_buffer
        text, at = buffer.text, buffer.cursor_position
        if self.note:
            return [("class:bar.here", self.note), ("", "\n")]
        width = get_app().output.get_size().columns
        rule = self._rule(text)
        self.live.of(rule)
        return toolbar(self.session, self.live.typed(rule), self.live.document, text, at, width)

    # ---- what keys do ------------------------------------------------------------------------------------------------

    def _typed(self, buffer: Buffer) -> None:
        self.note = ""
        if len(buffer.text) > LONGEST and self.prompt.app.is_running:  # out of a file, or of an editor
            self._take_at_once(buffer.text)
            return
        loop = self.prompt.app.loop
        if loop is not None and self.draft is not None:
            text = buffer.text
            loop.call_later(_KEEP_AFTER, self._keep_if_still, text)

    def _keep_if_still(self, text: str) -> None:
        if self.prompt.default_buffer.text == text:
            self._keep(text)

    def _keep(self, text: str) -> None:
        if self.draft is None:
            return
        try:
            self.draft.keep(text)
        except OSError as error:
            self.draft = None
            self.note = f"what you type cannot be kept: {error.strerror or error}"

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        typing = has_focus(DEFAULT_BUFFER)  # and not in a search, which has keys of its own
        keys.add("f2", filter=typing)(self._fix)
        keys.add("enter", filter=typing & completion_is_selected & has_completions)(self._take_completion)
        keys.add("enter", filter=typing & ~completion_is_selected)(self._enter)
        keys.add("escape", "enter", filter=typing & emacs_mode)(_new_line)
        keys.add("c-c", filter=typing)(self._drop)
        keys.add(Keys.BracketedPaste, filter=typing)(self._paste)
        keys.add(Keys.Any, filter=typing & Condition(self._is_full))(self._refuse)
        return keys

    def _fix(self, event: KeyPressEvent) -> None:
        """F2: every safe fix is applied, to what is typed or, on an empty line, to the rule before."""
        from targetexpr.ide.code_actions import fix_all

        buffer = event.current_buffer
        text = buffer.text if buffer.text.strip() else self.session.state.rule
        if len(text) > LONGEST:
            self.note = "the rule is too long to be edited here; `:fix` fixes it"
            return
        start = rule_start(text)
        after = text[:start] + fix_all(Document(text[start:], self.session.environment))
        if after == text:
            self.note = "there is nothing that F2 could fix"
            return
        buffer.save_to_undo_stack()
        buffer.text = after
        buffer.cursor_position = len(after)
        self.note = ""

    def _take_completion(self, event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    def _enter(self, event: KeyPressEvent) -> None:
        """A new line while a parenthesis is open, unless the last line is empty; else the text is sent."""
        buffer = event.current_buffer
        text = buffer.text
        last = text.rsplit("\n", 1)[-1]
        if not text.lstrip().startswith(":") and open_brackets(text) and last.strip():
            buffer.newline()
            return
        buffer.validate_and_handle()

    def _drop(self, event: KeyPressEvent) -> None:
        """Ctrl-C: the line is dropped, and kept in the history, where Up finds it."""
        text = event.current_buffer.text
        if text.strip():
            self.history.append_string(text)
        event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    def _paste(self, event: KeyPressEvent) -> None:
        """What is pasted comes in as it is, on several lines if need be; fixes are offered for it."""
        from targetexpr.ide.code_actions import fix_all, safely_fixable

        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        typed = event.current_buffer.document
        if len(typed.text) + len(text) > LONGEST:
            self._take_at_once(f"{typed.text_before_cursor}{text}{typed.text_after_cursor}")
            return
        event.current_buffer.insert_text(text)
        pasted = event.current_buffer.text
        if not rule_start(pasted) and fix_all(Document(pasted, self.session.environment)) != pasted:
            document = self.live.of(pasted)
            count = 0 if document is None else len(safely_fixable(document))
            what = {0: "something", 1: "1 place"}.get(count, f"{count} places")
            self.note = f"the pasted text has {what} to fix: F2 does it"

    def _take_at_once(self, text: str) -> None:
        """A text that is too long to be edited is sent as if Enter was pressed behind it."""
        self.prompt.app.exit(result=text)

    def _is_full(self) -> bool:
        return len(self.prompt.default_buffer.text) >= LONGEST

    def _refuse(self, event: KeyPressEvent) -> None:
        """A key more than there is room for."""
        self.note = f"no more than {LONGEST:,} characters are typed here; paste the rule, or read it with `:open FILE`"
        event.app.output.bell()

    # ---- the loop ----------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Reads and answers until the session ends; the exit status."""
        self.console.write(fitted(WELCOME, self.console.columns or 80))
        for text in self.found:
            self.history.append_string(text)
            self.console.write("What you were typing when the last session broke off is kept: Up brings it back.")
        with Interrupts() as interrupts, TypeAhead(self.prompt.app.input.fileno()) as keys:
            self._keep_when_killed(keys)
            while self._turn(interrupts):
                pass
        if self.draft is not None:
            self.draft.close()
        return YES

    def _turn(self, interrupts: Interrupts) -> bool:
        """Reads a line and answers it; False when the session ends."""
        self.prompt.app.editing_mode = EditingMode.VI if self.session.keys == "vi" else EditingMode.EMACS
        self.note = ""
        self.live.rest()
        try:
            text = self.prompt.prompt("> ", handle_sigint=False)  # while it is typed, Ctrl-C is a key like others
        except KeyboardInterrupt:
            self._keep("")
            return True
        except EOFError:
            return False
        self._keep("")
        try:
            interrupts.hear()
            if len(text) > LONGEST:
                self.console.write(f"{len(text):,} characters are too many to edit here; they are taken as they are.")
            sent = pieces(text)
            for piece in sent:
                if len(sent) > 1:
                    self.console.write("> " + piece.replace("\n", "\n. "))
                submit(self.session, piece)
            interrupts.pass_over()
        except Stop:
            return False
        except KeyboardInterrupt:
            self.console.write("stopped")
        except Exception:
            # A fault of ours must not take what its author has; it is shown whole, to be reported.
            interrupts.pass_over()
            self.console.write("This is a fault in targetexpr; the session goes on. Please report it:")
            self.console.write(traceback.format_exc())
        return True

    def _keep_when_killed(self, keys: TypeAhead) -> None:
        """A terminal that is closed sends a signal: what is being typed is written down first."""

        def handler(number: int, _frame: FrameType | None) -> None:
            if self.draft is not None:
                with suppress(OSError):  # the process ends, and nobody is there to be told
                    self.draft.keep_at_once(self.prompt.default_buffer.text)
            keys.put_back()
            os._exit(128 + number)  # the terminal is gone: there is nobody to say goodbye to

        for name in ("SIGHUP", "SIGTERM"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), handler)


def _folder(console: ScreenConsole) -> tuple[Path | None, Draft | None, list[str]]:
    """Where history is kept, this session's draft, and those of broken-off sessions; nothing where none can be kept."""
    folder = state_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = left_behind(folder)
        return folder, Draft(folder), found
    except OSError as error:
        console.write_error(f"history is not kept: {folder}: {error.strerror or error}")
        return None, None, []


def run_on_terminal(session: Session) -> int:
    """The session on the terminal of this process."""
    color = not os.environ.get("NO_COLOR") and sys.stdout.isatty()
    console = ScreenConsole(color=color)
    session.console = console
    return Editor(session, console).run()


class _Output(Vt100_Output):
    """A terminal. What is shown of texts cannot drive it; the editor's own codes take another way."""

    def write(self, data: str) -> None:
        """Writes cells of the screen; what has no width in them leaves none."""
        super().write(data if data.isascii() else harmless(data))


def _output() -> Output:
    """The terminal that is drawn on."""
    made = get_app_session().output
    if type(made) is Vt100_Output:
        made.__class__ = _Output  # as it was made: for the terminal's name, colours and bell
    return made


def _new_line(event: KeyPressEvent) -> None:
    event.current_buffer.insert_text("\n")
