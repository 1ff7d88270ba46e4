"""Hostile input: whatever stands in place of an argument, there is a result or an error of carbonkit."""

from __future__ import annotations

import inspect
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.accounting import (
    Amount,
    Catalogue,
    Category,
    Conversion,
    Coverage,
    Factor,
    Origin,
    Rate,
    Scope,
    account,
    gwp_set,
)
from carbonkit.accounting import value_chain as package
from carbonkit.accounting.value_chain import (
    METHODS,
    DataKind,
    DerivedQuantity,
    Emission,
    EmissionPart,
    Entry,
    ExchangeRate,
    Item,
    Loss,
    LossBasis,
    Margin,
    Method,
    PriceIndex,
    Prices,
    Sector,
    Share,
    Spending,
    Treatment,
    ValueChain,
    applied,
    derived_quantity,
    energy_chain,
    entry,
    franchise,
    investment,
    leased,
    methods_of,
    product,
    purchase,
    share,
    shares_of,
    spend,
    spent,
    transport,
    travel,
    upstream_factor,
    waste,
)
from carbonkit.errors import CarbonkitError, WrongTypeError
from carbonkit.values import (
    Area,
    Count,
    Distance,
    Energy,
    Explanation,
    Freight,
    Mass,
    Money,
    Nights,
    Period,
    Place,
    Rounding,
    Source,
)
from carbonkit.values.unit import Dimension

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Call = tuple[Callable[..., object], dict[str, Any]]

HOSTILE: list[object] = [
    None,
    3,
    -1,
    True,
    1.5,
    float("nan"),
    Decimal("NaN"),
    10**400,
    "",
    "text",
    b"bytes",
    [],
    [3],
    [None],
    [[]],
    {},
    {"a": 1},
    (1, 2, 3),
    {3},
    object(),
    Mass(1, "t"),
    Mass,
    len,
]
CN, YEAR, PAPER = Place("CN"), Period.year(2025), Source("Institute", "Averages", 2025)
GOODS, TRIP, FREIGHT = (
    Category.PURCHASED_GOODS_AND_SERVICES,
    Category.BUSINESS_TRAVEL,
    Category.UPSTREAM_TRANSPORT,
)
ITEM = Item("1", "HQ", "thing", CN, YEAR)
HALF = Share.stated("0.5", by="mass")
ALL = Share.stated(1, by="mass")
TOLD = Explanation("figure", "given")
ROUNDING = Conversion(3, Rounding.HALF_UP)
OPERATIONS = (Scope.ONE, Scope.TWO)


def factor(per: str, **more: Any) -> Factor:  # noqa: ANN401  whatever a factor takes
    return Factor("thing", "2025", "thing", CN, YEAR, per, [Rate("CO2", 2, "kg")], PAPER, **more)


def stated(**more: Any) -> Emission:  # noqa: ANN401  whatever a figure takes
    return Emission.stated("it", [Amount("CO2", 3, "t")], PAPER, data=DataKind.PRIMARY, **more)


FIGURE, OWN = stated(), stated(scopes=OPERATIONS)
UPSTREAM, LIFE = stated(coverage=Coverage.UPSTREAM), stated(coverage=Coverage.LIFE_CYCLE)
GRID = factor("kWh", coverage=Coverage.LIFE_CYCLE)
LOSS = Loss("0.1", LossBasis.DELIVERED, PAPER)
BILL = spent(Money(100, "USD"), year=2022, prices=Prices.BASIC)
WAY = DerivedQuantity.of("way", Distance(3, "km"))
BOUGHT = purchase.average(ITEM, Mass(1, "t"), factor("kg"), category=GOODS)
CHAIN = ValueChain([BOUGHT])
STATEMENT = account([], Catalogue(()), calculations=CHAIN.calculations).co2e(gwp_set("AR6"))
QUANTITY = {"item": ITEM, "quantity": Mass(1, "t"), "factor": factor("kg"), "conversion": ROUNDING}
SPENT = {
    "item": ITEM,
    "spending": BILL,
    "factor": factor("USD@2022"),
    "prices": Prices.BASIC,
    "conversion": ROUNDING,
}
STATED = {"item": ITEM, "emission": OWN, "conversion": ROUNDING}
SHARED = {**STATED, "share": HALF}
REPORT = {"source": PAPER, "data": DataKind.PRIMARY}

METHOD_CALLS: list[Call] = [
    (purchase.supplier_specific, {**STATED, "emission": FIGURE, "category": GOODS}),
    (
        purchase.hybrid,
        {
            "item": ITEM,
            "supplier": OWN,
            "category": GOODS,
            "materials": [FIGURE],
            "transport": [],
            "waste": [],
            "other": [],
            "conversion": ROUNDING,
        },
    ),
    (purchase.average, {**QUANTITY, "category": GOODS}),
    (purchase.spend_based, {**SPENT, "category": GOODS}),
    (energy_chain.purchased_fuel, {**STATED, "emission": UPSTREAM}),
    (energy_chain.purchased_electricity, {**STATED, "emission": UPSTREAM}),
    (
        energy_chain.network_losses,
        {
            "item": ITEM,
            "used": Energy(1, "kWh"),
            "loss": LOSS,
            "factor": GRID,
            "data": DataKind.PRIMARY,
            "conversion": ROUNDING,
        },
    ),
    (energy_chain.power_sold, {**STATED, "emission": LIFE}),
    (transport.fuel_based, {**SHARED, "category": FREIGHT}),
    (
        transport.distance_based,
        {
            "item": ITEM,
            "freight": Freight(1, "t_km"),
            "factor": factor("t_km"),
            "category": FREIGHT,
            "data": DataKind.PRIMARY,
            "conversion": ROUNDING,
        },
    ),
    (transport.spend_based, {**SPENT, "category": FREIGHT}),
    (transport.site_specific, {**SHARED, "category": FREIGHT}),
    (
        transport.average,
        {
            "item": ITEM,
            "storage": transport.stored(Count(1, "each"), days=2),
            "factor": factor("each"),
            "category": FREIGHT,
            "conversion": ROUNDING,
        },
    ),
    (waste.supplier_specific, {**SHARED, "category": Category.WASTE}),
    (waste.waste_type_specific, {**QUANTITY, "category": Category.WASTE, "data": DataKind.PRIMARY}),
    (
        waste.average,
        {
            "item": ITEM,
            "quantity": Mass(1, "t"),
            "treatments": [Treatment("landfill", ALL, factor("kg"))],
            "category": Category.WASTE,
            "conversion": ROUNDING,
        },
    ),
    (travel.fuel_based, {**SHARED, "category": TRIP}),
    (
        travel.distance_based,
        {
            "item": ITEM,
            "way": Distance(1, "km"),
            "factor": factor("km"),
            "category": TRIP,
            "data": DataKind.PRIMARY,
            "conversion": ROUNDING,
        },
    ),
    (travel.spend_based, {**SPENT, "category": TRIP}),
    (
        travel.nights,
        {
            "item": ITEM,
            "stayed": Nights(1, "room_night"),
            "factor": factor("room_night"),
            "data": DataKind.PRIMARY,
            "conversion": ROUNDING,
        },
    ),
    (travel.average, QUANTITY),
    (leased.asset_specific, {**SHARED, "category": Category.UPSTREAM_LEASED_ASSETS}),
    (leased.lessor_specific, SHARED),
    (leased.lessee_specific, SHARED),
    (leased.average, {**QUANTITY, "category": Category.UPSTREAM_LEASED_ASSETS}),
    (product.processing, SHARED),
    (product.average_processing, QUANTITY),
    (product.direct_use, SHARED),
    (product.indirect_use, SHARED),
    (franchise.franchise_specific, STATED),
    (franchise.average, QUANTITY),
    (investment.investment_specific, SHARED),
    (investment.project_specific, SHARED),
    (
        investment.average_equity,
        {
            "item": ITEM,
            "revenue": BILL,
            "sectors": [Sector("all", ALL, factor("USD@2022"))],
            "share": HALF,
            "prices": Prices.BASIC,
            "conversion": ROUNDING,
        },
    ),
    (
        investment.average_project,
        {
            "item": ITEM,
            "size": Count(1, "each"),
            "factor": factor("each"),
            "share": HALF,
            "conversion": ROUNDING,
        },
    ),
]
HELPERS: list[Call] = [
    (
        upstream_factor,
        {"life_cycle": GRID, "direct": factor("kWh", coverage=Coverage.DIRECT), "although": "of one grid"},
    ),
    (energy_chain.lost, {"used": Energy(1, "kWh"), "loss": LOSS}),
    (transport.carried, {"mass": Mass(1, "t"), "distance": Distance(1, "km")}),
    (transport.stored, {"goods": Count(1, "each"), "days": 2}),
    (travel.travelled, {"distance": Distance(1, "km"), "people": 2}),
    (travel.commuted, {"one_way": Distance(1, "km"), "people": 2, "journeys": 10, "weeks": 46}),
    (travel.driven, {"one_way": Distance(1, "km"), "cars": 2, "journeys": 10, "weeks": 46}),
    (travel.teleworked, {"energy": Energy(1, "kWh"), "people": 2, "days": 10}),
    (leased.floor_share, {"area": Area(1, "m2"), "total": Area(2, "m2"), "occupied": 1}),
    (product.lifetime_use, {"each": Energy(1, "kWh"), "sold": 2, "uses": 3}),
    (product.released, {"gas": "HFC134a", "charge": Mass(1, "kg"), "sold": 2, "share": HALF, **REPORT}),
    (product.sold_mass, {"each": Mass(1, "kg"), "sold": 2}),
    (franchise.from_sample, {"emission": OWN, "sampled": 2, "all_": 3}),
    (investment.projected_lifetime, {"annual": OWN, "years": 2, "share": HALF}),
    (methods_of, {"category": GOODS}),
    (shares_of, {"parts": {"us": Mass(1, "t")}, "by": "mass"}),
    (share.whole, {"shares": {"us": ALL}, "of": "waste"}),
    (spent, {"money": Money(1, "USD"), "year": 2022, "prices": Prices.BASIC}),
    (spend.factor_prices, {"spending": BILL, "prices": Prices.BASIC}),
    (entry.check_category, {"category": GOODS, "allowed": [GOODS]}),
    (
        entry.of_quantity,
        {**QUANTITY, "category": GOODS, "method": Method.AVERAGE, "data": DataKind.PRIMARY},
    ),
    (entry.of_emission, {**SHARED, "category": GOODS, "method": Method.AVERAGE}),
    (applied.chosen, {"factor": GRID}),
    (derived_quantity.derived, {"what": "load", "quantity": Mass(1, "t")}),
    (derived_quantity.counted, {"what": "offices", "number": 1, "unit": "each"}),
    (derived_quantity.ratio, {"unit": "kg", "per": "t", "field": "mass"}),
    (
        derived_quantity.check_measure,
        {"quantity": Mass(1, "t"), "dimensions": {Dimension.MASS}, "words": "a mass"},
    ),
    (derived_quantity.explained, {"quantity": WAY}),
]
VALUES: list[Call] = [
    (
        Item,
        {
            "id": "1",
            "facility": "HQ",
            "activity": "thing",
            "place": CN,
            "period": YEAR,
            "uncertainty": 5,
            "quality": None,
        },
    ),
    (Share, {"value": Fraction(1, 3), "working": TOLD}),
    (Share.of, {"part": Mass(1, "t"), "everything": Mass(2, "t"), "by": "mass"}),
    (Share.stated, {"number": 1, "by": "mass", "source": PAPER}),
    (HALF.times, {"other": HALF}),
    (DerivedQuantity, {"number": Fraction(1, 3), "unit": "km", "working": TOLD}),
    (DerivedQuantity.of, {"what": "way", "quantity": Distance(1, "km")}),
    (WAY.times, {"number": 2, "what": "people"}),
    (WAY.divided, {"number": 2, "what": "people"}),
    (WAY.quantity, {"conversion": ROUNDING}),
    (
        EmissionPart,
        {
            "gas": "CO2",
            "number": Fraction(1, 3),
            "unit": "kg",
            "data": DataKind.PRIMARY,
            "basis": "",
            "origin": Origin.FOSSIL,
        },
    ),
    (FIGURE.parts[0].amount, {"conversion": ROUNDING}),
    (
        Emission,
        {
            "what": "it",
            "parts": FIGURE.parts,
            "working": TOLD,
            "coverage": Coverage.DIRECT,
            "scopes": OPERATIONS,
            "factors": [applied.Applied(GRID)],
        },
    ),
    (
        Emission.of,
        {
            "quantity": Mass(1, "t"),
            "factor": factor("kg"),
            "data": DataKind.PRIMARY,
            "what": "it",
            "scopes": OPERATIONS,
            "place": CN,
        },
    ),
    (
        Emission.stated,
        {
            "what": "it",
            "amounts": [Amount("CO2", 3, "t")],
            "scopes": OPERATIONS,
            "coverage": Coverage.DIRECT,
            **REPORT,
        },
    ),
    (Emission.total, {"what": "it", "emissions": [FIGURE]}),
    (FIGURE.shared, {"share": HALF}),
    (FIGURE.times, {"number": 2, "what": "years"}),
    (FIGURE.divided, {"number": 2, "what": "years"}),
    (FIGURE.amounts, {"conversion": ROUNDING}),
    (FIGURE.co2e, {"gwp": gwp_set("AR6"), "conversion": ROUNDING}),
    (applied.Applied, {"factor": GRID, "step": None, "place": CN}),
    (applied.Applied(GRID).check, {"item": ITEM}),
    (
        Entry,
        {
            "method": Method.AVERAGE,
            "record": BOUGHT.record,
            "data": BOUGHT.data,
            "parts": BOUGHT.parts,
            "working": TOLD,
        },
    ),
    (ValueChain, {"entries": [BOUGHT]}),
    (CHAIN.primary_share, {"statement": STATEMENT, "places": 2, "rounding": Rounding.HALF_UP}),
    (Treatment, {"name": "landfill", "share": HALF, "factor": GRID}),
    (Sector, {"name": "steel", "share": HALF, "factor": GRID}),
    (Loss, {"rate": "0.1", "of": LossBasis.DELIVERED, "source": PAPER}),
    (ExchangeRate, {"given": "EUR", "wanted": "USD", "number": 1, "year": 2022, "source": PAPER}),
    (PriceIndex, {"name": "prices", "currency": "USD", "levels": {2022: 100, 2023: 103}, "source": PAPER}),
    (PriceIndex("prices", "USD", {2022: 100}, PAPER).level, {"year": 2022}),
    (Margin, {"basic": "0.8", "source": PAPER}),
    (Spending, {"quantity": BILL.quantity, "prices": Prices.BASIC}),
    (BILL.exchanged, {"rate": ExchangeRate("USD", "EUR", 1, 2022, PAPER)}),
    (BILL.repriced, {"year": 2023, "index": PriceIndex("prices", "USD", {2022: 100, 2023: 103}, PAPER)}),
    (BILL.at_purchaser_prices, {"margin": Margin("0.8", PAPER)}),
    (
        BILL.at_purchaser_prices(Margin("0.8", PAPER)).at_basic_prices,
        {"margin": Margin("0.8", PAPER)},
    ),
]
CALLS = [*METHOD_CALLS, *HELPERS, *VALUES]


def called(call: Call) -> str:
    function = call[0]
    return f"{function.__module__.rpartition('.')[2]}.{getattr(function, '__qualname__', function)}"


@pytest.mark.parametrize("call", CALLS, ids=called)
def test_a_wrong_argument_gives_a_result_or_an_error_of_carbonkit(call: Call) -> None:
    function, arguments = call
    function(**arguments)  # as it should be
    for name in arguments:
        for wrong in HOSTILE:
            try:
                function(**{**arguments, name: wrong})
            except CarbonkitError as error:
                assert str(error)  # noqa: PT017  any error of the tree will do
            except Exception as error:  # noqa: BLE001  the very thing that may not happen
                pytest.fail(f"{called(call)}({name}={wrong!r}): {error!r}")


LABELS = {"what", "by", "of", "words", "field"}  # said in the working or an error alone


@pytest.mark.parametrize("call", CALLS, ids=called)
def test_no_argument_is_ignored(call: Call) -> None:
    function, arguments = call
    for name in arguments.keys() - LABELS:
        with pytest.raises(CarbonkitError):
            function(**{**arguments, name: object()})


def functions() -> Iterator[Callable[..., object]]:
    """List what the package and its modules promise, and what the values it promises can do."""
    for name in package.__all__:
        thing = getattr(package, name)
        if inspect.ismodule(thing):
            yield from (value for each in thing.__all__ if inspect.isroutine(value := getattr(thing, each)))
        elif inspect.isroutine(thing):
            yield thing
        elif attrs.has(thing):
            if thing not in MADE_BY_CARBONKIT:
                yield thing
            yield from (
                value
                for each, value in inspect.getmembers(thing, inspect.isroutine)
                if not each.startswith("_") and len(inspect.signature(value).parameters) > (not_bound(value))
            )


MADE_BY_CARBONKIT = {package.Recipe}


def not_bound(function: Callable[..., object]) -> int:
    return 0 if inspect.ismethod(function) else 1


def test_no_function_is_left_out() -> None:
    known = {getattr(function, "__qualname__", "") for function, _ in CALLS}
    assert {function.__qualname__ for function in functions()} - known == set()
    in_table = {recipe.function for recipes in METHODS.values() for recipe in recipes}
    assert in_table == {function for function, _ in METHOD_CALLS}


def test_all_arguments_are_tried() -> None:
    for function, arguments in CALLS:
        parameters = inspect.signature(function).parameters
        assert set(parameters) - {"file", "row"} == set(arguments), function


@pytest.mark.parametrize(
    "call",
    [
        lambda: purchase.hybrid(ITEM, 3, category=GOODS),  # type: ignore[arg-type]
        lambda: purchase.average(ITEM, 3, category=GOODS),  # type: ignore[arg-type]
        lambda: energy_chain.purchased_fuel(ITEM, None),  # type: ignore[arg-type]
        lambda: upstream_factor(None, None),  # type: ignore[arg-type]
        lambda: Treatment("landfill", HALF, 3),  # type: ignore[arg-type]
        lambda: Entry(Method.AVERAGE, 3, frozenset()),  # type: ignore[arg-type]
        lambda: franchise.franchise_specific(ITEM, None),  # type: ignore[arg-type]
        lambda: ValueChain(3),  # type: ignore[arg-type]
        lambda: Emission.total("it", FIGURE),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_another_type_is_called_so(call: Callable[[], object]) -> None:
    with pytest.raises(WrongTypeError, match=r"must be (of type|several of type)"):
        call()
