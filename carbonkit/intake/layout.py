"""Layouts: a file described as it is, so that nobody edits the file by hand."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.intake.column import Blank, Dated, Measured, Pairs, Placed, Total, as_pairs
from carbonkit.intake.form import Csv, Parquet, Workbook
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import whole
from carbonkit.values.place import Place
from carbonkit.values.time import Period
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Layout", "Omission", "Repeats"]

_HEADERS: Final = 20  # header rows that are joined at most


class Repeats(enum.Enum):
    """
    What is done with a row whose id another row has.

    Example:
        >>> Repeats.SET_APART.value
        'named by its row as well, and reported'
    """

    REFUSED = "a problem"
    SET_APART = "named by its row as well, and reported"
    """Both count. The later one is named with its row; so is its facility, where that is the id."""
    LEFT_OUT_IF_EQUAL = "left out if all cells are equal, and reported; else a problem"


def _texts(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _columns(value: str | Iterable[str]) -> tuple[str, ...]:
    names = _texts(value)
    for each in names:
        check_type(each, str, field="column")
        if not each.strip():
            raise InvalidValueError("be names of columns", was=each, field="column")
    return names


def _rows(value: int | Iterable[int]) -> tuple[int, ...]:
    numbers = tuple(
        whole(each, field="row") for each in ((value,) if isinstance(value, (int, str)) else value)
    )
    for number in numbers:
        if number < 1:
            raise InvalidValueError("count from 1", was=number, field="row")
    return numbers


@attrs.frozen(kw_only=True)
class Omission:
    """
    Rows that are left out, and why; each of them is reported.

    Either the rows are numbered, or they are those in which all that is said holds.

    Args:
        reason: Why, in a few words.
        rows: The rows, as a text editor counts lines, or a spreadsheet its rows.
        blank: Columns that are all blank in such a row.
        filled: Columns that are all filled in such a row.
        starts: Texts that a cell starts with, by column.

    Raises:
        InvalidValueError: If there is no reason, or nothing says which rows.

    Example:
        >>> Omission(reason="the form's example", rows=9).rows
        (9,)
        >>> Omission(reason="footnote", blank=["Id", "kWh"], starts={"Site": "Note:"}).starts
        (('Site', 'Note:'),)
    """

    reason: str
    rows: tuple[int, ...] = attrs.field(default=(), converter=_rows)
    blank: tuple[str, ...] = attrs.field(default=(), converter=_columns)
    filled: tuple[str, ...] = attrs.field(default=(), converter=_columns)
    starts: Pairs = attrs.field(default=(), converter=as_pairs)

    def __attrs_post_init__(self) -> None:
        """Check that it says why and which."""
        check_type(self.reason, str, field="reason")
        if not self.reason.strip():
            raise InvalidValueError("say why rows are left out", was=self.reason, field="reason")
        if bool(self.rows) == bool(self.blank or self.filled or self.starts):
            must = "number the rows, or say by which columns they are known, and not both"
            raise InvalidValueError(must, was=self.reason, field="rows")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is known by."""
        return (*self.blank, *self.filled, *(column for column, _ in self.starts))


def _measured(value: Measured | Iterable[Measured]) -> tuple[Measured, ...]:
    return (value,) if isinstance(value, Measured) else tuple(value)


def _omissions(value: Omission | Iterable[Omission]) -> tuple[Omission, ...]:
    return (value,) if isinstance(value, Omission) else tuple(value)


@attrs.frozen(kw_only=True)
class Layout:
    """
    How activities stand in a file.

    Columns are named by their headers. Of a header with line breaks or several
    spaces in a row, each such run counts as one space. Several header rows are
    joined with " / ", a text that repeats the one above it left out; a merged
    cell counts for all the cells that it covers. Without a header row the
    columns are named "1", "2", …

    Args:
        form: How the file is written.
        facility: The column with the site, building or unit.
        measured: The columns of amounts. One row makes an activity for each.
        place: Where all of it was done, or the column that says so.
        period: When all of it was done, or the columns that say so.
        blank: What a blank cell means in a column of amounts; there is no default.
        repeats: What is done with an id that comes again; there is no default.
        id: The column that names a row, or several, joined with "/"; none if rows have no names, which
            are then named "row 17".
        prefix: What is put before every id, to tell files apart.
        header: The rows of the header.
        data_from: The first row of data; the one after the header, if nothing is said.
        fill_header: Whether, in all but the last header row, a blank cell takes the text left of it, as
            a merged cell leaves it in a text file.
        omissions: Rows that are left out.
        blanks: Texts that count as blank, besides none at all, such as "n/a".
        units: What words in columns of units stand for, such as "Cubic meter" for "m3".
        total: The column of published emissions.

    Raises:
        InvalidValueError: If a value has another type, two measured columns have one label, or the
            data start before the header ends.
        UnknownUnitError: If a word stands for a unit that the table does not hold.

    Example:
        >>> from carbonkit.accounting import Scope
        >>> from carbonkit.intake import Csv, Kind
        >>> layout = Layout(form=Csv(encoding="utf-8-sig", delimiter=",", decimal=".", thousands=","),
        ...                 id="Building", facility="Building", place=Place("US/WA/Seattle"),
        ...                 period=Period.year(2016), blank=Blank.FINDING, repeats=Repeats.REFUSED,
        ...                 measured=Measured("Gas(kBtu)", Kind("natural gas", Scope.ONE), unit="kBtu"))
        >>> layout.first
        2
    """

    form: Csv | Workbook | Parquet
    facility: str
    measured: tuple[Measured, ...] = attrs.field(converter=_measured)
    place: Place | Placed
    period: Period | Dated
    blank: Blank = attrs.field(validator=is_a(Blank))
    repeats: Repeats = attrs.field(validator=is_a(Repeats))
    id: tuple[str, ...] = attrs.field(default=(), converter=_columns)
    prefix: str = attrs.field(default="", validator=is_a(str))
    header: tuple[int, ...] = attrs.field(default=(1,), converter=_rows)
    data_from: int | None = None
    fill_header: bool = attrs.field(default=False, validator=is_a(bool))
    omissions: tuple[Omission, ...] = attrs.field(default=(), converter=_omissions)
    blanks: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    units: Pairs = attrs.field(default=(), converter=as_pairs)
    total: Total | None = None

    def __attrs_post_init__(self) -> None:
        """Check the parts, and that they fit together."""
        _columns(self.facility)
        for value, kinds, field in (
            (self.form, (Csv, Workbook, Parquet), "form"),
            (self.place, (Place, Placed), "place"),
            (self.period, (Period, Dated), "period"),
            (self.total, (Total, type(None)), "total"),
            *((each, (Measured,), "measured") for each in self.measured),
            *((each, (Omission,), "omissions") for each in self.omissions),
            *((each, (str,), "blanks") for each in self.blanks),
        ):
            if not isinstance(value, kinds):
                named = " or ".join(kind.__name__ for kind in kinds if kind is not type(None))
                raise InvalidValueError(f"be of type {named}", was=repr(value), field=field)
        if isinstance(self.period, Period) and self.period.end is None:
            raise InvalidValueError("have an end", was=str(self.period), field="period")
        labels = [each.name for each in self.measured]
        if not labels or len(set(labels)) != len(labels):
            must = "name one column of amounts or more, each with a label of its own"
            raise InvalidValueError(must, was=", ".join(labels), field="measured")
        if len(self.header) > _HEADERS or list(self.header) != sorted(set(self.header)):
            must = f"be at most {_HEADERS} rows, in their order"
            raise InvalidValueError(must, was=repr(self.header), field="header")
        if self.data_from is not None and whole(self.data_from, field="data_from") < self._after_header():
            raise InvalidValueError("stand after the header", was=self.data_from, field="data_from")
        for _, unit in self.units:
            unit_named(unit)

    @property
    def first(self) -> int:
        """The first row of data."""
        return self._after_header() if self.data_from is None else self.data_from

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it names, once each."""
        names = [*self.id, self.facility]
        for each in self.measured:
            names += [each.column, each.unit_column, each.kind_column]
        if isinstance(self.place, Placed):
            names.append(self.place.column)
        if isinstance(self.period, Dated):
            names += [self.period.start, self.period.end]
        for omission in self.omissions:
            names += omission.columns
        if self.total is not None:
            names += [self.total.column, self.total.group, self.total.called]
        return tuple(name for name in dict.fromkeys(names) if name)

    def _after_header(self) -> int:
        return self.header[-1] + 1 if self.header else 1
