"""
Series accounting: every subscription day its own series of units, with its own high-water mark.

It is the other way to make everyone bear the performance fee on its own gain. Each
series has its own value and pays its own fee. When a fee was crystallised for a series
and for the lead series, the series is rolled up: its units become units of the lead
series of the same value, and the series ends.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.figure import fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units._share import shown
from carbonkit.fund.units.performance_fee import PerformanceFeePeriod
from carbonkit.fund.units.unit_register import UnitRegister
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import plain
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["RollUp", "UnitSeries", "roll_up"]


@attrs.frozen(kw_only=True)
class UnitSeries:
    """
    One series: its units and its fee period.

    Args:
        register: Who holds how many of its units.
        period: The fee period that it is in, with its own mark; its opening is the series' NAV per unit.

    Raises:
        InvalidValueError: If a value has another type.

    Example:
        >>> from carbonkit.fund.units.performance_fee import MarkRule, PerformanceFeeTerms
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A/2025-06"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
        >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-06-30")
        >>> UnitSeries(register=UnitRegister(unit), period=period).at_mark
        True
    """

    register: UnitRegister = attrs.field(validator=is_a(UnitRegister))
    period: PerformanceFeePeriod = attrs.field(validator=is_a(PerformanceFeePeriod))

    @property
    def at_mark(self) -> bool:
        """Whether its value is its mark, with no loss to make up and no gain that bore no fee."""
        return self.period.opening == self.period.mark


@attrs.frozen(kw_only=True)
class RollUp:
    """
    A series that became units of the lead series; made by `roll_up`.

    Args:
        on: The day.
        series: The series that ends.
        before: The lead series before.
        after: The lead series after.

    Example:
        >>> from carbonkit.fund.units.performance_fee import MarkRule, PerformanceFeeTerms
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
        >>> period = PerformanceFeePeriod(terms=terms, mark=116, opening=116, opened_on="2025-12-31")
        >>> def empty(name):
        ...     unit = UnitClass(id=AssetId(name), currency="CNY", unit_places=4, price_places=4,
        ...                      price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                      money_rounding=Rounding.HALF_UP)
        ...     return UnitSeries(register=UnitRegister(unit), period=period)
        >>> roll_up(empty("S-2"), empty("S-1"), on="2025-12-31").factor
        Fraction(1, 1)
    """

    on: datetime.date
    series: UnitSeries
    before: UnitSeries
    after: UnitSeries

    @property
    def factor(self) -> Fraction:
        """How many units of the lead series a unit of the series becomes, exactly."""
        return self.series.period.opening / self.before.period.opening

    @property
    def closed(self) -> UnitRegister:
        """The register of the series that ends: nobody holds any of it."""
        return UnitRegister(self.series.register.unit, (), self.on)

    @property
    def kept(self) -> Fraction:
        """What rounding of units leaves to the lead's holders; negative for what it takes from them."""
        more = fraction(self.after.register.outstanding) - fraction(self.before.register.outstanding)
        value = fraction(self.series.register.outstanding) * self.series.period.opening
        return value - more * self.before.period.opening

    def explain(self) -> Explanation:
        """Say at which values the units were turned."""
        series, lead = self.series, self.before
        parts = (
            Explanation(f"NAV per unit of {series.register.unit.id}", shown(series.period.opening)),
            Explanation(f"NAV per unit of {lead.register.unit.id}", shown(lead.period.opening)),
            Explanation("left by rounding", shown(self.kept), "to the holders of the lead series"),
        )
        return Explanation(
            f"{series.register.unit.id} rolled up into {lead.register.unit.id} on {self.on}",
            f"{plain(series.register.outstanding)} units × {shown(self.factor)}",
            how="NAV per unit of the series / NAV per unit of the lead",
            parts=parts,
        )


def roll_up(series: UnitSeries, lead: UnitSeries, *, on: str | datetime.date) -> RollUp:
    """
    Turn the units of a series into units of the lead series, after both have crystallised.

    Args:
        series: The series that ends.
        lead: The lead series.
        on: The day; both fee periods opened on it.

    Returns:
        The lead series before and after it.

    Raises:
        FundError: `series_below_mark` if one of them is not at its mark; `out_of_order` if their periods
            did not open on the day.
        InvalidValueError: If the two are one series, or not of one currency and one set of terms.

    Example:
        >>> from carbonkit.fund.units.performance_fee import MarkRule, PerformanceFeeTerms
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.unit_register import UnitLot
        >>> from carbonkit.values import AccountId, AssetId, Rounding
        >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
        >>> def held(name, holder, mark, nav):
        ...     unit = UnitClass(id=AssetId(name), currency="CNY", unit_places=4, price_places=4,
        ...                      price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                      money_rounding=Rounding.HALF_UP)
        ...     lot = UnitLot(holder=AccountId(holder), units=1000, bought_on="2025-01-01", mark=100,
        ...                   document=name)
        ...     period = PerformanceFeePeriod(terms=terms, mark=mark, opening=nav, opened_on="2025-12-31")
        ...     return UnitSeries(register=UnitRegister(unit, [lot], "2025-01-01"), period=period)
        >>> done = roll_up(held("S-2", "B", 108, 108), held("S-1", "A", 116, 116), on="2025-12-31")
        >>> [str(units) for _, units in done.after.register.holders]
        ['1000.0000', '931.0344']
    """
    day = as_date(on, field="on")
    for name, each in (("series", series), ("lead", lead)):
        check_type(each, UnitSeries, field=name)
        if not each.at_mark:
            side = "below" if each.period.opening < each.period.mark else "above"
            raise FundError(
                "be at its mark to be rolled up",
                was=f"{each.register.unit.id} {side} it",
                field=name,
                code=Refusal.SERIES_BELOW_MARK,
            )
        if each.period.opened_on != day:
            raise FundError(
                f"have crystallised on {day}",
                was=f"{each.register.unit.id} on {each.period.opened_on}",
                field=name,
                code=Refusal.OUT_OF_ORDER,
            )
    if series.register.unit.id == lead.register.unit.id:
        raise InvalidValueError(
            "be another than the lead series", was=str(series.register.unit.id), field="series"
        )
    same = (series.register.unit.currency, series.period.terms)
    if same != (lead.register.unit.currency, lead.period.terms):
        raise InvalidValueError(
            "have the currency and the terms of the lead series",
            was=str(series.register.unit.id),
            field="series",
        )
    value, price = series.period.opening, lead.period.opening
    counted = (
        (lot, lead.register.unit.bought(fraction(lot.units) * value, price)) for lot in series.register.lots
    )
    lots = [attrs.evolve(lot, units=units, mark=price) for lot, units in counted if units]
    after = attrs.evolve(lead, register=lead.register.issue(lots, on=day))
    return RollUp(on=day, series=series, before=lead, after=after)
