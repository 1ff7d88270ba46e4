"""
Account numbers of registries: country, type, identifier, commitment period, and two check digits.

The check digits are those of a number modulo 97, with letters counted from ten: a
number is right if, with its check digits at the end, it leaves 1.
"""

from __future__ import annotations

import re
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import whole

__all__ = ["AccountNumber"]

_SHAPE: Final = re.compile(
    r"(?P<country>[A-Z]{2})-(?P<type>[0-9]{3})-(?P<identifier>[0-9]{1,8})-(?P<period>[0-9])-(?P<digits>[0-9]{1,2})"
)
_LONGEST: Final = 24
_AS_COUNTRY: Final = {"GB": "UK"}  # the UK registry's own accounts are numbered as UK
_LARGEST_TYPE, _LARGEST_IDENTIFIER, _LARGEST_PERIOD = 999, 99_999_999, 9
_MODULUS: Final = 97


def _country(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value):
        raise InvalidValueError("be two capital letters", was=value, field="country", code="account_number")
    return value


def _number(value: int, most: int, field: str) -> int:
    found = whole(value, field=field)
    if not 0 <= found <= most:
        raise InvalidValueError(f"be 0 to {most}", was=found, field=field, code="account_number")
    return found


def _type(value: int) -> int:
    return _number(value, _LARGEST_TYPE, "account type")


def _identifier(value: int) -> int:
    return _number(value, _LARGEST_IDENTIFIER, "identifier")


def _period(value: int) -> int:
    return _number(value, _LARGEST_PERIOD, "commitment period")


@attrs.frozen
class AccountNumber:
    """
    A registry's account number, without its check digits: those follow from it.

    Args:
        country: Two letters of the registry, such as "UK" or "DE".
        type: Three digits of the account's type, as in the Kyoto registries.
        identifier: The account's own number, of up to eight digits.
        period: The commitment period, one digit.

    Raises:
        InvalidValueError: If a part is not of its shape; the code is `account_number`.

    Example:
        >>> number = AccountNumber.parse("GB-100-1001-1-89")
        >>> number.identifier, number.check_digits, str(number)
        (1001, 89, 'GB-100-1001-1-89')

    References:
        UK Emissions Trading Registry (ukets-registry), full account identifiers.
    """

    country: str = attrs.field(converter=_country)
    type: int = attrs.field(converter=_type)
    identifier: int = attrs.field(converter=_identifier)
    period: int = attrs.field(converter=_period)

    @classmethod
    def parse(cls, text: str) -> AccountNumber:
        """
        Read a full account number, and check its digits.

        Args:
            text: The number, such as "GB-100-1001-1-89"; spaces are not overlooked.

        Returns:
            The number.

        Raises:
            InvalidValueError: If it does not have the shape, with the code `account_number`; if its
                check digits are wrong, with the code `check_digits`.
        """
        given: object = text
        readable = isinstance(given, str) and len(given) <= _LONGEST
        shape = _SHAPE.fullmatch(text) if readable else None
        if shape is None:
            raise InvalidValueError(
                "be COUNTRY-TYPE-IDENTIFIER-PERIOD-DIGITS: two capital letters, three digits, up to eight,"
                " one, and up to two",
                was=text if readable else "another kind of thing, or too long",
                field="account number",
                code="account_number",
            )
        found = cls(shape["country"], int(shape["type"]), int(shape["identifier"]), int(shape["period"]))
        if int(shape["digits"]) != found.check_digits:
            raise InvalidValueError(
                "have the check digits of its number",
                was=text,
                field="account number",
                hint="a digit was mistyped, or two were swapped: ask its holder for it again",
                code="check_digits",
            )
        return found

    @property
    def check_digits(self) -> int:
        """The two digits that guard the number against slips: 2 to 98."""
        country = _AS_COUNTRY.get(self.country, self.country)
        letters = "".join(str(ord(letter) - ord("A") + 10) for letter in country)
        number = int(f"{self.identifier}{letters}{self.type:03}{self.period:02}00")
        return _MODULUS + 1 - number % _MODULUS

    def __str__(self) -> str:
        """Write the number with its check digits."""
        digits = self.check_digits
        return f"{self.country}-{self.type:03}-{self.identifier}-{self.period}-{digits}"
