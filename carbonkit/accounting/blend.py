"""
Blends: refrigerants by the names of the trade, as shares of mass of their gases.

A blend that leaks leaks all its gases in these shares; what it weighs in CO2e follows from
them under any GWP set. Which of the gases count is the caller's choice: the gases of the
Kyoto Protocol, as inventories do, or all of them.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.gwp import gas_name
from carbonkit.accounting.rate import Amount
from carbonkit.errors import InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact, multiply, plain, total
from carbonkit.values.quantity import Mass
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Blend", "CountedGases", "refrigerant_named", "refrigerant_names"]

_KYOTO = re.compile(r"CO2|CH4|N2O|SF6|NF3|HFC[0-9].*|C[0-9]*F[0-9]+|cC[0-9]F[0-9]")
_PERCENT: Final = Decimal("0.01")
_PAIR: Final = 2


class CountedGases(enum.Enum):
    """
    Which gases of a refrigerant count in an inventory.

    Example:
        >>> CountedGases.KYOTO.holds("HFC32"), CountedGases.KYOTO.holds("HCFC22")
        (True, False)
    """

    KYOTO = "Kyoto Protocol"
    """CO2, CH4, N2O, HFCs (of the saturated kind), PFCs, SF6 and NF3; a working names the others."""
    ALL = "all gases"
    """Also CFCs, HCFCs and what else is in it; a GWP set must then hold each."""

    def holds(self, gas: str) -> bool:
        """Say whether a gas counts."""
        check_type(gas, str, field="gas")
        return self is CountedGases.ALL or _KYOTO.fullmatch(gas) is not None

    def __str__(self) -> str:
        """Write it as an explanation does."""
        return "gases of the Kyoto Protocol" if self is CountedGases.KYOTO else self.value


def _check_pair(value: object) -> None:
    if not isinstance(value, tuple | list) or len(value) != _PAIR:
        raise WrongTypeError("be pairs of a gas and its share", was=repr(value), field="shares")


def _shares(value: Iterable[tuple[str, Exact]]) -> tuple[tuple[str, Decimal], ...]:
    check_type(value, Iterable, field="shares")
    pairs = tuple(value)
    for pair in pairs:
        _check_pair(pair)
    shares = tuple((gas_name(gas), exact(share, field="share")) for gas, share in pairs)
    if len({gas for gas, _ in shares}) != len(shares):
        raise InvalidValueError("name each gas once", was=", ".join(gas for gas, _ in shares), field="gas")
    for gas, share in shares:
        if share <= 0:
            raise InvalidValueError(f"be more than 0 for {gas}", was=plain(share), field="share")
    everything = total(share for _, share in shares)
    if everything != 1:
        raise InvalidValueError("add up to exactly 1", was=plain(everything), field="shares")
    return shares


@attrs.frozen
class Blend:
    """
    A refrigerant: one gas, or several in fixed shares of mass.

    Args:
        name: The name of the trade, such as "R-410A".
        shares: Each gas, spelled as the GWP sets spell it, with its share. [0 to 1, by mass]
        source: Where the shares come from.

    Raises:
        InvalidValueError: If a gas stands twice, a share is not above 0, or they do not add up to 1.

    Example:
        >>> own = Blend("mix 7", [("HFC32", "0.3"), ("HFC134a", "0.7")], Source("Us", "Data sheet", 2024))
        >>> print(own)
        mix 7: 30 % HFC32, 70 % HFC134a
    """

    name: str = attrs.field(validator=is_name)
    shares: tuple[tuple[str, Decimal], ...] = attrs.field(converter=_shares)
    source: Source = attrs.field(validator=is_a(Source))

    def amounts(self, mass: Mass, counted: CountedGases) -> tuple[Amount, ...]:
        """
        Divide a mass of the blend into its gases; exact.

        Args:
            mass: How much of the blend; negative for a reversal.
            counted: Which gases count.

        Returns:
            The mass of each gas that counts, in the unit of the mass.

        Raises:
            WrongTypeError: If `mass` is no mass, or `counted` no choice of gases.

        Example:
            >>> from carbonkit.values import Mass
            >>> print(*refrigerant_named("R-410A").amounts(Mass("3", "kg"), CountedGases.KYOTO), sep=", ")
            1.50 kg HFC32, 1.50 kg HFC125
        """
        check_type(mass, Mass, field="mass")
        check_type(counted, CountedGases, field="counted")
        return tuple(
            Amount(gas, multiply(mass.number, share), mass.unit)
            for gas, share in self.shares
            if counted.holds(gas)
        )

    def uncounted(self, counted: CountedGases) -> tuple[str, ...]:
        """
        Name the gases that do not count.

        Args:
            counted: Which do.

        Returns:
            The others.

        Example:
            >>> refrigerant_named("R-408A").uncounted(CountedGases.KYOTO)
            ('HCFC22',)
        """
        check_type(counted, CountedGases, field="counted")
        return tuple(gas for gas, _ in self.shares if not counted.holds(gas))

    def explain(self) -> Explanation:
        """
        Say what it is made of, and by which document.

        Returns:
            The shares with their source.

        Example:
            >>> print(refrigerant_named("R-134a").explain().text())  # doctest: +ELLIPSIS
            refrigerant R-134a: 100 % HFC134a = shares of mass
              source: ASHRAE, Standard 34, ... [recalled]
        """
        return Explanation(f"refrigerant {self.name}", self._written(), "shares of mass", self.source)

    def _written(self) -> str:
        return ", ".join(f"{_percent(share)} % {gas}" for gas, share in self.shares)

    def __str__(self) -> str:
        """Name it and its shares."""
        return f"{self.name}: {self._written()}"


def _percent(share: Decimal) -> str:
    text = plain(multiply(share, Decimal(100)))
    return text.rstrip("0").rstrip(".") if "." in text else text


_HUB_2025: Final = Source(
    "US EPA",
    "GHG Emission Factors Hub",
    2025,
    table="Table 12, blends",
    licence="public domain, US federal work",
    note="read in a re-publication of the edition of 15 January 2025",
)
_HUB_2021: Final = attrs.evolve(
    _HUB_2025, year=2021, note="read in a re-publication of the edition of 15 September 2021"
)
_ASHRAE: Final = Source(
    "ASHRAE",
    "Standard 34, Designation and Safety Classification of Refrigerants",
    2022,
    status=Status.RECALLED,
)

# shares in percent of mass; the gases are spelled as the GWP sets spell them
_BLENDS: Final = (
    (
        _HUB_2025,
        (
            ("R-401A", "53 HCFC22, 34 HCFC124, 13 HFC152a"),
            ("R-401B", "61 HCFC22, 28 HCFC124, 11 HFC152a"),
            ("R-401C", "33 HCFC22, 52 HCFC124, 15 HFC152a"),
            ("R-402A", "38 HCFC22, 60 HFC125, 2 propane"),
            ("R-402B", "60 HCFC22, 38 HFC125, 2 propane"),
            ("R-403B", "56 HCFC22, 39 C3F8, 5 propane"),
            ("R-404A", "44 HFC125, 4 HFC134a, 52 HFC143a"),
            ("R-406A", "55 HCFC22, 41 HCFC142b, 4 isobutane"),
            ("R-407A", "20 HFC32, 40 HFC125, 40 HFC134a"),
            ("R-407B", "10 HFC32, 70 HFC125, 20 HFC134a"),
            ("R-407C", "23 HFC32, 25 HFC125, 52 HFC134a"),
            ("R-407D", "15 HFC32, 15 HFC125, 70 HFC134a"),
            ("R-408A", "47 HCFC22, 7 HFC125, 46 HFC143a"),
            ("R-409A", "60 HCFC22, 25 HCFC124, 15 HCFC142b"),
            ("R-410A", "50 HFC32, 50 HFC125"),
            ("R-410B", "45 HFC32, 55 HFC125"),
            ("R-411A", "87.5 HCFC22, 11 HFC152a, 1.5 propylene"),
            ("R-411B", "94 HCFC22, 3 HFC152a, 3 propylene"),
            ("R-414A", "51 HCFC22, 28.5 HCFC124, 16.5 HCFC142b, 4 isobutane"),
            ("R-414B", "50 HCFC22, 39 HCFC124, 9.5 HCFC142b, 1.5 isobutane"),
            ("R-417A", "46.6 HFC125, 50 HFC134a, 3.4 butane"),
            ("R-422A", "85.1 HFC125, 11.5 HFC134a, 3.4 isobutane"),
            ("R-422D", "65.1 HFC125, 31.5 HFC134a, 3.4 isobutane"),
            ("R-424A", "50.5 HFC125, 47 HFC134a, 1 butane, 0.9 isobutane, 0.6 isopentane"),
            ("R-426A", "5.1 HFC125, 93 HFC134a, 1.3 butane, 0.6 isobutane"),
            ("R-428A", "77.5 HFC125, 20 HFC143a, 1.9 isobutane, 0.6 propane"),
            ("R-434A", "63.2 HFC125, 16 HFC134a, 18 HFC143a, 2.8 isobutane"),
            ("R-507A", "50 HFC125, 50 HFC143a"),
            ("R-508A", "39 HFC23, 61 C2F6"),
            ("R-508B", "46 HFC23, 54 C2F6"),
        ),
    ),
    (
        _HUB_2021,  # in it the shares of R-402, R-414B, R-417A, R-428A and R-507 lost a digit
        (
            ("R-407E", "25 HFC32, 15 HFC125, 60 HFC134a"),
            ("R-413A", "88 HFC134a, 9 C3F8, 3 isobutane"),
            ("R-423A", "47.5 HFC227ea, 52.5 HFC134a"),
            ("R-502", "48.8 HCFC22, 51.2 CFC115"),
            ("R-504", "48.2 HFC32, 51.8 CFC115"),
        ),
    ),
    (
        _ASHRAE,
        (
            ("R-12", "100 CFC12"),
            ("R-22", "100 HCFC22"),
            ("R-23", "100 HFC23"),
            ("R-32", "100 HFC32"),
            ("R-123", "100 HCFC123"),
            ("R-125", "100 HFC125"),
            ("R-134a", "100 HFC134a"),
            ("R-143a", "100 HFC143a"),
            ("R-152a", "100 HFC152a"),
            ("R-227ea", "100 HFC227ea"),
            ("R-236fa", "100 HFC236fa"),
            ("R-245fa", "100 HFC245fa"),
            ("R-290", "100 propane"),
            ("R-448A", "26 HFC32, 26 HFC125, 21 HFC134a, 20 HFO1234yf, 7 HFO1234ze"),
            ("R-449A", "24.3 HFC32, 24.7 HFC125, 25.7 HFC134a, 25.3 HFO1234yf"),
            ("R-452A", "11 HFC32, 59 HFC125, 30 HFO1234yf"),
            ("R-454B", "68.9 HFC32, 31.1 HFO1234yf"),
            ("R-454C", "21.5 HFC32, 78.5 HFO1234yf"),
            ("R-513A", "44 HFC134a, 56 HFO1234yf"),
            ("R-600a", "100 isobutane"),
            ("R-717", "100 ammonia"),
            ("R-744", "100 CO2"),
        ),
    ),
)


@cache
def _known() -> Mapping[str, Blend]:
    found = {}
    for source, rows in _BLENDS:
        for name, text in rows:
            parts = (part.split(" ") for part in text.split(", "))
            shares = [(gas, multiply(Decimal(percent), _PERCENT)) for percent, gas in parts]
            found[name] = Blend(name, shares, source)
    return found


def refrigerant_names() -> tuple[str, ...]:
    """
    List the refrigerants that `refrigerant_named` knows.

    Returns:
        Their names, sorted.

    Example:
        >>> "R-410A" in refrigerant_names()
        True
    """
    return tuple(sorted(_known()))


def refrigerant_named(name: str) -> Blend:
    """
    Find a refrigerant by the name of the trade; for another one, make a `Blend`.

    Args:
        name: The name, such as "R-410A".

    Returns:
        Its gases and their shares.

    Raises:
        NotFoundError: If it is not known; the hint names those that are near.
        WrongTypeError: If it is no text.

    Example:
        >>> print(refrigerant_named("R-404A"))
        R-404A: 44 % HFC125, 4 % HFC134a, 52 % HFC143a
        >>> refrigerant_named("R410A")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.NotFoundError: refrigerant: must be one that is known, was R410A; near it: R-41...
    """
    check_type(name, str, field="refrigerant")
    known = _known().get(name)
    if known is None:
        near = difflib.get_close_matches(name, refrigerant_names(), n=3)
        hint = f"near it: {', '.join(near)}" if near else "make a Blend with its shares and their source"
        raise NotFoundError("be one that is known", was=name, field="refrigerant", hint=hint)
    return known
