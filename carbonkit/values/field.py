"""What enters a field: of the type it must be, or one of the choices there are."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeVar

from carbonkit.errors import InvalidValueError, WrongTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

    import attrs

__all__ = ["check_type", "choice", "is_a"]

Kind = TypeVar("Kind")
Choice = TypeVar("Choice", bound=enum.Enum)


def check_type(value: object, kind: type, *, field: str) -> None:
    """
    Check that a value is of a type.

    Args:
        value: Anything at all.
        kind: The type that it must be of.
        field: The name that an error gives the value.

    Raises:
        WrongTypeError: If it is of another type.

    Example:
        >>> check_type("51.23", int, field="ticks")
        Traceback (most recent call last):
        ...
        carbonkit.errors.WrongTypeError: ticks: must be of type int, was '51.23'
    """
    if not isinstance(value, kind):
        raise WrongTypeError(f"be of type {kind.__name__}", was=repr(value), field=field)


def is_a(kind: type[Kind]) -> Callable[[object, attrs.Attribute[Kind], Kind], None]:
    """
    Make an attrs validator that takes values of one type and no other.

    Args:
        kind: The type.

    Returns:
        The validator; it raises `WrongTypeError`.

    Example:
        >>> import attrs
        >>> @attrs.frozen
        ... class Order:
        ...     lots: int = attrs.field(validator=is_a(int))
        >>> Order("5")
        Traceback (most recent call last):
        ...
        carbonkit.errors.WrongTypeError: lots: must be of type int, was '5'
    """

    def check(_: object, attribute: attrs.Attribute[Kind], value: Kind) -> None:
        check_type(value, kind, field=attribute.name)

    return check


def choice(kind: type[Choice], cell: str, *, field: str) -> Choice:
    """
    Find the member of an enumeration whose value a cell holds.

    Args:
        kind: The enumeration.
        cell: The text.
        field: The name that an error gives it.

    Returns:
        The member.

    Raises:
        InvalidValueError: If no member has that value; the error lists them all.

    Example:
        >>> from carbonkit.values.source import Status
        >>> choice(Status, "draft", field="status")
        <Status.DRAFT: 'draft'>
    """
    for member in kind:
        if str(member.value) == cell:
            return member
    allowed = ", ".join(str(member.value) for member in kind)
    raise InvalidValueError(f"be one of {allowed}", was=cell, field=field)
