"""Negotiation: the commands by which two sides agree on a block, and by which auctions are held."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal

import attrs

from carbonkit.market import _field
from carbonkit.market.order import Side
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, InstrumentId, OrderId
from carbonkit.values.price import Price
from carbonkit.values.time import as_instant

__all__ = ["AnnounceAuction", "Bid", "CloseAuction", "Confirm", "Counter", "PriceMode", "Propose", "Uncross"]


class PriceMode(enum.Enum):
    """
    What the winners of an auction pay.

    Example:
        >>> PriceMode("uniform")
        <PriceMode.UNIFORM: 'uniform'>
    """

    UNIFORM = "uniform"
    """All pay the lowest bid that is still served."""
    PAY_AS_BID = "pay as bid"
    """Each pays its own bid."""


@attrs.frozen(kw_only=True)
class Propose:
    """
    Propose a block: a large trade with one counterparty, or with whoever confirms it.

    Args:
        order_id: The proposal's id.
        account: Who proposes, and by that confirms these terms.
        instrument: What is traded.
        side: The proposer's side.
        price: The price.
        quantity: How many units.
        counterparty: Whom it is meant for; None for anybody.
        at: When the venue received it.

    Example:
        >>> Propose(order_id="P-1", account="KEE-001", instrument="CEA", side=Side.SELL, quantity=100_000,
        ...         price=Price("48.00", "CNY", "tCO2e"), at="2021-07-16T13:00:00+08:00").counterparty is None
        True
    """

    order_id: OrderId = attrs.field(converter=_field.order)
    account: AccountId = attrs.field(converter=_field.account)
    instrument: InstrumentId = attrs.field(converter=_field.instrument)
    side: Side = attrs.field(validator=is_a(Side))
    price: Price = attrs.field(validator=is_a(Price))
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    counterparty: AccountId | None = attrs.field(
        default=None, converter=attrs.converters.optional(_field.account)
    )
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Counter:
    """
    Answer a proposal with other terms; the other side may confirm them or counter again.

    Args:
        account: Who answers: the counterparty, or the proposer if the counterparty spoke last.
        target: The proposal.
        price: The new price.
        quantity: The new quantity.
        at: When the venue received it.

    Example:
        >>> Counter(account="KEE-002", target="P-1", price=Price("47.50", "CNY", "tCO2e"), quantity=100_000,
        ...         at="2021-07-16T13:05:00+08:00").target
        OrderId('P-1')
    """

    account: AccountId = attrs.field(converter=_field.account)
    target: OrderId = attrs.field(converter=_field.order)
    price: Price = attrs.field(validator=is_a(Price))
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Confirm:
    """
    Confirm a proposal's terms as they stand; both sides have then confirmed them, and the block trades.

    Args:
        account: The side that has not confirmed yet.
        target: The proposal.
        at: When the venue received it.

    Example:
        >>> Confirm(account="KEE-001", target="P-1", at="2021-07-16T13:10:00+08:00").target
        OrderId('P-1')
    """

    account: AccountId = attrs.field(converter=_field.account)
    target: OrderId = attrs.field(converter=_field.order)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class AnnounceAuction:
    """
    Announce that a seller's units will be auctioned; they are set aside for it.

    Args:
        order_id: The auction's id.
        account: The seller.
        instrument: What is sold; one vintage.
        quantity: How many units.
        floor: The lowest bid.
        price_mode: What the winners pay.
        opens: From when bids are taken.
        closes: Until when; that instant excluded.
        at: When it is announced.

    Example:
        >>> AnnounceAuction(order_id="A-1", account="KEE-001", instrument="CEA25", quantity=100_000,
        ...                 floor=Price("74.63", "CNY", "tCO2e"), price_mode=PriceMode.UNIFORM,
        ...                 opens="2026-01-06T13:00:00+08:00", closes="2026-01-06T14:00:00+08:00",
        ...                 at="2026-01-06T09:00:00+08:00").quantity
        100000
    """

    order_id: OrderId = attrs.field(converter=_field.order)
    account: AccountId = attrs.field(converter=_field.account)
    instrument: InstrumentId = attrs.field(converter=_field.instrument)
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    floor: Price = attrs.field(validator=is_a(Price))
    price_mode: PriceMode = attrs.field(validator=is_a(PriceMode))
    opens: datetime.datetime = attrs.field(converter=as_instant)
    closes: datetime.datetime = attrs.field(converter=as_instant)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Bid:
    """
    Bid in an auction; the money is set aside.

    Args:
        order_id: The bid's id.
        account: Who bids.
        target: The auction.
        price: What it bids for one unit.
        quantity: How many units.
        at: When the venue received it.

    Example:
        >>> Bid(order_id="B-1", account="KEE-002", target="A-1", price=Price("75.00", "CNY", "tCO2e"),
        ...     quantity=40_000, at="2026-01-06T13:00:00+08:00").quantity
        40000
    """

    order_id: OrderId = attrs.field(converter=_field.order)
    account: AccountId = attrs.field(converter=_field.account)
    target: OrderId = attrs.field(converter=_field.order)
    price: Price = attrs.field(validator=is_a(Price))
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class CloseAuction:
    """
    End an auction's bidding and serve the bids.

    Args:
        target: The auction.
        at: When; not before its bidding ends.

    Example:
        >>> CloseAuction(target="A-1", at="2026-01-06T14:00:00+08:00").target
        OrderId('A-1')
    """

    target: OrderId = attrs.field(converter=_field.order)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Uncross:
    """
    End a call auction: all orders that match trade at one price.

    Args:
        instrument: Which instrument's.
        at: When; not before the call ends.

    Example:
        >>> Uncross(instrument="KAU", at="2026-01-06T00:30:00Z").instrument
        InstrumentId('KAU')
    """

    instrument: InstrumentId = attrs.field(converter=_field.instrument)
    at: datetime.datetime = attrs.field(converter=as_instant)
