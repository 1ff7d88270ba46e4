"""Requests: what a client asks an exchange for, each the body of one operation."""

from __future__ import annotations

import datetime
from decimal import Decimal

import attrs

from carbonkit.market.negotiation import PriceMode
from carbonkit.market.order import OrderType, Side, TimeInForce
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.registry.account import Right
from carbonkit.registry.rules import TransactionType
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, InstrumentId
from carbonkit.values.money import Money
from carbonkit.values.price import Price
from carbonkit.values.time import as_date, as_instant
from carbonkit.wire import _field
from carbonkit.wire.scope import Scope

__all__ = [
    "AdmissionRequest",
    "AuctionRequest",
    "BidRequest",
    "BlockRequest",
    "CashRequest",
    "ConfirmRequest",
    "CounterRequest",
    "DayRequest",
    "HaltRequest",
    "KeyRequest",
    "OrderRequest",
    "Person",
    "ReduceRequest",
    "ReplaceRequest",
    "ResumeRequest",
    "SurrenderRequest",
    "TakeRequest",
    "TransactionRequest",
]


@attrs.frozen(kw_only=True)
class OrderRequest:
    """
    An order to enter; at a venue of listed agreements a post that waits to be taken.

    Args:
        account: Whose order it is.
        client_order_id: What its owner calls it; no two orders of an account, of whatever day, bear one.
        instrument: What it is for.
        side: Buy or sell.
        quantity: How many units.
        price: Its limit; None for a market order.
        order_type: Limit or market.
        time_in_force: How long it stands.
        minimum: How many units must trade at once, or none does; 0 for no minimum.
        post_only: Whether it is refused if it would trade at once.
        until: The last day of an order that is good till date.

    Raises:
        InvalidValueError: If an id or a number has not the right form.

    Example:
        >>> OrderRequest(account="KEE-001", client_order_id="S-1", instrument="CEA25", side=Side.SELL,
        ...              quantity=1000, price=Price("74.00", "CNY", "tCO2e")).time_in_force
        <TimeInForce.DAY: 'day'>
    """

    account: AccountId = attrs.field(converter=_field.account)
    client_order_id: str = attrs.field(converter=_field.own_id)
    instrument: InstrumentId = attrs.field(converter=_field.instrument)
    side: Side = attrs.field(validator=is_a(Side))
    quantity: int | Decimal = attrs.field(converter=_field.number)
    price: Price | None = None
    order_type: OrderType = attrs.field(default=OrderType.LIMIT, validator=is_a(OrderType))
    time_in_force: TimeInForce = attrs.field(default=TimeInForce.DAY, validator=is_a(TimeInForce))
    minimum: int | Decimal = attrs.field(default=0, converter=_field.number)
    post_only: bool = attrs.field(default=False, validator=is_a(bool))
    until: datetime.date | None = attrs.field(default=None, converter=_field.optional_date)


@attrs.frozen(kw_only=True)
class TakeRequest:
    """
    A trade against one post of a listed agreement, at its price.

    Args:
        account: Who takes.
        client_order_id: What its owner calls it.
        quantity: How many units; at most what the post still offers.

    Example:
        >>> TakeRequest(account="KEE-002", client_order_id="T-1", quantity=400).quantity
        Decimal('400')
    """

    account: AccountId = attrs.field(converter=_field.account)
    client_order_id: str = attrs.field(converter=_field.own_id)
    quantity: int | Decimal = attrs.field(converter=_field.number)


@attrs.frozen(kw_only=True)
class ReduceRequest:
    """
    How many units an order is to want less; it keeps its place in the queue.

    Args:
        quantity: How many units fewer.

    Example:
        >>> ReduceRequest(quantity=100).quantity
        Decimal('100')
    """

    quantity: int | Decimal = attrs.field(converter=_field.number)


@attrs.frozen(kw_only=True)
class ReplaceRequest:
    """
    A new order in the place of a resting one, at the end of its queue.

    Args:
        client_order_id: What its owner calls the new order.
        price: The new limit; None for the old one.
        quantity: The new quantity; None for what remains of the old one.

    Example:
        >>> ReplaceRequest(client_order_id="S-2", quantity=500).price is None
        True
    """

    client_order_id: str = attrs.field(converter=_field.own_id)
    price: Price | None = None
    quantity: int | Decimal | None = attrs.field(default=None, converter=_field.optional_number)


@attrs.frozen(kw_only=True)
class BlockRequest:
    """
    A block to propose: a large trade with one counterparty, or with whoever confirms it.

    Args:
        account: Who proposes, and by that confirms these terms.
        client_order_id: What its owner calls it.
        instrument: What is traded.
        side: The proposer's side.
        price: The price.
        quantity: How many units.
        counterparty: Whom it is meant for; None for anybody.

    Example:
        >>> BlockRequest(account="KEE-001", client_order_id="P-1", instrument="CEA25", side=Side.SELL,
        ...              price=Price("74.00", "CNY", "tCO2e"), quantity=100_000).counterparty is None
        True
    """

    account: AccountId = attrs.field(converter=_field.account)
    client_order_id: str = attrs.field(converter=_field.own_id)
    instrument: InstrumentId = attrs.field(converter=_field.instrument)
    side: Side = attrs.field(validator=is_a(Side))
    price: Price = attrs.field(validator=is_a(Price))
    quantity: int | Decimal = attrs.field(converter=_field.number)
    counterparty: AccountId | None = attrs.field(default=None, converter=_field.optional_account)


@attrs.frozen(kw_only=True)
class CounterRequest:
    """
    Other terms for a proposed block.

    Args:
        account: Who answers.
        price: The new price.
        quantity: The new quantity.

    Example:
        >>> CounterRequest(account="KEE-002", price=Price("73.50", "CNY", "tCO2e"), quantity=100_000).account
        AccountId('KEE-002')
    """

    account: AccountId = attrs.field(converter=_field.account)
    price: Price = attrs.field(validator=is_a(Price))
    quantity: int | Decimal = attrs.field(converter=_field.number)


@attrs.frozen(kw_only=True)
class ConfirmRequest:
    """
    A confirmation of a proposed block's terms as they stand.

    Args:
        account: The side that has not confirmed yet.

    Example:
        >>> ConfirmRequest(account="KEE-002").account
        AccountId('KEE-002')
    """

    account: AccountId = attrs.field(converter=_field.account)


@attrs.frozen(kw_only=True)
class AuctionRequest:
    """
    An auction to announce; the seller's units are set aside for it.

    Args:
        account: The seller.
        client_order_id: What the seller calls it.
        instrument: What is sold.
        quantity: How many units.
        floor: The lowest bid.
        price_mode: What the winners pay.
        opens: From when bids are taken.
        closes: Until when; that instant excluded.

    Example:
        >>> AuctionRequest(account="KEE-001", client_order_id="A-1", instrument="CEA25", quantity=100_000,
        ...                floor=Price("74.63", "CNY", "tCO2e"), price_mode=PriceMode.UNIFORM,
        ...                opens="2026-01-06T13:00:00+08:00", closes="2026-01-06T14:00:00+08:00").quantity
        Decimal('100000')
    """

    account: AccountId = attrs.field(converter=_field.account)
    client_order_id: str = attrs.field(converter=_field.own_id)
    instrument: InstrumentId = attrs.field(converter=_field.instrument)
    quantity: int | Decimal = attrs.field(converter=_field.number)
    floor: Price = attrs.field(validator=is_a(Price))
    price_mode: PriceMode = attrs.field(validator=is_a(PriceMode))
    opens: datetime.datetime = attrs.field(converter=as_instant)
    closes: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class BidRequest:
    """
    A bid in an auction; the money is set aside.

    Args:
        account: Who bids.
        client_order_id: What the bidder calls it.
        price: What it bids for one unit.
        quantity: How many units.

    Example:
        >>> BidRequest(account="KEE-002", client_order_id="B-1", price=Price("75.00", "CNY", "tCO2e"),
        ...            quantity=40_000).client_order_id
        'B-1'
    """

    account: AccountId = attrs.field(converter=_field.account)
    client_order_id: str = attrs.field(converter=_field.own_id)
    price: Price = attrs.field(validator=is_a(Price))
    quantity: int | Decimal = attrs.field(converter=_field.number)


@attrs.frozen(kw_only=True)
class TransactionRequest:
    """
    A registry transaction to propose; another person has to approve it.

    Args:
        type: What kind of movement it is.
        unit: The units' code, such as "CEA".
        vintage: Their vintage, such as "2025".
        quantity: How many units.
        source: The account that they leave.
        target: The account that they reach.
        beneficiary: For whose benefit units are given up, if that is to be on record.
        year: Of a surrender: the year whose emissions it covers.

    Example:
        >>> TransactionRequest(type=TransactionType.REGISTER, unit="CEA", vintage="2025", quantity=100,
        ...                    source="KEE-001", target="KEE-001").unit
        'CEA'
    """

    type: TransactionType = attrs.field(validator=is_a(TransactionType))
    unit: str = attrs.field(validator=is_a(str))
    vintage: str = attrs.field(validator=is_a(str))
    quantity: int | Decimal = attrs.field(converter=_field.number)
    source: AccountId = attrs.field(converter=_field.account)
    target: AccountId = attrs.field(converter=_field.account)
    beneficiary: str = attrs.field(default="", validator=is_a(str))
    year: int | None = None


@attrs.frozen(kw_only=True)
class SurrenderRequest:
    """
    Units to give up against a year's emissions; another person has to approve it.

    Args:
        account: Whose units, and whose emissions.
        unit: The units' code, such as "CEA" or "CCER".
        vintage: Their vintage.
        quantity: How many units.
        year: The year whose emissions they cover; None where the scheme does not ask.

    Example:
        >>> SurrenderRequest(account="KEE-001", unit="CEA", vintage="2024", quantity=100, year=2024).year
        2024
    """

    account: AccountId = attrs.field(converter=_field.account)
    unit: str = attrs.field(validator=is_a(str))
    vintage: str = attrs.field(validator=is_a(str))
    quantity: int | Decimal = attrs.field(converter=_field.number)
    year: int | None = None


@attrs.frozen(kw_only=True)
class Person:
    """
    What a person may do for an account in the registry.

    Args:
        name: The person.
        right: What they may do.

    Example:
        >>> Person(name="ann", right=Right.INITIATE).name
        'ann'
    """

    name: str = attrs.field(validator=is_a(str))
    right: Right = attrs.field(validator=is_a(Right))


@attrs.frozen(kw_only=True)
class AdmissionRequest:
    """
    An account to open in the registry and admit to trading.

    Args:
        account: The account.
        kind: What the participant is at the venue.
        account_kind: What kind of account the registry opens, such as "key_emitter".
        persons: Who may act for it in the registry.
        allocation: Its annual allocation in units, from which position limits may be counted.

    Example:
        >>> AdmissionRequest(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, account_kind="key_emitter",
        ...                  persons=()).allocation
        Decimal('0')
    """

    account: AccountId = attrs.field(converter=_field.account)
    kind: ParticipantKind = attrs.field(validator=is_a(ParticipantKind))
    account_kind: str = attrs.field(validator=is_a(str))
    persons: tuple[Person, ...]
    allocation: int | Decimal = attrs.field(default=0, converter=_field.number)


@attrs.frozen(kw_only=True)
class CashRequest:
    """
    Money that a participant pays in, or takes out.

    Args:
        account: The account.
        amount: How much.

    Example:
        >>> CashRequest(account="KEE-001", amount=Money("1000", "CNY")).amount
        Money('1000', 'CNY')
    """

    account: AccountId = attrs.field(converter=_field.account)
    amount: Money = attrs.field(validator=is_a(Money))


@attrs.frozen(kw_only=True)
class DayRequest:
    """
    A trading day to open.

    Args:
        day: The day, by the venue's calendar.

    Example:
        >>> DayRequest(day="2026-11-30").day.isoformat()
        '2026-11-30'
    """

    day: datetime.date = attrs.field(converter=as_date)


@attrs.frozen(kw_only=True)
class HaltRequest:
    """
    A suspension of trading; orders may still be cancelled.

    Args:
        reason: Why, for the record.
        instrument: Which instrument; None for all.

    Example:
        >>> HaltRequest(reason="a technical fault").instrument is None
        True
    """

    reason: str = attrs.field(validator=is_a(str))
    instrument: InstrumentId | None = attrs.field(default=None, converter=_field.optional_instrument)


@attrs.frozen(kw_only=True)
class ResumeRequest:
    """
    The end of a halt.

    Args:
        instrument: Which instrument; None for all.

    Example:
        >>> ResumeRequest(instrument="CEA25").instrument
        InstrumentId('CEA25')
    """

    instrument: InstrumentId | None = attrs.field(default=None, converter=_field.optional_instrument)


@attrs.frozen(kw_only=True)
class KeyRequest:
    """
    An API key to make.

    Args:
        person: Who uses it; the registry's second pair of eyes must be another person.
        accounts: The accounts that it may act for and read; empty for staff, whose scopes say enough.
        scopes: What it may do.
        public_key: An Ed25519 public key, 32 bytes in base64, for RFC 9421 signatures; None for a secret.

    Example:
        >>> KeyRequest(person="ann", accounts=("KEE-001",), scopes=(Scope.READ,)).public_key is None
        True
    """

    person: str = attrs.field(validator=is_a(str))
    accounts: tuple[AccountId, ...] = attrs.field(converter=_field.accounts)
    scopes: tuple[Scope, ...] = attrs.field(
        validator=attrs.validators.deep_iterable(is_a(Scope), is_a(tuple))
    )
    public_key: str | None = None
