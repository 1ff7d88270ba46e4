"""Orders: forward dealing, one dealing day each, decided by when they came."""

from __future__ import annotations

import pytest

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.gate import GateBasis, GateRest, RedemptionGate
from carbonkit.fund.units.unit_fee import SubscriptionFee, SubscriptionFeeBasis
from carbonkit.fund.units.unit_order import RedemptionOrder, SubscriptionOrder, net_flow
from carbonkit.values import Money
from tests.fund.unit_books import (
    CUT_OFF,
    OPENED,
    A,
    B,
    buy,
    cny,
    dealing_day,
    give_back,
    lot,
    record,
    register,
    terms,
)


@pytest.mark.parametrize(
    ("received_at", "code"),
    [
        ("2026-06-29T06:59:59Z", Refusal.BEFORE_OPENING),
        (OPENED, None),
        ("2026-06-30T06:59:59.999999Z", None),
        (CUT_OFF, Refusal.AFTER_CUT_OFF),
        ("2026-07-01T00:00:00Z", Refusal.AFTER_CUT_OFF),
    ],
)
def test_an_order_belongs_to_the_day_whose_cut_off_is_next(received_at: str, code: Refusal | None) -> None:
    for order in (buy("S-1", A, cny(1), received_at), give_back("R-1", A, 1, received_at=received_at)):
        if code is None:
            dealing_day().check(order)
            continue
        with pytest.raises(FundError) as caught:
            dealing_day().check(order)
        assert caught.value.problem.code == code


def test_a_deferred_order_came_on_an_earlier_day() -> None:
    early = "2026-06-01T00:00:00Z"
    dealing_day().check(give_back("R-1", A, 1, received_at=early, deferred_from="2026-06-29"))
    with pytest.raises(FundError, match="deferred_from: must be before 2026-06-30, was 2026-06-30") as caught:
        dealing_day().check(give_back("R-1", A, 1, received_at=early, deferred_from="2026-06-30"))
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER


def test_consecutive_days_leave_no_moment_out() -> None:
    today = dealing_day()
    tomorrow = dealing_day(day="2026-07-01", opened_at=today.cut_off_at, cut_off_at="2026-07-01T07:00:00Z")
    for moment in ("2026-06-30T06:59:59Z", CUT_OFF, "2026-06-30T07:00:01Z"):
        order, taken = buy("S-1", A, cny(1), moment), []
        for day in (today, tomorrow):
            try:
                day.check(order)
            except FundError:
                continue
            taken.append(day.day)
        assert len(taken) == 1


@pytest.mark.parametrize("cut_off_at", [OPENED, "2026-06-28T07:00:00Z"])
def test_a_day_has_time_for_orders(cut_off_at: str) -> None:
    with pytest.raises(InvalidValueError, match="cut_off_at: must be after 2026-06-29T07:00:00"):
        dealing_day(cut_off_at=cut_off_at)


def test_orders_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="amount: must be above zero"):
        buy("S-1", A, cny(0))
    with pytest.raises(InvalidValueError, match="amount: must have at most 2 decimal places"):
        buy("S-1", A, cny("0.001"))
    with pytest.raises(InvalidValueError, match="units: must be above zero"):
        give_back("R-1", A, 0)
    with pytest.raises(InvalidValueError, match="received_at: must be an instant with its offset"):
        buy("S-1", A, cny(1), "2026-06-30")
    with pytest.raises(InvalidValueError, match="into: must be of type AssetId"):
        give_back("R-1", A, 1, into="GREEN-B")


def test_the_net_flow_is_estimated_at_the_nav_of_record() -> None:
    held = record(register(lot(A, 100), lot(B, 100)), 210)
    orders: list[SubscriptionOrder | RedemptionOrder] = [buy("S-1", A, cny("10.00"))]
    orders += [give_back("R-1", B, "20.5"), buy("S-2", B, cny("1.00"))]
    assert net_flow(orders, held, terms=terms()) == cny("-10.525000")
    assert net_flow([], held, terms=terms()) == cny(0)
    with pytest.raises(InvalidValueError, match="units of order R-1: must have at most 2 decimal places"):
        net_flow([give_back("R-1", B, "0.001")], held, terms=terms())
    with pytest.raises(InvalidValueError, match="orders: must be SubscriptionOrder or RedemptionOrder"):
        net_flow([None], held, terms=terms())  # type: ignore[list-item]
    with pytest.raises(CurrencyMismatchError, match="amount of order S-1: must be CNY"):
        net_flow([buy("S-1", A, Money(1, "EUR"))], held, terms=terms())


def test_the_net_flow_leaves_out_the_front_end_fee_and_what_the_gate_keeps() -> None:
    held = record(register(lot(A, 100), lot(B, 100)), 200)
    orders: list[SubscriptionOrder | RedemptionOrder] = [buy("S-1", A, cny("10.06"))]
    orders += [give_back("R-1", B, 50), give_back("R-2", A, 50)]
    fee = SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.OUTSIDE)
    assert net_flow(orders, held, terms=terms(subscription_fee=fee)) == cny(-90)
    for basis, flow in ((GateBasis.GROSS, -10), (GateBasis.NET, -20)):
        gate = RedemptionGate(share="0.1", basis=basis, rest=GateRest.LAPSED)
        assert net_flow(orders, held, terms=terms(subscription_fee=fee, gate=gate)) == cny(flow)
    worthless = record(register(lot(A, 100)), 0)
    assert net_flow(orders[:2], worthless, terms=terms()) == cny("10.06")
