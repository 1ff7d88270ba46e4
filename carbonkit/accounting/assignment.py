"""
Assignment: every activity gets the factor that fits it, or the whole batch is refused.

A factor fits exactly, or by a step that the caller's policy allows. Quantities are converted
to the factor's unit exactly, or rounded as the caller says.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.catalogue import Catalogue, Versions
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Fallback, Step
from carbonkit.accounting.inventory import Inventory
from carbonkit.accounting.line import Conversion
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.scope import Scope, Scope2Method
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
from carbonkit.values.quantity import Quantity, quantity

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from carbonkit.accounting.calculation import Calculation
    from carbonkit.accounting.calorific import Calorific

__all__ = ["account"]

_Asked: TypeAlias = "tuple[str, str, str, Calorific | None]"
_Columns: TypeAlias = "tuple[tuple[datetime.date, ...], tuple[datetime.date | None, ...], tuple[int, ...]]"
_Wanted: TypeAlias = "tuple[str, str, str, Calorific | None, Scope2Method | None]"


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
