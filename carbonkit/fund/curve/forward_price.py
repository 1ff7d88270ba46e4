"""
Forward prices: what holding an allowance until delivery costs, and what a forward is worth meanwhile.

An allowance can be bought today and kept. Its forward price is then the spot price
and the cost of carry: interest and storage, less the convenience of having it. A
forward price below that says that holders are paid in convenience.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._shown import shown
from carbonkit.fund.curve.discount import RateConvention
from carbonkit.fund.figure import Number, fraction, real
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.source import Source, Status

__all__ = ["COST_OF_CARRY", "CostOfCarry", "forward_price", "forward_value", "implied_carry"]

COST_OF_CARRY: Final = Source(
    "Pearson",
    "J. C. Hull, Options, Futures, and Other Derivatives",
    2018,
    table="chapter 5, cost of carry",
    status=Status.RECALLED,
    note="the formulas F = S·e^((r+u−y)T) and N(F−K)e^(−rT); figures checked apart from this library",
)
"""Where the formulas are from."""


def _rate(value: Number) -> Fraction:
    return fraction(value, field="rate")


def _storage(value: Number) -> Fraction:
    return fraction(value, field="storage")


def _convenience(value: Number) -> Fraction:
    return fraction(value, field="convenience")


@attrs.frozen(kw_only=True)
class CostOfCarry:
    """
    What keeping an allowance costs, a year.

    Args:
        rate: Interest; 0.025 is 2.5 %.
        storage: What keeping it costs, as a share of the price.
        convenience: What having it is worth, as a share of the price.
        convention: How the three are quoted.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the convention is not named.

    Example:
        >>> carry = CostOfCarry(rate="0.018", storage="0.002", convenience=0,
        ...                     convention=RateConvention.SIMPLE)
        >>> carry.explain("95.2", years="0.5").value
        '96.152'
    """

    rate: Fraction = attrs.field(converter=_rate)
    storage: Fraction = attrs.field(converter=_storage)
    convenience: Fraction = attrs.field(converter=_convenience)
    convention: RateConvention = attrs.field(validator=is_a(RateConvention))

    @property
    def total(self) -> Fraction:
        """Interest and storage less convenience."""
        return self.rate + self.storage - self.convenience

    def forward(self, spot: Number, *, years: Number) -> Fraction:
        """
        Say at which forward price keeping an allowance to its delivery breaks even.

        Args:
            spot: The price today; zero or more.
            years: To delivery; zero or more.

        Returns:
            The forward price, in the unit of the spot price; never rounded.

        Raises:
            InexactNumberError: If a number is a float, a bool, NaN or infinite.
            InvalidValueError: If spot or years are negative.

        Example:
            >>> CostOfCarry(rate="0.03", storage=0, convenience="0.01", convention=RateConvention.ANNUAL
            ...             ).forward(50, years=2)
            Fraction(2601, 50)
        """
        price, time = fraction(spot, field="spot"), fraction(years, field="years")
        for name, number in (("spot", price), ("years", time)):
            if number < 0:
                raise InvalidValueError("be zero or more", was=str(real(number)), field=name)
        return price * self.convention.growth(self.total, time)

    def explain(self, spot: Number, *, years: Number) -> Explanation:
        """
        Say how a forward price came about.

        Args:
            spot: The price today.
            years: To delivery.

        Returns:
            The explanation; figures are shown to 15 digits.

        Raises:
            InexactNumberError: If a number is a float, a bool, NaN or infinite.
            InvalidValueError: If spot or years are negative.
        """
        parts = (
            Explanation("spot price", shown(fraction(spot))),
            Explanation("years", shown(fraction(years))),
            Explanation(
                "cost of carry",
                shown(self.total),
                how="interest + storage − convenience",
                parts=(
                    Explanation("interest", shown(self.rate)),
                    Explanation("storage", shown(self.storage)),
                    Explanation("convenience", shown(self.convenience)),
                ),
            ),
        )
        return Explanation(
            "forward price",
            shown(self.forward(spot, years=years)),
            how=f"spot × growth of the carry, {self.convention.value}",
            source=COST_OF_CARRY,
            parts=parts,
        )


def forward_price(
    spot: Number,
    *,
    rate: Number,
    storage: Number,
    convenience: Number,
    years: Number,
    convention: RateConvention,
) -> Fraction:
    """
    Say at which forward price carrying an allowance to its delivery breaks even.

    Args:
        spot: The price today; zero or more.
        rate: Interest, a year; 0.025 is 2.5 %.
        storage: What keeping it costs, a year, as a share of the price.
        convenience: What having it is worth, a year, as a share of the price.
        years: To delivery; zero or more.
        convention: How the yearly rates are quoted.

    Returns:
        The forward price, in the unit of the spot price; never rounded.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If spot or years are negative, or the convention is not named.

    Example:
        >>> forward_price("88.50", rate="0.025", storage=0, convenience=0, years=1,
        ...               convention=RateConvention.SIMPLE)
        Fraction(7257, 80)
    """
    carry = CostOfCarry(rate=rate, storage=storage, convenience=convenience, convention=convention)
    return carry.forward(spot, years=years)


def implied_carry(spot: Number, forward: Number, *, years: Number, convention: RateConvention) -> Fraction:
    """
    Find the yearly cost of carry that a spot and a forward price imply.

    Args:
        spot: The price today; above zero.
        forward: The forward price, in the same unit; above zero.
        years: To delivery; above zero.
        convention: How the carry is quoted.

    Returns:
        Interest and storage less convenience, a year.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is not above zero, or the convention is not named.

    Example:
        >>> implied_carry("95.2", "96.152", years="0.5", convention=RateConvention.SIMPLE)
        Fraction(1, 50)
    """
    today, later = fraction(spot, field="spot"), fraction(forward, field="forward")
    for name, number in (("spot", today), ("forward", later)):
        if number <= 0:
            raise InvalidValueError("be above zero", was=str(real(number)), field=name)
    check_type(convention, RateConvention, field="convention")
    return convention.rate(later / today, years)


def forward_value(*, quantity: Number, forward: Number, agreed: Number, factor: Number) -> Fraction:
    """
    Say what a forward is worth before its delivery, N(F − K) × the discount factor.

    Args:
        quantity: How many units it delivers; negative if they were sold.
        forward: The forward price of today for that delivery.
        agreed: The price that was agreed.
        factor: What one unit of money paid on the settlement day is worth today.

    Returns:
        The value in the unit of money of the prices; never rounded.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the factor is not above zero.

    Example:
        >>> forward_value(quantity=-1000, forward="72", agreed="70", factor="0.5")
        Fraction(-1000, 1)
    """
    discount = fraction(factor, field="factor")
    if discount <= 0:
        raise InvalidValueError("be above zero", was=str(real(discount)), field="factor")
    gain = fraction(forward, field="forward") - fraction(agreed, field="agreed")
    return fraction(quantity, field="quantity") * gain * discount
