"""The ledger: posts commands to a store, once each, whole groups at a time, and answers what is where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import (
    BatchError,
    InvalidValueError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger.account import Balance, Bucket, Holding
from carbonkit.ledger.commit import GroupCommit, Job
from carbonkit.ledger.journal import record_of
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.note import Signer
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.receipt import Receipt, Refusal, Seal
from carbonkit.ledger.store import Store
from carbonkit.ledger.tree import consistency_of, inclusion_of
from carbonkit.ledger.turn import Turns, work_out
from carbonkit.ledger.verification import Verification, verify
from carbonkit.values.time import Clock, as_instant

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator

    from carbonkit.errors import Problem
    from carbonkit.ledger.account import Account
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.checkpoint import Checkpoint
    from carbonkit.ledger.command import Command
    from carbonkit.ledger.commit import Make
    from carbonkit.ledger.journal import Record
    from carbonkit.ledger.merkle import ConsistencyProof, InclusionProof
    from carbonkit.ledger.serial import SerialRange
    from carbonkit.ledger.witness import Witness
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["Ledger"]


@attrs.frozen
class Ledger:
    """
    Double entry for anything countable, over a store; many threads may use one.

    Args:
        store: Where the journal and the balances are kept.
        clock: What knows when a command is recorded.
        origin: What checkpoints name this ledger; it should be unique, such as a domain and a path.
        signers: Whose signatures checkpoints carry.

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
    origin: str = "carbonkit/ledger"
    signers: tuple[Signer, ...] = attrs.field(default=(), converter=tuple[Signer, ...])
    _turns: Turns = attrs.field(init=False, eq=False, repr=False)
    _commits: GroupCommit = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Make the queue that threads share."""
        object.__setattr__(self, "_turns", Turns(self.store, self.clock, self.origin, self.signers))
        object.__setattr__(self, "_commits", GroupCommit(self._turns.work))

    # --------------------------------------------------------------- posting

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
            BusyError: If other writers never let this one through.
            StorageError: If the store cannot be written; after that, post the same command again.
        """
        job = Job((command,), atomic=True)
        self._commits.run(job)
        if job.error is not None:
            raise job.error
        (receipt,) = job.results
        assert isinstance(receipt, Receipt)  # noqa: S101  one refused command of an atomic job is its error
        return receipt

    def post_all(self, commands: Iterable[Command]) -> tuple[Receipt, ...]:
        """
        Record a group of commands in one atomic write: all of them, or none.

        Args:
            commands: What to record, in order; each sees the effects of those before it.

        Returns:
            One receipt each, in the same order.

        Raises:
            BatchError: If any is refused; it names every one that is, and nothing is written.
            BusyError: If other writers never let this one through.
            StorageError: If the store cannot be written.

        Example:
            >>> from carbonkit.ledger import MemoryStore
            >>> from carbonkit.values import FixedClock
            >>> Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z")).post_all([])
            ()
        """
        job = Job(tuple(commands), atomic=True)
        if not job.commands:
            return ()
        return self._posted(job)

    def _posted(self, job: Job) -> tuple[Receipt, ...]:
        self._commits.run(job)
        if job.problems:
            raise BatchError(job.problems)
        if job.error is not None:
            raise job.error
        return tuple(each for each in job.results if isinstance(each, Receipt))

    def post_made(self, make: Make) -> tuple[Receipt, ...]:
        """
        Record a group of commands that are made inside the turn, when nothing can come between.

        Args:
            make: Given the draft, yields each command when those before it are worked out on the
                draft, or an error for what it refuses itself. It may be called again, if another
                writer was faster.

        Returns:
            One receipt each, in the same order.

        Raises:
            BatchError: If any is refused; it names every one that is, and nothing is written.
            BusyError: If other writers never let this one through.
            StorageError: If the store cannot be written.

        Example:
            >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, MemoryStore
            >>> from carbonkit.values import FixedClock
            >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
            >>> def make(draft):
            ...     name = AssetId(f"CEA-{len(draft.rows)}")
            ...     yield DefineAsset(CommandId("a"), Asset(name, 0, serialised=True), "2021-07-01T00:00:00Z")
            >>> ledger.post_made(make)[0].record.command.asset.id
            AssetId('CEA-0')
        """
        return self._posted(Job((), atomic=True, make=make))

    def post_each(self, commands: Iterable[Command]) -> tuple[Receipt | Refusal, ...]:
        """
        Record those commands of a group that can be, each for itself, in one write.

        Args:
            commands: What to record, in order; each sees the effects of those before it.

        Returns:
            For each command, in the same order, its receipt or why it was refused.

        Raises:
            BusyError: If other writers never let this one through.
            StorageError: If the store cannot be written; nothing of the group is recorded then.

        Example:
            >>> from carbonkit.ledger import AccountId, CommandId, MemoryStore, Statement
            >>> from carbonkit.values import FixedClock
            >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
            >>> at = "2021-07-01T00:00:00Z"
            >>> said = Statement(CommandId("a"), AccountId("KEE-001"), "note", {"a": "b"}, at)
            >>> [result.problem.code for result in ledger.post_each([said])]
            ['unknown_account']
        """
        job = Job(tuple(commands), atomic=False)
        if not job.commands:
            return ()
        self._commits.run(job)
        if job.error is not None:
            raise job.error
        return tuple(job.results)

    def problems(self, commands: Iterable[Command]) -> tuple[Problem, ...]:
        """
        Say why a group of commands would be refused, without writing anything.

        Args:
            commands: What would be recorded, in order.

        Returns:
            Every problem; empty if `post_all` would take the group now.
        """
        job = Job(tuple(commands), atomic=True)
        with self.store.turn(certain=True):
            work_out(Draft(self.store), (job,), self.clock)
        return tuple(job.problems)

    def attach(self, witness: Witness) -> None:
        """
        Let a witness read along, from the next turn of this ledger on.

        Args:
            witness: It is shown everything recorded so far, then every record before it is
                written, and may refuse it. A group that it refuses raises its error.
        """
        self._turns.attach(witness)

    # --------------------------------------------------------------- reading

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

    def quantity(
        self,
        account: AccountId,
        asset: AssetId,
        bucket: Bucket = Bucket.TRADABLE,
        *,
        at: str | datetime.datetime | None = None,
    ) -> int:
        """
        Return what one bucket of an account contains of an asset, in its smallest step.

        Args:
            account: Whose it is.
            asset: What is held.
            bucket: In which part of the account.
            at: As of which moment of recording, that moment included; None for now.

        Returns:
            The number of smallest steps; 0 if nothing was ever in it.

        Raises:
            UnknownAccountError: If the account is not open.
            UnknownAssetError: If the asset is not defined.
        """
        self.account(account)
        self.asset(asset)
        holding = Holding(account, asset, bucket.value)
        if at is None:
            return self.store.quantity(holding)
        return self.store.quantity_at(holding, microseconds(as_instant(at, field="at")))

    def balances(
        self,
        account: AccountId | None = None,
        asset: AssetId | None = None,
        *,
        at: str | datetime.datetime | None = None,
    ) -> tuple[Balance, ...]:
        """
        Return the balances of an account, an asset, both or all, in order of the holding.

        Args:
            account: Whose; None for everybody's.
            asset: Of what; None for everything.
            at: As of which moment of recording, that moment included; None for now.

        Returns:
            The balances of every holding that was ever used, those that contain nothing too.

        Raises:
            UnknownAccountError: If the account is not open.
            UnknownAssetError: If the asset is not defined.
        """
        if account is not None:
            self.account(account)
        if asset is not None:
            self.asset(asset)
        if at is None:
            return tuple(self.store.balances(account, asset))
        moment = microseconds(as_instant(at, field="at"))
        with self.store.snapshot():
            return tuple(
                Balance(each.holding, self.store.quantity_at(each.holding, moment))
                for each in self.store.balances(account, asset)
            )

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

    def record(self, command_id: CommandId) -> Record | None:
        """Return the record of a command, or None if it was never recorded."""
        row = self.store.row(command_id)
        return None if row is None else record_of(row, self.store.holding_numbered)

    def records(self, after: int = 0) -> Iterator[Record]:
        """
        Yield the journal in order, or what comes after a place.

        Yields:
            Every record with a higher sequence.
        """
        for row in self.store.rows(after):
            yield record_of(row, self.store.holding_numbered)

    def records_about(self, account: AccountId) -> Iterator[Record]:
        """
        Yield the records that opened, moved or stated something about an account, in order.

        Returns:
            The records.

        Raises:
            UnknownAccountError: If the account is not open.
        """
        self.account(account)
        return (record_of(row, self.store.holding_numbered) for row in self.store.rows_about(account))

    # --------------------------------------------------------------- proving

    def checkpoint(self) -> Checkpoint:
        """
        Return the state of the Merkle tree; keep it, or its signed note, outside the ledger.

        Returns:
            Size and root as of the last record.
        """
        return self._seal().checkpoint

    def note(self) -> str:
        """
        Return the checkpoint signed by the ledger's signers, in C2SP form.

        Returns:
            The note's text.

        Raises:
            InvalidValueError: If the ledger has no signer.
        """
        if not self.signers:
            raise InvalidValueError(
                "have a signer", was="none", field="ledger", hint="Ledger(…, signers=[…])"
            )
        return self._seal().note

    def _seal(self) -> Seal:
        with self.store.snapshot():
            return Seal(self.origin, self.store.head().sequence, self.store.edge(), self.signers)

    def inclusion(self, command_id: CommandId, size: int | None = None) -> InclusionProof:
        """
        Prove that a command's record is in the tree.

        Args:
            command_id: The command.
            size: The size of the tree, as in the checkpoint to prove against; None for the newest.

        Returns:
            The proof; check it with the record's leaf hash and the checkpoint's root.

        Raises:
            InvalidValueError: If it was never recorded, or is not in a tree of that size.
        """
        return inclusion_of(self.store, command_id, size)

    def consistency(self, old: int, new: int | None = None) -> ConsistencyProof:
        """
        Prove that the tree only grew between two checkpoints.

        Args:
            old: The older checkpoint's size.
            new: The newer one's; None for the newest.

        Returns:
            The proof; check it with both checkpoints' roots.

        Raises:
            InvalidValueError: If a size is none of this ledger's.
        """
        return consistency_of(self.store, old, new)

    def verify(
        self, progress: Callable[[int], None] | None = None, *, against: Iterable[Checkpoint] = ()
    ) -> Verification:
        """
        Recompute everything from the journal and compare it with what is stored.

        Args:
            progress: Called now and then with the number of records done.
            against: Checkpoints that were kept outside; only they show a tail that was cut off
                or a journal that was rewritten from end to end.

        Returns:
            The counts and every difference found.
        """
        return verify(self.store, progress, against=against)
