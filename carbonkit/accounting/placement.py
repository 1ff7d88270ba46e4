"""
Placements: claims of energy on the sites that consumed it, so that each claim fits or its excess is known.

A claim may go to some sites and not to others, and a site has room for what it consumed.
Claims are placed one after the other, each on its sites in their order; where an earlier
claim stands in the way of a later one and could stand elsewhere, it moves. So a claim is
over only if no placement of all the claims before it leaves it the room.

What was placed several times, for other periods or other sites, is added up by instrument, so
that no certificate counts more than once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import attrs

from carbonkit.accounting.instrument import ContractualInstrument
from carbonkit.errors import InexactConversionError, InvalidValueError, Problem
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, add, exact, plain, subtract, whole
from carbonkit.values.quantity import Energy

__all__ = ["Claim", "Claims", "Placement", "in_unit", "place_claims"]

_BASE = "MJ"


def _number(value: Exact) -> Decimal:
    number = exact(value, field="claim")
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field="claim")
    return number


def _sites(value: Iterable[int]) -> tuple[int, ...]:
    check_type(value, Iterable, field="sites")
    return tuple(whole(site, field="sites") for site in value)


@attrs.frozen
class Claim:
    """
    An amount that goes to some sites and no others.

    Args:
        number: How much is claimed.
        sites: The positions of the sites that it may go to, in the order in which they are filled.

    Raises:
        InvalidValueError: If the amount is negative.

    Example:
        >>> Claim("40", (0, 1)).sites
        (0, 1)
    """

    number: Decimal = attrs.field(converter=_number)
    sites: tuple[int, ...] = attrs.field(converter=_sites)


@attrs.frozen
class Placement:
    """
    Where claims went.

    Args:
        parts: How much of which claim went to which site: (claim, site, number), by position, sorted.
        excess: What of each claim no site had room for.

    Example:
        >>> place_claims([Claim("120", (0,))], ["100"]).excess
        (Decimal('20'),)
    """

    parts: tuple[tuple[int, int, Decimal], ...]
    excess: tuple[Decimal, ...]


def place_claims(claims: Iterable[Claim], rooms: Iterable[Exact]) -> Placement:
    """
    Place every claim, as far as there is room.

    Args:
        claims: The claims, those that go first first.
        rooms: How much each site can take.

    Returns:
        The parts, and what is over.

    Raises:
        InvalidValueError: If a room is negative, or a claim names a site that there is not.

    Example:
        >>> both, first_only = Claim("100", (0, 1)), Claim("100", (0,))
        >>> place_claims([both, first_only], ["100", "100"]).parts
        ((0, 1, Decimal('100')), (1, 0, Decimal('100')))

    References:
        Ford and Fulkerson's augmenting paths, the shortest one first (Edmonds and Karp, 1972).
    """
    check_type(claims, Iterable, field="claims")
    check_type(rooms, Iterable, field="rooms")
    board = _Board(list(claims), [_number(room) for room in rooms])
    for claim in board.claims:
        check_type(claim, Claim, field="claims")
        for site in claim.sites:
            if not 0 <= site < len(board.room):
                raise InvalidValueError("be the position of a site", was=site, field="claim")
    excess = tuple(board.put(position) for position in range(len(board.claims)))
    parts = sorted((claim, site, number) for (claim, site), number in board.placed.items() if number)
    return Placement(tuple(parts), excess)


@attrs.define
class _Board:
    """What is placed so far, and the room that is left."""

    claims: Sequence[Claim]
    room: list[Decimal]
    placed: dict[tuple[int, int], Decimal] = attrs.field(factory=dict)
    held: dict[int, set[int]] = attrs.field(factory=dict)  # by site, the claims that have had a part there

    def put(self, claim: int) -> Decimal:
        """Place one claim, and return what is over."""
        left = self.claims[claim].number
        for site in self.claims[claim].sites:
            left = self._push((claim, site), left)
        while left:
            path = self._way_round(claim)
            if path is None:
                break
            left = self._move(path, left)
        return left

    def _push(self, way: tuple[int, int], left: Decimal) -> Decimal:
        part = min(left, self.room[way[1]])
        if part:
            self._change(way, part)
            self.room[way[1]] = subtract(self.room[way[1]], part)
            left = subtract(left, part)
        return left

    def _change(self, way: tuple[int, int], by: Decimal) -> None:
        self.placed[way] = add(self.placed.get(way, Decimal(0)), by)
        self.held.setdefault(way[1], set()).add(way[0])

    def _way_round(self, claim: int) -> list[tuple[int, int]] | None:
        """Find the shortest way to a site with room, by claims that can move; (claim, site) each."""
        came: dict[int, int] = {}  # by site: the claim that got there
        leaves: dict[int, int] = {}  # by claim: the site that it would leave; the first leaves none
        queue = deque([claim])
        while queue:
            mover = queue.popleft()
            for site in self.claims[mover].sites:
                if site in came:
                    continue
                came[site] = mover
                if self.room[site]:
                    steps = [(mover, site)]
                    while steps[-1][0] in leaves:
                        left = leaves[steps[-1][0]]
                        steps.append((came[left], left))
                    return steps[::-1]
                for other in sorted(self.held.get(site, ())):
                    if other != claim and other not in leaves and self.placed[other, site]:
                        leaves[other] = site
                        queue.append(other)
        return None

    def _move(self, steps: list[tuple[int, int]], left: Decimal) -> Decimal:
        """Move along a way as much as all of it can take."""
        last = steps[-1][1]
        leaving = [(steps[at + 1][0], steps[at][1]) for at in range(len(steps) - 1)]
        part = min(left, self.room[last], *(self.placed[way] for way in leaving))
        for way in steps:
            self._change(way, part)
        for mover, site in leaving:
            self.placed[mover, site] = subtract(self.placed[mover, site], part)
        self.room[last] = subtract(self.room[last], part)
        return subtract(left, part)


@attrs.frozen
class Claims:
    """
    What was claimed of instruments, wherever that was; made by `Claims.of`.

    Args:
        instruments: Each instrument by its id, with the largest energy that it was given with.
        claimed: How much was claimed of it. [MJ]
        certificates: The id of the instrument that a certificate was claimed under.
        problems: What does not go together.

    Example:
        >>> Claims.of([]).problems
        ()
    """

    instruments: dict[str, ContractualInstrument]
    claimed: dict[str, Decimal]
    certificates: dict[str, str]
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, supplies: Iterable[tuple[ContractualInstrument, Energy]]) -> Claims:
        """
        Add up what was claimed, and list what does not go together.

        Args:
            supplies: Each instrument with what was claimed of it, as often as that was.

        Returns:
            The claims.
        """
        instruments: dict[str, ContractualInstrument] = {}
        claimed: dict[str, Decimal] = {}
        certificates: dict[str, str] = {}
        errors: dict[tuple[str, str], Problem] = {}
        for each, energy in supplies:
            first = instruments.setdefault(each.id, each)
            if not first.like(each) or (first.energy is None) is not (each.energy is None):
                must = "be one instrument wherever it is claimed"
                errors["id", each.id] = _claimed_twice(must, each.id, "id")
            elif first.energy is not None and each.energy is not None and first.energy < each.energy:
                instruments[each.id] = each
            for name in each.certificates:
                holder = certificates.setdefault(name, each.id)
                if holder != each.id:
                    must = f"be claimed under one instrument, not under {holder} and {each.id}"
                    errors["certificates", name] = _claimed_twice(must, name, "certificates")
            claimed[each.id] = add(claimed.get(each.id, Decimal(0)), energy.in_base())
        for name, base in claimed.items():
            covered = instruments[name].energy
            if covered is not None and base > covered.in_base():
                too_much = in_unit(subtract(base, covered.in_base()), covered.unit)
                must = (
                    f"claim no more than the {covered} that instrument {name} covers, in all results together"
                )
                hint = f"{too_much} too much; pass what came before as dual_scope_2(…, earlier=[…])"
                errors["energy", name] = InvalidValueError(
                    must, was=str(in_unit(base, covered.unit)), field="energy", hint=hint, code="over_claimed"
                ).problem
        return cls(instruments, claimed, certificates, tuple(errors.values()))

    def left(self, instrument: ContractualInstrument) -> Decimal:
        """
        Say how much of an instrument can be claimed yet.

        Args:
            instrument: The instrument.

        Returns:
            What it covers less what was claimed of it. [MJ]
        """
        covered = Decimal(0) if instrument.energy is None else instrument.energy.in_base()
        return subtract(covered, self.claimed.get(instrument.id, Decimal(0)))

    def misfits(self, instrument: ContractualInstrument) -> Iterator[InvalidValueError]:
        """
        Check that an instrument is the one that was claimed under its id, and covers what was.

        Args:
            instrument: The instrument.

        Yields:
            An error if it is another, or covers less.
        """
        first = self.instruments.get(instrument.id)
        if first is None:
            return
        if not first.like(instrument) or (first.energy is None) is not (instrument.energy is None):
            must, hint = "be the instrument that was claimed before under its id", f"it was {first}"
            was = str(instrument)
            yield InvalidValueError(must, was=was, field="id", hint=hint, code="claimed_twice")
        elif instrument.energy is not None and self.left(instrument) < 0:
            claimed = in_unit(self.claimed[first.id], instrument.energy.unit)
            must = f"cover the {claimed} that were claimed of {first.id} before"
            was = str(instrument.energy)
            yield InvalidValueError(must, was=was, field="energy", code="over_claimed")


def _claimed_twice(must: str, was: str, field: str) -> Problem:
    return InvalidValueError(must, was=was, field=field, code="claimed_twice").problem


def in_unit(base: Decimal, unit: str) -> Energy:
    """
    Write megajoules in a unit, if that ends in decimals.

    Args:
        base: The energy. [MJ]
        unit: The unit that is wanted.

    Returns:
        The same energy, in megajoules where it has no end in the unit.

    Example:
        >>> print(in_unit(Decimal(7200), "MWh"), in_unit(Decimal(1), "kWh"))
        2 MWh 1 MJ
    """
    energy = Energy(base, _BASE)
    try:
        return energy.to(unit)
    except InexactConversionError:
        return energy
