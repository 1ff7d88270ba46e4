"""Nonces: which proofs were seen already, each remembered for as long as it could be used again."""

from __future__ import annotations

import datetime
import enum
import hashlib
import threading
from typing import Final

__all__ = ["NonceMemory", "Seen"]

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_SECOND: Final = datetime.timedelta(seconds=1)
_DIGEST_BYTES: Final = 16


class Seen(enum.Enum):
    """
    What the memory says about a nonce.

    Example:
        >>> Seen("replayed")
        <Seen.REPLAYED: 'replayed'>
    """

    NEW = "new"
    """Never seen; it is remembered now."""
    REPLAYED = "replayed"
    """Seen before."""
    FORGOTTEN = "forgotten"
    """So old that the memory can no longer say, as when the clock was set back."""
    FULL = "full"
    """There is no room; nothing is forgotten early to make some."""


class NonceMemory:
    """
    The nonces of the proofs that held. It is bounded, and safe to share between threads.

    Only proofs that hold may be told to it, so that nobody without a key can fill it.

    Args:
        per_key: How many nonces it holds of one key at a time.
        most: How many it holds in all.

    Example:
        >>> memory, now = NonceMemory(), datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)
        >>> memory.see("demo", "0123456789abcdef", until=now, now=now).value
        'new'
        >>> memory.see("demo", "0123456789abcdef", until=now, now=now).value
        'replayed'
    """

    def __init__(self, *, per_key: int = 100_000, most: int = 1_000_000) -> None:
        self._per_key = per_key
        self._most = most
        self._lock = threading.Lock()
        self._seen: set[bytes] = set()
        self._by_second: dict[int, list[tuple[str, bytes]]] = {}
        self._counts: dict[str, int] = {}
        self._swept = 0  # the second before which all is forgotten

    def see(self, key_id: str, nonce: str, *, until: datetime.datetime, now: datetime.datetime) -> Seen:
        """
        Ask whether a nonce is new, and remember it.

        Args:
            key_id: The key that it was used with; each key has its own.
            nonce: The nonce.
            until: The last instant at which the proof could be used again.
            now: The present instant.

        Returns:
            What the memory says; only `Seen.NEW` lets a proof pass.
        """
        last = (until - _EPOCH) // _SECOND + 1
        digest = hashlib.blake2b(f"{key_id}\n{nonce}".encode(), digest_size=_DIGEST_BYTES).digest()
        with self._lock:
            self._sweep((now - _EPOCH) // _SECOND)
            if last < self._swept:
                return Seen.FORGOTTEN
            if digest in self._seen:
                return Seen.REPLAYED
            count = self._counts.get(key_id, 0)
            if count >= self._per_key or len(self._seen) >= self._most:
                return Seen.FULL
            self._seen.add(digest)
            self._by_second.setdefault(last, []).append((key_id, digest))
            self._counts[key_id] = count + 1
        return Seen.NEW

    def __len__(self) -> int:
        """How many nonces are held."""
        return len(self._seen)

    def _sweep(self, second: int) -> None:
        """Forget what was over before a second; looked at once in each."""
        if second <= self._swept:
            return
        self._swept = second
        for over in [each for each in self._by_second if each < second]:
            for key_id, digest in self._by_second.pop(over):
                self._seen.discard(digest)
                self._counts[key_id] -= 1
                if not self._counts[key_id]:
                    del self._counts[key_id]
