"""Serial ranges, and what is taken out of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, SerialRangeError
from carbonkit.ledger import SerialRange
from carbonkit.ledger.serial import first_overlap, lowest

HIGHEST = 2**63 - 1


def ranges(*pairs: tuple[int, int]) -> tuple[SerialRange, ...]:
    return tuple(SerialRange(first, last) for first, last in pairs)


@st.composite
def holdings(draw: st.DrawFn) -> tuple[SerialRange, ...]:
    """Draw ranges in order, some of them neighbours, none overlapping."""
    start, held = 1, []
    for gap, length in draw(
        st.lists(st.tuples(st.sampled_from((0, 0, 1, 5)), st.integers(1, 12)), max_size=6)
    ):
        held.append(SerialRange(start + gap, start + gap + length - 1))
        start = held[-1].last + 1
    return tuple(held)


def numbers(*groups: tuple[SerialRange, ...]) -> list[int]:
    return sorted(n for group in groups for each in group for n in range(each.first, each.last + 1))


@pytest.mark.parametrize(
    ("first", "last"), [(0, 5), (-1, 1), (5, 4), (1, HIGHEST + 1), (HIGHEST + 1, HIGHEST + 1)]
)
def test_a_broken_range_is_refused(first: int, last: int) -> None:
    with pytest.raises(SerialRangeError):
        SerialRange(first, last)


@pytest.mark.parametrize("number", [True, 1.0, "1.5", "x", None])
def test_a_serial_number_is_whole(number: object) -> None:
    with pytest.raises((InexactNumberError, InvalidValueError)):
        SerialRange(number, 10)  # type: ignore[arg-type]


def test_both_ends_belong_to_a_range() -> None:
    assert SerialRange(7, 7).quantity == 1
    assert SerialRange(1, HIGHEST).quantity == HIGHEST
    assert str(SerialRange(1, 5)) == "1-5"
    assert SerialRange(1, 5).overlaps(SerialRange(5, 9))
    assert SerialRange(5, 9).overlaps(SerialRange(1, 5))
    assert SerialRange(1, 9).overlaps(SerialRange(3, 4))
    assert not SerialRange(1, 5).overlaps(SerialRange(6, 9))


@pytest.mark.parametrize(
    ("given_ranges", "clash"),
    [
        ((), None),
        (((1, 5), (6, 9)), None),
        (((6, 9), (1, 6)), ((1, 6), (6, 9))),
        (((1, 5), (1, 5)), ((1, 5), (1, 5))),
        (((1, 100), (2, 3), (50, 60)), ((1, 100), (2, 3))),
        (((1, 100), (101, 103), (3, 4)), ((1, 100), (3, 4))),
    ],
)
def test_the_first_overlap_is_found(
    given_ranges: tuple[tuple[int, int], ...], clash: tuple[tuple[int, int], ...] | None
) -> None:
    found = first_overlap(ranges(*given_ranges))

    assert found == (None if clash is None else ranges(*clash))


def test_ranges_are_in_order_of_their_numbers() -> None:
    assert sorted(ranges((5, 9), (1, 9), (1, 2))) == list(ranges((1, 2), (1, 9), (5, 9)))
    assert SerialRange(1, 2) <= SerialRange(1, 2) < SerialRange(2, 2)
    assert not SerialRange(1, 2) > SerialRange(1, 2)
    with pytest.raises(TypeError):
        assert SerialRange(1, 2) < 3  # type: ignore[operator]


def test_the_lowest_numbers_go_first() -> None:
    assert lowest(ranges((1, 2), (5, 9)), 4) == ranges((1, 2), (5, 6))
    assert lowest(ranges((1, 2), (5, 9)), 2) == ranges((1, 2))
    with pytest.raises(SerialRangeError, match="must count 8 units, was 7 units"):
        lowest(ranges((1, 2), (5, 9)), 8)


@given(held=holdings(), data=st.data())
def test_the_lowest_are_the_beginning_of_all(held: tuple[SerialRange, ...], data: st.DataObject) -> None:
    total = sum(each.quantity for each in held)
    if not total:
        return
    quantity = data.draw(st.one_of(st.integers(1, total), st.just(total), st.just(1)))
    assert numbers(lowest(held, quantity)) == numbers(held)[:quantity]
