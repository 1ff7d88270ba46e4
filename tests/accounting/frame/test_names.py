"""Tables that only look uniform, ids that are no names, and types that not all engines know."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import duckdb
import polars
import pyarrow
import pytest

from carbonkit.accounting.frame import Columns, Reason, account_frame
from carbonkit.errors import CarbonkitError, InvalidValueError
from tests.accounting.frame.frames import CATALOGUE, ENGINES, as_rows, rows_with, table_of

EACH = pytest.mark.parametrize("name", ENGINES)
WITH_CATEGORY = Columns(category="category")


def accounted(table: pyarrow.Table, name: str = "DuckDB", **other: Any) -> Any:  # noqa: ANN401
    make, engine = ENGINES[name]
    return account_frame(make(table), CATALOGUE, engine=engine, **other)


def three(**changes: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
    """Give two good rows of one kind, and one with changes."""
    first, second = rows_with(**changes)
    return [first, ("1b", *first[1:]), second]


@EACH
@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("activity", Reason.MISSING_ACTIVITY),
        ("unit", Reason.MISSING_UNIT),
        ("place", Reason.MISSING_PLACE),
        ("scope", Reason.MISSING_SCOPE),
    ],
)
@pytest.mark.parametrize("columns", [Columns(), WITH_CATEGORY], ids=["no category", "a category"])
def test_one_missing_cell_in_a_uniform_table_is_that_row_s_alone(
    name: str, field: str, reason: Reason, columns: Columns
) -> None:
    inventory = accounted(table_of(three(**{field: None})), name, columns=columns)
    assert (inventory.rows_in, inventory.rows_out, inventory.reasons) == (3, 2, ((reason, 1),))
    assert [row["id"] for row in as_rows(inventory.unmatched)] == ["2"]


BAD = {
    "a space before": (" 2", " A"),
    "a tab before": ("\t2", "\tA"),
    "a space after": ("2 ", "A "),
    "NUL": ("\0002", "A\0"),
    "201 characters": ("2" * 201, "A" * 201),
}


@EACH
@pytest.mark.parametrize("bad", BAD)
def test_ids_and_facilities_that_are_no_names_come_back(name: str, bad: str) -> None:
    identity, facility = BAD[bad]
    rows = [*three(id=identity), ("3", facility, *rows_with()[0][2:])]
    inventory = accounted(table_of(rows), name)
    told = identity[0] < "!"  # of an id, only how it begins
    assert inventory.rows_out == (2 if told else 3)
    expected = ((Reason.BAD_ID, 1),) if told else ()
    assert inventory.reasons == (*expected, (Reason.BAD_FACILITY, 1))


def test_an_id_and_a_facility_of_200_letters_are_names() -> None:
    assert accounted(table_of(rows_with(id="é" * 200, facility="A" * 200))).rows_out == 2


@EACH
@pytest.mark.parametrize("number", [1.5, float("nan"), float("inf"), 1e300])
def test_floats_that_are_no_whole_numbers_are_neither_scopes_nor_ids(name: str, number: float) -> None:
    table = table_of(three())
    scopes = table.set_column(8, "scope", pyarrow.array([1.0, 1.0, number]))
    inventory = accounted(scopes, name)
    bad = (Reason.MISSING_SCOPE if math.isnan(number) and "andas" in name else Reason.BAD_SCOPE, 1)
    assert (inventory.rows_out, inventory.reasons) == (2, (bad,))
    for field, reason in (("id", Reason.BAD_ID), ("facility", Reason.BAD_FACILITY)):
        position = table.column_names.index(field)
        inventory = accounted(table.set_column(position, field, pyarrow.array([1.0, 2.0, number])), name)
        missing = math.isnan(number) and "andas" in name  # pandas has one sign for both
        expected = Reason[f"MISSING_{field.upper()}"] if missing else reason
        assert (inventory.rows_out, inventory.reasons) == (2, ((expected, 1),))


@pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 (BC)", "20000-01-01"])
@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP"])
def test_days_that_no_calendar_of_ours_has_are_told(day: str, kind: str) -> None:
    connection = duckdb.connect()
    connection.from_arrow(table_of(three())).create("bills")
    connection.execute(f'ALTER TABLE bills ALTER "end" TYPE {kind}')
    connection.execute(f"UPDATE bills SET \"end\" = CAST('{day}' AS {kind}) WHERE id = '2'")  # noqa: S608  our own
    inventory = account_frame(connection.table("bills"), CATALOGUE)
    assert (inventory.rows_out, inventory.reasons) == (2, ((Reason.BAD_END, 1),))


@EACH
def test_a_decimal_of_twenty_places_is_an_error_of_ours(name: str) -> None:
    rows = [(*row[:3], Decimal("0.00000000000000000001"), *row[4:]) for row in rows_with()]
    with pytest.raises(InvalidValueError, match="amount: must have at most 19 digits"):
        accounted(table_of(rows, amount=pyarrow.decimal128(38, 20)), name)


@pytest.mark.parametrize("name", ["DuckDB from PyArrow", "PyArrow"])
def test_types_of_arrow_that_not_all_engines_know_are_read(name: str) -> None:
    table = table_of(three())
    table = table.set_column(4, "unit", table["unit"].cast(pyarrow.string_view()))
    table = table.set_column(6, "start", table["start"].cast(pyarrow.date64()))
    amounts = pyarrow.array([Decimal("2.5")] * 3, pyarrow.decimal256(60, 2))
    assert accounted(table.set_column(3, "amount", amounts), name).rows_out == 3


def test_what_an_engine_refuses_is_an_error_of_ours_with_its_words() -> None:
    table = table_of(three())
    nested = table.append_column("tags", pyarrow.array([["a"], [], None]))
    with pytest.raises(InvalidValueError, match=r"frame: must be rows that its engine .* list"):
        accounted(nested, "PyArrow")
    huge = pyarrow.array([Decimal(10**50)] * 3, pyarrow.decimal256(60, 0))
    with pytest.raises(CarbonkitError, match="frame: must be rows that its engine"):
        accounted(table.set_column(3, "amount", huge), "DuckDB from PyArrow")


NAMES = (
    "keys",
    "versions",
    "small_table",
    "carbonkit_rows",
    "table",
    "tables",
    "relation",
    "lhs",
    "rhs",
    "rel",
)


@pytest.mark.parametrize("taken", NAMES)
def test_no_table_of_the_caller_takes_the_place_of_ours(taken: str) -> None:
    connection = duckdb.connect()
    columns = "series INT, version INT, signature INT, valid_from DATE, valid_until DATE"
    coefficients = ", ".join(f"c{n} BIGINT" for n in range(8))
    connection.execute(f'CREATE TABLE "{taken}" ({columns}, {coefficients})')
    connection.execute(
        f"INSERT INTO \"{taken}\" SELECT i, 0, 0, DATE '1900-01-01', DATE '9999-01-01', "  # noqa: S608  our own
        f"{', '.join('1' * 8)} FROM range(20) r(i)"
    )
    before = connection.sql("SHOW ALL TABLES").fetchall()
    rows = connection.from_arrow(table_of(three(place="FR")))
    inventory = account_frame(rows, CATALOGUE)
    assert inventory.masses() == accounted(table_of(three(place="FR")), "Polars").masses()
    assert [row["id"] for row in as_rows(inventory.unmatched)] == ["2"]
    assert len(as_rows(inventory.lines)) == 2
    assert connection.sql("SHOW ALL TABLES").fetchall() == before


def test_a_connection_that_looks_for_no_variables_is_asked_and_left_so() -> None:
    connection = duckdb.connect()
    rows = connection.from_arrow(table_of(three(unit=None)))
    connection.execute("SET python_enable_replacements = false")
    inventory = account_frame(rows, CATALOGUE)
    assert (inventory.rows_out, len(as_rows(inventory.unmatched)), len(as_rows(inventory.lines))) == (2, 1, 2)
    assert connection.sql("SELECT current_setting('python_enable_replacements')").fetchall() == [(False,)]


def test_a_connection_that_makes_texts_the_same_is_refused() -> None:
    connection = duckdb.connect()
    connection.execute("SET default_collation = 'NOCASE'")
    table = table_of(three(activity="GAS"))
    for frame in (connection.from_arrow(table), polars.from_arrow(table)):
        with pytest.raises(InvalidValueError, match=r"frame: must tell texts apart .* was .*NOCASE"):
            account_frame(frame, CATALOGUE, connection=connection)
    connection.execute("SET default_collation = 'binary'")
    assert account_frame(connection.from_arrow(table), CATALOGUE).rows_out == 2
