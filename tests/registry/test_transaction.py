"""Transactions: how they become transfers of the ledger."""

from __future__ import annotations

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.ledger import Leg, Selection, SerialRange, Transfer
from carbonkit.registry import Transaction, TransactionType, UnitType
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


def test_a_transaction_becomes_a_transfer_under_its_id() -> None:
    serials = (SerialRange(1, 5),)
    leg = Leg(UNIT.asset_id, 5, ONE, TWO, serials=serials)
    assert transaction().transfer(serials) == Transfer(CommandId("x"), [leg], "transfer", AT)
    assert transaction().serials is Selection.FROM_LEFT
