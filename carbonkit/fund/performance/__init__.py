"""
Performance: every internal rate, multiples, market equivalents, returns over time.

    internal_rate          every internal rate, or why none
    performance            DPI, RVPI, TVPI and the rate
    root                   every root of an exponential sum
    rate_bracket, rate_batch proven in binary arithmetic
    multiple               PIC, DPI, RVPI, TVPI and MOIC
    benchmark_index        an index by date
    market_comparison      the fund beside an index
    market_equivalent      what one method found
    time_weighted          valued at every flow
    modified_dietz         weighted by days
    linked_return          periods linked; a return for a year
    composite_return       portfolios as one (GIPS)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.performance.benchmark_index import IndexLevels, MissingLevel
    from carbonkit.fund.performance.composite_return import (
        CompositeMember,
        CompositePeriod,
        CompositeReturn,
        CompositeWeight,
        FlowControl,
        may_be_money_weighted,
    )
    from carbonkit.fund.performance.internal_rate import InternalRate, NoRate, xirr, xirr_each
    from carbonkit.fund.performance.linked_return import annualised, linked
    from carbonkit.fund.performance.market_comparison import MarketComparison, compare_with_market
    from carbonkit.fund.performance.market_equivalent import EquivalentMethod, MarketEquivalent, NoEquivalent
    from carbonkit.fund.performance.modified_dietz import FlowTiming, ModifiedDietz, modified_dietz
    from carbonkit.fund.performance.multiple import InvestedMultiple, Multiples, ReturnBasis
    from carbonkit.fund.performance.performance import Performance, performance_of
    from carbonkit.fund.performance.time_weighted import SubPeriod, TimeWeighted, Valuation, time_weighted

__all__ = [
    "CompositeMember",
    "CompositePeriod",
    "CompositeReturn",
    "CompositeWeight",
    "EquivalentMethod",
    "FlowControl",
    "FlowTiming",
    "IndexLevels",
    "InternalRate",
    "InvestedMultiple",
    "MarketComparison",
    "MarketEquivalent",
    "MissingLevel",
    "ModifiedDietz",
    "Multiples",
    "NoEquivalent",
    "NoRate",
    "Performance",
    "ReturnBasis",
    "SubPeriod",
    "TimeWeighted",
    "Valuation",
    "annualised",
    "compare_with_market",
    "linked",
    "may_be_money_weighted",
    "modified_dietz",
    "performance_of",
    "time_weighted",
    "xirr",
    "xirr_each",
]

_HOMES: Final = {
    "benchmark_index": "IndexLevels MissingLevel",
    "composite_return": (
        "CompositeMember CompositePeriod CompositeReturn CompositeWeight FlowControl may_be_money_weighted"
    ),
    "internal_rate": "InternalRate NoRate xirr xirr_each",
    "linked_return": "annualised linked",
    "market_comparison": "MarketComparison compare_with_market",
    "market_equivalent": "EquivalentMethod MarketEquivalent NoEquivalent",
    "modified_dietz": "FlowTiming ModifiedDietz modified_dietz",
    "multiple": "InvestedMultiple Multiples ReturnBasis",
    "performance": "Performance performance_of",
    "time_weighted": "SubPeriod TimeWeighted Valuation time_weighted",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
