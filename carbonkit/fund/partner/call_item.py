"""Items of a capital call: what the money is for, how it counts, and who is excused from it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.fund._check import is_said, paid
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.fund.partner.commitment import Commitments

__all__ = ["CallItem", "CommitmentEffect", "Excuse", "ExcuseReason", "Use"]


class Use(enum.Enum):
    """
    What called money is used for.

    Example:
        >>> Use("management fee").name
        'MANAGEMENT_FEE'
    """

    INVESTMENT = "investment"
    MANAGEMENT_FEE = "management fee"
    EXPENSES = "partnership expenses"
    ORGANISATION = "organisation costs"
    WORKING_CAPITAL = "working capital"
    OTHER = "other"


class CommitmentEffect(enum.Enum):
    """
    Whether what is paid counts against the commitment.

    Example:
        >>> CommitmentEffect.OUTSIDE.value
        'outside the commitment'
    """

    INSIDE = "inside the commitment"
    """It lowers what is unfunded."""
    OUTSIDE = "outside the commitment"
    """It comes on top of the commitment and leaves what is unfunded as it is."""


def _amount(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


def _said(value: str, *, field: str) -> str:
    if not is_said(value):
        raise InvalidValueError("not be blank", was=repr(value), field=field)
    return value


def _name(value: str) -> str:
    return _said(value, field="name")


def _reason(value: str) -> str:
    return _said(value, field="why")


@attrs.frozen
class CallItem:
    """
    One thing that a call pays for.

    Args:
        name: What it is called, such as the investment's name; unlike the other items' names.
        use: What kind of use it is.
        amount: How much; above zero, in whole minor units.
        effect: Whether it counts against the commitment.

    Raises:
        InvalidValueError: If the name is blank, or the amount zero, negative or no whole minor units.

    Example:
        >>> CallItem("fee of 2021", Use.MANAGEMENT_FEE, Money("2.00", "CNY"), CommitmentEffect.OUTSIDE).amount
        Money('2.00', 'CNY')
    """

    name: str = attrs.field(converter=_name)
    use: Use = attrs.field(validator=is_a(Use))
    amount: Money = attrs.field(converter=_amount)
    effect: CommitmentEffect = attrs.field(validator=is_a(CommitmentEffect))


class ExcuseReason(enum.Enum):
    """
    Why a partner does not pay on a call.

    Example:
        >>> ExcuseReason.DEFAULT.value
        'in default'
    """

    EXCUSED = "excused at its request"
    """By its own rules or law, as the fund's terms allow."""
    EXCLUDED = "excluded by the manager"
    """Its taking part would harm the fund or the other partners."""
    DEFAULT = "in default"
    """It has not paid an earlier call, and is not called again before it has."""


@attrs.frozen
class Excuse:
    """
    A partner that does not pay on a call, or on one item of it.

    Args:
        partner: The partner.
        reason: Why.
        why: The same in words, such as the clause.
        item: The name of the item that it does not pay for; None for the whole call.

    Raises:
        InvalidValueError: If the words are blank.

    Example:
        >>> Excuse(AccountId("LP-2"), ExcuseReason.EXCUSED, "may not hold coal", "Coal-to-gas").item
        'Coal-to-gas'
    """

    partner: AccountId = attrs.field(validator=is_a(AccountId))
    reason: ExcuseReason = attrs.field(validator=is_a(ExcuseReason))
    why: str = attrs.field(converter=_reason)
    item: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(str)))


def check_items(items: Sequence[CallItem], total: Money, *, field: str) -> None:
    """
    Check that items are alike in currency, differ in name, and add up to a call's total.

    Args:
        items: The items.
        total: The call's total.
        field: The name that an error gives them.

    Raises:
        InvalidValueError: If they do not.

    Example:
        >>> item = CallItem("fee", Use.MANAGEMENT_FEE, Money("2.00", "CNY"), CommitmentEffect.OUTSIDE)
        >>> check_items([item], Money("3.00", "CNY"), field="items")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: items: must add up to 3.00 CNY, was 2.00 CNY, 1.00 CNY too little
    """
    names: set[str] = set()
    found = Money.from_minor(0, total.currency)
    for item in items:
        check_type(item, CallItem, field=field)
        if item.name in names:
            raise InvalidValueError("have each name once", was=item.name, field=field)
        names.add(item.name)
        found += item.amount
    check_sum(found, total, field=field)


def check_sum(found: Money, total: Money, *, field: str) -> None:
    """
    Check that a sum is what it must be, and say how far it is off.

    Args:
        found: The sum.
        total: What it must be.
        field: The name that an error gives what was added up.

    Raises:
        InvalidValueError: If they differ.

    Example:
        >>> check_sum(Money("99.99", "CNY"), Money("100", "CNY"), field="parts")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: parts: must add up to 100 CNY, was 99.99 CNY, 0.01 CNY too little
    """
    if found != total:
        off = found - total
        way = f"{off} too much" if off.amount > 0 else f"{-off} too little"
        raise InvalidValueError(f"add up to {total}", was=f"{found}, {way}", field=field)


def check_excuses(excused: Iterable[Excuse], commitments: Commitments, items: Sequence[CallItem]) -> None:
    """
    Check that those excused are partners, once each for an item, and that somebody is left to pay.

    Args:
        excused: Who is excused, and from what.
        commitments: The partners.
        items: The call's items.

    Raises:
        InvalidValueError: If one is excused twice or all partners are.
        NotFoundError: If one is not a partner, or its item not on the call.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> promised = Commitments([Commitment(AccountId("A"), Money("1", "CNY"))])
        >>> check_excuses([Excuse(AccountId("B"), ExcuseReason.EXCUSED, "by its own rules")], promised, ())
        Traceback (most recent call last):
        ...
        carbonkit.errors.NotFoundError: excused: must be a partner of the fund, was B
    """
    partners, names = {each.partner for each in commitments}, {item.name for item in items}
    seen: set[tuple[AccountId, str | None]] = set()
    for each in excused:
        check_type(each, Excuse, field="excused")
        if each.partner not in partners:
            raise NotFoundError("be a partner of the fund", was=str(each.partner), field="excused")
        if each.item is not None and each.item not in names:
            raise NotFoundError("be an item of the call", was=each.item, field=f"excused {each.partner}")
        if (each.partner, each.item) in seen or (each.partner, None) in seen:
            raise InvalidValueError("be excused once", was=str(each.partner), field="excused")
        seen.add((each.partner, each.item))
    for name in names or {""}:
        if all((partner, None) in seen or (partner, name) in seen for partner in partners):
            raise InvalidValueError("leave somebody to pay", was="all partners", field="excused")
