"""What the market's tests start from: the first day of the national market, and short ways to speak."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

import pytest

from carbonkit.market import (
    Cancel,
    Instrument,
    ListedRules,
    ListedSession,
    Participant,
    ParticipantKind,
    Post,
    Side,
    Take,
)
from carbonkit.schemes.china_national import instrument, listed_rules
from carbonkit.values import Money

DAY = datetime.date(2021, 7, 16)
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))

Holdings: TypeAlias = Mapping[str, tuple[int, str]]


def clock(time: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{DAY}T{time}+08:00")


class Desk:
    """Makes commands from short words, at 10:00 unless told otherwise."""

    def __init__(self, cea: Instrument) -> None:
        self.cea = cea

    def sell(
        self, order_id: str, account: str, price: str, quantity: str | int, at: str = "10:00:00"
    ) -> Post:
        return self._post(Side.SELL, order_id, account, price=price, quantity=quantity, at=at)

    def buy(self, order_id: str, account: str, price: str, quantity: str | int, at: str = "10:00:00") -> Post:
        return self._post(Side.BUY, order_id, account, price=price, quantity=quantity, at=at)

    def _post(
        self, side: Side, order_id: str, account: str, *, price: str, quantity: str | int, at: str
    ) -> Post:
        return Post(
            order_id=order_id,
            account=account,
            side=side,
            price=self.cea.quote(price),
            quantity=quantity,
            at=clock(at),
        )

    def take(
        self, order_id: str, account: str, target: str, quantity: str | int, at: str = "10:00:00"
    ) -> Take:
        return Take(order_id=order_id, account=account, target=target, quantity=quantity, at=clock(at))

    def cancel(self, account: str, target: str, at: str = "10:00:00") -> Cancel:
        return Cancel(account=account, target=target, at=clock(at))


OpenSession: TypeAlias = Callable[..., ListedSession]

# A and B sell and buy; RICH can do anything; POOR has nothing.
HOLDINGS: Holdings = {
    "A": (10_000, "1000000"),
    "B": (10_000, "1000000"),
    "RICH": (10_000_000, "1000000000"),
    "POOR": (0, "0"),
}


def participants(holdings: Holdings) -> Iterable[Participant]:
    for account, (allowances, cash) in holdings.items():
        yield Participant(
            account=account,
            kind=ParticipantKind.KEY_EMITTER,
            allowances=allowances,
            cash=Money(Decimal(cash), "CNY"),
        )


@pytest.fixture
def day() -> datetime.date:
    return DAY


@pytest.fixture
def cea() -> Instrument:
    return instrument("CEA", DAY)


@pytest.fixture
def rules() -> ListedRules:
    return listed_rules(DAY)


@pytest.fixture
def desk(cea: Instrument) -> Desk:
    return Desk(cea)


@pytest.fixture
def open_session(cea: Instrument, rules: ListedRules) -> OpenSession:
    def opened(
        *, holdings: Holdings = HOLDINGS, rules: ListedRules = rules, close: str = "48.00"
    ) -> ListedSession:
        return ListedSession(
            instrument=cea,
            rules=rules,
            day=DAY,
            previous_close=cea.quote(close),
            participants=participants(holdings),
        )

    return opened
