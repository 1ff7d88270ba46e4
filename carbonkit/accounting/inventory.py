"""
Inventories: activities with the factors chosen for them, and what they emitted, gas by gas.

`account` chooses a factor for every activity or refuses the whole batch. An
inventory holds masses of gases; CO2e is a view of it under a GWP set that the
caller names, and where purchased energy is in it, under a named scope 2 method.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.catalogue import Catalogue, Choice
from carbonkit.accounting.fallback import Fallback
from carbonkit.accounting.gwp import GwpSet
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.accounting.statement import Statement
from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IncompatibleUnitsError,
    InexactConversionError,
    InvalidValueError,
    Problem,
    UnknownFactorError,
)
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import multiply
from carbonkit.values.quantity import CO2e, Mass, Quantity, quantity

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator

    from carbonkit.accounting.calorific import Calorific
    from carbonkit.accounting.rate import Amount

__all__ = ["Inventory", "account"]

_Wanted: TypeAlias = (
    "tuple[str, str, datetime.date, datetime.date | None, Scope2Method | None, Calorific | None, str]"
)

_NO_METHOD: Final = (None,)


def _calculations(value: Iterable[Calculation]) -> tuple[Calculation, ...]:
    calculations = tuple(value)
    for calculation in calculations:
        check_type(calculation, Calculation, field="calculations")
    return calculations


@attrs.frozen(repr=False)
class Inventory:
    """
    What activities emitted, gas by gas; made by `account`.

    Args:
        lines: The activities with their factors. Purchased energy has a line for each scope 2
            method that it was accounted by; no sum takes in both.
        calculations: What was found by methods that are more than a quantity times a factor.

    Example:
        >>> from carbonkit.accounting import Factor, Rate, gwp_set
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> year, place = Period.year(2025), Place("US")
        >>> hub = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
        >>> factor = Factor("gas", "2025", "natural gas", place, year, "MMBtu",
        ...                 (Rate("CO2", "53.06", "kg"), Rate("CH4", "1.0", "g")), hub)
        >>> bill = Activity("1", "7", "natural gas", Energy("2000", "kBtu"), place, year, Scope.ONE)
        >>> inventory = account([bill], Catalogue([factor]))
        >>> print(*(f"{mass} {gas}" for gas, mass in inventory.masses()))
        106.12000 kg CO2 2.0000 g CH4
        >>> print(inventory.co2e(gwp_set("AR5")).total, inventory.co2e(gwp_set("AR6")).total)
        0.1061760000 tCO2e 0.10617580000 tCO2e
    """

    lines: tuple[Line, ...]
    calculations: tuple[Calculation, ...] = attrs.field(default=(), converter=_calculations)

    def __attrs_post_init__(self) -> None:
        """Check that no calculation has the name of another, or of an activity."""
        if self.calculations:
            used: set[object] = {line.activity.id for line in self.lines}
            problems = []
            for calculation in self.calculations:
                # the two methods of scope 2 may have a calculation each under one name
                name = (calculation.id, calculation.method)
                if calculation.id in used or name in used:
                    error = InvalidValueError("be used once", was=calculation.id, field="id")
                    problems.append(error.at(file=calculation.file, row=calculation.row).problem)
                used.add(name)
            if problems:
                raise BatchError(problems)

    @property
    def methods(self) -> tuple[Scope2Method, ...]:
        """The scope 2 methods that it was accounted by."""
        found = {line.factor.method for line in self.lines}
        found.update(calculation.method for calculation in self.calculations)
        return tuple(method for method in Scope2Method if method in found)

    def co2e(self, gwp: GwpSet, *, scope_2: Scope2Method | None = None) -> Statement:
        """
        Weigh the inventory in CO2e.

        Args:
            gwp: The GWP set; there is no default.
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            The view, with totals by scope, facility, activity and gas.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
            UnknownGasError: If the set does not hold a gas.
            FixedBasisError: If a factor gives only CO2e, on another basis than this set.
        """
        check_type(gwp, GwpSet, field="gwp")
        lines, calculations = self._counted(scope_2)
        return Statement(gwp, scope_2 if self.methods else None, lines, calculations)

    def masses(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, Mass], ...]:
        """
        Add up the mass of each gas; what was published only as CO2e is in `stated`.

        Biogenic CO2 is not in it, see `biogenic_co2`; methane of all origins is one gas here.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each gas with its mass, in the order in which they first occur.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
        """
        sums: dict[str, Mass] = {}
        for amount in self._amounts(scope_2):
            if not amount.weighed and not amount.apart:
                mass = Mass(amount.number, amount.unit)
                sums[amount.gas] = sums[amount.gas] + mass if amount.gas in sums else mass
        return tuple(sums.items())

    def biogenic_co2(self, *, scope_2: Scope2Method | None = None) -> Mass:
        """
        Add up the carbon dioxide of biogenic origin, which stands apart from all scopes.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Its mass.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
        """
        apart = [Mass(each.number, each.unit) for each in self._amounts(scope_2) if each.apart]
        return sum(apart, Mass(0, "kg"))

    def stated(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, CO2e], ...]:
        """
        Add up what was published only as CO2e, by its basis.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each basis with its amount, in the order in which they first occur.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
        """
        sums: dict[str, CO2e] = {}
        for amount in self._amounts(scope_2):
            if amount.weighed:
                co2e = CO2e(amount.number, amount.unit)
                sums[amount.basis] = sums[amount.basis] + co2e if amount.basis in sums else co2e
        return tuple(sums.items())

    def _amounts(self, scope_2: Scope2Method | None) -> Iterator[Amount]:
        lines, calculations = self._counted(scope_2)
        for line in lines:
            yield from line.amounts
        for calculation in calculations:
            yield from calculation.amounts

    def _counted(self, scope_2: Scope2Method | None) -> tuple[tuple[Line, ...], tuple[Calculation, ...]]:
        if scope_2 is not None:
            check_type(scope_2, Scope2Method, field="scope_2")
        methods = self.methods
        if methods and scope_2 not in methods:
            was = str(scope_2) if scope_2 is not None else ""
            raise InvalidValueError(
                f"name a method that scope 2 was accounted by: {', '.join(map(str, methods))}",
                was=was,
                field="scope_2",
                hint="" if was else "the two methods are two answers, so there is no total without one",
            )
        if not methods:
            return self.lines, self.calculations
        wanted = (None, scope_2)
        return (
            tuple(line for line in self.lines if line.factor.method in wanted),
            tuple(calculation for calculation in self.calculations if calculation.method in wanted),
        )

    def __repr__(self) -> str:
        """Say how much it holds."""
        calculated = f" and {len(self.calculations)} calculations" if self.calculations else ""
        return f"<Inventory of {len(self.lines)} lines{calculated}>"


def account(
    activities: Iterable[Activity],
    catalogue: Catalogue,
    *,
    scope_2: Iterable[Scope2Method] = (),
    conversion: Conversion | None = None,
    fallback: Fallback | None = None,
    calculations: Iterable[Calculation] = (),
) -> Inventory:
    """
    Choose the factor of every activity and convert its quantity, or refuse the batch.

    A factor fits when activity, place and calorific basis are the same, word for word, and all of
    the period lies within its validity; nothing falls back but by the steps that `fallback`
    allows, and a line says which was taken. A quantity is
    converted to the factor's unit exactly, and rounded only where there is no
    exact decimal and `conversion` says how.

    Args:
        activities: What was done.
        catalogue: The factors to choose from.
        scope_2: The methods by which purchased energy is accounted; each needs its factors.
        conversion: How a quantity is rounded that has no finite decimal form in the factor's unit.
        fallback: What a look-up may do where no factor fits exactly; None allows nothing.
        calculations: What other methods found, to stand beside the lines.

    Returns:
        The inventory.

    Raises:
        BatchError: If an id is used twice, a factor is missing, a quantity does not fit its factor, or
            there is purchased energy and no scope 2 method; every problem is in it.

    Example:
        >>> from carbonkit.values import Energy, Period, Place
        >>> bill = Activity("1", "7", "steam", Energy("2", "GJ"), Place("US"), Period.year(2025), Scope.ONE,
        ...                 file="bills.csv", row=2)
        >>> account([bill], Catalogue(()))
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          bills.csv, row 2, activity: must be an activity that has a factor, was steam; the catalogue is empty
    """
    methods = tuple(dict.fromkeys(scope_2))
    for named in methods:
        check_type(named, Scope2Method, field="scope_2")
    chooser = _Chooser(catalogue, conversion, fallback)
    problems: list[Problem] = []
    lines: list[Line] = []
    used: set[str] = set()
    line_of = chooser.line
    for activity in activities:
        check_type(activity, Activity, field="activity")
        if activity.id in used:
            problems.append(
                _problem(activity, InvalidValueError("be used once", was=activity.id, field="id"))
            )
        used.add(activity.id)
        if activity.scope is not Scope.TWO:
            wanted: tuple[Scope2Method | None, ...] = _NO_METHOD
        elif methods:
            wanted = methods
        else:
            problems.append(_problem(activity, _no_method(activity)))
            continue
        for method in wanted:
            try:
                lines.append(line_of(activity, method))
            except CarbonkitError as error:
                problems.append(_problem(activity, error))
    if problems:
        raise BatchError(problems)
    return Inventory(tuple(lines), tuple(calculations))


@attrs.define
class _Chooser:
    """Finds factors and converts quantities, and remembers both while one batch lasts."""

    catalogue: Catalogue = attrs.field(validator=is_a(Catalogue))
    conversion: Conversion | None = attrs.field(validator=attrs.validators.optional(is_a(Conversion)))
    fallback: Fallback | None = attrs.field(validator=attrs.validators.optional(is_a(Fallback)))
    _found: dict[_Wanted, Choice | CarbonkitError] = attrs.field(init=False, factory=dict)
    _ratios: dict[tuple[str, str], Decimal | None] = attrs.field(init=False, factory=dict)

    def line(self, activity: Activity, method: Scope2Method | None) -> Line:
        """Make the line of an activity, or say why there is none."""
        given, period = activity.quantity, activity.period
        wanted = (
            activity.activity,
            activity.place.path,
            period.start,
            period.end,
            method,
            activity.calorific,
            given.unit,
        )
        choice = self._found.get(wanted)
        if choice is None:
            choice = self._found[wanted] = self._chosen(activity, method)
        if isinstance(choice, CarbonkitError):
            raise choice
        if given.unit == choice.factor.per:
            return Line(activity, choice.factor, given, None, choice.step)
        converted, conversion = self._converted(given, choice.factor.per)
        return Line(activity, choice.factor, converted, conversion, choice.step)

    def _chosen(self, activity: Activity, method: Scope2Method | None) -> Choice | CarbonkitError:
        try:
            return self.catalogue.choose(
                activity.activity,
                activity.place,
                activity.period,
                method=method,
                calorific=activity.calorific,
                unit=activity.quantity.unit,
                fallback=self.fallback,
            )
        except (UnknownFactorError, IncompatibleUnitsError) as error:
            return error

    def _converted(self, given: Quantity, unit: str) -> tuple[Quantity, Conversion | None]:
        path = (given.unit, unit)
        if path not in self._ratios:
            self._ratios[path] = _ratio(given, unit)
        ratio = self._ratios[path]
        if ratio is not None:
            return type(given)(multiply(given.number, ratio), unit), None
        try:
            return given.to(unit), None
        except InexactConversionError:
            if self.conversion is None:
                raise InexactConversionError(
                    f"have a finite decimal form in {unit}",
                    was=str(given),
                    field="quantity",
                    hint="name a rounding, e.g. conversion=Conversion(9, Rounding.HALF_EVEN)",
                ) from None
            rounded = given.to(unit, places=self.conversion.places, rounding=self.conversion.rounding)
            return rounded, self.conversion


def _ratio(given: Quantity, unit: str) -> Decimal | None:
    """Say how many of the unit one of the given unit is; None where that never ends."""
    try:
        return quantity(1, given.unit).to(unit).number
    except InexactConversionError:
        return None


def _no_method(activity: Activity) -> InvalidValueError:
    return InvalidValueError(
        "name at least one method",
        was=f"none, with activity {activity.id} in scope 2",
        field="scope_2",
        hint="pass scope_2=[Scope2Method.LOCATION], MARKET, or both",
    )


def _problem(activity: Activity, error: CarbonkitError) -> Problem:
    return error.at(file=activity.file, row=activity.row).problem
