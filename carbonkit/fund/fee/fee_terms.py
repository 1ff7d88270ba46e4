"""
Fee terms: what a fund's manager is paid, on what, from when, and how time is counted.

There is no default for any of it, and a rate of zero is a rate: it frees from the fee.
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import listed, paid, pairs, proportion
from carbonkit.fund.apportion import written
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.fund.figure import Number

__all__ = ["FeeBase", "FeeLevel", "FeeMeasured", "FeePeriods", "FeeStep", "FeeTerms", "FeeTime"]


class FeeBase(enum.Enum):
    """
    What a management fee is reckoned on.

    Example:
        >>> FeeBase.NET_INVESTED_COST.value
        'cost of what is invested and not yet realised or written off'
    """

    COMMITTED = "commitments"
    CALLED = "commitments called"
    NET_INVESTED_COST = "cost of what is invested and not yet realised or written off"
    NET_ASSET_VALUE = "net asset value"


class FeePeriods(enum.Enum):
    """
    A period's part of a year, where days are not counted: each whole period is the same part.

    Example:
        >>> FeePeriods.QUARTERS.value
        4
    """

    YEARS = 1
    HALF_YEARS = 2
    QUARTERS = 4
    MONTHS = 12

    @property
    def months(self) -> int:
        """How many months a period has."""
        return 12 // self.value


FeeTime: TypeAlias = DayCount | FeePeriods
"""How the time of a fee is counted: by days, or by periods."""


class FeeMeasured(enum.Enum):
    """
    When a base that changes is measured.

    Example:
        >>> FeeMeasured.AT_PERIOD_START.value
        'once, at the start of the period'
    """

    AT_PERIOD_START = "once, at the start of the period"
    AS_IT_CHANGES = "on each day on which it changes"


def _from_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="from_on")


def _rate(value: Number) -> Fraction:
    return proportion(value, field="rate", hint="2 % is 0.02")


def _bases(value: Iterable[FeeBase]) -> tuple[FeeBase, ...]:
    bases = listed(value, field="bases")
    for base in bases:
        check_type(base, FeeBase, field="bases")
    if not bases or len(set(bases)) != len(bases):
        raise InvalidValueError("name one base or more, each once", was=len(bases), field="bases")
    return bases


@attrs.frozen
class FeeStep:
    """
    A yearly rate on a base, from a day on.

    Args:
        from_on: The first day.
        rate: The yearly rate; 0.02 is 2 %. Zero frees from the fee.
        bases: What it is reckoned on; of several, the lowest.

    Raises:
        InvalidValueError: If the rate is not from 0 to 1, or no base is named.

    Example:
        >>> FeeStep("2026-07-15", "0.02", [FeeBase.NET_INVESTED_COST, FeeBase.NET_ASSET_VALUE]).rate
        Fraction(1, 50)
    """

    from_on: datetime.date = attrs.field(converter=_from_on)
    rate: Fraction = attrs.field(converter=_rate)
    bases: tuple[FeeBase, ...] = attrs.field(converter=_bases)


def _amount(value: Money) -> Money:
    return paid(value, field="amount")


@attrs.frozen
class FeeLevel:
    """
    What a base comes to, from a day on until the next level.

    Args:
        base: The base.
        from_on: The first day.
        amount: How much; zero or more.

    Raises:
        InvalidValueError: If the amount is negative or not in whole minor units.

    Example:
        >>> FeeLevel(FeeBase.CALLED, "2021-07-15", Money("20000000", "CNY")).amount
        Money('20000000', 'CNY')
    """

    base: FeeBase = attrs.field(validator=is_a(FeeBase))
    from_on: datetime.date = attrs.field(converter=_from_on)
    amount: Money = attrs.field(converter=_amount)


def _steps(value: Iterable[FeeStep]) -> tuple[FeeStep, ...]:
    steps = listed(value, field="steps")
    for step in steps:
        check_type(step, FeeStep, field="steps")
    if not steps:
        raise InvalidValueError("hold one step or more", was="none", field="steps")
    for before, after in pairwise(steps):
        if after.from_on <= before.from_on:
            raise FundError(
                f"begin after {before.from_on}, when the step before it does",
                was=str(after.from_on),
                field="steps",
                code=Refusal.OUT_OF_ORDER,
            )
    return steps


def _own(
    value: Iterable[tuple[AccountId, Iterable[FeeStep]]],
) -> tuple[tuple[AccountId, tuple[FeeStep, ...]], ...]:
    own = tuple((partner, _steps(steps)) for partner, steps in pairs(value, field="own"))
    for partner, _ in own:
        check_type(partner, AccountId, field="own")
    if len({partner for partner, _ in own}) != len(own):
        raise InvalidValueError("name each partner once", was=len(own), field="own")
    return own


def _time(value: FeeTime) -> FeeTime:
    if not isinstance(value, DayCount | FeePeriods):
        raise InvalidValueError("be a DayCount or FeePeriods", was=repr(value), field="time")
    return value


def _named(bases: Sequence[FeeBase]) -> str:
    return bases[0].value if len(bases) == 1 else "the lowest of " + ", ".join(base.value for base in bases)


@attrs.frozen(kw_only=True)
class FeeTerms:
    """
    What a fund's manager is paid; every convention is named.

    Args:
        steps: The rates and bases, in order; there is no fee before the first.
        own: Partners with steps of their own, such as one at a rate of zero for the general partner.
        time: How time is counted: by days, or by whole periods, parts of which count by days.
        measured: When a base that changes is measured.
        rounding: How a period's fee is rounded, once, to minor units. It is divided among the partners
            by largest remainder.

    Raises:
        FundError: `out_of_order` if a step does not begin after the one before it.
        InvalidValueError: If there is no step, or a partner has its own twice.

    Example:
        >>> terms = FeeTerms(steps=[FeeStep("2021-07-15", "0.02", [FeeBase.COMMITTED])], own=(),
        ...                  time=FeePeriods.QUARTERS, measured=FeeMeasured.AT_PERIOD_START,
        ...                  rounding=Rounding.HALF_UP)
        >>> print(terms.explain().text())
        management fee terms: by QUARTERS, base measured once, at the start of the period, rounded HALF_UP
          from 2021-07-15: 0.02 a year on commitments
    """

    steps: tuple[FeeStep, ...] = attrs.field(converter=_steps)
    own: tuple[tuple[AccountId, tuple[FeeStep, ...]], ...] = attrs.field(converter=_own)
    time: FeeTime = attrs.field(converter=_time)
    measured: FeeMeasured = attrs.field(validator=is_a(FeeMeasured))
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def explain(self) -> Explanation:
        """List every convention."""
        lists = (("", self.steps), *((f"{partner} ", steps) for partner, steps in self.own))
        return Explanation(
            "management fee terms",
            f"by {self.time.name}, base measured {self.measured.value}, rounded {self.rounding.name}",
            parts=(
                Explanation(
                    f"{whose}from {step.from_on}",
                    f"{written(step.rate)} a year on {_named(step.bases)}",
                )
                for whose, steps in lists
                for step in steps
            ),
        )
