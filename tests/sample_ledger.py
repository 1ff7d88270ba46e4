"""A ledger that holds one of everything, for tests that cut, kill, migrate or tamper with it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

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
    Ledger,
    Leg,
    OpenAccount,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
)
from carbonkit.values import as_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = as_instant("2021-07-16T01:30:00Z")
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = AccountId("BANK"), AccountId("ISSUER"), AccountId("ANN"), AccountId("BOB")
ENDS = AT + datetime.timedelta(hours=1)
EXPIRED = AT + datetime.timedelta(hours=2)


class HandClock:
    """A clock that somebody moves by hand, back too."""

    def __init__(self, at: datetime.datetime = AT) -> None:
        self.at = at

    def now(self) -> datetime.datetime:
        return self.at


def beginning() -> list[Command]:
    """Define two assets and open four accounts."""
    return [
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
        DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=True), AT),
        *(
            OpenAccount(CommandId(f"open/{name}"), Account(name, "holder", may_go_negative=negative), AT)
            for name, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False))
        ),
    ]


def pay(name: str, quantity: int, source: AccountId = BANK, target: AccountId = ANN) -> Transfer:
    return Transfer(CommandId(name), [Leg(CNY, quantity, source, target)], "payment", AT)


def issue(name: str, first: int, last: int) -> Transfer:
    serials = (SerialRange(first, last),)
    return Transfer(CommandId(name), [Leg(CEA, last - first + 1, ISSUER, ANN, serials=serials)], "issue", AT)


def sell(name: str, quantity: int) -> Transfer:
    """Move units from Ann to Bob, and cash back."""
    units = Leg(CEA, quantity, ANN, BOB, target_bucket=Bucket.BOUGHT_TODAY, serials=Selection.FROM_LEFT)
    return Transfer(CommandId(name), [units, Leg(CNY, 48 * quantity, BOB, ANN)], "trade", AT)


def hold(name: str, quantity: int, *, expires: bool = False) -> Hold:
    return Hold(
        CommandId(name),
        [Leg(CNY, quantity, BOB, ANN)],
        "order",
        AT,
        Bucket.RESERVED,
        ENDS if expires else None,
    )


def hold_units(name: str, quantity: int) -> Hold:
    leg = Leg(CEA, quantity, ANN, BOB, serials=Selection.FROM_LEFT)
    return Hold(CommandId(name), [leg], "surrender", AT, Bucket.PENDING_SURRENDER, None)


def one_of_everything() -> list[Command]:
    """List commands of every kind; what they leave holds open, posted and voided holds, and one to expire."""
    return [
        *beginning(),
        issue("issue/1", 1, 100),
        issue("issue/2", 201, 300),
        pay("pay/ann", 500_000),
        pay("pay/bob", 300_000, BANK, BOB),
        sell("trade/1", 4),
        Statement(CommandId("said/1"), BOB, "verified_emissions", {"year": "2021", "note": "碳"}, AT),
        hold("hold/posted", 500),
        PostHold(CommandId("post/1"), CommandId("hold/posted"), AT),
        hold_units("hold/part", 20),
        PostHold(CommandId("post/2"), CommandId("hold/part"), AT, [12]),
        hold("hold/voided", 300),
        VoidHold(CommandId("void/1"), CommandId("hold/voided"), "cancelled", AT),
        hold_units("hold/open", 10),
        hold("hold/open/2", 70),
        hold("hold/to-expire", 90, expires=True),
        pay("pay/wrong", 7_777),
        Reversal(CommandId("undo/1"), CommandId("pay/wrong"), "booked_twice", AT),
        Reversal(CommandId("undo/2"), CommandId("post/2"), "called_off", AT),
    ]


def payments(count: int, first: int = 1) -> Iterator[Command]:
    """Move small amounts to and fro."""
    for number in range(first, first + count):
        source, target = (ANN, BOB) if number % 2 else (BOB, ANN)
        yield pay(f"small/{number}", 1 + number % 5, source, target)


def fill(ledger: Ledger, clock: HandClock, count: int = 260) -> None:
    """Post one of everything, let a hold expire, leave one that will, and post so many payments."""
    ledger.post_all(one_of_everything())
    clock.at = EXPIRED
    ledger.post(
        Hold(
            CommandId("hold/will-expire"),
            [Leg(CNY, 5, BOB, ANN)],
            "order",
            AT,
            Bucket.RESERVED,
            EXPIRED + datetime.timedelta(hours=1),
        )
    )
    ledger.post_all(payments(count))
