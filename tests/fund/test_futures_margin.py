"""Futures margin: what the clearing house counts, day by day, and when it calls."""

from __future__ import annotations

import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, NotFoundError
from carbonkit.fund.position.contract_lot import ContractLot
from carbonkit.fund.position.futures_margin import MarginHistory, MarginTerms, mark_daily
from carbonkit.market import CentralCounterparty
from carbonkit.values import Money
from tests.fund_book import DAY, FORWARD, FUTURE, NEXT, lot

TERMS = MarginTerms(initial=Money("5500.00", "EUR"), maintenance=Money("5000.00", "EUR"))


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def marked(*trades: ContractLot, prices: tuple[str, ...], **changed: Any) -> MarginHistory:  # noqa: ANN401
    usual: dict[str, Any] = {"terms": TERMS, "deposited": eur("11000.00")}
    days = [(DAY + datetime.timedelta(place), FUTURE.quote(price)) for place, price in enumerate(prices)]
    return mark_daily(trades, days, **{**usual, **changed})


def test_a_call_fills_up_to_the_initial_margin() -> None:
    history = marked(lot(FUTURE, 2, "70.00"), prices=("69.50", "69.49", "70.00"))
    assert [(str(day.before_call.amount), str(day.call.amount)) for day in history.days] == [
        ("10000.00", "0.00"),
        ("9980.00", "1020.00"),
        ("12020.00", "0.00"),
    ]
    assert history.called == eur("1020.00")
    assert history.variation == eur("0.00")
    assert history.balance == history.days[-1].balance == eur("12020.00")


def test_a_short_is_margined_by_its_size() -> None:
    history = marked(lot(FUTURE, -2, "70.00"), prices=("70.51",))
    assert history.days[0].variation == eur("-1020.00")
    assert history.days[0].call == eur("1020.00")


def test_trades_count_from_their_own_price() -> None:
    history = marked(
        lot(FUTURE, 2, "70.00"), lot(FUTURE, -2, "71.00", NEXT), prices=("70.50", "72.00", "75.00")
    )
    assert [str(day.variation.amount) for day in history.days] == ["1000.00", "1000.00", "0.00"]
    assert [day.lots for day in history.days] == [2, 0, 0]
    assert history.on(NEXT).call == eur("0.00")
    with pytest.raises(NotFoundError):
        history.on("2025-01-01")


def test_it_explains_itself() -> None:
    text = marked(lot(FUTURE, 2, "70.00"), prices=("69.00",)).explain().text()
    assert text == (
        "margin account: 11000.00 EUR = deposited + variation margin + margin calls\n"
        "  deposited: 11000.00 EUR\n"
        "  balance on 2025-06-02: 11000.00 EUR = 2 contracts at 69.00 EUR/tCO2e\n"
        "    variation margin: -2000.00 EUR\n"
        "    margin call: 2000.00 EUR"
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: marked(prices=("70.00",)), "trades: must hold one trade or more, was none"),
        (lambda: marked("a trade", prices=("70.00",)), "trades: must be of type ContractLot"),  # type: ignore[arg-type]
        (
            lambda: marked(lot(FUTURE, 1, "70.00"), lot(FORWARD, 1, "70.00"), prices=("70.00",)),
            "trades: must be EUA-2025-12, was EUA-FWD",
        ),
        (
            lambda: marked(lot(FUTURE, 1, "70.00", NEXT), lot(FUTURE, 1, "70.00"), prices=("70.00",)),
            "trades: must be of 2025-06-03 or later, was 2025-06-02",
        ),
        (
            lambda: marked(lot(FUTURE, 1, "70.00", NEXT), prices=("70.00",)),
            "trades: must be settled by 2025-06-02, was 2025-06-03",
        ),
        (
            lambda: marked(lot(FUTURE, 1, "70.00", NEXT), prices=()),
            "trades: must be settled by the first settlement, was 2025-06-03",
        ),
        (
            lambda: mark_daily(
                [lot(FUTURE, 1, "70.00")],
                [(NEXT, FUTURE.quote("70.00")), (DAY, FUTURE.quote("70.00"))],
                terms=TERMS,
                deposited=eur("0"),
            ),
            "settlements: must come after 2025-06-03, was 2025-06-02",
        ),
        (lambda: marked(lot(FUTURE, 1, "70.00"), prices=("70.005",)), "price: must be a positive multiple"),
        (
            lambda: mark_daily(
                [lot(FUTURE, 1, "70.00")],
                [(DAY, "70.00")],  # type: ignore[list-item]
                terms=TERMS,
                deposited=eur("0"),
            ),
            "settlements, 2025-06-02: must be of type Price, was '70.00'",
        ),
        (
            lambda: marked(lot(FUTURE, 1, "70.00"), prices=("70.00",), deposited=Money("1", "GBP")),
            "deposited: must be EUR, was GBP",
        ),
        (
            lambda: marked(lot(FUTURE, 1, "70.00"), prices=("70.00",), deposited=eur("-1")),
            "deposited: must be zero or more, was -1 EUR",
        ),
        (
            lambda: marked(
                lot(FUTURE, 1, "70.00"),
                prices=("70.00",),
                terms=MarginTerms(initial=Money("2", "GBP"), maintenance=Money("1", "GBP")),
            ),
            "terms: must be EUR, was GBP",
        ),
        (
            lambda: attrs.evolve(TERMS, maintenance=eur("5500.01")),
            "maintenance: must be at most 5500.00 EUR, was 5500.01 EUR",
        ),
        (
            lambda: attrs.evolve(TERMS, maintenance=Money("1", "GBP")),
            "maintenance: must be EUR, was GBP",
        ),
        (lambda: attrs.evolve(TERMS, initial=eur("0.001")), "initial: must have at most 2 decimal places"),
    ],
)
def test_what_cannot_be_marked(make: Any, message: str) -> None:  # noqa: ANN401  what makes it
    with pytest.raises(CarbonkitError) as caught:
        make()
    assert str(caught.value).startswith(message)


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.integers(-5, 5).filter(bool), st.integers(1, 10**4)), max_size=2),
            st.integers(1, 10**4),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_it_counts_as_the_clearing_house_does(days: list[tuple[list[tuple[int, int]], int]]) -> None:
    house = CentralCounterparty("EUR", {FUTURE.id: 10})
    trades: list[ContractLot] = []
    settlements, expected = [], []
    for place, (traded, settled) in enumerate(days):
        day = DAY + datetime.timedelta(place)
        for lots, ticks in traded:
            price = FUTURE.price(ticks)
            trades.append(ContractLot.at(FUTURE, lots, price, day))
            buyer, seller = ("FUND", "OTHER") if lots > 0 else ("OTHER", "FUND")
            house.open(FUTURE, buyer=buyer, seller=seller, lots=abs(lots), price=price)
        flows = {str(flow.account): flow.amount for flow in house.mark(FUTURE, FUTURE.price(settled))}
        expected.append(flows.get("FUND", eur("0.00")))
        settlements.append((day, FUTURE.price(settled)))
    if trades:
        history = mark_daily(
            trades,
            settlements,
            terms=MarginTerms(initial=eur("0"), maintenance=eur("0")),
            deposited=eur("0"),
        )
        assert [day.variation for day in history.days] == expected
        assert history.balance >= eur("0")
