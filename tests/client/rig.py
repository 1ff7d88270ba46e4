"""A client with an exchange that answers from a script: both libraries, both manners, and no real time."""

from __future__ import annotations

import asyncio
import datetime
import importlib
import inspect
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeAlias

import attrs

from carbonkit.client import AsyncExchangeClient, ExchangeClient, Surroundings
from carbonkit.market import Order, OrderState, Side, TimeInForce
from carbonkit.values import AccountId, InstrumentId, OrderId, Price, as_instant
from carbonkit.wire import Placed, encoded

Thing: TypeAlias = Any
"""Of either library, or in either manner."""

NOW = as_instant("2026-11-30T02:00:00Z")
URL = "https://exchange.example"
KINDS = [(library, manner) for library in ("httpx", "httpx2") for manner in ("sync", "async")]


@attrs.frozen
class Answer:
    status: int = 200
    body: Any = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Raises:
    """An error of the library instead of an answer."""

    name: str
    words: str = "on purpose"


@attrs.frozen
class Seen:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Script = Callable[[Seen], Answer | Raises]


def problem(status: int, code: str, *, retryable: bool = False, **headers: str) -> Answer:
    body = {
        "type": "about:blank",
        "title": "No",
        "status": status,
        "detail": "it is so",
        "instance": "/v1/orders",
        "code": code,
        "request_id": "r-9",
        "retryable": retryable,
        "errors": [],
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"content-type": "application/problem+json", **named})


class Rig:
    """One client of one library in one manner; time passes only when it sleeps."""

    def __init__(self, library: str, manner: str) -> None:
        self.library: Any = importlib.import_module(library)
        self.manner = manner
        self.seen: list[Seen] = []
        self.slept: list[float] = []
        self.timeouts: list[float] = []
        self.monotonic = 0
        self.script: list[Answer | Raises] = []
        self.answers: Script = lambda _: self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self.count = itertools.count(1)
        self.runner = asyncio.Runner()
        self.took = 0  # nanoseconds that each request takes

    def now(self) -> datetime.datetime:
        return NOW + datetime.timedelta(microseconds=self.monotonic // 1000)

    def handle(self, request: Thing) -> Thing:
        seen = Seen(
            request.method,
            request.url.raw_path.decode("ascii"),
            {name.lower(): value for name, value in request.headers.items()},
            request.content,
        )
        self.seen.append(seen)
        timeouts = request.extensions["timeout"]
        self.timeouts.append(timeouts["read"])
        self.monotonic += min(self.took, round(timeouts["read"] * 1_000_000_000))
        answer = self.answers(seen)
        if isinstance(answer, Raises):
            raise getattr(self.library, answer.name)(answer.words, request=request)
        body = answer.body
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.library.Response(answer.status, headers=dict(answer.headers), content=content)

    def sleep(self, seconds: float) -> Thing:
        self.slept.append(seconds)
        self.monotonic += round(seconds * 1_000_000_000)

        async def nothing() -> None:
            return None

        return nothing() if self.manner == "async" else None

    def client(self, signer: Thing = None, **options: Thing) -> Thing:
        transport = self.library.MockTransport(self.handle)
        kind = self.library.Client if self.manner == "sync" else self.library.AsyncClient
        made = ExchangeClient if self.manner == "sync" else AsyncExchangeClient
        surroundings = Surroundings(
            clock=self,
            monotonic=lambda: self.monotonic,
            chance=lambda: 1,
            new_id=lambda: f"id-{next(self.count)}",
        )
        given: dict[str, Any] = {
            "http_client": kind(transport=transport),
            "surroundings": surroundings,
            "sleep": self.sleep,
            **options,
        }
        return made(URL, signer, **given)

    def run(self, thing: Thing) -> Thing:
        """Give the value of a call, or the list of what is iterated over."""
        if isinstance(thing, AsyncIterator) or hasattr(thing, "__aiter__"):
            return self.runner.run(_gathered(thing))
        if inspect.isawaitable(thing):
            return self.runner.run(_awaited(thing))
        if isinstance(thing, Iterator) or hasattr(thing, "pages"):
            return list(thing)
        return thing

    def close(self) -> None:
        self.runner.close()


async def _gathered(thing: Thing) -> list[Any]:
    return [item async for item in thing]


async def _awaited(thing: Awaitable[Any]) -> Thing:
    return await thing


PRICE = Price("74.00", "CNY", "tCO2e")
TIME = {"now": "2026-11-30T02:00:00.000000Z", "venue": "2026-11-30T02:00:00.000000Z", "day": None}


def order(own_id: str = "S-1", *, filled: int = 0, quantity: int = 100) -> Order:
    return Order(
        order_id=OrderId("O-17"),
        account=AccountId("KEE-001"),
        instrument=InstrumentId("CEA25"),
        side=Side.SELL,
        price=PRICE,
        quantity=quantity,
        filled=filled,
        withdrawn=0,
        state=OrderState.PARTIALLY_FILLED if filled else OrderState.NEW,
        time_in_force=TimeInForce.DAY,
        at=NOW,
        client_order_id=own_id,
    )


def placed(own_id: str = "S-1") -> Answer:
    return Answer(201, encoded(Placed(order=order(own_id), trades=())), {"x-request-id": "r-1"})


def page(*items: object, cursor: str | None = None) -> Answer:
    return Answer(200, {"data": [encoded(item) for item in items], "next_cursor": cursor})


def sell(client: Thing, **options: Thing) -> Thing:
    return client.place_order(
        account="KEE-001",
        instrument="CEA25",
        side=Side.SELL,
        quantity=100,
        **{"price": PRICE, "client_order_id": "S-1", **options},
    )
