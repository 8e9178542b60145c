"""Where the output of a command goes, and in which format: `--output` and `--to`, the same for all commands."""

from __future__ import annotations

import io
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest

ENDINGS = {
    ".txt": "text",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".sarif": "sarif",
    ".xml": "junit",
}
"""What a file is written as by the ending of its name, unless --output says it."""


@contextmanager
def output_to(options: Namespace) -> Iterator[None]:
    """Standard output is the file of `--to` meanwhile, which is put in its place when the command has done its work.

    Sets `options.output` by the ending of its name where it is not given. Raises InputError for a file that cannot be
    written, for one that is read, and for formats that the command does not write.
    """
    path: str | None = getattr(options, "to", None)
    if path is None:
        yield
        return
    _find_format(options, path)
    _check_not_read(options, path)
    from targetexpr.base.replacing import replacing

    before = sys.stdout
    try:
        with replacing(path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="\n")
            sys.stdout = text
            try:
                yield
            finally:
                sys.stdout = before
                text.detach()  # what is held is written, and the file stays open
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None


def _find_format(options: Namespace, path: str) -> None:
    formats: tuple[str, ...] = getattr(options, "formats", ())
    if not formats:
        return  # a command of one format
    ending = os.path.splitext(path)[1].lower()
    found = ENDINGS.get(ending)
    if "output" in vars(options).get("_given", {}):
        if found is not None and found != options.output and "text" not in (found, options.output):
            raise InputError(f"--output is {options.output}, and the name {path} says {found}; change one of the two")
        return
    if found is None and "parquet" in formats:
        close = suggest(ending, ENDINGS)
        hint = f"did you mean {close[0]}?" if ending and close else "--output says what to write"
        raise InputError(f"--to: {path} ends as no format that can be written; {hint}")
    if found is not None and found not in formats:
        raise InputError(f"--to: this command writes {' or '.join(formats)}, and {path} ends as {found}")
    options.output = found or "text"


def _check_not_read(options: Namespace, path: str) -> None:
    """A file that is read and written at once is a slip, and would be lost."""
    if not os.path.exists(path):
        return
    given = [getattr(options, name, None) for name in ("data", "file", "input", "path", "rules", "columns", "schema")]
    for one in given:
        for source in one if isinstance(one, list) else [one]:
            if isinstance(source, str) and os.path.isfile(source) and os.path.samefile(source, path):
                raise InputError(f"--to: {path} is read; write to another file")
