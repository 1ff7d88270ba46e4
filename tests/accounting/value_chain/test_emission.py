"""Emissions and shares: exact to the fraction, gas by gas, nothing lost and nothing taken off."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Amount,
    Catalogue,
    Category,
    Conversion,
    Coverage,
    Fallback,
    First,
    GwpSet,
    Origin,
    Potential,
    Scope,
    account,
    gwp_set,
)
from carbonkit.accounting.catalogue import Choice
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Step
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.value_chain import (
    DataKind,
    DerivedQuantity,
    Emission,
    EmissionPart,
    Share,
    Treatment,
    ValueChain,
    purchase,
    shares_of,
    transport,
    waste,
)
from carbonkit.errors import (
    FixedBasisError,
    IncompatibleUnitsError,
    InexactConversionError,
    InexactNumberError,
    InvalidValueError,
    UnknownFactorError,
    WrongTypeError,
)
from carbonkit.values import (
    CO2e,
    Distance,
    Energy,
    Explanation,
    Freight,
    Mass,
    Period,
    Place,
    Rounding,
    Source,
    Spend,
    Status,
    Volume,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from carbonkit.accounting.value_chain import Entry
    from tests.accounting.value_chain.conftest import MakeFactor, MakeItem, MakeStated

GOODS = Category.PURCHASED_GOODS_AND_SERVICES
WASTE, SECONDARY = Category.WASTE, DataKind.SECONDARY
CN, YEAR = Place("CN"), Period.year(2025)
PAPER = Source("Institute", "Averages", 2025)
LORRY = Emission.stated(
    "lorry", [Amount("CO2", "31.5", "kg"), Amount("CH4", "0.7", "g")], PAPER, data=DataKind.PRIMARY
)


def test_a_share_that_never_ends_is_kept_until_a_rounding_is_named() -> None:
    share = Share.of(Freight(150, "t_km"), Freight(490, "t_km"), by="tonne-kilometres")
    part = LORRY.shared(share)
    assert part.parts[0].number == Fraction(135, 14)
    with pytest.raises(InexactConversionError, match=r"135/14 ≈ 9.642857; name a rounding"):
        part.amounts()
    assert str(part.amounts(Conversion(2, Rounding.HALF_UP))[0]) == "9.64 kg CO2"
    again = Emission.total("thrice", [part, part, part]).times(490, "loads").divided(450, "loads")
    assert again.amounts() == LORRY.amounts()  # 3 × 150/490 × 490/450 is 1


def test_only_what_never_ends_is_rounded() -> None:
    both = Emission.stated(
        "both", [Amount("CO2", "1.0001", "kg"), Amount("CH4", 1, "kg")], PAPER, data=DataKind.PRIMARY
    )
    third = Emission.total(
        "sum", [both, both.divided(3, "parts").times(3, "parts"), both.shared(Share.stated(0, by="nothing"))]
    )
    assert [str(each) for each in third.amounts(Conversion(0, Rounding.AWAY_FROM_ZERO))] == [
        "2.0002 kg CO2",
        "2 kg CH4",
    ]


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any), st.integers(0, 10**9), st.booleans()
)
def test_shares_of_all_add_up_to_the_whole(loads: list[int], amount: int, mixed: bool) -> None:  # noqa: FBT001  drawn
    units = ("t_km", "kg_km", "short_ton_mi") if mixed else ("t_km",)
    parts = {str(place): Freight(load, units[place % len(units)]) for place, load in enumerate(loads)}
    vehicle = Emission.stated("vehicle", [Amount("CO2", amount, "kg")], PAPER, data=DataKind.PRIMARY)
    shared = [vehicle.shared(share) for share in shares_of(parts, by="tonne-kilometres").values()]
    assert Emission.total("all", shared).parts == vehicle.parts


@given(
    st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=6)
    | st.lists(st.decimals(-(10**6), 0, places=3), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_splitting_and_order_change_nothing(weights: list[object], order: random.Random) -> None:
    steel = Factor(
        "steel", "2025", "steel", Place("CN"), Period.year(2025), "t", [Rate("CO2", "2.1", "t")], PAPER
    )
    masses = [Mass(str(weight), "lb") for weight in weights]
    whole = Emission.of(sum(masses[1:], masses[0]), steel, data=DataKind.SECONDARY)
    order.shuffle(masses)
    rows = [Emission.of(mass, steel, data=DataKind.SECONDARY) for mass in masses]
    assert Emission.total("steel", rows).parts == whole.parts


def test_a_reversal_is_an_entry_of_its_own_and_cancels(factor: MakeFactor, item: MakeItem) -> None:
    bought = Emission.of(Mass("1", "t"), factor("kg"), data=DataKind.SECONDARY)
    returned = Emission.of(Mass("-1000", "kg"), factor("kg"), data=DataKind.SECONDARY)
    for other in (returned, bought.reversed()):
        entries = [
            waste.waste_type_specific(
                item("kept"), Mass(3, "t"), factor("kg"), category=WASTE, data=SECONDARY
            ),
            *(
                transport.fuel_based(item(str(place)), each, category=Category.UPSTREAM_TRANSPORT)
                for place, each in enumerate((bought, other))
            ),
        ]
        chain = ValueChain(entries)
        inventory = account([], Catalogue(()), calculations=chain.calculations)
        assert inventory.co2e(gwp_set("AR6")).total == CO2e(6, "tCO2e")
        assert len(inventory.calculations) == 3  # both are seen


@pytest.mark.parametrize("rounding", Rounding)
@given(amount=st.fractions(0, 10**6, max_denominator=999), places=st.integers(-3, 9))
def test_what_is_rounded_cancels_too(rounding: Rounding, amount: Fraction, places: int) -> None:
    # 2 t × 1/3 and its reversal came to -0.01 t, rounded down
    if rounding in {Rounding.FLOOR, Rounding.CEILING}:
        with pytest.raises(InvalidValueError, match="must treat both signs alike"):
            Conversion(places, rounding)
        return
    part = Emission("part", (EmissionPart("CO2", amount, "t", SECONDARY),), Explanation("part", "given"))
    conversion = Conversion(places, rounding)
    there, back = part.amounts(conversion)[0].number, part.reversed().amounts(conversion)[0].number
    assert there == -back
    own = gwp_set("AR6")
    assert part.co2e(own, conversion).number == -part.reversed().co2e(own, conversion).number
    way = DerivedQuantity(amount, "km", Explanation("way", "given"))
    back_again = DerivedQuantity(-amount, "km", Explanation("way", "given"))
    assert way.quantity(conversion).number == -back_again.quantity(conversion).number


def test_only_a_conversion_says_how_a_number_is_rounded() -> None:
    class OneSided:
        places, rounding = 2, Rounding.FLOOR

    third = LORRY.divided(7, "loads")
    for made in (third.amounts, lambda it: third.co2e(gwp_set("AR6"), it)):
        with pytest.raises(WrongTypeError, match="conversion: must be of type Conversion"):
            made(OneSided())  # type: ignore[arg-type]


def test_a_credit_is_not_netted_by_way_of_a_reversal(
    factor: MakeFactor, item: MakeItem, stated: MakeStated
) -> None:
    # 3 t and "offsets" of 2 t, reversed, made a supplier's figure of 1 t
    works, offsets = stated(3), stated(2, what="offsets").reversed()
    with pytest.raises(
        InvalidValueError, match=r"must be all emitted or all reversed, was 3 t CO2, -2 t CO2"
    ):
        Emission.total("net", [works, offsets])
    with pytest.raises(InvalidValueError, match="a reversal is an entry of its own"):
        Emission("net", (*works.parts, *offsets.parts), works.working)
    mill = stated(3, what="mill", scopes=[Scope.ONE, Scope.TWO])
    with pytest.raises(InvalidValueError, match="all emitted or all reversed"):
        purchase.hybrid(item(), mill, category=GOODS, materials=[offsets])
    saved = Emission.of(Mass(-1, "t"), factor("kg"), data=SECONDARY)
    with pytest.raises(InvalidValueError, match="all emitted or all reversed"):
        purchase.hybrid(item(), mill, category=GOODS, other=[stated(1), saved])
    other_gas = stated(2, gas="CH4").reversed()
    with pytest.raises(InvalidValueError, match="all emitted or all reversed"):
        Emission.total("net", [works, other_gas])


def test_a_sum_is_reversed_as_a_whole(stated: MakeStated) -> None:
    both = Emission.total("both", [stated(3), stated(0), stated(2, gas="CH4")])
    back = Emission.total("both", [stated(3).reversed(), stated(0), stated(2, gas="CH4").reversed()])
    assert [part.number for part in back.parts] == [-part.number for part in both.parts]
    assert back.parts == both.reversed().parts


def test_units_convert_exactly_where_no_decimal_would_do(factor: MakeFactor) -> None:
    used = Emission.of(Energy("1", "kWh"), factor("MMBtu", "52752792631"), data=DataKind.PRIMARY)
    assert [str(amount) for amount in used.amounts()] == ["180000000 kg CO2"]


def test_a_quantity_of_another_kind_is_refused(factor: MakeFactor) -> None:
    with pytest.raises(IncompatibleUnitsError, match="density"):
        Emission.of(Volume("1", "L"), factor("kg"), data=DataKind.PRIMARY)
    with pytest.raises(IncompatibleUnitsError, match="must be USD@2022, was USD@2021"):
        Emission.of(Spend("1", "USD@2021"), factor("USD@2022"), data=DataKind.SECONDARY)
    with pytest.raises(IncompatibleUnitsError):
        Share.of(Distance("1", "km"), Freight("2", "t_km"), by="distance")
    with pytest.raises(WrongTypeError):
        DerivedQuantity.of("mass", "1 t")  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError):
        Emission.of(Mass("1", "kg"), "factor", data=DataKind.PRIMARY)  # type: ignore[arg-type]


def test_floats_are_refused_everywhere() -> None:
    with pytest.raises(InexactNumberError):
        LORRY.times(0.5, "lorries")  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError):
        Share.stated(0.5, by="mass")  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError):
        DerivedQuantity.of("mass", Mass("1", "kg")).times(0.5, "pieces")  # type: ignore[arg-type]


def test_removals_and_credits_cannot_be_taken_off() -> None:
    with pytest.raises(InvalidValueError, match="removals, credits and avoided emissions stand apart"):
        Emission.stated(
            "works", [Amount("CO2", 9, "t"), Amount("CO2", -2, "t")], PAPER, data=DataKind.PRIMARY
        )
    with pytest.raises(InvalidValueError, match=r"share: must be from 0 to 1, was -0.1"):
        Share.stated("-0.1", by="credit")
    with pytest.raises(InvalidValueError, match="must be zero or more"):
        LORRY.times(-1, "lorries")


def test_a_stated_figure_says_what_it_counts(stated: MakeStated) -> None:
    said = [
        stated(scopes=[Scope.TWO, Scope.ONE], coverage=Coverage.DIRECT),
        stated(coverage=Coverage.UPSTREAM),
        stated(),
    ]
    assert [figure.working.how for figure in said] == [
        "as stated, for scope 1 and scope 2",
        "as stated, for upstream",
        "as stated",
    ]


def test_nothing_stated_is_not_zero(stated: MakeStated) -> None:
    with pytest.raises(InvalidValueError, match="hold at least one amount"):
        Emission.stated("works", [], PAPER, data=DataKind.PRIMARY)
    assert [str(amount) for amount in stated(0).amounts()] == ["0 t CO2"]


def test_a_division_by_zero_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="washes: must be above zero"):
        LORRY.divided(0, "washes")
    with pytest.raises(InvalidValueError, match="vans: must be above zero"):
        DerivedQuantity.of("load", Mass("1", "t")).divided(0, "vans")
    with pytest.raises(InvalidValueError, match="whole by area: must be above zero"):
        Share.of(Mass("0", "t"), Mass("0", "t"), by="area")
    with pytest.raises(InvalidValueError, match="at least one part"):
        shares_of({}, by="mass")


def test_a_part_is_never_more_than_the_whole() -> None:
    with pytest.raises(InvalidValueError, match=r"share: must be from 0 to 1, was 1.25"):
        Share.of(Mass("5", "t"), Mass("4", "t"), by="mass")


def test_what_was_weighed_on_two_bases_or_is_of_two_origins_stays_apart() -> None:
    kinds = [
        Amount("CO2e", 1, "tCO2e", basis="AR4"),
        Amount("CO2e", 2000, "kgCO2e", basis="AR4"),
        Amount("CO2e", 4, "tCO2e", basis="AR5"),
        Amount("CO2", 8, "t", origin=Origin.BIOGENIC),
        Amount("CO2", 16, "t"),
    ]
    mixed = Emission.stated("mixed", kinds, PAPER, data=DataKind.PRIMARY)
    assert [str(amount) for amount in mixed.amounts()] == [
        "3000 kgCO2e (basis: AR4)",
        "4 tCO2e (basis: AR5)",
        "8 t biogenic CO2",
        "16 t CO2",
    ]
    with pytest.raises(FixedBasisError):
        mixed.co2e(gwp_set("AR4"))


def test_biogenic_co2_is_not_weighed_and_methane_is_by_its_origin() -> None:
    kinds = [
        Amount("CO2", 8, "t", origin=Origin.BIOGENIC),
        Amount("CH4", 1, "t", origin=Origin.FOSSIL),
        Amount("CH4", 1, "t", origin=Origin.BIOGENIC),
    ]
    digester = Emission.stated("digester", kinds, PAPER, data=DataKind.PRIMARY)
    assert digester.co2e(gwp_set("AR6")) == CO2e("56.8", "tCO2e")  # 29.8 + 27.0


def test_a_total_is_rounded_once_where_it_is_told_alone() -> None:
    own = GwpSet("own", (Potential("CO2", 1, PAPER), Potential("CH4", 3, PAPER)))
    third = LORRY.divided(9, "loads")
    assert third.co2e(own, Conversion(4, Rounding.HALF_UP)) == CO2e("0.0035", "tCO2e")
    with pytest.raises(InexactConversionError):
        LORRY.divided(11, "loads").co2e(own)


def test_a_factor_must_hold_in_the_period(factor: MakeFactor, item: MakeItem) -> None:
    old = factor("kg", valid=Period.year(2024))
    with pytest.raises(UnknownFactorError, match=r"factor thing \(2025\): must hold in all of \[2025"):
        purchase.average(item(), Mass("1", "kg"), old, category=GOODS)
    chosen = Catalogue([old]).choose("thing", CN, Period.year(2025), unit="kg", fallback=BACK)
    entry = purchase.average(item(), Mass("1", "kg"), chosen, category=GOODS)
    assert f"1 kg × factor ({chosen.step})" in entry.explain().text()


BACK = Fallback(first=First.YEAR, years_back=1)
HERE = Fallback(first=First.PLACE, wider=True, stand_ins=[Place("US")])


@pytest.mark.parametrize(("place", "fits"), [("CN", True), ("001", True), ("US", False), ("CN/SH", False)])
def test_a_factor_named_by_hand_must_hold_at_the_place(
    place: str, *, fits: bool, factor: MakeFactor, item: MakeItem
) -> None:
    elsewhere = attrs.evolve(factor("kg"), place=Place(place))
    bought = Emission.of(Mass("1", "kg"), elsewhere, data=DataKind.PRIMARY)
    mill = Emission.stated(
        "mill", [Amount("CO2", 1, "t")], PAPER, data=SECONDARY, scopes=[Scope.ONE, Scope.TWO]
    )
    makers: list[Callable[[], Entry]] = [
        lambda: purchase.average(item(), Mass("1", "kg"), elsewhere, category=GOODS),
        lambda: purchase.supplier_specific(item(), bought, category=GOODS),
        lambda: purchase.hybrid(item(), mill, category=GOODS, materials=[bought]),
        lambda: transport.fuel_based(item(), bought.times(2, "ways"), category=Category.UPSTREAM_TRANSPORT),
        lambda: waste.average(
            item(),
            Mass("1", "kg"),
            [Treatment("all", Share.stated(1, by="mass"), elsewhere)],
            category=WASTE,
        ),
    ]
    for make in makers:
        if fits:
            assert f"thing at {place}, valid" in make().explain().text()
        else:
            with pytest.raises(UnknownFactorError, match=f"must hold at CN, was for {place}; name the place"):
                make()


def test_a_factor_of_another_place_comes_with_the_step_of_a_policy(
    factor: MakeFactor, item: MakeItem
) -> None:
    american = attrs.evolve(factor("kg"), place=Place("US"))
    chosen = Catalogue([american]).choose("thing", CN, YEAR, unit="kg", fallback=HERE)
    entry = purchase.average(item(), Mass("1", "kg"), chosen, category=GOODS)
    assert "1 kg × factor (factor of US taken for CN)" in entry.explain().text()
    forged = [
        (Choice(american, None), "must hold at CN, was for US"),
        (Choice(american, Step(Place("DE"), Place("US"), 0)), "must be chosen for CN"),
        (Choice(american, Step(CN, Place("DE"), 0)), "must be chosen for CN"),
        (Choice(american, Step(CN, Place("US"), -1)), r"must hold in all of \[2024"),
        (Choice(american, Step(CN, Place("US"), -5000)), r"must hold in all of \[2025"),
    ]
    for choice, match in forged:
        with pytest.raises(UnknownFactorError, match=match):
            purchase.average(item(), Mass("1", "kg"), choice, category=GOODS)


def test_a_part_may_be_of_another_place_that_is_named(factor: MakeFactor, item: MakeItem) -> None:
    yarn = attrs.evolve(factor("kg", name="yarn"), place=Place("IN"))
    mill = Emission.stated(
        "mill", [Amount("CO2", 1, "t")], PAPER, data=SECONDARY, scopes=[Scope.ONE, Scope.TWO]
    )
    spun = Emission.of(Mass(5, "kg"), yarn, data=SECONDARY, place=Place("IN/GJ"))
    cloth = purchase.hybrid(item("1", "cloth"), mill, category=GOODS, materials=[spun])
    assert "yarn: 10 kg CO2 = 5 kg × factor at IN/GJ" in cloth.explain().text()
    wrong = Emission.of(Mass(5, "kg"), yarn, data=SECONDARY, place=Place("US"))
    with pytest.raises(UnknownFactorError, match="must hold at US, was for IN"):
        purchase.hybrid(item("1", "cloth"), mill, category=GOODS, materials=[wrong])


def test_a_factor_of_another_name_is_told_with_its_own(factor: MakeFactor, item: MakeItem) -> None:
    entry = purchase.average(item("1", "steel"), Mass(1, "t"), factor("kg", name="cotton"), category=GOODS)
    told = entry.explain().text()
    assert "steel: 2000 kg CO2 = 1 t × factor for cotton" in told
    assert "factor cotton (2025): 2 kg CO2 per kg = cotton at CN, valid [2025-01-01, 2026-01-01)" in told


def test_the_sum_of_figures_is_of_all_their_scopes_or_of_none(stated: MakeStated) -> None:
    one, two, unsaid = stated(scopes=[Scope.ONE]), stated(scopes=[Scope.TWO]), stated()
    assert Emission.total("works", [one, two]).scopes == {Scope.ONE, Scope.TWO}
    assert Emission.total("works", [one, unsaid]).scopes == frozenset()


def test_every_figure_is_explained_down_to_its_sources(factor: MakeFactor, stated: MakeStated) -> None:
    leg = Emission.of(Mass("3", "t"), factor("kg"), data=DataKind.SECONDARY)
    known = Source("Registry", "Share register", 2025, status=Status.RECALLED)
    whole = Emission.total("both", [leg, stated()]).shared(Share.stated("0.5", by="equity", source=known))
    assert [source.publisher for source in whole.working.sources()] == ["Institute", "Partner 7", "Registry"]
    first = whole.working.text().splitlines()[0]
    assert first == "both × share: 3000 kg CO2, 6 t CO2 = 6000 kg CO2, 12 t CO2 × 0.5"
    assert "[recalled]" in whole.working.text()
