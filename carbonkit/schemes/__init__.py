"""
Schemes: each market's rulebook as data, every rule with its dates and its source.

    china_national  the national carbon market of China: listed agreements in allowances
    china_registry  its registry: kinds of account and routes
    ccer_registry   the registry of voluntary reductions; shanghai_registry that of the city
    china_power     its allocation to power units and entities; china_industry to steel, cement, aluminium
    china_compliance  its offset limit, fines and cuts
    china_deadline  its deadlines
    china_mrv_power, china_mrv_steel, china_mrv_cement, china_mrv_aluminium  its guidelines for MRV;
        china_mrv_fuel their defaults, china_mrv_rounding their decimals, china_mrv_evidence the order
        of data; china_mrv_power_month, china_mrv_power_unit, china_mrv_aluminium_line work a year out
    uk              the UK Emissions Trading Scheme: its registry
    uk_calendar     working days, and the delays of the UK and the Union registries
    uk_penalty      its penalty
    eu_registry     the Union Registry
    eu_allocation   the EU's free allocation; eu_benchmark has the benchmarks
    eu_reserve      its market stability reserve
    eu_border       its certificates at the border
    eu_penalty      its deadline and penalty
    california      budgets, holding limit, offsets and the yearly surrender
    rggi            trigger prices and reserves of the Regional Greenhouse Gas Initiative
"""
