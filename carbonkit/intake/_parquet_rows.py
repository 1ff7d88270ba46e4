"""Rows of a Parquet file, through DuckDB; internal."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import InvalidValueError, MissingExtraError
from carbonkit.intake._found import CELL, Bad, Row, holds_nul, too_long
from carbonkit.intake.form import Floats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from carbonkit.intake._found import Problems, Raw
    from carbonkit.intake.form import Parquet

_PAGE: Final = 10_000
_MAGIC: Final = b"PAR1"
_PLAIN: Final = tuple(
    f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)
_OFFLINE: Final = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def duck() -> ModuleType:
    """Import DuckDB, or say what to install."""
    try:
        import duckdb  # noqa: PLC0415  an extra
    except ImportError as error:
        raise MissingExtraError(
            "be installed to read Parquet and large files",
            field=error.name or "duckdb",
            hint="pip install carbonkit[bulk]",
        ) from error
    return duckdb


def connected() -> Any:  # noqa: ANN401  a DuckDBPyConnection, which is not imported here
    """Open a database in memory that fetches nothing from anywhere."""
    return duck().connect(":memory:", config=_OFFLINE)


def one_file(path: Path) -> str:
    """Write a path so that DuckDB takes it for that one file."""
    text = str(path)
    if any(sign in text for sign in "*?[") or "://" in text:
        must = 'hold none of "*", "?" and "[", which DuckDB takes for many files'
        raise InvalidValueError(must, was=path.name, field="source", hint="pass the open file")
    return text


def parquet_rows(path: Path, form: Parquet, problems: Problems) -> Iterator[Row]:
    """Yield the columns' names as row 0, then the rows; of a file that cannot be read, add a problem."""
    duckdb = duck()
    with path.open("rb") as stream:
        begins = stream.read(4)
    if begins != _MAGIC:
        problems.say("be a Parquet file", was=repr(begins), code="malformed")
        return
    with connected() as connection:
        number = 0
        try:
            relation = connection.read_parquet(one_file(path))
            names, kinds = relation.columns, [str(kind) for kind in relation.types]
            yield Row(0, names)
            takers = [_taker(kind, form.floats) for kind in kinds]
            chosen = ", ".join(map(_chosen, names, kinds))
            table = relation.project(chosen).sql_query()
            found = connection.execute(table)
            while page := found.fetchmany(_PAGE):
                for values in page:
                    number += 1
                    yield Row(
                        number,
                        [
                            None if value is None else take(value)
                            for take, value in zip(takers, values, strict=True)
                        ],
                    )
        except duckdb.Error as error:
            was = str(error).partition("\n")[0]
            problems.say("be a Parquet file that can be read", was=was, row=number or None, code="malformed")


def quoted(name: str) -> str:
    """Quote a column's name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _chosen(name: str, kind: str) -> str:
    """Take floats as text, which DuckDB writes as the shortest, and days, of which some are infinite."""
    if kind in ("FLOAT", "DOUBLE", "DATE") or kind.startswith("TIMESTAMP"):
        return f"CAST({quoted(name)} AS VARCHAR)"
    return quoted(name)


def _taker(kind: str, floats: Floats) -> Callable[[Any], Raw]:
    if kind in ("FLOAT", "DOUBLE") and floats is Floats.REFUSED:
        hint = "say floats=Floats.SHORTEST in the layout if the shortest decimal is what was meant"
        bad = Bad("be a column of exact numbers", "binary floats", hint, "inexact_number", throughout=True)
        return _always(bad)
    if kind.startswith("DECIMAL"):
        return _decimal
    if kind.startswith("TIMESTAMP"):
        return _moment
    if kind in _TAKERS:
        return _TAKERS[kind]
    must = "be a column of texts, numbers or dates"
    return _always(Bad(must, kind.lower(), code="wrong_type", throughout=True))


def _always(bad: Bad) -> Callable[[Any], Raw]:
    return lambda _: bad


def _text(value: str) -> Raw:
    if len(value) > CELL:
        return too_long(value)
    return holds_nul(value) if "\0" in value else value


def _decimal(value: Decimal) -> Raw:
    return value


def _date(written: str) -> Raw:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        return Bad("be a date of the years 1 to 9999", written)


def _moment(written: str) -> Raw:
    day, _, time = written.partition(" ")
    if time == "00:00:00":
        return _date(day)
    return Bad("be a date, or midnight of one without a zone", f"the moment {written}")


def _shortest(text: str) -> Raw:
    number = Decimal(text)
    if not number.is_finite():
        return Bad("be a finite number", text)
    numerator, denominator = number.as_integer_ratio()
    return Decimal(numerator) if denominator == 1 else number


_TAKERS: Final[dict[str, Callable[[Any], Raw]]] = {
    "VARCHAR": _text,
    "DATE": _date,
    "FLOAT": _shortest,
    "DOUBLE": _shortest,
    **dict.fromkeys(_PLAIN, Decimal),
}
