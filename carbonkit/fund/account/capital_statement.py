"""
Capital statements: the accounts of a fund over the quarter, the year and since inception, up to one day.

The three views end with the same closing, and each opens with what the entries
before it left; what a view shows can therefore be checked from the others.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund._check import listed
from carbonkit.fund.account.capital_account import CapitalAccounts, capital_accounts
from carbonkit.fund.refusal import Refusal
from carbonkit.values.field import check_type, is_a
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.entry import Entry
    from carbonkit.fund.partner.commitment import Commitments
    from carbonkit.values.identifier import AccountId

__all__ = ["CapitalStatement", "Span", "capital_statement", "check_roll"]


class Span(enum.Enum):
    """
    How far back a column of a statement looks.

    Example:
        >>> [span.value for span in Span]
        ['QTD', 'YTD', 'ITD']
    """

    QUARTER = "QTD"
    """The quarter to date."""
    YEAR = "YTD"
    """The fiscal year to date."""
    INCEPTION = "ITD"
    """From the beginning of the fund to date."""


@attrs.frozen(kw_only=True)
class CapitalStatement:
    """
    The accounts of all partners up to a day, over three spans; made by `capital_statement`.

    Args:
        as_of: The last day of each span.
        quarter: The accounts of the quarter to date.
        year: The accounts of the fiscal year to date.
        inception: The accounts from the beginning of the fund.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.entry import entries_of, Line
        >>> from carbonkit.values import AccountId, Money
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> paid = entries_of([(AccountId("A"), Money("4.00", "CNY"))], on="2021-07-15",
        ...                   line=Line.CONTRIBUTION, document="call/1")
        >>> said = capital_statement(paid, promised, general_partner=None, inception="2021-07-01",
        ...                          year="2021-07-01", quarter="2021-10-01", as_of="2021-12-31")
        >>> [(span.value, str(said.over(span).opening), str(said.over(span).closing)) for span in Span]
        [('QTD', '4.00 CNY', '4.00 CNY'), ('YTD', '0.00 CNY', '4.00 CNY'), ('ITD', '0.00 CNY', '4.00 CNY')]
    """

    as_of: datetime.date
    quarter: CapitalAccounts = attrs.field(validator=is_a(CapitalAccounts), repr=False)
    year: CapitalAccounts = attrs.field(validator=is_a(CapitalAccounts), repr=False)
    inception: CapitalAccounts = attrs.field(validator=is_a(CapitalAccounts), repr=False)

    def over(self, span: Span) -> CapitalAccounts:
        """
        Give the accounts of one span.

        Args:
            span: Which.

        Returns:
            The accounts.

        Example:
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> from carbonkit.values import AccountId, Money
            >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
            >>> said = capital_statement((), promised, general_partner=None, inception="2021-07-01",
            ...                          year="2021-07-01", quarter="2021-10-01", as_of="2021-12-31")
            >>> str(said.over(Span.QUARTER).period)
            '[2021-10-01, 2022-01-01)'
        """
        check_type(span, Span, field="span")
        return {Span.QUARTER: self.quarter, Span.YEAR: self.year, Span.INCEPTION: self.inception}[span]


def capital_statement(
    entries: Iterable[Entry],
    commitments: Commitments,
    *,
    general_partner: AccountId | None,
    inception: str | datetime.date,
    year: str | datetime.date,
    quarter: str | datetime.date,
    as_of: str | datetime.date,
) -> CapitalStatement:
    """
    Keep the accounts of a fund over the quarter, the year and since inception.

    Args:
        entries: All entries since inception, none after the day.
        commitments: Every partner's commitment on the day.
        general_partner: As in `capital_accounts`.
        inception: The fund's first day.
        year: The first day of the fiscal year; one before inception counts as inception.
        quarter: The first day of the quarter; one before inception counts as inception.
        as_of: The last day.

    Returns:
        The three views.

    Raises:
        InvalidValueError: If the days are not in the order inception or year, quarter, last day.
        BatchError: If entries lie outside, are of an unknown partner, or in another currency.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.values import AccountId, Money
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> capital_statement((), promised, general_partner=None, inception="2021-07-01", year="2021-10-01",
        ...                   quarter="2021-07-01", as_of="2021-12-31")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: quarter: must be on or after 2021-10-01, was 2021-07-01
    """
    first, last = as_date(inception, field="inception"), as_date(as_of, field="as_of")
    starts = [
        first,
        max(first, as_date(year, field="year")),
        max(first, as_date(quarter, field="quarter")),
    ]
    named = zip(("year", "quarter", "as_of"), starts, (*starts[1:], last), strict=True)
    for name, before, day in named:
        if day < before:
            raise InvalidValueError(f"be on or after {before}", was=str(day), field=name)
    if last == datetime.date.max:
        raise InvalidValueError("have a day after it", was=str(last), field="as_of")
    end = last + datetime.timedelta(days=1)
    whole = capital_accounts(
        entries, commitments, general_partner=general_partner, period=Period(first, end), opening=None
    )

    def since(start: datetime.date) -> CapitalAccounts:
        if start == first:
            return whole
        before = capital_accounts(
            (each for each in whole.entries if each.on < start),
            commitments,
            general_partner=general_partner,
            period=Period(first, start),
            opening=None,
        )
        return capital_accounts(
            (each for each in whole.entries if each.on >= start),
            commitments,
            general_partner=general_partner,
            period=Period(start, end),
            opening=before,
        )

    return CapitalStatement(as_of=last, quarter=since(starts[2]), year=since(starts[1]), inception=whole)


def check_roll(accounts: Iterable[CapitalAccounts]) -> None:
    """
    Check that each period opens with what the one before it closed with.

    Args:
        accounts: The accounts of period after period, such as those that were reported.

    Raises:
        BatchError: If a period does not begin where the one before ends, or a partner's opening is not
            its closing there; every such place is named, with the difference. Its code is
            `does_not_roll`.

    Example:
        >>> from carbonkit.fund.account.capital_account import CapitalAccount
        >>> from carbonkit.values import AccountId, Money
        >>> third, fourth = (
        ...     CapitalAccounts(accounts=[CapitalAccount(
        ...         partner=AccountId("A"), period=period, opening=Money(opening, "CNY"), entries=())])
        ...     for period, opening in [(Period("2021-07-01", "2021-10-01"), "4.00"),
        ...                             (Period("2021-10-01", "2022-01-01"), "4.01")])
        >>> check_roll([third, fourth])
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          opening of A [2021-10-01, 2022-01-01): must be 4.00 CNY, as it closed before, was 4.01 CNY; ...
    """
    problems = []
    previous: CapitalAccounts | None = None
    for each in listed(accounts, field="accounts"):
        check_type(each, CapitalAccounts, field="accounts")
        if previous is not None:
            problems += [error.problem for error in _breaks(previous, each)]
        previous = each
    if problems:
        raise BatchError(problems)


def _breaks(before: CapitalAccounts, after: CapitalAccounts) -> Iterable[FundError]:
    if before.period.end != after.period.start:
        yield FundError(
            f"begin on {before.period.end}, where the period before ends",
            was=str(after.period),
            field="period",
            code=Refusal.DOES_NOT_ROLL,
        )
    closings, openings = dict(before.parts), {each.partner: each.opening for each in after}
    zero = before.closing - before.closing
    for partner in [*closings, *(each for each in openings if each not in closings)]:
        closed, opened = closings.get(partner, zero), openings.get(partner, zero)
        if closed != opened:
            yield FundError(
                f"be {closed}, as it closed before",
                was=str(opened),
                field=f"opening of {partner} {after.period}",
                hint=f"the difference is {opened - closed}",
                code=Refusal.DOES_NOT_ROLL,
            )
