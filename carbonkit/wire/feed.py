"""
Feeds: what an exchange tells as it happens, as server-sent events.

    GET /v1/stream?channels=book,trade&instrument=CEA25

A stream with the channel "book" begins with the whole book, an event "depth", and gives it
again after every "reset"; each "book" event after it says what changed. An event's id says
where a listener goes on, who sends the last one back as `Last-Event-ID`.
"""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market.level import Level
from carbonkit.market.order import Order
from carbonkit.values.identifier import InstrumentId
from carbonkit.wire import _field
from carbonkit.wire.answer import Bulletin, Depth, PublicTrade

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "DEPTH_EVENT",
    "EVENTS",
    "LAST_EVENT_ID",
    "RESET_EVENT",
    "STREAM_PATH",
    "BookChange",
    "Channel",
    "Reset",
    "StreamQuery",
]

STREAM_PATH: Final = "/v1/stream"
"""Where to listen."""
LAST_EVENT_ID: Final = "last-event-id"
"""The header that says which event was heard last."""
DEPTH_EVENT: Final = "depth"
"""The type of the event that gives a whole book."""
RESET_EVENT: Final = "reset"
"""The type of the event that says that others are missing."""


class Channel(enum.Enum):
    """
    What may be listened to; the name of a channel is the event's type too.

    Example:
        >>> Channel("book")
        <Channel.BOOK: 'book'>
    """

    BOOK = "book"
    """The levels that changed, each as a `BookChange`."""
    TRADE = "trade"
    """Every trade, each as a `PublicTrade`."""
    ORDER = "order"
    """Every change of the key's own orders, each as an `Order`."""
    BULLETIN = "bulletin"
    """The figures of a day that closed, each as a `Bulletin`."""


@attrs.frozen(kw_only=True)
class BookChange:
    """
    The levels of a book that changed, each as it stands now; a level of 0 units is gone.

    Args:
        instrument: Of which instrument.
        previous: The sequence of the change before this one.
        sequence: The sequence of this one; a book at `previous` or later, and before this, comes to it.
        buys: The levels of orders to buy that changed.
        sells: The levels of orders to sell that changed.

    Example:
        >>> BookChange(instrument=InstrumentId("CEA25"), previous=7, sequence=9, buys=(), sells=()).sequence
        9
    """

    instrument: InstrumentId
    previous: int
    sequence: int
    buys: tuple[Level, ...]
    sells: tuple[Level, ...]


@attrs.frozen(kw_only=True)
class Reset:
    """
    That events between the last one seen and the next cannot be sent any more: ask for the state instead.

    Args:
        reason: Why.

    Example:
        >>> Reset(reason="too long ago").reason
        'too long ago'
    """

    reason: str


EVENTS: Final[Mapping[str, type]] = MappingProxyType(
    {
        Channel.BOOK.value: BookChange,
        Channel.TRADE.value: PublicTrade,
        Channel.ORDER.value: Order,
        Channel.BULLETIN.value: Bulletin,
        DEPTH_EVENT: Depth,
        RESET_EVENT: Reset,
    }
)
"""The class of what each type of event says."""


def _channels(value: str | Iterable[Channel | str]) -> str:
    given = value.split(",") if isinstance(value, str) else value
    names = [each.value if isinstance(each, Channel) else each for each in given]
    known = [each.value for each in Channel]
    for name in names:
        if name not in known:
            raise InvalidValueError(f"be some of {', '.join(known)}", was=name, field="channels")
    if not names or len(set(names)) != len(names):
        raise InvalidValueError("be one or more channels, each once", was=",".join(names), field="channels")
    return ",".join(each for each in known if each in names)


@attrs.frozen(kw_only=True)
class StreamQuery:
    """
    What to listen to.

    Args:
        channels: The channels, with commas between them: book, trade, order, bulletin.
        instrument: Of what; None for all, but the channel "book" needs one.

    Raises:
        InvalidValueError: If a channel is unknown or named twice, or "book" comes without an instrument.

    Example:
        >>> StreamQuery(channels=[Channel.TRADE, Channel.BOOK], instrument="CEA25").channels
        'book,trade'
    """

    channels: str = attrs.field(converter=_channels)
    instrument: InstrumentId | None = attrs.field(default=None, converter=_field.optional_instrument)

    def __attrs_post_init__(self) -> None:
        if Channel.BOOK in self.wanted and self.instrument is None:
            raise InvalidValueError("be given for the channel book", field="instrument")

    @property
    def wanted(self) -> frozenset[Channel]:
        """The channels."""
        return frozenset(Channel(name) for name in self.channels.split(","))
