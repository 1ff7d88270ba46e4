"""
carbonkit: carbon accounting and carbon trading, exact from end to end.

The packages, from the ground floor up:

    values      numbers, quantities, money, time, sources
    accounting  activity → emission factor → inventory
    ledger      double entry for allowances, credits and cash
    registry    the life of an allowance: issue, allocate, transfer, surrender, cancel
    market      listed agreements, the day bulletin, settlement
    fund        commitments, calls, holdings, valuation, performance
    schemes     each market's rules as dated data with sources
    storage     the ledger in SQLite
    cli         the `carbonkit` command
"""
