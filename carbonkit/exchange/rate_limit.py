"""
Rate limits: a bucket of tokens for each key, and for each address of those who have shown none.

All figures are integers: a bucket is counted in millionths of a token and of the window's seconds, so
that any quota over any window fills it exactly.
"""

from __future__ import annotations

import datetime
import ipaddress
import threading
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError

__all__ = ["Allowance", "RateLimit", "RateLimiter", "peer_name"]

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND: Final = datetime.timedelta(microseconds=1)
_MICRO: Final = 1_000_000
_SHARED: Final = ""  # the bucket of all that have found no room for their own
_IPV6_PREFIX: Final = 64  # bits: what one customer has of IPv6


@attrs.frozen(kw_only=True)
class RateLimit:
    """
    How many requests may be made in what time; a quota that was left alone may be used at once.

    Args:
        name: What the headers call it.
        quota: How many.
        window: In how many seconds.

    Raises:
        InvalidValueError: If one of the two is not positive.

    Example:
        >>> RateLimit(name="key", quota=100, window=10).policy
        '"key";q=100;w=10'
    """

    name: str
    quota: int
    window: int

    def __attrs_post_init__(self) -> None:
        for field in ("quota", "window"):
            value = getattr(self, field)
            if type(value) is not int or value < 1:
                raise InvalidValueError("be a whole number of at least 1", was=value, field=field)

    @property
    def policy(self) -> str:
        """The value of the header `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.quota};w={self.window}'


@attrs.frozen(kw_only=True)
class Allowance:
    """
    What a rate limit says to a request.

    Args:
        limit: The limit.
        allowed: Whether the request may go on.
        remaining: How many more may follow at once.
        reset: In how many seconds the whole quota is there again, rounded up.
        retry_after: In how many seconds a request that may not go on may, rounded up; 0 if it may.

    Example:
        >>> limiter = RateLimiter(RateLimit(name="key", quota=1, window=10))
        >>> now = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)
        >>> limiter.take("demo", now).headers
        {'ratelimit-policy': '"key";q=1;w=10', 'ratelimit': '"key";r=0;t=10'}
        >>> limiter.take("demo", now).headers["retry-after"]
        '10'
    """

    limit: RateLimit
    allowed: bool
    remaining: int
    reset: int
    retry_after: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell the client; `retry-after` only if the request may not go on."""
        made = {
            "ratelimit-policy": self.limit.policy,
            "ratelimit": f'"{self.limit.name}";r={self.remaining};t={self.reset}',
        }
        return made if self.allowed else {**made, "retry-after": str(self.retry_after)}


class RateLimiter:
    """
    The buckets of one rate limit. It is bounded, and safe to share between threads.

    If there are more names than it holds, those whose bucket is full are forgotten, which changes
    nothing for them; if none is, all further names share one bucket. So a flood of names never resets a
    limit.

    Args:
        limit: The limit.
        most: How many names it holds.

    Example:
        >>> limiter = RateLimiter(RateLimit(name="key", quota=2, window=10))
        >>> now = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)
        >>> [limiter.take("demo", now).allowed for _ in range(3)]
        [True, True, False]
    """

    def __init__(self, limit: RateLimit, *, most: int = 10_000) -> None:
        self.limit = limit
        self._most = most
        self._token = _MICRO * limit.window  # what one token is, in the bucket's unit
        self._full = self._token * limit.quota
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[int, int]] = {}  # the level, and the microsecond that it was at
        self._looked = 0  # the second of the last search for full buckets

    def take(self, name: str, now: datetime.datetime) -> Allowance:
        """
        Take one token, if there is one.

        Args:
            name: Whose.
            now: The present instant; one before the last counts as the last.

        Returns:
            Whether there was one, and what is left.
        """
        at = (now - _EPOCH) // _MICROSECOND
        with self._lock:
            name = self._room_for(name, at)
            level, last = self._level(name, at)
            allowed = level >= self._token
            if allowed:
                level -= self._token
            self._buckets[name] = (level, last)
        wait = 0 if allowed else self._seconds(self._token - level)
        return Allowance(
            limit=self.limit,
            allowed=allowed,
            remaining=level // self._token,
            reset=self._seconds(self._full - level),
            retry_after=wait,
        )

    def __len__(self) -> int:
        """How many names are held."""
        return len(self._buckets)

    def _level(self, name: str, at: int) -> tuple[int, int]:
        level, last = self._buckets.get(name, (self._full, at))
        return min(self._full, level + max(0, at - last) * self.limit.quota), max(at, last)

    def _seconds(self, missing: int) -> int:
        """How long it takes until so much has come, rounded up."""
        return -(-missing // (self.limit.quota * _MICRO))

    def _room_for(self, name: str, at: int) -> str:
        if name in self._buckets or len(self._buckets) < self._most:
            return name
        if at // _MICRO > self._looked:  # at most once in a second
            self._looked = at // _MICRO
            self._buckets = {
                each: bucket
                for each, bucket in self._buckets.items()
                if self._level(each, at)[0] < self._full
            }
        return name if len(self._buckets) < self._most else _SHARED


def peer_name(address: str) -> str:
    """
    Name the bucket of an address.

    Args:
        address: An IP address.

    Returns:
        The address; for IPv6 its first 64 bits, as one customer has all that begin with them.

    Example:
        >>> peer_name("192.0.2.7"), peer_name("2001:db8:1:2:3:4:5:6"), peer_name("elsewhere")
        ('192.0.2.7', '2001:db8:1:2::/64', 'unknown')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), _IPV6_PREFIX), strict=False))
