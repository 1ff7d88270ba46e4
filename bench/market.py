"""
The order book and the venue against other matching engines for Python; a trading year of the national market.

All are given the same stream of orders, and their trades are compared before their
times count. Times are of the processor. The venue does more than a book: it makes typed
orders from their parts, checks them, sets aside what stands behind them, and answers
with events; its line says how much of the bare book's rate it keeps.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from bench._compare import Comparison, Missing, Run, Size
from bench._orders import CANCEL, HIGHEST, LIMIT, drawn
from bench._peer.book_job import digest
from bench._venue import TradingYear, commands_of, opened_book
from bench.peer import ROOT, UnavailableError, environment, pinned
from carbonkit.market import OrderBook, Traded
from carbonkit.storage import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bench._compare import Line, Way
    from bench._orders import Op
    from bench._setting import Setting

_PATIENCE: Final = 600
_YEAR: Final = "market: a national trading year with settlement on SQLite"
_MOST_SECONDS: Final = 60


class Race(NamedTuple):
    """
    What a peer is given, and how fast we mean to be.

    Args:
        peer: The peer.
        operations: How many operations.
        cancels: Whether orders are cancelled; nanobook hangs when they are.
        venue: Whether it races our venue; else our bare book.
        target: Our rate over the peer's, at least.
        rounds: How many rounds are worth their time.
    """

    peer: str
    operations: int
    cancels: bool
    venue: bool
    target: float
    rounds: int


RACES: Final = (
    Race("nanobook", 1_000_000, cancels=False, venue=False, target=0.5, rounds=5),
    Race("liquibook", 1_000_000, cancels=True, venue=False, target=1, rounds=5),
    Race("orderly-chaos", 1_000_000, cancels=True, venue=False, target=1, rounds=5),
    Race("lightmatchingengine", 1_000_000, cancels=True, venue=False, target=1, rounds=3),
    Race("order-matching", 5_000, cancels=True, venue=False, target=1, rounds=3),
    Race("order-matching", 5_000, cancels=True, venue=True, target=10, rounds=3),
)


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield the races, the venue against the bare book, and the trading year."""
    thinned = setting.amount.thinned
    for race in RACES:
        ops = drawn(max(500, race.operations // thinned), cancels=race.cancels)
        what = "venue" if race.venue else "order book"
        stream = "" if race.cancels else ", without cancellations"
        name = f"market: {what}{stream}, {race.peer}"
        try:
            python = environment(race.peer)
        except UnavailableError as error:
            yield Missing(name, str(error), race.target)
            continue
        yield Comparison(
            name=name,
            ours=_venue(ops, made=False) if race.venue else _book(ops),
            peer=_theirs(race.peer, python, ops),
            target=race.target,
            n=len(ops),
            others=tuple(pinned(race.peer).items())[:1],
            rounds=race.rounds,
        )
    ops = drawn(max(500, 1_000_000 // thinned))
    for made, target in ((False, 0.2), (True, None)):
        given = "commands made beforehand" if made else "typed commands and all"
        yield Comparison(
            name=f"market: venue, {given}, the bare book",
            ours=_venue(ops, made=made),
            peer=_book(ops),
            target=target,
            n=len(ops),
            rounds=3,
        )
    yield _year(setting)


def _book(ops: Sequence[Op]) -> Way:
    """Make the way of our bare book."""

    def work(trades: list[tuple[int, int, int, int]]) -> None:
        book = OrderBook()
        add, cancel = book.add, book.cancel
        for kind, order_id, sell, ticks, lots in ops:
            if kind == CANCEL:
                cancel(order_id)
                continue
            if kind == LIMIT:
                match = add(order_id, sell, ticks, lots)
            else:
                match = add(order_id, sell, 1 if sell else HIGHEST, lots, 0, False)  # noqa: FBT003  the hot path
            if match is not None:
                trades += [(maker, order_id, at, traded) for maker, at, traded in match.fills]

    return _timed(lambda: work)


def _venue(ops: Sequence[Op], *, made: bool) -> Way:
    """Make the way of a venue, told typed commands, made within the time or before it."""

    def ready() -> Callable[[list[tuple[int, int, int, int]]], None]:
        venue = opened_book()
        commands = list(commands_of(ops)) if made else commands_of(ops)

        def work(trades: list[tuple[int, int, int, int]]) -> None:
            apply = venue.apply
            for command in commands:
                for event in apply(command):
                    if type(event) is Traded:
                        trade = event.trade
                        trades.append((trade.maker, trade.taker, trade.price, trade.quantity))  # type: ignore[arg-type]

        return work

    def plain(trades: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
        rows = cast("list[tuple[object, object, object, int]]", trades)
        return [
            (int(str(maker)[2:]), int(str(taker)[2:]), int(str(price).split()[0].replace(".", "")), lots)
            for maker, taker, price, lots in rows
        ]

    return _timed(ready, plain)


def _timed(
    ready: Callable[[], Callable[[list[tuple[int, int, int, int]]], None]],
    plain: Callable[[list[tuple[int, int, int, int]]], list[tuple[int, int, int, int]]] = list,
) -> Way:
    """Make a way that is timed by the processor's clock and gives its trades' hash."""

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        work, trades = ready(), list[tuple[int, int, int, int]]()

        def seconds() -> float:
            started = time.process_time()
            work(trades)
            return time.process_time() - started

        yield Run(seconds, lambda: digest(plain(trades)))

    return way


def _theirs(name: str, python: Path, ops: Sequence[Op]) -> Way:
    """Make the way of a peer's half in its own process."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        operations = folder / "operations.txt"
        operations.write_text("".join(f"{' '.join(str(int(each)) for each in op)}\n" for op in ops), "utf-8")
        came: list[dict[str, object]] = []

        def seconds() -> float:
            ran = subprocess.run(  # noqa: S603  our own words
                [str(python), "-m", f"bench._peer.{name.replace('-', '_')}"],
                input=json.dumps({"operations": str(operations)}),
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": ""},
                check=False,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
            )
            if ran.returncode:
                message = f"{name} did not do its half: {ran.stderr.strip().splitlines()[-1]}"
                raise RuntimeError(message)
            came.append(json.loads(ran.stdout.splitlines()[-1]))
            return float(cast("float", came[-1]["seconds"]))

        yield Run(seconds, lambda: came[-1]["trades"])

    return way


def _year(setting: Setting) -> Line:
    trades = setting.amount.trades
    with SQLiteStore.open(setting.folder / "year.sqlite") as store:
        year = TradingYear(store, trades)
        started = time.perf_counter()
        made, tonnes, failed = year.run()
        seconds = time.perf_counter() - started
        if made != trades or failed:
            message = f"{made} trades of {trades}, {failed} not settled"
            raise RuntimeError(message)
    return Size(
        name=f"{_YEAR}: {len(year.days)} days, {tonnes / 1e6:,.0f} Mt",
        ours=seconds,
        peer=_MOST_SECONDS,
        target=_MOST_SECONDS,
        n=made,
        unit="s",
    )
