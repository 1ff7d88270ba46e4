"""A call on its way: signed, sent, tried again, given up."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.client import (
    BadRequestError,
    CallOptions,
    ConflictError,
    ConnectionFailedError,
    ExchangeError,
    ForbiddenError,
    Hooks,
    Outcome,
    Outgoing,
    RateLimitedError,
    ResourceNotFoundError,
    Retries,
    ServerFailedError,
    TimedOutError,
    Timeouts,
    UnauthorizedError,
    UnreadableAnswerError,
)
from carbonkit.client.error import refusal_error
from carbonkit.errors import CarbonkitError, NotFoundError
from carbonkit.market import OrderState, Refusal
from carbonkit.wire import CANCEL_ORDER, ORDER, ORDERS, TIME, OrderQuery, encoded
from carbonkit.wire.scalar import Unknown
from tests.client.rig import NOW, Answer, Raises, Rig, Thing, order, page, placed, problem, sell
from tests.client.rig import TIME as NOON

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from carbonkit.client import Incoming

SECOND = datetime.timedelta(seconds=1)


class Seal:
    """A signer that counts its proofs, and wants a token first if it is told to."""

    def __init__(self, *, token: bool = False, better: bool = False) -> None:
        self.proofs: list[datetime.datetime] = []
        self.token, self.better = token, better
        self.taken: list[Incoming] = []

    def need(self, at: datetime.datetime) -> Outgoing | None:
        del at
        if not self.token:
            return None
        url = "https://exchange.example/oauth2/token"
        return Outgoing(method="POST", url=url, headers={}, body=b"x")

    def take(self, answer: Incoming, at: datetime.datetime) -> None:
        del at
        if answer.status != 200:
            error = refusal_error(answer)
            raise error
        self.taken.append(answer)
        self.token = False

    def headers(self, request: Outgoing, at: datetime.datetime) -> dict[str, str]:
        assert "authorization" not in request.headers
        self.proofs.append(at)
        return {"authorization": f"Seal {len(self.proofs)}"}

    def refused(self, request: Outgoing) -> bool:
        assert request.headers["authorization"] == f"Seal {len(self.proofs)}"
        self.token = self.better
        return self.better


def caught(rig: Rig, call: Thing) -> ExchangeError:
    with pytest.raises(ExchangeError) as found:
        rig.run(call())
    return found.value


def test_a_get_is_sent_once_and_read(rig: Rig) -> None:
    rig.script = [Answer(200, NOON, {"X-Request-Id": "r-1"})]
    client = rig.client()
    assert rig.run(client.time()).now == NOW
    reply = rig.run(client.send(TIME))
    assert (reply.status, reply.request_id, reply.attempts, reply.idempotency_key) == (200, "r-1", 1, "")
    first = rig.seen[0]
    assert (first.method, first.target, first.body) == ("GET", "/v1/time", b"")
    assert "idempotency-key" not in first.headers
    assert first.headers["user-agent"].startswith("carbonkit/")
    assert first.headers["accept-encoding"] == "identity"
    assert rig.slept == []


def test_a_post_keeps_its_key_over_all_tries_and_is_signed_anew_for_each(rig: Rig) -> None:
    rig.script = [Answer(503), Raises("ReadTimeout"), Raises("ConnectError"), placed()]
    seal = Seal()
    assert rig.run(sell(rig.client(seal))).order == order()
    assert {seen.headers["idempotency-key"] for seen in rig.seen} == {"id-1"}
    assert [seen.headers["authorization"] for seen in rig.seen] == ["Seal 1", "Seal 2", "Seal 3", "Seal 4"]
    assert len({seen.body for seen in rig.seen}) == 1
    assert rig.slept == [0.5, 1, 2]
    assert seal.proofs == sorted(set(seal.proofs))


def test_a_key_may_be_given(rig: Rig) -> None:
    rig.script = [placed()]
    rig.run(sell(rig.client(), options=CallOptions(idempotency_key="mine-1")))
    assert rig.seen[0].headers["idempotency-key"] == "mine-1"


def test_each_post_has_a_key_of_its_own(rig: Rig) -> None:
    rig.script = [Answer(200, encoded(order()))]
    client = rig.client()
    rig.run(client.cancel_order("O-17"))
    rig.run(client.cancel_order("O-17"))
    assert [seen.headers["idempotency-key"] for seen in rig.seen] == ["id-1", "id-2"]
    assert [seen.body for seen in rig.seen] == [b"", b""]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(rig: Rig, status: int) -> None:
    rig.script = [Answer(status), Answer(200, NOON)]
    assert rig.run(rig.client().send(TIME)).attempts == 2


@pytest.mark.parametrize("answer", [Answer(501), Answer(404), problem(500, "broken", retryable=False)])
def test_what_will_not_pass_is_not_tried_again(rig: Rig, answer: Answer) -> None:
    rig.script = [answer]
    assert caught(rig, rig.client().time).attempts == 1


def test_a_key_in_progress_is_waited_for(rig: Rig) -> None:
    rig.script = [problem(409, "in_progress", retryable=True), placed()]
    rig.run(sell(rig.client()))
    assert len(rig.seen) == 2


def test_retry_after_is_kept_and_capped(rig: Rig) -> None:
    rig.script = [Answer(503, headers={"Retry-After": "7"}), Answer(200, NOON)]
    rig.run(rig.client().time())
    assert rig.slept == [7]
    rig.script = [Answer(503, headers={"Retry-After": "Mon, 30 Nov 2026 02:00:17 GMT"}), Answer(200, NOON)]
    rig.run(rig.client().time())
    assert rig.slept == [7, 10]  # seven seconds had passed
    rig.script = [Answer(503, headers={"Retry-After": "121"})]
    patient = CallOptions(deadline=1000 * SECOND)
    error = caught(rig, lambda: rig.client().time(options=patient))
    assert (error.attempts, error.retry_after) == (1, 121 * SECOND)
    rig.script = [Answer(503, headers={"Retry-After": "59"}), Answer(503, headers={"Retry-After": "2"})]
    assert caught(rig, rig.client().time).attempts == 2  # the deadline is 60 s


def test_the_deadline_ends_the_tries(rig: Rig) -> None:
    rig.script = [Raises("ConnectTimeout")]
    rig.took = 3_000_000_000
    client = rig.client(timeouts=Timeouts(deadline=10 * SECOND), retries=Retries(most=99))
    error = caught(rig, client.time)
    assert isinstance(error, TimedOutError)
    assert rig.monotonic <= 10 * 10**9
    assert error.attempts == len(rig.seen) == 3
    assert rig.timeouts == [10, 6.5, 2.5]  # seconds left each time
    rig.seen.clear()
    options = CallOptions(deadline=3 * SECOND)
    assert caught(rig, lambda: client.time(options=options)).attempts == 1


def test_a_late_turn_of_the_tokens_ends_at_the_deadline(rig: Rig) -> None:
    rig.script = [Answer(200, NOON)]
    rig.took = 11_000_000_000
    seal = Seal(token=True)
    error = caught(rig, rig.client(seal, timeouts=Timeouts(deadline=10 * SECOND)).time)
    assert isinstance(error, TimedOutError)
    assert error.attempts == 0
    assert len(rig.seen) == 1  # the token came too late for the request itself


def test_tries_are_counted_and_may_be_none(rig: Rig) -> None:
    rig.script = [Answer(503)]
    client = rig.client()
    assert caught(rig, client.time).attempts == 4
    assert caught(rig, lambda: client.time(options=CallOptions(retries=0))).attempts == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, ResourceNotFoundError),
        (409, ConflictError),
        (418, BadRequestError),
        (422, BadRequestError),
        (429, RateLimitedError),
        (500, ServerFailedError),
        (307, UnreadableAnswerError),
    ],
)
def test_errors_by_class_and_by_reason(rig: Rig, status: int, kind: type[ExchangeError]) -> None:
    rig.script = [problem(status, "outside_band", x_request_id="r-7")]
    error = caught(rig, lambda: rig.client(retries=Retries(most=0)).order("O-17"))
    assert type(error) is kind
    assert (error.status, error.code, error.request_id) == (status, "outside_band", "r-7")
    assert error.refusal is Refusal.OUTSIDE_BAND
    assert error.details is not None
    assert error.details.detail == "it is so"
    assert error.outcome is Outcome.KNOWN
    assert isinstance(error, CarbonkitError)
    assert isinstance(error, NotFoundError) == (status == 404)
    assert str(error).startswith(
        f"order: must be accepted by the exchange, was {status} outside_band; it is so"
    )


def test_a_reason_that_is_not_known_is_kept_as_it_is(rig: Rig) -> None:
    rig.script = [problem(422, "wrong_moon")]
    error = caught(rig, rig.client().time)
    assert (error.code, error.refusal, error.request_id) == ("wrong_moon", None, "r-9")


def test_a_redirect_is_not_followed(rig: Rig) -> None:
    rig.script = [Answer(302, headers={"Location": "https://elsewhere.example/"})]
    assert isinstance(caught(rig, rig.client(Seal()).time), UnreadableAnswerError)
    assert len(rig.seen) == 1


def test_an_answer_that_was_cut_off_is_asked_for_again(rig: Rig) -> None:
    rig.script = [Answer(200, b'{"now": "2026-'), Answer(200, NOON)]
    assert rig.run(rig.client().send(TIME)).attempts == 2


@pytest.mark.parametrize("body", [b"[]", b'{"now": "noon"}', b'{"now": 1, "venue": 2, "day": 3}'])
def test_an_answer_of_another_form_is_not(rig: Rig, body: bytes) -> None:
    rig.script = [Answer(200, body)]
    error = caught(rig, rig.client().time)
    assert isinstance(error, UnreadableAnswerError)
    assert error.attempts == 1


def test_a_second_field_of_one_name_is_malformed(rig: Rig) -> None:
    rig.script = [Answer(200, b'{"now": "x", "now": "y"}')]
    assert isinstance(caught(rig, rig.client().time), UnreadableAnswerError)


def test_unknown_fields_and_values_survive(rig: Rig) -> None:
    fact: Any = encoded(order())
    fact["state"] = "suspended by the moon"
    fact["price"]["discount"] = {"deep": ["1"]}
    rig.script = [Answer(200, fact)]
    reply = rig.run(rig.client().send(ORDER, {"order": "O-17"}))
    assert reply.value.state == Unknown("suspended by the moon")
    assert reply.value.state is not OrderState.NEW
    assert reply.extra == {"/price/discount": {"deep": ["1"]}}
    rig.script = [Answer(200, {"data": [fact], "next_cursor": None, "total": 1})]
    extra = rig.run(rig.client().page(ORDERS, query=OrderQuery())).extra
    assert extra == {"/total": 1, "/data/0/price/discount": {"deep": ["1"]}}


def test_a_skewed_clock_is_set_by_the_date_of_the_answer_once(rig: Rig) -> None:
    late = "Mon, 30 Nov 2026 02:05:00 GMT"
    rig.script = [problem(401, "clock_skew", Date=late), Answer(200, NOON)]
    seal = Seal()
    client = rig.client(seal)
    rig.run(client.time())
    assert seal.proofs == [NOW, NOW + datetime.timedelta(minutes=5, milliseconds=500)]
    assert rig.slept == []
    rig.run(client.time())
    assert seal.proofs[2] == seal.proofs[1]  # it stays set
    rig.script = [problem(401, "clock_skew", Date=late)]
    assert caught(rig, client.time).attempts == 2


def test_a_skewed_clock_is_set_by_asking_where_there_is_no_date(rig: Rig) -> None:
    ahead = {**NOON, "now": "2026-11-30T01:00:00.000000Z"}
    rig.script = [problem(401, "clock_skew"), Answer(200, ahead), Answer(200, encoded(order()))]
    seal = Seal()
    rig.run(rig.client(seal).order("O-17"))
    assert seal.proofs == [NOW, NOW - datetime.timedelta(hours=1)]
    assert "authorization" not in rig.seen[1].headers


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503),
        Answer(200, b"{"),
        Raises("ReadError"),
        Answer(200, {**NOON, "now": "1970-01-01T00:00:00Z"}),
    ],
)
def test_a_clock_that_cannot_be_set_is_an_error(rig: Rig, answer: Answer | Raises) -> None:
    rig.script = [problem(401, "clock_skew"), answer]
    error = caught(rig, lambda: rig.client(Seal()).order("O-17"))
    assert isinstance(error, UnauthorizedError)
    assert len(rig.seen) == 2


def test_a_refused_token_is_renewed_once(rig: Rig) -> None:
    rig.answers = lambda seen: Answer(200, {}) if "token" in seen.target else problem(401, "invalid_token")
    seal = Seal(token=True, better=True)
    error = caught(rig, rig.client(seal).time)
    assert [seen.target for seen in rig.seen] == ["/oauth2/token", "/v1/time"] * 2
    assert (error.attempts, len(seal.taken)) == (2, 2)


def test_a_token_that_cannot_be_had_leaves_no_doubt(rig: Rig) -> None:
    rig.script = [Raises("ReadTimeout")]
    error = caught(rig, lambda: sell(rig.client(Seal(token=True))))
    assert (error.outcome, error.attempts, len(rig.seen)) == (Outcome.KNOWN, 0, 4)
    rig.script = [Answer(503), problem(401, "unauthorized")]
    error = caught(rig, lambda: sell(rig.client(Seal(token=True))))
    assert isinstance(error, UnauthorizedError)
    assert (error.status, error.client_order_id) == (401, "S-1")


@pytest.mark.parametrize(
    ("tries", "outcome"),
    [
        (["ConnectError"], Outcome.KNOWN),
        (["ConnectTimeout"], Outcome.KNOWN),
        (["PoolTimeout"], Outcome.KNOWN),
        (["ReadTimeout"], Outcome.UNKNOWN),
        (["WriteError"], Outcome.UNKNOWN),
        (["RemoteProtocolError"], Outcome.UNKNOWN),
        (["ReadError", "ConnectError"], Outcome.UNKNOWN),
        ([500], Outcome.UNKNOWN),
        ([302], Outcome.UNKNOWN),
        ([422], Outcome.KNOWN),
        ([429], Outcome.KNOWN),
        ([403], Outcome.KNOWN),
        (
            ["ReadError", problem(422, "off_tick")],
            Outcome.KNOWN,
        ),  # the key would have brought the first answer
        (["ReadError", problem(409, "conflict")], Outcome.KNOWN),
        (["ReadError", 422], Outcome.UNKNOWN),  # said by something in between, which does not know
        (["ReadError", Answer(404, b"<html>", {"content-type": "text/html"})], Outcome.UNKNOWN),
        (["ReadError", attrs.evolve(problem(404, "not_found"), status=400)], Outcome.UNKNOWN),
        (["ReadError", 429], Outcome.UNKNOWN),  # refused before anybody looked at the key
        (["ReadError", 403], Outcome.UNKNOWN),
        (["ReadError", 401], Outcome.UNKNOWN),
    ],
)
def test_whether_the_outcome_is_known(rig: Rig, tries: list[str | int | Answer], outcome: Outcome) -> None:
    rig.script = [
        each if isinstance(each, Answer) else Raises(each) if isinstance(each, str) else Answer(each)
        for each in tries
    ]
    client = rig.client(retries=Retries(most=len(tries) - 1))
    error = caught(rig, lambda: client.cancel_order("O-17"))
    assert error.outcome is outcome
    assert error.idempotency_key == "id-1"
    assert caught(rig, lambda: client.order("O-17")).outcome is Outcome.KNOWN  # a GET changes nothing


def test_errors_of_the_connection_are_builtin_ones_too(rig: Rig) -> None:
    rig.script = [Raises("ConnectError")]
    error = caught(rig, rig.client().time)
    assert type(error) is ConnectionFailedError
    assert issubclass(ConnectionFailedError, ConnectionError)
    rig.script = [Raises("ReadTimeout")]
    assert isinstance(caught(rig, rig.client().time), TimeoutError)


def test_pages_and_items(rig: Rig) -> None:
    def answers(seen: Thing) -> Answer:
        if "cursor=next%2F1" in seen.target:
            return page(order("S-3"))
        return page(order("S-1"), order("S-2"), cursor="next/1")

    rig.answers = answers
    client = rig.client()
    found = client.orders(account="KEE-001", limit=2)
    assert rig.seen == []
    assert [each.client_order_id for each in rig.run(found)] == ["S-1", "S-2", "S-3"]
    assert rig.seen[0].target == "/v1/orders?limit=2&account=KEE-001"
    assert [len(each.data) for each in rig.run(found.pages())] == [2, 1]
    assert len(rig.run(client.orders(cursor="next/1"))) == 1


def test_pages_that_never_end_are_refused(rig: Rig) -> None:
    rig.answers = lambda _: page(order(), cursor="again")
    error = caught(rig, lambda: rig.client().orders())
    assert error.code == "endless_pages"
    assert len(rig.seen) == 2


def test_a_list_without_cursors_has_one_page(rig: Rig) -> None:
    rig.answers = lambda _: page(cursor="again")
    span = {"since": "2026-11-30T01:30:00Z", "until": "2026-11-30T07:00:00Z"}
    assert caught(rig, lambda: rig.client().candles("CEA25", minutes=5, **span)).code == "endless_pages"
    assert len(rig.seen) == 1


def test_extra_headers_are_sent_and_ours_stay(rig: Rig) -> None:
    rig.script = [Answer(200, NOON)]
    rig.run(rig.client(user_agent="desk/1").time(options=CallOptions(headers={"X-Desk": "7"})))
    assert rig.seen[0].headers["x-desk"] == "7"
    assert rig.seen[0].headers["user-agent"].startswith("desk/1 carbonkit/")


def test_operations_of_all_kinds_reach_their_paths(rig: Rig) -> None:
    rig.script = [Answer(200, encoded(order()))]
    client = rig.client()
    rig.run(client.send(CANCEL_ORDER, {"order": "O-17"}))
    rig.run(client.reduce_order("O-17", quantity=5))
    assert [(seen.method, seen.target, seen.body) for seen in rig.seen] == [
        ("POST", "/v1/orders/O-17/cancel", b""),
        ("POST", "/v1/orders/O-17/reduce", b'{"quantity":"5"}'),
    ]


def test_a_stream_is_opened_as_any_other_call_is_made(rig: Rig) -> None:
    rig.script = [Answer(503), Answer(200, b"data: 1\n\n", {"X-Request-Id": "r-1"})]
    heard: list[object] = []
    client = rig.client(Seal(), hooks=Hooks(on_response=heard.append))
    reply = rig.run(client.open_stream("stream", "/v1/stream?channel=trade"))
    assert (reply.status, reply.request_id, reply.attempts) == (200, "r-1", 2)
    assert rig.run(chunks(rig, reply.value)) == [b"data: 1\n\n"]
    assert rig.seen[1].target == "/v1/stream?channel=trade"
    assert rig.seen[1].headers["accept"].startswith("text/event-stream")
    assert rig.seen[1].headers["authorization"] == "Seal 2"
    assert len(heard) == 2
    rig.script = [problem(403, "forbidden")]
    error = caught(rig, lambda: client.open_stream("stream", "/v1/stream"))
    assert (error.code, error.outcome) == ("forbidden", Outcome.KNOWN)


def chunks(rig: Rig, opened: Thing) -> Thing:
    """Give the chunks in the rig's manner."""
    if rig.manner == "sync":
        return iter(opened)

    async def each() -> AsyncIterator[bytes]:
        async with opened:
            async for chunk in opened:
                yield chunk

    return each()


def test_a_token_that_another_call_lost_is_fetched_again(rig: Rig) -> None:
    class Robbed(Seal):
        robbed = False

        def headers(self, request: Outgoing, at: datetime.datetime) -> dict[str, str]:
            if not self.robbed:
                self.robbed = True
                raise UnauthorizedError("have a token first")
            return super().headers(request, at)

    rig.script = [Answer(200, NOON)]
    assert rig.run(rig.client(Robbed()).send(TIME)).attempts == 1
    assert rig.slept == [0.5]


def test_a_request_that_the_network_brought_twice_is_in_doubt_and_tried_again(rig: Rig) -> None:
    rig.script = [problem(401, "replayed"), placed()]
    assert rig.run(sell(rig.client())).order == order()
    assert rig.seen[0].headers["idempotency-key"] == rig.seen[1].headers["idempotency-key"]
    rig.answers = lambda seen: problem(401, "replayed") if seen.method == "POST" else Answer(503)
    with pytest.raises(UnauthorizedError) as caught:
        rig.run(sell(rig.client(retries=Retries(most=0))))
    assert (caught.value.code, caught.value.outcome) == ("replayed", Outcome.UNKNOWN)
