"""The client's own rate limit."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.client import CallOptions, RateLimitedError, RateLimiter, Timeouts
from carbonkit.errors import InvalidValueError
from tests.client.rig import TIME, Answer, Rig

SECOND = 1_000_000_000


def learnt(policy: str = "", state: str = "") -> RateLimiter:
    limiter = RateLimiter()
    limiter.learn({"ratelimit-policy": policy, "ratelimit": state}, 0)
    return limiter


def test_without_headers_nothing_waits() -> None:
    limiter = RateLimiter()
    limiter.learn({}, 0)
    assert [limiter.reserve(0) for _ in range(1000)] == [0] * 1000


def test_a_policy_is_a_bucket_that_fills_evenly() -> None:
    limiter = learnt('"orders";q=2;w=1')
    assert [limiter.reserve(0) for _ in range(4)] == [0, 0, SECOND // 2, SECOND]
    assert limiter.reserve(10 * SECOND) == 0


def test_what_is_left_counts() -> None:
    limiter = learnt('"orders";q=10;w=10', '"orders";r=1;t=10')
    assert [limiter.reserve(0) for _ in range(3)] == [0, SECOND, 2 * SECOND]


def test_nothing_left_closes_until_the_window_ends() -> None:
    assert learnt('"orders";q=10;w=10', '"orders";r=0;t=7').reserve(0) == 7 * SECOND
    assert learnt("", '"orders";r=0;t=7').reserve(0) == 7 * SECOND
    assert learnt("", '"orders";r=3;t=7').reserve(0) == 0


def test_the_tightest_of_several_policies_holds() -> None:
    limiter = learnt('"burst";q=1;w=1, "day";q=1000;w=86400')
    assert [limiter.reserve(0), limiter.reserve(0)] == [0, SECOND]


def test_a_policy_that_changes_is_followed() -> None:
    limiter = learnt('"orders";q=1;w=1')
    limiter.reserve(0)
    limiter.learn({"ratelimit-policy": '"orders";q=3;w=1'}, 0)
    assert [limiter.reserve(0) for _ in range(4)] == [0, 0, 0, -(-SECOND // 3)]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "orders;q=2;w=1",
        '"orders"',
        '"orders";q=0;w=1',
        '"orders";q=1;w=0',
        '"orders";q=-1;w=1',
        '"orders";q=1e9;w=1',
        '"orders";q=١;w=1',
        '"orders";q=9999999999;w=1',
        '"or"ders";;;===',
        "x" * 5000,
    ],
)
def test_headers_that_are_not_well_formed_are_passed_over(header: str) -> None:
    limiter = learnt(header, header)
    assert [limiter.reserve(0) for _ in range(50)] == [0] * 50


def test_no_more_policies_are_kept_than_a_few() -> None:
    limiter = RateLimiter()
    for number in range(1000):
        limiter.learn({"ratelimit-policy": f'"p{number}";q=5;w=1'}, 0)
    assert len(limiter._buckets) == 8


def test_a_token_may_be_given_back() -> None:
    limiter = RateLimiter(1, datetime.timedelta(seconds=1))
    assert [limiter.reserve(0), limiter.reserve(0)] == [0, SECOND]
    limiter.give_back()
    assert limiter.reserve(0) == SECOND


@pytest.mark.parametrize(
    "given",
    [(1, None), (None, datetime.timedelta(1)), (0, datetime.timedelta(1)), (1, datetime.timedelta(0))],
)
def test_half_a_limit_is_refused(given: tuple[int | None, datetime.timedelta | None]) -> None:
    with pytest.raises(InvalidValueError):
        RateLimiter(*given)


@given(
    quota=st.integers(1, 20),
    window=st.integers(1, 20),
    steps=st.lists(st.integers(0, 3 * SECOND), max_size=30),
)
def test_no_stretch_of_time_has_more_than_its_share(quota: int, window: int, steps: list[int]) -> None:
    limiter = RateLimiter(quota, datetime.timedelta(seconds=window))
    now, sent = 0, []
    for step in steps:
        now += step
        now += limiter.reserve(now)  # a caller that waits before it asks again
        sent.append(now)
    for first, begin in enumerate(sent):
        for last in range(first, len(sent)):
            span = sent[last] - begin
            assert (last - first + 1) * window * SECOND <= quota * (window * SECOND + span) + quota


def test_a_client_waits_before_it_has_to_be_refused(rig: Rig) -> None:
    headers = {"RateLimit-Policy": '"orders";q=10;w=10', "RateLimit": '"orders";r=0;t=3'}
    rig.script = [Answer(200, TIME, headers), Answer(200, TIME)]
    client = rig.client()
    rig.run(client.time())
    rig.run(client.time())
    assert rig.slept == [3]


def test_a_refusal_for_too_many_holds_back_every_call(rig: Rig) -> None:
    rig.script = [Answer(429, headers={"Retry-After": "5"}), Answer(200, TIME)]
    limiter = RateLimiter()
    one, other = rig.client(limiter=limiter), rig.client(limiter=limiter)
    with pytest.raises(RateLimitedError):
        rig.run(one.time(options=CallOptions(retries=0)))
    rig.run(other.time())
    assert rig.slept == [5]


def test_a_wait_beyond_the_deadline_is_an_error_at_once(rig: Rig) -> None:
    rig.script = [Answer(200, TIME, {"RateLimit": '"orders";r=0;t=30'})]
    client = rig.client(timeouts=Timeouts(deadline=datetime.timedelta(seconds=10)))
    rig.run(client.time())
    with pytest.raises(RateLimitedError) as caught:
        rig.run(client.time())
    assert (caught.value.attempts, len(rig.seen)) == (0, 1)
    assert caught.value.retry_after == datetime.timedelta(seconds=30)


def test_a_token_that_was_not_used_is_given_back(rig: Rig) -> None:
    rig.script = [Answer(200, TIME)]
    limiter = RateLimiter(1, datetime.timedelta(seconds=100))
    client = rig.client(limiter=limiter)
    rig.run(client.time())
    with pytest.raises(RateLimitedError):
        rig.run(client.time())
    assert limiter.reserve(0) == 100 * SECOND
