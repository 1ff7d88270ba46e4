"""Every category by every method: one entry of each row of the table, and what the table promises."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import Category, Coverage, Scope
from carbonkit.accounting.line import Conversion
from carbonkit.accounting.value_chain import (
    METHODS,
    DataKind,
    DerivedQuantity,
    Emission,
    Entry,
    Loss,
    LossBasis,
    Method,
    Prices,
    Recipe,
    Sector,
    Share,
    Treatment,
    energy_chain,
    franchise,
    investment,
    leased,
    methods_of,
    product,
    purchase,
    spent,
    transport,
    travel,
    waste,
)
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError, WrongTypeError
from carbonkit.values import (
    Area,
    Count,
    Distance,
    Energy,
    Freight,
    Mass,
    Money,
    Nights,
    Rounding,
    Source,
    Status,
    Travel,
    Volume,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.accounting.value_chain.conftest import MakeFactor, MakeItem, MakeStated

OPERATIONS = (Scope.ONE, Scope.TWO)
BOTH = (DataKind.PRIMARY, DataKind.SECONDARY)
ROWS = [recipe for recipes in METHODS.values() for recipe in recipes]


class Maker:
    """Makes a small entry with any function of the table."""

    def __init__(self, item: MakeItem, factor: MakeFactor, stated: MakeStated) -> None:
        self.item, self.factor, self.stated = item(), factor, stated

    def entry(self, recipe: Recipe) -> Entry:
        """Make the entry; its figure is 12 t CO2 or a quantity that a factor makes so."""
        own = DataKind.PRIMARY if recipe.method is Method.SUPPLIER_SPECIFIC else DataKind.SECONDARY
        makers: dict[str, Callable[[], Entry]] = {
            **self.purchases(recipe.category),
            **self.energy(own),
            **self.ways(recipe.category),
            **self.others(recipe.category),
        }
        return makers[recipe.name]()

    def purchases(self, category: Category) -> dict[str, Callable[[], Entry]]:
        item, stated = self.item, self.stated
        operations = stated(5, scopes=OPERATIONS)
        materials = [stated(7, what="materials", data=DataKind.SECONDARY)]
        per_unit = self.factor("kg", 2)
        per_dollar = self.factor("USD@2022", "0.5")
        bill = spent(Money(24000, "USD"), year=2022, prices=Prices.BASIC)
        return {
            "purchase.supplier_specific": lambda: purchase.supplier_specific(
                item, stated(), category=category
            ),
            "purchase.hybrid": lambda: purchase.hybrid(
                item, operations, category=category, materials=materials
            ),
            "purchase.average": lambda: purchase.average(item, Mass(6, "t"), per_unit, category=category),
            "purchase.spend_based": lambda: purchase.spend_based(
                item, bill, per_dollar, prices=Prices.BASIC, category=category
            ),
            "transport.spend_based": lambda: transport.spend_based(
                item, bill, per_dollar, prices=Prices.BASIC, category=category
            ),
            "travel.spend_based": lambda: travel.spend_based(
                item, bill, per_dollar, prices=Prices.BASIC, category=category
            ),
            "investment.average_equity": lambda: investment.average_equity(
                item,
                bill,
                [Sector("all", Share.stated(1, by="revenue"), per_dollar)],
                Share.stated(1, by="equity"),
                prices=Prices.BASIC,
            ),
        }

    def energy(self, data: DataKind) -> dict[str, Callable[[], Entry]]:
        item, stated = self.item, self.stated
        upstream = stated(data=data, coverage=Coverage.UPSTREAM)
        life = stated(data=data, coverage=Coverage.LIFE_CYCLE)
        grid = self.factor("kWh", "0.5", coverage=Coverage.LIFE_CYCLE)
        loss = Loss("0.2", LossBasis.GENERATED, Source("Grid", "Report", 2025))
        return {
            "energy_chain.purchased_fuel": lambda: energy_chain.purchased_fuel(item, upstream),
            "energy_chain.purchased_electricity": lambda: energy_chain.purchased_electricity(item, upstream),
            "energy_chain.network_losses": lambda: energy_chain.network_losses(
                item, Energy(96, "MWh"), loss, grid, data=data
            ),
            "energy_chain.power_sold": lambda: energy_chain.power_sold(item, life),
        }

    def ways(self, category: Category) -> dict[str, Callable[[], Entry]]:
        item, stated, factor = self.item, self.stated, self.factor
        way, data = travel.travelled(Distance(6, "km"), people=1000), DataKind.PRIMARY
        return {
            "transport.fuel_based": lambda: transport.fuel_based(item, stated(), category=category),
            "transport.distance_based": lambda: transport.distance_based(
                item, Freight(6000, "t_km"), factor("t_km"), category=category, data=data
            ),
            "transport.site_specific": lambda: transport.site_specific(item, stated(), category=category),
            "transport.average": lambda: transport.average(
                item, transport.stored(Count(2000, "each"), days=3), factor("each"), category=category
            ),
            "travel.fuel_based": lambda: travel.fuel_based(item, stated(), category=category),
            "travel.distance_based": lambda: travel.distance_based(
                item, way, factor("p_km"), category=category, data=data
            ),
            "travel.nights": lambda: travel.nights(
                item, Nights(6000, "room_night"), factor("room_night"), data=data
            ),
            "travel.average": lambda: travel.average(
                item, travel.teleworked(Energy(3, "kWh"), people=20, days=100), factor("kWh")
            ),
        }

    def others(self, category: Category) -> dict[str, Callable[[], Entry]]:
        item, stated, factor = self.item, self.stated, self.factor
        half, double = Share.stated("0.5", by="area"), stated(24, scopes=OPERATIONS)
        treatments = [
            Treatment("landfill", Share.stated("0.25", by="mass"), factor("t", 4000, name="landfill")),
            Treatment("recycling", Share.stated("0.75", by="mass"), factor("t", 0, name="recycling")),
        ]
        data = DataKind.PRIMARY
        return {
            "waste.supplier_specific": lambda: waste.supplier_specific(
                item, double, category=category, share=half
            ),
            "waste.waste_type_specific": lambda: waste.waste_type_specific(
                item, Mass(6, "t"), factor("kg"), category=category, data=data
            ),
            "waste.average": lambda: waste.average(item, Mass(12, "t"), treatments, category=category),
            "leased.asset_specific": lambda: leased.asset_specific(
                item, double, category=category, share=half
            ),
            "leased.lessor_specific": lambda: leased.lessor_specific(item, double, half),
            "leased.lessee_specific": lambda: leased.lessee_specific(item, double, half),
            "leased.average": lambda: leased.average(item, Area(6000, "m2"), factor("m2"), category=category),
            "franchise.franchise_specific": lambda: franchise.franchise_specific(
                item, franchise.from_sample(stated(3, scopes=OPERATIONS), sampled=5, all_=20)
            ),
            "franchise.average": lambda: franchise.average(item, Count(6000, "each"), factor("each")),
            "product.processing": lambda: product.processing(item, double, share=half),
            "product.average_processing": lambda: product.average_processing(
                item, Mass(6, "t"), factor("kg")
            ),
            "product.direct_use": lambda: product.direct_use(
                item,
                Emission.of(
                    product.lifetime_use(Energy("0.5", "kWh"), sold=120, uses=100), factor("kWh"), data=data
                ),
            ),
            "product.indirect_use": lambda: product.indirect_use(item, stated()),
            "investment.investment_specific": lambda: investment.investment_specific(item, double, half),
            "investment.project_specific": lambda: investment.project_specific(item, double, half),
            "investment.average_project": lambda: investment.average_project(
                item, Volume(12000, "m3"), factor("m3"), half
            ),
        }


def named(recipe: Recipe) -> str:
    return f"{recipe.category.value}: {recipe.name}, {recipe.method.value}"


def test_ways_are_counted_in_person_and_tonne_kilometres_whatever_they_are_given_in() -> None:
    mile, mile_in_km = Distance(1, "mi"), Fraction(1609344, 10**6)
    ways = [
        travel.travelled(mile, people=3),
        travel.commuted(mile, people=3, journeys=1, weeks=1),
        travel.commuted(mile, people=1, journeys=3, weeks=1),
        travel.commuted(mile, people=1, journeys=1, weeks=3),
        travel.travelled(DerivedQuantity.of("way", mile), people=3),
    ]
    assert {(way.number, way.unit) for way in ways} == {(3 * mile_in_km, "p_km")}
    assert ways[0].working.text() == "travel: 4.828032 p_km = 1 mi × 3 people"
    assert travel.travelled(Distance(1500, "m"), people=2).number == 3
    freight = transport.carried(Mass(500, "kg"), mile)
    assert (freight.number, freight.unit) == (mile_in_km / 2, "t_km")
    assert freight.working.text() == "freight: 0.804672 t_km = 500 kg × 1 mi"
    cars = travel.driven(mile, cars=2, journeys=3, weeks=5)
    assert str(cars) == "30 mi"
    home = travel.teleworked(Energy(2, "kWh"), people=3, days=5)
    assert str(home) == "30 kWh"


SECONDARY = {"average", "spend_based", "average_equity", "average_project", "average_processing"}


@pytest.mark.parametrize("recipe", ROWS, ids=named)
def test_an_average_is_secondary_data_and_the_rest_is_what_it_rests_on(
    recipe: Recipe, item: MakeItem, factor: MakeFactor, stated: MakeStated
) -> None:
    maker = Maker(item, factor, stated)
    entry = maker.entry(recipe)
    function = recipe.name.rpartition(".")[2]
    if function in SECONDARY:
        assert entry.data == {DataKind.SECONDARY}
    elif recipe.name == "purchase.hybrid":
        assert entry.data == set(BOTH)
    elif recipe.method is Method.SUPPLIER_SPECIFIC:
        assert entry.data == {DataKind.PRIMARY}


def test_all_fifteen_categories_have_methods() -> None:
    assert list(METHODS) == list(Category)
    assert all(METHODS.values())


@pytest.mark.parametrize("recipe", ROWS, ids=named)
def test_a_method_makes_an_entry_of_its_category(
    recipe: Recipe, item: MakeItem, factor: MakeFactor, stated: MakeStated
) -> None:
    entry = Maker(item, factor, stated).entry(recipe)
    assert (entry.category, entry.method, entry.record.scope) == (recipe.category, recipe.method, Scope.THREE)
    assert sum(amount.quantity.in_base() for _, amount in entry.parts) == 12000
    assert list(entry.explain().sources())  # down to at least one source


@pytest.mark.parametrize(
    ("method", "categories"),
    [
        (Method.SUPPLIER_SPECIFIC, {1, 2, 3, 5, 12}),
        (Method.HYBRID, {1, 2}),
        (Method.SPEND_BASED, {1, 2, 4, 6, 7, 9}),
        (Method.FUEL_BASED, {4, 6, 7, 9}),
        (Method.DISTANCE_BASED, {4, 6, 7, 9}),
        (Method.AVERAGE, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15}),
    ],
)
def test_a_method_is_in_all_the_categories_that_have_it(method: Method, categories: set[int]) -> None:
    assert {recipe.category.value for recipe in ROWS if recipe.method is method} == categories


@pytest.mark.parametrize("recipe", ROWS, ids=named)
def test_a_method_says_what_it_needs_and_where_to_read_on(recipe: Recipe) -> None:
    assert recipe.needs
    assert recipe.source.table == f"chapter {recipe.category.value}"
    assert recipe.source.status is Status.RECALLED


def test_the_table_is_nobodys_to_change() -> None:
    with pytest.raises(TypeError):
        METHODS[Category.WASTE] = ()  # type: ignore[index]
    with pytest.raises(WrongTypeError):
        methods_of(5)  # type: ignore[arg-type]


def test_a_category_of_another_method_is_refused(
    item: MakeItem, factor: MakeFactor, stated: MakeStated
) -> None:
    maker = Maker(item, factor, stated)
    for recipe in ROWS:
        other = Category.INVESTMENTS if "investment" not in recipe.name else Category.WASTE
        made = Recipe(other, recipe.method, recipe.function, recipe.needs, recipe.source)
        fixed = recipe.name.startswith(("energy_chain", "product", "franchise", "investment")) or (
            recipe.name
            in {"travel.nights", "travel.average", "leased.lessor_specific", "leased.lessee_specific"}
        )
        if not fixed:
            with pytest.raises(InvalidValueError, match="category: must be category"):
                maker.entry(made)


def test_a_quantity_of_another_kind_is_refused(item: MakeItem) -> None:
    upstream, trip = Category.UPSTREAM_TRANSPORT, Category.BUSINESS_TRAVEL
    with pytest.raises(IncompatibleUnitsError, match="be a freight or distance"):
        transport.distance_based(item(), Travel(1, "p_km"), category=upstream, data=DataKind.PRIMARY)
    with pytest.raises(IncompatibleUnitsError, match="be a travel or distance"):
        travel.distance_based(item(), Freight(1, "t_km"), category=trip, data=DataKind.PRIMARY)
    with pytest.raises(IncompatibleUnitsError, match="be a number of nights"):
        travel.nights(item(), Count(1, "each"), data=DataKind.PRIMARY)
    with pytest.raises(IncompatibleUnitsError, match="load: must be in a unit that converts to t"):
        transport.carried(Volume(1, "m3"), Distance(1, "km"))
    with pytest.raises(InvalidValueError, match="storage: must have days"):
        transport.average(item(), Count(1, "each"), None, category=upstream)  # type: ignore[arg-type]
    money = spent(Money(1, "USD"), year=2022, prices=Prices.BASIC).quantity
    with pytest.raises(InvalidValueError, match=r"be no money, .*use spend_based"):
        purchase.average(item(), money, category=Category.CAPITAL_GOODS)


def test_a_leased_floor_counts_what_is_let() -> None:
    assert leased.floor_share(Area(1, "ha"), Area(2, "ha"), occupied=1).value * 2 == 1
    with pytest.raises(
        InvalidValueError, match=r"occupied: must be above 0 and at most 1, was 75; write 0.75"
    ):
        leased.floor_share(Area(200, "m2"), Area(2000, "m2"), occupied=75)
    with pytest.raises(InvalidValueError, match="share: must be from 0 to 1"):
        leased.floor_share(Area(200, "m2"), Area(2000, "m2"), occupied="0.05")


def test_treatments_and_sectors_make_up_the_whole(item: MakeItem, factor: MakeFactor) -> None:
    some = Treatment("landfill", Share.stated("0.9", by="mass"), factor("t"))
    with pytest.raises(InvalidValueError, match=r"shares of thing: must add up to 1, was 0.9"):
        waste.average(item(), Mass(1, "t"), [some], category=Category.WASTE)
    with pytest.raises(InvalidValueError, match="name each treatment once"):
        waste.average(item(), Mass(1, "t"), [some, some], category=Category.WASTE)
    revenue = spent(Money(1, "USD"), year=2022, prices=Prices.BASIC)
    half = Sector("energy", Share.stated("0.5", by="revenue"), factor("USD@2022"))
    for sectors, match in (([half], "revenue: must add up to 1"), ([half, half], "name each sector once")):
        with pytest.raises(InvalidValueError, match=match):
            investment.average_equity(
                item(), revenue, sectors, Share.stated(1, by="equity"), prices=Prices.BASIC
            )


def test_losses_are_of_what_is_delivered_or_of_what_is_generated() -> None:
    report, used = Source("Grid", "Report", 2025), Energy(90, "MWh")
    delivered = energy_chain.lost(used, Loss("0.1", LossBasis.DELIVERED, report))
    generated = energy_chain.lost(used, Loss("0.1", LossBasis.GENERATED, report))
    assert [delivered.number, generated.number] == [9, 10]
    assert energy_chain.lost(used, Loss(0, LossBasis.GENERATED, report)).number == 0
    for wrong, match in (
        (8, "was 8; write 0.08"),
        (1, "was 1; write 0.08"),
        ("-0.1", r"was -0\.1$"),
    ):
        with pytest.raises(InvalidValueError, match=f"loss rate: must be from 0 to below 1, {match}"):
            Loss(wrong, LossBasis.GENERATED, report)


def test_a_gas_in_products_is_counted_with_the_share_that_gets_out(item: MakeItem) -> None:
    sheet, leak = Source("Maker", "Data sheet", 2025), Share.stated("0.3", by="leakage")
    let_out = product.released(
        "HFC134a", Mass("0.5", "kg"), sold=7, share=leak, source=sheet, data=DataKind.PRIMARY
    )
    entry = product.direct_use(item(), let_out)
    assert [str(amount) for _, amount in entry.parts] == ["1.05 kg HFC134a"]
    assert list(entry.explain().sources()) == [sheet]
    with pytest.raises(InvalidValueError, match="charge: must be zero or more"):
        product.released("HFC134a", Mass(-1, "kg"), sold=7, share=leak, source=sheet, data=DataKind.PRIMARY)
    with pytest.raises(InvalidValueError, match="be a gas"):
        product.released("a gas", Mass(1, "kg"), sold=7, share=leak, source=sheet, data=DataKind.PRIMARY)


def test_products_sold_become_waste_with_their_mass(item: MakeItem, factor: MakeFactor) -> None:
    sold = product.sold_mass(Mass("0.8", "kg"), sold=50000)
    everything = Treatment("landfill", Share.stated(1, by="mass"), factor("t", 3))
    entry = waste.average(item(), sold, [everything], category=Category.END_OF_LIFE_OF_SOLD_PRODUCTS)
    assert entry.parts[0][1].number == 120
    assert "mass of one product: 0.8 kg" in entry.explain().text()


def test_a_sample_is_no_larger_than_its_group(stated: MakeStated) -> None:
    with pytest.raises(InvalidValueError, match="sampled: must be at most the group"):
        franchise.from_sample(stated(), sampled=21, all_=20)
    group = franchise.from_sample(stated(31, scopes=OPERATIONS), sampled=3, all_=200)
    assert str(group.amounts(Conversion(1, Rounding.HALF_UP))[0]) == "2066.7 t CO2"
