"""Auctions: announced and closed by staff, bid in by participants, each of whom sees its own bids alone."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.exchange._order_access import (
    at_once,
    new_order,
    shown_order,
    trades_in,
    unknown,
)
from carbonkit.exchange.handler import Changes, Reads, check_account, visible_accounts
from carbonkit.exchange.journal import Document, Kind, Search
from carbonkit.exchange.paging import documents_page
from carbonkit.exchange.projection import as_text, order_in, value_in
from carbonkit.market.negotiation import AnnounceAuction, Bid, CloseAuction, PriceMode
from carbonkit.market.refusal import Refusal, refused
from carbonkit.wire.answer import AuctionStage, AuctionSummary
from carbonkit.wire.operations import ANNOUNCE_AUCTION, AUCTION, AUCTIONS, BID, CLOSE_AUCTION

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.exchange.journal import Journal
    from carbonkit.market.order import Order
    from carbonkit.market.trade import Trade
    from carbonkit.values.price import Price
    from carbonkit.wire.page import Page
    from carbonkit.wire.query import ListQuery
    from carbonkit.wire.request import AuctionRequest, BidRequest

__all__ = ["HANDLERS"]

_PAGE: Final = 500


def _announce(desk: Desk, asked: Asked) -> AuctionSummary:
    body: AuctionRequest = asked.body
    check_account(asked.caller, body.account)
    name = new_order(desk, body.account, body.client_order_id)
    command = AnnounceAuction(
        order_id=name,
        account=body.account,
        instrument=body.instrument,
        quantity=body.quantity,
        floor=body.floor,
        price_mode=body.price_mode,
        opens=body.opens,
        closes=body.closes,
        at=desk.now(),
    )
    desk.tell(command, {name: body.client_order_id})
    offer = desk.document(Kind.ORDER, name)
    summary = AuctionSummary(
        auction=command.order_id,
        instrument=command.instrument,
        quantity=order_in(offer).quantity,
        floor=command.floor,
        price_mode=command.price_mode,
        opens=command.opens,
        closes=command.closes,
        stage=AuctionStage.ANNOUNCED,
        sold=0,
        price=None,
        bids=(),
    )
    number = desk.next_number(Kind.AUCTION)
    desk.put(_kept(attrs.evolve(offer, kind=Kind.AUCTION, number=number), summary))
    return summary


def _kept(document: Document, summary: AuctionSummary) -> Document:
    """Make the document of an auction; its bids are orders, with documents of their own."""
    return attrs.evolve(document, state=summary.stage.value, body=as_text(attrs.evolve(summary, bids=())))


def _bid(desk: Desk, asked: Asked) -> Order:
    body: BidRequest = asked.body
    auction = asked.parts["auction"]
    check_account(asked.caller, body.account)
    if desk.document(Kind.AUCTION, auction).state != AuctionStage.ANNOUNCED.value:
        raise refused(Refusal.AUCTION_CLOSED, "be an auction that takes bids", auction, "auction")
    name = new_order(desk, body.account, body.client_order_id)
    command = Bid(
        order_id=name,
        account=body.account,
        target=auction,
        price=body.price,
        quantity=body.quantity,
        at=desk.now(),
    )
    desk.tell(command, {name: body.client_order_id})
    # A bid's other side is its auction: that is how the bids of an auction are found.
    desk.put(attrs.evolve(desk.document(Kind.ORDER, name), other=auction))
    return desk.order(name)


def _close(desk: Desk, asked: Asked) -> Generator[None, None, AuctionSummary]:
    name = asked.parts["auction"]
    document = desk.document(Kind.AUCTION, name)
    if document.state != AuctionStage.ANNOUNCED.value:
        raise refused(Refusal.AUCTION_CLOSED, "be an auction that is not closed yet", name, "auction")
    yield  # every bid is written then, and found in the journal
    bids = [each.id for each in _bids_of(desk.journal, name)]
    trades = trades_in(desk.tell(CloseAuction(target=name, at=desk.now())))
    before = _summary_in(document)
    closed = attrs.evolve(
        before,
        stage=AuctionStage.CLOSED,
        sold=sum(each.quantity for each in trades),
        price=_one_price(before.price_mode, trades),
    )
    desk.put(_kept(document, closed))
    served = (desk.document(Kind.ORDER, each) for each in bids)
    return attrs.evolve(closed, bids=_shown_bids(served, asked))


def _one_price(mode: PriceMode, trades: tuple[Trade, ...]) -> Price | None:
    """Give what the winners paid, if they all paid the same."""
    prices = {each.price for each in trades}
    if mode is PriceMode.UNIFORM or len(prices) == 1:
        return next(iter(prices), None)
    return None


def _bids_of(journal: Journal, auction: str) -> Iterator[Document]:
    """Find the bids of an auction, newest first."""
    before: int | None = None
    while True:
        found = journal.find(Search(kind=Kind.ORDER, accounts=(auction,), before=before), _PAGE)
        yield from (each for each in found if each.other == auction)
        if len(found) < _PAGE:
            return
        before = found[-1].number


def _shown_bids(bids: Iterator[Document], asked: Asked) -> tuple[Order, ...]:
    mine = visible_accounts(asked.caller, None)
    return tuple(shown_order(each, asked.caller) for each in bids if mine is None or each.account in mine)


def _summary_in(document: Document) -> AuctionSummary:
    return value_in(AuctionSummary, document)


def _shown(desk: Desk, asked: Asked, document: Document) -> AuctionSummary:
    bids = _shown_bids(_bids_of(desk.journal, document.id), asked)
    return attrs.evolve(_summary_in(document), bids=bids)


def _auction(desk: Desk, asked: Asked) -> AuctionSummary:
    name = asked.parts["auction"]
    document = desk.journal.document(Kind.AUCTION, name)
    if document is None:
        raise unknown(Kind.AUCTION, name)
    return _shown(desk, asked, document)


def _auctions(desk: Desk, asked: Asked) -> Page[AuctionSummary]:
    query: ListQuery = asked.query

    def show(document: Document) -> AuctionSummary:
        return _shown(desk, asked, document)

    return documents_page(desk.journal, Search(kind=Kind.AUCTION), query, show)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        ANNOUNCE_AUCTION.name: at_once(_announce),
        BID.name: at_once(_bid),
        CLOSE_AUCTION.name: Changes(_close),
        AUCTION.name: Reads(_auction),
        AUCTIONS.name: Reads(_auctions),
    }
)
"""How each operation on auctions is done, by its name."""
