"""
Reading activities from files as they are: CSV, Excel, Parquet.

This package opens files, so it stands above the domain. A file is described by a
`Layout` and read as it stands; all that is wrong with it comes in one error, by row
and column, and then nothing of it is returned.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.published import Published
from carbonkit.errors import BatchError
from carbonkit.intake._csv_rows import csv_rows
from carbonkit.intake._excel_rows import excel_rows
from carbonkit.intake._found import FullError, Problems
from carbonkit.intake._header import Header, header_of
from carbonkit.intake._parquet_rows import parquet_rows
from carbonkit.intake._row_reader import RowReader
from carbonkit.intake._source import as_path, opened
from carbonkit.intake.finding import Finding
from carbonkit.intake.form import Csv, Parquet, Workbook
from carbonkit.intake.layout import Layout
from carbonkit.values.field import check_type
from carbonkit.values.number import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from carbonkit.intake._found import Raw, Row
    from carbonkit.intake._row_reader import Made
    from carbonkit.intake._source import Opened, Source

__all__ = ["Intake", "read_activity_file"]

ROWS: Final = 5_000_000  # rows of one file, unless the caller says otherwise
_STEP: Final = 10_000  # rows between two calls of `progress`
_LISTED: Final = 10


@attrs.frozen(repr=False)
class Intake:
    """
    What a file held; made by `read_activity_file`.

    Args:
        activities: The activities, row by row and in a row in the layout's order.
        published: The emissions that the file states, in the order of its rows.
        findings: What was seen that is no error: blank cells, rows left out, ids that come again,
            negative and suspicious amounts, hidden sheets and rows, damaged texts.
        unused: The file's columns that the layout does not name.

    Example:
        >>> Intake((), (), (Finding("blank", "blank; no activity", row=2),), ()).tally()
        {'blank': 1}
    """

    activities: tuple[Activity, ...]
    published: tuple[Published, ...]
    findings: tuple[Finding, ...]
    unused: tuple[str, ...]

    def tally(self) -> dict[str, int]:
        """
        Count the findings.

        Returns:
            The number of findings of each code.
        """
        counted: dict[str, int] = {}
        for finding in self.findings:
            counted[finding.code] = counted.get(finding.code, 0) + 1
        return counted

    def __repr__(self) -> str:
        """Say how much it holds."""
        return (
            f"<Intake of {len(self.activities)} activities, {len(self.published)} published figures "
            f"and {len(self.findings)} findings>"
        )


def read_activity_file(
    source: Source,
    layout: Layout,
    *,
    name: str = "",
    max_rows: int = ROWS,
    progress: Callable[[int], None] | None = None,
) -> Intake:
    r"""
    Read the activities of a file as a layout describes it, or say all that is wrong with it.

    Args:
        source: A path, the file's bytes, or a binary stream, which is read from its beginning and
            stays open.
        layout: How the file is written and what its columns mean.
        name: The name that problems, findings and activities give the file; a path's own, if not said.
        max_rows: How many rows of data are taken at most.
        progress: Called every 10,000 rows, and at the end, with the number of rows read so far.

    Returns:
        The activities, the published figures and the findings.

    Raises:
        BatchError: If anything in the file is wrong; every problem names file, row and column. After
            1,000 problems reading stops, and the last one says so.
        InvalidValueError: If the source cannot be opened, or an argument is of another type.
        MissingExtraError: If the file is a workbook and `openpyxl` is not installed, or a Parquet
            file and `duckdb` is not.

    Example:
        >>> from carbonkit.accounting import Scope
        >>> from carbonkit.intake import Blank, Csv, Kind, Measured, Repeats
        >>> from carbonkit.values import Period, Place
        >>> layout = Layout(form=Csv(encoding="utf-8", delimiter=";", decimal=",", thousands="."),
        ...                 id="Werk", facility="Werk", place=Place("DE"), period=Period.year(2024),
        ...                 measured=Measured("Erdgas", Kind("gas", Scope.ONE), unit_column="Einheit"),
        ...                 units={"Kubikmeter": "m3"}, blank=Blank.FINDING, repeats=Repeats.REFUSED)
        >>> file = "Werk;Erdgas;Einheit\nKiel;1.234,5;Kubikmeter\nBonn;;\n".encode()
        >>> intake = read_activity_file(file, layout, name="gas.csv")
        >>> print(*intake.activities, *intake.findings, sep="\n")
        Kiel: 1234.5 m3 of gas at DE, [2024-01-01, 2025-01-01)
        gas.csv, row 3, Erdgas: blank; no activity
        >>> wrong = file.replace(b"Kubikmeter", b"MWH")
        >>> read_activity_file(wrong, layout, name="gas.csv")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          gas.csv, row 2, Einheit: must be a unit of the table, or a word of the layout, was MWH; say ...
    """
    activities: list[Activity] = []
    published: list[Published] = []
    with opened(source, name) as taken:
        reading = Reading(taken, layout, max_rows, progress)
        for made in reading.rows():
            if reading.problems.found:
                activities.clear()
                published.clear()
                continue
            activities.extend(made.activities)
            if made.published is not None:
                published.append(made.published)
    reading.check()
    return Intake(tuple(activities), tuple(published), tuple(reading.findings), reading.unused)


class Reading:
    """One pass over a file; internal."""

    def __init__(
        self,
        source: Opened,
        layout: Layout,
        max_rows: int = ROWS,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        check_type(layout, Layout, field="layout")
        self._source = source
        self._layout = layout
        self._most = whole(max_rows, field="max_rows")
        self._progress = progress
        self.problems = Problems(source.name)
        self.findings: list[Finding] = []
        self.unused: tuple[str, ...] = ()

    def rows(self) -> Iterator[Made]:
        """Yield what each good row makes; problems and findings gather meanwhile."""
        with contextlib.suppress(FullError), contextlib.ExitStack() as stack:
            yield from self._made(self._found(stack))

    def check(self) -> None:
        """Raise what was wrong."""
        if self.problems.found:
            raise BatchError(self.problems.found)

    def _found(self, stack: contextlib.ExitStack) -> Iterator[Row]:
        form = self._layout.form
        if isinstance(form, Csv):
            return csv_rows(self._source.stream, form, self.problems)
        if isinstance(form, Workbook):
            return excel_rows(self._source.stream, form, self.problems, self.findings)
        path = stack.enter_context(as_path(self._source))
        return parquet_rows(path, form, self.problems)

    def _made(self, rows: Iterator[Row]) -> Iterator[Made]:
        parquet = isinstance(self._layout.form, Parquet)  # its header is no row
        numbers, first = ((0,), 1) if parquet else (self._layout.header, self._layout.first)
        heads: dict[int, Sequence[Raw]] = {}
        reader: RowReader | None = None
        counted = last = 0
        for row in rows:
            last = row.number
            if last < first:
                if last in numbers:
                    heads[last] = row.cells
                continue
            if reader is None and (reader := self._reader(heads, numbers, len(row.cells))) is None:
                return
            if counted >= self._most:
                must = f"have at most {self._most} rows of data"
                self.problems.say(must, row=last, code="too_long")
                return
            counted += 1
            if self._progress is not None and counted % _STEP == 0:
                self._progress(counted)
            if (made := reader.read(row)) is not None:
                yield made
        if reader is None and (heads or not self.problems.found):
            reader = self._reader(heads, numbers, 0)
        if reader is not None:
            self._end(reader, counted, last)

    def _end(self, reader: RowReader, counted: int, last: int) -> None:
        reader.missing(last)
        if not counted:
            self.findings.append(Finding("empty", "no row of data", file=self.problems.file))
        if reader.nothing:
            said = f"{len(reader.nothing)} rows with nothing in them; passed over"
            was = ", ".join(map(str, reader.nothing[:_LISTED]))
            self.findings.append(Finding("blank_rows", said, file=self.problems.file, was=was))
        if self._progress is not None:
            self._progress(counted)

    def _reader(
        self, heads: dict[int, Sequence[Raw]], numbers: tuple[int, ...], width: int
    ) -> RowReader | None:
        if numbers:
            header = header_of(heads, numbers, self._layout, self.problems)
        else:
            header = Header([str(place) for place in range(1, width + 1)])
        if header is None or not header.check(self._layout, self.problems, numbers[-1] if numbers else None):
            return None
        self.unused = header.unused(self._layout)
        return RowReader(self._layout, header, self.problems, self.findings)
