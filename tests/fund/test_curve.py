"""Curves: exact at the nodes, named between them, refused outside unless somebody says how."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, FundError
from carbonkit.fund.curve.curve import Extrapolation, Interpolation, check_nodes, read_curve

START = datetime.date(2025, 1, 1)
Nodes = list[tuple[datetime.date, Fraction]]


def days(count: int) -> datetime.date:
    return START + datetime.timedelta(count)


NODES: Nodes = [(days(10), Fraction(70)), (days(20), Fraction(80)), (days(40), Fraction(60))]


def read(
    day: int,
    interpolation: Interpolation = Interpolation.LINEAR,
    extrapolation: Extrapolation = Extrapolation.REFUSED,
) -> Fraction:
    return read_curve(
        NODES, days(day), interpolation=interpolation, extrapolation=extrapolation, field="curve of EUA"
    )


@pytest.mark.parametrize(
    ("day", "interpolation", "expected"),
    [
        (15, Interpolation.FLAT, 70),
        (39, Interpolation.FLAT, 80),
        (15, Interpolation.LINEAR, 75),
        (25, Interpolation.LINEAR, 75),
    ],
)
def test_between_nodes(day: int, interpolation: Interpolation, expected: int) -> None:
    assert read(day, interpolation) == expected


def test_by_logarithms_it_grows_at_one_rate() -> None:
    middle = read(15, Interpolation.LOG_LINEAR)
    assert abs(middle * middle - 70 * 80) < Fraction(1, 10**50)


@pytest.mark.parametrize("day", [9, 41])
def test_outside_it_is_refused_unless_named(day: int) -> None:
    with pytest.raises(FundError) as caught:
        read(day)
    assert str(caught.value).startswith("curve of EUA: must be read from 2025-01-11 to 2025-02-10, was ")
    assert caught.value.problem.code == "outside_curve"
    assert read(day, extrapolation=Extrapolation.FLAT) == (70 if day < 10 else 60)


@pytest.mark.parametrize(
    ("nodes", "interpolation", "message", "code"),
    [
        ([], Interpolation.FLAT, "EUA: must have one node or more, was none", "no_quote"),
        (
            [(days(-1), Fraction(1))],
            Interpolation.FLAT,
            "EUA: must have no node before 2025-01-01, was 2024-12-31",
            "out_of_order",
        ),
        (
            [(days(3), Fraction(1)), (days(3), Fraction(1))],
            Interpolation.FLAT,
            "EUA: must have a node after 2025-01-04 next, was 2025-01-04",
            "out_of_order",
        ),
        (
            [(days(3), Fraction(1)), (days(4), Fraction(0))],
            Interpolation.LOG_LINEAR,
            "EUA, 2025-01-05: must be above zero, to be read by logarithms, was 0",
            "invalid_value",
        ),
    ],
)
def test_nodes_that_make_no_curve(
    nodes: Nodes, interpolation: Interpolation, message: str, code: str
) -> None:
    with pytest.raises(CarbonkitError) as caught:
        check_nodes(nodes, as_of=START, interpolation=interpolation, field="EUA")
    assert (str(caught.value), caught.value.problem.code) == (message, code)


def test_nodes_that_make_a_curve() -> None:
    for interpolation in Interpolation:
        check_nodes(NODES, as_of=START, interpolation=interpolation, field="EUA")
    check_nodes([(START, Fraction(0))], as_of=START, interpolation=Interpolation.LINEAR, field="EUA")


@given(
    st.dictionaries(st.integers(0, 60), st.integers(1, 10**4), min_size=1, max_size=6),
    st.integers(0, 60),
    st.sampled_from(Interpolation),
)
def test_every_value_lies_between_its_nodes(
    drawn: dict[int, int], day: int, interpolation: Interpolation
) -> None:
    nodes = [(days(place), Fraction(value)) for place, value in sorted(drawn.items())]
    value = read_curve(nodes, days(day), interpolation=interpolation, extrapolation=Extrapolation.FLAT)
    before = [drawn[place] for place in sorted(drawn) if place <= day][-1:]
    after = [drawn[place] for place in sorted(drawn) if place >= day][:1]
    around = before + after
    slack = Fraction(1, 10**50)
    assert min(around) - slack <= value <= max(around) + slack
    if day in drawn:
        assert value == drawn[day]
