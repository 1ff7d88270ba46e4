"""China's national carbon market: by when what must be done, by compliance year and sector."""

from __future__ import annotations

import datetime
import enum
from typing import Final

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.field import check_type
from carbonkit.values.number import whole
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source
from carbonkit.values.time import Period, add_months, as_date

__all__ = ["Sector", "Step", "deadline", "monthly_evidence_deadline"]

_MINISTRY: Final = "生态环境部 (Ministry of Ecology and Environment)"


class Sector(enum.Enum):
    """
    The sectors that the market covers.

    Example:
        >>> Sector("steel").name
        'STEEL'
    """

    POWER = "power"
    """Power generation; in the market since 2019."""
    STEEL = "steel"
    """Iron and steel; since 2024."""
    CEMENT = "cement"
    """Cement; since 2024."""
    ALUMINIUM = "aluminium"
    """Primary aluminium; since 2024."""


class Step(enum.Enum):
    """
    What has to be done in a compliance year.

    Example:
        >>> Step("surrender").name
        'SURRENDER'
    """

    PRE_ALLOCATION = "pre_allocation"
    """Allowances are issued in advance."""
    VERIFICATION = "verification"
    """Reports are verified."""
    APPROVAL = "approval"
    """The final allocation is approved."""
    FINAL_ALLOCATION = "final_allocation"
    """The final allocation is issued."""
    MOST_SURRENDERED = "most_surrendered"
    """Emitters shall have surrendered 95 % of what is due in the province."""
    SURRENDER = "surrender"
    """All that is due is surrendered."""


_PLAN_2023: Final = Source(_MINISTRY, "2023、2024年度全国碳排放权交易发电行业配额总量和分配方案", 2024)
_NOTICE_2025: Final = Source(_MINISTRY, "环办气候函〔2025〕140号 (work notice of 2025)", 2025)
_NOTICE_2026: Final = Source(_MINISTRY, "work notice of 27 January 2026 on the national carbon market", 2026)
_DIGEST_2021: Final = Source(
    _MINISTRY, "notice on the surrender of 2019 and 2020", 2021, note="read in a digest"
)
_DIGEST_2023: Final = Source(
    _MINISTRY, "notice of 15 March 2023 on the allocation of 2021 and 2022", 2023, note="read in a digest"
)
_DIGEST_INDUSTRY: Final = Source(
    _MINISTRY, "plan for steel, cement and aluminium 2024 and 2025", 2025, note="read in a digest"
)

_INDUSTRY: Final = (Sector.STEEL, Sector.CEMENT, Sector.ALUMINIUM)

# compliance years, sectors, step, date, source
_TABLE: Final = (
    ((2019, 2020), (Sector.POWER,), Step.MOST_SURRENDERED, "2021-12-15", _DIGEST_2021),
    ((2019, 2020), (Sector.POWER,), Step.SURRENDER, "2021-12-31", _DIGEST_2021),
    ((2021, 2022), (Sector.POWER,), Step.PRE_ALLOCATION, "2023-04-30", _DIGEST_2023),
    ((2021, 2022), (Sector.POWER,), Step.FINAL_ALLOCATION, "2023-07-15", _DIGEST_2023),
    ((2021, 2022), (Sector.POWER,), Step.MOST_SURRENDERED, "2023-11-15", _DIGEST_2023),
    ((2021, 2022), (Sector.POWER,), Step.SURRENDER, "2023-12-31", _DIGEST_2023),
    ((2023, 2023), (Sector.POWER,), Step.SURRENDER, "2024-12-31", _PLAN_2023),
    ((2024, 2024), (Sector.POWER,), Step.PRE_ALLOCATION, "2025-04-20", _NOTICE_2025),
    ((2024, 2024), (Sector.POWER,), Step.VERIFICATION, "2025-06-30", _NOTICE_2025),
    ((2024, 2024), (Sector.POWER,), Step.APPROVAL, "2025-07-31", _NOTICE_2025),
    ((2024, 2024), (Sector.POWER,), Step.FINAL_ALLOCATION, "2025-08-20", _NOTICE_2025),
    ((2024, 2024), (Sector.POWER,), Step.SURRENDER, "2025-12-31", _PLAN_2023),
    ((2024, 2024), _INDUSTRY, Step.VERIFICATION, "2025-08-31", _NOTICE_2025),
    ((2024, 2024), _INDUSTRY, Step.APPROVAL, "2025-09-30", _NOTICE_2025),
    ((2024, 2024), _INDUSTRY, Step.FINAL_ALLOCATION, "2025-10-20", _NOTICE_2025),
    ((2024, 2024), _INDUSTRY, Step.SURRENDER, "2025-12-31", _NOTICE_2025),
    ((2025, 2025), _INDUSTRY, Step.PRE_ALLOCATION, "2026-04-10", _DIGEST_INDUSTRY),
    ((2025, 2025), _INDUSTRY, Step.VERIFICATION, "2026-07-31", _NOTICE_2026),
    ((2025, 2025), (Sector.POWER,), Step.PRE_ALLOCATION, "2026-06-30", _NOTICE_2026),
    ((2025, 2025), (Sector.POWER,), Step.VERIFICATION, "2026-06-30", _NOTICE_2026),
    ((2025, 2025), tuple(Sector), Step.APPROVAL, "2026-09-20", _NOTICE_2026),
    ((2025, 2025), tuple(Sector), Step.FINAL_ALLOCATION, "2026-09-30", _NOTICE_2026),
    ((2025, 2025), tuple(Sector), Step.SURRENDER, "2026-12-31", _NOTICE_2026),
)

_EVIDENCE: Final = Rule(
    what="days for a month's evidence",
    value=40,
    says="within 40 calendar days after the month's end",
    valid=Period("2026-01-01", None),
    source=_NOTICE_2026,
)
_DECEMBER: Final = 12


def deadline(step: Step, year: int, sector: Sector) -> Rule[datetime.date]:
    """
    Return the day by which a step of a compliance year must be done.

    Args:
        step: What must be done.
        year: The compliance year, that of the emissions.
        sector: The sector.

    Returns:
        The rule; its value is the last day.

    Raises:
        WrongTypeError: If the step is no `Step` or the sector no `Sector`.
        NotFoundError: If the step has no known deadline in that year and sector; the hint names those
            that have.

    Example:
        >>> deadline(Step.SURRENDER, 2024, Sector.POWER).value
        datetime.date(2025, 12, 31)
    """
    check_type(step, Step, field="step")
    check_type(sector, Sector, field="sector")
    versions = [
        Rule(
            what=f"{step.value} of {sector.value}",
            value=as_date(day),
            says=f"by {day}",
            valid=years(first, last),
            source=source,
        )
        for (first, last), sectors, done, day, source in _TABLE
        if done is step and sector in sectors
    ]
    if not versions:
        known = ", ".join(sorted({done.value for _, sectors, done, _, _ in _TABLE if sector in sectors}))
        raise NotFoundError(
            "have a known deadline",
            was=f"{step.value} of {sector.value}",
            field="step",
            hint=f"known: {known}",
        )
    return rule_of_year(versions, year)


def monthly_evidence_deadline(year: int, month: int) -> Rule[datetime.date]:
    """
    Return the day by which a month's evidence must be uploaded.

    Args:
        year: The year of the month, 2026 or later.
        month: The month, 1 to 12.

    Returns:
        The rule; its value is the last day.

    Raises:
        InvalidValueError: If there is no such month.
        NotFoundError: If the year has no known rule.

    Example:
        >>> monthly_evidence_deadline(2026, 1).value
        datetime.date(2026, 3, 12)
    """
    rule = rule_of_year((_EVIDENCE,), year)
    asked = whole(month, field="month")
    if not 1 <= asked <= _DECEMBER:
        raise InvalidValueError("be a month from 1 to 12", was=asked, field="month")
    last = add_months(datetime.date(whole(year, field="year"), asked, 1), 1) - datetime.timedelta(days=1)
    return Rule(
        what=f"evidence of {year}-{asked:02}",
        value=last + datetime.timedelta(days=rule.value),
        says=rule.says,
        valid=rule.valid,
        source=rule.source,
    )
