"""Groups listed as milestones, and the targets that are active for a customer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.serve.conftest import Client, bill, by_record, milestone, problems, streak


def listed(client: Client, query: str = "") -> list[int]:
    answer = client.get(f"/v3/milestones{query}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["pagination", "data", "errors", "warnings"]
    assert (body["errors"], body["warnings"]) == ([], [])
    return [group["id"] for group in body["data"]]


def shifted(group: dict[str, Any], year: int) -> dict[str, Any]:
    """The same months of another year."""
    for period in group["periods"]:
        for name in ("startDate", "endDate"):
            period[name] = f"{year}{period[name][4:]}".replace("2023-02-29", "2023-02-28").replace(
                "2025-02-29", "2025-02-28"
            )
    return group


@pytest.fixture
def several(client: Client) -> Client:
    """1 live, 2 ended, 3 to come, 4 stopped, 5 made by a user."""
    client.at("2024-02-10T00:00:00.000Z")
    client.made(streak("Months"))
    client.made(shifted(milestone("Last year"), 2023))
    client.made(shifted(milestone("Next year"), 2025))
    client.made(milestone("Gone"))
    client.delete("/v3/targetGroups/4")
    client.made(milestone("Mine", userCreated=True))
    return client


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [4, 3, 2, 1]),
        ("?includeUserCreatedTargetGroups=true", [5, 4, 3, 2, 1]),
        ("?status=LIVE", [1]),
        ("?status=ended", [2]),
        ("?status=Upcoming", [3]),
        ("?status=STOPPED", [4]),
        ("?type=STREAKS", [1]),
        ("?type=Streak", [1]),
        ("?type=DEFAULT&status=ENDED", [2]),
        ("?type=CAPPING", []),
        ("?target-on=SALES", [4, 3, 2, 1]),
        ("?target-on=VISIT", []),
        ("?name=YEAR", [3, 2]),
        ("?name=nothing", []),
        ("?start-date=2024-04-01", [3]),
        ("?start-date=2024-03-31", [4, 3, 1]),
        ("?end-date=2023-12-31", [2]),
        ("?end-date=1704067200000", [4, 2, 1]),
        ("?start-date=2024-01-01&end-date=2024-12-31T23:59:59.000Z", [4, 1]),
        ("?limit=2", [4, 3]),
        ("?limit=2&offset=1", [2, 1]),
        ("?limit=2&offset=2", []),
    ],
)
def test_milestones_by_what_is_asked_for(several: Client, query: str, wanted: list[int]) -> None:
    assert listed(several, query) == wanted


def test_a_page_of_milestones(several: Client) -> None:
    body = several.get("/v3/milestones?limit=1&offset=3").json()
    assert body["pagination"] == {"limit": 1, "offset": 3, "total": 4}
    (group,) = body["data"]
    assert group == several.get("/v3/targetGroups/1").json()["data"]
    (group,) = several.get("/v3/milestones?status=LIVE&require-periods=true").json()["data"]
    assert group == several.get("/v3/targetGroups/1?includePeriods=true").json()["data"]
    assert several.get("/v3/milestones").json()["pagination"] == {"limit": 10, "offset": 0, "total": 4}


def test_a_milestones_status_follows_the_clock(several: Client) -> None:
    several.at("2025-03-31T23:59:59.000Z")
    assert listed(several, "?status=LIVE") == [3]
    several.at("2025-04-01T00:00:00.000Z")
    assert listed(several, "?status=LIVE") == []


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/v3/milestones?status=RUNNING", (300004, "wrong-parameter", None)),
        ("/v3/milestones?type=x", (300004, "wrong-parameter", None)),
        ("/v3/milestones?target-on=", (300004, "wrong-parameter", None)),
        ("/v3/milestones?start-date=soon", (300004, "wrong-parameter", None)),
        ("/v3/milestones?start_date=2024-01-01", (300004, "unknown-parameter", None)),
        ("/v3/milestones?limit=0", (300004, "wrong-parameter", None)),
        ("/v3/milestones?offset=-1", (300004, "wrong-parameter", None)),
        ("/v3/users/5/enrolledTargets?enrollmentType=MAGIC", (310130, "enrolment-type", None)),
        ("/v3/users/5/enrolledTargets?targetRuleIds=1,x", (300004, "wrong-parameter", None)),
        ("/v3/users/5/enrolledTargets?targetRuleIds=", (300004, "wrong-parameter", None)),
        ("/v3/users/5/enrolledTargets?trackingDate=then", (300004, "wrong-parameter", None)),
        ("/v3/users/5/enrolledTargets?trackingDate=0001-01-01", (300004, "wrong-parameter", None)),
        ("/v3/users/9/enrolledTargets", (310011, "no-user", None)),
    ],
)
def test_a_question_that_is_wrong(client: Client, path: str, wanted: tuple[object, object, object]) -> None:
    client.post("/sandbox/users", [5])
    answer = client.get(path)
    assert (answer.status_code, problems(answer)) == (400, [wanted])


def test_an_unknown_method_of_enrolment_is_answered_as_documented(client: Client) -> None:
    client.post("/sandbox/users", [5])
    (error,) = client.get("/v3/users/5/enrolledTargets?enrollmentType=x").json()["errors"]
    assert (error["code"], error["message"]) == (310130, "Invalid enrollment type as input")


def enrolled(client: Client, query: str = "", user: int = 77) -> list[int]:
    answer = client.get(f"/v3/users/{user}/enrolledTargets{query}")
    assert answer.status_code == 200, answer.text
    return [target["id"] for target in answer.json()["data"]]


def test_the_targets_that_are_active_for_a_customer(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    client.at("2024-02-10T00:00:00.000Z")
    client.made(by_record(milestone("One")))  # target 1 and its twin
    client.made(milestone("Two"))  # 3
    client.made(milestone("Mine", userCreated=True))  # 5
    client.made(by_record(shifted(milestone("Last year"), 2023)))  # 7
    client.feed(bill("b1", 77, "2024-02-01", 50))
    assert enrolled(client) == [1], "by a record; last year's is over"
    client.post("/v3/targetGroups/2/targets/3/enroll", {"customerId": 77, "periodName": "Cycle_2"})
    client.post("/v3/targetGroups/3/targets/5/enroll", {"customerId": 77, "periodName": "Cycle_3"})
    assert enrolled(client) == [1, 3]
    assert enrolled(client, "?trackingDate=2024-03-02") == [1, 3, 5], "enrolled from March on"
    assert enrolled(client, "?trackingDate=1706659200000") == [], "before the bill, and before February"
    assert enrolled(client, "?enrollmentType=import") == [3]
    assert enrolled(client, "?enrollmentType=AUDIENCE_FILTER") == []
    assert enrolled(client, "?targetRuleIds=3,%20999") == [3]
    client.at("2024-03-10T00:00:00.000Z")
    assert enrolled(client, "?includeOnlyUserCreated=true") == [5]
    client.post("/v3/targetGroups/2/targets/3/unEnroll", {"customerId": 77})
    assert enrolled(client) == [1, 5]
    client.delete("/v3/targetGroups/1/targets/1")
    client.delete("/v3/targetGroups/3")
    assert enrolled(client) == []


def test_an_enrolled_target_is_answered_without_values(client: Client) -> None:
    client.at("2024-02-10T00:00:00.000Z")
    client.made(by_record(milestone("One")))
    client.feed(bill("b1", 77, "2024-02-01", 50))
    (target,) = client.get("/v3/users/77/enrolledTargets").json()["data"]
    stored = client.get("/v3/targetGroups/1/targets").json()["data"][0]
    del stored["defaultValues"], stored["eventName"]
    assert target == stored | {"targetPeriodDefaultValuesMap": {}}
