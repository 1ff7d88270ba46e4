"""
Inventories: activities with the factors chosen for them, and what they emitted, gas by gas.

`account` chooses a factor for every activity or refuses the whole batch. An
inventory holds masses of gases; CO2e is a view of it under a GWP set that the
caller names, and where purchased energy is in it, under a named scope 2 method.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.catalogue import Catalogue
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.gwp import GwpSet
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.accounting.statement import Statement, weighed
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
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.time import Period

__all__ = ["Inventory", "account"]

_Wanted: TypeAlias = "tuple[str, str, Period, Scope2Method | None]"


@attrs.frozen(repr=False)
class Inventory:
    """
    What activities emitted, gas by gas; made by `account`.

    Args:
        lines: The activities with their factors. Purchased energy has a line for each scope 2
            method that it was accounted by; no sum takes in both.

    Example:
        >>> from carbonkit.accounting import Rate, gwp_set
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

    @property
    def methods(self) -> tuple[Scope2Method, ...]:
        """The scope 2 methods that it was accounted by."""
        found = {line.method for line in self.lines}
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
        return Statement(gwp, scope_2 if self.methods else None, weighed(self._counted(scope_2), gwp))

    def masses(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, Mass], ...]:
        """
        Add up the mass of each gas; what was published only as CO2e is in `stated`.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each gas with its mass, in the order in which they first occur.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
        """
        sums: dict[str, Mass] = {}
        for line in self._counted(scope_2):
            for gas, mass in line.masses:
                sums[gas] = sums[gas] + mass if gas in sums else mass
        return tuple(sums.items())

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
        for line in self._counted(scope_2):
            if line.stated is not None:
                basis, amount = line.stated
                sums[basis] = sums[basis] + amount if basis in sums else amount
        return tuple(sums.items())

    def _counted(self, scope_2: Scope2Method | None) -> list[Line]:
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
        return [line for line in self.lines if line.method is None or line.method is scope_2]

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<Inventory of {len(self.lines)} lines>"


def account(
    activities: Iterable[Activity],
    catalogue: Catalogue,
    *,
    scope_2: Iterable[Scope2Method] = (),
    conversion: Conversion | None = None,
) -> Inventory:
    """
    Choose the factor of every activity and convert its quantity, or refuse the batch.

    A factor fits when activity and place are the same, word for word, and all of
    the period lies within its validity; nothing falls back. A quantity is
    converted to the factor's unit exactly, and rounded only where there is no
    exact decimal and `conversion` says how.

    Args:
        activities: What was done.
        catalogue: The factors to choose from.
        scope_2: The methods by which purchased energy is accounted; each needs its factors.
        conversion: How a quantity is rounded that has no finite decimal form in the factor's unit.

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
    chooser = _Chooser(catalogue, conversion)
    problems: list[Problem] = []
    lines: list[Line] = []
    used: set[str] = set()
    for activity in activities:
        check_type(activity, Activity, field="activity")
        if activity.id in used:
            problems.append(
                _problem(activity, InvalidValueError("be used once", was=activity.id, field="id"))
            )
        used.add(activity.id)
        if activity.scope is not Scope.TWO:
            wanted: tuple[Scope2Method | None, ...] = (None,)
        elif methods:
            wanted = methods
        else:
            problems.append(_problem(activity, _no_method(activity)))
            continue
        for method in wanted:
            try:
                lines.append(chooser.line(activity, method))
            except CarbonkitError as error:
                problems.append(_problem(activity, error))
    if problems:
        raise BatchError(problems)
    return Inventory(tuple(lines))


@attrs.define
class _Chooser:
    """Finds factors and converts quantities, and remembers both while one batch lasts."""

    catalogue: Catalogue = attrs.field(validator=is_a(Catalogue))
    conversion: Conversion | None = attrs.field(validator=attrs.validators.optional(is_a(Conversion)))
    _found: dict[_Wanted, Factor | UnknownFactorError] = attrs.field(init=False, factory=dict)
    _ratios: dict[tuple[str, str], Decimal | None] = attrs.field(init=False, factory=dict)

    def line(self, activity: Activity, method: Scope2Method | None) -> Line:
        """Make the line of an activity, or say why there is none."""
        factor = self._factor(activity, method)
        converted, conversion = self._converted(activity.quantity, factor.per)
        return Line(activity, factor, converted, conversion)

    def _factor(self, activity: Activity, method: Scope2Method | None) -> Factor:
        wanted = (activity.activity, activity.place.path, activity.period, method)
        found = self._found.get(wanted)
        if found is None:
            try:
                found = self.catalogue.find(activity.activity, activity.place, activity.period, method=method)
            except UnknownFactorError as error:
                found = error
            self._found[wanted] = found
        if isinstance(found, UnknownFactorError):
            raise found
        return found

    def _converted(self, given: Quantity, unit: str) -> tuple[Quantity, Conversion | None]:
        if given.unit == unit:
            return given, None
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
    if unit_named(unit).dimension is not given.dimension:
        raise IncompatibleUnitsError(
            f"be in a unit that converts to the factor's {unit}",
            was=str(given),
            field="quantity",
            hint="a density or calorific value would be needed",
        )
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
