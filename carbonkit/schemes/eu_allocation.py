"""The EU ETS's free allocation in its fourth phase: factors, baselines and changes of activity, by year."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.registry.activity_level import ActivityChange, historical_activity
from carbonkit.registry.free_allocation import FreeAllocation, allocate
from carbonkit.registry.yearly import LinearPath, rule_of_year, years
from carbonkit.schemes.eu_border import free_share
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, Rounding, multiply, plain, subtract, whole
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Exposure",
    "activity_change",
    "cross_sectoral_factor",
    "exposure_factor",
    "free_allocation",
    "historical_activity_level",
    "linear_factor",
]


class Exposure(enum.Enum):
    """
    How far an activity is exposed to carbon leakage.

    Example:
        >>> Exposure("listed").name
        'LISTED'
    """

    LISTED = "listed"
    """It is on the carbon leakage list."""
    NOT_LISTED = "not_listed"
    """It is not."""
    DISTRICT_HEATING = "district_heating"
    """It is district heating."""


def _rules(table: str, status: Status, note: str = "") -> Source:
    title = "Delegated Regulation (EU) 2019/331 on free allocation"
    return Source("European Commission", title, 2019, table=table, status=status, note=note)


def _directive(table: str, status: Status, note: str = "") -> Source:
    title = "Directive 2003/87/EC, as amended by Directive (EU) 2023/959"
    return Source("European Union", title, 2023, table=table, status=status, note=note)


_BASELINES: Final = (
    Rule(
        what="baseline period",
        value=tuple(range(2014, 2019)),
        says="2014 to 2018",
        valid=years(2021, 2025),
        source=_rules("article 2", Status.RECALLED),
    ),
    Rule(
        what="baseline period",
        value=tuple(range(2019, 2024)),
        says="2019 to 2023",
        valid=years(2026, 2030),
        source=_rules("article 2", Status.RECALLED),
    ),
)

_LEAKAGE: Final = _directive("article 10b", Status.RECALLED)
_PHASE_OUT: Final = LinearPath(2026, "0.3", "-0.075")


def _exposure(value: Decimal, first: int, last: int) -> Rule[Decimal]:
    return Rule(
        what="carbon leakage factor",
        value=value,
        says=f"{plain(value)} of the benchmark",
        valid=years(first, last),
        source=_LEAKAGE,
    )


_EXPOSURES: Final = {
    Exposure.LISTED: (_exposure(Decimal(1), 2021, 2030),),
    Exposure.NOT_LISTED: (
        _exposure(Decimal("0.3"), 2021, 2026),
        *(_exposure(_PHASE_OUT.value_in(year), year, year) for year in range(2027, 2031)),
    ),
    Exposure.DISTRICT_HEATING: (_exposure(Decimal("0.3"), 2021, 2030),),
}

_CROSS_SECTORAL: Final = (
    Rule(
        what="cross-sectoral correction factor",
        value=Decimal(1),
        says="nothing is cut",
        valid=years(2021, 2025),
        source=Source(
            "European Commission",
            "Implementing Decision (EU) 2021/927 on the cross-sectoral correction factor",
            2021,
            status=Status.RECALLED,
        ),
    ),
)

_CUTS: Final = ((2014, 2020, "0.0174"), (2021, 2023, "0.022"), (2024, 2027, "0.043"), (2028, 2030, "0.044"))


def _linear() -> tuple[Rule[Decimal], ...]:
    factor, found = Decimal(1), []
    for first, last, cut in _CUTS:
        for year in range(first, last + 1):
            factor = subtract(factor, Decimal(cut))
            found.append(
                Rule(
                    what="linear factor",
                    value=factor,
                    says=f"1 in 2013, less {plain(multiply(Decimal(cut), Decimal(100)))} points in {year} "
                    "and the points of each year before",
                    valid=years(year, year),
                    source=_directive("article 9", Status.RECALLED),
                )
            )
    return tuple(found)


_LINEAR: Final = _linear()

_NO_BORDER: Final = (
    Rule(
        what="share of free allocation of goods under the border mechanism",
        value=Decimal(1),
        says="all is free before 2026",
        valid=years(2021, 2025),
        source=_directive("article 10a(1a)", Status.RECALLED),
    ),
)
_ROUNDING: Final = Rule(
    what="rounding",
    value=Rounding.HALF_UP,
    says="to whole allowances",
    valid=years(2021, 2030),
    source=_rules("article 16", Status.RECALLED),
)
_THRESHOLD: Final = Rule(
    what="threshold of activity change",
    value=Decimal("0.15"),
    says="the mean of the last two years differs by more than 15 % of the historical level",
    valid=years(2021, 2030),
    source=Source(
        "European Commission",
        "Implementing Regulation (EU) 2019/1842 on changes of activity level",
        2019,
        table="articles 5 and 6",
    ),
)


def historical_activity_level(year: int, activity: Mapping[int, Exact | None]) -> Decimal:
    """
    Take the median activity of the baseline period that a year's allocation rests on.

    Args:
        year: The year of the allocation, 2021 to 2030.
        activity: The activity of each year of the baseline period; None for a year without operation.

    Returns:
        The median, never rounded.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a year is missing or foreign, a number negative, or no year has activity.
        NotFoundError: If the year has no known baseline period.

    Example:
        >>> historical_activity_level(2026, {2019: 10, 2020: 7, 2021: 12, 2022: 11, 2023: 9})
        Decimal('10')

    References:
        Delegated Regulation (EU) 2019/331, article 15(3).
    """
    return historical_activity(rule_of_year(_BASELINES, year).value, activity)


def exposure_factor(exposure: Exposure, year: int) -> Rule[Decimal]:
    """
    Return the factor for exposure to carbon leakage.

    Args:
        exposure: How far the activity is exposed.
        year: The year, 2021 to 2030.

    Returns:
        The rule; its value is a share of 1.

    Raises:
        WrongTypeError: If `exposure` is no `Exposure`.
        NotFoundError: If the year has no known factor.

    Example:
        >>> exposure_factor(Exposure.NOT_LISTED, 2028).value
        Decimal('0.150')
    """
    check_type(exposure, Exposure, field="exposure")
    return rule_of_year(_EXPOSURES[exposure], year)


def cross_sectoral_factor(year: int) -> Rule[Decimal]:
    """
    Return the factor that cuts everyone's free allocation to what there is.

    Args:
        year: The year, 2021 to 2025.

    Returns:
        The rule; its value is a share of 1.

    Raises:
        NotFoundError: If the year's factor is not known.

    Example:
        >>> cross_sectoral_factor(2024).value
        Decimal('1')
    """
    return rule_of_year(_CROSS_SECTORAL, year)


def linear_factor(year: int) -> Rule[Decimal]:
    """
    Return the factor that takes the place of the cross-sectoral one for electricity generators.

    Args:
        year: The year, 2014 to 2030.

    Returns:
        The rule; its value is a share of 1, that of 2013.

    Raises:
        NotFoundError: If the year's factor is not known.

    Example:
        >>> linear_factor(2021).value
        Decimal('0.8562')
    """
    return rule_of_year(_LINEAR, year)


def free_allocation(
    year: int,
    *,
    benchmark: Rule[Decimal],
    activity: Exact,
    exposure: Exposure,
    correction: Rule[Decimal],
    border_goods: bool,
) -> FreeAllocation:
    """
    Work out what one part of an installation is given free of charge.

    Args:
        year: The year, 2021 to 2030.
        benchmark: The benchmark, such as `benchmark("coke", 2025)`, or your own rule.
        activity: The historical activity level, in the benchmark's unit.
        exposure: How far it is exposed to carbon leakage.
        correction: `cross_sectoral_factor(year)`, for electricity generators `linear_factor(year)`, or
            your own rule.
        border_goods: Whether it makes goods under the border mechanism.

    Returns:
        The allocation, which explains itself.

    Raises:
        InexactNumberError: If the activity is a float, a bool, NaN or infinite.
        InvalidValueError: If it is negative.
        WrongTypeError: If `exposure` is no `Exposure`, or `border_goods` no bool.
        NotFoundError: If one of the rules is not known in the year.

    Example:
        >>> from carbonkit.schemes.eu_benchmark import benchmark
        >>> free_allocation(2024, benchmark=benchmark("grey cement clinker", 2024), activity="1000000.5",
        ...     exposure=Exposure.LISTED, correction=cross_sectoral_factor(2024), border_goods=True).final
        693000

    References:
        Delegated Regulation (EU) 2019/331, article 16.
    """
    corrections = [correction]
    check_type(border_goods, bool, field="border_goods")
    if border_goods:
        before = whole(year, field="year") in range(2021, 2026)
        corrections.append(rule_of_year(_NO_BORDER, year) if before else free_share(year))
    return allocate(
        year,
        benchmark=benchmark,
        activity=activity,
        exposure=exposure_factor(exposure, year),
        corrections=corrections,
        rounding=_ROUNDING,
    )


def activity_change(year: int, *, historical: Exact, before_last: Exact, last: Exact) -> ActivityChange:
    """
    Say what the activity of the two years before changes in a year's allocation.

    Args:
        year: The year of the allocation, 2021 to 2030.
        historical: The historical activity level.
        before_last: The activity two years before.
        last: The activity one year before.

    Returns:
        The change, which applies to an allocation and explains itself.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the historical level is not above 0, or an activity is negative.
        NotFoundError: If the year has no known rule.

    Example:
        >>> activity_change(2023, historical=100, before_last=115, last=115).applies
        False

    References:
        Implementing Regulation (EU) 2019/1842, articles 5 and 6.
    """
    asked = whole(year, field="year")
    threshold = rule_of_year((_THRESHOLD,), asked)
    return ActivityChange(historical, before_last, last, threshold, _ROUNDING)
