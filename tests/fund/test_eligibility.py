"""Eligibility: what counts for an obligation, shown beside a value that it never changes."""

from __future__ import annotations

import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError
from carbonkit.fund.position.eligibility import Eligibility, eligible_units
from carbonkit.market.contract import Credit
from carbonkit.schemes.california import offset_limit_of
from carbonkit.schemes.china_compliance import ccer_limit
from tests.fund_book import allowances, credits_held, environment, futures

END = "2025-12-31"


def eligible(held: list[Any], **given: Any) -> Eligibility:  # noqa: ANN401  any argument
    usual = {"scheme": "EU ETS", "programmes": ["CER"], "limit": ccer_limit(END, 1000), "day": END}
    today = given.pop("environment", environment())
    return eligible_units(held, today, **{**usual, **given})


def test_credits_count_up_to_five_per_cent_of_the_obligation() -> None:
    held = [allowances(900), credits_held(80), attrs.evolve(credits_held(80), name="more")]
    found = eligible(held, limit=ccer_limit(END, 2010))
    assert [row.eligible for row in found.rows] == [900, 80, 20]
    assert (found.eligible, found.lacking) == (1000, 1010)
    assert [row.value for row in found.rows] == [63_000, 4800, 4800]
    assert found.rows[2].value_eligible == 1200
    assert found.rows[2].value_above == 3600
    assert found.explain().text().splitlines()[:7] == [
        "eligible on 2025-12-31: 1000 units = for an obligation of 2010 t; 1010 t are lacking",
        "  allowances: 900 of 900 EUA",
        "    value: 63000 EUR",
        "  credits: 80 of 80 CER",
        "    value: 4800 EUR",
        "  more: 20 of 80 CER = 100 credits count",
        "    value: 4800 EUR",
    ]


def test_what_has_expired_by_the_day_counts_for_nothing() -> None:
    found = eligible([credits_held(80, "2025-12-30")], limit=ccer_limit(END, 2000))
    assert (found.rows[0].eligible, found.rows[0].why) == (0, "usable until 2025-12-30")
    assert found.rows[0].value == 4800
    assert found.lacking == 2000


def test_what_is_of_another_scheme_or_programme_counts_for_nothing() -> None:
    held = [allowances(900), credits_held(80)]
    found = eligible(held, scheme="China national", programmes=["CCER"])
    assert [(row.eligible, row.why) for row in found.rows] == [
        (0, "of EU ETS, not of China national"),
        (0, "of CER, which does not count"),
    ]
    assert found.lacking == 1000
    assert eligible(held, programmes="CER").eligible == 950


def test_credits_that_do_not_count_take_nothing_of_the_limit() -> None:
    other = attrs.evolve(credits_held(80), name="other", terms=Credit(programme="VCS", vintage="2020"))
    assert [row.eligible for row in eligible([other, credits_held(80)]).rows] == [0, 50]


def test_a_cover_beyond_the_obligation_lacks_nothing() -> None:
    found = eligible([allowances(900)], limit=ccer_limit(END, 100))
    assert found.lacking == 0


def test_where_a_benefit_is_asked_for_no_credit_is_taken_to_have_it() -> None:
    limit = offset_limit_of(2023, 100_000)
    found = eligible([credits_held(3000, None)], limit=limit)
    assert found.eligible == limit.most_without_benefit == 2000


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"day": "2025-06-01"}, "day: must be on or after 2025-06-02, was 2025-06-01"),
        ({"scheme": " "}, "scheme: must name the scheme, was ' '"),
        ({"scheme": None}, "scheme: must name the scheme, was None"),
        ({"programmes": ["CER", ""]}, "programmes: must name each programme, was ''"),
        ({"limit": 100}, "limit: must be of type OffsetLimit, was 100"),
        ({"positions": [futures()]}, "positions: must be of type SpotPosition"),
        ({"positions": [allowances()] * 2}, "positions: must name each position once, was allowances"),
        (
            {"environment": environment(datetime.date(2026, 1, 2)), "day": "2026-01-02"},
            "CER: must be valued by 2025-12-31, the last day of use, was 2026-01-02",
        ),
    ],
)
def test_what_cannot_be_asked(changed: dict[str, Any], message: str) -> None:
    asked = dict(changed)
    with pytest.raises(CarbonkitError) as caught:
        eligible(asked.pop("positions", [credits_held()]), **asked)
    assert str(caught.value).startswith(message)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), st.integers(0, 20_000))
def test_credits_never_count_beyond_the_limit(quantities: list[int], obligation: int) -> None:
    held = [
        attrs.evolve(credits_held(quantity), name=str(place)) for place, quantity in enumerate(quantities)
    ]
    limit = ccer_limit(END, obligation)
    found = eligible(held, limit=limit)
    assert found.eligible == min(sum(quantities), obligation // 20)
    assert sum(row.value for row in found.rows) == 60 * sum(quantities)
