"""
Posting: what a command does to a ledger's state, worked out on a draft before anything is written.

The draft reads through to the store and keeps every change to itself, so that a
group of commands sees its own effects and a refused group leaves no trace.
"""

from __future__ import annotations

import bisect
import datetime
from typing import TYPE_CHECKING

from carbonkit.errors import (
    CarbonkitError,
    IdentifierReusedError,
    LedgerError,
    OverdraftError,
    SerialRangeError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger.account import Balance, Holding
from carbonkit.ledger.command import LARGEST, Command, DefineAsset, Leg, OpenAccount, Statement, Transfer
from carbonkit.ledger.journal import Entry, Record, request_digest, sealed
from carbonkit.ledger.serial import SerialRange, first_overlap, take
from carbonkit.ledger.store import Batch, StoredBlock
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.ledger.account import Account
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.store import Store
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["Draft"]

_TICK = datetime.timedelta(microseconds=1)


class Draft:
    """
    A store's state with changes that are not written yet.

    Args:
        store: The state to start from.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> Draft(MemoryStore()).batch().records
        ()
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after = store.head()
        self._records: list[Record] = []
        self._by_id: dict[CommandId, Record] = {}
        self._accounts: dict[AccountId, Account] = {}
        self._assets: dict[AssetId, Asset] = {}
        self._quantities: dict[Holding, int] = {}
        self._serials: dict[Holding, list[SerialRange]] = {}
        self._arrived: dict[Holding, list[SerialRange]] = {}
        self._ended: dict[tuple[AssetId, int], StoredBlock] = {}
        self._begun: dict[tuple[AssetId, int], StoredBlock] = {}
        self._undo: list[Callable[[], None]] = []

    @property
    def overtaken(self) -> bool:
        """Whether another writer has moved the store on since the draft was begun."""
        return self._store.head() != self._after

    def known(self, command: Command) -> Record | None:
        """
        Find the record of a command that was posted before.

        Args:
            command: The command that came again.

        Returns:
            Its record, or None if it is new.

        Raises:
            IdentifierReusedError: If the id was used for something else.
        """
        record = self._by_id.get(command.id) or self._store.record(command.id)
        if record is not None and record.command != command:
            raise IdentifierReusedError(
                "be new, or repeat the same command",
                was=command.id,
                field="command id",
                hint=f"it was used for record {record.sequence}, {request_digest(record.command)[:12]}…",
            )
        return record

    def post(self, command: Command, now: datetime.datetime) -> Record:
        """
        Work out a new command and add its record to the draft.

        Args:
            command: The command; `known` must have said that it is new.
            now: What the clock shows; a clock that went back does not reorder the journal.

        Returns:
            The record that will be written.

        Raises:
            LedgerError: If the command is refused; the draft is then unchanged.
            UnknownAccountError: If an account does not exist.
            UnknownAssetError: If an asset does not exist.
            InvalidValueError: If the clock does not show an instant with its offset.
        """
        now = as_instant(now, field="clock")
        entries: tuple[Entry, ...] = ()
        match command:
            case OpenAccount(account=account):
                if self._account(account.id) is not None:
                    raise LedgerError("not be open already", was=account.id, field="account")
                self._accounts[account.id] = account
            case DefineAsset(asset=asset):
                if self._asset(asset.id) is not None:
                    raise LedgerError("not be defined already", was=asset.id, field="asset")
                self._assets[asset.id] = asset
            case Statement(account=about):
                self._need_account(about)
            case Transfer(legs=legs):
                entries = self._moved(legs)
        last = self._records[-1] if self._records else self._after
        recorded_at = now if last.recorded_at is None else max(now, last.recorded_at + _TICK)
        record = sealed(last.sequence + 1, recorded_at, command, entries, last.digest)
        self._records.append(record)
        self._by_id[command.id] = record
        return record

    def batch(self) -> Batch:
        """Return all changes, ready to be written in one step."""
        return Batch(
            after=self._after,
            records=tuple(self._records),
            balances=tuple(Balance(holding, quantity) for holding, quantity in self._quantities.items()),
            ended=tuple(self._ended.values()),
            begun=tuple(self._begun.values()),
        )

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains in the draft."""
        found = self._quantities.get(holding)
        return self._store.quantity(holding) if found is None else found

    def _account(self, account_id: AccountId) -> Account | None:
        found = self._accounts.get(account_id)
        if found is None:
            found = self._store.account(account_id)
            if found is not None:
                self._accounts[account_id] = found
        return found

    def _asset(self, asset_id: AssetId) -> Asset | None:
        found = self._assets.get(asset_id)
        if found is None:
            found = self._store.asset(asset_id)
            if found is not None:
                self._assets[asset_id] = found
        return found

    def _need_account(self, account_id: AccountId) -> Account:
        found = self._account(account_id)
        if found is None:
            raise UnknownAccountError(
                "be open", was=account_id, field="account", hint="post OpenAccount first"
            )
        return found

    def _need_asset(self, asset_id: AssetId) -> Asset:
        found = self._asset(asset_id)
        if found is None:
            raise UnknownAssetError("be defined", was=asset_id, field="asset", hint="post DefineAsset first")
        return found

    def _moved(self, legs: tuple[Leg, ...]) -> tuple[Entry, ...]:
        """Move every leg in order; on any refusal, take back what the legs before it did."""
        self._undo.clear()
        entries: list[Entry] = []
        try:
            for leg in legs:
                entries.extend(self._moved_one(leg))
        except CarbonkitError:
            for step in reversed(self._undo):
                step()
            raise
        return tuple(entries)

    def _moved_one(self, leg: Leg) -> tuple[Entry, Entry]:
        asset = self._need_asset(leg.asset)
        source_account, target_account = self._need_account(leg.source), self._need_account(leg.target)
        source = Holding(leg.source, leg.asset, leg.source_bucket.value)
        target = Holding(leg.target, leg.asset, leg.target_bucket.value)
        before = self.quantity(source)
        left, arrived = before - leg.quantity, self.quantity(target) + leg.quantity
        if left < 0 and not source_account.may_go_negative:
            raise OverdraftError(
                f"move at most the {before} in {source}", was=leg.quantity, field=f"quantity of {leg.asset}"
            )
        if left < -LARGEST or arrived > LARGEST:
            raise LedgerError(f"stay within ±{LARGEST}", was=leg.quantity, field="balance")
        if asset.serialised:
            moved = self._move_serials(leg, source_account, target_account, source, target)
        elif leg.serials is not None:
            raise SerialRangeError(
                "be left out for an asset without serial numbers", was=leg.asset, field="serials"
            )
        else:
            moved = ()
        self._set(source, left)
        self._set(target, arrived)
        return Entry(source, -leg.quantity, left, moved), Entry(target, leg.quantity, arrived, moved)

    def _move_serials(
        self, leg: Leg, source_account: Account, target_account: Account, source: Holding, target: Holding
    ) -> tuple[SerialRange, ...]:
        if leg.serials is None:
            raise SerialRangeError(
                "be named or chosen", was="None", field="serials", hint="or Selection.FROM_LEFT"
            )
        if target_account.may_go_negative:
            raise SerialRangeError("not go back to where they were issued", was=leg.target, field="target")
        if source_account.may_go_negative:
            gone = self._issued(leg)
        else:
            gone, ended, kept = take(self._ranges(source), leg.serials, leg.quantity)
            for each in ended:
                self._end(StoredBlock(leg.asset, each, source))
            for each in kept:
                self._begin(StoredBlock(leg.asset, each, source))
        for each in gone:
            self._begin(StoredBlock(leg.asset, each, target))
        return gone

    def _issued(self, leg: Leg) -> tuple[SerialRange, ...]:
        """Check that new serial numbers were never issued before."""
        if not isinstance(leg.serials, tuple):
            raise SerialRangeError(
                "be exact ranges when units are issued", was="a selection", field="serials"
            )
        clash = first_overlap(leg.serials)
        if clash is not None:
            raise SerialRangeError("not overlap", was=f"{clash[0]} and {clash[1]}", field="serial ranges")
        for each in leg.serials:
            there = self._block_over(leg.asset, each)
            if there is not None:
                raise SerialRangeError(
                    "not have been issued before", was=f"{each}, over {there.serials}", field="serial range"
                )
        return leg.serials

    def _block_over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        for block in self._begun.values():
            if block.asset == asset and block.serials.overlaps(serials):
                return block
        # A stored block that ended in this draft lies on under its new owner, so its numbers are still taken.
        return self._store.block_over(asset, serials)

    def _ranges(self, holding: Holding) -> list[SerialRange]:
        found = self._serials.get(holding)
        if found is None:
            arrived = self._arrived.pop(holding, [])
            found = sorted([*self._store.serials(holding), *arrived])
            self._serials[holding] = found
        return found

    def _set(self, holding: Holding, quantity: int) -> None:
        before = self._quantities.get(holding)
        self._quantities[holding] = quantity

        def undo() -> None:
            if before is None:
                del self._quantities[holding]
            else:
                self._quantities[holding] = before

        self._undo.append(undo)

    def _begin(self, block: StoredBlock) -> None:
        self._add(block)
        self._undo.append(lambda: self._remove(block))

    def _end(self, block: StoredBlock) -> None:
        self._remove(block)
        self._undo.append(lambda: self._add(block))

    def _add(self, block: StoredBlock) -> None:
        key = (block.asset, block.serials.first)
        if self._ended.get(key) == block:
            del self._ended[key]
        else:
            self._begun[key] = block
        held = self._serials.get(block.holding)
        if held is None:
            self._arrived.setdefault(block.holding, []).append(block.serials)
        else:
            bisect.insort(held, block.serials)

    def _remove(self, block: StoredBlock) -> None:
        key = (block.asset, block.serials.first)
        if self._begun.get(key) == block:
            del self._begun[key]
        else:
            self._ended[key] = block
        held = self._serials.get(block.holding)
        if held is None:
            self._arrived[block.holding].remove(block.serials)
        else:
            held.remove(block.serials)
