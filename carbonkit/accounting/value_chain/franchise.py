"""
Franchises: category 14, the scopes 1 and 2 of those who hold a franchise of the reporter.

By what the franchisees report, all of them or a sample; or by an average for their area
or number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.accounting.scope import Category, Scope
from carbonkit.accounting.value_chain._fraction import not_negative
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.emission import Emission
from carbonkit.accounting.value_chain.entry import Entry, of_emission, of_quantity
from carbonkit.accounting.value_chain.method import Method
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Conversion
    from carbonkit.accounting.value_chain.derived_quantity import Measured
    from carbonkit.accounting.value_chain.item import Item
    from carbonkit.values.number import Exact

__all__ = ["average", "franchise_specific", "from_sample"]

_OPERATIONS: Final = frozenset({Scope.ONE, Scope.TWO})


def franchise_specific(item: Item, emission: Emission, *, conversion: Conversion | None = None) -> Entry:
    """
    Count what franchisees report, or what a sample of them stands for.

    Args:
        item: The franchises.
        emission: Their scopes 1 and 2, and scope 3 if it is wanted; see `Emission.total`, `from_sample`.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 14.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the figure does not say that it is of scopes 1 and 2.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Emission, Item
        >>> from carbonkit.values import Period, Place, Source
        >>> shop = Emission.stated("shop 7", [Amount("CO2", "12", "t")], Source("Shop 7", "Form", 2025),
        ...                        data=DataKind.PRIMARY, scopes=[Scope.ONE, Scope.TWO])
        >>> print(*franchise_specific(Item("1", "brand", "shops", Place("CN"), Period.year(2025)),
        ...                           shop).record.amounts)
        12 t CO2
    """
    check_type(emission, Emission, field="emission")
    if not emission.scopes >= _OPERATIONS:
        was = " and ".join(sorted(map(str, emission.scopes))) or "not said"
        raise InvalidValueError("be of the franchisee's scope 1 and scope 2", was=was, field=emission.what)
    return of_emission(
        item,
        emission,
        category=Category.FRANCHISES,
        method=Method.FRANCHISE_SPECIFIC,
        conversion=conversion,
    )


def from_sample(emission: Emission, *, sampled: Exact, all_: Exact) -> Emission:
    """
    Take a sample's emissions for those of the whole group that it was drawn from.

    Args:
        emission: What those in the sample emitted together.
        sampled: How many are in the sample, or their area; above zero.
        all_: How many are in the group, or their area.

    Returns:
        What the group emits, exact.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the sample is zero, or larger than the group.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Emission
        >>> from carbonkit.values import Source
        >>> shops = Emission.stated("3 shops", [Amount("CO2", "31", "t")], Source("Shops", "Forms", 2025),
        ...                         data=DataKind.PRIMARY)
        >>> print(from_sample(shops, sampled=3, all_=200).parts[0])
        6200/3 ≈ 2066.666667 t CO2
    """
    check_type(emission, Emission, field="emission")
    group = not_negative(all_, field="all")
    if group < not_negative(sampled, field="sampled"):
        raise InvalidValueError("be at most the group", was=sampled, field="sampled")
    return emission.times(all_, "all of the group").divided(sampled, "the sample")


def average(
    item: Item,
    quantity: Measured,
    factor: Factor | Choice | None = None,
    *,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply the area or the number of franchises of a kind with an average.

    Args:
        item: The franchises, of one kind.
        quantity: The area or the number.
        factor: The average for the period; None leaves it to the catalogue of `account`.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 14; secondary data.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Count, Period, Place
        >>> print(average(Item("1", "brand", "restaurant", Place("CN"), Period.year(2025)),
        ...               Count(100, "each")).record)
        1: 100 each of restaurant at CN, [2025-01-01, 2026-01-01)
    """
    return of_quantity(
        item,
        quantity,
        factor,
        category=Category.FRANCHISES,
        method=Method.AVERAGE,
        data=DataKind.SECONDARY,
        conversion=conversion,
    )
