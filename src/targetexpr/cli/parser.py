"""argparse as the commands use it: sentences that say what to do next, and help that fits the terminal."""

from __future__ import annotations

import re
import sys
from argparse import Action, ArgumentError, ArgumentParser, RawDescriptionHelpFormatter
from typing import Any, NoReturn

from targetexpr.base.suggestions import suggest
from targetexpr.base.wrapping import wrapped
from targetexpr.console.exits import BAD_INPUT
from targetexpr.console.options import OPTIONS
from targetexpr.console.terminal import columns


class HelpFormatter(RawDescriptionHelpFormatter):
    """As wide as the terminal, and no word is broken."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(f"{indent}{line}" if line else "" for line in laid_out(text, width - len(indent)))

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(" ".join(text.split()), max(width, 11))


class Parser(ArgumentParser):
    """argparse with messages that say what to do next. Names of options are not to be cut short: each has one."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": HelpFormatter, "allow_abbrev": False, **given})

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {self._said(message.removeprefix('argument '))}", file=sys.stderr)
        if re.search(r"unrecognized arguments: -[^-]", message):
            print("A rule that begins with - goes after --, as in: targetexpr json -- '-a.b<5'", file=sys.stderr)
        print(f"Try: {self.prog} --help", file=sys.stderr)
        raise SystemExit(BAD_INPUT)

    def _said(self, message: str) -> str:
        """The message, with what comes close to an option that is not one."""
        found = re.match(r"unrecognized arguments: (?:.* )?(--[\w-]+)", message)
        if found is None:
            return message
        if found[1] in OPTIONS:
            return f"{message}; this command has no {found[1]}"
        close = suggest(found[1], self._options())
        return message + (f"; did you mean {' or '.join(close)}?" if close else "")

    def _options(self) -> list[str]:
        """All its options, those of its subcommands included."""
        parsers = [self, *(one for action in self._actions for one in getattr(action, "_name_parser_map", {}).values())]
        return list(dict.fromkeys(name for parser in parsers for name in parser._option_string_actions))

    def _check_value(self, action: Action, value: object) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        close = suggest(str(value), choices)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ArgumentError(action, f"expected one of {', '.join(choices)}, not {str(value)!r}{hint}")


def laid_out(text: str, width: int) -> list[str]:
    """The lines of a text for people: paragraphs are filled, lists keep their columns, commands stay commands.

    A line that begins with blanks is an example, or an entry of a list with a gap behind its name.

    >>> laid_out("One\\ntwo.\\n\\nexamples:\\n  targetexpr eval 'a b' --data x.json", 28)
    ['One two.', '', 'examples:', "  targetexpr eval 'a b' \\\\", '      --data x.json']
    """
    lines: list[str] = []
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line and not line.startswith(" ") and not line.endswith(":"):
            paragraph.append(line)
            continue
        if paragraph:
            lines += wrapped(" ".join(paragraph), width)
            paragraph.clear()
        entry = re.match(r"( +\S+ {2,})(\S.*)", line)
        if entry is not None:
            lines += wrapped(entry[2], width, first=entry[1], rest=" " * len(entry[1]))
        else:
            lines += _command_lines(line, width) if line.startswith(" ") else [line]
    return lines[:-1]


def _command_lines(line: str, width: int) -> list[str]:
    """A command that is too long goes on in the next line, as a shell reads it; no quoted text is broken."""
    indent = line[: len(line) - len(line.lstrip())]
    if len(line) <= width:
        return [line]
    # An option stays with its value.
    parts = re.findall(r"(?:^|-{1,2}\w|\|)(?:'[^']*'|\"[^\"]*\"|[^\s'\"]| +(?!-{1,2}\w|\|))*", line.strip())
    parts = [piece for part in parts for piece in _pieces(part, width - len(indent) - 6)]
    lines = [""]
    for part in parts:
        if lines[-1] and len(indent) + len(lines[-1]) + 1 + len(part) > width - 2:
            lines[-1] += " \\"
            lines.append("    ")
        lines[-1] += part if not lines[-1].strip() else f" {part}"
    return [indent + one for one in lines]


def _pieces(part: str, width: int) -> list[str]:
    """An option with its value, or the two where they do not fit into a line."""
    return [part] if len(part) <= width else re.findall(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+", part)
