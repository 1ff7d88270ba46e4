"""
The market-based method: contractual instruments placed on what was consumed, down the hierarchy.

What no instrument covers takes the residual mix of the market, which is a factor like any
other. The grid's average stands in only where no residual mix exists and the caller says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.assignment import account
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.catalogue import Catalogue
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Fallback
from carbonkit.accounting.instrument import (
    ContractualInstrument,
    InstrumentKind,
    VintageWindow,
    without_reversals,
)
from carbonkit.accounting.line import Conversion
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.placement import Claim, Claims, Placement, in_unit, place_claims
from carbonkit.accounting.purchased_energy import (
    Notice,
    PurchasedEnergy,
    Supply,
    WithoutResidualMix,
    added,
    joined,
)
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IncompatibleUnitsError,
    InexactConversionError,
    InvalidValueError,
    Problem,
    UnknownFactorError,
)
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import add, multiply, subtract, total
from carbonkit.values.place import Place
from carbonkit.values.quantity import Energy
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["dual_scope_2"]

_NAME: Final = 200  # characters of an id
_ZERO: Final = Decimal(0)


def dual_scope_2(
    purchases: Iterable[Activity],
    instruments: Iterable[ContractualInstrument],
    catalogue: Catalogue,
    *,
    period: Period,
    vintage: VintageWindow,
    residual_mix: Catalogue,
    without_residual_mix: WithoutResidualMix,
    earlier: Iterable[PurchasedEnergy] = (),
    conversion: Conversion | None = None,
    fallback: Fallback | None = None,
) -> PurchasedEnergy:
    """
    Account for purchased energy by both methods of scope 2, or refuse the whole batch.

    Location-based, each purchase takes the factor of its grid. Market-based, the purchases of
    one facility, kind of energy and place are one site, credit notes taken off. Instruments are
    placed in the order of the hierarchy, those of one kind by their ids; each fills its sites in
    the order of its facilities, or by name, and moves where a later one would find no room. A
    supplier's rate without an energy takes what is left of its sites, the residual mix what is
    then left; where nothing is left, no mix is needed. So the order and the splitting of the purchases
    change nothing in the market-based answer. Location-based each purchase is a line, and one whose
    energy must be rounded is rounded by itself.

    One instrument may serve several calls, for other periods or other facilities: pass the results so
    far as `earlier`, and put all of them together with `joined`.

    Args:
        purchases: What was bought, in scope 2 and in units of energy: electricity, heat, steam, cooling;
            negative for a credit note.
        instruments: The certificates, contracts and suppliers' rates, and their reversals.
        catalogue: The grids' factors, of the location-based method.
        period: The period of consumption, which all purchases lie in.
        vintage: How near to it the energy of an instrument must have been generated.
        residual_mix: The residual mixes, as factors of the market-based method; empty if there is none.
        without_residual_mix: What is done with energy that is left where no residual mix exists.
        earlier: What other calls gave; what they claimed of an instrument is taken off it.
        conversion: How an energy is rounded that has no finite decimal form in a factor's unit.
        fallback: What a look-up of a grid's factor or a residual mix may do; None allows nothing.

    Returns:
        Both answers, to be put into an inventory.

    Raises:
        BatchError: If a purchase is no energy of scope 2 in the period, a factor is missing, an instrument
            does not meet the criteria of quality, is there twice, claims more than was consumed in its
            market and period or less than `earlier` claimed of it, or a reversal does not fit it; every
            problem is in it.
        InvalidValueError: If the period has no end, or an argument is of another type.

    Example:
        >>> from carbonkit.accounting import Rate
        >>> from carbonkit.values import Source
        >>> year, place, source = Period.year(2025), Place("DE"), Source("Us", "Invoices", 2026)
        >>> def mix(name, rate, method):
        ...     return Factor(name, "2025", "electricity", place, year, "MWh", [Rate("CO2", rate, "t")],
        ...                   Source("Grid operator", "Mixes", 2026), method=method)
        >>> certificate = ContractualInstrument(
        ...     "GO 17", InstrumentKind.CERTIFICATE, "electricity", Energy("60", "MWh"),
        ...     [Rate("CO2", 0, "t")], "MWh", place, year, source, sole_claim=True, bundled=False,
        ...     certificates=["DE-0017"], retired_on="2026-02-01")
        >>> bill = Activity("1", "north", "electricity", Energy("100", "MWh"), place, year, Scope.TWO)
        >>> bought = dual_scope_2(
        ...     [bill], [certificate], Catalogue([mix("grid", "0.30", Scope2Method.LOCATION)]), period=year,
        ...     vintage=VintageWindow(months_before=0, months_after=0),
        ...     residual_mix=Catalogue([mix("residual", "0.45", Scope2Method.MARKET)]),
        ...     without_residual_mix=WithoutResidualMix.REFUSE)
        >>> for supply in bought.supplies:
        ...     print(supply)
        60 MWh of electricity for north under GO 17: 0 t CO2
        40 MWh of electricity for north under residual mix: 18.00 t CO2
        >>> for method in Scope2Method:
        ...     print(method, *(mass for _, mass in bought.inventory().masses(scope_2=method)))
        location-based 30.00 t
        market-based 18.00 t
        >>> bought.share()
        Fraction(3, 5)

    References:
        GHG Protocol, Scope 2 Guidance (2015), chapters 6 and 7 (recalled).
    """
    check_type(purchases, Iterable, field="purchases")
    check_type(instruments, Iterable, field="instruments")
    check_type(earlier, Iterable, field="earlier")
    check_type(vintage, VintageWindow, field="vintage")
    vintage.around(period)  # it is made for its checks
    before = list(earlier)
    claims = joined(before).claims if before else Claims.of(())
    found = _MarketBased(catalogue, period, residual_mix, without_residual_mix, conversion, fallback, claims)
    bought = [each for each in purchases if found.takes(each)]
    usable = [each for each in found.netted(instruments) if found.admits(each, vintage)]
    lines = Lines.of(())
    try:
        lines = account(
            bought, catalogue, scope_2=[Scope2Method.LOCATION], conversion=conversion, fallback=fallback
        ).lines
    except BatchError as error:
        found.problems.extend(error.problems)
    supplies = tuple(found.supplies(_sites(bought), sorted(usable, key=_rank)))
    if found.problems:
        raise BatchError(found.problems)
    return PurchasedEnergy(period, lines, supplies, tuple(found.notices))


def _rank(instrument: ContractualInstrument) -> tuple[int, str]:
    return instrument.kind.value, instrument.id


@attrs.frozen
class _Site:
    """The purchases of one facility, kind of energy and place."""

    facility: str
    activity: str
    place: Place
    purchases: tuple[Activity, ...]
    net: Energy

    def explain(self) -> Explanation:
        count = f"{len(self.purchases)} purchase{'' if len(self.purchases) == 1 else 's'}"
        how = f"{count} of {self.activity} at {self.place}, credit notes taken off"
        parts = [each.explain() for each in self.purchases]
        return Explanation(f"consumption of {self.facility}", str(self.net), how, None, parts)


def _sites(purchases: Iterable[Activity]) -> list[_Site]:
    grouped: dict[tuple[str, str, str], list[Activity]] = {}
    for each in purchases:
        grouped.setdefault((each.facility, each.activity, each.place.path), []).append(each)
    sites = []
    for (facility, activity, path), some in sorted(grouped.items(), key=lambda it: it[0]):
        net = added(each.quantity for each in some if isinstance(each.quantity, Energy))
        sites.append(_Site(facility, activity, Place(path), tuple(some), net))
    return sites


@attrs.frozen
class _Terms:
    """What energy is supplied under: an instrument, or a mix."""

    kind: InstrumentKind
    factor: Factor
    told: Explanation
    instrument: ContractualInstrument | None = None

    @classmethod
    def of(cls, instrument: ContractualInstrument, also: Sequence[Explanation]) -> _Terms:
        told = instrument.explain()
        told = attrs.evolve(told, parts=(*told.parts, *also))
        return cls(instrument.kind, instrument.factor, told, instrument)

    @property
    def name(self) -> str:
        return str(self.kind) if self.instrument is None else f"{self.kind} {self.instrument.id}"


@attrs.define
class _MarketBased:
    """One run of the method: what it goes by, and what it finds."""

    catalogue: Catalogue = attrs.field(validator=is_a(Catalogue))
    period: Period = attrs.field(validator=is_a(Period))
    residual_mix: Catalogue = attrs.field(validator=is_a(Catalogue))
    without: WithoutResidualMix = attrs.field(validator=is_a(WithoutResidualMix))
    conversion: Conversion | None = attrs.field(validator=attrs.validators.optional(is_a(Conversion)))
    fallback: Fallback | None = attrs.field(validator=attrs.validators.optional(is_a(Fallback)))
    earlier: Claims
    problems: list[Problem] = attrs.field(factory=list)
    notices: list[Notice] = attrs.field(factory=list)
    _used: dict[tuple[str, str], str] = attrs.field(factory=dict)  # which instrument claims a name
    _also: dict[str, list[Explanation]] = attrs.field(factory=dict)  # what changed an instrument's energy

    def takes(self, purchase: Activity) -> bool:
        """Check a purchase, and say whether the rest can go on with it."""
        check_type(purchase, Activity, field="purchases")
        errors: list[CarbonkitError] = []
        if purchase.scope is not Scope.TWO:
            errors.append(InvalidValueError("be scope 2", was=str(purchase.scope), field="scope"))
        if not isinstance(purchase.quantity, Energy):
            was = str(purchase.quantity)
            errors.append(IncompatibleUnitsError("be a unit of energy", was=was, field="quantity"))
        if not self.period.covers(purchase.period):
            was = str(purchase.period)
            errors.append(InvalidValueError(f"lie in {self.period}", was=was, field="period"))
        self._note(purchase, *errors)
        return not errors

    def netted(self, instruments: Iterable[ContractualInstrument]) -> Iterator[ContractualInstrument]:
        """Take off from instruments what reversals take back, and say so."""
        left, reversals, problems = without_reversals(instruments)
        self.problems.extend(problems)
        for each in reversals:
            self._also.setdefault(each.id, []).append(each.explain())
        yield from left

    def admits(self, instrument: ContractualInstrument, window: VintageWindow) -> bool:
        """Check an instrument, and say whether it can be placed."""
        errors: list[CarbonkitError] = list(instrument.unmet(self.period, window))
        errors.extend(self.earlier.misfits(instrument))
        names = [("id", instrument.id)]
        if instrument.energy is None or instrument.energy.number:  # where there is none, none is claimed
            names.extend(("certificates", each) for each in instrument.certificates)
        for field, name in names:
            first = self._used.get((field, name))
            if first is None and field == "certificates":
                first = self.earlier.certificates.get(name)
                first = None if first == instrument.id else first
            if first is not None:
                must, hint = f"be claimed once, not by {instrument.id} again", f"it is claimed by {first}"
                errors.append(InvalidValueError(must, was=name, field=field, hint=hint, code="claimed_twice"))
            self._used[field, name] = instrument.id
        if instrument.energy is not None and instrument.id in self.earlier.claimed:
            claimed = in_unit(self.earlier.claimed[instrument.id], instrument.energy.unit)
            told = Explanation("claimed before", str(claimed), "taken off what it covers")
            self._also.setdefault(instrument.id, []).append(told)
        self._note(instrument, *errors)
        return not errors

    def supplies(
        self, sites: Sequence[_Site], instruments: Sequence[ContractualInstrument]
    ) -> Iterator[Supply]:
        """Place the instruments on the sites, and give the rest the residual mix."""
        sized = [each for each in instruments if each.energy is not None]
        rates = [each for each in instruments if each.energy is None]
        placed: dict[int, list[tuple[int, Decimal]]] = {}
        for claim, at, number in self._placed(sites, sized).parts:
            placed.setdefault(at, []).append((claim, number))
        for position, site in enumerate(sites):
            told = site.explain()
            rest, parts = site.net.in_base(), placed.get(position, [])
            for claim, number in parts:
                rest = subtract(rest, number)
                yield from self._supply(site, self._terms(sized[claim]), number, told)
            if rest:
                fitting = [each for each in rates if each.may_serve(site.activity, site.facility, site.place)]
                if len(fitting) > 1:
                    must = f"be the only rate for what is left of {site.activity} in {site.facility}"
                    was = ", ".join(each.id for each in fitting)
                    self._note(fitting[-1], InvalidValueError(must, was=was, field="energy"))
                elif fitting:
                    yield from self._supply(site, self._terms(fitting[0]), rest, told)
                else:
                    yield from self._left(site, rest, told)
            elif not parts:
                how = "credit notes leave nothing, so that no mix is needed"
                working = Explanation(f"supply of {site.facility}", "nothing", how, parts=(told,))
                nothing = in_unit(_ZERO, site.net.unit)
                made = self._calculation(site, str(InstrumentKind.RESIDUAL_MIX), (), working, nothing)
                yield Supply(InstrumentKind.RESIDUAL_MIX, nothing, made)

    def _terms(self, instrument: ContractualInstrument) -> _Terms:
        return _Terms.of(instrument, self._also.get(instrument.id, ()))

    def _placed(self, sites: Sequence[_Site], instruments: Sequence[ContractualInstrument]) -> Placement:
        energies = [self.earlier.left(each) for each in instruments]
        claims = [
            Claim(energy, _order(each, sites)) for each, energy in zip(instruments, energies, strict=True)
        ]
        placement = place_claims(claims, [max(site.net.in_base(), _ZERO) for site in sites])
        beyond: dict[int, Decimal] = {}  # of what was placed
        # credit notes of one site also lower what the others of the market may claim
        for market, activity in dict.fromkeys((each.market, each.activity) for each in instruments):
            within = {
                at for at, site in enumerate(sites) if site.activity == activity and market.holds(site.place)
            }
            parts = [(claim, number) for claim, at, number in placement.parts if at in within]
            claimed = total(number for _, number in parts)
            most = max(total(sites[at].net.in_base() for at in within), _ZERO)
            if claimed > most:
                last = max(claim for claim, _ in parts)
                beyond[last] = max(beyond.get(last, _ZERO), subtract(claimed, most))
        for position, without_room in enumerate(placement.excess):
            excess = add(without_room, beyond.get(position, _ZERO))
            if excess:
                self._note(instruments[position], self._over_claimed(instruments[position], excess))
        return placement

    def _over_claimed(self, instrument: ContractualInstrument, excess: Decimal) -> InvalidValueError:
        too_much = in_unit(excess, instrument.energy.unit if instrument.energy is not None else "MJ")
        sites = f" of {', '.join(instrument.facilities)}" if instrument.facilities else ""
        return InvalidValueError(
            f"claim no more {instrument.activity} than was consumed in market {instrument.market}"
            f" in {self.period}{sites}, as instrument {instrument.id} does",
            was=str(instrument.energy),
            field="energy",
            hint=f"{too_much} too much, after the instruments before it",
            code="over_claimed",
        )

    def _left(self, site: _Site, base: Decimal, told: Explanation) -> Iterator[Supply]:
        """Give what no instrument covers the residual mix, or what stands in for it."""
        try:
            terms = self._mix(site, in_unit(base, site.net.unit))
        except (UnknownFactorError, IncompatibleUnitsError) as error:
            self._note(site.purchases[0], error)
            return
        yield from self._supply(site, terms, base, told)

    def _mix(self, site: _Site, energy: Energy) -> _Terms:
        asked = (site.activity, site.place, self.period)
        unit = site.net.unit
        try:
            choice = self.residual_mix.choose(
                *asked, method=Scope2Method.MARKET, unit=unit, fallback=self.fallback
            )
            kind, what = InstrumentKind.RESIDUAL_MIX, "residual mix"
        except UnknownFactorError as error:
            if self._has_residual_mix(site):
                hint = "a residual mix exists, so the grid's average is no answer; a Fallback may reach it"
                was = f"{site.place} in {self.period}"
                raise UnknownFactorError(
                    error.problem.must, was=was, field="residual_mix", hint=hint
                ) from None
            if self.without is WithoutResidualMix.REFUSE:
                must = f"have a residual mix for the {energy} of {site.activity} that no instrument covers"
                hint = "if none exists, pass without_residual_mix=WithoutResidualMix.GRID_AVERAGE"
                was = f"none for {site.place} in {self.period}"
                raise UnknownFactorError(must, was=was, field="residual_mix", hint=hint) from None
            choice = self.catalogue.choose(
                *asked, method=Scope2Method.LOCATION, unit=unit, fallback=self.fallback
            )
            kind, what = InstrumentKind.GRID_AVERAGE, "grid's average"
            said = f"no residual mix exists for {site.activity} at {site.place} in {self.period}: "
            said += f"{energy} of {site.facility} take the grid's average"
            self.notices.append(Notice("no_residual_mix", said))
        if choice.step is not None:
            said = f"{what} of {site.activity} for {site.facility}: {choice.step}"
            self.notices.append(Notice("fallback", said))
        return _Terms(kind, choice.factor, choice.factor.explain())

    def _has_residual_mix(self, site: _Site) -> bool:
        return any(
            factor.activity == site.activity
            and factor.method is Scope2Method.MARKET
            and site.place.within(factor.place)
            for factor in self.residual_mix.factors
        )

    def _supply(self, site: _Site, terms: _Terms, base: Decimal, told: Explanation) -> Iterator[Supply]:
        factor, energy = terms.factor, in_unit(base, site.net.unit)
        try:
            converted = self._converted(base, factor.per)
        except InexactConversionError as error:
            self._note(terms.instrument or site.purchases[0], error)
            return
        amounts = tuple(
            Amount(
                rate.gas,
                multiply(converted.number, rate.number),
                rate.unit,
                basis=rate.basis,
                origin=rate.origin,
            )
            for rate in factor.rates
        )
        how = f"{energy} under {terms.name} × {', '.join(map(str, factor.rates))} per {factor.per}"
        if converted.in_base() != base:
            how += f", energy {self.conversion}"
        working = Explanation(
            f"supply of {site.facility}", ", ".join(map(str, amounts)), how, parts=(terms.told, told)
        )
        calculation = self._calculation(site, terms.name, amounts, working, energy)
        yield Supply(terms.kind, energy, calculation, terms.instrument)

    def _calculation(
        self, site: _Site, under: str, amounts: tuple[Amount, ...], working: Explanation, energy: Energy
    ) -> Calculation:
        return Calculation(
            _named(f"{site.facility}, {site.activity} at {site.place}, {self.period}: {under}"),
            site.facility,
            site.activity,
            site.place,
            self.period,
            Scope.TWO,
            amounts,
            working,
            method=Scope2Method.MARKET,
            quantity=energy,
        )

    def _converted(self, base: Decimal, unit: str) -> Energy:
        energy = Energy(base, "MJ")
        if self.conversion is None:
            try:
                return energy.to(unit)
            except InexactConversionError:
                raise InexactConversionError(
                    f"have a finite decimal form in {unit}",
                    was=str(energy),
                    field="energy",
                    hint="name a rounding, e.g. conversion=Conversion(9, Rounding.HALF_EVEN)",
                ) from None
        found = in_unit(base, unit)
        if found.unit == unit:
            return found
        return energy.to(unit, places=self.conversion.places, rounding=self.conversion.rounding)

    def _note(self, what: Activity | ContractualInstrument, *errors: CarbonkitError) -> None:
        self.problems.extend(error.at(file=what.file, row=what.row).problem for error in errors)


def _order(instrument: ContractualInstrument, sites: Sequence[_Site]) -> tuple[int, ...]:
    """List the sites that an instrument may serve, in the order in which it fills them."""
    fitting = [
        at for at, site in enumerate(sites) if instrument.may_serve(site.activity, site.facility, site.place)
    ]
    if instrument.facilities:
        fitting.sort(key=lambda at: instrument.facilities.index(sites[at].facility))
    return tuple(fitting)


def _named(text: str) -> str:
    """Make an id of a text, also of one that is longer than an id may be."""
    if len(text) <= _NAME:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: _NAME - 17]} {digest}"
