from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, MarketError, WrongTypeError
from carbonkit.market import Cancel, Order, OrderState, Post, Refusal, Side, Take
from carbonkit.market.order import MOVES
from carbonkit.values import AccountId, OrderId, Price, as_instant

PRICE = Price("48.00", "CNY", "tCO2e")
AT = as_instant("2021-07-16T01:30:00Z")


def order(quantity: int = 100) -> Order:
    return Order(
        order_id=OrderId("S-1"), account=AccountId("A"), side=Side.SELL, price=PRICE, quantity=quantity, at=AT
    )


def stepped(now: Order, step: str | int) -> Order | str:
    """Give the order after a step, or the code of its refusal."""
    try:
        return now.fill(step) if isinstance(step, int) else now.cancel() if step == "cancel" else now.expire()
    except MarketError as error:
        return error.problem.code


@given(st.integers(1, 1000), st.lists(st.sampled_from(["cancel", "expire"]) | st.integers(1, 400)))
def test_an_order_moves_only_as_the_table_says(quantity: int, steps: list[str | int]) -> None:
    now = order(quantity)
    for step in steps:
        after = stepped(now, step)
        if isinstance(after, str):
            assert after == (Refusal.MORE_THAN_POSTED if now.state.live else Refusal.DEAD_ORDER)
            continue
        assert after.state in MOVES[now.state]
        assert after.quantity == after.filled + after.remaining + after.withdrawn == quantity
        assert after.state.live == (after.remaining > 0)
        now = after


def test_the_end_states_have_no_way_out() -> None:
    assert {state for state in OrderState if not MOVES[state]} == {
        OrderState.FILLED,
        OrderState.CANCELLED,
        OrderState.EXPIRED,
    }
    assert all(OrderState.NEW not in moves for moves in MOVES.values())


def test_a_fill_takes_no_more_than_remains() -> None:
    with pytest.raises(MarketError) as error:
        order().fill(60).fill(41)
    assert error.value.problem.code == Refusal.MORE_THAN_POSTED


@pytest.mark.parametrize("end", [order().fill(100), order().cancel(), order().fill(1).expire()])
def test_a_dead_order_does_nothing(end: Order) -> None:
    for act in (end.cancel, end.expire, lambda: end.fill(1)):
        with pytest.raises(MarketError) as error:
            act()
        assert error.value.problem.code == Refusal.DEAD_ORDER


def test_sides_face_each_other() -> None:
    assert Side.BUY.opposite is Side.SELL
    assert Side.SELL.opposite is Side.BUY


def test_commands_take_text_at_the_edge() -> None:
    at = "2021-07-16T09:30:00+08:00"
    post = Post(order_id="S-1", account="A", side=Side.SELL, price=PRICE, quantity="100", at=at)
    same = Post(
        order_id=OrderId("S-1"), account=AccountId("A"), side=Side.SELL, price=PRICE, quantity=100, at=AT
    )
    assert post == same
    assert Take(order_id="T-1", account="B", target="S-1", quantity=1, at=at).target == OrderId("S-1")
    assert Cancel(account="A", target="S-1", at=at).at == AT


def test_commands_refuse_what_is_not_exact() -> None:
    with pytest.raises(InexactNumberError):
        Post(order_id="S", account="A", side=Side.SELL, price=PRICE, quantity=1.5, at=AT)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        Cancel(account="A", target="S 1", at=AT)
    with pytest.raises(InvalidValueError):
        Cancel(account="A", target="S-1", at=datetime.datetime(2021, 7, 16, 9, 30))  # noqa: DTZ001  the point


@pytest.mark.parametrize(("field", "value"), [("side", "sell"), ("price", "48.00")])
def test_a_post_takes_a_side_and_a_price(field: str, value: str) -> None:
    facts: dict[str, Any] = {"side": Side.SELL, "price": PRICE, field: value}
    with pytest.raises(WrongTypeError, match=f"{field}: must be of type {field.title()}, was '{value}'"):
        Post(order_id="S-1", account="A", quantity=1, at=AT, **facts)
