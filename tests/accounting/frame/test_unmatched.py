"""Rows that are in no figure come back with the reason; none is dropped, and none is counted twice."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import duckdb
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.accounting import Catalogue, Factor, Fallback, First, Rate, Scope2Method, gwp_set
from carbonkit.accounting.frame import Columns, Reason, account_frame
from carbonkit.accounting.frame._engine import EngineName
from carbonkit.errors import (
    FixedBasisError,
    InexactNumberError,
    IntegrityError,
    InvalidValueError,
    UnknownGasError,
    WrongTypeError,
)
from carbonkit.values import Mass, Place
from tests.accounting.frame.frames import CATALOGUE, ENGINES, SOURCE, YEAR, as_rows, rows_with, table_of

COLUMNS = Columns(category="category")
EACH = pytest.mark.parametrize("name", ENGINES)

FAULTS: dict[str, tuple[dict[str, Any], Reason]] = {
    "no id": ({"id": None}, Reason.MISSING_ID),
    "a blank id": ({"id": ""}, Reason.MISSING_ID),
    "no facility": ({"facility": None}, Reason.MISSING_FACILITY),
    "space around a facility": ({"facility": "A "}, Reason.BAD_FACILITY),
    "a facility too long": ({"facility": "A" * 201}, Reason.BAD_FACILITY),
    "no activity": ({"activity": None}, Reason.MISSING_ACTIVITY),
    "a blank activity": ({"activity": ""}, Reason.MISSING_ACTIVITY),
    "space around an activity": ({"activity": " gas"}, Reason.BAD_ACTIVITY),
    "no amount": ({"amount": None}, Reason.MISSING_AMOUNT),
    "a blank amount": ({"amount": " "}, Reason.MISSING_AMOUNT),
    "separators": ({"amount": "1,500"}, Reason.BAD_AMOUNT),
    "a word": ({"amount": "none"}, Reason.BAD_AMOUNT),
    "an exponent": ({"amount": "1e3"}, Reason.BAD_AMOUNT),
    "a line break": ({"amount": "1\n"}, Reason.BAD_AMOUNT),
    "no unit": ({"unit": None}, Reason.MISSING_UNIT),
    "an ambiguous name": ({"unit": "therm"}, Reason.UNKNOWN_UNIT),
    "no place": ({"place": None}, Reason.MISSING_PLACE),
    "a place in words": ({"place": "France"}, Reason.BAD_PLACE),
    "no start": ({"start": None}, Reason.BAD_START),
    "no such day": ({"start": "2025-02-30"}, Reason.BAD_START),
    "another form of date": ({"end": "01/04/2025"}, Reason.BAD_END),
    "an empty period": ({"end": "2025-03-01"}, Reason.BAD_PERIOD),
    "a period backwards": ({"end": "2025-02-01"}, Reason.BAD_PERIOD),
    "no scope": ({"scope": None}, Reason.MISSING_SCOPE),
    "a fourth scope": ({"scope": 4}, Reason.BAD_SCOPE),
    "a sixteenth category": ({"scope": 3, "category": "16"}, Reason.BAD_CATEGORY),
    "a category in scope 1": ({"category": "6"}, Reason.BAD_CATEGORY),
    "an unknown activity": ({"activity": "wood"}, Reason.NO_ACTIVITY),
    "another place": ({"place": "FR"}, Reason.NO_PLACE),
    "a narrower place": ({"place": "US/WA"}, Reason.NO_PLACE),
    "another dimension": ({"unit": "kg"}, Reason.NO_UNIT),
    "a unit that never converts": (
        {"activity": "power", "unit": "MJ", "scope": 2},
        Reason.INEXACT_CONVERSION,
    ),
    "gas bought as power": ({"scope": 2}, Reason.NO_METHOD),
    "power burnt": ({"activity": "power", "unit": "kWh"}, Reason.NO_METHOD),
    "before every factor": ({"start": "2024-12-31"}, Reason.NO_PERIOD),
    "over two factors": ({"start": "2025-12-31", "end": "2026-01-02"}, Reason.NO_PERIOD),
    "one method of two": (
        {"activity": "power", "unit": "kWh", "scope": 2, "start": "2025-09-30", "end": "2025-10-02"},
        Reason.NO_PERIOD,
    ),
}


def accounted(rows: list[tuple[Any, ...]], name: str, catalogue: Catalogue = CATALOGUE, **other: Any) -> Any:  # noqa: ANN401
    make, engine = ENGINES[name]
    frame = make(table_of(rows, dates=other.pop("dates", False)))
    columns = other.pop("columns", COLUMNS)
    return account_frame(
        frame, catalogue, columns=columns, scope_2=list(Scope2Method), engine=engine, **other
    )


@pytest.mark.parametrize("fallback", [None, Fallback(first=First.PLACE)], ids=["no fallback", "an empty one"])
@EACH
def test_every_fault_has_its_reason_and_the_good_row_is_counted(name: str, fallback: Fallback | None) -> None:
    good = rows_with()[0]
    bad = [
        (row[0] if row[0] in {None, ""} else f"bad {at}", *row[1:])
        for at, (changes, _) in enumerate(FAULTS.values())
        for row in [rows_with(**changes)[1]]
    ]
    inventory = accounted([good, *bad], name, fallback=fallback)
    assert (inventory.rows_in, inventory.rows_out) == (1 + len(FAULTS), 1)
    assert dict(inventory.masses(scope_2=Scope2Method.MARKET) if inventory.methods else ())["CO2"] == Mass(
        "106.12", "kg"
    )
    found = as_rows(inventory.unmatched)
    assert len(found) == len(FAULTS)
    by_id = {row["id"]: row["reason"] for row in found}
    expected = {row[0]: reason.value for row, (_, reason) in zip(bad, FAULTS.values(), strict=True)}
    assert by_id == expected
    assert sum(many for _, many in inventory.reasons) == len(FAULTS)
    details = {row["reason"]: row["detail"] for row in found}
    assert details["unknown unit"].endswith('write "therm_us" or "therm_ec"')
    assert details["no factor for the place"].startswith("place: must be a place with a factor for gas")
    assert details["missing amount"] is None


@EACH
def test_all_rows_with_an_id_that_is_used_twice_come_back(name: str) -> None:
    rows = [*rows_with(), *rows_with(amount="7")]
    inventory = accounted([*rows, ("3", *rows[0][1:])], name)
    assert (inventory.rows_in, inventory.rows_out) == (5, 1)
    assert inventory.reasons == ((Reason.DUPLICATE_ID, 4),)
    assert sorted(row["id"] for row in as_rows(inventory.unmatched)) == ["1", "1", "2", "2"]


@given(
    changes=st.lists(st.sampled_from([{}, *(changes for changes, _ in FAULTS.values())]), max_size=12),
    name=st.sampled_from(list(ENGINES)),
)
@settings(max_examples=25)
def test_rows_in_are_rows_out_and_unmatched_rows(changes: list[dict[str, Any]], name: str) -> None:
    rows = [rows_with(**({"id": f"{at}"} | change))[1] for at, change in enumerate(changes)]
    inventory = accounted(rows, name)
    unmatched = as_rows(inventory.unmatched)
    assert inventory.rows_in == len(rows) == inventory.rows_out + len(unmatched)
    good = [row for row, change in zip(rows, changes, strict=True) if not change]
    assert inventory.rows_out == len(good)
    assert {row["id"] for row in unmatched} == {row[0] for row in rows} - {row[0] for row in good}


@EACH
def test_a_factor_for_each_of_two_units_is_not_chosen_from(name: str) -> None:
    two = Catalogue(
        Factor(f"gas per {per}", "1", "gas", Place("US"), YEAR, per, (Rate("CO2", much, "kg"),), SOURCE)
        for per, much in (("GJ", "1"), ("kWh", "0.0036"))
    )
    inventory = accounted([*rows_with(unit="MWh"), ("3", *rows_with(unit="GJ")[1][1:])], name, two)
    assert inventory.reasons == ((Reason.AMBIGUOUS_UNIT, 2),)
    assert inventory.rows_out == 1


def test_purchased_energy_without_a_method_comes_back() -> None:
    rows = table_of(rows_with(activity="power", unit="kWh", scope=2), dates=False)
    inventory = account_frame(rows, CATALOGUE, columns=COLUMNS)
    assert inventory.reasons == ((Reason.NO_SCOPE_2_METHOD, 1),)
    assert inventory.methods == ()
    assert inventory.masses()[0] == ("CO2", Mass("106.12", "kg"))


@EACH
@pytest.mark.parametrize("amount", ["1234567890123456789", "-1000000000000000.0001", "0.1234567890123456789"])
def test_a_text_that_is_too_long_is_an_error_on_every_engine(name: str, amount: str) -> None:
    with pytest.raises(InvalidValueError, match="amount: must have at most 18 digits"):
        accounted(rows_with(amount=amount), name)


@EACH
@pytest.mark.parametrize(
    ("amount", "places"),
    [("10000000000000000000", 0), ("-1000000000000000.0001", 4), ("0.12345678901234567890123", 23)],
)
def test_a_decimal_that_is_too_long_is_an_error_on_every_engine_and_never_wraps(
    name: str, amount: str, places: int
) -> None:
    rows = [(*row[:3], Decimal(row[3]), *row[4:]) for row in rows_with(amount=amount)]
    make, engine = ENGINES[name]
    frame = make(table_of(rows, amount=pyarrow.decimal128(38, places)))
    with pytest.raises(InvalidValueError, match="amount: must have at most 19 digits"):
        account_frame(frame, CATALOGUE, columns=COLUMNS, engine=engine)


@EACH
def test_the_largest_amounts_and_factors_are_added_up_without_wrapping(name: str) -> None:
    huge = Catalogue([Factor("h", "1", "gas", Place("US"), YEAR, "MMBtu",
                             (Rate("CO2", "999999999.999999999", "kg"),), SOURCE)])  # fmt: skip
    rows = [
        (str(at), *row[1:3], Decimal("999999999999999.9999"), *row[4:])
        for at in range(2000)
        for row in rows_with()[:1]
    ]
    make, engine = ENGINES[name]
    frame = make(table_of(rows, amount=pyarrow.decimal128(19, 4)))
    inventory = account_frame(frame, huge, columns=COLUMNS, engine=engine)
    exact = 2000 * 9999999999999999999 * 999999999999999999  # 41 digits; the engines add up 38
    assert inventory.masses()[0][1].number.as_integer_ratio() == Fraction(exact, 10**13).as_integer_ratio()


@pytest.mark.parametrize("make", [lambda table: table, polars.from_arrow])
@pytest.mark.parametrize("kind", [pyarrow.float64(), pyarrow.float32()])
def test_floats_are_refused_with_what_to_do(make: Any, kind: pyarrow.DataType) -> None:  # noqa: ANN401
    frame = make(table_of([(*row[:3], 2, *row[4:]) for row in rows_with()], amount=kind))
    with pytest.raises(
        InexactNumberError, match=r"amount: must be decimals.*read the file with this column as text"
    ):
        account_frame(frame, CATALOGUE, columns=COLUMNS)


@EACH
@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        (pyarrow.int64(), 2, "2"),
        (pyarrow.int16(), -2, "-2"),
        (pyarrow.uint64(), 2, "2"),
        (pyarrow.decimal128(38, 18), Decimal("2.50"), "2.5"),
        (pyarrow.decimal128(38, 0), Decimal(2), "2"),
        (pyarrow.decimal128(19, 19), Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (pyarrow.decimal128(18, 17), Decimal("-1.25"), "-1.25"),
        (pyarrow.string(), "+2.500", "2.5"),
        (pyarrow.string(), "-007", "-7"),
    ],
)
def test_amounts_may_be_decimals_whole_numbers_or_text(
    name: str,
    kind: pyarrow.DataType,
    amount: int | str | Decimal,
    expected: str,
) -> None:
    rows = [(*row[:3], amount, *row[4:]) for row in rows_with()[:1]]
    make, engine = ENGINES[name]
    frame = make(table_of(rows, amount=kind))
    inventory = account_frame(frame, CATALOGUE, columns=COLUMNS, engine=engine)
    assert dict(inventory.masses())["CO2"] == Mass("53.06", "kg") * expected


@EACH
def test_a_catalogue_with_very_long_factors_is_added_up_by_factor_and_has_no_lines(name: str) -> None:
    long = [
        Factor(
            "long",
            "1",
            "gas",
            Place("US"),
            YEAR,
            "MMBtu",
            (Rate("CO2", "0.12345678901234567", "kg"),),
            SOURCE,
        ),
        Factor("large", "1", "coal", Place("US"), YEAR, "MMBtu", (Rate("CO2", "95", "kg"),), SOURCE),
    ]
    inventory = accounted(rows_with(activity="coal"), name, Catalogue(long))
    assert dict(inventory.masses()) == {"CO2": Mass("190.24691357802469134", "kg")}
    assert dict(inventory.co2e(gwp_set("AR5")).by_facility().parts)["A"].to("kgCO2e").number == Decimal(
        "190.24691357802469134"
    )
    with pytest.raises(
        InvalidValueError, match=r"lines: .*decimal places of long \(1\), was CO2 of large \(1\)"
    ):
        _ = inventory.lines


def test_pandas_times_of_midnight_are_dates_and_others_are_not() -> None:
    frame = table_of(rows_with()).to_pandas()
    frame["start"] = pandas.to_datetime(frame["start"])
    frame["end"] = pandas.Series([pandas.Timestamp("2025-04-01"), pandas.Timestamp("2025-04-01 09:30")])
    for engine in get_args(EngineName):
        inventory = account_frame(frame, CATALOGUE, columns=COLUMNS, engine=engine)
        assert inventory.reasons == ((Reason.BAD_END, 1),)


def test_a_time_with_a_zone_is_no_date() -> None:
    frame = table_of(rows_with()).to_pandas()
    frame["start"] = pandas.to_datetime(frame["start"]).dt.tz_localize("UTC")
    with pytest.raises(WrongTypeError, match="start: must be dates"):
        account_frame(frame, CATALOGUE, columns=COLUMNS)


def test_categories_of_pandas_and_polars_are_texts() -> None:
    frame = table_of(rows_with()).to_pandas()
    for column in ("activity", "unit", "place"):
        frame[column] = frame[column].astype("category")
    for engine in get_args(EngineName):
        assert account_frame(frame, CATALOGUE, columns=COLUMNS, engine=engine).rows_out == 2
    again = polars.from_arrow(table_of(rows_with()))
    assert isinstance(again, polars.DataFrame)
    again = again.with_columns(polars.col("unit").cast(polars.Categorical))
    assert account_frame(again, CATALOGUE, columns=COLUMNS, engine="native").rows_out == 2


def test_a_frame_whose_columns_mix_types_is_refused() -> None:
    frame = pandas.DataFrame([dict(zip(COLUMNS.names, row, strict=False)) for row in rows_with(amount="2")])
    frame["amount"] = pandas.Series([2, "x"], dtype=object)
    with pytest.raises(InvalidValueError, match="must hold one type in each column"):
        account_frame(frame, CATALOGUE)


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(WrongTypeError, match="must be a frame that narwhals knows, was list"):
        account_frame([], CATALOGUE)
    with pytest.raises(InvalidValueError, match='must be "duckdb" or "native", was dask'):
        account_frame(table_of(rows_with()), CATALOGUE, engine="dask")  # type: ignore[arg-type]


def test_missing_and_taken_names_of_columns_are_told() -> None:
    table = table_of(rows_with())
    with pytest.raises(InvalidValueError, match="was without amount, unit"):
        account_frame(table.drop_columns(["unit", "amount"]), CATALOGUE)
    with pytest.raises(InvalidValueError, match="was reason, ck_x"):
        account_frame(
            table.append_column("reason", table["id"]).append_column("ck_x", table["id"]), CATALOGUE
        )
    inventory = account_frame(table.append_column("method", table["id"]), CATALOGUE)
    with pytest.raises(InvalidValueError, match="was method"):
        _ = inventory.lines
    with pytest.raises(InvalidValueError, match="name each column once"):
        Columns(start="day", end="day")
    with pytest.raises(InvalidValueError, match="unit: must be the name of a column"):
        Columns(unit="ck_unit")
    with pytest.raises(WrongTypeError, match="start: must be decimals, whole numbers or text, was Date"):
        account_frame(table, CATALOGUE, columns=Columns(amount="start", start="amount"))


def test_other_names_of_columns_and_other_columns_are_kept() -> None:
    table = table_of(rows_with(place="FR")).rename_columns(
        ["doc", "site", "what", "much", "per", "where", "from", "to", "gp", "cat"]
    )
    columns = Columns(
        id="doc", facility="site", activity="what", amount="much", unit="per", place="where", start="from",
        end="to", scope="gp", category="cat",
    )  # fmt: skip
    inventory = account_frame(table.append_column("note", table["doc"]), CATALOGUE, columns=columns)
    assert inventory.unmatched.column_names == [*table.column_names, "note", "reason", "detail"]
    assert inventory.lines.column_names[:11] == [*table.column_names, "note"]
    assert inventory.lines["note"].to_pylist() == ["1"]


@EACH
def test_an_empty_frame_has_no_figures(name: str) -> None:
    inventory = accounted([], name)
    assert (inventory.rows_in, inventory.rows_out, inventory.masses()) == (0, 0, ())
    assert inventory.co2e(gwp_set("AR5")).total.number == 0


def test_ids_of_whole_numbers_are_ids() -> None:
    table = table_of(rows_with())
    numbered = table.set_column(0, "id", pyarrow.array([7, 7]))
    assert account_frame(numbered, CATALOGUE).reasons == ((Reason.DUPLICATE_ID, 2),)
    for ids in ([9, 7], [7, 9]):
        assert account_frame(table.set_column(0, "id", pyarrow.array(ids)), CATALOGUE).rows_out == 2


def test_a_view_says_what_it_lacks() -> None:
    inventory = accounted(rows_with(activity="power", unit="kWh", scope=2), "DuckDB")
    with pytest.raises(InvalidValueError, match="no total without one"):
        inventory.masses()
    bills = table_of(rows_with(activity="power", unit="kWh", scope=2))
    one = account_frame(bills, CATALOGUE, scope_2=[Scope2Method.MARKET])
    must = "name a method that scope 2 was accounted by: market-based, was location-based"
    with pytest.raises(InvalidValueError, match=must):
        one.co2e(gwp_set("AR5"), scope_2=Scope2Method.LOCATION)
    flight = accounted(rows_with(activity="flight", unit="p_km", scope=3), "DuckDB")
    with pytest.raises(FixedBasisError, match="must be AR5"):
        flight.co2e(gwp_set("AR4"))
    odd = Catalogue([Factor("odd", "1", "gas", Place("US"), YEAR, "MMBtu", (Rate("XF6", 1, "kg"),), SOURCE)])
    with pytest.raises(UnknownGasError):
        accounted(rows_with(), "DuckDB", odd).co2e(gwp_set("AR5"))


def test_a_frame_that_changes_meanwhile_is_told() -> None:
    connection = duckdb.connect()
    connection.from_arrow(table_of(rows_with(place="FR"))).create("bills")

    def meddle(step: str, *_: int) -> None:
        if step == "finding the reasons":
            connection.execute("DELETE FROM bills WHERE place = 'FR'")

    with pytest.raises(IntegrityError, match="2 rows in, 1 accounted, 0 unmatched"):
        account_frame(connection.table("bills"), CATALOGUE, columns=COLUMNS, progress=meddle)


def test_periods_of_dates_before_and_after_all_factors_come_back() -> None:
    rows = [
        *rows_with(start="1925-03-01", end="1925-04-01"),
        ("3", *rows_with(start="2525-03-01", end="2525-04-01")[1][1:]),
    ]
    inventory = accounted(rows, "DuckDB", dates=True)
    assert inventory.rows_out == 2  # the last factor has no end
    assert inventory.reasons == ((Reason.NO_PERIOD, 1),)
    assert [row["start"] for row in as_rows(inventory.unmatched)] == [datetime.date(1925, 3, 1)]
