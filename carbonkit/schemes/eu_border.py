"""The EU's carbon border adjustment mechanism: how free allocation ends, and what that leaves owed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.registry.border import BorderEmissions, border_emissions
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.number import Exact, Rounding, divide, plain, subtract
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["certificate_price", "embedded_emissions", "free_share"]

_OBLIGATION_PERCENT: Final = (
    (2026, "2.5", Status.CONFIRMED),
    (2027, "5", Status.CONFIRMED),
    (2028, "10", Status.CONFIRMED),
    (2029, "22.5", Status.CONFIRMED),
    (2030, "48.5", Status.CONFIRMED),
    (2031, "61", Status.RECALLED),
    (2032, "73.5", Status.RECALLED),
    (2033, "86", Status.RECALLED),
)
_LAST_FREE: Final = 2033
_PLACES: Final = 3  # a percentage with one place has a share with three


def _regulation(status: Status) -> Source:
    return Source(
        "European Union",
        "Directive 2003/87/EC, as amended by Directive (EU) 2023/959",
        2023,
        table="article 10a(1a)",
        status=status,
        note="read in a digest" if status is Status.CONFIRMED else "",
    )


def _share(percent: str) -> Decimal:
    left = subtract(Decimal(100), Decimal(percent))
    return divide(left, 100, _PLACES, Rounding.HALF_EVEN)  # exact, for every percentage has one place at most


_SHARES: Final = (
    *(
        Rule(
            what="share of free allocation of goods under the border mechanism",
            value=_share(percent),
            says=f"{plain(subtract(Decimal(100), Decimal(percent)))} % is still free",
            valid=years(year, year),
            source=_regulation(status),
        )
        for year, percent, status in _OBLIGATION_PERCENT
    ),
    Rule(
        what="share of free allocation of goods under the border mechanism",
        value=Decimal(0),
        says="nothing is free",
        valid=years(_LAST_FREE + 1, None),
        source=_regulation(Status.CONFIRMED),
    ),
)

_PRICES: Final = (
    Rule(
        what="certificate price",
        value=Price("75.36", "EUR", "tCO2e"),
        says="average of the closing prices of the quarter's auctions",
        valid=Period("2026-01-01", "2026-04-01"),
        source=Source("European Commission", "CBAM certificate price, first quarter of 2026", 2026),
    ),
)


def free_share(year: int) -> Rule[Decimal]:
    """
    Return the share of free allocation that goods under the border mechanism still get.

    Args:
        year: The year, 2026 or later; before, no certificates were due.

    Returns:
        The rule; its value is a share of 1.

    Raises:
        NotFoundError: If no certificates are due in that year.

    Example:
        >>> free_share(2030).value
        Decimal('0.515')
    """
    return rule_of_year(_SHARES, year)


def certificate_price(day: str | datetime.date) -> Rule[Price]:
    """
    Return the published price of a certificate for goods imported on a day.

    Args:
        day: The day of the import.

    Returns:
        The rule; its value is the price.

    Raises:
        NotFoundError: If no price of that day is known here; give `border_certificates` your own.

    Example:
        >>> str(certificate_price("2026-03-31").value)
        '75.36 EUR/tCO2e'
    """
    return rule_in_force(_PRICES, as_date(day, field="day"))


def embedded_emissions(
    year: int, *, mass_t: Exact, embedded: Exact, benchmark: Exact, correction: Exact
) -> BorderEmissions:
    """
    Work out for which emissions certificates are owed, before any carbon price paid.

    Args:
        year: The year of the import, 2026 or later.
        mass_t: The goods' mass. [t]
        embedded: Their specific embedded emissions. [tCO2e/t]
        benchmark: The benchmark of the goods. [tCO2e/t]
        correction: The cross-sectoral correction factor; 1 where nothing is cut.

    Returns:
        The emissions, which explain themselves.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is negative.
        NotFoundError: If no certificates are due in that year.

    Example:
        >>> embedded_emissions(2026, mass_t=1, embedded="1.2", benchmark=1, correction=1).total
        Decimal('0.225')

    References:
        Directive 2003/87/EC, article 10a(1a); Implementing Regulation (EU) 2025/2620.
    """
    return border_emissions(
        _SHARES, year, mass_t=mass_t, embedded=embedded, benchmark=benchmark, correction=correction
    )
