"""What outlives a session: saved rules in a TOML file, the history, and the text that was being typed."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from targetexpr.base.errors import InputError
from targetexpr.base.replacing import Mark, Replaceable, alone_with, mark_of, replace_file

_HEAD = "Rules kept by `targetexpr repl`: `:save NAME` writes one, `:use NAME` brings it back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A rule that is kept under a name."""

    expression: str
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A change of the file of rules, so that it can be taken back."""

    name: str
    rule: Saved | None  # None: it was taken out
    replaced: Saved | None
    before: str
    after: str
    mark: Mark | None  # of the file when this was written, and before
    mark_before: Mark | None


class RuleBook:
    """The rules of a TOML file. Comments and order in the file are kept; every change is written at once.

    [rules.big-spender]
    expression = "currentTxn.value>500"
    event = "TransactionAdd"
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def all(self) -> dict[str, Saved]:
        """The rules by name, in the order of the file. Raises InputError for a file that cannot be read."""
        return self._read(self._text())

    def put(self, name: str, rule: Saved | None) -> Written:
        """Keeps a rule under a name; None takes it out. Raises InputError when the file cannot be written."""
        if find_spec("tomlkit") is None:
            raise InputError("keeping rules needs tomlkit: pip install 'targetexpr[repl]'")
        with alone_with(self.path) as file:
            return self._put(name, rule, file)

    def take_back(self, written: Written) -> None:
        """The file as it was before a change, to the letter; of one that others changed since, the rule alone.

        Raises InputError when the rule itself was changed by somebody else: their work stays. So does what is the same
        to the letter and was written by somebody else: they were told that it is kept.
        """
        with alone_with(self.path) as file:
            text = self._text()
            if text == written.after and mark_of(self.path) == written.mark:
                self._write(written.before, file, written.mark_before)
                return
            there = self._read(text).get(written.name)
            if there == written.replaced:
                return  # it is taken back already
            if there != written.rule or text == written.after:
                where = f"the rule {written.name} in {self.path}"
                how = "changed" if there != written.rule else "saved"
                raise InputError(f"{where} was {how} since by somebody else; it stays as it is")
            self._put(written.name, written.replaced, file)

    def _write(self, text: str, file: Replaceable, mark: Mark | None = None) -> Mark | None:
        try:
            return file.replace(text, mark=mark)
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror or error}") from None

    def _put(self, name: str, rule: Saved | None, file: Replaceable) -> Written:
        import tomlkit
        import tomlkit.exceptions
        import tomlkit.items

        text = self._text()
        replaced = self._read(text).get(name)  # an invalid file is left alone
        try:
            document = tomlkit.parse(text) if text else tomlkit.document()
        except tomlkit.exceptions.ParseError as error:
            raise InputError(f"{self.path} is not TOML: {error}") from None
        if not text:
            document.add(tomlkit.comment(_HEAD))
        if "rules" not in document:
            document["rules"] = tomlkit.table(is_super_table=True)
        rules = cast("dict[str, object]", document["rules"])
        if rule is None:
            rules.pop(name, None)
        else:
            before = rules.get(name)
            inline = isinstance(rules, tomlkit.items.InlineTable)
            entry = before if isinstance(before, dict) else tomlkit.inline_table() if inline else tomlkit.table()
            entry["expression"] = tomlkit.string(rule.expression, literal=_literal(rule.expression))
            if rule.event is not None:
                entry["event"] = rule.event
            else:
                entry.pop("event", None)
            if entry is not before:
                rules[name] = entry
        after = tomlkit.dumps(document)
        return Written(
            name=name,
            rule=rule,
            replaced=replaced,
            before=text,
            after=after,
            mark_before=mark_of(self.path),
            mark=self._write(after, file),
        )

    def _text(self) -> str:
        try:
            with open(self.path, encoding="utf-8-sig", newline="") as file:
                return file.read()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise InputError(f"cannot read {self.path}: {reason}") from None

    def _read(self, text: str) -> dict[str, Saved]:
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{self.path} is not TOML: {error}") from None
        except RecursionError:
            raise InputError(f"{self.path} is not TOML that can be read: it is nested too deeply") from None
        rules = document.get("rules", {})
        if not isinstance(rules, Mapping):
            raise InputError(f"{self.path}: `rules` must be a table of rules, as in [rules.big-spender]")
        return {str(name): self._saved(name, entry) for name, entry in rules.items()}

    def _saved(self, name: str, entry: object) -> Saved:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("expression"), str):
            raise InputError(f"{self.path}: the rule {name} has no expression (a string)")
        event = entry.get("event")
        if event is not None and not isinstance(event, str):
            raise InputError(f"{self.path}: the event of the rule {name} must be a string")
        return Saved(expression=cast("str", entry["expression"]), event=event)


def _literal(expression: str) -> bool:
    """Whether a text can stand in single quotes, where backslashes and double quotes are themselves."""
    return "'" not in expression and expression.isprintable()


class Draft:
    """The text being typed, kept on disk until it is sent, so that a crash or a closed terminal does not take it."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError when the folder cannot be written."""
        self._path = folder / f"draft-{os.getpid()}"
        self._kept = ""
        # Held as long as the process lives, however it ends: so others know whose drafts are left behind.
        self._lock = _locked(_lock_of(self._path))

    def keep(self, text: str) -> None:
        """Writes the text down; an empty one takes the file away. Raises OSError."""
        if text == self._kept:
            return
        if text.strip():
            replace_file(str(self._path), text)
        else:
            self._path.unlink(missing_ok=True)
        self._kept = text

    def keep_at_once(self, text: str) -> None:
        """Writes the text down from within a signal's handler, where waiting for turns would be waiting for oneself.

        The signal may have come while `keep`, or whoever writes the history, had its turn. Nobody else writes this
        file as long as the process lives. Raises OSError.
        """
        if text.strip():
            Replaceable(os.path.realpath(self._path)).replace(text)
        else:
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """The session ends as it should: nothing is left of it."""
        with suppress(OSError):  # what stays is taken away by the next session
            self.keep("")
            _lock_of(self._path).unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def left_behind(folder: Path) -> list[str]:
    """The drafts of sessions that ended without sending them; they are taken out of the folder."""
    found = []
    for path in sorted(folder.glob("draft-*[0-9]")):
        try:
            lock = _locked(_lock_of(path))
        except OSError:
            continue  # its session lives, or the folder is not ours
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
            path.unlink()
            _lock_of(path).unlink(missing_ok=True)
        except OSError:
            continue  # it is not a draft of ours, or nobody's to take
        finally:
            if lock is not None:
                os.close(lock)
        if text.strip():
            found.append(text)
    _clean_locks(folder)
    return found


def _clean_locks(folder: Path) -> None:
    """Takes away the locks of sessions that ended without a draft and without taking their lock away."""
    for path in folder.glob("draft-*[0-9].lock"):
        if path.with_suffix("").exists():
            continue
        with suppress(OSError):  # its session lives
            lock = _locked(path)
            path.unlink(missing_ok=True)
            if lock is not None:
                os.close(lock)


def _lock_of(draft: Path) -> Path:
    return draft.with_name(f"{draft.name}.lock")


def _locked(path: Path) -> int | None:
    """Takes a lock that ends with the process; None where the system has none. Raises OSError when it is taken."""
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
