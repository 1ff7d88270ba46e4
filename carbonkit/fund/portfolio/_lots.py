"""Which lots leave with a sale, and how their cost is divided; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import count, pairs
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger.serial import SerialRange, lowest
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, divide
from carbonkit.values.share import split

if TYPE_CHECKING:
    from collections.abc import Sequence

Lots = tuple[Lot, ...]


def part_of(cost: Money, quantity: int, of: int, rounding: Rounding) -> Money:
    """Give a part of a cost, rounded to the minor unit."""
    return Money.from_minor(int(divide(cost.to_minor() * quantity, of, 0, rounding)), cost.currency)


def first_out(lots: Lots, quantity: int, rounding: Rounding) -> tuple[Lots, Lots]:
    """Divide lots into the oldest units and the rest; of a lot that is cut, the cost is divided too."""
    gone: list[Lot] = []
    missing = quantity
    for place, lot in enumerate(lots):
        if lot.quantity > missing:
            if not missing:
                return tuple(gone), lots[place:]
            taken, rest = _cut(lot, missing, rounding)
            return (*gone, taken), (rest, *lots[place + 1 :])
        gone.append(lot)
        missing -= lot.quantity
    return tuple(gone), ()


def last_out(lots: Lots, quantity: int, rounding: Rounding) -> tuple[Lots, Lots]:
    """Divide lots into the newest units and the rest; what goes stands newest first."""
    gone, left = first_out(lots[::-1], quantity, rounding)
    return gone, left[::-1]


def chosen_out(
    lots: Lots, chosen: Sequence[tuple[Lot, int | SerialRange]], quantity: int, rounding: Rounding
) -> tuple[Lots, Lots]:
    """Divide lots into the units that a seller names and the rest."""
    gone: list[Lot] = []
    left: list[Lot | None] = list(lots)
    for lot, part in pairs(chosen, field="chosen"):
        check_type(lot, Lot, field="chosen")
        if lot not in left:
            raise FundError("be a lot that is held", was=str(lot), field="chosen", code=Refusal.NOT_HELD)
        place = left.index(lot)
        taken, rest = _chosen_part(lot, part, rounding)
        gone.append(taken)
        left[place] = rest
    named = sum(lot.quantity for lot in gone)
    if named != quantity:
        raise InvalidValueError(f"add up to the {quantity} tCO2e that are sold", was=named, field="chosen")
    return tuple(gone), tuple(lot for lot in left if lot is not None)


def costing(lots: Lots, cost: Money) -> Lots:
    """Give lots a new cost, divided among them by quantity."""
    if not lots:
        return ()
    parts = split(cost.to_minor(), [lot.quantity for lot in lots])
    return tuple(
        attrs.evolve(lot, cost=Money.from_minor(part, cost.currency))
        for lot, part in zip(lots, parts, strict=True)
    )


def _chosen_part(lot: Lot, part: int | SerialRange, rounding: Rounding) -> tuple[Lot, Lot | None]:
    if isinstance(part, SerialRange):
        if not any(each.first <= part.first and part.last <= each.last for each in lot.serials):
            raise FundError(
                f"be serial numbers of the lot of {lot.bought_on}",
                was=str(part),
                field="chosen",
                code=Refusal.NOT_HELD,
            )
        wanted, numbers = part.quantity, (part,)
    else:
        wanted, numbers = count(part, field="chosen"), None
    if wanted > lot.quantity:
        raise FundError(
            f"be at most the {lot.quantity} tCO2e of the lot of {lot.bought_on}",
            was=wanted,
            field="chosen",
            code=Refusal.OVERSOLD,
        )
    return (lot, None) if wanted == lot.quantity else _cut(lot, wanted, rounding, numbers)


def _cut(
    lot: Lot, quantity: int, rounding: Rounding, numbers: tuple[SerialRange, ...] | None = None
) -> tuple[Lot, Lot]:
    """Take units out of a lot; without numbers that are named, the lowest go."""
    cost = part_of(lot.cost, quantity, lot.quantity, rounding)
    gone = numbers or (lowest(lot.serials, quantity) if lot.serials else ())
    kept = lot.serials
    for each in gone:
        kept = _without(kept, each)
    return (
        attrs.evolve(lot, quantity=quantity, cost=cost, serials=gone),
        attrs.evolve(lot, quantity=lot.quantity - quantity, cost=lot.cost - cost, serials=kept),
    )


def _without(ranges: tuple[SerialRange, ...], gone: SerialRange) -> tuple[SerialRange, ...]:
    kept: list[SerialRange] = []
    for each in ranges:
        if not each.overlaps(gone):
            kept.append(each)
            continue
        if each.first < gone.first:
            kept.append(SerialRange(each.first, gone.first - 1))
        if gone.last < each.last:
            kept.append(SerialRange(gone.last + 1, each.last))
    return tuple(kept)
