"""An order whose outcome is unknown is asked for."""

from __future__ import annotations

import datetime

import attrs
import pytest

from carbonkit.client import (
    CallOptions,
    ConflictError,
    ExchangeError,
    NotPlacedError,
    Outcome,
    Retries,
    ServerFailedError,
    TimedOutError,
)
from carbonkit.client.recovery import place
from carbonkit.market import Method, Side, Trade
from carbonkit.schemes.china_national import instrument
from carbonkit.values import AccountId, OrderId, as_date, as_instant
from carbonkit.wire import PLACE_ORDER, OrderRequest, Placed, encoded
from tests.client.rig import NOW, Answer, Raises, Rig, Thing, order, page, placed, problem, sell

NO_RETRY = Retries(most=0)


def trade(taker: str, at: datetime.datetime = NOW) -> Trade:
    cea = instrument("CEA", as_date("2021-07-16"))
    return Trade(
        sequence=1,
        day=as_date("2026-11-30"),
        instrument=cea,
        method=Method.BOOK,
        price=cea.quote("48.00"),
        quantity=40,
        buyer=AccountId("KEE-002"),
        seller=AccountId("KEE-001"),
        maker=OrderId("O-1"),
        taker=OrderId(taker),
        at=at,
    )


def failing(get: Answer | Raises, post: Answer | Raises | None = None) -> Thing:
    """Lose every POST, and answer GETs."""
    lost = post or Raises("ReadTimeout")
    return lambda seen: lost if seen.method == "POST" else get


def test_an_order_that_is_found_was_placed(rig: Rig) -> None:
    rig.answers = failing(page(order()))
    found = rig.run(sell(rig.client(retries=Retries(most=1))))
    assert found == Placed(order=order(), trades=())
    assert [seen.method for seen in rig.seen] == ["POST", "POST", "GET"]
    assert rig.seen[2].target == "/v1/orders?limit=2&account=KEE-001&client_order_id=S-1"


def test_its_trades_are_those_that_it_came_to_others_with(rig: Rig) -> None:
    early = as_instant("2026-11-29T02:00:00Z")

    def answers(seen: Thing) -> Thing:
        if seen.method == "POST":
            return Raises("ReadError")
        if seen.target.startswith("/v1/orders"):
            return page(order(filled=40))
        if "cursor=c2" in seen.target:
            return page(trade("O-17"), trade("O-3", early), cursor="c3")
        return page(trade("O-18"), cursor="c2")

    rig.answers = answers
    found = rig.run(sell(rig.client(retries=NO_RETRY)))
    assert found.trades == (trade("O-17"),)
    assert len(rig.seen) == 4  # no page is asked for behind the order itself


def test_trades_that_cannot_be_had_leave_the_order(rig: Rig) -> None:
    def answers(seen: Thing) -> Thing:
        if seen.method == "POST":
            return Raises("ReadError")
        return page(order(filled=40)) if seen.target.startswith("/v1/orders") else Answer(404)

    rig.answers = answers
    found = rig.run(sell(rig.client(retries=NO_RETRY)))
    assert (found.order.filled, found.trades) == (40, ())


def test_an_order_that_is_not_found_was_not_placed(rig: Rig) -> None:
    rig.answers = failing(page())
    with pytest.raises(NotPlacedError) as caught:
        rig.run(sell(rig.client(retries=NO_RETRY)))
    error = caught.value
    # the request may still be on its way: it was not there when it was asked for, and no more is known
    assert (error.outcome, error.client_order_id, error.idempotency_key) == (Outcome.UNKNOWN, "S-1", "id-1")
    assert isinstance(error.__cause__, TimedOutError)
    assert "same client_order_id" in str(error)


@pytest.mark.parametrize("answer", [Raises("ConnectError"), Answer(503), Answer(200, b"{"), Answer(403)])
def test_an_exchange_that_cannot_be_asked_leaves_it_unknown(rig: Rig, answer: Answer | Raises) -> None:
    rig.answers = failing(answer)
    with pytest.raises(TimedOutError) as caught:
        rig.run(sell(rig.client(retries=Retries(most=1))))
    assert caught.value.outcome is Outcome.UNKNOWN
    assert caught.value.attempts == 2
    assert "could not tell" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    "answer",
    [
        page(order("S-2")),
        page(attrs.evolve(order(), account=AccountId("KEE-009"))),
        page(attrs.evolve(order(), client_order_id=None)),
        page(order(), order()),
    ],
    ids=["another id", "another account", "no id", "two"],
)
def test_an_answer_to_another_question_tells_nothing(rig: Rig, answer: Answer) -> None:
    rig.answers = failing(answer)
    with pytest.raises(TimedOutError) as caught:
        rig.run(sell(rig.client(retries=NO_RETRY)))
    assert caught.value.outcome is Outcome.UNKNOWN


def test_another_order_under_the_id_is_not_this_one(rig: Rig) -> None:
    rig.answers = failing(page(order(quantity=101)))
    with pytest.raises(ConflictError) as caught:
        rig.run(sell(rig.client(retries=NO_RETRY)))
    assert (caught.value.code, caught.value.outcome) == ("duplicate_order", Outcome.KNOWN)


def test_a_duplicate_after_a_lost_answer_may_be_this_order(rig: Rig) -> None:
    tries: list[Answer | Raises] = [Raises("ReadError"), problem(409, "duplicate_order")]
    rig.answers = lambda seen: tries.pop(0) if seen.method == "POST" else page(order())
    assert rig.run(sell(rig.client())).order == order()
    rig.answers = lambda _: problem(409, "duplicate_order")
    with pytest.raises(ConflictError):  # at the first try it is another one
        rig.run(sell(rig.client()))


def test_a_known_refusal_is_not_asked_about(rig: Rig) -> None:
    rig.answers = lambda _: problem(422, "off_tick")
    with pytest.raises(ExchangeError):
        rig.run(sell(rig.client()))
    assert len(rig.seen) == 1


def test_asking_may_be_turned_off_and_is_bounded(rig: Rig) -> None:
    rig.answers = failing(page(order()), Answer(500))
    with pytest.raises(ServerFailedError) as caught:
        rig.run(sell(rig.client(retries=attrs.evolve(NO_RETRY, find_out=0 * Retries().find_out))))
    assert caught.value.outcome is Outcome.UNKNOWN
    rig.answers = failing(Raises("ReadTimeout"), Answer(500))
    rig.took = 60 * 10**9
    client = rig.client(retries=attrs.evolve(NO_RETRY, find_out=datetime.timedelta(seconds=4)))
    with pytest.raises(ServerFailedError):
        rig.run(sell(client))
    assert rig.timeouts[-2:] == [10, 4]


def test_takes_and_replacements_are_found_too(rig: Rig) -> None:
    rig.answers = failing(page(order("T-1")))
    client = rig.client(retries=NO_RETRY)
    taken = client.take_order("O-3", account="KEE-001", quantity=7, client_order_id="T-1")
    assert rig.run(taken).order == order("T-1")
    assert rig.run(client.replace_order("O-3", quantity=7, client_order_id="T-1")).order == order("T-1")
    assert rig.seen[-1].target == "/v1/orders?limit=2&client_order_id=T-1"


def test_an_order_gets_an_id_by_chance_if_it_is_given_none(rig: Rig) -> None:
    rig.answers = lambda _: placed()
    rig.run(sell(rig.client(), client_order_id=None))
    assert b'"client_order_id":"id-1"' in rig.seen[0].body
    assert rig.seen[0].headers["idempotency-key"] == "id-2"


def test_the_reply_says_that_it_was_found_out(rig: Rig) -> None:
    rig.answers = failing(page(order()))
    client = rig.client(retries=NO_RETRY)
    request = OrderRequest(
        account="KEE-001",
        client_order_id="S-1",
        instrument="CEA25",
        side=Side.SELL,
        quantity=100,
        price=order().price,
    )
    flow = place(client._line, PLACE_ORDER, {}, request, CallOptions(idempotency_key="k-1"))
    reply = rig.run(client._drive(flow))
    assert (reply.found_out, reply.idempotency_key, reply.status) == (True, "k-1", 200)
    assert encoded(reply.value.order)["client_order_id"] == "S-1"
    assert "idempotency-key" not in rig.seen[1].headers
