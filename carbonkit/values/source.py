"""Sources: the document, edition and table that a rule, factor or constant was taken from."""

from __future__ import annotations

import enum

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import whole

__all__ = ["Source", "Status"]

_EARLIEST, _LATEST = 1800, 2200


class Status(enum.Enum):
    """
    How sure a figure is; shown wherever the figure is explained.

    Example:
        >>> Status("recalled")
        <Status.RECALLED: 'recalled'>
    """

    CONFIRMED = "confirmed"
    """Read in the source itself, or in a re-publication that the note names."""
    DERIVED = "derived"
    """Computed from confirmed figures; the source says how."""
    RECALLED = "recalled"
    """From memory; check before relying on it."""
    DRAFT = "draft"
    """From a draft that may still change."""


def _year(value: int) -> int:
    year = whole(value, field="source year")
    if not _EARLIEST <= year <= _LATEST:
        raise InvalidValueError("be a year of publication", was=year, field="source year")
    return year


def _check_status(status: object) -> None:
    if not isinstance(status, Status):
        raise InvalidValueError(
            "be a Status", was=status, field="source status", hint="write e.g. Status.DRAFT"
        )


@attrs.frozen
class Source:
    """
    Where a figure comes from.

    Args:
        publisher: Who published it.
        title: The document's title.
        year: The year of publication.
        table: The table, article, page or cell within it.
        url: Where it is on the web, if anywhere.
        doi: Its DOI, if it has one.
        licence: The terms under which the figure may be carried.
        status: How sure the figure is.
        note: What a reader must know about it.

    Raises:
        InvalidValueError: If publisher or title is empty, the year is out of range, a text is no text
            or the status no `Status`.

    Example:
        >>> print(Source("IPCC", "AR5 Working Group I, chapter 8", 2013, table="Table 8.A.1"))
        IPCC, AR5 Working Group I, chapter 8, 2013, Table 8.A.1 [confirmed]
    """

    publisher: str
    title: str
    year: int = attrs.field(converter=_year)
    table: str = attrs.field(default="", kw_only=True)
    url: str = attrs.field(default="", kw_only=True)
    doi: str = attrs.field(default="", kw_only=True)
    licence: str = attrs.field(default="", kw_only=True)
    status: Status = attrs.field(default=Status.CONFIRMED, kw_only=True)
    note: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check that the document can be found by its name and year, and that it can be cited."""
        for name in ("publisher", "title", "table", "url", "doi", "licence", "note"):
            text = getattr(self, name)
            if not isinstance(text, str):
                raise InvalidValueError("be a text", was=text, field=f"source {name}")
            if name in {"publisher", "title"} and not text.strip():
                raise InvalidValueError("not be empty", field=f"source {name}")
        _check_status(self.status)

    def __str__(self) -> str:
        """Cite it on one line, with its status."""
        parts = [self.publisher, self.title, str(self.year), self.table, self.doi or self.url]
        cited = ", ".join(part for part in parts if part)
        return f"{cited} [{self.status.value}]" + (f" ({self.note})" if self.note else "")
