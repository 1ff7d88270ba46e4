"""
Purchased goods and services, and capital goods: categories 1 and 2.

From the best data to the poorest: the supplier's own figure from the cradle to its gate;
the supplier's scopes 1 and 2 with averages for what stands before them; averages by mass
or piece; averages by what was spent. Capital goods count whole in the year in which they
are bought and are not written off over years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.scope import Category, Scope
from carbonkit.accounting.value_chain._take import several
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import derived
from carbonkit.accounting.value_chain.emission import Emission
from carbonkit.accounting.value_chain.entry import Entry, check_category, of_emission, of_quantity
from carbonkit.accounting.value_chain.item import Item
from carbonkit.accounting.value_chain.method import Method
from carbonkit.accounting.value_chain.spend import factor_prices
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Conversion
    from carbonkit.accounting.value_chain.derived_quantity import Measured
    from carbonkit.accounting.value_chain.spend import Prices, Spending

__all__ = ["average", "hybrid", "spend_based", "supplier_specific"]

_CATEGORIES: Final = (Category.PURCHASED_GOODS_AND_SERVICES, Category.CAPITAL_GOODS)
_OPERATIONS: Final = frozenset({Scope.ONE, Scope.TWO})


def supplier_specific(
    item: Item, emission: Emission, *, category: Category, conversion: Conversion | None = None
) -> Entry:
    """
    Take the supplier's own figure for what was bought, from the cradle to its gate.

    Args:
        item: What was bought.
        emission: The quantity times the supplier's factor, or the total that the supplier states.
        category: Category 1 or 2.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; primary data.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another, the figure is no primary data, or it says that it
            leaves out what stands before the supplier.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Factor, Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Mass, Period, Place, Source
        >>> cotton = Factor("supplier C, cotton", "2025", "cotton", Place("IN"), Period.year(2025), "kg",
        ...                 [Rate("CO2e", "0.15", "kgCO2e", basis="AR5")],
        ...                 Source("Supplier C", "Product footprint", 2025), coverage=Coverage.LIFE_CYCLE)
        >>> bought = Emission.of(Mass("200", "t"), cotton, data=DataKind.PRIMARY)
        >>> entry = supplier_specific(Item("1", "HQ", "cotton", Place("IN"), Period.year(2025)), bought,
        ...                           category=Category.PURCHASED_GOODS_AND_SERVICES)
        >>> print(*entry.record.amounts)
        30000 kgCO2e (basis: AR5)
    """
    check_category(category, _CATEGORIES)
    check_type(emission, Emission, field="emission")
    _primary(emission)
    if emission.coverage not in {None, Coverage.LIFE_CYCLE} or (
        emission.scopes and Scope.THREE not in emission.scopes
    ):
        said = emission.coverage or " and ".join(sorted(map(str, emission.scopes)))
        raise InvalidValueError(
            "count from the cradle to the supplier's gate",
            was=str(said),
            field=emission.what,
            hint="what stands before the supplier is missing; use hybrid",
        )
    return of_emission(
        item, emission, category=category, method=Method.SUPPLIER_SPECIFIC, conversion=conversion
    )


def hybrid(
    item: Item,
    supplier: Emission,
    *,
    category: Category,
    materials: Iterable[Emission] = (),
    transport: Iterable[Emission] = (),
    waste: Iterable[Emission] = (),
    other: Iterable[Emission] = (),
    conversion: Conversion | None = None,
) -> Entry:
    """
    Add averages for what stands before a supplier to the supplier's own scopes 1 and 2.

    Args:
        item: What was bought.
        supplier: The supplier's scopes 1 and 2, the share of them that belongs to what was bought.
        category: Category 1 or 2.
        materials: What the supplier's inputs emitted, from the cradle to its door.
        transport: What bringing them to the supplier emitted.
        waste: What the supplier's waste emits.
        other: What else stands before the supplier.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; each part keeps its kind of data.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the category is another, the supplier's figure is not of its scopes 1 and 2,
            nothing stands beside it, or it stands among the others too.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting import Amount, Factor, Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Mass, Period, Place, Source
        >>> here, year = Place("CN"), Period.year(2025)
        >>> mill = Emission.stated("mill", [Amount("CO2", "3", "t")], Source("Mill", "Letter", 2025),
        ...                        data=DataKind.PRIMARY, scopes=[Scope.ONE, Scope.TWO])
        >>> yarn = Factor("yarn", "2025", "yarn", here, year, "kg", [Rate("CO2", "7", "kg")],
        ...               Source("Institute", "Averages", 2025), coverage=Coverage.LIFE_CYCLE)
        >>> cloth = hybrid(Item("1", "HQ", "cloth", here, year), mill,
        ...                category=Category.PURCHASED_GOODS_AND_SERVICES,
        ...                materials=[Emission.of(Mass("5", "t"), yarn, data=DataKind.SECONDARY)])
        >>> print(*(f"{kind}: {amount}" for kind, amount in cloth.parts), sep="; ")
        primary data: 3 t CO2; secondary data: 35000 kg CO2
    """
    check_category(category, _CATEGORIES)
    check_type(item, Item, field="item")
    check_type(supplier, Emission, field="supplier")
    if supplier.scopes != _OPERATIONS:
        was = " and ".join(sorted(map(str, supplier.scopes))) or "not said"
        hint = "say the scopes where the figure is stated"
        if Scope.THREE in supplier.scopes:
            hint = "its scope 3 would count twice; use supplier_specific alone"
        raise InvalidValueError(
            "be of the supplier's scope 1 and scope 2", was=was, field=supplier.what, hint=hint
        )
    named = {"materials": materials, "transport": transport, "waste": waste, "other": other}
    groups = {name: several(emissions, Emission, field=name) for name, emissions in named.items()}
    before = [emission for emissions in groups.values() for emission in emissions]
    if not before:
        hint = "without it what stands before the supplier is missing"
        raise InvalidValueError(
            "have materials, transport, waste or other", was="none", field="hybrid", hint=hint
        )
    if supplier in before:
        raise InvalidValueError("count once", was=f"{supplier.what}, twice", field="supplier")
    parts = [Emission.total(name, emissions) for name, emissions in groups.items() if emissions]
    summed = Emission.total(item.activity, [supplier, *parts])
    return of_emission(item, summed, category=category, method=Method.HYBRID, conversion=conversion)


def average(
    item: Item,
    quantity: Measured,
    factor: Factor | Choice | None = None,
    *,
    category: Category,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Multiply what was bought, by mass or piece, with an average of its kind.

    Args:
        item: What was bought.
        quantity: How much; money goes to `spend_based`.
        factor: The average, from the cradle to the gate; None leaves it to the catalogue of `account`.
        category: Category 1 or 2.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; secondary data.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InvalidValueError: If the category is another, or the quantity is money.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Count, Period, Place
        >>> print(average(Item("1", "HQ", "laptop", Place("CN"), Period.year(2025)), Count(20, "each"),
        ...               category=Category.CAPITAL_GOODS).record)
        1: 20 each of laptop at CN, [2025-01-01, 2026-01-01)
    """
    check_category(category, _CATEGORIES)
    check_type(item, Item, field="item")
    if "@" in derived(item.activity, quantity).unit:
        raise InvalidValueError("be no money", was=str(quantity), field="quantity", hint="use spend_based")
    return of_quantity(
        item,
        quantity,
        factor,
        category=category,
        method=Method.AVERAGE,
        data=DataKind.SECONDARY,
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
    Multiply what was spent with an average of its sector.

    Args:
        item: What was bought.
        spending: What was spent, in the currency, year and prices of the factor; see `spend`.
        factor: The factor per money; None leaves it to the catalogue of `account`.
        prices: The prices that the factor is for.
        category: Category 1 or 2.
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
        >>> bill = spent(Money("5000", "USD"), year=2022, prices=Prices.PURCHASER)
        >>> print(spend_based(Item("1", "HQ", "legal services", Place("US"), Period.year(2022)), bill,
        ...                   prices=Prices.PURCHASER, category=Category.PURCHASED_GOODS_AND_SERVICES).record)
        1: 5000 USD@2022 of legal services at US, [2022-01-01, 2023-01-01)
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


def _primary(emission: Emission) -> None:
    if emission.data != {DataKind.PRIMARY}:
        was = " and ".join(sorted(str(kind) for kind in emission.data))
        hint = "an average is no supplier's figure; use average or hybrid"
        raise InvalidValueError("be primary data", was=was, field=emission.what, hint=hint)
