"""Scopes: whose emissions they are, by which of two methods purchased energy counts, scope 3's categories."""

from __future__ import annotations

import enum

__all__ = ["Category", "Scope", "Scope2Method"]


class Scope(enum.Enum):
    """
    Where an emission counts, after the GHG Protocol.

    Example:
        >>> str(Scope(2))
        'scope 2'
    """

    ONE = 1
    """Direct: from what the reporter owns or controls."""
    TWO = 2
    """Indirect: from the electricity, steam, heat and cooling that it buys."""
    THREE = 3
    """Indirect: everything else along its value chain."""

    def __str__(self) -> str:
        """Write it as reports do."""
        return f"scope {self.value}"


class Scope2Method(enum.Enum):
    """
    How purchased energy is counted; the two answers stand side by side and are never added.

    Example:
        >>> str(Scope2Method.MARKET)
        'market-based'
    """

    LOCATION = "location"
    """With the average of the grid where the energy was used."""
    MARKET = "market"
    """With the contracts under which it was bought."""

    def __str__(self) -> str:
        """Write it as reports do."""
        return f"{self.value}-based"


class Category(enum.Enum):
    """
    The fifteen categories of scope 3, after the GHG Protocol's Scope 3 Standard, chapter 5.

    Example:
        >>> str(Category(6))
        'category 6, business travel'
    """

    PURCHASED_GOODS_AND_SERVICES = 1
    CAPITAL_GOODS = 2
    FUEL_AND_ENERGY_RELATED = 3
    UPSTREAM_TRANSPORT = 4
    WASTE = 5
    BUSINESS_TRAVEL = 6
    EMPLOYEE_COMMUTING = 7
    UPSTREAM_LEASED_ASSETS = 8
    DOWNSTREAM_TRANSPORT = 9
    PROCESSING_OF_SOLD_PRODUCTS = 10
    USE_OF_SOLD_PRODUCTS = 11
    END_OF_LIFE_OF_SOLD_PRODUCTS = 12
    DOWNSTREAM_LEASED_ASSETS = 13
    FRANCHISES = 14
    INVESTMENTS = 15

    def __str__(self) -> str:
        """Write number and name."""
        return f"category {self.value}, {self.name.lower().replace('_', ' ')}"
