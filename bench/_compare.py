"""
Time two ways to the same result, turn and turn about, and give the ratio between them.

What is slow to make ready (files, accounts, command values) is made ready
outside the timer, for each round anew, and what came out is compared before a
round's times count.

The ratio is the median of the rounds' own ratios, and so are both times shown.
Most of this work waits for the disk to say that it has written, and a disk's rate
can swing tenfold within a minute. The best of all rounds would then compare our
luckiest moment with the peer's, which were not the same moment; within a round
both ways run one right after the other and share the disk as it then was. They
take turns at going first. The lowest and the highest round's ratio stand beside
the median, so that a reader sees how far it can be trusted. The garbage
collector stays on, as it does in a host program.
"""

from __future__ import annotations

import contextlib
import enum
import gc
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias, TypedDict

import attrs


@attrs.frozen(eq=False)
class Run:
    """
    One run of the work, made ready.

    Args:
        seconds: Does the work, once, and says how long it took.
        result: Says what came out; called after the work, outside the timer.
    """

    seconds: Callable[[], float]
    result: Callable[[], object]


Way: TypeAlias = Callable[[Path], AbstractContextManager[Run]]
"""Makes one run ready in an empty folder, and clears up after it."""


class Sense(enum.Enum):
    """Which number is judged, and which way it has to lie."""

    TIME = "our time / the peer's, at most the target"
    RATE = "our rate / the peer's, at least the target"


class Result(TypedDict):
    """
    One line of bench/results.json.

    `ours` and `peer` are in the unit named: seconds of one run, or bytes of one
    operation. What was not measured is None, and `note` says why; a line without
    a target is there to be read, and is neither met nor missed.
    """

    name: str
    ours: float | None
    peer: float | None
    ratio: float | None
    target: float | None
    met: bool | None
    n: int
    versions: dict[str, str]
    unit: str
    sense: str
    lowest: float | None
    highest: float | None
    note: str


@attrs.frozen(kw_only=True)
class Comparison:
    """
    Our way to a result and a peer's.

    Args:
        name: What is compared, and with whom.
        ours: Makes our run ready.
        peer: Makes a run of the peer's ready that comes to an equal result.
        target: What the ratio is to reach, in the sense that `sense` says; None to show it without one.
        sense: What the ratio is.
        n: How many operations one run of the work is.
        peers: The installed distributions that the peer's way uses, for their versions.
        others: Versions of what is not installed beside us, by name.
        rounds: The most rounds worth their time; 0 for as many as are asked for.
    """

    name: str
    ours: Way
    peer: Way
    target: float | None
    sense: Sense = Sense.RATE
    n: int
    peers: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    rounds: int = 0


@attrs.frozen(kw_only=True)
class Size:
    """
    How much one operation takes, in bytes or another unit; smaller is better, and the target is in that unit.

    Args:
        name: What is weighed.
        ours: What ours takes.
        peer: What the peer's takes.
        target: The most that ours may take.
        n: Over how many operations it was taken.
        peers: The installed distributions that the peer's way uses.
        unit: What is counted.
    """

    name: str
    ours: float
    peer: float
    target: float
    n: int
    peers: tuple[str, ...] = ()
    unit: str = "bytes"


@attrs.frozen
class Missing:
    """
    A line that could not be measured here.

    Args:
        name: What would have been compared.
        why: What stood in the way.
        target: What it was to reach, if it has a target.
    """

    name: str
    why: str
    target: float | None = None


Line: TypeAlias = Comparison | Size | Missing
"""What a benchmark module gives, one for each line of the table."""


class DifferentResultsError(Exception):
    """The two ways do not come to the same result, so their times say nothing."""


def timed(work: Callable[[], object], result: Callable[[], object]) -> Run:
    """Make a run of work that our own clock times."""

    def seconds() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return Run(seconds, result)


def pure(work: Callable[[], object]) -> Way:
    """Make a way of work that needs nothing made ready and returns what came out."""

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        came: list[object] = []
        yield timed(lambda: came.append(work()), came.pop)

    return way


def versions_of(*distributions: str) -> dict[str, str]:
    """Name the versions of Python, of carbonkit and of the distributions given."""
    names = ("carbonkit", *distributions)
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def measure(line: Line, *, rounds: int, folder: Path) -> Result:
    """
    Measure one line of the table.

    Args:
        line: What is compared.
        rounds: How often each way is run.
        folder: Where the files go that the two ways write; each run gets an empty folder in it.

    Returns:
        The measures, their ratio, and whether it reaches the target.
    """
    match line:
        case Comparison():
            return _compared(line, rounds=min(rounds, line.rounds or rounds), folder=folder)
        case Size():
            return _weighed(line)
        case Missing():
            return _missing(line)


def broken(name: str, why: Exception, target: float | None = None) -> Result:
    """Make the line of what broke while it was measured."""
    return _missing(Missing(name, f"{type(why).__name__}: {why}", target))


def _compared(comparison: Comparison, *, rounds: int, folder: Path) -> Result:
    took = [_round(comparison, folder, ours_first=number % 2 == 0) for number in range(rounds)]
    ratios = [ours / peer if comparison.sense is Sense.TIME else peer / ours for ours, peer in took]
    ratio = statistics.median(ratios)
    target = comparison.target
    reaches = target is not None and (ratio <= target if comparison.sense is Sense.TIME else ratio >= target)
    return Result(
        name=comparison.name,
        ours=statistics.median(ours for ours, _ in took),
        peer=statistics.median(peer for _, peer in took),
        ratio=round(ratio, 3),
        target=target,
        met=None if target is None else reaches,
        n=comparison.n,
        versions=versions_of(*comparison.peers) | dict(comparison.others),
        unit="seconds",
        sense=comparison.sense.value,
        lowest=round(min(ratios), 3),
        highest=round(max(ratios), 3),
        note="",
    )


def _round(comparison: Comparison, folder: Path, *, ours_first: bool) -> tuple[float, float]:
    """Run both ways once, right after each other; return the seconds of each."""
    with contextlib.ExitStack() as stack:
        ours, peer = (
            stack.enter_context(way(Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))))
            for way in (comparison.ours, comparison.peer)
        )
        gc.collect()
        took = {run: run.seconds() for run in ((ours, peer) if ours_first else (peer, ours))}
        found, expected = ours.result(), peer.result()
        if found != expected:
            message = f"{comparison.name}: our result is not the peer's: {found!r:.200} and {expected!r:.200}"
            raise DifferentResultsError(message)
        return took[ours], took[peer]


def _weighed(size: Size) -> Result:
    return Result(
        name=size.name,
        ours=size.ours,
        peer=size.peer,
        ratio=round(size.ours / size.peer, 3),
        target=size.target,
        met=size.ours <= size.target,
        n=size.n,
        versions=versions_of(*size.peers),
        unit=size.unit,
        sense=f"our {size.unit}, at most the target",
        lowest=None,
        highest=None,
        note="",
    )


def _missing(line: Missing) -> Result:
    return Result(
        name=line.name,
        ours=None,
        peer=None,
        ratio=None,
        target=line.target,
        met=None,
        n=0,
        versions=versions_of(),
        unit="",
        sense="",
        lowest=None,
        highest=None,
        note=line.why,
    )
