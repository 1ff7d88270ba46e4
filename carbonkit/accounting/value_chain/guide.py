"""The methods of the fifteen categories: which there are, what each needs, and where to read on."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.scope import Category
from carbonkit.accounting.value_chain import (
    energy_chain,
    franchise,
    investment,
    leased,
    product,
    purchase,
    transport,
    travel,
    waste,
)
from carbonkit.accounting.value_chain.entry import Entry, check_category
from carbonkit.accounting.value_chain.method import Method
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["METHODS", "Recipe", "methods_of"]


@attrs.frozen
class Recipe:
    """
    One method of one category.

    Args:
        category: The category.
        method: The method.
        function: What makes its entries.
        needs: The data that it needs.
        source: The chapter of the guidance.

    Example:
        >>> recipe = methods_of(Category.FRANCHISES)[0]
        >>> print(recipe.method, recipe.name, recipe.needs, sep="; ")
        franchise-specific method; franchise.franchise_specific; scopes 1 and 2 of the franchisees
    """

    category: Category
    method: Method
    function: Callable[..., Entry]
    needs: str
    source: Source

    @property
    def name(self) -> str:
        """The function as it is called: its module and its name."""
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"


_Row = tuple[Method, Callable[..., Entry], str]

_CARRIER: Final = "fuel, electricity and refrigerant of the vehicles, and the share of them"
_MONEY: Final = "money spent, its currency, year and prices; factors by sector"
_SITE: Final = "fuel, electricity and refrigerant of the site, and the share of it"

_PURCHASES: Final[tuple[_Row, ...]] = (
    (
        Method.SUPPLIER_SPECIFIC,
        purchase.supplier_specific,
        "the supplier's own factor from cradle to gate, or total",
    ),
    (
        Method.HYBRID,
        purchase.hybrid,
        "the supplier's scopes 1 and 2; its materials, transport and waste, with averages",
    ),
    (Method.AVERAGE, purchase.average, "mass or number bought; factors from cradle to gate"),
    (Method.SPEND_BASED, purchase.spend_based, _MONEY),
)
_TRANSPORT: Final[tuple[_Row, ...]] = (
    (Method.FUEL_BASED, transport.fuel_based, _CARRIER),
    (
        Method.DISTANCE_BASED,
        transport.distance_based,
        "mass and distance by kind of vehicle; factors per t_km",
    ),
    (Method.SPEND_BASED, transport.spend_based, _MONEY),
    (Method.SITE_SPECIFIC, transport.site_specific, _SITE),
    (Method.AVERAGE, transport.average, "goods stored and days; factors per unit and day"),
)
_WASTE: Final[tuple[_Row, ...]] = (
    (
        Method.SUPPLIER_SPECIFIC,
        waste.supplier_specific,
        "scopes 1 and 2 of the treatment company, and the share",
    ),
    (Method.WASTE_TYPE_SPECIFIC, waste.waste_type_specific, "mass by type and treatment; factors of each"),
    (Method.AVERAGE, waste.average, "mass of all waste and the shares of its treatments; factors of each"),
)
_ENERGY: Final[tuple[_Row, ...]] = tuple(
    (method, function, needs)
    for function, needs in (
        (energy_chain.purchased_fuel, "A: fuel bought; upstream factors"),
        (energy_chain.purchased_electricity, "B: energy bought; upstream factors"),
        (energy_chain.network_losses, "C: electricity used, rate of loss; life-cycle factors"),
        (energy_chain.power_sold, "D: power sold on; life-cycle factors"),
    )
    for method in (Method.SUPPLIER_SPECIFIC, Method.AVERAGE)
)
_EQUITY_SHARE: Final = "scopes 1 and 2 of the investee; share of equity"
_ROWS: Final[dict[Category, tuple[_Row, ...]]] = {
    Category.PURCHASED_GOODS_AND_SERVICES: _PURCHASES,
    Category.CAPITAL_GOODS: _PURCHASES,
    Category.FUEL_AND_ENERGY_RELATED: _ENERGY,
    Category.UPSTREAM_TRANSPORT: _TRANSPORT,
    Category.WASTE: _WASTE,
    Category.BUSINESS_TRAVEL: (
        (Method.FUEL_BASED, travel.fuel_based, _CARRIER),
        (
            Method.DISTANCE_BASED,
            travel.distance_based,
            "people and distance by kind of vehicle; factors per p_km",
        ),
        (Method.SPEND_BASED, travel.spend_based, _MONEY),
        (Method.AVERAGE, travel.nights, "nights in hotels; factors per room and night"),
    ),
    Category.EMPLOYEE_COMMUTING: (
        (Method.FUEL_BASED, travel.fuel_based, _CARRIER),
        (
            Method.DISTANCE_BASED,
            travel.distance_based,
            "ways to work by kind of vehicle; factors per p_km or km",
        ),
        (Method.SPEND_BASED, travel.spend_based, _MONEY),
        (Method.AVERAGE, travel.average, "average ways to work, or energy of days at home; factors"),
    ),
    Category.UPSTREAM_LEASED_ASSETS: (
        (Method.ASSET_SPECIFIC, leased.asset_specific, _SITE),
        (Method.LESSOR_SPECIFIC, leased.lessor_specific, "scopes 1 and 2 of the lessor, and the share"),
        (Method.AVERAGE, leased.average, "area or number of assets; factors for a year"),
    ),
    Category.DOWNSTREAM_TRANSPORT: _TRANSPORT,
    Category.PROCESSING_OF_SOLD_PRODUCTS: (
        (Method.SITE_SPECIFIC, product.processing, _SITE),
        (Method.AVERAGE, product.average_processing, "mass or number sold; factors of the processing"),
    ),
    Category.USE_OF_SOLD_PRODUCTS: (
        (Method.DIRECT_USE, product.direct_use, "number sold, uses in a life, energy or gas of each"),
        (Method.INDIRECT_USE, product.indirect_use, "the same, for what others emit; need not be reported"),
    ),
    Category.END_OF_LIFE_OF_SOLD_PRODUCTS: _WASTE,
    Category.DOWNSTREAM_LEASED_ASSETS: (
        (Method.ASSET_SPECIFIC, leased.asset_specific, _SITE),
        (Method.LESSEE_SPECIFIC, leased.lessee_specific, "scopes 1 and 2 of the lessee, and the share"),
        (Method.AVERAGE, leased.average, "area or number of assets; factors for a year"),
    ),
    Category.FRANCHISES: (
        (Method.FRANCHISE_SPECIFIC, franchise.franchise_specific, "scopes 1 and 2 of the franchisees"),
        (Method.AVERAGE, franchise.average, "area or number of franchises; factors for a year"),
    ),
    Category.INVESTMENTS: (
        (Method.INVESTMENT_SPECIFIC, investment.investment_specific, _EQUITY_SHARE),
        (Method.AVERAGE, investment.average_equity, "revenue by sector; factors by sector; share of equity"),
        (
            Method.PROJECT_SPECIFIC,
            investment.project_specific,
            "scopes 1 and 2 of the project; share of its cost",
        ),
        (
            Method.AVERAGE,
            investment.average_project,
            "cost or size of the project; factors; share of its cost",
        ),
    ),
}


def _chapter(category: Category) -> Source:
    return Source(
        "WRI/WBCSD",
        "GHG Protocol, Technical Guidance for Calculating Scope 3 Emissions",
        2013,
        table=f"chapter {category.value}",
        status=Status.RECALLED,
        note="the list of methods is recalled; the figures of its examples were recomputed",
    )


METHODS: Final[Mapping[Category, tuple[Recipe, ...]]] = MappingProxyType(
    {
        category: tuple(
            Recipe(category, method, function, needs, _chapter(category)) for method, function, needs in rows
        )
        for category, rows in _ROWS.items()
    }
)
"""Every method, by category."""


def methods_of(category: Category) -> tuple[Recipe, ...]:
    """
    List the methods of a category.

    Args:
        category: The category.

    Returns:
        Its methods, as a rule from the best data to the poorest.

    Raises:
        WrongTypeError: If it is no category.

    Example:
        >>> for recipe in methods_of(Category.CAPITAL_GOODS):
        ...     print(recipe.method)
        supplier-specific method
        hybrid method
        average-data method
        spend-based method
    """
    check_category(category, Category)
    return METHODS[category]
