"""Places: a country, and what lies within it."""

from __future__ import annotations

import re

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.text import matches

__all__ = ["Place"]

_PATH = re.compile(r"001|[A-Z]{2}(/[A-Za-z0-9]([A-Za-z0-9 .'-]{0,62}[A-Za-z0-9.'-])?){0,4}")
_WORLD = "001"


def _path(value: str) -> str:
    if not matches(_PATH, value):
        raise InvalidValueError(
            'be an ISO 3166 country code, then narrower places, such as "CN/SH" or "US/WA/Seattle"',
            was=value,
            field="place",
        )
    return str.__str__(value)  # of a subclass of str, such as a StrEnum, only the text


@attrs.frozen(order=True, repr=False)
class Place:
    """
    A country, or a region, grid zone or city within one, from wide to narrow; or the world.

    Args:
        path: An ISO 3166-1 alpha-2 code, then narrower names, joined by ``/``; or "001", which is
            UN M49's code of the world.

    Raises:
        InvalidValueError: If the path has another form.

    Example:
        >>> Place("US/WA/Seattle").within(Place("US"))
        True
    """

    path: str = attrs.field(converter=_path)

    @property
    def country(self) -> str:
        """The ISO 3166-1 alpha-2 code; "001" of the world."""
        return self.path.split("/", 1)[0]

    @property
    def wider(self) -> tuple[Place, ...]:
        """The places that hold this one, the narrowest first, up to its country; not the world."""
        names = self.path.split("/")
        return tuple(Place("/".join(names[:length])) for length in range(len(names) - 1, 0, -1))

    def within(self, other: Place) -> bool:
        """Say whether this place is the other, or lies in it; all places lie in the world."""
        if other.path == _WORLD:
            return True
        return self.path == other.path or self.path.startswith(other.path + "/")

    def __str__(self) -> str:
        """Return the path."""
        return self.path

    def __repr__(self) -> str:
        """Write a call that makes this place again."""
        return f"Place({self.path!r})"
