"""What fuzzing begins from: small inputs of every kind that is read, as bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from targetexpr import parse, to_json
from tests.running.generated import Rules
from tests.test_scaling import DOCUMENTS, PATTERNS, SCHEMAS
from tests.test_scaling import RULES as SHAPES

PAYLOADS = Path(__file__).resolve().parents[1] / "data" / "payloads"

RULES = [
    'currentTxn.value>500&&currentCustomer.slabName=="Gold"',
    'currentTxn.basketSumIf("AMOUNT","GREATER_THAN","5")>=1000',
    'currentLineItem.doesItemMatch("sku_code","A1")||currentTxn.date.isWeekend()',
    'currentCustomer.email.matches("^[a-z]+@(x|y)\\\\.com$")',
    "(currentTxn.value*0.9-currentTxn.discount)/3%2>-1.50",
    "currentTxn.date.isAfter(2024,1,1)?true:false",
    'currentEvent.targetExists("A")',
    "currentTxn.value in (1,2) and not currentCustomer.slabName = 'Gold'",
    '"a"+"b"=="ab"&&!(true!=false)',
    "currentCustomer.numberOfTxns>=currentTxn.value&&currentTxn.basketSize>0",
]
GENERATED = 60  # valid rules of all kinds beside these
RECORD: dict[str, Any] = {
    "id": "b1",
    "customerId": "ann",
    "type": "TransactionAdd",
    "date": "2024-01-02T10:15:00Z",
    "storeId": 7,
    "currentTxn": {
        "number": "T-1",
        "value": 620.5,
        "discount": 0,
        "date": "2024-01-02",
        "lineItems": [{"sku": "A1", "quantity": 2, "value": 10.25}, {"sku": "B2", "quantity": 1, "value": 5}],
    },
    "currentCustomer": {"slabName": "Gold", "email": "ann@x.com", "lifetimePurchases": 12345678901234567890},
}
GROUP: dict[str, Any] = {
    "name": "festive",
    "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31"}],
    "targets": [
        {
            "name": "spend",
            "targetEntity": "TRANSACTION",
            "targetType": "SALES",
            "expression": "currentTxn.value>100",
            "filters": [{"type": "STORE", "values": [7]}],
            "defaultValues": [{"defaultValue": 500}],
        }
    ],
}
PLANS = [
    'name = "Weekly"\nstart = 2024-01-01\nevery = "weekly"\ncycles = 12\nlevels = [2, 4, 8]\n[[targets]]\n'
    'name = "Spend 500"\nmeasure = "SALES"\nvalue = 500.50\nrule = "currentTxn.value>500"\nstores = [50679757]\n',
    'name = "x"\ncapping = true\n[[periods]]\nstart = 2024-01-01\nend = "2024-01-31"\n[[targets]]\nname = "Units"\n'
    'measure = "quantity"\nof = "Line item"\nvalue = [2, 3]\nrule = "currentLineItem.qty>1"\nzones = [1]\n'
    'enrolment = "IMPORT"\n[unified]\ncombination = "any"\n[group]\ndescription = "d"\n',
]


@cache
def rules() -> list[bytes]:
    """Texts of rules, good and bad, among them each shape of the scaling test."""
    return [text.encode("utf-8", "surrogatepass") for text in (*RULES, *_generated(), *_shapes())]


def _generated() -> list[str]:
    rules = Rules(Random(1))
    return [rules.rule(2) for _ in range(GENERATED)]


def _shapes() -> list[str]:
    return [shape(2) for shape in SHAPES.values()]


@cache
def trees() -> list[bytes]:
    """expressionJson, good and bad."""
    good = [to_json(parse(text)) for text in (*RULES, *_generated()) if _parses(text)]
    patterns = [f'{{"arity":"name","value":"{shape(2)}"}}' for shape in PATTERNS.values()]
    return [text.encode() for text in (*good, *(shape(2) for shape in DOCUMENTS.values()), *patterns)]


@cache
def schemas() -> list[bytes]:
    """Schema files, TOML and JSON."""
    return [shape(2).encode() for shape in SCHEMAS.values()]


@cache
def bodies() -> list[bytes]:
    """Requests and answers of the target group calls."""
    return [json.dumps(GROUP).encode(), *(path.read_bytes() for path in sorted(PAYLOADS.glob("*.json")))]


@cache
def plans() -> list[bytes]:
    return [text.encode() for text in PLANS]


@cache
def conditions() -> list[bytes]:
    """A group and a record that its targets are asked about."""
    return [json.dumps([GROUP, RECORD]).encode()]


@cache
def records() -> list[bytes]:
    """The same records in every format."""
    lines = "\n".join(json.dumps(RECORD) for _ in range(3))
    text = "id,currentTxn.value,currentCustomer.slabName,date\nb1,620.50,Gold,2024-01-02\nb2,1.5,,2024-01-03\n"
    plain = [lines, json.dumps([RECORD, RECORD], indent=1), text, text.replace(",", "\t"), text.replace(",", ";")]
    return [*(one.encode() for one in plain), text.encode("utf-16"), *_binary_tables()]


def _binary_tables() -> list[bytes]:
    import gzip

    import polars as pl
    import pyarrow.feather
    import xlsxwriter

    frame = pl.DataFrame({"id": ["b1", "b2"], "currentTxn.value": [620.5, None], "currentCustomer.slabName": ["é", ""]})
    made: list[bytes] = []
    writers: list[Callable[[io.BytesIO], object]] = [
        frame.write_parquet,
        frame.write_ipc,
        frame.write_ipc_stream,
        lambda file: pyarrow.feather.write_feather(frame.to_arrow(), file),
    ]
    for write in writers:
        file = io.BytesIO()
        write(file)
        made.append(file.getvalue())
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file)
    sheet = workbook.add_worksheet("Bills")
    for row, cells in enumerate((("id", "currentTxn.value"), ("b1", 620.5), ("b2", 7))):
        sheet.write_row(row, 0, cells)
    workbook.close()
    made.append(file.getvalue())
    return [*made, gzip.compress(made[0], mtime=0), gzip.compress(b"id,currentTxn.value\nb1,5\n", mtime=0)]


def _parses(text: str) -> bool:
    from targetexpr import ExpressionError

    try:
        parse(text)
    except ExpressionError:
        return False
    return True
