"""
Aluminium smelting: carbon anodes that the cells consume, and perfluorocarbons of the anode effect.

Gases stay masses; weighing them is a view under a named set of potentials.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from carbonkit.accounting.process.balance import (
    CARBON_DIOXIDE_PER_CARBON,
    Ratio,
    Term,
    as_ratio,
    as_share,
    every,
    in_words,
)
from carbonkit.accounting.rate import Amount
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, exact, multiply, plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from carbonkit.values.explanation import Explanation

__all__ = ["anode_consumed", "anode_effect", "net_anode"]

_TONNES_PER_KG = Decimal("0.001")


def net_anode(gross: Ratio, *, residue: Ratio) -> Fraction:
    """
    Find the anode that the cells consumed from what was set into them.

    Args:
        gross: The anodes set in. [t]
        residue: The share that is left over as butts.

    Returns:
        gross × (1 - residue). [t]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the residue is no share.

    Example:
        >>> from fractions import Fraction
        >>> net_anode(1000, residue="0.1518") == Fraction("848.2")
        True
    """
    return as_ratio(gross, field="gross") * (1 - as_share(residue, field="residue"))


def anode_consumed(
    what: str, net: Ratio, *, sulphur: Ratio, ash: Ratio, parts: Iterable[Explanation] = ()
) -> Term:
    """
    Find the carbon dioxide of the anode that was consumed.

    Args:
        what: The anode, in words.
        net: How much of it was consumed, net of butts. [t]
        sulphur: The share of it that is sulphur.
        ash: The share that is ash.
        parts: Where the figures come from.

    Returns:
        net × (1 - sulphur - ash) × 44/12.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If sulphur or ash is no share, or they are more than all of it.

    Example:
        >>> print(anode_consumed("anode", "0.411", sulphur="0.02", ash="0.004").explain().text())
        anode: 1.470832 tCO2 = 0.411 × (1 - 0.02 - 0.004) × 44/12
    """
    mass = as_ratio(net, field="net anode")
    first, second = as_share(sulphur, field="sulphur"), as_share(ash, field="ash")
    carbon = as_share(1 - first - second, field="carbon left by sulphur and ash")
    how = f"{in_words(mass)} × (1 - {in_words(first)} - {in_words(second)}) × 44/12"
    return Term(what, mass * carbon * CARBON_DIOXIDE_PER_CARBON, how, parts)


def anode_effect(production: Exact, rates: Iterable[tuple[str, Exact]]) -> tuple[Amount, ...]:
    """
    Find the perfluorocarbons of the anode effect.

    Args:
        production: The aluminium made; negative to take back what was recorded. [t]
        rates: Each gas with its kilograms for a tonne of aluminium. [kg/t]

    Returns:
        The mass of each gas: production × rate ÷ 1000; exact. [t]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a rate is negative.
        WrongTypeError: If the rates are no pairs, or a gas is no text.

    Example:
        >>> for amount in anode_effect(100_000, [("CF4", "0.020"), ("C2F6", "0.0011")]):
        ...     print(amount)
        2.000000 t CF4
        0.1100000 t C2F6
    """
    made = exact(production, field="production")
    amounts = []
    for gas, rate in every(rates, field="rates", width=2):
        check_type(gas, str, field="gas")
        number = exact(rate, field=gas)
        if number < 0:
            raise InvalidValueError("be zero or more", was=plain(number), field=gas)
        amounts.append(Amount(gas, multiply(multiply(made, number), _TONNES_PER_KG), "t"))
    return tuple(amounts)
