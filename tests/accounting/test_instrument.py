"""Contractual instruments: what they must say, and which criteria of quality they meet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.accounting import Rate
from carbonkit.accounting.instrument import (
    ContractualInstrument,
    InstrumentKind,
    MarketBoundary,
    VintageWindow,
)
from carbonkit.errors import (
    CarbonkitError,
    IncompatibleUnitsError,
    InexactNumberError,
    InvalidValueError,
    UnknownUnitError,
    WrongTypeError,
)
from carbonkit.values import Energy, Period, Place, Source

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR = Period.year(2025)
SAME_YEAR = VintageWindow(months_before=0, months_after=0)
CERTIFICATE = ContractualInstrument(
    "GO 17",
    InstrumentKind.CERTIFICATE,
    "electricity",
    Energy("40", "MWh"),
    [Rate("CO2", "0", "t")],
    "MWh",
    Place("DE"),
    YEAR,
    Source("Registry", "Statement 17", 2026),
    sole_claim=True,
    bundled=False,
    certificates=["DE-1", "DE-2"],
    retired_on="2026-02-01",
)
TARIFF = attrs.evolve(
    CERTIFICATE,
    id="tariff",
    kind=InstrumentKind.SUPPLIER_RATE,
    energy=None,
    certificates=(),
    retired_on=None,
)


def test_an_instrument_has_a_rate_of_zero_or_none_at_all() -> None:
    assert CERTIFICATE.rates[0].number == 0
    with pytest.raises(InvalidValueError, match="rates: must hold at least one rate, was none"):
        attrs.evolve(CERTIFICATE, rates=())


def test_rates_go_together_as_those_of_a_factor_do() -> None:
    with pytest.raises(InvalidValueError, match="gas: must give each gas once"):
        attrs.evolve(CERTIFICATE, rates=[Rate("CO2", 0, "t"), Rate("CO2", 1, "t")])
    with pytest.raises(WrongTypeError, match="rate: must be of type Rate"):
        attrs.evolve(CERTIFICATE, rates=[0])  # type: ignore[list-item]  # the mistake under test


def test_mixes_are_factors_and_no_instruments() -> None:
    for kind in (InstrumentKind.RESIDUAL_MIX, InstrumentKind.GRID_AVERAGE):
        with pytest.raises(
            InvalidValueError, match=f"kind: must be a certificate, .* was {kind}; a residual"
        ):
            attrs.evolve(CERTIFICATE, kind=kind)


def test_only_a_suppliers_rate_may_cover_what_is_left() -> None:
    assert "all that is left" in str(TARIFF)
    for kind in (InstrumentKind.CERTIFICATE, InstrumentKind.CONTRACT):
        with pytest.raises(InvalidValueError, match=f"energy: must be given for a {kind}, was none"):
            attrs.evolve(CERTIFICATE, kind=kind, energy=None)


def test_zero_energy_is_a_value_and_less_takes_something_back() -> None:
    nothing = attrs.evolve(CERTIFICATE, energy=Energy(0, "MWh"))
    assert not nothing.takes_back
    assert "for 0 MWh of electricity" in str(nothing)
    assert attrs.evolve(CERTIFICATE, energy=Energy(-1, "MWh")).takes_back
    assert not TARIFF.takes_back


def test_a_reversal_leaves_the_rest_of_the_same_instrument() -> None:
    back = attrs.evolve(CERTIFICATE, energy=Energy(-15000, "kWh"), facilities=["7"], certificates=["DE-2"])
    assert CERTIFICATE.less(back) == attrs.evolve(CERTIFICATE, energy=Energy(25, "MWh"))
    assert CERTIFICATE.less(attrs.evolve(back, energy=Energy(-40, "MWh"))).energy == Energy(0, "MWh")
    with pytest.raises(
        InvalidValueError, match=r"take back no more than the 40 MWh .* of GO 17, was -40\.01 MWh"
    ):
        CERTIFICATE.less(attrs.evolve(back, energy=Energy("-40.01", "MWh")))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "GO 18"},
        {"kind": InstrumentKind.CONTRACT},
        {"activity": "heat"},
        {"rates": [Rate("CO2", 1, "t")]},
        {"per": "GJ"},
        {"market": Place("NO")},
        {"vintage": Period("2025-01-01", "2025-07-01")},
    ],
)
def test_a_reversal_says_what_the_instrument_says(changes: dict[str, Any]) -> None:
    back = attrs.evolve(CERTIFICATE, energy=Energy(-1, "MWh"), **changes)
    assert not CERTIFICATE.like(back)
    with pytest.raises(InvalidValueError, match="energy: must say what GO 17 says, which it takes back"):
        CERTIFICATE.less(back)


def test_nothing_is_taken_back_of_what_has_no_energy() -> None:
    with pytest.raises(InvalidValueError, match="must say what tariff says"):
        TARIFF.less(attrs.evolve(TARIFF, energy=Energy(-1, "MWh")))
    with pytest.raises(InvalidValueError, match="must say what tariff says"):
        attrs.evolve(TARIFF, energy=Energy(1, "MWh")).less(TARIFF)


def test_certificates_are_retired_in_or_after_their_vintage() -> None:
    assert attrs.evolve(CERTIFICATE, retired_on="2025-01-01").retired_on
    for day in ("2024-12-31", "1999-01-01"):
        with pytest.raises(
            InvalidValueError, match=f"retired_on: must not be before the vintage .*, was {day}"
        ):
            attrs.evolve(CERTIFICATE, retired_on=day)


def test_rates_are_per_energy() -> None:
    with pytest.raises(IncompatibleUnitsError, match="per: must be a unit of energy, was t"):
        attrs.evolve(CERTIFICATE, per="t")
    with pytest.raises(UnknownUnitError, match="per"):
        attrs.evolve(CERTIFICATE, per="mwh")


def test_lists_of_names_are_lists_and_name_each_once() -> None:
    with pytest.raises(InvalidValueError, match="certificates: must be a sequence of names, not one text"):
        attrs.evolve(CERTIFICATE, certificates="DE-1")
    with pytest.raises(InvalidValueError, match="certificates: must name each once"):
        attrs.evolve(CERTIFICATE, certificates=["DE-1", "DE-1"])
    with pytest.raises(InvalidValueError, match="facilities: must be a printable text"):
        attrs.evolve(CERTIFICATE, facilities=[""])


def test_a_place_stands_for_its_own_market() -> None:
    assert CERTIFICATE.market == MarketBoundary("DE", [Place("DE")])
    wide = MarketBoundary("AIB", [Place("DE"), Place("NO")])
    assert attrs.evolve(CERTIFICATE, market=wide).may_serve("electricity", "7", Place("NO/NO1"))
    assert not CERTIFICATE.may_serve("electricity", "7", Place("NO"))
    assert not CERTIFICATE.may_serve("heat", "7", Place("DE"))
    assert not attrs.evolve(CERTIFICATE, facilities=["8"]).may_serve("electricity", "7", Place("DE"))
    with pytest.raises(WrongTypeError, match="market: must be of type MarketBoundary"):
        attrs.evolve(CERTIFICATE, market="DE")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="market: must hold at least one place"):
        MarketBoundary("nowhere", [])


def test_what_meets_all_criteria() -> None:
    assert CERTIFICATE.unmet(YEAR, SAME_YEAR) == ()
    assert TARIFF.unmet(YEAR, SAME_YEAR) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sole_claim": False}, "sole_claim"),
        ({"certificates": ()}, "certificates"),
        ({"retired_on": None}, "retired_on"),
        ({"vintage": Period.year(2024)}, "vintage"),
        ({"vintage": Period("2025-12-01", "2026-02-01")}, "vintage"),
        ({"vintage": Period("2024-01-01", None)}, "vintage"),
    ],
)
def test_each_criterion_that_is_not_met_is_named(changes: dict[str, Any], field: str) -> None:
    (error,) = attrs.evolve(CERTIFICATE, **changes).unmet(YEAR, SAME_YEAR)
    assert (error.code, error.problem.field) == ("criterion_unmet", field)
    assert "GO 17" in str(error)


def test_certificates_of_a_contract_are_retired_too() -> None:
    contract = attrs.evolve(CERTIFICATE, kind=InstrumentKind.CONTRACT, retired_on=None)
    assert [error.problem.field for error in contract.unmet(YEAR, SAME_YEAR)] == ["retired_on"]
    assert attrs.evolve(contract, certificates=()).unmet(YEAR, SAME_YEAR) == ()


def test_the_window_of_vintages_is_the_callers() -> None:
    early = attrs.evolve(CERTIFICATE, vintage=Period("2024-07-01", "2024-08-01"))
    assert early.unmet(YEAR, SAME_YEAR)
    assert early.unmet(YEAR, VintageWindow(months_before=5, months_after=3))
    assert early.unmet(YEAR, VintageWindow(months_before=6, months_after=0)) == ()
    with pytest.raises(TypeError):
        VintageWindow()  # type: ignore[call-arg]  # there is no default
    with pytest.raises(InvalidValueError, match="months: must be 0 to 120, was -1"):
        VintageWindow(months_before=-1, months_after=0)
    with pytest.raises(InexactNumberError):
        VintageWindow(months_before=0.5, months_after=0)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="period: must have an end"):
        SAME_YEAR.around(Period("2025-01-01", None))


def test_a_contract_may_hold_for_longer_than_the_period_and_a_certificate_may_not() -> None:
    quarter, longer = Period("2025-01-01", "2025-04-01"), Period("2020-01-01", None)
    assert attrs.evolve(TARIFF, vintage=longer).unmet(quarter, SAME_YEAR) == ()
    assert CERTIFICATE.unmet(quarter, SAME_YEAR)


def test_the_window_says_what_may_be() -> None:
    assert str(SAME_YEAR) == "generated within the period"
    wide = VintageWindow(months_before=6, months_after=3)
    assert str(wide) == "generated from 6 months before to 3 months after"


def test_it_explains_its_claim() -> None:
    told = CERTIFICATE.explain().text()
    assert "certificates DE-1, DE-2, retired on 2026-02-01" in told
    assert "unbundled, claimed by no one else" in told
    assert "claimed by others too" in attrs.evolve(TARIFF, sole_claim=False).explain().text()


HOSTILE: tuple[Any, ...] = (
    None,
    [],
    [None],
    3,
    -1,
    "",
    "x",
    b"x",
    object(),
    {"a": 1},
    1.5,
    True,
    lambda: 0,
    int,
)


@pytest.mark.parametrize("thing", [CERTIFICATE, TARIFF, CERTIFICATE.market, SAME_YEAR], ids=str)
def test_no_field_answers_hostile_input_with_an_error_of_python(thing: Any) -> None:  # noqa: ANN401
    for field in attrs.fields(type(thing)):
        for value in HOSTILE:
            with contextlib.suppress(CarbonkitError):
                attrs.evolve(thing, **{field.name: value})


def test_arguments_of_another_type_are_refused() -> None:
    wrong: list[tuple[str, Callable[[Any], object]]] = [
        ("rates", lambda it: attrs.evolve(CERTIFICATE, rates=it)),
        ("certificates", lambda it: attrs.evolve(CERTIFICATE, certificates=it)),
        ("facilities", lambda it: attrs.evolve(CERTIFICATE, facilities=it)),
        ("market", lambda it: MarketBoundary("x", it)),
        ("place", CERTIFICATE.market.holds),
        ("place", lambda it: CERTIFICATE.may_serve("electricity", "7", it)),
        ("period", SAME_YEAR.around),
        ("period", lambda it: CERTIFICATE.unmet(it, SAME_YEAR)),
        ("window", lambda it: CERTIFICATE.unmet(YEAR, it)),
        ("other", CERTIFICATE.like),
        ("reversal", CERTIFICATE.less),
    ]
    for field, act in wrong:
        for value in (None, 3):
            with pytest.raises(WrongTypeError, match=f"{field}: must be of type"):
                act(value)
