"""Contract terms: what an instrument is besides its tick and its lot; spot units, credits, derivatives."""

from __future__ import annotations

import datetime
import enum
from typing import TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.price import Price
from carbonkit.values.time import as_date

__all__ = ["Credit", "Delivery", "Forward", "Future", "Option", "Right", "Spot", "Terms"]


class Delivery(enum.Enum):
    """
    How a derivative ends.

    Example:
        >>> Delivery("physical").name
        'PHYSICAL'
    """

    PHYSICAL = "physical"
    """The seller delivers the units, the buyer pays the final settlement price."""
    CASH = "cash"
    """The last difference is paid, and no units move."""


class Right(enum.Enum):
    """
    What an option entitles its buyer to.

    Example:
        >>> Right("call")
        <Right.CALL: 'call'>
    """

    CALL = "call"
    PUT = "put"


def _asset(value: str | AssetId) -> AssetId:
    return value if isinstance(value, AssetId) else AssetId(value)


def _instrument(value: str | InstrumentId) -> InstrumentId:
    return value if isinstance(value, InstrumentId) else InstrumentId(value)


@attrs.frozen(kw_only=True)
class Spot:
    """
    An allowance, delivered at once.

    Args:
        scheme: Whose allowance, such as "China national".
        vintage: The year or years that it was issued for.

    Example:
        >>> Spot(scheme="China national", vintage="2019-2020").vintage
        '2019-2020'
    """

    scheme: str = attrs.field(validator=is_a(str))
    vintage: str = attrs.field(validator=is_a(str))


@attrs.frozen(kw_only=True)
class Credit:
    """
    A credit of a project, delivered at once.

    Args:
        programme: Who issues it, such as "CCER".
        vintage: The year or years in which the reduction was made; empty if the venue trades all as one.

    Example:
        >>> Credit(programme="CCER", vintage="").programme
        'CCER'
    """

    programme: str = attrs.field(validator=is_a(str))
    vintage: str = attrs.field(validator=is_a(str))


@attrs.frozen(kw_only=True)
class Forward:
    """
    A promise to deliver later, cleared with daily settlement or without.

    Args:
        underlying: The asset to deliver.
        last_trading_day: The last day on which it trades.
        final_settlement_day: The day on which it is settled for good.
        delivery: How it ends unless its holders agree otherwise.

    Raises:
        InvalidValueError: If it would be settled before it has stopped trading.

    Example:
        >>> Forward(underlying="SHEA", last_trading_day="2023-11-24", final_settlement_day="2023-11-27",
        ...         delivery=Delivery.PHYSICAL).underlying
        AssetId('SHEA')
    """

    underlying: AssetId = attrs.field(converter=_asset)
    last_trading_day: datetime.date = attrs.field(converter=as_date)
    final_settlement_day: datetime.date = attrs.field(converter=as_date)
    delivery: Delivery = attrs.field(validator=is_a(Delivery))

    def __attrs_post_init__(self) -> None:
        """Check the order of the days."""
        _check_days(self.last_trading_day, self.final_settlement_day)


@attrs.frozen(kw_only=True)
class Future:
    """
    A forward that every trading day marks to market.

    Args:
        underlying: The asset to deliver.
        last_trading_day: The last day on which it trades.
        final_settlement_day: The day on which it is settled for good.
        delivery: How it ends.

    Raises:
        InvalidValueError: If it would be settled before it has stopped trading.

    Example:
        >>> Future(underlying="EUA", last_trading_day="2025-12-15", final_settlement_day="2025-12-18",
        ...        delivery=Delivery.PHYSICAL).delivery.value
        'physical'
    """

    underlying: AssetId = attrs.field(converter=_asset)
    last_trading_day: datetime.date = attrs.field(converter=as_date)
    final_settlement_day: datetime.date = attrs.field(converter=as_date)
    delivery: Delivery = attrs.field(validator=is_a(Delivery))

    def __attrs_post_init__(self) -> None:
        """Check the order of the days."""
        _check_days(self.last_trading_day, self.final_settlement_day)


@attrs.frozen(kw_only=True)
class Option:
    """
    The right to buy or to sell a future or units at a price.

    Args:
        underlying: The instrument that it is on.
        right: To buy or to sell.
        strike: At which price.
        expiry: The last day on which it may be exercised.

    Raises:
        InvalidValueError: If the strike is not positive.

    Example:
        >>> Option(underlying="EUA-2025-12", right=Right.CALL, strike=Price("80.00", "EUR", "tCO2e"),
        ...        expiry="2025-12-10").right.value
        'call'
    """

    underlying: InstrumentId = attrs.field(converter=_instrument)
    right: Right = attrs.field(validator=is_a(Right))
    strike: Price = attrs.field(validator=is_a(Price))
    expiry: datetime.date = attrs.field(converter=as_date)

    def __attrs_post_init__(self) -> None:
        """Check the strike."""
        if self.strike.amount <= 0:
            raise InvalidValueError("be more than zero", was=str(self.strike), field="strike")


def _check_days(last: datetime.date, final: datetime.date) -> None:
    if final < last:
        raise InvalidValueError(
            f"not be before the last trading day, {last}", was=final, field="final_settlement_day"
        )


Terms: TypeAlias = Spot | Credit | Forward | Future | Option
"""What an instrument is."""
