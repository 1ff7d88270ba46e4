"""The ledger on every store against an obvious model that keeps each number and each fen in dictionaries."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from carbonkit.errors import BatchError, CarbonkitError, IdentifierReusedError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Receipt,
    Selection,
    SerialRange,
    Statement,
    Store,
    Transfer,
)
from carbonkit.ledger.command import LARGEST
from carbonkit.storage import SQLiteStore
from carbonkit.values import FixedClock, as_instant

AT = as_instant("2021-07-16T01:30:00Z")
ACCOUNTS = {"BANK": True, "ISSUER": True, "ANN": False, "BOB": False, "CAL": False, "DAN": False}
ASSETS = {"CNY": False, "CEA": True, "CER": True}
NAMES = st.sampled_from([*ACCOUNTS] + ["ANN", "BOB", "CAL"] * 3)
BUCKETS = st.sampled_from([Bucket.TRADABLE] * 4 + [Bucket.BOUGHT_TODAY])

Place = tuple[str, str, str]  # account, asset, bucket


@attrs.define
class Refusal(Exception):  # noqa: N818  what the model says no with
    code: str


@attrs.define
class Model:
    """Who has how much, and which block each serial number lies in and with whom."""

    accounts: dict[str, bool] = attrs.Factory(dict)
    assets: dict[str, bool] = attrs.Factory(dict)
    quantities: dict[Place, int] = attrs.Factory(dict)
    where: dict[tuple[str, int], Place] = attrs.Factory(dict)
    block: dict[tuple[str, int], int] = attrs.Factory(dict)
    blocks: int = 0

    def held(self, place: Place) -> list[int]:
        return sorted(n for (asset, n), at in self.where.items() if at == place and asset == place[1])

    def ranges(self, place: Place) -> list[tuple[int, int]]:
        numbers: dict[int, list[int]] = {}
        for n in self.held(place):
            numbers.setdefault(self.block[place[1], n], []).append(n)
        assert all(each == [*range(each[0], each[-1] + 1)] for each in numbers.values())
        return sorted((each[0], each[-1]) for each in numbers.values())

    def post(self, command: Command) -> list[int]:
        """Do a command and return the balances after each half of each leg; or refuse, half done."""
        match command:
            case OpenAccount(account=account):
                if account.id.text in self.accounts:
                    raise Refusal("ledger_refused")
                self.accounts[account.id.text] = account.may_go_negative
            case DefineAsset(asset=asset):
                if asset.id.text in self.assets:
                    raise Refusal("ledger_refused")
                self.assets[asset.id.text] = asset.serialised
            case Statement(account=about):
                if about.text not in self.accounts:
                    raise Refusal("unknown_account")
            case Transfer(legs=legs):
                return [balance for leg in legs for balance in self.move(leg)]
        return []

    def move(self, leg: Leg) -> tuple[int, int]:
        asset = leg.asset.text
        source = (leg.source.text, asset, leg.source_bucket.value)
        target = (leg.target.text, asset, leg.target_bucket.value)
        if asset not in self.assets:
            raise Refusal("unknown_asset")
        if source[0] not in self.accounts or target[0] not in self.accounts:
            raise Refusal("unknown_account")
        left = self.quantities.get(source, 0) - leg.quantity
        arrived = self.quantities.get(target, 0) + leg.quantity
        if left < 0 and not self.accounts[source[0]]:
            raise Refusal("overdraft")
        if left < -LARGEST or arrived > LARGEST:
            raise Refusal("ledger_refused")
        if self.assets[asset]:
            self.renumber(leg, source, target)
        elif leg.serials is not None:
            raise Refusal("serial_range")
        self.quantities[source], self.quantities[target] = left, arrived
        return left, arrived

    def renumber(self, leg: Leg, source: Place, target: Place) -> None:
        asset = source[1]
        if leg.serials is None or self.accounts[target[0]]:
            raise Refusal("serial_range")
        if self.accounts[source[0]]:
            if not isinstance(leg.serials, tuple):
                raise Refusal("serial_range")
            groups = [[*range(each.first, each.last + 1)] for each in leg.serials]
            numbers = [n for group in groups for n in group]
            if len(set(numbers)) < len(numbers) or any((asset, n) in self.where for n in numbers):
                raise Refusal("serial_range")
        else:
            if isinstance(leg.serials, tuple):
                groups = [[*range(each.first, each.last + 1)] for each in leg.serials]
            else:
                groups = [[n] for n in self.held(source)[: leg.quantity]]
                groups = self.joined(asset, [n for group in groups for n in group])
            numbers = [n for group in groups for n in group]
            held = set(self.held(source))
            if len(set(numbers)) < len(numbers) or not set(numbers) <= held:
                raise Refusal("serial_range")
            if any(len({self.block[asset, n] for n in group}) > 1 for group in groups):
                raise Refusal("serial_range")
            touched = {self.block[asset, n] for n in numbers}
            rest = [n for n in sorted(held - set(numbers)) if self.block[asset, n] in touched]
            for group in self.joined(asset, rest):
                self.lay(asset, group, source)
        for group in groups:
            self.lay(asset, group, target)

    def joined(self, asset: str, numbers: list[int]) -> list[list[int]]:
        groups: list[list[int]] = []
        for n in numbers:
            if groups and groups[-1][-1] == n - 1 and self.block[asset, n] == self.block[asset, n - 1]:
                groups[-1].append(n)
            else:
                groups.append([n])
        return groups

    def lay(self, asset: str, numbers: list[int], place: Place) -> None:
        self.blocks += 1
        for n in numbers:
            self.where[asset, n], self.block[asset, n] = place, self.blocks


class LedgerAgainstModel(RuleBasedStateMachine):
    """Posts to a ledger and to the model, with amounts just at and just over what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.store: Store = self.open_store()
        self.ledger = Ledger(self.store, FixedClock(AT))
        self.model = Model()
        self.recorded: dict[CommandId, tuple[Command, Receipt]] = {}
        self.ids = 0

    def open_store(self) -> Store:
        return MemoryStore()

    # ------------------------------------------------------------ what is asked

    def new_id(self) -> CommandId:
        self.ids += 1
        return CommandId(f"{self.ids}")

    def amount(self, data: st.DataObject, model: Model, place: Place) -> int:
        available = model.quantities.get(place, 0)
        likely = [1, 2, available, available, available + 1, available // 2, 7]
        if model.accounts.get(place[0], False):
            likely = [5, 9, 40, LARGEST, LARGEST + min(available, 0)]
        return max(1, min(LARGEST, data.draw(st.sampled_from(likely))))

    def leg(self, data: st.DataObject, model: Model) -> Leg:
        asset = data.draw(st.sampled_from([*ASSETS, "CNY", "CEA", "CEA"]))
        source, target = data.draw(NAMES), data.draw(NAMES)
        from_, into = data.draw(BUCKETS), data.draw(BUCKETS)
        if (source, from_) == (target, into):
            into = Bucket.BOUGHT_TODAY if from_ is Bucket.TRADABLE else Bucket.TRADABLE
        place = (source, asset, from_.value)
        quantity = self.amount(data, model, place)
        serials: tuple[SerialRange, ...] | Selection | None = None
        odd = data.draw(st.integers(0, 19)) == 0
        if ASSETS[asset] and not odd:
            serials = Selection.FROM_LEFT
            if ACCOUNTS[source] or data.draw(st.booleans()):
                serials = self.exact(data, model, place)
                quantity = sum(each.quantity for each in serials)
        elif odd and not ASSETS[asset]:
            serials = Selection.FROM_LEFT
        return Leg(AssetId(asset), quantity, AccountId(source), AccountId(target), from_, into, serials)

    def exact(self, data: st.DataObject, model: Model, place: Place) -> tuple[SerialRange, ...]:
        held = model.ranges(place)
        if ACCOUNTS[place[0]] or not held:
            top = max((n for asset, n in model.where if asset == place[1]), default=0)
            first = data.draw(st.sampled_from([top + 1] * 5 + [top + 4, max(1, top)]))
            found = [SerialRange(first, first + data.draw(st.integers(0, 12)))]
            if data.draw(st.booleans()):
                found.append(SerialRange(found[0].last + 2, found[0].last + 4))
            return tuple(found)
        found = []
        for first, last in data.draw(st.lists(st.sampled_from(held), min_size=1, max_size=3, unique=True)):
            start = data.draw(st.sampled_from([first, first, (first + last) // 2]))
            end = data.draw(st.sampled_from([last, last, start, last + 1]))
            found.append(SerialRange(start, end))
        return tuple(found)

    def command(self, data: st.DataObject, model: Model) -> Command:
        kind = data.draw(st.sampled_from(["transfer"] * 8 + ["open", "define", "state"]))
        name = data.draw(NAMES)
        match kind:
            case "open":
                return OpenAccount(
                    self.new_id(), Account(AccountId(name), "kind", may_go_negative=ACCOUNTS[name]), AT
                )
            case "define":
                asset = data.draw(st.sampled_from([*ASSETS]))
                return DefineAsset(self.new_id(), Asset(AssetId(asset), 0, serialised=ASSETS[asset]), AT)
            case "state":
                return Statement(self.new_id(), AccountId(name), "note", {"text": name}, AT)
            case _:
                return self.transfer(data, model)

    def transfer(self, data: st.DataObject, model: Model) -> Transfer:
        ahead, legs = copy.deepcopy(model), []
        for _ in range(data.draw(st.sampled_from([1, 1, 1, 2, 3]))):
            legs.append(self.leg(data, ahead))
            try:
                ahead.move(legs[-1])
            except Refusal:
                break
        return Transfer(self.new_id(), legs, "transfer", AT)

    # ---------------------------------------------------------------- the rules

    @initialize()
    def most_things_are_there(self) -> None:
        start: list[Command] = [
            DefineAsset(self.new_id(), Asset(AssetId(name), 0, serialised=serialised), AT)
            for name, serialised in ASSETS.items()
            if name != "CER"
        ]
        start += [
            OpenAccount(self.new_id(), Account(AccountId(name), "kind", may_go_negative=negative), AT)
            for name, negative in ACCOUNTS.items()
            if name != "DAN"
        ]
        legs = [
            Leg(AssetId("CNY"), 50, AccountId("BANK"), AccountId("ANN")),
            Leg(AssetId("CEA"), 9, AccountId("ISSUER"), AccountId("ANN"), serials=(SerialRange(1, 9),)),
            Leg(AssetId("CEA"), 6, AccountId("ISSUER"), AccountId("BOB"), serials=(SerialRange(10, 15),)),
        ]
        self.posted_together([*start, Transfer(self.new_id(), legs, "issue", AT)])

    @rule(data=st.data())
    def post_one(self, data: st.DataObject) -> None:
        command, ahead = self.command(data, self.model), copy.deepcopy(self.model)
        refused, expected = "", list[int]()
        try:
            expected = ahead.post(command)
        except Refusal as refusal:
            refused = refusal.code
        if refused:
            with pytest.raises(CarbonkitError) as caught:
                self.ledger.post(command)
            assert caught.value.code == refused
        else:
            self.model = ahead
            self.received(command, self.ledger.post(command), expected)

    @rule(data=st.data(), count=st.integers(1, 4), repeat=st.booleans())
    def post_a_group(self, data: st.DataObject, count: int, repeat: bool) -> None:  # noqa: FBT001  Hypothesis draws it
        ahead, commands, problems = copy.deepcopy(self.model), list[Command](), list[tuple[str, str]]()
        for _ in range(count):
            commands.append(self.command(data, ahead))
            after = copy.deepcopy(ahead)
            try:
                after.post(commands[-1])
                ahead = after
            except Refusal as refusal:
                problems.append((f"command {commands[-1].id}", refusal.code))
        if repeat and self.recorded:
            commands.insert(0, data.draw(st.sampled_from([each for each, _ in self.recorded.values()])))
        if problems:
            assert [(each.file, each.code) for each in self.ledger.problems(commands)] == problems
            with pytest.raises(BatchError) as caught:
                self.ledger.post_all(commands)
            assert [(each.file, each.code) for each in caught.value.problems] == problems
        else:
            self.posted_together(commands)

    def posted_together(self, commands: list[Command]) -> None:
        receipts = self.ledger.post_all(commands)
        assert len(receipts) == len(commands)
        for command, receipt in zip(commands, receipts, strict=True):
            if command.id in self.recorded:
                assert receipt == attrs.evolve(self.recorded[command.id][1], repeated=True)
            else:
                self.received(command, receipt, self.model.post(command))

    def received(self, command: Command, receipt: Receipt, balances: list[int]) -> None:
        assert not receipt.repeated
        assert receipt.sequence == len(self.recorded) + 1
        assert [balance.quantity for balance in receipt.balances] == balances
        self.recorded[command.id] = command, receipt

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        command, receipt = data.draw(st.sampled_from([*self.recorded.values()]))
        assert self.ledger.post(command) == attrs.evolve(receipt, repeated=True)
        other: Any = attrs.evolve(command, effective_at=AT.replace(year=2022))
        with pytest.raises(IdentifierReusedError):
            self.ledger.post(other)

    # ----------------------------------------------------------- what must hold

    @invariant()
    def balances_equal_the_model(self) -> None:
        stored = {
            (each.holding.account.text, each.holding.asset.text, each.holding.bucket): each.quantity
            for each in self.store.balances()
        }
        assert stored == self.model.quantities
        for asset in ASSETS:
            assert sum(quantity for place, quantity in stored.items() if place[1] == asset) == 0
        assert all(quantity >= 0 or ACCOUNTS[place[0]] for place, quantity in stored.items())

    @invariant()
    def serial_ranges_tile(self) -> None:
        seen: set[tuple[str, int]] = set()
        for account, asset, bucket in self.model.quantities:
            holding = Holding(AccountId(account), AssetId(asset), bucket)
            found = [(each.first, each.last) for each in self.store.serials(holding)]
            assert found == self.model.ranges((account, asset, bucket))
            numbers = {(asset, n) for first, last in found for n in range(first, last + 1)}
            assert not numbers & seen
            seen |= numbers
            if ASSETS[asset] and not ACCOUNTS[account]:
                assert len(numbers) == self.store.quantity(holding)
        assert seen == set(self.model.where)
        assert seen == {
            (block.asset.text, n)
            for block in self.store.blocks()
            for n in range(block.serials.first, block.serials.last + 1)
        }

    @invariant()
    def the_journal_holds_what_was_accepted(self) -> None:
        assert self.store.head().sequence == len(self.recorded)
        assert {each.id.text for each in self.store.accounts()} == set(self.model.accounts)
        assert {each.id.text for each in self.store.assets()} == set(self.model.assets)

    def teardown(self) -> None:
        found = self.ledger.verify()
        assert found.differences == ()
        assert [record.command for record in self.ledger.records()] == [
            command for command, _ in self.recorded.values()
        ]


class SQLiteInMemory(LedgerAgainstModel):
    def open_store(self) -> Store:
        return SQLiteStore.open(":memory:")

    def teardown(self) -> None:
        super().teardown()
        assert isinstance(self.store, SQLiteStore)
        self.store.close()


class SQLiteInAFile(LedgerAgainstModel):
    """The same on a file that is closed and opened again in between."""

    def open_store(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        return SQLiteStore.open(Path(self.folder.name, "ledger.db"))

    @rule()
    def close_and_open_again(self) -> None:
        assert isinstance(self.store, SQLiteStore)
        self.store.close()
        self.store = SQLiteStore.open(Path(self.folder.name, "ledger.db"))
        self.ledger = Ledger(self.store, FixedClock(AT))

    def teardown(self) -> None:
        super().teardown()
        assert isinstance(self.store, SQLiteStore)
        self.store.close()
        self.folder.cleanup()


def steps(examples: int, count: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=count,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


LedgerAgainstModel.TestCase.settings = steps(60, 20)
SQLiteInMemory.TestCase.settings = steps(30, 20)
SQLiteInAFile.TestCase.settings = steps(10, 15)

TestMemory = LedgerAgainstModel.TestCase
TestSQLiteInMemory = SQLiteInMemory.TestCase
TestSQLiteInAFile = SQLiteInAFile.TestCase
