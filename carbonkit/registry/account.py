"""Registry accounts: the states that one can be in, what each allows, and who may act for it."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from carbonkit.registry.refusal import Check
from carbonkit.values.identifier import AccountId

if TYPE_CHECKING:
    from carbonkit.registry.rules import Route

__all__ = ["AccountState", "AccountStatus", "Right"]


class AccountStatus(enum.Enum):
    """
    What state an account is in.

    Example:
        >>> AccountStatus("open").may_receive
        True

    References:
        UK Emissions Trading Registry (ukets-registry), account status.
    """

    OPEN = "open"
    """Everything that the rules allow."""
    PARTLY_RESTRICTED = "partly_restricted"
    """Only what is owed may leave: surrenders and returns."""
    FULLY_RESTRICTED = "fully_restricted"
    """Nothing may leave."""
    PARTLY_SUSPENDED = "partly_suspended"
    """Nothing may leave; units may arrive."""
    SUSPENDED = "suspended"
    """Nothing may leave or arrive."""
    TRANSFER_PENDING = "transfer_pending"
    """The account is passing to another holder; nothing may leave."""
    CLOSURE_PENDING = "closure_pending"
    """The account is about to be closed; nothing may leave or arrive."""
    CLOSED = "closed"
    """Nothing may leave or arrive, for good."""

    @property
    def may_receive(self) -> bool:
        """Whether units may arrive."""
        return self not in {AccountStatus.SUSPENDED, AccountStatus.CLOSURE_PENDING, AccountStatus.CLOSED}


_SENDER = {
    AccountStatus.PARTLY_RESTRICTED: Check.SENDER_PARTLY_RESTRICTED,
    AccountStatus.FULLY_RESTRICTED: Check.SENDER_FULLY_RESTRICTED,
    AccountStatus.PARTLY_SUSPENDED: Check.SENDER_SUSPENDED,
    AccountStatus.SUSPENDED: Check.SENDER_SUSPENDED,
    AccountStatus.TRANSFER_PENDING: Check.SENDER_TRANSFER_PENDING,
    AccountStatus.CLOSURE_PENDING: Check.SENDER_CLOSED,
    AccountStatus.CLOSED: Check.SENDER_CLOSED,
}


class Right(enum.Enum):
    """
    What a representative may do for an account.

    Example:
        >>> Right("initiate").value
        'initiate'
    """

    INITIATE = "initiate"
    """Propose transactions."""
    APPROVE = "approve"
    """Approve what another has proposed."""
    INITIATE_AND_APPROVE = "initiate_and_approve"
    """Both, but never of one transaction."""
    NONE = "none"
    """Nothing any more."""

    def covers(self, wanted: Right) -> bool:
        """Say whether it includes another right."""
        return self in {wanted, Right.INITIATE_AND_APPROVE}


@attrs.frozen
class AccountState:
    """
    What is known of an account besides what it contains.

    Args:
        account: The account.
        kind: Its kind.
        status: Its state.
        people: Who may act for it; where nobody is named, anybody may.
        trusted: The accounts that it trusts, each with the moment from which.
        years: The first year of operation and the last one, if they were stated.
        emissions: Verified emissions by year. [tCO2e]
        excluded: The years that the authority excluded.
        published: The statuses that were published, by year; they stay.

    Example:
        >>> from carbonkit.values import AccountId
        >>> AccountState(AccountId("UK-1"), "operator_holding").status.value
        'open'
    """

    account: AccountId
    kind: str
    status: AccountStatus = AccountStatus.OPEN
    people: Mapping[str, Right] = attrs.field(factory=dict)
    trusted: Mapping[AccountId, datetime.datetime] = attrs.field(factory=dict)
    years: tuple[int, int | None] | None = None
    emissions: Mapping[int, int] = attrs.field(factory=dict)
    excluded: frozenset[int] = frozenset()
    published: Mapping[int, str] = attrs.field(factory=dict)

    def check_sender(self, route: Route) -> None:
        """
        Check that its state lets units leave on a route.

        Raises:
            RegistryError: If it does not.
        """
        if self.status is AccountStatus.OPEN or route.whatever_status:
            return
        if self.status is AccountStatus.PARTLY_RESTRICTED and route.when_restricted:
            return
        refused = _SENDER[self.status].error(
            "be open", was=self.status.value, field=f"account {self.account}"
        )
        raise refused

    def check_receiver(self, route: Route) -> None:
        """
        Check that its state lets units arrive on a route.

        Raises:
            RegistryError: If it does not.
        """
        if self.status.may_receive or route.whatever_status:
            return
        suspended = self.status is AccountStatus.SUSPENDED
        check = Check.RECEIVER_SUSPENDED if suspended else Check.RECEIVER_CLOSED
        refused = check.error("be open", was=self.status.value, field=f"account {self.account}")
        raise refused

    def check_right(self, person: str, wanted: Right) -> None:
        """
        Check that a person may act for it.

        Raises:
            RegistryError: If others may, and this person may not.
        """
        if self.people and not self.people.get(person, Right.NONE).covers(wanted):
            must = f"be entitled to {wanted.value} for {self.account}"
            refused = Check.NOT_ENTITLED.error(must, was=person, field="representative")
            raise refused

    def trusts(self, other: AccountId, at: datetime.datetime) -> bool:
        """Say whether another account is on its trusted list at a moment."""
        since = self.trusted.get(other)
        return since is not None and since <= at
