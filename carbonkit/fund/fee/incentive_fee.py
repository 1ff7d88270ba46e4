"""
Incentive fees: a share of a year's return, over a hurdle, as funds without commitments charge it.

The order matters: reckoned after the management fee, the same rates give less.
"""

from __future__ import annotations

import enum
from fractions import Fraction

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import check_currency, paid, proportion
from carbonkit.fund.apportion import written
from carbonkit.fund.carry.carry_terms import HurdleKind
from carbonkit.fund.figure import Number, figure, money
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, plain

__all__ = ["IncentiveFee", "IncentiveOrder", "IncentiveTerms", "charge_incentive_fee"]

_PLACES = 8  # decimal places of the returns that an explanation shows


class IncentiveOrder(enum.Enum):
    """
    Which return an incentive fee is reckoned on.

    Example:
        >>> IncentiveOrder.AFTER_MANAGEMENT_FEE.value
        'the return after the management fee'
    """

    AFTER_MANAGEMENT_FEE = "the return after the management fee"
    BEFORE_MANAGEMENT_FEE = "the return before the management fee"


def _share(value: Number, field: str) -> Fraction:
    return proportion(value, field=field, hint="20 % is 0.20")


def _rate(value: Number) -> Fraction:
    return _share(value, "rate")


def _hurdle_rate(value: Number) -> Fraction:
    return _share(value, "hurdle_rate")


@attrs.frozen(kw_only=True)
class IncentiveTerms:
    """
    What an incentive fee takes.

    Args:
        rate: The share of the return; 0.20 is 20 %.
        hurdle_rate: The return that must be exceeded, for the period.
        hurdle: Hard: the fee is on what is above the hurdle. Soft: on the whole return, once it is above.
        order: Which return it is reckoned on.
        rounding: How the fee is rounded to minor units.

    Raises:
        InvalidValueError: If a rate is not from 0 to 1.

    Example:
        >>> IncentiveTerms(rate="0.20", hurdle_rate="0.08", hurdle=HurdleKind.HARD, rounding=Rounding.HALF_UP,
        ...                order=IncentiveOrder.AFTER_MANAGEMENT_FEE).hurdle_rate
        Fraction(2, 25)
    """

    rate: Fraction = attrs.field(converter=_rate)
    hurdle_rate: Fraction = attrs.field(converter=_hurdle_rate)
    hurdle: HurdleKind = attrs.field(validator=is_a(HurdleKind))
    order: IncentiveOrder = attrs.field(validator=is_a(IncentiveOrder))
    rounding: Rounding = attrs.field(validator=is_a(Rounding))


@attrs.frozen(kw_only=True)
class IncentiveFee:
    """
    A period's incentive fee; made by `charge_incentive_fee`.

    Args:
        terms: What it takes.
        opening: The fund's value at the beginning.
        closing: Its value at the end, before fees.
        management_fee: The period's management fee.

    Example:
        >>> terms = IncentiveTerms(rate="0.20", hurdle_rate="0.08", hurdle=HurdleKind.HARD,
        ...                        order=IncentiveOrder.AFTER_MANAGEMENT_FEE, rounding=Rounding.HALF_UP)
        >>> fee = charge_incentive_fee(terms, opening=Money("250000000", "USD"),
        ...     closing=Money("290000000", "USD"), management_fee=Money("5800000", "USD"))
        >>> print(fee.explain().text())
        incentive fee: 2840000.00 USD = 0.2 × return above the hurdle × opening value, rounded HALF_UP
          the return after the management fee: 0.13680000
          hurdle: 0.08 = hard
          return after all fees: 0.12544000
    """

    terms: IncentiveTerms
    opening: Money
    closing: Money
    management_fee: Money

    @property
    def reckoned_on(self) -> Fraction:
        """The return that the fee is reckoned on."""
        value = Fraction(self.closing.amount)
        if self.terms.order is IncentiveOrder.AFTER_MANAGEMENT_FEE:
            value -= Fraction(self.management_fee.amount)
        return value / Fraction(self.opening.amount) - 1

    @property
    def share_of_opening(self) -> Fraction:
        """The fee as a share of the opening value, exactly."""
        above = self.reckoned_on - self.terms.hurdle_rate
        if above <= 0:
            return Fraction(0)
        return self.terms.rate * (above if self.terms.hurdle is HurdleKind.HARD else self.reckoned_on)

    @property
    def amount(self) -> Money:
        """The fee."""
        exact = self.share_of_opening * Fraction(self.opening.amount)
        return money(exact, self.opening.currency, self.terms.rounding)

    @property
    def net_return(self) -> Fraction:
        """The return after both fees, exactly."""
        value = Fraction(self.closing.amount) - Fraction(self.management_fee.amount)
        return value / Fraction(self.opening.amount) - 1 - self.share_of_opening

    def explain(self) -> Explanation:
        """Say how it comes about."""
        terms = self.terms
        hard = terms.hurdle is HurdleKind.HARD
        return Explanation(
            "incentive fee",
            str(self.amount),
            how=f"{written(terms.rate)} × {'return above the hurdle' if hard else 'return'} × opening value, "
            f"rounded {terms.rounding.name}",
            parts=(
                Explanation(terms.order.value, self._shown(self.reckoned_on)),
                Explanation("hurdle", written(terms.hurdle_rate), "hard" if hard else "soft"),
                Explanation("return after all fees", self._shown(self.net_return)),
            ),
        )

    def _shown(self, value: Fraction) -> str:
        return plain(figure(value, _PLACES, self.terms.rounding))


def charge_incentive_fee(
    terms: IncentiveTerms, *, opening: Money, closing: Money, management_fee: Money
) -> IncentiveFee:
    """
    Work out a period's incentive fee.

    Args:
        terms: What it takes.
        opening: The fund's value at the beginning; above zero.
        closing: Its value at the end, before fees; zero or more.
        management_fee: The period's management fee; zero or more.

    Returns:
        The fee.

    Raises:
        InvalidValueError: If an amount is negative or not in whole minor units, or the opening is zero.
        CurrencyMismatchError: If they have two currencies.

    Example:
        >>> terms = IncentiveTerms(rate="0.20", hurdle_rate="0.08", hurdle=HurdleKind.SOFT,
        ...                        order=IncentiveOrder.BEFORE_MANAGEMENT_FEE, rounding=Rounding.HALF_UP)
        >>> charge_incentive_fee(terms, opening=Money("100", "CNY"), closing=Money("110", "CNY"),
        ...                      management_fee=Money("2", "CNY")).amount
        Money('2.00', 'CNY')
    """
    check_type(terms, IncentiveTerms, field="terms")
    given = (("opening", opening), ("closing", closing), ("management_fee", management_fee))
    for name, amount in given:
        check_currency(paid(amount, field=name), opening.currency, field=name)
    if not opening.amount:
        raise InvalidValueError("be above zero", was=str(opening), field="opening")
    return IncentiveFee(terms=terms, opening=opening, closing=closing, management_fee=management_fee)
