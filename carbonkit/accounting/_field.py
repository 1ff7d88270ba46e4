"""Checks that the fields of this package share; internal."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeVar

from carbonkit.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    import attrs

Kind = TypeVar("Kind")
Choice = TypeVar("Choice", bound=enum.Enum)

_LENGTH = 200  # characters of a name


def name(value: object, *, field: str = "name") -> str:
    """Take a name: printable text, not blank, no space around it."""
    if not isinstance(value, str) or not value or len(value) > _LENGTH or not value.isprintable():
        raise InvalidValueError(
            f"be a printable text of 1 to {_LENGTH} characters", was=shown(value), field=field
        )
    if value != value.strip():
        raise InvalidValueError("have no space around it", was=repr(value), field=field)
    return value


def is_text(value: object) -> bool:
    """Say whether a value that should be a text is one."""
    return isinstance(value, str)


def shown(value: object) -> str:
    """Write a value of the wrong type so that its type can be seen."""
    return value if isinstance(value, str) else repr(value)


def check_type(value: object, kind: type, *, field: str) -> None:
    """Check that a value is of a type."""
    if not isinstance(value, kind):
        raise InvalidValueError(f"be of type {kind.__name__}", was=shown(value), field=field)


def is_name(_: object, attribute: attrs.Attribute[str], value: object) -> None:
    """Check that a field holds a name; an attrs validator."""
    name(value, field=attribute.name)


def is_a(kind: type[Kind]) -> Callable[[object, attrs.Attribute[Kind], Kind], None]:
    """Make an attrs validator that takes values of one type and no other."""

    def check(_: object, attribute: attrs.Attribute[Kind], value: object) -> None:
        if not isinstance(value, kind):
            check_type(value, kind, field=attribute.name)

    return check


def choice(kind: type[Choice], cell: str, *, field: str) -> Choice:
    """Find the member of an enumeration whose value a cell holds."""
    for member in kind:
        if str(member.value) == cell:
            return member
    allowed = ", ".join(str(member.value) for member in kind)
    raise InvalidValueError(f"be one of {allowed}", was=cell, field=field)
