"""
Composite returns: the returns of portfolios of one strategy as one, weighted by what is invested in each.

The basics of GIPS: a composite is asset-weighted, its periods are linked, nothing shorter than a year
is stated as a yearly return, gross and net are never mixed, and money-weighted returns stand in
for time-weighted ones only where the manager decides when money moves.
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import is_said, listed
from carbonkit.fund._flows import check_value
from carbonkit.fund.figure import figure, fraction
from carbonkit.fund.performance.linked_return import GIPS, annualised, linked
from carbonkit.fund.performance.multiple import ReturnBasis
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, plain
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from carbonkit.fund.day_count import DayCount
    from carbonkit.fund.figure import Number

__all__ = [
    "CompositeMember",
    "CompositePeriod",
    "CompositeReturn",
    "CompositeWeight",
    "FlowControl",
    "may_be_money_weighted",
]

_SHOWN: Final = 12


class CompositeWeight(enum.Enum):
    """
    What a portfolio weighs in its composite.

    Example:
        >>> CompositeWeight("opening value").name
        'OPENING_VALUE'
    """

    OPENING_VALUE = "opening value"
    """Its value at the beginning of the period."""
    OPENING_VALUE_AND_FLOWS = "opening value and weighted flows"
    """The same with the period's flows, each weighted by its days: the capital of modified Dietz."""


class FlowControl(enum.Enum):
    """
    What portfolios have that makes a money-weighted return fit, if the manager controls their flows.

    Example:
        >>> FlowControl("closed-end").name
        'CLOSED_END'
    """

    CLOSED_END = "closed-end"
    FIXED_LIFE = "fixed life"
    FIXED_COMMITMENT = "fixed commitment"
    ILLIQUID = "illiquid investments are a significant part"


def may_be_money_weighted(features: Iterable[FlowControl], *, controls_flows: bool) -> bool:
    """
    Say whether GIPS lets a money-weighted return be presented in place of a time-weighted one.

    Args:
        features: What the portfolios have of the four.
        controls_flows: Whether the manager decides when money comes and goes.

    Returns:
        True if the manager does, and they have one of them or more.

    Example:
        >>> may_be_money_weighted([FlowControl.CLOSED_END], controls_flows=True)
        True
    """
    given = listed(features, field="features")
    for feature in given:
        check_type(feature, FlowControl, field="features")
    return controls_flows is True and bool(given)


def _rate(value: Number) -> Fraction:
    return fraction(value, field="rate")


@attrs.frozen(kw_only=True)
class CompositeMember:
    """
    A portfolio's part in a composite over one period.

    Args:
        portfolio: Its name.
        capital: What it weighs: the opening value, or that and the weighted flows; zero or more.
        rate: Its return over the period; "0.03" is 3 %.

    Raises:
        InvalidValueError: If it has no name, weighs less than nothing, or lost more than everything.

    Example:
        >>> CompositeMember(portfolio="North", capital=Money("100", "CNY"), rate="0.03").rate
        Fraction(3, 100)
    """

    portfolio: str
    capital: Money = attrs.field(validator=is_a(Money))
    rate: Fraction = attrs.field(converter=_rate)

    def __attrs_post_init__(self) -> None:
        """Check that it is named and can be weighted."""
        if not is_said(self.portfolio):
            raise InvalidValueError("name the portfolio", was=repr(self.portfolio), field="portfolio")
        check_value(self.capital, self.capital.currency, field=f"{self.portfolio}, capital")
        if self.rate < -1:
            raise InvalidValueError(
                "be -1 or more",
                was=plain(figure(self.rate, _SHOWN, Rounding.HALF_EVEN)),
                field=f"{self.portfolio}, rate",
            )


def _members(value: Iterable[CompositeMember]) -> tuple[CompositeMember, ...]:
    return listed(value, field="members")


@attrs.frozen(kw_only=True)
class CompositePeriod:
    """
    A composite over one period.

    Args:
        period: The period, with its end.
        members: The portfolios that were in the composite for all of it.
        weight: What their capital is.
        basis: Whether all returns are gross or net of fees.

    Raises:
        InvalidValueError: If there is no portfolio, one is there twice, they weigh nothing, or the period
            has no end.
        CurrencyMismatchError: If they are not of one currency.

    Example:
        >>> members = [CompositeMember(portfolio="North", capital=Money("300", "CNY"), rate="0.03"),
        ...            CompositeMember(portfolio="South", capital=Money("100", "CNY"), rate="-0.01")]
        >>> month = CompositePeriod(period=Period("2021-08-01", "2021-09-01"), members=members,
        ...                         weight=CompositeWeight.OPENING_VALUE, basis=ReturnBasis.GROSS)
        >>> month.rate
        Fraction(1, 50)
    """

    period: Period = attrs.field(validator=is_a(Period))
    members: tuple[CompositeMember, ...] = attrs.field(converter=_members)
    weight: CompositeWeight = attrs.field(validator=is_a(CompositeWeight))
    basis: ReturnBasis = attrs.field(validator=is_a(ReturnBasis))

    def __attrs_post_init__(self) -> None:
        """Check the portfolios against each other."""
        _ = self.period.days  # an error while no end is set
        if not self.members:
            raise InvalidValueError("hold one portfolio or more", was="none", field="members")
        seen: set[str] = set()
        for member in self.members:
            check_type(member, CompositeMember, field="members")
            check_value(
                member.capital, self.members[0].capital.currency, field=f"{member.portfolio}, capital"
            )
            if member.portfolio in seen:
                raise InvalidValueError("be there once", was=member.portfolio, field="members")
            seen.add(member.portfolio)
        if not self.capital:
            raise InvalidValueError("weigh more than nothing together", was="0", field="members")

    @property
    def capital(self) -> Fraction:
        """What all portfolios weigh together."""
        return sum((Fraction(member.capital.amount) for member in self.members), Fraction(0))

    @property
    def rate(self) -> Fraction:
        """The asset-weighted return, exactly."""
        weighted = (Fraction(member.capital.amount) * member.rate for member in self.members)
        return sum(weighted, Fraction(0)) / self.capital

    @property
    def lowest(self) -> CompositeMember:
        """The portfolio with the lowest return."""
        return min(self.members, key=lambda member: member.rate)

    @property
    def highest(self) -> CompositeMember:
        """The portfolio with the highest return."""
        return max(self.members, key=lambda member: member.rate)

    def explain(self) -> Explanation:
        """Say how the return comes about, portfolio by portfolio."""
        return Explanation(
            f"composite return, {self.basis.value}, {self.period}",
            plain(figure(self.rate, _SHOWN, Rounding.HALF_EVEN)),
            how=f"weighted by {self.weight.value}; shown to {_SHOWN} places, half-even",
            source=GIPS,
            parts=(
                Explanation(
                    member.portfolio,
                    plain(figure(member.rate, _SHOWN, Rounding.HALF_EVEN)),
                    how=f"weighs {member.capital}",
                )
                for member in self.members
            ),
        )


def _periods(value: Iterable[CompositePeriod]) -> tuple[CompositePeriod, ...]:
    return listed(value, field="periods")


@attrs.frozen
class CompositeReturn:
    """
    A composite over periods that follow each other.

    Args:
        periods: The periods, in order, without a gap, all gross or all net, weighted in one way.

    Raises:
        InvalidValueError: If there is none, or one does not follow, or is of another basis or weight; it is
            named by its number.

    Example:
        >>> member = CompositeMember(portfolio="North", capital=Money("300", "CNY"), rate="0.1")
        >>> months = [CompositePeriod(period=Period(f"2021-0{month}-01", f"2021-0{month + 1}-01"),
        ...                           members=[member], weight=CompositeWeight.OPENING_VALUE,
        ...                           basis=ReturnBasis.NET) for month in (7, 8)]
        >>> CompositeReturn(months).rate
        Fraction(21, 100)
    """

    periods: tuple[CompositePeriod, ...] = attrs.field(converter=_periods)

    def __attrs_post_init__(self) -> None:
        """Check that the periods can be linked."""
        if not self.periods:
            raise InvalidValueError("hold one period or more", was="none", field="periods")
        for number, period in enumerate(self.periods, start=1):
            check_type(period, CompositePeriod, field=f"period {number}")
        for number, (before, after) in enumerate(pairwise(self.periods), start=2):
            if after.period.start != before.period.end:
                must = f"begin on {before.period.end}"
                raise InvalidValueError(must, was=str(after.period.start), field=f"period {number}")
            for name in ("basis", "weight"):
                was, wanted = getattr(after, name).value, getattr(before, name).value
                if was != wanted:
                    raise InvalidValueError(f"be {wanted}", was=was, field=f"period {number}, {name}")

    @property
    def basis(self) -> ReturnBasis:
        """Whether the return is gross or net of fees."""
        return self.periods[0].basis

    @property
    def rate(self) -> Fraction:
        """The return over all periods, exactly."""
        return linked(period.rate for period in self.periods)

    def annualised(self, day_count: DayCount, places: int, rounding: Rounding) -> Decimal:
        """
        State the return as one for a year.

        Args:
            day_count: How years are counted.
            places: Decimal places.
            rounding: Which way.

        Returns:
            The return for a year.

        Raises:
            FundError: `under_one_year` if the periods are less than a year.

        Example:
            >>> from carbonkit.fund.day_count import DayCount
            >>> member = CompositeMember(portfolio="North", capital=Money("300", "CNY"), rate="0.21")
            >>> years = CompositePeriod(period=Period("2021-01-01", "2023-01-01"), members=[member],
            ...                         weight=CompositeWeight.OPENING_VALUE, basis=ReturnBasis.NET)
            >>> CompositeReturn([years]).annualised(DayCount.ACT_365_FIXED, 4, Rounding.HALF_UP)
            Decimal('0.1000')
        """
        first, last = self.periods[0].period.start, self.periods[-1].period.end or datetime.date.max
        return figure(annualised(self.rate, start=first, end=last, day_count=day_count), places, rounding)

    def explain(self) -> Explanation:
        """Say how the return comes about, period by period."""
        return Explanation(
            f"composite return, {self.basis.value}, over {len(self.periods)} periods",
            plain(figure(self.rate, _SHOWN, Rounding.HALF_EVEN)),
            how=f"linked; shown to {_SHOWN} places, half-even",
            source=GIPS,
            parts=(period.explain() for period in self.periods),
        )
