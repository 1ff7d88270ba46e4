"""The statements for warehouses: run in DuckDB and PostgreSQL, with the figures of the plan."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pytest

from carbonkit.accounting import Catalogue, Factor, Rate, Scope2Method
from carbonkit.accounting.frame import Columns, account_frame, to_sql
from carbonkit.accounting.frame._dialect import DIALECTS
from carbonkit.errors import InvalidValueError, UnknownUnitError
from carbonkit.values import Place, Status
from tests.accounting.frame.frames import CATALOGUE, SOURCE, YEAR, as_rows, rows_with, table_of
from tests.accounting.frame.test_unmatched import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

    from carbonkit.accounting.frame import WarehousePlan

COLUMNS = Columns(category="category")
UNITS = ("MMBtu", "kBtu", "kWh", "MWh", "MJ", "p_km", "p_mi", "kg", "MMBtu")
NOT_IN_SQL = {
    *("separators", "a word", "an exponent", "a line break", "a blank amount", "an ambiguous name"),
    *("no start", "no such day", "another form of date"),
}  # of text that a table of decimals and dates does not hold


def rows() -> list[tuple[Any, ...]]:
    good = [
        *rows_with(amount="-2.25"),
        ("3", *rows_with(activity="power", unit="kWh", scope=2, amount="12345.6789")[1][1:]),
        ("4", *rows_with(activity="flight", unit="p_mi", scope=3, category="6", amount="100")[1][1:]),
        ("5", *rows_with(start="2027-01-01", end="2027-02-01", amount="0.0001")[1][1:]),
        (
            "6",
            *rows_with(start="2025-12-01", end="2026-01-01", amount="7")[1][1:],
        ),  # to the factor's last day
        ("7", *rows_with(category="", amount="0.5")[1][1:]),
    ]
    bad = [
        (f"bad {at}", *row[1:]) if row[0] else row
        for at, (name, (changes, _)) in enumerate(FAULTS.items())
        if name not in NOT_IN_SQL
        for row in [rows_with(**changes)[1]]
    ]
    return good + bad + [(identity, *good[0][1:]) for identity in BAD_IDS]


def in_decimals() -> Any:  # noqa: ANN401
    table = duckdb.connect().from_arrow(table_of(rows()))
    return table.project("* REPLACE (CAST(amount AS DECIMAL(18,4)) AS amount)").to_arrow_table()


def in_postgresql(connection: psycopg.Connection[Any]) -> None:
    table = in_decimals()
    kinds = dict.fromkeys(table.column_names, "TEXT") | {"amount": "NUMERIC(18,4)", "scope": "INTEGER"}
    kinds |= {"start": "DATE", "end": "DATE"}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    connection.execute(f"CREATE TABLE bills ({columns})")
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(kinds))
        cursor.executemany(
            f"INSERT INTO bills VALUES ({marks})",  # noqa: S608  marks only
            [list(row.values()) for row in table.to_pylist()],
        )


BAD_IDS = (" spaced", " 2")


def compared(plan: WarehousePlan, found: list[dict[str, Any]], left: set[Any], method: Scope2Method) -> None:
    inventory = account_frame(in_decimals(), CATALOGUE, columns=COLUMNS, scope_2=[method])
    assert left == {row["id"] for row in as_rows(inventory.unmatched)}
    assert sum(row["rows_out"] for row in found) == inventory.rows_out >= 7
    sums = dict(plan.masses(found))
    masses: dict[str, Any] = {}
    for label, number in sums.items():
        if not label.basis and not label.apart:
            masses[label.gas] = masses.get(label.gas, 0) + number
    expected = {gas: mass.number for gas, mass in inventory.masses(scope_2=method)}
    assert {gas: number for gas, number in masses.items() if gas in expected} == expected
    assert {label.basis: number for label, number in sums.items() if label.basis} == {
        basis: amount.number for basis, amount in inventory.stated(scope_2=method)
    }


@pytest.mark.parametrize("method", list(Scope2Method))
def test_duckdb_runs_the_statement_with_the_figures_of_the_plan(method: Scope2Method) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA erp")
    plan = to_sql("duckdb", CATALOGUE, rows="erp.bills", factors="erp.factors", units=UNITS, places=4,
                  columns=COLUMNS, scope_2=method)  # fmt: skip
    connection.from_arrow(in_decimals()).create("erp.bills")
    connection.execute(plan.create)
    for statement in plan.inserts():
        connection.execute(statement)
    found = connection.sql(plan.totals).to_arrow_table().to_pylist()
    left = {row["id"] for row in connection.sql(plan.unmatched).to_arrow_table().to_pylist()}
    compared(plan, found, left, method)
    assert connection.sql(plan.duplicates).fetchall() == []
    connection.execute("INSERT INTO erp.bills SELECT * FROM erp.bills WHERE id = '1'")
    assert connection.sql(plan.duplicates).fetchall() == [("1", 2)]


@pytest.mark.parametrize("method", list(Scope2Method))
def test_postgresql_runs_the_statement_with_the_figures_of_the_plan(
    postgres_dsn: str, method: Scope2Method
) -> None:
    plan = to_sql("postgres", CATALOGUE, rows="bills", factors="factors", units=UNITS, places=4,
                  columns=COLUMNS, scope_2=method)  # fmt: skip
    with psycopg.connect(postgres_dsn, row_factory=psycopg.rows.dict_row) as connection:
        in_postgresql(connection)
        connection.execute(plan.create)
        for statement in plan.inserts():
            connection.execute(statement)
        found = connection.execute(plan.totals).fetchall()
        left = {row["id"] for row in connection.execute(plan.unmatched).fetchall()}
    compared(plan, found, left, method)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_writes_its_own_types_and_quotes(dialect: str) -> None:
    plan = to_sql(dialect, CATALOGUE, rows="erp.bills", factors="erp.factors", units=["MMBtu"], places=2)
    spoken = DIALECTS[dialect]
    quote = spoken.quote
    assert f"CREATE TABLE {quote}erp{quote}.{quote}factors{quote} (" in plan.create
    assert f"{quote}g_co2{quote} {spoken.coefficient}" in plan.create
    assert (
        f"SUM(CAST(r.{quote}amount{quote} * 100 AS {spoken.quantity}) * f.{quote}g_co2{quote})" in plan.totals
    )
    assert spoken.source.status is (
        Status.CONFIRMED if dialect in {"duckdb", "postgres"} else Status.RECALLED
    )


def test_the_factors_as_csv_are_the_rows() -> None:
    plan = to_sql("trino", CATALOGUE, rows="bills", factors="factors", units=["kBtu"], places=0)
    header, *lines = list(csv.reader(plan.csv().splitlines()))
    assert header == [*header[:9], *(column.name for column in plan.columns)]
    editions = ("2025", "2026", "2026b", "CN")  # the last is per GJ, to which kBtu converts
    assert [line[:2] for line in lines] == [["gas", edition] for edition in editions]
    assert lines[0][7:9] == ["2025-01-01", "2026-01-01"]
    assert lines[2][8] == "9999-12-31"  # no end


@pytest.mark.parametrize("name", ["bills; DROP TABLE x", 'a"b', "", "a..b", "a b", "1a", "a`b", "é" * 129])
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match="name: must be a name of letters"):
        to_sql("duckdb", CATALOGUE, rows=name, factors="f", units=["kWh"], places=0)
    with pytest.raises(InvalidValueError, match="name: must be a name of letters"):
        to_sql("bigquery", CATALOGUE, rows="r", factors=name, units=["kWh"], places=0)


def test_other_arguments_are_checked() -> None:
    with pytest.raises(InvalidValueError, match="dialect: must be one of duckdb, postgres, snowflake"):
        to_sql("oracle", CATALOGUE, rows="r", factors="f", units=["kWh"], places=0)
    for places in (-1, 19):
        with pytest.raises(InvalidValueError, match="places: must be 0 to 18"):
            to_sql("duckdb", CATALOGUE, rows="r", factors="f", units=["kWh"], places=places)
    with pytest.raises(UnknownUnitError):
        to_sql("duckdb", CATALOGUE, rows="r", factors="f", units=["therm"], places=0)


def test_a_quote_in_the_name_of_a_factor_stays_in_its_literal() -> None:
    odd = Factor("Bob's; --", "1", "gas", Place("US"), YEAR, "kg", (Rate("CO2", "1", "kg"),), SOURCE)
    plan = to_sql("duckdb", Catalogue([odd]), rows="r", factors="f", units=["kg"], places=0)
    connection = duckdb.connect()
    connection.execute(plan.create)
    for statement in plan.inserts():
        connection.execute(statement)
    assert connection.sql("SELECT factor FROM f").fetchall() == [("Bob's; --",)]
    slashed = Catalogue([Factor("a\\", "1", "gas", Place("US"), YEAR, "kg", odd.rates, SOURCE)])
    with pytest.raises(InvalidValueError, match="load the CSV instead"):
        list(to_sql("spark", slashed, rows="r", factors="f", units=["kg"], places=0).inserts())


def test_a_factor_that_is_too_long_for_a_table_is_named() -> None:
    long = Factor(
        "long", "1", "gas", Place("US"), YEAR, "kg", (Rate("CO2", "0.1234567890123456789", "kg"),), SOURCE
    )
    with pytest.raises(InvalidValueError, match=r"was CO2 of long \(1\)"):
        to_sql("duckdb", Catalogue([long]), rows="r", factors="f", units=["kg"], places=0)


def test_duckdb_counts_the_same_from_the_factors_as_csv(tmp_path: Path) -> None:
    connection = duckdb.connect()
    plan = to_sql("duckdb", CATALOGUE, rows="bills", factors="factors", units=UNITS, places=4,
                  columns=COLUMNS, scope_2=Scope2Method.MARKET)  # fmt: skip
    connection.from_arrow(in_decimals()).create("bills")
    connection.execute(plan.create)
    (tmp_path / "factors.csv").write_text(plan.csv())
    connection.execute(f"COPY factors FROM '{tmp_path / 'factors.csv'}' (HEADER)")
    assert connection.sql("SELECT count(*) > 0 FROM factors WHERE calorific IS NULL").fetchall() == [(True,)]
    found = connection.sql(plan.totals).to_arrow_table().to_pylist()
    left = {row["id"] for row in connection.sql(plan.unmatched).to_arrow_table().to_pylist()}
    compared(plan, found, left, Scope2Method.MARKET)


def test_postgresql_counts_the_same_from_the_factors_as_csv(postgres_dsn: str) -> None:
    plan = to_sql("postgres", CATALOGUE, rows="bills", factors="factors", units=UNITS, places=4,
                  columns=COLUMNS, scope_2=Scope2Method.MARKET)  # fmt: skip
    with psycopg.connect(postgres_dsn, row_factory=psycopg.rows.dict_row) as connection:
        in_postgresql(connection)
        connection.execute(plan.create)
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY factors FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            copy.write(plan.csv())
        found = connection.execute(plan.totals).fetchall()
        left = {row["id"] for row in connection.execute(plan.unmatched).fetchall()}
    compared(plan, found, left, Scope2Method.MARKET)


def test_an_amount_that_is_too_long_is_unmatched_and_stops_nothing(postgres_dsn: str) -> None:
    for dialect in ("duckdb", "postgres"):
        plan = to_sql(dialect, CATALOGUE, rows="bills", factors="factors", units=["MMBtu"], places=4)
        kinds = "activity TEXT, unit TEXT, place TEXT, id TEXT, facility TEXT, amount DECIMAL(38,4)"
        values = [
            f"('gas', 'MMBtu', 'US', '{at}', 'A', {amount}, DATE '2025-01-01', DATE '2025-02-01', 1)"
            for at, amount in enumerate(("999999999999999.9999", "1000000000000000", "-1000000000000000"))
        ]
        statements = [
            f'CREATE TABLE bills ({kinds}, start DATE, "end" DATE, scope INTEGER)',
            *(f"INSERT INTO bills VALUES {value}" for value in values),  # noqa: S608  our own
            plan.create,
            *plan.inserts(),
        ]
        if dialect == "duckdb":
            duck = duckdb.connect()
            for statement in statements:
                duck.execute(statement)
            totals, unmatched = duck.sql(plan.totals).fetchall(), duck.sql(plan.unmatched).fetchall()
        else:
            with psycopg.connect(postgres_dsn) as postgres:
                for statement in statements:
                    postgres.execute(statement)
                totals = postgres.execute(plan.totals).fetchall()
                unmatched = postgres.execute(plan.unmatched).fetchall()
        assert [row[2] for row in totals] == [1]
        assert sorted(row[3] for row in unmatched) == ["1", "2"]


def test_bases_that_are_written_almost_alike_have_columns_of_their_own() -> None:
    factors = [
        Factor(f"f{at}", "1", f"gas {at}", Place("US"), YEAR, "kg",
               (Rate("CO2e", at + 1, "kgCO2e", basis=basis),), SOURCE)
        for at, basis in enumerate(("AR5 GWP", "AR5-GWP", "AR5/GWP"))
    ]  # fmt: skip
    plan = to_sql("duckdb", Catalogue(factors), rows="r", factors="f", units=["kg"], places=0)
    stem = "g_co2e_ar5_gwp"
    assert [column.name for column in plan.columns] == [stem, f"{stem}_2", f"{stem}_3"]
    duckdb.connect().execute(plan.create)
    found = {name.name: at for at, name in enumerate(plan.columns, 1)}
    assert [(label.basis, int(mass)) for label, mass in plan.masses([found])] == [
        ("AR5 GWP", 1), ("AR5-GWP", 2), ("AR5/GWP", 3)
    ]  # fmt: skip
