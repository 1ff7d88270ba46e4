"""
Gases weighed in carbon dioxide: sets of global warming potentials, one chosen by name for each view.

An inventory keeps gases. CO2e is a view of it under a set that the caller names:
`gwp_set("AR5")`, or a set of the caller's own. There is no default set, and a gas
that a set does not hold is an error, never zero.

Some publishers give a factor only as CO2e. Such a figure has a fixed basis, the
set that its publisher used: "AR4", say, or words that say that it is not known.
It may be viewed under the set of that name and can never be re-expressed under
another. `as_published(basis)` is the set for inventories that hold nothing else:
it has the basis as its name and weighs no gas.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.origin import Origin
from carbonkit.errors import FixedBasisError, InvalidValueError, NotFoundError, UnknownGasError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, choice, is_a
from carbonkit.values.number import Exact, exact, multiply, plain, whole
from carbonkit.values.quantity import CO2e, Mass
from carbonkit.values.source import Source, Status
from carbonkit.values.table import read_table
from carbonkit.values.text import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["CO2E", "GwpSet", "Potential", "as_published", "gas_name", "gwp_set"]

CO2E: Final = "CO2e"
"""The word that stands in the place of a gas where a publisher gives only CO2e."""

_GAS = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9()-]{1,40}")
_TONNES_PER_KG = Decimal("0.001")


def gas_name(value: str) -> str:
    """
    Take the name of a gas, spelled as the sets spell it.

    Args:
        value: A formula or a name, such as "CH4", "HFC134a" or "(CF3)2CHOH".

    Returns:
        The same name.

    Raises:
        InvalidValueError: If it is anything else, "CO2e" included, which is no gas.

    Example:
        >>> gas_name("CH4")
        'CH4'
    """
    if not matches(_GAS, value):
        raise InvalidValueError('be a gas such as "CH4" or "HFC134a"', was=value, field="gas")
    if value.lower() == CO2E.lower():
        raise InvalidValueError("be a gas", was=value, field="gas", hint="CO2e has a basis and stands alone")
    return value


def _potential(value: Exact) -> Decimal:
    number = exact(value, field="potential")
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field="potential")
    return number


@attrs.frozen
class Potential:
    """
    How much carbon dioxide warms as much as one part of a gas.

    Args:
        gas: The gas.
        value: Its global warming potential. [kgCO2e/kg]
        source: Where the value comes from.
        origin: The origin that it is for, where a set has one value for each; None is for all others.

    Raises:
        InexactNumberError: If `value` is a float, a bool, NaN or infinite.
        InvalidValueError: If `gas` is no gas, or `value` is negative.

    Example:
        >>> print(gwp_set("AR5").potential("CH4").value)
        28
    """

    gas: str = attrs.field(converter=gas_name)
    value: Decimal = attrs.field(converter=_potential)
    source: Source = attrs.field(validator=is_a(Source))
    origin: Origin | None = attrs.field(
        default=None, kw_only=True, validator=attrs.validators.optional(is_a(Origin))
    )

    def explain(self) -> Explanation:
        """
        Say where the value comes from.

        Returns:
            The value with its source.

        Example:
            >>> print(gwp_set("AR4").potential("N2O").explain().value)
            298 kgCO2e per kg
        """
        return Explanation(
            f"global warming potential of {f'{self.origin} ' if self.origin else ''}{self.gas}",
            f"{plain(self.value)} kgCO2e per kg",
            source=self.source,
        )


def _potentials(value: Iterable[Potential]) -> tuple[Potential, ...]:
    potentials = tuple(value)
    for potential in potentials:
        check_type(potential, Potential, field="potential")
    return potentials


def _by_gas(gwp: GwpSet) -> dict[tuple[str, Origin | None], Potential]:
    known = {(potential.gas, potential.origin): potential for potential in gwp.potentials}
    if len(known) != len(gwp.potentials):
        raise InvalidValueError("hold each gas once", was=gwp.id, field="GWP set")
    return known


@attrs.frozen(repr=False)
class GwpSet:
    """
    Global warming potentials that belong together, such as those of one assessment report.

    Args:
        id: The name that reports give the set, such as "AR5".
        potentials: One value for each gas that it holds, and for an origin where that differs.

    Raises:
        InvalidValueError: If a gas stands in it twice, or the name is blank.

    Example:
        >>> own = GwpSet("policy 7", (Potential("CO2", 1, Source("Us", "Reporting policy 7", 2026)),))
        >>> own.weigh("CO2", Mass("2", "t"))
        CO2e('2.000', 'tCO2e')
    """

    id: str = attrs.field(validator=is_name)
    potentials: tuple[Potential, ...] = attrs.field(converter=_potentials)
    _known: dict[tuple[str, Origin | None], Potential] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_by_gas, takes_self=True)
    )

    def potential(self, gas: str, *, origin: Origin | None = None) -> Potential:
        """
        Find the potential of one gas.

        Args:
            gas: The gas, as the set spells it.
            origin: Where its carbon comes from; a set without a value for that has one for all origins.

        Returns:
            Its potential.

        Raises:
            UnknownGasError: If the set does not hold it.

        Example:
            >>> gwp_set("SAR").potential("NF3")
            Traceback (most recent call last):
            ...
            carbonkit.errors.UnknownGasError: gas: must be a gas of the GWP set SAR, was NF3
        """
        found = self._known.get((gas, origin)) or self._known.get((gas, None))
        if found is None:
            near = [name for name, _ in self._known if name.lower() == str(gas).replace("-", "").lower()]
            hint = f'write "{near[0]}"' if near else ""
            if not self._known:
                hint = "this set weighs no gas; it is for figures that were published as CO2e"
            raise UnknownGasError(f"be a gas of the GWP set {self.id}", was=gas, field="gas", hint=hint)
        return found

    def weigh(self, gas: str, mass: Mass, *, origin: Origin | None = None) -> CO2e:
        """
        Weigh a mass of one gas in carbon dioxide; never rounded.

        Args:
            gas: The gas.
            mass: How much of it.
            origin: Where its carbon comes from, if that is said.

        Returns:
            The carbon dioxide that warms as much. [tCO2e]

        Raises:
            UnknownGasError: If the set does not hold the gas.
            InvalidValueError: If `mass` is not a mass.

        Example:
            >>> gwp_set("AR5").weigh("CH4", Mass("2.5", "t"))
            CO2e('70.0000', 'tCO2e')
        """
        check_type(mass, Mass, field="mass")
        tonnes = multiply(multiply(mass.in_base(), _TONNES_PER_KG), self.potential(gas, origin=origin).value)
        return CO2e(tonnes, "tCO2e")

    def check_basis(self, basis: str) -> None:
        """
        Check that a figure published only as CO2e may be viewed under this set.

        Args:
            basis: What the figure's publisher weighed the gases with.

        Raises:
            FixedBasisError: If that is not this set.

        Example:
            >>> gwp_set("AR5").check_basis("AR4")
            Traceback (most recent call last):
            ...
            carbonkit.errors.FixedBasisError: GWP set: must be AR4, on which the factor gives CO2e, was AR5; \
CO2e can not be re-expressed; use a factor that gives its gases
        """
        if basis != self.id:
            raise FixedBasisError(
                f"be {basis}, on which the factor gives CO2e",
                was=self.id,
                field="GWP set",
                hint="CO2e can not be re-expressed; use a factor that gives its gases",
            )

    def __repr__(self) -> str:
        """Name the set and say how much it holds."""
        return f"<GwpSet {self.id}, {len(self.potentials)} gases>"


def as_published(basis: str) -> GwpSet:
    """
    Make the set for figures that were published only as CO2e.

    Args:
        basis: What the publisher weighed the gases with, word for word as the factors have it.

    Returns:
        A set of that name that weighs no gas.

    Raises:
        InvalidValueError: If `basis` is blank.

    Example:
        >>> as_published("City of Seattle 2016, basis not stated")
        <GwpSet City of Seattle 2016, basis not stated, 0 gases>
    """
    return GwpSet(basis, ())


def gwp_set(name: str) -> GwpSet:
    """
    Find a set of hundred-year potentials of an IPCC assessment report.

    Args:
        name: "SAR", "TAR", "AR4", "AR5" or "AR6"; there is no default.

    Returns:
        The set, each value with its source.

    Raises:
        NotFoundError: If there is no such set.

    Example:
        >>> print(gwp_set("AR6").potential("SF6").source.status)
        Status.RECALLED
    """
    check_type(name, str, field="GWP set")
    found = _sets().get(name)
    if found is None:
        raise NotFoundError(f"be one of the GWP sets {', '.join(_sets())}", was=name, field="GWP set")
    return found


@cache
def _sets() -> Mapping[str, GwpSet]:
    sources = {
        row["set"]: row
        for row in read_table(
            _lines("gwp_sets.csv"),
            file="gwp_sets.csv",
            columns={
                "set": str,
                "publisher": str,
                "title": str,
                "year": whole,
                "table": str,
                "url": str,
                "licence": str,
            },
            build=dict,
        )
    }

    def build(row: dict[str, Any]) -> tuple[str, Potential]:
        facts = {name: value for name, value in sources[row["set"]].items() if name != "set"}
        source = Source(**facts, status=row["status"], note=row["note"])
        if row["from"]:  # a value that another document gives: its own source stands in the row
            source = Source(
                row["publisher"],
                row["title"],
                row["from"],
                table=row["table"],
                licence="a figure, carried as a fact",
                status=row["status"],
                note=row["note"],
            )
        return row["set"], Potential(row["gas"], row["potential"], source, origin=row["origin"])

    potentials = read_table(
        _lines("gwp.csv"),
        file="gwp.csv",
        columns={
            "gas": gas_name,
            "set": str,
            "potential": exact,
            "status": lambda cell: choice(Status, cell, field="status"),
            "note": str,
            "origin": lambda cell: choice(Origin, cell, field="origin") if cell else None,
            "publisher": str,
            "title": str,
            "from": lambda cell: whole(cell) if cell else None,
            "table": str,
        },
        build=build,
    )
    return {
        name: GwpSet(name, tuple(potential for held, potential in potentials if held == name))
        for name in sources
    }


def _lines(file: str) -> Iterable[str]:
    return (resources.files("carbonkit.accounting") / "data" / file).read_text(encoding="utf-8").splitlines()
