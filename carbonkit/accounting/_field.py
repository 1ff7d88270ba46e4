"""Checks that the fields of this package share; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import is_a
from carbonkit.values.number import exact, plain

if TYPE_CHECKING:
    from decimal import Decimal

    from carbonkit.values.number import Exact

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


def shown(value: object) -> str:
    """Write a value of the wrong type so that its type can be seen."""
    return value if isinstance(value, str) else repr(value)


def is_name(_: object, attribute: attrs.Attribute[str], value: object) -> None:
    """Check that a field holds a name; an attrs validator."""
    name(value, field=attribute.name)


def optional(kind: type) -> Any:  # noqa: ANN401  an attrs validator
    """Make a validator that takes values of one type, and None."""
    return attrs.validators.optional(is_a(kind))


def uncertainty(value: Exact | None) -> Decimal | None:
    """Take half of a 95 % interval, a percentage of zero or more; None where none is known."""
    if value is None:
        return None
    number = exact(value, field="uncertainty")
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field="uncertainty")
    return number
