"""
Funding: what was paid in for each purpose and when, as a later closing has to know it; internal.

A closing puts every partner where it would be had it been there from the start. For that each
item of a call is kept as a stream: its day, its total, who was excused, and what each partner
holds of it. A recallable distribution is a stream with a negative total.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError
from carbonkit.fund.partner._part import minor_of
from carbonkit.fund.partner.call import CapitalCall
from carbonkit.fund.partner.call_item import CommitmentEffect, Use
from carbonkit.fund.partner.cure import in_default
from carbonkit.fund.partner.distribution import Distribution
from carbonkit.fund.refusal import Refusal
from carbonkit.values.identifier import AccountId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.fund.partner.commitment import Commitments
    from carbonkit.fund.partner.unfunded import Happening


@attrs.frozen(kw_only=True)
class Stream:
    """What was paid in on one day for one purpose, in minor units: in all, and by each partner."""

    on: datetime.date
    effect: CommitmentEffect
    fee: bool
    total: Fraction
    excused: frozenset[AccountId]
    held: Mapping[AccountId, Fraction]

    def pool(self, commitments: Commitments) -> int:
        """Add up the commitments of those who have a part in it."""
        return sum(each.amount.to_minor() for each in commitments if each.partner not in self.excused)

    def shared(self, commitments: Commitments) -> dict[AccountId, Fraction]:
        """Divide it by commitment among those who have a part in it, exactly."""
        pool = self.pool(commitments)
        return {
            each.partner: Fraction(0)
            if each.partner in self.excused
            else self.total * each.amount.to_minor() / pool
            for each in commitments
        }


@attrs.frozen
class Funding:
    """All streams; and what each partner has paid of them, inside and outside, fees apart from the rest."""

    streams: tuple[Stream, ...]
    paid: Mapping[tuple[CommitmentEffect, bool], Mapping[AccountId, int]]

    def of(self, effect: CommitmentEffect, commitments: Commitments, *, fee: bool) -> tuple[int, ...]:
        """Find what each partner has paid, in minor units."""
        paid = self.paid.get((effect, fee), {})
        return tuple(paid.get(each.partner, 0) for each in commitments)


def funding_of(happenings: Sequence[Happening], start: Funding) -> Funding:
    """Add calls and recallable distributions to what was paid before; no closing is among them."""
    streams = list(start.streams)
    paid = {key: dict(parts) for key, parts in start.paid.items()}
    for each in happenings:
        if isinstance(each, CapitalCall):
            added = _of_call(each)
        elif isinstance(each, Distribution) and any(minor_of(each.recallable)):
            added = [_of_distribution(each)]
        else:
            continue
        streams += added
        for stream in added:
            sums = paid.setdefault((stream.effect, stream.fee), {})
            for partner, held in stream.held.items():
                sums[partner] = sums.get(partner, 0) + int(held)
    return Funding(tuple(streams), paid)


def _of_call(call: CapitalCall) -> list[Stream]:
    rows = [(item.effect, item.use is Use.MANAGEMENT_FEE, item.name, parts) for item, parts in call.by_item]
    return [
        Stream(
            on=call.due_on,
            effect=effect,
            fee=fee,
            total=Fraction(sum(minor_of(parts))),
            excused=frozenset(each.partner for each in call.excused if each.item in {None, name}),
            held={partner: Fraction(amount.to_minor()) for partner, amount in parts},
        )
        for effect, fee, name, parts in rows or [(CommitmentEffect.INSIDE, False, "", call.amounts)]
    ]


def _of_distribution(paid_out: Distribution) -> Stream:
    held = {partner: -Fraction(amount.to_minor()) for partner, amount in paid_out.recallable}
    return Stream(
        on=paid_out.paid_on,
        effect=CommitmentEffect.INSIDE,
        fee=False,
        total=sum(held.values(), Fraction(0)),
        excused=frozenset(partner for partner, part in held.items() if not part),
        held=held,
    )


def check_settled(happenings: Sequence[Happening], on: datetime.date) -> None:
    """Check that all that was called has been paid, so that a closing can divide it anew."""
    for each in happenings:
        if isinstance(each, CapitalCall) and each.due_on > on:
            raise FundError(
                f"be on or after {each.due_on}, when {each.name} is due",
                was=str(on),
                field="closed_on",
                code=Refusal.CALL_OUTSTANDING,
            )
    for default, partner, owed in in_default(happenings):
        raise FundError(
            "have every default made good before a closing",
            was=f"{owed} of {partner}, {default.name}",
            field="earlier happenings",
            code=Refusal.IN_DEFAULT,
        )
