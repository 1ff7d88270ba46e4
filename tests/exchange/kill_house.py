"""
An exchange in a process of its own that is killed at any moment, and what its clients remember of it.

Run as a program it is the nursery: it has everything imported, and forks an exchange whenever it is told to,
so that a start takes as little as it can. A `KillHouse` lets several clients ask at once, kills the exchange
with SIGKILL while they do, lets it start again (and kills it at that too), asks again for what had no answer,
and checks through the API that the exchange has what its clients were told, all of it and nothing else.
"""

from __future__ import annotations

import datetime
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import httpx

from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.key import new_key
from carbonkit.exchange.key_handler import add_key
from carbonkit.exchange.log import begin
from carbonkit.exchange.server import bound, serve
from carbonkit.registry.account import Right
from carbonkit.values.time import as_instant
from carbonkit.wire.scope import Scope
from tests.exchange import kill_fault
from tests.exchange.kill_check import check_all
from tests.exchange.kill_play import ACCOUNTS, CASH, DAYS, UNITS, Board, Note, Office, Player, Trader

if TYPE_CHECKING:
    from collections.abc import Mapping

BASES: Final = dict.fromkeys(("CEA", "CEA21", "CEA22", "CEA23", "CEA24", "CEA25"), "74.00")
KEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[Scope, ...]]]] = {
    **{name: ((name,), (Scope.READ, Scope.TRADE, Scope.REGISTRY)) for name in ACCOUNTS},
    "approver": (ACCOUNTS, (Scope.READ, Scope.REGISTRY)),
    "registrar": ((), (Scope.READ, Scope.REGISTRY)),
    "reviewer": ((), (Scope.READ, Scope.REGISTRY)),
    "admin": ((), (Scope.READ, Scope.ADMIN)),
}
_PATIENCE: Final = 30
_LOST: Final = (httpx.TransportError,)


# ------------------------------------------------------------------------- the exchange's process


@attrs.frozen
class FileClock:
    """A clock that goes on from what a file says since that was written, whichever process looks at it."""

    file: Path

    def now(self) -> datetime.datetime:
        with self.file.open() as written:
            passed = time.time_ns() - os.fstat(written.fileno()).st_mtime_ns
            return as_instant(written.read()) + datetime.timedelta(microseconds=max(passed, 0) // 1000)

    def put(self, instant: str) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(instant)
        new.replace(self.file)


@attrs.frozen(kw_only=True)
class Place:
    """Where an exchange's things are, and what is wrong with it."""

    folder: Path
    database: str | None = None
    fault: str = ""

    @property
    def clock(self) -> FileClock:
        return FileClock(self.folder / "clock")

    def settings(self) -> Settings:
        return Settings(
            data=None if self.database else self.folder / "data",
            database=self.database,
            clock=self.clock,
            keeps_days=False,
            bases=BASES,
            staff=(("registrar", Right.INITIATE), ("reviewer", Right.APPROVE)),
        )


def _serve(place: Place) -> int:
    begin("warning")
    kill_fault.build_in(place.fault)
    exchange = Exchange.open(place.settings())
    if exchange.find_key("admin") is None:
        for name, (accounts, scopes) in KEYS.items():
            made, _ = new_key(
                person=name,
                accounts=accounts,
                scopes=scopes,
                at=exchange.wall.now(),
                key_id=name,
                secret=f"cks_{name}",
            )
            add_key(exchange.desk, made)
        exchange.desk.journal.write(exchange.desk.writes)
        exchange.desk.written()
    with bound("127.0.0.1", 0) as listening:
        _tell(pid=os.getpid(), port=listening.getsockname()[1])
        return serve(exchange, listening)


def _tell(**facts: int) -> None:
    os.write(1, f"{json.dumps(facts)}\n".encode())


def nursery(place: Place) -> None:
    """Start an exchange at the word "start", and wait for its end at the word "end"; end with its parent."""
    if place.database is not None:
        import carbonkit.exchange.postgres_journal  # noqa: F401, PLC0415  so that its children need not
        import carbonkit.storage.postgres  # noqa: F401, PLC0415
    child = 0
    words = open(0, "rb", buffering=0)  # noqa: SIM115  unbuffered, so that nothing is read ahead
    while word := words.readline():
        if word == b"start\n":
            child = os.fork()
            if not child:
                os._exit(_serve_or_say(place))
            _tell(child=child)
        elif word == b"end\n":
            _, status = os.waitpid(child, 0)
            _tell(ended=child, code=os.waitstatus_to_exitcode(status))
            child = 0
    if child:
        os.kill(child, signal.SIGKILL)


def _serve_or_say(place: Place) -> int:
    try:
        return _serve(place)
    except Exception as error:  # noqa: BLE001  a child of a fork must not return
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
        return 3


# ----------------------------------------------------------------------------- those who ask


@attrs.define
class Figures:
    """What was tried."""

    rounds: int = 0
    kills: int = 0
    kills_at_start: int = 0
    acknowledged: int = 0
    refused: int = 0
    in_flight: int = 0
    done: int = 0
    refused_before: int = 0
    not_done: int = 0

    def add(self, other: Figures) -> None:
        for name, value in attrs.asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


class KillHouse:
    """An exchange in a process that is killed, and its clients."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place = place
        self.chance = random.Random(seed)  # noqa: S311  it is to be the same again
        self.figures = Figures()
        self.board = Board()
        self.notes: list[Note] = []
        self.said: Counter[tuple[str, int, str]] = Counter()
        self.pid = 0
        self.url = ""
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()
        self._count = itertools.count(1)
        self._killing = threading.Event()
        self._start_time = 0.2
        self.odd: list[str] = []
        self.client = httpx.Client(timeout=_PATIENCE, trust_env=False, verify=False)  # noqa: S501  plain HTTP
        self.players: list[Player] = [Trader(each, seed) for each in ACCOUNTS]
        self.players += [Office("registry", seed), Office("money", seed, place.clock.put)]
        place.folder.mkdir(exist_ok=True)
        place.clock.put(DAYS[0].opens)
        facts = [str(place.folder), place.database or "", place.fault]
        self._errors = (place.folder / "errors").open("w")
        self._nursery = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.exchange.kill_house", *facts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=Path(__file__).parents[2],
        )

    # ------------------------------------------------------------------ the process

    def _say(self, word: str) -> None:
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{word}\n".encode())
        self._nursery.stdin.flush()

    def _hear(self, name: str) -> dict[str, int]:
        assert self._nursery.stdout is not None
        while True:
            line = self._nursery.stdout.readline()
            assert line, self.errors()
            facts: dict[str, int] = json.loads(line)
            if name in facts and facts.get("pid", self.pid) == self.pid:
                return facts
            assert "ended" not in facts, self.errors()

    def errors(self) -> str:
        return (self.place.folder / "errors").read_text()

    def launch(self) -> None:
        """Let a process begin; it is not ready yet."""
        self._say("start")
        self.pid = 0
        self.pid = self._hear("child")["child"]
        self._tokens = {}
        self._killing.clear()

    def ready(self) -> None:
        """Wait until the process that began serves."""
        begun = time.monotonic()
        self.url = f"http://127.0.0.1:{self._hear('port')['port']}"
        while True:
            try:
                if self.client.get(f"{self.url}/health/ready").is_success:
                    break
            except httpx.TransportError:
                pass
            assert time.monotonic() < begun + _PATIENCE, self.errors()
            time.sleep(0.002)
        self._start_time = time.monotonic() - begun

    def kill(self) -> None:
        self._killing.set()
        os.kill(self.pid, signal.SIGKILL)
        self._say("end")
        assert self._hear("ended")["code"] == -signal.SIGKILL, self.errors()

    def stop(self) -> None:
        """Let the process end as it does when it is told to."""
        os.kill(self.pid, signal.SIGTERM)
        self._say("end")
        assert self._hear("ended")["code"] == 0, self.errors()

    def close(self) -> None:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.close()
        self._nursery.wait(_PATIENCE)
        self._nursery.stdout.close()
        self._errors.close()
        self.client.close()

    # -------------------------------------------------------------------- asking

    def _token(self, client: httpx.Client, key: str) -> str:
        """Get a token: unlike a proof it is taken at once after a restart."""
        with self._lock:
            known = self._tokens.get(key)
        if known is None:
            form = {"grant_type": "client_credentials", "client_id": key, "client_secret": f"cks_{key}"}
            answer = client.post(f"{self.url}/oauth2/token", data=form)
            assert answer.is_success, answer.text
            known = answer.json()["access_token"]
            with self._lock:
                self._tokens[key] = known
        return str(known)

    def send(self, note: Note, client: httpx.Client) -> httpx.Response:
        head = {
            "authorization": f"Bearer {self._token(client, note.who)}",
            "content-type": "application/json",
            "idempotency-key": note.key,
        }
        return client.post(self.url + note.path, content=note.body, headers=head)

    def get(self, target: str) -> Any:  # noqa: ANN401  what JSON says
        """Look at something as the staff does."""
        head = {"authorization": f"Bearer {self._token(self.client, 'registrar')}"}
        answer = self.client.get(self.url + target, headers=head)
        assert answer.is_success, answer.text
        return answer.json()

    def all_of(self, target: str) -> list[Any]:
        found: list[Any] = []
        cursor = ""
        while True:
            page = self.get(f"{target}?limit=500{cursor}")
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def note(self, who: str, path: str, body: object) -> Note:
        number = next(self._count)
        content = b"" if body is None else json.dumps(body).encode()
        made = Note(number=number, who=who, path=path, body=content, key=f"k-{number}")
        with self._lock:
            self.notes.append(made)
        return made

    def asked(self, who: str, path: str, body: object = None) -> Any:  # noqa: ANN401  what JSON says
        """Ask for what must not be refused."""
        made = self.note(who, path, body)
        made.answered(self.send(made, self.client))
        assert made.acknowledged, made.text
        return made.json()

    # -------------------------------------------------------------------- the story

    def open(self) -> None:
        """Start for the first time, admit the participants, give them units and money, open a day."""
        self.launch()
        self.ready()
        for name in ACCOUNTS:
            persons = [{"name": name, "right": "initiate"}, {"name": "approver", "right": "approve"}]
            admission = {
                "account": name,
                "kind": "key-emitter",
                "account_kind": "key_emitter",
                "persons": persons,
                "allocation": str(UNITS),
            }
            self.asked("admin", "/v1/admin/participants", admission)
            paid = {"account": name, "amount": {"amount": CASH, "currency": "CNY"}}
            self.asked("admin", "/v1/admin/deposits", paid)
        moves = [("issue", 2 * len(ACCOUNTS) * UNITS, "ISSUANCE", "AUTHORITY")]
        moves += [("allocate", UNITS, "AUTHORITY", name) for name in ACCOUNTS]
        for kind, quantity, source, target in moves:
            body = {"type": kind, "unit": "CEA", "vintage": "2025", "quantity": str(quantity)}
            made = self.asked("registrar", "/v1/transactions", {**body, "source": source, "target": target})
            self.asked("reviewer", f"/v1/transactions/{made['transaction']}/approve")
        self.asked("admin", "/v1/admin/day/open", {"day": DAYS[0].day})
        self.place.clock.put(DAYS[0].trades)

    def _play(self, player: Player, answers: list[int], most: int) -> None:
        with httpx.Client(timeout=_PATIENCE, trust_env=False, verify=False) as client:  # noqa: S501  as above
            while len(answers) < most:
                with self._lock:
                    who, path, body = player.next(self.board)
                note = self.note(who, path, body)
                try:
                    answer = self.send(note, client)
                except _LOST as error:
                    if not self._killing.is_set():
                        self.odd.append(f"{path}: {error!r} before the kill")
                    player.lost(note)
                    return
                if answer.is_server_error:
                    self.odd.append(f"{path}: {answer.status_code} {answer.text}")
                note.answered(answer)
                answers.append(note.number)
                with self._lock:
                    player.hears(note, self.board)
            self.odd.append("the kill came too late")

    def round(self) -> None:
        """Let the clients ask, kill the exchange while they do, start it again, and check."""
        answers: list[int] = []
        enough = self.chance.randint(1, 60)
        threads = [
            threading.Thread(target=self._play, args=(each, answers, 100 * enough + 500), daemon=True)
            for each in self.players
        ]
        for each in threads:
            each.start()
        end = time.monotonic() + _PATIENCE
        while len(answers) < enough and not self.odd:
            assert time.monotonic() < end, self.errors()
            time.sleep(0.001)
        time.sleep(self.chance.uniform(0, 0.02))
        self.kill()
        for each in threads:
            each.join(_PATIENCE)
            assert not each.is_alive()
        assert not self.odd, (self.odd, self.errors())
        self.figures.rounds += 1
        self.figures.kills += 1
        for _ in range(self.chance.choice((0, 0, 1, 1, 2))):
            self.launch()
            time.sleep(self.chance.uniform(0, 1.2 * self._start_time))
            self.kill()
            self.figures.kills_at_start += 1
        self.launch()
        self.ready()
        self._ask_again()
        check_all(self)

    def _ask_again(self) -> None:
        """Ask again for what had no answer, twice; and for some of what had one, which must be the same."""
        lost = [each for each in self.notes if each.status is None]
        fresh = [each for each in self.notes if each.status is not None and not each.counted]
        for note in lost:
            answer = self.send(note, self.client)
            assert not answer.is_server_error, answer.text
            before = "idempotent-replayed" in answer.headers
            note.answered(answer)
            self.figures.in_flight += 1
            self.figures.done += before and note.acknowledged
            self.figures.refused_before += before and not note.acknowledged
            self.figures.not_done += not before
            for player in self.players:
                player.hears_late(note, self.board)
        for note in (*lost, *self.chance.sample(fresh, min(len(fresh), 6)), *fresh[-3:]):
            again = self.send(note, self.client)
            assert again.headers.get("idempotent-replayed") == "true", (note, again.text)
            assert (again.status_code, again.text) == (note.status, note.text), note
        for note in (*fresh, *lost):
            note.counted = True
            self.figures.acknowledged += note.acknowledged
            self.figures.refused += not note.acknowledged
            self.said[note.kind, note.status or 0, "" if note.acknowledged else note.code] += 1


if __name__ == "__main__":
    _folder, _database, _fault = sys.argv[1:]
    nursery(Place(folder=Path(_folder), database=_database or None, fault=_fault))
