"""Accounts: where each stands at the venue and in the ledger, and what moved in it."""

from __future__ import annotations

import itertools
from collections import deque
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonkit.exchange.handler import Looks, Reads, check_account
from carbonkit.exchange.paging import cursor_number, numbered_page
from carbonkit.ledger.journal import record_of
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.values.identifier import AccountId
from carbonkit.wire.answer import AccountSummary, HoldingLine, StatementLine
from carbonkit.wire.operations import ACCOUNT, STATEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.ledger.journal import Record
    from carbonkit.ledger.ledger import Ledger
    from carbonkit.ledger.row import Row
    from carbonkit.market.position import Position
    from carbonkit.wire.page import Page
    from carbonkit.wire.query import ListQuery

__all__ = ["HANDLERS", "account_summary", "participant_mark"]

_PLACES: Final = 10_000  # more than one record has entries


def participant_mark(account: AccountId) -> str:
    """
    Name the mark that says what a participant is at the venue.

    Args:
        account: Its account.

    Returns:
        The mark's name.

    Example:
        >>> participant_mark(AccountId("KEE-001"))
        'participant/KEE-001'
    """
    return f"participant/{account}"


def account_summary(desk: Desk, account: AccountId) -> AccountSummary:
    """
    Say where an account stands.

    Args:
        desk: The desk.
        account: Which account.

    Returns:
        Its positions of what is traded, if it is admitted, and what the ledger holds for it.

    Raises:
        UnknownAccountError: If it is not open.

    Example:
        >>> account_summary.__name__
        'account_summary'
    """
    ledger, name = desk.ledger, participant_mark(account)
    kind = desk.writes.marks.get(name) or desk.journal.mark(name)
    holdings = [
        HoldingLine(
            asset=each.holding.asset,
            bucket=each.holding.bucket,
            quantity=ledger.asset(each.holding.asset).amount(each.quantity),
        )
        for each in ledger.balances(account)
        if each.quantity
    ]
    return AccountSummary(
        account=account,
        kind=None if kind is None else ParticipantKind(kind),
        positions=_positions(desk, account),
        holdings=tuple(holdings),
    )


def _positions(desk: Desk, account: AccountId) -> tuple[Position, ...]:
    venue, currency = desk.venue, desk.scheme.currency
    if account not in venue.accounts():
        return ()
    assets = dict.fromkeys(each.asset for each in venue.instruments())
    return tuple(venue.position(account, asset, currency) for asset in assets)


def _account(desk: Desk, asked: Asked) -> AccountSummary:
    return account_summary(desk, _own(asked))


def _own(asked: Asked) -> AccountId:
    account = AccountId(asked.parts["account"])
    check_account(asked.caller, account)
    return account


def _statement(desk: Desk, asked: Asked) -> Page[StatementLine]:
    account, ledger = _own(asked), desk.ledger
    query: ListQuery = asked.query
    ledger.account(account)
    # The ledger gives an account's rows oldest first: all are passed over, the page's are kept. That takes as
    # long, and with some stores as much room, as the account has records; so it is read as a heavy read.
    before = cursor_number(query.cursor)
    last = None if before is None else before // _PLACES
    rows: deque[Row] = deque(maxlen=query.limit + 2)
    for row in ledger.store.rows_about(account):
        if last is not None and row.sequence > last:
            break
        if row.movements != "[]":
            rows.append(row)
    records = (record_of(row, ledger.store.holding_numbered) for row in reversed(rows))
    lines = itertools.chain.from_iterable(_lines(ledger, account, each) for each in records)
    return numbered_page(lines, query)


def _lines(ledger: Ledger, account: AccountId, record: Record) -> Iterator[tuple[int, StatementLine]]:
    """Give what a record did in an account, last first, so that each balance follows from the one below."""
    for place, entry in reversed(list(enumerate(record.entries, 1))):
        held = entry.holding
        if held.account == account:
            asset = ledger.asset(held.asset)
            yield (
                record.sequence * _PLACES + place,
                StatementLine(
                    sequence=record.sequence,
                    recorded_at=record.recorded_at,
                    effective_at=record.command.effective_at,
                    command=record.command.id.text,
                    reason=record.row.reason or record.row.kind,
                    asset=asset.id,
                    bucket=held.bucket,
                    quantity=asset.amount(entry.quantity),
                    balance=asset.amount(entry.balance_after),
                ),
            )


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {ACCOUNT.name: Looks(_account), STATEMENT.name: Reads(_statement, heavy=True)}
)
"""What the exchange does for each operation on accounts, by its name."""
