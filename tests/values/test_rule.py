from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from carbonkit.errors import NotFoundError, OverlapError
from carbonkit.values import Period, Rounding, Rule, Source, Status, rule_in_force

NOTICE = Source("Exchange", "Notice", 2021)


def version(value: object, start: str, end: str | None) -> Rule[object]:
    return Rule(what="levels", value=value, says="so many", valid=Period(start, end), source=NOTICE)


def test_the_version_of_the_day_is_picked() -> None:
    versions = [version(5, "2021-01-01", None), version(3, "2020-01-01", "2021-01-01")]
    assert rule_in_force(versions, datetime.date(2020, 12, 31)).value == 3
    assert rule_in_force(versions, datetime.date(2021, 1, 1)).value == 5


@pytest.mark.parametrize("versions", [[], [version(3, "2020-01-01", "2021-01-01")]])
def test_a_day_without_a_rule_is_an_error(versions: list[Rule[object]]) -> None:
    with pytest.raises(NotFoundError) as error:
        rule_in_force(versions, datetime.date(2021, 1, 1))
    assert "2021-01-01" in error.value.problem.was


def test_two_rules_for_a_day_are_an_error() -> None:
    versions = [version(5, "2021-01-01", None), version(3, "2020-01-01", None)]
    with pytest.raises(OverlapError):
        rule_in_force(versions, datetime.date(2021, 7, 16))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1E+1"), "10"),
        (5, "5"),
        (Rounding.HALF_UP, "half up"),
        (Status.CONFIRMED, "confirmed"),
    ],
)
def test_a_rule_explains_itself_down_to_its_source(value: object, shown: str) -> None:
    explained = version(value, "2021-01-01", None).explain()
    assert (explained.what, explained.value, explained.how) == ("levels", shown, "so many")
    assert list(explained.sources()) == [NOTICE]
