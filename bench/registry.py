"""
A registry in SQLite, with blocks, checks and a second log, against bare `sqlite3`; a national year.

The national year has no peer that does the same work: its target is a minute, and beside
it stands the time that bare `sqlite3` takes to insert as many rows.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING, Final

from bench import _bare
from bench._compare import Comparison, Missing, Run, Size, timed
from bench._registry import NationalYear, opened, transactions
from bench._transfers import changed, drawn, holders
from carbonkit.registry import BlockPolicy
from carbonkit.storage import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench._compare import Line, Way
    from bench._setting import Amount, Setting
    from bench._transfers import Row
    from carbonkit.registry import Registry

_DRIVER: Final = (("sqlite", sqlite3.sqlite_version),)
_GROUP: Final = 5_000
_SCARCE: Final = 10_000  # units of an account at the start; a transfer is of 1 to 100
_SPLITTING: Final = "registry: blocks that a transfer moves after many random ones, best fit"
_YEAR: Final = "registry: a national compliance year, verified"
_MOST_BLOCKS, _MOST_SECONDS = 1.2, 60


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield single transactions, splitting, then a national year."""
    amount = setting.amount
    rows = drawn(amount.singles, amount.accounts)
    yield Comparison(
        name="registry: single transfers with blocks, checks and second log, bare inserts",
        ours=_single(rows, amount.accounts),
        peer=_bare.single(rows),
        target=0.45,
        n=len(rows),
        others=_DRIVER,
    )
    yield from _splitting(setting)
    yield from _national_year(setting)


def _single(rows: Sequence[Row], accounts: int) -> Way:
    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        with SQLiteStore.open(folder / "registry.sqlite") as store:
            registry = opened(store, accounts, BlockPolicy.BEST_FIT)
            change = changed(registry.ledger, holders(accounts))
            ready = transactions(rows)

            def work() -> None:
                for each in ready:
                    registry.submit([each])

            yield timed(work, change)

    return way


def _splitting(setting: Setting) -> Iterator[Line]:
    amount = setting.amount
    if not amount.split:
        yield Missing(_SPLITTING, "left out of a quick run", _MOST_BLOCKS)
        return
    with SQLiteStore.open(setting.folder / "splitting.sqlite") as store:
        yield _split(opened(store, amount.accounts, BlockPolicy.BEST_FIT, funds=_SCARCE), amount)


def _split(registry: Registry, amount: Amount) -> Size:
    ready = transactions(drawn(amount.split, amount.accounts))
    last = max(1, len(ready) // 10)
    moved = 0
    for start in range(0, len(ready), _GROUP):
        receipts = registry.submit(ready[start : start + _GROUP])
        for place, receipt in enumerate(receipts, start):
            if place >= len(ready) - last:
                record = registry.ledger.record(receipt.command_id)
                moved += (
                    sum(len(each.serials) for each in record.entries if each.quantity > 0) if record else 0
                )
    return Size(name=_SPLITTING, ours=moved / last, peer=1, target=_MOST_BLOCKS, n=len(ready), unit="blocks")


def _national_year(setting: Setting) -> Iterator[Line]:
    amount = setting.amount
    with SQLiteStore.open(setting.folder / "year.sqlite") as store:
        year = NationalYear(store, amount.emitters, amount.trades)
        started = time.perf_counter()
        year.run()
        good, complied = year.outcome()
        took = time.perf_counter() - started
        records = store.head().sequence
    if not good or complied != amount.emitters:
        message = f"{_YEAR}: verified {good}, {complied} of {amount.emitters} complied"
        raise RuntimeError(message)
    rows = drawn(records, amount.accounts)
    with _bare.table(setting.folder / "bare.sqlite") as connection:
        values = [_bare.plain(group) for group in _cut(rows)]
        started = time.perf_counter()
        for each in values:
            _bare.insert_all(connection, each)
        bare = time.perf_counter() - started
    yield Size(name=_YEAR, ours=took, peer=bare, target=_MOST_SECONDS, n=records, unit="seconds")


def _cut(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + _GROUP] for start in range(0, len(rows), _GROUP)]
