"""The server: how it begins, how it stops, and what is left after it was killed."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from carbonkit.errors import InvalidValueError, StorageError
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.server import ExchangeServer, bound, check_loopback, serve
from tests.exchange.servers import process, served

if TYPE_CHECKING:
    from pathlib import Path

    from carbonkit.exchange.journal import Writes


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.5.5.5"])
def test_a_demonstration_is_for_this_machine(host: str) -> None:
    check_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "exchange.example", ""])  # noqa: S104  refused
def test_and_for_no_other(host: str) -> None:
    with pytest.raises(InvalidValueError, match="loopback"):
        check_loopback(host)


def test_an_address_that_is_taken_is_refused() -> None:
    with (
        bound("127.0.0.1", 0) as first,
        pytest.raises(StorageError, match="must be free"),
    ):
        bound("127.0.0.1", first.getsockname()[1])


def test_what_is_kept_is_served_again(tmp_path: Path) -> None:
    with served(tmp_path / "data") as venue:
        order = venue.post("seller", "KEE-001", "S-1", "sell", "74.00", 100)
    with served(tmp_path / "data") as venue:
        again = venue.asked("seller", "GET", f"/v1/orders/{order['order_id']}")
        assert again == order
        take = {"account": "KEE-002", "client_order_id": "T-1", "quantity": "100"}
        venue.asked("buyer", "POST", f"/v1/orders/{order['order_id']}/take", take)
        assert venue.exchange.desk.journal.snapshot() is not None


def test_a_stop_finishes_what_runs_and_ends_the_streams() -> None:
    with served() as venue:
        form = {
            "grant_type": "client_credentials",
            "client_id": "buyer",
            "client_secret": venue.secret("buyer"),
        }
        token = venue.client.post(f"{venue.url}/oauth2/token", data=form).json()["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        with httpx.stream(
            "GET", f"{venue.url}/v1/stream?channels=trade", headers=headers, timeout=20
        ) as stream:
            assert stream.status_code == 200
            venue.post("seller", "KEE-001", "S-1", "sell", "74.00", 100)
            begun = time.monotonic()
            venue.server.stop()
            b"".join(stream.iter_bytes())  # ends by itself, and whole
        assert time.monotonic() - begun < 10
    assert venue.exchange.failure is None


def test_an_engine_that_fails_ends_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as venue:
        journal = venue.exchange.desk.journal

        def full(_: Writes) -> None:
            raise StorageError("have room", was="a full disk", field="journal")

        monkeypatch.setattr(journal, "write", full)
        body = {
            "account": "KEE-001",
            "client_order_id": "S-1",
            "instrument": "CEA25",
            "side": "sell",
            "quantity": "100",
            "price": {"amount": "74.00", "currency": "CNY", "per": "tCO2e"},
        }
        answer = venue.ask("seller", "POST", "/v1/orders", body)
        assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown")
        assert answer.json()["retryable"]
        assert "full disk" not in answer.text
        _until(lambda: venue.server.should_exit)
    assert isinstance(venue.exchange.failure, StorageError)


def _until(ready: Any) -> None:  # noqa: ANN401  any condition
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)


def _serve(exchange: Exchange, then: Any) -> int:  # noqa: ANN401  what is done once it is ready
    """Serve in the main thread, as the command does, with the signals that it hears."""
    with bound("127.0.0.1", 0) as listening:
        url = "http://{}:{}".format(*listening.getsockname())

        def course() -> None:
            _until(lambda: exchange.engine.ready)
            then(url)

        thread = threading.Thread(target=course)
        thread.start()
        try:
            return serve(exchange, listening)
        finally:
            thread.join()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_grace_and_exit_code_0(sent: signal.Signals) -> None:
    before = signal.getsignal(sent)
    exchange = Exchange.open(Settings(scheme="shanghai", bases={"SHEA": "38.00"}, keeps_days=False))
    assert _serve(exchange, lambda _: os.kill(os.getpid(), sent)) == 0
    assert signal.getsignal(sent) is before
    assert not exchange.engine.ready


def test_a_failure_gives_exit_code_1() -> None:
    exchange = Exchange.open(Settings(scheme="shanghai", bases={"SHEA": "38.00"}, keeps_days=False))

    def failed(_: str) -> None:
        exchange._failed(StorageError("be there"))

    assert _serve(exchange, failed) == 1


def test_what_cannot_begin_gives_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: Exchange) -> None:
        raise StorageError("be there")

    monkeypatch.setattr(Exchange, "__aenter__", broken)
    exchange = Exchange.open(Settings(scheme="shanghai", bases={"SHEA": "38.00"}))
    with exchange.closing(), bound("127.0.0.1", 0) as listening:
        assert serve(exchange, listening) == 1


def test_stop_may_be_called_before_it_begins() -> None:
    exchange = Exchange.open(Settings(scheme="shanghai", bases={"SHEA": "38.00"}, keeps_days=False))
    server = ExchangeServer(exchange)
    server.stop()
    assert server.should_exit
    with exchange.closing():
        pass


def test_after_a_kill_everything_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    with process(tmp_path) as venue:
        sells = venue.asked("demo-buyer", "GET", "/v1/instruments/CEA25/depth")["sells"]
        target = f"/v1/orders/{sells[0]['orders'][0]}/take"
        take = {"account": "DEMO-BUYER", "client_order_id": "T-1", "quantity": "100"}
        first = venue.ask("demo-buyer", "POST", target, take, "take-1")
        assert first.status_code == 201
        venue.kill()
        venue.start()
        again = venue.ask("demo-buyer", "POST", target, take, "take-1")
        assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
        held = venue.asked("demo-buyer", "GET", "/v1/accounts/DEMO-BUYER")["holdings"]
        assert {"asset": "CEA-2025", "bucket": "bought_today", "quantity": "100"} in held
        assert venue.stop() == 0
        lines = [json.loads(line) for line in venue.log().splitlines()]
        assert lines[-1]["event"] == "stopped"
        assert "cks_" not in venue.log()
