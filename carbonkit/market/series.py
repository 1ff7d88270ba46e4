"""Series: what many trades or many days come to; candles, mean prices, running totals, an index."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, plain, total
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.market.statistics import DayBulletin
    from carbonkit.market.trade import Trade

__all__ = ["Candle", "RunningTotal", "candles", "index", "mean_price", "running_totals"]


@attrs.frozen(kw_only=True)
class Candle:
    """
    The trades of one stretch of time.

    Args:
        start: When it begins; it ends where the next would begin.
        open: The first price.
        high: The highest price.
        low: The lowest price.
        close: The last price.
        volume: How many units were traded.
        turnover: What they cost.

    Example:
        >>> price = Price("48.00", "CNY", "tCO2e")
        >>> Candle(start=datetime.datetime(2021, 7, 16, 1, 30, tzinfo=datetime.UTC), open=price, high=price,
        ...        low=price, close=price, volume=100, turnover=Money("4800", "CNY")).volume
        100
    """

    start: datetime.datetime
    open: Price
    high: Price
    low: Price
    close: Price
    volume: int
    turnover: Money


def candles(trades: Iterable[Trade], *, minutes: int) -> tuple[Candle, ...]:
    """
    Gather trades into candles; a stretch without trades has none.

    Args:
        trades: Trades of one instrument, in the order in which they were made.
        minutes: How long one candle is; it begins at a multiple of so many minutes of the UTC day.

    Returns:
        The candles, oldest first.

    Raises:
        InvalidValueError: If `minutes` is not from 1 to 1440, or the trades are of several instruments or
            not in order.

    Example:
        >>> candles([], minutes=5)
        ()
    """
    if type(minutes) is not int or not 1 <= minutes <= 24 * 60:
        raise InvalidValueError("be from 1 to 1440", was=minutes, field="minutes")
    found: dict[datetime.datetime, list[Trade]] = {}
    first: Trade | None = None
    last = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for trade in trades:
        first = first or trade
        if trade.instrument != first.instrument or trade.at < last:
            raise InvalidValueError(
                f"be of {first.instrument.id}, in the order of time", was=trade.reference, field="trades"
            )
        last = trade.at
        passed = (trade.at.hour * 60 + trade.at.minute) // minutes * minutes
        start = trade.at.replace(hour=passed // 60, minute=passed % 60, second=0, microsecond=0)
        found.setdefault(start, []).append(trade)
    return tuple(_candle(start, made) for start, made in found.items())


def _candle(start: datetime.datetime, made: Sequence[Trade]) -> Candle:
    prices = [trade.price for trade in made]
    return Candle(
        start=start,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=sum(trade.quantity for trade in made),
        turnover=Money(total(trade.value.amount for trade in made), made[0].instrument.currency),
    )


def mean_price(turnover: Money, volume: int, *, per: str, places: int, rounding: Rounding) -> Price:
    """
    Divide a turnover by a volume: the volume-weighted mean price.

    Args:
        turnover: What was paid.
        volume: For how many units; more than none.
        per: The unit that the volume counts.
        places: To how many places the price is rounded.
        rounding: How.

    Returns:
        The price.

    Raises:
        InvalidValueError: If nothing was traded.

    Example:
        >>> str(mean_price(Money("14629891128.06", "CNY"), 234_597_856, per="tCO2e", places=2,
        ...                rounding=Rounding.HALF_UP))
        '62.36 CNY/tCO2e'
    """
    if volume <= 0:
        raise InvalidValueError("be more than zero", was=volume, field="volume")
    return Price(divide(turnover.amount, Decimal(volume), places, rounding), turnover.currency, per)


@attrs.frozen(kw_only=True)
class RunningTotal:
    """
    What was traded up to a day.

    Args:
        day: The day.
        volume: On the day.
        turnover: On the day.
        year_volume: Since the first day of its calendar year.
        year_turnover: Since then.
        cumulative_volume: Since the first day that was given.
        cumulative_turnover: Since then.

    Example:
        >>> none = Money("0", "CNY")
        >>> RunningTotal(day=datetime.date(2021, 7, 16), volume=0, turnover=none, year_volume=0,
        ...              year_turnover=none, cumulative_volume=0, cumulative_turnover=none).volume
        0
    """

    day: datetime.date
    volume: int
    turnover: Money
    year_volume: int
    year_turnover: Money
    cumulative_volume: int
    cumulative_turnover: Money


def running_totals(days: Iterable[tuple[datetime.date, int, Money]]) -> tuple[RunningTotal, ...]:
    """
    Add up days: for the year to date, and in all.

    Args:
        days: Each day's volume and turnover over all instruments and methods, in the order of the days.

    Returns:
        One total for each day.

    Raises:
        InvalidValueError: If a day does not follow the one before.

    Example:
        >>> from carbonkit.values import as_date
        >>> totals = running_totals([(as_date("2021-12-31"), 10, Money("500", "CNY")),
        ...                          (as_date("2022-01-04"), 1, Money("54", "CNY"))])
        >>> totals[-1].year_volume, totals[-1].cumulative_volume, str(totals[-1].cumulative_turnover)
        (1, 11, '554 CNY')
    """
    made: list[RunningTotal] = []
    for day, volume, turnover in days:
        before = made[-1] if made else None
        if before is not None and day <= before.day:
            raise InvalidValueError(f"be later than {before.day}", was=day, field="day")
        same = before is not None and before.day.year == day.year
        made.append(
            RunningTotal(
                day=day,
                volume=volume,
                turnover=turnover,
                year_volume=volume + (before.year_volume if before is not None and same else 0),
                year_turnover=before.year_turnover + turnover if before is not None and same else turnover,
                cumulative_volume=volume + (before.cumulative_volume if before is not None else 0),
                cumulative_turnover=before.cumulative_turnover + turnover if before is not None else turnover,
            )
        )
    return tuple(made)


def index(
    bulletins: Iterable[DayBulletin], *, base: Price, points: Exact, places: int, rounding: Rounding
) -> tuple[tuple[datetime.date, Decimal], ...]:
    """
    Turn closing prices into an index.

    Args:
        bulletins: The days of one instrument.
        base: The price that stands for `points`.
        points: What the index is at the base price.
        places: To how many places it is rounded.
        rounding: How.

    Returns:
        The index of each day.

    Raises:
        InvalidValueError: If the base price or the points are not positive, or a close is quoted otherwise.

    Example:
        >>> from carbonkit.market import bulletin
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> from carbonkit.values import as_date
        >>> day = as_date("2021-07-16")
        >>> cea = instrument("CEA", day)
        >>> quiet = bulletin([], instrument=cea, rules=venue_rules(day), day=day,
        ...                  previous_close=cea.quote("51.23"))
        >>> index([quiet], base=cea.quote("48.00"), points=1000, places=2, rounding=Rounding.HALF_UP)[0][1]
        Decimal('1067.29')
    """
    scale = exact(points, field="points")
    if base.amount <= 0 or scale <= 0:
        raise InvalidValueError("be more than zero", was=f"{base}, {plain(scale)}", field="base")
    made = []
    for each in bulletins:
        if (each.close.currency, each.close.per) != (base.currency, base.per):
            raise InvalidValueError(f"be in {base.currency}/{base.per}", was=str(each.close), field="close")
        made.append((each.day, divide(multiply(each.close.amount, scale), base.amount, places, rounding)))
    return tuple(made)
