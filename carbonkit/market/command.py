"""Commands: all that a venue can be told."""

from __future__ import annotations

from typing import TypeAlias

from carbonkit.market.administration import (
    Admit,
    CloseDay,
    Deposit,
    Halt,
    ListInstrument,
    OpenDay,
    Release,
    Restrict,
    Resume,
    Warn,
    Withdraw,
)
from carbonkit.market.entry import Cancel, NewOrder, Reduce, Replace, Take
from carbonkit.market.negotiation import (
    AnnounceAuction,
    Bid,
    CloseAuction,
    Confirm,
    Counter,
    Propose,
    Uncross,
)

__all__ = ["Command"]

Command: TypeAlias = (
    Admit
    | AnnounceAuction
    | Bid
    | Cancel
    | CloseAuction
    | CloseDay
    | Confirm
    | Counter
    | Deposit
    | Halt
    | ListInstrument
    | NewOrder
    | OpenDay
    | Propose
    | Reduce
    | Release
    | Replace
    | Restrict
    | Resume
    | Take
    | Uncross
    | Warn
    | Withdraw
)
"""What a venue can be told."""
