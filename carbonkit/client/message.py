"""Messages: what a client sends and gets, before and after any HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

__all__ = ["Incoming", "Outgoing"]


def _lowered(headers: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({name.lower(): value for name, value in headers.items()})


@attrs.frozen(kw_only=True)
class Outgoing:
    """
    A request as it is sent.

    Args:
        method: Such as "POST".
        url: The whole URL, with its query string, as it stands on the wire.
        headers: Its headers, by their lower-case names; never shown, as they may prove who asks.
        body: Its body.

    Example:
        >>> Outgoing(method="GET", url="https://exchange.example/v1/time", headers={}, body=b"").method
        'GET'
    """

    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(converter=_lowered, repr=False)
    body: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Incoming:
    """
    An answer as it came.

    Args:
        status: The HTTP status.
        headers: Its headers, by their lower-case names.
        body: Its body.

    Example:
        >>> Incoming(status=200, headers={"Retry-After": "1"}, body=b"").headers["retry-after"]
        '1'
    """

    status: int
    headers: Mapping[str, str] = attrs.field(converter=_lowered, repr=False)
    body: bytes = attrs.field(repr=False)
