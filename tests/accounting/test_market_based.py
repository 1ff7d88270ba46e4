"""Purchased energy by both methods: who may claim what, and what is left of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Catalogue,
    Conversion,
    Factor,
    Fallback,
    First,
    Origin,
    Rate,
    Scope,
    Scope2Method,
    gwp_set,
)
from carbonkit.accounting.instrument import (
    ContractualInstrument,
    InstrumentKind,
    MarketBoundary,
    VintageWindow,
)
from carbonkit.accounting.market_based import dual_scope_2
from carbonkit.accounting.purchased_energy import PurchasedEnergy, WithoutResidualMix
from carbonkit.errors import BatchError, InvalidValueError, WrongTypeError
from carbonkit.values import CO2e, Energy, Exact, Mass, Period, Place, Rounding, Source, quantity
from carbonkit.values.number import exact

AR5 = gwp_set("AR5")
YEAR = Period.year(2025)
SOURCE = Source("Us", "Papers", 2026)
AIB = MarketBoundary("AIB", [Place("DE"), Place("NO")])


def mix(
    name: str,
    rate: Exact,
    method: Scope2Method,
    *,
    place: str = "DE",
    per: str = "MWh",
    valid: Period = YEAR,
    activity: str = "electricity",
) -> Factor:
    rates = [Rate("CO2", rate, "t")]
    return Factor(name, "2025", activity, Place(place), valid, per, rates, SOURCE, method=method)


GRID = mix("grid", "0.30", Scope2Method.LOCATION)
RESIDUAL = mix("residual", "0.45", Scope2Method.MARKET)


def bought(
    name: str,
    number: Exact,
    unit: str = "MWh",
    *,
    facility: str = "north",
    place: str = "DE",
    period: Period = YEAR,
    activity: str = "electricity",
    scope: Scope = Scope.TWO,
) -> Activity:
    much = quantity(number, unit)
    return Activity(
        name, facility, activity, much, Place(place), period, scope, file="bills.csv", row=len(name) + 1
    )


def claim(name: str, number: Exact, **changes: Any) -> ContractualInstrument:  # noqa: ANN401  of any field
    plain = ContractualInstrument(
        name,
        InstrumentKind.CERTIFICATE,
        "electricity",
        Energy(number, "MWh"),
        [Rate("CO2", "0", "t")],
        "MWh",
        Place("DE"),
        YEAR,
        SOURCE,
        sole_claim=True,
        bundled=False,
        certificates=[name],
        retired_on="2026-02-01",
    )
    return attrs.evolve(plain, **changes)


def contract(name: str, number: Exact, rate: Exact = "0.05", **changes: Any) -> ContractualInstrument:  # noqa: ANN401
    plain = claim(name, number, kind=InstrumentKind.CONTRACT, certificates=(), retired_on=None, bundled=True)
    return attrs.evolve(plain, **{"rates": [Rate("CO2", rate, "t")], **changes})


def tariff(name: str, rate: Exact, **changes: Any) -> ContractualInstrument:  # noqa: ANN401  of any field
    return contract(name, 1, rate, kind=InstrumentKind.SUPPLIER_RATE, energy=None, **changes)


def both(
    purchases: list[Activity],
    instruments: list[ContractualInstrument],
    *,
    grid: list[Factor] | None = None,
    residual: list[Factor] | None = None,
    without: WithoutResidualMix = WithoutResidualMix.REFUSE,
    **others: Any,  # noqa: ANN401  passed on
) -> PurchasedEnergy:
    return dual_scope_2(
        purchases,
        instruments,
        Catalogue([GRID] if grid is None else grid),
        period=YEAR,
        vintage=VintageWindow(months_before=0, months_after=0),
        residual_mix=Catalogue([RESIDUAL] if residual is None else residual),
        without_residual_mix=without,
        **others,
    )


def market(result: PurchasedEnergy) -> CO2e:
    return result.inventory().co2e(AR5, scope_2=Scope2Method.MARKET).total


def supplied(result: PurchasedEnergy) -> list[tuple[str, str, str]]:
    return [(it.calculation.facility, it.under, str(it.energy)) for it in result.supplies]


# ---------------------------------------------------------------- the residual mix


def test_what_no_instrument_covers_takes_the_residual_mix_and_not_the_grid() -> None:
    assert market(both([bought("1", 100)], [])) == CO2e(45, "tCO2e")


def test_without_a_residual_mix_the_batch_is_refused() -> None:
    with pytest.raises(BatchError) as refused:
        both([bought("1", 100)], [claim("GO", 40)], residual=[])
    (problem,) = refused.value.problems
    assert (problem.code, problem.field, problem.row) == ("unknown_factor", "residual_mix", 2)
    assert "have a residual mix for the 60 MWh of electricity" in problem.must
    assert "GRID_AVERAGE" in problem.hint


def test_the_grid_average_stands_in_if_the_caller_says_so_and_it_is_disclosed() -> None:
    result = both([bought("1", 100)], [claim("GO", 40)], residual=[], without=WithoutResidualMix.GRID_AVERAGE)
    assert market(result) == CO2e(18, "tCO2e")
    assert result.supplies[1].kind is InstrumentKind.GRID_AVERAGE
    (disclosure,) = result.notices
    assert disclosure.code == "no_residual_mix"
    assert str(disclosure) == (
        "no residual mix exists for electricity at DE in [2025-01-01, 2026-01-01): "
        "60 MWh of north take the grid's average"
    )
    assert "no residual mix exists" in result.explain().text()


@pytest.mark.parametrize(
    "known",
    [
        mix("residual", "0.45", Scope2Method.MARKET, valid=Period.year(2024)),
        mix("residual", "0.45", Scope2Method.MARKET, valid=Period("2025-02-01", None)),
    ],
)
def test_the_grid_average_never_stands_in_where_a_residual_mix_exists(known: Factor) -> None:
    with pytest.raises(BatchError, match="a residual mix exists, so the grid's average is no answer"):
        both([bought("1", 100)], [], residual=[known], without=WithoutResidualMix.GRID_AVERAGE)


def test_a_residual_mix_of_a_wider_place_is_reached_by_a_fallback_that_is_disclosed() -> None:
    local = mix("local", "0.20", Scope2Method.LOCATION, place="DE/BY")
    bill = bought("1", 100, place="DE/BY")
    with pytest.raises(BatchError, match="a residual mix exists"):
        both([bill], [], grid=[local], without=WithoutResidualMix.GRID_AVERAGE)
    policy = Fallback(first=First.PLACE, wider=True)
    result = both([bill], [], grid=[local], fallback=policy)
    assert market(result) == CO2e(45, "tCO2e")
    (disclosure,) = result.notices
    assert str(disclosure) == "residual mix of electricity for north: factor of DE taken for DE/BY"


def test_a_factor_of_the_other_method_is_no_residual_mix() -> None:
    with pytest.raises(BatchError, match="have a residual mix"):
        both([bought("1", 100)], [], residual=[GRID])
    result = both(
        [bought("1", 100)],
        [],
        residual=[mix("steam", 1, Scope2Method.MARKET, activity="steam")],
        without=WithoutResidualMix.GRID_AVERAGE,
    )
    assert market(result) == CO2e(30, "tCO2e")


# ---------------------------------------------------------------- the hierarchy


def test_a_suppliers_rate_takes_what_certificates_and_contracts_leave() -> None:
    result = both([bought("1", 100)], [tariff("city power", "0.4"), contract("PPA", 20), claim("GO", 40)])
    assert supplied(result) == [
        ("north", "GO", "40 MWh"),
        ("north", "PPA", "20 MWh"),
        ("north", "city power", "40 MWh"),
    ]
    assert market(result) == CO2e(17, "tCO2e")
    assert result.share() == 1


def test_a_rate_of_zero_is_a_value_at_every_step_of_the_hierarchy() -> None:
    for instruments in ([claim("GO", 100)], [contract("PPA", 100, "0.0")], [tariff("hydro", "0.0")]):
        assert market(both([bought("1", 100)], instruments, residual=[])) == CO2e(0, "tCO2e")
    zero = mix("residual", "0.0", Scope2Method.MARKET)
    result = both([bought("1", 100)], [], residual=[zero], without=WithoutResidualMix.GRID_AVERAGE)
    assert market(result) == CO2e(0, "tCO2e")
    assert result.notices == ()


def test_two_rates_for_what_is_left_are_refused() -> None:
    with pytest.raises(
        BatchError, match="be the only rate for what is left of electricity in north, was a, b"
    ):
        both([bought("1", 100)], [tariff("a", 1), tariff("b", 1)])
    apart = [tariff("a", "0.1", facilities=["north"]), tariff("b", "0.2", facilities=["south"])]
    result = both([bought("1", 100), bought("2", 100, facility="south")], apart)
    assert market(result) == CO2e(30, "tCO2e")


def test_instruments_of_one_kind_go_by_their_ids_and_sites_by_their_names() -> None:
    purchases = [bought("1", 50, facility="south"), bought("2", 50)]
    expected = [("north", "A", "40 MWh"), ("north", "B", "10 MWh"), ("south", "B", "30 MWh")]
    for instruments in ([claim("A", 40), claim("B", 40)], [claim("B", 40), claim("A", 40)]):
        result = both(purchases, instruments)
        assert supplied(result) == [*expected, ("south", "residual mix", "20 MWh")]


def test_an_instrument_serves_its_facilities_in_their_order_and_no_others() -> None:
    purchases = [bought("1", 50, facility=name) for name in "abc"]
    purchases = [attrs.evolve(each, id=each.facility) for each in purchases]
    result = both(purchases, [claim("GO", 60, facilities=["c", "b"])])
    assert supplied(result) == [
        ("a", "residual mix", "50 MWh"),
        ("b", "GO", "10 MWh"),
        ("b", "residual mix", "40 MWh"),
        ("c", "GO", "50 MWh"),
    ]


def test_a_certificate_makes_room_for_a_contract_of_one_site() -> None:
    purchases = [bought("1", 100), bought("2", 100, facility="south")]
    result = both(purchases, [claim("GO", 100), contract("PPA", 100, facilities=["north"])])
    assert supplied(result) == [("north", "PPA", "100 MWh"), ("south", "GO", "100 MWh")]


# ---------------------------------------------------------------- claims that do not fit


def over(*arguments: Any, **others: Any) -> list[str]:  # noqa: ANN401  passed on
    with pytest.raises(BatchError) as refused:
        both(*arguments, **others)
    return [f"{problem.code}: {problem}" for problem in refused.value.problems]


def test_an_over_claim_names_instrument_market_period_and_excess() -> None:
    (told,) = over([bought("1", 100)], [claim("GO 17", 120, market=AIB)])
    assert told == (
        "over_claimed: energy: must claim no more electricity than was consumed in market AIB in "
        "[2025-01-01, 2026-01-01), as instrument GO 17 does, was 120 MWh; "
        "20 MWh too much, after the instruments before it"
    )


def test_the_excess_is_that_of_all_claims_together() -> None:
    told = over([bought("1", 100)], [claim("A", 60), claim("B", 60)])
    assert len(told) == 1
    assert "instrument B" in told[0]
    assert "20 MWh too much" in told[0]


def test_a_claim_of_another_market_energy_or_site_has_no_room() -> None:
    for changes in ({"market": Place("NO")}, {"activity": "heat"}, {"facilities": ["south"]}):
        (told,) = over([bought("1", 100)], [claim("GO", 1, **changes)])
        assert "1 MWh too much" in told


def test_a_claim_of_exactly_what_was_consumed_fits() -> None:
    assert market(both([bought("1", 100)], [claim("GO", 100)])) == CO2e(0, "tCO2e")
    assert over([bought("1", 100)], [claim("GO", "100.000001")])


def test_credit_notes_lower_what_may_be_claimed() -> None:
    purchases = [bought("1", 100), bought("credit", -30)]
    assert market(both(purchases, [claim("GO", 70)])) == CO2e(0, "tCO2e")
    (told,) = over(purchases, [claim("GO", 80)])
    assert "10 MWh too much" in told


def test_credit_notes_of_another_site_lower_it_too() -> None:
    purchases = [bought("1", 100), bought("credit", -30, facility="south")]
    (told,) = over(purchases, [claim("GO", 100)])
    assert "30 MWh too much" in told
    assert market(both(purchases, [claim("GO", 70)])) == CO2e(0, "tCO2e")


def test_several_markets_trade_as_one_only_if_the_boundary_says_so() -> None:
    norway = mix("grid of Norway", "0.01", Scope2Method.LOCATION, place="NO")
    purchases = [bought("1", 100), bought("2", 100, place="NO")]
    assert over(purchases, [claim("GO", 200)], grid=[GRID, norway])
    result = both(purchases, [claim("GO", 200, market=AIB)], grid=[GRID, norway])
    assert result.share() == 1


def test_the_same_instrument_or_certificate_is_not_claimed_twice() -> None:
    one = claim("A", 10)
    for second, field in ((one, "id"), (claim("B", 10, certificates=["A"]), "certificates")):
        told = over([bought("1", 100)], [one, second])
        assert told[0].startswith(f"claimed_twice: {field}: must be claimed once")
        assert "it is claimed by A" in told[0]


def test_an_instrument_that_meets_no_criterion_is_refused_with_all_of_them() -> None:
    bad = claim("GO", 10, sole_claim=False, retired_on=None, vintage=Period.year(2023), file="gos.csv", row=9)
    told = over([bought("1", 100)], [attrs.evolve(bad, row=9)])
    assert [text.split(":")[0] for text in told] == ["criterion_unmet"] * 3
    assert all("gos.csv, row 9" in text for text in told)


def test_all_problems_come_at_once() -> None:
    told = over(
        [
            bought("1", 100, scope=Scope.ONE),
            bought("12", 100, "kg"),
            bought("123", 100, period=Period.year(2024)),
            bought("1234", 100, place="FR"),
            bought("12345", 100),
        ],
        [claim("GO", 500), claim("GO", 1, vintage=Period.year(2020))],
    )
    said = "\n".join(told)
    for part in (
        "bills.csv, row 2, scope: must be scope 2",
        "bills.csv, row 3, quantity: must be a unit of energy, was 100 kg",
        "bills.csv, row 4, period: must lie in",
        "bills.csv, row 5, place: must be a place with a factor for electricity, was FR",
        "bills.csv, row 5, residual_mix: must have a residual mix",
        "criterion_unmet: vintage",
        "claimed_twice: id",
        "400 MWh too much",
    ):
        assert part in said, part


def test_only_purchases_and_instruments_are_taken() -> None:
    with pytest.raises(WrongTypeError, match="purchases: must be of type Activity"):
        both([claim("GO", 1)], [])  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(WrongTypeError, match="instruments: must be of type ContractualInstrument"):
        both([], [bought("1", 1)])  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(WrongTypeError, match="without"):
        both([], [], without="grid average")  # type: ignore[arg-type]  # the mistake under test


# ---------------------------------------------------------------- units, gases, names


def test_units_convert_exactly_or_as_named() -> None:
    heat = mix("grid", "0.1", Scope2Method.LOCATION, per="GJ", activity="heat")
    rest = mix("residual", "0.1", Scope2Method.MARKET, per="GJ", activity="heat")
    bill = bought("1", "36", "GJ", activity="heat")
    result = both([bill], [claim("heat", 5, activity="heat")], grid=[heat], residual=[rest])
    assert [str(it.energy) for it in result.supplies] == ["18 GJ", "18 GJ"]
    assert market(result) == CO2e("1.8", "tCO2e")
    odd = bought("1", "1", "MJ", activity="heat")
    per_mwh = [mix("residual", 1, Scope2Method.MARKET, activity="heat")]
    with pytest.raises(BatchError, match="have a finite decimal form in MWh"):
        both([odd], [], grid=[heat], residual=per_mwh)
    rounded = both([odd], [], grid=[heat], residual=per_mwh, conversion=Conversion(6, Rounding.HALF_UP))
    assert market(rounded) == CO2e("0.000278", "tCO2e")
    assert "energy rounded to 6 places, half up" in rounded.explain().text()
    assert both(
        [bill], [], grid=[heat], residual=per_mwh, conversion=Conversion(1, Rounding.HALF_UP)
    ).supplies[0].calculation.amounts[0].quantity == Mass(10, "t")


def test_a_factor_of_another_kind_of_unit_is_a_problem_of_the_batch() -> None:
    by_mass = attrs.evolve(RESIDUAL, per="t")
    with pytest.raises(BatchError, match="be in a unit that converts to the factor's t"):
        both([bought("1", 1)], [], residual=[by_mass])


def test_purchases_in_two_units_add_up() -> None:
    result = both([bought("1", 1), bought("2", 500, "kWh")], [claim("GO", 1)])
    assert [(it.energy, it.energy.unit) for it in result.supplies] == [
        (Energy(1, "MWh"), "MJ"),
        (Energy("0.5", "MWh"), "MJ"),
    ]
    assert result.consumption == Energy("1.5", "MWh")


def test_biogenic_carbon_of_a_contract_stands_apart() -> None:
    wood = contract(
        "wood", 100, rates=[Rate("CO2", "0.9", "t", origin=Origin.BIOGENIC), Rate("CH4", "1", "g")]
    )
    statement = both([bought("1", 100)], [wood]).inventory().co2e(AR5, scope_2=Scope2Method.MARKET)
    assert statement.biogenic_co2 == Mass(90, "t")
    assert statement.total == CO2e("2800", "gCO2e")


def test_a_site_with_nothing_left_still_has_a_market_based_answer() -> None:
    result = both([bought("1", 100), bought("2", -100)], [])
    assert [str(it) for it in result.supplies] == [
        "0 MWh of electricity for north under residual mix: 0.00 t CO2"
    ]
    assert market(result) == CO2e(0, "tCO2e")
    with pytest.raises(InvalidValueError, match="consumption: must be more than zero to have a share"):
        result.share()


def test_long_names_make_ids_that_differ() -> None:
    names = ["f" * 199 + end for end in "ab"]
    result = both([bought(name[-1], 1, facility=name) for name in names], [])
    first, second = (it.calculation.id for it in result.supplies)
    assert first != second
    assert len(first) == len(second) == 200


def test_shares_can_be_asked_for_one_kind_of_energy() -> None:
    heat = [
        mix("heat grid", 1, Scope2Method.LOCATION, activity="heat"),
        mix("rest", 1, Scope2Method.MARKET, activity="heat"),
    ]
    result = both(
        [bought("1", 60), bought("2", 20, activity="heat")],
        [claim("GO", 30), contract("PPA", 10)],
        grid=[GRID, heat[0]],
        residual=[RESIDUAL, heat[1]],
    )
    assert result.share() == Fraction(1, 2)
    assert result.share(activity="electricity") == Fraction(2, 3)
    assert result.share(activity="electricity", bundled=True) == Fraction(1, 6)
    assert result.share(activity="heat") == 0


def test_it_says_how_much_it_holds() -> None:
    assert repr(both([bought("1", 1)], [])) == (
        "<PurchasedEnergy in [2025-01-01, 2026-01-01): 1 lines, 1 supplies>"
    )


# ---------------------------------------------------------------- properties

NUMBERS = st.decimals(min_value=0, max_value=1000, places=3)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Activity], list[ContractualInstrument]]:
    """Draw purchases, and instruments that claim no more than they are."""
    sites = draw(st.lists(NUMBERS, min_size=1, max_size=4))
    purchases = [bought(str(at), number, facility=f"site {at}") for at, number in enumerate(sites)]
    left = int(sum(sites))
    instruments = []
    for at in range(draw(st.integers(0, 3))):
        if left < 1:
            break
        part = draw(st.integers(1, left))
        left -= part
        rate = draw(st.sampled_from(["0", "0.05", "0.7"]))
        instruments.append(
            draw(st.sampled_from([claim(f"GO {at}", part), contract(f"PPA {at}", part, rate)]))
        )
    return purchases, instruments


def figures(result: PurchasedEnergy) -> list[tuple[str, str, Energy, object]]:
    return [
        (it.calculation.facility, it.under, it.energy, [each.quantity for each in it.calculation.amounts])
        for it in result.supplies
    ]


@given(cases())
def test_what_is_supplied_is_what_was_consumed_at_every_site(
    case: tuple[list[Activity], list[ContractualInstrument]],
) -> None:
    purchases, instruments = case
    result = both(purchases, instruments)
    for purchase in purchases:
        parts = [it.energy for it in result.supplies if it.calculation.facility == purchase.facility]
        assert sum(parts, Energy(0, "MWh")) == purchase.quantity
        assert all(part.number >= 0 for part in parts)
    for instrument in instruments:
        parts = [it.energy for it in result.supplies if it.instrument is instrument]
        assert sum(parts, Energy(0, "MWh")) == instrument.energy


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_purchases_and_instruments_changes_nothing(
    case: tuple[list[Activity], list[ContractualInstrument]],
    random: Any,  # noqa: ANN401  a Random
) -> None:
    purchases, instruments = case
    expected = figures(both(purchases, instruments))
    random.shuffle(purchases)
    random.shuffle(instruments)
    assert figures(both(purchases, instruments)) == expected


@given(cases(), st.decimals(min_value=-500, max_value=500, places=3))
def test_splitting_a_purchase_changes_nothing(
    case: tuple[list[Activity], list[ContractualInstrument]],
    part: Any,  # noqa: ANN401  a Decimal
) -> None:
    purchases, instruments = case
    first = purchases[0]
    two = [
        attrs.evolve(first, id="part", quantity=Energy(part, "MWh")),
        attrs.evolve(first, id="rest", quantity=first.quantity - Energy(part, "MWh")),
    ]
    assert figures(both([*two, *purchases[1:]], instruments)) == figures(both(purchases, instruments))


@given(NUMBERS, st.sampled_from(["residual mix", "rate"]))
def test_a_reversal_cancels_what_it_reverses(number: Any, under: str) -> None:  # noqa: ANN401  a Decimal
    instruments = [tariff("rate", "0.4")] if under == "rate" else []
    there = market(both([bought("1", number)], instruments))
    back = market(both([bought("1", -number)], instruments))
    assert there + back == CO2e(0, "tCO2e")
    assert there.number == exact(number) * (exact("0.4") if under == "rate" else exact("0.45"))
