"""
Runs against faults: a client trades through a fault proxy, and everything that it is told is checked.

A run is one seed: what is asked, how, by which driver, and what happens on the way. The truth is what the
exchange has written, and, in the end, what it says to those who ask it directly, past the proxies.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import concurrent.futures
import contextlib
import datetime
import itertools
import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import attrs
import httpx
import httpx2

from carbonkit.client import (
    AsyncExchangeClient,
    CallOptions,
    ClientCredentials,
    ConnectionFailedError,
    ExchangeClient,
    ExchangeError,
    KeySigner,
    MessageSigner,
    NotPlacedError,
    Outcome,
    RateLimitedError,
    Retries,
    ServerFailedError,
    Signer,
    Timeouts,
)
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.projection import order_in
from carbonkit.exchange.rate_limit import RateLimit
from carbonkit.market import OrderState, Side
from carbonkit.values import Money, Price
from carbonkit.wire import Scope
from tests.exchange.fault_proxy import FAULTS, Fault, FaultProxies, Plan
from tests.exchange.manners import finished, given
from tests.exchange.servers import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.market import Order

_SOON: Final = datetime.timedelta(milliseconds=300)
_PAUSE: Final = datetime.timedelta(milliseconds=4)
_RETRIES: Final = Retries(first=_PAUSE, longest=4 * _PAUSE, find_out=3 * _SOON)
_ROUNDS: Final = 200
_AT_ONCE: Final = 6
_PRICE: Final = Price("74.00", "CNY", "tCO2e")
_SELLER: Final = "KEE-001"
_BUYER: Final = "KEE-002"
_PAYEE: Final = "KEE-003"
_KEYS: Final = {_SELLER: "seller", _BUYER: "buyer", _PAYEE: "outsider"}
_PRIVATE: Final = bytes(range(32))


class BrokenPromiseError(AssertionError):
    """The client said something that is not so, or the exchange did something twice."""


def demand(holds: object, *said: object) -> None:
    """Check what was promised."""
    if not holds:
        raise BrokenPromiseError(*said)


def _same(signer: Signer) -> Signer:
    return signer


@attrs.frozen(kw_only=True)
class Conditions:
    """What a test may change of all runs: which faults how many of 100 requests meet; signers; timeouts."""

    rate: int | None = None
    faults: tuple[Fault, ...] = FAULTS
    signed: Callable[[Signer], Signer] = _same
    attempt: datetime.timedelta = _SOON


_USUAL: Final = Conditions()


class House:
    """An exchange, the proxies before it, the way past them, and what is known of both."""

    def __init__(self, venue: Served, proxies: FaultProxies) -> None:
        self.venue = venue
        self.proxies = proxies
        patient = Timeouts(attempt=datetime.timedelta(seconds=20))
        self._ways = {
            account: ExchangeClient(venue.url, KeySigner(key, venue.secret(key)), timeouts=patient)
            for account, key in _KEYS.items()
        }
        with ExchangeClient(venue.url, KeySigner("admin", venue.secret("admin"))) as office:
            public = MessageSigner("any", _PRIVATE).public_key
            self._signing = {
                account: office.make_key(
                    person=f"signing-{account}",
                    scopes=(Scope.READ, Scope.TRADE),
                    accounts=(account,),
                    public_key=base64.b64encode(public).decode(),
                ).key.key_id
                for account in (_SELLER, _BUYER)
            }
        self._lock = threading.Lock()
        self.told: collections.Counter[str] = collections.Counter()
        self.bought = 0
        self.paid = 0

    def close(self) -> None:
        for way in self._ways.values():
            way.close()

    def tell(self, what: str) -> None:
        with self._lock:
            self.told[what] += 1

    def done(self, *, bought: int, paid: int) -> None:
        """Hear what a run has done, once all of it has arrived."""
        with self._lock:
            self.bought += bought
            self.paid += paid

    def orders(self, account: str, name: str) -> list[Order]:
        """Find the orders that an account calls so, in what the exchange has written."""
        search = Search(kind=Kind.ORDER, accounts=(account,), name=name)
        return [order_in(each) for each in self.venue.exchange.desk.journal.find(search, 10)]

    def order(self, account: str, name: str) -> Order:
        """Ask for the one order of a name."""
        found = self.orders(account, name)
        demand(len(found) == 1, "one order", name, found)
        return found[0]

    def all_names(self, account: str) -> collections.Counter[str | None]:
        """Count the orders by what their owner calls them."""
        found = self._ways[account].orders(account=account, limit=500)
        return collections.Counter(each.client_order_id for each in found)

    def check_totals(self) -> None:
        """Check what the buyer has, and what was paid in, at the venue and in the ledger."""
        buyer, payee = self._ways[_BUYER].account(_BUYER), self._ways[_PAYEE].account(_PAYEE)
        demand(sum(each.bought for each in buyer.positions) == self.bought, "bought", self.bought, buyer)
        in_ledger = sum(each.quantity for each in buyer.holdings if each.bucket == "bought_today")
        demand(in_ledger == self.bought, "bought", self.bought, buyer)
        demand(payee.positions[0].cash == Money(self.paid, "CNY"), "paid", self.paid, payee)
        demand(sum(each.quantity for each in payee.holdings) == self.paid, "paid", self.paid, payee)

    def signer(self, kind: int, account: str, url: str) -> Signer:
        """Make a signer of one of the three kinds; a token is got through the proxy as well."""
        key = _KEYS[account]
        if kind == 0:
            return KeySigner(key, self.venue.secret(key))
        if kind == 1:
            return MessageSigner(self._signing[account], _PRIVATE)
        return ClientCredentials(key, self.venue.secret(key), token_url=f"{url}/oauth2/token")


@contextlib.contextmanager
def house() -> Iterator[House]:
    """Serve an exchange that does not mind how often it is asked, with proxies before it."""
    often = RateLimit(name="key", quota=10_000_000, window=1)
    with (
        served(key_limit=often, address_limit=attrs.evolve(often, name="address")) as venue,
        FaultProxies(venue.url) as proxies,
    ):
        made = House(venue, proxies)
        try:
            yield made
        finally:
            made.close()


class Run:
    """One seed: what a client asks for through its proxy, and what it must be true of."""

    def __init__(self, house: House, seed: int, conditions: Conditions = _USUAL) -> None:
        self.house = house
        self.seed = seed
        self.chance = random.Random(f"run {seed}")  # noqa: S311  it keeps no secret
        plan = Plan(seed, rate=conditions.rate, faults=conditions.faults, late=_SOON.total_seconds())
        self.url = house.proxies.open(plan)
        self.kind = self.chance.randrange(3)
        self.same_key = bool(self.chance.randrange(2))
        self.retries = attrs.evolve(_RETRIES, most=self.chance.choice((0, 1, 4)))
        self.taken = self.paid = 0
        self.promised: list[tuple[str, Outcome]] = []
        self._signed = conditions.signed
        self._timeouts = Timeouts(attempt=conditions.attempt, deadline=4 * conditions.attempt)
        self._clients: list[Any] = []

    # ------------------------------------------------------------------ the drivers

    def run_sync(self, library: str) -> None:
        """Run it with the sync driver."""
        http: Any = {"httpx": httpx, "httpx2": httpx2}[library]
        with http.Client(trust_env=False, verify=False) as wire, self._closing():
            self._clients = [
                ExchangeClient(self.url, http_client=wire, **options) for options in self._options()
            ]
            finished(self._story())
        self._afterwards()

    async def run_async(self, library: str) -> None:
        """Run it with the async driver."""
        http: Any = {"httpx": httpx, "httpx2": httpx2}[library]
        with self._closing():
            async with http.AsyncClient(trust_env=False, verify=False) as wire:
                self._clients = [
                    AsyncExchangeClient(self.url, http_client=wire, **options) for options in self._options()
                ]
                await self._story()
        self._afterwards()

    def _options(self) -> Iterator[dict[str, Any]]:
        """Say how the clients of the seller, the buyer and the staff are made."""
        admin = KeySigner("admin", self.house.venue.secret("admin"))
        for signer in (*(self.house.signer(self.kind, each, self.url) for each in (_SELLER, _BUYER)), admin):
            yield {
                "signer": self._signed(signer),
                "timeouts": self._timeouts,
                "retries": self.retries,
                "telemetry": False,
            }

    @contextlib.contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.house.proxies.close(self.url)

    # -------------------------------------------------------------------- the story

    async def _story(self) -> None:
        seed, chance = self.seed, self.chance
        self._seller, self._buyer, self._admin = self._clients
        quantity = chance.randrange(10, 40)
        post = await self._placed(f"S-{seed}", quantity)
        await self._given_up(f"G-{seed}", chance.randrange(1, 10))
        await self._reduced(post, quantity, chance.randrange(1, 4))
        self.taken = chance.randrange(1, 5)
        await self._taken(post, f"T-{seed}", self.taken)
        await self._cancelled(post)
        self.paid = chance.randrange(1, 9)
        await self._paid(f"pay-{seed}", self.paid)

    async def _placed(self, name: str, quantity: int) -> str:
        """Place an order, as often as it takes; give its id."""

        def ask(options: CallOptions) -> Any:  # noqa: ANN401  of either driver
            return self._seller.place_order(
                account=_SELLER,
                instrument="CEA25",
                side=Side.SELL,
                quantity=quantity,
                price=_PRICE,
                client_order_id=name,
                options=options,
            )

        return await self._entered(_SELLER, name, quantity, ask)

    async def _taken(self, post: str, name: str, quantity: int) -> None:
        """Take from a post, as often as it takes; it is taken once."""

        def ask(options: CallOptions) -> Any:  # noqa: ANN401  of either driver
            return self._buyer.take_order(
                post, account=_BUYER, quantity=quantity, client_order_id=name, options=options
            )

        taker = await self._entered(_BUYER, name, quantity, ask)
        order = self.house.order(_BUYER, name)
        demand(order.state is OrderState.FILLED, name, order)
        demand(order.order_id.text == taker, name, order)

    async def _entered(
        self, account: str, name: str, quantity: int, ask: Callable[[CallOptions], Any]
    ) -> str:
        """Ask until it is done; what the client says of each call must be so."""
        certain = True  # no call before this one can have done it, now or later
        for number in range(_ROUNDS):
            key = f"{name}-{0 if self.same_key else number}"
            try:
                placed = await given(ask(CallOptions(idempotency_key=key)))
            except ExchangeError as error:
                self._judge(error, account, name, certain=certain)
                if error.code == "duplicate_order":
                    demand(not certain, "a duplicate of nothing", name)
                    break
                certain = certain and error.outcome is Outcome.KNOWN
            else:
                self.house.tell("placed")
                demand(placed.order.client_order_id == name, name, placed)
                demand(placed.order.order_id == self.house.order(account, name).order_id, name, placed)
                break
        else:
            raise AssertionError("it never got through", name)
        order = self.house.order(account, name)
        demand(order.quantity == quantity, name, quantity, order)
        return order.order_id.text

    async def _given_up(self, name: str, quantity: int) -> None:
        """Place an order, and if that fails, leave it at that; in the end it is as the client said."""
        try:
            await given(
                self._seller.place_order(
                    account=_SELLER,
                    instrument="CEA25",
                    side=Side.SELL,
                    quantity=quantity,
                    price=_PRICE,
                    client_order_id=name,
                )
            )
        except ExchangeError as error:
            self._judge(error, _SELLER, name, certain=True)
            self.promised.append((name, error.outcome))
        else:
            demand(self.house.order(_SELLER, name).quantity == quantity, name)

    def _judge(self, error: ExchangeError, account: str, name: str, *, certain: bool) -> None:
        found = self.house.orders(account, name)
        self.house.tell(f"{type(error).__name__}, outcome {error.outcome.value}")
        demand(len(found) <= 1, "placed twice", name, found)
        demand(error.client_order_id == name, name, error)
        if certain and error.outcome is Outcome.KNOWN:
            demand(not found, "said not to be placed", name, error, found)
        if certain and isinstance(error, NotPlacedError):
            self.house.tell("not placed, though it arrived later" if found else "not placed")

    async def _reduced(self, post: str, quantity: int, fewer: int) -> None:
        """Reduce an order with one key: however often it is asked, it is done once."""
        options = CallOptions(idempotency_key=f"reduce-{post}")
        order = await self._done(
            "reduce", lambda: self._seller.reduce_order(post, quantity=fewer, options=options)
        )
        demand(order.order_id.text == post, order)
        now = self.house.order(_SELLER, f"S-{self.seed}")
        demand(now.quantity - now.withdrawn - now.filled == quantity - fewer, "reduced once", now)

    async def _paid(self, key: str, amount: int) -> None:
        """Pay money in, with one key: it is paid in once. That takes the exchange several steps."""
        options, money = CallOptions(idempotency_key=key), Money(amount, "CNY")
        await self._done("pay", lambda: self._admin.pay_in(account=_PAYEE, amount=money, options=options))

    async def _done(self, what: str, ask: Callable[[], Any]) -> Any:  # noqa: ANN401  its answer
        """Ask with one key until it is done."""
        for _ in range(_ROUNDS):
            try:
                return await given(ask())
            except ExchangeError as error:
                self.house.tell(f"{what}: {type(error).__name__}, outcome {error.outcome.value}")
                passing = isinstance(error, (RateLimitedError, ConnectionFailedError, ServerFailedError))
                demand(error.outcome is Outcome.UNKNOWN or passing or not error.attempts, what, error)
        raise AssertionError("it never got through", what)

    async def _cancelled(self, post: str) -> None:
        """Cancel an order until it is cancelled; again changes nothing."""
        for _ in range(_ROUNDS):
            try:
                order = await given(self._seller.cancel_order(post))
            except ExchangeError as error:
                self.house.tell(f"cancel: {type(error).__name__}, outcome {error.outcome.value}")
                if error.code == "dead_order":
                    break
            else:
                demand(order.state is OrderState.CANCELLED, order)
                break
        else:
            raise AssertionError("it never got through", post)

    # ------------------------------------------------------- when all has arrived

    def _afterwards(self) -> None:
        """Check how things stand when nothing is on its way any more."""
        post = self.house.order(_SELLER, f"S-{self.seed}")
        demand(post.state is OrderState.CANCELLED, post)
        demand(post.filled == self.taken, "taken once", self.taken, post)
        for name, outcome in self.promised:
            found = self.house.orders(_SELLER, name)
            demand(len(found) <= 1, "placed twice", name, found)
            if outcome is Outcome.KNOWN:
                demand(not found, "said not to be placed, and came to be", name, found)
        self.house.done(bought=self.taken, paid=self.paid)


def run_all(house: House, kind: tuple[str, str], seeds: range, conditions: Conditions = _USUAL) -> None:
    """Run seeds with one library and driver, some at a time."""
    library, manner = kind

    def run(seed: int) -> None:
        with _noted(seed):
            Run(house, seed, conditions).run_sync(library)

    async def some(waiting: Iterator[int]) -> None:
        for seed in waiting:
            with _noted(seed):
                await Run(house, seed, conditions).run_async(library)

    async def everything() -> None:
        waiting = iter(seeds)
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(some(waiting))

    if manner == "async":
        asyncio.run(everything())
        return
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(run, seeds))


@contextlib.contextmanager
def _noted(seed: int) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(f"seed {seed}")
        raise


def audit(house: House, seeds: range) -> None:
    """Look at the whole exchange: every order of the seeds is there once, and all sums are right."""
    sold, taken = house.all_names(_SELLER), house.all_names(_BUYER)
    demand(max(itertools.chain(sold.values(), taken.values()), default=0) <= 1, "orders that are there twice")
    for seed in seeds:
        demand(sold[f"S-{seed}"] == 1, "placed once", seed, sold[f"S-{seed}"])
        demand(sold[f"G-{seed}"] <= 1, "placed once or never", seed, sold[f"G-{seed}"])
        demand(taken[f"T-{seed}"] == 1, "taken once", seed, taken[f"T-{seed}"])
    house.check_totals()
