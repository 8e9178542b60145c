"""What users do by mistake: contradicting options, odd files, hostile keys, standard streams that are gone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import FALSE, PATIENCE, TRUE, Call, command, environment

LONG_LINE = (
    "&&".join(f'currentTxn.basketIncludes("sku","{place}")' for place in range(40)) + "||currentCustomer.isLoyal"
)


def shell(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A bash script in which "$@" is the command."""
    return subprocess.run(
        ["bash", "-c", script, "bash", *command(*arguments)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


# --- standard streams that are gone or full


@pytest.mark.parametrize(("name", "given"), [("json", "a"), ("text", TRUE), ("format", "a"), ("check", "true")])
def test_standard_output_closed(name: str, given: str) -> None:
    """There is nowhere to print to; that is no reason for a traceback, and no verdict."""
    done = shell('"$@" >&-', name, given)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2), "1 would say that something differs"


def test_standard_error_closed() -> None:
    done = shell('"$@" 2>&-', "json", "a=")
    assert (done.returncode, done.stdout) == (2, "")


def test_standard_input_closed() -> None:
    for arguments in (["json"], ["json", "-"], ["json", "-f", "-"], ["verify", "-"]):
        done = shell('"$@" <&-', *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
        assert "targetexpr: " in done.stderr


@pytest.mark.parametrize("arguments", [["json", "a"], ["format", "a"], ["check", "a"], ["--version"]])
def test_output_to_a_full_device(arguments: list[str]) -> None:
    done = shell('"$@" >/dev/full', *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


# --- format


def test_in_place_of_piped_text_writes_no_file(call: Call, tmp_path: Path) -> None:
    """Nothing names a file here, so there is none to write back."""
    call.monkeypatch.chdir(tmp_path)
    done = call("format", "-i", stdin="a && b\n")
    assert list(tmp_path.iterdir()) == []
    assert done.status == 2
    assert "-f FILE" in done.err


def test_check_only_tells_even_with_in_place(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "rule.txt"
    file.write_bytes(b"a && b\n")
    done = call("format", "--check", "--in-place", "-f", str(file))
    assert done.status in (1, 2), "what would change, or that the two contradict each other"
    assert file.read_bytes() == b"a && b\n"


@pytest.mark.parametrize(
    "content", [b"a&&b\r\n", b"a&&b", b"a&&b\n\n", b"\xef\xbb\xbfa&&b\n", b"a&&b\r", b"a&&b \n", b" a&&b"]
)
def test_check_and_in_place_agree_on_what_would_change(content: bytes, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "rule.txt"
    file.write_bytes(content)
    checked = call("format", "--check", "-f", str(file)).status
    told = call("format", "-i", "--output", "json", "-f", str(file)).data["changed"]
    written = file.read_bytes() != content
    assert (checked == 1) == told == written


def test_fix_of_a_long_list_mends_all_of_it(call: Call) -> None:
    """Product-code lists are this long, and they are typed by the same people."""
    terms = 2_000
    given = "||".join(f'a.code="{place}"' for place in range(terms))
    done = call("format", "--fix", stdin=given)
    assert done.status == 0
    assert done.out == given.replace("=", "==") + "\n"


def test_spans_of_fixed_diagnostics_are_those_of_the_given_text(call: Call) -> None:
    """A repair that comes to light after another must not be shown against a text that it was not found in."""
    rule = "currentTxn.value>50&amp;&&x>1"
    done = call("format", "--fix", rule)
    assert (done.status, done.out) == (0, "currentTxn.value>50&&x>1\n")
    for line in done.err.splitlines():
        if line.strip().startswith("fix: "):
            assert "&p;" not in line


# --- verify


def test_both_spellings_of_a_pair_in_one_object(call: Call) -> None:
    """`exp` belongs to `expJSON`, also where the object has an `expression` of its own."""
    document = {"expression": "true", "expressionJson": TRUE, "exp": "false", "expJSON": FALSE}
    done = call("verify", stdin=json.dumps(document))
    assert (done.status, done.out) == (0, "<stdin>: 2 pairs, all agree\n")
    document["exp"] = "true"
    assert call("verify", stdin=json.dumps(document)).status == 1


@pytest.mark.parametrize("text", [5, ["true"]])
def test_an_expression_that_is_no_text_is_not_passed_over(text: object, call: Call) -> None:
    good = {"expression": "true", "expressionJson": TRUE}
    done = call("verify", stdin=json.dumps([good, {"expression": text, "expressionJson": TRUE}]))
    assert "all agree" not in done.out
    assert done.status != 0
    assert "/1/expression" in done.err


@pytest.mark.parametrize("document", [5, True])
def test_an_expression_json_that_is_no_json_is_not_passed_over(document: object, call: Call) -> None:
    good = {"expression": "true", "expressionJson": TRUE}
    done = call("verify", stdin=json.dumps([good, {"expression": "true", "expressionJson": document}]))
    assert "all agree" not in done.out
    assert done.status != 0
    assert "/1/expressionJson" in done.err


@pytest.mark.parametrize("key", ["\x1b[31mred", "two\nlines", "bell\x07", "\u202eback"])
def test_keys_of_a_document_cannot_drive_the_terminal(key: str, call: Call) -> None:
    stale = call("verify", stdin=json.dumps({key: {"expression": "true", "expressionJson": FALSE}}))
    assert stale.status == 1
    broken = call("verify", stdin='{"x":1, %s:[nul]}' % json.dumps(key))  # noqa: UP031
    assert broken.status == 2
    node = call("text", '{"arity":"literal","value":"true","type":"boolean:primitive",%s:1}' % json.dumps(key))  # noqa: UP031
    assert node.status == 2
    for done in (stale, broken, node):
        assert not set(done.err) & {"\x1b", "\x07", "\u202e"}
        assert "two\nlines" not in done.err


# --- long lines


def test_findings_on_long_lines_stay_narrow(call: Call) -> None:
    """A warning on all of a long rule shows a part of it; the carets end where the shown part ends."""
    done = call("check", LONG_LINE)
    assert done.status == 0
    lines = done.err.splitlines()
    shown = next(line for line in lines if line.startswith("  1 | "))
    carets = next(line for line in lines if set(line.strip(" |")) == {"^"})
    assert len(shown) <= 120
    assert len(carets) <= len(shown)


# --- the command line


def test_help_is_never_a_mistake(call: Call) -> None:
    """A word that many programs know gets the help, or at least is told how to get it."""
    done = call("help")
    assert "--help" in done.err + done.out


def test_rule_in_place_of_a_command_is_told_apart_from_a_mistyped_one(call: Call) -> None:
    done = call("currentTxn.value>500")
    assert done.status == 2
    assert "unknown command" in done.err
    assert "--help" in done.err
