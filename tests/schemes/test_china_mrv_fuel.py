"""The defaults of the guidelines and the bundled tables of fuels say the same, status included."""

from __future__ import annotations

import pytest

from carbonkit.accounting import bundled_fuels
from carbonkit.schemes.china_mrv_fuel import DefaultTable, fuel_default, fuel_names
from carbonkit.values import Status

TABLES = {
    DefaultTable.POWER: ("cn-power-2021", 2021),
    DefaultTable.STEEL: ("cn-steel-2024", 2024),
    DefaultTable.STANDARD: ("cn-gbt-32151", 2024),
}


@pytest.mark.parametrize("table", DefaultTable)
def test_both_say_the_same_of_every_fuel(table: DefaultTable) -> None:
    name, year = TABLES[table]
    fuels = {fuel.printed: fuel for fuel in bundled_fuels(name)}
    compared: dict[str, Status] = {}
    for each in fuel_names(table):
        rule = fuel_default(table, each, year)
        default, fuel = rule.value, fuels[rule.value.original]
        assert fuel.heat is not None
        assert fuel.carbon is not None
        assert (fuel.heat.number, fuel.carbon.number) == (default.heat, default.carbon_per_heat), each
        if default.oxidation is not None and fuel.oxidation is not None:
            assert fuel.oxidation.number == default.oxidation, each
        assert fuel.source.status is rule.source.status, each
        compared[each] = rule.source.status
    assert len(compared) == len(fuel_names(table)) >= 12
    assert (Status.RECALLED in compared.values()) is (table is DefaultTable.STANDARD)
