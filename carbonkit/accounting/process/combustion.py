"""Combustion in plants: fuel by its carbon or by its heat, materials by their factor, weighted averages."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from carbonkit.accounting.process.balance import (
    CARBON_DIOXIDE_PER_CARBON,
    Ratio,
    Term,
    as_ratio,
    as_share,
    every,
    in_words,
    quotient,
)
from carbonkit.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.explanation import Explanation

__all__ = ["burnt_by_carbon", "burnt_by_heat", "from_material", "weighted_mean"]


def _figure(value: Ratio, *, field: str) -> Fraction:
    ratio = as_ratio(value, field=field)
    if ratio < 0:
        raise InvalidValueError("be zero or more", was=in_words(ratio), field=field)
    return ratio


def burnt_by_carbon(
    what: str, quantity: Ratio, carbon: Ratio, oxidation: Ratio, *, parts: Iterable[Explanation] = ()
) -> Term:
    """
    Find the carbon dioxide of a fuel from its carbon content.

    Args:
        what: The fuel.
        quantity: How much was burnt; negative to take back what was recorded. [t or 10⁴ Nm³]
        carbon: Its carbon content, as it was burnt. [tC/t or tC/10⁴ Nm³]
        oxidation: The share of the carbon that burns; 1 where a guideline has none.
        parts: Where the figures come from.

    Returns:
        quantity × carbon × oxidation × 44/12.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the carbon content is negative, or the oxidation no share.

    Example:
        >>> burnt_by_carbon("coal", "100000", "0.5612", "0.99").tonnes == Fraction("203715.6")
        True
    """
    burnt = as_ratio(quantity, field="quantity")
    content = _figure(carbon, field="carbon")
    share = as_share(oxidation, field="oxidation")
    how = f"{in_words(burnt)} × {in_words(content)} × {in_words(share)} × 44/12"
    return Term(what, burnt * content * share * CARBON_DIOXIDE_PER_CARBON, how, parts)


def burnt_by_heat(
    what: str,
    quantity: Ratio,
    heat: Ratio,
    carbon_per_heat: Ratio,
    oxidation: Ratio,
    *,
    parts: Iterable[Explanation] = (),
) -> Term:
    """
    Find the carbon dioxide of a fuel from its heat.

    Args:
        what: The fuel.
        quantity: How much was burnt; negative to take back what was recorded. [t or 10⁴ Nm³]
        heat: Its net calorific value. [GJ/t or GJ/10⁴ Nm³]
        carbon_per_heat: Its carbon for each unit of heat. [tC/GJ]
        oxidation: The share of the carbon that burns; 1 where a guideline has none.
        parts: Where the figures come from.

    Returns:
        quantity × heat × carbon per heat × oxidation × 44/12.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If heat or carbon is negative, or the oxidation no share.

    Example:
        >>> from carbonkit.accounting.process.balance import round_ratio
        >>> from carbonkit.values import Rounding
        >>> gas = burnt_by_heat("natural gas", 100, "389.31", "0.01532", "0.99")
        >>> round_ratio(gas.tonnes, 4, Rounding.HALF_UP)
        Decimal('2165.0152')
    """
    burnt = as_ratio(quantity, field="quantity")
    warmth = _figure(heat, field="heat")
    content = _figure(carbon_per_heat, field="carbon per heat")
    share = as_share(oxidation, field="oxidation")
    how = " × ".join([*map(in_words, (burnt, warmth, content, share)), "44/12"])
    return Term(what, burnt * warmth * content * share * CARBON_DIOXIDE_PER_CARBON, how, parts)


def from_material(
    what: str, quantity: Ratio, factor: Ratio, *, purity: Ratio, parts: Iterable[Explanation] = ()
) -> Term:
    """
    Find the carbon dioxide of a carbonate, an electrode, an alloy or a product from its factor.

    Args:
        what: The material.
        quantity: How much; negative to take back what was recorded. [t]
        factor: Its carbon as carbon dioxide. [tCO2/t]
        purity: The share of the quantity that is the material; 1 where it is all.
        parts: Where the figures come from.

    Returns:
        quantity × purity × factor.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the factor is negative, or the purity no share.

    Example:
        >>> from_material("limestone", 1000, "0.440", purity=1).tonnes
        Fraction(440, 1)
    """
    mass = as_ratio(quantity, field="quantity")
    rate = _figure(factor, field="factor")
    share = as_share(purity, field="purity")
    figures = [mass, rate] if share == 1 else [mass, share, rate]
    return Term(what, mass * share * rate, " × ".join(map(in_words, figures)), parts)


def weighted_mean(values: Iterable[tuple[Ratio, Ratio]]) -> Fraction:
    """
    Average figures by weight, exactly.

    Net heat is weighted by tonnes (a month's by each day's tonnes), carbon for each unit of heat
    by heat, carbon content by tonnes.

    A negative weight takes back what another brought, so the mean is that of the net weights. Where
    it takes back a figure that was not there, the mean of what is left is no mean, and is refused.

    Args:
        values: Each figure with its weight; negative to take back what was recorded.

    Returns:
        Their mean; it lies between the least and the greatest that has a weight.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the weights add up to zero, or the mean lies outside the range of the figures.
        WrongTypeError: If the values are no pairs.

    Example:
        >>> weighted_mean([("20", 100), ("26", 200)])
        Fraction(24, 1)
        >>> weighted_mean([("20", 100), ("26", 200), ("26", -100)])
        Fraction(23, 1)
    """
    pairs = [
        (as_ratio(value, field="value"), as_ratio(weight, field="weight"))
        for value, weight in every(values, field="values", width=2)
    ]
    everything = sum((weight for _, weight in pairs), Fraction(0))
    mean = quotient(
        sum((value * weight for value, weight in pairs), Fraction(0)), everything, field="weights"
    )
    used = [value for value, weight in pairs if weight]
    if not min(used) <= mean <= max(used):
        must = f"lie between {in_words(min(used))} and {in_words(max(used))}"
        hint = "a negative weight takes back a figure that was not there"
        raise InvalidValueError(must, was=in_words(mean), field="mean", hint=hint)
    return mean
