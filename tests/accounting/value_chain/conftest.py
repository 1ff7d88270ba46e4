"""Makers of small values for the tests of scope 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from carbonkit.accounting import Amount, Coverage, Factor, Rate, Scope
from carbonkit.accounting.value_chain import DataKind, Emission, Item
from carbonkit.values import Exact, Period, Place, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

INSTITUTE = Source("Institute", "Averages", 2025, table="Table 3")
PARTNER = Source("Partner 7", "Letter", 2025)
CN, YEAR = Place("CN"), Period.year(2025)


class MakeFactor(Protocol):
    def __call__(
        self,
        per: str,
        rate: Exact = ...,
        *,
        name: str = ...,
        coverage: Coverage | None = ...,
        valid: Period = ...,
        gas: str = ...,
    ) -> Factor: ...


class MakeItem(Protocol):
    def __call__(self, identity: str = ..., activity: str = ...) -> Item: ...


class MakeStated(Protocol):
    def __call__(
        self,
        amount: Exact = ...,
        *,
        what: str = ...,
        gas: str = ...,
        data: DataKind = ...,
        scopes: Iterable[Scope] = ...,
        coverage: Coverage | None = ...,
    ) -> Emission: ...


@pytest.fixture
def factor() -> MakeFactor:
    def make(
        per: str,
        rate: Exact = 2,
        *,
        name: str = "thing",
        coverage: Coverage | None = None,
        valid: Period = YEAR,
        gas: str = "CO2",
    ) -> Factor:
        rates = (Rate(gas, rate, "kg"),)
        return Factor(name, "2025", name, CN, valid, per, rates, INSTITUTE, coverage=coverage)

    return make


@pytest.fixture
def item() -> MakeItem:
    def make(identity: str = "1", activity: str = "thing") -> Item:
        return Item(identity, "HQ", activity, CN, YEAR)

    return make


@pytest.fixture
def stated() -> MakeStated:
    def make(
        amount: Exact = 12,
        *,
        what: str = "partner",
        gas: str = "CO2",
        data: DataKind = DataKind.PRIMARY,
        scopes: Iterable[Scope] = (),
        coverage: Coverage | None = None,
    ) -> Emission:
        amounts = [Amount(gas, amount, "t")]
        return Emission.stated(what, amounts, PARTNER, data=data, scopes=scopes, coverage=coverage)

    return make
