"""API keys as the administration makes, lists and revokes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.exchange.handler import Changes, ForbiddenError, Reads
from carbonkit.exchange.journal import Document, Kind, Search
from carbonkit.exchange.key import ApiKey, new_key
from carbonkit.exchange.paging import documents_page
from carbonkit.ledger.moment import microseconds
from carbonkit.values.identifier import AccountId
from carbonkit.wire.answer import KeySummary, NewKey
from carbonkit.wire.json_text import read_json, write_json
from carbonkit.wire.operations import KEYS, MAKE_KEY, REVOKE_KEY
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    import datetime
    from collections.abc import Generator, Iterable, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.wire.page import Page
    from carbonkit.wire.request import KeyRequest

__all__ = ["HANDLERS", "add_key", "checked_key", "key_in"]

_LONGEST: Final = 10_000_000
_MOST: Final = 100_000  # keys, of which all are in memory
_OFFLINE: Final = (Scope.REGISTRY, Scope.ADMIN)
_ACTIVE, _REVOKED = "active", "revoked"


def key_in(document: Document) -> ApiKey:
    """
    Read the key in a document.

    Args:
        document: The document.

    Returns:
        The key.

    Raises:
        InvalidValueError: If it holds none.

    Example:
        >>> key_in.__name__
        'key_in'
    """
    return ApiKey.read(read_json(document.body.encode(), most=_LONGEST))


def add_key(desk: Desk, key: ApiKey) -> None:
    """
    Keep a key, to be written with what the desk writes next.

    Args:
        desk: The desk.
        key: The key; one of the same id is replaced.

    Example:
        >>> add_key.__name__
        'add_key'
    """
    before = desk.journal.document(Kind.KEY, key.key_id) or desk.writes.documents.get((Kind.KEY, key.key_id))
    desk.put(
        Document(
            kind=Kind.KEY,
            id=key.key_id,
            number=desk.next_number(Kind.KEY) if before is None else before.number,
            at=microseconds(key.created_at),
            account="",
            other="",
            instrument="",
            name="",
            state=_REVOKED if key.revoked else _ACTIVE,
            body=write_json(key.written()).decode(),
        )
    )


def checked_key(
    desk: Desk,
    *,
    person: str,
    accounts: Iterable[str | AccountId],
    scopes: Iterable[Scope],
    at: datetime.datetime,
    public_key: str | None,
) -> tuple[ApiKey, str | None]:
    """
    Make a key that makes sense at this exchange; it is not kept yet.

    Args:
        desk: The desk.
        person: Who uses it.
        accounts: The accounts that it may act for; none for staff.
        scopes: What it may do, at least one thing.
        at: When it is made.
        public_key: An Ed25519 public key in base64; None for a secret.

    Returns:
        The key, and its secret; None for a key that signs with Ed25519.

    Raises:
        InvalidValueError: If a part is not what it must be, it may trade and has nobody to trade for, or
            there are too many keys.
        UnknownAccountError: If there is no such account.

    Example:
        >>> checked_key.__name__
        'checked_key'
    """
    own = tuple(dict.fromkeys(each if isinstance(each, AccountId) else AccountId(each) for each in accounts))
    may = tuple(dict.fromkeys(scopes))
    if not may:
        raise InvalidValueError("name at least one scope", field="scopes")
    if Scope.TRADE in may and not own:
        raise InvalidValueError(
            "be left out of a key without accounts",
            was=Scope.TRADE.value,
            field="scopes",
            hint="name accounts",
        )
    for each in own:
        desk.ledger.account(each)  # a key that waits for an account would get whoever opens it later
    if desk.journal.last_number(Kind.KEY) >= _MOST:
        raise InvalidValueError(f"be at most {_MOST}, with those that were revoked", field="keys")
    return new_key(person=person, accounts=own, scopes=may, at=at, public_key=public_key)


def _make(desk: Desk, asked: Asked) -> Generator[None, None, NewKey]:
    body: KeyRequest = asked.body
    for each in _OFFLINE:
        if each in body.scopes:
            # Whoever could make such keys alone would be both persons that the registry asks for.
            raise ForbiddenError(
                "be a scope that a key may be given from afar",
                was=each.value,
                field="scopes",
                hint="stop the exchange and use: carbonkit exchange key create",
            )
    key, secret = checked_key(
        desk,
        person=body.person,
        accounts=body.accounts,
        scopes=body.scopes,
        at=desk.now(),
        public_key=body.public_key,
    )
    add_key(desk, key)
    yield from ()
    return NewKey(key=key.summary(), secret=secret)


def _without_secret(made: NewKey) -> NewKey:
    """Keep no secret: who lost the answer gets the key's name again, and revokes it."""
    return attrs.evolve(made, secret=None)


def _revoke(desk: Desk, asked: Asked) -> Generator[None, None, KeySummary]:
    key = attrs.evolve(key_in(desk.document(Kind.KEY, asked.parts["key"])), revoked=True)
    add_key(desk, key)
    yield from ()
    return key.summary()


def _list(desk: Desk, asked: Asked) -> Page[KeySummary]:
    return documents_page(
        desk.journal, Search(kind=Kind.KEY), asked.query, lambda each: key_in(each).summary()
    )


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        MAKE_KEY.name: Changes(_make, kept=_without_secret),
        REVOKE_KEY.name: Changes(_revoke),
        KEYS.name: Reads(_list),
    }
)
"""What the exchange does for each operation on keys, by its name."""
