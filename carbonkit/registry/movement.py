"""Movements: transactions, reversals and exchanges, checked and written as commands of the ledger."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from carbonkit.errors import IdentifierReusedError
from carbonkit.ledger.account import Holding
from carbonkit.ledger.command import Command, Reversal, Statement, Transfer
from carbonkit.ledger.hold import Hold
from carbonkit.ledger.leg import Leg
from carbonkit.registry.account import Right
from carbonkit.registry.refusal import Check
from carbonkit.registry.rules import Route, TransactionType
from carbonkit.registry.state import Notice
from carbonkit.values.identifier import CommandId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.ledger.serial import SerialRange
    from carbonkit.registry.check import Checks
    from carbonkit.registry.request import Exchange, Undoing
    from carbonkit.registry.transaction import Transaction

__all__ = ["Movements"]


class Movements:
    """
    What moves units at once, each checked on the state that the turn has come to.

    Args:
        checks: The registry's checks.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.ledger.posting import Draft
        >>> from carbonkit.registry import Undoing
        >>> from carbonkit.registry.check import Checks
        >>> from carbonkit.registry.rules import BlockPolicy
        >>> from carbonkit.registry.state import State
        >>> from carbonkit.schemes import uk
        >>> checks = Checks(uk.registry_rules(), State(BlockPolicy.LOWEST), Draft(MemoryStore()))
        >>> back = Undoing(CommandId("back/1"), CommandId("surrender/1"), "2022-05-02T12:00:00Z")
        >>> Movements(checks).undoing(back)
        Traceback (most recent call last):
        ...
        carbonkit.errors.RegistryError: transaction: must be a transaction that was carried out, was ...
    """

    def __init__(self, checks: Checks) -> None:
        self._checks = checks

    def transaction(self, request: Transaction) -> Iterator[Command]:
        """
        Check a transaction and write it as commands of the ledger.

        Args:
            request: What is asked.

        Yields:
            The commands; the last is its receipt's.
        """
        if self._checks.is_recorded(request.id):
            yield from self._again(request)
            return
        route = self._checks.route(request)
        if request.by:
            self._checks.account(request.source).check_right(request.by, Right.INITIATE)
        if self._checks.needs_approval(request, route):
            self._checks.check_approved(request, route)
        yield from self._written(request, route, self._checks.serials(request, route))

    def _written(
        self, request: Transaction, route: Route, serials: tuple[SerialRange, ...]
    ) -> Iterator[Command]:
        if request.by or request.approved_by or request.beneficiary or request.year is not None:
            yield _asked(request)
        yield Transfer(request.id, [request.leg(route, serials)], request.type.value, request.effective_at)

    def _again(self, request: Transaction) -> Iterator[Command]:
        """Write a recorded transaction again: with the numbers that it was given then."""
        record = self._checks.draft.record(request.id)
        source, target = self._checks.account(request.source), self._checks.account(request.target)
        route = self._checks.rules.check_route(request.type, source.kind, target.kind)
        serials = request.serials
        if serials is None:
            serials = record.entries[0].serials if record is not None and record.entries else ()
            if sum(each.quantity for each in serials) != request.quantity:
                raise _reused(request.id)
        yield from self._written(request, route, serials)

    def undoing(self, request: Undoing) -> Command:
        """
        Check a reversal and write it as a command of the ledger.

        Args:
            request: What is asked.

        Returns:
            The command.

        Raises:
            RegistryError: If the transaction can not be reversed, not again, or not any more.
        """
        record = self._checks.draft.record(request.transaction)
        if record is None or not isinstance(record.command, (Transfer, Hold)):
            refused = Check.NOT_REVERSIBLE.error(
                "be a transaction that was carried out", was=request.transaction, field="transaction"
            )
            raise refused
        asked_for = record.command
        concluding = _done_id(asked_for.id) if isinstance(asked_for, Hold) else asked_for.id
        if not self._checks.is_recorded(request.id):
            self._check_undoing(request, asked_for, concluding)
        return Reversal(request.id, concluding, f"reverse_{asked_for.reason}", request.effective_at)

    def _check_undoing(self, request: Undoing, asked_for: Transfer | Hold, concluding: CommandId) -> None:
        leg = asked_for.legs[0]
        source, target = self._checks.account(leg.source), self._checks.account(leg.target)
        route = self._checks.rules.check_route(TransactionType(asked_for.reason), source.kind, target.kind)
        if not route.reversible:
            refused = Check.NOT_REVERSIBLE.error(
                "be of a type that can be reversed", was=asked_for.reason, field="transaction"
            )
            raise refused
        done = self._checks.draft.record(concluding)
        if done is None:
            refused = Check.NOT_REVERSIBLE.error(
                "be carried out", was=request.transaction, field="transaction"
            )
            raise refused
        if self._checks.draft.concluded_by(done.sequence) is not None:
            refused = Check.ALREADY_REVERSED.error(
                "be reversed once", was=request.transaction, field="transaction"
            )
            raise refused
        began, days = done.command.effective_at, route.reversible_days
        if request.effective_at < began or (
            days is not None and request.effective_at > began + datetime.timedelta(days=days)
        ):
            within = "at or after" if days is None else f"within {days} days of"
            refused = Check.REVERSAL_WINDOW_OVER.error(
                f"lie {within} {began}",
                was=request.effective_at,
                field="effective_at",
            )
            raise refused
        source.check_receiver(route)

    def exchange(self, request: Exchange) -> Command:
        """
        Check that units of one type may be given up for as many of another, and write it.

        Args:
            request: What is asked.

        Returns:
            The command.

        Raises:
            RegistryError: If the rules or the states refuse it.
        """
        account, into = self._checks.account(request.account), self._checks.account(request.into)
        route = self._checks.rules.check_route(request.type, account.kind, into.kind)
        issuing = self._checks.account(request.issued_by)
        if not self._checks.rules.kind(issuing.kind).may_go_negative:
            refused = Check.ROUTE_NOT_ALLOWED.error(
                "be an account where units come into being", was=request.issued_by, field="issued_by"
            )
            raise refused
        record = self._checks.draft.record(request.id) if self._checks.is_recorded(request.id) else None
        if record is not None and record.entries:
            given, made = record.entries[0].serials, record.entries[-1].serials
        else:
            account.check_sender(route)
            account.check_receiver(route)
            holding = Holding(request.account, request.old.asset_id, route.source_bucket.value)
            given = self._checks.chosen(holding, request.quantity)
            made = (self._checks.next_numbers(request.new.asset_id, request.quantity),)
        old, new = request.old.asset_id, request.new.asset_id
        given_up = Leg(
            old, request.quantity, request.account, request.into, route.source_bucket, serials=given
        )
        issued = Leg(new, request.quantity, request.issued_by, request.account, serials=made)
        return Transfer(request.id, [given_up, issued], request.type.value, request.effective_at)


def _reused(command_id: CommandId) -> IdentifierReusedError:
    return IdentifierReusedError("be new, or repeat the same request", was=command_id, field="request id")


def _done_id(transaction: CommandId) -> CommandId:
    return CommandId(f"{transaction}/done")


def _asked(request: Transaction) -> Statement:
    """Write down who asked for a transaction, who approved it, and for whose benefit it is."""
    facts = {
        "transaction": request.id.text,
        "by": request.by,
        "approved_by": request.approved_by,
        "beneficiary": request.beneficiary,
        **request.claim,
    }
    return Statement(
        CommandId(f"{request.id}/asked"), request.source, Notice.ASKED.value, facts, request.effective_at
    )
