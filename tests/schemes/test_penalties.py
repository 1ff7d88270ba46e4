"""Deadlines and penalties of the EU, the UK and China, by date."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from carbonkit.errors import (
    CurrencyMismatchError,
    InexactNumberError,
    InvalidValueError,
    NotFoundError,
    WrongTypeError,
)
from carbonkit.schemes import china_compliance, china_deadline, eu_penalty, uk_penalty
from carbonkit.schemes.china_compliance import Offence
from carbonkit.schemes.china_deadline import Sector, Step
from carbonkit.values import Money, Price, Status

PRICE = Price("65.4284", "CNY", "tCO2e")


def test_the_multiple_of_the_price_holds_from_may_2024() -> None:
    fine = china_compliance.non_surrender_fine("2024-05-01", 10_000, average=PRICE)
    assert (fine.lowest, fine.highest) == (Money("3271420.0000", "CNY"), Money("6542840.0000", "CNY"))
    with pytest.raises(InvalidValueError, match="average: must be given"):
        china_compliance.non_surrender_fine("2024-05-01", 10_000, average=None)


def test_before_may_2024_the_range_was_fixed() -> None:
    fine = china_compliance.non_surrender_fine("2024-04-30", 10_000, average=None)
    assert (fine.lowest, fine.highest) == (Money("20000", "CNY"), Money("30000", "CNY"))
    with pytest.raises(InvalidValueError, match="average: must be None"):
        china_compliance.non_surrender_fine("2024-04-30", 10_000, average=PRICE)
    with pytest.raises(NotFoundError):
        china_compliance.non_surrender_fine("2021-01-31", 10_000, average=None)


@pytest.mark.parametrize("shortfall", [0, -1])
@pytest.mark.parametrize("deadline", ["2021-12-31", "2025-12-31"])
def test_nothing_missing_is_nothing_to_fine(shortfall: int, deadline: str) -> None:
    with pytest.raises(InvalidValueError, match="above 0"):
        china_compliance.non_surrender_fine(deadline, shortfall, average=None)


@pytest.mark.parametrize("shortfall", [True, 10.0])
def test_a_shortfall_is_exact(shortfall: Any) -> None:  # noqa: ANN401  a host's mistake
    with pytest.raises(InexactNumberError):
        china_compliance.non_surrender_fine("2021-12-31", shortfall, average=None)


def test_no_new_cuts_for_a_shortfall_from_15_august_2026_as_a_draft_says() -> None:
    before, after = (china_compliance.non_surrender_cut(day) for day in ("2026-08-14", "2026-08-15"))
    assert (before.value, after.value) == (Decimal(1), Decimal(0))
    assert (before.source.status, after.source.status) == (Status.CONFIRMED, Status.DRAFT)
    assert china_compliance.non_surrender_cut("2024-04-30").source.table == "article 40"
    assert china_compliance.falsification_cut("2026-08-15").source.table == "article 22"
    with pytest.raises(NotFoundError):
        china_compliance.falsification_cut("2024-04-30")


@pytest.mark.parametrize(
    ("offence", "gain", "lowest", "highest"),
    [
        (Offence.REPORTING, None, "50000", "500000"),
        (Offence.FALSIFICATION, "499999.99", "500000", "2000000"),
        (Offence.FALSIFICATION, "500000", "2500000", "5000000"),
        (Offence.FALSIFICATION_PERSON, None, "50000", "200000"),
        (Offence.LABORATORY, "0", "20000", "100000"),
        (Offence.LABORATORY, "20000", "100000", "200000"),
        (Offence.SERVICE_FIRM, "0", "200000", "1000000"),
        (Offence.SERVICE_FIRM, "200000", "1000000", "2000000"),
        (Offence.SERVICE_PERSON, None, "20000", "200000"),
        (Offence.MANIPULATION, "0", "500000", "5000000"),
        (Offence.MANIPULATION, "500000", "500000", "5000000"),
        (Offence.MANIPULATION_PERSON, None, "100000", "1000000"),
        (Offence.DISTURBANCE, "0", "100000", "1000000"),
        (Offence.DISTURBANCE, "100000", "100000", "1000000"),
        (Offence.DISTURBANCE_PERSON, None, "50000", "500000"),
        (Offence.OBSTRUCTION, None, "20000", "200000"),
    ],
)
def test_the_fines_of_the_regulation(offence: Offence, gain: str | None, lowest: str, highest: str) -> None:
    money = None if gain is None else Money(gain, "CNY")
    fine = china_compliance.offence_fine(offence, "2024-05-01", gain=money)
    assert (fine.lowest, fine.highest) == (Money(lowest, "CNY"), Money(highest, "CNY"))


def test_the_fines_of_the_measures_before_it() -> None:
    for offence in (Offence.REPORTING, Offence.FALSIFICATION):
        fine = china_compliance.offence_fine(offence, "2024-04-30", gain=None)
        assert (fine.lowest, fine.highest) == (Money("10000", "CNY"), Money("30000", "CNY"))
    with pytest.raises(NotFoundError):
        china_compliance.offence_fine(Offence.MANIPULATION, "2024-04-30", gain=None)


def test_a_gain_is_asked_for_where_it_counts_and_refused_where_it_does_not() -> None:
    with pytest.raises(InvalidValueError, match="gain: must be given"):
        china_compliance.offence_fine(Offence.FALSIFICATION, "2025-01-01", gain=None)
    with pytest.raises(InvalidValueError, match="gain: must be None"):
        china_compliance.offence_fine(Offence.REPORTING, "2025-01-01", gain=Money("0", "CNY"))
    with pytest.raises(CurrencyMismatchError):
        china_compliance.offence_fine(Offence.FALSIFICATION, "2025-01-01", gain=Money("0", "EUR"))
    with pytest.raises(WrongTypeError):
        china_compliance.offence_fine("reporting", "2025-01-01", gain=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2019, "2021-12-31"),
        (2020, "2021-12-31"),
        (2021, "2023-12-31"),
        (2022, "2023-12-31"),
        (2023, "2024-12-31"),
        (2024, "2025-12-31"),
        (2025, "2026-12-31"),
    ],
)
def test_surrender_deadlines_of_power_in_china(year: int, day: str) -> None:
    assert china_deadline.deadline(Step.SURRENDER, year, Sector.POWER).value.isoformat() == day


@pytest.mark.parametrize(
    ("step", "year", "sector", "day"),
    [
        (Step.MOST_SURRENDERED, 2020, Sector.POWER, "2021-12-15"),
        (Step.MOST_SURRENDERED, 2022, Sector.POWER, "2023-11-15"),
        (Step.VERIFICATION, 2024, Sector.POWER, "2025-06-30"),
        (Step.VERIFICATION, 2024, Sector.CEMENT, "2025-08-31"),
        (Step.FINAL_ALLOCATION, 2024, Sector.ALUMINIUM, "2025-10-20"),
        (Step.PRE_ALLOCATION, 2025, Sector.STEEL, "2026-04-10"),
        (Step.PRE_ALLOCATION, 2025, Sector.POWER, "2026-06-30"),
        (Step.APPROVAL, 2025, Sector.CEMENT, "2026-09-20"),
        (Step.SURRENDER, 2025, Sector.STEEL, "2026-12-31"),
    ],
)
def test_other_deadlines_in_china(step: Step, year: int, sector: Sector, day: str) -> None:
    assert china_deadline.deadline(step, year, sector).value.isoformat() == day


def test_deadlines_that_are_not_known_are_not_found() -> None:
    with pytest.raises(NotFoundError, match="known for 2019 to 2020, 2021 to 2022, 2023, 2024, 2025"):
        china_deadline.deadline(Step.SURRENDER, 2026, Sector.POWER)
    with pytest.raises(NotFoundError, match="known for 2024, 2025"):
        china_deadline.deadline(Step.SURRENDER, 2023, Sector.STEEL)
    with pytest.raises(NotFoundError, match="known: approval, final_allocation"):
        china_deadline.deadline(Step.MOST_SURRENDERED, 2024, Sector.STEEL)
    with pytest.raises(WrongTypeError):
        china_deadline.deadline("surrender", 2024, Sector.STEEL)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError):
        china_deadline.deadline(Step.SURRENDER, 2024, "steel")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2026, 2, "2026-04-09"), (2026, 12, "2027-02-09"), (2028, 2, "2028-04-09")]
)
def test_evidence_is_due_forty_days_after_the_month(year: int, month: int, day: str) -> None:
    assert china_deadline.monthly_evidence_deadline(year, month).value.isoformat() == day


def test_evidence_of_no_month_or_of_a_year_before_the_rule() -> None:
    for month in (0, 13):
        with pytest.raises(InvalidValueError, match="month from 1 to 12"):
            china_deadline.monthly_evidence_deadline(2026, month)
    with pytest.raises(NotFoundError):
        china_deadline.monthly_evidence_deadline(2025, 1)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2005, datetime.date(2006, 4, 30)),
        (2022, datetime.date(2023, 4, 30)),
        (2023, datetime.date(2024, 9, 30)),
        (2030, datetime.date(2031, 9, 30)),
    ],
)
def test_surrender_deadlines_of_the_eu(year: int, day: datetime.date) -> None:
    assert eu_penalty.surrender_deadline(year).value == day


def test_penalties_of_the_eu_and_the_uk_grow_with_prices_and_are_recalled() -> None:
    europe = eu_penalty.excess_emissions_penalty(2023, 7, index="1.3")
    britain = uk_penalty.excess_emissions_penalty(2023, 7, index="1.3")
    assert europe.lowest == europe.highest == Money("910.0", "EUR")
    assert britain.lowest == britain.highest == Money("910.0", "GBP")
    for fine in (europe, britain):
        assert [source.status for source in fine.explain().sources()] == [Status.RECALLED]


def test_years_without_a_scheme_have_no_deadline_and_no_penalty() -> None:
    with pytest.raises(NotFoundError):
        eu_penalty.surrender_deadline(2004)
    with pytest.raises(NotFoundError):
        eu_penalty.excess_emissions_penalty(2012, 1, index=1)
    with pytest.raises(NotFoundError):
        uk_penalty.excess_emissions_penalty(2020, 1, index=1)
