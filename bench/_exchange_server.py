"""
The two servers of the benchmark of the exchange, each in a process of its own, by uvicorn with the same HTTP.

`bare` is Starlette alone: it reads the JSON of a POST and answers what it was told beforehand. `real` is
the exchange in files, with the demonstration's participants, who stand still.
"""

from __future__ import annotations

import contextlib
import http
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.requests import Request

    from carbonkit.exchange.exchange import Settings

__all__ = ["bare", "real", "settings"]

ROOT: Final = Path(__file__).resolve().parent.parent
_PATIENCE: Final = 30
_PAUSE: Final = 0.02
_UNLIMITED: Final = 1_000_000
_READY: Final = "/health/ready"


def settings(scheme: str, folder: Path) -> Settings:
    """Say how the exchange is run: as it always is, but with no limit to how often one asks."""
    from carbonkit.exchange.exchange import Settings  # noqa: PLC0415  the bare server does not load it
    from carbonkit.exchange.rate_limit import RateLimit  # noqa: PLC0415  the same

    return Settings(
        scheme=scheme,
        data=folder,
        demo=True,
        plays=False,
        key_limit=RateLimit(name="key", quota=_UNLIMITED, window=1),
        address_limit=RateLimit(name="address", quota=_UNLIMITED, window=1),
    )


@contextlib.contextmanager
def bare(answers: Mapping[str, str]) -> Iterator[str]:
    """
    Serve with Starlette alone.

    Args:
        answers: What it answers to a GET and to a POST, whatever it is asked.

    Yields:
        Where it is.
    """
    with _process("bare", json.dumps(dict(answers))) as url:
        yield url


@contextlib.contextmanager
def real(scheme: str, folder: Path) -> Iterator[str]:
    """
    Serve the exchange, its day open.

    Args:
        scheme: Which market.
        folder: Where its files are.

    Yields:
        Where it is.
    """
    with _process("real", scheme, str(folder)) as url:
        yield url


@contextlib.contextmanager
def _process(*arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "bench._exchange_server", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  our own words
        try:
            assert server.stdout is not None  # noqa: S101  it was asked for
            url = server.stdout.readline().strip()
            _wait(lambda: _ready(url), server)
            yield url
        finally:
            server.terminate()
            server.wait(_PATIENCE)


def _ready(url: str) -> bool:
    with (
        contextlib.suppress(urllib.error.URLError, ConnectionError),
        urllib.request.urlopen(url + _READY, timeout=_PATIENCE) as answer,  # noqa: S310  our own server
    ):
        return bool(answer.status == http.HTTPStatus.OK)
    return False


def _wait(ready: Callable[[], bool], server: subprocess.Popen[str]) -> None:
    end = time.monotonic() + _PATIENCE
    while not ready():
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError("the server did not start")
        time.sleep(_PAUSE)


# --------------------------------------------------------------- in the other process


def _application(answers: Mapping[str, str]) -> Starlette:
    said = {method: text.encode() for method, text in answers.items()}

    async def answered(request: Request) -> Response:
        status = http.HTTPStatus.OK
        if request.method == "POST":
            fact = json.loads(await request.body())
            status = http.HTTPStatus.CREATED if type(fact) is dict else http.HTTPStatus.BAD_REQUEST
        return Response(said[request.method], status, media_type="application/json")

    async def ready(_: Request) -> Response:
        return Response(b"")

    paths = ("/v1/orders", "/v1/orders/{order}")
    return Starlette(
        routes=[Route(_READY, ready), *(Route(path, answered, methods=["GET", "POST"]) for path in paths)]
    )


def _serve_bare(answers: Mapping[str, str]) -> None:
    # Named as TCP, or asyncio would not send small pieces at once.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print("http://{}:{}".format(*listening.getsockname()), flush=True)
    config = uvicorn.Config(
        _application(answers), log_config=None, access_log=False, server_header=False, http="h11", ws="none"
    )
    uvicorn.Server(config).run(sockets=[listening])


def _serve_real(scheme: str, folder: Path) -> None:
    from carbonkit.exchange.exchange import Exchange  # noqa: PLC0415  the bare server does not load it
    from carbonkit.exchange.log import begin  # noqa: PLC0415  the same
    from carbonkit.exchange.server import bound, serve  # noqa: PLC0415  the same

    folder.mkdir()
    with (folder / "log.jsonl").open("w") as log:
        begin("info", log)  # as its command does
        exchange = Exchange.open(settings(scheme, folder))
        listening = bound("127.0.0.1", 0)
        print("http://{}:{}".format(*listening.getsockname()), flush=True)
        serve(exchange, listening)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare", given]:
            _serve_bare(json.loads(given))
        case ["real", market, place]:
            _serve_real(market, Path(place))
        case _:
            raise SystemExit("say bare or real")
