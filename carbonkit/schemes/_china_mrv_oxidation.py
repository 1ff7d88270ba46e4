"""The oxidation that the national factor database gives a fuel, from data year 2026; internal."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.accounting.process.balance import as_share
from carbonkit.errors import InvalidValueError
from carbonkit.schemes._china_mrv_month import records
from carbonkit.values.field import check_type
from carbonkit.values.number import whole
from carbonkit.values.rule import Rule, rule_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_PLAN: Final = 2020  # the first data year of the guideline


def from_database(year: int, database: Sequence[Rule[Decimal]], plan_drafted_in: int | None) -> Rule[Decimal]:
    """Pick the entry of 31 October of the year in which the quality-control plan was drafted."""
    entries = records(database, Rule, field="database")
    if not entries or plan_drafted_in is None:
        hint = "it is the entry of 31 October of the year in which the quality-control plan was drafted"
        raise InvalidValueError(
            "be given from 2026, from the national factor database", was="none", field="database", hint=hint
        )
    for entry in entries:
        check_type(entry.value, Decimal, field="database")
        as_share(entry.value, field="database")
    drafted = whole(plan_drafted_in, field="plan_drafted_in")
    if not _FIRST_PLAN <= drafted <= year:
        must = f"be a year from {_FIRST_PLAN} to the data year, {year}"
        hint = "a plan is drafted before the data that it governs"
        raise InvalidValueError(must, was=drafted, field="plan_drafted_in", hint=hint)
    return rule_in_force(entries, datetime.date(drafted, 10, 31))
