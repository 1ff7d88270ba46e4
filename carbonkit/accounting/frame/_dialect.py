"""Dialects: what differs between warehouses in the one statement that all of them run."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.source import Source, Status
from carbonkit.values.text import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DIALECTS", "Dialect", "dialect_named"]

_PART: Final = re.compile(r"[^\W\d]\w{0,127}")
_RECALLED: Final = "recalled, and not run by our tests"


@attrs.frozen
class Dialect:
    """
    How one warehouse writes names and types.

    Args:
        quote: What stands around a name.
        text: The type of texts.
        quantity: The type of an amount as a whole number of up to 19 digits.
        coefficient: The type of a factor as a whole number of up to 18 digits.
        source: Where that is laid down.
    """

    quote: str
    text: str
    quantity: str
    coefficient: str
    source: Source

    def name(self, name: str) -> str:
        """Quote a name; a point stands between a schema and what is in it."""
        parts = str(name).split(".")
        if not all(matches(_PART, part) for part in parts):
            must = "be a name of letters, digits and underscores, with points between its parts"
            raise InvalidValueError(must, was=name, field="name")
        return ".".join(f"{self.quote}{part}{self.quote}" for part in parts)


_RUN: Final = "run by our tests"


def _source(publisher: str, title: str, note: str) -> Source:
    status = Status.CONFIRMED if note.startswith(_RUN) else Status.RECALLED
    return Source(publisher, title, 2026, status=status, note=note)


DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "duckdb": Dialect(
            '"',
            "VARCHAR",
            "DECIMAL(19,0)",
            "DECIMAL(18,0)",
            _source("DuckDB Foundation", "DuckDB, Numeric Types", f"{_RUN}; an overflow raises"),
        ),
        "postgres": Dialect(
            '"',
            "TEXT",
            "NUMERIC(19,0)",
            "NUMERIC(18,0)",
            _source(
                "PostgreSQL Global Development Group",
                "PostgreSQL, section 8.1.2, Arbitrary Precision Numbers",
                f"{_RUN}; a sum has no limit that matters",
            ),
        ),
        "snowflake": Dialect(
            '"',
            "VARCHAR",
            "NUMBER(19,0)",
            "NUMBER(18,0)",
            _source(
                "Snowflake",
                "SQL reference, Arithmetic operators",
                f"{_RECALLED}; at most 38 digits, an overflow raises; a quoted name keeps its capitals",
            ),
        ),
        "bigquery": Dialect(
            "`",
            "STRING",
            "BIGNUMERIC",
            "BIGNUMERIC",
            _source("Google", "GoogleSQL for BigQuery, Data types", f"{_RECALLED}; an overflow raises"),
        ),
        "trino": Dialect(
            '"',
            "VARCHAR",
            "DECIMAL(19,0)",
            "DECIMAL(18,0)",
            _source(
                "Trino Software Foundation",
                "Trino, Data types",
                f"{_RECALLED}; at most 38 digits, an overflow raises",
            ),
        ),
        "spark": Dialect(
            "`",
            "STRING",
            "DECIMAL(19,0)",
            "DECIMAL(18,0)",
            _source(
                "Apache Software Foundation",
                "Spark SQL, ANSI compliance",
                f"{_RECALLED}; an overflow raises only in ANSI mode, the default since Spark 4.0",
            ),
        ),
    }
)
"""Every dialect, by name."""


def dialect_named(name: str) -> Dialect:
    """Find a dialect."""
    found = DIALECTS.get(str(name))
    if found is None:
        raise InvalidValueError(f"be one of {', '.join(DIALECTS)}", was=name, field="dialect")
    return found
