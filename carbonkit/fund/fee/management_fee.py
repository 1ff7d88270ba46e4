"""
Management fees: rate × base × time, stepped down on dates, and divided among the partners.

Every partner bears the fee on its share of the base, by commitment: at the fund's rates,
or at its own. Nobody pays for a partner that pays less. The fee of a period is added up
exactly over its stretches and rounded once.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, count, listed
from carbonkit.fund.apportion import apportion, in_minor_units, written
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.fee.fee_terms import (
    FeeBase,
    FeeLevel,
    FeeMeasured,
    FeePeriods,
    FeeStep,
    FeeTerms,
    FeeTime,
)
from carbonkit.fund.figure import money
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding
from carbonkit.values.time import add_months, as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["FeeSegment", "ManagementFee", "charge_management_fee"]

_NONE = Fraction(0)


@attrs.frozen(kw_only=True)
class FeeSegment:
    """
    A stretch of a period with one rate on one amount, for some of the partners.

    Args:
        start: Its first day.
        end: The day after its last.
        rate: The yearly rate.
        base: What it is reckoned on.
        amount: What that comes to, for the whole fund.
        share: The partners' share of it.
        years: Its length.

    Example:
        >>> import datetime
        >>> from carbonkit.fund.fee.fee_terms import FeeBase
        >>> segment = FeeSegment(start=datetime.date(2021, 7, 15), end=datetime.date(2022, 7, 15),
        ...                      rate=Fraction(1, 50), base=FeeBase.COMMITTED, amount=Money("100", "CNY"),
        ...                      share=Fraction(1), years=Fraction(1))
        >>> segment.fee
        Fraction(2, 1)
    """

    start: datetime.date
    end: datetime.date
    rate: Fraction
    base: FeeBase
    amount: Money
    share: Fraction
    years: Fraction

    @property
    def fee(self) -> Fraction:
        """Rate × base × share × time, exactly."""
        return self.rate * Fraction(self.amount.amount) * self.share * self.years

    def explain(self, rounding: Rounding) -> Explanation:
        """Write it out."""
        share = "" if self.share == 1 else f" × {self.share} of the commitments"
        return Explanation(
            f"{self.start} to {self.end}",
            str(money(self.fee, self.amount.currency, rounding)),
            f"{written(self.rate)} × {self.amount} ({self.base.value}){share} × {self.years} years",
        )


@attrs.frozen(kw_only=True)
class ManagementFee:
    """
    A period's fee before waivers, rebates and offsets; made by `charge_management_fee`.

    Args:
        number: Its number, from 1.
        start: The period's first day.
        end: The day after its last.
        charged_on: The day on which it is charged.
        segments: The stretches that it adds up.
        total: The fee.
        parts: What each partner bears, in the order of the commitments.
        rounding: How the total was rounded.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.fund.fee.fee_terms import FeeBase, FeeMeasured, FeePeriods, FeeStep, FeeTerms
        >>> terms = FeeTerms(steps=[FeeStep("2021-07-15", "0.02", [FeeBase.COMMITTED])], own=(),
        ...                  time=FeePeriods.QUARTERS, measured=FeeMeasured.AT_PERIOD_START,
        ...                  rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId(name), Money("50", "CNY")) for name in "AB"])
        >>> fee = charge_management_fee(terms, promised, (), number=1, start="2021-07-15",
        ...                             end="2021-10-15", charged_on="2021-07-15")
        >>> print(fee.explain().text())
        management fee 1, 2021-07-15 to 2021-10-15: 0.50 CNY = added up exactly, rounded HALF_UP
          2021-07-15 to 2021-10-15: 0.50 CNY = 0.02 × 100.00 CNY (commitments) × 1/4 years
          A: 0.25 CNY
          B: 0.25 CNY
        >>> fee.entries[0].line, fee.entries[0].amount
        (<Line.MANAGEMENT_FEE: 'management fee'>, Money('-0.25', 'CNY'))
    """

    number: int
    start: datetime.date
    end: datetime.date
    charged_on: datetime.date
    segments: tuple[FeeSegment, ...]
    total: Money
    parts: tuple[tuple[AccountId, Money], ...]
    rounding: Rounding

    @property
    def document(self) -> str:
        """What entries made from it name."""
        return f"management-fee/{self.number}"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it takes from each partner's capital."""
        return entries_of(
            ((partner, -part) for partner, part in self.parts),
            on=self.charged_on,
            line=Line.MANAGEMENT_FEE,
            document=self.document,
        )

    def explain(self) -> Explanation:
        """Say how it adds up and who bears it."""
        return Explanation(
            f"management fee {self.number}, {self.start} to {self.end}",
            str(self.total),
            how=f"added up exactly, rounded {self.rounding.name}",
            parts=(
                *(segment.explain(self.rounding) for segment in self.segments),
                *(Explanation(str(partner), str(part)) for partner, part in self.parts),
            ),
        )


def charge_management_fee(
    terms: FeeTerms,
    commitments: Commitments,
    levels: Iterable[FeeLevel],
    *,
    number: int,
    start: str | datetime.date,
    end: str | datetime.date,
    charged_on: str | datetime.date,
) -> ManagementFee:
    """
    Work out the fee of a period, and what each partner bears of it.

    Args:
        terms: The terms.
        commitments: The commitments of the period; also the base, where that is the commitments.
        levels: What the other bases come to, in any order.
        number: The period's number, from 1.
        start: The period's first day.
        end: The day after its last.
        charged_on: The day on which the fee is charged.

    Returns:
        The fee.

    Raises:
        FundError: `no_fee_base` if a base has no level on a day on which it is measured.
        NotFoundError: If a partner with steps of its own has no commitment.
        InvalidValueError: If the period does not end after it starts, is longer than the periods that
            the terms count by, or a base has two levels from one day on.
        CurrencyMismatchError: If a level is in another currency than the commitments.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.fund.fee.fee_terms import FeeBase, FeeLevel, FeeMeasured, FeeStep, FeeTerms
        >>> terms = FeeTerms(
        ...     steps=[FeeStep("2021-07-15", "0.02", [FeeBase.NET_INVESTED_COST])],
        ...     own=[(AccountId("GP"), [FeeStep("2021-07-15", 0, [FeeBase.NET_INVESTED_COST])])],
        ...     time=DayCount.ACT_365_FIXED, measured=FeeMeasured.AS_IT_CHANGES, rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("98000000", "CNY")),
        ...                         Commitment(AccountId("GP"), Money("2000000", "CNY"))])
        >>> cost = FeeLevel(FeeBase.NET_INVESTED_COST, "2021-07-15", Money("85000000", "CNY"))
        >>> fee = charge_management_fee(terms, promised, [cost], number=1, start="2021-07-15",
        ...                             end="2022-07-15", charged_on="2021-07-15")
        >>> [(str(partner), str(part)) for partner, part in fee.parts]
        [('LP', '1666000.00 CNY'), ('GP', '0.00 CNY')]
    """
    check_type(terms, FeeTerms, field="terms")
    check_type(commitments, Commitments, field="commitments")
    first, last = as_date(start, field="start"), as_date(end, field="end")
    if last <= first:
        raise InvalidValueError(f"be after {first}", was=str(last), field="end")
    if isinstance(terms.time, FeePeriods) and last > (most := add_months(first, terms.time.months)):
        raise InvalidValueError(
            f"be at most {most}, {terms.time.months} months on", was=str(last), field="end"
        )
    known = _levels(levels, commitments)
    own = dict(terms.own)
    strangers = [str(partner) for partner in own if partner not in {each.partner for each in commitments}]
    if strangers:
        raise NotFoundError("be a partner of the fund", was=", ".join(strangers), field="own")
    size = sum(commitments.weights)
    exact: dict[AccountId, Fraction] = {}
    segments: list[FeeSegment] = []
    groups = [(terms.steps, [each for each in commitments if each.partner not in own])]
    groups += [(own[each.partner], [each]) for each in commitments if each.partner in own]
    for steps, members in groups:
        weights = [each.amount.to_minor() for each in members]
        if not members:
            continue
        found = _segments(terms, steps, known, (first, last), Fraction(sum(weights), size))
        segments += found
        fee = sum((segment.fee for segment in found), _NONE)
        for each, weight in zip(members, weights, strict=True):
            exact[each.partner] = fee * Fraction(weight, sum(weights))
    currency = commitments.currency
    total = money(sum(exact.values(), _NONE), currency, terms.rounding)
    order = [each.partner for each in commitments]
    minor = apportion(total.to_minor(), [in_minor_units(exact[partner], currency) for partner in order])
    return ManagementFee(
        number=count(number, field="number"),
        start=first,
        end=last,
        charged_on=as_date(charged_on, field="charged_on"),
        segments=tuple(segments),
        total=total,
        parts=tuple(
            (partner, Money.from_minor(part, currency)) for partner, part in zip(order, minor, strict=True)
        ),
        rounding=terms.rounding,
    )


def _levels(
    levels: Iterable[FeeLevel], commitments: Commitments
) -> dict[FeeBase, dict[datetime.date, Money]]:
    known: dict[FeeBase, dict[datetime.date, Money]] = {
        FeeBase.COMMITTED: {datetime.date.min: commitments.total}
    }
    for level in listed(levels, field="levels"):
        check_type(level, FeeLevel, field="levels")
        check_currency(level.amount, commitments.currency, field="levels")
        if level.base is FeeBase.COMMITTED:
            raise InvalidValueError(
                "leave out the commitments",
                was=str(level.amount),
                field="levels",
                hint="they are given apart",
            )
        by_day = known.setdefault(level.base, {})
        if level.from_on in by_day:
            raise InvalidValueError(
                "give a base one level from a day on",
                was=f"two of {level.base.name} from {level.from_on}",
                field="levels",
            )
        by_day[level.from_on] = level.amount
    return known


def _segments(
    terms: FeeTerms,
    steps: Sequence[FeeStep],
    known: dict[FeeBase, dict[datetime.date, Money]],
    period: tuple[datetime.date, datetime.date],
    share: Fraction,
) -> list[FeeSegment]:
    first, last = period
    cuts = {first, last, *(step.from_on for step in steps)}
    if terms.measured is FeeMeasured.AS_IT_CHANGES:
        cuts |= {day for by_day in known.values() for day in by_day}
    days = sorted(day for day in cuts if first <= day <= last)
    found = []
    for start, end in pairwise(days):
        step = next((step for step in reversed(steps) if step.from_on <= start), None)
        if step is None or not step.rate:
            continue
        measured_on = first if terms.measured is FeeMeasured.AT_PERIOD_START else start
        base = min(step.bases, key=lambda each: _level(known, each, measured_on).amount)
        found.append(
            FeeSegment(
                start=start,
                end=end,
                rate=step.rate,
                base=base,
                amount=_level(known, base, measured_on),
                share=share,
                years=_years(terms.time, first, start, end),
            )
        )
    return found


def _level(known: dict[FeeBase, dict[datetime.date, Money]], base: FeeBase, day: datetime.date) -> Money:
    by_day = known.get(base, {})
    days = [from_on for from_on in by_day if from_on <= day]
    if not days:
        raise FundError(
            f"have a level of {base.name} on {day}", was="none", field="levels", code=Refusal.NO_FEE_BASE
        )
    return by_day[max(days)]


def _years(time: FeeTime, first: datetime.date, start: datetime.date, end: datetime.date) -> Fraction:
    if isinstance(time, DayCount):
        return time.years(start, end)
    whole = (add_months(first, time.months) - first).days
    return Fraction((end - start).days, whole * time.value)
