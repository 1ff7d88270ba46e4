"""
A constructed year of purchased electricity, by both methods of scope 2.

The Scope 2 Guidance of the GHG Protocol (2015) has no worked example with numbers that was
available, so the case is constructed (reference/accounting.md 3.3) and computed by hand: 100 MWh,
of which 40 under guarantees of origin at 0, 20 under a contract at 0.05 t/MWh and 40 under nothing,
with a residual mix of 0.45 and a grid average of 0.30 t/MWh.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, Scope2Method, account, gwp_set
from carbonkit.accounting.instrument import ContractualInstrument, InstrumentKind, VintageWindow
from carbonkit.accounting.market_based import dual_scope_2
from carbonkit.accounting.purchased_energy import PurchasedEnergy, WithoutResidualMix, joined
from carbonkit.errors import BatchError
from carbonkit.values import CO2e, Energy, Exact, Period, Place, Source, quantity

YEAR, PLACE = Period.year(2025), Place("DE")
MIXES = Source("constructed", "Mixes of the example", 2025)
PAPERS = Source("constructed", "Contracts of the example", 2025)
AR5 = gwp_set("AR5")


def mix(name: str, rate: str, method: Scope2Method, per: str = "MWh") -> Factor:
    rates = [Rate("CO2", rate, "t" if per == "MWh" else "kg")]
    return Factor(name, "2025", "electricity", PLACE, YEAR, per, rates, MIXES, method=method)


def instrument(name: str, kind: InstrumentKind, energy: Exact, rate: str) -> ContractualInstrument:
    certified = kind is InstrumentKind.CERTIFICATE
    return ContractualInstrument(
        name,
        kind,
        "electricity",
        Energy(energy, "MWh"),
        [Rate("CO2", rate, "t")],
        "MWh",
        PLACE,
        YEAR,
        PAPERS,
        sole_claim=True,
        bundled=not certified,
        certificates=[name] if certified else [],
        retired_on="2026-01-31" if certified else None,
    )


def year(guarantees: Exact, consumed: Exact = 100) -> PurchasedEnergy:
    return dual_scope_2(
        [Activity("1", "plant", "electricity", quantity(consumed, "MWh"), PLACE, YEAR, Scope.TWO)],
        [
            instrument("PPA 3", InstrumentKind.CONTRACT, 20, "0.05"),
            instrument("GO 17", InstrumentKind.CERTIFICATE, guarantees, "0"),
        ],
        Catalogue([mix("grid", "0.30", Scope2Method.LOCATION)]),
        period=YEAR,
        vintage=VintageWindow(months_before=0, months_after=0),
        residual_mix=Catalogue([mix("residual", "0.45", Scope2Method.MARKET)]),
        without_residual_mix=WithoutResidualMix.REFUSE,
    )


def test_the_two_answers_stand_side_by_side() -> None:
    inventory = year(40).inventory()
    assert inventory.methods == (Scope2Method.LOCATION, Scope2Method.MARKET)
    assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e("19.0", "tCO2e")
    assert inventory.co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e("30.0", "tCO2e")


def test_each_supply_has_its_own_line_down_the_hierarchy() -> None:
    bought = year(40)
    assert [(supply.under, str(supply.energy)) for supply in bought.supplies] == [
        ("GO 17", "40 MWh"),
        ("PPA 3", "20 MWh"),
        ("residual mix", "40 MWh"),
    ]
    amounts = [supply.calculation.amounts[0].quantity.to("t").number for supply in bought.supplies]
    assert amounts == [0, 1, 18]
    assert bought.supplied(InstrumentKind.RESIDUAL_MIX) == Energy("40", "MWh")


def test_the_share_under_contractual_instruments() -> None:
    bought = year(40)
    assert bought.share() == Fraction(3, 5)
    assert bought.share(bundled=True) == Fraction(1, 5)
    assert bought.share(bundled=False) == Fraction(2, 5)


def test_120_mwh_of_guarantees_on_100_mwh_are_refused() -> None:
    with pytest.raises(BatchError) as refused:
        year(120)
    problems = refused.value.problems
    assert [problem.code for problem in problems] == ["over_claimed", "over_claimed"]
    claimed = str(problems[0])
    for named in ("GO 17", "market DE", "[2025-01-01, 2026-01-01)", "was 120 MWh", "20 MWh too much"):
        assert named in claimed
    assert "PPA 3" in str(problems[1])  # nothing is left for the contract either


def half(name: str, period: Period, guarantees: Exact, earlier: list[PurchasedEnergy]) -> PurchasedEnergy:
    wide = VintageWindow(months_before=6, months_after=6)
    return dual_scope_2(
        [Activity(name, "plant", "electricity", quantity(60, "MWh"), PLACE, period, Scope.TWO)],
        [instrument("GO 17", InstrumentKind.CERTIFICATE, guarantees, "0")],
        Catalogue([mix("grid", "0.30", Scope2Method.LOCATION)]),
        period=period,
        vintage=wide,
        residual_mix=Catalogue([mix("residual", "0.45", Scope2Method.MARKET)]),
        without_residual_mix=WithoutResidualMix.REFUSE,
        earlier=earlier,
    )


def test_60_mwh_of_guarantees_count_once_in_two_halves_of_60_mwh() -> None:
    # 120 MWh of which 60 at 0 and 60 at 0.45 t/MWh, however the guarantees are shared out
    first, second = Period("2025-01-01", "2025-07-01"), Period("2025-07-01", "2026-01-01")
    for given in (60, 25, 0):
        one = half("1", first, given, [])
        bought = joined([one, half("2", second, 60, [one])])
        inventory = bought.inventory()
        assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e("27", "tCO2e")
        assert inventory.co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e("36", "tCO2e")
    with pytest.raises(
        BatchError, match=r"no more than the 60 MWh that instrument GO 17 covers.*was 120 MWh"
    ):
        joined([half("1", first, 60, []), half("2", second, 60, [])])


def test_steam_from_next_door_is_counted_by_both_methods() -> None:
    # by hand: 1000 GJ × 0.11 = 110 t by the location; 600 × 0.05 + 400 × 0.12 = 78 t by the market
    def steam(name: str, rate: str, method: Scope2Method) -> Factor:
        rates = [Rate("CO2", rate, "t")]
        return Factor(name, "2025", "steam", PLACE, YEAR, "GJ", rates, MIXES, method=method)

    contract = ContractualInstrument(
        "steam 1", InstrumentKind.CONTRACT, "steam", Energy(600, "GJ"), [Rate("CO2", "0.05", "t")], "GJ",
        PLACE, YEAR, PAPERS, sole_claim=True, bundled=True,
    )  # fmt: skip
    bought = dual_scope_2(
        [Activity("1", "plant", "steam", quantity(1000, "GJ"), PLACE, YEAR, Scope.TWO)],
        [contract],
        Catalogue([steam("network", "0.11", Scope2Method.LOCATION)]),
        period=YEAR,
        vintage=VintageWindow(months_before=0, months_after=0),
        residual_mix=Catalogue([steam("rest", "0.12", Scope2Method.MARKET)]),
        without_residual_mix=WithoutResidualMix.REFUSE,
    )
    inventory = bought.inventory()
    assert inventory.co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e("110", "tCO2e")
    assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e("78", "tCO2e")


def test_a_contract_at_zero_counts_as_zero() -> None:
    # the first bug of reference/accounting.md 1.2: a rate of 0.0 was taken for a missing one, so that
    # 1,000,000 kWh of zero-carbon supply came out as the grid's 746.42 t
    bought = dual_scope_2(
        [Activity("1", "plant", "electricity", quantity("1000000", "kWh"), PLACE, YEAR, Scope.TWO)],
        [instrument("hydro", InstrumentKind.CONTRACT, 1000, "0.0")],
        Catalogue([mix("grid", "0.74642", Scope2Method.LOCATION, per="kWh")]),
        period=YEAR,
        vintage=VintageWindow(months_before=0, months_after=0),
        residual_mix=Catalogue([]),
        without_residual_mix=WithoutResidualMix.REFUSE,
    )
    inventory = bought.inventory()
    assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e("0", "tCO2e")
    assert inventory.co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e("746.42", "tCO2e")
    assert bought.share() == 1


def test_it_stands_in_an_inventory_of_everything() -> None:
    gas = Factor("gas", "2025", "gas", PLACE, YEAR, "MWh", [Rate("CO2", "0.2", "t")], MIXES)
    burnt = Activity("gas", "plant", "gas", quantity(50, "MWh"), PLACE, YEAR, Scope.ONE)
    inventory = year(40).beside(account([burnt], Catalogue([gas])))
    market = inventory.co2e(AR5, scope_2=Scope2Method.MARKET)
    assert market.by_scope().parts == (("scope 1", CO2e(10, "tCO2e")), ("scope 2", CO2e(19, "tCO2e")))
    assert inventory.co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e("40", "tCO2e")


def test_every_answer_explains_itself_down_to_row_and_document() -> None:
    told = year(40).explain().text()
    for said in (
        "purchased energy in [2025-01-01, 2026-01-01): 100 MWh = by both methods, which are never added",
        "instrument GO 17: 0 t CO2 per MWh = energy attribute certificate, 40 MWh of electricity in DE",
        "certificates GO 17, retired on 2026-01-31",
        "40 MWh under residual mix × 0.45 t CO2 per MWh",
        "consumption of plant: 100 MWh = 1 purchase of electricity at DE, credit notes taken off",
        "source: constructed, Contracts of the example, 2025 [confirmed]",
    ):
        assert said in told
