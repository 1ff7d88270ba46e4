"""Act 3: the opening day of China's national market, traded from a reconstructed tape and settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.cli.demo.example import progress_of
from carbonkit.errors import MarketError
from carbonkit.ledger import Account, Asset, Bucket, Command, DefineAsset, Leg, OpenAccount, Transfer
from carbonkit.market.administration import CloseDay
from carbonkit.market.clearing import obligations
from carbonkit.market.event import DayClosed
from carbonkit.market.event import Traded as TradeMade
from carbonkit.market.opening import open_venue
from carbonkit.market.order import Order, OrderState
from carbonkit.market.participant import Participant, read_participants
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.market.rulebook import Available
from carbonkit.market.settlement import release, settle
from carbonkit.market.statistics import DayBulletin
from carbonkit.market.tape import read_tape, run_tape
from carbonkit.market.trade import Trade
from carbonkit.registry import (
    Opening,
    Registry,
    Request,
    Transaction,
    TransactionType,
    UnitDefinition,
    UnitType,
)
from carbonkit.schemes import china_registry
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.money import Money
from carbonkit.values.number import plain
from carbonkit.values.table import read_table
from carbonkit.values.time import as_date, as_instant, at_local_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.cli.demo.example import Examples
    from carbonkit.cli.screen import Screen
    from carbonkit.ledger.ledger import Ledger
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.venue import Venue
    from carbonkit.values.price import Price

__all__ = ["BANK", "DAY", "EXAMPLE", "UNIT", "YUAN", "Figure", "Traded", "open_market", "run"]

EXAMPLE = "opening_day"
DAY: Final = as_date("2021-07-16")
_NEXT_DAY: Final = as_date("2021-07-19")
_ZONE: Final = "Asia/Shanghai"
_OPENED: Final = as_instant("2021-07-01T00:00:00+08:00")
UNIT: Final = UnitType("CEA", "2019-2020")
YUAN: Final = AssetId("CNY")
BANK: Final = AccountId("BANK")
_ISSUANCE: Final = AccountId("CN-ISSUANCE")
_PROVINCE: Final = AccountId("CN-PROVINCE")
_KINDS: Final = {
    ParticipantKind.KEY_EMITTER: "key_emitter",
    ParticipantKind.INSTITUTION: "institution",
    ParticipantKind.INDIVIDUAL: "institution",
}


@attrs.frozen
class Figure:
    """
    One figure of the day, as published and as computed.

    Args:
        name: What it is.
        unit: Its unit.
        published: What the exchange published.
        computed: What came out here.
        source: Where it was published.

    Example:
        >>> Figure("close", "CNY/tCO2e", "51.23", "51.23", "the exchange").equal
        True
    """

    name: str
    unit: str
    published: str
    computed: str
    source: str

    @property
    def equal(self) -> bool:
        """Whether both are the same, to the last digit."""
        return self.published == self.computed


@attrs.frozen
class Traded:
    """
    What act 3 came to.

    Args:
        bulletin: The day's figures.
        trades: The trades, in order.
        figures: The published figures beside ours.
        settled: How many trades were settled, delivery against payment.
        expired: The posts that nobody took.
        reconciled: How many accounts hold in the ledger what the session says they hold.
        accounts: How many accounts took part.
        released: How many accounts may sell on the next trading day what they bought.

    Example:
        >>> Traded.__name__
        'Traded'
    """

    bulletin: DayBulletin
    trades: tuple[Trade, ...]
    figures: tuple[Figure, ...]
    settled: int
    expired: tuple[Order, ...]
    reconciled: int
    accounts: int
    released: int

    @property
    def good(self) -> bool:
        """Whether every published figure came out, every trade settled and every account agrees."""
        return (
            all(figure.equal for figure in self.figures)
            and self.settled == len(self.trades)
            and self.reconciled == self.accounts
        )


def open_market(ledger: Ledger, examples: Examples, screen: Screen) -> None:
    """
    Open the accounts of the market, allocate its allowances and pay in its cash.

    Args:
        ledger: Where it is recorded.
        examples: Where the input lies.
        screen: What a person sees.

    Example:
        >>> import io
        >>> from carbonkit.cli.demo.example import Examples
        >>> from carbonkit.cli.screen import Screen
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import SystemClock
        >>> ledger = Ledger(MemoryStore(), SystemClock())
        >>> open_market(ledger, Examples.found(), Screen(io.StringIO()))
        >>> ledger.quantity(AccountId("KEE-001"), UNIT.asset_id)
        300000
    """
    participants = read_participants(examples.lines(EXAMPLE, "participants.csv"), file="participants.csv")
    registry = Registry(ledger, china_registry.registry_rules())
    issued = sum(each.allowances for each in participants)
    central: list[Request] = [
        UnitDefinition(CommandId("cn/define"), UNIT, _OPENED),
        Opening(CommandId("cn/open/issuance"), _ISSUANCE, "issuance", _OPENED),
        Opening(CommandId("cn/open/province"), _PROVINCE, "provincial_authority", _OPENED),
        *(
            Opening(CommandId(f"cn/open/{each.account}"), each.account, _KINDS[each.kind], _OPENED)
            for each in participants
        ),
        _move("cn/issue", TransactionType.ISSUE, issued, _ISSUANCE, _PROVINCE),
        *(
            _move(
                f"cn/allocate/{each.account}",
                TransactionType.ALLOCATE,
                each.allowances,
                _PROVINCE,
                each.account,
            )
            for each in participants
            if each.allowances
        ),
    ]
    registry.submit(central)
    bank = Account(BANK, "bank", may_go_negative=True)
    cash: list[Command] = [
        DefineAsset(CommandId("cash/define"), Asset(YUAN, 2, serialised=False), _OPENED),
        OpenAccount(CommandId("cash/open"), bank, _OPENED),
        *(
            Transfer(
                CommandId(f"cash/deposit/{each.account}"),
                [Leg(YUAN, each.cash.to_minor(), BANK, each.account)],
                "deposit",
                _OPENED,
            )
            for each in participants
            if each.cash.amount
        ),
    ]
    ledger.post_all(cash)
    screen.line(f"{issued:,} allowances of {UNIT} issued and allocated to {len(participants) - 1} emitters")


def _move(
    name: str, kind: TransactionType, quantity: int, source: AccountId, target: AccountId
) -> Transaction:
    return Transaction(CommandId(name), kind, UNIT, quantity, source, target, _OPENED)


def run(ledger: Ledger, examples: Examples, screen: Screen) -> Traded:
    """
    Trade the day, settle it, and compare its bulletin with the published one.

    Args:
        ledger: Where the accounts are; `open_market` has opened them.
        examples: Where the input lies.
        screen: What a person sees.

    Returns:
        The day.

    Raises:
        BatchError: If the tape breaks a rule; nothing of it is then carried out.
        MarketError: If a trade cannot be settled.
    """
    screen.line(
        "No order-level record of that day is public: this tape is a reconstruction, made by a script,"
    )
    screen.line(
        "that meets the totals published by 上海环境能源交易所 (Shanghai Environment and Energy Exchange)"
    )
    cea = instrument("CEA", DAY)
    published = _published(examples)
    named = read_participants(examples.lines(EXAMPLE, "participants.csv"), file="participants.csv")
    venue = _opened(ledger, cea, published["previous_close"].published, named)
    tape = read_tape(examples.lines(EXAMPLE, "tape.csv"), file="tape.csv", instrument=cea)
    after, said = run_tape(venue, tape)
    said += after.apply(CloseDay(at=at_local_time(DAY, "15:00", _ZONE)))
    trades = tuple(event.trade for event in said if isinstance(event, TradeMade))
    bulletin = next(event for event in said if isinstance(event, DayClosed)).bulletins[0]
    expired = tuple(order for order in after.orders() if order.state is OrderState.EXPIRED)
    settlement = settle(
        ledger,
        obligations(trades),
        at_local_time(DAY, "15:30", _ZONE),
        sellable_today=bulletin.rules.bought.value is Available.SAME_DAY,
        progress=progress_of(screen, "trades settled", len(trades)),
    )
    if settlement.failed:
        owed, problem = settlement.failed[0]
        raise MarketError("settle every trade", was=f"{owed.trade}: {problem}", field="settlement")
    reconciled = sum(_agrees(ledger, after, each.account) for each in named)
    freed = release(ledger, cea.asset, _NEXT_DAY, at_local_time(_NEXT_DAY, "09:00", _ZONE))
    traded = Traded(
        bulletin=bulletin,
        trades=trades,
        figures=_figures(bulletin, published),
        settled=len(settlement.receipts),
        expired=expired,
        reconciled=reconciled,
        accounts=len(named),
        released=len(freed),
    )
    _tell(traded, len(tape.entries), screen)
    return traded


def _opened(ledger: Ledger, cea: Instrument, close: str, named: Sequence[Participant]) -> Venue:
    """Open the day at the exchange, with what each participant has by the ledger."""
    held = [
        attrs.evolve(
            each,
            allowances=ledger.quantity(each.account, UNIT.asset_id),
            cash=Money.from_minor(ledger.quantity(each.account, YUAN), YUAN.text),
        )
        for each in named
    ]
    return open_venue(
        venue_rules,
        instrument=cea,
        base=cea.quote(close),
        participants=held,
        day=DAY,
        at=at_local_time(DAY, "09:00", _ZONE),
    )


def _agrees(ledger: Ledger, venue: Venue, account: AccountId) -> bool:
    position = venue.position(account, UNIT.asset_id, YUAN.text)
    held = sum(ledger.quantity(account, UNIT.asset_id, bucket) for bucket in Bucket)
    return (held, ledger.quantity(account, YUAN)) == (position.holding, position.money.to_minor())


def _published(examples: Examples) -> dict[str, Figure]:
    columns = {"figure": str, "value": str, "unit": str, "source": str}
    rows = read_table(
        examples.lines(EXAMPLE, "published.csv"),
        file="published.csv",
        columns=columns,
        build=lambda row: Figure(row["figure"], row["unit"], row["value"], "", row["source"]),
    )
    return {row.name: row for row in rows}


def _figures(bulletin: DayBulletin, published: dict[str, Figure]) -> tuple[Figure, ...]:
    def price(value: Price | None) -> str:
        return "none" if value is None else plain(value.amount)

    computed = {
        "previous_close": price(bulletin.previous_close),
        "open": price(bulletin.open),
        "high": price(bulletin.high),
        "low": price(bulletin.low),
        "close": price(bulletin.close),
        "change_percent": plain(bulletin.change_percent),
        "volume": str(bulletin.volume),
        "turnover": plain(bulletin.turnover.amount),
    }
    return tuple(attrs.evolve(each, computed=computed[name]) for name, each in published.items())


def _tell(traded: Traded, commands: int, screen: Screen) -> None:
    screen.line(f"{commands:,} commands, {len(traded.trades):,} trades, {len(traded.expired)} posts expired")
    screen.line(f"  {'':<16}{'published':>16}  {'computed':>16}")
    for figure in traded.figures:
        mark = "✓" if figure.equal else "✗"
        name = figure.name.replace("_", " ")
        screen.line(f"  {name:<16}{figure.published:>16}  {figure.computed:>16}  {mark}  {figure.unit}")
    screen.line(
        f"{traded.settled:,} trades settled one by one, delivery against payment;"
        f" {traded.reconciled} of {traded.accounts} accounts hold in the ledger what the session says"
    )
    screen.line(f"what {traded.released} buyers bought may be sold from {_NEXT_DAY}, not before")
