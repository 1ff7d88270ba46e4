"""a-ledger: one batch of one transaction for each transfer, in a SQLite file with a write-ahead log."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from bench._peer.job import Job, Ready, main

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTFOLIO = "bench"


def prepare(job: Job) -> Ready:
    """Open a new ledger with the job's accounts."""
    a_ledger, journal, schema, sqlite = (
        importlib.import_module(name)
        for name in ("a_ledger", "a_ledger.journal", "a_ledger.schema", "a_ledger.sqlite")
    )
    connection = sqlite.create_sqlite_engine(Path(job.folder) / "peer.sqlite").connect()
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA journal_mode = WAL")
    driver.execute("PRAGMA synchronous = FULL")
    ledger = a_ledger.Ledger(connection)
    with sqlite.write_transaction(connection):
        schema.install(connection)
        ledger.accounts.create_portfolio(_PORTFOLIO, code=_PORTFOLIO, currency="CNY")
        for name in job.accounts:
            ledger.accounts.create_account(name, portfolio_id=_PORTFOLIO, code=name, category="ASSET")

    def post(name: str, source: str, target: str, quantity: int) -> None:
        facts = journal.TransactionInput(
            "trade",
            "2026-01-05",
            "2026-01-05T01:30:00",
            (
                journal.PostingInput("to", target, quantity),
                journal.PostingInput("from", source, -quantity),
            ),
        )
        action = journal.Post(name, journal.SourceIdentity("bench", name), facts)
        with sqlite.write_transaction(connection):
            ledger.journal.execute(
                journal.JournalBatch(_PORTFOLIO, journal.CommandKey("bench", name), (action,))
            )

    def quantities() -> dict[str, int]:
        with connection.begin():
            balances: Mapping[str, int] = ledger.queries.account_balances(_PORTFOLIO)
        return dict(balances)

    return Ready(post, quantities)


if __name__ == "__main__":
    main(prepare)
