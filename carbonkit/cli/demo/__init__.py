"""
The demonstration: one compliance year from end to end, on real input, in four acts.

    example   where the input lies            account   act 1: energy use becomes emissions
    register  act 2: a registry replayed      trade     act 3: the opening day of a market
    invest    act 4: a fund buys and values   run       all of it, then the ledger is verified
"""
