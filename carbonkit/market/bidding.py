"""Auctions as the engine does them: one seller's units, one round of bids, served by price and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.market.cross import CallOrder, cross
from carbonkit.market.live import Auction, Live
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.order import OrderState, TimeInForce
from carbonkit.market.refusal import Refusal, refused
from carbonkit.market.rulebook import AuctionFloor
from carbonkit.market.sealed_bid import SealedBid, Tie, serve
from carbonkit.market.trade import Method

if TYPE_CHECKING:
    from carbonkit.market.entry import Cancel
    from carbonkit.market.negotiation import AnnounceAuction, Bid, CloseAuction, Uncross
    from carbonkit.market.state import State

__all__ = ["announce", "bid", "cancel_bid", "close_auction", "uncross"]


def announce(state: State, command: AnnounceAuction) -> None:
    """Announce an auction; the seller's units are set aside for it."""
    rules = state.running().method(Method.AUCTION)
    if rules is None or rules.floor is None:
        raise refused(Refusal.METHOD_NOT_OFFERED, "be offered by the venue", Method.AUCTION.value, "method")
    listing = state.listing(command.instrument)
    member = state.member(command.account)
    state.check_new(command.order_id)
    state.check_trading(listing, member, sell=True)
    state.check_hours(Method.AUCTION, command.opens)
    if not command.at <= command.opens < command.closes:
        raise refused(
            Refusal.OUTSIDE_HOURS, "begin at or after its announcement, and end later", command.opens, "opens"
        )
    end = max(hours.end for hours in rules.hours.value.on(state.today))
    if command.closes > end:
        raise refused(
            Refusal.OUTSIDE_HOURS, f"not be after {end.isoformat()}", command.closes.isoformat(), "closes"
        )
    lots = listing.lots(command.quantity)
    state.check_size(listing, Method.AUCTION, lots)
    floor = listing.ticks(command.floor)
    limits = listing.limits.get(Method.AUCTION.value)
    if rules.floor.value is AuctionFloor.CLOSE_OR_LIMIT_DOWN and limits is not None:
        close = listing.ticks(listing.previous_close)
        if floor not in {close, limits[0]}:
            raise refused(
                Refusal.FLOOR_NOT_ALLOWED,
                f"be {listing.previous_close} or {limits[2].lowest}",
                str(command.floor),
                "floor",
            )
    seller = Live(
        command.order_id,
        state.next_number,
        member,
        listing,
        True,  # noqa: FBT003  by position, as the hot path does
        floor,
        lots,
        TimeInForce.DAY,
        None,
        command.at,
    )
    state.reserve(seller)
    state.next_number += 1
    state.orders[command.order_id.text] = seller
    state.auctions[command.order_id.text] = Auction(
        seller, floor=floor, price_mode=command.price_mode, opens=command.opens, closes=command.closes
    )


def _auction(state: State, name: str) -> Auction:
    auction = state.auctions.get(name)
    if auction is None:
        raise refused(Refusal.UNKNOWN_ORDER, "be an auction of the venue", name, "target")
    return auction


def bid(state: State, command: Bid) -> None:
    """Take a bid; its money is set aside."""
    state.running()
    auction = _auction(state, command.target.text)
    listing = auction.listing
    member = state.member(command.account)
    state.check_new(command.order_id)
    if not auction.opens <= command.at < auction.closes:
        window = f"{auction.opens.isoformat()} and {auction.closes.isoformat()}"
        raise refused(Refusal.AUCTION_CLOSED, f"come between {window}", command.at.isoformat(), "at")
    state.check_trading(listing, member, sell=False)
    if member is auction.seller.member:
        raise refused(
            Refusal.SELF_TRADE, "be another account than the seller", str(member.account), "account"
        )
    ticks, lots = listing.ticks(command.price), listing.lots(command.quantity)
    if ticks < auction.floor:
        raise refused(
            Refusal.BELOW_FLOOR, f"be at least {listing.price(auction.floor)}", str(command.price), "price"
        )
    state.check_price(listing, Method.AUCTION, ticks)
    live = Live(
        command.order_id,
        state.next_number,
        member,
        listing,
        False,  # noqa: FBT003  by position, as the hot path does
        ticks,
        lots,
        TimeInForce.DAY,
        None,
        command.at,
    )
    state.reserve(live)
    state.next_number += 1
    state.orders[command.order_id.text] = live
    state.bids[command.order_id.text] = auction
    auction.bids[command.order_id.text] = live


def cancel_bid(state: State, command: Cancel) -> None:
    """Withdraw a bid while bids are taken."""
    member = state.member(command.account)
    auction = state.bids[command.target.text]
    live = auction.bids[command.target.text]
    if live.member is not member:
        raise refused(Refusal.NOT_OWNER, "be a bid of the account", str(command.target), "target")
    if not auction.opens <= command.at < auction.closes:
        raise refused(
            Refusal.AUCTION_CLOSED,
            f"come before {auction.closes.isoformat()}",
            command.at.isoformat(),
            "at",
        )
    del auction.bids[command.target.text], state.bids[command.target.text]
    state.end(live, OrderState.CANCELLED, "cancelled by its owner")


def close_auction(state: State, command: CloseAuction) -> None:
    """End the bidding: serve the bids by price, then time, and free the rest."""
    state.running()
    auction = _auction(state, command.target.text)
    if command.at < auction.closes:
        raise refused(
            Refusal.AUCTION_RUNNING, f"be {auction.closes.isoformat()} or later", command.at.isoformat(), "at"
        )
    seller, bids = auction.seller, list(auction.bids.values())
    served = serve(
        [SealedBid(str(each.order_id), each.limit, each.left, each.number) for each in bids],
        seller.left,
        tie=Tie.TIME,
    )
    lowest = min((each.limit for each, lots in zip(bids, served, strict=True) if lots), default=auction.floor)
    del state.auctions[command.target.text]
    last = auction.listing.last
    for each, lots in sorted(zip(bids, served, strict=True), key=lambda one: (-one[0].limit, one[0].number)):
        del state.bids[each.order_id.text]
        if lots:
            price = lowest if auction.price_mode is PriceMode.UNIFORM else each.limit
            state.trade(seller, each, price, lots, Method.AUCTION, command.at)
        if each.left:
            state.end(each, OrderState.CANCELLED, "not served by the auction")
    auction.listing.last = last  # an auction makes no price of the day
    if seller.left:
        state.end(seller, OrderState.CANCELLED, "not sold by the auction")


def uncross(state: State, command: Uncross) -> None:
    """End a call auction: one price for all that match."""
    rules = state.running().method(Method.CALL)
    listing = state.listing(command.instrument)
    if rules is None or state.day is None:
        raise refused(Refusal.METHOD_NOT_OFFERED, "be offered by the venue", Method.CALL.value, "method")
    if state.halted or listing.halted:
        raise refused(
            Refusal.HALTED,
            "come while trading is not suspended",
            state.halted or listing.halted,
            "instrument",
        )
    hours = rules.hours.value.on(state.day)
    if any(command.at in span for span in hours) or command.at < hours[0].end:
        raise refused(Refusal.CALL_RUNNING, "come when the call has ended", command.at.isoformat(), "at")
    listing.calling = False
    book = listing.book
    sides = [
        [CallOrder(order.order_id, order.ticks, order.left) for order in book.orders(sell=sell)]
        for sell in (False, True)
    ]
    crossed = cross(buys=sides[0], sells=sides[1], reference=listing.last)
    for buy, sell, lots in crossed.pairs():
        buyer, seller = state.numbers[buy], state.numbers[sell]
        book.reduce(buy, lots)
        book.reduce(sell, lots)
        state.trade(seller, buyer, crossed.price, lots, Method.CALL, command.at)
