"""A process that is killed while it posts: nothing that it acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import carbonkit
from carbonkit.ledger import AccountId, AssetId, CommandId, Ledger
from carbonkit.storage import SQLiteStore
from carbonkit.values import FixedClock

ROUNDS = 60
SEED = 20210716

# Posts transfers one by one and in groups for ever, and prints the id of each once it has its receipt.
POSTER = """
import sys
from carbonkit.ledger import *
from carbonkit.storage import SQLiteStore
from carbonkit.values import SystemClock

path, turn = sys.argv[1:]
at = "2021-07-16T01:30:00Z"
cash, units = AssetId("CNY"), AssetId("CEA")
bank, issuer, ann, bob = (AccountId(name) for name in ("BANK", "ISSUER", "ANN", "BOB"))
ledger = Ledger(SQLiteStore.open(path), SystemClock())
ledger.post_all([
    DefineAsset(CommandId("define/CNY"), Asset(cash, 2, serialised=False), at),
    DefineAsset(CommandId("define/CEA"), Asset(units, 0, serialised=True), at),
    OpenAccount(CommandId("open/BANK"), Account(bank, "bank", may_go_negative=True), at),
    OpenAccount(CommandId("open/ISSUER"), Account(issuer, "issuance", may_go_negative=True), at),
    OpenAccount(CommandId("open/ANN"), Account(ann, "holder", may_go_negative=False), at),
    OpenAccount(CommandId("open/BOB"), Account(bob, "holder", may_go_negative=False), at),
])
print("ready", flush=True)
number = 0
while True:
    group = []
    for _ in range(1 + number % 3):
        number += 1
        first = ledger.store.last_serial(units) + 1 + 2 * len(group)
        legs = [
            Leg(cash, 3, bank, ann),
            Leg(cash, 1, ann, bob),
            Leg(units, 2, issuer, ann, serials=(SerialRange(first, first + 1),)),
            Leg(units, 1, ann, bob, serials=Selection.FROM_LEFT),
        ]
        group.append(Transfer(CommandId(f"{turn}/{number}"), legs, "payment", at))
    for receipt in ledger.post_all(group):
        print(receipt.command_id, receipt.sequence, receipt.digest, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path, chance, acknowledged = tmp_path / "ledger.db", random.Random(SEED), dict[str, tuple[int, str]]()  # noqa: S311  no secret
    program = tmp_path / "poster.py"
    program.write_text(POSTER)
    for turn in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, program, path, f"{turn}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(carbonkit.__file__).parents[1])},
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            said = process.stdout.read()
        said_now = [line.split() for line in said.splitlines(keepends=True) if line.endswith("\n")]
        acknowledged |= {name: (int(sequence), digest) for name, sequence, digest in said_now}

        with SQLiteStore.open(path) as store:
            ledger = Ledger(store, FixedClock("2021-07-16T01:30:00Z"))
            names = (
                acknowledged if turn % 20 == 0 or turn == ROUNDS - 1 else [name for name, _, _ in said_now]
            )
            found = {name: store.record(CommandId(name)) for name in names}
            lost = {
                name
                for name, record in found.items()
                if record is None or (record.sequence, record.digest) != acknowledged[name]
            }
            assert not lost
            posted = store.head().sequence - 6
            assert ledger.quantity(AccountId("BOB"), AssetId("CNY")) == posted
            assert ledger.quantity(AccountId("ANN"), AssetId("CEA")) == posted
            assert store.last_serial(AssetId("CEA")) == 2 * posted
            if names is acknowledged:
                assert ledger.verify().differences == ()
    assert len(acknowledged) > ROUNDS
