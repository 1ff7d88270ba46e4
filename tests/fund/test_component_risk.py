"""Component risk: the parts of a book's value at risk add up to it exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.risk.component_risk import delta_normal_risk
from carbonkit.fund.risk.covariance import Centre, Covariance, Divisor, covariance_of, estimate_of
from carbonkit.fund.risk.returns import ReturnKind, profit_and_loss
from carbonkit.fund.risk.value_at_risk import Drift, normal_value_at_risk
from carbonkit.values import AssetId, Money, Rounding

NAMES = [AssetId(name) for name in "ABC"]


def moves(of: list[list[int]]) -> Covariance:
    return covariance_of(
        {asset: [Fraction(each, 1000) for each in row] for asset, row in zip(NAMES, of, strict=True)},
        divisor=Divisor.COUNT_LESS_ONE,
        centre=Centre.SAMPLE_MEAN,
    )


rows = st.lists(st.lists(st.integers(-99, 99), min_size=6, max_size=6), min_size=3, max_size=3)
sizes = st.lists(st.integers(-(10**9), 10**9), min_size=3, max_size=3)


@given(rows, sizes)
def test_components_add_up_to_the_whole(of: list[list[int]], fen: list[int]) -> None:
    covariance = moves(of)
    book = {asset: Money.from_minor(size, "CNY") for asset, size in zip(NAMES, fen, strict=True)}
    series = {asset: [Fraction(each, 1000) for each in row] for asset, row in zip(NAMES, of, strict=True)}
    gains = profit_and_loss(book, series, kind=ReturnKind.SIMPLE)
    estimate = estimate_of(gains, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
    assume(estimate.variance)
    risk = delta_normal_risk(book, covariance, confidence="0.99")
    # The same figure as of the book's own past gains, and without a rest.
    assert risk.loss == normal_value_at_risk(estimate, confidence="0.99", drift=Drift.IGNORED).loss
    assert sum(part.component for part in risk.components) == risk.loss
    assert sum(part.share for part in risk.components) == 1
    for part in risk.components:
        assert part.component == part.marginal * Fraction(part.exposure.amount)


def test_the_marginal_is_what_a_little_more_adds() -> None:
    covariance = moves([[10, -20, 5, 0, 7, 3], [4, -3, 9, 1, 0, -6], [0, 0, 0, 1, 0, 0]])
    a, b, c = NAMES
    book = {a: Money("100000", "CNY"), b: Money("50000", "CNY"), c: Money("0", "CNY")}
    risk = delta_normal_risk(book, covariance, confidence="0.95")
    more = delta_normal_risk({**book, a: Money("100000.01", "CNY")}, covariance, confidence="0.95")
    assert abs((more.loss - risk.loss) * 100 - risk.of(a).marginal) < Fraction(1, 10**8)
    assert risk.of(c).component == 0
    assert risk.of(c).marginal != 0
    assert risk.money(Rounding.HALF_UP).currency == "CNY"


def test_a_hedge_has_a_negative_component() -> None:
    covariance = moves([[10, -10, 5, 0, 7, 3], [10, -10, 5, 0, 7, 3], [1, 2, 3, 4, 5, 6]])
    a, b, _ = NAMES
    risk = delta_normal_risk({a: Money("3", "CNY"), b: Money("-1", "CNY")}, covariance, confidence="0.95")
    assert [part.share for part in risk.components] == [Fraction(3, 2), Fraction(-1, 2)]


def test_what_has_no_components_is_refused() -> None:
    a, b, _ = NAMES
    flat = moves([[1] * 6, [1, 2, 3, 4, 5, 6], [0] * 6])
    with pytest.raises(FundError, match="exposures: must have a risk to divide") as caught:
        delta_normal_risk({a: Money("1", "CNY")}, flat, confidence="0.95")
    assert caught.value.code == Refusal.NO_DISPERSION
    with pytest.raises(FundError, match="exposures: must name one asset at least"):
        delta_normal_risk({}, flat, confidence="0.95")
    with pytest.raises(CurrencyMismatchError, match="exposure to B: must be CNY, was EUR"):
        delta_normal_risk({a: Money("1", "CNY"), b: Money("1", "EUR")}, flat, confidence="0.95")
    with pytest.raises(NotFoundError, match="asset: must be an asset of the covariance, was X"):
        delta_normal_risk({AssetId("X"): Money("1", "CNY")}, flat, confidence="0.95")
    with pytest.raises(InvalidValueError, match="confidence: must be between 0 and 1"):
        delta_normal_risk({b: Money("1", "CNY")}, flat, confidence="2")
    with pytest.raises(InvalidValueError, match="covariance: must be of type Covariance"):
        delta_normal_risk({b: Money("1", "CNY")}, {}, confidence="0.95")  # type: ignore[arg-type]
    risk = delta_normal_risk({b: Money("1", "CNY")}, flat, confidence="0.95")
    with pytest.raises(NotFoundError, match="asset: must be an asset of the book, was A"):
        risk.of(a)


def test_components_are_explained() -> None:
    covariance = covariance_of({NAMES[0]: ["0.01", "-0.01"]}, divisor=Divisor.COUNT, centre=Centre.ZERO)
    text = delta_normal_risk({NAMES[0]: Money("100", "CNY")}, covariance, confidence="0.95").explain().text()
    assert text == (
        "delta-normal value at risk at 95 %, in CNY: 1.6448536269514727148… = "
        "normal quantile 1.6448536269514727148… × deviation 1\n"
        "  A: 1.6448536269514727148… = 100 CNY × marginal 0.016448536269514727148…"
    )
