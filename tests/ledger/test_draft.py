"""Drafts: what they see, what they may repeat, and that what is taken back leaves no trace."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import (
    CarbonkitError,
    IdentifierReusedError,
    IntegrityError,
    LedgerError,
    UnknownAccountError,
    UnknownAssetError,
)
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
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    OpenHold,
    PostHold,
    Reversal,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
)
from carbonkit.ledger.blocks import DraftBlocks
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.posting import Draft
from carbonkit.values import FixedClock
from tests.ledger.small import (
    ANN,
    AT,
    BANK,
    BOB,
    CAL,
    CEA,
    CER,
    CNY,
    ISSUER,
    LEFT,
    NOW,
    cash,
    start,
    state,
    transfer,
    units,
)


@pytest.fixture
def ledger() -> Ledger:
    return start()


def draft_of(ledger: Ledger) -> Draft:
    return Draft(ledger.store)


def test_a_draft_sees_its_own_effects_and_the_store_does_not(ledger: Ledger) -> None:
    draft = draft_of(ledger)
    draft.post(transfer("a", cash(60, ANN, BOB)), NOW)
    draft.post(transfer("b", cash(60, BOB, CAL)), NOW)

    assert draft.quantity(Holding(CAL, CNY, "tradable")) == 60
    assert draft.quantity(Holding(BOB, CNY, "tradable")) == 0
    assert draft.quantity(Holding(ANN, CEA, "tradable")) == 10  # not touched, so the store's
    assert ledger.quantity(CAL, CNY) == 0
    record = draft.record(CommandId("a"))
    assert record is not None
    assert record.sequence == 12
    assert draft.record(CommandId("pay/1")) == ledger.record(CommandId("pay/1"))
    assert draft.record(CommandId("never")) is None


def test_a_draft_knows_what_was_loaded_and_what_it_made(ledger: Ledger) -> None:
    draft = draft_of(ledger)
    old, new = transfer("pay/1", cash(100, BANK, ANN)), transfer("new", cash(1, BANK, ANN))
    draft.load([old, new])
    assert draft.known(old) == ledger.store.row(old.id)
    assert draft.known(new) is None
    row = draft.post(new, NOW)
    assert draft.known(new) == row
    for other in (transfer("pay/1", cash(99, BANK, ANN)), transfer("new", cash(2, BANK, ANN))):
        with pytest.raises(IdentifierReusedError, match="it was used for record"):
            draft.known(other)


def test_what_was_loaded_is_not_read_again(ledger: Ledger) -> None:
    """A hub that many commands of a group name is read once; the draft's own changes to it stand."""
    draft = Draft(ledger.store)
    one, two = transfer("a", cash(60, ANN, BOB)), transfer("b", cash(60, BOB, CAL), cash(1, BANK, ANN))
    draft.load([one])
    draft.post(one, NOW)
    draft.load([one, two])
    draft.post(two, NOW)
    assert draft.quantity(Holding(ANN, CNY, "tradable")) == 41
    assert draft.quantity(Holding(CAL, CNY, "tradable")) == 60


def test_an_account_or_an_asset_that_was_taken_back_is_unknown_again(ledger: Ledger) -> None:
    draft = Draft(ledger.store)
    mark = draft.mark()
    draft.post(OpenAccount(CommandId("a"), Account(NEW, "kind", may_go_negative=False), AT), NOW)
    draft.post(DefineAsset(CommandId("b"), Asset(THING, 0, serialised=False), AT), NOW)
    draft.post(transfer("c", cash(5, ANN, NEW), Leg(THING, 5, BANK, ANN)), NOW)
    draft.take_back(mark)

    with pytest.raises(UnknownAccountError):
        draft.post(transfer("d", cash(5, ANN, NEW)), NOW)
    with pytest.raises(UnknownAssetError):
        draft.post(transfer("d", Leg(THING, 5, BANK, ANN)), NOW)
    draft.post(transfer("e", cash(5, ANN, CAL)), NOW)
    assert [row.number for row in draft.batch().holdings if row.account == CAL.text] == [6]


def test_more_holdings_than_are_remembered_make_no_difference(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [transfer(f"x/{n}", cash(1, BANK, each)) for n, each in enumerate((ANN, BOB, CAL, ANN, BOB))]
    expected = [receipt.digest for receipt in start().post_all(commands)]
    monkeypatch.setattr("carbonkit.ledger.books._REMEMBERED", 2)

    assert [ledger.post(command).digest for command in commands] == expected
    assert len(ledger._turns._faces) <= 2
    assert ledger.verify().ok


def test_a_draft_that_reads_a_journal_of_another_store_reads_no_further_than_it_has_come(
    ledger: Ledger,
) -> None:
    """`verify` posts into an empty store and looks records up in the one that it checks."""
    draft = Draft(MemoryStore(), journal=ledger.store.row)
    assert draft.record(CommandId("pay/1")) is None


def test_an_open_hold_that_the_journal_does_not_have_is_an_integrity_error(ledger: Ledger) -> None:
    store = ledger.store
    assert isinstance(store, MemoryStore)
    store._holds[99] = OpenHold(99, NOW)
    with pytest.raises(IntegrityError, match="open hold: must be in the journal"):
        Draft(store).expire(NOW)


def test_a_hold_is_not_over_before_its_time(ledger: Ledger) -> None:
    """Only the ledger posts it; a journal that says so all the same is found out by the draft."""
    hold = Hold(CommandId("hold"), [cash(5, ANN, BOB)], "order", AT, Bucket.RESERVED, AT.replace(year=2022))
    never = Hold(CommandId("never"), [cash(5, ANN, BOB)], "order", AT, Bucket.RESERVED, None)
    ledger.post_all([hold, never])
    draft = draft_of(ledger)
    for name in ("hold", "never"):
        with pytest.raises(LedgerError, match="have reached its end") as caught:
            draft.post(ExpireHold(CommandId("x"), CommandId(name), AT), NOW)
        assert caught.value.code == "hold_expired"
    draft.post(ExpireHold(CommandId("x"), CommandId("hold"), AT), microseconds(AT.replace(year=2022)))


def test_what_was_taken_stays_in_the_books(ledger: Ledger) -> None:
    draft = draft_of(ledger)
    draft.post(transfer("a", cash(60, ANN, BOB), units(3, ANN, CAL)), NOW)
    rows, entries = draft.taken()
    assert ([row.command_id for row in rows], len(entries)) == (["a"], 4)
    assert draft.taken() == ([], [])
    assert draft.quantity(Holding(BOB, CNY, "tradable")) == 60
    draft.take_back(draft.mark())
    assert draft.quantity(Holding(BOB, CNY, "tradable")) == 60
    assert draft.post(transfer("b", cash(60, BOB, CAL)), NOW).sequence == 13


def test_a_record_is_repeated_only_in_its_place_and_to_the_letter(ledger: Ledger) -> None:
    rows = list(ledger.store.rows())
    names = ledger.store.holding_numbered

    def replay() -> Draft:
        return Draft(MemoryStore(), journal=ledger.store.row)

    draft = replay()
    for row in rows:
        draft.repeat(row, names)
    assert draft.taken()[0] == rows
    with pytest.raises(IntegrityError, match="sequence: must be record 1, was 2"):
        replay().repeat(rows[1], names)
    draft = replay()
    draft.repeat(rows[0], names)
    with pytest.raises(IntegrityError, match="recorded_at: must be recorded later"):
        draft.repeat(rows[1]._replace(recorded_at=rows[0].recorded_at), names)
    with pytest.raises(IntegrityError, match="leaf: must do what it is recorded to do"):
        draft.repeat(rows[1]._replace(leaf=bytes(32)), names)


def test_mixed_assets_in_a_movement_are_not_repeated(ledger: Ledger) -> None:
    rows = list(ledger.store.rows())
    draft = Draft(MemoryStore(), journal=ledger.store.row)
    for row in rows[:-1]:
        draft.repeat(row, ledger.store.holding_numbered)
    with pytest.raises(IntegrityError, match="movements: must be of one asset"):
        draft.repeat(rows[-1]._replace(movements="[[1,5,100,-100,100]]"), ledger.store.holding_numbered)


def test_blocks_that_nothing_touched_are_the_stores_own(ledger: Ledger) -> None:
    blocks = DraftBlocks(ledger.store)
    assert (blocks.begun, blocks.ended, blocks.mark()) == ({}, {}, 0)


# --------------------------------------------- taking back, whatever it was

NEW, THING = AccountId("NEW"), AssetId("NEW")


class Dice:
    """Draws commands of which most can be posted, and which name each other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  drawn from Hypothesis
        self.moved, self.held, self.made = [CommandId("pay/1")], [CommandId("pay/1")], 0

    def commands(self) -> list[Command]:
        return [self.command() for _ in range(self.random.randint(0, 14))]

    def leg(self) -> Leg:
        dice = self.random
        people = [ANN, BOB, CAL, NEW] if dice.random() < 0.2 else [ANN, BOB, CAL]
        source, target = dice.sample(people, 2)
        bucket = dice.choice([Bucket.TRADABLE, Bucket.TRADABLE, Bucket.FROZEN])
        quantity = dice.randint(1, 6)
        asset = dice.choice([CNY, CEA, CEA, CER] if source is not NEW else [CNY])
        if asset == CNY:
            return Leg(CNY, quantity, dice.choice([source, BANK]), target, target_bucket=bucket)
        if dice.random() < 0.3:
            first = dice.randint(1, 80)
            serials = (SerialRange(first, first + quantity - 1),)
            source = dice.choice([ISSUER, source])
            return Leg(asset, quantity, source, target, target_bucket=bucket, serials=serials)
        return Leg(asset, quantity, source, target, target_bucket=bucket, serials=LEFT)

    def command(self) -> Command:
        dice = self.random
        self.made += 1
        name = CommandId(f"x/{self.made}") if dice.random() < 0.9 else dice.choice(self.moved)
        legs = [self.leg() for _ in range(dice.choice([1, 1, 1, 2, 3]))]
        held, moved = dice.choice(self.held[-6:]), dice.choice(self.moved[-8:])
        kinds: list[Command] = [
            *[Transfer(name, legs, "gift", AT)] * 4,
            *[Hold(name, legs[:1], "order", AT, Bucket.RESERVED, None)] * 4,
            PostHold(name, held, AT),
            PostHold(name, held, AT, [1]),
            *[VoidHold(name, held, "cancelled", AT)] * 2,
            *[Reversal(name, moved, "error", AT)] * 2,
            Statement(name, dice.choice([ANN, BOB, NEW]), "note", {"a": ""}, AT),
            OpenAccount(name, Account(NEW, "kind", may_go_negative=False), AT),
            DefineAsset(name, Asset(THING, 0, serialised=False), AT),
        ]
        command = dice.choice(kinds)
        if isinstance(command, Hold):
            self.held.append(name)
        elif isinstance(command, (Transfer, PostHold)):
            self.moved.append(name)
        return command


def tried(draft: Draft, commands: list[Command]) -> list[str]:
    """Post what can be posted, and say what became of each."""
    came = []
    for command in commands:
        try:
            row = draft.known(command) or draft.post(command, NOW)
        except CarbonkitError as error:
            came.append(str(error))
        else:
            came.append(row.leaf.hex())
    return came


@given(seed=st.integers(0, 2**32))
@settings(max_examples=200)
def test_what_is_taken_back_might_never_have_been(seed: int) -> None:
    dice = Dice(seed)
    before, gone, after = dice.commands(), dice.commands(), dice.commands()
    ledger = start()
    ledger.post(
        transfer(
            "rich",
            cash(100, BANK, BOB),
            cash(100, BANK, CAL),
            units(30, ISSUER, BOB, (SerialRange(201, 230),)),
            units(30, ISSUER, CAL, (SerialRange(231, 260),)),
            *(
                units(9, ISSUER, each, (SerialRange(9 * n, 9 * n + 8),), CER)
                for n, each in enumerate((ANN, BOB, CAL), 1)
            ),
        )
    )
    store = ledger.store
    draft, other = Draft(store), Draft(store)
    everybody = [*before, *gone, *after]
    draft.load(everybody)
    other.load(everybody)
    assert tried(draft, before) == tried(other, before)
    mark, was = draft.mark(), state(draft.batch())

    tried(draft, gone)
    draft.take_back(mark)

    assert state(draft.batch()) == was
    assert draft.mark() == mark
    assert [draft.record(each.id) for each in gone] == [other.record(each.id) for each in gone]
    assert tried(draft, after) == tried(other, after)
    assert state(draft.batch()) == state(other.batch())
    with store.turn(certain=True):
        assert store.write(draft.batch())
    assert Ledger(store, FixedClock(AT)).verify().differences == ()
