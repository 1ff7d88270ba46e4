"""The one door to the HTTP library: what it lets in and out, on each library."""

from __future__ import annotations

import asyncio
import datetime
import importlib
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.client import ConnectionFailedError, ExchangeClient, TimedOutError
from carbonkit.client.door import AsyncDoor, AsyncOpened, Door, Limits, Opened
from carbonkit.client.error import Facts, UnreadableAnswerError
from carbonkit.client.failure import Failed, Trouble
from carbonkit.client.message import Incoming, Outgoing
from carbonkit.errors import CarbonkitError, InvalidValueError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.client.rig import Thing

LIBRARIES = ["httpx", "httpx2"]
LIMITS = Limits(connect=datetime.timedelta(seconds=1), most=100)
SOON = datetime.timedelta(seconds=5)
OUT = Outgoing(method="GET", url="https://exchange.example/v1/time", headers={"a": "1"}, body=b"")


class Body:
    """A body that comes in pieces, for either manner; it may break off."""

    def __init__(self, chunks: list[bytes], error: Exception | None = None, pause: float = 0) -> None:
        self.chunks, self.error, self.pause = chunks, error, pause
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            time.sleep(self.pause)
            yield chunk
        if self.error is not None:
            raise self.error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            await asyncio.sleep(self.pause)
            yield chunk
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Thing:
    return importlib.import_module(request.param)


def streamed(library: Thing, body: Body, *, asynchronous: bool) -> Thing:
    base = library.AsyncByteStream if asynchronous else library.SyncByteStream
    return type("Stream", (Body, base), {})(body.chunks, body.error, body.pause)


class Both:
    """A door of each manner, over one handler."""

    def __init__(self, library: Thing, handle: Callable[..., Any], **named: Thing) -> None:
        self.named = {"transport": library.MockTransport(handle), **named}
        self.library = library

    def each(self, outgoing: Outgoing = OUT, timeout: datetime.timedelta = SOON) -> list[Any]:
        door = Door(LIMITS, http_client=self.library.Client(**self.named))
        return [door.send(outgoing, timeout), asyncio.run(self._later(outgoing, timeout))]

    def each_one(self, *, asynchronous: bool, timeout: datetime.timedelta = SOON) -> Thing:
        if asynchronous:
            return asyncio.run(self._later(OUT, timeout))
        return Door(LIMITS, http_client=self.library.Client(**self.named)).send(OUT, timeout)

    async def _later(self, outgoing: Outgoing, timeout: datetime.timedelta) -> Thing:  # noqa: ASYNC109
        async with self.library.AsyncClient(**self.named) as client:
            return await AsyncDoor(LIMITS, http_client=client).send(outgoing, timeout)


def answering(library: Thing, stream: Thing) -> Both:
    return Both(library, lambda _: library.Response(200, stream=stream))


@pytest.mark.parametrize(
    ("name", "trouble", "reached"),
    [
        ("ConnectError", Trouble.CONNECTION, False),
        ("ConnectTimeout", Trouble.TIMEOUT, False),
        ("PoolTimeout", Trouble.TIMEOUT, False),
        ("ProxyError", Trouble.CONNECTION, False),
        ("ReadTimeout", Trouble.TIMEOUT, True),
        ("WriteTimeout", Trouble.TIMEOUT, True),
        ("ReadError", Trouble.BROKEN, True),
        ("WriteError", Trouble.BROKEN, True),
        ("CloseError", Trouble.BROKEN, True),
        ("RemoteProtocolError", Trouble.BROKEN, True),
        ("LocalProtocolError", Trouble.UNFIT, True),
        ("InvalidURL", Trouble.BROKEN, True),  # as by a malformed Location
        ("UnsupportedProtocol", Trouble.UNFIT, False),
    ],
)
def test_errors_say_whether_the_request_can_have_arrived(
    library: Thing, name: str, trouble: Trouble, *, reached: bool
) -> None:
    def handle(request: Thing) -> Thing:
        if name == "InvalidURL":
            raise library.InvalidURL("on purpose")
        raise getattr(library, name)("on purpose", request=request)

    for failed in Both(library, handle).each():
        assert isinstance(failed, Failed)
        assert (failed.trouble, failed.reached) == (trouble, reached)


def test_an_error_of_the_socket_is_a_broken_connection(library: Thing) -> None:
    def handle(_: Thing) -> Thing:
        raise ConnectionResetError("on purpose")

    assert {failed.trouble for failed in Both(library, handle).each()} == {Trouble.BROKEN}


def test_a_failure_makes_the_error_of_its_trouble() -> None:
    for trouble, kind in (
        (Trouble.TIMEOUT, TimedOutError),
        (Trouble.BROKEN, ConnectionFailedError),
        (Trouble.TOO_LARGE, UnreadableAnswerError),
    ):
        error = Failed(trouble=trouble, reached=True, detail="d").error(Facts(attempts=2))
        assert type(error) is kind
        assert error.attempts == 2


def test_an_answer_that_grows_too_large_is_not_read_on(library: Thing) -> None:
    for asynchronous in (False, True):
        stream = streamed(library, Body([b"x" * 60] * 10), asynchronous=asynchronous)
        failed = answering(library, stream).each_one(asynchronous=asynchronous)
        assert failed.trouble is Trouble.TOO_LARGE
        assert stream.closed


def test_an_answer_of_exactly_the_cap_is_read(library: Thing) -> None:
    for answer in Both(library, lambda _: library.Response(200, content=b"x" * 100)).each():
        assert answer.body == b"x" * 100


@pytest.mark.parametrize("length", ["101", "9" * 30])
def test_a_length_that_is_too_large_is_believed(library: Thing, length: str) -> None:
    for failed in Both(library, lambda _: library.Response(200, headers={"Content-Length": length})).each():
        assert failed.trouble is Trouble.TOO_LARGE


def test_an_encoded_answer_is_refused(library: Thing) -> None:
    def handle(_: Thing) -> Thing:
        return library.Response(200, headers={"Content-Encoding": "gzip"}, content=b"")

    assert {failed.trouble for failed in Both(library, handle).each()} == {Trouble.ENCODED}


def test_an_answer_that_drips_ends_at_its_time(library: Thing) -> None:
    soon = datetime.timedelta(milliseconds=30)
    for asynchronous in (False, True):
        stream = streamed(library, Body([b"x"] * 20, pause=0.02), asynchronous=asynchronous)
        began = time.monotonic()
        failed = answering(library, stream).each_one(asynchronous=asynchronous, timeout=soon)
        assert failed.trouble is Trouble.TIMEOUT
        assert failed.reached
        assert time.monotonic() - began < 0.3
        assert stream.closed


def test_nothing_of_a_client_that_is_handed_in_is_sent(library: Thing) -> None:
    seen: list[Any] = []

    def handle(request: Thing) -> Thing:
        seen.append(request)
        return library.Response(302, headers={"Location": "https://elsewhere.example/", "Set-Cookie": "c=1"})

    both = Both(
        library,
        handle,
        headers={"X-Mine": "1", "Authorization": "mine"},
        cookies={"mine": "1"},
        auth=("me", "mine"),
        params={"mine": "1"},
        follow_redirects=True,
    )
    answers = both.each() + both.each()
    assert {answer.status for answer in answers} == {302}
    assert [str(request.url) for request in seen] == [OUT.url] * 4
    assert {name for request in seen for name in request.headers} == {"a", "host"}


def test_repeated_headers_are_joined(library: Thing) -> None:
    def handle(_: Thing) -> Thing:
        return library.Response(200, headers=[("Link", "a"), ("LINK", "b")])

    assert {answer.headers["link"] for answer in Both(library, handle).each()} == {"a, b"}


def test_a_stream_is_handed_over_while_it_comes(library: Thing) -> None:
    stream = streamed(library, Body([b"a", b"b"]), asynchronous=False)
    client = library.Client(
        transport=library.MockTransport(lambda _: library.Response(200, headers={"x": "1"}, stream=stream))
    )
    opened = Door(LIMITS, http_client=client).open(OUT, SOON)
    assert isinstance(opened, Opened)
    assert (opened.head.status, opened.head.headers["x"]) == (200, "1")
    with opened:
        assert list(opened) == [b"a", b"b"]
    assert stream.closed


def test_a_stream_is_handed_over_while_it_comes_async(library: Thing) -> None:
    stream = streamed(library, Body([b"a", b"b"]), asynchronous=True)

    async def run() -> None:
        transport = library.MockTransport(lambda _: library.Response(200, stream=stream))
        async with library.AsyncClient(transport=transport) as client:
            opened = await AsyncDoor(LIMITS, http_client=client).open(OUT, SOON)
            assert isinstance(opened, AsyncOpened)
            async with opened:
                assert [chunk async for chunk in opened] == [b"a", b"b"]

    asyncio.run(run())
    assert stream.closed


def test_a_stream_that_breaks_off_raises_our_error(library: Thing) -> None:
    error = library.RemoteProtocolError("cut off")
    stream = streamed(library, Body([b"a"], error), asynchronous=False)
    transport = library.MockTransport(lambda _: library.Response(200, stream=stream))
    opened = Door(LIMITS, http_client=library.Client(transport=transport)).open(OUT, SOON)
    assert isinstance(opened, Opened)
    got: list[bytes] = []
    with pytest.raises(ConnectionFailedError), opened:
        got.extend(iter(opened))
    stream = streamed(library, Body([b"a"], library.ReadTimeout("late")), asynchronous=True)

    async def run() -> None:
        transport = library.MockTransport(lambda _: library.Response(200, stream=stream))
        async with library.AsyncClient(transport=transport) as client:
            opened = await AsyncDoor(LIMITS, http_client=client).open(OUT, SOON)
            assert isinstance(opened, AsyncOpened)
            chunks = aiter(opened)
            got.append(await anext(chunks))
            await anext(chunks)

    with pytest.raises(TimedOutError):
        asyncio.run(run())
    assert got == [b"a", b"a"]


def test_a_stream_that_is_refused_is_read(library: Thing) -> None:
    def handle(_: Thing) -> Thing:
        return library.Response(403, content=b"no")

    client = library.Client(transport=library.MockTransport(handle))
    assert Door(LIMITS, http_client=client).open(OUT, SOON) == Incoming(
        status=403, headers={"content-length": "2"}, body=b"no"
    )

    def broken(request: Thing) -> Thing:
        raise library.ConnectError("on purpose", request=request)

    async def run(handler: Thing) -> Thing:
        async with library.AsyncClient(transport=library.MockTransport(handler)) as client:
            return await AsyncDoor(LIMITS, http_client=client).open(OUT, SOON)

    assert asyncio.run(run(handle)).body == b"no"
    assert asyncio.run(run(broken)).trouble is Trouble.CONNECTION
    client = library.Client(transport=library.MockTransport(broken))
    failed = Door(LIMITS, http_client=client).open(OUT, SOON)
    assert isinstance(failed, Failed)


def test_httpx2_is_preferred_and_either_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Door(LIMITS).library == "httpx2"
    assert Door(LIMITS, library="httpx").library == "httpx"
    assert AsyncDoor(LIMITS, library="httpx").library == "httpx"
    monkeypatch.setitem(sys.modules, "httpx2", None)
    assert Door(LIMITS).library == "httpx"
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtraError, match=r'pip install "carbonkit\[client\]"'):
        Door(LIMITS)
    with pytest.raises(MissingExtraError, match="pip install httpx2"):
        Door(LIMITS, library="httpx2")


def test_what_a_library_itself_misses_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise ModuleNotFoundError(name="httpcore2")

    monkeypatch.setattr("importlib.import_module", broken)
    with pytest.raises(ModuleNotFoundError) as caught:
        Door(LIMITS)
    assert caught.value.name == "httpcore2"


def test_another_librarys_client_is_refused(library: Thing) -> None:
    for wrong in (object(), library.AsyncClient(), "httpx"):
        with pytest.raises(InvalidValueError, match=r"httpx2\.Client"):
            Door(LIMITS, http_client=wrong)
    with pytest.raises(InvalidValueError, match=r"httpx2\.AsyncClient"):
        AsyncDoor(LIMITS, http_client=library.Client())
    with pytest.raises(InvalidValueError, match="httpx, httpx2"):
        Door(LIMITS, library="requests")  # type: ignore[arg-type]  # what a caller without types may say


def test_only_its_own_client_is_closed(library: Thing) -> None:
    client = library.Client()
    Door(LIMITS, http_client=client).close()
    assert not client.is_closed
    door = Door(LIMITS, library=library.__name__)
    door.close()
    with pytest.raises(CarbonkitError, match="must be open"):
        door.send(OUT, SOON)
    client.close()
    with pytest.raises(CarbonkitError, match="must be open"):
        Door(LIMITS, http_client=client).send(OUT, SOON)

    async def run() -> None:
        later = AsyncDoor(LIMITS, library=library.__name__)
        await later.sleep(0)
        await later.close()
        with pytest.raises(CarbonkitError, match="must be open"):
            await later.send(OUT, SOON)

    asyncio.run(run())


def test_a_real_socket_that_closes_or_refuses(library: Thing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def shut() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=shut)
        thread.start()
        door = Door(LIMITS, library=library.__name__)
        out = Outgoing(method="GET", url=f"http://127.0.0.1:{port}/", headers={}, body=b"")
        failed = door.send(out, SOON)
        thread.join()
        assert isinstance(failed, Failed)
        assert (failed.trouble, failed.reached) == (Trouble.BROKEN, True)
    failed = door.send(out, SOON)
    assert isinstance(failed, Failed)
    assert (failed.trouble, failed.reached) == (Trouble.CONNECTION, False)
    door.close()


def test_what_is_signed_is_what_is_sent(library: Thing) -> None:
    seen: list[Any] = []

    def handle(request: Thing) -> Thing:
        seen.append(request)
        return library.Response(200, content=b'{"data": [], "next_cursor": null}')

    client = ExchangeClient(
        "HTTPS://Exchange.Example:443/Base/",
        http_client=library.Client(transport=library.MockTransport(handle)),
    )
    cursor = "a b+c/é?&=%25#;,:@'()*~\\\"<>[]{}|^`"
    list(client.orders(cursor=cursor, client_order_id="a:b+c_d.e-f"))
    raw = seen[0].url.raw_path.decode()
    assert raw.startswith("/Base/v1/orders?cursor=a+b%2Bc%2F%C3%A9%3F%26%3D%2525%23")
    assert raw.endswith("&limit=100&client_order_id=a:b%2Bc_d.e-f")
    assert str(seen[0].url) == f"https://exchange.example{raw}"
    assert dict(seen[0].url.params)["cursor"] == cursor
