"""Beijing's limits on holdings: how much one participant may hold, and from how much it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.market.position_limit import PositionLimit
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["large_holding", "position_limit"]

_FROM: Final = Period("2013-11-28", None)


def _text(article: str) -> Source:
    return Source(
        "北京绿色交易所 (China Beijing Green Exchange)",
        "rules of carbon trading: largest holding",
        2013,
        table=article,
        note="read in a re-publication",
    )


_LIMIT: Final = (
    Rule(
        what="largest holding",
        value=PositionLimit(emitter=1_000_000, other=1_000_000),
        says="an emitter: its annual allocation and 1,000,000 tonnes; anybody else: 1,000,000 tonnes",
        valid=_FROM,
        source=_text("4.5.2, 4.5.3"),
    ),
)
_LARGE: Final = (
    Rule(
        what="holding that is published",
        value=PositionLimit(emitter=500_000, other=500_000),
        says="an emitter: more than its allocation and 500,000 tonnes; others: more than 500,000 tonnes",
        valid=_FROM,
        source=_text("4.5.4"),
    ),
)


def position_limit(day: str | datetime.date) -> Rule[PositionLimit]:
    """
    Return how much one participant may hold.

    Args:
        day: The day.

    Returns:
        The rule; it may stand in any `VenueRules`.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> position_limit("2021-07-16").value.other
        1000000
    """
    return rule_in_force(_LIMIT, as_date(day, field="day"))


def large_holding(day: str | datetime.date) -> Rule[PositionLimit]:
    """
    Return from how much a holding is published.

    Args:
        day: The day.

    Returns:
        The rule.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> large_holding("2021-07-16").value.emitter
        500000
    """
    return rule_in_force(_LARGE, as_date(day, field="day"))
