"""Activities as a table, for files that are too large for objects."""

from __future__ import annotations

import contextlib
import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.intake._csv_rows import csv_rows
from carbonkit.intake._found import Problems
from carbonkit.intake._header import header_of
from carbonkit.intake._parquet_rows import connected, duck, one_file, quoted
from carbonkit.intake._plain_sql import NAMES, Statement, beside_quotes, csv_source, is_plain, literal
from carbonkit.intake._source import opened
from carbonkit.intake.form import Csv, Floats, Parquet
from carbonkit.intake.layout import Layout
from carbonkit.intake.reading import Reading
from carbonkit.values.field import check_type
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.accounting.activity import Activity
    from carbonkit.intake._source import Opened, Source

__all__ = ["ActivityFrame", "activity_frame"]

_TYPES: Final = ("VARCHAR", "DATE", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_FLOATS: Final = ("FLOAT", "DOUBLE")
_MOST: Final = 2**62  # rows
_CODES: Final = ("blank", "negative", "suspicious", "damaged_text")


@attrs.frozen(repr=False)
class ActivityFrame:
    """
    Activities as a table; made by `activity_frame`.

    Args:
        relation: A DuckDB relation with the columns id, facility, activity, amount (a text, exact),
            unit, place, start, end, scope, category and calorific. Its rows are in no promised order.
        tally: The number of findings of each code.
        streamed: Whether the file is read as the relation is used; it must then stay as it is.

    Example:
        >>> ActivityFrame(None, {"blank": 2}, streamed=False).tally
        {'blank': 2}
    """

    relation: Any
    tally: Mapping[str, int] = attrs.field(eq=False)
    streamed: bool = attrs.field(kw_only=True)

    def __repr__(self) -> str:
        """Say what it is."""
        return f"<ActivityFrame, {'streamed' if self.streamed else 'in memory'}>"


def activity_frame(
    source: Source, layout: Layout, *, name: str = "", progress: Callable[[int], None] | None = None
) -> ActivityFrame:
    r"""
    Read the activities of a file as a table, or say all that is wrong with it.

    A file that stands at a path and is plain is read by DuckDB, twice: once to check
    every cell, and again as the table is used, neither time into memory. Plain is a
    CSV in UTF-8 or a Parquet file with one header row, dates written YYYY-MM-DD, ids
    that are refused when they come again, nothing to leave out and no space beside
    quotes. Any other is read row by row into a table in memory. The rows and the tally
    are the same either way.

    Args:
        source: A path, the file's bytes or a binary stream.
        layout: How the file is written and what its columns mean; published totals are passed over.
        name: The name that problems give the file; a path's own, if nothing is said.
        progress: Called every 10,000 rows that are read one by one, and at the end, with the number
            of rows so far. For a file that is streamed, called with 0 before it is checked, and with
            the number of its rows after that.

    Returns:
        The table, with the number of findings.

    Raises:
        BatchError: If anything in the file is wrong; every problem names file, row and column.
        InvalidValueError: If the source cannot be opened.
        MissingExtraError: If `duckdb` is not installed, or for a workbook `openpyxl`.

    Example:
        >>> from carbonkit.accounting import Scope
        >>> from carbonkit.intake import Blank, Kind, Measured, Repeats
        >>> from carbonkit.values import Period, Place
        >>> layout = Layout(form=Csv(encoding="utf-8", delimiter=",", decimal=".", thousands=""),
        ...                 id="site", facility="site", place=Place("DE"), period=Period.year(2024),
        ...                 measured=Measured("gas", Kind("natural gas", Scope.ONE), unit="m3"),
        ...                 blank=Blank.FINDING, repeats=Repeats.REFUSED)
        >>> frame = activity_frame(b"site,gas\nKiel,12.50\nBonn,\n", layout)
        >>> frame.relation.project("id, activity, amount, unit, scope").fetchall(), frame.tally
        ([('Kiel', 'natural gas', '12.50', 'm3', 1)], {'blank': 1})
    """
    check_type(layout, Layout, field="layout")
    layout = attrs.evolve(layout, total=None)  # else only the row reader would find something wrong with it
    duckdb = duck()
    with opened(source, name) as taken:
        if taken.path is not None and is_plain(layout):
            connection = connected()
            try:
                found = _streamed(connection, taken, layout, progress)
            except duckdb.Error:  # what DuckDB will not take, the row reader takes or explains
                found = None
            if found is not None:
                return found
            taken.stream.seek(0)
        return _loaded(taken, layout, progress)


def _streamed(
    connection: Any,  # noqa: ANN401  a connection of DuckDB
    taken: Opened,
    layout: Layout,
    progress: Callable[[int], None] | None,
) -> ActivityFrame | None:
    made = _statement(connection, taken, layout)
    if made is None:
        return None
    statement, sources = made
    if progress is not None:
        progress(0)
    wrong, rows, ids, *counts = _checked(connection, statement, sources)
    if wrong or rows != ids:
        return None
    if progress is not None:
        progress(rows)
    tally = {code: count for code, count in zip(_CODES, counts, strict=True) if count}
    if not rows:
        tally["empty"] = 1
    return ActivityFrame(connection.sql(statement.rows()), tally, streamed=True)


def _checked(connection: Any, statement: Statement, sources: tuple[str, ...]) -> tuple[int, ...]:  # noqa: ANN401
    """Count what a statement finds; of a text file with the one source, or if that fails, the other."""
    for source in sources[:-1]:
        with contextlib.suppress(duck().Error):  # a cell over several lines stops the parallel scanner
            (found,) = connection.execute(statement.checked(source)).fetchall()
            return tuple(found)
    (found,) = connection.execute(statement.checked(sources[-1])).fetchall()
    return tuple(found)


def _statement(
    connection: Any,  # noqa: ANN401  a connection of DuckDB
    taken: Opened,
    layout: Layout,
) -> tuple[Statement, tuple[str, ...]] | None:
    """Make the statement for a file, and the sources that it may be checked with."""
    if taken.path is None or any(sign in str(taken.path) for sign in "*?["):
        return None
    path, form = one_file(taken.path), layout.form
    if isinstance(form, Csv):
        return _of_text(path, taken, layout, form)
    return _of_parquet(connection, path, layout, form) if isinstance(form, Parquet) else None


def _of_text(path: str, taken: Opened, layout: Layout, form: Csv) -> tuple[Statement, tuple[str, ...]] | None:
    problems = Problems(taken.name)
    row = next(csv_rows(taken.stream, form, problems), None)
    header = None if row is None else header_of({row.number: row.cells}, (1,), layout, problems)
    if header is None or not header.check(layout, problems, 1) or beside_quotes(taken.stream, form):
        return None
    cells = tuple(f"c{place}" for place in range(header.width))
    at = {column: cells[header.place(column)] for column in layout.columns}
    further = f"c{header.width}"  # DuckDB drops blank cells behind the last column, unless there is one more
    sources = tuple(
        csv_source(path, form, (*cells, further), padded=True, parallel=parallel)
        for parallel in (True, False)
    )
    return Statement(layout, csv_source(path, form, cells), at, cells, further), sources


def _of_parquet(
    connection: Any,  # noqa: ANN401  a connection of DuckDB
    path: str,
    layout: Layout,
    form: Parquet,
) -> tuple[Statement, tuple[str, ...]] | None:
    relation = connection.read_parquet(path)
    kinds = dict(zip(relation.columns, map(str, relation.types), strict=True))
    allowed = _TYPES + (_FLOATS if form.floats is Floats.SHORTEST else ())
    for column in layout.columns:
        kind = kinds.get(column, "")
        if kind not in allowed and not kind.startswith("DECIMAL"):
            return None
    chosen = ", ".join(f"CAST({quoted(each)} AS VARCHAR) AS {quoted(each)}" for each in layout.columns)
    table = f"(SELECT {chosen} FROM read_parquet({literal(path)}))"  # noqa: S608
    return Statement(layout, table, {column: column for column in layout.columns}), ("",)


def _loaded(taken: Opened, layout: Layout, progress: Callable[[int], None] | None) -> ActivityFrame:
    """Read row by row into a table; the rows go through a file, not through a list."""
    reading = Reading(taken, layout, _MOST, progress)
    connection = connected()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activities.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerow(NAMES)
            for made in reading.rows():
                writer.writerows(map(_cells, made.activities))
        reading.check()
        columns = ", ".join(f"'{each}': '{_TYPED.get(each, 'VARCHAR')}'" for each in NAMES)
        connection.execute(
            f"CREATE TABLE activities AS SELECT * FROM read_csv({literal(str(path))}, header=true, "  # noqa: S608
            f"auto_detect=false, columns={{{columns}}}, delim=',', quote='\"', escape='\"', nullstr='')"
        )
    tally: dict[str, int] = {}
    for finding in reading.findings:
        tally[finding.code] = tally.get(finding.code, 0) + 1
    return ActivityFrame(connection.table("activities"), tally, streamed=False)


_TYPED: Final = {"start": "DATE", "end": "DATE", "scope": "INTEGER", "category": "INTEGER"}


def _cells(activity: Activity) -> tuple[str | int, ...]:
    category, calorific = activity.category, activity.calorific
    return (
        activity.id,
        activity.facility,
        activity.activity,
        plain(activity.quantity.number),
        activity.quantity.unit,
        activity.place.path,
        activity.period.start.isoformat(),
        "" if activity.period.end is None else activity.period.end.isoformat(),
        activity.scope.value,
        "" if category is None else category.value,
        "" if calorific is None else calorific.value,
    )
