"""Numbers for readers: at most 15 digits, no exponent, the same under any decimal context of the host."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.fund._shown import shown, signed


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(70), "70"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(1, 3), "0.333333333333333"),
        (Fraction(10**20), "100000000000000000000"),
        (Fraction(2, 3) / 10**9, "0.000000000666666666666667"),
        (Fraction(1_000_000_000_000_000_4, 10), "1000000000000000"),
    ],
)
def test_what_is_shown(number: Fraction, text: str) -> None:
    with decimal.localcontext() as host:
        host.prec, host.rounding = 3, decimal.ROUND_UP
        assert shown(number) == text


@given(st.fractions())
def test_a_shown_number_is_close_and_its_sign_is_told(number: Fraction) -> None:
    assert abs(Fraction(Decimal(shown(number))) - number) <= abs(number) / 10**14
    assert signed(number)[0] in "+-"
    assert signed(number).lstrip("+") == shown(number)
