"""Positions: each worth what its terms say, short or long, and a book worth the sum of them."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, NotFoundError
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.portfolio.cost_method import CostMethod
from carbonkit.fund.portfolio.portfolio import Portfolio
from carbonkit.fund.portfolio.valuation import net_asset_value
from carbonkit.fund.position.contract_position import ContractPosition, Settlement
from carbonkit.fund.position.position import Position, exposures, revalue
from carbonkit.fund.position.spot_position import SpotPosition
from carbonkit.fund.position.spread_swap import SpreadSwap
from carbonkit.market.contract import Delivery, Future, Option, Right
from carbonkit.values import Money, Rounding
from carbonkit.values.explanation import Explanation
from tests.fund_book import (
    CALL,
    CER,
    DAY,
    DELIVERY,
    EUA,
    EXPIRY,
    FORWARD,
    FUTURE,
    NEXT,
    PUT,
    allowances,
    book,
    contract,
    credits_held,
    environment,
    forwards,
    futures,
    lot,
    options,
    price,
    swap,
)

if TYPE_CHECKING:
    from carbonkit.fund.position.environment import Environment

YEARS = Fraction((EXPIRY - DAY).days, 365)


def call_value(forward: str = "71.00", years: Fraction = YEARS) -> Fraction:
    worth = black76(Right.CALL, forward=forward, strike=80, volatility="0.45", years=years, rate="0.03")
    return Fraction(worth.value)


def test_each_is_worth_what_its_terms_say() -> None:
    today = environment()
    assert allowances().value(today) == 70_000
    assert allowances().unrealised(today) == 2000
    assert futures().value(today) == futures().unrealised(today) == 2000
    assert forwards().value(today) == 4500 * today.factor(DELIVERY)
    assert options().value(today) == 1000 * call_value()
    assert options().unrealised(today) == 1000 * call_value() - 6000
    assert swap().value(today) == -1000 * today.factor(DELIVERY)


def test_an_option_on_its_last_day_is_worth_what_exercise_brings() -> None:
    assert options().value(environment(EXPIRY, forward="83.00")) == 3000
    assert options(PUT).value(environment(EXPIRY, forward="83.00")) == 0
    assert options(PUT, -2, "4.00").value(environment(EXPIRY, forward="55.00")) == -10_000


def test_a_book_is_worth_the_sum() -> None:
    today = environment()
    value = revalue(book(), today)
    assert value.total == sum(position.value(today) for position in book())
    assert value.of("allowances") == 70_000
    assert value.rounded(Rounding.HALF_UP).currency == "EUR"
    assert value.explain().parts[0].text() == "allowances: 70000 EUR"
    with pytest.raises(NotFoundError, match="position: must be a position of the book, was other"):
        value.of("other")


def test_all_that_cannot_be_valued_is_told_at_once() -> None:
    late = attrs.evolve(environment(), marks=(), volatilities=(), discount=None)
    for ask in (revalue, exposures):
        with pytest.raises(BatchError) as caught:
            ask(book(), late)
        assert [(problem.field, problem.code) for problem in caught.value.problems] == [
            ("allowances, price of EUA", "unpriced"),
            ("credits, price of CER", "unpriced"),
            ("forwards, discount curve", "no_quote"),
            ("options EUA-2025-12-C80, volatility of EUA-2025-12-C80", "no_quote"),
            ("options EUA-2025-12-P60, volatility of EUA-2025-12-P60", "no_quote"),
            ("swap, discount curve", "no_quote"),
        ]


def test_names_are_given_once() -> None:
    for ask in (revalue, exposures):
        with pytest.raises(InvalidValueError, match="positions: must name each position once, was swap"):
            ask([swap(), swap()], environment())


def test_a_problem_without_a_field_is_the_positions() -> None:
    @attrs.frozen
    class Broken:
        name: str = "broken"

        def value(self, _: object) -> Fraction:
            raise InvalidValueError("work")

        def attribution(self, _: object, __: object) -> tuple[Any, ...]:
            return ()

        def exposures(self, _: object) -> tuple[Any, ...]:
            return ()

        def explain(self, _: object) -> Explanation:
            return Explanation(self.name, "0")

    broken: Position = Broken()
    with pytest.raises(BatchError) as caught:
        revalue([broken], environment())
    assert str(caught.value.problems[0]) == "broken: must work"


def test_exposures_are_in_tonnes_that_the_position_moves_like() -> None:
    today = environment()
    rows = {(row.position, row.asset): row for row in exposures(book(), today)}
    assert rows["allowances", EUA].units == 1000
    assert (rows["allowances", EUA].vintage, rows["allowances", EUA].ends_on) == ("2025", None)
    assert str(rows["credits", CER].ends_on) == "2025-12-31"
    assert rows["futures", EUA].units == -2000
    assert rows["forwards", EUA].units == 3000 * today.factor(DELIVERY)
    call = rows["options EUA-2025-12-C80", EUA]
    worth = black76(Right.CALL, forward=71, strike=80, volatility="0.45", years=YEARS, rate="0.03")
    assert call.units == 1000 * Fraction(worth.delta)
    assert call.ends_on == EXPIRY
    assert rows["swap", EUA].units == -rows["swap", CER].units == -1000 * today.factor(DELIVERY)


def test_the_units_of_an_exposure_are_what_a_cent_moves() -> None:
    cent = Fraction(1, 100)
    low, high = environment(forward="70.995"), environment(forward="71.005")
    for position in (futures(), forwards(), options(), options(PUT, -1), swap()):
        moved = position.value(high) - position.value(low)
        units = sum(row.units for row in position.exposures(environment()) if row.asset == EUA)
        assert abs(moved / cent - units) < Fraction(1, 100)


def test_variation_margin_is_not_counted_twice() -> None:
    held, paid = futures().settled(FUTURE.quote("71.00"))
    assert paid == Money("2000.00", "EUR")
    assert held.value(environment()) == 0
    assert held.value(environment(forward="70.00")) == 2000
    with pytest.raises(InvalidValueError, match="settlement: must be DAILY, was AT_DELIVERY"):
        forwards().settled(FORWARD.quote("71.00"))


def test_a_trade_closes_and_turns_a_position() -> None:
    after, closed = futures(-2, "72.00").traded(
        lot(FUTURE, 3, "70.00", NEXT), method=CostMethod.FIFO, rounding=Rounding.HALF_UP
    )
    assert closed is not None
    assert after is not None
    assert (closed.gain, after.count, after.units) == (Money("4000.00", "EUR"), 1, 1000)
    none, _ = after.traded(lot(FUTURE, -1, "70.00", NEXT), method=CostMethod.FIFO, rounding=Rounding.HALF_UP)
    assert none is None


@pytest.mark.parametrize(
    ("position", "today", "message", "code"),
    [
        (
            credits_held(),
            environment(datetime.date(2026, 1, 1)),
            "CER: must be valued by 2025-12-31, the last day of use, was 2026-01-01",
            "expired",
        ),
        (
            futures(),
            environment(datetime.date(2025, 12, 16)),
            "EUA-2025-12: must be valued by 2025-12-15, when it ends, was 2025-12-16",
            "expired",
        ),
        (
            options(),
            environment(datetime.date(2025, 12, 11)),
            "EUA-2025-12-C80: must be valued by 2025-12-10, when it ends, was 2025-12-11",
            "expired",
        ),
        (
            attrs.evolve(swap(), settles_on=DAY),
            environment(NEXT),
            "swap: must be valued by 2025-06-02, when it is settled, was 2025-06-03",
            "expired",
        ),
        (
            futures(),
            environment(datetime.date(2025, 6, 1)),
            "as_of: must be on or after 2025-06-02, when the newest lot was traded, was 2025-06-01",
            "out_of_order",
        ),
        (
            allowances(),
            environment(datetime.date(2025, 5, 1)),
            "as_of: must be on or after 2025-05-02, when the newest lot was bought, was 2025-05-01",
            "out_of_order",
        ),
        (
            futures(),
            attrs.evolve(environment(), currency="GBP", marks=(), curves=()),
            "EUA-2025-12: must be in GBP, was EUR",
            "currency_mismatch",
        ),
        (
            allowances(),
            attrs.evolve(environment(), currency="GBP", marks=(), curves=()),
            "EUA: must be paid in GBP, was EUR",
            "currency_mismatch",
        ),
        (
            swap(),
            attrs.evolve(environment(), currency="GBP", marks=(), curves=()),
            "spread: must be in GBP, was EUR",
            "currency_mismatch",
        ),
    ],
)
def test_what_cannot_be_valued(position: Position, today: Environment, message: str, code: str) -> None:
    with pytest.raises(CarbonkitError) as caught:
        position.value(today)
    assert str(caught.value).startswith(message)
    assert caught.value.problem.code == code


def test_what_ends_is_valued_on_its_last_day() -> None:
    assert futures().value(environment(DELIVERY)) == 2000
    assert swap().value(environment(DELIVERY)) == -1000
    last = environment(datetime.date(2025, 12, 31))
    assert credits_held().value(last) == 30_000


LATE = contract(
    "EUA-C90",
    Option(underlying=FUTURE.id, right=Right.CALL, strike=price("90.00"), expiry="2025-12-16"),
)
OTHER = contract(
    "EUA-2026-12",
    Future(underlying=EUA, last_trading_day=DELIVERY, final_settlement_day=DELIVERY, delivery=Delivery.CASH),
)


def contracts(**changed: Any) -> ContractPosition:  # noqa: ANN401  any argument
    return attrs.evolve(futures(), **changed)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: contracts(lots=()), "lots: must hold one lot or more, was none"),
        (lambda: contracts(name=" "), "name: must name the position, was ' '"),
        (lambda: contracts(settlement="daily"), "settlement: must be of type Settlement"),
        (
            lambda: contracts(settlement=Settlement.AT_DELIVERY),
            "settlement: must be DAILY for EUA-2025-12, was AT_DELIVERY",
        ),
        (
            lambda: attrs.evolve(forwards(), settlement=Settlement.PREMIUM),
            "settlement: must be AT_DELIVERY or DAILY for EUA-FWD, was PREMIUM",
        ),
        (
            lambda: contracts(underlying=FUTURE),
            "underlying: must be None for what is no option, was EUA-2025-12",
        ),
        (
            lambda: attrs.evolve(options(), underlying=None),
            "underlying: must be of type Instrument, was None",
        ),
        (
            lambda: attrs.evolve(options(), underlying=OTHER),
            "underlying: must be the forward or future EUA-2025-12, was EUA-2026-12",
        ),
        (
            lambda: attrs.evolve(options(), underlying=attrs.evolve(CALL, id=FUTURE.id)),
            "underlying: must be the forward or future EUA-2025-12, was EUA-2025-12",
        ),
        (
            lambda: options(LATE),
            "underlying: must expire by 2025-12-15, the last trading day of EUA-2025-12, was 2025-12-16",
        ),
        (lambda: attrs.evolve(swap(), receives=EUA), "receives: must be another asset than EUA, was EUA"),
        (lambda: attrs.evolve(swap(), quantity=0), "quantity: must not be zero, was 0"),
        (
            lambda: attrs.evolve(swap(), spread=attrs.evolve(price("1"), per="MWh")),
            "spread: must be per tCO2e, was 1 EUR/MWh",
        ),
        (lambda: attrs.evolve(swap(), settles_on="soon"), "settles_on: must be a calendar date"),
        (
            lambda: attrs.evolve(allowances(), terms=FUTURE.terms),  # type: ignore[arg-type]
            "terms: must be Spot or Credit terms, was Future(",
        ),
        (
            lambda: attrs.evolve(allowances(), holding="EUA"),  # type: ignore[arg-type]
            "holding: must be of type Holding",
        ),
        (lambda: attrs.evolve(allowances(), usable_until="2025"), "usable_until: must be a calendar date"),
    ],
)
def test_what_is_no_position(make: Any, message: str) -> None:  # noqa: ANN401  what makes it
    with pytest.raises(CarbonkitError) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_a_forward_may_be_settled_daily() -> None:
    daily = attrs.evolve(forwards(), settlement=Settlement.DAILY)
    assert daily.value(environment()) == 4500


def test_a_swap_explains_itself() -> None:
    lines = swap().explain(environment()).text().splitlines()
    assert lines[0].startswith("swap of 1000 EUA for CER on 2025-12-15: -984.019476395314 EUR = quantity × ")
    assert lines[1:3] == [
        "  fixed spread: 10.00 EUR/tCO2e",
        "  market spread: 11 EUR/tCO2e",
    ]


@given(st.integers(1, 10**6), st.integers(1, 10**4))
def test_the_two_sides_of_a_swap_add_up_to_nothing(quantity: int, cents: int) -> None:
    today = environment(forward=str(Fraction(cents, 100).numerator), credit="5.00")
    one, other = swap(quantity), swap(-quantity)
    assert one.value(today) == -other.value(today)
    assert isinstance(one, SpreadSwap)


def test_a_spot_position_is_no_contract() -> None:
    assert isinstance(allowances(), SpotPosition)


def test_positions_explain_their_value() -> None:
    today = environment()
    assert credits_held().explain(today).text() == (
        "credits: CER of vintage 2020, usable until 2025-12-31: 30000 EUR = 500 tCO2e × price\n"
        "  price of CER: 60 EUR/tCO2e\n"
        "    mark of 2025-06-02: 60.00 EUR/tCO2e = invented\n"
        "  cost of 500 tCO2e of CER: 25000.00 EUR = sum of the lots\n"
        "    lot of 2025-05-02: 25000.00 EUR = cost of 500 tCO2e"
    )
    assert allowances().explain(today).what == "allowances: EUA of vintage 2025"
    daily = futures().explain(today)
    assert (daily.what, daily.value, daily.how) == (
        "futures: -2 EUA-2025-12, gains paid daily, as variation margin",
        "2000 EUR",
        "-2000 tCO2e × price − -144000 at which they were traded",
    )
    later = forwards().explain(today)
    assert [part.what for part in later.parts] == [
        "price of EUA on 2025-12-15",
        "discount factor",
        "3 EUA-FWD bought on 2025-06-02",
    ]
    assert later.how == "(3000 tCO2e × price − 208500 at which they were traded) × discount factor"
    option = options().explain(today)
    assert option.how == "1000 tCO2e × value of one"
    assert [source.publisher for source in option.sources()] == ["Journal of Financial Economics"]


@pytest.mark.parametrize("side", [1, -1])
def test_an_option_that_is_next_to_worthless_is_worth_nothing(side: int) -> None:
    held, today = options(CALL, side), environment(forward="30.00", volatility="0.0001")
    assert held.value(today) == 0
    assert held.exposures(today)[0].units == 0
    assert held.unrealised(today) == -side * 6000
    assert held.explain(today).value == "0 EUR"
    later = environment(NEXT, forward="30.10", volatility="0.0001")
    assert sum(part for _, part in held.attribution(today, later)) == 0


def test_a_fund_counts_its_contracts_beside_its_units() -> None:
    contracts: list[Position] = [futures(), forwards(), options(CALL), swap()]
    value = revalue(contracts, environment())
    units = Portfolio("EUR").buy(allowances().holding.lots[0])
    cash, owed = Money("100.00", "EUR"), Money("30.00", "EUR")
    plain, full = (
        net_asset_value(
            units, as_of=DAY, cash=cash, liabilities=owed, marks=environment().marks, contracts=each
        )
        for each in (None, value.for_fund(Rounding.HALF_UP))
    )
    assert full.total == plain.total + value.rounded(Rounding.HALF_UP)
    assert full.market_value == plain.market_value + value.rounded(Rounding.HALF_UP)
    assert full.unrealised == plain.unrealised
    assert full.total == full.cash + full.market_value - full.liabilities
    told = full.explain()
    assert told.how == "cash + holdings and contracts at market − liabilities"
    assert [part.value for part in told.parts[2].parts] == [part.value for part in value.explain().parts]
    assert told.parts[2].value == str(value.rounded(Rounding.HALF_UP))
