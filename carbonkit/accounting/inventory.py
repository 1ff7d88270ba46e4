"""
Inventories: activities with the factors chosen for them, and what they emitted, gas by gas.

`account` chooses a factor for every activity or refuses the whole batch. An
inventory holds masses of gases; CO2e is a view of it under a GWP set that the
caller names, and where purchased energy is in it, under a named scope 2 method.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.catalogue import Catalogue, Versions
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Fallback, Step
from carbonkit.accounting.gwp import GwpSet
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.accounting.statement import Statement
from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IncompatibleUnitsError,
    InexactConversionError,
    InvalidValueError,
    Problem,
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

_Asked: TypeAlias = "tuple[str, str, str, Calorific | None]"
_Columns: TypeAlias = "tuple[tuple[datetime.date, ...], tuple[datetime.date | None, ...], tuple[int, ...]]"
_Wanted: TypeAlias = "tuple[str, str, str, Calorific | None, Scope2Method | None]"


def _lines(value: Iterable[Line]) -> Lines:
    return Lines.of(value)


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

    lines: Lines = attrs.field(converter=_lines)
    calculations: tuple[Calculation, ...] = attrs.field(default=(), converter=_calculations)

    def __attrs_post_init__(self) -> None:
        """Check that no calculation has the name of another, or of an activity."""
        if self.calculations:
            used: set[object] = {activity.id for activity in self.lines.activities}
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
        found = {factor.method for factor in self.lines.used.values()}
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

    def _counted(self, scope_2: Scope2Method | None) -> tuple[Lines, tuple[Calculation, ...]]:
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
        counted = {place for place, factor in self.lines.used.items() if factor.method in wanted}
        places = [place for place, factor in enumerate(self.lines.chosen) if factor in counted]
        return (
            self.lines.kept(places),
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
    chooser.take_all(activities, methods)
    if chooser.problems:
        raise BatchError(chooser.problems)
    return Inventory(chooser.lines(), tuple(calculations))


@attrs.define
class _Chooser:
    """Finds factors and converts quantities, remembers both while one batch lasts, and gathers the lines."""

    catalogue: Catalogue = attrs.field(validator=is_a(Catalogue))
    conversion: Conversion | None = attrs.field(validator=attrs.validators.optional(is_a(Conversion)))
    fallback: Fallback | None = attrs.field(validator=attrs.validators.optional(is_a(Fallback)))
    problems: list[Problem] = attrs.field(init=False, factory=list)
    _known: dict[_Wanted, Versions | None] = attrs.field(init=False, factory=dict)
    _same_unit: dict[_Asked, _Columns] = attrs.field(init=False, factory=dict)  # those without a method
    _ratios: dict[tuple[str, str], Decimal | None] = attrs.field(init=False, factory=dict)
    _activities: list[Activity] = attrs.field(init=False, factory=list)
    _factors: list[Factor] = attrs.field(init=False, factory=list)
    _places: dict[int, int] = attrs.field(init=False, factory=dict)  # of a factor, by its identity in memory
    _chosen: list[int] = attrs.field(init=False, factory=list)
    _numbers: list[Decimal] = attrs.field(init=False, factory=list)
    _conversions: dict[int, Conversion] = attrs.field(init=False, factory=dict)
    _steps: dict[int, Step] = attrs.field(init=False, factory=dict)

    def take_all(self, activities: Iterable[Activity], methods: tuple[Scope2Method, ...]) -> None:
        """Take the lines of all activities; the usual case, exact in place, unit and time, without a call."""
        rows = _checked(activities)
        for row in _repeated(rows):
            self.refuse(row, InvalidValueError("be used once", was=row.id, field="id"))
        same_unit, scope_2 = self._same_unit, Scope.TWO
        take_activity, take_factor = self._activities.append, self._chosen.append
        take_number = self._numbers.append
        for activity in rows:
            if activity.scope is scope_2:
                for method in methods:
                    self.take(activity, method)
                if not methods:
                    self.refuse(activity, _no_method(activity))
                continue
            given, period = activity.quantity, activity.period
            known = same_unit.get((activity.activity, activity.place.path, given.unit, activity.calorific))
            if known is not None:
                starts, ends, factors = known
                place = bisect_right(starts, period.start) - 1
                if place >= 0:
                    end = ends[place]
                    if end is None or period.end <= end:  # type: ignore[operator]  # an activity's has an end
                        take_activity(activity)
                        take_factor(factors[place])
                        take_number(given.number)
                        continue
            self.take(activity, None)

    def take(self, activity: Activity, method: Scope2Method | None) -> None:
        """Take the line of an activity, or the problem why there is none."""
        given = activity.quantity
        wanted = (activity.activity, activity.place.path, given.unit, activity.calorific, method)
        if wanted not in self._known:
            self._learn(wanted, activity, method)
        versions = self._known[wanted]
        factor = versions.through(activity.period) if versions is not None else None
        number, step, conversion = given.number, None, None
        try:
            if factor is None:
                factor, step = self._choice(activity, method)
            if factor.per != given.unit:
                number, conversion = self._converted(given, factor.per)
        except CarbonkitError as error:
            self.refuse(activity, error)
            return
        if step is not None:
            self._steps[len(self._chosen)] = step
        if conversion is not None:
            self._conversions[len(self._chosen)] = conversion
        self._activities.append(activity)
        self._chosen.append(self._place(factor))
        self._numbers.append(number)

    def refuse(self, activity: Activity, error: CarbonkitError) -> None:
        """Take note of what is wrong with an activity."""
        self.problems.append(error.at(file=activity.file, row=activity.row).problem)

    def lines(self) -> Lines:
        """Give the lines that were taken."""
        return Lines(
            tuple(self._activities),
            tuple(self._factors),
            tuple(self._chosen),
            tuple(self._numbers),
            self._conversions,
            self._steps,
        )

    def _learn(self, wanted: _Wanted, activity: Activity, method: Scope2Method | None) -> None:
        """Find what there is; what is wrong with the question comes out again when it is asked in whole."""
        try:
            versions = self.catalogue.versions(
                activity.activity,
                activity.place,
                method=method,
                calorific=activity.calorific,
                unit=activity.quantity.unit,
            )
        except IncompatibleUnitsError:
            versions = None
        self._known[wanted] = versions
        if versions is not None and method is None and versions.factors[0].per == activity.quantity.unit:
            self._same_unit[wanted[:4]] = (
                versions.starts,
                versions.ends,
                tuple(map(self._place, versions.factors)),
            )

    def _place(self, factor: Factor) -> int:
        """Give the place of a factor among those of the lines, a new one at its first time."""
        place = self._places.setdefault(id(factor), len(self._factors))
        if place == len(self._factors):
            self._factors.append(factor)
        return place

    def _choice(self, activity: Activity, method: Scope2Method | None) -> tuple[Factor, Step | None]:
        choice = self.catalogue.choose(
            activity.activity,
            activity.place,
            activity.period,
            method=method,
            calorific=activity.calorific,
            unit=activity.quantity.unit,
            fallback=self.fallback,
        )
        return choice.factor, choice.step

    def _converted(self, given: Quantity, unit: str) -> tuple[Decimal, Conversion | None]:
        path = (given.unit, unit)
        if path not in self._ratios:
            self._ratios[path] = _ratio(given, unit)
        ratio = self._ratios[path]
        if ratio is not None:
            return multiply(given.number, ratio), None
        try:
            return given.to(unit).number, None
        except InexactConversionError:
            if self.conversion is None:
                raise InexactConversionError(
                    f"have a finite decimal form in {unit}",
                    was=str(given),
                    field="quantity",
                    hint="name a rounding, e.g. conversion=Conversion(9, Rounding.HALF_EVEN)",
                ) from None
            rounded = given.to(unit, places=self.conversion.places, rounding=self.conversion.rounding)
            return rounded.number, self.conversion


def _checked(activities: Iterable[Activity]) -> tuple[Activity, ...]:
    rows = tuple(activities)
    if set(map(type, rows)) - {Activity}:
        for row in rows:
            check_type(row, Activity, field="activity")
    return rows


def _repeated(activities: tuple[Activity, ...]) -> list[Activity]:
    """Find the activities whose id was used before them."""
    if len({activity.id for activity in activities}) == len(activities):
        return []
    used: set[str] = set()
    repeated = []
    for activity in activities:
        if activity.id in used:
            repeated.append(activity)
        used.add(activity.id)
    return repeated


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
