"""Rules by year: the version that holds, and paths with a step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.registry.yearly import LinearPath, rule_of_year, years
from carbonkit.values import Period, Rule, Source

SOURCE = Source("Scheme", "Rules", 2021)


def rule(value: int, valid: Period) -> Rule[int]:
    return Rule(what="share", value=value, says="…", valid=valid, source=SOURCE)


VERSIONS = [rule(2, years(2023, 2023)), rule(1, years(2021, 2022)), rule(3, years(2025, None))]


@pytest.mark.parametrize(("year", "value"), [(2021, 1), (2022, 1), (2023, 2), (2025, 3), (9998, 3)])
def test_the_version_that_covers_the_year_holds(year: int, value: int) -> None:
    assert rule_of_year(VERSIONS, year).value == value


@pytest.mark.parametrize("year", [2020, 2024])
def test_a_year_without_a_version_is_not_found_and_the_known_ones_are_named(year: int) -> None:
    with pytest.raises(NotFoundError, match=f"was {year}; known for 2021 to 2022, 2023, 2025 on"):
        rule_of_year(VERSIONS, year)


def test_a_version_that_covers_part_of_a_year_does_not_hold_for_it() -> None:
    with pytest.raises(NotFoundError):
        rule_of_year([rule(1, Period("2021-02-01", None))], 2021)


def test_no_versions_know_no_year() -> None:
    with pytest.raises(NotFoundError, match="known for none"):
        rule_of_year([], 2021)


@pytest.mark.parametrize("year", [True, 2021.0, "2021.5", 0])
def test_what_is_no_year_is_refused(year: Any) -> None:  # noqa: ANN401  a host's mistake
    with pytest.raises((InexactNumberError, InvalidValueError)):
        rule_of_year(VERSIONS, year)


def test_a_path_moves_by_its_step_without_rounding() -> None:
    path = LinearPath(2026, "0.3", "-0.075")
    assert [path.value_in(year) for year in (2026, 2027, 2030)] == [Decimal("0.3"), Decimal("0.225"), 0]
