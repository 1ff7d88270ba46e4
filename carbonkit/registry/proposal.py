"""
The two-person procedure: proposed by one, approved by another, carried out at once or after a delay.

What is proposed is held: the units have left the holder's tradable bucket, and come
back if the transaction is rejected or cancelled. An issue holds nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from carbonkit.errors import IdentifierReusedError, RegistryError
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.command import Command, Statement, Transfer
from carbonkit.ledger.hold import Hold, PostHold, VoidHold
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.serial import SerialRange
from carbonkit.registry.account import Right
from carbonkit.registry.refusal import Check
from carbonkit.registry.request import Approval, Completion, Proposal, Withdrawal
from carbonkit.registry.rules import TransactionType
from carbonkit.registry.state import Notice, Pending, PendingStatus
from carbonkit.values.identifier import CommandId
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from carbonkit.registry.check import Checks
    from carbonkit.registry.rules import Route
    from carbonkit.registry.transaction import Transaction
    from carbonkit.values.identifier import AccountId

__all__ = ["Proposals"]

_Step: TypeAlias = Proposal | Approval | Completion | Withdrawal


class Proposals:
    """
    The steps of the procedure, each checked on the state that the turn has come to.

    Args:
        checks: The registry's checks.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.ledger.posting import Draft
        >>> from carbonkit.registry.check import Checks
        >>> from carbonkit.registry.rules import BlockPolicy
        >>> from carbonkit.registry.state import State
        >>> from carbonkit.schemes import uk
        >>> checks = Checks(uk.registry_rules(), State(BlockPolicy.LOWEST), Draft(MemoryStore()))
        >>> step = Approval(CommandId("ok/1"), CommandId("t/1"), "bob", "2022-04-28T13:00:00Z")
        >>> list(Proposals(checks).recorded_as(step))
        Traceback (most recent call last):
        ...
        carbonkit.errors.RegistryError: transaction: must be one that waits for approval, was t/1; check 4004
    """

    def __init__(self, checks: Checks) -> None:
        self._checks = checks

    def recorded_as(self, request: _Step) -> Iterator[Command]:
        """
        Check a step and write it as commands of the ledger; the last is its receipt's.

        Args:
            request: The step.

        Yields:
            The commands.

        Raises:
            RegistryError: If the rules refuse it.
        """
        match request:
            case Proposal():
                yield from self._proposed(request.transaction)
            case Approval():
                yield from self._approved(request)
            case Completion():
                yield from self._completed(request)
            case Withdrawal():
                yield from self._withdrawn(request)

    # ---------------------------------------------------------------- propose

    def _proposed(self, request: Transaction) -> Iterator[Command]:
        checks = self._checks
        said = CommandId(f"{request.id}/proposed")
        if checks.is_recorded(said):
            yield from self._proposed_again(request, said)
            return
        if checks.is_recorded(request.id):
            raise IdentifierReusedError("be new", was=request.id, field="transaction id")
        route = checks.route(request)
        checks.account(request.source).check_right(request.by, Right.INITIATE)
        numbers_wait = request.type is TransactionType.ISSUE and request.serials is None
        serials = () if numbers_wait else checks.serials(request, route)
        yield from self._hold(request, route, serials, said)

    def _hold(
        self, request: Transaction, route: Route, serials: tuple[SerialRange, ...], said: CommandId
    ) -> Iterator[Command]:
        holds = request.type is not TransactionType.ISSUE
        facts = {
            "transaction": request.id.text,
            "type": request.type.value,
            "asset": request.unit.asset_id.text,
            "quantity": str(request.quantity),
            "target": request.target.text,
            "by": request.by,
            "beneficiary": request.beneficiary,
            "serials": "" if holds else ",".join(str(each) for each in serials),
            **request.claim,
        }
        yield Statement(said, request.source, Notice.PROPOSED.value, facts, request.effective_at)
        if holds:
            leg = request.leg(route, serials)
            bucket = Bucket.PENDING_SURRENDER if request.type in _GIVEN_UP else Bucket.RESERVED
            yield Hold(request.id, [leg], request.type.value, request.effective_at, bucket, None)

    def _proposed_again(self, request: Transaction, said: CommandId) -> Iterator[Command]:
        checks = self._checks
        before, held = checks.draft.record(said), checks.draft.record(request.id)
        serials: tuple[SerialRange, ...] = request.serials or ()
        if not serials and held is not None and isinstance(held.command, Hold):
            serials = held.entries[0].serials
        elif not serials and before is not None and isinstance(before.command, Statement):
            serials = _ranges(before.command.fact("serials"))
        numbers_wait = request.type is TransactionType.ISSUE and not serials
        if not numbers_wait and sum(each.quantity for each in serials) != request.quantity:
            raise IdentifierReusedError(
                "be new, or repeat the same request", was=request.id, field="request id"
            )
        source, target = checks.account(request.source), checks.account(request.target)
        route = checks.rules.check_route(request.type, source.kind, target.kind)
        yield from self._hold(request, route, serials, said)

    # ------------------------------------------------------ approve and after

    def _approved(self, request: Approval) -> Iterator[Command]:
        checks = self._checks
        if checks.is_recorded(request.id):
            yield from self._approved_again(request)
            return
        pending = self._pending(request.transaction, PendingStatus.AWAITING_APPROVAL)
        if request.by == pending.proposed_by:
            raise Check.APPROVED_BY_PROPOSER.error(
                "be another person than the proposer", was=request.by, field="by"
            )
        route = self._route(pending)
        source = checks.account(pending.source)
        source.check_right(request.by, Right.APPROVE)
        due = request.effective_at
        if route.delay and checks.rules.clock and not source.trusts(pending.target, request.effective_at):
            due = checks.rules.clock.due(request.effective_at)
        yield self._said_approved(request, pending, due)
        if due <= request.effective_at:
            yield self._carried_out(pending, request.effective_at)

    def _said_approved(self, request: Approval, pending: Pending, due: datetime.datetime) -> Statement:
        facts = {"transaction": pending.id.text, "by": request.by, "due": due.isoformat()}
        return Statement(request.id, pending.source, Notice.APPROVED.value, facts, request.effective_at)

    def _approved_again(self, request: Approval) -> Iterator[Command]:
        draft = self._checks.draft
        record = draft.record(request.id)
        said = None if record is None else record.command
        if isinstance(said, Statement) and said.kind == Notice.APPROVED.value:
            facts = {"transaction": request.transaction.text, "by": request.by, "due": said.fact("due")}
            yield Statement(request.id, said.account, said.kind, facts, request.effective_at)
            if as_instant(said.fact("due"), field="due") <= said.effective_at:
                yield from self._done_again(request.transaction)
        else:
            yield VoidHold(
                request.id, request.transaction, "approved", request.effective_at
            )  # another content

    def _done_again(self, transaction: CommandId) -> Iterator[Command]:
        draft = self._checks.draft
        for each in (CommandId(f"{transaction}/done"), transaction):
            record = draft.record(each)
            if record is not None:
                yield record.command
                return

    def _completed(self, request: Completion) -> Iterator[Command]:
        if self._checks.is_recorded(request.id):
            record = self._checks.draft.record(request.id)
            account = record.command.account if record and isinstance(record.command, Statement) else None
            if account is not None:
                yield _completing(request, account)
                yield from self._done_again(request.transaction)
                return
        pending = self._pending(request.transaction, PendingStatus.DELAYED)
        self._route(pending)
        if pending.due is not None and request.effective_at < pending.due:
            raise Check.STILL_DELAYED.error(
                f"be {pending.due} or later", was=request.effective_at, field="effective_at"
            )
        yield _completing(request, pending.source)
        yield self._carried_out(pending, request.effective_at)

    def _withdrawn(self, request: Withdrawal) -> Iterator[Command]:
        checks = self._checks
        if checks.is_recorded(request.id):
            record = checks.draft.record(request.id)
            if record is not None and isinstance(record.command, Statement):
                yield _ending(request, record.command.account)
                void = CommandId(f"{request.transaction}/ended")
                if checks.is_recorded(void):
                    yield VoidHold(void, request.transaction, request.reason, request.effective_at)
                return
        pending = checks.state.pending.get(request.transaction)
        if pending is None or (
            request.reason == "rejected" and pending.status is not PendingStatus.AWAITING_APPROVAL
        ):
            raise _not_pending("waits for approval", request.transaction)
        source = checks.account(pending.source)
        if request.by != pending.proposed_by:
            source.check_right(request.by, Right.APPROVE)
        held = pending.type is not TransactionType.ISSUE
        yield _ending(request, pending.source)
        if held:
            void = CommandId(f"{request.transaction}/ended")
            yield VoidHold(void, request.transaction, request.reason, request.effective_at)

    def _pending(self, transaction: CommandId, status: PendingStatus) -> Pending:
        found = self._checks.state.pending.get(transaction)
        if found is None or found.status is not status:
            awaiting = status is PendingStatus.AWAITING_APPROVAL
            raise _not_pending("waits for approval" if awaiting else "is approved and waits", transaction)
        return found

    def _route(self, pending: Pending) -> Route:
        """Check again that the accounts' states allow it: much may have happened since."""
        source, target = self._checks.account(pending.source), self._checks.account(pending.target)
        route = self._checks.rules.check_route(pending.type, source.kind, target.kind)
        source.check_sender(route)
        target.check_receiver(route)
        return route

    def _carried_out(self, pending: Pending, at: datetime.datetime) -> Command:
        if pending.type is not TransactionType.ISSUE:
            return PostHold(CommandId(f"{pending.id}/done"), pending.id, at)
        self._checks.check_cap(pending.asset, pending.quantity)
        next_ones = self._checks.next_numbers(pending.asset, pending.quantity)
        serials = _ranges(pending.serials) or (next_ones,)
        leg = Leg(pending.asset, pending.quantity, pending.source, pending.target, serials=serials)
        return Transfer(pending.id, [leg], pending.type.value, at)


_GIVEN_UP = frozenset({TransactionType.SURRENDER, TransactionType.CANCEL, TransactionType.DELETE})


def _ranges(text: str) -> tuple[SerialRange, ...]:
    pairs = (each.split("-") for each in text.split(",") if each)
    return tuple(SerialRange(int(first), int(last)) for first, last in pairs)


def _completing(request: Completion, account: AccountId) -> Statement:
    facts = {"transaction": request.transaction.text}
    return Statement(request.id, account, Notice.COMPLETED.value, facts, request.effective_at)


def _ending(request: Withdrawal, account: AccountId) -> Statement:
    facts = {"transaction": request.transaction.text, "by": request.by, "reason": request.reason}
    return Statement(request.id, account, Notice.ENDED.value, facts, request.effective_at)


def _not_pending(must: str, transaction: CommandId) -> RegistryError:
    return Check.NOT_PENDING.error(f"be one that {must}", was=transaction, field="transaction")
