"""
Combustion: what burning a fuel emits, from its heat, its carbon and the share of it that burns.

    CO2 = fuel × heat × carbon × oxidation × 44/12        (properties, as a `Fuel` has them)
    CO2 = fuel × carbon × oxidation × 44/12               (carbon measured per unit of fuel)

Everything is an exact ratio up to the mass of the gas, which is rounded once and only where it
does not end in decimals. A factor per unit of fuel or of heat needs none of this: it is an
ordinary `Factor`, and `account` multiplies it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.activity import Activity
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fuel import CO2_PER_CARBON, Fuel
from carbonkit.accounting.gwp import CO2E
from carbonkit.accounting.line import Conversion
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Scope
from carbonkit.errors import (
    IncompatibleUnitsError,
    InexactConversionError,
    InvalidValueError,
    WrongTypeError,
)
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, Rounding, divide, exact, plain
from carbonkit.values.place import Place
from carbonkit.values.quantity import Energy
from carbonkit.values.source import Source
from carbonkit.values.time import Period
from carbonkit.values.unit import Dimension, unit_named

__all__ = ["CarbonContent", "CarbonShare", "burn"]

_PLACES: Final = 60  # the most decimal places that a mass may need without a named rounding


def _share(value: Exact) -> Decimal:
    number = exact(value, field="share")
    if not 0 <= number <= 1:
        raise InvalidValueError("be 0 to 1", was=plain(number), field="share", hint="98 % is 0.98")
    return number


@attrs.frozen
class CarbonShare:
    """
    A share of a fuel's carbon: of that which burns, or of that which is biogenic.

    Args:
        share: The share. [0 to 1]
        source: The measurement, or the document that gives it.

    Raises:
        InvalidValueError: If it is not from 0 to 1.

    Example:
        >>> print(CarbonShare("0.98", Source("Us", "Boiler test 7", 2024)).share)
        0.98
    """

    share: Decimal = attrs.field(converter=_share)
    source: Source = attrs.field(validator=is_a(Source))


def _content(value: Exact) -> Decimal:
    number = exact(value, field="carbon")
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field="carbon")
    return number


@attrs.frozen
class CarbonContent:
    """
    The carbon in one unit of a fuel, measured or computed, for which no heat is needed.

    Args:
        name: The fuel.
        carbon: How much carbon. [`carbon_unit`/`per`]
        carbon_unit: A unit of mass.
        per: The unit of fuel; no unit of energy.
        origin: Whether the carbon is fossil or biogenic.
        place: Where it holds.
        valid: When it holds.
        source: The analysis, or the document that gives it.

    Raises:
        UnknownUnitError: If the unit table has no such unit.
        IncompatibleUnitsError: If `carbon_unit` is no mass, or `per` a unit of energy.
        InvalidValueError: If the carbon is negative.

    Example:
        >>> from carbonkit.values import Period, Place
        >>> coal = CarbonContent("coal", "0.55", "t", "t", Origin.FOSSIL, Place("CN"), Period.year(2024),
        ...                      Source("Laboratory", "Report 4", 2024))
        >>> print(coal.carbon, coal.per)
        0.55 t
    """

    name: str = attrs.field(validator=is_name)
    carbon: Decimal = attrs.field(converter=_content)
    carbon_unit: str
    per: str
    origin: Origin = attrs.field(validator=is_a(Origin))
    place: Place = attrs.field(validator=is_a(Place))
    valid: Period = attrs.field(validator=is_a(Period))
    source: Source = attrs.field(validator=is_a(Source))

    def __attrs_post_init__(self) -> None:
        """Check the two units."""
        if unit_named(self.carbon_unit, field="carbon_unit").dimension is not Dimension.MASS:
            raise IncompatibleUnitsError("be a unit of mass", was=self.carbon_unit, field="carbon_unit")
        if unit_named(self.per, field="per").dimension is Dimension.ENERGY:
            hint = "carbon per heat belongs in a Fuel, which names its calorific value"
            raise IncompatibleUnitsError("be no unit of energy", was=self.per, field="per", hint=hint)

    def explain(self) -> Explanation:
        """
        Say what was measured, and where it stands.

        Returns:
            The carbon content with its source.
        """
        value = f"{plain(self.carbon)} {self.carbon_unit} C per {self.per}"
        how = f"{self.origin} carbon at {self.place}, valid {self.valid}"
        return Explanation(f"carbon in {self.name}", value, how, self.source)


def burn(
    activity: Activity,
    fuel: Fuel | CarbonContent,
    *,
    conversion: Conversion | None,
    oxidation: CarbonShare | None = None,
    biogenic: CarbonShare | None = None,
    by_heat: Factor | None = None,
) -> Calculation:
    """
    Find what burning a fuel emits: carbon dioxide by its carbon, other gases by its heat.

    A mass that ends in decimals is exact. Another one is rounded once, as `conversion` says, which
    treats both signs alike, so that a reversal cancels what it reverses.

    Args:
        activity: How much was burnt, in a unit of the fuel or as heat on the fuel's calorific basis.
        fuel: Its properties: a guideline's defaults, or the caller's own measurements.
        conversion: How a mass is rounded that never ends in decimals; None refuses it.
        oxidation: The share of the carbon that burns, in place of the fuel's own.
        biogenic: The share of the carbon that is biogenic, of a mixed fuel; its CO2 stands apart.
        by_heat: A factor per heat, on the same calorific basis, for methane and nitrous oxide.

    Returns:
        The masses, with the whole working.

    Raises:
        NotFoundError: If the fuel lacks a property that is needed.
        IncompatibleUnitsError: If the quantity does not fit the fuel, or `by_heat` is not per heat.
        InexactConversionError: If a mass does not end in decimals and no rounding was named.
        InvalidValueError: If the fuel or the factor does not hold at the place in all of the period, the
            calorific bases differ, or scope 2 was named.
        WrongTypeError: If `fuel` is no fuel, or another argument is of another type.

    Example:
        >>> from carbonkit.accounting import Calorific, Catalogue, Rate, account
        >>> from carbonkit.accounting.fuel import Estimate
        >>> from carbonkit.values import Mass, Period, Place
        >>> year, china = Period.year(2025), Place("CN")
        >>> diesel = Fuel("diesel", "own", china, year, "t", Source("Laboratory", "Report 7", 2025),
        ...               calorific=Calorific.NET, origin=Origin.FOSSIL, energy="GJ", carbon_unit="t",
        ...               heat=Estimate("42.652"), carbon=Estimate("0.0202"), oxidation=Estimate("0.98"))
        >>> bought = Activity("1", "7", "diesel", Mass("300", "t"), china, year, Scope.ONE)
        >>> print(burn(bought, diesel, conversion=None).amounts[0])
        928.7728912 t fossil CO2

        A direct factor is an ordinary factor, and exact by itself:

        >>> direct = Factor("diesel", "own", "diesel", china, year, "t", [Rate("CO2", "3.0959", "t")],
        ...                 Source("Laboratory", "Report 7", 2025))
        >>> print(account([bought], Catalogue([direct])).masses()[0][1])
        928.7700 t

    References:
        IPCC, 2006 Guidelines, Volume 2, Chapter 2, tier 2; China's guidelines, such as CETS-AG-03.01,
        equation 3.
    """
    check_type(activity, Activity, field="activity")
    if not isinstance(fuel, Fuel | CarbonContent):
        raise WrongTypeError("be a Fuel or a CarbonContent", was=repr(fuel), field="fuel")
    _check_types(conversion, oxidation, biogenic, by_heat)
    _check(activity, fuel, biogenic)
    found = _Working(activity, fuel, conversion)
    found.carbonise(oxidation)
    amounts = found.co2(biogenic)
    if by_heat is not None:
        amounts += found.by_heat(by_heat)
    told = ", ".join(map(str, amounts))
    how = "carbon that burns × 44/12" + (f", {conversion}" if found.rounded else "")
    return Calculation(
        activity.id,
        activity.facility,
        activity.activity,
        activity.place,
        activity.period,
        activity.scope,
        amounts,
        Explanation(f"burning {fuel.name}", told, how, parts=tuple(found.parts)),
        category=activity.category,
        file=activity.file,
        row=activity.row,
    )


def _check_types(
    conversion: Conversion | None,
    oxidation: CarbonShare | None,
    biogenic: CarbonShare | None,
    by_heat: Factor | None,
) -> None:
    if conversion is not None:
        check_type(conversion, Conversion, field="conversion")
    if oxidation is not None:
        check_type(oxidation, CarbonShare, field="oxidation")
    if biogenic is not None:
        check_type(biogenic, CarbonShare, field="biogenic")
    if by_heat is not None:
        check_type(by_heat, Factor, field="by_heat")


def _check(activity: Activity, fuel: Fuel | CarbonContent, biogenic: CarbonShare | None) -> None:
    if activity.scope is Scope.TWO:
        raise InvalidValueError("be scope 1 or 3 for a fuel", was=str(activity.scope), field="scope")
    _check_holds(activity, fuel.name, fuel.place, fuel.valid)
    if biogenic is not None and fuel.origin is Origin.BIOGENIC:
        must = "be left out for a fuel that is biogenic as a whole"
        raise InvalidValueError(must, was=plain(biogenic.share), field="biogenic")


def _check_holds(activity: Activity, name: str, place: Place, valid: Period) -> None:
    if not activity.place.within(place):
        raise InvalidValueError(f"lie in {place}, where {name} holds", was=str(activity.place), field="place")
    if not valid.covers(activity.period):
        must = f"lie in {valid}, when {name} holds"
        raise InvalidValueError(must, was=str(activity.period), field="period")


@attrs.define
class _Working:
    """The ratios of one combustion, and what explains them."""

    activity: Activity
    fuel: Fuel | CarbonContent
    conversion: Conversion | None
    rounded: bool = False
    burnt: Fraction = Fraction(0)  # carbon, in the fuel's unit of carbon
    parts: list[Explanation] = attrs.field(factory=list)

    def carbonise(self, oxidation: CarbonShare | None) -> None:
        """Find the carbon that burns."""
        fuel, unit = self.fuel, self.fuel.carbon_unit
        self.parts.append(self.activity.explain())
        if isinstance(fuel, Fuel):
            heat = self.heat()
            share = oxidation.share if oxidation is not None else fuel.figure("oxidation")
            carbon = heat * Fraction(fuel.figure("carbon"))
            how = f"{_written(heat)} {fuel.energy} × {plain(fuel.figure('carbon'))} {unit} C/{fuel.energy}"
        else:
            if oxidation is None:
                hint = "a carbon content says nothing of it; 100 % is 1"
                raise InvalidValueError("be named for a carbon content", field="oxidation", hint=hint)
            share = oxidation.share
            amount = self._in_unit(fuel.per)
            carbon = amount * Fraction(fuel.carbon)
            how = f"{_written(amount)} {fuel.per} × {plain(fuel.carbon)} {unit} C/{fuel.per}"
        self.burnt = carbon * Fraction(share)
        self.parts.append(
            Explanation("carbon that burns", f"{_written(self.burnt)} {unit} C", f"{how} × {plain(share)}")
        )
        self.parts.append(fuel.explain())
        if oxidation is not None:
            value = f"{plain(share)} of the carbon"
            self.parts.append(Explanation("oxidation", value, source=oxidation.source))

    def heat(self) -> Fraction:
        """Find the heat, in the fuel's unit of energy."""
        fuel, quantity = self.fuel, self.activity.quantity
        if not isinstance(fuel, Fuel):
            must = "be a Fuel, whose heat is known, for a factor per heat"
            raise InvalidValueError(must, was=fuel.name, field="fuel")
        if not isinstance(quantity, Energy):
            amount = self._in_unit(fuel.per)
            heat = amount * Fraction(fuel.figure("heat"))
            how = f"{_written(amount)} {fuel.per} × {plain(fuel.figure('heat'))} {fuel.energy}/{fuel.per}"
        else:
            if self.activity.calorific is not fuel.calorific:
                was = str(self.activity.calorific or "not said")
                raise InvalidValueError(f"be the {fuel.calorific} of {fuel.name}", was=was, field="calorific")
            heat, how = self._in_unit(fuel.energy), str(quantity)
        told = Explanation("heat", f"{_written(heat)} {fuel.energy}", f"{how}, {fuel.calorific}")
        if told not in self.parts:
            self.parts.append(told)
        return heat

    def co2(self, biogenic: CarbonShare | None) -> tuple[Amount, ...]:
        """Turn the carbon that burns into carbon dioxide, the biogenic part apart."""
        unit, mass = self.fuel.carbon_unit, self.burnt * CO2_PER_CARBON
        if biogenic is None:
            return (self._amount(mass, "CO2", unit, self.fuel.origin),)
        share = Fraction(biogenic.share)
        value = f"{plain(biogenic.share)} of the carbon"
        self.parts.append(Explanation("biogenic share", value, source=biogenic.source))
        return (
            self._amount(mass * (1 - share), "CO2", unit, Origin.FOSSIL),
            self._amount(mass * share, "CO2", unit, Origin.BIOGENIC),
        )

    def by_heat(self, factor: Factor) -> tuple[Amount, ...]:
        """Multiply the heat by the rates of a factor per heat."""
        heat = self.heat()
        unit = unit_named(factor.per)
        if unit.dimension is not Dimension.ENERGY:
            raise IncompatibleUnitsError("be a factor per heat", was=f"per {factor.per}", field="by_heat")
        of_fuel = self.fuel.calorific if isinstance(self.fuel, Fuel) else None
        if factor.calorific is not of_fuel:
            was = str(factor.calorific or "not said")
            raise InvalidValueError(f"be per {of_fuel} of {self.fuel.name}", was=was, field="by_heat")
        carbon = [rate.gas for rate in factor.rates if rate.gas in {"CO2", CO2E}]
        if carbon:
            must = "leave out carbon dioxide, which the fuel's carbon gives"
            raise InvalidValueError(must, was=", ".join(carbon), field="by_heat")
        _check_holds(self.activity, f"factor {factor.id} ({factor.edition})", factor.place, factor.valid)
        self.parts.append(factor.explain())
        amount = heat * Fraction(unit_named(self._energy()).ratio) / Fraction(unit.ratio)
        return tuple(
            self._amount(amount * Fraction(rate.number), rate.gas, rate.unit, rate.origin, rate.basis)
            for rate in factor.rates
        )

    def _energy(self) -> str:
        return self.fuel.energy if isinstance(self.fuel, Fuel) else self.fuel.per

    def _in_unit(self, unit: str) -> Fraction:
        quantity, wanted = self.activity.quantity, unit_named(unit)
        if quantity.dimension is not wanted.dimension:
            hint = "a density or calorific value would be needed"
            must = f"be in a unit that converts to {unit} of {self.fuel.name}"
            raise IncompatibleUnitsError(must, was=str(quantity), field="quantity", hint=hint)
        return Fraction(quantity.in_base()) / Fraction(wanted.ratio)

    def _amount(self, mass: Fraction, gas: str, unit: str, origin: Origin | None, basis: str = "") -> Amount:
        number = _ending(mass)
        if number is None:
            if self.conversion is None:
                raise InexactConversionError(
                    f"have a finite decimal form in {unit}",
                    was=f"{gas} from {self.activity.quantity} of {self.fuel.name}",
                    field="mass",
                    hint="name a rounding, e.g. conversion=Conversion(6, Rounding.HALF_UP)",
                )
            self.rounded = True
            top, bottom = Decimal(mass.numerator), Decimal(mass.denominator)
            number = divide(top, bottom, self.conversion.places, self.conversion.rounding)
        return Amount(gas, number, unit, basis=basis, origin=origin)


def _ending(ratio: Fraction) -> Decimal | None:
    """Write a ratio as a decimal number, if it ends."""
    for places in range(_PLACES + 1):
        if 10**places % ratio.denominator == 0:
            return divide(Decimal(ratio.numerator), Decimal(ratio.denominator), places, Rounding.HALF_EVEN)
    return None


def _written(ratio: Fraction) -> str:
    number = _ending(ratio)
    return f"{ratio.numerator}/{ratio.denominator}" if number is None else plain(number)
