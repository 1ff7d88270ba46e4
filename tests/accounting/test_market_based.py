"""Purchased energy by both methods: who may claim what, and what is left of it."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Conversion,
    Factor,
    Fallback,
    First,
    Inventory,
    Origin,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting.instrument import (
    ContractualInstrument,
    InstrumentKind,
    MarketBoundary,
    VintageWindow,
)
from carbonkit.accounting.market_based import dual_scope_2
from carbonkit.accounting.purchased_energy import Notice, PurchasedEnergy, WithoutResidualMix, joined
from carbonkit.errors import BatchError, InvalidValueError, WrongTypeError
from carbonkit.values import (
    CO2e,
    Energy,
    Exact,
    Explanation,
    Mass,
    Period,
    Place,
    Rounding,
    Source,
    quantity,
)
from carbonkit.values.number import exact

if TYPE_CHECKING:
    from collections.abc import Callable

AR5 = gwp_set("AR5")
YEAR = Period.year(2025)
SOURCE = Source("Us", "Papers", 2026)
SAME_PERIOD = VintageWindow(months_before=0, months_after=0)
H1, H2 = Period("2025-01-01", "2025-07-01"), Period("2025-07-01", "2026-01-01")
BEFORE, AFTER = VintageWindow(months_before=6, months_after=0), VintageWindow(months_before=0, months_after=6)
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
    period: Period = YEAR,
    vintage: VintageWindow = SAME_PERIOD,
    **others: Any,  # noqa: ANN401  passed on
) -> PurchasedEnergy:
    return dual_scope_2(
        purchases,
        instruments,
        Catalogue([GRID] if grid is None else grid),
        period=period,
        vintage=vintage,
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
    result = both([bought("1", 100)], [])
    assert market(result) == CO2e(45, "tCO2e")
    assert str(result.supplies[0]) == "100 MWh of electricity for north under residual mix: 45.00 t CO2"
    (calculation,) = result.calculations
    assert calculation.id == "north, electricity at DE, [2025-01-01, 2026-01-01): residual mix"
    told = result.explain().text()
    assert "100 MWh under residual mix × 0.45 t CO2 per MWh\n" in told


def test_without_a_residual_mix_the_batch_is_refused() -> None:
    with pytest.raises(BatchError) as refused:
        both([bought("1", 100)], [claim("GO", 40)], residual=[])
    (problem,) = refused.value.problems
    assert (problem.code, problem.field, problem.row) == ("unknown_factor", "residual_mix", 2)
    assert "have a residual mix for the 60 MWh of electricity" in problem.must
    assert "GRID_AVERAGE" in problem.hint


def test_every_site_that_takes_the_grid_average_is_disclosed_with_its_purchases() -> None:
    result = both(
        [bought("1", 100), bought("22", 1), bought("333", 5, facility="south")],
        [],
        residual=[],
        without=WithoutResidualMix.GRID_AVERAGE,
    )
    assert [str(each).rsplit(": ", 1)[1] for each in result.notices] == [
        "101 MWh of north take the grid's average",
        "5 MWh of south take the grid's average",
    ]
    told = result.explain().text()
    assert "consumption of north: 101 MWh = 2 purchases of electricity at DE" in told
    assert "consumption of south: 5 MWh = 1 purchase of electricity at DE" in told
    assert told.count("activity 22: 1 MWh") == 2  # once by each method


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


@pytest.mark.parametrize("without", list(WithoutResidualMix))
@pytest.mark.parametrize("numbers", [[0], [100, -100], [60, 40, -100]])
def test_where_nothing_is_left_no_residual_mix_is_needed(
    numbers: list[int], without: WithoutResidualMix
) -> None:
    purchases = [bought(str(at), number) for at, number in enumerate(numbers)]
    two_rates = [tariff("a", 1), tariff("b", 1)]
    for instruments in ([], two_rates):
        result = both(purchases, instruments, residual=[], without=without)
        assert market(result) == CO2e(0, "tCO2e")
        assert result.inventory().co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e(0, "tCO2e")
        assert result.consumption == Energy(0, "MWh")
        assert result.notices == ()


def test_a_site_that_instruments_cover_in_full_needs_no_residual_mix() -> None:
    purchases = [bought("1", 100), bought("2", -60)]
    assert market(both(purchases, [claim("GO", 40)], residual=[])) == CO2e(0, "tCO2e")


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
        assert ("2026-01-01) of south, as instrument" in told) is ("facilities" in changes)


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


@pytest.mark.parametrize("second", [{}, {"market": AIB}, {"kind": InstrumentKind.CONTRACT}])
def test_the_claims_of_several_instruments_at_several_sites_count_together(second: dict[str, Any]) -> None:
    # two sites, two claims: each fits where it goes, and only their sum is beyond what the market consumed
    purchases = [bought("1", 60), bought("2", 60, facility="south"), bought("3", -30, facility="west")]
    claims = [claim("A", 50, facilities=["north"]), claim("B", 50, facilities=["south"], **second)]
    (told,) = over(purchases, claims)
    assert "instrument B" in told
    assert "10 MWh too much" in told
    fitting = [claims[0], attrs.evolve(claims[1], energy=Energy(40, "MWh"))]
    assert both(purchases, fitting).share() == 1


def test_what_has_no_room_and_what_credit_notes_of_others_take_are_too_much_together() -> None:
    purchases = [bought("1", 60), bought("2", -10, facility="south")]
    (told,) = over(purchases, [claim("GO", 80)])
    assert "30 MWh too much" in told
    assert both(purchases, [claim("GO", 50)]).share() == 1
    # two markets that see the same excess, and name it once
    (told,) = over(purchases, [claim("A", 10, market=AIB), claim("B", 70)])
    assert "instrument B" in told
    assert "30 MWh too much" in told


def test_the_market_of_one_claim_does_not_count_the_consumption_of_another() -> None:
    norway = mix("grid of Norway", "0.01", Scope2Method.LOCATION, place="NO")
    purchases = [bought("1", 60), bought("2", -30, facility="south"), bought("3", 90, place="NO")]
    rest = mix("residual of Norway", "0.5", Scope2Method.MARKET, place="NO")
    (told,) = over(purchases, [claim("GO", 60)], grid=[GRID, norway], residual=[RESIDUAL, rest])
    assert "30 MWh too much" in told
    (heat,) = over(
        [bought("1", 60), bought("2", -30, facility="south"), bought("3", 90, activity="heat")],
        [claim("GO", 60)],
        grid=[GRID, mix("heat", 1, Scope2Method.LOCATION, activity="heat")],
        residual=[RESIDUAL, mix("heat rest", 1, Scope2Method.MARKET, activity="heat")],
    )
    assert "30 MWh too much" in heat


# ---------------------------------------------------------------- one instrument in several calls


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(BatchError) as caught:
        act()
    return [f"{problem.code}: {problem}" for problem in caught.value.problems]


def test_a_certificate_does_not_count_in_two_periods() -> None:
    certificate = claim("GO", 60)
    one = both([bought("1", 60, period=H1)], [certificate], period=H1, vintage=AFTER)
    two = both([bought("22", 60, period=H2)], [certificate], period=H2, vintage=BEFORE)
    (told,) = refused(lambda: joined([one, two]))
    assert told.startswith(
        "over_claimed: energy: must claim no more than the 60 MWh that instrument GO covers"
    )
    assert "was 120 MWh; 60 MWh too much" in told
    (told,) = refused(lambda: one.beside(two.inventory()))
    assert "inventory: must hold no result of dual_scope_2, whose claims can not be seen" in told
    assert "put the results together with joined([…])" in told


def test_a_certificate_does_not_count_at_two_facilities() -> None:
    one = both([bought("1", 60)], [claim("GO", 60)])
    two = both([bought("22", 60, facility="south")], [claim("GO", 60)])
    (told,) = refused(lambda: joined([one, two]))
    assert "60 MWh too much" in told


def test_what_earlier_calls_claimed_is_taken_off() -> None:
    certificate = claim("GO", 60)
    one = both([bought("1", 60, period=H1)], [certificate], period=H1, vintage=AFTER)
    second = [bought("22", 60, period=H2)]
    two = both(second, [certificate], period=H2, vintage=BEFORE, earlier=[one])
    assert supplied(two) == [("north", "residual mix", "60 MWh")]
    year = joined([one, two])
    assert market(year) == CO2e(27, "tCO2e")
    assert year.inventory().co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e(36, "tCO2e")
    assert year.period == YEAR
    assert year.share() == Fraction(1, 2)


def test_one_certificate_serves_two_periods_in_parts() -> None:
    certificate = claim("GO", 60)
    part = attrs.evolve(certificate, energy=Energy(25, "MWh"))
    one = both([bought("1", 60, period=H1)], [part], period=H1, vintage=AFTER)
    two = both([bought("22", 60, period=H2)], [certificate], period=H2, vintage=BEFORE, earlier=[one])
    assert supplied(two) == [("north", "GO", "35 MWh"), ("north", "residual mix", "25 MWh")]
    assert "claimed before: 25 MWh = taken off what it covers" in two.explain().text()
    for parts in ([one, two], [two, one], [joined([one]), joined([two])]):
        year = joined(parts)
        assert market(year) == CO2e(27, "tCO2e")
        assert year.period == YEAR
    third = both([bought("333", 9, facility="south", period=H2)], [certificate], period=H2, vintage=BEFORE,
                 earlier=[two, one])  # fmt: skip
    assert supplied(third) == [("south", "residual mix", "9 MWh")]


def test_earlier_claims_are_not_more_than_an_instrument_covers() -> None:
    one = both([bought("1", 60, period=H1)], [claim("GO", 60)], period=H1, vintage=AFTER)
    reversed_since = attrs.evolve(claim("GO", -20), certificates=())
    for instruments, code in (
        ([claim("GO", 40)], "over_claimed: energy: must cover the 60 MWh that were claimed of GO before"),
        ([claim("GO", 60), reversed_since], "over_claimed: energy: must cover the 60 MWh"),
        ([claim("GO", 60, market=AIB)], "claimed_twice: id: must be the instrument that was claimed before"),
        ([claim("other", 9, certificates=["GO"])], "claimed_twice: certificates: must be claimed once"),
    ):
        call = partial(
            both, [bought("22", 60, period=H2)], instruments, period=H2, vintage=BEFORE, earlier=[one]
        )
        told = refused(call)
        assert told[0].startswith(code), told
    again = both([bought("22", 60, period=H2)], [claim("GO", 60)], period=H2, vintage=BEFORE)
    assert "60 MWh too much" in refused(
        lambda: both([], [], period=H2, vintage=BEFORE, earlier=[one, again])
    )[0]  # fmt: skip


def test_the_id_of_an_instrument_may_be_the_name_of_anothers_certificate() -> None:
    one = both([bought("1", 60)], [claim("GO", 60, certificates=["7"])])
    two = both([bought("22", 60, facility="south")], [claim("7", 60, certificates=["8"])], earlier=[one])
    assert joined([one, two]).share() == 1


def test_a_suppliers_rate_serves_every_call() -> None:
    rate = tariff("city", "0.4")
    one = both([bought("1", 60)], [rate])
    two = both([bought("22", 60, facility="south")], [rate], earlier=[one])
    assert market(joined([one, two])) == CO2e(48, "tCO2e")


def test_credit_notes_of_one_call_lower_what_another_may_claim() -> None:
    one = both([bought("1", 100)], [claim("GO", 100)])
    credit = both([bought("22", -30, facility="south")], [])
    (told,) = refused(lambda: joined([one, credit]))
    assert told == (
        "over_claimed: energy: must be claimed for no more electricity than the 70 MWh consumed in market DE "
        "in [2025-01-01, 2026-01-01), was 100 MWh"
    )
    elsewhere = both([bought("22", -30, facility="south", period=H2)], [], period=H2)
    assert joined([one, elsewhere]).consumption == Energy(70, "MWh")


def test_only_the_same_energy_of_the_same_market_makes_room_for_claims() -> None:
    two_sites = [bought("1", 60), bought("12", 60, facility="east")]
    one = both(two_sites, [claim("A", 50, facilities=["north"]), claim("B", 60, facilities=["east"])])
    credit = both([bought("22", -30, facility="south")], [])
    heat = both(
        [bought("333", 90, activity="heat")],
        [],
        grid=[mix("heat", 1, Scope2Method.LOCATION, activity="heat")],
        residual=[mix("heat rest", 1, Scope2Method.MARKET, activity="heat")],
    )
    norway = both(
        [bought("4444", 90, place="NO")],
        [],
        grid=[mix("Norway", 1, Scope2Method.LOCATION, place="NO")],
        residual=[mix("Norway rest", 1, Scope2Method.MARKET, place="NO")],
    )
    (told,) = refused(lambda: joined([one, credit, heat, norway]))
    assert "the 90 MWh consumed in market DE" in told
    assert told.endswith("was 110 MWh")
    more = both([bought("55555", 20, facility="west")], [])
    assert joined([one, credit, heat, norway, more]).share(activity="electricity") == Fraction(11, 20)


def test_a_suppliers_rate_for_what_is_left_makes_no_claim_that_credit_notes_could_exceed() -> None:
    one = both([bought("1", 100)], [claim("GO", 40), tariff("city", "0.4")])
    credit = both([bought("22", -30, facility="south")], [])
    assert joined([one, credit]).consumption == Energy(70, "MWh")


def test_nothing_is_joined_twice() -> None:
    one = both([bought("1", 60)], [])
    told = refused(lambda: joined([one, one]))
    assert told[0] == "invalid_value: id: must be used once, was 1"
    assert "electricity at DE, [2025-01-01, 2026-01-01): residual mix" in told[1]
    assert joined([one]).supplies == one.supplies
    until = [PurchasedEnergy(H1, (), ()), PurchasedEnergy(Period("2025-03-01", None), (), ())]
    assert joined(until).period == joined(until[::-1]).period == Period("2025-01-01", None)
    with pytest.raises(InvalidValueError, match="results: must hold at least one"):
        joined([])


def test_joined_results_keep_their_notices_and_stand_beside_the_rest() -> None:
    one = both([bought("1", 60)], [], residual=[], without=WithoutResidualMix.GRID_AVERAGE)
    two = both([bought("22", 60, facility="south")], [])
    both_sites = joined([one, two])
    assert both_sites.notices == one.notices
    assert len(joined([attrs.evolve(two, notices=[Notice("a", "a"), Notice("b", "b")])]).notices) == 2
    gas = Factor("gas", "2025", "gas", Place("DE"), YEAR, "MWh", [Rate("CO2", "0.2", "t")], SOURCE)
    burnt = bought("333", 50, activity="gas", scope=Scope.ONE)
    inventory = both_sites.beside(account([burnt], Catalogue([gas])))
    assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e(10 + 18 + 27, "tCO2e")


def test_purchased_energy_by_one_method_does_not_stand_beside_both() -> None:
    result = both([bought("1", 100)], [])
    for factor, only in ((GRID, "location-based"), (RESIDUAL, "market-based")):
        assert factor.method is not None
        other = account([bought("22", 100, period=H2)], Catalogue([factor]), scope_2=[factor.method])
        (told,) = refused(partial(result.beside, other))
        assert told.startswith(
            "invalid_value: bills.csv, row 3, inventory: must be accounted by both methods, as other "
            f"purchased energy is, not {only} alone, was 22; pass it to dual_scope_2"
        )
    complete = account(
        [bought("22", 100, period=H2)], Catalogue([GRID, RESIDUAL]), scope_2=list(Scope2Method)
    )
    inventory = result.beside(complete)
    assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e(90, "tCO2e")
    assert inventory.co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e(60, "tCO2e")


def test_an_inventory_that_was_put_together_by_hand_has_no_total_of_some_of_its_energy() -> None:
    result = both([bought("1", 100, period=H1)], [], period=H1)
    other = account([bought("22", 100, period=H2)], Catalogue([GRID]), scope_2=[Scope2Method.LOCATION])
    by_hand = Inventory([*result.lines, *other.lines], result.calculations)
    for method in Scope2Method:
        with pytest.raises(BatchError, match="must be the same energy by both methods"):
            by_hand.co2e(AR5, scope_2=method)


def test_calculations_of_other_scopes_stand_beside_it() -> None:
    leak = Calculation("leak", "north", "refrigerant", Place("DE"), YEAR, Scope.ONE,
                       [Amount("CO2", 5, "t")], Explanation("leak", "5 t"))  # fmt: skip
    inventory = both([bought("1", 100)], []).beside(Inventory((), [leak]))
    assert inventory.co2e(AR5, scope_2=Scope2Method.MARKET).total == CO2e(50, "tCO2e")


def test_an_id_of_both_inventories_is_refused() -> None:
    gas = Factor("gas", "2025", "gas", Place("DE"), YEAR, "MWh", [Rate("CO2", "0.2", "t")], SOURCE)
    other = account([bought("1", 50, activity="gas", scope=Scope.ONE)], Catalogue([gas]))
    (told,) = refused(lambda: both([bought("1", 100)], []).beside(other))
    assert told == "invalid_value: id: must be used once, was 1"


# ---------------------------------------------------------------- nothing delivered, and taken back


def test_a_contract_that_delivered_nothing_is_posted_as_zero() -> None:
    for nothing in (
        contract("PPA", 0),
        claim("GO", 0),
        attrs.evolve(tariff("rate", 1), energy=Energy(0, "MWh")),
    ):
        result = both([bought("1", 100)], [nothing])
        assert supplied(result) == [("north", "residual mix", "100 MWh")]
    assert both([], [contract("PPA", 0)]).supplies == ()


@given(st.permutations([0, 1, 2, 3]))
def test_a_reversal_takes_back_wherever_it_stands(order: list[int]) -> None:
    rows = [claim("GO", 60), claim("GO", -20), claim("GO", "-5"), contract("PPA", 10)]
    result = both([bought("1", 100)], [rows[at] for at in order])
    assert supplied(result) == [
        ("north", "GO", "35 MWh"),
        ("north", "PPA", "10 MWh"),
        ("north", "residual mix", "55 MWh"),
    ]
    assert "instrument GO: 0 t CO2 per MWh = energy attribute certificate, -20 MWh" in result.explain().text()


def test_what_is_taken_back_in_full_claims_nothing() -> None:
    wrong = [claim("GO", 600), claim("GO", -600)]
    assert supplied(both([bought("1", 100)], wrong)) == [("north", "residual mix", "100 MWh")]
    right = claim("GO again", 60, certificates=["GO"])
    assert both([bought("1", 100)], [*wrong, right]).share() == Fraction(3, 5)
    (told,) = over([bought("1", 100)], [wrong[0], attrs.evolve(wrong[1], energy=Energy(-599, "MWh")), right])
    assert told.startswith("claimed_twice: certificates")


def test_a_reversal_fits_what_it_takes_back() -> None:
    for instruments, told in (
        ([claim("GO", -1)], "id: must take back an instrument that is here, was GO; post it together"),
        ([claim("GO", 10), claim("GO", -11)], "energy: must take back no more than the 10 MWh"),
        ([claim("GO", 10), claim("GO", -1, market=AIB)], "energy: must say what GO says"),
        ([tariff("GO", 1), claim("GO", -1)], "energy: must say what GO says"),
    ):
        instruments[-1] = attrs.evolve(instruments[-1], file="gos.csv", row=9)
        (said,) = over([bought("1", 100)], instruments)
        assert said.startswith(f"invalid_value: gos.csv, row 9, {told}"), said


# ---------------------------------------------------------------- other markets


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


def test_arguments_of_another_type_are_refused() -> None:
    given = {
        "purchases": [bought("1", 1)],
        "instruments": [],
        "catalogue": Catalogue([GRID]),
        "period": YEAR,
        "vintage": SAME_PERIOD,
        "residual_mix": Catalogue([RESIDUAL]),
        "without_residual_mix": WithoutResidualMix.REFUSE,
        "earlier": (),
    }
    ask: Any = dual_scope_2
    for field in (*given, "conversion", "fallback"):
        for value in (3, "x", object(), *([None] if field in given else [])):
            with pytest.raises(InvalidValueError):
                ask(**{**given, field: value})
    for field in ("purchases", "instruments", "earlier"):
        with pytest.raises(WrongTypeError, match=f"{field}: must be of type Iterable, was None"):
            ask(**{**given, field: None})
    with pytest.raises(InvalidValueError, match="period: must have an end"):
        ask(**{**given, "period": Period("2025-01-01", None)})


def test_results_take_only_what_belongs_to_them() -> None:
    result: Any = both([bought("1", 1)], [])
    wrong: list[tuple[str, Callable[[Any], object]]] = [
        ("lines", lambda it: attrs.evolve(result, lines=it)),
        ("supplies", lambda it: attrs.evolve(result, supplies=it)),
        ("supplies", lambda it: attrs.evolve(result, supplies=[it])),
        ("notices", lambda it: attrs.evolve(result, notices=it)),
        ("notices", lambda it: attrs.evolve(result, notices=[it])),
        ("says", lambda it: Notice("code", it)),
        ("instrument", lambda it: attrs.evolve(result.supplies[0], instrument=it)),
        ("results", joined),
        ("results", lambda it: joined([it])),
        ("inventory", result.beside),
        ("kind", result.supplied),
        ("bundled", lambda it: result.share(bundled=it)),
    ]
    for field, act in wrong:
        with pytest.raises(WrongTypeError, match=f"{field}: must be of type"):
            act(3)
    with pytest.raises(
        WrongTypeError, match=r"inventory: must be an Inventory, .*put results together with joined"
    ):
        result.beside(result)


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


def test_heat_and_steam_go_the_same_way_as_electricity() -> None:
    grid = [
        mix("district heat", "0.07", Scope2Method.LOCATION, per="GJ", activity="heat"),
        mix("steam", "0.08", Scope2Method.LOCATION, per="GJ", activity="steam"),
    ]
    fossil = contract("heat plant", 1, "0.06", activity="heat", energy=None, per="GJ",
                      kind=InstrumentKind.SUPPLIER_RATE)  # fmt: skip
    biomass = contract("biomass steam", 1, "0.01", activity="steam", energy=Energy(300, "GJ"), per="GJ")
    result = both(
        [bought("1", 1000, "GJ", activity="heat"), bought("22", 500, "GJ", activity="steam")],
        [fossil, biomass],
        grid=grid,
        residual=[],
        without=WithoutResidualMix.GRID_AVERAGE,
    )
    assert supplied(result) == [
        ("north", "heat plant", "1000 GJ"),
        ("north", "biomass steam", "300 GJ"),
        ("north", "grid average", "200 GJ"),
    ]
    # 1000 × 0.07 + 500 × 0.08, and 1000 × 0.06 + 300 × 0.01 + 200 × 0.08
    assert result.inventory().co2e(AR5, scope_2=Scope2Method.LOCATION).total == CO2e(110, "tCO2e")
    assert market(result) == CO2e(79, "tCO2e")
    assert result.share(activity="steam") == Fraction(3, 5)
    (told,) = over([bought("1", 1000, "GJ", activity="heat")], [biomass], grid=grid, residual=[RESIDUAL, mix(
        "rest", 1, Scope2Method.MARKET, per="GJ", activity="heat")])  # fmt: skip
    assert "must claim no more steam than was consumed" in told


def test_where_energy_is_rounded_splitting_changes_the_location_based_answer_alone() -> None:
    fifths = [bought(str(at), "0.2", "GJ") for at in range(5)]
    rounding = Conversion(3, Rounding.HALF_UP)
    whole = both([bought("1", 1, "GJ")], [], conversion=rounding)
    split = both(fifths, [], conversion=rounding)
    # 1 GJ is 0.278 MWh, and each of the fifths 0.056 MWh, as each purchase is a line
    assert figures(whole) == figures(split)
    assert market(split) == CO2e("0.1251", "tCO2e")
    for result, expected in ((whole, "0.0834"), (split, "0.0840")):
        location = result.inventory().co2e(AR5, scope_2=Scope2Method.LOCATION)
        assert location.total == CO2e(expected, "tCO2e")


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
        "0 MWh of electricity for north under residual mix: nothing"
    ]
    assert "credit notes leave nothing, so that no mix is needed" in result.explain().text()
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
