"""Health: whether the process lives, and whether the exchange does what it is asked."""

from __future__ import annotations

import http
from typing import TYPE_CHECKING

from carbonkit.wire.json_text import write_json

if TYPE_CHECKING:
    from carbonkit.exchange.exchange import Exchange

__all__ = ["live", "ready"]


def live() -> tuple[int, bytes]:
    """
    Say that the process lives: that it can answer at all.

    Returns:
        A status and a body.

    Example:
        >>> live()
        (200, b'{"status":"live"}')
    """
    return http.HTTPStatus.OK.value, write_json({"status": "live"})


def ready(exchange: Exchange) -> tuple[int, bytes]:
    """
    Say whether the exchange takes requests.

    Args:
        exchange: The exchange.

    Returns:
        A status, 503 if it does not, and a body that says in which way.

    Example:
        >>> ready.__name__
        'ready'
    """
    if exchange.draining:
        said = "stopping"
    elif not exchange.ready:
        said = "stopped"
    else:
        return http.HTTPStatus.OK.value, write_json({"status": "ready"})
    return http.HTTPStatus.SERVICE_UNAVAILABLE.value, write_json({"status": said})
