"""The rows of the benchmark: drawn alike each time, and added up alike in every way."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import duckdb
import pytest

from bench import _activity_rows
from carbonkit.accounting import gwp_set
from carbonkit.accounting.frame import FactorTable, account_frame

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> FactorTable:
    connection = duckdb.connect()
    _, factors = _activity_rows.draw(1, 7, tmp_path_factory.mktemp("factors"), connection)
    return FactorTable(_activity_rows.catalogue(factors, connection))


def as_integers(
    rows: Path, table: FactorTable, connection: duckdb.DuckDBPyConnection, *, rows_in: int
) -> dict[str, int]:
    inventory = account_frame(connection.read_parquet(str(rows)), table)
    assert (inventory.rows_in, inventory.rows_out) == (rows_in, rows_in)
    kilograms = inventory.co2e(gwp_set("AR5")).by_activity().to("kgCO2e")
    return {kind: int(amount.number.scaleb(13)) for kind, amount in kilograms.parts}


def test_our_sums_and_those_by_hand_are_the_whole_numbers(tmp_path: Path, table: FactorTable) -> None:
    connection = duckdb.connect()
    rows, factors = _activity_rows.draw(20_000, 7, tmp_path, connection)
    exact = _activity_rows.integers(connection, rows, factors)
    assert len(exact) == _activity_rows.KINDS
    assert as_integers(rows, table, connection, rows_in=20_000) == exact
    for checked in (False, True):
        found = _activity_rows.hand_written(connection, rows, factors, checked=checked)
        assert {kind: int(number.scaleb(13)) for kind, number in found.items()} == exact


def test_one_seed_draws_the_same_rows(tmp_path: Path) -> None:
    drawn = []
    for seed, folder in ((1, "a"), (1, "b"), (2, "c")):
        (tmp_path / folder).mkdir()
        rows, _ = _activity_rows.draw(500, seed, tmp_path / folder, duckdb.connect())
        drawn.append(duckdb.connect().read_parquet(str(rows)).fetchall())
    assert drawn[0] == drawn[1] != drawn[2]
    assert any(amount < 0 for _, _, _, amount, *_ in drawn[0])


@pytest.mark.slow
def test_ten_million_rows_in_shuffled_order_are_accounted_within_half_a_gigabyte(
    tmp_path: Path, table: FactorTable
) -> None:
    connection = duckdb.connect()
    rows, factors = _activity_rows.draw(10_000_000, 7, tmp_path, connection)
    exact = _activity_rows.integers(connection, rows, factors)
    shuffled = tmp_path / "shuffled.parquet"
    connection.read_parquet(str(rows)).order("hash(id)").write_parquet(str(shuffled))
    connection.close()
    small = duckdb.connect(
        config={"memory_limit": "300MB", "temp_directory": str(tmp_path / "spill"), "threads": "2"}
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert as_integers(shuffled, table, small, rows_in=10_000_000) == exact
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 512 * 1024  # kilobytes
