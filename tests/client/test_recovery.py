"""An order whose outcome is unknown is asked for."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

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
    UnreadableAnswerError,
)
from carbonkit.client.recovery import place
from carbonkit.market import Method, Order, OrderState, OrderType, Side, TimeInForce, Trade
from carbonkit.schemes.china_national import instrument
from carbonkit.values import AccountId, InstrumentId, OrderId, Price, as_date, as_instant
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
    assert "same client_order_id and the same idempotency key" in str(error)
    assert [seen.method for seen in rig.seen] == ["POST", "GET", "GET", "GET"]


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
    taken = order("T-1", filled=40, quantity=40)
    rig.answers = street(page(taken), trades=page(trade("O-17")))
    client = rig.client(retries=NO_RETRY)
    found = rig.run(client.take_order("O-1", account="KEE-001", quantity=40, client_order_id="T-1"))
    assert found == Placed(order=taken, trades=(trade("O-17"),))
    new = attrs.evolve(order("T-1"), price=CHEAP, quantity=60)
    rig.answers = street(page(new), old=REPLACED)
    asked = client.replace_order("O-1", price=CHEAP, client_order_id="T-1")
    assert rig.run(asked).order == new
    assert [seen.target for seen in rig.seen[-2:]] == [
        "/v1/orders/O-1",
        "/v1/orders?limit=2&account=KEE-001&client_order_id=T-1",
    ]


CHEAP = Price("60.00", "CNY", "tCO2e")
REPLACED = attrs.evolve(
    order("S-0", filled=40), order_id=OrderId("O-1"), withdrawn=60, state=OrderState.CANCELLED
)


def street(orders: Answer, *, old: Order | None = None, trades: Answer | None = None) -> Thing:
    """Lose every POST, and answer each GET with its own."""

    def answers(seen: Thing) -> Answer | Raises:
        if seen.method == "POST":
            return Raises("ReadTimeout")
        if seen.target.startswith("/v1/trades"):
            return trades or page()
        return orders if "?" in seen.target else Answer(200, encoded(old or REPLACED))

    return answers


@pytest.mark.parametrize(
    "other",
    [
        {"price": CHEAP},
        {"side": Side.BUY},
        {"quantity": 101},
        {"instrument": InstrumentId("CEA24")},
        {"time_in_force": TimeInForce.GOOD_TILL_CANCEL},
    ],
    ids=lambda each: next(iter(each)),
)
def test_an_order_of_other_terms_is_another(rig: Rig, other: dict[str, Any]) -> None:
    rig.answers = failing(page(attrs.evolve(order(), **other)))
    with pytest.raises(ConflictError) as caught:
        rig.run(sell(rig.client(retries=NO_RETRY)))
    assert (caught.value.code, caught.value.outcome) == ("duplicate_order", Outcome.KNOWN)


def test_a_market_order_bears_a_limit_of_the_venues(rig: Rig) -> None:
    rig.answers = failing(page(order()))
    asked = sell(rig.client(retries=NO_RETRY), price=None, order_type=OrderType.MARKET)
    assert rig.run(asked).order == order()


@pytest.mark.parametrize("field", ["side", "time_in_force"])
def test_words_that_are_not_known_tell_nothing(rig: Rig, field: str) -> None:
    fact: Any = encoded(order())
    fact[field] = "by the moon"
    rig.answers = failing(Answer(200, {"data": [fact], "next_cursor": None}))
    with pytest.raises(TimedOutError) as caught:
        rig.run(sell(rig.client(retries=NO_RETRY)))
    assert caught.value.outcome is Outcome.UNKNOWN


TAKEN = order("T-1", filled=40, quantity=40)


@pytest.mark.parametrize(
    ("found", "trades", "kind", "outcome"),
    [
        (order("T-1"), page(), ConflictError, Outcome.KNOWN),  # it took nothing
        (order("T-1", filled=40), page(trade("O-17")), ConflictError, Outcome.KNOWN),
        (TAKEN, page(attrs.evolve(trade("O-17"), maker=OrderId("O-2"))), ConflictError, Outcome.KNOWN),
        (TAKEN, page(), TimedOutError, Outcome.UNKNOWN),
        (TAKEN, Answer(404), TimedOutError, Outcome.UNKNOWN),
        (TAKEN, page(attrs.evolve(trade("O-17"), quantity=39)), TimedOutError, Outcome.UNKNOWN),
        (attrs.evolve(TAKEN, account=AccountId("KEE-009")), page(), TimedOutError, Outcome.UNKNOWN),
    ],
)
def test_a_take_of_another_post_is_another(
    rig: Rig, found: Order, trades: Answer, kind: type[ExchangeError], outcome: Outcome
) -> None:
    rig.answers = street(page(found), trades=trades)
    client = rig.client(retries=NO_RETRY)
    with pytest.raises(kind) as caught:
        rig.run(client.take_order("O-1", account="KEE-001", quantity=40, client_order_id="T-1"))
    assert caught.value.outcome is outcome


NEW = attrs.evolve(order("T-1"), price=CHEAP, quantity=60)


@pytest.mark.parametrize(
    ("found", "old", "kind", "outcome"),
    [
        (attrs.evolve(NEW, account=AccountId("KEE-009")), REPLACED, TimedOutError, Outcome.UNKNOWN),
        (NEW, attrs.evolve(REPLACED, state=OrderState.NEW), TimedOutError, Outcome.UNKNOWN),
        (NEW, attrs.evolve(REPLACED, order_id=NEW.order_id), TimedOutError, Outcome.UNKNOWN),
        (attrs.evolve(NEW, price=order().price), REPLACED, ConflictError, Outcome.KNOWN),
        (attrs.evolve(NEW, quantity=61), REPLACED, ConflictError, Outcome.KNOWN),
        (attrs.evolve(NEW, side=Side.BUY), REPLACED, ConflictError, Outcome.KNOWN),
    ],
)
def test_a_replacement_of_another_order_is_another(
    rig: Rig, found: Order, old: Order, kind: type[ExchangeError], outcome: Outcome
) -> None:
    rig.answers = street(page(found), old=old)
    client = rig.client(retries=NO_RETRY)
    with pytest.raises(kind) as caught:
        rig.run(client.replace_order("O-1", price=CHEAP, client_order_id="T-1"))
    assert caught.value.outcome is outcome


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"quantity": 7}, {"quantity": 8}), ({"quantity": 7}, {"quantity": 7, "price": CHEAP})],
)
def test_a_replacement_has_the_terms_that_were_given(
    rig: Rig, asked: dict[str, Any], found: dict[str, Any]
) -> None:
    rig.answers = street(page(attrs.evolve(order("T-1"), **found)))
    with pytest.raises(ConflictError):
        rig.run(rig.client(retries=NO_RETRY).replace_order("O-1", client_order_id="T-1", **asked))


def test_an_answer_about_another_order_is_not_believed(rig: Rig) -> None:
    rig.answers = lambda seen: placed("S-9") if seen.method == "POST" else page(order())
    assert rig.run(sell(rig.client())).order == order()
    assert [seen.method for seen in rig.seen] == ["POST", "GET"]
    rig.answers = lambda seen: placed("S-9") if seen.method == "POST" else Answer(404)
    with pytest.raises(UnreadableAnswerError) as caught:
        rig.run(sell(rig.client()))
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("body", [b"<html>no route</html>", b""])
def test_what_a_gateway_says_after_a_lost_answer_is_asked_about(rig: Rig, body: bytes) -> None:
    tries: list[Answer | Raises] = [Raises("ReadTimeout"), Answer(404, body, {"content-type": "text/html"})]
    rig.answers = lambda seen: tries.pop(0) if seen.method == "POST" else page(order())
    assert rig.run(sell(rig.client())).order == order()


def test_an_order_is_asked_for_more_than_once(rig: Rig) -> None:
    answers: list[Answer | Raises] = [page(), page(), page(order())]
    rig.answers = lambda seen: Raises("ReadTimeout") if seen.method == "POST" else answers.pop(0)
    assert rig.run(sell(rig.client(retries=NO_RETRY))).order == order()  # it arrived meanwhile
    assert rig.slept == [0.5, 1]


def test_the_time_to_find_out_bounds_all_of_it(rig: Rig) -> None:
    numbers = itertools.count()

    def answers(seen: Thing) -> Answer | Raises:
        if seen.method == "POST":
            return Raises("ReadTimeout")
        if seen.target.startswith("/v1/orders"):
            return page(order(filled=40))
        return page(trade("O-3"), cursor=f"c{next(numbers)}")

    rig.answers, rig.took = answers, 4 * 10**9
    found = rig.run(sell(rig.client(retries=NO_RETRY)))
    assert (found.order.filled, found.trades) == (40, ())
    assert rig.monotonic <= (4 + 15) * 10**9


def test_the_plain_way_to_ask_finds_out_too(rig: Rig) -> None:
    request = OrderRequest(
        account="KEE-001",
        client_order_id="S-1",
        instrument="CEA25",
        side=Side.SELL,
        quantity=100,
        price=order().price,
    )
    rig.answers = failing(page(order()))
    reply = rig.run(rig.client(retries=NO_RETRY).send(PLACE_ORDER, request=request))
    assert (reply.found_out, reply.value.order) == (True, order())


def test_an_order_gets_an_id_by_chance_if_it_is_given_none(rig: Rig) -> None:
    rig.answers = lambda _: placed("id-1")
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
