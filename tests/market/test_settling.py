"""What comes after trading: netting, reconciliation, and a central counterparty that stands between."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market import (
    CentralCounterparty,
    Delivery,
    Forward,
    Future,
    Layer,
    Method,
    Obligation,
    Option,
    Refusal,
    Right,
    SettlementBreak,
    Trade,
    final_settlement_price,
    net,
    reconcile_day,
    waterfall,
)
from carbonkit.schemes import shanghai
from carbonkit.schemes.china_national import instrument
from carbonkit.values import AccountId, AssetId, Money, OrderId, Price, Rounding, as_instant

DAY = datetime.date(2021, 7, 16)
CEA = instrument("CEA", DAY)
CONTRACT = shanghai.forward(2023, 11)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


# -------------------------------------------------------------------------------- netting

OWED = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.integers(1, 99), st.integers(1, 9999)),
    max_size=30,
)


@given(OWED)
def test_netting_loses_nothing(owed: list[tuple[str, str, int, int]]) -> None:
    obligations = [
        Obligation(
            trade=f"T/{number}",
            asset=AssetId("EUA"),
            quantity=quantity,
            seller=AccountId(seller),
            buyer=AccountId(buyer),
            cash=Money.from_minor(cents, "EUR"),
        )
        for number, (seller, buyer, quantity, cents) in enumerate(owed)
    ]
    found = {str(each.account): each for each in net(obligations)}
    assert sum(sum(each.units.values()) for each in found.values()) == 0
    assert sum(money.to_minor() for each in found.values() for money in each.cash.values()) == 0
    for name in {*(each[0] for each in owed), *(each[1] for each in owed)}:
        units = sum(q * ((b == name) - (s == name)) for s, b, q, _ in owed)
        cents = sum(c * ((s == name) - (b == name)) for s, b, _, c in owed)
        assert found[name].units.get(AssetId("EUA"), 0) == units
        assert sum(money.to_minor() for money in found[name].cash.values()) == cents


# ------------------------------------------------------------------------- reconciliation


def trade(sequence: int, seller: str, buyer: str, price: str, quantity: int) -> Trade:
    return Trade(
        sequence=sequence,
        day=DAY,
        instrument=CEA,
        method=Method.LISTED,
        price=CEA.quote(price),
        quantity=quantity,
        buyer=AccountId(buyer),
        seller=AccountId(seller),
        maker=OrderId("S"),
        taker=OrderId("T"),
        at=as_instant("2021-07-16T02:00:00Z"),
    )


TRADES = (trade(1, "A", "B", "48.00", 100), trade(2, "B", "A", "50.00", 40))
A, B = AccountId("A"), AccountId("B")
OPENING = ({(A, CEA.asset): 1000}, {(B, "CNY"): cny("10000.00")})
REGISTRY = {(A, CEA.asset): 940, (B, CEA.asset): 60}
BANK = {(A, "CNY"): cny("2800.00"), (B, "CNY"): cny("7200.00")}
BOTH = [each.reference for each in TRADES]


def test_three_books_that_agree_have_no_break() -> None:
    assert reconcile_day(TRADES, opening=OPENING, registry=REGISTRY, bank=BANK, settled=BOTH) == ()
    assert reconcile_day(TRADES, opening=OPENING, registry=REGISTRY, bank=BANK) == ()


def test_each_break_is_listed() -> None:
    registry, bank = REGISTRY | {(B, CEA.asset): 61}, BANK | {(A, "CNY"): cny("2799.99")}
    found = reconcile_day(
        TRADES, opening=OPENING, registry=registry, bank=bank, settled=[*BOTH, "CEA/20210716/9"]
    )
    assert [(each.book, each.account, each.expected, each.found) for each in found] == [
        ("settlement", "", "a trade of the venue", "settled without one"),
        ("registry", "B", "60", "61"),
        ("bank", "A", "2800.00 CNY", "2799.99 CNY"),
    ]
    assert str(found[1]) == "registry: CEA-2019-2020 of B must be 60, is 61"


def test_a_trade_that_failed_is_a_break_and_moves_nothing() -> None:
    found = reconcile_day(
        TRADES,
        opening=OPENING,
        registry={(A, CEA.asset): 900, (B, CEA.asset): 100},
        bank={(A, "CNY"): cny("4800.00"), (B, "CNY"): cny("5200.00")},
        settled=BOTH[:1],
    )
    assert found == (
        SettlementBreak(
            book="settlement", account="", what="CEA/20210716/2", expected="settled", found="not settled"
        ),
    )


# --------------------------------------------------------------------- central counterparty


def house(percent: int = 10) -> CentralCounterparty:
    return CentralCounterparty("CNY", {CONTRACT.id: percent})


def deal(ccp: CentralCounterparty, buyer: str, seller: str, lots: int, price: str) -> None:
    ccp.open(CONTRACT, buyer=buyer, seller=seller, lots=lots, price=CONTRACT.quote(price))


DEALS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC"), st.integers(1, 50), st.integers(1, 9999)),
    min_size=1,
    max_size=8,
)


@given(st.lists(st.tuples(DEALS, st.integers(1, 9999)), min_size=1, max_size=5))
def test_marks_pay_what_each_deal_gained(days: list[tuple[list[tuple[str, str, int, int]], int]]) -> None:
    ccp = house()
    for deals, price in days:
        for buyer, seller, lots, ticks in deals:
            ccp.open(CONTRACT, buyer=buyer, seller=seller, lots=lots, price=CONTRACT.price(ticks))
        flows = ccp.mark(CONTRACT, CONTRACT.price(price))
        assert sum(flow.amount.to_minor() for flow in flows) == 0
    last = days[-1][1]
    for name in "ABC":
        gained = sum(
            lots * (last - ticks) * ((buyer == name) - (seller == name))
            for deals, _ in days
            for buyer, seller, lots, ticks in deals
        )
        assert ccp.collateral(name).to_minor() == gained * 100  # 100 t × 0.01 CNY is 100 fen a tick


def test_margin_is_called_for_what_may_come() -> None:
    ccp = house()
    deal(ccp, "A", "B", 5, "70.00")
    ccp.deposit("A", cny("3000.00"))
    ccp.mark(CONTRACT, CONTRACT.quote("71.00"))
    assert [(str(call.account), call.required, call.held) for call in ccp.calls()] == [
        ("A", cny("3550.00"), cny("3500.00")),
        ("B", cny("3550.00"), cny("-500.00")),
    ]
    ccp.deposit("A", cny("50.00"))
    assert [str(call.account) for call in ccp.calls()] == ["B"]


def test_a_contract_ends_by_delivery_at_the_mean_of_five_prices() -> None:
    ccp = house()
    deal(ccp, "A", "B", 5, "70.00")
    deal(ccp, "C", "B", 2, "71.00")
    prices = [CONTRACT.quote(price) for price in ("70.50", "70.00", "71.00", "72.00", "71.50", "71.01")]
    days = shanghai.forward_settlement_days("2023-11-27").value
    final = final_settlement_price(CONTRACT, prices, days=days, rounding=Rounding.HALF_UP)
    assert str(final) == "71.10 CNY/tCO2e"  # 355.51 ÷ 5 = 71.102
    ccp.mark(CONTRACT, final)
    owed = ccp.deliver(CONTRACT, final, asset=AssetId("SHEA"), house="SCH")
    assert [(str(each.seller), str(each.buyer), each.quantity, str(each.cash)) for each in owed] == [
        ("B", "SCH", 700, "49770.00 CNY"),
        ("SCH", "A", 500, "35550.00 CNY"),
        ("SCH", "C", 200, "14220.00 CNY"),
    ]
    # A paid 35,550.00 and had gained 550.00: its price is the 70.00 that it bought at
    assert ccp.collateral("A") == cny("550.00")
    assert ccp.position(CONTRACT, "A") == 0


def test_a_contract_may_end_in_cash() -> None:
    ccp = house()
    deal(ccp, "A", "B", 1, "70.00")
    ccp.mark(CONTRACT, CONTRACT.quote("69.00"))
    ccp.expire(CONTRACT)
    assert (ccp.position(CONTRACT, "A"), ccp.collateral("A"), ccp.calls()) == (
        0,
        cny("-100.00"),
        (ccp.calls()[0],),
    )
    assert ccp.required("A") == cny("0.00")


def test_a_default_leaves_the_others_whole() -> None:
    ccp = house()
    for name in "ABC":
        ccp.deposit(name, cny("1000.00"))
    deal(ccp, "A", "B", 10, "70.00")
    ccp.mark(CONTRACT, CONTRACT.quote("70.00"))
    before = {name: ccp.collateral(name) for name in "BC"}
    close_out = CONTRACT.quote("66.00")  # A loses 4.00 × 1,000 t, and has 1,000.00
    layers = [
        Layer("guarantee fund", cny("2500.00")),
        Layer("risk reserve", cny("400.00")),
        Layer("own funds", cny("1000.00")),
    ]
    loss = ccp.default("A", prices={CONTRACT.id: close_out}, layers=layers)
    deal(ccp, "C", "A", 10, "66.00")  # who took the position over bought it from the house
    assert [str(layer.amount) for layer in loss.borne] == [
        "0 CNY",
        "2500.00 CNY",
        "400.00 CNY",
        "100.00 CNY",
    ]
    assert loss.uncovered == cny("0.00")
    assert {name: ccp.collateral(name) for name in "BC"} == before
    assert (ccp.position(CONTRACT, "B"), ccp.position(CONTRACT, "C")) == (-10, 10)


def test_a_default_may_cost_nothing_or_more_than_there_is() -> None:
    ccp = house()
    deal(ccp, "A", "B", 1, "70.00")
    with pytest.raises(InvalidValueError):
        ccp.default("A", prices={}, layers=[])
    assert ccp.default("A", prices={CONTRACT.id: CONTRACT.quote("71.00")}, layers=[]).uncovered == cny("0")
    assert ccp.default("B", prices={CONTRACT.id: CONTRACT.quote("71.00")}, layers=[]).uncovered == cny(
        "100.00"
    )


def test_what_is_not_cleared_is_refused() -> None:
    ccp = house()
    other = shanghai.forward(2023, 8)
    with pytest.raises(MarketError) as error:
        ccp.open(other, buyer="A", seller="B", lots=1, price=other.quote("70.00"))
    assert error.value.problem.code == Refusal.UNKNOWN_INSTRUMENT
    for lots in (0, -1, 1.0, True):
        with pytest.raises(MarketError):
            ccp.open(CONTRACT, buyer="A", seller="B", lots=lots, price=CONTRACT.quote("70.00"))  # type: ignore[arg-type]
    with pytest.raises(MarketError):
        deal(ccp, "A", "B", 1, "70.005")
    for margin in (0, -1, 101, Decimal("NaN")):
        with pytest.raises(InvalidValueError):
            CentralCounterparty("CNY", {CONTRACT.id: margin})
    for amount in (cny("0"), Money("1", "EUR")):
        with pytest.raises(InvalidValueError):
            ccp.deposit("A", amount)
    with pytest.raises(InvalidValueError):
        final_settlement_price(CONTRACT, [CONTRACT.quote("1.00")], days=2, rounding=Rounding.HALF_UP)


@given(st.integers(0, 5000), st.lists(st.integers(0, 2000), max_size=5))
def test_a_loss_falls_from_layer_to_layer(loss: int, layers: list[int]) -> None:
    fallen = waterfall(
        Money.from_minor(loss, "CNY"),
        [Layer(str(number), Money.from_minor(amount, "CNY")) for number, amount in enumerate(layers)],
    )
    paid = [layer.amount.to_minor() for layer in fallen.borne]
    assert sum(paid) + fallen.uncovered.to_minor() == loss
    for number, amount in enumerate(paid):
        assert amount <= layers[number]
        if amount < layers[number]:
            assert not any(paid[number + 1 :])
            assert not fallen.uncovered.to_minor()


def test_nothing_is_borne_of_a_gain() -> None:
    with pytest.raises(InvalidValueError):
        waterfall(cny("-1"), [])
    with pytest.raises(InvalidValueError):
        Layer("reserve", cny("-1"))


def test_a_venues_trades_are_novated() -> None:
    made = Trade(
        sequence=1,
        day=datetime.date(2023, 11, 1),
        instrument=CONTRACT,
        method=Method.BOOK,
        price=CONTRACT.quote("70.00"),
        quantity=300,
        buyer=A,
        seller=B,
        maker=OrderId("S"),
        taker=OrderId("T"),
        at=as_instant("2023-11-01T03:00:00Z"),
    )
    ccp = house()
    ccp.novate([made])
    assert (ccp.position(CONTRACT, A), ccp.position(CONTRACT, B)) == (3, -3)
    with pytest.raises(MarketError):
        ccp.open(attrs.evolve(CONTRACT, lot=10), buyer=A, seller=B, lots=1, price=CONTRACT.quote("70.00"))


def test_terms_fit_themselves() -> None:
    facts: dict[str, Any] = {
        "underlying": "SHEA",
        "last_trading_day": "2023-11-24",
        "final_settlement_day": "2023-11-23",
        "delivery": Delivery.CASH,
    }
    for kind in (Forward, Future):
        with pytest.raises(InvalidValueError):
            kind(**facts)
        assert kind(**(facts | {"final_settlement_day": "2023-11-24"})).delivery is Delivery.CASH
    with pytest.raises(InvalidValueError):
        Option(underlying="EUA", right=Right.PUT, strike=Price("0", "EUR", "tCO2e"), expiry="2025-12-10")


def test_initial_margin_is_rounded_up() -> None:
    ccp = CentralCounterparty("CNY", {CONTRACT.id: "0.5"})
    ccp.open(CONTRACT, buyer="A", seller="B", lots=1, price=CONTRACT.quote("0.01"))
    ccp.mark(CONTRACT, CONTRACT.quote("0.01"))
    assert ccp.required("A") == cny("0.01")  # half a fen
