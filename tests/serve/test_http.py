"""Around the operations: credentials, sizes, types, paths, the log, the documents, and mistakes of our own."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import httpx
import pytest
from jsonschema import Draft202012Validator

from targetexpr.records.schema import record_schema
from targetexpr.serve import parameters, reads
from targetexpr.serve.examples import BODIES
from targetexpr.serve.operations import OPERATIONS
from targetexpr.serve.settings import Credential, Options, read_credential
from tests.serve.conftest import JSON, Client, bill, milestone, problems, streak

USER = Credential(name="till", password="geheim-ß:x")


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture
def guarded() -> Iterator[Client]:
    made = Client(Options(credential=USER, log="json", most_body=2000, most_records=5000))
    yield made
    made.close()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("till", "wrong"),
        basic("Till", USER.password),
        basic("", ""),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic dGlsbA=="},
        {"Authorization": "Bearer x"},
    ],
)
def test_without_the_right_credentials_nothing_is_answered(guarded: Client, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/v3/targetGroups"), ("POST", "/sandbox/reset"), ("GET", "/nowhere")):
        answer = guarded.ask(method, path, headers=headers)
        assert (answer.status_code, problems(answer)) == (401, [(None, "credentials", None)])
        assert answer.headers["www-authenticate"].startswith("Basic realm=")


def test_with_them_the_user_is_who_acts(guarded: Client) -> None:
    answer = guarded.ask(
        "POST", "/v3/targetGroups", content=json.dumps(milestone()), headers=basic("till", USER.password)
    )
    assert answer.status_code == 201
    assert answer.json()["data"]["periods"][0]["attribution"]["createdBy"] == {
        "id": 1,
        "code": "till",
        "description": "",
        "name": "till",
        "type": "TILL",
    }


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://sandbox", 200), ("http://elsewhere.example", 403), ("http://sandbox.example", 403), ("null", 403)],
)
def test_pages_of_other_sites_are_not_answered(client: Client, origin: str, status: int) -> None:
    answer = client.ask("POST", "/sandbox/reset", headers={"Origin": origin})
    assert answer.status_code == status
    assert status == 200 or problems(answer) == [(None, "cross-origin", None)]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/sandbox/health"])
def test_documents_and_health_need_none(guarded: Client, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_a_password_is_in_no_representation() -> None:
    assert "geheim" not in repr(Options(credential=USER))


@pytest.mark.parametrize("text", ["", "a", "a:", ":b", "a:\n"])
def test_credentials_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"NAME:PASSWORD|control"):
        read_credential(text)


@pytest.mark.parametrize("stated", [True, False])
def test_bodies_have_a_limit(guarded: Client, stated: bool) -> None:
    async def parts() -> object:
        for _ in range(10):
            yield b" " * 1000

    headers = basic("till", USER.password) | JSON
    for path in ("/v3/targetGroups", "/sandbox/records"):
        answer = guarded.ask("POST", path, content=b" " * 10_000 if stated else parts(), headers=headers)
        assert (answer.status_code, problems(answer)) == (413, [(None, "body-too-large", None)])
    answer = guarded.ask("POST", "/sandbox/records", content=b" " * 4000, headers=headers)
    assert answer.status_code == 400, "records have a limit of their own"


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/v3/targetGroups", "application/x-www-form-urlencoded", 415),
        ("/v3/targetGroups", "text/plain", 415),
        ("/v3/targetGroups", "application/json; charset=latin-1", 415),
        ("/v3/targetGroups", "application/x-ndjson", 415),
        ("/v3/targetGroups", "Application/JSON; charset=UTF-8", 400),
        ("/sandbox/records", "application/x-ndjson", 400),
        ("/sandbox/records", "text/csv", 415),
    ],
)
def test_types_of_bodies(client: Client, path: str, kind: str, status: int) -> None:
    answer = client.ask("POST", path, content=b"{", headers={"Content-Type": kind})
    assert answer.status_code == status
    assert (problems(answer)[0][1] == "content-type") == (status == 415)


def test_a_body_of_no_stated_type_is_read_as_json(client: Client) -> None:
    assert client.ask("POST", "/v3/targetGroups", content=json.dumps(milestone())).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/", 404, "no-such-path"),
        ("GET", "/v3/targetGroups/", 404, "no-such-path"),
        ("GET", "/v3/%2e%2e/x", 404, "no-such-path"),
        ("PUT", "/v3/targetGroups", 405, "method"),
        ("PATCH", "/v3/targetGroups/1", 405, "method"),
        ("TRACE", "/docs", 405, "method"),
    ],
)
def test_paths_and_methods_that_there_are_not(client: Client, method: str, path: str, status: int, reason: str) -> None:
    answer = client.ask(method, path)
    assert (answer.status_code, problems(answer)) == (status, [(None, reason, None)])


def test_all_methods_of_a_path_are_named(client: Client) -> None:
    assert client.ask("PUT", "/v3/targetGroups").headers["allow"] == "GET, POST"


def test_a_mistake_of_ours_is_a_clear_answer_and_a_trace_in_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("not meant to happen")

    monkeypatch.setattr(reads, "read_all", broken)
    answer = client.get("/v3/targetGroups")
    assert (answer.status_code, problems(answer)) == (500, [(None, "internal-error", None)])
    assert "RuntimeError" not in answer.text
    assert "not meant to happen" in caplog.text


def test_the_log_has_a_line_of_json_for_each_request(guarded: Client, capsys: pytest.CaptureFixture[str]) -> None:
    guarded.ask("GET", "/v3/targetGroups", headers=basic("till", USER.password))
    guarded.get("/a%0Ab")
    good, bad = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert list(good) == ["time", "method", "path", "status", "ms", "user", "bytes"]
    assert (good["method"], good["path"], good["status"], good["user"]) == ("GET", "/v3/targetGroups", 200, "till")
    assert good["bytes"] == len('{"data": [], "errors": null, "warnings": null}\n')
    assert (bad["path"], bad["status"], bad["user"]) == ("/a\nb", 401, None)


def test_a_path_breaks_no_line_of_a_trace(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(reads, "read", broken)
    assert client.get("/v3/targetGroups/5%0A2024-01-01 all is well").status_code == 404, "no id at all"
    monkeypatch.setattr(parameters, "parse_id", broken)
    assert client.get("/v3/targetGroups/5%0A2024-01-01 all is well").status_code == 500
    assert "5\\n2024-01-01 all is well failed" in caplog.text


@pytest.mark.parametrize(
    ("host", "asked", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8310", 200),
        ("127.0.0.1", "LOCALHOST", 200),
        ("127.0.0.1", "localhost.:1", 200),
        ("127.0.0.1", "[::1]:8310", 200),
        ("::1", "[::1]", 200),
        ("127.0.0.2", "127.0.0.2:8310", 200),
        ("127.0.0.1", "127.0.0.2:8310", 403),
        ("127.0.0.1", "rebound.example:8310", 403),
        ("localhost", "localhost.example", 403),
        ("127.0.0.1", "127.0.0.1:8310.example", 403),
        ("127.0.0.1", "", 403),
        ("0.0.0.0", "sandbox.example", 200),
        (None, "sandbox.example", 200),
    ],
)
def test_on_loopback_only_requests_for_this_machine_are_answered(host: str | None, asked: str, status: int) -> None:
    made = Client(Options(host=host))
    answer = made.ask("GET", "/sandbox/health", headers={"Host": asked, "Origin": f"http://{asked}"})
    made.close()
    assert answer.status_code == status
    assert status == 200 or problems(answer) == [(None, "foreign-host", None)]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/v3/targetGroups?includePeriod=true", "Did you mean includePeriods?"),
        ("/v3/targetGroups/1?include=true&includePeriods=true", "Did you mean includePeriods?"),
        ("/v3/targetGroups/1/targets?page=2", None),
        ("/v3/users/1/trackedTargetEvents/1?limits=5", "Did you mean limit?"),
        ("/sandbox/health?verbose=1", None),
    ],
)
def test_parameters_that_an_operation_does_not_have(client: Client, path: str, hint: str | None) -> None:
    answer = client.get(path)
    assert (answer.status_code, problems(answer)) == (400, [(300004, "unknown-parameter", None)])
    assert answer.json()["errors"][0].get("hint") == hint


def test_the_log_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    made = Client(Options(log="text"))
    made.get("/a%0A%1b[31m")
    made.close()
    (line,) = capsys.readouterr().err.splitlines()
    assert "GET /a\\n\\u001b[31m 404" in line


# Documents


def test_every_operation_is_described_with_every_status(client: Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(operation.method, path) for operation in OPERATIONS for path in operation.paths}
    assert len(described) >= 27
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            assert one["summary"], path
            assert "503" in one["responses"]
            assert "422" not in one["responses"]
            assert ("413" in one["responses"]) == ("requestBody" in one)
            assert method in ("get", "delete") or path == "/sandbox/reset" or "requestBody" in one


def test_every_schema_that_is_named_is_there(client: Client) -> None:
    document = client.get("/openapi.json").json()
    names = set(document["components"]["schemas"])
    named = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert named <= names
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_answers_fit_their_schemas(client: Client) -> None:
    document = client.get("/openapi.json").json()

    def fits(answer: httpx.Response, name: str) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())

    fits(client.post("/v3/targetGroups", milestone()), "Answer_group")
    fits(client.post("/v3/targetGroups", milestone()), "Refusal")
    fits(client.get("/v3/targetGroups?includePeriods=true"), "Answer_groups")
    fits(client.get("/v3/targetGroups/1/targets"), "Answer_targets")
    fits(client.get("/v3/targetGroups/1/targetPeriods"), "Answer_periods")
    enrolment = {"customerId": 5, "periodName": "Cycle_1"}
    fits(client.post("/v3/targetGroups/1/targets/1/enroll", enrolment), "Answer_customer")
    fits(client.get("/v3/users/5/targetGroups"), "Answer_progress")
    fits(client.get("/sandbox/settings"), "Answer_settings")
    fits(client.get("/sandbox/clock"), "Answer_clock")
    fits(client.get("/sandbox/health"), "Answer_health")
    fits(client.post("/loyalty/api/v1/workflows/expJSON/1/X", {"exp": "a b"}), "Answer_converted")


def test_what_customers_reach_fits_its_schemas(client: Client) -> None:
    """Of every kind of group. The schemas are closed: a member that they do not have, or that is missing, fails."""
    document = client.get("/openapi.json").json()

    def fits(answer: httpx.Response, name: str) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())

    client.put("/sandbox/settings", {"returnBill": True, "actor": {"id": 5, "name": "till"}})
    client.at("2024-01-02T00:00:00Z")
    cycles = {"frequencyType": "DAILY", "frequency": 10, "recurringCycles": 5, "targetEvaluationType": "CYCLIC_WINDOW"}
    unified = milestone("All", trackingType="UNIFIED", combinationType="ALL")
    unified["targets"].append(unified["targets"][0] | {"name": "All again"})
    cyclic = {name: value for name, value in milestone("Own", **cycles).items() if name != "periods"}
    cyclic["targets"][0]["defaultValues"] = [{"defaultValue": 100}]
    capped = milestone("Capped", trackingType="CAPPING")
    groups = [streak(), milestone("Plain"), unified, cyclic, capped]
    groups[1]["targets"][0]["targetMilestoneTriggers"] = [
        {"name": "half", "triggerType": "CUSTOM_TRIGGER", "triggerValue": 50}
    ]
    for group in groups:
        for target in group["targets"]:
            target["enrolmentMethod"] = "TRANSACTION"
        client.made(group)
    back = {"type": "ReturnBill", "returnOf": "b1", "returnBill": {"value": 20}}
    client.feed(
        bill("b1", 77, "2024-01-01", 150), bill("r1", 77, "2024-01-02", 20, **back), bill("x", 77, "2024-01-01", "odd")
    )
    client.feed(bill("b1", 77, "2024-01-01", 150))
    client.at("2024-02-02T00:00:00Z")
    answer = client.get("/v3/users/77/targetGroups?includeInactive=true")
    assert len(answer.json()["data"]["targetGroups"]) == len(groups)
    fits(answer, "Answer_progress")
    for place, _ in enumerate(groups, 1):
        answer = client.get(f"/sandbox/targetGroups/{place}/progress")
        assert answer.json()["data"]["customers"].keys() == {"77"}
        fits(answer, "Answer_everybody")
    fits(client.get("/v3/users/77/trackedTargetEvents/1"), "Answer_events")
    fits(client.get("/sandbox/settings"), "Answer_settings")
    fits(client.post("/loyalty/api/v1/workflows/expJSON/1/X", {"exp": "currentTxn.valeu>5"}), "Answer_converted")


def test_the_document_speaks_to_whoever_calls(client: Client) -> None:
    document = client.get("/openapi.json").json()
    for name, schema in document["components"]["schemas"].items():
        said = schema.get("description", "")
        assert ">>>" not in said, name
        assert "_" not in said, name
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            assert len([status for status in one["responses"] if status < "300"]) == 1, f"{method} {path}"
            assert "Retry-After" in one["responses"]["503"]["headers"]
            for parameter in one.get("parameters", ()):
                assert parameter["in"] == "path" or parameter["description"], f"{method} {path}"
    listed = document["paths"]["/v3/users/{userId}/trackedTargetEvents/{targetRuleId}"]["get"]["parameters"]
    assert {one["name"]: one["schema"].get("default") for one in listed if one["in"] == "query"} == {
        "limit": 10,
        "offset": 0,
        "periodId": None,
    }
    enrol = document["paths"]["/v3/targetGroups/{groupId}/targets/{targetId}/enroll"]["post"]["requestBody"]
    assert enrol["content"]["application/json"]["schema"]["anyOf"][1]["maxItems"] == 1
    feed = document["paths"]["/sandbox/records"]["post"]["requestBody"]["content"]
    assert set(feed) == {"application/json", "application/x-ndjson", "application/jsonl"}


def test_head_is_get_without_the_body(client: Client) -> None:
    for path in ("/sandbox/health", "/v3/targetGroups", "/docs", "/v3/targetGroups/9"):
        whole, head = client.get(path), client.ask("HEAD", path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers == whole.headers
    assert client.ask("HEAD", "/sandbox/reset").status_code == 405


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP, br"])
def test_bodies_are_sent_as_they_are(client: Client, encoding: str) -> None:
    answer = client.ask("POST", "/sandbox/records", content=b"[]", headers={**JSON, "Content-Encoding": encoding})
    assert answer.status_code == 415
    assert problems(answer) == [(None, "content-encoding", None)]
    answer = client.ask("POST", "/sandbox/users", content=b"[1]", headers={**JSON, "Content-Encoding": "identity"})
    assert answer.status_code == 200


def test_a_body_that_stops_coming_is_given_up() -> None:
    with closing(Client(Options(patience=0.05))) as client:

        async def stalled() -> AsyncIterator[bytes]:
            yield b"["
            await asyncio.sleep(30)

        answer = client.ask("POST", "/sandbox/records", content=stalled(), headers=JSON)
        assert answer.status_code == 408
        assert problems(answer) == [(None, "body-timeout", None)]


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&limit=1", "offset=0&limit=1&offset=0"])
def test_a_parameter_is_given_once(client: Client, query: str) -> None:
    client.post("/sandbox/users", [5])
    answer = client.get(f"/v3/users/5/trackedTargetEvents/1?{query}")
    assert problems(answer) == [(300004, "repeated-parameter", None)]


def test_every_example_of_the_document_is_taken_as_it_is(client: Client) -> None:
    document = client.get("/openapi.json").json()
    examples = {
        (method.upper(), path): one["requestBody"]["content"]["application/json"]["example"]
        for path, methods in document["paths"].items()
        for method, one in methods.items()
        if "requestBody" in one
    }
    order = list(BODIES.values())
    for (method, path), body in sorted(examples.items(), key=lambda one: order.index(one[1])):
        where = path.format(groupId=1, targetId=1, programId=1, eventType="TransactionAdd")
        customer = {"customerId": 78} if path.startswith("/v3.1") else {}  # the other version of the same operation
        answer = client.ask(method, where, json={**body, **customer} if customer else body)
        assert answer.status_code in (200, 201), f"{method} {where}: {answer.text}"
    (group,) = client.get("/v3/users/77/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
    achieved = {(one["targetName"], one["periodRefCode"]): one["targetAchievedValue"] for one in group["targets"]}
    assert achieved["Spend", "Cycle_1"] == 620
    assert client.get("/docs").text.count("For example") == len(examples)


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "/v3/targetGroups/{groupId}/targets/{targetId}/enroll" in page.text
    for outside in ("http://", "https://", "<script", "src=", "@import"):
        assert outside not in page.text.replace("https://json-schema.org/draft/2020-12/schema", "")


def test_the_document_has_the_shape_of_a_record(client: Client) -> None:
    """From the same declarations as `schema --records`; what evaluation would set aside is taken all the same."""
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    record = schemas["Record"]
    assert record["required"] == ["id", "customerId", "type", "date"]
    shape, _ = record["properties"]["currentTxn"]["anyOf"]
    assert shape["$ref"] == "#/components/schemas/Record.currentTxn"
    value = schemas["Record.currentTxn"]["properties"]["value"]
    assert value["$ref"] == "#/components/schemas/Record.number"
    wanted = record_schema(head=True)
    assert set(record["properties"]) == set(wanted["properties"])
    assert {name.removeprefix("Record.") for name in schemas if name.startswith("Record.")} == set(wanted["$defs"])
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schemas)))
    assert named <= schemas.keys()
