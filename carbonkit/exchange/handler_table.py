"""The table of handlers: for each operation the one that does it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from carbonkit.errors import IntegrityError
from carbonkit.exchange import (
    account_handler,
    admin_handler,
    auction_handler,
    block_handler,
    key_handler,
    market_data,
    order_handler,
    registry_handler,
)
from carbonkit.wire.operations import OPERATIONS, TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.exchange.handler import Handler
    from carbonkit.values.time import Clock

__all__ = ["handlers"]


def handlers(wall: Clock) -> Mapping[str, Handler]:
    """
    Gather the handlers of all operations.

    Args:
        wall: The clock that signatures are checked with.

    Returns:
        Each handler by its operation's name.

    Raises:
        IntegrityError: If an operation has no handler, or more than one.

    Example:
        >>> from carbonkit.values.time import SystemClock
        >>> type(handlers(SystemClock())["place_order"]).__name__
        'Changes'
    """
    found: dict[str, Handler] = {TIME.name: market_data.time_handler(wall)}
    for module in (
        market_data,
        order_handler,
        block_handler,
        auction_handler,
        registry_handler,
        account_handler,
        admin_handler,
        key_handler,
    ):
        for name, handler in module.HANDLERS.items():
            if name in found and name != TIME.name:
                raise IntegrityError("have one handler", was="two", field=name)
            found.setdefault(name, handler)
    wanted = {each.name for each in OPERATIONS}
    if wanted != found.keys():
        odd = ", ".join(sorted(wanted ^ found.keys()))
        raise IntegrityError("have one handler for each operation", was=odd, field="handlers")
    return MappingProxyType(found)
