"""Counts of what the ledger's machine came to, so that a test can say that it got everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.ledger import ExpireHold, PostHold, Reversal, VoidHold

if TYPE_CHECKING:
    from collections import Counter

    from carbonkit.ledger import Command
    from tests.ledger_model import Model, Outcome

REACHED = frozenset(
    {
        "overdraft",
        "split block",
        "hold posted whole",
        "hold posted in part",
        "hold voided",
        "hold expired",
        "hold posted too late",
        "hold ended twice",
        "same id, same content",
        "same id, other content",
        "reversed",
        "posted hold reversed",
        "reversal refused",
        "failed in the middle of a group",
        "refused one by one",
        "crash with an open hold",
        "clock went back",
        "write failed",
        "shipped with an open hold",
        "balance too large",
        "refused, but holds expired",
        "one caller refused, one not",
        "two holds expired at once",
    }
)
"""What the machine must have come to for its silence to mean anything."""

_SECOND = 1_000_000
_NAMED = {
    "overdraft": "overdraft",
    "too_large": "balance too large",
    "identifier_reused": "same id, other content",
}


def count_moves(reached: Counter[str], before: Model, after: Model, now: int) -> None:
    """Count what happened between two states of the model."""
    new = after.journal[len(before.journal) :]
    expired = sum(isinstance(each.command, ExpireHold) for each in new)
    reached["split block"] += after.splits > before.splits
    reached["hold expired"] += expired
    reached["two holds expired at once"] += expired > 1
    reached["clock went back"] += bool(new and before.journal) and now <= before.journal[-1].at - _SECOND


def count_outcome(reached: Counter[str], command: Command, outcome: Outcome, model: Model) -> None:
    """Count what came of one command; the model has it."""
    ends = isinstance(command, (PostHold, VoidHold))
    if outcome.code in _NAMED:
        reached[_NAMED[outcome.code]] += 1
    reached["hold posted too late"] += ends and outcome.code == "hold_expired"
    reached["hold ended twice"] += ends and outcome.code == "concluded"
    if isinstance(command, Reversal):
        reached["reversal refused"] += outcome.code not in ("", "group", "unknown_command")
    reached["same id, same content"] += outcome.repeated
    if outcome.code or outcome.repeated:
        return
    if isinstance(command, PostHold):
        held = [line.quantity for line in model.journal[model.ids[command.hold.text] - 1].lines[1::2]]
        whole = command.quantities in (None, tuple(held))
        reached["hold posted whole" if whole else "hold posted in part"] += 1
    reached["hold voided"] += isinstance(command, VoidHold)
    if isinstance(command, Reversal):
        undone = model.journal[model.ids[command.reverses.text] - 1].command
        reached["posted hold reversed" if isinstance(undone, PostHold) else "reversed"] += 1
