"""Penalties: ranges, multiples and amounts a tonne, never rounded."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InexactNumberError, InvalidValueError
from carbonkit.registry.penalty import FineRange, GainFine, ShortfallFine, TonneFine
from carbonkit.values import Money, Period, Price, Rule, Source

SMALL = FineRange(Money("20", "CNY"), Money("100", "CNY"))
GAIN = GainFine("5", "10", Money("20", "CNY"), SMALL)
SHORT = ShortfallFine("5", "10")
TONNE = TonneFine(Money("100", "EUR"))


def rule(value: object) -> Rule[object]:
    return Rule(
        what="fine",
        value=value,
        says="the words",
        valid=Period("2024-05-01", None),
        source=Source("State", "Law", 2024),
    )


@pytest.mark.parametrize(
    ("gain", "lowest", "highest"),
    [("0", "20", "100"), ("19.99", "20", "100"), ("20", "100", "200"), ("20.01", "100.05", "200.10")],
)
def test_a_gain_counts_from_the_threshold_on(gain: str, lowest: str, highest: str) -> None:
    fine = GAIN.fine(rule(GAIN), Money(gain, "CNY"))
    assert (fine.lowest, fine.highest) == (Money(lowest, "CNY"), Money(highest, "CNY"))


def test_a_negative_gain_or_one_in_another_currency_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="gain: must not be negative"):
        GAIN.fine(rule(GAIN), Money("-1", "CNY"))
    with pytest.raises(CurrencyMismatchError):
        GAIN.fine(rule(GAIN), Money("1", "EUR"))


def test_a_range_must_be_one() -> None:
    with pytest.raises(InvalidValueError, match="be at least 100 CNY, was 20 CNY"):
        FineRange(Money("100", "CNY"), Money("20", "CNY")).fine(rule(None))
    with pytest.raises(InvalidValueError, match="times"):
        ShortfallFine("-5", "10")
    with pytest.raises(CurrencyMismatchError):
        FineRange(Money("100", "CNY"), Money("200", "EUR")).fine(rule(None))


def test_a_shortfall_is_valued_without_rounding() -> None:
    fine = SHORT.fine(rule(SHORT), 3, Price("65.4284", "CNY", "tCO2e"))
    assert (fine.lowest, fine.highest) == (Money("981.4260", "CNY"), Money("1962.8520", "CNY"))


@pytest.mark.parametrize("bad", [-1, "1.5", 1.0, True])
def test_what_is_no_shortfall_is_refused(bad: Any) -> None:  # noqa: ANN401  a host's mistake
    with pytest.raises((InexactNumberError, InvalidValueError)):
        SHORT.fine(rule(SHORT), bad, Price("60", "CNY", "tCO2e"))
    with pytest.raises((InexactNumberError, InvalidValueError)):
        TONNE.fine(rule(TONNE), bad, 1)


@pytest.mark.parametrize("price", [Price("-1", "CNY", "tCO2e"), Price("60", "CNY", "kgCO2e")])
def test_a_price_is_for_one_tonne_and_not_negative(price: Price) -> None:
    with pytest.raises(InvalidValueError, match="for one tCO2e"):
        SHORT.fine(rule(SHORT), 1, price)


@pytest.mark.parametrize("index", ["0", "-1"])
def test_an_index_is_above_zero(index: str) -> None:
    with pytest.raises(InvalidValueError, match="be above 0"):
        TONNE.fine(rule(TONNE), 1, index)
    with pytest.raises(InexactNumberError):
        TONNE.fine(rule(TONNE), 1, 1.1)  # type: ignore[arg-type]


def test_explanations_show_inputs_and_source() -> None:
    text = GAIN.fine(rule(GAIN), Money("30", "CNY")).explain().text()
    assert "fine: 150 CNY to 300 CNY = 5 to 10 × the gain" in text
    assert "unlawful gain: 30 CNY" in text
    assert "State, Law, 2024 [confirmed]" in text
    assert "below 20 CNY: fixed range" in GAIN.fine(rule(GAIN), Money("3", "CNY")).explain().text()
    assert "fine: 125.0 EUR = 100 EUR × index" in TONNE.fine(rule(TONNE), 1, "1.25").explain().text().replace(
        "125.00", "125.0"
    )
    text = SHORT.fine(rule(SHORT), 3, Price("60", "CNY", "tCO2e")).explain().text()
    assert "not surrendered: 3 t" in text
    assert "average market price: 60 CNY/tCO2e" in text


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_larger_gain_never_lowers_the_highest_fine(one: int, more: int) -> None:
    small = GAIN.fine(rule(GAIN), Money.from_minor(one, "CNY"))
    large = GAIN.fine(rule(GAIN), Money.from_minor(one + more, "CNY"))
    assert small.lowest <= small.highest <= large.highest
