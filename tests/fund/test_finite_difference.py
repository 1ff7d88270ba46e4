"""American options by finite differences: against QuantLib on small grids, and against the European value."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import QuantLib

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.fund.option.barone_adesi_whaley import barone_adesi_whaley
from carbonkit.fund.option.finite_difference import Grid, finite_difference
from carbonkit.market.contract import Right

if TYPE_CHECKING:
    from carbonkit.fund.option.american_value import AmericanValue

COARSE = Grid.of_quantlib(time_steps=60, price_points=120)


def of(right: Right = Right.PUT, *, grid: Grid = COARSE, **changed: str) -> AmericanValue:
    on = {"forward": "80", "strike": "80", "volatility": "0.45", "years": "1", "rate": "0.03"}
    return finite_difference(right, grid=grid, **(on | changed))


def by_quantlib(right: Right, on: dict[str, str], grid: Grid) -> float:
    today = QuantLib.Date(1, 1, 2025)
    QuantLib.Settings.instance().evaluationDate = today
    days = QuantLib.Actual365Fixed()
    process = QuantLib.BlackProcess(
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(float(on["forward"]))),
        QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, float(on["rate"]), days)),
        QuantLib.BlackVolTermStructureHandle(
            QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), float(on["volatility"]), days)
        ),
    )
    kind = QuantLib.Option.Call if right is Right.CALL else QuantLib.Option.Put
    option = QuantLib.VanillaOption(
        QuantLib.PlainVanillaPayoff(kind, float(on["strike"])),
        QuantLib.AmericanExercise(today, today + round(365 * float(on["years"]))),
    )
    option.setPricingEngine(QuantLib.FdBlackScholesVanillaEngine(process, grid.time_steps, grid.price_points))
    return float(option.NPV())


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize(
    "changed",
    [
        {"strike": "65"},
        {"strike": "100", "years": "2", "rate": "0.08"},
        {"forward": "65.5", "strike": "80", "years": "0.2", "volatility": "0.2"},
        {"forward": "71.03", "strike": "71", "volatility": "0.9", "rate": "0.001"},
        {"forward": "1000", "strike": "10"},  # the strike lies outside the mesh
    ],
    ids=str,
)
def test_it_agrees_with_quantlib(right: Right, changed: dict[str, str]) -> None:
    on = {"forward": "80", "strike": "80", "volatility": "0.45", "years": "1", "rate": "0.03"} | changed
    ours, theirs = of(right, grid=COARSE, **changed).value, Decimal(by_quantlib(right, on, COARSE))
    assert abs(ours - theirs) < Decimal("1e-11") * max(Decimal(1), theirs)


@pytest.mark.parametrize("right", Right)
def test_without_interest_it_is_the_european_value(right: Right) -> None:
    worth = of(right, rate="0", strike="90")
    assert worth.error is not None
    assert abs(worth.premium) < 2 * worth.error + Decimal("0.003")


def test_it_lies_between_the_european_value_and_a_little_more() -> None:
    for right in Right:
        for strike in ("60", "80", "110"):
            worth = of(right, strike=strike)
            rough = barone_adesi_whaley(
                right, forward=80, strike=strike, volatility="0.45", years=1, rate="0.03", tolerance="1e-6"
            )
            assert worth.premium > 0
            assert abs(worth.value - rough.value) < Decimal("0.05")


def test_the_error_is_of_the_size_that_it_says() -> None:
    fine = of(strike="90", grid=Grid.of_quantlib(time_steps=240, price_points=480)).value
    coarse = of(strike="90")
    assert coarse.error is not None
    assert abs(coarse.value - fine) < 3 * coarse.error + Decimal("0.0001")


@pytest.mark.parametrize("certain", ["volatility", "years"])
def test_with_nothing_left_to_chance(certain: str) -> None:
    for rate, at_least in (("0.03", "20"), ("-0.03", "20")):
        worth = of(Right.PUT, grid=COARSE, **{"strike": "100", "rate": rate, certain: "0"})
        assert worth.value >= Decimal(at_least)
        assert worth.error == 0


def test_a_short_life_is_stepped_through() -> None:
    assert of(years="0.001").value < 1
    assert of(years="0.001", grid=Grid.of_quantlib(time_steps=8, price_points=50)).value > 0


def test_it_explains_itself() -> None:
    explained = of().explain()
    assert "60 steps in time, 120 nodes in price, in 64-bit floats" in explained.how
    assert explained.parts[0].what == "estimated error"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"volatility": "10"}, "volatility² × years at most 8"),
        ({"forward": "1e-60", "strike": "1"}, None),
        ({"forward": "0"}, "forward: must be above zero"),
        ({"grid": "fine"}, "grid: must be a Grid"),
    ],
    ids=str,
)
def test_what_it_refuses(changed: dict[str, str], message: str | None) -> None:
    if message is None:
        assert of(Right.PUT, grid=COARSE, **changed).value <= 1
        return
    given = {"right": Right.PUT} | changed
    with pytest.raises(InvalidValueError, match=message):
        of(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["time_steps", "price_points", "tail", "scale", "density", "stop_days"])
def test_a_grid_is_checked(field: str) -> None:
    on = {"time_steps": 10, "price_points": 20, "tail": 3, "scale": 1, "density": "0.1", "stop_days": "0.9"}
    with pytest.raises(InvalidValueError):
        Grid(**(on | {field: 0}))  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError):
        Grid(**(on | {field: 0.5}))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="stop_days: must be below 1"):
        Grid(**(on | {"stop_days": 1}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tail": "1e50"}, "tail: must make tail × scale at most 100"),
        ({"density": "0.0001"}, "density: must be from 0.001 to 1000"),
        ({"density": "1e50"}, "density: must be from 0.001 to 1000"),
    ],
)
def test_a_mesh_that_floats_cannot_hold_is_refused(changed: dict[str, str], message: str) -> None:
    on = {"time_steps": 10, "price_points": 20, "tail": 3, "scale": 1, "density": "0.1", "stop_days": "0.9"}
    with pytest.raises(InvalidValueError, match=message):
        Grid(**(on | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"years": "1e12", "volatility": "1e-9", "rate": "0"}, "years: must be at most 100"),
        ({"rate": "900"}, "rate: must make rate × years lie within ±100"),
        ({"rate": "-900"}, "rate: must make rate × years lie within ±100"),
        ({"rate": "-90"}, "grid: must have more steps in time than rate × years, was 60"),
        ({"rate": "40"}, "grid: must have more steps in time than rate × years, was 30"),
        ({"volatility": "1e-50"}, "grid: must have nodes that floats tell apart"),
        ({"years": "1e-50"}, "grid: must have nodes that floats tell apart"),
    ],
)
def test_what_floats_would_lose_is_refused(changed: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        of(**changed)  # type: ignore[arg-type]
