"""Free allocation: the factors of each year, one rounding, and the benchmark's bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.registry.free_allocation import FreeAllocation, allocate
from carbonkit.registry.yearly import years
from carbonkit.schemes.eu_allocation import (
    Exposure,
    cross_sectoral_factor,
    exposure_factor,
    free_allocation,
    linear_factor,
)
from carbonkit.schemes.eu_benchmark import benchmark, benchmark_names, benchmark_update
from carbonkit.values import Exact, Rounding, Rule, Source, Status

OWN = Source("Installation", "own figures", 2026)


def own(value: str, first: int, last: int) -> Rule[Decimal]:
    return Rule(what="own", value=Decimal(value), says=value, valid=years(first, last), source=OWN)


def given_in(
    year: int,
    *,
    activity: Exact,
    exposure: Exposure = Exposure.LISTED,
    correction: str = "1",
    border_goods: bool = False,
) -> FreeAllocation:
    return free_allocation(
        year,
        benchmark=own("1", 2021, 2030),
        activity=activity,
        exposure=exposure,
        correction=own(correction, 2021, 2030),
        border_goods=border_goods,
    )


@pytest.mark.parametrize(
    ("year", "final"),
    [(2021, 300), (2026, 300), (2027, 225), (2028, 150), (2029, 75), (2030, 0)],
)
def test_what_is_not_listed_runs_out_in_2030(year: int, final: int) -> None:
    assert given_in(year, activity=1000, exposure=Exposure.NOT_LISTED).final == final
    assert given_in(year, activity=1000, exposure=Exposure.DISTRICT_HEATING).final == 300
    assert given_in(year, activity=1000).final == 1000


@pytest.mark.parametrize(
    ("year", "final"), [(2021, 1000), (2025, 1000), (2026, 975), (2029, 775), (2030, 515)]
)
def test_border_goods_lose_what_certificates_are_owed_for(year: int, final: int) -> None:
    assert given_in(year, activity=1000, border_goods=True).final == final
    assert given_in(year, activity=1000).final == 1000


def test_it_is_rounded_once_after_every_factor() -> None:
    # 3 × 0.3 × 0.5 = 0.45; rounded after the first factor it would be 1 × 0.5, half-up 1
    found = given_in(2025, activity=3, exposure=Exposure.NOT_LISTED, correction="0.5")
    assert (found.preliminary, found.final) == (Decimal("0.9"), 0)
    assert given_in(2025, activity="2.5").final == 3


@pytest.mark.parametrize(
    ("year", "factor"),
    [
        (2014, "0.9826"),
        (2020, "0.8782"),
        (2021, "0.8562"),
        (2023, "0.8122"),
        (2024, "0.7692"),
        (2027, "0.6402"),
        (2028, "0.5962"),
        (2030, "0.5082"),
    ],
)
def test_the_linear_factor_loses_its_points_each_year(year: int, factor: str) -> None:
    assert linear_factor(year).value == Decimal(factor)


@pytest.mark.parametrize("year", [2020, 2031])
def test_a_year_outside_the_phase_is_not_found(year: int) -> None:
    with pytest.raises(NotFoundError):
        given_in(year, activity=1)
    with pytest.raises(NotFoundError):
        exposure_factor(Exposure.LISTED, year)


def test_a_rule_of_another_year_is_not_used() -> None:
    arguments: dict[str, Any] = {
        "benchmark": benchmark("coke", 2025),
        "activity": 1,
        "exposure": Exposure.LISTED,
        "correction": cross_sectoral_factor(2025),
        "border_goods": False,
    }
    assert free_allocation(2025, **arguments).final == 0
    with pytest.raises(NotFoundError, match=r"benchmark of coke.*2026; known for 2021 to 2025"):
        free_allocation(2026, **arguments)
    with pytest.raises(NotFoundError, match="linear factor"):
        free_allocation(2025, **arguments | {"correction": linear_factor(2024)})
    with pytest.raises(WrongTypeError):
        free_allocation(2025, **arguments | {"exposure": "listed"})
    with pytest.raises(WrongTypeError):
        free_allocation(2025, **arguments | {"border_goods": 1})
    with pytest.raises(InexactNumberError):
        free_allocation(2025, **arguments | {"activity": 1.5})
    with pytest.raises(InvalidValueError, match="not be negative"):
        free_allocation(2025, **arguments | {"activity": -1})


def test_the_rounding_too_must_hold_in_the_year() -> None:
    rounding = Rule(what="rounding", value=Rounding.FLOOR, says="down", valid=years(2021, 2021), source=OWN)
    one = own("1", 2021, 2022)
    assert (
        allocate(2021, benchmark=one, activity="1.9", exposure=one, corrections=[], rounding=rounding).final
        == 1
    )
    with pytest.raises(NotFoundError, match="rounding"):
        allocate(2022, benchmark=one, activity=1, exposure=one, corrections=[], rounding=rounding)


@pytest.mark.parametrize(
    ("year", "observed", "value"),
    [
        (2021, "-0.5", "0.970"),
        (2021, "0.002", "0.970"),
        (2025, "0.01", "0.850"),
        (2025, "0.016", "0.760"),
        (2021, "0.9", "0.760"),
        (2026, "0", "0.940"),
        (2026, "0.01", "0.800"),
        (2030, "0.5", "0.500"),
    ],
)
def test_the_improvement_is_held_within_its_bounds(year: int, observed: str, value: str) -> None:
    updated = benchmark_update("x", year, before="1.000", observed=observed, places=3)
    assert str(updated.value) == value


def test_an_updated_benchmark_can_be_allocated_with() -> None:
    updated = benchmark_update("lime", 2026, before="0.954", observed="0.02", places=3)
    assert str(updated.value) == "0.572"  # 0.954 × 0.6 = 0.5724
    found = free_allocation(
        2027,
        benchmark=updated.benchmark(),
        activity=1000,
        exposure=Exposure.LISTED,
        correction=own("1", 2026, 2030),
        border_goods=False,
    )
    assert found.final == 572
    assert "0.954 × (1 - 20 × 0.02)" in found.explain().text()
    text = updated.explain().text()
    assert "observed improvement a year: 0.02" in text
    assert "[recalled]" in text


def test_no_rule_no_update_and_no_benchmark() -> None:
    for year in (2020, 2031):
        with pytest.raises(NotFoundError):
            benchmark_update("x", year, before=1, observed=0, places=3)
    with pytest.raises(NotFoundError, match="known are EAF carbon steel, ammonia"):
        benchmark("unobtainium", 2021)
    with pytest.raises(NotFoundError):
        benchmark("coke", 2026)
    with pytest.raises(InvalidValueError, match="not be negative"):
        benchmark_update("x", 2021, before="-1", observed=0, places=3)


def test_every_benchmark_of_the_phase_is_at_most_the_one_before_and_says_how_sure_it_is() -> None:
    for name in set(benchmark_names()) - {"process emissions"}:
        now, before = benchmark(name, 2021), benchmark(name, 2020)
        assert before.value * Decimal("0.758") < now.value < before.value * Decimal("0.971")
        assert now.source.status in {Status.DERIVED, Status.RECALLED}
    assert benchmark("process emissions", 2027).value == Decimal("0.97")
    assert benchmark("process emissions", 2028).value == Decimal("0.91")


def test_the_explanation_goes_down_to_every_factor_and_its_status() -> None:
    explained = given_in(2028, activity=1000, exposure=Exposure.NOT_LISTED, border_goods=True).explain()
    text = explained.text()
    assert "free allocation 2028: 135 allowances" in text
    assert "carbon leakage factor: 0.150" in text
    assert "activity level: 1000" in text
    assert len(list(explained.sources())) == 5
    assert {source.status for source in explained.sources()} == {Status.CONFIRMED, Status.RECALLED}


@given(st.integers(2021, 2030), st.integers(0, 10**9), st.integers(0, 1000))
def test_more_activity_is_never_given_less_and_nothing_more_than_the_benchmark(
    year: int, activity: int, more: int
) -> None:
    for exposure in Exposure:
        low = given_in(year, activity=activity, exposure=exposure, border_goods=True).final
        high = given_in(year, activity=activity + more, exposure=exposure, border_goods=True).final
        assert 0 <= low <= high <= activity + more
