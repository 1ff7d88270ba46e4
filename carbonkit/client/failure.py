"""Failures: what kept an answer from coming, as the door tells it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.client.error import ConnectionFailedError, TimedOutError, UnreadableAnswerError

if TYPE_CHECKING:
    from carbonkit.client.error import ExchangeError, Facts

__all__ = ["Failed", "Trouble"]


class Trouble(enum.Enum):
    """
    What kept an answer from coming.

    Example:
        >>> Trouble.TIMEOUT.value
        'no answer in time'
    """

    CONNECTION = "no connection"
    BROKEN = "broken connection"
    TIMEOUT = "no answer in time"
    TOO_LARGE = "a larger answer than is taken"
    ENCODED = "an encoded answer"
    UNFIT = "a request that cannot be sent"

    @property
    def passing(self) -> bool:
        """Whether another try may go better."""
        return self in {Trouble.CONNECTION, Trouble.BROKEN, Trouble.TIMEOUT}


@attrs.frozen(kw_only=True)
class Failed:
    """
    That no answer came.

    Args:
        trouble: What kept it.
        reached: Whether the request can have reached the exchange.
        detail: What the library said; it knows no header and no body.

    Example:
        >>> Failed(trouble=Trouble.CONNECTION, reached=False, detail="refused").reached
        False
    """

    trouble: Trouble
    reached: bool
    detail: str

    def error(self, facts: Facts) -> ExchangeError:
        """
        Make the error.

        Args:
            facts: What is known about the call.

        Returns:
            The error, of the class that the trouble has.
        """
        if self.trouble is Trouble.TIMEOUT:
            return TimedOutError("be answered in time", was=self.detail, facts=facts)
        kind = ConnectionFailedError if self.trouble.passing else UnreadableAnswerError
        return kind("be answered whole", was=f"{self.trouble.value}: {self.detail}", facts=facts)
