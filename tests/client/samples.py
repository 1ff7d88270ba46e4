"""Something for each argument that a method of the client needs."""

from __future__ import annotations

from typing import Any, Final

from carbonkit.market import ParticipantKind, PriceMode, Side
from carbonkit.registry import TransactionType
from carbonkit.values import Money
from carbonkit.wire import Scope
from tests.client.rig import PRICE

SAMPLES: Final[dict[str, Any]] = {
    "account": "KEE-001",
    "account_kind": "key_emitter",
    "amount": Money("1000", "CNY"),
    "auction": "A-1",
    "block": "P-1",
    "closes": "2026-11-30T06:00:00Z",
    "day": "2026-11-30",
    "floor": PRICE,
    "instrument": "CEA25",
    "key": "K-1",
    "kind": ParticipantKind.KEY_EMITTER,
    "minutes": 5,
    "opens": "2026-11-30T05:00:00Z",
    "order": "O-17",
    "person": "ann",
    "price": PRICE,
    "price_mode": PriceMode.UNIFORM,
    "quantity": 100,
    "reason": "a technical fault",
    "scopes": (Scope.READ,),
    "side": Side.SELL,
    "since": "2026-11-30T01:30:00Z",
    "source": "KEE-001",
    "target": "KEE-002",
    "transaction": "T-1",
    "type": TransactionType.TRANSFER,
    "unit": "CEA",
    "until": "2026-11-30T07:00:00Z",
    "vintage": "2025",
}
