"""Entries and value chains: what enters an inventory, and what share of it rests on primary data."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Category,
    Conversion,
    Factor,
    Rate,
    Scope,
    account,
    gwp_set,
)
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.value_chain import (
    DataKind,
    Emission,
    Entry,
    Item,
    ValueChain,
    purchase,
    travel,
    waste,
)
from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.values import Distance, Mass, Nights, Period, Place, Rounding, Source

if TYPE_CHECKING:
    from tests.accounting.value_chain.conftest import MakeFactor, MakeItem, MakeStated

AR6, GOODS = gwp_set("AR6"), Category.PURCHASED_GOODS_AND_SERVICES
CN, YEAR, PAPER = Place("CN"), Period.year(2025), Source("Institute", "Averages", 2025)
HALF_UP = Rounding.HALF_UP


def test_a_quantity_alone_is_an_activity_and_with_its_factor_a_calculation(
    item: MakeItem, factor: MakeFactor
) -> None:
    sought = purchase.average(item(), Mass(3, "t"), category=GOODS)
    known = purchase.average(item(), Mass(3, "t"), factor("kg"), category=GOODS)
    assert isinstance(sought.record, Activity)
    assert isinstance(known.record, Calculation)
    found = account([sought.record], Catalogue([factor("kg")])).co2e(AR6).total
    assert found == account([], Catalogue(()), calculations=[known.record]).co2e(AR6).total


def test_what_an_item_says_stands_in_the_record() -> None:
    row = Item(
        "7", "HQ", "steel", CN, YEAR, uncertainty=5, quality=Quality(1, 2, 2, 3, 1), file="orders.csv", row=12
    )
    sought = purchase.average(row, Mass(3, "t"), category=GOODS).record
    assert isinstance(sought, Activity)
    assert (sought.uncertainty, sought.quality) == (Decimal(5), row.quality)
    assert (sought.file, sought.row) == ("orders.csv", 12)
    said = Emission.stated("mill", [Amount("CO2", 1, "t")], PAPER, data=DataKind.PRIMARY)
    known = purchase.supplier_specific(row, said, category=GOODS).record
    assert (known.uncertainty, known.file, known.row) == (Decimal(5), "orders.csv", 12)


def test_an_item_is_refused_that_an_activity_would_refuse() -> None:
    with pytest.raises(InvalidValueError, match="period: must have an end"):
        Item("1", "HQ", "steel", CN, Period("2025-01-01", None))
    with pytest.raises(InvalidValueError, match="uncertainty: must be zero or more"):
        Item("1", "HQ", "steel", CN, YEAR, uncertainty=-1)
    assert Item("1", "HQ", "steel", CN, YEAR, uncertainty=0).uncertainty == 0  # zero is a value
    with pytest.raises(InvalidValueError, match="id"):
        Item("", "HQ", "steel", CN, YEAR)


def test_a_part_of_an_entry_is_an_amount_with_its_kind_of_data(item: MakeItem, stated: MakeStated) -> None:
    entry = purchase.supplier_specific(item(), stated(), category=GOODS)
    ((kind, amount),) = entry.parts
    for parts in ([(kind,)], [(kind, amount, amount)], [()]):
        with pytest.raises(InvalidValueError, match="be a kind of data with an amount"):
            Entry(entry.method, entry.record, entry.data, parts)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError):
        Entry(entry.method, entry.record, entry.data, [(amount, kind)])  # type: ignore[list-item]
    assert "rounded" not in entry.explain().text()  # nothing was


def test_a_derived_quantity_keeps_its_working_in_the_entry(item: MakeItem) -> None:
    way = travel.commuted(Distance(10, "km"), people=3, journeys=10, weeks=48)
    entry = travel.average(item(), way)
    assert str(entry.record) == "1: 14400 p_km of thing at CN, [2025-01-01, 2026-01-01)"
    assert "one way: 10 km" in entry.explain().text()


def test_a_rounding_is_told(item: MakeItem, stated: MakeStated) -> None:
    third = stated(1).divided(3, "buyers")
    entry = purchase.supplier_specific(
        item(), third, category=GOODS, conversion=Conversion(3, Rounding.AWAY_FROM_ZERO)
    )
    told = entry.explain().text()
    assert "partner ÷ buyers, rounded: 0.334 t CO2 = rounded to 3 places, away from zero" in told
    assert "partner ÷ buyers: 1/3 ≈ 0.333333 t CO2 = 1 t CO2 ÷ 3" in told


def chain_of(item: MakeItem, factor: MakeFactor, stated: MakeStated) -> ValueChain:
    mill = stated(30, what="mill", scopes=[Scope.ONE, Scope.TWO])
    yarn = Emission.of(Mass(5, "t"), factor("kg"), data=DataKind.SECONDARY)
    return ValueChain(
        [
            purchase.hybrid(item("cloth"), mill, category=GOODS, materials=[yarn]),
            purchase.average(item("paper"), Mass(10, "t"), category=GOODS),
            travel.nights(item("hotel", "night"), Nights(30000, "room_night"), data=DataKind.PRIMARY),
            waste.supplier_specific(item("waste"), stated(0), category=Category.WASTE),
        ]
    )


def test_the_share_of_primary_data_counts_the_parts_of_a_hybrid_figure(
    item: MakeItem, factor: MakeFactor, stated: MakeStated
) -> None:
    chain = chain_of(item, factor, stated)
    catalogue = Catalogue([factor("kg"), factor("room_night", 1, name="night")])
    own = Activity("boiler", "HQ", "thing", Mass(9, "t"), CN, YEAR, Scope.ONE)  # no scope 3: no part of it
    inventory = account([*chain.activities, own], catalogue, calculations=chain.calculations)
    statement = inventory.co2e(AR6)
    # primary: 30 t of the mill, 30 t of hotels; secondary: 10 t of yarn, 20 t of paper
    assert [str(amount) for _, amount in statement.by_category().to("tCO2e").parts] == [
        "60.000 tCO2e",
        "0.000 tCO2e",
        "30.000 tCO2e",
    ]
    assert chain.primary_share(statement, places=4, rounding=HALF_UP) == Decimal("0.6667")


def test_a_share_of_primary_data_is_of_the_same_scope_3(
    item: MakeItem, factor: MakeFactor, stated: MakeStated
) -> None:
    chain = chain_of(item, factor, stated)
    catalogue = Catalogue([factor("kg"), factor("room_night", 1, name="night")])
    stray = [
        Activity(f"stray {n}", "HQ", "thing", Mass(9, "t"), CN, YEAR, Scope.THREE, category=GOODS)
        for n in range(6)
    ]
    more = account([*chain.activities, *stray], catalogue, calculations=chain.calculations).co2e(AR6)
    with pytest.raises(InvalidValueError, match="was stray 0, stray 1, stray 2, stray 3, stray 4 and 1 more"):
        chain.primary_share(more, places=2, rounding=HALF_UP)
    five = account([*chain.activities, *stray[:5]], catalogue, calculations=chain.calculations).co2e(AR6)
    with pytest.raises(InvalidValueError, match=r"was stray 0, stray 1, stray 2, stray 3, stray 4$"):
        chain.primary_share(five, places=2, rounding=HALF_UP)
    fewer = account(chain.activities, catalogue).co2e(AR6)
    with pytest.raises(InvalidValueError, match="was cloth, waste"):
        chain.primary_share(fewer, places=2, rounding=HALF_UP)
    with pytest.raises(WrongTypeError):
        chain.primary_share(more.total, places=2, rounding=HALF_UP)  # type: ignore[arg-type]


def test_nothing_has_no_share_of_primary_data(item: MakeItem, stated: MakeStated) -> None:
    chain = ValueChain([purchase.supplier_specific(item(), stated(0), category=GOODS)])
    statement = account([], Catalogue(()), calculations=chain.calculations).co2e(AR6)
    with pytest.raises(InvalidValueError, match="have a scope 3 that is not zero"):
        chain.primary_share(statement, places=2, rounding=HALF_UP)


@pytest.mark.parametrize(
    ("primary", "secondary", "share"), [(3, -1, None), (-1, 3, None), (-3, -1, "0.75"), (0, -1, "0")]
)
def test_a_share_of_primary_data_is_a_share_also_with_reversals(
    primary: int, secondary: int, share: str | None, item: MakeItem, factor: MakeFactor
) -> None:
    rows = [(primary, DataKind.PRIMARY), (secondary, DataKind.SECONDARY)]
    chain = ValueChain(
        waste.waste_type_specific(
            item(data.value), Mass(mass, "t"), factor("kg"), category=Category.WASTE, data=data
        )
        for mass, data in rows
    )
    statement = account([], Catalogue(()), calculations=chain.calculations).co2e(AR6)
    if share is None:
        with pytest.raises(InvalidValueError, match="primary data: must have a share from 0 to 1"):
            chain.primary_share(statement, places=2, rounding=HALF_UP)
    else:
        assert chain.primary_share(statement, places=2, rounding=HALF_UP) == Decimal(share)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(DataKind)), min_size=1, max_size=6))
def test_the_share_of_primary_data_is_that_of_the_sum(rows: list[tuple[int, DataKind]]) -> None:
    grid = Factor("grid", "2025", "power", CN, YEAR, "kWh", [Rate("CO2", 3, "kg")], PAPER)
    chain = ValueChain(
        travel.distance_based(
            Item(str(number), "HQ", "power", CN, YEAR),
            Distance(amount, "km"),
            Factor("car", "2025", "car", CN, YEAR, "km", [Rate("CO2", 3, "kg")], PAPER),
            category=Category.BUSINESS_TRAVEL,
            data=data,
        )
        for number, (amount, data) in enumerate(rows)
    )
    statement = account([], Catalogue([grid]), calculations=chain.calculations).co2e(AR6)
    share = chain.primary_share(statement, places=9, rounding=HALF_UP)
    primary = sum(amount for amount, data in rows if data is DataKind.PRIMARY)
    everything = sum(amount for amount, _ in rows)
    assert abs(share * everything - primary) * 10**9 <= everything
    assert (share == 1) is (primary == everything)
