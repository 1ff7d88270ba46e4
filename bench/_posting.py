"""Transfers posted to a ledger of ours: one by one, in batches, and by many threads at once."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

from bench._compare import Run, timed
from bench._transfers import changed, commands, holders, opening
from carbonkit.ledger import Ledger
from carbonkit.values import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bench._compare import Way
    from bench._transfers import Row
    from carbonkit.ledger import Command, Store

__all__ = ["Opener", "batched", "concurrent", "opened", "post_batches", "post_each", "single"]

Opener: TypeAlias = "Callable[[Path], AbstractContextManager[Store]]"
"""Opens a new store in an empty folder, and closes it."""


@contextlib.contextmanager
def opened(store: Opener, folder: Path, accounts: int, *, serialised: bool = False) -> Iterator[Ledger]:
    """Open a new ledger with its accounts in it."""
    with store(folder) as kept:
        ledger = Ledger(kept, SystemClock())
        ledger.post_all(opening(accounts, serialised=serialised))
        yield ledger


def single(
    store: Opener,
    rows: Sequence[Row],
    accounts: int,
    *,
    before: Sequence[Row] = (),
    serialised: bool = False,
) -> Way:
    """
    Make the way of posting command by command, each durable before the next.

    Args:
        store: Opens the store.
        rows: The transfers that are timed.
        accounts: Between how many accounts they go.
        before: The transfers that make the history; not timed, but part of what came out.
        serialised: Whether the asset is counted by serial numbers.

    Returns:
        The way.
    """

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        with opened(store, folder, accounts, serialised=serialised) as ledger:
            change = changed(ledger, holders(accounts))
            ledger.post_all(commands(before, serialised=serialised))
            ready = commands(rows, serialised=serialised)
            yield timed(lambda: post_each(ledger, ready), change)

    return way


def batched(store: Opener, groups: Sequence[Sequence[Row]], accounts: int) -> Way:
    """Make the way of posting batch by batch, each one atomic write."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        with opened(store, folder, accounts) as ledger:
            ready = [commands(rows) for rows in groups]
            yield timed(lambda: post_batches(ledger, ready), changed(ledger, holders(accounts)))

    return way


def concurrent(store: Opener, rows: Sequence[Row], accounts: int, callers: int) -> Way:
    """Make the way of posting command by command from many threads; all of them wait at the start."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        ready = commands(rows)
        gate = threading.Barrier(callers + 1)
        with opened(store, folder, accounts) as ledger, ThreadPoolExecutor(callers) as pool:

            def call(own: Sequence[Command]) -> None:
                gate.wait()
                post_each(ledger, own)

            calls = [pool.submit(call, ready[place::callers]) for place in range(callers)]

            def work() -> None:
                gate.wait()
                for each in calls:
                    each.result()

            try:
                yield timed(work, changed(ledger, holders(accounts)))
            finally:
                gate.abort()  # whoever still waits would wait for ever

    return way


def post_each(ledger: Ledger, ready: Sequence[Command]) -> None:
    """Post command by command."""
    for command in ready:
        ledger.post(command)


def post_batches(ledger: Ledger, ready: Sequence[Sequence[Command]]) -> None:
    """Post batch by batch."""
    for group in ready:
        ledger.post_all(group)
