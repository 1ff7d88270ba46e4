"""Makers of small values for the accounting tests."""

from __future__ import annotations

from typing import Protocol

import pytest

from carbonkit.accounting import Activity, Factor, Rate, Scope, Scope2Method
from carbonkit.values import Exact, Period, Place, Quantity, Source, quantity

SOURCE = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
GASES = (Rate("CO2", "53.06", "kg"), Rate("CH4", "1.0", "g"), Rate("N2O", "0.10", "g"))


class MakeFactor(Protocol):
    def __call__(
        self,
        identity: str = ...,
        *rates: Rate,
        edition: str = ...,
        activity: str = ...,
        place: str = ...,
        valid: Period = ...,
        per: str = ...,
        method: Scope2Method | None = ...,
        row: int | None = ...,
    ) -> Factor: ...


class MakeActivity(Protocol):
    def __call__(
        self,
        identity: str = ...,
        amount: Exact = ...,
        unit: str = ...,
        *,
        facility: str = ...,
        activity: str = ...,
        place: str = ...,
        period: Period = ...,
        scope: Scope = ...,
        row: int | None = ...,
    ) -> Activity: ...


@pytest.fixture
def factor() -> MakeFactor:
    def make(
        identity: str = "gas",
        *rates: Rate,
        edition: str = "2025",
        activity: str = "natural gas",
        place: str = "US",
        valid: Period = Period.year(2025),  # noqa: B008  a frozen value
        per: str = "MMBtu",
        method: Scope2Method | None = None,
        row: int | None = None,
    ) -> Factor:
        file = "factors.csv" if row is not None else ""
        return Factor(
            identity,
            edition,
            activity,
            Place(place),
            valid,
            per,
            rates or GASES,
            SOURCE,
            method=method,
            file=file,
            row=row,
        )

    return make


@pytest.fixture
def activity() -> MakeActivity:
    def make(
        identity: str = "1",
        amount: Exact = "2",
        unit: str = "MMBtu",
        *,
        facility: str = "7",
        activity: str = "natural gas",
        place: str = "US",
        period: Period = Period.year(2025),  # noqa: B008  a frozen value
        scope: Scope = Scope.ONE,
        row: int | None = None,
    ) -> Activity:
        much: Quantity = quantity(amount, unit)
        file = "bills.csv" if row is not None else ""
        return Activity(identity, facility, activity, much, Place(place), period, scope, file=file, row=row)

    return make
