"""vaulteq: one journal entry of two lines for each transfer, in a SQLite file with a write-ahead log."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from bench._peer.job import Job, Ready, main

if TYPE_CHECKING:
    from collections.abc import Mapping


def prepare(job: Job) -> Ready:
    """Open a new ledger with the job's accounts."""
    vaulteq = importlib.import_module("vaulteq.engine")
    engine = vaulteq.LedgerEngine(str(Path(job.folder) / "peer.sqlite"))
    engine.conn.execute("PRAGMA journal_mode = WAL")
    engine.conn.execute("PRAGMA synchronous = FULL")
    organisation = engine.create_organization("bench", "CNY")
    for name in job.accounts:
        engine.create_account(organisation, name, name, vaulteq.AccountType.ASSET, vaulteq.Direction.DEBIT)

    def post(name: str, source: str, target: str, quantity: int) -> None:
        lines = [
            vaulteq.JournalLineInput(target, vaulteq.Direction.DEBIT, quantity, "CNY"),
            vaulteq.JournalLineInput(source, vaulteq.Direction.CREDIT, quantity, "CNY"),
        ]
        engine.post(vaulteq.PostRequest(organisation, name, "trade", lines))

    def quantities() -> dict[str, int]:
        balance: Mapping[str, int] = engine.trial_balance(organisation)
        return dict(balance)

    return Ready(post, quantities)


if __name__ == "__main__":
    main(prepare)
