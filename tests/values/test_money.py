"""Money: one currency, exact, and rounded only in a named way."""

from __future__ import annotations

import copy
import decimal
import enum
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import moneyed
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InexactNumberError, InvalidValueError
from carbonkit.values.money import Money, currency_code, minor_places
from carbonkit.values.number import Exact, Rounding, round_to
from tests.strategies import currencies, exact_decimals, moneys, roundings

if TYPE_CHECKING:
    from random import Random

# ISO 4217:2015, Table A.1, currencies in use whose minor unit is not a hundredth.
MINOR_UNITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AUD BRL CAD CHF CNY EUR GBP HKD INR MGA MRU MXN NZD SEK SGD TWD USD ZAR",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}


@pytest.mark.parametrize(("places", "codes"), MINOR_UNITS.items())
def test_minor_units_are_those_of_iso_4217(places: int, codes: str) -> None:
    assert {code: minor_places(code) for code in codes.split()} == dict.fromkeys(codes.split(), places)


@pytest.mark.parametrize(
    "code", ["cny", "CNY ", " CNY", "RMB", "", "¥", "CNYX", "BTC", None, 156, [], b"CNY"], ids=repr
)
def test_an_unknown_currency_is_refused(code: str) -> None:
    for take in (
        currency_code,
        minor_places,
        lambda code: Money("1", code),
        lambda code: Money.from_minor(1, code),
    ):
        with pytest.raises(InvalidValueError, match="currency: must be an ISO 4217 currency code"):
            take(code)


@pytest.mark.parametrize(
    "amount", [0.1, True, None, Decimal("NaN"), Decimal("sNaN"), "inf", float("nan")], ids=repr
)
def test_an_inexact_amount_is_refused(amount: Exact) -> None:
    with pytest.raises(InexactNumberError, match="amount: must be"):
        Money(amount, "CNY")
    with pytest.raises(InexactNumberError, match="multiplier: must be"):
        Money("1", "CNY") * amount


@pytest.mark.parametrize("amount", ["", "1,000.00", "¥5", "5 CNY", "1e61"])
def test_a_text_that_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(InvalidValueError, match="amount: must"):
        Money(amount, "CNY")


def test_two_currencies_do_not_mix() -> None:
    yuan, euro = Money("1", "CNY"), Money("1", "EUR")
    for step in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(CurrencyMismatchError) as caught:
            getattr(yuan, step)(euro)
        assert str(caught.value) == "currency: must be CNY, was EUR; convert at a named rate first"
    assert yuan != euro
    assert Money("0", "CNY") != Money("0", "EUR")


@pytest.mark.parametrize("other", [1, "1", None, Decimal(1), moneyed.Money(1, "CNY")], ids=repr)
def test_money_goes_with_money_only(other: Money) -> None:
    money = Money("1", "CNY")
    for step in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(InvalidValueError, match="other amount: must be Money"):
            getattr(money, step)(other)
    assert money != other


def test_a_bare_number_is_not_added_from_the_left() -> None:
    with pytest.raises(TypeError):
        sum([Money("1", "CNY"), Money("2", "CNY")])  # type: ignore[list-item]


def test_two_amounts_have_no_product() -> None:
    with pytest.raises(InexactNumberError, match="multiplier: must be a str, int or Decimal"):
        Money("1", "CNY") * Money("1", "CNY")  # type: ignore[operator]


@given(moneys("CNY"), moneys("CNY"), exact_decimals())
def test_arithmetic_is_that_of_fractions(one: Money, two: Money, times: Decimal) -> None:
    left, right = Fraction(one.amount), Fraction(two.amount)
    assert Fraction((one + two).amount) == left + right
    assert Fraction((one - two).amount) == left - right
    assert Fraction((-one).amount) == -left
    assert Fraction((one * times).amount) == Fraction((times * one).amount) == left * Fraction(times)
    assert (one + two) - two == one
    assert (one < two, one <= two, one > two, one >= two, one == two) == (
        left < right,
        left <= right,
        left > right,
        left >= right,
        left == right,
    )


@given(st.lists(moneys("EUR"), max_size=10), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order(parts: list[Money], random: Random) -> None:
    mixed = list(parts)
    random.shuffle(mixed)
    assert sum(mixed, Money(0, "EUR")) == sum(parts, Money(0, "EUR"))


@given(st.integers(-(10**30), 10**30), currencies())
def test_minor_units_count_there_and_back(minor: int, currency: str) -> None:
    money = Money.from_minor(minor, currency)
    assert money.to_minor() == minor
    assert Fraction(money.amount) == Fraction(minor, 10 ** minor_places(currency))


@pytest.mark.parametrize(
    ("money", "places"),
    [(Money("0.005", "CNY"), 2), (Money("0.5", "JPY"), 0), (Money("0.0005", "BHD"), 3)],
    ids=repr,
)
def test_a_fraction_of_a_minor_unit_is_not_counted(money: Money, places: int) -> None:
    with pytest.raises(InvalidValueError) as caught:
        money.to_minor()
    assert str(caught.value) == (
        f"amount: must have at most {places} decimal places, was {money}; "
        "round it first with .rounded(Rounding.…)"
    )
    assert money.rounded(Rounding.AWAY_FROM_ZERO).to_minor() == 1


@pytest.mark.parametrize("minor", [1.0, True, None, Decimal("NaN")], ids=repr)
def test_an_inexact_count_is_refused(minor: int) -> None:
    with pytest.raises(InexactNumberError, match="minor units: must be"):
        Money.from_minor(minor, "CNY")


def test_a_count_is_whole() -> None:
    with pytest.raises(InvalidValueError, match="minor units: must be a whole number"):
        Money.from_minor("1.5", "CNY")  # type: ignore[arg-type]


@given(moneys(), roundings(), st.integers(-3, 6))
def test_rounding_is_that_of_numbers(money: Money, rounding: Rounding, places: int) -> None:
    assert money.rounded(rounding, places).amount == round_to(money.amount, places, rounding)
    minor = money.rounded(rounding)
    assert minor.amount == round_to(money.amount, minor_places(money.currency), rounding)
    assert Money.from_minor(minor.to_minor(), money.currency) == minor


def test_rounding_is_named() -> None:
    with pytest.raises(InvalidValueError, match="rounding: must be a Rounding"):
        Money("1", "CNY").rounded("half_up")  # type: ignore[arg-type]


def test_no_debt_of_nothing() -> None:
    assert str(Money("-0.001", "CNY").rounded(Rounding.HALF_UP)) == "0.00 CNY"
    assert Money("-0.001", "CNY").rounded(Rounding.HALF_UP).formatted("en_GB") == "CN¥0.00"
    assert str(Money("-0", "CNY")) == str(-Money("0", "CNY")) == str(Money("0", "CNY") * -1) == "0 CNY"


@given(moneys())
def test_text_repr_pickle_and_copy_give_the_same(money: Money) -> None:
    again = eval(repr(money), {"Money": Money})  # noqa: S307  the point of a repr
    for twin in (again, pickle.loads(pickle.dumps(money)), copy.copy(money), copy.deepcopy(money)):  # noqa: S301
        assert twin == money
        assert hash(twin) == hash(money)
        assert str(twin) == str(money)
    amount, currency = str(money).split()
    assert Money(amount, currency) == money


def test_equal_money_hashes_alike() -> None:
    assert (
        len({Money("1", "CNY"), Money("1.00", "CNY"), Money(1, "CNY"), Money(Decimal("10E-1"), "CNY")}) == 1
    )


class Code(enum.StrEnum):
    YUAN = "CNY"


def test_a_currency_is_kept_as_a_plain_text() -> None:
    assert repr(Money("1", Code.YUAN)) == "Money('1', 'CNY')"
    assert type(Money("1", Code.YUAN).currency) is str


def test_money_cannot_be_changed() -> None:
    money = Money("1", "CNY")
    for name in ("amount", "currency", "other"):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            setattr(money, name, "2")
    assert not hasattr(money, "__dict__")


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money("210230053.25", "CNY"), "en_GB", "CN¥210,230,053.25"),
        (Money("210230053.25", "CNY"), "zh_CN", "¥210,230,053.25"),
        (Money("-1234.5", "GBP"), "en_GB", "-£1,234.50"),
        (Money("1234", "JPY"), "en_GB", "JP¥1,234"),
        (Money("1234.5", "EUR"), "de_DE", "1.234,50\u00a0€"),
    ],
    ids=str,
)
def test_money_is_written_as_people_do(money: Money, locale: str, text: str) -> None:
    assert money.formatted(locale) == text


def test_writing_fills_up_to_the_minor_unit_and_does_not_round() -> None:
    assert Money("1234.5", "BHD").formatted("en_GB").endswith("1,234.500")
    assert Money("48.005", "CNY").formatted("en_GB") == "CN¥48.005"
    assert Money("0.5", "JPY").formatted("zh_CN") == "JP¥0.5"


@pytest.mark.parametrize("locale", ["", "xx_YY", "en-GB", "C", "../../x", "english", None, 5], ids=repr)
def test_an_unknown_locale_is_refused(locale: str) -> None:
    with pytest.raises(InvalidValueError, match="locale: must be a locale"):
        Money("1", "CNY").formatted(locale)


def test_the_money_library_takes_it() -> None:
    assert Money("1.50", "CNY").to_moneyed() == moneyed.Money("1.50", "CNY")


def test_the_ambient_context_changes_nothing() -> None:
    def figures() -> list[object]:
        money = Money("210230053.255", "CNY")
        return [
            str(money + money),
            str(money * "1.23456789"),
            str(money.rounded(Rounding.HALF_EVEN)),
            str(money.rounded(Rounding.HALF_EVEN, -3)),
            money.rounded(Rounding.HALF_UP).to_minor(),
            str(Money.from_minor(21023005325, "CNY")),
            money.formatted("en_GB"),
            hash(money),
        ]

    before = figures()
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact, decimal.Rounded])):
        assert figures() == before
