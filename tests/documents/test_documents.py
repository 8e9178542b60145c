"""Which rules are found in a document, whole or broken, and of which event they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from targetexpr.base.diagnostics import Edit
from targetexpr.base.source import Span
from targetexpr.documents.checking import check_regions
from targetexpr.documents.document import Document, kind_of, open_document
from targetexpr.front import Environment
from tests.documents.written import documents
from tests.growth import assert_linear
from tests.strategies import examples, holds

PAYLOADS = sorted((Path(__file__).parent.parent / "data" / "payloads").glob("*.json"))


def texts(document: str, name: str | None = None) -> list[str]:
    return [region.text for region in open_document(document, name).regions]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("true", None, "rule"),
        ("true", "rule.txt", "rule"),
        ("true", "rule", "rule"),
        ('{"a": 1}', None, "json"),
        (' \n["a"]', "<stdin>", "json"),
        ('{"a": 1}', "request.txt", "json"),
        ("true", "request.JSON", "json"),
        ("{}", "plan.toml", "toml"),
        ("{}", "rules.py", "python"),
        ("{}", "some.rules", "rules"),
    ],
)
def test_kinds(text: str, name: str | None, kind: str) -> None:
    assert kind_of(text, name) == kind
    assert open_document(text, name).kind == kind


@pytest.mark.parametrize("text", ["", " \n", "true", "currentTxn.value>5 &&\n\ttrue\r\n", "a=“b”"])
def test_a_rule_file_is_one_rule_as_it_stands(text: str) -> None:
    (region,) = open_document(text, "rule.txt").regions
    assert (region.text, region.span, region.pointer, region.event) == (text, (0, len(text)), None, None)
    assert [region.document_offset(place) for place in range(len(text) + 1)] == list(range(len(text) + 1))


def test_a_file_of_rules_has_one_on_each_line() -> None:
    text = "# kept for the winter\r\ntrue\r\n\r\n  a > 1 \n\t# not this\rb"
    found = open_document(text, "winter.rules").regions
    assert [region.text for region in found] == ["true", "  a > 1 ", "b"]
    assert [region.span.cut(text) for region in found] == ["true", "  a > 1 ", "b"]


# ---- JSON ------------------------------------------------------------------------------------------------------------

FOUND: list[tuple[str, list[str]]] = [
    ('{"expression": "a"}', ["/expression rule a"]),
    ('{"exp": "a", "expJSON": "j"}', ["/exp rule a", "/expJSON expressionJson j"]),
    ('{"criteriaDslJson": "j", "criteriaDsl": "a"}', ["/criteriaDslJson expressionJson j", "/criteriaDsl rule a"]),
    ('{"expression": true, "x": [{"exp": false}]}', ["/expression rule true", "/x/0/exp rule false"]),
    ('{"expression": null, "exp": 1, "criteriaDsl": {"expression": "a"}}', ["/criteriaDsl/expression rule a"]),
    ('{"expression": ["a", ["b"], 1]}', ["/expression/0 rule a", "/expression/1/0 rule b"]),
    ('{"expJSON": [{"arity": "x"}, "j"]}', ['/expJSON/0 expressionJson {"arity": "x"}', "/expJSON/1 expressionJson j"]),
    ('["a", "b", ["c"], {"tags": ["no"]}, true]', ["/0 rule a", "/1 rule b", "/2/0 rule c"]),
    ('{"tags": ["no"], "a/b": {"exp": "a"}}', ["/a~1b/exp rule a"]),
    (' {"arity": "literal"} ', [' expressionJson {"arity": "literal"}']),
    ('[{"arity": "literal"}]', ['/0 expressionJson {"arity": "literal"}']),
    ('{"a": 1}', []),
    ("[]", []),
]


@pytest.mark.parametrize(("text", "wanted"), FOUND)
def test_rules_in_json(text: str, wanted: list[str]) -> None:
    document = open_document(text)
    assert [f"{region.pointer} {region.kind} {region.text}" for region in document.regions] == wanted
    assert document.error is None


def test_a_string_is_a_rule_when_the_file_is_json() -> None:
    assert [region.pointer for region in open_document('"a"', "rule.json").regions] == [""]
    assert texts('"a"', "rule.txt") == ['"a"']


def members(value: Any, key: str) -> int:
    if isinstance(value, dict):
        return (isinstance(value.get(key), str | bool)) + sum(members(member, key) for member in value.values())
    return sum(members(item, key) for item in value) if isinstance(value, list) else 0


@pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.name)
def test_every_rule_of_documented_payloads(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    document = open_document(text, file.name)
    for key, kind in (("expression", "rule"), ("expressionJson", "expressionJson")):
        found = [region for region in document.regions if region.kind == kind]
        assert len(found) == members(json.loads(text), key)
    for region in document.regions:
        value = json.loads(text)
        for step in (region.pointer or "").split("/")[1:]:
            value = value[int(step) if isinstance(value, list) else step]
        assert region.text == (value if isinstance(value, str) else json.dumps(value))
        assert document.region_at(region.span.start) is region


def event(members: dict[str, object]) -> str | None:
    (region,) = open_document(json.dumps({"data": [{**members, "expression": "true"}]})).regions
    return region.event


def test_the_event_of_a_target_is_what_its_members_say() -> None:
    assert event({"targetEntity": "TRANSACTION"}) == "TransactionAdd"
    assert event({"targetEntity": "line item"}) == "TransactionAdd"
    assert event({"targetEntity": "EVENT", "eventName": "GymVisit"}) == "GymVisit"
    assert event({"targetEntity": "TRANSACTION", "eventName": "ReturnBill", "name": "a_ReturnBill"}) == "TransactionAdd"
    assert event({"event": "TargetCompleted"}) == "TargetCompleted"
    assert event({"targetEntity": "NONSENSE"}) is None
    assert event({"event": 1}) is None
    assert event({}) is None


BROKEN = [
    ('{"a": [{"expression": "a"}, {"expression": "b"', ["a", "b"]),
    ('{"expression": "a", "x": nul, "exp": "b"}', ["a", "b"]),
    ('{"expression": "a" "exp": "b"}', ["a", "b"]),
    ('{"expression": "a",, "exp": "b",}', ["a", "b"]),
    ('{"expression" "a", "exp": "b"}', ["a", "b"]),
    ('{"expression": "a\n  "exp": "b"}', ["b"]),
    ('{"expression": "a", "x": "\\q", "exp": "b"}', ["a", "b"]),
    ('{"x": [1, 2}, "expression": "a"}', ["a"]),
    ('{"x": {"expression": "a"], "exp": "b"}', ["a", "b"]),
    ('[{"expression": "a"}}, {"expression": "b"}]', ["a", "b"]),
    ('{"expression": "a"}\n{"expression": "b"}', ["a", "b"]),
    ('{expression: "a", \'x\': 1, "exp": "b"}', ["a", "b"]),
    ('{"expression": "a", "expression": "b"}', ["b"]),
    ('["a", "b", // note\n "c"]', ["a", "b", "c"]),
    ('{"expression": ', []),
    ('{"expression"', []),
    ("{", []),
]


@pytest.mark.parametrize(("text", "wanted"), BROKEN)
def test_rules_in_broken_json(text: str, wanted: list[str]) -> None:
    document = open_document(text)
    assert [region.text for region in document.regions if not region.is_open] == wanted
    assert document.error is not None
    assert document.error.message.startswith("Not valid JSON: ")
    assert document.error.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('{"expression": "a.va', "a.va"),
        ('{"expression": "a.va}', "a.va"),
        ('{"expression": "a.va\n}', "a.va"),
        ('{"x": [{"expression": "a.va }], \n "y": 1}', "a.va"),
        ('{"note": 1,\n"expression": "a.va,\n"y": 2}', "a.va"),
        ('{"expression": "a==\\"b\\"&&c.d', 'a=="b"&&c.d'),
        ('{"expression": "a.\\u00e9', "a.é"),
        ('["true", "a.va', "a.va"),
        ('"a.va', "a.va"),
    ],
)
def test_a_rule_in_a_string_that_is_being_typed(text: str, inside: str) -> None:
    document = open_document(text, "a.json")
    (region,) = [one for one in document.regions if one.is_open]
    assert region.text == inside
    assert region.region_offset(region.span.end) == len(inside), "there is the cursor"
    assert region.document_edits([Edit(Span(0, 1), "b")]) is None, "where it ends is not known"
    assert all(one.region is not region for one in check_regions(document, Environment()))


@pytest.mark.parametrize(
    "text", ['{"expression": "a\\', '{"expression": "a\\u00', '{"expression: "a"}', '{"x": "a.va', '{"expression": "']
)
def test_what_is_cut_elsewhere_is_no_rule(text: str) -> None:
    assert [one.text for one in open_document(text, "a.json").regions if one.is_open and one.text != "a"] in ([], [""])


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("[[targets]]\nrule = 'a.va", "a.va"),
        ("[[targets]]\nrule = 'a.va\nname = 'x'\n", "a.va"),
        ('[[targets]]\nname = "x"\nrule = "a.va  \r\nvalue = 5', "a.va"),
        ('[rules.gold]\nexpression = "a==\\"b\\"&&c.d', 'a=="b"&&c.d'),
        ('[rules.gold]\nexpression = \'a=="b"&&c.d', 'a=="b"&&c.d'),
    ],
)
def test_so_it_is_in_toml(text: str, inside: str) -> None:
    document = open_document(text, "a.toml")
    (region,) = [one for one in document.regions if one.is_open]
    assert region.text == inside
    assert region.region_offset(region.span.end) == len(inside), "there is the cursor"
    assert region.document_edits([Edit(Span(0, 1), "b")]) is None, "where it ends is not known"
    assert all(one.region is not region for one in check_regions(document, Environment()))


@pytest.mark.parametrize("depth", [1_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ("[", "}"), ('{"a":', "")])
def test_deep_json(depth: int, opening: str, closing: str) -> None:
    assert texts(opening * depth + '{"expression": "a"}' + closing * depth) == ["a"]


# ---- TOML ------------------------------------------------------------------------------------------------------------

PLAN = """\
name = "Weekly"
start = 2024-01-01
levels = [ 2, 4 ]  # cycles
[[targets]]
name = "Spend"
measure = "SALES"
value = [500, 1000]
rule = "currentTxn.value>50"
[[targets]]
name = "Visits"
measure = "VISIT"
event = "GymVisit"
rule = '''
true'''
[[targets]]
measure = "REGULAR_POINTS"
rule = true
members = { expression = "a" }
[rules]  # no target
rule = "no"
[rules."big.spender"]
expression = 'b'
event = "TransactionAdd"
"""


def test_rules_in_toml() -> None:
    found = open_document(PLAN, "plan.toml").regions
    assert [(region.pointer, region.text, region.event) for region in found] == [
        ("/targets/0/rule", "currentTxn.value>50", "TransactionAdd"),
        ("/targets/1/rule", "true", "GymVisit"),
        ("/targets/2/rule", "true", event({"targetEntity": "REWARDS"})),
        ("/targets/2/members/expression", "a", None),
        ("/rules/big.spender/expression", "b", "TransactionAdd"),
    ]


@pytest.mark.parametrize(
    "broken",
    ["name = ", "= 1", "[[targets", "[", "x = [1, 2", "x = {a = 1", 'x = "abc', "x = 1 1", "x", "\x00", '"""', "x = ]"],
)
def test_rules_in_broken_toml(broken: str) -> None:
    text = f'[[targets]]\nrule = "a"\n{broken}\nrule = "b"\n[[targets]]\nrule = "c"\n'
    document = open_document(text, "plan.toml")
    assert [region.text for region in document.regions] in (["a", "b", "c"], ["a", "c"])
    assert document.error is not None
    assert document.error.message.startswith("Not valid TOML: ")


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 100_000, "x = " + "{a=" * 100_000, "a." * 10_000 + "b = 1", "x = " + "9" * 5000]
)
def test_hostile_toml(text: str) -> None:
    assert texts(text + '\n[rules.a]\nexpression = "a"\n', "a.toml") in ([], ["a"])


# ---- Python ----------------------------------------------------------------------------------------------------------

PYTHON = [
    ('from targetexpr import compile\nrule = compile("a")', ["a"]),
    ('from targetexpr import compile as c, check\nc("a", on_error="null"); check("b")', ["a", "b"]),
    ('from targetexpr import (\n    compile,  # rules\n    parse as p,\n)\np("a")\ncompile("b")', ["a", "b"]),
    ('from targetexpr.rule import compile\ncompile(\n    "a"\n    "b",  # both\n)', ["ab"]),
    ('import targetexpr\ntargetexpr.check("a")\ntargetexpr.rule.compile("b")', ["a", "b"]),
    ('import os, targetexpr as te\nte.lint("a")\nos.compile("no")', ["a"]),
    ('import targetexpr.front as front\nfront.check("a")', ["a"]),
    ('import re\nre.compile("no+")\nast.parse("no")\nself.check("no")', []),
    ('from other import check, parse\ncheck("no")\nparse("no")', []),
    ('def check(text): ...\ncheck("no")', []),
    ('def test(parse, *, check=None):\n    parse("no")\n    check("no")', []),
    ('parse = make()\nparse("no")', []),
    ('compile("no", "file", "exec")\ncompile("no", filename, "exec")', []),
    ('compile("a")\ncheck("b", event="X")\nparse(text="c")', ["a", "b", "c"]),
    ('check(expression="a")', ["a"]),
    ('check(f"no{x}")\ncheck(b"no")\ncheck("no" + x)\ncheck("no" % x)\ncheck("no".format())\ncheck(x, "no")', []),
    ('check("a" f"{x}")\ncheck(rb"no")\ncheck("\\x1")\ncheck(u"a")', ["a"]),
    ('x = {"check": check("a")}\nprint(check("b").ok)', ["a", "b"]),
    ('"""compile("no")"""\n# check("no")\nx = \'check("no")\'', []),
    ("from targetexpr import check_json\ncheck_json('{}')", ["{}"]),
    # broken, as it is while it is typed
    ('check("a")\nx = (\ncheck("b")', ["a", "b"]),
    ('check("a")\nx = "abc\ncheck("b")', ["a", "b"]),
    ('if x:\n    y\n  z\ncheck("a")', ["a"]),
    ('check("a"', ["a"]),
    ('check("a")\n"""\ncheck("b")', ["a"]),
    ("check('a\n", []),
    ('check("a")\n\x00\ncheck("b")', ["a", "b"]),
    ("check(", []),
]


@pytest.mark.parametrize(("text", "wanted"), PYTHON)
def test_rules_in_python(text: str, wanted: list[str]) -> None:
    found = texts(text, "rules.py")
    assert found[: len(wanted)] == wanted
    assert found == wanted or '"""\n' in text, "whether anything stands behind a quote that is not closed nobody knows"


def test_the_event_and_kind_that_python_says() -> None:
    text = 'from targetexpr import check, from_json\ncheck("a", None, f(event="no"), event="Scan")\nfrom_json("{}")'
    first, second = open_document(text, "rules.py").regions
    assert (first.kind, first.event, first.pointer) == ("rule", "Scan", None)
    assert (second.kind, second.event) == ("expressionJson", None)


# ---- any text --------------------------------------------------------------------------------------------------------

PIECES = [
    *"{}[],:='\"\\ \t#1-.rfb\n\r\f\x00\ud800\ufeffé",
    *(
        "[[",
        "]]",
        '"""',
        "'''",
        "\\u00",
        "\r\n",
        "true",
        "nul",
        "expression",
        '"expression"',
        '"expressionJson"',
        '"arity"',
    ),
    *("rule", "targets", "event", "compile(", "check(", ")", "from targetexpr import", "import", "def", "as"),
]
GARBAGE = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
NAMES = st.sampled_from([None, "a.json", "a.toml", "a.py", "a.rules", "a.txt"])


def sound(document: Document) -> None:
    """What holds for the rules of any text, valid or not."""
    end = -1
    for region in document.regions:
        assert region.span.start >= end
        end = region.span.end
        assert region.source == region.span.cut(document.text)
        for offset in range(len(region.text) + 1):
            place = region.document_offset(offset)
            assert region.span.start <= place <= region.span.end
            assert region.region_offset(place) == offset
        assert region.document_edits([]) == ()
    if document.error is not None:
        assert 0 <= document.error.span.start <= document.error.span.end <= len(document.text)


@examples
def test_no_text_is_an_exception(examples: int) -> None:
    def law(text: str, name: str | None) -> None:
        sound(open_document(text, name))

    holds(law, examples, GARBAGE, NAMES)


@examples
def test_no_spoilt_document_is_an_exception(examples: int) -> None:
    def law(written: Any, place: int, piece: str, cut: int) -> None:
        text = written.document
        place = min(place, len(text))
        sound(open_document(text[:place] + piece + text[place + cut :], written.name))
        sound(open_document(text[:place], written.name))

    holds(law, examples, documents(), st.integers(0, 200), st.sampled_from([*PIECES, ""]), st.integers(0, 3))


HOSTILE = [
    ("a.json", '{"a":'),
    ("a.json", '["\\'),
    ("a.json", '{"expression" "'),
    ("a.json", '"\\u12'),
    ("a.toml", "x=[\n"),
    ("a.toml", "x={\n"),
    ("a.toml", "a = '''\n"),
    ("a.toml", "[[a.b]]\n"),
    ("a.py", 'check("a",'),
    ("a.py", "check('''\n"),
    ("a.py", "  check(\n check(\n"),
    ("a.py", "def f("),
    ("a.rules", "true\n"),
]


@pytest.mark.parametrize(("name", "piece"), HOSTILE)
def test_hostile_documents_take_linear_time(name: str, piece: str) -> None:
    def prepare(size: int) -> Callable[[], object]:
        text = piece * size
        return lambda: open_document(text, name)

    assert_linear(prepare, 300)
