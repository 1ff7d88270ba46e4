"""
Derived quantities: worked out from others, exact to the fraction, with their working.

Tonne-kilometres from a load and a way, person-kilometres from people and a way, the
energy of a product's whole life: each is a product of inputs, and says of which.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.value_chain._fraction import decimal_of, fraction, not_negative, written
from carbonkit.accounting.value_chain._take import check_kinds, several
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.quantity import Quantity
from carbonkit.values.quantity import quantity as quantity_of
from carbonkit.values.unit import Dimension, unit_named

if TYPE_CHECKING:
    from collections.abc import Collection

    from carbonkit.accounting.line import Conversion
    from carbonkit.values.number import Exact

__all__ = ["DerivedQuantity", "Measured", "check_measure", "counted", "derived", "explained", "ratio"]


def _number(value: Exact | Fraction) -> Fraction:
    return fraction(value, field="number")


def _unit(value: str) -> str:
    return unit_named(value).name


@attrs.frozen
class DerivedQuantity:
    """
    A quantity that was worked out, exact also where its digits never end.

    Args:
        number: How many.
        unit: Of which unit.
        working: How it came about.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        UnknownUnitError: If the unit table has no such unit.

    Example:
        >>> from carbonkit.values import Energy
        >>> washes = DerivedQuantity.of("energy of a wash", Energy("0.9", "kWh")).times(1000, "washes")
        >>> print(washes)
        900 kWh
        >>> print(washes.working.text())
        energy of a wash × washes: 900 kWh = 0.9 kWh × 1000
          energy of a wash: 0.9 kWh
    """

    number: Fraction = attrs.field(converter=_number)
    unit: str = attrs.field(converter=_unit)
    working: Explanation = attrs.field(validator=is_a(Explanation))

    @classmethod
    def of(cls, what: str, quantity: Quantity) -> DerivedQuantity:
        """
        Begin with a quantity that was given.

        Args:
            what: What it is, for the working.
            quantity: The quantity.

        Returns:
            The same, ready to be worked with.

        Raises:
            WrongTypeError: If it is no quantity.

        Example:
            >>> from carbonkit.values import Mass
            >>> print(DerivedQuantity.of("load", Mass("2", "t")))
            2 t
        """
        check_type(quantity, Quantity, field="quantity")
        return cls(Fraction(quantity.number), quantity.unit, Explanation(what, str(quantity)))

    def times(self, number: Exact | Fraction, what: str) -> DerivedQuantity:
        """
        Multiply by a bare number.

        Args:
            number: How many times; zero or more.
            what: What the number counts, for the working.

        Returns:
            The product.

        Raises:
            InexactNumberError: If `number` is a float, a bool, NaN or infinite.
            InvalidValueError: If it is negative.
        """
        factor = not_negative(number, field=what)
        return self._made(self.number * factor, f"× {what}", f"{self} × {written(factor)}")

    def divided(self, number: Exact | Fraction, what: str) -> DerivedQuantity:
        """
        Divide by a bare number; exact also where the digits never end.

        Args:
            number: By what; above zero.
            what: What the number is, for the working.

        Returns:
            The quotient.

        Raises:
            InexactNumberError: If `number` is a float, a bool, NaN or infinite.
            InvalidValueError: If it is zero or negative.
        """
        divisor = not_negative(number, field=what)
        if not divisor:
            raise InvalidValueError("be above zero", was="0", field=what)
        return self._made(self.number / divisor, f"÷ {what}", f"{self} ÷ {written(divisor)}")

    def quantity(self, conversion: Conversion | None = None) -> Quantity:
        """
        Give it as a plain quantity.

        Args:
            conversion: How it is rounded where its digits never end.

        Returns:
            The quantity; exact unless it had to be rounded.

        Raises:
            InexactConversionError: If its digits never end and no rounding is named.

        Example:
            >>> from carbonkit.values import Mass
            >>> third = DerivedQuantity.of("load", Mass("1", "t")).divided(3, "vans")
            >>> third.quantity()
            Traceback (most recent call last):
            ...
            carbonkit.errors.InexactConversionError: load ÷ vans: must have a finite decimal form, \
was 1/3 ≈ 0.333333; name a rounding, e.g. conversion=Conversion(9, Rounding.HALF_EVEN)
        """
        return quantity_of(decimal_of(self.number, conversion, field=self.working.what), self.unit)

    def _made(self, number: Fraction, what: str, how: str) -> DerivedQuantity:
        value = f"{written(number)} {self.unit}"
        working = Explanation(f"{self.working.what} {what}", value, how, parts=(self.working,))
        return DerivedQuantity(number, self.unit, working)

    def __str__(self) -> str:
        """Write number and unit out."""
        return f"{written(self.number)} {self.unit}"


Measured: TypeAlias = Quantity | DerivedQuantity
"""A quantity as it was given, or one that was worked out."""


def derived(what: str, quantity: Measured) -> DerivedQuantity:
    """
    Take either kind of quantity as a derived one.

    Args:
        what: What a given one is, for the working.
        quantity: The quantity.

    Returns:
        The derived quantity.

    Raises:
        WrongTypeError: If it is no quantity.

    Example:
        >>> from carbonkit.values import Mass
        >>> print(derived("load", Mass("2", "t")).working.text())
        load: 2 t
    """
    check_kinds(quantity, Quantity, DerivedQuantity, field="quantity")
    return quantity if isinstance(quantity, DerivedQuantity) else DerivedQuantity.of(what, quantity)


def check_measure(quantity: Measured, dimensions: Collection[Dimension], words: str) -> None:
    """
    Check that a quantity is of a kind that a method takes.

    Args:
        quantity: The quantity.
        dimensions: What it may measure.
        words: The same in words.

    Raises:
        IncompatibleUnitsError: If it measures something else.
        WrongTypeError: If it is no quantity.

    Example:
        >>> from carbonkit.values import Mass
        >>> check_measure(Mass("1", "t"), {Dimension.NIGHTS}, "a number of nights")
        Traceback (most recent call last):
        ...
        carbonkit.errors.IncompatibleUnitsError: quantity: must be a number of nights, was 1 t
    """
    check_kinds(quantity, Quantity, DerivedQuantity, field="quantity")
    if unit_named(quantity.unit).dimension not in several(dimensions, Dimension, field="dimensions"):
        raise IncompatibleUnitsError(f"be {words}", was=str(quantity), field="quantity")


def counted(what: str, number: Exact, unit: str) -> DerivedQuantity:
    """
    Take a bare number of things as a derived quantity.

    Args:
        what: What they are.
        number: How many.
        unit: A unit.

    Returns:
        The quantity.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        UnknownUnitError: If the unit table has no such unit.

    Example:
        >>> print(counted("offices", 3, "each"))
        3 each
    """
    return DerivedQuantity.of(what, quantity_of(number, unit))


def ratio(unit: str, per: str, *, field: str) -> Fraction:
    """
    Say how many of one unit another is, exactly.

    Args:
        unit: The unit that is given.
        per: The unit that is wanted.
        field: The name that an error gives the quantity.

    Returns:
        How many of the wanted unit one of the given is.

    Raises:
        IncompatibleUnitsError: If they measure different things, or are two currencies or two years.

    Example:
        >>> print(ratio("kWh", "MMBtu", field="quantity"))
        180000000/52752792631
    """
    given, wanted = unit_named(unit), unit_named(per)
    if given.dimension is not wanted.dimension:
        hint = "a density, price or calorific value would be needed"
        raise IncompatibleUnitsError(f"be in a unit that converts to {per}", was=unit, field=field, hint=hint)
    if given.dimension is Dimension.SPEND and given.name != wanted.name:
        hint = "see carbonkit.accounting.value_chain.spend for exchange rates and price indices"
        raise IncompatibleUnitsError(f"be {per}", was=unit, field=field, hint=hint)
    return Fraction(given.ratio) / Fraction(wanted.ratio)


def explained(quantity: Measured) -> tuple[Explanation, ...]:
    """
    Give the working of a quantity, if it has one.

    Args:
        quantity: The quantity.

    Returns:
        The working, or nothing for a quantity that was given.

    Raises:
        WrongTypeError: If it is no quantity.

    Example:
        >>> from carbonkit.values import Mass
        >>> explained(Mass("2", "t"))
        ()
    """
    check_kinds(quantity, Quantity, DerivedQuantity, field="quantity")
    return (quantity.working,) if isinstance(quantity, DerivedQuantity) else ()
