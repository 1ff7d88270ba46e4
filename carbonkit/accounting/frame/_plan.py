"""
The plan: rows joined with the versions of the factors that their keys lead to.

An equality join on what tells the keys apart and on the year, and then the half-open
validity: from the first day on, and not beyond the last. It is written once, for all engines. With a
fallback, a factor is chosen for each key and period that occurs, and the join is by those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Step
from carbonkit.accounting.frame._choice import Asked, Cell, Choices, Key, Refused
from carbonkit.accounting.frame._engine import (
    KEYS,
    VERSIONS,
    Engine,
    Lazy,
    Table,
    module,
    narwhals,
    pyarrow,
)
from carbonkit.accounting.frame._name import doubted
from carbonkit.accounting.frame.reason import Reason

if TYPE_CHECKING:
    from carbonkit.accounting.frame._rows import Rows
    from carbonkit.accounting.frame.factor_table import FactorTable

__all__ = ["Cell", "Chosen", "Matching", "matching"]

_ALL: Final = tuple(f"ck_{field}" for field in Key._fields)
_MERGED: Final = ("ck_category", "ck_calorific", "ck_scope", "ck_unit")  # tried in this order


@attrs.frozen(eq=False)
class Chosen:
    """A factor, as a row of the plan knows it by number."""

    factor: Factor
    step: Step | None
    row: int  # in the factor table


@attrs.frozen(eq=False)
class Matching:
    """
    What the rows are joined with.

    Args:
        entries: A row for each key and combination of factors (and year), with how long it holds, the
            numbers of `cell` and of the factors `v1` and `v2`, and the coefficients.
        on: The internal columns that they are joined by.
        told: The columns that tell the keys apart.
        cells: What is added up together, by number.
        refused: A row for each key that has no factor, or key and period, with reason and detail.
        refused_on: The columns that those are joined by.
        by_period: Whether the factors were chosen for each period.
        rows: How many rows the frame has.
        chosen: The factors, by the numbers in `v1` and `v2`.
    """

    entries: Table
    on: tuple[str, ...]
    told: tuple[str, ...]
    cells: tuple[Cell, ...]
    refused: Table
    refused_on: tuple[str, ...]
    by_period: bool
    rows: int
    chosen: Any

    def matched(self, engine: Engine, rows: Rows) -> Lazy:
        """Join rows with their factors; one that has none is not in it, none is in it twice."""
        nw = narwhals()
        entries = engine.take(self.entries)
        joined = rows.frame.join(
            entries, left_on=list(self.on), right_on=[f"{name}_of" for name in self.on], how="inner"
        )
        return joined.filter(nw.col("ck_start") >= nw.col("ck_from"), nw.col("ck_end") <= nw.col("ck_until"))

    def marked(self, engine: Engine, rows: Rows) -> Lazy:
        """Put beside every row why it has no factor; null where it has one."""
        nw = narwhals()
        refused = engine.take(self.refused)
        frame = rows.frame.join(
            refused,
            left_on=list(self.refused_on),
            right_on=[f"{name}_no" for name in self.refused_on],
            how="left",
        )
        reason = nw.col("ck_reason")
        if not self.by_period:
            on = [*self.told, "ck_start", "ck_end"]
            held = self.matched(engine, rows).select(*on).unique()
            held = held.select(*(nw.col(name).alias(f"{name}_in") for name in on), ck_held=nw.lit(1))
            frame = frame.join(held, left_on=on, right_on=[f"{name}_in" for name in on], how="left")
            late = nw.when(nw.col("ck_held").is_null()).then(nw.lit(Reason.NO_PERIOD.value))
            reason = nw.when(~reason.is_null()).then(reason).otherwise(late)
        for fault, holds in reversed(rows.faults):
            reason = nw.when(holds.fill_null(False)).then(nw.lit(fault.value)).otherwise(reason)  # noqa: FBT003
        return frame.with_columns(ck_why=reason)


def matching(engine: Engine, rows: Rows, choices: Choices) -> Matching | None:
    """Read the keys of all rows and find their factors; None where ids and facilities are to be looked at."""
    nw = narwhals()
    start = nw.col("ck_start")
    found = engine.collect(
        rows.frame.with_columns(ck_doubted=doubted(rows))
        .group_by(*rows.keys)
        .agg(
            nw.len().alias("rows"),
            start.min().alias("low"),
            start.max().alias("high"),
            nw.col("ck_doubted").max().alias("doubted"),
        )
    )
    if not rows.named and any(found["doubted"].to_pylist()):
        return None
    count = sum(found["rows"].to_pylist())
    if choices.fallback is not None:
        return _by_period(engine, rows, choices, count)
    return _exact(engine, choices, found, rows.keys, count)


def _cells(found: Table, names: tuple[str, ...]) -> list[list[Any]]:
    """Read columns; one that the frame does not have is blank."""
    blank = [""] * found.num_rows
    return [found[name].to_pylist() if name in found.column_names else blank for name in names]


def _told(found: Table, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out of the join what the other columns imply already."""
    whole = found.select(keys).drop_null()
    kept = list(keys)
    for name in _MERGED:
        if name in kept:
            fewer = [each for each in kept if each != name]
            if whole.group_by(fewer).aggregate([]).num_rows == whole.num_rows:
                kept = fewer
    return tuple(kept)


def _exact(engine: Engine, choices: Choices, found: Table, keys: tuple[str, ...], count: int) -> Matching:
    pa = pyarrow()
    answers = list(map(choices.answer, zip(*_cells(found, _ALL), strict=True)))
    told = _told(found, keys)
    asked = [(position, each) for position, each in enumerate(answers) if type(each) is Asked]
    table = found.take(pa.array([position for position, _ in asked], pa.int64())).select(told)
    table = table.rename_columns([f"{name}_of" for name in told])
    second = [each.runs[1] if len(each.runs) > 1 else None for _, each in asked]
    table = table.append_column("cell", pa.array([each.cell for _, each in asked], pa.int32()))
    table = table.append_column("run1", pa.array([each.runs[0] for _, each in asked], pa.int32()))
    table = table.append_column("run2", pa.array(second, pa.int32()))
    text = _entries_sql(choices.table, _years(found), twice=any(run is not None for run in second))
    entries = engine.small(text, table, choices.table.laid.versions)
    factors = choices.table.catalogue.factors
    return Matching(
        _as_before(entries, found),
        (*told, "ck_year"),
        told,
        tuple(choices.cells),
        _refused_table(found, told, answers),
        told,
        by_period=False,
        rows=count,
        chosen=lambda number: Chosen(factors[number], None, number),
    )


def _years(found: Table) -> tuple[int, int]:
    """Give the first and the last year in which a row starts."""
    low = module("pyarrow.compute").min(found["low"]).as_py()
    high = module("pyarrow.compute").max(found["high"]).as_py()
    return (1, 0) if low is None else (low.year, high.year)


def _entries_sql(table: FactorTable, years: tuple[int, int], *, twice: bool) -> str:
    """Join keys with the versions of their factors; of two methods, where both hold."""
    first, until, beside = "a.valid_from", "a.valid_until", ""
    if twice:
        first = "greatest(a.valid_from, coalesce(b.valid_from, a.valid_from))"
        until = "least(a.valid_until, coalesce(b.valid_until, a.valid_until))"
        beside = f"""LEFT JOIN {VERSIONS} b ON b.series = k.run2
  WHERE k.run2 IS NULL OR (a.valid_from < b.valid_until AND b.valid_from < a.valid_until)"""
    return f"""
WITH held AS (
  SELECT k.* EXCLUDE (run1, run2), a.version AS v1, {_second("version", twice=twice)} AS v2,
    {first} AS ck_from, {until} AS ck_until, {_coefficients(table, twice=twice)}
  FROM {KEYS} k JOIN {VERSIONS} a ON a.series = k.run1 {beside}
)
SELECT k.*, CAST(unnest(range(
    greatest(year(ck_from), {years[0]}), least(year(ck_until - 1), {years[1]}) + 1)) AS INTEGER) AS ck_year_of
FROM held k
"""  # noqa: S608  names of our own only


def _second(column: str, *, twice: bool) -> str:
    return f"coalesce(b.{column}, -1)" if twice else "CAST(-1 AS INTEGER)"


def _coefficients(table: FactorTable, *, twice: bool) -> str:
    columns = ["a.signature AS s1", f"{_second('signature', twice=twice)} AS s2"]
    for n in range(len(table.labels)) if table.laid.fits else ():
        columns.append(f"CAST(a.c{n} AS DECIMAL(18,0)) AS a{n}")
        if twice:
            columns.append(f"CAST(coalesce(b.c{n}, 0) AS DECIMAL(18,0)) AS b{n}")
    return ", ".join(columns)


def _as_before(table: Table, before: Table) -> Table:
    """Give the columns that are joined by the types that the frame has them in."""
    for position, field in enumerate(table.schema):
        name = field.name.removesuffix("_of")
        if name != field.name and name in before.column_names:
            column = table.column(position).cast(before.schema.field(name).type)
            table = table.set_column(position, field.name, column)
    return table


def _refused_table(found: Table, on: tuple[str, ...], answers: list[Asked | Refused]) -> Table:
    """List the keys that have no factor; a row with a part of its key missing says that by itself."""
    pa = pyarrow()
    fields = [
        name for name in dict.fromkeys((*_ALL, *on)) if name in found.column_names
    ]  # told apart by it or not
    whole = [
        all(cells) for cells in zip(*(found[name].is_valid().to_pylist() for name in fields), strict=True)
    ]
    refused = [
        (position, answer)
        for position, answer in enumerate(answers)
        if isinstance(answer, Refused) and whole[position]
    ]
    kept = found.take(pa.array([position for position, _ in refused], pa.int64())).select(on)
    kept = kept.rename_columns([f"{name}_no" for name in on])
    reasons = pa.array([answer.reason.value for _, answer in refused], pa.string())
    details = pa.array([answer.detail for _, answer in refused], pa.string())
    return kept.append_column("ck_reason", reasons).append_column("ck_detail", details)


def _by_period(engine: Engine, rows: Rows, choices: Choices, count: int) -> Matching:
    """Choose a factor for every key and period that occurs, as a fallback looks at the period."""
    pa = pyarrow()
    on = (*rows.keys, "ck_start", "ck_end", "ck_year")  # without a year something is wrong with a row
    found = engine.collect(rows.frame.filter(~narwhals().col("ck_year").is_null()).select(*on).unique())
    chosen: dict[tuple[int, Step | None], int] = {}
    numbered = {id(factor): row for row, factor in enumerate(choices.table.catalogue.factors)}
    answers: list[Any] = []
    made: dict[str, list[Any]] = {name: [] for name in ("cell", "v1", "v2", "row1", "row2")}
    positions = []
    periods = _cells(found, (*_ALL, "ck_start", "ck_end"))
    for position, (*raw, start, end) in enumerate(zip(*periods, strict=True)):
        key = choices.key(tuple(raw))
        answer = choices.at(key, start, end) if isinstance(key, Key) else key
        answers.append(answer)
        if not isinstance(key, Key) or isinstance(answer, Refused):
            continue
        positions.append(position)
        made["cell"].append(choices.cell(key, tuple(ratio for _, _, ratio in answer)))
        pairs = [(numbered[id(factor)], step) for factor, step, _ in answer]
        pairs.append((-1, None))
        for slot, pair in zip("12", pairs, strict=False):
            known = pair[0] < 0
            made[f"row{slot}"].append(None if known else pair[0])
            made[f"v{slot}"].append(-1 if known else chosen.setdefault(pair, len(chosen)))
    entries = found.take(pa.array(positions, pa.int64()))
    entries = entries.rename_columns([f"{name}_of" for name in on])
    for name, column in made.items():
        entries = entries.append_column(name, pa.array(column, pa.int32()))
    entries = _as_before(
        engine.small(_chosen_sql(choices.table), entries, choices.table.laid.versions), found
    )
    factors = choices.table.catalogue.factors
    listed = [Chosen(factors[row], step, row) for row, step in chosen]
    return Matching(
        entries,
        on,
        rows.keys,
        tuple(choices.cells),
        _refused_table(found, on, answers),
        on,
        by_period=True,
        rows=count,
        chosen=lambda number: listed[number],
    )


def _chosen_sql(table: FactorTable) -> str:
    return f"""
SELECT k.* EXCLUDE (row1, row2), k.ck_start_of AS ck_from, k.ck_end_of AS ck_until,
  {_coefficients(table, twice=True)}
FROM {KEYS} k JOIN {VERSIONS} a ON a.version = k.row1 LEFT JOIN {VERSIONS} b ON b.version = k.row2
"""  # noqa: S608  names of our own only
