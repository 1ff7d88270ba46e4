"""What an inventory of a frame says of itself: its plan, its lines, its progress."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any, get_args

import duckdb
import polars
import pyarrow
import pytest

from carbonkit.accounting import Catalogue, Factor, Rate, Scope2Method, gwp_set
from carbonkit.accounting.frame import Columns, FactorTable, Label, account_frame
from carbonkit.accounting.frame._engine import EngineName, module
from carbonkit.errors import MissingExtraError, WrongTypeError
from carbonkit.values import CO2e, Mass, Place
from tests.accounting.frame.frames import CATALOGUE, SOURCE, YEAR, as_rows, rows_with, table_of

POWER = rows_with(activity="power", unit="kWh", scope=2, amount="1000.5")


def test_explain_names_the_plan_the_counts_and_every_factor_down_to_its_source() -> None:
    rows = [*POWER, ("3", *rows_with(amount="", id="3")[1][1:])]
    text = account_frame(table_of(rows), CATALOGUE, scope_2=list(Scope2Method)).explain().text()
    assert text.splitlines()[0] == "inventory of a frame: 2 of 3 rows = rows in = rows out + unmatched rows"
    assert (
        "plan: duckdb, products added up in whole numbers = rows joined with factors on activity, place"
        in text
    )
    assert "unmatched: missing amount: 1 rows" in text
    assert "factors: 3 of editions 2025, l, m1 = SHA-256 of their texts" in text
    assert "power at US, scope 2: 386.1930 kg CO2 = 1000.5 kWh in 1 row × factor" in text
    assert "power at US, scope 2: 0.0000 kg CO2 = 1000.5 kWh in 1 row = 1.0005 MWh × factor" in text
    assert text.count("source: US EPA, GHG Emission Factors Hub, 2025, Table 1 [confirmed]") == 3


def test_the_explanation_of_a_view_cites_the_potentials() -> None:
    inventory = account_frame(table_of(POWER), CATALOGUE, scope_2=list(Scope2Method))
    statement = inventory.co2e(gwp_set("AR5"), scope_2=Scope2Method.LOCATION)
    text = statement.explain().text()
    assert text.startswith(f"CO2e under AR5, location-based: {statement.total} = sum over gases")
    assert "global warming potential of CH4: 30 kgCO2e per kg" in text or "fossil CH4" in text
    flight = account_frame(table_of(rows_with(activity="flight", unit="p_km", scope=3)), CATALOGUE)
    assert "as published, never re-expressed" in flight.co2e(gwp_set("AR5")).explain().text()
    assert "2 rows under AR5" in repr(flight.co2e(gwp_set("AR5")))


def test_lines_of_purchased_energy_stand_once_for_each_method() -> None:
    inventory = account_frame(table_of(POWER), CATALOGUE, scope_2=list(Scope2Method))
    lines = [line for line in as_rows(inventory.lines) if line["id"] == "2"]
    found = {line["method"]: (line["factor"], line["edition"], line["CO2"]) for line in lines}
    places = {column.name: column.places for column in inventory.line_columns}["CO2"]
    assert found == {
        "location": ("power", "l", Decimal("386.193") * 10**places),
        "market": ("power", "m1", Decimal(0)),
    }
    assert all(line["CH4 fossil"] is None for line in lines)  # not given by the factor, and so not zero


def test_a_contract_at_zero_counts_as_zero() -> None:
    inventory = account_frame(table_of(POWER[1:]), CATALOGUE, scope_2=list(Scope2Method))
    assert inventory.masses(scope_2=Scope2Method.MARKET) == (("CO2", Mass("0", "kg")),)
    assert inventory.masses(scope_2=Scope2Method.LOCATION) == (("CO2", Mass("386.193", "kg")),)


def test_results_come_back_in_the_callers_kind_of_frame() -> None:
    table = table_of(rows_with(place="FR"))
    lazy = polars.from_arrow(table).lazy()  # type: ignore[union-attr]
    for frame in (
        table,
        table.to_pandas(),
        polars.from_arrow(table),
        lazy,
        duckdb.connect().from_arrow(table),
    ):
        for engine in get_args(EngineName):
            inventory = account_frame(frame, CATALOGUE, engine=engine)
            assert type(inventory.lines) is type(frame)
            assert type(inventory.unmatched) is type(frame)


def test_a_connection_of_the_callers_is_used_and_left_as_it_was() -> None:
    connection = duckdb.connect()
    account_frame(table_of(rows_with(place="FR")), CATALOGUE, connection=connection)
    connection.from_arrow(table_of(rows_with())).create("bills")
    account_frame(connection.table("bills"), CATALOGUE)
    assert connection.sql("SELECT table_name FROM duckdb_tables()").fetchall() == [("bills",)]
    assert connection.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []


def test_progress_is_told_step_by_step_and_done_at_the_end() -> None:
    told: list[tuple[str, int, int]] = []
    account_frame(table_of(rows_with()), CATALOGUE, progress=lambda *said: told.append(said))
    assert [step for step, _, _ in told] == [
        *("laying out the factors", "checking the columns", "checking the ids"),
        *("finding the factors", "adding up", "done"),
    ]
    assert [done for _, done, _ in told] == [0, 1, 2, 3, 4, 6]


def test_progress_may_be_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    account_frame(table_of(rows_with()), CATALOGUE, progress=True)
    assert "100%" in capsys.readouterr().err


def test_what_a_progress_function_raises_ends_the_work() -> None:
    def stop(step: str, *_: int) -> None:
        if step == "adding up":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        account_frame(table_of(rows_with()), CATALOGUE, progress=stop)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install carbonkit\[bulk\]"):
        FactorTable(CATALOGUE)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(MissingExtraError, match="tqdm: must be installed"):
        module("tqdm")


def test_arguments_of_another_type_are_refused() -> None:
    table = table_of(rows_with())
    wrong: list[dict[str, Any]] = [{"scope_2": ["market"]}, {"fallback": "wider"}, {"columns": {}}]
    for arguments in wrong:
        with pytest.raises(WrongTypeError):
            account_frame(table, CATALOGUE, **arguments)
    with pytest.raises(WrongTypeError):
        account_frame(table, ())  # type: ignore[arg-type]
    inventory = account_frame(table, CATALOGUE)
    with pytest.raises(WrongTypeError):
        inventory.co2e("AR5")  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError):
        inventory.masses(scope_2="market")  # type: ignore[arg-type]


def test_a_factor_table_is_made_once_and_says_what_it_holds() -> None:
    table = FactorTable(CATALOGUE)
    assert repr(table).startswith("<FactorTable of 9 factors, 6 columns: CO2, CH4 fossil, N2O, CO2 biogenic")
    assert Label("CO2e", None, "AR5") in table.labels
    assert account_frame(table_of(rows_with()), table).rows_out == 2
    assert repr(FactorTable(Catalogue(()))) == "<FactorTable of 0 factors, 0 columns: >"
    assert account_frame(table_of(rows_with()), Catalogue(())).rows_out == 0


def test_categories_and_weighed_gases_are_broken_down() -> None:
    weighed = Factor(
        "hotel", "1", "hotel", Place("US"), YEAR, "room_night",
        (Rate("CO2", "10", "kgCO2e", basis="AR5"), Rate("CH4", "0.5", "kgCO2e", basis="AR5")), SOURCE,
    )  # fmt: skip
    rows = rows_with(activity="hotel", unit="room_night", scope=3, category="6")[1:]
    statement = account_frame(
        table_of(rows), Catalogue([weighed]), columns=Columns(category="category")
    ).co2e(gwp_set("AR5"))
    assert statement.by_gas().amount("CH4") == CO2e(1, "kgCO2e")
    assert statement.by_category().amount("category 6, business travel") == CO2e(21, "kgCO2e")


def test_the_two_ways_to_add_up_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(str(at), *row[1:3], f"{at}.0{at}", *row[4:]) for at in range(1, 9) for row in (rows_with()[0],)]
    first = account_frame(table_of(rows), CATALOGUE)
    monkeypatch.setattr("carbonkit.accounting.frame.plan.fits", lambda *_: False)
    second = account_frame(table_of(rows), CATALOGUE)
    assert "quantities of each factor added up" in second.explain().text()
    assert first.masses() == second.masses()
    assert first.co2e(gwp_set("AR6")).by_facility() == second.co2e(gwp_set("AR6")).by_facility()
    assert pyarrow.types.is_decimal(first.lines["CO2"].type)
