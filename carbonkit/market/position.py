"""Positions: what one account has at a venue, of one asset and in one currency."""

from __future__ import annotations

import attrs

from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money

__all__ = ["Position"]


@attrs.frozen(kw_only=True)
class Position:
    """
    Where one account stands.

    Units bought and money earned stay apart until they may be used again.

    Args:
        account: The trading account.
        asset: Which units.
        sellable: Units that may be sold and are not offered.
        offered: Units behind its own orders to sell.
        bought: Units bought today that may not be sold today.
        cash: Money that may be spent and is not committed.
        committed: Money behind its own orders to buy.
        proceeds: Money earned today that may not be spent today.

    Example:
        >>> none = Money(0, "CNY")
        >>> Position(account=AccountId("KEE-001"), asset=AssetId("CEA"), sellable=600, offered=400, bought=0,
        ...          cash=none, committed=none, proceeds=none).holding
        1000
    """

    account: AccountId
    asset: AssetId
    sellable: int
    offered: int
    bought: int
    cash: Money
    committed: Money
    proceeds: Money

    @property
    def holding(self) -> int:
        """All units of the account."""
        return self.sellable + self.offered + self.bought

    @property
    def money(self) -> Money:
        """All money of the account."""
        return self.cash + self.committed + self.proceeds
