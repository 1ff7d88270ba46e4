"""Distributions on units: to the fen, in cash or in units."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, InvalidValueError
from carbonkit.fund.units.equalisation import Equaliser, crystallise
from carbonkit.fund.units.performance_fee import MarkRule, PerformanceFeePeriod, PerformanceFeeTerms
from carbonkit.fund.units.unit_distribution import UnitDistribution
from carbonkit.values import Money
from tests.fund.unit_books import DAY, UNIT, A, B, C, cny, first, lot, register, unit_class

HELD = register(lot(A, 100), lot(B, 200))


def distribution(**changed: Any) -> UnitDistribution:  # noqa: ANN401  any field
    given = {"name": "distribution/1", "before": HELD, "on": DAY, "total": cny("10.00"), "reinvesting": ()}
    return UnitDistribution(**{**given, "price": None, **changed})


def test_cash_is_divided_to_the_fen() -> None:
    paid = distribution()
    assert paid.cash == paid.shares == ((A, cny("3.33")), (B, cny("6.67")))
    assert paid.paid_out == cny("10.00")
    assert paid.per_unit == Fraction(1, 30)
    assert paid.after.holders == HELD.holders
    assert str(paid.after.last_on) == DAY


def test_who_reinvests_gets_units_at_the_price_without_it() -> None:
    paid = distribution(reinvesting=[B], price=first("1.25"))
    assert paid.cash == ((A, cny("3.33")),)
    assert [(each.holder, str(each.units), each.mark) for each in paid.lots] == [(B, "5.33", Fraction(5, 4))]
    assert paid.after.units_of(B) == Decimal("205.33")
    assert paid.paid_out == cny("3.33")


def test_what_buys_no_unit_is_paid_in_cash() -> None:
    paid = distribution(total=cny("0.03"), reinvesting=[B], price=first("5.0000"))
    assert paid.lots == ()
    assert paid.cash == ((A, cny("0.01")), (B, cny("0.02")))


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=3),
    st.integers(1, 10**12),
    st.sets(st.sampled_from([A, B, C])),
)
def test_nothing_is_lost(units: list[int], fen: int, reinvesting: set[Any]) -> None:
    held = register(*(lot(who, str(UNIT.asset.amount(n))) for who, n in zip((A, B, C), units, strict=False)))
    some = reinvesting & {who for who, _ in held.holders}
    paid = distribution(
        before=held,
        total=Money.from_minor(fen, "CNY"),
        reinvesting=some,
        price=first("1.2500") if some else None,
    )
    shares = dict(paid.shares)
    assert sum(amount.to_minor() for amount in shares.values()) == fen
    bought = {each.holder: each.units for each in paid.lots}
    assert paid.paid_out.to_minor() + sum(shares[who].to_minor() for who in bought) == fen
    for who, more in bought.items():
        left = Fraction(shares[who].amount) - Fraction(more) * Fraction(5, 4)
        assert 0 <= left < Fraction(5, 400)


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"before": register()}, "no_units", "before: must have units outstanding"),
        ({"on": "2026-05-31"}, "out_of_order", "on: must be on or after 2026-06-01"),
        ({"total": cny(0)}, "invalid_value", "total: must be above zero"),
        ({"total": Money(1, "EUR")}, "currency_mismatch", "total: must be CNY, was EUR"),
        ({"name": " "}, "invalid_value", "name: must name the distribution"),
        ({"reinvesting": [C], "price": first()}, "not_found", "reinvesting: must hold units, was BANK-C"),
        ({"reinvesting": [B]}, "invalid_value", "price: must be given exactly if somebody reinvests"),
        ({"price": first()}, "invalid_value", "price: must be given exactly if somebody reinvests"),
        (
            {"reinvesting": [B], "price": first(day="2026-07-01")},
            "price_of_another_day",
            "price: must be of 2026-06-30, was 2026-07-01",
        ),
        (
            {"reinvesting": [B], "price": first(unit=unit_class(unit_places=3))},
            "other_unit",
            "price: must be of GREEN-A",
        ),
        ({"reinvesting": ["BANK-B"]}, "wrong_type", "reinvesting: must be of type AccountId"),
    ],
)
def test_a_distribution_that_makes_no_sense_is_refused(
    changed: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(CarbonkitError) as caught:
        distribution(**changed)
    assert caught.value.code == code
    assert str(caught.value).startswith(message)


def test_a_distribution_explains_itself() -> None:
    assert distribution(reinvesting=[B], price=first("1.25")).explain().text() == (
        "distribution/1 of GREEN-A on 2026-06-30: 10.00 CNY = "
        "0.033333333333333… a unit, by largest remainder\n"
        "  BANK-A: 3.33 CNY = in cash\n"
        "  BANK-B: 6.67 CNY = in 5.33 units"
    )


def test_what_is_paid_out_is_no_loss() -> None:
    """Gains are paid a fee on whether they were paid out, reinvested, or left in the fund."""
    held = register(lot(A, 100, mark=100), lot(B, 100, mark=110))
    terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
    year = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2026-01-01")
    alone = crystallise(held, Equaliser.of(year, gav=120), on="2026-12-31").fee
    assert alone == cny("600.00")  # 0.2 × 100 × (20 + 10)
    for reinvesting, price in (((), None), ((A, B), first("105"))):
        out = distribution(before=held, total=cny(3000), reinvesting=reinvesting, price=price)
        assert [each.mark for each in out.after.lots[:2]] == [85, 95]
        later = year.after_distribution(out.per_unit)
        done = crystallise(out.after, Equaliser.of(later, gav=105), on="2026-12-31")
        assert done.fee == alone
    with pytest.raises(InvalidValueError, match="per_unit: must be zero or more, and below the mark of 100"):
        year.after_distribution(100)
    assert {each.mark for each in distribution(before=held, total=cny(22_000)).after.lots} == {0}


@pytest.mark.parametrize("name", ["distribution 2026", "分红/2026"])
def test_a_name_can_be_an_id_in_the_ledger(name: str) -> None:
    with pytest.raises(InvalidValueError, match="name: must be 1 to 128 letters"):
        distribution(name=name)
