"""
The journal: what an exchange must not lose, written whole and durably before anybody is answered.

The venue's log lines are the truth. Beside them, in the same write, stand pictures of
them that can be looked up (orders, trades, bulletins, transactions), the answers that
were given under an idempotency key, and what was begun and is not finished yet.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Answer", "Document", "Facts", "Journal", "Kind", "Search", "Writes"]


class Kind(enum.Enum):
    """
    What a document is.

    Example:
        >>> Kind("trade")
        <Kind.TRADE: 'trade'>
    """

    ORDER = "order"
    """An order, a take, a block's side, an auction's offer or a bid."""
    TRADE = "trade"
    BULLETIN = "bulletin"
    TRANSACTION = "transaction"
    AUCTION = "auction"
    KEY = "key"


@attrs.frozen(kw_only=True)
class Document:
    """
    One thing as it stands now, found by its id, its number or what it concerns.

    Args:
        kind: What it is.
        id: Its id among those of its kind.
        number: Its place among those of its kind, from 1; lists are in this order, newest first.
        at: When it came about, in microseconds since 1970.
        account: Whose it is; "" for nobody's.
        other: Whose it is too, such as a trade's other side; of a bid the auction; "" for nobody's.
        instrument: What it concerns; "" for nothing.
        name: What its owner calls it; "" for nothing. No two documents of a kind and account share one.
        state: How far it has come; "" where that means nothing.
        body: The thing itself, as JSON.

    Example:
        >>> Document(kind=Kind.ORDER, id="O-1", number=1, at=0, account="KEE-001", other="",
        ...          instrument="CEA25", name="S-1", state="new", body="{}").id
        'O-1'
    """

    kind: Kind
    id: str
    number: int
    at: int
    account: str
    other: str
    instrument: str
    name: str
    state: str
    body: str


@attrs.frozen(kw_only=True)
class Search:
    """
    Which documents are wanted; what is None does not narrow, nor do no states.

    Args:
        kind: Of which kind.
        accounts: Of which accounts, as `account` or as `other`; None for all, () for none.
        instrument: About what.
        name: What the owner calls it.
        states: How far they have come.
        since: From when, that microsecond included. Those of a kind that is searched by time must have been
            given their numbers in the order of their times, as a venue's trades and days are: it is by
            number that they are found, however many there are.
        until: Until when, that microsecond excluded.
        before: Only those with a lower number, which is how a list goes on.

    Example:
        >>> Search(kind=Kind.TRADE, instrument="CEA25").accounts is None
        True
    """

    kind: Kind
    accounts: tuple[str, ...] | None = None
    instrument: str | None = None
    name: str | None = None
    states: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    before: int | None = None


class Facts(NamedTuple):
    """
    Little of a document.

    Args:
        number: Its number.
        at: When it came about, in microseconds since 1970.
        told: What its body has at each of the places that were asked for, as text; None where it has nothing.

    Example:
        >>> Facts(1, 0, ("74.00", None)).told[0]
        '74.00'
    """

    number: int
    at: int
    told: tuple[str | None, ...]


@attrs.frozen(kw_only=True)
class Answer:
    """
    What was answered under an idempotency key; never overwritten, a second one is refused.

    Args:
        key_id: Who asked.
        idempotency_key: Under which key.
        fingerprint: The SHA-256 of what was asked, in hexadecimal.
        status: The HTTP status.
        body: The body, as JSON.
        at: When, in microseconds since 1970; old ones may be forgotten.

    Example:
        >>> Answer(key_id="k", idempotency_key="i", fingerprint="0", status=201, body="{}", at=0).status
        201
    """

    key_id: str
    idempotency_key: str
    fingerprint: str
    status: int
    body: str = attrs.field(repr=False)
    at: int


@attrs.define(kw_only=True)
class Writes:
    """
    What one write changes, all of it or nothing.

    Args:
        lines: Lines to append to the venue's log; the first is number `first`.
        first: The number of the first line; the write fails if the log does not end just before it.
        documents: Documents as they stand now, by kind and id.
        answers: Answers that are given.
        begun: What is begun and not finished yet, by name; text to go on from.
        finished: The names of what is finished.
        snapshot: The number of the last line that it covers, that line's hash, and the venue's snapshot.
        marks: Small facts that the exchange keeps, by name.

    Example:
        >>> Writes(first=1).empty
        True
    """

    first: int
    lines: list[str] = attrs.field(factory=list)
    documents: dict[tuple[Kind, str], Document] = attrs.field(factory=dict)
    answers: list[Answer] = attrs.field(factory=list)
    begun: dict[str, str] = attrs.field(factory=dict)
    finished: set[str] = attrs.field(factory=set)
    snapshot: tuple[int, str, str] | None = None
    marks: dict[str, str] = attrs.field(factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing that must be written now; marks alone wait for what comes next."""
        return not (
            self.lines or self.documents or self.answers or self.begun or self.finished or self.snapshot
        )


class Journal(Protocol):
    """
    Keeps what an exchange must not lose. One process writes; its threads read.

    Example:
        >>> from carbonkit.exchange.sqlite_journal import SQLiteJournal
        >>> with SQLiteJournal.open(":memory:") as journal:
        ...     journal.end()
        0
    """

    def write(self, writes: Writes) -> None:
        """Write all of it durably, or raise with nothing written; called by one thread only."""
        ...

    def end(self) -> int:
        """Return the number of the last log line; 0 if there is none."""
        ...

    def lines(self, after: int) -> Iterator[str]:
        """Yield the log lines after a number, in order."""
        ...

    def snapshot(self) -> tuple[int, str, str] | None:
        """Return the newest snapshot: the last line that it covers, that line's hash, the text."""
        ...

    def answer(self, key_id: str, idempotency_key: str) -> Answer | None:
        """Return what was answered, or None."""
        ...

    def begun(self) -> Mapping[str, str]:
        """Return what is begun and not finished, in the order in which it was begun."""
        ...

    def mark(self, name: str) -> str | None:
        """Return a small fact, or None."""
        ...

    def document(self, kind: Kind, id: str) -> Document | None:  # noqa: A002  it is its id
        """Return a document, or None."""
        ...

    def named(self, kind: Kind, account: str, name: str) -> Document | None:
        """Return the document that an account calls so, or None."""
        ...

    def last_number(self, kind: Kind) -> int:
        """Return the highest number of a kind; 0 if there is none."""
        ...

    def find(self, search: Search, most: int) -> Sequence[Document]:
        """Return the documents that are wanted, highest number first, at most so many."""
        ...

    def facts(self, search: Search, most: int, paths: Sequence[tuple[str, ...]]) -> Sequence[Facts]:
        """Return little of the documents that `find` would return, for who needs little of many."""
        ...

    def forget_answers(self, before: int) -> int:
        """Forget the answers from before a moment, in microseconds; return how many."""
        ...

    def close(self) -> None:
        """Let others write."""
        ...
