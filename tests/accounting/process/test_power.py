"""Power units: conversions, supply, ratios, intensities, and the identities between them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.process import (
    boiler_heat,
    carbon_from_air_dried,
    carbon_from_dry,
    consumption_for_heat,
    consumption_for_power,
    heat_intensity,
    heat_ratio_by_boiler,
    heat_ratio_by_consumption,
    heat_ratio_by_fuel,
    heat_ratio_by_steam,
    heat_supplied,
    merged_hours,
    merged_load,
    net_power,
    net_power_with_heat,
    power_intensity,
    steam_heat,
    water_heat,
)
from carbonkit.errors import InvalidValueError

percent = st.decimals(min_value=0, max_value=99, places=2)
share = st.fractions(min_value=0, max_value=1, max_denominator=1000)
positive = st.fractions(min_value=1, max_value=10**6, max_denominator=100)


@given(share, percent, percent)
def test_air_dried_to_as_received_goes_over_dry(carbon: Fraction, wet: Fraction, dried: Fraction) -> None:
    dry = carbon * 100 / (100 - Fraction(dried))
    assert carbon_from_air_dried(
        carbon, moisture_as_received=wet, moisture_air_dried=dried
    ) == carbon_from_dry(dry, moisture_as_received=wet)


def test_moisture_is_per_cent_under_a_hundred() -> None:
    for wet in (100, "-0.1"):
        with pytest.raises(InvalidValueError, match="per cent"):
            carbon_from_dry("0.6", moisture_as_received=wet)


def test_steam_and_water_become_heat() -> None:
    assert steam_heat(100, "83.74", feed_enthalpy="83.74") == 0
    assert steam_heat(100, "2800.00", feed_enthalpy="83.74") == Fraction("271.626")
    assert water_heat(100, 95, base=20, specific_heat="4.1868") == Fraction("31.401")


def test_supplied_power_takes_off_the_share_of_own_use() -> None:
    assert net_power(5000, 300) == 4700
    none, all_ = (
        net_power_with_heat(5000, own_use_for_power=200, shared_own_use=100, heat_ratio=ratio)
        for ratio in (0, 1)
    )
    assert [none, all_] == [net_power(5000, 300), 4800]


def test_heat_is_supplied_from_boilers_and_turbines() -> None:
    assert heat_supplied(from_boilers=[1, 2], direct=["0.5"], indirect=[]) == Fraction("3.5")
    assert boiler_heat(steam=1000, steam_enthalpy=3400, feed=1020, feed_enthalpy=1000) == 2380


def test_the_heat_ratio_has_four_ways_and_is_a_share() -> None:
    assert heat_ratio_by_steam(200, 800) == Fraction(1, 4)
    assert heat_ratio_by_boiler(250, 1000) == Fraction(1, 4)
    assert heat_ratio_by_consumption("0.05", 1000, fuel=200) == Fraction(1, 4)
    assert heat_ratio_by_fuel(1000, quantity=10, net_heat=400) == Fraction(1, 4)
    with pytest.raises(InvalidValueError, match="not be zero"):
        heat_ratio_by_boiler(1, 0)


@pytest.mark.parametrize("heat", [4001, -1])
def test_a_heat_ratio_that_is_no_share_is_refused_by_each_way(heat: int) -> None:
    with pytest.raises(InvalidValueError, match="heat ratio: must be a share"):
        heat_ratio_by_steam(heat, 4000)
    with pytest.raises(InvalidValueError, match="heat ratio: must be a share"):
        heat_ratio_by_boiler(heat, 4000)
    with pytest.raises(InvalidValueError, match="heat ratio: must be a share"):
        heat_ratio_by_consumption("0.05", heat, fuel=200)
    with pytest.raises(InvalidValueError, match="heat ratio: must be a share"):
        heat_ratio_by_fuel(heat, quantity=10, net_heat=400)


@given(share, positive, positive, positive)
def test_what_power_and_heat_took_is_all_the_fuel(
    ratio: Fraction, fuel: Fraction, power: Fraction, heat: Fraction
) -> None:
    assert (
        consumption_for_power(ratio, fuel, power) * power + consumption_for_heat(ratio, fuel, heat) * heat
        == fuel
    )
    assert power_intensity(ratio, fuel, power) * power + heat_intensity(ratio, fuel, heat) * heat == fuel


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=4))
def test_merged_hours_lie_between_those_of_the_units(units: list[tuple[Fraction, Fraction]]) -> None:
    hours = [hours for hours, _ in units]
    assert min(hours) <= merged_hours(units) <= max(hours)
    again = [(hours, rated * 2) for hours, rated in units]
    assert merged_hours(again) == merged_hours(units)


def test_the_merged_load_is_generation_over_what_was_possible() -> None:
    loads = [merged_load([(1_200_000, 300, 5000), (made, 100, 5000)]) for made in (0, 100_000, 500_000)]
    assert loads == [Fraction(3, 5), Fraction(13, 20), Fraction(17, 20)]
    assert all(one < other for one, other in pairwise(loads))
