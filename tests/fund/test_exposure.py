"""Exposures: added up by a key, nothing lost, and never tonnes of two assets together."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.fund.position.exposure import Exposure, ExposureKey, exposures_by
from carbonkit.fund.position.position import exposures
from tests.fund_book import CER, DAY, DELIVERY, EUA, NEXT, book, environment


def test_a_book_by_each_key() -> None:
    rows = exposures(book(), environment())
    by_asset = exposures_by(rows, ExposureKey.ASSET)
    assert [total.key for total in by_asset] == ["CER", "EUA"]
    assert by_asset[1].units == sum(row.units for row in rows if row.asset == EUA)
    by_vintage = exposures_by(rows, ExposureKey.VINTAGE)
    assert [(total.key, str(total.asset)) for total in by_vintage] == [
        ("", "CER"),
        ("", "EUA"),
        ("2020", "CER"),
        ("2025", "EUA"),
    ]
    by_day = exposures_by(rows, ExposureKey.LAST_DAY)
    assert [total.key for total in by_day if total.asset == EUA] == ["", "2025-12-10", str(DELIVERY)]


def test_a_key_is_named() -> None:
    with pytest.raises(InvalidValueError, match="key: must be of type ExposureKey, was 'asset'"):
        exposures_by([], "asset")  # type: ignore[arg-type]


@given(
    st.lists(
        st.builds(
            Exposure,
            position=st.just("x"),
            asset=st.sampled_from([EUA, CER]),
            vintage=st.sampled_from(["", "2024", "2025"]),
            ends_on=st.sampled_from([None, DAY, NEXT]),
            units=st.fractions(-100, 100, max_denominator=10),
            value=st.fractions(-100, 100, max_denominator=10),
        ),
        max_size=8,
    ),
    st.sampled_from(ExposureKey),
)
def test_totals_add_up_to_the_rows(rows: list[Exposure], key: ExposureKey) -> None:
    totals = exposures_by(rows, key)
    for asset in (EUA, CER):
        mine = [row for row in rows if row.asset == asset]
        assert sum((total.units for total in totals if total.asset == asset), Fraction(0)) == sum(
            (row.units for row in mine), Fraction(0)
        )
    assert sum(total.value for total in totals) == sum(row.value for row in rows)
    assert len({(total.key, total.asset) for total in totals}) == len(totals)
