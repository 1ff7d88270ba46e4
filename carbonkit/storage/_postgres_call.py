"""
The shortest way to the server: one statement, prepared once, called straight through libpq.

It is for the one statement that decides how fast single transfers are. It waits for
the answer in Python, so that a signal is heard while the server takes its time.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Final, LiteralString

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from psycopg.pq.abc import PGresult

    from carbonkit.storage._postgres_connector import Connection

__all__ = ["Call"]

_TEXT: Final = 0
_BINARY: Final = 1


class Call:
    """
    A function of the server that returns whether it did its work.

    Args:
        connection: The connection that it is called on.
        name: The function.
        hashes: Which of its arguments are bytes, by their places from 0; the others go as text.
        count: How many arguments it takes.
    """

    __slots__ = ("_errors", "_formats", "_good", "_name", "_prepared", "_server", "_sql", "_wait")

    def __init__(
        self, connection: Connection, name: LiteralString, hashes: Collection[int], count: int
    ) -> None:
        from psycopg import errors, pq  # noqa: PLC0415  an extra

        self._server = connection.pgconn
        self._errors = errors
        self._good = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
        self._wait = _answers_of(self._server.socket)
        self._name = name.encode()
        self._sql = f"SELECT {name}({', '.join(f'${place}' for place in range(1, count + 1))})".encode()
        self._formats = [_BINARY if place in hashes else _TEXT for place in range(count)]
        self._prepared = False

    def __call__(self, arguments: Sequence[bytes]) -> bool:
        """
        Call the function and wait for what it says.

        Args:
            arguments: Its arguments.

        Returns:
            What it returned.

        Raises:
            Error: Of `psycopg`: what the server said instead.
        """
        if not self._prepared:
            self._sent_and_said(lambda: self._server.send_prepare(self._name, self._sql))
            self._prepared = True
        said = self._sent_and_said(
            lambda: self._server.send_query_prepared(self._name, arguments, self._formats)
        )
        return said.get_value(0, 0) == b"t"

    def _sent_and_said(self, send: Callable[[], None]) -> PGresult:
        server = self._server
        send()
        while server.flush():
            time.sleep(1 / 1000)
        said: PGresult | None = None
        while True:
            while server.is_busy():
                self._wait()
                server.consume_input()
            result = server.get_result()
            if result is None:
                break
            said = result
        if said is None:
            raise self._errors.OperationalError("the server gave no answer")
        if said.status not in self._good:
            raise self._errors.error_from_result(said)
        return said


def _answers_of(socket: int) -> Callable[[], object]:
    """Make what waits until a socket can be read."""
    if hasattr(select, "poll"):  # which knows sockets of any number
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        return poll.poll
    return lambda: select.select((socket,), (), ())
