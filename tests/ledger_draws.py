"""
What the ledger's machine asks for: commands drawn where ledgers go wrong.

Amounts lie at what is available, one above it, what is held and what was posted; holds end within a few
records; corrections and retries name what came last. Now and then something does not exist.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs
from hypothesis import strategies as st

from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    ExpireHold,
    Hold,
    Leg,
    OpenAccount,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
)
from carbonkit.values import as_instant
from tests.ledger_model import FOR_HOLDS, MOST, TICK, Model, Place, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = as_instant("2021-07-16T01:30:00Z")
HOUR = datetime.timedelta(hours=1)
ACCOUNTS = {"BANK": True, "ISSUER": True, "ANN": False, "BOB": False, "CAL": False, "DAN": False}
ASSETS = {"CNY": False, "CEA": True, "CER": True}  # no account DAN and no CER to begin with
HOLDERS = ("ANN", "BOB", "CAL")
FREE = ("tradable", "tradable", "frozen", "pledged", "bought_today")
ALL = tuple(Bucket)

Drawn = TypeVar("Drawn")


def instant(moment: int) -> datetime.datetime:
    """Give the moment that many microseconds after 1970."""
    return AT + (moment - ticks(AT)) * TICK


class Asking:
    """Draws commands, each with an id that was never used before."""

    data: st.DataObject

    def __init__(self) -> None:
        self.made = 0

    def draw(self, choices: Sequence[Drawn]) -> Drawn:
        return self.data.draw(st.sampled_from(choices))

    def seldom(self) -> bool:
        return self.draw((False,) * 15 + (True,))

    def new_id(self) -> CommandId:
        self.made += 1
        return CommandId(f"{self.made}")

    def full(self, model: Model) -> list[Place]:
        """List the places that something can be taken from, each asset's issuer first."""
        issuers = [("BANK", "CNY", "tradable"), ("ISSUER", "CEA", "tradable"), ("ISSUER", "CNY", "tradable")]
        aside = {at[:2] for at, quantity in model.quantities.items() if quantity > 0 and at[2] in FOR_HOLDS}
        return issuers + [
            at
            for at, quantity in model.quantities.items()
            if at[2] not in FOR_HOLDS and (quantity > 0 or (at[:2] in aside and at[2] == "tradable"))
        ]

    def amount(self, model: Model, source: Place, target: Place) -> int:
        here = model.quantities.get(source, 0)
        room = MOST - model.quantities.get(target, 0)
        if ACCOUNTS[source[0]]:
            choices = [9, 5, 40, 1, 9, 5, 40, room, room + 1, MOST + here]
        else:
            kept = [model.quantities.get((source[0], source[1], bucket), 0) for bucket in FOR_HOLDS]
            came = [line.quantity for line in model.journal[-1].lines] or [3]
            choices = [here, here + 1, here + max(kept), here - 1, here // 2, 1, 2, *kept, came[-1]]
        return max(1, min(MOST, self.draw(choices)))

    def leg(self, model: Model) -> Leg:
        source = self.draw(self.full(model))
        account = self.draw((*HOLDERS, *HOLDERS, source[0]))
        target = (account, source[1], self.draw(FREE))
        odd = self.draw(("source", "target", "asset", "bucket", "serials")) if self.seldom() else ""
        if odd == "source":
            source = (self.draw(("DAN", "ANN")), source[1], self.draw(ALL).value)
        if odd == "target":
            target = (self.draw(("DAN", "BANK", "ISSUER")), *target[1:])
        if odd == "asset":
            source, target = (source[0], "CER", source[2]), (target[0], "CER", target[2])
        if odd == "bucket":
            target = (*target[:2], self.draw(FOR_HOLDS))
        if source == target:
            target = (*target[:2], "frozen" if source[2] == "tradable" else "tradable")
        quantity = self.amount(model, source, target)
        serials: tuple[SerialRange, ...] | Selection | None = None
        if ASSETS[source[1]] != (odd == "serials"):
            serials = Selection.FROM_LEFT
            if ACCOUNTS[source[0]] or self.draw((False, True)):
                serials = self.exact(model, source)
                quantity = sum(each.quantity for each in serials)
        return Leg(
            AssetId(source[1]),
            quantity,
            AccountId(source[0]),
            AccountId(target[0]),
            Bucket(source[2]),
            Bucket(target[2]),
            serials,
        )

    def exact(self, model: Model, place: Place) -> tuple[SerialRange, ...]:
        held = model.runs(place)
        if ACCOUNTS[place[0]] or not held:
            top = max((n for asset, n in model.units if asset == place[1]), default=0)
            first = self.draw((top + 1, top + 1, max(1, top)))
            found = [SerialRange(first, first + self.draw((3, 0, 6)))]
            if self.draw((False, True)):
                found.append(SerialRange(found[0].last + 2, found[0].last + 4))
            return tuple(found)
        found = []
        some = st.lists(st.sampled_from(held), min_size=1, max_size=2, unique=True)
        for first, last in self.data.draw(some):
            start = self.draw((first, first, (first + last) // 2))
            found.append(SerialRange(start, self.draw((last, (start + last) // 2, start, last + 1))))
        return tuple(found)

    def legs(self, model: Model) -> list[Leg]:
        """Make legs that see what those before them do."""
        ahead, legs = model, list[Leg]()
        for _ in range(self.draw((1, 1, 2, 3))):
            legs.append(self.leg(ahead))
            later, (outcome,) = ahead.together([Transfer(CommandId("try"), legs[-1:], "trade", AT)], 0)
            if outcome.code:
                break
            ahead = later
            del ahead.ids["try"]
        return legs

    def transfer(self, model: Model) -> Command:
        return Transfer(self.new_id(), self.legs(model), "trade", AT)

    def hold(self, model: Model, now: int) -> Hold:
        at = instant(model.next_moment(now))
        ends = self.draw((at + HOUR, at + HOUR / 2, None, at + HOUR, at + 2 * TICK, at + 3 * TICK, at))
        bucket = self.draw((Bucket.RESERVED, Bucket.RESERVED, Bucket.PENDING_SURRENDER))
        return Hold(self.new_id(), self.legs(model), "order", AT, bucket, ends and max(ends, AT + TICK))

    def some_hold(self, model: Model) -> CommandId:
        holds = [each.command for each in model.journal if isinstance(each.command, Hold)]
        standing = [model.journal[sequence - 1].command for sequence in model.open_holds]
        if standing and not self.seldom():
            return self.draw(standing[::-1]).id
        if holds and not self.seldom():
            return self.draw(holds).id
        return self.draw((model.journal[-1].command.id, CommandId("never")))

    def end_hold(self, model: Model) -> Command:
        hold = self.some_hold(model)
        sequence = model.ids.get(hold.text)
        held = None if sequence is None else model.journal[sequence - 1].command
        how = self.draw(("part", "part", "whole", "void"))
        if how == "void":
            return VoidHold(self.new_id(), hold, "cancelled", AT)
        if how == "whole" or not isinstance(held, Hold):
            return PostHold(self.new_id(), hold, AT)
        goes = [self.draw((leg.quantity - 1, leg.quantity // 2, leg.quantity, 0, 1)) for leg in held.legs]
        if self.draw((False,) * 5 + (True,)):
            goes = self.draw(([leg.quantity + 1 for leg in held.legs], [*goes, 1]))
        return PostHold(self.new_id(), hold, AT, goes if any(goes) else [1, *goes[1:]])

    def reversal(self, model: Model) -> Reversal:
        some = ((Transfer, PostHold),) * 5 + ((Reversal,), (Hold, OpenAccount, ExpireHold))
        kinds = self.draw(some)
        found = [each.command for each in model.journal if isinstance(each.command, kinds)]
        ids = [each.id for each in found[-3:][::-1] + found] or [CommandId("never")]
        return Reversal(self.new_id(), self.draw(ids), "booked_twice", AT)

    def other(self) -> Command:
        name, asset = self.draw(("DAN", *ACCOUNTS)), self.draw(("CER", *ASSETS))
        account = Account(AccountId(name), "holder", may_go_negative=ACCOUNTS[name])
        kinds: tuple[Command, ...] = (
            Statement(self.new_id(), account.id, "note", {"text": name}, AT),
            OpenAccount(self.new_id(), account, AT),
            DefineAsset(self.new_id(), Asset(AssetId(asset), 0, serialised=ASSETS[asset]), AT),
            Statement(CommandId(f"ledger/{self.made}"), account.id, "note", {"text": name}, AT),
        )
        return self.draw(kinds)

    def again(self, model: Model) -> Command:
        """Take a command that came before, or one with its id and other content."""
        commands = [each.command for each in model.journal]
        command = self.draw(commands[-4:][::-1] + commands)
        if self.draw((True, False)):
            return command
        other: Any = attrs.evolve(command, effective_at=AT - HOUR)
        return cast(Command, other)

    def command(self, model: Model, now: int) -> Command:
        if self.seldom():
            return self.other()
        kinds = (self.transfer, self.transfer, self.end_hold, self.end_hold, self.reversal, self.again, None)
        kind = self.draw(kinds)
        return self.hold(model, now) if kind is None else kind(model)
