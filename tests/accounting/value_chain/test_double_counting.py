"""Double counting: a figure that says what it counts is refused where that counts twice or falls short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.accounting import (
    Calorific,
    Catalogue,
    Category,
    Coverage,
    Factor,
    Fallback,
    First,
    Origin,
    Rate,
    Scope,
    Scope2Method,
)
from carbonkit.accounting.value_chain import (
    DataKind,
    Emission,
    Share,
    ValueChain,
    energy_chain,
    franchise,
    investment,
    purchase,
    upstream_factor,
    waste,
)
from carbonkit.accounting.value_chain.energy_chain import Loss, LossBasis
from carbonkit.errors import BatchError, IncompatibleUnitsError, InvalidValueError
from carbonkit.values import Energy, Mass, Period, Place, Source, Status

if TYPE_CHECKING:
    from tests.accounting.value_chain.conftest import MakeFactor, MakeItem, MakeStated

GOODS = Category.PURCHASED_GOODS_AND_SERVICES
OPERATIONS = (Scope.ONE, Scope.TWO)
CN, YEAR, PAPER = Place("CN"), Period.year(2025), Source("Institute", "Fuels", 2025)


def test_a_hybrid_figure_counts_the_suppliers_own_scopes_once(item: MakeItem, stated: MakeStated) -> None:
    mill, yarn = stated(what="mill", scopes=OPERATIONS), stated(what="yarn", data=DataKind.SECONDARY)
    with pytest.raises(InvalidValueError, match="supplier: must count once, was mill, twice"):
        purchase.hybrid(item(), mill, category=GOODS, materials=[yarn], other=[mill])


def test_a_hybrid_figure_does_not_count_what_is_upstream_twice(item: MakeItem, stated: MakeStated) -> None:
    whole = stated(what="mill", scopes=tuple(Scope))
    with pytest.raises(
        InvalidValueError, match=r"its scope 3 would count twice; use supplier_specific alone"
    ):
        purchase.hybrid(item(), whole, category=GOODS, materials=[stated()])
    assert purchase.supplier_specific(item(), whole, category=GOODS).parts


def test_a_hybrid_figure_says_the_suppliers_scopes_and_has_something_beside_them(
    item: MakeItem, stated: MakeStated
) -> None:
    with pytest.raises(InvalidValueError, match="was not said; say the scopes"):
        purchase.hybrid(item(), stated(), category=GOODS, materials=[stated()])
    with pytest.raises(
        InvalidValueError, match="must be of the supplier's scope 1 and scope 2, was scope 1;"
    ):
        purchase.hybrid(item(), stated(scopes=[Scope.ONE]), category=GOODS, materials=[stated()])
    with pytest.raises(InvalidValueError, match="hybrid: must have materials"):
        purchase.hybrid(item(), stated(scopes=OPERATIONS), category=GOODS)


def test_a_suppliers_figure_reaches_back_to_the_cradle(
    item: MakeItem, factor: MakeFactor, stated: MakeStated
) -> None:
    gate = Emission.of(Mass(1, "t"), factor("kg", coverage=Coverage.DIRECT), data=DataKind.PRIMARY)
    for figure in (gate, stated(scopes=OPERATIONS)):
        with pytest.raises(InvalidValueError, match="what stands before the supplier is missing; use hybrid"):
            purchase.supplier_specific(item(), figure, category=GOODS)


def test_an_average_is_no_suppliers_figure(item: MakeItem, stated: MakeStated) -> None:
    average = stated(data=DataKind.SECONDARY)
    with pytest.raises(InvalidValueError, match="be primary data, was secondary data"):
        purchase.supplier_specific(item(), average, category=GOODS)
    with pytest.raises(InvalidValueError, match="be primary data, was secondary data"):
        waste.supplier_specific(item(), average, category=Category.WASTE)


@pytest.mark.parametrize("coverage", [Coverage.DIRECT, Coverage.LIFE_CYCLE, None])
def test_fuel_and_power_bought_count_only_what_is_upstream(
    coverage: Coverage | None, item: MakeItem, stated: MakeStated
) -> None:
    hint = "say the coverage" if coverage is None else "scopes 1 and 2 hold the rest already"
    for function in (energy_chain.purchased_fuel, energy_chain.purchased_electricity):
        with pytest.raises(InvalidValueError, match=f"must be of coverage upstream, was .*; {hint}"):
            function(item(), stated(coverage=coverage))


@pytest.mark.parametrize("coverage", [Coverage.DIRECT, Coverage.UPSTREAM, None])
def test_losses_and_power_sold_count_the_whole_life_cycle(
    coverage: Coverage | None, item: MakeItem, factor: MakeFactor, stated: MakeStated
) -> None:
    loss = Loss("0.1", LossBasis.DELIVERED, PAPER)
    hint = "say the coverage" if coverage is None else "a part of the life cycle would be missing"
    with pytest.raises(InvalidValueError, match=f"must be of coverage life cycle, was .*; {hint}"):
        energy_chain.power_sold(item(), stated(coverage=coverage))
    grid = factor("kWh", coverage=coverage)
    with pytest.raises(InvalidValueError, match="must be of coverage life cycle"):
        energy_chain.network_losses(item(), Energy(1, "kWh"), loss, grid, data=DataKind.SECONDARY)


def fuel(
    coverage: Coverage | None,
    *rates: Rate,
    per: str = "L",
    valid: Period = YEAR,
    calorific: Calorific | None = None,
) -> Factor:
    return Factor(
        f"diesel {coverage}",
        "2025",
        "diesel",
        CN,
        valid,
        per,
        rates,
        PAPER,
        coverage=coverage,
        calorific=calorific,
    )


LIFE, DIRECT = Coverage.LIFE_CYCLE, Coverage.DIRECT


def test_an_upstream_factor_is_the_rest_of_the_life_cycle() -> None:
    whole = fuel(LIFE, Rate("CO2", "3.25", "kg"), Rate("CH4", "2", "g"), valid=Period("2025-01-01", None))
    burnt = fuel(DIRECT, Rate("CH4", "0.0005", "kg"), Rate("CO2", "2650", "g"), per="m3")
    rest = upstream_factor(whole, burnt)
    assert [str(rate) for rate in rest.rates] == ["3.24735 kg CO2", "1.9995 g CH4"]
    assert (rest.coverage, rest.valid, rest.source.status) == (Coverage.UPSTREAM, YEAR, Status.DERIVED)
    assert "minus diesel direct" in rest.source.note


@pytest.mark.parametrize(
    ("whole", "burnt", "rest"),
    [
        (("2024-01-01", None), ("2025-01-01", None), ("2025-01-01", None)),
        (("2025-01-01", None), ("2024-01-01", "2026-01-01"), ("2025-01-01", "2026-01-01")),
        (("2024-01-01", "2025-07-01"), ("2025-01-01", "2026-01-01"), ("2025-01-01", "2025-07-01")),
    ],
)
def test_an_upstream_factor_holds_while_both_do(
    whole: tuple[str, str | None], burnt: tuple[str, str | None], rest: tuple[str, str | None]
) -> None:
    rate = Rate("CO2", "3", "kg")
    made = upstream_factor(
        fuel(LIFE, rate, valid=Period(*whole), per="GJ", calorific=Calorific.NET),
        fuel(DIRECT, rate, valid=Period(*burnt), per="GJ", calorific=Calorific.NET),
    )
    assert (made.valid, made.calorific, made.per) == (Period(*rest), Calorific.NET, "GJ")
    assert made.rates[0].number == 0  # zero is a value


def test_an_upstream_factor_is_of_one_kind_of_figures() -> None:
    co2, methane = Rate("CO2", "3", "kg"), Rate("CH4", "1", "g")
    burnt = fuel(DIRECT, Rate("CO2", "2", "kg"))
    with pytest.raises(InvalidValueError, match="be of coverage life cycle, was direct"):
        upstream_factor(burnt, burnt)
    with pytest.raises(InvalidValueError, match="be of coverage direct, was not said"):
        upstream_factor(fuel(LIFE, co2), fuel(None, co2))
    with pytest.raises(InvalidValueError, match="same gases on the same basis"):
        upstream_factor(fuel(LIFE, co2, methane), burnt)
    with pytest.raises(InvalidValueError, match="overlap in time"):
        upstream_factor(fuel(LIFE, co2, valid=Period.year(2024)), burnt)
    with pytest.raises(InvalidValueError, match="have one calorific basis"):
        upstream_factor(fuel(LIFE, co2, per="GJ", calorific=Calorific.NET), burnt)
    with pytest.raises(
        InvalidValueError, match="direct CO2: must be at most that of the life cycle, was 2 kg of 1 kg"
    ):
        upstream_factor(fuel(LIFE, Rate("CO2", "1", "kg")), burnt)


def test_biogenic_co2_is_taken_off_too_and_stands_apart_still() -> None:
    plant = Rate("CO2", "0.20", "kg", origin=Origin.BIOGENIC)
    whole = fuel(LIFE, Rate("CO2", "3", "kg"), plant)
    burnt = fuel(DIRECT, Rate("CO2", "2", "kg"), Rate("CO2", "150", "g", origin=Origin.BIOGENIC))
    rest = upstream_factor(whole, burnt)
    assert [(str(rate), rate.apart) for rate in rest.rates] == [
        ("1 kg CO2", False),
        ("0.05 kg biogenic CO2", True),
    ]
    with pytest.raises(InvalidValueError, match="same gases on the same basis"):
        upstream_factor(whole, fuel(DIRECT, Rate("CO2", "2", "kg")))  # missing is not zero
    with pytest.raises(InvalidValueError, match="direct CO2: must be at most that of the life cycle"):
        upstream_factor(burnt_as_whole(burnt), attrs.evolve(whole, coverage=DIRECT))


def burnt_as_whole(burnt: Factor) -> Factor:
    """Give a life cycle whose biogenic CO2 alone is too small."""
    rates = [attrs.evolve(burnt.rates[0], number=9), burnt.rates[1]]
    return attrs.evolve(burnt, coverage=LIFE, rates=rates)


@pytest.mark.parametrize(
    "other",
    [{"activity": "petrol"}, {"place": Place("US")}, {"place": Place("CN/SH")}, {"place": Place("001")}],
)
def test_an_upstream_factor_is_of_one_activity_and_place(other: dict[str, Any]) -> None:
    whole = fuel(LIFE, Rate("CO2", "3", "kg"))
    burnt = attrs.evolve(fuel(DIRECT, Rate("CO2", "2", "kg")), **other)
    for although in ("", "  "):
        with pytest.raises(
            InvalidValueError, match="must be of one activity and place, was diesel at CN and"
        ):
            upstream_factor(whole, burnt, although=although)
    rest = upstream_factor(whole, burnt, although="one fuel under two names")
    assert (rest.activity, rest.place, str(rest.rates[0])) == ("diesel", CN, "1 kg CO2")
    assert rest.source.note.endswith(f"of {burnt.activity} at {burnt.place}: one fuel under two names")


def test_no_reason_makes_other_kinds_of_figures_one() -> None:
    whole, said = fuel(LIFE, Rate("CO2", "3", "kg")), "they are of one fuel"
    burnt = fuel(DIRECT, Rate("CO2", "2", "kg"))
    market, location = (
        attrs.evolve(each, method=method) for each, method in zip((whole, burnt), Scope2Method, strict=True)
    )
    with pytest.raises(IncompatibleUnitsError):
        upstream_factor(whole, attrs.evolve(burnt, per="kg"), although=said)
    with pytest.raises(InvalidValueError, match="have one calorific basis"):
        upstream_factor(whole, attrs.evolve(burnt, calorific=Calorific.NET), although=said)
    with pytest.raises(InvalidValueError, match="be of one scope 2 method"):
        upstream_factor(market, location, although=said)
    assert upstream_factor(whole, location).method is None


def test_network_losses_take_what_a_catalogue_chose(item: MakeItem, factor: MakeFactor) -> None:
    loss = Loss("0.1", LossBasis.DELIVERED, PAPER)
    grid = attrs.evolve(factor("kWh", coverage=LIFE), place=Place("001"))
    policy = Fallback(first=First.PLACE, stand_ins=[Place("001")])
    chosen = Catalogue([grid]).choose("thing", CN, YEAR, unit="kWh", fallback=policy)
    entry = energy_chain.network_losses(item(), Energy(50, "kWh"), loss, chosen, data=DataKind.SECONDARY)
    assert [amount.number for _, amount in entry.parts] == [10]
    assert "(factor of 001 taken for CN)" in entry.explain().text()


def test_franchises_and_investees_say_that_both_scopes_are_counted(
    item: MakeItem, stated: MakeStated
) -> None:
    half = Share.stated("0.5", by="equity")
    for figure in (stated(), stated(scopes=[Scope.ONE]), stated(scopes=[Scope.THREE])):
        with pytest.raises(InvalidValueError, match="franchisee's scope 1 and scope 2"):
            franchise.franchise_specific(item(), figure)
        for function in (investment.investment_specific, investment.project_specific):
            with pytest.raises(InvalidValueError, match="investee's scope 1 and scope 2"):
                function(item(), figure, half)
    wide = stated(scopes=tuple(Scope))
    assert (
        franchise.franchise_specific(item(), wide).parts
        == investment.investment_specific(item(), wide, Share.stated(1, by="equity")).parts
    )


def test_what_a_project_will_emit_in_its_life_enters_no_inventory(stated: MakeStated) -> None:
    life = investment.projected_lifetime(stated(), years=30, share=Share.stated("0.5", by="cost"))
    assert str(life) == "partner × years × share: 180 t CO2"
    with pytest.raises(InvalidValueError, match="must be of type Entry"):
        ValueChain([life])  # type: ignore[list-item]


def test_an_entry_is_counted_once(item: MakeItem) -> None:
    entries = [purchase.average(item(name), Mass(1, "t"), category=GOODS) for name in ("1", "2", "1", "2")]
    with pytest.raises(BatchError, match="2 problems") as caught:
        ValueChain(entries)
    assert [problem.was for problem in caught.value.problems] == ["1", "2"]
