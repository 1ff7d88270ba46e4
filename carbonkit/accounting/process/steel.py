"""
Iron and steel: the carbon that enters, less the carbon that leaves in products and by-products.

A works is one balance; a process of it is one too, what goes in less what comes out. What the
works emits and no process and no power unit accounts for is the remainder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.accounting.process.balance import Balance, Term, every
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["carbon_balance", "process_balance", "remainder"]


def _terms(given: Iterable[Term], field: str) -> tuple[Term, ...]:
    terms = every(given, field=field)
    for term in terms:
        check_type(term, Term, field=field)
    return terms


def carbon_balance(
    what: str,
    *,
    fuels: Iterable[Term] = (),
    carbonates: Iterable[Term] = (),
    electrodes: Iterable[Term] = (),
    materials: Iterable[Term] = (),
    products: Iterable[Term] = (),
) -> Balance:
    """
    Balance the carbon of a works.

    Args:
        what: The works.
        fuels: Its net use of fuels: what was sold, and what power units of their own duty burnt, is off.
        carbonates: Limestone, dolomite and their like.
        electrodes: Graphite electrodes that were consumed.
        materials: Raw materials that hold carbon: alloys, pig iron, scrap.
        products: Products that fix carbon, and by-products that are sold; given as positive, counted as
            negative terms of the same balance, never as credits.

    Returns:
        What the works emits.

    Raises:
        WrongTypeError: If a term is something else.

    Example:
        >>> from carbonkit.accounting.process.combustion import burnt_by_heat, from_material
        >>> coke = burnt_by_heat("coke", 1000, "28.435", "0.02942", 1)
        >>> steel = from_material("crude steel", 2000, "0.037", purity=1)
        >>> works = carbon_balance("works", fuels=[coke], products=[steel])
        >>> works.tonnes == coke.tonnes - 74
        True
    """
    given = {"fuels": fuels, "carbonates": carbonates, "electrodes": electrodes, "materials": materials}
    entering = [term for name, terms in given.items() for term in _terms(terms, name)]
    return Balance(what, (*entering, *(product.leaving() for product in _terms(products, "products"))))


def process_balance(what: str, *, entering: Iterable[Term], leaving: Iterable[Term]) -> Balance:
    """
    Balance one process: coking, sintering, ironmaking, steelmaking.

    Args:
        what: The process.
        entering: What goes in.
        leaving: What comes out, given as positive: coke and coke oven gas of coking, blast furnace gas of
            ironmaking, converter gas of steelmaking, and the carbon that its product holds.

    Returns:
        What goes in less what comes out.

    Raises:
        WrongTypeError: If a term is something else.

    Example:
        >>> from fractions import Fraction
        >>> coking = process_balance("coking", entering=[Term("coal", Fraction(100))],
        ...                          leaving=[Term("coke", Fraction(80)), Term("gas", Fraction(15))])
        >>> coking.tonnes
        Fraction(5, 1)
    """
    out = (term.leaving() for term in _terms(leaving, "leaving"))
    return Balance(what, (*_terms(entering, "entering"), *out))


def remainder(works: Balance, *, processes: Iterable[Balance], power: Iterable[Balance]) -> Balance:
    """
    Find what a works emits beside its processes and its co-fired power units.

    Args:
        works: The works.
        processes: Its processes.
        power: Its power units that burn by-product gases beside other fuels.

    Returns:
        works - processes - power; it may be negative where carbon is stored between them.

    Raises:
        WrongTypeError: If a balance is something else.

    Example:
        >>> from fractions import Fraction
        >>> works = Balance("works", [Term("all", Fraction(100))])
        >>> coking = Balance("coking", [Term("coal", Fraction(5))])
        >>> remainder(works, processes=[coking], power=[]).tonnes
        Fraction(95, 1)
    """
    check_type(works, Balance, field="works")
    parts = (*every(processes, field="processes"), *every(power, field="power"))
    for part in parts:
        check_type(part, Balance, field="parts")
    terms = [Term(works.what, works.tonnes, "the works", (works.explain(),))]
    terms += [Term(part.what, -part.tonnes, f"-({part.what})", (part.explain(),)) for part in parts]
    return Balance(f"remainder of {works.what}", terms)
