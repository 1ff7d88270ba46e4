"""
Taxonomies: under which names a reporting standard's machine-readable reports carry printed figures.

A mapping has the date of its taxonomy, as names change with editions. A figure that the taxonomy
has no one name for is left out, never put under a name that is near.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.disclosure import Disclosure, Figure
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.values.number import plain
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ESRS_E1_6", "Fact", "Taxonomy", "reported_facts"]

_UNIT: Final = "tCO2e"
_BIOGENIC: Final = "BiogenicEmissionsOfCO2FromCombustionOrBiodegradationOfBiomass"
_IN_THE_CHAIN: Final = "ThatOccurInUpstreamAndDownstreamValueChain"


@attrs.frozen
class Taxonomy:
    """
    The names that one edition of a standard has for printed figures.

    Args:
        standard: The standard, and its paragraph.
        date: The date of the edition, which is a part of its namespace.
        namespace: The namespace of the names.
        unit: The unit's name in the units registry.
        concepts: Each figure's key with its name; "total" and "biogenic/2" stand for what the
            disclosure shows by two methods.
        source: Where the names were read.

    Example:
        >>> dict(ESRS_E1_6.concepts)["scope/1"]
        'GrossScope1GreenhouseGasEmissions'
    """

    standard: str
    date: str
    namespace: str
    unit: str
    concepts: tuple[tuple[str, str], ...]
    source: Source


ESRS_E1_6: Final = Taxonomy(
    "ESRS E1-6",
    "2023-12-22",
    "https://xbrl.efrag.org/taxonomy/esrs/2023-12-22",
    "utr:tCO2e",
    (
        ("scope/1", "GrossScope1GreenhouseGasEmissions"),
        ("scope/2/location", "GrossLocationBasedScope2GreenhouseGasEmissions"),
        ("scope/2/market", "GrossMarketBasedScope2GreenhouseGasEmissions"),
        ("scope/3", "GrossScope3GreenhouseGasEmissions"),
        ("total", "GrossGreenhouseGasEmissions"),
        ("biogenic/1", f"{_BIOGENIC}NotIncludedInScope1GHGEmissions"),
        ("biogenic/2", f"{_BIOGENIC}NotIncludedInScope2GHGEmissions"),
        ("biogenic/3", f"{_BIOGENIC}{_IN_THE_CHAIN}NotIncludedInScope3GHGEmissions"),
    ),
    Source(
        "EFRAG",
        "ESRS Set 1 XBRL Taxonomy",
        2023,
        table="esrs_cor, E1-6",
        note="the names as public mapping files repeat them; a later edition may rename them",
    ),
)


@attrs.frozen
class Fact:
    """
    One figure under its name in a taxonomy.

    Args:
        concept: The name.
        value: The printed number.
        unit: The unit's name in the units registry.
        decimals: How many decimal places the number has.

    Example:
        >>> print(Fact("GrossScope1GreenhouseGasEmissions", "12", "utr:tCO2e", 0).value)
        12
    """

    concept: str
    value: str
    unit: str
    decimals: int


def reported_facts(
    disclosure: Disclosure, taxonomy: Taxonomy, *, total_by: Scope2Method | None
) -> tuple[Fact, ...]:
    """
    Put printed figures under a taxonomy's names.

    What was not accounted has no fact, which is not the same as zero. Biogenic CO2 of scope 2 has
    one name, so it is left out where the two methods differ.

    Args:
        disclosure: The printed figures, in tonnes.
        taxonomy: The names.
        total_by: The scope 2 method of the one total that the taxonomy has a name for; None where no
            energy was purchased.

    Returns:
        The facts.

    Raises:
        InvalidValueError: If the figures are not printed in tonnes, or there are two totals and no method
            was named, or one and a method was.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> from carbonkit.accounting.disclosure import disclose
        >>> from carbonkit.values import Rounding
        >>> nothing = disclose(account((), Catalogue(())), gwp_set("AR6"), unit="tCO2e", places=0,
        ...                    rounding=Rounding.HALF_UP)
        >>> [fact.concept for fact in reported_facts(nothing, ESRS_E1_6, total_by=None)]
        ['GrossGreenhouseGasEmissions']
    """
    check_type(disclosure, Disclosure, field="disclosure")
    check_type(taxonomy, Taxonomy, field="taxonomy")
    if total_by is not None:
        check_type(total_by, Scope2Method, field="total_by")
    figures = {figure.key: figure for figure in disclosure.figures}
    total = "total" if total_by is None else f"total/{total_by.value}"
    if total not in figures:
        held = [key for key in figures if key.partition("/")[0] == "total"]
        hint = "the two methods are two totals" if total_by is None else "no energy was purchased: pass None"
        was = "none" if total_by is None else str(total_by)
        raise InvalidValueError(f"name one of {', '.join(held)}", was=was, field="total_by", hint=hint)
    if figures[total].unit != _UNIT:
        raise InvalidValueError(f"be printed in {_UNIT}", was=figures[total].unit, field="unit")
    return tuple(_facts(figures, taxonomy, total, disclosure.places))


def _facts(figures: dict[str, Figure], taxonomy: Taxonomy, total: str, places: int) -> Iterator[Fact]:
    for key, concept in taxonomy.concepts:
        if key == "total":
            found = [figures[total]]
        else:
            found = [figure for name, figure in figures.items() if name == key or name.startswith(f"{key}/")]
        if len({figure.number for figure in found}) == 1:
            yield Fact(concept, plain(found[0].number), taxonomy.unit, places)
