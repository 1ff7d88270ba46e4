"""Makers of frames for the tests of the bulk path, and every engine that it runs on."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import polars
import pyarrow

from carbonkit.accounting import Catalogue, Factor, Origin, Rate, Scope2Method
from carbonkit.values import Period, Place, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from carbonkit.accounting import Activity
    from carbonkit.accounting.frame._engine import EngineName

SOURCE = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
NAMES = ("id", "facility", "activity", "amount", "unit", "place", "start", "end", "scope", "category")

ENGINES: dict[str, tuple[Callable[[pyarrow.Table], Any], EngineName]] = {
    "DuckDB": (lambda table: duckdb.connect().from_arrow(table), "duckdb"),
    "DuckDB from PyArrow": (lambda table: table, "duckdb"),
    "DuckDB from pandas": (lambda table: table.to_pandas(), "duckdb"),
    "DuckDB from Polars": (polars.from_arrow, "duckdb"),
    "Polars": (polars.from_arrow, "native"),
    "lazy Polars": (lambda table: polars.from_arrow(table).lazy(), "native"),  # type: ignore[union-attr]
    "pandas": (lambda table: table.to_pandas(), "native"),
    "PyArrow": (lambda table: table, "native"),
}


def table_of(
    rows: Sequence[tuple[Any, ...]], *, amount: pyarrow.DataType | None = None, dates: bool = True
) -> pyarrow.Table:
    """Lay rows out as columns, with dates as dates unless they are to stay text."""
    columns: dict[str, Any] = {name: [row[at] for row in rows] for at, name in enumerate(NAMES)}
    if amount is not None:
        columns["amount"] = pyarrow.array(columns["amount"], amount)
    if dates:
        for name in ("start", "end"):
            days = [datetime.date.fromisoformat(day) for day in columns[name]]
            columns[name] = pyarrow.array(days, pyarrow.date32())
    for name in ("id", "facility", "activity", "unit", "place", "category"):
        columns[name] = pyarrow.array(columns[name], pyarrow.string())
    return pyarrow.table(columns)


def row_of(activity: Activity) -> tuple[Any, ...]:
    """Lay an activity out as a row."""
    amount: Decimal = activity.quantity.number
    return (
        *(activity.id, activity.facility, activity.activity, amount, activity.quantity.unit),
        *(activity.place.path, activity.period.start.isoformat(), str(activity.period.end)),
        *(activity.scope.value, str(activity.category.value) if activity.category else None),
    )


def as_rows(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Read any of the frames that results come back as."""
    kind = type(frame).__module__.split(".")[0]
    if kind == "pandas":
        frame = frame.astype(object).where(frame.notna(), None)
        return list(frame.to_dict("records"))
    if kind == "polars":
        return list(frame.lazy().collect().to_dicts())
    table = frame.to_arrow_table() if kind == "duckdb" else frame
    return list(table.to_pylist())


def rows_with(**changes: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
    """Give one good row, and one with changes."""
    good = dict(
        zip(NAMES, ("1", "A", "gas", "2", "MMBtu", "US", "2025-03-01", "2025-04-01", 1, None), strict=True)
    )
    return [tuple(good.values()), tuple((good | {"id": "2"} | changes).values())]


YEAR = Period.year(2025)
GAS = Factor(
    "gas",
    "2025",
    "gas",
    Place("US"),
    YEAR,
    "MMBtu",
    (
        Rate("CO2", "53.06", "kg"),
        Rate("CH4", "1.0", "g", origin=Origin.FOSSIL),
        Rate("N2O", "0.10", "g"),
        Rate("CO2", "0.7", "lb", origin=Origin.BIOGENIC),
    ),
    SOURCE,
)
FACTORS = (
    GAS,
    Factor("gas", "2026", "gas", Place("US"), Period("2026-01-01", "2026-04-01"), "MMBtu",
           (Rate("CO2", "53.11", "kg"), Rate("CH4", "0", "g")), SOURCE),
    Factor("gas", "2026b", "gas", Place("US"), Period("2026-04-01", None), "MMBtu",
           (Rate("CO2", "0.05321", "t"),), SOURCE),
    Factor("gas", "CN", "gas", Place("CN"), YEAR, "GJ", (Rate("CO2", "56.1", "kg"),), SOURCE),
    Factor("gas", "CN therms", "gas", Place("CN"), YEAR, "m3", (Rate("CO2", "2.1622", "kg"),), SOURCE),
    Factor("flight", "2025", "flight", Place("US"), YEAR, "p_km",
           (Rate("CO2e", "0.1587", "kgCO2e", basis="AR5"),), SOURCE),
    Factor("power", "l", "power", Place("US"), YEAR, "kWh",
           (Rate("CO2", "0.386", "kg"),), SOURCE, method=Scope2Method.LOCATION),
    Factor("power", "m1", "power", Place("US"), Period("2025-01-01", "2025-07-01"), "MWh",
           (Rate("CO2", "0", "kg"),), SOURCE, method=Scope2Method.MARKET),
    Factor("power", "m2", "power", Place("US"), Period("2025-07-01", "2025-10-01"), "MWh",
           (Rate("CO2", "431.5", "kg"), Rate("CH4", "0.02", "kg")), SOURCE, method=Scope2Method.MARKET),
)  # fmt: skip
CATALOGUE = Catalogue(FACTORS)
