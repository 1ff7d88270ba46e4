"""Clawbacks: what is above the share of the whole profit, or what partners lack; and escrow."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.carry.american import american_waterfall
from carbonkit.fund.carry.carry_terms import CarryBase, ClawbackBasis, PreferredStart, TierOrder
from carbonkit.fund.carry.clawback import Clawback, carry_on_liquidation, clawback_due
from carbonkit.fund.carry.deal_event import Realisation, Recoupment
from carbonkit.fund.carry.escrow import Escrow, EscrowKind, EscrowMove, escrow_of
from carbonkit.fund.carry.european import EuropeanWaterfall, european_waterfall
from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
from carbonkit.fund.carry.waterfall import CapitalUse
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.entry import Line
from carbonkit.fund.refusal import Refusal
from carbonkit.values import Money
from tests.carry import cny, paid_in, partners, sharing, year

NO_HURDLE = PreferredRate(0, Compounding.ANNUAL)
FEN = st.integers(1, 10**12)


def two_deals(**changed: Any) -> Any:  # noqa: ANN401  any of the terms; an American waterfall
    return american_waterfall(
        sharing(partners(A="75", B="25"), **changed),
        Recoupment.THIS_DEAL,
        [
            paid_in("50", deal="A"),
            paid_in("50", deal="B"),
            Realisation(deal="A", on=year(3), proceeds=cny("150"), disposed=1),
            Realisation(deal="B", on=year(5), proceeds=cny("20"), disposed=1),
        ],
    )


def due(fund: Any, nav: str = "0", escrow: str = "0", earlier: tuple[Clawback, ...] = ()) -> Clawback:  # noqa: ANN401
    return clawback_due(fund, earlier, net_asset_value=cny(nav), escrow=cny(escrow), on=year(5))


def test_what_is_above_the_share_of_profit_comes_back() -> None:
    found = due(two_deals())
    assert (found.carry_paid, found.amount, found.shortfall) == (cny("20.00"), cny("6.00"), Fraction(0))
    assert [(str(partner), str(part)) for partner, part in found.parts] == [
        ("A", "4.50 CNY"),
        ("B", "1.50 CNY"),
    ]
    assert [(str(each.partner), str(each.amount)) for each in found.entries] == [
        ("A", "4.50 CNY"),
        ("B", "1.50 CNY"),
        ("GP", "-6.00 CNY"),
    ]
    assert {(each.line, each.document) for each in found.entries} == {(Line.CARRIED_INTEREST, "clawback/1")}


@pytest.mark.parametrize(
    ("tax", "most", "amount"), [("0.4", 12, "6.00"), ("0.8", 4, "4.00"), ("1", 0, "0.00")]
)
def test_net_of_tax_no_more_than_what_is_left_is_taken(tax: str, most: int, amount: str) -> None:
    found = due(two_deals(clawback=ClawbackBasis.NET_OF_TAX, tax_rate=tax))
    assert found.most == most
    assert found.amount == cny(amount)


def test_escrow_pays_first() -> None:
    fund = two_deals(escrow="0.2")
    escrow = escrow_of("CNY", fund.results, ())
    assert escrow.balance == cny("4.00")
    found = due(fund, escrow=str(escrow.balance.amount))
    assert (found.from_escrow, found.from_general_partner) == (cny("4.00"), cny("2.00"))
    assert escrow_of("CNY", fund.results, [found]).balance == cny("0.00")
    plenty = due(fund, escrow="100")
    assert (plenty.from_escrow, plenty.from_general_partner) == (cny("6.00"), cny("0.00"))


def test_an_interim_test_counts_what_is_still_held() -> None:
    fund = two_deals()
    assert due(fund, nav="10").amount == cny("4.00")  # 20 − 20 % of 80
    assert due(fund, nav="30").amount == cny("0.00")
    assert due(fund, nav="90").amount == cny("0.00")


def test_what_was_given_back_before_counts() -> None:
    fund = two_deals()
    first = clawback_due(fund, (), net_asset_value=cny("10"), escrow=cny("0"), on=year(5))
    second = due(fund, earlier=(first,))
    assert (second.number, second.carry_paid, second.amount) == (2, cny("16.00"), cny("2.00"))
    assert due(fund, earlier=(first, second)).amount == cny("0.00")


def test_the_higher_of_the_two_is_due() -> None:
    # 10 of carry after a year, of 50 that became 100. Then 500 come in, and come back three years later
    # without a gain: the carry is still 20 % of the profit, but the 500 earned nothing. Lacking are
    # 500 × 1.08³ − 500, less the 36 that the partners had above their 54.
    fund = european_waterfall(
        sharing(partners(LP="550")),
        [paid_in("50"), paid_in("500", year(2))],
        [CashFlow(year(1), cny("100")), CashFlow(year(5), cny("500"))],
    )
    found = due(fund)
    assert (found.carry_paid, found.entitled) == (cny("10.00"), Fraction(10))
    assert found.shortfall == 500 * Fraction("1.08") ** 3 - 500 - 36
    assert found.amount == cny("10.00")
    partly = due(fund, nav="85")  # of which the partners get 85 first, and carry on 85 falls to both
    assert partly.shortfall == found.shortfall - 85
    assert partly.amount == cny("8.86")


def test_a_hard_hurdle_entitles_to_what_is_above_it() -> None:
    fund = european_waterfall(
        sharing(partners(LP="100"), catch_up=None), [paid_in("100")], [CashFlow(year(1), cny("200"))]
    )
    found = clawback_due(fund, (), net_asset_value=cny("0"), escrow=cny("0"), on=year(5))
    assert (found.entitled, found.amount) == (Fraction("18.4"), cny("0.00"))
    assert "above the preferred return" in found.explain().parts[1].how


def test_the_shortfall_follows_the_order_of_the_tiers() -> None:
    def lacking(order: TierOrder) -> Fraction:
        fund = european_waterfall(
            sharing(partners(LP="100"), order=order, preferred=PreferredRate("0.08", Compounding.SIMPLE)),
            [paid_in("100")],
            [CashFlow(year(1), cny("58"))],
        )
        return clawback_due(fund, (), net_asset_value=cny("0"), escrow=cny("0"), on=year(2)).shortfall

    assert lacking(TierOrder.CAPITAL_FIRST) == 42 + 8 + Fraction("3.36")
    assert lacking(TierOrder.PREFERRED_FIRST) == 50 + 4


def test_the_shortfall_counts_from_the_draw_and_leaves_out_what_the_base_does() -> None:
    drawn = [
        paid_in("100", year(1), drawn_on=year(0)),
        paid_in("10", year(1), drawn_on=year(1), use=CapitalUse.FEES_AND_EXPENSES),
    ]
    fund = european_waterfall(
        sharing(preferred_start=PreferredStart.DRAW_DATE, base=CarryBase.INVESTED), drawn, []
    )
    found = clawback_due(fund, (), net_asset_value=cny("20"), escrow=cny("0"), on=year(2))
    assert found.shortfall == 100 * Fraction("1.08") ** 2 - 20
    assert found.profit == -80
    assert (found.entitled, found.amount) == (Fraction(0), cny("0.00"))


def test_a_fund_that_lost_would_take_carry_back() -> None:
    fund = two_deals()
    assert carry_on_liquidation(fund, fund.liquidate({}, on=year(5)), ()) == cny("-6.00")
    pooled = american_waterfall(
        sharing(preferred=NO_HURDLE),
        Recoupment.REALISED_DEALS,
        [
            paid_in("50", deal="A"),
            paid_in("50", deal="B"),
            Realisation(deal="A", on=year(3), proceeds=cny("150"), disposed=1),
        ],
    )

    def carry(value: str) -> Money:
        return carry_on_liquidation(pooled, pooled.liquidate({"B": cny(value)}, on=year(5)), ())

    assert [carry(value) for value in ("20", "50", "90")] == [cny("-6.00"), cny("0.00"), cny("8.00")]


def test_a_fund_without_capital_that_counts_lacks_nothing() -> None:
    fee = paid_in("10", use=CapitalUse.FEES_AND_EXPENSES)
    found = due(european_waterfall(sharing(base=CarryBase.INVESTED), [fee], []))
    assert (found.shortfall, found.profit, found.amount) == (Fraction(0), Fraction(0), cny("0.00"))


def test_what_was_given_back_lowers_the_most_and_the_shortfall() -> None:
    net = two_deals(clawback=ClawbackBasis.NET_OF_TAX, tax_rate="0.8")
    first = clawback_due(net, (), net_asset_value=cny("15"), escrow=cny("0"), on=year(5))
    assert (first.amount, due(net, earlier=(first,)).amount) == (cny("3.00"), cny("1.00"))  # of 4 at most
    fund = european_waterfall(
        sharing(partners(LP="550")),
        [paid_in("50"), paid_in("500", year(2))],
        [CashFlow(year(1), cny("100")), CashFlow(year(5), cny("500"))],
    )
    partly = clawback_due(fund, (), net_asset_value=cny("90"), escrow=cny("0"), on=year(5))
    assert partly.amount == cny("3.86")
    assert due(fund, earlier=(partly,)).shortfall == due(fund).shortfall - Fraction("3.86")


@given(
    proceeds=st.tuples(FEN, FEN),
    cost=st.tuples(FEN, FEN),
    nav=st.integers(0, 10**12),
    held=st.integers(0, 10**12),
    tax=st.fractions(0, 1, max_denominator=20),
)
def test_it_is_never_more_than_was_paid_and_leaves_no_excess(
    proceeds: tuple[int, int], cost: tuple[int, int], nav: int, held: int, tax: Fraction
) -> None:
    def yuan(fen: int) -> str:
        return str(Money.from_minor(fen, "CNY").amount)

    fund = american_waterfall(
        sharing(clawback=ClawbackBasis.NET_OF_TAX, tax_rate=tax),
        Recoupment.THIS_DEAL,
        [
            paid_in(yuan(cost[0]), deal="A"),
            paid_in(yuan(cost[1]), deal="B"),
            Realisation(deal="A", on=year(1), proceeds=cny(yuan(proceeds[0])), disposed=1),
            Realisation(deal="B", on=year(2), proceeds=cny(yuan(proceeds[1])), disposed=1),
        ],
    )
    found = clawback_due(fund, (), net_asset_value=cny(yuan(nav)), escrow=cny(yuan(held)), on=year(2))
    paid = sum(result.general_partner.to_minor() for result in fund.results)
    taken = found.amount.to_minor()
    assert 0 <= taken <= paid
    assert abs(taken - 100 * found.most) < 1 or taken < 100 * found.most
    if not tax:
        profit = max(0, sum(proceeds) + nav - sum(cost))
        assert paid - taken <= Fraction(profit, 5) + 1
    assert sum(entry.amount.to_minor() for entry in found.entries) == 0
    assert sum(part.to_minor() for _, part in found.parts) == taken
    assert found.from_escrow <= found.amount


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"net_asset_value": cny("-1")}, "net_asset_value: must be zero or more"),
        ({"escrow": cny("-1")}, "escrow: must be zero or more"),
        ({"escrow": Money("1", "EUR")}, "escrow: must be CNY, was EUR"),
        ({"on": year(4)}, "on: must be on or after 2026-07-14"),
        ({"on": "July"}, "on: must be a calendar date"),
    ],
)
def test_a_test_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    given_too: dict[str, Any] = {"net_asset_value": cny("0"), "escrow": cny("0"), "on": year(5)}
    with pytest.raises((InvalidValueError, FundError, CurrencyMismatchError)) as caught:
        clawback_due(two_deals(), (), **{**given_too, **changed})
    assert str(caught.value).startswith(message)


def test_nothing_paid_in_is_nothing_to_test() -> None:
    with pytest.raises(FundError, match="distribution: must follow a contribution"):
        due(EuropeanWaterfall.of(sharing()))


def test_an_escrow_never_pays_more_than_it_holds() -> None:
    escrow = Escrow("CNY").held(cny("3"), on=year(1))
    with pytest.raises(FundError, match=r"escrow move 2: must be at most the 3\.00 CNY held") as caught:
        escrow.released(cny("3.01"), on=year(1))
    assert caught.value.problem.code == Refusal.ABOVE_ESCROW
    with pytest.raises(FundError, match="escrow move 2: must be on or after 2022-07-15") as caught:
        escrow.clawed_back(cny("1"), on=year(0))
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER
    with pytest.raises(CurrencyMismatchError, match="escrow move 2: must be CNY, was EUR"):
        escrow.held(Money("1", "EUR"), on=year(1))
    with pytest.raises(InvalidValueError, match="amount: must be above zero"):
        EscrowMove(year(1), EscrowKind.HELD, cny("0"))
    after = escrow.released(cny("1"), on=year(2)).clawed_back(cny("2"), on=year(3))
    assert after.balance == cny("0.00")
    assert [part.what for part in after.explain().parts] == [
        "held back on 2022-07-15",
        "released on 2023-07-15",
        "clawed back on 2024-07-14",
    ]
