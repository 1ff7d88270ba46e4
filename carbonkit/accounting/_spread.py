"""
What of a statement is uncertain, and by how much: the inputs of both approaches; internal.

Lines of one factor share its uncertainty, so they stand together under it. All inputs are in the
order of their names, so that the order of the rows changes no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.gwp import GwpSet
from carbonkit.accounting.rate import Amount
from carbonkit.errors import BatchError, InvalidValueError, Problem, UnknownGasError
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, exact, multiply, plain, subtract, total
from carbonkit.values.quantity import Mass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.accounting.activity import Activity
    from carbonkit.accounting.calculation import Calculation
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Line
    from carbonkit.accounting.rate import Rate
    from carbonkit.accounting.statement import Statement

__all__ = [
    "Assumption",
    "Inputs",
    "OfCalculation",
    "OfFactor",
    "OfLine",
    "OfRate",
    "half_width",
    "inputs",
    "potentials",
    "reversals",
]

HUNDREDTH: Final = Decimal("0.01")


def half_width(value: Exact, *, field: str = "uncertainty") -> Decimal:
    """Take half of a 95 % interval in percent; none is no zero."""
    number = exact(value, field=field)
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field=field)
    return number


def _maybe_half_width(value: Exact | None) -> Decimal | None:
    return None if value is None else half_width(value)


@attrs.frozen(kw_only=True)
class Assumption:
    """
    What to take where an input has no uncertainty of its own; what is not named is refused.

    Args:
        activity: For quantities of activities, half of the 95 % interval. [%]
        factor: For rates of factors. [%]
        calculation: For calculations. [%]

    Raises:
        InvalidValueError: If one is negative.

    Example:
        >>> print(Assumption(activity=5).activity)
        5
    """

    activity: Decimal | None = attrs.field(default=None, converter=_maybe_half_width)
    factor: Decimal | None = attrs.field(default=None, converter=_maybe_half_width)
    calculation: Decimal | None = attrs.field(default=None, converter=_maybe_half_width)


@attrs.frozen
class OfRate:
    """A factor's rate: what a unit of activity makes of a gas, and half of its 95 % interval, in tCO2e."""

    name: str
    gas: str
    weight: Decimal
    half: Decimal
    asymmetric: bool

    @property
    def relative(self) -> Fraction | None:
        """Half of the interval as a share of the rate; None where the rate is zero."""
        if not self.weight:
            return None
        return Fraction(*self.half.as_integer_ratio()) / Fraction(*self.weight.as_integer_ratio())


@attrs.frozen
class OfLine:
    """A line's quantity in the factor's unit, and half of its 95 % interval in percent."""

    id: str
    number: Decimal
    percent: Decimal


@attrs.frozen
class OfFactor:
    """A factor with all lines that share it."""

    name: str
    rates: tuple[OfRate, ...]
    lines: tuple[OfLine, ...]


@attrs.frozen
class OfCalculation:
    """A calculation: its CO2e by gas in tCO2e, and half of its 95 % interval in percent."""

    id: str
    parts: tuple[tuple[str, Decimal], ...]
    percent: Decimal


@attrs.frozen
class Inputs:
    """Everything that is uncertain, and what of it was assumed."""

    factors: tuple[OfFactor, ...]
    calculations: tuple[OfCalculation, ...]
    assumed: tuple[str, ...]


def inputs(statement: Statement, assumed: Assumption | None) -> Inputs:
    """
    Gather what is uncertain in a statement.

    Args:
        statement: The inventory, weighed.
        assumed: What to take where an input has no uncertainty.

    Returns:
        The inputs.

    Raises:
        BatchError: If some have no uncertainty and nothing is assumed for them; all are named.
        WrongTypeError: If what is assumed is no `Assumption`.
    """
    if assumed is not None:
        check_type(assumed, Assumption, field="assumed")
    finder = _Finder(statement.gwp, assumed if assumed is not None else Assumption())
    groups: dict[Factor, list[Line]] = {}
    by_identity: dict[int, list[Line]] = {}
    for line in statement.entries:
        lines = by_identity.get(id(line.factor))
        if lines is None:
            lines = by_identity[id(line.factor)] = groups.setdefault(line.factor, [])
        lines.append(line)
    factors = [finder.factor(factor, lines) for factor, lines in groups.items()]
    calculations = [finder.calculation(each) for each in statement.calculations]
    if finder.problems:
        raise BatchError(finder.problems)
    return Inputs(
        tuple(sorted(factors, key=lambda it: it.name)),
        tuple(sorted(calculations, key=lambda it: it.id)),
        tuple(f"{count} {kind}" for kind, count in finder.taken.items()),
    )


def potentials(given: Mapping[str, Exact], gwp: GwpSet) -> dict[str, Decimal]:
    """Take the uncertainties of global warming potentials by gas, in percent."""
    check_type(given, Mapping, field="potential")
    known = {potential.gas for potential in gwp.potentials}
    taken = {}
    for gas, percent in given.items():
        if gas not in known:
            raise UnknownGasError(f"be a gas of the GWP set {gwp.id}", was=gas, field="potentials")
        taken[gas] = half_width(percent, field="potentials")
    return taken


def reversals(found: Inputs) -> Iterator[str]:
    """Say how many rows take back what others emitted, as their errors are not those of the others."""
    lines = (line for factor in found.factors for line in factor.lines if line.percent)
    calculations = (each for each in found.calculations if each.percent)
    count = sum(line.number < 0 for line in lines)
    count += sum(total(number for _, number in each.parts) < 0 for each in calculations)
    if count:
        yield (
            f"{count} negative rows have an uncertainty, each taken as independent: "
            "the error of a credit note does not cancel that of its bill"
        )


def tonnes(amount: Amount, gwp: GwpSet) -> Decimal:
    """Weigh one amount, in tCO2e."""
    if isinstance(amount.quantity, Mass):
        return gwp.weigh(amount.gas, amount.quantity, origin=amount.origin).number
    gwp.check_basis(amount.basis)
    return amount.quantity.to("tCO2e").number


@attrs.define
class _Finder:
    """Finds uncertainties, and gathers what has none."""

    gwp: GwpSet
    assumed: Assumption
    problems: list[Problem] = attrs.field(factory=list)
    taken: dict[str, int] = attrs.field(factory=dict)

    def factor(self, factor: Factor, lines: list[Line]) -> OfFactor:
        """Gather a factor's rates and its lines."""
        name = f"{factor.id} ({factor.edition})"
        rates = tuple(self._rate(rate, factor) for rate in factor.rates if not rate.apart)
        quantities = [
            OfLine(line.activity.id, line.quantity.number, self._activity(line.activity)) for line in lines
        ]
        return OfFactor(name, rates, tuple(sorted(quantities, key=lambda it: it.id)))

    def calculation(self, calculation: Calculation) -> OfCalculation:
        """Gather a calculation's parts."""
        parts = tuple((each.gas, tonnes(each, self.gwp)) for each in calculation.amounts if not each.apart)
        percent = calculation.uncertainty
        if percent is None:
            name = f"calculation {calculation.id}"
            percent = self._take("calculations", self.assumed.calculation, calculation, name)
        return OfCalculation(calculation.id, parts, percent)

    def _activity(self, activity: Activity) -> Decimal:
        if activity.uncertainty is not None:
            return activity.uncertainty
        return self._take("activities", self.assumed.activity, activity, f"activity {activity.id}")

    def _rate(self, rate: Rate, factor: Factor) -> OfRate:
        gas = rate.gas if rate.origin is None else f"{rate.origin} {rate.gas}"
        name = f"factor {factor.id} ({factor.edition}), {gas}"
        weight = self._weigh(rate, rate.number)
        if rate.lower is None or rate.upper is None:
            percent = self._take("rates of factors", self.assumed.factor, factor, name)
            half = multiply(weight, multiply(percent, HUNDREDTH))
            return OfRate(name, rate.gas, weight, half, asymmetric=False)
        below, above = subtract(rate.number, rate.lower), subtract(rate.upper, rate.number)
        half = self._weigh(rate, max(below, above))
        return OfRate(name, rate.gas, weight, half, asymmetric=below != above)

    def _weigh(self, rate: Rate, number: Decimal) -> Decimal:
        return tonnes(Amount(rate.gas, number, rate.unit, basis=rate.basis, origin=rate.origin), self.gwp)

    def _take(
        self, kind: str, assumed: Decimal | None, at: Activity | Calculation | Factor, name: str
    ) -> Decimal:
        if assumed is None:
            error = InvalidValueError(
                "have a 95 % interval",
                was=name,
                field="uncertainty",
                hint="give it, or pass assumed=Assumption(…)",
            )
            self.problems.append(error.at(file=at.file, row=at.row).problem)
            return Decimal(0)
        key = f"{kind} assumed at ±{plain(assumed)} %"
        self.taken[key] = self.taken.get(key, 0) + 1
        return assumed
