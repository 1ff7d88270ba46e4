"""Signers: how a client proves who it is; each a way of its own to the same few steps."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from carbonkit.client.message import Incoming, Outgoing

__all__ = ["Signer", "new_nonce"]


def new_nonce() -> str:
    """
    Make what no other proof of a key has.

    Returns:
        22 letters, digits, - and _, drawn by chance.

    Example:
        >>> len(new_nonce())
        22
    """
    return secrets.token_urlsafe(16)


class Signer(Protocol):
    """
    Proves who asks. It does no input or output: what it needs first, the client sends for it.

    Example:
        >>> from carbonkit.client.key_signer import KeySigner
        >>> signer: Signer = KeySigner("demo", "cks_demo")
    """

    def need(self, at: datetime.datetime) -> Outgoing | None:
        """Give the request that must be sent before any other, such as one for a token; None for none."""
        ...

    def take(self, answer: Incoming, at: datetime.datetime) -> None:
        """Take the answer to what was needed; raise an error of `carbonkit.client.error` for a refusal."""
        ...

    def headers(self, request: Outgoing, at: datetime.datetime) -> Mapping[str, str]:
        """Give the headers that prove who asks; `at` is the exchange's time as well as it is known."""
        ...

    def refused(self, request: Outgoing) -> bool:
        """Hear that a request's proof was refused (401); say whether another may do, as with a new token."""
        ...
