"""
A program that posts to a ledger file until it is killed, and says each receipt once it has it.

    python -m tests.poster FILE TURN

Two threads post groups; what is in a group follows from the turn, the thread and a number, so whoever
killed the program knows what it was about to post.
"""

from __future__ import annotations

import os
import sys
import threading
from itertools import count
from typing import TYPE_CHECKING

from carbonkit.ledger import CommandId, Ledger, PostHold, VoidHold
from carbonkit.storage import SQLiteStore
from carbonkit.values import SystemClock
from tests.sample_ledger import ANN, AT, BANK, BOB, beginning, hold, issue, pay, sell

if TYPE_CHECKING:
    from carbonkit.ledger import Command

THREADS = 2


def opening() -> list[Command]:
    """List what every turn posts first; it is recorded once."""
    return [*beginning(), pay("fund/ann", 10**12), pay("fund/bob", 10**12, BANK, BOB)]


def group(turn: int, thread: int, number: int) -> list[Command]:
    """List the commands of one group: a single one, a hold, its end, or several at once."""
    name = f"{turn}/{thread}/{number}"
    before = f"{turn}/{thread}/{number - 1}"
    match number % 4:
        case 0:
            return [pay(f"{name}/pay", 1 + number % 5, ANN, BOB)]
        case 1:
            first = 1 + ((turn * THREADS + thread) * 1_000_000 + number) * 10
            return [issue(f"{name}/issue", first, first + 9), sell(f"{name}/sell", 4), pay(f"{name}/pay", 2)]
        case 2:
            return [hold(f"{name}/hold", 3), hold(f"{name}/hold/2", 2)]
        case _:
            return [
                PostHold(CommandId(f"{name}/post"), CommandId(f"{before}/hold"), AT),
                VoidHold(CommandId(f"{name}/void"), CommandId(f"{before}/hold/2"), "cancelled", AT),
            ]


def main(path: str, turn: int) -> None:
    ledger = Ledger(SQLiteStore.open(path), SystemClock())
    ledger.post_all(opening())
    os.write(1, b"ready\n")

    def post(thread: int) -> None:
        for number in count():
            receipts = ledger.post_all(group(turn, thread, number))
            checkpoint = receipts[-1].checkpoint
            facts = [f"{each.sequence}:{each.digest}" for each in receipts]
            line = [str(thread), str(number), str(checkpoint.size), checkpoint.root.hex(), *facts]
            os.write(1, f"{' '.join(line)}\n".encode())

    for thread in range(THREADS):
        threading.Thread(target=post, args=(thread,)).start()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
