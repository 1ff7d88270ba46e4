"""Lines: what all calls of a client share."""

from __future__ import annotations

import datetime
import random
import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.values.time import Clock, SystemClock

if TYPE_CHECKING:
    from carbonkit.client.hook import Hooks
    from carbonkit.client.limiter import RateLimiter
    from carbonkit.client.retry import Retries, Timeouts
    from carbonkit.client.signer import Signer
    from carbonkit.client.telemetry import Tracer

__all__ = ["Line", "Surroundings"]

_FURTHEST: Final = datetime.timedelta(hours=1)  # an answer must not date what is signed far into the future


def _new_id() -> str:
    return str(uuid.uuid4())


@attrs.frozen(kw_only=True)
class Surroundings:
    """
    What a client takes from the machine that it runs on; a test may give it something else.

    Args:
        clock: What time it is.
        monotonic: A clock that only goes forward. [ns]
        chance: A number from 0 to 1, another each time.
        new_id: An id that nobody else has, for idempotency keys and for orders that are given none.

    Example:
        >>> len(Surroundings().new_id())
        36
    """

    clock: Clock = attrs.field(factory=SystemClock)
    monotonic: Callable[[], int] = time.monotonic_ns
    chance: Callable[[], float] = random.random  # noqa: S311  it spreads pauses, and keeps no secret
    new_id: Callable[[], str] = _new_id


class Line:
    """
    What all calls of a client share: where the exchange is, how to prove who asks, how patient to be.

    Args:
        url: The exchange, without a slash at its end.
        signer: What proves who asks; None to ask as anybody.
        timeouts: How long things may take.
        retries: How often to try again.
        limiter: The client's own rate limit.
        hooks: What to call.
        tracer: What begins spans.
        user_agent: What the client calls itself.
        most: How many bytes an answer may have.
        surroundings: The machine.
    """

    __slots__ = (
        *("chance", "clock", "headers", "hooks", "limiter", "monotonic", "most", "new_id", "retries"),
        *("signer", "skew", "timeouts", "tracer", "url"),
    )

    def __init__(
        self,
        *,
        url: str,
        signer: Signer | None,
        timeouts: Timeouts,
        retries: Retries,
        limiter: RateLimiter,
        hooks: Hooks,
        tracer: Tracer,
        user_agent: str,
        most: int,
        surroundings: Surroundings,
    ) -> None:
        self.url, self.signer, self.timeouts, self.retries = url, signer, timeouts, retries
        self.limiter, self.hooks, self.tracer, self.most = limiter, hooks, tracer, most
        self.clock, self.monotonic = surroundings.clock, surroundings.monotonic
        self.chance, self.new_id = surroundings.chance, surroundings.new_id
        self.skew = datetime.timedelta(0)  # how far the exchange's clock is ahead of this machine's
        self.headers: Mapping[str, str] = {
            "accept": "application/json, application/problem+json",
            "accept-encoding": "identity",
            "user-agent": user_agent,
        }

    def now(self) -> datetime.datetime:
        """
        Say what time it is at the exchange, as well as it is known.

        Returns:
            The instant.
        """
        return self.clock.now() + self.skew

    def set_clock(self, at: datetime.datetime) -> bool:
        """
        Hear what time it is at the exchange.

        Args:
            at: The instant.

        Returns:
            Whether it is taken: not more than an hour from what it is here.
        """
        skew = at - self.clock.now()
        if abs(skew) > _FURTHEST:
            return False
        self.skew = skew
        return True
