"""A small world for the contract: two issuers, four holders, cash and numbered units, and a clock by hand."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Hold,
    Leg,
    OpenAccount,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Store,
    Transfer,
    VoidHold,
)
from carbonkit.values import as_instant

if TYPE_CHECKING:
    from carbonkit.ledger import Ledger

AT = as_instant("2021-07-16T01:30:00Z")
SECOND = datetime.timedelta(seconds=1)
TICK = datetime.timedelta(microseconds=1)
HOUR = datetime.timedelta(hours=1)

CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER = AccountId("BANK"), AccountId("ISSUER")
ANN, BOB, CAL, DAN = AccountId("ANN"), AccountId("BOB"), AccountId("CAL"), AccountId("DAN")
HOLDERS = (ANN, BOB, CAL, DAN)
LEFT = Selection.FROM_LEFT

OpenStore: TypeAlias = Callable[[], Store]


@attrs.define
class Hands:
    """A clock whose hands a test moves."""

    at: datetime.datetime = AT

    def now(self) -> datetime.datetime:
        return self.at


def opening() -> list[Command]:
    """Eight commands that set the world up; the records 1 to 8 of every ledger here."""
    return [
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
        DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=True), AT),
        *(
            OpenAccount(CommandId(f"open/{each}"), Account(each, "issuer", may_go_negative=True), AT)
            for each in (BANK, ISSUER)
        ),
        *(
            OpenAccount(CommandId(f"open/{each}"), Account(each, "holder", may_go_negative=False), AT)
            for each in HOLDERS
        ),
    ]


def cash(quantity: int, source: AccountId = ANN, target: AccountId = BOB) -> Leg:
    return Leg(CNY, quantity, source, target)


def units(
    quantity: int,
    source: AccountId = ANN,
    target: AccountId = BOB,
    serials: Iterable[SerialRange] | Selection | None = LEFT,
) -> Leg:
    chosen = serials if serials is None or isinstance(serials, Selection) else tuple(serials)
    return Leg(CEA, quantity, source, target, serials=chosen)


def move(name: str, *legs: Leg) -> Transfer:
    return Transfer(CommandId(name), legs, "transfer", AT)


def pay(name: str, quantity: int, source: AccountId = BANK, target: AccountId = ANN) -> Transfer:
    return Transfer(CommandId(name), [cash(quantity, source, target)], "payment", AT)


def issue(name: str, *ranges: SerialRange, target: AccountId = ANN) -> Transfer:
    quantity = sum(each.quantity for each in ranges)
    return Transfer(CommandId(name), [units(quantity, ISSUER, target, ranges)], "issue", AT)


def hold(
    name: str,
    *legs: Leg,
    bucket: Bucket = Bucket.RESERVED,
    expires_at: datetime.datetime | None = None,
) -> Hold:
    return Hold(CommandId(name), legs, "order", AT, bucket, expires_at)


def post_hold(name: str, of: str, *quantities: int) -> PostHold:
    return PostHold(CommandId(name), CommandId(of), AT, quantities or None)


def void(name: str, of: str) -> VoidHold:
    return VoidHold(CommandId(name), CommandId(of), "cancelled", AT)


def reverse(name: str, what: str) -> Reversal:
    return Reversal(CommandId(name), CommandId(what), "error_corrected", AT)


def note(name: str, about: AccountId = ANN) -> Statement:
    return Statement(CommandId(name), about, "note", {"text": name}, AT)


def a_day() -> list[Command]:
    """Everything that a caller can record, serial blocks that split and holds of every end included."""
    back = Leg(CEA, 5, BOB, ANN, target_bucket=Bucket.BOUGHT_TODAY, serials=(SerialRange(3, 7),))
    freeze = Leg(CNY, 30, ANN, ANN, target_bucket=Bucket.FROZEN)
    return [
        *opening(),
        issue("issue/1", SerialRange(1, 10), SerialRange(101, 110)),
        pay("pay/1", 5_000),
        move("deliver/1", units(12)),
        Transfer(CommandId("back"), [back, cash(99)], "trade", AT),
        Statement(CommandId("said"), BOB, "verified_emissions", {"year": "2021", "tonnes": "0"}, AT),
        pay("pay/2", 1, BOB, ANN),
        move("freeze", freeze),
        hold("order/1", cash(100), units(2, BOB, CAL)),
        post_hold("match/1", "order/1", 70, 1),
        hold("order/2", units(3, BOB, CAL, [SerialRange(101, 102), SerialRange(8, 8)])),
        void("cancel/2", "order/2"),
        hold("order/3", cash(7, BANK, CAL), bucket=Bucket.PENDING_SURRENDER),
        post_hold("match/3", "order/3"),
        hold("order/4", cash(11)),
        hold("order/5", cash(13, BOB, DAN), expires_at=AT + HOUR),
        reverse("undo/pay/2", "pay/2"),
        reverse("undo/match/1", "match/1"),
    ]


def everything(store: Store) -> tuple[object, ...]:
    """Read all that a store can tell."""
    accounts = tuple(store.accounts())
    balances = tuple(store.balances())
    return (
        store.head(),
        store.edge(),
        tuple(store.rows()),
        accounts,
        tuple(store.assets()),
        tuple(store.all_holdings()),
        balances,
        tuple(store.blocks()),
        tuple(store.entries()),
        tuple(store.mentions()),
        tuple(store.holds()),
        tuple(store.conclusions()),
        tuple(store.nodes()),
        tuple((each.id, tuple(store.rows_about(each.id))) for each in accounts),
        tuple(store.serials(each.holding) for each in balances),
        tuple(store.quantity(each.holding) for each in balances),
    )


def names(ledger: Ledger, after: int = 0) -> list[str]:
    """List the ids of the journal's records."""
    return [record.command.id.text for record in ledger.records(after)]


def ranges(ledger: Ledger, account: AccountId, bucket: Bucket = Bucket.TRADABLE) -> list[str]:
    return [str(each) for each in ledger.serials(account, CEA, bucket)]
