"""
Sealed bids in whole numbers: how they are cut to limits, ranked, and served from a supply.

A price is a count of ticks here. Equal prices are ranked by a rule that is fixed
before the bids are seen: by time, by a drawn order, or pro rata with the drawn
order for the units that rounding leaves.
"""

from __future__ import annotations

import enum
import hashlib
from typing import TYPE_CHECKING, NamedTuple

from carbonkit.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["SealedBid", "Tie", "clearing_ticks", "cut", "demand", "draw", "serve"]


class Tie(enum.Enum):
    """
    Who comes first among bids of one price.

    Example:
        >>> Tie.TIME.value
        'the earlier bid'
    """

    TIME = "the earlier bid"
    RANDOM = "an order drawn beforehand"
    PRO_RATA = "each its share, rounded down; single units by an order drawn beforehand"


class SealedBid(NamedTuple):
    """
    One bid.

    Args:
        name: Its id.
        ticks: Its price.
        quantity: How many units it wants.
        sequence: Its place in time.

    Example:
        >>> SealedBid("B-1", 7000, 500, 1).quantity
        500
    """

    name: str
    ticks: int
    quantity: int
    sequence: int


def draw(seed: str, names: Iterable[str]) -> tuple[str, ...]:
    """
    Draw an order of bids from a seed: the same seed gives the same order on every machine.

    Args:
        seed: Any text, fixed and recorded before the bids are seen.
        names: The bids' ids.

    Returns:
        The ids in the order drawn: by the SHA-256 of seed, a slash and id.

    Example:
        >>> draw("2026-11-24", ["a", "b", "c"]) == draw("2026-11-24", ["c", "b", "a"])
        True
    """
    return tuple(sorted(set(names), key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest()))


def demand(bids: Iterable[SealedBid], ticks: int) -> int:
    """
    Count how many units are wanted at a price or more.

    Args:
        bids: The bids.
        ticks: The price.

    Returns:
        The units.

    Example:
        >>> demand([SealedBid("a", 70, 6000, 1), SealedBid("b", 69, 3000, 2)], 70)
        6000
    """
    return sum(bid.quantity for bid in bids if bid.ticks >= ticks)


def clearing_ticks(bids: Iterable[SealedBid], supply: int) -> int | None:
    """
    Find the price at which the bids, from the highest down, come to the supply.

    Args:
        bids: The bids.
        supply: How many units there are.

    Returns:
        The price of the bid that completes it; None if all bids together want less.

    Example:
        >>> clearing_ticks([SealedBid("a", 70, 6000, 1), SealedBid("b", 69, 3000, 2)], 9000)
        69
    """
    wanted = 0
    for bid in sorted(bids, key=lambda each: -each.ticks):
        wanted += bid.quantity
        if wanted >= supply:
            return bid.ticks
    return None


def cut(
    bids: Sequence[SealedBid], *, lot: int, limit: int | None, spend: int | None
) -> list[tuple[SealedBid, int]]:
    """
    Cut one bidder's bids to what it may win and pay, from the highest price down, in whole lots.

    Args:
        bids: All bids of one bidder, or of one group of bidders.
        lot: The step of a quantity.
        limit: How many units it may win; None for no limit.
        spend: What it can pay, in ticks times units; None if nobody asks. The most that it could owe is,
            over its own bids' prices, the highest product of price and quantity bid at it or more.

    Returns:
        Each bid with the quantity that is left of it, in the order given.

    Example:
        >>> own = [SealedBid("a", 30, 3000, 1), SealedBid("b", 20, 4000, 2)]
        >>> [left for _, left in cut(own, lot=1000, limit=5000, spend=None)]
        [3000, 2000]
    """
    left: dict[str, int] = {}
    taken = 0
    for bid in sorted(bids, key=lambda each: (-each.ticks, each.sequence)):
        most = bid.quantity
        if limit is not None:
            most = min(most, limit - taken)
        if spend is not None:
            most = min(most, spend // bid.ticks - taken)
        most = max(0, most // lot * lot)
        left[bid.name] = most
        taken += most
    return [(bid, left[bid.name]) for bid in bids]


def serve(
    bids: Sequence[SealedBid], supply: int, *, tie: Tie, order: Sequence[str] = (), lowest: int = 0
) -> list[int]:
    """
    Serve bids from a supply, the highest price first; the last one served may get a part.

    Args:
        bids: The bids.
        supply: How many units there are.
        tie: Who comes first among bids of one price.
        order: The bids' ids in the order drawn; for ties that need it.
        lowest: The price below which nobody is served.

    Returns:
        How many units each bid gets, in the order given.

    Raises:
        InvalidValueError: If a tie needs an order drawn and a bid is not in it.

    Example:
        >>> bids = [SealedBid("a", 70, 6000, 1), SealedBid("b", 69, 3000, 2), SealedBid("c", 69, 3000, 3)]
        >>> serve(bids, 10_000, tie=Tie.RANDOM, order=["c", "b", "a"])
        [6000, 1000, 3000]
    """
    rank = {name: place for place, name in enumerate(order)}
    got: dict[str, int] = {}
    for ticks in sorted({bid.ticks for bid in bids if bid.ticks >= lowest}, reverse=True):
        equal = [bid for bid in bids if bid.ticks == ticks]
        if supply >= sum(bid.quantity for bid in equal):
            shares = {bid.name: bid.quantity for bid in equal}
        else:
            shares = _shared(equal, supply, tie, rank)
        got.update(shares)
        supply -= sum(shares.values())
    return [got.get(bid.name, 0) for bid in bids]


def _shared(equal: Sequence[SealedBid], supply: int, tie: Tie, rank: Mapping[str, int]) -> dict[str, int]:
    """Share what is left among bids of one price that want more."""
    if tie is Tie.TIME:
        ordered = sorted(equal, key=lambda bid: bid.sequence)
    else:
        missing = [bid.name for bid in equal if bid.name not in rank]
        if missing:
            raise InvalidValueError(
                "hold every bid",
                was=f"not {missing[0]}",
                field="order",
                hint="draw it from a recorded seed with carbonkit.market.draw",
            )
        ordered = sorted(equal, key=lambda bid: rank[bid.name])
    shares = {bid.name: 0 for bid in equal}
    if tie is Tie.PRO_RATA:
        wanted = sum(bid.quantity for bid in equal)
        shares = {bid.name: supply * bid.quantity // wanted for bid in equal}
        left = supply - sum(shares.values())
        for bid in ordered[:left]:
            shares[bid.name] += 1
        return shares
    for bid in ordered:
        shares[bid.name] = min(bid.quantity, supply)
        supply -= shares[bid.name]
    return shares
