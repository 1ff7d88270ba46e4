"""
Orders over HTTP as fast as they are answered, from a process of its own.

The requests are made and signed before the clock runs, and the answers are only counted, so
that what sends them takes little of the time that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from carbonkit.client.key_signer import KeySigner
from carbonkit.client.message import Outgoing
from carbonkit.exchange.demo import BUYER, SELLER, demo_secret
from carbonkit.market.order import Side
from carbonkit.values.identifier import InstrumentId
from carbonkit.values.price import Price
from carbonkit.values.time import SystemClock
from carbonkit.wire.codec import encoded
from carbonkit.wire.request import OrderRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.values.identifier import AccountId

__all__ = ["MARKETS", "Load", "Market", "Sender", "orders", "sender"]

ROOT: Final = Path(__file__).resolve().parent.parent
_CREATED: Final = b"HTTP/1.1 201 "
_LENGTH: Final = re.compile(rb"content-length: *([0-9]+)\r\n", re.IGNORECASE)
_HUNDREDTHS: Final = 100


@attrs.frozen
class Market:
    """
    What is traded where.

    Args:
        scheme: The market.
        instrument: What is traded.
        price: At which price, by everybody.
    """

    scheme: str
    instrument: InstrumentId
    price: Price


MARKETS: Final = {
    "posts": Market("china-national", InstrumentId("CEA25"), Price("74.00", "CNY", "tCO2e")),
    "crossing": Market("shanghai", InstrumentId("SHEA"), Price("38.00", "CNY", "tCO2e")),
}
"""Posts at a venue of listed agreements, which wait; and orders in a book, each second of which trades."""


class Load(NamedTuple):
    """
    How it went.

    Args:
        seconds: How long all requests took.
        middle: How long one took, in the middle. [s]
        slow: How long the slowest but one in a hundred took. [s]
        created: How many were answered with 201.
    """

    seconds: float
    middle: float
    slow: float
    created: int


class Sender:
    """
    Sends orders, in a process of its own; made by `sender`.

    Args:
        process: The process.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, url: str, market: str, name: str, count: int, connections: int) -> Load:
        """
        Send orders.

        Args:
            url: To whom.
            market: Which of `MARKETS`.
            name: What the orders' names begin with; no other load may have it.
            count: How many.
            connections: How many at once.

        Returns:
            How it went.
        """
        asks, says = self._process.stdin, self._process.stdout
        assert asks is not None  # noqa: S101  both were asked for
        assert says is not None  # noqa: S101
        print(json.dumps([url, market, name, count, connections]), file=asks, flush=True)
        return Load(*json.loads(says.readline()))


@contextlib.contextmanager
def sender() -> Iterator[Sender]:
    """
    Start the process.

    Yields:
        What sends.
    """
    command = [sys.executable, "-m", "bench._exchange_load"]
    with subprocess.Popen(  # noqa: S603  our own words
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Sender(process)


def orders(market: str, name: str, count: int) -> Iterator[OrderRequest]:
    """
    Make the orders: sold and bought by turns.

    Args:
        market: Which of `MARKETS`.
        name: What their names begin with.
        count: How many.

    Yields:
        Each order.
    """
    where = MARKETS[market]
    for number in range(count):
        side, account = _side(number)
        yield OrderRequest(
            account=account,
            client_order_id=f"{name}-{number}",
            instrument=where.instrument,
            side=side,
            quantity=10,
            price=where.price,
        )


def _side(number: int) -> tuple[Side, AccountId]:
    return (Side.BUY, BUYER) if number % 2 else (Side.SELL, SELLER)


# --------------------------------------------------------------- in the other process


def _requests(url: str, market: str, name: str, count: int) -> list[bytes]:
    signers = {key: KeySigner(key, demo_secret(key)) for key in ("demo-buyer", "demo-seller")}
    host = url.partition("://")[2]
    made = []
    for each in orders(market, name, count):
        body = json.dumps(encoded(each)).encode()
        headers = {"content-type": "application/json", "idempotency-key": each.client_order_id}
        plain = Outgoing(method="POST", url=f"{url}/v1/orders", headers=headers, body=body)
        signer = signers["demo-buyer" if each.side is Side.BUY else "demo-seller"]
        said: dict[str, str] = {
            "host": host,
            "content-length": str(len(body)),
            **headers,
            **signer.headers(plain, SystemClock().now()),
        }
        head = "".join(f"{key}: {value}\r\n" for key, value in said.items())
        made.append(f"POST /v1/orders HTTP/1.1\r\n{head}\r\n".encode() + body)
    return made


async def _send(url: str, requests: list[bytes], connections: int) -> Load:
    host, _, port = url.partition("://")[2].partition(":")
    opened = [await asyncio.open_connection(host, int(port)) for _ in range(connections)]
    left = iter(requests)
    took: list[float] = []
    created = 0

    async def sent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal created
        for request in left:
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            assert length is not None  # noqa: S101  both servers give it
            await reader.readexactly(int(length[1]))
            took.append(time.perf_counter() - started)
            created += head.startswith(_CREATED)

    started = time.perf_counter()
    await asyncio.gather(*(sent(*each) for each in opened))
    seconds = time.perf_counter() - started
    for _, writer in opened:
        writer.close()
    took.sort()
    slow = took[-1 - len(took) // _HUNDREDTHS]
    return Load(seconds, statistics.median(took), slow, created)


if __name__ == "__main__":
    for line in sys.stdin:
        to, traded, begin, wanted, at_once = json.loads(line)
        came = asyncio.run(_send(to, _requests(to, traded, begin, wanted), at_once))
        print(json.dumps(came), flush=True)
