"""
A front-end fee by the amount of an order: a lower rate for more, and often a fixed fee from some amount on.

The rate of the step that an amount reaches is taken on the whole amount, not on what lies above the step.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.fund._check import check_currency, paid
from carbonkit.fund.units.unit_fee import SubscriptionFee
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.units.unit import UnitClass

__all__ = ["SubscriptionFeeSchedule"]

Step = tuple[Money, SubscriptionFee | Money]


def _steps(value: Iterable[Step]) -> tuple[Step, ...]:
    taken = []
    for step in value:
        try:
            least, fee = step
        except (TypeError, ValueError):
            raise InvalidValueError("be pairs of amount and fee", was=repr(step), field="steps") from None
        if isinstance(fee, Money):
            paid(fee, field="fixed fee")
        elif not isinstance(fee, SubscriptionFee):
            raise WrongTypeError("be SubscriptionFee or Money", was=repr(fee), field="steps")
        taken.append((paid(least, field="steps"), fee))
    return tuple(taken)


@attrs.frozen(kw_only=True)
class SubscriptionFeeSchedule:
    """
    Front-end fees by the amount of an order.

    Args:
        steps: From which amount on which fee is taken: a `SubscriptionFee`, or money for a fixed fee an
            order. The first from zero, then rising.

    Raises:
        InvalidValueError: If there is no step, the first is not from zero, or the amounts do not rise.
        CurrencyMismatchError: If amounts are in two currencies.

    Example:
        >>> from carbonkit.fund.units.unit_fee import SubscriptionFeeBasis
        >>> outside = SubscriptionFeeBasis.OUTSIDE
        >>> schedule = SubscriptionFeeSchedule(steps=[
        ...     (Money("0", "CNY"), SubscriptionFee(rate="0.015", basis=outside)),
        ...     (Money("1000000", "CNY"), SubscriptionFee(rate="0.010", basis=outside)),
        ...     (Money("5000000", "CNY"), Money("1000.00", "CNY"))])
        >>> len(schedule.steps)
        3
    """

    steps: tuple[Step, ...] = attrs.field(converter=_steps)

    def __attrs_post_init__(self) -> None:
        """Check that every amount has one fee."""
        if not self.steps or self.steps[0][0].amount:
            raise InvalidValueError("begin at zero", was=str(self.steps[:1]), field="steps")
        currency = self.steps[0][0].currency
        for least, fee in self.steps:
            check_currency(least, currency, field="steps")
            if isinstance(fee, Money):
                check_currency(fee, currency, field="fixed fee")
        for (earlier, _), (later, _) in itertools.pairwise(self.steps):
            if later <= earlier:
                raise InvalidValueError(f"rise above {earlier}", was=str(later), field="steps")

    def fee_for(self, amount: Money) -> SubscriptionFee | Money:
        """
        Find the fee for an amount; on a step it counts as reached.

        Args:
            amount: What the subscriber pays.

        Returns:
            The rate, or the fixed fee.

        Raises:
            CurrencyMismatchError: If the amount is in another currency.
            InvalidValueError: If it is negative or has a fraction of a minor unit.

        Example:
            >>> schedule = SubscriptionFeeSchedule(steps=[(Money("0", "CNY"), Money("10.00", "CNY")),
            ...                                           (Money("5000000", "CNY"), Money("1000.00", "CNY"))])
            >>> schedule.fee_for(Money("5000000.00", "CNY"))
            Money('1000.00', 'CNY')
        """
        check_currency(amount, self.steps[0][0].currency, field="amount")
        paid(amount, field="amount")
        return next(fee for least, fee in reversed(self.steps) if amount >= least)

    def net(self, amount: Money, unit: UnitClass) -> Money:
        """
        Say what of an amount goes into the fund; the fee is the rest.

        Args:
            amount: What the subscriber pays.
            unit: The class, which says how money is rounded.

        Returns:
            The net amount, in whole minor units.

        Raises:
            CurrencyMismatchError: If the amount is in another currency.
            InvalidValueError: If a fixed fee is more than the amount.

        Example:
            >>> from carbonkit.fund.units.unit import UnitClass
            >>> from carbonkit.fund.units.unit_fee import SubscriptionFeeBasis
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> rate = SubscriptionFee(rate="0.015", basis=SubscriptionFeeBasis.OUTSIDE)
            >>> schedule = SubscriptionFeeSchedule(steps=[(Money("0", "CNY"), rate),
            ...                                           (Money("5000000", "CNY"), Money("1000.00", "CNY"))])
            >>> [schedule.net(Money(each, "CNY"), unit) for each in ("10000.00", "5000000.00")]
            [Money('9852.22', 'CNY'), Money('4999000.00', 'CNY')]
        """
        fee = self.fee_for(amount)
        if isinstance(fee, SubscriptionFee):
            return fee.net(amount, unit)
        if fee > amount:
            raise InvalidValueError(f"be at least the fixed fee of {fee}", was=str(amount), field="amount")
        return amount - fee

    def explain(self) -> Explanation:
        """Say which fee is taken from which amount on."""
        parts = (
            Explanation(f"from {least} on", str(fee), "a fixed fee an order")
            if isinstance(fee, Money)
            else Explanation(f"from {least} on", "a rate", "on the whole amount", parts=(fee.explain(),))
            for least, fee in self.steps
        )
        return Explanation("front-end fee", "by amount", parts=parts)
