"""Checks: a scheme's rules applied to requests, one after the other, inside the ledger's turn."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeAlias

from carbonkit.errors import IdentifierReusedError, OverdraftError, RegistryError, UnknownAccountError
from carbonkit.ledger.account import Account, Holding
from carbonkit.ledger.command import Command, DefineAsset, OpenAccount, Reversal, Statement, Transfer
from carbonkit.ledger.hold import Hold
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.serial import SerialRange
from carbonkit.registry.account import AccountState, AccountStatus, Right
from carbonkit.registry.compliance import Report
from carbonkit.registry.proposal import Proposals
from carbonkit.registry.refusal import Check
from carbonkit.registry.request import (
    Appointment,
    Approval,
    Completion,
    Emissions,
    Exchange,
    Exclusion,
    IssuanceCap,
    Opening,
    Operation,
    Proposal,
    Request,
    StatusChange,
    Trust,
    Undoing,
    UnitDefinition,
    Withdrawal,
)
from carbonkit.registry.rules import RegistryRules, Route, TransactionType
from carbonkit.registry.state import Notice
from carbonkit.registry.transaction import Transaction
from carbonkit.values.identifier import CommandId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.ledger.posting import Draft
    from carbonkit.registry.state import State
    from carbonkit.values.identifier import AccountId

__all__ = ["Checks"]


class Checks:
    """
    What a registry checks before it records, on the state that the turn has come to.

    Args:
        rules: The scheme's rules.
        state: What is known of accounts, blocks and pending transactions.
        draft: What the turn has come to.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.ledger.posting import Draft
        >>> from carbonkit.registry import Opening
        >>> from carbonkit.registry.rules import BlockPolicy
        >>> from carbonkit.registry.state import State
        >>> from carbonkit.schemes import uk
        >>> from carbonkit.values import AccountId, CommandId
        >>> checks = Checks(uk.registry_rules(), State(BlockPolicy.LOWEST), Draft(MemoryStore()))
        >>> at = "2021-01-01T00:00:00Z"
        >>> opening = Opening(CommandId("open/1"), AccountId("UK-TOTAL"), "total_quantity", at)
        >>> [command.account.kind for command in checks.recorded_as(opening)]
        ['total_quantity']
    """

    def __init__(self, rules: RegistryRules, state: State, draft: Draft) -> None:
        self.rules = rules
        self.state = state
        self.draft = draft

    def recorded_as(self, request: Request) -> Iterator[Command]:
        """
        Check a request by the rules and write it as commands of the ledger; the last is its receipt's.

        Args:
            request: What is asked.

        Yields:
            The commands.

        Raises:
            RegistryError: If the rules refuse it.
            UnknownAccountError: If it names an account that is not open.
        """
        match request:
            case UnitDefinition():
                yield DefineAsset(request.id, request.unit.asset, request.effective_at)
            case Opening():
                kind = self.rules.kind(request.kind)
                opened = Account(request.account, kind.name, may_go_negative=kind.may_go_negative)
                yield OpenAccount(request.id, opened, request.effective_at)
            case Transaction():
                yield from self._transaction(request)
            case Undoing():
                yield self._undoing(request)
            case Exchange():
                yield self._exchange(request)
            case Proposal() | Approval() | Completion() | Withdrawal():
                yield from Proposals(self).recorded_as(request)
            case _:
                if not self.is_recorded(request.id):
                    self._check_statement(request)
                yield _stated(request)

    # ------------------------------------------------------------ looking up

    def is_recorded(self, command_id: CommandId) -> bool:
        """Say whether an id was used; the ledger compares what for."""
        return self.draft.is_known(command_id)

    def account(self, account: AccountId) -> AccountState:
        """
        Return what is known of an account.

        Returns:
            Its state.

        Raises:
            UnknownAccountError: If it is not open.
        """
        found = self.state.accounts.get(account)
        if found is None:
            raise UnknownAccountError("be open", was=account, field="account", hint="submit Opening first")
        return found

    # ---------------------------------------------------------- transactions

    def route(self, request: Transaction) -> Route:
        """
        Check that the rules allow a transaction between these accounts, and their states.

        Args:
            request: The transaction.

        Returns:
            The route.

        Raises:
            RegistryError: If the rules or the states refuse it.
            UnknownAccountError: If an account is not open.
        """
        source, target = self.account(request.source), self.account(request.target)
        route = self.rules.check_route(request.type, source.kind, target.kind)
        if (request.source == request.target) != route.within:
            must = "be the same as the source" if route.within else "be another than the source"
            refused = Check.SAME_ACCOUNT.error(must, was=request.target, field="target")
            raise refused
        source.check_sender(route)
        target.check_receiver(route)
        if request.type is TransactionType.ISSUE:
            self._check_cap(request)
        return route

    def needs_approval(self, request: Transaction, route: Route) -> bool:
        """Say whether a second person must approve a transaction."""
        if route.approval:
            return True
        trusted = self.account(request.source).trusts(request.target, request.effective_at)
        return route.delay and not trusted

    def serials(self, request: Transaction, route: Route) -> tuple[SerialRange, ...]:
        """
        Choose the serial numbers that go.

        Args:
            request: The transaction.
            route: The route that allows it.

        Returns:
            The ranges that it names, else those that the registry chooses.
        """
        if request.serials is not None:
            return request.serials
        asset = request.unit.asset_id
        if request.type is TransactionType.ISSUE:
            first = self.state.last.get(asset, 0) + 1
            return (SerialRange(first, first + request.quantity - 1),)
        return self._chosen(Holding(request.source, asset, route.source_bucket.value), request.quantity)

    def _chosen(self, holding: Holding, quantity: int) -> tuple[SerialRange, ...]:
        chosen = self.state.blocks.choose(holding, quantity)
        there = sum(each.quantity for each in chosen)
        if there < quantity:
            raise OverdraftError(
                f"move at most the {there} in {holding}", was=quantity, field=f"quantity of {holding.asset}"
            )
        return chosen

    def _transaction(self, request: Transaction) -> Iterator[Command]:
        if self.is_recorded(request.id):
            yield from self._again(request)
            return
        route = self.route(request)
        if request.by:
            self.account(request.source).check_right(request.by, Right.INITIATE)
        if self.needs_approval(request, route):
            self._check_approved(request, route)
        yield from self._written(request, route, self.serials(request, route))

    def _written(
        self, request: Transaction, route: Route, serials: tuple[SerialRange, ...]
    ) -> Iterator[Command]:
        if request.by or request.approved_by or request.beneficiary:
            yield asked(request)
        yield Transfer(request.id, [request.leg(route, serials)], request.type.value, request.effective_at)

    def _again(self, request: Transaction) -> Iterator[Command]:
        """Write a recorded transaction again: with the numbers that it was given then."""
        record = self.draft.record(request.id)
        source, target = self.account(request.source), self.account(request.target)
        route = self.rules.check_route(request.type, source.kind, target.kind)
        serials = request.serials
        if serials is None:
            serials = record.entries[0].serials if record is not None and record.entries else ()
            if sum(each.quantity for each in serials) != request.quantity:
                raise reused(request.id)
        yield from self._written(request, route, serials)

    def _check_approved(self, request: Transaction, route: Route) -> None:
        source = self.account(request.source)
        if not (request.by and request.approved_by):
            raise Check.APPROVAL_REQUIRED.error(
                "be asked for by one person and approved by another",
                was=request.id,
                field="transaction",
                hint="submit a Proposal, or name both in by and approved_by",
            )
        if request.by == request.approved_by:
            raise Check.APPROVED_BY_PROPOSER.error(
                "be another person than the proposer", was=request.approved_by, field="approved_by"
            )
        source.check_right(request.approved_by, Right.APPROVE)
        if route.delay and not source.trusts(request.target, request.effective_at) and self.rules.clock:
            raise Check.NOT_TRUSTED.error(
                f"be an account that {request.source} trusts",
                was=request.target,
                field="target",
                hint="submit a Proposal: it is carried out after the delay",
            )

    def _check_cap(self, request: Transaction) -> None:
        asset = request.unit.asset_id
        cap, issued = self.state.caps.get(asset), self.state.issued.get(asset, 0)
        if cap is not None and issued + request.quantity > cap:
            raise Check.ISSUE_ABOVE_CAP.error(
                f"be at most {cap - issued}, what is left of the cap of {asset}",
                was=request.quantity,
                field="quantity",
            )

    # ----------------------------------------------- undoing and exchanging

    def _undoing(self, request: Undoing) -> Command:
        record = self.draft.record(request.transaction)
        if record is None or not isinstance(record.command, (Transfer, Hold)):
            raise Check.NOT_REVERSIBLE.error(
                "be a transaction that was carried out", was=request.transaction, field="transaction"
            )
        asked_for = record.command
        concluding = done_id(asked_for.id) if isinstance(asked_for, Hold) else asked_for.id
        if not self.is_recorded(request.id):
            self._check_undoing(request, asked_for, concluding)
        return Reversal(request.id, concluding, f"reverse_{asked_for.reason}", request.effective_at)

    def _check_undoing(self, request: Undoing, asked_for: Transfer | Hold, concluding: CommandId) -> None:
        leg = asked_for.legs[0]
        source, target = self.account(leg.source), self.account(leg.target)
        route = self.rules.check_route(TransactionType(asked_for.reason), source.kind, target.kind)
        if not route.reversible:
            raise Check.NOT_REVERSIBLE.error(
                "be of a type that can be reversed", was=asked_for.reason, field="transaction"
            )
        done = self.draft.record(concluding)
        if done is None:
            raise Check.NOT_REVERSIBLE.error("be carried out", was=request.transaction, field="transaction")
        if self.draft.concluded_by(done.sequence) is not None:
            raise Check.ALREADY_REVERSED.error(
                "be reversed once", was=request.transaction, field="transaction"
            )
        began, days = done.command.effective_at, route.reversible_days
        if request.effective_at < began or (
            days is not None and request.effective_at > began + datetime.timedelta(days=days)
        ):
            within = "at or after" if days is None else f"within {days} days of"
            raise Check.REVERSAL_WINDOW_OVER.error(
                f"lie {within} {began}",
                was=request.effective_at,
                field="effective_at",
            )
        source.check_receiver(route)

    def _exchange(self, request: Exchange) -> Command:
        account, into = self.account(request.account), self.account(request.into)
        route = self.rules.check_route(request.type, account.kind, into.kind)
        issuing = self.account(request.issued_by)
        if not self.rules.kind(issuing.kind).may_go_negative:
            raise Check.ROUTE_NOT_ALLOWED.error(
                "be an account where units come into being", was=request.issued_by, field="issued_by"
            )
        record = self.draft.record(request.id) if self.is_recorded(request.id) else None
        if record is not None and record.entries:
            given, made = record.entries[0].serials, record.entries[-1].serials
        else:
            account.check_sender(route)
            account.check_receiver(route)
            holding = Holding(request.account, request.old.asset_id, route.source_bucket.value)
            given = self._chosen(holding, request.quantity)
            first = self.state.last.get(request.new.asset_id, 0) + 1
            made = (SerialRange(first, first + request.quantity - 1),)
        old, new = request.old.asset_id, request.new.asset_id
        given_up = Leg(
            old, request.quantity, request.account, request.into, route.source_bucket, serials=given
        )
        issued = Leg(new, request.quantity, request.issued_by, request.account, serials=made)
        return Transfer(request.id, [given_up, issued], request.type.value, request.effective_at)

    # ------------------------------------------------------------ statements

    def _check_statement(self, request: Said) -> None:
        account = self.account(request.account)
        match request:
            case Emissions():
                _check_operating(account, request.year)
                if request.tonnes and request.year in account.excluded:
                    raise RegistryError(
                        f"be 0 for {request.year}, a year that the authority excluded",
                        was=request.tonnes,
                        field="tonnes",
                        code="year_excluded",
                    )
            case Exclusion():
                _check_operating(account, request.year)
                if account.emissions.get(request.year):
                    raise RegistryError(
                        "be a year without verified emissions",
                        was=f"{request.year} with {account.emissions[request.year]} tCO2e",
                        field="excluded year",
                        hint="report 0 for it first",
                        code="year_reported",
                    )
            case StatusChange():
                self._check_status(account, request.status)
            case Trust():
                self.account(request.trusted)
            case _:
                pass

    def _check_status(self, account: AccountState, status: AccountStatus) -> None:
        if account.status is AccountStatus.CLOSED:
            raise Check.STATUS_NOT_ALLOWED.error(
                "stay closed", was=status.value, field=f"account {account.account}"
            )
        if status is not AccountStatus.CLOSED:
            return
        if self.state.blocks.any_of(account.account):
            raise Check.NOT_EMPTY.error(
                "be empty before it is closed",
                was="units",
                field=f"account {account.account}",
                hint="submit a CLOSURE_TRANSFER first",
            )


Said: TypeAlias = Operation | Emissions | Exclusion | IssuanceCap | StatusChange | Appointment | Trust


def reused(command_id: CommandId) -> IdentifierReusedError:
    """
    Make the error of an id that was used for something else.

    Returns:
        The error.

    Example:
        >>> str(reused(CommandId("t/1")))
        'request id: must be new, or repeat the same request, was t/1'
    """
    return IdentifierReusedError("be new, or repeat the same request", was=command_id, field="request id")


def done_id(transaction: CommandId) -> CommandId:
    """
    Name the command that carries out a transaction which was proposed.

    Returns:
        Its id.

    Example:
        >>> done_id(CommandId("t/1"))
        CommandId('t/1/done')
    """
    return CommandId(f"{transaction}/done")


def asked(request: Transaction) -> Statement:
    """
    Write down who asked for a transaction, who approved it, and for whose benefit it is.

    Returns:
        The statement.

    Example:
        >>> from carbonkit.registry import UnitType
        >>> from carbonkit.values import AccountId
        >>> given_up = Transaction(
        ...     CommandId("t/1"), TransactionType.CANCEL, UnitType("UKA", "2021"), 1, AccountId("A"),
        ...     AccountId("B"), "2022-01-01T00:00:00Z", by="ann")
        >>> asked(given_up).fact("by")
        'ann'
    """
    facts = {
        "transaction": request.id.text,
        "by": request.by,
        "approved_by": request.approved_by,
        "beneficiary": request.beneficiary,
    }
    return Statement(
        CommandId(f"{request.id}/asked"), request.source, Notice.ASKED.value, facts, request.effective_at
    )


def _check_operating(account: AccountState, year: int) -> None:
    if account.years is None:
        raise RegistryError(
            "have its years of operation stated",
            was="none",
            field=f"account {account.account}",
            hint="submit Operation first",
            code="years_not_stated",
        )
    first, last = account.years
    if year < first or (last is not None and year > last):
        raise RegistryError(
            f"be a year of operation, {first} to {'now' if last is None else last}",
            was=year,
            field="year",
            code="year_outside_operation",
        )


def _stated(request: Said) -> Statement:
    kind, facts = "", dict[str, str]()
    match request:
        case Operation():
            kind = Report.OPERATING_YEARS.value
            last = "" if request.last_year is None else str(request.last_year)
            facts = {"first": str(request.first_year), "last": last}
        case Emissions():
            kind = Report.VERIFIED_EMISSIONS.value
            facts = {"year": str(request.year), "tonnes": str(request.tonnes)}
        case Exclusion():
            kind, facts = Report.EXCLUDED_YEAR.value, {"year": str(request.year)}
        case IssuanceCap():
            kind = Notice.CAP.value
            facts = {"asset": request.unit.asset_id.text, "most": str(request.most)}
        case StatusChange():
            kind, facts = Notice.STATUS.value, {"status": request.status.value}
        case Appointment():
            kind = Notice.REPRESENTATIVE.value
            facts = {"person": request.person, "right": request.right.value}
        case Trust():
            kind = Notice.TRUSTED.value
            since = "" if request.since is None else request.since.isoformat()
            facts = {"trusted": request.trusted.text, "since": since}
    return Statement(request.id, request.account, kind, facts, request.effective_at)
