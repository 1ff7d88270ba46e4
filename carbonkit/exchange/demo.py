"""
The demonstration: participants with units and money, well-known keys, and a market that moves by itself.

Its keys are known to everybody. They are kept nowhere, exist only while the exchange
runs as a demonstration, and the server listens on loopback addresses alone then.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import random
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.errors import CarbonkitError
from carbonkit.exchange.engine import Said
from carbonkit.exchange.journal import Kind
from carbonkit.exchange.key import ApiKey, new_key
from carbonkit.exchange.log import say
from carbonkit.exchange.problem_answer import explained
from carbonkit.exchange.scheme import AUTHORITY, ISSUANCE
from carbonkit.exchange.work import ITSELF, ask, own_request
from carbonkit.market.instrument import Instrument
from carbonkit.market.level import Level
from carbonkit.market.order import Side
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.market.refusal import Refusal
from carbonkit.market.trade import Method
from carbonkit.registry.account import Right
from carbonkit.registry.rules import TransactionType
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.price import Price
from carbonkit.wire.answer import TransactionStage
from carbonkit.wire.operations import (
    ADMIT,
    APPROVE_TRANSACTION,
    PAY_IN,
    PLACE_ORDER,
    PROPOSE_TRANSACTION,
    TAKE_ORDER,
)
from carbonkit.wire.request import (
    AdmissionRequest,
    CashRequest,
    OrderRequest,
    Person,
    TakeRequest,
    TransactionRequest,
)
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Generator

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.engine import Engine
    from carbonkit.exchange.handler import Handler
    from carbonkit.exchange.scheme import ExchangeScheme
    from carbonkit.wire.operation import Operation

__all__ = ["BUYER", "SELLER", "DemoPlay", "demo_keys", "demo_secret", "demo_staff"]

BUYER: Final = AccountId("DEMO-BUYER")
"""A participant that somebody who tries the exchange out buys with."""
SELLER: Final = AccountId("DEMO-SELLER")
"""A participant that somebody who tries the exchange out sells with."""

_MAKER: Final = AccountId("DEMO-MAKER")
_TRADER: Final = AccountId("DEMO-TRADER")
_EVERYBODY: Final = (BUYER, SELLER, _MAKER, _TRADER)
_PREPARED: Final = "demo_prepared"
_INSTRUMENTS: Final = 2  # the newest, which the maker trades
_UNITS: Final = 2_000_000  # that each participant gets of each
_CASH: Final = "500000000.00"
_LEVELS: Final = 5
_STEP: Final = 5  # price steps between two levels
_SIZES: Final = (500, 5_000)  # of a post
_TAKEN: Final = (1, 300)  # of a trade
_PAUSES: Final = (2_000, 6_000)  # milliseconds between two trades
_DONE_BEFORE: Final = frozenset({Refusal.DUPLICATE_ACCOUNT.value, "identifier_reused"})
_PEOPLE: Final[Mapping[str, tuple[tuple[AccountId, ...], tuple[Scope, ...]]]] = MappingProxyType(
    {
        "demo-buyer": ((BUYER,), (Scope.READ, Scope.TRADE, Scope.REGISTRY)),
        "demo-seller": ((SELLER,), (Scope.READ, Scope.TRADE, Scope.REGISTRY)),
        "demo-approver": ((BUYER, SELLER), (Scope.READ, Scope.REGISTRY)),
        "demo-registrar": ((), (Scope.READ, Scope.REGISTRY)),
        "demo-reviewer": ((), (Scope.READ, Scope.REGISTRY)),
        "demo-admin": ((), (Scope.READ, Scope.ADMIN)),
    }
)


def demo_secret(key_id: str) -> str:
    """
    Give the secret of a demonstration's key, which everybody knows.

    Args:
        key_id: The key.

    Returns:
        The secret.

    Example:
        >>> demo_secret("demo-buyer")
        'cks_demo-buyer'
    """
    return f"cks_{key_id}"


def demo_keys(at: datetime.datetime) -> dict[str, ApiKey]:
    """
    Make the demonstration's keys.

    Args:
        at: When.

    Returns:
        Each key by its name.

    Example:
        >>> from carbonkit.values import as_instant
        >>> sorted(demo_keys(as_instant("2026-11-30T01:30:00Z")))[:3]
        ['demo-admin', 'demo-approver', 'demo-buyer']
    """
    return {
        name: new_key(
            person=name, accounts=accounts, scopes=scopes, at=at, key_id=name, secret=demo_secret(name)
        )[0]
        for name, (accounts, scopes) in _PEOPLE.items()
    }


def demo_staff() -> tuple[tuple[str, Right], ...]:
    """
    Say who acts for the registry's own accounts in the demonstration.

    Returns:
        Each person and their right.

    Example:
        >>> demo_staff()[0]
        ('demo-registrar', <Right.INITIATE: 'initiate'>)
    """
    return (("demo-registrar", Right.INITIATE), ("demo-reviewer", Right.APPROVE))


@attrs.frozen(kw_only=True)
class _Board:
    """What the maker sees of one instrument."""

    instrument: Instrument
    last: Price
    lowest: Price
    highest: Price
    buys: tuple[Level, ...]
    sells: tuple[Level, ...]
    own: Mapping[Side, frozenset[Price]]
    listed: bool


class DemoPlay:
    """
    Plays the demonstration's participants.

    Args:
        engine: The engine.
        scheme: The market.
        handlers: The handlers of all operations.
        seed: What chance begins with.

    Example:
        >>> DemoPlay.__name__
        'DemoPlay'
    """

    def __init__(
        self, engine: Engine, scheme: ExchangeScheme, handlers: Mapping[str, Handler], seed: int
    ) -> None:
        self._engine = engine
        self._scheme = scheme
        self._handlers = handlers
        self._chance = random.Random(seed)  # noqa: S311  nobody is to be kept from guessing it
        self._run = 0
        self._count = 0

    # ------------------------------------------------------------------ preparation

    async def prepare(self) -> None:
        """
        Admit the participants and give them units and money, once.

        Raises:
            CarbonkitError: If the exchange refuses.
        """
        self._run = await self._engine.look(lambda desk: desk.line)
        if await self._engine.look(lambda desk: desk.journal.mark(_PREPARED)):
            return
        kind = next(
            each.targets[0]
            for each in self._scheme.registry_rules().routes
            if each.transaction is TransactionType.ALLOCATE
        )
        for account in _EVERYBODY:
            own = Person(name=account.text.lower(), right=Right.INITIATE)
            other = Person(name="demo-approver", right=Right.APPROVE)
            admission = AdmissionRequest(
                account=account,
                kind=ParticipantKind.KEY_EMITTER,
                account_kind=kind,
                persons=(own, other),
                allocation=_UNITS,
            )
            await self._step(ADMIT, admission, f"admit/{account}")
            paid = CashRequest(account=account, amount=Money(_CASH, self._scheme.currency))
            await self._step(PAY_IN, paid, f"pay/{account}")
        for instrument in await self._instruments():
            await self._allocate(instrument)
        await self._engine.do(_prepared, None, explained("/", "demo"))

    async def _allocate(self, instrument: Instrument) -> None:
        code, _, vintage = instrument.asset.text.partition("-")
        moves = [(TransactionType.ISSUE, ISSUANCE, AUTHORITY, _UNITS * len(_EVERYBODY))]
        moves += [(TransactionType.ALLOCATE, AUTHORITY, each, _UNITS) for each in _EVERYBODY]
        for kind, source, target, quantity in moves:
            name = f"{kind.value}/{instrument.asset}/{target}"
            body = TransactionRequest(
                type=kind, unit=code, vintage=vintage, quantity=quantity, source=source, target=target
            )
            asked = own_request(PROPOSE_TRANSACTION, body, f"demo/{name}")
            # An earlier run may have come so far.
            stage = await self._engine.look(partial(_stage, name=f"TX-{asked.token}"))
            if stage is None:
                await self._step(PROPOSE_TRANSACTION, body, name, person="demo-registrar")
            if stage in {None, TransactionStage.PROPOSED.value}:
                parts = {"transaction": f"TX-{asked.token}"}
                await self._step(
                    APPROVE_TRANSACTION, None, f"approve/{name}", parts=parts, person="demo-reviewer"
                )

    async def _step(
        self,
        operation: Operation[Any],
        body: object,
        name: str,
        *,
        parts: Mapping[str, str] = MappingProxyType({}),
        person: str = "exchange",
    ) -> None:
        """Do one step, unless an earlier run has done it."""
        caller = attrs.evolve(ITSELF, person=person)
        try:
            asked = own_request(operation, body, f"demo/{name}", parts, caller)
            await ask(self._engine, self._handlers[operation.name], asked)
        except CarbonkitError as error:
            if error.code not in _DONE_BEFORE:
                raise

    async def _instruments(self) -> tuple[Instrument, ...]:
        return (await self._engine.look(lambda desk: desk.venue.instruments()))[-_INSTRUMENTS:]

    # ------------------------------------------------------------------------- play

    async def open_book(self) -> None:
        """See to it that there are posts on both sides, if a day is open."""
        for instrument in await self._instruments():
            with contextlib.suppress(CarbonkitError):
                await self._fill(instrument)

    async def run(self) -> None:
        """Keep posts on both sides, and trade now and then, until it is cancelled."""
        while self._engine.ready:
            await asyncio.sleep(
                datetime.timedelta(milliseconds=self._chance.randint(*_PAUSES)).total_seconds()
            )
            try:
                for instrument in await self._instruments():
                    await self._fill(instrument)
                    if self._chance.randint(0, 1):
                        await self._trade(instrument)
            except CarbonkitError as error:  # the day is over, somebody was quicker, or too much waits
                say(logging.DEBUG, "demo refused", code=error.code)

    async def _fill(self, instrument: Instrument) -> None:
        """Post what is missing of the maker's levels."""
        board = await self._engine.look(lambda desk: _board(desk, instrument))
        if board is None:
            return
        for side, sign in ((Side.SELL, 1), (Side.BUY, -1)):
            missing = _LEVELS - len(board.own[side])
            for level in range(1, 2 * _LEVELS):
                ticks = instrument.ticks(board.last) + sign * level * _STEP
                price = instrument.price(ticks)
                within = board.lowest.amount <= price.amount <= board.highest.amount
                if missing > 0 and within and price not in board.own[side]:
                    missing -= 1
                    await self._place(instrument, _MAKER, side, price, self._chance.randint(*_SIZES))

    async def _trade(self, instrument: Instrument) -> None:
        """Let the trader take something from the best level of one side."""
        board = await self._engine.look(lambda desk: _board(desk, instrument))
        if board is None:
            return
        side = self._chance.choice((Side.BUY, Side.SELL))
        levels = board.sells if side is Side.BUY else board.buys
        if not levels:
            return
        quantity = min(self._chance.randint(*_TAKEN), int(levels[0].quantity))
        if not board.listed:
            await self._place(instrument, _TRADER, side, levels[0].price, quantity)
            return
        body = TakeRequest(account=_TRADER, client_order_id=self._name(), quantity=quantity)
        parts = {"order": levels[0].orders[0].text}
        asked = own_request(TAKE_ORDER, body, body.client_order_id, parts)
        await ask(self._engine, self._handlers[TAKE_ORDER.name], asked)

    async def _place(
        self, instrument: Instrument, account: AccountId, side: Side, price: Price, quantity: int
    ) -> None:
        body = OrderRequest(
            account=account,
            client_order_id=self._name(),
            instrument=instrument.id,
            side=side,
            quantity=quantity,
            price=price,
        )
        asked = own_request(PLACE_ORDER, body, body.client_order_id)
        await ask(self._engine, self._handlers[PLACE_ORDER.name], asked)

    def _name(self) -> str:
        """Give a name that no order of an earlier run has: since then the log has grown."""
        self._count += 1
        return f"D{self._run}-{self._count}"


def _board(desk: Desk, instrument: Instrument) -> _Board | None:
    venue, rules = desk.venue, desk.venue.rules
    if venue.day is None or rules is None:
        return None
    listed = rules.method(Method.LISTED) is not None
    limits = venue.limits(instrument.id, Method.LISTED if listed else Method.BOOK)
    last = venue.last(instrument.id)
    levels = {side: venue.levels(instrument.id, side) for side in Side}
    own = {
        side: frozenset(
            level.price
            for level in found
            if any(venue.order(each).account == _MAKER for each in level.orders)
        )
        for side, found in levels.items()
    }
    return _Board(
        instrument=instrument,
        last=last,
        lowest=last if limits is None else limits.lowest,
        highest=last if limits is None else limits.highest,
        buys=levels[Side.BUY],
        sells=levels[Side.SELL],
        own=MappingProxyType(own),
        listed=listed,
    )


def _stage(desk: Desk, name: str) -> str | None:
    found = desk.journal.document(Kind.TRANSACTION, name)
    return None if found is None else found.state


def _prepared(desk: Desk) -> Generator[None, None, Said]:
    desk.writes.marks[_PREPARED] = "yes"
    yield
    return Said(200, "{}")
