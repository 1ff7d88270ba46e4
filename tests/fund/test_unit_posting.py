"""Posting of units: cash and units in one transfer, posted once, tied out to the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import BatchError, FundError, InvalidValueError, OverdraftError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.dealing import deal
from carbonkit.fund.units.equalisation import Equaliser, crystallise
from carbonkit.fund.units.performance_fee import MarkRule, PerformanceFeePeriod, PerformanceFeeTerms
from carbonkit.fund.units.unit_chart import UnitChart
from carbonkit.fund.units.unit_distribution import UnitDistribution
from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee, SubscriptionFeeBasis
from carbonkit.fund.units.unit_posting import (
    crystallisation_transfers,
    dealing_transfers,
    distribution_transfers,
    holding_transfer,
    roll_up_transfers,
    tie_out_units,
)
from carbonkit.fund.units.unit_series import UnitSeries, roll_up
from carbonkit.ledger import AccountId, AssetId, Ledger, MemoryStore, verify
from carbonkit.storage import SQLiteStore
from carbonkit.values import FixedClock
from tests.fund.unit_books import (
    CUT_OFF,
    DEALT,
    UNIT,
    A,
    B,
    C,
    buy,
    cny,
    dealing_day,
    first,
    give_back,
    lot,
    record,
    register,
    terms,
    unit_class,
)

if TYPE_CHECKING:
    from pathlib import Path

    from carbonkit.fund.units.dealing import Dealing
    from carbonkit.fund.units.unit_register import UnitRegister

BANK, MANAGER, CASH = AccountId("BANK"), AccountId("MANAGER"), AccountId("GREEN/cash")
CHART = UnitChart(unit=UNIT, cash_account=CASH, bank=BANK, manager=MANAGER)
YUAN = CHART.cash


def opened() -> tuple[MemoryStore, Ledger]:
    store = MemoryStore()
    ledger = Ledger(store, FixedClock("2026-12-31T08:00:00Z"))
    ledger.post_all(CHART.opening([A, B, C], at="2026-01-01T00:00:00Z", known=()))
    return store, ledger


def first_day(ledger: Ledger) -> UnitRegister:
    fee = SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.OUTSIDE)
    done = deal(
        register(),
        [buy("S-1", A, cny("1006.00")), buy("S-2", B, cny("503.00"))],
        day=dealing_day(),
        dealt_at=DEALT,
        price=first(),
        terms=terms(subscription_fee=fee),
        own_fee=None,
    )
    transfers = dealing_transfers(done, CHART)
    assert [receipt.repeated for receipt in ledger.post_all(transfers)] == [False, False]
    assert [receipt.repeated for receipt in ledger.post_all(transfers)] == [True, True]  # once and no more
    return done.after


def test_an_order_is_one_transfer_with_cash_and_units() -> None:
    store, ledger = opened()
    held = first_day(ledger)
    assert ledger.quantity(A, UNIT.id) == 100_000
    assert ledger.quantity(CHART.issuing_account, UNIT.id) == -150_000
    assert [ledger.quantity(who, YUAN) for who in (BANK, A, MANAGER, CASH)] == [-150_900, 0, 900, 150_000]
    tie_out_units(ledger, CHART, held)
    fee = RedemptionFee(steps=[(0, "0.01")], kept="0.25")
    done = deal(
        held,
        [give_back("R-1", A, 100, received_at=CUT_OFF), buy("S-3", C, cny("10.00"), CUT_OFF)],
        day=dealing_day(day="2026-07-01", opened_at=CUT_OFF, cut_off_at="2026-07-01T07:00:00Z"),
        dealt_at="2026-07-01T12:00:00Z",
        price=record(held, 1500, day="2026-07-01").dealing,
        terms=terms(redemption_fee=fee),
        own_fee=None,
    )
    transfers = dealing_transfers(done, CHART)
    assert [str(each.id) for each in transfers] == ["GREEN-A/2026-07-01/S-3", "GREEN-A/2026-07-01/R-1"]
    ledger.post_all(transfers)
    tie_out_units(ledger, CHART, done.after)
    assert ledger.quantity(CASH, YUAN) == 150_000 + 1000 - 9900 - 75
    assert ledger.quantity(MANAGER, YUAN) == 900 + 75
    assert verify(store).ok


def test_a_crystallisation_pays_the_fee_and_moves_units() -> None:
    store, ledger = opened()
    ledger.post_all(dealing_transfers(_dealt([("S-1", A, 1000), ("S-2", B, 1000), ("S-3", C, 1000)]), CHART))
    held = register(lot(A, 1000, mark="1.00"), lot(B, 1000, mark="1.10"), lot(C, 1000, mark="0.90"))
    done = crystallise(held, Equaliser(rate="0.2", mark=1, gav="1.2"), on="2026-12-31")
    transfers = crystallisation_transfers(done, CHART, at="2026-12-31T08:00:00Z")
    assert [str(each.id) for each in transfers] == ["GREEN-A/crystallisation/2026-12-31"]
    ledger.post_all(transfers)
    ledger.post_all(transfers)
    tie_out_units(ledger, CHART, done.after)
    assert done.fee == cny("120.00")
    assert ledger.quantity(MANAGER, YUAN) == 12_000
    assert ledger.quantity(B, UNIT.id) > ledger.quantity(A, UNIT.id) > ledger.quantity(C, UNIT.id)
    assert verify(store).ok


def _dealt(orders: list[tuple[str, AccountId, int]]) -> Dealing:
    return deal(
        register(),
        [buy(name, who, cny(amount)) for name, who, amount in orders],
        day=dealing_day(),
        dealt_at=DEALT,
        price=first(),
        terms=terms(),
        own_fee=None,
    )


def test_who_loses_all_units_is_posted_too() -> None:
    whole = unit_class(unit_places=0)
    held = register(lot(A, 1, mark=50), lot(B, 10, mark=100), unit=whole)
    done = crystallise(held, Equaliser(rate="0.5", mark=100, gav=100), on="2026-12-31")
    chart = UnitChart(unit=whole, cash_account=CASH, bank=BANK, manager=MANAGER)
    [transfer] = crystallisation_transfers(done, chart, at="2026-12-31T08:00:00Z")
    assert [(leg.quantity, str(leg.source)) for leg in transfer.legs] == [
        (2500, "GREEN/cash"),
        (1, "BANK-A"),
    ]


def test_a_distribution_is_paid_and_reinvested() -> None:
    store, ledger = opened()
    held = first_day(ledger)
    paid = UnitDistribution(
        name="distribution/1",
        before=held,
        on="2026-07-01",
        total=cny("30.00"),
        reinvesting=[B],
        price=first("1.25", day="2026-07-01"),
    )
    [transfer] = distribution_transfers(paid, CHART, at="2026-07-01T08:00:00Z")
    assert str(transfer.id) == "GREEN-A/distribution/1"
    ledger.post(transfer)
    tie_out_units(ledger, CHART, paid.after)
    assert ledger.quantity(CASH, YUAN) == 150_000 - 2000
    assert ledger.quantity(B, UNIT.id) == 50_800
    assert verify(store).ok


def test_units_pass_between_holders() -> None:
    _, ledger = opened()
    held = first_day(ledger)
    ledger.post(holding_transfer(CHART, A, C, "0.01", document="T-1", at="2026-07-01T08:00:00Z"))
    tie_out_units(ledger, CHART, held.transfer(A, C, "0.01", on="2026-07-01", document="T-1"))
    with pytest.raises(OverdraftError):
        ledger.post(holding_transfer(CHART, C, A, 1, document="T-2", at="2026-07-01T08:00:00Z"))
    with pytest.raises(InvalidValueError):
        holding_transfer(CHART, C, A, "0.001", document="T-3", at="2026-07-01T08:00:00Z")


def test_very_many_holders_are_cut_into_transfers() -> None:
    holders = [AccountId(f"H-{number}") for number in range(1000)]
    held = register(*(lot(who, 1, document=str(who)) for who in holders))
    paid = UnitDistribution(
        name="distribution/1", before=held, on="2026-07-01", total=cny("1000.00"), reinvesting=(), price=None
    )
    transfers = distribution_transfers(paid, CHART, at="2026-07-01T08:00:00Z")
    assert [str(each.id) for each in transfers] == [
        "GREEN-A/distribution/1",
        "GREEN-A/distribution/1/2",
        "GREEN-A/distribution/1/3",
    ]
    assert [len(each.legs) for each in transfers] == [900, 900, 200]


def test_a_difference_names_everyone_who_differs() -> None:
    _, ledger = opened()
    held = first_day(ledger)
    moved = held.transfer(A, C, 1, on="2026-07-01", document="T-1")
    with pytest.raises(BatchError) as caught:
        tie_out_units(ledger, CHART, moved)
    assert [(each.field, each.must, each.was, each.code) for each in caught.value.problems] == [
        ("units of BANK-A", "be the 999.00 of the register", "1000.00", Refusal.NOT_TIED_OUT),
        ("units of BANK-C", "be the 1.00 of the register", "0.00", Refusal.NOT_TIED_OUT),
    ]
    more, _ = held.redeem(B, 1, on="2026-07-01")
    with pytest.raises(BatchError, match="units of GREEN-A/units"):
        tie_out_units(ledger, CHART, more)


def test_another_class_is_refused() -> None:
    _, ledger = opened()
    other = register(unit=unit_class(unit_places=3))
    with pytest.raises(FundError) as caught:
        tie_out_units(ledger, CHART, other)
    assert caught.value.problem.code == Refusal.OTHER_UNIT
    with pytest.raises(InvalidValueError, match="dealing: must be of type Dealing"):
        dealing_transfers(other, CHART)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="chart: must be of type UnitChart"):
        tie_out_units(ledger, None, other)  # type: ignore[arg-type]


def test_what_the_ledger_has_is_not_opened_again() -> None:
    everything = CHART.opening([A], at="2026-01-01T00:00:00Z", known=())
    fewer = CHART.opening([A], at="2026-01-01T00:00:00Z", known=[AssetId("CNY"), BANK, A])
    assert len(everything) - len(fewer) == 3


def test_a_roll_up_moves_every_holder_to_the_lead_series() -> None:
    store, ledger = opened()
    terms_ = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
    made, charts = [], []
    for name, holders, nav in (("S-1", (A, B), 116), ("S-2", (B, C), 108)):
        unit = unit_class(id=AssetId(name))
        chart = attrs.evolve(CHART, unit=unit)
        known = (YUAN, BANK, MANAGER, CASH, A, B, C)
        ledger.post_all(chart.opening((), at="2026-01-01T00:00:00Z", known=known))
        done = deal(
            register(unit=unit),
            [buy(f"{name}-{who}", who, cny(1000)) for who in holders],
            day=dealing_day(),
            dealt_at=DEALT,
            price=first(unit=unit),
            terms=terms(),
            own_fee=None,
        )
        ledger.post_all(dealing_transfers(done, chart))
        period = PerformanceFeePeriod(terms=terms_, mark=nav, opening=nav, opened_on="2026-12-31")
        made.append(UnitSeries(register=done.after, period=period))
        charts.append(chart)
    lead, later = made
    rolled = roll_up(later, lead, on="2026-12-31")
    transfers = roll_up_transfers(rolled, charts[1], charts[0], at="2026-12-31T08:00:00Z")
    assert [str(each.id) for each in transfers] == ["S-2/roll_up/2026-12-31"]
    ledger.post_all(transfers)
    assert all(receipt.repeated for receipt in ledger.post_all(transfers))
    tie_out_units(ledger, charts[0], rolled.after.register)
    tie_out_units(ledger, charts[1], rolled.closed)
    assert [ledger.quantity(who, AssetId("S-1")) for who in (A, B, C)] == [100_000, 193_103, 93_103]
    assert verify(store).ok
    with pytest.raises(FundError, match="unit: must be of S-1, was S-2"):
        roll_up_transfers(rolled, charts[0], charts[1], at="2026-12-31T08:00:00Z")
    elsewhere = attrs.evolve(charts[1], cash_account=AccountId("OTHER/cash"))
    with pytest.raises(InvalidValueError, match="cash_account: must be GREEN/cash, that of the lead series"):
        roll_up_transfers(rolled, elsewhere, charts[0], at="2026-12-31T08:00:00Z")


def test_units_are_posted_to_a_file_as_to_memory(tmp_path: Path) -> None:
    with SQLiteStore.open(tmp_path / "units.db") as store:
        ledger = Ledger(store, FixedClock("2026-12-31T08:00:00Z"))
        ledger.post_all(CHART.opening([A, B, C], at="2026-01-01T00:00:00Z", known=()))
        held = first_day(ledger)
        tie_out_units(ledger, CHART, held)
        done = crystallise(held, Equaliser(rate="0.2", mark=1, gav="1.2"), on="2026-12-31")
        ledger.post_all(crystallisation_transfers(done, CHART, at="2026-12-31T08:00:00Z"))
        paid_out = UnitDistribution(
            name="distribution/2026",
            before=done.after,
            on="2026-12-31",
            total=cny("15.00"),
            reinvesting=[B],
            price=first("1.0000", day="2026-12-31"),
        )
        ledger.post_all(distribution_transfers(paid_out, CHART, at="2026-12-31T08:00:00Z"))
    with SQLiteStore.open(tmp_path / "units.db") as store:  # read again by another process
        ledger = Ledger(store, FixedClock("2026-12-31T08:00:00Z"))
        tie_out_units(ledger, CHART, paid_out.after)
        assert ledger.quantity(B, UNIT.id) == 50_500
        assert ledger.quantity(CASH, YUAN) == 150_000 - done.fee.to_minor() - 1000
        assert verify(store).ok
        with pytest.raises(OverdraftError):
            ledger.post(holding_transfer(CHART, C, A, 1, document="T-9", at="2026-12-31T08:00:00Z"))


def test_no_units_pass_between_no_holders() -> None:
    with pytest.raises(InvalidValueError, match=r"units: must be above zero, was 0\.00"):
        holding_transfer(CHART, A, B, 0, document="T-1", at=DEALT)
    with pytest.raises(InvalidValueError, match="chart: must be of type UnitChart"):
        holding_transfer(None, A, B, 1, document="T-1", at=DEALT)  # type: ignore[arg-type]
