"""
Spread swaps: one kind of unit delivered for another, for a spread that was fixed.

Who delivers allowances and receives credits is paid the fixed spread for it. That is worth
more the narrower the market's own spread has become.
"""

from __future__ import annotations

import datetime
from fractions import Fraction

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund._shown import shown
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.exposure import Exposure
from carbonkit.fund.position.position import Cause
from carbonkit.fund.position.spot_position import check_name
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.number import whole
from carbonkit.values.price import Price
from carbonkit.values.time import as_date

__all__ = ["SpreadSwap"]


def _quantity(value: int) -> int:
    number = whole(value, field="quantity")
    if not number:
        raise InvalidValueError("not be zero", was=number, field="quantity")
    return number


def _settles_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="settles_on")


@attrs.frozen(kw_only=True)
class SpreadSwap:
    """
    A swap of units at a fixed spread, N × (K − (F of what is delivered − F of what is received)) discounted.

    Args:
        name: What it is called within its book.
        delivers: What the party that the quantity is counted for delivers, such as CEA or EUA.
        receives: What it receives, such as CCER or CER, one for one.
        quantity: How many units of each; negative for the other party's side.
        spread: What it is paid per unit for the difference, fixed at the trade.
        settles_on: The day on which units and money change hands.

    Raises:
        InvalidValueError: If both are one asset, the quantity is zero, or the spread is not per tCO2e.

    Example:
        >>> from carbonkit.fund.curve.curve import Extrapolation, Interpolation
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.curve.discount import DiscountCurve, RateConvention
        >>> from carbonkit.fund.position.environment import Environment
        >>> from carbonkit.fund.curve.forward_curve import ForwardCurve
        >>> swap = SpreadSwap(name="swap", delivers=AssetId("CEA"), receives=AssetId("CCER"),
        ...                   quantity=100_000, spread=Price("8.25", "CNY", "tCO2e"), settles_on="2025-07-01")
        >>> curves = [ForwardCurve(asset=AssetId(asset), as_of="2025-01-01", origin="invented",
        ...                        nodes=[("2025-07-01", Price(price, "CNY", "tCO2e"))],
        ...                        interpolation=Interpolation.FLAT, extrapolation=Extrapolation.REFUSED)
        ...           for asset, price in (("CEA", "99.00"), ("CCER", "86.00"))]
        >>> rates = DiscountCurve.flat("0.02", as_of="2025-01-01", convention=RateConvention.CONTINUOUS,
        ...                            day_count=DayCount.THIRTY_E_360)
        >>> today = Environment(as_of="2025-01-01", currency="CNY", marks=(), curves=curves, volatilities=(),
        ...                     discount=rates, day_count=DayCount.THIRTY_E_360)
        >>> round(swap.value(today), 2)
        Fraction(-47027367, 100)
    """

    name: str = attrs.field(validator=check_name)
    delivers: AssetId = attrs.field(validator=is_a(AssetId))
    receives: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=_quantity)
    spread: Price = attrs.field(validator=is_a(Price))
    settles_on: datetime.date = attrs.field(converter=_settles_on)

    def __attrs_post_init__(self) -> None:
        """Check that two assets are swapped, and the unit of the spread."""
        if self.delivers == self.receives:
            raise InvalidValueError(
                f"be another asset than {self.delivers}", was=str(self.receives), field="receives"
            )
        if self.spread.per != "tCO2e":
            raise InvalidValueError("be per tCO2e", was=str(self.spread), field="spread")

    def market_spread(self, environment: Environment) -> Fraction:
        """
        Say what the spread is in the market, for the day of the settlement.

        Args:
            environment: The prices of the day.

        Returns:
            The forward price of what is delivered less that of what is received.

        Raises:
            FundError: `no_quote` or `outside_curve` if the environment does not have a price.
        """
        delivered = environment.forward(self.delivers, self.settles_on)
        return delivered - environment.forward(self.receives, self.settles_on)

    def value(self, environment: Environment) -> Fraction:
        """
        Say what the swap is worth.

        Args:
            environment: The prices of the day.

        Returns:
            The value; never rounded.

        Raises:
            FundError: `expired` if it is settled, `no_quote` or `outside_curve` if the environment does not
                have what it takes.
            CurrencyMismatchError: If the spread is in another currency.
        """
        self._check(environment)
        return self._gain(environment) * environment.factor(self.settles_on)

    def attribution(self, before: Environment, after: Environment) -> tuple[tuple[Cause, Fraction], ...]:
        """
        Say what made the value move.

        Args:
            before: The prices at the beginning.
            after: The prices at the end.

        Returns:
            The parts, without the rest that is unexplained.
        """
        self._check(before)
        self._check(after)
        start, end = before.factor(self.settles_on), after.factor(self.settles_on)
        rolled = start / before.factor(after.as_of)
        gain = self._gain(before)
        return (
            (Cause.PRICE, (self._gain(after) - gain) * start),
            (Cause.CARRY, gain * (rolled - start)),
            (Cause.RATE, gain * (end - rolled)),
        )

    def exposures(self, environment: Environment) -> tuple[Exposure, ...]:
        """
        Say what the swap moves with: against what is delivered, with what is received.

        Args:
            environment: The prices of the day.

        Returns:
            Two rows; each leg is valued at its forward price, the fixed spread with the first.
        """
        self._check(environment)
        units = self.quantity * environment.factor(self.settles_on)
        delivered = environment.forward(self.delivers, self.settles_on) - Fraction(self.spread.amount)
        received = environment.forward(self.receives, self.settles_on)
        return (
            self._leg(self.delivers, -units, -units * delivered),
            self._leg(self.receives, units, units * received),
        )

    def explain(self, environment: Environment) -> Explanation:
        """
        Say how the value came about.

        Args:
            environment: The prices of the day.

        Returns:
            The explanation; figures are shown to 15 digits.
        """
        value = self.value(environment)
        money = environment.currency
        return Explanation(
            f"swap of {self.quantity} {self.delivers} for {self.receives} on {self.settles_on}",
            f"{shown(value)} {money}",
            how="quantity × (fixed spread − market spread) × discount factor",
            parts=(
                Explanation("fixed spread", str(self.spread)),
                Explanation("market spread", f"{shown(self.market_spread(environment))} {money}/tCO2e"),
                Explanation("discount factor", shown(environment.factor(self.settles_on))),
            ),
        )

    def _leg(self, asset: AssetId, units: Fraction, value: Fraction) -> Exposure:
        return Exposure(
            position=self.name, asset=asset, vintage="", ends_on=self.settles_on, units=units, value=value
        )

    def _gain(self, environment: Environment) -> Fraction:
        return self.quantity * (Fraction(self.spread.amount) - self.market_spread(environment))

    def _check(self, environment: Environment) -> None:
        check_type(environment, Environment, field="environment")
        if self.spread.currency != environment.currency:
            raise CurrencyMismatchError(
                f"be in {environment.currency}", was=self.spread.currency, field="spread"
            )
        if environment.as_of > self.settles_on:
            raise FundError(
                f"be valued by {self.settles_on}, when it is settled",
                was=str(environment.as_of),
                field=self.name,
                code=Refusal.EXPIRED,
            )
