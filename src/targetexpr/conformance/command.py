"""`targetexpr conformance`: asks an implementation everything that the kit knows, or answers it."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser, Namespace

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.console.exits import NO, YES
from targetexpr.console.options import add

DESCRIPTION = """\
Whether an implementation of the rule language, in any language, reads, writes, checks and evaluates as it should. It is
started once and asked on its standard input, a line of JSON for each request; it answers a line each on its standard
output. `targetexpr help conformance` has the protocol.
Status 0: all that it supports holds; 1: something does not; 2: the command cannot be run, or answers nothing."""
EXAMPLES = """\
  targetexpr conformance --run 'node mine.mjs'
  targetexpr conformance --run 'node mine.mjs' --topic syntax --topic json/errors --id '#parse'
  targetexpr conformance --run 'targetexpr conformance --answer' --output junit > report.xml
  targetexpr conformance --list"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    # The parser's own line keeps a choice together, wider than a narrow terminal.
    parser.usage = (
        "%(prog)s [-h]\n"
        "       (--run COMMAND | --answer | --list | --folder)\n"
        "       [--topic NAME] [--id PATTERN] [--seconds N]\n"
        "       [--output FORMAT] [--to FILE]"
    )
    one = parser.add_mutually_exclusive_group(required=True)
    add(one, "--run", "--answer", "--list", "--folder")
    add(parser, "--topic", "--id", "--seconds")
    add(parser, "--output", choices=("text", "json", "junit"))
    add(parser, "--to")
    parser.set_defaults(formats=("text", "json", "junit"))


def run(options: Namespace) -> int:
    """Does what is asked for; the exit status."""
    if options.answer:
        return _answer()
    if options.folder:
        from targetexpr.conformance.cases import folder

        print(folder())
        return YES
    _check_topics(options.topic)
    return _list(options) if options.list else _run(options)


def _answer() -> int:
    """Answers until standard input ends."""
    from targetexpr.conformance.answering import answers

    for line in answers(sys.stdin.buffer):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return YES


def _check_topics(given: list[str]) -> None:
    from targetexpr.conformance.cases import about

    topics = about()["topics"]
    known = [*topics, *dict.fromkeys(topic.partition("/")[0] for topic in topics)]
    for topic in given:
        if topic not in known:
            close = suggest(topic, known)
            said = f"did you mean {close[0]}?" if close else "`targetexpr conformance --list` lists them"
            raise InputError(f"unknown topic {topic!r}; {said}")


def _list(options: Namespace) -> int:
    from collections import Counter

    from targetexpr.conformance.questions import questions
    from targetexpr.conformance.reports import listing

    asked = list(questions(options.topic, options.id))
    if options.id or options.output == "json":
        _print_ids([question.id for question in asked], options.output)
    else:
        print(listing(Counter(question.case.topic for question in asked)))
    return YES if asked else NO


def _print_ids(ids: list[str], output: str) -> None:
    if output == "json":
        import json

        print(json.dumps(ids, indent=2))
        return
    print("\n".join(ids))


def _run(options: Namespace) -> int:
    from targetexpr.conformance.asking import ask_all
    from targetexpr.conformance.questions import questions
    from targetexpr.conformance.talking import Implementation

    try:
        command = shlex.split(options.run)
    except ValueError as error:
        raise InputError(f"--run: {error}") from None
    if not command:
        raise InputError("--run is empty; it takes a command, as in --run 'node mine.mjs'")
    asked = list(questions(options.topic, options.id))
    if not asked:
        raise InputError("no question has such a topic and id; `targetexpr conformance --list` lists them")
    implementation = Implementation(command, seconds=float(options.seconds))
    try:
        report = ask_all(asked, implementation.ask)
    finally:
        implementation.close()
    match options.output:
        case "json":
            import json

            from targetexpr.conformance.reports import as_data

            print(json.dumps(as_data(report), indent=2))
        case "junit":
            from targetexpr.conformance.reports import as_junit

            print(as_junit(report))
        case _:
            from targetexpr.conformance.reports import as_text

            print(as_text(report))
    return YES if report.ok else NO
