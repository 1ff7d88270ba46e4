"""The exchange's server: uvicorn, stopped with grace when it is told to, or when the engine has failed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from carbonkit.errors import InvalidValueError, StorageError
from carbonkit.exchange._timed_protocol import TimedProtocol
from carbonkit.exchange.app import application
from carbonkit.exchange.log import say
from carbonkit.exchange.request_reading import of_this_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonkit.exchange.exchange import Exchange

__all__ = ["ExchangeServer", "bound", "check_loopback", "serve"]

_PATIENCE: Final = 20  # seconds that running requests get when the server stops
_IDLE: Final = 30  # seconds that a connection may wait for its next request
_BACKLOG: Final = 512
_CONNECTIONS: Final = 2_000
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def check_loopback(host: str) -> None:
    """
    Check that an address is one of this machine alone.

    Args:
        host: The address.

    Raises:
        InvalidValueError: If it is not.

    Example:
        >>> check_loopback("127.0.0.1")
    """
    if not of_this_machine(host):
        raise InvalidValueError(
            "be a loopback address in a demonstration, as its keys are known to everybody",
            was=host,
            field="--host",
            hint="leave it out, or serve without --demo",
        )


def bound(host: str, port: int) -> socket.socket:
    """
    Take an address for a server.

    Args:
        host: Its host name or address.
        port: Its port; 0 for any that is free.

    Returns:
        The socket that listens.

    Raises:
        StorageError: If it cannot be had.

    Example:
        >>> with bound("127.0.0.1", 0) as taken:
        ...     taken.getsockname()[0]
        '127.0.0.1'
    """
    with contextlib.ExitStack() as opened:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            made = opened.enter_context(socket.socket(family, kind, protocol))
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(_BACKLOG)
        except OSError as error:
            raise StorageError("be free", was=f"{host}:{port}: {error.strerror}", field="address") from None
        opened.pop_all()
    return made


class ExchangeServer(uvicorn.Server):
    """
    A uvicorn server of one exchange.

    Args:
        exchange: The exchange, opened and not begun.

    Example:
        >>> ExchangeServer.__name__
        'ExchangeServer'
    """

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(
            uvicorn.Config(
                application(exchange),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="on",
                backlog=_BACKLOG,
                limit_concurrency=_CONNECTIONS,
                timeout_keep_alive=_IDLE,
                timeout_graceful_shutdown=_PATIENCE,
                h11_max_incomplete_event_size=32 * 1024,
                http=TimedProtocol,
                ws="none",
            )
        )
        self._exchange = exchange
        self._drain: Callable[[], Any] = exchange.drain
        exchange.on_failure = self.stop

    def stop(self) -> None:
        """Stop with grace; from any thread."""
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """
        Look whether to go on, ten times a second.

        Args:
            counter: How often it has looked.

        Returns:
            Whether to stop.
        """
        leave = await super().on_tick(counter)
        if leave and not self._exchange.draining:
            say(logging.INFO, "stopping")
            self._drain()
            # What is on its way here already is told to come again, rather than cut off.
            await asyncio.sleep(0)
        return leave

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """
        Stop at the first signal; unlike uvicorn's own, it does not end the process by the signal afterwards.

        Yields:
            Nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def serve(exchange: Exchange, listening: socket.socket) -> int:
    """
    Serve an exchange until it is told to stop.

    Args:
        exchange: The exchange, opened and not begun.
        listening: Where it listens.

    Returns:
        The process's exit code: 0 after a stop that was asked for, 1 if the exchange failed.

    Example:
        >>> serve.__name__
        'serve'
    """
    server = ExchangeServer(exchange)
    try:
        server.run(sockets=[listening])
    except SystemExit:  # it could not begin
        return 1
    finally:
        listening.close()
    return 1 if exchange.failure is not None or not server.started else 0
