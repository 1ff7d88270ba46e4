"""Journals for tests: places to open them in, what to fill them with, a process that writes until killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.exchange.journal import Answer, Document, Kind, Writes
from carbonkit.exchange.postgres_journal import PostgresJournal
from carbonkit.exchange.sqlite_journal import SQLiteJournal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.exchange.journal import Search

AnyJournal: TypeAlias = SQLiteJournal | PostgresJournal

ROOT = Path(__file__).resolve().parents[2]
BATCH = 8
_names = count(1)


@attrs.frozen
class Place:
    """A place where one journal is kept: `:memory:`, a file, or a name within a database."""

    where: str
    name: str = ""

    def open(self) -> AnyJournal:
        if self.name:
            return PostgresJournal.open(self.where, name=self.name)
        return SQLiteJournal.open(self.where)

    @property
    def lasting(self) -> bool:
        return self.where != ":memory:"


def in_database(dsn: str) -> Place:
    """Give a place of its own within a database that many tests share."""
    return Place(dsn, f"exchange-{next(_names)}")


def order(number: int, **its: str | int) -> Document:
    """Make an order; what is not said is nobody's or nothing."""
    said: dict[str, str | int] = {
        "at": number * 1_000,
        "account": "KEE-001",
        "other": "",
        "instrument": "CEA25",
        "name": "",
        "state": "new",
        "body": f'{{"number": {number}}}',
    }
    said.update(its)
    return Document(kind=Kind.ORDER, id=f"O-{number}", number=number, **said)  # type: ignore[arg-type]  # drawn


def filed(documents: Iterable[Document]) -> dict[tuple[Kind, str], Document]:
    return {(each.kind, each.id): each for each in documents}


def answer(number: int, at: int = 0) -> Answer:
    return Answer(
        key_id="key", idempotency_key=f"I-{number}", fingerprint="f" * 64, status=201, body="{}", at=at
    )


def wanted(documents: Iterable[Document], search: Search, most: int) -> list[Document]:
    """Find documents the slow and plain way."""

    def fits(each: Document) -> bool:
        its = {each.account, each.other} - {""}
        return (
            each.kind is search.kind
            and (search.accounts is None or not its.isdisjoint(search.accounts))
            and (not search.instrument or each.instrument == search.instrument)
            and (not search.name or each.name == search.name)
            and (not search.states or each.state in search.states)
            and (search.since is None or each.at >= search.since)
            and (search.until is None or each.at < search.until)
            and (search.before is None or each.number < search.before)
        )

    return sorted(filter(fits, documents), key=lambda each: -each.number)[: max(0, most)]


# ------------------------------------------------------------ killed while it writes


def batch_of(first: int) -> Writes:
    """Make a write of one of everything for each of some lines, told by the first line's number alone."""
    numbers = range(first, first + BATCH)
    return Writes(
        first=first,
        lines=[f"line {number}" for number in numbers],
        documents=filed([order(number, name=f"S-{number}") for number in numbers]),
        answers=[answer(number, at=number) for number in numbers],
        begun={f"T-{number}": "settle" for number in numbers},
        finished={f"T-{number - BATCH}" for number in numbers},
        snapshot=(first + BATCH - 1, "h" * 64, f"snapshot {first}"),
        marks={"last": str(first)},
    )


def killed_while_writing(place: Place, seconds: float) -> list[int]:
    """Let a process write, kill it soon after its first write, and return what it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.exchange.journals", place.where, place.name],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said = [first, *process.stdout.read().splitlines(keepends=True)]
    return [int(each) for each in said if each.endswith("\n")]


def main() -> None:
    with contextlib.closing(Place(sys.argv[1], sys.argv[2]).open()) as journal:
        first = journal.end() + 1
        while True:
            journal.write(batch_of(first))
            sys.stdout.write(f"{first}\n")
            sys.stdout.flush()
            first += BATCH


if __name__ == "__main__":
    main()
