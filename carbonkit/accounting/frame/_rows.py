"""
Rows: a frame's columns checked by type, with amounts as whole numbers and dates as dates.

Nothing is dropped here. What is wrong with a row stands beside it, as an expression that the
engine works out.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from carbonkit.accounting.frame._engine import Engine, Expr, Lazy, narwhals, pyarrow
from carbonkit.accounting.frame.columns import INTERNAL, Columns
from carbonkit.accounting.frame.factor_table import scaled
from carbonkit.accounting.frame.reason import Reason
from carbonkit.errors import CarbonkitError, InexactNumberError, InvalidValueError, WrongTypeError
from carbonkit.values.time import as_date

__all__ = ["QUANTITY_DIGITS", "Rows", "rows_of", "whole"]

QUANTITY_DIGITS: Final = 19  # of an amount as a whole number
_SHORT_DIGITS: Final = 18  # of one that is read by way of 64 bits
_WIDEST: Final = 38
_EXACT: Final = 2**53  # below it, a float can be any whole number
_STEP: Final = 9
_PLAIN: Final = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"
_TOO_LONG: Final = "have at most {} digits, its {} decimal places included"
_SPLIT: Final = "account the rows in another unit, or those with such amounts by themselves"
_ADDED: Final = ("reason", "detail")


@attrs.frozen(eq=False)
class Rows:
    """
    A frame made ready.

    Args:
        frame: The rows, all of the caller's columns and the internal ones.
        keys: The internal columns that a factor is chosen by, apart from the dates.
        scale: How many decimal places the amounts have.
        carried: How many of them `ck_quantity` has still: all in DuckDB, which keeps them in a product, and
            is slow to move a point; none elsewhere, where it is a whole number.
        digits: How many digits they have at most.
        faults: What may be wrong with a row, each with the expression that finds it, in their order.
        sound: What must hold for a row apart from what the columns themselves say.
        named: Whether ids and facilities were looked at, as some are no names.
    """

    frame: Lazy
    keys: tuple[str, ...]
    scale: int
    carried: int
    digits: int
    faults: tuple[tuple[Reason, Expr], ...]
    sound: tuple[Expr, ...] = ()
    named: bool = False

    def refusing(self, reason: Reason, holds: Expr) -> Rows:
        """Add a reason, which holds or not but is never null; the id and the facility come first."""
        faults = sorted((*self.faults, (reason, holds)), key=lambda fault: _ORDER.index(fault[0]))
        return attrs.evolve(self, faults=tuple(faults), sound=(*self.sound, ~holds))

    def dated(self) -> Rows:
        """Add the year of the start; null for a row with which something is wrong by itself."""
        # A null joins with nothing. To filter such rows out first would mislead DuckDB into
        # building the join's table of the rows, instead of the factors.
        col = narwhals().col
        sound = [~col(name).is_null() for name in ("ck_id", "ck_facility", "ck_quantity", *_REQUIRED)]
        sound += [col("ck_start") < col("ck_end"), *_not_blank(self.frame), *self.sound]
        year = (
            narwhals()
            .when(narwhals().all_horizontal(*sound, ignore_nulls=False))
            .then(col("ck_start").dt.year().cast(narwhals().Int32))
        )
        return attrs.evolve(self, frame=self.frame.with_columns(ck_year=year))


_ORDER: Final = tuple(Reason)
_NAMES: Final = {
    "id": (Reason.MISSING_ID, Reason.BAD_ID),
    "facility": (Reason.MISSING_FACILITY, Reason.BAD_FACILITY),
}
_REQUIRED: Final = ("ck_activity", "ck_unit", "ck_place", "ck_scope")


def _not_blank(frame: Lazy) -> list[Expr]:
    nw = narwhals()
    schema = frame.collect_schema()
    return [nw.col(name) != "" for name in ("ck_id", "ck_facility") if schema[name] == nw.String]


def rows_of(engine: Engine, columns: Columns) -> Rows:
    """Check the columns and put amounts and dates into the one form that all engines share."""
    schema = engine.rows.collect_schema()
    _check_names(schema, columns)
    nw = narwhals()
    texts = {
        f"ck_{field}": _text(nw.col(name), schema[name])
        for field in ("id", "facility", "activity", "unit", "place", "scope")
        for name in (getattr(columns, field),)
    }
    optional = [field for field in ("category", "calorific") if getattr(columns, field) is not None]
    texts |= {
        f"ck_{field}": _whole(nw.col(name))[0]
        for field in ("id", "facility")
        for name in (getattr(columns, field),)
        if schema[name].is_float()
    }
    for field in optional:  # a null joins with nothing, so that "none" is a text
        name = getattr(columns, field)
        texts[f"ck_{field}"] = _text(nw.col(name), schema[name]).cast(nw.String).fill_null("")
    frame, texts["ck_start"] = _dated(engine, engine.rows, schema, columns.start, "ck_start")
    frame, texts["ck_end"] = _dated(engine, frame, schema, columns.end, "ck_end")
    quantity, scale, digits = _quantity(engine, schema[columns.amount], columns.amount)
    amount = nw.col(columns.amount)
    missing = amount.is_null()
    if schema[columns.amount] == nw.String:
        missing = missing | (amount.str.strip_chars() == "")
    frame = frame.with_columns(ck_quantity=quantity, **texts)
    faults = (
        *_named(frame, schema, columns, "id"),
        *_named(frame, schema, columns, "facility"),
        (Reason.MISSING_ACTIVITY, nw.col("ck_activity").is_null()),
        (Reason.MISSING_AMOUNT, missing),
        (Reason.BAD_AMOUNT, nw.col("ck_quantity").is_null()),
        (Reason.MISSING_UNIT, nw.col("ck_unit").is_null()),
        (Reason.MISSING_PLACE, nw.col("ck_place").is_null()),
        (Reason.BAD_START, nw.col("ck_start").is_null()),
        (Reason.BAD_END, nw.col("ck_end").is_null()),
        (Reason.BAD_PERIOD, nw.col("ck_end") <= nw.col("ck_start")),
        (Reason.MISSING_SCOPE, nw.col("ck_scope").is_null()),
    )
    keys = ("ck_activity", "ck_place", "ck_unit", "ck_scope", *(f"ck_{field}" for field in optional))
    carried = scale if engine.kind == "duckdb" and schema[columns.amount] == nw.Decimal else 0
    return Rows(frame, keys, scale, carried, digits, faults)


def _check_names(schema: Any, columns: Columns) -> None:  # noqa: ANN401
    missing = [name for name in columns.names if name not in schema]
    if missing:
        raise InvalidValueError(
            f"hold the columns {', '.join(columns.names)}",
            was=f"without {', '.join(missing)}",
            field="frame",
            hint="name your own with columns=Columns(…)",
        )
    taken = [name for name in schema if name.startswith(INTERNAL) or name in _ADDED]
    if taken:
        raise InvalidValueError(
            f"hold no column of the names that results have, nor one that begins with {INTERNAL}",
            was=", ".join(taken),
            field="frame",
            hint="rename it",
        )


def _named(frame: Lazy, schema: Any, columns: Columns, field: str) -> list[tuple[Reason, Expr]]:  # noqa: ANN401
    """Say where a name is missing, or is a number that is not whole."""
    nw = narwhals()
    cell, column = nw.col(getattr(columns, field)), nw.col(f"ck_{field}")
    missing, bad = _NAMES[field]
    if schema[getattr(columns, field)].is_float():
        return [(missing, cell.is_null()), (bad, ~cell.is_null() & column.is_null())]
    blank = column.is_null()
    if frame.collect_schema()[f"ck_{field}"] == nw.String:
        blank = blank | (column == "")
    return [(missing, blank)]


def _text(column: Expr, kind: Any) -> Expr:  # noqa: ANN401
    """Take texts and whole numbers as they are, categories as texts."""
    nw = narwhals()
    if kind.is_float():  # pandas makes floats of whole numbers where some are missing
        number, is_whole = _whole(column)
        other = nw.when(~column.is_null()).then(nw.lit(-1, nw.Int64))
        text: Expr = nw.when(is_whole).then(number).otherwise(other)
        return text
    return column if kind == nw.String or kind.is_integer() else column.cast(nw.String)


def _whole(column: Expr) -> tuple[Expr, Expr]:
    """Give floats as whole numbers, and where they are; what is none must be gone before they are cast."""
    nw = narwhals()
    is_whole = (column.abs() < nw.lit(_EXACT)) & (column == column.round(0))
    return nw.when(is_whole).then(column).cast(nw.Int64), is_whole


def _dated(engine: Engine, frame: Lazy, schema: Any, name: str, into: str) -> tuple[Lazy, Expr]:  # noqa: ANN401
    """Give the dates of a column; of a text or a time that is no date, null."""
    nw = narwhals()
    kind, column = schema[name], nw.col(name)
    if kind == nw.Date:
        return frame, _known(engine, column)
    if kind == nw.Unknown:  # a column with nothing in it
        return frame, nw.lit(None, nw.Date)
    if kind == nw.Datetime and kind.time_zone is None:
        day = column.cast(nw.Date)
        return frame, _known(engine, nw.when(day.cast(kind) == column).then(day))
    if kind != nw.String:
        must, hint = "be dates, or texts YYYY-MM-DD", "a time with a zone has no one date"
        raise WrongTypeError(must, was=str(kind), field=name, hint=hint)
    cells = engine.collect(frame.select(nw.col(name).alias("ck_cell")).unique())["ck_cell"]
    days = {cell: _day(cell) for cell in cells.to_pylist() if cell is not None}
    known = [cell for cell, day in days.items() if day is not None]
    pa = pyarrow()
    table = pa.table(
        {
            f"{into}_cell": pa.array(known, cells.type),
            f"{into}_day": pa.array([days[cell] for cell in known], pa.date32()),
        }
    )
    joined = frame.join(engine.take(table), left_on=name, right_on=f"{into}_cell", how="left")
    return joined, nw.col(f"{into}_day")


def _known(engine: Engine, day: Expr) -> Expr:
    """Give dates, and null for what an engine calls so, but is infinite, or not in the years 1 to 9999."""
    if engine.kind == "pyspark":  # which knows no other dates, and cannot be told of the first
        return day
    nw = narwhals()
    first, last = nw.lit(datetime.date.min, nw.Date), nw.lit(datetime.date.max, nw.Date)
    known: Expr = nw.when(day >= first, day <= last).then(day)
    return known


def _day(cell: str) -> Any:  # noqa: ANN401
    try:
        return as_date(cell)
    except CarbonkitError:
        return None


def _quantity(engine: Engine, kind: Any, name: str) -> tuple[Expr, int, int]:  # noqa: ANN401
    """Give the amounts as whole numbers, with how many of their digits are decimal places."""
    nw = narwhals()
    amount = nw.col(name)
    if kind.is_float():
        raise InexactNumberError(
            "be decimals, whole numbers or text",
            was=f"{kind}",
            field=name,
            hint="read the file with this column as text, or cast it to a decimal and say how it is rounded",
        )
    if kind.is_integer():
        if kind not in {nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32}:
            _check_size(engine, amount, 0, name, digits=_SHORT_DIGITS)
            amount = amount.cast(nw.Int64)
        return amount.cast(nw.Decimal(QUANTITY_DIGITS, 0)), 0, QUANTITY_DIGITS
    if kind == nw.Decimal:
        return _from_decimal(engine, amount, kind, name)
    if kind == nw.String:
        return _from_text(engine, amount, name)
    if kind == nw.Unknown:  # a column with nothing in it
        return nw.lit(None).cast(nw.Int64).cast(nw.Decimal(QUANTITY_DIGITS, 0)), 0, 1
    raise WrongTypeError("be decimals, whole numbers or text", was=str(kind), field=name)


def _from_decimal(engine: Engine, amount: Expr, kind: Any, name: str) -> tuple[Expr, int, int]:  # noqa: ANN401
    nw = narwhals()
    precision, scale = kind.precision or _WIDEST, kind.scale
    if precision > QUANTITY_DIGITS:
        scale = _needed(engine, amount, scale)
        if scale > QUANTITY_DIGITS:
            must, was = _TOO_LONG.format(QUANTITY_DIGITS, scale), f"{scale} decimal places"
            raise InvalidValueError(must, was=was, field=name, hint=_SPLIT)
        _check_size(engine, amount, scale, name)
    number = amount.cast(nw.Decimal(QUANTITY_DIGITS, scale))
    if engine.kind != "duckdb":
        number = whole(number, scale)
    return number, scale, min(precision, QUANTITY_DIGITS)


def whole(number: Expr, scale: int) -> Expr:
    """Move the decimal point behind the last digit."""
    nw = narwhals()
    while scale:  # in steps that leave room for the product, which PyArrow asks for by type
        step = min(scale, _STEP)
        scale -= step
        number = (number * nw.lit(Decimal(10**step))).cast(nw.Decimal(QUANTITY_DIGITS, scale))
    return number


def _needed(engine: Engine, amount: Expr, scale: int) -> int:
    """Find how many decimal places the amounts really have: a type may hold many more."""
    if not scale:
        return 0
    amount = amount.cast(narwhals().Decimal(_WIDEST, scale))  # PyArrow asks for room to round up in
    lost = {f"p{places}": (amount.round(places) != amount).any() for places in range(scale)}
    found = engine.collect(engine.rows.select(**lost)).to_pylist()[0]
    enough = [places for places in range(scale) if not found[f"p{places}"]]
    return enough[0] if enough else scale


def _check_size(
    engine: Engine, amount: Expr, scale: int, name: str, *, digits: int = QUANTITY_DIGITS
) -> None:
    extremes = engine.rows.select(low=amount.min(), high=amount.max())
    found = engine.collect(extremes).to_pylist()[0]
    for value in filter(None, found.values()):
        if abs(scaled(Decimal(value), scale)) >= 10**digits:
            must = _TOO_LONG.format(digits, scale)
            raise InvalidValueError(must, was=str(value), field=name, hint=_SPLIT)


def _from_text(engine: Engine, amount: Expr, name: str) -> tuple[Expr, int, int]:
    nw = narwhals()
    plain = amount.str.contains(_PLAIN) & ~amount.str.contains("\n", literal=True)
    fraction = amount.str.replace_all(r"^[^.]*\.?", "")
    whole = amount.str.replace_all(r"\.[0-9]*$", "")
    kept = {
        "places": fraction.str.replace_all(r"0+$", "").str.len_chars(),
        "before": whole.str.replace_all(r"^[+-]?0*", "").str.len_chars(),
    }
    found = engine.collect(
        engine.rows.filter(plain).select(**kept).select(nw.col("places").max(), nw.col("before").max())
    ).to_pylist()[0]
    scale, before = found["places"] or 0, found["before"] or 0
    if scale + before > _SHORT_DIGITS:
        must = _TOO_LONG.format(_SHORT_DIGITS, scale)
        was = f"{before} before the point and {scale} after it"
        raise InvalidValueError(must, was=was, field=name, hint=_SPLIT)
    padded = nw.concat_str([fraction, nw.lit("0" * scale)]).str.slice(0, scale) if scale else nw.lit("")
    digits = nw.concat_str([whole.str.replace_all(r"^\+", ""), padded])
    number = nw.when(plain).then(digits).otherwise(nw.lit(None, nw.String)).cast(nw.Int64)
    return number.cast(nw.Decimal(QUANTITY_DIGITS, 0)), scale, _SHORT_DIGITS
