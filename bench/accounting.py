"""
Emission accounting over a table and row by row, against hand-written SQL, other libraries and a bare loop.

All start from the same drawn rows: 80,000 dated factors, amounts of four places that may be
negative, factors of nine. Sums are compared as whole numbers of 10^-13 kg, to the last digit. The
other libraries know no dates and few factors, so they are given rows of kinds that they know;
their floats are compared in the digits that floats have. A table of factors is made before the
time runs, as the hand-written statement finds its factors in a file.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import os
import subprocess
import sys
from bisect import bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import duckdb

from bench import _activity_rows as drawn
from bench._compare import Comparison, Missing, Run, Sense, Size, timed
from bench._peer.activity_job import rounded
from bench._peer_kinds import KINDS
from bench.peer import ROOT, UnavailableError, environment, pinned
from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
from carbonkit.accounting.frame import FactorTable, account_frame
from carbonkit.values import CO2e, Period, Place, Source, quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow

    from bench._compare import Line, Way
    from bench._setting import Setting

_PATIENCE: Final = 900
_SEED: Final = 1
_MEMORY: Final = 2 * 2**30
_DIGITS: Final = 13  # of the product of an amount and a factor
_AR5: Final = gwp_set("AR5")
_YEAR: Final = Period.year(2025)
_OWN: Final = Source("the peer's own table", "factors as in its code", 2026)


class Race(NamedTuple):
    """
    A library that is given rows.

    Args:
        peer: The peer.
        target: Our rate over the peer's, at least.
        rounds: How many rounds are worth their time.
    """

    peer: str
    target: float
    rounds: int


RACES: Final = (
    Race("atomic6ghg", target=20, rounds=3),
    Race("scope3track", target=20, rounds=3),
    Race("carboncalc", target=1, rounds=3),
)


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield the plan against SQL, its memory, the plan against other libraries, and the object path."""
    thinned = setting.amount.thinned
    million, ten = 1_000_000 // thinned, 10_000_000 // thinned
    with duckdb.connect() as connection:
        rows, factors = drawn.draw(million, _SEED, setting.folder, connection)
        table = FactorTable(drawn.catalogue(factors, connection))
        for count in (million, ten):
            rows, factors = drawn.draw(count, _SEED, setting.folder, connection)
            _check(connection, rows, factors)
            for checked in (False, True):
                more = ", which also counts rows and ids as ours does" if checked else ""
                yield Comparison(
                    name=f"accounting: a table of {count:,} rows, the statement written by hand{more}",
                    ours=_plan(connection, rows, table),
                    peer=_statement(connection, rows, factors, checked=checked),
                    target=1.3,
                    sense=Sense.TIME,
                    n=count,
                    peers=("duckdb",),
                    rounds=5 if count == million else 3,
                )
        yield _memory(setting.folder, ten)
        yield from _races(setting.folder, million)
        yield _objects(connection, drawn.draw(million, _SEED, setting.folder, connection), table.catalogue)
        if thinned == 1:  # half a gigabyte to install, and half a minute to start
            yield _spark(connection, drawn.draw(million, _SEED, setting.folder, connection))


# ------------------------------------------------------------------------------- a table


def _whole(amount: CO2e) -> int:
    """Give kilograms as a whole number of the last digit."""
    return int(amount.to("kgCO2e").number.scaleb(_DIGITS))


def _check(connection: duckdb.DuckDBPyConnection, rows: Path, factors: Path) -> None:
    """Compare the hand-written statements with sums of 128-bit integers."""
    whole = drawn.integers(connection, rows, factors)
    for checked in (False, True):
        found = drawn.hand_written(connection, rows, factors, checked=checked)
        if {kind: int(number.scaleb(_DIGITS)) for kind, number in found.items()} != whole:
            message = "the statement written by hand does not come to the sums of integers"
            raise RuntimeError(message)


def _plan(connection: duckdb.DuckDBPyConnection, rows: Path, table: FactorTable) -> Way:
    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        came: list[dict[str, int]] = []

        def work() -> None:
            inventory = account_frame(connection.read_parquet(str(rows)), table)
            parts = inventory.co2e(_AR5).by_activity().parts
            came.append({kind: _whole(amount) for kind, amount in parts})

        yield timed(work, lambda: dict(sorted(came.pop().items())))

    return way


def _statement(connection: duckdb.DuckDBPyConnection, rows: Path, factors: Path, *, checked: bool) -> Way:
    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        came: list[dict[str, Decimal]] = []

        def work() -> None:
            came.append(drawn.hand_written(connection, rows, factors, checked=checked))

        yield timed(
            work,
            lambda: {kind: int(number.scaleb(_DIGITS)) for kind, number in sorted(came.pop().items())},
        )

    return way


def _memory(folder: Path, count: int) -> Line:
    """Measure the most memory of a process that accounts a file and does nothing else."""
    ran = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-m", "bench._activity_memory", str(folder), str(count), str(_SEED)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    most = json.loads(ran.stdout)
    return Size(
        name=f"accounting: a table of {count:,} rows, the most memory of the process",
        ours=most["bytes"],
        peer=_MEMORY,
        target=_MEMORY,
        n=count,
        peers=("duckdb",),
    )


# ------------------------------------------------------------------------- other libraries


def _races(folder: Path, count: int) -> Iterator[Line]:
    for race in RACES:
        name = f"accounting: a table of {count:,} rows, {race.peer}"
        try:
            python = environment(race.peer)
        except UnavailableError as error:
            yield Missing(name, str(error), race.target)
            continue
        rows = _known_rows(folder, count)
        yield Comparison(
            name=name,
            ours=_known(race.peer, rows),
            peer=_theirs(race.peer, python, rows),
            target=race.target,
            n=count,
            others=tuple(pinned(race.peer).items())[:1],
            rounds=race.rounds,
        )


def _known_rows(folder: Path, count: int) -> Path:
    """Draw rows of six kinds, none negative, because two of the peers refuse or lose those."""
    rows = folder / f"known-{count}.txt"
    if not rows.exists():
        with duckdb.connect() as connection:
            connection.sql(f"""
                SELECT hash(i * 2) % 6 AS kind, CAST(hash(i * 2 + 1) % 100000000 AS BIGINT) * 0.0001 AS amount
                FROM range({count}) t(i)
            """).write_csv(str(rows), sep=" ", header=False)  # noqa: S608  a number of our own
    return rows


def _known(peer: str, rows: Path) -> Way:
    """Make our way over the peer's kinds: a table in memory, its own factors in a catalogue."""
    names = [kind for kind, *_ in KINDS[peer]]
    table = FactorTable(
        Catalogue(
            Factor(kind, "1", kind, Place("US"), _YEAR, unit, [Rate("CO2", number, mass)], _OWN)
            for kind, unit, number, mass in KINDS[peer]
        )
    )
    pounds = {mass for *_, mass in KINDS[peer]} == {"lb"}

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        frame = _known_frame(peer, rows)
        came: list[dict[str, CO2e]] = []

        def work() -> None:
            came.append(dict(account_frame(frame, table).co2e(_AR5).by_activity().parts))

        def totals() -> dict[str, str]:
            kilograms = {kind: amount.to("kgCO2e").number for kind, amount in came.pop().items()}
            unit = Decimal("0.45359237") if pounds else Decimal(1)
            return {kind: rounded(str(kilograms[kind] / unit), peer) for kind in sorted(names)}

        yield timed(work, totals)

    return way


@functools.lru_cache(maxsize=1)
def _known_frame(peer: str, rows: Path) -> pyarrow.Table:
    kinds = ", ".join(f"('{kind}', '{unit}')" for kind, unit, *_ in KINDS[peer])
    with duckdb.connect() as connection:
        return connection.sql(f"""
            SELECT CAST(row_number() OVER () AS VARCHAR) AS id, 'site' AS facility,
              list_extract(list_value({kinds}), CAST(column0 AS INTEGER) + 1)[1] AS activity,
              CAST(column1 AS DECIMAL(18,4)) AS amount,
              list_extract(list_value({kinds}), CAST(column0 AS INTEGER) + 1)[2] AS unit, 'US' AS place,
              DATE '2025-01-01' AS "start", DATE '2025-01-02' AS "end", 3 AS scope
            FROM read_csv('{rows}', delim=' ', header=false, all_varchar=true)
        """).to_arrow_table()  # noqa: S608  a file and names of our own


def _theirs(peer: str, python: Path, rows: Path) -> Way:
    """Make the way of a peer's half in its own process."""

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        came: list[dict[str, object]] = []

        def seconds() -> float:
            came.append(_answered(python, f"bench._peer.{peer}", {"rows": str(rows)}))
            return float(cast("float", came[-1]["seconds"]))

        yield Run(seconds, lambda: came[-1]["totals"])

    return way


def _answered(python: Path, module: str, job: dict[str, str]) -> dict[str, object]:
    ran = subprocess.run(  # noqa: S603  our own words
        [str(python), "-m", module],
        input=json.dumps(job),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": ""},
        check=False,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    if ran.returncode:
        message = f"{module} did not do its half: {(ran.stderr.strip().splitlines() or ['?'])[-1]}"
        raise RuntimeError(message)
    return cast("dict[str, object]", json.loads(ran.stdout.splitlines()[-1]))


# ------------------------------------------------------------------------------ row by row


def _objects(connection: duckdb.DuckDBPyConnection, files: tuple[Path, Path], catalogue: Catalogue) -> Line:
    """Compare accounting activities, each of which can still be explained, with a loop that only adds up."""
    found = connection.read_parquet(str(files[0])).fetchall()
    days = {day: Period(day, day + datetime.timedelta(days=1)) for day in {row[6] for row in found}}
    places = {name: Place(name) for name in {row[5] for row in found}}
    activities = [
        Activity(name, site, kind, quantity(amount, unit), places[place], days[day], Scope(scope))
        for name, site, kind, amount, unit, place, day, _, scope in found
    ]
    rows = [(kind, place, day, amount) for _, _, kind, amount, _, place, day, _, _ in found]
    del found

    def ours(came: list[dict[str, int]]) -> None:
        parts = account(activities, catalogue).co2e(_AR5).by_activity().parts
        came.append({kind: _whole(amount) for kind, amount in parts})

    known: dict[tuple[str, str], tuple[list[datetime.date], list[Decimal]]] = {}
    for factor in sorted(catalogue.factors, key=lambda it: it.valid.start):
        starts, numbers = known.setdefault((factor.activity, factor.place.path), ([], []))
        starts.append(factor.valid.start)
        numbers.append(factor.rates[0].number)

    def bare(came: list[dict[str, int]]) -> None:
        sums: dict[str, Decimal] = {}
        zero = Decimal(0)
        for kind, place, day, amount in rows:
            starts, numbers = known[kind, place]
            sums[kind] = sums.get(kind, zero) + amount * numbers[bisect_right(starts, day) - 1]
        came.append({kind: int(number.scaleb(_DIGITS)) for kind, number in sums.items()})

    return Comparison(
        name=f"accounting: {len(rows):,} activities that explain themselves, a bare Decimal loop",
        ours=_in_memory(ours),
        peer=_in_memory(bare),
        target=0.4,
        n=len(rows),
        rounds=5,
    )


def _in_memory(work: Callable[[list[dict[str, int]]], None]) -> Way:
    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        came: list[dict[str, int]] = []
        yield timed(lambda: work(came), lambda: dict(sorted(came.pop().items())))

    return way


# ------------------------------------------------------------------------------ on PySpark


def _spark(connection: duckdb.DuckDBPyConnection, files: tuple[Path, Path]) -> Line:
    """Run the same plan on PySpark, once, beside the hand-written statement; shown without a target."""
    rows, factors = files
    count = len(connection.read_parquet(str(rows)))
    name = f"accounting: the plan on PySpark, {count:,} rows, DuckDB's statement"
    try:
        python = environment("pyspark")
        came = _answered(python, "bench._peer.pyspark", {"rows": str(rows), "factors": str(factors)})
    except (UnavailableError, RuntimeError) as error:
        return Missing(name, str(error))
    totals, seconds = cast("dict[str, int]", came["totals"]), float(cast("float", came["seconds"]))

    @contextlib.contextmanager
    def once(_: Path) -> Iterator[Run]:
        yield Run(lambda: seconds, lambda: dict(sorted(totals.items())))

    return Comparison(
        name=name,
        ours=once,
        peer=_statement(connection, rows, factors, checked=False),
        target=None,
        sense=Sense.TIME,
        n=count,
        others=tuple(pinned("pyspark").items())[:1],
        rounds=1,
    )
