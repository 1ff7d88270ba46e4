"""Answers: what an exchange says, beside the market package's own orders, trades, levels and candles."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal

import attrs

from carbonkit.market.instrument import Instrument
from carbonkit.market.level import Level
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.order import Order
from carbonkit.market.position import Position
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.market.statistics import MethodTotals
from carbonkit.market.trade import Method, Trade
from carbonkit.registry.rules import TransactionType
from carbonkit.values.identifier import AccountId, AssetId, InstrumentId, OrderId
from carbonkit.values.price import Price
from carbonkit.wire.scope import Scope

__all__ = [
    "AccountSummary",
    "AuctionStage",
    "AuctionSummary",
    "BlockSummary",
    "Bulletin",
    "Depth",
    "Done",
    "HoldingLine",
    "KeySummary",
    "MethodLimits",
    "NewKey",
    "Placed",
    "PublicTrade",
    "Quotation",
    "ServerTime",
    "StatementLine",
    "TransactionStage",
    "TransactionSummary",
]


@attrs.frozen(kw_only=True)
class ServerTime:
    """
    What time it is at the exchange.

    Args:
        now: By the clock that signatures are checked with.
        venue: By the venue's clock, which a demonstration may set to trading hours.
        day: The trading day that is open; None if none is.

    Example:
        >>> now = datetime.datetime(2026, 11, 30, 1, 30, tzinfo=datetime.UTC)
        >>> ServerTime(now=now, venue=now, day=None).day is None
        True
    """

    now: datetime.datetime
    venue: datetime.datetime
    day: datetime.date | None


@attrs.frozen(kw_only=True)
class MethodLimits:
    """
    The lowest and the highest price of the day for one method of trading; both may be traded.

    Example:
        >>> price = Price("48.00", "CNY", "tCO2e")
        >>> MethodLimits(method=Method.LISTED, lowest=price, highest=price).method.value
        'listed'
    """

    method: Method
    lowest: Price
    highest: Price


@attrs.frozen(kw_only=True)
class Quotation:
    """
    An instrument that is traded, and where its price stands.

    Args:
        instrument: What is traded.
        previous_close: The close of the trading day before.
        last: The last price.
        limits: The day's price limits, of the methods that have some.

    Example:
        >>> Quotation.__name__
        'Quotation'
    """

    instrument: Instrument
    previous_close: Price
    last: Price
    limits: tuple[MethodLimits, ...]


@attrs.frozen(kw_only=True)
class Depth:
    """
    The price levels of both sides.

    Args:
        instrument: Of which instrument.
        sequence: How often the book had changed; the changes of the stream count on from here.
        buys: The levels of the orders to buy, highest first.
        sells: The levels of the orders to sell, lowest first.

    Example:
        >>> Depth(instrument=InstrumentId("CEA25"), sequence=7, buys=(), sells=()).sequence
        7
    """

    instrument: InstrumentId
    sequence: int
    buys: tuple[Level, ...]
    sells: tuple[Level, ...]


@attrs.frozen(kw_only=True)
class PublicTrade:
    """
    A trade as everybody may see it: without its sides.

    Args:
        reference: A name that no other trade of the venue has.
        number: Its number among all trades of the exchange.
        instrument: What was traded.
        day: The trading day.
        method: How.
        price: For one unit.
        quantity: How many units.
        at: When.

    Example:
        >>> PublicTrade.__name__
        'PublicTrade'
    """

    reference: str
    number: int
    instrument: InstrumentId
    day: datetime.date
    method: Method
    price: Price
    quantity: int
    at: datetime.datetime


@attrs.frozen(kw_only=True)
class Bulletin:
    """
    One instrument's day, as the exchange publishes it.

    Args:
        instrument: What was traded.
        day: The trading day.
        final: Whether the day is closed; until then the figures are those so far.
        previous_close: The close of the trading day before.
        open: The opening price.
        high: The highest price of the methods that make prices; None without such trades.
        low: The lowest price of them; None without.
        close: The closing price.
        change_percent: The change in per cent of the previous close, to two places.
        methods: What each method traded; methods without trades are left out.
        rules: The digest of the venue's rules that say what the figures are.

    Example:
        >>> Bulletin.__name__
        'Bulletin'
    """

    instrument: InstrumentId
    day: datetime.date
    final: bool
    previous_close: Price
    open: Price
    high: Price | None
    low: Price | None
    close: Price
    change_percent: Decimal
    methods: tuple[MethodTotals, ...]
    rules: str


@attrs.frozen(kw_only=True)
class HoldingLine:
    """
    What an account holds of one asset in one bucket of the ledger.

    Example:
        >>> HoldingLine(asset=AssetId("CEA-2025"), bucket="tradable", quantity=Decimal("1000")).bucket
        'tradable'
    """

    asset: AssetId
    bucket: str
    quantity: Decimal


@attrs.frozen(kw_only=True)
class AccountSummary:
    """
    An account: where it stands at the venue, and what the ledger holds for it.

    Args:
        account: Which account.
        kind: What the participant is at the venue; None if it is not admitted to trading.
        positions: Where it stands at the venue, one for each traded asset.
        holdings: What the ledger holds for it, money too.

    Example:
        >>> AccountSummary(account=AccountId("KEE-001"), kind=None, positions=(), holdings=()).positions
        ()
    """

    account: AccountId
    kind: ParticipantKind | None
    positions: tuple[Position, ...]
    holdings: tuple[HoldingLine, ...]


@attrs.frozen(kw_only=True)
class StatementLine:
    """
    One entry of an account's statement.

    Args:
        sequence: The record's place in the ledger's journal.
        recorded_at: When it was recorded.
        effective_at: When it took effect.
        command: The command's id.
        reason: What it was for, such as "settlement".
        asset: What moved.
        bucket: In which part of the account.
        quantity: How much came in; what went out is negative.
        balance: What the bucket contained after it.

    Example:
        >>> StatementLine.__name__
        'StatementLine'
    """

    sequence: int
    recorded_at: datetime.datetime
    effective_at: datetime.datetime
    command: str
    reason: str
    asset: AssetId
    bucket: str
    quantity: Decimal
    balance: Decimal


@attrs.frozen(kw_only=True)
class Placed:
    """
    What became of an order at once.

    Args:
        order: The order as it stood when the exchange had worked on it.
        trades: The trades that it made then.

    Example:
        >>> Placed.__name__
        'Placed'
    """

    order: Order
    trades: tuple[Trade, ...]


@attrs.frozen(kw_only=True)
class BlockSummary:
    """
    A proposed block as it stands.

    Args:
        order: The side that spoke last.
        counterparty: Whom it waits for; None for anybody.

    Example:
        >>> BlockSummary.__name__
        'BlockSummary'
    """

    order: Order
    counterparty: AccountId | None


class AuctionStage(enum.Enum):
    """
    How far an auction has come.

    Example:
        >>> AuctionStage("closed")
        <AuctionStage.CLOSED: 'closed'>
    """

    ANNOUNCED = "announced"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@attrs.frozen(kw_only=True)
class AuctionSummary:
    """
    An auction as it stands.

    Args:
        auction: Its id.
        instrument: What is sold.
        quantity: How many units are offered.
        floor: The lowest bid.
        price_mode: What the winners pay.
        opens: From when bids are taken.
        closes: Until when.
        stage: How far it has come.
        sold: How many units were sold; 0 until it is closed.
        price: What the winners paid, where all pay one price; None until it is closed, or if nothing sold.
        bids: The bids of the accounts that the caller may see.

    Example:
        >>> AuctionSummary.__name__
        'AuctionSummary'
    """

    auction: OrderId
    instrument: InstrumentId
    quantity: int
    floor: Price
    price_mode: PriceMode
    opens: datetime.datetime
    closes: datetime.datetime
    stage: AuctionStage
    sold: int
    price: Price | None
    bids: tuple[Order, ...]


class TransactionStage(enum.Enum):
    """
    How far a registry transaction has come.

    Example:
        >>> TransactionStage("proposed")
        <TransactionStage.PROPOSED: 'proposed'>
    """

    PROPOSED = "proposed"
    """It waits for another person's approval; its units are set aside."""
    DELAYED = "delayed"
    """It is approved, and carried out when its delay is over."""
    COMPLETED = "completed"
    """It is carried out."""
    REJECTED = "rejected"
    """Another person rejected it; its units are free again."""
    CANCELLED = "cancelled"
    """It was cancelled; its units are free again."""


@attrs.frozen(kw_only=True)
class TransactionSummary:
    """
    A registry transaction as it stands.

    Args:
        transaction: Its id.
        type: What kind of movement it is.
        asset: What moves.
        quantity: How many units.
        source: The account that they leave.
        target: The account that they reach.
        year: Of a surrender: the year that it covers.
        stage: How far it has come.
        proposed_by: Who proposed it.
        approved_by: Who approved it; None until then.
        proposed_at: When it was proposed.
        due: From when it may be carried out, where approval starts a delay; None otherwise.

    Example:
        >>> TransactionSummary.__name__
        'TransactionSummary'
    """

    transaction: str
    type: TransactionType
    asset: AssetId
    quantity: int
    source: AccountId
    target: AccountId
    year: int | None
    stage: TransactionStage
    proposed_by: str
    approved_by: str | None
    proposed_at: datetime.datetime
    due: datetime.datetime | None = None


@attrs.frozen(kw_only=True)
class KeySummary:
    """
    An API key, without what proves it.

    Args:
        key_id: Its public name.
        person: Who uses it.
        accounts: The accounts that it may act for and read.
        scopes: What it may do.
        signed_by: "secret" or "ed25519".
        created_at: When it was made.
        revoked: Whether it no longer works.

    Example:
        >>> KeySummary.__name__
        'KeySummary'
    """

    key_id: str
    person: str
    accounts: tuple[AccountId, ...]
    scopes: tuple[Scope, ...]
    signed_by: str
    created_at: datetime.datetime
    revoked: bool


@attrs.frozen(kw_only=True)
class NewKey:
    """
    An API key that was just made, with its secret, which is shown this once.

    Args:
        key: The key.
        secret: Its secret; None for a key that signs with Ed25519.

    Example:
        >>> NewKey.__name__
        'NewKey'
    """

    key: KeySummary
    secret: str | None = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Done:
    """
    That something was done, which has nothing else to show.

    Args:
        sequence: The number of the venue's last event.

    Example:
        >>> Done(sequence=7).sequence
        7
    """

    sequence: int
