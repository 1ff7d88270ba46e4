"""Time two ways to the same result, turn and turn about, and give their ratio."""

from __future__ import annotations

import gc
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TypeAlias, TypedDict

import attrs

Work: TypeAlias = Callable[[], object]


class Result(TypedDict):
    """One line of bench/results.json; times in seconds, ratio is ours divided by the peer's."""

    name: str
    ours: float
    peer: float
    ratio: float
    target: float
    met: bool
    n: int
    versions: dict[str, str]


@attrs.frozen(kw_only=True)
class Comparison:
    """
    Our way to a result and a peer's.

    Args:
        name: What is compared, and with whom.
        ours: Does the work with carbonkit and gives the result.
        peer: Does the same work without carbonkit and gives an equal result.
        target: The highest ratio of our time to the peer's that is good enough.
        n: How many operations one run of the work is.
        peers: The installed distributions that the peer's way uses, for their versions.
    """

    name: str
    ours: Work
    peer: Work
    target: float
    n: int
    peers: tuple[str, ...] = ()


class DifferentResultsError(Exception):
    """The two ways do not come to the same result, so their times say nothing."""


def _seconds(work: Work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(comparison: Comparison, *, rounds: int) -> Result:
    """
    Check that both ways come to the same result, then time them in turn.

    The best of the rounds counts: what slows a run is never the work itself.

    Args:
        comparison: The two ways.
        rounds: How often each is run.

    Returns:
        The times and their ratio.

    Raises:
        DifferentResultsError: If the results are not equal.
    """
    if comparison.ours() != comparison.peer():
        message = f"{comparison.name}: our result is not the peer's"
        raise DifferentResultsError(message)
    gc.collect()
    gc.disable()
    try:
        pairs = [(_seconds(comparison.ours), _seconds(comparison.peer)) for _ in range(rounds)]
    finally:
        gc.enable()
    ours, peer = (min(column) for column in zip(*pairs, strict=True))
    ratio = round(ours / peer, 3)
    return Result(
        name=comparison.name,
        ours=ours,
        peer=peer,
        ratio=ratio,
        target=comparison.target,
        met=ratio <= comparison.target,
        n=comparison.n,
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in ("carbonkit", *comparison.peers)},
        },
    )
