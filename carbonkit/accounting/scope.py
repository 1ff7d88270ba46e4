"""Scopes: whose emissions they are, and by which of two methods purchased energy is counted."""

from __future__ import annotations

import enum

__all__ = ["Scope", "Scope2Method"]


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
