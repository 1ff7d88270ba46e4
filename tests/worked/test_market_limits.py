"""
Worked: daily price limits of the national carbon market of China.

Source: 上海环境能源交易所 (Shanghai Environment and Energy Exchange), daily trading
statistics by subject, single days on which the highest or the lowest price
touched the limit. Each row gives the close of the trading day before and the
published price at the limit.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from carbonkit.market import Method, PriceLimits
from carbonkit.schemes.china_national import venue_rules
from carbonkit.values import Price, Rounding, as_date, round_to

RULES = venue_rules(as_date("2021-07-16"))
UP = [("48.00", "52.80"), ("55.52", "61.07"), ("52.96", "58.26"), ("67.15", "73.87"), ("42.85", "47.14")]
DOWN = [("56.15", "50.54"), ("46.41", "41.77")]


def cny(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


def limits(close: str) -> PriceLimits:
    found = RULES.limits(Method.LISTED, cny(close))
    assert found is not None
    return found


@pytest.mark.parametrize(("close", "limit"), UP)
def test_limit_up(close: str, limit: str) -> None:
    assert limits(close).highest == cny(limit)


@pytest.mark.parametrize(("close", "limit"), DOWN)
def test_limit_down(close: str, limit: str) -> None:
    assert limits(close).lowest == cny(limit)


def test_half_even_would_not_give_the_published_limits() -> None:
    half_even = {close: round_to(Decimal(close).scaleb(-1) * 11, 2, Rounding.HALF_EVEN) for close, _ in UP}
    assert [close for close, limit in UP if half_even[close] != Decimal(limit)] == ["67.15"]
