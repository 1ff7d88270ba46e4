"""Items: what a figure of scope 3 is for, at which facility, where and when."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.accounting._field import is_name, uncertainty
from carbonkit.accounting.quality import Quality
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type, is_a
from carbonkit.values.place import Place
from carbonkit.values.time import Period

__all__ = ["Item"]


def _period(value: Period) -> Period:
    check_type(value, Period, field="period")
    if value.end is None:
        raise InvalidValueError("have an end", was=str(value), field="period")
    return value


@attrs.frozen
class Item:
    """
    What a figure of scope 3 is for.

    Args:
        id: Names the figure; used once in an inventory.
        facility: The site or unit of the reporter that it counts to.
        activity: The kind of activity; word for word as the factors name it where a catalogue is asked.
        place: Where it was done.
        period: The period that it is reported in.
        uncertainty: Half of the 95 % interval, of the quantity or the whole, as a share of it. [%]
        quality: How good the quantity is.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, a value has another type, the period has no end or the
            uncertainty is negative.

    Example:
        >>> print(Item("po 7", "head office", "steel sheet", Place("CN"), Period.year(2025)))
        po 7: steel sheet at CN, [2025-01-01, 2026-01-01)
    """

    id: str = attrs.field(validator=is_name)
    facility: str = attrs.field(validator=is_name)
    activity: str = attrs.field(validator=is_name)
    place: Place = attrs.field(validator=is_a(Place))
    period: Period = attrs.field(converter=_period)
    uncertainty: Decimal | None = attrs.field(default=None, kw_only=True, converter=uncertainty)
    quality: Quality | None = attrs.field(
        default=None, kw_only=True, validator=attrs.validators.optional(is_a(Quality))
    )
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __str__(self) -> str:
        """Say what it is for."""
        return f"{self.id}: {self.activity} at {self.place}, {self.period}"
