"""Refusals: what an engine raises over the rows that it is given, told as an error of this library."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["engine_errors"]

# What is not about the rows, as memory that runs out, a file that is gone, or Ctrl-C, is left as it is.
_ERRORS: Final = (
    ("duckdb", ("DataError", "ProgrammingError", "NotSupportedError")),
    ("polars.exceptions", ("PolarsError",)),
    ("pyarrow", ("ArrowInvalid", "ArrowTypeError", "ArrowNotImplementedError", "ArrowKeyError")),
    ("narwhals.exceptions", ("NarwhalsError",)),
    ("pyspark.errors", ("PySparkException",)),
)


@contextlib.contextmanager
def engine_errors(kind: str) -> Iterator[None]:
    """Tell which frame an engine refused to work on, and the first line of what it said."""
    try:
        yield
    except _known() as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        hint = "read the columns as text, dates and decimals, and leave out those that are not needed"
        raise InvalidValueError(
            f"be rows that its engine ({kind}) can work on", was=said, field="frame", hint=hint
        ) from error


def _known() -> tuple[type[Exception], ...]:
    """List the errors of those packages that are in use; none is imported for it."""
    found: list[type[Exception]] = []
    for package, names in _ERRORS:
        loaded = sys.modules.get(package)
        found += [getattr(loaded, name) for name in names if hasattr(loaded, name)]
    return tuple(found)
