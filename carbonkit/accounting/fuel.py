"""
Fuels: how much heat a unit holds, how much carbon that heat, and what share of it burns.

These are properties of a fuel, not emission factors: one guideline's table of defaults is one
edition, and the same fuel in two editions is two fuels. What burning a unit emits follows from
them, heat × carbon × oxidation × 44/12, as an exact ratio; `direct_factor` makes an emission
factor of it and rounds only in a way that is named.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.accounting._field import is_name, optional
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Rate
from carbonkit.errors import (
    IncompatibleUnitsError,
    InexactConversionError,
    InvalidValueError,
    NotFoundError,
)
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.number import Exact, Rounding, divide, exact, plain
from carbonkit.values.place import Place
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period
from carbonkit.values.unit import Dimension, unit_named

__all__ = [
    "CO2_PER_CARBON",
    "Estimate",
    "Fuel",
    "direct_factor",
]

CO2_PER_CARBON: Final = Fraction(44, 12)
"""The mass of carbon dioxide that a mass of carbon burns to, by their rounded molar masses."""

_RATIO = Explanation(
    "carbon dioxide per carbon",
    "44/12",
    "molar masses of CO2 and C, rounded",
    Source(
        "IPCC",
        "2006 Guidelines for National Greenhouse Gas Inventories, Volume 2, Chapter 1",
        2006,
        note="the Chinese guidelines use the same 44/12",
    ),
)
_PLACES = 60  # the most decimal places that a factor may need without a named rounding


def _limit(value: Exact | None) -> Decimal | None:
    return None if value is None else exact(value, field="limit")


def _figure(value: Exact) -> Decimal:
    number = exact(value, field="figure")
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field="figure")
    return number


@attrs.frozen
class Estimate:
    """
    A figure, and the limits between which it lies with 95 % confidence, where they are published.

    Args:
        number: The figure.
        lower: The lower 95 % limit.
        upper: The upper one; both or none.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the figure is negative or outside its limits, or one limit is missing.

    Example:
        >>> print(Estimate("26.7", "21.6", "32.2"))
        26.7 (21.6 to 32.2)
    """

    number: Decimal = attrs.field(converter=_figure)
    lower: Decimal | None = attrs.field(default=None, converter=_limit)
    upper: Decimal | None = attrs.field(default=None, converter=_limit)

    def __attrs_post_init__(self) -> None:
        """Check that the limits hold the figure."""
        if (self.lower is None) is not (self.upper is None):
            raise InvalidValueError("have both limits or none", was="one", field="limit")
        if self.lower is not None and self.upper is not None and not self.lower <= self.number <= self.upper:
            was = f"{plain(self.lower)} to {plain(self.upper)}"
            raise InvalidValueError(f"hold {plain(self.number)} between them", was=was, field="limit")

    def __str__(self) -> str:
        """Write it with its limits."""
        if self.lower is None or self.upper is None:
            return plain(self.number)
        return f"{plain(self.number)} ({plain(self.lower)} to {plain(self.upper)})"


_MEASURED_IN = (Dimension.MASS, Dimension.VOLUME, Dimension.NORMAL_VOLUME, Dimension.STANDARD_VOLUME)


def _unit(value: str, field: str, *dimensions: Dimension) -> str:
    unit = unit_named(value, field=field)
    if unit.dimension not in dimensions:
        must = f"be a unit of {' or '.join(it.name.lower().replace('_', ' ') for it in dimensions)}"
        raise IncompatibleUnitsError(must, was=value, field=field)
    return unit.name


def _per(value: str) -> str:
    return _unit(value, "per", *_MEASURED_IN)


def _energy(value: str) -> str:
    return _unit(value, "energy", Dimension.ENERGY)


def _carbon_unit(value: str) -> str:
    return _unit(value, "carbon_unit", Dimension.MASS)


@attrs.frozen
class Fuel:
    """
    The properties of a fuel, as one edition of one document gives them.

    Args:
        name: The fuel.
        edition: The document and vintage that the figures stand in.
        place: Where they hold.
        valid: When they hold.
        per: The unit in which the fuel is measured.
        source: Where the figures come from.
        calorific: By which of its two heats the fuel is counted, here and in `carbon`.
        heat: The heat of one unit of fuel. [`energy`/`per`]
        carbon: The carbon in that heat. [`carbon_unit`/`energy`]
        oxidation: The share of the carbon that burns. [0 to 1]
        energy: The unit of energy of `heat` and `carbon`.
        carbon_unit: The unit of mass of `carbon`.
        origin: Whether the carbon is fossil or biogenic.
        printed: The name that the document prints, where that is in another language.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        UnknownUnitError: If the unit table has no such unit.
        IncompatibleUnitsError: If a unit measures something else.
        InvalidValueError: If a name is blank, no property is given, or more than all of the carbon burns.

    Example:
        >>> coal = Fuel("anthracite", "2006", Place("001"), Period("2006-01-01", None), "t",
        ...             Source("IPCC", "2006 Guidelines, Volume 2, Chapter 1", 2006),
        ...             calorific=Calorific.NET, origin=Origin.FOSSIL, energy="GJ", carbon_unit="kg",
        ...             heat=Estimate("26.7", "21.6", "32.2"), carbon=Estimate("26.8", "25.8", "27.5"))
        >>> print(coal)
        anthracite (2006): 26.7 (21.6 to 32.2) GJ per t; 26.8 (25.8 to 27.5) kg C per GJ
    """

    name: str = attrs.field(validator=is_name)
    edition: str = attrs.field(validator=is_name)
    place: Place = attrs.field(validator=is_a(Place))
    valid: Period = attrs.field(validator=is_a(Period))
    per: str = attrs.field(converter=_per)
    source: Source = attrs.field(validator=is_a(Source))
    calorific: Calorific = attrs.field(kw_only=True, validator=is_a(Calorific))
    origin: Origin = attrs.field(kw_only=True, validator=is_a(Origin))
    energy: str = attrs.field(kw_only=True, converter=_energy)
    carbon_unit: str = attrs.field(kw_only=True, converter=_carbon_unit)
    heat: Estimate | None = attrs.field(default=None, kw_only=True, validator=optional(Estimate))
    carbon: Estimate | None = attrs.field(default=None, kw_only=True, validator=optional(Estimate))
    oxidation: Estimate | None = attrs.field(default=None, kw_only=True, validator=optional(Estimate))
    printed: str = attrs.field(default="", kw_only=True, validator=is_a(str))
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that something is known, and that no more burns than there is."""
        if self.heat is None and self.carbon is None:
            raise InvalidValueError("have a heat, a carbon content or both", was="neither", field="heat")
        if self.oxidation is not None:
            for share in (self.oxidation.number, self.oxidation.upper):
                if share is not None and share > 1:
                    hint = "98 % is 0.98"
                    raise InvalidValueError("be 0 to 1", was=plain(share), field="oxidation", hint=hint)

    def figure(self, what: str) -> Decimal:
        """
        Give one property, or say that the document has none.

        Args:
            what: "heat", "carbon" or "oxidation".

        Returns:
            The figure.

        Raises:
            NotFoundError: If the document does not give it.
            InvalidValueError: If there is no such property.

        Example:
            >>> coal = Fuel("coal", "7", Place("CN"), Period("2024-01-01", None), "t",
            ...             Source("Us", "Fuels", 2024), calorific=Calorific.NET, origin=Origin.FOSSIL,
            ...             energy="GJ", carbon_unit="t", heat=Estimate("26.7"))
            >>> coal.figure("carbon")
            Traceback (most recent call last):
            ...
            carbonkit.errors.NotFoundError: carbon: must be given for coal (7), was not there; measure it or \
name the value that is meant
        """
        if what not in {"heat", "carbon", "oxidation"}:
            raise InvalidValueError("be heat, carbon or oxidation", was=what, field="property")
        held: Estimate | None = getattr(self, what)
        if held is None:
            raise NotFoundError(
                f"be given for {self.name} ({self.edition})",
                was="not there",
                field=what,
                hint="measure it or name the value that is meant",
            )
        return held.number

    def explain(self) -> Explanation:
        """
        Say what is known of the fuel and where it comes from.

        Returns:
            The fuel with its properties and its source.

        Example:
            >>> tar = Fuel("coal tar", "7", Place("CN"), Period("2024-01-01", None), "t",
            ...            Source("Us", "Fuels", 2024), calorific=Calorific.NET, origin=Origin.FOSSIL,
            ...            energy="GJ", carbon_unit="t", heat=Estimate("33.453"), carbon=Estimate("0.02200"))
            >>> print(tar.explain().text())  # doctest: +ELLIPSIS
            fuel coal tar (7): 33.453 GJ per t; 0.02200 t C per GJ = fossil fuel at CN, valid ...
              source: Us, Fuels, 2024 [confirmed]
              carbon dioxide per carbon: 44/12 = molar masses of CO2 and C, rounded
                source: IPCC, 2006 Guidelines for ...
        """
        how = f"{self.origin} fuel at {self.place}, valid {self.valid}, {self.calorific}"
        if self.printed:
            how += f", printed as {self.printed}"
        parts = (_RATIO,) if self.carbon is not None else ()
        return Explanation(f"fuel {self.name} ({self.edition})", self._properties(), how, self.source, parts)

    def _properties(self) -> str:
        said = (
            self.heat and f"{self.heat} {self.energy} per {self.per}",
            self.carbon and f"{self.carbon} {self.carbon_unit} C per {self.energy}",
            self.oxidation and f"{self.oxidation} oxidised",
        )
        return "; ".join(str(text) for text in said if text)

    def __str__(self) -> str:
        """Name the fuel and write its properties out."""
        return f"{self.name} ({self.edition}): {self._properties()}"


def direct_factor(
    fuel: Fuel,
    activity: str,
    *,
    per: str,
    oxidation: Exact | None = None,
    places: int | None = None,
    rounding: Rounding | None = None,
) -> Factor:
    """
    Make an emission factor of a fuel's properties: heat × carbon × oxidation × 44/12.

    The factor has no 95 % limits: those of a product do not follow from those of its parts alone.

    Args:
        fuel: The fuel.
        activity: The kind of activity that the factor is for.
        per: The unit of activity: the fuel's own unit, or its unit of energy, which leaves the heat out.
        oxidation: The share that burns, in place of the fuel's own. [0 to 1]
        places: Decimal places of the factor, only with `rounding`.
        rounding: How to round; without it a factor that does not end in decimals is refused.

    Returns:
        The factor, of carbon dioxide in the unit of the carbon, with the source of the fuel.

    Raises:
        NotFoundError: If the document does not give a property that is needed.
        IncompatibleUnitsError: If `per` is neither of the fuel's two units.
        InexactConversionError: If the factor does not end in decimals and no rounding was named, or only
            one of `places` and `rounding` was.
        InvalidValueError: If `oxidation` is not from 0 to 1.

    Example:
        >>> diesel = Fuel("diesel", "7", Place("CN"), Period("2024-01-01", None), "t",
        ...               Source("Us", "Fuels", 2024), calorific=Calorific.NET, origin=Origin.FOSSIL,
        ...               energy="GJ", carbon_unit="t", heat=Estimate("42.652"),
        ...               carbon=Estimate("0.0202"), oxidation=Estimate("0.98"))
        >>> print(direct_factor(diesel, "diesel", per="t", places=4, rounding=Rounding.HALF_UP).rates[0])
        3.0959 t CO2
    """
    if per not in {fuel.per, fuel.energy}:
        must = f"be {fuel.per} or {fuel.energy}, the units of {fuel.name}"
        raise IncompatibleUnitsError(must, was=per, field="per")
    share = fuel.figure("oxidation") if oxidation is None else exact(oxidation, field="oxidation")
    if not 0 <= share <= 1:
        raise InvalidValueError("be 0 to 1", was=plain(share), field="oxidation", hint="98 % is 0.98")
    parts = [fuel.figure("carbon"), share]
    said = f"carbon {plain(parts[0])} × oxidation {plain(share)} × 44/12"
    if per == fuel.per:
        parts.insert(0, fuel.figure("heat"))
        said = f"heat {plain(parts[0])} × {said}"
    ratio = CO2_PER_CARBON
    for part in parts:
        ratio *= Fraction(part)
    number = _decimal(ratio, places, rounding, f"{said} of {fuel.name}")
    rounded = f", rounded {rounding.name.lower().replace('_', ' ')} to {places} places" if rounding else ""
    status = Status.DERIVED if fuel.source.status is Status.CONFIRMED else fuel.source.status
    notes = filter(None, (said + rounded, fuel.source.note))
    return Factor(
        id=f"{fuel.name} > {activity}",
        edition=fuel.edition,
        activity=activity,
        place=fuel.place,
        valid=fuel.valid,
        per=per,
        rates=(Rate("CO2", number, fuel.carbon_unit, origin=_stands_apart(fuel.origin)),),
        source=attrs.evolve(fuel.source, status=status, note="; ".join(notes)),
        calorific=fuel.calorific if per == fuel.energy else None,
        coverage=Coverage.DIRECT,
    )


def _stands_apart(origin: Origin) -> Origin | None:
    return origin if origin is Origin.BIOGENIC else None


def _decimal(ratio: Fraction, places: int | None, rounding: Rounding | None, what: str) -> Decimal:
    if (places is None) is not (rounding is None):
        raise InexactConversionError("be given together", was="only one", field="places and rounding")
    top, bottom = Decimal(ratio.numerator), Decimal(ratio.denominator)
    if places is not None and rounding is not None:
        return divide(top, bottom, places, rounding)
    needed = next((count for count in range(_PLACES + 1) if 10**count % ratio.denominator == 0), None)
    if needed is None:
        raise InexactConversionError(
            f"have a finite decimal form of at most {_PLACES} places",
            was=what,
            field="factor",
            hint="name a rounding, e.g. places=8, rounding=Rounding.HALF_UP",
        )
    return divide(top, bottom, needed, Rounding.HALF_EVEN)
