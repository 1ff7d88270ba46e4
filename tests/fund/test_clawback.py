"""Clawbacks: what is above the share of the whole profit, or what partners lack; and escrow."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, WrongTypeError
from carbonkit.fund.account.accrued_carry import CarryAccrual, CarryWeight, accrue_carry
from carbonkit.fund.account.capital_account import CapitalAccounts, capital_accounts
from carbonkit.fund.carry.american import american_waterfall
from carbonkit.fund.carry.carry_terms import (
    CarryBase,
    CatchUpTarget,
    ClawbackBasis,
    PreferredStart,
    TierOrder,
)
from carbonkit.fund.carry.clawback import Clawback, carry_on_liquidation, clawback_due
from carbonkit.fund.carry.deal_event import Realisation, Recoupment
from carbonkit.fund.carry.escrow import Escrow, EscrowKind, EscrowMove, escrow_of
from carbonkit.fund.carry.european import EuropeanWaterfall, european_waterfall
from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
from carbonkit.fund.carry.tier import CatchUpTier, PreferredReturn, ReturnOfCapital, SplitTier
from carbonkit.fund.carry.waterfall import CapitalUse
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Period
from tests.carry import GP, cny, paid_in, partners, sharing, year

if TYPE_CHECKING:
    import datetime

    from carbonkit.fund.carry.tier_position import Tier

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


def test_what_a_funds_own_tiers_give_is_not_taken_back() -> None:
    eight, twelve = PreferredRate("0.08", Compounding.ANNUAL), PreferredRate("0.12", Compounding.ANNUAL)
    row = (
        ReturnOfCapital(),
        PreferredReturn(eight),
        CatchUpTier("1", "0.20", CatchUpTarget.SHARE_OF_PROFIT),
        SplitTier("0.20", twelve),
        SplitTier("0.30", None),
    )
    won = european_waterfall(sharing(tiers=row), [paid_in("1000000")], [CashFlow(year(1), cny("1250000"))])
    assert won.results[0].general_partner == cny("60000.00")  # 20 000 + 10 000 + 30 % of 100 000
    found = clawback_due(won, (), net_asset_value=cny("0"), escrow=cny("0"), on=year(1))
    assert (found.entitled, found.amount) == (Fraction(60_000), cny("0.00"))
    assert found.explain().parts[1].how == "by the fund's own tiers, of a profit of 250000.00 CNY"
    # Another 100 000 come in and are lost. Of the 150 000 that are left 80 000 are preferred return, 20 000
    # the catch-up, and 50 000 bring the partners to 12 %: the manager has 20 000 + 10 000 of them.
    lost = won.contribute(paid_in("100000", year(1)))
    found = clawback_due(lost, (), net_asset_value=cny("0"), escrow=cny("0"), on=year(1))
    assert (found.entitled, found.amount) == (Fraction(30_000), cny("30000.00"))
    assert found.shortfall == 0
    sold = won.liquidate(cny("100000"), on=year(1))
    assert carry_on_liquidation(won, sold, ()) == cny("30000.00")  # 30 % of it, and nothing back


def test_the_shortfall_is_of_the_first_hurdle_that_a_tier_pays() -> None:
    ten = PreferredRate("0.10", Compounding.ANNUAL)
    higher = (ReturnOfCapital(), PreferredReturn(ten), SplitTier("0.20", None))
    none = (ReturnOfCapital(), SplitTier("0.20", None))

    def lacking(tiers: tuple[Tier, ...]) -> Fraction:
        fund = european_waterfall(sharing(tiers=tiers), [paid_in("100")], [])
        return clawback_due(fund, (), net_asset_value=cny("0"), escrow=cny("0"), on=year(2)).shortfall

    assert lacking(higher) == 121
    assert lacking(none) == 100


def test_long_fractions_are_rounded_once() -> None:
    monthly = sharing(preferred=PreferredRate("0.0825", Compounding.MONTHLY), day_count=DayCount.THIRTY_E_360)
    fund = european_waterfall(monthly, [paid_in("100", year(0))], [])
    found = clawback_due(fund, (), net_asset_value=cny("0"), escrow=cny("0"), on="2051-07-15")
    assert found.shortfall == 100 * (1 + Fraction("0.0825") / 12) ** 360
    assert found.explain().parts[3].value == "1178.15 CNY"


def books(entries: list[Entry]) -> CapitalAccounts:
    return capital_accounts(
        entries,
        partners(A="75", B="25"),
        general_partner=GP,
        period=Period(year(0), year(6)),
        opening=None,
    )


def life_of_two_deals() -> list[Entry]:
    """Give the entries of a fund that sold one deal for 150, paid that out, and holds one worth 20."""
    waterfall = two_deals()
    moves: list[tuple[datetime.date, Line, tuple[tuple[str, str], ...]]] = [
        (year(0), Line.CONTRIBUTION, (("A", "75"), ("B", "25"))),
        (year(3), Line.REALISED, (("A", "75"), ("B", "25"))),
        (year(5), Line.UNREALISED, (("A", "-22.50"), ("B", "-7.50"))),
    ]
    paid = ((str(who), str(-part.amount)) for who, part in waterfall.results[0].parts)
    moves.append((year(3), Line.DISTRIBUTION, tuple(paid)))
    return [
        entry
        for on, line, parts in moves
        for entry in entries_of(
            ((AccountId(who), cny(amount)) for who, amount in parts),
            on=on,
            line=line,
            document=f"{line.name.lower()}/1",
        )
    ]


def test_what_would_be_given_back_is_accrued() -> None:
    before = american_waterfall(
        sharing(partners(A="75", B="25")),
        Recoupment.THIS_DEAL,
        [
            paid_in("50", deal="A"),
            paid_in("50", deal="B"),
            Realisation(deal="A", on=year(3), proceeds=cny("150"), disposed=1),
        ],
    )
    entries = life_of_two_deals()
    assert books(entries).closing == cny("20.00")

    def accrued(document: str) -> CarryAccrual:
        return accrue_carry(
            lambda value, day: carry_on_liquidation(before, before.liquidate({"B": value}, on=day), ()),
            books(entries),
            partners(A="75", B="25"),
            general_partner=GP,
            paid=before.results[0].general_partner,
            weight=CarryWeight.COMMITMENT,
            exempt=(),
            document=document,
        )

    first = accrued("carry/1")
    assert (first.hypothetical, first.change) == (cny("-6.00"), cny("14.00"))
    assert [(str(who), str(part)) for who, part in first.parts] == [
        ("A", "-10.50 CNY"),
        ("B", "-3.50 CNY"),
        ("GP", "14.00 CNY"),
    ]
    entries += first.entries
    assert accrued("carry/2").change == cny("0.00")
    # if it were sold: the 20 that it brings, and the 6 that come back
    assert [str(part) for _, part in books(entries).parts] == ["19.50 CNY", "6.50 CNY", "-6.00 CNY"]
    # carry as it was paid, on top of carry as it accrued, is twice the carry
    for more in (before.results[0].entries, due(two_deals()).entries):
        with pytest.raises(
            FundError, match="entries: must pass carry either as it is paid or as it acc"
        ) as caught:
            books([*entries, *more])
        assert caught.value.problem.code == Refusal.CARRY_TWICE
    as_paid = [*life_of_two_deals(), *before.results[0].entries, *due(two_deals()).entries]
    assert [str(part) for _, part in books(as_paid).parts] == ["19.50 CNY", "6.50 CNY", "-6.00 CNY"]


def test_what_is_no_waterfall_and_no_clawback_is_refused() -> None:
    fund: Any = two_deals()
    other: Any = 5
    with pytest.raises(WrongTypeError, match="waterfall: must be a waterfall, was 5"):
        due(other)
    with pytest.raises(WrongTypeError, match="earlier clawback 1: must be of type Clawback, was 5"):
        due(fund, earlier=(other,))
    with pytest.raises(WrongTypeError, match="result: must be of type WaterfallResult, was 5"):
        carry_on_liquidation(fund, other, ())
    with pytest.raises(WrongTypeError, match="escrow move 1: must be of type EscrowMove, was 5"):
        Escrow("CNY", [other])
    with pytest.raises(WrongTypeError, match="result 1: must be of type WaterfallResult, was 5"):
        escrow_of("CNY", [other], [])
    with pytest.raises(FundError, match="result 1: must be a distribution that was paid") as caught:
        escrow_of("CNY", [fund.liquidate({}, on=year(5))], [])
    assert caught.value.problem.code == Refusal.NOTHING_PAID
    with pytest.raises(WrongTypeError, match="clawback 1: must be of type Clawback, was 5"):
        escrow_of("CNY", [], [other])


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
