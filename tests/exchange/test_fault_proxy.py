"""Each fault of the proxy is what it says."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.exchange.fault_proxy import Fault, FaultProxies, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.whole

BODY = b'{"answer":' + b"1" * 200 + b"}"
WHOLE = "200 and whole"
LATE = 0.5


class Counting(http.server.BaseHTTPRequestHandler):
    """Answers every request alike, and keeps what was asked."""

    protocol_version = "HTTP/1.1"
    seen: list[bytes]

    def do_POST(self) -> None:
        self.seen.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(name="upstream")
def counting_server() -> Iterator[tuple[str, list[bytes]]]:
    seen: list[bytes] = []
    handler = type("Handler", (Counting,), {"seen": seen})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


def _met(url: str) -> str:
    """Ask once, and say what came of it."""
    try:
        with httpx.Client(timeout=LATE, trust_env=False, verify=False) as client:  # noqa: S501  plain HTTP
            answer = client.post(url, content=b"order")
    except httpx.TimeoutException:
        return "timeout"
    except httpx.TransportError:
        return "broken"
    if answer.status_code != httpx.codes.OK:
        return f"{answer.status_code} {answer.headers.get('retry-after', '')}".strip()
    return WHOLE if answer.content == BODY else "200 and short"


@pytest.mark.parametrize(
    ("fault", "brought", "met"),
    [
        (Fault.NONE, 1, WHOLE),
        (Fault.SLOW, 1, WHOLE),
        (Fault.LATE, 1, "timeout"),
        (Fault.RESET_BEFORE, 0, "broken"),
        (Fault.RESET_AFTER, 1, "broken"),
        (Fault.LOST, 1, "broken"),
        (Fault.SILENT, 1, "timeout"),
        (Fault.CUT_HEAD, 1, "broken"),
        (Fault.CUT_BODY, 1, "broken"),
        (Fault.SHORTENED, 1, "200 and short"),
        (Fault.TWICE_FIRST, 2, WHOLE),
        (Fault.TWICE_SECOND, 2, WHOLE),
        (Fault.AT_ONCE, 2, WHOLE),
        (Fault.BUSY, 0, "429 0"),
        (Fault.UNAVAILABLE, 0, "503"),
        (Fault.GATEWAY, 1, "504"),
        (Fault.STALE, 1, WHOLE),
    ],
)
def test_a_fault_is_what_it_says(
    upstream: tuple[str, list[bytes]], fault: Fault, brought: int, met: str
) -> None:
    url, seen = upstream
    with FaultProxies(url) as proxies:
        plan = Plan(1, rate=0 if fault is Fault.NONE else 100, faults=(fault,), late=LATE)
        proxy = proxies.open(plan)
        assert _met(proxy) == met
        if fault is Fault.LATE:
            assert seen == []  # the client has given up, and it has not arrived yet
        proxies.close(proxy)
        assert seen == [b"order"] * brought
        assert proxies.met == {fault: 1}


def test_a_seed_is_a_plan() -> None:
    first, again, other = ([plan.draw() for _ in range(50)] for plan in (Plan(7), Plan(7), Plan(8)))
    assert first == again != other
