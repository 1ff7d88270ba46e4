"""The EU ETS's benchmarks: allowances for one unit of activity, by year, and how they are updated."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from carbonkit.errors import NotFoundError
from carbonkit.registry.free_allocation import BenchmarkUpdate, UpdateRule
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.number import Exact, Rounding
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

__all__ = ["benchmark", "benchmark_names", "benchmark_update"]


def _rules(table: str) -> Source:
    title = "Delegated Regulation (EU) 2019/331 on free allocation"
    return Source("European Commission", title, 2019, table=table, status=Status.RECALLED)


def _directive(status: Status, note: str = "") -> Source:
    title = "Directive 2003/87/EC, as amended by Directive (EU) 2023/959"
    return Source("European Union", title, 2023, table="article 10a(2)", status=status, note=note)


def _values(status: Status, note: str) -> Source:
    title = "Implementing Regulation (EU) 2021/447 on benchmark values 2021 to 2025"
    return Source("European Commission", title, 2021, table="annex", status=status, note=note)


# name, unit of activity, benchmark of the third phase, of 2021 to 2025, and whether the rule gives it again
_TABLE: Final = (
    ("hot metal", "t", "1.328", "1.288", True),
    ("coke", "t", "0.286", "0.217", True),
    ("sintered ore", "t", "0.171", "0.157", False),
    ("grey cement clinker", "t", "0.766", "0.693", False),
    ("white cement clinker", "t", "0.987", "0.957", True),
    ("lime", "t", "0.954", "0.725", True),
    ("heat", "TJ", "62.3", "47.3", True),
    ("fuel", "TJ", "56.1", "42.6", True),
    ("ammonia", "t", "1.619", "1.570", True),
    ("EAF carbon steel", "t", "0.283", "0.215", True),
    ("float glass", "t", "0.453", "0.399", False),
    ("primary aluminium", "t", "1.514", "1.464", False),
)
_SEEN: Final = frozenset({"coke", "grey cement clinker", "white cement clinker", "primary aluminium"})
_PHASE_3: Final = Source(
    "European Commission", "Decision 2011/278/EU on free allocation 2013 to 2020", 2011, table="annex I"
)


def _phase_3(name: str) -> Source:
    if name in _SEEN:
        return Source(
            _PHASE_3.publisher, _PHASE_3.title, 2011, table=_PHASE_3.table, note="read in a re-publication"
        )
    return Source(_PHASE_3.publisher, _PHASE_3.title, 2011, table=_PHASE_3.table, status=Status.RECALLED)


def _phase_4(*, derived: bool) -> Source:
    if derived:
        return _values(Status.DERIVED, "the third phase's value and a rate at a bound of the rule give it")
    return _values(Status.RECALLED, "")


_BENCHMARKS: Final = {
    name: (
        Rule(
            what=f"benchmark of {name}",
            value=Decimal(third),
            says=f"{third} allowances/{unit}",
            valid=years(2013, 2020),
            source=_phase_3(name),
        ),
        Rule(
            what=f"benchmark of {name}",
            value=Decimal(fourth),
            says=f"{fourth} allowances/{unit}",
            valid=years(2021, 2025),
            source=_phase_4(derived=derived),
        ),
    )
    for name, unit, third, fourth, derived in _TABLE
} | {
    "process emissions": (
        Rule(
            what="benchmark of process emissions",
            value=Decimal("0.97"),
            says="0.97 allowances/t of process emissions",
            valid=years(2021, 2027),
            source=_rules("article 16(2)"),
        ),
        Rule(
            what="benchmark of process emissions",
            value=Decimal("0.91"),
            says="0.91 allowances/t of process emissions",
            valid=years(2028, 2030),
            source=_rules("article 16(2), as amended"),
        ),
    )
}

_UPDATES: Final = (
    Rule(
        what="benchmark update",
        value=UpdateRule(15, "0.002", "0.016", Rounding.HALF_UP),
        says="15 years of improvement, from 0.2 % to 1.6 % a year",
        valid=years(2021, 2025),
        source=_directive(Status.CONFIRMED, "read in a digest; the rounding is derived"),
    ),
    Rule(
        what="benchmark update",
        value=UpdateRule(20, "0.003", "0.025", Rounding.HALF_UP),
        says="20 years of improvement, from 0.3 % to 2.5 % a year",
        valid=years(2026, 2030),
        source=_directive(Status.RECALLED),
    ),
)


def benchmark_names() -> tuple[str, ...]:
    """
    List the benchmarks that are known here.

    Returns:
        Their names, in order.

    Example:
        >>> benchmark_names()[:3]
        ('EAF carbon steel', 'ammonia', 'coke')
    """
    return tuple(sorted(_BENCHMARKS))


def benchmark(name: str, year: int) -> Rule[Decimal]:
    """
    Return a benchmark of a year.

    Args:
        name: Its name, one of `benchmark_names()`.
        year: The year, 2013 to 2025; for process emissions 2021 to 2030.

    Returns:
        The rule; its value is in allowances for one unit of activity.

    Raises:
        NotFoundError: If the name or its value in the year is not known.

    Example:
        >>> benchmark("hot metal", 2022).value
        Decimal('1.288')
    """
    if name not in _BENCHMARKS:
        raise NotFoundError(
            "name a benchmark", was=name, field="benchmark", hint=f"known are {', '.join(benchmark_names())}"
        )
    return rule_of_year(_BENCHMARKS[name], year)


def benchmark_update(name: str, year: int, *, before: Exact, observed: Exact, places: int) -> BenchmarkUpdate:
    """
    Bring a benchmark of the third phase up to date.

    Args:
        name: What the benchmark is for.
        year: A year of the period that it is for, 2021 to 2030.
        before: The benchmark of the third phase.
        observed: The improvement that was observed for each year, as a share of 1: "0.016" is 1.6 %.
        places: To how many decimal places the benchmark is published.

    Returns:
        The new benchmark, which explains itself.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the benchmark is negative.
        NotFoundError: If the year has no known rule.

    Example:
        >>> benchmark_update("heat", 2021, before="62.3", observed="0.02", places=1).value
        Decimal('47.3')

    References:
        Directive 2003/87/EC, article 10a(2).
    """
    return BenchmarkUpdate(name, before, observed, places, rule_of_year(_UPDATES, year))
