"""
Emissions: what something emitted, gas by gas, exact to the fraction, and how that is known.

An emission is a quantity times a factor, or a figure that a supplier states. Emissions
are added, multiplied and shared without any rounding; a number whose digits never end is
rounded once, as the caller names, where it enters an inventory. Nothing is ever taken
off: removals, credits and avoided emissions are reported elsewhere. An emission is emitted
or reversed as a whole; one part of it can not be set against another.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import name
from carbonkit.accounting.catalogue import Choice
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.gwp import GwpSet
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Scope
from carbonkit.accounting.value_chain._fraction import decimal_of, fraction, not_negative, written
from carbonkit.accounting.value_chain._take import several
from carbonkit.accounting.value_chain.applied import Applied, chosen
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import Measured, derived, explained, ratio
from carbonkit.accounting.value_chain.share import Share
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, plain
from carbonkit.values.quantity import CO2e
from carbonkit.values.source import Source
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Conversion
    from carbonkit.values.place import Place

__all__ = ["Emission", "EmissionPart"]


def _number(value: Exact | Fraction) -> Fraction:
    return fraction(value, field="number")


@attrs.frozen
class EmissionPart:
    """
    One gas of an emission, from one kind of data.

    Args:
        gas: The gas, or "CO2e" where its publisher weighed it.
        number: How much, exactly.
        unit: A unit of mass or of CO2e.
        data: What it rests on.
        basis: What it was weighed with, if it is CO2e.
        origin: Where the carbon comes from, if that is said.

    Raises:
        IncompatibleUnitsError: If `unit` measures something else.
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        InvalidValueError: If it is no gas, or `basis` is missing or out of place.
        WrongTypeError: If a value has another type.

    Example:
        >>> print(EmissionPart("CO2", Fraction(135, 14), "kg", DataKind.SECONDARY))
        135/14 ≈ 9.642857 kg CO2
    """

    gas: str
    number: Fraction = attrs.field(converter=_number)
    unit: str
    data: DataKind = attrs.field(validator=is_a(DataKind))
    basis: str = ""
    origin: Origin | None = None

    def __attrs_post_init__(self) -> None:
        """Check that it is what an amount may be."""
        Amount(self.gas, 0, self.unit, basis=self.basis, origin=self.origin)

    def amount(self, conversion: Conversion | None = None) -> Amount:
        """
        Give it as an amount that an inventory can hold.

        Args:
            conversion: How it is rounded where its digits never end.

        Returns:
            The amount; exact unless it had to be rounded.

        Raises:
            InexactConversionError: If its digits never end and no rounding is named.

        Example:
            >>> print(EmissionPart("CO2", Fraction(1, 8), "kg", DataKind.SECONDARY).amount())
            0.125 kg CO2
        """
        number = decimal_of(self.number, conversion, field=f"amount of {self.gas}")
        return Amount(self.gas, number, self.unit, basis=self.basis, origin=self.origin)

    def __str__(self) -> str:
        """Write the amount out, with its gas and its basis."""
        text = f"{written(self.number)} {self.unit}"
        if self.gas != "CO2e":
            text += f" {self.origin} {self.gas}" if self.origin is not None else f" {self.gas}"
        return f"{text} (basis: {self.basis})" if self.basis else text


def _parts(value: Iterable[EmissionPart]) -> tuple[EmissionPart, ...]:
    """Add up what is of one gas, basis, origin and kind of data; in the base unit where units differ."""
    given = several(value, EmissionPart, field="parts")
    if len({part.number > 0 for part in given if part.number}) > 1:
        was = ", ".join(map(str, given))
        hint = "a reversal is an entry of its own; removals, credits and avoided emissions stand apart"
        raise InvalidValueError("be all emitted or all reversed", was=was, field="parts", hint=hint)
    sums: dict[object, EmissionPart] = {}
    for part in given:
        key = (part.gas, part.basis, part.origin, part.data, unit_named(part.unit).dimension)
        known = sums.get(key)
        if known is None:
            sums[key] = part
        else:
            unit = known.unit if known.unit == part.unit else unit_named(part.unit).dimension.value
            summed = sum(each.number * ratio(each.unit, unit, field="parts") for each in (known, part))
            sums[key] = attrs.evolve(known, number=Fraction(summed), unit=unit)
    return tuple(sums.values())


def _scopes(value: Iterable[Scope]) -> frozenset[Scope]:
    return frozenset(several(value, Scope, field="scopes"))


def _factors(value: Iterable[Applied]) -> tuple[Applied, ...]:
    return several(value, Applied, field="factors")


@attrs.frozen
class Emission:
    """
    What something emitted, exact, with its working; made by `of` and `stated`.

    Args:
        what: What emitted it.
        parts: How much of each gas, from which kind of data.
        working: How the amounts came about, down to the inputs and their sources.
        coverage: Which stages of a life cycle it counts, if that is said.
        scopes: Which scopes of the one who stated it, if that is said.
        factors: The factors that it rests on, which must hold where and when it is reported.

    Raises:
        InvalidValueError: If some parts are emitted and some reversed.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.accounting import Factor, Rate
        >>> from carbonkit.values import Freight, Period, Place, Volume
        >>> lorry = Factor("diesel", "2025", "diesel", Place("CN"), Period.year(2025), "L",
        ...                [Rate("CO2", "3.15", "kg")], Source("Carrier", "Fuel analysis", 2025))
        >>> trip = Emission.of(Volume("10", "L"), lorry, data=DataKind.PRIMARY)
        >>> loads = Share.of(Freight("150", "t_km"), Freight("490", "t_km"), by="tonne-kilometres")
        >>> print(trip.shared(loads).working.text())
        diesel × share: 135/14 ≈ 9.642857 kg CO2 = 31.5 kg CO2 × 15/49 ≈ 0.306122
          diesel: 31.5 kg CO2 = 10 L × factor
            factor diesel (2025): 3.15 kg CO2 per L = diesel at CN, valid [2025-01-01, 2026-01-01)
              source: Carrier, Fuel analysis, 2025 [confirmed]
          share by tonne-kilometres: 15/49 ≈ 0.306122 = 150 t_km ÷ 490 t_km
    """

    what: str = attrs.field(validator=is_a(str))
    parts: tuple[EmissionPart, ...] = attrs.field(converter=_parts)
    working: Explanation = attrs.field(validator=is_a(Explanation))
    coverage: Coverage | None = attrs.field(
        default=None, kw_only=True, validator=attrs.validators.optional(is_a(Coverage))
    )
    scopes: frozenset[Scope] = attrs.field(default=frozenset(), kw_only=True, converter=_scopes)
    factors: tuple[Applied, ...] = attrs.field(default=(), kw_only=True, repr=False, converter=_factors)

    @classmethod
    def of(
        cls,
        quantity: Measured,
        factor: Factor | Choice,
        *,
        data: DataKind,
        what: str = "",
        scopes: Iterable[Scope] = (),
        place: Place | None = None,
    ) -> Emission:
        """
        Multiply a quantity by a factor; the units are converted exactly.

        Args:
            quantity: How much was done; negative for a reversal, which cancels what it corrects.
            factor: The factor, or what a catalogue chose for it, whose step the working then shows.
            data: What the result rests on.
            what: What emitted it; the factor's activity if left out, which the working names in any case.
            scopes: Which scopes of the one who did it.
            place: Where it was done, such as where a material was made; None where the item is at, that
                it enters an inventory for. The factor must hold there.

        Returns:
            The emission.

        Raises:
            IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
            InvalidValueError: If `what` is no name.
            WrongTypeError: If a value has another type.

        Example:
            >>> from carbonkit.accounting import Factor, Rate
            >>> from carbonkit.values import Mass, Period, Place
            >>> steel = Factor("steel", "2025", "steel", Place("CN"), Period.year(2025), "t",
            ...                [Rate("CO2", "2.1", "t")], Source("Mill 7", "Product declaration", 2025))
            >>> print(Emission.of(Mass("500", "kg"), steel, data=DataKind.PRIMARY).amounts()[0])
            1.05 t CO2
        """
        check_type(data, DataKind, field="data")
        found = chosen(factor)
        step = factor.step if isinstance(factor, Choice) else None
        used = Applied(found, step, place)
        called = found.activity if what == "" else name(what, field="what")
        measured = derived(called, quantity)
        number = measured.number * ratio(measured.unit, found.per, field="quantity")
        parts = _parts(
            EmissionPart(rate.gas, number * Fraction(rate.number), rate.unit, data, rate.basis, rate.origin)
            for rate in found.rates
        )
        how = f"{measured} × factor" + (f" for {found.activity}" if called != found.activity else "")
        how += (f" at {place}" if place is not None else "") + (f" ({step})" if step is not None else "")
        working = Explanation(called, _written(parts), how, parts=(*explained(quantity), found.explain()))
        return cls(called, parts, working, coverage=found.coverage, scopes=scopes, factors=(used,))

    @classmethod
    def stated(
        cls,
        what: str,
        amounts: Iterable[Amount],
        source: Source,
        *,
        data: DataKind,
        scopes: Iterable[Scope] = (),
        coverage: Coverage | None = None,
    ) -> Emission:
        """
        Take figures that someone states: a supplier, a carrier, an investee.

        Args:
            what: What emitted it.
            amounts: How much of each gas; zero is a value. Removals and credits may not be taken off.
            source: Who states it, and where.
            data: What it rests on.
            scopes: Which of their own scopes they count in it.
            coverage: Which stages of a life cycle they count in it.

        Returns:
            The emission.

        Raises:
            InvalidValueError: If there is no amount, one is negative, or `what` is no name.
            WrongTypeError: If a value has another type.

        Example:
            >>> report = Source("Mill 7", "Sustainability report", 2025, table="page 12")
            >>> mill = Emission.stated("mill 7", [Amount("CO2", "1200", "t")], report, data=DataKind.PRIMARY,
            ...                        scopes=[Scope.ONE, Scope.TWO])
            >>> print(mill.working.text())
            mill 7: 1200 t CO2 = as stated, for scope 1 and scope 2
              source: Mill 7, Sustainability report, 2025, page 12 [confirmed]
        """
        check_type(source, Source, field="source")
        check_type(data, DataKind, field="data")
        name(what, field="what")
        known = several(amounts, Amount, field="amounts")
        if not known:
            raise InvalidValueError("hold at least one amount", was="none", field=what)
        for amount in known:
            if amount.number < 0:
                hint = "removals, credits and avoided emissions stand apart; see reversed"
                raise InvalidValueError(
                    "be zero or more", was=plain(amount.number), field=f"amount of {what}", hint=hint
                )
        parts = _parts(
            EmissionPart(each.gas, Fraction(each.number), each.unit, data, each.basis, each.origin)
            for each in known
        )
        counted = _scopes(scopes)
        said = " and ".join(sorted(str(scope) for scope in counted)) or (str(coverage) if coverage else "")
        how = "as stated" + (f", for {said}" if said else "")
        working = Explanation(what, _written(parts), how, source)
        return cls(what, parts, working, coverage=coverage, scopes=counted)

    @classmethod
    def total(cls, what: str, emissions: Iterable[Emission]) -> Emission:
        """
        Add emissions up; a reversal can not be set against another here, but is an entry of its own.

        Args:
            what: What emitted all of them.
            emissions: The emissions.

        Returns:
            Their sum. It is of the stages that all are of, and of the scopes that any is of if all say so.

        Raises:
            InvalidValueError: If there is none (nothing emitted is an emission of zero), some are emitted
                and some reversed, or `what` is no name.
            WrongTypeError: If one has another type.

        Example:
            >>> Emission.total("fleet", [])
            Traceback (most recent call last):
            ...
            carbonkit.errors.InvalidValueError: fleet: must hold at least one emission, was none
        """
        name(what, field="what")
        known = several(emissions, Emission, field=what)
        if not known:
            raise InvalidValueError("hold at least one emission", was="none", field=what)
        parts = _parts(part for each in known for part in each.parts)
        coverages = {each.coverage for each in known}
        all_say = all(each.scopes for each in known)
        return cls(
            what,
            parts,
            Explanation(what, _written(parts), "sum", parts=tuple(each.working for each in known)),
            coverage=known[0].coverage if len(coverages) == 1 else None,
            scopes=frozenset[Scope]().union(*(each.scopes for each in known)) if all_say else (),
            factors=tuple(factor for each in known for factor in each.factors),
        )

    def shared(self, share: Share) -> Emission:
        """
        Take the reporter's share of it.

        Args:
            share: The share.

        Returns:
            That part of the emission.

        Raises:
            WrongTypeError: If it is no share.
        """
        check_type(share, Share, field="share")
        return self._made(share.value, "× share", f"× {written(share.value)}", (share.working,))

    def times(self, number: Exact, what: str) -> Emission:
        """
        Multiply it by a bare number.

        Args:
            number: How many times; zero or more.
            what: What the number counts, such as "years".

        Returns:
            The product.

        Raises:
            InexactNumberError: If `number` is a float, a bool, NaN or infinite.
            InvalidValueError: If it is negative.
        """
        factor = not_negative(number, field=what)
        return self._made(factor, f"× {what}", f"× {written(factor)}")

    def divided(self, number: Exact, what: str) -> Emission:
        """
        Divide it by a bare number, as for what one use of a product emits.

        Args:
            number: By what; above zero.
            what: What the number counts, such as "washes".

        Returns:
            The quotient, exact also where its digits never end.

        Raises:
            InexactNumberError: If `number` is a float, a bool, NaN or infinite.
            InvalidValueError: If it is zero or negative.
        """
        divisor = not_negative(number, field=what)
        if not divisor:
            raise InvalidValueError("be above zero", was="0", field=what)
        return self._made(1 / divisor, f"÷ {what}", f"÷ {written(divisor)}")

    def reversed(self) -> Emission:
        """
        Change the sign of all of it, to correct what was booked by mistake; the two cancel.

        Returns:
            The reversal, for an entry of its own: the inventory shows both. It can not be a part of
            another figure, so no credit is taken off what a supplier emitted.
        """
        return self._made(Fraction(-1), "reversed", "reversed")

    @property
    def data(self) -> frozenset[DataKind]:
        """The kinds of data that it rests on."""
        return frozenset(part.data for part in self.parts)

    def amounts(self, conversion: Conversion | None = None) -> tuple[Amount, ...]:
        """
        Give it as amounts that an inventory can hold.

        Args:
            conversion: How a number is rounded whose digits never end; the others stay as they are.

        Returns:
            One amount for each part.

        Raises:
            InexactConversionError: If a number's digits never end and no rounding is named.
        """
        return tuple(part.amount(conversion) for part in self.parts)

    def co2e(self, gwp: GwpSet, conversion: Conversion | None = None) -> CO2e:
        """
        Weigh it in CO2e, for a figure that is told by itself; an inventory keeps the gases.

        Args:
            gwp: The GWP set; there is no default.
            conversion: How the sum is rounded where its digits never end; it is rounded only once.

        Returns:
            The CO2e. Biogenic CO2 is not in it. [tCO2e]

        Raises:
            FixedBasisError: If a part gives only CO2e, on another basis than this set.
            InexactConversionError: If the sum's digits never end and no rounding is named.
            UnknownGasError: If the set does not hold a gas.
            WrongTypeError: If it is no GWP set.

        Example:
            >>> from carbonkit.accounting import gwp_set
            >>> leak = Emission.stated("leak", [Amount("N2O", "5", "kg")], Source("Owner", "Log", 2025),
            ...                        data=DataKind.PRIMARY)
            >>> third = leak.shared(Share(Fraction(1, 3), Explanation("share", "1/3")))
            >>> print(third.co2e(gwp_set("AR6")).to("kgCO2e"))
            455 kgCO2e
        """
        check_type(gwp, GwpSet, field="gwp")
        summed = Fraction(0)
        for part in self.parts:
            if part.basis:
                gwp.check_basis(part.basis)
                summed += part.number * ratio(part.unit, "tCO2e", field=self.what)
            elif not (part.gas == "CO2" and part.origin is Origin.BIOGENIC):
                potential = gwp.potential(part.gas, origin=part.origin).value
                summed += part.number * ratio(part.unit, "t", field=self.what) * Fraction(potential)
        return CO2e(decimal_of(summed, conversion, field=self.what), "tCO2e")

    def _made(self, factor: Fraction, what: str, how: str, working: tuple[Explanation, ...] = ()) -> Emission:
        parts = _parts(attrs.evolve(part, number=part.number * factor) for part in self.parts)
        named = f"{self.what} {what}"
        explanation = Explanation(
            named, _written(parts), f"{_written(self.parts)} {how}", parts=(self.working, *working)
        )
        return attrs.evolve(self, what=named, parts=parts, working=explanation)

    def __str__(self) -> str:
        """Write the amounts out."""
        return f"{self.what}: {_written(self.parts)}"


def _written(parts: tuple[EmissionPart, ...]) -> str:
    return ", ".join(map(str, parts))
