"""Cures: a partner in default pays what it owes, with interest; those who had paid for it get it back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import count
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.figure import money
from carbonkit.fund.partner._part import Parts, check_parts, minor_of, negative, parts_of
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.partner.default import Default
from carbonkit.fund.partner.late_interest import LateInterest
from carbonkit.fund.partner.unfunded import Happening, UnfundedStep, after_steps, check_follows, unfunded
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money, minor_places
from carbonkit.values.number import Rounding
from carbonkit.values.share import split
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Cure", "cure_default", "in_default"]


def _number(value: int) -> int:
    return count(value, field="number")


def _paid_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="paid_on")


@attrs.frozen(kw_only=True)
class Cure:
    """
    A default made good; made by `cure_default`.

    The partner pays what it owes, and interest on it since the call was due. Those who had paid
    in its place get that back, and it can be called from them again. The interest stays in the
    fund as its income, and belongs to the other partners, by commitment; the capital of the one
    who pays it does not change by it.

    Args:
        number: Its number within the fund, from 1.
        commitments: The partners.
        before: What each partner had unfunded before it.
        default: The default.
        partner: The one that pays.
        paid_on: The day.
        terms: The interest.
        rounding: How the interest is rounded to the minor unit.

    Raises:
        InvalidValueError: If it is paid before the default was declared, or the partners are not all
            there, in order.
        NotFoundError: If the partner is not in that default.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.partner.default import declare_default
        >>> from carbonkit.fund.partner.late_interest import InterestMethod
        >>> promised = Commitments([Commitment(AccountId(name), Money("1000", "CNY")) for name in "AB"])
        >>> call = call_capital(promised, (), total=Money("200.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> missed = declare_default(promised, [call], call=1, declared_on="2021-07-30",
        ...                          unpaid={AccountId("B"): Money("100.00", "CNY")}, due_on="2021-08-10")
        >>> terms = LateInterest(rate="0.12", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED)
        >>> cure = cure_default(promised, [call, missed], partner=AccountId("B"), paid_on="2021-09-26",
        ...                     terms=terms, rounding=Rounding.HALF_UP)
        >>> print(cure.explain().text())
        cure 1 of default 1, paid 2021-09-26: 102.40 CNY = owed + interest
          owed by B: 100.00 CNY = unpaid of call 1, due 2021-07-15
          interest: 2.40 CNY = 0.12 a year, simple, ACT/365F, from 2021-07-15; rounded HALF_UP
          given back to A: 100.00 CNY = paid in place of B
    """

    number: int = attrs.field(converter=_number)
    commitments: Commitments = attrs.field(validator=is_a(Commitments))
    before: Parts = attrs.field(repr=False)
    default: Default = attrs.field(validator=is_a(Default))
    partner: AccountId = attrs.field(validator=is_a(AccountId))
    paid_on: datetime.date = attrs.field(converter=_paid_on)
    terms: LateInterest = attrs.field(validator=is_a(LateInterest))
    rounding: Rounding = attrs.field(validator=is_a(Rounding))
    after: Parts = attrs.field(init=False, repr=False, eq=False)
    """What each partner has unfunded after it."""

    def __attrs_post_init__(self) -> None:
        """Check that it comes after the default."""
        check_parts(self.before, self.commitments, field="before")
        if self.paid_on < self.default.due_on:
            raise InvalidValueError(
                f"be on or after {self.default.due_on}, when the others pay",
                was=str(self.paid_on),
                field="paid_on",
            )
        object.__setattr__(self, "after", after_steps(self.before, self.steps))
        check_parts(self.after, self.commitments, field="unfunded after it")

    @property
    def name(self) -> str:
        """What it is called among the things that happened."""
        return f"cure {self.number}"

    @property
    def on(self) -> datetime.date:
        """The day on which it is paid."""
        return self.paid_on

    @property
    def opening(self) -> Commitments:
        """The commitments before it, which it leaves as they are."""
        return self.commitments

    @property
    def owed(self) -> Money:
        """What the partner owed on the call."""
        return dict(self.default.unpaid)[self.partner]

    @property
    def interest(self) -> Money:
        """The interest on it, from the day on which the call was due."""
        factor = self.terms.on_one(self.default.call.due_on, self.paid_on)
        return money(factor * self.owed.to_minor() / 10**self._places, self.owed.currency, self.rounding)

    @property
    def _places(self) -> int:
        return minor_places(self.owed.currency)

    @property
    def given_back(self) -> Parts:
        """What each of the others gets back."""
        inside, outside = self.default.covered_for(self.partner)
        return parts_of(self.commitments, map(sum, zip(minor_of(inside), minor_of(outside), strict=True)))

    @property
    def interest_shares(self) -> Parts:
        """What of the interest belongs to each of the others, by commitment; none if there is no other."""
        weights = [0 if each.partner == self.partner else each.amount.to_minor() for each in self.commitments]
        found = split(self.interest.to_minor(), weights) if any(weights) else [0] * len(weights)
        return parts_of(self.commitments, found)

    @property
    def steps(self) -> tuple[tuple[UnfundedStep, Parts], ...]:
        """What it did to what is unfunded: the one contributes, the others get back."""
        inside = dict(self.default.unpaid_inside)[self.partner]
        contributed = (
            (each.partner, -inside if each.partner == self.partner else inside - inside)
            for each in self.commitments
        )
        return (
            (UnfundedStep.CONTRIBUTION, tuple(contributed)),
            (UnfundedStep.RETURNED, self.default.covered_for(self.partner)[0]),
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The lines of the capital accounts: what is owed, the cover given back, the interest earned."""
        document = f"cure/{self.number}"
        parts = (
            (Line.CONTRIBUTION, ((self.partner, self.owed),)),
            (Line.DISTRIBUTION, negative(self.given_back)),
            (Line.OTHER_INCOME, self.interest_shares),
        )
        return tuple(
            entry
            for line, shares in parts
            for entry in entries_of(shares, on=self.paid_on, line=line, document=document)
        )

    def explain(self) -> Explanation:
        """Say what is paid, and who gets what back."""
        call = self.default.call
        back = (
            Explanation(f"given back to {partner}", str(amount), f"paid in place of {self.partner}")
            for partner, amount in self.given_back
            if amount.amount
        )
        return Explanation(
            f"cure {self.number} of {self.default.name}, paid {self.paid_on}",
            str(self.owed + self.interest),
            how="owed + interest",
            parts=(
                Explanation(
                    f"owed by {self.partner}", str(self.owed), f"unpaid of {call.name}, due {call.due_on}"
                ),
                Explanation(
                    "interest",
                    str(self.interest),
                    f"{self.terms.said()}, from {call.due_on}; rounded {self.rounding.name}",
                ),
                *back,
            ),
        )


def in_default(happenings: Iterable[Happening]) -> tuple[tuple[Default, AccountId, Money], ...]:
    """
    Say who is in default.

    Args:
        happenings: All that happened, in order.

    Returns:
        Each default that is not made good, the partner, and what it owes.

    Example:
        >>> in_default([])
        ()
    """
    given = tuple(happenings)
    cured = {(each.default.number, each.partner) for each in given if isinstance(each, Cure)}
    return tuple(
        (each, partner, owed)
        for each in given
        if isinstance(each, Default)
        for partner, owed in each.unpaid
        if owed.amount and (each.number, partner) not in cured
    )


def cure_default(
    commitments: Commitments,
    earlier: Sequence[Happening],
    *,
    partner: AccountId,
    paid_on: str | datetime.date,
    terms: LateInterest,
    rounding: Rounding,
) -> Cure:
    """
    Make good the oldest default of a partner.

    Args:
        commitments: Every partner's commitment, as it is now.
        earlier: All that has changed what is unfunded, in order; the default is among it.
        partner: The one that pays.
        paid_on: The day.
        terms: The interest.
        rounding: How the interest is rounded to the minor unit.

    Returns:
        The cure.

    Raises:
        FundError: `in_default` if the partner is not, `other_commitments` or `not_the_next_call` if it
            does not follow what happened earlier.
        InvalidValueError: If it is paid before the others were to pay, or an argument is not what it
            must be.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.partner.late_interest import InterestMethod
        >>> promised = Commitments([Commitment(AccountId("A"), Money("1000", "CNY"))])
        >>> terms = LateInterest(rate="0.12", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED)
        >>> cure_default(promised, [], partner=AccountId("A"), paid_on="2021-09-26", terms=terms,
        ...              rounding=Rounding.HALF_UP)
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: partner: must be in default, was A
    """
    before = unfunded(commitments, earlier)
    found = [each for each, who, _ in in_default(earlier) if who == partner]
    if not found:
        raise FundError("be in default", was=str(partner), field="partner", code=Refusal.IN_DEFAULT)
    made = Cure(
        number=1 + sum(isinstance(each, Cure) for each in earlier),
        commitments=commitments,
        before=before,
        default=found[0],
        partner=partner,
        paid_on=paid_on,
        terms=terms,
        rounding=rounding,
    )
    check_follows(earlier[-1], made, field="paid_on")
    return made
