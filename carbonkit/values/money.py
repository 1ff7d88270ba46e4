"""
Money: an exact amount in one currency; the only module that imports the money library.

py-moneyed supplies the currencies, their minor units and the locale formats.
Its `Money` takes floats and NaN, can be changed in place and rounds by the
ambient context, so carbonkit has its own frozen value and converts at this door.
"""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import Self

import attrs
import moneyed

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.values.number import (
    Exact,
    Rounding,
    add,
    exact,
    multiply,
    negate,
    plain,
    round_to,
    subtract,
    whole,
)
from carbonkit.values.text import matches

__all__ = ["Money", "currency_code", "currency_codes", "minor_places"]

_CODE = re.compile("[A-Z]{3}")
_LOCALE = re.compile("[A-Za-z]{2,3}(_[A-Za-z0-9]{2,8})*")
_FORMATTING = decimal.Context(prec=200)  # babel works in the ambient context; this one holds every amount


def currency_code(code: str, *, field: str = "currency") -> str:
    """
    Check an ISO 4217 currency code.

    Args:
        code: Three capital letters.
        field: The name that an error gives the value.

    Returns:
        The same code.

    Raises:
        InvalidValueError: If there is no such currency.

    Example:
        >>> currency_code("CNY")
        'CNY'
    """
    if not matches(_CODE, code) or code not in moneyed.CURRENCIES:
        raise InvalidValueError('be an ISO 4217 currency code such as "CNY"', was=code, field=field)
    return moneyed.CURRENCIES[code].code


def currency_codes() -> tuple[str, ...]:
    """
    List the currencies that money may be of.

    Returns:
        Their ISO 4217 codes, in alphabetical order.

    Example:
        >>> "CNY" in currency_codes()
        True
    """
    return tuple(sorted(moneyed.CURRENCIES))


def minor_places(currency: str) -> int:
    """
    Say how many decimal places a currency's minor unit has.

    Args:
        currency: An ISO 4217 code.

    Returns:
        2 for CNY (a fen is 0.01), 0 for JPY.

    Example:
        >>> minor_places("CNY"), minor_places("JPY")
        (2, 0)
    """
    return len(str(moneyed.get_currency(currency_code(currency)).sub_unit)) - 1


def _amount(value: Exact) -> Decimal:
    return exact(value, field="amount")


@attrs.frozen(repr=False)
class Money:
    """
    An exact amount of one currency; sums need the same currency.

    Args:
        amount: A str, int or Decimal; never rounded.
        currency: An ISO 4217 code.

    Raises:
        InexactNumberError: If `amount` is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such currency.

    Example:
        >>> Money("0.10", "CNY") + Money("0.20", "CNY")
        Money('0.30', 'CNY')
        >>> Money("1", "CNY") + Money("1", "EUR")
        Traceback (most recent call last):
        ...
        carbonkit.errors.CurrencyMismatchError: currency: must be CNY, was EUR; convert at a named rate first
    """

    amount: Decimal = attrs.field(converter=_amount)
    currency: str = attrs.field(converter=currency_code)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Self:
        """
        Make money from a count of minor units, as a ledger keeps it.

        Args:
            minor: How many fen, cents, ...
            currency: An ISO 4217 code.

        Returns:
            The same sum of money.

        Example:
            >>> Money.from_minor(21023005325, "CNY")
            Money('210230053.25', 'CNY')
        """
        count = whole(minor, field="minor units")
        places = minor_places(currency)
        return cls(multiply(Decimal(count), Decimal((0, (1,), -places))), currency)

    def to_minor(self) -> int:
        """
        Count the minor units.

        Returns:
            How many fen, cents, ...

        Raises:
            InvalidValueError: If a fraction of a minor unit is left; round first.

        Example:
            >>> Money("48.00", "CNY").to_minor()
            4800
        """
        places = minor_places(self.currency)
        scaled = multiply(self.amount, Decimal(10**places))
        if scaled != int(scaled):
            raise InvalidValueError(
                f"have at most {places} decimal places",
                was=str(self),
                field="amount",
                hint="round it first with .rounded(Rounding.…)",
            )
        return int(scaled)

    def rounded(self, rounding: Rounding, places: int | None = None) -> Self:
        """
        Round to the currency's minor unit, or to named places.

        Args:
            rounding: Which way.
            places: Decimal places; the minor unit's if left out.

        Returns:
            The rounded money.

        Example:
            >>> Money("33.335", "CNY").rounded(Rounding.HALF_UP)
            Money('33.34', 'CNY')
        """
        wanted = minor_places(self.currency) if places is None else places
        return type(self)(round_to(self.amount, wanted, rounding), self.currency)

    def __add__(self, other: Self) -> Self:
        """Add money of the same currency."""
        self._same(other)
        return type(self)(add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Self) -> Self:
        """Subtract money of the same currency."""
        self._same(other)
        return type(self)(subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> Self:
        """Change the sign."""
        return type(self)(negate(self.amount), self.currency)

    def __mul__(self, times: Exact) -> Self:
        """Multiply by a bare number; never rounded."""
        return type(self)(multiply(self.amount, exact(times, field="multiplier")), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Self) -> bool:
        """Compare money of the same currency."""
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Self) -> bool:
        """Compare money of the same currency."""
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: Self) -> bool:
        """Compare money of the same currency."""
        self._same(other)
        return self.amount > other.amount

    def __ge__(self, other: Self) -> bool:
        """Compare money of the same currency."""
        self._same(other)
        return self.amount >= other.amount

    def __str__(self) -> str:
        """Write the amount in full, then the currency."""
        return f"{plain(self.amount)} {self.currency}"

    def __repr__(self) -> str:
        """Write a call that makes this money again."""
        return f"Money({plain(self.amount)!r}, {self.currency!r})"

    def formatted(self, locale: str) -> str:
        """
        Write the money as people of a locale do, to the minor unit or, if there are more, all its digits.

        Args:
            locale: A locale such as "en_GB" or "zh_CN".

        Returns:
            The text; for reading only.

        Raises:
            InvalidValueError: If there is no such locale.

        Example:
            >>> Money("210230053.25", "CNY").formatted("en_GB")
            'CN¥210,230,053.25'
        """
        from babel import UnknownLocaleError  # noqa: PLC0415  babel is heavy and only needed here
        from moneyed.l10n import format_money  # noqa: PLC0415  the same

        if matches(_LOCALE, locale):
            try:
                with decimal.localcontext(_FORMATTING):
                    return format_money(self.to_moneyed(), locale=locale, decimal_quantization=False)
            except (UnknownLocaleError, ValueError):
                pass
        raise InvalidValueError('be a locale such as "en_GB"', was=locale, field="locale")

    def to_moneyed(self) -> moneyed.Money:
        """Hand the money to the money library, for hosts that use it."""
        return moneyed.Money(self.amount, self.currency)

    def _same(self, other: object) -> None:
        if not isinstance(other, Money):
            raise InvalidValueError("be Money", was=repr(other), field="other amount")
        if other.currency != self.currency:
            raise CurrencyMismatchError(
                f"be {self.currency}",
                was=other.currency,
                field="currency",
                hint="convert at a named rate first",
            )
