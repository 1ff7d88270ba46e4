"""Black's formula: parity, bounds, limits, and Greeks against differences."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.figure import exponential
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.option_value import OptionModel, OptionValue
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Right

Terms = dict[str, Fraction]
FEW = settings(max_examples=40, deadline=None)


def numbers(low: str, high: str) -> st.SearchStrategy[Fraction]:
    return st.decimals(min_value=low, max_value=high, places=4).map(Fraction)


rights = st.sampled_from(Right)
terms = st.fixed_dictionaries(
    {
        "forward": numbers("1", "200"),
        "strike": numbers("1", "200"),
        "volatility": numbers("0.05", "1.5"),
        "years": numbers("0.01", "5"),
        "rate": numbers("-0.05", "0.2"),
    }
)


def value(right: Right, given_terms: Terms, **changed: Fraction) -> Fraction:
    return Fraction(black76(right, **(given_terms | changed)).value)


def discount(given_terms: Terms) -> Fraction:
    return Fraction(exponential(-given_terms["rate"] * given_terms["years"]))


def close(ours: Fraction | Decimal, theirs: Fraction | Decimal, digits: int) -> bool:
    size: Fraction = max(abs(Fraction(theirs)), Fraction(1))
    return bool(abs(Fraction(ours) - Fraction(theirs)) <= size / 10**digits)


@FEW
@given(terms)
def test_put_call_parity_to_fifty_digits(on: Terms) -> None:
    parity = discount(on) * (on["forward"] - on["strike"])
    assert close(value(Right.CALL, on) - value(Right.PUT, on), parity, 55)


@FEW
@given(rights, terms)
def test_it_lies_between_the_intrinsic_value_and_the_most(right: Right, on: Terms) -> None:
    worth, factor = value(right, on), discount(on)
    sign = 1 if right is Right.CALL else -1
    most = on["forward"] if right is Right.CALL else on["strike"]
    slack = most / 10**55
    assert factor * max(sign * (on["forward"] - on["strike"]), Fraction(0)) - slack <= worth
    assert 0 < worth < factor * most + slack


@FEW
@given(rights, terms, numbers("0.01", "1"))
def test_it_rises_with_volatility_and_moves_with_the_strike(right: Right, on: Terms, more: Fraction) -> None:
    worth = value(right, on)
    assert value(right, on, volatility=on["volatility"] + more) >= worth
    higher = value(right, on, strike=on["strike"] + more)
    assert higher <= worth if right is Right.CALL else higher >= worth


@FEW
@given(rights, terms)
def test_greeks_are_the_differences(right: Right, on: Terms) -> None:
    worth = black76(right, **on)
    step = Fraction(1, 10**12)

    def moved(name: str, *, by: str = "value", way: int = 1) -> Fraction:
        up = black76(right, **(on | {name: on[name] + way * step}))
        down = black76(right, **(on | {name: on[name] - way * step}))
        return (Fraction(getattr(up, by)) - Fraction(getattr(down, by))) / (2 * step)

    assert close(worth.delta, moved("forward"), 18)
    assert close(worth.gamma, moved("forward", by="delta"), 18)
    assert close(worth.vega, moved("volatility"), 15)
    assert close(worth.theta, moved("years", way=-1), 14)
    assert close(worth.rho, moved("rate"), 15)
    assert close(worth.vanna, moved("volatility", by="delta"), 15)
    assert close(worth.volga, moved("volatility", by="vega"), 13)


@FEW
@given(terms)
def test_the_probability_is_how_a_call_moves_with_its_strike(on: Terms) -> None:
    step = Fraction(1, 10**12)
    up, down = (value(Right.CALL, on, strike=on["strike"] + way * step) for way in (1, -1))
    chance = Fraction(black76(Right.CALL, **on).probability)
    assert close(-(up - down) / (2 * step) / discount(on), chance, 17)
    assert close(chance + Fraction(black76(Right.PUT, **on).probability), Fraction(1), 58)


def of(right: Right = Right.CALL, *, changed: dict[str, str] | None = None, **more: str) -> OptionValue:
    given_terms = {"forward": "80", "strike": "80", "volatility": "0.45", "years": "0.5", "rate": "0.03"}
    return black76(right, **(given_terms | (changed or {}) | more))


@pytest.mark.parametrize("certain", ["volatility", "years"])
@pytest.mark.parametrize(("right", "inside"), [(Right.CALL, True), (Right.PUT, False)])
def test_with_nothing_left_to_chance(certain: str, right: Right, inside: bool) -> None:  # noqa: FBT001
    worth = of(right, changed={"strike": "65", certain: "0"})
    factor = Fraction(exponential("-0.015")) if certain == "volatility" else Fraction(1)
    sign = 1 if right is Right.CALL else -1
    assert close(worth.value, factor * 15 if inside else Fraction(0), 58)
    assert close(worth.delta, sign * factor if inside else Fraction(0), 58)
    assert not any((worth.gamma, worth.vega, worth.vanna, worth.volga))
    assert close(worth.theta, Fraction(3, 100) * Fraction(worth.value), 58)
    assert close(worth.rho, -worth.value / 2 if certain == "volatility" else Decimal(0), 27)
    assert worth.d1 == worth.d2 == Decimal("Infinity")
    assert worth.probability == (1 if inside else 0)
    assert of(strike="90", years="0").d1 == Decimal("-Infinity")
    # the formulas tend to it
    nearly = of(right, changed={"strike": "65", certain: "0.0000000001"})
    # rounded first: a fraction of a value that is all but zero would be very long
    assert close(round(nearly.value, 12), worth.value, 8)
    assert close(round(nearly.delta, 12), worth.delta, 8)


def test_at_the_kink_there_is_a_value_and_no_sensitivity() -> None:
    for certain in ("volatility", "years"):
        worth = of(changed={certain: "0"})
        assert worth.value == 0
        assert worth.sensitivities is None
        names = ("delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "d1", "d2", "probability")
        for name in names:
            with pytest.raises(FundError, match="option: must have time and volatility left") as caught:
                getattr(worth, name)
            assert caught.value.problem.code == Refusal.NO_SENSITIVITY
        assert [part.what for part in worth.explain().parts][-1] == "interest rate"


def test_the_smallest_and_the_largest() -> None:
    faint = of(strike="81", volatility="0.0000001")
    assert faint.value.adjusted() < -(10**6)
    assert faint.gamma > 0
    assert of(strike="81", volatility="1e-40").value == 0
    assert close(of(volatility="1e30").value, 80 * Fraction(exponential("-0.015")), 57)
    narrow = of(volatility="1e-50", rate="0")
    assert narrow.value.adjusted() == -49  # 80 · 1e-50 · √0.5 / √(2π)
    assert close(narrow.delta, Decimal("0.5"), 49)


def test_it_explains_itself() -> None:
    explained = of().explain()
    assert explained.value == "9.96217258052343"
    assert explained.how == "e^(−rate × years) × (forward × N(d1) − strike × N(d2))"
    assert explained.source is OptionModel.BLACK_76.source
    assert "delta: 0.554819548429803" in explained.text()
    assert of(years="0", strike="65").explain().how.startswith("e^(−rate × years) × 15, as no time")


def test_the_context_of_the_host_changes_nothing() -> None:
    expected = of()
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        assert of() == expected


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"forward": "0"}, "forward: must be above zero, was 0; a price that may be zero or negative"),
        ({"forward": "-2"}, "forward: must be above zero"),
        ({"strike": "0"}, "strike: must be above zero"),
        ({"volatility": "-0.1"}, "volatility: must be zero or more"),
        ({"years": "-1"}, "years: must be zero or more"),
        ({"rate": "30000"}, "rate: must make rate × years lie within ±10000"),
    ],
    ids=str,
)
def test_what_it_refuses(changed: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        of(changed=changed)


@pytest.mark.parametrize("field", ["forward", "strike", "volatility", "years", "rate"])
@pytest.mark.parametrize("bad", [0.5, float("nan"), True])
def test_what_is_not_exact_is_refused_by_name(field: str, bad: object) -> None:
    with pytest.raises(InexactNumberError, match=field):
        of(changed={field: bad})  # type: ignore[dict-item]


def test_a_right_is_a_right() -> None:
    with pytest.raises(InvalidValueError, match="right"):
        of("call")  # type: ignore[arg-type]
