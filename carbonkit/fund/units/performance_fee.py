"""
Performance fees over a high-water mark: accrued on each dealing day, crystallised at a period's end.

The fee per unit is the rate times what the value per unit before the fee (GAV) is
above the mark: rate × max(0, GAV − max(mark, hurdle)) with a hard hurdle. The mark
never falls.
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import on_day
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units._share import share, shown
from carbonkit.fund.units.unit import UnitClass
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from carbonkit.fund.figure import Number
    from carbonkit.values.money import Money
    from carbonkit.values.number import Exact

__all__ = [
    "FeeHurdle",
    "FeeHurdleKind",
    "MarkRule",
    "PerformanceFeeAccrual",
    "PerformanceFeePeriod",
    "PerformanceFeeTerms",
]

RULE: Final = Source(
    "carbonkit",
    "performance fee over a high-water mark",
    2026,
    status=Status.DERIVED,
    note="the usual rule of hedge funds; checked against worked cases computed by hand",
)


class FeeHurdleKind(enum.Enum):
    """
    What a hurdle does once it is passed.

    Example:
        >>> FeeHurdleKind("hard").name
        'HARD'
    """

    HARD = "hard"
    """The fee is taken on what is above the hurdle, and above the mark."""
    SOFT = "soft"
    """Once hurdle and mark are passed, the fee is taken on everything above the mark."""


def _hurdle_rate(value: Number) -> Fraction:
    taken = fraction(value, field="rate")
    if taken < 0:
        raise InvalidValueError("be zero or more", was=str(value), field="rate")
    return taken


@attrs.frozen(kw_only=True)
class FeeHurdle:
    """
    A return that must be passed before a performance fee is taken.

    Args:
        rate: The return, simple within a period; "0.05" is 5 %.
        kind: What it does once it is passed.
        day_count: How the years of a yearly rate are counted; None if the rate is for a whole period.

    Raises:
        InvalidValueError: If the rate is negative, or kind or day count is of another type.

    Example:
        >>> hurdle = FeeHurdle(rate="0.05", kind=FeeHurdleKind.HARD, day_count=DayCount.ACT_365_FIXED)
        >>> import datetime
        >>> hurdle.level(100, datetime.date(2025, 1, 1), datetime.date(2026, 1, 1))
        Fraction(105, 1)
    """

    rate: Fraction = attrs.field(converter=_hurdle_rate)
    kind: FeeHurdleKind = attrs.field(validator=is_a(FeeHurdleKind))
    day_count: DayCount | None = attrs.field(validator=attrs.validators.optional(is_a(DayCount)))

    def level(self, opening: Number, start: datetime.date, end: datetime.date) -> Fraction:
        """
        Say which value per unit the hurdle asks for.

        Args:
            opening: The value per unit that it grows from.
            start: The day that it grows from.
            end: The day asked for.

        Returns:
            The value, exactly.

        Example:
            >>> import datetime
            >>> FeeHurdle(rate="0.05", kind=FeeHurdleKind.SOFT, day_count=None).level(
            ...     100, datetime.date(2025, 1, 1), datetime.date(2025, 7, 1))
            Fraction(105, 1)
        """
        years = Fraction(1) if self.day_count is None else self.day_count.years(start, end)
        return fraction(opening) * (1 + self.rate * years)


class MarkRule(enum.Enum):
    """
    When the high-water mark rises; the two differ only where there is a hurdle.

    Example:
        >>> MarkRule("when a fee is paid").name
        'WHEN_PAID'
    """

    WHEN_PAID = "when a fee is paid"
    """To the NAV after the fee, at the end of a period in which a fee was due."""
    EVERY_PERIOD = "at the end of every period"
    """To the NAV at the end of the period, if that is higher."""


def _rate(value: Number) -> Fraction:
    return share(value, field="rate")


@attrs.frozen(kw_only=True)
class PerformanceFeeTerms:
    """
    The terms of a performance fee.

    Args:
        rate: The fee, from 0 to below 1; "0.2" is 20 %.
        hurdle: What must be passed first; None for nothing but the mark.
        mark_rule: When the mark rises.

    Raises:
        InvalidValueError: If the rate is out of range, or hurdle or rule is of another type.

    Example:
        >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
        >>> terms.per_unit(110, mark=100, hurdle_level=None), terms.per_unit(90, mark=100, hurdle_level=None)
        (Fraction(2, 1), Fraction(0, 1))
    """

    rate: Fraction = attrs.field(converter=_rate)
    hurdle: FeeHurdle | None = attrs.field(validator=attrs.validators.optional(is_a(FeeHurdle)))
    mark_rule: MarkRule = attrs.field(validator=is_a(MarkRule))

    def per_unit(self, gav: Number, *, mark: Number, hurdle_level: Number | None) -> Fraction:
        """
        Say what the fee per unit is.

        Args:
            gav: The value per unit before the fee.
            mark: The high-water mark.
            hurdle_level: The value per unit that the hurdle asks for; None exactly if there is none.

        Returns:
            The fee, exactly.

        Raises:
            InvalidValueError: If a level is given where the terms have no hurdle, or the other way round.

        Example:
            >>> for kind in FeeHurdleKind:
            ...     hurdle = FeeHurdle(rate="0.05", kind=kind, day_count=None)
            ...     terms = PerformanceFeeTerms(rate="0.2", hurdle=hurdle, mark_rule=MarkRule.WHEN_PAID)
            ...     print(kind.value, terms.per_unit(110, mark=100, hurdle_level=105))
            hard 1
            soft 2
        """
        value, over = fraction(gav, field="gav"), fraction(mark, field="mark")
        if (self.hurdle is None) != (hurdle_level is None):
            raise InvalidValueError(
                "be given exactly if there is a hurdle", was=str(hurdle_level), field="hurdle_level"
            )
        if self.hurdle is not None and hurdle_level is not None:
            least = max(over, fraction(hurdle_level, field="hurdle_level"))
            if value <= least:
                return Fraction(0)
            over = least if self.hurdle.kind is FeeHurdleKind.HARD else over
        return self.rate * max(Fraction(0), value - over)


def _level(value: Number) -> Fraction:
    taken = fraction(value, field="value per unit")
    if taken <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="value per unit")
    return taken


def _gav(value: Number) -> Fraction:
    taken = fraction(value, field="gav")
    if taken < 0:
        raise InvalidValueError("be zero or more", was=str(value), field="gav")
    return taken


def _opened_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="opened_on")


@attrs.frozen(kw_only=True)
class PerformanceFeePeriod:
    """
    A period at whose end a performance fee is crystallised.

    Args:
        terms: The terms of the fee.
        mark: The high-water mark per unit.
        opening: The NAV per unit with which it opened; a hurdle grows from it.
        opened_on: The day from which it runs.

    Raises:
        InvalidValueError: If mark or opening is not above zero.

    Example:
        >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
        >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
        >>> accrual, following = period.close(120, on="2025-12-31")
        >>> accrual.fee, accrual.nav, following.mark
        (Fraction(4, 1), Fraction(116, 1), Fraction(116, 1))
    """

    terms: PerformanceFeeTerms = attrs.field(validator=is_a(PerformanceFeeTerms))
    mark: Fraction = attrs.field(converter=_level)
    opening: Fraction = attrs.field(converter=_level)
    opened_on: datetime.date = attrs.field(converter=_opened_on)

    def accrue(self, gav: Number, *, on: str | datetime.date) -> PerformanceFeeAccrual:
        """
        Accrue the fee on a dealing day.

        Args:
            gav: The value per unit before the fee.
            on: The day.

        Returns:
            The accrual; it may fall again, and is the manager's only when it is crystallised.

        Raises:
            FundError: `out_of_order` if the day lies before the period.
            InvalidValueError: If the value is negative.

        Example:
            >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
            >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
            >>> period.accrue(110, on="2025-06-30").nav
            Fraction(108, 1)
        """
        return PerformanceFeeAccrual(period=self, on=on, gav=gav)

    def close(
        self, gav: Number, *, on: str | datetime.date
    ) -> tuple[PerformanceFeeAccrual, PerformanceFeePeriod]:
        """
        Crystallise the fee, and open the next period.

        Args:
            gav: The value per unit before the fee.
            on: The last day of the period.

        Returns:
            What is crystallised, and the next period; its mark is not below the one before.

        Raises:
            FundError: `out_of_order` if the day lies before the period.
            InvalidValueError: If the value is not above zero.

        Example:
            >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
            >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
            >>> period.close(90, on="2025-12-31")[1].mark
            Fraction(100, 1)
        """
        accrual = self.accrue(_level(gav), on=on)
        rises = accrual.fee > 0 or self.terms.mark_rule is MarkRule.EVERY_PERIOD
        mark = max(self.mark, accrual.nav) if rises else self.mark
        return accrual, attrs.evolve(self, mark=mark, opening=accrual.nav, opened_on=accrual.on)

    def after_distribution(self, per_unit: Number) -> PerformanceFeePeriod:
        """
        Lower mark and opening by what a unit was paid, so that what left the fund is no loss.

        A hurdle is then asked of what is left, over the whole period.

        Args:
            per_unit: What a unit was paid; see `UnitDistribution.per_unit`.

        Returns:
            The period with the lower mark.

        Raises:
            InvalidValueError: If it is negative, or leaves no mark or opening above zero.

        Example:
            >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
            >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
            >>> period.accrue(120, on="2025-06-30").fee
            Fraction(4, 1)
            >>> period.after_distribution(15).accrue(105, on="2025-06-30").fee
            Fraction(4, 1)
        """
        out = fraction(per_unit, field="per_unit")
        if not 0 <= out < min(self.mark, self.opening):
            raise InvalidValueError(
                f"be zero or more, and below the mark of {shown(self.mark)} and the opening of "
                f"{shown(self.opening)}",
                was=shown(out),
                field="per_unit",
                hint="crystallise first",
            )
        return attrs.evolve(self, mark=self.mark - out, opening=self.opening - out)


@attrs.frozen(kw_only=True)
class PerformanceFeeAccrual:
    """
    A performance fee as it stands on a day.

    Args:
        period: The period that it is of.
        on: The day.
        gav: The value per unit before the fee.

    Raises:
        FundError: `out_of_order` if the day lies before the period.
        InvalidValueError: If the value is negative.

    Example:
        >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
        >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
        >>> accrual = period.accrue(110, on="2025-06-30")
        >>> print(accrual.explain().text().splitlines()[0])
        performance fee per unit on 2025-06-30: 2 = 0.2 × max(0, 110 − 100)
    """

    period: PerformanceFeePeriod = attrs.field(validator=is_a(PerformanceFeePeriod))
    on: datetime.date = attrs.field(converter=on_day)
    gav: Fraction = attrs.field(converter=_gav)

    def __attrs_post_init__(self) -> None:
        """Check that the day is not before the period."""
        if self.on < self.period.opened_on:
            raise FundError(
                f"be on or after {self.period.opened_on}, when the period opened",
                was=str(self.on),
                field="on",
                code=Refusal.OUT_OF_ORDER,
            )

    @property
    def hurdle_level(self) -> Fraction | None:
        """The value per unit that the hurdle asks for; None if there is none."""
        hurdle, period = self.period.terms.hurdle, self.period
        return None if hurdle is None else hurdle.level(period.opening, period.opened_on, self.on)

    @property
    def fee(self) -> Fraction:
        """The fee per unit, exactly."""
        return self.period.terms.per_unit(self.gav, mark=self.period.mark, hurdle_level=self.hurdle_level)

    @property
    def nav(self) -> Fraction:
        """The value per unit after it."""
        return self.gav - self.fee

    def total(self, unit: UnitClass, units: Exact) -> Money:
        """
        Say what the fee on a number of units is: accrued on those outstanding, due on those redeemed.

        Args:
            unit: The class of units, which says how money is rounded.
            units: How many.

        Returns:
            The fee, rounded once.

        Raises:
            InvalidValueError: If the units are negative or have too many places.

        Example:
            >>> from carbonkit.fund.units.unit import UnitClass
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
            >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
            >>> period.accrue(110, on="2025-06-30").total(unit, "1000.01")
            Money('2000.02', 'CNY')
        """
        check_type(unit, UnitClass, field="unit")
        return unit.paid(fraction(unit.counted(units)) * self.fee)

    def explain(self) -> Explanation:
        """Say how the fee came about."""
        terms, mark, level = self.period.terms, shown(self.period.mark), self.hurdle_level
        over, parts = mark, [Explanation("high-water mark", mark, terms.mark_rule.value)]
        if terms.hurdle is not None and level is not None:
            soft = terms.hurdle.kind is FeeHurdleKind.SOFT
            over = (
                f"{mark}, above a soft hurdle of {shown(level)}" if soft else f"max({mark}, {shown(level)})"
            )
            years = (
                "a period" if terms.hurdle.day_count is None else f"a year, {terms.hurdle.day_count.value}"
            )
            how = f"{shown(self.period.opening)} and {shown(terms.hurdle.rate)} of it {years}"
            parts.append(Explanation(f"{terms.hurdle.kind.value} hurdle", shown(level), how))
        how = f"{shown(terms.rate)} × max(0, {shown(self.gav)} − {over})"
        what = f"performance fee per unit on {self.on}"
        return Explanation(what, shown(self.fee), how=how, source=RULE, parts=parts)
