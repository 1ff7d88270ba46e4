"""An account has only so many live orders of an instrument, so that nobody makes a book too long to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.exchange import _order_access
from carbonkit.market import Side
from carbonkit.wire import CANCEL_ORDER, PLACE_ORDER
from tests.exchange.desks import ANN, BOB, Hall

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    monkeypatch.setattr(_order_access, "_MOST_LIVE", 3)
    made = Hall()
    yield made
    made.check()
    made.close()


def full(hall: Hall) -> str:
    said = hall.refused(ANN, PLACE_ORDER, hall.order(ANN, f"X-{hall.asked}", Side.SELL, 1))
    return str(said.code)


def test_an_account_has_so_many_live_orders_of_an_instrument(hall: Hall) -> None:
    orders = [hall.place(ANN, f"S-{n}", Side.SELL, 2).order.order_id.text for n in range(3)]
    assert full(hall) == "too_many_orders"
    other = next(each for each in hall.desk.venue.instruments() if each.id != hall.instrument.id)
    hall.place(ANN, "Y-1", Side.BUY, 1, instrument=other.id)
    hall.place(BOB, "B-1", Side.SELL, 1)
    hall.take(BOB, "B-2", orders[0], 1)
    assert full(hall) == "too_many_orders"  # it is filled in part
    hall.take(BOB, "B-3", orders[0], 1)
    hall.place(ANN, "S-3", Side.SELL, 1)
    assert full(hall) == "too_many_orders"
    hall.ask(ANN, CANCEL_ORDER, order=orders[1])
    hall.place(ANN, "S-4", Side.SELL, 1)
    hall.desk = hall.another()  # a restart counts the same
    assert full(hall) == "too_many_orders"
    assert hall.desk.live_orders(BOB.accounts[0], hall.instrument.id) == 1
    hall.close_day()
    assert hall.desk.live_orders(ANN.accounts[0], hall.instrument.id) == 0
    hall.open_next_day()
    hall.place(ANN, "S-5", Side.SELL, 1)
