"""Position limits: how much of an asset one participant may hold, or must report."""

from __future__ import annotations

import enum

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import whole

__all__ = ["ParticipantKind", "PositionLimit"]


class ParticipantKind(enum.Enum):
    """
    What a participant is.

    Example:
        >>> ParticipantKind("key-emitter")
        <ParticipantKind.KEY_EMITTER: 'key-emitter'>
    """

    KEY_EMITTER = "key-emitter"
    INSTITUTION = "institution"
    INDIVIDUAL = "individual"


def _units(value: int) -> int:
    units = whole(value, field="position limit")
    if units < 0:
        raise InvalidValueError("not be negative", was=units, field="position limit")
    return units


@attrs.frozen
class PositionLimit:
    """
    A quantity of one asset that one participant's holding is measured by.

    Args:
        emitter: For an emitter: so many units above its annual allocation.
        other: For anybody else: so many units.

    Raises:
        InvalidValueError: If a limit is negative or not whole.

    Example:
        >>> beijing = PositionLimit(emitter=1_000_000, other=1_000_000)
        >>> beijing.most(ParticipantKind.KEY_EMITTER, allocation=250_000)
        1250000
    """

    emitter: int = attrs.field(converter=_units)
    other: int = attrs.field(converter=_units)

    def most(self, kind: ParticipantKind, *, allocation: int) -> int:
        """
        Say how many units a participant's holding is measured by.

        Args:
            kind: What the participant is.
            allocation: Its annual allocation.

        Returns:
            The units.
        """
        return allocation + self.emitter if kind is ParticipantKind.KEY_EMITTER else self.other

    def __str__(self) -> str:
        """Write both limits."""
        return f"{self.emitter} above the allocation for an emitter, {self.other} for others"
