"""The EU ETS's surrender deadline and its penalty for excess emissions."""

from __future__ import annotations

import datetime
from typing import Final

from carbonkit.registry.penalty import Fine, TonneFine
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, whole
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

__all__ = ["excess_emissions_penalty", "surrender_deadline"]


def _directive(table: str) -> Source:
    return Source("European Union", "Directive 2003/87/EC", 2003, table=table, status=Status.RECALLED)


_DEADLINES: Final = (
    Rule(
        what="surrender deadline",
        value=(4, 30),
        says="30 April of the next year",
        valid=years(2005, 2022),
        source=_directive("article 12(3)"),
    ),
    Rule(
        what="surrender deadline",
        value=(9, 30),
        says="30 September of the next year",
        valid=years(2023, None),
        source=_directive("article 12(3)"),
    ),
)
_PENALTIES: Final = (
    Rule(
        what="excess emissions penalty",
        value=TonneFine(Money("100", "EUR")),
        says="100 EUR for each tonne, grown with consumer prices; the allowances stay due",
        valid=years(2013, None),
        source=_directive("article 16"),
    ),
)


def surrender_deadline(year: int) -> Rule[datetime.date]:
    """
    Return the day by which allowances for a year's emissions must be surrendered.

    Args:
        year: The year of the emissions, 2005 or later.

    Returns:
        The rule; its value is the last day.

    Raises:
        NotFoundError: If the scheme did not run in that year.

    Example:
        >>> surrender_deadline(2022).value, surrender_deadline(2023).value
        (datetime.date(2023, 4, 30), datetime.date(2024, 9, 30))
    """
    rule = rule_of_year(_DEADLINES, year)
    month, day = rule.value
    last = datetime.date(whole(year, field="year") + 1, month, day)
    return Rule(what=rule.what, value=last, says=rule.says, valid=rule.valid, source=rule.source)


def excess_emissions_penalty(year: int, shortfall: int, *, index: Exact) -> Fine:
    """
    Work out the penalty for allowances that were not surrendered.

    Args:
        year: The year of the emissions, 2013 or later.
        shortfall: How many tonnes were not surrendered.
        index: The European index of consumer prices against its base year; 1 if nothing has grown.

    Returns:
        The penalty, which explains itself; never rounded.

    Raises:
        InexactNumberError: If the index is a float, a bool, NaN or infinite.
        InvalidValueError: If the shortfall is negative or not whole, or the index is not above 0.
        NotFoundError: If the year has no known penalty.

    Example:
        >>> str(excess_emissions_penalty(2022, 10, index="1.25").lowest)
        '1250.00 EUR'
    """
    rule = rule_of_year(_PENALTIES, year)
    return rule.value.fine(rule, shortfall, index)
