"""`targetexpr schema --records`: the JSON Schema of records, of a schema of one's own and of an event."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import Call


def test_fields_of_ones_own_are_in_it(call: Call, tmp_path: Path) -> None:
    schema = tmp_path / "mine.toml"
    schema.write_text('[profiles.currentOrder.attributes]\ntotal = "real"\n')
    done = call("schema", "--records", "--schema", str(schema))
    assert (done.status, done.err) == (0, "")
    assert {"id", "currentTxn", "currentOrder"} <= done.data["properties"].keys()


def test_of_an_event(call: Call) -> None:
    done = call("schema", "--records", "--event", "PointsIssued")
    assert (done.status, "currentTxn" in done.data["properties"]) == (0, False)


def test_an_unknown_event_is_refused(call: Call) -> None:
    done = call("schema", "--records", "--event", "PointIssued")
    assert (done.status, done.out) == (2, "")
    assert done.err == "targetexpr: unknown event 'PointIssued'; did you mean PointsIssued?\n"


def test_event_means_nothing_to_a_listing(call: Call) -> None:
    done = call("schema", "--event", "PointsIssued")
    assert (done.status, done.out) == (2, "")
    assert "--event goes with --records" in done.err
