"""The net asset value: cash and holdings at market less what is owed, with every price accounted for."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import (
    CurrencyMismatchError,
    FundError,
    IncompatibleUnitsError,
    InvalidValueError,
)
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.portfolio.cost_method import CostMethod
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.portfolio.portfolio import Portfolio
from carbonkit.fund.portfolio.valuation import (
    ContractsValue,
    Mark,
    NetAssetValue,
    ValuedHolding,
    net_asset_value,
)
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, AssetId, Money, Price, Rounding, Source
from carbonkit.values.explanation import Explanation

CEA, CCER = AssetId("CEA"), AssetId("CCER")
EXCHANGE = Source("Shanghai Environment and Energy Exchange", "Daily overview", 2021)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def mark(asset: AssetId, amount: str, day: str = "2021-07-16") -> Mark:
    return Mark(asset, Price(amount, "CNY", "tCO2e"), day, EXCHANGE)


def bought(*lots: tuple[AssetId, int, str]) -> Portfolio:
    held = Portfolio("CNY")
    for asset, quantity, cost in lots:
        held = held.buy(Lot(asset, quantity, cny(cost), "2021-07-16"))
    return held


def valued(held: Portfolio, *marks: Mark, **changed: Any) -> NetAssetValue:  # noqa: ANN401  any argument
    usual = {"as_of": "2021-07-16", "cash": cny("100.00"), "liabilities": cny("30.00")}
    return net_asset_value(held, **{**usual, "marks": marks, **changed})


BOTH = bought((CEA, 100, "4800.00"), (CCER, 10, "300.00"))
PRICES = (mark(CEA, "51.23"), mark(CCER, "29.50"))


def test_cash_and_holdings_less_liabilities() -> None:
    value = valued(BOTH, *PRICES)
    assert (value.market_value, value.cost) == (cny("5418.00"), cny("5100.00"))
    assert value.unrealised == cny("318.00")
    assert value.total == cny("5488.00")
    assert [each.unrealised for each in value.holdings] == [cny("323.00"), cny("-5.00")]


def test_a_fund_that_owes_more_than_it_has_is_worth_less_than_nothing() -> None:
    value = valued(Portfolio("CNY"), liabilities=cny("100.01"))
    assert value.total == cny("-0.01")
    assert value.unrealised == cny("0.00")


def test_the_value_is_exact_until_it_is_shared_out() -> None:
    value = valued(bought((CEA, 1, "50.00")), mark(CEA, "51.235"), cash=cny("0.00"), liabilities=cny("0.00"))
    assert value.total == cny("51.235")
    partners = Commitments(Commitment(AccountId(name), cny("1.00")) for name in "ABC")
    up, down = value.shares(partners, Rounding.HALF_UP), value.shares(partners, Rounding.FLOOR)
    assert [amount.to_minor() for _, amount in up] == [1708, 1708, 1708]
    assert [amount.to_minor() for _, amount in down] == [1708, 1708, 1707]
    with pytest.raises(InvalidValueError, match="rounding: must be a Rounding"):
        value.shares(partners, None)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="commitments: must be of type Commitments"):
        value.shares((), Rounding.FLOOR)  # type: ignore[arg-type]


@given(
    st.lists(st.integers(1, 10**12), min_size=1, max_size=8), st.integers(0, 10**14), st.integers(0, 10**14)
)
def test_the_partners_together_have_all_of_it(fen: list[int], cash: int, owed: int) -> None:
    partners = Commitments(
        Commitment(AccountId(f"LP-{n}"), Money.from_minor(each, "CNY")) for n, each in enumerate(fen)
    )
    value = valued(
        Portfolio("CNY"), cash=Money.from_minor(cash, "CNY"), liabilities=Money.from_minor(owed, "CNY")
    )
    shares = value.shares(partners, Rounding.HALF_UP)
    assert sum(amount.to_minor() for _, amount in shares) == value.total.to_minor() == cash - owed


def test_every_asset_held_has_a_price() -> None:
    with pytest.raises(FundError) as caught:
        valued(BOTH)
    assert str(caught.value) == "marks: must hold a mark for each asset held, was none for CEA, CCER"
    assert caught.value.problem.code == Refusal.UNPRICED
    with pytest.raises(FundError, match="was none for CCER"):
        valued(BOTH, PRICES[0])


def test_a_longer_price_list_will_do() -> None:
    assert valued(bought((CEA, 100, "4800.00")), *PRICES).market_value == cny("5123.00")


def test_an_asset_is_marked_once() -> None:
    with pytest.raises(InvalidValueError, match="marks: must mark each asset once, was CEA"):
        valued(BOTH, *PRICES, mark(CEA, "51.23"))


def test_a_price_is_not_of_a_later_day() -> None:
    late = mark(CEA, "51.23", day="2021-07-19")
    with pytest.raises(FundError) as caught:
        valued(BOTH, late, PRICES[1])
    assert str(caught.value) == "price of CEA: must be of 2021-07-16 or before, was 2021-07-19"
    assert caught.value.problem.code == Refusal.PRICE_FROM_LATER
    assert valued(BOTH, late, PRICES[1], as_of="2021-07-20").total == cny("5488.00")


def test_a_fund_is_not_valued_before_its_last_trade() -> None:
    with pytest.raises(FundError, match="as_of: must be on or after 2021-07-16") as caught:
        valued(BOTH, *PRICES, as_of="2021-07-15")
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER
    with pytest.raises(FundError, match="as_of: must be on or after 2021-07-16"):
        attrs.evolve(
            valued(BOTH, mark(CEA, "1", "2021-07-15"), mark(CCER, "1", "2021-07-15")), as_of="2021-07-15"
        )
    empty, _ = bought((CEA, 1, "1.00")).sell(
        CEA, 1, cny("2.00"), "2021-07-19", method=CostMethod.FIFO, rounding=Rounding.HALF_UP
    )
    with pytest.raises(FundError, match="as_of: must be on or after 2021-07-19"):
        valued(empty, as_of="2021-07-16")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"cash": cny("-0.01")}, "cash: must be zero or more, was -0.01 CNY"),
        ({"liabilities": cny("-0.01")}, "liabilities: must be zero or more, was -0.01 CNY"),
        ({"cash": cny("0.001")}, "cash: must have at most 2 decimal places"),
        ({"liabilities": 0}, "liabilities: must be of type Money, was 0"),
        ({"cash": "0"}, "cash: must be of type Money, was '0'"),
        ({"as_of": "today"}, "as_of: must be a calendar date YYYY-MM-DD, was today"),
        ({"marks": ["51.23"]}, "marks: must be of type Mark"),
        ({"portfolio": None}, "portfolio: must be of type Portfolio, was None"),
        ({"cash": Money("1", "EUR")}, "cash: must be CNY, was EUR"),
        ({"liabilities": Money("1", "EUR")}, "liabilities: must be CNY, was EUR"),
    ],
)
def test_a_valuation_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    arguments = {"portfolio": BOTH, "as_of": "2021-07-16", "cash": cny("1"), "liabilities": cny("0")}
    with pytest.raises(InvalidValueError) as caught:
        net_asset_value(**{**arguments, "marks": PRICES, **changed})
    assert str(caught.value).startswith(message)


def test_a_mark_is_of_what_is_held_and_in_its_currency() -> None:
    held = BOTH.holdings[0]
    with pytest.raises(InvalidValueError, match="mark: must be of CEA, was CCER"):
        ValuedHolding(held, mark(CCER, "1"))
    with pytest.raises(CurrencyMismatchError, match="price: must be CNY, was EUR"):
        ValuedHolding(held, Mark(CEA, Price("70", "EUR", "tCO2e"), "2021-07-16", EXCHANGE))
    with pytest.raises(IncompatibleUnitsError):
        ValuedHolding(held, Mark(CEA, Price("70", "CNY", "MWh"), "2021-07-16", EXCHANGE))
    with pytest.raises(InvalidValueError, match="holding: must be of type Holding"):
        ValuedHolding(CEA, mark(CEA, "1"))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="mark: must be of type Mark"):
        ValuedHolding(held, "1")  # type: ignore[arg-type]


def test_a_net_asset_value_has_one_currency() -> None:
    euros = Portfolio("EUR").buy(Lot(CEA, 1, Money("70", "EUR"), "2021-07-16"))
    other = ValuedHolding(euros.holdings[0], Mark(CEA, Price("70", "EUR", "tCO2e"), "2021-07-16", EXCHANGE))
    with pytest.raises(CurrencyMismatchError, match="holdings: must be CNY, was EUR"):
        attrs.evolve(valued(BOTH, *PRICES), holdings=[other])
    with pytest.raises(InvalidValueError, match="holdings: must be of type ValuedHolding"):
        attrs.evolve(valued(BOTH, *PRICES), holdings=["CEA"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"asset": "CEA"}, "asset: must be of type AssetId"),
        ({"price": "51.23"}, "price: must be of type Price"),
        ({"day": "16.7.2021"}, "day: must be a calendar date"),
        ({"origin": " "}, "origin: must be a Source, or say where the price is from"),
        ({"origin": None}, "origin: must be a Source, or say where the price is from"),
    ],
)
def test_a_mark_says_what_when_and_from_where(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(PRICES[0], **changed)
    assert str(caught.value).startswith(message)


def test_a_value_is_explained_down_to_the_source_of_each_price() -> None:
    explanation = valued(BOTH, *PRICES).explain()
    assert list(explanation.sources()) == [EXCHANGE, EXCHANGE]
    assert [(part.what, part.value) for part in explanation.parts] == [
        ("cash", "100.00 CNY"),
        ("CEA at market", "5123.00 CNY"),
        ("CCER at market", "295.00 CNY"),
        ("liabilities", "30.00 CNY"),
        ("of that unrealised", "318.00 CNY"),
    ]


def contracts(amount: str, day: str = "2021-07-16", currency: str = "CNY") -> ContractsValue:
    return ContractsValue(
        as_of=day, value=Money(amount, currency), explanation=Explanation("contracts", amount)
    )


def test_contracts_count_beside_holdings_below_zero_too() -> None:
    value = valued(BOTH, *PRICES, contracts=contracts("-6000.00"))
    assert (value.market_value, value.unrealised) == (cny("-582.00"), cny("318.00"))
    assert value.total == cny("-512.00")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: contracts("1.001"), "value: must"),
        (lambda: contracts("-1.001"), "value: must"),
        (lambda: valued(BOTH, *PRICES, contracts=cny("1")), "contracts: must be of type ContractsValue"),
        (
            lambda: valued(BOTH, *PRICES, contracts=contracts("1", "2021-07-15")),
            "contracts: must be valued on 2021-07-16, was 2021-07-15",
        ),
        (lambda: valued(BOTH, *PRICES, contracts=contracts("1", currency="EUR")), "contracts: must be"),
    ],
)
def test_contracts_that_do_not_fit_are_refused(make: Any, message: str) -> None:  # noqa: ANN401  what makes it
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert str(caught.value).startswith(message)
