"""Customers are enrolled and taken out."""

from __future__ import annotations

import pytest

from tests.serve.conftest import Client, bill, by_record, levels, milestone, problems, rows, streak

PATH = "/v3/targetGroups/1/targets/1"


@pytest.mark.parametrize("version", ["v3", "v3.1"])
def test_enrolling_and_leaving_a_milestone(client: Client, version: str) -> None:
    client.made(milestone())
    client.at("2024-02-10T00:00:00.000Z")
    path = f"/{version}/targetGroups/1/targets/1"
    answer = client.post(f"{path}/enroll", [{"customerId": 77, "periodName": "Cycle_2"}])
    assert (answer.status_code, answer.json()) == (200, {"data": 77, "errors": None, "warnings": None})
    client.feed(
        bill("b1", 77, "2024-01-05", 50),
        bill("b2", 77, "2024-02-05", 60),
        bill("b3", 77, "2024-03-05", 70),
        bill("b4", 78, "2024-03-05", 80),
    )
    client.at("2024-03-10T00:00:00.000Z")
    assert rows(client, 77) == [("Cycle_2", 60, None, False), ("Cycle_3", 70, None, True)]
    group = client.get("/v3/users/77/targetGroups").json()["data"]["targetGroups"][0]
    assert group["targets"][0]["enrolledOn"] == "2024-02-10T00:00:00.000+0000"
    assert rows(client, 78) == [], "a record is no enrolment where customers are imported"
    again = client.post(f"{path}/enroll", {"customerId": "77", "periodName": "Cycle_3"})
    assert (again.status_code, problems(again)) == (400, [(310119, "enrolled-already", "/customerId")])
    answer = client.post(f"{path}/unEnroll", {"customerId": 77})
    assert (answer.status_code, answer.json()["data"]) == (200, 77)
    assert rows(client, 77) == [("Cycle_2", 60, None, False)]
    again = client.post(f"{path}/unEnroll", [{"customerId": 77}])
    assert (again.status_code, problems(again)) == (400, [(310126, "not-enrolled", "/0/customerId")])


def test_who_takes_part_by_a_record(client: Client) -> None:
    client.made(by_record(milestone()))
    client.at("2024-02-10T00:00:00.000Z")
    client.feed(bill("b1", 77, "2024-01-05", 50), bill("b2", 78, "2024-02-11", 60))
    answer = client.post(f"{PATH}/enroll", {"customerId": 77, "periodName": "Cycle_2"})
    assert problems(answer) == [(310119, "enrolled-already", "/customerId")]
    answer = client.post(f"{PATH}/enroll", {"customerId": 78, "periodName": "Cycle_1"})
    assert answer.status_code == 200, "the record of tomorrow is not there yet"
    assert client.post(f"{PATH}/unEnroll", {"customerId": 77}).status_code == 200
    assert rows(client, 77) == [("Cycle_1", 50, None, False)]
    (group,) = client.get("/v3/users/77/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
    assert group["targets"][0]["enrolledOn"] == "2024-02-10T00:00:00.000+0000", "when the first record came"
    progress = client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]
    assert sorted(progress) == ["77", "78"]


@pytest.mark.parametrize(
    ("body", "status", "wanted"),
    [
        ({"customerId": 5, "periodName": "Cycle_9"}, 404, (310019, "no-period", "/periodName")),
        ({"customerId": 5}, 404, (310019, "period-missing", "/periodName")),
        ({"periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ({"customerId": True, "periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ({"customerId": "a b", "periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ({"customerId": -5, "periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ([{"customerId": 5}, {"customerId": 6}], 400, (300004, "one-customer", "")),
        ([], 400, (300004, "one-customer", "")),
        (["5"], 400, (300004, "not-an-object", "/0")),
        ({"customerId": 5, "periodname": "Cycle_1"}, 400, (300004, "unknown-member", "/periodname")),
        ({"customerId": 5, "periodName": 1}, 400, (300004, "wrong-type", "/periodName")),
        ({"customerId": 5, "initialBalance": "x"}, 400, (300004, "wrong-type", "/initialBalance")),
        ({"customerId": 5, "resetStreakStatus": 1}, 400, (300004, "wrong-type", "/resetStreakStatus")),
        (
            {"customerId": 5, "periodName": "Cycle_1", "initialBalance": 300},
            400,
            (None, "balance-not-supported", "/initialBalance"),
        ),
        (
            {"customerId": 5, "periodName": "Cycle_1", "resetStreakStatus": True},
            400,
            (None, "reset-of-milestone", "/resetStreakStatus"),
        ),
    ],
)
def test_an_enrolment_that_is_refused(
    client: Client, body: object, status: int, wanted: tuple[object, object, object]
) -> None:
    client.made(milestone())
    answer = client.post(f"{PATH}/enroll", body)
    assert (answer.status_code, problems(answer)) == (status, [wanted])
    assert client.get("/sandbox/health").json()["data"]["users"] == 0


def test_what_the_documents_send_along_is_taken(client: Client) -> None:
    client.made(milestone())
    body = {"customerId": 5, "periodName": "Cycle_1", "initialBalance": 0, "resetStreakStatus": False}
    assert client.post(f"{PATH}/enroll", [body]).status_code == 200


def test_a_target_of_another_group(client: Client) -> None:
    client.made(milestone("One"))
    client.made(milestone("Two"))
    for operation in ("enroll", "unEnroll"):
        answer = client.post(f"/v3/targetGroups/1/targets/2/{operation}", {"customerId": 5})
        assert (answer.status_code, problems(answer)) == (404, [(310018, "no-target", None)])


def test_users_must_be_known_where_that_is_asked_for(client: Client) -> None:
    client.made(milestone())
    client.put("/sandbox/settings", {"openUsers": False})
    body = {"customerId": 5, "periodName": "Cycle_1"}
    answer = client.post(f"{PATH}/enroll", body)
    assert (answer.status_code, problems(answer)) == (400, [(310011, "no-user", "/customerId")])
    assert client.post("/sandbox/users", [5, "ann"]).json()["data"] == {"accepted": 2, "new": 2}
    assert client.post("/sandbox/users", [5, "ann"]).json()["data"] == {"accepted": 2, "new": 0}
    assert client.post(f"{PATH}/enroll", body).status_code == 200
    assert problems(client.post(f"{PATH}/unEnroll", {"customerId": 6})) == [(310011, "no-user", "/customerId")]
    assert problems(client.post("/sandbox/users", [5, None])) == [(310011, "user-id", "/1")]


def test_a_streak_begins_when_the_customer_joins_and_a_reset_begins_it_anew(client: Client) -> None:
    client.made(streak())
    client.feed(*(bill(f"b{month}", 77, f"2024-0{month}-05", 150) for month in (1, 2, 3)))
    client.at("2024-01-02T00:00:00Z")
    assert client.post(f"{PATH}/enroll", {"customerId": 77}).status_code == 200
    client.at("2024-02-06T00:00:00Z")
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 2), ("Months_3", "INPROGRESS", 2)]
    assert client.post(f"{PATH}/unEnroll", {"customerId": 77}).status_code == 200
    assert client.post(f"{PATH}/enroll", {"customerId": 77, "initialBalance": 0}).status_code == 400
    assert client.post(f"{PATH}/enroll", {"customerId": 77}).status_code == 200, "no period went by: the run goes on"
    client.at("2024-03-06T00:00:00Z")
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 3), ("Months_3", "ACHIEVED", 3)]
    client.post(f"{PATH}/unEnroll", {"customerId": 77})
    answer = client.post(f"{PATH}/enroll", {"customerId": 77, "resetStreakStatus": True})
    assert answer.status_code == 200
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 1), ("Months_3", "INPROGRESS", 1)]


def test_a_gap_that_evaluation_cannot_honour_is_refused(client: Client) -> None:
    client.made(streak())
    client.at("2024-01-02T00:00:00Z")
    client.post(f"{PATH}/enroll", {"customerId": 77})
    client.at("2024-02-02T00:00:00Z")
    client.post(f"{PATH}/unEnroll", {"customerId": 77})
    client.at("2024-03-02T00:00:00Z")
    answer = client.post(f"{PATH}/enroll", {"customerId": 77})
    assert (answer.status_code, problems(answer)) == (400, [(None, "enrolment-gap", "")])
    assert client.post(f"{PATH}/enroll", {"customerId": 77, "resetStreakStatus": True}).status_code == 200


def test_whoever_left_before_anything_was_kept_joins_a_later_period(client: Client) -> None:
    client.made(milestone())
    client.feed(*(bill(f"b{month}", 77, f"2024-0{month}-05", 150) for month in (1, 2, 3)))
    client.at("2024-01-02T00:00:00Z")
    client.post(f"{PATH}/enroll", {"customerId": 77, "periodName": "Cycle_1"})
    client.post(f"{PATH}/unEnroll", {"customerId": 77})
    assert client.post(f"{PATH}/enroll", {"customerId": 77, "periodName": "Cycle_3"}).status_code == 200
    client.at("2024-03-10T00:00:00Z")
    assert [row[:2] for row in rows(client, 77)] == [("Cycle_3", 150)]


def test_a_balance_of_nothing_is_refused_where_records_count_already(client: Client) -> None:
    client.made(milestone())
    client.at("2024-01-06T00:00:00Z")
    client.feed(bill("b1", 7, "2024-01-05", 50), bill("b2", 8, "2024-01-05", 5))
    ask = {"customerId": 7, "periodName": "Cycle_1", "initialBalance": 0}
    assert problems(client.post(f"{PATH}/enroll", ask)) == [(None, "balance-not-supported", "/initialBalance")]
    assert client.post(f"{PATH}/enroll", ask | {"customerId": 8}).status_code == 200, (
        "its record does not pass the rule"
    )
    assert client.post(f"{PATH}/enroll", ask | {"periodName": "Cycle_2"}).status_code == 200, "before that period"


def test_a_period_is_named_in_any_case(client: Client) -> None:
    client.made(milestone())
    client.at("2024-01-06T00:00:00Z")
    assert client.post(f"{PATH}/enroll", {"customerId": 7, "periodName": "cycle_1"}).status_code == 200
