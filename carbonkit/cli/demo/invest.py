"""Act 4: a carbon-peak fund calls capital, buys on the opening day, and is valued at its close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.cli.demo.trade import BANK, DAY, UNIT, YUAN
from carbonkit.fund import (
    CapitalCall,
    Commitments,
    DayCount,
    Lot,
    Mark,
    NetAssetValue,
    Performance,
    Portfolio,
    ValuedHolding,
    call_capital,
    contribution,
    net_asset_value,
    performance_of,
    read_commitments,
)
from carbonkit.ledger import Account, Bucket, Command, Leg, OpenAccount, Transfer
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, exact
from carbonkit.values.source import Source
from carbonkit.values.table import read_table
from carbonkit.values.time import as_date, at_local_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonkit.cli.demo.example import Examples
    from carbonkit.cli.demo.trade import Traded
    from carbonkit.cli.screen import Screen
    from carbonkit.ledger.ledger import Ledger

__all__ = ["EXAMPLE", "Invested", "Raised", "raise_capital", "run"]

EXAMPLE = "peak_fund"
_ZONE: Final = "Asia/Shanghai"
_TERMS: Final[Mapping[str, Callable[[str], object]]] = {
    "fund": AccountId,
    "name_en": str,
    "name_zh": str,
    "call_total": exact,
    "currency": str,
    "issued_on": as_date,
    "due_on": as_date,
    "purpose": str,
    "management_fee": exact,
}
_PLACES: Final = 4
_ROUNDING: Final = Rounding.HALF_UP
_CLOSE: Final = Source(
    "上海环境能源交易所 (Shanghai Environment and Energy Exchange)",
    "daily statistics of 16 July 2021",
    2021,
    table="closing price",
    note="computed in act 3 from the reconstructed tape, and equal to the published figure",
)


@attrs.frozen
class Raised:
    """
    The capital that the fund has raised.

    Args:
        fund: The fund's account.
        names: Its name in English and in Chinese.
        commitments: What each partner has promised.
        call: What was called before the market opened.

    Example:
        >>> Raised.__name__
        'Raised'
    """

    fund: AccountId
    names: tuple[str, str]
    commitments: Commitments
    call: CapitalCall


@attrs.frozen
class Invested:
    """
    What act 4 came to.

    Args:
        raised: The capital raised.
        value: What it is worth at the close.
        performance: Its figures as of that day.
        provable: Whether units and cash equal what the ledger holds for the fund.

    Example:
        >>> Invested.__name__
        'Invested'
    """

    raised: Raised
    value: NetAssetValue
    performance: Performance
    provable: bool

    @property
    def holding(self) -> ValuedHolding:
        """What the fund holds, at cost and at market."""
        return self.value.holdings[0]

    @property
    def good(self) -> bool:
        """Whether the books and the ledger agree, and the partners' parts add up to the whole."""
        return (
            self.provable
            and sum(part.to_minor() for part in self.shares.values()) == self.value.total.to_minor()
        )

    @property
    def shares(self) -> dict[AccountId, Money]:
        """Each partner's part of the net asset value."""
        return dict(self.value.shares(self.raised.commitments, _ROUNDING))


def raise_capital(ledger: Ledger, examples: Examples, screen: Screen) -> Raised:
    """
    Call capital from the fund's partners before the market opens.

    Args:
        ledger: Where the fund's account is; `trade.open_market` has opened it.
        examples: Where the input lies.
        screen: What a person sees.

    Returns:
        The capital raised.

    Raises:
        BatchError: If the input is not as it must be; nothing is then recorded.
    """
    commitments = read_commitments(examples.lines(EXAMPLE, "commitments.csv"), file="commitments.csv")
    lines = examples.lines(EXAMPLE, "terms.csv")
    (terms,) = read_table(lines, file="terms.csv", columns=_TERMS, build=dict, max_rows=1)
    call = call_capital(
        commitments,
        (),
        total=Money(terms["call_total"], terms["currency"]),
        issued_on=terms["issued_on"],
        due_on=terms["due_on"],
        purpose=terms["purpose"],
    )
    fund: AccountId = terms["fund"]
    opened, paid = at_local_time(call.issued_on, "09:00", _ZONE), at_local_time(call.due_on, "17:00", _ZONE)
    commands: list[Command] = []
    for partner, amount in call.amounts:
        account = Account(partner, "investor", may_go_negative=False)
        commands.append(OpenAccount(CommandId(f"fund/open/{partner}"), account, opened))
        deposit = Leg(YUAN, amount.to_minor(), BANK, partner)
        commands.append(Transfer(CommandId(f"fund/deposit/{partner}"), [deposit], "deposit", paid))
    legs = [Leg(YUAN, amount.to_minor(), partner, fund) for partner, amount in call.amounts]
    commands.append(Transfer(CommandId("fund/call/1"), legs, "capital_call", paid))
    ledger.post_all(commands)
    screen.line(f"{call.total.amount:,} CNY called from the partners of {fund} and paid in by {call.due_on}")
    return Raised(fund, (terms["name_en"], terms["name_zh"]), commitments, call)


def run(ledger: Ledger, raised: Raised, traded: Traded, screen: Screen) -> Invested:
    """
    Value the fund at the close of the opening day.

    Args:
        ledger: Where its units and its cash are.
        raised: The capital raised.
        traded: The day's trades.
        screen: What a person sees.

    Returns:
        The fund's figures.
    """
    portfolio = Portfolio(YUAN.text)
    for trade in traded.trades:
        if trade.buyer == raised.fund:
            portfolio = portfolio.buy(Lot(trade.instrument.asset, trade.quantity, trade.value, trade.day))
    cash = raised.call.total - portfolio.cost
    value = net_asset_value(
        portfolio,
        as_of=DAY,
        cash=cash,
        liabilities=Money("0.00", YUAN.text),
        marks=[Mark(UNIT.asset_id, traded.bulletin.close, DAY, _CLOSE)],
    )
    performance = performance_of(
        [contribution(raised.call.due_on, raised.call.total)],
        net_asset_value=value.total,
        on=DAY,
        day_count=DayCount.ACT_365_FIXED,
        places=_PLACES,
        rounding=_ROUNDING,
    )
    held = sum(ledger.quantity(raised.fund, UNIT.asset_id, bucket) for bucket in Bucket)
    bought = portfolio.quantity(UNIT.asset_id)
    provable = (held, ledger.quantity(raised.fund, YUAN)) == (bought, cash.to_minor())
    invested = Invested(raised, value, performance, provable)
    _tell(invested, screen)
    return invested


def _tell(invested: Invested, screen: Screen) -> None:
    raised, holding, figures = invested.raised, invested.holding, invested.performance
    screen.line(f"{raised.names[0]} ({raised.names[1]}): {raised.commitments.total.amount:,} CNY committed")
    screen.line("The fund, its partners and its purchases are an illustration: no fund traded on that day")
    for partner, amount in raised.call.amounts:
        screen.line(
            f"  {partner.text:<14}{amount.amount:>18,} called of {raised.commitments.of(partner).amount:>20,}"
        )
    screen.line(
        f"{len(holding.holding.lots)} purchases: {holding.holding.quantity:,} t,"
        f" cost {holding.holding.cost.amount:,} CNY,"
        f" worth {holding.market_value.amount:,} CNY at {holding.mark.price}"
    )
    cash, value = invested.value.cash.amount, invested.value.total.amount
    screen.line(f"net asset value {value:,} CNY ({cash:,} of it cash)")
    screen.line(f"DPI {figures.dpi}, RVPI {figures.rvpi}, TVPI {figures.tvpi}")
    for rate in figures.internal_rate.rates:
        screen.line(f"XIRR {rate} a year by {figures.internal_rate.day_count.value}; one day is no record")
    mark = "✓ units and cash equal" if invested.provable else "✗ units and cash differ from"
    screen.line(f"{mark} what the ledger holds for the fund")
