"""Roll-over: where the units go that an auction did not sell."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["RollOver", "roll_over"]

_HUNDRED = Decimal(100)


@attrs.frozen
class RollOver:
    """
    Where unsold units went.

    Args:
        added: What each of the next auctions gets on top, in their order.
        residual: What none of them may take.

    Example:
        >>> roll_over(5000, [4000, 4000, 4000, 4000], most_percent=125)
        RollOver(added=(1000, 1000, 1000, 1000), residual=1000)
    """

    added: tuple[int, ...]
    residual: int


def roll_over(
    unsold: int, volumes: Sequence[int], *, most_percent: Exact | None = None, lot: int = 1
) -> RollOver:
    """
    Spread unsold units evenly over the next auctions.

    Each gets an equal part in whole lots, the first ones a lot more where it does not
    come out even. What would bring an auction above its cap goes to the others.

    Args:
        unsold: How many units were not sold.
        volumes: How many units each of the next auctions offers without them.
        most_percent: What an auction may offer at most, in per cent of its own volume; None for no cap.
        lot: The step of a quantity; what is less than a lot is left over.

    Returns:
        What each auction gets, and what is left over.

    Raises:
        InvalidValueError: If a number is negative, a lot not positive, or the cap below 100 %.

    Example:
        >>> roll_over(5000, [100_000, 100_000, 100_000, 100_000], lot=500).added
        (1500, 1500, 1000, 1000)
    """
    if unsold < 0 or lot < 1 or any(volume < 0 for volume in volumes):
        raise InvalidValueError("not be negative, and the lot at least 1", was=unsold, field="unsold")
    rooms = [_room(volume, most_percent, lot) for volume in volumes]
    left = unsold // lot
    added = [0] * len(volumes)
    while left and any(room is None or room > got for room, got in zip(rooms, added, strict=True)):
        open_to = [place for place, room in enumerate(rooms) if room is None or room > added[place]]
        each, extra = divmod(left, len(open_to))
        for number, place in enumerate(open_to):
            room = rooms[place]
            share = each + (number < extra)
            given = share if room is None else min(share, room - added[place])
            added[place] += given
            left -= given
    return RollOver(tuple(lots * lot for lots in added), unsold - sum(added) * lot)


def _room(volume: int, most_percent: Exact | None, lot: int) -> int | None:
    """Say how many more lots an auction may offer."""
    if most_percent is None:
        return None
    percent = exact(most_percent, field="most_percent")
    if percent < _HUNDRED:
        raise InvalidValueError("be 100 or more", was=plain(percent), field="most_percent")
    most = divide(multiply(Decimal(volume), percent), _HUNDRED, 0, Rounding.FLOOR)
    return (int(most) - volume) // lot
