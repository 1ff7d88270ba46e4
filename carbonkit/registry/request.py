"""Requests: what can be asked of a registry besides moving units at once."""

from __future__ import annotations

import datetime
from typing import TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.registry._field import effective, since, units
from carbonkit.registry.account import AccountStatus, Right
from carbonkit.registry.report import (
    Emissions,
    EmissionsWithdrawal,
    Exclusion,
    Inclusion,
    Operation,
    Publication,
)
from carbonkit.registry.rules import TransactionType
from carbonkit.registry.transaction import Transaction, named
from carbonkit.registry.unit import UnitType
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, CommandId

__all__ = [
    "Appointment",
    "Approval",
    "Completion",
    "Exchange",
    "IssuanceCap",
    "Opening",
    "Proposal",
    "Request",
    "StatusChange",
    "Trust",
    "Undoing",
    "UnitDefinition",
    "Withdrawal",
]


@attrs.frozen
class UnitDefinition:
    """
    The start of a unit type, before its first issue.

    Example:
        >>> from carbonkit.registry import UnitType
        >>> UnitDefinition(CommandId("define/1"), UnitType("CEA", "2021"), "2021-07-01T00:00:00Z").unit.code
        'CEA'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    unit: UnitType = attrs.field(validator=is_a(UnitType))
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Opening:
    """
    The opening of an account of some kind.

    Example:
        >>> Opening(CommandId("open/1"), AccountId("KEE-001"), "key_emitter", "2021-07-01T00:00:00Z").kind
        'key_emitter'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    kind: str
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class IssuanceCap:
    """
    How many units of a type may be issued at most, from now on.

    Example:
        >>> IssuanceCap(CommandId("cap/1"), AccountId("UK-ISSUANCE"), UnitType("UKA", "2021"), 500,
        ...             "2021-01-01T00:00:00Z").most
        500
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    unit: UnitType = attrs.field(validator=is_a(UnitType))
    most: int = attrs.field(converter=units)
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class StatusChange:
    """
    A decision that an account is in another state.

    Example:
        >>> StatusChange(CommandId("st/1"), AccountId("UK-1"), AccountStatus.SUSPENDED,
        ...              "2022-05-01T00:00:00Z").status.value
        'suspended'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    status: AccountStatus = attrs.field(validator=is_a(AccountStatus))
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Appointment:
    """
    What a person may do for an account from now on; `Right.NONE` ends it.

    Example:
        >>> Appointment(CommandId("rep/1"), AccountId("UK-1"), "ann", Right.INITIATE,
        ...             "2022-05-01T00:00:00Z").person
        'ann'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    person: str = attrs.field(converter=named)
    right: Right = attrs.field(validator=is_a(Right))
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Trust:
    """
    An account that another one trusts from a moment on; with no moment, no longer.

    Example:
        >>> Trust(CommandId("tr/1"), AccountId("UK-1"), AccountId("UK-2"), "2022-05-06T12:00:00Z",
        ...       "2022-05-01T00:00:00Z").trusted
        AccountId('UK-2')
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    trusted: AccountId = attrs.field(validator=is_a(AccountId))
    since: datetime.datetime | None = attrs.field(converter=attrs.converters.optional(since))
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Proposal:
    """
    A transaction that another person has to approve; its units are set aside until then.

    Args:
        transaction: What is proposed; `by` says who proposes it.

    Raises:
        InvalidValueError: If the transaction does not say who asks for it, or is approved already.

    Example:
        >>> from carbonkit.registry import Transaction, TransactionType
        >>> Proposal(Transaction(CommandId("t/1"), TransactionType.TRANSFER, UnitType("UKA", "2021"), 100,
        ...                      AccountId("UK-1"), AccountId("UK-2"), "2022-04-28T12:00:00Z", by="ann")).id
        CommandId('t/1')
    """

    transaction: Transaction = attrs.field(validator=is_a(Transaction))

    def __attrs_post_init__(self) -> None:
        """Check that there is a proposer, and nobody else yet."""
        if not self.transaction.by:
            raise InvalidValueError("be the name of who proposes it", was="", field="by")
        if self.transaction.approved_by:
            raise InvalidValueError("be empty", was=self.transaction.approved_by, field="approved_by")

    @property
    def id(self) -> CommandId:
        """The transaction's id."""
        return self.transaction.id

    @property
    def effective_at(self) -> datetime.datetime:
        """When the proposal takes effect."""
        return self.transaction.effective_at


@attrs.frozen
class Approval:
    """
    A second person's approval of a proposed transaction, which is then carried out or waits.

    Example:
        >>> Approval(CommandId("ok/1"), CommandId("t/1"), "bob", "2022-04-28T13:00:00Z").by
        'bob'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    transaction: CommandId = attrs.field(validator=is_a(CommandId))
    by: str = attrs.field(converter=named)
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Completion:
    """
    The carrying out of an approved transaction whose delay is over.

    Example:
        >>> Completion(CommandId("do/1"), CommandId("t/1"), "2022-04-29T13:00:00Z").transaction
        CommandId('t/1')
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    transaction: CommandId = attrs.field(validator=is_a(CommandId))
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Withdrawal:
    """
    The end of a proposed transaction: rejected before it is approved, cancelled at any time.

    What it held is free again.

    Example:
        >>> Withdrawal(CommandId("no/1"), CommandId("t/1"), "bob", "rejected", "2022-04-28T13:00:00Z").reason
        'rejected'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    transaction: CommandId = attrs.field(validator=is_a(CommandId))
    by: str = attrs.field(converter=named)
    reason: str = attrs.field(validator=attrs.validators.in_(("rejected", "cancelled")))
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Undoing:
    """
    The reversal of a transaction that was carried out: its units go back where they came from.

    Example:
        >>> Undoing(CommandId("back/1"), CommandId("surrender/1"), "2022-05-02T12:00:00Z").transaction
        CommandId('surrender/1')
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    transaction: CommandId = attrs.field(validator=is_a(CommandId))
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Exchange:
    """
    Units of one type that are given up for as many of another: carried over, or converted.

    Args:
        id: The caller's id.
        type: `CARRY_OVER` or `CONVERT`.
        old: The type that is given up.
        new: The type that is issued.
        quantity: How many; a whole number above zero.
        account: Whose they are.
        into: The account that takes what is given up.
        issued_by: The account where the new ones come into being.
        effective_at: When it takes effect.

    Example:
        >>> from carbonkit.registry import TransactionType
        >>> Exchange(CommandId("co/1"), TransactionType.CARRY_OVER, UnitType("CEA", "2024"),
        ...          UnitType("CEA", "2025"), 10, AccountId("KEE-1"), AccountId("CARRIED"),
        ...          AccountId("ISSUANCE"), "2026-06-01T00:00:00Z").new.vintage
        '2025'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    type: TransactionType = attrs.field(
        validator=attrs.validators.in_((TransactionType.CARRY_OVER, TransactionType.CONVERT))
    )
    old: UnitType = attrs.field(validator=is_a(UnitType))
    new: UnitType = attrs.field(validator=is_a(UnitType))
    quantity: int = attrs.field(converter=units)
    account: AccountId = attrs.field(validator=is_a(AccountId))
    into: AccountId = attrs.field(validator=is_a(AccountId))
    issued_by: AccountId = attrs.field(validator=is_a(AccountId))
    effective_at: datetime.datetime = attrs.field(converter=effective)


Request: TypeAlias = (
    UnitDefinition
    | Opening
    | Operation
    | Emissions
    | EmissionsWithdrawal
    | Exclusion
    | Inclusion
    | Publication
    | IssuanceCap
    | StatusChange
    | Appointment
    | Trust
    | Transaction
    | Proposal
    | Approval
    | Completion
    | Withdrawal
    | Undoing
    | Exchange
)
"""Anything that a registry can be asked to record."""
