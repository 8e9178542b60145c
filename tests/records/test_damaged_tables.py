"""Tables that are damaged, or say of themselves what is not so: told, and no fault. Fuzzing found most of them."""

from __future__ import annotations

import contextlib
import re
import zipfile
from io import BytesIO
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from targetexpr.base.errors import InputError
from targetexpr.records.reader import read
from tests.records.test_table_reading import BILLS, as_excel, read_table


@pytest.mark.parametrize("stream", [True, False])
def test_arrow_whose_strings_point_out_of_its_data_is_refused(stream: bool, tmp_path: Path) -> None:
    """Reading such a file ended the process."""
    batch = pa.record_batch([pa.array([1.0, 2.0]), pa.array(["abc", "def"])], names=["currentTxn.value", "a"])
    made = BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(made, batch.schema) as writer:
        writer.write_batch(batch)
    offsets, wrong = (b"".join(at.to_bytes(4, "little") for at in (0, 3, end)) for end in (6, 1 << 30))
    assert made.getvalue().count(offsets) == 1
    path = tmp_path / "bills.arrow"
    path.write_bytes(made.getvalue().replace(offsets, wrong))
    with pytest.raises(InputError, match=r"cannot read .*bills.arrow as Arrow"):
        list(read(str(path)))


@pytest.mark.parametrize(
    "data", [b"\0\0\0\0\x08\0\0\0\x07", b"\xff\xfea\0,\0b\0\n\0c", "a,b\n1,2\n".encode("utf-16-be") + b"\0"]
)
def test_wide_encodings_that_break_off_are_told(data: bytes, tmp_path: Path) -> None:
    """Half a character at the end raised UnicodeDecodeError."""
    path = tmp_path / "bills.csv"
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        for record in read(str(path)):
            assert record.context is not None or record.reason


@pytest.mark.parametrize("name", ["utf-7", "punycode", "utf-32", "utf-16-be", "idna", "shift_jis"])
def test_an_encoding_that_does_not_fit_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_bytes(b"currentTxn.value,a\n+AB-5,\xff\xfe\x80+\n")
    with contextlib.suppress(InputError):
        records, _ = read_table(path, encoding=name)
        assert all(record.context is not None or record.reason for record in records)


def test_a_workbook_without_sheets_is_told(tmp_path: Path) -> None:
    """It raised IndexError."""
    whole, path = tmp_path / "whole.xlsx", tmp_path / "bills.xlsx"
    as_excel(whole, pl.DataFrame(BILLS))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as made:
        for name in source.namelist():
            made.writestr(name, re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", source.read(name)))
    with pytest.raises(InputError, match="it has no sheet"):
        list(read(str(path)))
