"""
Schemes: each market's rulebook as data, every rule with its dates and its source.

    china_national  the national carbon market of China: listed agreements in allowances
    china_registry  its registry: kinds of account and routes
    ccer_registry   the registry of voluntary reductions; shanghai_registry that of the city
    china_power     its allocation to power units and entities; china_industry to steel, cement, aluminium
    china_compliance  its offset limit, fines and cuts
    china_deadline  its deadlines
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
