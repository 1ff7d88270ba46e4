"""
Make examples/opening_day: a reconstruction of the first day of China's national carbon market.

No order-level record of 16 July 2021 is public. This script invents accounts,
orders and times, from a fixed seed, and then solves for the last two trades, so
that the day's published totals come out to the tonne and the fen. It carries the
whole tape out through `carbonkit.market` and checks every total before it writes.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.market import (
    CloseDay,
    DayClosed,
    Method,
    OrderState,
    Participant,
    ParticipantKind,
    Side,
    Trade,
    Traded,
    open_venue,
    read_participants,
    read_tape,
    run_tape,
)
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import AccountId, Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEED: Final = 20210716
DAY: Final = datetime.date(2021, 7, 16)
ZONE: Final = datetime.timezone(datetime.timedelta(hours=8))

# Published for 16 July 2021 by the exchange; prices in fen per tonne, turnover in fen.
BASE, OPEN, HIGH, LOW, CLOSE = 4800, 4800, 5280, 4800, 5123
VOLUME: Final = 4_103_953
TURNOVER: Final = 21_023_005_325

FUND: Final = "FUND-PEAK"
FUND_UNITS: Final = 800_000  # what the invented fund buys, in tonnes
SELLERS: Final = tuple(f"KEE-{n:03d}" for n in range(1, 21))
BUYERS: Final = tuple(f"KEE-{n:03d}" for n in range(21, 41))
RECYCLER: Final = "KEE-020"  # starts with no cash and buys with what it has sold for
FUND_FROM: Final = 900  # the second after which the fund buys
SMALLEST: Final = 1_000  # tonnes that steering leaves of an order
LARGEST: Final = 99_999  # tonnes; one order is of less than 100,000

# Where the price goes: seconds of trading since 09:30, fen.
PATH: Final = (
    (0, 4800),
    (300, 4880),
    (1200, 5020),
    (2700, 5180),
    (3600, 5280),
    (4500, 5190),
    (7200, 5110),
    (9000, 5160),
    (10800, 5080),
    (12600, 5125),
    (14100, 5125),
)
MORNING: Final = 7200  # seconds from 09:30 to 11:30
LAST: Final = 14_340  # the two solved trades come after this second


@attrs.define
class Command:
    """One line of the tape, before it has a number."""

    second: int
    account: str
    action: str
    order_id: str = ""
    target: str = ""
    price: int | None = None
    quantity: int | None = None


@attrs.define
class Dealing:
    """One post and the takes that it meets: (second, account, quantity)."""

    second: int
    poster: str
    side: Side
    price: int
    quantity: int
    takes: list[tuple[int, str, int]]


def require(holds: bool, what: str) -> None:  # noqa: FBT001  it reads as an assertion does
    """Stop if something that must hold does not."""
    if not holds:
        raise SystemExit(f"not so: {what}")


def price_at(second: int) -> int:
    """Read the path, in whole fen."""
    for (start, low), (end, high) in pairwise(PATH):
        if second <= end:
            return low + (high - low) * (second - start) // (end - start)
    return PATH[-1][1]


def size(dice: random.Random) -> int:
    """Draw a quantity: mostly round, some odd, always below the limit for one order."""
    quantity = dice.choice((500, 2_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 60_000))
    return quantity + dice.choice((0, 0, 0, dice.randrange(1, 500)))


def fund_sizes(dice: random.Random) -> list[int]:
    """Split what the fund buys into orders below the limit for one order."""
    sizes = [dice.randrange(45, 76) * 1_000 for _ in range(12)]
    return [*sizes, FUND_UNITS - sum(sizes)]


def dealings(dice: random.Random) -> list[Dealing]:
    """Invent the posts that trade, all but the last two, from the open to the close."""
    made = [Dealing(1, "KEE-001", Side.SELL, OPEN, 30_000, [(20, "KEE-021", 30_000)])]
    seconds = sorted(dice.sample(range(60, LAST - 240, 10), 96))
    peak = min(seconds, key=lambda second: abs(second - 3600))
    for_fund = dict(
        zip(sorted(dice.sample([s for s in seconds if s > FUND_FROM], 13)), fund_sizes(dice), strict=True)
    )
    for second in seconds:
        noise = dice.randrange(-18, 19)
        price = HIGH if second == peak else max(LOW + 5, min(HIGH - 1, price_at(second) + noise))
        if second in for_fund:
            takes = [(second + dice.randrange(10, 90), FUND, for_fund[second])]
            made.append(Dealing(second, dice.choice(SELLERS[:-1]), Side.SELL, price, takes[0][2], takes))
            continue
        selling = dice.random() < 0.7  # noqa: PLR2004  sellers post more than buyers do
        poster = dice.choice(SELLERS[:-1] if selling else BUYERS)
        takers = BUYERS if selling else SELLERS[:-1]
        takes = []
        at = second
        for _ in range(dice.choice((1, 2, 2, 2, 3))):
            at += dice.randrange(5, 60)
            takes.append((at, dice.choice(takers), size(dice)))
        wanted = sum(quantity for _, _, quantity in takes)
        while wanted > LARGEST:
            wanted -= takes.pop()[2]
        left = dice.choice((0, 0, 0, 0, 500, 2_000)) if wanted + 2_000 <= LARGEST else 0
        made.append(Dealing(second, poster, Side.SELL if selling else Side.BUY, price, wanted + left, takes))
    made.append(Dealing(6_600, RECYCLER, Side.SELL, price_at(6_600), 20_000, [(6_630, "KEE-030", 20_000)]))
    made.append(Dealing(8_100, "KEE-007", Side.SELL, price_at(8_100), 12_000, [(8_160, RECYCLER, 12_000)]))
    return made


def traded(made: Iterable[Dealing]) -> tuple[int, int]:
    """Add up volume and turnover."""
    takes = [(deal.price, quantity) for deal in made for _, _, quantity in deal.takes]
    return sum(quantity for _, quantity in takes), sum(price * quantity for price, quantity in takes)


def steer(made: list[Dealing], dice: random.Random) -> list[Dealing]:
    """
    Bring the day near its totals, so that two trades near the close can meet them.

    First quantities, until what is left is two ordinary trades; then prices, one
    fen at a time and away from the open and the peak, until what is left costs
    about as much as the path's last price.

    Returns:
        The same posts and takes, changed in place.
    """
    loose = [
        deal
        for deal in made
        if len(deal.takes) == 1 and deal.takes[0][1] != FUND and OPEN < deal.price < HIGH
    ]
    loose = [deal for deal in loose if RECYCLER not in (deal.poster, deal.takes[0][1])]
    volume, _ = traded(made)
    while not 70_000 <= VOLUME - volume <= 90_000:  # noqa: PLR2004  two trades of this much together
        deal = dice.choice(loose)
        at, taker, quantity = deal.takes[0]
        step = 1_000 if volume < VOLUME - 80_000 else -1_000
        if quantity + step >= SMALLEST and deal.quantity + step <= LARGEST:
            deal.takes[0] = at, taker, quantity + step
            deal.quantity += step
            volume += step
    free = [deal for deal in made if LOW < deal.price < HIGH]
    while True:
        volume, turnover = traded(made)
        rest = (TURNOVER - turnover) // (VOLUME - volume)
        if abs(rest - PATH[-1][1]) <= 10:  # noqa: PLR2004  fen
            return made
        deal = dice.choice(free)
        step = 1 if rest > PATH[-1][1] else -1
        if LOW < deal.price + step < HIGH and abs(deal.price + step - price_at(deal.second)) <= 40:  # noqa: PLR2004  fen
            deal.price += step


def solve(made: Sequence[Dealing]) -> list[Dealing]:
    """Find the two last trades: x tonnes at p fen and y at p + 1, so that both totals come out."""
    volume, turnover = traded(made)
    tonnes, fen = VOLUME - volume, TURNOVER - turnover
    price, dearer = divmod(fen, tonnes)
    require(0 < dearer < tonnes <= LARGEST, "two ordinary trades are left")
    require(price * (tonnes - dearer) + (price + 1) * dearer == fen, "the two trades cost what is left")
    return [
        Dealing(
            LAST, "KEE-005", Side.SELL, price, tonnes - dearer, [(LAST + 15, "KEE-033", tonnes - dearer)]
        ),
        Dealing(LAST + 20, "KEE-011", Side.SELL, price + 1, dearer, [(LAST + 30, "KEE-024", dearer)]),
    ]


def commands(made: Iterable[Dealing], dice: random.Random) -> list[Command]:
    """Write everything out as commands, with the posts that nobody takes, in the order of time."""
    tape = []
    for number, deal in enumerate(sorted(made, key=lambda deal: deal.second), start=1):
        post = f"{'S' if deal.side is Side.SELL else 'B'}-{number:04d}"
        action = f"post-{deal.side.value}"
        tape.append(Command(deal.second, deal.poster, action, post, "", deal.price, deal.quantity))
        for part, (second, account, quantity) in enumerate(deal.takes, start=1):
            tape.append(Command(second, account, "take", f"T-{number:04d}-{part}", post, None, quantity))
        if deal.quantity > sum(quantity for _, _, quantity in deal.takes):
            tape.append(Command(deal.takes[-1][0] + 30, deal.poster, "cancel", "", post))
    # Offers that are too dear and bids that are too low; a third is cancelled, the rest expires.
    for number in range(1, 25):
        selling = number % 2 == 0
        second = dice.randrange(3_700 if selling else 900, LAST - 900)
        side, account = ("sell", dice.choice(SELLERS[:-1])) if selling else ("buy", dice.choice(BUYERS))
        price = HIGH if selling else dice.randrange(LOW - 80, LOW + 60, 10)
        tape.append(Command(second, account, f"post-{side}", f"X-{number:04d}", "", price, size(dice)))
        if number % 3 == 0:
            tape.append(Command(second + dice.randrange(120, 600), account, "cancel", "", f"X-{number:04d}"))
    return sorted(tape, key=lambda command: command.second)


def written(tape: Iterable[Command]) -> list[list[object]]:
    """Give the tape as rows."""
    rows: list[list[object]] = [
        ["seq", "at", "account", "action", "order_id", "target_order_id", "price", "quantity"]
    ]
    opening = datetime.datetime.combine(DAY, datetime.time(9, 30), tzinfo=ZONE)
    for number, one in enumerate(tape, start=1):
        pause = 5_400 if one.second >= MORNING else 0  # from 11:30 to 13:00
        at = opening + datetime.timedelta(seconds=one.second + pause)
        price = "" if one.price is None else f"{one.price // 100}.{one.price % 100:02d}"
        quantity = "" if one.quantity is None else one.quantity
        rows.append(
            [number, at.isoformat(), one.account, one.action, one.order_id, one.target, price, quantity]
        )
    return rows


def participants(tape: Iterable[Command]) -> list[Participant]:
    """Give every account what its orders need, rounded up; the fund starts with nothing."""
    posts = {one.order_id: one for one in tape if one.action.startswith("post")}
    units: dict[str, int] = dict.fromkeys((*SELLERS, *BUYERS), 0)
    fen: dict[str, int] = dict.fromkeys((*SELLERS, *BUYERS, FUND), 0)
    for one in tape:
        if one.quantity is None:
            continue
        post = posts[one.target] if one.action == "take" else one
        if post.price is None:
            raise SystemExit(f"not so: {post.order_id} has a price")
        if (one.action == "post-sell") or (one.action == "take" and post.action == "post-buy"):
            units[one.account] += one.quantity
        else:
            fen[one.account] += one.quantity * post.price
    fen[RECYCLER] = fen[FUND] = 0
    return [
        Participant(
            account=AccountId(account),
            kind=ParticipantKind.INSTITUTION if account == FUND else ParticipantKind.KEY_EMITTER,
            allowances=-(-units.get(account, 0) // 10_000) * 10_000,
            cash=Money(-(-need // 100_000_000) * 1_000_000, "CNY"),
        )
        for account, need in sorted(fen.items(), key=lambda item: (item[0] == FUND, item[0]))
    ]


def check(
    rows: Sequence[Sequence[object]], people: Sequence[Participant], fund_cash: Money
) -> tuple[Trade, ...]:
    """Carry the tape out and compare every published total."""
    cea = instrument("CEA", DAY)
    lines = [",".join(str(cell) for cell in row) for row in rows]
    admitted = [
        attrs.evolve(one, cash=fund_cash) if one.account == AccountId(FUND) else one for one in people
    ]
    venue = open_venue(
        venue_rules,
        instrument=cea,
        base=cea.price(BASE),
        participants=admitted,
        day=DAY,
        at=datetime.datetime.combine(DAY, datetime.time(9, 0), tzinfo=ZONE),
    )
    after, said = run_tape(venue, read_tape(lines, file="tape.csv", instrument=cea))
    limits = after.limits(cea.id, Method.LISTED)
    said += after.apply(CloseDay(at=datetime.datetime.combine(DAY, datetime.time(15, 0), tzinfo=ZONE)))
    trades = tuple(event.trade for event in said if isinstance(event, Traded))
    (day,) = next(event.bulletins for event in said if isinstance(event, DayClosed))
    prices = tuple(map(cea.price, (OPEN, HIGH, LOW, CLOSE)))
    require((day.open, day.high, day.low, day.close) == prices, "the prices are those published")
    require((day.volume, day.turnover.to_minor()) == (VOLUME, TURNOVER), "the totals are those published")
    require(day.change_percent == Decimal("6.73"), "the change is that published")
    require(limits is not None and day.high == limits.highest, "the high is the limit up")
    states = {order.state for order in after.orders()}
    require(states >= {OrderState.EXPIRED, OrderState.CANCELLED}, "some posts expire and some are cancelled")
    bought = sum(trade.quantity for trade in trades if trade.buyer == AccountId(FUND))
    require(bought == FUND_UNITS, "the fund buys what it should")
    return trades


PUBLISHED: Final = (
    ("previous_close", "48.00", "CNY/tCO2e"),
    ("open", "48.00", "CNY/tCO2e"),
    ("high", "52.80", "CNY/tCO2e"),
    ("low", "48.00", "CNY/tCO2e"),
    ("close", "51.23", "CNY/tCO2e"),
    ("change_percent", "6.73", "%"),
    ("volume", "4103953", "tCO2e"),
    ("turnover", "210230053.25", "CNY"),
)
CREDIT: Final = (
    "上海环境能源交易所 (Shanghai Environment and Energy Exchange), daily statistics of 16 July 2021"
)

PROVENANCE: Final = """\
# The opening day of China's national carbon market, 16 July 2021: a reconstruction

The files of this folder are carbonkit's own work, made by `scripts/make_opening_day.py`
from the seed {seed}, under the licence of the project. They are not the exchange's
record: no order-level record of the day is public.

| file | what it holds |
|---|---|
| `published.csv` | {published} figures that were published for the day, each once, with its source |
| `participants.csv` | {participants} invented accounts and what each brings to the day |
| `tape.csv` | {commands} invented commands: {posts} posts, {takes} takes, {cancels} cancellations |

**Published** are only the figures of `published.csv`. They are credited to
上海环境能源交易所 (Shanghai Environment and Energy Exchange), which asks to be named with
every figure. All trades of the day were listed agreements.

**Invented** is everything else: who posted and who took, when, at which price and how much.
The script draws a plausible day ({trades} trades from 48.00 up to the limit of 52.80 CNY and
back), then solves for the last two trades, so that volume and turnover come out to the
tonne and the fen. Nothing may be concluded from it about any company, order or minute of
the real day.

**Illustrative** is the participant `FUND-PEAK`, a carbon-peak fund of 10 billion CNY. In 2021
only key emitters of the power sector traded; no fund did. On the tape it takes {fund_takes}
posts, {fund_units} t for {fund_cost} CNY in all. Its opening cash in `participants.csv`
is 0, because its money comes from its investors: give it at least {fund_cost} CNY
before the tape is carried out, or its orders are refused.

`KEE-020` also opens without cash. It sells in the morning and buys in the afternoon with
what it earned, as the rule on the money of a sale lets it.

To make the files again: `python scripts/make_opening_day.py`. The output is the same to the byte.
"""


def save(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write one table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main() -> None:
    """Make the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "examples" / "opening_day")
    out: Path = parser.parse_args().out
    dice = random.Random(SEED)  # noqa: S311  invented data, not secrets
    made = steer(dealings(dice), dice)
    tape = commands([*made, *solve(made)], dice)
    rows, people = written(tape), participants(tape)

    enough = check(rows, people, Money(10_000_000_000, "CNY"))
    spent = [trade for trade in enough if trade.buyer == AccountId(FUND)]
    cost = Money.from_minor(sum(trade.value.to_minor() for trade in spent), "CNY")
    check(rows, people, cost)  # the least that the fund needs is enough

    out.mkdir(parents=True, exist_ok=True)
    header = ["account", "kind", "allowances", "cash", "currency"]
    table = [[one.account, one.kind.value, one.allowances, one.cash.amount, "CNY"] for one in people]
    save(out / "participants.csv", [header, *table])
    save(out / "tape.csv", rows)
    save(
        out / "published.csv", [("figure", "value", "unit", "source"), *((*row, CREDIT) for row in PUBLISHED)]
    )
    with (out / "participants.csv").open(encoding="utf-8") as file:
        require(list(read_participants(file, file="participants.csv")) == people, "the accounts read back")
    actions = [one.action for one in tape]
    facts = {
        "seed": SEED,
        "published": len(PUBLISHED),
        "participants": len(people),
        "commands": len(tape),
        "posts": sum(action.startswith("post") for action in actions),
        "takes": actions.count("take"),
        "cancels": actions.count("cancel"),
        "trades": len(enough),
        "fund_takes": len(spent),
        "fund_units": f"{FUND_UNITS:,}",
        "fund_cost": f"{cost.amount:,}",
    }
    (out / "PROVENANCE.md").write_text(PROVENANCE.format(**facts), encoding="utf-8")
    print(f"{out}: {facts}")


if __name__ == "__main__":
    main()
