"""Schemathesis against the served OpenAPI document: whatever is sent, the answer is one that the document describes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from targetexpr.serve.app import create_app
from targetexpr.serve.operations import OPERATIONS
from tests.serve.conftest import Client, bill, milestone, streak
from tests.serve.processes import Connection, Server, served

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Not among them: that what fits the schema is accepted. Names are taken, users unknown, rules mistaken: a schema does
# not say so.

FEW = 3
CALLS = 10_000

LABELS = tuple(
    f"{method.upper()} {path}" for path, methods in create_app().openapi()["paths"].items() for method in methods
)

SEEDED = {"groupId": 1, "targetId": 1, "targetRuleId": 1, "userId": "5", "programId": 1, "eventType": "TransactionAdd"}
"""Paths that lead to something that is there."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[tuple[Client, schemathesis.BaseSchema]]:
    client = Client()
    yield client, schemathesis.openapi.from_asgi("/openapi.json", client.app)
    client.close()


def test_every_operation_is_tried() -> None:
    assert len(LABELS) == sum(len(operation.paths) for operation in OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("label", LABELS)
def test_answers_are_as_the_document_says(
    sandbox: tuple[Client, schemathesis.BaseSchema], label: str, mode: GenerationMode
) -> None:
    client, schema = sandbox
    client.post("/sandbox/reset")
    client.at("2024-02-10T00:00:00Z")
    client.made(milestone())
    client.made(streak())
    client.feed(bill("b", 5, "2024-01-05", 60))
    found = schema.find_operation_by_label(label)
    assert found is not None

    def tried(case: Case) -> None:
        case.validate_response(case.call(), checks=CHECKS)

    calls = _run(found, mode, FEW, tried, {}) + _run(found, mode, FEW // 2, tried, SEEDED)
    assert calls >= 1 or mode is GenerationMode.NEGATIVE, "operations without parameters have nothing to be wrong"


def _run(
    operation: schemathesis.APIOperation, mode: GenerationMode, examples: int, tried: object, there: dict[str, object]
) -> int:
    """Runs generated cases; how many there were. `there` fixes parameters of the path that the operation has."""
    count = 0
    fixed = {name: value for name, value in there.items() if f"{{{name}}}" in operation.path}
    if there and not fixed:
        return 0
    cases = operation.as_strategy(generation_mode=mode, path_parameters=fixed or None)

    @seed(20)
    @settings(max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def run(case: Case) -> None:
        nonlocal count
        count += 1
        tried(case)  # type: ignore[operator]

    try:
        run()
    except Unsatisfiable:
        assert count == 0  # nothing of the operation could be made wrong
    return count


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_calls_and_no_mistake_of_ours(tmp_path: Path) -> None:
    statuses: Counter[int] = Counter()
    with served(tmp_path, "--log", "none") as server, requests.Session() as session:
        schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/openapi.json")
        operations = [schema.find_operation_by_label(label) for label in LABELS]

        def tried(case: Case) -> None:
            answer = case.call(session=session, timeout=90)
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, answer.text
            assert "Traceback" not in answer.text
            case.validate_response(answer, checks=CHECKS)

        each = 60
        while statuses.total() < CALLS:
            for operation in operations:
                assert operation is not None
                _seed(server)
                for mode in GenerationMode:
                    _run(operation, mode, each, tried, {})
                    _run(operation, mode, each, tried, SEEDED)
            each *= 2
        assert server.process.poll() is None
        assert "Traceback" not in server.said()
    print(f"\n{statuses.total():,} generated calls: {dict(sorted(statuses.items()))}")
    assert statuses.total() >= CALLS
    assert max(statuses) < 500


def _seed(server: Server) -> None:
    """A sandbox that has something to be asked for."""
    connection = Connection(server.port)
    assert connection.ask("POST", "/sandbox/reset").status == 200
    assert connection.ask("PUT", "/sandbox/clock", {"now": "2024-02-10T00:00:00Z"}).status == 200
    connection.made(milestone())
    connection.made(streak())
    assert connection.ask("POST", "/sandbox/records", [bill("b", 5, "2024-01-05", 60)]).status == 200
    connection.close()
