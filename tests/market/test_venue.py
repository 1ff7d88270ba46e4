"""What the venue does beside its book: blocks, auctions, calls, days, halts, limits, and what it refuses."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from carbonkit.market import (
    Admit,
    AnnounceAuction,
    Available,
    Bid,
    Cancel,
    CloseAuction,
    CloseDay,
    Command,
    Confirm,
    Counter,
    DayClosed,
    Deposit,
    Event,
    Funding,
    Halt,
    LargeHolding,
    ListInstrument,
    Method,
    NewOrder,
    OpenDay,
    OrderEnded,
    OrderState,
    OrderType,
    Participant,
    ParticipantKind,
    PositionLimit,
    PriceMode,
    Pricing,
    Propose,
    Reduce,
    Refusal,
    Rejected,
    Release,
    Replace,
    Restrict,
    Resume,
    Side,
    Take,
    TimeInForce,
    Trade,
    Traded,
    Uncross,
    Venue,
    VenueRules,
    Warn,
    Withdraw,
    open_venue,
)
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import Money, Price
from tests.books import always, book_rules, ruled

DAY = datetime.date(2021, 7, 16)
CEA = instrument("CEA", DAY)
PEOPLE = ("SELLER", "BUYER", "THIRD")


def at(time: str, day: datetime.date = DAY) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{day}T{time}+08:00")


def opened(rules: VenueRules | None = None, kind: ParticipantKind = ParticipantKind.KEY_EMITTER) -> Venue:
    people = [
        Participant(account=name, kind=kind, allowances=1_000_000, cash=Money("100000000", "CNY"))
        for name in PEOPLE
    ]
    return open_venue(
        always(book_rules() if rules is None else rules),
        instrument=CEA,
        base=CEA.quote("48.00"),
        participants=people,
        day=DAY,
        at=at("08:00:00"),
    )


def told(venue: Venue, command: Command) -> tuple[Event, ...]:
    said = venue.apply(command)
    assert not isinstance(said[0], Rejected), said[0].problem
    return said


def refused(venue: Venue, command: Command) -> Refusal:
    before = venue.snapshot()
    (said,) = venue.apply(command)
    assert isinstance(said, Rejected)
    after = venue.snapshot()
    assert json.loads(after) == json.loads(before) | {"sequence": said.sequence}
    return Refusal(said.code)


def trades(events: tuple[Event, ...]) -> list[Trade]:
    return [event.trade for event in events if isinstance(event, Traded)]


def order(name: str, account: str, side: Side, price: str, quantity: int, time: str, **more: Any) -> NewOrder:  # noqa: ANN401, PLR0917  of any type
    return NewOrder(
        order_id=name,
        account=account,
        instrument="CEA",
        side=side,
        price=CEA.quote(price),
        quantity=quantity,
        at=at(time),
        **more,
    )


def free(venue: Venue) -> list[tuple[int, int]]:
    positions = [venue.position(name, CEA.asset, "CNY") for name in PEOPLE]
    return [(each.offered, each.committed.to_minor()) for each in positions]


# -------------------------------------------------------------------------------- blocks


def proposal(price: str = "48.00", quantity: int = 10_000, **more: Any) -> Propose:  # noqa: ANN401  of any type
    return Propose(
        order_id="P-1",
        account="SELLER",
        instrument="CEA",
        side=Side.SELL,
        price=CEA.quote(price),
        quantity=quantity,
        at=more.pop("at", at("13:00:00")),
        **more,
    )


def test_a_block_trades_when_both_sides_have_confirmed() -> None:
    venue = opened()
    told(venue, proposal(price="47.00", counterparty="BUYER"))
    assert free(venue)[0] == (10_000, 0)
    assert (
        refused(venue, Confirm(account="THIRD", target="P-1", at=at("13:01:00"))) == Refusal.NOT_COUNTERPARTY
    )
    assert (
        refused(venue, Confirm(account="SELLER", target="P-1", at=at("13:01:00"))) == Refusal.NOT_COUNTERPARTY
    )
    (trade,) = trades(told(venue, Confirm(account="BUYER", target="P-1", at=at("13:02:00"))))
    assert (trade.method, trade.quantity, str(trade.seller), str(trade.buyer)) == (
        Method.BLOCK,
        10_000,
        "SELLER",
        "BUYER",
    )
    assert free(venue) == [(0, 0)] * 3
    assert venue.last("CEA") == CEA.quote("48.00")
    assert refused(venue, Confirm(account="THIRD", target="P-1", at=at("13:03:00"))) == Refusal.DEAD_ORDER


def test_other_terms_free_the_one_and_bind_the_other() -> None:
    venue = opened()
    told(venue, proposal())
    own = Confirm(account="SELLER", target="P-1", at=at("13:00:00"))
    assert refused(venue, own) == Refusal.NOT_COUNTERPARTY
    other = Counter(
        account="BUYER", target="P-1", price=CEA.quote("47.00"), quantity=20_000, at=at("13:01:00")
    )
    told(venue, other)
    assert free(venue) == [(0, 0), (0, 94_000_000), (0, 0)]
    same = attrs.evolve(other, account="SELLER", at=at("13:02:00"))
    assert refused(venue, same) == Refusal.NO_CHANGE
    assert (
        refused(venue, Confirm(account="THIRD", target="P-1", at=at("13:02:00"))) == Refusal.NOT_COUNTERPARTY
    )
    (trade,) = trades(told(venue, Confirm(account="SELLER", target="P-1", at=at("13:03:00"))))
    assert (trade.price, trade.quantity) == (CEA.quote("47.00"), 20_000)
    assert free(venue) == [(0, 0)] * 3


def test_a_proposal_is_withdrawn_or_expires() -> None:
    venue = opened()
    told(venue, proposal(counterparty="BUYER"))
    assert refused(venue, Cancel(account="THIRD", target="P-1", at=at("13:01:00"))) == Refusal.NOT_OWNER
    told(venue, Cancel(account="BUYER", target="P-1", at=at("13:01:00")))
    told(venue, attrs.evolve(proposal(), order_id="P-2", at=at("13:02:00")))
    said = told(venue, CloseDay(at=at("15:00:00")))
    assert [event.reason for event in said if isinstance(event, OrderEnded)] == ["the day is over"]
    assert free(venue) == [(0, 0)] * 3


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quantity": 999}, Refusal.OUTSIDE_SIZE),
        ({"price": "62.41"}, Refusal.OUTSIDE_BAND),
        ({"at": at("11:00:00")}, Refusal.OUTSIDE_HOURS),
        ({"counterparty": "NOBODY"}, Refusal.UNKNOWN_ACCOUNT),
        ({"counterparty": "SELLER"}, Refusal.SELF_TRADE),
        ({"quantity": 2_000_000}, Refusal.INSUFFICIENT_ALLOWANCES),
        ({"quantity": 1000.5}, Refusal.ODD_LOT),
    ],
)
def test_a_block_keeps_its_own_rules(changed: dict[str, Any], code: Refusal) -> None:
    if changed.get("quantity") == 1000.5:
        changed = {"quantity": Decimal("1000.5")}
    assert refused(opened(), proposal(**changed)) == code


def test_the_limit_of_a_block_is_wider_than_a_books() -> None:
    venue = opened()
    told(venue, proposal(price="62.40"))
    assert refused(venue, order("O-1", "BUYER", Side.BUY, "62.40", 1, "13:30:00")) == Refusal.OUTSIDE_BAND


# ------------------------------------------------------------------------------- auctions


def auctioned(mode: PriceMode) -> tuple[Venue, list[Trade], Price]:
    """The reference's worked example: close 74.63, floor 74.63, three bids for 100,000."""
    day = datetime.date(2026, 1, 6)
    cea25 = instrument("CEA25", day)
    people = [
        Participant(
            account=name, kind=ParticipantKind.KEY_EMITTER, allowances=200_000, cash=Money("9e6", "CNY")
        )
        for name in ("SELLER", "A", "B", "C")
    ]
    venue = open_venue(
        venue_rules,
        instrument=cea25,
        base=cea25.quote("74.63"),
        participants=people,
        day=day,
        at=at("08:00:00", day),
    )
    announced = AnnounceAuction(
        order_id="A-1",
        account="SELLER",
        instrument="CEA25",
        quantity=100_000,
        floor=cea25.quote("74.63"),
        price_mode=mode,
        opens=at("13:00:00", day),
        closes=at("14:00:00", day),
        at=at("09:00:00", day),
    )
    assert refused(venue, attrs.evolve(announced, floor=cea25.quote("70.00"))) == Refusal.FLOOR_NOT_ALLOWED
    assert refused(venue, attrs.evolve(announced, quantity=99_999)) == Refusal.OUTSIDE_SIZE
    times: list[dict[str, Any]] = [
        {"closes": at("15:00:01", day)},
        {"opens": at("12:00:00", day)},
        {"opens": at("14:00:00", day)},
        {"at": at("13:00:01", day)},
    ]
    for changed in times:
        assert refused(venue, attrs.evolve(announced, **changed)) == Refusal.OUTSIDE_HOURS
    low = venue.copy()
    told(low, attrs.evolve(announced, floor=cea25.quote("67.17")))
    told(venue, announced)

    def bid(name: str, price: str, quantity: int, time: str = "13:00:00") -> Bid:
        return Bid(
            order_id=f"B-{name}-{time}",
            account=name,
            target="A-1",
            price=cea25.quote(price),
            quantity=quantity,
            at=at(time, day),
        )

    assert refused(venue, bid("A", "80.00", 1, "12:59:59")) == Refusal.AUCTION_CLOSED
    told(venue, bid("A", "80.00", 60_000))
    told(venue, bid("B", "78.00", 30_000, "13:10:00"))
    told(venue, bid("C", "75.00", 40_000, "13:20:00"))
    assert refused(venue, bid("C", "82.10", 1, "13:21:00")) == Refusal.OUTSIDE_BAND
    assert refused(venue, bid("C", "74.62", 1, "13:21:00")) == Refusal.BELOW_FLOOR
    assert refused(venue, bid("SELLER", "80.00", 1, "13:21:00")) == Refusal.SELF_TRADE
    assert refused(venue, bid("A", "80.00", 60_000, "13:21:00")) == Refusal.INSUFFICIENT_CASH
    late = bid("C", "82.09", 1, "13:30:00")
    told(venue, late)
    gone = Cancel(account="C", target=late.order_id, at=at("13:31:00", day))
    assert refused(venue, attrs.evolve(gone, account="A")) == Refusal.NOT_OWNER
    told(venue, gone)
    assert refused(venue, CloseAuction(target="A-1", at=at("13:59:59", day))) == Refusal.AUCTION_RUNNING
    assert refused(venue, CloseDay(at=at("15:00:00", day))) == Refusal.AUCTION_RUNNING
    made = trades(told(venue, CloseAuction(target="A-1", at=at("14:00:00", day))))
    assert refused(venue, bid("A", "80.00", 1, "14:00:00")) == Refusal.UNKNOWN_ORDER
    assert [each.quantity for each in made] == [60_000, 30_000, 10_000]
    assert venue.last("CEA25") == cea25.quote("74.63")
    for name in ("SELLER", "A", "B", "C"):
        position = venue.position(name, cea25.asset, "CNY")
        assert (position.offered, position.committed) == (0, Money("0.00", "CNY"))
    (bulletin,) = next(
        event.bulletins
        for event in told(venue, CloseDay(at=at("15:00:00", day)))
        if isinstance(event, DayClosed)
    )
    assert bulletin.close == cea25.quote("74.63")  # an auction makes no price of the day
    return venue, made, bulletin.close


def test_an_auction_at_one_price() -> None:
    _, made, _ = auctioned(PriceMode.UNIFORM)
    assert {str(trade.price) for trade in made} == {"75.00 CNY/tCO2e"}
    assert sum((trade.value for trade in made), Money(0, "CNY")) == Money("7500000.00", "CNY")


def test_an_auction_at_each_ones_own_bid() -> None:
    _, made, _ = auctioned(PriceMode.PAY_AS_BID)
    assert sum((trade.value for trade in made), Money(0, "CNY")) == Money("7890000.00", "CNY")


def test_an_auction_nobody_bids_in_returns_the_units() -> None:
    venue = opened()
    told(
        venue,
        AnnounceAuction(
            order_id="A-1",
            account="SELLER",
            instrument="CEA",
            quantity=500,
            floor=CEA.quote("50.00"),
            price_mode=PriceMode.UNIFORM,
            opens=at("09:30:00"),
            closes=at("10:00:00"),
            at=at("09:00:00"),
        ),
    )
    assert free(venue)[0] == (500, 0)
    said = told(venue, CloseAuction(target="A-1", at=at("10:00:00")))
    assert [event.reason for event in said if isinstance(event, OrderEnded)] == ["not sold by the auction"]
    assert free(venue)[0] == (0, 0)


# -------------------------------------------------------------------------- call auctions


def test_a_call_gathers_orders_and_crosses_them_at_one_price() -> None:
    venue = opened()
    told(venue, order("S-1", "SELLER", Side.SELL, "47.50", 100, "09:00:00"))
    told(venue, order("B-1", "BUYER", Side.BUY, "48.50", 60, "09:01:00"))
    told(venue, order("B-2", "THIRD", Side.BUY, "47.80", 30, "09:02:00"))
    assert not trades(told(venue, order("S-2", "SELLER", Side.SELL, "48.20", 50, "09:03:00")))
    assert refused(venue, Uncross(instrument="CEA", at=at("09:24:59"))) == Refusal.CALL_RUNNING
    forgotten = venue.copy()
    early = order("B-9", "BUYER", Side.BUY, "48.00", 5, "09:30:00")
    assert refused(forgotten, early) == Refusal.CALL_RUNNING
    moved = Replace(account="SELLER", target="S-1", order_id="S-9", quantity=7, at=at("09:30:00"))
    assert refused(forgotten, moved) == Refusal.CALL_RUNNING
    made = trades(told(venue, Uncross(instrument="CEA", at=at("09:25:00"))))
    assert {each.price for each in made} == {CEA.quote("47.80")}
    assert [(str(each.buyer), each.quantity) for each in made] == [("BUYER", 60), ("THIRD", 30)]
    assert {each.method for each in made} == {Method.CALL}
    assert venue.order("S-1").remaining == 10
    assert free(venue)[1:] == [(0, 0), (0, 0)]
    assert venue.last("CEA") == CEA.quote("47.80")
    made = trades(told(venue, order("B-3", "BUYER", Side.BUY, "48.00", 5, "09:30:00")))
    assert [str(each.price) for each in made] == ["47.50 CNY/tCO2e"]


# ------------------------------------------------------------------------ prices of a book


@pytest.mark.parametrize(
    ("bid", "ask", "last", "price"),
    [
        ("30.50", "30.00", "30.20", "30.20"),
        ("30.50", "30.00", "29.50", "30.00"),
        ("30.50", "30.00", "31.00", "30.50"),
    ],
)
def test_two_orders_trade_at_the_middle_of_three_prices(bid: str, ask: str, last: str, price: str) -> None:
    people = [
        Participant(account=name, kind=ParticipantKind.INSTITUTION, allowances=100, cash=Money("9999", "CNY"))
        for name in PEOPLE
    ]
    venue = open_venue(
        always(book_rules(pricing=Pricing.MIDDLE)),
        instrument=CEA,
        base=CEA.quote(last),
        participants=people,
        day=DAY,
        at=at("08:00:00"),
    )
    told(venue, order("S-1", "SELLER", Side.SELL, ask, 10, "09:30:00"))
    (trade,) = trades(told(venue, order("B-1", "BUYER", Side.BUY, bid, 10, "09:31:00")))
    assert trade.price == CEA.quote(price)
    assert free(venue) == [(0, 0)] * 3
    spent = Money("9999", "CNY") - trade.value
    assert venue.position("BUYER", CEA.asset, "CNY").money == spent


def test_a_market_order_goes_no_further_than_its_protection() -> None:
    venue = opened()
    told(venue, order("S-1", "SELLER", Side.SELL, "48.00", 10, "09:30:00"))
    told(venue, order("S-2", "SELLER", Side.SELL, "50.40", 10, "09:30:00"))
    told(venue, order("S-3", "SELLER", Side.SELL, "50.41", 10, "09:30:00"))
    market = NewOrder(
        order_id="B-1",
        account="BUYER",
        instrument="CEA",
        side=Side.BUY,
        quantity=30,
        order_type=OrderType.MARKET,
        at=at("09:31:00"),
    )
    said = told(venue, market)
    assert [str(each.price) for each in trades(said)] == ["48.00 CNY/tCO2e", "50.40 CNY/tCO2e"]
    assert (venue.order("B-1").withdrawn, venue.order("B-1").price) == (10, None)
    empty = told(opened(), attrs.evolve(market, side=Side.SELL))
    assert [event.reason for event in empty if isinstance(event, OrderEnded)] == ["not filled at once"]


# ---------------------------------------------------------------------------- day to day


def next_day(venue: Venue, day: str = "2021-07-19") -> tuple[Event, ...]:
    told(venue, CloseDay(at=at("15:00:00")))
    date = datetime.date.fromisoformat(day)
    return told(venue, OpenDay(day=date, at=at("08:00:00", date)))


def test_orders_stand_as_long_as_they_say() -> None:
    venue = opened()
    monday = datetime.date(2021, 7, 19)
    told(venue, order("DAY", "SELLER", Side.SELL, "49.00", 10, "09:30:00"))
    told(
        venue,
        order(
            "GTC", "SELLER", Side.SELL, "49.00", 10, "09:30:00", time_in_force=TimeInForce.GOOD_TILL_CANCEL
        ),
    )
    told(
        venue,
        order(
            "FAR", "SELLER", Side.SELL, "52.80", 10, "09:30:00", time_in_force=TimeInForce.GOOD_TILL_CANCEL
        ),
    )
    for name, until in (("GTD-1", DAY), ("GTD-2", monday)):
        gtd = {"time_in_force": TimeInForce.GOOD_TILL_DATE, "until": until}
        told(venue, order(name, "SELLER", Side.SELL, "49.00", 10, "09:30:00", **gtd))
    past = {"time_in_force": TimeInForce.GOOD_TILL_DATE, "until": datetime.date(2021, 7, 15)}
    assert (
        refused(venue, order("OLD", "SELLER", Side.SELL, "49.00", 1, "09:30:00", **past))
        == Refusal.OUTSIDE_HOURS
    )
    told(venue, order("S-1", "SELLER", Side.SELL, "47.00", 1, "09:30:00"))
    told(venue, order("B-1", "BUYER", Side.BUY, "47.00", 1, "09:31:00"))
    said = next_day(venue)
    assert venue.previous_close("CEA") == CEA.quote("47.00")
    outside = [str(event.order_id) for event in said if isinstance(event, OrderEnded)]
    assert outside == ["FAR"]  # 52.80 lies above 47.00 × 1.1
    shown = [str(name) for level in venue.levels("CEA", Side.SELL) for name in level.orders]
    assert shown == ["GTC", "GTD-2"]
    assert [str(each.order_id) for each in venue.orders()] == ["GTC", "FAR", "GTD-2"]
    assert free(venue)[0] == (20, 0)
    told(venue, CloseDay(at=at("15:00:00", monday)))
    assert venue.order("GTD-2").state is OrderState.EXPIRED
    assert venue.order("GTC").state is OrderState.NEW


def test_units_bought_wait_for_the_next_day() -> None:
    venue = opened(book_rules(bought=Available.NEXT_TRADING_DAY))
    told(venue, Withdraw(account="BUYER", amount=1_000_000, asset=CEA.asset, at=at("09:00:00")))
    told(venue, order("S-1", "SELLER", Side.SELL, "48.00", 10, "09:30:00"))
    told(venue, order("B-1", "BUYER", Side.BUY, "48.00", 10, "09:31:00"))
    assert (
        refused(venue, order("S-2", "BUYER", Side.SELL, "48.00", 1, "09:32:00"))
        == Refusal.INSUFFICIENT_ALLOWANCES
    )
    assert (
        refused(venue, Withdraw(account="BUYER", amount=1, asset=CEA.asset, at=at("09:32:00")))
        == Refusal.INSUFFICIENT_ALLOWANCES
    )
    next_day(venue)
    monday = datetime.date(2021, 7, 19)
    told(
        venue,
        attrs.evolve(order("S-2", "BUYER", Side.SELL, "48.00", 10, "09:32:00"), at=at("09:30:00", monday)),
    )


def test_days_follow_each_other() -> None:
    venue = opened()
    assert refused(venue, OpenDay(day="2021-07-19", at=at("10:00:00"))) == Refusal.DAY_STILL_OPEN
    assert refused(venue, CloseDay(at=at("14:59:59"))) == Refusal.BEFORE_CLOSE
    told(venue, CloseDay(at=at("15:00:00")))
    assert refused(venue, CloseDay(at=at("15:00:00"))) == Refusal.DAY_NOT_OPEN
    assert refused(venue, OpenDay(day=DAY, at=at("15:00:00"))) == Refusal.CLOCK_BACKWARDS
    monday = datetime.date(2021, 7, 19)
    assert refused(venue, OpenDay(day="2021-07-17", at=at("15:00:00"))) == Refusal.NOT_A_TRADING_DAY
    assert refused(venue, OpenDay(day=monday, at=at("09:00:01", monday))) == Refusal.OUTSIDE_HOURS
    assert refused(venue, order("O-1", "BUYER", Side.BUY, "48.00", 1, "15:00:00")) == Refusal.DAY_NOT_OPEN
    told(venue, OpenDay(day=monday, at=at("09:00:00", monday)))


def test_the_clock_does_not_go_back() -> None:
    venue = opened()
    told(venue, order("O-1", "BUYER", Side.BUY, "48.00", 1, "09:31:00"))
    assert refused(venue, order("O-2", "BUYER", Side.BUY, "48.00", 1, "09:30:59")) == Refusal.CLOCK_BACKWARDS
    told(venue, order("O-2", "BUYER", Side.BUY, "48.00", 1, "09:31:00"))


# --------------------------------------------------------------------- risk and staff


def test_a_halt_stops_orders_and_lets_them_be_cancelled() -> None:
    venue = opened()
    told(venue, order("O-1", "BUYER", Side.BUY, "48.00", 1, "09:30:00"))
    for name in ("CEA", None):
        assert refused(venue, Resume(instrument=name, at=at("09:31:00"))) == Refusal.NO_CHANGE
        told(venue, Halt(instrument=name, reason="a failure", at=at("09:31:00")))
        assert refused(venue, order("O-2", "BUYER", Side.BUY, "48.00", 1, "09:31:00")) == Refusal.HALTED
        assert refused(venue, Uncross(instrument="CEA", at=at("09:31:00"))) == Refusal.HALTED
        told(venue, Resume(instrument=name, at=at("09:31:00")))
    told(venue, Halt(reason="", at=at("13:00:00")))
    assert refused(venue, proposal()) == Refusal.HALTED
    told(venue, Cancel(account="BUYER", target="O-1", at=at("13:00:00")))


def test_a_restricted_participant_may_only_cancel() -> None:
    venue = opened()
    told(venue, order("O-1", "BUYER", Side.BUY, "48.00", 1, "09:30:00"))
    told(venue, Warn(account="BUYER", reason="abnormal orders", at=at("09:30:00")))
    told(venue, Restrict(account="BUYER", side=Side.BUY, reason="unpaid", at=at("09:31:00")))
    assert refused(venue, order("O-2", "BUYER", Side.BUY, "48.00", 1, "09:31:00")) == Refusal.RESTRICTED
    told(venue, order("O-2", "BUYER", Side.SELL, "49.00", 1, "09:31:00"))
    told(venue, Restrict(account="BUYER", reason="unpaid", at=at("09:32:00")))
    assert refused(venue, order("O-3", "BUYER", Side.SELL, "49.00", 1, "09:32:00")) == Refusal.RESTRICTED
    told(venue, Cancel(account="BUYER", target="O-1", at=at("09:33:00")))
    told(venue, Release(account="BUYER", at=at("09:34:00")))
    assert refused(venue, Release(account="BUYER", at=at("09:34:00"))) == Refusal.NO_CHANGE
    told(venue, order("O-3", "BUYER", Side.SELL, "49.00", 1, "09:34:00"))


def test_nobody_bids_for_more_than_it_may_hold() -> None:
    limit = PositionLimit(emitter=500, other=1_000_500)
    venue = opened(book_rules(limit=limit), kind=ParticipantKind.INSTITUTION)
    told(venue, order("O-1", "BUYER", Side.BUY, "48.00", 400, "09:30:00"))
    assert refused(venue, order("O-2", "BUYER", Side.BUY, "48.00", 101, "09:30:00")) == Refusal.POSITION_LIMIT
    told(venue, order("O-2", "BUYER", Side.BUY, "48.00", 100, "09:30:00"))
    told(venue, Reduce(account="BUYER", target="O-1", quantity=50, at=at("09:31:00")))
    told(venue, Replace(account="BUYER", target="O-1", order_id="O-3", quantity=400, at=at("09:31:00")))
    worse = Replace(account="BUYER", target="O-3", order_id="O-4", quantity=401, at=at("09:31:00"))
    assert refused(venue, worse) == Refusal.POSITION_LIMIT
    emitter = opened(book_rules(limit=limit))
    assert refused(emitter, order("O-1", "BUYER", Side.BUY, "48.00", 1, "09:30:00")) == Refusal.POSITION_LIMIT


def test_a_large_holding_is_reported_once() -> None:
    large = PositionLimit(emitter=1_000_010, other=0)
    venue = opened(book_rules(large=large))
    told(venue, order("S-1", "SELLER", Side.SELL, "48.00", 30, "09:30:00"))
    said = [
        told(venue, order(f"B-{number}", "BUYER", Side.BUY, "48.00", 10, "09:31:00")) for number in (1, 2, 3)
    ]
    found = [[event for event in events if isinstance(event, LargeHolding)] for events in said]
    assert [len(each) for each in found] == [0, 1, 0]
    assert (found[1][0].holding, found[1][0].threshold) == (1_000_020, 1_000_010)


def test_what_margin_stands_behind_needs_no_units() -> None:
    rules = attrs.evolve(book_rules(), funding=ruled(Funding.MARGIN))
    venue = opened(rules)
    told(venue, order("S-1", "SELLER", Side.SELL, "48.00", 99_000, "09:30:00"))
    for number in range(11):
        told(venue, order(f"T-{number}", "SELLER", Side.SELL, "48.00", 99_000, "09:30:00"))
    told(venue, order("B-1", "BUYER", Side.BUY, "48.00", 99_000, "09:31:00"))
    assert venue.position("BUYER", CEA.asset, "CNY").money == Money("100000000.00", "CNY")
    assert venue.position("SELLER", CEA.asset, "CNY").holding == 901_000


# ------------------------------------------------------------------------- bad commands

BAD: dict[Refusal, list[Command]] = {
    Refusal.DUPLICATE_ACCOUNT: [Admit(account="BUYER", kind=ParticipantKind.INDIVIDUAL, at=at("09:00:00"))],
    Refusal.DAY_STILL_OPEN: [
        ListInstrument(
            instrument=attrs.evolve(CEA, id=instrument("CEA21", datetime.date(2023, 8, 28)).id),
            base=CEA.quote("48.00"),
            at=at("09:00:00"),
        )
    ],
    Refusal.UNKNOWN_INSTRUMENT: [
        attrs.evolve(order("N", "BUYER", Side.BUY, "48.00", 1, "09:30:00"), instrument="CEA99"),
        Halt(instrument="CEA99", reason="", at=at("09:00:00")),
        Uncross(instrument="CEA99", at=at("09:30:00")),
    ],
    Refusal.UNKNOWN_ACCOUNT: [
        Deposit(account="NOBODY", amount=Money("1", "CNY"), at=at("09:00:00")),
        Warn(account="NOBODY", reason="", at=at("09:00:00")),
    ],
    Refusal.ODD_LOT: [
        Deposit(account="BUYER", amount=0, asset="CEA", at=at("09:00:00")),
        Withdraw(account="BUYER", amount=Money("-1", "CNY"), at=at("09:00:00")),
        Deposit(account="BUYER", amount=Money("1.005", "CNY"), at=at("09:00:00")),
    ],
    Refusal.INSUFFICIENT_CASH: [
        Withdraw(account="BUYER", amount=Money("100000000.01", "CNY"), at=at("09:00:00")),
        order("N", "BUYER", Side.BUY, "52.80", 99_999, "09:30:00"),
    ],
    Refusal.INSUFFICIENT_ALLOWANCES: [Withdraw(account="BUYER", amount=1, asset="EUA", at=at("09:00:00"))],
    Refusal.TOO_LARGE: [
        attrs.evolve(order("N", "BUYER", Side.BUY, "48.00", 1, "09:30:00"), quantity=10**17),
        attrs.evolve(order("N", "BUYER", Side.BUY, "48.00", 1, "09:30:00"), price=CEA.quote("1e20")),
    ],
    Refusal.METHOD_NOT_OFFERED: [
        Take(order_id="N", account="BUYER", target="O", quantity=1, at=at("09:30:00")),
        order("N", "BUYER", Side.BUY, "48.00", 1, "09:00:00", time_in_force=TimeInForce.FILL_OR_KILL),
    ],
    Refusal.OUTSIDE_HOURS: [order("N", "BUYER", Side.BUY, "48.00", 1, "12:00:00")],
    Refusal.OUTSIDE_SIZE: [order("N", "BUYER", Side.BUY, "48.00", 5, "09:30:00", minimum=6)],
    Refusal.UNKNOWN_ORDER: [
        Confirm(account="BUYER", target="P-9", at=at("13:00:00")),
        CloseAuction(target="A-9", at=at("13:00:00")),
        Cancel(account="BUYER", target="O-9", at=at("09:30:00")),
    ],
}


@pytest.mark.parametrize(
    ("code", "command"), [(code, each) for code, all_of in BAD.items() for each in all_of]
)
def test_a_bad_command_is_refused_for_its_reason(code: Refusal, command: Command) -> None:
    venue = opened()
    if code is Refusal.INSUFFICIENT_CASH and isinstance(command, NewOrder):
        told(venue, Withdraw(account="BUYER", amount=Money("99000000", "CNY"), at=at("09:00:00")))
    assert refused(venue, command) == code


def test_money_reaches_to_the_last_cent() -> None:
    for cash, enough in (("479.99", False), ("480.00", True)):
        venue = opened()
        taken = Money("100000000", "CNY") - Money(cash, "CNY")
        told(venue, Withdraw(account="BUYER", amount=taken, at=at("09:00:00")))
        bought = order("O-1", "BUYER", Side.BUY, "48.00", 10, "09:30:00")
        if enough:
            told(venue, bought)
        else:
            assert refused(venue, bought) == Refusal.INSUFFICIENT_CASH


def test_a_protection_is_rounded_towards_the_best_price() -> None:
    venue = opened()
    for name, price in (("S-1", "48.01"), ("S-2", "50.41"), ("S-3", "50.42")):
        told(venue, order(name, "SELLER", Side.SELL, price, 1, "09:30:00"))
    market = NewOrder(
        order_id="B-1",
        account="BUYER",
        instrument="CEA",
        side=Side.BUY,
        quantity=3,
        order_type=OrderType.MARKET,
        at=at("09:31:00"),
    )
    assert len(trades(told(venue, market))) == 2  # 48.01 × 1.05 is 50.4105


def test_a_venue_without_market_orders_says_so() -> None:
    rules = book_rules()
    plain = attrs.evolve(rules, methods=(attrs.evolve(rules.methods[0], protection=None), *rules.methods[1:]))
    market = NewOrder(
        order_id="N",
        account="BUYER",
        instrument="CEA",
        side=Side.BUY,
        quantity=1,
        order_type=OrderType.MARKET,
        at=at("09:30:00"),
    )
    assert refused(opened(plain), market) == Refusal.NO_MARKET_ORDERS


def test_an_instrument_is_listed_once() -> None:
    venue = Venue(venue_rules)
    listed = ListInstrument(instrument=CEA, base=CEA.quote("48.00"), at=at("08:00:00"))
    told(venue, listed)
    assert refused(venue, listed) == Refusal.DUPLICATE_INSTRUMENT


@pytest.mark.parametrize("thing", [None, 5, "buy", object(), Decimal(1), [1]])
def test_what_is_no_command_is_refused_as_such(thing: Any) -> None:  # noqa: ANN401  of any type
    venue = opened()
    (said,) = venue.apply(thing)
    assert isinstance(said, Rejected)
    assert said.code == Refusal.NOT_A_COMMAND


def test_every_reason_code_is_given_by_some_test() -> None:
    folder = Path(__file__).resolve().parents[1]
    text = "".join(path.read_text("utf-8") for path in sorted(folder.rglob("test_*.py")))
    assert [each.name for each in Refusal if f"Refusal.{each.name}" not in text] == []


def test_a_snapshot_keeps_what_is_under_way() -> None:
    """A proposal, an auction with bids, restrictions, halts: all go on as they would have."""
    venue = opened()
    told(
        venue,
        AnnounceAuction(
            order_id="A-1",
            account="SELLER",
            instrument="CEA",
            quantity=500,
            floor=CEA.quote("48.00"),
            price_mode=PriceMode.PAY_AS_BID,
            opens=at("09:30:00"),
            closes=at("14:00:00"),
            at=at("09:00:00"),
        ),
    )
    bid = Bid(
        order_id="B-1",
        account="BUYER",
        target="A-1",
        price=CEA.quote("49.00"),
        quantity=300,
        at=at("09:30:00"),
    )
    told(venue, bid)
    told(venue, Restrict(account="THIRD", reason="unpaid", at=at("09:31:00")))
    told(venue, proposal(counterparty="BUYER"))
    told(venue, attrs.evolve(proposal(), order_id="P-2"))
    told(venue, Halt(instrument="CEA", reason="a failure", at=at("13:01:00")))
    copy = venue.copy()
    assert copy.snapshot() == venue.snapshot()
    rest = (
        Resume(instrument="CEA", at=at("13:02:00")),
        Confirm(account="BUYER", target="P-1", at=at("13:03:00")),
        Confirm(account="THIRD", target="P-2", at=at("13:03:00")),
        Cancel(account="BUYER", target="B-1", at=at("13:04:00")),
        attrs.evolve(bid, order_id="B-2", at=at("13:05:00")),
        CloseAuction(target="A-1", at=at("14:00:00")),
        CloseDay(at=at("15:00:00")),
    )
    assert [copy.apply(command) for command in rest] == [venue.apply(command) for command in rest]
    assert copy.snapshot() == venue.snapshot()
