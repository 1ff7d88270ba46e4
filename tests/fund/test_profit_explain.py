"""Profit explained: every cent has a position and a cause, and together they are what the book gained."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CarbonkitError, CurrencyMismatchError
from carbonkit.fund.position.position import Cause, revalue
from carbonkit.fund.position.profit_explain import ExplainedProfit, explain_profit
from carbonkit.values import Money
from tests.fund_book import (
    CALL,
    DELIVERY,
    FUTURE,
    NEXT,
    allowances,
    book,
    environment,
    forwards,
    futures,
    options,
    swap,
)

if TYPE_CHECKING:
    from carbonkit.fund.position.position import Position

MOVED: dict[str, Any] = {
    "spot": "71.50",
    "forward": "72.40",
    "credit": "59.00",
    "volatility": "0.47",
    "rate": "0.031",
}


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def explained(
    before: list[Position],
    after: list[Position] | None = None,
    cash: dict[str, Money] | None = None,
    **moved: Any,  # noqa: ANN401  what the next day's environment takes
) -> ExplainedProfit:
    return explain_profit(
        before=before,
        after=before if after is None else after,
        opening=environment(),
        closing=environment(NEXT, **{**MOVED, **moved}),
        cash=cash or {},
    )


def of(result: ExplainedProfit, position: str) -> dict[Cause, Fraction]:
    (row,) = [row for row in result.rows if row.position == position]
    assert sum(row.of(cause) for cause in Cause) == row.actual
    return {cause: part for cause, part in row.parts if part}


def test_what_is_held_outright_gains_by_the_price_alone() -> None:
    assert of(explained([allowances()]), "allowances") == {Cause.PRICE: 1500}
    assert of(explained([futures()]), "futures") == {Cause.PRICE: -2800}


def test_a_forward_gains_by_price_carry_and_rate() -> None:
    opening, closing = environment(), environment(NEXT, **MOVED)
    parts = of(explained([forwards()]), "forwards")
    assert parts[Cause.PRICE] == 4200 * opening.factor(DELIVERY)
    rolled = opening.factor(DELIVERY) / opening.factor(NEXT)
    assert parts[Cause.CARRY] == 4500 * (rolled - opening.factor(DELIVERY))
    assert parts[Cause.RATE] == 4500 * (closing.factor(DELIVERY) - rolled)
    assert parts[Cause.UNEXPLAINED] == 4200 * (closing.factor(DELIVERY) - opening.factor(DELIVERY))


def test_when_only_time_passes_a_forward_gains_its_carry() -> None:
    still: dict[str, Any] = {
        "spot": "70.00",
        "forward": "71.00",
        "credit": "60.00",
        "volatility": "0.45",
        "rate": "0.03",
    }
    for position in (forwards(), swap()):
        parts = of(explained([position], **still), position.name)
        assert abs(parts.pop(Cause.CARRY) - explained([position], **still).actual) < Fraction(1, 10**50)
        assert all(abs(part) < Fraction(1, 10**50) for part in parts.values())
        assert [part.what for part in explained([position], **still).explain().parts] == ["carry"]


def test_an_option_gains_by_its_greeks() -> None:
    name = f"options {CALL.id}"
    parts = of(explained([options()]), name)
    assert set(parts) == {
        Cause.DELTA,
        Cause.GAMMA,
        Cause.VEGA,
        Cause.THETA,
        Cause.RATE,
        Cause.UNEXPLAINED,
    }
    assert abs(parts[Cause.UNEXPLAINED]) < abs(explained([options()]).actual) / 50


def test_a_whole_book_adds_up() -> None:
    result = explained(book())
    opening, closing = environment(), environment(NEXT, **MOVED)
    assert result.actual == revalue(book(), closing).total - revalue(book(), opening).total
    assert sum(result.of(cause) for cause in Cause) == result.actual
    assert result.of(Cause.TRADES) == 0
    assert abs(result.of(Cause.UNEXPLAINED)) < abs(result.actual) / 20


def test_what_is_bought_gains_from_its_price_to_the_close() -> None:
    result = explained([], [allowances(1000, "70200.00")], {"allowances": eur("-70200.00")})
    assert of(result, "allowances") == {Cause.TRADES: 1300}


def test_what_is_sold_gains_from_the_close_to_its_price() -> None:
    result = explained([allowances()], [], {"allowances": eur("71000.00")})
    assert of(result, "allowances") == {Cause.PRICE: 1500, Cause.TRADES: -500}
    assert result.actual == 1000


def test_variation_margin_moves_no_profit() -> None:
    after, paid = futures().settled(FUTURE.quote("72.40"))
    result = explained([futures()], [after], {"futures": paid})
    assert of(result, "futures") == {Cause.PRICE: -2800}


@settings(max_examples=20)
@given(
    st.integers(1, 20000),
    st.integers(1, 20000),
    st.integers(1, 200),
    st.integers(-50, 100),
    st.integers(-(10**6), 10**6),
)
def test_parts_add_up_whatever_moves(spot: int, forward: int, volatility: int, rate: int, cash: int) -> None:
    moved = {
        "spot": f"{spot / 100:.2f}",
        "forward": f"{forward / 100:.2f}",
        "volatility": f"{volatility / 100:.2f}",
        "rate": f"{rate / 1000:.3f}",
    }
    traded = [*book()[1:], allowances(300, "20000.00")]
    money = Money.from_minor(cash, "EUR")
    result = explained(book(), traded, {"allowances": money}, **moved)
    closing = environment(NEXT, **{**MOVED, **moved})
    gained = revalue(traded, closing).total - revalue(book(), environment()).total + Fraction(money.amount)
    assert result.actual == gained == sum(result.of(cause) for cause in Cause)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"after": []},
            "cash: must say what the trades brought, for each position that changed, was nothing for swap",
        ),
        ({"cash": {"swap": eur("1")}}, "cash: must be of a position that was traded, was swap"),
        ({"after": [], "cash": {"swap": Money("1", "GBP")}}, "cash of swap: must be EUR, was GBP"),
        ({"opening": environment(NEXT), "closing": environment()}, "closing: must be on or after 2025-06-03"),
        (
            {"closing": attrs.evolve(environment(NEXT), currency="GBP", marks=(), curves=())},
            "closing: must be in EUR, was GBP",
        ),
        ({"before": [swap(), swap()]}, "positions: must name each position once, was swap"),
        ({"after": [swap(), swap()]}, "positions: must name each position once, was swap"),
    ],
)
def test_what_cannot_be_explained(changed: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {
        "before": [swap()],
        "after": [swap()],
        "opening": environment(),
        "closing": environment(NEXT),
        "cash": {},
    }
    with pytest.raises(CarbonkitError) as caught:
        explain_profit(**{**usual, **changed})
    assert str(caught.value).startswith(message)


def test_every_position_without_a_price_is_told() -> None:
    blind = attrs.evolve(environment(NEXT), marks=())
    with pytest.raises(BatchError) as caught:
        explain_profit(before=book(), after=book(), opening=environment(), closing=blind, cash={})
    assert [problem.field for problem in caught.value.problems] == [
        "allowances, price of EUA",
        "credits, price of CER",
    ]


def test_it_explains_itself_by_cause_and_position() -> None:
    result = explained([allowances(), futures()])
    assert result.explain().text() == (
        "profit from 2025-06-02 to 2025-06-03: -1300 EUR = sum of the causes\n"
        "  price: -1300 EUR\n"
        "    allowances: 1500 EUR\n"
        "    futures: -2800 EUR"
    )


def test_a_book_in_another_currency_is_no_closing() -> None:
    pounds = attrs.evolve(environment(NEXT), currency="GBP", marks=(), curves=())
    with pytest.raises(CurrencyMismatchError):
        explain_profit(before=[], after=[], opening=environment(), closing=pounds, cash={})
