"""Runs the examples of codes: what each kind of example is read by, what that prints, and which codes it gives."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from targetexpr.cli.main import main

_SAID = re.compile(r"\b(?:error|warning)\[([a-z0-9-]+)(?: \d+)?\]")

_PLAN = """\
name = "Weekly"
start = 2024-01-01
every = "weekly"
cycles = 2
[[targets]]
name = "Spend"
measure = "SALES"
value = 500
rule = "currentTxn.value>50"
"""
_BOTH = '[[targets]]\nname = "Bills"\nmeasure = "COUNT"\nvalue = 3\n'
_BASES = {
    "streak": f"levels = [2]\n{_PLAN}",
    "plain": _PLAN,
    "unified": f'unified = {{ combination = "ALL" }}\n{_PLAN}{_BOTH}',
    "default": f"{_PLAN}{_BOTH}",
    "cyclic": f'window = "cyclic_window"\n{_PLAN}'.replace("start = 2024-01-01\n", ""),
}
"""Plans of valid groups, that examples change something of."""

_BILL = '{"id":"b1","customerId":"ann","type":"TransactionAdd","date":"2024-01-02","currentTxn":{"value":620}}'
_RULE = "currentTxn.value>500"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Something that is read, as the sources write it."""

    kind: str  # "rule"
    text: str
    options: tuple[str, ...] = ()  # of the command
    files: tuple[tuple[str, str], ...] = ()  # name -> text, beside it
    base: str = "streak"  # of a group
    suffix: str = ".jsonl"  # of the file of records
    shown: str | None = None  # instead of a text that is too long


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an example looks like on a page, and what became of it."""

    input: str  # Markdown
    output: str
    codes: frozenset[str]

    @property
    def is_session(self) -> bool:
        """Whether the input is a command, so that what it prints stands below it."""
        return self.input.startswith("```console")


def run(example: Example) -> Outcome:
    """Reads an example in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, text in example.files:
            Path(name).write_text(text, encoding="utf-8")
        return _RUNS[example.kind](example)


def _command(*arguments: str) -> str:
    """What the command prints, in this process."""
    out = io.StringIO()
    columns = os.environ.pop("COLUMNS", None)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main(list(arguments))
    finally:
        if columns is not None:
            os.environ["COLUMNS"] = columns
    return out.getvalue()


def _fence(kind: str, text: str) -> str:
    return f"```{kind}\n{text.rstrip()}\n```"


def _console(example: Example, *arguments: str) -> str:
    """The commands that a reader types to see the same: files first."""
    lines = []
    for name, text in example.files:
        lines += [f"$ cat > {name} <<'END'", *(f"> {line}" for line in text.splitlines()), "> END"]
    lines.append(f"$ {shlex.join(('targetexpr', *arguments))}")
    return "\n".join(lines)


def _outcome(input: str, output: str, more: frozenset[str] = frozenset()) -> Outcome:
    codes = frozenset(found[1] for found in _SAID.finditer(output))
    return Outcome(input=input, output=output.rstrip("\n"), codes=codes | more)


def _rule(example: Example) -> Outcome:
    before = ("--",) if example.text.startswith("-") else ()
    output = _command("check", *example.options, *before, example.text)
    if example.shown is not None:
        return _outcome(example.shown, _shortened(output))
    return _outcome(_fence("console", _console(example, "check", *example.options, *before, example.text)), output)


def _shortened(output: str) -> str:
    """The first diagnostic without its excerpt, of a text that is too long to show, and the one that cuts the list."""
    lines = [line for line in output.splitlines() if _SAID.search(line)]
    return "\n".join(dict.fromkeys((lines[0], lines[-1]))) if lines else ""


def _json(example: Example) -> Outcome:
    Path("rule.json").write_text(example.text, encoding="utf-8")
    output = _command("text", "-f", "rule.json")
    return _outcome(_fence("json", example.text), output if "[" in output else "")


def _typed_json(example: Example) -> Outcome:
    Path("rule.json").write_text(example.text, encoding="utf-8")
    return _outcome(_fence("json", example.text), _command("check", "rule.json"))


def _python(example: Example) -> Outcome:
    import targetexpr
    import targetexpr.targets

    try:
        names = {name: getattr(room, name) for room in (targetexpr, targetexpr.targets) for name in room.__all__}
        eval(example.text, names)
        output = ""
    except (targetexpr.ExpressionError, targetexpr.targets.PayloadError) as error:
        output = "\n".join(map(str, error.diagnostics))
    return _outcome(_fence("text", f">>> {example.text}"), output)


@cache
def _base(name: str) -> str:
    Path("base.toml").write_text(_BASES[name], encoding="utf-8")
    return _command("target", "new", "base.toml")


def _merged(base: Any, change: Any) -> Any:
    """An object or a list with changes: objects and lists part by part, an empty list as it is, None leaves out."""
    if isinstance(base, dict) and isinstance(change, dict):
        merged = {**base, **{name: _merged(base.get(name), value) for name, value in change.items()}}
        return {name: value for name, value in merged.items() if value is not None}
    if isinstance(base, list) and isinstance(change, list) and change:
        longer = [*change, *base[len(change) :]]
        return [_merged(base[at], one) if at < len(change) and at < len(base) else one for at, one in enumerate(longer)]
    return change


def _group(example: Example) -> Outcome:
    group = _merged(json.loads(_base(example.base)), json.loads(example.text))
    return _checked_body(example, json.dumps(group))


def _checked_body(example: Example, text: str) -> Outcome:
    Path("group.json").write_text(text, encoding="utf-8")
    output = _command("target", "check", "group.json", *example.options)
    said = [re.sub(r"^group\.json:(\d+:\d+:)? ?", "", line) for line in output.splitlines() if _SAID.search(line)]
    return _outcome(example.shown or _fence("json", example.text), "\n".join(said))


def _body(example: Example) -> Outcome:
    return _checked_body(example, example.text)


def _plan(example: Example) -> Outcome:
    Path("plan.toml").write_text(example.text, encoding="utf-8")
    output = _command("target", "new", "plan.toml")
    said = [line for line in output.splitlines() if _SAID.search(line)]
    return _outcome(_fence("toml", example.text), "\n".join(said))


def _records(example: Example) -> Outcome:
    from targetexpr.records.reader import read

    name = f"records{example.suffix}"
    Path(name).write_bytes(example.text.encode("latin-1") if "\xe9" in example.text else example.text.encode())
    output = _command("eval", _RULE, "--data", name, *example.options)
    problems = {record.problem.code for record in read(name) if record.problem is not None}
    shown = example.shown or _fence("text", example.text.replace("\xe9", "\\xE9"))
    lines = [line for line in output.splitlines() if line not in ("yes", "no", "null", "error")]
    return _outcome(shown, "\n".join(lines), frozenset(problems))


def _schema(example: Example) -> Outcome:
    Path("mine.toml").write_text(example.text, encoding="utf-8")
    output = _command("check", "--schema", "mine.toml", _RULE)
    return _outcome(_fence("toml", example.text), output)


def _set(example: Example) -> Outcome:
    Path("campaign.rules").write_text(example.text, encoding="utf-8")
    data = json.loads(_command("check", "--set", "--pairs", "--output", "json", "campaign.rules"))
    output = _command("check", "--set", "--pairs", "campaign.rules")
    kinds = frozenset(pair["kind"] for pair in data["set"]["pairs"])
    return _outcome(_fence("text", example.text), "\n".join(output.splitlines()[1:]), kinds)


def _sql(example: Example) -> Outcome:
    output = _command("sql", example.text)
    return _outcome(_fence("console", _console(example, "sql", example.text)), output)


def _simulate(example: Example) -> Outcome:
    Path("group.json").write_text(_base("streak"), encoding="utf-8")
    Path("records.jsonl").write_text(f"{_BILL}\n{example.text.strip()}\n", encoding="utf-8")
    out = _command("target", "simulate", "group.json", "--data", "records.jsonl", "--output", "json")
    records = json.loads(out[out.index("{") : out.rindex("}") + 1])["reported"]["records"]
    said = "\n".join(f"{one['record']}: {one['reason']}: {one['message']}" for one in records)
    return _outcome(
        _fence("text", f"{_BILL}\n{example.text.strip()}"), said, frozenset(one["reason"] for one in records)
    )


def _request(example: Example) -> Outcome:
    from tests.guide.requests import answers

    return _outcome(_fence("text", example.text.strip()), answers(example.text, _base(example.base)))


_RUNS: dict[str, Callable[[Example], Outcome]] = {
    "rule": _rule,
    "json": _json,
    "typed-json": _typed_json,
    "python": _python,
    "group": _group,
    "group-document": _body,
    "body": _body,
    "plan": _plan,
    "records": _records,
    "schema": _schema,
    "set": _set,
    "sql": _sql,
    "simulate": _simulate,
    "request": _request,
}
