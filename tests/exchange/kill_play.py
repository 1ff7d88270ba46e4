"""What the clients of an exchange that is killed ask for, and what they remember of it."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

ACCOUNTS: Final = ("KEE-001", "KEE-002", "KEE-003")
UNITS: Final = 10_000_000
CASH: Final = "10000000000.00"
SIGNS: Final[Mapping[str, int]] = {"/v1/admin/deposits": 1, "/v1/admin/withdrawals": -1}
_WITH_NAME: Final = 5  # parts of a path such as /v1/orders/O-1/take
_FEW: Final = 25  # of what is on the board, the newest


@attrs.frozen
class Day:
    """A trading day, and the instants at which it is opened, traded and closed."""

    day: str

    @property
    def opens(self) -> str:
        return f"{self.day}T09:00:00+08:00"

    @property
    def trades(self) -> str:
        """When listed agreements and blocks both trade."""
        return f"{self.day}T13:30:00+08:00"

    @property
    def closes(self) -> str:
        return f"{self.day}T15:00:00+08:00"


DAYS: Final = tuple(
    Day(f"2026-01-{number:02}") for number in (6, 7, 8, 9, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 26, 27)
)


@attrs.define
class Note:
    """A request as its client remembers it; without a status, its answer was lost."""

    number: int
    who: str
    path: str
    body: bytes
    key: str
    status: int | None = None
    text: str = ""
    counted: bool = False

    def answered(self, answer: httpx.Response) -> None:
        self.status, self.text = answer.status_code, answer.text

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def json(self) -> Any:  # noqa: ANN401  what JSON says
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json()["code"])

    @property
    def kind(self) -> str:
        """The path without what it names."""
        parts = self.path.split("/")
        if len(parts) == _WITH_NAME and parts[2] != "admin":
            parts[3] = "*"
        return "/".join(parts)


@attrs.define
class Board:
    """What the clients know of each other's doings."""

    posts: list[tuple[str, str]] = attrs.field(factory=list)  # an order, and whose it is
    blocks: list[tuple[str, str]] = attrs.field(factory=list)  # a block, and for whom
    proposed: list[tuple[str, str]] = attrs.field(factory=list)  # a transaction, and by whom

    def hear(self, note: Note) -> None:
        """Learn from an answer."""
        if not note.acknowledged:
            return
        said = note.json()
        if note.kind in {"/v1/orders", "/v1/orders/*/replace"}:
            self.posts.append((said["order"]["order_id"], said["order"]["account"]))
        elif note.kind == "/v1/blocks":
            self.blocks.append((said["order"]["order_id"], said["counterparty"]))
        elif note.kind in {"/v1/transactions", "/v1/surrenders"}:
            self.proposed.append((said["transaction"], said["proposed_by"]))


Wish = tuple[str, str, object]


class Player(Protocol):
    """One client."""

    def next(self, board: Board) -> Wish:
        """Say who asks for what."""
        ...

    def hears(self, note: Note, board: Board) -> None:
        """Hear the answer."""
        ...

    def lost(self, note: Note) -> None:
        """Hear nothing."""
        ...

    def hears_late(self, note: Note, board: Board) -> None:
        """Hear the answer to what was asked before the exchange was killed, if it was this one's."""
        ...


@attrs.define
class _Asker:
    name: str
    chance: random.Random
    waiting: int | None = None

    def lost(self, note: Note) -> None:
        self.waiting = note.number

    def hears_late(self, note: Note, board: Board) -> None:
        if note.number == self.waiting:
            self.waiting = None
            self.hears(note, board)

    def hears(self, note: Note, board: Board) -> None:
        board.hear(note)


class Trader(_Asker):
    """A participant that posts, takes, changes its mind, and registers what it has."""

    def __init__(self, name: str, seed: int) -> None:
        super().__init__(name, random.Random(f"{name} {seed}"))  # noqa: S311  it is to be the same again
        self.count = 0

    def next(self, board: Board) -> Wish:
        wishes: tuple[tuple[int, Callable[[Board], Wish | None]], ...] = (
            (30, self._place),
            (26, self._take),
            (8, self._cancel),
            (8, self._replace),
            (5, self._reduce),
            (7, self._block),
            (8, self._answer_block),
            (8, self._move),
        )
        weights, ways = zip(*wishes, strict=True)
        return self.chance.choices(ways, weights)[0](board) or self._place(board)

    def _own_id(self) -> str:
        self.count += 1
        return f"{self.name}-{self.count}"

    def _price(self) -> dict[str, str]:
        return {"amount": f"74.0{self.chance.randint(0, 4)}", "currency": "CNY", "per": "tCO2e"}

    def _place(self, _: Board) -> Wish:
        body = {
            "account": self.name,
            "client_order_id": self._own_id(),
            "instrument": "CEA25",
            "side": self.chance.choice(("buy", "sell")),
            "quantity": str(self.chance.randint(1, 500)),
            "price": self._price(),
        }
        return self.name, "/v1/orders", body

    def _found(self, known: list[tuple[str, str]], *, mine: bool) -> str | None:
        found = [name for name, whose in known[-_FEW:] if (whose == self.name) == mine]
        return self.chance.choice(found) if found else None

    def _take(self, board: Board) -> Wish | None:
        order = self._found(board.posts, mine=False)
        quantity = str(self.chance.randint(1, 120))
        body = {"account": self.name, "client_order_id": self._own_id(), "quantity": quantity}
        return None if order is None else (self.name, f"/v1/orders/{order}/take", body)

    def _cancel(self, board: Board) -> Wish | None:
        order = self._found(board.posts, mine=True)
        return None if order is None else (self.name, f"/v1/orders/{order}/cancel", None)

    def _replace(self, board: Board) -> Wish | None:
        order = self._found(board.posts, mine=True)
        body = {"client_order_id": self._own_id(), "price": self._price()}
        return None if order is None else (self.name, f"/v1/orders/{order}/replace", body)

    def _reduce(self, board: Board) -> Wish | None:
        order = self._found(board.posts, mine=True)
        body = {"quantity": str(self.chance.randint(1, 20))}
        return None if order is None else (self.name, f"/v1/orders/{order}/reduce", body)

    def _block(self, _: Board) -> Wish:
        body = {
            "account": self.name,
            "client_order_id": self._own_id(),
            "instrument": "CEA25",
            "side": self.chance.choice(("buy", "sell")),
            "price": self._price(),
            "quantity": str(self.chance.randint(100_000, 110_000)),
            "counterparty": self.chance.choice([each for each in ACCOUNTS if each != self.name]),
        }
        return self.name, "/v1/blocks", body

    def _answer_block(self, board: Board) -> Wish | None:
        found = [name for name, whom in board.blocks[-8:] if whom == self.name]
        body = {"account": self.name}
        return (self.name, f"/v1/blocks/{self.chance.choice(found)}/confirm", body) if found else None

    def _move(self, _: Board) -> Wish:
        quantity = str(self.chance.randint(1, 300))
        units = {"unit": "CEA", "vintage": "2025", "quantity": quantity}
        if not self.chance.randint(0, 2):
            return self.name, "/v1/surrenders", {**units, "account": self.name, "year": 2025}
        kind = self.chance.choice(("register", "make_tradable"))
        body = {**units, "type": kind, "source": self.name, "target": self.name}
        return self.name, "/v1/transactions", body


class Office(_Asker):
    """Staff: of the registry, or of the money and the days."""

    def __init__(self, name: str, seed: int, set_clock: Callable[[str], None] | None = None) -> None:
        super().__init__(name, random.Random(f"{name} {seed}"))  # noqa: S311  it is to be the same again
        self.set_clock = set_clock
        self.day = 0
        self.open = True

    def next(self, board: Board) -> Wish:
        if self.set_clock is None:
            return self._registry(board)
        if self.day + 1 < len(DAYS) and (not self.open or not self.chance.randint(0, 60)):
            return self._turn(self.set_clock)
        way = self.chance.choice(tuple(SIGNS))
        amount = {
            "amount": f"{self.chance.randint(1, 99_999)}.{self.chance.randint(10, 99)}",
            "currency": "CNY",
        }
        return "admin", way, {"account": self.chance.choice(ACCOUNTS), "amount": amount}

    def _turn(self, set_clock: Callable[[str], None]) -> Wish:
        """Close the day, or open the next one."""
        if self.open:
            set_clock(DAYS[self.day].closes)
            return "admin", "/v1/admin/day/close", None
        set_clock(DAYS[self.day + 1].opens)
        return "admin", "/v1/admin/day/open", {"day": DAYS[self.day + 1].day}

    def hears(self, note: Note, board: Board) -> None:
        super().hears(note, board)
        if self.set_clock is None or not note.path.startswith("/v1/admin/day/"):
            return
        assert note.acknowledged, note
        self.open = note.path.endswith("open")
        if self.open:
            self.day += 1
            self.set_clock(DAYS[self.day].trades)

    def _registry(self, board: Board) -> Wish:
        if board.proposed and self.chance.randint(0, 3):
            name, by = self.chance.choice(board.proposed[-6:])
            way = self.chance.choice(("approve", "approve", "approve", "reject", "cancel"))
            if way == "cancel":
                return by, f"/v1/transactions/{name}/cancel", None
            return ("reviewer" if by == "registrar" else "approver"), f"/v1/transactions/{name}/{way}", None
        body = {"type": "allocate", "unit": "CEA", "vintage": "2025", "source": "AUTHORITY"}
        body |= {"quantity": str(self.chance.randint(1, 900)), "target": self.chance.choice(ACCOUNTS)}
        return "registrar", "/v1/transactions", body
