"""
Compliance: has an account holder surrendered enough for its verified emissions?

The status is a pure function of what was reported and surrendered up to a
moment, so the status as of any past date can be computed again.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.ledger.command import Reversal, Statement, Transfer
from carbonkit.ledger.hold import Hold, PostHold
from carbonkit.registry.rules import TransactionType
from carbonkit.values.explanation import Explanation
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.number import whole
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carbonkit.ledger.journal import Record

__all__ = ["Compliance", "ComplianceStatus", "Report", "compliance_status", "history_of"]


class ComplianceStatus(enum.Enum):
    """
    Where an account holder stands.

    Example:
        >>> ComplianceStatus("A").name
        'COMPLIANT'
    """

    COMPLIANT = "A"
    """Everything is reported, and enough is surrendered."""
    SHORT = "B"
    """Everything is reported, and too little is surrendered."""
    UNREPORTED = "C"
    """Verified emissions of some year are missing."""
    EXCLUDED = "EXCLUDED"
    """The authority has excluded every year that would count."""
    NOT_APPLICABLE = "NOT_APPLICABLE"
    """No year has to be accounted for yet."""

    def __str__(self) -> str:
        """Write the letter or word that registries publish."""
        return self.value


class Report(enum.Enum):
    """
    The kinds of statement that compliance is computed from.

    Example:
        >>> Report("verified_emissions").value
        'verified_emissions'
    """

    OPERATING_YEARS = "operating_years"
    """First year of operation, and the last one once it is known."""
    VERIFIED_EMISSIONS = "verified_emissions"
    """The verified emissions of one year, in whole tonnes; a later statement replaces an earlier one."""
    EXCLUDED_YEAR = "excluded_year"
    """The authority excludes one year."""
    WITHDRAWN_EMISSIONS = "withdrawn_emissions"
    """What was reported for one year counts no more."""
    INCLUDED_YEAR = "included_year"
    """The authority excludes one year no longer."""
    PUBLISHED_STATUS = "published_status"
    """The status of one year as it stood when it was published."""


@attrs.frozen
class Compliance:
    """
    What was reported and surrendered up to a moment, and the status that follows.

    Args:
        account: Whose it is.
        as_of: The moment; what takes effect at or after it does not count.
        current_year: The year of that moment, which need not be reported yet.
        first_year: The first year of operation.
        last_year: The last year of operation, or None while it goes on.
        emissions: Verified emissions by year. [tCO2e]
        excluded: The years that the authority excluded.
        surrendered: All units surrendered.
        rule: Where the rule of the status was read.

    Example:
        >>> at = datetime.datetime(2022, 5, 1, tzinfo=datetime.UTC)
        >>> rule = Source("carbonkit", "example", 2026)
        >>> found = Compliance(
        ...     AccountId("UK-1"), at, 2022, 2021, None, ((2021, 100),), frozenset(), 99, rule)
        >>> print(found.status)
        B
    """

    account: AccountId
    as_of: datetime.datetime
    current_year: int
    first_year: int
    last_year: int | None
    emissions: tuple[tuple[int, int], ...]
    excluded: frozenset[int]
    surrendered: int
    rule: Source

    @property
    def emitted(self) -> int:
        """All verified emissions reported, in tCO2e."""
        return sum(tonnes for _, tonnes in self.emissions)

    @property
    def status(self) -> ComplianceStatus:
        """Where the account holder stands."""
        return compliance_status(
            first_year=self.first_year,
            last_year=self.last_year,
            current_year=self.current_year,
            emissions=dict(self.emissions),
            excluded=self.excluded,
            surrendered=self.surrendered,
        )

    def through(self, year: int) -> Compliance:
        """
        Return the same for the years up to one only: what is due for that year and before.

        Args:
            year: The last year that counts.

        Returns:
            The facts, as they were known at the moment, without later years.

        Example:
            >>> at = datetime.datetime(2022, 5, 1, tzinfo=datetime.UTC)
            >>> rule = Source("carbonkit", "example", 2026)
            >>> closing = Compliance(AccountId("UK-1"), at, 2022, 2021, 2022, ((2021, 5), (2022, 4)),
            ...                      frozenset(), 5, rule)
            >>> closing.status.value, closing.through(2021).status.value
            ('B', 'A')
        """
        return attrs.evolve(
            self,
            current_year=year + 1,
            last_year=None if self.last_year is None or self.last_year > year else self.last_year,
            emissions=tuple(each for each in self.emissions if each[0] <= year),
            excluded=frozenset(each for each in self.excluded if each <= year),
        )

    def explain(self) -> Explanation:
        """
        Say how the status came about.

        Returns:
            The status, the years reported and the units surrendered, with the rule's source.
        """
        years = tuple(
            Explanation(f"verified emissions {year}", f"{tonnes} tCO2e") for year, tonnes in self.emissions
        )
        gone = tuple(
            Explanation(f"year {year}", "excluded by the authority") for year in sorted(self.excluded)
        )
        return Explanation(
            what=f"compliance status of {self.account} as of {self.as_of.date()}",
            value=self.status.value,
            how=f"{self.surrendered} units surrendered against {self.emitted} tCO2e reported,"
            f" operating from {self.first_year} to {self.last_year or 'now'}",
            source=self.rule,
            parts=years + gone,
        )


def compliance_status(
    *,
    first_year: int,
    last_year: int | None,
    current_year: int,
    emissions: Mapping[int, int],
    excluded: frozenset[int] | set[int],
    surrendered: int,
) -> ComplianceStatus:
    """
    Say where an account holder stands.

    Every year from the first to the one before the current must be reported or
    excluded; the current year counts only when it is the last of operation.

    Args:
        first_year: The first year of operation.
        last_year: The last year of operation, or None while it goes on.
        current_year: The present year.
        emissions: Verified emissions by year; 0 is a report, a missing year is not. [tCO2e]
        excluded: The years that the authority excluded.
        surrendered: All units surrendered.

    Returns:
        The status.

    Example:
        >>> compliance_status(first_year=2021, last_year=None, current_year=2022, emissions={2021: 0},
        ...                   excluded=set(), surrendered=0).value
        'A'

    References:
        UK Emissions Trading Registry, compliance calculation service, dynamic surrender status.
    """
    end = max(first_year, current_year - 1 if last_year is None else last_year)
    ends_now = current_year == end and last_year is not None
    if current_year < first_year or (current_year == first_year and not ends_now):
        return ComplianceStatus.NOT_APPLICABLE
    due = set(range(first_year, min(current_year - 1, end) + 1))
    if excluded and due <= excluded:
        return ComplianceStatus.EXCLUDED
    if ends_now:
        due.add(current_year)
    if any(year not in emissions and year not in excluded for year in due):
        return ComplianceStatus.UNREPORTED
    counted = sum(tonnes for year, tonnes in emissions.items() if year != current_year or ends_now)
    return ComplianceStatus.COMPLIANT if counted <= surrendered else ComplianceStatus.SHORT


def history_of(
    account: AccountId, records: Iterable[Record], as_of: datetime.datetime, current_year: int, rule: Source
) -> Compliance | None:
    """
    Gather what the journal says about an account up to a moment.

    Args:
        account: Whose compliance is asked for.
        records: The journal's records about it, in order.
        as_of: The moment; what takes effect at or after it does not count.
        current_year: The year of that moment.
        rule: Where the rule of the status was read.

    Returns:
        The facts, or None if no year of operation was stated.

    Example:
        >>> at = datetime.datetime(2022, 5, 1, tzinfo=datetime.UTC)
        >>> history_of(AccountId("UK-1"), [], at, 2022, Source("carbonkit", "example", 2026))
    """
    history = _History(account)
    for record in records:
        history.read(record, counts=record.command.effective_at < as_of)
    if history.first is None:
        return None
    return Compliance(
        account,
        as_of,
        current_year,
        history.first,
        history.last,
        tuple(sorted(history.emissions.items())),
        frozenset(history.excluded),
        history.surrendered,
        rule,
    )


class _History:
    """What the records of one account add up to, up to a moment."""

    def __init__(self, account: AccountId) -> None:
        self.account = account
        self.first: int | None = None
        self.last: int | None = None
        self.emissions: dict[int, int] = {}
        self.excluded: set[int] = set()
        self.surrendered = 0
        self._holds: set[CommandId] = set()

    def read(self, record: Record, *, counts: bool) -> None:
        """Take in one record; one that does not count yet only says what its hold was for."""
        command = record.command
        if isinstance(command, Hold) and command.reason == TransactionType.SURRENDER.value:
            self._holds.add(command.id)
        if not counts:
            return
        match command:
            case Transfer(reason=TransactionType.SURRENDER.value):
                self.surrendered += self._gone(record)
            case PostHold(hold=hold) if hold in self._holds:
                self.surrendered += self._gone(record)
            case Reversal(reason="reverse_surrender"):
                self.surrendered += self._gone(record)
            case Statement():
                self._said(command)
            case _:
                pass

    def _gone(self, record: Record) -> int:
        """Count the units that left the account; negative for those that came back."""
        return -sum(each.quantity for each in record.entries if each.holding.account == self.account)

    def _said(self, command: Statement) -> None:
        match command.kind:
            case Report.OPERATING_YEARS.value:
                self.first = whole(command.fact("first"), field="first year")
                last = command.fact("last")
                self.last = whole(last, field="last year") if last else None
            case Report.VERIFIED_EMISSIONS.value:
                year = whole(command.fact("year"), field="year")
                self.emissions[year] = whole(command.fact("tonnes"), field="tonnes")
            case Report.EXCLUDED_YEAR.value:
                self.excluded.add(whole(command.fact("year"), field="year"))
            case Report.WITHDRAWN_EMISSIONS.value:
                self.emissions.pop(whole(command.fact("year"), field="year"), None)
            case Report.INCLUDED_YEAR.value:
                self.excluded.discard(whole(command.fact("year"), field="year"))
            case _:
                pass
