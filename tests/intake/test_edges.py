"""The far edges of the readers: limits, odd cells, what is left to the row reader, what cannot be opened."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from carbonkit.accounting import Scope
from carbonkit.errors import InvalidValueError, Problem
from carbonkit.intake import (
    Blank,
    Csv,
    Dated,
    Dates,
    Floats,
    Intake,
    Kind,
    LastDay,
    Measured,
    Omission,
    Parquet,
    Placed,
    ProblemGroup,
    Repeats,
    Total,
    _csv_rows,
    _excel_parts,
    _row_reader,
    activity_frame,
    read_activity_file,
)
from tests.intake.samples import BOOK, CSV, GAS, POWER, book, layout, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import openpyxl
    from openpyxl.worksheet.worksheet import Worksheet

DATED = Dated("from", "to", Dates.ISO, LastDay.EXCLUDED)


def edited(old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """Make a workbook and change one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book([["id", "gas"], [1, 5], [2, 6]]))) as good:
        assert old in good.read(part)
        with zipfile.ZipFile(out, "w") as bad:
            for name in good.namelist():
                content = good.read(name)
                bad.writestr(name, content.replace(old, new) if name == part else content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'<row r="3"', b'<row r="2"', "f, row: must have its rows in order, was 2"),
        (b'<row r="3"', b'<row r="1048577"', "f: must be a row or column number, was 1048577"),
        (b'<row r="3"', b'<row r="1048576"/><row', "f: must be a row or column number, was 1048577"),
        (b'<row r="3"', b'<row r="three"', "f: must be a row or column number, was three"),
        (b'<c r="B3"', b'<c r="A3"', "f, cell: must have its cells in order, was A3"),
        (b'<c r="B3"', b'<c r="B4"', "f, cell: must have its cells in order, was B4"),
        (b'<c r="B3"', b'<c r="3B"', "f: must be a cell's reference, was 3B"),
        (b"<v>6</v>", b"<v>nan</v>", "f, row 3: must be a sheet that can be read, was ValueError"),
        (b"<v>6</v>", b"<v>1e999</v>", "f, row 3, gas: must be a finite number, was inf"),
        (
            b"</sheetData>",
            b'</sheetData><mergeCells><mergeCell ref="A1:ZZ9999"/></mergeCells>',
            "f: must have at most 1000000 cells that are merged, was 7019298",
        ),
    ],
)
def test_a_sheet_that_contradicts_itself(old: bytes, new: bytes, said: str) -> None:
    (found,) = refused(edited(old, new), layout(form=BOOK))
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1e23", "100000000000000000000000"),
        ("1.2345678901234568e17", "123456789012345680"),
        ("9007199254740993", "9007199254740993"),
        ("5.0", "5"),
        ("0.1", "0.1"),
    ],
)
def test_a_whole_float_is_read_as_the_shortest_decimal_of_it_too(written: str, amount: str) -> None:
    raw = edited(b"<v>6</v>", f"<v>{written}</v>".encode())
    assert str(read_activity_file(raw, layout(form=BOOK)).activities[1].quantity) == f"{amount} m3"


def test_a_day_that_a_strict_workbook_writes_as_a_text_is_a_date() -> None:
    out = io.BytesIO()
    rows: list[list[object]] = [["id", "gas", "from", "to"], ["a", 5, 9001, 9002]]
    with zipfile.ZipFile(io.BytesIO(book(rows))) as good, zipfile.ZipFile(out, "w") as made:
        for name in good.namelist():
            content = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for cell, number, day in ((b"C2", b"9001", b"2024-01-01"), (b"D2", b"9002", b"2024-02-01")):
                    old = b'<c r="%b" t="n"><v>%b</v>' % (cell, number)
                    assert old in content
                    content = content.replace(old, b'<c r="%b" t="d"><v>%b</v>' % (cell, day))
            made.writestr(name, content)
    (activity,) = read_activity_file(out.getvalue(), layout(form=BOOK, period=DATED)).activities
    assert str(activity.period) == "[2024-01-01, 2024-02-01)"


def test_an_amount_in_a_format_that_the_workbook_has_not_is_read() -> None:
    raw = edited(b'<c r="B3"', b'<c r="B3" s="77"')
    assert str(read_activity_file(raw, layout(form=BOOK)).activities[1].quantity) == "6 m3"


def test_a_sheet_of_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_excel_parts, "_CELLS", 5)
    (found,) = refused(book([["id", "gas"], [1, 5], [2, 6]]), layout(form=BOOK))
    assert found == (
        "f, sheet: must have at most 5 cells, and 30000000 with the empty ones before them, was more; save "
        "the sheet as CSV, which is read row by row"
    )


def test_a_workbook_with_a_password_on_its_parts() -> None:
    raw = bytearray(book([["id", "gas"]]))
    at = 0
    while (at := raw.find(b"PK\x01\x02", at)) >= 0:
        raw[at + 8] |= 1
        at += 4
    assert refused(bytes(raw), layout(form=BOOK)) == ["f: must not be encrypted; save it without a password"]


def test_an_empty_sheet_has_no_header() -> None:
    assert refused(book([]), layout(form=BOOK)) == [
        "f, row 1, header: must have its header there, was nothing"
    ]


def test_dates_of_a_workbook_and_what_is_none() -> None:
    day, noon = datetime.date(2024, 1, 1), datetime.datetime(2024, 7, 1, 12)  # noqa: DTZ001  as Excel has them
    rows: list[list[object]] = [
        ["id", "gas", "from", "to", datetime.date(2024, 5, 1)],
        ["a", 5, day, datetime.date(2024, 2, 1)],
        ["b", 5, day, noon],
        ["c", 5, 45_292, datetime.time(12)],
        [day, 5, "01.01.2024", "2024-02-01"],
    ]
    how = layout(form=BOOK, period=DATED)
    intake = read_activity_file(book(rows[:2]), how)
    assert [str(each.period) for each in intake.activities] == ["[2024-01-01, 2024-02-01)"]
    assert intake.unused == ("2024-05-01",)
    assert refused(book(rows), how) == [
        "f, row 3, to: must be a date or a number, was the moment 2024-07-01 12:00:00",
        ("f, row 4, from: must be a date, was 45292; format the column as dates in the workbook, or write "
        "YYYY-MM-DD"),
        "f, row 4, to: must be a date, a number or a text, was time 12:00:00",
        "f, row 5, id: must be a text, was the date 2024-01-01; format the column as text",
        ("f, row 5, from: must be a calendar date YYYY-MM-DD, was 01.01.2024; say dates=Dates.DAY_FIRST or "
        "Dates.MONTH_FIRST in the layout"),
    ]  # fmt: skip


def test_merged_dates_count_for_all_their_rows_and_a_merge_may_lie_beyond_the_cells() -> None:
    def merge(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet.merge_cells("C2:C3")
        sheet.merge_cells("D2:F3")

    rows: list[list[object]] = [["id", "gas", "from", "to"], ["a", 5, "2024-01-01", "2025-01-01"], ["b", 6]]
    intake = read_activity_file(book(rows, merge), layout(form=BOOK, period=DATED))
    assert [str(each.period) for each in intake.activities] == ["[2024-01-01, 2025-01-01)"] * 2


def test_problems_fill_up_while_a_workbook_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.intake._found.MOST", 0)
    assert refused(book([["id"]]), layout(form=BOOK)) == [
        "f, row 1: must have under 0 problems",
    ]
    monkeypatch.setattr("carbonkit.intake._excel_rows.CELL", 3)
    assert refused(book([["id", "gas"], ["long id", 5]]), layout(form=BOOK)) == [
        "f, row 2: must have under 0 problems",
    ]


# ------------------------------------------------------------------------ texts


class Breaking(io.BytesIO):
    """A stream whose disk fails."""

    def read(self, _size: int | None = -1) -> bytes:
        raise OSError("the disk is gone")


def test_a_stream_that_breaks_or_is_closed() -> None:
    assert refused(Breaking(b"id"), layout())[0] == (
        "f, row 1: must be readable to its end, was the disk is gone"
    )
    closed = io.BytesIO(b"id,gas\n")
    closed.close()
    with pytest.raises(InvalidValueError, match="be a stream that can be read"):
        read_activity_file(closed, layout())


def test_a_row_over_many_lines_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_csv_rows, "_ROW", 60)
    text = b'id,gas\n1,"' + b"9" * 50 + b"\n" + b"9" * 50 + b'"\n2,x\n'
    assert refused(text, layout())[0] == (
        "f, row 2: must be well-formed CSV, was a row longer than 60 characters"
    )


@pytest.fixture(params=[100, 131_072, 1_000_000_000])
def _host_limit(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the limit of the csv module, which is the host's, lower and higher than it is at first."""
    before = csv.field_size_limit(request.param)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("_host_limit")
def test_a_huge_cell_that_never_ends_and_one_cut_off_by_other_bytes() -> None:
    huge = b'id,gas\n1,"' + b"9" * 200_000 + b"\n9\n"
    assert [each[:52] for each in refused(huge, layout())] == [
        "f, row 2, gas: must have at most 10000 characters, w"
    ]
    cut = [each.split(":")[0] for each in refused(b'id,gas\n1,"' + b"9" * 90_000 + b"\n\xff", layout())]
    assert cut == ["f, row 3"]


@pytest.mark.usefixtures("_host_limit")
def test_a_long_row_of_short_cells_is_read_as_strictly_as_a_short_one() -> None:
    names = [f"c{each}" for each in range(15_000)]
    header = "id,gas," + ",".join(names)
    cells = ",".join(["1234567890"] * 14_999)
    rows = f'1,5,"12""3",{cells}\n2,5,"12"3,{cells}\n3,5,"1\n2",{cells}\n'
    assert [each[:61] for each in refused(f"{header}\n{rows}4,x\n".encode(), layout())] == [
        """f, row 3: must be well-formed CSV, was ',' expected after '\"'""",
        "f, row 6: must have 15002 cells, was 2 cells",
    ]


@pytest.mark.usefixtures("_host_limit")
def test_a_huge_row_of_many_cells_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_csv_rows, "_WIDE", 2)
    found = refused(b"id,gas\n1,2,3,4," + b"9" * 200_000 + b"\n", layout())
    assert found[-1] == "f, row 2: must have 2 cells, was 3 cells"


def test_a_header_that_is_too_wide() -> None:
    assert refused(b"id" + b"," * 20_000 + b"\n", layout()) == [
        "f, header: must have at most 20000 columns, was 20001"
    ]


def test_a_number_of_the_declared_sign_gets_no_hint() -> None:
    how = layout(form=Csv(encoding="utf-8", delimiter=";", decimal=",", thousands="."))
    assert refused(b"id;gas\n1;1.23\n2;1.234.56\n", how) == [
        ('f, row 2, gas: must be a plain number such as "1234,5" or "1.234,5", was 1.23; '
        'say decimal="." in the layout if that is what it is'),
        'f, row 3, gas: must be a plain number such as "1234,5" or "1.234,5", was 1.234.56',
    ]  # fmt: skip


def test_what_is_remembered_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_row_reader, "_REMEMBERED", 1)
    how = layout(place=Placed("at"), period=DATED)
    text = (
        b"id,gas,at,from,to\n1,5,DE,2024-01-01,2025-01-01\n2,5,FR,2023-01-01,2024-01-01\n"
        b"3,5,DE,2024-01-01,2025-01-01\n"
    )
    assert [f"{each.place} {each.period}" for each in read_activity_file(text, how).activities] == [
        "DE [2024-01-01, 2025-01-01)",
        "FR [2023-01-01, 2024-01-01)",
        "DE [2024-01-01, 2025-01-01)",
    ]
    assert refused(b"id,gas,at,from,to\n1,5,,2024-01-01,2025-01-01\n", how) == [
        "f, row 2, at: must not be empty"
    ]


def test_an_omission_by_filled_columns_and_totals_that_are_wrong() -> None:
    how = layout(
        omissions=Omission(reason="a heading", blank="gas", filled="note"),
        total=Total("t", "tCO2e"),
        id=("id",),
    )
    intake = read_activity_file(b"id,gas,note,t\nEast,,x,\n1,,,-2\n", how)
    assert intake.tally() == {"left_out": 1, "blank": 1, "negative": 1}
    assert str(intake.published[0].amount) == "-2 tCO2e"
    assert repr(intake) == "<Intake of 0 activities, 1 published figures and 3 findings>"
    assert isinstance(intake, Intake)


def test_a_group_of_problems_without_rows() -> None:
    assert str(ProblemGroup(Problem("sheet", "have the sheet", hint="it has none"), ())) == (
        "must have the sheet; it has none"
    )


# --------------------------------------------------------------- Parquet, frames


def parquet(path: Path, select: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def test_odd_cells_of_parquet(tmp_path: Path) -> None:
    select = """SELECT 'a' id, 'nan'::DOUBLE gas, repeat('x', 10001) note, DATE 'infinity' "from",
        TIMESTAMP '2024-01-01 12:00:00' "to" """
    how = layout(form=Parquet(floats=Floats.SHORTEST), period=DATED, facility="note")
    assert refused(parquet(tmp_path / "odd", select), how) == [
        "f, row 1, note: must have at most 10000 characters, was 10001: " + "x" * 60,
        "f, row 1, from: must be a date of the years 1 to 9999, was infinity",
        "f, row 1, to: must be a date, or midnight of one without a zone, was the moment 2024-01-01 12:00:00",
        "f, row 1, gas: must be a finite number, was nan",
    ]


def test_a_path_that_duckdb_takes_for_many_files(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a[1].parquet", "SELECT 'a' id, 5 gas")
    how = layout(form=Parquet(floats=Floats.REFUSED))
    with pytest.raises(InvalidValueError, match="takes for many files"):
        read_activity_file(path, how)
    assert len(read_activity_file(path.read_bytes(), how).activities) == 1
    text = tmp_path / "a[1].csv"
    text.write_text("id,gas\n1,5\n", encoding="utf-8")
    assert not activity_frame(text, layout()).streamed


def frame_of(path: Path, text: str, **changes: Any) -> tuple[bool, list[Any], dict[str, int]]:  # noqa: ANN401
    path.write_bytes(text.encode())
    frame = activity_frame(path, layout(**changes))
    rows = frame.relation.project('id, amount, unit, "end"').fetchall()
    return frame.streamed, sorted(rows), dict(frame.tally)


def test_what_a_statement_reads_and_what_is_left_to_the_row_reader(tmp_path: Path) -> None:
    path, end = tmp_path / "f.csv", datetime.date(2025, 1, 1)
    one, plain = [("1", "5", "m3", end)], "id,gas\n1,5\n"
    assert frame_of(path, plain) == (True, one, {})
    for changes in (
        {"form": Csv(encoding="cp1252", delimiter=",", decimal=".", thousands="")},
        {"form": Csv(encoding="utf-8", delimiter=",", decimal=".", thousands=" '")},
        {"repeats": Repeats.SET_APART},
    ):
        assert frame_of(path, plain, **changes) == (False, one, {})
    assert frame_of(
        path, "id¦gas\n1¦5\n", form=Csv(encoding="utf-8", delimiter="¦", decimal=".", thousands="")
    ) == (
        False,
        one,
        {},
    )
    german = Csv(encoding="utf-8", delimiter=";", decimal=",", thousands=".")
    most = Measured("gas", GAS, unit="m3", most=9)
    assert frame_of(path, "id;gas\n1;1.234,5\n2;-7\n3;\n", form=german, measured=most) == (
        True,
        [("1", "1234.5", "m3", end), ("2", "-7", "m3", end)],
        {"blank": 1, "negative": 1, "suspicious": 1},
    )  # fmt: skip
    checked = Measured("gas", GAS, unit="m3", unit_column="u", blank=Blank.PROBLEM)
    assert frame_of(path, "id,gas,u\n1,5,m3\n", measured=checked) == (True, one, {})
    assert frame_of(path, "id,gas,u\n1,0,?\n", measured=checked) == (
        False,
        [("1", "0", "m3", end)],
        {"unit": 1},
    )
    dated = Dated("a", "b", Dates.DAY_FIRST, LastDay.INCLUDED)
    assert frame_of(path, "id,gas,a,b\n1,5,1.1.2024,31.12.2024\n", period=dated) == (False, one, {})


def test_what_duckdb_cannot_read_the_row_reader_reads_or_explains(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"id,gas\n1,5,7\n")
    with pytest.raises(Exception, match=r"f, row 2: must have 2 cells, was 3 cells"):
        activity_frame(path, layout())
    path.write_bytes(b"gas\n5\n")
    with pytest.raises(Exception, match=r"f, row 1, id: must be a column, once, was missing"):
        activity_frame(path, layout())
    path.write_bytes(b"no parquet")
    with pytest.raises(Exception, match="f: must be a Parquet file"):
        activity_frame(path, layout(form=Parquet(floats=Floats.REFUSED)))
    path.write_bytes(book([["id", "gas"], ["1", 5]]))
    assert not activity_frame(path, layout(form=BOOK)).streamed
    floats = parquet(tmp_path / "p", "SELECT '1' id, 0.1::DOUBLE gas, true note")
    with pytest.raises(Exception, match="be a column of exact numbers"):
        activity_frame(floats, layout(form=Parquet(floats=Floats.REFUSED)))
    assert activity_frame(floats, layout(form=Parquet(floats=Floats.SHORTEST))).streamed


def test_two_columns_and_a_kind_share_nothing(tmp_path: Path) -> None:
    kinds = {"g": GAS, "p": Kind("power", Scope.TWO)}
    how = {"measured": Measured("gas", kinds, unit="kWh", kind_column="k"), "form": CSV}
    assert frame_of(tmp_path / "f.csv", "id,gas,k\n1,5,g\n2,6,p\n", **how)[0]
    assert POWER.activity == "electricity"


def test_a_sheet_that_states_a_wrong_size_is_read_in_whole() -> None:
    raw = edited(b'<dimension ref="A1:B3"', b'<dimension ref="A1:B2"')
    assert [each.id for each in read_activity_file(raw, layout(form=BOOK)).activities] == ["1", "2"]


def test_a_frame_refuses_an_id_that_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"id,gas\n1,5\n2,5\n1,6\n")
    with pytest.raises(Exception, match="f, row 4, id: must be used once, was 1; row 2 has it"):
        activity_frame(path, layout())
