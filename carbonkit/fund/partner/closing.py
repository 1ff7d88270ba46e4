"""
Closings: partners join a fund, or promise more, after the first closing, and are put level with the rest.

The first closing makes the `Commitments`. At a later one all that was called so far is divided
anew by the new commitments, as if all had been there from the start: a later partner pays its
part, the earlier ones get theirs back, and can be called for it again. Interest on it is paid
outside of the commitments and is no income of the fund.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund._check import count, listed
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner._funding import Funding, check_settled, funding_of
from carbonkit.fund.partner._part import Parts, check_parts, minor_of, negative, parts_of
from carbonkit.fund.partner._true_up import TrueUp, true_up
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.equalisation_terms import EqualisationTerms
from carbonkit.fund.partner.unfunded import Happening, UnfundedStep, after_steps, check_follows, unfunded
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Closing", "close_fund"]

PRACTICE: Final = Source(
    "Institutional Limited Partners Association",
    "Model Limited Partnership Agreement, later closings",
    2020,
    status=Status.RECALLED,
    note="common practice; a fund's own terms decide",
)


def _number(value: int) -> int:
    number = count(value, field="number")
    if number == 1:
        raise InvalidValueError("be 2 or more", was=number, field="number", hint="the first makes the fund")
    return number


def _closed_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="closed_on")


def _joining(value: Iterable[Commitment]) -> tuple[Commitment, ...]:
    return listed(value, field="joining")


@attrs.frozen(kw_only=True)
class Closing:
    """
    A later closing: who joins or promises more, and what each partner pays and gets; made by `close_fund`.

    A difference that the rounding of earlier calls has left between partners is settled with it,
    so that afterwards nobody is more than one minor unit off its exact part of what is called.
    Distributions that cannot be recalled are not touched: a later partner has no part in them.

    Args:
        number: Its number within the fund, from 2.
        opening: The commitments before it.
        joining: What is promised: by new partners, or in addition by those who are there.
        before: What each of the earlier partners had unfunded.
        closed_on: The day, on which everything is paid.
        terms: Interest, fees and rounding.
        funding: What was paid before, as `close_fund` gathers it.

    Raises:
        InvalidValueError: If nobody joins, one joins twice, or a value is not what it must be.
        CurrencyMismatchError: If one joins in another currency.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.partner.equalisation_terms import FeeTrueUp
        >>> from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
        >>> from carbonkit.values import Rounding
        >>> first = Commitments([Commitment(AccountId("A"), Money("1000", "CNY"))])
        >>> call = call_capital(first, (), total=Money("300.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> terms = EqualisationTerms(
        ...     interest=LateInterest(
        ...         rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED),
        ...     fee=FeeTrueUp.EARLIER_PARTNERS, rounding=Rounding.HALF_UP)
        >>> closing = close_fund(first, [call], joining=[Commitment(AccountId("B"), Money("500", "CNY"))],
        ...                      closed_on="2022-07-15", terms=terms)
        >>> print(closing.explain().parts[1].text())
        B: 108.00 CNY = pays in all
          contribution inside the commitment: 100.00 CNY
          interest, outside the commitment: 8.00 CNY
          unfunded: 400.00 CNY = 0 CNY before
    """

    number: int = attrs.field(converter=_number)
    opening: Commitments = attrs.field(validator=is_a(Commitments))
    joining: tuple[Commitment, ...] = attrs.field(converter=_joining)
    before: Parts = attrs.field(repr=False)
    closed_on: datetime.date = attrs.field(converter=_closed_on)
    terms: EqualisationTerms = attrs.field(validator=is_a(EqualisationTerms))
    funding: Funding = attrs.field(validator=is_a(Funding), repr=False, eq=False)
    commitments: Commitments = attrs.field(init=False, repr=False)
    after: Parts = attrs.field(init=False, repr=False, eq=False)
    """What each partner has unfunded after it, in the order of the new commitments."""
    _made: TrueUp = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Merge the commitments and work out what everybody pays."""
        check_parts(self.before, self.opening, field="before")
        object.__setattr__(self, "commitments", _merged(self.opening, self.joining))
        room = minor_of(after_steps(self.before, [(UnfundedStep.COMMITMENT, self.promised)]))
        made = true_up(self.funding, self.opening, self.commitments, room, self.closed_on, terms=self.terms)
        object.__setattr__(self, "_made", made)
        object.__setattr__(self, "after", after_steps(self.before, self.steps))
        check_parts(self.after, self.commitments, field="unfunded after it")

    @property
    def name(self) -> str:
        """What it is called among the things that happened."""
        return f"closing {self.number}"

    @property
    def on(self) -> datetime.date:
        """The day from which the new commitments count."""
        return self.closed_on

    @property
    def promised(self) -> Parts:
        """What each partner promises at it; zero for those who promise nothing more."""
        more = {each.partner: each.amount.to_minor() for each in self.joining}
        return parts_of(self.commitments, (more.get(each.partner, 0) for each in self.commitments))

    @property
    def contributions_inside(self) -> Parts:
        """What each partner pays against its commitment, fees to the manager among it."""
        return self._paid(0)

    @property
    def contributions_outside(self) -> Parts:
        """What each partner pays on top of its commitment, other than interest."""
        return self._paid(1)

    def _paid(self, effect: int) -> Parts:
        rows = zip(self._made.change[effect], self._made.to_manager[effect], strict=True)
        return parts_of(self.commitments, (max(part, 0) + fee for part, fee in rows))

    @property
    def returned_inside(self) -> Parts:
        """What each partner gets back, and can be called for again."""
        return self._back(0)

    @property
    def returned_outside(self) -> Parts:
        """What each partner gets back of what it had paid on top of its commitment."""
        return self._back(1)

    def _back(self, effect: int) -> Parts:
        return parts_of(self.commitments, (max(-part, 0) for part in self._made.change[effect]))

    @property
    def fees_to_manager(self) -> Parts:
        """What of the contributions goes to the manager: fees of the time before."""
        return parts_of(self.commitments, map(sum, zip(*self._made.to_manager, strict=True)))

    @property
    def fees_moved(self) -> Parts:
        """What each partner bears more (positive) or less of fees called before; adds up to zero."""
        return parts_of(self.commitments, self._made.fee_moved)

    @property
    def interest(self) -> Parts:
        """The interest that each partner pays (positive) to the others, or gets; adds up to zero."""
        return parts_of(self.commitments, self._made.interest)

    @property
    def interest_to_manager(self) -> Parts:
        """The interest that each partner pays on fees to the manager."""
        return parts_of(self.commitments, self._made.manager_interest)

    @property
    def pays(self) -> Parts:
        """What each partner pays on the day, in all; negative for what it gets."""
        rows = (self._made.interest, self._made.manager_interest, *self._made.change, *self._made.to_manager)
        return parts_of(self.commitments, map(sum, zip(*rows, strict=True)))

    def of(self, partner: AccountId) -> Money:
        """
        Find what one partner pays on the day, in all.

        Args:
            partner: The partner.

        Returns:
            The amount; negative for what it gets.

        Raises:
            NotFoundError: If the fund has no such partner.

        Example:
            >>> from carbonkit.fund.day_count import DayCount
            >>> from carbonkit.fund.partner.equalisation_terms import FeeTrueUp
            >>> from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
            >>> from carbonkit.values import Rounding
            >>> first = Commitments([Commitment(AccountId("A"), Money("1000", "CNY"))])
            >>> terms = EqualisationTerms(
            ...     interest=LateInterest(
            ...         rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED),
            ...     fee=FeeTrueUp.NONE, rounding=Rounding.HALF_UP)
            >>> close_fund(first, (), joining=[Commitment(AccountId("B"), Money("500", "CNY"))],
            ...            closed_on="2022-07-15", terms=terms).of(AccountId("B"))
            Money('0.00', 'CNY')
        """
        check_type(partner, AccountId, field="partner")
        self.commitments.of(partner)
        return dict(self.pays)[partner]

    @property
    def called(self) -> Fraction:
        """The part of all commitments that is called and not given back, after it; 1/5 is 20 %."""
        inside = (stream.total for stream in self._made.funding.streams if stream.effect.name == "INSIDE")
        return sum(inside, Fraction(0)) / sum(self.commitments.weights)

    @property
    def funding_after(self) -> Funding:
        """What is paid for each purpose once it is done; the next closing starts from it."""
        return self._made.funding

    @property
    def steps(self) -> tuple[tuple[UnfundedStep, Parts], ...]:
        """What it did to what is unfunded: promised, paid in, given back."""
        return (
            (UnfundedStep.COMMITMENT, self.promised),
            (UnfundedStep.CONTRIBUTION, negative(self.contributions_inside)),
            (UnfundedStep.RETURNED, self.returned_inside),
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """
        The lines of the capital accounts.

        All that a later partner pays is a contribution, the interest too; the interest is then
        taken from its capital as equalisation interest, so that its capital grows by what counts as
        its part of the fund and no more. The earlier partners get that interest added, and paid
        out as a distribution together with the capital that they get back. So contributions and
        distributions are what is paid in cash, and equalisation interest adds up to zero, but for
        what goes to the manager. Fees that later partners bear of the time before are charged
        to them as management fees: to the manager, or taken off the earlier partners' own.
        """
        pays = [max(part, 0) for part in self._made.interest]
        gets = [max(-part, 0) for part in self._made.interest]
        extra = self._made.manager_interest
        equalisation = (-part - more for part, more in zip(self._made.interest, extra, strict=True))
        fees = zip(self._made.fee_moved, *self._made.to_manager, strict=True)
        rows = (
            (Line.CONTRIBUTION, self.contributions_inside),
            (Line.CONTRIBUTION, self.contributions_outside),
            (Line.CONTRIBUTION, parts_of(self.commitments, map(sum, zip(pays, extra, strict=True)))),
            (Line.DISTRIBUTION, negative(self.returned_inside)),
            (Line.DISTRIBUTION, negative(self.returned_outside)),
            (Line.DISTRIBUTION, negative(parts_of(self.commitments, gets))),
            (Line.EQUALISATION_INTEREST, parts_of(self.commitments, equalisation)),
            (Line.MANAGEMENT_FEE, negative(parts_of(self.commitments, map(sum, fees)))),
        )
        return tuple(
            entry
            for line, parts in rows
            for entry in entries_of(parts, on=self.closed_on, line=line, document=f"closing/{self.number}")
        )

    def explain(self) -> Explanation:
        """Say what each partner pays or gets, and why."""
        rows = tuple(
            (what, dict(parts))
            for what, parts in (
                ("contribution inside the commitment", self.contributions_inside),
                ("contribution outside the commitment", self.contributions_outside),
                ("of it fees to the manager", self.fees_to_manager),
                ("given back, and may be called again", self.returned_inside),
                ("given back, from outside the commitment", self.returned_outside),
                ("interest to the manager, outside the commitment", self.interest_to_manager),
            )
        )
        before, interest = dict(self.before), dict(self.interest)
        none = Money("0", self.commitments.currency)
        partners = []
        for (partner, total), (_, left) in zip(self.pays, self.after, strict=True):
            parts = [Explanation(what, str(of[partner])) for what, of in rows if of[partner].amount]
            moved = interest[partner]
            if moved.amount:
                way = "interest, outside the commitment" if moved.amount > 0 else "interest received"
                parts.append(Explanation(way, str(moved if moved.amount > 0 else -moved)))
            parts.append(Explanation("unfunded", str(left), f"{before.get(partner, none)} before"))
            said = (str(total), "pays in all") if total.amount >= 0 else (str(-total), "gets in all")
            partners.append(Explanation(str(partner), *said, parts=parts))
        return Explanation(
            f"closing {self.number} on {self.closed_on}",
            str(self.commitments.total),
            how=f"{self.opening.total} before; {self.called} of it is called; "
            f"interest {self.terms.interest.said()}, rounded {self.terms.rounding.name}; "
            f"fees: {self.terms.fee.value}",
            source=PRACTICE,
            parts=partners,
        )


def _merged(opening: Commitments, joining: Sequence[Commitment]) -> Commitments:
    """Add what is promised to the commitments: new partners after those who are there."""
    if not joining:
        raise InvalidValueError("hold one commitment or more", was="none", field="joining")
    amounts = {each.partner: each.amount for each in opening}
    seen: set[AccountId] = set()
    for number, each in enumerate(joining, start=1):
        check_type(each, Commitment, field=f"joining {number}")
        if each.partner in seen:
            raise InvalidValueError("join once", was=str(each.partner), field="joining")
        if each.amount.currency != opening.currency:
            raise CurrencyMismatchError(
                f"be {opening.currency}", was=each.amount.currency, field=f"joining {each.partner}"
            )
        seen.add(each.partner)
        there = amounts.get(each.partner)
        amounts[each.partner] = each.amount if there is None else there + each.amount
    return Commitments(Commitment(partner, amount) for partner, amount in amounts.items())


def close_fund(
    commitments: Commitments,
    earlier: Sequence[Happening],
    *,
    joining: Iterable[Commitment],
    closed_on: str | datetime.date,
    terms: EqualisationTerms,
) -> Closing:
    """
    Hold a later closing, and put all partners where they would be had all come at once.

    Args:
        commitments: Every partner's commitment before it.
        earlier: All that has changed what is unfunded, in order.
        joining: What is promised: by new partners, or in addition by those who are there.
        closed_on: The day, on which everything is paid; no call may be due after it.
        terms: Interest, fees and rounding.

    Returns:
        The closing; its `commitments` are those to go on with.

    Raises:
        FundError: `call_outstanding` if a call is due later, `in_default` if a default is not made good,
            `other_commitments` or `not_the_next_call` if it does not follow what happened earlier.
        InvalidValueError: If nobody joins, or one twice.
        CurrencyMismatchError: If one joins in another currency.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.partner.equalisation_terms import FeeTrueUp
        >>> from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
        >>> from carbonkit.values import Rounding
        >>> first = Commitments([Commitment(AccountId("A"), Money("1000", "CNY"))])
        >>> terms = EqualisationTerms(
        ...     interest=LateInterest(
        ...         rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED),
        ...     fee=FeeTrueUp.NONE, rounding=Rounding.HALF_UP)
        >>> closing = close_fund(first, (), joining=[Commitment(AccountId("B"), Money("500", "CNY"))],
        ...                      closed_on="2022-07-15", terms=terms)
        >>> closing.commitments.total, closing.called
        (Money('1500.00', 'CNY'), Fraction(0, 1))
    """
    before = unfunded(commitments, earlier)
    day = as_date(closed_on, field="closed_on")
    if earlier:
        check_settled(earlier, day)
    last = max((place for place, each in enumerate(earlier) if isinstance(each, Closing)), default=-1)
    start = Funding((), {})
    if last >= 0:
        closing = earlier[last]
        start = closing.funding_after if isinstance(closing, Closing) else start
    made = Closing(
        number=2 + sum(isinstance(each, Closing) for each in earlier),
        opening=commitments,
        joining=joining,
        before=before,
        closed_on=day,
        terms=terms,
        funding=funding_of(earlier[last + 1 :], start),
    )
    if earlier:
        check_follows(earlier[-1], made, field="closed_on")
    return made
