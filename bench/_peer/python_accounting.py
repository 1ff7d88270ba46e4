"""python-accounting: one journal entry with one line for each transfer, in SQLite's WAL mode."""

from __future__ import annotations

import datetime
import importlib
from pathlib import Path

from bench._peer.job import Job, Ready, main


def prepare(job: Job) -> Ready:
    """Open a new ledger with the job's accounts."""
    alchemy, models, sessions, transactions = (
        importlib.import_module(name)
        for name in (
            "sqlalchemy",
            "python_accounting.models",
            "python_accounting.database.session",
            "python_accounting.transactions",
        )
    )
    engine = alchemy.create_engine(f"sqlite:///{Path(job.folder) / 'peer.sqlite'}")
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA journal_mode = WAL")  # stays with the file; FULL is the driver's own choice
    models.Base.metadata.create_all(engine)
    session = sessions.get_session(engine)
    entity = models.Entity(name="bench")
    session.add(entity)
    session.commit()
    currency = models.Currency(name="yuan", code="CNY", entity_id=entity.id)
    session.add(currency)
    session.commit()
    accounts = {
        name: models.Account(
            name=name,
            account_type=models.Account.AccountType.BANK,
            currency_id=currency.id,
            entity_id=entity.id,
        )
        for name in job.accounts
    }
    session.add_all(accounts.values())
    session.commit()
    ids = {name: account.id for name, account in accounts.items()}
    company = entity.id
    # its period of account is the present year, and may not begin with a transaction
    at = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)  # noqa: TID251  the peer asks for the present

    def post(name: str, source: str, target: str, quantity: int) -> None:
        entry = transactions.JournalEntry(
            narration="trade",
            reference=name,
            transaction_date=at,
            account_id=ids[source],
            entity_id=company,
        )
        session.add(entry)
        session.flush()
        line = models.LineItem(
            narration="trade", account_id=ids[target], amount=quantity, quantity=1, entity_id=company
        )
        session.add(line)
        session.flush()
        entry.line_items.add(line)
        session.add(entry)
        entry.post(session)

    def quantities() -> dict[str, int]:
        return {name: int(session.get(models.Account, ids[name]).closing_balance(session)) for name in ids}

    return Ready(post, quantities)


if __name__ == "__main__":
    main(prepare)
