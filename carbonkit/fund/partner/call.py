"""Capital calls: part of the commitments asked for, divided among the partners to the minor unit."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, count, is_said, listed, paid
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner._part import (
    Parts,
    across,
    check_parts,
    check_room,
    minor_of,
    negative,
    parts_of,
    within,
)
from carbonkit.fund.partner.call_item import CallItem, CommitmentEffect, Excuse, check_excuses, check_items
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
    from collections.abc import Iterable, Sequence

__all__ = ["CapitalCall", "call_capital"]


def _number(value: int) -> int:
    return count(value, field="number")


def _total(value: Money) -> Money:
    if paid(value, field="total").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="total")
    return value


def _issued_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="issued_on")


def _due_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="due_on")


def _purpose(value: str) -> str:
    if not is_said(value):
        raise InvalidValueError("say what the money is for", was=repr(value), field="purpose")
    return value


def _items(value: Iterable[CallItem]) -> tuple[CallItem, ...]:
    return listed(value, field="items")


def _excused(value: Iterable[Excuse]) -> tuple[Excuse, ...]:
    return listed(value, field="excused")


@attrs.frozen(kw_only=True)
class CapitalCall:
    """
    A call as it goes out: how much each partner pays, by when and for what; made by `call_capital`.

    The total is divided by commitment. Left-over minor units can add up over many calls; what
    would then be above a partner's unfunded commitment goes to the others, divided in the same
    way. So does the part of a partner that is excused. Of items inside the commitment, those
    with the fewest partners are divided first.

    Args:
        number: Its number within the fund, from 1.
        commitments: What it is divided by.
        before: What each partner had unfunded before it, in the order of the commitments.
        total: How much is called.
        issued_on: The day of the notice.
        due_on: The day by which it is to be paid.
        purpose: What the money is for.
        items: The same item by item, adding up to the total; with none, all of it counts against the
            commitment.
        excused: Who does not pay on it, or on one of its items.

    Raises:
        FundError: `above_unfunded` if more is called than the partners have unfunded.
        CurrencyMismatchError: If the total is in another currency than the commitments.
        NotFoundError: If one who is no partner is excused, or from an item that is not there.
        InvalidValueError: If the number or the total is not above zero, the total has a fraction of a
            minor unit, the call is due before it is issued, it has no purpose, its items do not add up
            to the total, nobody is left to pay, or `before` does not name each partner with something
            from zero to its commitment.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId(name), Money("1000", "CNY")) for name in "ABC"])
        >>> call = call_capital(promised, (), total=Money("100.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> print(call.explain().text())
        capital call 1, due 2021-07-15: 100.00 CNY = by commitment, by largest remainder
          A: 33.34 CNY = 100.00 CNY × 1000 CNY / 3000.00 CNY; unfunded 1000 CNY before, 966.66 CNY after
          B: 33.33 CNY = 100.00 CNY × 1000 CNY / 3000.00 CNY; unfunded 1000 CNY before, 966.67 CNY after
          C: 33.33 CNY = 100.00 CNY × 1000 CNY / 3000.00 CNY; unfunded 1000 CNY before, 966.67 CNY after
    """

    number: int = attrs.field(converter=_number)
    commitments: Commitments = attrs.field(validator=is_a(Commitments))
    before: Parts = attrs.field(repr=False)
    total: Money = attrs.field(converter=_total)
    issued_on: datetime.date = attrs.field(converter=_issued_on)
    due_on: datetime.date = attrs.field(converter=_due_on)
    purpose: str = attrs.field(converter=_purpose)
    items: tuple[CallItem, ...] = attrs.field(default=(), converter=_items)
    excused: tuple[Excuse, ...] = attrs.field(default=(), converter=_excused)
    after: Parts = attrs.field(init=False, repr=False, eq=False)
    """What each partner has unfunded once this is called, in the order of the commitments."""
    _divided: tuple[tuple[int, ...], ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Check that the partners can pay it, in time, and divide it."""
        if self.due_on < self.issued_on:
            raise InvalidValueError(f"be on or after {self.issued_on}", was=str(self.due_on), field="due_on")
        check_currency(self.total, self.commitments.currency, field="total")
        check_parts(self.before, self.commitments, field="before")
        if self.items:
            check_items(self.items, self.total, field=f"items of {self.name}")
        check_excuses(self.excused, self.commitments, self.items)
        object.__setattr__(self, "_divided", self._divide())
        object.__setattr__(self, "after", after_steps(self.before, self.steps))

    def _rows(self) -> tuple[tuple[str | None, int, CommitmentEffect], ...]:
        """Give name, minor units and effect of each item; of the whole, if there is none."""
        if not self.items:
            return ((None, self.total.to_minor(), CommitmentEffect.INSIDE),)
        return tuple((item.name, item.amount.to_minor(), item.effect) for item in self.items)

    def _weights(self, item: str | None) -> tuple[int, ...]:
        """Give each partner's weight in an item: its commitment, or nothing if it is excused."""
        free = {each.partner for each in self.excused if each.item is None or each.item == item}
        return tuple(0 if each.partner in free else each.amount.to_minor() for each in self.commitments)

    def _divide(self) -> tuple[tuple[int, ...], ...]:
        """Divide each item among the partners, in the order of the items."""
        rows = self._rows()
        groups: dict[tuple[CommitmentEffect, tuple[int, ...]], list[int]] = {}
        for place, (name, _, effect) in enumerate(rows):
            groups.setdefault((effect, self._weights(name)), []).append(place)
        room = list(minor_of(self.before))
        made: list[tuple[int, ...]] = [()] * len(rows)
        for (effect, weights), places in sorted(groups.items(), key=lambda group: sum(group[0][1])):
            whole = [rows[place][1] for place in places]
            if effect is CommitmentEffect.INSIDE:
                has_room = [left if weight else 0 for left, weight in zip(room, weights, strict=True)]
                self._check_room(sum(whole), has_room, rows[places[0]][0])
                parts = within(sum(whole), weights, has_room)
                room = [left - part for left, part in zip(room, parts, strict=True)]
            else:
                parts = list(split(sum(whole), weights))
            for place, column in zip(places, across(parts, whole), strict=True):
                made[place] = column
        return tuple(made)

    def _check_room(self, wanted: int, room: Sequence[int], item: str | None) -> None:
        check_room(
            wanted,
            sum(room),
            self.commitments,
            must="be at most the {} that are unfunded",
            field="total" if item is None else f"item {item!r}",
            code=Refusal.ABOVE_UNFUNDED,
        )

    def _of_effect(self, effect: CommitmentEffect) -> Parts:
        columns = [
            column for (_, _, its), column in zip(self._rows(), self._divided, strict=True) if its is effect
        ]
        return self._sum(columns)

    def _sum(self, columns: Sequence[tuple[int, ...]]) -> Parts:
        none = (0,) * len(self.commitments.each)
        return parts_of(self.commitments, map(sum, zip(none, *columns, strict=True)))

    @property
    def name(self) -> str:
        """What it is called among the things that happened."""
        return f"call {self.number}"

    @property
    def on(self) -> datetime.date:
        """The day from which it lowers what is unfunded: that of the notice."""
        return self.issued_on

    @property
    def opening(self) -> Commitments:
        """The commitments before it, which it leaves as they are."""
        return self.commitments

    @property
    def amounts(self) -> Parts:
        """What each partner pays, in the order of the commitments; together exactly the total."""
        return self._sum(self._divided)

    @property
    def inside(self) -> Parts:
        """What of it counts against each commitment."""
        return self._of_effect(CommitmentEffect.INSIDE)

    @property
    def outside(self) -> Parts:
        """What of it comes on top of each commitment."""
        return self._of_effect(CommitmentEffect.OUTSIDE)

    @property
    def by_item(self) -> tuple[tuple[CallItem, Parts], ...]:
        """What each partner pays for each item; together exactly the item's amount. Empty without items."""
        return tuple(
            (item, parts_of(self.commitments, column))
            for item, column in zip(self.items, self._divided, strict=False)
        )

    @property
    def steps(self) -> tuple[tuple[UnfundedStep, Parts], ...]:
        """What it did to what is unfunded."""
        return ((UnfundedStep.CONTRIBUTION, negative(self.inside)),)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """
        The lines of the capital accounts: contributions, on the day by which they are due.

        A part that is not paid is taken back by the entries of the default (see
        `carbonkit.fund.partner.default`).
        """
        document = f"call/{self.number}"
        return entries_of(self.amounts, on=self.due_on, line=Line.CONTRIBUTION, document=document)

    def of(self, partner: AccountId) -> Money:
        """
        Find what one partner pays.

        Args:
            partner: The partner.

        Returns:
            The amount.

        Raises:
            NotFoundError: If the fund has no such partner.

        Example:
            >>> from carbonkit.fund.partner.commitment import Commitment
            >>> promised = Commitments([Commitment(AccountId("A"), Money("1000", "CNY"))])
            >>> call_capital(promised, (), total=Money("9", "CNY"), issued_on="2021-07-02",
            ...              due_on="2021-07-15", purpose="allowances").of(AccountId("A"))
            Money('9.00', 'CNY')
        """
        check_type(partner, AccountId, field="partner")
        for known, amount in self.amounts:
            if known == partner:
                return amount
        raise NotFoundError("be a partner of the fund", was=str(partner), field="partner")

    def explain(self) -> Explanation:
        """Say how the call is divided, partner by partner and item by item, and who is excused."""
        free = {each.partner: each for each in self.excused if each.item is None}
        whole = sum(weight for weight in self._weights(None))
        how = "by commitment, by largest remainder"
        plain = not self.items and self.amounts == parts_of(
            self.commitments, split(self.total.to_minor(), self._weights(None))
        )
        if not self.items and not plain:
            how += "; what is above a partner's unfunded goes to the others"
        rows = zip(self.commitments, self.before, self.amounts, self.after, strict=True)
        pool = Money.from_minor(whole, self.commitments.currency)
        parts = [
            Explanation(
                str(each.partner),
                str(amount),
                (f"{self.total} × {each.amount} / {pool}" if not self.items else "sum over the items")
                + f"; unfunded {before} before, {after} after"
                if each.partner not in free
                else f"{free[each.partner].reason.value}: {free[each.partner].why}; unfunded {before}",
            )
            for each, (_, before), (_, amount), (_, after) in rows
        ]
        return Explanation(
            f"capital call {self.number}, due {self.due_on}",
            str(self.total),
            how=how,
            parts=(*(self._explained(item, shares) for item, shares in self.by_item), *parts),
        )

    def _explained(self, item: CallItem, shares: Parts) -> Explanation:
        free = {each.partner: each for each in self.excused if each.item == item.name}
        return Explanation(
            item.name,
            str(item.amount),
            f"{item.use.value}, {item.effect.value}",
            parts=(
                Explanation(
                    str(partner),
                    str(amount),
                    f"{free[partner].reason.value}: {free[partner].why}" if partner in free else "",
                )
                for partner, amount in shares
            ),
        )


def call_capital(
    commitments: Commitments,
    earlier: Sequence[Happening],
    *,
    total: Money,
    issued_on: str | datetime.date,
    due_on: str | datetime.date,
    purpose: str,
    items: Iterable[CallItem] = (),
    excused: Iterable[Excuse] = (),
) -> CapitalCall:
    """
    Call part of the commitments and divide it among the partners.

    Args:
        commitments: Every partner's commitment, as it is now.
        earlier: All that has changed what is unfunded, in order: calls, recallable distributions,
            closings, releases. Empty for the first call.
        total: How much is called; above zero, in whole minor units.
        issued_on: The day of the notice.
        due_on: The day by which it is to be paid.
        purpose: What the money is for.
        items: The same item by item, adding up to the total; with none, all of it counts against the
            commitment.
        excused: Who does not pay on it, or on one of its items; the others pay in proportion.

    Returns:
        The call. Its parts add up to the total, and none is above what the partner has unfunded.

    Raises:
        FundError: `above_unfunded` if more is called than is unfunded, `other_commitments` or
            `not_the_next_call` if it does not follow what happened earlier.
        CurrencyMismatchError: If the total is in another currency than the commitments.
        NotFoundError: If one who is no partner is excused, or from an item that is not there.
        InvalidValueError: If the total is not above zero or has a fraction of a minor unit, or the call
            is due before it is issued or has no purpose, or its items do not add up.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10", "CNY"))])
        >>> call_capital(promised, (), total=Money("10.01", "CNY"), issued_on="2021-07-02",
        ...              due_on="2021-07-15", purpose="allowances")
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: total: must be at most the 10.00 CNY that are unfunded, was 10.01 CNY
    """
    before = unfunded(commitments, earlier)
    call = CapitalCall(
        number=1 + sum(isinstance(each, CapitalCall) for each in earlier),
        commitments=commitments,
        before=before,
        total=total,
        issued_on=issued_on,
        due_on=due_on,
        purpose=purpose,
        items=items,
        excused=excused,
    )
    if earlier:
        check_follows(earlier[-1], call, field="issued_on")
    return call
