"""Performance: multiples from exact fractions, the rate beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund.cashflow import CashFlow, contribution, distribution
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.internal_rate import NoRate
from carbonkit.fund.performance.performance import Performance, performance_of
from carbonkit.values import Money, Rounding


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


def measured(
    flows: list[CashFlow],
    left: str,
    *,
    on: str = "2025-01-01",
    places: int = 4,
    rounding: Rounding = Rounding.HALF_UP,
) -> Performance:
    return performance_of(
        flows,
        net_asset_value=yuan(left),
        on=on,
        day_count=DayCount.ACT_365_FIXED,
        places=places,
        rounding=rounding,
    )


PAID = [contribution("2021-07-15", yuan("100")), distribution("2023-07-15", yuan("30"))]


def test_the_figures() -> None:
    figures = measured(PAID, "95", on="2024-07-14")
    assert (figures.paid_in, figures.distributed) == (yuan("100"), yuan("30"))
    assert [figures.dpi, figures.rvpi, figures.tvpi] == [Decimal("0.3"), Decimal("0.95"), Decimal("1.25")]
    assert figures.internal_rate.unique


def test_each_multiple_is_rounded_from_its_own_fraction() -> None:
    third = [contribution("2021-01-01", yuan("3")), distribution("2022-01-01", yuan("1"))]
    figures = measured(third, "1", places=1, rounding=Rounding.HALF_UP)
    assert [figures.dpi, figures.rvpi, figures.tvpi] == [Decimal("0.3"), Decimal("0.3"), Decimal("0.7")]
    assert measured(third, "1", places=1, rounding=Rounding.CEILING).dpi == Decimal("0.4")


def test_what_is_left_counts_as_paid_out_on_the_day() -> None:
    figures = measured([contribution("2024-01-02", yuan("100"))], "110", on="2025-01-01")
    assert figures.internal_rate.rate == Decimal("0.1000")
    assert figures.dpi == 0


def test_one_day_has_multiples_and_no_rate() -> None:
    figures = measured([contribution("2025-01-01", yuan("100"))], "99")
    assert figures.tvpi == Decimal("0.99")
    assert figures.internal_rate.reason is NoRate.ONE_DAY


def test_a_total_loss_has_multiples_and_no_rate() -> None:
    figures = measured([contribution("2024-01-01", yuan("100"))], "0")
    assert figures.tvpi == 0
    assert figures.internal_rate.reason is NoRate.ONE_SIGN


MINOR = st.integers(0, 10**14)


@settings(max_examples=40, deadline=None)
@given(st.lists(MINOR, min_size=1, max_size=5), st.lists(MINOR, max_size=5), MINOR)
def test_cash_in_is_cash_out_and_what_is_left_at_a_multiple_of_one(
    ins: list[int], outs: list[int], left: int
) -> None:
    if not sum(ins):
        return
    flows = [contribution("2021-01-01", Money.from_minor(amount, "CNY")) for amount in ins]
    flows += [distribution("2022-01-01", Money.from_minor(amount, "CNY")) for amount in outs]
    figures = measured(flows, str(Money.from_minor(left, "CNY").amount), places=30)
    assert figures.paid_in.to_minor() == sum(ins)
    assert figures.distributed.to_minor() == sum(outs)
    assert (figures.tvpi == 1) == (sum(ins) == sum(outs) + left)


@pytest.mark.parametrize("flows", [[], [distribution("2021-01-01", yuan("1"))]], ids=["none", "only out"])
def test_nothing_paid_in_is_refused(flows: list[CashFlow]) -> None:
    with pytest.raises(InvalidValueError, match="paid_in: must be above zero, was 0"):
        measured(flows, "1")


def test_a_flow_after_the_day_is_refused() -> None:
    with pytest.raises(
        InvalidValueError, match="flow 2, on: must be on or before 2022-01-01, was 2023-07-15"
    ):
        measured(PAID, "1", on="2022-01-01")


def test_a_negative_value_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="net_asset_value: must be zero or more, was -1 CNY"):
        measured(PAID, "-1")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatchError, match="flow 1: must be CNY, as the net asset value, was EUR"):
        measured([contribution("2021-01-01", Money("1", "EUR"))], "1")


def test_what_is_no_flow_or_money_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="flow 1: must be a CashFlow"):
        measured([yuan("1")], "1")  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="net_asset_value: must be Money"):
        performance_of(
            PAID,
            net_asset_value="1",  # type: ignore[arg-type]
            on="2025-01-01",
            day_count=DayCount.ACT_365_FIXED,
            places=2,
            rounding=Rounding.HALF_UP,
        )


def test_it_explains_itself() -> None:
    text = measured(PAID, "95").explain().text()
    for line in ("DPI: 0.3000 = 30 CNY / 100 CNY", "RVPI: 0.9500", "TVPI: 1.2500 = 125 CNY / 100 CNY"):
        assert line in text
    assert "internal rate of return" in text
    assert [str(source)[:13] for source in measured(PAID, "95").explain().sources()][:1] == ["Institutional"]
