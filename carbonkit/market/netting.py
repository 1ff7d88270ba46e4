"""Netting: many obligations become one for each account and asset, and one for its money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.market.clearing import Obligation

__all__ = ["NetObligation", "net"]


@attrs.frozen(kw_only=True)
class NetObligation:
    """
    What one account receives, or owes, after netting.

    Args:
        account: Whose.
        units: How many units of each asset it receives; negative for those that it delivers. Assets that
            come to nothing are left out.
        cash: How much money it receives in each currency; negative for what it pays.
        trades: How many obligations it stood in.

    Example:
        >>> NetObligation(account=AccountId("A"), units={AssetId("EUA"): -1000},
        ...               cash={"EUR": Money("70000", "EUR")}, trades=3).units[AssetId("EUA")]
        -1000
    """

    account: AccountId
    units: dict[AssetId, int]
    cash: dict[str, Money]
    trades: int


def net(obligations: Iterable[Obligation]) -> tuple[NetObligation, ...]:
    """
    Net obligations among all accounts.

    Over all accounts units and money sum to zero. What one account owes to itself vanishes.

    Args:
        obligations: What is owed, trade by trade.

    Returns:
        One net obligation for each account that stood in any, in the order of their ids.

    Example:
        >>> from carbonkit.market import Obligation
        >>> owed = [Obligation(trade=f"T/{n}", asset=AssetId("EUA"), quantity=quantity,
        ...                    seller=AccountId(seller), buyer=AccountId(buyer), cash=Money(cash, "EUR"))
        ...         for n, (seller, buyer, quantity, cash) in enumerate((("A", "B", 500, "35000"),
        ...                                                              ("B", "A", 200, "14200")))]
        >>> [(str(each.account), each.units[AssetId("EUA")], str(each.cash["EUR"])) for each in net(owed)]
        [('A', -300, '20800 EUR'), ('B', 300, '-20800 EUR')]
    """
    units: dict[AccountId, dict[AssetId, int]] = {}
    cash: dict[AccountId, dict[str, Money]] = {}
    counts: dict[AccountId, int] = {}
    for owed in obligations:
        for account, quantity, money in (
            (owed.seller, -owed.quantity, owed.cash),
            (owed.buyer, owed.quantity, -owed.cash),
        ):
            counts[account] = counts.get(account, 0) + 1
            held = units.setdefault(account, {})
            held[owed.asset] = held.get(owed.asset, 0) + quantity
            purse = cash.setdefault(account, {})
            before = purse.get(money.currency)
            purse[money.currency] = money if before is None else before + money
    return tuple(
        NetObligation(
            account=account,
            units={asset: quantity for asset, quantity in sorted(units[account].items()) if quantity},
            cash={name: money for name, money in sorted(cash[account].items()) if money.amount},
            trades=counts[account],
        )
        for account in sorted(counts)
    )
