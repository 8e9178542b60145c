"""Texts written as strings of JSON, TOML and Python in every way their languages know, at random."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st

RULES = st.one_of(
    st.text(st.sampled_from("ab.=>&|!()\"'\\ \n\t\r1,;é漢😀\u00a0\u2028\x00\x07\x7f#/{}"), max_size=12),
    st.lists(
        st.sampled_from(
            ["currentTxn.value>500", "&&", "||", '=="Gold"', "=='x'", '"""', "'''", "\\", "\\d", "\\u0041", "\r\n", " "]
        ),
        max_size=5,
    ).map("".join),
)
"""Texts that rules are, and texts that strings find hard to hold."""

Draw: TypeAlias = Callable[[st.SearchStrategy[str]], str]
SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True, slots=True)
class Written:
    """A document with a text in it."""

    name: str
    text: str
    before: str
    literal: str
    after: str

    @property
    def document(self) -> str:
        return self.before + self.literal + self.after


def in_utf16(char: str) -> str:
    data = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[at]:02x}{data[at + 1]:02X}" for at in range(0, len(data), 2))


def of_json(draw: Draw, text: str) -> str:
    def ways(char: str) -> list[str]:
        own = [] if char in '"\\' or char < " " else [char]
        return [*own, *([SHORT[char]] if char in SHORT else []), *(["\\/"] if char == "/" else []), in_utf16(char)]

    return '"' + "".join([draw(st.sampled_from(ways(char))) for char in text]) + '"'


def of_toml(draw: Draw, text: str) -> str:
    if "\x00" not in text and "\r" not in text.replace("\r\n", "") and draw(st.sampled_from("lb")) == "l":
        literal = of_toml_literal(draw, text)
        if literal is not None:
            return literal
    lines = draw(st.sampled_from(["one", "many"])) == "many"

    def ways(char: str) -> list[str]:
        made = [f"\\U{ord(char):08x}"]
        made += [f"\\u{ord(char):04X}"] if ord(char) < 0x10000 else []
        made += [SHORT[char]] if char in SHORT else []
        made += [char] if char not in '"\\' and (char >= " " or char == "\t") and char != "\x7f" else []
        return [*made, "\n", "\r\n"] if lines and char == "\n" else made

    parts: list[str] = []
    for char in text:
        if lines and draw(st.sampled_from("nnnny")) == "y":
            parts.append("\\ \t\n  \r\n ")
            parts.append(f"\\u{ord(char):04x}" if char in " \t\r\n" else draw(st.sampled_from(ways(char))))
        else:
            parts.append(draw(st.sampled_from(ways(char))))
    body = "".join(parts)
    if not lines:
        return f'"{body}"'
    first = draw(st.sampled_from(["\n", "\r\n"] if body.startswith(("\n", "\r\n")) else ["", "\n", "\r\n"]))
    return f'"""{first}{body}"""'


def of_toml_literal(draw: Draw, text: str) -> str | None:
    """In single quotes, where nothing is escaped; None where it cannot be."""
    if any(char < " " and char not in "\t\n" for char in text.replace("\r\n", "\n")) or "\x7f" in text:
        return None
    if "'" not in text and "\n" not in text:
        return f"'{text}'"
    if "'''" in text or text.endswith("'") or "\r\n" in text:
        return None
    breaks = draw(st.sampled_from(["\n", "\r\n"]))
    return "'''" + breaks + text.replace("\n", breaks) + "'''"


def of_python(draw: Draw, text: str) -> str:
    parts: list[str] = []
    left = text
    while left or not parts:
        size = int(draw(st.sampled_from(["1", "3", "100"])))
        parts.append(_python_part(draw, left[:size]))
        left = left[size:]
    between = st.sampled_from([" ", "\n    ", " # a note\n", "  \\\n", "\r\n"])
    return "".join(part if not place else draw(between) + part for place, part in enumerate(parts))


def _python_part(draw: Draw, text: str) -> str:
    quote = draw(st.sampled_from(['"', "'", '"""', "'''"]))
    lines = len(quote) == 3
    fits = text.replace("\n", "").isprintable() and (lines or "\n" not in text)
    if fits and quote[0] not in text and not text.endswith("\\") and draw(st.sampled_from("rn")) == "r":
        return draw(st.sampled_from("rR")) + quote + text + quote

    def ways(char: str) -> list[str]:
        made = [f"\\U{ord(char):08X}"]
        made += [f"\\u{ord(char):04x}"] if ord(char) < 0x10000 else []
        made += [f"\\x{ord(char):02X}", f"\\{ord(char):03o}"] if ord(char) < 0x100 else []
        made += [SHORT[char]] if char in SHORT else []
        made += ["\\'"] if char == "'" else []
        name = unicodedata.name(char, "")
        made += [f"\\N{{{name}}}"] if name else []
        made += [char] if (char.isprintable() and char not in ("\\", quote[0])) or (char == "\n" and lines) else []
        return [*made, "\r\n", "\r"] if char == "\n" and lines else made

    parts: list[str] = []
    for char in text:
        parts.append(draw(st.sampled_from(["", "", "", "", "\\\n", "\\\r\n"])))
        made = draw(st.sampled_from(ways(char)))
        # One carriage return before a line feed is a line break with it.
        parts.append("\\n" if made == "\n" and parts[-2:-1] == ["\r"] and parts[-1] == "" else made)
    return draw(st.sampled_from(["", "", "u", "U"])) + quote + "".join(parts) + quote


LANGUAGES: dict[str, Callable[[Draw, str], str]] = {"json": of_json, "toml": of_toml, "py": of_python}
AROUND = {
    "json": ('[{"é": 1}, {"expression" :', "}]"),
    "toml": ('a = "é"\n[[targets]]\nrule =', "\nname = 'x' # é\n"),
    "py": ("from targetexpr import compile\nx = 'é'\nif x:\n  y = compile(", ', event = "TransactionAdd")\n'),
}


@st.composite
def documents(draw: Draw) -> Written:
    """A document of any language with a text in it."""
    language = draw(st.sampled_from(sorted(LANGUAGES)))
    text = draw(RULES)
    before, after = AROUND[language]
    return Written(f"some.{language}", text, before, LANGUAGES[language](draw, text), after)
