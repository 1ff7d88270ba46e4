"""Forms: how a file is written, said in full, because nothing about it is guessed."""

from __future__ import annotations

import codecs
import enum
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type, is_a

__all__ = ["Csv", "Floats", "Parquet", "Workbook"]

# codecs that Python has for other ends than writing a text file down
_NOT_FOR_FILES: Final = frozenset(
    {
        *(
            "base64",
            "bz2",
            "hex",
            "quopri",
            "rot13",
            "rot-13",
            "uu",
            "zlib",
            "unicode-escape",
            "raw-unicode-escape",
        ),
        *("idna", "punycode", "undefined", "utf-7", "mbcs", "oem"),
    }
)
_DIGITS_AND_SIGNS: Final = frozenset("0123456789+-eE")


class Floats(enum.Enum):
    """
    What is done with binary floating-point numbers in a column of amounts.

    Example:
        >>> Floats("shortest")
        <Floats.SHORTEST: 'shortest'>
    """

    REFUSED = "refused"
    """A column of floats is a problem: what was measured is not what such a number holds."""
    SHORTEST = "shortest"
    """The shortest decimal that stands for the same float is taken, which is what people typed in."""


def _encoding(value: str) -> str:
    check_type(value, str, field="encoding")
    try:
        found = codecs.lookup(value).name.replace("_", "-")
    except (LookupError, ValueError):  # a ValueError: a NUL in the name
        found = ""
    if not found or found in _NOT_FOR_FILES:
        hint = 'such as "utf-8-sig", "cp1252", "gb18030" or "utf-16"'
        raise InvalidValueError("be the name of a text encoding", was=value, field="encoding", hint=hint)
    return value


def _mark(value: object) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n\0" or value.isalnum():
        raise InvalidValueError("be one sign, no letter and no digit", was=value, field="delimiter")
    return value


def _check_separators(decimal: str, thousands: str) -> None:
    if decimal not in (".", ","):
        raise InvalidValueError('be "." or ","', was=decimal, field="decimal")
    check_type(thousands, str, field="thousands")
    if decimal in thousands or not _DIGITS_AND_SIGNS.isdisjoint(thousands):
        must = "be the signs that may stand between thousands, none of them the decimal sign"
        raise InvalidValueError(must, was=thousands, field="thousands")


@attrs.frozen(kw_only=True)
class Csv:
    """
    A text file with a delimiter.

    Args:
        encoding: Python's name of its encoding; "utf-8-sig" and "utf-8" both pass over a byte-order mark.
        delimiter: What stands between two cells.
        decimal: What stands before the decimals, "." or ",".
        thousands: Every sign that may stand between groups of three digits; "" for none.
        quote: What stands around a cell that holds a delimiter.

    Raises:
        InvalidValueError: If there is no such encoding, or the signs contradict each other.

    Example:
        >>> Csv(encoding="cp1252", delimiter=";", decimal=",", thousands=".").encoding
        'cp1252'
    """

    encoding: str = attrs.field(converter=_encoding)
    delimiter: str = attrs.field(converter=_mark)
    decimal: str
    thousands: str
    quote: str = attrs.field(default='"', converter=_mark)

    def __attrs_post_init__(self) -> None:
        """Check that the signs can be told apart."""
        _check_separators(self.decimal, self.thousands)
        if self.delimiter == self.quote:
            raise InvalidValueError("differ from the delimiter", was=self.quote, field="quote")


@attrs.frozen(kw_only=True)
class Workbook:
    """
    A sheet of an Excel workbook (xlsx, xlsm).

    A number in a workbook is a binary float; the shortest decimal that stands for the
    same float is taken. An amount in a cell that shows a percentage is read as the number
    behind it, 0.05 for 5 %, and reported. Of a formula the value is read that the program last saved.

    Args:
        sheet: The sheet's name.
        hidden: Whether the sheet may be a hidden one.
        decimal: In cells that hold a number as text, what stands before the decimals.
        thousands: And every sign that may stand between thousands; None for both: such a cell is a problem.

    Raises:
        InvalidValueError: If the sheet has no name, or the signs contradict each other.

    Example:
        >>> Workbook(sheet="2018").hidden
        False
    """

    sheet: str = attrs.field(validator=is_a(str))
    hidden: bool = attrs.field(default=False, validator=is_a(bool))
    decimal: str | None = None
    thousands: str | None = None

    def __attrs_post_init__(self) -> None:
        """Check the name and the signs."""
        if not self.sheet:
            raise InvalidValueError("not be empty", field="sheet")
        if (self.decimal is None) != (self.thousands is None):
            raise InvalidValueError("be given together", was="only one", field="decimal and thousands")
        if self.decimal is not None and self.thousands is not None:
            _check_separators(self.decimal, self.thousands)


@attrs.frozen(kw_only=True)
class Parquet:
    """
    A Parquet file, whose columns have types.

    Args:
        floats: What is done with amounts in a column of binary floats; there is no default.

    Raises:
        InvalidValueError: If `floats` is no choice.

    Example:
        >>> Parquet(floats=Floats.REFUSED).floats.value
        'refused'
    """

    floats: Floats = attrs.field(validator=is_a(Floats))
