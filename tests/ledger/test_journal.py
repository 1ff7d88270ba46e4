"""Records and the rows that keep them: read back as they were sealed, or an integrity error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import IntegrityError
from carbonkit.ledger import (
    LARGEST,
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Hold,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    PostHold,
    Record,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
    leaf_hash,
)
from carbonkit.ledger.journal import body_of, record_of
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.plain import canonical, kind_of, plain_command
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.row import Movement, Row, command_of, movements_of
from carbonkit.values import FixedClock, as_instant
from tests.ledger.drawn import COMMANDS, IDS, MOMENTS, NAMES

if TYPE_CHECKING:
    import datetime

AT = as_instant("2021-07-16T01:30:00Z")
NOW = microseconds(AT)
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = AccountId("BANK"), AccountId("ISSUER"), AccountId("ANN"), AccountId("BOB")


def filled() -> MemoryStore:
    """One command of each kind that moves, and one that does not."""
    store = MemoryStore()
    of = CommandId
    units = Leg(CEA, 4, ANN, BOB, serials=Selection.FROM_LEFT)
    Ledger(store, FixedClock(AT)).post_all(
        [
            DefineAsset(of("define/CNY"), Asset(CNY, 2, serialised=False), AT),
            DefineAsset(of("define/CEA"), Asset(CEA, 0, serialised=True), AT),
            *(
                OpenAccount(of(f"open/{each}"), Account(each, "kind", may_go_negative=negative), AT)
                for each, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False))
            ),
            Transfer(of("issue"), [Leg(CEA, 10, ISSUER, ANN, serials=(SerialRange(1, 10),))], "issue", AT),
            Transfer(of("trade"), [units, Leg(CNY, 5, BANK, ANN)], "trade", AT),
            Hold(of("hold"), [units, Leg(CNY, 3, ANN, BOB)], "order", AT, Bucket.RESERVED, None),
            PostHold(of("match"), of("hold"), AT, [1, 3]),
            Reversal(of("undo"), of("match"), "error", AT),
            Hold(of("hold/2"), [Leg(CNY, 3, ANN, BOB)], "order", AT, Bucket.RESERVED, None),
            VoidHold(of("void"), of("hold/2"), "cancelled", AT),
            Statement(of("said"), BOB, "note", {"text": "碳"}, AT),
        ]
    )
    return store


STORE = filled()
ROWS = {row.command_id: row for row in STORE.rows()}


def record(name: str) -> Record:
    return record_of(ROWS[name], STORE.holding_numbered)


def test_a_record_is_a_view_of_its_row() -> None:
    trade = record("trade")
    assert (trade.sequence, trade.digest, trade.recorded_at) == (
        8,
        ROWS["trade"].leaf.hex(),
        AT.replace(microsecond=7),
    )
    assert [(str(each.holding), each.quantity, each.balance_after) for each in trade.entries] == [
        ("ANN/CEA/tradable", -4, 6),
        ("BOB/CEA/tradable", 4, 4),
        ("BANK/CNY/tradable", -5, -5),
        ("ANN/CNY/tradable", 5, 5),
    ]
    assert [each.serials for each in trade.entries] == [(SerialRange(1, 4),)] * 2 + [()] * 2
    assert record("said").entries == ()


@pytest.mark.parametrize("name", ROWS)
def test_the_leaf_covers_the_canonical_text(name: str) -> None:
    each = record(name)
    text = each.text()
    assert text == body_of(each.sequence, ROWS[name].recorded_at, each.command, each.entries)
    assert leaf_hash(text.encode("ascii")) == ROWS[name].leaf
    facts = json.loads(text)
    assert canonical(facts) == text
    assert facts["command"] == plain_command(each.command)
    assert facts["sequence"] == each.sequence


def test_the_form_of_a_record_is_for_ever() -> None:
    assert record("trade").text() == (
        '{"command":{"command":"transfer","effective_at":"2021-07-16T01:30:00.000000Z","id":"trade",'
        '"legs":[{"asset":"CEA","quantity":4,"serials":"from_left","source":["ANN","tradable"],'
        '"target":["BOB","tradable"]},{"asset":"CNY","quantity":5,"source":["BANK","tradable"],'
        '"target":["ANN","tradable"]}],"reason":"trade"},'
        '"entries":[["ANN","CEA","tradable",-4,6,[[1,4]]],["BOB","CEA","tradable",4,4,[[1,4]]],'
        '["BANK","CNY","tradable",-5,-5,[]],["ANN","CNY","tradable",5,5,[]]],'
        '"recorded_at":"2021-07-16T01:30:00.000007Z","sequence":8}'
    )
    assert ROWS["trade"].movements == '[[2,3,4,6,4,"from_left",[[1,4]]],[4,5,5,-5,5]]'
    assert ROWS["trade"].detail == ""
    assert ROWS["issue"].movements == "[[1,2,10,-10,10,null,[[1,10]]]]"
    assert ROWS["said"].movements == "[]"
    assert ROWS["said"].detail == canonical(plain_command(record("said").command))


# ------------------------------------------- any transfer, as the draft writes it

PEOPLE = st.lists(IDS, min_size=2, max_size=4, unique=True)


@given(
    people=PEOPLE,
    things=st.lists(IDS, min_size=2, max_size=2, unique=True),
    name=IDS.filter(lambda text: not text.startswith("ledger/")),
    reason=NAMES,
    effective=MOMENTS,
    clock=st.integers(1, 2**52),
    data=st.data(),
)
@settings(max_examples=60)
def test_the_text_that_a_draft_writes_of_a_transfer_is_the_canonical_one(  # noqa: PLR0917  all are drawn
    people: list[str],
    things: list[str],
    name: str,
    reason: str,
    effective: datetime.datetime,
    clock: int,
    data: st.DataObject,
) -> None:
    store = MemoryStore()
    cash, units = (AssetId(each) for each in things)
    source, *others = (AccountId(each) for each in people)
    Ledger(store, FixedClock("1970-01-01T00:00:00Z")).post_all(
        [
            DefineAsset(CommandId("1"), Asset(cash, 2, serialised=False), AT),
            DefineAsset(CommandId("2"), Asset(units, 2, serialised=True), AT),
            OpenAccount(CommandId("3"), Account(source, "kind", may_go_negative=True), AT),
            *(
                OpenAccount(CommandId(f"4/{each}"), Account(each, "kind", may_go_negative=False), AT)
                for each in others
            ),
        ]
    )
    free = st.sampled_from([Bucket.TRADABLE, Bucket.FROZEN, Bucket.BOUGHT_TODAY])
    owner, start, legs = others[0], 1, []
    for _ in range(data.draw(st.integers(1, 4), label="legs")):
        quantity = data.draw(st.integers(1, LARGEST // 8), label="quantity")
        cut = data.draw(st.integers(1, quantity), label="cut")
        pieces = (
            [SerialRange(start, start + cut - 1), SerialRange(start + cut, start + quantity - 1)]
            if cut < quantity
            else [SerialRange(start, start + quantity - 1)]
        )
        start += quantity
        bucket = data.draw(free, label="bucket")
        other = bucket if len(others) == 1 else data.draw(free, label="other bucket")
        to = data.draw(st.sampled_from(others[1:] or [source]), label="to")
        legs += [
            Leg(cash, quantity, source, owner, Bucket.TRADABLE, bucket),
            Leg(cash, data.draw(st.integers(1, quantity), label="part"), owner, to, bucket, other),
            Leg(units, quantity, source, owner, Bucket.TRADABLE, bucket, tuple(pieces)),
        ]
        if len(others) > 1:
            part = data.draw(st.integers(1, quantity), label="units")
            legs.append(Leg(units, part, owner, to, bucket, other, Selection.FROM_LEFT))
    command = Transfer(CommandId(f"5/{name}"), legs, reason, effective)

    draft = Draft(store)
    row = draft.post(command, clock)

    made = Record(command, row, draft.naming())
    text = body_of(made.sequence, row.recorded_at, command, made.entries)
    assert leaf_hash(text.encode("ascii")) == row.leaf
    assert made.text() == text
    with store.turn(certain=True):
        assert store.write(draft.batch())
    assert record_of(row, store.holding_numbered) == made
    assert command_of(row, movements_of(row), store.holding_numbered) == command


@given(command=COMMANDS, moment=st.integers(1, 2**52))
def test_a_command_that_moves_nothing_is_read_back_from_its_row(command: Command, moment: int) -> None:
    if isinstance(command, Transfer):
        return
    at = microseconds(command.effective_at)
    row = Row(7, command.id.text, kind_of(command), getattr(command, "reason", ""), at, moment, "[]",
              canonical(plain_command(command)), b"")  # fmt: skip
    sealed = row._replace(leaf=leaf_hash(body_of(7, moment, command, ()).encode("ascii")))
    assert record_of(sealed, STORE.holding_numbered).command == command
    with pytest.raises(IntegrityError, match=r"record 7 \(.*\): must be what was sealed"):
        record_of(row, STORE.holding_numbered)


# --------------------------------------------------------------- hostile rows

NUMBERS: list[Any] = [None, 0, -1, 10**30, 1.5, float("nan"), "seven", b"7", True]
WORDS: list[Any] = [None, "", "x", 5, b"x", "\ud800", "碳", "x" * 1_000]
MOVED = (  # what stands where the first movement of `issue`, [1,2,10,-10,10,null,[[1,10]]], stood
    "1,2,1.0,-10,10",
    "1,2,true,-10,10",
    "1,2,NaN,-10,10",
    "99,2,10,-10,10",
    "0,2,10,-10,10",
    "1,4,10,-10,10",
    "1,1,10,-10,10",
    "1,2,0,-10,10",
    "1,2,3,4,5,6,7,8",
    '1,2,10,-10,10,"from_right",[[1,10]]',
    "1,2,10,-10,10,[],[[1,10]]",
    "1,2,10,-10,10,null,[[10,1]]",
    "1,2,10,-10,10,null,[[1,9]]",
    "1,2,10,-10,10,null,[[1]]",
    "1,2,10,-10,10,null,[[1,9223372036854775808]]",
    "1,2,10,-10,10,null,5",
)
PLAIN = (
    "null",
    "5",
    "{}",
    "[5]",
    "[[]]",
    "[[1,2]]",
    '["leg"]',
    "[" * 200_000,
    '{"a":' * 100_000,
    "9" * 10_000,
)
JSONS: list[Any] = [*WORDS, *PLAIN, *(f"[[{each}]]" for each in MOVED)]
HOSTILE: dict[str, list[Any]] = {
    "sequence": NUMBERS,
    "command_id": WORDS,
    "kind": [*WORDS, "transfer", "hold", "statement", "Transfer"],
    "reason": WORDS,
    "effective_at": NUMBERS,
    "recorded_at": NUMBERS,
    "movements": JSONS,
    "detail": JSONS,
    "leaf": [None, b"", bytes(32), bytes(31), "0" * 64, 5],
}
# What says nothing in another way is the same record; that its column is not as written, `verify` finds.
SAME = [("movements", "{}", "[]"), ("detail", None, "")]


@pytest.mark.parametrize(
    "name", ["define/CNY", "open/ANN", "issue", "trade", "hold", "match", "undo", "void", "said"]
)
@pytest.mark.parametrize("column", HOSTILE)
def test_a_column_that_no_ledger_wrote_is_an_integrity_error(name: str, column: str) -> None:
    row = ROWS[name]
    for value in HOSTILE[column]:
        changed = row._replace(**{column: value})
        if changed == row and type(getattr(row, column)) is type(value):
            continue
        if (column, value, getattr(row, column)) in SAME:
            assert record_of(changed, STORE.holding_numbered).text() == record(name).text()
            continue
        with pytest.raises(IntegrityError):
            record_of(changed, STORE.holding_numbered)


def test_columns_that_contradict_the_detail_are_named() -> None:
    for change in ({"command_id": "other"}, {"kind": "reversal"}, {"effective_at": 5}, {"reason": "other"}):
        with pytest.raises(IntegrityError, match="agree with its detail"):
            record_of(ROWS["void"]._replace(**change), STORE.holding_numbered)
    loose = json.dumps(json.loads(ROWS["void"].detail))
    with pytest.raises(IntegrityError, match="be in canonical form"):
        record_of(ROWS["void"]._replace(detail=loose), STORE.holding_numbered)
    with pytest.raises(IntegrityError, match="be empty for a transfer"):
        record_of(ROWS["issue"]._replace(detail="{}"), STORE.holding_numbered)


def test_movements_between_two_assets_are_found() -> None:
    with pytest.raises(IntegrityError, match="be of one asset"):
        record_of(ROWS["trade"]._replace(movements="[[2,4,4,6,4]]"), STORE.holding_numbered)


def test_movements_are_read_as_numbers() -> None:
    assert movements_of(ROWS["trade"]) == (
        Movement(2, 3, 4, 6, 4, "from_left", (SerialRange(1, 4),)),
        Movement(4, 5, 5, -5, 5),
    )
    with pytest.raises(IntegrityError, match="record 8: must be movements"):
        movements_of(ROWS["trade"]._replace(movements="[[1,2,3,4]]"))


def test_holdings_that_are_named_otherwise_break_the_seal() -> None:
    def other(number: int) -> Holding:
        found = STORE.holding_numbered(number)
        return Holding(found.account, found.asset, "frozen")

    with pytest.raises(IntegrityError, match="must be what was sealed"):
        record_of(ROWS["trade"], other)
    unnamed: dict[int, Holding] = {}
    with pytest.raises(IntegrityError):
        record_of(ROWS["trade"], unnamed.__getitem__)
