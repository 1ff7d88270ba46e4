"""
Worked: options with drawn terms, of the kinds in `test_fund_options`, beside QuantLib.

Source: QuantLib (BSD-3-Clause), run beside. It counts in binary floats, so both agree to
about 12 places. Years are whole days of 365, and numbers are given as texts.
"""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
import QuantLib

from carbonkit.fund.option.bachelier import bachelier
from carbonkit.fund.option.barone_adesi_whaley import barone_adesi_whaley
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.implied_volatility import implied_volatility
from carbonkit.fund.option.kirk import kirk
from carbonkit.fund.option.option_value import OptionModel
from carbonkit.market.contract import Right
from carbonkit.values import Rounding

TODAY = QuantLib.Date(2, 6, 2025)
WITHIN = 1e-12


@attrs.frozen(kw_only=True)
class Terms:
    right: Right
    forward: str
    strike: str
    volatility: str
    rate: str
    days: int

    @property
    def given(self) -> dict[str, Any]:
        years = Fraction(1, 365) * self.days
        return {"forward": self.forward, "strike": self.strike, "years": years, "rate": self.rate}

    @property
    def years(self) -> float:
        return self.days / 365

    @property
    def deviation(self) -> float:
        return float(self.volatility) * math.sqrt(self.years)

    @property
    def discount(self) -> float:
        return math.exp(-float(self.rate) * self.years)

    @property
    def payoff(self) -> QuantLib.PlainVanillaPayoff:
        return QuantLib.PlainVanillaPayoff(side(self.right), float(self.strike))


def side(right: Right) -> int:
    kind: int = QuantLib.Option.Call if right is Right.CALL else QuantLib.Option.Put
    return kind


def drawn(seed: int, count: int, *, lowest_rate: int = -200) -> list[Terms]:
    numbers = random.Random(seed)  # noqa: S311  terms, no secrets

    def hundredths(low: int, high: int) -> str:
        return str(Decimal(numbers.randint(low, high)) / 100)

    return [
        Terms(
            right=numbers.choice(list(Right)),
            forward=hundredths(2000, 15000),
            strike=hundredths(2000, 15000),
            volatility=hundredths(10, 120),
            rate=str(Decimal(numbers.randint(lowest_rate, 1000)) / 10000),
            days=numbers.randint(1, 1100),
        )
        for _ in range(count)
    ]


def process(terms: Terms) -> QuantLib.BlackProcess:
    days = QuantLib.Actual365Fixed()
    QuantLib.Settings.instance().evaluationDate = TODAY
    rates = QuantLib.FlatForward(TODAY, float(terms.rate), days)
    level = QuantLib.BlackConstantVol(TODAY, QuantLib.NullCalendar(), float(terms.volatility), days)
    return QuantLib.BlackProcess(
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(float(terms.forward))),
        QuantLib.YieldTermStructureHandle(rates),
        QuantLib.BlackVolTermStructureHandle(level),
    )


def test_values_and_greeks_by_black() -> None:
    for terms in drawn(1, 200):
        worth = black76(terms.right, volatility=terms.volatility, **terms.given)
        theirs = QuantLib.BlackCalculator(terms.payoff, float(terms.forward), terms.deviation, terms.discount)
        pairs = {
            "value": (worth.value, theirs.value()),
            "delta": (worth.delta, theirs.deltaForward()),
            "gamma": (worth.gamma, theirs.gammaForward()),
            "vega": (worth.vega, theirs.vega(terms.years)),
            "rho": (worth.rho, -terms.years * theirs.value()),
        }
        for name, (ours, expected) in pairs.items():
            assert float(ours) == pytest.approx(expected, rel=WITHIN, abs=WITHIN), (name, terms)


def test_values_by_bachelier_below_zero_too() -> None:
    for terms in drawn(2, 50):
        lower, wider = Decimal(60), Decimal(40)
        on = terms.given | {name: Decimal(terms.given[name]) - lower for name in ("forward", "strike")}
        worth = bachelier(terms.right, volatility=Decimal(terms.volatility) * wider, **on)
        expected = QuantLib.bachelierBlackFormula(
            side(terms.right),
            float(on["strike"]),
            float(on["forward"]),
            terms.deviation * float(wider),
            terms.discount,
        )
        assert float(worth.value) == pytest.approx(expected, rel=WITHIN, abs=WITHIN), terms


def test_spreads_by_kirk() -> None:
    numbers = random.Random(3)  # noqa: S311  terms, no secrets
    for first, second in zip(drawn(4, 20), drawn(5, 20), strict=True):
        together, strike = f"{numbers.randint(-95, 95) / 100}", str(numbers.randint(-10, 20))
        worth = kirk(
            first.right,
            first=first.forward,
            second=second.forward,
            strike=strike,
            first_volatility=first.volatility,
            second_volatility=second.volatility,
            correlation=together,
            years=first.given["years"],
            rate=first.rate,
        )
        payoff = QuantLib.SpreadBasketPayoff(QuantLib.PlainVanillaPayoff(side(first.right), float(strike)))
        option = QuantLib.BasketOption(payoff, QuantLib.EuropeanExercise(TODAY + first.days))
        other = process(attrs.evolve(second, rate=first.rate))
        option.setPricingEngine(QuantLib.KirkEngine(process(first), other, float(together)))
        assert float(worth.value) == pytest.approx(option.NPV(), rel=WITHIN, abs=WITHIN), first


def test_implied_volatilities_where_the_price_tells_them() -> None:
    for terms in drawn(6, 20):
        at_forward = attrs.evolve(terms, strike=terms.forward)  # elsewhere floats may lose the time value
        worth = black76(terms.right, volatility=terms.volatility, **at_forward.given)
        price = round(worth.value, 12)
        found = implied_volatility(
            terms.right,
            model=OptionModel.BLACK_76,
            price=price,
            places=20,
            rounding=Rounding.HALF_EVEN,
            **at_forward.given,
        )
        deviation = QuantLib.blackFormulaImpliedStdDev(
            side(terms.right),
            float(at_forward.strike),
            float(terms.forward),
            float(price),
            terms.discount,
            0.0,
            terms.deviation,
            1e-15,
            10_000,
        )
        expected = deviation / math.sqrt(terms.years)
        assert float(found.volatility) == pytest.approx(expected, rel=WITHIN, abs=WITHIN), terms


def test_american_values_by_barone_adesi_and_whaley() -> None:
    for terms in drawn(7, 10, lowest_rate=0):
        worth = barone_adesi_whaley(
            terms.right, volatility=terms.volatility, tolerance="0.000001", **terms.given
        )
        option = QuantLib.VanillaOption(terms.payoff, QuantLib.AmericanExercise(TODAY, TODAY + terms.days))
        option.setPricingEngine(QuantLib.BaroneAdesiWhaleyApproximationEngine(process(terms)))
        assert float(worth.value) == pytest.approx(option.NPV(), rel=WITHIN, abs=WITHIN), terms
