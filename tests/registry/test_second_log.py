"""The second log: it follows everything, agrees with the ledger, and stops what it cannot agree with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from carbonkit.errors import BatchError, RegistryError
from carbonkit.ledger import (
    AccountId,
    AssetId,
    CommandId,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    SerialRange,
    Transfer,
    Undo,
)
from carbonkit.ledger.row import Row
from carbonkit.registry import BlockPolicy, Registry, SecondLog, Transaction
from carbonkit.registry.block_book import BlockBook
from carbonkit.schemes import uk
from carbonkit.values import FixedClock

Move: TypeAlias = Callable[..., Transaction]

AT = "2021-01-04T12:00:00Z"
ANN, BOB = (Holding(AccountId(name), AssetId("CEA"), "tradable") for name in ("ANN", "BOB"))


def test_it_agrees_with_the_ledger_block_by_block(registry: Registry, move: Move) -> None:
    registry.submit([move(f"t/{n}", "transfer", 7, "UK-1 > UK-3") for n in range(9)])
    registry.submit([move("s", "surrender", 20, "UK-1 > UK-SURRENDER")])
    log, store = registry.second_log, registry.ledger.store
    for each in registry.ledger.balances():
        holding = each.holding
        assert log.balances[holding.account.text, holding.asset.text, holding.bucket] == each.quantity
    assert list(log.blocks()) == [
        (
            each.asset.text,
            each.serials.first,
            each.serials.last,
            f"{each.holding.account}/{each.holding.bucket}",
        )
        for each in store.blocks()
    ]


def test_it_sees_what_others_post_to_the_same_ledger(registry: Registry, move: Move) -> None:
    leg = Leg(uk.UNIT.asset_id, 5, AccountId("UK-1"), AccountId("UK-3"), serials=(SerialRange(11, 15),))
    Ledger(registry.ledger.store, FixedClock(AT)).post(Transfer(CommandId("trade"), [leg], "trade", AT))
    registry.submit([move("t", "transfer", 5, "UK-3 > UK-1")])
    assert registry.second_log.balances["UK-3", "UKA-2021-2030", "tradable"] == 0


@pytest.mark.parametrize(
    ("disagree", "code"),
    [
        (lambda log: log.balances.update({("UK-1", "UKA-2021-2030", "tradable"): 4}), "log_balance"),
        (lambda log: log.balances.update({("UK-3", "UKA-2021-2030", "tradable"): 4}), "log_balance"),
        (lambda log: log._accounts.pop("UK-1"), "log_sender_unknown"),
        (lambda log: log._accounts.pop("UK-3"), "log_receiver_unknown"),
        (
            lambda log: log._put("UKA-2021-2030", 1, (log._drop("UKA-2021-2030", 1)[0], "UK-2/tradable")),
            "log_blocks",
        ),
        (lambda log: log._drop("UKA-2021-2030", 1), "log_blocks"),
    ],
)
def test_a_transaction_on_which_it_disagrees_stops(
    registry: Registry, move: Move, disagree: Callable[[SecondLog], object], code: str
) -> None:
    disagree(registry.second_log)
    head = registry.ledger.store.head()
    with pytest.raises(BatchError) as caught:
        registry.submit([move("t", "transfer", 5, "UK-1 > UK-3")])
    assert [each.code for each in caught.value.problems] == [code]
    assert registry.ledger.store.head() == head
    assert registry.ledger.quantity(AccountId("UK-3"), uk.UNIT.asset_id) == 0


def test_it_checks_the_cap_by_itself(registry: Registry, move: Move) -> None:
    registry.second_log._caps["UKA-2021-2030"] = 1_003
    registry.submit([move("a", "issue", 3, "UK-ISSUANCE > UK-TOTAL")])
    with pytest.raises(BatchError, match="cap of UKA-2021-2030"):
        registry.submit([move("b", "issue", 1, "UK-ISSUANCE > UK-TOTAL")])


def row(sequence: int, movements: str, kind: str = "transfer", detail: str = "") -> Row:
    return Row(sequence, f"x/{sequence}", kind, "r", 0, sequence, movements, detail, b"")


def opened() -> tuple[SecondLog, Callable[[int], Holding]]:
    log, places = SecondLog(), {1: Holding(AccountId("ISS"), AssetId("CEA"), "tradable"), 2: ANN, 3: BOB}
    log.witness.read(
        [
            row(1, "[]", "define_asset", '{"asset":["CEA",0,true]}'),
            row(2, "[]", "open_account", '{"account":["ISS","k",true]}'),
            row(3, "[]", "open_account", '{"account":["ANN","k",false]}'),
            row(4, "[]", "open_account", '{"account":["BOB","k",false]}'),
            row(5, "[[1,2,10,-10,10,null,[[1,10]]]]"),
        ],
        places.__getitem__,
    )
    return log, places.__getitem__


@pytest.mark.parametrize(
    ("movements", "code"),
    [
        ("[[2,3,4,6,4,null,[[1,4]]]]", ""),
        ("[[2,3,4,6,4,null,[[1,3]]]]", "log_blocks"),
        ("[[2,3,4,6,4]]", "log_blocks"),
        ("[[2,3,4,6,5,null,[[1,4]]]]", "log_balance"),
        ("[[2,3,4,7,4,null,[[1,4]]]]", "log_balance"),
        ("[[2,3,11,-1,11,null,[[1,11]]]]", "log_balance"),
        ("[[2,3,4,6,4,null,[[8,11]]]]", "log_blocks"),
        ("[[3,2,4,-4,14,null,[[1,4]]]]", "log_balance"),
        ("[[1,3,4,-14,4,null,[[10,13]]]]", "log_blocks"),
        ("[[1,3,4,-14,4,null,[[11,14]]]]", ""),
    ],
)
def test_what_does_not_add_up_is_objected_to_and_leaves_no_trace(movements: str, code: str) -> None:
    log, holding = opened()
    before = dict(log.balances), list(log.blocks())
    if code:
        with pytest.raises(RegistryError) as caught:
            log.witness.examine([row(6, movements)], holding)
        assert caught.value.code == code
    else:
        log.witness.examine([row(6, movements)], holding)
        assert list(log.blocks()) != before[1]
        log.witness.forget()
    assert (dict(log.balances), list(log.blocks())) == before


# ------------------------------------------------------------- block book


def filled(policy: BlockPolicy) -> BlockBook:
    book = BlockBook(policy, Undo())
    for number, (first, last) in enumerate(((101, 110), (1, 50), (201, 205)), start=1):
        book.add(ANN, SerialRange(first, last), number)
    return book


@pytest.mark.parametrize(
    ("policy", "quantity", "chosen"),
    [
        (BlockPolicy.LOWEST, 5, ["1-5"]),
        (BlockPolicy.LOWEST, 55, ["1-50", "101-105"]),
        (BlockPolicy.ARRIVAL, 5, ["101-105"]),
        (BlockPolicy.ARRIVAL, 12, ["101-110", "1-2"]),
        (BlockPolicy.BEST_FIT, 5, ["201-205"]),
        (BlockPolicy.BEST_FIT, 6, ["101-106"]),
        (BlockPolicy.BEST_FIT, 11, ["1-11"]),
        (BlockPolicy.BEST_FIT, 53, ["1-50", "201-203"]),
        (BlockPolicy.BEST_FIT, 58, ["1-50", "101-108"]),
        (BlockPolicy.BEST_FIT, 64, ["1-50", "101-110", "201-204"]),
        (BlockPolicy.BEST_FIT, 66, ["1-50", "101-110", "201-205"]),
    ],
)
def test_each_policy_chooses_its_own(policy: BlockPolicy, quantity: int, chosen: list[str]) -> None:
    assert [str(each) for each in filled(policy).choose(ANN, quantity)] == chosen
    assert filled(policy).choose(BOB, 1) == ()


def test_a_block_that_is_split_keeps_its_time_of_arrival() -> None:
    book = filled(BlockPolicy.ARRIVAL)
    book.move(ANN, BOB, SerialRange(103, 104), 9)
    assert [str(each) for each in book.choose(ANN, 12)] == ["101-102", "105-110", "1-4"]
    book.move(BOB, ANN, SerialRange(103, 104), 10)
    assert [str(each) for each in book.choose(ANN, 67)][-1] == "103-104"


def test_a_new_registry_reads_its_state_from_the_journal(registry: Registry, move: Move) -> None:
    registry.submit([move("t", "transfer", 7, "UK-1 > UK-3")])
    again = Registry(registry.ledger, registry.rules)
    again.submit([move("u", "transfer", 7, "UK-1 > UK-3")])
    assert list(again.second_log.blocks()) == list(registry.second_log.blocks())
    assert Registry(Ledger(MemoryStore(), FixedClock(AT)), registry.rules).submit([]) == ()
