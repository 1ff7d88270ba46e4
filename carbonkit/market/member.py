"""Members: a venue's participants, their money and their units, in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carbonkit.market.order import Side
    from carbonkit.market.position_limit import ParticipantKind
    from carbonkit.values.identifier import AccountId

__all__ = ["Member", "Purse", "Stock"]


class Purse:
    """An account's money in one currency: free, behind its orders, and earned but not free yet."""

    __slots__ = ("cash", "committed", "proceeds")

    def __init__(self) -> None:
        self.cash = self.committed = self.proceeds = 0


class Stock:
    """An account's units of one asset: free, offered, bought but not free yet; and how many it bids for."""

    __slots__ = ("bought", "offered", "sellable", "wanted")

    def __init__(self) -> None:
        self.sellable = self.offered = self.bought = self.wanted = 0

    @property
    def holding(self) -> int:
        """All units."""
        return self.sellable + self.offered + self.bought


class Member:
    """A participant and what it has."""

    __slots__ = ("account", "allocation", "barred", "kind", "number", "purses", "stocks")

    def __init__(self, account: AccountId, number: int, kind: ParticipantKind, allocation: int) -> None:
        self.account = account
        self.number = number
        self.kind = kind
        self.allocation = allocation
        self.barred: set[Side] = set()
        self.purses: dict[str, Purse] = {}
        self.stocks: dict[str, Stock] = {}

    def purse(self, currency: str) -> Purse:
        """Give the purse of a currency, empty if there was none."""
        purse = self.purses.get(currency)
        if purse is None:
            purse = self.purses[currency] = Purse()
        return purse

    def stock(self, asset: str) -> Stock:
        """Give the stock of an asset, empty if there was none."""
        stock = self.stocks.get(asset)
        if stock is None:
            stock = self.stocks[asset] = Stock()
        return stock
