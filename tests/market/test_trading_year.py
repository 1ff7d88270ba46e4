"""A trading year of the national market, traded at a venue and settled; short here, whole when slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench._venue import TradingYear
from carbonkit.ledger import MemoryStore
from carbonkit.market import books_of
from carbonkit.storage import SQLiteStore

if TYPE_CHECKING:
    from pathlib import Path

    from carbonkit.ledger import Store

pytestmark = pytest.mark.whole


def traded(store: Store, trades: int) -> TradingYear:
    """Trade and settle a year; the venue and the ledger must then say the same of everybody."""
    year = TradingYear(store, trades)
    made, _, failed = year.run()
    assert (made, failed, len(year.days)) == (trades, 0, 243)
    assets = [listing.asset for listing in year.listings]
    units, money = books_of(year.ledger, year.accounts, assets=assets, currency="CNY")
    for account in year.accounts:
        for asset in assets:
            position = year.venue.position(account, asset, "CNY")
            assert position.holding == units[account, asset]
            assert position.offered == 0
        assert year.venue.position(account, assets[0], "CNY").money == money[account, "CNY"]
    assert sum(units.values()) == 200 * 6 * 50_000_000
    assert year.ledger.verify().ok
    return year


def test_a_short_year_settles_whole() -> None:
    traded(MemoryStore(), 1_000)


@pytest.mark.slow
def test_a_whole_year_settles_whole(tmp_path: Path) -> None:
    with SQLiteStore.open(tmp_path / "year.sqlite") as store:
        year = traded(store, 50_000)
        assert 225_000_000 < year.tonnes < 245_000_000
