"""
Transport and distribution that others do: categories 4 (paid for) and 9 (not paid for).

By the fuel, electricity and refrigerant that vehicles used, by tonne-kilometres, or by
what was spent; warehouses by what the site used, or by an average for what is stored. A
vehicle that carries the goods of several is shared by tonne-kilometres or great-circle
distances (see `share`).
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
from carbonkit.errors import InvalidValueError
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

__all__ = ["average", "carried", "distance_based", "fuel_based", "site_specific", "spend_based", "stored"]

_CATEGORIES: Final = (Category.UPSTREAM_TRANSPORT, Category.DOWNSTREAM_TRANSPORT)
_CARRIED: Final = {Dimension.FREIGHT, Dimension.DISTANCE}


def carried(mass: Measured, distance: Measured) -> DerivedQuantity:
    """
    Multiply a load with its way.

    Args:
        mass: The load; negative to reverse a shipment.
        distance: The way: as driven, or the great-circle distance, as the factor is for.

    Returns:
        The freight, in tonne-kilometres.

    Raises:
        IncompatibleUnitsError: If the first is no mass, or the second no distance.

    Example:
        >>> from carbonkit.values import Distance, Mass
        >>> freight = carried(Mass("800", "kg"), Distance("300", "km"))
        >>> print(freight.working.text())
        freight: 240 t_km = 800 kg × 300 km
    """
    load, way = derived("load", mass), derived("way", distance)
    number = (
        load.number * ratio(load.unit, "t", field="load") * way.number * ratio(way.unit, "km", field="way")
    )
    how, parts = f"{load} × {way}", (*explained(mass), *explained(distance))
    return DerivedQuantity(
        number, "t_km", Explanation("freight", f"{written(number)} t_km", how, parts=parts)
    )


def fuel_based(
    item: Item,
    emission: Emission,
    *,
    category: Category,
    share: Share | None = None,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Count the fuel, electricity and refrigerant that the carrier's vehicles used.

    Args:
        item: The transport.
        emission: What the vehicles emitted, also on the empty way back; see `Emission.total`.
        category: Category 4 or 9.
        share: The share of the vehicles that carried the reporter's goods; None where they carried no other.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount, Conversion
        >>> from carbonkit.accounting.value_chain import Emission, Item, Share
        >>> from carbonkit.values import Freight, Period, Place, Rounding, Source
        >>> lorry = Emission.stated("lorry", [Amount("CO2", "31.5", "kg")], Source("Carrier", "Log", 2025),
        ...                         data=DataKind.PRIMARY)
        >>> share = Share.of(Freight("150", "t_km"), Freight("490", "t_km"), by="tonne-kilometres")
        >>> entry = fuel_based(Item("1", "works", "road freight", Place("CN"), Period.year(2025)), lorry,
        ...                    category=Category.UPSTREAM_TRANSPORT, share=share,
        ...                    conversion=Conversion(2, Rounding.HALF_UP))
        >>> print(*entry.record.amounts)
        9.64 kg CO2
    """
    check_category(category, _CATEGORIES)
    return of_emission(
        item, emission, category=category, method=Method.FUEL_BASED, conversion=conversion, share=share
    )


def distance_based(
    item: Item,
    freight: Measured,
    factor: Factor | Choice | None = None,
    *,
    category: Category,
    data: DataKind,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply tonne-kilometres, or the kilometres of a whole vehicle, with the factor of its kind.

    Args:
        item: The transport, one leg and one kind of vehicle.
        freight: What was carried how far; see `carried`.
        factor: The factor; None leaves it to the catalogue of `account`.
        category: Category 4 or 9.
        data: What it rests on.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        IncompatibleUnitsError: If the quantity is no freight or distance, or does not convert.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Distance, Mass, Period, Place
        >>> leg = carried(Mass("2", "t"), Distance("2000", "km"))
        >>> print(distance_based(Item("1", "works", "road freight", Place("CN"), Period.year(2025)), leg,
        ...                      category=Category.UPSTREAM_TRANSPORT, data=DataKind.SECONDARY).record)
        1: 4000 t_km of road freight at CN, [2025-01-01, 2026-01-01)
    """
    check_category(category, _CATEGORIES)
    check_measure(freight, _CARRIED, "a freight or distance")
    return of_quantity(
        item,
        freight,
        factor,
        category=category,
        method=Method.DISTANCE_BASED,
        data=data,
        conversion=conversion,
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
    Multiply what was spent on transport or storage with an average of its sector.

    Args:
        item: The transport.
        spending: What was spent, in the currency, year and prices of the factor; see `spend`.
        factor: The factor per money; None leaves it to the catalogue of `account`.
        prices: The prices that the factor is for.
        category: Category 4 or 9.
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
        >>> bill = spent(Money("20000", "USD"), year=2022, prices=Prices.PURCHASER)
        >>> print(spend_based(Item("1", "works", "rail freight", Place("US"), Period.year(2022)), bill,
        ...                   prices=Prices.PURCHASER, category=Category.UPSTREAM_TRANSPORT).record.quantity)
        20000 USD@2022
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


def site_specific(
    item: Item,
    emission: Emission,
    *,
    category: Category,
    share: Share | None = None,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Count the fuel, electricity and refrigerant that a warehouse or shop used.

    Args:
        item: The site.
        emission: What the site emitted; see `Emission.total`.
        category: Category 4 or 9.
        share: The share of the site that held the reporter's goods; None where it held no other.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Emission, Item, Share
        >>> from carbonkit.values import Period, Place, Source, Volume
        >>> depot = Emission.stated("depot", [Amount("CO2", "80", "t")], Source("Depot", "Letter", 2025),
        ...                         data=DataKind.PRIMARY)
        >>> half = Share.of(Volume("500", "m3"), Volume("1000", "m3"), by="volume stored")
        >>> print(*site_specific(Item("1", "works", "storage", Place("CN"), Period.year(2025)), depot,
        ...                      category=Category.DOWNSTREAM_TRANSPORT, share=half).record.amounts)
        40 t CO2
    """
    check_category(category, _CATEGORIES)
    return of_emission(
        item, emission, category=category, method=Method.SITE_SPECIFIC, conversion=conversion, share=share
    )


def stored(goods: Measured, *, days: Exact) -> DerivedQuantity:
    """
    Multiply what is stored with the days that it is.

    Args:
        goods: The goods: a volume, an area, a mass or a number of pallets.
        days: How many days each is stored, on average.

    Returns:
        The storage, in the goods' unit for one day each.

    Raises:
        InexactNumberError: If `days` is a float, a bool, NaN or infinite.
        InvalidValueError: If it is negative.

    Example:
        >>> from carbonkit.values import Count
        >>> print(stored(Count(4000, "each"), days=2))
        8000 each
    """
    return derived("goods stored", goods).times(not_negative(days, field="days"), "days")


def average(
    item: Item,
    storage: DerivedQuantity,
    factor: Factor | Choice,
    *,
    category: Category,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply storage with an average for one unit of goods and one day.

    Args:
        item: The storage.
        storage: The goods times the days; see `stored`.
        factor: The average for one unit stored for one day.
        category: Category 4 or 9.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; secondary data.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another, or the goods have no days.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Factor, Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Count, Period, Place, Source
        >>> day = Factor("pallet day", "2025", "storage of a pallet, a day", Place("CN"), Period.year(2025),
        ...              "each", [Rate("CO2e", "0.01", "kgCO2e", basis="AR5")],
        ...              Source("Institute", "Warehouses", 2025))
        >>> print(*average(Item("1", "works", "storage", Place("CN"), Period.year(2025)),
        ...                stored(Count(4000, "each"), days=2), day,
        ...                category=Category.UPSTREAM_TRANSPORT).record.amounts)
        80 kgCO2e (basis: AR5)
    """
    check_category(category, _CATEGORIES)
    if not isinstance(storage, DerivedQuantity):
        raise InvalidValueError("have days", was=str(storage), field="storage", hint="use stored(…, days=…)")
    return of_quantity(
        item,
        storage,
        factor,
        category=category,
        method=Method.AVERAGE,
        data=DataKind.SECONDARY,
        conversion=conversion,
    )
