"""A follower repeats the journal, goes on where it left off, and takes in nothing that is wrong."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import BusyError, CarbonkitError, IntegrityError, OverdraftError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    CommandId,
    DefineAsset,
    Hold,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Transfer,
    ship,
)
from carbonkit.storage import SQLiteStore
from carbonkit.values import FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from carbonkit.ledger import Batch, Command, Holding
    from carbonkit.ledger.row import Row

AT = "2021-07-16T01:30:00Z"
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = (AccountId(name) for name in ("BANK", "ISSUER", "ANN", "BOB"))


def day() -> list[Command]:
    commands: list[Command] = [
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
        DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=True), AT),
    ]
    for each in (BANK, ISSUER, ANN, BOB):
        account = Account(each, "holder", may_go_negative=each in (BANK, ISSUER))
        commands.append(OpenAccount(CommandId(f"open/{each}"), account, AT))
    numbers = (SerialRange(1, 1_000),)
    return [
        *commands,
        Transfer(CommandId("deposit"), [Leg(CNY, 10_000, BANK, ANN)], "deposit", AT),
        Transfer(CommandId("issue"), [Leg(CEA, 1_000, ISSUER, BOB, serials=numbers)], "issue", AT),
        Hold(CommandId("order"), [Leg(CNY, 4_800, ANN, BOB)], "order", AT, Bucket.RESERVED, None),
        PostHold(CommandId("match"), CommandId("order"), AT, [4_790]),
        Transfer(CommandId("deliver"), [Leg(CEA, 100, BOB, ANN, serials=Selection.FROM_LEFT)], "trade", AT),
        Reversal(CommandId("undo"), CommandId("deliver"), "error", AT),
    ]


def payments(number: int) -> list[Command]:
    return [
        Transfer(CommandId(f"pay/{place}"), [Leg(CNY, 1, BANK, ANN)], "payment", AT)
        for place in range(number)
    ]


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger(MemoryStore(), FixedClock(AT))
    made.post_all(day())
    return made


def test_a_follower_has_the_same_rows_and_the_same_root(ledger: Ledger, tmp_path: Path) -> None:
    ledger.post_all(payments(2_500))
    with SQLiteStore.open(tmp_path / "standby.db") as standby:
        told: list[int] = []
        assert ship(ledger.store, standby, told.append) == 2_512
        assert told == [1_000, 2_000, 2_512]
        assert list(standby.rows()) == list(ledger.store.rows())
        assert list(standby.entries()) == list(ledger.store.entries())
        assert list(standby.blocks()) == list(ledger.store.blocks())
        follower = Ledger(standby, FixedClock(AT))
        assert follower.checkpoint() == ledger.checkpoint()
        assert follower.verify(against=[ledger.checkpoint()]).ok


def test_what_is_new_is_shipped_and_nothing_twice(ledger: Ledger) -> None:
    standby = MemoryStore()
    assert ship(ledger.store, standby) == 12
    assert ship(ledger.store, standby) == 0
    ledger.post_all(payments(3))
    assert ship(ledger.store, standby) == 3
    assert list(standby.rows()) == list(ledger.store.rows())


def test_an_interrupted_shipment_goes_on_where_it_ended(ledger: Ledger) -> None:
    ledger.post_all(payments(1_500))
    standby = MemoryStore()

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ship(ledger.store, standby, interrupt)
    assert standby.head().sequence == 1_000
    assert ship(ledger.store, standby) == 512
    assert list(standby.rows()) == list(ledger.store.rows())


def test_a_follower_takes_over_as_a_ledger(ledger: Ledger) -> None:
    standby = MemoryStore()
    ship(ledger.store, standby)
    after = Ledger(standby, FixedClock(AT))
    assert after.post(day()[-1]).repeated
    (receipt,) = after.post_all(payments(1))
    assert receipt.sequence == 13


def test_a_follower_that_has_gone_its_own_way_is_refused(ledger: Ledger) -> None:
    standby = MemoryStore()
    ship(ledger.store, standby)
    Ledger(standby, FixedClock(AT)).post_all(payments(1))
    with pytest.raises(IntegrityError, match="no record") as ahead:
        ship(ledger.store, standby)
    assert ahead.value.code == "diverged"
    ledger.post(Transfer(CommandId("else"), [Leg(CNY, 2, BANK, ANN)], "payment", AT))
    with pytest.raises(IntegrityError, match="another record"):
        ship(ledger.store, standby)


class Altered(MemoryStore):
    """A ledger of which somebody changed one row on the way."""

    def __init__(
        self,
        source: MemoryStore,
        place: int = 0,
        change: Mapping[str, Any] = MappingProxyType({}),
        *,
        begins: MemoryStore | None = None,
    ) -> None:
        super().__init__()
        self._source, self._place, self._change = source, place, change
        self._begins = begins or source  # the ledger that it passes itself off as

    def rows(self, after: int = 0) -> Iterator[Row]:
        for row in self._source.rows(after):
            yield row._replace(**self._change) if row.sequence == self._place else row

    def row_at(self, sequence: int) -> Row | None:
        return self._begins.row_at(sequence)

    def holding_numbered(self, number: int) -> Holding:
        return self._source.holding_numbered(number)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (7, {"movements": "[[1,2,10001,-10001,10001]]"}),
        (7, {"movements": "[[1,2,10000,-10000,10001]]"}),
        (7, {"movements": "[[2,1,10000,-10000,10000]]"}),
        (7, {"reason": "gift"}),
        (7, {"recorded_at": 0}),
        (7, {"effective_at": 5}),
        (8, {"sequence": 9}),
        (9, {"detail": "{}"}),
        (10, {"kind": "transfer"}),
        (12, {"command_id": "other"}),
    ],
)
def test_a_record_that_was_changed_does_not_get_in(
    ledger: Ledger, place: int, change: dict[str, str | int]
) -> None:
    store = ledger.store
    assert isinstance(store, MemoryStore)
    standby = MemoryStore()
    with pytest.raises(CarbonkitError):
        ship(Altered(store, place, change), standby)
    assert standby.head().sequence == 0


def test_an_overdraft_does_not_get_in_even_if_it_is_sealed() -> None:
    """The ledger that is shipped let ANN overdraw; the follower knows her as one who may not."""
    lenient = Ledger(MemoryStore(), FixedClock(AT))
    for command in day()[:6]:
        if isinstance(command, OpenAccount):
            may = Account(command.account.id, "holder", may_go_negative=True)
            lenient.post(OpenAccount(command.id, may, AT))
        else:
            lenient.post(command)
    lenient.post(Transfer(CommandId("gift"), [Leg(CNY, 5, ANN, BOB)], "gift", AT))
    strict = MemoryStore()
    Ledger(strict, FixedClock(AT)).post_all(day()[:6])
    assert isinstance(lenient.store, MemoryStore)
    with pytest.raises(OverdraftError):
        ship(Altered(lenient.store, begins=strict), strict)
    assert strict.head().sequence == 6


def test_a_follower_that_others_write_is_refused(ledger: Ledger) -> None:
    class Restless(MemoryStore):
        def write(self, batch: Batch) -> bool:
            del batch
            return False

    with pytest.raises(BusyError, match="moved on"):
        ship(ledger.store, Restless())
