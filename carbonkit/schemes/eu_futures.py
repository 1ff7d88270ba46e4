"""Futures on European allowances as listed by ICE: 1,000 allowances each, most of them for December."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

from carbonkit.market.contract import Delivery, Future
from carbonkit.market.instrument import Instrument
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.source import Source
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["SOURCE", "future", "last_trading_day"]

SOURCE: Final = Source(
    "ICE Endex", "EUA Futures, contract specification", 2025, table="expiry, lot, tick, delivery"
)
_WEEK: Final = datetime.timedelta(days=7)
_DAY: Final = datetime.timedelta(days=1)
_FRIDAY: Final = 5
_DELIVERY: Final = 3  # business days after the last trading day


def last_trading_day(year: int, month: int, *, holidays: Collection[datetime.date]) -> datetime.date:
    """
    Find the last trading day of a contract month.

    It is the last Monday of the month; the one before it, if that Monday is a holiday in the United
    Kingdom or one falls in the four days after it.

    Args:
        year: The contract's year.
        month: Its month.
        holidays: The United Kingdom's public holidays of the time.

    Returns:
        The day.

    Raises:
        InvalidValueError: If there is no such month.

    Example:
        >>> christmas = {as_date(day) for day in ("2025-12-25", "2025-12-26", "2026-01-01")}
        >>> str(last_trading_day(2025, 12, holidays=christmas))
        '2025-12-15'
    """
    after = as_date(f"{year + month // 12:04d}-{month % 12 + 1:02d}-01")
    monday = after - _DAY
    monday -= datetime.timedelta(days=monday.weekday())
    near = {monday + datetime.timedelta(days=ahead) for ahead in range(5)}
    while near & set(holidays):
        monday -= _WEEK
        near = {monday + datetime.timedelta(days=ahead) for ahead in range(5)}
    return monday


def future(year: int, month: int, *, holidays: Collection[datetime.date]) -> Instrument:
    """
    Give a contract: 1,000 allowances, 0.01 EUR a tonne, delivered three business days after its last day.

    Args:
        year: The contract's year.
        month: Its month.
        holidays: The United Kingdom's public holidays of the time.

    Returns:
        The contract.

    Raises:
        InvalidValueError: If there is no such month.

    Example:
        >>> christmas = {as_date(day) for day in ("2025-12-25", "2025-12-26", "2026-01-01")}
        >>> contract = future(2025, 12, holidays=christmas)
        >>> contract.id, contract.lot, str(contract.terms.final_settlement_day)
        (InstrumentId('EUA-2025-12'), 1000, '2025-12-18')
    """
    last = last_trading_day(year, month, holidays=holidays)
    delivery, left = last, _DELIVERY
    while left:
        delivery += _DAY
        left -= delivery.isoweekday() <= _FRIDAY and delivery not in holidays
    name = f"EUA-{year:04d}-{month:02d}"
    return Instrument(
        InstrumentId(name),
        asset=AssetId(name),
        currency="EUR",
        unit="tCO2e",
        tick="0.01",
        lot=1000,
        terms=Future(
            underlying=AssetId("EUA"),
            last_trading_day=last,
            final_settlement_day=delivery,
            delivery=Delivery.PHYSICAL,
        ),
    )
