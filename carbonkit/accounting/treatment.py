"""
Treatments: how much of an owned entity its owner counts, by table 1 of the Corporate Standard.

The table is data: a cell for each relationship and consolidation approach, with its source.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting.ownership import Ownership, Relationship
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TABLE_1", "ConsolidationApproach", "Treatment", "counted"]


class ConsolidationApproach(enum.Enum):
    """
    How a company decides what it counts as its own, the same for all that it owns.

    Example:
        >>> str(ConsolidationApproach.EQUITY_SHARE)
        'equity share'
    """

    EQUITY_SHARE = "equity share"
    """By its economic interest."""
    FINANCIAL_CONTROL = "financial control"
    """All of what it controls financially, and its interest in what it controls with partners."""
    OPERATIONAL_CONTROL = "operational control"
    """All of what it operates, and nothing else."""

    def __str__(self) -> str:
        """Write it as reports do."""
        return self.value


class Treatment(enum.Enum):
    """
    How much of an owned entity an owner counts.

    Example:
        >>> str(Treatment.WHOLE)
        'the whole'
    """

    INTEREST = "its interest"
    WHOLE = "the whole"
    NOTHING = "nothing"
    IF_OPERATED = "the whole if it operates it, nothing else"
    IF_CONTROLLED = "the whole if it controls it, nothing else"

    def __str__(self) -> str:
        """Say it in words."""
        return self.value


_CORPORATE_STANDARD: Final = Source(
    "WRI/WBCSD",
    "GHG Protocol Corporate Accounting and Reporting Standard, revised edition",
    2004,
    table="chapter 3, table 1",
    note="as the public tests of CarbonOS assert it",
)
_RECALLED: Final = attrs.evolve(_CORPORATE_STANDARD, status=Status.RECALLED, note="from memory")
_SINCE: Final = Period("2004-03-01", None)

_Key: TypeAlias = tuple[Relationship, ConsolidationApproach]


def _row(
    relationship: Relationship,
    equity: Treatment,
    financial: Treatment,
    operational: Treatment,
    *,
    source: Source = _CORPORATE_STANDARD,
    operational_source: Source | None = None,
) -> dict[_Key, Rule[Treatment]]:
    found = {}
    article = "an" if relationship is Relationship.ASSOCIATE else "a"
    for approach, treatment in zip(ConsolidationApproach, (equity, financial, operational), strict=True):
        cited = source
        if approach is ConsolidationApproach.OPERATIONAL_CONTROL and operational_source is not None:
            cited = operational_source
        found[relationship, approach] = Rule(
            what=f"{relationship} under {approach}",
            value=treatment,
            says=f"of {article} {relationship} its owner counts {treatment}",
            valid=_SINCE,
            source=cited,
        )
    return found


TABLE_1: Final[Mapping[_Key, Rule[Treatment]]] = MappingProxyType(
    _row(Relationship.SUBSIDIARY, Treatment.INTEREST, Treatment.WHOLE, Treatment.IF_OPERATED)
    | _row(Relationship.JOINT_VENTURE, Treatment.INTEREST, Treatment.INTEREST, Treatment.IF_OPERATED)
    | _row(
        Relationship.JOINT_OPERATION,
        Treatment.INTEREST,
        Treatment.INTEREST,
        Treatment.IF_OPERATED,
        source=_RECALLED,
    )
    | _row(
        Relationship.ASSOCIATE,
        Treatment.INTEREST,
        Treatment.NOTHING,
        Treatment.IF_OPERATED,
        operational_source=attrs.evolve(
            _CORPORATE_STANDARD,
            status=Status.DERIVED,
            note="nothing of an associate that others operate is confirmed; the whole of one that the owner "
            "operates follows from what operational control is",
        ),
    )
    | _row(Relationship.FIXED_ASSET_INVESTMENT, Treatment.NOTHING, Treatment.NOTHING, Treatment.NOTHING)
    | _row(Relationship.FRANCHISE, Treatment.INTEREST, Treatment.IF_CONTROLLED, Treatment.IF_OPERATED)
)
"""What one ownership brings, by relationship and consolidation approach; each cell with its source."""


def counted(held: Ownership, approach: ConsolidationApproach) -> Fraction:
    """
    Apply one cell of table 1 to an ownership.

    Args:
        held: Who holds what.
        approach: How the owner consolidates.

    Returns:
        How much of the owned entity its owner counts.

    Example:
        >>> held = Ownership("A", "B", "40 %", Relationship.SUBSIDIARY, Period("2020-01-01", None),
        ...                  operated=False)
        >>> [str(counted(held, approach)) for approach in ConsolidationApproach]
        ['2/5', '1', '0']
    """
    treatment = TABLE_1[held.relationship, approach].value
    if treatment is Treatment.INTEREST:
        return held.share
    whole = (
        treatment is Treatment.WHOLE
        or (treatment is Treatment.IF_OPERATED and held.operated)
        or (treatment is Treatment.IF_CONTROLLED and held.sole)
    )
    return Fraction(1) if whole else Fraction(0)
