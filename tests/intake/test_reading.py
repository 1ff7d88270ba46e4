from __future__ import annotations

import builtins
import csv
import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import Calorific, Category, Scope
from carbonkit.errors import InvalidValueError, MissingExtraError, UnknownUnitError, WrongTypeError
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
    activity_frame,
    read_activity_file,
)
from carbonkit.values import Period, Place
from tests.intake.samples import BOOK, CSV, GAS, POWER, book, layout, refused

if TYPE_CHECKING:
    from pathlib import Path


class Pipe:
    """A stream that cannot be read twice."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)

    def seekable(self) -> bool:
        return False


def test_a_path_bytes_and_streams_give_the_same(tmp_path: Path) -> None:
    raw = b"id,gas\n1,5\n2,6\n"
    path = tmp_path / "meters.csv"
    path.write_bytes(raw)
    stream = io.BytesIO(raw)
    stream.read(3)
    sources: list[Any] = [path, str(path), raw, stream, Pipe(raw)]
    found = [read_activity_file(source, layout()).activities for source in sources]
    assert all(each == found[0] for each in found)
    assert not stream.closed
    assert found[0][0].file == "meters.csv"
    assert read_activity_file(path, layout(), name="other").activities[0].file == "other"


def test_what_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match=r"source: must be a file that can be read.*No such file"):
        read_activity_file(tmp_path / "none.csv", layout())
    with pytest.raises(InvalidValueError, match="be a file that can be read"):
        read_activity_file("a\0b", layout())
    with pytest.raises(WrongTypeError, match='open it with "rb"'):
        read_activity_file(io.StringIO("id"), layout())  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="layout: must be of type Layout"):
        read_activity_file(b"", "layout")  # type: ignore[arg-type]


def test_a_wide_row_makes_an_activity_for_each_amount_and_a_single_column_keeps_the_id() -> None:
    both = layout(
        measured=(Measured("gas", GAS, unit="m3"), Measured("kWh", POWER, unit="kWh", label="power")),
        prefix="2024/",
        blank=Blank.ABSENT,
    )
    intake = read_activity_file(b"id,gas,kWh,more\n1,5,0\n".replace(b"0\n", b"0,x\n"), both)
    assert [(each.id, str(each.quantity)) for each in intake.activities] == [
        ("2024/1/natural-gas", "5 m3"),
        ("2024/1/power", "0 kWh"),
    ]
    assert intake.unused == ("more",)
    assert [each.id for each in read_activity_file(b"id,gas\n1,5\n", layout()).activities] == ["1"]


def test_a_long_file_says_by_words_what_was_done_where_and_when() -> None:
    how = Layout(
        form=Csv(encoding="cp1252", delimiter=";", decimal=",", thousands="."),
        id=("Beleg", "Zeile"),
        facility="Werk",
        place=Placed("Ort", {"Köln": "DE/NW/Cologne"}),
        period=Dated("von", "bis", Dates.DAY_FIRST, LastDay.INCLUDED),
        measured=Measured(
            "Menge",
            {
                "Erdgas": Kind("natural gas", Scope.ONE, calorific=Calorific.GROSS),
                "Bahn": Kind("rail", Scope.THREE, category=Category.BUSINESS_TRAVEL),
            },
            kind_column="Was",
            unit_column="Einheit",
            most=10_000,
        ),
        units={"Pkm": "p_km"},
        blank=Blank.PROBLEM,
        repeats=Repeats.REFUSED,
    )
    text = (
        "Beleg;Zeile;Werk;Ort;von;bis;Was;Menge;Einheit\r\n"
        "7;1;Süd;Köln;01.02.2024;29.02.2024;Erdgas;-1.234,50;kWh\r\n"
        "7;2;Süd;DE;1/3/2024;31/3/2024;Bahn;12.000;Pkm\r\n"
    )
    intake = read_activity_file(text.encode("cp1252"), how)
    gas, rail = intake.activities
    assert str(gas) == "7/1: -1234.50 kWh of natural gas at DE/NW/Cologne, [2024-02-01, 2024-03-01)"
    assert (gas.calorific, gas.facility, rail.category) == (Calorific.GROSS, "Süd", Category.BUSINESS_TRAVEL)
    assert (str(rail.quantity), str(rail.period)) == ("12000 p_km", "[2024-03-01, 2024-04-01)")
    assert [str(each) for each in intake.findings] == [
        "input, row 2, Menge: negative; kept, was -1234.50",
        "input, row 3, Menge: above 10000; kept, was 12000",
    ]


def test_months_first_and_the_last_of_all_days() -> None:
    how = layout(period=Dated("from", "to", Dates.MONTH_FIRST, LastDay.INCLUDED))
    (activity,) = read_activity_file(b"id,gas,from,to\n1,5,12/30/2024,12/31/2024\n", how).activities
    assert str(activity.period) == "[2024-12-30, 2025-01-01)"
    assert refused(b"id,gas,from,to\n1,5,12/31/2024,12/31/9999\n2,5,,x\n", how) == [
        "f, row 2, to: must end before the last of all days, was 9999-12-31",
        "f, row 3, from: must not be empty; write YYYY-MM-DD",
        "f, row 3, to: must be a date such as 12/31/2018, was x",
    ]


def test_several_header_rows_are_joined_and_filled() -> None:
    text = b"Report,,,\nid,Gas,,Power\n,m3,kWh,kWh\n(example),1,2,3\n7,5,6,8\n"
    how = layout(
        header=(2, 3),
        fill_header=True,
        measured=(Measured("Gas / kWh", GAS, unit="kWh"), Measured("Power / kWh", POWER, unit="kWh")),
        data_from=5,
    )
    assert [str(each.quantity) for each in read_activity_file(text, how).activities] == ["6 kWh", "8 kWh"]


def test_a_file_without_ids_or_header_counts_its_rows_and_columns() -> None:
    how = layout(header=(), id=(), facility="1", measured=Measured("3", GAS, unit="m3"))
    (activity,) = read_activity_file(b"mill,x,5\n", how).activities
    assert (activity.id, activity.facility) == ("row 1", "mill")


def test_progress_is_told_every_ten_thousand_rows_and_at_the_end() -> None:
    told: list[int] = []
    text = "id,gas\n" + "".join(f"{number},1\n" for number in range(25_000))
    read_activity_file(text.encode(), layout(), progress=told.append)
    assert told == [10_000, 20_000, 25_000]


AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)
ROWS = st.lists(
    st.tuples(st.text(min_size=1, max_size=9), AMOUNTS),
    max_size=8,
    unique_by=lambda row: " ".join(row[0].split()),
)


@given(ROWS)
def test_what_was_written_is_read(rows: list[tuple[str, Decimal]]) -> None:
    rows = [(name, amount) for name, amount in rows if name.isprintable() and name.strip()]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["id", "gas"])
    writer.writerows([name, f"{amount:,f}".translate(str.maketrans(",.", ".,"))] for name, amount in rows)
    how = layout(form=Csv(encoding="utf-16", delimiter=";", decimal=",", thousands="."))
    read = read_activity_file(out.getvalue().encode("utf-16"), how).activities
    assert [(each.id, each.quantity.number) for each in read] == [
        (" ".join(name.split()), amount) for name, amount in rows
    ]


def with_values(raw: bytes, values: list[str]) -> bytes:
    """Put numbers into a workbook as Excel writes them; openpyxl writes 16 digits only."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                for index, value in enumerate(values):
                    content = content.replace(f"<v>{9000 + index}</v>".encode(), f"<v>{value}</v>".encode())
            new.writestr(part, content)
    return out.getvalue()


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)


@given(st.lists(NUMBERS.filter(lambda number: not number or abs(number) > 1e-40), max_size=6))
def test_a_float_of_a_workbook_is_read_as_the_shortest_decimal_of_it(numbers: list[float]) -> None:
    rows = [[f"row {index}", 9000 + index] for index in range(len(numbers))]
    raw = with_values(book([["id", "gas"], *rows]), [f"{number:.17g}" for number in numbers])
    read = [each.quantity.number for each in read_activity_file(raw, layout(form=BOOK)).activities]
    assert read == [Decimal(repr(number)) for number in numbers]
    assert [float(number) for number in read] == numbers


def test_numbers_written_as_text_in_a_workbook_are_read_as_declared_and_reported() -> None:
    how = layout(form=Workbook(sheet="Data", decimal=",", thousands="."))
    intake = read_activity_file(book([["id", "gas"], ["a", "1.234,5"], ["b", 0.1]]), how)
    assert [str(each.quantity) for each in intake.activities] == ["1234.5 m3", "0.1 m3"]
    assert intake.tally() == {"text_number": 1}


def parquet(path: Path, select: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


TYPED = """SELECT * FROM (VALUES
    ('a', 0.1::FLOAT, 0.30000000000000004::DOUBLE, 1.50::DECIMAL(9,2), 7,
     DATE '2024-01-01', TIMESTAMP '2025-01-01'),
    ('b', 1e10::FLOAT, 1e20::DOUBLE, -2.00::DECIMAL(9,2), 0, DATE '2024-01-01', TIMESTAMP '2025-01-01')
) t(id, f, d, exact, whole, "from", "to")"""


def test_the_typed_columns_of_parquet(tmp_path: Path) -> None:
    how = layout(
        form=Parquet(floats=Floats.SHORTEST),
        period=Dated("from", "to", Dates.ISO, LastDay.EXCLUDED),
        measured=[Measured(each, GAS, unit="m3", label=each) for each in ("f", "d", "exact", "whole")],
    )
    path = parquet(tmp_path / "typed.parquet", TYPED)
    intake = read_activity_file(path, how)
    assert [str(each.quantity.number) for each in intake.activities] == [
        *("0.1", "0.30000000000000004", "1.50", "7"),
        *("10000000000", "100000000000000000000", "-2.00", "0"),
    ]
    assert [each.row for each in intake.activities] == [1] * 4 + [2] * 4
    assert str(intake.activities[0].period) == "[2024-01-01, 2025-01-01)"
    assert read_activity_file(path.read_bytes(), how).activities == intake.activities


FRAMED = [
    ('id,gas,kWh\na,"1,234.5",5\nb,,-7\nc,+0,\n', True, {}),
    ("id,gas,kWh\na,5,1\n\nb,,7\n", True, {}),
    ("id,gas,kWh\n\u00a0a  b\u2003c ,5,1\n", True, {}),
    ("id,gas,kWh\na,1e3,5\n", False, {}),
    ("id,gas,kWh\na,1,5\n,,\n", False, {}),
    ("id,gas,kWh\nNote,,\na,1,5\n", False, {"omissions": Omission(reason="note", starts={"id": "Note"})}),
    ("\n\nid,gas,kWh\na,1,5\n", False, {"header": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "streamed", "more"), FRAMED)
def test_a_frame_holds_what_reading_gives(
    tmp_path: Path,
    text: str,
    streamed: bool,  # noqa: FBT001  a parameter of the test
    more: dict[str, object],
) -> None:
    form = Csv(encoding="utf-8", delimiter=",", decimal=".", thousands=",")
    kinds = (Measured("gas", GAS, unit="m3"), Measured("kWh", POWER, unit="kWh"))
    how = layout(form=form, measured=kinds, **more)
    path = tmp_path / "f.csv"
    path.write_text("\ufeff" + text, encoding="utf-8")
    for source in (path, path.read_bytes()):
        intake, frame = read_activity_file(source, how), activity_frame(source, how)
        assert frame.streamed == (streamed and source is path)
        rows = frame.relation.fetchall()
        assert sorted((row[0], Decimal(row[3]), *row[1:3], *row[4:]) for row in rows) == sorted(
            (
                *(each.id, each.quantity.number, each.facility, each.activity, each.quantity.unit),
                *(each.place.path, each.period.start, each.period.end, each.scope.value, None, None),
            )
            for each in intake.activities
        )
        assert frame.relation.columns == [
            *("id", "facility", "activity", "amount", "unit", "place", "start", "end", "scope"),
            *("category", "calorific"),
        ]
        plain = {code: count for code, count in intake.tally().items() if code in ("blank", "negative")}
        assert {code: count for code, count in frame.tally.items() if code in plain} == plain


def test_a_frame_of_words_dates_and_kinds_and_of_parquet(tmp_path: Path) -> None:
    how = layout(
        facility="site",
        place=Placed("where", {"Kiel": "DE/SH"}),
        period=Dated("from", "to", Dates.ISO, LastDay.INCLUDED),
        measured=Measured(
            "amount",
            {
                "Gas": Kind("gas", Scope.ONE, calorific=Calorific.NET),
                "Rail": Kind("rail", Scope.THREE, category=Category(6)),
            },
            kind_column="what",
            unit_column="unit",
        ),
        units={"Pkm": "p_km"},
    )
    lines = """\
id,site,where,from,to,what,amount,unit
1,x'y,Kiel,2024-01-01,2024-12-31,Gas,1.50,kWh
2,y,DE,2024-01-01,2024-01-31,Rail,7,Pkm
3,y,DE,2024-01-01,2024-01-31,Rail,9,USD@2022
"""
    path = tmp_path / "f.csv"
    path.write_text(lines, encoding="utf-8")
    csv_file = f"read_csv('{path}', quote='\"', types={{'amount': 'DECIMAL(9,2)'}})"
    typed = parquet(tmp_path / "f.parquet", f"FROM {csv_file}")
    expected = [
        ("1", "x'y", "gas", "1.50", "kWh", "DE/SH", "2024-01-01", "2025-01-01", 1, None, "net"),
        ("2", "y", "rail", "7", "p_km", "DE", "2024-01-01", "2024-02-01", 3, 6, None),
        ("3", "y", "rail", "9", "USD@2022", "DE", "2024-01-01", "2024-02-01", 3, 6, None),
    ]
    for source, form in ((path, CSV), (typed, Parquet(floats=Floats.REFUSED))):
        frame = activity_frame(
            source, layout(**{name: getattr(how, name) for name in NAMED} | {"form": form})
        )
        assert frame.streamed
        rows = sorted(frame.relation.fetchall())
        assert [(*row[:3], Decimal(row[3]), *row[4:6], *map(str, row[6:8]), *row[8:]) for row in rows] == [
            (*row[:3], Decimal(row[3]), *row[4:]) for row in expected
        ]


NAMED = ("facility", "place", "period", "measured", "units")


def test_a_frame_of_a_workbook_is_in_memory() -> None:
    frame = activity_frame(book([["id", "gas"], ["a", 0.1]]), layout(form=BOOK))
    assert repr(frame) == "<ActivityFrame, in memory>"
    assert frame.relation.project("id, amount").fetchall() == [("a", "0.1")]


@pytest.mark.parametrize(("form", "extra"), [(BOOK, "excel"), (Parquet(floats=Floats.REFUSED), "bulk")])
def test_an_extra_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, form: Workbook | Parquet, extra: str
) -> None:
    load = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name in ("openpyxl", "duckdb"):
            raise ImportError(name=name)
        return load(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=rf"pip install carbonkit\[{extra}\]"):
        read_activity_file(b"", layout(form=form))


def text_file(**changes: str) -> Csv:
    return Csv(**({"encoding": "utf-8", "delimiter": ",", "decimal": ".", "thousands": ""} | changes))


def gas_in(column: str) -> Measured:
    return Measured(column, GAS, unit="m3")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: text_file(encoding="rot13"), "encoding: must be the name"),
        (lambda: text_file(encoding="utf-9"), "encoding: must be the name"),
        (lambda: text_file(delimiter=",,"), "delimiter: must be one sign"),
        (lambda: text_file(decimal="'"), 'decimal: must be "." or ","'),
        (lambda: text_file(thousands=",."), "thousands: must be the signs"),
        (lambda: text_file(delimiter='"'), "quote: must differ"),
        (lambda: Workbook(sheet=""), "sheet: must not be empty"),
        (lambda: Workbook(sheet="x", decimal="."), "must be given together"),
        (lambda: Kind("x", Scope.ONE, category=Category(1)), "category: must stand in scope 3 only"),
        (lambda: Measured("x", GAS), "unit: must have a unit or a column of units"),
        (lambda: Measured("", GAS, unit="m3"), "column: must be the name of a column"),
        (lambda: Measured("x", {}, unit="m3"), "kind: must name a kind"),
        (lambda: Measured("x", {"a": GAS}, unit="m3"), "kind_column: must have one kind, or a table"),
        (lambda: Measured("x", GAS, unit="m3", kind_column="y"), "kind_column: must have one kind"),
        (lambda: Measured("x", GAS, unit="m3", label="\n"), "label: must be a printable text"),
        (lambda: Placed("x", {"y": "nowhere"}), "place: must be an ISO 3166"),
        (lambda: Total("x", "kg"), "unit: must be a unit of CO2e"),
        (lambda: Total("x", "stone"), "unit: must be a unit of CO2e"),
        (lambda: Omission(reason="x"), "rows: must number the rows, or say"),
        (lambda: Omission(reason=" ", rows=1), "reason: must say why"),
        (lambda: Omission(reason="x", rows=0), "row: must count from 1"),
        (lambda: Omission(reason="x", blank=" "), "column: must be names of columns"),
        (lambda: layout(form="csv"), "form: must be of type Csv or Workbook or Parquet"),
        (lambda: layout(measured=()), "measured: must name one column of amounts or more"),
        (lambda: layout(measured=[*map(gas_in, "ab")]), "each with a label of its own"),
        (lambda: layout(header=(3, 2)), "header: must be at most 20 rows, in their order"),
        (lambda: layout(data_from=1), "data_from: must stand after the header"),
        (lambda: layout(period=Period("2024-01-01", None)), "period: must have an end"),
    ],
)  # fmt: skip
def test_a_layout_that_contradicts_itself_is_refused(make: object, said: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValueError) as refusal:
        make()
    assert said in str(refusal.value)


def test_a_layouts_units_are_those_of_the_table() -> None:
    with pytest.raises(UnknownUnitError):
        layout(units={"Cubic meter": "cbm"})
    with pytest.raises(UnknownUnitError):
        Measured("x", GAS, unit="cbm")


def test_a_layout_can_be_hashed_and_compared() -> None:
    assert {layout(units={"a": "m3"}), layout(units={"a": "m3"})} == {layout(units=(("a", "m3"),))}
    assert layout().first == 2
    assert layout(place=Placed("where")).columns == ("id", "gas", "where")
    assert Place("DE") == layout().place
