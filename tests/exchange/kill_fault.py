"""Faults that can be built into an exchange, to see that the tests of its restart notice them."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Final

from carbonkit.exchange.desk import Desk
from carbonkit.exchange.engine import Engine
from carbonkit.exchange.sqlite_journal import SQLiteJournal

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.exchange.journal import Writes

FAULTS: Final = (
    "answers before it writes",
    "marks before it settles",
    "begins nothing",
    "forgets its answers",
    "settles what is settled",
)
_GAP: Final = 0.01  # seconds in which the fault can be hit
_LONG: Final = 5 * _GAP  # the same, where few requests can be hit by it


def build_in(fault: str, put: Callable[[type, str, Any], None] = setattr) -> None:
    """Build a fault in, or none; `put` replaces a method of a class."""
    if fault == "answers before it writes":
        _answers_first(put)
    elif fault == "marks before it settles":
        _marks_first(put)
    elif fault == "begins nothing":
        _leaves_out("begun", put)
    elif fault == "forgets its answers":
        _leaves_out("answers", put)
    elif fault == "settles what is settled":
        settle = Desk._settle
        put(Desk, "_is_settled", lambda *_: False)
        put(Desk, "_settle", lambda self, owed, _: settle(self, owed, self.now()))
    else:
        assert not fault, fault


def _answers_first(put: Callable[[type, str, Any], None]) -> None:
    write = Engine._write

    def answer_first(self: Engine) -> None:
        given, self._given = self._given, []
        for job, said, again in given:
            with contextlib.suppress(Exception):
                job.future.set_result((said, again))
        if given:
            time.sleep(_GAP)
        write(self)

    put(Engine, "_write", answer_first)


def _marks_first(put: Callable[[type, str, Any], None]) -> None:
    write, settle = Engine._write, Desk.settle

    def mark_first(self: Engine) -> None:
        desk = self._desk
        if desk._owed:
            desk.writes.marks["settled"] = str(desk._last_trade + len(desk._owed))
        write(self)

    def settle_late(self: Desk) -> None:
        if self._owed:
            time.sleep(_LONG)
        settle(self)

    put(Engine, "_write", mark_first)
    put(Desk, "settle", settle_late)


def _leaves_out(name: str, put: Callable[[type, str, Any], None]) -> None:
    write = SQLiteJournal.write

    def write_less(self: SQLiteJournal, writes: Writes) -> None:
        there = getattr(writes, name)
        left_out = bool(there)
        there.clear()
        write(self, writes)
        if left_out:
            time.sleep(_GAP)

    put(SQLiteJournal, "write", write_less)
