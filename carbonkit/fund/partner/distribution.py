"""
Distributions: what a fund pays out, divided among the partners, by nature, and what may be called again.

Money only: what is handed out in kind is not covered.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import check_currency, count, listed, paid, total_of
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner._part import (
    Parts,
    across,
    check_names,
    check_parts,
    check_room,
    kept,
    minor_of,
    negative,
    parts_of,
    within,
)
from carbonkit.fund.partner.call_item import check_sum
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
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

__all__ = ["Distribution", "distribute"]


def _number(value: int) -> int:
    return count(value, field="number")


def _paid_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="paid_on")


def _items(value: Iterable[DistributionItem]) -> tuple[DistributionItem, ...]:
    return listed(value, field="items")


def _parts(value: Iterable[tuple[AccountId, Money]]) -> Parts:
    return tuple(value)


@attrs.frozen(kw_only=True)
class Distribution:
    """
    A distribution as it is paid: what each partner gets, of what nature; made by `distribute`.

    Args:
        number: Its number within the fund, from 1.
        commitments: The partners.
        before: What each partner had unfunded before it.
        paid_on: The day.
        items: What it is made of, before tax.
        basis: By what it was divided.
        amounts: What each partner gets before tax; together exactly the items.
        withheld: Tax that the fund pays for each partner out of its amount.
        recall: The rule by which it may be called again.
        recallable: What each partner may be called for again.

    Raises:
        InvalidValueError: If amounts and items do not add up to the same, a tax or a recallable part is
            above the partner's amount, or the partners are not all there, in order.
        CurrencyMismatchError: If something is in another currency than the commitments.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId(name), Money("1000", "CNY")) for name in "ABC"])
        >>> paid_out = distribute(
        ...     promised, (), items=[DistributionItem(Nature.DIVIDEND, Money("100.00", "CNY"))],
        ...     basis=DistributionBasis.COMMITMENT, paid_on="2024-07-15", recall=RecallRule.NOTHING)
        >>> print(paid_out.explain().text())
        distribution 1, paid 2024-07-15: 100.00 CNY = by commitment, by largest remainder
          dividend: 100.00 CNY
          may be called again: 0.00 CNY = nothing
          A: 33.34 CNY = tax withheld 0.00 CNY; recallable 0.00 CNY
          B: 33.33 CNY = tax withheld 0.00 CNY; recallable 0.00 CNY
          C: 33.33 CNY = tax withheld 0.00 CNY; recallable 0.00 CNY
    """

    number: int = attrs.field(converter=_number)
    commitments: Commitments = attrs.field(validator=is_a(Commitments))
    before: Parts = attrs.field(repr=False)
    paid_on: datetime.date = attrs.field(converter=_paid_on)
    items: tuple[DistributionItem, ...] = attrs.field(converter=_items)
    basis: DistributionBasis = attrs.field(validator=is_a(DistributionBasis))
    amounts: Parts = attrs.field(converter=_parts)
    withheld: Parts = attrs.field(converter=_parts)
    recall: RecallRule = attrs.field(validator=is_a(RecallRule))
    recallable: Parts = attrs.field(converter=_parts)
    after: Parts = attrs.field(init=False, repr=False, eq=False)
    """What each partner has unfunded once this is paid."""
    _divided: tuple[tuple[int, ...], ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Check that it adds up and that no tax or recallable part is above what a partner gets."""
        check_parts(self.before, self.commitments, field="before")
        for field in ("amounts", "withheld", "recallable"):
            parts: Parts = getattr(self, field)
            check_names(parts, self.commitments, field=field)
            for (partner, amount), (_, most) in zip(parts, self.amounts, strict=True):
                place = f"{field} of {partner}"
                check_currency(paid(amount, field=place), self.commitments.currency, field=place)
                if amount > most:
                    raise InvalidValueError(f"be at most {most}", was=str(amount), field=place)
        found = total_of((amount for _, amount in self.amounts), self.commitments.currency)
        check_sum(found, _total(self.items, self.commitments), field=f"amounts of {self.name}")
        object.__setattr__(self, "after", after_steps(self.before, self.steps))
        check_parts(self.after, self.commitments, field="recallable")
        columns = _columns(self.items, self.commitments, minor_of(self.amounts))
        object.__setattr__(self, "_divided", tuple(columns))

    @property
    def name(self) -> str:
        """What it is called among the things that happened."""
        return f"distribution {self.number}"

    @property
    def on(self) -> datetime.date:
        """The day from which what is recallable can be called again."""
        return self.paid_on

    @property
    def opening(self) -> Commitments:
        """The commitments before it, which it leaves as they are."""
        return self.commitments

    @property
    def total(self) -> Money:
        """What is paid out before tax."""
        return _total(self.items, self.commitments)

    @property
    def net(self) -> Parts:
        """What each partner receives after tax."""
        rows = zip(self.amounts, self.withheld, strict=True)
        return tuple((partner, amount - tax) for (partner, amount), (_, tax) in rows)

    @property
    def by_item(self) -> tuple[tuple[DistributionItem, Parts], ...]:
        """What each partner gets of each item; together exactly the item's amount."""
        return tuple(
            (item, parts_of(self.commitments, column))
            for item, column in zip(self.items, self._divided, strict=True)
        )

    def of(self, partner: AccountId) -> Money:
        """
        Find what one partner gets, before tax.

        Args:
            partner: The partner.

        Returns:
            The amount.

        Raises:
            NotFoundError: If the fund has no such partner.

        Example:
            >>> from carbonkit.fund.partner.commitment import Commitment
            >>> promised = Commitments([Commitment(AccountId("A"), Money("1000", "CNY"))])
            >>> distribute(
            ...     promised, (), items=[DistributionItem(Nature.DIVIDEND, Money("100.00", "CNY"))],
            ...     basis=DistributionBasis.COMMITMENT, paid_on="2024-07-15",
            ...     recall=RecallRule.NOTHING).of(AccountId("A"))
            Money('100.00', 'CNY')
        """
        check_type(partner, AccountId, field="partner")
        self.commitments.of(partner)
        return dict(self.amounts)[partner]

    @property
    def steps(self) -> tuple[tuple[UnfundedStep, Parts], ...]:
        """What it did to what is unfunded."""
        return ((UnfundedStep.RECALLABLE, self.recallable),)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """
        The lines of the capital accounts: what each partner gets before tax, taken from its capital.

        Tax withheld is paid on the partner's account, and so is part of its distribution.
        """
        document = f"distribution/{self.number}"
        return entries_of(negative(self.amounts), on=self.paid_on, line=Line.DISTRIBUTION, document=document)

    def explain(self) -> Explanation:
        """Say what it is made of, how it is divided, and what may be called again."""
        how = f"by {self.basis.value}"
        if self.basis is not DistributionBasis.GIVEN:
            how += ", by largest remainder"
        again = total_of((amount for _, amount in self.recallable), self.commitments.currency)
        rows = zip(self.amounts, self.withheld, self.recallable, strict=True)
        return Explanation(
            f"distribution {self.number}, paid {self.paid_on}",
            str(self.total),
            how=how,
            parts=(
                *(
                    Explanation(
                        item.nature.value,
                        str(item.amount),
                        "" if item.to is None else f"all of it to {item.to}",
                    )
                    for item in self.items
                ),
                Explanation("may be called again", str(again), self.recall.value),
                *(
                    Explanation(str(partner), str(amount), f"tax withheld {tax}; recallable {recallable}")
                    for (partner, amount), (_, tax), (_, recallable) in rows
                ),
            ),
        )


def _total(items: Sequence[DistributionItem], commitments: Commitments) -> Money:
    if not items:
        raise InvalidValueError("hold one item or more", was="none", field="items")
    for number, item in enumerate(items, start=1):
        check_type(item, DistributionItem, field=f"item {number}")
        check_currency(item.amount, commitments.currency, field=f"item {number}")
        if item.to is not None:
            commitments.of(item.to)
    return total_of((item.amount for item in items), commitments.currency)


def _columns(
    items: Sequence[DistributionItem], commitments: Commitments, rows: tuple[int, ...]
) -> list[tuple[int, ...]]:
    """Divide the items among the partners, whose sums are given: first those that go to one partner."""
    left, made = list(rows), [(0,) * len(rows)] * len(items)
    partners = [each.partner for each in commitments]
    for place, item in enumerate(items):
        if item.to is not None:
            index, amount = partners.index(item.to), item.amount.to_minor()
            if left[index] < amount:
                have = Money.from_minor(left[index], commitments.currency)
                raise InvalidValueError(
                    f"be at most the {have} that {item.to} gets",
                    was=str(item.amount),
                    field=f"item {place + 1}",
                )
            left[index] -= amount
            made[place] = tuple(amount if other == index else 0 for other in range(len(rows)))
    shared = [place for place, item in enumerate(items) if item.to is None]
    whole = [items[place].amount.to_minor() for place in shared]
    for place, column in zip(shared, across(left, whole), strict=True):
        made[place] = column
    return made


def distribute(
    commitments: Commitments,
    earlier: Sequence[Happening],
    *,
    items: Iterable[DistributionItem],
    basis: DistributionBasis,
    paid_on: str | datetime.date,
    recall: RecallRule,
    parts: Mapping[AccountId, Money] | None = None,
    withheld: Mapping[AccountId, Money] | None = None,
    recallable: Money | None = None,
) -> Distribution:
    """
    Pay out, and divide it among the partners.

    What may be called again is divided as what it belongs to, and never lifts a partner's
    unfunded commitment above its commitment; what would goes to the others.

    Args:
        commitments: Every partner's commitment, as it is now.
        earlier: All that has changed what is unfunded, in order.
        items: What is paid out, by nature, before tax.
        basis: By what it is divided.
        paid_on: The day.
        recall: What of it may be called again.
        parts: The balances of the capital accounts, or what each partner gets; for a division by
            commitment, None. A partner that is left out has zero.
        withheld: Tax that the fund pays for partners out of their amounts; None if there is none.
        recallable: How much may be called again, where the rule is an amount; else None.

    Returns:
        The distribution. Its parts add up to the total.

    Raises:
        FundError: `not_recallable` if more is to be recallable than was paid in, `other_commitments`
            or `not_the_next_call` if it does not follow what happened earlier.
        CurrencyMismatchError: If something is in another currency than the commitments.
        NotFoundError: If an item goes to one who is no partner.
        InvalidValueError: If there is no item, given parts do not add up to the items, a balance is
            negative, `parts` or `recallable` is missing or not asked for, or a tax is above what the
            partner gets.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId(name), Money("10", "CNY")) for name in "AB"])
        >>> distribute(promised, (), items=[DistributionItem(Nature.DIVIDEND, Money("1.00", "CNY"))],
        ...            basis=DistributionBasis.GIVEN, paid_on="2024-07-15", recall=RecallRule.NOTHING,
        ...            parts={AccountId("A"): Money("0.50", "CNY"), AccountId("B"): Money("0.49", "CNY")})
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: parts of distribution 1: must add up to 1.00 CNY, was 0.99 ...
    """
    before = unfunded(commitments, earlier)
    given = listed(items, field="items")
    _total(given, commitments)
    check_type(basis, DistributionBasis, field="basis")
    number = 1 + sum(isinstance(each, Distribution) for each in earlier)
    rows = _rows(given, commitments, basis, parts, field=f"parts of distribution {number}")
    made = Distribution(
        number=number,
        commitments=commitments,
        before=before,
        paid_on=paid_on,
        items=given,
        basis=basis,
        amounts=parts_of(commitments, rows),
        withheld=parts_of(
            commitments, kept(commitments, {} if withheld is None else withheld, field="withheld")
        ),
        recall=recall,
        recallable=parts_of(
            commitments, _recallable(given, before, rows, commitments, recall=recall, amount=recallable)
        ),
    )
    if earlier:
        check_follows(earlier[-1], made, field="paid_on")
    return made


def _rows(
    items: tuple[DistributionItem, ...],
    commitments: Commitments,
    basis: DistributionBasis,
    parts: Mapping[AccountId, Money] | None,
    *,
    field: str,
) -> tuple[int, ...]:
    if (parts is None) is not (basis is DistributionBasis.COMMITMENT):
        must = "be left out" if parts is not None else "be given"
        raise InvalidValueError(f"{must} when it is divided by {basis.value}", field="parts")
    if parts is None:
        weights: Sequence[int] = commitments.weights
    else:
        weights = kept(commitments, parts, field="parts")
    if basis is DistributionBasis.GIVEN:
        found = Money.from_minor(sum(weights), commitments.currency)
        check_sum(found, _total(items, commitments), field=field)
        return tuple(weights)
    to_one = {each.partner: 0 for each in commitments}
    shared = 0
    for item in items:
        if item.to is None:
            shared += item.amount.to_minor()
        else:
            to_one[item.to] += item.amount.to_minor()
    if shared and not sum(weights):
        raise InvalidValueError("have a balance above zero", was="none", field="parts")
    divided = split(shared, weights) if shared else (0,) * len(weights)
    return tuple(part + more for part, more in zip(divided, to_one.values(), strict=True))


def _recallable(
    items: tuple[DistributionItem, ...],
    before: Parts,
    rows: tuple[int, ...],
    commitments: Commitments,
    *,
    recall: RecallRule,
    amount: Money | None,
) -> Sequence[int]:
    check_type(recall, RecallRule, field="recall")
    if (amount is None) is (recall is RecallRule.AMOUNT):
        must = "be left out" if amount is not None else "be given"
        raise InvalidValueError(f"{must} when the rule is {recall.value}", field="recallable")
    weights = rows
    if amount is not None:
        check_currency(paid(amount, field="recallable"), commitments.currency, field="recallable")
        total = amount.to_minor()
    elif recall is RecallRule.RETURN_OF_CAPITAL:
        columns = _columns(items, commitments, rows)
        capital = [
            column
            for item, column in zip(items, columns, strict=True)
            if item.nature is Nature.RETURN_OF_CAPITAL
        ]
        weights = tuple(map(sum, zip((0,) * len(rows), *capital, strict=True)))
        total = sum(weights)
    else:
        total = 0
    paid_in = (each - left for each, left in zip(commitments.weights, minor_of(before), strict=True))
    room = [
        min(part, most) if weight else 0 for part, most, weight in zip(rows, paid_in, weights, strict=True)
    ]
    check_room(
        total,
        sum(room),
        commitments,
        must="be at most the {} that partners who get it had paid in",
        field="recallable",
        code=Refusal.NOT_RECALLABLE,
    )
    return within(total, weights, room)
