"""The registry's transactions and the exchange's administration; internal."""

# Made from _office_calls.py by scripts/make_async_client.py; change that file and run the script again.

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.client._async_core import AsyncCore
from carbonkit.wire.operations import (
    ADMIT,
    APPROVE_TRANSACTION,
    CANCEL_TRANSACTION,
    CLOSE_DAY,
    COMPLETE_TRANSACTION,
    HALT,
    KEYS,
    MAKE_KEY,
    OPEN_DAY,
    PAY_IN,
    PAY_OUT,
    PROPOSE_SURRENDER,
    PROPOSE_TRANSACTION,
    REJECT_TRANSACTION,
    RESUME,
    REVOKE_KEY,
    TRANSACTION,
    TRANSACTIONS,
)
from carbonkit.wire.query import AccountQuery, ListQuery
from carbonkit.wire.request import (
    AdmissionRequest,
    CashRequest,
    DayRequest,
    HaltRequest,
    KeyRequest,
    Person,
    ResumeRequest,
    SurrenderRequest,
    TransactionRequest,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from carbonkit.client.call import CallOptions
    from carbonkit.client.paging import AsyncPages
    from carbonkit.market.position_limit import ParticipantKind
    from carbonkit.registry.rules import TransactionType
    from carbonkit.values.identifier import AccountId, InstrumentId
    from carbonkit.values.money import Money
    from carbonkit.values.number import Exact
    from carbonkit.wire.answer import AccountSummary, Done, KeySummary, NewKey, TransactionSummary
    from carbonkit.wire.scope import Scope


class AsyncOfficeCalls(AsyncCore):
    """What the registry and the exchange's staff do."""

    async def propose_transaction(
        self,
        *,
        type: TransactionType,  # noqa: A002  the wire's own name
        unit: str,
        vintage: str,
        quantity: Exact,
        source: str | AccountId,
        target: str | AccountId,
        beneficiary: str = "",
        year: int | None = None,
        options: CallOptions | None = None,
    ) -> TransactionSummary:
        """
        Propose a registry transaction, such as a transfer; another person approves it.

        Args:
            type: What kind of movement it is.
            unit: The units' code, such as "CEA".
            vintage: Their vintage, such as "2025".
            quantity: How many units.
            source: The account that they leave.
            target: The account that they reach.
            beneficiary: For whose benefit units are given up, if that is to be on record.
            year: Of a surrender: the year whose emissions it covers.
            options: What this call does otherwise.

        Returns:
            The transaction, as it waits for approval.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = TransactionRequest(
            type=type,
            unit=unit,
            vintage=vintage,
            quantity=quantity,
            source=source,
            target=target,
            beneficiary=beneficiary,
            year=year,
        )
        return await self._ask(PROPOSE_TRANSACTION, request=request, options=options)

    async def propose_surrender(
        self,
        *,
        account: str | AccountId,
        unit: str,
        vintage: str,
        quantity: Exact,
        year: int | None = None,
        options: CallOptions | None = None,
    ) -> TransactionSummary:
        """
        Propose to give up units against a year's emissions; another person approves it.

        Args:
            account: Whose units, and whose emissions.
            unit: The units' code, such as "CEA" or "CCER".
            vintage: Their vintage.
            quantity: How many units.
            year: The year whose emissions they cover; None where the scheme does not ask.
            options: What this call does otherwise.

        Returns:
            The transaction, as it waits for approval.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = SurrenderRequest(account=account, unit=unit, vintage=vintage, quantity=quantity, year=year)
        return await self._ask(PROPOSE_SURRENDER, request=request, options=options)

    async def approve_transaction(
        self, transaction: str, *, options: CallOptions | None = None
    ) -> TransactionSummary:
        """
        Approve what another person proposed.

        Args:
            transaction: Its id at the registry.
            options: What this call does otherwise.

        Returns:
            The transaction as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(APPROVE_TRANSACTION, {"transaction": transaction}, options=options)

    async def reject_transaction(
        self, transaction: str, *, options: CallOptions | None = None
    ) -> TransactionSummary:
        """
        Reject what another person proposed.

        Args:
            transaction: Its id at the registry.
            options: What this call does otherwise.

        Returns:
            The transaction as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(REJECT_TRANSACTION, {"transaction": transaction}, options=options)

    async def cancel_transaction(
        self, transaction: str, *, options: CallOptions | None = None
    ) -> TransactionSummary:
        """
        Cancel what was proposed and is not carried out yet.

        Args:
            transaction: Its id at the registry.
            options: What this call does otherwise.

        Returns:
            The transaction as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(CANCEL_TRANSACTION, {"transaction": transaction}, options=options)

    async def complete_transaction(
        self, transaction: str, *, options: CallOptions | None = None
    ) -> TransactionSummary:
        """
        Carry out what was approved, when its delay is over.

        Args:
            transaction: Its id at the registry.
            options: What this call does otherwise.

        Returns:
            The transaction as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(COMPLETE_TRANSACTION, {"transaction": transaction}, options=options)

    async def transaction(
        self, transaction: str, *, options: CallOptions | None = None
    ) -> TransactionSummary:
        """A registry transaction as it stands."""
        return await self._ask(TRANSACTION, {"transaction": transaction}, options=options)

    def transactions(
        self,
        *,
        account: str | AccountId | None = None,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPages[TransactionSummary]:
        """Registry transactions of the key's accounts, newest first."""
        query = AccountQuery(account=account, limit=limit, cursor=cursor)
        return self._list(TRANSACTIONS, query=query, options=options)

    async def admit(
        self,
        *,
        account: str | AccountId,
        kind: ParticipantKind,
        account_kind: str,
        persons: Iterable[Person] = (),
        allocation: Exact = 0,
        options: CallOptions | None = None,
    ) -> AccountSummary:
        """
        Open an account in the registry and admit it to trading.

        Args:
            account: The account.
            kind: What the participant is at the venue.
            account_kind: What kind of account the registry opens, such as "key_emitter".
            persons: Who may act for it in the registry.
            allocation: Its annual allocation in units, from which position limits may be counted.
            options: What this call does otherwise.

        Returns:
            Where the account stands.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = AdmissionRequest(
            account=account,
            kind=kind,
            account_kind=account_kind,
            persons=tuple(persons),
            allocation=allocation,
        )
        return await self._ask(ADMIT, request=request, options=options)

    async def pay_in(
        self, *, account: str | AccountId, amount: Money, options: CallOptions | None = None
    ) -> AccountSummary:
        """
        Record money that a participant paid in.

        Args:
            account: The account.
            amount: How much.
            options: What this call does otherwise.

        Returns:
            Where the account stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(PAY_IN, request=CashRequest(account=account, amount=amount), options=options)

    async def pay_out(
        self, *, account: str | AccountId, amount: Money, options: CallOptions | None = None
    ) -> AccountSummary:
        """
        Record money that a participant takes out.

        Args:
            account: The account.
            amount: How much.
            options: What this call does otherwise.

        Returns:
            Where the account stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(PAY_OUT, request=CashRequest(account=account, amount=amount), options=options)

    async def open_day(self, *, day: str | datetime.date, options: CallOptions | None = None) -> Done:
        """
        Open a trading day.

        Args:
            day: The day, by the venue's calendar.
            options: What this call does otherwise.

        Returns:
            That it is done.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(OPEN_DAY, request=DayRequest(day=day), options=options)

    async def close_day(self, *, options: CallOptions | None = None) -> Done:
        """
        Close the trading day, and publish its figures.

        Args:
            options: What this call does otherwise.

        Returns:
            That it is done.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(CLOSE_DAY, options=options)

    async def halt(
        self,
        *,
        reason: str,
        instrument: str | InstrumentId | None = None,
        options: CallOptions | None = None,
    ) -> Done:
        """
        Suspend trading.

        Args:
            reason: Why, for the record.
            instrument: Which instrument; None for all.
            options: What this call does otherwise.

        Returns:
            That it is done.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(
            HALT, request=HaltRequest(reason=reason, instrument=instrument), options=options
        )

    async def resume(
        self, *, instrument: str | InstrumentId | None = None, options: CallOptions | None = None
    ) -> Done:
        """
        Go on with trading.

        Args:
            instrument: Which instrument; None for all.
            options: What this call does otherwise.

        Returns:
            That it is done.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(RESUME, request=ResumeRequest(instrument=instrument), options=options)

    async def make_key(
        self,
        *,
        person: str,
        scopes: Iterable[Scope],
        accounts: Iterable[str | AccountId] = (),
        public_key: str | None = None,
        options: CallOptions | None = None,
    ) -> NewKey:
        """
        Make an API key; its secret is shown this once.

        Args:
            person: Who uses it; the registry's second pair of eyes must be another person.
            scopes: What it may do.
            accounts: The accounts that it may act for and read; empty for staff, whose scopes say enough.
            public_key: An Ed25519 public key, 32 bytes in base64, for RFC 9421 signatures; None for a
                secret.
            options: What this call does otherwise.

        Returns:
            The key with its secret, if it has one.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = KeyRequest(person=person, accounts=accounts, scopes=tuple(scopes), public_key=public_key)
        return await self._ask(MAKE_KEY, request=request, options=options)

    async def revoke_key(self, key: str, *, options: CallOptions | None = None) -> KeySummary:
        """
        Take an API key out of use.

        Args:
            key: The key's public name.
            options: What this call does otherwise.

        Returns:
            The key as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return await self._ask(REVOKE_KEY, {"key": key}, options=options)

    def keys(
        self, *, limit: int = 100, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPages[KeySummary]:
        """The API keys, without their secrets, newest first."""
        return self._list(KEYS, query=ListQuery(limit=limit, cursor=cursor), options=options)
