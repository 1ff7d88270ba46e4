"""How much work the benchmarks do, and where: enough to be believed, or little enough to be a test."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

__all__ = ["FULL", "QUICK", "TINY", "Amount", "Setting"]


@attrs.frozen(kw_only=True)
class Amount:
    """
    How many operations a run is.

    Args:
        accounts: Between which the transfers go.
        singles: Transfers that are committed one by one.
        hundreds: Batches of 100.
        ten_thousands: Batches of 10,000, or of what `large` says.
        large: How many transfers a large batch has.
        callers: Threads that post at once.
        short: Transfers in the shorter history.
        long: Transfers in the longer history; 0 to leave it out.
        verified: Transfers that are verified.
        looked_up: Balances that are asked for.
        split: Transfers after which the splitting of blocks is looked at; 0 to leave it out.
        emitters: Entities of a national year.
        trades: Trades of a national year.
        thinned: The part of their transfers that the other ledgers are given: all, or one in so many.
    """

    accounts: int
    singles: int
    hundreds: int
    ten_thousands: int
    large: int
    callers: int
    short: int
    long: int
    verified: int
    looked_up: int
    split: int
    emitters: int
    trades: int
    thinned: int


FULL: Final = Amount(
    accounts=1_000,
    singles=2_000,
    hundreds=40,
    ten_thousands=1,
    large=10_000,
    callers=32,
    short=1_000,
    long=1_000_000,
    verified=20_000,
    looked_up=2_000,
    split=200_000,
    emitters=3_400,
    trades=50_000,
    thinned=1,
)
QUICK: Final = attrs.evolve(
    FULL, singles=200, hundreds=5, long=0, split=0, emitters=340, trades=5_000, verified=10_000, thinned=4
)
TINY: Final = Amount(
    accounts=5,
    singles=6,
    hundreds=1,
    ten_thousands=1,
    large=120,
    callers=3,
    short=20,
    long=60,
    verified=20,
    looked_up=5,
    split=200,
    emitters=4,
    trades=20,
    thinned=100,
)


@attrs.frozen(kw_only=True)
class Setting:
    """
    Where the benchmarks work, and how much they do.

    Args:
        folder: A folder on the disk that is to be measured; never one in memory.
        amount: How much work.
    """

    folder: Path
    amount: Amount
