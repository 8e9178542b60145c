"""Files of records for the studio, alike in every format, and how a test opens and asks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import polars as pl
from starlette.testclient import TestClient

RULES = (
    'currentTxn.value>500&&currentCustomer.slabName=="Gold"',
    "currentTxn.discount<=((currentTxn.value+currentTxn.discount)*40)/100",
    'currentCustomer.slabName!="Silver"||currentTxn.value>=300',
    "currentCustomer.slabName.isNull()",
    "currentTxn.value>500?currentTxn.discount==0:currentTxn.discount==1",
)
HEADINGS = ("id", "customerId", "date", "currentTxn.value", "currentTxn.discount", "currentCustomer.slabName", "Till")


def rows(count: int) -> list[tuple[object, ...]]:
    """Bills of which some have no value, and some no slab."""
    return [
        (
            f"b{at}",
            f"c{at % 7}",
            f"2024-{at % 12 + 1:02}-{at % 28 + 1:02}T10:15:00Z",
            None if at % 11 == 5 else at * 37 % 1000 + 0.5,
            at % 3,
            ("Gold", "gold ", "Silver", None)[at % 4],
            at % 5,
        )
        for at in range(count)
    ]


def json_line(row: tuple[object, ...]) -> str:
    record: dict[str, Any] = {}
    for heading, value in zip(HEADINGS, row, strict=True):
        profile, dot, field = heading.partition(".")
        if dot:
            record.setdefault(profile, {})[field] = value
        else:
            record[heading] = value
    return json.dumps(record)


def json_lines(count: int = 60) -> str:
    """Bills as lines, some of which are bad, and one with a value that does not fit."""
    lines = [json_line(row) for row in rows(count)]
    lines[7] = "{"
    lines[19] = '{"id": "b19", "currentTxn": {"value": "a lot"}, "currentCustomer": {"slabName": "Gold"}}'
    lines[20] = '{"id": "b20", "id": "b21"}'
    lines[33:33] = ["", "[1, 2]"]
    return "\n".join(lines) + "\n"


def csv_text(count: int = 60) -> str:
    """Bills as CSV, some of whose lines are bad, and one with a value that does not fit."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows(count)]
    lines[7] += ",more"
    lines[19] = "b19,c1,2024-01-01T00:00:00Z,a lot,1,Gold,1"
    lines[33:33] = ["", "b,c"]
    return ",".join(HEADINGS) + "\n" + "\n".join(lines) + "\n"


def frame(count: int = 60) -> pl.DataFrame:
    return pl.DataFrame(rows(count), schema=list(HEADINGS), orient="row")


def json_array(path: Path) -> None:
    lines = [line for line in json_lines().splitlines() if line and line != "{"]
    path.write_text("[" + ",\n".join(lines) + "]")


WRITERS: dict[str, Callable[[Path], object]] = {
    "jsonl": lambda path: path.write_text(json_lines()),
    "json": json_array,
    "csv": lambda path: path.write_text(csv_text()),
    "parquet": lambda path: frame().write_parquet(path, row_group_size=17),
    "xlsx": lambda path: frame().write_excel(path),
    "arrow": lambda path: frame().write_ipc(path),
}


def written(tmp_path: Path, ending: str) -> Path:
    path = tmp_path / f"bills.{ending}"
    WRITERS[ending](path)
    return path


def sent(page: TestClient, path: Path, **said: str) -> str:
    """Sends a file, and waits until it is read; its id."""
    answer = page.post("/api/data", params={"name": path.name, **said}, content=path.read_bytes())
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return waited(page, id_)


def waited(page: TestClient, id_: str) -> str:
    while page.get(f"/api/data/{id_}").json()["state"] == "reading":
        sleep(0.005)
    return id_


def asked(page: TestClient, what: str, **body: object) -> Any:
    answer = page.post(f"/api/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()
