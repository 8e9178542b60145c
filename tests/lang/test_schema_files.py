"""Schema files: what can be said in them, and line and key of what is wrong."""

from __future__ import annotations

import copy
import json
import pickle
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from targetexpr import Schema, SchemaError, check
from targetexpr.base.source import Source
from targetexpr.base.tomltext import toml_spans
from targetexpr.lang.functions import PROFILE_FUNCTIONS
from targetexpr.lang.schema.bundled import bundled_documents, file_schema
from targetexpr.lang.schema.positions import json_spans

MINE = """
lint.off = ["spelling"]

[profiles.currentCustomer.attributes]
riskScore = "real"
vip = { type = "boolean", doc = "Whether the customer is one of the few." }
tone = { values = ["FORMAL", "PLAIN"], suggestFor = ["tonality"] }

[profiles.currentCustomer.extendedFields]
dob = "date"
extField_height = "real"

[profiles.currentCustomer.customFields]
gender = ["Male", "Female"]
city = []

[[profiles.currentCustomer.methods.badges.parameters]]
name = "series"
values = ["A", "B"]

[[profiles.currentCustomer.methods.badges.parameters]]
name = "pattern"
role = "regex"
optional = true

[profiles.currentCustomer.methods.badges]
result = "integer"
doc = "How many badges the customer has of a series."

[profiles.currentOrder]
type = "order"
doc = "The order."
events = ["OrderPlaced"]
attributes.total = "real"
methods.basketSum.use = "basketSum"

[events.OrderPlaced]
profiles = ["currentCustomer", "currentEvent"]

[events.GymVisit]
attributes = { minutes = "real", "kind" = { type = "string", values = ["SWIM", "RUN"] } }

[inventoryAttributes]
brand = ["Puma"]
size = { values = ["S"], doc = "Of the garment." }
"""
SCHEMA = Schema.load(MINE)


def codes(text: str, schema: Schema = SCHEMA, **options: Any) -> list[str]:
    return [diagnostic.code for diagnostic in check(text, schema, **options).diagnostics]


USES = [
    ("currentCustomer.riskScore>0.5", {}, []),
    ("currentCustomer.vip", {}, []),
    ("currentCustomer.vip()", {}, []),
    ('currentCustomer.tonality=="PLAIN"', {}, ["unknown-attribute"]),
    ("currentCustomer.extField_dob.year()<2000", {}, []),
    ("currentCustomer.extField_height>1.8", {}, []),
    ('currentCustomer.extField_height.contains("1")', {}, ["unknown-method"]),
    ('currentCustomer.customFieldValueIncludes("gender","Male")', {}, []),
    ('currentCustomer.customFieldValueIncludes("city","Pune")', {}, []),
    ('currentCustomer.customFieldValueIncludes("gender","X")', {}, ["unknown-value"]),
    ('currentCustomer.customFieldValueExists("age")', {}, ["undeclared-name"]),
    ('currentCustomer.badges("A")>3', {}, []),
    ('currentCustomer.badges("A","^x")>3', {}, []),
    ('currentCustomer.badges("A","(")>3', {}, ["bad-regex"]),
    ('currentCustomer.badges("C")>3', {}, ["unknown-value"]),
    ("currentCustomer.badges()>3", {}, ["argument-count"]),
    ('currentOrder.total>5&&currentOrder.basketSum("brand","Puma")>3', {}, []),
    ("currentOrder.total>5", {"event": "OrderPlaced"}, []),
    ("currentOrder.total>5", {"event": "TransactionAdd"}, ["profile-not-offered"]),
    ("currentTxn.value>5", {"event": "OrderPlaced"}, ["profile-not-offered"]),
    ('currentEvent.minutes>5&&currentEvent.kind=="SWIM"', {"event": "GymVisit"}, []),
    ("currentEvent.seconds>5", {"event": "GymVisit"}, ["unknown-attribute"]),
    ('currentTxn.basketSum("brand","Nike")>5', {}, ["unknown-value"]),
    ('currentTxn.basketSum("colour","red")>5', {}, ["undeclared-name"]),
    ("currentTxn.value>5", {}, []),
]


@pytest.mark.parametrize(("text", "options", "wanted"), USES)
def test_what_is_declared_can_be_used(text: str, options: dict[str, Any], wanted: list[str]) -> None:
    assert codes(text, **options) == wanted


def test_types_of_profiles_of_ones_own() -> None:
    assert check("currentOrder.total>5", SCHEMA).types[2] == "order:object:primitive"
    assert SCHEMA.profiles["currentOrder"].methods["basketSum"].function is PROFILE_FUNCTIONS["basketSum"]


def test_lint_of_the_schema_file() -> None:
    assert SCHEMA.lint_off == {"spelling"}


def test_the_same_in_json_and_by_extend() -> None:
    document = tomllib.loads(MINE)
    by_json = Schema.load(json.dumps(document))
    by_python = Schema.bundled().extend(document)
    for text, options, wanted in USES:
        assert codes(text, by_json, **options) == codes(text, by_python, **options) == wanted
    assert by_python == Schema.bundled().extend(tomllib.loads(MINE))
    assert hash(by_python) == hash(Schema.bundled().extend(document))
    assert by_python != Schema.bundled()


def test_every_schema_is_one_whatever_made_it(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    made = [
        Schema.bundled(),
        SCHEMA,
        Schema.load_file(tmp_path / "mine.toml"),
        Schema.load('extends = "nothing"\n'),
        SCHEMA.extend(lint={"on": ["spelling"]}),
    ]
    for schema in made:
        assert isinstance(schema, Schema)
        for twin in (pickle.loads(pickle.dumps(schema)), copy.copy(schema), copy.deepcopy(schema)):
            assert isinstance(twin, Schema)
            assert (twin, hash(twin)) == (schema, hash(schema))
            assert list(twin.profiles) == list(schema.profiles)
        with pytest.raises(AttributeError):
            schema.profiles = {}  # type: ignore[misc]
    assert made[1] == made[2]
    assert len(set(made)) == 4
    assert pickle.loads(pickle.dumps(Schema.bundled())) is Schema.bundled()


def test_files(tmp_path: Path) -> None:
    for name, text in (("mine.toml", MINE), ("mine.json", json.dumps(tomllib.loads(MINE))), ("odd", MINE)):
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
        assert codes("currentCustomer.vip", Schema.load(tmp_path / name)) == []
        assert codes("currentCustomer.vip", Schema.load(str(tmp_path / name))) == []
    with pytest.raises(FileNotFoundError):
        Schema.load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'[profiles.a]\ndoc = "\xe9"\n')
    with pytest.raises(SchemaError, match="not UTF-8"):
        Schema.load(tmp_path / "latin.toml")


def test_extending_returns_a_new_schema() -> None:
    before = Schema.bundled()
    after = before.extend(
        extended_fields={"currentTxn": {"channel": {"values": ["WEB"]}}},
        custom_fields={"currentTxn": {"till": []}},
        inventory_attributes={"brand": []},
        profiles={"currentVisit": {"attributes": {"length": "real"}}},
        events={"Visit": {"attributes": {}}},
        lint={"off": ["implied"]},
    )
    assert before is Schema.bundled()
    assert "currentVisit" not in before.profiles
    assert after.profiles["currentTxn"].attributes["extField_channel"].values == ("WEB",)
    assert after.profiles["currentTxn"].custom_fields == {"till": ()}
    assert after.offering("currentVisit") == tuple(sorted(after.events))
    assert after.lint_off == {"implied"}
    again = after.extend(profiles={"currentVisit": {"attributes": {"place": "string"}}})
    assert set(again.profiles["currentVisit"].attributes) == {"length", "place"}


def test_a_schema_from_nothing() -> None:
    schema = Schema.load('extends = "nothing"\n[profiles.a.attributes]\nb = "real"\n')
    assert list(schema.profiles) == ["a"]
    assert codes("a.b>5", schema) == []
    assert codes("currentTxn.value>5", schema) == ["unknown-profile"]


WRONG = [
    (
        "[profiles.currentTxn.atributes]\nvip = 'boolean'\n",
        "schema-key",
        1,
        "/profiles/currentTxn/atributes",
        "atributes",
    ),
    (
        "[profiles.currentTxn.attributes]\nvip = 'bool'\n",
        "schema-value",
        2,
        "/profiles/currentTxn/attributes/vip",
        "'bool'",
    ),
    ("[profiles.currentTxn.attributes]\nvip = 3\n", "schema-kind", 2, "/profiles/currentTxn/attributes/vip", "3"),
    ("[profiles.currentTxn.attributes]\n2x = 'real'\n", "schema-name", 2, "/profiles/currentTxn/attributes/2x", "2x"),
    (
        "[profiles.currentTxn.attributes]\ntrue = 'real'\n",
        "schema-name",
        2,
        "/profiles/currentTxn/attributes/true",
        "true",
    ),
    (
        "[profiles.a.attributes]\nx = {type='real', values=['1']}\n",
        "schema-value",
        2,
        "/profiles/a/attributes/x/values",
        "values",
    ),
    (
        "[profiles.a.attributes]\nx = {values=['1', '1']}\n",
        "schema-duplicate",
        2,
        "/profiles/a/attributes/x/values/1",
        "'1'",
    ),
    ("[profiles.a]\nevents = ['TransactionAdd', 'Nowhere']\n", "schema-value", 2, "/profiles/a/events/1", "'Nowhere'"),
    ("[profiles.a]\ntype = 'a b'\n", "schema-name", 2, "/profiles/a/type", "'a b'"),
    ("[events.E]\nprofiles = ['currentTxm']\n", "schema-value", 2, "/events/E/profiles/0", "'currentTxm'"),
    ("[profiles.a.methods.m]\nuse = 'basketSm'\n", "schema-value", 2, "/profiles/a/methods/m/use", "'basketSm'"),
    (
        "[profiles.a.methods.m]\nuse = 'basketSum'\nresult = 'real'\n",
        "schema-key",
        3,
        "/profiles/a/methods/m/result",
        "result",
    ),
    (
        "[profiles.a.methods.m]\nparameters = [{type='real'}]\n",
        "schema-missing",
        2,
        "/profiles/a/methods/m/parameters/0",
        "{type='real'}",
    ),
    (
        "[[profiles.a.methods.m.parameters]]\nname='x'\noptional=true\n[[profiles.a.methods.m.parameters]]\nname='y'\n",
        "schema-value",
        4,
        "/profiles/a/methods/m/parameters/1",
        "parameters",
    ),
    (
        "[profiles.a.methods.m]\nparameters = [{name='x', type='real', role='regex'}]\n",
        "schema-value",
        2,
        "/profiles/a/methods/m/parameters/0/role",
        "'regex'",
    ),
    (
        "[profiles.a.methods.m]\nparameters = [{name='x', role='custom-value'}]\n",
        "schema-value",
        2,
        "/profiles/a/methods/m/parameters/0/role",
        "'custom-value'",
    ),
    ("[profiles.a]\nattributes.m = 'real'\nmethods.m = {}\n", "schema-duplicate", 3, "/profiles/a/methods/m", "m"),
    ("[lint]\noff = ['speling']\n", "schema-value", 2, "/lint/off/0", "'speling'"),
    ("extends = 'bundle'\n", "schema-value", 1, "/extends", "'bundle'"),
    ("[profiles.a]\nlooks = 1979-05-27\n", "schema-key", 2, "/profiles/a/looks", "looks"),
    ("[profiles.a]\ndoc = 1979-05-27\n", "schema-kind", 2, "/profiles/a/doc", "1979-05-27"),
    ("profiles = []\n", "schema-kind", 1, "/profiles", "[]"),
    ("a = = 1\n", "schema-syntax", 1, None, "="),
    ("[a\n", "schema-syntax", 1, None, "\n"),
    ('{"profiles": {"a": {"attributes": {"x": "bool"}}}}', "schema-value", 1, "/profiles/a/attributes/x", '"bool"'),
    ('{"profiles":\n {"a": {"atributes": {}}}}', "schema-key", 2, "/profiles/a/atributes", '"atributes"'),
    ('{"profiles": {"a": null}}', "schema-kind", 1, "/profiles/a", "null"),
    ('{"profiles": {"a": {}, "a": {}}}', "schema-syntax", 1, None, '"'),
    ('{"profiles": {"a": {}}', "schema-syntax", 1, None, ""),
]


@pytest.mark.parametrize(("text", "code", "line", "pointer", "shown"), WRONG, ids=[row[0][:50] for row in WRONG])
def test_wrong_files_name_line_and_key(text: str, code: str, line: int, pointer: str | None, shown: str) -> None:
    with pytest.raises(SchemaError) as raised:
        Schema.load(text)
    (found,) = raised.value.diagnostics
    assert (found.code, found.pointer) == (code, pointer)
    assert Source(text).position(found.span.start).line == line
    assert found.span.cut(text) == shown
    assert f"line {line}" in str(raised.value)


def test_every_problem_of_a_file_is_told_at_once() -> None:
    with pytest.raises(SchemaError) as raised:
        Schema.load("[profiles.a]\nx = 1\ndoc = 2\n[lint]\noff = [3]\n")
    assert [found.code for found in raised.value.diagnostics] == ["schema-key", "schema-kind", "schema-kind"]


def test_documents_from_python_have_keys_and_no_lines() -> None:
    with pytest.raises(SchemaError, match=r"^profiles\.a\.atributes: Unknown key") as raised:
        Schema.bundled().extend(profiles={"a": {"atributes": {}}})
    assert raised.value.source is None


@pytest.mark.parametrize(
    "text", ["[" * 100_000 + "\n", "a=" + "[" * 100_000 + "\n", "{" * 100_000, '{"a":' + "[" * 100_000]
)
def test_hostile_files_are_refused(text: str) -> None:
    with pytest.raises(SchemaError):
        Schema.load(text)


DOCUMENTS = [
    *({"id": f"bundled {index}", "document": document} for index, document in enumerate(bundled_documents())),
    {"id": "mine", "document": tomllib.loads(MINE)},
]


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: str(case["id"]))
def test_good_documents_fit_the_json_schema(case: dict[str, Any]) -> None:
    jsonschema.validate(case["document"], dict(file_schema()))


@pytest.mark.parametrize(
    "row", [row for row in WRONG if row[1] in ("schema-key", "schema-kind", "schema-name", "schema-missing")]
)
def test_documents_of_the_wrong_form_do_not(row: tuple[str, str, int, str | None, str]) -> None:
    text = row[0]
    document = json.loads(text) if text.startswith("{") else tomllib.loads(text)
    if "'use'" not in text and "use =" not in text:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, dict(file_schema()))


def test_the_json_schema_knows_the_functions() -> None:
    assert set(file_schema()["$defs"]["method"]["properties"]["use"]["enum"]) == set(PROFILE_FUNCTIONS)
    jsonschema.Draft202012Validator.check_schema(dict(file_schema()))


TOML = """
a.b = 1  # dots
"q.\\u0061" = 'x'
[t . u]  # header
list = [ 1, { x = "}" , y = [2] }, # comment ]
  "]" ]
m = \"\"\"one
two\"\"\"
[[t.v]]
n = 1
[[t.v]]
n = 2
[t.v.w]
o = 3.5
"""


def test_places_of_keys_in_toml() -> None:
    places = toml_spans(TOML).by_path
    shown = {path: (key.cut(TOML), value.cut(TOML)) for path, (key, value) in places.items()}
    assert shown["a", "b"] == ("b", "1")
    assert shown[("q.a",)] == ('"q.\\u0061"', "'x'")
    assert shown["t", "u", "list", 0] == ("1", "1")
    assert shown["t", "u", "list", 1, "x"] == ("x", '"}"')
    assert shown["t", "u", "list", 1, "y", 0] == ("2", "2")
    assert shown["t", "u", "list", 2] == ('"]"', '"]"')
    assert shown["t", "u", "m"] == ("m", '"""one\ntwo"""')
    assert shown["t", "v", 0, "n"] == ("n", "1")
    assert shown["t", "v", 1, "n"] == ("n", "2")
    assert shown["t", "v", 1, "w", "o"] == ("o", "3.5")


def test_places_of_keys_in_json() -> None:
    text = '{"a\\"b" : {"c": [1, {"d": 2}]}}'
    shown = {path: (key.cut(text), value.cut(text)) for path, (key, value) in json_spans(text).items()}
    assert shown[('a"b',)][0] == '"a\\"b"'
    assert shown['a"b', "c", 1, "d"] == ('"d"', "2")


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path} | {found for key, item in inner for found in _paths(item, (*path, key))}


@pytest.mark.parametrize("text", [MINE, TOML])
def test_every_key_has_a_place(text: str) -> None:
    assert _paths(tomllib.loads(text)) - {()} <= set(toml_spans(text).by_path)
    document = json.dumps(tomllib.loads(text), indent=1)
    assert _paths(json.loads(document)) - {()} == set(json_spans(document))


@pytest.mark.parametrize(
    "text",
    [
        '[profiles."currentTxn\\n"]\ndoc="x"',
        '{"profiles":{"currentTxn":{"attributes":{"vip\\n":"boolean"}}}}',
        '{"profiles":{"currentTxn":{"methods":{"m\\n":{"result":"boolean"}}}}}',
    ],
)
def test_names_match_to_their_very_end(text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        Schema.load(text)
    assert [one.code for one in caught.value.diagnostics] == ["schema-name"]


@pytest.mark.parametrize(
    "text",
    ['{"extends":' + "1" * 5_000 + "}", "extends=" + "1" * 5_000 + "\n", '{"profiles":{"a":-' + "9" * 5_000 + "}}"],
)
def test_a_number_of_thousands_of_digits_is_a_schema_error(text: str) -> None:
    with pytest.raises(SchemaError):
        Schema.load(text)
