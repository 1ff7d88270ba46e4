"""
Fee offsets: part of what portfolio companies pay the manager lowers its management fee.

What cannot be set off against one period's fee is carried forward to the next.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from carbonkit.fund._check import check_currency, paid, proportion
from carbonkit.fund.apportion import written
from carbonkit.fund.figure import Number, money
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding

__all__ = ["FeeOffset", "OffsetTerms", "offset_fee"]


def _share(value: Number) -> Fraction:
    return proportion(value, field="share", hint="80 % is 0.80")


@attrs.frozen(kw_only=True)
class OffsetTerms:
    """
    How much of portfolio fees is set off.

    Args:
        share: The share; 1 is all of them.
        rounding: How the credit is rounded to minor units.

    Raises:
        InvalidValueError: If the share is not from 0 to 1.

    Example:
        >>> OffsetTerms(share="0.80", rounding=Rounding.HALF_UP).share
        Fraction(4, 5)
    """

    share: Fraction = attrs.field(converter=_share)
    rounding: Rounding = attrs.field(validator=is_a(Rounding))


@attrs.frozen(kw_only=True)
class FeeOffset:
    """
    What is set off against one period's fee, and what is carried forward; made by `offset_fee`.

    Args:
        terms: How much of portfolio fees is set off.
        fee: The fee that there is to lower.
        portfolio_fees: What portfolio companies paid the manager in the period.
        brought_forward: What earlier periods could not set off.

    Example:
        >>> offset = offset_fee(OffsetTerms(share="0.80", rounding=Rounding.HALF_UP),
        ...                     fee=Money("100.00", "CNY"), portfolio_fees=Money("150.00", "CNY"),
        ...                     brought_forward=Money("0.00", "CNY"))
        >>> print(offset.explain().text())
        fee offset: 100.00 CNY = credit, at most the fee of 100.00 CNY
          credit: 120.00 CNY = 0.8 × 150.00 CNY + 0.00 CNY brought forward
          carried forward: 20.00 CNY = credit − offset
    """

    terms: OffsetTerms
    fee: Money
    portfolio_fees: Money
    brought_forward: Money

    @property
    def credit(self) -> Money:
        """What there is to set off."""
        exact = self.terms.share * Fraction(self.portfolio_fees.amount)
        return money(exact, self.fee.currency, self.terms.rounding) + self.brought_forward

    @property
    def applied(self) -> Money:
        """What is set off: the credit, at most the fee."""
        return min(self.credit, self.fee)

    @property
    def carried_forward(self) -> Money:
        """What is left for the next period."""
        return self.credit - self.applied

    def explain(self) -> Explanation:
        """Say what is set off and what is carried forward."""
        return Explanation(
            "fee offset",
            str(self.applied),
            how=f"credit, at most the fee of {self.fee}",
            parts=(
                Explanation(
                    "credit",
                    str(self.credit),
                    f"{written(self.terms.share)} × {self.portfolio_fees} + "
                    f"{self.brought_forward} brought forward",
                ),
                Explanation("carried forward", str(self.carried_forward), "credit − offset"),
            ),
        )


def offset_fee(terms: OffsetTerms, *, fee: Money, portfolio_fees: Money, brought_forward: Money) -> FeeOffset:
    """
    Set portfolio fees off against a management fee.

    Args:
        terms: How much of them is set off.
        fee: The fee that there is to lower; zero or more.
        portfolio_fees: What portfolio companies paid the manager in the period; zero or more.
        brought_forward: What earlier periods could not set off; zero or more.

    Returns:
        The offset.

    Raises:
        InvalidValueError: If an amount is negative or not in whole minor units.
        CurrencyMismatchError: If they have two currencies.

    Example:
        >>> terms = OffsetTerms(share=1, rounding=Rounding.HALF_UP)
        >>> offset_fee(terms, fee=Money("100", "CNY"), portfolio_fees=Money("30", "CNY"),
        ...            brought_forward=Money("20", "CNY")).applied
        Money('50.00', 'CNY')
    """
    check_type(terms, OffsetTerms, field="terms")
    given = (("fee", fee), ("portfolio_fees", portfolio_fees), ("brought_forward", brought_forward))
    for name, amount in given:
        check_currency(paid(amount, field=name), fee.currency, field=name)
    return FeeOffset(terms=terms, fee=fee, portfolio_fees=portfolio_fees, brought_forward=brought_forward)
