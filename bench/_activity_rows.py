"""
Activity rows and dated factors to measure with, and the statement that someone would write by hand.

All is drawn by DuckDB from hashes of row numbers, so that one seed always gives the same
rows. There are 200 kinds of activity at 40 places, with a factor for each of ten years: 80,000
dated factors of 9 decimal places. An amount has 4 decimal places and may be negative; a
row stands for one day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.accounting import Catalogue, Factor, Rate
from carbonkit.values import Period, Place, Source

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    import duckdb

KINDS = 200
PLACES = 40
YEARS = 10
FIRST_YEAR = 2016
UNITS = ("kWh", "L", "t_km", "kg")
AMOUNT_PLACES = 4
FACTOR_PLACES = 9

_KIND = "'activity ' || lpad(CAST({0} AS VARCHAR), 3, '0')"
_PLACE = "chr(CAST(65 + {0} // 10 AS INTEGER)) || chr(CAST(65 + {0} % 10 AS INTEGER))"
_UNIT = "CASE {0} % 4 WHEN 0 THEN 'kWh' WHEN 1 THEN 'L' WHEN 2 THEN 't_km' ELSE 'kg' END"
_DAYS = 3653  # of the ten years
_STRIDE = 7_368_787  # a prime: the ids are all there, and come in no order

HAND_WRITTEN = """
SELECT a.activity, sum(a.amount * f.factor) AS emitted
FROM read_parquet($rows) a JOIN read_parquet($factors) f
  ON a.activity = f.activity AND a.place = f.place AND a.unit = f.unit
  AND a."start" >= f.valid_from AND a."end" <= f.valid_until
GROUP BY a.activity
"""
"""What someone writes who knows DuckDB: it adds up, and says nothing of rows that match no factor."""

CHECKED = """
SELECT a.activity, sum(a.amount * f.factor) AS emitted, count(*) AS matched,
  (SELECT count(*) FROM read_parquet($rows)) AS rows_in,
  (SELECT count(DISTINCT id) FROM read_parquet($rows)) AS ids
FROM read_parquet($rows) a JOIN read_parquet($factors) f
  ON a.activity = f.activity AND a.place = f.place AND a.unit = f.unit
  AND a."start" >= f.valid_from AND a."end" <= f.valid_until
GROUP BY a.activity
"""
"""The same by someone who also wants to know whether a row was lost or is there twice."""

INTEGERS = """
SELECT a.activity,
  CAST(sum(CAST(a.amount * 10000 AS HUGEINT) * CAST(f.factor * 1000000000 AS HUGEINT)) AS VARCHAR)
FROM read_parquet($rows) a JOIN read_parquet($factors) f
  ON a.activity = f.activity AND a.place = f.place AND year(a."start") = year(f.valid_from)
GROUP BY a.activity
"""
"""Another way to the same: whole numbers of 128 bits, and the year in place of the validity."""


def draw(rows: int, seed: int, folder: Path, connection: duckdb.DuckDBPyConnection) -> tuple[Path, Path]:
    """
    Draw activity rows and factors into two Parquet files.

    Args:
        rows: How many activity rows.
        seed: Which draw.
        folder: Where the files are written.
        connection: The DuckDB that draws.

    Returns:
        The file of the rows, and that of the factors.
    """
    drawn, factors = folder / f"rows-{rows}-{seed}.parquet", folder / f"factors-{seed}.parquet"
    hashes = ", ".join(f"hash(i * 8 + {n} + {seed} * 100000000000) AS h{n}" for n in range(1, 6))
    kind = f"(h2 % {KINDS})"
    connection.sql(f"""
        SELECT 'row-' || lpad(CAST((i * {_STRIDE}) % {rows} AS VARCHAR), 9, '0') AS id,
          'site ' || lpad(CAST(h1 % 500 AS VARCHAR), 3, '0') AS facility, {_KIND.format(kind)} AS activity,
          CAST((CAST(h3 % 200000000 AS BIGINT) - 60000000) AS DECIMAL(18,0)) * CAST(0.0001 AS DECIMAL(5,4))
            AS wide, CAST(wide AS DECIMAL(18,4)) AS amount, {_UNIT.format(kind)} AS unit,
          {_PLACE.format(f"(h4 % {PLACES})")} AS place,
          make_date({FIRST_YEAR}, 1, 1) + CAST(h5 % {_DAYS} AS INTEGER) AS "start", "start" + 1 AS "end",
          CAST(CASE WHEN {kind} < 100 THEN 1 ELSE 3 END AS INTEGER) AS scope
        FROM (SELECT i, {hashes} FROM range({rows}) t(i))
    """).select("* EXCLUDE (wide)").write_parquet(str(drawn))  # noqa: S608  numbers of our own
    connection.sql(f"""
        SELECT {_KIND.format("a")} AS activity, {_PLACE.format("p")} AS place, {_UNIT.format("a")} AS unit,
          make_date({FIRST_YEAR} + CAST(y AS INTEGER), 1, 1) AS valid_from,
          make_date({FIRST_YEAR} + 1 + CAST(y AS INTEGER), 1, 1) AS valid_until,
          CAST(CAST(hash(a * 10000 + p * 100 + y + {seed}) % 1000000000 AS DECIMAL(10,0))
            * CAST(0.000000001 AS DECIMAL(10,9)) AS DECIMAL(10,9)) AS factor
        FROM range({KINDS}) t(a), range({PLACES}) u(p), range({YEARS}) v(y)
    """).write_parquet(str(factors))  # noqa: S608  numbers of our own
    return drawn, factors


def catalogue(factors: Path, connection: duckdb.DuckDBPyConnection) -> Catalogue:
    """
    Make a catalogue of the factors that were drawn: kilograms of CO2 for one unit.

    Args:
        factors: Their file.
        connection: The DuckDB that reads it.

    Returns:
        The catalogue.
    """
    source = Source("drawn here", "factors without meaning", FIRST_YEAR)
    found = connection.read_parquet(str(factors)).order("activity, place, valid_from").fetchall()
    years = {start: Period(start, end) for _, _, _, start, end, _ in found}
    places = {place: Place(place) for _, place, *_ in found}
    return Catalogue(
        Factor(
            f"{activity} at {place}",
            str(start.year),
            activity,
            places[place],
            years[start],
            unit,
            (Rate("CO2", number, "kg"),),
            source,
        )
        for activity, place, unit, start, _, number in found
    )


def hand_written(
    connection: duckdb.DuckDBPyConnection, rows: Path, factors: Path, *, checked: bool = False
) -> dict[str, Decimal]:
    """
    Add up by kind of activity with the statement that someone would write by hand.

    Args:
        connection: The DuckDB that runs it.
        rows: The file of the rows.
        factors: The file of the factors.
        checked: Whether it also counts rows and ids, as `CHECKED` does.

    Returns:
        The kilograms of each kind.
    """
    names = {"rows": str(rows), "factors": str(factors)}
    found = connection.execute(CHECKED if checked else HAND_WRITTEN, names).fetchall()
    return {activity: emitted for activity, emitted, *_ in found}


def integers(connection: duckdb.DuckDBPyConnection, rows: Path, factors: Path) -> dict[str, int]:
    """
    Add up by kind of activity in whole numbers of 10^-13 kg, as what all others are compared with.

    Args:
        connection: The DuckDB that runs it.
        rows: The file of the rows.
        factors: The file of the factors.

    Returns:
        The whole number of each kind.
    """
    found = connection.execute(INTEGERS, {"rows": str(rows), "factors": str(factors)}).fetchall()
    return {activity: int(number) for activity, number in found}
