"""
Settlement: each trade delivered against its payment, one by one, in the ledger.

Units and cash move in one transfer, so neither can move without the other. What
was bought lies in a bucket of its own until the next trading day releases it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CarbonkitError, Problem
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.command import Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.receipt import Receipt
from carbonkit.ledger.serial import Selection
from carbonkit.market.clearing import Obligation
from carbonkit.values.identifier import AccountId, AssetId, CommandId

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.ledger import Ledger

__all__ = ["Settlement", "release", "settle"]

_GROUP: Final = 50  # trades that are written together


@attrs.frozen
class Settlement:
    """
    What became of a day's obligations.

    Args:
        receipts: The ledger's receipts of what was settled, in order.
        failed: The obligations that could not be settled, each with the reason.

    Example:
        >>> Settlement((), ()).complete
        True
    """

    receipts: tuple[Receipt, ...]
    failed: tuple[tuple[Obligation, Problem], ...]

    @property
    def complete(self) -> bool:
        """Whether every obligation was settled."""
        return not self.failed


def _transfer(ledger: Ledger, owed: Obligation, at: datetime.datetime, resale_bucket: Bucket) -> Transfer:
    asset, cash = ledger.asset(owed.asset), ledger.asset(AssetId(owed.cash.currency))
    delivery = Leg(
        asset.id,
        asset.steps(owed.quantity),
        owed.seller,
        owed.buyer,
        target_bucket=resale_bucket,
        serials=Selection.FROM_LEFT if asset.serialised else None,
    )
    payment = Leg(cash.id, cash.steps(owed.cash.amount), owed.buyer, owed.seller)
    return Transfer(CommandId(f"settle/{owed.trade}"), [delivery, payment], "settlement", at)


def settle(
    ledger: Ledger,
    obligations: Iterable[Obligation],
    at: datetime.datetime,
    *,
    sellable_today: bool,
    progress: Callable[[int], None] | None = None,
) -> Settlement:
    """
    Settle obligations one by one: units against cash, both or neither.

    An obligation that cannot be met leaves both of its sides whole and the others
    settle all the same. Settled again, an obligation is recognised by its trade.

    Args:
        ledger: Where the accounts are; cash is the asset named by its currency code.
        obligations: What is owed, in the order of the trades.
        at: When it takes effect.
        sellable_today: Whether the venue lets a buyer sell on the day of the purchase.
        progress: Called now and then with the number of obligations done.

    Returns:
        The receipts, and what failed.

    Raises:
        IntegrityError: If the ledger's store fails; what was settled before stays so.
        StorageError: If the store cannot be written; the same.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock, as_instant
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-16T08:00:00Z"))
        >>> settle(ledger, [], as_instant("2021-07-16T07:00:00Z"), sellable_today=False).complete
        True
    """
    bucket = Bucket.TRADABLE if sellable_today else Bucket.BOUGHT_TODAY
    receipts: list[Receipt] = []
    failed: list[tuple[Obligation, Problem]] = []
    done = 0
    for group in _groups(obligations):
        transfers: list[tuple[Obligation, Transfer]] = []
        for owed in group:
            try:
                transfers.append((owed, _transfer(ledger, owed, at, bucket)))
            except CarbonkitError as error:
                failed.append((owed, error.at(file=f"trade {owed.trade}").problem))
        results = ledger.post_each([transfer for _, transfer in transfers])
        for (owed, _), result in zip(transfers, results, strict=True):
            if isinstance(result, Receipt):
                receipts.append(result)
            else:
                failed.append((owed, attrs.evolve(result.problem, file=f"trade {owed.trade}")))
        done += len(group)
        if progress is not None:
            progress(done)
    return Settlement(tuple(receipts), tuple(failed))


def _groups(obligations: Iterable[Obligation]) -> Iterator[tuple[Obligation, ...]]:
    """Cut obligations into groups that are written together, each for itself."""
    rest = iter(obligations)
    while group := tuple(itertools.islice(rest, _GROUP)):
        yield group


def release(
    ledger: Ledger,
    asset: AssetId,
    day: datetime.date,
    at: datetime.datetime,
    *,
    settled: Iterable[Obligation] | None = None,
) -> tuple[Receipt, ...]:
    """
    Make tradable what was bought on an earlier day, before a new trading day opens.

    What was bought at `at` or later stays where it is, so that the release of a
    day, when it comes again, frees nothing that was bought on that day.

    Args:
        ledger: Where the accounts are.
        asset: The asset that was bought.
        day: The trading day that opens.
        at: When it takes effect, before the first trade of that day.
        settled: What was settled since the last release, if the caller still has it; None to read it
            from the ledger's history, which takes the longer the more there is.

    Returns:
        One receipt for each account that had something to release.

    Raises:
        UnknownAssetError: If the asset is not defined.
        BatchError: If the ledger refuses; nothing is then released.

    Example:
        >>> from carbonkit.ledger import Asset, DefineAsset, Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock, as_date, as_instant
        >>> at, cea = as_instant("2021-07-19T01:00:00Z"), Asset(AssetId("CEA"), 0, serialised=True)
        >>> ledger = Ledger(MemoryStore(), FixedClock(at))
        >>> receipt = ledger.post(DefineAsset(CommandId("define/CEA"), cea, at))
        >>> release(ledger, cea.id, as_date("2021-07-19"), at)
        ()
    """
    serials = Selection.FROM_LEFT if ledger.asset(asset).serialised else None
    transfers = [
        Transfer(
            CommandId(f"release/{asset}/{day}/{account}"),
            [Leg(asset, quantity, account, account, Bucket.BOUGHT_TODAY, Bucket.TRADABLE, serials)],
            "release",
            at,
        )
        for account, quantity in (_bought(ledger, asset, at) if settled is None else _owed(asset, settled))
    ]
    return ledger.post_all(transfers)


def _bought(ledger: Ledger, asset: AssetId, at: datetime.datetime) -> Iterator[tuple[AccountId, int]]:
    """Find by the ledger's history what each account bought before a moment."""
    for balance in ledger.balances(asset=asset):
        held = balance.holding
        if held.bucket == Bucket.BOUGHT_TODAY.value and balance.quantity:
            quantity = balance.quantity - _bought_from(ledger, held, at)
            if quantity > 0:
                yield held.account, quantity


def _owed(asset: AssetId, settled: Iterable[Obligation]) -> Iterator[tuple[AccountId, int]]:
    """Add up what each account bought by the obligations given."""
    bought: dict[AccountId, int] = {}
    for owed in settled:
        if owed.asset == asset:
            bought[owed.buyer] = bought.get(owed.buyer, 0) + owed.quantity
    yield from sorted(bought.items())


def _bought_from(ledger: Ledger, held: Holding, at: datetime.datetime) -> int:
    """Count what has come into a holding by transfers that take effect at a moment or later."""
    return sum(
        entry.quantity
        for record in ledger.records_about(held.account)
        if record.command.effective_at >= at
        for entry in record.entries
        if entry.holding == held and entry.quantity > 0
    )
