"""Emissions and shares: exact to the fraction, gas by gas, nothing lost and nothing taken off."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Amount,
    Catalogue,
    Category,
    Conversion,
    Fallback,
    First,
    GwpSet,
    Origin,
    Potential,
    Scope,
    gwp_set,
)
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.value_chain import DataKind, DerivedQuantity, Emission, Share, purchase, shares_of
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

    from tests.accounting.value_chain.conftest import MakeFactor, MakeItem, MakeStated

GOODS = Category.PURCHASED_GOODS_AND_SERVICES
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
    assert [str(each) for each in third.amounts(Conversion(0, Rounding.CEILING))] == [
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
    st.lists(st.decimals(-(10**6), 10**6, places=3), min_size=1, max_size=6),
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


def test_a_reversal_cancels(factor: MakeFactor) -> None:
    bought = Emission.of(Mass("1", "t"), factor("kg"), data=DataKind.SECONDARY)
    returned = Emission.of(Mass("-1000", "kg"), factor("kg"), data=DataKind.SECONDARY)
    for other in (returned, bought.reversed()):
        assert [part.number for part in Emission.total("net", [bought, other]).parts] == [0]


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
    policy = Fallback(first=First.YEAR, years_back=1)
    chosen = Catalogue([old]).choose("thing", Place("CN"), Period.year(2025), unit="kg", fallback=policy)
    entry = purchase.average(item(), Mass("1", "kg"), chosen, category=GOODS)
    assert f"1 kg × factor ({chosen.step})" in entry.explain().text()


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
