"""A matching engine's half of a benchmark: what it is given, and its seconds and its trades' hash."""

from __future__ import annotations

import gc
import hashlib
import json
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["MARKET", "digest", "main"]

MARKET = 2


def digest(trades: Sequence[tuple[int, int, int, int]]) -> str:
    """Name trades (maker, taker, ticks, lots) by a hash."""
    text = "\n".join(f"{maker} {taker} {ticks} {lots}" for maker, taker, ticks, lots in trades)
    return f"{len(trades)} trades, {hashlib.sha256(text.encode()).hexdigest()}"


def main(run: Callable[[Sequence[Sequence[int]]], Callable[[], list[tuple[int, int, int, int]]]]) -> None:
    """
    Read operations, do them, and answer.

    `run` takes the operations (kind, id, sells, ticks, lots; kind 0 limit, 1 cancel, 2 market) and
    makes ready what does them and returns the trades; only that is timed.
    """
    with open(json.load(sys.stdin)["operations"], encoding="utf-8") as file:  # noqa: PTH123  small and plain
        operations = [tuple(map(int, line.split())) for line in file]
    work = run(operations)
    gc.collect()
    started = time.process_time()
    trades = work()
    seconds = time.process_time() - started
    print(json.dumps({"seconds": seconds, "trades": digest(trades)}))
