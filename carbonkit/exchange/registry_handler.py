"""The registry's part of the exchange: what one person proposes and another approves."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.exchange.handler import (
    Changes,
    ForbiddenError,
    Reads,
    check_account,
    is_staff,
    visible_accounts,
)
from carbonkit.exchange.intent import Deed, Taken, begin, done
from carbonkit.exchange.journal import Document, Kind, Search
from carbonkit.exchange.paging import documents_page
from carbonkit.exchange.projection import as_text, value_in
from carbonkit.exchange.scheme import AUTHORITY
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.command import Statement
from carbonkit.ledger.moment import microseconds
from carbonkit.registry.account import Right
from carbonkit.registry.refusal import Check
from carbonkit.registry.request import Appointment, Approval, Completion, Proposal, Withdrawal
from carbonkit.registry.rules import TransactionType
from carbonkit.registry.transaction import Transaction
from carbonkit.registry.unit import UnitType
from carbonkit.values.identifier import CommandId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant
from carbonkit.wire.answer import TransactionStage, TransactionSummary
from carbonkit.wire.operations import (
    APPROVE_TRANSACTION,
    CANCEL_TRANSACTION,
    COMPLETE_TRANSACTION,
    PROPOSE_SURRENDER,
    PROPOSE_TRANSACTION,
    REJECT_TRANSACTION,
    TRANSACTION,
    TRANSACTIONS,
)
from carbonkit.wire.request import SurrenderRequest, TransactionRequest

if TYPE_CHECKING:
    import datetime
    from collections.abc import Generator, Mapping, Sequence

    from carbonkit.exchange.caller import Caller
    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.exchange.intent import Intent
    from carbonkit.exchange.journal import Journal
    from carbonkit.ledger.receipt import Receipt
    from carbonkit.registry.request import Request
    from carbonkit.values.identifier import AccountId
    from carbonkit.wire.page import Page
    from carbonkit.wire.query import AccountQuery

__all__ = ["DEEDS", "HANDLERS"]

_OFFICIAL: Final = frozenset({TransactionType.FREEZE, TransactionType.UNFREEZE, TransactionType.DEDUCT})
"""What is done to a holder and not by one."""

# --------------------------------------------------------------------- proposals


def _propose(desk: Desk, asked: Asked) -> Generator[None, None, object]:
    body: TransactionRequest | SurrenderRequest = asked.body
    check_account(asked.caller, body.account if isinstance(body, SurrenderRequest) else body.source)
    proposed = _transaction(desk, body, asked.token, asked.caller.person, desk.now())
    _check_official(desk, asked.caller, proposed.type, Right.INITIATE)
    intent = begin(desk, asked, taken=_taken(desk, proposed))
    return (yield from done(desk, intent, DEEDS[intent.operation]))


def _transaction(
    desk: Desk,
    body: TransactionRequest | SurrenderRequest,
    token: str,
    by: str,
    at: datetime.datetime,
) -> Transaction:
    if isinstance(body, SurrenderRequest):
        kind, source, target, beneficiary = TransactionType.SURRENDER, body.account, desk.scheme.surrender, ""
    else:
        kind, source, target, beneficiary = body.type, body.source, body.target, body.beneficiary
    return Transaction(
        CommandId(f"TX-{token}"),
        kind,
        UnitType(body.unit, body.vintage),
        whole(body.quantity, field="quantity"),
        source,
        target,
        at,
        by=by,
        beneficiary=beneficiary,
        year=body.year,
    )


def _taken(desk: Desk, proposed: Transaction) -> Taken | None:
    """Say what the venue has to give up: what is set aside of an admitted account's free units."""
    ledger = desk.ledger
    route = desk.registry.rules.check_route(
        proposed.type, ledger.account(proposed.source).kind, ledger.account(proposed.target).kind
    )
    issued = proposed.type is TransactionType.ISSUE
    if issued or route.source_bucket is not Bucket.TRADABLE or proposed.source not in desk.venue.accounts():
        return None
    return Taken(proposed.source, proposed.unit.asset_id, proposed.quantity)


def _post_proposal(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    proposed = _transaction(desk, intent.request, intent.token, intent.by, intent.at)
    return _submitted(desk, intent, proposed.type, proposed.source, Right.INITIATE, Proposal(proposed))


def _finish_proposal(desk: Desk, intent: Intent, _: Sequence[Receipt]) -> TransactionSummary:
    proposed = _transaction(desk, intent.request, intent.token, intent.by, intent.at)
    summary = TransactionSummary(
        transaction=proposed.id.text,
        type=proposed.type,
        asset=proposed.unit.asset_id,
        quantity=proposed.quantity,
        source=proposed.source,
        target=proposed.target,
        year=proposed.year,
        stage=TransactionStage.PROPOSED,
        proposed_by=intent.by,
        approved_by=None,
        proposed_at=intent.at,
    )
    desk.put(_document(summary, desk.next_number(Kind.TRANSACTION)))
    return summary


# ------------------------------------------------------------- what the staff does


def _check_official(desk: Desk, caller: Caller, kind: TransactionType, right: Right) -> None:
    """Check that what is done to a holder is asked by the registry's staff, entitled for its own account."""
    if kind not in _OFFICIAL:
        return
    if not is_staff(caller):
        raise ForbiddenError(
            "be asked for by the registry's staff",
            was=kind.value,
            field="type",
            hint="freeze, unfreeze and deduct are no holder's: one of the staff proposes, another approves",
        )
    desk.registry.account(AUTHORITY).check_right(caller.person, right)


def _submitted(  # noqa: PLR0917  each once
    desk: Desk, intent: Intent, kind: TransactionType, account: AccountId, right: Right, request: Request
) -> Sequence[Receipt]:
    """Submit one step, and give its receipt."""
    if kind not in _OFFICIAL:
        return desk.registry.submit([request])
    requests = [request]
    people = desk.registry.account(account).people
    has = people.get(intent.by, Right.NONE)
    if people and not has.covers(right):
        # The registry asks for a right over the holder's account. Its staff, whose right over the
        # authority's own was checked, gets it for just this step, in the same write.
        given, ended = (CommandId(f"{intent.name}/{word}") for word in ("given", "ended"))
        requests.insert(0, Appointment(given, account, intent.by, right, intent.at))
        requests.append(Appointment(ended, account, intent.by, has, intent.at))
    place = requests.index(request)
    return desk.registry.submit(requests)[place : place + 1]


# -------------------------------------------------------------- approval and after


def _go_on(desk: Desk, asked: Asked) -> Generator[None, None, object]:
    name = asked.parts["transaction"]
    found = _shown(desk.document(Kind.TRANSACTION, name), asked.caller, name)
    summary = _summary_in(found)
    check_account(asked.caller, summary.source)
    own = asked.operation.name == CANCEL_TRANSACTION.name and asked.caller.person == summary.proposed_by
    _check_official(desk, asked.caller, summary.type, Right.INITIATE if own else Right.APPROVE)
    if asked.operation.name == REJECT_TRANSACTION.name and asked.caller.person == summary.proposed_by:
        raise Check.APPROVED_BY_PROPOSER.error(
            "be another person than the proposer", was=asked.caller.person, field="by", hint="cancel it"
        )
    intent = begin(desk, asked, subject=name)
    return (yield from done(desk, intent, DEEDS[intent.operation]))


def _post_approval(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    return _step(desk, intent, Approval(_step_id(intent), CommandId(intent.subject), intent.by, intent.at))


def _post_completion(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    return _step(desk, intent, Completion(_step_id(intent), CommandId(intent.subject), intent.at))


def _post_rejection(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    return _withdrawn(desk, intent, "rejected")


def _post_cancellation(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    return _withdrawn(desk, intent, "cancelled")


def _withdrawn(desk: Desk, intent: Intent, reason: str) -> Sequence[Receipt]:
    step, transaction = _step_id(intent), CommandId(intent.subject)
    return _step(desk, intent, Withdrawal(step, transaction, intent.by, reason, intent.at))


def _step(desk: Desk, intent: Intent, request: Request) -> Sequence[Receipt]:
    before = _summary_in(desk.document(Kind.TRANSACTION, intent.subject))
    return _submitted(desk, intent, before.type, before.source, Right.APPROVE, request)


def _step_id(intent: Intent) -> CommandId:
    return CommandId(intent.name)


def _finish_approval(desk: Desk, intent: Intent, receipts: Sequence[Receipt]) -> TransactionSummary:
    said = receipts[-1].command
    if not isinstance(said, Statement):
        return _changed(desk, intent, TransactionStage.COMPLETED, approved_by=intent.by)
    # Approved and nothing else: the registry carries it out when its delay is over.
    due = as_instant(said.fact("due"), field="due")
    return _changed(desk, intent, TransactionStage.DELAYED, approved_by=intent.by, due=due)


def _finish_completion(desk: Desk, intent: Intent, _: Sequence[Receipt]) -> TransactionSummary:
    return _changed(desk, intent, TransactionStage.COMPLETED)


def _finish_rejection(desk: Desk, intent: Intent, _: Sequence[Receipt]) -> TransactionSummary:
    return _changed(desk, intent, TransactionStage.REJECTED)


def _finish_cancellation(desk: Desk, intent: Intent, _: Sequence[Receipt]) -> TransactionSummary:
    return _changed(desk, intent, TransactionStage.CANCELLED)


def _changed(
    desk: Desk,
    intent: Intent,
    stage: TransactionStage,
    *,
    approved_by: str | None = None,
    due: datetime.datetime | None = None,
) -> TransactionSummary:
    before = desk.document(Kind.TRANSACTION, intent.subject)
    was = _summary_in(before)
    summary = attrs.evolve(was, stage=stage, approved_by=approved_by or was.approved_by, due=due)
    desk.put(_document(summary, before.number))
    return summary


# ------------------------------------------------------------------------ documents


def _document(summary: TransactionSummary, number: int) -> Document:
    source, target = summary.source.text, summary.target.text
    return Document(
        kind=Kind.TRANSACTION,
        id=summary.transaction,
        number=number,
        at=microseconds(summary.proposed_at),
        account=source,
        other="" if target == source else target,
        instrument="",
        name="",
        state=summary.stage.value,
        body=as_text(summary),
    )


def _summary_in(document: Document) -> TransactionSummary:
    return value_in(TransactionSummary, document)


def _shown(document: Document | None, caller: Caller, name: str) -> Document:
    """Give a transaction to those whose it is; to others there is none."""
    mine = visible_accounts(caller, None)
    if document is None or not (mine is None or {document.account, document.other} & set(mine)):
        raise NotFoundError("name a known transaction", was=name, field="transaction")
    return document


def _found(journal: Journal, caller: Caller, name: str) -> TransactionSummary:
    return _summary_in(_shown(journal.document(Kind.TRANSACTION, name), caller, name))


def _show(desk: Desk, asked: Asked) -> TransactionSummary:
    return _found(desk.journal, asked.caller, asked.parts["transaction"])


def _list(desk: Desk, asked: Asked) -> Page[TransactionSummary]:
    query: AccountQuery = asked.query
    search = Search(kind=Kind.TRANSACTION, accounts=visible_accounts(asked.caller, query.account))
    return documents_page(desk.journal, search, query, _summary_in)


DEEDS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        PROPOSE_TRANSACTION.name: Deed(_post_proposal, _finish_proposal),
        PROPOSE_SURRENDER.name: Deed(_post_proposal, _finish_proposal),
        APPROVE_TRANSACTION.name: Deed(_post_approval, _finish_approval),
        REJECT_TRANSACTION.name: Deed(_post_rejection, _finish_rejection),
        CANCEL_TRANSACTION.name: Deed(_post_cancellation, _finish_cancellation),
        COMPLETE_TRANSACTION.name: Deed(_post_completion, _finish_completion),
    }
)
"""How the intents of each operation are carried through, by its name."""

HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        PROPOSE_TRANSACTION.name: Changes(_propose),
        PROPOSE_SURRENDER.name: Changes(_propose),
        APPROVE_TRANSACTION.name: Changes(_go_on),
        REJECT_TRANSACTION.name: Changes(_go_on),
        CANCEL_TRANSACTION.name: Changes(_go_on),
        COMPLETE_TRANSACTION.name: Changes(_go_on),
        TRANSACTION.name: Reads(_show),
        TRANSACTIONS.name: Reads(_list),
    }
)
"""What the exchange does for each operation of the registry, by its name."""
