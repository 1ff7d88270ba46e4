"""China's national market: allocation to steel, cement and aluminium, 2024 to 2026."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.registry.intensity_allocation import (
    Emitter,
    IntensityAllocation,
    IntensityRules,
    allocate_by_intensity,
)
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Emitter", "allocation_of", "intensity_rules", "pre_allocation_share"]

_MINISTRY: Final = "生态环境部 (Ministry of Ecology and Environment)"
_PLAN: Final = Source(
    _MINISTRY,
    "2024、2025年度全国碳排放权交易市场钢铁、水泥、铝冶炼行业配额总量和分配方案",
    2025,
    note="read in a digest",
)
_DRAFT: Final = Source(
    _MINISTRY,
    "2025、2026年度发电行业以及2026年度钢铁、水泥、铝冶炼行业配额总量和分配方案（征求意见稿）",
    2026,
    status=Status.DRAFT,
    note="a draft for comment; the plan of 2025 names the same method, whose formula was read here",
)
_FORMULA: Final = (
    "emissions × (1 + α), α = 0.15 × distance below the balance, at most 0.03 from a distance of 20 %;"
    " the balance is where all allocations are all emissions"
)
_RULES: Final = (
    Rule(
        what="allocation by intensity",
        value=IntensityRules(Decimal(0), Decimal("0.2")),
        says="the verified emissions",
        valid=years(2024, 2024),
        source=_PLAN,
    ),
    Rule(
        what="allocation by intensity",
        value=IntensityRules(Decimal("0.15"), Decimal("0.2")),
        says=_FORMULA,
        valid=years(2025, 2026),
        source=_DRAFT,
    ),
)
_PRE_SHARES: Final = (
    Rule(
        what="pre-allocation",
        value=Decimal("0.7"),
        says="70 % of the verified emissions of the year before; none in 2024",
        valid=years(2025, 2025),
        source=_PLAN,
    ),
    Rule(
        what="pre-allocation",
        value=Decimal("0.5"),
        says="at most 50 % of the verified emissions of the year before",
        valid=years(2026, 2026),
        source=_DRAFT,
    ),
)


def intensity_rules(year: int) -> Rule[IntensityRules]:
    """
    Return the rules of a year; they are the same for the three sectors.

    Args:
        year: The year.

    Returns:
        The rules, with their source and status.

    Raises:
        NotFoundError: If none are known for the year.

    Example:
        >>> intensity_rules(2026).source.status.value
        'draft'
    """
    return rule_of_year(_RULES, year)


def pre_allocation_share(year: int) -> Rule[Decimal]:
    """
    Return the share of the last year's verified emissions that is pre-allocated, or its most.

    Args:
        year: The year.

    Returns:
        The share; the rule says whether it is the most.

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> pre_allocation_share(2025).value
        Decimal('0.7')
    """
    return rule_of_year(_PRE_SHARES, year)


def allocation_of(year: int, emitters: Iterable[Emitter]) -> IntensityAllocation:
    """
    Solve the balance of a sector and allocate.

    Args:
        year: The year.
        emitters: All entities of the sector. For steel, intensity is that of ironmaking and sintering
            per tonne of iron; for cement, of the line per tonne of clinker; for aluminium, of the line
            per tonne of liquid aluminium.

    Returns:
        The balance and each one's tonnes.

    Raises:
        NotFoundError: If no rules are known for the year.
        BatchError: If a name comes twice.

    Example:
        >>> allocation_of(2024, [Emitter("North", 1_000_000, "0.80")]).tonnes[0][1]
        1000000
    """
    return allocate_by_intensity(intensity_rules(year), year, emitters)
