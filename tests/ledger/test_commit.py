"""Group commit: who works, who waits, and what happens to those who wait when somebody is interrupted."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from carbonkit.ledger import AccountId, CommandId, Statement
from carbonkit.ledger.commit import GroupCommit, Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AT = "2021-07-16T01:30:00Z"
PATIENCE = 20


def job(*names: str) -> Job:
    return Job(
        [Statement(CommandId(each), AccountId("ANN"), "note", {"a": ""}, AT) for each in names], atomic=True
    )


def said(jobs: Sequence[Job]) -> list[str]:
    return [each.id.text for job in jobs for each in job.commands]


class Work:
    """Does jobs by noting them, the first time only when it is let; fails in turn with what it is given."""

    def __init__(self) -> None:
        self.done: list[list[str]] = []
        self.entered, self.let = threading.Event(), threading.Event()
        self.again: threading.Event | None = None  # what the second time waits for
        self.fails: list[BaseException | None] = []

    def __call__(self, jobs: Sequence[Job]) -> None:
        self.entered.set()
        assert self.let.wait(PATIENCE)
        if self.done and self.again is not None:
            assert self.again.wait(PATIENCE)
        failure = self.fails.pop(0) if self.fails else None
        if failure is not None:
            raise failure
        self.done.append(said(jobs))


class Interrupted:
    """A lock whose second taking, the one that waits, ends in an interrupt after something has happened."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile
        self.taken = 0
        self.released = 0

    def acquire(self) -> None:
        self.taken += 1
        if self.taken == 2:
            self.meanwhile()
            raise KeyboardInterrupt

    def release(self) -> None:
        self.released += 1


class Crowd:
    """A queue in which one thread works and others wait behind it."""

    def __init__(self) -> None:
        self.work = Work()
        self.queue = GroupCommit(self.work)
        self.errors: list[BaseException] = []
        self.threads: list[threading.Thread] = []
        self.post(job("first"))
        assert self.work.entered.wait(PATIENCE)

    def post(self, one: Job) -> threading.Thread:
        def run() -> None:
            try:
                self.queue.run(one)
            except BaseException as error:  # noqa: BLE001  the test looks at it
                self.errors.append(error)

        self.threads.append(threading.Thread(target=run, daemon=True))
        self.threads[-1].start()
        return self.threads[-1]

    def wait(self, one: Job) -> Job:
        """Let another thread wait with a job, and go on when it does."""
        before = len(self.queue._waiting)
        self.post(one)
        deadline = time.monotonic() + PATIENCE
        while len(self.queue._waiting) == before:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        return one

    def finish(self) -> list[list[str]]:
        self.work.let.set()
        for each in self.threads:
            each.join(PATIENCE)
            assert not each.is_alive(), "somebody waits for ever"
        assert not self.queue._busy
        assert not self.queue._waiting
        return self.work.done


def test_a_job_alone_is_done_at_once() -> None:
    work = Work()
    work.let.set()
    queue, one, two = GroupCommit(work), job("a"), job("b")
    queue.run(one)
    queue.run(two)
    assert work.done == [["a"], ["b"]]
    assert one.done
    assert two.done


def test_the_first_of_those_who_wait_works_for_all_in_their_order() -> None:
    crowd = Crowd()
    jobs = [crowd.wait(job(name)) for name in "abc"]
    assert crowd.finish() == [["first"], ["a", "b", "c"]]
    assert [each.leads for each in jobs] == [True, False, False]
    assert all(each.done for each in jobs)
    assert crowd.errors == []


def test_only_one_works_at_a_time() -> None:
    crowd = Crowd()
    crowd.work.again = threading.Event()
    crowd.wait(job("a"))
    crowd.work.entered.clear()
    crowd.work.let.set()
    assert crowd.work.entered.wait(PATIENCE)  # the second is at work, and stands still
    crowd.wait(job("b"))
    crowd.work.again.set()
    assert crowd.finish() == [["first"], ["a"], ["b"]]


def test_one_write_takes_only_so_many_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.ledger.commit._MOST", 3)
    crowd = Crowd()
    for names in (("a", "b"), ("c", "d"), ("e",), ("f", "g", "h", "i"), ("j",)):
        crowd.wait(job(*names))
    assert crowd.finish() == [["first"], ["a", "b", "c", "d"], ["e", "f", "g", "h", "i"], ["j"]]


def test_what_goes_wrong_in_the_work_reaches_all_of_its_jobs_and_no_other() -> None:
    crowd = Crowd()
    failure = ZeroDivisionError()
    crowd.work.fails = [failure]
    jobs = [crowd.wait(job(name)) for name in "ab"]
    assert crowd.finish() == [["a", "b"]]
    assert crowd.errors == [failure]
    assert [each.error for each in jobs] == [None, None]


def test_a_leader_who_is_interrupted_tells_those_whose_work_it_did() -> None:
    crowd = Crowd()
    jobs = [crowd.wait(job(name)) for name in "ab"]
    crowd.work.fails = [None, KeyboardInterrupt()]
    assert crowd.finish() == [["first"]]
    assert [type(each) for each in crowd.errors] == [KeyboardInterrupt]
    assert all(isinstance(each.error, BaseException) for each in jobs)
    assert all(each.done for each in jobs)


def test_one_who_leaves_the_queue_is_not_waited_for() -> None:
    crowd = Crowd()
    before = crowd.wait(job("before"))
    leaving = job("leaving")
    leaving.signal = cast(Any, Interrupted(lambda: None))
    with pytest.raises(KeyboardInterrupt):
        crowd.queue.run(leaving)
    after = crowd.wait(job("after"))

    assert crowd.finish() == [["first"], ["before", "after"]]
    assert (before.done, leaving.done, after.done) == (True, False, True)


def test_one_who_leaves_when_it_is_to_lead_hands_over() -> None:
    crowd = Crowd()
    leaving = job("leaving")

    def meanwhile() -> None:
        crowd.wait(job("after"))
        crowd.work.let.set()
        crowd.threads[0].join(PATIENCE)  # the first is done; the turn is the leaving one's
        assert leaving.leads

    leaving.signal = cast(Any, Interrupted(meanwhile))
    with pytest.raises(KeyboardInterrupt):
        crowd.queue.run(leaving)
    assert crowd.finish() == [["first"], ["after"]]


def test_the_last_one_who_leaves_when_it_is_to_lead_frees_the_queue() -> None:
    crowd = Crowd()
    leaving = job("leaving")

    def meanwhile() -> None:
        crowd.work.let.set()
        crowd.threads[0].join(PATIENCE)
        assert leaving.leads

    leaving.signal = cast(Any, Interrupted(meanwhile))
    with pytest.raises(KeyboardInterrupt):
        crowd.queue.run(leaving)
    crowd.finish()
    crowd.queue.run(job("later"))
    assert crowd.work.done == [["first"], ["later"]]


def test_one_who_leaves_while_its_job_is_done_disturbs_nobody() -> None:
    crowd = Crowd()
    crowd.wait(job("leader"))
    leaving = job("leaving")
    lock = Interrupted(crowd.finish)
    leaving.signal = cast(Any, lock)
    with pytest.raises(KeyboardInterrupt):
        crowd.queue.run(leaving)
    assert crowd.work.done == [["first"], ["leader", "leaving"]]
    assert leaving.done
    assert lock.released == 1


def test_a_job_forgets_an_earlier_attempt() -> None:
    one, new = job("a"), job("a")
    one.error, one.refused = ZeroDivisionError(), True
    one.problems, one.repeats = [cast(Any, "problem")], {1}
    one.drafted = [cast(Any, "record")]
    one.clear()
    for name in ("error", "refused", "problems", "repeats", "drafted"):
        assert getattr(one, name) == getattr(new, name)
