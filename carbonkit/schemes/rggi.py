"""
The Regional Greenhouse Gas Initiative: trigger prices of its two reserves, its auction reserve price.

Prices are for one allowance, which is one short ton of CO₂. Each year's price
grows from the rounded price of the year before, as the states' rules say.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.registry.price_trigger import PriceGrowth, TriggerPrice, trigger_price
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from carbonkit.values.time import Period

__all__ = [
    "auction_reserve_price",
    "cost_containment_size",
    "cost_containment_trigger",
    "emissions_containment_trigger",
    "reserve_share",
]

_STATE_RULE: Final = Source(
    "New Hampshire Department of Environmental Services",
    "Env-A 4600, CO2 Budget Trading Program",
    2021,
    table="Env-A 4602.37",
    note="says 7 % a year, rounded to the nearest cent each year",
)
_MODEL_RULE: Final = Source(
    "RGGI, Inc.",
    "Model Rule",
    2013,
    table="cost containment reserve trigger price",
    note="2018 and later: computed from the confirmed price of 2017 and 2.5 % a year",
)


def _growth(base_year: int, base: str, growth: str) -> PriceGrowth:
    return PriceGrowth(base_year, Money(base, "USD"), growth, Rounding.HALF_UP)


def _price(what: str, value: PriceGrowth, says: str, valid: Period, source: Source) -> Rule[PriceGrowth]:
    return Rule(what=what, value=value, says=says, valid=valid, source=source)


_CCR: Final = "cost containment reserve trigger price"
_FIXED_CCR: Final = ((2014, "4.00"), (2015, "6.00"), (2016, "8.00"), (2017, "10.00"))
_CCR_TRIGGERS: Final = (
    *(
        _price(_CCR, _growth(year, price, "1"), f"fixed at {price} USD", years(year, year), _MODEL_RULE)
        for year, price in _FIXED_CCR
    ),
    _price(_CCR, _growth(2017, "10.00", "1.025"), "grows 2.5 % a year", years(2018, 2020), _MODEL_RULE),
    _price(_CCR, _growth(2021, "13.00", "1.07"), "grows 7 % a year", years(2021, None), _STATE_RULE),
)
_ECR_TRIGGERS: Final = (
    _price(
        "emissions containment reserve trigger price",
        _growth(2021, "6.00", "1.07"),
        "grows 7 % a year",
        years(2021, None),
        _STATE_RULE,
    ),
)

_FLOOR: Final = "auction reserve price"


def _auctions(status: Status, note: str = "") -> Source:
    return Source("RGGI, Inc.", "auction notices", 2021, table=_FLOOR, status=status, note=note)


_RESERVE_PRICES: Final = (
    _price(_FLOOR, _growth(2008, "1.86", "1"), "1.86 USD", years(2008, 2008), _auctions(Status.CONFIRMED)),
    _price(
        _FLOOR,
        _growth(2011, "1.89", "1"),
        "1.89 USD",
        years(2011, 2011),
        _auctions(Status.RECALLED, "that auction 13 cleared at it is confirmed, its year is not"),
    ),
    _price(_FLOOR, _growth(2012, "1.93", "1"), "1.93 USD", years(2012, 2012), _auctions(Status.RECALLED)),
    _price(_FLOOR, _growth(2013, "1.98", "1"), "1.98 USD", years(2013, 2013), _auctions(Status.RECALLED)),
    _price(
        _FLOOR,
        _growth(2014, "2.00", "1.025"),
        "grows 2.5 % a year from 2.00 USD in 2014",
        years(2014, None),
        _auctions(Status.RECALLED, "the prices of 2014, 2015 and 2021 are confirmed"),
    ),
)


def _size(allowances: int, first: int, last: int, status: Status, note: str = "") -> Rule[int]:
    source = Source(
        "RGGI, Inc.",
        "Model Rule",
        2013,
        table="cost containment reserve allowances",
        status=status,
        note=note,
    )
    return Rule(
        what="size of the cost containment reserve",
        value=allowances,
        says=f"{allowances} allowances",
        valid=years(first, last),
        source=source,
    )


_CCR_SIZES: Final = (
    _size(5_000_000, 2014, 2014, Status.CONFIRMED),
    _size(10_000_000, 2015, 2015, Status.CONFIRMED),
    _size(10_000_000, 2016, 2020, Status.RECALLED, "that of 2018 is confirmed"),
)
_SHARES: Final = (
    Rule(
        what="share of the budget in each reserve",
        value=Decimal("0.1"),
        says="10 % of the cap in the cost containment reserve; up to 10 % of the base budgets of the states "
        "that take part in the emissions containment reserve",
        valid=years(2021, None),
        source=Source(
            "RGGI, Inc.",
            "Model Rule",
            2017,
            table="reserves",
            status=Status.RECALLED,
            note="confirmed for the emissions containment reserve and, for 2021, the other",
        ),
    ),
)


def cost_containment_trigger(year: int) -> TriggerPrice:
    """
    Return the price above which the cost containment reserve offers more supply.

    Args:
        year: The year of the auction, 2014 or later.

    Returns:
        The price for one allowance, which explains itself.

    Raises:
        NotFoundError: If there was no such price in that year.

    Example:
        >>> cost_containment_trigger(2020).price
        Money('10.77', 'USD')
    """
    return trigger_price(_CCR_TRIGGERS, year)


def emissions_containment_trigger(year: int) -> TriggerPrice:
    """
    Return the price below which the emissions containment reserve withholds supply.

    Args:
        year: The year of the auction, 2021 or later.

    Returns:
        The price for one allowance, which explains itself.

    Raises:
        NotFoundError: If there was no such price in that year.

    Example:
        >>> emissions_containment_trigger(2030).price
        Money('11.02', 'USD')
    """
    return trigger_price(_ECR_TRIGGERS, year)


def auction_reserve_price(year: int) -> TriggerPrice:
    """
    Return the price below which no allowance is sold.

    Args:
        year: The year of the auction: 2008, or 2011 and later.

    Returns:
        The price for one allowance, which explains itself.

    Raises:
        NotFoundError: If the price of that year is not known.

    Example:
        >>> auction_reserve_price(2021).price
        Money('2.38', 'USD')
    """
    return trigger_price(_RESERVE_PRICES, year)


def cost_containment_size(year: int) -> Rule[int]:
    """
    Return how many allowances the cost containment reserve held while their number was fixed.

    Args:
        year: The year, 2014 to 2020; from 2021 it is a share of the budget.

    Returns:
        The rule; its value is a number of allowances.

    Raises:
        NotFoundError: If the number was not fixed in that year.

    Example:
        >>> cost_containment_size(2014).value
        5000000
    """
    return rule_of_year(_CCR_SIZES, year)


def reserve_share(year: int) -> Rule[Decimal]:
    """
    Return the share of the budget that each reserve holds.

    Args:
        year: The year, 2021 or later.

    Returns:
        The rule; its value is a share of 1.

    Raises:
        NotFoundError: If the reserves were not a share of the budget in that year.

    Example:
        >>> reserve_share(2021).value
        Decimal('0.1')
    """
    return rule_of_year(_SHARES, year)
