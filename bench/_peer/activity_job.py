"""An accounting library's half of a benchmark: what it is given, and its seconds and its totals."""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import TYPE_CHECKING

from bench._peer_kinds import KINDS, SIGNIFICANT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main", "rounded"]


def rounded(total: float | str, peer: str) -> str:
    """Write a total with as many digits as it can be compared in."""
    return f"{float(total):.{SIGNIFICANT[peer] - 1}e}"


def main(
    peer: str,
    run: Callable[[Sequence[tuple[str, float]]], tuple[Callable[[], object], Callable[[], dict[str, float]]]],
) -> None:
    """
    Read rows, account for them, and answer.

    `run` takes the rows (the peer's own name of the kind, the amount in the unit of the table of
    kinds) and gives what does the work and, untimed, what tells the total of each kind.
    """
    names = [kind for kind, *_ in KINDS[peer]]
    with open(json.load(sys.stdin)["rows"], encoding="utf-8") as file:  # noqa: PTH123  small and plain
        cells = (line.split() for line in file)
        rows = [(names[int(kind)], float(amount)) for kind, amount in cells]
    work, totals = run(rows)
    gc.collect()
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    told = {kind: rounded(total, peer) for kind, total in sorted(totals().items())}
    print(json.dumps({"seconds": seconds, "totals": told}))
