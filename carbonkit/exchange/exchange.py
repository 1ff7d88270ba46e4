"""The exchange as one thing: its stores, desk, engine and all that goes with them, opened and closed."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

import attrs

from carbonkit.errors import CarbonkitError, InvalidValueError, NotFoundError
from carbonkit.exchange.authentication import Authenticator
from carbonkit.exchange.calendar_keeper import CalendarKeeper, demo_day, next_day
from carbonkit.exchange.clock import DemoClock
from carbonkit.exchange.demo import DemoPlay, demo_keys, demo_staff
from carbonkit.exchange.desk import Desk
from carbonkit.exchange.engine import Engine
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.housekeeper import CLOCK, Habits, Housekeeper, write_state
from carbonkit.exchange.hub import FeedLimits, Hub
from carbonkit.exchange.key_handler import add_key, checked_key
from carbonkit.exchange.key_ring import KeyRing
from carbonkit.exchange.log import logger, say
from carbonkit.exchange.metrics import Metrics
from carbonkit.exchange.problem_answer import explained
from carbonkit.exchange.provision import provision
from carbonkit.exchange.rate_limit import RateLimit, RateLimiter, peer_name
from carbonkit.exchange.recovery import recover
from carbonkit.exchange.scheme import scheme_named
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from carbonkit.exchange.token import TokenEndpoint, TokenStore
from carbonkit.ledger.ledger import Ledger
from carbonkit.registry.account import Right
from carbonkit.storage.sqlite import SQLiteStore
from carbonkit.values.number import Exact
from carbonkit.values.time import Clock, SystemClock
from carbonkit.wire.scalar import read_instant

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from types import TracebackType

    from carbonkit.exchange.engine import Published
    from carbonkit.exchange.handler import Handler
    from carbonkit.exchange.journal import Journal
    from carbonkit.exchange.key import ApiKey
    from carbonkit.exchange.rate_limit import Allowance
    from carbonkit.ledger.store import Store
    from carbonkit.wire.scope import Scope

__all__ = ["Exchange", "Settings"]

_MEMORY: Final = ":memory:"
_SCHEME: Final = "scheme"
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_HOUR: Final = datetime.timedelta(hours=1)
_DEMO_BASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CEA": "68.00",
        "CEA21": "69.50",
        "CEA22": "70.20",
        "CEA23": "71.00",
        "CEA24": "72.40",
        "CEA25": "74.00",
        "SHEA": "38.00",
    }
)


@attrs.frozen(kw_only=True)
class Settings:
    """
    How an exchange is to be run.

    Args:
        scheme: Which market.
        data: The folder of its two files; None to keep everything in memory, or in a database.
        database: The PostgreSQL database, in the words of libpq; None for files.
        demo: Whether it is a demonstration: with participants, well-known keys and a clock of its own.
        seed: What the demonstration's chance begins with.
        plays: Whether the demonstration's participants trade by themselves.
        bases: The price from which each instrument begins to trade, by its id.
        staff: Who may do what for the registry's own accounts.
        keeps_days: Whether it opens and closes days by itself.
        origins: Under which origins clients reach it, such as "https://exchange.example".
        key_limit: How often a key may ask.
        address_limit: How often an address may ask.
        feeds: How much is done for those who listen.
        habits: How often the venue's state is written and old answers are forgotten.
        clock: The venue's clock; the wall's, or the demonstration's, unless given.

    Raises:
        InvalidValueError: If both a folder and a database are named.

    Example:
        >>> Settings(scheme="shanghai").demo
        False
    """

    scheme: str = "china-national"
    data: Path | None = None
    database: str | None = attrs.field(default=None, repr=False)
    demo: bool = False
    seed: int = 20261130
    plays: bool = True
    bases: Mapping[str, Exact] = attrs.field(factory=dict)
    staff: tuple[tuple[str, Right], ...] = ()
    keeps_days: bool = True
    origins: tuple[str, ...] = ()
    key_limit: RateLimit = attrs.field(factory=lambda: RateLimit(name="key", quota=2_000, window=10))
    address_limit: RateLimit = attrs.field(factory=lambda: RateLimit(name="address", quota=10_000, window=10))
    feeds: FeedLimits = attrs.field(factory=FeedLimits)
    habits: Habits = attrs.field(factory=Habits)
    clock: Clock | None = None

    def __attrs_post_init__(self) -> None:
        """Check that there is one place for everything."""
        if self.data is not None and self.database is not None:
            raise InvalidValueError("be left out if there is a folder", field="database")


class Exchange:
    """
    An exchange, opened with `Exchange.open`; it works while it is entered.

    An answer that is given again is the first one, byte by byte but for secrets: a refusal
    that is given again names, as `request_id`, the request that was refused first.

    Args:
        settings: How it is run.
        wall: The clock that signatures are checked with.
        desk: Everything that it knows.
        stores: What to close in the end.
        fresh: Whether it has never run before.

    Example:
        >>> with Exchange.open(Settings(scheme="shanghai", bases={"SHEA": "38.00"})).closing() as exchange:
        ...     exchange.scheme.name
        'shanghai'
    """

    def __init__(
        self, settings: Settings, wall: Clock, desk: Desk, stores: contextlib.ExitStack, *, fresh: bool
    ) -> None:
        self.settings = settings
        self.wall = wall
        self.desk = desk
        self.scheme = desk.scheme
        self.draining = False
        self.failure: BaseException | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self.hub = Hub(settings.feeds)
        self.engine = Engine(desk, wall, self._published, self._failed)
        self.metrics = Metrics(
            waiting=lambda: self.engine.waiting,
            streams=lambda: self.hub.streams,
            unsettled=lambda: len(desk.unsettled),
        )
        self._stores = stores
        self._ring = KeyRing(demo_keys(wall.now()) if settings.demo else {})
        self._ring.take(self._ring.news(desk.journal))
        self.tokens = TokenStore()
        self.token_endpoint = TokenEndpoint(self.find_key, self.tokens, wall)
        self.authenticator = Authenticator(
            self.find_key,
            clock=wall,
            tokens=self.tokens,
            origins=settings.origins,
            since=_EPOCH if fresh else None,
        )
        self._keys = RateLimiter(settings.key_limit)
        self._addresses = RateLimiter(settings.address_limit)
        self._tasks: list[asyncio.Task[None]] = []

    # ------------------------------------------------------------ opening and closing

    @classmethod
    def open(cls, settings: Settings, wall: Clock | None = None, *, provide: bool = True) -> Self:
        """
        Open an exchange: its stores, and the state that they tell of; nothing works yet.

        Args:
            settings: How it is run.
            wall: The clock that signatures are checked with; the system's unless given.
            provide: Whether to see to it that there is all that trading needs.

        Returns:
            The exchange.

        Raises:
            CarbonkitError: If a store cannot be opened or is not whole. It may be this one:
            InvalidValueError: If what is kept is another market's, or an instrument has no base price.
        """
        wall = wall or SystemClock()
        scheme = scheme_named(settings.scheme)
        with contextlib.ExitStack() as stores:
            journal, store = _opened(settings, stores)
            fresh = not journal.end() and journal.mark(_SCHEME) is None
            kind = f"{scheme.name}, a demonstration" if settings.demo else scheme.name
            if (journal.mark(_SCHEME) or kind) != kind:
                raise InvalidValueError(f"be {journal.mark(_SCHEME)}, as it was", was=kind, field="scheme")
            clock = settings.clock or (DemoClock(_EPOCH) if settings.demo else wall)
            desk = Desk(scheme, journal, Ledger(store, clock), clock)
            desk.writes.marks[_SCHEME] = kind
            _prepare(desk, settings, wall, provide=provide)
            return cls(settings, wall, desk, stores.pop_all(), fresh=fresh)

    @contextlib.contextmanager
    def closing(self) -> Generator[Self, None, None]:
        """
        Close the stores in the end, without ever having worked.

        Yields:
            The exchange.
        """
        with self._stores:
            yield self

    def create_key(
        self,
        *,
        person: str,
        accounts: Iterable[str],
        scopes: Iterable[Scope],
        public_key: str | None = None,
    ) -> tuple[ApiKey, str | None]:
        """
        Make an API key while the exchange does not work, such as the first one of its administration.

        Args:
            person: Who uses it.
            accounts: The accounts that it may act for; none for staff.
            scopes: What it may do.
            public_key: An Ed25519 public key in base64; None for a secret.

        Returns:
            The key, and its secret, which is kept nowhere.

        Raises:
            InvalidValueError: If a part is not what it must be, or it may trade and has nobody to trade for.
            UnknownAccountError: If there is no such account.
        """
        key, secret = checked_key(
            self.desk,
            person=person,
            accounts=accounts,
            scopes=scopes,
            at=self.wall.now(),
            public_key=public_key,
        )
        add_key(self.desk, key)
        _write(self.desk)
        self._ring.take(self._ring.news(self.desk.journal))
        return key, secret

    async def __aenter__(self) -> Self:
        """Begin to work."""
        table = handlers(self.wall)
        self.engine.start()
        self.hub.start(self.engine)
        try:
            await self._begin(table)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def _begin(self, table: Mapping[str, Handler]) -> None:
        await self.keys_changed(None)
        clock, demo = self.desk.clock, self.settings.demo
        play = DemoPlay(self.engine, self.scheme, table, self.settings.seed) if demo else None
        if play is not None:
            await play.prepare()
        if self.settings.keeps_days:
            keeper = CalendarKeeper(
                self.engine,
                self.scheme,
                table,
                clock=clock,
                jumping=clock if isinstance(clock, DemoClock) else None,
            )
            with contextlib.suppress(NotFoundError):  # it says so again, in its own time
                await keeper.step()
            self._go_on(keeper.run())
        if play is not None:
            await play.open_book()
            if self.settings.plays:
                self._go_on(play.run())
        self._go_on(Housekeeper(self.engine, self.wall, self.settings.habits).run())
        say(logging.INFO, "ready", scheme=self.scheme.name, line=self.desk.line)

    def _go_on(self, course: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(course)
        self._tasks.append(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Hear that one of the exchange's own tasks has ended: by a defect, unless the exchange does."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed(error)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traced: TracebackType | None,
    ) -> None:
        """Finish what waits, write the state, and close everything."""
        self.draining = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.hub.close()
        if self.engine.ready:
            with contextlib.suppress(CarbonkitError):
                await self.engine.do(write_state, None, explained("/", "exchange"))
        await asyncio.to_thread(self.engine.stop)
        self._stores.close()
        say(logging.INFO, "stopped", line=self.desk.line)

    def drain(self) -> None:
        """Refuse what comes from now on, and end the streams; in the event loop."""
        self.draining = True
        self.hub.close()

    def _published(self, published: Published) -> None:
        self.metrics.told(published.news)
        self.hub.publish(published)

    @property
    def ready(self) -> bool:
        """Whether it does what it is asked: the engine works, and none of its own tasks has failed."""
        return self.engine.ready and self.failure is None

    def _failed(self, error: BaseException) -> None:
        self.failure = error
        logger().critical("exchange failed", exc_info=error)
        self.on_failure()

    # --------------------------------------------------------------------- who asks

    def find_key(self, key_id: str) -> ApiKey | None:
        """
        Find an API key; in the event loop alone.

        Args:
            key_id: Its public name.

        Returns:
            The key; None if there is none.
        """
        return self._ring.find(key_id)

    async def keys_changed(self, key_id: str | None) -> None:
        """
        Hear that a key was made or revoked; in the event loop alone.

        Args:
            key_id: The key that may have been revoked; None if one was made.

        Raises:
            StorageError: If the journal cannot be read.
        """
        found = await asyncio.to_thread(self._ring.news, self.desk.journal, key_id)
        self._ring.take(found)
        key = None if key_id is None else self._ring.find(key_id)
        if key is not None and key.revoked:
            self.tokens.end(key.key_id)
            self.hub.end_key(key.key_id)

    def allow_key(self, key_id: str) -> Allowance:
        """
        Count a request of a key.

        Args:
            key_id: The key.

        Returns:
            Whether it may go on.
        """
        return self._keys.take(key_id, self.wall.now())

    def allow_address(self, address: str) -> Allowance:
        """
        Count a request from an address.

        Args:
            address: Where it came from.

        Returns:
            Whether it may go on.
        """
        return self._addresses.take(peer_name(address), self.wall.now())


def _opened(settings: Settings, stores: contextlib.ExitStack) -> tuple[Journal, Store]:
    if settings.database is not None:
        from carbonkit.exchange.postgres_journal import PostgresJournal  # noqa: PLC0415  an extra
        from carbonkit.storage.postgres import PostgresStore  # noqa: PLC0415  the same

        journal = stores.enter_context(PostgresJournal.open(settings.database))
        return journal, stores.enter_context(PostgresStore.open(settings.database))
    if settings.data is None:
        kept = stores.enter_context(SQLiteJournal.open(_MEMORY))
        return kept, stores.enter_context(SQLiteStore.open(_MEMORY))
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InvalidValueError("be a folder to write in", was=settings.data, field="data") from error
    file = stores.enter_context(SQLiteJournal.open(settings.data / "exchange.db"))
    return file, stores.enter_context(SQLiteStore.open(settings.data / "ledger.db"))


def _prepare(desk: Desk, settings: Settings, wall: Clock, *, provide: bool) -> None:
    """Finish what an earlier run began, and see to it that there is what a first day needs."""
    if isinstance(desk.clock, DemoClock) and settings.clock is None:
        start = demo_day(desk.scheme, wall.now()).first - _HOUR
        desk.clock.forward(start if desk.venue.day is None else desk.venue.last_at)
        desk.clock.forward(desk.venue.last_at)
        stopped = desk.journal.mark(CLOCK)
        desk.clock.forward(desk.venue.last_at if stopped is None else read_instant(stopped))
    _write(desk)
    recover(desk, wall)
    if not provide:
        return
    demo = settings.demo
    following = next_day(desk.scheme, desk.now())
    provision(
        desk,
        desk.now().date() if following is None else following.day,
        {**(_DEMO_BASES if demo else {}), **settings.bases},
        staff=(*settings.staff, *(demo_staff() if demo else ())),
    )


def _write(desk: Desk) -> None:
    desk.journal.write(desk.writes)
    desk.written()
