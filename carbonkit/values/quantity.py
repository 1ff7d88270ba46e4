"""
Quantities: a number and a unit, converted exactly or not at all.

One small base class holds the arithmetic; each dimension is a type of its own,
so that a type checker refuses to add a mass to an energy.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Final, Self

import attrs

from carbonkit.errors import IncompatibleUnitsError, InexactConversionError
from carbonkit.values.number import (
    Exact,
    Rounding,
    add,
    decimal_places,
    divide,
    exact,
    multiply,
    negate,
    plain,
    subtract,
)
from carbonkit.values.unit import Dimension, Unit, unit_named

__all__ = [
    "Area",
    "CO2e",
    "Count",
    "Distance",
    "Energy",
    "Freight",
    "Mass",
    "Nights",
    "NormalVolume",
    "Quantity",
    "Spend",
    "StandardVolume",
    "Travel",
    "Volume",
    "Work",
    "quantity",
]


_PLACES = 60  # the most decimal places that a conversion may need without a named rounding


def _number(value: Exact) -> Decimal:
    return exact(value)


def _unit(name: str) -> str:
    return unit_named(name).name


@attrs.frozen(eq=False, repr=False)
class Quantity:
    """
    A number and a unit of one dimension; use a subclass such as `Mass`.

    Two quantities are equal when they measure the same, whatever the unit:
    1 t is 1000 kg, and both hash alike. A sum of one unit keeps that unit; a sum
    of two comes in the dimension's base unit, which is always exact.

    Args:
        number: How many; a str, int or Decimal.
        unit: A unit name of this dimension.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        UnknownUnitError: If the table has no such unit.
        IncompatibleUnitsError: If the unit measures something else, or no subclass was named.

    Example:
        >>> Mass("1.5", "t") + Mass("250", "kg")
        Mass('1750.0', 'kg')
        >>> Mass("1", "t") == Mass("1000", "kg")
        True
    """

    dimension: ClassVar[Dimension]

    number: Decimal = attrs.field(converter=_number)
    unit: str = attrs.field(converter=_unit)

    def __attrs_post_init__(self) -> None:
        """Check that the unit measures this dimension."""
        if type(self) is Quantity:
            raise IncompatibleUnitsError(
                "be of one dimension", was=self, field="quantity", hint="use Mass, Energy, … or quantity(…)"
            )
        dimension = unit_named(self.unit).dimension
        if dimension is not self.dimension:
            raise IncompatibleUnitsError(
                f"be a unit of {type(self).__name__}",
                was=self.unit,
                field="unit",
                hint=f"it measures {dimension.name.lower()}; a density or calorific value would be needed",
            )

    def in_base(self) -> Decimal:
        """Return the number of the dimension's base units, exactly."""
        return multiply(self.number, unit_named(self.unit).ratio)

    def to(self, unit: str, *, places: int | None = None, rounding: Rounding | None = None) -> Self:
        """
        Convert to another unit of the same dimension.

        Args:
            unit: The unit wanted.
            places: Decimal places, only with `rounding`.
            rounding: How to round, where the result has no finite decimal form.

        Returns:
            The same quantity in that unit; exact unless `rounding` was named.

        Raises:
            IncompatibleUnitsError: If the unit measures something else.
            InexactConversionError: If the result is not a finite decimal and no rounding was named.
            UnknownUnitError: If the table has no such unit.

        Example:
            >>> Energy("12764.53", "therm_us").to("MJ")
            Energy('1346407.730212', 'MJ')
            >>> Energy("1", "MJ").to("kWh", places=6, rounding=Rounding.HALF_EVEN)
            Energy('0.277778', 'kWh')
        """
        target = unit_named(unit)
        if target.dimension is not self.dimension:
            raise IncompatibleUnitsError(f"be a unit of {type(self).__name__}", was=unit, field="unit")
        base = self.in_base()
        if (places is None) != (rounding is None):
            raise InexactConversionError("be given together", was="only one", field="places and rounding")
        if places is not None and rounding is not None:
            return type(self)(divide(base, target.ratio, places, rounding), unit)
        return type(self)(self._divided(base, target), unit)

    def _divided(self, base: Decimal, target: Unit) -> Decimal:
        if target.name == self.unit:
            return self.number
        top, bottom = base.as_integer_ratio(), target.ratio.as_integer_ratio()
        numerator, denominator = top[0] * bottom[1], top[1] * bottom[0]
        places = decimal_places(numerator, denominator)
        if places is None or places > _PLACES:
            raise InexactConversionError(
                f"have a finite decimal form of at most {_PLACES} places",
                was=f"{self} in {target.name}",
                hint=f'name a rounding, e.g. .to("{target.name}", places=6, rounding=Rounding.HALF_EVEN)',
            )
        return divide(base, target.ratio, places, Rounding.HALF_EVEN)

    def __add__(self, other: Self) -> Self:
        """Add a quantity of the same type."""
        self._same(other)
        if self.unit == other.unit:
            return type(self)(add(self.number, other.number), self.unit)
        return type(self)(add(self.in_base(), other.in_base()), self.dimension.value)

    def __sub__(self, other: Self) -> Self:
        """Subtract a quantity of the same type."""
        self._same(other)
        if self.unit == other.unit:
            return type(self)(subtract(self.number, other.number), self.unit)
        return type(self)(subtract(self.in_base(), other.in_base()), self.dimension.value)

    def __neg__(self) -> Self:
        """Change the sign."""
        return type(self)(negate(self.number), self.unit)

    def __mul__(self, times: Exact) -> Self:
        """Multiply by a bare number; the unit stays."""
        return type(self)(multiply(self.number, exact(times, field="multiplier")), self.unit)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        """Say whether both measure the same."""
        if type(other) is not type(self):
            return NotImplemented
        return self.in_base() == other.in_base()

    def __hash__(self) -> int:
        """Hash what is measured, so that equal quantities hash alike."""
        return hash((type(self), self.in_base()))

    def __lt__(self, other: Self) -> bool:
        """Compare what is measured."""
        self._same(other)
        return self.in_base() < other.in_base()

    def __le__(self, other: Self) -> bool:
        """Compare what is measured."""
        self._same(other)
        return self.in_base() <= other.in_base()

    def __gt__(self, other: Self) -> bool:
        """Compare what is measured."""
        self._same(other)
        return self.in_base() > other.in_base()

    def __ge__(self, other: Self) -> bool:
        """Compare what is measured."""
        self._same(other)
        return self.in_base() >= other.in_base()

    def __str__(self) -> str:
        """Write number and unit out in full."""
        return f"{plain(self.number)} {self.unit}"

    def __repr__(self) -> str:
        """Write a call that makes this quantity again."""
        return f"{type(self).__name__}({plain(self.number)!r}, {self.unit!r})"

    def _same(self, other: object) -> None:
        if type(other) is not type(self):
            raise IncompatibleUnitsError(
                f"be of type {type(self).__name__}", was=repr(other), field="other quantity"
            )


@attrs.frozen(eq=False, repr=False)
class Mass(Quantity):
    """
    A mass: kg, t, lb, short_ton, ...

    Example:
        >>> Mass("1", "short_ton").to("kg")
        Mass('907.18474', 'kg')
    """

    dimension = Dimension.MASS


@attrs.frozen(eq=False, repr=False)
class CO2e(Quantity):
    """
    A mass of carbon dioxide that warms as much: kgCO2e, tCO2e, ...; never added to a mass of gas.

    Example:
        >>> CO2e("1", "tCO2e").to("kgCO2e")
        CO2e('1000', 'kgCO2e')
    """

    dimension = Dimension.CO2E


@attrs.frozen(eq=False, repr=False)
class Energy(Quantity):
    """
    An energy: kWh, GJ, MMBtu, therm_us, ...

    Example:
        >>> Energy("1", "MWh").to("GJ")
        Energy('3.6', 'GJ')
    """

    dimension = Dimension.ENERGY


@attrs.frozen(eq=False, repr=False)
class Volume(Quantity):
    """
    A volume: L, m3, gal_us, bbl_oil, ...

    Example:
        >>> Volume("1", "bbl_oil").to("gal_us")
        Volume('42', 'gal_us')
    """

    dimension = Dimension.VOLUME


@attrs.frozen(eq=False, repr=False)
class Distance(Quantity):
    """
    A distance: km, mi, nmi, ...

    Example:
        >>> Distance("1", "mi").to("km")
        Distance('1.609344', 'km')
    """

    dimension = Dimension.DISTANCE


@attrs.frozen(eq=False, repr=False)
class Area(Quantity):
    """
    An area: m2, ha, ft2, ...

    Example:
        >>> Area("1", "ha").to("m2")
        Area('10000', 'm2')
    """

    dimension = Dimension.AREA


@attrs.frozen(eq=False, repr=False)
class Freight(Quantity):
    """
    Goods carried over a distance: t_km, short_ton_mi, ...

    Example:
        >>> Freight("2", "t_km").to("kg_km")
        Freight('2000', 'kg_km')
    """

    dimension = Dimension.FREIGHT


@attrs.frozen(eq=False, repr=False)
class Travel(Quantity):
    """
    People carried over a distance: p_km, p_mi.

    Example:
        >>> Travel("2", "p_mi").to("p_km")
        Travel('3.218688', 'p_km')
    """

    dimension = Dimension.TRAVEL


@attrs.frozen(eq=False, repr=False)
class NormalVolume(Quantity):
    """
    A volume of gas under normal conditions: Nm3, 10kNm3; never taken for one under other conditions.

    Example:
        >>> NormalVolume("2", "10kNm3").to("Nm3")
        NormalVolume('20000', 'Nm3')
    """

    dimension = Dimension.NORMAL_VOLUME


@attrs.frozen(eq=False, repr=False)
class StandardVolume(Quantity):
    """
    A volume of gas under the standard conditions of the United States: scf.

    Example:
        >>> StandardVolume("1000", "scf") + StandardVolume("1", "scf")
        StandardVolume('1001', 'scf')
    """

    dimension = Dimension.STANDARD_VOLUME


@attrs.frozen(eq=False, repr=False)
class Count(Quantity):
    """
    Things counted one by one: each.

    Example:
        >>> Count(3, "each")
        Count('3', 'each')
    """

    dimension = Dimension.COUNT


@attrs.frozen(eq=False, repr=False)
class Nights(Quantity):
    """
    Nights in rooms: room_night.

    Example:
        >>> Nights(3, "room_night")
        Nights('3', 'room_night')
    """

    dimension = Dimension.NIGHTS


@attrs.frozen(eq=False, repr=False)
class Work(Quantity):
    """
    Hours of full-time equivalents: fte_hour.

    Example:
        >>> Work(40, "fte_hour")
        Work('40', 'fte_hour')
    """

    dimension = Dimension.WORK


@attrs.frozen(eq=False, repr=False)
class Spend(Quantity):
    """
    What was spent, in one currency at the prices of one year: USD@2022, ...; two such units never mix.

    Example:
        >>> Spend("12.50", "USD@2022") == Spend("12.50", "USD@2021")
        False
    """

    dimension = Dimension.SPEND

    def to(self, unit: str, *, places: int | None = None, rounding: Rounding | None = None) -> Self:
        """
        Give the same spend; another currency or year is refused.

        Args:
            unit: The unit that it has already.
            places: Decimal places, only with `rounding`.
            rounding: How to round.

        Returns:
            The same spend.

        Raises:
            IncompatibleUnitsError: If the unit is another one.
        """
        if unit != self.unit:
            raise IncompatibleUnitsError(f"be {self.unit}", was=unit, field="unit", hint=_NO_RATE)
        return super().to(unit, places=places, rounding=rounding)

    def __eq__(self, other: object) -> bool:
        """Say whether both are the same amount of the same unit."""
        if type(other) is not type(self):
            return NotImplemented
        return (self.number, self.unit) == (other.number, other.unit)

    def __hash__(self) -> int:
        """Hash amount and unit."""
        return hash((self.number, self.unit))

    def _same(self, other: object) -> None:
        super()._same(other)
        if isinstance(other, Spend) and other.unit != self.unit:
            raise IncompatibleUnitsError(
                f"be {self.unit}", was=other.unit, field="other quantity", hint=_NO_RATE
            )


_NO_RATE: Final = "an exchange rate and a price index would be needed"

_TYPES: dict[Dimension, type[Quantity]] = {
    kind.dimension: kind
    for kind in (
        *(Mass, CO2e, Energy, Volume, Distance, Area, Freight, Travel),
        *(NormalVolume, StandardVolume, Count, Nights, Work, Spend),
    )
}


def quantity(number: Exact, unit: str) -> Quantity:
    """
    Make a quantity of the type that its unit measures, as when reading a table.

    Args:
        number: How many.
        unit: A unit name.

    Returns:
        A `Mass`, `Energy`, ... as the unit says.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        UnknownUnitError: If the table has no such unit.

    Example:
        >>> quantity("1156514.25", "kWh")
        Energy('1156514.25', 'kWh')
    """
    return _TYPES[unit_named(unit).dimension](number, unit)
