"""The ledger: posts commands to a store, once each, whole groups at a time, and answers what is where."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IntegrityError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger.account import Balance, Bucket, Holding
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.store import Store
from carbonkit.ledger.verification import Verification, verify
from carbonkit.values.identifier import CommandId
from carbonkit.values.time import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonkit.errors import Problem
    from carbonkit.ledger.account import Account
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.command import Command
    from carbonkit.ledger.journal import Record
    from carbonkit.ledger.serial import SerialRange
    from carbonkit.values.identifier import AccountId, AssetId

__all__ = ["Ledger", "Receipt"]

_ATTEMPTS = 100  # times that a group is worked out again because another writer was faster


@attrs.frozen
class Receipt:
    """
    Proof that a command was recorded.

    Args:
        command_id: The caller's id.
        sequence: The record's place in the journal.
        recorded_at: When it was recorded.
        digest: The record's digest, which covers every record before it too.
        balances: What each holding that it moved contained afterwards.
        repeated: Whether the command had been recorded before and this is its first receipt again.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> command = DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z")
        >>> ledger.post(command).repeated, ledger.post(command).repeated
        (False, True)
    """

    command_id: CommandId
    sequence: int
    recorded_at: datetime.datetime
    digest: str
    balances: tuple[Balance, ...]
    repeated: bool


@attrs.frozen
class Ledger:
    """
    Double entry for anything countable, over a store.

    Args:
        store: Where the journal and the balances are kept.
        clock: What knows when a command is recorded.

    Example:
        >>> from carbonkit.ledger import (
        ...     Account, AccountId, Asset, AssetId, CommandId, DefineAsset, Leg, MemoryStore, OpenAccount,
        ...     Transfer)
        >>> from carbonkit.values import FixedClock
        >>> at, yuan = "2021-07-01T00:00:00Z", AssetId("CNY")
        >>> ledger = Ledger(MemoryStore(), FixedClock(at))
        >>> bank = Account(AccountId("BANK"), "bank", may_go_negative=True)
        >>> buyer = Account(AccountId("KEE-002"), "key_emitter", may_go_negative=False)
        >>> receipts = ledger.post_all([
        ...     DefineAsset(CommandId("define/CNY"), Asset(yuan, 2, serialised=False), at),
        ...     OpenAccount(CommandId("open/BANK"), bank, at),
        ...     OpenAccount(CommandId("open/KEE-002"), buyer, at),
        ...     Transfer(CommandId("deposit/1"), [Leg(yuan, 4800, bank.id, buyer.id)], "deposit", at)])
        >>> ledger.quantity(buyer.id, yuan)
        4800
        >>> ledger.verify().ok
        True
    """

    store: Store
    clock: Clock

    def post(self, command: Command) -> Receipt:
        """
        Record one command, once.

        Args:
            command: What to record. The same command again returns its first receipt.

        Returns:
            The receipt.

        Raises:
            CarbonkitError: If it is refused; nothing is then written. It is one of these:
            LedgerError: If the ledger refuses it.
            IdentifierReusedError: If the id was used for another command.
            UnknownAccountError: If an account does not exist.
            UnknownAssetError: If an asset does not exist.
            IntegrityError: If other writers never let this one through.
        """
        for _ in range(_ATTEMPTS):
            draft = Draft(self.store)
            try:
                receipt = self._drafted(draft, command)
            except CarbonkitError:
                if draft.overtaken:  # refused by a state that is gone; the command itself may be in by now
                    continue
                raise
            if receipt.repeated or self.store.write(draft.batch()):
                return receipt
        raise IntegrityError("stay still for one write", was=f"moved {_ATTEMPTS} times", field="journal")

    def post_all(self, commands: Iterable[Command]) -> tuple[Receipt, ...]:
        """
        Record a group of commands in one atomic write: all of them, or none.

        Args:
            commands: What to record, in order; each sees the effects of those before it.

        Returns:
            One receipt each, in the same order.

        Raises:
            BatchError: If any is refused; it names every one that is, and nothing is written.
            IntegrityError: If other writers never let this one through.

        Example:
            >>> from carbonkit.ledger import MemoryStore
            >>> from carbonkit.values import FixedClock
            >>> Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z")).post_all([])
            ()
        """
        group = tuple(commands)
        for _ in range(_ATTEMPTS):
            draft = Draft(self.store)
            receipts, problems = self._worked_out(draft, group)
            if problems and draft.overtaken:
                continue
            if problems:
                raise BatchError(problems)
            if all(receipt.repeated for receipt in receipts) or self.store.write(draft.batch()):
                return receipts
        raise IntegrityError("stay still for one write", was=f"moved {_ATTEMPTS} times", field="journal")

    def _worked_out(
        self, draft: Draft, commands: Iterable[Command]
    ) -> tuple[tuple[Receipt, ...], tuple[Problem, ...]]:
        receipts: list[Receipt] = []
        problems: list[Problem] = []
        for command in commands:
            try:
                receipts.append(self._drafted(draft, command))
            except CarbonkitError as error:
                problems.append(error.at(file=f"command {command.id}").problem)
        return tuple(receipts), tuple(problems)

    def _drafted(self, draft: Draft, command: Command) -> Receipt:
        record = draft.known(command)
        repeated = record is not None
        if record is None:
            record = draft.post(command, self.clock.now())
        return Receipt(
            command_id=command.id,
            sequence=record.sequence,
            recorded_at=record.recorded_at,
            digest=record.digest,
            balances=tuple(Balance(entry.holding, entry.balance_after) for entry in record.entries),
            repeated=repeated,
        )

    def problems(self, commands: Iterable[Command]) -> tuple[Problem, ...]:
        """
        Say why a group of commands would be refused, without writing anything.

        Args:
            commands: What would be recorded, in order.

        Returns:
            Every problem; empty if `post_all` would take the group now.
        """
        return self._worked_out(Draft(self.store), commands)[1]

    def account(self, account_id: AccountId) -> Account:
        """
        Return an account.

        Returns:
            The account.

        Raises:
            UnknownAccountError: If it is not open.
        """
        found = self.store.account(account_id)
        if found is None:
            raise UnknownAccountError("be open", was=account_id, field="account")
        return found

    def asset(self, asset_id: AssetId) -> Asset:
        """
        Return an asset.

        Returns:
            The asset.

        Raises:
            UnknownAssetError: If it is not defined.
        """
        found = self.store.asset(asset_id)
        if found is None:
            raise UnknownAssetError("be defined", was=asset_id, field="asset")
        return found

    def quantity(self, account: AccountId, asset: AssetId, bucket: Bucket = Bucket.TRADABLE) -> int:
        """
        Return what one bucket of an account contains of an asset, in its smallest step.

        Returns:
            The number of smallest steps; 0 if nothing was ever in it.

        Raises:
            UnknownAccountError: If the account is not open.
            UnknownAssetError: If the asset is not defined.
        """
        self.account(account)
        self.asset(asset)
        return self.store.quantity(Holding(account, asset, bucket.value))

    def balances(self, account: AccountId | None = None, asset: AssetId | None = None) -> tuple[Balance, ...]:
        """
        Return the balances of an account, an asset, both or all, in order of the holding.

        Returns:
            The balances.

        Raises:
            UnknownAccountError: If the account is not open.
            UnknownAssetError: If the asset is not defined.
        """
        if account is not None:
            self.account(account)
        if asset is not None:
            self.asset(asset)
        return tuple(self.store.balances(account, asset))

    def serials(
        self, account: AccountId, asset: AssetId, bucket: Bucket = Bucket.TRADABLE
    ) -> tuple[SerialRange, ...]:
        """
        Return the serial ranges in a holding, lowest first.

        Returns:
            The ranges.

        Raises:
            UnknownAccountError: If the account is not open.
            UnknownAssetError: If the asset is not defined.
        """
        self.account(account)
        self.asset(asset)
        return self.store.serials(Holding(account, asset, bucket.value))

    def records(self) -> Iterator[Record]:
        """Yield the whole journal, in order."""
        return self.store.records()

    def records_about(self, account: AccountId) -> Iterator[Record]:
        """
        Yield the records that opened, moved or stated something about an account, in order.

        Returns:
            The records.

        Raises:
            UnknownAccountError: If the account is not open.
        """
        self.account(account)
        return self.store.records_about(account)

    def verify(self, progress: Callable[[int], None] | None = None) -> Verification:
        """
        Recompute everything from the journal and compare it with what is stored.

        Args:
            progress: Called now and then with the number of records done.

        Returns:
            The counts and every difference found.
        """
        return verify(self.store, progress)
