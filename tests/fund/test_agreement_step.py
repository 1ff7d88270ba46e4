"""Steps of agreements: what moves, and the ledger's transfer of it."""

from __future__ import annotations

import pytest

from carbonkit.errors import InvalidValueError, UnknownAssetError
from carbonkit.fund.product.agreement_step import AgreementStep, Payment, Tonnes
from carbonkit.ledger import Asset, Bucket, DefineAsset, Ledger, MemoryStore, Selection
from carbonkit.values import AccountId, AssetId, CommandId, FixedClock, Money, as_instant

A, B = AccountId("A"), AccountId("B")
AT = as_instant("2024-01-02T02:00:00Z")


def ledger(*assets: Asset) -> Ledger:
    made = Ledger(MemoryStore(), FixedClock(AT))
    for asset in assets:
        made.post(DefineAsset(CommandId(f"define/{asset.id}"), asset, AT))
    return made


def test_a_transfer_holds_the_tonnes_and_then_the_money() -> None:
    step = AgreementStep(
        id=CommandId("repo/R-1/sale"),
        reason="repo_sale",
        tonnes=[
            Tonnes(AssetId("CEA"), 10, A, B),
            Tonnes(AssetId("GS"), 3, A, A, target_bucket=Bucket.PLEDGED),
        ],
        payments=[Payment(Money("450.5", "CNY"), B, A), Payment(Money("0", "CNY"), B, A)],
    )
    known = ledger(
        Asset(AssetId("CEA"), 0, serialised=True),
        Asset(AssetId("GS"), 2, serialised=False),
        Asset(AssetId("CNY"), 2, serialised=False),
    )
    transfer = step.transfer(known, AT)
    assert (transfer.id, transfer.reason, transfer.effective_at) == (step.id, "repo_sale", AT)
    assert [leg.quantity for leg in transfer.legs] == [10, 300, 45050]
    assert [leg.serials for leg in transfer.legs] == [Selection.FROM_LEFT, None, None]
    assert transfer.legs[1].target_bucket is Bucket.PLEDGED
    assert step.transfer(known, AT) == transfer


def test_the_ledger_knows_what_moves() -> None:
    step = AgreementStep(id=CommandId("x"), reason="y", payments=[Payment(Money("1", "CNY"), A, B)])
    with pytest.raises(UnknownAssetError, match="asset: must be defined, was CNY"):
        step.transfer(ledger(), AT)


def test_amounts_can_be_moved() -> None:
    with pytest.raises(InvalidValueError, match="quantity: must be above zero, was 0"):
        Tonnes(AssetId("CEA"), 0, A, B)
    with pytest.raises(InvalidValueError, match="quantity: must be a str, int or Decimal"):
        Tonnes(AssetId("CEA"), 1.0, A, B)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="amount: must be zero or more, was -1 CNY"):
        Payment(Money("-1", "CNY"), A, B)
    with pytest.raises(InvalidValueError, match="amount: must have at most 2 decimal places"):
        Payment(Money("0.001", "CNY"), A, B)
