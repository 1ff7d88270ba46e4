"""Market data and accounts: what may be read at an exchange; internal."""

# Made from _market_calls.py by scripts/make_async_client.py; change that file and run the script again.

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.client._async_core import AsyncCore
from carbonkit.wire.operations import (
    ACCOUNT,
    BULLETINS,
    CANDLES,
    DEPTH,
    INSTRUMENT,
    INSTRUMENTS,
    OWN_TRADES,
    STATEMENT,
    TIME,
    TRADES,
)
from carbonkit.wire.query import (
    AccountQuery,
    BulletinQuery,
    CandleQuery,
    DepthQuery,
    ListQuery,
    TradeQuery,
)

if TYPE_CHECKING:
    import datetime

    from carbonkit.client.call import CallOptions
    from carbonkit.client.paging import AsyncPages
    from carbonkit.market.series import Candle
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import AccountId, InstrumentId
    from carbonkit.wire.answer import (
        AccountSummary,
        Bulletin,
        Depth,
        PublicTrade,
        Quotation,
        ServerTime,
        StatementLine,
    )


class AsyncMarketCalls(AsyncCore):
    """What may be read."""

    async def time(self, *, options: CallOptions | None = None) -> ServerTime:
        """What time it is."""
        return await self._ask(TIME, options=options)

    def instruments(
        self, *, limit: int = 100, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPages[Quotation]:
        """What is traded, and where its prices stand."""
        return self._list(INSTRUMENTS, query=ListQuery(limit=limit, cursor=cursor), options=options)

    async def instrument(
        self, instrument: str | InstrumentId, *, options: CallOptions | None = None
    ) -> Quotation:
        """One instrument, and where its price stands."""
        return await self._ask(INSTRUMENT, {"instrument": instrument}, options=options)

    async def depth(
        self, instrument: str | InstrumentId, *, levels: int = 50, options: CallOptions | None = None
    ) -> Depth:
        """The price levels of both sides."""
        query = DepthQuery(levels=levels)
        return await self._ask(DEPTH, {"instrument": instrument}, query=query, options=options)

    def trades(
        self,
        instrument: str | InstrumentId,
        *,
        since: str | datetime.datetime | None = None,
        until: str | datetime.datetime | None = None,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPages[PublicTrade]:
        """An instrument's trades, newest first."""
        query = TradeQuery(since=since, until=until, limit=limit, cursor=cursor)
        return self._list(TRADES, {"instrument": instrument}, query=query, options=options)

    def candles(
        self,
        instrument: str | InstrumentId,
        *,
        minutes: int,
        since: str | datetime.datetime,
        until: str | datetime.datetime,
        options: CallOptions | None = None,
    ) -> AsyncPages[Candle]:
        """An instrument's trades gathered into candles, oldest first."""
        query = CandleQuery(minutes=minutes, since=since, until=until)
        return self._list(CANDLES, {"instrument": instrument}, query=query, options=options)

    def bulletins(
        self,
        *,
        instrument: str | InstrumentId | None = None,
        since: str | datetime.date | None = None,
        until: str | datetime.date | None = None,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPages[Bulletin]:
        """The days' published figures, newest first."""
        query = BulletinQuery(instrument=instrument, since=since, until=until, limit=limit, cursor=cursor)
        return self._list(BULLETINS, query=query, options=options)

    async def account(
        self, account: str | AccountId, *, options: CallOptions | None = None
    ) -> AccountSummary:
        """Where an account stands at the venue and in the ledger."""
        return await self._ask(ACCOUNT, {"account": account}, options=options)

    def statement(
        self,
        account: str | AccountId,
        *,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPages[StatementLine]:
        """What moved in an account, newest first."""
        query = ListQuery(limit=limit, cursor=cursor)
        return self._list(STATEMENT, {"account": account}, query=query, options=options)

    def own_trades(
        self,
        *,
        account: str | AccountId | None = None,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPages[Trade]:
        """Own trades, newest first."""
        query = AccountQuery(account=account, limit=limit, cursor=cursor)
        return self._list(OWN_TRADES, query=query, options=options)
