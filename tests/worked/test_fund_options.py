"""
Worked: 538 values of options on forwards, futures and spreads.

Source: computed with QuantLib 1.44 (BSD-3-Clause), and for Black's formula with 30
digits beside; see tests/worked/options/PROVENANCE.md. QuantLib's own values are binary,
so they are good to 12 places; those with 30 digits are met to all 18 that are carried.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from carbonkit.fund.option.bachelier import bachelier
from carbonkit.fund.option.barone_adesi_whaley import barone_adesi_whaley
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.finite_difference import Grid, finite_difference
from carbonkit.fund.option.implied_volatility import implied_volatility
from carbonkit.fund.option.kirk import kirk
from carbonkit.fund.option.option_value import OptionModel
from carbonkit.market.contract import Right
from carbonkit.values import Rounding

pytestmark = pytest.mark.whole

HERE = Path(__file__).parent / "options"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "fund"
TWELVE = Decimal("1e-12")
GREEKS = ("value", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "d1", "d2")

Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BLACK = table("black76.csv")
OTHERS = table("others.csv")
SPREADS = table("spreads.csv")


def others(kind: str) -> list[Row]:
    return [row for row in OTHERS if row["kind"] == kind]


def terms(row: Row) -> Row:
    return {name: row[name] for name in ("forward", "strike", "years", "rate")}


def test_there_are_as_many_as_said() -> None:
    assert (len(BLACK), len(OTHERS), len(SPREADS)) == (432, 100, 6)


def test_every_value_and_greek_by_black() -> None:
    off = []
    for number, row in enumerate(BLACK, start=1):
        worth = black76(Right(row["right"]), volatility=row["volatility"], **terms(row))
        for name in GREEKS:
            ours, theirs = getattr(worth, name), Decimal(row[name])
            if abs(ours - theirs) > min(TWELVE, abs(theirs) * Decimal("5.1e-18")):
                off.append((number, name, ours, theirs))
        in_strike = Decimal(row["distribution_at_d2"])
        chance = in_strike if row["right"] == "call" else 1 - in_strike
        if abs(worth.probability - chance) > TWELVE:
            off.append((number, "probability", worth.probability, chance))
        if abs(worth.value - Decimal(row["value_in_floats"])) > TWELVE:
            off.append((number, "in floats", worth.value, Decimal(row["value_in_floats"])))
    assert not off


def test_the_published_anchor() -> None:
    worth = black76(Right.CALL, forward=80, strike=80, volatility="0.45", years="0.5", rate="0.03")
    expected = {
        "value": "9.96217258052343",
        "delta": "0.554819548429803",
        "gamma": "0.0152444445914887",
        "vega": "21.9520002117438",
        "theta": "-9.57953491786899",
        "rho": "-4.98108629026171",
    }
    for name, figure in expected.items():
        assert abs(getattr(worth, name) - Decimal(figure)) <= abs(Decimal(figure)) * Decimal("1e-14"), name


def test_implied_volatilities() -> None:
    for row in others("implied volatility"):
        found = implied_volatility(
            Right(row["right"]),
            model=OptionModel.BLACK_76,
            price=row["given"],
            places=20,
            rounding=Rounding.HALF_EVEN,
            **terms(row),
        )
        # QuantLib stops its search when it is within 1e-14 or so
        assert abs(found.volatility - Decimal(row["value"])) < TWELVE


def test_values_by_bachelier() -> None:
    for row in others("Bachelier"):
        worth = bachelier(Right(row["right"]), volatility=row["given"], **terms(row))
        assert abs(worth.value - Decimal(row["value"])) < TWELVE


def test_european_values() -> None:
    for row in others("European"):
        worth = black76(Right(row["right"]), volatility=row["given"], **terms(row))
        assert abs(worth.value - Decimal(row["value"])) < TWELVE


def test_spreads_by_kirk() -> None:
    for row in SPREADS:
        given = {name: text for name, text in row.items() if name not in {"right", "value"}}
        worth = kirk(Right(row["right"]), **given)
        assert abs(worth.value - Decimal(row["value"])) < TWELVE


def test_american_values_by_barone_adesi_and_whaley() -> None:
    for row in others("American, Barone-Adesi and Whaley"):
        worth = barone_adesi_whaley(
            Right(row["right"]), volatility=row["given"], tolerance="0.000001", **terms(row)
        )
        assert abs(worth.value - Decimal(row["value"])) < TWELVE


def check_on_grid(row: Row) -> None:
    worth = finite_difference(
        Right(row["right"]),
        volatility=row["given"],
        grid=Grid.of_quantlib(time_steps=1000, price_points=2000),
        **terms(row),
    )
    assert abs(worth.value - Decimal(row["value"])) < TWELVE


ON_GRID = others("American, 1000 x 2000")


def name_of(row: Row) -> str:
    return "-".join(row[name] for name in ("right", "forward", "strike", "given"))


@pytest.mark.parametrize("row", ON_GRID[16:17], ids=name_of)
def test_american_values_by_finite_differences(row: Row) -> None:
    check_on_grid(row)


@pytest.mark.slow
@pytest.mark.parametrize("row", ON_GRID, ids=name_of)
def test_all_american_values_by_finite_differences(row: Row) -> None:
    check_on_grid(row)


@pytest.mark.skipif(not SHARED.exists(), reason="the research data are not beside the project")
def test_the_tables_are_those_of_the_reference() -> None:
    with (SHARED / "black76_quantlib.csv").open(encoding="utf-8", newline="") as file:
        theirs = list(csv.DictReader(file))
    assert [row["hp_value"] for row in theirs] == [row["value"] for row in BLACK]
    with (SHARED / "options_extra_quantlib.csv").open(encoding="utf-8", newline="") as file:
        more = [row["value"] for row in csv.DictReader(file)]
    assert sorted(more) == sorted(row["value"] for row in OTHERS + SPREADS)
