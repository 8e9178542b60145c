"""Communications of targets: kept, changed and read back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from targetexpr.serve.settings import Options
from tests.serve.conftest import Client, milestone, problems

PATH = "/v3/targetGroups/1/targets/1/communications"
ONE = {
    "active": True,
    "channelId": 2,
    "communicationType": "FINISH",
    "messageTemplate": "Test messageTemplate but communication type changed to FINISH",
    "offsetDays": 1,
    "sender": "random.email123@example.com",
    "subjectTemplate": "Test subjectTemplate changed to FINISH ",
}
"""As in the documents' sample."""


def test_the_channels_of_the_sample(client: Client) -> None:
    answer = client.get("/v3/targetGroups/channels")
    assert answer.json() == {
        "data": [{"id": 1, "name": "SMS"}, {"id": 2, "name": "EMAIL"}, {"id": 3, "name": "MOBILE PUSH"}],
        "errors": None,
        "warnings": None,
    }


def test_a_communication_is_answered_as_the_sample_has_it(client: Client) -> None:
    client.at("2025-06-24T08:25:55.590Z")
    client.made(milestone())
    answer = client.post(f"{PATH}/upsert", [ONE])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["errors"], answer.json()["warnings"]) == (None, None)
    (made,) = answer.json()["data"]
    assert list(made) == [
        "id", "attribution", "targetId", "targetGroupId", "communicationType", "channelId", "subjectTemplate",
        "messageTemplate", "sender", "offsetDays", "active",
    ]  # fmt: skip
    attribution = made.pop("attribution")
    assert attribution["createdOn"] == attribution["lastUpdatedOn"] == "2025-06-24T08:25:55.590+0000"
    assert made == ONE | {"id": 1, "targetId": 1, "targetGroupId": 1}
    assert client.get(PATH).json()["data"] == [made | {"attribution": attribution}]


def test_one_with_its_id_or_of_the_same_type_and_channel_is_changed(client: Client) -> None:
    client.at("2024-01-01T00:00:00.000Z")
    client.made(milestone())
    other = {"channelId": 1, "communicationType": "reminder"}
    client.post(f"{PATH}/upsert", [ONE, other])
    client.at("2024-01-02T00:00:00.000Z")
    body = [{"id": 1, "communicationType": "START", "channelId": 3}, other | {"sender": "x", "active": False}]
    first, second = client.post(f"{PATH}/upsert", body).json()["data"]
    assert (first["id"], first["communicationType"], first["channelId"], first["offsetDays"]) == (1, "START", 3, 1)
    assert (second["id"], second["communicationType"], second["sender"], second["active"]) == (
        2,
        "REMINDER",
        "x",
        False,
    )
    assert first["attribution"]["createdOn"] == "2024-01-01T00:00:00.000+0000"
    assert first["attribution"]["lastUpdatedOn"] == "2024-01-02T00:00:00.000+0000"
    assert client.get(PATH).json()["data"] == [first, second]
    (again,) = client.post(f"{PATH}/upsert", first).json()["data"]
    assert again == first, "what was read can be sent back"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ([], (300004, "item-count", "")),
        (5, (300004, "not-an-object", "")),
        ({"channelId": 1}, (300004, "member-missing", "/communicationType")),
        ([{"communicationType": "START"}], (300004, "member-missing", "/0/channelId")),
        ({"communicationType": "LATER", "channelId": 1}, (300004, "unknown-name", "/communicationType")),
        ({"communicationType": 5, "channelId": 1}, (300004, "unknown-name", "/communicationType")),
        (ONE | {"channelId": 4}, (300004, "wrong-type", "/channelId")),
        (ONE | {"offsetDays": -1}, (300004, "wrong-type", "/offsetDays")),
        (ONE | {"sender": 5}, (300004, "wrong-type", "/sender")),
        (ONE | {"active": "yes"}, (300004, "wrong-type", "/active")),
        (ONE | {"channel": 1}, (300004, "unknown-member", "/channel")),
        (ONE | {"id": 9}, (None, "no-communication", "/id")),
    ],
)
def test_a_communication_that_is_wrong(client: Client, body: Any, wanted: tuple[object, object, object]) -> None:
    client.made(milestone())
    answer = client.post(f"{PATH}/upsert", body)
    assert (answer.status_code, problems(answer)) == (400, [wanted])
    assert client.get(PATH).json()["data"] == []


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/v3/targetGroups/9/targets/1", (310017, "no-group", None)),
        ("/v3/targetGroups/1/targets/2", (310018, "no-target", None)),
        ("/v3/targetGroups/1/targets/x", (310018, "no-target", None)),
    ],
)
def test_communications_of_what_is_not_there(client: Client, path: str, wanted: tuple[object, object, object]) -> None:
    client.made(milestone("One"))
    client.made(milestone("Two"))
    for answer in (client.get(f"{path}/communications"), client.post(f"{path}/communications/upsert", ONE)):
        assert (answer.status_code, problems(answer)) == (404, [wanted])


def test_a_deactivated_target_is_told_nothing_new(client: Client) -> None:
    client.made(milestone())
    client.post(f"{PATH}/upsert", ONE)
    client.delete("/v3/targetGroups/1/targets/1")
    answer = client.post(f"{PATH}/upsert", ONE)
    assert (answer.status_code, problems(answer)) == (404, [(310018, "target-inactive", None)])
    assert len(client.get(PATH).json()["data"]) == 1


def test_a_file_of_the_first_layout_goes_on(tmp_path: Path) -> None:
    options = Options(database=str(tmp_path / "sandbox.db"))
    with closing(Client(options)) as client:
        client.made(milestone())
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as connection:
        connection.execute("DROP TABLE told")
        connection.execute("PRAGMA user_version=1")
    with closing(Client(options)) as client:
        assert client.post(f"{PATH}/upsert", ONE).status_code == 200
        assert client.get("/v3/targetGroups/1").status_code == 200
    with closing(Client(options)) as client:
        assert len(client.get(PATH).json()["data"]) == 1
