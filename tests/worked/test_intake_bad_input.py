"""
Bad files: all that is wrong with one comes at once, by row and column, and nothing of it is read.

The cases are those that real inputs showed, see data.md 6 (7) and accounting.md 1.2 of the
project's research: wrong encodings, byte-order marks, thousands separators, units in columns,
footnotes, missing and repeated ids, dates that no factor covers, cells of 10 MB.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonkit.accounting import Catalogue, Factor, Rate, Scope, account
from carbonkit.errors import BatchError, CarbonkitError
from carbonkit.intake import (
    Blank,
    Csv,
    Dated,
    Dates,
    Floats,
    Kind,
    LastDay,
    Layout,
    Measured,
    Omission,
    Parquet,
    Placed,
    Repeats,
    Total,
    Workbook,
    _excel_parts,
    activity_frame,
    group_problems,
    read_activity_file,
)
from carbonkit.values import Period, Place, Source
from tests.intake.samples import BOOK, CSV, GAS, POWER, book, layout, refused

if TYPE_CHECKING:
    from pathlib import Path

    import openpyxl
    from openpyxl.worksheet.worksheet import Worksheet

# ------------------------------------------------------------------- all at once


def test_problems_of_all_rows_come_together_and_nothing_is_read() -> None:
    how = layout(
        form=Csv(encoding="utf-8-sig", delimiter=",", decimal=".", thousands=","),
        facility="site",
        place=Placed("where", {"Kiel": "DE/SH/Kiel"}),
        period=Dated("from", "to", Dates.DAY_FIRST, LastDay.INCLUDED),
        measured=(
            Measured("gas", GAS, unit_column="gas unit"),
            Measured("power", POWER, unit="kWh", blank=Blank.PROBLEM),
        ),
        units={"Cubic meter": "m3"},
        total=Total("total", "tCO2e"),
    )
    text = """\
id,site,where,from,to,gas,gas unit,power,total
1,mill,Kiel,01.01.2024,31.12.2024,"1,234.5",Cubic meter,10,1
2,mill,Nowhere,01.01.2024,31.02.2024,"12,34",Cubic Meter,,x
2,,Kiel,2024-01-01,31.12.2024,5,therm,n/a,1
,mill,Kiel,31.12.2024,01.01.2024,,,1e99,1
4,mill,Kiel,01.01.2024,31.12.2024,1
5,mill,Kiel,01.01.2024,31.12.2024,5,kWh,"1.5,",#N/A
"""
    found = refused(text.encode(), how)
    place = 'be an ISO 3166 country code, then narrower places, such as "CN/SH" or "US/WA/Seattle"'
    number = 'be a plain number such as "1234.5" or "1,234.5"'
    unit = "be a unit of the table, or a word of the layout"
    iso = "say dates=Dates.ISO in the layout"
    nothing = 'say blanks=["{}"] in the layout if it stands for nothing'
    assert found == [
        f"f, row 3, where: must {place}, was Nowhere; or a word that the layout gives a place for",
        "f, row 3, to: must be a day that exists, written like 31.12.2018, was 31.02.2024",
        f'f, row 3, gas: must {number}, was 12,34; say decimal="," in the layout if that is what it is',
        (
            f"f, row 3, gas unit: must {unit}, was Cubic Meter; "
            'say units={"Cubic Meter": "…"} in the layout, which has "Cubic meter"'
        ),
        'f, row 3, power: must not be empty; write "0" if zero was meant',
        f"f, row 3, total: must {number}, was x; {nothing.format('x')}",
        "f, row 4, site: must not be empty",
        "f, row 4, id: must be used once, was 2; row 3 has it",
        f"f, row 4, from: must be a date such as 31.12.2018, was 2024-01-01; {iso}",
        (
            f"f, row 4, gas unit: must {unit}, was therm; "
            'say units={"therm": "therm_us" or "therm_ec"} in the layout'
        ),
        f"f, row 4, power: must {number}, was n/a; {nothing.format('n/a')}",
        "f, row 5, id: must not be empty",
        "f, row 5, to: must be after the start 2024-12-31, was 2024-01-02",
        "f, row 5, power: must have at most 60 digits and an exponent within ±60, was 1E+99",
        "f, row 6: must have 9 cells, was 6 cells",
        f"f, row 7, power: must {number}, was 1.5,",
        f"f, row 7, total: must {number}, was #N/A; {nothing.format('#N/A')}",
    ]


def test_what_is_wrong_a_thousand_times_stops_the_reading_and_can_be_grouped() -> None:
    text = "id,gas\n" + "".join(f"{number},x\n" for number in range(3000))
    with pytest.raises(BatchError) as refusal:
        read_activity_file(text.encode(), layout())
    problems = refusal.value.problems
    assert len(problems) == 1001
    assert problems[-1].must == "have under 1000 problems"
    first, last = group_problems(problems)
    assert len(first.rows) == 1000
    assert str(first).endswith("1000 times, in rows 2, 3, 4, 5, 6, 7, 8, 9, …")
    assert last.first.code == "too_many"


def test_dates_outside_every_factor_come_from_account_for_all_rows_with_file_and_row() -> None:
    how = layout(period=Dated("from", "to", Dates.ISO, LastDay.EXCLUDED))
    text = "id,gas,from,to\n1,5,2024-01-01,2025-01-01\n2,6,1999-01-01,2000-01-01\n3,7,2024-07-01,2025-07-01\n"
    intake = read_activity_file(text.encode(), how, name="meters.csv")
    source = Source("a test", "factors", 2024)
    factor = Factor(
        "gas", "1", "natural gas", Place("DE"), Period.year(2024), "m3", (Rate("CO2", "2", "kg"),), source
    )
    with pytest.raises(BatchError) as refusal:
        account(intake.activities, Catalogue([factor]))
    assert [(each.file, each.row, each.code) for each in refusal.value.problems] == [
        ("meters.csv", 3, "unknown_factor"),
        ("meters.csv", 4, "unknown_factor"),
    ]


# -------------------------------------------------------------------- encodings

TEXT = "id,gas\nKöln,5\nZürich,6\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_byte_order_mark_is_passed_over(encoding: str) -> None:
    how = layout(form=Csv(encoding=encoding, delimiter=",", decimal=".", thousands=""))
    raw = ("\ufeff" if encoding == "utf-16-le" else "") + TEXT
    assert [each.facility for each in read_activity_file(raw.encode(encoding), how).activities] == [
        "Köln",
        "Zürich",
    ]
    marked = ("\ufeff" + TEXT).encode()
    assert len(read_activity_file(marked, layout()).activities) == 2


MARKED = 'it begins with the byte-order mark of encoding="utf-16"'
OTHER = 'try the encoding it was saved in, such as "cp1252", "gb18030" or "utf-16"'
CHINESE = TEXT.replace("Köln", "北京").replace("Zürich", "上海")
LONG = "id,gas\n" + "x,1\n" * 30_000


@pytest.mark.parametrize(
    ("written", "read", "row", "byte", "hint"),
    [
        (TEXT.encode("utf-16"), "utf-8", 1, "0xff at offset 0", MARKED),
        (TEXT.encode("utf-16-le"), "utf-8", 2, "0xf6 at offset 16", OTHER),
        (CHINESE.encode("gbk"), "utf-8", 2, "0xb1 at offset 7", OTHER),
        (TEXT.encode("latin-1"), "utf-8", 2, "0xf6 at offset 8", OTHER),
        ((LONG + "é,1\n").encode("latin-1"), "utf-8", 30_002, "0xe9 at offset 120007", OTHER),
        (LONG.encode() + b"\x81", "gbk", 30_002, "0x81 at offset 120007", OTHER),
    ],
    ids=["utf-16", "utf-16 without mark", "gbk", "latin-1", "late", "half a sign"],
)
def test_a_wrong_encoding_names_the_byte_the_row_and_what_to_try(
    written: bytes, read: str, row: int, byte: str, hint: str
) -> None:
    how = layout(form=Csv(encoding=read, delimiter=",", decimal=".", thousands=""), repeats=Repeats.SET_APART)
    assert [each for each in refused(written, how) if "text in" in each] == [
        f"f, row {row}: must be text in {read}, was byte {byte}; {hint}"
    ]


def test_rows_before_the_bytes_that_are_no_text_are_still_checked() -> None:
    raw = b"id,gas\nx,wrong\n\xff,1\n"
    assert [each.split(":")[0] for each in refused(raw, layout())] == ["f, row 2, gas", "f, row 3"]


def test_utf_16_read_as_latin_1_is_refused_for_its_nul_characters() -> None:
    how = layout(form=Csv(encoding="latin-1", delimiter=",", decimal=".", thousands=""))
    found = refused(TEXT.encode("utf-16-le"), how)
    assert found[0] == (
        'f, row 1, header, column 1: must hold no NUL character, was i␀d␀; if all do, say encoding="utf-16" '
        'or "utf-16-le"'
    )


def test_utf_8_read_as_latin_1_is_a_finding_because_no_one_can_know() -> None:
    how = layout(form=Csv(encoding="latin-1", delimiter=",", decimal=".", thousands=""))
    intake = read_activity_file(TEXT.encode(), how)
    assert [(each.row, each.field, each.code) for each in intake.findings] == [
        (2, "id", "damaged_text"),
        (3, "id", "damaged_text"),
    ]
    assert read_activity_file(TEXT.encode(), layout()).findings == ()


# -------------------------------------------------------------- numbers and units


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ('"1,234"', 'say thousands="," in the layout'),
        ("1 234", 'say thousands=" " in the layout'),
        ("1'234.5", 'say thousands="\'" in the layout'),
        ('"1.234,5"', 'say decimal="," and thousands="." in the layout'),
        ('"1234,5"', 'say decimal="," in the layout'),
        ("12 kWh", "a unit stands in a column of its own"),
        ("12-", "write the minus in front"),
        ("(12)", "write the minus in front"),
        ("n/a", 'say blanks=["n/a"] in the layout'),
        ("１２", ""),
        ("TRUE", ""),
        ("NaN", ""),
    ],
)
def test_a_number_that_the_layout_does_not_declare_is_refused_with_what_to_say(cell: str, hint: str) -> None:
    (found,) = refused(f"id,gas\n1,{cell}\n".encode(), layout())
    assert found.startswith('f, row 2, gas: must be a plain number such as "1234.5", was')
    assert hint in found
    assert (";" in found) == bool(hint)


@pytest.mark.parametrize("written", ["0,123", "00,123", "0,500", "-0,123", "0,123,456"])
def test_a_group_that_begins_with_zero_is_no_thousand_in_any_reader(tmp_path: Path, written: str) -> None:
    hint = 'say decimal="," in the layout if that is what it is' if written.count(",") == 1 else ""
    must = 'be a plain number such as "1234.5" or "1,234.5"'
    said = f"gas: must {must}, was {written}" + (f"; {hint}" if hint else "")
    how = layout(form=Csv(encoding="utf-8", delimiter=";", decimal=".", thousands=","))
    path = tmp_path / "f"
    path.write_text(f"id;gas\n1;{written}\n", encoding="utf-8")
    assert refused(path, how) == [f"f, row 2, {said}"]
    with pytest.raises(BatchError, match=f"was {written}"):
        activity_frame(path, how)
    texts = layout(form=Workbook(sheet="Data", decimal=".", thousands=","))
    assert refused(book([["id", "gas"], ["1", written]]), texts) == [f"f, row 2, {said}"]


def test_a_group_that_begins_with_zero_gets_no_hint_to_group() -> None:
    (found,) = refused(
        b"id;gas\n1;0,123\n", layout(form=Csv(encoding="utf-8", delimiter=";", decimal=".", thousands=""))
    )
    assert found.endswith('was 0,123; say decimal="," in the layout if that is what it is')


@pytest.mark.parametrize(("written", "amount"), [("1,000", 1000), ("10,203", 10203), ("-999,999.0", -999999)])
def test_a_group_that_begins_with_another_digit_is_one(written: str, amount: int) -> None:
    how = layout(form=Csv(encoding="utf-8", delimiter=";", decimal=".", thousands=","))
    (activity,) = read_activity_file(f"id;gas\n1;{written}\n".encode(), how).activities
    assert activity.quantity.number == amount


def test_a_unit_beside_a_zero_is_a_finding_and_beside_an_amount_a_problem() -> None:
    how = layout(measured=Measured("gas", GAS, unit="m3", unit_column="unit"))
    intake = read_activity_file(b"id,gas,unit\n1,0,-\n2,0,\n3,5,m3\n", how)
    assert [str(each.quantity) for each in intake.activities] == ["0 m3", "0 m3", "5 m3"]
    assert intake.tally() == {"unit": 2}
    assert refused(b"id,gas,unit\n1,5,-\n2,5,kWh\n3,5,\n", how) == [
        (
            "f, row 2, unit: must be a unit of the table, or a word of the layout, was -; say "
            'units={"-": "…"} in the layout'
        ),
        "f, row 3, unit: must be m3, was kWh",
        "f, row 4, unit: must not be empty; it should be m3",
    ]


def test_footnotes_are_left_out_as_declared_and_a_problem_otherwise() -> None:
    text = b"id,gas\n1,5\nNote: estimated\nTotal,5\n\n,\n"
    noted = Omission(reason="footnote", blank="gas", starts={"id": "Note:"})
    total = Omission(reason="the file's own total", starts={"id": "Total"})
    intake = read_activity_file(text, layout(omissions=(noted, total)), name="f")
    assert [each.id for each in intake.activities] == ["1"]
    assert [str(each) for each in intake.findings] == [
        "f, row 3: left out: footnote, was Note: estimated",
        "f, row 4: left out: the file's own total; it holds gas 5, was Total",
        "f: 1 rows with nothing in them; passed over, was 6",
    ]
    assert refused(text, layout()) == ["f, row 3: must have 2 cells, was 1 cells"]
    gone = layout(omissions=Omission(reason="example", rows=[2, 99]))
    assert refused(b"id,gas\n1,5\n", gone) == ["f, row 99, omissions: must be a row of the file"]


@pytest.mark.parametrize(
    ("repeats", "ids", "said"),
    [
        (Repeats.SET_APART, ["1", "1 (row 3)", "2", "1 (row 5)"], []),
        (Repeats.REFUSED, [], ["row 3, id", "row 5, id"]),
        (Repeats.LEFT_OUT_IF_EQUAL, [], ["row 5, id"]),
    ],
)
def test_ids_that_come_again(repeats: Repeats, ids: list[str], said: list[str]) -> None:
    how, text = layout(repeats=repeats), b"id,gas\n1,5\n1,5\n2,5\n1,6\n"
    assert [each.split(":")[0].removeprefix("f, ") for each in refused(text, how)] == said
    if not said:
        intake = read_activity_file(text, how)
        assert [each.id for each in intake.activities] == ids
        assert [each.row for each in intake.findings] == [3, 5]


def test_an_equal_row_is_left_out_and_reported() -> None:
    intake = read_activity_file(b"id,gas\n1,5\n1,5\n", layout(repeats=Repeats.LEFT_OUT_IF_EQUAL), name="f")
    assert len(intake.activities) == 1
    assert [str(each) for each in intake.findings] == [
        "f, row 3, id: equal to row 2 in all cells; left out, was 1"
    ]


# -------------------------------------------------------------- hostile text files


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_10_mb_is_named_and_the_rows_behind_it_are_read(quote: str) -> None:
    huge = quote + "9" * 10_485_760 + quote
    text = f"id,gas,note\n1,{huge},x\n2,wrong,x\n3,5,{huge}\n4,no,x\n".encode()
    found = refused(text, layout())
    number = 'must be a plain number such as "1234.5", was'
    assert [each.replace("9", "") for each in found] == [
        "f, row 2, gas: must have at most 10000 characters, was 10485760: ",
        f"f, row 3, gas: {number} wrong",
        "f, row 4, note: must have at most 10000 characters, was 10485760: ",
        f"f, row 5, gas: {number} no",
    ]


def test_a_huge_cell_over_many_lines_is_one_problem() -> None:
    huge = "\n".join(["9" * 100] * 2000)
    text = f'id,gas,note\n1,5,"{huge}"\n2,wrong,x\n'.encode()
    found = refused(text, layout())
    assert [each.split(":")[0] for each in found] == ["f, row 2, note", "f, row 2002, gas"]


def test_a_line_without_an_end_stops_at_a_limit() -> None:
    (found,) = refused(b"id,gas\n" + b"9" * 33_000_000, layout())
    assert found == "f, row 2: must have rows of at most 32000000 characters, was a longer one"


def test_a_nul_is_named_by_row_and_column() -> None:
    found = refused(b"id,gas,note\n1,5,a\0b\n2,\x00,x\n", layout())
    assert [each.split(":")[0] for each in found] == ["f, row 2, note", "f, row 3, gas"]


def test_ragged_rows_and_broken_quotes_are_named_by_row() -> None:
    text = b'id,gas\n1,5,6\n2\n3,"5"x\n4,7\n5,"open\n'
    assert refused(text, layout()) == [
        "f, row 2: must have 2 cells, was 3 cells",
        "f, row 3: must have 2 cells, was 1 cells",
        "f, row 4: must be well-formed CSV, was ',' expected after '\"'",
        "f, row 6: must be well-formed CSV, was a quote that is opened and never closed",
    ]


def test_a_file_without_its_header_or_its_columns() -> None:
    assert refused(b"", layout()) == ["f, row 1, header: must have its header there, was nothing"]
    assert refused(b"id;gas\n1;5\n", layout()) == [
        'f, row 1, id: must be a column, once, was missing; the file has "id;gas"',
        'f, row 1, gas: must be a column, once, was missing; there is "id;gas"',
    ]
    assert refused(b"ID,Gas,Gas\n", layout(measured=Measured("Gas", GAS, unit="m3"))) == [
        'f, row 1, id: must be a column, once, was missing; the file has "ID", "Gas", "Gas"',
        "f, row 1, Gas: must be a column, once, was there 2 times; give the headers different names",
    ]


def test_the_row_of_a_text_file_is_the_line_on_which_it_begins() -> None:
    text = b'id,gas,note\n1,5,"two\nlines"\n2,x,\n\n3,y,\n'
    assert [each.split(":")[0] for each in refused(text, layout())] == ["f, row 4, gas", "f, row 6, gas"]


def test_a_file_with_only_a_header_makes_nothing_and_says_so() -> None:
    intake = read_activity_file(b"id,gas\n", layout())
    assert (intake.activities, intake.tally()) == ((), {"empty": 1})


def test_too_many_rows_are_refused() -> None:
    assert refused(b"id,gas\n1,5\n2,5\n", layout(), max_rows=1) == [
        "f, row 3: must have at most 1 rows of data"
    ]


# ------------------------------------------------------------------------ Excel

BOOKED = layout(form=BOOK)


def test_cells_of_a_workbook_that_are_no_amounts() -> None:
    def change(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["B3"] = "=1+1"
        sheet["B4"] = "#N/A"
        sheet["B4"].data_type = "e"
        sheet["C4"] = "#DIV/0!"
        sheet["C4"].data_type = "e"  # in a column that no one asks for
        sheet["B8"] = datetime.date(2024, 5, 1)

    raw = book(
        [["id", "gas", "note"], [1, 5], [2, 0], [3, 0], [4, True], [5, "12"], [6, "1,2"], [7, 0]], change
    )
    say = "say decimal and thousands in the layout if texts are to be read as numbers"
    assert refused(raw, BOOKED) == [
        (
            "f, row 3, gas: must have a saved value, was a formula without one; open and save it in a "
            "spreadsheet program, or paste the values"
        ),
        "f, row 4, gas: must be a value, was the error #N/A; mend the formula, or leave the cell blank",
        "f, row 5, gas: must not be a yes or no, was TRUE",
        f"f, row 6, gas: must be a number, not a text, was 12; {say}",
        f"f, row 7, gas: must be a number, not a text, was 1,2; {say}",
        "f, row 8, gas: must be a number, was the date 2024-05-01; format the column as numbers",
    ]


def test_a_merged_name_counts_for_all_its_rows_and_a_merged_amount_for_none() -> None:
    def merge(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("C3:C4")

    how = layout(form=BOOK, facility="site")
    rows: list[list[object]] = [["id", "site", "gas"], [1, "mill", 5], [2, None, 6], [3, "yard", None]]
    good = book(rows, lambda _, sheet: sheet.merge_cells("B2:B3"))
    assert [each.facility for each in read_activity_file(good, how).activities] == ["mill", "mill"]
    assert refused(book(rows, merge), how) == [
        (
            "f, row 4, gas: must not be a merged cell, was 6; one amount stands for several rows; "
            "unmerge the cells and say how much each row has"
        )
    ]


def test_hidden_sheets_rows_and_columns() -> None:
    def hide(made: openpyxl.Workbook, sheet: Worksheet) -> None:
        made.create_sheet("Visible")
        made.create_sheet("Old").sheet_state = "veryHidden"
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    raw = book([["id", "gas"], [1, 5], [2, 6]], hide)
    intake = read_activity_file(raw, BOOKED, name="f")
    assert len(intake.activities) == 2
    assert [str(each) for each in intake.findings] == [
        "f, sheet: a hidden sheet; not read, was Old",
        "f: 1 hidden rows; read like all others, was 3",
        "f: hidden columns; read like all others, was 2 to 2",
    ]
    hidden = "say hidden=True in the layout if it is the one"
    assert refused(raw, layout(form=Workbook(sheet="Old"))) == [
        f"f, sheet: must not be hidden, was Old; someone hid it; {hidden}",
    ]
    assert refused(raw, layout(form=Workbook(sheet="2024"))) == [
        'f, sheet: must have the sheet, was 2024; it has "Data", "Visible", "Old"'
    ]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    (found,) = refused(zipped(**{"xl__sheet.xml": bytes(300_000_000)}), BOOKED)
    assert found.startswith("f: must unpack to at most 256000000 bytes in 10000 parts, was 300000000 bytes")
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'
    assert refused(zipped(**{"xl__workbook.xml": laughs}), BOOKED) == [
        "f: must declare no document type, was DOCTYPE"
    ]


def test_a_package_of_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = book([["id", "gas"], [1, 5]])
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        parts = len(package.infolist())
    monkeypatch.setattr(_excel_parts, "_PARTS", parts)
    assert len(read_activity_file(raw, BOOKED).activities) == 1
    monkeypatch.setattr(_excel_parts, "_PARTS", parts - 1)
    (found,) = refused(raw, BOOKED)
    assert found.startswith(f"f: must unpack to at most 256000000 bytes in {parts - 1} parts, was ")
    assert f" bytes in {parts} parts; save" in found


def with_part(name: str, content: bytes) -> bytes:
    """Put a part into a good workbook, in place of the one of that name."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD_BOOK)) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in good.namelist():
            if part != name:
                made.writestr(part, good.read(part))
        made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "most"),
    [
        ("xl/styles.xml", 5_000_000),
        ("xl/Theme/theme1.xml", 5_000_000),
        ("xl/sharedStrings.xml", 32_000_000),
        ("xl/worksheets/none.xml", 5_000_000),
    ],
)
def test_a_part_that_is_read_in_whole_may_not_be_large(part: str, most: int) -> None:
    size = most + 1
    (found,) = refused(with_part(part, b"<a>" + b" " * (size - 7) + b"</a>"), BOOKED)
    assert found == (
        f"f, {part}: must unpack to at most {most} bytes in this part, was {size} bytes; save the sheet as "
        "CSV, which is read row by row"
    )


def test_too_many_shared_texts_are_refused_however_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_excel_parts, "_COUNT", 3)
    texts = b"<sst>" + b"<si/>" * 3 + b"</sst>"
    assert refused(with_part("xl/sharedStrings.xml", texts), BOOKED) == []
    (found,) = refused(with_part("xl/sharedStrings.xml", texts.replace(b"</sst>", b"<si/></sst>")), BOOKED)
    assert found.startswith("f, sharedStrings: must have at most 3 different texts, was more; save the sheet")


def test_a_large_sheet_and_a_large_picture_are_no_such_parts() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD_BOOK)) as good:
        sheet = good.read("xl/worksheets/sheet1.xml")
    for part, content in (
        ("xl/worksheets/sheet1.xml", sheet + b" " * 6_000_000),
        ("xl/media/image1.png", bytes(6_000_000)),
    ):
        assert refused(with_part(part, content), BOOKED) == []


def test_a_cell_far_to_the_right_makes_the_rows_between_count_those_that_are_not_there_too() -> None:
    def far(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["XFD1"] = "x"
        sheet["A5000"] = "x"

    (found,) = refused(book([["id", "gas"], [1, 5]], far), BOOKED)
    assert found.startswith("f, sheet: must have at most 10000000 cells, and 30000000 with the empty ones")


def test_rows_that_are_not_there_count_as_such() -> None:
    def gap(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["A5"], sheet["B5"] = 2, 6

    intake = read_activity_file(book([["id", "gas"], [1, 5]], gap), BOOKED, name="f")
    assert [(each.id, each.row) for each in intake.activities] == [("1", 2), ("2", 5)]
    assert [str(each) for each in intake.findings] == [
        "f: 2 rows with nothing in them; passed over, was 3, 4"
    ]


@pytest.mark.parametrize(
    ("shown", "found"),
    [("0%", 1), ("0.00%", 1), ("#,##0.0 %;[Red]-0 %", 1), ('0.0 "% of it"', 0), ("0.0\\%", 0), ("0.00", 0)],
)
def test_an_amount_that_is_shown_as_a_percentage_is_a_finding(shown: str, found: int) -> None:
    def show(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["B2"].number_format = shown
        sheet["C2"].number_format = "0%"  # in a column that no one asks for

    rows: list[list[object]] = [["id", "gas", "share", "t"], [1, 0.05, 0.5, 1]]
    intake = read_activity_file(book(rows, show), BOOKED, name="f")
    assert [str(each.quantity) for each in intake.activities] == ["0.05 m3"]
    assert type(intake.activities[0].quantity.number) is Decimal
    assert [str(each) for each in intake.findings] == [
        "f, row 2, gas: a cell that shows a percentage; read as the number behind it, was 0.05"
    ] * found


def test_a_published_total_that_is_shown_as_a_percentage_is_a_finding_too() -> None:
    def show(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["C2"].number_format = "0%"

    how = layout(form=BOOK, total=Total("t", "tCO2e"))
    intake = read_activity_file(book([["id", "gas", "t"], [1, 5, 2]], show), how)
    assert [(each.code, each.field, each.was) for each in intake.findings] == [("percentage", "t", "2")]


def test_a_lone_cell_far_away_does_not_make_the_sheet_large() -> None:
    def far(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["C1048576"] = "x"

    raw = book([["id", "gas"], [1, 5]], far)
    assert refused(raw, BOOKED)[0].startswith("f, row 1048576, id: must not be empty")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "f: must be an xlsx workbook, was BadZipFile: File is not a zip file"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "f: must be an xlsx workbook, was another format; it is an old"),
        (b"id,gas\n1,5\n", "f: must be an xlsx workbook, was BadZipFile: File is not a zip file"),
        (zipped(a=b"1"), "f: must be an xlsx workbook, was KeyError"),
    ],
)
def test_what_is_no_workbook(raw: bytes, said: str) -> None:
    (found,) = refused(raw, BOOKED)
    assert found.startswith(said)


# ---------------------------------------------------------------------- Parquet


def parquet(tmp_path: Path, select: str) -> bytes:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{tmp_path}/made.parquet'")
    return (tmp_path / "made.parquet").read_bytes()


def test_a_column_of_floats_or_booleans_is_one_problem(tmp_path: Path) -> None:
    how = layout(
        form=Parquet(floats=Floats.REFUSED),
        measured=(Measured("gas", GAS, unit="m3"), Measured("power", POWER, unit="kWh")),
        blank=Blank.PROBLEM,
    )
    rows = """FROM (VALUES
        ('1', 0.1::DOUBLE, true), ('2', 0.2::DOUBLE, false), (NULL, 1, true)
    ) t(id, gas, power)"""
    assert refused(parquet(tmp_path, rows), how) == [
        (
            "f, gas: must be a column of exact numbers, was binary floats; say floats=Floats.SHORTEST in the "
            "layout if the shortest decimal is what was meant"
        ),
        "f, power: must be a column of texts, numbers or dates, was boolean",
        "f, row 3, id: must not be empty",
    ]


def test_what_is_no_parquet() -> None:
    how = layout(form=Parquet(floats=Floats.REFUSED))
    assert refused(b"id,gas\n1,5\n", how) == ["f: must be a Parquet file, was b'id,g'"]
    assert refused(b"PAR1" + bytes(100), how)[0].startswith("f: must be a Parquet file that can be read, was")


# ------------------------------------------------------------------------- fuzz

LAYOUTS = [
    layout(),
    layout(form=Csv(encoding="utf-16", delimiter="\t", decimal=",", thousands=".")),
    layout(form=Csv(encoding="gb18030", delimiter=";", decimal=",", thousands=" .", quote="'")),
    layout(header=(), id="1", facility="1", measured=Measured("2", GAS, unit="m3")),
    BOOKED,
    layout(form=Parquet(floats=Floats.SHORTEST)),
]
PIECES = st.lists(
    st.sampled_from(
        [b"id,gas\n", b"1,5\n", b'"', b"\r", b"\0", b"\xff", b"id", b"gas", b",", b";", b"PAR1", b"PK\3\4"]
    )
    | st.binary(max_size=12),
    max_size=12,
).map(b"".join)


@pytest.mark.parametrize("how", LAYOUTS, ids=["utf-8", "utf-16", "gb18030", "bare", "xlsx", "parquet"])
@given(raw=PIECES)
@example(raw=b'id,gas\n"')
@example(raw=b"")
def test_no_bytes_raise_anything_but_an_error_of_carbonkit(how: Layout, raw: bytes) -> None:
    try:
        intake = read_activity_file(raw, how)
    except CarbonkitError:
        return
    assert all(each.quantity.number.is_finite() for each in intake.activities)


GOOD_BOOK = book([["id", "gas"], [1, 5], ["x", 0.1]])


@given(at=st.integers(0, len(GOOD_BOOK) - 1), value=st.integers(0, 255))
def test_a_workbook_with_a_wrong_byte_raises_nothing_else_either(at: int, value: int) -> None:
    raw = bytearray(GOOD_BOOK)
    raw[at] = value
    try:
        intake = read_activity_file(bytes(raw), BOOKED)
    except CarbonkitError:
        return
    assert [str(each.quantity) for each in intake.activities] == ["5 m3", "0.1 m3"]


@given(sheet=st.text(st.sampled_from('<>/"=rct0123456789ABv fs') | st.characters(codec="utf-8"), max_size=60))
def test_a_workbook_with_any_sheet_raises_nothing_else_either(sheet: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD_BOOK)) as good, zipfile.ZipFile(out, "w") as bad:
        for part in good.namelist():
            content = good.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<v>5</v>", sheet.encode())
            bad.writestr(part, content)
    try:
        read_activity_file(out.getvalue(), BOOKED)
    except CarbonkitError:
        return


def test_a_frame_refuses_the_same_with_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("id,gas\n1,x\n2,\n2,7\n", encoding="utf-8")
    with pytest.raises(BatchError) as refusal:
        activity_frame(path, layout())
    assert [str(each) for each in refusal.value.problems] == refused(path, layout())
    assert len(refusal.value.problems) == 2


def test_kinds_that_the_layout_does_not_know() -> None:
    how = layout(
        measured=Measured("gas", {"Gas": GAS, "Oil": Kind("oil", Scope.ONE)}, unit="m3", kind_column="fuel"),
        form=CSV,
    )
    assert refused(b"id,gas,fuel\n1,5,Gas\n2,5,Coal\n3,5,\n", how) == [
        "f, row 3, fuel: must be one of Gas, Oil, was Coal; add it to the kinds of the layout",
        "f, row 4, fuel: must be one of Gas, Oil",
    ]
