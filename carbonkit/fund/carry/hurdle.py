"""
Hurdles: what limited partners are due on their capital before the general partner shares in the profit.

A hurdle keeps a balance: the preferred return that is accrued and not yet paid. It grows
on the capital that was paid in and not given back; what the limited partners are paid
beyond their capital lowers it, not below zero.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import paid
from carbonkit.fund.apportion import written
from carbonkit.fund.figure import Number, fraction, power, real
from carbonkit.values.field import is_a
from carbonkit.values.money import Money

__all__ = ["Compounding", "Hurdle", "PreferredAmount", "PreferredRate", "check_hurdle"]


class Compounding(enum.Enum):
    """
    How a preferred return grows; t are years by the terms' day count, with their fraction.

    Example:
        >>> [each.name for each in Compounding]
        ['SIMPLE', 'ANNUAL', 'SEMI_ANNUAL', 'QUARTERLY', 'MONTHLY']
    """

    SIMPLE = "rate × t on the capital outstanding, none on the preferred return itself"
    ANNUAL = "(1 + rate)^t"
    SEMI_ANNUAL = "(1 + rate/2)^(2t)"
    QUARTERLY = "(1 + rate/4)^(4t)"
    MONTHLY = "(1 + rate/12)^(12t)"


_PERIODS: Final = {
    Compounding.ANNUAL: 1,
    Compounding.SEMI_ANNUAL: 2,
    Compounding.QUARTERLY: 4,
    Compounding.MONTHLY: 12,
}


def _rate(value: Number) -> Fraction:
    rate = fraction(value, field="rate")
    if not 0 <= rate < 1:
        raise InvalidValueError("be from 0 to below 1", was=str(value), field="rate", hint="8 % is 0.08")
    return rate


@attrs.frozen
class PreferredRate:
    """
    A preferred return by rate and time.

    Args:
        rate: The yearly rate; 0.08 is 8 %. Zero for a fund without a hurdle.
        compounding: How it grows.

    Raises:
        InvalidValueError: If the rate is negative, or 1 or more.

    Example:
        >>> PreferredRate("0.08", Compounding.ANNUAL).accrued(Fraction(100), Fraction(0), Fraction(2))
        Fraction(416, 25)
    """

    rate: Fraction = attrs.field(converter=_rate)
    compounding: Compounding = attrs.field(validator=is_a(Compounding))

    @property
    def opening(self) -> Fraction:
        """The balance before any time passes: nothing."""
        return Fraction(0)

    def accrued(self, capital: Fraction, unpaid: Fraction, years: Fraction) -> Fraction:
        """
        Let the balance grow over a stretch of time.

        Args:
            capital: What was paid in and not given back, all through the stretch.
            unpaid: The preferred return unpaid at its beginning.
            years: Its length.

        Returns:
            The preferred return unpaid at its end: exact if simple or over whole periods, else to
            60 significant digits.

        Example:
            >>> simple = PreferredRate("0.08", Compounding.SIMPLE)
            >>> simple.accrued(Fraction(100), Fraction(8), Fraction(1))
            Fraction(16, 1)
        """
        invested, before = fraction(capital, field="capital"), fraction(unpaid, field="unpaid")
        time = fraction(years, field="years")
        if self.compounding is Compounding.SIMPLE:
            return before + invested * self.rate * time
        periods = _PERIODS[self.compounding]
        times = periods * time
        grown = (invested + before) * power(1 + self.rate / periods, times) - invested
        return grown if times.denominator == 1 else Fraction(real(grown))

    def __str__(self) -> str:
        """Write the rate and how it grows."""
        return f"{written(self.rate)} a year, {self.compounding.value}"


def _amount(value: Money) -> Money:
    return paid(value, field="amount")


@attrs.frozen
class PreferredAmount:
    """
    A preferred return that is given as an amount, due from the beginning and not growing.

    Args:
        amount: How much, for all limited partners together.

    Raises:
        InvalidValueError: If it is negative or has a fraction of a minor unit.

    Example:
        >>> PreferredAmount(Money("80", "USD")).opening
        Fraction(80, 1)
    """

    amount: Money = attrs.field(converter=_amount)

    @property
    def opening(self) -> Fraction:
        """The balance before any time passes: all of it."""
        return Fraction(self.amount.amount)

    def accrued(self, capital: Fraction, unpaid: Fraction, years: Fraction) -> Fraction:
        """
        Let time pass; the balance stays.

        Args:
            capital: What was paid in and not given back.
            unpaid: The preferred return unpaid.
            years: How long.

        Returns:
            The preferred return unpaid.

        Example:
            >>> PreferredAmount(Money("80", "USD")).accrued(Fraction(1000), Fraction(80), Fraction(1))
            Fraction(80, 1)
        """
        del capital, years
        return unpaid

    def __str__(self) -> str:
        """Write the amount."""
        return f"{self.amount}, given"


Hurdle: TypeAlias = PreferredRate | PreferredAmount
"""What a fund's preferred return is reckoned by."""


def check_hurdle(value: object, *, field: str) -> None:
    """
    Check that a value is a hurdle.

    Args:
        value: Anything at all.
        field: The name that an error gives it.

    Raises:
        InvalidValueError: If it is none.

    Example:
        >>> check_hurdle(PreferredRate("0.08", Compounding.SIMPLE), field="preferred")
    """
    if not isinstance(value, PreferredRate | PreferredAmount):
        raise InvalidValueError("be a PreferredRate or PreferredAmount", was=repr(value), field=field)
