"""
The composite price of China's national market (COMCEA).

The exchange publishes the price and not how it is made; the rules here are derived
from its daily statistics, and hold on all days of them but two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.market.composite import CompositeKind, CompositeRules
from carbonkit.values.number import Rounding
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["composite_rules"]


def _statistics(note: str) -> Source:
    return Source(
        "上海环境能源交易所 (Shanghai Environment and Energy Exchange)",
        "daily trading statistics by subject and method, 2021-07-16 to 2026-08-19",
        2026,
        table="COMCEA",
        status=Status.DERIVED,
        note=note,
    )


_SINGLE: Final = Period("2021-07-16", "2023-08-26")
_MEAN: Final = Period("2023-08-26", "2026-01-01")
_LATEST: Final = Period("2026-01-01", None)
_ALL: Final = Period("2021-07-16", None)

_KIND: Final = (
    Rule(
        what="composite price",
        value=CompositeKind.BENCHMARK,
        says="the only subject's price",
        valid=_SINGLE,
        source=_statistics("one subject was traded"),
    ),
    Rule(
        what="composite price",
        value=CompositeKind.MEAN,
        says="the arithmetic mean of the prices of all listed vintages; one without trades enters at its "
        "previous close",
        valid=_MEAN,
        source=_statistics("holds on all days but two"),
    ),
    Rule(
        what="composite price",
        value=CompositeKind.BENCHMARK,
        says="the price of the vintage of 2025",
        valid=_LATEST,
        source=_statistics("from 5 January 2026"),
    ),
)
_BENCHMARK: Final = (
    Rule(
        what="benchmark vintage",
        value="CEA",
        says="the only subject",
        valid=_SINGLE,
        source=_statistics("one subject was traded"),
    ),
    Rule(
        what="benchmark vintage", value="", says="none", valid=_MEAN, source=_statistics("all are averaged")
    ),
    Rule(
        what="benchmark vintage",
        value="CEA25",
        says="allowances of 2025",
        valid=_LATEST,
        source=_statistics("from 5 January 2026"),
    ),
)
_PLACES: Final = (
    Rule(
        what="places of the composite price",
        value=2,
        says="to the cent",
        valid=_ALL,
        source=_statistics("as published"),
    ),
)
_ROUNDING: Final = (
    Rule(
        what="rounding of the composite price",
        value=Rounding.HALF_UP,
        says="half-up",
        valid=_ALL,
        source=_statistics("half-up gives the published figure"),
    ),
)


def composite_rules(day: str | datetime.date) -> CompositeRules:
    """
    Give the rules of the composite price.

    Args:
        day: The trading day.

    Returns:
        The rules, each with its source.

    Raises:
        NotFoundError: If the market did not trade yet.

    Example:
        >>> composite_rules("2026-01-05").benchmark.value
        'CEA25'
    """
    day = as_date(day, field="day")
    return CompositeRules(
        kind=rule_in_force(_KIND, day),
        benchmark=rule_in_force(_BENCHMARK, day),
        places=rule_in_force(_PLACES, day),
        rounding=rule_in_force(_ROUNDING, day),
    )
