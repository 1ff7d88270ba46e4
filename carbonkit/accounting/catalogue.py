"""
Catalogues: factors by activity, place and date, found exactly or not at all.

At most one factor holds for an activity, a place and a scope 2 method on any day;
a catalogue with two is refused when it is made. Nothing falls back to a wider
place, another year or another method.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.factor import Factor
from carbonkit.errors import BatchError, InvalidValueError, OverlapError, Problem, UnknownFactorError
from carbonkit.values.field import check_type
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator

    from carbonkit.accounting.scope import Scope2Method
    from carbonkit.values.place import Place

__all__ = ["Catalogue"]

_Key: TypeAlias = "tuple[str, str, Scope2Method | None]"

_NEAR = 5  # how many of the things that are known a hint names


def _factors(value: Iterable[Factor]) -> tuple[Factor, ...]:
    factors = tuple(value)
    for factor in factors:
        check_type(factor, Factor, field="factor")
    return factors


def _by_key(catalogue: Catalogue) -> dict[_Key, tuple[Factor, ...]]:
    found: dict[_Key, list[Factor]] = {}
    for factor in catalogue.factors:
        found.setdefault((factor.activity, factor.place.path, factor.method), []).append(factor)
    return {key: tuple(sorted(factors, key=lambda it: it.valid.start)) for key, factors in found.items()}


@attrs.frozen(eq=False, repr=False)
class Catalogue:
    """
    Factors to choose from.

    Args:
        factors: The factors; those of one activity, place and method may not overlap in time.

    Raises:
        BatchError: If an id and edition stand twice, or factors overlap; all such pairs are named.

    Example:
        >>> from carbonkit.accounting.factor import Rate
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
    _known: dict[_Key, tuple[Factor, ...]] = attrs.field(
        init=False, default=attrs.Factory(_by_key, takes_self=True)
    )

    def __attrs_post_init__(self) -> None:
        """Check that at most one factor can be the answer."""
        problems = [*self._repeated(), *self._overlapping()]
        if problems:
            raise BatchError(problems)

    def find(
        self,
        activity: str,
        place: Place,
        when: Period | datetime.date | str,
        *,
        method: Scope2Method | None = None,
    ) -> Factor:
        """
        Find the factor for an activity.

        Args:
            activity: The kind of activity, word for word.
            place: Where it was done; a wider place is not an answer.
            when: The day, or the period; all of a period must lie within one factor's validity.
            method: For purchased energy, the scope 2 method.

        Returns:
            The one factor that holds.

        Raises:
            UnknownFactorError: If none does; the hint says what is known near it.

        Example:
            >>> from carbonkit.values import Place
            >>> Catalogue(()).find("steam", Place("US"), "2016-01-01")
            Traceback (most recent call last):
            ...
            carbonkit.errors.UnknownFactorError: activity: must be an activity that has a factor, was steam; \
the catalogue is empty
        """
        known = self._known.get((activity, place.path, method), ())
        period = when if isinstance(when, Period) else None
        start = when.start if isinstance(when, Period) else as_date(when, field="when")
        position = bisect_right(known, start, key=lambda factor: factor.valid.start)
        if position:
            factor = known[position - 1]
            if factor.valid.covers(period) if period is not None else start in factor.valid:
                return factor
        raise self._unknown(activity, place, when, method, known)

    def _unknown(
        self,
        activity: str,
        place: Place,
        when: Period | datetime.date | str,
        method: Scope2Method | None,
        known: tuple[Factor, ...],
    ) -> UnknownFactorError:
        if known:
            return _no_date(activity, when, known)
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
        for factors in self._known.values():
            for position, factor in enumerate(factors):
                for later in factors[position + 1 :]:
                    if not factor.valid.overlaps(later.valid):
                        break  # they are sorted by start: none after it overlaps either
                    yield _overlap(factor, later)

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<Catalogue of {len(self.factors)} factors>"


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
