"""Accounting a frame: the rows are checked, joined with their factors and added up, where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from carbonkit.accounting.fallback import Fallback
from carbonkit.accounting.frame._choice import Choices
from carbonkit.accounting.frame._engine import Engine, EngineName, narwhals, opened
from carbonkit.accounting.frame._name import named
from carbonkit.accounting.frame._plan import matching
from carbonkit.accounting.frame._progress import Progress, reporting
from carbonkit.accounting.frame._refusal import engine_errors
from carbonkit.accounting.frame._rows import Rows, rows_of
from carbonkit.accounting.frame._sum import fits
from carbonkit.accounting.frame.columns import Columns
from carbonkit.accounting.frame.factor_table import FactorTable
from carbonkit.accounting.frame.reason import Reason
from carbonkit.accounting.frame.result import FrameInventory, Plan
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import IntegrityError
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from carbonkit.accounting.catalogue import Catalogue
    from carbonkit.accounting.frame._plan import Matching

__all__ = ["account_frame"]


def account_frame(
    frame: Any,  # noqa: ANN401  any frame that narwhals knows
    catalogue: Catalogue | FactorTable,
    *,
    columns: Columns | None = None,
    scope_2: Iterable[Scope2Method] = (),
    fallback: Fallback | None = None,
    engine: EngineName = "duckdb",
    connection: duckdb.DuckDBPyConnection | None = None,
    progress: Progress | bool = False,
) -> FrameInventory:
    """
    Choose the factor of every row of a frame, and add up what they emitted.

    The figures are those of `account` on the same rows, to the last digit, but for one kind of row: a
    unit that has no exact decimal number of the factor's, which `account` converts as it is told to,
    is unmatched. A row that has no factor, or with which something is wrong, does not stop the others:
    it is in no figure, and in `unmatched` with the reason. Check `rows_out` against `rows_in`. With a
    fallback, a factor is looked up for every kind of row and period that occurs, one by one.

    Args:
        frame: Activities in a frame of pandas, Polars, PyArrow, DuckDB or PySpark.
        catalogue: The factors to choose from; a `FactorTable` spares laying them out again.
        columns: The frame's names, if they are not those of `Columns()`.
        scope_2: The methods by which purchased energy is accounted; a row needs a factor for each.
        fallback: What a look-up may do where no factor fits exactly; None allows nothing.
        engine: "duckdb" works in DuckDB, whatever the frame is; "native" where the frame is at home.
        connection: The DuckDB that a frame of another kind is handed to; None makes one in memory. A
            relation of DuckDB stays in its own.
        progress: Called with a step's name, how many steps are done and how many there are; True draws
            a bar with tqdm.

    Returns:
        The inventory.

    Raises:
        InvalidValueError: If a column is missing, an amount or a sum is too long for the engines, the
            engine refuses the rows, its texts are collated, or `engine` is neither.
        InexactNumberError: If the amounts are floats.
        WrongTypeError: If `frame` is no frame, or a column holds what it cannot hold.
        IntegrityError: If rows in are not rows out and unmatched rows: the frame changed meanwhile.
        MissingExtraError: If the extra `bulk` is not installed, or tqdm for a bar.

    Example:
        >>> import pyarrow
        >>> from carbonkit.accounting import Catalogue, Factor, Rate
        >>> from carbonkit.values import Period, Place, Source
        >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
        ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
        >>> bills = pyarrow.table({
        ...     "id": ["1", "2"], "facility": ["7", "7"], "activity": ["steam", "heat"], "amount": ["2", "2"],
        ...     "unit": ["MMBtu"] * 2, "place": ["US"] * 2, "start": ["2016-01-01"] * 2,
        ...     "end": ["2016-02-01"] * 2, "scope": [1, 1]})
        >>> inventory = account_frame(bills, Catalogue([steam]))
        >>> print(inventory.masses()[0][1], inventory.unmatched["reason"].to_pylist())
        132.66 kg ['no factor for the activity']
    """
    methods = tuple(dict.fromkeys(scope_2))
    for method in methods:
        check_type(method, Scope2Method, field="scope_2")
    if fallback is not None:
        check_type(fallback, Fallback, field="fallback")
    named_columns = Columns() if columns is None else columns
    check_type(named_columns, Columns, field="columns")
    with reporting(progress) as step, engine_errors(engine):
        step("laying out the factors")
        table = catalogue if isinstance(catalogue, FactorTable) else FactorTable(catalogue)
        step("checking the columns")
        home = opened(frame, engine, connection)
        rows = rows_of(home, named_columns)
        step("checking the ids")
        rows = _distinct(home, rows)
        step("finding the factors")
        found = matching(home, rows, Choices(table, methods, fallback))
        if found is None:
            rows = named(rows)
            found = cast("Matching", matching(home, rows, Choices(table, methods, fallback)))
        step("adding up")
        plan = Plan(home, rows, found, table, fits(home, rows, found, table))
        count, parts = plan.parts()
        reasons: tuple[tuple[Reason, int], ...] = ()
        if count != found.rows:
            step("finding the reasons")
            reasons = _reasons(plan)
        _check(found.rows, count, reasons)
    return FrameInventory(found.rows, count, reasons, methods, plan, parts)


def _check(rows: int, count: int, reasons: tuple[tuple[Reason, int], ...]) -> None:
    left = sum(many for _, many in reasons)
    if count + left != rows:
        raise IntegrityError(
            "be accounted or unmatched, each row once",
            was=f"{rows} rows in, {count} accounted, {left} unmatched",
            field="frame",
            hint="did what the frame reads from change meanwhile?",
        )


def _distinct(engine: Engine, rows: Rows) -> Rows:
    """Look for ids that are used twice, and say which rows are sound by themselves."""
    nw = narwhals()
    if engine.ids_differ(rows.frame):
        return rows.dated()
    many = rows.frame.group_by("ck_id").agg(nw.len().alias("ck_uses"))
    twice = many.filter(nw.col("ck_uses") > 1, ~nw.col("ck_id").is_null()).select(
        nw.col("ck_id").alias("ck_id_twice"), "ck_uses"
    )
    frame = rows.frame.join(twice, left_on="ck_id", right_on="ck_id_twice", how="left")
    marked = attrs.evolve(rows, frame=frame)
    return marked.refusing(Reason.DUPLICATE_ID, ~nw.col("ck_uses").is_null()).dated()


def _reasons(plan: Plan) -> tuple[tuple[Reason, int], ...]:
    nw = narwhals()
    marked = plan.matching.marked(plan.engine, plan.rows)
    why = nw.col("ck_why")
    found = plan.engine.collect(marked.filter(~why.is_null()).group_by("ck_why").agg(nw.len().alias("n")))
    counts = dict(zip(found["ck_why"].to_pylist(), found["n"].to_pylist(), strict=True))
    return tuple((reason, counts[reason.value]) for reason in Reason if reason.value in counts)
