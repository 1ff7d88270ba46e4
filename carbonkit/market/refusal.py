"""Why a venue refuses: every reason code in one list, for programs to tell refusals apart."""

from __future__ import annotations

import enum

from carbonkit.errors import MarketError

__all__ = ["Refusal", "refused"]


class Refusal(enum.StrEnum):
    """
    The reason codes of `MarketError`; they stand in the error's `problem.code` and never change.

    Example:
        >>> Refusal("outside_band")
        <Refusal.OUTSIDE_BAND: 'outside_band'>
    """

    NOT_A_TRADING_DAY = "not_a_trading_day"
    """The venue does not open on this day."""
    OUTSIDE_HOURS = "outside_hours"
    """The instant lies outside the day's trading hours."""
    CLOCK_BACKWARDS = "clock_backwards"
    """The instant lies before that of an earlier command."""
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
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    """The venue does not trade the instrument."""
    METHOD_NOT_OFFERED = "method_not_offered"
    """The venue does not trade the instrument in this way."""
    DUPLICATE_ACCOUNT = "duplicate_account"
    """The account has been admitted already."""
    DUPLICATE_INSTRUMENT = "duplicate_instrument"
    """The instrument is listed already."""
    DAY_NOT_OPEN = "day_not_open"
    """No trading day is open."""
    DAY_STILL_OPEN = "day_still_open"
    """A trading day is still open."""
    HALTED = "halted"
    """Trading is suspended."""
    RESTRICTED = "restricted"
    """The participant may not enter such orders for now."""
    POSITION_LIMIT = "position_limit"
    """The account would hold more than it may."""
    TOO_LARGE = "too_large"
    """The number is larger than any that the venue counts."""
    WOULD_TRADE = "would_trade"
    """The order is to rest, and would trade at once."""
    NO_MARKET_ORDERS = "no_market_orders"
    """The venue takes no market orders."""
    NO_CHANGE = "no_change"
    """The command would change nothing."""
    NOT_COUNTERPARTY = "not_counterparty"
    """It is not for this account to answer the proposal."""
    AUCTION_CLOSED = "auction_closed"
    """The auction takes no bids at this time."""
    AUCTION_RUNNING = "auction_running"
    """The auction's bidding has not ended."""
    CALL_RUNNING = "call_running"
    """The call auction has not ended."""
    FLOOR_NOT_ALLOWED = "floor_not_allowed"
    """The seller may not choose this floor."""
    BELOW_FLOOR = "below_floor"
    """The bid lies below the auction's floor."""
    NOT_A_COMMAND = "not_a_command"
    """The venue does not know what it is told."""
    INSUFFICIENT_ALLOWANCES = "insufficient_allowances"
    """The seller has fewer units that may be sold today."""
    INSUFFICIENT_CASH = "insufficient_cash"
    """The buyer has less free cash than the order costs."""


def refused(code: Refusal, must: str, was: object, field: str, hint: str = "") -> MarketError:
    """
    Make the error of a refusal.

    Args:
        code: Its reason code.
        must: What the value must be.
        was: What it was.
        field: Which value.
        hint: What to do instead.

    Returns:
        The error, for the caller to raise.

    Example:
        >>> print(refused(Refusal.HALTED, "come while trading is not suspended", "a failure", "instrument"))
        instrument: must come while trading is not suspended, was a failure
    """
    return MarketError(must, was=was, field=field, code=code, hint=hint)
