"""
Travel: category 6 (on business) and category 7 (to work and back).

By fuel, by person-kilometres or vehicle-kilometres, or by what was spent; nights in hotels
by the night; work at home by the energy that it adds there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.accounting.scope import Category
from carbonkit.accounting.value_chain._fraction import not_negative, written
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import (
    DerivedQuantity,
    Measured,
    check_measure,
    derived,
    explained,
    ratio,
)
from carbonkit.accounting.value_chain.entry import Entry, check_category, of_emission, of_quantity
from carbonkit.accounting.value_chain.method import Method
from carbonkit.accounting.value_chain.spend import factor_prices
from carbonkit.values.explanation import Explanation
from carbonkit.values.unit import Dimension

if TYPE_CHECKING:
    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Conversion
    from carbonkit.accounting.value_chain.emission import Emission
    from carbonkit.accounting.value_chain.item import Item
    from carbonkit.accounting.value_chain.share import Share
    from carbonkit.accounting.value_chain.spend import Prices, Spending
    from carbonkit.values.number import Exact

__all__ = [
    "average",
    "commuted",
    "distance_based",
    "driven",
    "fuel_based",
    "nights",
    "spend_based",
    "teleworked",
    "travelled",
]

_CATEGORIES: Final = (Category.BUSINESS_TRAVEL, Category.EMPLOYEE_COMMUTING)
_WAYS: Final = {Dimension.TRAVEL, Dimension.DISTANCE}


def travelled(distance: Measured, *, people: Exact) -> DerivedQuantity:
    """
    Multiply a way with the people who travelled it.

    Args:
        distance: The way of one; as flown, or the great-circle distance, as the factor is for.
        people: How many travelled it.

    Returns:
        The travel, in person-kilometres.

    Raises:
        IncompatibleUnitsError: If it is no distance.
        InexactNumberError: If `people` is a float, a bool, NaN or infinite.
        InvalidValueError: If `people` is negative.

    Example:
        >>> from carbonkit.values import Distance
        >>> print(travelled(Distance("10000", "km"), people=10))
        100000 p_km
    """
    return _by_people(derived("way", distance), people, explained(distance))


def commuted(one_way: Measured, *, people: Exact, journeys: Exact, weeks: Exact) -> DerivedQuantity:
    """
    Work out how far people travel to work and back in a year, by train, bus or the like.

    Args:
        one_way: The way of one, once.
        people: How many travel it.
        journeys: How often each does in a week; there and back on five days are 10.
        weeks: In how many weeks of the year.

    Returns:
        The travel, in person-kilometres.

    Raises:
        IncompatibleUnitsError: If it is no distance.
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is negative.

    Example:
        >>> from carbonkit.values import Distance
        >>> print(commuted(Distance("10", "km"), people=3, journeys=10, weeks=48))
        14400 p_km
    """
    year = derived("one way", one_way).times(journeys, "journeys a week").times(weeks, "weeks")
    return _by_people(year, people, (year.working,))


def driven(one_way: Measured, *, cars: Exact, journeys: Exact, weeks: Exact) -> DerivedQuantity:
    """
    Work out how far cars drive to work and back in a year; several may share one car.

    Args:
        one_way: The way of one car, once.
        cars: How many drive it.
        journeys: How often each does in a week; there and back on five days are 10.
        weeks: In how many weeks of the year.

    Returns:
        The distance, of all cars.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is negative.

    Example:
        >>> from carbonkit.values import Distance
        >>> print(driven(Distance("10", "mi"), cars=1, journeys=8, weeks=46))
        3680 mi
    """
    year = derived("one way", one_way).times(journeys, "journeys a week").times(weeks, "weeks")
    return year.times(cars, "cars")


def teleworked(energy: Measured, *, people: Exact, days: Exact) -> DerivedQuantity:
    """
    Work out the energy that work at home adds there.

    Args:
        energy: What a day of work at home adds for one: heating, cooling, light, devices.
        people: How many work at home.
        days: On how many days each.

    Returns:
        The energy, in the unit of the day's.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is negative.

    Example:
        >>> from carbonkit.values import Energy
        >>> print(teleworked(Energy("2.5", "kWh"), people=120, days=90))
        27000 kWh
    """
    return derived("energy of a day at home", energy).times(people, "people").times(days, "days")


def fuel_based(
    item: Item,
    emission: Emission,
    *,
    category: Category,
    share: Share | None = None,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Count the fuel, electricity and refrigerant that the vehicles used.

    Args:
        item: The travel.
        emission: What the vehicles emitted; see `Emission.total`.
        category: Category 6 or 7.
        share: The share of the vehicles that carried the reporter's people; None where they carried no other.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Factor, Rate
        >>> from carbonkit.accounting.value_chain import Emission, Item
        >>> from carbonkit.values import Period, Place, Source, Volume
        >>> petrol = Factor("petrol", "2025", "petrol", Place("DE"), Period.year(2025), "L",
        ...                 [Rate("CO2", "2.3", "kg")], Source("Institute", "Fuels", 2025))
        >>> hired = Emission.of(Volume("100", "L"), petrol, data=DataKind.PRIMARY)
        >>> print(*fuel_based(Item("1", "sales", "hired cars", Place("DE"), Period.year(2025)), hired,
        ...                   category=Category.BUSINESS_TRAVEL).record.amounts)
        230 kg CO2
    """
    check_category(category, _CATEGORIES)
    return of_emission(
        item, emission, category=category, method=Method.FUEL_BASED, conversion=conversion, share=share
    )


def distance_based(
    item: Item,
    way: Measured,
    factor: Factor | Choice | None = None,
    *,
    category: Category,
    data: DataKind,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply person-kilometres, or the kilometres of a car, with the factor of the vehicle.

    Args:
        item: The travel, by one kind of vehicle and class.
        way: How far; see `travelled`, `commuted` and `driven`.
        factor: The factor; None leaves it to the catalogue of `account`.
        category: Category 6 or 7.
        data: What it rests on.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        IncompatibleUnitsError: If the quantity is no travel or distance, or does not convert.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Distance, Period, Place
        >>> print(distance_based(Item("1", "sales", "long-haul flight", Place("DE"), Period.year(2025)),
        ...                      travelled(Distance("10000", "km"), people=10),
        ...                      category=Category.BUSINESS_TRAVEL, data=DataKind.SECONDARY).record)
        1: 100000 p_km of long-haul flight at DE, [2025-01-01, 2026-01-01)
    """
    check_category(category, _CATEGORIES)
    check_measure(way, _WAYS, "a travel or distance")
    return of_quantity(
        item, way, factor, category=category, method=Method.DISTANCE_BASED, data=data, conversion=conversion
    )


def spend_based(
    item: Item,
    spending: Spending,
    factor: Factor | Choice | None = None,
    *,
    prices: Prices,
    category: Category,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply what was spent on travel with an average of its sector.

    Args:
        item: The travel.
        spending: What was spent, in the currency, year and prices of the factor; see `spend`.
        factor: The factor per money; None leaves it to the catalogue of `account`.
        prices: The prices that the factor is for.
        category: Category 6 or 7.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; secondary data.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        IncompatibleUnitsError: If the money is of another currency or year than the factor's.
        InvalidValueError: If the category is another, or the money in other prices than the factor's.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item, Prices, spent
        >>> from carbonkit.values import Money, Period, Place
        >>> fares = spent(Money("-250", "USD"), year=2022, prices=Prices.PURCHASER)
        >>> print(spend_based(Item("1", "sales", "air fares", Place("US"), Period.year(2022)), fares,
        ...                   prices=Prices.PURCHASER, category=Category.BUSINESS_TRAVEL).record.quantity)
        -250 USD@2022
    """
    check_category(category, _CATEGORIES)
    return of_quantity(
        item,
        factor_prices(spending, prices),
        factor,
        category=category,
        method=Method.SPEND_BASED,
        data=DataKind.SECONDARY,
        conversion=conversion,
    )


def nights(
    item: Item,
    stayed: Measured,
    factor: Factor | Choice | None = None,
    *,
    data: DataKind,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply nights in hotels with the average of the country or the hotel's own.

    Args:
        item: The stays.
        stayed: How many rooms for how many nights.
        factor: The factor; None leaves it to the catalogue of `account`.
        data: What it rests on.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 6.

    Raises:
        IncompatibleUnitsError: If the quantity is no number of nights.
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Nights, Period, Place
        >>> print(nights(Item("1", "sales", "hotel", Place("FR"), Period.year(2025)),
        ...              Nights(3, "room_night"), data=DataKind.SECONDARY).record)
        1: 3 room_night of hotel at FR, [2025-01-01, 2026-01-01)
    """
    check_measure(stayed, {Dimension.NIGHTS}, "a number of nights")
    return of_quantity(
        item,
        stayed,
        factor,
        category=Category.BUSINESS_TRAVEL,
        method=Method.AVERAGE,
        data=data,
        conversion=conversion,
    )


def average(
    item: Item,
    quantity: Measured,
    factor: Factor | Choice | None = None,
    *,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply average ways to work, or days of work at home, with an average.

    Args:
        item: The commuting.
        quantity: How much, from averages; see `commuted`, `driven` and `teleworked`.
        factor: The factor; None leaves it to the catalogue of `account`.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 7; secondary data.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Energy, Period, Place
        >>> home = teleworked(Energy("2.5", "kWh"), people=120, days=90)
        >>> entry = average(Item("1", "HQ", "electricity", Place("DE"), Period.year(2025)), home)
        >>> print(entry.record)
        1: 27000 kWh of electricity at DE, [2025-01-01, 2026-01-01)
    """
    return of_quantity(
        item,
        quantity,
        factor,
        category=Category.EMPLOYEE_COMMUTING,
        method=Method.AVERAGE,
        data=DataKind.SECONDARY,
        conversion=conversion,
    )


def _by_people(way: DerivedQuantity, people: Exact, working: tuple[Explanation, ...]) -> DerivedQuantity:
    count = not_negative(people, field="people")
    number = way.number * ratio(way.unit, "km", field="way") * count
    how = f"{way} × {written(count)} people"
    return DerivedQuantity(
        number, "p_km", Explanation("travel", f"{written(number)} p_km", how, parts=working)
    )
