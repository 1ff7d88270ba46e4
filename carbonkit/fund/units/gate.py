"""
Gates: how much may be redeemed on one dealing day, and what becomes of the rest.

A gate is a share of the units outstanding before the day's orders; as all of them
have one price, it is the same share of the net asset value.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import fraction
from carbonkit.fund.units._share import shown
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.share import split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from carbonkit.fund.figure import Number
    from carbonkit.fund.units.unit import UnitClass

__all__ = ["GateBasis", "GateRest", "RedemptionGate"]


class GateBasis(enum.Enum):
    """
    What is held against a gate's limit.

    Example:
        >>> GateBasis("redemptions less subscriptions").name
        'NET'
    """

    GROSS = "redemptions"
    """All units that are to be redeemed on the day."""
    NET = "redemptions less subscriptions"
    """Those, less the units issued on the same day."""


class GateRest(enum.Enum):
    """
    What becomes of the units that a gate does not let through.

    Example:
        >>> GateRest("lapsed").name
        'LAPSED'
    """

    DEFERRED = "deferred"
    """They are an order for the next dealing day, at its price, without priority over new orders."""
    LAPSED = "lapsed"
    """The order for them ends."""


def _share(value: Number) -> Fraction:
    taken = fraction(value, field="share")
    if not 0 < taken <= 1:
        raise InvalidValueError("be above 0, up to 1", was=str(value), field="share")
    return taken


@attrs.frozen(kw_only=True)
class RedemptionGate:
    """
    The most that may be redeemed on one dealing day.

    Args:
        share: The share of the units outstanding, above 0 and up to 1; "0.1" is 10 %.
        basis: What is held against it.
        rest: What becomes of what is above it.

    Raises:
        InvalidValueError: If the share is out of range, or basis or rest not named.

    Example:
        >>> RedemptionGate(share="0.1", basis=GateBasis.GROSS, rest=GateRest.DEFERRED).share
        Fraction(1, 10)
    """

    share: Fraction = attrs.field(converter=_share)
    basis: GateBasis = attrs.field(validator=is_a(GateBasis))
    rest: GateRest = attrs.field(validator=is_a(GateRest))

    def through(
        self, unit: UnitClass, wanted: Sequence[Decimal], *, outstanding: Decimal, issued: Decimal
    ) -> tuple[Decimal, ...]:
        """
        Say how many units of each order the gate lets through.

        Args:
            unit: The class of units.
            wanted: The units of each order.
            outstanding: The units before the day's orders.
            issued: The units issued on the day.

        Returns:
            The units let through, order by order: all of them if they are within the limit, else the
            limit, cut down to whole steps, divided pro rata by largest remainder.

        Example:
            >>> from decimal import Decimal
            >>> from carbonkit.fund.units.unit import UnitClass
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=0, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> gate = RedemptionGate(share="0.1", basis=GateBasis.GROSS, rest=GateRest.DEFERRED)
            >>> gate.through(unit, [Decimal(100), Decimal(100), Decimal(100)], outstanding=Decimal(1000),
            ...              issued=Decimal(0))
            (Decimal('34'), Decimal('33'), Decimal('33'))
        """
        steps = [unit.asset.steps(units) for units in wanted]
        limit = int(self.share * unit.asset.steps(outstanding))
        if self.basis is GateBasis.NET:
            limit += unit.asset.steps(issued)
        if sum(steps) > limit:
            steps = list(split(limit, steps))
        return tuple(unit.asset.amount(each) for each in steps)

    def explain(self) -> Explanation:
        """Say what the gate is."""
        how = f"{self.basis.value} up to this share of the units outstanding; the rest is {self.rest.value}"
        return Explanation("redemption gate", shown(self.share), how=how)
