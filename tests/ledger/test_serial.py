"""Serial ranges, and what is taken out of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, SerialRangeError
from carbonkit.ledger import Selection, SerialRange
from carbonkit.ledger.serial import first_overlap, take

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


@pytest.mark.parametrize(
    ("held", "wanted", "gone", "ended", "left"),
    [
        (((1, 10),), ((4, 6),), ((4, 6),), ((1, 10),), ((1, 3), (7, 10))),
        (((1, 10),), ((1, 3),), ((1, 3),), ((1, 10),), ((4, 10),)),
        (((1, 10),), ((8, 10),), ((8, 10),), ((1, 10),), ((1, 7),)),
        (((1, 10),), ((1, 10),), ((1, 10),), ((1, 10),), ()),
        (((1, 10),), ((8, 9), (2, 3)), ((8, 9), (2, 3)), ((1, 10),), ((1, 1), (4, 7), (10, 10))),
        (((1, 5), (6, 9)), ((5, 5), (6, 6)), ((5, 5), (6, 6)), ((1, 5), (6, 9)), ((1, 4), (7, 9))),
    ],
)
def test_exact_ranges_are_cut_out(
    held: tuple[tuple[int, int], ...],
    wanted: tuple[tuple[int, int], ...],
    gone: tuple[tuple[int, int], ...],
    ended: tuple[tuple[int, int], ...],
    left: tuple[tuple[int, int], ...],
) -> None:
    quantity = sum(last - first + 1 for first, last in wanted)

    assert take(ranges(*held), ranges(*wanted), quantity) == (ranges(*gone), ranges(*ended), ranges(*left))


@pytest.mark.parametrize(
    ("wanted", "quantity"),
    [
        (((11, 11),), 1),  # not held
        (((10, 11),), 2),  # in part
        (((5, 6),), 2),  # over the end of a block
        (((1, 2), (2, 3)), 4),  # the same number twice
        (((1, 2),), 3),  # another count
        ((), 0 + 1),
    ],
)
def test_what_is_not_there_is_not_taken(wanted: tuple[tuple[int, int], ...], quantity: int) -> None:
    with pytest.raises(SerialRangeError):
        take(ranges((1, 5), (6, 10)), ranges(*wanted), quantity)


def test_the_lowest_numbers_go_first() -> None:
    assert take(ranges((1, 2), (5, 9)), Selection.FROM_LEFT, 4) == (
        ranges((1, 2), (5, 6)),
        ranges((1, 2), (5, 9)),
        ranges((7, 9)),
    )
    with pytest.raises(SerialRangeError, match="must count 8 units, was 7 units"):
        take(ranges((1, 2), (5, 9)), Selection.FROM_LEFT, 8)


@given(held=holdings(), data=st.data())
def test_numbers_taken_from_the_left_are_conserved(
    held: tuple[SerialRange, ...], data: st.DataObject
) -> None:
    total = sum(each.quantity for each in held)
    if not total:
        return
    quantity = data.draw(st.one_of(st.integers(1, total), st.just(total), st.just(1)))

    gone, ended, left = take(held, Selection.FROM_LEFT, quantity)

    assert numbers(gone) == numbers(held)[:quantity]
    assert numbers(gone, left) == numbers(ended)
    assert set(ended) <= set(held)
    assert first_overlap([*gone, *left, *(each for each in held if each not in ended)]) is None


@given(held=holdings(), data=st.data())
def test_numbers_taken_by_range_are_conserved(held: tuple[SerialRange, ...], data: st.DataObject) -> None:
    if not held:
        return
    wanted = []
    for block in data.draw(st.lists(st.sampled_from(held), min_size=1, unique=True)):
        first = data.draw(st.integers(block.first, block.last))
        wanted.append(SerialRange(first, data.draw(st.integers(first, block.last))))
        if wanted[-1].last < block.last:
            last = data.draw(st.integers(wanted[-1].last + 1, block.last))
            wanted.append(SerialRange(last, last))
    quantity = sum(each.quantity for each in wanted)

    gone, ended, left = take(held, tuple(wanted), quantity)

    assert gone == tuple(wanted)
    assert numbers(gone, left) == numbers(ended)
    assert set(ended) == {block for block in held if any(block.overlaps(each) for each in wanted)}
    assert first_overlap([*gone, *left, *(each for each in held if each not in ended)]) is None
