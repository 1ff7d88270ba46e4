"""Losses: what a failed member cannot pay, and the layers that it falls on, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Layer", "Loss", "waterfall"]


@attrs.frozen
class Layer:
    """
    One source of money in the order in which losses fall.

    Args:
        name: What it is.
        amount: How much there is.

    Raises:
        InvalidValueError: If the amount is negative.

    Example:
        >>> Layer("risk reserve", Money("1000000", "CNY")).name
        'risk reserve'
    """

    name: str
    amount: Money

    def __attrs_post_init__(self) -> None:
        """Check that there is no debt."""
        if self.amount.amount < 0:
            raise InvalidValueError("not be negative", was=str(self.amount), field=self.name)


@attrs.frozen
class Loss:
    """
    How a loss was borne.

    Args:
        borne: What each layer paid, in their order; those that paid nothing are there too.
        uncovered: What no layer could pay.

    Example:
        >>> Loss((), Money("0", "CNY")).uncovered
        Money('0', 'CNY')
    """

    borne: tuple[Layer, ...]
    uncovered: Money


def waterfall(loss: Money, layers: Iterable[Layer]) -> Loss:
    """
    Let a loss fall on layers, one after the other.

    China's Futures and Derivatives Law orders them: the defaulter's margin, the settlement guarantee
    fund, the risk reserve, the clearing house's own funds.

    Args:
        loss: How much; zero or more.
        layers: The layers, the first to pay first.

    Returns:
        What each paid, and what is left.

    Raises:
        InvalidValueError: If the loss is negative.

    Example:
        >>> fallen = waterfall(Money("700", "CNY"), [Layer("the defaulter's margin", Money("500", "CNY")),
        ...                                          Layer("guarantee fund", Money("1000", "CNY"))])
        >>> [str(layer.amount) for layer in fallen.borne], str(fallen.uncovered)
        (['500 CNY', '200 CNY'], '0 CNY')

    References:
        期货和衍生品法 (Futures and Derivatives Law of the People's Republic of China), 2022, Article 42.
    """
    if loss.amount < 0:
        raise InvalidValueError("not be negative", was=str(loss), field="loss")
    borne, left = [], loss
    for layer in layers:
        paid = min(left, layer.amount)
        borne.append(Layer(layer.name, paid))
        left -= paid
    return Loss(tuple(borne), left)
