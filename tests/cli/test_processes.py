"""The command among other processes: pipes that break, signals, terminals, closed streams, odd bytes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from array import array
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.command import COMMANDS, PATIENCE, TRUE, command, environment, spawn

LONG = "||".join(f'currentLineItem.doesItemMatch("sku_code","{place}")' for place in range(5_000))
ESCAPE = "\x1b"


def shell(script: str, *arguments: str | bytes, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """A bash script in which "$@" is the command."""
    return subprocess.run(
        ["bash", "-c", script, "bash", *command(*arguments)],
        env=environment(),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )


# --- pipes


@pytest.mark.parametrize(
    "arguments", [["json"], ["json", "--output", "json"], ["format"], ["format", "--style=readable"]]
)
def test_broken_pipe_ends_quietly(arguments: list[str]) -> None:
    done = shell('"$@" | head -c 1; exit ${PIPESTATUS[1]}', *arguments, stdin=LONG.encode())
    assert done.returncode == 0
    assert len(done.stdout) == 1
    assert done.stderr == b""


def test_broken_pipe_of_findings_ends_quietly() -> None:
    rules = ["=".join(["a"] * 400) for _ in range(5)]
    done = shell('{ "$@" 2>&1 >/dev/null | head -c 1; } 2>&1', "check", *rules)
    assert done.stdout == b"e"


@pytest.mark.parametrize("name", COMMANDS)
def test_reader_that_is_gone_from_the_start(name: str) -> None:
    """Nobody reads what is printed; whatever the status, there is no traceback."""
    given = {"text": TRUE, "verify": '{"expression":"true","expressionJson":{}}'}.get(name, "a&&b||c")
    done = shell('"$@" 3>&2 2>&1 | true; true', name, "-", stdin=given.encode())
    assert done.stderr == b""
    done = shell('{ "$@" | true; } 2>&1; true', name, "-", stdin=given.encode())
    assert b"Traceback" not in done.stdout
    assert b"Exception ignored" not in done.stdout


def test_commands_pipe_into_each_other() -> None:
    done = shell('"$@" | PYTHONPATH="$PYTHONPATH" "$1" -m targetexpr text | "$1" -m targetexpr json', "json", "a && b")
    assert done.returncode == 0
    assert done.stdout.startswith(b'{"arity":"binary_operation","value":"&&"')


# --- signals


MORE_THAN_A_PIPE_HOLDS = b" " * (1 << 20)


def sleeps(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process sleeps; True where that cannot be told."""
    stat = Path(f"/proc/{process.pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "S"


def interrupted(process: subprocess.Popen[bytes]) -> int:
    """Interrupts a process that waits for its standard input; its status.

    Python sees a signal only when it comes while the process sleeps in a read, not when it comes just before one.
    """
    assert process.stdin is not None
    process.stdin.write(MORE_THAN_A_PIPE_HOLDS)  # done once it reads
    unread = array("i", [1])
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        fcntl.ioctl(process.stdin, termios.FIONREAD, unread)
        if unread[0] or not sleeps(process):
            time.sleep(0.01)
            continue
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=10)
    raise AssertionError("it does not end")


@pytest.mark.parametrize("name", COMMANDS)
def test_interrupt_while_waiting_for_input(name: str) -> None:
    process = subprocess.Popen(
        command(name, "-"),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs tests in the background ignores the signal, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    try:
        status = interrupted(process)
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
    finally:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            stream.close()
    assert (status, out, err) == (130, b"", b"")


# --- terminals


def on_a_terminal(*arguments: str, stdin: bytes | None = None, **env: str) -> tuple[int, str]:
    """Run with standard output and error, and input unless given, on a pseudo terminal; status and what it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        env=environment(**env),
        stdin=theirs if stdin is None else subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    if stdin is not None:
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
    shown = b""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.5)[0]:
            continue
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(timeout=PATIENCE), shown.decode("utf-8").replace("\r\n", "\n")


def test_colour_on_a_terminal() -> None:
    status, shown = on_a_terminal("check", "a=1")
    assert status == 2
    assert f"{ESCAPE}[31merror[single-equals]{ESCAPE}[0m" in shown
    assert f"{ESCAPE}[31m ^{ESCAPE}[0m" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    piped = spawn("check", "a=1")
    assert plain == piped.err + piped.out, "colour adds nothing but colour"


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_when_it_is_not_wanted(env: dict[str, str]) -> None:
    status, shown = on_a_terminal("check", "a=1", **env)
    assert status == 2
    assert ESCAPE not in shown


def test_empty_no_color_does_not_count() -> None:
    """As no-color.org has it: present and not the empty string."""
    assert ESCAPE in on_a_terminal("check", "a=1", NO_COLOR="")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_colour_into_a_pipe(name: str) -> None:
    done = spawn(name, "-", stdin=b"{")
    assert done.status == 2
    assert ESCAPE not in done.out + done.err


def test_no_colour_in_json_on_a_terminal() -> None:
    assert ESCAPE not in on_a_terminal("check", "--output", "json", "a=1")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_given_on_a_terminal(name: str) -> None:
    status, shown = on_a_terminal(name)
    assert status == 2
    assert "no input: " in shown
    assert "--help" in shown


def test_piped_input_with_output_on_a_terminal() -> None:
    assert on_a_terminal("format", stdin=b"a && b") == (0, "a&&b\n")


# --- bytes that are no text


@pytest.mark.parametrize("name", ["json", "format", "check"])
@pytest.mark.parametrize("rule", [b"\xff\xfe", b'a=="\xff"', b"a\xc3"])
def test_bytes_in_arguments_that_are_no_utf_8(name: str, rule: bytes) -> None:
    done = spawn(name, rule)
    assert done.status == 2
    assert "error[" in done.err
    assert "Traceback" not in done.err
    data = spawn(name, "--output", "json", rule)
    assert data.status == 2
    assert data.data["ok"] is False


@pytest.mark.parametrize("name", COMMANDS)
def test_file_name_that_is_no_utf_8(name: str, tmp_path: Path) -> None:
    done = spawn(name, "-f", b"nowhere\xff", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "cannot read nowhere" in done.err
    (tmp_path / os.fsdecode(b"rule\xff")).write_text("true" if name != "text" else TRUE)
    done = spawn(name, "--output", "json", "-f", b"rule\xff", cwd=tmp_path)
    assert done.status == 0
    assert done.data is not None


def test_unknown_command_that_is_no_utf_8() -> None:
    done = spawn(b"js\xffon")
    assert (done.status, done.out) == (2, "")
    assert "unknown command" in done.err


def test_nul_and_controls_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rule.txt"
    file.write_bytes(b"a\x00b\x1b[31m=\x7f1")
    done = spawn("check", "-f", str(file))
    assert done.status == 2
    assert ESCAPE not in done.err + done.out
    assert "\x00" not in done.err


# --- start


def test_runs_from_any_folder_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = spawn("json", "true", cwd=tmp_path)
    assert (done.status, done.out) == (0, TRUE + "\n")
    assert list(tmp_path.iterdir()) == []


def test_files_of_the_users_folder_do_not_shadow_the_library(tmp_path: Path) -> None:
    """The installed command does not look for modules in the folder it is called from."""
    for name in ("json", "lang", "syntax"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    script = "import sys; sys.path = [p for p in sys.path if p]; from targetexpr.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [command()[0], "-c", script, "json", "true"], cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    assert done.stdout.decode() == TRUE + "\n"


def test_a_conversion_does_not_load_shutil() -> None:
    code = "import sys; from targetexpr.cli.main import main; main(['json', 'a==1']); print('shutil' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("columns", [60, 100])
def test_help_is_as_wide_as_columns_say(columns: int) -> None:
    argv = [sys.executable, "-m", "targetexpr", "json", "--help"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=dict(os.environ, COLUMNS=str(columns)))
    usage, options = done.stdout.partition("\n\n")[0], done.stdout.partition("options:")[2].partition("examples:")[0]
    lines = [line for line in (usage + options).splitlines() if line]
    assert columns // 2 < max(map(len, lines)) <= columns
