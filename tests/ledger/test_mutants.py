"""
Ledgers with one mistake in them: the machine that compares with the obvious model must find each.

A mutant is a function of the package with one fragment of its text replaced. Only its compiled code is
exchanged, in memory and for one test; the files are not touched.
"""

from __future__ import annotations

import importlib
from collections import Counter
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from carbonkit.errors import CarbonkitError
from tests.ledger_homes import Memory
from tests.ledger_machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.whole


@attrs.frozen
class Mutant:
    """One mistake: in which function of which module, what stands there, and what shall."""

    name: str
    module: str
    function: str
    right: str
    wrong: str

    def code(self) -> CodeType:
        module = importlib.import_module(f"carbonkit.ledger.{self.module}")
        source = Path(str(module.__file__)).read_text("utf-8")
        assert source.count(self.right) == 1, f"{self.right!r} must stand once in {self.module}"
        changed = source.replace(self.right, self.wrong)
        found = [
            each for each in codes(compile(changed, "mutant", "exec")) if each.co_qualname == self.function
        ]
        (code,) = found
        return code

    @contextmanager
    def at_work(self) -> Iterator[None]:
        function: Any = attrgetter(self.function)(importlib.import_module(f"carbonkit.ledger.{self.module}"))
        right, wrong = function.__code__, self.code()
        assert wrong != right, f"{self.right!r} must stand in {self.function}"
        function.__code__ = wrong
        try:
            yield
        finally:
            function.__code__ = right


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield compiled code and all that is compiled inside it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


def look_for_differences() -> None:
    """Run the machine on a ledger in memory until it finds something, or has looked long enough."""
    run_state_machine_as_test(
        lambda: Machine(Memory(), Counter()),  # type: ignore[arg-type]  # a function will do
        settings=settings(
            max_examples=150,
            stateful_step_count=25,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=Verbosity.quiet,
            suppress_health_check=[*HealthCheck],
        ),
    )


OVERDRAFT = "if left < 0 and not source.issues:"
RESERVED = 'self.state(source.holding.account, source.holding.asset, "reserved").quantity'
GIVE_BACK = """if going < leg.quantity:
            source = books.state(leg.source, leg.asset, leg.source_bucket.value)
            books.move(kept,"""
SEND_ON = """target = books.state(leg.target, leg.asset, leg.target_bucket.value)
            books.move(kept,"""
UNDO_A_COMMAND = """self.books.take_back(mark)
            raise"""
OPPOSITE = """                    going,
                    arrived.serials,"""

# the seven that every ledger's tests should find
SEVEN = (
    Mutant(
        "what holds set aside counts as available",
        "books",
        "Books.move",
        OVERDRAFT,
        f"if left + {RESERVED} < 0 and not source.issues:",
    ),
    Mutant(
        "a retry is applied again",
        "turn",
        "_post",
        "row = draft.known(command)",
        "row = None",
    ),
    Mutant(
        "a third leg is lost",
        "posting",
        "Draft._transfer",
        "for leg in command.legs:",
        "for leg in command.legs[:2]:",
    ),
    Mutant(
        "a failed group stays",
        "turn",
        "_draft",
        "draft.take_back(mark)",
        "draft.mark()",
    ),
    Mutant(
        "a hold is posted twice",
        "phase",
        "_held",
        '_still_open(draft, found[0].sequence, "hold")',
        "pass",
    ),
    Mutant(
        "a hold is posted after its end",
        "phase",
        "end_hold",
        "over = ends is not None and at >= ends",
        "over = isinstance(command, ExpireHold)",
    ),
    Mutant(
        "what was held goes back to another bucket",
        "phase",
        "end_hold",
        GIVE_BACK,
        GIVE_BACK.replace("leg.source_bucket.value", '"tradable"'),
    ),
)
AMOUNTS = (
    Mutant("one too many leaves", "books", "Books.move", OVERDRAFT, "if left < -1 and not source.issues:"),
    Mutant(
        "the last one cannot leave", "books", "Books.move", OVERDRAFT, "if left <= 0 and not source.issues:"
    ),
    Mutant(
        "the largest balance is refused", "books", "Books.move", "arrived > LARGEST", "arrived >= LARGEST"
    ),
    Mutant(
        "a balance grows too large", "books", "Books.move", "or arrived > LARGEST", "or arrived > 2 * LARGEST"
    ),
    Mutant(
        "an entry says what was there before",
        "books",
        "Books.move",
        "place + 1, sequence, quantity, arrived))",
        "place + 1, sequence, quantity, arrived - quantity))",
    ),
    Mutant(
        "a receipt says what was there before",
        "books",
        "Books.move",
        '{quantity},{left},{arrived}]")',
        '{quantity},{left},{arrived - quantity}]")',
    ),
    Mutant(
        "a balance of the past is a tick late",
        "memory",
        "MemoryStore.quantity_at",
        "bisect_right(past, moment,",
        "bisect_right(past, moment - 1,",
    ),
)
HOLDS = (
    Mutant(
        "the rest of a hold posted in part is lost",
        "phase",
        "end_hold",
        GIVE_BACK,
        GIVE_BACK.replace("going < leg.quantity", "not going"),
    ),
    Mutant(
        "a posted hold reaches another bucket",
        "phase",
        "end_hold",
        SEND_ON,
        SEND_ON.replace("leg.target_bucket.value", '"tradable"'),
    ),
    Mutant(
        "a hold posted in part sends its other numbers on",
        "phase",
        "end_hold",
        "on, back = _cut(entry.serials, going)",
        "back, on = _cut(entry.serials, leg.quantity - going)",
    ),
    Mutant(
        "more is posted than held",
        "phase",
        "_going",
        "if going > leg.quantity:",
        "if going > leg.quantity + 1:",
    ),
    Mutant("a hold may end before it begins", "phase", "open_hold", "ends <= at:", "ends < at:"),
    Mutant(
        "a hold expires a tick late",
        "memory",
        "MemoryStore.overdue",
        "(each.expires_at or 0) <= moment",
        "(each.expires_at or 0) < moment",
    ),
    Mutant(
        "holds expire in the order of their making",
        "memory",
        "MemoryStore.overdue",
        "key=lambda each: (each.expires_at, each.sequence),",
        "key=lambda each: each.sequence,",
    ),
    Mutant(
        "nothing expires when the command is refused",
        "turn",
        "Turns._attempted",
        "if (draft.mark() != before or",
        "if (any(each.error is None for each in jobs) and draft.mark() != before or",
    ),
    Mutant(
        "a failed group ends a hold",
        "posting",
        "Draft.take_back",
        "self._concluded.items() if by not in gone}",
        "self._concluded.items()}",
    ),
)
REVERSALS = (
    Mutant(
        "a transfer is reversed twice",
        "phase",
        "reverse",
        '_still_open(draft, record.sequence, "reverses")',
        "pass",
    ),
    Mutant(
        "a reversal is reversed",
        "phase",
        "reverse",
        "(Transfer, PostHold)):",
        "(Transfer, PostHold, Reversal)):",
    ),
    Mutant(
        "a reversal begins with the first leg",
        "phase",
        "reverse",
        "reversed(list(_opposites(draft, record)))",
        "list(_opposites(draft, record))",
    ),
    Mutant(
        "the reversal of a hold posted in part takes all of it",
        "phase",
        "_opposites",
        OPPOSITE,
        OPPOSITE.replace("going", "leg.quantity"),
    ),
)
NUMBERS = (
    Mutant(
        "a split block gives its right part",
        "serial",
        "lowest",
        "SerialRange(each.first, each.first + missing - 1)",
        "SerialRange(each.last - missing + 1, each.last)",
    ),
    Mutant(
        "a split block loses its right part",
        "blocks",
        "DraftBlocks._cut_out",
        "if there.last > wanted.last:",
        "if there.last > wanted.last + 1:",
    ),
    Mutant(
        "numbers are issued again", "blocks", "DraftBlocks.issue", "if there is not None:", "if not serials:"
    ),
    Mutant(
        "numbers of others are sent along",
        "blocks",
        "DraftBlocks._cut_out",
        "if block is None or block.holding != source:",
        "if block is None:",
    ),
    Mutant("a refused split stays", "posting", "Draft.post", UNDO_A_COMMAND, "raise"),
    Mutant(
        "one change of blocks is not undone",
        "blocks",
        "DraftBlocks.take_back",
        "while len(self._done) > mark:",
        "while len(self._done) > mark + 1:",
    ),
)
RECORDS = (
    Mutant(
        "a clock that goes back reorders the journal",
        "posting",
        "Draft.post",
        "at = max(now, self._recorded_at + 1)",
        "at = now",
    ),
    Mutant(
        "a retry may say something else",
        "posting",
        "Draft.known",
        "record.command != command:",
        "record.command.id != command.id:",
    ),
    Mutant(
        "a group is written by half",
        "posting",
        "Draft.batch",
        "rows=self._rows,",
        "rows=self._rows[: (len(self._rows) + 1) // 2],",
    ),
    Mutant(
        "a group is received and not written",
        "turn",
        "Turns._attempted",
        "not self._store.write(batch):",
        "len(batch.rows) < 3 and not self._store.write(batch):",
    ),
    Mutant(
        "a refusal ends an independent group",
        "turn",
        "_post",
        "job.drafted.append(Refusal(command.id, error.problem))",
        "job.error = error",
    ),
    Mutant(
        "a dry run writes",
        "ledger",
        "Ledger.problems",
        "work_out(Draft(self.store), (job,), self.clock)",
        "draft = Draft(self.store); work_out(draft, (job,), self.clock); self.store.write(draft.batch())",
    ),
    Mutant(
        "a holding that was taken back keeps its number",
        "books",
        "Books.take_back",
        "self.numbered -= 1",
        "pass",
    ),
    Mutant("a refused account stays open", "books", "Books.take_back", "del self._accounts[each.id]", "pass"),
    Mutant(
        "the tree's edge is turned round",
        "posting",
        "Draft.batch",
        "edge=tuple(edge),",
        "edge=tuple(reversed(edge)),",
    ),
)
MUTANTS = (*SEVEN, *AMOUNTS, *HOLDS, *REVERSALS, *NUMBERS, *RECORDS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "_"))
def test_the_machine_finds(mutant: Mutant) -> None:
    with mutant.at_work(), pytest.raises((AssertionError, CarbonkitError)):
        look_for_differences()
