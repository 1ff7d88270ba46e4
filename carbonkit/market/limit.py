"""Limits: how far a day's prices may move, and how large one order may be."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Exact, Rounding, add, divide, exact, multiply, plain, subtract, whole
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule

__all__ = ["PriceBand", "PriceLimits", "SizeLimit"]

_WHOLE = Decimal(100)  # per cent


@attrs.frozen
class PriceLimits:
    """
    The lowest and the highest price of one day; both may be traded.

    Args:
        lowest: The limit down.
        highest: The limit up.
        previous_close: The price that both were taken from.
        tick: The price step that they were rounded to.
        band: The rule that gave them.

    Example:
        >>> from carbonkit.market import Method
        >>> from carbonkit.schemes.china_national import venue_rules
        >>> from carbonkit.values import as_date
        >>> limits = venue_rules(as_date("2021-07-16")).limits(Method.LISTED, Price("48.00", "CNY", "tCO2e"))
        >>> str(limits.lowest), str(limits.highest), Price("52.81", "CNY", "tCO2e") in limits
        ('43.20 CNY/tCO2e', '52.80 CNY/tCO2e', False)
    """

    lowest: Price
    highest: Price
    previous_close: Price
    tick: Price
    band: PriceBand

    def __contains__(self, price: Price) -> bool:
        """Say whether a price may be traded."""
        return self.lowest <= price <= self.highest

    def explain(self) -> Explanation:
        """Say how the limits came about, down to the rules' sources."""
        percent = plain(self.band.percent.value)
        rounded = f"{self.band.rounding.explain().value} to {plain(self.tick.amount)}"
        close = plain(self.previous_close.amount)
        return Explanation(
            "price limits",
            f"{plain(self.lowest.amount)} to {self.highest}",
            how=f"{close} × (1 − {percent} %) and {close} × (1 + {percent} %), rounded {rounded}",
            parts=(
                Explanation("previous close", str(self.previous_close)),
                self.band.percent.explain(),
                self.band.rounding.explain(),
            ),
        )


@attrs.frozen
class PriceBand:
    """
    How far a day's prices may lie from the previous close.

    Args:
        percent: How many per cent, up and down.
        rounding: How a limit is rounded to the tick.

    Raises:
        InexactNumberError: If `percent` is a float, a bool, NaN or infinite.
        InvalidValueError: If `percent` is not more than 0 and less than 100.

    Example:
        >>> from carbonkit.values import Period, Source
        >>> always, notice = Period("2021-07-16", None), Source("Exchange", "Notice", 2021)
        >>> percent = Rule(what="band", value=Decimal(10), says="±10 %", valid=always, source=notice)
        >>> half_up = Rule(what="rounding", value=Rounding.HALF_UP, says="half-up", valid=always,
        ...                source=notice)
        >>> band = PriceBand(percent, half_up)
        >>> str(band.limits(Price("67.15", "CNY", "tCO2e"), Price("0.01", "CNY", "tCO2e")).highest)
        '73.87 CNY/tCO2e'
    """

    percent: Rule[Decimal]
    rounding: Rule[Rounding]

    def __attrs_post_init__(self) -> None:
        """Check that the limits lie on both sides of the close and above zero."""
        exact(self.percent.value, field="percent")
        if not 0 < self.percent.value < _WHOLE:
            raise InvalidValueError(
                "be more than 0 and less than 100", was=plain(self.percent.value), field="percent"
            )

    def limits(self, previous_close: Price, tick: Price) -> PriceLimits:
        """
        Work out one day's price limits.

        Args:
            previous_close: The close of the trading day before.
            tick: The price step.

        Returns:
            The limits, each rounded to the tick.

        Raises:
            InvalidValueError: If close or tick is not positive, or they are quoted differently.
        """
        for field, price in (("previous close", previous_close), ("tick", tick)):
            if price.amount <= 0:
                raise InvalidValueError("be more than zero", was=str(price), field=field)
        if (previous_close.currency, previous_close.per) != (tick.currency, tick.per):
            raise InvalidValueError(
                f"be in {tick.currency}/{tick.per}", was=str(previous_close), field="previous close"
            )

        def limit(percent: Decimal) -> Price:
            bound = multiply(previous_close.amount, percent)
            ticks = divide(bound, multiply(tick.amount, _WHOLE), 0, self.rounding.value)
            return Price(multiply(ticks, tick.amount), tick.currency, tick.per)

        return PriceLimits(
            lowest=limit(subtract(_WHOLE, self.percent.value)),
            highest=limit(add(_WHOLE, self.percent.value)),
            previous_close=previous_close,
            tick=tick,
            band=self,
        )


def _at_least(value: Exact) -> int:
    return whole(value, field="at_least")


def _below(value: Exact | None) -> int | None:
    return None if value is None else whole(value, field="below")


@attrs.frozen
class SizeLimit:
    """
    How small and how large one order may be.

    Args:
        at_least: The smallest quantity, in units.
        below: The first quantity that is too large; None if there is none.

    Raises:
        InexactNumberError: If a limit is a float, a bool, NaN or infinite.
        InvalidValueError: If no quantity lies between the two, or a limit is not whole.

    Example:
        >>> listed = SizeLimit(at_least=1, below=100_000)
        >>> listed.allows(99_999), listed.allows(100_000)
        (True, False)
    """

    at_least: int = attrs.field(converter=_at_least)
    below: int | None = attrs.field(converter=_below)

    def __attrs_post_init__(self) -> None:
        """Check that some order is of an allowed size."""
        if self.at_least < 1 or (self.below is not None and self.below <= self.at_least):
            raise InvalidValueError("allow some quantity", was=str(self), field="size limit")

    def allows(self, quantity: int) -> bool:
        """Say whether an order may have this quantity."""
        return self.at_least <= quantity and (self.below is None or quantity < self.below)

    def __str__(self) -> str:
        """Write both ends."""
        return f"at least {self.at_least}" + ("" if self.below is None else f", below {self.below}")
