"""Settlement: units against cash, both or neither, and what was bought is sold on a later day only."""

from __future__ import annotations

import datetime

import attrs
import pytest

from carbonkit.errors import IntegrityError, OverdraftError, SerialRangeError, UnknownAssetError
from carbonkit.ledger import (
    Account,
    Asset,
    Batch,
    Bucket,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Selection,
    SerialRange,
    Transfer,
)
from carbonkit.market import Obligation
from carbonkit.market.settlement import release, settle
from carbonkit.values import AccountId, AssetId, CommandId, FixedClock, Money, as_date, as_instant

DAY, NEXT = as_date("2021-07-16"), as_date("2021-07-19")
OPEN, CLOSE = as_instant("2021-07-16T01:00:00Z"), as_instant("2021-07-16T08:00:00Z")
NEXT_OPEN = as_instant("2021-07-19T01:00:00Z")
CEA, CNY = AssetId("CEA-2019-2020"), AssetId("CNY")
ISSUER, BANK, ANN, BOB, CAL = (AccountId(name) for name in ("ISSUER", "BANK", "ANN", "BOB", "CAL"))


@pytest.fixture
def ledger() -> Ledger:
    return opened()


def opened(*, serialised: bool = True, cash_places: int = 2, store: MemoryStore | None = None) -> Ledger:
    """Open a ledger in which Ann has 1,000 units and 500 CNY, Bob 60,000 CNY, and Cal nothing."""
    ledger = Ledger(MemoryStore() if store is None else store, FixedClock(OPEN))
    fen = 10**cash_places
    serials = (SerialRange(1, 1_000),) if serialised else None
    ledger.post_all(
        [
            DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=serialised), OPEN),
            DefineAsset(CommandId("define/CNY"), Asset(CNY, cash_places, serialised=False), OPEN),
            *(
                OpenAccount(CommandId(f"open/{name}"), Account(name, "kind", may_go_negative=negative), OPEN)
                for name, negative in ((ISSUER, True), (BANK, True), (ANN, False), (BOB, False), (CAL, False))
            ),
            Transfer(CommandId("issue"), [Leg(CEA, 1_000, ISSUER, ANN, serials=serials)], "issue", OPEN),
            Transfer(CommandId("pay/ANN"), [Leg(CNY, 500 * fen, BANK, ANN)], "deposit", OPEN),
            Transfer(CommandId("pay/BOB"), [Leg(CNY, 60_000 * fen, BANK, BOB)], "deposit", OPEN),
        ]
    )
    return ledger


def owed(
    number: int, quantity: int, cash: str, seller: AccountId = ANN, buyer: AccountId = BOB
) -> Obligation:
    return Obligation(
        trade=f"CEA/20210716/{number}",
        asset=CEA,
        quantity=quantity,
        seller=seller,
        buyer=buyer,
        cash=Money(cash, "CNY"),
    )


def held(ledger: Ledger) -> dict[str, tuple[int, int, int]]:
    """Say for each account what it may sell, what it bought today, and its fen."""
    return {
        name.text: (
            ledger.quantity(name, CEA),
            ledger.quantity(name, CEA, Bucket.BOUGHT_TODAY),
            ledger.quantity(name, CNY),
        )
        for name in (ANN, BOB, CAL)
    }


BEFORE = {"ANN": (1_000, 0, 50_000), "BOB": (0, 0, 6_000_000), "CAL": (0, 0, 0)}


def test_units_and_cash_change_hands_in_one_transfer(ledger: Ledger) -> None:
    done = settle(ledger, [owed(1, 100, "4800.00")], CLOSE, sellable_today=False)

    assert done.complete
    (receipt,) = done.receipts
    assert receipt.command_id.text == "settle/CEA/20210716/1"
    assert held(ledger) == {"ANN": (900, 0, 530_000), "BOB": (0, 100, 5_520_000), "CAL": (0, 0, 0)}
    assert ledger.serials(BOB, CEA, Bucket.BOUGHT_TODAY) == (SerialRange(1, 100),)
    *_, record = ledger.records()
    assert isinstance(record.command, Transfer)
    assert (record.command.reason, record.command.effective_at) == ("settlement", CLOSE)
    assert len(record.entries) == 4
    assert ledger.verify().ok


def test_where_the_venue_allows_it_bought_units_may_be_sold_at_once(ledger: Ledger) -> None:
    assert settle(ledger, [owed(1, 100, "4800.00")], CLOSE, sellable_today=True).complete
    assert held(ledger)["BOB"] == (100, 0, 5_520_000)


@pytest.mark.parametrize(
    ("obligation", "code"),
    [
        (owed(1, 1_001, "1.00"), "overdraft"),  # the seller lacks units
        (owed(1, 100, "60000.01"), "overdraft"),  # the buyer lacks cash
        (owed(1, 1, "1.00", ANN, CAL), "overdraft"),
        (owed(1, 1, "1.00", CAL, BOB), "overdraft"),
        (owed(1, 1, "1.00", AccountId("NOBODY"), BOB), "unknown_account"),
        (owed(1, 1, "1.00", ANN, AccountId("NOBODY")), "unknown_account"),
        (attrs.evolve(owed(1, 1, "1.00"), asset=AssetId("XXX")), "unknown_asset"),
        (attrs.evolve(owed(1, 1, "1.00"), cash=Money("1.00", "EUR")), "unknown_asset"),
        (owed(1, 1, "0.001"), "invalid_value"),
        (owed(1, 1, "0"), "invalid_value"),
        (owed(1, 0, "1.00"), "invalid_value"),
        (owed(1, 1, "-1.00"), "invalid_value"),
        (owed(1, 1, "1.00", ANN, ANN), "invalid_value"),
    ],
)
def test_a_side_that_fails_leaves_the_other_whole(ledger: Ledger, obligation: Obligation, code: str) -> None:
    others = [owed(2, 10, "480.00"), owed(3, 10, "481.00")]

    done = settle(ledger, [others[0], obligation, others[1]], CLOSE, sellable_today=False)

    assert not done.complete
    ((failed, problem),) = done.failed
    assert failed == obligation
    assert (problem.file, problem.code) == ("trade CEA/20210716/1", code)
    assert len(done.receipts) == 2
    assert held(ledger) == {"ANN": (980, 0, 146_100), "BOB": (0, 20, 5_903_900), "CAL": (0, 0, 0)}
    assert ledger.verify().ok


def test_one_trade_s_money_may_pay_for_the_next(ledger: Ledger) -> None:
    chain = [owed(1, 100, "4800.00"), owed(2, 1, "5300.00", BOB, ANN)]
    assert settle(ledger, chain, CLOSE, sellable_today=True).complete
    assert held(ledger)["ANN"] == (901, 0, 0)


def test_a_trade_settled_again_is_recognised(ledger: Ledger) -> None:
    trades = [owed(1, 100, "4800.00"), owed(2, 10, "480.00")]
    first = settle(ledger, trades[:1], CLOSE, sellable_today=False)
    head = ledger.store.head()

    again = settle(ledger, trades, CLOSE, sellable_today=False)

    assert again.complete
    assert again.receipts[0] == attrs.evolve(first.receipts[0], repeated=True)
    assert not again.receipts[1].repeated
    assert ledger.store.head().sequence == head.sequence + 1
    assert held(ledger)["BOB"] == (0, 110, 5_472_000)


def test_a_trade_settled_in_another_way_is_refused(ledger: Ledger) -> None:
    settle(ledger, [owed(1, 100, "4800.00")], CLOSE, sellable_today=False)
    before = held(ledger)
    for changed, moment, sellable in (
        (owed(1, 101, "4800.00"), CLOSE, False),
        (owed(1, 100, "4800.01"), CLOSE, False),
        (owed(1, 100, "4800.00"), NEXT_OPEN, False),
        (owed(1, 100, "4800.00"), CLOSE, True),
    ):
        done = settle(ledger, [changed], moment, sellable_today=sellable)
        assert [problem.code for _, problem in done.failed] == ["identifier_reused"]
    assert held(ledger) == before


def test_what_was_bought_today_may_not_be_sold_today(ledger: Ledger) -> None:
    settle(ledger, [owed(1, 100, "4800.00")], CLOSE, sellable_today=False)

    resale = settle(ledger, [owed(2, 1, "50.00", BOB, ANN)], CLOSE, sellable_today=False)

    assert [problem.code for _, problem in resale.failed] == [OverdraftError.code]
    leg = Leg(CEA, 1, BOB, ANN, serials=Selection.FROM_LEFT)
    with pytest.raises(OverdraftError):
        ledger.post(Transfer(CommandId("gift"), [leg], "gift", CLOSE))
    assert len(release(ledger, CEA, NEXT, NEXT_OPEN)) == 1
    assert held(ledger)["BOB"] == (100, 0, 5_520_000)
    assert settle(ledger, [owed(2, 1, "50.00", BOB, ANN)], NEXT_OPEN, sellable_today=False).complete


def test_a_release_frees_every_buyer_once(ledger: Ledger) -> None:
    trades = [owed(1, 100, "4800.00"), owed(2, 7, "336.00"), owed(3, 1, "1.00", ANN, BOB)]
    settle(ledger, trades, CLOSE, sellable_today=False)
    settle(ledger, [owed(4, 5, "240.00", ANN, BOB)], CLOSE, sellable_today=False)

    receipts = release(ledger, CEA, NEXT, NEXT_OPEN)
    head = ledger.store.head()

    assert [receipt.command_id.text for receipt in receipts] == ["release/CEA-2019-2020/2021-07-19/BOB"]
    assert held(ledger)["BOB"] == (113, 0, 5_462_300)
    assert release(ledger, CEA, NEXT, NEXT_OPEN) == ()
    assert ledger.store.head() == head
    assert release(ledger, CEA, DAY, OPEN) == ()
    assert ledger.verify().ok


def test_a_release_that_comes_again_frees_nothing_bought_that_day(ledger: Ledger) -> None:
    settle(ledger, [owed(1, 100, "4800.00")], CLOSE, sellable_today=False)
    release(ledger, CEA, NEXT, NEXT_OPEN)
    later = NEXT_OPEN + datetime.timedelta(hours=2)
    settle(ledger, [owed(2, 30, "1440.00"), owed(3, 20, "1.00", BOB, CAL)], later, sellable_today=False)
    leg = Leg(CNY, 100, ANN, CAL)
    ledger.post(Transfer(CommandId("lend"), [leg], "loan", later))
    settle(ledger, [owed(4, 20, "1.00", BOB, CAL)], later, sellable_today=False)
    before = held(ledger)
    assert before["BOB"][:2] == (80, 30)
    assert before["CAL"][:2] == (0, 20)

    assert release(ledger, CEA, NEXT, NEXT_OPEN) == ()
    assert held(ledger) == before
    the_day_after = NEXT_OPEN + datetime.timedelta(days=1)
    assert len(release(ledger, CEA, as_date("2021-07-20"), the_day_after)) == 2
    assert held(ledger)["BOB"][:2] == (110, 0)
    assert held(ledger)["CAL"][:2] == (20, 0)


def test_what_is_bought_as_the_day_opens_is_bought_on_that_day(ledger: Ledger) -> None:
    before = NEXT_OPEN - datetime.timedelta(microseconds=1)
    settle(ledger, [owed(1, 5, "240.00")], before, sellable_today=False)
    settle(ledger, [owed(2, 7, "336.00")], NEXT_OPEN, sellable_today=False)
    release(ledger, CEA, NEXT, NEXT_OPEN)
    assert held(ledger)["BOB"][:2] == (5, 7)


def test_a_release_of_what_does_not_exist_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(UnknownAssetError):
        release(ledger, AssetId("XXX"), NEXT, NEXT_OPEN)


def test_units_without_serial_numbers_settle_too() -> None:
    ledger = opened(serialised=False)
    assert settle(ledger, [owed(1, 100, "4800.00")], CLOSE, sellable_today=False).complete
    release(ledger, CEA, NEXT, NEXT_OPEN)
    assert held(ledger) == {"ANN": (900, 0, 530_000), "BOB": (100, 0, 5_520_000), "CAL": (0, 0, 0)}
    assert ledger.verify().ok


def test_cash_is_counted_in_the_steps_that_the_ledger_defines() -> None:
    ledger = opened(cash_places=4)
    assert settle(ledger, [owed(1, 1, "48.00")], CLOSE, sellable_today=False).complete
    assert ledger.quantity(ANN, CNY) == 5_480_000


class Broken(MemoryStore):
    """A store that cannot write any more."""

    broken = False

    def write(self, batch: Batch) -> bool:
        if self.broken:
            raise IntegrityError("be readable and writable as a ledger", was="disk full")
        return super().write(batch)


def test_a_store_that_fails_is_no_fault_of_a_trade() -> None:
    store = Broken()
    ledger = opened(store=store)
    store.broken = True
    with pytest.raises(IntegrityError, match="disk full"):
        settle(ledger, [owed(1, 1, "48.00")], CLOSE, sellable_today=False)
    assert held(ledger) == BEFORE


def test_progress_is_told_every_fifty_trades(ledger: Ledger) -> None:
    told: list[int] = []
    trades = [owed(n, 1, "0.01") for n in range(120)]
    assert settle(ledger, trades, CLOSE, sellable_today=False, progress=told.append).complete
    assert told == [50, 100, 120]


def test_serial_numbers_go_with_the_units_they_name(ledger: Ledger) -> None:
    settle(ledger, [owed(1, 10, "1.00"), owed(2, 5, "1.00", ANN, BOB)], CLOSE, sellable_today=False)
    assert ledger.serials(BOB, CEA, Bucket.BOUGHT_TODAY) == (SerialRange(1, 10), SerialRange(11, 15))
    leg = Leg(CEA, 5, ANN, BOB, serials=(SerialRange(11, 15),))
    with pytest.raises(SerialRangeError):
        ledger.post(Transfer(CommandId("again"), [leg], "gift", CLOSE))
