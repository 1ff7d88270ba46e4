"""
Worked: the first day of the national carbon market of China, 16 July 2021.

Source of the figures: 上海环境能源交易所 (Shanghai Environment and Energy Exchange),
daily statistics of 16 July 2021: open 48.00, high 52.80, low 48.00, close 51.23 CNY/t,
+6.73 %, 4,103,953 t, 210,230,053.25 CNY, all of it listed agreements. The orders are a
reconstruction that meets these totals: examples/opening_day/PROVENANCE.md.
"""

from __future__ import annotations

import datetime
import runpy
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import BatchError
from carbonkit.market import (
    CloseDay,
    DayBulletin,
    OrderState,
    Participant,
    Refusal,
    Traded,
    obligations,
    read_participants,
    read_tape,
    run_tape,
)
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import AccountId, Money, OrderId, Rounding, divide, exact, read_table
from carbonkit.values.number import total
from tests.floor import Floor, open_floor

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "examples" / "opening_day"
DAY = datetime.date(2021, 7, 16)
CEA = instrument("CEA", DAY)
END = datetime.datetime(2021, 7, 16, 7, 0, tzinfo=datetime.UTC)  # 15:00 in Shanghai
FUND = AccountId("FUND-PEAK")
FUND_NEEDS = Money("41006530.00", "CNY")  # as PROVENANCE.md says


def lines(name: str) -> list[str]:
    return (FOLDER / name).read_text("utf-8").splitlines()


def people() -> tuple[Participant, ...]:
    return read_participants(lines("participants.csv"), file="participants.csv")


def opened(fund_cash: Money) -> Floor:
    brought = [attrs.evolve(one, cash=fund_cash) if one.account == FUND else one for one in people()]
    return open_floor(brought, cea=CEA, rules=venue_rules(DAY))


@pytest.fixture(scope="module")
def session() -> Floor:
    tape = read_tape(lines("tape.csv"), file="tape.csv", instrument=CEA)
    after, said = run_tape(opened(FUND_NEEDS).venue, tape)
    trades = tuple(event.trade for event in said if isinstance(event, Traded))
    return Floor(after, CEA, trades).apply(CloseDay(at=END))


@pytest.fixture(scope="module")
def bulletin(session: Floor) -> DayBulletin:
    return session.bulletin()


def test_the_published_close_follows_from_the_published_totals() -> None:
    assert divide("210230053.25", 4_103_953, 2, Rounding.HALF_UP) == Decimal("51.23")
    assert divide((Decimal("51.23") - Decimal("48.00")) * 100, "48.00", 2, Rounding.HALF_UP) == Decimal(
        "6.73"
    )


def test_the_tape_gives_the_published_day(bulletin: DayBulletin) -> None:
    assert bulletin.open == CEA.quote("48.00")
    assert bulletin.high == CEA.quote("52.80")
    assert bulletin.low == CEA.quote("48.00")
    assert bulletin.close == CEA.quote("51.23")
    assert bulletin.change == CEA.quote("3.23")
    assert bulletin.change_percent == Decimal("6.73")
    assert bulletin.volume == 4_103_953
    assert bulletin.turnover == Money("210230053.25", "CNY")


def test_published_csv_holds_the_same_figures_once(bulletin: DayBulletin) -> None:
    columns: dict[str, Callable[[str], object]] = {"figure": str, "value": exact, "unit": str, "source": str}
    rows = read_table(lines("published.csv"), file="published.csv", columns=columns, build=lambda row: row)
    assert bulletin.high is not None
    assert bulletin.low is not None
    assert {row["figure"]: row["value"] for row in rows} == {
        "previous_close": bulletin.previous_close.amount,
        "open": bulletin.open.amount,
        "high": bulletin.high.amount,
        "low": bulletin.low.amount,
        "close": bulletin.close.amount,
        "change_percent": bulletin.change_percent,
        "volume": bulletin.volume,
        "turnover": bulletin.turnover.amount,
    }
    assert len(rows) == 8
    assert all("Shanghai Environment and Energy Exchange" in row["source"] for row in rows)


def test_the_day_reached_the_limit_and_stayed_inside(session: Floor, bulletin: DayBulletin) -> None:
    assert bulletin.high == session.limits.highest
    assert all(trade.price in session.limits for trade in session.trades)
    assert all(order.quantity < 100_000 for order in session.orders.values())


def test_orders_end_in_every_way(session: Floor) -> None:
    ends = Counter(order.state for order in session.orders.values())
    assert set(ends) == {OrderState.FILLED, OrderState.CANCELLED, OrderState.EXPIRED}
    partly = [order for order in session.orders.values() if order.filled and order.withdrawn]
    assert partly
    assert 120 <= len(session.trades) <= 250


def test_nothing_is_made_or_lost(session: Floor) -> None:
    positions = session.positions.values()
    assert sum(one.holding for one in positions) == sum(one.allowances for one in people())
    opening = total(one.cash.amount for one in people()) + FUND_NEEDS.amount
    assert total(one.money.amount for one in positions) == opening
    assert all(one.offered == 0 and one.committed == Money(0, "CNY") for one in positions)


def test_the_fund_buys_what_the_provenance_says(session: Floor) -> None:
    position = session.positions[FUND]
    assert (position.bought, position.sellable, position.cash) == (800_000, 0, Money(0, "CNY"))
    takes = [trade for trade in session.trades if trade.buyer == FUND]
    assert all(session.orders[trade.taker].account == FUND for trade in takes)
    text = (FOLDER / "PROVENANCE.md").read_text("utf-8")
    assert "41,006,530.00 CNY" in text
    assert "800,000 t" in text
    assert "illustrative" in text.lower()


@pytest.mark.parametrize("cash", ["0", "41006529.99"])
def test_with_less_cash_the_fund_is_refused_and_nothing_happens(cash: str) -> None:
    session = opened(Money(cash, "CNY"))
    with pytest.raises(BatchError) as error:
        run_tape(session.venue, read_tape(lines("tape.csv"), file="tape.csv", instrument=CEA))
    assert error.value.problems[0].code == Refusal.INSUFFICIENT_CASH
    assert error.value.problems[0].file == "tape.csv"
    assert session.trades == ()


def test_obligations_can_be_met_in_the_order_of_the_trades(session: Floor) -> None:
    units = {one.account: one.allowances for one in people()}
    fen = {one.account: one.cash.to_minor() for one in people()} | {FUND: FUND_NEEDS.to_minor()}
    owed = obligations(session.trades)
    assert len({one.trade for one in owed}) == len(owed) == len(session.trades)
    for one in owed:
        units[one.seller] -= one.quantity
        fen[one.buyer] -= one.cash.to_minor()
        assert units[one.seller] >= 0
        assert fen[one.buyer] >= 0
        units[one.buyer] += one.quantity
        fen[one.seller] += one.cash.to_minor()
    assert units == {account: one.holding for account, one in session.positions.items()}
    assert sum(one.cash.to_minor() for one in owed) == 21_023_005_325


def test_an_account_without_cash_buys_with_what_it_earned(session: Floor) -> None:
    assert {one.account: one.cash for one in people()}[AccountId("KEE-020")] == Money(0, "CNY")
    assert session.positions[AccountId("KEE-020")].bought == 12_000


def test_the_opening_trade_is_at_the_base(session: Floor) -> None:
    first = session.trades[0]
    assert (first.price, first.reference) == (CEA.quote("48.00"), "CEA/20210716/1")
    assert session.orders[OrderId("S-0001")].filled == first.quantity


def test_the_script_makes_these_files_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = ROOT / "scripts" / "make_opening_day.py"
    monkeypatch.setattr(sys, "argv", [str(script), "--out", str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    assert "173" in capsys.readouterr().out
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in FOLDER.iterdir())
    for name in made:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
