"""Projections: orders, trades and bulletins as documents of the journal, and back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.exchange.journal import Document, Kind
from carbonkit.ledger.moment import microseconds
from carbonkit.market.order import Order
from carbonkit.market.trade import Trade
from carbonkit.wire.answer import Bulletin, PublicTrade
from carbonkit.wire.codec import decoded, encoded
from carbonkit.wire.json_text import read_json, write_json

if TYPE_CHECKING:
    from carbonkit.market.statistics import DayBulletin
    from carbonkit.values.identifier import AccountId

__all__ = [
    "as_text",
    "bulletin_document",
    "bulletin_of",
    "order_document",
    "order_in",
    "other_side",
    "public_trade",
    "trade_document",
    "trade_in",
    "value_in",
]

Value = TypeVar("Value")
_LONGEST: Final = 10_000_000


def as_text(value: object) -> str:
    """
    Write a value of the wire as text.

    Args:
        value: The value.

    Returns:
        JSON.

    Example:
        >>> from carbonkit.values import Money
        >>> as_text(Money("1.00", "CNY"))
        '{"amount":"1.00","currency":"CNY"}'
    """
    return write_json(encoded(value)).decode()


def value_in(kind: type[Value], document: Document) -> Value:
    """
    Read what a document holds.

    Args:
        kind: What it must be.
        document: The document.

    Returns:
        The value.

    Raises:
        IntegrityError: If the document holds anything else: the exchange itself wrote it.

    Example:
        >>> from carbonkit.values import Money
        >>> document = Document(kind=Kind.ORDER, id="O-1", number=1, at=0, account="", other="",
        ...                     instrument="", name="", state="", body='{"amount":"1.00","currency":"CNY"}')
        >>> value_in(Money, document)
        Money('1.00', 'CNY')
    """
    try:
        return decoded(kind, read_json(document.body.encode(), most=_LONGEST))[0]
    except (CarbonkitError, ValueError) as error:
        raise IntegrityError(
            f"hold what was written, which is of the class {kind.__name__}",
            was=str(error),
            field=f"document {document.kind.value} {document.id}",
            hint="the journal was changed or is damaged; go back to a copy of it",
        ) from error


def other_side(order: Order, account: AccountId) -> Order:
    """
    Show a block from its other side: the same terms, which that account buys if the first one sells.

    Args:
        order: One side.
        account: Whose the other side is.

    Returns:
        The other side; what the first calls its order is not told.

    Example:
        >>> other_side.__name__
        'other_side'
    """
    return attrs.evolve(order, account=account, side=order.side.opposite, client_order_id=None)


def order_document(order: Order, number: int, other: str = "") -> Document:
    """
    Make the document of an order.

    Args:
        order: The order.
        number: Its number.
        other: Whose it is too; "" for nobody's.

    Returns:
        The document.

    Example:
        >>> order_document.__name__
        'order_document'
    """
    return Document(
        kind=Kind.ORDER,
        id=order.order_id.text,
        number=number,
        at=microseconds(order.at),
        account=order.account.text,
        other=other,
        instrument=order.instrument.text,
        name=order.client_order_id or "",
        state=order.state.value,
        body=as_text(order),
    )


def order_in(document: Document) -> Order:
    """
    Read the order in a document.

    Args:
        document: The document.

    Returns:
        The order.

    Raises:
        IntegrityError: If it holds none.

    Example:
        >>> order_in.__name__
        'order_in'
    """
    return value_in(Order, document)


def trade_document(trade: Trade, number: int) -> Document:
    """
    Make the document of a trade.

    Args:
        trade: The trade.
        number: Its number among all trades.

    Returns:
        The document.

    Example:
        >>> trade_document.__name__
        'trade_document'
    """
    return Document(
        kind=Kind.TRADE,
        id=trade.reference,
        number=number,
        at=microseconds(trade.at),
        account=trade.buyer.text,
        other=trade.seller.text,
        instrument=trade.instrument.id.text,
        name="",
        state="",
        body=as_text(trade),
    )


def trade_in(document: Document) -> Trade:
    """
    Read the trade in a document.

    Args:
        document: The document.

    Returns:
        The trade.

    Raises:
        IntegrityError: If it holds none.

    Example:
        >>> trade_in.__name__
        'trade_in'
    """
    return value_in(Trade, document)


def public_trade(trade: Trade, number: int) -> PublicTrade:
    """
    Show a trade without its sides.

    Args:
        trade: The trade.
        number: Its number among all trades.

    Returns:
        What everybody may see.

    Example:
        >>> public_trade.__name__
        'public_trade'
    """
    return PublicTrade(
        reference=trade.reference,
        number=number,
        instrument=trade.instrument.id,
        day=trade.day,
        method=trade.method,
        price=trade.price,
        quantity=trade.quantity,
        at=trade.at,
    )


def bulletin_of(day: DayBulletin, *, final: bool) -> Bulletin:
    """
    Publish an instrument's day.

    Args:
        day: Its figures.
        final: Whether the day is closed.

    Returns:
        The bulletin.

    Example:
        >>> bulletin_of.__name__
        'bulletin_of'
    """
    return Bulletin(
        instrument=day.instrument.id,
        day=day.day,
        final=final,
        previous_close=day.previous_close,
        open=day.open,
        high=day.high,
        low=day.low,
        close=day.close,
        change_percent=day.change_percent,
        methods=day.methods,
        rules=day.rules.digest(),
    )


def bulletin_document(day: DayBulletin, number: int) -> Document:
    """
    Make the document of a day's final figures.

    Args:
        day: The figures.
        number: Its number.

    Returns:
        The document.

    Example:
        >>> bulletin_document.__name__
        'bulletin_document'
    """
    name = day.instrument.id.text
    return Document(
        kind=Kind.BULLETIN,
        id=f"{name}/{day.day:%Y%m%d}",
        number=number,
        at=microseconds(datetime.datetime.combine(day.day, datetime.time.min, datetime.UTC)),
        account="",
        other="",
        instrument=name,
        name="",
        state="",
        body=as_text(bulletin_of(day, final=True)),
    )
