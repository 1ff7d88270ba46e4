"""
The exchange and its client, each against what is below it; a restart with the venue's state and without.

Our client signs each request, keeps to limits and deadlines, remembers how to try again, and
decodes strictly; the bare HTTP library sends the same bytes under a proof made beforehand, and
reads JSON. The exchange's peer is Starlette alone, which reads the JSON and answers: what
lies between the two is the proof, the venue, the journal's and the ledger's durable writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import shutil
import sqlite3
from typing import TYPE_CHECKING, Final, Literal

from bench._compare import Comparison, Run, Sense, timed
from bench._exchange_client import ANSWERS, raced
from bench._exchange_load import MARKETS, orders, sender
from bench._exchange_server import bare, real, settings
from carbonkit.exchange.exchange import Exchange
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.work import ask, own_request
from carbonkit.wire.operations import PLACE_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench._compare import Line, Way
    from bench._exchange_client import Took
    from bench._exchange_load import Load
    from bench._setting import Setting

_OVERHEAD: Final = 1.3
_RACES: Final = 5  # rounds of the client's races
_LOADS: Final = 3  # rounds of each load, and of restarts
_LIBRARIES: Final[tuple[Literal["httpx", "httpx2"], ...]] = ("httpx", "httpx2")
_FEW: Final = 100  # operations of a run that is a test and no measurement
_WAITING: Final = 100  # orders that wait for the engine at once
_SERVERS: Final = ("starlette", "uvicorn")


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield the client's overhead, the exchange's rate and its latencies, and its restart."""
    few = setting.amount.singles < _FEW
    yield from _client(max(2, setting.amount.singles // 10), 1 if few else _RACES)
    for market in MARKETS:
        yield from _exchange(setting, market, max(4, setting.amount.singles // 4), 1 if few else _LOADS)
    yield from _restart(setting, 5 * setting.amount.singles)


# ----------------------------------------------------------------------------- client


def _client(count: int, times: int) -> Iterator[Line]:
    with bare(ANSWERS) as url:
        for library in _LIBRARIES:
            for method, what in (("GET", "looking at an order"), ("POST", "entering an order")):
                rounds = [
                    raced(library, "GET" if method == "GET" else "POST", url, count) for _ in range(times)
                ]
                name = f"client: {what}, signed and decoded, bare {library}"
                yield _of_both(name, rounds, "wall", library, count, _OVERHEAD)
                yield _of_both(f"{name}: its processor time", rounds, "processor", library, count, None)


def _of_both(  # noqa: PLR0917  one line's facts
    name: str,
    rounds: Sequence[tuple[Took, Took]],
    what: Literal["wall", "processor"],
    library: str,
    count: int,
    target: float | None,
) -> Line:
    ours, peer = (
        _measured([(getattr(each, what) / count, each.answer) for each in way])
        for way in zip(*rounds, strict=True)
    )
    return Comparison(
        name=name,
        ours=ours,
        peer=peer,
        target=target,
        sense=Sense.TIME,
        n=count,
        peers=(library,),
        rounds=len(rounds),
    )


def _measured(rounds: Sequence[tuple[float, object]]) -> Way:
    """Make the way of what was measured already, one round after the other."""
    left = iter(rounds)

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        seconds, result = next(left)
        yield Run(lambda: seconds, lambda: result)

    return way


# --------------------------------------------------------------------------- exchange


def _exchange(setting: Setting, market: str, count: int, times: int) -> Iterator[Line]:
    scheme = MARKETS[market].scheme
    folder = setting.folder / scheme
    with sender() as loaded, bare(ANSWERS) as alone, real(scheme, folder) as whole:
        loaded(whole, market, f"warm-{market}", count, 1)
        for connections in (1, 16):
            rounds = []
            for number in range(times):
                name = f"{market}-{connections}-{number}"
                rounds.append(tuple(loaded(url, market, name, count, connections) for url in (whole, alone)))
            yield from _lines(rounds, scheme, market, connections, count)


def _lines(
    rounds: Sequence[tuple[Load, ...]], scheme: str, market: str, connections: int, count: int
) -> Iterator[Line]:
    for what, said in (
        ("seconds", "time of one"),
        ("middle", "middle latency"),
        ("slow", "latency of 99 in 100"),
    ):
        share = count if what == "seconds" else 1
        ours, peer = (
            _measured([(getattr(each, what) / share, each.created) for each in way])
            for way in zip(*rounds, strict=True)
        )
        yield Comparison(
            name=f"exchange: {market} at {scheme}, {connections} at once, {said}, bare Starlette",
            ours=ours,
            peer=peer,
            target=None,
            sense=Sense.TIME,
            n=count,
            peers=_SERVERS,
            rounds=len(rounds),
        )


# ---------------------------------------------------------------------------- restart


def _restart(setting: Setting, count: int) -> Iterator[Line]:
    scheme = MARKETS["crossing"].scheme
    kept, bare_log = setting.folder / "kept", setting.folder / "bare_log"
    asyncio.run(_filled(scheme, kept, count))
    shutil.copytree(kept, bare_log)
    with contextlib.closing(sqlite3.connect(bare_log / "exchange.db")) as connection, connection:
        connection.execute("DELETE FROM snapshot")
    yield Comparison(
        name=f"exchange: restart after {count:,} orders with the venue's state, from the log alone",
        ours=_opened(scheme, kept),
        peer=_opened(scheme, bare_log),
        target=None,
        sense=Sense.TIME,
        n=count,
        others=(("sqlite", sqlite3.sqlite_version),),
        rounds=_LOADS,
    )


async def _filled(scheme: str, folder: Path, count: int) -> None:
    exchange = Exchange.open(settings(scheme, folder))
    place = handlers(exchange.wall)[PLACE_ORDER.name]
    async with exchange:
        wanted = [
            own_request(PLACE_ORDER, each, each.client_order_id) for each in orders("crossing", "f", count)
        ]
        for start in range(0, count, _WAITING):
            group = wanted[start : start + _WAITING]
            await asyncio.gather(*(ask(exchange.engine, place, each) for each in group))


def _opened(scheme: str, source: Path) -> Way:
    """Make the way of opening a copy of an exchange's files."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        with contextlib.ExitStack() as stack:
            came: list[Exchange] = []

            def work() -> None:
                came.append(stack.enter_context(Exchange.open(settings(scheme, folder)).closing()))

            def state() -> tuple[int, str]:
                desk = came[-1].desk
                return desk.line, hashlib.sha256(desk.venue.snapshot().encode()).hexdigest()

            yield timed(work, state)

    return way
