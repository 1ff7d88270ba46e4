"""A process that is killed while it posts: nothing it acknowledged is lost, and nothing is there by half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.ledger import Checkpoint, Ledger
from carbonkit.storage import SQLiteStore
from carbonkit.values import SystemClock
from tests.poster import THREADS, group

if TYPE_CHECKING:
    from carbonkit.ledger import Command

ROUNDS = 3
SLOW_ROUNDS = 160
LONGEST_SECONDS = 0.2  # that a process posts before it is killed
VERIFIED_EVERY = 20  # rounds
SEED = 20210716
ROOT = Path(__file__).resolve().parents[2]


@attrs.frozen
class Acknowledged:
    """What a killed process said that it had recorded."""

    thread: int
    number: int
    checkpoint: Checkpoint
    places: tuple[tuple[int, str], ...]  # of each command: its place and its digest


def killed_while_posting(path: Path, turn: int, seconds: float) -> list[Acknowledged]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.poster", path, str(turn)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().splitlines(keepends=True)
    said = []
    for line in lines:
        if line.endswith("\n"):
            thread, number, size, root, *places = line.split()
            checkpoint = Checkpoint("carbonkit/ledger", int(size), bytes.fromhex(root))
            found = [each.split(":") for each in places]
            pairs = tuple((int(sequence), digest) for sequence, digest in found)
            said.append(Acknowledged(int(thread), int(number), checkpoint, pairs))
    return said


def found(ledger: Ledger, commands: list[Command]) -> list[tuple[int, str] | None]:
    records = [ledger.record(command.id) for command in commands]
    return [None if record is None else (record.sequence, record.digest) for record in records]


def post_again(ledger: Ledger, turn: int, thread: int, number: int) -> str:
    """Post the group that was in hand when the process was killed; say whether it was there."""
    commands = group(turn, thread, number)
    before = found(ledger, commands)
    assert before.count(None) in {0, len(commands)}, f"a half of {commands} is there"
    receipts = ledger.post_all(commands)
    assert {receipt.repeated for receipt in receipts} == {before[0] is not None}
    assert [(receipt.sequence, receipt.digest) for receipt in receipts] == found(ledger, commands)
    assert all(each.repeated for each in ledger.post_all(commands))
    return "absent" if before[0] is None else "whole"


def survives(path: Path, rounds: int) -> list[Acknowledged]:
    """Kill so many processes one after the other, and check after each what the file holds."""
    chance = random.Random(SEED)  # noqa: S311  no secret
    everything: list[tuple[int, Acknowledged]] = []
    for turn in range(rounds):
        said = killed_while_posting(path, turn, chance.uniform(0, LONGEST_SECONDS))
        everything += [(turn, each) for each in said]
        with SQLiteStore.open(path) as store:
            ledger = Ledger(store, SystemClock())
            checked = everything if turn == rounds - 1 else [(turn, each) for each in said]
            for when, each in checked:
                assert found(ledger, group(when, each.thread, each.number)) == list(each.places)
            for thread in range(THREADS):
                done = [each.number for each in said if each.thread == thread]
                assert done == list(range(len(done)))
                post_again(ledger, turn, thread, len(done))
            if turn % VERIFIED_EVERY == 0 or turn == rounds - 1:
                checkpoints = [each.checkpoint for _, each in everything]
                assert ledger.verify(against=checkpoints).differences == ()
    return [each for _, each in everything]


def test_killed_a_few_times_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    assert len(survives(tmp_path / "ledger.db", ROUNDS)) > ROUNDS


@pytest.mark.slow
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    assert len(survives(tmp_path / "ledger.db", SLOW_ROUNDS)) > 20 * SLOW_ROUNDS
