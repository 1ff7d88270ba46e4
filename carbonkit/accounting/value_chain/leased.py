"""
Leased assets: category 8 (leased by the reporter) and category 13 (leased to others).

Only assets that stand in neither scope 1 nor scope 2 under the reporter's way of
consolidation belong here. By what the asset itself used, by a share of what the other
party reports, or by an average for its area or kind. A building is shared by floor area
and by how much of it is occupied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.accounting.scope import Category
from carbonkit.accounting.value_chain._fraction import fraction, written
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import Measured, derived
from carbonkit.accounting.value_chain.entry import Entry, check_category, of_emission, of_quantity
from carbonkit.accounting.value_chain.method import Method
from carbonkit.accounting.value_chain.share import Share
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Conversion
    from carbonkit.accounting.value_chain.emission import Emission
    from carbonkit.accounting.value_chain.item import Item
    from carbonkit.values.number import Exact

__all__ = ["asset_specific", "average", "floor_share", "lessee_specific", "lessor_specific"]

_CATEGORIES: Final = (Category.UPSTREAM_LEASED_ASSETS, Category.DOWNSTREAM_LEASED_ASSETS)


def floor_share(area: Measured, total: Measured, *, occupied: Exact) -> Share:
    """
    Work out a tenant's share of a building: its area by the area that is let.

    Args:
        area: The tenant's area.
        total: The building's area.
        occupied: The part of the building that is let, above 0 and up to 1; 1 if all of it is.

    Returns:
        The share.

    Raises:
        IncompatibleUnitsError: If the two measure different things.
        InexactNumberError: If `occupied` is a float, a bool, NaN or infinite.
        InvalidValueError: If `occupied` is out of range, or the tenant has more than what is let.

    Example:
        >>> from carbonkit.values import Area
        >>> share = floor_share(Area("200", "m2"), Area("2000", "m2"), occupied="0.75")
        >>> print(share.working.text())
        share by floor area: 2/15 ≈ 0.133333 = 200 m2 ÷ 1500 m2
          floor area × occupied: 1500 m2 = 2000 m2 × 0.75
            floor area: 2000 m2
    """
    part = fraction(occupied, field="occupied")
    if not 0 < part <= 1:
        hint = "write 0.75 for 75 %" if part > 1 else ""
        raise InvalidValueError("be above 0 and at most 1", was=written(part), field="occupied", hint=hint)
    return Share.of(area, derived("floor area", total).times(part, "occupied"), by="floor area")


def asset_specific(
    item: Item,
    emission: Emission,
    *,
    category: Category,
    share: Share | None = None,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Count the fuel, electricity and refrigerant that the leased asset used.

    Args:
        item: The asset.
        emission: What it emitted; see `Emission.total`.
        category: Category 8 or 13.
        share: The share that was leased, see `floor_share`; None where all of it was.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Emission, Item
        >>> from carbonkit.values import Area, Period, Place, Source
        >>> tower = Emission.stated("tower", [Amount("CO2", "9900", "kg")], Source("Owner", "Meters", 2025),
        ...                         data=DataKind.PRIMARY)
        >>> floor = floor_share(Area("200", "m2"), Area("2000", "m2"), occupied="0.75")
        >>> print(*asset_specific(Item("1", "office", "leased floor", Place("CN"), Period.year(2025)), tower,
        ...                       category=Category.UPSTREAM_LEASED_ASSETS, share=floor).record.amounts)
        1320 kg CO2
    """
    check_category(category, _CATEGORIES)
    return of_emission(
        item, emission, category=category, method=Method.ASSET_SPECIFIC, conversion=conversion, share=share
    )


def lessor_specific(
    item: Item, emission: Emission, share: Share, *, conversion: Conversion | None = None
) -> Entry:
    """
    Take a share of what the lessor reports.

    Args:
        item: The asset.
        emission: The lessor's scopes 1 and 2.
        share: The share of the lessor's assets that the reporter leases.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 8.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Emission, Item
        >>> from carbonkit.values import Period, Place, Source
        >>> owner = Emission.stated("owner", [Amount("CO2", "400", "t")], Source("Owner", "Report", 2025),
        ...                         data=DataKind.PRIMARY)
        >>> print(*lessor_specific(Item("1", "office", "offices", Place("CN"), Period.year(2025)), owner,
        ...                        Share.stated("0.05", by="floor area")).record.amounts)
        20 t CO2
    """
    check_type(share, Share, field="share")
    return of_emission(
        item,
        emission,
        category=Category.UPSTREAM_LEASED_ASSETS,
        method=Method.LESSOR_SPECIFIC,
        conversion=conversion,
        share=share,
    )


def lessee_specific(
    item: Item, emission: Emission, share: Share, *, conversion: Conversion | None = None
) -> Entry:
    """
    Take a share of what the lessee reports.

    Args:
        item: The asset.
        emission: The lessee's scopes 1 and 2.
        share: The share of them that the reporter's assets have.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 13.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Emission, Item
        >>> from carbonkit.values import Area, Period, Place, Source
        >>> tenant = Emission.stated("tenant", [Amount("CO2", "9000", "kg")], Source("Tenant", "Form", 2025),
        ...                          data=DataKind.PRIMARY)
        >>> ours = Share.of(Area("5000", "m2"), Area("15000", "m2"), by="floor area")
        >>> print(*lessee_specific(Item("1", "estate", "warehouse", Place("CN"), Period.year(2025)), tenant,
        ...                        ours).record.amounts)
        3000 kg CO2
    """
    check_type(share, Share, field="share")
    return of_emission(
        item,
        emission,
        category=Category.DOWNSTREAM_LEASED_ASSETS,
        method=Method.LESSEE_SPECIFIC,
        conversion=conversion,
        share=share,
    )


def average(
    item: Item,
    quantity: Measured,
    factor: Factor | Choice | None = None,
    *,
    category: Category,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply an area, or a number of assets of a kind, with an average for a year.

    Args:
        item: The assets.
        quantity: The area or the number.
        factor: The average for the period; None leaves it to the catalogue of `account`.
        category: Category 8 or 13.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; secondary data.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Area, Period, Place
        >>> print(average(Item("1", "office", "office space", Place("CN"), Period.year(2025)),
        ...               Area("850", "m2"), category=Category.UPSTREAM_LEASED_ASSETS).record)
        1: 850 m2 of office space at CN, [2025-01-01, 2026-01-01)
    """
    check_category(category, _CATEGORIES)
    return of_quantity(
        item,
        quantity,
        factor,
        category=category,
        method=Method.AVERAGE,
        data=DataKind.SECONDARY,
        conversion=conversion,
    )
