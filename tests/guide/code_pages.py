"""Makes the pages about codes and error numbers, and their index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

from targetexpr.checking.lint import CODES, enabled_codes
from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.model.error_numbers import ERROR_NUMBERS, ErrorNumber, number_of
from tests.guide.examples import Example, Outcome, run
from tests.guide.sources import STATE, Entry, entries

_READERS = {
    "rule": "`targetexpr check`",
    "json": "every command that reads expressionJson",
    "typed-json": "`targetexpr check`",
    "python": "the library",
    "group": "`targetexpr target check`, and by `target new` of a plan",
    "body": "`targetexpr target check`",
    "plan": "`targetexpr target new` and `target check`",
    "records": "every command that reads records",
    "schema": "every command that takes `--schema`",
    "set": "`targetexpr check --set --pairs`",
    "sql": "`targetexpr sql`",
    "simulate": "`targetexpr target simulate`",
    "request": "the sandbox, `targetexpr serve`",
    "state": "the sandbox, `targetexpr serve`",
}
_BASES = {
    "streak": "a streak of two weeks",
    "plain": "a target over two weeks",
    "unified": "two targets as one, over two weeks",
    "default": "two targets over two weeks",
    "cyclic": "a target over two cycles of each customer's own",
}


def pages() -> dict[str, str]:
    """The page of every code and of every error number, by its name."""
    made = {code: code_page(code, list(found)) for code, found in by_code().items()}
    return made | {str(number): number_page(entry) for number, entry in ERROR_NUMBERS.items()}


@cache
def by_code() -> dict[str, tuple[Entry, ...]]:
    """The entries of each code."""
    ordered = sorted(entries(), key=lambda entry: entry.code)
    return {code: tuple(found) for code, found in groupby(ordered, key=lambda entry: entry.code)}


@cache
def outcome(example: Example) -> Outcome:
    """What became of an example; run once."""
    return run(example)


def _wrong(entry: Entry) -> str:
    """What is said of the wrong example; nothing where there is none."""
    return "" if entry.wrong is None else outcome(entry.wrong).output


def code_page(code: str, found: Sequence[Entry]) -> str:
    """Everything about a code, each place where it occurs by itself."""
    parts = [f"# {code}"]
    for entry in found:
        if len(found) > 1:
            parts.append(f"## {entry.heading}")
        parts.append(" ".join(filter(None, (entry.means, entry.why))))
        parts.append(_reported(entry))
        parts += _examples(entry, "###" if len(found) > 1 else "##")
    number = _number(code)
    if number is not None:
        parts.append(f"## The platform's number\n\nThe platform refuses it with [{number}]({number}.md).")
    if any(entry.kind not in ("request", STATE) for entry in found):
        parts.append(_switch(code, found))
    return "\n\n".join(parts) + "\n"


def _number(code: str) -> int | None:
    """The platform's number: the one in the table, or what stands beside the code in its example."""
    said = rf"\[{code} (\d+)\]"
    found = (re.search(said, _wrong(one)) for one in by_code()[code])
    return number_of(code) or next((int(one[1]) for one in found if one), None)


def _severity(entry: Entry) -> str | None:
    said = re.search(rf"\b(error|warning)\[{entry.code}[ \]]", _wrong(entry))
    return said[1] if said else None


def _reported(entry: Entry) -> str:
    how = {"error": "Reported as an error", "warning": "Reported as a warning", None: "Reported"}[_severity(entry)]
    return f"{how} by {_READERS[entry.kind]}."


def _examples(entry: Entry, mark: str) -> Iterator[str]:
    if entry.wrong is None or entry.right is None:
        return
    wrong, right = outcome(entry.wrong), outcome(entry.right)
    beside = ""
    if entry.kind == "group":
        beside = f"These members, in a group that is valid otherwise ({_BASES[entry.wrong.base]}):\n\n"
    if entry.kind == "request":
        beside = (
            f"The clock stands at 2024-01-10, and a group (id 1) is there, {_BASES[entry.wrong.base]}; of requests the "
            "last one counts:\n\n"
        )
    if entry.wrong.files and entry.kind != "rule":
        beside += "".join(
            f"With the schema file `{name}` (`--schema`):\n\n```toml\n{text}```\n\n" for name, text in entry.wrong.files
        )
    yield f"{mark} Wrong\n\n{beside}{_with_output(wrong)}"
    yield f"{mark} Right\n\n{_with_output(right) if right.is_session else right.input}"


def _with_output(wrong: Outcome) -> str:
    """The input, and what is said of it: in one fence where it is a session."""
    if wrong.is_session:
        return wrong.input.removesuffix("\n```") + f"\n{wrong.output}\n```"
    said = "\n".join(_cut(line) for line in wrong.output.splitlines())
    return f"{wrong.input}\n\n```text\n{said}\n```"


def _cut(line: str, most: int = 400) -> str:
    line = re.sub(r"(/\w+)\1{9,}", r"\1\1…\1", line)  # a deep pointer
    return line if len(line) <= most else f"{line[:most]} …"


def _switch(code: str, found: Iterable[Entry]) -> str:
    severities = {_severity(entry) for entry in found}
    if code in CODES:
        text = (
            f'`--off {code}` for one call, `off = ["{code}"]` in `[lint]` of a schema file for good, and `off` in '
            "`targetexpr.toml` for a project."
        )
        if code not in enabled_codes(Schema.bundled()):
            text = f'It is off until `--on {code}`, or `on = ["{code}"]` in `[lint]` of a schema file, switches it on.'
        if "error" in severities:
            text += " Where it is an error, it stays."
        return f"## Switch it off\n\n{text}"
    if any(entry.lenient for entry in found):
        return "## Switch it off\n\nWith `--no-strict` it is a warning, and the name has no type."
    if "error" in severities:
        return "## Switch it off\n\nIt cannot be switched off."
    return "## Switch it off\n\nIt cannot be switched off; it leaves the exit status as it is."


def number_page(entry: ErrorNumber) -> str:
    """Everything about an error number of the platform."""
    codes = [code for code in by_code() if _number(code) == entry.number]
    by = "The platform answers" if entry.documented else "No document shows the platform's text; the sandbox answers"
    parts = [f"# {entry.number}: {entry.text}", entry.meaning, f"{by} this number with the text “{entry.text}”."]
    if codes:
        links = ", ".join(f"[{code}]({code}.md)" for code in codes)
        parts.append(f"What is reported here as {links}.")
        first = next(iter(entry.codes), codes[0])  # what the number means exactly, where there is such a code
        parts += _examples(by_code()[first][0], "##")
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The page that lists them all."""
    parts = [
        "# Codes: what each diagnostic and error number means",
        "Every diagnostic has a code, in brackets behind `error` or `warning`. `targetexpr help CODE` shows what it "
        "means, why it matters, an example, and how it is switched off.",
    ]
    seen: set[str] = set()
    for heading, found in groupby(entries(), key=lambda entry: entry.heading):
        rows = [(entry.code, entry.means) for entry in found if entry.code not in seen]
        seen |= {code for code, _ in rows}
        parts.append(f"## {heading}\n\n" + _table(("code", "what it says"), rows))
    numbers = [(str(entry.number), entry.meaning) for entry in ERROR_NUMBERS.values()]
    parts.append(
        "## Error numbers of the platform\n\nIn answers of the platform and of the sandbox, and beside our code where "
        "a check foretells one.\n\n" + _table(("number", "what it says"), numbers)
    )
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| [{name}](codes/{name}.md) | {_cell(text)} |" for name, text in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
