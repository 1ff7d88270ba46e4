"""The UK Emissions Trading Scheme's penalty for excess emissions; `carbonkit.schemes.uk` has its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.registry.penalty import Fine, TonneFine
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.money import Money
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from carbonkit.values.number import Exact

__all__ = ["excess_emissions_penalty"]

_PENALTIES: Final = (
    Rule(
        what="excess emissions penalty",
        value=TonneFine(Money("100", "GBP")),
        says="100 GBP for each tonne, times the inflation factor; the allowances stay due",
        valid=years(2021, None),
        source=Source(
            "United Kingdom",
            "Greenhouse Gas Emissions Trading Scheme Order 2020",
            2020,
            table="article 52",
            status=Status.RECALLED,
        ),
    ),
)


def excess_emissions_penalty(year: int, shortfall: int, *, index: Exact) -> Fine:
    """
    Work out the penalty for allowances that were not surrendered.

    Args:
        year: The year of the emissions, 2021 or later.
        shortfall: How many tonnes were not surrendered.
        index: The inflation factor of the year; 1 if nothing has grown.

    Returns:
        The penalty, which explains itself; never rounded.

    Raises:
        InexactNumberError: If the index is a float, a bool, NaN or infinite.
        InvalidValueError: If the shortfall is negative or not whole, or the index is not above 0.
        NotFoundError: If the scheme did not run in that year.

    Example:
        >>> str(excess_emissions_penalty(2021, 3, index=1).lowest)
        '300 GBP'
    """
    rule = rule_of_year(_PENALTIES, year)
    return rule.value.fine(rule, shortfall, index)
