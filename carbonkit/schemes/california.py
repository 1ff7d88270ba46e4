"""
California's cap-and-trade programme: budgets, holding limit, offset limit, annual surrender.

The budgets are California's own. Since the programme is linked with Québec's,
the regulators compute the limit from the joint budget: give Québec's budget too.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from carbonkit.registry.holding_limit import Budget, HoldingLimit, LimitFormula, holding_limit
from carbonkit.registry.offset import OffsetLimit, OffsetRule, offset_limit
from carbonkit.registry.partial_surrender import PartialSurrender
from carbonkit.registry.yearly import LinearPath, rule_of_year, years
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import multiply, plain, whole
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

__all__ = [
    "allowance_budget",
    "annual_surrender",
    "holding_limit_of",
    "limit_formula",
    "offset_limit_of",
]

_MILLION: Final = Decimal(1_000_000)


def _regulation(table: str, status: Status = Status.CONFIRMED, note: str = "") -> Source:
    return Source(
        "California Air Resources Board",
        "California Code of Regulations, title 17, article 5 (cap-and-trade)",
        2019,
        table=table,
        status=status,
        note=note,
    )


_BUDGETS_MILLION: Final = (
    *("162.8", "159.7", "394.5", "382.4", "370.4", "358.3", "346.3", "334.2", "320.8", "307.5"),
    *("294.1", "280.7", "267.4", "254.0", "240.6", "227.3", "213.9", "200.5", "193.8"),
)
_FIRST_BUDGET: Final = 2013
_LAST_TABLED: Final = 2031

_BUDGETS: Final = (
    *(
        Rule(
            what="California allowance budget",
            value=LinearPath(year, million, 0),
            says=f"{million} million allowances",
            valid=years(year, year),
            source=_regulation("section 95841, tables 6-1 and 6-2"),
        )
        for year, million in enumerate(_BUDGETS_MILLION, _FIRST_BUDGET)
    ),
    Rule(
        what="California allowance budget",
        value=LinearPath(_LAST_TABLED, "193.8", "-6.7"),
        says="193.8 million less 6.7 million for each year after 2031",
        valid=years(2032, 2050),
        source=_regulation("section 95841", note="that the rule ends with 2050 is recalled"),
    ),
)

_FORMULA: Final = Rule(
    what="holding limit",
    value=LimitFormula(
        25_000_000,
        "0.1",
        "0.025",
        uncounted=("limited_use_holding", "exchange_clearing", "annual_allocation_holding"),
    ),
    says="10 % of 25 million allowances and 2.5 % of the budget above that; all affiliated accounts count "
    "but limited-use, exchange clearing and annual allocation holding accounts",
    valid=years(2013, 2050),
    source=_regulation("section 95920", note="formula and limit of 2013 confirmed, others derived"),
)

_OFFSETS: Final = (
    Rule(
        what="offset limit",
        value=OffsetRule("0.08", "1"),
        says="8 % of the obligation",
        valid=years(2013, 2020),
        source=_regulation("section 95854"),
    ),
    Rule(
        what="offset limit",
        value=OffsetRule("0.04", "0.5"),
        says="4 % of the obligation, at most half of it without direct environmental benefit to the state",
        valid=years(2021, 2025),
        source=_regulation("section 95854"),
    ),
    Rule(
        what="offset limit",
        value=OffsetRule("0.06", "0.5"),
        says="6 % of the obligation, at most half of it without direct environmental benefit to the state",
        valid=years(2026, None),
        source=_regulation("section 95854"),
    ),
)

_ANNUAL: Final = Rule(
    what="annual surrender of emissions",
    value=Decimal("0.3"),
    says="30 % of the year's emissions is due in the next year, the rest when the period ends",
    valid=years(2013, None),
    source=Source(
        "California Air Resources Board",
        "compliance reports",
        2023,
        status=Status.DERIVED,
        note="share and rounding follow from published figures: 9,791 was due of 32,638",
    ),
)


def allowance_budget(year: int) -> Budget:
    """
    Return California's own allowance budget of a year.

    Args:
        year: The budget year, 2013 to 2050.

    Returns:
        The budget, which explains itself.

    Raises:
        NotFoundError: If the year has no known budget.

    Example:
        >>> allowance_budget(2032).allowances
        Decimal('187100000.0')
    """
    rule = rule_of_year(_BUDGETS, year)
    million = rule.value.value_in(year)
    explained = Explanation("budget", f"{plain(million)} million", how=rule.says, source=rule.source)
    return Budget("California", year, multiply(million, _MILLION), explained)


def limit_formula(year: int) -> Rule[LimitFormula]:
    """
    Return the formula of the holding limit.

    Args:
        year: The budget year.

    Returns:
        The rule.

    Raises:
        NotFoundError: If no formula is known for the year.

    Example:
        >>> limit_formula(2021).value.base
        25000000
    """
    return rule_of_year((_FORMULA,), year)


def holding_limit_of(year: int, linked: tuple[Budget, ...] = ()) -> HoldingLimit:
    """
    Work out the holding limit from California's budget and those of linked programmes.

    Args:
        year: The budget year.
        linked: The budgets of the programmes that are linked; none for California alone.

    Returns:
        The limit, which explains itself.

    Raises:
        InvalidValueError: If a linked budget is of another year, or a programme is given twice.
        NotFoundError: If the year has no known budget.

    Example:
        >>> holding_limit_of(2013).allowances
        5945000

    References:
        California Code of Regulations, title 17, section 95920.
    """
    return holding_limit(limit_formula(year), (allowance_budget(year), *linked))


def offset_limit_of(year: int, obligation: int) -> OffsetLimit:
    """
    Work out how many offset credits may count against an obligation.

    Args:
        year: The year of the emissions.
        obligation: The obligation in whole tonnes.

    Returns:
        The limit, which explains itself.

    Raises:
        InvalidValueError: If the obligation is negative or not whole.
        NotFoundError: If the year has no known limit.

    Example:
        >>> offset_limit_of(2026, 100_000).most
        6000

    References:
        California Code of Regulations, title 17, section 95854.
    """
    return offset_limit(rule_of_year(_OFFSETS, year), obligation)


def annual_surrender(year: int, emissions: int) -> PartialSurrender:
    """
    Work out what is due of a year's emissions before the compliance period ends.

    Args:
        year: The year of the emissions.
        emissions: They, in whole tonnes.

    Returns:
        What is due, which explains itself.

    Raises:
        InvalidValueError: If the emissions are negative or not whole.
        NotFoundError: If the year has no known share.

    Example:
        >>> annual_surrender(2021, 32638).due
        9791
    """
    asked = whole(year, field="year")
    return PartialSurrender(asked, emissions, rule_of_year((_ANNUAL,), asked))
