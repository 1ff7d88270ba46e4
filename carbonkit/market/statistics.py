"""Statistics: what a venue publishes about one instrument's day, by method and in all."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market.instrument import Instrument
from carbonkit.market.rulebook import ClosingPrice, OpeningPrice, VenueRules
from carbonkit.market.tally import PRICED, Print, Sums, Tally
from carbonkit.market.trade import Method
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money
from carbonkit.values.number import divide, multiply, plain, subtract
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.market.trade import Trade

__all__ = [
    "PRICED",
    "DayBulletin",
    "MethodTotals",
    "Print",
    "bulletin",
    "closing_price",
    "day_bulletin",
    "tallied_bulletin",
]

_PERCENT_PLACES = 2


@attrs.frozen(kw_only=True)
class MethodTotals:
    """
    One method's day.

    Args:
        method: The method.
        volume: How many units were traded.
        turnover: What they cost, exactly.
        trades: How many trades there were.
        high: The highest price.
        low: The lowest price.

    Example:
        >>> price = Price("48.00", "CNY", "tCO2e")
        >>> MethodTotals(method=Method.BLOCK, volume=100_000, turnover=Money("4800000", "CNY"), trades=1,
        ...              high=price, low=price).volume
        100000
    """

    method: Method
    volume: int
    turnover: Money
    trades: int
    high: Price
    low: Price


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
        high: The highest price traded by the methods that make prices; None on a day without such trades.
        low: The lowest price traded by them; None on a day without.
        close: The closing price.
        methods: What each method traded; methods without trades are left out.

    Example:
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> from carbonkit.values import as_date
        >>> day = as_date("2021-07-16")
        >>> cea = instrument("CEA", day)
        >>> quiet = bulletin([], instrument=cea, rules=venue_rules(day), day=day,
        ...                  previous_close=cea.quote("48.00"))
        >>> quiet.close, quiet.change_percent, quiet.volume, quiet.high
        (Price('48.00', 'CNY', 'tCO2e'), Decimal('0.00'), 0, None)
    """

    instrument: Instrument
    day: datetime.date
    rules: VenueRules = attrs.field(repr=False)
    previous_close: Price
    open: Price
    high: Price | None
    low: Price | None
    close: Price
    methods: tuple[MethodTotals, ...]

    @property
    def volume(self) -> int:
        """How many units were traded by all methods."""
        return sum(totals.volume for totals in self.methods)

    @property
    def turnover(self) -> Money:
        """What they cost, exactly."""
        return sum((totals.turnover for totals in self.methods), Money(0, self.instrument.currency))

    @property
    def trades(self) -> int:
        """How many trades there were by all methods."""
        return sum(totals.trades for totals in self.methods)

    @property
    def change(self) -> Price:
        """How much more the close is than the previous one."""
        return self.instrument.quote(subtract(self.close.amount, self.previous_close.amount))

    @property
    def change_percent(self) -> Decimal:
        """The change in per cent of the previous close, to two places."""
        change = multiply(self.change.amount, Decimal(100))
        return divide(change, self.previous_close.amount, _PERCENT_PLACES, self.rules.change_rounding.value)

    def by(self, method: Method) -> MethodTotals | None:
        """
        Find what one method traded.

        Args:
            method: The method.

        Returns:
            Its totals; None if it traded nothing.
        """
        return next((totals for totals in self.methods if totals.method is method), None)

    def explain(self) -> Explanation:
        """
        Say how every figure came about, down to the sources of the rules.

        Returns:
            The bulletin as a tree.
        """
        rules = self.rules
        previous = Explanation("previous close", str(self.previous_close))
        priced = [totals for totals in self.methods if totals.method in PRICED]
        volume = Explanation("volume", _units(self, priced), how=f"sum of {_count(priced)} trades")
        turnover = Explanation("turnover", _money(self, priced), how="sum of price × quantity, not rounded")
        close_how, open_how = "no trade: the previous close", "no trade: the previous close"
        if priced:
            rounding = rules.closing_rounding.explain().value
            what = rules.closing_price.value.value.replace("/", "÷")
            close_how = f"{what}, {rounding} to {plain(self.instrument.tick)}"
            open_how = "price of the first trade"
        parts = [Explanation("open", str(self.open), how=open_how, parts=(rules.opening_price.explain(),))]
        if self.high is not None and self.low is not None:
            parts.append(Explanation("high", str(self.high), how="highest price traded"))
            parts.append(Explanation("low", str(self.low), how="lowest price traded"))
        closing = (rules.closing_price.explain(), rules.closing_rounding.explain())
        parts.append(Explanation("close", str(self.close), how=close_how, parts=(turnover, volume, *closing)))
        parts.append(
            Explanation(
                "change",
                f"{plain(self.change_percent)} %",
                how=f"{plain(self.change.amount)} ÷ {plain(self.previous_close.amount)}",
                parts=(previous, rules.change_rounding.explain()),
            )
        )
        for totals in self.methods:
            how = f"{totals.trades} trades, {totals.turnover}"
            parts.append(Explanation(totals.method.value, _units(self, [totals]), how=how))
        for method in rules.methods:
            limits = rules.limits(method.method, self.previous_close)
            if limits is not None and (method.method in PRICED or self.by(method.method) is not None):
                parts.append(limits.explain())
        return Explanation(f"{self.instrument.id} on {self.day}", f"close {self.close}", parts=tuple(parts))


def _units(day: DayBulletin, priced: Sequence[MethodTotals]) -> str:
    return f"{sum(totals.volume for totals in priced)} {day.instrument.unit}"


def _money(day: DayBulletin, priced: Sequence[MethodTotals]) -> str:
    return str(sum((totals.turnover for totals in priced), Money(0, day.instrument.currency)))


def _count(priced: Sequence[MethodTotals]) -> int:
    return sum(totals.trades for totals in priced)


def bulletin(
    trades: Iterable[Trade],
    *,
    instrument: Instrument,
    rules: VenueRules,
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
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> from carbonkit.values import as_date
        >>> day = as_date("2021-07-16")
        >>> cea = instrument("CEA", day)
        >>> quiet = bulletin([], instrument=cea, rules=venue_rules(day), day=day,
        ...                  previous_close=cea.quote("48.00"))
        >>> quiet.trades
        0
    """
    made = tuple(trades)
    for trade in made:
        if trade.instrument != instrument or trade.day != day:
            raise InvalidValueError(f"be of {instrument.id} on {day}", was=trade.reference, field="trade")
    prints = [
        Print(trade.method, instrument.ticks(trade.price), instrument.lots(trade.quantity)) for trade in made
    ]
    return day_bulletin(prints, instrument=instrument, rules=rules, day=day, previous_close=previous_close)


def day_bulletin(
    prints: Sequence[Print],
    *,
    instrument: Instrument,
    rules: VenueRules,
    day: datetime.date,
    previous_close: Price,
) -> DayBulletin:
    """
    Sum up one instrument's day from prices and quantities alone.

    Args:
        prints: The trades, in the order in which they were made.
        instrument: What was traded.
        rules: The rules that say what the opening and closing prices are.
        day: The trading day.
        previous_close: The close of the trading day before.

    Returns:
        The bulletin.

    Raises:
        InvalidValueError: If the previous close is not positive or not quoted as the instrument is.
    """
    tally = Tally()
    tally.add(prints)
    return tallied_bulletin(tally, instrument=instrument, rules=rules, day=day, previous_close=previous_close)


def tallied_bulletin(
    tally: Tally,
    *,
    instrument: Instrument,
    rules: VenueRules,
    day: datetime.date,
    previous_close: Price,
) -> DayBulletin:
    """
    Sum up one instrument's day from its running figures.

    Args:
        tally: The figures.
        instrument: What was traded.
        rules: The rules that say what the opening and closing prices are.
        day: The trading day.
        previous_close: The close of the trading day before.

    Returns:
        The bulletin.

    Raises:
        InvalidValueError: If the previous close is not positive or not quoted as the instrument is.
    """
    quoted = (previous_close.currency, previous_close.per)
    if previous_close.amount <= 0 or quoted != (instrument.currency, instrument.unit):
        raise InvalidValueError(
            f"be more than zero, in {instrument.currency}/{instrument.unit}",
            was=str(previous_close),
            field="previous close",
        )
    priced = tally.priced
    return DayBulletin(
        instrument=instrument,
        day=day,
        rules=rules,
        previous_close=previous_close,
        open=_opening(tally, instrument, rules) if priced.trades else previous_close,
        high=instrument.price(priced.high) if priced.trades else None,
        low=instrument.price(priced.low) if priced.trades else None,
        close=_closing(tally, instrument, rules) if priced.trades else previous_close,
        methods=tuple(
            _totals(method, tally.methods[method], instrument) for method in Method if method in tally.methods
        ),
    )


def _totals(method: Method, sums: Sums, instrument: Instrument) -> MethodTotals:
    return MethodTotals(
        method=method,
        volume=instrument.quantity(sums.lots),
        turnover=_turnover(sums.steps, instrument),
        trades=sums.trades,
        high=instrument.price(sums.high),
        low=instrument.price(sums.low),
    )


def _turnover(steps: int, instrument: Instrument) -> Money:
    return Money(
        multiply(multiply(Decimal(steps), instrument.tick), Decimal(instrument.lot)), instrument.currency
    )


def _opening(tally: Tally, instrument: Instrument, rules: VenueRules) -> Price:
    match rules.opening_price.value:
        case OpeningPrice.FIRST_TRADE:
            return instrument.price(tally.first)


def _closing(tally: Tally, instrument: Instrument, rules: VenueRules) -> Price:
    sums = tally.priced
    match rules.closing_price.value:
        case ClosingPrice.LAST_TRADE:
            return instrument.price(tally.last[-1].ticks)
        case ClosingPrice.LAST_FIVE_TRADES:
            sums = Sums()
            for made in tally.last:
                sums.add(made.ticks, made.lots)
        case ClosingPrice.VOLUME_WEIGHTED_MEAN:
            pass
    turnover, volume = _turnover(sums.steps, instrument), instrument.quantity(sums.lots)
    return closing_price(turnover, volume, instrument=instrument, rules=rules)


def closing_price(turnover: Money, volume: int, *, instrument: Instrument, rules: VenueRules) -> Price:
    """
    Work out the volume-weighted mean price, rounded to the tick as the venue's close is.

    Args:
        turnover: What the trades cost, exactly.
        volume: How many units were traded; more than none.
        instrument: What was traded.
        rules: The rules that name the rounding.

    Returns:
        The price.

    Raises:
        InvalidValueError: If nothing was traded, or the money is of another currency.

    Example:
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> from carbonkit.values import as_date
        >>> day = as_date("2021-07-16")
        >>> closing_price(Money("210230053.25", "CNY"), 4_103_953, instrument=instrument("CEA", day),
        ...               rules=venue_rules(day))
        Price('51.23', 'CNY', 'tCO2e')
    """
    if volume <= 0:
        raise InvalidValueError("be more than zero", was=volume, field="volume")
    if turnover.currency != instrument.currency:
        raise InvalidValueError(f"be in {instrument.currency}", was=str(turnover), field="turnover")
    one_tick = multiply(instrument.tick, Decimal(volume))
    ticks = divide(turnover.amount, one_tick, 0, rules.closing_rounding.value)
    return instrument.price(int(ticks))
