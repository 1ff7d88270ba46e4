"""The client against a served exchange, over real sockets: every operation, both drivers, both libraries."""

from __future__ import annotations

import base64
import contextlib
import datetime
from typing import TYPE_CHECKING, Any, Literal

import attrs
import httpx
import httpx2
import pytest

from carbonkit.client import (
    AsyncExchangeClient,
    ClientCredentials,
    ExchangeClient,
    ForbiddenError,
    Hooks,
    KeySigner,
    MessageSigner,
    Surroundings,
    UnauthorizedError,
)
from carbonkit.exchange.scheme import scheme_named
from carbonkit.market import Method, OrderState, ParticipantKind, PriceMode, Side
from carbonkit.registry import Right, TransactionType
from carbonkit.values import AccountId, Money, Price, SystemClock
from carbonkit.wire import OPERATIONS, AuctionStage, Person, Scope, TransactionStage
from tests.exchange.manners import KINDS, gathered, given, told
from tests.exchange.servers import BASES, DAY, OPENING, Served, served, served_venue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from carbonkit.client import Signer
    from carbonkit.client.hook import AnswerCame
    from carbonkit.exchange.scheme import ExchangeScheme
    from carbonkit.registry import RegistryRules
    from carbonkit.wire import Placed, TransactionSummary


__all__ = ["served_venue"]

Client = Any
"""Of either driver."""
Clients: Mapping[str, Any] = {"httpx": httpx.Client, "httpx2": httpx2.Client}
AsyncClients: Mapping[str, Any] = {"httpx": httpx.AsyncClient, "httpx2": httpx2.AsyncClient}
SELLER, BUYER = "KEE-001", "KEE-002"
PRIVATE = bytes(range(32))
MINUTE = datetime.timedelta(minutes=1)


def cny(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


@attrs.frozen
class AMinuteLater:
    """Carries out a minute after the approval."""

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        return approved_at + MINUTE


def delayed(name: str) -> ExchangeScheme:
    """Give a market whose cancellations of units wait for a minute, so that there is one to complete."""
    scheme = scheme_named(name)

    def rules() -> RegistryRules:
        own = scheme.registry_rules()
        routes = tuple(
            attrs.evolve(each, delay=each.transaction is TransactionType.CANCEL) for each in own.routes
        )
        return attrs.evolve(own, routes=routes, clock=AMinuteLater())

    return attrs.evolve(scheme, registry_rules=rules)


class Desk:
    """The clients of all who take part, of one library and in one manner; it hears what was answered."""

    def __init__(self, venue: Served, library: Literal["httpx", "httpx2"], manner: str) -> None:
        self.venue = venue
        self.library: Literal["httpx", "httpx2"] = library
        self.kind = ExchangeClient if manner == "sync" else AsyncExchangeClient
        self.answered: set[str] = set()
        # one for all: each of its own loads all the certificates of the machine, and that takes its time
        self.wire = (Clients[library] if manner == "sync" else AsyncClients[library])(
            verify=False, trust_env=False
        )
        self.closing: list[Client] = []

    def _hear(self, came: AnswerCame) -> None:
        assert came.status is not None, came
        if came.status < 300:
            self.answered.add(came.operation)

    def client(self, signer: Signer | None) -> Client:
        own: dict[str, Any] = {"library": self.library} if signer is None else {"http_client": self.wire}
        made = self.kind(self.venue.url, signer, hooks=Hooks(on_response=self._hear), telemetry=False, **own)
        self.closing.append(made)
        return made

    def by_secret(self, key: str) -> Client:
        return self.client(KeySigner(key, self.venue.secret(key)))

    def by_token(self, key: str) -> Client:
        url = f"{self.venue.url}/oauth2/token"
        return self.client(ClientCredentials(key, self.venue.secret(key), token_url=url))

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            for each in self.closing:
                await given(each.close())
            await given(self.wire.close() if self.kind is ExchangeClient else self.wire.aclose())


class Story:
    """What happens at an exchange on one day, from the admission to the bulletin."""

    scheme: str
    unit: str
    vintage: str
    account_kind: str
    instrument: str

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.venue = desk.venue
        self.admin = desk.by_secret("admin")
        self.buyer = desk.by_token("buyer")
        self.approver = desk.by_secret("approver")
        self.registrar = desk.by_token("registrar")
        self.reviewer = desk.by_secret("reviewer")
        self.seller: Client = None

    async def tell(self) -> None:
        async with self.desk.open():
            await self.morning()
            await self.day()
            await self.evening()

    # ------------------------------------------------------------------ both markets

    async def morning(self) -> None:
        """Admit two, have their units and money brought, and open the day."""
        now = await given(self.desk.client(None).time())
        assert (now.day, now.venue.date().isoformat()) == (None, DAY)
        for account, person in ((SELLER, "seller"), (BUYER, "buyer")):
            admitted = await given(
                self.admin.admit(
                    account=account,
                    kind=ParticipantKind.KEY_EMITTER,
                    account_kind=self.account_kind,
                    persons=[
                        Person(name=person, right=Right.INITIATE),
                        Person(name="approver", right=Right.APPROVE),
                    ],
                )
            )
            assert (admitted.account.text, admitted.holdings) == (account, ())
            paid = await given(self.admin.pay_in(account=account, amount=Money("30000000", "CNY")))
            assert paid.positions[0].cash == Money("30000000", "CNY")
        await self._allocate()
        await self._make_signing_key()
        assert (await given(self.admin.open_day(day=DAY))).sequence > 0
        self.venue.forward(OPENING)

    async def _allocate(self) -> None:
        """Issue units and allocate them; one person proposes and another approves."""
        steps = [(TransactionType.ISSUE, 800_000, "ISSUANCE", "AUTHORITY")]
        steps += [(TransactionType.ALLOCATE, 400_000, "AUTHORITY", each) for each in (SELLER, BUYER)]
        for kind, quantity, source, target in steps:
            proposed = await self.propose(self.registrar, kind, quantity, source, target)
            assert (proposed.stage, proposed.proposed_by) == (TransactionStage.PROPOSED, "registrar")
            approved = await given(self.reviewer.approve_transaction(proposed.transaction))
            assert (approved.stage, approved.approved_by) == (TransactionStage.COMPLETED, "reviewer")

    async def _make_signing_key(self) -> None:
        """From here on the seller signs with Ed25519; its person is the same."""
        public = MessageSigner("any", PRIVATE).public_key
        key, secret = self.venue.make_key(
            "seller",
            (SELLER,),
            (Scope.READ, Scope.TRADE, Scope.REGISTRY),
            base64.b64encode(public).decode(),
        )
        assert secret is None
        self.seller = self.desk.client(MessageSigner(key, PRIVATE))

    async def propose(
        self, by: Client, kind: TransactionType, quantity: int, source: str, target: str
    ) -> TransactionSummary:
        proposed: TransactionSummary = await given(
            by.propose_transaction(
                type=kind,
                unit=self.unit,
                vintage=self.vintage,
                quantity=quantity,
                source=source,
                target=target,
            )
        )
        return proposed

    async def sell(self, name: str, price: str, quantity: int) -> Placed:
        return await self.place(self.seller, SELLER, name, Side.SELL, price, quantity)

    async def place(  # noqa: PLR0917  short to call
        self, by: Client, account: str, name: str, side: Side, price: str, quantity: int
    ) -> Placed:
        placed: Placed = await given(
            by.place_order(
                account=account,
                client_order_id=name,
                instrument=self.instrument,
                side=side,
                quantity=quantity,
                price=cny(price),
            )
        )
        assert placed.order.client_order_id == name
        return placed

    async def sellable(self, by: Client, account: str) -> int:
        summary = await given(by.account(account))
        (position,) = (each for each in summary.positions if each.asset.text == f"{self.unit}-{self.vintage}")
        return int(position.sellable)

    async def day(self) -> None:
        raise NotImplementedError

    async def evening(self) -> None:
        """Close the day; its bulletin says what was traded."""
        self.venue.forward(f"{DAY}T15:00:00+08:00")
        before = await given(self.seller.instrument(self.instrument))
        assert (await given(self.admin.close_day())).sequence > 0
        (bulletin,) = await gathered(self.buyer.bulletins(instrument=self.instrument, since=DAY))
        assert (bulletin.final, bulletin.day.isoformat()) == (True, DAY)
        assert bulletin.previous_close == before.previous_close
        traded = await gathered(self.buyer.trades(self.instrument, limit=1))
        assert sum(each.volume for each in bulletin.methods) == sum(each.quantity for each in traded)


class National(Story):
    """China's national market: listed agreements, blocks, auctions, and the registry."""

    scheme, unit, vintage, account_kind, instrument = "china-national", "CEA", "2025", "key_emitter", "CEA25"

    async def day(self) -> None:
        await self._posts()
        await self._halt()
        await self._auction()
        await self._block()
        await self._registry()
        await self._accounts()
        await self._keys()

    async def _posts(self) -> None:
        listed = await gathered(self.buyer.instruments(limit=2))
        assert [each.instrument.id.text for each in listed] == [*BASES][::-1]
        first = (await self.sell("S-1", "74.00", 1_000)).order
        other = (await self.sell("S-2", "74.10", 500)).order
        depth = await given(self.buyer.depth(self.instrument))
        assert [(str(each.price.amount), each.quantity) for each in depth.sells] == [
            ("74.00", 1_000),
            ("74.10", 500),
        ]
        taken = await given(
            self.buyer.take_order(first.order_id, account=BUYER, quantity=400, client_order_id="T-1")
        )
        (trade,) = taken.trades
        assert (trade.quantity, trade.maker, taken.order.state) == (400, first.order_id, OrderState.FILLED)
        now = await given(self.seller.order(first.order_id))
        assert (now.filled, now.state) == (400, OrderState.PARTIALLY_FILLED)
        assert (await given(self.seller.cancel_order(other.order_id))).state is OrderState.CANCELLED
        mine = await gathered(self.seller.orders(account=SELLER, limit=1))
        assert [each.client_order_id for each in mine] == ["S-2", "S-1"]
        assert await gathered(self.seller.orders(state=OrderState.CANCELLED)) == mine[:1]
        assert [each.quantity for each in await gathered(self.buyer.own_trades(account=BUYER))] == [400]
        (candle,) = await gathered(
            self.buyer.candles(
                self.instrument, minutes=60, since=f"{DAY}T00:00:00Z", until=f"{DAY}T12:00:00Z"
            )
        )
        assert (candle.volume, candle.open) == (400, cny("74.00"))
        with pytest.raises(ForbiddenError):
            await given(self.buyer.account(SELLER))

    async def _halt(self) -> None:
        await given(self.admin.halt(reason="a drill", instrument=self.instrument))
        with pytest.raises(Exception, match="a drill"):
            await self.sell("S-3", "74.00", 1)
        await given(self.admin.resume(instrument=self.instrument))

    async def _auction(self) -> None:
        announced = await given(
            self.admin.announce_auction(
                account=SELLER,
                client_order_id="A-1",
                instrument=self.instrument,
                quantity=100_000,
                floor=cny("74.00"),
                price_mode=PriceMode.UNIFORM,
                opens=f"{DAY}T10:00:00+08:00",
                closes=f"{DAY}T11:00:00+08:00",
            )
        )
        self.venue.forward(f"{DAY}T10:00:00+08:00")
        for name, price, quantity in (("B-1", "76.00", 60_000), ("B-2", "75.00", 60_000)):
            bid = await given(
                self.buyer.bid(
                    announced.auction,
                    account=BUYER,
                    client_order_id=name,
                    price=cny(price),
                    quantity=quantity,
                )
            )
            assert (bid.client_order_id, bid.state) == (name, OrderState.NEW)
        seen = await given(self.seller.auction(announced.auction))
        assert (seen.stage, seen.bids) == (AuctionStage.ANNOUNCED, ())
        self.venue.forward(f"{DAY}T11:00:00+08:00")
        closed = await given(self.admin.close_auction(announced.auction))
        assert (closed.stage, closed.sold, closed.price) == (AuctionStage.CLOSED, 100_000, cny("75.00"))
        (result,) = await gathered(self.buyer.auctions())
        assert sorted(each.filled for each in result.bids) == [40_000, 60_000]

    async def _block(self) -> None:
        self.venue.forward(f"{DAY}T13:00:00+08:00")
        proposed = await given(
            self.seller.propose_block(
                account=SELLER,
                client_order_id="P-1",
                instrument=self.instrument,
                side=Side.SELL,
                price=cny("70.00"),
                quantity=100_000,
                counterparty=BUYER,
            )
        )
        (seen,) = await gathered(self.buyer.blocks(account=BUYER))
        assert seen.order.order_id == proposed.order.order_id
        name = proposed.order.order_id
        countered = await given(
            self.buyer.counter_block(name, account=BUYER, price=cny("69.00"), quantity=100_000)
        )
        assert (countered.counterparty, countered.order.price) == (AccountId(SELLER), cny("69.00"))
        trade = await given(self.seller.confirm_block(name, account=SELLER))
        assert (trade.method, trade.price, trade.buyer.text) == (Method.BLOCK, cny("69.00"), BUYER)
        assert await gathered(self.seller.blocks()) == []

    async def _registry(self) -> None:
        free = await self.sellable(self.seller, SELLER)
        register = await self.propose(self.seller, TransactionType.REGISTER, 300, SELLER, SELLER)
        done = await given(self.approver.approve_transaction(register.transaction))
        assert (done.stage, done.approved_by) == (TransactionStage.COMPLETED, "approver")
        surrender = await given(
            self.seller.propose_surrender(
                account=SELLER, unit=self.unit, vintage=self.vintage, quantity=500, year=2025
            )
        )
        with pytest.raises(Exception, match="approved_by_proposer"):
            await given(self.seller.approve_transaction(surrender.transaction))
        assert (await given(self.approver.approve_transaction(surrender.transaction))).year == 2025
        assert await self.sellable(self.seller, SELLER) == free - 800
        pledge = await self.propose(self.seller, TransactionType.PLEDGE, 50, SELLER, SELLER)
        rejected = await given(self.approver.reject_transaction(pledge.transaction))
        assert rejected.stage is TransactionStage.REJECTED
        freeze = await self.propose(self.seller, TransactionType.PLEDGE, 60, SELLER, SELLER)
        cancelled = await given(self.seller.cancel_transaction(freeze.transaction))
        assert cancelled.stage is TransactionStage.CANCELLED
        assert await self.sellable(self.seller, SELLER) == free - 800
        await self._delayed()
        names = [each.transaction for each in await gathered(self.seller.transactions(limit=2))]
        assert len(names) == len(set(names)) == 6  # the allocation too
        shown = await given(self.seller.transaction(surrender.transaction))
        assert (shown.stage, shown.target.text) == (TransactionStage.COMPLETED, "SURRENDER")

    async def _delayed(self) -> None:
        given_up = await self.propose(self.seller, TransactionType.CANCEL, 70, SELLER, "CANCELLATION")
        waits = await given(self.approver.approve_transaction(given_up.transaction))
        assert waits.stage is TransactionStage.DELAYED
        with pytest.raises(Exception, match="still_delayed"):
            await given(self.approver.complete_transaction(given_up.transaction))
        self.venue.forward(f"{DAY}T13:30:00+08:00")
        completed = await given(self.approver.complete_transaction(given_up.transaction))
        assert completed.stage is TransactionStage.COMPLETED

    async def _accounts(self) -> None:
        paid = await given(self.admin.pay_out(account=SELLER, amount=Money("1000.50", "CNY")))
        assert paid.positions[0].cash == Money("44428599.50", "CNY")  # 400 at 74, 100,000 at 75 and at 69
        lines = await gathered(self.seller.statement(SELLER, limit=3))
        assert {"settlement"} <= {each.reason for each in lines}
        held = (await given(self.seller.account(SELLER))).holdings
        newest: dict[Any, Any] = {}
        for line in lines:
            newest.setdefault((line.asset, line.bucket), line.balance)
        assert {(each.asset, each.bucket): each.quantity for each in held}.items() <= newest.items()

    async def _keys(self) -> None:
        made = await given(self.admin.make_key(person="guest", scopes=(Scope.READ,), accounts=(BUYER,)))
        guest = self.desk.client(KeySigner(made.key.key_id, made.secret))
        assert (await given(guest.account(BUYER))).account.text == BUYER
        assert made.key in await gathered(self.admin.keys(limit=3))
        assert (await given(self.admin.revoke_key(made.key.key_id))).revoked
        with pytest.raises(UnauthorizedError):
            await given(guest.account(BUYER))


class Shanghai(Story):
    """Shanghai's own market: a book by price and time."""

    scheme, unit, vintage, account_kind, instrument = (
        "shanghai",
        "SHEA",
        "2025",
        "compliance_entity",
        "SHEA",
    )

    async def day(self) -> None:
        first = (await self.sell("S-1", "38.00", 100)).order
        second = (await self.sell("S-2", "38.10", 100)).order
        reduced = await given(self.seller.reduce_order(first.order_id, quantity=40))
        assert (reduced.quantity, reduced.withdrawn) == (100, 40)
        replaced = await given(
            self.seller.replace_order(second.order_id, price=cny("38.05"), quantity=80, client_order_id="S-3")
        )
        assert (replaced.order.client_order_id, replaced.order.quantity) == ("S-3", 80)
        assert (await given(self.seller.order(second.order_id))).state is OrderState.CANCELLED
        bought = await self.place(self.buyer, BUYER, "B-1", Side.BUY, "38.05", 100)
        assert [(str(each.price.amount), each.quantity) for each in bought.trades] == [
            ("38.00", 60),
            ("38.05", 40),
        ]
        assert bought.order.state is OrderState.FILLED
        depth = await given(self.buyer.depth(self.instrument, levels=1))
        assert [each.quantity for each in depth.sells] == [40]
        assert (await given(self.seller.cancel_order(replaced.order.order_id))).withdrawn == 40
        assert await self.sellable(self.seller, SELLER) == 400_000 - 100


@pytest.fixture(name="national")
def served_national(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr("carbonkit.exchange.exchange.scheme_named", delayed)
    with served(funded=False) as venue:
        yield venue


@pytest.fixture(name="shanghai")
def served_shanghai() -> Iterator[Served]:
    with served(funded=False, scheme="shanghai", bases={"SHEA": "38.00"}) as venue:
        yield venue


@pytest.mark.parametrize(("library", "manner"), KINDS)
def test_every_operation_is_called_and_answered(
    national: Served, shanghai: Served, library: Literal["httpx", "httpx2"], manner: str
) -> None:
    answered = set()
    for venue, story in ((national, National), (shanghai, Shanghai)):
        desk = Desk(venue, library, manner)
        told(manner, story(desk).tell())
        answered |= desk.answered
    assert answered == {each.name for each in OPERATIONS}


# ------------------------------------------------------------------ who asks


def by_secret(venue: Served, *, right: bool) -> Signer:
    return KeySigner("seller", venue.secret("seller") if right else "cks_wrong")


def by_message(venue: Served, *, right: bool) -> Signer:
    with ExchangeClient(venue.url, KeySigner("admin", venue.secret("admin"))) as admin:
        public = MessageSigner("any", PRIVATE).public_key
        made = admin.make_key(
            person="seller",
            scopes=(Scope.READ, Scope.TRADE),
            accounts=(SELLER,),
            public_key=base64.b64encode(public).decode(),
        )
    return MessageSigner(made.key.key_id, PRIVATE if right else bytes(32))


def by_token(venue: Served, *, right: bool) -> Signer:
    secret = venue.secret("seller") if right else "cks_wrong"
    return ClientCredentials("seller", secret, token_url=f"{venue.url}/oauth2/token")


SIGNERS: tuple[Callable[..., Signer], ...] = (by_secret, by_message, by_token)


@attrs.frozen
class Fast:
    """A clock that is ahead."""

    ahead: datetime.timedelta

    def now(self) -> datetime.datetime:
        return SystemClock().now() + self.ahead


@pytest.mark.parametrize("signer", SIGNERS)
@pytest.mark.parametrize("ahead", [0, 10])
def test_each_signer_is_believed_even_if_the_clock_is_wrong(
    venue: Served, signer: Callable[..., Signer], ahead: int
) -> None:
    surroundings = Surroundings(clock=Fast(ahead * MINUTE))
    with ExchangeClient(venue.url, signer(venue, right=True), surroundings=surroundings) as client:
        placed = client.place_order(
            account=SELLER, instrument="CEA25", side=Side.SELL, quantity=10, price=cny("74.00")
        )
        assert client.order(placed.order.order_id) == placed.order


@pytest.mark.parametrize("signer", SIGNERS)
def test_who_has_not_the_secret_is_not_believed(venue: Served, signer: Callable[..., Signer]) -> None:
    with (
        ExchangeClient(venue.url, signer(venue, right=False)) as client,
        pytest.raises(UnauthorizedError),
    ):
        list(client.orders())
