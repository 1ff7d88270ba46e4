"""The methods of the public market equivalents, for the flows of one fund; internal."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund._flows import fine_flows
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.benchmark_index import IndexLevels
from carbonkit.fund.performance.internal_rate import InternalRate, xirr
from carbonkit.fund.performance.market_equivalent import EquivalentMethod, MarketEquivalent, NoEquivalent
from carbonkit.values.number import Rounding

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen(kw_only=True)
class InvestedFund:
    """A fund's flows by day (the day, what was paid in, what was paid out), beside an index."""

    on: datetime.date
    left: Fraction
    currency: str
    index: IndexLevels
    days: tuple[tuple[datetime.date, Fraction, Fraction], ...]
    day_count: DayCount
    places: int
    rounding: Rounding

    def grown(self, day: datetime.date) -> Fraction:
        return self.index.growth(day, self.on)

    def solved(self, flows: list[tuple[datetime.date, Fraction]], left: Fraction) -> InternalRate:
        return xirr(
            fine_flows([*flows, (self.on, left)], self.currency),
            day_count=self.day_count,
            places=self.places,
            rounding=self.rounding,
        )

    def holding(self) -> tuple[tuple[datetime.date, Fraction], ...]:
        """Follow the index holding of Long-Nickels from day to day, to the day of the valuation."""
        found, worth, before = [], Fraction(0), self.days[0][0]
        for day, paid_in, paid_out in self.days:
            worth = worth * self.index.growth(before, day) + paid_in - paid_out
            found.append((day, worth))
            before = day
        if before < self.on:
            found.append((self.on, worth * self.index.growth(before, self.on)))
        return tuple(found)

    def long_nickels(self, left: Fraction) -> MarketEquivalent:
        if left < 0:
            return MarketEquivalent(EquivalentMethod.LONG_NICKELS, None, NoEquivalent.INDEX_USED_UP, left)
        flows = [(day, paid_out - paid_in) for day, paid_in, paid_out in self.days]
        return MarketEquivalent(EquivalentMethod.LONG_NICKELS, self.solved(flows, left), None, left)

    def pme_plus(self, contributed: Fraction, distributed: Fraction) -> MarketEquivalent:
        if not distributed:
            return MarketEquivalent(EquivalentMethod.PME_PLUS, None, NoEquivalent.NO_DISTRIBUTIONS, None)
        scale = (contributed - self.left) / distributed
        if scale < 0:
            return MarketEquivalent(EquivalentMethod.PME_PLUS, None, NoEquivalent.SCALE_BELOW_ZERO, scale)
        flows = [(day, scale * paid_out - paid_in) for day, paid_in, paid_out in self.days]
        return MarketEquivalent(EquivalentMethod.PME_PLUS, self.solved(flows, self.left), None, scale)

    def modified(self, values: Mapping[datetime.date, Fraction]) -> MarketEquivalent:
        flows, worth, before = [], Fraction(0), self.days[0][0]
        for day, paid_in, paid_out in self.days:
            worth = worth * self.index.growth(before, day) + paid_in
            taken = worth * paid_out / (paid_out + values[day]) if paid_out else Fraction(0)
            flows.append((day, taken - paid_in))
            worth, before = worth - taken, day
        worth *= self.index.growth(before, self.on)
        return MarketEquivalent(EquivalentMethod.MODIFIED, self.solved(flows, worth), None, worth)

    def direct_alpha(self) -> MarketEquivalent:
        flows = [(day, (paid_out - paid_in) * self.grown(day)) for day, paid_in, paid_out in self.days]
        return MarketEquivalent(EquivalentMethod.DIRECT_ALPHA, self.solved(flows, self.left), None, None)
