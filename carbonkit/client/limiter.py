"""
A client's own rate limit: what the exchange said that it takes, kept to before it has to refuse.

It is fed by the headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) and
by `Retry-After` after a 429. Each policy is a bucket of tokens that fills evenly. One limiter may
serve several clients and threads. Headers that are not well formed are passed over.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

__all__ = ["RateLimiter"]

_SECOND: Final = 1_000_000_000  # nanoseconds
_LONGEST: Final = 1000  # characters of a header that are read
_MOST: Final = 8  # policies that are kept
_FURTHEST: Final = 600  # seconds that a header may shut the client out for; then the exchange is asked again
_MEMBER: Final = re.compile(
    r'"(?P<name>[ !#-\[\]-~]{0,64})"'
    r"(?P<parameters>(?:;[a-z][a-z0-9_.*-]{0,31}=[A-Za-z0-9:+/=._-]{0,64}){0,8})"
)
_NUMBER: Final = re.compile(r";(?P<key>[qwrt])=(?P<number>[0-9]{1,9})(?=;|$)")


class _Bucket:
    """
    Tokens of one policy, counted in whole numbers.

    A token is worth as many credits as the window has nanoseconds; so a nanosecond brings `quota`
    credits, and nothing is ever rounded.
    """

    __slots__ = ("closed_until", "credit", "filled_at", "quota", "window")

    def __init__(self, quota: int, window: int, now: int) -> None:
        self.quota, self.window = quota, window
        self.credit, self.filled_at, self.closed_until = quota * window, now, now

    def fill(self, now: int) -> None:
        """Add what came since the last time."""
        gained = max(0, now - self.filled_at) * self.quota
        self.credit = min(self.quota * self.window, self.credit + gained)
        self.filled_at = max(now, self.filled_at)

    def wait(self, now: int) -> int:
        """Say how long it takes until a token is there."""
        missing = self.window - self.credit
        return max(self.closed_until - now, -(-missing // self.quota) if missing > 0 else 0, 0)


class RateLimiter:
    """
    Says how long to wait before a request, so that the exchange need not refuse it.

    Args:
        quota: How many requests a window may have, if that is known beforehand; None to learn it.
        window: How long the window is.

    Raises:
        InvalidValueError: If one is given without the other, or is not positive.

    Example:
        >>> limiter = RateLimiter()
        >>> limiter.learn({"ratelimit-policy": '"orders";q=2;w=1', "ratelimit": '"orders";r=0;t=1'}, now=0)
        >>> limiter.reserve(now=0)
        1000000000
    """

    def __init__(self, quota: int | None = None, window: datetime.timedelta | None = None) -> None:
        self._lock = threading.Lock()
        self._closed_until = 0
        self._told_until: dict[str, int] = {}  # by the state of a policy that is not known
        self._buckets: dict[str, _Bucket] = {}
        if quota is not None or window is not None:
            nanoseconds = 0 if window is None else int(window.total_seconds() * _SECOND)
            if quota is None or quota < 1 or nanoseconds < 1:
                raise InvalidValueError("be given both, and positive", field="quota, window")
            self._buckets[""] = _Bucket(quota, nanoseconds, 0)

    def reserve(self, now: int) -> int:
        """
        Take a token, and say how long to wait until it may be used.

        Args:
            now: The time by a clock that only goes forward. [ns]

        Returns:
            How long to wait. [ns]
        """
        with self._lock:
            wait = max(0, self._closed_until - now, *(until - now for until in self._told_until.values()))
            for bucket in self._buckets.values():
                bucket.fill(now)
                wait = max(wait, bucket.wait(now))
                bucket.credit -= bucket.window
            return wait

    def give_back(self) -> None:
        """Give back a token that was not used."""
        with self._lock:
            for bucket in self._buckets.values():
                bucket.credit = min(bucket.quota * bucket.window, bucket.credit + bucket.window)

    def close(self, until: int) -> None:
        """
        Let nothing through for a while, as after a 429 with a `Retry-After`.

        Args:
            until: Until when. [ns]
        """
        with self._lock:
            self._closed_until = max(self._closed_until, until)

    def learn(self, headers: Mapping[str, str], now: int) -> None:
        """
        Hear what an answer says about the limits.

        Args:
            headers: The answer's headers, by their lower-case names.
            now: The time by a clock that only goes forward. [ns]
        """
        policy, state = headers.get("ratelimit-policy"), headers.get("ratelimit")
        if policy is None and state is None:
            return
        with self._lock:
            for name, numbers in _members(policy or ""):
                self._take_policy(name, numbers, now)
            for name, numbers in _members(state or ""):
                self._take_state(name, numbers, now)

    def _take_policy(self, name: str, numbers: Mapping[str, int], now: int) -> None:
        quota, window = numbers.get("q", 0), min(numbers.get("w", 0), _FURTHEST) * _SECOND
        if not quota or not window:
            return
        bucket = self._buckets.get(name)
        if bucket is None and len(self._buckets) >= _MOST:
            return
        if bucket is None or (bucket.quota, bucket.window) != (quota, window):
            self._buckets[name] = _Bucket(quota, window, now)

    def _take_state(self, name: str, numbers: Mapping[str, int], now: int) -> None:
        left, bucket = numbers.get("r"), self._buckets.get(name)
        if left is None:
            return
        until = now if left else now + min(numbers.get("t", 0), _FURTHEST) * _SECOND
        if bucket is None:
            if name in self._told_until or len(self._told_until) < _MOST:
                self._told_until[name] = until
            return
        self._told_until.pop(name, None)
        bucket.fill(now)
        bucket.credit = min(bucket.credit, left * bucket.window)
        bucket.closed_until = until


def _members(header: str) -> Iterator[tuple[str, dict[str, int]]]:
    """Read the members of a list of strings with parameters."""
    for member in _MEMBER.finditer(header[:_LONGEST]):
        found = {each["key"]: int(each["number"]) for each in _NUMBER.finditer(member["parameters"])}
        yield member["name"], found
