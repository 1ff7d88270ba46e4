"""
An obvious ledger in dictionaries and lists, which the real one is held to.

It keeps each serial number by itself, asks the whole journal about the past, and copies everything before it
tries anything. It takes commands as the package defines them and shares nothing else with it.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.ledger import (
    Command,
    DefineAsset,
    ExpireHold,
    Hold,
    OpenAccount,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.ledger import AccountId, AssetId, Bucket

MOST = 9_223_372_036_854_775_807  # what eight bytes hold
TICK = datetime.timedelta(microseconds=1)
FOR_HOLDS = ("pending_surrender", "reserved")

Place: TypeAlias = tuple[str, str, str]  # account, asset, bucket
Run: TypeAlias = tuple[int, int]  # first and last serial number
Wanted: TypeAlias = tuple[SerialRange, ...] | Selection | None


def ticks(moment: datetime.datetime) -> int:
    """Count the microseconds since 1970."""
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // TICK


def place_of(account: AccountId, asset: AssetId, bucket: Bucket) -> Place:
    return account.text, asset.text, bucket.value


@attrs.define
class Refused(Exception):  # noqa: N818  what the model says no with
    """Why a command is not recorded."""

    code: str


@attrs.frozen
class Line:
    """What one movement did to one place."""

    place: Place
    quantity: int
    after: int
    runs: tuple[Run, ...]


@attrs.frozen
class Entered:
    """A command in the journal: when it came, and what it did."""

    command: Command
    at: int
    lines: tuple[Line, ...]


@attrs.frozen
class Outcome:
    """What came of one command of a group: its place in the journal, or the code that it was refused with."""

    sequence: int = 0
    repeated: bool = False
    code: str = ""


@attrs.define
class Model:
    """Who has how much, which block each serial number lies in and with whom, and all that happened."""

    accounts: dict[str, bool] = attrs.Factory(dict)  # may it go below zero?
    assets: dict[str, bool] = attrs.Factory(dict)  # has it serial numbers?
    quantities: dict[Place, int] = attrs.Factory(dict)  # in order of first use
    units: dict[tuple[str, int], tuple[Place, int]] = attrs.Factory(dict)  # where a number is, in which block
    blocks: int = 0
    splits: int = 0
    journal: list[Entered] = attrs.Factory(list)
    ids: dict[str, int] = attrs.Factory(dict)
    open_holds: dict[int, int | None] = attrs.Factory(dict)  # when each ends
    concluded: dict[int, int] = attrs.Factory(dict)  # what came to an end, and by which command

    def copy(self) -> Model:
        return Model(
            dict(self.accounts),
            dict(self.assets),
            dict(self.quantities),
            dict(self.units),
            self.blocks,
            self.splits,
            list(self.journal),
            dict(self.ids),
            dict(self.open_holds),
            dict(self.concluded),
        )

    # ---------------------------------------------------------------- asking

    def next_moment(self, now: int) -> int:
        """Say when something would be recorded: never before what is there."""
        return max(now, self.journal[-1].at + 1) if self.journal else now

    def past(self, moment: int) -> dict[Place, int]:
        """Add up everything that had happened by a moment."""
        sums = dict.fromkeys(self.quantities, 0)
        for entered in self.journal:
            if entered.at <= moment:
                for line in entered.lines:
                    sums[line.place] += line.quantity
        return sums

    def about(self, account: str) -> list[int]:
        """List the places in the journal of what opened an account, said something of it, or moved there."""
        found = []
        for sequence, entered in enumerate(self.journal, start=1):
            command = entered.command
            opened = isinstance(command, OpenAccount) and command.account.id.text == account
            said = isinstance(command, Statement) and command.account.text == account
            if opened or said or any(line.place[0] == account for line in entered.lines):
                found.append(sequence)
        return found

    def set_aside(self) -> dict[Place, int]:
        """Add up what the open holds set aside."""
        sums: dict[Place, int] = {}
        for sequence in self.open_holds:
            for line in self.journal[sequence - 1].lines[1::2]:
                sums[line.place] = sums.get(line.place, 0) + line.quantity
        return sums

    def numbers(self, place: Place) -> list[int]:
        return sorted(n for (asset, n), (at, _) in self.units.items() if at == place and asset == place[1])

    def runs(self, place: Place) -> list[Run]:
        """List the blocks in a place."""
        found: dict[int, list[int]] = {}
        for n in self.numbers(place):
            found.setdefault(self.units[place[1], n][1], []).append(n)
        assert all(each == [*range(each[0], each[-1] + 1)] for each in found.values())
        return sorted((each[0], each[-1]) for each in found.values())

    # --------------------------------------------------------------- posting

    def together(self, commands: Iterable[Command], now: int) -> tuple[Model, list[Outcome]]:
        """Try commands one after the other; give what those that are done lead to, and what came of each."""
        model, outcomes = self, []
        for command in commands:
            ahead = model.copy()
            try:
                outcomes.append(ahead.post(command, now))
                model = ahead
            except Refused as refused:
                outcomes.append(Outcome(code=refused.code))
        return model, outcomes

    def expire(self, now: int) -> None:
        """Give back what the holds that are over by now set aside, those that ended first, first."""
        moment = self.next_moment(now)
        over = [(ends, sequence) for sequence, ends in self.open_holds.items() if ends is not None]
        for ends, sequence in sorted(each for each in over if each[0] <= moment):
            hold = self.journal[sequence - 1].command
            own = f"ledger/expiry/{sequence}"
            ended = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + ends * TICK
            end = ExpireHold(type(hold.id)(own), hold.id, ended)
            try:
                self.copy().enter(end, now)
            except Refused as refused:
                if refused.code != "too_large":
                    raise
            else:
                self.enter(end, now)

    def post(self, command: Command, now: int) -> Outcome:
        """Do what a caller asks; where it is refused, what is left of this model is of no use."""
        if command.id.text in self.ids:
            sequence = self.ids[command.id.text]
            if self.journal[sequence - 1].command != command:
                raise Refused("identifier_reused")
            return Outcome(sequence, repeated=True)
        if command.id.text.startswith("ledger/"):
            raise Refused("invalid_value")
        self.enter(command, now)
        return Outcome(len(self.journal))

    def enter(self, command: Command, now: int) -> None:
        at, lines = self.next_moment(now), list[Line]()
        match command:
            case OpenAccount() | DefineAsset():
                self.begin(command)
            case Statement(account=about):
                if about.text not in self.accounts:
                    raise Refused("unknown_account")
            case Transfer():
                self.transfer(command, lines)
            case Hold():
                self.hold(command, at, lines)
            case PostHold() | VoidHold() | ExpireHold():
                self.end_hold(command, at, lines)
            case Reversal():
                self.reverse(command, lines)
        self.journal.append(Entered(command, at, tuple(lines)))
        self.ids[command.id.text] = len(self.journal)

    def begin(self, command: OpenAccount | DefineAsset) -> None:
        if isinstance(command, OpenAccount):
            if command.account.id.text in self.accounts:
                raise Refused("already_open")
            self.accounts[command.account.id.text] = command.account.may_go_negative
        else:
            if command.asset.id.text in self.assets:
                raise Refused("already_defined")
            self.assets[command.asset.id.text] = command.asset.serialised

    def transfer(self, command: Transfer, lines: list[Line]) -> None:
        for leg in command.legs:
            source = place_of(leg.source, leg.asset, leg.source_bucket)
            target = place_of(leg.target, leg.asset, leg.target_bucket)
            self.must_exist(source, target)
            if source[2] in FOR_HOLDS or target[2] in FOR_HOLDS:
                raise Refused("held_bucket")
            self.move(source, target, leg.quantity, leg.serials, lines)

    def hold(self, command: Hold, at: int, lines: list[Line]) -> None:
        ends = None if command.expires_at is None else ticks(command.expires_at)
        if ends is not None and ends <= at:
            raise Refused("hold_expired")
        for leg in command.legs:
            source = place_of(leg.source, leg.asset, leg.source_bucket)
            target = place_of(leg.target, leg.asset, leg.target_bucket)
            self.must_exist(source, target)
            if source[2] in FOR_HOLDS or target[2] in FOR_HOLDS:
                raise Refused("held_bucket")
            if self.assets[source[1]] and self.accounts[target[0]]:
                raise Refused("serial_range")
            kept = (source[0], source[1], command.bucket.value)
            self.move(source, kept, leg.quantity, leg.serials, lines)
        self.open_holds[len(self.journal) + 1] = ends

    def end_hold(self, command: PostHold | VoidHold | ExpireHold, at: int, lines: list[Line]) -> None:
        if command.hold.text not in self.ids:
            raise Refused("unknown_command")
        sequence = self.ids[command.hold.text]
        held, hold = self.journal[sequence - 1], self.journal[sequence - 1].command
        if not isinstance(hold, Hold):
            raise Refused("not_a_hold")
        if sequence in self.concluded:
            raise Refused("concluded")
        ends = self.open_holds[sequence]
        if not isinstance(command, ExpireHold) and ends is not None and at >= ends:
            raise Refused("hold_expired")
        for leg, goes, line in zip(hold.legs, going(command, hold), held.lines[1::2], strict=True):
            source = place_of(leg.source, leg.asset, leg.source_bucket)
            target = place_of(leg.target, leg.asset, leg.target_bucket)
            on, back = parted(line.runs, goes)
            if goes:
                self.move(line.place, target, goes, exactly(on), lines)
            if goes < leg.quantity:
                self.move(line.place, source, leg.quantity - goes, exactly(back), lines)
        del self.open_holds[sequence]
        self.concluded[sequence] = len(self.journal) + 1

    def reverse(self, command: Reversal, lines: list[Line]) -> None:
        undone, moved = self.reversible(command.reverses.text)
        back: list[tuple[Place, Place, Line]] = []
        if isinstance(undone, Transfer):
            for left, came in zip(moved[::2], moved[1::2], strict=True):
                back.append((came.place, left.place, came))
        else:
            hold = self.journal[self.ids[undone.hold.text] - 1].command
            assert isinstance(hold, Hold)
            came_in = iter(moved[1::2])
            for leg, goes in zip(hold.legs, going(undone, hold), strict=True):
                if goes:
                    source = place_of(leg.source, leg.asset, leg.source_bucket)
                    back.append((place_of(leg.target, leg.asset, leg.target_bucket), source, next(came_in)))
                if goes < leg.quantity:
                    next(came_in)
        for source, target, line in reversed(back):
            self.move(source, target, line.quantity, exactly(line.runs), lines)
        self.concluded[self.ids[command.reverses.text]] = len(self.journal) + 1

    def reversible(self, text: str) -> tuple[Transfer | PostHold, tuple[Line, ...]]:
        if text not in self.ids:
            raise Refused("unknown_command")
        sequence = self.ids[text]
        entered = self.journal[sequence - 1]
        if isinstance(entered.command, Reversal):
            raise Refused("reversal_of_reversal")
        if not isinstance(entered.command, (Transfer, PostHold)):
            raise Refused("not_reversible")
        if sequence in self.concluded:
            raise Refused("concluded")
        return entered.command, entered.lines

    def must_exist(self, source: Place, target: Place) -> None:
        if source[1] not in self.assets:
            raise Refused("unknown_asset")
        if source[0] not in self.accounts or target[0] not in self.accounts:
            raise Refused("unknown_account")

    # ---------------------------------------------------------------- moving

    def move(self, source: Place, target: Place, quantity: int, wanted: Wanted, lines: list[Line]) -> None:
        left = self.quantities.get(source, 0) - quantity
        arrived = self.quantities.get(target, 0) + quantity
        if left < 0 and not self.accounts[source[0]]:
            raise Refused("overdraft")
        if left < -MOST or arrived > MOST:
            raise Refused("too_large")
        runs: tuple[Run, ...] = ()
        if self.assets[source[1]]:
            runs = self.renumber(source, target, quantity, wanted)
        elif wanted is not None:
            raise Refused("serial_range")
        self.quantities[source] = left
        self.quantities[target] = arrived
        lines.append(Line(source, -quantity, left, runs))
        lines.append(Line(target, quantity, arrived, runs))

    def renumber(self, source: Place, target: Place, quantity: int, wanted: Wanted) -> tuple[Run, ...]:
        asset = source[1]
        if wanted is None or self.accounts[target[0]]:
            raise Refused("serial_range")
        if isinstance(wanted, tuple):
            groups = [[*range(each.first, each.last + 1)] for each in wanted]
        elif self.accounts[source[0]]:
            raise Refused("serial_range")
        else:
            groups = self.in_blocks(asset, self.numbers(source)[:quantity])
        chosen = [n for group in groups for n in group]
        if len(set(chosen)) < len(chosen):
            raise Refused("serial_range")
        if not self.accounts[source[0]]:
            self.take(source, groups)
        elif any((asset, n) in self.units for n in chosen):
            raise Refused("serial_range")
        for group in groups:
            self.lay(asset, group, target)
        return tuple((group[0], group[-1]) for group in groups)

    def take(self, source: Place, groups: list[list[int]]) -> None:
        """Leave in a place what these numbers leave of the blocks that they lie in, one block each."""
        asset, held = source[1], self.numbers(source)
        chosen = {n for group in groups for n in group}
        if not chosen <= set(held):
            raise Refused("serial_range")
        touched = {self.units[asset, n][1] for n in chosen}
        stay = [n for n in held if n not in chosen and self.units[asset, n][1] in touched]
        for group in self.in_blocks(asset, stay):
            self.splits += 1
            self.lay(asset, group, source)

    def in_blocks(self, asset: str, numbers: list[int]) -> list[list[int]]:
        """Put numbers that follow each other in one block together."""
        groups: list[list[int]] = []
        for n in numbers:
            if groups and groups[-1][-1] == n - 1 and self.units[asset, n][1] == self.units[asset, n - 1][1]:
                groups[-1].append(n)
            else:
                groups.append([n])
        return groups

    def lay(self, asset: str, numbers: list[int], place: Place) -> None:
        self.blocks += 1
        for n in numbers:
            self.units[asset, n] = place, self.blocks


def going(command: PostHold | VoidHold | ExpireHold, hold: Hold) -> list[int]:
    """Say how much of each leg goes on."""
    if not isinstance(command, PostHold):
        return [0 for _ in hold.legs]
    if command.quantities is None:
        return [leg.quantity for leg in hold.legs]
    if len(command.quantities) != len(hold.legs):
        raise Refused("invalid_value")
    if any(goes > leg.quantity for goes, leg in zip(command.quantities, hold.legs, strict=True)):
        raise Refused("exceeds_hold")
    return list(command.quantities)


def parted(runs: Iterable[Run], count: int) -> tuple[list[Run], list[Run]]:
    """Part runs after so many numbers."""
    on: list[Run] = []
    back: list[Run] = []
    for first, last in runs:
        size = last - first + 1
        here = min(size, count)
        if here:
            on.append((first, first + here - 1))
        if here < size:
            back.append((first + here, last))
        count -= here
    return on, back


def exactly(runs: Iterable[Run]) -> tuple[SerialRange, ...] | None:
    return tuple(SerialRange(first, last) for first, last in runs) or None
