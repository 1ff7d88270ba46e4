"""Events: what a venue says. Every command that it accepts is an event, every refusal too."""

from __future__ import annotations

import datetime
from typing import TypeAlias

import attrs

from carbonkit.errors import Problem
from carbonkit.market.command import Command
from carbonkit.market.order import OrderState
from carbonkit.market.statistics import DayBulletin
from carbonkit.market.trade import Trade
from carbonkit.values.identifier import AccountId, AssetId, OrderId

__all__ = ["Accepted", "DayClosed", "Event", "LargeHolding", "OrderEnded", "Rejected", "Traded"]


@attrs.frozen
class Accepted:
    """
    A command that the venue accepted.

    Args:
        sequence: The event's number, from 1.
        command: What the venue was told.

    Example:
        >>> from carbonkit.market import Resume
        >>> Accepted(1, Resume(at="2021-07-16T10:30:00+08:00")).sequence
        1
    """

    sequence: int
    command: Command


@attrs.frozen
class Rejected:
    """
    A command that the venue refused; nothing else came of it.

    Args:
        sequence: The event's number.
        command: What the venue was told.
        problem: Why it refused: the code is a `Refusal`.

    Example:
        >>> Rejected(1, "sell", Problem(code="not_a_command", must="be a command")).code
        'not_a_command'
    """

    sequence: int
    command: object
    problem: Problem

    @property
    def code(self) -> str:
        """The reason code."""
        return self.problem.code


@attrs.frozen
class Traded:
    """
    A trade.

    Args:
        sequence: The event's number.
        trade: What was dealt.

    Example:
        >>> Traded.__name__
        'Traded'
    """

    sequence: int
    trade: Trade


@attrs.frozen
class OrderEnded:
    """
    An order, a proposal or a bid that will not trade any more, with something left.

    Args:
        sequence: The event's number.
        order_id: Which.
        state: Cancelled or expired.
        withdrawn: How many units were left.
        reason: Why: "cancelled by its owner", "not filled at once", …

    Example:
        >>> OrderEnded(1, OrderId("S-1"), OrderState.EXPIRED, 78, "the day is over").withdrawn
        78
    """

    sequence: int
    order_id: OrderId
    state: OrderState
    withdrawn: int
    reason: str


@attrs.frozen
class LargeHolding:
    """
    A holding that has come to the size from which it is reported.

    Args:
        sequence: The event's number.
        account: Who holds.
        asset: What.
        holding: How many units.
        threshold: From how many units it is reported.

    Example:
        >>> LargeHolding(1, AccountId("FUND"), AssetId("CEA-2022"), 500_001, 500_000).holding
        500001
    """

    sequence: int
    account: AccountId
    asset: AssetId
    holding: int
    threshold: int


@attrs.frozen
class DayClosed:
    """
    A trading day that is over.

    Args:
        sequence: The event's number.
        day: The day.
        bulletins: One for each instrument.

    Example:
        >>> DayClosed(1, datetime.date(2021, 7, 16), ()).bulletins
        ()
    """

    sequence: int
    day: datetime.date
    bulletins: tuple[DayBulletin, ...]


Event: TypeAlias = Accepted | Rejected | Traded | OrderEnded | LargeHolding | DayClosed
"""What a venue says."""
