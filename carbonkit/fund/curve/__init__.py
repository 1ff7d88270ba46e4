"""
Curves: prices by delivery, what later money is worth, what carrying costs.

    curve                  nodes, and the ways between them
    forward_curve          prices by delivery
    discount               what later money is worth
    forward_price          what carrying costs; forwards
    volatility             of an option's future
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.curve.curve import Extrapolation, Interpolation
    from carbonkit.fund.curve.discount import DiscountCurve, RateConvention
    from carbonkit.fund.curve.forward_curve import ForwardCurve
    from carbonkit.fund.curve.forward_price import CostOfCarry, forward_price, forward_value, implied_carry
    from carbonkit.fund.curve.volatility import Volatility

__all__ = [
    "CostOfCarry",
    "DiscountCurve",
    "Extrapolation",
    "ForwardCurve",
    "Interpolation",
    "RateConvention",
    "Volatility",
    "forward_price",
    "forward_value",
    "implied_carry",
]

_HOMES: Final = {
    "curve": "Extrapolation Interpolation",
    "discount": "DiscountCurve RateConvention",
    "forward_curve": "ForwardCurve",
    "forward_price": "CostOfCarry forward_price forward_value implied_carry",
    "volatility": "Volatility",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
