"""Removals and credits stand beside an inventory, and nothing nets them."""

from __future__ import annotations

import contextlib
import inspect
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.accounting import (
    Breakdown,
    Catalogue,
    Factor,
    Inventory,
    Rate,
    Scope,
    Statement,
    account,
    gwp_set,
)
from carbonkit.accounting.activity import Activity
from carbonkit.accounting.removal import (
    Credit,
    CreditKind,
    MemoItem,
    Removal,
    RemovalKind,
    RemovalsAndCredits,
)
from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IncompatibleUnitsError,
    InexactNumberError,
    InvalidValueError,
    WrongTypeError,
)
from carbonkit.values import CO2e, Energy, Mass, Period, Place, Source

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR = Period.year(2025)
FOREST = Removal(
    id="forest 2025",
    facility="estate",
    kind=RemovalKind.BIOGENIC,
    method="afforestation",
    gas="CO2",
    mass=Mass(120, "t"),
    place=Place("CN/HB"),
    period=YEAR,
    permanence_years=30,
    own=True,
    source=Source("Us", "Forest survey", 2026),
)
FIRE = attrs.evolve(FOREST, id="fire", mass=Mass(-20, "t"), reverses="forest 2025")
CAPTURED = attrs.evolve(
    FOREST,
    id="air",
    kind=RemovalKind.TECHNOLOGICAL,
    method="direct air capture",
    mass=Mass(500, "kg"),
    permanence_years=None,
    own=False,
)
WIND = Credit(
    serial="VCS-1-100",
    standard="VCS",
    project="Wind park 7",
    kind=CreditKind.REDUCTION,
    tonnes=100,
    vintage=Period.year(2023),
    place=Place("IN"),
    corresponding_adjustment=False,
    cancelled_on="2025-11-03",
    source=Source("Verra", "Registry", 2025),
)
CHAR = attrs.evolve(
    WIND,
    serial="PURO-1-60",
    standard="Puro",
    kind=CreditKind.REMOVAL,
    removal=RemovalKind.HYBRID,
    tonnes=60,
    corresponding_adjustment=True,
)
PLANNED = attrs.evolve(WIND, serial="VCS-101-140", tonnes=40, cancelled_on=None)
BOTH = RemovalsAndCredits([FOREST, FIRE, CAPTURED], [WIND, CHAR, PLANNED])


def statement() -> tuple[Inventory, CO2e]:
    place = Place("CN")
    gas = Factor("gas", "1", "gas", place, YEAR, "GJ", [Rate("CO2", "0.05", "t")], FOREST.source)
    burnt = Activity("1", "7", "gas", Energy(10_000, "GJ"), place, YEAR, Scope.ONE)
    inventory = account([burnt], Catalogue([gas]))
    return inventory, inventory.co2e(gwp_set("AR5")).total


# ---------------------------------------------------------------- nothing nets them


def test_an_inventory_takes_neither() -> None:
    inventory, total = statement()
    assert total == CO2e(500, "tCO2e")
    for thing in (FOREST, WIND, BOTH, BOTH.removed()[0]):
        with pytest.raises(WrongTypeError, match="calculations: must be of type Calculation"):
            Inventory(inventory.lines, [thing])  # type: ignore[list-item]  # the mistake under test
        with pytest.raises(WrongTypeError):
            Inventory([thing])  # type: ignore[list-item]  # the mistake under test
        with pytest.raises(WrongTypeError, match="activity: must be of type Activity"):
            account([thing], Catalogue([]))  # type: ignore[list-item]  # the mistake under test


def test_no_breakdown_takes_them_as_a_part() -> None:
    for thing in (BOTH.removed()[0], BOTH.credited(YEAR)[0], FOREST, WIND):
        with pytest.raises(WrongTypeError, match="part: must be of type CO2e"):
            Breakdown("scope", [("credits", thing)])  # type: ignore[list-item]  # the mistake under test


@pytest.mark.parametrize(
    "thing", [FOREST, WIND, BOTH, *BOTH.removed(), *BOTH.credited(YEAR), *BOTH.planned()]
)
def test_no_total_adds_or_subtracts_them(thing: Any) -> None:  # noqa: ANN401  of any kind
    _, total = statement()
    acts: list[Callable[[], object]] = [
        lambda: total - thing,
        lambda: total + thing,
        lambda: thing - total,
        lambda: thing + total,
        lambda: thing + thing,
        lambda: -thing,
        lambda: sum([thing, thing]),
    ]
    for act in acts:
        with pytest.raises((IncompatibleUnitsError, TypeError)):
            act()


def test_the_total_is_the_same_with_and_without_them() -> None:
    inventory, before = statement()
    beside = RemovalsAndCredits([FOREST], [WIND])
    assert inventory.co2e(gwp_set("AR5")).total == before == CO2e(500, "tCO2e")
    assert str(beside.removed()[0]) not in inventory.co2e(gwp_set("AR5")).explain().text()


def test_nothing_that_makes_a_statement_asks_for_them() -> None:
    for maker in (account, Inventory, Inventory.co2e, Inventory.masses, Statement):
        asked = " ".join(inspect.signature(maker).parameters)
        assert not re.search("remov|credit|offset|net", asked), maker
    assert not [
        name for name in dir(RemovalsAndCredits) if re.search("net|statement|inventory|__r?sub__", name)
    ]


# ---------------------------------------------------------------- totals


def test_removals_and_reversals_stand_apart_from_each_other() -> None:
    assert list(map(str, BOTH.removed())) == [
        "removed, biogenic, CO2: 120 t CO2",
        "reversed, biogenic, CO2: -20 t CO2",
        "removed, technological, CO2: 0.5 t CO2",
    ]


def test_credits_by_kind_and_by_what_became_of_them() -> None:
    assert list(map(str, BOTH.credited(YEAR))) == [
        "cancelled, reduction: 100 t CO2e",
        "cancelled, removal, hybrid: 60 t CO2e",
    ]
    assert BOTH.credited(Period.year(2024)) == ()
    assert list(map(str, BOTH.planned())) == ["planned, reduction: 40 t CO2e"]


def test_shares_of_the_cancelled_credits() -> None:
    assert BOTH.share(YEAR, lambda it: it.corresponding_adjustment) == Fraction(3, 8)
    assert BOTH.share(YEAR, lambda it: it.kind is CreditKind.REDUCTION) == Fraction(5, 8)
    assert BOTH.share(YEAR, lambda it: it.place.country == "DE") == 0


# ---------------------------------------------------------------- what does not fit


def test_nothing_is_counted_twice() -> None:
    with pytest.raises(BatchError) as refused:
        RemovalsAndCredits([FOREST, attrs.evolve(FOREST, file="f.csv", row=3)], [WIND, WIND])
    told = [str(problem) for problem in refused.value.problems]
    assert told == [
        "f.csv, row 3, id: must be used once, was forest 2025",
        "serial: must be used once, was VCS-1-100",
    ]


def test_a_reversal_fits_what_it_reverses() -> None:
    for reversal, told in (
        (
            attrs.evolve(FIRE, reverses="other"),
            "reverses: must reverse a removal of CO2 that is here, was other",
        ),
        (attrs.evolve(FIRE, gas="CH4"), "reverses: must reverse a removal of CH4 that is here"),
        (attrs.evolve(FIRE, mass=Mass("-120.001", "t")), "mass: must take back no more than the 120 t"),
    ):
        with pytest.raises(BatchError, match=told):
            RemovalsAndCredits([FOREST, reversal], [])
    again = attrs.evolve(FIRE, id="storm", mass=Mass(-101, "t"))
    with pytest.raises(BatchError, match="no more than the 120 t of forest 2025, was 121 t"):
        RemovalsAndCredits([FOREST, FIRE, again], [])
    assert RemovalsAndCredits([FOREST, FIRE, attrs.evolve(again, mass=Mass(-100, "t"))], []).removed()


def test_a_reversal_does_not_come_before_what_it_reverses() -> None:
    before = attrs.evolve(FIRE, period=Period("2024-12-31", "2025-02-01"), file="f.csv", row=7)
    with pytest.raises(BatchError) as refused:
        RemovalsAndCredits([before, FOREST], [])
    (problem,) = refused.value.problems
    assert str(problem) == (
        "f.csv, row 7, period: must not start before forest 2025, which it takes back, on 2025-01-01, "
        "was [2024-12-31, 2025-02-01)"
    )
    after = attrs.evolve(FIRE, period=Period("2025-01-01", "2025-01-02"))
    assert len(RemovalsAndCredits([after, FOREST], []).removals) == 2


def test_permanence_may_be_none_at_all_and_a_share_needs_credits() -> None:
    assert "CO2 by afforestation, 0 years" in str(attrs.evolve(FOREST, permanence_years=0))
    with pytest.raises(
        InvalidValueError, match=r"credits: must be cancelled in .* to have a share, was none"
    ):
        BOTH.share(Period.year(2024), lambda _: True)
    assert ", with corresponding adjustment" in CHAR.explain().text()
    assert ", without corresponding adjustment" in WIND.explain().text()


def test_a_removal_has_a_period_with_an_end() -> None:
    with pytest.raises(InvalidValueError, match="period: must have an end"):
        attrs.evolve(FOREST, period=Period("2025-01-01", None))


def test_credits_are_not_cancelled_before_their_vintage() -> None:
    assert attrs.evolve(WIND, cancelled_on="2023-01-01").cancelled_on
    with pytest.raises(
        InvalidValueError,
        match=r"cancelled_on: must not be before the vintage, .* 2023-01-01, was 2022-12-31",
    ):
        attrs.evolve(WIND, cancelled_on="2022-12-31")


@pytest.mark.parametrize("thing", [FOREST, FIRE, WIND, CHAR, BOTH, MemoItem("x", 1, "t")], ids=repr)
def test_no_field_answers_hostile_input_with_an_error_of_python(thing: Any) -> None:  # noqa: ANN401
    for field in attrs.fields(type(thing)):
        for value in (None, [], [None], 3, -1, "", "x", b"x", object(), {"a": 1}, 1.5, True, int):
            with contextlib.suppress(CarbonkitError):
                attrs.evolve(thing, **{field.name: value})


def test_a_period_and_a_condition_are_asked_for() -> None:
    for act in (BOTH.credited, BOTH.cancelled, lambda it: BOTH.share(it, bool)):
        for value in (None, 2025):
            with pytest.raises(WrongTypeError, match="period: must be of type Period"):
                act(value)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(WrongTypeError, match="holds: must be something to call"):
        BOTH.share(YEAR, None)  # type: ignore[arg-type]  # the mistake under test
    for value in (None, 3):
        with pytest.raises(WrongTypeError, match="removals: must be of type Iterable"):
            RemovalsAndCredits(value, [])  # type: ignore[arg-type]  # the mistake under test
        with pytest.raises(WrongTypeError, match="credits: must be of type Iterable"):
            RemovalsAndCredits([], value)  # type: ignore[arg-type]  # the mistake under test


def test_sign_and_reversal_belong_together() -> None:
    for changes, told in (
        ({"mass": Mass(-1, "t")}, "mass: must be negative for a reversal"),
        ({"reverses": "x"}, "mass: must be negative for a reversal"),
        ({"mass": Mass(0, "t")}, "mass: must be something taken back"),
        ({"permanence_years": -1}, "permanence_years: must be zero or more"),
        ({"gas": "CO2e"}, "gas"),
    ):
        with pytest.raises(InvalidValueError, match=told):
            attrs.evolve(FOREST, **changes)


def test_credits_are_whole_tonnes_of_one_kind() -> None:
    for changes, told in (
        ({"tonnes": 0}, "tonnes: must be more than zero"),
        ({"tonnes": "1.5"}, "tonnes: must be a whole number"),
        ({"removal": RemovalKind.HYBRID}, "removal: must be named for a removal credit"),
        ({"kind": CreditKind.REMOVAL}, "removal: must be named for a removal credit"),
    ):
        with pytest.raises(InvalidValueError, match=told):
            attrs.evolve(WIND, **changes)
    with pytest.raises(InexactNumberError):
        MemoItem("x", 0.5, "t")  # type: ignore[arg-type]  # the mistake under test


def test_only_removals_and_credits_are_taken() -> None:
    with pytest.raises(WrongTypeError, match="removals: must be of type Removal"):
        RemovalsAndCredits([WIND], [])  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(WrongTypeError, match="credits: must be of type Credit"):
        RemovalsAndCredits([], [FOREST])  # type: ignore[list-item]  # the mistake under test


def test_they_explain_themselves() -> None:
    told = BOTH.explain().text()
    for said in (
        "reported beside the emissions, never netted",
        "removal forest 2025: 120 t CO2 = biogenic, afforestation at CN/HB",
        "own operations, 30 years",
        "value chain, permanence not said",
        "reversal of forest 2025 fire: -20 t CO2",
        "credits VCS-1-100: 100 t CO2e = reduction by Wind park 7 at IN",
        "removal, hybrid by Wind park 7",
        "without corresponding adjustment, cancelled on 2025-11-03",
        "cancellation planned",
    ):
        assert said in told, said
    assert str(PLANNED).endswith("cancellation planned")
    assert repr(BOTH) == "<RemovalsAndCredits: 3 removals, 3 lots of credits>"
