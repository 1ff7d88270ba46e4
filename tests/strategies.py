"""One Hypothesis strategy for each value of the library, for every test module to draw from."""

from __future__ import annotations

import datetime
from decimal import Decimal

from hypothesis import strategies as st

from carbonkit.ledger.serial import SerialRange
from carbonkit.values.identifier import AccountId, AssetId, CommandId, Identifier, InstrumentId, OrderId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding
from carbonkit.values.place import Place
from carbonkit.values.price import Price
from carbonkit.values.quantity import (
    Area,
    CO2e,
    Count,
    Distance,
    Energy,
    Freight,
    Mass,
    Nights,
    NormalVolume,
    Quantity,
    StandardVolume,
    Travel,
    Volume,
    Work,
)
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period
from carbonkit.values.unit import UNITS, Unit

KINDS: tuple[type[Quantity], ...] = (
    *(Mass, CO2e, Energy, Volume, Distance, Area, Freight, Travel),
    *(NormalVolume, StandardVolume, Count, Nights, Work),
)
CURRENCIES = ("CNY", "EUR", "GBP", "USD", "JPY", "KRW", "BHD")

_DIGITS = st.sampled_from("0123456789")
_LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def exact_decimals(
    *, smallest: int = -(10**18), largest: int = 10**18, places: int = 6
) -> st.SearchStrategy[Decimal]:
    """Draw numbers of up to `places` decimal places; trailing zeros and 1E+3 occur."""
    return st.builds(
        lambda digits, exponent: Decimal(f"{digits}E{exponent}"),
        st.integers(smallest, largest),
        st.integers(-places, 3),
    )


def roundings() -> st.SearchStrategy[Rounding]:
    """Draw one of the six ways to round."""
    return st.sampled_from(Rounding)


def units(kind: type[Quantity] | None = None) -> st.SearchStrategy[Unit]:
    """Draw a unit of the table, of one kind of quantity if it is named."""
    return st.sampled_from(
        [unit for unit in UNITS.values() if kind is None or unit.dimension is kind.dimension]
    )


def masses() -> st.SearchStrategy[Mass]:
    """Draw masses in any unit."""
    return st.builds(Mass, exact_decimals(), units(Mass).map(lambda unit: unit.name))


def energies() -> st.SearchStrategy[Energy]:
    """Draw energies in any unit."""
    return st.builds(Energy, exact_decimals(), units(Energy).map(lambda unit: unit.name))


def emissions() -> st.SearchStrategy[CO2e]:
    """Draw emissions in any unit."""
    return st.builds(CO2e, exact_decimals(), units(CO2e).map(lambda unit: unit.name))


def quantities(kind: type[Quantity] | None = None) -> st.SearchStrategy[Quantity]:
    """Draw quantities of any kind, or of the named one, in any unit."""

    def of(each: type[Quantity]) -> st.SearchStrategy[Quantity]:
        return st.builds(each, exact_decimals(), units(each).map(lambda unit: unit.name))

    return of(kind) if kind is not None else st.sampled_from(KINDS).flatmap(of)


def currencies() -> st.SearchStrategy[str]:
    """Draw currencies with no, two and three places."""
    return st.sampled_from(CURRENCIES)


def moneys(currency: str | None = None) -> st.SearchStrategy[Money]:
    """Draw money, in the named currency or in any."""
    return st.builds(Money, exact_decimals(), currencies() if currency is None else st.just(currency))


def prices(currency: str | None = None, per: str | None = None) -> st.SearchStrategy[Price]:
    """Draw prices, in the named currency and for the named unit, or in any."""
    return st.builds(
        Price,
        exact_decimals(),
        currencies() if currency is None else st.just(currency),
        units().map(lambda unit: unit.name) if per is None else st.just(per),
    )


def dates(
    first: datetime.date = datetime.date(1990, 1, 1), last: datetime.date = datetime.date(2100, 12, 31)
) -> st.SearchStrategy[datetime.date]:
    """Draw calendar dates, between two days of which both belong."""
    return st.dates(first, last)


def instants() -> st.SearchStrategy[datetime.datetime]:
    """Draw aware datetimes with any offset that a clock may have, down to the second."""
    offsets = st.integers(-14 * 3600, 14 * 3600).map(
        lambda seconds: datetime.timezone(datetime.timedelta(seconds=seconds))
    )
    return st.datetimes(
        datetime.datetime(1990, 1, 1),  # noqa: DTZ001  Hypothesis takes naive bounds
        datetime.datetime(2100, 12, 31),  # noqa: DTZ001  the same
        timezones=offsets,
    )


def periods(*, open_ended: bool = True) -> st.SearchStrategy[Period]:
    """Draw periods; some have no end, unless told otherwise."""
    lengths = st.integers(1, 4000)
    closed = st.builds(lambda start, days: Period(start, start + datetime.timedelta(days)), dates(), lengths)
    return closed | dates().map(lambda start: Period(start, None)) if open_ended else closed


def identifier_texts() -> st.SearchStrategy[str]:
    """Draw what an identifier may say."""
    return st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}", fullmatch=True)


def identifiers() -> st.SearchStrategy[Identifier]:
    """Draw identifiers of every kind."""
    kinds: list[type[Identifier]] = [AccountId, AssetId, CommandId, InstrumentId, OrderId]
    return st.sampled_from(kinds).flatmap(lambda kind: st.builds(kind, identifier_texts()))


def places() -> st.SearchStrategy[Place]:
    """Draw places, from countries down to what lies four steps within."""
    inner = st.text(_LETTERS | _DIGITS, min_size=1, max_size=8)
    country = st.sampled_from(["CN", "DE", "GB", "US"])
    return st.builds(
        lambda first, rest: Place("/".join([first, *rest])), country, st.lists(inner, max_size=4)
    )


def sources() -> st.SearchStrategy[Source]:
    """Draw sources of every status."""
    words = st.text(_LETTERS, min_size=1, max_size=12)
    return st.builds(
        Source,
        words,
        words,
        st.integers(1800, 2200),
        table=words | st.just(""),
        url=st.just("https://example.org/a") | st.just(""),
        note=words | st.just(""),
        status=st.sampled_from(Status),
    )


def serial_ranges(largest: int = 10**12) -> st.SearchStrategy[SerialRange]:
    """Draw runs of serial numbers, single ones too."""
    ends = st.tuples(st.integers(1, largest), st.integers(1, largest))
    return ends.map(lambda pair: SerialRange(min(pair), max(pair)))
