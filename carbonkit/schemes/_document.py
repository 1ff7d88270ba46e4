"""Documents: what several rules of one scheme were taken from."""

from __future__ import annotations

from typing import TypeVar

import attrs

from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

Value = TypeVar("Value")

__all__ = ["Document"]


@attrs.frozen(kw_only=True)
class Document:
    """
    A document, and the days on which what it fixes is in force.

    Args:
        publisher: Who published it.
        title: Its title.
        year: The year of publication.
        valid: The days.
        status: How sure its rules are, unless one says otherwise.
        note: What a reader must know of every rule that is as sure as that.
    """

    publisher: str
    title: str
    year: int
    valid: Period
    status: Status = Status.CONFIRMED
    note: str = ""

    def rule(
        self,
        what: str,
        value: Value,
        says: str,
        *,
        table: str = "",
        status: Status | None = None,
        note: str = "",
    ) -> Rule[Value]:
        """Make a rule that the document fixes."""
        sure = self.status if status is None else status
        source = Source(
            self.publisher,
            self.title,
            self.year,
            table=table,
            status=sure,
            note=note or (self.note if sure is self.status else "check against the text"),
        )
        return Rule(what=what, value=value, says=says, valid=self.valid, source=source)
