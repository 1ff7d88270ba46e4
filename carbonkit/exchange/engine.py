"""
The engine: one thread that does everything which changes, in the order in which it came.

What waits is done together and written in one go; only then are those who asked
answered, so that nobody hears of what a power cut could still take back. Whoever looks
is served between two writes, and sees what is written and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs

from carbonkit.errors import CarbonkitError, IntegrityError, StorageError
from carbonkit.exchange.desk import Desk, News
from carbonkit.exchange.journal import Answer
from carbonkit.ledger.moment import microseconds
from carbonkit.wire.answer import Depth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.identifier import InstrumentId
    from carbonkit.values.time import Clock

__all__ = ["Engine", "Published", "Said", "Stamp", "Work"]

Seen = TypeVar("Seen")
_MOST: Final = 128  # jobs that are written together
_WAITING: Final = 5_000  # jobs that may wait


@attrs.frozen
class Said:
    """
    What is answered to a request.

    Args:
        status: The HTTP status.
        body: JSON.
        kept: What is kept for when the same request comes again, such as the body without a secret; None
            for the body itself.

    Example:
        >>> Said(201, "{}").status
        201
    """

    status: int
    body: str = attrs.field(repr=False)
    kept: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class Stamp:
    """
    Under which key a request came, so that it is done once however often it comes.

    Args:
        key_id: Who asks.
        idempotency_key: Under which key.
        fingerprint: The SHA-256 of what is asked, in hexadecimal.

    Example:
        >>> Stamp.of("k", "i", "POST", "/v1/orders", b"{}").fingerprint[:8]
        'd9c6f804'
    """

    key_id: str
    idempotency_key: str
    fingerprint: str

    @classmethod
    def of(cls, key_id: str, idempotency_key: str, method: str, path: str, body: bytes) -> Stamp:
        """
        Stamp a request.

        Args:
            key_id: Who asks.
            idempotency_key: Under which key.
            method: How.
            path: For what.
            body: With what.

        Returns:
            The stamp.
        """
        head = f"{method}\n{path}\n".encode()
        return cls(key_id, idempotency_key, hashlib.sha256(head + body).hexdigest())


Work: TypeAlias = Callable[[Desk], Generator[None, None, Said]]
"""What is to be done: it changes the desk, yields wherever that must be written first, and answers."""

Explain: TypeAlias = Callable[[CarbonkitError], Said]
"""Says to the one who asked why it was refused."""


@attrs.frozen(kw_only=True)
class Published:
    """
    What was written just now, for those who listen.

    Args:
        line: The number of the last log line.
        news: What happened.
        books: The books that changed and that somebody watches, as they stand.
    """

    line: int
    news: News
    books: tuple[Depth, ...]


@attrs.define(eq=False)
class _Job:
    work: Work
    stamp: Stamp | None
    explain: Explain
    future: Future[tuple[Said, bool]]


@attrs.define(eq=False)
class _Look:
    read: Callable[[Desk], Any]
    future: Future[Any]


class Engine:
    """
    Does what it is asked, one after the other, and writes it before it says so.

    Args:
        desk: What it works at; nobody else may.
        wall: The clock that answers are kept by.
        publish: Hears of everything that was written, in the engine's thread.
        failed: Hears that the engine has stopped, and why: what is in memory may be ahead of what is written,
            so the process should end and begin anew.

    Example:
        >>> Engine.__name__
        'Engine'
    """

    def __init__(
        self,
        desk: Desk,
        wall: Clock,
        publish: Callable[[Published], None],
        failed: Callable[[BaseException], None] = lambda _: None,
    ) -> None:
        self._desk = desk
        self._wall = wall
        self._publish = publish
        self._failed = failed
        self._jobs: queue.Queue[_Job | _Look | None] = queue.Queue(_WAITING)
        self._given: list[tuple[_Job, Said, bool]] = []  # answers that wait for the next write
        self._answers: dict[tuple[str, str], Answer] = {}  # of the same, by their keys
        self._in_hand: list[_Job | _Look] = []
        self._stopping = False
        self._written = 0
        self._touched = desk.touched()  # when the job in hand began, or was written last
        self._thread = threading.Thread(target=self._run, name="carbonkit-engine", daemon=True)
        self.watched: frozenset[InstrumentId] = frozenset()
        self.error: BaseException | None = None

    # ------------------------------------------------------------- from other threads

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Do what waits, and end."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()

    @property
    def ready(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive() and self.error is None and not self._stopping

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return self._jobs.qsize()

    async def do(self, work: Work, stamp: Stamp | None, explain: Explain) -> tuple[Said, bool]:
        """
        Have something done, once.

        Args:
            work: What.
            stamp: Under which key; the same key again gets the first answer.
            explain: Says why it was refused; that is an answer too, and is kept.

        Returns:
            What to answer, and whether it was answered before.

        Raises:
            StorageError: If the engine does not work, or too much waits; nothing was done.
        """
        future: Future[tuple[Said, bool]] = Future()
        self._enter(_Job(work, stamp, explain, future))
        return await asyncio.wrap_future(future)

    async def look(self, read: Callable[[Desk], Seen]) -> Seen:
        """
        Look at the desk between two writes.

        Args:
            read: What looks; it must change nothing.

        Returns:
            What it saw.

        Raises:
            StorageError: If the engine does not work, or too much waits.
        """
        future: Future[Seen] = Future()
        self._enter(_Look(read, future))
        return await asyncio.wrap_future(future)

    def _enter(self, job: _Job | _Look) -> None:
        if not self.ready:
            raise _stopped()
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise StorageError(
                "have room", was=f"{_WAITING} requests that wait", field="exchange", code="busy"
            ) from None
        if self.error is not None or self._stopping:  # it stopped in between, and may not have seen this job
            self._refuse_waiting()

    # ---------------------------------------------------------------- in its own thread

    def _run(self) -> None:
        try:
            while self._round():
                pass
            self._stopping = True
            self._refuse_waiting()
        except BaseException as error:  # noqa: BLE001  whatever it is, those who wait must hear of it
            self.error = error
            for job in (*(each for each, _, _ in self._given), *self._in_hand):
                _settle_error(job.future, _unknown())
            self._refuse_waiting()
            self._failed(error)

    def _refuse_waiting(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None:
                    _settle_error(job.future, _stopped())

    def _round(self) -> bool:
        """Do what waits, write it, answer; return whether to go on."""
        jobs = list(self._taken())
        self._in_hand = [job for job in jobs if job is not None]
        looks = [job for job in jobs if isinstance(job, _Look)]
        for job in jobs:
            if isinstance(job, _Job):
                self._done(job)
        self._write()
        for look in looks:
            self._look(look)
        self._in_hand = []
        return None not in jobs

    def _taken(self) -> Iterable[_Job | _Look | None]:
        job = self._jobs.get()
        yield job
        for _ in range(_MOST - 1):
            if job is None:
                return
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            yield job

    def _done(self, job: _Job) -> None:
        stamp = job.stamp
        if stamp is not None:
            before = self._before(stamp)
            if before is not None:
                again = before.fingerprint == stamp.fingerprint
                said = Said(before.status, before.body) if again else job.explain(_reused(stamp))
                self._given.append((job, said, again))
                return
        self._touched = self._desk.touched()
        started = self._written, self._touched
        try:
            said = self._worked(job)
        except (StorageError, IntegrityError):
            raise
        except CarbonkitError as error:
            self._check_refused(error)
            said = job.explain(error)
        except Exception as error:
            if started != (self._written, self._desk.touched()):
                raise
            _settle_error(job.future, error)  # it is a defect, but nothing came of it
            return
        self._keep(stamp, said)
        self._given.append((job, said, False))

    def _check_refused(self, error: CarbonkitError) -> None:
        """Check that a refused job changed nothing since its last write, or ended what it had begun."""
        now = self._desk.touched()
        if now != self._touched and now.finished <= self._touched.finished:
            raise IntegrityError("change nothing if it is refused", was=str(error), field="job") from error

    def _worked(self, job: _Job) -> Said:
        """Carry a job through, writing wherever it asks for that."""
        steps = job.work(self._desk)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                said: Said = end.value
                return said
            self._write()
            self._touched = self._desk.touched()

    def _before(self, stamp: Stamp) -> Answer | None:
        key = stamp.key_id, stamp.idempotency_key
        return self._answers.get(key) or self._desk.journal.answer(*key)

    def _keep(self, stamp: Stamp | None, said: Said) -> None:
        if stamp is not None:
            answer = Answer(
                key_id=stamp.key_id,
                idempotency_key=stamp.idempotency_key,
                fingerprint=stamp.fingerprint,
                status=said.status,
                body=said.body if said.kept is None else said.kept,
                at=microseconds(self._wall.now()),
            )
            self._desk.writes.answers.append(answer)
            self._answers[stamp.key_id, stamp.idempotency_key] = answer

    def _write(self) -> None:
        """Write what was done, settle its trades, and answer."""
        desk = self._desk
        news = None
        if not desk.writes.empty:
            desk.journal.write(desk.writes)
            self._written += 1
            news = desk.written()
            desk.settle()
        self._answers.clear()
        given, self._given = self._given, []
        for job, said, again in given:
            with contextlib.suppress(Exception):  # whoever asked has gone
                job.future.set_result((said, again))
        if news is not None:
            books = tuple(desk.depth(each, None) for each in news.books & self.watched)
            self._publish(Published(line=desk.line, news=news, books=books))

    def _look(self, look: _Look) -> None:
        try:
            seen = look.read(self._desk)
        except Exception as error:  # noqa: BLE001  it is the asker's
            _settle_error(look.future, error)
        else:
            with contextlib.suppress(Exception):
                look.future.set_result(seen)


def _settle_error(future: Future[Any], error: BaseException) -> None:
    with contextlib.suppress(Exception):  # whoever asked has gone
        future.set_exception(error)


def _stopped() -> StorageError:
    return StorageError("be running", was="stopped", field="exchange", code="stopped")


def _unknown() -> StorageError:
    return StorageError(
        "be written",
        was="an exchange that stopped",
        field="exchange",
        code="outcome_unknown",
        hint="ask again with the same idempotency key",
    )


def _reused(stamp: Stamp) -> CarbonkitError:
    return CarbonkitError(
        "be new, or come with the same request",
        was=stamp.idempotency_key,
        field="Idempotency-Key",
        code="idempotency_key_reused",
    )
