"""
Boundaries: the share of each entity and facility that a reporting company counts as its own.

What one ownership brings follows from table 1 of the GHG Protocol's Corporate Standard. It is
multiplied along the chain of parents, and where several chains lead to an entity they add up. Shares
are exact fractions.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Mapping
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting._fraction import percent
from carbonkit.accounting.organisation import Organisation
from carbonkit.accounting.ownership import Facility, Ownership
from carbonkit.accounting.treatment import TABLE_1, ConsolidationApproach, Treatment, counted
from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Apportionment", "Boundary", "ConsolidatedShare", "ReportingGroup"]

_CHAINS: Final = 20  # chains that an explanation spells out
_NOTHING: Final = Fraction(0)
_WHOLE: Final = Fraction(1)


class ReportingGroup(enum.Enum):
    """
    The two groups, with nothing in common, that ESRS E1 and IFRS S2 want apart.

    Example:
        >>> str(ReportingGroup.ACCOUNTING)
        'consolidated accounting group'
    """

    ACCOUNTING = "consolidated accounting group"
    """The parent and what it controls financially alone, in whole."""
    OPERATED_INVESTEES = "operated investees"
    """Associates, joint ventures and other investees outside of it that it operates, in whole."""

    def __str__(self) -> str:
        """Write it as reports do."""
        return self.value


_GROUPS: Final = Source(
    "European Commission",
    "ESRS E1, Delegated Regulation (EU) 2023/2772",
    2023,
    table="E1-6, paragraph 50",
    status=Status.RECALLED,
    note="the paragraph from memory; the taxonomy's axis of financial and operational control is confirmed",
)


class Apportionment(enum.Enum):
    """
    What to do with a period in which a share changes, where it can not be split.

    Example:
        >>> Apportionment("by days")
        <Apportionment.BY_DAYS: 'by days'>
    """

    BY_DAYS = "by days"
    """Take the average of the shares, weighted by the days that each was held."""


@attrs.frozen
class ConsolidatedShare:
    """
    The share of a facility or an entity that a company counts as its own; made by a `Boundary`.

    Args:
        name: The facility, or the entity.
        entity: The entity that it counts to; of an entity, itself.
        share: How much of it is counted.
        working: How that came about: every chain of parents, and the rule of each link.

    Example:
        >>> ConsolidatedShare("7", "B", Fraction(1, 3), Explanation("share of 7", "1/3")).share
        Fraction(1, 3)
    """

    name: str
    entity: str
    share: Fraction
    working: Explanation

    def explain(self) -> Explanation:
        """
        Say how the share came about.

        Returns:
            The share with its chains.
        """
        return self.working


@attrs.frozen
class _Day:
    """What a boundary holds on a day; the same until something changes hands."""

    held: Mapping[str, tuple[Ownership, ...]]
    shares: Mapping[str, Fraction]  # of every entity that some chain of parents leads to
    group: frozenset[str]  # the reporter, and what it controls financially along sole control
    explained: dict[str, tuple[Explanation, ...]] = attrs.field(init=False, factory=dict)


@attrs.frozen(repr=False)
class Boundary:
    """
    What a company counts as its own under one consolidation approach, on any day.

    Args:
        organisation: Who owns whom.
        reporter: The company that reports.
        approach: How it consolidates; there is no default.
        group: Keeps only one of the two groups that are reported apart; see `accounting_group` and
            `operated_investees`. None keeps all.

    Raises:
        NotFoundError: If the organisation has no such entity.
        InvalidValueError: If a value has another type, or the approach is not that of the group.

    Example:
        >>> from carbonkit.accounting.ownership import Relationship
        >>> always = Period("2020-01-01", None)
        >>> group = Organisation(
        ...     ["Holland Industries", "Holland America", "BGB"],
        ...     [Ownership("Holland Industries", "Holland America", "83 %", Relationship.SUBSIDIARY, always,
        ...                operated=True),
        ...      Ownership("Holland America", "BGB", "50 %", Relationship.JOINT_VENTURE, always,
        ...                operated=False)])
        >>> boundary = Boundary(group, "Holland Industries", ConsolidationApproach.EQUITY_SHARE)
        >>> print(boundary.share("BGB", "2025-01-01").explain().text())
        share of BGB that Holland Industries counts: 41.5 % = equity share from 2020-01-01 on, sum over chains
          Holland Industries → Holland America → BGB: 41.5 % = 83 % × 50 %
            Holland America: 83 % = 83 % held by Holland Industries; of a subsidiary its owner counts ...
              source: WRI/WBCSD, GHG Protocol Corporate Accounting and Reporting Standard, revised ...
            BGB: 50 % = 50 % held by Holland America; of a joint venture its owner counts its interest
              source: WRI/WBCSD, GHG Protocol Corporate Accounting and Reporting Standard, revised ...
    """

    organisation: Organisation = attrs.field(validator=is_a(Organisation))
    reporter: str = attrs.field(validator=is_name)
    approach: ConsolidationApproach = attrs.field(validator=is_a(ConsolidationApproach))
    group: ReportingGroup | None = attrs.field(
        default=None, kw_only=True, validator=attrs.validators.optional(is_a(ReportingGroup))
    )
    _days: dict[int, _Day] = attrs.field(init=False, eq=False, repr=False, factory=dict)
    _found: dict[tuple[str, int], ConsolidatedShare] = attrs.field(
        init=False, eq=False, repr=False, factory=dict
    )

    def __attrs_post_init__(self) -> None:
        """Check that the reporter is known, and that a group has its approach."""
        if not self.organisation.is_entity(self.reporter):
            raise NotFoundError("be an entity of the organisation", was=self.reporter, field="reporter")
        wanted = {
            ReportingGroup.ACCOUNTING: ConsolidationApproach.FINANCIAL_CONTROL,
            ReportingGroup.OPERATED_INVESTEES: ConsolidationApproach.OPERATIONAL_CONTROL,
        }
        if self.group is not None and self.approach is not wanted[self.group]:
            must = f"be {wanted[self.group]} for the {self.group}"
            raise InvalidValueError(must, was=str(self.approach), field="approach")

    @classmethod
    def accounting_group(cls, organisation: Organisation, reporter: str) -> Boundary:
        """
        Keep the consolidated accounting group: what ESRS E1 and IFRS S2 report first.

        Args:
            organisation: Who owns whom.
            reporter: The parent.

        Returns:
            The boundary of the parent and what it controls financially alone, each in whole.

        Raises:
            NotFoundError: If the organisation has no such entity.

        Example:
            >>> Boundary.accounting_group(Organisation(["A"], []), "A").share("A", "2025-01-01").share
            Fraction(1, 1)
        """
        financial = ConsolidationApproach.FINANCIAL_CONTROL
        return cls(organisation, reporter, financial, group=ReportingGroup.ACCOUNTING)

    @classmethod
    def operated_investees(cls, organisation: Organisation, reporter: str) -> Boundary:
        """
        Keep the investees outside of the accounting group that are under operational control.

        Args:
            organisation: Who owns whom.
            reporter: The parent.

        Returns:
            The boundary of these, each in whole; it has nothing in common with `accounting_group`.

        Raises:
            NotFoundError: If the organisation has no such entity.

        Example:
            >>> Boundary.operated_investees(Organisation(["A"], []), "A").share("A", "2025-01-01").share
            Fraction(0, 1)
        """
        operational = ConsolidationApproach.OPERATIONAL_CONTROL
        return cls(organisation, reporter, operational, group=ReportingGroup.OPERATED_INVESTEES)

    def share(self, name: str, day: str | datetime.date) -> ConsolidatedShare:
        """
        Say how much of an entity or a facility is counted on a day.

        Args:
            name: The entity or the facility.
            day: The day.

        Returns:
            The share with its working; nothing, if no chain of parents leads to it.

        Raises:
            NotFoundError: If there is neither an entity nor a facility of that name, or the facility is
                nobody's on that day.
            InvalidValueError: If `day` is no date.
        """
        date = as_date(day, field="day")
        stretch = bisect_right(self.organisation.changes, date)
        found = self._found.get((name, stretch))
        if found is None:
            found = self._found[name, stretch] = self._shared(name, date, stretch)
        return found

    def over(
        self, name: str, period: Period, *, apportionment: Apportionment | None = None
    ) -> ConsolidatedShare:
        """
        Say how much of an entity or a facility is counted over a period.

        Args:
            name: The entity or the facility.
            period: The period, which has an end.
            apportionment: What to do if the share changes within the period; None refuses it.

        Returns:
            The share with its working.

        Raises:
            NotFoundError: If there is neither an entity nor a facility of that name, or the facility is
                nobody's on some day.
            InvalidValueError: If the period has no end, or the share changes within it and there is no
                apportionment.
        """
        if period.end is None:
            raise InvalidValueError("have an end", was=str(period), field="period")
        pieces = _merged((piece, self.share(name, piece.start)) for piece in self.organisation.split(period))
        if len(pieces) == 1:
            return pieces[0][1]
        if apportionment is None:
            days = ", ".join(str(piece.start) for piece, _ in pieces[1:])
            raise InvalidValueError(
                f"lie within one share of {name}",
                was=f"{period}, {', '.join(percent(each.share) for _, each in pieces)}",
                field="period",
                hint=f"split it at {days}, or pass apportionment=Apportionment.BY_DAYS",
            )
        return _averaged(name, period, pieces)

    def _shared(self, name: str, day: datetime.date, stretch: int) -> ConsolidatedShare:
        now = self._days.get(stretch)
        if now is None:  # worked out once for each stretch in which nothing changes hands
            now = self._days[stretch] = self._worked_out(day)
        if self.organisation.is_entity(name):
            entity, facility, share = name, None, self._of_entity(name, now)
        else:
            facility = self.organisation.facility(name, day)
            entity, share = self._of_facility(facility, now)
        working = self._explained(name, entity, facility, share, now=now, when=self._when(stretch))
        return ConsolidatedShare(name, entity, share, working)

    def _when(self, stretch: int) -> str:
        changes = self.organisation.changes
        if not changes:
            return "at any time"
        if not stretch:
            return f"before {changes[0]}"
        if stretch == len(changes):
            return f"from {changes[-1]} on"
        return f"over [{changes[stretch - 1]}, {changes[stretch]})"

    def _worked_out(self, day: datetime.date) -> _Day:
        held = self.organisation.held(day)
        shares: dict[str, Fraction] = {self.reporter: _WHOLE}
        group = {self.reporter}
        for owned, some in held.items():
            chained = [each for each in some if each.owner in shares]
            if owned == self.reporter or not chained:
                continue
            shares[owned] = sum(
                (counted(each, self.approach) * shares[each.owner] for each in chained), _NOTHING
            )
            if any(each.sole and each.owner in group for each in chained):
                group.add(owned)
        return _Day(held, shares, frozenset(group))

    def _of_entity(self, entity: str, now: _Day) -> Fraction:
        if self.group is ReportingGroup.ACCOUNTING:
            return _WHOLE if entity in now.group else _NOTHING
        if self.group is ReportingGroup.OPERATED_INVESTEES and entity in now.group:
            return _NOTHING
        return now.shares.get(entity, _NOTHING)

    def _of_facility(self, facility: Facility, now: _Day) -> tuple[str, Fraction]:
        """Count a facility to its entity; under operational control to its operator."""
        if self.approach is not ConsolidationApproach.OPERATIONAL_CONTROL:
            return facility.entity, self._of_entity(facility.entity, now)
        if self.group is None:
            return facility.operator, self._of_entity(facility.operator, now)
        # the two groups have nothing in common: what the accounting group owns is not an investee's
        if facility.entity in now.group:
            return facility.operator, _NOTHING
        return facility.operator, now.shares.get(facility.operator, _NOTHING)

    def _explained(
        self, name: str, entity: str, facility: Facility | None, share: Fraction, *, now: _Day, when: str
    ) -> Explanation:
        parts = self._chains_explained(entity, now)
        if self.group is not None:
            member = "in" if entity in now.group else "outside of"
            how = f"{self.group} {when}; {entity} is {member} the accounting group"
            return Explanation(self._what(name), percent(share), how, _GROUPS, parts)
        how = f"{self.approach} {when}"
        if facility is not None:
            by = "operated by" if entity == facility.operator != facility.entity else "belongs to"
            how += f", {by} {entity}"
        if entity == self.reporter:
            how += ", the reporting company itself"
        else:
            how += ", sum over chains" if parts else ", no chain of parents leads to it"
        return Explanation(self._what(name), percent(share), how, parts=parts)

    def _what(self, name: str) -> str:
        return f"share of {name} that {self.reporter} counts"

    def _chains_explained(self, entity: str, now: _Day) -> tuple[Explanation, ...]:
        known = now.explained.get(entity)
        if known is not None:
            return known
        chains = list(islice(self._chains(entity, now), _CHAINS + 1))
        made = [_explained_chain(chain, self.approach) for chain in chains[:_CHAINS]]
        if len(chains) > _CHAINS:
            made.append(Explanation("further chains", "in the sum", f"{_CHAINS} are shown"))
        now.explained[entity] = tuple(made)
        return now.explained[entity]

    def _chains(self, entity: str, now: _Day) -> Iterator[tuple[Ownership, ...]]:
        """Follow the parents of an entity up to the reporter, whichever way there is."""
        started: list[tuple[str, tuple[Ownership, ...]]] = [(entity, ())]
        while started:
            reached, links = started.pop()
            if reached == self.reporter:
                if links:
                    yield links
                continue
            started.extend(
                (held.owner, (held, *links))
                for held in reversed(now.held.get(reached, ()))
                if held.owner in now.shares
            )

    def __repr__(self) -> str:
        """Say whose it is."""
        only = f", {self.group}" if self.group is not None else ""
        return f"<Boundary of {self.reporter}, {self.approach}{only}>"


def _explained_chain(chain: tuple[Ownership, ...], approach: ConsolidationApproach) -> Explanation:
    shares = [counted(held, approach) for held in chain]
    whole = _WHOLE
    links = []
    for held, share in zip(chain, shares, strict=True):
        whole *= share
        rule = TABLE_1[held.relationship, approach]
        facts = [f"{percent(held.share)} held by {held.owner}"]
        if rule.value is Treatment.IF_OPERATED:
            facts.append("operated" if held.operated else "not operated")
        if rule.value is Treatment.IF_CONTROLLED:
            facts.append("controlled" if held.controlled else "not controlled")
        how = f"{', '.join(facts)}; {rule.says}"
        links.append(Explanation(held.owned, percent(share), how, rule.source))
    names = " → ".join([chain[0].owner, *(held.owned for held in chain)])
    return Explanation(names, percent(whole), " × ".join(map(percent, shares)), parts=links)


def _merged(found: Iterable[tuple[Period, ConsolidatedShare]]) -> list[tuple[Period, ConsolidatedShare]]:
    """Join neighbours in which the share is the same; the explanation keeps every way it came about."""
    pieces: list[tuple[Period, ConsolidatedShare]] = []
    told: tuple[Explanation, ...] = ()
    for piece, share in found:
        if pieces and (pieces[-1][1].share, pieces[-1][1].entity) == (share.share, share.entity):
            before, last = pieces[-1]
            if told != share.working.parts:
                working = attrs.evolve(last.working, parts=(*last.working.parts, share.working))
                last = attrs.evolve(last, working=working)
            pieces[-1] = (Period(before.start, piece.end), last)
        else:
            pieces.append((piece, share))
        told = share.working.parts
    return pieces


def _averaged(
    name: str, period: Period, pieces: Sequence[tuple[Period, ConsolidatedShare]]
) -> ConsolidatedShare:
    average = sum((each.share * piece.days for piece, each in pieces), _NOTHING) / period.days
    parts = tuple(
        Explanation(f"{piece.days} days", percent(each.share), str(piece), parts=(each.working,))
        for piece, each in pieces
    )
    how = f"average over {period}, weighted by days"
    working = Explanation(f"share of {name}", percent(average), how, parts=parts)
    entities = dict.fromkeys(each.entity for _, each in pieces)
    return ConsolidatedShare(name, " / ".join(entities), average, working)
