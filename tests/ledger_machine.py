"""
A machine that posts to a ledger and to the obvious model at once, and compares them after every step.

It is guided: accounts start with something in them, and what it asks for lies at what is available, one above
it, what is held, what was posted. It counts what it reached, so that a test can say that it got there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from carbonkit.errors import BatchError, CarbonkitError, StorageError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Checkpoint,
    Command,
    DefineAsset,
    ExpireHold,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    PostHold,
    Receipt,
    Refusal,
    Reversal,
    SerialRange,
    Statement,
    Store,
    Transfer,
    VoidHold,
    ship,
)
from carbonkit.ledger.commit import Job
from tests.ledger_draws import ACCOUNTS, ASSETS, AT, HOUR, Asking, instant
from tests.ledger_homes import Breaking, Home
from tests.ledger_model import FOR_HOLDS, MOST, TICK, Model, Outcome, Place, ticks
from tests.ledger_reached import count_moves, count_outcome

if TYPE_CHECKING:
    import datetime
    from collections import Counter
    from collections.abc import Sequence


ANNS = ("ANN", "CNY", "tradable")


class Clock:
    """A clock that the machine sets, back too."""

    at = AT

    def now(self) -> datetime.datetime:
        return self.at


class Machine(RuleBasedStateMachine):
    """Posts to a ledger and to the model, and compares."""

    def __init__(self, home: Home, reached: Counter[str]) -> None:
        super().__init__()
        self.home = home
        self.reached = reached
        self.clock = Clock()
        self.model = Model()
        self.receipts: dict[int, Receipt] = {}
        self.checkpoints: list[Checkpoint] = []
        self.follower = MemoryStore()
        self.ask = Asking()
        self.started(home.open())

    def started(self, store: Store) -> None:
        self.store = store
        self.breaking = Breaking(store)
        self.ledger = Ledger(cast(Store, self.breaking), self.clock)

    @property
    def now(self) -> int:
        return ticks(self.clock.at)

    # ---------------------------------------------------------------- the rules

    @initialize()
    def most_things_are_there(self) -> None:
        start: list[Command] = [
            DefineAsset(self.ask.new_id(), Asset(AssetId(name), 0, serialised=serialised), AT)
            for name, serialised in ASSETS.items()
            if name != "CER"
        ]
        start += [
            OpenAccount(self.ask.new_id(), Account(AccountId(name), "holder", may_go_negative=negative), AT)
            for name, negative in ACCOUNTS.items()
            if name != "DAN"
        ]
        blocks = (SerialRange(1, 5), SerialRange(6, 9))
        legs = [
            Leg(AssetId("CNY"), 50, AccountId("BANK"), AccountId("ANN")),
            Leg(AssetId("CNY"), 7, AccountId("BANK"), AccountId("BOB"), target_bucket=Bucket.PLEDGED),
            Leg(AssetId("CEA"), 9, AccountId("ISSUER"), AccountId("ANN"), serials=blocks),
            Leg(AssetId("CEA"), 6, AccountId("ISSUER"), AccountId("BOB"), serials=(SerialRange(10, 15),)),
        ]
        self.post_all([*start, Transfer(self.ask.new_id(), legs, "issue", AT)])

    @rule(data=st.data())
    def transfer_something(self, data: st.DataObject) -> None:
        self.ask.data = data
        self.post(self.ask.transfer(self.model))

    @rule(data=st.data())
    def hold_something(self, data: st.DataObject) -> None:
        self.ask.data = data
        self.post(self.ask.hold(self.model, self.now))

    @precondition(lambda self: self.model.open_holds)
    @rule(data=st.data())
    def end_a_hold(self, data: st.DataObject) -> None:
        self.ask.data = data
        self.post(self.ask.end_hold(self.model))

    @rule(data=st.data())
    def reverse_something(self, data: st.DataObject) -> None:
        self.ask.data = data
        self.post(self.ask.reversal(self.model))

    @rule(data=st.data())
    def fill_to_the_brim(self, data: st.DataObject) -> None:
        self.ask.data = data
        filled = [at for at in self.ask.full(self.model) if self.model.quantities.get(at, 0) > 0]
        others = [each for each in filled if each[1] == "CNY" and each[0] != "ISSUER"]  # who fills it
        account, _, bucket = at = self.ask.draw(others or [ANNS])
        room = MOST - self.model.quantities.get(at, 0)
        there = AssetId("CNY"), AccountId("ISSUER"), AccountId(account), Bucket.TRADABLE, Bucket(bucket)
        for quantity in (room + 1, room):
            leg = Leg(there[0], max(1, min(MOST, quantity)), *there[1:])
            self.post(Transfer(self.ask.new_id(), [leg], "issue", AT))
        last = self.model.journal[-1].command.id
        self.post(Reversal(self.ask.new_id(), last, "booked_twice", AT))

    @rule(data=st.data())
    def reverse_it_again_and_the_reversal(self, data: st.DataObject) -> None:
        self.ask.data = data
        first = self.ask.reversal(self.model)
        self.post(first)
        for reverses in (first.reverses, first.id):
            self.post(attrs.evolve(first, id=self.ask.new_id(), reverses=reverses))

    @rule(data=st.data())
    def hold_end_and_reverse(self, data: st.DataObject) -> None:
        self.ask.data = data
        hold = self.ask.hold(self.model, self.now)
        self.post(hold)
        self.post(PostHold(self.ask.new_id(), hold.id, AT, [leg.quantity + 1 for leg in hold.legs]))
        end = self.ask.end_hold(self.model)
        self.post(end)
        self.post(attrs.evolve(self.ask.reversal(self.model), reverses=end.id))

    @rule(data=st.data())
    def say_it_again(self, data: st.DataObject) -> None:
        self.ask.data = data
        self.post(self.ask.again(self.model))

    @rule(data=st.data())
    def post_anything(self, data: st.DataObject) -> None:
        self.ask.data = data
        self.post(self.ask.command(self.model, self.now))

    @rule(data=st.data(), apart=st.booleans())
    def post_a_group(self, data: st.DataObject, apart: bool) -> None:  # noqa: FBT001  Hypothesis draws it
        self.ask.data = data
        ahead, commands = self.model.copy(), list[Command]()
        ahead.expire(self.now)
        said = Statement(self.ask.new_id(), AccountId("ANN"), "note", {"text": "good"}, AT)
        too_much = Leg(AssetId("CNY"), MOST, AccountId("ANN"), AccountId("BOB"))
        kinds = ("any", "any"), ("any", "any", "any"), ("good", "any", "bad", "good", "any")
        for kind in self.ask.draw(kinds):
            command: Command = attrs.evolve(said, id=self.ask.new_id())
            if kind == "bad":
                command = Transfer(command.id, [too_much], "trade", AT)
            elif kind == "any":
                command = self.ask.command(ahead, self.now)
            commands.append(command)
            ahead, _ = ahead.together(commands[-1:], self.now)
        if apart:
            self.post_each(commands)
        else:
            self.post_all(commands)

    @rule(data=st.data())
    def write_for_several_callers(self, data: st.DataObject) -> None:
        """Let two groups that stand alone share a write, as those of waiting threads do."""
        self.ask.data = data
        model, _ = self.expected([])
        groups: list[list[Command]] = [[], []]
        for commands in groups:
            ahead = model
            for _ in range(self.ask.draw((1, 2))):
                commands.append(self.ask.command(ahead, self.now))
                ahead, _ = ahead.together(commands[-1:], self.now)
        self.write_together(groups)

    @rule()
    def rely_on_what_another_caller_failed_to_do(self) -> None:
        dan = Account(AccountId("DAN"), "holder", may_go_negative=False)
        too_much = Leg(AssetId("CNY"), MOST, AccountId("ANN"), AccountId("BOB"))
        failing: list[Command] = [OpenAccount(self.ask.new_id(), dan, AT)]
        groups: list[list[Command]] = [failing]
        groups.append([Statement(self.ask.new_id(), dan.id, "note", {"text": "here"}, AT)])
        for sequence in self.model.open_holds:
            hold = self.model.journal[sequence - 1].command.id
            failing.append(PostHold(self.ask.new_id(), hold, AT))
            groups.append([VoidHold(self.ask.new_id(), hold, "cancelled", AT)])
        failing.append(Transfer(self.ask.new_id(), [too_much, too_much], "trade", AT))
        self.write_together(groups)

    def write_together(self, groups: Sequence[Sequence[Command]]) -> None:
        model, _ = self.expected([])
        jobs, expected = [Job(commands, atomic=True) for commands in groups], list[list[Outcome]]()
        for commands in groups:
            after, outcomes = model.together(commands, self.now)
            expected.append(outcomes)
            if not any(each.code for each in outcomes):
                model = after
        self.ledger._turns.work(jobs)
        self.moved_to(model, [], [])
        for job, outcomes in zip(jobs, expected, strict=True):
            codes = [each.code for each in outcomes if each.code]
            assert [each.code for each in job.problems] == codes
            if not codes:
                assert not job.error
                self.compare([each for each in job.results if isinstance(each, Receipt)], outcomes)
        failed = {any(each.code for each in outcomes) for outcomes in expected}
        self.reached["one caller refused, one not"] += len(failed) == 2

    @rule(data=st.data())
    def move_the_clock(self, data: st.DataObject) -> None:
        self.ask.data = data
        ends = [instant(each) for each in self.model.open_holds.values() if each is not None]
        around = [each + step for each in ends for step in (0 * TICK, -TICK, TICK)]
        at = self.clock.at
        self.clock.at = self.ask.draw((max(around, default=at), *around, at + HOUR, at + TICK))
        self.post(self.ask.transfer(self.model))

    @rule(data=st.data())
    def turn_the_clock_back(self, data: st.DataObject) -> None:
        self.ask.data = data
        self.clock.at = instant(self.model.journal[-1].at) - self.ask.draw((HOUR, 2 * TICK, TICK))
        self.post(self.ask.transfer(self.model))

    @rule(data=st.data())
    def ask_about_the_past(self, data: st.DataObject) -> None:
        self.ask.data = data
        moment = self.ask.draw(self.model.journal[::-1]).at + self.ask.draw((0, -1, 1))
        at = instant(moment)
        expected = self.model.past(moment)
        found = {place(each.holding): each.quantity for each in self.ledger.balances(at=at)}
        assert found == expected
        account, asset, bucket = self.ask.draw([*expected])
        one = self.ledger.quantity(AccountId(account), AssetId(asset), Bucket(bucket), at=at)
        assert one == expected[account, asset, bucket]
        about = [record.sequence for record in self.ledger.records_about(AccountId(account))]
        assert about == self.model.about(account)

    @rule()
    def keep_a_checkpoint(self) -> None:
        self.checkpoints.append(self.ledger.checkpoint())

    @rule(data=st.data())
    def hold_and_post_at_its_end(self, data: st.DataObject) -> None:
        self.ask.data = data
        hold = self.ask.hold(self.model, self.now)
        at = instant(self.model.next_moment(self.now))
        ends = max(AT, at) + self.ask.draw((TICK, 2 * TICK, 3 * TICK))
        post = PostHold(self.ask.new_id(), hold.id, AT)
        self.post_each([attrs.evolve(hold, expires_at=ends), self.ask.transfer(self.model), post])

    @rule(data=st.data())
    def hold_twice_and_let_both_end(self, data: st.DataObject) -> None:
        self.ask.data = data
        for ends in (HOUR, HOUR / 2):
            at = instant(self.model.next_moment(self.now))
            self.post(attrs.evolve(self.ask.hold(self.model, self.now), expires_at=max(AT, at) + ends))
        self.clock.at = max(AT, instant(self.model.journal[-1].at)) + self.ask.draw((HOUR, HOUR / 2))
        self.post(self.ask.transfer(self.model))

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        self.ask.data = data
        if not self.model.open_holds:
            self.post(self.ask.hold(self.model, self.now))
        self.reached["crash with an open hold"] += bool(self.model.open_holds)
        self.started(self.home.crash())

    @rule(data=st.data())
    def fail_to_write(self, data: st.DataObject) -> None:
        self.ask.data = data
        command = self.ask.command(self.model, self.now)
        _, outcomes = self.expected([command])
        if outcomes[0].code or outcomes[0].repeated:
            return
        self.breaking.broken = True
        try:
            self.ledger.post(command)
        except StorageError:
            self.reached["write failed"] += 1
        else:
            raise AssertionError(command)
        finally:
            self.breaking.broken = False

    @rule()
    def ship_to_the_follower(self) -> None:
        self.reached["shipped with an open hold"] += bool(self.model.open_holds)
        missing = len(self.model.journal) - self.follower.head().sequence
        assert ship(self.store, self.follower) == missing
        assert self.follower.head() == self.store.head()
        assert self.follower.edge() == self.store.edge()
        assert [*self.follower.balances()] == [*self.store.balances()]
        assert [*self.follower.holds()] == [*self.store.holds()]

    # ------------------------------------------------------- posting and comparing

    def expected(self, commands: Sequence[Command]) -> tuple[Model, list[Outcome]]:
        """Say what the model makes of commands now, each for itself."""
        model = self.model.copy()
        model.expire(self.now)
        return model.together(commands, self.now)

    def post(self, command: Command) -> None:
        model, (outcome,) = self.expected([command])
        try:
            receipt = self.ledger.post(command)
        except CarbonkitError as error:
            assert error.code == outcome.code, error  # noqa: PT017  other outcomes have no error
            self.moved_to(model, [command], [outcome])
        else:
            self.moved_to(model, [command], [outcome])
            self.compare([receipt], [outcome])

    def post_all(self, commands: Sequence[Command]) -> None:
        model, outcomes = self.expected(commands)
        refused = [
            (f"command {command.id}", outcome.code)
            for command, outcome in zip(commands, outcomes, strict=True)
            if outcome.code
        ]
        assert [(each.file, each.code) for each in self.ledger.problems(commands)] == refused
        try:
            receipts = self.ledger.post_all(commands)
        except BatchError as error:
            assert refused, error  # noqa: PT017  other outcomes have no error
            assert [(each.file, each.code) for each in error.problems] == refused  # noqa: PT017
            good = [place for place, outcome in enumerate(outcomes) if not outcome.code]
            bad = [place for place, outcome in enumerate(outcomes) if outcome.code]
            self.reached["failed in the middle of a group"] += bool(good) and any(
                good[0] < each < good[-1] for each in bad
            )
            model, _ = self.expected([])
            self.moved_to(model, commands, [Outcome(code=each.code or "group") for each in outcomes])
        else:
            assert not refused
            self.moved_to(model, commands, outcomes)
            self.compare(receipts, outcomes)

    def post_each(self, commands: Sequence[Command]) -> None:
        model, outcomes = self.expected(commands)
        results = self.ledger.post_each(commands)
        self.moved_to(model, commands, outcomes)
        self.reached["refused one by one"] += any(each.code for each in outcomes)
        for command, result, outcome in zip(commands, results, outcomes, strict=True):
            if isinstance(result, Refusal):
                assert (result.command_id, result.problem.code) == (command.id, outcome.code)
        done = [(each, one) for each, one in zip(results, outcomes, strict=True) if not one.code]
        self.compare([each for each, _ in done if isinstance(each, Receipt)], [one for _, one in done])

    def compare(self, receipts: Sequence[Receipt], outcomes: Sequence[Outcome]) -> None:
        for receipt, outcome in zip(receipts, outcomes, strict=True):
            assert not outcome.code
            assert receipt.sequence == outcome.sequence
            assert receipt.repeated == outcome.repeated
            assert receipt.seal.size == len(self.model.journal)
            entered = self.model.journal[outcome.sequence - 1]
            assert receipt.record.command == entered.command
            assert ticks(receipt.recorded_at) == entered.at
            said = [
                (
                    place(each.holding),
                    each.quantity,
                    each.balance_after,
                    tuple((part.first, part.last) for part in each.serials),
                )
                for each in receipt.record.entries
            ]
            assert said == [(line.place, line.quantity, line.after, line.runs) for line in entered.lines]
            assert [each.quantity for each in receipt.balances] == [line.after for line in entered.lines]
            first = self.receipts.setdefault(outcome.sequence, receipt)
            assert receipt == attrs.evolve(first, repeated=receipt.repeated)

    def moved_to(self, model: Model, commands: Sequence[Command], outcomes: Sequence[Outcome]) -> None:
        """Take what the model came to, and count what that reached."""
        count_moves(self.reached, self.model, model, self.now)
        expired = any(
            isinstance(each.command, ExpireHold) for each in model.journal[len(self.model.journal) :]
        )
        self.reached["refused, but holds expired"] += expired and all(each.code for each in outcomes)
        for command, outcome in zip(commands, outcomes, strict=True):
            count_outcome(self.reached, command, outcome, model)
        self.model = model

    # ----------------------------------------------------------- what must hold

    @invariant()
    def balances_equal_the_model(self) -> None:
        stored = {place(each.holding): each.quantity for each in self.store.balances()}
        assert stored == self.model.quantities
        for asset in ASSETS:
            assert sum(quantity for at, quantity in stored.items() if at[1] == asset) == 0
        assert all(quantity >= 0 or ACCOUNTS[at[0]] for at, quantity in stored.items())
        for each, (number, at) in zip(
            self.store.all_holdings(), enumerate(self.model.quantities, start=1), strict=True
        ):
            assert (each.number, each.account, each.asset, each.bucket) == (number, *at)

    @invariant()
    def holds_equal_the_model(self) -> None:
        assert {each.sequence: each.expires_at for each in self.store.holds()} == self.model.open_holds
        assert dict(self.store.conclusions()) == self.model.concluded
        aside = self.model.set_aside()
        for at, quantity in self.model.quantities.items():
            if at[2] in FOR_HOLDS:
                assert quantity == aside.get(at, 0)

    @invariant()
    def serial_ranges_tile(self) -> None:
        seen = 0
        for account, asset, bucket in self.model.quantities:
            if ASSETS[asset]:
                holding = Holding(AccountId(account), AssetId(asset), bucket)
                found = [(each.first, each.last) for each in self.store.serials(holding)]
                assert found == self.model.runs((account, asset, bucket))
                here = sum(last - first + 1 for first, last in found)
                seen += here
                assert ACCOUNTS[account] or here == self.model.quantities[account, asset, bucket]
        assert seen == len(self.model.units)

    @invariant()
    def the_journal_holds_what_was_accepted(self) -> None:
        head = self.store.head()
        assert head.sequence == len(self.model.journal)
        assert not head.sequence or head.recorded_at == self.model.journal[-1].at
        assert {each.id.text for each in self.store.accounts()} == set(self.model.accounts)
        assert {each.id.text for each in self.store.assets()} == set(self.model.assets)

    def all_of_it_proves_true(self) -> None:
        found = self.ledger.verify(against=self.checkpoints)
        assert found.differences == ()
        assert [(record.command, ticks(record.recorded_at)) for record in self.ledger.records()] == [
            (entered.command, entered.at) for entered in self.model.journal
        ]

    def teardown(self) -> None:
        try:
            self.all_of_it_proves_true()
        finally:
            self.home.close()


def place(holding: Holding) -> Place:
    return holding.account.text, holding.asset.text, holding.bucket
