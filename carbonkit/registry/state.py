"""
The registry's state: what its accounts are and what is pending, read from the journal.

Everything that a registry decides by is recorded; the state is only a picture of
that, and is made again from the journal whenever a registry is opened.
"""

from __future__ import annotations

import datetime
import enum
import json
from typing import TYPE_CHECKING

import attrs

from carbonkit.ledger.command import OpenAccount, Reversal, Statement
from carbonkit.ledger.hold import PostHold, VoidHold
from carbonkit.ledger.row import command_of
from carbonkit.ledger.serial import SerialRange
from carbonkit.ledger.witness import Undo, Witness
from carbonkit.registry.account import AccountState, AccountStatus, Right
from carbonkit.registry.block_book import BlockBook
from carbonkit.registry.compliance import Report
from carbonkit.registry.rules import TransactionType
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.row import Row
    from carbonkit.registry.rules import BlockPolicy

__all__ = ["Notice", "Pending", "PendingStatus", "State"]


class Notice(enum.Enum):
    """
    The kinds of statement that a registry records besides the reports of compliance.

    Example:
        >>> Notice("proposed").value
        'proposed'
    """

    STATUS = "account_status"
    """An account is in another state."""
    REPRESENTATIVE = "representative"
    """A person may act for an account, or no longer."""
    TRUSTED = "trusted_account"
    """An account trusts another one, or no longer."""
    PROPOSED = "proposed"
    """A transaction waits for approval."""
    APPROVED = "approved"
    """A proposed transaction is approved, and waits for its moment."""
    COMPLETED = "completed"
    """An approved transaction is carried out now that its delay is over."""
    ENDED = "ended"
    """A proposed transaction is rejected or cancelled."""
    CAP = "issuance_cap"
    """No more than so many units of a type may be issued."""
    ASKED = "asked"
    """Who asked for a transaction, who approved it at once, and for whose benefit it is."""


class PendingStatus(enum.Enum):
    """
    Where a transaction stands that is not carried out yet.

    Example:
        >>> PendingStatus("delayed").value
        'delayed'
    """

    AWAITING_APPROVAL = "awaiting_approval"
    DELAYED = "delayed"


@attrs.frozen
class Pending:
    """
    A transaction that was proposed and is neither carried out nor ended.

    Args:
        id: Its id.
        type: What kind of movement it is.
        asset: What moves.
        quantity: How many units.
        source: The account that they leave.
        target: The account that they shall reach.
        proposed_by: Who proposed it.
        status: What it waits for.
        due: From when it may be carried out, once it is approved.
        serials: For an issue, which holds nothing, the serial numbers; else empty.
        sequence: The record that proposed it.

    Example:
        >>> import datetime
        >>> Pending(CommandId("t/1"), TransactionType.TRANSFER, AssetId("UKA-2021"), 5, AccountId("UK-1"),
        ...         AccountId("UK-2"), "ann", PendingStatus.AWAITING_APPROVAL, None, "", 7).quantity
        5
    """

    id: CommandId
    type: TransactionType
    asset: AssetId
    quantity: int
    source: AccountId
    target: AccountId
    proposed_by: str
    status: PendingStatus
    due: datetime.datetime | None
    serials: str
    sequence: int


class State:
    """
    What is known of a registry's accounts, pending transactions and blocks.

    Args:
        policy: Which blocks go first.

    Example:
        >>> from carbonkit.registry.rules import BlockPolicy
        >>> State(BlockPolicy.LOWEST).accounts
        {}
    """

    def __init__(self, policy: BlockPolicy) -> None:
        self._undo = Undo()
        self.witness = Witness(self._take_in, self._undo)
        self.accounts: dict[AccountId, AccountState] = {}
        self.pending: dict[CommandId, Pending] = {}
        self.caps: dict[AssetId, int] = {}
        self.issued: dict[AssetId, int] = {}
        self.last: dict[AssetId, int] = {}
        self.blocks = BlockBook(policy, self._undo)
        self._issuers: dict[AccountId, bool] = {}
        self.claimed: dict[tuple[AccountId, str, str], int] = {}
        self._claims: dict[CommandId, tuple[tuple[AccountId, str, str], int]] = {}

    def _take_in(self, row: Row, holding: Callable[[int], Holding]) -> None:
        if row.movements != "[]":
            self._take_in_movements(row, holding)
        if row.kind == "transfer":
            if self.pending:  # an issue that was proposed is carried out under its own id
                self._end(CommandId(row.command_id))
            return
        command = command_of(row, (), holding) if row.kind in _READ else None
        match command:
            case OpenAccount(account=account):
                self._undo.put(self.accounts, account.id, AccountState(account.id, account.kind))
                if account.may_go_negative:
                    self._undo.put(self._issuers, account.id, True)  # noqa: FBT003  a value, not an option
            case Statement():
                self._take_in_statement(command, row.sequence)
            case PostHold(hold=hold):
                self._end(hold)
            case VoidHold(hold=hold):
                self._end(hold)
                self._unclaim(hold)
            case Reversal(reverses=reverses):
                self._unclaim(reverses)
                self._unclaim(CommandId(reverses.text.removesuffix("/done")))
            case _:
                pass

    def _claim(self, account: AccountId, facts: dict[str, str]) -> None:
        """Remember for which year a surrender is."""
        if facts.get("year"):
            key, units = (account, facts["year"], facts["unit"]), whole(facts["units"], field="units")
            self._undo.put(self._claims, CommandId(facts["transaction"]), (key, units))
            self._undo.put(self.claimed, key, self.claimed.get(key, 0) + units)

    def _unclaim(self, transaction: CommandId) -> None:
        found = self._claims.get(transaction)
        if found is not None and found[1]:
            key, units = found
            self._undo.put(self._claims, transaction, (key, 0))
            self._undo.put(self.claimed, key, self.claimed[key] - units)

    def _end(self, transaction: CommandId) -> None:
        found = self.pending.get(transaction)
        if found is not None:
            del self.pending[transaction]
            self._undo.note(self.pending.__setitem__, transaction, found)

    def _take_in_movements(self, row: Row, holding: Callable[[int], Holding]) -> None:
        for source_number, target_number, quantity, _, _, *numbered in json.loads(row.movements):
            if not numbered:
                continue
            source, target = holding(source_number), holding(target_number)
            ranges = [SerialRange(first, last) for first, last in numbered[1]]
            if source.account in self._issuers:
                asset = source.asset
                self._undo.put(self.issued, asset, self.issued.get(asset, 0) + quantity)
                highest = max(serials.last for serials in ranges)
                self._undo.put(self.last, asset, max(self.last.get(asset, 0), highest))
                for serials in ranges:
                    self.blocks.add(target, serials, row.sequence)
            else:
                for serials in ranges:
                    self.blocks.move(source, target, serials, row.sequence)

    def _take_in_statement(self, said: Statement, sequence: int) -> None:
        facts = dict(said.facts)
        if said.kind in _CHANGES:
            account = self.accounts[said.account]
            self._undo.put(self.accounts, said.account, _CHANGES[said.kind](account, facts))
            return
        match said.kind:
            case Notice.ASKED.value:
                self._claim(said.account, facts)
            case Notice.PROPOSED.value:
                self._claim(said.account, facts)
                pending = _proposed(said.account, facts, sequence)
                self._undo.put(self.pending, pending.id, pending)
            case Notice.APPROVED.value:
                transaction = CommandId(facts["transaction"])
                due = as_instant(facts["due"], field="due")
                waiting = attrs.evolve(self.pending[transaction], status=PendingStatus.DELAYED, due=due)
                self._undo.put(self.pending, transaction, waiting)
            case Notice.ENDED.value:
                self._end(CommandId(facts["transaction"]))
            case Notice.CAP.value:
                self._undo.put(self.caps, AssetId(facts["asset"]), whole(facts["most"], field="most"))
            case _:
                pass


_READ = frozenset({"open_account", "statement", "post_hold", "void_hold", "reversal"})


def _years(account: AccountState, facts: dict[str, str]) -> AccountState:
    last = whole(facts["last"], field="last year") if facts["last"] else None
    return attrs.evolve(account, years=(whole(facts["first"], field="first year"), last))


def _emissions(account: AccountState, facts: dict[str, str]) -> AccountState:
    year, tonnes = whole(facts["year"], field="year"), whole(facts["tonnes"], field="tonnes")
    return attrs.evolve(account, emissions={**account.emissions, year: tonnes})


def _excluded(account: AccountState, facts: dict[str, str]) -> AccountState:
    return attrs.evolve(account, excluded=account.excluded | {whole(facts["year"], field="year")})


def _withdrawn(account: AccountState, facts: dict[str, str]) -> AccountState:
    year = whole(facts["year"], field="year")
    left = {each: tonnes for each, tonnes in account.emissions.items() if each != year}
    return attrs.evolve(account, emissions=left)


def _included(account: AccountState, facts: dict[str, str]) -> AccountState:
    return attrs.evolve(account, excluded=account.excluded - {whole(facts["year"], field="year")})


def _published(account: AccountState, facts: dict[str, str]) -> AccountState:
    year = whole(facts["year"], field="year")
    return attrs.evolve(account, published={**account.published, year: facts["status"]})


def _status(account: AccountState, facts: dict[str, str]) -> AccountState:
    return attrs.evolve(account, status=AccountStatus(facts["status"]))


def _people(account: AccountState, facts: dict[str, str]) -> AccountState:
    return attrs.evolve(account, people={**account.people, facts["person"]: Right(facts["right"])})


def _trusted(account: AccountState, facts: dict[str, str]) -> AccountState:
    other = AccountId(facts["trusted"])
    trusted = {each: since for each, since in account.trusted.items() if each != other}
    if facts["since"]:
        trusted[other] = as_instant(facts["since"], field="since")
    return attrs.evolve(account, trusted=trusted)


_CHANGES: Mapping[str, Callable[[AccountState, dict[str, str]], AccountState]] = {
    Report.OPERATING_YEARS.value: _years,
    Report.VERIFIED_EMISSIONS.value: _emissions,
    Report.EXCLUDED_YEAR.value: _excluded,
    Report.WITHDRAWN_EMISSIONS.value: _withdrawn,
    Report.INCLUDED_YEAR.value: _included,
    Report.PUBLISHED_STATUS.value: _published,
    Notice.STATUS.value: _status,
    Notice.REPRESENTATIVE.value: _people,
    Notice.TRUSTED.value: _trusted,
}


def _proposed(source: AccountId, facts: dict[str, str], sequence: int) -> Pending:
    return Pending(
        CommandId(facts["transaction"]),
        TransactionType(facts["type"]),
        AssetId(facts["asset"]),
        whole(facts["quantity"], field="quantity"),
        source,
        AccountId(facts["target"]),
        facts["by"],
        PendingStatus.AWAITING_APPROVAL,
        None,
        facts["serials"],
        sequence,
    )
