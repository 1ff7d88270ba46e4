"""What somebody who edits a ledger's tables by hand would write into them, whatever keeps them."""

from __future__ import annotations

import json


def tampered_values(column: str, value: object, others: list[object]) -> list[object]:
    """List what a tamperer would write, within the types and checks of the column."""
    values: list[object] = list(others)
    if isinstance(value, int):
        values += [value + 1, value - 1, -value, 0, 1, 2**63 - 1]
    elif isinstance(value, bytes):
        values += [bytes([each ^ 1]) + value[1:] for each in value[:1]]
        values += [value[:-1] + bytes([each ^ 1]) for each in value[-1:]]
        values += [bytes(len(value)), value[:-1], b"", value + bytes(34)]
    elif isinstance(value, str):
        values += [value + " ", value.upper(), value[:-1], "x", ""]
    if column == "holding":
        values += range(12)  # every holding there is
    if column == "expires_at":
        values += [None, 1_626_409_800_000_001]
    if column in {"movements", "detail"} and value not in {"", "[]"}:
        text = str(value)
        values += [
            text.replace("[", "[ ", 1),
            text.replace("1", "2", 1),
            text.replace("null", '"from_right"'),
        ]
        values += [json.dumps(json.loads(text)), text.replace("5", "5.0", 1), "[" * 5_000]
    return [each for each in dict.fromkeys(values) if each != value or type(each) is not type(value)]
