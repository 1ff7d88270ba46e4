"""
Unfunded commitment: what each partner has promised and not yet paid, step by step.

commitment − contributions inside the commitment + recallable distributions
+ capital given back at closings − released − expired ± other = unfunded.
"""

from __future__ import annotations

import datetime
import enum
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import attrs

from carbonkit.errors import FundError
from carbonkit.fund._check import listed, total_of
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.fund.entry import Entry
    from carbonkit.fund.partner._part import Parts

__all__ = [
    "CallDay",
    "Happening",
    "UnfundedChange",
    "UnfundedRoll",
    "UnfundedStep",
    "unfunded",
    "unfunded_rolls",
]

RECONCILIATION: Final = Source(
    "Institutional Limited Partners Association",
    "Reporting Template, commitment reconciliation",
    2025,
    status=Status.RECALLED,
    note="the steps; what a closing gives back is shown apart here",
)
_OFFERED: Final = ("name", "on", "opening", "commitments", "before", "after", "steps", "entries")


class UnfundedStep(enum.Enum):
    """
    Why an unfunded commitment changed.

    Example:
        >>> UnfundedStep("contribution inside the commitment").name
        'CONTRIBUTION'
    """

    COMMITMENT = "commitment"
    """Promised, at the first closing or a later one."""
    CONTRIBUTION = "contribution inside the commitment"
    """Called, or paid at a closing; negative."""
    RECALLABLE = "recallable distribution"
    """Paid out, and may be called again."""
    RETURNED = "capital returned"
    """Given back to earlier partners at a closing, or to those who had paid for one in default."""
    RELEASED = "released"
    """No longer asked for; negative."""
    EXPIRED = "expired"
    """Ended with the time in which it could be called; negative."""
    OTHER = "other"
    """Anything else that the fund's terms provide for."""


class CallDay(enum.Enum):
    """
    From which day what is called, or called in place of one in default, lowers what is unfunded.

    Example:
        >>> CallDay("due").name
        'DUE'
    """

    NOTICE = "notice"
    """That of the notice: what is left is what may still be called."""
    DUE = "due"
    """That on which it is due, as in the capital accounts: commitment and contributions add up on any day."""


@runtime_checkable
class Happening(Protocol):
    """
    What changes the commitments or what is unfunded: a call, a distribution, a closing, a release.

    Each holds what was unfunded before it, so that a list of them can be checked to be whole.
    """

    @property
    def name(self) -> str:
        """What it is called, such as `call 2`."""
        ...

    @property
    def on(self) -> datetime.date:
        """The day from which it counts."""
        ...

    @property
    def opening(self) -> Commitments:
        """The commitments before it."""
        ...

    @property
    def commitments(self) -> Commitments:
        """The commitments after it."""
        ...

    @property
    def before(self) -> Parts:
        """What each partner had unfunded before it."""
        ...

    @property
    def after(self) -> Parts:
        """What each partner has unfunded after it."""
        ...

    @property
    def steps(self) -> tuple[tuple[UnfundedStep, Parts], ...]:
        """What it did to what is unfunded, step by step."""
        ...

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The lines of the capital accounts that it makes."""
        ...


def unfunded(commitments: Commitments, happenings: Sequence[Happening]) -> Parts:
    """
    Say what each partner has promised and was not called for yet.

    Args:
        commitments: Every partner's commitment, as it is now; with a closing among the happenings, those
            that the last closing left.
        happenings: All calls, distributions, closings and releases so far, in order.

    Returns:
        What is left of each commitment, in the order of the commitments.

    Raises:
        FundError: `other_commitments` if something was divided by others, `not_the_next_call` if what
            happened is not all there, once each, in order.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> unfunded(promised, [call])
        ((AccountId('A'), Money('6.00', 'CNY')),)
    """
    check_type(commitments, Commitments, field="commitments")
    left: Parts | None = None
    standing: Commitments | None = None
    previous: Happening | None = None
    counted = {"closing": 1}  # the first closing makes the commitments
    for each in listed(happenings, field="earlier happenings"):
        if not all(hasattr(type(each), part) for part in _OFFERED):  # cheaper than the protocol's own check
            check_type(each, Happening, field="earlier happenings")
        kind = each.name.split()[0]
        counted[kind] = counted.get(kind, 0) + 1
        if standing is not None:
            _check_same(standing, each.opening, each.name)
        standing, opening = each.commitments, each.opening
        wanted = f"{kind} {counted[kind]}"
        if each.name != wanted or each.before != (_promised(opening) if left is None else left):
            raise FundError(
                f"hold {wanted}, as it follows from what was before it",
                was=each.name,
                field="earlier happenings",
                code=Refusal.NOT_THE_NEXT_CALL,
            )
        if previous is not None:
            check_follows(previous, each)
        previous, left = each, each.after
    if standing is not None and previous is not None:
        _check_same(standing, commitments, previous.name)
    return _promised(commitments) if left is None else left


def _promised(commitments: Commitments) -> Parts:
    return tuple((each.partner, each.amount) for each in commitments)


def _check_same(standing: Commitments, given: Commitments, name: str) -> None:
    if given != standing:
        raise FundError(
            "be divided by the same commitments",
            was=name,
            field="earlier happenings",
            code=Refusal.OTHER_COMMITMENTS,
            hint="pass the commitments as the last closing left them",
        )


def check_follows(previous: Happening, each: Happening, *, field: str = "") -> None:
    """
    Check that something does not come before what is the last so far.

    Args:
        previous: The last so far.
        each: What comes next.
        field: The name that an error gives its day.

    Raises:
        FundError: `not_the_next_call` if it does.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> check_follows(call, call)
    """
    if each.on < previous.on:
        raise FundError(
            f"be on or after {previous.on}, the day of {previous.name}",
            was=str(each.on),
            field=field or f"day of {each.name}",
            code=Refusal.NOT_THE_NEXT_CALL,
        )


@attrs.frozen
class UnfundedChange:
    """
    One step of a partner's unfunded commitment.

    Args:
        on: The day; None for what was promised at the first closing.
        name: What it was, such as `call 2`.
        step: Why it changed.
        amount: How much; negative where less is left to call.

    Example:
        >>> UnfundedChange(None, "commitment", UnfundedStep.COMMITMENT, Money("10.00", "CNY")).amount
        Money('10.00', 'CNY')
    """

    on: datetime.date | None
    name: str
    step: UnfundedStep
    amount: Money


@attrs.frozen
class UnfundedRoll:
    """
    How one partner's unfunded commitment came about; made by `unfunded_rolls`.

    Args:
        partner: The partner.
        currency: The currency of its commitment.
        changes: Every change, in order; the first is what it promised.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> (roll,) = unfunded_rolls(promised, [call], calls=CallDay.NOTICE)
        >>> roll.total(UnfundedStep.CONTRIBUTION), roll.unfunded
        (Money('-4.00', 'CNY'), Money('6.00', 'CNY'))
    """

    partner: AccountId
    currency: str
    changes: tuple[UnfundedChange, ...]

    @property
    def unfunded(self) -> Money:
        """What is left to call: the sum of all changes."""
        return total_of((change.amount for change in self.changes), self.currency)

    @property
    def commitment(self) -> Money:
        """What the partner has promised."""
        return self.total(UnfundedStep.COMMITMENT)

    def total(self, step: UnfundedStep) -> Money:
        """
        Add up the changes of one kind.

        Args:
            step: The kind.

        Returns:
            Their sum; zero if there was none.

        Example:
            >>> ten = UnfundedChange(None, "commitment", UnfundedStep.COMMITMENT, Money("10.00", "CNY"))
            >>> UnfundedRoll(AccountId("A"), "CNY", (ten,)).total(UnfundedStep.RELEASED)
            Money('0.00', 'CNY')
        """
        check_type(step, UnfundedStep, field="step")
        amounts = (change.amount for change in self.changes if change.step is step)
        return total_of(amounts, self.currency)

    def as_of(self, day: str | datetime.date) -> UnfundedRoll:
        """
        Cut the roll after a day, such as the last of a period.

        Args:
            day: The day; what happened on it still counts.

        Returns:
            The roll as it stood at the end of that day. What was promised at the first
            closing is in it, whatever the day.

        Example:
            >>> ten = UnfundedChange(None, "commitment", UnfundedStep.COMMITMENT, Money("10.00", "CNY"))
            >>> UnfundedRoll(AccountId("A"), "CNY", (ten,)).as_of("2021-12-31").unfunded
            Money('10.00', 'CNY')
        """
        last = as_date(day, field="day")
        upto = (change for change in self.changes if change.on is None or change.on <= last)
        return UnfundedRoll(self.partner, self.currency, tuple(upto))

    def explain(self) -> Explanation:
        """Say how what is left came about, change by change."""
        return Explanation(
            f"unfunded commitment of {self.partner}",
            str(self.unfunded),
            how="commitment − contributions inside it + recallable distributions + capital returned"
            " − released − expired ± other",
            source=RECONCILIATION,
            parts=(
                Explanation(
                    change.step.value,
                    str(change.amount),
                    change.name if change.on is None else f"{change.name}, {change.on}",
                )
                for change in self.changes
            ),
        )


def unfunded_rolls(
    commitments: Commitments, happenings: Sequence[Happening], *, calls: CallDay
) -> tuple[UnfundedRoll, ...]:
    """
    Show how what each partner has unfunded came about.

    Args:
        commitments: Every partner's commitment, as it is now.
        happenings: All calls, distributions, closings and releases so far, in order.
        calls: From which day calls count; beside a statement of capital, the one on which they are due.

    Returns:
        A roll for each partner, in the order of the commitments; each ends at what `unfunded` says. The
        changes are in the order of their days.

    Raises:
        FundError: `other_commitments` if something was divided by others, `not_the_next_call` if what
            happened is not all there, once each, in order.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> print(unfunded_rolls(promised, (), calls=CallDay.DUE)[0].explain().parts[0].text())
        commitment: 10.00 CNY = first closing
    """
    check_type(calls, CallDay, field="calls")
    unfunded(commitments, happenings)
    opening = happenings[0].opening if happenings else commitments
    none = Money.from_minor(0, commitments.currency)
    changes: dict[AccountId, list[UnfundedChange]] = {each.partner: [] for each in commitments}
    for partner, amount in _promised(opening):
        changes[partner].append(UnfundedChange(None, "first closing", UnfundedStep.COMMITMENT, amount))
    for each in happenings:
        days = {entry.partner: entry.on for entry in each.entries} if calls is CallDay.DUE else {}
        for step, parts in each.steps:
            for partner, amount in parts:
                if amount != none:
                    on = days.get(partner, each.on)
                    changes[partner].append(UnfundedChange(on, each.name, step, amount))
    return tuple(
        UnfundedRoll(partner, commitments.currency, tuple(sorted(found, key=_day)))  # stable
        for partner, found in changes.items()
    )


def _day(change: UnfundedChange) -> datetime.date:
    return change.on or datetime.date.min


def after_steps(before: Parts, steps: Iterable[tuple[UnfundedStep, Parts]]) -> Parts:
    """
    Add steps to what was unfunded.

    Args:
        before: What each partner had unfunded.
        steps: What is added or taken away, by partner; one that is not there before is added at the end.

    Returns:
        What each partner has unfunded then.

    Example:
        >>> one = ((AccountId("A"), Money("1.00", "CNY")),)
        >>> after_steps(one, [(UnfundedStep.RECALLABLE, one)])
        ((AccountId('A'), Money('2.00', 'CNY')),)
    """
    sums: dict[AccountId, int] = {}
    currency = before[0][1].currency
    for partner, amount in chain(before, *(made for _, made in steps)):
        sums[partner] = sums.get(partner, 0) + amount.to_minor()
    return tuple((partner, Money.from_minor(minor, currency)) for partner, minor in sums.items())
