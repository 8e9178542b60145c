"""Messages of the server and its libraries: in the form of the log, and no flood of them."""

from __future__ import annotations

import json
import logging
import warnings

import pytest

from targetexpr.serve.message_log import MessageHandler, messages_in


class Clock:
    """Time that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str, message: str, *given: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "", 0, message, given, None)


def written(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]


def test_a_flood_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    handler = MessageHandler("json", clock)
    for number in range(1000):
        handler.handle(record("asyncio", "client %d failed", number))
    handler.handle(record("asyncio", "something else"))
    assert written(capsys) == [*(f"client {number} failed" for number in range(5)), "something else"]
    clock.now = 10
    handler.handle(record("asyncio", "client %d failed", 7))
    assert written(capsys) == ["client 7 failed (995 more like it)"]


def test_what_was_left_out_last_is_told_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    handler = MessageHandler("json", Clock())
    for number in range(9):
        handler.handle(record("asyncio", "client %d failed", number))
    handler.close()
    assert written(capsys)[5:] == ["client %d failed (4 more like it)"]


def test_messages_that_all_differ_are_a_flood_too(capsys: pytest.CaptureFixture[str]) -> None:
    handler = MessageHandler("json", Clock())
    for number in range(3000):
        handler.handle(record("asyncio", f"client {number} failed"))
    assert len(written(capsys)) <= 505


def test_traces_have_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("x" * 100_000)
    except ValueError as error:
        found = logging.LogRecord("asyncio", logging.ERROR, "", 0, "failed", (), (ValueError, error, None))
    MessageHandler("json").handle(found)
    assert len(capsys.readouterr().err) < 25_000


@pytest.mark.parametrize("name", ["asyncio", "uvicorn.error", "targetexpr.serve"])
def test_libraries_write_in_the_form_of_the_log(capsys: pytest.CaptureFixture[str], name: str) -> None:
    logger = logging.getLogger(name)
    with messages_in("json"):
        try:
            raise OSError(24, "Too many open files")
        except OSError:
            logger.exception("socket.accept() out of system resource\nsocket: %s", "<socket>")
        logger.info("not worth a line")
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert (entry["level"], "Too many open files" in entry["trace"]) == ("error", True)
    assert not logger.handlers, "what was there before is there afterwards"


def test_warnings_of_python_do_too(capsys: pytest.CaptureFixture[str]) -> None:
    with messages_in("json"), warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("this goes", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "this goes" in json.loads(capsys.readouterr().err)["message"]
