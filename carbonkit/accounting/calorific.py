"""Calorific bases: whether the heat of a fuel counts what the water vapour carries away."""

from __future__ import annotations

import enum

__all__ = ["Calorific"]


class Calorific(enum.Enum):
    """
    Which of its two heats a fuel is measured by; neither is ever guessed from the other.

    Example:
        >>> str(Calorific("net"))
        'net calorific value'
    """

    GROSS = "gross"
    """Higher heating value: the water vapour is condensed."""
    NET = "net"
    """Lower heating value: it is not."""

    def __str__(self) -> str:
        """Write it out."""
        return f"{self.value} calorific value"
