"""Blocks: proposed, answered with other terms, confirmed, and shown to those who may answer."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.exchange._order_access import (
    at_once,
    check_live,
    new_order,
    trades_in,
    unknown,
)
from carbonkit.exchange.handler import Looks, check_account, visible_accounts
from carbonkit.exchange.journal import Kind
from carbonkit.exchange.paging import numbered_page
from carbonkit.market.negotiation import Confirm, Counter, Propose
from carbonkit.wire.answer import BlockSummary
from carbonkit.wire.operations import BLOCKS, CONFIRM_BLOCK, COUNTER_BLOCK, PROPOSE_BLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.exchange.caller import Caller
    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.exchange.journal import Document
    from carbonkit.market.order import Order
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import AccountId
    from carbonkit.wire.page import Page
    from carbonkit.wire.query import AccountQuery
    from carbonkit.wire.request import BlockRequest, ConfirmRequest, CounterRequest

__all__ = ["HANDLERS"]


def _propose(desk: Desk, asked: Asked) -> BlockSummary:
    body: BlockRequest = asked.body
    check_account(asked.caller, body.account)
    name = new_order(desk, body.account, body.client_order_id)
    command = Propose(
        order_id=name,
        account=body.account,
        instrument=body.instrument,
        side=body.side,
        price=body.price,
        quantity=body.quantity,
        counterparty=body.counterparty,
        at=desk.now(),
    )
    desk.tell(command, {name: body.client_order_id})
    if body.counterparty is not None:
        desk.concerns(name, body.counterparty)
    return BlockSummary(order=desk.order(name), counterparty=body.counterparty)


def _check_addressed(desk: Desk, name: str, account: AccountId) -> None:
    """Check that a block is there and open, and the account is a side of it, or may become one."""
    document = desk.document(Kind.ORDER, name)
    sides = {document.account, document.other}
    if account.text not in sides and not any(
        order.order_id.text == name and other is None for order, other in desk.venue.proposals()
    ):
        raise unknown(Kind.ORDER, name)
    check_live(document)


def _counter(desk: Desk, asked: Asked) -> BlockSummary:
    body: CounterRequest = asked.body
    name = asked.parts["block"]
    check_account(asked.caller, body.account)
    _check_addressed(desk, name, body.account)
    desk.tell(
        Counter(account=body.account, target=name, price=body.price, quantity=body.quantity, at=desk.now())
    )
    desk.order_changed(name)
    order, waiting = next(each for each in desk.venue.proposals() if each[0].order_id.text == name)
    return _summary(order, waiting, desk.document(Kind.ORDER, name), asked.caller)


def _summary(order: Order, waiting: AccountId | None, document: Document, caller: Caller) -> BlockSummary:
    """Show the side that spoke last; what the proposer calls the block is the proposer's own matter."""
    mine = visible_accounts(caller, None)
    name = document.name if mine is None or document.account in mine else ""
    return BlockSummary(order=attrs.evolve(order, client_order_id=name or None), counterparty=waiting)


def _confirm(desk: Desk, asked: Asked) -> Trade:
    body: ConfirmRequest = asked.body
    name = asked.parts["block"]
    check_account(asked.caller, body.account)
    _check_addressed(desk, name, body.account)
    events = desk.tell(Confirm(account=body.account, target=name, at=desk.now()))
    desk.concerns(name, body.account)
    return trades_in(events)[0]


def _blocks(desk: Desk, asked: Asked) -> Page[BlockSummary]:
    query: AccountQuery = asked.query
    mine = visible_accounts(asked.caller, query.account)
    found = [
        (desk.document(Kind.ORDER, order.order_id.text), order, other)
        for order, other in desk.venue.proposals()
        if mine is None or _may_answer(order, other, mine)
    ]
    found.sort(key=lambda each: each[0].number, reverse=True)
    return numbered_page(
        (
            (document.number, _summary(order, other, document, asked.caller))
            for document, order, other in found
        ),
        query,
    )


def _may_answer(order: Order, other: AccountId | None, mine: tuple[str, ...]) -> bool:
    """Say whether a block is being negotiated with one of the accounts; one for anybody is, with each."""
    return bool(mine) and (other is None or order.account.text in mine or other.text in mine)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        PROPOSE_BLOCK.name: at_once(_propose),
        COUNTER_BLOCK.name: at_once(_counter),
        CONFIRM_BLOCK.name: at_once(_confirm),
        BLOCKS.name: Looks(_blocks),
    }
)
"""How each operation on blocks is done, by its name."""
