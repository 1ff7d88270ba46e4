"""Rate limits: never more than the quota allows, always what it allows, in bounded memory."""

from __future__ import annotations

import datetime
import threading
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.exchange.rate_limit import RateLimit, RateLimiter, peer_name

NOW = datetime.datetime(2026, 11, 28, 1, 30, tzinfo=datetime.UTC)


def after(microseconds: int) -> datetime.datetime:
    return NOW + datetime.timedelta(microseconds=microseconds)


@given(
    st.integers(1, 7),
    st.integers(1, 7),
    st.lists(st.integers(0, 5_000_000), max_size=60),
)
def test_a_bucket_is_exact(quota: int, window: int, steps: list[int]) -> None:
    """Beside a bucket of fractions that is counted by hand."""
    limiter = RateLimiter(RateLimit(name="key", quota=quota, window=window))
    level, at = Fraction(quota), 0
    for step in steps:
        at += step
        level = min(Fraction(quota), level + Fraction(step * quota, window * 10**6))
        said = limiter.take("demo", after(at))
        assert said.allowed == (level >= 1)
        if said.allowed:
            level -= 1
        assert said.remaining == level // 1
        assert said.reset == -(-(quota - level) * window // quota)
        assert said.retry_after == (0 if said.allowed else -(-(1 - level) * window // quota))


@given(st.integers(1, 5), st.integers(1, 5), st.lists(st.integers(0, 10**6), max_size=60))
def test_who_waits_as_told_is_let_in(quota: int, window: int, steps: list[int]) -> None:
    limiter = RateLimiter(RateLimit(name="key", quota=quota, window=window))
    at = 0
    for step in steps:
        at += step
        said = limiter.take("demo", after(at))
        if not said.allowed:
            assert not limiter.take("demo", after(at)).allowed
            at += said.retry_after * 10**6
            assert limiter.take("demo", after(at)).allowed


def test_the_headers_are_those_of_the_draft() -> None:
    limiter = RateLimiter(RateLimit(name="key", quota=3, window=10))
    said = limiter.take("demo", NOW)
    assert said.headers == {"ratelimit-policy": '"key";q=3;w=10', "ratelimit": '"key";r=2;t=4'}
    for _ in range(3):
        said = limiter.take("demo", NOW)
    assert said.headers == {
        "ratelimit-policy": '"key";q=3;w=10',
        "ratelimit": '"key";r=0;t=10',
        "retry-after": "4",
    }


def test_each_name_has_its_own() -> None:
    limiter = RateLimiter(RateLimit(name="key", quota=1, window=1))
    assert [limiter.take(name, NOW).allowed for name in ("a", "b", "a", "b")] == [True, True, False, False]


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    limiter = RateLimiter(RateLimit(name="key", quota=1, window=10))
    assert limiter.take("demo", NOW).allowed
    assert not limiter.take("demo", after(-(10**9))).allowed
    assert not limiter.take("demo", after(9_999_999)).allowed
    assert limiter.take("demo", after(10_000_000)).allowed


def test_a_flood_of_names_resets_no_limit_and_takes_no_memory() -> None:
    limiter = RateLimiter(RateLimit(name="peer", quota=1, window=100), most=10)
    assert limiter.take("a", NOW).allowed
    allowed = sum(limiter.take(f"flood-{each}", NOW).allowed for each in range(1000))
    assert (allowed, len(limiter)) == (10, 11)  # nine of their own, and one for all others
    assert not limiter.take("a", NOW).allowed


def test_full_buckets_make_room() -> None:
    limiter = RateLimiter(RateLimit(name="peer", quota=1, window=1), most=10)
    for each in range(10):
        limiter.take(f"old-{each}", NOW)
    assert [limiter.take(f"new-{each}", after(10**6)).allowed for each in range(10)] == [True] * 10
    assert len(limiter) == 10


def test_threads_together_get_no_more_than_the_quota() -> None:
    limiter = RateLimiter(RateLimit(name="key", quota=100, window=1))
    allowed: list[bool] = []
    threads = [
        threading.Thread(target=lambda: allowed.extend(limiter.take("demo", NOW).allowed for _ in range(100)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(allowed), sum(allowed)) == (400, 100)


@pytest.mark.parametrize(("quota", "window"), [(0, 1), (1, 0), (-1, 1), (True, 1)])
def test_a_limit_of_nothing_is_refused(quota: int, window: int) -> None:
    with pytest.raises(InvalidValueError):
        RateLimit(name="key", quota=quota, window=window)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("x" * 1000, "unknown"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_an_address_names_what_one_customer_has(address: str, name: str) -> None:
    assert peer_name(address) == name
