"""What enters a method: of the type that it must be, one or several; internal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from carbonkit.errors import WrongTypeError
from carbonkit.values.field import check_type

Kind = TypeVar("Kind")


def several(values: Iterable[Kind], kind: type[Kind], *, field: str) -> tuple[Kind, ...]:
    """Take several values of one type; one value is not several."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise WrongTypeError(f"be several of type {kind.__name__}", was=repr(values), field=field)
    known = tuple(values)
    for value in known:
        check_type(value, kind, field=field)
    return known


def check_kinds(value: object, *kinds: type, field: str) -> None:
    """Check that a value is of one of several types."""
    if not isinstance(value, kinds):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise WrongTypeError(f"be of type {names}", was=repr(value), field=field)
