"""Makes the pages of reference from the declarations: functions, attributes, commands and options, the library."""

from __future__ import annotations

import inspect
import json
import re
from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, cast

import targetexpr
from targetexpr import Schema
from targetexpr.cli.command import Command
from targetexpr.cli.main import COMMANDS
from targetexpr.cli.parser import Parser
from targetexpr.console.options import OPTIONS, Option
from targetexpr.ide.catalogue import Entry, entries
from targetexpr.lang.functions import (
    CONTEXT,
    PROFILE_FUNCTIONS,
    Example,
    Function,
    all_functions,
)
from targetexpr.lang.schema.model import Attribute
from targetexpr.repl.commands import COMMANDS as REPL_COMMANDS


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


# ---- functions -------------------------------------------------------------------------------------------------------

_RECEIVERS = {
    "string": ("Methods of strings", "Called on any string: an attribute such as `currentCustomer.email`, or a text."),
    "number": ("Methods of numbers", "Called on any number."),
    "date": ("Methods of dates", "Called on any date. Days and hours are those of the rule's `timezone`."),
    "value": (
        "Methods of every value",
        "Called on a value of any kind. They look whether there is one, and are never null.",
    ),
    "bill": (
        "Methods of line items",
        "Called on `currentTxn` and `returnBill`: they go through the line items. Amounts are net (value less "
        "discount); those that end in `Gross` take the value. Without `lineItems` in the data they are null; with an "
        "empty list, or where no line matches, they are 0, Includes is false and Excludes true.",
    ),
    "item": ("Methods of one line", "Called on `currentLineItem`. A line without the attribute does not match."),
    "fields": (
        "Methods of custom fields",
        "Called on the profiles that have custom fields. Without `customFields` in the data they are null; a field "
        "that is not there is not included and does not exist. A list of values is searched.",
    ),
    "clusters": ("Methods of clusters", "Called on customers and groups, as those of custom fields."),
}


def functions() -> str:
    """Every method that is computed here, with its examples and what it is where the value is missing."""
    parts = [
        "# Functions: every method, with examples",
        "A method follows a value or a profile and a dot. `targetexpr help NAME` shows one of them; methods whose "
        "result is part of the data stand under [attributes](attributes.md). A comparison, a sum or a method on a "
        "missing value is null unless said otherwise, and null rewards nobody: see [language](language.md).",
    ]
    for receiver, (title, words) in _RECEIVERS.items():
        parts.append(f"## {title}\n\n{words}")
        parts += [_function(one) for one in all_functions() if one.receiver == receiver]
    return "\n\n".join(parts) + "\n"


def _function(one: Function) -> str:
    heading = ", ".join(f"`{one.name}{overload.signature}`" for overload in one.overloads)
    said = [f"{one.doc} Gives {_article(one.result.head)}."]
    if one.choice:
        said.append(one.choice)
    for parameter in one.overloads[0].parameters:
        if parameter.values:
            said.append(f"`{parameter.name}` is one of {', '.join(f'`{value}`' for value in parameter.values)}.")
    rows = [
        (f"`{example.expression}`", f"`{_data(example)}`", f"`{_result(example.result)}`") for example in one.examples
    ]
    parts = [f"### {heading}", " ".join(said), f"Where the value is missing (null): {_at_null(one)}."]
    parts.append(table(("rule", "data", "result"), rows))
    if one.habits:
        parts.append(table(("in other languages", "here"), [(f"`{name}`", hint) for name, hint in one.habits]))
    return "\n\n".join(parts)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _data(example: Example) -> str:
    """The data as JSON; of long line items their number."""
    text = json.dumps(example.context, ensure_ascii=False)
    if len(text) > 120 and "lineItems" in text:
        text = re.sub(r'"lineItems": \[.*\](?=\}\}?$)', '"lineItems": […]', text)
    return text


def _result(value: object) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def _at_null(one: Function) -> str:
    """What the first example gives on data in which its profiles are there and empty: evaluated."""
    example = one.examples[0]
    return _result(targetexpr.compile(example.expression, expect=None).evaluate({name: {} for name in example.context}))


# ---- attributes ------------------------------------------------------------------------------------------------------


def attributes() -> str:
    """Every profile with its attributes and methods, and the events."""
    schema = Schema.bundled()
    parts = [
        "# Attributes: every profile, what is in it, and the events",
        "What a rule can name. `targetexpr schema` shows the same with your own fields, `targetexpr schema --search "
        "WORD` finds an entry by its meaning. Methods that many profiles share are described under "
        "[functions](functions.md).",
        "## Profiles\n\n"
        + table(("profile", "what it is"), [(f"`{one.name}`", one.doc) for one in schema.profiles.values()]),
    ]
    for profile in schema.profiles.values():
        offered = ", ".join(schema.offering(profile.name)) or "no event"
        words = f"{profile.doc} Available in: {offered}." + (f" {profile.choice}" if profile.choice else "")
        members = entries(schema, profile.name)
        own = [one for one in members if not _is_shared(one)]
        shared = [f"`{one.name}`" for one in members if _is_shared(one)]
        parts.append(f"## `{profile.name}`\n\n{words}")
        if own:
            parts.append(table(("name", "type", "what it is"), map(_member, own)))
        if shared:
            parts.append(f"Methods described under [functions](functions.md): {', '.join(shared)}.")
    rows = [(f"`{one.name}`", one.doc, ", ".join(sorted(one.profiles))) for one in schema.events.values()]
    parts.append("## Events\n\n" + table(("event", "when", "profiles"), rows))
    return "\n\n".join(parts) + "\n"


def _is_shared(one: Entry) -> bool:
    return one.function is not None and one.function.meaning != CONTEXT and one.function.name in PROFILE_FUNCTIONS


def _member(one: Entry) -> tuple[str, str, str]:
    values = one.item.values if isinstance(one.item, Attribute) else ()
    more = [one.doc, one.choice or ""]
    if values:
        more.append(f"One of {', '.join(values)}.")
    if one.events:
        more.append(f"Only in {', '.join(one.events)}.")
    return f"`{one.name}{one.signature}`", one.type, " ".join(filter(None, more))


# ---- commands and options --------------------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its arguments and options, and every option with the commands that take it."""
    takers: dict[str, list[str]] = {name: [] for name in OPTIONS}
    parts = [
        "# Commands: every command and option",
        "`targetexpr COMMAND --help` shows the same with examples. Every command takes its input as an argument, from "
        "a file (`-f FILE`) or from standard input (`-`). A rule that begins with a minus goes after `--`. Exit "
        "status: 0 yes; 1 no (differs, would change); 2 the input or the command line is invalid. Results go to "
        "standard output, diagnostics to standard error.",
    ]
    for name, (module_name, _) in COMMANDS.items():
        module = cast(Command, import_module(module_name))
        parser = Parser(prog=f"targetexpr {name}")
        module.arguments(parser)
        parts += _command(f"targetexpr {name}", _joined(module.DESCRIPTION), parser, takers)
    parts.append("## Options")
    parts += [_option(option, takers[option.name]) for option in sorted(OPTIONS.values(), key=lambda one: one.name)]
    parts.append(_of_repl())
    return "\n\n".join(parts) + "\n"


def _of_repl() -> str:
    rows = [(f"`:{one.name} {one.arguments}`".replace(" `", "`"), one.doc) for one in REPL_COMMANDS.values()]
    words = "Behind the prompt of [the REPL](repl.md); the beginning of a name is enough where only one has it."
    return f"## Commands of the REPL\n\n{words}\n\n{table(('command', 'what it does'), rows)}"


def _joined(text: str) -> str:
    return " ".join(text.split())


def _command(
    name: str, words: str, parser: ArgumentParser, takers: dict[str, list[str]], level: str = "##"
) -> Iterator[str]:
    yield f"{level} `{name}`\n\n{words}"
    inner = [action for action in parser._actions if isinstance(action, _SubParsersAction)]
    rows = [row for action in parser._actions if action not in inner for row in _argument(name, action, takers)]
    if rows:
        yield table(("argument", "what it is"), rows)
    for action in inner:
        helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for sub, subparser in cast("dict[str, ArgumentParser]", action.choices).items():
            said = _joined(subparser.description or f"{helps[sub][:1].upper()}{helps[sub][1:]}.")
            yield from _command(f"{name} {sub}", said, subparser, takers, "###")


def _argument(command: str, action: Action, takers: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    if action.help == "==SUPPRESS==" or "--help" in action.option_strings:
        return
    said = _joined(action.help or "").replace("%%", "%")
    if not action.option_strings:
        yield f"`{action.metavar or action.dest}`", said
        return
    name = action.option_strings[-1]
    takers[name].append(command)
    option = OPTIONS[name]
    values = "" if option.switch else f" {'|'.join(map(str, action.choices)) if action.choices else option.metavar}"
    yield f"`{', '.join(action.option_strings)}{values}`", said


def _option(option: Option, takers: Sequence[str]) -> str:
    values = "" if option.switch else f" {'|'.join(option.choices) or option.metavar}"
    short = f"{option.short}, " if option.short else ""
    said = f"{option.help[:1].upper()}{option.help[1:]}."
    return f"### `{short}{option.name}{values}`\n\n{said} Taken by {', '.join(f'`{name}`' for name in takers)}."


# ---- the library -----------------------------------------------------------------------------------------------------

_MODULES = {
    "targetexpr": "Rules: reading, checking, converting, evaluating.",
    "targetexpr.targets": "Target groups; needs `pip install 'targetexpr[targets]'`.",
}


def library() -> str:
    """Every public name, with its signature and what its docstring says."""
    parts = [
        "# Python: every public name",
        "What `from targetexpr import …` and `from targetexpr.targets import …` give. `help(name)` in Python shows the "
        "examples as well. All results are immutable; nothing here prints, and nothing keeps state between calls.",
    ]
    for name, words in _MODULES.items():
        module = import_module(name)
        parts.append(f"## {name}\n\n{words}")
        parts += [_public(module, one) for one in sorted(module.__all__, key=str.lower)]
    return "\n\n".join(parts) + "\n"


def _public(module: ModuleType, name: str) -> str:
    found: Any = getattr(module, name)
    parts = [f"### `{name}{_signature(found)}`", _prose(inspect.getdoc(found) or "")]
    methods = [
        (f"`{method}{_signature(value)}`", _prose(inspect.getdoc(value) or "").partition("\n")[0])
        for method, value in _methods(found)
    ]
    if methods:
        parts.append(table(("member", "what it does"), methods))
    return "\n\n".join(parts)


def _methods(found: Any) -> Iterator[tuple[str, Any]]:
    if not inspect.isclass(found) or issubclass(found, BaseException):
        return
    for name, value in vars(found).items():
        plain = getattr(value, "__func__", getattr(value, "fget", value))
        if not name.startswith(("_", "model_")) and inspect.isfunction(plain) and plain.__doc__:
            yield name, value if isinstance(value, property) else plain


def _signature(found: Any) -> str:
    """Without types, which `help` shows: the names and what is left out by default."""
    if inspect.isclass(found) or not callable(found):
        return ""
    parameters = [
        one.replace(annotation=one.empty)
        for one in inspect.signature(found).parameters.values()
        if one.name not in ("self", "cls")
    ]
    text = str(inspect.Signature(parameters))
    return re.sub(r"<[^>]*>|Limits\([^)]*\)", "…", text)


def _prose(doc: str) -> str:
    """A docstring up to its examples, as Markdown."""
    text = re.split(r"\n\s*>>> ", doc)[0]
    blocks = [" ".join(block.split()) for block in text.split("\n\n")]
    return "\n\n".join(block for block in blocks if block)
