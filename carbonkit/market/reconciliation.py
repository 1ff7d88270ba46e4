"""
Reconciliation at the end of a day: the venue's trades, the registry's positions and the bank's sub-ledger.

From the opening balances and the trades follows what each account must hold and own.
Whatever differs is listed as a break; nothing is put right here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carbonkit.ledger.ledger import Ledger
    from carbonkit.market.trade import Trade

__all__ = ["SettlementBreak", "books_of", "reconcile_day"]


@attrs.frozen(kw_only=True)
class SettlementBreak:
    """
    One difference between what follows from the trades and what a book says.

    Args:
        book: Whose book differs: "registry", "bank" or "settlement".
        account: Whose balance; empty for a trade.
        what: The asset, the currency or the trade.
        expected: What it must be.
        found: What it is.

    Example:
        >>> print(SettlementBreak(book="registry", account="A", what="CEA-2022", expected="900",
        ...                       found="1000"))
        registry: CEA-2022 of A must be 900, is 1000
    """

    book: str
    account: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Say what differs."""
        whose = f" of {self.account}" if self.account else ""
        return f"{self.book}: {self.what}{whose} must be {self.expected}, is {self.found}"


def reconcile_day(
    trades: Iterable[Trade],
    *,
    opening: tuple[Mapping[tuple[AccountId, AssetId], int], Mapping[tuple[AccountId, str], Money]],
    registry: Mapping[tuple[AccountId, AssetId], int],
    bank: Mapping[tuple[AccountId, str], Money],
    settled: Iterable[str] | None = None,
) -> tuple[SettlementBreak, ...]:
    """
    Compare a day's trades with the registry's positions and the bank's sub-ledger.

    Args:
        trades: The venue's trades of the day.
        opening: What each account had before: units by account and asset, money by account and currency.
        registry: What the registry says that each account has.
        bank: What the bank says that each account has.
        settled: The references of the trades that were settled; None to take all as settled. A trade
            that was not settled is a break of its own, and is expected to have moved nothing.

    Returns:
        Every break; none if the three agree.

    Example:
        >>> reconcile_day([], opening=({}, {}), registry={}, bank={})
        ()
    """
    made = tuple(trades)
    done = None if settled is None else set(settled)
    breaks = []
    units, money = dict(opening[0]), dict(opening[1])
    known = {trade.reference for trade in made}
    for trade in made:
        if done is not None and trade.reference not in done:
            breaks.append(_broken("settlement", "", trade.reference, "settled", "not settled"))
            continue
        asset, cash = trade.instrument.asset, trade.value
        for account, sign in ((trade.seller, -1), (trade.buyer, 1)):
            place = (account, asset)
            units[place] = units.get(place, 0) + sign * trade.quantity
            purse = (account, cash.currency)
            moved = -cash if sign > 0 else cash
            money[purse] = money[purse] + moved if purse in money else moved
    breaks += [
        _broken("settlement", "", name, "a trade of the venue", "settled without one")
        for name in sorted((done or set()) - known)
    ]
    for place in sorted(units.keys() | registry.keys()):
        expected, found = units.get(place, 0), registry.get(place, 0)
        if expected != found:
            breaks.append(_broken("registry", str(place[0]), str(place[1]), str(expected), str(found)))
    for purse in sorted(money.keys() | bank.keys()):
        none = Money(0, purse[1])
        owed, has = money.get(purse, none), bank.get(purse, none)
        if owed != has:
            breaks.append(_broken("bank", str(purse[0]), purse[1], str(owed), str(has)))
    return tuple(breaks)


def _broken(book: str, account: str, what: str, expected: str, found: str) -> SettlementBreak:
    return SettlementBreak(book=book, account=account, what=what, expected=expected, found=found)


def books_of(
    ledger: Ledger, accounts: Iterable[AccountId], *, assets: Iterable[AssetId], currency: str
) -> tuple[dict[tuple[AccountId, AssetId], int], dict[tuple[AccountId, str], Money]]:
    """
    Read from a ledger what accounts have, in all buckets: units and money.

    Args:
        ledger: Where the accounts are; money is the asset named by its currency code.
        accounts: Whose.
        assets: Which units.
        currency: Which money.

    Returns:
        Units by account and asset, and money by account and currency.

    Raises:
        UnknownAssetError: If an asset is not defined.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> books_of(Ledger(MemoryStore(), FixedClock("2021-07-16T08:00:00Z")), [], assets=[], currency="CNY")
        ({}, {})
    """
    wanted, cash = set(accounts), AssetId(currency)
    units: dict[tuple[AccountId, AssetId], int] = {}
    minor: dict[tuple[AccountId, str], int] = {}
    for asset in assets:
        for balance in ledger.balances(asset=asset):
            account = balance.holding.account
            if account in wanted:
                units[account, asset] = units.get((account, asset), 0) + balance.quantity
    if wanted:
        for balance in ledger.balances(asset=cash):
            account = balance.holding.account
            if account in wanted:
                minor[account, currency] = minor.get((account, currency), 0) + balance.quantity
    return units, {place: Money.from_minor(amount, currency) for place, amount in minor.items()}
