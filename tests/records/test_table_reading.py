"""Records out of tables of every format: the same as out of JSON Lines, and what is found of them is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.feather
import pytest
import xlsxwriter

from targetexpr import compile  # noqa: A004
from targetexpr.base.errors import InputError
from targetexpr.console.outcomes import Failure, outcome_of
from targetexpr.records.columns import ColumnMap, reads_of
from targetexpr.records.dialect import dialect_of
from targetexpr.records.reader import read
from targetexpr.records.record import Record
from targetexpr.records.table_options import TableOptions
from tests.cli.command import Call
from tests.cli.conftest import call

assert callable(call)  # a fixture

RULE = 'currentTxn.value>500&&currentCustomer.externalId=="007"'
BILLS: list[dict[str, object]] = [
    {"id": "b1", "currentTxn.value": 620.5, "currentCustomer.externalId": "007"},
    {"id": "b2", "currentTxn.value": 500.0, "currentCustomer.externalId": "007"},
    {"id": "b3", "currentTxn.value": 1234.56, "currentCustomer.externalId": "7"},
    {"id": "b4", "currentTxn.value": None, "currentCustomer.externalId": "007"},
    {"id": "b5", "currentTxn.value": 0.1, "currentCustomer.externalId": None},
]
VERDICTS = [True, False, False, None, False]


def read_table(
    path: Path | str, rule: str = RULE, *, columns: ColumnMap | None = None, profile: str | None = None, **said: object
) -> tuple[list[Record], list[str]]:
    """The records of a table, and what is told of it."""
    told: list[str] = []
    options = TableOptions(
        columns=columns or {},
        profile=profile,
        dialect=dialect_of(said),
        reads=reads_of([compile(rule).checked]),
        tell=told.append,
    )
    return list(read(str(path), lambda: options)), told


def verdicts(records: list[Record], rule: str = RULE) -> list[object]:
    compiled = compile(rule)
    outcomes = [outcome_of(compiled, record) for record in records]
    return [one.text if isinstance(one, Failure) else one for one in outcomes]


def as_json_lines(path: Path, frame: pl.DataFrame) -> None:
    lines = []
    for row in frame.to_dicts():
        record: dict[str, object] = {}
        for name, value in row.items():
            profile, dot, field = name.partition(".")
            if dot:
                inside = record.setdefault(profile, {})
                assert isinstance(inside, dict)
                inside[field] = value
            else:
                record[name] = value
        lines.append(json.dumps(record))
    path.write_text("\n".join(lines))


def as_excel(path: Path, frame: pl.DataFrame) -> None:
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet("Bills")
    for column, name in enumerate(frame.columns):
        sheet.write(0, column, name)
        for row, value in enumerate(frame[name], 1):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write(row, column, value)
    workbook.close()


WRITERS: dict[str, Callable[[Path, pl.DataFrame], object]] = {
    "bills.jsonl": as_json_lines,
    "bills.csv": lambda path, frame: frame.write_csv(path),
    "bills.tsv": lambda path, frame: frame.write_csv(path, separator="\t"),
    "bills.parquet": lambda path, frame: frame.write_parquet(path),
    "bills.arrow": lambda path, frame: frame.write_ipc(path),
    "bills.arrows": lambda path, frame: frame.write_ipc_stream(path),
    "bills.feather": lambda path, frame: pyarrow.feather.write_feather(frame.to_arrow(), str(path)),
    "bills.xlsx": as_excel,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
def test_the_same_records_in_every_format(name: str, packed: str, tmp_path: Path, call: Call) -> None:
    plain = tmp_path / name
    WRITERS[name](plain, pl.DataFrame(BILLS))
    path = tmp_path / f"{name}{packed}"
    if packed == ".gz":
        path.write_bytes(gzip.compress(plain.read_bytes()))
    elif packed:
        with pa.CompressedOutputStream(str(path), "zstd") as file:
            file.write(plain.read_bytes())
    records, _ = read_table(path)
    assert [record.context and record.context["id"] for record in records] == ["b1", "b2", "b3", "b4", "b5"]
    assert verdicts(records) == VERDICTS
    done = call("eval", RULE, "--data", str(path))
    assert (done.status, done.out) == (1, "yes\nno\nno\nnull\nno\n")
    lines = tmp_path / "same.jsonl"
    as_json_lines(lines, pl.DataFrame(BILLS))
    explained = [call("explain", RULE, "--data", str(one)).out.splitlines() for one in (path, lines)]
    bare = [
        [line.partition(": ")[2] if line.startswith(("line ", "row ")) else line for line in one] for one in explained
    ]
    assert bare[0] == bare[1]


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    frame = pl.DataFrame(BILLS)
    for name, writer in WRITERS.items():
        path = tmp_path / f"{name}.data"
        writer(path, frame)
        path = path.rename(tmp_path / "data")
        assert verdicts(read_table(path)[0]) == VERDICTS, name


# ---- CSV


CSV = "id;amount;code;when\nb1;{0};007;2024-01-31\nb2;20;8;2024-02-01\n"
MAP = {
    "amount": ["currentTxn.value"],
    "code": ["currentCustomer.externalId"],
    "when": ["currentTxn.date", "currentCustomer.joinDate"],
}
READS = 'currentTxn.value>0&&currentCustomer.externalId=="7"&&currentTxn.date>currentCustomer.joinDate'


def value_of(tmp_path: Path, cell: str, text: str = CSV, **said: object) -> object:
    path = tmp_path / "bills.csv"
    path.write_text(text.format(cell), encoding="utf-8")
    context = read_table(path, "currentTxn.value>0", columns={"amount": ["currentTxn.value"]}, **said)[0][0].context
    assert context is not None
    profile = context["currentTxn"]
    assert isinstance(profile, dict)
    return profile["value"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("620", 620),
        ("620,5", 620.5),
        ("620.50", 620.5),
        ("1.234,50", 1234.5),
        ("1,234.50", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("12,34,567.25", 1234567.25),
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1'234.50", 1234.5),
        ("$600", 600),
        ("600 €", 600),
        ("₹ 1,23,456.50", 123456.5),
        ("Rs. 620.50", 620.5),
        ("USD 620.50", 620.5),
        ("-620.5", -620.5),
        ("($620.50)", -620.5),
        ("620.50-", -620.5),
        ("+620.5", 620.5),
        ("0620", 620),
        ("1.2E+3", 1200),
        ("", None),
        ("  ", None),
        ("NA", None),
        ("NaN", None),
        ("-", None),
    ],
)
def test_numbers_as_people_write_them(cell: str, value: object, tmp_path: Path) -> None:
    assert value_of(tmp_path, cell) == value


@pytest.mark.parametrize(("said", "value"), [("point", 1234), ("comma", 1.234)])
def test_a_lone_group_is_open_until_it_is_said(said: str, value: float, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2, column `amount`: `1,234` can be read in two ways.*decimal=point"):
        value_of(tmp_path, "1,234")
    assert value_of(tmp_path, "1,234", decimal=said) == value


def test_a_lone_group_between_commas_is_a_group(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text('currentTxn.value,x\n"1,234",2\n')
    records, told = read_table(path, "currentTxn.value>1000")
    assert verdicts(records, "currentTxn.value>1000") == [True]
    assert any("decimal point (`1,234` has groups)" in one for one in told)


@pytest.mark.parametrize(
    "cell", ["viel", "12.3.4", "1,23.4", "5%", "five", "620 - 5", "0x10", "(5", "1..5", "Infinity"]
)
def test_what_is_no_number_is_an_error_and_is_counted(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(f"id;currentTxn.value\nb1;620.5\nb2;{cell}\nb3;700.25\n")
    records, told = read_table(path, "currentTxn.value>500")
    said = f'currentTxn.value is "{cell}", which is not a number'
    assert verdicts(records, "currentTxn.value>500") == [True, said, True]
    assert records[1].place == "line 3"
    assert f'column `currentTxn.value` (currentTxn.value): 1 value is not a number: "{cell}" in line 3' in told[-1]


def test_amounts_of_two_currencies_are_not_one_column(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id;currentTxn.value\nb1;$620\nb2;€620\nb3;$700\n")
    records, told = read_table(path, "currentTxn.value>500")
    assert verdicts(records, "currentTxn.value>500")[1] == 'currentTxn.value is "€620", which is not a number'
    assert any("amounts in $" in one for one in told)


def test_codes_stay_codes_where_a_string_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text('currentCustomer.externalId,currentTxn.value\n007,007\n1.0,8\n"1,234",9\n')
    records, _ = read_table(path)
    contexts = [record.context for record in records]
    assert [one and one["currentCustomer"] for one in contexts] == [
        {"externalId": "007"},
        {"externalId": "1.0"},
        {"externalId": "1,234"},
    ]
    assert [one and one["currentTxn"] for one in contexts] == [{"value": 7}, {"value": 8}, {"value": 9}]


def test_an_extended_field_is_what_the_rule_reads_it_as(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text('currentTxn.extField_x\n"1,234.50"\n')
    for rule, expected in (("currentTxn.extField_x>1000", True), ('currentTxn.extField_x=="1,234.50"', True)):
        assert verdicts(read_table(path, rule)[0], rule) == [expected]


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (["31/01/2024", "02/03/2024"], ["2024-01-31", "2024-03-02"]),
        (["1/31/2024", "02/03/2024"], ["2024-01-31", "2024-02-03"]),
        (["02.03.2024", "1.2.24"], ["2024-03-02", "2024-02-01"]),
        (["2024/01/31", "2024-1-5"], ["2024-01-31", "2024-01-05"]),
        (["31-01-2024 18:05", "01-02-2024 6:05 PM"], ["2024-01-31T18:05:00", "2024-02-01T18:05:00"]),
        (["20240131", "20240201"], ["2024-01-31", "2024-02-01"]),
        (["5 Jan 2024", "Feb 6, 2024"], ["2024-01-05", "2024-02-06"]),
        (["2024-01-31T10:15:00Z", "2024-01-31 10:15"], ["2024-01-31T10:15:00Z", "2024-01-31 10:15"]),
        (["1706696100000", "null"], [1706696100000, None]),
    ],
)
def test_dates_as_people_write_them(cells: list[str], dates: list[object], tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id;when\n" + "".join(f'b;"{cell}"\n' for cell in cells))
    records, _ = read_table(
        path,
        "currentTxn.date>currentCustomer.joinDate",
        columns={"when": ["currentTxn.date", "currentCustomer.joinDate"]},
    )
    assert [one.context and one.context["currentTxn"] for one in records] == [{"date": date} for date in dates]


def test_dates_of_an_open_order_are_refused_until_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id;date\nb;03/04/2024\nb;05/06/2024\n")
    with pytest.raises(InputError, match=r"line 2, column `date`: `03/04/2024` may be 2024-04-03 or 2024-03-04"):
        read_table(path, "true")
    for said, month in (("day-first", "04"), ("month-first", "03")):
        context = read_table(path, "true", dates=said)[0][0].context
        assert context is not None
        assert str(context["date"])[5:7] == month


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16 without a byte-order mark"),
        ("cp1252", "cp1252, since line 3 is not UTF-8"),
    ],
)
def test_encodings(encoding: str, told: str | None, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_bytes("id,currentCustomer.slabName\n1,Silber\n2,Größe\n".encode(encoding))
    records, said = read_table(path, 'currentCustomer.slabName=="Größe"')
    assert verdicts(records, 'currentCustomer.slabName=="Größe"') == [False, True]
    assert [record.line for record in records] == [2, 3]
    assert any(told in one for one in said) if told else not any("UTF" in one for one in said)


def test_what_is_found_is_told_once_and_what_is_said_is_not(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(CSV.format("620,5"))
    _, told = read_table(path, READS, columns=MAP)
    assert told == [f"{path}: found: delimiter semicolon, decimal comma"]
    _, told = read_table(path, READS, columns=MAP, delimiter=";", decimal="comma", encoding="utf-8", header="yes")
    assert told == []


def test_lines_that_are_broken_are_told_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(
        'id,currentTxn.value,note\nb1,620,"two\nlines"\nb2,620\nb3,700,x,y\nb4,"70"0,x\nb5,710,x,\n\nb6,"720,x\nb7,1,x\n'
    )
    records, _ = read_table(path, "currentTxn.value>500")
    assert [(one.line, one.reason) for one in records] == [
        (2, ""),
        (4, "The line has 2 cells, and the table 3 columns."),
        (5, "The line has 4 cells, and the table 3 columns."),
        (6, 'A closing quote is followed by more text; a quote inside of a cell is written twice, `""`.'),
        (7, ""),
        (9, "A quote that opens here is not closed: the 2 lines from here on are lost."),
    ]


def test_headings_and_their_absence(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("b1,620.5\nb2,80\n")
    records, told = read_table(path, "currentTxn.value>500", columns={"column2": ["currentTxn.value"]})
    assert verdicts(records, "currentTxn.value>500") == [True, False]
    assert any("no line of headings; columns are called column1" in one for one in told)
    path.write_text("Export of bills\n\nid,currentTxn.value\nb1,620.5\n")
    records, _ = read_table(path, "currentTxn.value>500", header=3, delimiter=",")
    assert [record.line for record in records] == [4]


# ---- columns


def test_a_column_that_is_needed_and_missing_is_told_up_front_with_what_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("Bill No,Amount,Tier\nb1,620,Gold\n")
    with pytest.raises(InputError) as caught:
        read_table(path, 'currentTxn.value>500&&currentCustomer.slabName=="Gold"')
    assert str(caught.value).startswith(
        f"{path}: no column holds `currentTxn.value`, `currentCustomer.slabName`; "
        "the columns are `Bill No`, `Amount`, `Tier`. "
        "`Amount` may be `currentTxn.value`, `Tier` may be `currentCustomer.slabName`."
    )


def test_the_order_in_which_columns_are_found(tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    rule = "currentTxn.value>500"
    frame = pl.DataFrame({"value": [1], "currentTxn": [{"value": 2}], "currentTxn.value": [3], "net": [4]})

    def value(columns: list[str], **said: str) -> object:
        frame.select(columns).write_parquet(path)
        context = read_table(path, rule, **said)[0][0].context  # type: ignore[arg-type]
        assert context is not None
        return context["currentTxn"]

    assert value(["value"], profile="currentTxn") == {"value": 1}
    assert value(["currentTxn", "value"], profile="currentTxn") == {"value": 2}
    assert value(["currentTxn.value", "currentTxn"]) == {"value": 3}
    frame.write_parquet(path)
    context = read_table(path, rule, columns={"net": ["currentTxn.value"]})[0][0].context
    assert context is not None
    assert context["currentTxn"] == {"value": 4}


def test_a_map_leaves_columns_out(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id,currentTxn.value,amount\nb1,620,80\n")
    columns: ColumnMap = {"currentTxn.value": [], "amount": ["currentTxn.value"]}
    (record,), told = read_table(path, "currentTxn.value>0", columns=columns)
    assert record.context == {"id": "b1", "currentTxn": {"value": 80}}
    assert "columns that are not read: `currentTxn.value`" in told[-1]


def test_a_map_of_columns_that_are_not_there_or_of_no_place(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id,amount\nb1,620\n")
    with pytest.raises(InputError, match=r"no column `amuont`, which the map of columns names; did you mean `amount`"):
        read_table(path, "currentTxn.value>0", columns={"amuont": ["currentTxn.value"]})
    with pytest.raises(InputError, match=r"`curentTxn.value` is no place in a record; did you mean `currentTxn`"):
        read_table(path, "currentTxn.value>0", columns={"amount": ["curentTxn.value"]})
    path.write_text("amount,amount\n1,2\n")
    with pytest.raises(InputError, match=r"several columns are called `amount` \(columns 1, 2\)"):
        read_table(path, "currentTxn.value>0", columns={"amount": ["currentTxn.value"]})


def test_lists_maps_times_and_nulls_of_typed_tables(tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    when = datetime(2024, 1, 31, 10, tzinfo=UTC)
    items = [{"code": "S", "qty": 2.0, "amount": float("nan")}]
    table = pa.table(
        {
            "currentTxn.value": pa.array([620.5, float("nan"), None], pa.float64()),
            "currentTxn.date": pa.array([when, None, when], pa.timestamp("ns", "UTC")),
            "currentTxn.lineItems": [items, [], None],
            "currentCustomer.customFields": pa.array([[("g", "F")], [], None], pa.map_(pa.string(), pa.string())),
            "storeId": pa.array([5.0, None, 6.0], pa.float64()),
            "currentTxn.discount": pa.array([0.1, 0.2, None], pa.float32()),
        }
    )
    pa.parquet.write_table(table, path)
    records, _ = read_table(path, "true")
    first, second, third = [record.context or {} for record in records]
    assert first == {
        "currentTxn": {
            "value": 620.5,
            "date": when,
            "lineItems": [{"code": "S", "qty": 2.0, "amount": None}],
            "discount": 0.1,
        },
        "currentCustomer": {"customFields": {"g": "F"}},
        "storeId": 5,
    }
    assert second["currentTxn"] == {"value": None, "date": None, "lineItems": [], "discount": 0.2}
    assert third["currentCustomer"] == {"customFields": None}


@pytest.mark.parametrize(
    ("cell", "hint"),
    [("1,234", "decimal=point or decimal=comma"), ("12,5", "decimal=point"), ("1.234,5", "decimal=comma")],
)
def test_a_comma_after_a_beginning_of_whole_numbers_is_not_guessed(cell: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id;currentTxn.value\n" + "b;620\n" * 20_000 + f"b;{cell}\n")
    records, told = read_table(path, "currentTxn.value>500")
    assert verdicts(records[-1:], "currentTxn.value>500") == [f'currentTxn.value is "{cell}", which is not a number']
    assert hint in told[-1]


def test_a_date_of_an_open_order_after_a_beginning_of_iso_dates_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id;date\n" + "b;2024-01-31\n" * 10_000 + "b;03/04/2024\n")
    records, told = read_table(path, "true")
    assert records[-1].context == {"id": "b", "date": "03/04/2024"}
    assert told[-1].endswith(
        'column `date` (date): 1 value is not a date: "03/04/2024" in line 10,002; '
        "--read dates=day-first or dates=month-first says what comes first"
    )


def test_a_workbook_with_a_title_and_cells_of_several_types(tmp_path: Path) -> None:
    path = tmp_path / "bills.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet("Bills")
    workbook.add_worksheet("Notes")
    sheet.write(0, 0, "Bills of January")
    sheet.write_row(2, 0, ["id", "currentTxn.value"])
    for row, value in enumerate([620.5, "viel", None, "1,234.50"], 3):
        sheet.write(row, 0, f"b{row}")
        if value is not None:
            sheet.write(row, 1, value)
    workbook.close()
    rule = "currentTxn.value>500"
    records, told = read_table(path, rule)
    assert [record.line for record in records] == [4, 5, 6, 7]
    assert verdicts(records, rule) == [True, 'currentTxn.value is "viel", which is not a number', None, True]
    assert "sheet `Bills` (others: `Notes`; --read sheet=NAME reads one), headings in row 3" in told[0]
