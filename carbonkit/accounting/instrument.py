"""
Contractual instruments: certificates, contracts and rates under which energy was bought.

They carry the emission rates that the market-based method of scope 2 counts with. Zero is a
rate like any other; an instrument without a rate can not be made.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable

import attrs

from carbonkit.accounting._field import is_name, name
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError, Problem
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import whole
from carbonkit.values.place import Place
from carbonkit.values.quantity import Energy
from carbonkit.values.source import Source
from carbonkit.values.time import Period, add_months, as_date
from carbonkit.values.unit import Dimension, unit_named

__all__ = ["ContractualInstrument", "InstrumentKind", "MarketBoundary", "VintageWindow"]

_MOST_MONTHS = 120
_LIKE = ("id", "kind", "activity", "rates", "per", "market", "vintage")


class InstrumentKind(enum.Enum):
    """
    The hierarchy of the market-based method, the most precise first.

    Example:
        >>> print(InstrumentKind.RESIDUAL_MIX)
        residual mix
    """

    CERTIFICATE = 1
    """An energy attribute certificate: a guarantee of origin, a REC, an I-REC, a GEC."""
    CONTRACT = 2
    """A contract with a generator or a source, such as a power purchase agreement."""
    SUPPLIER_RATE = 3
    """The rate that a supplier or utility publishes for what it delivers."""
    RESIDUAL_MIX = 4
    """What is left of the grid's mix when all that was claimed is taken out."""
    GRID_AVERAGE = 5
    """The grid's average; only where no residual mix exists, and disclosed."""

    def __str__(self) -> str:
        """Write it as reports do."""
        words = {1: "energy attribute certificate", 2: "contract", 3: "supplier's rate"}
        return words.get(self.value, self.name.lower().replace("_", " "))


def _market_places(value: Iterable[Place]) -> tuple[Place, ...]:
    check_type(value, Iterable, field="market")
    places = tuple(value)
    if not places:
        raise InvalidValueError("hold at least one place", was="none", field="market")
    for place in places:
        check_type(place, Place, field="market")
    return places


@attrs.frozen
class MarketBoundary:
    """
    The market within which an instrument may be used: one country, or several that trade as one.

    Args:
        name: What it is called.
        places: The places that belong to it.

    Raises:
        InvalidValueError: If the name is blank or there is no place.

    Example:
        >>> guarantees = MarketBoundary("AIB", [Place("DE"), Place("NO")])
        >>> guarantees.holds(Place("DE/BY")), guarantees.holds(Place("US"))
        (True, False)
    """

    name: str = attrs.field(validator=is_name)
    places: tuple[Place, ...] = attrs.field(converter=_market_places)

    def holds(self, place: Place) -> bool:
        """Say whether a place lies in the market."""
        check_type(place, Place, field="place")
        return any(place.within(each) for each in self.places)

    def __str__(self) -> str:
        """Name it."""
        return self.name


def _market(value: MarketBoundary | Place) -> MarketBoundary:
    if isinstance(value, Place):
        return MarketBoundary(str(value), (value,))
    check_type(value, MarketBoundary, field="market")
    return value


def _months(value: int) -> int:
    number = whole(value, field="months")
    if not 0 <= number <= _MOST_MONTHS:
        raise InvalidValueError(f"be 0 to {_MOST_MONTHS}", was=number, field="months")
    return number


@attrs.frozen(kw_only=True)
class VintageWindow:
    """
    How near to the consumption the energy of an instrument must have been generated.

    Args:
        months_before: How long before the period of consumption it may begin. [months]
        months_after: How long after that period it may end. [months]

    Raises:
        InvalidValueError: If a number of months is not from 0 to 120.

    Example:
        >>> window = VintageWindow(months_before=6, months_after=3)
        >>> print(window.around(Period.year(2025)))
        [2024-07-01, 2026-04-01)
    """

    months_before: int = attrs.field(converter=_months)
    months_after: int = attrs.field(converter=_months)

    def around(self, period: Period) -> Period:
        """
        Give the days on which energy for a period may have been generated.

        Args:
            period: The period of consumption; it has an end.

        Returns:
            The wider period.

        Raises:
            InvalidValueError: If the period has no end.
        """
        check_type(period, Period, field="period")
        if period.end is None:
            raise InvalidValueError("have an end", was=str(period), field="period")
        start = add_months(period.start, -self.months_before)
        return Period(start, add_months(period.end, self.months_after))

    def __str__(self) -> str:
        """Say what may be."""
        if not self.months_before and not self.months_after:
            return "generated within the period"
        return f"generated from {self.months_before} months before to {self.months_after} months after"


def _rates(value: Iterable[Rate]) -> tuple[Rate, ...]:
    check_type(value, Iterable, field="rates")
    return tuple(value)


def _names(value: Iterable[str], field: str) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidValueError("be a sequence of names, not one text", was=value, field=field)
    check_type(value, Iterable, field=field)
    names = tuple(name(each, field=field) for each in value)
    if len(set(names)) != len(names):
        raise InvalidValueError("name each once", was=", ".join(names), field=field)
    return names


def _certificates(value: Iterable[str]) -> tuple[str, ...]:
    return _names(value, "certificates")


def _facilities(value: Iterable[str]) -> tuple[str, ...]:
    return _names(value, "facilities")


def _retired_on(value: datetime.date | str | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="retired_on")


@attrs.frozen
class ContractualInstrument:
    """
    An instrument under which energy was bought, with the emission rates that it conveys.

    Zero energy is a value: a contract may have delivered nothing. A reversal has the id of the
    instrument that it takes back, in whole or in part, and an energy below zero; `dual_scope_2` takes
    both in one batch and counts the rest.

    What the criteria of quality ask for and nobody can see from the figures is said by the
    caller: whether nobody else claims the same energy, and when its certificates were retired.
    `dual_scope_2` refuses what does not meet them.

    Args:
        id: Names it; used once.
        kind: Its place in the hierarchy: a certificate, a contract or a supplier's rate.
        activity: The kind of energy, word for word as the purchases name it.
        energy: How much it covers, below zero for a reversal; None only of a supplier's rate, for all
            that is left over.
        rates: The rates that it conveys; zero is written as a rate of 0.
        per: The unit of energy that the rates are for.
        market: Where it may be used; a `Place` stands for the market of that place alone.
        vintage: When the energy was generated; of a rate, when the rate holds.
        source: The document behind it.
        sole_claim: Whether no one else claims the same energy.
        bundled: Whether the claim was bought together with the energy.
        certificates: The ids of its certificates in their tracking system.
        retired_on: When the certificates were retired or cancelled for the reporter; not before the first
            day of the vintage. There is no clock here, so that a date to come is not found out.
        facilities: The sites that it is for, in the order in which it is used; if empty, all, by name.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        IncompatibleUnitsError: If `per` is no unit of energy.
        InvalidValueError: If a name is blank, the kind is a mix, there is no rate or the rates do not go
            together, the energy is missing where it may not, or the certificates were retired before
            their vintage.

    Example:
        >>> wind = ContractualInstrument(
        ...     "GO 17", InstrumentKind.CERTIFICATE, "electricity", Energy("40", "MWh"),
        ...     [Rate("CO2", "0", "t")], "MWh", Place("DE"), Period.year(2025),
        ...     Source("Registry", "Statement of cancellation 17", 2026), sole_claim=True, bundled=False,
        ...     certificates=["DE-0017"], retired_on="2026-02-01")
        >>> print(wind)
        GO 17: energy attribute certificate for 40 MWh of electricity in DE, 0 t CO2 per MWh
    """

    id: str = attrs.field(validator=is_name)
    kind: InstrumentKind = attrs.field(validator=is_a(InstrumentKind))
    activity: str = attrs.field(validator=is_name)
    energy: Energy | None = attrs.field(validator=attrs.validators.optional(is_a(Energy)))
    rates: tuple[Rate, ...] = attrs.field(converter=_rates)
    per: str
    market: MarketBoundary = attrs.field(converter=_market)
    vintage: Period = attrs.field(validator=is_a(Period))
    source: Source = attrs.field(validator=is_a(Source))
    sole_claim: bool = attrs.field(kw_only=True, validator=is_a(bool))
    bundled: bool = attrs.field(kw_only=True, validator=is_a(bool))
    certificates: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_certificates)
    retired_on: datetime.date | None = attrs.field(default=None, kw_only=True, converter=_retired_on)
    facilities: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_facilities)
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check kind, energy, dates and rates; a factor knows which rates go together."""
        if self.kind.value > InstrumentKind.SUPPLIER_RATE.value:
            hint = "a residual mix or a grid's average is a factor in a catalogue"
            must = "be a certificate, a contract or a supplier's rate"
            raise InvalidValueError(must, was=str(self.kind), field="kind", hint=hint)
        if unit_named(self.per, field="per").dimension is not Dimension.ENERGY:
            raise IncompatibleUnitsError("be a unit of energy", was=self.per, field="per")
        self.factor  # noqa: B018  it is made for its checks
        if self.energy is None and self.kind is not InstrumentKind.SUPPLIER_RATE:
            raise InvalidValueError(f"be given for a {self.kind}", was="none", field="energy")
        if self.retired_on is not None and self.retired_on < self.vintage.start:
            must = f"not be before the vintage of {self.id}, which starts on {self.vintage.start}"
            raise InvalidValueError(must, was=str(self.retired_on), field="retired_on")

    @property
    def factor(self) -> Factor:
        """Its rates as a factor of the market-based method."""
        return Factor(
            self.id,
            str(self.kind),
            self.activity,
            self.market.places[0],
            self.vintage,
            self.per,
            self.rates,
            self.source,
            method=Scope2Method.MARKET,
        )

    @property
    def takes_back(self) -> bool:
        """Whether it is a reversal."""
        return self.energy is not None and self.energy.number < 0

    def like(self, other: ContractualInstrument) -> bool:
        """
        Say whether another may be the same instrument, with other energy, sites or certificates.

        Args:
            other: The other.

        Returns:
            Whether the id and all that both convey are the same.
        """
        check_type(other, ContractualInstrument, field="other")
        return all(getattr(self, field) == getattr(other, field) for field in _LIKE)

    def less(self, reversal: ContractualInstrument) -> ContractualInstrument:
        """
        Take back what a reversal says.

        Args:
            reversal: The same instrument with an energy below zero.

        Returns:
            The instrument with the energy that is left.

        Raises:
            InvalidValueError: If the reversal conveys something else, or takes back more than there is.

        Example:
            >>> power = ContractualInstrument(
            ...     "PPA 3", InstrumentKind.CONTRACT, "electricity", Energy("20", "MWh"),
            ...     [Rate("CO2", "0.05", "t")], "MWh", Place("DE"), Period.year(2025),
            ...     Source("Solar park", "Contract 3", 2024), sole_claim=True, bundled=True)
            >>> print(power.less(attrs.evolve(power, energy=Energy("-5", "MWh"))).energy)
            15 MWh
        """
        check_type(reversal, ContractualInstrument, field="reversal")
        if self.energy is None or reversal.energy is None or not self.like(reversal):
            hint = "repeat all that it says, with the energy below zero"
            must = f"say what {self.id} says, which it takes back"
            raise InvalidValueError(must, was=str(reversal), field="energy", hint=hint)
        left = self.energy + reversal.energy
        if left.number < 0:
            must = f"take back no more than the {self.energy} that are left of {self.id}"
            raise InvalidValueError(must, was=str(reversal.energy), field="energy")
        return attrs.evolve(self, energy=left)

    def may_serve(self, activity: str, facility: str, place: Place) -> bool:
        """
        Say whether it may be used for the energy of a site.

        Args:
            activity: The kind of energy.
            facility: The site.
            place: Where it was used.

        Returns:
            Whether kind, site and market fit.
        """
        return (
            activity == self.activity
            and self.market.holds(place)
            and (not self.facilities or facility in self.facilities)
        )

    def unmet(self, period: Period, window: VintageWindow) -> tuple[InvalidValueError, ...]:
        """
        List the criteria of quality that it does not meet for what was consumed in a period.

        Args:
            period: The period of consumption.
            window: How near to it the vintage must be. A contract or a rate may also hold for longer
                than the period.

        Returns:
            An error for each criterion that is not met; none if it may be used.

        References:
            GHG Protocol, Scope 2 Guidance (2015), chapter 7, the quality criteria (recalled).
        """
        check_type(window, VintageWindow, field="window")
        found = []
        if not self.sole_claim:
            must = f"be claimed by no one else, as {self.id} is not"
            found.append(InvalidValueError(must, was="False", field="sole_claim", code="criterion_unmet"))
        if self.kind is InstrumentKind.CERTIFICATE and not self.certificates:
            must = f"name the certificates that {self.id} stands for"
            found.append(InvalidValueError(must, was="none", field="certificates", code="criterion_unmet"))
        if self.certificates and self.retired_on is None:
            must = f"say when the certificates of {self.id} were retired for the reporter"
            found.append(InvalidValueError(must, was="none", field="retired_on", code="criterion_unmet"))
        around = window.around(period)
        longer = self.kind is not InstrumentKind.CERTIFICATE and self.vintage.covers(period)
        if not longer and not around.covers(self.vintage):
            must = f"lie in {around} for {self.id} to serve {period}"
            was = str(self.vintage)
            found.append(InvalidValueError(must, was=was, field="vintage", code="criterion_unmet"))
        return tuple(found)

    def explain(self) -> Explanation:
        """
        Say what it conveys, for which energy, and by which document.

        Returns:
            Its rates with the facts behind the claim, and the source.

        Example:
            >>> tariff = ContractualInstrument(
            ...     "tariff", InstrumentKind.SUPPLIER_RATE, "heat", None, [Rate("CO2", "60.5", "kg")], "GJ",
            ...     Place("CN/BJ"), Period.year(2025), Source("Heat supplier", "Fuel mix of 2025", 2026),
            ...     sole_claim=True, bundled=True)
            >>> print(tariff.explain().text())
            instrument tariff: 60.5 kg CO2 per GJ = supplier's rate, all that is left of heat in CN/BJ, \
vintage [2025-01-01, 2026-01-01), bundled, claimed by no one else
              source: Heat supplier, Fuel mix of 2025, 2026 [confirmed]
        """
        covered = "all that is left" if self.energy is None else str(self.energy)
        said = [
            f"{self.kind}, {covered} of {self.activity} in {self.market}, vintage {self.vintage}",
            "bundled" if self.bundled else "unbundled",
            "claimed by no one else" if self.sole_claim else "claimed by others too",
        ]
        if self.certificates:
            said.append(f"certificates {', '.join(self.certificates)}")
        if self.retired_on is not None:
            said.append(f"retired on {self.retired_on}")
        return Explanation(f"instrument {self.id}", self._conveyed(), ", ".join(said), self.source)

    def _conveyed(self) -> str:
        return f"{', '.join(map(str, self.rates))} per {self.per}"

    def __str__(self) -> str:
        """Say what it covers and conveys."""
        covered = "all that is left" if self.energy is None else str(self.energy)
        what = f"{self.kind} for {covered} of {self.activity} in {self.market}"
        return f"{self.id}: {what}, {self._conveyed()}"


def without_reversals(
    instruments: Iterable[ContractualInstrument],
) -> tuple[list[ContractualInstrument], list[ContractualInstrument], list[Problem]]:
    """
    Take off from instruments what reversals take back, wherever these stand among them.

    Args:
        instruments: Instruments and reversals.

    Returns:
        The instruments with what is left of each, the reversals, and the reversals' problems.

    Example:
        >>> without_reversals([])
        ([], [], [])
    """
    given = list(instruments)
    for each in given:
        check_type(each, ContractualInstrument, field="instruments")
    reversals = [each for each in given if each.takes_back]
    left = [each for each in given if not each.takes_back]
    first: dict[str, int] = {}
    for position, each in enumerate(left):
        first.setdefault(each.id, position)
    problems = []
    for each in reversals:
        at = first.get(each.id)
        if at is None:
            must, hint = "take back an instrument that is here", "post it together with what it takes back"
            error = InvalidValueError(must, was=each.id, field="id", hint=hint)
            problems.append(error.at(file=each.file, row=each.row).problem)
            continue
        try:
            left[at] = left[at].less(each)
        except InvalidValueError as error:
            problems.append(error.at(file=each.file, row=each.row).problem)
    return left, reversals, problems
