"""Claims are placed on sites wherever there is room, and only what fits nowhere is over."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.placement import Claim, place_claims
from carbonkit.errors import InvalidValueError

SITES = 3


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    return draw(
        st.lists(
            st.builds(
                Claim,
                st.integers(0, 7),
                st.lists(st.integers(0, SITES - 1), unique=True),
            ),
            max_size=4,
        )
    )


ROOMS = st.lists(st.integers(0, 7), min_size=SITES, max_size=SITES)


def most(some: list[Claim], rooms: list[int]) -> Decimal:
    """Say how much can be placed at the most: the smallest cut, tried one by one."""
    cuts = []
    for count in range(len(some) + 1):
        for through in itertools.combinations(some, count):
            sites = {site for claim in through for site in claim.sites}
            others = [claim.number for claim in some if not any(claim is each for each in through)]
            cuts.append(sum(others, Decimal(0)) + sum(rooms[site] for site in sites))
    return min(cuts)


@given(claims(), ROOMS)
def test_all_that_fits_is_placed_the_first_claims_first(some: list[Claim], rooms: list[int]) -> None:
    placement = place_claims(some, rooms)
    for count in range(len(some) + 1):
        asked = sum((claim.number for claim in some[:count]), Decimal(0))
        assert asked - sum(placement.excess[:count]) == most(some[:count], rooms)


@given(claims(), ROOMS)
def test_nothing_is_lost_and_no_site_takes_more_than_its_room(some: list[Claim], rooms: list[int]) -> None:
    placement = place_claims(some, rooms)
    for position, claim in enumerate(some):
        parts = [(site, number) for which, site, number in placement.parts if which == position]
        assert sum(number for _, number in parts) + placement.excess[position] == claim.number
        assert all(site in claim.sites and number > 0 for site, number in parts)
    for site, room in enumerate(rooms):
        assert sum(number for _, where, number in placement.parts if where == site) <= room


def test_sites_are_filled_in_the_order_of_the_claim() -> None:
    assert place_claims([Claim(5, (1, 0))], [4, 3]).parts == ((0, 0, Decimal(2)), (0, 1, Decimal(3)))


def test_an_earlier_claim_moves_over_several_sites() -> None:
    some = [Claim(1, (0, 1)), Claim(1, (1, 2)), Claim(1, (0,)), Claim(1, (1,))]
    assert place_claims(some, [1, 1, 1]).excess == tuple(map(Decimal, (0, 0, 0, 1)))
    assert place_claims(some[:3], [1, 1, 1]).parts == (
        (0, 1, Decimal(1)),
        (1, 2, Decimal(1)),
        (2, 0, Decimal(1)),
    )


def test_a_claim_is_not_negative_and_names_sites_that_there_are() -> None:
    with pytest.raises(InvalidValueError, match="claim: must be zero or more, was -1"):
        Claim(-1, ())
    with pytest.raises(InvalidValueError, match="must be the position of a site, was 2"):
        place_claims([Claim(1, (2,))], [1, 1])
