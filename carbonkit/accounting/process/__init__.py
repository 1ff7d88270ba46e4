"""
Process emissions and plants: the arithmetic, without any scheme's figures.

    balance     terms of carbon dioxide, exact, added up and rounded once
    combustion  fuel by carbon or by heat, materials by their factor, weighted averages
    power       a power unit: carbon as received, heat, what is supplied, intensities
    steel       the carbon balance of a works and of its processes
    cement      clinker less what substitutes saved; the classic method of oxides
    aluminium   anodes, and the gases of the anode effect

The rulebooks of China's guidelines stand in `carbonkit.schemes`, as `china_mrv_...`.
"""

from carbonkit.accounting.process.aluminium import anode_consumed, anode_effect, net_anode
from carbonkit.accounting.process.balance import Balance, Term, in_words, round_ratio
from carbonkit.accounting.process.cement import (
    Clinker,
    Substitute,
    calcined,
    clinker_process,
    kiln_process,
    line_process,
    oxide_factor,
    substitution_rate,
)
from carbonkit.accounting.process.combustion import (
    burnt_by_carbon,
    burnt_by_heat,
    from_material,
    weighted_mean,
)
from carbonkit.accounting.process.power import (
    boiler_heat,
    carbon_from_air_dried,
    carbon_from_dry,
    consumption_for_heat,
    consumption_for_power,
    heat_intensity,
    heat_ratio_by_boiler,
    heat_ratio_by_consumption,
    heat_ratio_by_fuel,
    heat_ratio_by_steam,
    heat_supplied,
    merged_hours,
    merged_load,
    net_power,
    net_power_with_heat,
    power_intensity,
    steam_heat,
    water_heat,
)
from carbonkit.accounting.process.steel import carbon_balance, process_balance, remainder

__all__ = [
    "Balance",
    "Clinker",
    "Substitute",
    "Term",
    "anode_consumed",
    "anode_effect",
    "boiler_heat",
    "burnt_by_carbon",
    "burnt_by_heat",
    "calcined",
    "carbon_balance",
    "carbon_from_air_dried",
    "carbon_from_dry",
    "clinker_process",
    "consumption_for_heat",
    "consumption_for_power",
    "from_material",
    "heat_intensity",
    "heat_ratio_by_boiler",
    "heat_ratio_by_consumption",
    "heat_ratio_by_fuel",
    "heat_ratio_by_steam",
    "heat_supplied",
    "in_words",
    "kiln_process",
    "line_process",
    "merged_hours",
    "merged_load",
    "net_anode",
    "net_power",
    "net_power_with_heat",
    "oxide_factor",
    "power_intensity",
    "process_balance",
    "remainder",
    "round_ratio",
    "steam_heat",
    "substitution_rate",
    "water_heat",
    "weighted_mean",
]
