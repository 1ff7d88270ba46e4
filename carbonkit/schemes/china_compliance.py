"""
China's national carbon market: fines, cuts of next year's allowances, and the limit on credits, by date.

Until 30 April 2024 the ministry's trial measures set the fines; from 1 May 2024 the
State Council's regulation does. The deadlines stand in `china_deadline`.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.registry.offset import OffsetLimit, OffsetRule, offset_limit
from carbonkit.registry.penalty import Fine, FineRange, GainFine, ShortfallFine
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.number import whole
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

    from carbonkit.values.price import Price

__all__ = [
    "Offence",
    "ccer_limit",
    "falsification_cut",
    "non_surrender_cut",
    "non_surrender_fine",
    "offence_fine",
]

_MEASURES_FROM: Final = "2021-02-01"
_REGULATION_FROM: Final = "2024-05-01"
_CODE_FROM: Final = "2026-08-15"
_OLD: Final = Period(_MEASURES_FROM, _REGULATION_FROM)
_NEW: Final = Period(_REGULATION_FROM, None)


def _measures(table: str) -> Source:
    return Source(
        "生态环境部 (Ministry of Ecology and Environment)",
        "碳排放权交易管理办法（试行） (部令第19号)",
        2020,
        table=table,
    )


def _regulation(table: str) -> Source:
    return Source("国务院 (State Council)", "碳排放权交易管理暂行条例 (国令第775号)", 2024, table=table)


def _yuan(lowest: str, highest: str) -> FineRange:
    return FineRange(Money(lowest, "CNY"), Money(highest, "CNY"))


class Offence(enum.Enum):
    """
    What is fined, apart from allowances that are not surrendered.

    Example:
        >>> Offence("reporting").name
        'REPORTING'
    """

    REPORTING = "reporting"
    """No quality-control plan, a late report, nothing published, records not kept."""
    FALSIFICATION = "falsification"
    """An emitter's wrong accounting, falsified report or bad samples."""
    FALSIFICATION_PERSON = "falsification_person"
    """The persons responsible for it."""
    LABORATORY = "laboratory"
    """A laboratory's false report."""
    SERVICE_FIRM = "service_firm"
    """A false report of a firm that prepares or verifies reports."""
    SERVICE_PERSON = "service_person"
    """The persons responsible for a false report of either."""
    MANIPULATION = "manipulation"
    """Manipulating the market."""
    MANIPULATION_PERSON = "manipulation_person"
    """The persons responsible for it."""
    DISTURBANCE = "disturbance"
    """Disturbing the order of the market."""
    DISTURBANCE_PERSON = "disturbance_person"
    """The persons responsible for it."""
    OBSTRUCTION = "obstruction"
    """Obstructing an inspection."""


def _of_gain(least: str, most: str, below: str, small: FineRange) -> GainFine:
    return GainFine(least, most, Money(below, "CNY"), small)


def _new(what: str, value: FineRange | GainFine, says: str, table: str) -> Rule[FineRange | GainFine]:
    return Rule(what=what, value=value, says=says, valid=_NEW, source=_regulation(table))


def _old(what: str) -> Rule[FineRange | GainFine]:
    return Rule(
        what=what,
        value=_yuan("10000", "30000"),
        says="10,000 to 30,000 CNY",
        valid=_OLD,
        source=_measures("article 39"),
    )


_REPORTING: Final = "fine for reporting duties"
_FALSE: Final = "fine for a falsified report"
_FINES: Final[dict[Offence, tuple[Rule[FineRange | GainFine], ...]]] = {
    Offence.REPORTING: (
        _old(_REPORTING),
        _new(_REPORTING, _yuan("50000", "500000"), "50,000 to 500,000 CNY", "article 21"),
    ),
    Offence.FALSIFICATION: (
        _old(_FALSE),
        _new(
            _FALSE,
            _of_gain("5", "10", "500000", _yuan("500000", "2000000")),
            "5 to 10 times the gain; with none or less than 500,000 CNY, 500,000 to 2,000,000 CNY",
            "article 22",
        ),
    ),
    Offence.FALSIFICATION_PERSON: (
        _new(
            "fine on persons for a falsified report",
            _yuan("50000", "200000"),
            "50,000 to 200,000 CNY",
            "article 22",
        ),
    ),
    Offence.LABORATORY: (
        _new(
            "fine for a laboratory's false report",
            _of_gain("5", "10", "20000", _yuan("20000", "100000")),
            "5 to 10 times the gain; with none or less than 20,000 CNY, 20,000 to 100,000 CNY",
            "article 23",
        ),
    ),
    Offence.SERVICE_FIRM: (
        _new(
            "fine for a service firm's false report",
            _of_gain("5", "10", "200000", _yuan("200000", "1000000")),
            "5 to 10 times the gain; with none or less than 200,000 CNY, 200,000 to 1,000,000 CNY",
            "article 23",
        ),
    ),
    Offence.SERVICE_PERSON: (
        _new(
            "fine on persons for a false report",
            _yuan("20000", "200000"),
            "20,000 to 200,000 CNY",
            "article 23",
        ),
    ),
    Offence.MANIPULATION: (
        _new(
            "fine for manipulation",
            _of_gain("1", "10", "500000", _yuan("500000", "5000000")),
            "1 to 10 times the gain; with none or less than 500,000 CNY, 500,000 to 5,000,000 CNY",
            "article 25",
        ),
    ),
    Offence.MANIPULATION_PERSON: (
        _new(
            "fine on persons for manipulation",
            _yuan("100000", "1000000"),
            "100,000 to 1,000,000 CNY",
            "article 25",
        ),
    ),
    Offence.DISTURBANCE: (
        _new(
            "fine for disturbance",
            _of_gain("1", "10", "100000", _yuan("100000", "1000000")),
            "1 to 10 times the gain; with none or less than 100,000 CNY, 100,000 to 1,000,000 CNY",
            "article 25",
        ),
    ),
    Offence.DISTURBANCE_PERSON: (
        _new(
            "fine on persons for disturbance", _yuan("50000", "500000"), "50,000 to 500,000 CNY", "article 25"
        ),
    ),
    Offence.OBSTRUCTION: (
        _new("fine for obstruction", _yuan("20000", "200000"), "20,000 to 200,000 CNY", "article 26"),
    ),
}

_NOT_SURRENDERED: Final = "fine for allowances not surrendered"
_SHORTFALLS: Final[tuple[Rule[FineRange | ShortfallFine], ...]] = (
    Rule(
        what=_NOT_SURRENDERED,
        value=_yuan("20000", "30000"),
        says="20,000 to 30,000 CNY",
        valid=_OLD,
        source=_measures("article 40"),
    ),
    Rule(
        what=_NOT_SURRENDERED,
        value=ShortfallFine("5", "10"),
        says="5 to 10 times the average market price of the month before the surrender deadline, for each "
        "tonne; which methods of trading the average spans is not defined",
        valid=_NEW,
        source=_regulation("article 24"),
    ),
)

_CUT: Final = "cut of next year's allowances, as a share of what was not surrendered"
_CUTS: Final = (
    Rule(
        what=_CUT,
        value=Decimal(1),
        says="as many as were not surrendered, if the order to surrender is not followed",
        valid=_OLD,
        source=_measures("article 40"),
    ),
    Rule(
        what=_CUT,
        value=Decimal(1),
        says="as many as were not surrendered, if the order to surrender is refused",
        valid=Period(_REGULATION_FROM, _CODE_FROM),
        source=_regulation("article 24"),
    ),
    Rule(
        what=_CUT,
        value=Decimal(0),
        says="no new decisions; earlier ones stay in force",
        valid=Period(_CODE_FROM, None),
        source=Source(
            "生态环境部 (Ministry of Ecology and Environment)",
            "2025、2026年度配额总量和分配方案（征求意见稿）",
            2026,
            status=Status.DRAFT,
            note="what the draft says of the 生态环境法典, in force from 15 August 2026",
        ),
    ),
)
_FALSE_CUTS: Final = (
    Rule(
        what="cut of next year's allowances for a falsified report, as shares of them",
        value=(Decimal("0.5"), Decimal(1)),
        says="50 % to 100 %, if the order to correct it is refused",
        valid=_NEW,
        source=_regulation("article 22"),
    ),
)

_CREDITS: Final = (
    Rule(
        what="limit of credits (CCER)",
        value=OffsetRule("0.05", "1"),
        says="at most 5 % of the allowances to be surrendered; not from projects in covered facilities",
        valid=Period(_MEASURES_FROM, None),
        source=_measures("article 29"),
    ),
)


def non_surrender_fine(deadline: str | datetime.date, shortfall: int, *, average: Price | None) -> Fine:
    """
    Work out the range of the fine for allowances that were not surrendered.

    Args:
        deadline: The surrender deadline that was missed; the rule of that day holds.
        shortfall: How many tonnes were not surrendered.
        average: The average market price of the month before the deadline; None for a deadline before
            May 2024, when the range was fixed. Which trades it spans is not defined, so it is yours to
            choose.

    Returns:
        The range, which explains itself.

    Raises:
        InexactNumberError: If the shortfall is a float, a bool, NaN or infinite.
        InvalidValueError: If the shortfall is not a whole number above 0, or the price is missing, given
            where it makes no difference, or not for one tCO2e.
        NotFoundError: If no rule was in force on the day.

    Example:
        >>> str(non_surrender_fine("2021-12-31", 10_000, average=None).highest)
        '30000 CNY'

    References:
        碳排放权交易管理暂行条例, article 24.
    """
    missing = whole(shortfall, field="shortfall")
    if missing <= 0:
        raise InvalidValueError("be a whole number above 0", was=missing, field="shortfall")
    rule = rule_in_force(_SHORTFALLS, as_date(deadline, field="deadline"))
    if isinstance(rule.value, FineRange):
        if average is not None:
            raise InvalidValueError("be None, for the range was fixed", was=average, field="average")
        return rule.value.fine(rule)
    if average is None:
        raise InvalidValueError("be given, for the fine follows it", was="None", field="average")
    return rule.value.fine(rule, missing, average)


def non_surrender_cut(decided_on: str | datetime.date) -> Rule[Decimal]:
    """
    Return what share of the shortfall may be cut from next year's allowances.

    Args:
        decided_on: The day of the authority's decision.

    Returns:
        The rule; its value is 1 for as many as were not surrendered, 0 for none.

    Raises:
        NotFoundError: If no rule was in force on the day.

    Example:
        >>> non_surrender_cut("2026-08-14").value, non_surrender_cut("2026-08-15").value
        (Decimal('1'), Decimal('0'))
    """
    return rule_in_force(_CUTS, as_date(decided_on, field="decided_on"))


def falsification_cut(decided_on: str | datetime.date) -> Rule[tuple[Decimal, Decimal]]:
    """
    Return what share of next year's allowances may be cut for a falsified report.

    Args:
        decided_on: The day of the authority's decision.

    Returns:
        The rule; its value is the least share and the largest.

    Raises:
        NotFoundError: If no rule was in force on the day.

    Example:
        >>> falsification_cut("2025-01-01").value
        (Decimal('0.5'), Decimal('1'))
    """
    return rule_in_force(_FALSE_CUTS, as_date(decided_on, field="decided_on"))


def offence_fine(offence: Offence, day: str | datetime.date, *, gain: Money | None) -> Fine:
    """
    Work out the range of the fine for an offence.

    Args:
        offence: What was done.
        day: The day on which it was done.
        gain: The unlawful gain where the range follows it, an amount of 0 if there was none; None where
            the range is fixed.

    Returns:
        The range, which explains itself.

    Raises:
        WrongTypeError: If `offence` is no `Offence`.
        InvalidValueError: If the gain is missing, negative, or given where it makes no difference.
        CurrencyMismatchError: If the gain is not in CNY.
        NotFoundError: If no rule was in force on the day.

    Example:
        >>> fine = offence_fine(Offence.FALSIFICATION, "2025-06-01", gain=Money("600000", "CNY"))
        >>> str(fine.lowest), str(fine.highest)
        ('3000000 CNY', '6000000 CNY')

    References:
        碳排放权交易管理暂行条例, articles 21 to 26.
    """
    check_type(offence, Offence, field="offence")
    rule = rule_in_force(_FINES[offence], as_date(day, field="day"))
    if isinstance(rule.value, FineRange):
        if gain is not None:
            raise InvalidValueError("be None, for the range is fixed", was=gain, field="gain")
        return rule.value.fine(rule)
    if gain is None:
        raise InvalidValueError("be given, for the fine follows it", was="None", field="gain")
    return rule.value.fine(rule, gain)


def ccer_limit(deadline: str | datetime.date, obligation: int) -> OffsetLimit:
    """
    Work out how many credits (CCER) may count against an obligation.

    Args:
        deadline: The surrender deadline.
        obligation: The allowances to be surrendered.

    Returns:
        The limit, which explains itself.

    Raises:
        InvalidValueError: If the obligation is negative or not whole.
        NotFoundError: If no rule was in force on the day.

    Example:
        >>> ccer_limit("2025-12-31", 1_000_019).most
        50000

    References:
        碳排放权交易管理办法（试行）, article 29.
    """
    return offset_limit(rule_in_force(_CREDITS, as_date(deadline, field="deadline")), obligation)
