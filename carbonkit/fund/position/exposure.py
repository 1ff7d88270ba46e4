"""Exposures: what a book stands to gain or lose by, row by row and added up by asset, vintage or last day."""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund._check import listed
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Exposure", "ExposureKey", "ExposureTotal", "exposures_by"]


class ExposureKey(enum.Enum):
    """
    What exposures are added up by.

    Example:
        >>> ExposureKey("vintage").name
        'VINTAGE'
    """

    ASSET = "asset"
    VINTAGE = "vintage"
    """Contracts have none and stand together under an empty one."""
    LAST_DAY = "last day"
    """The last day of use or of trading; what does not end stands under an empty one."""


@attrs.frozen(kw_only=True)
class Exposure:
    """
    What a position stands to gain or lose by, for reports by vintage, expiry and asset.

    Args:
        position: The position's name.
        asset: What its value moves with.
        vintage: The vintage of units that are held; empty for a contract.
        ends_on: The last day of use or of trading; None if there is none.
        units: How many tonnes it moves like; negative if it gains when the price falls.
        value: What it is worth, in the currency of the environment.

    Example:
        >>> Exposure(position="cover", asset=AssetId("EUA"), vintage="", ends_on=None, units=Fraction(-1000),
        ...          value=Fraction(0)).units
        Fraction(-1000, 1)
    """

    position: str
    asset: AssetId
    vintage: str
    ends_on: datetime.date | None
    units: Fraction
    value: Fraction


@attrs.frozen(kw_only=True)
class ExposureTotal:
    """
    Exposures that have one key, added up; made by `exposures_by`.

    Args:
        key: The asset, vintage or last day.
        asset: The asset; tonnes of two assets are never added.
        units: How many tonnes they move like together.
        value: What they are worth together.

    Example:
        >>> ExposureTotal(key="2024", asset=AssetId("EUA"), units=Fraction(400), value=Fraction(28000)).units
        Fraction(400, 1)
    """

    key: str
    asset: AssetId
    units: Fraction
    value: Fraction


def exposures_by(rows: Iterable[Exposure], key: ExposureKey) -> tuple[ExposureTotal, ...]:
    """
    Add up exposures by a key, each asset by itself.

    Args:
        rows: The exposures.
        key: What they are added up by.

    Returns:
        One total for each key and asset, in order; together all that the rows are.

    Raises:
        InvalidValueError: If the key is not named.

    Example:
        >>> rows = [Exposure(position=name, asset=AssetId("EUA"), vintage=vintage, ends_on=None,
        ...                  units=Fraction(units), value=Fraction(70 * units))
        ...         for name, vintage, units in (("a", "2025", 600), ("b", "2024", 400), ("c", "2025", 50))]
        >>> [(each.key, str(each.units)) for each in exposures_by(rows, ExposureKey.VINTAGE)]
        [('2024', '400'), ('2025', '650')]
    """
    check_type(key, ExposureKey, field="key")
    totals: dict[tuple[str, AssetId], tuple[Fraction, Fraction]] = {}
    for row in listed(rows, field="rows"):
        check_type(row, Exposure, field="rows")
        named = (_key(row, key), row.asset)
        units, value = totals.get(named, (Fraction(0), Fraction(0)))
        totals[named] = units + row.units, value + row.value
    return tuple(
        ExposureTotal(key=name, asset=asset, units=units, value=value)
        for (name, asset), (units, value) in sorted(totals.items())
    )


def _key(row: Exposure, key: ExposureKey) -> str:
    if key is ExposureKey.ASSET:
        return str(row.asset)
    if key is ExposureKey.VINTAGE:
        return row.vintage
    return "" if row.ends_on is None else str(row.ends_on)
