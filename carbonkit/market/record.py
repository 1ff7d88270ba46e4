"""
Daily records: an exchange's own daily statistics, read and held against its rules.

A record says for one day, one instrument and one method what was traded, and for which
prices. From the amounts and the rules follows what the close must be, where the limits
lay and what the totals come to; what differs is listed.
"""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import BatchError, InvalidValueError, NotFoundError
from carbonkit.market.statistics import PRICED, closing_price
from carbonkit.market.trade import Method
from carbonkit.values.identifier import InstrumentId
from carbonkit.values.money import Money
from carbonkit.values.number import divide, exact, whole
from carbonkit.values.price import Price
from carbonkit.values.table import read_table
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from carbonkit.market.composite import CompositeRules
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.rulebook import Rulebook, VenueRules

__all__ = ["DailyRecord", "Difference", "check_records", "read_daily_records"]


@attrs.frozen(kw_only=True)
class DailyRecord:
    """
    What an exchange published of one instrument and one method on one day.

    Args:
        day: The trading day.
        instrument: The exchange's code of the instrument.
        method: The method.
        volume: How many units were traded.
        turnover: What they cost.
        open: The opening price; None if the record has none.
        high: The highest price; None if the record has none.
        low: The lowest price; None if the record has none.
        close: The closing price; None if the record has none.

    Example:
        >>> DailyRecord(day=datetime.date(2021, 7, 16), instrument=InstrumentId("CEA"), method=Method.LISTED,
        ...             volume=4_103_953, turnover=Money("210230053.25", "CNY")).volume
        4103953
    """

    day: datetime.date
    instrument: InstrumentId
    method: Method
    volume: int
    turnover: Money
    open: Price | None = None
    high: Price | None = None
    low: Price | None = None
    close: Price | None = None


@attrs.frozen(kw_only=True)
class Difference:
    """
    Something published that does not follow from the rules.

    Args:
        day: The day.
        instrument: Of which instrument.
        what: Which figure.
        expected: What the rules give.
        published: What was published.

    Example:
        >>> print(Difference(day=datetime.date(2021, 7, 16), instrument="CEA", what="close", expected="51.23",
        ...                  published="51.22"))
        2021-07-16 CEA: close must be 51.23, was 51.22
    """

    day: datetime.date
    instrument: str
    what: str
    expected: str
    published: str

    def __str__(self) -> str:
        """Say what differs."""
        return f"{self.day} {self.instrument}: {self.what} must be {self.expected}, was {self.published}"


def _optional(text: str) -> Decimal | None:
    return exact(text, field="price") if text else None


_COLUMNS: Final[Mapping[str, Callable[[str], object]]] = MappingProxyType(
    {
        "day": as_date,
        "instrument": InstrumentId,
        "method": str,
        "volume": whole,
        "turnover": exact,
        "open": _optional,
        "high": _optional,
        "low": _optional,
        "close": _optional,
    }
)


def read_daily_records(
    lines: Iterable[str], *, file: str, currency: str, unit: str, codes: Mapping[str, Method]
) -> tuple[DailyRecord, ...]:
    """
    Read daily records, and report every problem together.

    Args:
        lines: CSV lines with the columns day, instrument, method, volume, turnover, open, high, low, close;
            a price may be empty.
        file: The name that problems give the input.
        currency: The currency of turnover and prices.
        unit: The unit of volumes.
        codes: The exchange's codes of methods, such as "10" for listed agreements.

    Returns:
        The records, in the order of the rows.

    Raises:
        BatchError: If anything is wrong.

    Example:
        >>> lines = ["day,instrument,method,volume,turnover,open,high,low,close",
        ...          "2021-07-16,CEA,10,4103953,210230053.25,48.00,52.80,48.00,51.23"]
        >>> read_daily_records(lines, file="days.csv", currency="CNY", unit="tCO2e",
        ...                    codes={"10": Method.LISTED})[0].close
        Price('51.23', 'CNY', 'tCO2e')
    """

    def price(amount: Decimal | None) -> Price | None:
        return None if amount is None else Price(amount, currency, unit)

    def build(row: dict[str, Any]) -> DailyRecord:
        if row["method"] not in codes:
            raise InvalidValueError(f"be one of {', '.join(codes)}", was=row["method"], field="method")
        if row["volume"] < 0 or row["turnover"] < 0:
            raise InvalidValueError("not be negative", was=row["volume"], field="volume")
        return DailyRecord(
            day=row["day"],
            instrument=row["instrument"],
            method=codes[row["method"]],
            volume=row["volume"],
            turnover=Money(row["turnover"], currency),
            open=price(row["open"]),
            high=price(row["high"]),
            low=price(row["low"]),
            close=price(row["close"]),
        )

    return read_table(lines, file=file, columns=_COLUMNS, build=build)


def check_records(
    records: Iterable[DailyRecord],
    *,
    rulebook: Rulebook,
    instrument: Callable[[InstrumentId, datetime.date], Instrument],
    bases: Mapping[InstrumentId, Price],
    composite: Callable[[datetime.date], CompositeRules] | None = None,
    published: Mapping[datetime.date, Price] | None = None,
) -> tuple[Difference, ...]:
    """
    Hold an exchange's daily records against its rules.

    Checked are: that the day is a trading day; the close, which follows from the amounts of the methods
    that make prices, or is the one of the day before; that highest and lowest price lie within the
    limits, and each method's mean price too; that the open lies between them; and, if rules of a
    composite are given, that the published composite is made of the closes of all instruments so far.

    Args:
        records: The records, in the order of the days; an instrument has one for each method at most a day.
        rulebook: Gives the exchange's rules as they stand on a day.
        instrument: Gives the instrument of a code on a day.
        bases: The price that stands for the close before the first day of an instrument; one that is not
            there begins at the composite close of the day before.
        composite: Gives the rules of the composite on a day; None if the exchange has none.
        published: The composite closes that the exchange published, by day.

    Returns:
        What differs; nothing if the records follow the rules.

    Raises:
        BatchError: If a record comes twice, or out of order.
        NotFoundError: If an instrument has no base price, or no rules are known for a day.

    Example:
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> cea = instrument("CEA", datetime.date(2021, 7, 16))
        >>> one = DailyRecord(day=datetime.date(2021, 7, 16), instrument=cea.id, method=Method.LISTED,
        ...                   volume=4_103_953, turnover=Money("210230053.25", "CNY"),
        ...                   close=cea.quote("51.23"))
        >>> check_records([one], rulebook=venue_rules, bases={cea.id: cea.quote("48.00")},
        ...               instrument=lambda code, day: instrument(str(code), day))
        ()
    """
    days: dict[tuple[datetime.date, InstrumentId], dict[Method, DailyRecord]] = {}
    last = datetime.date.min
    for row, record in enumerate(records, start=1):
        methods = days.setdefault((record.day, record.instrument), {})
        if record.method in methods or record.day < last:
            error = InvalidValueError(
                "come once, in the order of the days",
                was=f"{record.day} {record.instrument} {record.method.value}",
                field="record",
                row=row,
            )
            raise BatchError([error.problem])
        methods[record.method] = record
        last = record.day
    found: list[Difference] = []
    closes = dict(bases)
    listed: set[InstrumentId] = set()
    before: Price | None = None  # the composite close of the day before
    for day, codes in itertools.groupby(days, key=lambda place: place[0]):
        for _, code in codes:
            base = closes.get(code, before)
            if base is None:
                raise NotFoundError("have a base price", was="none", field=str(code))
            checked = _Day(day, instrument(code, day), days[day, code], base, rulebook(day))
            closes[code] = checked.close
            listed.add(code)
            found += checked.differences()
        if composite is not None:
            before = composite(day).price({str(code): closes[code] for code in sorted(listed)}).price
            said = (published or {}).get(day, before)
            if said != before:
                found.append(
                    Difference(
                        day=day,
                        instrument="composite",
                        what="close",
                        expected=str(before.amount),
                        published=str(said.amount),
                    )
                )
    return tuple(found)


class _Day:
    """One instrument's day against the rules."""

    def __init__(
        self,
        day: datetime.date,
        instrument: Instrument,
        methods: Mapping[Method, DailyRecord],
        previous: Price,
        rules: VenueRules,
    ) -> None:
        self.day, self.code, self.methods, self.previous = day, instrument.id, methods, previous
        self.rules = rules
        self.instrument = instrument
        priced = [record for method, record in methods.items() if method in PRICED and record.volume]
        self.close = previous
        if priced:
            turnover = sum((record.turnover for record in priced), Money(0, instrument.currency))
            volume = sum(record.volume for record in priced)
            self.close = closing_price(turnover, volume, instrument=instrument, rules=self.rules)

    def differences(self) -> list[Difference]:
        """List what does not follow."""
        found: list[Difference] = []
        if not self.rules.calendar.value.is_open(self.day):
            found.append(self._differs("day", "a trading day", "not one"))
        for method, record in self.methods.items():
            published = record.close
            if method in PRICED and published is not None and published != self.close:
                found.append(self._differs("close", str(self.close.amount), str(published.amount)))
            found += self._within(method, record)
        return found

    def _within(self, method: Method, record: DailyRecord) -> Sequence[Difference]:
        """Check a method's prices against its limits and each other."""
        found = []
        limits = self.rules.limits(method, self.previous)
        if limits is not None and record.volume:
            mean = divide(
                record.turnover.amount, Decimal(record.volume), 2, self.rules.closing_rounding.value
            )
            prices = {"mean": Price(mean, self.instrument.currency, self.instrument.unit)}
            prices |= {
                name: price
                for name, price in (("high", record.high), ("low", record.low))
                if price is not None and method in PRICED
            }
            span = f"from {limits.lowest.amount} to {limits.highest.amount}"
            found += [
                self._differs(f"{method.value} {name}", span, str(price.amount))
                for name, price in prices.items()
                if price not in limits
            ]
        low, high, first = record.low, record.high, record.open
        if None in {low, high, first} or not record.volume or method not in PRICED:
            return found
        if low is not None and high is not None and first is not None and not low <= first <= high:
            found.append(self._differs("open", f"from {low.amount} to {high.amount}", str(first.amount)))
        return found

    def _differs(self, what: str, expected: str, published: str) -> Difference:
        return Difference(
            day=self.day, instrument=str(self.code), what=what, expected=expected, published=published
        )
