"""What a type checker sees of packages that load on demand; read by mypy and pyright, never run."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_type

from carbonkit import market
from carbonkit.ledger import MemoryStore
from carbonkit.market import Cross, cross
from carbonkit.registry import carry_over
from carbonkit.values import Exact, Mass, Quantity, quantity, whole
from carbonkit.wire import PLACE_ORDER, Operation, Placed


def values(exact: Exact) -> None:
    assert_type(exact, int | str | Decimal)
    assert_type(Mass("1", "t"), Mass)
    assert_type(MemoryStore(), MemoryStore)
    assert_type(PLACE_ORDER, Operation[Placed])


def functions() -> None:
    assert_type(cross(buys=[], sells=[], reference=1), Cross)
    assert_type(quantity("1", "t"), Quantity)
    assert_type(whole("1"), int)
    carry_over(sold="1")  # type: ignore[call-arg,arg-type]  # the function, with its own signature


def mistyped() -> None:
    market.Vneue  # type: ignore[attr-defined]  # noqa: B018  a name that is not there is still told
