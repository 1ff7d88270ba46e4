"""Scopes: what a key is allowed to do at an exchange."""

from __future__ import annotations

import enum

__all__ = ["Scope"]


class Scope(enum.Enum):
    """
    What a key may do; each stands for itself and includes no other.

    Example:
        >>> Scope("trade")
        <Scope.TRADE: 'trade'>
    """

    READ = "read"
    """See market data, and what concerns the key's own accounts."""
    TRADE = "trade"
    """Enter, change and cancel orders, blocks and bids for the key's own accounts."""
    REGISTRY = "registry"
    """Propose and approve registry transactions: for its own accounts, or as the registry's staff for all."""
    ADMIN = "admin"
    """Admit participants, open and close days, halt, make keys."""
