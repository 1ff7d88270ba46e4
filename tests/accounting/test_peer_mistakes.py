"""Mistakes that other libraries for emission accounting were seen to make, each kept out by name."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import (
    Catalogue,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
    read_activities,
)
from carbonkit.errors import BatchError, UnknownGasError
from carbonkit.values import CO2e, Period

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity, MakeFactor

AR5 = gwp_set("AR5")


def test_a_contract_factor_of_zero_is_a_value_not_missing(factor: MakeFactor, activity: MakeActivity) -> None:
    # 1,000,000 kWh of zero-carbon supply came out as the grid's 746.42 t
    catalogue = Catalogue(
        [
            factor("grid", Rate("CO2", "0.74642", "kg"), per="kWh", method=Scope2Method.LOCATION),
            factor("contract", Rate("CO2", "0.0", "kg"), per="kWh", method=Scope2Method.MARKET),
        ]
    )
    bought = activity("1", "1000000", "kWh", scope=Scope.TWO)
    inventory = account([bought], catalogue, scope_2=list(Scope2Method))
    assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e(0, "tCO2e")
    assert inventory.co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e("746.42", "tCO2e")


def test_a_reversal_cancels_what_it_reverses(factor: MakeFactor, activity: MakeActivity) -> None:
    # +1,000 kWh and -1,000 kWh came out as 0 kWh and 0.746 t
    rows = [activity("bill", "1000", "kWh"), activity("credit", "-1000", "kWh")]
    catalogue = Catalogue([factor("grid", Rate("CO2", "0.746", "kg"), per="kWh")])
    assert account(rows, catalogue).co2e(AR5).total == CO2e(0, "tCO2e")


def test_rows_are_not_rounded_one_by_one(factor: MakeFactor, activity: MakeActivity) -> None:
    # 10,000 times 0.1 litre of water came out as 0.0 kg
    rows = [activity(str(number), "0.1", "L") for number in range(10_000)]
    catalogue = Catalogue([factor("water", Rate("CO2", "0.000344", "kg"), per="L")])
    assert account(rows, catalogue).co2e(AR5).total == CO2e("0.344", "kgCO2e")


def test_an_unknown_place_never_takes_the_factor_of_another(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    # the country "ZZ" silently got the factor of the United States
    with pytest.raises(BatchError, match=r"place: .* was ZZ; known: US"):
        account([activity(place="ZZ")], Catalogue([factor()]))


def test_a_year_before_the_first_factor_never_takes_the_oldest(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    with pytest.raises(BatchError, match=r"period: .* was \[2024-01-01, 2025-01-01\); known: \[2025-01-01"):
        account([activity(period=Period.year(2024))], Catalogue([factor()]))


def test_lines_come_back_in_the_order_of_the_rows(factor: MakeFactor, activity: MakeActivity) -> None:
    names = [str(number) for number in range(200)]
    random.Random(7).shuffle(names)  # noqa: S311  a test's order, not a secret
    lines = account([activity(name) for name in names], Catalogue([factor()])).lines
    assert [line.activity.id for line in lines] == names


def test_the_gwp_set_can_be_changed_afterwards(factor: MakeFactor, activity: MakeActivity) -> None:
    # gases were stored already multiplied by their potential
    inventory = account([activity()], Catalogue([factor("leak", Rate("N2O", "1", "kg"))]))
    totals = [inventory.co2e(gwp_set(name)).total for name in ("SAR", "AR4", "AR5", "AR6")]
    assert totals == [CO2e(each, "kgCO2e") for each in ("620", "596", "530", "546")]


def test_every_gas_counts_or_is_an_error(factor: MakeFactor, activity: MakeActivity) -> None:
    # NF3 was left out of the total
    inventory = account([activity()], Catalogue([factor("etch", Rate("NF3", "1", "kg"))]))
    assert inventory.co2e(AR5).total == CO2e("32.2", "tCO2e")
    with pytest.raises(UnknownGasError):
        inventory.co2e(gwp_set("SAR"))


def test_a_megatonne_is_not_a_metric_tonne() -> None:
    header = "id,facility,activity,amount,unit,place,start,end,scope"
    with pytest.raises(BatchError, match="row 2, unit: must be a unit of the table, was mt"):
        read_activities([header, "1,7,coal,1,mt,US,2025-01-01,2026-01-01,1"], file="bills.csv")
