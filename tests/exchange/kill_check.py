"""Whether an exchange that was killed has what its clients were told, all of it and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from carbonkit.exchange.exchange import Exchange
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.projection import trade_in
from carbonkit.ledger.account import Bucket
from carbonkit.market.log import replay, state_hash
from carbonkit.values.identifier import AssetId, CommandId
from tests.exchange.kill_play import ACCOUNTS, SIGNS, Note

if TYPE_CHECKING:
    from tests.exchange.kill_house import KillHouse, Place

Facts = dict[str, Any]
ASSET: Final = "CEA-2025"
_LIVE: Final = frozenset({"new", "partially filled"})
_SAME: Final = ("account", "instrument", "side", "quantity", "at", "client_order_id", "time_in_force")
_ENDS: Final = {"approve": "completed", "reject": "rejected", "cancel": "cancelled"}


def check_all(house: KillHouse) -> None:
    """Check, through the API, everything that clients were told."""
    metrics = house.client.get(f"{house.url}/metrics").text
    assert "\ncarbonkit_unsettled_trades 0.0\n" in metrics, metrics
    told = [(note, note.json()) for note in house.notes if note.acknowledged]
    _check_orders(told, house.all_of("/v1/orders"))
    trades = house.all_of("/v1/trades")
    _check_trades(told, trades)
    transactions = house.all_of("/v1/transactions")
    _check_transactions(told, transactions)
    units, cash = _sums([note for note, _ in told], trades, transactions)
    for name in ACCOUNTS:
        _check_account(name, house.get(f"/v1/accounts/{name}"), units, cash[name])


def _check_orders(told: list[tuple[Note, Facts]], orders: list[Facts]) -> None:
    found = {each["order_id"]: each for each in orders}
    assert len(found) == len(orders)
    named = Counter((each["account"], each["client_order_id"]) for each in orders)
    assert not [name for name, times in named.items() if times > 1]
    heard: set[str] = set()
    for note, said in told:
        said_order = (
            said if note.kind.endswith(("/cancel", "/reduce")) and "order_id" in said else said.get("order")
        )
        if said_order is None:
            continue
        now = found.get(said_order["order_id"])
        assert now is not None, ("an order is lost", note)
        heard.add(said_order["order_id"])
        assert [now[each] for each in _SAME] == [said_order[each] for each in _SAME], (note, now)
        assert now["filled"] >= said_order["filled"], (note, now)
        assert now["withdrawn"] >= said_order["withdrawn"], (note, now)
        if said_order["state"] not in _LIVE:
            assert now == said_order, (note, now)
        if now["state"] == "new":
            assert said_order["state"] == "new", (note, now)
    assert heard == found.keys(), "there is an order that nobody heard of"


def _key(trade: Facts) -> tuple[str, int]:
    return trade["day"], trade["sequence"]


def _check_trades(told: list[tuple[Note, Facts]], trades: list[Facts]) -> None:
    found = {_key(each): each for each in trades}
    assert len(found) == len(trades)
    heard: dict[tuple[str, int], Facts] = {}
    for note, said in told:
        made = [said] if note.kind == "/v1/blocks/*/confirm" else said.get("trades", ())
        for each in made:
            assert _key(each) not in heard, ("two were told of one trade", note)
            heard[_key(each)] = each
    assert heard == found


def _check_transactions(told: list[tuple[Note, Facts]], transactions: list[Facts]) -> None:
    stages: dict[str, str] = {}
    for note, said in told:
        if note.kind in {"/v1/transactions", "/v1/surrenders"}:
            assert said["transaction"] not in stages
            stages[said["transaction"]] = "proposed"
    for note, said in told:
        if note.kind.startswith("/v1/transactions/*/"):
            assert stages[said["transaction"]] == "proposed", ("it ended twice", note)
            stages[said["transaction"]] = _ENDS[note.path.rpartition("/")[2]]
    assert {each["transaction"]: each["stage"] for each in transactions} == stages


def _sums(
    notes: list[Note], trades: list[Facts], transactions: list[Facts]
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Add up the units of each account, by bucket, and the money, by what clients were told."""
    cash: Counter[str] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    for note in notes:
        if note.path in SIGNS:
            asked = json.loads(note.body)
            cash[asked["account"]] += SIGNS[note.path] * int(Decimal(asked["amount"]["amount"]) * 100)
    for trade in trades:
        value = int(Decimal(trade["price"]["amount"]) * 100) * int(trade["quantity"])
        cash[trade["buyer"]] -= value
        cash[trade["seller"]] += value
        units[trade["buyer"], "free"] += int(trade["quantity"])
        units[trade["seller"], "free"] -= int(trade["quantity"])
    for each in transactions:
        _add(units, each)
    return units, cash


def _add(units: Counter[tuple[str, str]], each: Facts) -> None:
    leaves = "registered" if each["type"] == "make_tradable" else "free"
    reaches = "registered" if each["type"] == "register" else "free"
    quantity = int(each["quantity"])
    if each["type"] != "issue" and each["stage"] in {"proposed", "completed"}:
        units[each["source"], leaves] -= quantity
    if each["type"] != "issue" and each["stage"] == "proposed":
        aside = "pending_surrender" if each["type"] == "surrender" else "reserved"
        units[each["source"], aside] += quantity
    if each["stage"] == "completed":
        units[each["target"], reaches] += quantity


def _check_account(name: str, said: Facts, units: Counter[tuple[str, str]], cash: int) -> None:
    held = {(each["asset"], each["bucket"]): Decimal(each["quantity"]) for each in said["holdings"]}
    free = held.get((ASSET, "tradable"), Decimal(0))
    bought = held.get((ASSET, "bought_today"), Decimal(0))
    position = next(each for each in said["positions"] if each["asset"] == ASSET)
    assert position["sellable"] + position["offered"] == free, (name, "venue and ledger do not agree", said)
    assert position["bought"] == bought, (name, "venue and ledger do not agree", said)
    money = sum(Decimal(position[each]["amount"]) for each in ("cash", "committed", "proceeds"))
    assert money == held["CNY", "tradable"], (name, "venue and ledger do not agree", said)
    assert money * 100 == cash, (name, "its money is not what it was told", money, cash)
    assert free + bought == units[name, "free"], (name, "its units are not what it was told", said)
    for bucket in ("registered", "reserved", "pending_surrender"):
        assert held.get((ASSET, bucket), 0) == units[name, bucket], (name, bucket, said)


def check_stores(place: Place, *, stopped: bool) -> None:
    """Check, in the stores themselves, that everything is whole; `stopped` with grace, nothing is begun."""
    with Exchange.open(place.settings(), provide=False).closing() as exchange:
        desk = exchange.desk
        assert not desk.journal.begun()
        assert desk.unsettled == []
        again = replay(desk.journal.lines(0), desk.scheme.rulebook)
        assert state_hash(again) == state_hash(desk.venue)
        if stopped:
            assert desk.writes.empty
        trades = []
        before: int | None = None
        while page := desk.journal.find(Search(kind=Kind.TRADE, before=before), 500):
            trades += [trade_in(each) for each in page]
            before = page[-1].number
        # The mark is written with what comes next; until then the ledger is asked.
        mark = int(desk.journal.mark("settled") or 0)
        assert mark == len(trades) if stopped else mark <= len(trades), (mark, len(trades))
        settled = Counter(
            each.command.id.text
            for each in desk.ledger.records()
            if each.command.id.text.startswith("settle/")
        )
        assert settled == Counter(f"settle/{each.reference}" for each in trades)
        for each in trades:
            record = desk.ledger.record(CommandId(f"settle/{each.reference}"))
            assert record is not None
            moved = sorted((entry.holding.account.text, entry.quantity) for entry in record.entries)
            value = each.value.to_minor()
            buyer, seller = each.buyer.text, each.seller.text
            assert moved == sorted([
                (buyer, int(each.quantity)),
                (seller, -int(each.quantity)),
                (buyer, -value),
                (seller, value),
            ])  # fmt: skip
        for asset in (ASSET, desk.scheme.currency):
            assert sum(each.quantity for each in desk.ledger.balances(asset=AssetId(asset))) == 0
        for account in desk.venue.accounts():
            position = desk.venue.position(account, AssetId(ASSET), desk.scheme.currency)
            free = desk.ledger.quantity(account, AssetId(ASSET))
            bought = desk.ledger.quantity(account, AssetId(ASSET), Bucket.BOUGHT_TODAY)
            assert (position.sellable + position.offered, position.bought) == (free, bought)
        verified = desk.registry.verify()
        assert verified.ok, verified
