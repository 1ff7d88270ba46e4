"""What the acts do when something does not come out: they say so, and the demonstration is not good."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.cli.demo import invest, trade
from carbonkit.cli.demo.example import Examples
from carbonkit.cli.demo.run import Results, _tell
from carbonkit.cli.screen import Screen
from carbonkit.errors import BatchError, MarketError, NotFoundError
from carbonkit.ledger import Ledger, Leg, MemoryStore, Transfer, Verification
from carbonkit.market import run_tape
from carbonkit.values import AccountId, AssetId, CommandId, FixedClock
from scripts.make_golden import results

if TYPE_CHECKING:
    from carbonkit.market import Event, Tape, Venue


@pytest.fixture(scope="module")
def found() -> Results:
    """Run acts 3 and 4 once."""
    return results()


@pytest.fixture
def opened() -> Ledger:
    """Open the market, and call the fund's capital."""
    ledger = Ledger(MemoryStore(), FixedClock("2026-01-01T00:00:00Z"))
    trade.open_market(ledger, Examples.found(), Screen(io.StringIO()))
    invest.raise_capital(ledger, Examples.found(), Screen(io.StringIO()))
    return ledger


def test_all_is_good_only_if_every_part_is(found: Results) -> None:
    broken = attrs.evolve(found.verification, differences=("record 7 is missing",))
    figure = attrs.evolve(found.traded.figures[4], computed="51.24")
    figures = (*found.traded.figures[:4], figure, *found.traded.figures[5:])
    assert found.good
    assert not attrs.evolve(found, verification=broken).good
    assert not attrs.evolve(found, traded=attrs.evolve(found.traded, figures=figures)).good
    assert not attrs.evolve(found, traded=attrs.evolve(found.traded, reconciled=40)).good
    assert not attrs.evolve(found, traded=attrs.evolve(found.traded, settled=172)).good
    assert not attrs.evolve(found, invested=attrs.evolve(found.invested, provable=False)).good


def test_differences_of_the_ledger_are_said_one_by_one() -> None:
    out = io.StringIO()
    _tell(Verification(1, 0, 0, (), "0" * 64, ("record 7 is missing", "head moved")), Screen(out))
    assert out.getvalue() == "✗ record 7 is missing\n✗ head moved\n"


def test_a_trade_that_cannot_be_settled_stops_the_act(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spend_meanwhile(venue: Venue, tape: Tape) -> tuple[Venue, tuple[Event, ...]]:
        buyer = AccountId("KEE-021")
        rest = opened.quantity(buyer, AssetId("CNY"))
        spent = Leg(AssetId("CNY"), rest, buyer, trade.BANK)
        opened.post(Transfer(CommandId("meanwhile"), [spent], "withdrawal", "2021-07-16T06:00:00Z"))
        return run_tape(venue, tape)

    monkeypatch.setattr(trade, "run_tape", spend_meanwhile)
    with pytest.raises(MarketError, match=r"settlement: must settle every trade, was CEA/20210716/1: "):
        trade.run(opened, Examples.found(), Screen(io.StringIO()))


def test_without_the_fund_s_capital_the_whole_tape_is_refused() -> None:
    ledger = Ledger(MemoryStore(), FixedClock("2026-01-01T00:00:00Z"))
    trade.open_market(ledger, Examples.found(), Screen(io.StringIO()))
    before = ledger.store.head()
    with pytest.raises(BatchError, match=r"FUND-PEAK"):
        trade.run(ledger, Examples.found(), Screen(io.StringIO()))
    assert ledger.store.head() == before


def test_an_example_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match=r"must be in the examples, was no_such/file\.csv"):
        Examples.found().lines("no_such", "file.csv")


def test_a_difference_names_its_cause_in_both_languages() -> None:
    from carbonkit.cli.demo.register import Difference  # noqa: PLC0415  only this test looks at it

    account = AccountId("UK-1")
    causes = {
        Difference(account, 2021, published, computed).causes
        for published, computed in (
            ("B", "EXCLUDED"),
            ("EXCLUDED", "A"),  # no longer excluded: not the cause of the one before
            ("A", "NOT_APPLICABLE"),
            ("C", "A"),
        )
    }
    assert len(causes) == 4
    assert all(english.isascii() and not chinese.isascii() for english, chinese in causes)
