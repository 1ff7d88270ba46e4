"""
Defaults: what partners owe who have not paid a call, who pays for them meanwhile, and how it is made good.

What a fund's terms may do beyond that to one in default, such as forfeit its interest, is not
covered; on later calls it can be left out with an `Excuse`.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, count, paid
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner._part import (
    Parts,
    across,
    check_names,
    check_parts,
    divided,
    kept,
    minor_of,
    parts_of,
    within,
)
from carbonkit.fund.partner.call import CapitalCall
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.partner.unfunded import Happening, UnfundedStep, after_steps, check_follows, unfunded
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.share import split
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Default", "declare_default"]


def _number(value: int) -> int:
    return count(value, field="number")


def _declared_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="declared_on")


def _due_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="due_on")


def _parts(value: Iterable[tuple[AccountId, Money]]) -> Parts:
    return tuple(value)


@attrs.frozen(kw_only=True)
class Default:
    """
    Partners that have not paid a call, and what the others pay in their place; made by `declare_default`.

    What a partner did pay counts first against what the call asks outside of the commitment.
    What is missing is divided among those who have paid, by commitment, as far as they have room;
    partners that were excused from the call or from one of its items do not pay for it.

    Args:
        number: Its number within the fund, from 1.
        commitments: The partners.
        before: What each partner had unfunded before it.
        call: The call.
        unpaid: What of the call each partner has not paid; zero for those who have.
        declared_on: The day; after that on which the call was due.
        due_on: The day by which the others pay.

    Raises:
        InvalidValueError: If nothing is unpaid, more is unpaid than was called, or a date is too early.
        CurrencyMismatchError: If something is in another currency than the commitments.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId(name), Money("1000", "CNY")) for name in "ABC"])
        >>> call = call_capital(promised, (), total=Money("300.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> missed = declare_default(promised, [call], call=1, declared_on="2021-07-30",
        ...                          unpaid={AccountId("B"): Money("100.00", "CNY")}, due_on="2021-08-10")
        >>> print(missed.explain().text())
        default 1 on call 1, declared 2021-07-30: 100.00 CNY = unpaid; 0.00 CNY of it without cover
          B owes: 100.00 CNY = called 100.00 CNY, due 2021-07-15
          A pays for it: 50.00 CNY = by commitment, within what is unfunded; due 2021-08-10
          C pays for it: 50.00 CNY = by commitment, within what is unfunded; due 2021-08-10
    """

    number: int = attrs.field(converter=_number)
    commitments: Commitments = attrs.field(validator=is_a(Commitments))
    before: Parts = attrs.field(repr=False)
    call: CapitalCall = attrs.field(validator=is_a(CapitalCall))
    unpaid: Parts = attrs.field(converter=_parts)
    declared_on: datetime.date = attrs.field(converter=_declared_on)
    due_on: datetime.date = attrs.field(converter=_due_on)
    after: Parts = attrs.field(init=False, repr=False, eq=False)
    """What each partner has unfunded after it."""

    def __attrs_post_init__(self) -> None:
        """Check that it is a part of the call, after it was due."""
        check_parts(self.before, self.commitments, field="before")
        if self.declared_on <= self.call.due_on:
            raise InvalidValueError(
                f"be after {self.call.due_on}, the due day",
                was=str(self.declared_on),
                field="declared_on",
            )
        if self.due_on < self.declared_on:
            raise InvalidValueError(
                f"be on or after {self.declared_on}", was=str(self.due_on), field="due_on"
            )
        check_names(self.unpaid, self.commitments, field="unpaid")
        for (partner, amount), (_, called) in zip(self.unpaid, self.call.amounts, strict=True):
            place = f"unpaid of {partner}"
            check_currency(paid(amount, field=place), self.commitments.currency, field=place)
            if amount > called:
                raise InvalidValueError(f"be at most the {called} called", was=str(amount), field=place)
        if not sum(minor_of(self.unpaid)):
            raise InvalidValueError("hold something unpaid", was="nothing", field="unpaid")
        object.__setattr__(self, "after", after_steps(self.before, self.steps))

    @property
    def name(self) -> str:
        """What it is called among the things that happened."""
        return f"default {self.number}"

    @property
    def on(self) -> datetime.date:
        """The day on which it is declared."""
        return self.declared_on

    @property
    def opening(self) -> Commitments:
        """The commitments before it, which it leaves as they are."""
        return self.commitments

    @property
    def unpaid_inside(self) -> Parts:
        """What of the unpaid counts against the commitments."""
        rows = zip(minor_of(self.unpaid), minor_of(self.call.inside), strict=True)
        return parts_of(self.commitments, (min(missing, inside) for missing, inside in rows))

    def _weights(self) -> tuple[int, ...]:
        free = {each.partner for each in self.call.excused}
        return tuple(
            0 if missing.amount or each.partner in free else each.amount.to_minor()
            for each, (_, missing) in zip(self.commitments, self.unpaid, strict=True)
        )

    @property
    def cover_inside(self) -> Parts:
        """What the others pay more, against their commitments."""
        weights = self._weights()
        room = [left if weight else 0 for left, weight in zip(minor_of(self.before), weights, strict=True)]
        wanted = min(sum(minor_of(self.unpaid_inside)), sum(room))
        return parts_of(self.commitments, within(wanted, weights, room))

    @property
    def cover_outside(self) -> Parts:
        """What the others pay more, on top of their commitments."""
        wanted, weights = sum(minor_of(self.unpaid)) - sum(minor_of(self.unpaid_inside)), self._weights()
        found = split(wanted, weights) if any(weights) else (0,) * len(weights)
        return parts_of(self.commitments, found)

    @property
    def cover(self) -> Parts:
        """What the others pay more, in all."""
        rows = zip(minor_of(self.cover_inside), minor_of(self.cover_outside), strict=True)
        return parts_of(self.commitments, map(sum, rows))

    @property
    def uncovered(self) -> Money:
        """What nobody pays, since the others have nothing left that could be called."""
        missing = sum(minor_of(self.unpaid)) - sum(minor_of(self.cover))
        return Money.from_minor(missing, self.commitments.currency)

    def covered_for(self, partner: AccountId) -> tuple[Parts, Parts]:
        """
        Say what the others pay in place of one of several partners.

        Args:
            partner: The one in default.

        Returns:
            What each pays for it inside the commitment, and outside.

        Raises:
            NotFoundError: If the partner is not in default here.

        Example:
            >>> from carbonkit.fund.partner.call import call_capital
            >>> from carbonkit.fund.partner.commitment import Commitment
            >>> promised = Commitments([Commitment(AccountId(name), Money("1000", "CNY")) for name in "AB"])
            >>> call = call_capital(promised, (), total=Money("200.00", "CNY"), issued_on="2021-07-02",
            ...                     due_on="2021-07-15", purpose="allowances")
            >>> missed = declare_default(promised, [call], call=1, declared_on="2021-07-30",
            ...                          unpaid={AccountId("B"): Money("100.00", "CNY")}, due_on="2021-08-10")
            >>> missed.covered_for(AccountId("B"))[0]
            ((AccountId('A'), Money('100.00', 'CNY')), (AccountId('B'), Money('0.00', 'CNY')))
        """
        check_type(partner, AccountId, field="partner")
        owing = [place for place, (_, missing) in enumerate(self.unpaid) if missing.amount]
        in_default = [self.unpaid[place][0] for place in owing]
        if partner not in in_default:
            raise NotFoundError(f"be in {self.name}", was=str(partner), field="partner")
        index = in_default.index(partner)
        inside = minor_of(self.unpaid_inside)
        outside = [whole - part for whole, part in zip(minor_of(self.unpaid), inside, strict=True)]
        found = []
        for cover, missing in ((self.cover_inside, inside), (self.cover_outside, outside)):
            rows = minor_of(cover)
            owed = [missing[place] for place in owing]
            columns = divided(sum(rows), owed)
            found.append(parts_of(self.commitments, across(rows, columns)[index]))
        return found[0], found[1]

    @property
    def steps(self) -> tuple[tuple[UnfundedStep, Parts], ...]:
        """What it did to what is unfunded: the unpaid is not contributed, the cover is."""
        rows = zip(minor_of(self.unpaid_inside), minor_of(self.cover_inside), strict=True)
        return (
            (
                UnfundedStep.CONTRIBUTION,
                parts_of(self.commitments, (missing - cover for missing, cover in rows)),
            ),
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """
        The lines of the capital accounts: the unpaid contribution is taken back, the cover is added.

        The first are of the day of the declaration, the others, a document of their own, of the
        day by which the others pay.
        """
        document = f"default/{self.number}"
        taken = ((partner, -amount) for partner, amount in self.unpaid)
        return (
            *entries_of(taken, on=self.declared_on, line=Line.CONTRIBUTION, document=document),
            *entries_of(self.cover, on=self.due_on, line=Line.CONTRIBUTION, document=f"{document}/cover"),
        )

    def explain(self) -> Explanation:
        """Say who owes what, and who pays for it meanwhile."""
        total = Money.from_minor(sum(minor_of(self.unpaid)), self.commitments.currency)
        owed = (
            Explanation(f"{partner} owes", str(missing), f"called {called}, due {self.call.due_on}")
            for (partner, missing), (_, called) in zip(self.unpaid, self.call.amounts, strict=True)
            if missing.amount
        )
        paid_more = (
            Explanation(
                f"{partner} pays for it",
                str(amount),
                f"by commitment, within what is unfunded; due {self.due_on}",
            )
            for partner, amount in self.cover
            if amount.amount
        )
        return Explanation(
            f"default {self.number} on {self.call.name}, declared {self.declared_on}",
            str(total),
            how=f"unpaid; {self.uncovered} of it without cover",
            parts=(*owed, *paid_more),
        )


def declare_default(
    commitments: Commitments,
    earlier: Sequence[Happening],
    *,
    call: int,
    unpaid: Mapping[AccountId, Money],
    declared_on: str | datetime.date,
    due_on: str | datetime.date,
) -> Default:
    """
    Declare partners in default on a call, and divide what they owe among the others.

    Args:
        commitments: Every partner's commitment, as it is now.
        earlier: All that has changed what is unfunded, in order; the call is among it.
        call: The call's number.
        unpaid: What of it each of them has not paid.
        declared_on: The day; after that on which the call was due.
        due_on: The day by which the others pay.

    Returns:
        The default.

    Raises:
        FundError: `in_default` if a partner has been on this call, `other_commitments` or
            `not_the_next_call` if it does not follow what happened earlier.
        NotFoundError: If there is no such call.
        InvalidValueError: If one is no partner, nothing is unpaid or more than was called, or a date is
            too early.
        CurrencyMismatchError: If something is in another currency than the commitments.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId(name), Money("1000", "CNY")) for name in "AB"])
        >>> call = call_capital(promised, (), total=Money("200.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> declare_default(promised, [call], call=1, declared_on="2021-07-15",
        ...                 unpaid={AccountId("B"): Money("100.00", "CNY")}, due_on="2021-08-10")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: declared_on: must be after 2021-07-15, the due day, was 2021-07-15
    """
    before = unfunded(commitments, earlier)
    found = [each for each in earlier if isinstance(each, CapitalCall) and each.number == call]
    if not found:
        raise NotFoundError("be the number of an earlier call", was=str(call), field="call")
    missing = kept(commitments, unpaid, field="unpaid")
    for each in earlier:
        if isinstance(each, Default) and each.call.number == call:
            for partner, amount in each.unpaid:
                if amount.amount and partner in unpaid:
                    raise FundError(
                        "not have been in default on it before",
                        was=f"{partner}, {each.name}",
                        field="unpaid",
                        code=Refusal.IN_DEFAULT,
                    )
    if found[0].commitments != commitments:
        raise FundError(
            f"be declared before the commitments change after {found[0].name}",
            was=found[0].name,
            field="call",
            code=Refusal.OTHER_COMMITMENTS,
        )
    made = Default(
        number=1 + sum(isinstance(each, Default) for each in earlier),
        commitments=commitments,
        before=before,
        call=found[0],
        unpaid=parts_of(commitments, missing),
        declared_on=declared_on,
        due_on=due_on,
    )
    check_follows(earlier[-1], made, field="declared_on")
    return made
