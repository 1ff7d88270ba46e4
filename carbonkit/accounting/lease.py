"""
Leases: in which scope an asset's emissions count that one company owns and another uses.

Appendix F of the GHG Protocol's Corporate Standard, repeated in tables A.1 and A.2 of the Scope 3
Standard, decides by the kind of lease, the party and the consolidation approach. What would be
scope 1 or 2 without the lease stays there, or goes to category 8 of the lessee or 13 of the lessor.
What is scope 3 without the lease stays where it is.
"""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.activity import Activity
from carbonkit.accounting.scope import Category, Scope
from carbonkit.accounting.treatment import ConsolidationApproach
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source
from carbonkit.values.time import Period

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping

    from carbonkit.errors import Problem

__all__ = ["APPENDIX_F", "Lease", "LeaseKind", "LeaseParty", "LeaseTreatment", "assign_leases"]


class LeaseKind(enum.Enum):
    """
    Who bears the risks of the asset.

    Example:
        >>> str(LeaseKind.FINANCE)
        'finance lease'
    """

    FINANCE = "finance"
    """The lessee, as if the asset were its own; also called a capital lease."""
    OPERATING = "operating"
    """The lessor."""

    def __str__(self) -> str:
        """Write it as accounts do."""
        return f"{self.value} lease"


class LeaseParty(enum.Enum):
    """
    Which side of a lease the reporting company is.

    Example:
        >>> str(LeaseParty("lessor"))
        'lessor'
    """

    LESSEE = "lessee"
    """It uses the asset."""
    LESSOR = "lessor"
    """It owns the asset."""

    def __str__(self) -> str:
        """Write it as contracts do."""
        return self.value


class LeaseTreatment(enum.Enum):
    """
    Where the emissions of a leased asset count.

    Example:
        >>> LeaseTreatment.UPSTREAM.category
        <Category.UPSTREAM_LEASED_ASSETS: 8>
    """

    OWN = "as of its own asset, in scope 1 or 2"
    UPSTREAM = "in scope 3, category 8"
    DOWNSTREAM = "in scope 3, category 13"

    @property
    def category(self) -> Category | None:
        """The category of scope 3; None in scopes 1 and 2."""
        return {
            LeaseTreatment.OWN: None,
            LeaseTreatment.UPSTREAM: Category.UPSTREAM_LEASED_ASSETS,
            LeaseTreatment.DOWNSTREAM: Category.DOWNSTREAM_LEASED_ASSETS,
        }[self]

    def __str__(self) -> str:
        """Say it in words."""
        return self.value


_SINCE: Final = Period("2006-06-01", None)
_TABLE: Final = "Corporate Standard, appendix F (2006); Scope 3 Standard, table"
_NOTE: Final = "as Deloitte's guide to the protocol repeats the table"

_SUBLET: Final = (
    "leased in and let on at once can not be told; name what is let on as a facility of its own, with the "
    "one lease that decides where it counts"
)

_Key: TypeAlias = tuple[LeaseKind, LeaseParty, ConsolidationApproach]


def _cell(kind: LeaseKind, party: LeaseParty, approach: ConsolidationApproach) -> Rule[LeaseTreatment]:
    lessee = party is LeaseParty.LESSEE
    # the lessee has operational control of either kind, ownership and financial control of a finance lease
    held_by_lessee = kind is LeaseKind.FINANCE or approach is ConsolidationApproach.OPERATIONAL_CONTROL
    elsewhere = LeaseTreatment.UPSTREAM if lessee else LeaseTreatment.DOWNSTREAM
    treatment = LeaseTreatment.OWN if lessee is held_by_lessee else elsewhere
    article = "a" if kind is LeaseKind.FINANCE else "an"
    table = f"{_TABLE} {'A.1' if lessee else 'A.2'}"
    return Rule(
        what=f"{party} of {article} {kind} under {approach}",
        value=treatment,
        says=f"the {party} of {article} {kind} counts it {treatment} under {approach}",
        valid=_SINCE,
        source=Source(
            "WRI/WBCSD",
            "Corporate Value Chain (Scope 3) Accounting and Reporting Standard",
            2011,
            table=table,
            note=_NOTE,
        ),
    )


APPENDIX_F: Final[Mapping[_Key, Rule[LeaseTreatment]]] = MappingProxyType(
    {
        (kind, party, approach): _cell(kind, party, approach)
        for kind in LeaseKind
        for party in LeaseParty
        for approach in ConsolidationApproach
    }
)
"""Where a leased asset counts, by kind, party and consolidation approach; each cell with its source."""


@attrs.frozen
class Lease:
    """
    A facility that is leased, in or out, for some time.

    Args:
        facility: The facility that activities count to.
        kind: Finance or operating.
        party: Which side the reporting company is.
        period: From when to when; the end may be open.
        departure: Only of an operating lease, and only of effect under operational control: why the party
            that the table takes to operate the asset does not. It is disclosed, and turns the table round.

    Raises:
        InvalidValueError: If the facility is blank, a type is wrong, or there is a departure from a
            finance lease.

    Example:
        >>> office = Lease("office", LeaseKind.OPERATING, LeaseParty.LESSEE, Period.year(2025))
        >>> print(office.treatment(ConsolidationApproach.OPERATIONAL_CONTROL))
        as of its own asset, in scope 1 or 2
        >>> print(office.treatment(ConsolidationApproach.EQUITY_SHARE))
        in scope 3, category 8
        >>> print(office.explain(ConsolidationApproach.EQUITY_SHARE).text())
        emissions of office: in scope 3, category 8 = the lessee of an operating lease counts it in ...
          source: WRI/WBCSD, Corporate Value Chain (Scope 3) Accounting and Reporting Standard, 2011, ...
    """

    facility: str = attrs.field(validator=is_name)
    kind: LeaseKind = attrs.field(validator=is_a(LeaseKind))
    party: LeaseParty = attrs.field(validator=is_a(LeaseParty))
    period: Period = attrs.field(validator=is_a(Period))
    departure: str = attrs.field(default="", kw_only=True, validator=is_a(str))

    def __attrs_post_init__(self) -> None:
        """Check that only an operating lease departs from the table."""
        if self.departure and self.kind is LeaseKind.FINANCE:
            raise InvalidValueError("stand with an operating lease", was=str(self.kind), field="departure")

    def treatment(self, approach: ConsolidationApproach) -> LeaseTreatment:
        """
        Say where the emissions count.

        Args:
            approach: How the reporting company consolidates.

        Returns:
            Scope 1 or 2 as without the lease, or a category of scope 3.
        """
        found = APPENDIX_F[self.kind, self.party, approach].value
        if not self._departs(approach):
            return found
        if found is not LeaseTreatment.OWN:
            return LeaseTreatment.OWN
        return LeaseTreatment.UPSTREAM if self.party is LeaseParty.LESSEE else LeaseTreatment.DOWNSTREAM

    def explain(self, approach: ConsolidationApproach) -> Explanation:
        """
        Say where the emissions count, and by which rule.

        Args:
            approach: How the reporting company consolidates.

        Returns:
            The treatment with its rule, and the departure from it if there is one.
        """
        rule = APPENDIX_F[self.kind, self.party, approach]
        how = rule.says
        if self._departs(approach):
            how += f"; departed from: {self.departure}"
        return Explanation(f"emissions of {self.facility}", str(self.treatment(approach)), how, rule.source)

    def _departs(self, approach: ConsolidationApproach) -> bool:
        return bool(self.departure) and approach is ConsolidationApproach.OPERATIONAL_CONTROL


def assign_leases(
    activities: Iterable[Activity], leases: Iterable[Lease], approach: ConsolidationApproach
) -> tuple[Activity, ...]:
    """
    Give the activities of leased facilities the scope in which they count.

    An activity in scope 3 stays as it is, and so does every activity of a facility that is not leased at
    the time. Several leases in turn, such as a renewal, may share an activity if they treat it alike. What
    is leased in and let on at once has two leases, of which the rules do not say which decides; give it one.
    Purchased energy that goes to scope 3 is accounted with a factor without scope 2 method.

    Args:
        activities: What was done, in the scope that it has without a lease.
        leases: What is leased, in and out.
        approach: How the reporting company consolidates.

    Returns:
        The activities in their order.

    Raises:
        BatchError: If two leases of a facility overlap, or the treatment changes within an activity's
            period; every problem is in it.

    Example:
        >>> from carbonkit.values import Energy, Place
        >>> bill = Activity("1", "office", "electricity", Energy("5", "MWh"), Place("DE"), Period.year(2025),
        ...                 Scope.TWO)
        >>> office = Lease("office", LeaseKind.OPERATING, LeaseParty.LESSEE, Period("2024-01-01", None))
        >>> assigned = assign_leases([bill], [office], ConsolidationApproach.FINANCIAL_CONTROL)
        >>> print(assigned[0].scope, assigned[0].category)
        scope 3 category 8, upstream leased assets
    """
    check_type(approach, ConsolidationApproach, field="approach")
    problems: list[Problem] = []
    known: dict[str, list[Lease]] = {}
    for lease in leases:
        check_type(lease, Lease, field="leases")
        for other in known.setdefault(lease.facility, []):
            if other.period.overlaps(lease.period):
                must, was = f"not overlap {other.period}", f"{lease.period} of {lease.facility}"
                hint = "" if other.party is lease.party else _SUBLET
                problems.append(InvalidValueError(must, was=was, field="lease", hint=hint).problem)
        known[lease.facility].append(lease)
    made: list[Activity] = []
    for activity in activities:
        check_type(activity, Activity, field="activities")
        touched = [
            lease
            for lease in known.get(activity.facility, ())
            if lease.period.overlaps(activity.period) and activity.scope is not Scope.THREE
        ]
        changes = _changes(activity, touched, approach)
        if len(changes) > 1:
            problems.append(_straddles(activity, [day for day, _ in changes[1:]]))
            continue
        category = changes[0][1].category
        moved = attrs.evolve(activity, scope=Scope.THREE, category=category)
        made.append(moved if category is not None else activity)
    if problems:
        raise BatchError(problems)
    return tuple(made)


def _changes(
    activity: Activity, leases: list[Lease], approach: ConsolidationApproach
) -> list[tuple[datetime.date, LeaseTreatment]]:
    """List from which days of an activity which treatment holds; without a lease it is an own asset's."""
    ends = {end for lease in leases for end in (lease.period.start, lease.period.end)}
    days = {activity.period.start} | {day for day in ends if day is not None and day in activity.period}
    changes: list[tuple[datetime.date, LeaseTreatment]] = []
    for day in sorted(days):
        held = [lease.treatment(approach) for lease in leases if day in lease.period]
        treatment = held[-1] if held else LeaseTreatment.OWN
        if not changes or changes[-1][1] is not treatment:
            changes.append((day, treatment))
    return changes


def _straddles(activity: Activity, days: list[datetime.date]) -> Problem:
    error = InvalidValueError(
        f"have one treatment under the leases of {activity.facility}",
        was=str(activity.period),
        field="period",
        hint=f"split it at {', '.join(map(str, days))}",
    )
    return error.at(file=activity.file, row=activity.row).problem
