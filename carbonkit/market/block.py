"""Blocks as the engine does them: a proposal, other terms, and a trade once both sides have confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.market.live import Live, Proposal
from carbonkit.market.order import OrderState, Side, TimeInForce
from carbonkit.market.refusal import Refusal, refused
from carbonkit.market.trade import Method

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from carbonkit.market.entry import Cancel
    from carbonkit.market.listing import Listing
    from carbonkit.market.member import Member
    from carbonkit.market.negotiation import Confirm, Counter, Propose
    from carbonkit.market.state import State
    from carbonkit.values.identifier import OrderId
    from carbonkit.values.price import Price

__all__ = ["cancel_proposal", "confirm", "counter", "propose"]


def _terms(
    state: State, listing: Listing, member: Member, price: Price, quantity: int | Decimal, *, sell: bool
) -> tuple[int, int]:
    """Check the terms of a block; give its price in ticks and its quantity in lots."""
    state.check_trading(listing, member, sell=sell)
    ticks, lots = listing.ticks(price), listing.lots(quantity)
    state.check_price(listing, Method.BLOCK, ticks)
    state.check_size(listing, Method.BLOCK, lots)
    return ticks, lots


def _side(
    state: State,
    order_id: OrderId,
    member: Member,
    listing: Listing,
    *,
    sell: bool,
    ticks: int,
    lots: int,
    at: datetime.datetime,
) -> Live:
    return Live(
        order_id,
        state.next_number,
        member,
        listing,
        sell,
        ticks,
        lots,
        TimeInForce.DAY,
        None,
        at,
    )


def propose(state: State, command: Propose) -> None:
    """Propose a block; what stands behind the proposer's side is set aside."""
    state.check_hours(Method.BLOCK, command.at)
    listing = state.listing(command.instrument)
    member = state.member(command.account)
    counterparty = None if command.counterparty is None else state.member(command.counterparty)
    if counterparty is member:
        raise refused(Refusal.SELF_TRADE, "be another account", str(command.account), "counterparty")
    state.check_new(command.order_id)
    sell = command.side is Side.SELL
    ticks, lots = _terms(state, listing, member, command.price, command.quantity, sell=sell)
    live = _side(state, command.order_id, member, listing, sell=sell, ticks=ticks, lots=lots, at=command.at)
    state.reserve(live)
    state.next_number += 1
    state.orders[command.order_id.text] = live
    state.proposals[command.order_id.text] = Proposal(live, counterparty)


def _answered(state: State, command: Confirm | Counter) -> tuple[Proposal, Member]:
    """Find the proposal that an account may answer."""
    state.check_hours(Method.BLOCK, command.at)
    member = state.member(command.account)
    proposal = state.proposals.get(command.target.text)
    if proposal is None:
        live = state.order(command.target)
        raise refused(
            Refusal.DEAD_ORDER, "be an open proposal", f"{live.order_id}, {live.state.value}", "target"
        )
    waits_for_other = proposal.counterparty is not None and proposal.counterparty is not member
    if proposal.spoken.member is member or waits_for_other:
        raise refused(
            Refusal.NOT_COUNTERPARTY,
            "be the side that the proposal waits for",
            str(command.account),
            "account",
        )
    return proposal, member


def counter(state: State, command: Counter) -> None:
    """Answer with other terms: the one who answers stands behind them, the other is free."""
    proposal, member = _answered(state, command)
    old, listing = proposal.spoken, proposal.listing
    ticks, lots = _terms(state, listing, member, command.price, command.quantity, sell=not old.sell)
    if (ticks, lots) == (old.limit, old.left):
        raise refused(Refusal.NO_CHANGE, "change the price or the quantity", str(command.target), "target")
    live = _side(
        state, old.order_id, member, listing, sell=not old.sell, ticks=ticks, lots=lots, at=command.at
    )
    state.reserve(live)
    state.release(old, old.left)
    old.state = OrderState.CANCELLED
    state.next_number += 1
    state.orders[old.order_id.text] = live
    proposal.counterparty = old.member
    proposal.spoken = live


def confirm(state: State, command: Confirm) -> None:
    """Confirm the terms: both sides have, and the block trades."""
    proposal, member = _answered(state, command)
    spoken, listing = proposal.spoken, proposal.listing
    state.check_trading(listing, member, sell=not spoken.sell)
    state.check_trading(listing, spoken.member, sell=spoken.sell)
    live = _side(
        state,
        spoken.order_id,
        member,
        listing,
        sell=not spoken.sell,
        ticks=spoken.limit,
        lots=spoken.left,
        at=command.at,
    )
    state.reserve(live)
    state.next_number += 1
    del state.proposals[command.target.text]
    last = listing.last
    state.trade(spoken, live, spoken.limit, spoken.left, Method.BLOCK, command.at)
    listing.last = last  # a block makes no price


def cancel_proposal(state: State, command: Cancel) -> None:
    """Withdraw a proposal: its proposer or its counterparty may."""
    state.running()
    member = state.member(command.account)
    proposal = state.proposals[command.target.text]
    if member is not proposal.spoken.member and member is not proposal.counterparty:
        raise refused(Refusal.NOT_OWNER, "be a proposal of the account", str(command.target), "target")
    del state.proposals[command.target.text]
    state.end(proposal.spoken, OrderState.CANCELLED, f"withdrawn by {member.account}")
