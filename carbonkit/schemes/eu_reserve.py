"""The EU ETS's market stability reserve: intake, release and what loses its validity, by year."""

from __future__ import annotations

from typing import Final

from carbonkit.registry.reserve import (
    InvalidStock,
    ReserveMovement,
    ReserveRule,
    StockLimit,
    invalid_stock,
    reserve_movement,
)
from carbonkit.registry.yearly import years
from carbonkit.values.number import Rounding
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

__all__ = ["invalid_reserve_stock", "market_stability_reserve"]

_SURPLUS: Final = 833_000_000
_LARGE_SURPLUS: Final = 1_096_000_000
_SHORTAGE: Final = 400_000_000
_RELEASE: Final = 100_000_000
_STOCK: Final = 400_000_000

_DECISION: Final = "Decision (EU) 2015/1814 on a market stability reserve"


def _decision(table: str, status: Status, note: str, year: int) -> Source:
    return Source("European Union", _DECISION, year, table=table, status=status, note=note)


def _rule(share: str, large: int, band: int | None) -> ReserveRule:
    return ReserveRule(
        share_above=large,
        share=share,
        band_from=band,
        release_below=_SHORTAGE,
        release=_RELEASE,
        rounding=Rounding.HALF_UP,
    )


_WHAT: Final = "market stability reserve, by year of publication"
_BAND: Final = "what lies above 833 million up to 1,096 million in circulation"
_RELEASES: Final = "below 400 million in circulation, 100 million come back"
_MIXED: Final = (
    "24 %, 833 million, 400 million and the band are confirmed; 1,096 and 100 million are recalled"
)

_RULES: Final = (
    Rule(
        what=_WHAT,
        value=_rule("0.24", _SURPLUS, None),
        says=f"24 % of more than 833 million in circulation, to the nearest allowance; {_RELEASES}",
        valid=years(2019, 2023),
        source=_decision(
            "article 1", Status.RECALLED, "24 % and 833 million confirmed, 100 million not", 2018
        ),
    ),
    Rule(
        what=_WHAT,
        value=_rule("0.24", _LARGE_SURPLUS, _SURPLUS),
        says=f"24 % of more than 1,096 million, to the nearest allowance; {_BAND}; {_RELEASES}",
        valid=years(2024, 2030),
        source=_decision("article 1, as amended by Decision (EU) 2023/852", Status.RECALLED, _MIXED, 2023),
    ),
    Rule(
        what=_WHAT,
        value=_rule("0.12", _LARGE_SURPLUS, _SURPLUS),
        says=f"12 % of more than 1,096 million, to the nearest allowance; {_BAND}; {_RELEASES}",
        valid=years(2031, None),
        source=_decision(
            "article 1, as amended by Decision (EU) 2023/852",
            Status.RECALLED,
            "1,096 and 100 million are recalled",
            2023,
        ),
    ),
)

_LIMITS: Final = (
    Rule(
        what="limit of the reserve's stock",
        value=StockLimit(None),
        says="what was auctioned in the year before",
        valid=years(2023, 2023),
        source=_decision(
            "article 1(5a)",
            Status.RECALLED,
            "that 2,515,135,787 lost their validity on 1 January 2023 is confirmed",
            2018,
        ),
    ),
    Rule(
        what="limit of the reserve's stock",
        value=StockLimit(_STOCK),
        says="400 million",
        valid=years(2024, None),
        source=_decision("article 1(5a), as amended by Decision (EU) 2023/852", Status.CONFIRMED, "", 2023),
    ),
)


def market_stability_reserve(year: int, circulating: int, *, stock: int) -> ReserveMovement:
    """
    Work out what the allowances in circulation at the end of a year move.

    The number is published in the next year, and that year's rule decides: so the
    number of 2023 is the first under the rule of 2024, and that of 2030 the first
    of which 12 % are taken in.

    Args:
        year: The year at whose end the allowances were counted, 2018 or later.
        circulating: The total number of allowances in circulation.
        stock: What the reserve holds, which bounds what it can release.

    Returns:
        Intake or release over the twelve months from 1 September of the next year.

    Raises:
        InvalidValueError: If the stock is negative, or a number is not whole.
        NotFoundError: If the rule of the next year is not known.

    Example:
        >>> market_stability_reserve(2025, 1023494202, stock=400000000).intake
        190494202
        >>> market_stability_reserve(2025, 399999999, stock=400000000).release
        100000000

    References:
        Decision (EU) 2015/1814, article 1.
    """
    return reserve_movement(_RULES, year, circulating, stock=stock)


def invalid_reserve_stock(year: int, stock: int, *, auctioned_before: int | None) -> InvalidStock:
    """
    Work out what part of the reserve loses its validity on 1 January of a year.

    Args:
        year: The year, 2023 or later.
        stock: What the reserve holds.
        auctioned_before: What was auctioned in the year before, which is the limit of 2023; None from
            2024, when the limit is 400 million.

    Returns:
        What is lost, which explains itself.

    Raises:
        InvalidValueError: If a number is negative, or the limit is what was auctioned and that is missing.
        NotFoundError: If nothing lost its validity in that year.

    Example:
        >>> invalid_reserve_stock(2024, 781732822, auctioned_before=None).invalid
        381732822

    References:
        Decision (EU) 2015/1814, article 1(5a).
    """
    return invalid_stock(_LIMITS, year, stock, auctioned_before=auctioned_before)
