"""Dealing: one price a day, all orders or none, every problem with the order that it is of."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.dealing import Dealing, deal
from carbonkit.fund.units.dealing_terms import BelowMinimum, DealingSide
from carbonkit.fund.units.equalisation import Equaliser
from carbonkit.fund.units.gate import GateBasis, GateRest, RedemptionGate
from carbonkit.fund.units.swing import SwingKind, SwingPolicy, swung_price
from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee, SubscriptionFeeBasis
from carbonkit.fund.units.unit_order import net_flow
from carbonkit.values import AccountId, AssetId, Money
from tests.fund.unit_books import (
    CUT_OFF,
    DEALT,
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
    from collections.abc import Sequence

    from carbonkit.fund.units.unit_order import RedemptionOrder, SubscriptionOrder
    from carbonkit.fund.units.unit_register import UnitRegister

HELD = register(
    lot(A, 600, bought_on="2026-01-05", document="1"),
    lot(B, 300, bought_on="2026-06-25", document="2"),
    lot(A, 100, bought_on="2026-06-26", document="3"),
)  # 1,000 units


def dealt(
    held: UnitRegister,
    orders: Sequence[SubscriptionOrder | RedemptionOrder],
    **changed: Any,  # noqa: ANN401  any argument
) -> Dealing:
    given: dict[str, Any] = {
        "day": dealing_day(),
        "dealt_at": DEALT,
        "price": record(held, 1050).dealing if held.lots else first(),
        "terms": terms(),
        "own_fee": None,
    }
    return deal(held, orders, **{**given, **changed})


def codes(caught: pytest.ExceptionInfo[BatchError]) -> list[tuple[str, str, str]]:
    return [(each.file, each.field, each.code) for each in caught.value.problems]


def test_all_orders_get_the_price_of_the_day() -> None:
    done = dealt(HELD, [buy("S-1", C, cny("1000.00")), give_back("R-1", A, "650"), buy("S-2", A, cny("21"))])
    assert [str(note.units) for note in done.subscriptions] == ["952.38", "20.00"]
    [note] = done.redemptions
    assert (note.gross, note.proceeds, note.to_manager) == (cny("682.50"), cny("682.50"), cny(0))
    assert [(each.document, str(each.units)) for each in note.lots] == [("1", "600.00"), ("3", "50.00")]
    assert done.after.holders == ((B, Decimal("300.00")), (A, Decimal("70.00")), (C, Decimal("952.38")))
    assert done.after.lots_of(C)[0].mark == Fraction(21, 20)
    assert (done.into_fund, done.out_of_fund) == (cny("1021.00"), cny("682.50"))
    assert done.kept == Fraction("0.001")  # 1000 − 952.38 × 1.05
    assert done.before is HELD


def test_front_end_fee_and_levy_come_off_before_units_are_bought() -> None:
    price = attrs.evolve(first("1.0500"), levy_in="0.01")
    fee = SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.OUTSIDE)
    [note] = dealt(
        register(), [buy("S-1", A, cny("1006.00"))], price=price, terms=terms(subscription_fee=fee)
    ).subscriptions
    assert (note.fee, note.into_fund, note.levy) == (cny("6.00"), cny("1000.00"), cny("10.00"))
    assert str(note.units) == "942.85"  # 990 / 1.05
    assert note.kept == 990 - Fraction("942.85") * Fraction("1.05")


def test_back_end_fee_goes_by_the_days_of_each_lot() -> None:
    fee = RedemptionFee(steps=[(0, "0.015"), (7, "0.005"), (30, 0)], kept="0.25")
    done = dealt(HELD, [give_back("R-1", A, 700), give_back("R-2", B, 300)], terms=terms(redemption_fee=fee))
    first_note, second = done.redemptions
    assert first_note.fee == cny("1.58")  # 100 × 1.05 × 1.5 %, rounded half up; 600 were held 176 days
    assert first_note.fee_kept == cny("0.40")
    assert (first_note.proceeds, first_note.to_manager) == (cny("733.42"), cny("1.18"))
    assert second.fee == cny("4.73")  # five days
    assert done.out_of_fund == first_note.out_of_fund + second.out_of_fund
    assert not done.after.lots


def test_a_levy_on_redemptions_stays_in_the_fund() -> None:
    price = attrs.evolve(record(HELD, 1050).dealing, levy_out="0.02")
    [note] = dealt(HELD, [give_back("R-1", B, 100)], price=price).redemptions
    assert (note.gross, note.levy, note.out_of_fund) == (cny("105.00"), cny("2.10"), cny("102.90"))


def test_a_fund_that_equalises_takes_each_lots_own_fee() -> None:
    held = register(lot(A, 100, mark=100), lot(B, 100, mark=110), lot(C, 100, mark=130))
    gav = record(held, 36_000).dealing  # 120 a unit
    now = Equaliser(rate="0.2", mark=100, gav=120)
    orders = [give_back(f"R-{who}", who, 10) for who in (A, B, C)]
    done = dealt(held, orders, price=gav, own_fee=now)
    assert [note.performance_fee for note in done.redemptions] == [cny(40), cny(20), cny(0)]
    assert [note.proceeds for note in done.redemptions] == [cny(1160), cny(1180), cny(1200)]
    assert [note.to_manager for note in done.redemptions] == [cny(40), cny(20), cny(0)]
    fee = RedemptionFee(steps=[(0, "0.1")], kept=0)
    [note] = dealt(held, orders[:1], price=gav, own_fee=now, terms=terms(redemption_fee=fee)).redemptions
    assert note.fee == cny(116)  # on what the holder would get, not on the fee


def test_every_problem_names_its_order_and_nothing_is_dealt() -> None:
    orders: list[SubscriptionOrder | RedemptionOrder] = [
        buy("S-1", C, cny(100)),
        buy("S-2", C, cny(99)),
        buy("S-3", C, Money(100, "EUR")),
        buy("S-1", C, cny(100), CUT_OFF),
        give_back("R-1", A, "700.01"),
        give_back("R-2", C, 1),
        give_back("R-3", B, "0.001"),
        give_back("R-4", A, 700),
        give_back("R-5", A, "0.01"),
        buy("S-4", C, cny(100), "2026-06-01T00:00:00Z"),
    ]
    with pytest.raises(BatchError) as caught:
        dealt(HELD, orders, terms=terms(minimum_subscription=cny(100)))
    assert codes(caught) == [
        ("order S-2", "amount", Refusal.BELOW_MINIMUM),
        ("order S-3", "amount", "currency_mismatch"),
        ("order S-1", "id", Refusal.ORDER_TWICE),
        ("order S-1", "received_at", Refusal.AFTER_CUT_OFF),
        ("order R-1", "units", Refusal.ABOVE_UNITS_HELD),
        ("order R-2", "units", Refusal.ABOVE_UNITS_HELD),
        ("order R-3", "units", "invalid_value"),
        ("order R-5", "units", Refusal.ABOVE_UNITS_HELD),
        ("order S-4", "received_at", Refusal.BEFORE_OPENING),
    ]
    assert "order R-5, units: must be at most the 0.00 that BANK-A holds, was 0.01" in str(caught.value)


def test_too_little_for_a_unit_is_refused() -> None:
    with pytest.raises(BatchError) as caught:
        dealt(register(), [buy("S-1", A, cny("0.01"))], price=first("2.0000"))
    assert codes(caught) == [("order S-1", "amount", Refusal.BELOW_MINIMUM)]


def test_what_is_bought_today_cannot_be_given_back_today() -> None:
    with pytest.raises(BatchError) as caught:
        dealt(HELD, [buy("S-1", C, cny(100)), give_back("R-1", C, 1)])
    assert codes(caught) == [("order R-1", "units", Refusal.ABOVE_UNITS_HELD)]


def test_a_suspended_fund_deals_with_nobody() -> None:
    orders: list[SubscriptionOrder | RedemptionOrder] = [buy("S-1", C, cny(100)), give_back("R-1", A, 1)]
    with pytest.raises(BatchError) as caught:
        dealt(HELD, orders, terms=terms(suspended="no price for CEA since 2026-06-28"))
    assert [code for _, _, code in codes(caught)] == [Refusal.SUSPENDED] * 2
    assert "was no price for CEA since 2026-06-28" in str(caught.value)


@pytest.mark.parametrize(("side", "stopped"), [("subscriptions", "S-1"), ("redemptions", "R-1")])
def test_one_side_may_be_suspended(side: str, stopped: str) -> None:
    orders: list[SubscriptionOrder | RedemptionOrder] = [buy("S-1", C, cny(100)), give_back("R-1", A, 1)]
    closed = terms(suspended="too large", suspended_side=DealingSide(side))
    with pytest.raises(BatchError) as caught:
        dealt(HELD, orders, terms=closed)
    assert codes(caught) == [(f"order {stopped}", "order", Refusal.SUSPENDED)]
    others = [order for order in orders if str(order.id) != stopped]
    done = dealt(HELD, others, terms=closed)
    assert len(done.subscriptions) + len(done.redemptions) == 1


def test_the_minimum_holding_counts_what_is_bought_on_the_day() -> None:
    value = record(HELD, str(HELD.outstanding))
    leaves = give_back("R-1", B, 250)
    low = terms(minimum_holding=100)
    done = dealt(HELD, [leaves, buy("S-1", B, cny(50))], terms=low, price=value.dealing)
    assert done.after.units_of(B) == 100
    with pytest.raises(BatchError, match=r"was 99\.99 left"):
        dealt(HELD, [leaves, buy("S-1", B, cny("49.99"))], terms=low, price=value.dealing)
    everything = terms(minimum_holding=100, below_minimum=BelowMinimum.ALL_REDEEMED)
    done = dealt(HELD, [leaves, buy("S-1", B, cny(1))], terms=everything, price=value.dealing)
    assert [str(done.redemptions[0].units), str(done.after.units_of(B))] == ["300.00", "1.00"]


def test_very_many_orders_go_through_a_gate_in_one_go() -> None:
    names = [AccountId(f"H-{number}") for number in range(300)]
    held = register(*(lot(who, 10 + place % 7) for place, who in enumerate(names)))
    gate = RedemptionGate(share="0.1", basis=GateBasis.GROSS, rest=GateRest.DEFERRED)
    orders = [give_back(f"R-{who}", who, 10) for who in names]
    done = dealt(held, orders, terms=terms(gate=gate), price=record(held, 5000).dealing)
    through = sum(Fraction(note.units) for note in done.redemptions)
    assert through == Fraction(held.outstanding) / 10
    assert through + sum(Fraction(order.units) for order in done.deferred) == 3000
    assert Fraction(done.after.outstanding) == Fraction(held.outstanding) - through


def test_the_minimum_holding_counts_what_all_orders_of_a_holder_leave() -> None:
    orders = [give_back("R-1", B, 150), give_back("R-2", B, 100)]
    low = terms(minimum_holding=100)
    with pytest.raises(BatchError, match="leave nothing, or at least 100 units") as caught:
        dealt(HELD, orders, terms=low)
    assert codes(caught) == [("order R-2", "units", Refusal.BELOW_MINIMUM)]
    assert dealt(HELD, [*orders, give_back("R-3", B, 50)], terms=low).after.units_of(B) == 0
    assert dealt(HELD, orders[:1], terms=low).after.units_of(B) == 150
    everything = terms(minimum_holding=100, below_minimum=BelowMinimum.ALL_REDEEMED)
    done = dealt(HELD, orders, terms=everything)
    assert [str(note.units) for note in done.redemptions] == ["150.00", "150.00"]
    assert done.after.units_of(B) == 0


@pytest.mark.parametrize("rest", GateRest)
def test_a_gate_cuts_pro_rata_and_keeps_or_ends_the_rest(rest: GateRest) -> None:
    gate = RedemptionGate(share="0.1", basis=GateBasis.GROSS, rest=rest)
    orders = [give_back("R-1", A, 600), give_back("R-2", B, 300)]
    done = dealt(HELD, orders, terms=terms(gate=gate))
    assert [str(note.units) for note in done.redemptions] == ["66.67", "33.33"]
    left = [
        (str(each.id), str(each.units), str(each.deferred_from)) for each in (done.deferred or done.lapsed)
    ]
    assert left == [("R-1", "533.33", "2026-06-30"), ("R-2", "266.67", "2026-06-30")]
    assert (len(done.deferred), len(done.lapsed)) == ((2, 0) if rest is GateRest.DEFERRED else (0, 2))
    assert done.after.outstanding == 900
    assert f"order R-1, {rest.value}: 533.33 = above the gate" in done.explain().text()


def test_what_is_deferred_is_dealt_on_the_next_day() -> None:
    gate = RedemptionGate(share="0.5", basis=GateBasis.GROSS, rest=GateRest.DEFERRED)
    one = dealt(HELD, [give_back("R-1", A, 700)], terms=terms(gate=gate))
    assert one.after.outstanding == 500
    tomorrow = dealing_day(day="2026-07-01", opened_at=CUT_OFF, cut_off_at="2026-07-01T07:00:00Z")
    price = record(one.after, 500, day="2026-07-01").dealing
    two = dealt(
        one.after,
        one.deferred,
        day=tomorrow,
        price=price,
        terms=terms(gate=gate),
        dealt_at="2026-07-01T12:00:00Z",
    )
    assert [str(note.units) for note in two.redemptions] == ["200.00"]
    assert not two.deferred
    again = dealt(
        one.after,
        one.deferred,
        day=tomorrow,
        price=price,
        dealt_at="2026-07-01T12:00:00Z",
        terms=terms(gate=RedemptionGate(share="0.01", basis=GateBasis.GROSS, rest=GateRest.DEFERRED)),
    )
    assert str(again.deferred[0].deferred_from) == "2026-06-30"  # the first day stays


def test_an_order_of_which_nothing_gets_through_has_no_note() -> None:
    gate = RedemptionGate(share="0.00001", basis=GateBasis.GROSS, rest=GateRest.DEFERRED)
    done = dealt(HELD, [give_back("R-1", A, 300), give_back("R-2", B, 1)], terms=terms(gate=gate))
    assert [str(note.units) for note in done.redemptions] == ["0.01"]
    assert [str(each.units) for each in done.deferred] == ["299.99", "1.00"]


def test_a_switch_buys_the_other_class_on_the_same_day() -> None:
    other = unit_class(id=AssetId("GREEN-B"))
    switch = give_back("W-1", A, 100, into=other.id)
    kept = give_back("R-1", B, 100)
    done = dealt(HELD, [switch, kept])
    [order] = done.switches(other.id)
    assert (order.holder, order.amount) == (A, cny("105.00"))
    bought = dealt(register(unit=other), [order], price=first("2.0000", unit=other))
    assert bought.after.units_of(A) == Decimal("52.50")
    assert done.switches(AssetId("GREEN-C")) == ()


def test_a_deferred_switch_still_belongs_to_the_day() -> None:
    order = give_back(
        "W-1", A, 100, into=AssetId("GREEN-B"), received_at="2026-06-01T00:00:00Z", deferred_from="2026-06-02"
    )
    [into] = dealt(HELD, [order]).switches(AssetId("GREEN-B"))
    dealing_day().check(into)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"dealt_at": "2026-06-30T06:59:59Z"}, Refusal.PRICE_KNOWN),
        ({"price": first()}, Refusal.UNPRICED),
        ({"price": record(HELD, 1050, day="2026-06-29").dealing}, Refusal.PRICE_OF_ANOTHER_DAY),
        ({"price": record(register(lot(A, 999)), 1050).dealing}, Refusal.NOT_TIED_OUT),
        ({"price": first(unit=unit_class(unit_places=3))}, Refusal.OTHER_UNIT),
    ],
)
def test_a_price_that_the_day_cannot_be_dealt_at_is_refused(changed: dict[str, Any], code: Refusal) -> None:
    with pytest.raises(FundError) as caught:
        dealt(HELD, [buy("S-1", C, cny(100))], **changed)
    assert caught.value.problem.code == code


def test_a_day_before_the_last_change_is_not_dealt() -> None:
    late = HELD.issue((), on="2026-07-01")
    with pytest.raises(FundError) as caught:
        dealt(late, [])
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER


def test_fees_above_what_units_bring_are_refused() -> None:
    fee = RedemptionFee(steps=[(0, "0.6")], kept=0)
    price = attrs.evolve(record(HELD, 1050).dealing, levy_out="0.6")
    with pytest.raises(BatchError) as caught:
        dealt(HELD, [give_back("R-1", B, 100)], price=price, terms=terms(redemption_fee=fee))
    assert codes(caught) == [("order R-1", "fees and levy", "invalid_value")]


def test_what_is_no_order_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="orders: must be SubscriptionOrder or RedemptionOrder"):
        dealt(HELD, ["order"])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="terms: must be of type DealingTerms"):
        dealt(HELD, [], terms=None)
    with pytest.raises(InvalidValueError, match="minimum_subscription: must be CNY, was EUR"):
        dealt(HELD, [], terms=terms(minimum_subscription=Money(1, "EUR")))
    with pytest.raises(InvalidValueError, match="minimum_holding: must have at most 2 decimal places"):
        dealt(HELD, [], terms=terms(minimum_holding="0.001"))
    with pytest.raises(InvalidValueError, match="own_fee: must have a method own_fee, as an Equaliser does"):
        dealt(HELD, [], own_fee="0.2")


def test_an_error_that_is_not_of_the_domain_passes() -> None:
    class Broken:
        def own_fee(self, _: object) -> Fraction:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        dealt(HELD, [give_back("R-1", A, 1)], own_fee=Broken())


@given(
    st.integers(10**4, 10**12),
    st.lists(st.integers(1000, 10**10), max_size=3),
    st.lists(st.integers(1, 10_000), max_size=3),
)
def test_those_who_stay_neither_gain_nor_lose_but_by_rounding(
    fen: int, ins: list[int], outs: list[int]
) -> None:
    value = record(HELD, str(Money.from_minor(fen, "CNY").amount))
    orders: list[SubscriptionOrder | RedemptionOrder] = [
        buy(f"S-{number}", C, Money.from_minor(each, "CNY")) for number, each in enumerate(ins)
    ]
    orders += [give_back(f"R-{number}", A, str(Decimal(each) / 100)) for number, each in enumerate(outs)]
    assume(all(each >= 2 * value.dealing.exact for each in ins))
    done = dealt(HELD, orders, price=value.dealing)
    after = Fraction(value.net_asset_value.amount) + Fraction((done.into_fund - done.out_of_fund).amount)
    dealt_units = [Fraction(note.units) for note in done.subscriptions]
    dealt_units += [-Fraction(note.units) for note in done.redemptions]
    by_price = sum(dealt_units, Fraction(0)) * (value.dealing.exact - value.exact)
    gain = after - Fraction(done.after.outstanding) * value.exact
    assert gain == done.kept + by_price  # what rounding of units, money and price leaves, and nothing else
    assert abs(by_price) <= Fraction(1, 20_000) * sum(map(abs, dealt_units), Fraction(0))
    assert done.kept <= len(orders) * (value.dealing.exact / 100 + Fraction(1, 200))
    assert done.kept >= -Fraction(len(done.redemptions), 200)


@pytest.mark.parametrize(("side", "per_unit"), [("in", "1.0542"), ("out", "1.0448")])
def test_a_swing_leaves_the_cost_of_dealing_with_those_who_deal(side: str, per_unit: str) -> None:
    value = record(HELD, 1050)
    order = buy("S-1", C, cny("105.00")) if side == "in" else give_back("R-1", B, 100)
    policy = SwingPolicy(kind=SwingKind.PARTIAL, threshold="0.05", inflow_bps=40, outflow_bps=50, cap_bps=100)
    price = swung_price(value, net_flow=net_flow([order], value, terms=terms()), policy=policy)
    assert price.per_unit == cny(per_unit)
    done = dealt(HELD, [order], price=price)
    after = Fraction(1050) + Fraction((done.into_fund - done.out_of_fund).amount)
    assert after / Fraction(done.after.outstanding) > value.exact
    assert value.per_unit == cny("1.0500")


def test_a_dealing_explains_every_order() -> None:
    done = dealt(HELD, [buy("S-1", AccountId("NEW"), cny(105)), give_back("R-1", B, 100)])
    text = done.explain().text()
    assert text.startswith("units of GREEN-A outstanding after 2026-06-30: 1000.00 = 1000.00 + issued")
    assert "units of GREEN-A for NEW, order S-1: 100.00 = (105 CNY − fee − levy) / 1.0500 CNY" in text
    assert "proceeds of GREEN-A for BANK-B, order R-1: 105.00 CNY" in text
