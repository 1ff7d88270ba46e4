"""
Cement clinker: carbon dioxide that limestone gives off in the kiln.

By clinker: tonnes times a factor, less what raw materials without carbonate replaced, never
below nothing; a line that burns several kinds in a month has one such term. By oxides: from
the lime and magnesia that the clinker gained in the kiln.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

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
from carbonkit.values.field import check_type, is_a

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.explanation import Explanation

__all__ = [
    "Clinker",
    "Substitute",
    "calcined",
    "clinker_process",
    "kiln_process",
    "line_process",
    "oxide_factor",
    "substitution_rate",
]

_LIME: Final = Fraction(44, 56)
_MAGNESIA: Final = Fraction(44, 40)


def _mass(value: Ratio) -> Fraction:
    return as_ratio(value, field="mass")


def _clinker(value: Ratio) -> Fraction:
    return as_ratio(value, field="clinker")


def _factor(value: Ratio) -> Fraction:
    return _zero_or_more(value, field="factor")


def _deduction(value: Ratio) -> Fraction:
    return _zero_or_more(value, field="deduction")


def _zero_or_more(value: Ratio, *, field: str) -> Fraction:
    number = as_ratio(value, field=field)
    if number < 0:
        raise InvalidValueError("be zero or more", was=in_words(number), field=field)
    return number


@attrs.frozen
class Substitute:
    """
    A raw material without carbonate that replaced limestone.

    Args:
        what: The material.
        mass: How much was used. [t]
        deduction: What a tonne of it saves. [tCO2/t]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the deduction is negative.

    Example:
        >>> Substitute("carbide slag", 200_000, "0.480").saved
        Fraction(96000, 1)
    """

    what: str = attrs.field(validator=is_a(str))
    mass: Fraction = attrs.field(converter=_mass)
    deduction: Fraction = attrs.field(converter=_deduction)

    @property
    def saved(self) -> Fraction:
        """What it saves in all, in tCO2."""
        return self.mass * self.deduction


def _substitutes(value: Iterable[Substitute]) -> tuple[Substitute, ...]:
    used = every(value, field="substitutes")
    for substitute in used:
        check_type(substitute, Substitute, field="substitutes")
    return used


def _saved(used: Iterable[Substitute]) -> Fraction:
    return sum((each.saved for each in used), Fraction(0))


@attrs.frozen
class Clinker:
    """
    One kind of clinker that a line made, and what replaced limestone in it.

    Args:
        what: The kind.
        mass: How much was made; negative to take back what was recorded. [t]
        factor: What a tonne gives off. [tCO2/t]
        substitutes: Raw materials without carbonate, of the clinker's sign.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the factor is negative, or a substitute's mass has not the clinker's sign.
        WrongTypeError: If a substitute is something else.

    Example:
        >>> Clinker("Portland", 1000, "0.535", [Substitute("carbide slag", 100, "0.480")]).gross
        Fraction(535, 1)
    """

    what: str = attrs.field(validator=is_a(str))
    mass: Fraction = attrs.field(converter=_clinker)
    factor: Fraction = attrs.field(converter=_factor)
    substitutes: tuple[Substitute, ...] = attrs.field(default=(), converter=_substitutes)

    def __attrs_post_init__(self) -> None:
        """Check that a reversal takes back both clinker and substitutes."""
        for substitute in self.substitutes:
            if self.mass * substitute.mass < 0:
                must = "have the sign of the clinker, as a reversal takes back both"
                raise InvalidValueError(must, was=in_words(substitute.mass), field=substitute.what)

    @property
    def gross(self) -> Fraction:
        """What it would give off without substitutes, in tCO2."""
        return self.mass * self.factor

    @property
    def saved(self) -> Fraction:
        """What its substitutes saved in all, in tCO2."""
        return _saved(self.substitutes)


def line_process(what: str, clinkers: Iterable[Clinker], *, parts: Iterable[Explanation] = ()) -> Term:
    """
    Find what a line gave off in one month: max(0, Σ clinker × factor - Σ what substitutes saved).

    The floor is that of the line: what substitutes save beyond one kind of clinker counts against
    the others of the month. A month that is negative in all has the floor from above, so that it
    takes back exactly what it reverses.

    Args:
        what: The line, in words.
        clinkers: Every kind that it made in the month.
        parts: Where the figures come from.

    Returns:
        The month's carbon dioxide; the floor at nothing holds month by month.

    Raises:
        WrongTypeError: If a clinker is something else.

    Example:
        >>> grey = Clinker("Portland", 1000, "0.535", [Substitute("carbide slag", 2000, "0.480")])
        >>> print(line_process("line, month 1", [grey, Clinker("white", 1000, "0.550")]).explain().text())
        line, month 1: 125 tCO2 = max(0, 1000 × 0.535 + 1000 × 0.55 - 2000 × 0.48 (carbide slag))
    """
    made = every(clinkers, field="clinkers")
    for each in made:
        check_type(each, Clinker, field="clinkers")
    gross = sum((each.gross for each in made), Fraction(0))
    left = gross - sum((each.saved for each in made), Fraction(0))
    floored = max(left, Fraction(0)) if gross > 0 else min(left, Fraction(0)) if gross else Fraction(0)
    given = " + ".join(f"{in_words(each.mass)} × {in_words(each.factor)}" for each in made) or "0"
    used = [substitute for each in made for substitute in each.substitutes]
    saved = "".join(f" - {in_words(each.mass)} × {in_words(each.deduction)} ({each.what})" for each in used)
    bound = "max" if gross >= 0 else "min"
    return Term(what, floored, f"{bound}(0, {given}{saved})", parts)


def clinker_process(
    what: str,
    clinker: Ratio,
    factor: Ratio,
    substitutes: Iterable[Substitute] = (),
    *,
    parts: Iterable[Explanation] = (),
) -> Term:
    """
    Find what a kiln of one kind of clinker gave off in one month: `line_process` of that kind alone.

    A reversal has negative masses throughout, and takes back exactly what it reverses.

    Args:
        what: The kind of clinker.
        clinker: How much was made. [t]
        factor: What a tonne gives off. [tCO2/t]
        substitutes: Raw materials without carbonate, of that month.
        parts: Where the figures come from.

    Returns:
        The month's carbon dioxide; the floor at nothing holds month by month.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the factor is negative, or a substitute's mass has not the clinker's sign.
        WrongTypeError: If a substitute is something else.

    Example:
        >>> slag = Substitute("carbide slag", 200_000, "0.480")
        >>> print(clinker_process("Portland clinker", 1_000_000, "0.535", [slag]).explain().text())
        Portland clinker: 439000 tCO2 = max(0, 1000000 × 0.535 - 200000 × 0.48 (carbide slag))
    """
    return line_process(what, [Clinker(what, clinker, factor, substitutes)], parts=parts)


def substitution_rate(clinker: Ratio, factor: Ratio, substitutes: Iterable[Substitute]) -> Fraction:
    """
    Find the share of the process emissions that substitutes saved.

    Args:
        clinker: How much was made. [t]
        factor: What a tonne gives off. [tCO2/t]
        substitutes: The raw materials that count; a negative mass takes back what another month recorded.

    Returns:
        What they saved, net of reversals, ÷ (clinker × factor).

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If no clinker was made, or what substitutes saved has not its sign.
        WrongTypeError: If a substitute is something else.

    Example:
        >>> substitution_rate(1_000_000, "0.535", [Substitute("carbide slag", 200_000, "0.480")])
        Fraction(96, 535)
    """
    gross = as_ratio(clinker, field="clinker") * as_ratio(factor, field="factor")
    saved = _saved(_substitutes(substitutes))
    if gross * saved < 0:
        must = "have the sign of the clinker, net of what is taken back"
        raise InvalidValueError(must, was=in_words(saved), field="saved")
    return quotient(saved, gross, field="clinker × factor")


def oxide_factor(
    *, lime: Ratio, lime_not_calcined: Ratio, magnesia: Ratio, magnesia_not_calcined: Ratio
) -> Fraction:
    """
    Find what a tonne of clinker gives off from the oxides in it.

    Args:
        lime: The share of CaO in the clinker (FR1).
        lime_not_calcined: The share of CaO that came from no carbonate (FR10).
        magnesia: The share of MgO in the clinker (FR2).
        magnesia_not_calcined: The share of MgO that came from no carbonate (FR20).

    Returns:
        (FR1 - FR10) × 44/56 + (FR2 - FR20) × 44/40. [tCO2/t]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is no share, or more came from no carbonate than there is.

    Example:
        >>> oxide_factor(lime="0.65", lime_not_calcined=0, magnesia="0.02", magnesia_not_calcined=0)
        Fraction(3729, 7000)
    """
    calcium, free = as_share(lime, field="lime"), as_share(lime_not_calcined, field="lime not calcined")
    magnesium = as_share(magnesia, field="magnesia")
    loose = as_share(magnesia_not_calcined, field="magnesia not calcined")
    for name, whole, part in (("lime", calcium, free), ("magnesia", magnesium, loose)):
        if part > whole:
            must = f"be at most the {name}, {in_words(whole)}"
            raise InvalidValueError(must, was=in_words(part), field=f"{name} not calcined")
    return (calcium - free) * _LIME + (magnesium - loose) * _MAGNESIA


def calcined(what: str, mass: Ratio, factor: Ratio, *, parts: Iterable[Explanation] = ()) -> Term:
    """
    Find what clinker, or kiln dust that is not returned, gave off by its oxides.

    Args:
        what: Clinker or dust.
        mass: How much of it. [t]
        factor: What a tonne gives off, from `oxide_factor`. [tCO2/t]
        parts: Where the figures come from.

    Returns:
        mass × factor.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the factor is negative.

    Example:
        >>> calcined("kiln dust", 100, Fraction(1, 2)).tonnes
        Fraction(50, 1)
    """
    much, rate = as_ratio(mass, field="mass"), _factor(factor)
    return Term(what, much * rate, f"{in_words(much)} × {in_words(rate)}", parts)


def kiln_process(
    *, clinker: Ratio, dust: Ratio, factor: Ratio, raw_meal: Ratio, organic_carbon: Ratio
) -> tuple[Term, ...]:
    """
    Find what a kiln gave off by the classic method of oxides.

    Args:
        clinker: How much was made. [t]
        dust: Kiln dust that left and was not returned; 0 if all was. [t]
        factor: What a tonne gives off, from `oxide_factor`. [tCO2/t]
        raw_meal: How much raw meal was used. [t]
        organic_carbon: The share of it that is carbon but no carbonate; 0 if there is none.

    Returns:
        Clinker × factor, dust × factor, raw meal × organic carbon × 44/12.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the factor is negative, or the organic carbon no share.

    Example:
        >>> terms = kiln_process(clinker=1000, dust=0, factor="0.535", raw_meal=1500, organic_carbon="0.002")
        >>> [term.tonnes for term in terms]
        [Fraction(535, 1), Fraction(0, 1), Fraction(11, 1)]
    """
    meal, share = as_ratio(raw_meal, field="raw meal"), as_share(organic_carbon, field="organic carbon")
    organic = Term(
        "organic carbon in raw meal",
        meal * share * CARBON_DIOXIDE_PER_CARBON,
        f"{in_words(meal)} × {in_words(share)} × 44/12",
    )
    return calcined("clinker", clinker, factor), calcined("kiln dust", dust, factor), organic
