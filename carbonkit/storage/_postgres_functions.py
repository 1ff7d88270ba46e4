"""
The fast path in PostgreSQL: functions that check the head, write a batch and move the head in one round trip.

A name ends in a number that rises whenever what the function does changes, so that
stores of two releases can share a database.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, LiteralString

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FUNCTIONS"]

_ADVANCE: Final = """
    UPDATE carbonkit_head SET sequence = head_sequence, recorded_at = head_recorded_at, leaf = head_leaf,
        holdings = head_holdings, edge = head_edge
    WHERE ledger = its_ledger AND sequence = after_sequence AND leaf = after_leaf;
    IF NOT FOUND THEN RETURN false; END IF;
"""

_TRANSFER: Final = f"""
CREATE OR REPLACE FUNCTION carbonkit_transfer_1(
    its_ledger text, after_sequence bigint, after_leaf bytea, head_recorded_at bigint, head_leaf bytea,
    head_holdings bigint, head_edge bytea, its_id text, its_reason text, its_effective_at bigint,
    its_movements text, source bigint, target bigint, moved bigint, source_after bigint, target_after bigint
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    head_sequence bigint := after_sequence + 1;
BEGIN{_ADVANCE}
    INSERT INTO carbonkit_record VALUES (its_ledger, head_sequence, its_id, 'transfer', its_reason,
        its_effective_at, head_recorded_at, its_movements, '', head_leaf);
    INSERT INTO carbonkit_entry VALUES
        (its_ledger, source, head_recorded_at, 0, head_sequence, -moved, source_after),
        (its_ledger, target, head_recorded_at, 1, head_sequence, moved, target_after);
    UPDATE carbonkit_holding SET quantity = CASE number WHEN source THEN source_after ELSE target_after END
        WHERE ledger = its_ledger AND number IN (source, target);
    RETURN true;
END $$
"""  # noqa: S608  our own words

_BATCH: Final = f"""
CREATE OR REPLACE FUNCTION carbonkit_batch_1(
    its_ledger text, after_sequence bigint, after_leaf bytea, head_sequence bigint, head_recorded_at bigint,
    head_leaf bytea, head_holdings bigint, head_edge bytea,
    record_sequence bigint[], record_id text[], record_kind text[], record_reason text[],
    record_effective_at bigint[], record_recorded_at bigint[], record_movements text[], record_detail text[],
    record_leaf bytea[],
    entry_holding bigint[], entry_recorded_at bigint[], entry_position bigint[], entry_sequence bigint[],
    entry_quantity bigint[], entry_balance_after bigint[],
    changed_number bigint[], changed_quantity bigint[], more jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN{_ADVANCE}
    INSERT INTO carbonkit_record SELECT its_ledger, each.* FROM unnest(record_sequence, record_id,
        record_kind, record_reason, record_effective_at, record_recorded_at, record_movements, record_detail,
        record_leaf) AS each;
    INSERT INTO carbonkit_entry SELECT its_ledger, each.* FROM unnest(entry_holding, entry_recorded_at,
        entry_position, entry_sequence, entry_quantity, entry_balance_after) AS each;
    UPDATE carbonkit_holding SET quantity = each.quantity
        FROM unnest(changed_number, changed_quantity) AS each (number, quantity)
        WHERE carbonkit_holding.ledger = its_ledger AND carbonkit_holding.number = each.number;
    IF more IS NULL THEN RETURN true; END IF;
    INSERT INTO carbonkit_holding SELECT its_ledger, (each->>0)::bigint, each->>1, each->>2, each->>3,
        (each->>4)::bigint FROM jsonb_array_elements(more->'holding') AS each;
    INSERT INTO carbonkit_account SELECT its_ledger, each->>0, each->>1, (each->>2)::bigint
        FROM jsonb_array_elements(more->'account') AS each;
    INSERT INTO carbonkit_asset SELECT its_ledger, each->>0, (each->>1)::bigint, (each->>2)::bigint
        FROM jsonb_array_elements(more->'asset') AS each;
    INSERT INTO carbonkit_mention SELECT its_ledger, each->>0, (each->>1)::bigint
        FROM jsonb_array_elements(more->'mention') AS each;
    DELETE FROM carbonkit_block USING jsonb_array_elements(more->'ended') AS each
        WHERE ledger = its_ledger AND asset = each->>0 AND first = (each->>1)::bigint;
    INSERT INTO carbonkit_block SELECT its_ledger, each->>0, (each->>1)::bigint, (each->>2)::bigint,
        (each->>3)::bigint FROM jsonb_array_elements(more->'block') AS each;
    INSERT INTO carbonkit_hold SELECT its_ledger, (each->>0)::bigint, (each->>1)::bigint
        FROM jsonb_array_elements(more->'hold') AS each;
    INSERT INTO carbonkit_conclusion SELECT its_ledger, (each->>0)::bigint, (each->>1)::bigint
        FROM jsonb_array_elements(more->'conclusion') AS each;
    DELETE FROM carbonkit_hold USING jsonb_array_elements(more->'conclusion') AS each
        WHERE ledger = its_ledger AND sequence = (each->>0)::bigint;
    INSERT INTO carbonkit_node SELECT its_ledger, (each->>0)::bigint, (each->>1)::bigint,
        decode(each->>2, 'hex') FROM jsonb_array_elements(more->'node') AS each;
    RETURN true;
END $$
"""  # noqa: S608  our own words

FUNCTIONS: Final[Mapping[LiteralString, LiteralString]] = MappingProxyType(
    {"carbonkit_transfer_1": _TRANSFER, "carbonkit_batch_1": _BATCH}
)
"""What makes each function, by its name."""
