"""What a peer's half of a benchmark is given on its standard input, and what it answers on its output."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Job", "Ready", "main"]


class Job(NamedTuple):
    """
    What to post: transfers, each an id, a source, a target and a whole quantity, and each one commit.

    Args:
        folder: An empty folder on the disk that is to be measured.
        accounts: Between which the transfers go.
        before: The transfers that make the history; not timed.
        transfers: The transfers that are timed.
    """

    folder: str
    accounts: Sequence[str]
    before: Sequence[tuple[str, str, str, int]]
    transfers: Sequence[tuple[str, str, str, int]]


class Ready(NamedTuple):
    """
    A ledger made ready for a job.

    Args:
        post: Posts one transfer, durably.
        quantities: Says what each account holds afterwards; an account left out holds nothing.
        load: Reads the whole ledger anew, as a program that starts does, where that is the peer's way.
    """

    post: Callable[[str, str, str, int], object]
    quantities: Callable[[], dict[str, int]]
    load: Callable[[], object] = lambda: None


def main(prepare: Callable[[Job], Ready]) -> None:
    """Read a job, do it, and answer with the seconds it took and what each account gained or lost in all."""
    job = Job(**json.load(sys.stdin))
    ready = prepare(job)
    for transfer in job.before:
        ready.post(*transfer)
    started = time.perf_counter()
    for transfer in job.transfers:
        ready.post(*transfer)
    posted = time.perf_counter()
    ready.load()
    loaded = time.perf_counter()
    changes = {name: change for name, change in sorted(ready.quantities().items()) if change}
    print(json.dumps({"posted": posted - started, "loaded": loaded - posted, "changes": changes}))
