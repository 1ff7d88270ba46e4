"""Columns: under which names a frame holds what an activity is made of."""

from __future__ import annotations

from typing import Final

import attrs

from carbonkit.errors import InvalidValueError

__all__ = ["INTERNAL", "Columns"]

INTERNAL: Final = "ck_"
"""How the names of columns begin that are only there while a frame is accounted."""


@attrs.frozen(kw_only=True)
class Columns:
    """
    The names of a frame's columns; those that `read_activities` knows, unless others are given.

    Args:
        id: Names the row; text or whole numbers.
        facility: The site that it counts to.
        activity: The kind of activity, word for word as the factors name it.
        amount: How much; decimals, whole numbers or text, never floats.
        unit: The unit of the amount.
        place: Where it was done.
        start: The first day; a date, or text YYYY-MM-DD.
        end: The first day after the period.
        scope: 1, 2 or 3.
        category: In scope 3, the category, 1 to 15; None where the frame has no such column.
        calorific: "gross" or "net" for a fuel given as energy; None where the frame has no such column.

    Raises:
        InvalidValueError: If a name is no text, stands for two things, or begins as the internal ones do.

    Example:
        >>> Columns(id="document", amount="quantity").names
        ('document', 'facility', 'activity', 'quantity', 'unit', 'place', 'start', 'end', 'scope')
    """

    id: str = "id"
    facility: str = "facility"
    activity: str = "activity"
    amount: str = "amount"
    unit: str = "unit"
    place: str = "place"
    start: str = "start"
    end: str = "end"
    scope: str = "scope"
    category: str | None = None
    calorific: str | None = None

    def __attrs_post_init__(self) -> None:
        """Check that each column is named, and for one thing only."""
        for field, value in attrs.asdict(self).items():
            if value is None and field in {"category", "calorific"}:
                continue
            if not isinstance(value, str) or not value or value.startswith(INTERNAL):
                must = f'be the name of a column that does not begin with "{INTERNAL}"'
                raise InvalidValueError(must, was=value, field=field)
        if len(set(self.names)) != len(self.names):
            raise InvalidValueError("name each column once", was=", ".join(self.names), field="columns")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns that must be there."""
        return tuple(value for value in attrs.asdict(self).values() if value is not None)
