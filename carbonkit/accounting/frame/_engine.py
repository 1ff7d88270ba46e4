"""
Engines: where a frame's rows are worked on, and how small tables get there and results back.

All third-party packages of the extra `bulk` are imported here, when they are needed.
"""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from carbonkit.errors import InvalidValueError, MissingExtraError, WrongTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import narwhals as nw
    import pyarrow as pa

__all__ = [
    "KEYS",
    "VERSIONS",
    "Engine",
    "EngineName",
    "Expr",
    "Lazy",
    "Table",
    "module",
    "narwhals",
    "opened",
    "pyarrow",
]

EngineName: TypeAlias = Literal["duckdb", "native"]
Lazy: TypeAlias = "nw.LazyFrame[Any]"
Expr: TypeAlias = "nw.Expr"
Table: TypeAlias = "pa.Table"

_PARTS = (1, 16, 256)
_WIDEST: Final = 38  # digits of a decimal
_MARK: Final = "ck_1d6c27e0b94f4b53a8e2"  # no table or view of the caller begins like this
_NAME: Final = f"{_MARK}_rows"  # of a relation within its own query; nothing of that name stays behind
KEYS: Final = f"{_MARK}_keys"
"""What the keys are called in a query of `Engine.small`."""
VERSIONS: Final = f"{_MARK}_versions"
"""What the versions of factors are called there."""
_EXACT: Final = ("", "binary", "c", "posix")  # collations by which no two texts are the same


def module(name: str) -> Any:  # noqa: ANN401  a module
    """Import a package of the extra."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError(
            "be installed to account a frame", field=error.name or name, hint="pip install carbonkit[bulk]"
        ) from error


def narwhals() -> Any:  # noqa: ANN401  a module
    """Import narwhals."""
    return module("narwhals")


def pyarrow() -> Any:  # noqa: ANN401  a module
    """Import PyArrow, in whose tables everything small travels."""
    return module("pyarrow")


@attrs.frozen(eq=False)
class Engine:
    """Where the rows are; `kind` is what works on them, `given` and `frame` what the caller handed in."""

    kind: str
    given: str
    rows: Lazy
    frame: Any
    _beside: Any

    def take(self, table: pa.Table) -> Lazy:
        """Hand a small table to the engine, so that it can be joined with the rows."""
        taken: Lazy = narwhals().from_native(_native(table, self.kind, self._beside)).lazy()
        return taken

    def collect(self, frame: Lazy) -> pa.Table:
        """Work a small result out."""
        table: pa.Table = frame.collect(backend="pyarrow").to_native()
        if self.kind == "pandas":  # whose index may come along as a column
            return table.select(frame.collect_schema().names())
        return table

    def small(self, query: str, keys: pa.Table, versions: pa.Table | None = None) -> pa.Table:
        """Work something small out in DuckDB, whatever works on the rows."""
        tables = {KEYS: keys} if versions is None else {KEYS: keys, VERSIONS: versions}
        if self.kind == "duckdb":
            return _queried(self._beside, query, tables).to_arrow_table()
        with module("duckdb").connect() as connection:
            for name, table in tables.items():
                connection.register(name, table)
            return connection.sql(query).to_arrow_table()

    def ids_differ(self, frame: Lazy) -> bool:
        """Say whether no id is there twice; a no may still mean that it was not found out."""
        nw = narwhals()
        if self.kind == "duckdb":
            relation = frame.select("ck_id").to_native()
            return _ascending(relation) or _hashed_apart(relation)
        known = frame.filter(~nw.col("ck_id").is_null()).select(n=nw.len(), ids=nw.col("ck_id").n_unique())
        found = self.collect(known).to_pylist()[0]
        return bool(found["n"] == found["ids"])

    def give(self, frame: Lazy) -> Any:  # noqa: ANN401  whatever kind of frame the caller uses
        """Give a result back as the kind of frame that the caller handed in; lazy where that is."""
        if self.kind == "duckdb" and self.given != "duckdb":
            return _native(self.collect(frame), self.given, self.frame)
        if self.kind == "polars" and not isinstance(self.frame, module("polars").LazyFrame):
            return frame.collect().to_native()
        return frame.to_native()


def _ascending(relation: Any) -> bool:  # noqa: ANN401
    """Say whether each id is greater than the one before, as the numbers of documents are."""
    # In whatever order the rows come, each is compared with the one before it, so that if all are
    # greater, no two are the same. The first that is not ends the search.
    before = f"SELECT ck_id, lag(ck_id) OVER () AS ck_before FROM {_NAME}"  # noqa: S608  our own name
    unsorted = f"SELECT 1 FROM ({before}) WHERE ck_id IS NULL OR ck_id <= ck_before LIMIT 1"  # noqa: S608
    return not relation.query(_NAME, unsorted).fetchall()


def _hashed_apart(relation: Any) -> bool:  # noqa: ANN401
    """Say whether no two ids have the same hash; a fifth faster than to count the ids themselves."""
    spilt = module("duckdb").OutOfMemoryException
    count = "SELECT count(*), count(DISTINCT hash(ck_id)) FROM {} WHERE "
    count += "ck_id IS NOT NULL AND hash(ck_id) % {} = {}"
    for parts in _PARTS:  # in parts where the memory that DuckDB may take is too small for all at once
        try:
            found = [
                relation.query(_NAME, count.format(_NAME, parts, part)).fetchall()[0] for part in range(parts)
            ]
        except spilt:
            continue
        return all(rows == hashes for rows, hashes in found)
    return False


def opened(frame: Any, engine: EngineName, connection: duckdb.DuckDBPyConnection | None) -> Engine:  # noqa: ANN401
    """Take a frame of any kind that narwhals knows."""
    if engine not in {"duckdb", "native"}:
        raise InvalidValueError('be "duckdb" or "native"', was=engine, field="engine")
    try:
        known = narwhals().from_native(frame)
    except TypeError:
        hint = "pass a frame of pandas, Polars, PyArrow, DuckDB or PySpark"
        raise WrongTypeError(
            "be a frame that narwhals knows", was=type(frame).__name__, field="frame", hint=hint
        ) from None
    given = known.implementation.value
    if given == "duckdb":
        _check_collation(frame)
        return Engine("duckdb", given, known.lazy(), frame, frame)
    if given == "pandas":  # its own types have neither dates nor decimals; those of Arrow have
        frame = _from_pandas(frame)
        known = narwhals().from_native(frame)
        if engine == "native":
            return _at_home(_native(frame, "pandas", None), given)
    if given == "pyarrow":
        known = narwhals().from_native(_typed(frame))
    if engine == "native":
        return _at_home(known.to_native(), given)
    where = connection if connection is not None else module("duckdb").connect()
    relation = where.from_arrow(frame if given == "pandas" else _typed(_as_arrow(known)))
    _check_collation(relation)
    return Engine("duckdb", given, narwhals().from_native(relation).lazy(), frame, relation)


def _at_home(frame: Any, given: str) -> Engine:  # noqa: ANN401
    return Engine(given, given, narwhals().from_native(frame).lazy(), frame, frame)


def _as_arrow(known: Any) -> pa.Table:  # noqa: ANN401
    nw = narwhals()
    if isinstance(known, nw.LazyFrame):
        return known.collect(backend="pyarrow").to_native()
    return known.to_arrow()


def _from_pandas(frame: Any) -> pa.Table:  # noqa: ANN401
    pa = pyarrow()
    try:
        return _typed(pa.Table.from_pandas(frame, preserve_index=False))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        hint = "read the file with dtype=str, or use one type in each column"
        raise InvalidValueError(
            "hold one type in each column", was=str(error), field="frame", hint=hint
        ) from error


def _typed(table: Any) -> Any:  # noqa: ANN401
    """Give columns with nothing in them, or of a type that not all engines know, one that can be joined."""
    for position, field in enumerate(table.schema):
        kind = _joined_type(field.type)
        if kind is not None:
            table = table.set_column(position, field.name, table.column(position).cast(kind))
    return table


def _joined_type(kind: Any) -> Any:  # noqa: ANN401
    """Name the type that stands for one that not all engines know; None for all others."""
    pa = pyarrow()
    if pa.types.is_null(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_date64(kind):  # milliseconds, which may lie within a day
        return pa.timestamp("ms")
    if pa.types.is_decimal256(kind) and kind.scale <= _WIDEST:
        return pa.decimal128(_WIDEST, kind.scale)
    return None


def _native(table: pa.Table, kind: str, beside: Any) -> Any:  # noqa: ANN401
    """Turn an Arrow table into a frame of a kind; of DuckDB and PySpark, in the session of another."""
    if kind == "duckdb":
        return _within(beside, table)
    if kind == "polars":
        polars = module("polars")
        frame = polars.from_arrow(table)
        return frame.lazy() if isinstance(beside, polars.LazyFrame) else frame
    if kind == "pandas":
        return table.to_pandas(types_mapper=module("pandas").ArrowDtype)
    if kind == "pyspark":
        return beside.sparkSession.createDataFrame(table)
    if kind == "pyarrow":
        return table
    raise WrongTypeError("be a frame that can be joined here", was=kind, field="frame")


def _within(relation: Any, table: pa.Table) -> Any:  # noqa: ANN401
    """Bring a table into the connection that a relation is of."""
    return _queried(relation, f"SELECT * FROM {_MARK}_table", {f"{_MARK}_table": table})  # noqa: S608  our own


def _queried(relation: Any, query: str, tables: dict[str, pa.Table]) -> Any:  # noqa: ANN401
    """Ask the connection that a relation is of about tables, which it finds by their names."""
    # A relation does not give its connection away, so that nothing can be registered there: DuckDB
    # looks for a name that is no table's among the variables that stand where it is asked.
    asked = {"relation": relation, "name": _NAME, "query": query, **tables}
    with _looking(relation):
        return eval("relation.query(name, query)", asked)  # noqa: S307  a text of our own, and no input


@contextlib.contextmanager
def _looking(relation: Any) -> Iterator[None]:  # noqa: ANN401
    """Let DuckDB look among variables for as long as it is asked, where that is forbidden."""
    setting = "python_enable_replacements"
    if _setting(relation, setting):
        yield
        return
    relation.query(_NAME, f"SET {setting} = true")
    try:
        yield
    finally:
        relation.query(_NAME, f"SET {setting} = false")


def _setting(relation: Any, name: str) -> Any:  # noqa: ANN401
    return relation.query(_NAME, f"SELECT current_setting('{name}')").fetchall()[0][0]


def _check_collation(relation: Any) -> None:  # noqa: ANN401
    """Check that texts are the same only where each sign is, as the names of activities and units are."""
    collation = str(_setting(relation, "default_collation"))
    if collation.lower() not in _EXACT:
        must, hint = (
            "tell texts apart to the letter",
            "SET default_collation = 'binary', or use another DuckDB",
        )
        raise InvalidValueError(must, was=f"default_collation {collation}", field="frame", hint=hint)
