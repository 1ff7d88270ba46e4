from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.market import (
    ClosingPrice,
    DayBulletin,
    Instrument,
    Method,
    Trade,
    VenueRules,
    bulletin,
    closing_price,
)
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import AccountId, InstrumentId, Money, OrderId, Price, Rounding, Status, as_instant

DAY = datetime.date(2021, 7, 16)
CEA = instrument("CEA", DAY)
RULES = venue_rules(DAY)


def trade(sequence: int, ticks: int, quantity: int) -> Trade:
    return Trade(
        sequence=sequence,
        day=DAY,
        instrument=CEA,
        price=CEA.price(ticks),
        quantity=quantity,
        buyer=AccountId("B"),
        seller=AccountId("A"),
        method=Method.LISTED,
        maker=OrderId(f"S-{sequence}"),
        taker=OrderId(f"T-{sequence}"),
        at=as_instant("2021-07-16T02:00:00Z"),
    )


def day_of(deals: list[tuple[int, int]], close: str = "48.00", rules: VenueRules = RULES) -> DayBulletin:
    trades = [trade(number, *deal) for number, deal in enumerate(deals, start=1)]
    return bulletin(trades, instrument=CEA, rules=rules, day=DAY, previous_close=CEA.quote(close))


DEALS = st.lists(st.tuples(st.integers(4320, 5280), st.integers(1, 99_999)), min_size=1, max_size=30)


@given(DEALS)
def test_a_close_is_the_mean_of_all_tonnes(deals: list[tuple[int, int]]) -> None:
    day = day_of(deals)
    volume = sum(quantity for _, quantity in deals)
    turnover = sum(ticks * quantity for ticks, quantity in deals)
    assert (day.volume, day.turnover.to_minor(), day.trades) == (volume, turnover, len(deals))
    assert CEA.ticks(day.close) == (Fraction(turnover, volume) + Fraction(1, 2)).__floor__()


@given(DEALS)
def test_open_and_close_lie_between_low_and_high(deals: list[tuple[int, int]]) -> None:
    day = day_of(deals)
    assert day.low is not None
    assert day.high is not None
    assert day.low <= day.open <= day.high
    assert day.low <= day.close <= day.high
    assert day.open == CEA.price(deals[0][0])
    assert (CEA.ticks(day.low), CEA.ticks(day.high)) == (min(deals)[0], max(deals)[0])


@given(DEALS, st.randoms(use_true_random=False))
def test_only_the_open_depends_on_the_order_of_trades(deals: list[tuple[int, int]], random: object) -> None:
    shuffled = deals.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert attrs.evolve(day_of(shuffled), open=CEA.price(deals[0][0])) == day_of(deals)


@given(DEALS, DEALS)
def test_two_parts_of_a_day_add_up(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    whole, first, second = day_of(one + two), day_of(one), day_of(two)
    assert whole.volume == first.volume + second.volume
    assert whole.turnover == first.turnover + second.turnover


@given(DEALS, st.integers(1, 99))
def test_splitting_a_trade_changes_no_price(deals: list[tuple[int, int]], part: int) -> None:
    ticks, quantity = deals[0]
    if quantity > part:
        split = day_of([(ticks, part), (ticks, quantity - part), *deals[1:]])
        assert split.trades == len(deals) + 1
        (totals,) = split.methods
        assert attrs.evolve(split, methods=(attrs.evolve(totals, trades=len(deals)),)) == day_of(deals)


def test_a_tie_goes_up() -> None:
    assert day_of([(4800, 1), (4801, 1)]).close == CEA.quote("48.01")
    even = attrs.evolve(
        RULES, closing_rounding=attrs.evolve(RULES.closing_rounding, value=Rounding.HALF_EVEN)
    )
    assert day_of([(4800, 1), (4801, 1)], rules=even).close == CEA.quote("48.00")


def test_a_coarse_tick_gives_closes_on_the_tick() -> None:
    rules = attrs.evolve(RULES, tick=attrs.evolve(RULES.tick, value=Price("0.05", "CNY", "tCO2e")))
    coarse = rules.instrument(InstrumentId("CEA"), CEA.asset)
    trades = [
        attrs.evolve(trade(1, 4800, 1), instrument=coarse),
        attrs.evolve(trade(2, 4810, 1), instrument=coarse),
    ]
    day = bulletin(trades, instrument=coarse, rules=rules, day=DAY, previous_close=CEA.quote("48.00"))
    assert day.close == CEA.quote("48.05")


def test_a_day_without_trades_keeps_the_close() -> None:
    day = day_of([], close="51.23")
    assert day.open == day.close == CEA.quote("51.23")
    assert day.high is None
    assert day.low is None
    assert (day.volume, day.turnover, day.trades) == (0, Money(0, "CNY"), 0)
    assert day.change == CEA.quote("0.00")
    assert day.change_percent == 0
    assert "no trade: the previous close" in day.explain().text()


@pytest.mark.parametrize(
    ("close", "change", "percent"),
    [("5000", "2.00", "4.17"), ("4320", "-4.80", "-10.00"), ("4800", "0.00", "0.00")],
)
def test_the_change_is_signed_and_in_per_cent(close: str, change: str, percent: str) -> None:
    day = day_of([(int(close), 7)])
    assert day.change.amount == Decimal(change)
    assert str(day.change_percent) == percent


def test_a_bulletin_explains_itself_down_to_the_rules(cea: Instrument) -> None:
    day = day_of([(4800, 100), (5280, 300)])
    explained = day.explain()
    text = explained.text()
    assert "close: 51.60 CNY/tCO2e = turnover ÷ volume, half up to 0.01" in text
    assert "turnover: 20640.00 CNY = sum of price × quantity, not rounded" in text
    assert "price limits: 43.20 to 52.80 CNY/tCO2e" in text
    assert "change: 7.50 % = 3.60 ÷ 48.00" in text
    named = {source.title for source in explained.sources()}
    assert named == {RULES.closing_price.source.title, RULES.closing_rounding.source.title}
    assert Status.DERIVED in {source.status for source in explained.sources()}
    assert explained.what == f"{cea.id} on 2021-07-16"


def test_trades_must_be_of_the_instrument_and_day() -> None:
    one = trade(1, 4800, 1)
    other = attrs.evolve(CEA, id=InstrumentId("CEA21"))
    for wrong in (attrs.evolve(one, day=datetime.date(2021, 7, 19)), attrs.evolve(one, instrument=other)):
        with pytest.raises(InvalidValueError):
            bulletin([wrong], instrument=CEA, rules=RULES, day=DAY, previous_close=CEA.quote("48.00"))


@pytest.mark.parametrize(
    "close", [CEA.quote("0"), CEA.quote("-1"), Price("48", "EUR", "tCO2e"), Price("48", "CNY", "kgCO2e")]
)
def test_a_previous_close_must_be_a_price_of_the_instrument(close: Price) -> None:
    with pytest.raises(InvalidValueError):
        bulletin([], instrument=CEA, rules=RULES, day=DAY, previous_close=close)


@pytest.mark.parametrize(
    ("rule", "close"),
    [
        (ClosingPrice.VOLUME_WEIGHTED_MEAN, "49.50"),
        (ClosingPrice.LAST_FIVE_TRADES, "49.00"),
        (ClosingPrice.LAST_TRADE, "47.00"),
    ],
)
def test_a_close_is_what_the_venue_says_it_is(rule: ClosingPrice, close: str) -> None:
    rules = attrs.evolve(RULES, closing_price=attrs.evolve(RULES.closing_price, value=rule))
    deals = [(5200, 10), (5100, 10), (5000, 10), (4900, 10), (4800, 10), (4700, 10)]
    assert day_of(deals, rules=rules).close == CEA.quote(close)


def test_a_block_makes_no_price() -> None:
    made = [trade(1, 4800, 10), attrs.evolve(trade(2, 6000, 100_000), method=Method.BLOCK)]
    day = bulletin(made, instrument=CEA, rules=RULES, day=DAY, previous_close=CEA.quote("48.00"))
    assert (day.close, day.high) == (CEA.quote("48.00"), CEA.quote("48.00"))
    assert (day.volume, day.trades, day.turnover) == (100_010, 2, Money("6000480.00", "CNY"))
    block = day.by(Method.BLOCK)
    assert block is not None
    assert (block.high, block.volume) == (CEA.quote("60.00"), 100_000)
    assert day.by(Method.AUCTION) is None
    assert "block: 100000 tCO2e = 1 trades, 6000000.00 CNY" in day.explain().text()


def test_a_mean_needs_a_volume_in_its_currency() -> None:
    for turnover, volume in ((Money("1", "CNY"), 0), (Money("1", "EUR"), 1)):
        with pytest.raises(InvalidValueError):
            closing_price(turnover, volume, instrument=CEA, rules=RULES)
