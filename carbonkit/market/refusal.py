"""Why a venue refuses: every reason code in one list, for programs to tell refusals apart."""

from __future__ import annotations

import enum

__all__ = ["Refusal"]


class Refusal(enum.StrEnum):
    """
    The reason codes of `MarketError`; they stand in the error's `problem.code` and never change.

    Example:
        >>> Refusal("outside_band")
        <Refusal.OUTSIDE_BAND: 'outside_band'>
    """

    NOT_A_TRADING_DAY = "not_a_trading_day"
    """The venue does not open on this day of the week."""
    OUTSIDE_HOURS = "outside_hours"
    """The instant lies outside the day's trading hours."""
    CLOCK_BACKWARDS = "clock_backwards"
    """The instant lies before that of an earlier command."""
    SESSION_CLOSED = "session_closed"
    """The session has been closed; nothing follows."""
    BEFORE_CLOSE = "before_close"
    """The session may not be closed before its trading hours end."""
    UNKNOWN_ACCOUNT = "unknown_account"
    """The account does not take part in the session."""
    DUPLICATE_ORDER = "duplicate_order"
    """An accepted order bears this id already."""
    UNKNOWN_ORDER = "unknown_order"
    """No accepted order bears this id."""
    DEAD_ORDER = "dead_order"
    """The order is filled, cancelled or expired."""
    NOT_OWNER = "not_owner"
    """The order belongs to another account."""
    SELF_TRADE = "self_trade"
    """Buyer and seller are the same account."""
    WRONG_QUOTE = "wrong_quote"
    """The price is in another currency or per another unit."""
    OFF_TICK = "off_tick"
    """The price is not a positive multiple of the price step."""
    ODD_LOT = "odd_lot"
    """The quantity is not a positive multiple of the lot."""
    OUTSIDE_BAND = "outside_band"
    """The price lies outside the day's price limits."""
    OUTSIDE_SIZE = "outside_size"
    """The quantity lies outside the size limit of the trading method."""
    OUTSIDE_LEVELS = "outside_levels"
    """The post is not among the best price levels that may be taken."""
    MORE_THAN_POSTED = "more_than_posted"
    """The quantity is more than the post still offers."""
    INSUFFICIENT_ALLOWANCES = "insufficient_allowances"
    """The seller has fewer units that may be sold today."""
    INSUFFICIENT_CASH = "insufficient_cash"
    """The buyer has less free cash than the order costs."""
