"""Posting: what a command does, what it may not do, and that a refusal or a taking back leaves no trace."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IdentifierReusedError,
    IntegrityError,
    LedgerError,
    OverdraftError,
    SerialRangeError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Batch,
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
    Selection,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
)
from carbonkit.ledger.blocks import DraftBlocks
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.posting import Draft
from carbonkit.values import FixedClock, as_instant

AT = as_instant("2021-07-16T01:30:00Z")
NOW = microseconds(AT)
CNY, CEA, CER = AssetId("CNY"), AssetId("CEA"), AssetId("CER")
BANK, ISSUER, ANN, BOB, CAL = (AccountId(name) for name in ("BANK", "ISSUER", "ANN", "BOB", "CAL"))
LEFT = Selection.FROM_LEFT


def cash(quantity: int, source: AccountId, target: AccountId) -> Leg:
    return Leg(CNY, quantity, source, target)


def units(
    quantity: int,
    source: AccountId,
    target: AccountId,
    serials: tuple[SerialRange, ...] | Selection | None = LEFT,
    asset: AssetId = CEA,
) -> Leg:
    return Leg(asset, quantity, source, target, serials=serials)


def transfer(name: str, *legs: Leg) -> Transfer:
    return Transfer(CommandId(name), legs, "transfer", AT)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger(MemoryStore(), FixedClock(AT))
    ledger.post_all(
        [
            *(
                DefineAsset(CommandId(f"define/{asset}"), Asset(asset, places, serialised=serialised), AT)
                for asset, places, serialised in ((CNY, 2, False), (CEA, 0, True), (CER, 0, True))
            ),
            *(
                OpenAccount(CommandId(f"open/{name}"), Account(name, "kind", may_go_negative=negative), AT)
                for name, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False), (CAL, False))
            ),
            transfer("issue/1", units(10, ISSUER, ANN, (SerialRange(1, 10),))),
            transfer("issue/2", units(10, ISSUER, BOB, (SerialRange(11, 20),))),
            transfer("pay/1", cash(100, BANK, ANN)),
        ]
    )
    return ledger


def state(batch: Batch) -> tuple[object, ...]:
    """All that a batch would write, apart from the order in which a store may take it."""
    return (
        batch.after,
        batch.head,
        batch.edge,
        batch.rows,
        batch.entries,
        batch.accounts,
        batch.assets,
        batch.mentions,
        sorted(batch.holdings),
        sorted(batch.ended),
        sorted(batch.begun),
        batch.holds,
        sorted(batch.concluded),
        batch.nodes,
    )


def held(ledger: Ledger) -> dict[str, list[str]]:
    return {
        name.text: [str(each) for each in ledger.serials(name, CEA)]
        for name in (ANN, BOB, CAL)
        if ledger.serials(name, CEA)
    }


# What makes the last of many legs fail; each is refused for its own reason.
REFUSED = {
    "overdraft": (cash(101, ANN, BOB), OverdraftError),
    "unknown source": (cash(1, AccountId("NOBODY"), BOB), UnknownAccountError),
    "unknown target": (cash(1, ANN, AccountId("NOBODY")), UnknownAccountError),
    "unknown asset": (Leg(AssetId("XXX"), 1, ANN, BOB), UnknownAssetError),
    "no numbers chosen": (units(1, BOB, ANN, None), SerialRangeError),
    "numbers for cash": (Leg(CNY, 1, ANN, BOB, serials=LEFT), SerialRangeError),
    "numbers not held": (units(1, BOB, ANN, (SerialRange(500, 500),)), SerialRangeError),
    "numbers issued before": (units(1, ISSUER, BOB, (SerialRange(5, 5),)), SerialRangeError),
    "numbers issued twice": (units(2, ISSUER, BOB, (SerialRange(90, 90),) * 2), SerialRangeError),
    "issue without numbers": (units(1, ISSUER, BOB), SerialRangeError),
    "back to the issuer": (units(1, BOB, ISSUER), SerialRangeError),
    "too large": (cash(2**63 - 1, BANK, ANN), LedgerError),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_later_leg_refused_takes_back_the_legs_before(ledger: Ledger, why: str) -> None:
    last, error = REFUSED[why]
    draft = Draft(ledger.store)
    draft.post(transfer("before", units(4, ANN, CAL), units(1, CAL, BOB), cash(9, ANN, CAL)), NOW)
    before = state(draft.batch())

    with pytest.raises(error):
        draft.post(
            transfer(
                "refused",
                units(2, BOB, ANN, (SerialRange(13, 14),)),  # splits a stored block
                units(3, ANN, BOB),  # of it, and of one that the draft made
                units(3, CAL, ANN),  # empties a holding that the draft began
                units(5, ANN, CAL),
                units(8, ISSUER, CAL, (SerialRange(41, 45), SerialRange(31, 33))),
                units(8, CAL, BOB),
                cash(1, BANK, CAL),
                cash(10, CAL, BANK),
                last,
            ),
            NOW,
        )

    assert state(draft.batch()) == before
    draft.post(transfer("after", units(3, CAL, ANN), units(4, BOB, CAL, (SerialRange(17, 20),))), NOW)
    with ledger.store.turn(certain=True):
        assert ledger.store.write(draft.batch())
    assert held(ledger) == {"ANN": ["2-4", "5-10"], "BOB": ["1-1", "11-16"], "CAL": ["17-20"]}
    assert ledger.verify().ok


def test_a_chain_there_and_back_changes_nothing_but_the_journal(ledger: Ledger) -> None:
    receipt = ledger.post(transfer("round", units(10, ANN, BOB, (SerialRange(1, 10),)), units(10, BOB, ANN)))

    assert held(ledger) == {"ANN": ["1-10"], "BOB": ["11-20"]}
    assert [balance.quantity for balance in receipt.balances] == [0, 20, 10, 10]
    assert ledger.verify().ok


def test_a_chain_through_an_empty_account_splits_what_comes_back(ledger: Ledger) -> None:
    ledger.post(transfer("round", units(4, ANN, CAL), units(4, CAL, BOB), units(2, BOB, ANN)))

    assert held(ledger) == {"ANN": ["1-2", "5-10"], "BOB": ["3-4", "11-20"]}
    assert ledger.verify().ok


def test_what_comes_back_in_a_group_lies_in_its_order_again(ledger: Ledger) -> None:
    ledger.post_all(
        [
            transfer("out", units(4, ANN, BOB)),
            transfer("back", units(4, BOB, ANN, (SerialRange(1, 4),))),
            transfer("on", units(2, ANN, CAL)),
        ]
    )
    assert held(ledger) == {"ANN": ["3-4", "5-10"], "BOB": ["11-20"], "CAL": ["1-2"]}
    assert ledger.verify().ok


def test_legs_on_the_same_holdings_add_up(ledger: Ledger) -> None:
    receipt = ledger.post(transfer("twice", cash(60, ANN, BOB), cash(40, ANN, BOB), cash(30, BOB, ANN)))

    assert [balance.quantity for balance in receipt.balances] == [40, 60, 0, 100, 70, 30]
    with pytest.raises(OverdraftError, match="must move at most the 10 in ANN/CNY/tradable, was 21"):
        ledger.post(transfer("thrice", cash(20, ANN, BOB), cash(21, ANN, BOB)))
    assert ledger.quantity(ANN, CNY) == 30
    assert ledger.verify().ok


def test_a_leg_may_spend_what_a_leg_before_it_brought(ledger: Ledger) -> None:
    ledger.post(transfer("chain", cash(100, ANN, BOB), cash(100, BOB, CAL)))
    assert ledger.quantity(CAL, CNY) == 100
    with pytest.raises(OverdraftError):
        ledger.post(transfer("reversed", cash(100, BOB, ANN), cash(100, CAL, BOB)))
    assert ledger.quantity(CAL, CNY) == 100


def test_buckets_of_one_account_are_holdings_of_their_own(ledger: Ledger) -> None:
    into = Leg(CEA, 4, ANN, ANN, Bucket.TRADABLE, Bucket.BOUGHT_TODAY, LEFT)
    ledger.post(transfer("aside", into))

    assert ledger.quantity(ANN, CEA) == 6
    assert ledger.quantity(ANN, CEA, Bucket.BOUGHT_TODAY) == 4
    assert ledger.serials(ANN, CEA, Bucket.BOUGHT_TODAY) == (SerialRange(1, 4),)
    with pytest.raises(OverdraftError, match="the 6 in ANN/CEA/tradable"):
        ledger.post(transfer("sell", units(7, ANN, BOB)))
    with pytest.raises(SerialRangeError):
        ledger.post(transfer("sell", units(1, ANN, BOB, (SerialRange(4, 4),))))
    assert ledger.verify().ok


def test_a_negative_account_only_ever_issues_numbers(ledger: Ledger) -> None:
    assert ledger.quantity(ISSUER, CEA) == -20
    assert ledger.serials(ISSUER, CEA) == ()
    with pytest.raises(SerialRangeError, match="not go back to where they were issued"):
        ledger.post(transfer("back", units(1, ANN, ISSUER)))
    with pytest.raises(SerialRangeError, match="not go back"):
        ledger.post(transfer("across", units(1, ISSUER, BANK, (SerialRange(50, 50),))))
    with pytest.raises(SerialRangeError, match="exact ranges"):
        ledger.post(transfer("choose", units(1, ISSUER, ANN)))
    ledger.post(transfer("other", units(10, ISSUER, ANN, (SerialRange(1, 10),), CER)))
    assert ledger.serials(ANN, CER) == (SerialRange(1, 10),)
    assert ledger.verify().ok


def test_cash_may_go_back_to_the_bank(ledger: Ledger) -> None:
    ledger.post(transfer("back", cash(100, ANN, BANK)))
    assert ledger.quantity(BANK, CNY) == 0
    ledger.post(transfer("more", cash(5, BANK, ISSUER), cash(9, ISSUER, BANK)))
    assert (ledger.quantity(BANK, CNY), ledger.quantity(ISSUER, CNY)) == (4, -4)
    assert ledger.verify().ok


@pytest.mark.parametrize("first", [1, 5, 10, 20])
def test_a_number_is_issued_once(ledger: Ledger, first: int) -> None:
    ledger.post(transfer("spread", units(5, ANN, CAL)))
    for serials in ((SerialRange(first, first),), (SerialRange(91, 92), SerialRange(first, first + 30))):
        quantity = sum(each.quantity for each in serials)
        with pytest.raises(SerialRangeError, match="issued before"):
            ledger.post(transfer("again", units(quantity, ISSUER, CAL, serials)))
    with pytest.raises(BatchError) as caught:
        ledger.post_all(
            [
                transfer("new", units(5, ISSUER, CAL, (SerialRange(31, 35),))),
                transfer("moved", units(2, CAL, BOB, (SerialRange(32, 33),))),
                transfer("over", units(1, ISSUER, CAL, (SerialRange(33, 33),))),
                transfer("beside", units(1, ISSUER, CAL, (SerialRange(36, 36),))),
            ]
        )
    assert [problem.file for problem in caught.value.problems] == ["command over"]


def test_a_number_that_a_group_moved_may_not_be_issued_again_in_it(ledger: Ledger) -> None:
    with pytest.raises(BatchError, match="issued before"):
        ledger.post_all(
            [
                transfer("move", units(10, ANN, BOB)),
                transfer("again", units(1, ISSUER, ANN, (SerialRange(5, 5),))),
            ]
        )


def test_opening_and_defining_happen_once(ledger: Ledger) -> None:
    for command in (
        OpenAccount(CommandId("again"), Account(ANN, "other", may_go_negative=True), AT),
        DefineAsset(CommandId("again"), Asset(CNY, 3, serialised=False), AT),
    ):
        with pytest.raises(LedgerError, match="already"):
            ledger.post(command)
    with pytest.raises(BatchError):
        ledger.post_all(
            [
                OpenAccount(CommandId("new/1"), Account(AccountId("NEW"), "kind", may_go_negative=False), AT),
                OpenAccount(CommandId("new/2"), Account(AccountId("NEW"), "kind", may_go_negative=False), AT),
            ]
        )
    with pytest.raises(UnknownAccountError):
        ledger.account(AccountId("NEW"))


def test_a_statement_is_about_somebody(ledger: Ledger) -> None:
    with pytest.raises(UnknownAccountError):
        ledger.post(Statement(CommandId("x"), AccountId("NOBODY"), "note", {"a": ""}, AT))
    assert ledger.post(Statement(CommandId("x"), ANN, "note", {"a": ""}, AT)).balances == ()


# -------------------------------------------------------------- the draft


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
    assert draft.known(old) == ledger.record(old.id)
    assert draft.known(new) is None
    record = draft.post(new, NOW)
    assert draft.known(new) == record
    for other in (transfer("pay/1", cash(99, BANK, ANN)), transfer("new", cash(2, BANK, ANN))):
        with pytest.raises(IdentifierReusedError, match="it was used for record"):
            draft.known(other)


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

PEOPLE = st.sampled_from([ANN, BOB, CAL])
NAMES = st.integers(0, 20).map(lambda number: CommandId(f"x/{number}"))
OLD = st.one_of(st.integers(0, 20).map(lambda number: CommandId(f"x/{number}")), st.just(CommandId("pay/1")))
NEW = AccountId("NEW")


@st.composite
def drawn_legs(draw: st.DrawFn) -> Leg:
    source, target = draw(st.tuples(PEOPLE, PEOPLE | st.just(NEW)).filter(lambda pair: pair[0] != pair[1]))
    quantity = draw(st.integers(1, 12))
    bucket = draw(st.sampled_from([Bucket.TRADABLE, Bucket.TRADABLE, Bucket.FROZEN]))
    asset = draw(st.sampled_from([CNY, CEA, CER]))
    if asset == CNY:
        return Leg(CNY, quantity, draw(st.just(source) | st.just(BANK)), target, target_bucket=bucket)
    if draw(st.integers(0, 3)) == 0:
        first = draw(st.integers(1, 60))
        ranges = (SerialRange(first, first + quantity - 1),)
        return Leg(
            asset,
            quantity,
            draw(st.sampled_from([ISSUER, source])),
            target,
            target_bucket=bucket,
            serials=ranges,
        )
    return Leg(asset, quantity, source, target, target_bucket=bucket, serials=LEFT)


@st.composite
def drawn_commands(draw: st.DrawFn) -> Command:
    name, old = draw(NAMES), draw(OLD)
    legs = draw(st.lists(drawn_legs(), min_size=1, max_size=3))
    kinds: list[Command] = [
        *[Transfer(name, legs, "gift", AT)] * 4,
        *[Hold(name, legs, "order", AT, Bucket.RESERVED, None)] * 2,
        PostHold(name, old, AT),
        PostHold(name, old, AT, [1]),
        VoidHold(name, old, "cancelled", AT),
        Reversal(name, old, "error", AT),
        Statement(name, draw(PEOPLE | st.just(NEW)), "note", {"a": ""}, AT),
        OpenAccount(name, Account(NEW, "kind", may_go_negative=False), AT),
        DefineAsset(name, Asset(AssetId("NEW"), 0, serialised=False), AT),
    ]
    return draw(st.sampled_from(kinds))


GROUPS = st.lists(drawn_commands(), max_size=8)


def tried(draft: Draft, commands: list[Command]) -> list[str]:
    """Post what can be posted, and say what became of each."""
    came = []
    for command in commands:
        try:
            record = draft.known(command) or draft.post(command, NOW)
        except CarbonkitError as error:
            came.append(str(error))
        else:
            came.append(record.digest)
    return came


def start() -> MemoryStore:
    store = MemoryStore()
    Ledger(store, FixedClock(AT)).post_all(
        [
            *(
                DefineAsset(CommandId(f"define/{asset}"), Asset(asset, places, serialised=serialised), AT)
                for asset, places, serialised in ((CNY, 2, False), (CEA, 0, True), (CER, 0, True))
            ),
            *(
                OpenAccount(CommandId(f"open/{name}"), Account(name, "kind", may_go_negative=negative), AT)
                for name, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False), (CAL, False))
            ),
            transfer("pay/1", cash(100, BANK, ANN), cash(10, BANK, BOB)),
            transfer("issue/1", units(30, ISSUER, ANN, (SerialRange(1, 20), SerialRange(31, 40)))),
            transfer("issue/2", units(10, ISSUER, BOB, (SerialRange(21, 30),), CER)),
        ]
    )
    return store


@given(before=GROUPS, gone=GROUPS, after=GROUPS)
@settings(max_examples=150)
def test_what_is_taken_back_might_never_have_been(
    before: list[Command], gone: list[Command], after: list[Command]
) -> None:
    store = start()
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
