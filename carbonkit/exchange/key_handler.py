"""API keys as the administration makes, lists and revokes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.exchange.handler import Changes, Reads
from carbonkit.exchange.journal import Document, Kind, Search
from carbonkit.exchange.key import ApiKey, new_key
from carbonkit.exchange.paging import documents_page
from carbonkit.ledger.moment import microseconds
from carbonkit.registry.transaction import named
from carbonkit.wire.answer import KeySummary, NewKey
from carbonkit.wire.json_text import read_json, write_json
from carbonkit.wire.operations import KEYS, MAKE_KEY, REVOKE_KEY

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.wire.page import Page
    from carbonkit.wire.request import KeyRequest

__all__ = ["HANDLERS", "add_key", "key_in"]

_LONGEST: Final = 10_000_000
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


def _make(desk: Desk, asked: Asked) -> Generator[None, None, NewKey]:
    body: KeyRequest = asked.body
    if not body.scopes:
        raise InvalidValueError("name at least one scope", field="scopes")
    for each in body.accounts:
        desk.ledger.account(each)  # a key that waits for an account would get whoever opens it later
    key, secret = new_key(
        person=named(body.person),
        accounts=tuple(dict.fromkeys(body.accounts)),
        scopes=tuple(dict.fromkeys(body.scopes)),
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
