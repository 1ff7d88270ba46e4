"""What a network may do to a client: drip, fork, mislead; on real sockets of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.client import (
    AsyncExchangeClient,
    CallOptions,
    Channel,
    ClientCredentials,
    ConnectionFailedError,
    ExchangeClient,
    ExchangeError,
    KeySigner,
    Listening,
    Outcome,
    Retries,
    TimedOutError,
    Timeouts,
)
from carbonkit.client._connections import is_loopback
from carbonkit.errors import InvalidValueError
from carbonkit.wire import TIME
from tests.client.rig import KINDS, sell
from tests.client.rig import TIME as NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.client.rig import Thing

NEVER = Retries(most=0, find_out=datetime.timedelta(0))
SOON = Timeouts(attempt=datetime.timedelta(milliseconds=300), deadline=datetime.timedelta(milliseconds=300))
GOOD = json.dumps(NOON).encode()
LIBRARIES = ["httpx", "httpx2"]


def asked(peer: socket.socket) -> bytes:
    """Read a request."""
    text = b""
    while b"\r\n\r\n" not in text:
        more = peer.recv(65536)
        if not more:
            return b""
        text += more
    head, _, body = text.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


def told(body: bytes, head: bytes = b"HTTP/1.1 200 OK\r\n") -> bytes:
    return head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.fixture
def serving() -> Iterator[Callable[..., str]]:
    servers: list[socket.socket] = []
    ends = threading.Event()

    def serve(answer: Callable[[socket.socket], object]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def each(peer: socket.socket) -> None:
            with contextlib.suppress(OSError), peer:
                answer(peer)

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = server.accept()
                    threading.Thread(target=each, args=(peer,), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield serve
    ends.set()
    for server in servers:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def asking(kind: tuple[str, str], url: str, ask: Callable[[Any], Any], **named: Thing) -> Thing:
    """Make a call with a client of one library and manner, whose connections are its own."""
    library, manner = kind
    if manner == "sync":
        with ExchangeClient(url, library=library, retries=NEVER, **named) as client:  # type: ignore[arg-type]  # a name
            return ask(client)

    async def later() -> Thing:
        async with AsyncExchangeClient(url, library=library, retries=NEVER, **named) as client:  # type: ignore[arg-type]
            return await ask(client)

    return asyncio.run(later())


# --------------------------------------------------------------------- in time


def drip(peer: socket.socket, *, start: bytes, each: bytes) -> None:
    asked(peer)
    peer.sendall(start)
    for _ in range(40):
        peer.sendall(each)
        time.sleep(0.05)


DRIPS = {
    "head": (b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
    "early hints": (b"", b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n"),
    "chunk extension": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"1"),
    "nothing": (b"", b""),
}


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
@pytest.mark.parametrize("name", DRIPS)
def test_no_answer_takes_longer_than_it_may(
    serving: Callable[..., str], kind: tuple[str, str], name: str
) -> None:
    start, each = DRIPS[name]
    url = serving(lambda peer: drip(peer, start=start, each=each))
    took: list[float] = []

    def ask(client: Thing) -> Thing:
        took.append(time.monotonic())
        return client.time()

    with pytest.raises(TimedOutError):
        asking(kind, url, ask, timeouts=SOON)
    assert time.monotonic() - took[0] < 1.2


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_silence_after_a_byte_counts_from_the_beginning(
    serving: Callable[..., str], kind: tuple[str, str]
) -> None:
    def answer(peer: socket.socket) -> None:
        asked(peer)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        time.sleep(0.25)
        peer.sendall(b"{")
        time.sleep(2)

    began: list[float] = []

    def ask(client: Thing) -> Thing:
        began.append(time.monotonic())
        return client.time()

    with pytest.raises(TimedOutError):
        asking(kind, serving(answer), ask, timeouts=SOON)
    assert time.monotonic() - began[0] < 0.5


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_a_kept_connection_is_held_to_its_time_again(
    serving: Callable[..., str], kind: tuple[str, str]
) -> None:
    def answer(peer: socket.socket) -> None:
        asked(peer)
        time.sleep(0.1)
        peer.sendall(told(GOOD))
        time.sleep(0.3)
        asked(peer)
        peer.sendall(told(GOOD))
        drip(peer, start=b"HTTP/1.1 200 OK\r\nX-A: ", each=b"a")

    url = serving(answer)
    library, manner = kind
    connections = Timeouts(
        attempt=datetime.timedelta(milliseconds=350), deadline=datetime.timedelta(seconds=9)
    )
    if manner == "async":
        pytest.skip("one time limit bounds an async call whole")
    with ExchangeClient(url, library=library, retries=NEVER, timeouts=connections) as client:  # type: ignore[arg-type]
        client.time()
        time.sleep(0.3)
        client.time()  # each call has all of its time
        began = time.monotonic()
        with pytest.raises(TimedOutError):
            client.time()
        assert time.monotonic() - began < 1.2


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
@pytest.mark.parametrize("name", ["head", "chunk extension"])
def test_a_stream_that_drips_without_a_word_is_silent(
    serving: Callable[..., str], kind: tuple[str, str], name: str
) -> None:
    start, each = DRIPS[name]
    start = start.replace(b"200 OK\r\n", b"200 OK\r\nContent-Type: text/event-stream\r\n")
    url = serving(lambda peer: drip(peer, start=start, each=each))
    how = Listening(silence=datetime.timedelta(milliseconds=300), retries=NEVER)

    def ask(client: Thing) -> Thing:
        events = client.listen([Channel.TRADE], listening=how)
        return next(events) if kind[1] == "sync" else anext(events)

    began = time.monotonic()
    with pytest.raises(TimedOutError):
        asking(kind, url, ask)
    assert time.monotonic() - began < 1.5


# ----------------------------------------------------------------- whose answer


def _who(peer: socket.socket) -> None:
    while text := asked(peer):
        name = text.split(b"x-who: ")[1].split(b"\r")[0].decode()
        time.sleep(0.02)
        peer.sendall(told(json.dumps({**NOON, "who": name}).encode()))


def _mixed_up(client: ExchangeClient, me: str) -> int:
    wrong = 0
    for number in range(15):
        who = f"{me}{number}"
        with contextlib.suppress(ExchangeError):
            wrong += client.send(TIME, options=CallOptions(headers={"x-who": who})).extra["/who"] != who
            continue
        wrong += 1
    return wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_forked_child_has_connections_of_its_own(library: str) -> None:
    program = f"""
import datetime, os, socket, sys, threading
sys.path.insert(0, {str(Path.cwd())!r})
from carbonkit.client import ExchangeClient
from tests.client.test_network import NEVER, _mixed_up, _who
listening = socket.create_server(("127.0.0.1", 0))
if not (server := os.fork()):
    while True:
        threading.Thread(target=_who, args=(listening.accept()[0],), daemon=True).start()
url = f"http://127.0.0.1:{{listening.getsockname()[1]}}"
client = ExchangeClient(url, library={library!r}, retries=NEVER)
assert not _mixed_up(client, "before")
child = os.fork()
wrong = _mixed_up(client, "child" if child == 0 else "parent")
if child == 0:
    os._exit(wrong)
_, status = os.waitpid(child, 0)
os.kill(server, 9)
print(wrong, os.waitstatus_to_exitcode(status))
"""
    import subprocess  # noqa: PLC0415  here alone

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0", "0"], done.stderr


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_client_that_was_handed_in_does_not_outlive_a_fork(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = pytest.importorskip(library).Client()
    with ExchangeClient("http://127.0.0.1:9", http_client=connections) as client:
        process = os.getpid()
        monkeypatch.setattr("os.getpid", lambda: process + 1)
        with pytest.raises(InvalidValueError, match="make the client after the fork"):
            client.time()
    connections.close()


# ---------------------------------------------------------------- to this machine


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_what_stays_on_this_machine_goes_through_no_proxy(
    serving: Callable[..., str], kind: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxied: list[bytes] = []
    heard: list[bytes] = []

    def proxy(peer: socket.socket) -> None:
        proxied.append(asked(peer))
        peer.sendall(told(b"", b"HTTP/1.1 502 Bad\r\n"))

    def exchange(peer: socket.socket) -> None:
        while text := asked(peer):
            heard.append(text)
            token = b'{"access_token":"t1","token_type":"Bearer","expires_in":900}'
            peer.sendall(told(token if b"oauth2" in text else GOOD))

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, serving(proxy))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    url = serving(exchange)
    for host in ("127.0.0.1", "localhost", "127.8.7.6"):
        here = url.replace("127.0.0.1", host)
        signer = ClientCredentials("demo", "cks_demo", token_url=f"{here}/oauth2/token")
        with contextlib.suppress(ConnectionFailedError):  # not every system answers for all of 127.0.0.0/8
            asking(kind, here, lambda client: client.time(), signer=signer)
    assert proxied == []
    assert len(heard) >= 2
    with pytest.raises(ExchangeError):  # another machine's name goes the way that the system says
        asking(kind, "http://exchange.example", lambda client: client.time(), allow_http=True)
    assert len(proxied) == 1


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("LocalHost", True),
        ("127.0.0.1.example", False),
        ("localhost.example", False),
        ("128.0.0.1", False),
        ("", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, *, here: bool) -> None:
    assert is_loopback(host) is here


# ------------------------------------------------------------------- misleading


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
@pytest.mark.parametrize(
    "place", [b"https:foo", b"javascript:alert(1)", b"http://[::1", b"https://ex\xff/", b"//"]
)
def test_a_malformed_redirect_of_an_order_leaves_it_unknown(
    serving: Callable[..., str], kind: tuple[str, str], place: bytes
) -> None:
    def answer(peer: socket.socket) -> None:
        asked(peer)
        peer.sendall(told(b"", b"HTTP/1.1 307 Elsewhere\r\nLocation: " + place + b"\r\n"))

    with pytest.raises(ExchangeError) as caught:
        asking(kind, serving(answer), sell)
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_the_error_of_a_broken_stream_holds_no_request(
    serving: Callable[..., str], kind: tuple[str, str]
) -> None:
    def answer(peer: socket.socket) -> None:
        asked(peer)
        peer.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\nid: a.1\n\n"
        )

    def ask(client: Thing) -> Thing:
        events = client.listen([Channel.TRADE], listening=Listening(retries=NEVER))
        return next(events) if kind[1] == "sync" else anext(events)

    with pytest.raises(ConnectionFailedError) as caught:
        asking(kind, serving(answer), ask, signer=KeySigner("demo", "cks_demo"))
    error: BaseException | None = caught.value
    while error is not None:
        assert not hasattr(error, "request")
        error = error.__context__
