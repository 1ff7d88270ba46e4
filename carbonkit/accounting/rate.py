"""
Rates and amounts: how much of a gas, for one unit of an activity or in all.

Both give a mass of a gas, or CO2e that its publisher weighed already. What was weighed
has a fixed basis, the GWP set that was used, and can never be re-expressed under another.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import name
from carbonkit.accounting.gwp import CO2E, gas_name
from carbonkit.accounting.origin import Origin
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError
from carbonkit.values.field import is_a
from carbonkit.values.number import Exact, exact, plain
from carbonkit.values.quantity import CO2e, Mass
from carbonkit.values.unit import Dimension, unit_named

if TYPE_CHECKING:
    from typing import Any

__all__ = ["Amount", "Rate"]


def _gas(value: str) -> str:
    return CO2E if value == CO2E else gas_name(value)


def _number(value: Exact) -> Decimal:
    number = exact(value, field="amount")
    if number < 0:
        hint = "a reversal is a negative quantity of activity"
        raise InvalidValueError("be zero or more", was=plain(number), field="amount", hint=hint)
    return number


def _amount(value: Exact) -> Decimal:
    return value if type(value) is Decimal and value.is_finite() else exact(value, field="amount")


def _limit(value: Exact | None) -> Decimal | None:
    return None if value is None else exact(value, field="limit")


def _check(what: Rate | Amount) -> None:
    dimension = unit_named(what.unit).dimension
    only_co2e = what.gas == CO2E
    may_weigh = only_co2e or bool(what.basis)
    wanted = {Dimension.CO2E} if only_co2e else {Dimension.MASS} | ({Dimension.CO2E} if may_weigh else set())
    if dimension not in wanted:
        must = f"be a unit of {'CO2e' if only_co2e else 'mass'} for {what.gas}"
        raise IncompatibleUnitsError(must, was=what.unit, field="unit")
    if dimension is Dimension.CO2E:
        name(what.basis, field="basis")
        if what.gas == "CO2" and what.origin is Origin.BIOGENIC:
            hint = "it stands apart from what is weighed"
            raise IncompatibleUnitsError("be a mass for biogenic CO2", was=what.unit, field="unit", hint=hint)
    elif what.basis:
        raise InvalidValueError(f"be empty for the gas {what.gas}", was=what.basis, field="basis")


def _in_words(what: Rate | Amount) -> str:
    text = f"{plain(what.number)} {what.unit}"
    if what.gas != CO2E:
        text += f" {what.origin} {what.gas}" if what.origin is not None else f" {what.gas}"
    return f"{text} (basis: {what.basis})" if what.weighed else text


_ORIGIN: Any = attrs.validators.optional(is_a(Origin))


@attrs.frozen
class Rate:
    """
    How much of one gas a unit of activity emits; or of CO2e, where no more is known.

    Args:
        gas: The gas, or "CO2e".
        number: How much; zero is a value.
        unit: A unit of mass for a gas; of CO2e for CO2e, and for a gas that its publisher weighed.
        basis: What the publisher weighed with: a GWP set, or words that say that it is not known.
        origin: Where the carbon comes from, if that is said; biogenic CO2 stands apart from all totals.
        lower: The lower 95 % limit of `number`, if one is published.
        upper: The upper 95 % limit.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        IncompatibleUnitsError: If `unit` measures something else.
        InvalidValueError: If `number` is negative or outside its limits, only one limit is there, or
            `basis` is missing or out of place.

    Example:
        >>> print(Rate("CO2", "53.06", "kg"))
        53.06 kg CO2
        >>> print(Rate("CO2e", "0.05311", "tCO2e", basis="AR4"))
        0.05311 tCO2e (basis: AR4)
        >>> print(Rate("CH4", "0.0003", "kgCO2e", basis="AR5", origin=Origin.FOSSIL))
        0.0003 kgCO2e fossil CH4 (basis: AR5)
    """

    gas: str = attrs.field(converter=_gas)
    number: Decimal = attrs.field(converter=_number)
    unit: str
    basis: str = attrs.field(default="", kw_only=True)
    origin: Origin | None = attrs.field(default=None, kw_only=True, validator=_ORIGIN)
    lower: Decimal | None = attrs.field(default=None, kw_only=True, converter=_limit)
    upper: Decimal | None = attrs.field(default=None, kw_only=True, converter=_limit)

    def __attrs_post_init__(self) -> None:
        """Check that unit, basis and limits belong to what the rate gives."""
        _check(self)
        if (self.lower is None) is not (self.upper is None):
            raise InvalidValueError("have both limits or none", was="one", field="limit")
        if self.lower is not None and self.upper is not None and not self.lower <= self.number <= self.upper:
            was = f"{plain(self.lower)} to {plain(self.upper)}"
            raise InvalidValueError(f"hold {plain(self.number)} between them", was=was, field="limit")

    @property
    def weighed(self) -> bool:
        """Whether its publisher weighed it already, so that only CO2e on a fixed basis is known."""
        return bool(self.basis)

    @property
    def apart(self) -> bool:
        """Whether it is biogenic CO2, which is reported outside of the scopes."""
        return self.gas == "CO2" and self.origin is Origin.BIOGENIC

    def __str__(self) -> str:
        """Write the amount out, with its gas and its basis."""
        return _in_words(self)


@attrs.frozen
class Amount:
    """
    How much of one gas was emitted; or of CO2e, where no more is known.

    Args:
        gas: The gas, or "CO2e".
        number: How much; negative where something is taken back.
        unit: A unit of mass for a gas; of CO2e for CO2e, and for a gas that its publisher weighed.
        basis: What it was weighed with, if it is CO2e.
        origin: Where the carbon comes from, if that is said; biogenic CO2 stands apart from all totals.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        IncompatibleUnitsError: If `unit` measures something else.
        InvalidValueError: If `basis` is missing or out of place.

    Example:
        >>> print(Amount("CO2", "-2.5", "t"))
        -2.5 t CO2
    """

    gas: str = attrs.field(converter=_gas)
    number: Decimal = attrs.field(converter=_amount)
    unit: str
    basis: str = attrs.field(default="", kw_only=True)
    origin: Origin | None = attrs.field(default=None, kw_only=True, validator=_ORIGIN)

    def __attrs_post_init__(self) -> None:
        """Check that unit and basis belong to what the amount gives."""
        _check(self)

    @property
    def weighed(self) -> bool:
        """Whether only CO2e on a fixed basis is known."""
        return bool(self.basis)

    @property
    def apart(self) -> bool:
        """Whether it is biogenic CO2, which is reported outside of the scopes."""
        return self.gas == "CO2" and self.origin is Origin.BIOGENIC

    @property
    def quantity(self) -> Mass | CO2e:
        """The mass, or the CO2e where it was weighed."""
        return CO2e(self.number, self.unit) if self.weighed else Mass(self.number, self.unit)

    def __str__(self) -> str:
        """Write the amount out, with its gas and its basis."""
        return _in_words(self)
