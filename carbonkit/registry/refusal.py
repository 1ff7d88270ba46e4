"""Refusals: every check that a registry makes, by its number and its stable code."""

from __future__ import annotations

import enum

from carbonkit.errors import RegistryError

__all__ = ["Check"]


class Check(enum.Enum):
    """
    A check: its number, and the code of the error that it raises.

    Numbers below 4000 are those of the UK registry's business checks, from 10001 those of its
    transaction log; from 4000 are ours.

    Example:
        >>> Check.SENDER_CLOSED.number, Check.SENDER_CLOSED.code
        (1003, 'sender_closed')

    References:
        UK Emissions Trading Registry (ukets-registry), business check codes.
    """

    SENDER_CLOSED = 1003, "sender_closed"
    SENDER_SUSPENDED = 1004, "sender_suspended"
    SENDER_PARTLY_RESTRICTED = 1005, "sender_partly_restricted"
    SENDER_TRANSFER_PENDING = 1011, "sender_transfer_pending"
    SENDER_FULLY_RESTRICTED = 1012, "sender_fully_restricted"
    RECEIVER_CLOSED = 2003, "receiver_closed"
    RECEIVER_SUSPENDED = 2004, "receiver_suspended"
    ROUTE_NOT_ALLOWED = 2007, "route_not_allowed"
    NOT_TRUSTED = 2507, "not_trusted"
    SAME_ACCOUNT = 2508, "same_account"
    ALREADY_REVERSED = 3019, "already_reversed"
    REVERSAL_WINDOW_OVER = 3020, "reversal_window_over"
    ISSUE_ABOVE_CAP = 3500, "issue_above_cap"
    APPROVAL_REQUIRED = 4001, "approval_required"
    APPROVED_BY_PROPOSER = 4002, "approved_by_proposer"
    NOT_ENTITLED = 4003, "not_entitled"
    NOT_PENDING = 4004, "not_pending"
    STILL_DELAYED = 4005, "still_delayed"
    NOT_REVERSIBLE = 4006, "not_reversible"
    STATUS_NOT_ALLOWED = 4007, "status_not_allowed"
    NOT_EMPTY = 4008, "not_empty"
    ALREADY_PUBLISHED = 4009, "already_published"
    UNIT_NOT_ELIGIBLE = 4010, "unit_not_eligible"
    OFFSETS_ABOVE_LIMIT = 4011, "offsets_above_limit"
    YEAR_REQUIRED = 4012, "year_required"
    LOG_SENDER_UNKNOWN = 10001, "log_sender_unknown"
    LOG_RECEIVER_UNKNOWN = 10002, "log_receiver_unknown"
    LOG_BALANCE = 10003, "log_balance"
    LOG_ISSUANCE = 10004, "log_issuance"
    LOG_BLOCKS = 10005, "log_blocks"

    @property
    def number(self) -> int:
        """Its number."""
        return self.value[0]

    @property
    def code(self) -> str:
        """The code of its error; it stays as it is."""
        return self.value[1]

    def error(self, must: str, *, was: object, field: str, hint: str = "") -> RegistryError:
        """
        Make its error.

        Args:
            must: What the field must be.
            was: What it was.
            field: What was checked.
            hint: What to do instead.

        Returns:
            The error, with the check's code, and its number in front of the hint.
        """
        told = f"check {self.number}; {hint}" if hint else f"check {self.number}"
        return RegistryError(must, was=was, field=field, hint=told, code=self.code)
