"""Statistics: what a venue publishes about one day's trades."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market.instrument import Instrument
from carbonkit.market.rulebook import ClosingPrice, ListedRules, OpeningPrice
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money
from carbonkit.values.number import divide, multiply, plain, subtract, total
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.market.trade import Trade

__all__ = ["DayBulletin", "bulletin"]

_PERCENT_PLACES = 2


@attrs.frozen(kw_only=True)
class DayBulletin:
    """
    One instrument's day.

    Args:
        instrument: What was traded.
        day: The trading day.
        rules: The rules that say what the figures are.
        previous_close: The close of the trading day before.
        open: The opening price.
        high: The highest price traded; None on a day without trades.
        low: The lowest price traded; None on a day without trades.
        close: The closing price.
        volume: How many units were traded.
        turnover: What they cost, exactly.
        trades: How many trades there were.

    Example:
        >>> from carbonkit.schemes.china_national import instrument, listed_rules
        >>> from carbonkit.values import as_date
        >>> day = as_date("2021-07-16")
        >>> cea = instrument("CEA", day)
        >>> quiet = bulletin([], instrument=cea, rules=listed_rules(day), day=day,
        ...                  previous_close=cea.quote("48.00"))
        >>> quiet.close, quiet.change_percent, quiet.volume, quiet.high
        (Price('48.00', 'CNY', 'tCO2e'), Decimal('0.00'), 0, None)
    """

    instrument: Instrument
    day: datetime.date
    rules: ListedRules = attrs.field(repr=False)
    previous_close: Price
    open: Price
    high: Price | None
    low: Price | None
    close: Price
    volume: int
    turnover: Money
    trades: int

    @property
    def change(self) -> Price:
        """How much more the close is than the previous one."""
        return self.instrument.quote(subtract(self.close.amount, self.previous_close.amount))

    @property
    def change_percent(self) -> Decimal:
        """The change in per cent of the previous close, to two places."""
        change = multiply(self.change.amount, Decimal(100))
        return divide(change, self.previous_close.amount, _PERCENT_PLACES, self.rules.change_rounding.value)

    def explain(self) -> Explanation:
        """
        Say how every figure came about, down to the sources of the rules.

        Returns:
            The bulletin as a tree.
        """
        previous = Explanation("previous close", str(self.previous_close))
        units = f"{self.volume} {self.instrument.unit}"
        volume = Explanation("volume", units, how=f"sum of {self.trades} trades")
        turnover = Explanation("turnover", str(self.turnover), how="sum of price × quantity, not rounded")
        close_how, open_how = "no trade: the previous close", "no trade: the previous close"
        if self.trades:
            rounding = self.rules.closing_rounding.explain().value
            close_how = f"turnover ÷ volume, {rounding} to {plain(self.instrument.tick)}"
            open_how = "price of the first trade"
        opening = (self.rules.opening_price.explain(),)
        parts = [Explanation("open", str(self.open), how=open_how, parts=opening)]
        if self.high is not None and self.low is not None:
            parts.append(Explanation("high", str(self.high), how="highest price traded"))
            parts.append(Explanation("low", str(self.low), how="lowest price traded"))
        closing = (self.rules.closing_price.explain(), self.rules.closing_rounding.explain())
        parts.append(Explanation("close", str(self.close), how=close_how, parts=(turnover, volume, *closing)))
        parts.append(
            Explanation(
                "change",
                f"{plain(self.change_percent)} %",
                how=f"{plain(self.change.amount)} ÷ {plain(self.previous_close.amount)}",
                parts=(previous, self.rules.change_rounding.explain()),
            )
        )
        parts.append(self.rules.limits(self.previous_close).explain())
        return Explanation(f"{self.instrument.id} on {self.day}", f"close {self.close}", parts=tuple(parts))


def bulletin(
    trades: Iterable[Trade],
    *,
    instrument: Instrument,
    rules: ListedRules,
    day: datetime.date,
    previous_close: Price,
) -> DayBulletin:
    """
    Sum up one instrument's trades of one day.

    Args:
        trades: The trades, in the order in which they were made.
        instrument: What was traded.
        rules: The rules that say what the opening and closing prices are.
        day: The trading day.
        previous_close: The close of the trading day before.

    Returns:
        The bulletin.

    Raises:
        InvalidValueError: If a trade is of another instrument or day, or the previous close is not
            positive or not quoted as the instrument is.

    Example:
        >>> from carbonkit.schemes.china_national import instrument, listed_rules
        >>> from carbonkit.values import as_date
        >>> day = as_date("2021-07-16")
        >>> cea = instrument("CEA", day)
        >>> quiet = bulletin([], instrument=cea, rules=listed_rules(day), day=day,
        ...                  previous_close=cea.quote("48.00"))
        >>> quiet.trades
        0
    """
    made = tuple(trades)
    for trade in made:
        if trade.instrument != instrument or trade.day != day:
            raise InvalidValueError(f"be of {instrument.id} on {day}", was=trade.reference, field="trade")
    quoted = (previous_close.currency, previous_close.per)
    if previous_close.amount <= 0 or quoted != (instrument.currency, instrument.unit):
        raise InvalidValueError(
            f"be more than zero, in {instrument.currency}/{instrument.unit}",
            was=str(previous_close),
            field="previous close",
        )
    volume = sum(trade.quantity for trade in made)
    turnover = Money(total(trade.value.amount for trade in made), instrument.currency)
    prices = [trade.price for trade in made]
    return DayBulletin(
        instrument=instrument,
        day=day,
        rules=rules,
        previous_close=previous_close,
        open=_opening(prices, rules) if prices else previous_close,
        high=max(prices, default=None),
        low=min(prices, default=None),
        close=_closing(turnover, volume, instrument, rules) if prices else previous_close,
        volume=volume,
        turnover=turnover,
        trades=len(made),
    )


def _opening(prices: Sequence[Price], rules: ListedRules) -> Price:
    match rules.opening_price.value:
        case OpeningPrice.FIRST_TRADE:
            return prices[0]


def _closing(turnover: Money, volume: int, instrument: Instrument, rules: ListedRules) -> Price:
    match rules.closing_price.value:
        case ClosingPrice.VOLUME_WEIGHTED_MEAN:
            one_tick = multiply(instrument.tick, Decimal(volume))
            ticks = divide(turnover.amount, one_tick, 0, rules.closing_rounding.value)
            return instrument.price(int(ticks))
