"""The key ring: all API keys in memory, so that nobody who asks waits for the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.key_handler import key_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.exchange.journal import Document, Journal
    from carbonkit.exchange.key import ApiKey

__all__ = ["KeyRing"]

_PAGE: Final = 500


class KeyRing:
    """
    All keys, as far as they were taken; there are no more than `key_handler` lets there be.

    Args:
        known: The keys that are kept nowhere else, such as a demonstration's.

    Example:
        >>> KeyRing({}).find("nobody") is None
        True
    """

    def __init__(self, known: Mapping[str, ApiKey]) -> None:
        self._known = known
        self._kept: dict[str, ApiKey] = {}
        self._last = 0

    def __len__(self) -> int:
        """How many keys of the journal are held."""
        return len(self._kept)

    def find(self, key_id: str) -> ApiKey | None:
        """
        Find a key.

        Args:
            key_id: Its public name.

        Returns:
            The key; None if there is none.
        """
        return self._known.get(key_id) or self._kept.get(key_id)

    def news(self, journal: Journal, key_id: str | None = None) -> list[Document]:
        """
        Read what is not known yet; it changes nothing, so that it may be done in another thread.

        Args:
            journal: Where keys are kept.
            key_id: A key that may have changed; None for none but new ones.

        Returns:
            The documents of the keys.
        """
        found: list[Document] = []
        before: int | None = None
        while page := journal.find(Search(kind=Kind.KEY, before=before), _PAGE):
            found += (each for each in page if each.number > self._last)
            before = page[-1].number
            if before <= self._last or len(page) < _PAGE:
                break
        changed = None if key_id is None else journal.document(Kind.KEY, key_id)
        return found if changed is None else [*found, changed]

    def take(self, documents: list[Document]) -> None:
        """
        Take keys, in place of what was known of them; what is revoked stays so.

        Args:
            documents: What `news` gave.
        """
        for each in documents:
            key, before = key_in(each), self._kept.get(each.id)
            if before is not None and before.revoked:
                continue  # it was read before, and comes late
            self._kept[key.key_id] = key
            self._last = max(self._last, each.number)
