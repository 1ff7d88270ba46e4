"""
Lines: one activity with the factor that was chosen for it, and what it emitted.

A line keeps the quantity in the factor's unit and from it derives the mass of
each gas. Nothing is rounded, unless the caller named a `Conversion`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Step
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Scope
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.number import Rounding, multiply, plain, round_to
from carbonkit.values.quantity import Mass, Quantity
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from carbonkit.accounting.scope import Scope2Method

__all__ = ["Conversion", "Line", "explained_conversion"]


@attrs.frozen
class Conversion:
    """
    How a quantity is rounded that has no finite decimal form in a factor's unit.

    Only such quantities are rounded; all others are converted exactly.

    Args:
        places: Decimal places that are kept, in the factor's unit.
        rounding: Which way.

    Raises:
        InvalidValueError: If `places` is no whole number within ±60, or `rounding` no rounding or one that
            rounds a number and its negative to different sizes.

    Example:
        >>> print(Conversion(9, Rounding.HALF_EVEN))
        rounded to 9 places, half even
    """

    places: int
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def __attrs_post_init__(self) -> None:
        """Check that a number may have so many places, and that a reversal cancels what it reverses."""
        round_to(0, self.places, self.rounding)
        if self.rounding in {Rounding.FLOOR, Rounding.CEILING}:
            hint = "a reversal would not cancel what it reverses; take e.g. Rounding.HALF_EVEN"
            raise InvalidValueError(
                "treat both signs alike", was=self.rounding.name, field="rounding", hint=hint
            )

    def __str__(self) -> str:
        """Say what is done."""
        return f"rounded to {self.places} places, {self.rounding.name.lower().replace('_', ' ')}"


@attrs.frozen
class Line:
    """
    One activity, its factor, and what it emitted; made by `account`.

    Args:
        activity: What was done.
        factor: What one unit of it emits.
        quantity: The activity's quantity in the factor's unit.
        conversion: How that quantity was rounded; None where it is exact.
        step: The fallback step that was taken to the factor; None where it fits exactly.

    Raises:
        IncompatibleUnitsError: If the quantity is not in the factor's unit.
        InvalidValueError: If the factor is for another activity, an activity in scope 2 has a factor without
            a method, or another has one with.

    Example:
        >>> from carbonkit.accounting.rate import Rate
        >>> from carbonkit.accounting.scope import Scope
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
        ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
        >>> bill = Activity("1", "7", "steam", Energy("2000", "kBtu"), Place("US"), Period.year(2016),
        ...                 Scope.ONE)
        >>> Line(bill, steam, Energy("2", "MMBtu")).masses
        (('CO2', Mass('132.66', 'kg')),)
    """

    activity: Activity = attrs.field(validator=is_a(Activity))
    factor: Factor = attrs.field(validator=is_a(Factor))
    quantity: Quantity = attrs.field(validator=is_a(Quantity))
    conversion: Conversion | None = None
    step: Step | None = None

    def __attrs_post_init__(self) -> None:
        """Check that the quantity stands in the factor's unit, and that scope 2 has a method."""
        if self.activity.activity != self.factor.activity:
            must = f"be a factor for {self.activity.activity}"
            raise InvalidValueError(must, was=self.factor.activity, field="factor")
        if self.quantity.unit != self.factor.per:
            raise IncompatibleUnitsError(f"be in {self.factor.per}", was=str(self.quantity), field="quantity")
        if (self.activity.scope is Scope.TWO) is not (self.method is not None):
            must = "have a scope 2 method in scope 2, and none in scopes 1 and 3"
            raise InvalidValueError(must, was=f"{self.factor.id} in {self.activity.scope}", field="factor")

    @property
    def method(self) -> Scope2Method | None:
        """The scope 2 method that the line belongs to; None outside scope 2."""
        return self.factor.method

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """How much of each gas was emitted, or of CO2e where its publisher weighed it."""
        return tuple(
            Amount(
                rate.gas,
                multiply(self.quantity.number, rate.number),
                rate.unit,
                basis=rate.basis,
                origin=rate.origin,
            )
            for rate in self.factor.rates
        )

    @property
    def masses(self) -> tuple[tuple[str, Mass], ...]:
        """The mass of each gas; of those that the factor gives as a mass."""
        return tuple(
            (amount.gas, Mass(amount.number, amount.unit)) for amount in self.amounts if not amount.weighed
        )

    def explain(self) -> Explanation:
        """
        Say how the masses came about, down to the row and the factor's source.

        Returns:
            The masses with quantity, conversion and factor.

        Example:
            >>> from carbonkit.accounting.rate import Rate
            >>> from carbonkit.accounting.scope import Scope
            >>> from carbonkit.values import Energy, Period, Place, Source
            >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
            ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
            >>> bill = Activity("1", "7", "steam", Energy("2000", "kBtu"), Place("US"), Period.year(2016),
            ...                 Scope.ONE)
            >>> print(Line(bill, steam, Energy("2", "MMBtu")).explain().text())
            emitted by activity 1: 132.66 kg CO2 = 2 MMBtu × factor
              activity 1: 2000 kBtu = steam at US, [2016-01-01, 2017-01-01), facility 7, scope 1
              quantity in MMBtu: 2 MMBtu = 2000 kBtu × 1.05505585262 MJ/kBtu ÷ 1055.05585262 MJ/MMBtu
              factor steam (2016): 66.33 kg CO2 per MMBtu = steam at US, valid [2016-01-01, 2017-01-01)
                source: US EPA, Emission Factors, 2016 [confirmed]
        """
        parts = [self.activity.explain()]
        if self.activity.quantity.unit != self.factor.per:
            parts.append(
                explained_conversion(self.activity.quantity, self.quantity, conversion=self.conversion)
            )
        parts.append(self.factor.explain())
        return Explanation(
            f"emitted by activity {self.activity.id}",
            ", ".join(map(str, self.amounts)),
            f"{self.quantity} × factor" + (f" ({self.step})" if self.step is not None else ""),
            parts=tuple(parts),
        )


def explained_conversion(
    before: Quantity, after: Quantity, *, conversion: Conversion | None = None, lines: int = 1
) -> Explanation:
    """
    Say how a quantity went from one unit to another.

    Args:
        before: The quantity as it was given.
        after: The same in the other unit.
        conversion: How it was rounded, if it was.
        lines: How many lines the two are the sums of; each was rounded by itself.

    Returns:
        The quantity with both units' sizes.

    Raises:
        InvalidValueError: If the two measure different things.

    Example:
        >>> from carbonkit.values import Energy
        >>> print(explained_conversion(Energy("1", "MWh"), Energy("3.6", "GJ")).text())
        quantity in GJ: 3.6 GJ = 1 MWh × 3600 MJ/MWh ÷ 1000 MJ/GJ
    """
    if before.dimension is not after.dimension:
        raise InvalidValueError(f"measure {before.dimension.name.lower()}", was=str(after), field="quantity")
    base = before.dimension.value
    given, wanted = unit_named(before.unit), unit_named(after.unit)
    how = f"{before} × {plain(given.ratio)} {base}/{given.name} ÷ {plain(wanted.ratio)} {base}/{wanted.name}"
    if conversion is not None:
        how += f", {conversion}" + (f" in each of {lines} lines" if lines > 1 else "")
    return Explanation(f"quantity in {wanted.name}", str(after), how)
