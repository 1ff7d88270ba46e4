"""The same figures from the object path and from every engine, to the last digit."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Category,
    Fallback,
    First,
    GwpSet,
    Inventory,
    Scope,
    Scope2Method,
    Statement,
    account,
    gwp_set,
)
from carbonkit.accounting.frame import Columns, FactorTable, FrameInventory, FrameStatement, account_frame
from carbonkit.values import Period, Place, quantity
from tests.accounting.frame.frames import CATALOGUE, ENGINES, as_rows, row_of, table_of

COLUMNS = Columns(category="category")
METHODS = tuple(Scope2Method)
TABLE = FactorTable(CATALOGUE)
KINDS = (
    ("gas", "US", ("MMBtu", "MMBtu"), Scope.ONE, "2025-01-01", "2027-12-31"),
    ("gas", "CN", ("GJ", "kWh", "m3", "L"), Scope.ONE, "2025-01-01", "2025-12-31"),
    ("flight", "US", ("p_km", "p_mi"), Scope.THREE, "2025-01-01", "2025-12-31"),
    ("power", "US", ("kWh",), Scope.TWO, "2025-01-01", "2025-09-30"),
)
CUTS = [datetime.date(2026, 1, 1), datetime.date(2026, 4, 1), datetime.date(2025, 7, 1)]


@st.composite
def activities(draw: st.DrawFn, *, least: int = 0) -> list[Activity]:
    """Draw activities that all have a factor, reversals and zeros among them."""
    made: list[Activity] = []
    for number in range(draw(st.integers(least, 12))):
        kind, place, units, scope, first, last = draw(st.sampled_from(KINDS))
        start = draw(st.dates(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)))
        end = start + datetime.timedelta(draw(st.integers(1, 400)))
        limit = min([cut for cut in CUTS if cut > start and kind != "flight"] or [datetime.date(2028, 1, 1)])
        if kind == "power" or start.year == 2025:
            edge = datetime.date(2025, 10, 1) if kind == "power" else datetime.date(2026, 1, 1)
            limit = min(limit, edge) if kind == "power" else edge
        digits = draw(st.integers(-(10**12), 10**12))
        category = draw(st.sampled_from([None, Category(6), Category(1)])) if scope is Scope.THREE else None
        made.append(
            Activity(
                f"row {number}",
                draw(st.sampled_from(["north", "south", "east"])),
                kind,
                quantity(Decimal(f"{digits}E-{draw(st.integers(0, 4))}"), draw(st.sampled_from(units))),
                Place(place),
                Period(start, min(end, limit)),
                scope,
                category=category,
            )
        )
    return made


def accounted(rows: list[Activity], name: str, **other: Any) -> FrameInventory:  # noqa: ANN401
    make, engine = ENGINES[name]
    frame = make(table_of([row_of(row) for row in rows]))
    return account_frame(frame, TABLE, columns=COLUMNS, scope_2=METHODS, engine=engine, **other)


def figures(view: Statement | FrameStatement, inventory: Inventory | FrameInventory) -> dict[str, Any]:
    """List every figure that both paths give; an order is not a figure."""
    method = view.scope_2
    breakdowns = (view.by_scope(), view.by_facility(), view.by_activity(), view.by_gas(), view.by_category())
    return {
        "total": view.total,
        "biogenic": view.biogenic_co2,
        "masses": dict(inventory.masses(scope_2=method)),
        "stated": dict(inventory.stated(scope_2=method)),
        **{each.by: dict(each.parts) for each in breakdowns},
    }


def both_methods(inventory: Inventory | FrameInventory, gwp: GwpSet) -> list[dict[str, Any]]:
    return [figures(inventory.co2e(gwp, scope_2=method), inventory) for method in METHODS]


def with_power(rows: list[Activity]) -> list[Activity]:
    """Add a row of scope 2, so that a method may always be named."""
    day = Period("2025-02-01", "2025-02-02")
    return [*rows, Activity("p", "p", "power", quantity(3, "kWh"), Place("US"), day, Scope.TWO)]


@pytest.mark.parametrize("name", ENGINES)
@given(drawn=activities())
@settings(max_examples=8)
def test_the_figures_are_those_of_the_object_path_to_the_last_digit(name: str, drawn: list[Activity]) -> None:
    rows = with_power(drawn)
    objects = account(rows, CATALOGUE, scope_2=METHODS)
    frame = accounted(rows, name)
    assert (frame.rows_in, frame.rows_out, frame.reasons) == (len(rows), len(rows), ())
    assert both_methods(frame, gwp_set("AR5")) == both_methods(objects, gwp_set("AR5"))


@pytest.mark.parametrize("name", ENGINES)
@given(drawn=activities(least=2), seed=st.integers())
@settings(max_examples=3)
def test_the_order_of_the_rows_changes_nothing(name: str, drawn: list[Activity], seed: int) -> None:
    rows = with_power(drawn)
    other = list(rows)
    random.Random(seed).shuffle(other)  # noqa: S311  an order, not a secret
    gwp = gwp_set("AR5")
    assert both_methods(accounted(rows, name), gwp) == both_methods(accounted(other, name), gwp)


@pytest.mark.parametrize("name", ENGINES)
@given(drawn=activities(least=1), part=st.integers(-(10**9), 10**9))
@settings(max_examples=3)
def test_a_row_that_is_split_in_two_changes_nothing(name: str, drawn: list[Activity], part: int) -> None:
    rows = with_power(drawn)
    first = rows[0]
    piece = type(first.quantity)(part, first.quantity.unit)
    halves = [
        Activity(identity, first.facility, first.activity, much, first.place, first.period, first.scope,
                 category=first.category)
        for identity, much in (("one", piece), ("two", first.quantity - piece))
    ]  # fmt: skip
    gwp = gwp_set("AR5")
    assert both_methods(accounted(rows, name), gwp) == both_methods(
        accounted([*halves, *rows[1:]], name), gwp
    )


@pytest.mark.parametrize("name", ENGINES)
@given(drawn=activities(least=1))
@settings(max_examples=3)
def test_reversals_cancel(name: str, drawn: list[Activity]) -> None:
    reversed_ = [
        Activity(f"not {row.id}", row.facility, row.activity, -row.quantity, row.place, row.period, row.scope,
                 category=row.category)
        for row in with_power(drawn)
    ]  # fmt: skip
    inventory = accounted([*with_power(drawn), *reversed_], name)
    for method in METHODS:
        statement = inventory.co2e(gwp_set("AR5"), scope_2=method)
        assert statement.total.number == 0
        assert all(amount.number == 0 for amount in dict(statement.by_facility().parts).values())
        assert all(mass.number == 0 for _, mass in inventory.masses(scope_2=method))


@given(drawn=activities())
@settings(max_examples=8)
def test_another_gwp_set_is_a_view_of_the_same_inventory(drawn: list[Activity]) -> None:
    rows = with_power([row for row in drawn if row.activity != "flight"])
    inventory, objects = accounted(rows, "DuckDB"), account(rows, CATALOGUE, scope_2=METHODS)
    before = both_methods(inventory, gwp_set("AR5"))
    for name in ("SAR", "AR4", "AR6"):
        assert both_methods(inventory, gwp_set(name)) == both_methods(objects, gwp_set(name))
        assert both_methods(accounted(rows, "Polars"), gwp_set(name)) == both_methods(
            inventory, gwp_set(name)
        )
    assert both_methods(inventory, gwp_set("AR5")) == before


@pytest.mark.parametrize("name", ENGINES)
@given(drawn=activities(least=1))
@settings(max_examples=3)
def test_lines_add_up_to_the_masses(name: str, drawn: list[Activity]) -> None:
    inventory = accounted(with_power(drawn), name)
    lines = as_rows(inventory.lines)
    for method in METHODS:
        sums: Counter[Any] = Counter()
        for line in lines:
            if line["method"] in {None, method.value}:
                for column in inventory.line_columns:
                    if line[column.name] is not None and not column.label.basis and not column.label.apart:
                        sums[column.label.gas] += int(line[column.name]) * 10 ** (40 - column.places)
        masses = {gas: mass.number for gas, mass in inventory.masses(scope_2=method)}
        assert {gas: Decimal(f"{number}E-40") for gas, number in sums.items()} == masses
    scope_2 = sum(row.scope is Scope.TWO for row in with_power(drawn))
    assert len(lines) == inventory.rows_out + scope_2  # a row of scope 2 is there once for each method


@pytest.mark.parametrize("name", ["DuckDB", "Polars", "pandas", "PyArrow"])
@given(drawn=activities(), years=st.integers(0, 2))
@settings(max_examples=3)
def test_a_fallback_is_taken_as_on_the_object_path(name: str, drawn: list[Activity], years: int) -> None:
    policy = Fallback(first=First.YEAR, wider=True, years_back=2)
    rows = [
        *with_power(drawn),
        Activity("far", "x", "gas", quantity(1, "MMBtu"), Place("US/WA/Seattle"),
                 Period.year(2025 + years), Scope.ONE),
        Activity("late", "x", "flight", quantity("2.5", "p_km"), Place("US"),
                 Period("2027-01-31", "2027-02-01"), Scope.THREE),
    ]  # fmt: skip
    known = [row for row in rows if row.id != "far" or years != 1]  # 2026 has two factors
    objects = account(known, CATALOGUE, scope_2=METHODS, fallback=policy)
    frame = accounted(known, name, fallback=policy)
    assert both_methods(frame, gwp_set("AR5")) == both_methods(objects, gwp_set("AR5"))
    assert "factor of US taken for US/WA/Seattle" in frame.explain().text() or years == 1
