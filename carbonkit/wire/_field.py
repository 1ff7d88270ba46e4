"""Converters that the requests share; internal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.values.identifier import AccountId, InstrumentId
from carbonkit.values.number import Exact, exact
from carbonkit.values.text import matches
from carbonkit.values.time import as_date, as_instant

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from decimal import Decimal

_OWN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}")


def account(value: str | AccountId) -> AccountId:
    """Take an account's id, or its text."""
    return value if isinstance(value, AccountId) else AccountId(value)


def instrument(value: str | InstrumentId) -> InstrumentId:
    """Take an instrument's id, or its text."""
    return value if isinstance(value, InstrumentId) else InstrumentId(value)


def accounts(values: Iterable[str | AccountId]) -> tuple[AccountId, ...]:
    """Take the ids of several accounts."""
    return tuple(account(each) for each in values)


def own_id(value: str) -> str:
    """Take an id that a client chose, fit for a path."""
    if not matches(_OWN_ID, value):
        raise InvalidValueError(
            "be 1 to 64 letters, digits or . _ : + -, starting with a letter or digit",
            was=value,
            field="client_order_id",
        )
    return value


def number(value: Exact) -> int | Decimal:
    """Take an exact number."""
    return exact(value, field="quantity")


def optional_account(value: str | AccountId | None) -> AccountId | None:
    """Take an account's id, or none."""
    return None if value is None else account(value)


def optional_instrument(value: str | InstrumentId | None) -> InstrumentId | None:
    """Take an instrument's id, or none."""
    return None if value is None else instrument(value)


def optional_own_id(value: str | None) -> str | None:
    """Take an id that a client chose, or none."""
    return None if value is None else own_id(value)


def optional_number(value: Exact | None) -> Decimal | None:
    """Take an exact number, or none."""
    return None if value is None else exact(value, field="quantity")


def optional_date(value: str | datetime.date | None) -> datetime.date | None:
    """Take a date, or none."""
    return None if value is None else as_date(value)


def optional_instant(value: str | datetime.datetime | None) -> datetime.datetime | None:
    """Take an instant, or none."""
    return None if value is None else as_instant(value)
