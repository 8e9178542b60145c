"""The pages of the guide: which topics there are, the Markdown of each, and the page of a code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from targetexpr.base.errors import InputError

_ENDING = ".md"
_FIRST = ("data", "language", "recipes")  # what a newcomer needs before the rest, which follows in alphabetical order
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_CLOSE = 5
_MOST_SECTIONS = 5
_MOST_MENTIONS = 12
_EVERYWHERE = frozenset(("", "targetexpr"))  # in too many headings to lead anywhere


@cache
def topics() -> dict[str, str]:
    """The pages by name, each with its first heading, the ones to begin with first.

    >>> topics()["data"]
    'Records: the data that rules and target groups read'
    """
    names = sorted(path.stem for path in _folder().glob(f"*{_ENDING}"))
    first = [name for name in _FIRST if name in names]
    ordered = [*first, *(name for name in names if name not in first)]
    return {name: _read(name).partition("\n")[0].lstrip("# ") for name in ordered}


def page(topic: str) -> str:
    """The Markdown of what a topic names: a page, a code or an error number, or the sections about a name or a word.

    Raises InputError for an unknown topic, with the ones that come close.

    >>> page("data").splitlines()[0]
    '# Records: the data that rules and target groups read'
    >>> page("310033").splitlines()[0]
    '# 310033: Target entity and target type do not go together'
    """
    if topic in topics():
        return _read(topic)
    misspelled = topic.lower() in topics()
    found = [] if misspelled else _by_heading(topic)
    path = code_page_path(topic)
    if path is not None:
        found = _outermost([*found, *(section for section in _by_words(topic) if section not in found)])
        beside = f"\n## Elsewhere\n\n{_listed((section.page, section.title) for section in found)}" if found else ""
        return path.read_text(encoding="utf-8") + beside
    if found:
        return _of(topic, found)
    mentions = [] if misspelled else _mentions(topic)
    if mentions:
        return f"# {topic}: it is mentioned in\n\n{_listed(mentions)}"
    raise InputError(f"unknown topic {topic!r}; {_close(topic)}")


def code_page_path(code: str) -> Path | None:
    """The file with the page of a code or an error number: what it means, an example, how to switch it off.

    None for what is no code.

    >>> code_page_path("curly-quote").name, code_page_path("no-such-code")
    ('curly-quote.md', None)
    """
    if _CODE.fullmatch(code) is None:  # also keeps what is asked for inside the folder
        return None
    path = _folder() / "codes" / f"{code}{_ENDING}"
    return path if path.is_file() else None


def summary_of(markdown: str) -> str:
    """The first sentence of a page, below its headings.

    >>> summary_of("# like\\n\\n`like` searches a string, as in SQL. Strings are …\\n")
    '`like` searches a string, as in SQL.'
    """
    blocks = (block.strip() for block in markdown.split("\n\n"))
    prose = next((block for block in blocks if block and not block.startswith(("#", "```", "|"))), "")
    return re.split(r"(?<=[.?!])\s+(?=[A-Z`“])", " ".join(prose.split()), maxsplit=1)[0]


def codes() -> list[str]:
    """Every code and error number that has a page, in alphabetical order."""
    return sorted(path.stem for path in (_folder() / "codes").glob(f"*{_ENDING}"))


class _Section(NamedTuple):
    names: frozenset[str]  # what stands in the backticks of its heading: "matches", "--off"
    words: frozenset[str]  # the other words of it, in lower case
    page: str
    title: str
    text: str


def _by_heading(topic: str) -> list[_Section]:
    """The sections about a name, or else about words, in the singular or the plural."""
    return _outermost([section for section in _sections() if topic in section.names] or _by_words(topic))


def _by_words(topic: str) -> list[_Section]:
    """The sections whose heading has all the words, or only those whose heading is just that."""
    words = topic.lower().split()
    found = [
        section
        for section in _sections()
        if all({word, f"{word}s", word.removesuffix("s")} & section.words for word in words)
    ]
    return [section for section in found if section.title.lower().split() == words] or found


def _outermost(found: Sequence[_Section]) -> list[_Section]:
    """Without the sections that lie within another one."""
    return [one for one in found if not any(one is not other and one.text.strip() in other.text for other in found)]


def _mentions(word: str) -> list[tuple[str, str]]:
    """Where a word stands: pages by their titles, then sections, those first that have it often for their length."""
    has = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    counts = [(len(has.findall(section.text)) / len(section.text), section) for section in _sections()]
    ordered = sorted((one for one in counts if one[0]), key=lambda one: -one[0])
    pages = [(name, title) for name, title in topics().items() if has.search(title)]
    return (pages + [(section.page, section.title) for _, section in ordered])[:_MOST_MENTIONS]


def _of(topic: str, found: Sequence[_Section]) -> str:
    """Sections; of too many to read, where they stand."""
    if len(found) <= _MOST_SECTIONS:
        return "\n".join(f"{section.text}\nMore: `targetexpr help {section.page}`.\n" for section in found)
    return f"# {topic}: there is something about it in\n\n{_listed((section.page, section.title) for section in found)}"


def _listed(places: Iterable[tuple[str, str]]) -> str:
    rows = "\n".join(f"| {name} | {title.replace('|', chr(92) + '|')} |" for name, title in places)
    return f"| page | section |\n|---|---|\n{rows}\n"


@cache
def _sections() -> tuple[_Section, ...]:
    return tuple(section for name in topics() for section in _sections_of(name, _read(name)))


def _sections_of(name: str, text: str) -> Iterator[_Section]:
    """What stands under each heading, up to the next heading of its level."""
    headings = list(_headings(text))
    for index, (start, level, title) in enumerate(headings):
        # `currentTxn.basketSum(field, …)` is found by `basketSum`, `-d, --data DATA` by `--data` and by `data`,
        # `targetexpr check` by `check`.
        whole = re.findall(r"`([^`]+)`", title)
        words = [word for one in whole for word in re.split(r"[( ,]+", one.partition("(")[0]) if not word.isupper()]
        names = frozenset((*whole, *words, *(word.rpartition(".")[2].lstrip("-") for word in words))) - _EVERYWHERE
        plain = re.findall(r"[\w-]+", re.sub(r"`[^`]+`", "", title).lower())
        later = (at for at, other, _ in headings[index + 1 :] if other <= level)
        body = text[start : next(later, len(text))].rstrip() + "\n"
        yield _Section(names, frozenset(plain), name, title, body)


def _headings(text: str) -> Iterator[tuple[int, int, str]]:
    """Offset, level and title of each heading below the first level; what stands in fences is none."""
    at, fenced = 0, False
    for line in text.splitlines(keepends=True):
        if line.startswith("```"):
            fenced = not fenced
        found = None if fenced else re.match(r"(##+) (.*)", line)
        if found is not None:
            yield at, len(found[1]), found[2]
        at += len(line)


def _close(topic: str) -> str:
    from targetexpr.checking.names import close_names

    known = {*topics(), *codes(), *(name for section in _sections() for name in section.names)}
    close = close_names(topic, known)[:_MOST_CLOSE]
    return f"did you mean {' or '.join(close)}?" if close else f"expected a code, or one of {', '.join(topics())}"


@cache
def _folder() -> Path:
    return Path(str(files("targetexpr") / "guide"))


def _read(name: str) -> str:
    return (_folder() / f"{name}{_ENDING}").read_text(encoding="utf-8")
