"""Handlers: what the exchange does for each operation, told apart by where it may be done."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from carbonkit.errors import CarbonkitError
from carbonkit.exchange.caller import Caller
from carbonkit.exchange.engine import Stamp
from carbonkit.wire.operation import Operation
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from carbonkit.values.identifier import AccountId

__all__ = [
    "Asked",
    "Changes",
    "ForbiddenError",
    "Handler",
    "Looks",
    "Reads",
    "check_account",
    "is_staff",
    "visible_accounts",
]

_ITSELF: Final = "itself"


class ForbiddenError(CarbonkitError):
    """The key may not do this."""

    code = "forbidden"


@attrs.frozen(kw_only=True)
class Asked:
    """
    A request, read and checked.

    Args:
        operation: What is asked.
        caller: Who asks.
        parts: The names in the path, by what they name.
        query: The query, of the operation's class; None if it has none.
        body: The body, of the operation's class; None if it has none.
        token: A short text that is the same whenever this request comes again with the same idempotency key,
            and no other request's; ids can be made of it.
        stamp: Under which key it came, so that what it began can be answered after a restart; None if under
            none.

    Example:
        >>> Asked.__name__
        'Asked'
    """

    operation: Operation[Any]
    caller: Caller
    parts: Mapping[str, str]
    query: Any
    body: Any
    token: str
    stamp: Stamp | None = None


@attrs.frozen
class Changes:
    """
    Done in the engine's thread, and written.

    Args:
        work: Changes the desk; it yields wherever what it did so far must be written before it goes on, and
            returns a value of the operation's answer.
        kept: Gives what is kept of the answer for when the same request comes again; None to keep all of it.
    """

    work: Callable[[Any, "Asked"], Generator[None, None, object]]
    kept: Callable[[Any], object] | None = None


@attrs.frozen
class Looks:
    """
    Read in the engine's thread, between two writes.

    Args:
        read: Returns a value of the operation's answer, or a page of them. It must change nothing, be quick,
            and read what is written alone.
    """

    read: Callable[[Any, "Asked"], object]


@attrs.frozen
class Reads:
    """
    Read in any thread, from the journal and the ledger alone.

    Args:
        read: Returns a value of the operation's answer, or a page of them; of the desk it uses only
            `journal`, `ledger` and `scheme`.
        heavy: Whether it may read much; such reads wait for each other.
    """

    read: Callable[[Any, "Asked"], object]
    heavy: bool = False


Handler: TypeAlias = Changes | Looks | Reads
"""How an operation is done; the first argument of each function is the `Desk`."""


def check_account(caller: Caller, account: AccountId) -> None:
    """
    Check that a key may act for an account: it is one of its own, or the key is the staff's.

    What needs the scope to trade is done for the key's own accounts alone: who has it is no staff.

    Args:
        caller: Who asks.
        account: For which account.

    Raises:
        ForbiddenError: If it may not; nothing is told of whether there is such an account.

    Example:
        >>> check_account.__name__
        'check_account'
    """
    if account not in caller.accounts and not is_staff(caller):
        raise ForbiddenError(
            "be an account of the key", was=account, field="account", hint="ask with that account's key"
        )


def visible_accounts(caller: Caller, wanted: AccountId | None) -> tuple[str, ...] | None:
    """
    Say whose things a key may see.

    Args:
        caller: Who asks.
        wanted: The one account that is asked for; None for all of the key.

    Returns:
        The accounts; None for everybody's, which only the staff may see.

    Raises:
        ForbiddenError: If the account is none of the key's.

    Example:
        >>> visible_accounts.__name__
        'visible_accounts'
    """
    if wanted is not None:
        check_account(caller, wanted)
        return (wanted.text,)
    return None if is_staff(caller) else tuple(sorted(each.text for each in caller.accounts))


def is_staff(caller: Caller) -> bool:
    """
    Tell whether a key is the exchange's or the registry's own.

    It has no accounts, a scope for all, and may not trade: nobody trades for all. The exchange
    itself may, as it plays a demonstration's participants.

    Args:
        caller: Who asks.

    Returns:
        Whether it is.

    Example:
        >>> sam = Caller(key_id="k", person="sam", accounts=(), scopes=frozenset({Scope.ADMIN}),
        ...              proven_by="secret")
        >>> is_staff(sam), is_staff(attrs.evolve(sam, scopes=frozenset(Scope)))
        (True, False)
    """
    if caller.accounts or not {Scope.ADMIN, Scope.REGISTRY} & caller.scopes:
        return False
    return Scope.TRADE not in caller.scopes or caller.proven_by == _ITSELF
