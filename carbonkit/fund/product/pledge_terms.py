"""Terms of a pledge: how much is lent against allowances, and when the lender warns and sells."""

from __future__ import annotations

import enum
from fractions import Fraction

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import count
from carbonkit.fund._observed import shown
from carbonkit.fund.figure import Number, fraction, money
from carbonkit.fund.product._agreement import per_tonne, share
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding
from carbonkit.values.price import Price

__all__ = ["Cover", "MarginCall", "PledgeTerms"]


class Cover(enum.Enum):
    """
    On which side of the lines a loan stands.

    Example:
        >>> Cover("warning").name
        'WARNING'
    """

    SOUND = "sound"
    """Below the warning line."""
    WARNING = "warning"
    """At the warning line or above: more cover is called for."""
    LIQUIDATION = "liquidation"
    """At the liquidation line or above: the lender may sell."""


@attrs.frozen
class MarginCall:
    """
    What brings a loan to value back to where it began: one or the other.

    Args:
        cash: The principal to pay back.
        allowances: The tonnes to pledge beside those that are. [tCO2e]

    Example:
        >>> MarginCall(Money("0.00", "CNY"), 0).needed
        False
    """

    cash: Money
    allowances: int

    @property
    def needed(self) -> bool:
        """Whether anything is called for."""
        return bool(self.allowances)


def _initial(value: Number) -> Fraction:
    return share(value, field="initial", most=1)


def _warning(value: Number) -> Fraction:
    return share(value, field="warning", most=1)


def _liquidation(value: Number) -> Fraction:
    return share(value, field="liquidation", most=1)


@attrs.frozen(kw_only=True)
class PledgeTerms:
    """
    The loan to value at the start, and the two lines that it may not reach.

    Args:
        initial: What is lent of the market value at most; above 0.
        warning: The loan to value at which the lender calls for more cover.
        liquidation: That at which the lender may sell; at most 1.

    Raises:
        InvalidValueError: If they do not rise from one to the next.
        InexactNumberError: If one is a float, a bool, NaN or infinite.

    Example:
        >>> print(PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90"))
        initial 0.7, warning 0.8, liquidation 0.9
    """

    initial: Fraction = attrs.field(converter=_initial)
    warning: Fraction = attrs.field(converter=_warning)
    liquidation: Fraction = attrs.field(converter=_liquidation)

    def __attrs_post_init__(self) -> None:
        """Check that the lines follow each other."""
        if not self.initial:
            raise InvalidValueError("be above zero", was="0", field="initial")
        if self.warning <= self.initial:
            raise InvalidValueError(
                f"be above the initial {shown(self.initial)}", was=shown(self.warning), field="warning"
            )
        if self.liquidation <= self.warning:
            raise InvalidValueError(
                f"be above the warning {shown(self.warning)}",
                was=shown(self.liquidation),
                field="liquidation",
            )

    def loan(self, price: Price, quantity: int) -> Money:
        """
        Say what may be lent at most.

        Args:
            price: The market price of a tonne.
            quantity: How many tonnes are pledged. [tCO2e]

        Returns:
            Market value × initial loan to value, rounded down to the minor unit.

        Raises:
            InvalidValueError: If the price is not of a tonne or not above zero, or the quantity not whole
                or not above zero.

        Example:
            >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
            >>> terms.loan(Price("90.00", "CNY", "tCO2e"), 500_000)
            Money('31500000.00', 'CNY')
        """
        check_type(price, Price, field="price")
        value = per_tonne(price, price.currency) * count(quantity, field="quantity")
        return money(value * self.initial, price.currency, Rounding.FLOOR)

    def cover(self, loan_to_value: Number) -> Cover:
        """
        Say on which side of the lines a loan to value lies.

        Args:
            loan_to_value: The loan to value.

        Returns:
            Sound, warning or liquidation; on a line it counts as reached.

        Example:
            >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
            >>> terms.cover(Fraction(4, 5))
            <Cover.WARNING: 'warning'>
        """
        reached = fraction(loan_to_value, field="loan_to_value")
        if reached >= self.liquidation:
            return Cover.LIQUIDATION
        return Cover.WARNING if reached >= self.warning else Cover.SOUND

    def __str__(self) -> str:
        """Write the three on one line."""
        return (
            f"initial {shown(self.initial)}, warning {shown(self.warning)}, "
            f"liquidation {shown(self.liquidation)}"
        )
