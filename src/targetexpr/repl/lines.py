"""Lines that belong together: a rule goes on while a parenthesis is open or an operator joins it to the next."""

from __future__ import annotations

from targetexpr.documents.kinds import goes_on
from targetexpr.ide.document import open_brackets
from targetexpr.repl.commands import COMMANDS


def is_command(line: str) -> bool:
    """Whether a line is a command, and not the second branch of a conditional that goes on over lines."""
    word = line.strip().removeprefix(":").partition(" ")[0] if line.strip().startswith(":") else ""
    return word in COMMANDS or (bool(word) and any(name.startswith(word) for name in COMMANDS))


def pieces(text: str) -> list[str]:
    """What is sent one after the other of a text that was pasted: its commands, and the rules between them.

    A text without a command is one rule, however many lines it has.

    >>> pieces("a>5\\n&& b\\n:json\\n:count"), pieces("a\\n\\nb")
    (['a>5\\n&& b', ':json', ':count'], ['a\\n\\nb'])
    """
    lines = text.split("\n")
    if not any(map(is_command, lines)) or len(lines) == 1:
        return [text]
    found: list[str] = []
    depth, before = 0, ""
    for line in lines:
        joined = bool(before) and not is_command(line) and (depth > 0 or goes_on(before, line))
        if joined:
            found[-1] += f"\n{line}"
        elif line.strip():
            found.append(line)
            depth = 0
        if line.strip():
            depth = 0 if is_command(line) else open_brackets(line, depth)
        before = "" if is_command(line) or not line.strip() else line
    return found
