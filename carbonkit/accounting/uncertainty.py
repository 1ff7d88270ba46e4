"""
Uncertainty by error propagation: approach 1 of the IPCC, with shared factors taken as one input.

All inputs are half of a 95 % interval. What is independent is added up in squares; what hangs on
one input, such as all lines of one factor, is added up first. Squares are exact, and the root is
taken once, where the figure is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from carbonkit.accounting._spread import (
    HUNDREDTH,
    Assumption,
    Inputs,
    OfFactor,
    half_width,
    inputs,
    potentials,
    reversals,
)
from carbonkit.accounting.data_quality import ACCURACY_CLASSES, accuracy
from carbonkit.accounting.statement import Statement
from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import (
    Exact,
    Rounding,
    add,
    exact,
    multiply,
    round_to,
    total,
    whole,
)
from carbonkit.values.quantity import CO2e
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "Assumption",
    "Term",
    "Uncertainty",
    "product_uncertainty",
    "propagate_uncertainty",
    "square_root",
    "sum_uncertainty",
]

Each = TypeVar("Each")

_UNIT: Final = "tCO2e"
_CLASSED: Final = 9  # decimal places of a percentage that is put in a class
_VALID_TO: Final = Fraction(30, 100)  # half of an interval, as a share, beyond which approach 1 is not valid

APPROACH_1: Final = Source(
    "IPCC",
    "2006 Guidelines for National Greenhouse Gas Inventories, volume 1",
    2006,
    table="chapter 3, approach 1, product rule and sum rule",
    note="the two rules as the GHG Management Institute repeats them",
)
LIMIT_OF_APPROACH_1: Final = Source(
    "IPCC",
    "2006 Guidelines for National Greenhouse Gas Inventories, volume 1",
    2006,
    table="chapter 3, approach 1",
    status=Status.RECALLED,
    note="valid to about 30 % for each input; beyond that approach 2",
)


def square_root(square: Fraction, places: int, rounding: Rounding) -> Decimal:
    """
    Take a square root, and round it once, in a named way.

    Args:
        square: Zero or more; exact.
        places: Decimal places of the root.
        rounding: Which way.

    Returns:
        The rounded root; that of the exact number, not of one that was cut off before.

    Raises:
        InvalidValueError: If `square` is negative or no fraction, or `places` is beyond what a number may
            have.

    Example:
        >>> square_root(Fraction(125), 4, Rounding.HALF_UP)
        Decimal('11.1803')
    """
    check_type(square, Fraction, field="square")
    round_to(0, places, rounding)
    if square < 0:
        raise InvalidValueError("be zero or more", was=square, field="square")
    kept = whole(places, field="places")
    scaled = square * Fraction(100) ** kept
    floor = isqrt(scaled.numerator // scaled.denominator)
    above, half = scaled - floor**2, scaled - Fraction(2 * floor + 1, 2) ** 2
    up = {
        Rounding.FLOOR: False,
        Rounding.TOWARDS_ZERO: False,
        Rounding.CEILING: above > 0,
        Rounding.AWAY_FROM_ZERO: above > 0,
        Rounding.HALF_UP: half >= 0,
        Rounding.HALF_EVEN: half > 0 or (half == 0 and floor % 2 == 1),
    }
    steps = Decimal(floor + up[rounding])
    return round_to(multiply(steps, Decimal((0, (1,), -kept))), places, rounding)


def product_uncertainty(percents: Iterable[Exact], places: int, rounding: Rounding) -> Decimal:
    """
    Propagate the uncertainties of independent factors of a product.

    Args:
        percents: Half of the 95 % interval of each factor, as a share of it. [%]
        places: Decimal places of the result.
        rounding: How it is rounded.

    Returns:
        Half of the 95 % interval of the product. [%]

    Raises:
        InvalidValueError: If one is negative or no number, or `places` is beyond what a number may have.

    Example:
        >>> product_uncertainty([5, 10], 4, Rounding.HALF_UP)
        Decimal('11.1803')

    References:
        IPCC, 2006 Guidelines, volume 1, chapter 3, product rule.
    """
    halves = [half_width(percent) for percent in _listed(percents, "percents")]
    return square_root(_fraction(total(multiply(each, each) for each in halves)), places, rounding)


def sum_uncertainty(parts: Iterable[tuple[Exact, Exact]], places: int, rounding: Rounding) -> Decimal:
    """
    Propagate the uncertainties of independent terms of a sum.

    Args:
        parts: Each term with half of its 95 % interval, as a share of it. [%]
        places: Decimal places of the result.
        rounding: How it is rounded.

    Returns:
        Half of the 95 % interval of the sum. [%]

    Raises:
        InvalidValueError: If a term has no uncertainty or a negative one, the terms add up to zero, or
            `places` is beyond what a number may have.

    Example:
        >>> sum_uncertainty([("100", 10), ("200", 10)], 4, Rounding.HALF_UP)
        Decimal('7.4536')

    References:
        IPCC, 2006 Guidelines, volume 1, chapter 3, sum rule.
    """
    known = [_pair(part) for part in _listed(parts, "parts")]
    halves = [multiply(amount, percent) for amount, percent in known]
    added = _fraction(total(amount for amount, _ in known))
    if not added:
        raise InvalidValueError("not add up to zero", was="0", field="parts")
    return square_root(_fraction(total(multiply(each, each) for each in halves)) / added**2, places, rounding)


def _listed(values: Iterable[Each], field: str) -> tuple[Each, ...]:
    """Take several values; one text is not several of its letters."""
    check_type(values, Iterable, field=field)
    if isinstance(values, str | bytes):
        raise WrongTypeError("be several, not one text", was=repr(values), field=field)
    return tuple(values)


def _pair(part: Sequence[Exact]) -> tuple[Decimal, Decimal]:
    check_type(part, Sequence, field="parts")
    if isinstance(part, str) or len(part) != 2:  # noqa: PLR2004  a pair
        raise InvalidValueError("each be a term with its uncertainty", was=repr(part), field="parts")
    amount, percent = part
    return exact(amount, field="parts"), half_width(percent)


@attrs.frozen
class Term:
    """
    What one input adds to the uncertainty of a total.

    Args:
        input: The quantity, rate, calculation or potential.
        half: Half of the 95 % interval of the total, were this input alone uncertain. [tCO2e]

    Example:
        >>> print(Term("activity 1", CO2e("0.5", "tCO2e")).half)
        0.5 tCO2e
    """

    input: str
    half: CO2e


@attrs.frozen
class Uncertainty:
    """
    The uncertainty of a total by approach 1; made by `propagate_uncertainty`.

    Args:
        total: The total.
        terms: What each input adds.
        findings: What a reader must know: what was assumed, which limits are not symmetric, where
            approach 1 is stretched, how many reversals err by themselves.

    Example:
        >>> found = Uncertainty(CO2e("10", "tCO2e"), (Term("a", CO2e("3", "tCO2e")),
        ...                                           Term("b", CO2e("4", "tCO2e"))), ())
        >>> found.half_width(1, Rounding.HALF_UP), found.percent(1, Rounding.HALF_UP)
        (CO2e('5.0', 'tCO2e'), Decimal('50.0'))
    """

    total: CO2e
    terms: tuple[Term, ...]
    findings: tuple[str, ...]

    @property
    def square(self) -> Decimal:
        """The square of half of the 95 % interval in tonnes, exact."""
        return total(multiply(term.half.number, term.half.number) for term in self.terms)

    def half_width(self, places: int, rounding: Rounding) -> CO2e:
        """
        Say how far the total may be off.

        Args:
            places: Decimal places, in tonnes.
            rounding: How the root is rounded.

        Returns:
            Half of the 95 % interval.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        return CO2e(square_root(_fraction(self.square), places, rounding), _UNIT)

    def percent(self, places: int, rounding: Rounding) -> Decimal:
        """
        Say how far the total may be off, as a share of it.

        Args:
            places: Decimal places.
            rounding: How the root is rounded.

        Returns:
            Half of the 95 % interval. [%]

        Raises:
            InvalidValueError: If the total is zero, or `places` is beyond what a number may have.
        """
        if not self.total.number:
            hint = "half_width(…) says it in tonnes"
            raise InvalidValueError(
                "not be zero, to have shares", was=str(self.total), field="total", hint=hint
            )
        share = _fraction(self.square) / _fraction(self.total.number) ** 2
        return square_root(share * 100**2, places, rounding)

    def largest(self, count: int) -> tuple[Term, ...]:
        """
        List the inputs that add most.

        Args:
            count: How many at most.

        Returns:
            Their terms, the largest first.

        Raises:
            InvalidValueError: If `count` is no whole number, or negative.
        """
        most = whole(count, field="count")
        if most < 0:
            raise InvalidValueError("be zero or more", was=most, field="count")
        return tuple(sorted(self.terms, key=lambda term: term.half.number.copy_abs(), reverse=True)[:most])

    def explain(self, places: int, rounding: Rounding, *, largest: int) -> Explanation:
        """
        Say how the interval came about.

        Args:
            places: Decimal places, in tonnes.
            rounding: How the root is rounded.
            largest: How many of the largest terms to list.

        Returns:
            Half of the interval with its rules, findings and largest terms.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have, or `largest` is negative.
        """
        parts = [
            Explanation("rules", "product and sum", "independent inputs in squares", APPROACH_1),
            *self._accuracy(),
            *(Explanation("finding", each, source=_source(each)) for each in self.findings),
            *(Explanation(term.input, f"±{term.half}", "alone") for term in self.largest(largest)),
        ]
        return Explanation(
            f"95 % interval of {self.total}, approach 1",
            f"±{self.half_width(places, rounding)}",
            f"root of the sum of squares of {len(self.terms)} inputs",
            parts=tuple(parts),
        )

    def _accuracy(self) -> Iterator[Explanation]:
        if self.total.number:
            percent = self.percent(_CLASSED, Rounding.CEILING)  # up, so that no limit is met by rounding
            yield Explanation("accuracy", accuracy(percent).value, source=ACCURACY_CLASSES)


def propagate_uncertainty(
    statement: Statement,
    *,
    assumed: Assumption | None = None,
    potential: Mapping[str, Exact] | None = None,
) -> Uncertainty:
    """
    Propagate the uncertainties of quantities, rates and calculations to the total.

    Quantities of different activities and different rates are independent; all lines of one factor
    share its rates. A rate's half width is the farther of its two limits. Calculations are taken as
    independent of all else.

    As each row is independent, a bill that is split into parts has a narrower interval than the bill
    in one row, and the error of a credit note adds to that of its bill, where one meter would err in
    both alike. How many rows are such reversals is a finding; how many are parts of one can not be seen.

    Args:
        statement: The inventory, weighed.
        assumed: What to take where an input has no uncertainty; what it does not name is refused.
        potential: Half of the 95 % interval of global warming potentials by gas, if they are to count,
            as a share of them. [%]

    Returns:
        The uncertainty, from which the interval is rounded.

    Raises:
        BatchError: If an input has no uncertainty and none is assumed; all such are named.
        UnknownGasError: If the GWP set does not hold a gas of `potential`.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place
        >>> year, place = Period.year(2025), Place("US")
        >>> factor = Factor("gas", "1", "gas", place, year, "GJ", [Rate("CO2", 50, "kg", lower=45, upper=55)],
        ...                 Source("Us", "Gas analysis", 2025))
        >>> bills = [Activity(site, site, "gas", Energy(much, "GJ"), place, year, Scope.ONE, uncertainty=0)
        ...          for site, much in (("north", 100), ("south", 200))]
        >>> statement = account(bills, Catalogue([factor])).co2e(gwp_set("AR6"))
        >>> propagate_uncertainty(statement).percent(1, Rounding.HALF_UP)
        Decimal('10.0')
    """
    check_type(statement, Statement, field="statement")
    found = inputs(statement, assumed)
    percents = potentials({} if potential is None else potential, statement.gwp)
    terms = [term for term in _terms(found, percents) if term.half.number]
    return Uncertainty(statement.total, tuple(terms), (*found.assumed, *_findings(found, percents)))


def _terms(found: Inputs, percents: Mapping[str, Decimal]) -> Iterator[Term]:
    by_gas: dict[str, Decimal] = {}
    for factor in found.factors:
        quantity = total(line.number for line in factor.lines)
        weight = total(rate.weight for rate in factor.rates)
        for rate in factor.rates:
            yield _term(rate.name, multiply(quantity, rate.half))
            by_gas[rate.gas] = add(by_gas.get(rate.gas, Decimal(0)), multiply(quantity, rate.weight))
        for line in factor.lines:
            half = multiply(multiply(line.number, weight), multiply(line.percent, HUNDREDTH))
            yield _term(f"activity {line.id}", half)
    for calculation in found.calculations:
        half = multiply(total(number for _, number in calculation.parts), calculation.percent)
        yield _term(f"calculation {calculation.id}", multiply(half, HUNDREDTH))
        for gas, number in calculation.parts:
            by_gas[gas] = add(by_gas.get(gas, Decimal(0)), number)
    for gas, percent in percents.items():
        half = multiply(by_gas.get(gas, Decimal(0)), multiply(percent, HUNDREDTH))
        yield _term(f"global warming potential of {gas}", half)


def _term(name: str, half: Decimal) -> Term:
    return Term(name, CO2e(half, _UNIT))


def _findings(found: Inputs, percents: Mapping[str, Decimal]) -> Iterator[str]:
    """Say what stretches approach 1, and where independence does."""
    for factor in found.factors:
        for rate in factor.rates:
            if rate.asymmetric:
                yield f"{rate.name}: limits not symmetric, the farther one was taken"
    wide = [*_wide(found.factors)]
    known = [(f"activity {line.id}", line.percent) for factor in found.factors for line in factor.lines]
    known += [(f"calculation {each.id}", each.percent) for each in found.calculations]
    known += [(f"global warming potential of {gas}", percents[gas]) for gas in sorted(percents)]
    wide += [name for name, percent in known if _fraction(percent) > 100 * _VALID_TO]
    for name in wide:
        yield f"{name}: {_STRETCHED}"
    yield from reversals(found)


_STRETCHED: Final = "more than ±30 %, where approach 1 is not valid; simulate instead"


def _wide(factors: Iterable[OfFactor]) -> Iterator[str]:
    for factor in factors:
        for rate in factor.rates:
            relative = rate.relative
            if relative is None and rate.half:
                yield f"{rate.name}, which is zero"
            elif relative is not None and relative > _VALID_TO:
                yield rate.name


def _source(finding: str) -> Source | None:
    return LIMIT_OF_APPROACH_1 if finding.endswith(_STRETCHED) else None


def _fraction(number: Decimal) -> Fraction:
    return Fraction(*number.as_integer_ratio())
