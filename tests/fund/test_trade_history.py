"""Trade histories: whatever the method, gains are what came less what went, and a period has one average."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.portfolio.trade_history import Sale, TradeHistory, replay
from carbonkit.fund.portfolio.valuation import Mark
from carbonkit.values import AssetId, Money, Price, Rounding

CEA, CCER = AssetId("CEA"), AssetId("CCER")
METHODS: list[CostMethod | PeriodAverage] = [
    *(method for method in CostMethod if method is not CostMethod.SPECIFIC),
    *PeriodAverage,
]


def fen(amount: int) -> Money:
    return Money.from_minor(amount, "CNY")


def played(
    *trades: Lot | Sale,
    method: CostMethod | PeriodAverage = PeriodAverage.MONTHLY,
    as_of: str = "2024-12-31",
) -> TradeHistory:
    return replay(trades, currency="CNY", method=method, as_of=as_of, rounding=Rounding.HALF_UP)


def bought(quantity: int, cost: int, day: str, asset: AssetId = CEA) -> Lot:
    return Lot(asset, quantity, fen(cost), day)


def sold(quantity: int, proceeds: int, day: str, asset: AssetId = CEA) -> Sale:
    return Sale(asset, quantity, fen(proceeds), day)


def test_a_purchase_later_in_the_month_changes_the_cost_of_a_sale() -> None:
    trades = bought(2, 200, "2024-01-02"), sold(1, 150, "2024-01-03"), bought(2, 400, "2024-01-31")
    monthly = played(*trades)
    assert monthly.realised[0].cost == fen(150)
    assert monthly.realised[0].method is PeriodAverage.MONTHLY
    assert monthly.portfolio.cost == fen(450)
    assert played(*trades, method=CostMethod.WEIGHTED_AVERAGE).realised[0].cost == fen(100)


def test_each_period_opens_with_what_the_last_left() -> None:
    history = played(
        bought(4, 400, "2024-01-02"),
        sold(2, 300, "2024-01-03"),
        bought(2, 600, "2024-02-01"),
        sold(2, 500, "2024-02-02"),
    )
    assert [sale.cost for sale in history.realised] == [fen(200), fen(400)]
    assert history.portfolio.cost == fen(400)


def test_rounding_goes_to_the_next_sale_and_nothing_is_lost() -> None:
    history = played(bought(3, 100, "2024-01-02"), *[sold(1, 50, "2024-01-03")] * 3)
    assert [sale.cost for sale in history.realised] == [fen(33), fen(34), fen(33)]
    assert history.portfolio.holdings == ()


def test_an_asset_without_a_sale_keeps_its_lots() -> None:
    history = played(
        bought(2, 200, "2024-01-02", CCER), bought(1, 10, "2024-01-02"), sold(1, 50, "2024-01-03")
    )
    assert history.portfolio.holdings[0].lots == (bought(2, 200, "2024-01-02", CCER),)


def test_an_average_is_known_when_its_period_is_over() -> None:
    trades = bought(2, 200, "2024-01-02"), sold(1, 150, "2024-02-03")
    with pytest.raises(FundError) as caught:
        played(*trades, as_of="2024-02-28")
    assert str(caught.value) == (
        "as_of: must be 2024-02-29 or later, when the average of the sale of 2024-02-03 is known, "
        "was 2024-02-28"
    )
    assert caught.value.problem.code == "period_open"
    assert played(*trades, as_of="2024-02-29").realised[0].cost == fen(100)
    assert played(trades[0], as_of="2024-01-02").realised == ()
    assert played(as_of="2024-01-02").purchases == fen(0)


def test_every_trade_that_does_not_fit_is_told() -> None:
    with pytest.raises(BatchError) as caught:
        played(
            bought(2, 200, "2024-01-02"),
            sold(3, 150, "2024-01-03"),
            sold(1, 150, "2024-01-01"),
            Lot(CEA, 1, Money("1", "EUR"), "2024-01-05"),
            sold(1, 150, "2025-01-01"),
            "a trade",  # type: ignore[arg-type]
            sold(1, 150, "2024-01-06", CCER),
        )
    assert [(problem.field, problem.code) for problem in caught.value.problems] == [
        ("trade 2, quantity", "oversold"),
        ("trade 3, on", "out_of_order"),
        ("trade 4, cost", "currency_mismatch"),
        ("trade 5, day", "out_of_order"),
        ("trade 6", "wrong_type"),
        ("trade 7, quantity", "oversold"),
    ]


def test_method_and_rounding_are_named() -> None:
    with pytest.raises(InvalidValueError, match="method: must be of type CostMethod"):
        played(method="FIFO")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="rounding: must be of type Rounding"):
        replay([], currency="CNY", method=CostMethod.FIFO, as_of="2024-01-01", rounding=None)  # type: ignore[arg-type]


def test_specific_identification_names_lots_with_the_sale() -> None:
    first, second = bought(2, 200, "2024-01-02"), bought(2, 300, "2024-01-03")
    sale = Sale(CEA, 1, fen(200), "2024-01-04", chosen=[(second, 1)])
    history = played(first, second, sale, method=CostMethod.SPECIFIC)
    assert history.realised[0].cost == fen(150)
    assert history.explain().parts == (history.realised[0].explain(),)


steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "sell"]),
        st.sampled_from([CEA, CCER]),
        st.integers(1, 50),
        st.integers(0, 10**6),
        st.integers(0, 40),
    ),
    max_size=12,
)


def trades_of(drawn: list[tuple[str, AssetId, int, int, int]]) -> list[Lot | Sale]:
    trades: list[Lot | Sale] = []
    held, day = {CEA: 0, CCER: 0}, datetime.date(2021, 7, 16)
    for kind, asset, quantity, amount, days in drawn:
        day += datetime.timedelta(days)
        if kind == "buy":
            trades.append(Lot(asset, quantity, fen(amount), day))
            held[asset] += quantity
        elif out := min(quantity, held[asset]):
            trades.append(Sale(asset, out, fen(amount), day))
            held[asset] -= out
    return trades


@given(steps, st.sampled_from(METHODS), st.sampled_from(Rounding), st.integers(0, 10**5))
def test_gains_are_what_came_less_what_went(
    drawn: list[tuple[str, AssetId, int, int, int]],
    method: CostMethod | PeriodAverage,
    rounding: Rounding,
    mark: int,
) -> None:
    trades = trades_of(drawn)
    history = replay(trades, currency="CNY", method=method, as_of="2023-12-31", rounding=rounding)
    price = Price(fen(mark).amount, "CNY", "tCO2e")
    unrealised = history.unrealised([Mark(asset, price, "2023-12-31", "drawn") for asset in (CEA, CCER)])
    paid = sum(trade.cost.to_minor() for trade in trades if isinstance(trade, Lot))
    got = sum(trade.proceeds.to_minor() for trade in trades if isinstance(trade, Sale))
    left = sum(trade.quantity if isinstance(trade, Lot) else -trade.quantity for trade in trades)
    assert history.realised_gain + unrealised == fen(got - paid + left * mark)
    assert (history.purchases, history.proceeds) == (fen(paid), fen(got))
    assert all(lot.cost >= fen(0) for sale in history.realised for lot in sale.lots)


@given(steps)
def test_every_sale_of_a_year_costs_the_years_average(
    drawn: list[tuple[str, AssetId, int, int, int]],
) -> None:
    trades = [trade for trade in trades_of(drawn) if trade.asset == CEA]
    history = replay(
        trades,
        currency="CNY",
        method=PeriodAverage.ANNUAL,
        as_of="2023-12-31",
        rounding=Rounding.HALF_UP,
    )
    quantity, cost, average = Fraction(0), Fraction(0), dict[int, Fraction]()
    for year in (2021, 2022, 2023):
        mine = [
            trade
            for trade in trades
            if (trade.bought_on if isinstance(trade, Lot) else trade.sold_on).year == year
        ]
        quantity += sum(trade.quantity for trade in mine if isinstance(trade, Lot))
        cost += sum(trade.cost.to_minor() for trade in mine if isinstance(trade, Lot))
        average[year] = cost / quantity if quantity else Fraction(0)
        out = sum(trade.quantity for trade in mine if isinstance(trade, Sale))
        quantity -= out
        cost -= out * average[year]
    for sale in history.realised:
        exact = average[sale.sold_on.year] * sale.quantity
        # a fen for this sale's own rounding, and one for what earlier periods rounded away
        assert abs(sale.cost.to_minor() - exact) <= 2 + len(history.realised)
