from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market import (
    Available,
    CloseDay,
    Instrument,
    OrderState,
    Refusal,
    Side,
    VenueRules,
)
from carbonkit.values import AccountId, Money, OrderId, Price
from tests.floor import Floor, open_floor

if TYPE_CHECKING:
    from carbonkit.market import Command
    from tests.floor import Desk, OpenSession


def state_of(session: Floor) -> tuple[object, ...]:
    levels = [session.levels(side) for side in Side]
    return session.orders, session.positions, session.trades, levels, session.closed


def refused(session: Floor, command: Command) -> str:
    """Apply a command that must be refused, and see that nothing changed."""
    before = state_of(session)
    with pytest.raises(MarketError) as error:
        session.apply(command)
    assert state_of(session) == before
    return error.value.problem.code


# ---------------------------------------------------------------- what is accepted


def test_a_taker_trades_its_quantity_at_the_posters_price(desk: Desk, open_session: OpenSession) -> None:
    session = open_session()
    posted = session.apply(desk.sell("S-1", "A", "48.10", 1_000))
    assert posted.trade is None
    assert posted.order("S-1").state is OrderState.NEW
    taken = session.apply(desk.take("T-1", "B", "S-1", 400))
    assert taken.trade is not None
    assert (taken.trade.price, taken.trade.quantity) == (desk.cea.quote("48.10"), 400)
    assert (taken.trade.seller, taken.trade.buyer) == (AccountId("A"), AccountId("B"))
    assert (taken.trade.maker, taken.trade.taker) == (OrderId("S-1"), OrderId("T-1"))
    assert taken.trade.value == Money("19240.00", "CNY")
    assert taken.order("T-1").state is OrderState.FILLED
    assert taken.order("T-1").side is Side.BUY
    left = session.orders[OrderId("S-1")]
    assert (left.state, left.filled, left.remaining) == (OrderState.PARTIALLY_FILLED, 400, 600)
    session.apply(desk.take("T-2", "B", "S-1", 600))
    assert session.orders[OrderId("S-1")].state is OrderState.FILLED
    assert session.levels(Side.SELL) == ()
    assert [trade.sequence for trade in session.trades] == [1, 2]


def test_a_taker_sells_to_a_buyers_post(desk: Desk, open_session: OpenSession) -> None:
    session = open_session()
    session.apply(desk.buy("B-1", "A", "47.90", 1_000))
    trade = session.apply(desk.take("T-1", "B", "B-1", 250)).trade
    assert trade is not None
    assert (trade.seller, trade.buyer) == (AccountId("B"), AccountId("A"))
    one, two = session.positions[AccountId("A")], session.positions[AccountId("B")]
    assert (one.bought, one.committed, one.cash) == (
        250,
        Money("35925.00", "CNY"),
        Money("952100.00", "CNY"),
    )
    assert (two.sellable, two.offered, two.cash) == (9_750, 0, Money("1011975.00", "CNY"))


def test_posts_of_a_level_may_be_taken_in_any_order(desk: Desk, open_session: OpenSession) -> None:
    session = open_session()
    session.apply(desk.sell("S-1", "A", "48.00", 10))
    session.apply(desk.sell("S-2", "A", "48.00", 20))
    (level,) = session.levels(Side.SELL)
    assert (level.quantity, level.orders) == (30, (OrderId("S-1"), OrderId("S-2")))
    session.apply(desk.take("T-1", "B", "S-2", 20))
    assert session.levels(Side.SELL)[0].orders == (OrderId("S-1"),)


@pytest.mark.parametrize("side", ["sell", "buy"])
def test_the_fifth_level_may_be_taken_and_the_sixth_not(
    side: str, desk: Desk, open_session: OpenSession
) -> None:
    session = open_session()
    post = getattr(desk, side)
    prices = ["48.03", "48.01", "48.06", "48.02", "48.05", "48.04"]
    for price in prices:
        session.apply(post(f"P-{price}", "A", price, 10))
        session.apply(post(f"Q-{price}", "A", price, 10))
    best_first = sorted(prices, reverse=side == "buy")
    shown = session.levels(Side(side))
    assert [level.price for level in shown] == [desk.cea.quote(price) for price in best_first[:5]]
    fifth, sixth = f"P-{best_first[4]}", f"P-{best_first[5]}"
    assert refused(session, desk.take("T-1", "B", sixth, 10)) == Refusal.OUTSIDE_LEVELS
    session.apply(desk.take("T-1", "B", fifth, 10))
    assert refused(session, desk.take("T-2", "B", sixth, 10)) == Refusal.OUTSIDE_LEVELS
    session.apply(desk.take("T-2", "B", f"Q-{best_first[4]}", 10))
    session.apply(desk.take("T-3", "B", sixth, 10))


def test_a_cancelled_post_frees_what_stood_behind_it(desk: Desk, open_session: OpenSession) -> None:
    session = open_session()
    opening = dict(session.positions)
    session.apply(desk.sell("S-1", "A", "48.00", 10_000))
    session.apply(desk.buy("B-1", "A", "45.00", 10_000))
    assert session.apply(desk.cancel("A", "S-1")).order("S-1").state is OrderState.CANCELLED
    assert session.apply(desk.cancel("A", "B-1")).trade is None
    assert dict(session.positions) == opening
    assert session.levels(Side.SELL) == session.levels(Side.BUY) == ()
    session.apply(desk.sell("S-2", "A", "48.00", 10_000))


def test_posts_of_both_sides_may_cross_and_rest(desk: Desk, open_session: OpenSession) -> None:
    session = open_session()
    session.apply(desk.buy("B-1", "A", "48.50", 10))
    session.apply(desk.sell("S-1", "B", "48.00", 10))
    assert session.trades == ()


def test_the_edges_of_the_rules_are_inside(desk: Desk, open_session: OpenSession) -> None:
    session = open_session()
    session.apply(desk.sell("S-1", "RICH", "52.80", 99_999, at="09:30:00"))
    session.apply(desk.buy("B-1", "RICH", "43.20", 1, at="11:29:59.999999"))
    session.apply(desk.sell("S-2", "A", "48.00", 10_000, at="13:00:00"))
    assert [str(order_id) for order_id in session.orders] == ["S-1", "B-1", "S-2"]


def test_money_earned_may_be_spent_at_once(desk: Desk, open_session: OpenSession) -> None:
    session = open_session(holdings={"A": (100, "0"), "B": (100, "4800")})
    session.apply(desk.sell("S-1", "A", "48.00", 100))
    session.apply(desk.take("T-1", "B", "S-1", 100))
    session.apply(desk.sell("S-2", "B", "48.00", 100))
    session.apply(desk.take("T-2", "A", "S-2", 100))
    assert session.positions[AccountId("A")].money == Money("0.00", "CNY")


def test_money_earned_waits_where_the_rules_say_so(
    desk: Desk, open_session: OpenSession, rules: VenueRules
) -> None:
    later = attrs.evolve(rules, proceeds=attrs.evolve(rules.proceeds, value=Available.NEXT_TRADING_DAY))
    session = open_session(holdings={"A": (100, "0"), "B": (0, "4800")}, rules=later)
    session.apply(desk.sell("S-1", "A", "48.00", 100))
    session.apply(desk.take("T-1", "B", "S-1", 100))
    assert refused(session, desk.buy("B-1", "A", "48.00", 1)) == Refusal.INSUFFICIENT_CASH


def test_units_bought_sell_at_once_where_the_rules_say_so(
    desk: Desk, open_session: OpenSession, rules: VenueRules
) -> None:
    at_once = attrs.evolve(rules, bought=attrs.evolve(rules.bought, value=Available.SAME_DAY))
    session = open_session(holdings={"A": (100, "0"), "B": (0, "4800")}, rules=at_once)
    session.apply(desk.sell("S-1", "A", "48.00", 100))
    session.apply(desk.take("T-1", "B", "S-1", 100))
    session.apply(desk.sell("S-2", "B", "48.00", 100))
    assert session.positions[AccountId("B")].offered == 100


# ------------------------------------------------------------------ the end of a day


def test_unfilled_posts_expire_with_the_day(
    desk: Desk, open_session: OpenSession, day: datetime.date
) -> None:
    session = open_session()
    opening = dict(session.positions)
    session.apply(desk.sell("S-1", "A", "48.00", 10))
    session.apply(desk.buy("B-1", "B", "47.00", 10))
    session.apply(desk.sell("S-2", "A", "48.00", 10))
    session.apply(desk.cancel("A", "S-2"))
    end = datetime.datetime(day.year, day.month, day.day, 7, 0, tzinfo=datetime.UTC)
    expired = session.close(end)
    assert [str(order.order_id) for order in expired] == ["S-1", "B-1"]
    assert {order.state for order in expired} == {OrderState.EXPIRED}
    assert session.closed
    assert dict(session.positions) == opening
    assert session.orders[OrderId("S-1")].withdrawn == 10
    assert session.levels(Side.SELL) == ()
    assert refused(session, desk.sell("S-3", "A", "48.00", 10, at="15:00:00")) == Refusal.DAY_NOT_OPEN
    with pytest.raises(MarketError) as error:
        session.close(end)
    assert error.value.problem.code == Refusal.DAY_NOT_OPEN


def test_a_day_is_not_closed_before_its_end(open_session: OpenSession, desk: Desk) -> None:
    session = open_session()
    session.apply(desk.sell("S-1", "A", "48.00", 10))
    with pytest.raises(MarketError) as error:
        session.close(datetime.datetime(2021, 7, 16, 6, 59, 59, tzinfo=datetime.UTC))
    assert error.value.problem.code == Refusal.BEFORE_CLOSE
    assert not session.closed
    assert session.orders[OrderId("S-1")].state is OrderState.NEW


# ------------------------------------------------------------------- what is refused

REFUSALS: dict[Refusal, tuple[str, ...]] = {
    Refusal.OUTSIDE_HOURS: (
        "sell N A 48.00 1 11:30:00",
        "sell N A 48.00 1 12:59:59",
        "take N B S-1 1 15:00:00",
        "cancel A S-1 11:45:00",
    ),
    Refusal.CLOCK_BACKWARDS: (
        "sell N A 48.00 1 09:59:59",
        "take N B S-1 1 09:59:59",
        "cancel A S-1 09:59:59",
    ),
    Refusal.UNKNOWN_ACCOUNT: ("sell N NOBODY 48.00 1", "take N NOBODY S-1 1", "cancel NOBODY S-1"),
    Refusal.DUPLICATE_ORDER: (
        "sell S-1 A 48.00 1",
        "buy T-1 A 48.00 1",
        "take S-1 B S-1 1",
        "take T-1 B S-1 1",
    ),
    Refusal.UNKNOWN_ORDER: ("take N B S-9 1", "cancel A S-9"),
    Refusal.DEAD_ORDER: (
        "take N B DONE 1",
        "take N B GONE 1",
        "take N B T-1 1",
        "cancel A DONE",
        "cancel A GONE",
    ),
    Refusal.NOT_OWNER: ("cancel B S-1", "cancel A T-1"),
    Refusal.SELF_TRADE: ("take N A S-1 1",),
    Refusal.OFF_TICK: ("sell N A 48.005 1", "buy N A 0 1", "buy N A -48.00 1"),
    Refusal.ODD_LOT: ("sell N A 48.00 1.5", "sell N A 48.00 0", "take N B S-1 0.5", "take N B S-1 -1"),
    Refusal.OUTSIDE_BAND: ("sell N A 52.81 1", "buy N A 43.19 1"),
    Refusal.OUTSIDE_SIZE: ("sell N RICH 48.00 100000", "buy N RICH 48.00 100000", "take N RICH S-1 100000"),
    Refusal.MORE_THAN_POSTED: ("take N B S-1 1001",),
    Refusal.INSUFFICIENT_ALLOWANCES: ("sell N POOR 48.00 1", "sell N A 48.00 8981", "take N POOR B-1 1"),
    Refusal.INSUFFICIENT_CASH: ("buy N POOR 48.00 1", "buy N A 48.00 20844", "take N POOR S-1 1"),
}


@pytest.fixture
def running(desk: Desk, open_session: OpenSession) -> Floor:
    """Open a session with something of everything: live, filled, cancelled, bought."""
    session = open_session()
    session.apply(desk.sell("DONE", "A", "48.00", 10))
    session.apply(desk.take("T-1", "B", "DONE", 10))
    session.apply(desk.sell("GONE", "A", "48.00", 10))
    session.apply(desk.cancel("A", "GONE"))
    session.apply(desk.sell("S-1", "A", "48.00", 1_000))
    session.apply(desk.sell("S-2", "A", "48.01", 10))
    session.apply(desk.buy("B-1", "B", "47.00", 10))
    return session


def command(desk: Desk, words: str) -> Command:
    action, *rest = words.split()
    made: Command = getattr(desk, action)(*rest)
    return made


@pytest.mark.parametrize(
    ("refusal", "words"), [(refusal, words) for refusal, all_words in REFUSALS.items() for words in all_words]
)
def test_each_refusal_has_its_code_and_changes_nothing(
    refusal: Refusal, words: str, running: Floor, desk: Desk
) -> None:
    assert refused(running, command(desk, words)) == refusal


def test_the_limits_of_a_position_may_be_used_up(running: Floor, desk: Desk) -> None:
    running.apply(desk.sell("N-1", "A", "48.00", 8_980))
    running.apply(desk.buy("N-2", "A", "48.00", 20_843))
    used_up = running.positions[AccountId("A")]
    assert used_up.sellable == 0
    assert used_up.cash < Money("48.00", "CNY")


def test_units_bought_today_are_not_sold_today(desk: Desk, open_session: OpenSession) -> None:
    session = open_session(holdings={"A": (100, "0"), "B": (5, "4800")})
    session.apply(desk.sell("S-1", "A", "48.00", 100))
    session.apply(desk.take("T-1", "B", "S-1", 100))
    assert refused(session, desk.sell("S-2", "B", "48.00", 6)) == Refusal.INSUFFICIENT_ALLOWANCES
    session.apply(desk.sell("S-2", "B", "48.00", 5))
    assert session.positions[AccountId("B")].holding == 105


def test_a_price_quoted_otherwise_is_refused(running: Floor, desk: Desk) -> None:
    post = attrs.evolve(desk.sell("N", "A", "48.00", 1), price=Price("48.00", "CNY", "kgCO2e"))
    assert refused(running, post) == Refusal.WRONG_QUOTE


def test_nothing_is_accepted_before_the_opening(open_session: OpenSession, desk: Desk) -> None:
    early = desk.sell("S-1", "A", "48.00", 1, at="09:29:59.999999")
    assert refused(open_session(), early) == Refusal.OUTSIDE_HOURS


def test_a_refused_id_may_be_used_again(running: Floor, desk: Desk) -> None:
    assert refused(running, desk.sell("N", "A", "52.81", 1)) == Refusal.OUTSIDE_BAND
    assert running.apply(desk.sell("N", "A", "52.80", 1)).order("N").remaining == 1


def test_a_refused_command_does_not_move_the_clock(running: Floor, desk: Desk) -> None:
    assert refused(running, desk.sell("N", "A", "52.81", 1, at="10:30:00")) == Refusal.OUTSIDE_BAND
    running.apply(desk.sell("N", "A", "52.80", 1, at="10:15:00"))


def test_a_refusal_says_what_to_do(running: Floor, desk: Desk) -> None:
    with pytest.raises(
        MarketError, match=r"price: must be from 43\.20 CNY/tCO2e to 52\.80 CNY/tCO2e, was 60\.00"
    ):
        running.apply(desk.sell("N", "A", "60.00", 1))


def test_what_is_no_command_is_refused(running: Floor) -> None:
    assert refused(running, "sell everything") == Refusal.NOT_A_COMMAND  # type: ignore[arg-type]


# -------------------------------------------------------------- copies and openings


def test_a_copy_is_apart(running: Floor, desk: Desk) -> None:
    before = state_of(running)
    copy = running.copy()
    assert state_of(copy) == before
    copy.apply(desk.take("N-1", "B", "S-1", 1_000))
    copy.apply(desk.cancel("A", "S-2"))
    copy.close(datetime.datetime(2021, 7, 16, 7, 0, tzinfo=datetime.UTC))
    assert state_of(running) == before
    running.apply(desk.take("N-1", "B", "S-1", 1))


def opened(cea: Instrument, rules: VenueRules, day: str = "2021-07-16") -> str:
    """Open a day; say with which code it was refused, or nothing."""
    try:
        open_floor([], cea=cea, rules=rules, day=datetime.date.fromisoformat(day))
    except MarketError as error:
        return error.problem.code
    return ""


def test_a_venue_opens_on_trading_days_only(cea: Instrument, rules: VenueRules) -> None:
    assert opened(cea, rules, "2021-07-17") == Refusal.NOT_A_TRADING_DAY
    assert opened(cea, rules, "2021-10-01") == Refusal.NOT_A_TRADING_DAY
    assert opened(cea, rules, "2031-10-13") == Refusal.NOT_A_TRADING_DAY
    assert not opened(cea, rules, "2021-10-08")


def test_an_instrument_that_does_not_fit_the_rules_keeps_the_day_closed(
    cea: Instrument, rules: VenueRules
) -> None:
    assert opened(attrs.evolve(cea, lot=10), rules) == Refusal.WRONG_QUOTE
    assert opened(attrs.evolve(cea, tick="0.05"), rules) == Refusal.WRONG_QUOTE


def test_a_day_closes_at_an_instant() -> None:
    naive = datetime.datetime(2021, 7, 16, 15, 0)  # noqa: DTZ001  what is refused
    with pytest.raises(InvalidValueError, match="must be an instant with its offset"):
        CloseDay(at=naive)
