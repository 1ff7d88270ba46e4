"""
Schemes: each market's rulebook as data, every rule with its dates and its source.

    china_national  the national carbon market of China: listed agreements in allowances
    china_registry  its registry: kinds of account and routes
    uk              the UK Emissions Trading Scheme: its registry
"""
