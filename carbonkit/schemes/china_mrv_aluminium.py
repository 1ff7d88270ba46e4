"""
China's MRV guideline for aluminium smelting, CETS-AG-04.01-V01-2024, from data year 2024.

Figures were read in a developer's calculation forms, not in the guideline's text. Older ones of
GB/T 32151.4 are recalled, and a note of 2024 on the draft gives others; all are kept, each with
its status, and none is taken for another. `china_mrv_aluminium_line` works out a line of cells.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.gwp import GwpSet, Potential
from carbonkit.accounting.process.combustion import from_material
from carbonkit.accounting.rate import Rate
from carbonkit.errors import NotFoundError
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.schemes._china_mrv_source import ALUMINIUM_2024, at
from carbonkit.values.field import check_type
from carbonkit.values.number import plain
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from carbonkit.accounting.process.balance import Ratio, Term

__all__ = [
    "AnodeShares",
    "EffectRates",
    "anode_shares",
    "anode_use",
    "carbonate",
    "carbonate_factor",
    "draft_rates",
    "effect_rates",
    "guideline_gwp",
]

_STANDARD: Final = Source(
    "国家标准化管理委员会 (Standardization Administration of China)",
    "GB/T 32151.4-2015",
    2015,
    status=Status.RECALLED,
    note="an older value; check against the text",
)
_DRAFT: Final = at(
    ALUMINIUM_2024,
    "",
    status=Status.DRAFT,
    note="a futures house's note of 2024-06-25 on the draft; the final guideline's forms give another value",
)
_USE: Final = "net use of anode for a tonne of aluminium"


def anode_use(year: int) -> Rule[Decimal]:
    """
    Return the net use of anode that is taken where it was not measured.

    Args:
        year: The data year; to 2023 the recalled value of the older standard holds.

    Returns:
        The use, with its source and status. [t/t]

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> [(anode_use(year).value, anode_use(year).source.status.value) for year in (2023, 2024)]
        [(Decimal('0.42'), 'recalled'), (Decimal('0.411'), 'confirmed')]
    """
    return rule_of_year(
        [
            Rule(
                what=_USE, value=Decimal("0.42"), says="0.42 t/t", valid=years(2016, 2023), source=_STANDARD
            ),
            Rule(
                what=_USE,
                value=Decimal("0.411"),
                says="0.411 t/t",
                valid=years(2024, None),
                source=ALUMINIUM_2024,
            ),
        ],
        year,
    )


@attrs.frozen
class AnodeShares:
    """
    What of an anode is no carbon, and what of it is left over.

    Args:
        sulphur: The share that is sulphur.
        ash: The share that is ash.
        residue: The share of the gross use that is left over as butts.

    Example:
        >>> print(anode_shares(2024).value)
        sulphur 0.02, ash 0.004, butts 0.1518
    """

    sulphur: Decimal
    ash: Decimal
    residue: Decimal

    def __str__(self) -> str:
        """Write the shares out."""
        return f"sulphur {plain(self.sulphur)}, ash {plain(self.ash)}, butts {plain(self.residue)}"


def anode_shares(year: int) -> Rule[AnodeShares]:
    """
    Return the shares of sulphur, ash and butts that are taken where they were not measured.

    Args:
        year: The data year.

    Returns:
        The shares, with their source and status.

    Raises:
        NotFoundError: If none are known for the year.

    Example:
        >>> anode_shares(2024).value.residue
        Decimal('0.1518')
    """
    shares = AnodeShares(Decimal("0.02"), Decimal("0.004"), Decimal("0.1518"))
    says = "net use × (1 - 2 % - 0.4 %) × 44/12; net use is 1 - 15.18 % of gross use"
    rule = Rule(
        what="shares of an anode", value=shares, says=says, valid=years(2024, None), source=ALUMINIUM_2024
    )
    return rule_of_year([rule], year)


@attrs.frozen
class EffectRates:
    """
    What the anode effect gives off for each tonne of aluminium.

    Args:
        carbon_tetrafluoride: CF4. [kg/t]
        hexafluoroethane: C2F6. [kg/t]

    Example:
        >>> print(effect_rates(2024).value)
        0.020 kg CF4 and 0.0011 kg C2F6 a tonne
    """

    carbon_tetrafluoride: Decimal
    hexafluoroethane: Decimal

    @property
    def rates(self) -> tuple[tuple[str, Decimal], ...]:
        """The gases with their rates."""
        return ("CF4", self.carbon_tetrafluoride), ("C2F6", self.hexafluoroethane)

    def __str__(self) -> str:
        """Write the rates out."""
        first, second = plain(self.carbon_tetrafluoride), plain(self.hexafluoroethane)
        return f"{first} kg CF4 and {second} kg C2F6 a tonne"


def effect_rates(year: int) -> Rule[EffectRates]:
    """
    Return the default rates of the anode effect.

    Args:
        year: The data year; to 2023 the recalled values of the older standard hold.

    Returns:
        The rates, with their source and status.

    Raises:
        NotFoundError: If none are known for the year.

    Example:
        >>> effect_rates(2023).value.carbon_tetrafluoride, effect_rates(2023).source.status.value
        (Decimal('0.034'), 'recalled')
    """
    old = EffectRates(Decimal("0.034"), Decimal("0.0034"))
    new = EffectRates(Decimal("0.020"), Decimal("0.0011"))
    what = "rates of the anode effect"
    return rule_of_year(
        [
            Rule(what=what, value=old, says=str(old), valid=years(2016, 2023), source=_STANDARD),
            Rule(what=what, value=new, says=str(new), valid=years(2024, None), source=ALUMINIUM_2024),
        ],
        year,
    )


def draft_rates() -> tuple[Rule[Rate], Rule[Rate]]:
    """
    Return what a note on the draft guideline gave for a tonne of aluminium; never taken unasked.

    Returns:
        The carbon dioxide of anodes, and the CO2e of the anode effect, whose basis is not known.

    Example:
        >>> for rule in draft_rates():
        ...     print(rule.value, rule.source.status.value)
        1.424 t CO2 draft
        0.1454 tCO2e (basis: note on the draft CETS-AG-04.01, basis not stated) draft
    """
    anode = Rate("CO2", "1.424", "t")
    basis = "note on the draft CETS-AG-04.01, basis not stated"
    effect = Rate("CO2e", "0.1454", "tCO2e", basis=basis)
    valid = years(2024, None)
    return (
        Rule(what="anodes, by a note", value=anode, says="1.424 tCO2/t", valid=valid, source=_DRAFT),
        Rule(what="anode effect, by a note", value=effect, says="0.1454 tCO2e/t", valid=valid, source=_DRAFT),
    )


def guideline_gwp() -> GwpSet:
    """
    Return the potentials with which the guideline weighs its gases.

    Returns:
        The set; it holds carbon dioxide, CF4 and C2F6 alone.

    Example:
        >>> [plain(guideline_gwp().potential(gas).value) for gas in ("CF4", "C2F6")]
        ['6630', '11100']
    """
    values = (("CO2", "1"), ("CF4", "6630"), ("C2F6", "11100"))
    return GwpSet("CETS-AG-04.01-V01-2024", [Potential(gas, value, ALUMINIUM_2024) for gas, value in values])


_CARBONATES: Final = {
    "CaCO3": "0.4400",
    "MgCO3": "0.5220",
    "Na2CO3": "0.4149",
    "NaHCO3": "0.5237",
    "FeCO3": "0.3799",
    "MnCO3": "0.3829",
    "BaCO3": "0.2230",
    "Li2CO3": "0.5955",
    "K2CO3": "0.3184",
    "SrCO3": "0.2980",
    "CaMg(CO3)2": "0.4773",
}


def carbonate_factor(carbonate: str, year: int) -> Rule[Decimal]:
    """
    Find what a tonne of a pure carbonate gives off.

    Args:
        carbonate: Its formula.
        year: The data year.

    Returns:
        The factor, with its source and status. [tCO2/t]

    Raises:
        NotFoundError: If the table has no such carbonate, or is not known for the year.
        WrongTypeError: If the carbonate is no text.

    Example:
        >>> carbonate_factor("CaCO3", 2024).value
        Decimal('0.4400')
    """
    check_type(carbonate, str, field="carbonate")
    value = _CARBONATES.get(carbonate)
    if value is None:
        hint = f"known: {', '.join(_CARBONATES)}"
        raise NotFoundError("be in the table of carbonates", was=carbonate, field="carbonate", hint=hint)
    rule = Rule(
        what=f"factor of {carbonate}",
        value=Decimal(value),
        says=f"{value} tCO2/t",
        valid=years(2024, None),
        source=ALUMINIUM_2024,
    )
    return rule_of_year([rule], year)


def carbonate(formula: str, mass: Ratio, *, purity: Ratio, year: int) -> Term:
    """
    Find what a carbonate gave off, at the level of the enterprise.

    Args:
        formula: The carbonate.
        mass: How much was used. [t]
        purity: The share of it that is the carbonate.
        year: The data year.

    Returns:
        mass × purity × factor.

    Raises:
        NotFoundError: If the table has no such carbonate, or is not known for the year.
        WrongTypeError: If the carbonate is no text.
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the purity is no share.

    Example:
        >>> carbonate("CaCO3", 1000, purity="0.95", year=2024).tonnes
        Fraction(418, 1)
    """
    rule = carbonate_factor(formula, year)
    return from_material(formula, mass, rule.value, purity=purity, parts=(rule.explain(),))
