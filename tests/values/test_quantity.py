"""Quantities: same type only, exact in every unit, and never by way of a guess."""

from __future__ import annotations

import copy
import decimal
import enum
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import carbonkit.values as values_package
from carbonkit.errors import (
    IncompatibleUnitsError,
    InexactConversionError,
    InexactNumberError,
    InvalidValueError,
    UnknownUnitError,
)
from carbonkit.values.number import Exact, Rounding
from carbonkit.values.quantity import CO2e, Distance, Energy, Mass, Quantity, Spend, Volume, quantity
from carbonkit.values.unit import UNITS, Dimension, Unit
from tests.strategies import KINDS, exact_decimals, masses, quantities, roundings, units

if TYPE_CHECKING:
    from random import Random

REPRS = {kind.__name__: kind for kind in KINDS}


def measured(value: Quantity) -> Fraction:
    return Fraction(value.number) * Fraction(UNITS[value.unit].ratio)


@pytest.mark.parametrize(
    "number", [0.1, True, None, Decimal("NaN"), Decimal("sNaN"), "inf", float("nan")], ids=repr
)
def test_an_inexact_number_is_refused(number: Exact) -> None:
    for make in (Mass, quantity):
        with pytest.raises(InexactNumberError, match="number: must be"):
            make(number, "t")
    with pytest.raises(InexactNumberError, match="multiplier: must be"):
        Mass("1", "t") * number


@pytest.mark.parametrize("number", ["", "1,000", "1_000", "one", "1e61", "٣"])
def test_a_text_that_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(InvalidValueError, match="number: must"):
        Mass(number, "t")


@pytest.mark.parametrize("unit", ["ton", "", "T", None, 1, b"t", [], {}], ids=repr)
def test_an_unknown_unit_is_refused(unit: str) -> None:
    for make in (Mass, quantity):
        with pytest.raises(UnknownUnitError, match="unit: must be a unit of the table"):
            make("1", unit)
    with pytest.raises(UnknownUnitError):
        Mass("1", "t").to(unit)


def test_a_unit_of_another_dimension_is_refused_and_told_what_is_missing() -> None:
    with pytest.raises(IncompatibleUnitsError) as caught:
        Mass("1", "L")
    assert str(caught.value) == (
        "unit: must be a unit of Mass, was L; it measures volume; "
        "a density or calorific value would be needed"
    )
    with pytest.raises(IncompatibleUnitsError, match="unit: must be a unit of Energy, was kg"):
        Energy("1", "MJ").to("kg")
    with pytest.raises(IncompatibleUnitsError, match="unit: must be a unit of Mass, was tCO2e"):
        Mass("1", "t").to("tCO2e")
    with pytest.raises(IncompatibleUnitsError, match="unit: must be a unit of Energy, was lb"):
        Energy("1", "MJ").to("lb")  # a ratio that never ends: still the dimension is what is wrong


def test_the_base_class_measures_nothing() -> None:
    with pytest.raises(IncompatibleUnitsError, match="use Mass, Energy"):
        Quantity("1", "t")


def test_every_dimension_has_its_type() -> None:
    assert {kind.dimension for kind in KINDS} | {Spend.dimension} == set(Dimension)
    assert {kind.__name__ for kind in KINDS} <= set(values_package.__all__)
    for unit in UNITS.values():
        made = quantity("2", unit.name)
        assert made.dimension is unit.dimension
        assert made.in_base() == 2 * unit.ratio


@pytest.mark.parametrize(
    "other", [Energy("1", "MJ"), CO2e("1", "tCO2e"), 1, "1 t", None, Decimal(1)], ids=repr
)
def test_only_the_same_type_is_added_and_compared(other: Mass) -> None:
    mass = Mass("1", "t")
    for step in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(IncompatibleUnitsError, match="other quantity: must be of type Mass"):
            getattr(mass, step)(other)
    assert mass != other


def test_a_bare_number_is_not_added_from_the_left() -> None:
    with pytest.raises(TypeError):
        sum([Mass("1", "t"), Mass("2", "t")])  # type: ignore[list-item]


def test_two_quantities_have_no_product() -> None:
    with pytest.raises(InexactNumberError, match="multiplier: must be a str, int or Decimal"):
        Mass("1", "t") * Mass("1", "t")  # type: ignore[operator]


@given(st.data(), st.sampled_from(KINDS))
def test_arithmetic_is_that_of_fractions(data: st.DataObject, kind: type[Quantity]) -> None:
    one, two = data.draw(quantities(kind)), data.draw(quantities(kind))
    assert measured(one + two) == measured(one) + measured(two)
    assert measured(one - two) == measured(one) - measured(two)
    assert measured(-one) == -measured(one)
    assert measured(one * 3) == measured(3 * one) == 3 * measured(one)
    assert (one + two) - two == one
    assert one + two == two + one
    assert type(one + two) is kind
    assert (one < two, one <= two, one > two, one >= two, one == two) == (
        measured(one) < measured(two),
        measured(one) <= measured(two),
        measured(one) > measured(two),
        measured(one) >= measured(two),
        measured(one) == measured(two),
    )


@given(st.lists(masses(), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order(parts: list[Mass], random: Random) -> None:
    mixed = list(parts)
    random.shuffle(mixed)
    nothing = Mass(0, "kg")
    assert sum(mixed, nothing) == sum(parts, nothing)
    assert hash(sum(mixed, nothing)) == hash(sum(parts, nothing))


def test_a_sum_of_one_unit_keeps_it_and_of_two_comes_in_the_base_unit() -> None:
    assert str(Mass("1.50", "short_ton") + Mass("1", "short_ton")) == "2.50 short_ton"
    assert str(Mass("1.50", "t") - Mass("1", "kg")) == "1499.00 kg"


@given(exact_decimals(), st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(units(kind), units(kind))))
def test_a_conversion_is_exact_or_refused(number: Decimal, pair: tuple[Unit, Unit]) -> None:
    start, target = pair
    held = quantity(number, start.name)
    ratio = Fraction(number) * Fraction(start.ratio) / Fraction(target.ratio)
    if 10**60 % ratio.denominator:
        with pytest.raises(InexactConversionError) as caught:
            held.to(target.name)
        assert f'.to("{target.name}", places=6, rounding=' in caught.value.problem.hint
        return
    converted = held.to(target.name)
    assert Fraction(converted.number) == ratio
    assert converted.unit == target.name
    assert converted == held
    assert hash(converted) == hash(held)
    assert converted.to(start.name) == held


@given(
    exact_decimals(),
    st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(units(kind), units(kind))),
    st.integers(-2, 12),
    roundings(),
)
def test_a_rounded_conversion_is_rounded_once(
    number: Decimal, pair: tuple[Unit, Unit], places: int, rounding: Rounding
) -> None:
    start, target = pair
    converted = quantity(number, start.name).to(target.name, places=places, rounding=rounding)
    ratio = Fraction(number) * Fraction(start.ratio) / Fraction(target.ratio)
    step = Fraction(10) ** -places
    assert abs(Fraction(converted.number) - ratio) < step
    assert (Fraction(converted.number) / step).denominator == 1
    if rounding is Rounding.HALF_EVEN:
        assert Fraction(converted.number) == round(ratio / step) * step
    if rounding is Rounding.FLOOR:
        assert Fraction(converted.number) <= ratio


def test_an_endless_conversion_needs_a_named_rounding() -> None:
    with pytest.raises(InexactConversionError) as caught:
        Energy("1", "MJ").to("kWh")
    assert str(caught.value) == (
        "must have a finite decimal form of at most 60 places, was 1 MJ in kWh; "
        'name a rounding, e.g. .to("kWh", places=6, rounding=Rounding.HALF_EVEN)'
    )
    assert str(Energy("1", "MJ").to("kWh", places=3, rounding=Rounding.CEILING)) == "0.278 kWh"


def test_a_conversion_that_ends_too_far_behind_the_point_is_refused() -> None:
    with pytest.raises(InexactConversionError, match="at most 60 places"):
        Mass("1e-50", "mg").to("Gt")
    assert str(Mass("1e-50", "mg").to("Gt", places=0, rounding=Rounding.CEILING)) == "1 Gt"


@pytest.mark.parametrize("half", [{"places": 2}, {"rounding": Rounding.FLOOR}])
def test_places_and_rounding_go_together(half: dict[str, int]) -> None:
    with pytest.raises(InexactConversionError, match="places and rounding: must be given together"):
        Mass("1", "t").to("kg", **half)  # type: ignore[arg-type]


def test_a_long_number_can_still_be_converted() -> None:
    long = Mass("1." + "1" * 57, "lb")
    assert str(long.to("kg", places=3, rounding=Rounding.FLOOR)) == "0.503 kg"


@given(quantities(), quantities())
def test_equal_quantities_hash_alike(one: Quantity, two: Quantity) -> None:
    assert (one == two) == (type(one) is type(two) and measured(one) == measured(two))
    same = type(one)(one.in_base(), one.dimension.value)
    assert same == one
    assert hash(same) == hash(one)


def test_what_measures_the_same_is_one_key() -> None:
    same = {Mass("1", "t"), Mass("1.0", "t"), Mass("1000.00", "kg"), Mass("1E+3", "kg"), Mass("1e6", "g")}
    assert len(same) == 1
    assert {Volume("1", "bbl_oil"): 1}[Volume("42", "gal_us")] == 1
    assert Mass("0", "t") == Mass("-0.00", "kg")
    assert hash(Mass("0", "t")) == hash(Mass("-0.00", "kg"))
    assert Mass("1", "t") != CO2e("1", "tCO2e")


@given(quantities())
def test_text_repr_pickle_and_copy_give_the_same(value: Quantity) -> None:
    again = eval(repr(value), REPRS)  # noqa: S307  the point of a repr
    for twin in (again, pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):  # noqa: S301
        assert twin == value
        assert hash(twin) == hash(value)
        assert str(twin) == str(value)
        assert type(twin) is type(value)
    number, unit = str(value).split()
    assert quantity(number, unit) == value


def test_numbers_are_written_in_full() -> None:
    assert str(Mass(Decimal("1E+3"), "t")) == "1000 t"
    assert repr(Mass(Decimal("1E-9"), "t")) == "Mass('0.000000001', 't')"
    assert str(Mass("-0.00", "t")) == "0.00 t"
    assert str(Mass("0", "t") * -1) == "0 t"
    assert str(-Mass("0", "t")) == "0 t"


class Name(enum.StrEnum):
    TONNE = "t"


def test_a_unit_is_kept_as_the_table_spells_it() -> None:
    assert repr(Mass("1", Name.TONNE)) == "Mass('1', 't')"
    assert type(Mass("1", Name.TONNE).unit) is str
    assert type(Mass("1", "kg").to(Name.TONNE).unit) is str


def test_a_quantity_cannot_be_changed() -> None:
    mass = Mass("1", "t")
    for name in ("number", "unit", "dimension", "other"):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            setattr(mass, name, "2")
    assert not hasattr(mass, "__dict__")
    assert str(mass) == "1 t"


def test_the_ambient_context_changes_nothing() -> None:
    def figures() -> list[object]:
        mass, other = Mass("123456789.123456789", "short_ton"), Mass("0.000001", "mg")
        return [
            str(mass + other),
            str(mass - other),
            str(mass * "1.23456789"),
            str(-mass),
            str(mass.to("lb")),
            str(Distance("123456789", "ft").to("mi", places=9, rounding=Rounding.HALF_UP)),
            str(Energy("1", "GJ").to("MWh", places=-1, rounding=Rounding.CEILING)),
            hash(mass),
            mass > other,
            repr(mass),
        ]

    before = figures()
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact, decimal.Rounded])):
        assert figures() == before


def test_spend_of_two_currencies_or_years_never_mixes() -> None:
    spent = Spend("10", "USD@2022")
    assert spent + Spend("0.5", "USD@2022") == Spend("10.5", "USD@2022")
    assert spent.to("USD@2022") == spent
    assert quantity("10.0", "USD@2022") == spent
    assert hash(quantity("10.0", "USD@2022")) == hash(spent)
    for other in (Spend("10", "USD@2021"), Spend("10", "CNY@2022")):
        assert spent != other
        for step in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"):
            with pytest.raises(IncompatibleUnitsError, match="an exchange rate and a price index"):
                getattr(spent, step)(other)
        with pytest.raises(IncompatibleUnitsError, match="must be USD@2022"):
            spent.to(other.unit)
    for unit in ("USD", "usd@2022", "USD@22", "USD@2022 ", "DOLLAR@2022"):
        with pytest.raises(UnknownUnitError):
            Spend("1", unit)
    assert spent != "10 USD@2022"
