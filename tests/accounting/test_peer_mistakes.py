"""
Mistakes that other libraries for emission accounting were seen to make, each kept out by name.

Seen in 2026: atomic6ghg 1.1.1, scope3track 1.2.2, carboncalc 1.0.0, greenlang-cli 0.3.0,
bonsai-ipcc 0.5.3 and, in their source, the units of hyperledger-labs/blockchain-carbon-accounting
and odoo-addon-sustainability 18.0.1.12.2.1; potentials of ORNL VERIFI (issue 2190) and
CityCatalyst (pull request 3118).

    1  a contract at zero taken for missing
    2  reversals that do not cancel
    3  rows rounded one by one
    4  uncertainties of entries added linearly, a shared registry, no versions, no order
    5  another country's factor, any year
    6  petagrams, megatonnes, factors as texts
    7  splits of one, the oldest factor, gases already multiplied, a gas left out, uncertainties
       of factors added linearly
    8  documented calls that do not run
    9  potentials of AR6
"""

from __future__ import annotations

import doctest
import inspect
import random
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.accounting import (
    Amount,
    Catalogue,
    Origin,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
    read_activities,
)
from carbonkit.accounting.uncertainty import propagate_uncertainty
from carbonkit.accounting.value_chain import METHODS, DataKind, Emission, Share, shares_of
from carbonkit.accounting.value_chain.share import whole
from carbonkit.errors import BatchError, InvalidValueError, UnknownGasError, UnknownUnitError
from carbonkit.values import CO2e, Mass, Period, Rounding, Source, unit_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.accounting.conftest import MakeActivity, MakeFactor

AR5 = gwp_set("AR5")
SOURCE = Source("Supplier 7", "Letter", 2025)


def test_a_contract_factor_of_zero_is_a_value_not_missing(factor: MakeFactor, activity: MakeActivity) -> None:
    # atomic6ghg: 1,000,000 kWh of zero-carbon supply came out as the grid's 746.42 t
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
    # atomic6ghg: +1,000 kWh and -1,000 kWh came out as 0 kWh and 0.746 t; others refuse negative rows
    rows = [activity("bill", "1000", "kWh"), activity("credit", "-1000", "kWh")]
    catalogue = Catalogue([factor("grid", Rate("CO2", "0.746", "kg"), per="kWh")])
    assert account(rows, catalogue).co2e(AR5).total == CO2e(0, "tCO2e")


def test_rows_are_not_rounded_one_by_one(factor: MakeFactor, activity: MakeActivity) -> None:
    # carboncalc: 10,000 times 0.1 litre of water came out as 0.0 kg
    rows = [activity(str(number), "0.1", "L") for number in range(10_000)]
    catalogue = Catalogue([factor("water", Rate("CO2", "0.000344", "kg"), per="L")])
    assert account(rows, catalogue).co2e(AR5).total == CO2e("0.344", "kgCO2e")


def test_an_unknown_place_never_takes_the_factor_of_another(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    # greenlang-cli: the country "ZZ" silently got the factor of the United States
    with pytest.raises(BatchError, match=r"place: .* was ZZ; known: US"):
        account([activity(place="ZZ")], Catalogue([factor()]))


def test_a_year_before_the_first_factor_never_takes_the_oldest(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    # the Odoo add-on: an invoice from before the first value silently took it
    with pytest.raises(BatchError, match=r"period: .* was \[2024-01-01, 2025-01-01\); known: \[2025-01-01"):
        account([activity(period=Period.year(2024))], Catalogue([factor()]))


def test_lines_come_back_in_the_order_of_the_rows(factor: MakeFactor, activity: MakeActivity) -> None:
    # scope3track: its bulk calculation gave results in the order in which its threads were done
    names = [str(number) for number in range(200)]
    random.Random(7).shuffle(names)  # noqa: S311  a test's order, not a secret
    lines = account([activity(name) for name in names], Catalogue([factor()])).lines
    assert [line.activity.id for line in lines] == names


def test_the_gwp_set_can_be_changed_afterwards(factor: MakeFactor, activity: MakeActivity) -> None:
    # the Odoo add-on: gases were stored already multiplied by their potential
    inventory = account([activity()], Catalogue([factor("leak", Rate("N2O", "1", "kg"))]))
    totals = [inventory.co2e(gwp_set(name)).total for name in ("SAR", "AR4", "AR5", "AR6")]
    assert totals == [CO2e(each, "kgCO2e") for each in ("620", "596", "530", "546")]


def test_every_gas_counts_or_is_an_error(factor: MakeFactor, activity: MakeActivity) -> None:
    # the Odoo add-on: NF3 was left out of the total
    inventory = account([activity()], Catalogue([factor("etch", Rate("NF3", "1", "kg"))]))
    assert inventory.co2e(AR5).total == CO2e("32.2", "tCO2e")
    with pytest.raises(UnknownGasError):
        inventory.co2e(gwp_set("SAR"))


def test_a_megatonne_is_not_a_metric_tonne() -> None:
    # hyperledger: "mt" was a megatonne, where many bills mean a metric tonne
    header = "id,facility,activity,amount,unit,place,start,end,scope"
    with pytest.raises(BatchError, match="row 2, unit: must be a unit of the table, was mt"):
        read_activities([header, "1,7,coal,1,mt,US,2025-01-01,2026-01-01,1"], file="bills.csv")


def test_a_petagram_is_a_million_million_kilograms() -> None:
    # hyperledger: "pg" was 1e9 kg, a thousandth of what it is, and not the same as its own "gt"
    assert Mass(1, "Gt") == Mass(1000, "Mt") == Mass(10**12, "kg") == Mass(10**15, "g")
    for wrong in ("pg", "mt", "gt", "MT"):
        with pytest.raises(UnknownUnitError, match=f"must be a unit of the table, was {wrong}"):
            unit_named(wrong)


def test_a_factor_is_a_number_never_a_text_that_may_be_missing(factor: MakeFactor) -> None:
    # hyperledger: factors were nullable texts
    assert factor("gas", Rate("CO2", "53.06", "kg")).rates[0].number == Decimal("53.06")
    for wrong in ("", "n/a", "53,06"):
        with pytest.raises(InvalidValueError):
            Rate("CO2", wrong, "kg")


def test_a_catalogue_is_nobodys_to_change(factor: MakeFactor, activity: MakeActivity) -> None:
    # scope3track: all calculators shared one registry, and whoever changed it changed the figures of all
    catalogue, rates = Catalogue([factor()]), [Rate("CO2", 1, "kg")]
    own = factor("own", *rates, activity="own gas")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        catalogue.factors = (own,)  # type: ignore[misc]
    assert isinstance(catalogue.factors, tuple)
    before = account([activity()], catalogue).co2e(AR5).total
    Catalogue([*catalogue.factors, own])  # another catalogue takes nothing from the first
    rates.append(Rate("CO2", 9, "t"))
    assert account([activity()], catalogue).co2e(AR5).total == before
    with pytest.raises(BatchError, match="must be an activity that has a factor, was own gas"):
        account([activity(activity="own gas")], catalogue)


def test_a_factor_is_known_by_its_edition(factor: MakeFactor, activity: MakeActivity) -> None:
    # scope3track: "versioning support" stood in its docstring alone
    old, new = factor(edition="2024", valid=Period.year(2024)), factor(edition="2025")
    rows = [activity("1", period=Period.year(2024)), activity("2")]
    lines = account(rows, Catalogue([old, new])).lines
    assert [(line.factor.id, line.factor.edition) for line in lines] == [("gas", "2024"), ("gas", "2025")]


def test_the_year_of_the_activity_counts(factor: MakeFactor, activity: MakeActivity) -> None:
    # greenlang-cli: the year was ignored
    rates = {2024: Rate("CO2", 1, "kg"), 2025: Rate("CO2", 3, "kg")}
    years = [factor("gas", rate, edition=str(year), valid=Period.year(year)) for year, rate in rates.items()]
    catalogue = Catalogue(years)
    totals = [account([activity(period=Period.year(year))], catalogue).co2e(AR5).total for year in rates]
    assert totals == [CO2e(2, "kgCO2e"), CO2e(6, "kgCO2e")]


def test_ten_tenths_are_one() -> None:
    # the Odoo add-on: sum([0.1] * 10) is 0.9999999999999999, so a correct split was refused
    tenths = {str(part): Share.stated("0.1", by="turnover") for part in range(10)}
    whole(tenths, of="an invoice")
    bought = Emission.stated("invoice", [Amount("CO2", "33.37", "kg")], SOURCE, data=DataKind.PRIMARY)
    parts = [bought.shared(share) for share in tenths.values()]
    assert Emission.total("all", parts).amounts() == bought.amounts()
    thirds = shares_of({name: Mass(1, "kg") for name in "abc"}, by="mass")
    whole(thirds, of="an invoice")  # also where no decimal would do
    assert (
        Emission.total("all", [bought.shared(each) for each in thirds.values()]).amounts() == bought.amounts()
    )
    with pytest.raises(InvalidValueError, match=r"must add up to 1, was 0\.9"):
        whole({name: share for name, share in tenths.items() if name != "7"}, of="an invoice")


DOCUMENTED = [account, *(recipe.function for recipes in METHODS.values() for recipe in recipes)]


@pytest.mark.parametrize(
    "function", dict.fromkeys(DOCUMENTED), ids=lambda it: f"{it.__module__}.{it.__name__}"
)
def test_the_documented_call_runs_as_it_stands(function: Callable[..., object]) -> None:
    # bonsai-ipcc: 74 of its 76 documented sequences raised a KeyError when run with their own defaults
    (example,) = doctest.DocTestFinder().find(function, module=inspect.getmodule(function))
    said: list[str] = []
    done = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append)
    assert (done.failed, "".join(said)) == (0, "")
    assert done.attempted > 0


def test_the_potentials_of_ar6_are_those_of_the_report() -> None:
    # VERIFI listed N2O as 38; CityCatalyst took 27.9 for all methane where VERIFI took 29.8
    ar6 = gwp_set("AR6")
    assert ar6.potential("N2O").value == 273
    assert ar6.potential("CH4", origin=Origin.FOSSIL).value == Decimal("29.8")
    assert ar6.potential("CH4", origin=Origin.BIOGENIC).value == Decimal("27.0")
    assert ar6.potential("CH4").value == Decimal("27.9")  # of no stated origin


def rate(tonnes: str, half: str = "0") -> Rate:
    """Make a rate with half of its 95 % interval."""
    middle, spread = Decimal(tonnes), Decimal(half)
    return Rate("CO2", middle, "t", lower=middle - spread, upper=middle + spread)


def test_uncertainties_are_not_added_linearly_over_entries(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    # scope3track: entries of 100 t, each ±20 %, came to ±20 % of their sum, however many there were
    names = [f"gas {number}" for number in range(4)]
    catalogue = Catalogue([factor(name, rate("1"), activity=name) for name in names])
    rows = [attrs.evolve(activity(name, "100", activity=name), uncertainty=20) for name in names]
    found = propagate_uncertainty(account(rows, catalogue).co2e(AR5))
    assert found.half_width(6, Rounding.HALF_UP) == CO2e(40, "tCO2e")  # not 80 t
    assert found.percent(6, Rounding.HALF_UP) == 10


def test_uncertainties_are_not_added_linearly_over_factors(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    # the Odoo add-on: squares inside of a factor, but ±3 t of one and ±4 t of another made ±7 t
    spreads = {"gas": "0.03", "oil": "0.04"}
    catalogue = Catalogue([factor(name, rate("1", half), activity=name) for name, half in spreads.items()])
    rows = [attrs.evolve(activity(name, "100", activity=name), uncertainty=0) for name in spreads]
    found = propagate_uncertainty(account(rows, catalogue).co2e(AR5))
    assert found.half_width(6, Rounding.HALF_UP) == CO2e(5, "tCO2e")
    assert found.percent(6, Rounding.HALF_UP) == Decimal("2.5")


def test_uncertainties_are_not_added_linearly_but_where_one_factor_is_shared(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    # what both peers lack: the error of one factor is the same in all of its entries, ±3 t and ±4 t are ±7 t
    rows = [attrs.evolve(activity(name, name), uncertainty=0) for name in ("30", "40")]
    shared = Catalogue([factor("gas", rate("1", "0.1"))])
    found = propagate_uncertainty(account(rows, shared).co2e(AR5))
    assert found.half_width(6, Rounding.HALF_UP) == CO2e(7, "tCO2e")
    # the meters of the two entries are read apart: 7² + (30 × 0.4)² + (40 × 0.6)² = 769
    rows = [attrs.evolve(row, uncertainty=percent) for row, percent in zip(rows, (40, 60), strict=True)]
    found = propagate_uncertainty(account(rows, shared).co2e(AR5))
    assert found.square == 769
