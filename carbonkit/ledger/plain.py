"""
Commands in plain form: what canonical JSON holds of them, and how they are read back.

The canonical form is JSON with sorted keys, no spaces and ASCII only; moments are
RFC 3339 in UTC with six places, quantities whole numbers. Equal commands give equal
text, and the text can be read in twenty years without this library.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from carbonkit.errors import IntegrityError
from carbonkit.ledger.account import Account, Bucket
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import Command, DefineAsset, OpenAccount, Reversal, Statement, Transfer
from carbonkit.ledger.hold import ExpireHold, Hold, PostHold, VoidHold
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.moment import microseconds, rfc3339
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.values.identifier import AccountId, AssetId, CommandId

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["canonical", "command_from", "kind_of", "plain_command"]

_KINDS: Mapping[type, str] = {
    OpenAccount: "open_account",
    DefineAsset: "define_asset",
    Transfer: "transfer",
    Statement: "statement",
    Hold: "hold",
    PostHold: "post_hold",
    VoidHold: "void_hold",
    ExpireHold: "expire_hold",
    Reversal: "reversal",
}


def canonical(value: object) -> str:
    """
    Write plain facts in their one canonical form.

    Args:
        value: Dicts, lists, texts, whole numbers, booleans and None.

    Returns:
        ASCII text.

    Example:
        >>> canonical({"b": [1, True], "a": None})
        '{"a":null,"b":[1,true]}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def kind_of(command: Command) -> str:
    """
    Name a command's kind as the journal does.

    Args:
        command: The command.

    Returns:
        A lower-case name.

    Example:
        >>> kind_of(ExpireHold(CommandId("x"), CommandId("order/1"), "2021-07-16T02:00:00Z"))
        'expire_hold'
    """
    return _KINDS[type(command)]


def _when(instant: datetime.datetime) -> str:
    return rfc3339(microseconds(instant))


def _ranges(ranges: Iterable[SerialRange]) -> list[list[int]]:
    return [[each.first, each.last] for each in ranges]


def _plain_leg(leg: Leg) -> dict[str, object]:
    plain: dict[str, object] = {
        "asset": leg.asset.text,
        "quantity": leg.quantity,
        "source": [leg.source.text, leg.source_bucket.value],
        "target": [leg.target.text, leg.target_bucket.value],
    }
    if isinstance(leg.serials, Selection):
        plain["serials"] = leg.serials.value
    elif leg.serials is not None:
        plain["serials"] = _ranges(leg.serials)
    return plain


def plain_command(command: Command) -> dict[str, object]:
    """
    Lay a command out in plain facts.

    Args:
        command: The command.

    Returns:
        Its facts by name, ready for `canonical`.

    Example:
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> plain_command(DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z"))["asset"]
        ['CNY', 2, False]
    """
    facts: dict[str, object]
    match command:
        case OpenAccount(account=account):
            facts = {"account": [account.id.text, account.kind, account.may_go_negative]}
        case DefineAsset(asset=asset):
            facts = {"asset": [asset.id.text, asset.places, asset.serialised]}
        case Transfer(legs=legs, reason=reason):
            facts = {"legs": [_plain_leg(leg) for leg in legs], "reason": reason}
        case Statement(account=about, kind=stated, facts=pairs):
            facts = {"account": about.text, "stated": stated, "facts": dict(pairs)}
        case Hold(legs=legs, reason=reason, bucket=bucket, expires_at=ends):
            facts = {
                "bucket": bucket.value,
                "expires_at": None if ends is None else _when(ends),
                "legs": [_plain_leg(leg) for leg in legs],
                "reason": reason,
            }
        case PostHold(hold=hold, quantities=quantities):
            facts = {"hold": hold.text, "quantities": None if quantities is None else list(quantities)}
        case VoidHold(hold=hold, reason=reason):
            facts = {"hold": hold.text, "reason": reason}
        case ExpireHold(hold=hold):
            facts = {"hold": hold.text}
        case Reversal(reverses=reverses, reason=reason):
            facts = {"reverses": reverses.text, "reason": reason}
    return facts | {
        "command": kind_of(command),
        "id": command.id.text,
        "effective_at": _when(command.effective_at),
    }


def _leg(facts: Mapping[str, Any]) -> Leg:
    stored = facts.get("serials")
    serials: tuple[SerialRange, ...] | Selection | None = None
    if isinstance(stored, str):
        serials = Selection(stored)
    elif stored is not None:
        serials = tuple(SerialRange(first, last) for first, last in stored)
    source, source_bucket = facts["source"]
    target, target_bucket = facts["target"]
    return Leg(
        AssetId(facts["asset"]),
        facts["quantity"],
        AccountId(source),
        AccountId(target),
        Bucket(source_bucket),
        Bucket(target_bucket),
        serials,
    )


def _open_account(at: tuple[CommandId, str], facts: Mapping[str, Any]) -> Command:
    account, kind, negative = facts["account"]
    return OpenAccount(at[0], Account(AccountId(account), kind, may_go_negative=negative), at[1])


def _define_asset(at: tuple[CommandId, str], facts: Mapping[str, Any]) -> Command:
    asset, places, serialised = facts["asset"]
    return DefineAsset(at[0], Asset(AssetId(asset), places, serialised=serialised), at[1])


def _hold(at: tuple[CommandId, str], facts: Mapping[str, Any]) -> Command:
    legs = [_leg(each) for each in facts["legs"]]
    return Hold(at[0], legs, facts["reason"], at[1], Bucket(facts["bucket"]), facts["expires_at"])


_READERS: Mapping[str, Callable[[tuple[CommandId, str], Mapping[str, Any]], Command]] = {
    "open_account": _open_account,
    "define_asset": _define_asset,
    "transfer": lambda at, f: Transfer(at[0], [_leg(each) for each in f["legs"]], f["reason"], at[1]),
    "statement": lambda at, f: Statement(at[0], AccountId(f["account"]), f["stated"], f["facts"], at[1]),
    "hold": _hold,
    "post_hold": lambda at, f: PostHold(at[0], CommandId(f["hold"]), at[1], f["quantities"]),
    "void_hold": lambda at, f: VoidHold(at[0], CommandId(f["hold"]), f["reason"], at[1]),
    "expire_hold": lambda at, f: ExpireHold(at[0], CommandId(f["hold"]), at[1]),
    "reversal": lambda at, f: Reversal(at[0], CommandId(f["reverses"]), f["reason"], at[1]),
}


def command_from(facts: Mapping[str, Any]) -> Command:
    """
    Read a command back from its plain form.

    Args:
        facts: What `plain_command` gave.

    Returns:
        The command.

    Raises:
        IntegrityError: If it is of no known kind.

    Example:
        >>> command_from({"command": "define_asset", "id": "define/CNY", "asset": ["CNY", 2, False],
        ...               "effective_at": "2021-07-01T00:00:00.000000Z"}).asset.id
        AssetId('CNY')
    """
    kind = facts["command"]
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise IntegrityError("be a known command", was=kind, field="stored command")
    return reader((CommandId(facts["id"]), facts["effective_at"]), facts)
