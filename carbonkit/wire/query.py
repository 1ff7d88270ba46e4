"""Queries: what narrows a list down, each the query string of one operation."""

from __future__ import annotations

import datetime

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market.order import OrderState
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, InstrumentId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant
from carbonkit.wire import _field

__all__ = [
    "AccountQuery",
    "BulletinQuery",
    "CandleQuery",
    "DepthQuery",
    "ListQuery",
    "OrderQuery",
    "TradeQuery",
]

_MOST = 500


def _limit(value: int) -> int:
    limit = whole(value, field="limit")
    if not 1 <= limit <= _MOST:
        raise InvalidValueError(f"be 1 to {_MOST}", was=limit, field="limit")
    return limit


def _levels(value: int) -> int:
    levels = whole(value, field="levels")
    if not 1 <= levels <= _MOST:
        raise InvalidValueError(f"be 1 to {_MOST}", was=levels, field="levels")
    return levels


def _minutes(value: int) -> int:
    minutes = whole(value, field="minutes")
    if not 1 <= minutes <= 24 * 60:
        raise InvalidValueError("be 1 to 1440", was=minutes, field="minutes")
    return minutes


@attrs.frozen(kw_only=True)
class ListQuery:
    """
    A piece of a list.

    Args:
        cursor: What the piece before gave as its `next_cursor`; None for the first.
        limit: How many items a piece has at most.

    Example:
        >>> ListQuery().limit
        100
    """

    cursor: str | None = None
    limit: int = attrs.field(default=100, converter=_limit)


@attrs.frozen(kw_only=True)
class OrderQuery(ListQuery):
    """
    Own orders, newest first.

    Args:
        account: Whose; None for all accounts of the key.
        instrument: For what; None for all.
        state: How far they have come; None for all.
        client_order_id: What the owner calls it; None for all.

    Example:
        >>> OrderQuery(account="KEE-001").account
        AccountId('KEE-001')
    """

    account: AccountId | None = attrs.field(default=None, converter=_field.optional_account)
    instrument: InstrumentId | None = attrs.field(default=None, converter=_field.optional_instrument)
    state: OrderState | None = attrs.field(
        default=None, validator=attrs.validators.optional(is_a(OrderState))
    )
    client_order_id: str | None = attrs.field(default=None, converter=_field.optional_own_id)


@attrs.frozen(kw_only=True)
class TradeQuery(ListQuery):
    """
    Trades, newest first, of a stretch of time.

    Args:
        since: From when, that instant included; None for the beginning.
        until: Until when, that instant excluded; None for now.

    Example:
        >>> TradeQuery().since is None
        True
    """

    since: datetime.datetime | None = attrs.field(default=None, converter=_field.optional_instant)
    until: datetime.datetime | None = attrs.field(default=None, converter=_field.optional_instant)


@attrs.frozen(kw_only=True)
class AccountQuery(ListQuery):
    """
    What concerns one account, newest first.

    Args:
        account: Whose; None for all accounts of the key.

    Example:
        >>> AccountQuery().account is None
        True
    """

    account: AccountId | None = attrs.field(default=None, converter=_field.optional_account)


@attrs.frozen(kw_only=True)
class BulletinQuery(ListQuery):
    """
    Bulletins, newest first, of a stretch of days.

    Args:
        instrument: Of what; None for all.
        since: The first day; None for the beginning.
        until: The last day; None for today.

    Example:
        >>> BulletinQuery(since="2026-11-02").since.isoformat()
        '2026-11-02'
    """

    instrument: InstrumentId | None = attrs.field(default=None, converter=_field.optional_instrument)
    since: datetime.date | None = attrs.field(default=None, converter=_field.optional_date)
    until: datetime.date | None = attrs.field(default=None, converter=_field.optional_date)


@attrs.frozen(kw_only=True)
class CandleQuery:
    """
    The candles of a stretch of time; of at most five thousand trades.

    Args:
        minutes: How long one candle is.
        since: From when, that instant included.
        until: Until when, that instant excluded.

    Example:
        >>> CandleQuery(minutes=5, since="2026-11-30T01:30:00Z", until="2026-11-30T07:00:00Z").minutes
        5
    """

    minutes: int = attrs.field(converter=_minutes)
    since: datetime.datetime = attrs.field(converter=as_instant)
    until: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class DepthQuery:
    """
    How much of a book to show.

    Args:
        levels: How many price levels of each side at most.

    Example:
        >>> DepthQuery(levels=5).levels
        5
    """

    levels: int = attrs.field(default=50, converter=_levels)
