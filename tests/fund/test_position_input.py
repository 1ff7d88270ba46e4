"""What positions and portfolios are given by mistake: always an error of ours that names the field."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import CarbonkitError
from carbonkit.fund.portfolio.cost_method import CostMethod
from carbonkit.fund.portfolio.holding import Holding, Lot
from carbonkit.fund.portfolio.portfolio import Portfolio
from carbonkit.fund.portfolio.trade_history import replay
from carbonkit.fund.portfolio.unrounded_cost import unrounded_sales
from carbonkit.fund.portfolio.valuation import net_asset_value
from carbonkit.fund.position.contract_lot import ContractLot, close_out
from carbonkit.fund.position.contract_position import ContractPosition, Settlement
from carbonkit.fund.position.eligibility import eligible_units
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.exposure import ExposureKey, exposures_by
from carbonkit.fund.position.futures_margin import MarginTerms, mark_daily
from carbonkit.fund.position.position import exposures, revalue
from carbonkit.fund.position.profit_explain import explain_profit
from carbonkit.fund.position.reverse_stress import reverse_stress
from carbonkit.fund.position.scenario import Scenario, observed_scenario, scenario_grid
from carbonkit.fund.position.shock import ShockKind
from carbonkit.fund.position.stress import stress
from carbonkit.schemes.china_compliance import ccer_limit
from carbonkit.values import Money, Rounding
from tests.fund_book import DAY, EUA, FUTURE, NEXT, allowances, book, environment, futures, lot, swap

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = environment()
UNITS = Lot(EUA, 10, Money("100.00", "EUR"), "2025-05-02")
HELD = Portfolio("EUR").buy(UNITS)
ONE = Money("1.00", "EUR")
MARGIN = MarginTerms(initial=ONE, maintenance=ONE)
RULES: dict[str, Any] = {"method": CostMethod.FIFO, "rounding": Rounding.HALF_UP}
HISTORY: dict[str, Any] = {"currency": "EUR", "method": CostMethod.FIFO, "as_of": "2025-12-31"}
VALUED: dict[str, Any] = {"as_of": DAY, "cash": ONE, "liabilities": ONE, "marks": TODAY.marks}
PROFIT: dict[str, Any] = {
    "before": book(),
    "after": book(),
    "opening": TODAY,
    "closing": environment(NEXT),
    "cash": {},
}
ELIGIBLE: dict[str, Any] = {
    "scheme": "EU ETS",
    "programmes": ["CER"],
    "limit": ccer_limit("2025-12-31", 100),
    "day": "2025-12-31",
}
REVERSE: dict[str, Any] = {
    "loss": ONE,
    "asset": EUA,
    "kind": ShockKind.RELATIVE,
    "furthest": "-0.5",
    "steps": 1,
    "places": 2,
}


def chosen(what: Any) -> object:  # noqa: ANN401  something wrong
    return HELD.sell(EUA, 1, ONE, DAY, method=CostMethod.SPECIFIC, rounding=Rounding.HALF_UP, chosen=what)


def environment_with(**changed: Any) -> Environment:  # noqa: ANN401  something wrong
    return Environment(
        **{
            "as_of": DAY,
            "currency": "EUR",
            "marks": (),
            "curves": (),
            "volatilities": (),
            "discount": None,
            "day_count": TODAY.day_count,
            **changed,
        }
    )


def eligible(**asked: Any) -> object:  # noqa: ANN401  something wrong
    return eligible_units([allowances()], TODAY, **asked)


def putting(function: Callable[..., object], usual: dict[str, Any], name: str) -> Callable[[Any], object]:
    return lambda it: function(**usual | {name: it})


def listing(name: str) -> Callable[[Any], object]:
    return lambda it: environment_with(**{name: [it]})


def on_what(underlying: Any) -> ContractPosition:  # noqa: ANN401  something wrong
    given: Any = 0 if underlying is None else underlying
    lots = [lot(FUTURE, 1, "70.00")]
    return ContractPosition(name="x", lots=lots, settlement=Settlement.DAILY, underlying=given)


TAKERS: dict[str, Callable[[Any], object]] = {
    "lot.serials": lambda it: Lot(EUA, 1, ONE, DAY, serials=it),
    "holding.lots": lambda it: Holding(EUA, it),
    "portfolio.holdings": lambda it: Portfolio("EUR", it, DAY),
    "chosen": chosen,
    "a chosen": lambda it: chosen([it]),
    "replay": lambda it: replay(it, rounding=Rounding.HALF_UP, **HISTORY),
    "unrounded": lambda it: unrounded_sales(it, **HISTORY),
    "marks": lambda it: net_asset_value(HELD, **VALUED | {"marks": it}),
    "a mark": lambda it: net_asset_value(HELD, **VALUED | {"marks": [it]}),
    "contracts": lambda it: net_asset_value(HELD, **VALUED | {"contracts": it or 0}),
    "revalued": lambda it: revalue(it, TODAY),
    "a position": lambda it: revalue([it], TODAY),
    "revalued in": lambda it: revalue(book(), it),
    "exposed": lambda it: exposures(it, TODAY),
    "exposed in": lambda it: exposures(book(), it),
    "an exposure": lambda it: exposures_by([it], ExposureKey.ASSET),
    "value in": lambda it: futures().value(it),
    "spot value in": lambda it: allowances().value(it),
    "swap value in": lambda it: swap().value(it),
    "settled": lambda it: futures().settled(it),
    "traded at": lambda it: ContractLot.at(FUTURE, 1, it, DAY),
    "underlying": on_what,
    "lots": lambda it: ContractPosition(name="x", lots=it, settlement=Settlement.DAILY, underlying=None),
    "opened": lambda it: close_out(it, lot(FUTURE, 1, "70.00"), **RULES),
    "margin trades": lambda it: mark_daily(it, [], terms=MARGIN, deposited=ONE),
    "settlements": lambda it: mark_daily([lot(FUTURE, 1, "70.00")], it, terms=MARGIN, deposited=ONE),
    "a settlement": lambda it: mark_daily([lot(FUTURE, 1, "70.00")], [it], terms=MARGIN, deposited=ONE),
    "margin terms": lambda it: mark_daily([lot(FUTURE, 1, "70.00")], [], terms=it, deposited=ONE),
    **{f"profit {name}": putting(explain_profit, PROFIT, name) for name in PROFIT},
    "eligible limit": putting(eligible, ELIGIBLE, "limit"),
    "eligible day": putting(eligible, ELIGIBLE, "day"),
    "eligible in": lambda it: eligible_units([allowances()], it, **ELIGIBLE),
    "stressed": lambda it: stress(it, TODAY, []),
    "stressed in": lambda it: stress([], it, []),
    "a scenario": lambda it: stress([], TODAY, [it]),
    "reverse in": lambda it: reverse_stress([], it, **REVERSE),
    "a shock": lambda it: Scenario(name="x", shocks=[it], origin="x"),
    "moves": lambda it: observed_scenario("x", [(it, it)], kind=ShockKind.RELATIVE, origin="x"),
    "a move": lambda it: observed_scenario("x", [it], kind=ShockKind.RELATIVE, origin="x"),
    "grid": lambda it: scenario_grid(EUA, prices=[it], volatilities=[0], kind=ShockKind.RELATIVE),
    **{f"environment {name}": listing(name) for name in ("marks", "curves", "volatilities", "shocks")},
    "under": lambda it: TODAY.under([it]),
    "years": TODAY.years,
}

WRONG = [None, 0.5, True, object(), Decimal("NaN"), "x"]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("taker", TAKERS)
def test_what_is_wrong_is_an_error_of_ours(taker: str, wrong: object) -> None:
    with pytest.raises(CarbonkitError) as caught:
        TAKERS[taker](wrong)
    assert str(caught.value)
