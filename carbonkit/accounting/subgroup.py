"""
Subgroups: a group's inventory taken together from its subsidiaries' own consolidated inventories.

A parent multiplies each subsidiary's consolidated inventory by what it holds of the subsidiary
directly. The result is the same as that of `consolidate` over all facilities at once. What one entity
of a group deliveries to another stands in it twice, once in either's scope; that is reported here and
never taken out.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting._fraction import percent
from carbonkit.accounting.boundary import Apportionment, Boundary, ConsolidatedShare
from carbonkit.accounting.consolidation import Consolidated, key_of, rows_of
from carbonkit.accounting.line import Line
from carbonkit.accounting.treatment import counted
from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonkit.accounting.consolidation import Row, RowKey
    from carbonkit.accounting.inventory import Inventory
    from carbonkit.errors import Problem

__all__ = ["Delivery", "InternalDelivery", "consolidate_subgroups", "internal_deliveries"]


def consolidate_subgroups(
    boundary: Boundary, subgroups: Iterable[Consolidated], *, period: Period
) -> Consolidated:
    """
    Take a parent's inventory together from its own and from those of what it holds directly.

    Args:
        boundary: What the parent counts as its own.
        subgroups: The parent's own consolidated inventory, of its own facilities alone, and the
            consolidated inventory of each entity that it holds directly.
        period: The reporting period of all of them.

    Returns:
        The consolidated inventory, the same as if all facilities were consolidated at once.

    Raises:
        BatchError: If a subgroup has another period, approach or organisation, stands twice, is not held
            directly, or what is held of it changes within the period; if the parent's own holds facilities
            of others; or if a row is not the same in two subgroups. Every problem is in it.

    Example:
        >>> from carbonkit.accounting.consolidation import consolidate
        >>> from carbonkit.accounting.organisation import Organisation
        >>> from carbonkit.accounting.treatment import ConsolidationApproach
        >>> boundary = Boundary(Organisation(["A"], []), "A", ConsolidationApproach.EQUITY_SHARE)
        >>> year = Period.year(2025)
        >>> consolidate_subgroups(boundary, [consolidate(boundary, [], period=year)], period=year)
        <Consolidated inventory of A, equity share, [2025-01-01, 2026-01-01), 0 parts>
    """
    check_type(boundary, Boundary, field="boundary")
    check_type(period, Period, field="period")
    problems: list[Problem] = []
    parts: list[tuple[ConsolidatedShare, Inventory]] = []
    reporters: set[str] = set()
    known: dict[RowKey, Row] = {}
    for subgroup in subgroups:
        check_type(subgroup, Consolidated, field="subgroups")
        reporter = subgroup.boundary.reporter
        try:
            _check_alike(boundary, subgroup, period, reporters)
            link = _link(boundary, subgroup, period)
        except CarbonkitError as error:
            problems.append(error.problem)
            continue
        problems.extend(_other_rows(subgroup, known))
        parts.extend((_through(boundary, reporter, link, share), each) for share, each in subgroup.parts)
    if problems:
        raise BatchError(problems)
    return Consolidated(boundary, period, parts)


def _check_alike(boundary: Boundary, subgroup: Consolidated, period: Period, reporters: set[str]) -> None:
    other = subgroup.boundary
    where = f"subgroup {other.reporter}"
    if other.reporter in reporters:
        raise InvalidValueError("stand once", was=other.reporter, field="subgroup")
    reporters.add(other.reporter)
    if boundary.group is not None or other.group is not None:
        hint = "consolidate all facilities at once for the two groups that are reported apart"
        raise InvalidValueError("keep all groups", was=str(other), field=where, hint=hint)
    if other.approach is not boundary.approach:
        raise InvalidValueError(f"be under {boundary.approach}", was=str(other.approach), field=where)
    if other.organisation != boundary.organisation:
        raise InvalidValueError("be of the same organisation", was=str(other.organisation), field=where)
    if subgroup.period != period:
        raise InvalidValueError(f"be for {period}", was=str(subgroup.period), field=where)


def _link(boundary: Boundary, subgroup: Consolidated, period: Period) -> Fraction:
    """Say what the parent counts of a subgroup by what it holds of it directly."""
    parent, reporter = boundary.reporter, subgroup.boundary.reporter
    where = f"subgroup {reporter}"
    if reporter == parent:
        others = [share.name for share, _ in subgroup.inside if share.entity != parent]
        if others:
            hint = "they come in with the entities that they belong to"
            must = "hold the parent's own facilities alone"
            raise InvalidValueError(must, was=", ".join(others), field=where, hint=hint)
        return Fraction(1)
    links: dict[Fraction, Period] = {}
    held = False
    for piece in boundary.organisation.split(period):
        direct = [
            each for each in boundary.organisation.owners(reporter, piece.start) if each.owner == parent
        ]
        held = held or bool(direct)
        whole = sum((counted(each, boundary.approach) for each in direct), Fraction(0))
        links.setdefault(whole, piece)
    if not held:
        raise InvalidValueError(f"be held directly by {parent}", was=reporter, field=where)
    if len(links) > 1:
        days = ", ".join(str(piece.start) for piece in list(links.values())[1:])
        raise InvalidValueError(
            "be held by one share throughout",
            was=", ".join(map(percent, links)),
            field=where,
            hint=f"split the period at {days}, or consolidate all facilities at once",
        )
    return next(iter(links))


def _other_rows(subgroup: Consolidated, known: dict[RowKey, Row]) -> Iterator[Problem]:
    for _, inventory in subgroup.inside:
        for row in rows_of(inventory):
            if known.setdefault(key_of(row), row) != row:
                about = row.activity if isinstance(row, Line) else row
                must = "be the same in every subgroup"
                error = InvalidValueError(must, was=f"{about.id} of {about.facility}", field="row")
                yield error.at(file=about.file, row=about.row).problem


def _through(
    boundary: Boundary, reporter: str, link: Fraction, share: ConsolidatedShare
) -> ConsolidatedShare:
    if reporter == boundary.reporter:
        return share
    whole = link * share.share
    working = Explanation(
        f"share of {share.name} that {boundary.reporter} counts through {reporter}",
        percent(whole),
        f"{percent(link)} of {reporter} × {percent(share.share)} that {reporter} counts",
        parts=(share.working,),
    )
    return ConsolidatedShare(share.name, share.entity, whole, working)


@attrs.frozen
class Delivery:
    """
    Who supplied what a row of an inventory used.

    Args:
        facility: The facility that used it.
        row: The id of the activity or calculation.
        supplier: The entity that supplied it.

    Raises:
        InvalidValueError: If a name is blank.

    Example:
        >>> Delivery("office", "bill 1", "Power company").supplier
        'Power company'
    """

    facility: str = attrs.field(validator=is_name)
    row: str = attrs.field(validator=is_name)
    supplier: str = attrs.field(validator=is_name)


@attrs.frozen
class InternalDelivery:
    """
    A delivery within a boundary: what it emitted stands in the user's figures and in the supplier's.

    Args:
        delivery: Who supplied what to whom.
        user: The share that is counted of the facility that used it.
        supplier: The share that is counted of the supplier.

    Example:
        >>> half = ConsolidatedShare("x", "B", Fraction(1, 2), Explanation("share of x", "50 %"))
        >>> print(InternalDelivery(Delivery("x", "1", "C"), half, half).explain().text())
        internal delivery to x, row 1: 50 % and 50 % = of the user B and the supplier C; nothing is taken out
          share of x: 50 %
          share of x: 50 %
    """

    delivery: Delivery
    user: ConsolidatedShare
    supplier: ConsolidatedShare

    def explain(self) -> Explanation:
        """
        Say why it is one.

        Returns:
            Both shares with their chains.
        """
        return Explanation(
            f"internal delivery to {self.delivery.facility}, row {self.delivery.row}",
            f"{percent(self.user.share)} and {percent(self.supplier.share)}",
            f"of the user {self.user.entity} and the supplier {self.delivery.supplier}; nothing is taken out",
            parts=(self.user.working, self.supplier.working),
        )


def internal_deliveries(
    consolidated: Consolidated, deliveries: Iterable[Delivery], *, apportionment: Apportionment | None = None
) -> tuple[InternalDelivery, ...]:
    """
    Find what one entity within the boundary supplied to another, such as electricity.

    The supplier's scope 1 and the user's scope 2 or 3 then hold the same emissions. They stay in
    both, as the protocol wants each scope in whole; a total over scopes counts them twice.

    Args:
        consolidated: The group's inventory.
        deliveries: Who supplied the rows in question.
        apportionment: What to do if a supplier's share changes within a row's period.

    Returns:
        The deliveries of which something is counted on both sides.

    Raises:
        BatchError: If a row or a supplier is unknown, or the supplier's share changes and there is no
            apportionment; every problem is in it.

    Example:
        >>> from carbonkit.accounting.consolidation import consolidate
        >>> from carbonkit.accounting.organisation import Organisation
        >>> from carbonkit.accounting.treatment import ConsolidationApproach
        >>> boundary = Boundary(Organisation(["A"], []), "A", ConsolidationApproach.EQUITY_SHARE)
        >>> internal_deliveries(consolidate(boundary, [], period=Period.year(2025)), [])
        ()
    """
    used: dict[tuple[str, str], tuple[ConsolidatedShare, Period]] = {}
    for share, inventory in consolidated.parts:
        for row in rows_of(inventory):
            about = row.activity if isinstance(row, Line) else row
            used[about.facility, about.id] = (share, about.period)
    problems: list[Problem] = []
    found = []
    for delivery in deliveries:
        check_type(delivery, Delivery, field="deliveries")
        user = used.get((delivery.facility, delivery.row))
        if user is None:
            must, was = "be a row of the inventory", f"{delivery.row} of {delivery.facility}"
            problems.append(InvalidValueError(must, was=was, field="delivery").problem)
            continue
        try:
            supplier = consolidated.boundary.over(delivery.supplier, user[1], apportionment=apportionment)
        except CarbonkitError as error:
            problems.append(error.problem)
            continue
        if user[0].share and supplier.share:
            found.append(InternalDelivery(delivery, user[0], supplier))
    if problems:
        raise BatchError(problems)
    return tuple(found)
