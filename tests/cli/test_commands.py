"""What the commands print, where, and with which exit status: as the README has it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests import corpus
from tests.cli.command import COMMANDS, DATA, FALSE, TRUE, Call, spawn

SEED = json.loads((DATA / "seed_rule.json").read_text(encoding="utf-8"))
RULE = "currentTxn.value>500"
TREE = SEED["expressionJson"]
UNTYPED = (
    '{"arity":"binary_operation","value":">","operands":[{"arity":"object_dereference","operands":['
    '{"arity":"name","value":"currentTxn"},{"arity":"name","value":"value"}]},'
    '{"arity":"literal","value":"500","type":"number:primitive"}]}'
)
MIXED = "currentTxn.value>500&&currentCustomer.isLoyal||currentTxn.discount==0"
EDITOR = """
{
  "arity":"literal",
  "value":"true",
  "type":"boolean:primitive"
}
"""


# --- where input comes from


def ways(name: str, tmp_path: Path, content: str) -> tuple[list[str], str]:
    """Arguments and standard input for one way of giving a text to a command."""
    file = tmp_path / "input.txt"
    file.write_text(content, encoding="utf-8")
    return {
        "argument": ([content], ""),
        "file": (["-f", str(file)], ""),
        "long file": (["--file", str(file)], ""),
        "dash": (["-"], content),
        "file dash": (["-f", "-"], content),
        "piped": ([], content),
    }[name]


WAYS = ("argument", "file", "long file", "dash", "file dash", "piped")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("json", RULE, TREE + "\n"),
        ("text", TREE, RULE + "\n"),
        ("format", "currentTxn.value > 500", RULE + "\n"),
        ("check", RULE, "1 rule checked: no errors\n"),
    ],
)
def test_every_way_in(way: str, name: str, given: str, wanted: str, tmp_path: Path, call: Call) -> None:
    arguments, stdin = ways(way, tmp_path, given)
    done = call(name, *arguments, stdin=stdin)
    assert (done.status, done.out, done.err) == (0, wanted, "")


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_as_a_process(way: str, tmp_path: Path) -> None:
    arguments, stdin = ways(way, tmp_path, RULE)
    done = spawn("json", *arguments, stdin=stdin.encode())
    assert (done.status, done.out, done.err) == (0, TREE + "\n", "")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n", "  \n", "\r"])
def test_the_end_of_the_file_does_not_matter(ending: str, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "rule.txt"
    file.write_bytes((RULE + ending).encode())
    assert call("json", "-f", str(file)).out == TREE + "\n"
    file.write_bytes((TREE + ending).encode())
    assert call("text", "-f", str(file)).out == RULE + "\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_byte_order_mark_is_left_out(name: str, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "rule.txt"
    content = {"text": TREE, "verify": json.dumps(SEED)}.get(name, RULE)
    file.write_bytes(b"\xef\xbb\xbf" + content.encode())
    plain = tmp_path / "plain.txt"
    plain.write_bytes(content.encode())
    with_mark, without = call(name, "-f", str(file)), call(name, "-f", str(plain))
    assert with_mark.status == 0
    assert with_mark.out.replace(str(file), "") == without.out.replace(str(plain), "")


def test_crlf_inside_a_rule(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "rule.txt"
    file.write_bytes(b"currentTxn.value\r\n  >500\r\n  &&a=1\r\n")
    done = call("check", "-f", str(file))
    assert done.status == 2
    assert f"--> {file}:3:6" in done.err
    assert "\r" not in done.err


# --- results and styles


def test_seed_rule(call: Call) -> None:
    assert SEED["expression"] == RULE
    assert call("json", RULE).out == TREE + "\n"
    assert call("text", TREE).out == RULE + "\n"
    assert call("text", UNTYPED).out == RULE + "\n"


def test_untyped(call: Call) -> None:
    """The same JSON, the types of everything but literals left out."""
    assert call("json", "--untyped", RULE).out == UNTYPED + "\n"
    bare = re.sub(r'"type":"(?!number:primitive")[^"]*",?', "", TREE).replace(",}", "}")
    assert bare == UNTYPED


def test_styles_of_json(call: Call) -> None:
    assert call("json", "true").out == TRUE + "\n"
    assert call("json", "--style", "compact", "true").out == TRUE + "\n"
    assert call("json", "true", "--style", "editor").out == EDITOR
    assert call("json", "--style=readable", "true").status == 2


@pytest.mark.parametrize("name", ["text", "format"])
def test_styles_of_text(name: str, call: Call) -> None:
    given = "a + b > 500 && ( c || d )"
    if name == "text":
        given = call("json", given).out
    assert call(name, given).out == "a+b>500&&(c||d)\n"
    assert call(name, "--style", "readable", given).out == "a + b > 500 && (c || d)\n"
    assert call(name, "--style", "editor", given).status == 2


SAMPLES = corpus.samples()


@pytest.mark.parametrize("place", range(len(SAMPLES)))
def test_samples_read_back_from_either_layout(place: int, call: Call, tmp_path: Path) -> None:
    sample = SAMPLES[place]
    file = tmp_path / "sample.json"
    file.write_text(sample["expressionJson"], encoding="utf-8")
    done = call("text", "-f", str(file))
    if sample["is_error"]:
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("error[")
    else:
        assert (done.status, done.out) == (0, call("format", sample["expression"]).out)


def test_check_takes_many(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "rule.txt"
    file.write_text("a=1", encoding="utf-8")
    done = call("check", RULE, "b=2", "-f", str(file))
    assert done.status == 2
    assert done.out == "3 rules checked: 2 errors in 2 rules\n"
    assert done.err.count("error[single-equals]") == 2
    assert f"--> {file}:1:2" in done.err


def test_check_warns_with_status_0(call: Call) -> None:
    done = call("check", MIXED)
    assert done.status == 0
    assert done.err.startswith("warning[mixed-logic]")
    assert done.out == "1 rule checked: 1 warning\n"


def test_a_command_for_one_input_says_so(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "rule.txt"
    file.write_text(RULE, encoding="utf-8")
    for name in ("json", "text"):
        done = call(name, RULE, "-f", str(file))
        assert done.status == 2
        assert "one input" in done.err
        assert call(name, "a", "b").status == 2
        assert call(name, "-f", str(file), "-f", str(file)).status == 2


# --- errors


BAD = {
    "json": "currentTxn.value>",
    "text": '{"arity":"name"}',
    "format": "currentTxn.value>",
    "check": "currentTxn.value>",
    "verify": '{"a":',
}


@pytest.mark.parametrize("name", COMMANDS)
def test_diagnostics_go_to_standard_error(name: str, call: Call) -> None:
    done = call(name, "-", stdin=BAD[name])
    assert done.status == 2
    assert done.out == ("1 rule checked: 1 error\n" if name == "check" else "")
    assert done.err.startswith("error[")
    assert "  --> <stdin>:1:" in done.err
    assert "^" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", COMMANDS)
def test_json_output_of_errors(name: str, call: Call) -> None:
    done = call(name, "--output", "json", "-", stdin=BAD[name])
    assert (done.status, done.err) == (2, "")
    data = done.data
    assert data["ok"] is False
    if name == "check":
        (data,) = data["results"]
    (diagnostic,) = data["diagnostics"]
    assert diagnostic["severity"] == "error"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", diagnostic["code"])
    assert diagnostic["message"].endswith(".")
    assert set(diagnostic["span"]) == {"start", "end"}
    assert diagnostic["start"].keys() == diagnostic["end"].keys() == {"line", "column"}
    if name in ("text", "verify"):
        assert diagnostic["pointer"].startswith("/") or diagnostic["pointer"] == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_missing_file(name: str, call: Call, tmp_path: Path) -> None:
    done = call(name, "-f", str(tmp_path / "nowhere.txt"))
    assert (done.status, done.out) == (2, "")
    assert done.err == f"targetexpr: cannot read {tmp_path / 'nowhere.txt'}: No such file or directory\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_directory_as_file(name: str, call: Call, tmp_path: Path) -> None:
    done = call(name, "-f", str(tmp_path))
    assert (done.status, done.out) == (2, "")
    assert done.err == f"targetexpr: cannot read {tmp_path}: Is a directory\n"


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("content", ["currentTxn.value>“5”".encode("utf-16"), b"abc\xff", b"\x80"])
def test_file_that_is_not_utf_8(name: str, content: bytes, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "rule.txt"
    file.write_bytes(content)
    for done in (call(name, "-f", str(file)), call(name, "-", stdin=content)):
        assert (done.status, done.out) == (2, "")
        assert "not valid UTF-8 (line 1, byte " in done.err
        assert "Traceback" not in done.err


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("content", ["", " ", "\n", "\r\n\t"])
def test_empty_input(name: str, content: str, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "rule.txt"
    file.write_text(content, encoding="utf-8")
    for done in (call(name, "-f", str(file)), call(name, stdin=content)):
        assert done.status == 2
        assert done.err.startswith("error[")
    if name in ("json", "format", "check"):
        assert "error[empty-expression]" in call(name, content).err


def test_unreadable_is_told_also_beside_good_files(call: Call, tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("a && b\n", encoding="utf-8")
    done = call("format", "-i", "-f", str(good), "-f", str(tmp_path / "nowhere"))
    assert done.status == 2
    assert good.read_text(encoding="utf-8") == "a && b\n", "nothing is written when something cannot be read"


# --- JSON output of results


def test_json_output_of_json(call: Call) -> None:
    done = call("json", "--output", "json", RULE)
    assert (done.status, done.err) == (0, "")
    assert done.data == {"ok": True, "expression": RULE, "expressionJson": TREE}
    assert json.loads(done.data["expressionJson"])["value"] == ">"


def test_json_output_of_text(call: Call) -> None:
    done = call("text", "--output", "json", TREE)
    assert (done.status, done.data) == (0, {"ok": True, "expression": RULE})


def test_json_output_of_format(call: Call) -> None:
    done = call("format", "--output", "json", "a && b")
    assert done.status == 0
    assert done.data["expression"] == "a&&b"
    assert done.data["changed"] is True
    assert done.data["ok"] is True
    checked = call("format", "--check", "--output", "json", "a && b")
    assert checked.status == 1
    assert checked.data["ok"] is False
    fixed = call("format", "--fix", "--output", "json", "a==“x”")
    assert fixed.data["expression"] == 'a=="x"'
    assert [diagnostic["code"] for diagnostic in fixed.data["fixed"]] == ["curly-quote"]
    many = call("format", "--output", "json", "a && b", "c", "d=1")
    assert many.status == 2
    assert [item["ok"] for item in many.data] == [True, True, False]


def test_json_output_of_check(call: Call) -> None:
    done = call("check", "--output", "json", RULE, "a=1", MIXED)
    assert (done.status, done.err) == (2, "")
    assert done.data["ok"] is False
    assert [item["ok"] for item in done.data["results"]] == [True, False, True]
    assert [item["expression"] for item in done.data["results"]] == [RULE, "a=1", MIXED]
    codes = [[diagnostic["code"] for diagnostic in item["diagnostics"]] for item in done.data["results"]]
    assert codes == [[], ["single-equals"], ["mixed-logic"]]
    (diagnostic,) = done.data["results"][1]["diagnostics"]
    assert diagnostic["fix"]["edits"] == [{"start": 1, "end": 2, "text": "=="}]
    assert diagnostic["span"] == {"start": 1, "end": 2}
    assert diagnostic["start"] == {"line": 1, "column": 2}


def test_json_output_is_utf_8_whatever_the_locale() -> None:
    for language in ("C", "POSIX", "C.UTF-8"):
        done = spawn("json", "--output", "json", 'a=="漢é😀"', LC_ALL=language, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
        if done.status == 0:
            assert "漢é😀" in done.data["expression"]
    done = spawn("format", stdin='a == "漢é😀"'.encode(), LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (done.status, done.out) == (0, 'a=="漢é😀"\n')


# --- the command line itself


def test_no_command_shows_help_with_status_2(call: Call) -> None:
    done = call()
    assert (done.status, done.out) == (2, "")
    for name in COMMANDS:
        assert f"  {name} " in done.err


def test_help(call: Call) -> None:
    done = call("--help")
    assert (done.status, done.err) == (0, "")
    for name in COMMANDS:
        assert f"  {name} " in done.out
    assert "Exit status: 0 yes" in " ".join(done.out.split()), "wherever a line is broken"
    assert call("-h") == done


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_shows_examples(name: str, call: Call) -> None:
    done = call(name, "--help")
    assert (done.status, done.err) == (0, "")
    assert f"usage: targetexpr {name}" in done.out
    examples = done.out.partition("examples:")[2]
    assert examples.count(f"targetexpr {name}") >= 2
    assert "Exit status:" in done.out
    for option in re.findall(r"--[a-z-]+", examples):
        assert option in done.out.partition("examples:")[0]


def test_version(call: Call) -> None:
    import targetexpr

    done = call("--version")
    assert (done.status, done.out, done.err) == (0, f"targetexpr {targetexpr.__version__}\n", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jsno", "json"),
        ("txt", "text"),
        ("fromat", "format"),
        ("chekc", "check"),
        ("verfy", "verify"),
        ("JSON", "json"),
    ],
)
def test_unknown_command_suggests(typed: str, meant: str, call: Call) -> None:
    done = call(typed, "a")
    assert (done.status, done.out) == (2, "")
    assert f"did you mean {meant}?" in done.err


@pytest.mark.parametrize("typed", ["frobnicate", "", "zzz"])
def test_unknown_command_without_a_suggestion(typed: str, call: Call) -> None:
    done = call(typed)
    assert (done.status, done.out) == (2, "")
    assert "did you mean" not in done.err
    assert "--help" in done.err


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("arguments", [["--no-such-option"], ["--output", "yaml"], ["--output"], ["-f"]])
def test_wrong_calls(name: str, arguments: list[str], call: Call) -> None:
    done = call(name, *arguments, stdin="true")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"targetexpr {name}: ")
    assert f"targetexpr {name} --help" in done.err


@pytest.mark.parametrize("name", ["json", "format", "check"])
def test_rule_that_begins_with_a_minus(name: str, call: Call) -> None:
    done = call(name, "--", "-currentTxn.value<5")
    assert done.status == 0
    codes = [line.split(":")[0] for line in done.err.splitlines() if not line.startswith(" ")]
    assert codes == (["warning[editor-cannot]"] if name == "check" else [])
    told = call(name, "-currentTxn.value<5")
    assert told.status == 2
    assert " -- '-" in told.err, "the way out is told"


def test_rule_with_a_minus_after_options(call: Call) -> None:
    assert call("format", "--style", "readable", "--", "-a<5").out == "-a < 5\n"


def test_json_of_false_from_both_ways(call: Call) -> None:
    assert call("json", "false").out == FALSE + "\n"
    assert call("text", FALSE).out == "false\n"
