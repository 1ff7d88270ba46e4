"""Requests through our client, and through the bare HTTP library: to the same server, turn and turn about."""

from __future__ import annotations

import contextlib
import importlib
import json
import time
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from carbonkit.client.exchange_client import ExchangeClient
from carbonkit.client.key_signer import KeySigner
from carbonkit.client.message import Outgoing
from carbonkit.market.order import Order, OrderState, Side, TimeInForce
from carbonkit.values.identifier import AccountId, InstrumentId, OrderId
from carbonkit.values.price import Price
from carbonkit.values.time import SystemClock, as_instant
from carbonkit.wire.answer import Placed
from carbonkit.wire.codec import decoded, encoded
from carbonkit.wire.request import OrderRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["ANSWERS", "Took", "raced"]

Verb = Literal["GET", "POST"]
_PRICE: Final = Price("74.00", "CNY", "tCO2e")
_OWN_ID: Final = "mine-1"
_KEY_OF_A_CALL: Final = "00000000-0000-4000-8000-000000000000"
_ORDER: Final = Order(
    order_id=OrderId("O-9b1d7a0c55e84f2fa0c1"),
    account=AccountId("KEE-001"),
    instrument=InstrumentId("CEA25"),
    side=Side.SELL,
    price=_PRICE,
    quantity=1_000,
    filled=0,
    withdrawn=0,
    state=OrderState.NEW,
    time_in_force=TimeInForce.DAY,
    at=as_instant("2026-01-06T01:30:00Z"),
    client_order_id=_OWN_ID,
)
ANSWERS: Final = {
    "GET": json.dumps(encoded(_ORDER), separators=(",", ":")),
    "POST": json.dumps(encoded(Placed(order=_ORDER, trades=())), separators=(",", ":")),
}
"""What the bare server is told to answer."""

_TURN: Final = 10  # requests that one way makes before it is the other's turn
_KEY: Final = ("bench", "cks_bench")


class Took(NamedTuple):
    """
    What a way's requests took.

    Args:
        wall: By the clock. [s]
        processor: Of the client's processor time. [s]
        answer: The last answer, as a value.
    """

    wall: float
    processor: float
    answer: object


def raced(library: Literal["httpx", "httpx2"], method: Verb, url: str, count: int) -> tuple[Took, Took]:
    """
    Ask for an order, or enter one, in both ways.

    Args:
        library: The HTTP library below both.
        method: GET asks for one, POST enters one.
        url: Where the bare server is.
        count: How many requests each way makes.

    Returns:
        What ours took, and what the library's own took.
    """
    with contextlib.ExitStack() as opened:
        ours = _Counted(opened.enter_context(_ours(library, method, url)))
        peer = _Counted(opened.enter_context(_bare(library, method, url)))
        left = count
        while left:
            turn = min(_TURN, left)
            first, second = (ours, peer) if left // _TURN % 2 else (peer, ours)
            first.run(turn)
            second.run(turn)
            left -= turn
        return ours.took(), peer.took()


class _Counted:
    """Runs one way again and again, and adds up what it takes."""

    def __init__(self, request: Callable[[], object]) -> None:
        self._request = request
        self._wall = self._processor = 0.0
        self._answer = request()  # the connection is there before the clock runs

    def run(self, count: int) -> None:
        request, answer = self._request, self._answer
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(count):
            answer = request()
        self._processor += time.process_time() - processor
        self._wall += time.perf_counter() - wall
        self._answer = answer

    def took(self) -> Took:
        return Took(self._wall, self._processor, _value(self._answer))


def _value(answer: object) -> object:
    """Make a value of what the bare library's way leaves as JSON."""
    if isinstance(answer, dict):
        return decoded(Placed if "order" in answer else Order, answer)[0]
    return answer


@contextlib.contextmanager
def _ours(library: Literal["httpx", "httpx2"], method: Verb, url: str) -> Iterator[Callable[[], object]]:
    with ExchangeClient(url, KeySigner(*_KEY), library=library) as client:

        def enter() -> object:
            return client.place_order(
                account="KEE-001",
                instrument="CEA25",
                side=Side.SELL,
                quantity=1_000,
                price=_PRICE,
                client_order_id=_OWN_ID,
            )

        def look() -> object:
            return client.order(_ORDER.order_id)

        yield look if method == "GET" else enter


@contextlib.contextmanager
def _bare(library: Literal["httpx", "httpx2"], method: Verb, url: str) -> Iterator[Callable[[], object]]:
    wanted = OrderRequest(
        account="KEE-001",
        client_order_id=_OWN_ID,
        instrument="CEA25",
        side=Side.SELL,
        quantity=1_000,
        price=_PRICE,
    )
    body: Any = encoded(wanted)
    target = "/v1/orders" if method == "POST" else f"/v1/orders/{_ORDER.order_id}"
    headers = {
        "accept": "application/json, application/problem+json",
        "accept-encoding": "identity",
        "user-agent": "carbonkit/0 (bare)",
    }
    if method == "POST":
        headers |= {"content-type": "application/json", "idempotency-key": _KEY_OF_A_CALL}
    signed = Outgoing(method=method, url=url + target, headers=headers, body=b"")
    headers |= KeySigner(*_KEY).headers(signed, SystemClock().now())
    with importlib.import_module(library).Client() as client:

        def enter() -> object:
            answer = client.post(url + target, content=json.dumps(body).encode(), headers=headers)
            return json.loads(answer.content)

        def look() -> object:
            return json.loads(client.get(url + target, headers=headers).content)

        yield look if method == "GET" else enter
