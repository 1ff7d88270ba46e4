"""Claims are placed on sites wherever there is room, and only what fits nowhere is over."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import Rate
from carbonkit.accounting.instrument import ContractualInstrument, InstrumentKind
from carbonkit.accounting.placement import Claim, Claims, place_claims
from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.values import Energy, Period, Place, Source

if TYPE_CHECKING:
    from collections.abc import Callable

CERTIFICATE = ContractualInstrument(
    "GO 17",
    InstrumentKind.CERTIFICATE,
    "electricity",
    Energy(40, "MWh"),
    [Rate("CO2", 0, "t")],
    "MWh",
    Place("DE"),
    Period.year(2025),
    Source("Registry", "Statement 17", 2026),
    sole_claim=True,
    bundled=False,
    certificates=["DE-1", "DE-2"],
    retired_on="2026-02-01",
)
TARIFF = attrs.evolve(
    CERTIFICATE, id="tariff", kind=InstrumentKind.SUPPLIER_RATE, energy=None, certificates=()
)
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


def test_claims_are_added_up_by_instrument_and_taken_off_it() -> None:
    half = (CERTIFICATE, Energy(20, "MWh"))
    claims = Claims.of([half, half])
    assert claims.problems == ()
    assert claims.left(CERTIFICATE) == 0
    assert claims.left(attrs.evolve(CERTIFICATE, id="other")) == Energy(40, "MWh").in_base()
    assert claims.left(attrs.evolve(CERTIFICATE, energy=Energy(41, "MWh"))) == Energy(1, "MWh").in_base()
    (problem,) = Claims.of([half, half, (CERTIFICATE, Energy(1, "kWh"))]).problems
    assert str(problem) == (
        "energy: must claim no more than the 40 MWh that instrument GO 17 covers, in all results together, "
        "was 40.001 MWh; 0.001 MWh too much; pass what came before as dual_scope_2(…, earlier=[…])"
    )


def test_the_largest_energy_that_was_stated_counts_wherever_it_stands() -> None:
    grown = attrs.evolve(CERTIFICATE, energy=Energy(50, "MWh"))
    first, second = (CERTIFICATE, Energy(40, "MWh")), (grown, Energy(10, "MWh"))
    for both in ([first, second], [second, first]):
        assert Claims.of(both).problems == ()
        assert len(Claims.of([*both, second]).problems) == 1


def test_one_id_is_one_instrument_and_one_certificate_stands_under_one() -> None:
    one = (CERTIFICATE, Energy(1, "MWh"))
    for other, field in (
        (attrs.evolve(CERTIFICATE, rates=[Rate("CO2", 1, "t")]), "id"),
        (attrs.evolve(CERTIFICATE, id="GO 18", certificates=["DE-3", "DE-2"]), "certificates"),
    ):
        (problem,) = Claims.of([one, (other, Energy(1, "MWh"))]).problems
        assert (problem.code, problem.field) == ("claimed_twice", field)
    sized = attrs.evolve(TARIFF, energy=Energy(1, "MWh"))
    assert Claims.of([(TARIFF, Energy(900, "MWh")), (TARIFF, Energy(900, "MWh"))]).problems == ()
    assert [
        it.field for it in Claims.of([(TARIFF, Energy(1, "MWh")), (sized, Energy(1, "MWh"))]).problems
    ] == ["id"]


def test_what_is_claimed_later_fits_what_was_claimed_before() -> None:
    claims = Claims.of([(CERTIFICATE, Energy(40, "MWh")), (TARIFF, Energy(7, "MWh"))])
    for fits in (CERTIFICATE, TARIFF, attrs.evolve(CERTIFICATE, id="other", energy=Energy(1, "MWh"))):
        assert list(claims.misfits(fits)) == []
    for misfit, code in (
        (attrs.evolve(CERTIFICATE, energy=Energy("39.9", "MWh")), "over_claimed"),
        (attrs.evolve(CERTIFICATE, market=Place("NO")), "claimed_twice"),
        (attrs.evolve(TARIFF, energy=Energy(7, "MWh")), "claimed_twice"),
    ):
        (error,) = claims.misfits(misfit)
        assert error.code == code


def test_claims_and_rooms_of_another_type_are_refused() -> None:
    acts: list[Callable[[Any], object]] = [
        lambda it: place_claims(it, [1]),
        lambda it: place_claims([Claim(1, (0,))], it),
        lambda it: place_claims([it], [1]),
        lambda it: Claim(1, it),
    ]
    for act in acts:
        for value in (None, 3):
            with pytest.raises(WrongTypeError):
                act(value)
    with pytest.raises(InvalidValueError, match="sites"):
        Claim(1, (Decimal("0.5"),))  # type: ignore[arg-type]  # the mistake under test
