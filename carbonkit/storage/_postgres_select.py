"""The longer questions that a PostgreSQL store asks; the ledger's name is always among the values."""

from __future__ import annotations

from typing import Final

__all__ = ["ABOUT", "BLOCKS", "HOLDINGS", "QUANTITY_AT", "ROWS", "SERIALS"]

_NUMBER: Final = (
    "(SELECT number FROM carbonkit_holding WHERE ledger = %s AND account = %s AND asset = %s AND bucket = %s)"
)

ROWS: Final = (
    "SELECT sequence, command_id, kind, reason, effective_at, recorded_at, movements, detail, leaf"
    " FROM carbonkit_record WHERE ledger = %s"
)
"""The journal's rows; it takes more conditions."""

ABOUT: Final = (
    f"{ROWS} AND sequence IN ("  # noqa: S608  our own words
    "SELECT carbonkit_entry.sequence FROM carbonkit_holding JOIN carbonkit_entry"
    " ON carbonkit_entry.ledger = carbonkit_holding.ledger AND holding = number"
    " WHERE carbonkit_holding.ledger = %s AND account = %s"
    " UNION SELECT sequence FROM carbonkit_mention WHERE ledger = %s AND account = %s) ORDER BY sequence"
)
"""The journal's rows about an account."""

HOLDINGS: Final = (
    "SELECT number, holding.account, holding.asset, holding.bucket, quantity"
    " FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (account, asset, bucket)"
    " JOIN carbonkit_holding AS holding ON ledger = %s AND holding.account = wanted.account"
    " AND holding.asset = wanted.asset AND holding.bucket = wanted.bucket"
)
"""Holdings by their three names."""

QUANTITY_AT: Final = (
    f"SELECT balance_after FROM carbonkit_entry WHERE ledger = %s AND recorded_at <= %s"  # noqa: S608  our own words
    f" AND holding = {_NUMBER} ORDER BY recorded_at DESC, position DESC LIMIT 1"
)
"""What a holding contained at a moment."""

SERIALS: Final = (
    f"SELECT first, last FROM carbonkit_block WHERE ledger = %s AND holding = {_NUMBER} ORDER BY first"  # noqa: S608  our own words
)
"""The serial ranges in a holding."""

BLOCKS: Final = (
    "SELECT block.asset, first, last, account, bucket FROM carbonkit_block AS block"
    " LEFT JOIN carbonkit_holding AS holding ON holding.ledger = block.ledger AND number = block.holding"
    " AND holding.asset = block.asset"
    " WHERE block.ledger = %s"
)
"""Blocks of serial numbers with the holdings that they lie in; it takes more conditions."""
