"""Places: a country, and what lies within it."""

from __future__ import annotations

import re

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.text import matches

__all__ = ["Place"]

_PATH = re.compile(r"[A-Z]{2}(/[A-Za-z0-9]([A-Za-z0-9 .'-]{0,62}[A-Za-z0-9.'-])?){0,4}")


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
    A country, or a region, grid zone or city within one, from wide to narrow.

    Args:
        path: An ISO 3166-1 alpha-2 code, then narrower names, joined by ``/``.

    Raises:
        InvalidValueError: If the path has another form.

    Example:
        >>> Place("US/WA/Seattle").within(Place("US"))
        True
    """

    path: str = attrs.field(converter=_path)

    @property
    def country(self) -> str:
        """The ISO 3166-1 alpha-2 code."""
        return self.path.split("/", 1)[0]

    def within(self, other: Place) -> bool:
        """Say whether this place is the other, or lies in it."""
        return self.path == other.path or self.path.startswith(other.path + "/")

    def __str__(self) -> str:
        """Return the path."""
        return self.path

    def __repr__(self) -> str:
        """Write a call that makes this place again."""
        return f"Place({self.path!r})"
