"""
Organisations: entities, what they hold of each other, and their facilities, checked as a whole.

Ownership is dated, so that one organisation answers for every year. No entity is owned by more than
the whole, none owns itself along a chain, none has two operators or two who control it on one day.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting._field import name
from carbonkit.accounting._fraction import percent
from carbonkit.accounting.ownership import Facility, Ownership
from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, NotFoundError, OverlapError
from carbonkit.values.field import check_type
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from carbonkit.errors import Problem

__all__ = ["Organisation"]


def _names(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidValueError("be names, not one text", was=value, field="entities")
    return tuple(name(each, field="entity") for each in value)


def _ownerships(value: Iterable[Ownership]) -> tuple[Ownership, ...]:
    known = tuple(value)
    for each in known:
        check_type(each, Ownership, field="ownerships")
    return known


def _facilities(value: Iterable[Facility]) -> tuple[Facility, ...]:
    known = tuple(value)
    for each in known:
        check_type(each, Facility, field="facilities")
    return known


def _period(dated: Ownership | Facility) -> Period:
    return dated.period


def _by_owned(organisation: Organisation) -> dict[str, tuple[Ownership, ...]]:
    found: dict[str, list[Ownership]] = {}
    for held in organisation.ownerships:
        found.setdefault(held.owned, []).append(held)
    return {owned: tuple(sorted(some, key=_period)) for owned, some in found.items()}


def _by_facility(organisation: Organisation) -> dict[str, tuple[Facility, ...]]:
    found: dict[str, list[Facility]] = {}
    for each in organisation.facilities:
        found.setdefault(each.name, []).append(each)
    return {known: tuple(sorted(some, key=_period)) for known, some in found.items()}


def _changes(organisation: Organisation) -> tuple[datetime.date, ...]:
    periods = [held.period for held in organisation.ownerships]
    periods += [each.period for each in organisation.facilities]
    ends = {period.end for period in periods if period.end is not None}
    return tuple(sorted({period.start for period in periods} | ends))


def _known(organisation: Organisation) -> frozenset[str]:
    return frozenset(organisation.entities)


def _derived(derive: Callable[[Organisation], object]) -> Any:  # noqa: ANN401  an attrs field
    return attrs.field(init=False, eq=False, repr=False, default=attrs.Factory(derive, takes_self=True))


@attrs.frozen(repr=False)
class Organisation:
    """
    Entities, what they hold of each other, and their facilities, all dated.

    Args:
        entities: The name of every entity, those outside of the group that hold a part of it included.
        ownerships: Who holds what.
        facilities: Whose the facilities are.

    Raises:
        BatchError: If a name is unknown or stands for two things, periods overlap, shares add up to more
            than the whole, an entity owns itself along a chain, or has two operators or two who control
            it, on any day; every problem is in it.
        InvalidValueError: If a name is blank or a value of another type.

    Example:
        >>> from carbonkit.accounting.ownership import Relationship
        >>> always = Period("2020-01-01", None)
        >>> group = Organisation(
        ...     ["Holland Industries", "Holland America", "BGB"],
        ...     [Ownership("Holland Industries", "Holland America", "83 %", Relationship.SUBSIDIARY, always,
        ...                operated=True),
        ...      Ownership("Holland America", "BGB", "50 %", Relationship.JOINT_VENTURE, always,
        ...                operated=False)])
        >>> print(group.owners("BGB", datetime.date(2025, 1, 1))[0].owner)
        Holland America
        >>> Organisation(["A", "B"], [
        ...     Ownership("A", "B", "0.6", Relationship.SUBSIDIARY, always, operated=True),
        ...     Ownership("C", "B", "0.6", Relationship.ASSOCIATE, always, operated=False)])
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 2 problems; nothing was written
          owner: must be an entity of the organisation, was C
          share: must add up to at most 100 % of B, was 120 % from 2020-01-01
    """

    entities: tuple[str, ...] = attrs.field(converter=_names)
    ownerships: tuple[Ownership, ...] = attrs.field(converter=_ownerships)
    facilities: tuple[Facility, ...] = attrs.field(default=(), converter=_facilities)
    changes: tuple[datetime.date, ...] = _derived(_changes)
    """Every day on which something changes hands."""
    _known: frozenset[str] = _derived(_known)
    _by_owned: dict[str, tuple[Ownership, ...]] = _derived(_by_owned)  # noqa: RUF009  an attrs field
    _by_facility: dict[str, tuple[Facility, ...]] = _derived(_by_facility)  # noqa: RUF009  an attrs field

    def __attrs_post_init__(self) -> None:
        """Check the whole, and report every problem together."""
        problems = [
            *_name_problems(self),
            *(problem for held in self._by_owned.values() for problem in _held_problems(held)),
            *(problem for known in self._by_facility.values() for problem in _facility_problems(known)),
            *_cycle_problems(self),
        ]
        if problems:
            raise BatchError(problems)

    def is_entity(self, known: str) -> bool:
        """
        Say whether a name is that of an entity.

        Args:
            known: The name.

        Returns:
            Whether it is.
        """
        return known in self._known

    def owners(self, entity: str, day: datetime.date) -> tuple[Ownership, ...]:
        """
        Say who holds an entity on a day.

        Args:
            entity: The entity.
            day: The day.

        Returns:
            The ownerships that hold on that day.

        Raises:
            NotFoundError: If there is no such entity.
        """
        if entity not in self._known:
            raise NotFoundError("be an entity of the organisation", was=entity, field="entity")
        return tuple(held for held in self._by_owned.get(entity, ()) if day in held.period)

    def facility(self, known: str, day: datetime.date) -> Facility:
        """
        Say whose a facility is on a day.

        Args:
            known: The facility's name.
            day: The day.

        Returns:
            The facility with its entity and operator.

        Raises:
            NotFoundError: If there is no such facility, or it is nobody's on that day.
        """
        dated = self._by_facility.get(known)
        if dated is None:
            raise NotFoundError("be a facility or an entity of the organisation", was=known, field="facility")
        for each in dated:
            if day in each.period:
                return each
        spans = ", ".join(str(each.period) for each in dated)
        must = "belong to an entity on the day"
        raise NotFoundError(must, was=f"{known} on {day}", field="facility", hint=f"known for {spans}")

    def held(self, day: datetime.date) -> dict[str, tuple[Ownership, ...]]:
        """
        Say who holds what on a day, each entity after its owners.

        Args:
            day: The day.

        Returns:
            Each entity that is held, with the ownerships that hold on that day.
        """
        active = {
            owned: tuple(held for held in some if day in held.period)
            for owned, some in self._by_owned.items()
        }
        owners = {owned: [held.owner for held in some] for owned, some in active.items()}
        return {
            owned: active[owned] for owned in TopologicalSorter(owners).static_order() if active.get(owned)
        }

    def split(self, period: Period) -> tuple[Period, ...]:
        """
        Cut a period at every day on which something changes hands.

        Args:
            period: The period, which has an end.

        Returns:
            The pieces, in order; nothing changes hands within one.
        """
        first, last = bisect_right(self.changes, period.start), len(self.changes)
        cuts = [day for day in self.changes[first:last] if period.end is None or day < period.end]
        starts: list[datetime.date] = [period.start, *cuts]
        ends: list[datetime.date | None] = [*cuts, period.end]
        return tuple(Period(start, end) for start, end in zip(starts, ends, strict=True))

    def __repr__(self) -> str:
        """Say how large it is."""
        held = f"{len(self.ownerships)} ownerships"
        return f"<Organisation of {len(self.entities)} entities, {held}, {len(self.facilities)} facilities>"


def _problem(error: CarbonkitError, where: Ownership | Facility) -> Problem:
    return error.at(file=where.file, row=where.row).problem


def _name_problems(organisation: Organisation) -> Iterator[Problem]:
    entities: set[str] = set()
    for entity in organisation.entities:
        if entity in entities:
            yield InvalidValueError("be named once", was=entity, field="entity").problem
        entities.add(entity)
    must = "be an entity of the organisation"
    for held in organisation.ownerships:
        for field, known in (("owner", held.owner), ("owned", held.owned)):
            if known not in entities:
                yield _problem(NotFoundError(must, was=known, field=field), held)
    for each in organisation.facilities:
        for field, known in (("entity", each.entity), ("operator", each.operator)):
            if known not in entities:
                yield _problem(NotFoundError(must, was=known, field=field), each)
        if each.name in entities:
            yield _problem(InvalidValueError("not be an entity too", was=each.name, field="facility"), each)


def _overlaps(dated: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Pair what overlaps with the one before it that lasts longest; `dated` is in order."""
    lasting = None
    for each in dated:
        if lasting is not None and lasting.period.overlaps(each.period):
            yield lasting, each
        if lasting is None or (each.period.end or datetime.date.max) > (
            lasting.period.end or datetime.date.max
        ):
            lasting = each


def _held_problems(ownerships: tuple[Ownership, ...]) -> Iterator[Problem]:
    by_owner: dict[str, list[Ownership]] = {}
    for held in ownerships:
        by_owner.setdefault(held.owner, []).append(held)
    for some in by_owner.values():
        for earlier, later in _overlaps(some):
            must = f"not overlap {earlier.period}"
            was = f"{later.period}, {later.owner} in {later.owned}"
            yield _problem(OverlapError(must, was=was, field="period"), later)
    for day in sorted({held.period.start for held in ownerships}):
        now = [held for held in ownerships if day in held.period]
        newest = max(reversed(now), key=lambda held: held.period.start)
        whole = sum((held.share for held in now), Fraction(0))
        if whole > 1:
            must = f"add up to at most 100 % of {newest.owned}"
            error = InvalidValueError(must, was=f"{percent(whole)} from {day}", field="share")
            yield _problem(error, newest)
        operators = [held.owner for held in now if held.operated]
        if len(operators) > 1:
            must = f"be one operator of {newest.owned}"
            was = f"{', '.join(operators)} from {day}"
            yield _problem(InvalidValueError(must, was=was, field="operated"), newest)
        sole = [held.owner for held in now if held.sole]
        joint = [held.owner for held in now if held.joint]
        if len(sole) > 1 or (sole and joint):
            must = f"be one owner with financial control of {newest.owned}, or partners only"
            was = f"{', '.join([*sole, *joint])} from {day}"
            yield _problem(InvalidValueError(must, was=was, field="relationship"), newest)


def _facility_problems(dated: tuple[Facility, ...]) -> Iterator[Problem]:
    for earlier, later in _overlaps(dated):
        must = f"not overlap {earlier}"
        yield _problem(OverlapError(must, was=str(later), field="period"), later)


def _cycle_problems(organisation: Organisation) -> Iterator[Problem]:
    """Find chains that come back; only if there is one at all is every day looked at."""
    if _cycle(organisation.ownerships) is None:
        return
    told: set[frozenset[str]] = set()
    for day in sorted({held.period.start for held in organisation.ownerships}):
        cycle = _cycle([held for held in organisation.ownerships if day in held.period])
        if cycle is not None and frozenset(cycle) not in told:
            told.add(frozenset(cycle))
            was = f"{' → '.join(cycle)} from {day}"
            yield InvalidValueError("not own itself along a chain", was=was, field="owned").problem


def _cycle(ownerships: Iterable[Ownership]) -> list[str] | None:
    owners: dict[str, list[str]] = {}
    for held in ownerships:
        owners.setdefault(held.owned, []).append(held.owner)
    try:
        TopologicalSorter(owners).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return None
