"""True-ups: what each partner pays and gets at a later closing, from what was paid before; internal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund.figure import figure
from carbonkit.fund.partner._funding import Funding, Stream
from carbonkit.fund.partner._part import divided, within
from carbonkit.fund.partner.call_item import CommitmentEffect
from carbonkit.fund.partner.equalisation_terms import FeeTrueUp

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from carbonkit.fund.partner.commitment import Commitments
    from carbonkit.fund.partner.equalisation_terms import EqualisationTerms

_Row = tuple[int, ...]


@attrs.frozen(kw_only=True)
class TrueUp:
    """
    What each partner pays (positive) and gets back (negative), in minor units, in the order of the partners.

    `change` is inside and outside of the commitments, without what goes to the manager; `fee_moved`
    is what of it is a management fee that was charged to others before.
    """

    change: tuple[_Row, _Row]
    fee_moved: _Row
    to_manager: tuple[_Row, _Row]
    interest: _Row
    manager_interest: _Row
    funding: Funding


def true_up(
    funding: Funding,
    opening: Commitments,
    commitments: Commitments,
    room: Sequence[int],
    closed_on: datetime.date,
    *,
    terms: EqualisationTerms,
) -> TrueUp:
    """Divide all that was paid in anew; `room` is what each partner has unfunded before it contributes."""
    # What is paid is divided once, in total, so that nobody is off by more than one minor unit however
    # many calls there were; interest is worked out for each stream, from its own day.
    changed = [_anew(stream, opening, commitments, terms.fee) for stream in funding.streams]
    count = len(commitments.each)
    paid: dict[tuple[CommitmentEffect, bool], _Row] = {}
    change, to_manager, fee_moved = [], [], [0] * count
    for effect in CommitmentEffect:
        have = {fee: funding.of(effect, commitments, fee=fee) for fee in (False, True)}
        moving = [(old, new) for old, new in changed if old.effect is effect]
        extra = _rounded(_sums(_owed_to_manager(moving, terms.fee), commitments), terms)
        base = have[False]
        if terms.fee is FeeTrueUp.EARLIER_PARTNERS:
            base = _added(base, have[True])
        parts = _divided(moving, commitments, base, terms.fee, _room(effect, room, base, extra))
        fees = _added(have[True], extra)
        if terms.fee is FeeTrueUp.EARLIER_PARTNERS:
            fees = divided(sum(have[True]), _sums((new for _, new in moving if new.fee), commitments))
            fee_moved = [
                moved + now - before for moved, now, before in zip(fee_moved, fees, have[True], strict=True)
            ]
            paid[effect, False] = tuple(part - fee for part, fee in zip(parts, fees, strict=True))
        else:
            paid[effect, False] = tuple(parts)
        paid[effect, True] = fees
        change.append(tuple(part - before for part, before in zip(parts, base, strict=True)))
        to_manager.append(extra)
    interest, manager_interest = _interest(changed, opening, commitments, closed_on, terms=terms)
    partners = [each.partner for each in commitments]
    return TrueUp(
        change=(change[0], change[1]),
        fee_moved=tuple(fee_moved),
        to_manager=(to_manager[0], to_manager[1]),
        interest=interest,
        manager_interest=manager_interest,
        funding=Funding(
            tuple(new for _, new in changed),
            {key: dict(zip(partners, row, strict=True)) for key, row in paid.items()},
        ),
    )


def _anew(
    stream: Stream, opening: Commitments, commitments: Commitments, fee: FeeTrueUp
) -> tuple[Stream, Stream]:
    """Give a stream as it was and as it is after the closing."""
    if not stream.fee or fee is FeeTrueUp.EARLIER_PARTNERS:
        return stream, attrs.evolve(stream, held=stream.shared(commitments))
    if fee is FeeTrueUp.NONE:
        return stream, stream
    before, pool = {each.partner: each.amount.to_minor() for each in opening}, stream.pool(opening)
    held = {
        each.partner: stream.held.get(each.partner, Fraction(0))
        + (
            Fraction(0)
            if each.partner in stream.excused
            else stream.total * (each.amount.to_minor() - before.get(each.partner, 0)) / pool
        )
        for each in commitments
    }
    return stream, attrs.evolve(stream, total=sum(held.values(), Fraction(0)), held=held)


def _difference(old: Stream, new: Stream) -> Stream:
    held = {partner: part - old.held.get(partner, Fraction(0)) for partner, part in new.held.items()}
    return attrs.evolve(new, held=held)


def _owed_to_manager(moving: Iterable[tuple[Stream, Stream]], fee: FeeTrueUp) -> list[Stream]:
    if fee is not FeeTrueUp.MANAGER:
        return []
    return [_difference(old, new) for old, new in moving if new.fee]


def _divided(
    moving: Sequence[tuple[Stream, Stream]],
    commitments: Commitments,
    base: _Row,
    fee: FeeTrueUp,
    room: Sequence[int],
) -> list[int]:
    shared = (new for _, new in moving if not new.fee or fee is FeeTrueUp.EARLIER_PARTNERS)
    weights = [max(part, Fraction(0)) for part in _sums(shared, commitments)]
    return within(sum(base), weights, room)


def _room(effect: CommitmentEffect, room: Sequence[int], base: _Row, extra: _Row) -> list[int]:
    """Say how much each partner may have paid at most; there is no limit outside of the commitments."""
    if effect is CommitmentEffect.OUTSIDE:
        return [sum(base)] * len(base)
    return [left + have - more for left, have, more in zip(room, base, extra, strict=True)]


def _interest(
    changed: Iterable[tuple[Stream, Stream]],
    opening: Commitments,
    commitments: Commitments,
    closed_on: datetime.date,
    *,
    terms: EqualisationTerms,
) -> tuple[_Row, _Row]:
    """Give the interest that each pays (positive) or gets, and what each pays to the manager."""
    between: list[Stream] = []
    manager: list[Stream] = []
    for old, new in changed:
        moved = _difference(old, new)
        factor = terms.interest.on_one(new.on, closed_on)
        moved = attrs.evolve(moved, held={who: part * factor for who, part in moved.held.items()})
        to_manager = new.fee and terms.fee is FeeTrueUp.MANAGER
        (manager if to_manager else between).append(moved)
    before = {each.partner: each.amount for each in opening}
    joins = [before.get(each.partner) != each.amount for each in commitments]
    exact = _sums(between, commitments)
    pays = _rounded(
        [max(part, Fraction(0)) if new else Fraction(0) for part, new in zip(exact, joins, strict=True)],
        terms,
    )
    due = [max(-part, Fraction(0)) for part in exact]
    gets = divided(sum(pays), due)
    rows = zip(pays, gets, strict=True)
    return tuple(one - other for one, other in rows), _rounded(_sums(manager, commitments), terms)


def _sums(streams: Iterable[Stream], commitments: Commitments) -> list[Fraction]:
    given = list(streams)
    return [
        sum((stream.held.get(each.partner, Fraction(0)) for stream in given), Fraction(0))
        for each in commitments
    ]


def _rounded(exact: Iterable[Fraction], terms: EqualisationTerms) -> _Row:
    return tuple(int(figure(part, 0, terms.rounding)) for part in exact)


def _added(one: _Row, other: _Row) -> _Row:
    return tuple(left + right for left, right in zip(one, other, strict=True))
