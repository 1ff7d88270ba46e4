"""Operations: what may be asked of an exchange: by which method and path, with what, allowed to whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from urllib.parse import quote

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.text import matches
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from carbonkit.values.identifier import Identifier

__all__ = ["Operation"]

Answer_co = TypeVar("Answer_co", covariant=True)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}")
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")


@attrs.frozen(kw_only=True)
class Operation(Generic[Answer_co]):
    """
    One thing that may be asked of an exchange.

    Args:
        name: What clients call it.
        method: GET or POST. A POST carries an `Idempotency-Key`.
        path: Its path, with the names of its parts in braces.
        summary: What it does, in one line.
        answer: The class of what it answers; of the items, for a list.
        scope: What a key needs for it; None if everybody may ask.
        body: The class of what it is asked with; None for nothing.
        query: The class of its query string; None for none.
        paged: Whether it answers with a piece of a list.
        status: The HTTP status of its answer.

    Example:
        >>> from carbonkit.wire import PLACE_ORDER
        >>> PLACE_ORDER.method, PLACE_ORDER.path, PLACE_ORDER.scope
        ('POST', '/v1/orders', <Scope.TRADE: 'trade'>)
    """

    name: str
    method: str
    path: str
    summary: str
    answer: type[Answer_co]
    scope: Scope | None
    body: type | None = None
    query: type | None = None
    paged: bool = False
    status: int = 200

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(_FIELD.findall(self.path))

    def at(self, **parts: str | Identifier) -> str:
        """
        Write the path for the things that it names.

        Args:
            parts: The text of each name in the path.

        Returns:
            The path; safe to send.

        Raises:
            InvalidValueError: If a text has characters that an id in a path may not have.

        Example:
            >>> from carbonkit.wire import CANCEL_ORDER
            >>> CANCEL_ORDER.at(order="O-17")
            '/v1/orders/O-17/cancel'
        """
        path = self.path
        for name, value in parts.items():
            text = str(value)
            if not matches(_NAME, text):
                raise InvalidValueError(
                    "be 1 to 128 letters, digits or . _ : + -, starting with a letter or digit",
                    was=text,
                    field=name,
                )
            path = path.replace(f"{{{name}}}", quote(text, safe=""))
        return path
