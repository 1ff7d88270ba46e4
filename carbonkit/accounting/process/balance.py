"""
Balances: carbon dioxide that goes in, is given off, or leaves in a product, added up exactly.

Carbon becomes carbon dioxide by 44/12, which never ends as a decimal. A term and a balance
therefore hold exact fractions; they are rounded once, where the caller says to what place.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import attrs

from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Scope
from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, Rounding, decimal_places, divide, exact, plain

if TYPE_CHECKING:
    from carbonkit.values.place import Place
    from carbonkit.values.time import Period

__all__ = [
    "CARBON_DIOXIDE_PER_CARBON",
    "Balance",
    "Ratio",
    "Term",
    "as_ratio",
    "as_share",
    "every",
    "in_words",
    "quotient",
    "round_ratio",
]

CARBON_DIOXIDE_PER_CARBON: Final = Fraction(44, 12)
"""The mass of carbon dioxide that holds one mass of carbon, by the molar masses that guidelines use."""

Ratio: TypeAlias = Exact | Fraction
"""What is taken where a figure may be a fraction that never ends as a decimal."""

Item = TypeVar("Item")

_SHOWN = 6  # places that words show of a fraction that does not end


def every(values: Iterable[Item], *, field: str, width: int | None = None) -> tuple[Item, ...]:
    """
    Take all that a caller gives, or say that it is no list of it.

    Args:
        values: The values.
        field: The name that an error gives them.
        width: Of rows, how many figures each one has; None for single values.

    Returns:
        The same, as a tuple.

    Raises:
        WrongTypeError: If nothing can be taken from it, or a row has another width.

    Example:
        >>> every([("20", 100)], field="values", width=2)
        (('20', 100),)
        >>> every(None, field="values")
        Traceback (most recent call last):
        ...
        carbonkit.errors.WrongTypeError: values: must be of type Iterable, was None
    """
    check_type(values, Iterable, field=field)
    found = tuple(values)
    for row in found if width is not None else ():
        if not isinstance(row, (tuple, list)) or len(row) != width:
            raise WrongTypeError(f"hold rows of {width} figures", was=repr(row), field=field)
    return found


def as_ratio(value: Ratio, *, field: str) -> Fraction:
    """
    Take a number as an exact fraction.

    Args:
        value: A str, an int, a Decimal or a Fraction; floats and bools are refused.
        field: The name that an error gives it.

    Returns:
        The same number.

    Raises:
        InexactNumberError: If it is a float, a bool, NaN or infinite.
        InvalidValueError: If a text is no plain number.

    Example:
        >>> as_ratio("0.25", field="share")
        Fraction(1, 4)
    """
    return value if isinstance(value, Fraction) else Fraction(exact(value, field=field))


def as_share(value: Ratio, *, field: str) -> Fraction:
    """
    Take a number from 0 to 1.

    Args:
        value: The share; not per cent.
        field: The name that an error gives it.

    Returns:
        The same number as a fraction.

    Raises:
        InexactNumberError: If it is a float, a bool, NaN or infinite.
        InvalidValueError: If it is below 0 or above 1.

    Example:
        >>> as_share("99", field="oxidation")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: oxidation: must be a share from 0 to 1, was 99; 99 % is 0.99
    """
    share = as_ratio(value, field=field)
    if not 0 <= share <= 1:
        raise InvalidValueError(
            "be a share from 0 to 1", was=in_words(share), field=field, hint="99 % is 0.99"
        )
    return share


def quotient(above: Fraction, below: Fraction, *, field: str) -> Fraction:
    """
    Divide exactly, and refuse to divide by nothing.

    Args:
        above: The dividend.
        below: The divisor.
        field: What the divisor is called in an error.

    Returns:
        The quotient.

    Raises:
        InvalidValueError: If the divisor is zero.

    Example:
        >>> quotient(Fraction(1), Fraction(0), field="heat supplied")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: heat supplied: must not be zero, was 0
    """
    if not below:
        raise InvalidValueError("not be zero", was="0", field=field)
    return above / below


def round_ratio(value: Fraction, places: int, rounding: Rounding) -> Decimal:
    """
    Round a fraction to decimal places in a named way.

    Args:
        value: The fraction.
        places: How many digits stay behind the point.
        rounding: Which way.

    Returns:
        The rounded number.

    Raises:
        InexactNumberError: If the value is a float, a bool, NaN or infinite.
        InvalidValueError: If `places` is out of range, or `rounding` is no `Rounding`.

    Example:
        >>> round_ratio(Fraction(44, 12), 3, Rounding.HALF_UP)
        Decimal('3.667')
    """
    number = as_ratio(value, field="value")
    return divide(Decimal(number.numerator), Decimal(number.denominator), places, rounding)


def in_words(value: Fraction) -> str:
    """
    Write a fraction out: in full where it ends as a decimal, else its first places and "…".

    Args:
        value: The fraction.

    Returns:
        Its digits.

    Raises:
        InexactNumberError: If the value is a float, a bool, NaN or infinite.

    Example:
        >>> in_words(Fraction(1, 4)), in_words(Fraction(44, 12))
        ('0.25', '3.666666…')
    """
    number = as_ratio(value, field="value")
    places = decimal_places(number.numerator, number.denominator)
    if places is not None and places <= 2 * _SHOWN:
        return plain(round_ratio(number, places, Rounding.FLOOR))
    return plain(round_ratio(number, _SHOWN, Rounding.TOWARDS_ZERO)) + "…"


def _tonnes(value: Ratio) -> Fraction:
    return as_ratio(value, field="tonnes")


def _parts(value: Iterable[Explanation]) -> tuple[Explanation, ...]:
    parts = every(value, field="parts")
    for part in parts:
        check_type(part, Explanation, field="parts")
    return parts


@attrs.frozen
class Term:
    """
    One part of a balance.

    Args:
        what: What it is: a fuel, a raw material, a product.
        tonnes: Its carbon as carbon dioxide, exactly; negative where it leaves. [tCO2]
        how: The arithmetic, in words.
        parts: Where its figures come from.

    Raises:
        InexactNumberError: If `tonnes` is a float, a bool, NaN or infinite.
        WrongTypeError: If `what` is no text, or a part no explanation.

    Example:
        >>> print(Term("tar", Fraction(27, 10), "1 t × 2.7").explain().text())
        tar: 2.7 tCO2 = 1 t × 2.7
    """

    what: str = attrs.field(validator=is_a(str))
    tonnes: Fraction = attrs.field(converter=_tonnes)
    how: str = ""
    parts: tuple[Explanation, ...] = attrs.field(default=(), converter=_parts)

    def leaving(self) -> Term:
        """
        Count it the other way: carbon that leaves in a product.

        Returns:
            The same with the other sign.

        Example:
            >>> Term("coke", Fraction(3), "1 t × 3").leaving().tonnes
            Fraction(-3, 1)
        """
        return attrs.evolve(self, tonnes=-self.tonnes, how=f"-({self.how})")

    def explain(self) -> Explanation:
        """Say how much it is and how that was found."""
        return Explanation(self.what, f"{in_words(self.tonnes)} tCO2", self.how, parts=self.parts)


def _terms(value: Iterable[Term]) -> tuple[Term, ...]:
    terms = every(value, field="terms")
    for term in terms:
        check_type(term, Term, field="terms")
    return terms


@attrs.frozen
class Balance:
    """
    Terms that are added up to what is emitted.

    By-products and carbon that a product fixes are negative terms of the one balance, not credits.

    Args:
        what: What is balanced.
        terms: What goes in, positive, and what leaves, negative.

    Raises:
        WrongTypeError: If a term is something else.

    Example:
        >>> furnace = Balance("furnace", [Term("coke in", Fraction(11, 3)), Term("in iron", Fraction(-1, 3))])
        >>> furnace.tonnes, furnace.rounded(1, Rounding.HALF_UP)
        (Fraction(10, 3), Decimal('3.3'))
    """

    what: str = attrs.field(validator=is_a(str))
    terms: tuple[Term, ...] = attrs.field(converter=_terms)

    @property
    def tonnes(self) -> Fraction:
        """What is emitted, exactly, in tCO2."""
        return sum((term.tonnes for term in self.terms), Fraction(0))

    def rounded(self, places: int, rounding: Rounding) -> Decimal:
        """
        Round what is emitted, once.

        Args:
            places: How many digits stay behind the point.
            rounding: Which way.

        Returns:
            The tonnes. [tCO2]

        Raises:
            InvalidValueError: If `places` is out of range, or `rounding` is no `Rounding`.

        Example:
            >>> Balance("one", [Term("coke", Fraction(11, 3))]).rounded(2, Rounding.HALF_UP)
            Decimal('3.67')
        """
        return round_ratio(self.tonnes, places, rounding)

    def explain(self) -> Explanation:
        """Say what is emitted, term by term."""
        how = f"sum of {len(self.terms)} term{'' if len(self.terms) == 1 else 's'}"
        parts = tuple(term.explain() for term in self.terms)
        return Explanation(self.what, f"{in_words(self.tonnes)} tCO2", how, parts=parts)

    def calculation(
        self,
        *,
        id: str,  # noqa: A002  the name that a calculation gives it
        facility: str,
        place: Place,
        period: Period,
        places: int,
        rounding: Rounding,
    ) -> Calculation:
        """
        Make the calculation that stands in an inventory, in scope 1.

        Args:
            id: Names it.
            facility: The site that it counts to.
            place: Where.
            period: When.
            places: To how many places the carbon dioxide is rounded, once. [t]
            rounding: Which way.

        Returns:
            The mass of carbon dioxide, of fossil fuel or rock, with all its working.

        Raises:
            InvalidValueError: If a name is blank, or the rounding is none.

        Example:
            >>> from carbonkit.values import Period, Place
            >>> found = Balance("furnace", [Term("coke", Fraction(11, 3))]).calculation(
            ...     id="f 1", facility="works", place=Place("CN/HE"), period=Period.year(2025), places=2,
            ...     rounding=Rounding.HALF_UP)
            >>> print(found.amounts[0])
            3.67 t fossil CO2
        """
        number = self.rounded(places, rounding)
        way = rounding.name.lower().replace("_", " ")
        working = Explanation(
            f"{self.what}, rounded",
            f"{plain(number)} tCO2",
            f"rounded once to {places} places, {way}",
            parts=(self.explain(),),
        )
        amounts = (Amount("CO2", number, "t", origin=Origin.FOSSIL),)
        return Calculation(id, facility, self.what, place, period, Scope.ONE, amounts, working)
