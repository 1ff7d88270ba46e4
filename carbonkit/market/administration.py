"""Administration: the commands of the venue's own staff: who takes part, with what, on which day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.market import _field
from carbonkit.market.instrument import Instrument
from carbonkit.market.order import Side
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, AssetId, InstrumentId
from carbonkit.values.money import Money
from carbonkit.values.number import whole
from carbonkit.values.price import Price
from carbonkit.values.time import as_date, as_instant

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = [
    "Admit",
    "CloseDay",
    "Deposit",
    "Halt",
    "ListInstrument",
    "OpenDay",
    "Release",
    "Restrict",
    "Resume",
    "Warn",
    "Withdraw",
]


@attrs.frozen(kw_only=True)
class Admit:
    """
    Admit an account to trading; what it may use comes by `Deposit`.

    Args:
        account: The trading account.
        kind: What the participant is.
        allocation: Its annual allocation in units, from which position limits may be counted.
        at: When.

    Example:
        >>> Admit(account="KEE-001", kind=ParticipantKind.KEY_EMITTER,
        ...       at="2021-07-16T08:00:00+08:00").allocation
        0
    """

    account: AccountId = attrs.field(converter=_field.account)
    kind: ParticipantKind = attrs.field(validator=is_a(ParticipantKind))
    allocation: int = attrs.field(default=0, converter=_field.allocation)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class ListInstrument:
    """
    Begin to trade an instrument, from a base price.

    Args:
        instrument: What will be traded.
        base: The price that stands for the previous close on its first day.
        at: When.

    Example:
        >>> from carbonkit.schemes.china_national import instrument
        >>> cea = instrument("CEA", as_date("2021-07-16"))
        >>> ListInstrument(instrument=cea, base=cea.quote("48.00"), at="2021-07-16T08:00:00+08:00").base
        Price('48.00', 'CNY', 'tCO2e')
    """

    instrument: Instrument = attrs.field(validator=is_a(Instrument))
    base: Price = attrs.field(validator=is_a(Price))
    at: datetime.datetime = attrs.field(converter=as_instant)


def _amount(value: int | str | Decimal | Money) -> int | Money:
    if isinstance(value, Money):
        return value
    return whole(value, field="amount")


@attrs.frozen(kw_only=True)
class Deposit:
    """
    Bring units or money into a trading account.

    Args:
        account: The trading account.
        amount: Money, or a whole number of units.
        asset: Which units; None for money.
        at: When.

    Raises:
        InvalidValueError: If units have no asset, or money has one.

    Example:
        >>> Deposit(account="KEE-001", amount=1000, asset="CEA-2022", at="2023-08-28T08:00:00+08:00").amount
        1000
    """

    account: AccountId = attrs.field(converter=_field.account)
    amount: int | Money = attrs.field(converter=_amount)
    asset: AssetId | None = attrs.field(default=None, converter=attrs.converters.optional(_field.asset))
    at: datetime.datetime = attrs.field(converter=as_instant)

    def __attrs_post_init__(self) -> None:
        """Check that units have a name."""
        _check_named(self.amount, self.asset)


@attrs.frozen(kw_only=True)
class Withdraw:
    """
    Take units or money that no order needs out of a trading account.

    Args:
        account: The trading account.
        amount: Money, or a whole number of units.
        asset: Which units; None for money.
        at: When.

    Raises:
        InvalidValueError: If units have no asset, or money has one.

    Example:
        >>> Withdraw(account="KEE-001", amount=Money("10", "CNY"), at="2023-08-28T15:30:00+08:00").amount
        Money('10', 'CNY')
    """

    account: AccountId = attrs.field(converter=_field.account)
    amount: int | Money = attrs.field(converter=_amount)
    asset: AssetId | None = attrs.field(default=None, converter=attrs.converters.optional(_field.asset))
    at: datetime.datetime = attrs.field(converter=as_instant)

    def __attrs_post_init__(self) -> None:
        """Check that units have a name."""
        _check_named(self.amount, self.asset)


def _check_named(amount: int | Money, asset: AssetId | None) -> None:
    if isinstance(amount, Money) == (asset is not None):
        raise InvalidValueError(
            "name the asset for units, and none for money", was=str(asset or amount), field="asset"
        )


@attrs.frozen(kw_only=True)
class OpenDay:
    """
    Open a trading day: new limits, and what was bought the day before may be sold.

    Args:
        day: The day, by the venue's calendar.
        at: When; not after the first trading hour begins.

    Example:
        >>> str(OpenDay(day="2021-07-16", at="2021-07-16T09:00:00+08:00").day)
        '2021-07-16'
    """

    day: datetime.date = attrs.field(converter=as_date)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class CloseDay:
    """
    Close the trading day: day orders expire, and the bulletins are published.

    Args:
        at: When; not before the trading hours end.

    Example:
        >>> CloseDay(at="2021-07-16T15:00:00+08:00").at.isoformat()
        '2021-07-16T07:00:00+00:00'
    """

    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Halt:
    """
    Suspend trading; orders may still be cancelled.

    Args:
        instrument: Which instrument; None for all.
        reason: Why, for the record.
        at: When.

    Example:
        >>> Halt(reason="a failure of the system", at="2021-07-16T10:00:00+08:00").instrument is None
        True
    """

    instrument: InstrumentId | None = attrs.field(
        default=None, converter=attrs.converters.optional(_field.instrument)
    )
    reason: str = attrs.field(validator=is_a(str))
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Resume:
    """
    Go on with trading after a halt.

    Args:
        instrument: Which instrument; None for all.
        at: When.

    Example:
        >>> Resume(instrument="CEA", at="2021-07-16T10:30:00+08:00").instrument
        InstrumentId('CEA')
    """

    instrument: InstrumentId | None = attrs.field(
        default=None, converter=attrs.converters.optional(_field.instrument)
    )
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Warn:
    """
    Give a participant a risk warning, for the record.

    Args:
        account: Who is warned.
        reason: Why.
        at: When.

    Example:
        >>> Warn(account="KEE-001", reason="orders entered and cancelled at once",
        ...      at="2021-07-16T10:00:00+08:00").account
        AccountId('KEE-001')
    """

    account: AccountId = attrs.field(converter=_field.account)
    reason: str = attrs.field(validator=is_a(str))
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Restrict:
    """
    Keep a participant from entering orders; it may still cancel.

    Args:
        account: Who is restricted.
        side: From which side; None for both.
        reason: Why.
        at: When.

    Example:
        >>> Restrict(account="KEE-001", side=Side.BUY, reason="an unpaid obligation",
        ...          at="2021-07-16T10:00:00+08:00").side
        <Side.BUY: 'buy'>
    """

    account: AccountId = attrs.field(converter=_field.account)
    side: Side | None = attrs.field(default=None)
    reason: str = attrs.field(validator=is_a(str))
    at: datetime.datetime = attrs.field(converter=as_instant)

    def __attrs_post_init__(self) -> None:
        """Check the side."""
        if self.side is not None and type(self.side) is not Side:
            raise WrongTypeError("be of type Side", was=repr(self.side), field="side")


@attrs.frozen(kw_only=True)
class Release:
    """
    Lift all restrictions of a participant.

    Args:
        account: Whose.
        at: When.

    Example:
        >>> Release(account="KEE-001", at="2021-07-16T10:00:00+08:00").account
        AccountId('KEE-001')
    """

    account: AccountId = attrs.field(converter=_field.account)
    at: datetime.datetime = attrs.field(converter=as_instant)
