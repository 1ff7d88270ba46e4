"""
Fees on dealing in units: a front-end fee on a subscription, a back-end fee by how long units were held.

A front-end fee can be counted in two ways. Outside of the net amount (价外法, the way
of Chinese funds), the amount paid is the net amount and the fee on it: net = amount /
(1 + fee). Inside of the amount paid (价内法), net = amount × (1 − fee).
"""

from __future__ import annotations

import enum
import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import proportion
from carbonkit.fund.figure import fraction
from carbonkit.fund.units._share import share, shown
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import whole
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.figure import Number
    from carbonkit.fund.units.unit import UnitClass
    from carbonkit.values.money import Money

__all__ = ["RedemptionFee", "SubscriptionFee", "SubscriptionFeeBasis"]

OUTSIDE_METHOD: Final = Source(
    "China Securities Regulatory Commission",
    "notice on the uniform calculation of subscription fees and units (the outside method, 价外法)",
    2007,
    status=Status.RECALLED,
    note="net amount = amount / (1 + fee rate)",
)


class SubscriptionFeeBasis(enum.Enum):
    """
    What a front-end fee is a share of.

    Example:
        >>> SubscriptionFeeBasis("outside").name
        'OUTSIDE'
    """

    OUTSIDE = "outside"
    """Of the net amount (价外): net = amount / (1 + fee)."""
    INSIDE = "inside"
    """Of the amount paid (价内): net = amount × (1 − fee)."""


def _rate(value: Number) -> Fraction:
    return share(value, field="rate")


def _kept(value: Number) -> Fraction:
    return proportion(value, field="kept")


@attrs.frozen(kw_only=True)
class SubscriptionFee:
    """
    A front-end fee: what of a subscription does not go into the fund.

    Args:
        rate: The fee, from 0 to below 1; "0.006" is 0.6 %.
        basis: What it is a share of.

    Raises:
        InvalidValueError: If the rate is out of range, or the basis not named.

    Example:
        >>> SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.OUTSIDE).rate
        Fraction(3, 500)
    """

    rate: Fraction = attrs.field(converter=_rate)
    basis: SubscriptionFeeBasis = attrs.field(validator=is_a(SubscriptionFeeBasis))

    def net(self, amount: Money, unit: UnitClass) -> Money:
        """
        Say what of an amount goes into the fund; the fee is the rest, so the two add up.

        Args:
            amount: What the subscriber pays.
            unit: The class, which says how money is rounded.

        Returns:
            The net amount, in whole minor units.

        Example:
            >>> from carbonkit.fund.units.unit import UnitClass
            >>> from carbonkit.values import AssetId, Money, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> paid = Money("5000000.00", "CNY")
            >>> [SubscriptionFee(rate="0.006", basis=each).net(paid, unit) for each in SubscriptionFeeBasis]
            [Money('4970178.93', 'CNY'), Money('4970000.00', 'CNY')]
        """
        gross = fraction(amount.amount)
        if self.basis is SubscriptionFeeBasis.OUTSIDE:
            return unit.paid(gross / (1 + self.rate))
        return unit.paid(gross * (1 - self.rate))

    def explain(self) -> Explanation:
        """Say how the fee is counted."""
        outside = self.basis is SubscriptionFeeBasis.OUTSIDE
        how = "net = amount / (1 + fee)" if outside else "net = amount × (1 − fee)"
        source = OUTSIDE_METHOD if outside else None
        return Explanation("front-end fee", shown(self.rate), how=how, source=source)


def _steps(value: Iterable[tuple[int, Number]]) -> tuple[tuple[int, Fraction], ...]:
    taken = []
    for step in value:
        try:
            days, rate = step
        except (TypeError, ValueError):
            raise InvalidValueError("be pairs of days and rate", was=repr(step), field="steps") from None
        taken.append((whole(days, field="days held"), share(rate, field="rate")))
    return tuple(taken)


@attrs.frozen(kw_only=True)
class RedemptionFee:
    """
    A back-end fee: a share of what units bring, by how many days they were held.

    Args:
        steps: From how many days on which rate is taken; the first from 0 days, then rising.
        kept: What share of the fee stays in the fund, from 0 to 1; the rest is the manager's.

    Raises:
        InvalidValueError: If there is no step, the first is not from 0 days, the days do not rise, or a
            rate or share is out of range.

    Example:
        >>> fee = RedemptionFee(steps=[(0, "0.015"), (7, "0.005"), (365, "0")], kept="0.25")
        >>> [str(fee.rate_after(days)) for days in (6, 7, 364, 365)]
        ['3/200', '1/200', '1/200', '0']
    """

    steps: tuple[tuple[int, Fraction], ...] = attrs.field(converter=_steps)
    kept: Fraction = attrs.field(converter=_kept)

    def __attrs_post_init__(self) -> None:
        """Check that every number of days has one rate."""
        days = [each for each, _ in self.steps]
        if not days or days[0] != 0:
            raise InvalidValueError("begin at 0 days", was=str(days[:1]), field="steps")
        if any(later <= earlier for earlier, later in itertools.pairwise(days)):
            raise InvalidValueError("rise from step to step", was=str(days), field="steps")

    def rate_after(self, days: int) -> Fraction:
        """
        Find the rate for units that were held for a number of days.

        Args:
            days: From the dealing day of the subscription to that of the redemption; zero or more.

        Returns:
            The rate.

        Raises:
            InvalidValueError: If the number of days is negative.

        Example:
            >>> RedemptionFee(steps=[(0, "0.015"), (7, "0")], kept=1).rate_after(7)
            Fraction(0, 1)
        """
        check_type(days, int, field="days")
        if days < 0:
            raise InvalidValueError("be zero or more", was=days, field="days")
        return next(rate for first, rate in reversed(self.steps) if days >= first)

    def explain(self) -> Explanation:
        """Say which rate is taken after how many days."""
        parts = (Explanation(f"from {days} days on", shown(rate)) for days, rate in self.steps)
        return Explanation(
            "back-end fee", "by days held", how=f"{shown(self.kept)} of it stays in the fund", parts=parts
        )
