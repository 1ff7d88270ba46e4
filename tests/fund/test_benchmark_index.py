"""Index levels: exact, each day once, nothing made up for a day without one unless asked for."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from carbonkit.errors import BatchError, CarbonkitError, FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.performance.benchmark_index import IndexLevels, MissingLevel
from carbonkit.values import Source

LEVELS = [("2022-07-18", "105.5"), ("2021-07-16", 100), ("2021-10-08", Fraction(301, 3))]


def index(
    levels: Any = LEVELS,  # noqa: ANN401  also what is refused
    missing: MissingLevel = MissingLevel.REFUSE,
    name: str = "an index",
) -> IndexLevels:
    source = Source("an exchange", "levels", 2022)
    return IndexLevels(name=name, levels=levels, source=source, missing=missing)


def test_levels_are_exact_and_in_order() -> None:
    seen = index()
    assert [day for day, _ in seen.levels] == [date(2021, 7, 16), date(2021, 10, 8), date(2022, 7, 18)]
    assert seen.at("2021-10-08") == Fraction(301, 3)
    assert seen.growth("2021-10-08", date(2022, 7, 18)) == Fraction("105.5") / Fraction(301, 3)


def test_a_day_without_a_level_is_an_error_unless_asked_for() -> None:
    with pytest.raises(
        FundError, match="index: must have a level of an index on 2021-10-09, was none"
    ) as caught:
        index().at("2021-10-09")
    assert caught.value.problem.code == "no_index_level"
    last = index(missing=MissingLevel.LAST_BEFORE)
    assert last.at("2021-10-09") == Fraction(301, 3)
    assert last.at("2030-01-01") == Fraction("105.5")
    with pytest.raises(FundError, match="on 2021-07-15 or before, was none"):
        last.at("2021-07-15")


@pytest.mark.parametrize(
    ("levels", "error", "said"),
    [
        ([], InvalidValueError, "levels: must hold one level or more"),
        ([("2021-07-16", 0)], InvalidValueError, "level 1: must be above zero, was 0"),
        ([("2021-07-16", 1), ("2021-07-16", 1)], InvalidValueError, "level 2: must be of a day once"),
        ([("2021-07-16", 1.5)], InexactNumberError, "level 1: must be a str, int or Decimal"),
        ([("2021-07-16", "NaN")], InexactNumberError, "level 1: must be a finite number"),
        (5, InvalidValueError, "levels: must be a sequence, was 5"),
        ([("2021-07-16", 1), 7], InvalidValueError, "levels, 2: must be a pair, was 7"),
        ([("16/07/2021", 1)], InvalidValueError, "level 1, on: must be a calendar date"),
    ],
)
def test_a_bad_level_is_named(levels: object, error: type[CarbonkitError], said: str) -> None:
    with pytest.raises(error, match=said):
        index(levels)


def test_all_bad_levels_are_told_at_once() -> None:
    with pytest.raises(BatchError) as caught:
        index([("2021-07-16", 1), ("2021-07-17", -1), ("x", 1), ("2021-07-16", 2)])
    assert [problem.field for problem in caught.value.problems] == ["level 2", "level 3, on", "level 4"]


def test_it_has_a_name_and_a_policy() -> None:
    with pytest.raises(InvalidValueError, match="name: must name the index"):
        index(name=" ")
    with pytest.raises(InvalidValueError, match="missing"):
        index(missing="refuse")  # type: ignore[arg-type]
