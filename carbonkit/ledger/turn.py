"""
Turns: jobs worked out on one draft and written in one go.

A turn of the store is one write. What some thread asks for is worked out on what the
store has, written whole, and sealed; if another writer was faster, it is worked out
again on what is there then.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from carbonkit.errors import BusyError, CarbonkitError, InvalidValueError
from carbonkit.ledger.command import Command
from carbonkit.ledger.hold import ExpireHold
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.posting import OWN_PREFIX, Draft
from carbonkit.ledger.receipt import Receipt, Refusal, Seal
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.books import Face, HoldingKey
    from carbonkit.ledger.commit import Job
    from carbonkit.ledger.note import Signer
    from carbonkit.ledger.store import Batch, Head, Store
    from carbonkit.ledger.witness import Witness
    from carbonkit.values.time import Clock

__all__ = ["Turns", "work_out"]

_ATTEMPTS: Final = 100  # times that jobs are worked out again because another writer was faster


class Turns:
    """
    What does jobs on a store, one write for all that are given at once.

    Args:
        store: Where they are recorded.
        clock: What knows when.
        origin: What checkpoints name the ledger.
        signers: Whose signatures checkpoints carry.

    Example:
        >>> from carbonkit.ledger import AccountId, CommandId, MemoryStore, Statement
        >>> from carbonkit.ledger.commit import Job
        >>> from carbonkit.values import FixedClock
        >>> at = "2021-07-01T00:00:00Z"
        >>> said = Statement(CommandId("a"), AccountId("KEE-001"), "note", {"a": "b"}, at)
        >>> job = Job((said,), atomic=True)
        >>> Turns(MemoryStore(), FixedClock(at), "example", ()).work([job])
        >>> job.problems[0].code
        'unknown_account'
    """

    def __init__(self, store: Store, clock: Clock, origin: str, signers: tuple[Signer, ...]) -> None:
        self._store = store
        self._clock = clock
        self._origin = origin
        self._signers = signers
        self._faces: dict[HoldingKey, Face] = {}  # what is remembered of holdings from one turn to the next
        self._witnesses: list[Witness] = []

    def attach(self, witness: Witness) -> None:
        """Show a witness everything from the next turn on, and first what was recorded before."""
        self._witnesses.append(witness)

    def work(self, jobs: Sequence[Job]) -> None:
        """Do some jobs in one write; what goes wrong stands in the jobs."""
        try:
            self._tried(jobs)
        except _Objection as objection:
            if len(jobs) > 1:  # one of them is to blame; the others shall not suffer for it
                for job in jobs:
                    self.work((job,))
            else:
                jobs[0].error, jobs[0].problems = objection.error, [objection.error.problem]

    def _tried(self, jobs: Sequence[Job]) -> None:
        try:
            for attempt in range(_ATTEMPTS):
                try:
                    if self._attempted(jobs, certain=attempt > 0):
                        return
                except BusyError:
                    if attempt + 1 == _ATTEMPTS:
                        raise
        except _Objection:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it belongs to those who asked
            lost = error
        else:
            lost = BusyError("stay still for one write", was=f"moved {_ATTEMPTS} times", field="journal")
        for job in jobs:
            job.error, job.problems = lost, []

    def _attempted(self, jobs: Sequence[Job], *, certain: bool) -> bool:
        with self._store.turn(certain=certain) as sure:
            draft = Draft(self._store, faces=self._faces)
            self._catch_up(draft.after)
            before = draft.mark()
            work_out(draft, jobs, self._clock)
            if not sure and any(job.refused for job in jobs):
                return False  # refused by what may be old by now; the command itself may be in
            batch, naming = draft.batch(), draft.naming()
            self._examined(batch, naming)
            # what was recorded before may have been found in a store that was interrupted while it wrote
            if (draft.mark() != before or any(job.repeats for job in jobs)) and not self._store.write(batch):
                return False
            for witness in self._witnesses:
                witness.settle()
        seal = Seal(self._origin, batch.head.sequence, batch.edge, self._signers)
        for job in jobs:
            job.results = [
                each
                if isinstance(each, Refusal)
                else Receipt(job.commands[place], each, naming, place in job.repeats, seal)
                for place, each in enumerate(job.drafted)
            ]
        return True

    def _catch_up(self, head: Head) -> None:
        """Show every witness what was recorded since its last turn, up to where this one starts."""
        for witness in self._witnesses:
            witness.forget()
            if witness.sequence < head.sequence:
                rows = takewhile(
                    lambda row: row.sequence <= head.sequence, self._store.rows(witness.sequence)
                )
                witness.read(rows, self._store.holding_numbered)

    def _examined(self, batch: Batch, naming: Callable[[int], Holding]) -> None:
        try:
            for witness in self._witnesses:
                witness.examine(batch.rows, naming)
        except CarbonkitError as error:
            raise _Objection(error) from error


class _Objection(Exception):  # noqa: N818  what a witness said, on its way out of a turn
    def __init__(self, error: CarbonkitError) -> None:
        super().__init__(str(error))
        self.error = error


def work_out(draft: Draft, jobs: Sequence[Job], clock: Clock) -> None:
    """
    Work jobs out on a draft, and what is due before them.

    Args:
        draft: What they change.
        jobs: What is asked; what came of it stands in them.
        clock: What knows when.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> work_out(Draft(MemoryStore()), (), FixedClock("2021-07-01T00:00:00Z"))
    """
    now = microseconds(as_instant(clock.now(), field="clock"))
    draft.load([command for job in jobs for command in job.commands])
    draft.expire(now)
    for job in jobs:
        _draft(draft, job, now)


def _draft(draft: Draft, job: Job, now: int) -> None:
    """Work a job out on a draft; if it is refused, the draft is as it was."""
    job.clear()
    mark = draft.mark()
    if job.make is None:
        for place, command in enumerate(job.commands):
            _post(draft, job, place, command, now)
    else:
        job.commands = made = list[Command]()
        for each in job.make(draft):
            if isinstance(each, CarbonkitError):
                job.refused = True
                job.error = each
                job.problems.append(each.problem)
            else:
                made.append(each)
                draft.load((each,))
                _post(draft, job, len(made) - 1, each, now)
    if job.error is not None:
        draft.take_back(mark)


def _post(draft: Draft, job: Job, place: int, command: Command, now: int) -> None:
    try:
        row = draft.known(command)
        if row is None:
            row = draft.post(_callers(command), now)
        else:
            job.repeats.add(place)
    except CarbonkitError as error:
        job.refused = True
        if job.atomic:
            job.error = error
            job.problems.append(error.at(file=f"command {command.id}").problem)
        else:
            job.drafted.append(Refusal(command.id, error.problem))
    else:
        job.drafted.append(row)


def _callers(command: Command) -> Command:
    """Check that a command is one that callers may post."""
    if isinstance(command, ExpireHold) or command.id.text.startswith(OWN_PREFIX):
        raise InvalidValueError(
            f"not begin with {OWN_PREFIX}",
            was=command.id,
            field="command id",
            hint="the ledger uses these ids",
        )
    return command
