"""
Exchanges that are really served, for every test that wants to talk to one.

    with served() as exchange:                     in a thread of this process, in memory, at 127.0.0.1
        exchange.ask("buyer", "GET", "/v1/orders")     a signed request over a real socket
        exchange.url, exchange.secret("buyer")         for a client of its own

    with process(tmp_path) as exchange:            in a process of its own, in files, that may be killed
        exchange.kill(); exchange.start()              at the same address again

It stands in the trading hours of 2026-01-06, with the day open: KEE-001 (key "seller") and KEE-002 ("buyer")
have 1,000,000 units of CEA25 and of CEA24 each, and 100,000,000 CNY; KEE-003 ("outsider") has nothing. A
process is a demonstration that stands still, with the keys and accounts of `carbonkit.exchange.demo`.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import itertools
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import attrs
import httpx
import pytest

from carbonkit.client.key_signer import KeySigner
from carbonkit.client.message import Outgoing
from carbonkit.exchange.clock import DemoClock
from carbonkit.exchange.demo import demo_secret
from carbonkit.exchange.engine import Said
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.key import new_key
from carbonkit.exchange.key_handler import add_key, checked_key
from carbonkit.exchange.problem_answer import explained
from carbonkit.exchange.server import ExchangeServer, bound
from carbonkit.registry.account import Right
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Iterable, Iterator, Mapping

    from carbonkit.exchange.desk import Desk

DAY: Final = "2026-01-06"
OPENING: Final = "2026-01-06T09:30:00+08:00"
BASES: Final = {
    "CEA": "68.00",
    "CEA21": "69.50",
    "CEA22": "70.20",
    "CEA23": "71.00",
    "CEA24": "72.40",
    "CEA25": "74.00",
}
UNITS: Final = 1_000_000
CASH: Final = "100000000.00"
KEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[Scope, ...]]]] = {
    "seller": (("KEE-001",), (Scope.READ, Scope.TRADE, Scope.REGISTRY)),
    "buyer": (("KEE-002",), (Scope.READ, Scope.TRADE, Scope.REGISTRY)),
    "outsider": (("KEE-003",), (Scope.READ, Scope.TRADE)),
    "reader": (("KEE-001",), (Scope.READ,)),
    "approver": (("KEE-001", "KEE-002"), (Scope.READ, Scope.REGISTRY)),
    "registrar": ((), (Scope.READ, Scope.REGISTRY)),
    "reviewer": ((), (Scope.READ, Scope.REGISTRY)),
    "admin": ((), (Scope.READ, Scope.ADMIN)),
}
_PATIENCE: Final = 30
_COUNT = itertools.count(1)


class Talking:
    """Asks an exchange with the keys that the tests know."""

    url: str
    client: httpx.Client

    def secret(self, key: str) -> str:
        raise NotImplementedError

    def ask(  # noqa: PLR0917  short to call
        self,
        key: str | None,
        method: str,
        target: str,
        body: object = None,
        idempotency_key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask with a signed request; a POST gets an idempotency key of its own unless one is given."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {name.lower(): value for name, value in (headers or {}).items()}
        if body is not None:
            said.setdefault("content-type", "application/json")
        if method == "POST":
            said.setdefault("idempotency-key", idempotency_key or f"test-{next(_COUNT)}")
        if key is not None:
            request = Outgoing(method=method, url=self.url + target, headers=said, body=content)
            signer = KeySigner(key, self.secret(key))
            said.update(signer.headers(request, datetime.datetime.now(datetime.UTC)))  # noqa: TID251  real
        return self.client.request(method, self.url + target, content=content, headers=said)

    def admits(self, key: str) -> bool:
        """Tell whether proofs are taken already: after a restart not before the nonces of before are over."""
        return self.ask(key, "GET", "/v1/instruments").status_code != httpx.codes.SERVICE_UNAVAILABLE

    def asked(
        self,
        key: str | None,
        method: str,
        target: str,
        body: object = None,
        idempotency_key: str | None = None,
    ) -> Any:  # noqa: ANN401  what JSON says
        """Ask, and give what the answer says; it must not be a refusal."""
        answer = self.ask(key, method, target, body, idempotency_key)
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, key: str, account: str, name: str, side: str, price: str, quantity: int) -> Any:  # noqa: ANN401, PLR0917
        """Enter an order for CEA25."""
        body = {
            "account": account,
            "client_order_id": name,
            "instrument": "CEA25",
            "side": side,
            "quantity": str(quantity),
            "price": {"amount": price, "currency": "CNY", "per": "tCO2e"},
        }
        return self.asked(key, "POST", "/v1/orders", body)["order"]


@attrs.define
class Served(Talking):
    """An exchange in a thread of this process."""

    exchange: Exchange
    server: ExchangeServer
    url: str
    client: httpx.Client

    def secret(self, key: str) -> str:
        return f"cks_test_{key}"

    def make_key(
        self,
        person: str,
        accounts: Iterable[str],
        scopes: Iterable[Scope],
        public_key: str | None = None,
    ) -> tuple[str, str | None]:
        """Make a key of whatever scopes, as `carbonkit exchange key create` does while nothing runs."""
        made: list[tuple[str, str | None]] = []

        def work(desk: Desk) -> Generator[None, None, Said]:
            key, secret = checked_key(
                desk,
                person=person,
                accounts=accounts,
                scopes=scopes,
                at=desk.now(),
                public_key=public_key,
            )
            add_key(desk, key)
            made.append((key.key_id, secret))
            yield
            return Said(httpx.codes.OK, "{}")

        async def run() -> None:
            await self.exchange.engine.do(work, None, explained("/", "test"))
            await self.exchange.keys_changed(None)

        self.run(run())
        return made[0]

    def run(self, course: Coroutine[Any, Any, None]) -> None:
        """Run something in the exchange's event loop."""
        loop = self.exchange.hub._loop
        assert loop is not None
        asyncio.run_coroutine_threadsafe(course, loop).result(_PATIENCE)

    def forward(self, instant: str) -> None:
        """Put the venue's clock forward, such as to the hours of blocks."""
        clock = self.exchange.desk.clock
        assert isinstance(clock, DemoClock)
        clock.forward(instant)


@contextlib.contextmanager
def served(data: Path | None = None, *, funded: bool = True, **changes: Any) -> Iterator[Served]:  # noqa: ANN401  of `Settings`
    """Serve an exchange in a thread; in memory, or in a folder, which may be served again afterwards."""
    settings = Settings(
        **{
            "data": data,
            "clock": DemoClock(OPENING)
            if data is not None and data.exists()
            else DemoClock("2026-01-06T09:00:00+08:00"),
            "keeps_days": False,
            "bases": BASES,
            "staff": (("registrar", Right.INITIATE), ("reviewer", Right.APPROVE)),
            **changes,
        }
    )
    exchange = Exchange.open(settings)
    fresh = not exchange.desk.venue.accounts()
    if fresh:
        _make_keys(exchange)
    listening = bound("127.0.0.1", 0)
    url = "http://{}:{}".format(*listening.getsockname())
    server = ExchangeServer(exchange)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        _wait(lambda: server.started or not thread.is_alive())
        assert server.started, "the exchange did not start"
        with _client() as client:
            made = Served(exchange=exchange, server=server, url=url, client=client)
            if fresh and funded:
                fund(made)
            _wait(lambda: made.admits("admin"))
            yield made
    finally:
        server.stop()
        thread.join(_PATIENCE)
        listening.close()
        assert not thread.is_alive()


def _client() -> httpx.Client:
    return httpx.Client(timeout=_PATIENCE, trust_env=False, verify=False)  # noqa: S501  plain HTTP on this machine


def _make_keys(exchange: Exchange) -> None:
    for name, (accounts, scopes) in KEYS.items():
        key, _ = new_key(
            person=name,
            accounts=accounts,
            scopes=scopes,
            at=exchange.wall.now(),
            key_id=name,
            secret=f"cks_test_{name}",
        )
        add_key(exchange.desk, key)
    exchange.desk.journal.write(exchange.desk.writes)
    exchange.desk.written()


def fund(exchange: Served) -> None:
    """Admit the participants, give them units and money by the registry's own ways, and open the day."""
    persons = {
        "KEE-001": [("seller", "initiate"), ("approver", "approve")],
        "KEE-002": [("buyer", "initiate"), ("approver", "approve")],
        "KEE-003": [],
    }
    for account, rights in persons.items():
        admission = {
            "account": account,
            "kind": "key-emitter",
            "account_kind": "key_emitter",
            "persons": [{"name": name, "right": right} for name, right in rights],
        }
        exchange.asked("admin", "POST", "/v1/admin/participants", admission)
    for account in ("KEE-001", "KEE-002"):
        paid = {"account": account, "amount": {"amount": CASH, "currency": "CNY"}}
        exchange.asked("admin", "POST", "/v1/admin/deposits", paid)
    for vintage in ("2024", "2025"):
        move(exchange, "issue", vintage, 2 * UNITS, "ISSUANCE", "AUTHORITY")
        for account in ("KEE-001", "KEE-002"):
            move(exchange, "allocate", vintage, UNITS, "AUTHORITY", account)
    exchange.asked("admin", "POST", "/v1/admin/day/open", {"day": DAY})
    exchange.forward(OPENING)


def move(exchange: Served, kind: str, vintage: str, quantity: int, source: str, target: str) -> None:  # noqa: PLR0917  short to call
    """Have a registry transaction proposed and approved by the staff."""
    body = {
        "type": kind,
        "unit": "CEA",
        "vintage": vintage,
        "quantity": str(quantity),
        "source": source,
        "target": target,
    }
    name = exchange.asked("registrar", "POST", "/v1/transactions", body)["transaction"]
    exchange.asked("reviewer", "POST", f"/v1/transactions/{name}/approve")


@pytest.fixture(scope="module", name="venue")
def served_venue() -> Iterator[Served]:
    """Serve one exchange for all tests of a module that import this fixture."""
    with served() as made:
        yield made


class Process(Talking):
    """A demonstration that stands still, in a process of its own and in files."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.url = ""
        self.client = _client()
        self._arguments = arguments
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str] = (folder / "log.jsonl").open("a")

    def secret(self, key: str) -> str:
        return demo_secret(key)

    def start(self) -> None:
        """Start it, at the address that it had before, and wait until it is ready."""
        command = [sys.executable, "-m", "carbonkit.cli", "exchange", "serve", "--scheme", "china-national"]
        command += ["--demo", "--still", "--port", str(self._port), "--data", str(self.folder / "data")]
        self._process = subprocess.Popen(
            [*command, *self._arguments],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http://" in line, self.log()
        self.url = line[line.index("http://") :].strip()
        self._port = urlsplit(self.url).port or 0
        _wait(self._is_ready)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        with contextlib.suppress(httpx.HTTPError):
            return self.client.get(f"{self.url}/health/ready").is_success and self.admits("demo-buyer")
        return False

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """Tell it to stop, and give its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._end()

    def _end(self) -> int:
        assert self._process is not None
        code = self._process.wait(_PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def log(self) -> str:
        """Give what it logged so far."""
        return (self.folder / "log.jsonl").read_text()

    def close(self) -> None:
        """End it, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self._log.close()
        self.client.close()


@contextlib.contextmanager
def process(folder: Path, *arguments: str) -> Iterator[Process]:
    """Serve a demonstration in a process of its own."""
    made = Process(folder, *arguments)
    try:
        made.start()
        yield made
    finally:
        made.close()


def _wait(ready: Any) -> None:  # noqa: ANN401  any condition
    end = time.monotonic() + _PATIENCE
    while not ready():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)
