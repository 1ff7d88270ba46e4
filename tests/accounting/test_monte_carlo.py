"""Simulation: one seed, one result; shared factors drawn once; quantiles by a named rule."""

from __future__ import annotations

import decimal
import hashlib
import math
import random
import statistics
from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Factor,
    Origin,
    Rate,
    Scope,
    Statement,
    account,
    gwp_set,
)
from carbonkit.accounting._deviate import SCALE, _cumulated, _deviate, drawn_around
from carbonkit.accounting.monte_carlo import QuantileRule, Simulation, simulate
from carbonkit.accounting.uncertainty import Assumption, propagate_uncertainty
from carbonkit.errors import BatchError, InvalidValueError, WrongTypeError
from carbonkit.values import CO2e, Energy, Explanation, Period, Place, Rounding, Source

YEAR, US = Period.year(2025), Place("US")
EVEN = Rounding.HALF_EVEN
RANK, BETWEEN = QuantileRule.NEAREST_RANK, QuantileRule.INTERPOLATED


def factor(kind: str, *rates: Rate) -> Factor:
    return Factor(kind, "1", kind, US, YEAR, "GJ", rates, Source("Us", "Gas analysis", 2025))


def rate(lower: str = "0.9", upper: str = "1.1", gas: str = "CO2", number: str = "1") -> Rate:
    return Rate(gas, number, "t", lower=lower, upper=upper)


def bill(identity: str, amount: str, kind: str = "gas", uncertainty: str | None = "0") -> Activity:
    return Activity(
        identity, "site", kind, Energy(amount, "GJ"), US, YEAR, Scope.ONE, uncertainty=uncertainty
    )


def stated(bills: list[Activity], *factors: Factor, calculations: tuple[Calculation, ...] = ()) -> Statement:
    return account(bills, Catalogue(factors), calculations=calculations).co2e(gwp_set("AR5"))


def kiln(percent: str, gas: str = "CO2") -> Calculation:
    working = Explanation("kiln", "some")
    amounts = [Amount(gas, "100", "t")]
    return Calculation("kiln", "site", "lime", US, YEAR, Scope.ONE, amounts, working, uncertainty=percent)


SHARED = stated([bill("1", "100"), bill("2", "200")], factor("gas", rate()))
APART = stated([bill("1", "100"), bill("2", "200", "coal")], factor("gas", rate()), factor("coal", rate()))


def half(found: Simulation) -> Decimal:
    return found.percent(BETWEEN, 4, EVEN)


@pytest.mark.parametrize(("rows", "expected"), [(SHARED, "10.0"), (APART, "7.4536")])
def test_a_shared_factor_is_drawn_once(rows: Statement, expected: str) -> None:
    # of 20,000 draws the half width has a standard error of about 0.8 % of itself
    assert abs(half(simulate(rows, seed=3, draws=20_000)) / Decimal(expected) - 1) < Decimal("0.025")


def test_one_seed_gives_one_result_on_every_machine() -> None:
    rows = stated(
        [bill("1", "100", uncertainty="5"), bill("2", "-2.5", "coal", "80")],
        factor("gas", rate(), rate(gas="CH4", number="0.01", lower="0.004", upper="0.03")),
        factor("coal", rate("0.7", "1.2")),
        calculations=(kiln("40"),),
    )
    found = simulate(rows, seed=20_250_101, draws=500, potential={"CH4": "35"})
    # found on CPython 3.11, x86-64; another machine or version that differs is a fault
    assert hashlib.sha256(repr((found.steps, found.step)).encode()).hexdigest()[:16] == "48809b4b16f960dd"


def test_another_seed_gives_another_result_and_the_same_seed_the_same() -> None:
    first, again, other = (simulate(APART, seed=seed, draws=100) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = [bill(str(number), str(number * 10), uncertainty="7") for number in range(1, 6)]
    gas = factor("gas", rate())
    forth, back = (simulate(stated(bills, gas), seed=5, draws=200) for bills in (rows, rows[::-1]))
    assert forth == back


def test_it_meets_approach_1_where_that_is_valid() -> None:
    rows = stated(
        [bill("1", "100", uncertainty="10"), bill("2", "40", "coal", "20"), bill("3", "-5", "coal", "3")],
        factor("gas", rate(), rate(gas="CH4", number="0.1", lower="0.08", upper="0.12")),
        factor("coal", rate("0.8", "1.2")),
        calculations=(kiln("15"),),
    )
    first = propagate_uncertainty(rows, potential={"CH4": 25})
    second = simulate(rows, seed=7, draws=20_000, potential={"CH4": 25})
    assert abs(half(second) / first.percent(4, EVEN) - 1) < Decimal("0.025")
    spread = second.standard_deviation(6, EVEN).number * Decimal("1.96")
    assert abs(spread / first.half_width(6, EVEN).number - 1) < Decimal("0.025")
    assert abs(second.mean(6, EVEN).number / rows.total.number - 1) < Decimal("0.01")


def test_a_potential_is_drawn_once_for_all_of_its_gas() -> None:
    rows = stated(
        [bill("1", "10"), bill("2", "20", "coal")],
        factor("gas", rate("1", "1", "CH4")),
        factor("coal", rate("1", "1", "CH4")),
        calculations=(kiln("0", "CH4"),),
    )
    assert half(simulate(rows, seed=1, draws=200)) == 0
    found = half(simulate(rows, seed=1, draws=20_000, potential={"CH4": 20}))
    assert abs(found / 20 - 1) < Decimal("0.025")


def test_a_wide_input_is_lognormal_with_the_same_mean_and_deviation() -> None:
    rows = stated([bill("1", "100", uncertainty="100")], factor("gas", rate("1", "1")))
    found = simulate(rows, seed=11, draws=40_000)
    assert found.findings == ("activity 1: more than ±30 %, drawn from a lognormal distribution",)
    assert min(found.steps) > 0
    assert abs(found.mean(4, EVEN).number - 100) < Decimal("0.8")
    assert abs(found.standard_deviation(4, EVEN).number / Decimal("51.02") - 1) < Decimal("0.03")
    low, high = found.interval(BETWEEN, 2, EVEN)
    sigma = math.sqrt(math.log(1 + 0.5102**2))
    for limit, deviations in ((low, -1.96), (high, 1.96)):
        expected = 100 * math.exp(deviations * sigma - sigma**2 / 2)
        assert abs(float(limit.number) / expected - 1) < 0.02


def test_thirty_percent_is_still_normal() -> None:
    rows = stated([bill("1", "100", uncertainty="30")], factor("gas", rate("1", "1")))
    assert simulate(rows, seed=1, draws=100).findings == ()


def test_a_rate_of_zero_with_limits_is_drawn_normally() -> None:
    rows = stated([bill("1", "10")], factor("gas", rate("0", "0.5", number="0")))
    found = simulate(rows, seed=1, draws=2000)
    assert min(found.steps) < 0 < max(found.steps)
    assert found.findings == ("factor gas (1), CO2: limits not symmetric, the farther one was taken",)
    with pytest.raises(InvalidValueError, match="not be zero"):
        found.percent(BETWEEN, 1, EVEN)


def test_the_deviates_are_normal() -> None:
    normal, table = statistics.NormalDist(), _cumulated()
    for cell in range(0, len(table), 64):
        deviations = cell / 512 - 6
        # off by h² / 24 × the steepest slope, 0.242, as cells of h are taken by their middles, and by
        # the billionth beyond the reach
        assert abs(table[cell] / 2**64 - normal.cdf(deviations)) < 4e-8
    source = random.Random(5)  # noqa: S311  no secret
    drawn = [_deviate(source, table) / 10**9 for _ in range(50_000)]
    assert abs(statistics.fmean(drawn)) < 0.015
    assert abs(statistics.pstdev(drawn) - 1) < 0.01
    assert min(drawn) > -6
    assert max(drawn) < 6


def test_what_is_certain_takes_no_bits() -> None:
    source = random.Random(1)  # noqa: S311  no secret
    before = source.getstate()
    assert drawn_around(7, 0, "x", [])(source) == 7 * SCALE
    assert source.getstate() == before


def test_the_two_rules_for_a_quantile() -> None:
    found = Simulation(CO2e(1, "tCO2e"), 1, (1, 2, 4, 8), Decimal(1), ())
    shares = ("0", "0.25", "0.26", "0.5", "1")
    assert [found.quantile(share, RANK, 2, EVEN).number for share in shares] == [1, 1, 2, 2, 8]
    expected = ["1.00", "1.75", "1.78", "3.00", "8.00"]
    assert [str(found.quantile(share, BETWEEN, 2, EVEN).number) for share in shares] == expected
    assert expected[1] == f"{statistics.quantiles(found.steps, n=4, method='inclusive')[0]:.2f}"
    with pytest.raises(InvalidValueError, match="from 0 to 1"):
        found.quantile("1.1", RANK, 2, EVEN)
    with pytest.raises(WrongTypeError):
        found.quantile("0.5", "rank", 2, EVEN)  # type: ignore[arg-type]


def test_mean_and_deviation_are_exact_until_they_are_rounded() -> None:
    found = Simulation(CO2e(1, "tCO2e"), 1, (1, 2, 4), Decimal("0.5"), ())
    assert str(found.mean(4, EVEN)) == "1.1667 tCO2e"
    expected = statistics.stdev([Fraction(1, 2), Fraction(1), Fraction(2)])
    assert found.standard_deviation(4, EVEN).number == Decimal(f"{float(expected):.4f}")
    half_even = Simulation(CO2e(1, "tCO2e"), 1, (3, 3), Decimal("0.5"), ())
    assert half_even.mean(0, EVEN) == CO2e(2, "tCO2e")


def test_progress_is_told_and_may_end_the_simulation() -> None:
    told: list[tuple[int, int]] = []
    simulate(SHARED, seed=1, draws=250, progress=lambda done, of: told.append((done, of)))
    assert told[0] == (2, 250)
    assert told[-1] == (250, 250)
    assert len(told) == 125

    def stop(done: int, of: int) -> None:
        if done > of // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(SHARED, seed=1, draws=200, progress=stop)


def test_a_partial_inventory_is_refused_or_what_is_assumed_is_said() -> None:
    rows = stated([bill("1", "10", uncertainty=None)], factor("gas", rate()))
    with pytest.raises(BatchError, match="activity 1"):
        simulate(rows, seed=1, draws=100)
    found = simulate(rows, seed=1, draws=100, assumed=Assumption(activity=5))
    assert found.findings == ("1 activities assumed at ±5 %",)


@pytest.mark.parametrize(("seed", "draws"), [(-1, 100), (1, 99), (1, 10_000_001)])
def test_a_seed_or_a_number_of_draws_out_of_range_is_refused(seed: int, draws: int) -> None:
    with pytest.raises(InvalidValueError):
        simulate(SHARED, seed=seed, draws=draws)


def test_reversals_err_by_themselves_and_that_is_said() -> None:
    rows = [bill("1", "100", uncertainty="10"), bill("2", "-90", uncertainty="10"), bill("3", "-5")]
    found = simulate(stated(rows, factor("gas", rate("1", "1"))), seed=1, draws=100)
    assert found.findings == (
        (
            "1 negative rows have an uncertainty, each taken as independent: "
            "the error of a credit note does not cancel that of its bill"
        ),
    )


def test_two_rates_of_one_gas_are_told_apart_by_their_origin() -> None:
    both = [
        Rate("CH4", "1", "t", origin=origin, lower="0.5", upper="1.5")
        for origin in (Origin.FOSSIL, Origin.BIOGENIC)
    ]
    found = simulate(stated([bill("1", "10")], factor("gas", *both)), seed=1, draws=100)
    assert [finding.partition(":")[0] for finding in found.findings] == [
        "factor gas (1), fossil CH4",
        "factor gas (1), biogenic CH4",
    ]


def test_the_ambient_context_changes_nothing() -> None:
    rows = stated(
        [
            bill("1", "123456.789123", uncertainty="3.3333333"),
            bill("2", "-7.77777777", uncertainty="44.4444"),
        ],
        factor("gas", rate("0.912345678", "1.123456789")),
        calculations=(kiln("41.2345678"),),
    )

    def all_of_it() -> tuple[object, ...]:
        found = simulate(rows, seed=1, draws=100, potential={"CO2": "1.2345678"})
        ends = (found.explain(rule, 9, EVEN).text() for rule in QuantileRule)
        return (
            found,
            *ends,
            found.percent(BETWEEN, 9, EVEN),
            found.mean(9, EVEN),
            found.standard_deviation(9, EVEN),
        )

    before = all_of_it()
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        assert all_of_it() == before


def test_arguments_of_other_types_are_refused() -> None:
    with pytest.raises(WrongTypeError, match="statement"):
        simulate(None, seed=1, draws=100)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="potential"):
        simulate(SHARED, seed=1, draws=100, potential=5)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="assumed"):
        simulate(SHARED, seed=1, draws=100, assumed=5)  # type: ignore[arg-type]


def test_it_explains_itself() -> None:
    found = simulate(SHARED, seed=9, draws=100)
    text = found.explain(RANK, 1, EVEN).text()
    assert "draws: 100 = Mersenne Twister, seed 9" in text
    assert "quantiles: nearest rank = the smallest draw" in text
    assert "types 1 and 7 [recalled]" in text
    assert repr(found) == "<Simulation of 300.000 tCO2e, 100 draws, seed 9>"


def test_an_empty_inventory_is_zero_in_every_draw() -> None:
    assert set(simulate(stated([]), seed=1, draws=100).steps) == {0}
