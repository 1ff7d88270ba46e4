"""Capital calls: part of the commitments asked for, divided among the partners to the minor unit."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, count, is_said, paid
from carbonkit.fund.commitment import Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.share import split
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["CapitalCall", "call_capital", "unfunded"]


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


def _parts(value: Iterable[tuple[AccountId, Money]]) -> tuple[tuple[AccountId, Money], ...]:
    return tuple(value)


@attrs.frozen(kw_only=True)
class CapitalCall:
    """
    A call as it goes out: how much each partner pays, by when and for what; made by `call_capital`.

    Args:
        number: Its number within the fund, from 1.
        commitments: What it is divided by.
        before: What each partner had unfunded before it, in the order of the commitments.
        total: How much is called.
        issued_on: The day of the notice.
        due_on: The day by which it is to be paid.
        purpose: What the money is for.

    Raises:
        FundError: `above_unfunded` if more is called than the partners have unfunded.
        CurrencyMismatchError: If the total is in another currency than the commitments.
        InvalidValueError: If the number or the total is not above zero, the total has a fraction of a
            minor unit, the call is due before it is issued, it has no purpose, or `before` does not name
            each partner with something from zero to its commitment.

    Example:
        >>> from carbonkit.fund.commitment import Commitment
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
    before: tuple[tuple[AccountId, Money], ...] = attrs.field(converter=_parts, repr=False)
    total: Money = attrs.field(converter=_total)
    issued_on: datetime.date = attrs.field(converter=_issued_on)
    due_on: datetime.date = attrs.field(converter=_due_on)
    purpose: str = attrs.field(converter=_purpose)

    def __attrs_post_init__(self) -> None:
        """Check that the partners can pay it, in time."""
        if self.due_on < self.issued_on:
            raise InvalidValueError(f"be on or after {self.issued_on}", was=str(self.due_on), field="due_on")
        check_currency(self.total, self.commitments.currency, field="total")
        if [partner for partner, _ in self.before] != [each.partner for each in self.commitments]:
            named = ", ".join(str(partner) for partner, _ in self.before)
            raise InvalidValueError("name each partner, in order", was=named, field="before")
        for each, (_, left) in zip(self.commitments, self.before, strict=True):
            check_currency(paid(left, field="before"), self.commitments.currency, field="before")
            if left > each.amount:
                raise InvalidValueError(f"be at most {each.amount}", was=str(left), field="before")
        room = Money.from_minor(sum(self._room()), self.commitments.currency)
        if self.total > room:
            raise FundError(
                f"be at most the {room} that are unfunded",
                was=str(self.total),
                field="total",
                code=Refusal.ABOVE_UNFUNDED,
            )

    def _room(self) -> tuple[int, ...]:
        return tuple(left.to_minor() for _, left in self.before)

    @property
    def amounts(self) -> tuple[tuple[AccountId, Money], ...]:
        """
        What each partner pays, in the order of the commitments; together exactly the total.

        The total is divided by commitment. Left-over minor units can add up over
        many calls; what would then be above a partner's unfunded commitment goes
        to the others, divided in the same way.
        """
        parts = _within(self.total.to_minor(), self.commitments.weights, self._room())
        currency = self.commitments.currency
        return tuple(
            (each.partner, Money.from_minor(part, currency))
            for each, part in zip(self.commitments, parts, strict=True)
        )

    @property
    def after(self) -> tuple[tuple[AccountId, Money], ...]:
        """What each partner has unfunded once this is called, in the order of the commitments."""
        return tuple(
            (partner, left - amount)
            for (partner, left), (_, amount) in zip(self.before, self.amounts, strict=True)
        )

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
            >>> from carbonkit.fund.commitment import Commitment
            >>> promised = Commitments([Commitment(AccountId("A"), Money("1000", "CNY"))])
            >>> call_capital(promised, (), total=Money("9", "CNY"), issued_on="2021-07-02",
            ...              due_on="2021-07-15", purpose="allowances").of(AccountId("A"))
            Money('9.00', 'CNY')
        """
        for known, amount in self.amounts:
            if known == partner:
                return amount
        raise NotFoundError("be a partner of the fund", was=str(partner), field="partner")

    def explain(self) -> Explanation:
        """Say how the call is divided, partner by partner."""
        whole = self.commitments.total
        how = "by commitment, by largest remainder"
        if self.amounts != self.commitments.shares(self.total):
            how += "; what is above a partner's unfunded goes to the others"
        rows = zip(self.commitments, self.before, self.amounts, self.after, strict=True)
        return Explanation(
            f"capital call {self.number}, due {self.due_on}",
            str(self.total),
            how=how,
            parts=(
                Explanation(
                    str(each.partner),
                    str(amount),
                    f"{self.total} × {each.amount} / {whole}; unfunded {before} before, {after} after",
                )
                for each, (_, before), (_, amount), (_, after) in rows
            ),
        )


def call_capital(
    commitments: Commitments,
    earlier: Sequence[CapitalCall],
    *,
    total: Money,
    issued_on: str | datetime.date,
    due_on: str | datetime.date,
    purpose: str,
) -> CapitalCall:
    """
    Call part of the commitments and divide it among the partners.

    Args:
        commitments: Every partner's commitment.
        earlier: All calls made before, in order; they lower what is unfunded. Empty for the first.
        total: How much is called; above zero, in whole minor units.
        issued_on: The day of the notice.
        due_on: The day by which it is to be paid.
        purpose: What the money is for.

    Returns:
        The call. Its parts add up to the total, and none is above what the partner has unfunded.

    Raises:
        FundError: `above_unfunded` if more is called than is unfunded, `other_commitments` or
            `not_the_next_call` if it does not follow the earlier calls.
        CurrencyMismatchError: If the total is in another currency than the commitments.
        InvalidValueError: If the total is not above zero or has a fraction of a minor unit, or the call
            is due before it is issued or has no purpose.

    Example:
        >>> from carbonkit.fund.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10", "CNY"))])
        >>> call_capital(promised, (), total=Money("10.01", "CNY"), issued_on="2021-07-02",
        ...              due_on="2021-07-15", purpose="allowances")
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: total: must be at most the 10.00 CNY that are unfunded, was 10.01 CNY
    """
    before = unfunded(commitments, earlier)
    call = CapitalCall(
        number=len(earlier) + 1,
        commitments=commitments,
        before=before,
        total=total,
        issued_on=issued_on,
        due_on=due_on,
        purpose=purpose,
    )
    if earlier:
        _check_next(earlier[-1], call)
    return call


def unfunded(commitments: Commitments, calls: Sequence[CapitalCall]) -> tuple[tuple[AccountId, Money], ...]:
    """
    Say what each partner still owes after calls.

    Args:
        commitments: Every partner's commitment.
        calls: All calls so far, in order.

    Returns:
        Each partner's commitment less what was called from it, in the order of the commitments.

    Raises:
        FundError: `other_commitments` if a call was divided by others, `not_the_next_call` if the calls
            are not all there, once each, in order.

    Example:
        >>> from carbonkit.fund.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> unfunded(promised, [call])
        ((AccountId('A'), Money('6.00', 'CNY')),)
    """
    check_type(commitments, Commitments, field="commitments")
    left = tuple((each.partner, each.amount) for each in commitments)
    previous: CapitalCall | None = None
    for number, call in enumerate(calls, start=1):
        check_type(call, CapitalCall, field="earlier calls")
        if call.commitments != commitments:
            raise FundError(
                "be divided by the same commitments",
                was=f"call {call.number}",
                field="earlier calls",
                code=Refusal.OTHER_COMMITMENTS,
            )
        if call.number != number or call.before != left:
            raise FundError(
                f"hold call {number}, as it follows from those before it",
                was=f"call {call.number}",
                field="earlier calls",
                code=Refusal.NOT_THE_NEXT_CALL,
            )
        if previous is not None:
            _check_next(previous, call)
        previous, left = call, call.after
    return left


def _check_next(previous: CapitalCall, call: CapitalCall) -> None:
    if call.issued_on < previous.issued_on:
        raise FundError(
            f"be on or after {previous.issued_on}, when call {previous.number} was issued",
            was=str(call.issued_on),
            field="issued_on",
            code=Refusal.NOT_THE_NEXT_CALL,
        )


def _within(total: int, weights: Sequence[int], room: Sequence[int]) -> list[int]:
    """Split a total by weight, no part above its room; what finds none is split again among the others."""
    parts, rest, still_open = [0] * len(weights), total, list(weights)
    while rest:
        for place, more in enumerate(split(rest, still_open)):
            taken = min(more, room[place] - parts[place])
            parts[place] += taken
            rest -= taken
        still_open = [
            weight if part < most else 0 for weight, part, most in zip(weights, parts, room, strict=True)
        ]
    return parts
