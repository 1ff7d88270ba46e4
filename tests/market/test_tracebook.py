"""
An outside judge: tracebook-conformance compares our book with its own engine, event by event.

All nine fixed cases are run (price-time, instructions, self-trade prevention, pro rata, the price
grid, several instruments, a storm of cancellations), and generated campaigns of every profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tracebook.conformance.campaign import campaign_profile_names, run_campaign
from tracebook.conformance.suite import (
    LATEST_BUNDLED_SUITE_VERSION,
    copy_bundled_conformance_suite,
    run_conformance_suite,
)

from tests.tracebook_adapter import BookAdapter

if TYPE_CHECKING:
    from pathlib import Path

    from tracebook.conformance.model import Observation
    from tracebook.events import MarketEvent

pytestmark = pytest.mark.whole


def test_the_fixed_cases_pass(tmp_path: Path) -> None:
    suite = copy_bundled_conformance_suite(tmp_path / "suite", suite_version=LATEST_BUNDLED_SUITE_VERSION)
    report = run_conformance_suite(suite, BookAdapter)
    assert report["conformant_cases"] == 9, report
    assert report["conformant"]


@pytest.mark.parametrize("profile", campaign_profile_names())
def test_generated_campaigns_pass(profile: str) -> None:
    result = run_campaign(BookAdapter, profile=profile, seed=42, traces=25, events_per_trace=200)
    assert result.conformant
    assert not result.semantic_coverage.uncovered_capabilities


def test_the_judge_sees_a_fault() -> None:
    """An engine that forgets who came first must not pass."""

    class Forgetful(BookAdapter):
        def apply(self, event: MarketEvent, index: int) -> Observation:
            if (
                event.op == "reduce"
                and event.order_id is not None
                and event.symbol in self.books
                and event.order_id in self.books[event.symbol]
            ):
                book = self.books[event.symbol]
                sell = any(each.order_id == event.order_id for each in book.orders(sell=True))
                found = next(each for each in book.orders(sell=sell) if each.order_id == event.order_id)
                book.cancel(found.order_id)
                book.rest(found.order_id, sell, found.ticks, found.left, found.owner)
            return super().apply(event, index)

    result = run_campaign(Forgetful, profile="fifo-limit-v1", seed=42, traces=5, events_per_trace=120)
    assert not result.conformant
