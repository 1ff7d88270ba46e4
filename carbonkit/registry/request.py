"""Requests: what is asked of a registry besides moving units."""

from __future__ import annotations

import datetime
from typing import TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.registry.transaction import Transaction
from carbonkit.registry.unit import UnitType
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant

__all__ = ["Emissions", "Exclusion", "Opening", "Operation", "Request", "UnitDefinition"]


def _effective(value: str | datetime.datetime) -> datetime.datetime:
    return as_instant(value, field="effective_at")


def _year(value: int) -> int:
    year = whole(value, field="year")
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise InvalidValueError("be a calendar year", was=year, field="year")
    return year


def _tonnes(value: int) -> int:
    tonnes = whole(value, field="tonnes")
    if tonnes < 0:
        raise InvalidValueError("be 0 or more", was=tonnes, field="tonnes")
    return tonnes


@attrs.frozen
class UnitDefinition:
    """
    The start of a unit type, before its first issue.

    Example:
        >>> from carbonkit.registry import UnitType
        >>> UnitDefinition(CommandId("define/1"), UnitType("CEA", "2021"), "2021-07-01T00:00:00Z").unit.code
        'CEA'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    unit: UnitType = attrs.field(validator=is_a(UnitType))
    effective_at: datetime.datetime = attrs.field(converter=_effective)


@attrs.frozen
class Opening:
    """
    The opening of an account of some kind.

    Example:
        >>> Opening(CommandId("open/1"), AccountId("KEE-001"), "key_emitter", "2021-07-01T00:00:00Z").kind
        'key_emitter'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    kind: str
    effective_at: datetime.datetime = attrs.field(converter=_effective)


@attrs.frozen
class Operation:
    """
    The years in which an account holder operates; the last one is None while it goes on.

    Example:
        >>> Operation(CommandId("years/1"), AccountId("UK-1"), 2021, None, "2021-01-01T00:00:00Z").first_year
        2021
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    first_year: int = attrs.field(converter=_year)
    last_year: int | None = attrs.field(converter=attrs.converters.optional(_year))
    effective_at: datetime.datetime = attrs.field(converter=_effective)

    def __attrs_post_init__(self) -> None:
        """Check the order of the years."""
        if self.last_year is not None and self.last_year < self.first_year:
            raise InvalidValueError(f"be {self.first_year} or later", was=self.last_year, field="last year")


@attrs.frozen
class Emissions:
    """
    The verified emissions of one year; a later report of the same year replaces an earlier one.

    Example:
        >>> Emissions(CommandId("em/1"), AccountId("UK-1"), 2021, 0, "2022-03-31T12:00:00Z").tonnes
        0
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    year: int = attrs.field(converter=_year)
    tonnes: int = attrs.field(converter=_tonnes)
    effective_at: datetime.datetime = attrs.field(converter=_effective)


@attrs.frozen
class Exclusion:
    """
    The authority's exclusion of one year.

    Example:
        >>> Exclusion(CommandId("ex/1"), AccountId("UK-1"), 2021, "2022-03-31T12:00:00Z").year
        2021
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    year: int = attrs.field(converter=_year)
    effective_at: datetime.datetime = attrs.field(converter=_effective)


Request: TypeAlias = UnitDefinition | Opening | Operation | Emissions | Exclusion | Transaction
"""Anything that a registry can be asked to record."""
