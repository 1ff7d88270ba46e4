"""Unit types: which allowance or credit of which scheme and vintage, each an asset of the ledger."""

from __future__ import annotations

import re

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.ledger.asset import Asset
from carbonkit.values.identifier import AssetId
from carbonkit.values.text import matches

__all__ = ["UnitType"]

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,15}")
_VINTAGE = re.compile(r"(19|20)[0-9]{2}(-(19|20)[0-9]{2})?")


def _code(value: str) -> str:
    if not matches(_CODE, value):
        raise InvalidValueError('be 2 to 16 capitals or digits such as "CEA"', was=value, field="unit code")
    return value


def _vintage(value: str) -> str:
    first, _, last = value.partition("-") if matches(_VINTAGE, value) else ("", "", "")
    if not first or (last and last <= first):
        raise InvalidValueError('be a year or a run of years such as "2019-2020"', was=value, field="vintage")
    return value


@attrs.frozen(order=True)
class UnitType:
    """
    Allowances or credits that are alike: one code, one vintage. One unit is one tonne of CO2e.

    Args:
        code: The scheme's own name for the unit, such as "CEA" or "UKA".
        vintage: The year or years that it was issued for, such as "2021" or "2019-2020".

    Raises:
        InvalidValueError: If code or vintage has another form.

    Example:
        >>> UnitType("CEA", "2019-2020").asset_id
        AssetId('CEA-2019-2020')
    """

    code: str = attrs.field(converter=_code)
    vintage: str = attrs.field(converter=_vintage)

    @property
    def asset_id(self) -> AssetId:
        """The ledger's name for it."""
        return AssetId(f"{self.code}-{self.vintage}")

    @property
    def asset(self) -> Asset:
        """The ledger's asset: whole units, each with a serial number."""
        return Asset(self.asset_id, 0, serialised=True)

    def __str__(self) -> str:
        """Write code and vintage."""
        return f"{self.code} {self.vintage}"
