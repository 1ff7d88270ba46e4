"""Returns: exact between prices, aligned between assets, and what a book would have gained by them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.risk.returns import ReturnKind, aligned_returns, profit_and_loss, returns_of
from carbonkit.values import AssetId, Money

CEA, CCER = AssetId("CEA"), AssetId("CCER")

prices = st.lists(st.integers(1, 10**9), min_size=2, max_size=20)


@given(prices)
def test_simple_returns_lead_from_the_first_price_to_the_last(given_prices: list[int]) -> None:
    reached = Fraction(given_prices[0])
    for each in returns_of(given_prices, kind=ReturnKind.SIMPLE):
        reached *= 1 + each
    assert reached == given_prices[-1]


@given(prices)
def test_log_returns_add_up_to_the_logarithm_of_the_whole(given_prices: list[int]) -> None:
    together = sum(returns_of(given_prices, kind=ReturnKind.LOG))
    assert math.isclose(together, math.log(given_prices[-1] / given_prices[0]), rel_tol=1e-9, abs_tol=1e-9)


def test_a_book_gains_what_its_parts_gain() -> None:
    book = {CEA: Money("1000.00", "CNY"), CCER: Money("-200.00", "CNY")}
    moves = {CEA: ["0.01", "-0.02"], CCER: ["0.05", "0.10"], AssetId("EUA"): ["9"]}
    assert profit_and_loss(book, moves, kind=ReturnKind.SIMPLE) == (Fraction(0), Fraction(-40))


def test_a_log_return_moves_the_price_by_its_exponential() -> None:
    moves = {CEA: returns_of(["50", "55", "44"], kind=ReturnKind.LOG)}
    gains = profit_and_loss({CEA: Money("1000", "CNY")}, moves, kind=ReturnKind.LOG)
    assert [round(gain, 40) for gain in gains] == [100, -200]


def test_prices_that_are_none_are_all_named() -> None:
    with pytest.raises(BatchError) as caught:
        returns_of(["50", "fifty", 51.5, "NaN", True], kind=ReturnKind.SIMPLE)  # type: ignore[list-item]
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [
        (2, "prices"),
        (3, "prices"),
        (4, "prices"),
        (5, "prices"),
    ]
    with pytest.raises(BatchError) as caught:
        returns_of(["50", "0", "-1"], kind=ReturnKind.LOG)
    assert [str(problem) for problem in caught.value.problems] == [
        "row 2, prices: must be above zero, was 0",
        "row 3, prices: must be above zero, was -1",
    ]


def test_one_price_has_no_return() -> None:
    with pytest.raises(FundError, match="prices: must number at least 2, was 1") as caught:
        returns_of(["50"], kind=ReturnKind.SIMPLE)
    assert caught.value.code == Refusal.TOO_FEW_OUTCOMES
    with pytest.raises(InvalidValueError, match="prices: must be a sequence of numbers, not one text"):
        returns_of("5051", kind=ReturnKind.SIMPLE)


def test_the_kind_is_named() -> None:
    with pytest.raises(InvalidValueError, match="kind: must be of type ReturnKind"):
        returns_of(["1", "2"], kind="simple")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="kind: must be of type ReturnKind"):
        profit_and_loss({}, {}, kind="log")  # type: ignore[arg-type]


def test_assets_have_returns_of_one_length() -> None:
    with pytest.raises(FundError, match="returns of CCER: must be given, was none") as caught:
        aligned_returns([CEA, CCER], {CEA: ["1"]})
    assert caught.value.code == Refusal.NO_RETURNS
    with pytest.raises(FundError, match="returns of CCER: must have as many as CEA, 1, was 2") as caught:
        aligned_returns([CEA, CCER], {CEA: ["1"], CCER: ["1", "2"]})
    assert caught.value.code == Refusal.OTHER_LENGTH
    with pytest.raises(BatchError) as failed:
        aligned_returns([CEA], {CEA: ["1", 0.5]})  # type: ignore[list-item]
    assert str(failed.value.problems[0]).startswith("row 2, returns of CEA: must be a str, int or Decimal")
    with pytest.raises(InvalidValueError, match="asset: must be of type AssetId"):
        aligned_returns(["CEA"], {})  # type: ignore[list-item]


def test_a_book_is_in_one_currency_and_not_empty() -> None:
    with pytest.raises(CurrencyMismatchError, match="exposure to CCER: must be CNY, was EUR"):
        profit_and_loss({CEA: Money("1", "CNY"), CCER: Money("1", "EUR")}, {}, kind=ReturnKind.SIMPLE)
    with pytest.raises(InvalidValueError, match="exposure to CEA: must be of type Money"):
        profit_and_loss({CEA: 1}, {}, kind=ReturnKind.SIMPLE)  # type: ignore[dict-item]
    with pytest.raises(FundError, match="exposures: must name one asset at least"):
        profit_and_loss({}, {}, kind=ReturnKind.SIMPLE)


def test_what_is_no_sequence_or_mapping_is_named() -> None:
    wrong: Any = 5
    with pytest.raises(InvalidValueError, match="prices: must be a sequence, was 5"):
        returns_of(wrong, kind=ReturnKind.SIMPLE)
    with pytest.raises(InvalidValueError, match="returns: must be of type Mapping"):
        profit_and_loss({AssetId("CEA"): Money("1", "CNY")}, wrong, kind=ReturnKind.SIMPLE)
    with pytest.raises(InvalidValueError, match="exposures: must be of type Mapping"):
        profit_and_loss(wrong, {AssetId("CEA"): ["0.1"]}, kind=ReturnKind.SIMPLE)
