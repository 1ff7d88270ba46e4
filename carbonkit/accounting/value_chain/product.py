"""
Sold products: category 10 (processed by others), 11 (used) and 12 (at their end).

Products are counted with all that they will emit, in the year in which they are sold. The
direct use phase is what they emit themselves or the energy that they need; the indirect
one, which need not be reported, is what using them makes others emit. An intermediate
product has a share of what the final product emits. Their waste is in `waste`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Category
from carbonkit.accounting.value_chain._fraction import not_negative
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import DerivedQuantity, Measured, derived
from carbonkit.accounting.value_chain.emission import Emission, EmissionPart
from carbonkit.accounting.value_chain.entry import Entry, of_emission, of_quantity
from carbonkit.accounting.value_chain.method import Method
from carbonkit.accounting.value_chain.share import Share
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.quantity import Mass
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Conversion
    from carbonkit.accounting.value_chain.item import Item
    from carbonkit.values.number import Exact

__all__ = [
    "average_processing",
    "direct_use",
    "indirect_use",
    "lifetime_use",
    "processing",
    "released",
    "sold_mass",
]


def processing(
    item: Item, emission: Emission, *, share: Share | None = None, conversion: Conversion | None = None
) -> Entry:
    """
    Count the fuel, electricity and waste of those who process the sold product.

    Args:
        item: The product.
        emission: What its processing emitted; see `Emission.total`.
        share: The share of the processor's plant that it took; None where the figure is of it alone.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 10.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Period, Place, Source
        >>> mill = Emission.stated("mill", [Amount("CO2", "1725", "kg")], Source("Mill", "Letter", 2025),
        ...                        data=DataKind.PRIMARY)
        >>> print(*processing(Item("1", "HQ", "pulp", Place("CN"), Period.year(2025)), mill).record.amounts)
        1725 kg CO2
    """
    return of_emission(
        item,
        emission,
        category=Category.PROCESSING_OF_SOLD_PRODUCTS,
        method=Method.SITE_SPECIFIC,
        conversion=conversion,
        share=share,
    )


def average_processing(
    item: Item,
    quantity: Measured,
    factor: Factor | Choice | None = None,
    *,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply the sold product with an average of its processing.

    Args:
        item: The product.
        quantity: How much was sold.
        factor: The average of its processing; None leaves it to the catalogue of `account`.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 10; secondary data.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Period, Place
        >>> print(average_processing(Item("1", "works", "milling of pulp", Place("CN"), Period.year(2025)),
        ...                          Mass("700", "t")).record)
        1: 700 t of milling of pulp at CN, [2025-01-01, 2026-01-01)
    """
    return of_quantity(
        item,
        quantity,
        factor,
        category=Category.PROCESSING_OF_SOLD_PRODUCTS,
        method=Method.AVERAGE,
        data=DataKind.SECONDARY,
        conversion=conversion,
    )


def lifetime_use(each: Measured, *, sold: Exact, uses: Exact) -> DerivedQuantity:
    """
    Work out what products need over all their lives: energy, fuel or a way.

    Args:
        each: What one use of one product needs; or all of its life, with `uses` 1.
        sold: How many were sold in the period.
        uses: How often each is used in its life.

    Returns:
        What all of them need.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is negative.

    Example:
        >>> from carbonkit.values import Energy
        >>> print(lifetime_use(Energy("1.3", "kWh"), sold=11500, uses=1000))
        14950000 kWh
    """
    return derived("one use", each).times(uses, "uses in a life").times(sold, "products sold")


def released(
    gas: str,
    charge: Mass,
    *,
    sold: Exact,
    share: Share,
    source: Source,
    data: DataKind,
) -> Emission:
    """
    Work out how much of a gas products let out that hold or make it: refrigerators, aerosols, fertiliser.

    Args:
        gas: The gas.
        charge: How much of it one product holds or makes in its life.
        sold: How many were sold in the period.
        share: The share that gets out; what is got back at the end does not.
        source: Where the charge stands.
        data: What it rests on.

    Returns:
        The emission.

    Raises:
        InexactNumberError: If `sold` is a float, a bool, NaN or infinite.
        InvalidValueError: If `gas` is no gas, or `sold` or the charge is negative.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.values import Source
        >>> print(released("HFC134a", Mass("0.12", "kg"), sold=5000, share=Share.stated("0.9", by="leakage"),
        ...                source=Source("Us", "Data sheet", 2025), data=DataKind.PRIMARY))
        HFC134a released: 540 kg HFC134a
    """
    kinds: tuple[tuple[object, type, str], ...] = (
        (charge, Mass, "charge"),
        (share, Share, "share"),
        (source, Source, "source"),
        (data, DataKind, "data"),
    )
    for value, kind, name in kinds:
        check_type(value, kind, field=name)
    count = not_negative(sold, field="sold")
    if charge.number < 0:
        raise InvalidValueError("be zero or more", was=str(charge), field="charge")
    held = DerivedQuantity.of(f"{gas} in a product", charge).times(count, "products sold")
    Amount(gas, 0, held.unit)  # refuses what is no gas
    part = EmissionPart(gas, held.number * share.value, held.unit, data)
    inputs = Explanation(held.working.what, held.working.value, held.working.how, source, held.working.parts)
    working = Explanation(f"{gas} released", str(part), f"{held} × share", parts=(inputs, share.working))
    return Emission(f"{gas} released", (part,), working)


def direct_use(
    item: Item, emission: Emission, *, share: Share | None = None, conversion: Conversion | None = None
) -> Entry:
    """
    Count what sold products emit in use, or the energy that they need for it.

    Args:
        item: The product.
        emission: `lifetime_use` times a factor, sold fuel times a factor, or what was `released`.
        share: An intermediate product's share of the final one, by mass or the like; None for a final one.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 11.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Factor, Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Distance, Period, Place, Source
        >>> car = Factor("car", "2025", "car", Place("CN"), Period.year(2025), "km",
        ...              [Rate("CO2", "0.3", "kg")], Source("Maker", "Data sheet", 2025))
        >>> life = lifetime_use(Distance("300000", "km"), sold=10, uses=1)
        >>> ours = Share.of(Mass("20", "kg"), Mass("500", "kg"), by="mass")
        >>> print(*direct_use(Item("1", "works", "motor", Place("CN"), Period.year(2025)),
        ...                   Emission.of(life, car, data=DataKind.SECONDARY), share=ours).record.amounts)
        36000 kg CO2
    """
    return of_emission(
        item,
        emission,
        category=Category.USE_OF_SOLD_PRODUCTS,
        method=Method.DIRECT_USE,
        conversion=conversion,
        share=share,
    )


def indirect_use(
    item: Item, emission: Emission, *, share: Share | None = None, conversion: Conversion | None = None
) -> Entry:
    """
    Count what using sold products makes others emit: clothes are washed, food is cooked.

    Args:
        item: The product.
        emission: `lifetime_use` times a factor.
        share: An intermediate product's share of the final one; None for a final product.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 11; it need not be reported, so its method says what it is.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Factor, Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> grid = Factor("grid", "2025", "electricity", Place("CN"), Period.year(2025), "kWh",
        ...               [Rate("CO2", "0.5", "kg")], Source("Ministry", "Grid factors", 2025))
        >>> washing = lifetime_use(Energy("0.4", "kWh"), sold=1000, uses=50)
        >>> print(*indirect_use(Item("1", "works", "shirt", Place("CN"), Period.year(2025)),
        ...                     Emission.of(washing, grid, data=DataKind.SECONDARY)).record.amounts)
        10000 kg CO2
    """
    return of_emission(
        item,
        emission,
        category=Category.USE_OF_SOLD_PRODUCTS,
        method=Method.INDIRECT_USE,
        conversion=conversion,
        share=share,
    )


def sold_mass(each: Mass, *, sold: Exact) -> DerivedQuantity:
    """
    Work out the mass of the products and packaging that were sold, which all become waste.

    Args:
        each: The mass of one, with its packaging.
        sold: How many were sold in the period.

    Returns:
        The mass of all; `waste` has the methods for category 12.

    Raises:
        InexactNumberError: If `sold` is a float, a bool, NaN or infinite.
        InvalidValueError: If `sold` is negative.
        WrongTypeError: If it is no mass.

    Example:
        >>> print(sold_mass(Mass("0.8", "kg"), sold=50000))
        40000 kg
    """
    check_type(each, Mass, field="mass")
    return derived("mass of one product", each).times(sold, "products sold")
