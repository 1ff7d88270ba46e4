"""
Catalogues: factors by activity, place and date, found exactly or not at all.

At most one factor holds for an activity, a place, a unit, a scope 2 method and a calorific
basis on any day; a catalogue with two is refused when it is made. Nothing falls back to a
wider place or another year unless a policy allows it, and then the answer says which step
was taken. Nothing ever falls back to another method, unit or calorific basis.
"""

from __future__ import annotations

import datetime
import difflib
from bisect import bisect_right
from collections.abc import Iterable
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Fallback, Step, moved
from carbonkit.errors import (
    BatchError,
    IncompatibleUnitsError,
    InvalidValueError,
    OverlapError,
    Problem,
    UnknownFactorError,
)
from carbonkit.values.field import check_type
from carbonkit.values.place import Place
from carbonkit.values.time import Period, as_date
from carbonkit.values.unit import Dimension, unit_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.accounting.calorific import Calorific
    from carbonkit.accounting.scope import Scope2Method

__all__ = ["Catalogue", "Choice"]

_Key: TypeAlias = "tuple[str, str, Scope2Method | None, Calorific | None]"
_When: TypeAlias = "Period | datetime.date | str"

_NEAR = 5  # how many of the things that are known a hint names


def _factors(value: Iterable[Factor]) -> tuple[Factor, ...]:
    check_type(value, Iterable, field="factors")
    factors = tuple(value)
    for factor in factors:
        check_type(factor, Factor, field="factor")
    return factors


def _in_time(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    return tuple(sorted(factors, key=lambda factor: factor.valid.start))


def _starts(versions: Versions) -> tuple[datetime.date, ...]:
    return tuple(factor.valid.start for factor in versions.factors)


def _ends(versions: Versions) -> tuple[datetime.date | None, ...]:
    return tuple(factor.valid.end for factor in versions.factors)


@attrs.frozen(eq=False)
class Versions:
    """
    The factors of one key and unit, by the first day on which each holds.

    Args:
        factors: The factors, in any order; `starts` and `ends` are the ends of their validity.

    Example:
        >>> Versions(()).through(Period.year(2025)) is None
        True
    """

    factors: tuple[Factor, ...] = attrs.field(converter=_in_time)
    starts: tuple[datetime.date, ...] = attrs.field(
        init=False, default=attrs.Factory(_starts, takes_self=True)
    )
    ends: tuple[datetime.date | None, ...] = attrs.field(
        init=False, default=attrs.Factory(_ends, takes_self=True)
    )

    def through(self, period: Period) -> Factor | None:
        """
        Give the factor that holds through all of a period.

        Args:
            period: The period.

        Returns:
            The factor; None where none holds.
        """
        place = bisect_right(self.starts, period.start) - 1
        if place < 0:
            return None
        end = self.ends[place]
        within = end is None or (period.end is not None and period.end <= end)
        return self.factors[place] if within else None


@attrs.frozen
class Choice:
    """
    A factor that was found, and the step that was taken to it.

    Args:
        factor: The factor.
        step: The fallback step; None where the factor fits exactly.

    Example:
        >>> from carbonkit.accounting.rate import Rate
        >>> from carbonkit.accounting.fallback import First
        >>> from carbonkit.values import Place, Source
        >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
        ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
        >>> found = Catalogue([steam]).choose("steam", Place("US/WA"), Period.year(2017),
        ...                                   fallback=Fallback(first=First.PLACE, wider=True, years_back=2))
        >>> print(found.step)
        factor of US taken for US/WA, 1 year earlier
    """

    factor: Factor
    step: Step | None


def _by_key(catalogue: Catalogue) -> dict[_Key, dict[str, Versions]]:
    found: dict[_Key, dict[str, list[Factor]]] = {}
    for factor in catalogue.factors:
        key = (factor.activity, factor.place.path, factor.method, factor.calorific)
        found.setdefault(key, {}).setdefault(factor.per, []).append(factor)
    return {key: {unit: Versions(each) for unit, each in units.items()} for key, units in found.items()}


@attrs.frozen(eq=False, repr=False)
class Catalogue:
    """
    Factors to choose from.

    Args:
        factors: The factors; those of one activity, place, unit, method and calorific basis may not
            overlap in time, and those per units that convert must agree in the digits that they have.

    Raises:
        BatchError: If an id and edition stand twice, or factors overlap; all such pairs are named.

    Example:
        >>> from carbonkit.accounting.rate import Rate
        >>> from carbonkit.values import Place, Source
        >>> steam = Factor("steam", "2016", "steam", Place("US/WA"), Period.year(2016), "MMBtu",
        ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
        >>> catalogue = Catalogue([steam])
        >>> catalogue.find("steam", Place("US/WA"), Period("2016-03-01", "2016-04-01")).id
        'steam'
        >>> catalogue.find("steam", Place("US/OR"), Period.year(2016))
        Traceback (most recent call last):
        ...
        carbonkit.errors.UnknownFactorError: place: must be a place with a factor for steam, was US/OR; \
known: US/WA
    """

    factors: tuple[Factor, ...] = attrs.field(converter=_factors)
    _known: dict[_Key, dict[str, Versions]] = attrs.field(
        init=False, default=attrs.Factory(_by_key, takes_self=True)
    )

    def __attrs_post_init__(self) -> None:
        """Check that at most one factor can be the answer."""
        problems = [*self._repeated(), *self._overlapping(), *self._contradicting()]
        if problems:
            raise BatchError(problems)

    def find(
        self,
        activity: str,
        place: Place,
        when: _When,
        *,
        method: Scope2Method | None = None,
        calorific: Calorific | None = None,
        unit: str = "",
    ) -> Factor:
        """
        Find the factor for an activity; nothing falls back.

        Args:
            activity: The kind of activity, word for word.
            place: Where it was done; a wider place is not an answer.
            when: The day, or the period; all of a period must lie within one factor's validity.
            method: For purchased energy, the scope 2 method.
            calorific: For a fuel given as energy, the calorific basis.
            unit: The unit that the quantity is in; needed where there are factors per more than one.

        Returns:
            The one factor that holds.

        Raises:
            UnknownFactorError: If none does; the hint says what is known near it.
            IncompatibleUnitsError: If there are factors per other units, and none or several that
                the unit converts to.

        Example:
            >>> from carbonkit.values import Place
            >>> Catalogue(()).find("steam", Place("US"), "2016-01-01")
            Traceback (most recent call last):
            ...
            carbonkit.errors.UnknownFactorError: activity: must be an activity that has a factor, was steam; \
the catalogue is empty
        """
        return self.choose(activity, place, when, method=method, calorific=calorific, unit=unit).factor

    def choose(
        self,
        activity: str,
        place: Place,
        when: _When,
        *,
        method: Scope2Method | None = None,
        calorific: Calorific | None = None,
        unit: str = "",
        fallback: Fallback | None = None,
    ) -> Choice:
        """
        Find the factor for an activity, if need be by the steps that a policy allows.

        Args:
            activity: The kind of activity, word for word.
            place: Where it was done.
            when: The day, or the period; all of a period must lie within one factor's validity.
            method: For purchased energy, the scope 2 method.
            calorific: For a fuel given as energy, the calorific basis.
            unit: The unit that the quantity is in; needed where there are factors per more than one.
            fallback: What may be tried where no factor fits exactly; None allows nothing.

        Returns:
            The factor, with the step that was taken to it.

        Raises:
            UnknownFactorError: If there is none, also after all steps; the hint says what is known near it.
            IncompatibleUnitsError: If there are factors per other units, and none or several that
                the unit converts to.
        """
        check_type(place, Place, field="place")
        if fallback is not None:
            check_type(fallback, Fallback, field="fallback")
        asked = when if isinstance(when, Period) else _one_day(as_date(when, field="when"))
        units = self._known.get((activity, place.path, method, calorific))
        if units is not None:
            found = _in_unit(units, unit, activity, place).through(asked)
            if found is not None:
                return Choice(found, None)
        for step in fallback.steps(place) if fallback is not None else ():
            others = self._known.get((activity, step.place.path, method, calorific))
            if others is not None:
                versions = _in_unit(others, unit, activity, step.place)
                then = moved(asked, step.years)
                found = versions.through(then) if then is not None else None
                if found is not None:
                    return Choice(found, step)
        raise self._unknown(activity, place, when, method, calorific, units)

    def versions(
        self,
        activity: str,
        place: Place,
        *,
        method: Scope2Method | None = None,
        calorific: Calorific | None = None,
        unit: str = "",
    ) -> Versions | None:
        """
        Give all factors for an activity at a place, whatever the day.

        Args:
            activity: The kind of activity, word for word.
            place: Where it is done; a wider place is not an answer.
            method: For purchased energy, the scope 2 method.
            calorific: For a fuel given as energy, the calorific basis.
            unit: The unit that quantities are in; needed where there are factors per more than one.

        Returns:
            The factors by the days on which they hold; None where there are none.

        Raises:
            IncompatibleUnitsError: If there are factors per other units, and none or several that
                the unit converts to.
        """
        units = self._known.get((activity, place.path, method, calorific))
        return None if units is None else _in_unit(units, unit, activity, place)

    def _unknown(  # noqa: PLR0917  what was asked for, in the order in which it was asked
        self,
        activity: str,
        place: Place,
        when: Period | datetime.date | str,
        method: Scope2Method | None,
        calorific: Calorific | None,
        known: dict[str, Versions] | None,
    ) -> UnknownFactorError:
        if known:
            factors = [factor for versions in known.values() for factor in versions.factors]
            return _no_date(activity, when, tuple(factors))
        same = [factor for factor in self.factors if factor.activity == activity]
        if not same:
            names = sorted({factor.activity for factor in self.factors})
            near = difflib.get_close_matches(activity, names, n=_NEAR) or names
            hint = f"known: {_listed(near)}" if names else "the catalogue is empty"
            return UnknownFactorError(
                "be an activity that has a factor", was=activity, field="activity", hint=hint
            )
        here = [factor for factor in same if factor.place == place]
        if not here:
            places = [*_related(same, place), *sorted({str(factor.place) for factor in same})]
            return UnknownFactorError(
                f"be a place with a factor for {activity}",
                was=str(place),
                field="place",
                hint=f"known: {_listed(dict.fromkeys(places))}",
            )
        heats = {factor.calorific for factor in here if factor.method is method}
        if heats and calorific not in heats:
            return UnknownFactorError(
                f"be a calorific basis with a factor for {activity} at {place}",
                was=str(calorific or "none"),
                field="calorific",
                hint=f"known: {_listed(sorted(str(heat or 'none') for heat in heats))}",
            )
        return UnknownFactorError(
            f"be a scope 2 method with a factor for {activity} at {place}",
            was=_called(method),
            field="method",
            hint=f"known: {_listed(sorted({_called(factor.method) for factor in here}))}",
        )

    def _repeated(self) -> Iterator[Problem]:
        first: dict[tuple[str, str], Factor] = {}
        for factor in self.factors:
            known = first.setdefault((factor.id, factor.edition), factor)
            if known is not factor:
                yield Problem(
                    code=InvalidValueError.code,
                    must="be used once in a catalogue",
                    was=f"{factor.id} ({factor.edition})",
                    field="id and edition",
                    file=factor.file,
                    row=factor.row,
                    hint=f"also in {_origin(known)}" if known.file else "",
                )

    def _overlapping(self) -> Iterator[Problem]:
        for units in self._known.values():
            for versions in units.values():
                factors = versions.factors
                for position, factor in enumerate(factors):
                    for later in factors[position + 1 :]:
                        if not factor.valid.overlaps(later.valid):
                            break  # they are sorted by start: none after it overlaps either
                        yield _overlap(factor, later)

    def _contradicting(self) -> Iterator[Problem]:
        """Find figures per two units that convert, and do not agree in the digits that they have."""
        for units in self._known.values():
            for one, other in combinations(units, 2):
                if unit_named(one).dimension is unit_named(other).dimension is not Dimension.SPEND:
                    for factor in units[one].factors:
                        for second in units[other].factors:
                            if factor.valid.overlaps(second.valid) and not factor.agrees(second):
                                yield _contradiction(factor, second)

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<Catalogue of {len(self.factors)} factors>"


def _one_day(day: datetime.date) -> Period:
    if day == datetime.date.max:
        raise InvalidValueError("be before the last day of the calendar", was=day, field="when")
    return Period(day, day + datetime.timedelta(days=1))


def _in_unit(units: dict[str, Versions], unit: str, activity: str, place: Place) -> Versions:
    """Choose among units: the very same, else the only one that it converts to."""
    if unit in units:
        return units[unit]
    if not unit:
        same = list(units)
    else:
        dimension = unit_named(unit).dimension
        same = [each for each in units if unit_named(each).dimension is dimension]
    if len(same) == 1:
        return units[same[0]]
    known = ", ".join(sorted(units))
    if not same:
        raise IncompatibleUnitsError(
            f"be in a unit that converts to the factor's {known}",
            was=unit,
            field="quantity",
            hint="a density or calorific value would be needed",
        )
    raise IncompatibleUnitsError(
        f"be in one of the units {known}, for which {activity} at {place} has a factor each",
        was=unit or "no unit",
        field="quantity",
        hint="each was published by itself; convert the quantity to the one that is meant",
    )


def _no_date(
    activity: str, when: Period | datetime.date | str, known: tuple[Factor, ...]
) -> UnknownFactorError:
    if isinstance(when, Period):
        within = [factor.valid for factor in known if factor.valid.overlaps(when)]
        if within:
            inside = sorted(
                {day for valid in within for day in (valid.start, valid.end) if day and day in when}
            )
            days = [str(day) for day in inside if day != when.start]
            hint = f"split it at {_listed(days)}; known: {_listed(map(str, within))}"
            return UnknownFactorError(
                f"lie within the validity of one factor for {activity}",
                was=str(when),
                field="period",
                hint=hint,
            )
    nearest = sorted(factor.valid for factor in known)
    return UnknownFactorError(
        f"be a time with a factor for {activity} at {known[0].place}",
        was=str(when),
        field="period",
        hint=f"known: {_listed(map(str, nearest))}",
    )


def _overlap(factor: Factor, later: Factor) -> Problem:
    other = f"{factor.id} ({factor.edition}), valid {factor.valid}"
    return Problem(
        code=OverlapError.code,
        must=f"not overlap {other}" + (f", in {_origin(factor)}" if factor.file else ""),
        was=f"{later.id} ({later.edition}), valid {later.valid}",
        field="valid_from",
        file=later.file,
        row=later.row,
        hint=f"both are for {later.activity} at {later.place}; end one or take one edition",
    )


def _contradiction(factor: Factor, second: Factor) -> Problem:
    return Problem(
        code=OverlapError.code,
        must=f"agree with {factor}" + (f", in {_origin(factor)}" if factor.file else ""),
        was=str(second),
        field="amount",
        file=second.file,
        row=second.row,
        hint=f"both are for {second.activity} at {second.place}, and {factor.per} and {second.per} convert",
    )


def _related(factors: list[Factor], place: Place) -> list[str]:
    near = {str(f.place) for f in factors if place.within(f.place) or f.place.within(place)}
    return sorted(near)


def _called(method: Scope2Method | None) -> str:
    return str(method) if method is not None else "none (not for scope 2)"


def _origin(factor: Factor) -> str:
    return factor.file + (f", row {factor.row}" if factor.row is not None else "")


def _listed(texts: Iterable[str]) -> str:
    known = list(texts)
    return ", ".join(known[:_NEAR]) + (f" and {len(known) - _NEAR} more" if len(known) > _NEAR else "")
