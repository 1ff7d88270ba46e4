"""What a caller's type checker sees; read by mypy and pyright, never run."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_type

from carbonkit.errors import CarbonkitError, InvalidValueError, Problem
from carbonkit.values import CO2e, Energy, Mass, Money, Period, as_date, exact

assert_type(Mass("1", "t") + Mass("1", "kg"), Mass)
assert_type(Mass("1", "t").to("kg"), Mass)
assert_type(Energy("1", "MWh").to("GJ"), Energy)
assert_type(CO2e("1", "tCO2e") - CO2e("1", "kgCO2e"), CO2e)
assert_type(Money("1.50", "EUR") + Money("1", "EUR"), Money)
assert_type(Period.year(2021), Period)
assert_type(exact("1.5"), Decimal)

as_date("2021-07-16")


def problem_of(error: InvalidValueError) -> Problem:
    caught: CarbonkitError = error
    return assert_type(caught.problem, Problem)
