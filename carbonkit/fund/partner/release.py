"""Releases: what of the commitments is no longer to be paid, being let go or having expired."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import check_currency, count, is_said
from carbonkit.fund.partner._part import Parts, check_names, check_parts, parts_of
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.partner.unfunded import Happening, UnfundedStep, after_steps, check_follows, unfunded
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.fund.entry import Entry

__all__ = ["Release", "ReleaseKind", "release_commitments"]


class ReleaseKind(enum.Enum):
    """
    Why less, or more, can be called than before.

    Example:
        >>> ReleaseKind("expired").step.name
        'EXPIRED'
    """

    RELEASED = "released"
    EXPIRED = "expired"
    OTHER = "other"
    """Something else that the terms provide for; the only kind that may add to what is unfunded."""

    @property
    def step(self) -> UnfundedStep:
        """The step of the unfunded commitment that it makes."""
        return UnfundedStep[self.name]


def _number(value: int) -> int:
    return count(value, field="number")


def _released_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="released_on")


def _parts(value: Iterable[tuple[AccountId, Money]]) -> Parts:
    return tuple(value)


def _reason(value: str) -> str:
    if not is_said(value):
        raise InvalidValueError("say why", was=repr(value), field="reason")
    return value


@attrs.frozen(kw_only=True)
class Release:
    """
    A change of what can be called, without any payment; made by `release_commitments`.

    The commitments stay as they are, and with them each partner's share.

    Args:
        number: Its number within the fund, from 1.
        commitments: The partners.
        before: What each partner had unfunded before it.
        released_on: The day.
        kind: Why.
        changes: What is added to each unfunded commitment; negative where it falls.
        reason: The same in words, such as the clause or the resolution.

    Raises:
        InvalidValueError: If the partners are not all there, in order, what is left would be negative or
            above the commitment, or a release adds.
        CurrencyMismatchError: If something is in another currency than the commitments.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> release = release_commitments(promised, (), released_on="2026-07-15", kind=ReleaseKind.EXPIRED,
        ...                               reason="end of the investment period",
        ...                               amounts={AccountId("A"): Money("4.00", "CNY")})
        >>> release.after
        ((AccountId('A'), Money('6.00', 'CNY')),)
    """

    number: int = attrs.field(converter=_number)
    commitments: Commitments = attrs.field(validator=is_a(Commitments))
    before: Parts = attrs.field(repr=False)
    released_on: datetime.date = attrs.field(converter=_released_on)
    kind: ReleaseKind = attrs.field(validator=is_a(ReleaseKind))
    changes: Parts = attrs.field(converter=_parts)
    reason: str = attrs.field(converter=_reason)
    after: Parts = attrs.field(init=False, repr=False, eq=False)
    """What each partner has unfunded after it."""

    def __attrs_post_init__(self) -> None:
        """Check that what is left is from zero to the commitment."""
        check_parts(self.before, self.commitments, field="before")
        check_names(self.changes, self.commitments, field="changes")
        for partner, amount in self.changes:
            check_currency(amount, self.commitments.currency, field=f"change of {partner}")
            if amount.amount > 0 and self.kind is not ReleaseKind.OTHER:
                raise InvalidValueError(
                    "be zero or less",
                    was=str(amount),
                    field=f"change of {partner}",
                    hint="only a change of the kind OTHER may add",
                )
        object.__setattr__(self, "after", after_steps(self.before, self.steps))
        for (partner, left), each in zip(self.after, self.commitments, strict=True):
            if not 0 <= left.amount <= each.amount.amount:
                raise InvalidValueError(
                    f"leave from zero to {each.amount}", was=str(left), field=f"change of {partner}"
                )

    @property
    def name(self) -> str:
        """What it is called among the things that happened."""
        return f"release {self.number}"

    @property
    def on(self) -> datetime.date:
        """The day from which it counts."""
        return self.released_on

    @property
    def opening(self) -> Commitments:
        """The commitments before it, which it leaves as they are."""
        return self.commitments

    @property
    def steps(self) -> tuple[tuple[UnfundedStep, Parts], ...]:
        """What it did to what is unfunded."""
        return ((self.kind.step, self.changes),)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The lines of the capital accounts: none, since nothing is paid."""
        return ()


def release_commitments(
    commitments: Commitments,
    earlier: Sequence[Happening],
    *,
    released_on: str | datetime.date,
    kind: ReleaseKind,
    reason: str,
    amounts: Mapping[AccountId, Money],
) -> Release:
    """
    Let partners off part of what they have unfunded.

    Args:
        commitments: Every partner's commitment, as it is now.
        earlier: All that has changed what is unfunded, in order.
        released_on: The day.
        kind: Why. Amounts of the kind OTHER may be negative, and then add to what is unfunded.
        reason: The same in words.
        amounts: How much each is let off; nothing for a partner that is left out. `unfunded` gives
            all that is left.

    Returns:
        The release.

    Raises:
        FundError: `other_commitments` or `not_the_next_call` if it does not follow what happened earlier.
        CurrencyMismatchError: If something is in another currency than the commitments.
        InvalidValueError: If one is no partner, or is let off more than it has unfunded.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> all_of_it = dict(unfunded(promised, ()))
        >>> release_commitments(promised, (), released_on="2026-07-15", kind=ReleaseKind.RELEASED,
        ...                     reason="resolution 7", amounts=all_of_it).steps[0][1]
        ((AccountId('A'), Money('-10.00', 'CNY')),)
    """
    before = unfunded(commitments, earlier)
    check_type(amounts, Mapping, field="amounts")
    partners = [each.partner for each in commitments]
    for partner, amount in amounts.items():
        check_type(partner, AccountId, field="amounts, partner")
        if partner not in partners:
            raise InvalidValueError("be a partner of the fund", was=str(partner), field="amounts, partner")
        check_type(amount, Money, field=f"amount of {partner}")
        check_currency(amount, commitments.currency, field=f"amount of {partner}")
    none = Money.from_minor(0, commitments.currency)
    changes = (-amounts.get(partner, none).to_minor() for partner in partners)
    made = Release(
        number=1 + sum(isinstance(each, Release) for each in earlier),
        commitments=commitments,
        before=before,
        released_on=released_on,
        kind=kind,
        changes=parts_of(commitments, changes),
        reason=reason,
    )
    if earlier:
        check_follows(earlier[-1], made, field="released_on")
    return made
