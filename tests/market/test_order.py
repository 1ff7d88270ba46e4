from __future__ import annotations

import datetime
from typing import Any

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError, WrongTypeError
from carbonkit.market import Cancel, NewOrder, OrderState, OrderType, Side, Take, TimeInForce
from carbonkit.market.order import MOVES
from carbonkit.values import AccountId, InstrumentId, OrderId, Price, as_instant

PRICE = Price("48.00", "CNY", "tCO2e")
AT = as_instant("2021-07-16T01:30:00Z")


def test_the_end_states_have_no_way_out() -> None:
    assert {state for state in OrderState if not MOVES[state]} == {
        OrderState.FILLED,
        OrderState.CANCELLED,
        OrderState.EXPIRED,
    }
    assert all(OrderState.NEW not in moves for moves in MOVES.values())


def test_sides_face_each_other() -> None:
    assert Side.BUY.opposite is Side.SELL
    assert Side.SELL.opposite is Side.BUY


def test_commands_take_text_at_the_edge() -> None:
    at = "2021-07-16T09:30:00+08:00"
    post = NewOrder(
        order_id="S-1", account="A", instrument="CEA", side=Side.SELL, price=PRICE, quantity="100", at=at
    )
    same = NewOrder(
        order_id=OrderId("S-1"),
        account=AccountId("A"),
        instrument=InstrumentId("CEA"),
        side=Side.SELL,
        price=PRICE,
        quantity=100,
        at=AT,
    )
    assert post == same
    assert Take(order_id="T-1", account="B", target="S-1", quantity=1, at=at).target == OrderId("S-1")
    assert Cancel(account="A", target="S-1", at=at).at == AT


def test_commands_refuse_what_is_not_exact() -> None:
    inexact: Any = 1.5
    with pytest.raises(InexactNumberError):
        NewOrder(
            order_id="S", account="A", instrument="CEA", side=Side.SELL, price=PRICE, quantity=inexact, at=AT
        )
    with pytest.raises(InvalidValueError):
        Cancel(account="A", target="S 1", at=AT)
    with pytest.raises(InvalidValueError):
        Cancel(account="A", target="S-1", at=datetime.datetime(2021, 7, 16, 9, 30))  # noqa: DTZ001  the point


@pytest.mark.parametrize(("field", "value"), [("side", "sell"), ("price", "48.00")])
def test_a_post_takes_a_side_and_a_price(field: str, value: str) -> None:
    facts: dict[str, Any] = {"side": Side.SELL, "price": PRICE, field: value}
    with pytest.raises(WrongTypeError, match=f"{field}: must be of type {field.title()}, was '{value}'"):
        NewOrder(order_id="S-1", account="A", instrument="CEA", quantity=1, at=AT, **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"price": None},
        {"order_type": OrderType.MARKET},
        {"time_in_force": TimeInForce.GOOD_TILL_DATE},
        {"until": datetime.date(2021, 7, 20)},
        {"post_only": 1},
        {"order_type": "limit"},
        {"minimum": 0.5},
        {"quantity": True},
        {"quantity": 10**70},
    ],
)
def test_fields_that_do_not_fit_make_no_order(facts: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "order_id": "S-1",
        "account": "A",
        "instrument": "CEA",
        "side": Side.SELL,
        "price": PRICE,
        "quantity": 100,
        "at": AT,
    }
    assert NewOrder(**given).quantity == 100
    with pytest.raises(InvalidValueError):
        NewOrder(**(given | facts))
