"""Moments in microseconds: there and back, and in one text each, from the year 1 to 9999."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonkit.ledger.moment import instant_of, microseconds, rfc3339
from carbonkit.values import as_instant
from tests.strategies import instants

FIRST = microseconds(datetime.datetime(1, 1, 1, tzinfo=datetime.UTC))
LAST = microseconds(datetime.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=datetime.UTC))
MOMENTS = st.integers(FIRST, LAST)


@given(MOMENTS)
@example(FIRST)
@example(LAST)
@example(0)
@example(-1)
@example(999_999)
def test_a_moment_comes_back_as_it_went(moment: int) -> None:
    instant = instant_of(moment)
    assert microseconds(instant) == moment
    assert instant.utcoffset() == datetime.timedelta(0)
    text = rfc3339(moment)
    assert len(text) == 27
    assert text == instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert as_instant(text) == instant


@given(MOMENTS, MOMENTS)
def test_texts_stand_in_the_order_of_their_moments(one: int, two: int) -> None:
    assert (one < two) == (rfc3339(one) < rfc3339(two))


@given(instants())
def test_the_zone_makes_no_difference(instant: datetime.datetime) -> None:
    assert microseconds(instant) == microseconds(instant.astimezone(datetime.UTC))
    assert instant_of(microseconds(instant)) == instant


@pytest.mark.parametrize("moment", [FIRST - 1, LAST + 1, 10**30, -(10**30)])
def test_moments_outside_the_calendar_are_errors(moment: int) -> None:
    with pytest.raises(OverflowError):
        instant_of(moment)
    with pytest.raises(OverflowError):
        rfc3339(moment)
