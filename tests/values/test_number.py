"""
What may enter as a number, and that nothing about it depends on the host.

A wrong value is annotated as what it stands in for: this is what a caller without a type checker does.
"""

from __future__ import annotations

import decimal
import enum
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, InexactNumberError, InvalidValueError
from carbonkit.values.number import (
    Exact,
    Rounding,
    add,
    divide,
    exact,
    multiply,
    negate,
    plain,
    round_to,
    subtract,
    total,
    totals,
    whole,
)
from tests.strategies import exact_decimals, roundings

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

PLACES = st.integers(-8, 12)

HOSTILE = decimal.Context(prec=3, rounding=decimal.ROUND_UP, Emin=-2, Emax=2, capitals=0, clamp=1)
TRAPPING = decimal.Context(prec=3, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation])

# The oracle: Python's own rounding of fractions, one line a mode.
ORACLE: dict[Rounding, Callable[[Fraction], int]] = {
    Rounding.FLOOR: math.floor,
    Rounding.CEILING: math.ceil,
    Rounding.TOWARDS_ZERO: math.trunc,
    Rounding.AWAY_FROM_ZERO: lambda x: math.ceil(x) if x > 0 else math.floor(x),
    Rounding.HALF_UP: lambda x: math.floor(x + Fraction(1, 2)) if x > 0 else math.ceil(x - Fraction(1, 2)),
    Rounding.HALF_EVEN: round,
}


def expected(value: Fraction, places: int, rounding: Rounding) -> Fraction:
    step = Fraction(10) ** -places
    return ORACLE[rounding](value / step) * step


@pytest.mark.parametrize("value", [0.0, 0.1, -1.5, 1e22])
def test_a_float_is_refused_and_told_what_to_write(value: Exact) -> None:
    with pytest.raises(InexactNumberError) as caught:
        exact(value, field="price")
    assert str(caught.value) == (
        f'price: must be a str, int or Decimal, was {value!r}; write "{value}" in quotes'
    )
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_float_that_is_no_number_is_not_to_be_quoted(value: Exact) -> None:
    with pytest.raises(InexactNumberError) as caught:
        exact(value)
    assert not caught.value.problem.hint


@pytest.mark.parametrize(("value", "written"), [(True, "1"), (False, "0")])
def test_a_bool_is_refused(value: bool, written: str) -> None:  # noqa: FBT001  the bool is the subject
    for take in (exact, whole):
        with pytest.raises(InexactNumberError) as caught:
            take(value)
        assert caught.value.problem.hint == f"write {written} if a number was meant"


@pytest.mark.parametrize(
    "value",
    [None, b"1", 1j, [1], {}, Fraction(1, 2), (0, (1,), 0), object()],
    ids=lambda value: type(value).__name__,
)
def test_other_types_are_refused(value: Exact) -> None:
    for take in (exact, whole):
        with pytest.raises(InexactNumberError, match="number: must be a str, int or Decimal"):
            take(value)


@pytest.mark.parametrize(
    "value",
    [
        *(Decimal(name) for name in ("NaN", "-NaN", "sNaN", "NaN123", "Infinity", "-Infinity")),
        *("nan", "NaN", "sNaN", "-inf", "Infinity", "+INF", " nan "),
    ],
    ids=str,
)
def test_what_is_not_finite_is_refused(value: str | Decimal) -> None:
    with pytest.raises(InexactNumberError, match="amount: must be a finite number"):
        exact(value, field="amount")


@pytest.mark.parametrize(
    "text",
    [
        *(" 1", "1 ", "1\n", "\t1", "1.", ".5", "1.e5", "1e", "--1", "+-1", "1+", "0x10", "1/2", "5%", "$5"),
        *(
            "1,5",
            "12,34,567",
            "1.000.000",
            "1.000,5",
            "1_0",
            "−1",
            "٣",
            "１",
            "½",
            "²",
            "1\0",
            "NaN1",
            "one",
            "1 t",
        ),
    ],
)
def test_a_text_that_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        exact(text, field="cell")
    assert not isinstance(caught.value, TypeError)
    assert caught.value.problem.must == 'be a plain number such as "1234.5"'
    assert caught.value.problem.field == "cell"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1,000", "1000"),
        ("1,234,567.50", "1234567.50"),
        ("-1 000 000", "-1000000"),
        ("1'000", "1000"),
        ("1_000", "1000"),
        ("12\u202f345,678", "12345678"),
        ("12\u00a0345", "12345"),
    ],
)
def test_a_text_with_separators_is_told_what_to_write(text: str, written: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        exact(text)
    assert caught.value.problem.hint == f'write "{written}", without separators'
    assert exact(written)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u3000"])
def test_an_empty_text_is_missing_and_not_zero(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        exact(text)
    assert str(caught.value) == 'number: must not be empty; write "0" if zero was meant'


@pytest.mark.parametrize(
    "value",
    [
        *(
            "1" * 61,
            "1" * 100_000,
            "1e61",
            "1e-61",
            "1e1000",
            "1e99999999999999999999999",
            "12e60",
            "0.0" + "1" * 60,
            "1e999999999",
            "1e-999999999",
            "0." + "0" * 60 + "1",
        ),
        *(10**60, -(10**60), 10**10_000, 2**239),
        *(Decimal("1E+61"), Decimal("1E-61"), Decimal("0E-61"), Decimal("1" * 61), Decimal("1E+999999")),
    ],
    ids=lambda value: f"{type(value).__name__} {str(value)[:12]}" if not isinstance(value, int) else "int",
)
def test_a_number_that_is_too_long_is_refused(value: str | int | Decimal) -> None:
    with pytest.raises(InvalidValueError) as caught:
        exact(value)
    assert caught.value.problem.must == "have at most 60 digits and an exponent within ±60"
    assert len(caught.value.problem.was) <= 81


@pytest.mark.parametrize("text", ["9" * 60, "1e60", "1e-60", "-" + "9" * 60, "0." + "0" * 59 + "1"])
def test_the_longest_numbers_are_taken(text: str) -> None:
    assert exact(text) == Decimal(text)


@pytest.mark.parametrize("text", ["0", "-1", "+1", "48.00", "1e3", "1E+3", "1.5e-05", "007"])
def test_plain_and_scientific_notation_are_taken(text: str) -> None:
    assert exact(text).as_tuple() == Decimal(text).as_tuple()


def test_trailing_zeros_stay_and_a_minus_before_zero_goes() -> None:
    assert str(exact("1.50")) == "1.50"
    assert str(exact("-0.00")) == "0.00"
    assert str(exact(Decimal("-0"))) == "0"
    assert str(multiply(Decimal(0), Decimal(-1))) == "0"
    assert str(subtract(Decimal("1.0"), Decimal("1.0"))) == "0.0"
    assert str(negate(Decimal("0.0"))) == "0.0"
    assert str(round_to("-0.001", 2, Rounding.HALF_UP)) == "0.00"
    assert str(divide(-1, 1000, 2, Rounding.HALF_UP)) == "0.00"
    assert str(round_to(-4, -1, Rounding.HALF_UP)) == "0"


class Liar(Decimal):
    """A Decimal that is equal to everything and adds up to nothing."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = Decimal.__hash__

    def as_tuple(self) -> decimal.DecimalTuple:
        return decimal.DecimalTuple(0, (1,), 0)


class Short(int):
    """An int that claims to be short."""

    def bit_length(self) -> int:
        return 1


class Level(enum.IntEnum):
    LOW = 1


class Amount(enum.StrEnum):
    ONE = "1.0"


def test_subclasses_come_in_as_plain_decimals() -> None:
    assert type(exact(Liar("1.5"))) is Decimal
    assert exact(Liar("1.5")) != Decimal(2)
    assert type(exact(Level.LOW)) is Decimal
    assert str(exact(Amount.ONE)) == "1.0"
    assert type(whole(Level.LOW)) is int
    assert type(round_to(Liar("1.5"), 0, Rounding.FLOOR)) is Decimal
    with pytest.raises(InvalidValueError):
        exact(Liar("1" * 61))
    with pytest.raises(InvalidValueError, match="was a longer int"):
        exact(Short(10**100))


@given(exact_decimals())
def test_what_enters_stays_what_it_was(number: Decimal) -> None:
    assert exact(number) == number
    assert exact(str(number)) == number
    assert exact(plain(number)) == number
    assert Decimal(plain(number)) == number
    assert "E" not in plain(number)


@given(st.integers(-(10**59), 10**59))
def test_an_int_enters_as_it_is(number: int) -> None:
    assert exact(number) == number
    assert whole(number) == number
    assert whole(str(number)) == number
    assert whole(Decimal(number)) == number


@pytest.mark.parametrize("value", ["1.5", Decimal("0.1"), "1e-3"])
def test_a_fraction_is_not_whole(value: str | Decimal) -> None:
    with pytest.raises(InvalidValueError, match="serial: must be a whole number, was "):
        whole(value, field="serial")


def test_whole_numbers_may_be_written_with_zeros_and_exponents() -> None:
    assert [whole("2.00"), whole("1e3"), whole(Decimal("1E+1"))] == [2, 1000, 10]
    with pytest.raises(InvalidValueError, match="at most 60 digits"):
        whole(10**70)


@given(exact_decimals(), exact_decimals())
def test_sums_and_products_are_those_of_fractions(left: Decimal, right: Decimal) -> None:
    one, two = Fraction(left), Fraction(right)
    assert Fraction(add(left, right)) == one + two
    assert Fraction(subtract(left, right)) == one - two
    assert Fraction(multiply(left, right)) == one * two
    assert Fraction(negate(left)) == -one
    assert subtract(add(left, right), right) == left


@given(st.lists(exact_decimals(), max_size=20), st.randoms(use_true_random=False))
def test_a_total_does_not_depend_on_the_order(numbers: list[Decimal], random: Random) -> None:
    mixed = list(numbers)
    random.shuffle(mixed)
    assert total(mixed) == total(numbers) == sum(map(Fraction, numbers))


def test_the_total_of_nothing_is_zero() -> None:
    assert total([]) == 0


def test_a_sum_that_would_not_fit_is_an_error_and_not_a_rounding() -> None:
    with pytest.raises(decimal.Inexact):
        add(Decimal("1E+3000"), Decimal(1))


@given(exact_decimals(), PLACES, roundings())
def test_rounding_is_that_of_fractions(number: Decimal, places: int, rounding: Rounding) -> None:
    rounded = round_to(number, places, rounding)
    assert Fraction(rounded) == expected(Fraction(number), places, rounding)
    assert rounded.as_tuple().exponent == -max(places, 0)
    assert round_to(rounded, places, rounding) == rounded


@given(exact_decimals(), exact_decimals(), PLACES, roundings())
@example(Decimal(-5), Decimal(2), 0, Rounding.HALF_EVEN)
@example(Decimal(25), Decimal(1), -1, Rounding.HALF_EVEN)
@example(Decimal(10**18), Decimal("-3E-6"), 12, Rounding.AWAY_FROM_ZERO)
def test_a_quotient_is_that_of_fractions(
    left: Decimal, right: Decimal, places: int, rounding: Rounding
) -> None:
    assume(right)
    quotient = divide(left, right, places, rounding)
    assert Fraction(quotient) == expected(Fraction(left) / Fraction(right), places, rounding)
    assert quotient.as_tuple().exponent == -max(places, 0)


TIES = [
    (Rounding.HALF_UP, "-3", "-2", "-1", "1", "2", "3"),
    (Rounding.HALF_EVEN, "-2", "-2", "0", "0", "2", "2"),
    (Rounding.TOWARDS_ZERO, "-2", "-1", "0", "0", "1", "2"),
    (Rounding.AWAY_FROM_ZERO, "-3", "-2", "-1", "1", "2", "3"),
    (Rounding.FLOOR, "-3", "-2", "-1", "0", "1", "2"),
    (Rounding.CEILING, "-2", "-1", "0", "1", "2", "3"),
]


@pytest.mark.parametrize("row", TIES, ids=lambda row: row[0].name)
def test_every_mode_at_ties(row: tuple[Any, ...]) -> None:
    rounding, *results = row
    for value, result in zip(["-2.5", "-1.5", "-0.5", "0.5", "1.5", "2.5"], results, strict=True):
        assert str(round_to(value, 0, rounding)) == result
        assert str(divide(value, 1, 0, rounding)) == result
        tenfold = multiply(Decimal(value), Decimal(10))
        assert round_to(tenfold, -1, rounding) == 10 * int(result)
        assert divide(tenfold, 1, -1, rounding) == 10 * int(result)


def test_there_are_six_modes() -> None:
    assert set(ORACLE) == set(Rounding) == {row[0] for row in TIES}


def test_the_published_average_of_the_first_day() -> None:
    # 16 July 2021, Shanghai Environment and Energy Exchange: 210,230,053.25 CNY for 4,103,953 t is 51.23.
    assert str(divide("210230053.25", 4103953, 2, Rounding.HALF_UP)) == "51.23"


@pytest.mark.parametrize("zero", [0, "0", "0.00", Decimal("-0"), "0e10"])
def test_nothing_is_divided_by_zero(zero: str | int | Decimal) -> None:
    with pytest.raises(InvalidValueError, match="divisor: must not be zero"):
        divide(1, zero, 2, Rounding.HALF_UP)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), 0.5, True, "nan"])
def test_rounding_and_dividing_refuse_what_exact_refuses(value: Exact) -> None:
    with pytest.raises(InexactNumberError, match="number: must be"):
        round_to(value, 2, Rounding.HALF_UP)
    with pytest.raises(InexactNumberError, match="dividend: must be"):
        divide(value, 1, 2, Rounding.HALF_UP)
    with pytest.raises(InexactNumberError, match="divisor: must be"):
        divide(1, value, 2, Rounding.HALF_UP)


@pytest.mark.parametrize("rounding", [None, "half_up", decimal.ROUND_HALF_UP, 0])
def test_a_rounding_is_always_named(rounding: Rounding) -> None:
    # 4 / 2 needs no rounding, and still the call must name one
    with pytest.raises(InvalidValueError, match=r"rounding: must be a Rounding.*HALF_UP"):
        divide(4, 2, 0, rounding)
    with pytest.raises(InvalidValueError, match=r"rounding: must be a Rounding.*HALF_UP"):
        round_to(4, 0, rounding)


@pytest.mark.parametrize("places", [61, -61, 10**30, "1.5"])
def test_places_have_bounds(places: int) -> None:
    with pytest.raises(InvalidValueError, match="places: must be a whole number"):
        divide(4, 2, places, Rounding.FLOOR)
    with pytest.raises(InvalidValueError, match="places: must be a whole number"):
        round_to(4, places, Rounding.FLOOR)


@pytest.mark.parametrize("places", [True, 2.0, None])
def test_places_are_an_int(places: int) -> None:
    with pytest.raises(InexactNumberError, match="places: must be a str, int or Decimal"):
        divide(4, 2, places, Rounding.FLOOR)
    with pytest.raises(InexactNumberError, match="places: must be a str, int or Decimal"):
        round_to(4, places, Rounding.FLOOR)


def test_what_arithmetic_made_may_be_longer_than_what_enters() -> None:
    long = multiply(exact("9" * 60), exact("9" * 60))
    assert divide(long, exact("9" * 60), 0, Rounding.FLOOR) == exact("9" * 60)
    assert round_to(multiply(long, exact("1e-60")), 0, Rounding.FLOOR) == exact("9" * 59 + "8")
    assert divide(Decimal("1E+900"), Decimal("1E-900"), 60, Rounding.FLOOR) == Decimal("1E+1800")
    with pytest.raises(InvalidValueError, match="at most 900 digits"):
        round_to(Decimal("1E+901"), 0, Rounding.FLOOR)
    with pytest.raises(InvalidValueError, match="at most 900 digits"):
        divide(Decimal("1E+999999"), 1, 0, Rounding.FLOOR)


def figures() -> list[object]:
    """Take every step of this module, with numbers that an ambient context would spoil."""
    left, right = exact("123456789.123456789"), exact("-0.000000987654321")
    return [
        exact("1e60"),
        whole("123456789123456789"),
        str(add(left, right)),
        str(subtract(left, right)),
        str(multiply(left, right)),
        str(negate(left)),
        str(total([left, right, left])),
        plain(exact("3.23e-40")),
        [str(round_to(left, places, rounding)) for rounding in Rounding for places in (-4, 0, 7)],
        [str(divide(left, right, places, rounding)) for rounding in Rounding for places in (-4, 0, 7)],
        left > right,
        hash(left),
    ]


@pytest.mark.parametrize("context", [HOSTILE, TRAPPING], ids=["three digits", "every trap"])
def test_the_ambient_context_changes_nothing(context: decimal.Context) -> None:
    before = figures()
    with decimal.localcontext(context) as ambient:
        assert figures() == before
        with pytest.raises(CarbonkitError, match="at most 60 digits"):
            exact("1e61")
        assert not any(ambient.flags.values())


def test_totals_are_exact_by_key_in_the_order_of_the_keys() -> None:
    numbers = [Decimal("1E+30"), Decimal("1E-30"), Decimal("-1E+30"), Decimal("0.5")]
    assert totals(["a", "a", "a", "b"], numbers) == {"a": Decimal("1E-30"), "b": Decimal("0.5")}
    assert list(totals(["b", "a"], numbers[:2])) == ["b", "a"]
    with pytest.raises(ValueError, match="zip"):
        totals(["a"], numbers)
