"""
The worked examples of the golden file, each through our own interface.

Sources: examples after the GHG Protocol, Technical Guidance for Calculating Scope 3 Emissions
(2013), (c) WRI/WBCSD, by their numbers; GHG Protocol, Corporate Value Chain (Scope 3)
Standard (2011), Table 5.6; OpenCBAM 0.1.0, README (one run, recomputed). Numbers only; each
was recomputed exactly. Each test compares what carbonkit gives with both the recomputed and
the printed figure, at the digits that were printed. Where a figure that was published is not
what its own inputs give, it shows by how much they differ, and what slip makes the one from
the other. The golden file names no units where the arithmetic needs none; units here are those
of the trade. Two of its cases, of Holland Industries, are in test_accounting_boundary.py.
"""

from __future__ import annotations

import ast
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from carbonkit.accounting import (
    Amount,
    Calculation,
    Catalogue,
    Category,
    Conversion,
    Coverage,
    Factor,
    GwpSet,
    Potential,
    Rate,
    Scope,
    Scope2Method,
    account,
    as_published,
)
from carbonkit.accounting.value_chain import (
    DataKind,
    Emission,
    Entry,
    Item,
    Loss,
    LossBasis,
    Prices,
    Sector,
    Share,
    Treatment,
    ValueChain,
    energy_chain,
    franchise,
    investment,
    leased,
    product,
    purchase,
    shares_of,
    spent,
    transport,
    travel,
    waste,
)
from carbonkit.schemes.eu_border import embedded_emissions
from carbonkit.values import (
    Area,
    CO2e,
    Count,
    Distance,
    Energy,
    Exact,
    Freight,
    Mass,
    Money,
    Period,
    Place,
    Price,
    Quantity,
    Rounding,
    Source,
    Volume,
    exact,
    multiply,
    round_to,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

GOLDEN = Path(__file__).resolve().parents[2].parent / "shared/data/accounting/accounting_golden.json"

GUIDANCE = Source("WRI/WBCSD", "Technical Guidance for Calculating Scope 3 Emissions", 2013)
YEAR, WORLD = Period.year(2013), Place("001")
BASIS = "example, basis not stated"
GOODS, UPSTREAM = Category.PURCHASED_GOODS_AND_SERVICES, Category.UPSTREAM_TRANSPORT

# what the inputs give, and what was printed
EXPECTED: Final[dict[str, tuple[str, str]]] = {
    "s3-1.1": ("145000", "145000"),
    "s3-1.2-materials": ("49250", "49250"),
    "s3-1.2-total": ("257300", "72800"),
    "s3-1.4": ("54100", "54100"),
    "s3-3.1-C-TD": ("404175", "404175"),
    "s3-4.1": ("760000", "760000"),
    "s3-4.3-driven-1": ("11.8125", "11.8"),
    "s3-4.3-driven-3": ("12.3046875", "12.3"),
    "s3-4.3-gcd-2": ("9.642857142857142857142857142857142857143", "9.64"),
    "s3-4.4": ("7300", "7300"),
    "s3-4.6": ("240", "240"),
    "s3-5.2": ("3320", "3320"),
    "s3-6.1-air": ("8300000", "8300000"),
    "s3-7.1": ("3072", "3072"),
    "s3-8.1": ("1320", "1325"),
    "s3-10.1": ("1725", "1725"),
    "s3-11.1": ("13042500", "13042500"),
    "s3-11.3": ("36000", "36000"),
    "s3-13.1": ("3000", "3000"),
    "s3-14.2": ("23500000", "23500000"),
    "s3-15.2": ("2332500", "2242500"),
    "s3-15.4": ("7519", "7519"),
    "s3-15.5-60y": ("63000000", "63000000"),
    "s3-C.1": ("0.1666666666666666666666666666666666666667", "0.1667"),
    "s3std-5.6-C-upstream": ("0.5", "0.5"),
    "s3std-5.6-D-s2": ("90", "90"),
    "cbam-1-freealloc": ("132.99", "132.990"),
    "cbam-1-liability": ("9688.8", "9688.80"),
}
# published minus recomputed, and the slip in words of our own
ERRATA: Final[dict[str, tuple[str, str]]] = {
    "s3-1.2-total": ("-184500", "the transport part was added as a tenth of what it is"),
    "s3-8.1": ("5", "the refrigerant's share was rounded to 0.67 kg before it was weighed"),
    "s3-15.2": (
        "-90000",
        "the fourth investment was added as 900,000; the unit is kg, not the tonnes printed",
    ),
}
# the consolidation of Holland Industries' shares is shown where organisations are
ELSEWHERE: Final = {
    "corp-BGB-equity": "test_accounting_boundary.py",
    "corp-BGB-opcontrol": "test_accounting_boundary.py",
}
COMPARED: Final[list[str]] = []  # the cases whose figure was compared, as the tests run


def recomputed(identity: str) -> Decimal:
    return Decimal(EXPECTED[identity][0])


def printed(identity: str) -> Decimal:
    return Decimal(EXPECTED[identity][1])


def agrees_as_printed(identity: str, figure: Decimal) -> bool:
    """Say whether a figure of the library is the printed one at the digits that were printed."""
    places = -int(printed(identity).as_tuple().exponent)
    return round_to(figure, places, Rounding.HALF_UP) == printed(identity)


def compare(identity: str, figure: Decimal) -> None:
    """Compare what the library gives, in the unit that was printed, with both figures of the golden file."""
    COMPARED.append(identity)
    assert figure == recomputed(identity)
    if identity in ERRATA:
        difference, reason = ERRATA[identity]
        assert reason
        assert not agrees_as_printed(identity, figure)
        assert printed(identity) - figure == Decimal(difference)
    else:
        assert agrees_as_printed(identity, figure)


def factor(
    name: str, rate: Exact, per: str, *, coverage: Coverage | None = None, unit: str = "kgCO2e"
) -> Factor:
    rates = (Rate("CO2e", rate, unit, basis=BASIS),)
    return Factor(name, "2013", name, WORLD, YEAR, per, rates, GUIDANCE, coverage=coverage)


def item(name: str) -> Item:
    return Item(name, "reporter", name, WORLD, YEAR)


def emitted(
    name: str, much: Quantity, rate: Exact, *, data: DataKind = DataKind.SECONDARY, unit: str = "kgCO2e"
) -> Emission:
    return Emission.of(much, factor(name, rate, much.unit, unit=unit), data=data)


def stated(name: str, amount: Exact, unit: str, *, scopes: Iterable[Scope] = ()) -> Emission:
    amounts = [Amount("CO2e", amount, unit, basis=BASIS)]
    return Emission.stated(name, amounts, GUIDANCE, data=DataKind.PRIMARY, scopes=scopes)


def total(
    entries: Iterable[Entry], category: Category, *, factors: Iterable[Factor] = (), gwp: GwpSet | None = None
) -> CO2e:
    """Account the entries as a reporter does, and read the category off the statement. [kgCO2e]."""
    chain = ValueChain(tuple(entries))
    inventory = account(chain.activities, Catalogue(factors), calculations=chain.calculations)
    statement = inventory.co2e(gwp or as_published(BASIS))
    counted = statement.by_category().amount(str(category))
    assert counted == statement.total  # nothing went to another category or scope
    return counted


def kilograms(found: CO2e) -> Decimal:
    return found.to("kgCO2e").number


def test_s3_1_1() -> None:
    rows = [(200000, "0.15"), (600000, "0.10"), (200000, "0.10"), (100000, "0.25"), (50000, "0.20")]
    entries = []
    for number, (kilogram, rate) in enumerate(rows):
        own = factor(f"supplier {number}", rate, "kg", coverage=Coverage.LIFE_CYCLE)
        bought = Emission.of(Mass(kilogram, "kg"), own, data=DataKind.PRIMARY)
        entries.append(purchase.supplier_specific(item(f"supplier {number}"), bought, category=GOODS))
    compare("s3-1.1", kilograms(total(entries, GOODS)))


MATERIALS = [(5000, "7"), (2500, "5"), (500, "2"), (500, "1.5")]


def materials_of_1_2() -> list[Emission]:
    return [
        emitted(f"material {number}", Mass(kilogram, "kg"), rate)
        for number, (kilogram, rate) in enumerate(MATERIALS)
    ]


def test_s3_1_2_materials() -> None:
    entries = [
        purchase.average(
            item(f"material {number}"),
            Mass(kilogram, "kg"),
            factor(f"material {number}", rate, "kg"),
            category=GOODS,
        )
        for number, (kilogram, rate) in enumerate(MATERIALS)
    ]
    compare("s3-1.2-materials", kilograms(total(entries, GOODS)))
    compare("s3-1.2-materials", Emission.total("materials", materials_of_1_2()).amounts()[0].number)


def hybrid_of_1_2(transport_kg: Exact) -> CO2e:
    supplier = stated("supplier", 3000, "kgCO2e", scopes=[Scope.ONE, Scope.TWO])
    entry = purchase.hybrid(
        item("goods"),
        supplier,
        category=GOODS,
        materials=materials_of_1_2(),
        transport=[stated("transport", transport_kg, "kgCO2e")],
        waste=[stated("waste", 50, "kgCO2e")],
    )
    return total([entry], GOODS)


def test_s3_1_2_total() -> None:
    compare("s3-1.2-total", kilograms(hybrid_of_1_2(205000)))
    # the erratum: a tenth of the transport gives the printed total, to the kilogram
    assert hybrid_of_1_2(20500) == CO2e(printed("s3-1.2-total"), "kgCO2e")


def test_s3_1_4() -> None:
    by_mass = [(400, 20), (200, 10), (500, 40), (100, 70), (1500, 3), (300, 3)]
    by_money = [
        *((5000, "0.3"), (3000, "0.3"), (4000, "0.3"), (6000, "0.5"), (1500, "0.2")),
        *((5000, "0.2"), (5000, "0.3"), (1000, "0.3"), (5000, "0.4")),
    ]
    entries, factors = [], []
    for number, (kilogram, rate) in enumerate(by_mass):
        name = f"material {number}"
        factors.append(factor(name, rate, "kg"))
        entries.append(purchase.average(item(name), Mass(kilogram, "kg"), category=GOODS))
    for number, (dollars, per_dollar) in enumerate(by_money):
        name = f"component {number}"
        factors.append(factor(name, per_dollar, "USD@2013"))
        bill = spent(Money(dollars, "USD"), year=2013, prices=Prices.PURCHASER)
        entry = purchase.spend_based(item(name), bill, prices=Prices.PURCHASER, category=GOODS)
        entries.append(entry)
    compare("s3-1.4", kilograms(total(entries, GOODS, factors=factors)))


def test_s3_3_1_C_TD() -> None:  # noqa: N802  the example's own name
    rows = [
        *((500000, "0.8", "0.10"), (600000, "0.4", "0.13"), (50000, "0.15", "0.05")),
        *((400000, "0.8", "0.15"), (5500000, "0.5", "0.10"), (200000, "0.4", "0.12")),
    ]
    entries = [
        energy_chain.network_losses(
            item(f"country {number}"),
            Energy(used, "kWh"),
            Loss(lost, LossBasis.DELIVERED, GUIDANCE),
            factor(f"grid {number}", rate, "kWh", coverage=Coverage.LIFE_CYCLE),
            data=DataKind.SECONDARY,
        )
        for number, (used, rate, lost) in enumerate(rows)
    ]
    compare("s3-3.1-C-TD", kilograms(total(entries, Category.FUEL_AND_ENERGY_RELATED)))


def test_s3_4_1() -> None:
    diesel = [
        emitted("diesel", Volume(litres, "L"), 3, data=DataKind.PRIMARY) for litres in (50000, 80000, 90000)
    ]
    leak = Emission.stated(
        "refrigerant", [Amount("R410A", 50, "kg")], GUIDANCE, data=DataKind.PRIMARY, scopes=[Scope.ONE]
    )
    entry = transport.fuel_based(item("fleet"), Emission.total("fleet", [*diesel, leak]), category=UPSTREAM)
    # the refrigerant is a mass of gas, weighed with the example's own potential
    own = GwpSet(BASIS, (Potential("R410A", 2000, GUIDANCE),))
    compare("s3-4.1", kilograms(total([entry], UPSTREAM, gwp=own)))


def lorry() -> Emission:
    return Emission.stated("lorry", [Amount("CO2", "31.5", "kg")], GUIDANCE, data=DataKind.PRIMARY)


def carried_by_lorry(share: Share, conversion: Conversion | None = None) -> Decimal:
    entry = transport.fuel_based(
        item("goods"), lorry(), category=UPSTREAM, share=share, conversion=conversion
    )
    amounts = entry.record.amounts if isinstance(entry.record, Calculation) else ()
    assert [(amount.gas, amount.unit) for amount in amounts] == [("CO2", "kg")]
    return amounts[0].number


DRIVEN = {"first": Freight(240, "t_km"), "second": Freight(150, "t_km"), "third": Freight(250, "t_km")}


def test_s3_4_3_driven_1() -> None:
    figure = carried_by_lorry(shares_of(DRIVEN, by="tonne-kilometres")["first"])
    compare("s3-4.3-driven-1", figure)


def test_s3_4_3_driven_3() -> None:
    shares = shares_of(DRIVEN, by="tonne-kilometres")
    figure = carried_by_lorry(shares["third"])
    compare("s3-4.3-driven-3", figure)
    everything = [lorry().shared(share) for share in shares.values()]
    assert Emission.total("all loads", everything).amounts() == lorry().amounts()


def test_s3_4_3_gcd_2() -> None:
    share = Share.of(Freight(150, "t_km"), Freight(490, "t_km"), by="great-circle tonne-kilometres")
    assert lorry().shared(share).parts[0].number == Fraction(315, 10) * 150 / 490
    places = -int(recomputed("s3-4.3-gcd-2").as_tuple().exponent)
    figure = carried_by_lorry(share, Conversion(places, Rounding.HALF_EVEN))
    compare("s3-4.3-gcd-2", figure)


def test_s3_4_4() -> None:
    entries, factors = [], []
    for number, (dollars, rate) in enumerate([(20000, "0.04"), (30000, "0.15"), (40000, "0.05")]):
        name = f"carrier {number}"
        bill = spent(Money(dollars, "USD"), year=2013, prices=Prices.PURCHASER)
        factors.append(factor(name, rate, "USD@2013"))
        entry = transport.spend_based(item(name), bill, prices=Prices.PURCHASER, category=UPSTREAM)
        entries.append(entry)
    compare("s3-4.4", kilograms(total(entries, UPSTREAM, factors=factors)))


def test_s3_4_6() -> None:
    entries = [
        transport.average(
            item(f"store {number}"),
            transport.stored(Volume(volume, "m3"), days=days),
            factor(f"m3 for a day, {number}", rate, "m3"),
            category=UPSTREAM,
        )
        for number, (volume, days, rate) in enumerate([(4000, 2, "0.01"), (4000, 2, "0.02")])
    ]
    compare("s3-4.6", kilograms(total(entries, UPSTREAM)))


def test_s3_5_2() -> None:
    rows = [("0.25", 300), ("0.05", 0), ("0.30", 0), ("0.20", 10), ("0.20", 30)]
    treatments = [
        Treatment(f"treatment {number}", Share.stated(share, by="mass"), factor(f"{number}", rate, "t"))
        for number, (share, rate) in enumerate(rows)
    ]
    entry = waste.average(item("waste"), Mass(40, "t"), treatments, category=Category.WASTE)
    compare("s3-5.2", kilograms(total([entry], Category.WASTE)))


def test_s3_6_1_air() -> None:
    entries, factors = [], []
    for number, (people, way, rate) in enumerate([(10, 10000, 5), (20, 15000, 6), (100, 12000, 5)]):
        name = f"flight {number}"
        factors.append(factor(name, rate, "p_km"))
        flown = travel.travelled(Distance(way, "km"), people=people)
        entry = travel.distance_based(
            item(name), flown, category=Category.BUSINESS_TRAVEL, data=DataKind.SECONDARY
        )
        entries.append(entry)
    compare("s3-6.1-air", kilograms(total(entries, Category.BUSINESS_TRAVEL, factors=factors)))


def test_s3_7_1() -> None:
    # the file gives 8,640 km by rail and 11,040 km by car in 48 weeks; 0.1 and 0.2 kg for a kilometre
    # are the only factors with one decimal place that give its result
    by_rail = travel.commuted(Distance(180, "km"), people=1, journeys=1, weeks=48)
    by_car = travel.driven(Distance(230, "km"), cars=1, journeys=1, weeks=48)
    assert (str(by_rail), str(by_car)) == ("8640 p_km", "11040 km")
    factors = [factor("rail", "0.1", "p_km"), factor("car", "0.2", "km")]
    commuting = Category.EMPLOYEE_COMMUTING
    entries = [
        travel.distance_based(item("rail"), by_rail, category=commuting, data=DataKind.PRIMARY),
        travel.distance_based(item("car"), by_car, category=commuting, data=DataKind.PRIMARY),
    ]
    compare("s3-7.1", kilograms(total(entries, commuting, factors=factors)))


FLOOR = leased.floor_share(Area(200, "m2"), Area(2000, "m2"), occupied="0.75")
OWN_8_1 = GwpSet(BASIS, (Potential("refrigerant", 1500, GUIDANCE),))


def test_s3_8_1() -> None:
    rented = Category.UPSTREAM_LEASED_ASSETS
    energy = [
        emitted("gas", Energy(1500, "kWh"), "0.2", data=DataKind.PRIMARY),
        emitted("electricity", Energy(3000, "kWh"), "0.7", data=DataKind.PRIMARY),
    ]
    leak = Emission.stated("leak", [Amount("refrigerant", 5, "kg")], GUIDANCE, data=DataKind.PRIMARY)
    building = Emission.total("building", [*energy, leak]).shared(FLOOR)
    compare("s3-8.1", kilograms(building.co2e(OWN_8_1)))
    # an inventory keeps the gases, and the mass of the leak's share never ends: it is rounded as named
    entry = leased.asset_specific(
        item("floor"), building, category=rented, conversion=Conversion(30, Rounding.HALF_EVEN)
    )
    found = total([entry], rented, gwp=OWN_8_1)
    compare("s3-8.1", round_to(kilograms(found), 20, Rounding.HALF_EVEN))


def test_s3_8_1_erratum() -> None:
    # the leak's share rounded to two places before it is weighed gives the printed figure, to the kilogram
    rented = Category.UPSTREAM_LEASED_ASSETS
    energy = Emission.total(
        "energy",
        [
            emitted("gas", Energy(1500, "kWh"), "0.2", data=DataKind.PRIMARY),
            emitted("electricity", Energy(3000, "kWh"), "0.7", data=DataKind.PRIMARY),
        ],
    )
    leak = Emission.stated("leak", [Amount("refrigerant", 5, "kg")], GUIDANCE, data=DataKind.PRIMARY)
    midway = Conversion(2, Rounding.HALF_UP)
    entries = [
        leased.asset_specific(item("energy"), energy, category=rented, share=FLOOR),
        leased.asset_specific(item("leak"), leak, category=rented, share=FLOOR, conversion=midway),
    ]
    assert total(entries, rented, gwp=OWN_8_1) == CO2e(printed("s3-8.1"), "kgCO2e")


def test_s3_10_1() -> None:
    parts = [
        emitted("gas", Energy(3500, "kWh"), "0.2", data=DataKind.PRIMARY),
        emitted("electricity", Energy(2000, "kWh"), "0.5", data=DataKind.PRIMARY),
        emitted("waste", Mass(50, "kg"), "0.5", data=DataKind.PRIMARY),
    ]
    entry = product.processing(item("product"), Emission.total("processing", parts))
    compare("s3-10.1", kilograms(total([entry], Category.PROCESSING_OF_SOLD_PRODUCTS)))


def test_s3_11_1() -> None:
    grid = factor("electricity", "0.5", "kWh")
    entries = []
    for number, (uses, sold, each) in enumerate(
        [(1000, 11500, "1.3"), (1100, 1900, "1.5"), (2000, 20000, "0.2")]
    ):
        needed = product.lifetime_use(Energy(each, "kWh"), sold=sold, uses=uses)
        used = Emission.of(needed, grid, data=DataKind.SECONDARY)
        entries.append(product.direct_use(item(f"appliance {number}"), used))
    compare("s3-11.1", kilograms(total(entries, Category.USE_OF_SOLD_PRODUCTS)))


def test_s3_11_3() -> None:
    driven = product.lifetime_use(Distance(300000, "km"), sold=10, uses=1)
    cars = Emission.of(driven, factor("car", "0.3", "km"), data=DataKind.SECONDARY)
    part = Share.of(Mass(20, "kg"), Mass(500, "kg"), by="mass")
    entry = product.direct_use(item("part of a car"), cars, share=part)
    compare("s3-11.3", kilograms(total([entry], Category.USE_OF_SOLD_PRODUCTS)))


def test_s3_13_1() -> None:
    part = Share.of(Area(5000, "m2"), Area(15000, "m2"), by="floor area")
    entry = leased.lessee_specific(item("warehouse"), stated("lessee", 9000, "kgCO2e"), part)
    compare("s3-13.1", kilograms(total([entry], Category.DOWNSTREAM_LEASED_ASSETS)))


def test_s3_14_2() -> None:
    rows = [(100, 30000), (150, 30000), (400, 10000), (700, 10000), (500, 10000)]
    entries = [
        franchise.average(item(f"kind {number}"), Count(many, "each"))
        for number, (many, _) in enumerate(rows)
    ]
    factors = [factor(f"kind {number}", rate, "each") for number, (_, rate) in enumerate(rows)]
    compare("s3-14.2", kilograms(total(entries, Category.FRANCHISES, factors=factors)))


INVESTEES = [
    (3000000, [("1", "0.6")], "0.05"),
    (7500000, [("1", "0.5")], "0.15"),
    (1150000, [("1", "3")], "0.20"),
    (5500000, [("0.6", "2"), ("0.4", "1.5")], "0.10"),
]


def invested() -> list[Entry]:
    entries = []
    for number, (revenue, parts, share) in enumerate(INVESTEES):
        sectors = [
            Sector(
                f"sector {place}",
                Share.stated(part, by="revenue"),
                factor(f"{number}, {place}", rate, "USD@2013"),
            )
            for place, (part, rate) in enumerate(parts)
        ]
        money = spent(Money(revenue, "USD"), year=2013, prices=Prices.BASIC)
        equity = Share.stated(share, by="equity")
        name = item(f"investee {number}")
        entries.append(investment.average_equity(name, money, sectors, equity, prices=Prices.BASIC))
    return entries


def test_s3_15_2() -> None:
    entries = invested()
    compare("s3-15.2", kilograms(total(entries, Category.INVESTMENTS)))
    # the erratum: the fourth is 990,000 kg; 900,000 in its place gives the printed total, also in kilograms
    assert total(entries[3:], Category.INVESTMENTS) == CO2e(990000, "kgCO2e")
    slip = total(entries[:3], Category.INVESTMENTS) + CO2e(900000, "kgCO2e")
    assert slip == CO2e(printed("s3-15.2"), "kgCO2e") != CO2e(printed("s3-15.2"), "tCO2e")


def test_s3_15_4() -> None:
    # sizes are counted in the example's own units of each project, a factor being for one of them
    rows = [(20, 310, "0.07"), (8, 325, "0.10"), (3, 500, "0.05"), (15, 9000, "0.05")]
    entries = [
        investment.average_project(
            item(f"project {number}"),
            Count(size, "each"),
            factor(f"project {number}", rate, "each", unit="tCO2e"),
            Share.stated(share, by="project cost"),
        )
        for number, (size, rate, share) in enumerate(rows)
    ]
    compare("s3-15.4", total(entries, Category.INVESTMENTS).to("tCO2e").number)


def test_s3_15_5_60y() -> None:
    plant = stated("power plant", 7000000, "tCO2e")
    life = investment.projected_lifetime(plant, years=60, share=Share.stated("0.15", by="project cost"))
    (amount,) = life.amounts()
    assert amount.unit == "tCO2e"
    compare("s3-15.5-60y", amount.number)


def test_s3_C_1() -> None:  # noqa: N802  the example's own name
    wash = stated("all washes", 500000, "kgCO2e").divided(3000000, "washes")
    assert wash.parts[0].number == Fraction(1, 6)
    places = -int(recomputed("s3-C.1").as_tuple().exponent)
    (amount,) = wash.amounts(Conversion(places, Rounding.HALF_EVEN))
    compare("s3-C.1", amount.number)


def test_s3std_5_6_C_upstream() -> None:  # noqa: N802  the company's own letter
    # the network company answers for a tenth of the power, so for a tenth of what its coal emitted before
    amounts = [Amount("CO2e", 5, "tCO2e", basis=BASIS)]
    mining = Emission.stated("mining", amounts, GUIDANCE, data=DataKind.SECONDARY, coverage=Coverage.UPSTREAM)
    entry = energy_chain.purchased_electricity(
        item("electricity"), mining.shared(Share.stated("0.1", by="electricity"))
    )
    found = total([entry], Category.FUEL_AND_ENERGY_RELATED)
    compare("s3std-5.6-C-upstream", found.to("tCO2e").number)


def test_s3std_5_6_D_s2() -> None:  # noqa: N802  the company's own letter
    # nine tenths of the power reach the user, whose scope 2 they are
    used = stated("power plant", 100, "tCO2e").shared(Share.stated("0.9", by="electricity"))
    bought = Calculation(
        "electricity",
        "reporter",
        "electricity",
        WORLD,
        YEAR,
        Scope.TWO,
        used.amounts(),
        used.working,
        method=Scope2Method.LOCATION,
    )
    inventory = account([], Catalogue(()), calculations=[bought])
    statement = inventory.co2e(as_published(BASIS), scope_2=Scope2Method.LOCATION)
    found = statement.by_scope().amount("scope 2")
    compare("s3std-5.6-D-s2", found.to("tCO2e").number)


# the default value of the goods, with its mark-up of 10 %
EMBEDDED = multiply(exact("2.310"), exact("1.10"))


def test_cbam_1_freealloc() -> None:
    goods = embedded_emissions(2026, mass_t=100, embedded=EMBEDDED, benchmark="1.364", correction=1)
    compare("cbam-1-freealloc", multiply(goods.free, goods.mass_t))


def test_cbam_1_liability() -> None:
    goods = embedded_emissions(2026, mass_t=100, embedded=EMBEDDED, benchmark="1.364", correction=1)
    owed = Price(80, "EUR", "tCO2e").of(CO2e(goods.total, "tCO2e"))
    compare("cbam-1-liability", owed.amount)
    assert owed.rounded(Rounding.HALF_UP) == Money(printed("cbam-1-liability"), "EUR")


def named_test(identity: str) -> str:
    return "test_" + "".join(letter if letter.isalnum() else "_" for letter in identity)


@pytest.mark.parametrize("identity", EXPECTED)
def test_every_case_compares_what_carbonkit_gives(identity: str) -> None:
    COMPARED.clear()
    globals()[named_test(identity)]()
    assert set(COMPARED) == {identity}


@pytest.mark.parametrize("identity", EXPECTED)
def test_another_figure_would_fail(identity: str) -> None:
    last = Decimal((0, (1,), int(recomputed(identity).as_tuple().exponent)))
    for wrong in (recomputed(identity) + last, -recomputed(identity), Decimal(0)):
        with pytest.raises(AssertionError):
            compare(identity, wrong)
    if identity in ERRATA:
        with pytest.raises(AssertionError):
            compare(identity, printed(identity))


@pytest.mark.parametrize(("identity", "file"), ELSEWHERE.items())
def test_the_cases_that_are_elsewhere_are_there(identity: str, file: str) -> None:
    tree = ast.parse(Path(__file__).with_name(file).read_text("utf-8"))
    tests = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    compared = {
        node.value for node in ast.walk(tests[named_test(identity)]) if isinstance(node, ast.Constant)
    }
    assert identity in compared


@pytest.mark.skipif(not GOLDEN.exists(), reason="the shared golden file is not here")
def test_every_case_of_the_golden_file_has_its_test() -> None:
    cases = {case["id"]: case for case in json.loads(GOLDEN.read_text("utf-8"))}
    assert set(cases) == set(EXPECTED) | set(ELSEWHERE)
    assert [name for name in EXPECTED if named_test(name) not in globals()] == []
    assert {name: cases[name]["computed"] for name in EXPECTED} == {
        name: figures[0] for name, figures in EXPECTED.items()
    }
    assert {name: cases[name]["published"] for name in EXPECTED} == {
        name: figures[1] for name, figures in EXPECTED.items()
    }
    assert {name for name, case in cases.items() if case["status"] == "SOURCE-ERROR"} == set(ERRATA)
