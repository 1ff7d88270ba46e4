"""Shocks: a change of prices, volatilities or interest rates that a scenario assumes."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._shown import signed
from carbonkit.fund.figure import Number, fraction
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.time import Period

__all__ = ["PriceShock", "RateShock", "Shock", "ShockKind", "VolatilityShock"]


class ShockKind(enum.Enum):
    """
    What the size of a shock counts.

    Example:
        >>> ShockKind.RELATIVE.apply(Fraction(80), Fraction(-3, 10))
        Fraction(56, 1)
    """

    RELATIVE = "share of the level"
    """-0.3 takes 30 % off."""
    ABSOLUTE = "the level's own unit"
    """-10 takes 10 money per tonne off; 0.05 adds five percentage points to a volatility."""

    def apply(self, level: Fraction, size: Fraction) -> Fraction:
        """
        Say what a level becomes.

        Args:
            level: The level before.
            size: The size of the shock.

        Returns:
            The level after.

        Example:
            >>> ShockKind.ABSOLUTE.apply(Fraction(80), Fraction(-10))
            Fraction(70, 1)
        """
        return level * (1 + size) if self is ShockKind.RELATIVE else level + size


def _size(value: Number) -> Fraction:
    return fraction(value, field="size")


def _optional(value: object, kind: type, name: str) -> None:
    if value is not None and not isinstance(value, kind):
        raise InvalidValueError(f"be of type {kind.__name__}, or None", was=repr(value), field=name)


def _maybe_asset(_: object, attribute: attrs.Attribute[AssetId | None], value: AssetId | None) -> None:
    _optional(value, AssetId, attribute.name)


def _maybe_period(_: object, attribute: attrs.Attribute[Period | None], value: Period | None) -> None:
    _optional(value, Period, attribute.name)


@attrs.frozen(kw_only=True)
class PriceShock:
    """
    A change of an asset's price.

    Args:
        asset: Whose price; None for every asset.
        size: How far; its sign says which way.
        kind: What the size counts.
        delivery: Only forward prices for delivery in this period; None for the spot price and the whole
            forward curve.

    Raises:
        InexactNumberError: If the size is a float, a bool, NaN or infinite.
        InvalidValueError: If a value has another type.

    Example:
        >>> print(PriceShock(asset=AssetId("EUA"), size="-0.25", kind=ShockKind.RELATIVE))
        price of EUA -0.25 (share of the level)
    """

    asset: AssetId | None = attrs.field(validator=_maybe_asset)
    size: Fraction = attrs.field(converter=_size)
    kind: ShockKind = attrs.field(validator=is_a(ShockKind))
    delivery: Period | None = attrs.field(default=None, validator=_maybe_period)

    def __str__(self) -> str:
        """Say what changes and how far."""
        where = "" if self.delivery is None else f" for delivery in {self.delivery}"
        return f"price of {self.asset or 'every asset'}{where} {signed(self.size)} ({self.kind.value})"


@attrs.frozen(kw_only=True)
class VolatilityShock:
    """
    A change of the volatilities of options on an asset.

    Args:
        asset: What the options' futures deliver; None for every asset.
        size: How far.
        kind: What the size counts.

    Raises:
        InexactNumberError: If the size is a float, a bool, NaN or infinite.
        InvalidValueError: If a value has another type.

    Example:
        >>> print(VolatilityShock(asset=None, size="0.1", kind=ShockKind.ABSOLUTE))
        volatility of every asset +0.1 (the level's own unit)
    """

    asset: AssetId | None = attrs.field(validator=_maybe_asset)
    size: Fraction = attrs.field(converter=_size)
    kind: ShockKind = attrs.field(validator=is_a(ShockKind))

    def __str__(self) -> str:
        """Say what changes and how far."""
        return f"volatility of {self.asset or 'every asset'} {signed(self.size)} ({self.kind.value})"


@attrs.frozen(kw_only=True)
class RateShock:
    """
    A parallel shift of the continuous zero rates of the discount curve.

    Args:
        size: How far; 0.01 is one percentage point up.

    Raises:
        InexactNumberError: If the size is a float, a bool, NaN or infinite.

    Example:
        >>> print(RateShock(size="0.01"))
        zero rates +0.01
    """

    size: Fraction = attrs.field(converter=_size)

    def __str__(self) -> str:
        """Say how far the rates move."""
        return f"zero rates {signed(self.size)}"


Shock: TypeAlias = PriceShock | VolatilityShock | RateShock
"""One assumed change."""
