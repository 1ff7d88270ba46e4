"""
Waste: category 5 (the reporter's own) and category 12 (sold products at their end).

By what the treatment company states, by type of waste and treatment, or by the mass of
all waste and the shares of its treatments. What recycling saves others is not taken off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.catalogue import Choice
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.scope import Category
from carbonkit.accounting.value_chain._take import several
from carbonkit.accounting.value_chain.applied import is_factor
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import Measured, derived
from carbonkit.accounting.value_chain.emission import Emission
from carbonkit.accounting.value_chain.entry import Entry, check_category, of_emission, of_quantity
from carbonkit.accounting.value_chain.item import Item
from carbonkit.accounting.value_chain.method import Method
from carbonkit.accounting.value_chain.share import Share, whole
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type, is_a

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.accounting.line import Conversion

__all__ = ["Treatment", "average", "supplier_specific", "waste_type_specific"]

_CATEGORIES: Final = (Category.WASTE, Category.END_OF_LIFE_OF_SOLD_PRODUCTS)


@attrs.frozen
class Treatment:
    """
    A way of treating waste, with the share of the waste that goes there.

    Args:
        name: Its name, such as "landfill".
        share: The share of all waste.
        factor: What a unit of waste treated so emits; zero is a value.

    Raises:
        InvalidValueError: If the name is blank.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.accounting import Rate
        >>> from carbonkit.values import Period, Place, Source
        >>> buried = Factor("landfill", "2025", "landfill", Place("GB"), Period.year(2025), "t",
        ...                 [Rate("CO2e", 300, "kgCO2e", basis="AR5")], Source("Office", "Waste", 2025))
        >>> Treatment("landfill", Share.stated("0.25", by="mass"), buried).name
        'landfill'
    """

    name: str = attrs.field(validator=is_name)
    share: Share = attrs.field(validator=is_a(Share))
    factor: Factor | Choice = attrs.field(validator=is_factor)


def supplier_specific(
    item: Item,
    emission: Emission,
    *,
    category: Category,
    share: Share | None = None,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Take what the treatment company states that it emitted.

    Args:
        item: The waste.
        emission: The company's scopes 1 and 2.
        category: Category 5 or 12.
        share: The share of its waste that is the reporter's; None where the figure is of that alone.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another, or the figure is no primary data.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Mass, Period, Place, Source
        >>> plant = Emission.stated("plant", [Amount("CO2", "900", "t")], Source("Plant", "Report", 2025),
        ...                         data=DataKind.PRIMARY)
        >>> ours = Share.of(Mass("40", "t"), Mass("12", "kt"), by="mass")
        >>> print(*supplier_specific(Item("1", "HQ", "incineration", Place("CN"), Period.year(2025)), plant,
        ...                          category=Category.WASTE, share=ours).record.amounts)
        3 t CO2
    """
    check_category(category, _CATEGORIES)
    check_type(emission, Emission, field="emission")
    if emission.data != {DataKind.PRIMARY}:
        was = " and ".join(sorted(str(kind) for kind in emission.data))
        raise InvalidValueError("be primary data", was=was, field=emission.what)
    return of_emission(
        item, emission, category=category, method=Method.SUPPLIER_SPECIFIC, conversion=conversion, share=share
    )


def waste_type_specific(
    item: Item,
    quantity: Measured,
    factor: Factor | Choice | None = None,
    *,
    category: Category,
    data: DataKind,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply one type of waste with the factor of its type and treatment.

    Args:
        item: The waste, of one type and treatment.
        quantity: How much: a mass or a volume.
        factor: The factor; None leaves it to the catalogue of `account`.
        category: Category 5 or 12.
        data: What it rests on.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Mass, Period, Place
        >>> print(waste_type_specific(
        ...     Item("1", "works", "cardboard, recycled", Place("CN"), Period.year(2025)),
        ...     Mass("12", "t"), category=Category.WASTE, data=DataKind.PRIMARY).record)
        1: 12 t of cardboard, recycled at CN, [2025-01-01, 2026-01-01)
    """
    check_category(category, _CATEGORIES)
    return of_quantity(
        item,
        quantity,
        factor,
        category=category,
        method=Method.WASTE_TYPE_SPECIFIC,
        data=data,
        conversion=conversion,
    )


def average(
    item: Item,
    quantity: Measured,
    treatments: Iterable[Treatment],
    *,
    category: Category,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Divide all waste among its treatments, and multiply each with the treatment's average.

    Args:
        item: The waste.
        quantity: How much there is of all of it.
        treatments: Where it goes; the shares must add up to 1.
        category: Category 5 or 12.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; secondary data.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to a factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another, a name stands twice, or the shares do not add up to 1.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Mass, Period, Place, Source
        >>> def treated(name: str, share: str, kg: int) -> Treatment:
        ...     factor = Factor(name, "2025", name, Place("CN"), Period.year(2025), "t",
        ...                     [Rate("CO2e", kg, "kgCO2e", basis="AR5")], Source("Office", "Waste", 2025))
        ...     return Treatment(name, Share.stated(share, by="mass"), factor)
        >>> entry = average(Item("1", "works", "waste", Place("CN"), Period.year(2025)), Mass("40", "t"),
        ...                 [treated("landfill", "0.25", 300), treated("recycling", "0.75", 0)],
        ...                 category=Category.WASTE)
        >>> print(*entry.record.amounts)
        3000 kgCO2e (basis: AR5)
    """
    check_category(category, _CATEGORIES)
    check_type(item, Item, field="item")
    known = several(treatments, Treatment, field="treatments")
    shares = {treatment.name: treatment.share for treatment in known}
    if len(shares) != len(known):
        was = ", ".join(treatment.name for treatment in known)
        raise InvalidValueError("name each treatment once", was=was, field="treatments")
    whole(shares, of=item.activity)
    everything = derived("waste", quantity)
    parts = [
        Emission.of(
            everything.times(treatment.share.value, f"share to {treatment.name}"),
            treatment.factor,
            data=DataKind.SECONDARY,
            what=treatment.name,
        )
        for treatment in known
    ]
    summed = Emission.total(item.activity, parts)
    return of_emission(item, summed, category=category, method=Method.AVERAGE, conversion=conversion)
