"""
Our speed as a ratio to a peer's, measured in one run on one machine.

Each module here whose name has no underscore in front is a benchmark; its function
`comparisons(setting)` yields what `bench._compare.Line` describes, and what a line
needs stays open until the next is asked for. `python -m bench` runs them all,
prints a table and writes bench/results.json; `--quick` does less.

    exchange         its client, bare `httpx` and `httpx2`; orders over HTTP, bare Starlette; its restart
    number           exact arithmetic, bare `decimal`
    sqlite_ledger    a ledger in SQLite, bare `sqlite3`
    postgres_ledger  a ledger in PostgreSQL, bare `psycopg`
    registry         a registry in SQLite, bare `sqlite3`; splitting; a national year
    peer             a ledger in SQLite, other ledgers for Python

A target that is missed stands in the table as MISSED. What cannot be measured
here, as without a network to install a peer from, stands there with the reason.
"""
