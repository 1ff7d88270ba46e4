"""Engines: how ids are told apart where memory is short, and how small tables get to where the rows are."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow
import pytest

from carbonkit.accounting.frame import _engine
from carbonkit.errors import WrongTypeError


class Short:
    """A relation whose DuckDB has not the memory to count all ids at once."""

    def __init__(self, ids: list[str | None], fails_below: int) -> None:
        self.relation = duckdb.connect().from_arrow(
            pyarrow.table({"ck_id": pyarrow.array(ids, pyarrow.string())})
        )
        self.fails_below = fails_below
        self.parts = 0

    def query(self, name: str, query: str) -> Any:  # noqa: ANN401
        self.parts = int(query.split("%")[1].split("=", maxsplit=1)[0])
        if self.parts < self.fails_below:
            raise duckdb.OutOfMemoryException
        return self.relation.query(name, query)


@pytest.mark.parametrize(("fails_below", "parts"), [(0, 1), (2, 16), (17, 256)])
def test_ids_are_told_apart_in_parts_where_memory_is_short(fails_below: int, parts: int) -> None:
    apart = Short([*map(str, range(3000, 0, -1)), None, None], fails_below)
    assert _engine._hashed_apart(apart)
    assert apart.parts == parts
    assert not _engine._hashed_apart(Short([*map(str, range(3000, 0, -1)), "17"], fails_below))


def test_where_memory_is_too_short_for_any_part_it_is_not_known_that_ids_differ() -> None:
    assert not _engine._hashed_apart(Short(["b", "a"], 1000))


def test_ids_in_ascending_order_differ_and_others_may() -> None:
    def ascending(ids: list[str | None]) -> bool:
        return _engine._ascending(Short(ids, 0).relation)

    assert ascending(["a", "b", "c"])
    assert not ascending(["a", "b", "b"])
    assert not ascending(["a", "c", "b"])
    assert not ascending(["a", None, "b"])


def test_a_small_table_goes_to_the_session_of_a_spark_frame() -> None:
    class Session:
        def createDataFrame(self, table: pyarrow.Table) -> tuple[str, pyarrow.Table]:  # noqa: N802  Spark's name
            return "frame", table

    class Frame:
        sparkSession = Session()  # noqa: N815  Spark's name

    table = pyarrow.table({"a": [1]})
    assert _engine._native(table, "pyspark", Frame()) == ("frame", table)


def test_a_kind_of_frame_that_nothing_can_be_joined_with_is_refused() -> None:
    with pytest.raises(WrongTypeError, match="must be a frame that can be joined here, was dask"):
        _engine._native(pyarrow.table({"a": [1]}), "dask", None)
