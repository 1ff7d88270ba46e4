"""Typed identifiers: an account's id cannot stand where an asset's belongs."""

from __future__ import annotations

import re

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.text import matches

__all__ = ["AccountId", "AssetId", "CommandId", "Identifier", "InstrumentId", "OrderId"]

_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}")


def _text(value: str) -> str:
    if not matches(_PATTERN, value):
        raise InvalidValueError(
            "be 1 to 128 letters, digits or . _ : / + -, starting with a letter or digit",
            was=value,
            field="id",
        )
    return str.__str__(value)  # of a subclass of str, such as a StrEnum, only the text


@attrs.frozen(order=True, repr=False)
class Identifier:
    """
    A short, safe text that names one thing; use a subclass such as `AccountId`.

    Args:
        text: 1 to 128 ASCII letters, digits or ``. _ : / + -``.

    Raises:
        InvalidValueError: If the text is anything else.

    Example:
        >>> AccountId("UK-1000000")
        AccountId('UK-1000000')
    """

    text: str = attrs.field(converter=_text)

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    def __repr__(self) -> str:
        """Write a call that makes this id again."""
        return f"{type(self).__name__}({self.text!r})"


@attrs.frozen(order=True, repr=False, cache_hash=True)
class AccountId(Identifier):
    """
    Names an account of a ledger or registry.

    Example:
        >>> str(AccountId("UK-1000000"))
        'UK-1000000'
    """


@attrs.frozen(order=True, repr=False, cache_hash=True)
class AssetId(Identifier):
    """
    Names an asset: one thing that a ledger counts.

    Example:
        >>> str(AssetId("CEA-2019-2020"))
        'CEA-2019-2020'
    """


@attrs.frozen(order=True, repr=False)
class CommandId(Identifier):
    """
    Names one command to a ledger; made and kept by the caller, so that a retry is recognised.

    Example:
        >>> str(CommandId("trade/20210716/1"))
        'trade/20210716/1'
    """


@attrs.frozen(order=True, repr=False)
class InstrumentId(Identifier):
    """
    Names an instrument that a venue trades.

    Example:
        >>> str(InstrumentId("CEA"))
        'CEA'
    """


@attrs.frozen(order=True, repr=False)
class OrderId(Identifier):
    """
    Names an order at a venue.

    Example:
        >>> str(OrderId("S-0001"))
        'S-0001'
    """
