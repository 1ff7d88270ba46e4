"""
Data quality of an inventory: the scores of its activities and factors, weighted by what they emitted.

Scores run from 1 (best) to 5. A score without its coverage misleads, so both stand together: how
good the scored part is, and how much of the emissions it is.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._spread import half_width
from carbonkit.accounting.quality import INDICATORS, Quality
from carbonkit.accounting.statement import Statement
from carbonkit.errors import BatchError, InvalidValueError, NotFoundError, Problem
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, Rounding, add, divide, multiply, plain, total
from carbonkit.values.quantity import CO2e
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from carbonkit.accounting.activity import Activity
    from carbonkit.accounting.calculation import Calculation
    from carbonkit.accounting.factor import Factor

__all__ = ["Accuracy", "DataQuality", "QualityScore", "Unscored", "accuracy", "data_quality"]

_UNIT: Final = "tCO2e"

ACCURACY_CLASSES: Final = Source(
    "WRI/WBCSD",
    "GHG Protocol, Measurement and Estimation Uncertainty of GHG Emissions (tool)",
    2003,
    table="accuracy ratings",
    status=Status.RECALLED,
    note="limits of 5, 15 and 30 %",
)


class Unscored(enum.Enum):
    """
    What is done where a row or a factor has no score.

    Example:
        >>> Unscored("refuse")
        <Unscored.REFUSE: 'refuse'>
    """

    REFUSE = "refuse"
    """All such are named in one error."""
    REPORT = "report"
    """The score is that of the rest, and the share of the rest says how much that is."""


class Accuracy(enum.Enum):
    """
    How accurate a figure is, by half of its 95 % interval.

    Example:
        >>> Accuracy.GOOD.value
        'good'
    """

    HIGH = "high"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


def accuracy(percent: Exact) -> Accuracy:
    """
    Say in which class of accuracy a figure is.

    Args:
        percent: Half of the figure's 95 % interval, as a share of it. [%]

    Returns:
        High to 5 %, good to 15 %, fair to 30 %, poor beyond.

    Raises:
        InvalidValueError: If it is negative.

    Example:
        >>> accuracy("8.274097")
        <Accuracy.GOOD: 'good'>

    References:
        WRI/WBCSD, GHG Protocol, tool for measurement and estimation uncertainty, from memory.
    """
    number = half_width(percent)
    for limit, found in ((5, Accuracy.HIGH), (15, Accuracy.GOOD), (30, Accuracy.FAIR)):
        if number <= limit:
            return found
    return Accuracy.POOR


@attrs.frozen
class QualityScore:
    """
    The weighted score of all activities, or of all factors; made by `data_quality`.

    Args:
        of: What was scored.
        total: What all rows emitted.
        groups: Each quality with what its rows emitted. [tCO2e]

    Example:
        >>> found = QualityScore("activities", CO2e("4", "tCO2e"),
        ...                      ((Quality(1, 1, 1, 1, 1), CO2e("1", "tCO2e")),
        ...                       (Quality(3, 3, 3, 3, 3), CO2e("2", "tCO2e"))))
        >>> found.score(2, Rounding.HALF_UP), found.share
        (Decimal('2.33'), Fraction(3, 4))
    """

    of: str
    total: CO2e
    groups: tuple[tuple[Quality, CO2e], ...]

    @property
    def scored(self) -> CO2e:
        """What the rows with a score emitted."""
        return CO2e(total(amount.number for _, amount in self.groups), _UNIT)

    @property
    def share(self) -> Fraction | None:
        """How much of the emissions has a score, exact; None where there are none."""
        if not self.total.number:
            return None
        return Fraction(*self.scored.number.as_integer_ratio()) / Fraction(
            *self.total.number.as_integer_ratio()
        )

    def score(self, places: int, rounding: Rounding) -> Decimal | None:
        """
        Weigh the scores, the mean of the five indicators, by emissions.

        Args:
            places: Decimal places.
            rounding: How the score is rounded.

        Returns:
            The score of what has one; None where that emitted nothing.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        sums = [multiply(quality.score, amount.number) for quality, amount in self.groups]
        return self._mean(sums, places, rounding)

    def indicator(self, name: str, places: int, rounding: Rounding) -> Decimal | None:
        """
        Weigh one indicator by emissions.

        Args:
            name: Technology, time, geography, completeness or reliability.
            places: Decimal places.
            rounding: How the score is rounded.

        Returns:
            The indicator of what has a score; None where that emitted nothing.

        Raises:
            NotFoundError: If there is no such indicator.
            InvalidValueError: If `places` is beyond what a number may have.
        """
        known = [field.name for field in attrs.fields(Quality)]
        if name not in known:
            raise NotFoundError(f"be one of {', '.join(known)}", was=name, field="indicator")
        sums = [multiply(Decimal(getattr(quality, name)), amount.number) for quality, amount in self.groups]
        return self._mean(sums, places, rounding)

    def explain(self, places: int, rounding: Rounding) -> Explanation:
        """
        Say how the score came about.

        Args:
            places: Decimal places.
            rounding: How the score is rounded.

        Returns:
            The score with each quality and what it weighs.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        found = self.score(places, rounding)
        return Explanation(
            f"data quality of {self.of}",
            "no score" if found is None else plain(found),
            f"weighted by emissions; {self.scored} of {self.total} have a score",
            INDICATORS,
            tuple(
                Explanation(f"quality {quality}", plain(quality.score), f"{amount}")
                for quality, amount in self.groups
            ),
        )

    def _mean(self, sums: list[Decimal], places: int, rounding: Rounding) -> Decimal | None:
        whole = self.scored.number
        return divide(total(sums), whole, places, rounding) if whole else None


@attrs.frozen
class DataQuality:
    """
    How good the data of an inventory are; made by `data_quality`.

    Args:
        activities: The score of the quantities.
        factors: The score of the factors.
        findings: What a reader must know: rows without a score, and qualities whose rows took more back
            than they emitted, where a weighted mean says little.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> found = data_quality(account((), Catalogue(())).co2e(gwp_set("AR6")), unscored=Unscored.REFUSE)
        >>> print(found.activities.share)
        None
    """

    activities: QualityScore
    factors: QualityScore
    findings: tuple[str, ...]


def data_quality(statement: Statement, *, unscored: Unscored) -> DataQuality:
    """
    Weigh the scores of activities and factors by what they emitted.

    A reversal has a negative weight, so it cancels what it corrects where both have one quality.
    A calculation has no score.

    Args:
        statement: The inventory, weighed.
        unscored: What is done where a row or a factor has no score.

    Returns:
        Both scores, exact until they are rounded.

    Raises:
        BatchError: If a row or a factor has no score, and that is refused; all such are named.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place
        >>> year, place = Period.year(2025), Place("US")
        >>> factor = Factor("gas", "1", "gas", place, year, "GJ", [Rate("CO2", 50, "kg")],
        ...                 Source("Us", "Gas analysis", 2025), quality=Quality(1, 1, 2, 1, 1))
        >>> bills = [Activity("a", "7", "gas", Energy(100, "GJ"), place, year, Scope.ONE,
        ...                   quality=Quality(1, 1, 1, 1, 1)),
        ...          Activity("b", "7", "gas", Energy(300, "GJ"), place, year, Scope.ONE)]
        >>> found = data_quality(account(bills, Catalogue([factor])).co2e(gwp_set("AR6")),
        ...                      unscored=Unscored.REPORT)
        >>> found.activities.score(1, Rounding.HALF_UP), found.activities.share, found.factors.share
        (Decimal('1.0'), Fraction(1, 4), Fraction(1, 1))
    """
    check_type(statement, Statement, field="statement")
    check_type(unscored, Unscored, field="unscored")
    activities: dict[Quality, Decimal] = {}
    factors: dict[Quality, Decimal] = {}
    missing: dict[str, Activity | Calculation | Factor] = {}
    for each in statement.lines:
        activity, factor, number = each.line.activity, each.line.factor, each.co2e.number
        for found, sums, name in (
            (activity, activities, f"activity {activity.id}"),
            (factor, factors, f"factor {factor.id} ({factor.edition})"),
        ):
            if found.quality is None:
                missing[name] = found
            else:
                sums[found.quality] = add(sums.get(found.quality, Decimal(0)), number)
    for calculation in statement.calculations:
        missing[f"calculation {calculation.id}"] = calculation
    if missing and unscored is Unscored.REFUSE:
        raise BatchError(_problem(name, where) for name, where in missing.items())
    findings = [f"{len(missing)} rows and factors have no score"] if missing else []
    for kind, sums in (("activities", activities), ("factors", factors)):
        findings += [
            f"{kind} of quality {quality} took more back than they emitted"
            for quality, number in sums.items()
            if number < 0
        ]
    return DataQuality(
        _score("activities", activities, statement.total),
        _score("factors", factors, statement.total),
        tuple(findings),
    )


def _problem(name: str, where: Activity | Calculation | Factor) -> Problem:
    error = InvalidValueError(
        "have a score", was=name, field="quality", hint="give it, or pass unscored=Unscored.REPORT"
    )
    return error.at(file=where.file, row=where.row).problem


def _score(of: str, sums: dict[Quality, Decimal], whole: CO2e) -> QualityScore:
    ordered = sorted(sums.items(), key=lambda item: (item[0].score, str(item[0])))
    return QualityScore(of, whole, tuple((quality, CO2e(number, _UNIT)) for quality, number in ordered))
