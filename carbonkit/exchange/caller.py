"""Callers: who asks, what they may do, and the refusals of those who may not."""

from __future__ import annotations

import datetime

import attrs

from carbonkit.errors import CarbonkitError
from carbonkit.values.identifier import AccountId
from carbonkit.wire.scope import Scope

__all__ = ["AuthenticationError", "Caller"]

_REALM = 'realm="exchange"'


class AuthenticationError(CarbonkitError):
    """
    A request that does not prove who asks, or whose key may not do what it asks for.

    Args:
        must: What the request must do, in words that follow "must".
        code: The stable name of the reason.
        status: The HTTP status: 401, 403, 429 or 503.
        retry_after: After how many seconds another try may go better; None to say nothing.
        scope: The scope that is missing.
        reason: What the log may know and the caller may not, such as that there is no such key.

    Example:
        >>> AuthenticationError("prove who asks", code="missing_credentials").challenge
        'CK1-HMAC-SHA256 realm="exchange", Bearer realm="exchange"'
    """

    code = "unauthenticated"

    def __init__(
        self,
        must: str,
        *,
        code: str,
        status: int = 401,
        retry_after: int | None = None,
        scope: Scope | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(must, field="credentials", code=code)
        self.status = status
        self.retry_after = retry_after
        self.scope = scope
        self.reason = reason or code

    @property
    def challenge(self) -> str:
        """The value of `WWW-Authenticate`; empty if the status does not go with one."""
        if self.status == 403 and self.scope is not None:  # noqa: PLR2004  HTTP's own number
            return f'Bearer {_REALM}, error="insufficient_scope", scope="{self.scope.value}"'
        if self.status != 401:  # noqa: PLR2004  the same
            return ""
        error = ', error="invalid_token"' if self.code == "invalid_token" else ""
        return f"CK1-HMAC-SHA256 {_REALM}, Bearer {_REALM}{error}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the refusal carries."""
        made = {"www-authenticate": self.challenge} if self.challenge else {}
        return made if self.retry_after is None else {**made, "retry-after": str(self.retry_after)}


@attrs.frozen(kw_only=True)
class Caller:
    """
    Who asks, once it is proven.

    Args:
        key_id: The key that proved it.
        person: Who uses the key.
        accounts: The accounts that it may act for and read; empty for staff.
        scopes: What it may do.
        proven_by: "secret", "ed25519" or "token"; "itself" for the exchange, which no request can be.
        left: For how long what proves it holds; None if it proves this request alone.

    Example:
        >>> caller = Caller(key_id="demo", person="ann", accounts=(AccountId("KEE-001"),),
        ...                 scopes=frozenset({Scope.READ}), proven_by="secret")
        >>> caller.require(Scope.TRADE)
        Traceback (most recent call last):
            ...
        carbonkit.exchange.caller.AuthenticationError: credentials: must have a key with the scope trade
    """

    key_id: str
    person: str
    accounts: tuple[AccountId, ...]
    scopes: frozenset[Scope]
    proven_by: str
    left: datetime.timedelta | None = None

    def require(self, scope: Scope | None) -> None:
        """
        Refuse a caller without a scope.

        Args:
            scope: The scope; None for what everybody may do.

        Raises:
            AuthenticationError: With the status 403, if the caller does not have it.
        """
        if scope is not None and scope not in self.scopes:
            raise AuthenticationError(
                f"have a key with the scope {scope.value}", code="insufficient_scope", status=403, scope=scope
            )
