"""Refrigerants: what was lost, by balance and over the life."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import Category, Inventory, Scope, gwp_set
from carbonkit.accounting.blend import CountedGases, refrigerant_named
from carbonkit.accounting.refrigerant import LeakRates, RefrigerantLife, RefrigerantStock
from carbonkit.errors import CarbonkitError, InexactNumberError, InvalidValueError, WrongTypeError
from carbonkit.values import CO2e, Exact, Mass, Period, Place, Source

AR5, YEAR = gwp_set("AR5"), Period.year(2025)
LOG = Source("Us", "Refrigerant log", 2025)
RATES = LeakRates(
    installation=1, operation=5, remaining=80, recovered=75, source=Source("Us", "Maintenance", 2025)
)
SIX = ("store_start", "store_end", "bought", "sold", "capacity_start", "capacity_end")


def kg(number: Exact) -> Mass:
    return Mass(number, "kg")


def stock(*figures: Exact, **changes: Any) -> RefrigerantStock:  # noqa: ANN401  of any field
    masses: dict[str, Any] = dict(zip(SIX, map(kg, figures or (10, 4, 20, 2, 100, 110)), strict=True))
    plain = RefrigerantStock(
        id="chillers",
        facility="7",
        place=Place("US"),
        period=YEAR,
        scope=Scope.ONE,
        refrigerant=refrigerant_named("R-410A"),
        source=LOG,
        **masses,
    )
    return attrs.evolve(plain, **changes)


def life(**changes: Any) -> RefrigerantLife:  # noqa: ANN401  of any field
    plain = RefrigerantLife(
        id="chillers",
        facility="7",
        place=Place("US"),
        period=YEAR,
        scope=Scope.ONE,
        refrigerant=refrigerant_named("R-134a"),
        installed=kg(10),
        in_use=kg(200),
        years=1,
        disposed=kg(20),
        rates=RATES,
        source=LOG,
    )
    return attrs.evolve(plain, **changes)


def test_the_balance_of_stocks() -> None:
    # 10 - 4 in store, 20 bought, 2 sold, capacity from 100 to 110: 6 + 20 - 2 - 10
    assert stock().lost == kg(14)
    total = Inventory((), [stock().calculation(CountedGases.KYOTO)]).co2e(AR5).total
    assert total == CO2e("26929", "kgCO2e")  # 7 × 677 + 7 × 3170


@pytest.mark.parametrize(("position", "sign"), list(enumerate((1, -1, 1, -1, 1, -1))))
def test_each_figure_counts_with_its_sign(position: int, sign: int) -> None:
    figures = [0] * len(SIX)
    figures[position] = 5
    assert stock(*figures).lost == kg(5 * sign)


def test_retired_equipment_whose_charge_was_recovered_loses_nothing() -> None:
    assert stock(0, 8, 0, 0, 8, 0).lost == kg(0)
    assert stock(0, 0, 0, 8, 8, 0).lost == kg(0)


@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=6))
def test_a_reversal_of_all_figures_cancels(figures: list[int]) -> None:
    both = [
        stock(*figures, id="there").calculation(CountedGases.KYOTO),
        stock(*(-figure for figure in figures), id="back").calculation(CountedGases.KYOTO),
    ]
    assert Inventory((), both).co2e(AR5).total == CO2e(0, "tCO2e")


def test_the_units_of_the_figures_may_differ() -> None:
    assert stock(bought=Mass("0.02", "t")).lost == kg(14)


def test_the_loss_over_the_life() -> None:
    # 10 × 1 % + 200 × 5 % + 20 × 80 % × (1 - 75 %) = 0.1 + 10 + 4
    assert life().lost == kg("14.1")
    assert life(years="0.5").lost == kg("9.1")
    assert life(years=0, installed=kg(0), disposed=kg(0)).lost == kg(0)
    (amount,) = life().calculation(CountedGases.KYOTO).amounts
    assert (amount.gas, amount.quantity) == ("HFC134a", kg("14.1"))


def test_full_recovery_and_a_rate_of_zero_are_values() -> None:
    none = LeakRates(installation=0, operation=0, remaining=100, recovered=100, source=LOG)
    assert life(rates=none).lost == kg(0)
    lost = attrs.evolve(none, recovered=0)
    assert life(rates=lost).lost == kg(20)


def test_rates_are_percentages_with_a_source() -> None:
    for rate in ("-1", "100.1"):
        with pytest.raises(InvalidValueError, match="rate: must be 0 to 100"):
            attrs.evolve(RATES, operation=rate)
    with pytest.raises(InexactNumberError):
        attrs.evolve(RATES, operation=0.05)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="years: must be zero or more"):
        life(years=-1)
    with pytest.raises(TypeError):
        LeakRates(installation=1, operation=5, remaining=80, recovered=75)  # type: ignore[call-arg]


def test_what_does_not_count_is_told() -> None:
    found = stock(refrigerant=refrigerant_named("R-22")).calculation(CountedGases.KYOTO)
    assert found.amounts == ()
    told = found.explain().text()
    assert (
        "refrigerant lost: nothing that counts = 14 kg × share of mass, gases of the Kyoto Protocol" in told
    )
    assert "not counted: HCFC22" in told
    every = stock(refrigerant=refrigerant_named("R-22")).calculation(CountedGases.ALL)
    assert every.amounts[0].quantity == kg(14)
    assert "not counted" not in every.explain().text()


def test_a_leased_freezer_may_stand_in_scope_3() -> None:
    leased = life(scope=Scope.THREE, category=Category(8)).calculation(CountedGases.KYOTO)
    assert leased.category is Category(8)
    with pytest.raises(InvalidValueError, match="category: must stand in scope 3 only"):
        stock(category=Category(8)).calculation(CountedGases.KYOTO)


def test_a_refrigerant_is_a_blend_and_no_bare_name() -> None:
    with pytest.raises(WrongTypeError, match="refrigerant: must be of type Blend"):
        stock(refrigerant="R-410A")
    with pytest.raises(WrongTypeError, match="bought: must be of type Mass"):
        stock(bought=Decimal(1))


def test_a_period_without_end_has_no_loss() -> None:
    for made in (stock, life):
        with pytest.raises(InvalidValueError, match=r"period: must have an end, was \[2025-01-01, …\)"):
            made(period=Period("2025-01-01", None))
        with pytest.raises(WrongTypeError, match="period: must be of type Period"):
            made(period=2025)


@pytest.mark.parametrize("thing", [stock(), life(), RATES], ids=repr)
def test_no_field_answers_hostile_input_with_an_error_of_python(thing: Any) -> None:  # noqa: ANN401
    for field in attrs.fields(type(thing)):
        for value in (None, [], [None], 3, -1, "", "x", b"x", object(), {"a": 1}, 1.5, True, int):
            with contextlib.suppress(CarbonkitError):
                attrs.evolve(thing, **{field.name: value})
    with pytest.raises(WrongTypeError, match="category: must be of type Category"):
        stock(category=8)


def test_the_balance_explains_itself() -> None:
    told = stock(file="log.csv", row=4).calculation(CountedGases.KYOTO).explain().text()
    for said in (
        "log.csv, row 4",
        "refrigerant lost: 7.00 kg HFC32, 7.00 kg HFC125 = 14 kg × share of mass",
        "balance of stocks: 14 kg R-410A = store at start - at end + bought - sold or returned",
        "material balance method [recalled]",
        "bought: 20 kg",
        "source: Us, Refrigerant log, 2025 [confirmed]",
        "refrigerant R-410A: 50 % HFC32, 50 % HFC125 = shares of mass",
        "GHG Emission Factors Hub, 2025, Table 12, blends [confirmed]",
    ):
        assert said in told, said


def test_the_life_explains_itself() -> None:
    told = life().calculation(CountedGases.KYOTO).explain().text()
    for said in (
        "lost in installation: 0.10 kg = 10 kg × 1 %",
        "lost in use: 10.00 kg = 200 kg × 5 % per year × 1 years",
        "lost in disposal: 4.0000 kg = 20 kg × 80 % × (100 % - 75 %)",
        "equations 7.12 to 7.14 [recalled]",
        "source: Us, Maintenance, 2025 [confirmed]",
        "charges: 200 kg in use",
    ):
        assert said in told, said
