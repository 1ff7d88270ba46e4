"""American waterfalls: deal by deal, against whole-fund waterfalls of the same deals, and by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import (
    CurrencyMismatchError,
    FundError,
    InvalidValueError,
    NotFoundError,
    WrongTypeError,
)
from carbonkit.fund.carry.american import AmericanWaterfall, american_waterfall
from carbonkit.fund.carry.carry_terms import CarryBase, PreferredStart
from carbonkit.fund.carry.deal_event import Realisation, Recoupment, WriteDown
from carbonkit.fund.carry.european import european_waterfall
from carbonkit.fund.carry.hurdle import Compounding, PreferredAmount, PreferredRate
from carbonkit.fund.carry.waterfall import CapitalContribution, CapitalUse
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.refusal import Refusal
from carbonkit.values import Money
from tests.carry import cny, exact, paid_in, partners, sharing, sides, year

if TYPE_CHECKING:
    import datetime

NO_HURDLE = PreferredRate(0, Compounding.ANNUAL)
FEN = st.integers(1, 10**13)
POOLED = [Recoupment.REALISED_DEALS, Recoupment.REALISED_AND_WRITTEN_DOWN]


def sold(deal: str, on: datetime.date, amount: str, disposed: str = "1") -> Realisation:
    return Realisation(deal=deal, on=on, proceeds=cny(amount), disposed=disposed)


def written_down(deal: str, on: datetime.date, amount: str) -> WriteDown:
    return WriteDown(deal=deal, on=on, amount=cny(amount))


def fee(amount: str, on: datetime.date = year(0)) -> Any:  # noqa: ANN401, B008  a contribution; the date is a value
    return paid_in(amount, on, use=CapitalUse.FEES_AND_EXPENSES)


def worked(events: list[Any], recoupment: Recoupment, **changed: Any) -> AmericanWaterfall:  # noqa: ANN401
    return american_waterfall(sharing(**changed), recoupment, events)


def carries(fund: AmericanWaterfall) -> list[str]:
    return [str(result.general_partner.amount) for result in fund.results]


@given(deals=st.lists(st.tuples(FEN, st.integers(0, 9), FEN, st.integers(0, 9)), min_size=1, max_size=4))
def test_pure_deal_by_deal_is_a_whole_fund_for_each_deal(deals: list[tuple[int, int, int, int]]) -> None:
    bought, sales = {}, {}
    for number, (cost, start, proceeds, held) in enumerate(deals):
        name = f"deal {number}"
        spent, got = (str(Money.from_minor(fen, "CNY").amount) for fen in (cost, proceeds))
        bought[name] = paid_in(spent, year(start), deal=name)
        sales[name] = sold(name, year(start + held), got)
    events: list[CapitalContribution | Realisation] = [*bought.values(), *sales.values()]
    events.sort(key=lambda event: event.on)
    fund = worked(events, Recoupment.THIS_DEAL)
    assert len(fund.results) == len(deals)
    for result in fund.results:
        flow = CashFlow(result.on, sales[result.deal].proceeds)
        alone = european_waterfall(sharing(), [bought[result.deal]], [flow])
        assert sides(result.tiers) == sides(alone.results[0].tiers)
        assert result.limited_partners + result.general_partner == result.amount
        assert sum(part.to_minor() for _, part in result.parts) == result.amount.to_minor()


@pytest.mark.parametrize("recoupment", POOLED)
@given(cost=st.tuples(FEN, FEN), proceeds=st.tuples(FEN, FEN))
def test_pooled_deals_that_lose_first_are_a_whole_fund(
    recoupment: Recoupment, cost: tuple[int, int], proceeds: tuple[int, int]
) -> None:
    amounts = [str(Money.from_minor(fen, "CNY").amount) for fen in (*cost, *proceeds)]
    if proceeds[0] > cost[0]:
        return  # then the first deal's gain is shared before the second is realised
    bought = [paid_in(amounts[0], deal="A"), paid_in(amounts[1], deal="B")]
    fund = worked([*bought, sold("A", year(1), amounts[2]), sold("B", year(3), amounts[3])], recoupment)
    whole = european_waterfall(
        sharing(), bought, [CashFlow(year(1), cny(amounts[2])), CashFlow(year(3), cny(amounts[3]))]
    )
    assert sides(fund.results[1].tiers) == sides(whole.results[1].tiers)
    assert sides(fund.results[0].tiers) == sides(whole.results[0].tiers)


LOSS_THEN_GAIN = [
    paid_in("50", deal="A"),
    paid_in("50", deal="B"),
    sold("A", year(0), "20"),
    sold("B", year(0), "150"),
]


def test_whose_cost_comes_back_is_named() -> None:
    assert carries(worked(LOSS_THEN_GAIN, Recoupment.THIS_DEAL, preferred=NO_HURDLE)) == ["0.00", "20.00"]
    for recoupment in POOLED:  # the 30 lost on A come back first: 20 % of 100 − 30
        assert carries(worked(LOSS_THEN_GAIN, recoupment, preferred=NO_HURDLE)) == ["0.00", "14.00"]


def test_write_downs_come_back_in_one_way_only() -> None:
    events = [
        paid_in("50", deal="A"),
        paid_in("50", deal="B"),
        written_down("A", year(0), "30"),
        sold("B", year(0), "150"),
    ]
    found = {each: carries(worked(events, each, preferred=NO_HURDLE)) for each in Recoupment}
    assert found == {
        Recoupment.THIS_DEAL: ["20.00"],
        Recoupment.REALISED_DEALS: ["20.00"],
        Recoupment.REALISED_AND_WRITTEN_DOWN: ["14.00"],
    }
    # Sold for more than it was written down to, the deal pays its carry after all: 20 % of 40 − 20.
    later = worked(
        [*events, sold("A", year(0), "40")], Recoupment.REALISED_AND_WRITTEN_DOWN, preferred=NO_HURDLE
    )
    assert carries(later) == ["14.00", "4.00"]
    nothing = worked(
        [*events, written_down("A", year(0), "0")], Recoupment.REALISED_AND_WRITTEN_DOWN, preferred=NO_HURDLE
    )
    assert dict(nothing.deals)["A"].capital == 20


def test_a_written_down_cost_still_earns_its_preferred_return() -> None:
    events = [
        paid_in("50", deal="A"),
        paid_in("50", deal="B"),
        written_down("A", year(1), "30"),
        sold("B", year(2), "200"),
    ]
    fund = worked(events, Recoupment.REALISED_AND_WRITTEN_DOWN)
    assert fund.results[0].tiers[0].total == 80
    assert fund.results[0].tiers[1].total == 80 * Fraction("1.08") ** 2 - 80
    assert dict(fund.deals)["A"].preferred[0][1] == 20 * Fraction("1.08") ** 2 - 20


def test_fees_are_borne_in_proportion_to_cost() -> None:
    events = [paid_in("60", deal="A"), paid_in("40", deal="B"), fee("10"), sold("A", year(0), "166")]
    contributed = worked(events, Recoupment.THIS_DEAL, preferred=NO_HURDLE)
    assert sides(contributed.results[0].tiers) == exact((66, 0), (0, 0), (0, 0), (80, 20))
    invested = worked(events, Recoupment.THIS_DEAL, preferred=NO_HURDLE, base=CarryBase.INVESTED)
    assert invested.results[0].tiers[0].total == 60
    assert invested.fees.capital == 0
    # B takes what is left, and fees that come later; nothing is lost.
    both = [*events, fee("5", year(1)), sold("B", year(1), "50")]
    fund = worked(both, Recoupment.THIS_DEAL, preferred=NO_HURDLE)
    assert fund.results[1].tiers[0].total == 49
    assert fund.fees.capital == 0
    # With nothing held any more, what is paid later gives back the fees that came last.
    more = worked(
        [*both, fee("3", year(2)), sold("B", year(2), "4", "0")], Recoupment.THIS_DEAL, preferred=NO_HURDLE
    )
    assert [row.total for row in more.results[2].tiers] == [3, 0, 0, 1]


def test_fees_earn_their_preferred_return_too() -> None:
    fund = worked([paid_in("60", deal="A"), fee("10"), sold("A", year(1), "100")], Recoupment.THIS_DEAL)
    assert [row.total for row in fund.results[0].tiers][:2] == [70, Fraction("5.6")]


def test_a_deal_is_sold_in_parts_and_pays_income() -> None:
    events = [
        paid_in("50", deal="A"),
        paid_in("50", deal="B"),
        sold("A", year(0), "10", "0"),
        sold("A", year(0), "30", "0.5"),
        sold("A", year(0), "20", "1"),
    ]
    fund = worked(events, Recoupment.THIS_DEAL, preferred=NO_HURDLE)
    assert [row.tiers[0].total for row in fund.results] == [0, 25, 20]
    assert carries(fund) == ["2.00", "1.00", "0.00"]
    assert dict(fund.deals)["A"].capital == 0
    assert dict(fund.positions)["A"].unreturned == 5


def test_a_total_loss_is_a_distribution_of_nothing() -> None:
    fund = worked([paid_in("50", deal="A"), sold("A", year(1), "0")], Recoupment.REALISED_DEALS)
    assert fund.results[0].amount == cny("0")
    assert dict(fund.positions)[""].unreturned == 50
    assert fund.results[0].entries == ()


def test_a_deal_bought_in_two_steps_earns_from_each() -> None:
    events = [paid_in("50", deal="A"), paid_in("50", year(1), deal="A"), sold("A", year(2), "200")]
    fund = worked(events, Recoupment.THIS_DEAL)
    assert fund.results[0].tiers[1].total == 50 * Fraction("1.08") ** 2 + 50 * Fraction("1.08") - 100


def test_money_drawn_before_the_call_earns_from_then() -> None:
    events = [paid_in("50", year(1), deal="A", drawn_on=year(0)), sold("A", year(2), "200")]
    fund = worked(events, Recoupment.THIS_DEAL, preferred_start=PreferredStart.DRAW_DATE)
    assert fund.results[0].tiers[1].total == 50 * Fraction("1.08") ** 2 - 50


def test_a_hypothetical_liquidation_is_by_deal_or_pooled() -> None:
    events = [paid_in("50", deal="A"), paid_in("50", deal="B")]
    values = {"A": cny("20"), "B": cny("150")}
    pure = worked(events, Recoupment.THIS_DEAL, preferred=NO_HURDLE)
    pooled = worked(events, Recoupment.REALISED_DEALS, preferred=NO_HURDLE)
    assert pure.liquidate(values, on=year(1)).general_partner == cny("20.00")
    result = pooled.liquidate(values, on=year(1))
    assert (result.general_partner, result.amount) == (cny("14.00"), cny("170.00"))
    assert result.document == "accrued-carry/2022-07-15"
    assert pooled.results == ()
    half = worked([*events, sold("A", year(0), "20")], Recoupment.REALISED_DEALS, preferred=NO_HURDLE)
    assert half.liquidate({"B": cny("150")}, on=year(1)).general_partner == cny("14.00")
    gone = worked([events[0], sold("A", year(0), "50")], Recoupment.THIS_DEAL, preferred=NO_HURDLE)
    assert gone.liquidate({}, on=year(1)).general_partner == cny("0.00")


def test_a_liquidation_needs_a_value_of_each_deal_and_no_other() -> None:
    fund = worked([paid_in("50", deal="A"), paid_in("50", deal="B")], Recoupment.THIS_DEAL)
    with pytest.raises(
        NotFoundError, match="values: must have a value for each deal held, was none for A, B"
    ):
        fund.liquidate({}, on=year(1))
    values = {"A": cny("1"), "B": cny("1")}
    with pytest.raises(NotFoundError, match="values: must be of a deal that capital was paid in for, was C"):
        fund.liquidate({**values, "C": cny("1")}, on=year(1))
    with pytest.raises(InvalidValueError, match="value of A: must be zero or more"):
        fund.liquidate({**values, "A": cny("-1")}, on=year(1))
    with pytest.raises(CurrencyMismatchError, match="values: must be CNY"):
        fund.liquidate({**values, "A": Money("1", "EUR")}, on=year(1))
    with pytest.raises(FundError, match="on: must be on or after 2021-07-15"):
        fund.liquidate(values, on=year(-1))
    with pytest.raises(FundError, match="distribution: must follow a contribution"):
        worked([], Recoupment.THIS_DEAL).liquidate({}, on=year(1))


@pytest.mark.parametrize(
    ("event", "code", "message"),
    [
        (sold("C", year(1), "1"), "not_found", "realisation: must be of a deal that capital was paid in for"),
        (written_down("C", year(1), "1"), "not_found", "write-down: must be of a deal"),
        (written_down("A", year(1), "50.01"), Refusal.ABOVE_COST, "write-down: must be at most the cost"),
        (sold("A", year(-1), "1"), Refusal.OUT_OF_ORDER, "realisation: must be on or after 2021-07-15"),
        (written_down("A", year(-1), "1"), Refusal.OUT_OF_ORDER, "write-down: must be on or after"),
        (paid_in("1", year(-1), deal="A"), Refusal.OUT_OF_ORDER, "contribution: must be on or after"),
        (paid_in("1", year(1)), Refusal.NOT_OF_A_DEAL, "contribution: must name the deal that it pays for"),
        ("sold", "invalid_value", "event 2: must be a CapitalContribution, Realisation or WriteDown"),
        (
            Realisation(deal="A", on=year(1), proceeds=Money("1", "EUR"), disposed=1),
            "currency_mismatch",
            "proceeds: must be CNY, was EUR",
        ),
        (
            WriteDown(deal="A", on=year(1), amount=Money("1", "EUR")),
            "currency_mismatch",
            "write-down: must be CNY, was EUR",
        ),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(event: Any, code: str, message: str) -> None:  # noqa: ANN401
    with pytest.raises((FundError, InvalidValueError, NotFoundError)) as caught:
        worked([paid_in("50", deal="A"), event], Recoupment.REALISED_AND_WRITTEN_DOWN)
    assert caught.value.problem.code == code
    assert str(caught.value).startswith(message)


def test_terms_of_the_whole_fund_are_refused() -> None:
    for changed in ({"base": CarryBase.COMMITTED}, {"preferred": PreferredAmount(cny("80"))}):
        with pytest.raises(FundError, match="sharing: must be terms that a single deal") as caught:
            worked([], Recoupment.THIS_DEAL, **changed)
        assert caught.value.problem.code == Refusal.NOT_OF_A_DEAL
    with pytest.raises(InvalidValueError, match="recoupment: must be of type Recoupment"):
        american_waterfall(sharing(), "this deal", [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"deal": " "}, "deal: must name the deal"),
        ({"proceeds": cny("-1")}, "proceeds: must be zero or more, was -1 CNY"),
        ({"disposed": "1.5"}, "disposed: must be from 0 to 1, was 1.5; all of it is 1"),
        ({"disposed": 0.5}, "disposed: must be a str, int or Decimal"),
        ({"on": "July"}, "on: must be a calendar date"),
    ],
)
def test_a_realisation_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(sold("A", year(1), "1"), **changed)
    assert str(caught.value).startswith(message)


def test_it_explains_itself() -> None:
    explanation = worked(LOSS_THEN_GAIN, Recoupment.REALISED_DEALS).explain()
    assert explanation.value == "2 distributions"
    assert explanation.how == "cost given back: that of all deals realised to date"
    assert [part.what for part in explanation.parts[1:]] == [
        "distribution 1 on 2021-07-15, deal A",
        "distribution 2 on 2021-07-15, deal B",
    ]


def test_the_general_partners_commitment_stays_outside() -> None:
    both = partners(LP="90", GP="10")
    fund = american_waterfall(
        sharing(both, preferred=NO_HURDLE),
        Recoupment.THIS_DEAL,
        [paid_in("50", deal="A"), written_down("A", year(0), "50"), sold("A", year(0), "100")],
    )
    assert sides(fund.results[0].tiers) == exact((45, 0), (0, 0), (0, 0), (36, 9))
    assert fund.results[0].own == cny("10.00")


def test_events_and_values_are_what_they_hold() -> None:
    other: Any = None
    with pytest.raises(InvalidValueError, match="events: must be a sequence, was None"):
        american_waterfall(sharing(), Recoupment.THIS_DEAL, other)
    fund = american_waterfall(sharing(), Recoupment.THIS_DEAL, [paid_in("1", deal="A")])
    with pytest.raises(WrongTypeError, match="values: must be a mapping of deals to values, was None"):
        fund.liquidate(other, on=year(1))
