"""
Connecting to PostgreSQL: how, for how long it is tried, and the server's errors in our words.

`psycopg` is the extra `postgres`; it is imported when a store is opened, not before.
A password stands in no error and in no text that shows a store.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from carbonkit.errors import (
    BusyError,
    CarbonkitError,
    IntegrityError,
    InvalidValueError,
    MissingExtraError,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

__all__ = ["Connector", "given_up", "in_transaction", "is_lost", "ours", "pipelined"]

_BUSY: Final = frozenset({"40001", "40P01", "55P03"})
_LOST: Final = ("08", "57P", "25006", "25P03", "25P04")  # 25: it has become a standby, or took too long
_BROKEN: Final = ("23", "42P", "42703", "42883", "XX001", "XX002", "22")
_DISK_FULL: Final = "53100"
_SECRETS: Final = ("password", "sslpassword", "oauth_client_secret")
_FIELD: Final = "database"
_PAUSE_MS: Final = 100


def is_lost(connection: Connection, error: psycopg.Error) -> bool:
    """
    Tell whether an error means that the connection is of no use any more.

    Args:
        connection: The connection.
        error: What was raised.

    Returns:
        Whether to connect again.
    """
    return connection.closed or connection.broken or (error.sqlstate or "").startswith(_LOST)


def _translated(connection: Connection, error: psycopg.Error) -> CarbonkitError:
    said, state = str(error), error.sqlstate or ""
    if is_lost(connection, error):
        return BusyError("stay connected", was=said, field=_FIELD)
    if state in _BUSY:
        return BusyError("be free to write", was=said, field=_FIELD)
    if state == _DISK_FULL:
        return StorageError(
            "have space left", was=said, field=_FIELD, hint="nothing was written", code="disk_full"
        )
    if state.startswith(_BROKEN):
        return IntegrityError("be readable and writable as a ledger", was=said, field=_FIELD)
    return StorageError("be readable and writable", was=said, field=_FIELD)


@contextlib.contextmanager
def ours(connection: Connection) -> Iterator[None]:
    """
    Turn the server's errors into carbonkit's, and close a connection that is of no use any more.

    Args:
        connection: The connection that is used inside.

    Yields:
        Nothing.

    Raises:
        CarbonkitError: What the server said: a `BusyError` if it may be tried again at once, a
            `StorageError` if it cannot be read or written just now, an `IntegrityError` if it is broken.
    """
    import psycopg  # noqa: PLC0415  an extra

    try:
        yield
    except psycopg.Error as error:
        said = _translated(connection, error)
        if is_lost(connection, error):
            connection.close()
        raise said from error


def in_transaction(connection: Connection) -> bool:
    """
    Tell whether a transaction is open.

    Args:
        connection: The connection.

    Returns:
        Whether one is, a failed one too.
    """
    from psycopg.pq import TransactionStatus  # noqa: PLC0415  an extra

    return connection.pgconn.transaction_status != TransactionStatus.IDLE


def given_up(connection: Connection) -> bool:
    """
    Give up a transaction in which nothing failed, and keep what has been prepared.

    Args:
        connection: The connection, in a transaction.

    Returns:
        Whether the transaction is over; False, with nothing done, if a statement failed in it.
    """
    from psycopg.pq import ExecStatus, TransactionStatus  # noqa: PLC0415  an extra

    if connection.pgconn.transaction_status != TransactionStatus.INTRANS:
        return False
    return connection.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK


@contextlib.contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """
    Send what is executed inside together, where the client's library can.

    Args:
        connection: The connection.

    Yields:
        Nothing.

    Raises:
        Error: Of `psycopg`: the first that the server said.
    """
    import psycopg  # noqa: PLC0415  an extra

    first: psycopg.Error | None = None
    try:
        with connection.pipeline() if psycopg.Pipeline.is_supported() else contextlib.nullcontext():
            try:
                yield
            except psycopg.Error as error:  # what follows it, the pipeline would log
                first = error
    except psycopg.Error:
        if first is None:
            raise
    if first is not None:
        raise first


class Connector:
    """
    Opens connections to one database.

    Args:
        conninfo: How to connect, in the words of libpq; it may name several hosts.
        readonly: Whether a standby will do.
        patience: For how many seconds a lost server is waited for.

    Raises:
        CarbonkitError: If `psycopg` is not installed.
        InvalidValueError: If it says nothing that libpq understands.
    """

    def __init__(self, conninfo: str, *, readonly: bool, patience: int) -> None:
        try:
            import psycopg  # noqa: PLC0415  an extra
            from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415  an extra
        except ImportError as error:
            raise MissingExtraError(
                "be installed to keep a ledger in PostgreSQL",
                field=error.name or "psycopg",
                hint="pip install carbonkit[postgres]",
            ) from error
        try:
            how = conninfo_to_dict(conninfo)
        except psycopg.Error:
            # what libpq says of it may repeat a part that holds a password
            raise InvalidValueError(
                "be a connection string of libpq",
                was=f"a text of {len(conninfo)} characters",
                field="conninfo",
                hint='such as "host=db1,db2 dbname=registry user=registry"',
            ) from None
        how.setdefault("application_name", "carbonkit")
        how.setdefault("connect_timeout", "10")
        how.setdefault("keepalives_idle", "10")
        how.setdefault("keepalives_interval", "5")
        how.setdefault("keepalives_count", "3")
        if not readonly:
            how.setdefault("target_session_attrs", "read-write")
        how["client_encoding"] = "UTF8"
        self._conninfo = make_conninfo("", **{name: str(value) for name, value in how.items()})
        self._readonly = readonly
        self.patience = patience
        self._secrets = tuple(str(how[name]) for name in _SECRETS if how.get(name))

    def connected(self, *, wait: bool) -> Connection:
        """
        Connect.

        Args:
            wait: Whether to try until the patience is at its end, or only once.

        Returns:
            The connection, in autocommit.

        Raises:
            StorageError: If there is no server to be reached that way.
        """
        import psycopg  # noqa: PLC0415  an extra

        deadline = time.monotonic() + (self.patience if wait else 0)
        while True:
            try:
                return self._once()
            except psycopg.Error as error:
                if time.monotonic() >= deadline:
                    raise self._unreachable(error) from None
            time.sleep((_PAUSE_MS + secrets.randbelow(_PAUSE_MS)) / 1000)

    def _once(self) -> Connection:
        import psycopg  # noqa: PLC0415  an extra
        from psycopg.types.numeric import Int8BinaryDumper  # noqa: PLC0415  an extra

        connection = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=2)
        try:
            connection.adapters.register_dumper(int, Int8BinaryDumper)  # one type, so one prepared statement
            if not self._readonly:
                (durable,) = connection.execute("SHOW synchronous_commit").fetchone() or ("on",)
                if durable == "off":  # a receipt must survive whatever the server is set to
                    connection.execute("SET synchronous_commit = on")
        except BaseException:
            connection.close()
            raise
        return connection

    def _unreachable(self, error: Exception) -> StorageError:
        said = str(error)
        for secret in self._secrets:
            said = said.replace(secret, "…")
        return StorageError("be reachable", was=said, field=_FIELD, code="no_connection")
