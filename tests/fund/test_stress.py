"""Stress: rows that add up, scenarios that name themselves, and the shock that loses an amount."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CarbonkitError, FundError, NotFoundError
from carbonkit.fund.portfolio.valuation import Mark
from carbonkit.fund.position.position import revalue
from carbonkit.fund.position.reverse_stress import ReverseStress, reverse_stress
from carbonkit.fund.position.scenario import Scenario, observed_scenario, scenario_grid
from carbonkit.fund.position.shock import PriceShock, RateShock, Shock, ShockKind, VolatilityShock
from carbonkit.fund.position.stress import stress
from carbonkit.values import Money, Rounding
from carbonkit.values.source import Source
from tests.fund_book import (
    CALL,
    CER,
    DAY,
    EUA,
    NEXT,
    PUT,
    allowances,
    book,
    environment,
    forwards,
    futures,
    options,
    price,
    swap,
)

if TYPE_CHECKING:
    from carbonkit.fund.position.position import Position

RELATIVE, ABSOLUTE = ShockKind.RELATIVE, ShockKind.ABSOLUTE


def fall(size: str, kind: ShockKind = RELATIVE, name: str = "fall") -> Scenario:
    return Scenario(name=name, shocks=[PriceShock(asset=EUA, size=size, kind=kind)], origin="assumed")


def test_a_fall_of_the_price_costs_what_is_held() -> None:
    (result,) = stress([allowances(), futures(), forwards(), swap()], environment(), [fall("-0.1")])
    factor = environment().factor(environment().curves[0].nodes[0][0])
    assert result.of("allowances") == -7000
    assert result.of("futures") == 14_200
    assert result.of("forwards") == Fraction("-7.1") * 3000 * factor
    assert result.of("swap") == Fraction("7.1") * 1000 * factor
    assert result.profit == sum(row.profit for row in result.rows)
    with pytest.raises(NotFoundError):
        result.of("other")


def test_what_does_not_move_loses_nothing() -> None:
    calm = Scenario(name="calm", shocks=(), origin="assumed")
    (result,) = stress(book(), environment(), [calm])
    assert result.profit == 0
    assert result.rounded(Rounding.HALF_UP) == Money("0.00", "EUR")


def test_volatility_and_rates_move_options_alone_among_what_is_held() -> None:
    held: list[Position] = [allowances(), futures(), options()]
    up = Scenario(
        name="up", shocks=[VolatilityShock(asset=None, size="0.1", kind=ABSOLUTE)], origin="assumed"
    )
    rate = Scenario(name="rate", shocks=[RateShock(size="0.02")], origin="assumed")
    first, second = stress(held, environment(), [up, rate])
    assert [bool(row.profit) for row in first.rows] == [False, False, True]
    assert first.profit == options().value(environment(volatility="0.55")) - options().value(environment())
    assert [bool(row.profit) for row in second.rows] == [False, False, True]
    moved = options().value(environment(rate="0.05")) - options().value(environment())
    assert abs(second.profit - moved) < Fraction(1, 10**40)


def test_a_grid_has_every_pair_and_every_result_adds_up() -> None:
    grid = scenario_grid(EUA, prices=["-0.3", 0, "0.3"], volatilities=["-0.2", "0.2"], kind=RELATIVE)
    results = stress(book(), environment(), grid)
    assert [result.scenario for result in results] == list(grid)
    assert len({scenario.name for scenario in grid}) == 6
    for result in results:
        shocked = environment().under(result.scenario.shocks)
        assert result.profit == revalue(book(), shocked).total - revalue(book(), environment()).total
        assert [row.position for row in result.rows] == [position.name for position in book()]


def mark(amount: str, day: Any = DAY, asset: Any = EUA, currency: str = "EUR") -> Mark:  # noqa: ANN401
    return Mark(asset, price(amount, currency), day, "invented")


def test_an_observed_move_is_repeated_exactly() -> None:
    moves = [(mark("90.00"), mark("60.00", NEXT)), (mark("30", asset=CER), mark("25", NEXT, CER))]
    (shares,) = stress(
        [allowances()], environment(), [observed_scenario("as then", moves, kind=RELATIVE, origin="x")]
    )
    assert shares.profit == Fraction(-70_000, 3)
    paper = Source("Exchange", "Settlement prices", 2022)
    money = observed_scenario("as then", moves, kind=ABSOLUTE, origin=paper)
    (amounts,) = stress([allowances()], environment(), [money])
    assert amounts.profit == -30_000
    assert money.explain().source == paper
    assert len(money.shocks) == 2


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ([(mark("90"), mark("60", NEXT, CER))], "move of EUA: must be two marks of one asset, once, was CER"),
        ([(mark("90"), mark("60", NEXT))] * 2, "move of EUA: must be two marks of one asset, once, was EUA"),
        ([(mark("90"), mark("60", NEXT, EUA, "GBP"))], "move of EUA: must be EUR, was GBP"),
        ([(mark("90"), mark("60"))], "move of EUA: must end after 2025-06-02, was 2025-06-02"),
        ([(mark("0"), mark("60", NEXT))], "move of EUA: must start above zero, was 0 EUR/tCO2e"),
    ],
)
def test_what_is_no_move(moves: list[tuple[Mark, Mark]], message: str) -> None:
    with pytest.raises(CarbonkitError) as caught:
        observed_scenario("x", moves, kind=RELATIVE, origin="x")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fall("-0.1", name=""), "name: must name the scenario, was ''"),
        (lambda: Scenario(name="x", shocks=["-0.1"], origin="x"), "shocks: must be shocks, was '-0.1'"),  # type: ignore[list-item]
        (lambda: attrs.evolve(fall("-0.1"), origin=" "), "origin: must be a Source, or say why, was ' '"),
        (
            lambda: observed_scenario("x", [], kind="relative", origin="x"),  # type: ignore[arg-type]
            "kind: must be of type ShockKind",
        ),
        (
            lambda: scenario_grid(EUA, prices=[], volatilities=[0], kind=RELATIVE),
            "prices: must have one size or more, was none",
        ),
        (
            lambda: scenario_grid(EUA, prices=[0], volatilities=[], kind=RELATIVE),
            "volatilities: must have one size or more, was none",
        ),
        (
            lambda: stress([], environment(), [fall("0"), fall("0")]),
            "scenarios: must name each scenario once, was fall",
        ),
        (lambda: stress([], environment(), ["fall"]), "scenarios: must be of type Scenario"),  # type: ignore[list-item]
    ],
)
def test_what_is_no_stress(make: Any, message: str) -> None:  # noqa: ANN401  what makes it
    with pytest.raises(CarbonkitError) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_all_that_a_scenario_breaks_is_told_by_its_name() -> None:
    with pytest.raises(BatchError) as caught:
        stress(
            [allowances(), futures()],
            environment(),
            [fall("-70.5", ABSOLUTE, "one"), fall("-0.1"), fall("-80", ABSOLUTE, "two")],
        )
    assert [problem.field for problem in caught.value.problems] == [
        "scenario one, allowances, price of EUA",
        "scenario two, allowances, price of EUA",
        "scenario two, futures, price of EUA",
    ]


def test_a_result_explains_itself() -> None:
    (result,) = stress([allowances()], environment(), [fall("-0.1")])
    assert result.explain().text() == (
        "profit under fall: -7000 EUR = sum of the positions\n"
        "  allowances: -7000 EUR = 63000 EUR − 70000 EUR\n"
        "  scenario fall: 1 shocks = assumed\n"
        "    shock: price of EUA -0.1 (share of the level)"
    )


def reversed_stress(positions: Any = None, **changed: Any) -> ReverseStress:  # noqa: ANN401  any argument
    usual: dict[str, Any] = {
        "loss": Money("7000.00", "EUR"),
        "asset": EUA,
        "kind": RELATIVE,
        "furthest": "-0.99",
        "steps": 1,
        "places": 4,
    }
    held = [allowances()] if positions is None else positions
    return reverse_stress(held, environment(), **{**usual, **changed})


def test_the_shock_that_loses_an_amount() -> None:
    found = reversed_stress()
    assert found.size == Decimal("-0.1000")
    assert found.profit == -7000
    found = reversed_stress(loss=Money("7000.01", "EUR"))
    assert found.size == Decimal("-0.1001")
    assert found.profit == -7007
    short = reversed_stress([futures()], furthest="20", kind=ABSOLUTE, places=2)
    assert short.size == Decimal("3.50")
    assert short.explain().text() == (
        "shock that loses 7000.00 EUR: 3.50 = the price of EUA, the level's own unit\n"
        "  profit under it: -7000 EUR"
    )
    every = reversed_stress(asset=None)
    assert "the price of every asset" in str(every.explain().how)


def test_of_options_sold_on_both_sides_the_nearer_loss_is_found() -> None:
    sold = [options(CALL, -10, "6.00"), options(PUT, -10, "4.00")]
    loss = Money("20000.00", "EUR")
    up = reversed_stress(sold, loss=loss, furthest="0.9", steps=9, places=6)
    down = reversed_stress(sold, loss=loss, furthest="-0.9", steps=9, places=6)
    for found in (up, down):
        step = Decimal("-0.000001") if found.size > 0 else Decimal("0.000001")
        nearer = PriceShock(asset=EUA, size=found.size + step, kind=RELATIVE)
        before = revalue(sold, environment()).total
        assert revalue(sold, environment().under([nearer])).total - before > -20_000 >= found.profit


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"loss": Money("0", "EUR")}, "loss: must be above zero, was 0 EUR"),
        ({"loss": Money("1", "GBP")}, "loss: must be EUR, was GBP"),
        ({"furthest": 0}, "furthest: must be other than zero, with at most 4 places, was 0"),
        ({"furthest": "-0.00001"}, "furthest: must be other than zero, with at most 4 places, was -0.00001"),
        ({"places": 31}, "places: must be from 0 to 30, was 31"),
        ({"places": -1}, "places: must be from 0 to 30, was -1"),
        ({"steps": 0}, "steps: must be from 1 to 9900, was 0"),
        ({"steps": 9901}, "steps: must be from 1 to 9900, was 9901"),
        ({"steps": 10_001, "places": 9}, "steps: must be from 1 to 10000, was 10001"),
        ({"furthest": -0.5}, "furthest: must be a str, int or Decimal"),
    ],
)
def test_what_is_no_reverse_stress(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(CarbonkitError) as caught:
        reversed_stress(**changed)
    assert str(caught.value).startswith(message)


def test_no_shock_within_the_bounds() -> None:
    with pytest.raises(FundError) as caught:
        reversed_stress(furthest="0.5", steps=5)
    assert str(caught.value) == (
        "furthest: must lose 7000.00 EUR at the end of a step, was no step up to 0.5 does; look further, or "
        "in more steps"
    )
    assert caught.value.problem.code == "no_solution"


@settings(max_examples=50)
@given(st.integers(1, 69_000_00), st.integers(1, 40), st.integers(2, 6))
def test_the_shock_found_is_the_first_that_loses_as_much(loss: int, steps: int, places: int) -> None:
    found = reversed_stress(loss=Money.from_minor(loss, "EUR"), steps=steps, places=places)
    unit = Fraction(1, 10**places)
    assert found.profit <= Fraction(-loss, 100) < found.profit + 70_000 * unit


@pytest.mark.parametrize("size", ["1e9", "-1e9"])
def test_rates_are_not_shifted_beyond_reason(size: str) -> None:
    far = Scenario(name="far", shocks=[RateShock(size=size)], origin="assumed")
    with pytest.raises(BatchError) as caught:
        stress([forwards()], environment(), [far])
    (problem,) = caught.value.problems
    assert problem.field == "scenario far, forwards, zero rates"
    assert problem.must == "make shift × years lie within ±1000"


def test_an_option_shocked_out_of_all_reach_is_worth_nothing() -> None:
    crash: list[Shock] = [
        PriceShock(asset=EUA, size="-0.99", kind=RELATIVE),
        VolatilityShock(asset=EUA, size="-0.9999", kind=RELATIVE),
    ]
    (result,) = stress(
        [options(CALL)], environment(), [Scenario(name="crash", shocks=crash, origin="assumed")]
    )
    assert result.rows[0].after == 0
