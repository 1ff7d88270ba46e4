"""Reports: what is stated about an account holder, from which its compliance is worked out."""

from __future__ import annotations

import datetime

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.registry._field import effective, tonnes, year
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, CommandId

__all__ = ["Emissions", "EmissionsWithdrawal", "Exclusion", "Inclusion", "Operation", "Publication"]


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
    first_year: int = attrs.field(converter=year)
    last_year: int | None = attrs.field(converter=attrs.converters.optional(year))
    effective_at: datetime.datetime = attrs.field(converter=effective)

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
    year: int = attrs.field(converter=year)
    tonnes: int = attrs.field(converter=tonnes)
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class EmissionsWithdrawal:
    """
    The withdrawal of what was reported for one year: it counts as not reported again.

    Example:
        >>> EmissionsWithdrawal(CommandId("no/1"), AccountId("UK-1"), 2021, "2022-04-02T12:00:00Z").year
        2021
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    year: int = attrs.field(converter=year)
    effective_at: datetime.datetime = attrs.field(converter=effective)


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
    year: int = attrs.field(converter=year)
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Inclusion:
    """
    The end of the exclusion of one year.

    Example:
        >>> Inclusion(CommandId("in/1"), AccountId("UK-1"), 2021, "2022-04-02T12:00:00Z").year
        2021
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    year: int = attrs.field(converter=year)
    effective_at: datetime.datetime = attrs.field(converter=effective)


@attrs.frozen
class Publication:
    """
    The publication of an account holder's status for one year: as it stands then, and for good.

    It is the status of that year and those before it. What takes effect before the publication
    counts; what comes later changes it no more.

    Example:
        >>> Publication(CommandId("pub/1"), AccountId("UK-1"), 2021, "2022-05-11T12:00:00Z").year
        2021
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    year: int = attrs.field(converter=year)
    effective_at: datetime.datetime = attrs.field(converter=effective)
