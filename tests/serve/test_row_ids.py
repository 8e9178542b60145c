"""The ids of a user's own rows: given once, and kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from targetexpr.serve.settings import Options
from tests.serve.conftest import Client, bill, by_record, streak

PATH = "/v3/targetGroups/1/targets/1"


def own_ids(client: Client, user: object) -> tuple[list[object], list[tuple[object, object]]]:
    """The ids of a user's rows, all periods, and of levels with that of the row that decided."""
    (group,) = client.get(f"/v3/users/{user}/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
    levels = [(one["userStreakId"], one.get("streakAchievedUserTargetId")) for one in group["streaks"]]
    return [one["targetId"] for one in group["targets"]], levels


def test_a_users_own_rows_have_ids_that_stay(tmp_path: Path) -> None:
    options = Options(database=str(tmp_path / "sandbox.db"))
    with closing(Client(options)) as client:
        client.at("2024-01-02T10:00:00Z")
        client.made(by_record(streak()))
        client.feed(
            bill("b1", 77, "2024-01-01", 150), bill("b3", 77, "2024-03-01", 150), bill("c1", 5, "2024-02-01", 20)
        )
        assert own_ids(client, 77) == ([1], [(2, 1), (3, None)]), "the first level takes one period, the row of it"
        client.at("2024-03-02T10:00:00Z")
        client.feed(bill("b2", 77, "2024-02-01", 150))
        assert own_ids(client, 5) == ([None, 4, None], [(5, None), (6, None)]), "null where nothing counted"
        assert own_ids(client, 77) == ([1, 7, 8], [(2, 1), (3, 8)])
    with closing(Client(options)) as client:
        assert own_ids(client, 77) == ([1, 7, 8], [(2, 1), (3, 8)]), "a restart changes nothing"
        only = client.get("/v3/users/77/targetGroups?includeInactive=false").json()["data"]["targetGroups"][0]
        assert [one["targetId"] for one in only["targets"]] == [8], "nor does asking for less"


def test_rows_of_who_was_enrolled_have_ids_before_anything_counted(client: Client) -> None:
    client.at("2024-02-02T10:00:00Z")
    client.made(streak())
    client.post(f"{PATH}/enroll", {"customerId": 7})
    client.at("2024-04-02T10:00:00Z")
    ids, levels = own_ids(client, 7)
    assert len(ids) == 2, "January was over"
    assert None not in ids
    assert [(one is None, deciding) for one, deciding in levels] == [(False, None)] * 2


def test_a_twin_has_rows_of_its_own(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    client.at("2024-01-02T10:00:00Z")
    client.made(by_record(streak()))
    client.feed(bill("b1", 77, "2024-01-01", 150))
    ids, levels = own_ids(client, 77)
    assert len(set(ids)) == 2
    assert None not in ids
    assert levels[0][1] == ids[0], "the original decides"


def test_ids_that_cannot_be_kept_are_null_and_told(tmp_path: Path) -> None:
    with closing(Client(Options(database=str(tmp_path / "sandbox.db")))) as client:
        client.at("2024-01-02T10:00:00Z")
        client.made(by_record(streak()))
        client.feed(bill("b1", 77, "2024-01-01", 150))
        client.store._connection.execute("PRAGMA query_only=1")
        answer = client.get("/v3/users/77/targetGroups")
        assert answer.status_code == 200
        assert answer.json()["data"]["targetGroups"][0]["targets"][0]["targetId"] is None
        assert [one["reason"] for one in answer.json()["warnings"]] == ["database-read-only"]
