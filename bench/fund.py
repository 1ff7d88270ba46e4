"""
Internal rates of dated cash flows: `xirr_each` and `xirr` against pyxirr, a solver in Rust.

Both are given the same series, ours as cash flows, pyxirr's as lists of dates and floats; they
are made before their times count. Ours gives the rate rounded to eight places, proven to be
the only one; pyxirr gives one root to its tolerance, so the results are compared to 10⁻⁷.
That tolerance is a size of money: where funds are large, pyxirr often gives no rate at all, and
a line counts how often, beside how often ours does.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import random
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import attrs
import pyxirr

from bench._compare import Comparison, Run, Sense, Size
from carbonkit.fund import CashFlow, DayCount, InternalRate, xirr
from carbonkit.fund.performance import xirr_each
from carbonkit.values import Money, Rounding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bench._compare import Line, Way
    from bench._setting import Setting

_SEED: Final = 1
_NEAR: Final = 1e-7
_LARGE: Final = 10**6

_Found = TypeVar("_Found")

Series: TypeAlias = list[tuple[datetime.date, int]]
"""Dates and fen."""


@attrs.frozen(eq=False)
class _Rates:
    """Rates that are equal if each is close to the other."""

    rates: list[float]

    def __eq__(self, other: object) -> bool:
        """Compare rate by rate."""
        if not isinstance(other, _Rates) or len(self.rates) != len(other.rates):
            return False
        return all(abs(one - two) <= _NEAR for one, two in zip(self.rates, other.rates, strict=True))

    def __hash__(self) -> int:
        """Hash by their number, which is equal where they are."""
        return hash(len(self.rates))


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield the race, and the count of large funds without a rate."""
    count = max(200, 10_000 // setting.amount.thinned)
    drawn = list(_funds(count, size=1))
    for way, each, target in (("at once", _at_once, 5), ("one by one", _one_by_one, None)):
        yield Comparison(
            name=f"fund: internal rates of {len(drawn):,} series, {way}, pyxirr",
            ours=_ours(drawn, each),
            peer=_theirs(drawn),
            target=target,
            sense=Sense.TIME,
            n=len(drawn),
            peers=("pyxirr",),
        )
    large = list(_funds(count, size=_LARGE))
    yield Size(
        name="fund: series with calls of up to 10^12 CNY that have no answer",
        ours=sum(not found.rates for found in _at_once([_flows(series) for series in large])),
        peer=sum(pyxirr.xirr(*_lists(series)) is None for series in large),
        target=0,
        n=count,
        peers=("pyxirr",),
        unit="series",
    )


def _funds(count: int, *, size: int) -> Iterator[Series]:
    """Draw funds: calls over four years, distributions from then to the eleventh, 23 flows on average."""
    draw = random.Random(_SEED)  # noqa: S311  a bench, not a secret
    for _ in range(count):
        start = datetime.date(2005, 1, 3) + datetime.timedelta(days=draw.randrange(5000))
        flows = draw.randint(8, 38)
        calls = max(2, flows // 3)
        days = [0, *(draw.randint(1, 1500) for _ in range(calls - 1))]
        paid = [draw.randint(10**6, 10**8) for _ in days]
        shares = [draw.random() for _ in range(flows - calls)]
        back = sum(paid) * draw.uniform(0.6, 2.8) / sum(shares)
        drawn = [(day, -amount) for day, amount in zip(days, paid, strict=True)]
        drawn += [(draw.randint(1300, 4000), 1 + int(back * share)) for share in shares]
        yield [(start + datetime.timedelta(days=day), amount * size) for day, amount in sorted(drawn)]


def _flows(series: Series) -> list[CashFlow]:
    return [CashFlow(day, Money(Decimal(fen).scaleb(-2), "CNY")) for day, fen in series]


def _at_once(given: list[list[CashFlow]]) -> Sequence[InternalRate]:
    return xirr_each(given, day_count=DayCount.ACT_365_FIXED, places=8, rounding=Rounding.HALF_EVEN)


def _one_by_one(given: list[list[CashFlow]]) -> Sequence[InternalRate]:
    convention, rounding = DayCount.ACT_365_FIXED, Rounding.HALF_EVEN
    return [xirr(flows, day_count=convention, places=8, rounding=rounding) for flows in given]


def _lists(series: Series) -> tuple[list[datetime.date], list[float]]:
    return [day for day, _ in series], [fen / 100 for _, fen in series]


def _ours(drawn: list[Series], each: Callable[[list[list[CashFlow]]], Sequence[InternalRate]]) -> Way:
    given = [_flows(series) for series in drawn]
    return _timed(lambda: each(given), lambda found: [float(one.rate) for one in found])


def _theirs(drawn: list[Series]) -> Way:
    given = [_lists(series) for series in drawn]
    return _timed(
        lambda: [pyxirr.xirr(days, amounts) for days, amounts in given],
        lambda found: [math.nan if each is None else each for each in found],
    )


def _timed(work: Callable[[], Sequence[_Found]], plain: Callable[[Sequence[_Found]], list[float]]) -> Way:
    """Make a way that is timed by the processor's clock."""

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        came: list[Sequence[_Found]] = []

        def seconds() -> float:
            started = time.process_time()
            came.append(work())
            return time.process_time() - started

        yield Run(seconds, lambda: _Rates(plain(came.pop())))

    return way
