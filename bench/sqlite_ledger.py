"""
A ledger in SQLite against bare `sqlite3`, which keeps the same transfers and promises nothing about them.

Both write ahead and wait for the disk (WAL, synchronous FULL), on the same disk,
in the same run.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
import sqlite3
from typing import TYPE_CHECKING, Final, NamedTuple
from unittest import mock

from bench import _bare, _posting
from bench._compare import Comparison, Missing, Run, Sense, Size, timed
from bench._transfers import ASSET, batches, changed, commands, drawn, found, holders
from carbonkit.ledger import AccountId, Ledger, posting
from carbonkit.storage import SQLiteStore
from carbonkit.values import SystemClock

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from pathlib import Path

    from bench._compare import Line, Way
    from bench._setting import Amount, Setting

_FILE: Final = "ledger.sqlite"
_DRIVER: Final = (("sqlite", sqlite3.sqlite_version),)
_JOURNAL: Final = "record"  # the table with one row for each command
_FILLED: Final = """
WITH RECURSIVE number (value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM number WHERE value < ?)
INSERT INTO held SELECT -value, 0 FROM number
"""
_HELD: Final = "SELECT quantity FROM held WHERE id = ?"
_HUNDRED: Final = 100
_NO_HASH: Final = bytes(32)
_MOMENTS: Final = 50  # of a history, at least, at which balances are remembered
_LATER: Final = 500_000  # the seeds of what comes after a history are higher, the histories' own lower
_BATCHES_LATER: Final = "sqlite: batches of 100 after a long history, after a short one"
_SINGLES_LATER: Final = "sqlite: single transfers after a long history, after a short one"
_FLAT: Final = 0.85
_NEEDS_A_LONG_HISTORY: Final = ((_BATCHES_LATER, _FLAT), (_SINGLES_LATER, _FLAT))


class Moment(NamedTuple):
    """What the accounts held when a moment's last transfer had been recorded."""

    at: datetime.datetime
    held: dict[str, int]


def store(folder: Path) -> SQLiteStore:
    """Open a new ledger file."""
    return SQLiteStore.open(folder / _FILE)


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield posting, what the tree costs, then what depends on the history, then verification."""
    yield from _posted(setting.amount)
    yield from _unjudged(setting.amount)
    yield from _with_a_tree(setting.amount)
    yield from _over_time(setting)
    yield from _verified(setting)


def _posted(amount: Amount) -> Iterator[Line]:
    accounts = amount.accounts
    rows = drawn(amount.singles, accounts)
    yield Comparison(
        name="sqlite: single durable transfers, bare inserts",
        ours=_posting.single(store, rows, accounts),
        peer=_bare.single(rows),
        target=0.60,
        n=len(rows),
        others=_DRIVER,
    )
    hundreds = batches(amount.hundreds, _HUNDRED, accounts)
    yield Comparison(
        name="sqlite: batches of 100, bare batches",
        ours=_posting.batched(store, hundreds, accounts),
        peer=_bare.batched(hundreds),
        target=0.15,
        n=amount.hundreds * _HUNDRED,
        others=_DRIVER,
    )
    large = batches(amount.ten_thousands, amount.large, accounts)
    yield Comparison(
        name=f"sqlite: batches of {amount.large:,}, bare batches",
        ours=_posting.batched(store, large, accounts),
        peer=_bare.batched(large),
        target=0.12,
        n=amount.ten_thousands * amount.large,
        others=_DRIVER,
    )
    shared = drawn(4 * amount.singles, accounts)
    yield Comparison(
        name=f"sqlite: group commit of {amount.callers} threads, bare single inserts",
        ours=_posting.concurrent(store, shared, accounts, amount.callers),
        peer=_bare.single(shared),
        target=2.0,
        n=len(shared),
        others=_DRIVER,
    )


def _unjudged(amount: Amount) -> Iterator[Line]:
    accounts = amount.accounts
    rows = drawn(amount.singles, accounts)
    yield Comparison(
        name="sqlite: single transfers of a serialised asset, bare inserts",
        ours=_posting.single(store, rows, accounts, serialised=True),
        peer=_bare.single(rows),
        target=None,
        n=len(rows),
        others=_DRIVER,
    )
    hub = drawn(amount.singles, accounts, hub=True)
    yield Comparison(
        name="sqlite: single transfers to one hub account, bare inserts",
        ours=_posting.single(store, hub, accounts),
        peer=_bare.single(hub),
        target=None,
        n=len(hub),
        others=_DRIVER,
    )


def _with_a_tree(amount: Amount) -> Iterator[Line]:
    accounts = amount.accounts
    rows = drawn(amount.singles, accounts)
    yield Comparison(
        name="sqlite: single durable transfers, the same without a Merkle tree",
        ours=_posting.single(store, rows, accounts),
        peer=_treeless(_posting.single(store, rows, accounts)),
        target=1.05,
        sense=Sense.TIME,
        n=len(rows),
        others=_DRIVER,
    )
    hundreds = batches(amount.hundreds, _HUNDRED, accounts)
    yield Comparison(
        name="sqlite: batches of 100, the same without a Merkle tree",
        ours=_posting.batched(store, hundreds, accounts),
        peer=_treeless(_posting.batched(store, hundreds, accounts)),
        target=1.10,
        sense=Sense.TIME,
        n=amount.hundreds * _HUNDRED,
        others=_DRIVER,
    )


def _treeless(way: Way) -> Way:
    """Make the way of doing the same without hashing the records and growing the tree."""

    def no_hash(_: bytes) -> bytes:
        return _NO_HASH

    def no_growth(*_: object) -> None:
        return None

    @contextlib.contextmanager
    def without(folder: Path) -> Iterator[Run]:
        with way(folder) as run:

            def seconds() -> float:
                with (
                    mock.patch.object(posting, "leaf_hash", no_hash),
                    mock.patch.object(posting, "grow", no_growth),
                ):
                    return run.seconds()

            yield Run(seconds, run.result)

    return without


# ---------------------------------------------------------------- with a history


def _over_time(setting: Setting) -> Iterator[Line]:
    amount = setting.amount
    with _history(setting.folder / "short", amount.short, amount) as (ledger, moments):
        yield _as_of(setting.folder / "short", ledger, moments, amount, amount.short)
    if not amount.long:
        weighed = amount.verified
        with _history(setting.folder / "weighed", weighed, amount):
            pass
        yield _weighed(setting.folder / "weighed", weighed, amount)
        for name, target in _NEEDS_A_LONG_HISTORY:
            yield Missing(name, "left out of a quick run", target)
        return
    folder = setting.folder / "long"
    with _history(folder, amount.long, amount) as (_, moments):
        pass
    yield _weighed(folder, amount.long, amount)
    with SQLiteStore.open(folder / _FILE) as kept:
        ledger = Ledger(kept, SystemClock())
        yield _as_of(folder, ledger, moments, amount, amount.long)
        yield _flat(_BATCHES_LATER, ledger, amount, _HUNDRED, amount.hundreds)
        yield _flat(_SINGLES_LATER, ledger, amount, 1, amount.singles)


@contextlib.contextmanager
def _history(folder: Path, count: int, amount: Amount) -> Iterator[tuple[Ledger, list[Moment]]]:
    """Fill a new ledger, and remember what the accounts held at some moments."""
    folder.mkdir()
    names = holders(amount.accounts)
    moments: list[Moment] = []
    size = min(amount.large, max(1, count // _MOMENTS))
    with _posting.opened(store, folder, amount.accounts) as ledger:
        held = found(ledger, names)
        for number, start in enumerate(range(0, count, size), start=1):
            rows = drawn(min(size, count - start), amount.accounts, seed=number)
            receipts = ledger.post_all(commands(rows))
            for row in rows:
                held[row.source] -= row.quantity
                held[row.target] += row.quantity
            moments.append(Moment(receipts[-1].recorded_at, dict(held)))
        yield ledger, moments


def _flat(name: str, ledger: Ledger, amount: Amount, size: int, count: int) -> Comparison:
    """Compare a ledger with a long history with a new one that has a short one, in batches of one size."""
    first = _LATER + 1_000 * size
    seeds = itertools.count(first), itertools.count(first)  # each round posts what none before it did

    def run(ledger: Ledger, seed: int) -> Run:
        ready = [commands(rows) for rows in batches(count, size, amount.accounts, seed=seed)]
        change = changed(ledger, holders(amount.accounts))
        if size > 1:
            return timed(lambda: _posting.post_batches(ledger, ready), change)
        singles = [command for (command,) in ready]
        return timed(lambda: _posting.post_each(ledger, singles), change)

    @contextlib.contextmanager
    def after_long(_: Path) -> Iterator[Run]:
        yield run(ledger, next(seeds[0]))

    @contextlib.contextmanager
    def after_short(folder: Path) -> Iterator[Run]:
        with _history(folder / "short", amount.short, amount) as (short, _):
            yield run(short, next(seeds[1]))

    return Comparison(
        name=name,
        ours=after_long,
        peer=after_short,
        target=_FLAT,
        n=count * size,
        others=(*_DRIVER, ("transfers before", f"{amount.long:,} and {amount.short:,}")),
    )


def _weighed(folder: Path, count: int, amount: Amount) -> Size:
    """Weigh a closed ledger file, accounts and all, beside a file with the same bare rows."""
    plain = folder / "bare.sqlite"
    with _bare.table(plain) as connection:
        for number, start in enumerate(range(0, count, amount.large), start=1):
            rows = drawn(min(amount.large, count - start), amount.accounts, seed=number)
            _bare.insert_all(connection, _bare.plain(rows))
    ours = sum(path.stat().st_size for path in folder.glob(f"{_FILE}*"))
    return Size(
        name="sqlite: bytes a transfer, bare rows",
        ours=ours / count,
        peer=plain.stat().st_size / count,
        target=500,
        n=count,
    )


def _as_of(folder: Path, ledger: Ledger, moments: list[Moment], amount: Amount, count: int) -> Comparison:
    """Compare balances as of past moments with the same answers fetched by their keys."""
    draw = random.Random(count)  # noqa: S311  the same questions in every run
    asked = []
    for _ in range(amount.looked_up):
        moment, name = draw.choice(moments), draw.choice(holders(amount.accounts))
        asked.append((AccountId(name), moment.at, moment.held[name]))
    right = [held for *_, held in asked]

    @contextlib.contextmanager
    def ours(_: Path) -> Iterator[Run]:
        answers: list[int] = []

        def work() -> None:
            answers.extend(ledger.quantity(account, ASSET, at=at) for account, at, _ in asked)

        yield timed(work, lambda: (answers == right, answers))

    @contextlib.contextmanager
    def peer(_: Path) -> Iterator[Run]:
        answers: list[int] = []
        file = folder / "answers.sqlite"
        known = file.exists()
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
            keys = [(draw.randrange(2 * count) * len(asked) + place,) for place in range(len(asked))]
            if known:
                connection.execute("DROP TABLE held")
            # As many rows as the ledger has entries, the answers among them.
            connection.execute("CREATE TABLE held (id INTEGER PRIMARY KEY, quantity INTEGER NOT NULL)")
            connection.execute(_FILLED, (2 * count,))
            connection.executemany(
                "INSERT INTO held VALUES (?, ?)",
                [(*key, held) for key, held in zip(keys, right, strict=True)],
            )

            def work() -> None:
                answers.extend(connection.execute(_HELD, key).fetchone()[0] for key in keys)

            yield timed(work, lambda: (True, answers))

    return Comparison(
        name=f"sqlite: balances as of the past, {count:,} transfers, bare look-ups by key",
        ours=ours,
        peer=peer,
        target=3.0,
        sense=Sense.TIME,
        n=len(asked),
        others=_DRIVER,
    )


def _verified(setting: Setting) -> Iterator[Line]:
    """Compare verification with reading every row of the same file and hashing its bytes."""
    amount, folder = setting.amount, setting.folder / "verified"

    @contextlib.contextmanager
    def ours(_: Path) -> Iterator[Run]:
        said: list[tuple[bool, int]] = []

        def work() -> None:
            verification = ledger.verify()
            said.append((verification.ok, verification.records))

        yield timed(work, said.pop)

    @contextlib.contextmanager
    def peer(_: Path) -> Iterator[Run]:
        read: list[int] = []
        yield timed(lambda: read.append(_hashed(folder / _FILE)[_JOURNAL]), lambda: (True, read.pop()))

    with _history(folder, amount.verified, amount) as (ledger, _):
        yield Comparison(
            name="sqlite: verify, every row read and hashed",
            ours=ours,
            peer=peer,
            target=0.3,
            n=amount.verified,
            others=_DRIVER,
        )


def _hashed(path: Path) -> dict[str, int]:
    """Read every column of every row of every table, hash each row's bytes, and count the rows."""
    counts = {}
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        for (table,) in tables.fetchall():
            counts[table] = 0
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608  the name is the schema's own
                hashlib.sha256("|".join(map(str, row)).encode()).digest()
                counts[table] += 1
    return counts
