"""
Deals: what happens to each of a fund's investments where carry is paid deal by deal.

A deal's cost waits, and earns its preferred return, until the deal is sold or written down;
only then is it given back.
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import is_said, on_day, paid, proportion
from carbonkit.fund.carry.tier_position import Accrued
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from carbonkit.fund.figure import Number

__all__ = ["HeldCapital", "Realisation", "Recoupment", "WriteDown"]

_NONE = Fraction(0)


class Recoupment(enum.Enum):
    """
    Whose cost a deal's proceeds give back before there is profit to share.

    Example:
        >>> Recoupment.THIS_DEAL.value
        "this deal's only"
    """

    THIS_DEAL = "this deal's only"
    REALISED_DEALS = "that of all deals realised to date"
    REALISED_AND_WRITTEN_DOWN = "that of all deals realised to date, and what others were written down by"


def _deal(value: str) -> str:
    if not is_said(value):
        raise InvalidValueError("name the deal", was=repr(value), field="deal")
    return value


def _proceeds(value: Money) -> Money:
    return paid(value, field="proceeds")


def _amount(value: Money) -> Money:
    return paid(value, field="amount")


def _disposed(value: Number) -> Fraction:
    return proportion(value, field="disposed", hint="all of it is 1")


@attrs.frozen(kw_only=True)
class Realisation:
    """
    A deal pays: it is sold, in whole or in part, or yields income.

    Args:
        deal: The deal.
        on: The day.
        proceeds: What is distributed of it; zero if all was lost.
        disposed: The share of the cost still held that is disposed of: 1 if all is sold, 0 for income.

    Raises:
        InvalidValueError: If the deal is not named, the proceeds are negative, or the share is not from
            0 to 1.

    Example:
        >>> Realisation(deal="A", on="2024-07-15", proceeds=Money("150", "CNY"), disposed=1).disposed
        Fraction(1, 1)
    """

    deal: str = attrs.field(converter=_deal)
    on: datetime.date = attrs.field(converter=on_day)
    proceeds: Money = attrs.field(converter=_proceeds)
    disposed: Fraction = attrs.field(converter=_disposed)


@attrs.frozen(kw_only=True)
class WriteDown:
    """
    A deal that is still held is written down for good.

    Args:
        deal: The deal.
        on: The day.
        amount: By how much; at most its cost still held.

    Raises:
        InvalidValueError: If the deal is not named, or the amount is negative.

    Example:
        >>> WriteDown(deal="B", on="2024-07-15", amount=Money("20", "CNY")).deal
        'B'
    """

    deal: str = attrs.field(converter=_deal)
    on: datetime.date = attrs.field(converter=on_day)
    amount: Money = attrs.field(converter=_amount)


@attrs.frozen
class HeldCapital:
    """
    Capital that is not due to be given back yet, with the preferred return it has earned.

    Args:
        capital: How much.
        preferred: The preferred return, by hurdle.

    Example:
        >>> HeldCapital(Fraction(100), ()).part(Fraction(1, 4)).capital
        Fraction(25, 1)
    """

    capital: Fraction
    preferred: Accrued

    def later(self, years: Fraction) -> HeldCapital:
        """
        Let time pass.

        Args:
            years: How many years.

        Returns:
            The capital, with what it has earned by then.

        Example:
            >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
            >>> eight = PreferredRate("0.08", Compounding.ANNUAL)
            >>> HeldCapital(Fraction(100), ((eight, Fraction(0)),)).later(Fraction(1)).preferred[0][1]
            Fraction(8, 1)
        """
        grown = ((hurdle, hurdle.accrued(self.capital, unpaid, years)) for hurdle, unpaid in self.preferred)
        return HeldCapital(self.capital, tuple(grown))

    def plus(self, capital: Fraction, accrued: Accrued) -> HeldCapital:
        """
        Add capital.

        Args:
            capital: How much.
            accrued: What it has earned already, by hurdle.

        Returns:
            The sum.

        Example:
            >>> HeldCapital(Fraction(100), ()).plus(Fraction(50), ()).capital
            Fraction(150, 1)
        """
        more = dict(accrued)
        return HeldCapital(
            self.capital + capital,
            tuple((hurdle, unpaid + more.get(hurdle, _NONE)) for hurdle, unpaid in self.preferred),
        )

    def part(self, share: Fraction) -> HeldCapital:
        """
        Take a share of it.

        Args:
            share: From 0 to 1.

        Returns:
            That share of the capital and of what it has earned.

        Example:
            >>> HeldCapital(Fraction(100), ()).part(Fraction(1)).capital
            Fraction(100, 1)
        """
        return HeldCapital(
            self.capital * share, tuple((hurdle, unpaid * share) for hurdle, unpaid in self.preferred)
        )
