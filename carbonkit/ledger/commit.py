"""
Group commit: many threads ask, one of them writes for all, and each gets its own result.

A durable write costs as much for a hundred commands as for one. While a thread
writes, those that come later wait in a queue; when it is done, the first of them
takes the whole queue and writes it in one go. No thread of our own is needed.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from carbonkit.errors import CarbonkitError, Problem
    from carbonkit.ledger.command import Command
    from carbonkit.ledger.posting import Draft
    from carbonkit.ledger.receipt import Receipt, Refusal
    from carbonkit.ledger.row import Row

__all__ = ["GroupCommit", "Job", "Make"]

Make: TypeAlias = "Callable[[Draft], Iterator[Command | CarbonkitError]]"

_PATIENCE = 1 / 2_000  # seconds that a write waits at most for those who were in the last one
_MOST = 10_000  # commands that one write takes from the queue, unless a single job brings more


class Job:
    """
    What one caller asks for at once, and what came of it.

    Args:
        commands: What to record, in order.
        atomic: Whether all of it is recorded or none; else each command stands alone.
        make: Makes the commands instead, inside the turn, one after the other: each is made when
            those before it are worked out. It gives an error for what it refuses itself.

    Example:
        >>> Job((), atomic=True).results
        []
    """

    __slots__ = (
        "atomic",
        "commands",
        "done",
        "drafted",
        "error",
        "leads",
        "make",
        "problems",
        "refused",
        "repeats",
        "results",
        "signal",
    )

    def __init__(self, commands: Sequence[Command], *, atomic: bool, make: Make | None = None) -> None:
        self.commands = commands
        self.atomic = atomic
        self.make = make
        self.results: list[Receipt | Refusal] = []
        self.clear()
        self.done = False
        self.leads = False
        self.signal = threading.Lock()

    def clear(self) -> None:
        """Forget what an earlier attempt came to."""
        self.drafted: list[Row | Refusal] = []  # what will be in the results once it is written
        self.repeats: set[int] = set()  # the places of commands that were recorded before
        self.refused = False  # whether any command was
        self.problems: list[Problem] = []
        self.error: BaseException | None = None


class GroupCommit:
    """
    A queue of jobs and the turn to work on it.

    Args:
        work: Does some jobs in one write; it sets their results, problems or error, and never raises.

    Example:
        >>> def work(jobs):
        ...     for job in jobs:
        ...         job.problems = []
        >>> job = Job((), atomic=True)
        >>> GroupCommit(work).run(job)
        >>> job.done
        True
    """

    def __init__(self, work: Callable[[Sequence[Job]], None]) -> None:
        self._work = work
        self._guard = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._busy = False
        self._crowd = 1  # jobs that the last write was for
        self._quorum = 0  # jobs that the next write waits for in the queue, if it does
        self._complete = threading.Lock()
        self._complete.acquire()

    def run(self, job: Job) -> None:
        """
        Have a job done, by this thread or by another one that is at it already.

        Args:
            job: What to do; its results stand in it afterwards.
        """
        with self._guard:
            job.leads = not self._busy
            self._busy = True
            if not job.leads:
                job.signal.acquire()
                self._waiting.append(job)
                if 0 < self._quorum <= len(self._waiting):
                    self._quorum = 0
                    self._complete.release()
        if not job.leads:
            try:
                job.signal.acquire()  # until the job is done, or it is this thread's turn
            except BaseException:
                self._leave(job)
                raise
            if job.done:
                return
        jobs = [job]
        try:
            self._gather()
            with self._guard:
                count = len(job.commands)
                while self._waiting and count < _MOST:
                    count += len(self._waiting[0].commands)
                    jobs.append(self._waiting.popleft())
            self._crowd = len(jobs)
            self._work(jobs)
        except BaseException as error:
            for each in jobs:
                each.error = error
            raise
        finally:
            self._hand_over(job, jobs)

    def _gather(self) -> None:
        """Let those who were in the last write ask again; alone, nobody is waited for."""
        with self._guard:
            if len(self._waiting) + 1 >= self._crowd:
                return
            self._quorum = self._crowd - 1
        complete = self._complete.acquire(timeout=_PATIENCE)
        with self._guard:
            if not complete and not self._quorum:  # completed at the very end of the wait
                self._complete.acquire()
            self._quorum = 0

    def _leave(self, job: Job) -> None:
        """Let a thread go that was interrupted while it waited; nobody may wait for it."""
        with self._guard:
            if job in self._waiting:
                self._waiting.remove(job)
        if job.leads:
            self._hand_over(job, (job,))

    def _hand_over(self, own: Job, jobs: Sequence[Job]) -> None:
        with self._guard:
            following = self._waiting.popleft() if self._waiting else None
            self._busy = following is not None
            if following is not None:
                following.leads = True
        # Those who are done go first: they ask again while the next one is about to take the queue.
        for each in jobs:
            each.done = True
            if each is not own:
                each.signal.release()
        if following is not None:
            following.signal.release()
