"""Lines are kept as columns and are a sequence like any other."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import (
    Catalogue,
    Conversion,
    Fallback,
    First,
    Inventory,
    Line,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting.lines import Lines
from carbonkit.errors import InvalidValueError
from carbonkit.values import CO2e, Energy, Period, Rounding

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity, MakeFactor


@pytest.fixture
def inventory(factor: MakeFactor, activity: MakeActivity) -> Inventory:
    """Take lines that fit, that are converted, that are rounded, and that fell back."""
    catalogue = Catalogue(
        [factor(), factor("old", activity="steam", valid=Period.year(2024)), factor("grid", place="CA")]
    )
    rows = [
        activity("1", "2"),
        activity("2", "2000", "kBtu"),
        activity("3", "1", "kWh"),
        activity("4", activity="steam"),
        activity("5", place="CA"),
    ]
    return account(
        rows,
        catalogue,
        conversion=Conversion(6, Rounding.HALF_EVEN),
        fallback=Fallback(first=First.PLACE, years_back=1),
    )


def test_lines_made_one_by_one_are_the_same_lines(inventory: Inventory) -> None:
    lines = inventory.lines
    again = Lines.of(list(lines))
    assert again == lines
    assert hash(again) == hash(lines)
    assert Lines.of(lines) is lines
    assert Inventory(tuple(lines)) == inventory
    assert [line.activity.id for line in again] == ["1", "2", "3", "4", "5"]
    assert [str(line.quantity) for line in again] == [
        "2 MMBtu",
        "2.000 MMBtu",
        "0.003412 MMBtu",
        "2 MMBtu",
        "2 MMBtu",
    ]
    assert [line.conversion is not None for line in again] == [False, False, True, False, False]
    assert [str(line.step or "") for line in again] == ["", "", "", "1 year earlier", ""]
    assert inventory.co2e(gwp_set("AR5")).total == Inventory(again).co2e(gwp_set("AR5")).total


def test_lines_are_a_sequence(inventory: Inventory) -> None:
    lines = inventory.lines
    assert (len(lines), repr(lines)) == (5, "<Lines, 5>")
    assert lines[-1] == lines[4] == list(lines)[4]
    assert list(lines[2:4]) == list(lines)[2:4]
    assert lines[2:4].conversions == {0: lines[2].conversion}
    assert lines[2:4].steps == {1: lines[3].step}
    assert lines[:] is lines
    assert lines[3] in lines
    assert lines != lines[1:]
    assert lines != list(lines)
    with pytest.raises(IndexError):
        lines[5]


def test_factors_stand_once_and_only_used_ones_count(inventory: Inventory) -> None:
    assert [factor.id for factor in inventory.lines.used.values()] == ["gas", "old", "grid"]
    assert [factor.id for factor in inventory.lines[3:].used.values()] == ["old", "grid"]


def test_only_lines_make_lines(inventory: Inventory, activity: MakeActivity, factor: MakeFactor) -> None:
    with pytest.raises(InvalidValueError, match="lines: must be of type Line"):
        Lines.of([activity()])  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(InvalidValueError, match="factor: must be a factor for steam, was natural gas"):
        Line(activity(activity="steam"), factor(), Energy("2", "MMBtu"))
    assert inventory.lines


def test_the_two_methods_of_scope_2_keep_their_own_lines(factor: MakeFactor, activity: MakeActivity) -> None:
    catalogue = Catalogue(
        [
            factor("one", Rate("CO2", 1, "kg"), method=None),
            *(
                factor(method.value, Rate("CO2", number, "kg"), method=method)
                for number, method in ((10, Scope2Method.LOCATION), (100, Scope2Method.MARKET))
            ),
        ]
    )
    rows = [activity("1"), activity("2", scope=Scope.TWO), activity("3", scope=Scope.THREE)]
    inventory = account(rows, catalogue, scope_2=Scope2Method)
    assert inventory.methods == tuple(Scope2Method)
    for method, total in ((Scope2Method.LOCATION, "24"), (Scope2Method.MARKET, "204")):
        statement = inventory.co2e(gwp_set("AR5"), scope_2=method)
        assert statement.total == CO2e(total, "kgCO2e")
        assert [line.line.activity.id for line in statement.lines] == ["1", "2", "3"]
        assert statement.by_activity().total == statement.by_scope().total == statement.total
        assert statement.by_gas().total == statement.by_facility().total == statement.total


def test_columns_are_equally_long_and_nobody_changes_them_later(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    numbers = [Decimal(2)]
    lines = Lines([activity()], [factor()], [0], numbers)
    numbers[0] = Decimal(50)
    assert lines.numbers == (Decimal(2),)
    with pytest.raises(InvalidValueError, match="one of each for every line, was 1, 1 and 2"):
        Lines([activity()], [factor()], [0], [Decimal(2), Decimal(3)])


def test_a_one_sided_rounding_would_keep_a_reversal_from_cancelling() -> None:
    for rounding in (Rounding.FLOOR, Rounding.CEILING):
        with pytest.raises(InvalidValueError, match="rounding: must treat both signs alike"):
            Conversion(3, rounding)
