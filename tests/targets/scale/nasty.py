"""Seeded files of text: records of `generated` as CSV, with what people have in their cells and lines."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from tests.targets.scale import generated

Cells = dict[str, str]

NUMBERS = [
    *("1,000", "1 000.50", "12,5", "1.234,50", "$5.50", "5.25 €", "1e2", "5E-1", "+7", "007", " 8.5 ", "-0", "(3.10)"),
    *(
        "NaN",
        "null",
        "-",
        "n/a",
        "abc",
        "inf",
        "true",
        "0x10",
        "1_000",
        "٣",
        "12345678901234567",
        "0.12345678901234567",
    ),
    *("999999999999999.9", "1" * 30, ".5", "5.", "", "  ", "1,2,3", "4-"),
]
DATES = [
    *(
        "31/01/2024",
        "03/04/2024 6:05 PM",
        "Jan 5, 2024",
        "never",
        "2024-02-31",
        "20240305",
        "1709294400000",
        "1709294400",
    ),
    *("2024-03-05", "2024-03-05 10:00", "2024-03-05T10:00:00+05:30", "2024-03-10T02:30:00", "2024-11-03T01:30:00"),
    *("2024-03-05T10:00:00.123456789Z", "2024-03-05T24:00:00", "0001-01-01", "9999-12-31", "null", "", " ", "nat"),
]
TEXTS = ["", " ", "a,b", 'say "no"', "two\nlines", "Zoé", "NaN", "transactionAdd", "0012", "c1 ", "c1", "'", "[]", "{"]
LINES = ["", "[]", '[{"qty": 2, "value": 5}]', "[1]", "[{", "none", "{}"]


def written(rng: random.Random, records: list[dict[str, Any]], zone: str) -> list[Cells]:
    """Records as cells by their headings; all of a file have their dates written alike, mostly."""
    form = rng.choice(["Z", "offset", "local", "space"])
    return [{name: _cell(_value(record, name), form, zone) for name in generated.COLUMNS} for record in records]


def _value(record: dict[str, Any], name: str) -> object:
    profile, dot, rest = name.partition(".")
    return (record.get(profile) or {}).get(rest) if dot else record.get(name)


def _cell(value: object, form: str, zone: str) -> str:
    match value:
        case None:
            return ""
        case datetime():
            aware = value.replace(tzinfo=ZoneInfo(zone)) if value.tzinfo is None else value.astimezone(ZoneInfo(zone))
            if form == "Z":
                return aware.astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")
            if form == "offset":
                return aware.isoformat()
            return aware.replace(tzinfo=None).isoformat(" " if form == "space" else "T")
        case Decimal():
            return format(value, "f")
    return str(value)


def spoil(rng: random.Random, rows: list[Cells]) -> None:
    """Puts odd texts into some cells of some columns."""
    names = list(generated.COLUMNS)
    for name in rng.sample(names, rng.choice([0, 1, 2, 5])):
        choices = DATES if name == "date" else TEXTS if generated.COLUMNS[name] == pl.String else NUMBERS
        some = rng.sample(choices, rng.choice([1, 2, len(choices)]))
        for row in rng.sample(rows, min(len(rows), rng.choice([1, 5, 20]))):
            row[name] = rng.choice(some)
        if name == "date":  # an instant that the clock shows twice equals itself on no other clock: it is not the last
            rng.choice(rows)[name] = "2024-11-30T00:00:00Z"
    extra = rng.choice(["", "", "", "till", "currentTxn.reason", "currentTxn.lineItems", "returnBill.lineItems"])
    for row in rows if extra else []:
        row[extra] = rng.choice(LINES) if extra.endswith("lineItems") else rng.choice(["", "7", "NaN", "x,y"])


def as_csv(rng: random.Random, rows: list[Cells]) -> bytes:
    """A file of them: with its delimiter, ends of lines, encoding, and lines that are no rows."""
    delimiter = rng.choice([",", ",", ",", ";", "\t", "|"])
    if rng.random() < 0.15:
        for row in rows:
            row |= {name: cell.replace(".", ",") for name, cell in row.items() if _is_decimal(cell)}
    end = rng.choice(["\n", "\n", "\n", "\r\n"])
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    )
    writer.writerow(rows[0])
    lines = []
    for row in rows:
        out.seek(0), out.truncate()
        writer.writerow(row.values())
        lines.append(out.getvalue())
    out.seek(0), out.truncate()
    writer.writerow(rows[0])
    heading = out.getvalue()
    for _ in range(rng.choice([0, 0, 1, 4])):
        at = rng.randrange(len(lines))
        kind = rng.choice(["blank", "short", "long", "longer", "only", "quote", "open", "return", "zero", "undecoded"])
        match kind:
            case "blank":
                lines[at] += end
            case "short":
                lines[at] = lines[at].rsplit(delimiter, 2)[0] + end
            case "long":
                lines[at] = lines[at].rstrip("\r\n") + delimiter * 2 + end
            case "longer":
                lines[at] = lines[at].rstrip("\r\n") + f"{delimiter}more" + end
            case "only":
                lines[at] += "   " + end
            case "quote":
                lines[at] += lines[at].replace(delimiter, f'{delimiter}x"y', 1)
            case "open" if rng.random() < 0.3:
                lines[at] += f'{delimiter}"never closed' + end
            case "return":
                lines[at] += lines[at].replace("Add", "A\rd")
            case "zero":
                lines[at] += lines[at].replace("Add", "A\0d")
            case "undecoded":
                lines[at] += lines[at].replace("Add", "A\udce9d")
    text = heading + "".join(lines)
    encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"])
    if encoding == "utf-16":
        return text.encode(encoding, "replace")
    return text.encode(encoding, "surrogateescape") if encoding != "cp1252" else text.encode(encoding, "replace")


def _is_decimal(cell: str) -> bool:
    return cell.count(".") == 1 and cell.replace(".", "").replace("-", "").isdigit()


# ---- JSON

VALUES: list[Any] = [
    *(0, -3, 10**15, 10**40, 2.5, 1e300, 1e-7, 0.1234567890123456, -0.0, 123456789012.345, True, "12.5", "a", "", " "),
    *([], {}, [1], {"a": None}, None, "true", "1,000"),
]
MOMENTS: list[Any] = [*DATES, 1709294400000, 1709294400, 5.5, True, [], {}, None]
WHOLE: list[Any] = [None, [], "bill", 3, {}, {"extendedFields": {"tax": 3}}, {"lineItems": [{"qty": 2, "value": 9}]}]


def as_json_lines(rng: random.Random, records: list[dict[str, Any]], zone: str, *, nested: bool) -> bytes:
    """Records on lines, some with other values than they should have, some lines that are none."""
    form = rng.choice(["Z", "offset", "local", "space"])
    lines = []
    for record in records:
        made = {name: _plain(value, form, zone) for name, value in record.items()}
        if rng.random() < 0.3:
            made = {name: value for name, value in made.items() if value is not None}
        lines.append(made if nested else _flat(made))
    for _ in range(rng.choice([0, 1, 5, 20])):
        _spoil_one(rng, rng.choice(lines))
    if rng.random() < 0.5:
        rng.choice(lines)["date"] = "2024-11-30T00:00:00Z"
    texts = [json.dumps(one, ensure_ascii=rng.random() < 0.5) for one in lines]
    for _ in range(rng.choice([0, 0, 1, 3])):
        odd = ["", "  ", "[1]", "{", '{"id": 1, "id": 2}', '{"id": NaN}', "7", '{"a": "\\ud800"}', "\x0b"]
        texts.insert(rng.randrange(1, len(texts) + 1), rng.choice(odd))
    start = rng.choice(["", "", "\n", "\ufeff"])
    end = rng.choice(["\n", "\n", "\r\n"])
    return (start + end.join(texts) + rng.choice(["", end])).encode()


def _plain(value: object, form: str, zone: str) -> object:
    match value:
        case datetime():
            return _cell(value, form, zone)
        case Decimal():
            return float(value)
        case dict():
            return {name: _plain(one, form, zone) for name, one in value.items()}
    return value


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in record.items() if not isinstance(value, dict)}
    for profile, value in record.items():
        if isinstance(value, dict):
            found |= {f"{profile}.{name}": one for name, one in value.items()}
    return found


def _spoil_one(rng: random.Random, record: dict[str, Any]) -> None:
    name = rng.choice([*generated.COLUMNS, *generated.PROFILES, "till", "currentTxn.lineItems", "returnBill.lineItems"])
    profile, dot, rest = name.partition(".")
    if name in generated.PROFILES:
        record[name] = rng.choice(WHOLE)
    elif not dot:
        record[name] = rng.choice(MOMENTS if name == "date" else VALUES)
    elif isinstance(record.get(profile), dict):
        record[profile][rest] = rng.choice([[], [{"qty": 1, "value": 5}], 3] if rest == "lineItems" else VALUES)
