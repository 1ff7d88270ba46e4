"""Transactions: how they become transfers of the ledger."""

from __future__ import annotations

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.ledger import Bucket, Leg, SerialRange
from carbonkit.registry import Route, Transaction, TransactionType, UnitType
from carbonkit.values import AccountId, CommandId

AT = "2021-01-04T12:00:00Z"
ONE, TWO = AccountId("UK-1"), AccountId("UK-2")
UNIT = UnitType("UKA", "2021")


def transaction(quantity: object = 5, **changes: object) -> Transaction:
    facts: dict[str, object] = {
        "id": CommandId("x"),
        "type": TransactionType.TRANSFER,
        "unit": UNIT,
        "quantity": quantity,
        "source": ONE,
        "target": TWO,
        "effective_at": AT,
    }
    return Transaction(**facts | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("quantity", [0, -5, "1.5", "x"])
def test_a_transaction_moves_whole_units(quantity: object) -> None:
    with pytest.raises(InvalidValueError, match="quantity"):
        transaction(quantity)


@pytest.mark.parametrize("quantity", [True, 1.0, None])
def test_a_quantity_is_exact(quantity: object) -> None:
    with pytest.raises(InexactNumberError):
        transaction(quantity)


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", "x"), ("type", "transfer"), ("unit", "UKA"), ("source", "UK-1"), ("target", None)],
)
def test_fields_are_of_their_own_kind(field: str, value: object) -> None:
    with pytest.raises(TypeError):
        transaction(**{field: value})


def test_a_transaction_is_a_leg_between_the_buckets_of_its_route() -> None:
    serials = (SerialRange(1, 5),)
    route = Route(TransactionType.CARRY_OVER, ("a",), ("b",), source_bucket=Bucket.REGISTERED)
    leg = Leg(UNIT.asset_id, 5, ONE, TWO, Bucket.REGISTERED, Bucket.TRADABLE, serials)
    assert transaction().leg(route, serials) == leg
    assert transaction().serials is None


@pytest.mark.parametrize("name", [" ann", "x" * 201, None, 5])
def test_who_asks_is_a_name(name: object) -> None:
    with pytest.raises(InvalidValueError, match="be a name"):
        transaction(by=name)
