"""
Investments: category 15, the reporter's share of what it has put money into.

Equity: the share of the investee's scopes 1 and 2, as it states them or from averages of
its sectors by revenue. Projects and debt with a known use: the share of the project. What
a financed project will emit over its life is told beside scope 3, never in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.catalogue import Choice
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.scope import Category, Scope
from carbonkit.accounting.value_chain._take import several
from carbonkit.accounting.value_chain.applied import is_factor
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import Measured, derived
from carbonkit.accounting.value_chain.emission import Emission
from carbonkit.accounting.value_chain.entry import Entry, of_emission
from carbonkit.accounting.value_chain.item import Item
from carbonkit.accounting.value_chain.method import Method
from carbonkit.accounting.value_chain.share import Share, whole
from carbonkit.accounting.value_chain.spend import factor_prices
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type, is_a

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.accounting.line import Conversion
    from carbonkit.accounting.value_chain.spend import Prices, Spending
    from carbonkit.values.number import Exact

__all__ = [
    "Sector",
    "average_equity",
    "average_project",
    "investment_specific",
    "project_specific",
    "projected_lifetime",
]

_OPERATIONS: Final = frozenset({Scope.ONE, Scope.TWO})


@attrs.frozen
class Sector:
    """
    A sector that an investee works in, with its share of the revenue.

    Args:
        name: The sector.
        share: The share of the investee's revenue.
        factor: What a unit of revenue emits in that sector.

    Raises:
        InvalidValueError: If the name is blank.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.accounting import Rate
        >>> from carbonkit.values import Period, Place, Source
        >>> telecoms = Factor("telecoms", "2025", "telecoms", Place("US"), Period.year(2025), "USD@2025",
        ...                   [Rate("CO2e", "0.6", "kgCO2e", basis="AR5")], Source("Office", "Sectors", 2025))
        >>> Sector("telecoms", Share.stated(1, by="revenue"), telecoms).name
        'telecoms'
    """

    name: str = attrs.field(validator=is_name)
    share: Share = attrs.field(validator=is_a(Share))
    factor: Factor | Choice = attrs.field(validator=is_factor)


def investment_specific(
    item: Item, emission: Emission, share: Share, *, conversion: Conversion | None = None
) -> Entry:
    """
    Take the reporter's share of what an investee states.

    Args:
        item: The investment.
        emission: The investee's scopes 1 and 2, and scope 3 where that matters.
        share: The reporter's share of its equity.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 15.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the figure does not say that it is of scopes 1 and 2.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Period, Place, Source
        >>> works = Emission.stated("works", [Amount("CO2", "120000", "t")], Source("Works", "Report", 2025),
        ...                         data=DataKind.PRIMARY, scopes=[Scope.ONE, Scope.TWO])
        >>> print(*investment_specific(Item("1", "fund", "steel", Place("CN"), Period.year(2025)), works,
        ...                            Share.stated("0.4", by="equity")).record.amounts)
        48000 t CO2
    """
    _operations(emission)
    check_type(share, Share, field="share")
    return of_emission(
        item,
        emission,
        category=Category.INVESTMENTS,
        method=Method.INVESTMENT_SPECIFIC,
        conversion=conversion,
        share=share,
    )


def average_equity(
    item: Item,
    revenue: Spending,
    sectors: Iterable[Sector],
    share: Share,
    *,
    prices: Prices,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Take the reporter's share of an investee's revenue times the averages of its sectors.

    Args:
        item: The investment.
        revenue: The investee's revenue, in the currency, year and prices of the factors.
        sectors: The sectors that it works in; their shares of the revenue must add up to 1.
        share: The reporter's share of its equity.
        prices: The prices that the factors are for.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 15; secondary data.

    Raises:
        IncompatibleUnitsError: If the money is of another currency or year than a factor's.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If a sector stands twice, their shares do not add up to 1, or the money is in
            other prices than the factors.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Rate
        >>> from carbonkit.accounting.value_chain import Item, Prices, spent
        >>> from carbonkit.values import Money, Period, Place, Source
        >>> def sector(name: str, share: str, kg: str) -> Sector:
        ...     factor = Factor(name, "2025", name, Place("US"), Period.year(2025), "USD@2025",
        ...                     [Rate("CO2e", kg, "kgCO2e", basis="AR5")], Source("Office", "Sectors", 2025))
        ...     return Sector(name, Share.stated(share, by="revenue"), factor)
        >>> revenue = spent(Money("5500000", "USD"), year=2025, prices=Prices.BASIC)
        >>> entry = average_equity(Item("1", "fund", "conglomerate", Place("US"), Period.year(2025)), revenue,
        ...                        [sector("energy", "0.6", "2"), sector("materials", "0.4", "1.5")],
        ...                        Share.stated("0.1", by="equity"), prices=Prices.BASIC)
        >>> print(*entry.record.amounts)
        990000 kgCO2e (basis: AR5)
    """
    check_type(item, Item, field="item")
    check_type(share, Share, field="share")
    known = several(sectors, Sector, field="sectors")
    shares = {sector.name: sector.share for sector in known}
    if len(shares) != len(known):
        was = ", ".join(sector.name for sector in known)
        raise InvalidValueError("name each sector once", was=was, field="sectors")
    whole(shares, of=f"{item.activity}'s revenue")
    money = factor_prices(revenue, prices)
    parts = [
        Emission.of(
            money.times(sector.share.value, f"share of {sector.name}"),
            sector.factor,
            data=DataKind.SECONDARY,
            what=sector.name,
        )
        for sector in known
    ]
    return of_emission(
        item,
        Emission.total(item.activity, parts),
        category=Category.INVESTMENTS,
        method=Method.AVERAGE,
        conversion=conversion,
        share=share,
    )


def project_specific(
    item: Item, emission: Emission, share: Share, *, conversion: Conversion | None = None
) -> Entry:
    """
    Take the reporter's share of what a financed project states for the year.

    Args:
        item: The project.
        emission: The project's scopes 1 and 2 in the year.
        share: The reporter's share of the project's cost, debt and equity together.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 15.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the figure does not say that it is of scopes 1 and 2.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Period, Place, Source
        >>> plant = Emission.stated("plant", [Amount("CO2", "7", "Mt")], Source("Plant", "Report", 2025),
        ...                         data=DataKind.PRIMARY, scopes=[Scope.ONE, Scope.TWO])
        >>> print(*project_specific(Item("1", "bank", "power plant", Place("CN"), Period.year(2025)), plant,
        ...                         Share.stated("0.15", by="project cost")).record.amounts)
        1.05 Mt CO2
    """
    _operations(emission)
    check_type(share, Share, field="share")
    return of_emission(
        item,
        emission,
        category=Category.INVESTMENTS,
        method=Method.PROJECT_SPECIFIC,
        conversion=conversion,
        share=share,
    )


def average_project(
    item: Item,
    size: Measured,
    factor: Factor | Choice,
    share: Share,
    *,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Take the reporter's share of a project's cost or size times an average of its kind.

    Args:
        item: The project.
        size: Its cost in the phase of building, its revenue in that of running, or its output.
        factor: The average of its sector.
        share: The reporter's share of the project's cost, debt and equity together.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry, in category 15; secondary data.

    Raises:
        IncompatibleUnitsError: If the size does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Period, Place, Source, Spend
        >>> building = Factor("building", "2025", "building", Place("US"), Period.year(2025), "USD@2025",
        ...                   [Rate("CO2e", "0.31", "kgCO2e", basis="AR5")],
        ...                   Source("Office", "Sectors", 2025))
        >>> print(*average_project(Item("1", "bank", "road", Place("US"), Period.year(2025)),
        ...                        Spend("20000000", "USD@2025"), building,
        ...                        Share.stated("0.07", by="project cost")).record.amounts)
        434000 kgCO2e (basis: AR5)
    """
    check_type(item, Item, field="item")
    check_type(share, Share, field="share")
    emission = Emission.of(derived("size", size), factor, data=DataKind.SECONDARY, what=item.activity)
    return of_emission(
        item,
        emission,
        category=Category.INVESTMENTS,
        method=Method.AVERAGE,
        conversion=conversion,
        share=share,
    )


def projected_lifetime(annual: Emission, *, years: Exact, share: Share) -> Emission:
    """
    Work out the reporter's share of what a project will emit over its whole life.

    The first sponsor or lender tells it once, in the year of the financing, beside scope 3. It is
    therefore no entry and enters no inventory.

    Args:
        annual: What the project is expected to emit in a year.
        years: How many years it is expected to run.
        share: The reporter's share of the project's cost.

    Returns:
        The emission, to be told beside scope 3.

    Raises:
        InexactNumberError: If `years` is a float, a bool, NaN or infinite.
        InvalidValueError: If `years` is negative.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.values import Source
        >>> plant = Emission.stated("plant", [Amount("CO2", "7", "Mt")], Source("Plant", "Plan", 2025),
        ...                         data=DataKind.PRIMARY)
        >>> print(projected_lifetime(plant, years=60, share=Share.stated("0.15", by="project cost")))
        plant × years × share: 63 Mt CO2
    """
    check_type(annual, Emission, field="annual")
    return annual.times(years, "years").shared(share)


def _operations(emission: Emission) -> None:
    check_type(emission, Emission, field="emission")
    if not emission.scopes >= _OPERATIONS:
        was = " and ".join(sorted(map(str, emission.scopes))) or "not said"
        raise InvalidValueError("be of the investee's scope 1 and scope 2", was=was, field=emission.what)
